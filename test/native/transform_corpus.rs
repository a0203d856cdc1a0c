//! The transform stage on texts that nobody wrote for it: real packages, and texts cut off anywhere.

#![allow(clippy::unwrap_used, reason = "a helper of a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use safe_hot::transform::{
    CompilerOptions, Kind, Language, TransformOptions, Transformed, transform,
};

fn options(language: Language, kind: Kind) -> TransformOptions {
    TransformOptions {
        path: "a.js".into(),
        language,
        kind,
        compiler_options: CompilerOptions {
            experimental_decorators: Some(true),
            emit_decorator_metadata: Some(true),
            ..CompilerOptions::default()
        },
    }
}

/// Asserts that no text of a line has moved up to its first helper: what was there is there, or is blank.
fn check_columns(file: &Path, source: &str) -> bool {
    let Ok(Transformed::Module(module)) =
        transform(source, &options(Language::JavaScript, Kind::Module))
    else {
        return false;
    };
    let (before, after): (Vec<_>, Vec<_>) =
        (source.split('\n').collect(), module.code.split('\n').collect());
    assert_eq!(before.len(), after.len(), "{}", file.display());
    for (number, (before, after)) in before.iter().zip(after).enumerate() {
        let place = format!("{}:{} {before:?} {after:?}", file.display(), number + 1);
        let units = |text: &str| text.encode_utf16().collect::<Vec<_>>();
        let helper = after.find(&module.base).unwrap_or(after.len());
        let is_default_function =
            module.default_function.as_ref().is_some_and(|name| after.contains(name));
        let (before, after, until) = (units(before), units(after), units(&after[..helper]).len());
        let grows = after.len() > before.len();
        assert!(grows || after.len() == before.len(), "{place}");
        for column in 0..until.min(before.len()) {
            let (old, new) = (before[column], after[column]);
            let is_blank = [' ', ';'].map(|blank| blank as u16).contains(&new);
            let is_hashbang = number == 0 && column < 2 && new == u16::from(b'/');
            // `})` closes `export default` where its value ends, `(` opens what comes after an untold name.
            let is_put_in = [')', '}', '('].map(|put| put as u16).contains(&new);
            if is_default_function || (grows && old != new && is_put_in) {
                break;
            }
            assert!(old == new || is_blank || is_hashbang, "{place}");
        }
    }
    true
}

#[test]
fn the_text_of_real_packages_stays_at_its_line_and_column() {
    let packages = Path::new(env!("CARGO_MANIFEST_DIR")).join("node_modules");
    let mut modules = 0;
    let mut folders: Vec<PathBuf> = vec![packages];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let kind = entry.file_type().unwrap();
            let is_script = path.extension().is_some_and(|end| end == "js" || end == "mjs");
            if kind.is_dir() {
                folders.push(path);
            } else if kind.is_file() && is_script {
                let source = fs::read_to_string(&path).unwrap_or_default();
                let has_exports = source.contains("export ") && source.len() < 100_000;
                modules += u32::from(has_exports && check_columns(&path, &source));
            }
        }
    }
    println!("{modules} modules");
}

const SOURCES: [&str; 3] = [
    "#!/usr/bin/env node\nimport a, { b as c } from 'é😀' with { type: 'json' }\nexport let n = 0, { x } = import.meta\nexport default async function* () { n++; a = [c] = n ||= 1; for (n of await import('y')) n }",
    "abstract class A<T> implements B { private x?: string = <any>1; constructor(readonly y: T) {} @dec m(this: A, @p b?: number): asserts b is 1 { return b! as 1 } declare z; [k: string]: 1 }\nexport enum E { a = 'ü' }\nnamespace N.M { export const c = (d: T): {\n e: 1 } => d satisfies 1 }\nimport type F from 'f'; export = A",
    "const f = <T,>(x: T) => <C {...x} y={1}>é<></></C>; export { f as 'a b' }; export * as g from 'h'",
];

/// Every language and kind; the outcome is of no interest here.
fn transform_all(source: &str) {
    for language in [Language::JavaScript, Language::Jsx, Language::TypeScript, Language::Tsx] {
        for kind in [Kind::Module, Kind::CommonJs] {
            drop(transform(source, &options(language, kind)));
        }
    }
}

#[test]
fn a_text_that_is_cut_off_is_refused_or_transformed() {
    for source in SOURCES {
        for (offset, _) in source.char_indices() {
            transform_all(&source[..offset]);
            transform_all(&source[offset..]);
        }
    }
}

#[test]
fn a_text_that_is_nested_deeply_does_not_end_the_process() {
    for depth in [1_000, 5_000, 100_000] {
        transform_all(&format!("{}{}", "[".repeat(depth), "]".repeat(depth)));
        transform_all(&format!("x = a{}", " + a".repeat(depth / 10)));
        transform_all(&"{".repeat(depth));
    }
}

proptest! {
    #[test]
    fn any_text_is_refused_or_transformed(source in "\\PC{0,60}") {
        transform_all(&source);
    }

    #[test]
    fn any_words_are_refused_or_transformed(
        words in prop::collection::vec(prop::sample::select(vec![
            "import", "export", "default", "{", "}", "(", ")", "[", "]", "a", "b", "as", "from", "'x'", "=", ";", "\n",
            "let", "var", "const", "function", "class", "async", "await", "*", "=>", ",", ":", "?", "!", "<", ">",
            "type", "enum", "for", "of", "if", "else", "++", "...", ".", "meta", "import.meta", "@", "declare",
            "namespace", "1", "`", "${", "satisfies", "abstract", "private", "this", "arguments", "é", "😀",
        ]), 0..14)
    ) {
        transform_all(&words.join(" "));
    }
}
