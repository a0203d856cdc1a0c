//! Where in the user's files functions and scopes stand.

use rustc_hash::{FxHashMap, FxHashSet};

use super::snapshot::{EdgeKind, Name, NodeIndex, NodeKind, Snapshot};

const SCOPE: &str = "system / Context";

/// A function's file, its name (empty for that of a whole module), and where it stands, from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub file: String,
    pub function: String,
    pub position: Option<(u32, u32)>,
}

/// A function: its scope, and what it shares with others of the same code.
struct Closure {
    node: NodeIndex,
    scope: NodeIndex,
    shared: Option<NodeIndex>,
}

/// All functions, and the edges that lead to a place by their names.
pub(crate) struct Places<'a> {
    snapshot: &'a Snapshot,
    closures: Vec<Closure>,
    scope: Name,
    shared: Name,
    script: Name,
    /// Before Node 24.
    script_or_debug_info: Name,
    scope_info: Name,
    name_or_scope_info: Name,
    context: Name,
    previous: Name,
}

impl<'a> Places<'a> {
    /// Looks at all nodes.
    pub(crate) fn of(snapshot: &'a Snapshot) -> Self {
        let mut places = Self {
            snapshot,
            closures: Vec::new(),
            scope: snapshot.name_of(SCOPE),
            shared: snapshot.name_of("shared"),
            script: snapshot.name_of("script"),
            script_or_debug_info: snapshot.name_of("script_or_debug_info"),
            scope_info: snapshot.name_of("scope_info"),
            name_or_scope_info: snapshot.name_of("name_or_scope_info"),
            context: snapshot.name_of("context"),
            previous: snapshot.name_of("previous"),
        };
        let closures = snapshot.nodes().filter(|&node| snapshot.kind(node) == NodeKind::Closure);
        let closures = closures.filter_map(|node| {
            let scope = places.follow(node, places.context)?;
            Some(Closure { node, scope, shared: places.follow(node, places.shared) })
        });
        places.closures = closures.collect();
        places
    }

    pub(crate) fn is_scope(&self, node: NodeIndex) -> bool {
        self.snapshot.kind(node) == NodeKind::Object && self.snapshot.is_named(node, self.scope)
    }

    /// For each token itself, the scopes in which it is visible, and the functions that have these.
    pub(crate) fn code_of(&self, tokens: &[NodeIndex]) -> Vec<Vec<NodeIndex>> {
        let snapshot = self.snapshot;
        let of: FxHashMap<NodeIndex, usize> = tokens.iter().copied().zip(0..).collect();
        let mut code: Vec<Vec<NodeIndex>> = tokens.iter().map(|&token| vec![token]).collect();
        let mut versions: FxHashMap<NodeIndex, usize> = FxHashMap::default();
        let mut pending: Vec<NodeIndex> = Vec::new();
        let mut inner: FxHashMap<NodeIndex, Vec<NodeIndex>> = FxHashMap::default();
        for scope in snapshot.nodes().filter(|&node| self.is_scope(node)) {
            let mut variables = snapshot.edges(scope).filter(|edge| edge.kind == EdgeKind::Context);
            if let Some(&version) = variables.find_map(|edge| of.get(&edge.target)) {
                versions.insert(scope, version);
                pending.push(scope);
            } else if let Some(outer) = self.follow(scope, self.previous) {
                inner.entry(outer).or_default().push(scope);
            }
        }
        while let Some(scope) = pending.pop() {
            let version = versions[&scope];
            code[version].push(scope);
            for inner in inner.remove(&scope).unwrap_or_default() {
                versions.insert(inner, version);
                pending.push(inner);
            }
        }
        for closure in &self.closures {
            if let Some(&version) = versions.get(&closure.scope) {
                code[version].push(closure.node);
            }
        }
        code
    }

    pub(crate) fn of_closure(&self, closure: NodeIndex) -> Option<Place> {
        let snapshot = self.snapshot;
        let shared = self.follow(closure, self.shared)?;
        let position = snapshot.location(closure).map(|place| (place.line + 1, place.column + 1));
        let function = snapshot.name(closure).to_owned();
        Some(Place { file: self.file_of(shared)?, function, position })
    }

    /// The places of the functions whose calls made the given scopes. V8 draws no edge from a scope to its function, so
    /// all functions are looked at.
    pub(crate) fn of_scopes(&self, scopes: &FxHashSet<NodeIndex>) -> FxHashMap<NodeIndex, Place> {
        let snapshot = self.snapshot;
        let infos: FxHashMap<NodeIndex, NodeIndex> = scopes
            .iter()
            .filter_map(|&scope| Some((scope, self.follow(scope, self.scope_info)?)))
            .collect();
        let wanted: FxHashSet<NodeIndex> = infos.values().copied().collect();
        // What stands in the scope tells the file, and the function that has the scope tells its name.
        let mut functions: FxHashMap<NodeIndex, NodeIndex> = FxHashMap::default();
        for node in snapshot.nodes().filter(|&node| snapshot.kind(node) == NodeKind::Code) {
            let info = self.follow(node, self.name_or_scope_info);
            if let Some(info) = info.filter(|info| wanted.contains(info)) {
                functions.insert(info, node);
            }
        }
        let mut files = FxHashMap::default();
        let shared: FxHashSet<NodeIndex> = functions.values().copied().collect();
        let mut positions = FxHashMap::default();
        for closure in &self.closures {
            let Some(own) = closure.shared else { continue };
            if scopes.contains(&closure.scope)
                && let Some(file) = self.file_of(own)
            {
                files.insert(closure.scope, file);
            }
            if shared.contains(&own)
                && let Some(location) = snapshot.location(closure.node)
            {
                positions.insert(own, (location.line + 1, location.column + 1));
            }
        }
        infos
            .into_iter()
            .filter_map(|(context, info)| {
                let shared = functions.get(&info).copied();
                let file = shared
                    .and_then(|shared| self.file_of(shared))
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
    fn file_of(&self, shared: NodeIndex) -> Option<String> {
        let script = self
            .follow(shared, self.script)
            .or_else(|| self.follow(shared, self.script_or_debug_info))?;
        let name = self.snapshot.name(script);
        (!name.is_empty()).then(|| name.to_owned())
    }

    fn follow(&self, node: NodeIndex, name: Name) -> Option<NodeIndex> {
        self.snapshot.follow(node, EdgeKind::Internal, name)
    }
}
