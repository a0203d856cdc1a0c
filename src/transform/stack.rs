//! Room for the recursion over a syntax tree: a text that is nested deeply must not end the process.

use std::panic::resume_unwind;
use std::thread;

/// A text that is shorter and flatter than this fits on the stack of any thread of Node.
const SHORT_BYTES: usize = 8 * 1024;
const FLAT: usize = 200;

/// Memory that a thread may use; only what it touches is taken from the system.
const STACK_BYTES: usize = 256 * 1024 * 1024;

/// Brackets in brackets beyond this are refused: V8 would not run them either.
const MOST_NESTED: usize = 50_000;

/// The result of `work` on a stack that suffices for `source`; `None` is a text that no stack is for.
pub(super) fn with_room<T: Send>(source: &str, work: impl FnOnce() -> T + Send) -> Option<T> {
    let depth = depth(source);
    if depth > MOST_NESTED {
        return None;
    }
    if depth < FLAT && source.len() < SHORT_BYTES {
        return Some(work());
    }
    thread::scope(|scope| {
        let builder = thread::Builder::new().stack_size(STACK_BYTES);
        let running = builder.spawn_scoped(scope, work).ok()?;
        Some(running.join().unwrap_or_else(|panic| resume_unwind(panic)))
    })
}

/// How deep brackets are nested, at most: those in strings and comments count as well.
fn depth(source: &str) -> usize {
    let (mut depth, mut most) = (0_usize, 0);
    for byte in source.bytes() {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        most = most.max(depth);
    }
    most
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_are_counted_where_they_are_deepest() {
        for (source, expected) in [("", 0), ("a", 0), ("([{}])()", 3), (")))(", 1)] {
            assert_eq!(depth(source), expected, "{source}");
        }
    }
}
