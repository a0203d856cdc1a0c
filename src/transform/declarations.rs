//! The edits of `import` and `export` declarations.

use oxc_ast::ast::{
    Class, Declaration, ExportDeclaration, ExportDefaultDeclaration, ExportDefaultDeclarationKind,
    Expression, Function, Statement,
};
use oxc_ast_visit::{Visit, walk};
use oxc_span::{GetSpan, Span};
use oxc_syntax::scope::ScopeFlags;

use super::rewrite::Rewriter;
use super::scan::to_u32;
use super::tokens::Tokens;
use super::typescript::is_erased;

impl Rewriter<'_, '_> {
    pub(super) fn visit_module_statement(&mut self, statement: &Statement<'_>) {
        if is_erased(statement) {
            return;
        }
        match statement {
            Statement::ImportDeclaration(import) => {
                if import.phase.is_some() {
                    self.refuse(import.span, "import defer and import source are not supported");
                }
                self.leave_request(import.span);
            }
            Statement::ExportAllDeclaration(_)
            | Statement::ExportFromDeclaration(_)
            | Statement::ExportNamedDeclaration(_) => self.leave_request(statement.span()),
            Statement::ExportDeclaration(export) => self.visit_exported(export),
            Statement::ExportDefaultDeclaration(export) => self.visit_default(export),
            _ => walk::walk_statement(self, statement),
        }
    }

    /// A declaration goes, or becomes a call where it stands.
    fn leave_request(&mut self, declaration: Span) {
        let request = self.entries.declarations.get(&declaration.start);
        let Some(request) = request.filter(|_| self.is_in_place) else {
            return self.edits.blank_statement(declaration);
        };
        let call = format!("{}({request});", self.base.evaluate());
        let head = self.edits.text(declaration).get(..call.len()).unwrap_or_default();
        if head.is_ascii() && !head.is_empty() && !head.contains(['\n', '\r']) {
            self.edits.overlay(declaration, &call);
        } else {
            // The first line is too short for it: what follows on it moves.
            let rest = Span::new(declaration.start + to_u32("import".len()), declaration.end);
            self.edits.replace(Span::new(declaration.start, rest.start), call);
            self.edits.blank(rest);
        }
    }

    fn visit_exported(&mut self, export: &ExportDeclaration<'_>) {
        self.blank_word(export.span.start, "export");
        walk::walk_declaration(self, &export.declaration);
        let slots = match &export.declaration {
            Declaration::VariableDeclaration(declaration) => self.slots.of_declaration(declaration),
            Declaration::ClassDeclaration(class) => self.slot_of(class),
            _ => Vec::new(),
        };
        self.tell_after(export.span, &slots, true);
    }

    fn visit_default(&mut self, export: &ExportDefaultDeclaration<'_>) {
        match &export.declaration {
            ExportDefaultDeclarationKind::FunctionDeclaration(function) => {
                match function.id {
                    Some(_) => self.blank_default_words(export),
                    None => self.name_function(export, function),
                }
                self.visit_function(function, ScopeFlags::Function);
            }
            ExportDefaultDeclarationKind::ClassDeclaration(class) if class.id.is_some() => {
                self.blank_default_words(export);
                self.visit_class(class);
                let slots = self.slot_of(class);
                self.tell_after(class.span, &slots, true);
            }
            ExportDefaultDeclarationKind::ClassDeclaration(class) => {
                self.open_default_value(export);
                self.visit_class(class);
                self.close_default_value(export, class.span);
            }
            value => {
                if let Some(expression) = value.as_expression() {
                    self.visit_default_value(export, expression);
                }
            }
        }
    }

    fn visit_default_value(
        &mut self,
        export: &ExportDefaultDeclaration<'_>,
        expression: &Expression<'_>,
    ) {
        self.open_default_value(export);
        self.visit_expression(expression);
        self.close_default_value(export, expression.span());
    }

    /// `export default` becomes `$hd({  default:`, so that an anonymous value gets the name `default`.
    fn open_default_value(&mut self, export: &ExportDefaultDeclaration<'_>) {
        let call = format!("{}({{", self.base.default_value());
        let start = export.span.start;
        let word = Span::new(start, start + to_u32("export".len()));
        self.edits.replace(word, format!("{call:6}"));
        let end = self.end_of_default_word(export);
        let next = self.edits.source().as_bytes().get(end as usize);
        if matches!(next, Some(b' ' | b'\t')) {
            self.edits.replace(Span::new(end, end + 1), ":");
        } else {
            self.edits.open(end, ":");
        }
    }

    fn close_default_value(&mut self, export: &ExportDefaultDeclaration<'_>, value: Span) {
        let end = if self.edits.text(export.span).ends_with(';') { "})" } else { "});" };
        self.edits.close(value.end, end);
    }

    /// `export default function (` becomes `     function $hf(` with what follows where it was.
    fn name_function(&mut self, export: &ExportDefaultDeclaration<'_>, function: &Function<'_>) {
        let name = self.base.default_function();
        let parameters = function
            .type_parameters
            .as_ref()
            .map_or(function.params.span.start, |parameters| parameters.span.start);
        let head = Span::new(export.span.start, parameters);
        let prefix = if function.r#async { "async " } else { "" };
        let star = if function.generator { "*" } else { "" };
        let declaration = format!("{prefix}function{star} {name}");
        let text = self.edits.text(head);
        let is_plain = text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'*' | b' ' | b'\t'));
        if is_plain && declaration.len() <= text.len() {
            self.edits.replace(head, format!("{declaration:>width$}", width = text.len()));
        } else {
            self.blank_default_words(export);
            self.edits.open(parameters, format!(" {name}"));
        }
    }

    fn blank_default_words(&mut self, export: &ExportDefaultDeclaration<'_>) {
        self.blank_word(export.span.start, "export");
        let end = self.end_of_default_word(export);
        self.edits.blank(Span::new(end - to_u32("default".len()), end));
    }

    fn end_of_default_word(&self, export: &ExportDefaultDeclaration<'_>) -> u32 {
        let after_export = export.span.start + to_u32("export".len());
        Tokens::new(self.edits.source()).next(after_export) + to_u32("default".len())
    }

    fn blank_word(&mut self, start: u32, word: &str) {
        self.edits.blank(Span::new(start, start + to_u32(word.len())));
    }

    fn slot_of(&self, class: &Class<'_>) -> Vec<u32> {
        let symbol = class.id.as_ref().and_then(|id| id.symbol_id.get());
        self.slots.of_symbol(symbol).into_iter().collect()
    }
}
