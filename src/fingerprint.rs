//! The fingerprint of a content: whether a save changed anything is decided by it, never by timestamps.

use std::io;
use std::path::Path;

use xxhash_rust::xxh3::xxh3_128;

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// XXH3-128 of the bytes as 32 hexadecimal digits.
///
/// A byte order mark does not count: Node leaves it out of the text that it compiles, and that text and the file have
/// to give the same.
#[must_use]
pub fn fingerprint(bytes: &[u8]) -> String {
    format!("{:032x}", xxh3_128(bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes)))
}

/// The fingerprint of what the file holds now.
pub fn fingerprint_file(path: &Path) -> io::Result<String> {
    std::fs::read(path).map(|bytes| fingerprint(&bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_is_32_digits_and_follows_the_content() {
        assert_eq!(fingerprint(b""), "99aa06d3014798d86001c324468d497f");
        assert_ne!(fingerprint(b"a"), fingerprint(b"b"));
        assert_eq!(fingerprint(b"a").len(), 32);
        assert_eq!(fingerprint("\u{feff}a".as_bytes()), fingerprint(b"a"));
    }
}
