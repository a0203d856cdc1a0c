//! The names of the helpers that a transformed text calls.

/// A short name that occurs nowhere in the source, not even as a part of a name.
///
/// Every helper's name starts with it, so none of them can be one of the user's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Base(String);

const FIRST: &str = "$_";
const MORE: &str = "hjkqxzabcdefgilmnoprstuvwyABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

impl Base {
    /// `names` are those of the source after escapes are resolved: `\u0024h` is `$h`.
    pub(super) fn unused(source: &str, names: &[&str]) -> Self {
        let is_free = |candidate: &str| {
            !source.contains(candidate) && !names.iter().any(|name| name.contains(candidate))
        };
        let mut stems: Vec<String> = FIRST.chars().map(String::from).collect();
        // Three letters more make half a million names: no source holds them all.
        for _ in 0..3 {
            stems = stems
                .iter()
                .flat_map(|stem| MORE.chars().map(move |c| format!("{stem}{c}")))
                .collect();
            if let Some(free) = stems.iter().find(|candidate| is_free(candidate)) {
                return Self(free.clone());
            }
        }
        Self("$h".to_owned())
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// Tells that bindings were written.
    pub(super) fn tell(&self) -> &str {
        &self.0
    }

    /// Takes the value of `export default`.
    pub(super) fn default_value(&self) -> String {
        format!("{}d", self.0)
    }

    /// Evaluates what a request leads to.
    pub(super) fn evaluate(&self) -> String {
        format!("{}r", self.0)
    }

    /// The name of an anonymous default function.
    pub(super) fn default_function(&self) -> String {
        format!("{}f", self.0)
    }

    /// Refuses to be written, as an import does.
    pub(super) fn constant(&self) -> String {
        format!("{}c._", self.0)
    }

    /// A variable for the value of a call in a list of declarations.
    pub(super) fn unused_variable(&self) -> String {
        format!("{}v", self.0)
    }

    /// Makes the object of a class with decorators.
    pub(super) fn decorated(&self) -> String {
        format!("{}e", self.0)
    }

    /// As long as `import`.
    pub(super) fn import_call(&self) -> String {
        self.padded("import".len())
    }

    /// As long as `import.meta`.
    pub(super) fn import_meta(&self) -> String {
        self.padded("import.meta".len())
    }

    /// As long as `arguments`, and declared nowhere.
    pub(super) fn arguments(&self) -> String {
        self.padded("arguments".len())
    }

    fn padded(&self, length: usize) -> String {
        format!("{:_<length$}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_base_is_part_of_no_name() {
        let table: [(&str, &[&str], &str); 4] = [
            ("a", &["a"], "$h"),
            ("a$hb", &[], "$j"),
            ("'$h $j'", &[], "$k"),
            ("\\u0024h", &["$h"], "$j"),
        ];

        for (source, names, expected) in table {
            assert_eq!(Base::unused(source, names).as_str(), expected, "{source}");
        }
    }

    #[test]
    fn a_source_that_holds_all_short_names_gets_a_longer_one() {
        let all: String =
            FIRST.chars().flat_map(|a| MORE.chars().map(move |b| format!("{a}{b} "))).collect();

        assert_eq!(Base::unused(&all, &[]).as_str(), "$hh");
    }
}
