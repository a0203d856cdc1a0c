//! Why an old version of a module is still alive: who holds it, from the bytes of a heap snapshot.
//!
//! Each version has a *token*, an object that lives exactly as long as any of its code is reachable, and that names the
//! module, the version and whether that is stale. In a program that safe-hot does not run, the objects of Node's own
//! loader take its place: one whose file is in the cache under another object is an old one.

mod dominators;
mod ephemerons;
pub mod error;
pub mod file;
mod layout;
mod lines;
mod lists;
mod node_set;
mod numbers;
pub mod parse;
pub mod places;
pub mod retainers;
pub mod snapshot;
mod strings;

use std::panic::resume_unwind;
use std::thread;

use parking_lot::Mutex;
use rustc_hash::{FxHashMap, FxHashSet};

pub use error::SnapshotError;
pub use parse::Parser;

use dominators::Dominator;
use places::{Place, Places};
use retainers::Retainers;
use snapshot::{Edge, EdgeIndex, EdgeKind, Name, NodeIndex, NodeKind, Snapshot};

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
    /// What goes with all functions of the version and what else of it these holders have, in bytes.
    pub retained_size: u64,
    /// How many steps of the first way lead to the nearest object that all ways lead over, known or not; 0 for the root.
    pub shared_steps: usize,
}

/// One edge of a way, and the node that it leads to.
#[derive(Debug)]
pub struct Step {
    pub edge_kind: &'static str,
    pub edge: String,
    pub node_kind: &'static str,
    pub node: String,
    pub id: u32,
    /// Of the node, in bytes, as developer tools show it.
    pub retained_size: u64,
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
    let tokens: Vec<NodeIndex> = subjects.iter().map(|subject| subject.node).collect();
    let code_of = || {
        let places = Places::of(snapshot);
        (places.code_of(&tokens), places)
    };
    let ((code, places), mut retainers) = both(code_of, || Retainers::of(snapshot));
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
    let memory = retainers.into_memory();
    let Told { sizes, versions, places } = Told::of(snapshot, &places, code, &ways, memory);
    subjects
        .into_iter()
        .zip(ways)
        .zip(versions)
        // Only something of V8's own that is weak holds what no way leads to.
        .filter(|((_, ways), _)| !ways.is_empty())
        .map(|((subject, ways), (retained_size, shared_steps))| Retained {
            retained_size,
            shared_steps,
            holders: ways.iter().map(|way| steps(snapshot, way, &sizes, &places)).collect(),
            path: subject.path,
            version: subject.version,
        })
        .collect()
}

/// What is told of the ways.
struct Told {
    /// The retained size of each node on a way.
    sizes: FxHashMap<NodeIndex, u64>,
    /// Of each version, the same and `Retained::shared_steps`.
    versions: Vec<(u64, usize)>,
    places: FxHashMap<NodeIndex, Place>,
}

impl Told {
    /// `code` is each version's own.
    fn of(
        snapshot: &Snapshot,
        places: &Places,
        code: Vec<Vec<NodeIndex>>,
        ways: &[Vec<Vec<Edge>>],
        memory: [Vec<u32>; 2],
    ) -> Self {
        let nodes: FxHashSet<NodeIndex> =
            ways.iter().flatten().flatten().map(|edge| edge.target).collect();
        let single: Vec<Vec<NodeIndex>> = nodes.iter().map(|&node| vec![node]).collect();
        let mut groups = code;
        for (group, ways) in groups.iter_mut().zip(ways) {
            group.extend(ways.iter().filter_map(|way| way.last()).map(|edge| edge.target));
        }
        groups.extend(single.iter().cloned());
        let [of_sizes, of_versions] = memory;
        let of_sizes = Mutex::new(of_sizes);
        let ((sizes, places), versions) = both(
            || {
                let sizes =
                    dominators::of(snapshot, &single, std::mem::take(&mut *of_sizes.lock()));
                (sizes, places_of(snapshot, places, &nodes))
            },
            || dominators::of(snapshot, &groups, of_versions),
        );
        let shared = |(version, ways): (&Dominator, &Vec<Vec<Edge>>)| {
            let node = version.parent.and_then(|group| groups[group].first());
            let at = ways.first()?.iter().position(|edge| Some(&edge.target) == node)?;
            Some(at + 1)
        };
        let versions = versions.iter().zip(ways);
        Self {
            versions: versions
                .map(|each| (each.0.retained_size, shared(each).unwrap_or(0)))
                .collect(),
            sizes: single
                .iter()
                .map(|node| node[0])
                .zip(sizes.iter().map(|d| d.retained_size))
                .collect(),
            places,
        }
    }
}

/// What both tell; the first one on another thread, if there is one to be had.
fn both<T: Send, U>(one: impl Fn() -> T + Sync, other: impl FnOnce() -> U) -> (T, U) {
    thread::scope(|scope| {
        let thread = thread::Builder::new().spawn_scoped(scope, &one);
        let other = other();
        let of_thread = |thread: thread::ScopedJoinHandle<_>| {
            thread.join().unwrap_or_else(|panic| resume_unwind(panic))
        };
        (thread.map_or_else(|_| one(), of_thread), other)
    })
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
    let [token_class, module_class] = [TOKEN_CLASS, "Module"].map(|name| snapshot.name_of(name));
    let names = ["state", "path", "version", "filename"].map(|name| snapshot.name_of(name));
    let [state, path, version, filename] = names;
    for node in snapshot.nodes().filter(|&node| snapshot.kind(node) == NodeKind::Object) {
        if snapshot.is_named(node, token_class) {
            tokens.extend(token(snapshot, node, [state, path, version]));
        } else if snapshot.is_named(node, module_class)
            && let Some(file) = text_property(snapshot, node, filename)
        {
            modules.entry(file).or_default().push(node);
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
fn token(snapshot: &Snapshot, node: NodeIndex, names: [Name; 3]) -> Option<Token> {
    let [state, path, version] = names.map(|name| text_property(snapshot, node, name));
    let is_old = matches!(state?.as_str(), "stale" | "aborted");
    Some(Token { is_old, subject: Subject { node, path: path?, version } })
}

fn text_property(snapshot: &Snapshot, node: NodeIndex, name: Name) -> Option<String> {
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

fn places_of(
    snapshot: &Snapshot,
    places: &Places,
    nodes: &FxHashSet<NodeIndex>,
) -> FxHashMap<NodeIndex, Place> {
    let scopes = nodes.iter().copied().filter(|&node| places.is_scope(node)).collect();
    let mut found = places.of_scopes(&scopes);
    let filename = snapshot.name_of("filename");
    for &node in nodes {
        let place = match (snapshot.kind(node), snapshot.name(node)) {
            (NodeKind::Closure, _) => places.of_closure(node),
            (NodeKind::Object, "Module") => text_property(snapshot, node, filename)
                .map(|file| Place { file, function: String::new(), position: None }),
            _ => None,
        };
        found.extend(place.map(|place| (node, place)));
    }
    found
}

/// The longest name of a node that is told: strings are named by their text.
const MOST_CHARACTERS: usize = 200;

fn steps(
    snapshot: &Snapshot,
    way: &[Edge],
    sizes: &FxHashMap<NodeIndex, u64>,
    places: &FxHashMap<NodeIndex, Place>,
) -> Vec<Step> {
    way.iter()
        .map(|edge| Step {
            edge_kind: edge.kind.name(),
            edge: snapshot.edge_name(*edge),
            node_kind: snapshot.kind(edge.target).name(),
            node: snapshot.name(edge.target).chars().take(MOST_CHARACTERS).collect(),
            id: snapshot.id(edge.target),
            retained_size: sizes.get(&edge.target).copied().unwrap_or(0),
            place: places.get(&edge.target).cloned(),
        })
        .collect()
}
