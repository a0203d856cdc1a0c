//! The edits that turn a module into the body of a function: live bindings, `import.meta`, `import()`.
//!
//! What a statement writes is told after it; what an expression writes is told by a call around it.

use oxc_allocator::ArenaVec;
use oxc_ast::ast::{
    ArrowFunctionExpression, AssignmentExpression, AssignmentTargetPropertyIdentifier,
    AwaitExpression, Expression, ForInStatement, ForOfStatement, ForStatement, ForStatementInit,
    Function, IdentifierReference, ImportExpression, ImportMeta, ObjectProperty, Program,
    SimpleAssignmentTarget, Statement, UnaryExpression, UpdateExpression, VariableDeclaration,
};
use oxc_ast_visit::{Visit, walk};
use oxc_semantic::Scoping;
use oxc_span::{GetSpan, Span};
use oxc_syntax::scope::ScopeFlags;

use super::base::Base;
use super::edits::Edits;
use super::module::DynamicImport;
use super::offsets::Utf16Offsets;
use super::scan::{Entries, to_u32};
use super::typescript::is_erased;
use super::writes::Slots;

/// What the rewriting of a module found out.
#[derive(Default)]
pub(super) struct Found {
    pub(super) is_async: bool,
    pub(super) uses_meta: bool,
    pub(super) dynamic_imports: Vec<DynamicImport>,
    /// The first thing that cannot be run, and why.
    pub(super) refused: Option<(Span, &'static str)>,
}

pub(super) struct Rewriter<'s, 'e> {
    pub(super) edits: &'e mut Edits<'s>,
    pub(super) base: &'e Base,
    pub(super) entries: &'e Entries,
    pub(super) slots: Slots<'e>,
    offsets: &'e Utf16Offsets,
    found: Found,
    /// Functions of every kind around us, and those with their own `arguments`.
    functions: usize,
    own_arguments: usize,
    /// The statement that is visited next stands in a list, so another one can follow it.
    is_listed: bool,
    /// An expression that is told after its statement.
    told: Option<Span>,
    /// Declarations evaluate what they ask for where they stand.
    pub(super) is_in_place: bool,
}

impl<'s, 'e> Rewriter<'s, 'e> {
    pub(super) fn new(
        edits: &'e mut Edits<'s>,
        base: &'e Base,
        entries: &'e Entries,
        scoping: &'e Scoping,
        offsets: &'e Utf16Offsets,
    ) -> Self {
        Self {
            edits,
            base,
            entries,
            slots: Slots { scoping, slots: &entries.slots },
            offsets,
            found: Found::default(),
            functions: 0,
            own_arguments: 0,
            is_listed: false,
            told: None,
            is_in_place: false,
        }
    }

    pub(super) const fn in_place(mut self, is_in_place: bool) -> Self {
        self.is_in_place = is_in_place;
        self
    }

    pub(super) fn rewrite(mut self, program: &Program<'_>) -> Found {
        self.visit_program(program);
        self.found
    }

    /// `$h(0,1,2)`
    pub(super) fn call(&self, slots: &[u32]) -> String {
        format!("{}(0{})", self.base.tell(), list(slots))
    }

    /// Tells `slots` after a statement; a statement that is not in a list becomes a block. Call it on the way up,
    /// and [`Self::open_block`] on the way down.
    pub(super) fn tell_after(&mut self, span: Span, slots: &[u32], is_listed: bool) {
        if slots.is_empty() {
            return;
        }
        let separator = if self.edits.text(span).ends_with(';') { "" } else { ";" };
        let end = if is_listed { "" } else { "}" };
        self.edits.close(span.end, format!("{separator}{};{end}", self.call(slots)));
    }

    fn open_block(&mut self, span: Span, slots: &[u32], is_listed: bool) {
        if !slots.is_empty() && !is_listed {
            self.edits.open(span.start, "{");
        }
    }

    /// A call around an expression, which gives its value.
    fn tell_around(&mut self, span: Span, slots: &[u32], walk: impl FnOnce(&mut Self)) {
        if slots.is_empty() || self.told == Some(span) {
            return walk(self);
        }
        // `typeof++a`
        let before = self.edits.source().get(..span.start as usize).unwrap_or_default();
        let is_word =
            before.chars().next_back().is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '$');
        let space = if is_word { " " } else { "" };
        self.edits.open(span.start, format!("{space}{}(", self.base.tell()));
        walk(self);
        self.edits.close(span.end, format!("{})", list(slots)));
    }

    /// The body of a loop whose head writes `slots`.
    fn visit_loop_body(&mut self, body: &Statement<'_>, slots: &[u32]) {
        if slots.is_empty() {
            return self.visit_statement(body);
        }
        let call = self.call(slots);
        if let Statement::BlockStatement(block) = body {
            self.edits.open(block.span.start + 1, format!("{call};"));
            self.visit_statement(body);
        } else {
            self.edits.open(body.span().start, format!("{{{call};"));
            self.visit_statement(body);
            self.edits.close(body.span().end, "}");
        }
    }

    fn visit_variables(&mut self, declaration: &VariableDeclaration<'_>, is_listed: bool) {
        let slots = self.slots.of_declaration(declaration);
        self.open_block(declaration.span, &slots, is_listed);
        self.visit_variable_declaration(declaration);
        self.tell_after(declaration.span, &slots, is_listed);
    }

    fn imported(&self, identifier: &IdentifierReference<'_>) -> bool {
        let symbol = self.slots.symbol(identifier);
        symbol.is_some_and(|symbol| self.entries.imported.contains_key(&symbol))
    }

    pub(super) fn refuse(&mut self, span: Span, why: &'static str) {
        self.found.refused.get_or_insert((span, why));
    }

    /// `a ||= b` for an imported `a` writes only if `a` is falsy: `a||($hc._=b)`.
    fn visit_logical_import_write(&mut self, assignment: &AssignmentExpression<'_>) -> bool {
        let Some(left) = assignment.left.as_simple_assignment_target().filter(|left| {
            assignment.operator.is_logical() && left.span().start == assignment.span.start
        }) else {
            return false;
        };
        let SimpleAssignmentTarget::AssignmentTargetIdentifier(identifier) = left else {
            return false;
        };
        if !self.imported(identifier) {
            return false;
        }
        let operator = assignment.operator.as_str();
        let between = Span::new(identifier.span.end, assignment.right.span().start);
        let Some(offset) = self.edits.text(between).find(operator) else { return false };
        let start = between.start + to_u32(offset);
        let end = start + to_u32(operator.len());
        let constant = self.base.constant();
        self.edits.replace(
            Span::new(start, end),
            format!("{}({constant}=", operator.trim_end_matches('=')),
        );
        self.visit_expression(&assignment.right);
        self.edits.close(assignment.span.end, ")");
        true
    }
}

/// `,1,2`
fn list(slots: &[u32]) -> String {
    let mut text = String::new();
    for slot in slots {
        text.push(',');
        text.push_str(&slot.to_string());
    }
    text
}

/// Functions and classes do not, and would lose the name that their variable gives them.
fn runs_code(init: &Expression<'_>) -> bool {
    let init = init.get_inner_expression();
    !init.is_literal()
        && !matches!(
            init,
            Expression::Identifier(_)
                | Expression::FunctionExpression(_)
                | Expression::ArrowFunctionExpression(_)
                | Expression::ClassExpression(_)
        )
}

impl<'a> Visit<'a> for Rewriter<'_, '_> {
    fn visit_program(&mut self, program: &Program<'a>) {
        if let Some(hashbang) = &program.hashbang {
            let start = hashbang.span.start;
            self.edits.replace(Span::new(start, start + 2), "//");
        }
        walk::walk_program(self, program);
    }

    fn visit_statements(&mut self, statements: &ArenaVec<'a, Statement<'a>>) {
        for statement in statements {
            self.is_listed = true;
            self.visit_statement(statement);
        }
    }

    fn visit_statement(&mut self, statement: &Statement<'a>) {
        let is_listed = std::mem::take(&mut self.is_listed);
        if is_erased(statement) {
            return;
        }
        match statement {
            Statement::VariableDeclaration(declaration) => {
                self.visit_variables(declaration, is_listed);
            }
            Statement::ExpressionStatement(expression) if is_listed => {
                let slots = self.slots.of_expression(&expression.expression);
                if !slots.is_empty() {
                    self.told = Some(expression.expression.without_parentheses().span());
                }
                walk::walk_statement(self, statement);
                self.tell_after(expression.span, &slots, is_listed);
            }
            Statement::ClassDeclaration(class) => {
                walk::walk_statement(self, statement);
                let symbol = class.id.as_ref().and_then(|id| id.symbol_id.get());
                let slots: Vec<_> = self.slots.of_symbol(symbol).into_iter().collect();
                self.tell_after(class.span, &slots, is_listed);
            }
            declaration if declaration.is_module_declaration() => {
                self.visit_module_statement(declaration);
            }
            _ => walk::walk_statement(self, statement),
        }
    }

    fn visit_for_statement(&mut self, statement: &ForStatement<'a>) {
        walk::walk_for_statement(self, statement);
        if let Some(ForStatementInit::VariableDeclaration(declaration)) = &statement.init {
            let slots = self.slots.of_declaration(declaration);
            if !slots.is_empty() {
                let (name, call) = (self.base.unused_variable(), self.call(&slots));
                self.edits.close(declaration.span.end, format!(",{name}={call}"));
            }
        }
    }

    fn visit_for_in_statement(&mut self, statement: &ForInStatement<'a>) {
        self.visit_for_statement_left(&statement.left);
        self.visit_expression(&statement.right);
        let slots = self.slots.of_head(&statement.left);
        self.visit_loop_body(&statement.body, &slots);
    }

    fn visit_for_of_statement(&mut self, statement: &ForOfStatement<'a>) {
        self.found.is_async |= statement.r#await && self.functions == 0;
        self.visit_for_statement_left(&statement.left);
        self.visit_expression(&statement.right);
        let slots = self.slots.of_head(&statement.left);
        self.visit_loop_body(&statement.body, &slots);
    }

    fn visit_variable_declaration(&mut self, declaration: &VariableDeclaration<'a>) {
        self.found.is_async |= declaration.kind.is_await() && self.functions == 0;
        let mut untold = Vec::new();
        for declarator in &declaration.declarations {
            // What runs now may read the names before it, through a module that imports this one.
            match &declarator.init {
                Some(init) if !untold.is_empty() && runs_code(init) => {
                    let call = self.call(&std::mem::take(&mut untold));
                    self.edits.open(init.span().start, format!("({call},"));
                    self.visit_variable_declarator(declarator);
                    self.edits.close(init.span().end, ")");
                }
                _ => self.visit_variable_declarator(declarator),
            }
            untold.extend(self.slots.of_pattern(&declarator.id));
        }
    }

    fn visit_await_expression(&mut self, expression: &AwaitExpression<'a>) {
        self.found.is_async |= self.functions == 0;
        walk::walk_await_expression(self, expression);
    }

    fn visit_function(&mut self, function: &Function<'a>, flags: ScopeFlags) {
        self.functions += 1;
        self.own_arguments += 1;
        walk::walk_function(self, function, flags);
        self.functions -= 1;
        self.own_arguments -= 1;
    }

    fn visit_arrow_function_expression(&mut self, function: &ArrowFunctionExpression<'a>) {
        self.functions += 1;
        walk::walk_arrow_function_expression(self, function);
        self.functions -= 1;
    }

    fn visit_assignment_expression(&mut self, assignment: &AssignmentExpression<'a>) {
        if self.visit_logical_import_write(assignment) {
            return;
        }
        let slots = self.slots.of_target(&assignment.left);
        self.tell_around(assignment.span, &slots, |rewriter| {
            walk::walk_assignment_expression(rewriter, assignment);
        });
    }

    fn visit_update_expression(&mut self, update: &UpdateExpression<'a>) {
        let slots = self.slots.of_simple_target(&update.argument);
        self.tell_around(update.span, &slots, |rewriter| {
            walk::walk_update_expression(rewriter, update);
        });
    }

    fn visit_unary_expression(&mut self, unary: &UnaryExpression<'a>) {
        // In a function it would be a comment; V8 refuses it in a module, for that reason.
        let start = unary.span.start as usize;
        let before = self.edits.source().get(..start).unwrap_or_default();
        if self.edits.text(unary.span).starts_with("!--")
            && before.ends_with('<')
            && !before.ends_with("<<")
        {
            self.refuse(unary.span, "HTML comments are not allowed in modules");
        }
        walk::walk_unary_expression(self, unary);
    }

    fn visit_identifier_reference(&mut self, identifier: &IdentifierReference<'a>) {
        let is_write = identifier
            .reference_id
            .get()
            .is_some_and(|id| self.slots.scoping.get_reference(id).is_write());
        if is_write && self.imported(identifier) {
            self.edits.replace(identifier.span, self.base.constant());
        } else if identifier.name == "arguments" && self.own_arguments == 0 {
            self.edits.replace(identifier.span, self.base.arguments());
        }
    }

    fn visit_object_property(&mut self, property: &ObjectProperty<'a>) {
        if let Expression::Identifier(value) = &property.value
            && property.shorthand
            && value.name == "arguments"
            && self.own_arguments == 0
        {
            self.edits.open(property.span.start, "arguments:");
            return self.visit_identifier_reference(value);
        }
        walk::walk_object_property(self, property);
    }

    fn visit_assignment_target_property_identifier(
        &mut self,
        property: &AssignmentTargetPropertyIdentifier<'a>,
    ) {
        if self.imported(&property.binding) {
            let name = self.edits.text(property.binding.span);
            self.edits.open(property.span.start, format!("{name}:"));
        }
        walk::walk_assignment_target_property_identifier(self, property);
    }

    fn visit_import_meta(&mut self, meta: &ImportMeta) {
        self.found.uses_meta = true;
        let name = self.base.import_meta();
        let text = self.edits.text(meta.span);
        if text.is_ascii() && !text.contains(['\n', '\r']) {
            self.edits.overlay(meta.span, &name);
        } else {
            // The name is too long for the first line: what follows on it moves.
            let rest = Span::new(meta.span.start + to_u32("import".len()), meta.span.end);
            self.edits.replace(Span::new(meta.span.start, rest.start), name);
            self.edits.blank(rest);
        }
    }

    fn visit_import_expression(&mut self, import: &ImportExpression<'a>) {
        if import.phase.is_some() {
            self.refuse(import.span, "import.defer() and import.source() are not supported");
        }
        let start = import.span.start;
        let keyword = Span::new(start, start + to_u32("import".len()));
        self.edits.replace(keyword, self.base.import_call());
        self.found.dynamic_imports.extend(DynamicImport::constant(import, self.offsets));
        walk::walk_import_expression(self, import);
    }
}
