//! The order of disposal. There is no order of evaluation here: the program's own `require` and
//! `import` decide it.

use super::Planned;
use crate::graph::{Components, ModuleGraph};
use crate::id::ModuleId;

/// All of `modules`, importers before what they import; the members of a cycle together, in order
/// of id.
///
/// Also edges at which the walk stopped count: a record that accepts itself may be imported by one
/// that is planned.
pub(super) fn importers_first(graph: &ModuleGraph, modules: &[Planned]) -> Vec<ModuleId> {
    let mut planned: Vec<ModuleId> = modules.iter().map(|module| module.id).collect();
    planned.sort_unstable();
    let mut search = Components::new(|id| planned_importers(graph, &planned, id).into_iter());
    let mut order = Vec::with_capacity(planned.len());
    for &start in &planned {
        search.search(start, |_| false, |component| order.extend(component));
    }
    order
}

/// In order of id, as `planned` is. Looks through whichever set is smaller: a record with 10,000
/// importers may be in a plan of three.
fn planned_importers(graph: &ModuleGraph, planned: &[ModuleId], id: ModuleId) -> Vec<ModuleId> {
    let importers = graph.known(id).importers();
    if importers.len() <= planned.len() {
        let is_planned = |importer: &ModuleId| planned.binary_search(importer).is_ok();
        importers.iter().copied().filter(is_planned).collect()
    } else {
        planned.iter().copied().filter(|id| importers.contains(id)).collect()
    }
}
