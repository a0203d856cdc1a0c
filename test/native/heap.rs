//! The analysis of heap snapshots: who holds what, and what comes of bytes that are no snapshot.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fmt::Write as _;

use proptest::prelude::*;
use safe_hot::heap::file::{self, FileError};
use safe_hot::heap::{Parser, Retained, SnapshotError, retained};

/// A snapshot in few words. Each node is `name kind`, with its edges below it: `kind name target`, where the target is
/// the number of a node. A token is written out by `token`.
#[derive(Default)]
struct Heap {
    nodes: Vec<(String, &'static str, Vec<HeapEdge>)>,
}

type HeapEdge = (&'static str, String, usize);

const NODE_KINDS: &[&str] =
    &["hidden", "array", "string", "object", "code", "closure", "synthetic"];
const EDGE_KINDS: &[&str] =
    &["context", "element", "property", "internal", "hidden", "shortcut", "weak"];

impl Heap {
    fn node(&mut self, name: &str, kind: &'static str) -> usize {
        self.nodes.push((name.to_owned(), kind, Vec::new()));
        self.nodes.len() - 1
    }

    fn edge(&mut self, from: usize, kind: &'static str, name: &str, to: usize) {
        self.nodes[from].2.push((kind, name.to_owned(), to));
    }

    /// A token, in a scope, of a function that is given back.
    fn version(&mut self, path: &str, state: &str) -> usize {
        let token = self.node("SafeHotVersion", "object");
        for (name, value) in [("path", path), ("version", "3"), ("state", state)] {
            let text = self.node(value, "string");
            self.edge(token, "property", name, text);
        }
        let scope = self.node("system / Context", "object");
        self.edge(scope, "context", "__safeHotToken", token);
        let closure = self.node("run", "closure");
        self.edge(closure, "internal", "context", scope);
        closure
    }

    fn json(&self) -> String {
        let mut strings: Vec<&str> = Vec::new();
        let mut index = |text| {
            strings.iter().position(|each| *each == text).unwrap_or_else(|| {
                strings.push(text);
                strings.len() - 1
            })
        };
        let (mut nodes, mut edges) = (Vec::new(), Vec::new());
        for (at, (name, kind, own)) in self.nodes.iter().enumerate() {
            let kind = NODE_KINDS.iter().position(|each| each == kind).unwrap();
            nodes.extend([kind, index(name.as_str()), at * 2 + 1, 16, own.len()]);
            for (kind, name, to) in own {
                let number = EDGE_KINDS.iter().position(|each| each == kind).unwrap();
                let name = match *kind {
                    "element" | "hidden" => name.parse().unwrap(),
                    _ => index(name.as_str()),
                };
                edges.extend([number, name, to * 5]);
            }
        }
        // With a line for each entry, as V8 writes them.
        let list = |numbers: &[usize], fields: usize| {
            let line = |entry: &[usize]| {
                let numbers: Vec<String> = entry.iter().map(ToString::to_string).collect();
                numbers.join(",") + "\n"
            };
            numbers.chunks(fields).map(line).collect::<Vec<_>>().join(",")
        };
        let mut json = String::new();
        write!(
            json,
            r#"{{"snapshot":{{"meta":{{"node_fields":["type","name","id","self_size","edge_count"],"node_types":[{NODE_KINDS:?},"string"],"edge_fields":["type","name_or_index","to_node"],"edge_types":[{EDGE_KINDS:?}]}},"node_count":{}}},"nodes":[{}],"edges":[{}],"trace_tree":[1,[2,"]"]],"strings":{strings:?}}}"#,
            self.nodes.len(),
            list(&nodes, 5),
            list(&edges, 3),
        )
        .unwrap();
        json
    }
}

fn read(bytes: &[u8], chunk: usize) -> Result<Vec<Retained>, SnapshotError> {
    let mut parser = Parser::default();
    for part in bytes.chunks(chunk.max(1)) {
        parser.feed(part)?;
    }
    Ok(retained(&parser.finish()?))
}

/// The same of a file, whose lists are read on all cores.
fn read_file(bytes: &[u8]) -> Result<Vec<Retained>, SnapshotError> {
    let written = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(written.path(), bytes).unwrap();
    let mut parser = Parser::default();
    match file::read(&mut parser, written.path().to_str().unwrap()) {
        Err(FileError::Snapshot(error)) => return Err(error),
        read => read.unwrap(),
    }
    Ok(retained(&parser.finish()?))
}

/// The names along each way, from the root to what is held.
fn ways(heap: &Heap) -> Vec<Vec<String>> {
    let found = read(heap.json().as_bytes(), 7).unwrap();
    let holders = found.iter().flat_map(|each| &each.holders);
    holders.map(|way| way.iter().map(|step| step.edge.clone()).collect()).collect()
}

fn rooted() -> (Heap, usize) {
    let mut heap = Heap::default();
    let root = heap.node("", "synthetic");
    (heap, root)
}

#[test]
fn a_stale_version_is_told_with_the_way_to_its_function() {
    let (mut heap, root) = rooted();
    let list = heap.node("Array", "object");
    let closure = heap.version("/app/db.js", "stale");
    heap.edge(root, "property", "list", list);
    heap.edge(list, "element", "1", closure);

    let found = read(heap.json().as_bytes(), 1).unwrap();

    assert_eq!(found[0].path, "/app/db.js");
    assert_eq!(found[0].version.as_deref(), Some("3"));
    // The function, its scope, the token and the three strings of the token.
    assert_eq!(found[0].retained_size, 6 * 16);
    assert_eq!(ways(&heap), [["list", "1"]]);
}

#[test]
fn a_version_in_use_is_not_told() {
    let (mut heap, root) = rooted();
    let closure = heap.version("/app/db.js", "current");
    heap.edge(root, "property", "run", closure);

    assert!(ways(&heap).is_empty());
}

#[test]
fn each_holder_is_told_once_the_nearest_first() {
    let (mut heap, root) = rooted();
    let far = heap.node("Object", "object");
    let array = heap.node("Array", "object");
    let elements = heap.node("", "array");
    let closure = heap.version("/app/db.js", "stale");
    heap.edge(root, "property", "far", far);
    heap.edge(far, "property", "inner", array);
    heap.edge(array, "element", "0", closure);
    heap.edge(array, "internal", "elements", elements);
    heap.edge(elements, "internal", "0", closure);
    heap.edge(root, "property", "near", closure);

    assert_eq!(ways(&heap), [vec!["near"], vec!["far", "inner", "0"]]);
}

#[test]
fn the_newest_versions_of_each_module_are_told() {
    let (mut heap, root) = rooted();
    for number in 1..=30 {
        let closure = heap.version("/app/a.js", "stale");
        // After the text of the version come the state, the scope and the function.
        let version = closure - 3;
        assert_eq!(heap.nodes[version].0, "3");
        heap.nodes[version].0 = number.to_string();
        heap.edge(root, "property", "run", closure);
    }
    let other = heap.version("/app/b.js", "stale");
    heap.edge(root, "property", "run", other);

    let found = read(heap.json().as_bytes(), 64).unwrap();

    let versions: Vec<_> = found.iter().map(|each| each.version.clone().unwrap()).collect();
    let mut expected: Vec<String> = (11..=30).rev().map(|number| number.to_string()).collect();
    expected.push("3".to_owned());
    assert_eq!(versions, expected);
}

#[test]
fn what_v8_holds_of_a_token_for_the_rest_of_a_job_is_not_told() {
    let (mut heap, root) = rooted();
    let roots = heap.node("(Strong roots)", "synthetic");
    let list = heap.node("Array", "object");
    let closure = heap.version("/app/db.js", "stale");
    let scope = closure - 1;
    let token = heap.nodes[scope].2[0].2;
    heap.edge(root, "element", "1", roots);
    heap.edge(roots, "internal", "1", token);

    assert!(ways(&heap).is_empty());

    heap.edge(root, "property", "list", list);
    heap.edge(list, "element", "0", closure);

    assert_eq!(ways(&heap), [["list", "0"]]);
}

#[test]
fn weak_edges_hold_nothing() {
    let (mut heap, root) = rooted();
    let closure = heap.version("/app/db.js", "stale");
    heap.edge(root, "weak", "weak", closure);

    assert!(ways(&heap).is_empty());
}

/// The value of a `WeakMap` is held by its key and its table together.
fn weak_map(holds_table: bool, holds_key: bool) -> Vec<Vec<String>> {
    let (mut heap, root) = rooted();
    let key = heap.node("Object", "object");
    let table = heap.node("", "array");
    let closure = heap.version("/app/db.js", "stale");
    let name = format!(
        "1 / part of key (Object @{}) -> value (run @9) pair in WeakMap (table @{})",
        key * 2 + 1,
        table * 2 + 1
    );
    heap.edge(key, "internal", &name, closure);
    heap.edge(table, "internal", &name, closure);
    heap.edge(root, if holds_key { "property" } else { "weak" }, "key", key);
    heap.edge(root, if holds_table { "property" } else { "weak" }, "table", table);
    ways(&heap)
}

#[test]
fn a_weak_map_holds_a_value_only_with_its_key() {
    assert_eq!(weak_map(true, true)[0][0], "key");
    assert!(weak_map(true, false).is_empty());
    assert!(weak_map(false, true).is_empty());
}

#[test]
fn an_instance_is_what_is_held_and_not_its_class() {
    let (mut heap, root) = rooted();
    let instance = heap.node("Plugin", "object");
    let prototype = heap.node("Object", "object");
    let closure = heap.version("/app/plugin.js", "stale");
    heap.edge(root, "property", "plugins", instance);
    heap.edge(instance, "property", "__proto__", prototype);
    heap.edge(prototype, "property", "constructor", closure);

    assert_eq!(ways(&heap), [["plugins"]]);
}

#[test]
fn without_tokens_a_module_object_that_the_cache_has_no_more_is_told() {
    let (mut heap, root) = rooted();
    let [cache, parent, children] =
        ["Object", "Module", "Array"].map(|name| heap.node(name, "object"));
    let file = heap.node("/app/a.js", "string");
    let [old, new] = ["Module", "Module"].map(|name| {
        let module = heap.node(name, "object");
        heap.edge(module, "property", "filename", file);
        module
    });
    heap.edge(root, "property", "cache", cache);
    heap.edge(cache, "property", "/app/main.js", parent);
    heap.edge(cache, "property", "/app/a.js", new);
    heap.edge(parent, "property", "children", children);
    heap.edge(children, "element", "0", old);
    heap.edge(children, "element", "1", new);

    assert_eq!(ways(&heap), [["cache", "/app/main.js", "children", "0"]]);
}

#[test]
fn every_cut_of_a_snapshot_is_an_error_with_its_position() {
    let (mut heap, root) = rooted();
    let closure = heap.version("/app/d\u{e9}\n.js", "stale");
    heap.edge(root, "property", "run", closure);
    let json = heap.json();
    let bytes = json.as_bytes();

    for length in 0..bytes.len() {
        let error = read(&bytes[..length], 64).unwrap_err();
        assert_eq!(error, SnapshotError::Truncated { position: length as u64 });
    }
    assert!(read(bytes, 64).is_ok());
}

#[test]
fn a_place_before_the_first_line_is_left_out() {
    let (mut heap, root) = rooted();
    let closure = heap.version("/app/db.js", "stale");
    heap.edge(root, "property", "run", closure);
    let json = heap
        .json()
        .replace(
            r#""edge_fields""#,
            r#""location_fields":["object_index","script_id","line","column"],"edge_fields""#,
        )
        .replace(r#""trace_tree""#, r#""locations":[5,1,-1,-1,10,1,2,3],"trace_tree""#);

    assert_eq!(read(json.as_bytes(), 3).unwrap().len(), 1);
    assert!(read(json.replace("[5,1,-1", "[5,1,--1").as_bytes(), 3).is_err());
    assert!(read(heap.json().replace("\"edges\":[", "\"edges\":[-").as_bytes(), 3).is_err());
}

#[test]
fn what_is_no_snapshot_is_told_apart() {
    let message = |text: &str| read(text.as_bytes(), 64).unwrap_err().to_string();

    assert_eq!(message("[]"), "this is no heap snapshot: { was expected at byte 0");
    assert_eq!(
        message("{}"),
        "the heap snapshot has no field \"snapshot\", which the analysis needs"
    );
    assert!(message(r#"{"nodes":[1]}"#).contains("the field \"snapshot\" was expected at byte 9"));
    assert!(message(r#"{"snapshot":{"meta":{}}}"#).contains("node_fields"));
}

/// A bit of everything that the analysis looks at: a list, a class, a `WeakMap`, scopes with their places, module objects.
fn snapshot() -> Vec<u8> {
    let (mut heap, root) = rooted();
    let list = heap.node("Array", "object");
    let elements = heap.node("", "array");
    let closure = heap.version("/app/db.js", "stale");
    heap.edge(root, "property", "list", list);
    heap.edge(list, "internal", "elements", elements);
    heap.edge(list, "element", "1", closure);
    heap.edge(elements, "hidden", "1", closure);
    let shared = heap.node("run", "code");
    let script = heap.node("/app/db.js", "code");
    let info = heap.node("system / ScopeInfo", "code");
    let scope = closure - 1;
    heap.edge(closure, "internal", "shared", shared);
    heap.edge(shared, "internal", "script", script);
    heap.edge(shared, "internal", "name_or_scope_info", info);
    heap.edge(scope, "internal", "scope_info", info);
    heap.edge(scope, "internal", "previous", scope);
    let instance = heap.node("Plugin", "object");
    heap.edge(instance, "property", "__proto__", list);
    heap.edge(root, "weak", "2", instance);
    let key = heap.node("Object", "object");
    let table = heap.node("", "array");
    let other = heap.version("/app/other.js", "aborted");
    let pair = format!(
        "1 / part of key (Object @1) -> value (run @9) pair in WeakMap (table @{})",
        table * 2 + 1
    );
    heap.edge(key, "internal", &pair, other);
    heap.edge(table, "internal", &pair, other);
    heap.edge(root, "shortcut", "key", key);
    heap.edge(key, "property", "table", table);
    let module = heap.node("Module", "object");
    let file = heap.node("/app/d\u{e9}\n.js", "string");
    heap.edge(module, "property", "filename", file);
    heap.edge(root, "property", "module", module);
    let json = heap.json();
    let fields = r#""location_fields":["object_index","script_id","line","column"],"edge_fields""#;
    let locations = format!(r#""locations":[{},1,2,3],"trace_tree""#, closure * 5);
    json.replace(r#""edge_fields""#, fields).replace(r#""trace_tree""#, &locations).into_bytes()
}

/// What a broken disk, a cut or a hand may do to a file.
#[derive(Debug, Clone)]
enum Damage {
    Byte(u8),
    Remove(usize),
    Repeat(usize),
    Insert(Vec<u8>),
    Number(u64),
    Cut,
}

fn damage() -> impl Strategy<Value = Damage> {
    let number = prop_oneof![any::<u64>(), 0..40_u64, Just(u64::from(u32::MAX)), Just(99_999_999)];
    prop_oneof![
        4 => any::<u8>().prop_map(Damage::Byte),
        2 => (1..40_usize).prop_map(Damage::Remove),
        2 => (1..40_usize).prop_map(Damage::Repeat),
        1 => prop::collection::vec(any::<u8>(), 1..8).prop_map(Damage::Insert),
        6 => number.prop_map(Damage::Number),
        1 => Just(Damage::Cut),
    ]
}

fn damaged(bytes: &mut Vec<u8>, at: prop::sample::Index, damage: &Damage) {
    if bytes.is_empty() {
        return;
    }
    let at = at.index(bytes.len());
    let end = |length: &usize| (at + length).min(bytes.len());
    match damage {
        Damage::Byte(byte) => bytes[at] = *byte,
        Damage::Remove(length) => drop(bytes.drain(at..end(length))),
        Damage::Repeat(length) => {
            let part = bytes[at..end(length)].to_vec();
            bytes.splice(at..at, part);
        }
        Damage::Insert(part) => drop(bytes.splice(at..at, part.iter().copied())),
        Damage::Number(number) => {
            // The next number becomes another one.
            let digits = |byte: &u8| byte.is_ascii_digit();
            let Some(start) = bytes[at..].iter().position(digits).map(|start| at + start) else {
                return;
            };
            let length = bytes[start..].iter().take_while(|byte| digits(byte)).count();
            drop(bytes.splice(start..start + length, number.to_string().into_bytes()));
        }
        Damage::Cut => bytes.truncate(at),
    }
}

/// A snapshot that V8 wrote, of a program that holds an old module object, if a Node is at hand that writes one.
fn real_snapshot() -> Option<Vec<u8>> {
    let folder = tempfile::tempdir().ok()?;
    let name = |name: &str| format!("{:?}", folder.path().join(name).display().to_string());
    let script = format!(
        "const fs = require('fs'); fs.writeFileSync({module}, 'module.exports = () => 1');
        const file = fs.realpathSync({module}); require(file);
        globalThis.held = {{ old: require.cache[file] }}; delete require.cache[file]; require(file);
        setImmediate(() => require('v8').writeHeapSnapshot({snapshot}))",
        module = name("a.js"),
        snapshot = name("real.heapsnapshot")
    );
    std::process::Command::new("node").args(["-e", &script]).status().ok()?;
    std::fs::read(folder.path().join("real.heapsnapshot")).ok()
}

#[test]
fn a_snapshot_of_v8_is_the_same_whole_and_in_parts_and_no_cut_or_change_makes_it_panic() {
    let Some(bytes) = real_snapshot() else { return };

    let whole = read(&bytes, usize::MAX).unwrap();
    assert!(whole[0].path.ends_with("a.js"));
    assert!(whole[0].holders.iter().any(|way| way.last().unwrap().edge == "old"));
    for chunk in [1 << 16, 1 << 10] {
        assert_eq!(format!("{:?}", read(&bytes, chunk).unwrap()), format!("{whole:?}"));
    }
    assert_eq!(format!("{:?}", read_file(&bytes).unwrap()), format!("{whole:?}"));
    // As other programs write it.
    let text = String::from_utf8_lossy(&bytes).replace("\n,", ",");
    assert_eq!(format!("{:?}", read_file(text.as_bytes()).unwrap()), format!("{whole:?}"));
    for part in [1, 2] {
        let length = bytes.len() * part / 3;
        for chunk in [1 << 16, usize::MAX] {
            let truncated = SnapshotError::Truncated { position: length as u64 };
            assert_eq!(read(&bytes[..length], chunk).unwrap_err(), truncated);
            assert_eq!(read_file(&bytes[..length]).unwrap_err(), truncated);
        }
        let mut changed = bytes.clone();
        for byte in &mut changed[length..length + 3] {
            *byte = if byte.is_ascii_digit() { b'9' } else { *byte ^ 1 };
        }
        let parts = format!("{:?}", read(&changed, 1 << 16));
        assert_eq!(parts, format!("{:?}", read(&changed, usize::MAX)));
        assert_eq!(parts, format!("{:?}", read_file(&changed)));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_a_snapshot_or_an_error(bytes: Vec<u8>, chunk in 1_usize..50) {
        let _ = read(&bytes, chunk);
    }

    #[test]
    fn a_damaged_snapshot_is_a_snapshot_or_an_error(
        damages in prop::collection::vec((any::<prop::sample::Index>(), damage()), 1..6),
        chunk in prop_oneof![1_usize..50, Just(1 << 16)],
    ) {
        let mut bytes = snapshot();
        for (at, damage) in damages {
            damaged(&mut bytes, at, &damage);
        }
        let length = bytes.len() as u64;
        match read(&bytes, chunk) {
            Ok(_) | Err(SnapshotError::MissingField { .. }) => {}
            Err(
                SnapshotError::Unexpected { position, .. }
                | SnapshotError::Truncated { position }
                | SnapshotError::Inconsistent { position, .. },
            ) => prop_assert!(position <= length),
        }
    }

    #[test]
    fn bytes_that_come_in_other_parts_are_the_same_snapshot(
        damages in prop::collection::vec((any::<prop::sample::Index>(), damage()), 0..3),
        chunk in 1_usize..50,
    ) {
        // Long enough for whole entries to be read at once.
        let mut bytes = snapshot();
        for (at, damage) in damages {
            damaged(&mut bytes, at, &damage);
        }
        let told = |found: Result<Vec<Retained>, SnapshotError>| format!("{found:?}");
        let whole = told(read(&bytes, usize::MAX));
        prop_assert_eq!(&told(read(&bytes, chunk)), &whole);
        prop_assert_eq!(told(read_file(&bytes)), whole);
    }
}
