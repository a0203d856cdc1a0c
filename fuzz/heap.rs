//! Any bytes are a heap snapshot or an error with a position, and the same in whatever parts they come.
//!
//! `cargo +nightly fuzz run heap fuzz/corpus/heap fuzz/seeds/heap`, after `cargo install cargo-fuzz`. Of an input the first byte is the
//! length of the parts. `test/native/heap.rs` has a bounded run of the same, which needs neither.

#![no_main]

use libfuzzer_sys::fuzz_target;
use safe_hot::heap::{Parser, Retained, SnapshotError, retained};

fn read(bytes: &[u8], chunk: usize) -> Result<Vec<Retained>, SnapshotError> {
    let mut parser = Parser::default();
    for part in bytes.chunks(chunk) {
        parser.feed(part)?;
    }
    Ok(retained(&parser.finish()?))
}

fuzz_target!(|input: (u8, &[u8])| {
    let (chunk, bytes) = input;
    let whole = read(bytes, usize::MAX);
    if let Err(
        SnapshotError::Unexpected { position, .. }
        | SnapshotError::Truncated { position }
        | SnapshotError::Inconsistent { position, .. },
    ) = &whole
    {
        assert!(*position <= bytes.len() as u64);
    }
    let parts = read(bytes, usize::from(chunk).max(1));
    assert_eq!(format!("{parts:?}"), format!("{whole:?}"));
});
