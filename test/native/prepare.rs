//! The prepare stage on real files.

use std::fs;
use std::path::Path;

use safe_hot::fingerprint::fingerprint;
use safe_hot::prepare::{Language, PrepareInput, Prepared, prepare};

fn prepare_one(path: &Path, in_use: Option<&str>, language: Language) -> Prepared {
    let input = PrepareInput {
        path: path.to_path_buf(),
        fingerprint: in_use.map(|text| fingerprint(text.as_bytes())),
        language,
    };
    prepare(&[input]).remove(0)
}

#[test]
fn each_content_has_its_outcome() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.js");
    let outcome = |content: &[u8], in_use: Option<&str>, language| {
        fs::write(&file, content).unwrap();
        match prepare_one(&file, in_use, language) {
            Prepared::Unchanged => "unchanged".to_owned(),
            Prepared::Changed { source, requests, module_syntax, .. } => {
                format!("changed {source:?} {} {module_syntax}", requests.len())
            }
            Prepared::Empty { .. } => "empty".to_owned(),
            Prepared::Invalid { error, .. } => {
                format!("invalid {}:{}", error.span.line, error.span.column)
            }
            other => format!("{other:?}"),
        }
    };

    let table: [(&[u8], Option<&str>, Language, &str); 13] = [
        (b"a", Some("a"), Language::CommonJs, "unchanged"),
        (b"require('a')", Some("a"), Language::CommonJs, "changed \"require('a')\" 1 false"),
        (b"\xef\xbb\xbfa", None, Language::CommonJs, "changed \"a\" 0 false"),
        (b"'\xff'", None, Language::CommonJs, "changed \"'\u{fffd}'\" 0 false"),
        (b"import 'a'", None, Language::CommonJs, "changed \"import 'a'\" 0 true"),
        (b"a(", None, Language::CommonJs, "invalid 1:3"),
        (b" \n\t", None, Language::CommonJs, "empty"),
        (b"", Some("a"), Language::Json, "empty"),
        (b"{\"a\": }", None, Language::Json, "invalid 1:7"),
        (
            b"let a = require('a') as A",
            None,
            Language::TypeScript,
            "changed \"let a = require('a') as A\" 1 false",
        ),
        (
            b"<a>{require('a')}</a>",
            None,
            Language::TypeScript,
            "changed \"<a>{require('a')}</a>\" 1 false",
        ),
        (b"a(", None, Language::TypeScript, "changed \"a(\" 0 false"),
        (b"anything (", None, Language::Other, "changed \"anything (\" 0 false"),
    ];

    for (content, in_use, language, expected) in table {
        assert_eq!(
            outcome(content, in_use, language),
            expected,
            "{}",
            String::from_utf8_lossy(content)
        );
    }
}

#[test]
fn what_is_no_file_is_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.js");
    fs::write(&file, "a").unwrap();

    assert_eq!(
        prepare_one(&folder.path().join("b.js"), None, Language::CommonJs),
        Prepared::Missing
    );
    assert_eq!(prepare_one(&file.join("c.js"), None, Language::CommonJs), Prepared::Missing);
    assert_eq!(prepare_one(folder.path(), None, Language::CommonJs), Prepared::Directory);
    let too_long = folder.path().join("x".repeat(300));
    assert!(matches!(
        prepare_one(&too_long, None, Language::CommonJs),
        Prepared::Unreadable { errno, .. } if errno == "ENAMETOOLONG"
    ));
}
