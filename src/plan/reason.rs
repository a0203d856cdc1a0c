//! Why a change goes as far as it does, as chains of importers to print: `src/routes/users.js →
//! app.js → server.js`.

use std::collections::VecDeque;

use rustc_hash::FxHashMap;

use super::propagate::Walk;
use super::{Boundary, BoundaryKind};
use crate::id::ModuleId;

/// For each of `changed`, the shortest way to where its change ends; see
/// [`Plan::chains`](super::Plan::chains).
///
/// One walk from all ends downwards, over the edges that the plan's walk went up, serves all
/// changes.
pub(super) fn chains(
    changed: &[ModuleId],
    walk: &Walk<'_>,
    boundaries: &[Boundary],
) -> Vec<Vec<ModuleId>> {
    let nearest = nearest_importers(walk, boundaries);
    changed.iter().filter_map(|&id| chain(id, &nearest)).collect()
}

/// The next record on the shortest way from each record to an end; none at the end itself.
type Nearest = FxHashMap<ModuleId, Option<ModuleId>>;

fn nearest_importers(walk: &Walk<'_>, boundaries: &[Boundary]) -> Nearest {
    let mut imports: FxHashMap<ModuleId, Vec<ModuleId>> = FxHashMap::default();
    let taken = boundaries.iter().filter(|boundary| boundary.kind != BoundaryKind::SelfAccepts);
    let taken = taken.map(|boundary| (boundary.via, boundary.id));
    for (id, importer) in walk.edges.iter().copied().chain(taken) {
        imports.entry(importer).or_default().push(id);
    }
    let ends = walk.dead_ends.iter().chain(&walk.dropped).copied();
    let mut nearest = Nearest::default();
    let mut queue: VecDeque<ModuleId> = VecDeque::new();
    for end in ends.chain(boundaries.iter().map(|boundary| boundary.id)) {
        if nearest.insert(end, None).is_none() {
            queue.push_back(end);
        }
    }
    while let Some(importer) = queue.pop_front() {
        for &id in imports.get(&importer).into_iter().flatten() {
            nearest.entry(id).or_insert_with(|| {
                queue.push_back(id);
                Some(importer)
            });
        }
    }
    nearest
}

fn chain(id: ModuleId, nearest: &Nearest) -> Option<Vec<ModuleId>> {
    let mut next = *nearest.get(&id)?;
    let mut chain = vec![id];
    while let Some(importer) = next {
        chain.push(importer);
        next = *nearest.get(&importer)?;
    }
    Some(chain)
}
