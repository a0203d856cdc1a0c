//! Resolution against what Node itself says, on trees made for the purpose.

#![allow(clippy::unwrap_used, reason = "a helper of a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use safe_hot::resolve::{ResolveMode, Resolved, Resolver, ResolverOptions};

/// Asks Node for the outcome of each `[importer, specifier]`, and for the conditions and builtins it works with.
const ASK_NODE: &str = "
const { createRequire, builtinModules } = require('module');
const answers = JSON.parse(process.argv[1]).map(([importer, specifier]) => {
  try { return createRequire(importer).resolve(specifier); } catch { return null; }
});
const moduleSync = process.features.require_module ? ['module-sync'] : [];
console.log(JSON.stringify({ answers, builtinModules, conditions: ['node', 'require', 'node-addons', ...moduleSync] }));
";

struct Tree {
    folder: tempfile::TempDir,
}

impl Tree {
    fn new(files: &[(&str, &str)]) -> Self {
        let tree = Self { folder: tempfile::tempdir().unwrap() };
        for (path, content) in files {
            let path = tree.root().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
        tree
    }

    fn root(&self) -> PathBuf {
        fs::canonicalize(self.folder.path()).unwrap()
    }
}

/// Resolves everything with Node and with ours: a file, a builtin or `None` must be the same.
fn check(root: &Path, requests: &[(&str, &str)]) {
    let importers: Vec<_> = requests.iter().map(|(importer, _)| root.join(importer)).collect();
    let asked: Vec<_> = importers
        .iter()
        .zip(requests)
        .map(|(importer, (_, specifier))| (importer, specifier))
        .collect();
    let output = Command::new("node")
        .args(["-e", ASK_NODE, &serde_json::to_string(&asked).unwrap()])
        .output()
        .unwrap();
    let said: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let texts = |name: &str| -> Vec<String> { serde_json::from_value(said[name].clone()).unwrap() };
    let resolver = Resolver::new(ResolverOptions {
        mode: ResolveMode::Require,
        conditions: texts("conditions"),
        extensions: [".js", ".json", ".node"].map(str::to_owned).to_vec(),
        builtins: texts("builtinModules"),
        ..ResolverOptions::default()
    });

    for ((importer, specifier), node) in asked.iter().zip(said["answers"].as_array().unwrap()) {
        let ours = match resolver.resolve(importer, specifier) {
            Ok(Resolved::File(path)) => Some(path.to_str().unwrap().to_owned()),
            Ok(Resolved::Builtin(name)) => Some(name),
            Err(_) => None,
        };

        assert_eq!(ours.as_deref(), node.as_str(), "{specifier} from {}", importer.display());
    }
}

#[test]
fn files_and_folders_resolve_as_in_node() {
    let tree = Tree::new(&[
        ("src/a.js", ""),
        ("src/b.json", "{}"),
        ("src/c", ""),
        ("src/d.js", ""),
        ("src/d/index.js", ""),
        ("src/e/index.json", "{}"),
        ("src/f/package.json", r#"{"main": "lib"}"#),
        ("src/f/lib/index.js", ""),
        ("src/g/package.json", r#"{"main": "missing.js"}"#),
        ("src/g/index.js", ""),
        ("src/h/package.json", r#"{"exports": "./x.js"}"#),
        ("src/h/x.js", ""),
        ("src/i/package.json", r#"{"main": "./lib/i"}"#),
        ("src/i/lib/i.js", ""),
        ("src/j/package.json", "{}"),
        ("src/k.mjs", ""),
        ("src/l.cjs", ""),
        ("src/m?n.js", ""),
        ("src/o#p.js", ""),
        ("src/q.js.js", ""),
        ("src/index.js", ""),
        ("index.js", ""),
    ]);
    let specifiers = [
        "./a",
        "./a.js",
        "./b",
        "./c",
        "./d",
        "./d/",
        "./d.js",
        "./e",
        "./f",
        "./g",
        "./h",
        "./i",
        "./j",
        "./k",
        "./k.mjs",
        "./l",
        "./l.cjs",
        "./m?n",
        "./m?n.js",
        "./o#p",
        "./o#p.js",
        "./q",
        "./q.js",
        ".",
        "./",
        "..",
        "../",
        "./a/",
        "./missing",
        "./a.ts",
        "../src",
        "../src/../src/a",
        "a",
        "/missing",
        "./A",
    ];
    let requests: Vec<_> = specifiers.iter().map(|specifier| ("src/x.js", *specifier)).collect();
    let absolute = tree.root().join("src/a");

    check(&tree.root(), &requests);
    check(&tree.root(), &[("src/x.js", absolute.to_str().unwrap())]);
}

#[test]
fn packages_resolve_as_in_node() {
    let tree = Tree::new(&[
        (
            "package.json",
            r##"{"name": "app", "exports": {".": "./main.js", "./sub": "./main.js"}, "imports": {"#x": "./main.js", "#dep": "plain", "#c/*": {"import": "./no.js", "require": "./src/*.js"}}}"##,
        ),
        ("main.js", ""),
        ("src/a.js", ""),
        ("node_modules/plain/index.js", ""),
        ("node_modules/plain/lib/a.js", ""),
        ("node_modules/plain/package.json", "{}"),
        ("node_modules/@scope/one/package.json", r#"{"main": "lib/one"}"#),
        ("node_modules/@scope/one/lib/one.js", ""),
        (
            "node_modules/cond/package.json",
            r#"{"exports": {".": {"import": "./i.mjs", "module-sync": "./ms.js", "require": "./r.js", "default": "./d.js"}, "./feature/*": "./f/*.js", "./feature/private/*": null, "./node": {"node": {"import": "./i.mjs", "default": "./d.js"}}, "./list": ["./missing.js", "./d.js"], "./package.json": "./package.json"}}"#,
        ),
        ("node_modules/cond/r.js", ""),
        ("node_modules/cond/ms.js", ""),
        ("node_modules/cond/d.js", ""),
        ("node_modules/cond/i.mjs", ""),
        ("node_modules/cond/f/a.js", ""),
        ("node_modules/cond/f/private/a.js", ""),
        ("node_modules/sugar/package.json", r#"{"exports": "./s.js", "main": "no.js"}"#),
        ("node_modules/sugar/s.js", ""),
        ("node_modules/nomain/package.json", r#"{"main": "gone"}"#),
        ("node_modules/nomain/index.js", ""),
        ("node_modules/empty/package.json", "{}"),
        ("node_modules/file.js", ""),
        ("src/node_modules/plain/index.js", ""),
    ]);
    let specifiers = [
        "plain",
        "plain/",
        "plain/lib/a",
        "plain/package.json",
        "plain/missing",
        "@scope/one",
        "@scope/one/lib/one.js",
        "@scope",
        "cond",
        "cond/feature/a",
        "cond/feature/private/a",
        "cond/node",
        "cond/list",
        "cond/r.js",
        "cond/package.json",
        "cond/missing",
        "sugar",
        "sugar/s.js",
        "nomain",
        "empty",
        "file",
        "missing",
        "app",
        "app/sub",
        "app/main.js",
        "#x",
        "#dep",
        "#c/a",
        "#c/missing",
        "#missing",
        "fs",
        "node:fs",
        "fs/promises",
        "node:test",
        "test",
        "fs/",
        "",
    ];
    let requests: Vec<_> = ["main.js", "src/a.js"]
        .iter()
        .flat_map(|importer| specifiers.iter().map(move |s| (*importer, *s)))
        .collect();

    check(&tree.root(), &requests);
}

#[cfg(unix)]
#[test]
fn a_linked_workspace_package_resolves_to_its_real_path() {
    let tree = Tree::new(&[
        ("packages/lib/package.json", r#"{"name": "lib", "main": "./src/lib.js"}"#),
        ("packages/lib/src/lib.js", ""),
        ("packages/lib/node_modules/dep/index.js", ""),
        ("app/a.js", ""),
    ]);
    fs::create_dir_all(tree.root().join("app/node_modules")).unwrap();
    std::os::unix::fs::symlink("../../packages/lib", tree.root().join("app/node_modules/lib"))
        .unwrap();
    std::os::unix::fs::symlink("a.js", tree.root().join("app/link.js")).unwrap();

    check(
        &tree.root(),
        &[
            ("app/a.js", "lib"),
            ("app/a.js", "lib/src/lib"),
            ("app/a.js", "./link"),
            ("packages/lib/src/lib.js", "dep"),
        ],
    );
}

#[test]
fn typescript_goes_by_the_tsconfig_of_the_importer() {
    let tree = Tree::new(&[
        ("tsconfig.json", r#"{ "compilerOptions": { "paths": { "@/*": ["./a/*", "./b/*"] } } }"#),
        ("a/one.ts", ""),
        ("b/two/index.tsx", ""),
        ("lib/tsconfig.json", r#"{ "extends": "../base", "include": ["src"] }"#),
        ("base.json", r#"{ "compilerOptions": { "baseUrl": "./lib" } }"#),
        ("lib/src/main.ts", ""),
        ("lib/src/util.mts", ""),
        ("lib/scripts/seed.ts", ""),
        ("node_modules/src/util.mjs", ""),
    ]);
    let resolver =
        Resolver::new(ResolverOptions { mode: ResolveMode::TypeScript, ..typescript_options() });
    let table = [
        ("a/one.ts", "@/one", Some("a/one.ts")),
        ("a/one.ts", "@/one.js", Some("a/one.ts")),
        ("a/one.ts", "@/two", Some("b/two/index.tsx")),
        ("a/one.ts", "@/three", None),
        ("a/one.ts", "src/util.mjs", Some("node_modules/src/util.mjs")),
        ("lib/src/main.ts", "src/util.mjs", Some("lib/src/util.mts")),
        // Left out by `include` of the nearest one.
        ("lib/scripts/seed.ts", "@/one", Some("a/one.ts")),
        ("lib/src/main.ts", "@/one", None),
    ];

    for (importer, specifier, expected) in table {
        let found = resolver.resolve(&tree.root().join(importer), specifier).ok();

        let expected = expected.map(|path| Resolved::File(tree.root().join(path)));
        assert_eq!(found, expected, "{specifier} in {importer}");
    }
    assert_eq!(
        resolver.aliases(&tree.root().join("a/one.ts"), "@/three"),
        [tree.root().join("a/three"), tree.root().join("b/three")]
    );
}

fn typescript_options() -> ResolverOptions {
    let extensions = [".ts", ".tsx", ".mts", ".js"].map(str::to_owned).to_vec();
    ResolverOptions { extensions, ..ResolverOptions::default() }
}

#[test]
fn a_new_file_is_found_once_the_cache_is_cleared() {
    let tree = Tree::new(&[("a.js", "")]);
    let importer = tree.root().join("a.js");
    let resolver = Resolver::new(ResolverOptions {
        mode: ResolveMode::Require,
        extensions: vec![".js".into()],
        ..ResolverOptions::default()
    });

    let error = resolver.resolve(&importer, "./b").unwrap_err();
    fs::write(tree.root().join("b.js"), "").unwrap();
    resolver.clear_cache();

    assert_eq!(error.code(), "ERR_SAFE_HOT_RESOLVE");
    assert_eq!(
        resolver.resolve(&importer, "./b").unwrap(),
        Resolved::File(tree.root().join("b.js"))
    );
}
