//! From byte offsets to the offsets of JavaScript strings.

/// For each character beyond ASCII: the offset after it, and how many bytes more than UTF-16 units came until then.
pub(super) struct Utf16Offsets {
    surplus: Vec<(usize, usize)>,
}

impl Utf16Offsets {
    pub(super) fn new(source: &str) -> Self {
        let mut surplus = Vec::new();
        let mut total = 0;
        if !source.is_ascii() {
            for (offset, character) in source.char_indices().filter(|(_, c)| !c.is_ascii()) {
                total += character.len_utf8() - character.len_utf16();
                surplus.push((offset + character.len_utf8(), total));
            }
        }
        Self { surplus }
    }

    pub(super) fn at(&self, offset: u32) -> u32 {
        let before = self.surplus.partition_point(|&(end, _)| end <= offset as usize);
        let surplus = before.checked_sub(1).and_then(|index| self.surplus.get(index));
        offset - surplus.map_or(0, |&(_, total)| u32::try_from(total).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_count_utf16_units() {
        let offsets = Utf16Offsets::new("aé😀b");

        assert_eq!([0, 1, 3, 7, 8].map(|offset| offsets.at(offset)), [0, 1, 2, 4, 5]);
    }
}
