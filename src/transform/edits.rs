//! Changes of a text in place, collected in any order and applied at once.

use oxc_span::Span;

use super::module::Move;

/// At one offset, what closes comes before what opens, and both before what replaces the text from there on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Close,
    Separate,
    Open,
    Replace,
}

#[derive(Debug)]
struct Edit {
    span: Span,
    rank: Rank,
    text: String,
}

/// A text with its edits made.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Edited {
    pub(super) code: String,
    pub(super) moves: Vec<Move>,
}

/// The edits of one source. Offsets are in bytes.
#[derive(Debug)]
pub(super) struct Edits<'s> {
    source: &'s str,
    list: Vec<Edit>,
}

impl<'s> Edits<'s> {
    pub(super) const fn new(source: &'s str) -> Self {
        Self { source, list: Vec::new() }
    }

    pub(super) fn text(&self, span: Span) -> &'s str {
        self.source.get(span.start as usize..span.end as usize).unwrap_or_default()
    }

    pub(super) const fn source(&self) -> &'s str {
        self.source
    }

    /// Puts `text` before what starts at `offset`. Outer before inner: call it on the way down.
    pub(super) fn open(&mut self, offset: u32, text: impl Into<String>) {
        self.push(Span::empty(offset), Rank::Open, text.into());
    }

    /// Puts `text` after what ends at `offset`. Inner before outer: call it on the way up.
    pub(super) fn close(&mut self, offset: u32, text: impl Into<String>) {
        self.push(Span::empty(offset), Rank::Close, text.into());
    }

    /// Puts a `;` after what ends at `offset`, and after all that closes there.
    pub(super) fn separate(&mut self, offset: u32) {
        self.push(Span::empty(offset), Rank::Separate, ";".to_owned());
    }

    pub(super) fn replace(&mut self, span: Span, text: impl Into<String>) {
        self.push(span, Rank::Replace, text.into());
    }

    /// Spaces for the text, and its line ends.
    pub(super) fn blank(&mut self, span: Span) {
        self.replace(span, blanks(self.text(span)));
    }

    /// `text`, then spaces for the rest of the span, and its line ends. The span starts with as many ASCII
    /// characters as `text` has.
    pub(super) fn overlay(&mut self, span: Span, text: &str) {
        let rest = self.text(span).get(text.len()..).unwrap_or_default();
        self.replace(span, format!("{text}{}", blanks(rest)));
    }

    /// Spaces for the text and its line ends, then `text` in place of the last characters, which are ASCII.
    pub(super) fn blank_until(&mut self, span: Span, text: &str) {
        let all = self.text(span);
        let kept = all.get(..all.len().saturating_sub(text.len())).unwrap_or_default();
        self.replace(span, format!("{}{text}", blanks(kept)));
    }

    /// Blanks a statement, and keeps what stands around it apart.
    pub(super) fn blank_statement(&mut self, span: Span) {
        self.overlay(span, ";");
    }

    /// The source with every edit made. Where two replace the same text, the one that starts first counts.
    pub(super) fn apply(mut self) -> Edited {
        self.list.sort_by_key(|edit| (edit.span.start, edit.rank));
        let mut result = String::with_capacity(self.source.len() + self.list.len() * 8);
        let mut moves = Vec::new();
        let (mut done, mut utf16) = (0, 0);
        for edit in &self.list {
            let (start, end) = (edit.span.start as usize, edit.span.end as usize);
            if edit.rank == Rank::Replace && start < done {
                continue;
            }
            let kept = self.source.get(done..start).unwrap_or_default();
            result.push_str(kept);
            result.push_str(&edit.text);
            utf16 += utf16_len(kept);
            let length = utf16_len(&edit.text);
            let source_length =
                utf16_len(self.source.get(done.max(start)..end).unwrap_or_default());
            if length != source_length {
                moves.push(Move { start_utf16: utf16, length, source_length });
            }
            utf16 += length;
            done = done.max(end);
        }
        result.push_str(self.source.get(done..).unwrap_or_default());
        Edited { code: result, moves }
    }

    fn push(&mut self, span: Span, rank: Rank, text: String) {
        self.list.push(Edit { span, rank, text });
    }
}

fn utf16_len(text: &str) -> u32 {
    let length = if text.is_ascii() { text.len() } else { text.encode_utf16().count() };
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// One space for each UTF-16 unit, since columns count these; line ends stay.
pub(super) fn blanks(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' | '\r' | '\u{2028}' | '\u{2029}' => result.push(character),
            _ => result.extend(std::iter::repeat_n(' ', character.len_utf16())),
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_at_one_place_nest() {
        let mut edits = Edits::new("a = b = 1 + c");
        edits.open(0, "<");
        edits.open(0, "(");
        edits.replace(Span::new(0, 1), "x");
        edits.close(9, ")");
        edits.close(9, ">");
        edits.open(10, "[");
        edits.blank(Span::new(10, 13));

        assert_eq!(edits.apply().code, "<(x = b = 1)> [   ");
    }

    #[test]
    fn what_is_longer_or_shorter_than_the_source_is_told_in_utf16() {
        let mut edits = Edits::new("é; a; b");
        edits.blank(Span::new(0, 2));
        edits.close(6, "!!");
        edits.replace(Span::new(4, 5), "x");
        edits.replace(Span::new(7, 8), "");

        let Edited { code, moves } = edits.apply();

        assert_eq!(code, " ; x;!! ");
        let inserted = Move { start_utf16: 5, length: 2, source_length: 0 };
        let removed = Move { start_utf16: 8, length: 0, source_length: 1 };
        assert_eq!(moves, [inserted, removed]);
    }

    #[test]
    fn blanks_keep_lines_and_utf16_columns() {
        assert_eq!(blanks("a😀é\r\n\t\u{2028}b"), "    \r\n \u{2028} ");
    }
}
