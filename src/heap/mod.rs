//! Why an old version of a module is still alive: who holds it, from the bytes of a heap snapshot.
//!
//! Each version has a *token*, an object that lives exactly as long as any of its code is reachable, and that names the
//! module, the version and whether that is stale. In a program that safe-hot does not run, the objects of Node's own
//! loader take its place: one whose file is in the cache under another object is an old one.

pub mod error;
mod numbers;
pub mod parse;
pub mod places;
pub mod retainers;
pub mod snapshot;

use rustc_hash::{FxHashMap, FxHashSet};

pub use error::SnapshotError;
pub use parse::Parser;

use places::Place;
use retainers::Retainers;
use snapshot::{Edge, EdgeIndex, EdgeKind, NodeIndex, NodeKind, Snapshot};

/// The class of tokens; `VersionToken` in `js/runtime/token.js` has the same.
const TOKEN_CLASS: &str = "SafeHotVersion";

/// How many holders of one version are looked for.
const MOST_HOLDERS: usize = 4;

/// How many retained versions of one module are told of; a leak has thousands, and they have the same holder.
const MOST_VERSIONS: usize = 20;

/// An old version that is reachable.
#[derive(Debug)]
pub struct Retained {
    pub path: String,
    /// None for an object of Node's loader, which knows no versions.
    pub version: Option<String>,
    /// The nearest first; different holders, each with the way from the root to what it holds.
    pub holders: Vec<Vec<Step>>,
    /// What would be freed if these holders let go, in bytes; None if there are more of them.
    pub retained_size: Option<u64>,
}

/// One edge of a way, and the node that it leads to.
#[derive(Debug)]
pub struct Step {
    pub edge_kind: &'static str,
    pub edge: String,
    pub node_kind: &'static str,
    pub node: String,
    pub id: u32,
    /// Of a function, of the function that a scope belongs to, or of a module object (its file only).
    pub place: Option<Place>,
}

/// What the snapshot is asked about.
struct Subject {
    node: NodeIndex,
    path: String,
    version: Option<String>,
}

struct Token {
    is_old: bool,
    subject: Subject,
}

/// The old versions that are reachable, with their holders. Linear in the size of the snapshot.
#[must_use]
pub fn retained(snapshot: &Snapshot) -> Vec<Retained> {
    let subjects = subjects(snapshot);
    if subjects.is_empty() {
        return Vec::new();
    }
    let mut ways: Vec<Vec<Vec<Edge>>> = subjects.iter().map(|_| Vec::new()).collect();
    let mut retainers = Retainers::of(snapshot);
    for _ in 0..MOST_HOLDERS {
        let mut cuts = Vec::new();
        for (subject, ways) in subjects.iter().zip(&mut ways) {
            let mut way = retainers.path(subject.node);
            way.truncate(held_length(snapshot, &way));
            let Some(&last) = way.last() else { continue };
            cuts.extend(edges_alike(snapshot, last));
            if !is_of_the_job(snapshot, subject, last) {
                ways.push(way);
            }
        }
        if cuts.is_empty() {
            break;
        }
        // The next holder of each is whoever holds it without these.
        retainers.cut(&cuts);
    }
    let places = places_of(snapshot, &ways);
    subjects
        .into_iter()
        .zip(ways)
        // Only something of V8's own that is weak holds what no way leads to.
        .filter(|(_, ways)| !ways.is_empty())
        .map(|(subject, ways)| Retained {
            retained_size: retained_size(snapshot, &retainers, &subject, &ways),
            holders: ways.iter().map(|way| steps(snapshot, way, &places)).collect(),
            path: subject.path,
            version: subject.version,
        })
        .collect()
}

/// Does V8 hold the token itself? It does so for the rest of a job in which a `WeakRef` was read, as for the report on a
/// version, and no code of the version is held by that.
fn is_of_the_job(snapshot: &Snapshot, subject: &Subject, last: Edge) -> bool {
    let is_token = subject.version.is_some() && subject.node == last.target;
    is_token && snapshot.kind(snapshot.source(last.index)) == NodeKind::Synthetic
}

/// All edges by which the holder of one holds its target: V8 draws the elements of an array twice, for example.
fn edges_alike(snapshot: &Snapshot, held: Edge) -> Vec<EdgeIndex> {
    let holder = snapshot.source(held.index);
    let is_store = |edge: &Edge| {
        edge.kind == EdgeKind::Internal
            && matches!(snapshot.edge_name(*edge).as_str(), "elements" | "properties" | "table")
    };
    let stores = snapshot.edges(holder).filter(is_store).map(|edge| edge.target);
    std::iter::once(holder)
        .chain(stores)
        .flat_map(|node| snapshot.edges(node))
        .filter(|edge| edge.target == held.target)
        .map(|edge| edge.index)
        .collect()
}

/// The stale tokens, or, in a program that safe-hot does not run, the objects of Node's loader that were replaced.
fn subjects(snapshot: &Snapshot) -> Vec<Subject> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut modules: FxHashMap<String, Vec<NodeIndex>> = FxHashMap::default();
    for node in snapshot.nodes().filter(|&node| snapshot.kind(node) == NodeKind::Object) {
        match snapshot.name(node) {
            TOKEN_CLASS => tokens.extend(token(snapshot, node)),
            "Module" => {
                if let Some(file) = text_property(snapshot, node, "filename") {
                    modules.entry(file).or_default().push(node);
                }
            }
            _ => {}
        }
    }
    let mut found: Vec<Subject> = if tokens.is_empty() {
        modules.into_iter().flat_map(|(file, same)| replaced(snapshot, &file, same)).collect()
    } else {
        tokens.into_iter().filter(|token| token.is_old).map(|token| token.subject).collect()
    };
    let number = |subject: &Subject| subject.version.as_ref().and_then(|v| v.parse::<u32>().ok());
    found.sort_by(|a, b| (&a.path, number(b), a.node).cmp(&(&b.path, number(a), b.node)));
    let mut counts: FxHashMap<String, usize> = FxHashMap::default();
    found.retain(|subject| {
        let count = counts.entry(subject.path.clone()).or_default();
        *count += 1;
        *count <= MOST_VERSIONS
    });
    found
}

/// The version that a token stands for; None for an object that only has the name of one.
fn token(snapshot: &Snapshot, node: NodeIndex) -> Option<Token> {
    let text = |name| text_property(snapshot, node, name);
    let is_old = matches!(text("state")?.as_str(), "stale" | "aborted");
    Some(Token { is_old, subject: Subject { node, path: text("path")?, version: text("version") } })
}

fn text_property(snapshot: &Snapshot, node: NodeIndex, name: &str) -> Option<String> {
    let value = snapshot.follow(node, EdgeKind::Property, name)?;
    let is_text = matches!(snapshot.kind(value), NodeKind::String | NodeKind::ConcatenatedString);
    is_text.then(|| snapshot.text(value))
}

/// Of several module objects of one file, those that the cache does not name.
fn replaced(snapshot: &Snapshot, file: &str, same: Vec<NodeIndex>) -> Vec<Subject> {
    if same.len() < 2 {
        return Vec::new();
    }
    let candidates: FxHashSet<NodeIndex> = same.iter().copied().collect();
    let current = snapshot
        .nodes()
        .flat_map(|node| snapshot.edges(node))
        .find(|edge| {
            edge.kind == EdgeKind::Property
                && candidates.contains(&edge.target)
                && snapshot.edge_name(*edge) == file
        })
        .map(|edge| edge.target);
    same.into_iter()
        .filter(|&node| Some(node) != current)
        .map(|node| Subject { node, path: file.to_owned(), version: None })
        .collect()
}

/// How much of a way leads to what is held: the rest is the version's own, from a function of it to its token. Of a
/// function that is reached as a class, through the prototype of an object, the object is what is held.
fn held_length(snapshot: &Snapshot, way: &[Edge]) -> usize {
    let is_scope = |edge: &Edge| match edge.kind {
        EdgeKind::Context => true,
        EdgeKind::Internal => matches!(snapshot.edge_name(*edge).as_str(), "context" | "previous"),
        _ => false,
    };
    let is_held_by_scope = way.last().is_some_and(|edge| edge.kind == EdgeKind::Context);
    if !is_held_by_scope {
        return way.len();
    }
    let tail = way.iter().rev().take_while(|edge| is_scope(edge)).count();
    // A variable of another module's scope that holds this one's function is no part of the tail.
    let own = way.len() - tail_within_version(way, tail);
    let is_class = |edge: &Edge| {
        matches!(edge.kind, EdgeKind::Property | EdgeKind::Internal)
            && matches!(snapshot.edge_name(*edge).as_str(), "__proto__" | "map")
    };
    (own.saturating_sub(3)..own).find(|&at| is_class(&way[at])).unwrap_or(own)
}

/// The tail is one variable, the token itself, and before it the scopes and the function that lead to it.
fn tail_within_version(way: &[Edge], tail: usize) -> usize {
    let scopes = way.iter().rev().skip(1).take(tail.saturating_sub(1));
    1 + scopes.take_while(|edge| edge.kind == EdgeKind::Internal).count()
}

/// What only the held objects lead to, when none of the holders does.
fn retained_size(
    snapshot: &Snapshot,
    retainers: &Retainers,
    subject: &Subject,
    ways: &[Vec<Edge>],
) -> Option<u64> {
    if retainers.is_reached(subject.node) {
        return None;
    }
    let mut seen: FxHashSet<NodeIndex> = FxHashSet::default();
    let mut pending: Vec<NodeIndex> =
        ways.iter().filter_map(|way| way.last()).map(|edge| edge.target).collect();
    let mut size = 0;
    while let Some(node) = pending.pop() {
        if retainers.is_reached(node) || !seen.insert(node) {
            continue;
        }
        size += u64::from(snapshot.self_size(node));
        let strong = snapshot.edges(node).filter(|edge| edge.kind != EdgeKind::Weak);
        pending.extend(strong.map(|edge| edge.target));
    }
    Some(size)
}

fn places_of(snapshot: &Snapshot, ways: &[Vec<Vec<Edge>>]) -> FxHashMap<NodeIndex, Place> {
    let nodes: FxHashSet<NodeIndex> =
        ways.iter().flatten().flatten().map(|edge| edge.target).collect();
    let contexts =
        nodes.iter().copied().filter(|&node| places::is_context(snapshot, node)).collect();
    let mut places = places::of_contexts(snapshot, &contexts);
    for node in nodes {
        let place = match (snapshot.kind(node), snapshot.name(node)) {
            (NodeKind::Closure, _) => places::of_closure(snapshot, node),
            (NodeKind::Object, "Module") => text_property(snapshot, node, "filename")
                .map(|file| Place { file, function: String::new(), position: None }),
            _ => None,
        };
        places.extend(place.map(|place| (node, place)));
    }
    places
}

/// The longest name of a node that is told: strings are named by their text.
const MOST_CHARACTERS: usize = 200;

fn steps(snapshot: &Snapshot, way: &[Edge], places: &FxHashMap<NodeIndex, Place>) -> Vec<Step> {
    way.iter()
        .map(|edge| Step {
            edge_kind: edge.kind.name(),
            edge: snapshot.edge_name(*edge),
            node_kind: snapshot.kind(edge.target).name(),
            node: snapshot.name(edge.target).chars().take(MOST_CHARACTERS).collect(),
            id: snapshot.id(edge.target),
            place: places.get(&edge.target).cloned(),
        })
        .collect()
}
