//! Places in the user's text for the entries of a module that was generated from it.

use oxc_ast::ast::{
    ImportDeclarationSpecifier, ImportExpression, Program, Statement, StringLiteral,
};
use oxc_ast_visit::{Visit, walk};
use oxc_span::{GetSpan, Span};
use rustc_hash::FxHashMap;

use super::module::{DynamicImport, Module};
use super::offsets::Utf16Offsets;

/// Where the source names a module, an import or an export. What the compiler adds has no place, and gets the start.
#[derive(Default)]
pub(super) struct Places {
    requests: FxHashMap<String, (u32, u32)>,
    imports: FxHashMap<String, u32>,
    exports: FxHashMap<String, u32>,
    dynamic_imports: Vec<DynamicImport>,
}

impl Places {
    pub(super) fn find(source: &str, program: &Program<'_>) -> Self {
        let offsets = &Utf16Offsets::new(source);
        let mut finder = Finder { offsets, places: Self::default() };
        finder.visit_program(program);
        finder.places
    }

    pub(super) fn give_to(self, module: &mut Module) {
        for request in &mut module.requests {
            let place = self.requests.get(&request.specifier).copied().unwrap_or_default();
            (request.start_utf16, request.end_utf16) = place;
        }
        for import in &mut module.imports {
            import.start_utf16 = self.imports.get(&import.local).copied().unwrap_or_default();
        }
        for export in &mut module.indirects {
            export.start_utf16 = self.exports.get(&export.name).copied().unwrap_or_default();
        }
        self.give_to_dynamic(&mut module.dynamic_imports);
    }

    /// The compiler keeps the order of the calls.
    pub(super) fn give_to_dynamic(self, imports: &mut [DynamicImport]) {
        let mut places = self.dynamic_imports.into_iter();
        for import in imports {
            let place = places.find(|known| known.specifier == import.specifier);
            (import.start_utf16, import.end_utf16) =
                place.map_or((0, 0), |known| (known.start_utf16, known.end_utf16));
        }
    }
}

struct Finder<'s> {
    offsets: &'s Utf16Offsets,
    places: Places,
}

impl Finder<'_> {
    fn range(&self, span: Span) -> (u32, u32) {
        (self.offsets.at(span.start), self.offsets.at(span.end))
    }

    fn request(&mut self, source: &StringLiteral<'_>) {
        let range = self.range(source.span);
        self.places.requests.entry(source.value.to_string()).or_insert(range);
    }

    fn import(&mut self, specifier: &ImportDeclarationSpecifier<'_>) {
        let start = self.offsets.at(specifier.span().start);
        self.places.imports.insert(specifier.local().name.to_string(), start);
    }

    fn export(&mut self, name: &str, span: Span) {
        self.places.exports.insert(name.to_owned(), self.offsets.at(span.start));
    }
}

impl<'a> Visit<'a> for Finder<'_> {
    fn visit_statement(&mut self, statement: &Statement<'a>) {
        match statement {
            Statement::ImportDeclaration(import) => {
                self.request(&import.source);
                for specifier in import.specifiers.iter().flatten() {
                    self.import(specifier);
                }
            }
            Statement::ExportAllDeclaration(export) => {
                self.request(&export.source);
                if let Some(name) = &export.exported {
                    self.export(&name.name(), name.span());
                }
            }
            Statement::ExportFromDeclaration(export) => {
                self.request(&export.source);
                for specifier in &export.specifiers {
                    self.export(&specifier.exported.name(), specifier.span);
                }
            }
            Statement::ExportNamedDeclaration(export) => {
                for specifier in &export.specifiers {
                    self.export(&specifier.exported.name(), specifier.span);
                }
            }
            _ => walk::walk_statement(self, statement),
        }
    }

    fn visit_import_expression(&mut self, import: &ImportExpression<'a>) {
        self.places.dynamic_imports.extend(DynamicImport::constant(import, self.offsets));
        walk::walk_import_expression(self, import);
    }
}
