//! Where in the user's files functions and scopes stand.

use rustc_hash::{FxHashMap, FxHashSet};

use super::snapshot::{EdgeKind, NodeIndex, NodeKind, Snapshot};

const CONTEXT: &str = "system / Context";

/// A function's file, its name (empty for that of a whole module), and where it stands, from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub file: String,
    pub function: String,
    pub position: Option<(u32, u32)>,
}

pub(crate) fn is_context(snapshot: &Snapshot, node: NodeIndex) -> bool {
    snapshot.kind(node) == NodeKind::Object && snapshot.name(node) == CONTEXT
}

pub(crate) fn of_closure(snapshot: &Snapshot, closure: NodeIndex) -> Option<Place> {
    let shared = snapshot.follow(closure, EdgeKind::Internal, "shared")?;
    let position = snapshot.location(closure).map(|place| (place.line + 1, place.column + 1));
    let function = snapshot.name(closure).to_owned();
    Some(Place { file: file_of(snapshot, shared)?, function, position })
}

/// The places of the functions whose calls made the given scopes. V8 draws no edge from a scope to its function, so
/// all functions are looked at, once.
pub(crate) fn of_contexts(
    snapshot: &Snapshot,
    contexts: &FxHashSet<NodeIndex>,
) -> FxHashMap<NodeIndex, Place> {
    let infos: FxHashMap<NodeIndex, NodeIndex> = contexts
        .iter()
        .filter_map(|&context| {
            Some((context, snapshot.follow(context, EdgeKind::Internal, "scope_info")?))
        })
        .collect();
    let wanted: FxHashSet<NodeIndex> = infos.values().copied().collect();
    // What stands in the scope tells the file, and the function that has the scope tells its name.
    let mut files = FxHashMap::default();
    let mut functions: FxHashMap<NodeIndex, NodeIndex> = FxHashMap::default();
    let mut positions = FxHashMap::default();
    for node in snapshot.nodes() {
        match snapshot.kind(node) {
            NodeKind::Code => {
                let info = snapshot.follow(node, EdgeKind::Internal, "name_or_scope_info");
                if let Some(info) = info.filter(|info| wanted.contains(info)) {
                    functions.insert(info, node);
                }
            }
            NodeKind::Closure => {
                let Some(context) = snapshot.follow(node, EdgeKind::Internal, "context") else {
                    continue;
                };
                let Some(shared) = snapshot.follow(node, EdgeKind::Internal, "shared") else {
                    continue;
                };
                if contexts.contains(&context)
                    && let Some(file) = file_of(snapshot, shared)
                {
                    files.insert(context, file);
                }
                if let Some(location) = snapshot.location(node) {
                    positions.insert(shared, (location.line + 1, location.column + 1));
                }
            }
            _ => {}
        }
    }
    infos
        .into_iter()
        .filter_map(|(context, info)| {
            let shared = functions.get(&info).copied();
            let file = shared
                .and_then(|shared| file_of(snapshot, shared))
                .or_else(|| files.get(&context).cloned())?;
            // V8's word for a function without a name, as that of a whole module is.
            let function = shared
                .map(|shared| snapshot.name(shared).to_owned())
                .filter(|name| name != "(shared function info)");
            let position = shared.and_then(|shared| positions.get(&shared).copied());
            Some((context, Place { file, function: function.unwrap_or_default(), position }))
        })
        .collect()
}

/// The file of the script that a function's code is in.
fn file_of(snapshot: &Snapshot, shared: NodeIndex) -> Option<String> {
    // Before Node 24.
    let script = snapshot
        .follow(shared, EdgeKind::Internal, "script")
        .or_else(|| snapshot.follow(shared, EdgeKind::Internal, "script_or_debug_info"))?;
    let name = snapshot.name(script);
    (!name.is_empty()).then(|| name.to_owned())
}
