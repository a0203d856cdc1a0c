//! What the disk did, as a value: one change a path, in the order in which the paths changed first.

use std::fmt;
use std::path::PathBuf;

use rustc_hash::FxHashMap;

/// What happened to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ChangeKind {
    Created,
    Modified,
    Removed,
    /// Something may have happened that nobody saw: a queue overflowed, or a folder was gone for a while.
    Unknown,
}

impl ChangeKind {
    /// What two changes of one path come to. `Created` then `Removed` is still `Removed`: who is told compares
    /// content anyway, and one report too many costs less than one too few.
    #[must_use]
    pub const fn then(self, later: Self) -> Self {
        match (self, later) {
            (Self::Created, Self::Created | Self::Modified) => Self::Created,
            (Self::Modified, Self::Created | Self::Modified) | (Self::Removed, Self::Created) => {
                Self::Modified
            }
            // A write to a path that is gone means that its return was missed.
            (Self::Removed, Self::Modified) => Self::Modified,
            (_, Self::Removed) => Self::Removed,
            (Self::Unknown, _) | (_, Self::Unknown) => Self::Unknown,
        }
    }

    /// The word for it in JavaScript and in reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Modified => "modified",
            Self::Removed => "removed",
            Self::Unknown => "unknown",
        }
    }

    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Created, Self::Modified, Self::Removed, Self::Unknown]
            .into_iter()
            .find(|kind| kind.as_str() == word)
    }
}

impl fmt::Display for ChangeKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// One path and what happened to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileChange {
    pub path: PathBuf,
    pub kind: ChangeKind,
}

/// At most one change a path, ordered by when each path changed first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChangeSet {
    changes: Vec<FileChange>,
    positions: FxHashMap<PathBuf, usize>,
}

impl ChangeSet {
    /// Adds a change, merged with an earlier one of the same path.
    pub fn add(&mut self, path: PathBuf, kind: ChangeKind) {
        if let Some(earlier) =
            self.positions.get(&path).and_then(|&position| self.changes.get_mut(position))
        {
            earlier.kind = earlier.kind.then(kind);
        } else {
            self.positions.insert(path.clone(), self.changes.len());
            self.changes.push(FileChange { path, kind });
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = &FileChange> {
        self.changes.iter()
    }
}

impl FromIterator<(PathBuf, ChangeKind)> for ChangeSet {
    fn from_iter<I: IntoIterator<Item = (PathBuf, ChangeKind)>>(changes: I) -> Self {
        let mut set = Self::default();
        for (path, kind) in changes {
            set.add(path, kind);
        }
        set
    }
}

impl IntoIterator for ChangeSet {
    type Item = FileChange;
    type IntoIter = std::vec::IntoIter<FileChange>;

    fn into_iter(self) -> Self::IntoIter {
        self.changes.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::ChangeKind::{Created, Modified, Removed, Unknown};
    use super::*;

    #[test]
    fn two_changes_of_one_path_merge_by_this_table() {
        let table = [
            (Created, [Created, Created, Removed, Unknown]),
            (Modified, [Modified, Modified, Removed, Unknown]),
            (Removed, [Modified, Modified, Removed, Unknown]),
            (Unknown, [Unknown, Unknown, Removed, Unknown]),
        ];

        for (first, expected) in table {
            let merged = [Created, Modified, Removed, Unknown].map(|later| first.then(later));

            assert_eq!(merged, expected, "after {first}");
        }
    }

    #[test]
    fn a_set_keeps_the_order_of_first_changes() {
        let set: ChangeSet = [("b", Modified), ("a", Created), ("b", Removed)]
            .map(|(path, kind)| (path.into(), kind))
            .into_iter()
            .collect();

        let listed: Vec<_> = set.into_iter().map(|change| (change.path, change.kind)).collect();

        assert_eq!(listed, [("b".into(), Removed), ("a".into(), Created)]);
    }
}
