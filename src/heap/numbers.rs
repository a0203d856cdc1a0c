//! Decimal numbers as V8 writes them, eight digits at a time. Nine tenths of a heap snapshot are such numbers.

/// The most numbers of an entry that are read here; V8 writes seven at most.
pub(super) const MOST_FIELDS: usize = 16;

/// An entry within as many bytes, whatever its numbers, is not cut off: ten digits and a comma each, and what is looked at
/// beyond them.
pub(super) const SLACK: usize = MOST_FIELDS * 11 + 16;

const ZEROS: u64 = 0x3030_3030_3030_3030;

/// Reads one entry: numbers with commas between them, after the line end and the comma of the entry before.
///
/// Gives the number of bytes up to its last digit, or None for what is written otherwise, or is too large: that is read with more care.
/// `bytes` is `SLACK` long at least, and `entry` is not longer than `MOST_FIELDS`.
#[inline]
pub(super) fn entry(bytes: &[u8], entry: &mut [u32]) -> Option<usize> {
    let mut at = usize::from(bytes[0] == b'\n');
    at += usize::from(bytes[at] == b',');
    let last = entry.len() - 1;
    for (index, field) in entry.iter_mut().enumerate() {
        let (number, length) = number(bytes.get(at..at + 9)?)?;
        *field = number;
        at += length;
        match bytes[at] {
            b',' if index < last => at += 1,
            b',' | b'\n' | b']' if index == last => return Some(at),
            _ => return None,
        }
    }
    None
}

/// A number of at most eight digits, and how many they are.
#[inline]
fn number(bytes: &[u8]) -> Option<(u32, usize)> {
    let word = u64::from_le_bytes(bytes[..8].try_into().ok()?) ^ ZEROS;
    // The highest bit of each byte that is no digit: those are 0 to 9 now.
    let others = (word.wrapping_add(0x7676_7676_7676_7676) | word) & 0x8080_8080_8080_8080;
    let length = (others.trailing_zeros() / 8) as usize;
    if length == 0 || (length == 8 && bytes[8].is_ascii_digit()) {
        return None;
    }
    // Zeros in front, then pairs of digits, of pairs, and of these.
    let digits = word << (64 - length * 8);
    let pairs = digits.wrapping_mul(10).wrapping_add(digits >> 8);
    let low = (pairs & 0x0000_00FF_0000_00FF).wrapping_mul(0x000F_4240_0000_0064);
    let high = ((pairs >> 16) & 0x0000_00FF_0000_00FF).wrapping_mul(0x0000_2710_0000_0001);
    u32::try_from(low.wrapping_add(high) >> 32).ok().map(|number| (number, length))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, fields: usize) -> Option<(Vec<u32>, usize)> {
        let mut bytes = text.as_bytes().to_vec();
        bytes.resize(text.len() + SLACK, b'x');
        let mut values = vec![0; fields];
        entry(&bytes, &mut values).map(|length| (values, length))
    }

    #[test]
    fn numbers_of_up_to_eight_digits_are_read() {
        for number in (0..30).flat_map(|bit| [(1 << bit) - 1, 1 << bit]).chain([99_999_999]) {
            let expected = (number < 100_000_000).then(|| (vec![number], number.to_string().len()));
            assert_eq!(read(&format!("{number}]"), 1), expected);
        }
    }

    #[test]
    fn an_entry_ends_with_its_line_or_with_the_list() {
        assert_eq!(read("\n,1,22,333\n,4", 3), Some((vec![1, 22, 333], 10)));
        assert_eq!(read("1,22,333,4", 3), Some((vec![1, 22, 333], 8)));
        assert_eq!(read("007,0]", 2), Some((vec![7, 0], 5)));
    }

    #[test]
    fn what_is_written_otherwise_is_left_alone() {
        for text in ["", ",", ",,1,2]", "1, 2]", "1,-2]", "1;2]", "1,2 ]", "1]", "123456789,1]"] {
            assert_eq!(read(text, 2), None, "{text}");
        }
    }
}
