//! The values of `WeakMap`s, which live as long as both the key and the map do.

use rustc_hash::{FxHashMap, FxHashSet};

use super::snapshot::{EdgeKind, NodeIndex, Snapshot};

const BUCKETS: usize = 1 << 16;

const PAIR: &str = " pair in WeakMap (table @";

/// V8 draws the value of a `WeakMap` as held by the table and by the key, each on its own. What the table draws is taken
/// out, and the key's is an edge of a kind of its own.
pub(super) fn find(snapshot: &mut Snapshot) {
    // Each such name ends so, and the strings are many.
    let table_ids: FxHashMap<u32, u32> = snapshot
        .strings
        .all()
        .filter_map(|(index, text)| Some((index, table_id(text.strip_suffix(')')?)?)))
        .collect();
    if table_ids.is_empty() {
        return;
    }
    let wanted: FxHashSet<u32> = table_ids.values().copied().collect();
    // Few ids get past this, which is quicker to look at.
    let bucket = |id: u32| (id / 2) as usize % BUCKETS;
    let mut is_near = vec![false; BUCKETS];
    for &id in &wanted {
        is_near[bucket(id)] = true;
    }
    let by_id: FxHashMap<u32, NodeIndex> = (0..)
        .zip(&snapshot.nodes.ids)
        .filter(|&(_, &id)| is_near[bucket(id)] && wanted.contains(&id))
        .map(|(node, &id)| (id, node))
        .collect();
    snapshot.tables = table_ids
        .iter()
        .filter_map(|(&name, id)| by_id.get(id).map(|&table| (name, table)))
        .collect();
    let mut is_pair = vec![false; snapshot.strings.len()];
    for &name in snapshot.tables.keys() {
        is_pair[name as usize] = true;
    }
    for at in 0..snapshot.edges.len() {
        let name = snapshot.edges.names[at];
        let is_named = is_pair.get(name as usize).is_some_and(|&is| is);
        if is_named && snapshot.edges.kind(at) == EdgeKind::Internal {
            let source = snapshot.source(u32::try_from(at).unwrap_or(u32::MAX));
            let is_tables = snapshot.tables.get(&name) == Some(&source);
            let kind = if is_tables { EdgeKind::Weak } else { EdgeKind::Ephemeron };
            snapshot.edges.set_kind(at, kind);
        }
    }
}

fn table_id(name: &str) -> Option<u32> {
    let before = name.trim_end_matches(|each: char| each.is_ascii_digit());
    if before.ends_with(PAIR) { name[before.len()..].parse().ok() } else { None }
}
