//! Reads a list of a file on all cores: each takes the next part of it, and writes its entries to where they belong.

use std::io::{Read, Result};
use std::thread;

use parking_lot::Mutex;

use super::file::Source;
use super::layout::{Layout, List};
use super::lists::{Filled, Lists, Room, Table};

const MOST_THREADS: usize = 4;

/// Reads the entries of a file of `size` bytes from the first number of a list on, all but the last one, and tells how many bytes they are.
///
/// None if they are written otherwise than V8 writes them, or are not as many as the header says: then some are missing.
pub(super) fn read(
    list: List,
    layout: &Layout,
    lists: &mut Lists,
    source: &mut Source<impl Read + Send>,
    size: u64,
) -> Result<Option<u64>> {
    // A digit and what stands behind it, for each number.
    let most = usize::try_from(size).unwrap_or(usize::MAX) / 2 / layout.fields(list);
    let [nodes, edges] = lists.expected.map(|expected| expected.min(most));
    match list {
        _ if !layout.is_in_order(list) => Ok(None),
        List::Nodes => read_table(&mut lists.nodes, nodes, layout, source),
        List::Edges => read_table(&mut lists.edges, edges, layout, source),
        List::Locations => Ok(Some(0)),
    }
}

fn read_table<T: Table>(
    table: &mut T,
    expected: usize,
    layout: &Layout,
    source: &mut Source<impl Read + Send>,
) -> Result<Option<u64>> {
    table.begin(expected);
    let room = table.room(0);
    let reading =
        Reading { source, room, bytes: 0, filled: Filled::default(), progress: Progress::Going };
    let reading = Mutex::new(reading);
    let threads = thread::available_parallelism().map_or(1, usize::from).min(MOST_THREADS);
    thread::scope(|scope| {
        for _ in 1..threads {
            // Without another thread, this one reads all.
            let _ = thread::Builder::new().spawn_scoped(scope, || read_parts(&reading, layout));
        }
        read_parts(&reading, layout);
    });
    let Reading { bytes, filled, progress, .. } = reading.into_inner();
    table.resize(filled.entries);
    table.note(&filled);
    match progress {
        Progress::Going | Progress::Over => Ok(Some(bytes)),
        Progress::WrittenOtherwise => Ok(None),
        Progress::Failed(error) => Err(error),
    }
}

enum Progress {
    Going,
    /// The rest of the list has been taken.
    Over,
    WrittenOtherwise,
    Failed(std::io::Error),
}

/// What the threads share.
struct Reading<'a, F, R> {
    source: &'a mut Source<F>,
    /// For what is not yet taken.
    room: R,
    /// How many have been taken.
    bytes: u64,
    filled: Filled,
    progress: Progress,
}

/// Entries that one thread reads: `end` bytes of its part.
struct Taken<R> {
    room: R,
    count: usize,
    end: usize,
}

impl<F: Read, R: Room> Reading<'_, F, R> {
    /// The next part, and the place of its entries among all.
    fn take(&mut self, part: &mut Vec<u8>) -> Option<Taken<R>> {
        let Progress::Going = self.progress else { return None };
        let taken = self.try_take(part);
        taken.unwrap_or_else(|error| {
            self.progress = Progress::Failed(error);
            None
        })
    }

    fn try_take(&mut self, part: &mut Vec<u8>) -> Result<Option<Taken<R>>> {
        let text = self.source.next(part)?;
        let list = memchr::memchr(b']', text).map_or(text, |end| &text[..end]);
        let is_over = list.len() < text.len() || text.is_empty();
        let end = memchr::memmem::rfind(list, b"\n,").map_or(0, |at| at + 2);
        self.source.give_back(&text[end..]);
        // Each line is an entry, or it is found out when they are read.
        let count = memchr::memchr_iter(b'\n', &text[..end]).count();
        let room = self.room.take(count).filter(|_| end > 0 || is_over);
        self.bytes += end as u64;
        self.progress = match room {
            None => Progress::WrittenOtherwise,
            Some(_) if is_over => Progress::Over,
            Some(_) => Progress::Going,
        };
        Ok(room.map(|room| Taken { room, count, end }))
    }
}

fn read_parts<R: Room>(reading: &Mutex<Reading<impl Read, R>>, layout: &Layout) {
    let mut part = Vec::new();
    loop {
        let Some(Taken { room, count, end }) = reading.lock().take(&mut part) else { return };
        let filled = room.fill(layout, &part, 0, end);
        let mut reading = reading.lock();
        if filled.entries == count && filled.end == end {
            reading.filled.add(&filled);
        } else {
            reading.progress = Progress::WrittenOtherwise;
        }
    }
}
