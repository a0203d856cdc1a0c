//! The strings of a snapshot, and how they are read.

use super::error::SnapshotError;

/// All texts, one after the other.
#[derive(Debug)]
pub(super) struct Strings {
    text: String,
    /// One more than there are strings.
    ends: Vec<usize>,
}

impl Default for Strings {
    fn default() -> Self {
        Self { text: String::new(), ends: vec![0] }
    }
}

impl Strings {
    pub(super) const fn len(&self) -> usize {
        self.ends.len() - 1
    }

    pub(super) fn get(&self, index: u32) -> &str {
        let index = index as usize;
        &self.text[self.ends[index]..self.ends[index + 1]]
    }

    pub(super) fn all(&self) -> impl Iterator<Item = (u32, &str)> {
        (0..).zip(self.ends.array_windows().map(|&[start, end]| &self.text[start..end]))
    }

    pub(super) fn push(&mut self, text: &[u8]) {
        self.text.push_str(&String::from_utf8_lossy(text));
        self.ends.push(self.text.len());
    }
}

/// Reads one string after the other, which may come in parts.
#[derive(Debug, Default)]
pub(super) struct StringReader {
    state: State,
    bytes: Vec<u8>,
    /// The first half of a surrogate pair.
    high: Option<u16>,
}

#[derive(Debug, Default, Clone, Copy)]
enum State {
    #[default]
    Plain,
    Escaped,
    /// Of `\u`: how many digits there are, and their value.
    Unicode(u8, u16),
}

impl StringReader {
    /// Reads what follows the opening quote, at `position` in the file. Gives the number of bytes, and whether the string ends
    /// with them.
    pub(super) fn read(
        &mut self,
        chunk: &[u8],
        position: u64,
        strings: &mut Strings,
    ) -> Result<(usize, bool), SnapshotError> {
        let mut at = 0;
        while let Some(&byte) = chunk.get(at) {
            if matches!(self.state, State::Plain) {
                let rest = &chunk[at..];
                let length = memchr::memchr2(b'"', b'\\', rest).unwrap_or(rest.len());
                if length > 0 {
                    self.end_surrogate();
                    self.bytes.extend_from_slice(&rest[..length]);
                }
                at += length + usize::from(length < rest.len());
                match rest.get(length) {
                    Some(b'"') => {
                        self.end_surrogate();
                        strings.push(&self.bytes);
                        self.bytes.clear();
                        return Ok((at, true));
                    }
                    Some(_) => self.state = State::Escaped,
                    None => {}
                }
            } else {
                self.escape(byte).map_err(|expected| SnapshotError::Unexpected {
                    expected,
                    position: position + at as u64,
                })?;
                at += 1;
            }
        }
        Ok((at, false))
    }

    fn escape(&mut self, byte: u8) -> Result<(), &'static str> {
        self.state = match self.state {
            State::Plain => State::Plain,
            State::Escaped if byte == b'u' => State::Unicode(0, 0),
            State::Escaped => {
                self.end_surrogate();
                self.bytes.push(match byte {
                    b'n' => b'\n',
                    b't' => b'\t',
                    b'r' => b'\r',
                    b'b' => 8,
                    b'f' => 12,
                    b'"' | b'\\' | b'/' => byte,
                    _ => return Err("an escape sequence"),
                });
                State::Plain
            }
            State::Unicode(digits, value) => {
                let digit = char::from(byte).to_digit(16).ok_or("a hexadecimal digit")?;
                let value = (value << 4) | u16::try_from(digit).unwrap_or(0);
                if digits == 3 {
                    self.unit(value);
                    State::Plain
                } else {
                    State::Unicode(digits + 1, value)
                }
            }
        };
        Ok(())
    }

    /// One unit of UTF-16; V8 writes a pair of them for each character beyond the first plane.
    fn unit(&mut self, unit: u16) {
        let units = [self.high.take(), Some(unit)];
        if units[0].is_none() && (0xD800..0xDC00).contains(&unit) {
            self.high = Some(unit);
            return;
        }
        for each in char::decode_utf16(units.into_iter().flatten()) {
            let character = each.unwrap_or(char::REPLACEMENT_CHARACTER);
            self.bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        }
    }

    fn end_surrogate(&mut self) {
        if self.high.take().is_some() {
            self.bytes.extend_from_slice("\u{FFFD}".as_bytes());
        }
    }
}
