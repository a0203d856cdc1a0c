//! Strongly connected components, after Tarjan, with a stack of its own: a chain of 10,000 modules
//! is no recursion.

use rustc_hash::FxHashMap;

use crate::id::ModuleId;

/// One walk over part of a graph, along the edges that `successors` gives. What was visited stays
/// visited, so several searches together cost what one would.
pub(crate) struct Components<F> {
    successors: F,
    visits: FxHashMap<ModuleId, Visit>,
    /// Visited, and not yet known to be in a finished component.
    open: Vec<ModuleId>,
}

#[derive(Clone, Copy)]
struct Visit {
    order: u32,
    is_open: bool,
}

/// A record on the way from the start of a search, and what of it is still to be looked at.
struct Step<I> {
    id: ModuleId,
    successors: I,
    order: u32,
    /// The lowest `order` among open records that can be reached from here.
    lowest: u32,
}

impl<F, I> Components<F>
where
    F: Fn(ModuleId) -> I,
    I: Iterator<Item = ModuleId>,
{
    pub(crate) fn new(successors: F) -> Self {
        Self { successors, visits: FxHashMap::default(), open: Vec::new() }
    }

    /// Visits all that can be reached from `start` and was not visited before. Each component goes
    /// to `found` after all components that it can reach.
    ///
    /// `stop_at` is asked about each record that is met. If it says yes the search ends there, and
    /// all records that are known to reach the one it met come back; none of these went to `found`.
    pub(crate) fn search(
        &mut self,
        start: ModuleId,
        mut stop_at: impl FnMut(ModuleId) -> bool,
        mut found: impl FnMut(Vec<ModuleId>),
    ) -> Option<Vec<ModuleId>> {
        if stop_at(start) {
            return Some(Vec::new());
        }
        if self.visits.contains_key(&start) {
            return None;
        }
        let mut path = vec![self.enter(start)];
        while let Some(step) = path.last_mut() {
            let Some(next) = step.successors.next() else {
                let done = path.pop()?;
                if let Some(before) = path.last_mut() {
                    before.lowest = before.lowest.min(done.lowest);
                }
                if done.lowest == done.order {
                    found(self.close(done.id));
                }
                continue;
            };
            if stop_at(next) {
                return Some(std::mem::take(&mut self.open));
            }
            match self.visits.get(&next) {
                Some(visit) if visit.is_open => step.lowest = step.lowest.min(visit.order),
                Some(_) => {}
                None => path.push(self.enter(next)),
            }
        }
        None
    }

    fn enter(&mut self, id: ModuleId) -> Step<I> {
        #[expect(clippy::cast_possible_truncation, reason = "there are never more visits than ids")]
        let order = self.visits.len() as u32;
        self.visits.insert(id, Visit { order, is_open: true });
        self.open.push(id);
        Step { id, successors: (self.successors)(id), order, lowest: order }
    }

    /// Takes the component whose first visited member is `first`, in order of id.
    fn close(&mut self, first: ModuleId) -> Vec<ModuleId> {
        let from = self.open.iter().rposition(|&id| id == first).unwrap_or(0);
        let mut component = self.open.split_off(from);
        for id in &component {
            if let Some(visit) = self.visits.get_mut(id) {
                visit.is_open = false;
            }
        }
        component.sort_unstable();
        component
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `edges[i]` are the successors of `i`; gives the components in the order in which they were
    /// found.
    fn components(edges: &[&[u32]]) -> Vec<Vec<u32>> {
        let mut search =
            Components::new(|id: ModuleId| edges[id.index()].iter().copied().map(ModuleId));
        let mut all = Vec::new();
        for start in (0..).take(edges.len()) {
            search.search(
                ModuleId(start),
                |_| false,
                |found| all.push(found.iter().map(|id| id.0).collect()),
            );
        }
        all
    }

    #[test]
    fn a_component_comes_after_those_it_reaches() {
        assert_eq!(components(&[&[1], &[2], &[]]), [[2], [1], [0]]);
    }

    #[test]
    fn members_of_a_cycle_come_together_in_order_of_id() {
        assert_eq!(components(&[&[2], &[0], &[1, 3], &[]]), [vec![3], vec![0, 1, 2]]);
    }

    #[test]
    fn two_cycles_that_share_a_record_are_one() {
        assert_eq!(components(&[&[1], &[0, 2], &[1]]), [[0, 1, 2]]);
    }

    #[test]
    fn a_long_chain_is_no_recursion() {
        let length = 100_000;
        let mut search = Components::new(|id: ModuleId| {
            (id.0 + 1 < length).then_some(ModuleId(id.0 + 1)).into_iter()
        });
        let mut count = 0;

        search.search(ModuleId(0), |_| false, |_| count += 1);

        assert_eq!(count, length);
    }
}
