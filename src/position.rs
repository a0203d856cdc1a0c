//! From byte offsets to lines and columns as JavaScript and editors count them.

/// A stretch of source. Lines and columns count from 1, columns in UTF-16 units; the end is exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SourceSpan {
    pub line: u32,
    pub column: u32,
    pub end_line: u32,
    pub end_column: u32,
}

/// Why a text is no module, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceError {
    pub message: String,
    pub span: SourceSpan,
}

/// Where each line of a text starts.
pub(crate) struct Lines<'a> {
    source: &'a str,
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    /// Lines end as V8 ends them: at LF, CR, CRLF, U+2028 and U+2029.
    pub(crate) fn new(source: &'a str) -> Self {
        let mut starts = vec![0];
        let mut characters = source.char_indices().peekable();
        while let Some((offset, character)) = characters.next() {
            let followed_by_lf = matches!(characters.peek(), Some((_, '\n')));
            if is_line_end(character) && !(character == '\r' && followed_by_lf) {
                starts.push(offset + character.len_utf8());
            }
        }
        Self { source, starts }
    }

    pub(crate) fn span(&self, start: usize, end: usize) -> SourceSpan {
        let (line, column) = self.position(start);
        let (end_line, end_column) = self.position(end.max(start));
        SourceSpan { line, column, end_line, end_column }
    }

    fn position(&self, offset: usize) -> (u32, u32) {
        let offset = self.source.floor_char_boundary(offset);
        let line = self.starts.partition_point(|&start| start <= offset);
        let start = self.starts.get(line.saturating_sub(1)).copied().unwrap_or_default();
        let before = self.source.get(start..offset).unwrap_or_default();
        (to_u32(line), to_u32(before.encode_utf16().count() + 1))
    }
}

const fn is_line_end(character: char) -> bool {
    matches!(character, '\n' | '\r' | '\u{2028}' | '\u{2029}')
}

fn to_u32(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_lines_of_every_kind_and_utf16_units() {
        let table = [
            ("abc", 0, (1, 1)),
            ("abc", 3, (1, 4)),
            ("abc", 99, (1, 4)),
            ("a\nb", 2, (2, 1)),
            ("a\r\nb", 3, (2, 1)),
            ("a\rb", 2, (2, 1)),
            ("a\u{2028}b", 4, (2, 1)),
            ("😀x", 4, (1, 3)),
            ("éx", 2, (1, 2)),
        ];

        for (source, offset, expected) in table {
            assert_eq!(Lines::new(source).position(offset), expected, "{source:?} at {offset}");
        }
    }
}
