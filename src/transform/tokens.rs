//! The few tokens of a source that its syntax tree has no place for.

use super::scan::to_u32;

pub(super) struct Tokens<'s> {
    source: &'s str,
}

impl<'s> Tokens<'s> {
    pub(super) const fn new(source: &'s str) -> Self {
        Self { source }
    }

    /// Where the next token from `offset` on starts: after white space and comments.
    pub(super) fn next(&self, offset: u32) -> u32 {
        let mut rest = self.rest(offset);
        loop {
            rest = rest.trim_start();
            let comment_end = if rest.starts_with("//") {
                rest.find(['\n', '\r', '\u{2028}', '\u{2029}'])
            } else if rest.starts_with("/*") {
                rest.find("*/").map(|end| end + 2)
            } else {
                None
            };
            match comment_end.and_then(|end| rest.get(end..)) {
                Some(after) => rest = after,
                None => return to_u32(self.source.len() - rest.len()),
            }
        }
    }

    pub(super) fn byte(&self, offset: u32) -> Option<u8> {
        self.source.as_bytes().get(offset as usize).copied()
    }

    /// The ASCII word that starts at `offset`, or nothing.
    pub(super) fn word(&self, offset: u32) -> &'s str {
        let rest = self.rest(offset);
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
        rest.get(..end).unwrap_or_default()
    }

    /// Whether `word` is the next token from `offset` on.
    pub(super) fn is_word(&self, offset: u32, word: &str) -> bool {
        self.word(self.next(offset)) == word
    }

    fn rest(&self, offset: u32) -> &'s str {
        self.source.get(offset as usize..).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_come_after_white_space_and_comments() {
        let table = [("a", 0), (" a", 1), ("/* b */ // c\n a", 14), ("\u{a0}é", 2), ("// b", 0)];

        for (source, expected) in table {
            assert_eq!(Tokens::new(source).next(0), expected, "{source:?}");
        }
    }
}
