//! The edits that blank types, so that the rest stays where it is.
//!
//! Blanking can join what a line end kept apart: `let x = y as T` before a line that starts with `(`. Where a
//! statement or a member ends or starts with a blank, a `;` keeps it apart.

use oxc_allocator::ArenaVec;
use oxc_ast::ast::{
    AccessorProperty, ArrowFunctionExpression, Class, ClassElement, Decorator, FormalParameter,
    JSXElement, JSXFragment, MethodDefinition, Program, PropertyDefinition, Statement,
    TSAsExpression, TSEnumDeclaration, TSExportAssignment, TSImportEqualsDeclaration,
    TSModuleReference, TSNamespaceDeclaration, TSNonNullExpression, TSSatisfiesExpression,
    TSThisParameter, TSTypeAnnotation, TSTypeAssertion, TSTypeParameterDeclaration,
    TSTypeParameterInstantiation, VariableDeclarator,
};
use oxc_ast_visit::{Visit, walk};
use oxc_semantic::Scoping;
use oxc_span::{GetSpan, Span};

use super::edits::Edits;
use super::parse;
use super::scan::to_u32;
use super::tokens::Tokens;
use super::typescript::{has_fields, is_erased, is_erased_member};
use super::{Kind, TransformOptions};

/// Whether spaces are all it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Erasure {
    Done,
    /// There is syntax that has a meaning at run time: enums, decorators, JSX and the like.
    NeedsCodegen,
}

pub(super) fn erase(
    program: &Program<'_>,
    options: &TransformOptions,
    edits: &mut Edits<'_>,
) -> Erasure {
    let is_common_js = options.kind == Kind::Compiled;
    let options = &options.compiler_options;
    let tokens = Tokens::new(edits.source());
    let mut eraser = Eraser {
        edits,
        tokens,
        assigns_fields: options.use_define_for_class_fields == Some(false),
        is_verbatim: options.verbatim_module_syntax == Some(true),
        scoping: is_common_js.then(|| parse::scoping(program)),
        erasure: Erasure::Done,
        blank_end: 0,
        separated: None,
    };
    eraser.visit_program(program);
    eraser.erasure
}

struct Eraser<'s, 'e> {
    /// Of what is compiled to CommonJS.
    scoping: Option<Scoping>,
    is_verbatim: bool,
    edits: &'e mut Edits<'s>,
    tokens: Tokens<'s>,
    assigns_fields: bool,
    erasure: Erasure,
    /// Where the last blank ends.
    blank_end: u32,
    /// Where the last `;` was put.
    separated: Option<u32>,
}

impl Eraser<'_, '_> {
    fn blank(&mut self, span: Span) {
        self.edits.blank(span);
        self.blank_end = self.blank_end.max(span.end);
    }

    /// Blanks one ASCII character that is the next token from `offset` on, if it is `character`.
    fn blank_token(&mut self, offset: u32, character: u8) {
        let start = self.tokens.next(offset);
        if self.tokens.byte(start) == Some(character) {
            self.blank(Span::sized(start, 1));
        }
    }

    /// A statement or a field that ends with a blank and not with a semicolon gets one, unless `else` follows.
    fn separate(&mut self, span: Span) {
        let end = span.end;
        let is_open = self.blank_end == end && !self.edits.text(span).ends_with(';');
        if is_open && self.separated != Some(end) && !self.tokens.is_word(end, "else") {
            self.edits.separate(end);
            self.separated = Some(end);
        }
    }

    /// Blanks words that only TypeScript has before the name of a member.
    fn blank_modifiers(&mut self, member: Span, key: u32) {
        let mut offset = member.start;
        loop {
            offset = self.tokens.next(offset);
            let word = self.tokens.word(offset);
            if offset >= key || word.is_empty() {
                return;
            }
            let end = offset + to_u32(word.len());
            let is_type = matches!(
                word,
                "public" | "private" | "protected" | "readonly" | "override" | "abstract"
            );
            if is_type && offset == member.start {
                // What follows may be `['name']` or `*name`, which would join with the line before.
                self.edits.blank_statement(Span::new(offset, end));
            } else if is_type {
                self.blank(Span::new(offset, end));
            }
            offset = end;
        }
    }

    /// `?` or `!` after the name of a member.
    fn blank_mark(&mut self, key: Span, is_computed: bool, mark: u8) {
        let mut end = key.end;
        if is_computed {
            end = self.tokens.next(end) + 1;
        }
        self.blank_token(end, mark);
    }

    fn blank_heritage(&mut self, class: &Class<'_>) {
        let (Some(first), Some(last)) = (class.implements.first(), class.implements.last()) else {
            return;
        };
        let before = [
            class.id.as_ref().map(|id| id.span.end),
            class.type_parameters.as_ref().map(|parameters| parameters.span.end),
            class.heritage.as_ref().map(|heritage| heritage.span().end),
        ];
        let before = before.into_iter().flatten().max().unwrap_or(class.span.start);
        let text = self.edits.text(Span::new(before, first.span.start));
        if let Some(offset) = text.rfind("implements") {
            self.blank(Span::new(before + to_u32(offset), last.span.end));
        }
    }

    /// A line end before `=>` or after `async` is not allowed, so a parenthesis takes the place of the last or of the
    /// first character that goes.
    fn erase_arrow_head(&mut self, arrow: &ArrowFunctionExpression<'_>) {
        let parameters = arrow.params.span;
        if let Some(types) = &arrow.type_parameters
            && self.has_line_end(types.span)
        {
            self.edits.overlay(Span::new(types.span.start, parameters.start + 1), "(");
        } else if let Some(types) = &arrow.type_parameters {
            self.blank(types.span);
        }
        if let Some(result) = &arrow.return_type {
            let head = Span::new(parameters.end - 1, result.span.end);
            if self.has_line_end(head) {
                self.edits.blank_until(head, ")");
            } else {
                self.blank(result.span);
            }
        }
    }

    /// In CommonJS `import a = require('b')` becomes `const  a = require('b')`, or goes if nothing uses it.
    fn visit_import_equals(&mut self, import: &TSImportEqualsDeclaration<'_>) {
        let Some(scoping) = &self.scoping else { return self.needs_codegen() };
        if !matches!(import.module_reference, TSModuleReference::ExternalModuleReference(_)) {
            return self.needs_codegen();
        }
        let symbol = import.id.symbol_id.get();
        let is_used = symbol.is_some_and(|symbol| {
            scoping.get_resolved_references(symbol).any(|reference| !reference.is_type())
        });
        if is_used || self.is_verbatim {
            let word = Span::sized(import.span.start, to_u32("import".len()));
            self.edits.replace(word, "const ");
            self.separate(import.span);
        } else {
            self.edits.blank_statement(import.span);
        }
    }

    fn has_line_end(&self, span: Span) -> bool {
        self.edits.text(span).contains(['\n', '\r', '\u{2028}', '\u{2029}'])
    }

    const fn needs_codegen(&mut self) {
        self.erasure = Erasure::NeedsCodegen;
    }
}

impl<'a> Visit<'a> for Eraser<'_, '_> {
    fn visit_statements(&mut self, statements: &ArenaVec<'a, Statement<'a>>) {
        for statement in statements {
            self.visit_statement(statement);
        }
    }

    fn visit_statement(&mut self, statement: &Statement<'a>) {
        let span = statement.span();
        if is_erased(statement) {
            return self.edits.blank_statement(span);
        }
        match statement {
            Statement::TSImportEqualsDeclaration(import) => self.visit_import_equals(import),
            Statement::TSExportAssignment(export) if self.scoping.is_some() => {
                let head = Span::new(span.start, export.expression.span().start);
                self.edits.replace(head, "module.exports = ");
                self.visit_expression(&export.expression);
                self.separate(span);
            }
            Statement::ImportDeclaration(_)
            | Statement::ExportAllDeclaration(_)
            | Statement::ExportFromDeclaration(_)
            | Statement::ExportNamedDeclaration(_) => {}
            _ => {
                walk::walk_statement(self, statement);
                self.separate(span);
            }
        }
    }

    fn visit_class_element(&mut self, member: &ClassElement<'a>) {
        let span = member.span();
        if is_erased_member(member) {
            return self.edits.blank_statement(span);
        }
        walk::walk_class_element(self, member);
        if matches!(member, ClassElement::PropertyDefinition(_) | ClassElement::AccessorProperty(_))
        {
            self.separate(span);
        }
    }

    fn visit_class(&mut self, class: &Class<'a>) {
        if self.assigns_fields && has_fields(class) {
            self.needs_codegen();
        }
        if class.r#abstract {
            let start = self.tokens.next(class.span.start);
            let word = self.tokens.word(start);
            if word == "abstract" {
                self.blank(Span::sized(start, to_u32(word.len())));
            }
        }
        self.blank_heritage(class);
        walk::walk_class(self, class);
    }

    fn visit_method_definition(&mut self, method: &MethodDefinition<'a>) {
        self.blank_modifiers(method.span, method.key.span().start);
        if method.optional {
            self.blank_mark(method.key.span(), method.computed, b'?');
        }
        walk::walk_method_definition(self, method);
    }

    fn visit_property_definition(&mut self, property: &PropertyDefinition<'a>) {
        self.blank_modifiers(property.span, property.key.span().start);
        if property.optional {
            self.blank_mark(property.key.span(), property.computed, b'?');
        }
        if property.definite {
            self.blank_mark(property.key.span(), property.computed, b'!');
        }
        walk::walk_property_definition(self, property);
    }

    /// One that is left has legacy decorators beside it.
    fn visit_accessor_property(&mut self, _: &AccessorProperty<'a>) {
        self.needs_codegen();
    }

    fn visit_arrow_function_expression(&mut self, arrow: &ArrowFunctionExpression<'a>) {
        self.erase_arrow_head(arrow);
        self.visit_formal_parameters(&arrow.params);
        self.visit_arrow_function_body(&arrow.body);
    }

    fn visit_ts_this_parameter(&mut self, parameter: &TSThisParameter<'a>) {
        self.blank(parameter.span);
        self.blank_token(parameter.span.end, b',');
    }

    fn visit_formal_parameter(&mut self, parameter: &FormalParameter<'a>) {
        if parameter.has_modifier() {
            self.needs_codegen();
        }
        if parameter.optional {
            self.blank_token(parameter.pattern.span().end, b'?');
        }
        walk::walk_formal_parameter(self, parameter);
    }

    fn visit_variable_declarator(&mut self, declarator: &VariableDeclarator<'a>) {
        if declarator.definite {
            self.blank_token(declarator.id.span().end, b'!');
        }
        walk::walk_variable_declarator(self, declarator);
    }

    fn visit_ts_as_expression(&mut self, expression: &TSAsExpression<'a>) {
        self.visit_expression(&expression.expression);
        self.blank(Span::new(expression.expression.span().end, expression.span.end));
    }

    fn visit_ts_satisfies_expression(&mut self, expression: &TSSatisfiesExpression<'a>) {
        self.visit_expression(&expression.expression);
        self.blank(Span::new(expression.expression.span().end, expression.span.end));
    }

    fn visit_ts_non_null_expression(&mut self, expression: &TSNonNullExpression<'a>) {
        self.visit_expression(&expression.expression);
        self.blank(Span::new(expression.span.end - 1, expression.span.end));
    }

    /// `<T>x` becomes `(  x)`: spaces alone could put a line end after `return`.
    fn visit_ts_type_assertion(&mut self, assertion: &TSTypeAssertion<'a>) {
        let head = Span::new(assertion.span.start, assertion.expression.span().start);
        self.edits.overlay(head, "(");
        self.visit_expression(&assertion.expression);
        self.edits.close(assertion.span.end, ")");
    }

    fn visit_ts_type_annotation(&mut self, annotation: &TSTypeAnnotation<'a>) {
        self.blank(annotation.span);
    }

    fn visit_ts_type_parameter_declaration(&mut self, types: &TSTypeParameterDeclaration<'a>) {
        self.blank(types.span);
    }

    fn visit_ts_type_parameter_instantiation(&mut self, types: &TSTypeParameterInstantiation<'a>) {
        self.blank(types.span);
    }

    fn visit_decorator(&mut self, _: &Decorator<'a>) {
        self.needs_codegen();
    }

    fn visit_jsx_element(&mut self, _: &JSXElement<'a>) {
        self.needs_codegen();
    }

    fn visit_jsx_fragment(&mut self, _: &JSXFragment<'a>) {
        self.needs_codegen();
    }

    fn visit_ts_enum_declaration(&mut self, _: &TSEnumDeclaration<'a>) {
        self.needs_codegen();
    }

    fn visit_ts_namespace_declaration(&mut self, _: &TSNamespaceDeclaration<'a>) {
        self.needs_codegen();
    }

    fn visit_ts_import_equals_declaration(&mut self, _: &TSImportEqualsDeclaration<'a>) {
        self.needs_codegen();
    }

    fn visit_ts_export_assignment(&mut self, _: &TSExportAssignment<'a>) {
        self.needs_codegen();
    }
}
