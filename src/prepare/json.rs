//! Whether a text is JSON, with the place where it stops being so.

use serde::de::IgnoredAny;

use super::SourceError;
use crate::position::Lines;

/// Accepts what `JSON.parse` accepts. `IgnoredAny` builds nothing and so has no limits of its own: deep nesting,
/// numbers beyond a double and lone surrogates pass, as they do in JavaScript.
pub(super) fn check(source: &str) -> Result<(), SourceError> {
    serde_json::from_str::<IgnoredAny>(source).map(drop).map_err(|error| explain(source, &error))
}

fn explain(source: &str, error: &serde_json::Error) -> SourceError {
    let offset = offset_of(source, error);
    let message = error.to_string();
    // The position is told as data; serde_json repeats it at the end of its message.
    let message =
        message.rsplit_once(" at line ").map_or(message.as_str(), |(reason, _)| reason).to_owned();
    SourceError { message, span: Lines::new(source).span(offset, (offset + 1).min(source.len())) }
}

/// `serde_json` counts lines by LF, columns in bytes, and starts columns at 1 (0 is the line end before).
fn offset_of(source: &str, error: &serde_json::Error) -> usize {
    let before: usize =
        source.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
    (before + error.column().saturating_sub(1)).min(source.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_json_parse_accepts_is_accepted() {
        let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));

        for source in ["{}", "1e999", r#""\ud800""#, r#"{"a":1,"a":2}"#, " [1]\r\n", &deep] {
            assert_eq!(check(source), Ok(()), "{source:.20}");
        }
    }

    #[test]
    fn an_error_has_its_place() {
        let table = [
            ("{\n  \"a\": 1,\n}", (3, 1)),
            ("{\"a\" 1}", (1, 6)),
            ("[1] x", (1, 5)),
            ("{'a': 1}", (1, 2)),
        ];

        for (source, place) in table {
            let error = check(source).unwrap_err();

            assert_eq!((error.span.line, error.span.column), place, "{source:?} {}", error.message);
            assert!(!error.message.contains("line"), "{}", error.message);
        }
    }
}
