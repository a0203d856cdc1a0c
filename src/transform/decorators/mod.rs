//! Standard decorators and auto-accessors as text that engines run today.
//!
//! The text stays on its lines: a decorator becomes the computed key of a method that is thrown away, since that is
//! evaluated where the decorator would be, with the same `this`, `await` and private names:
//!
//! ```text
//! @bound @log(1) method() {}
//! ;[$he0.add(0,"method",0,"method",[bound ,log(1)])](){} method() {}
//! ```
//!
//! What is called is in `js/runtime/esm/decorators.js`: an object for each evaluation of a class. Types, JSX and all
//! else are left to what comes after, which is why this is done first.

mod accessors;
mod classes;
mod expressions;
mod keys;
mod members;

use oxc_ast::ast::{AccessorProperty, Decorator, Program};
use oxc_ast_visit::{Visit, walk};
use oxc_span::Span;
use rustc_hash::FxHashMap;

use self::classes::Exported;
use super::base::Base;
use super::edits::{Edited, Edits};
use super::error::TransformError;
use super::parse;
use super::tokens::Tokens;

/// A text in the language of the source that has no decorators.
pub(super) struct Lowered {
    pub(super) edited: Edited,
    /// The names in it start with this.
    pub(super) base: Base,
}

const NOT_HERE: &str = "Decorators are not valid here.";

/// `None` is a text without decorators or auto-accessors.
pub(super) fn lower(
    source: &str,
    program: &Program<'_>,
) -> Result<Option<Lowered>, TransformError> {
    if !has_decorators(source, program) {
        return Ok(None);
    }
    // What is wrong is told while its place is known.
    let base = super::unused_base(source, &parse::analyze(source, program)?);
    let mut edits = Edits::new(source);
    let mut lowerer = Lowerer {
        tokens: Tokens::new(source),
        edits: &mut edits,
        base: &base,
        classes: 0,
        names: FxHashMap::default(),
        exported: None,
        refused: None,
    };
    lowerer.visit_program(program);
    if let Some((span, why)) = lowerer.refused {
        return Err(parse::unsupported(source, span, why));
    }
    Ok(Some(Lowered { edited: edits.apply(), base }))
}

struct Lowerer<'s, 'e> {
    edits: &'e mut Edits<'s>,
    tokens: Tokens<'s>,
    base: &'e Base,
    /// How many classes have been given an object.
    classes: usize,
    /// What anonymous classes are called, by where they start.
    names: FxHashMap<u32, String>,
    /// The class that is visited next is the declaration of this export.
    exported: Option<Exported>,
    /// The first thing that cannot be run, and why.
    refused: Option<(Span, &'static str)>,
}

impl Lowerer<'_, '_> {
    fn refuse(&mut self, span: Span, why: &'static str) {
        self.refused.get_or_insert((span, why));
    }

    fn refuse_all(&mut self, decorators: &[Decorator<'_>], why: &'static str) {
        if let Some(decorator) = decorators.first() {
            self.refuse(decorator.span, why);
        }
    }
}

fn has_decorators(source: &str, program: &Program<'_>) -> bool {
    if !source.contains('@') && !source.contains("accessor") {
        return false;
    }
    let mut finder = Finder(false);
    finder.visit_program(program);
    finder.0
}

struct Finder(bool);

impl<'a> Visit<'a> for Finder {
    fn visit_decorator(&mut self, _: &Decorator<'a>) {
        self.0 = true;
    }

    fn visit_accessor_property(&mut self, accessor: &AccessorProperty<'a>) {
        self.0 |= !accessor.r#type.is_abstract();
        walk::walk_accessor_property(self, accessor);
    }
}

/// The literal `name` as the name of a property. V8 gives a class under a computed one that name even if it has a
/// static member `name`; only `__proto__` means something else than itself.
fn property(name: &str) -> String {
    let is_plain = name.starts_with(|c: char| c == '"' || c.is_ascii_digit());
    if is_plain && name != "\"__proto__\"" { name.to_owned() } else { format!("[{name}]") }
}

/// `text` as a literal of JavaScript.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
