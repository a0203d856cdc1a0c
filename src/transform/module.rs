//! What a transformed ES module is: its text, and what links it to others, in the words of ECMA-262 16.2.1.

use oxc_ast::ast::{Expression, ImportExpression};

use super::offsets::Utf16Offsets;

/// A module as the body of a function, and its import and export entries.
///
/// `start_utf16` and `end_utf16` are offsets into the user's text, as JavaScript counts them.
#[expect(
    clippy::struct_excessive_bools,
    reason = "facts of one text that do not depend on each other"
)]
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Module {
    /// At the lines and columns of the source, or of `map`.
    pub code: String,
    /// Where `code` is longer or shorter than the text that was edited, in order; then the same of the edits before.
    pub moves: Vec<Vec<Move>>,
    /// JSON source map from `code` to the user's file, where text was moved.
    pub map: Option<String>,
    /// The start of the names of all helpers that `code` calls.
    pub base: String,
    pub is_async: bool,
    pub uses_meta: bool,
    /// Does `code` call what makes the objects of classes with decorators?
    pub uses_decorators: bool,
    /// In order of first appearance, one for each specifier with its attributes.
    pub requests: Vec<ModuleRequest>,
    pub imports: Vec<ImportEntry>,
    /// The index of an entry is the *slot* by which `code` names it.
    pub locals: Vec<LocalExport>,
    pub indirects: Vec<IndirectExport>,
    /// The requests of `export * from`.
    pub stars: Vec<u32>,
    /// The local name of an anonymous default function, which is to be given the name `default`.
    pub default_function: Option<String>,
    /// `import()` calls that name what they want in plain text.
    pub dynamic_imports: Vec<DynamicImport>,
    /// Does the text import or export anything?
    pub has_module_syntax: bool,
}

/// A place of a text that stands for one of another length in the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Move {
    pub start_utf16: u32,
    pub length: u32,
    pub source_length: u32,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModuleRequest {
    pub specifier: String,
    pub attributes: Vec<Attribute>,
    /// That of the first specifier, with its quotes.
    pub start_utf16: u32,
    pub end_utf16: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Attribute {
    pub key: String,
    pub value: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportEntry {
    pub request: u32,
    /// The exported name in that module; `None` is the namespace object.
    pub name: Option<String>,
    pub local: String,
    pub start_utf16: u32,
}

/// An export of a binding of this module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalExport {
    pub names: Vec<String>,
    /// `None` is the value of `export default`.
    pub local: Option<String>,
    pub kind: LocalKind,
    /// Is it assigned to after its declaration?
    pub is_mutated: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LocalKind {
    /// Has its value before the module runs.
    Function,
    /// Is `undefined` before the module runs.
    Var,
    /// May not be read before its declaration ran.
    Lexical,
    /// `export default` with an expression.
    Default,
}

impl LocalKind {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Function => "function",
            Self::Var => "var",
            Self::Lexical => "lexical",
            Self::Default => "default",
        }
    }
}

/// An export of what another module exports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndirectExport {
    pub name: String,
    pub request: u32,
    /// `None` is the namespace object.
    pub imported: Option<String>,
    pub start_utf16: u32,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DynamicImport {
    pub specifier: String,
    /// The place of the specifier with its quotes.
    pub start_utf16: u32,
    pub end_utf16: u32,
}

impl DynamicImport {
    pub(super) fn constant(import: &ImportExpression<'_>, offsets: &Utf16Offsets) -> Option<Self> {
        let (specifier, span) = match import.source.get_inner_expression() {
            Expression::StringLiteral(literal) => (literal.value.to_string(), literal.span),
            Expression::TemplateLiteral(template) => {
                (template.single_quasi()?.to_string(), template.span)
            }
            _ => return None,
        };
        Some(Self {
            specifier,
            start_utf16: offsets.at(span.start),
            end_utf16: offsets.at(span.end),
        })
    }
}
