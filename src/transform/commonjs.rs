//! CommonJS: all that changes is `import()`.

use oxc_ast::ast::{ImportExpression, Program, Statement};
use oxc_ast_visit::{Visit, walk};
use oxc_semantic::Scoping;
use oxc_span::{GetSpan, Span};

use super::base::Base;
use super::edits::Edits;
use super::module::DynamicImport;
use super::offsets::Utf16Offsets;
use super::scan::to_u32;
use super::typescript::{Elision, is_erased, is_value_export};

pub(super) const NO_MODULE_SYNTAX: &str = "import and export declarations are for ES modules only";

/// Blanks imports and exports of types, which TypeScript has in CommonJS as well. The span is that of one that has a
/// meaning at run time.
pub(super) fn blank_types(
    program: &Program<'_>,
    scoping: &Scoping,
    elision: Elision,
    edits: &mut Edits<'_>,
) -> Result<(), Span> {
    for statement in &program.body {
        let is_type = match statement {
            _ if is_erased(statement) => continue,
            Statement::ImportDeclaration(import) => import.specifiers.as_ref().is_some_and(|all| {
                !all.is_empty() && !all.iter().any(|specifier| elision.keeps(specifier, scoping))
            }),
            Statement::ExportNamedDeclaration(export) if program.source_type.is_typescript() => {
                !export.specifiers.iter().any(|specifier| is_value_export(specifier, scoping))
            }
            _ if statement.is_module_declaration() => false,
            _ => continue,
        };
        if !is_type {
            return Err(statement.span());
        }
        edits.blank_statement(statement.span());
    }
    Ok(())
}

/// Makes `import()` call a helper, and lists the calls with a constant specifier.
pub(super) fn rewrite(
    program: &Program<'_>,
    edits: &mut Edits<'_>,
    base: &Base,
    offsets: &Utf16Offsets,
) -> Vec<DynamicImport> {
    let mut rewriter = Rewriter { edits, base, offsets, found: Vec::new() };
    rewriter.visit_program(program);
    rewriter.found
}

struct Rewriter<'s, 'e> {
    edits: &'e mut Edits<'s>,
    base: &'e Base,
    offsets: &'e Utf16Offsets,
    found: Vec<DynamicImport>,
}

impl<'a> Visit<'a> for Rewriter<'_, '_> {
    fn visit_import_expression(&mut self, import: &ImportExpression<'a>) {
        // Node refuses `import.defer()` and `import.source()` itself, or it does not.
        if import.phase.is_none() {
            let start = import.span.start;
            let keyword = Span::new(start, start + to_u32("import".len()));
            self.edits.replace(keyword, self.base.import_call());
            self.found.extend(DynamicImport::constant(import, self.offsets));
        }
        walk::walk_import_expression(self, import);
    }
}
