//! Lists of decimal numbers as V8 writes them: an entry a line. Nine tenths of a heap snapshot are such numbers, so all ends of
//! an entry's numbers are found at once, and each number is made of all its digits at once.

const ZEROS: u64 = 0x3030_3030_3030_3030;

/// How much an entry is looked for in; V8's are half as long.
const WINDOW: usize = 64;

/// An entry that begins so far before the end of what is given is read, if its text is no longer than that.
pub(super) const SLACK: usize = WINDOW + 8;

/// The most digits that are read at once.
const MOST_DIGITS: usize = 8;

/// Entries of `FIELDS` numbers, of which the first `WANTED` are told: digits, and commas between them, and a line end and a comma after
/// each entry. Ends before an entry that is written otherwise, and before one that `bytes` may not have all of.
pub(super) struct Entries<'a, const FIELDS: usize, const WANTED: usize> {
    bytes: &'a [u8],
    /// Where the next entry begins.
    pub(super) at: usize,
    /// None begins here or later.
    end: usize,
}

impl<'a, const FIELDS: usize, const WANTED: usize> Entries<'a, FIELDS, WANTED> {
    pub(super) const fn new(bytes: &'a [u8], at: usize, end: usize) -> Self {
        Self { bytes, at, end }
    }

    /// The numbers, and where the next entry begins; None if one number is too long for that, or if the entry is written otherwise.
    #[inline]
    #[allow(clippy::needless_range_loop, reason = "there are fewer fields than steps")]
    fn short_entry(text: &[u8; SLACK]) -> Option<([u32; WANTED], usize)> {
        let Separators { all, commas } = Separators::of(text);
        let mut rest = all;
        let mut entry = [0; WANTED];
        let mut is_short = true;
        let mut start = 0;
        let mut end = 0;
        for index in 0..FIELDS {
            end = rest.trailing_zeros() as usize;
            if index < WANTED {
                let length = end.wrapping_sub(start);
                is_short &= length <= MOST_DIGITS;
                entry[index] = number(*text.get(start..)?.first_chunk()?, length);
                start = end + 1;
            }
            if index < FIELDS - 1 {
                rest &= rest.wrapping_sub(1);
            }
        }
        let line = rest & rest.wrapping_neg();
        rest ^= line;
        let comma = rest & rest.wrapping_neg();
        let up_to_comma = comma | comma.wrapping_sub(1);
        // Only the line end is no comma, and only the comma after it stands behind another one.
        let is_line = (all ^ commas) & up_to_comma == line && text.get(end) == Some(&b'\n');
        let is_entry = (all & (all << 1 | 1)) & up_to_comma == comma && comma != 0;
        (is_short && is_line && is_entry).then_some((entry, end + 2))
    }

    /// The same of numbers of any length.
    #[cold]
    fn long_entry(text: &[u8]) -> Option<([u32; WANTED], usize)> {
        let mut entry = [0; WANTED];
        let mut at = 0;
        for index in 0..FIELDS {
            let digits = text[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
            if let Some(field) = entry.get_mut(index) {
                let digits = text[at..at + digits].iter();
                *field = digits.fold(0, |number, &digit| with_digit(number, digit));
            }
            at += digits;
            let end: &[u8] = if index < FIELDS - 1 { b"," } else { b"\n," };
            if digits == 0 || !text[at..].starts_with(end) {
                return None;
            }
            at += end.len();
        }
        Some((entry, at))
    }
}

impl<const FIELDS: usize, const WANTED: usize> Iterator for Entries<'_, FIELDS, WANTED> {
    type Item = [u32; WANTED];

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if self.at >= self.end {
            return None;
        }
        let text = self.bytes[self.at..].first_chunk()?;
        let read = Self::short_entry(text);
        let (entry, length) = read.or_else(|| Self::long_entry(&self.bytes[self.at..]))?;
        self.at += length;
        Some(entry)
    }
}

/// The number of `length` digits. What stands behind them does not count; of more than `MOST_DIGITS` it is any number.
#[inline]
const fn number(bytes: [u8; 8], length: usize) -> u32 {
    // Zeros in front, then pairs of digits, of pairs, and of these.
    let digits = (u64::from_le_bytes(bytes) ^ ZEROS)
        << (MOST_DIGITS.wrapping_sub(length).wrapping_mul(8) % 64);
    let pairs = digits.wrapping_mul(10).wrapping_add(digits >> 8);
    let low = (pairs & 0x0000_00FF_0000_00FF).wrapping_mul(0x000F_4240_0000_0064);
    let high = ((pairs >> 16) & 0x0000_00FF_0000_00FF).wrapping_mul(0x0000_2710_0000_0001);
    (low.wrapping_add(high) >> 32) as u32
}

/// A size or an id beyond 32 bits is no matter of exactness.
pub(super) fn with_digit(number: u32, digit: u8) -> u32 {
    number.saturating_mul(10).saturating_add(u32::from(digit - b'0'))
}

/// A bit for each byte of a window that is no digit, and for each comma.
#[derive(Debug, PartialEq, Eq)]
struct Separators {
    all: u64,
    commas: u64,
}

impl Separators {
    #[cfg(target_arch = "x86_64")]
    #[inline]
    fn of(text: &[u8; SLACK]) -> Self {
        // SAFETY: each x86-64 processor has SSE2. Without it, to read a snapshot takes 1.4 times as long.
        unsafe { Self::of_vectors(text) }
    }

    /// 16 bytes at once.
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "sse2")]
    #[inline]
    fn of_vectors(text: &[u8; SLACK]) -> Self {
        use std::arch::x86_64::{
            _mm_cmpeq_epi8, _mm_min_epu8, _mm_movemask_epi8, _mm_set_epi64x, _mm_set1_epi8,
            _mm_xor_si128,
        };
        let [mut digits, mut commas] = [0, 0];
        for (index, part) in text[..WINDOW].as_chunks::<16>().0.iter().enumerate() {
            let [low, high] = [0, 8]
                .map(|at| part[at..].first_chunk().map_or(0, |half| i64::from_le_bytes(*half)));
            let part = _mm_set_epi64x(high, low);
            // Of a digit, its value, which is not above 9.
            let values = _mm_xor_si128(part, _mm_set1_epi8(0x30));
            let is_digit = _mm_cmpeq_epi8(_mm_min_epu8(values, _mm_set1_epi8(9)), values);
            let is_comma = _mm_cmpeq_epi8(part, _mm_set1_epi8(0x2C));
            let bits = |mask| u64::from(_mm_movemask_epi8(mask).cast_unsigned()) << (index * 16);
            digits |= bits(is_digit);
            commas |= bits(is_comma);
        }
        Self { all: !digits, commas }
    }

    #[cfg(not(target_arch = "x86_64"))]
    #[inline]
    fn of(text: &[u8; SLACK]) -> Self {
        Self::of_words(text)
    }

    /// The same on any processor, eight bytes at once.
    #[cfg(any(test, not(target_arch = "x86_64")))]
    #[inline]
    fn of_words(text: &[u8; SLACK]) -> Self {
        const LOWS: u64 = 0x7F7F_7F7F_7F7F_7F7F;
        // Of the highest bit of each byte, the eight lowest bits.
        let bits = |high: u64| {
            ((high >> 7) & 0x0101_0101_0101_0101).wrapping_mul(0x0102_0408_1020_4080) >> 56
        };
        let [mut all, mut commas] = [0, 0];
        for (index, word) in text[..WINDOW].as_chunks::<8>().0.iter().enumerate() {
            let word = u64::from_le_bytes(*word);
            // The highest bit of each byte that is no digit: those are 0 to 9 now.
            let values = word ^ ZEROS;
            all |= bits(((values & LOWS) + 0x7676_7676_7676_7676) | values) << (index * 8);
            // And of each byte that is no comma: those are 0 now.
            let others = word ^ 0x2C2C_2C2C_2C2C_2C2C;
            commas |= bits(!(((others & LOWS) + LOWS) | others)) << (index * 8);
        }
        Self { all, commas }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The entries, and the place after them.
    fn read<const FIELDS: usize, const WANTED: usize>(text: &str) -> (Vec<[u32; WANTED]>, usize) {
        let mut bytes = text.as_bytes().to_vec();
        bytes.resize(text.len() + SLACK, 0);
        let mut entries = Entries::<FIELDS, WANTED>::new(&bytes, 0, text.len());
        (entries.by_ref().collect(), entries.at)
    }

    #[test]
    fn numbers_of_any_length_are_read() {
        for number in (0..32).flat_map(|bit| [(1_u32 << bit) - 1, 1 << bit]) {
            assert_eq!(read::<1, 1>(&format!("{number}\n,")).0, [[number]]);
            assert_eq!(read::<2, 2>(&format!("1,{number}\n,")).0, [[1, number]]);
        }
        assert_eq!(read::<1, 1>("12345678901\n,").0, [[u32::MAX]]);
        assert_eq!(read::<2, 2>("0000000000007,1\n,").0, [[7, 1]]);
        assert_eq!(read::<2, 2>(&format!("{}5,1\n,", "0".repeat(100))).0, [[5, 1]]);
    }

    #[test]
    fn an_entry_ends_with_a_line_end_and_a_comma() {
        assert_eq!(read::<3, 3>("1,22,333\n,4,5,6\n,7"), (vec![[1, 22, 333], [4, 5, 6]], 17));
        assert_eq!(read::<3, 1>("1,22,333\n,4,5,6\n]"), (vec![[1]], 10));
        assert_eq!(read::<3, 3>("1,22,333\n]"), (Vec::new(), 0));
    }

    #[test]
    fn what_is_written_otherwise_is_left_alone() {
        for text in [
            "", ",", ",,1,2\n,", "1, 2\n,", "1,-2\n,", "1;2\n,", "1,2 \n,", "1\n,", "1,2,",
            "1,2\n\n,", "1,2,3\n,", "1,2\r,", "1,2\n;", "1,,2\n,", ",1\n,", "1,\n,", "\n,",
            "1\n2\n,", "1,b\n,",
        ] {
            assert_eq!(read::<2, 2>(text), (Vec::new(), 0), "{text}");
            assert_eq!(read::<2, 1>(text), (Vec::new(), 0), "{text}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn entries_are_those_that_a_plain_reader_finds(
            expected in prop::collection::vec(any::<[u32; 3]>(), 0..2000),
        ) {
            let written = |[a, b, c]: &[u32; 3]| format!("{},{b},{}\n,", a % 10, c % 1000);
            let text: String = expected.iter().map(written).collect();
            let (taken, length) = read::<3, 2>(&text);
            let expected: Vec<_> = expected.iter().map(|[a, b, _]| [a % 10, *b]).collect();
            prop_assert_eq!(taken, expected);
            prop_assert_eq!(length, text.len());
        }

        #[test]
        fn all_bytes_are_told_apart(text in any::<[u8; SLACK]>()) {
            let bits = |is: fn(u8) -> bool| {
                (0..WINDOW).fold(0, |bits, at| bits | u64::from(is(text[at])) << at)
            };
            let all = bits(|byte| !byte.is_ascii_digit());
            let expected = Separators { all, commas: bits(|byte| byte == b',') };
            prop_assert_eq!(&Separators::of_words(&text), &expected);
            prop_assert_eq!(Separators::of(&text), expected);
        }

        #[test]
        fn text_of_a_few_characters_is_read_as_a_plain_reader_reads_it(text in "[0-9,\n]{0,40}") {
            let long = Entries::<2, 2>::long_entry(text.as_bytes()).map(|(entry, _)| entry);
            prop_assert_eq!(read::<2, 2>(&text).0.first().copied(), long);
        }
    }
}
