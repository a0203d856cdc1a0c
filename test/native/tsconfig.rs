//! The options of TypeScript, on real files.

#![allow(clippy::unwrap_used, reason = "a helper of a test fails by panicking")]

use std::fs;
use std::path::Path;

use safe_hot::tsconfig::{ModuleSystem, find_tsconfig};

/// Writes the files, then tells the options for `src/a.ts` (those that are set) or why there are none.
fn check(files: &[(&str, &str)], expected: &str) {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in files {
        let file = folder.path().join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, content).unwrap();
    }
    fs::create_dir_all(folder.path().join("src")).unwrap();

    assert_eq!(describe(folder.path()), expected, "{files:?}");
}

fn describe(folder: &Path) -> String {
    let options = match find_tsconfig(&folder.join("src/a.ts")) {
        Ok(Some(found)) => found.compiler_options,
        Ok(None) => return "none".to_owned(),
        Err(error) => {
            let place = error.place.as_ref().map_or_else(String::new, |place| {
                let name = place.path.file_name().unwrap_or_default().to_string_lossy();
                format!(" {name}:{}:{}", place.line, place.column)
            });
            return format!("{}{place}", error.code());
        }
    };
    let flags = [
        ("decorators", options.experimental_decorators),
        ("metadata", options.emit_decorator_metadata),
        ("define", options.use_define_for_class_fields),
        ("verbatim", options.verbatim_module_syntax),
        ("nulls", options.strict_null_checks),
    ];
    let flags = flags.iter().filter_map(|(name, flag)| Some(format!("{name}={}", (*flag)?)));
    let jsx = [options.jsx, options.jsx_import_source, options.jsx_factory];
    flags.chain(jsx.into_iter().flatten()).collect::<Vec<_>>().join(" ")
}

#[test]
fn options_come_from_the_nearest_file_and_what_it_extends() {
    check(&[], "none");
    check(&[("tsconfig.json", "")], "nulls=false");
    check(
        &[(
            "tsconfig.json",
            "{ /* a */ \"compilerOptions\": { \"strict\": true, \"jsx\": \"react\", }, }",
        )],
        "nulls=true react",
    );
    check(
        &[
            (
                "tsconfig.json",
                r#"{ "extends": ["./a", "./b.json"], "compilerOptions": { "jsx": "react" } }"#,
            ),
            (
                "a.json",
                r#"{ "compilerOptions": { "target": "es2017", "jsxFactory": "h", "jsx": "preserve" } }"#,
            ),
            (
                "b.json",
                r#"{ "extends": "base/tsconfig.json", "compilerOptions": { "target": "ESNext" } }"#,
            ),
            (
                "node_modules/base/tsconfig.json",
                r#"{ "compilerOptions": { "experimentalDecorators": true } }"#,
            ),
        ],
        "decorators=true define=true nulls=false react h",
    );
    check(
        &[(
            "tsconfig.json",
            r#"{ "include": ["lib"], "compilerOptions": { "target": "es2021" } }"#,
        )],
        "define=false nulls=false",
    );
    check(
        &[
            (
                "tsconfig.json",
                r#"{ "files": [], "references": [{ "path": "./tsconfig.app.json" }] }"#,
            ),
            (
                "tsconfig.app.json",
                r#"{ "include": ["src"], "compilerOptions": { "verbatimModuleSyntax": true } }"#,
            ),
        ],
        "verbatim=true nulls=false",
    );
}

#[test]
fn all_files_that_were_read_are_told_and_one_that_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    let root = fs::canonicalize(folder.path()).unwrap();
    let write = |name: &str, content: &str| fs::write(root.join(name), content).unwrap();
    write("tsconfig.json", r#"{ "extends": ["./a", "./b.json"] }"#);
    write("a.json", "{}");
    write("b.json", r#"{ "extends": "./c" }"#);
    write("c.json", "{}");
    let expected = |names: &[&str]| names.iter().map(|name| root.join(name)).collect::<Vec<_>>();

    let found = find_tsconfig(&root.join("x.ts")).unwrap().unwrap();
    fs::remove_file(root.join("c.json")).unwrap();
    let error = find_tsconfig(&root.join("x.ts")).unwrap_err();

    assert_eq!(found.files, expected(&["tsconfig.json", "b.json", "c.json", "a.json"]));
    assert_eq!(error.files, expected(&["tsconfig.json", "b.json", "c.json"]));
}

#[test]
fn what_import_and_export_become_is_known_by_module_or_target() {
    let table = [
        ("{}", None),
        (r#"{ "target": "ES5" }"#, Some(ModuleSystem::CommonJs)),
        (r#"{ "target": "es2022" }"#, Some(ModuleSystem::EsModules)),
        (r#"{ "module": "CommonJS", "target": "es2022" }"#, Some(ModuleSystem::CommonJs)),
        (r#"{ "module": "NodeNext" }"#, Some(ModuleSystem::Node)),
        (r#"{ "module": "node16" }"#, Some(ModuleSystem::Node)),
        (r#"{ "module": "ESNext" }"#, Some(ModuleSystem::EsModules)),
        (r#"{ "module": "es6" }"#, Some(ModuleSystem::EsModules)),
        (r#"{ "module": "preserve" }"#, Some(ModuleSystem::EsModules)),
        (r#"{ "module": "umd" }"#, Some(ModuleSystem::CommonJs)),
    ];

    for (options, expected) in table {
        let folder = tempfile::tempdir().unwrap();
        let text = format!(r#"{{ "compilerOptions": {options} }}"#);
        fs::write(folder.path().join("tsconfig.json"), text).unwrap();

        let found = find_tsconfig(&folder.path().join("x.ts")).unwrap().unwrap();

        assert_eq!(found.module_system, expected, "{options}");
    }
}

#[test]
fn what_is_wrong_with_a_file_is_told_with_its_place() {
    check(
        &[("tsconfig.json", "{\n  \"compilerOptions\": }")],
        "ERR_SAFE_HOT_TSCONFIG tsconfig.json:2:22",
    );
    check(
        &[
            ("tsconfig.json", r#"{ "extends": "./a" }"#),
            ("a.json", r#"{ "extends": "./tsconfig" }"#),
        ],
        "ERR_SAFE_HOT_TSCONFIG",
    );
    check(&[("tsconfig.json", r#"{ "extends": "./missing" }"#)], "ERR_SAFE_HOT_TSCONFIG");
}
