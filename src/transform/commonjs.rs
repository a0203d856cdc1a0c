//! CommonJS: all that changes is `import()`.

use oxc_ast::ast::{ImportExpression, Program};
use oxc_ast_visit::{Visit, walk};
use oxc_span::Span;

use super::base::Base;
use super::edits::Edits;
use super::module::DynamicImport;
use super::offsets::Utf16Offsets;
use super::scan::to_u32;

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
