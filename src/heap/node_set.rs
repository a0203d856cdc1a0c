//! Nodes, with a bit for each that there is: of a whole heap, that stays near the processor.

use super::snapshot::NodeIndex;

#[derive(Debug, PartialEq, Eq)]
pub(super) struct NodeSet(Vec<u64>);

impl NodeSet {
    /// Empty, for so many nodes.
    pub(super) fn of(nodes: usize) -> Self {
        Self(vec![0; nodes.div_ceil(64)])
    }

    #[inline]
    pub(super) fn has(&self, node: NodeIndex) -> bool {
        self.0[node as usize / 64] >> (node % 64) & 1 == 1
    }

    /// False if it was in it.
    #[inline]
    pub(super) fn insert(&mut self, node: NodeIndex) -> bool {
        let (word, bit) = (&mut self.0[node as usize / 64], 1 << (node % 64));
        std::mem::replace(word, *word | bit) & bit == 0
    }

    #[inline]
    pub(super) fn remove(&mut self, node: NodeIndex) {
        self.0[node as usize / 64] &= !(1 << (node % 64));
    }
}
