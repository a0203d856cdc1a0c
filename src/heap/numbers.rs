//! Lists of decimal numbers as V8 writes them. Nine tenths of a heap snapshot are such numbers, so first all places
//! between numbers are found, 64 bytes at a time, and then each number is read from its last digit back: neither step waits for the one
//! before to tell how long a number was.

const ZEROS: u64 = 0x3030_3030_3030_3030;

/// What is looked at at once: little at first, as it may be written otherwise, and then what stays in the processor's own memory.
const LEAST_BLOCK: usize = 256;
const MOST_BLOCK: usize = 1 << 13;

/// Room for the places between numbers of a block.
#[derive(Debug)]
pub(super) struct Places(Vec<u32>);

impl Default for Places {
    fn default() -> Self {
        // The last places are noted eight at a time.
        Self(vec![0; MOST_BLOCK + 8])
    }
}

/// Whole entries in a row, whose fields are read when they are asked for.
pub(super) struct Entries<'a> {
    bytes: &'a [u8],
    /// Where the first number begins, and the first block.
    first: usize,
    begin: usize,
    /// Of each number the place of its end, from `begin` on; with a line end two of the last one.
    ends: &'a [u32],
    stride: usize,
}

impl Entries<'_> {
    /// One number of each entry.
    #[inline]
    pub(super) fn field(&self, index: usize) -> impl ExactSizeIterator<Item = u32> {
        // The number before one ends where it begins, and the first begins where all begin.
        let mut before = self.first;
        self.ends.chunks_exact(self.stride).map(move |ends| {
            let start = index.checked_sub(1).map_or(before, |at| self.place(ends[at]) + 1);
            before = self.place(ends[self.stride - 1]) + 1;
            number(self.bytes, start, self.place(ends[index]))
        })
    }

    #[inline]
    const fn place(&self, end: u32) -> usize {
        self.begin + end as usize
    }
}

/// Reads entries of `fields` numbers, with a comma between two numbers and a comma, or a line end and a comma, after
/// each entry. The first begins at `start`. Stops before an entry that is written otherwise, that `end` cuts off, or that
/// `take` refuses.
///
/// Gives the place after the last entry that was taken.
pub(super) fn entries(
    bytes: &[u8],
    fields: usize,
    start: usize,
    end: usize,
    Places(found): &mut Places,
    mut take: impl FnMut(&Entries) -> bool,
) -> usize {
    let mut block = LEAST_BLOCK;
    let mut at = start;
    loop {
        let length = (end - at).min(block);
        let text = &bytes[at..at + length];
        let count = separators(text, found);
        let ends = &found[..count];
        let is_line = ends.get(fields - 1).is_some_and(|&end| text[end as usize] == b'\n');
        let stride = fields + usize::from(is_line);
        let ends = &ends[..whole(text, ends, fields, stride) * stride];
        let Some(&last) = ends.last() else { return at };
        if !take(&Entries { bytes, first: at, begin: at, ends, stride }) {
            return at;
        }
        at += last as usize + 1;
        if length < block {
            return at;
        }
        block = MOST_BLOCK;
    }
}

/// How many entries in a row are written as they should be.
fn whole(text: &[u8], ends: &[u32], fields: usize, stride: usize) -> usize {
    let is_line = stride > fields;
    // Where the next number begins.
    let mut next = 0;
    let is_whole = |entry: &&[u32]| {
        let (numbers, rest) = entry.split_at(fields - 1);
        let mut is_whole = true;
        for &end in numbers {
            is_whole &= end > next && text[end as usize] == b',';
            next = end + 1;
        }
        is_whole &= rest[0] > next && text[rest[0] as usize] == if is_line { b'\n' } else { b',' };
        if let &[end, comma] = rest {
            is_whole &= comma == end + 1 && text[comma as usize] == b',';
        }
        next = rest[rest.len() - 1] + 1;
        is_whole
    };
    ends.chunks_exact(stride).take_while(is_whole).count()
}

/// The number of the digits from `start` to `end`, of which there is one at least. Beyond 32 bits it is the greatest.
#[inline]
fn number(bytes: &[u8], start: usize, end: usize) -> u32 {
    let length = end - start;
    let Some(word) = bytes[..end].last_chunk::<8>().filter(|_| length <= 8) else {
        return long_number(&bytes[start..end]);
    };
    // Zeros in front, then pairs of digits, of pairs, and of these.
    let digits = (u64::from_le_bytes(*word) ^ ZEROS) >> (64 - length * 8) << (64 - length * 8);
    let pairs = digits.wrapping_mul(10).wrapping_add(digits >> 8);
    let low = (pairs & 0x0000_00FF_0000_00FF).wrapping_mul(0x000F_4240_0000_0064);
    let high = ((pairs >> 16) & 0x0000_00FF_0000_00FF).wrapping_mul(0x0000_2710_0000_0001);
    (low.wrapping_add(high) >> 32) as u32
}

#[cold]
fn long_number(digits: &[u8]) -> u32 {
    digits.iter().fold(0, |number, &digit| with_digit(number, digit))
}

/// A size or an id beyond 32 bits is no matter of exactness.
pub(super) fn with_digit(number: u32, digit: u8) -> u32 {
    number.saturating_mul(10).saturating_add(u32::from(digit - b'0'))
}

/// Finds the bytes that are no digits, and tells how many they are.
fn separators(bytes: &[u8], found: &mut [u32]) -> usize {
    let mut count = 0;
    let mut first = 0;
    let (blocks, rest) = bytes.as_chunks::<64>();
    for block in blocks {
        note(others(block), first, found, &mut count);
        first += 64;
    }
    let mut last = [b'0'; 64];
    last[..rest.len()].copy_from_slice(rest);
    note(others(&last), first, found, &mut count);
    count
}

/// A bit for each byte that is no digit.
#[inline]
fn others(block: &[u8; 64]) -> u64 {
    let (words, _) = block.as_chunks::<8>();
    let mut bits = 0;
    for (index, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word) ^ ZEROS;
        // The highest bit of each byte that is no digit: those are 0 to 9 now.
        let high = ((word & 0x7F7F_7F7F_7F7F_7F7F) + 0x7676_7676_7676_7676) | word;
        let lows = (high >> 7) & 0x0101_0101_0101_0101;
        bits |= (lows.wrapping_mul(0x0102_0408_1020_4080) >> 56) << (index * 8);
    }
    bits
}

/// Eight places at once, of which those too many are written over by the next.
#[inline]
fn note(mut bits: u64, first: u32, found: &mut [u32], count: &mut usize) {
    let total = bits.count_ones() as usize;
    let mut noted = 0;
    while noted < total {
        let Some(places) = found[*count + noted..].first_chunk_mut::<8>() else { return };
        for place in places {
            *place = first.wrapping_add(bits.trailing_zeros());
            bits &= bits.wrapping_sub(1);
        }
        noted += 8;
    }
    *count += total;
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read<const FIELDS: usize>(text: &str) -> (Vec<[u32; FIELDS]>, usize) {
        let mut taken = Vec::new();
        let places = &mut Places::default();
        let end = entries(text.as_bytes(), FIELDS, 0, text.len(), places, |entries| {
            let first = taken.len();
            taken.resize(first + entries.field(0).len(), [0; FIELDS]);
            for index in 0..FIELDS {
                let entries = taken[first..].iter_mut().zip(entries.field(index));
                entries.for_each(|(entry, number)| entry[index] = number);
            }
            true
        });
        (taken, end)
    }

    #[test]
    fn numbers_of_any_length_are_read() {
        for number in (0..32).flat_map(|bit| [(1_u32 << bit) - 1, 1 << bit]) {
            assert_eq!(read(&format!("{number},")).0, [[number]]);
            assert_eq!(read(&format!("1,{number}\n,")).0, [[1, number]]);
        }
        assert_eq!(read("12345678901,").0, [[u32::MAX]]);
        assert_eq!(read("0000000000007,1,").0, [[7, 1]]);
    }

    #[test]
    fn an_entry_ends_with_a_comma_with_or_without_a_line_end() {
        assert_eq!(read("1,22,333\n,4,5,6\n,7"), (vec![[1, 22, 333], [4, 5, 6]], 17));
        assert_eq!(read("1,22,333,4"), (vec![[1, 22, 333]], 9));
        assert_eq!(read("1,22,333\n]"), (Vec::<[u32; 3]>::new(), 0));
    }

    #[test]
    fn what_is_written_otherwise_is_left_alone() {
        for text in
            ["", ",", ",,1,2,", "1, 2,", "1,-2,", "1;2,", "1,2 ,", "1]", "1\n,2,", "1,2\n\n,"]
        {
            assert_eq!(read::<2>(text), (Vec::new(), 0), "{text}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn entries_are_those_that_a_plain_reader_finds(
            expected in prop::collection::vec(any::<[u32; 3]>(), 0..2000),
            end in prop_oneof![Just(","), Just("\n,")],
        ) {
            let written = |[a, b, c]: &[u32; 3]| format!("{},{b},{}{end}", a % 10, c % 1000);
            let text: String = expected.iter().map(written).collect();
            let (taken, length) = read::<3>(&text);
            let expected: Vec<_> = expected.iter().map(|[a, b, c]| [a % 10, *b, c % 1000]).collect();
            prop_assert_eq!(taken, expected);
            prop_assert_eq!(length, text.len());
        }
    }
}
