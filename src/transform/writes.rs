//! Which bindings an assignment writes.

use oxc_ast::ast::{
    AssignmentTarget, BindingPattern, Expression, ForStatementLeft, IdentifierReference,
    SimpleAssignmentTarget, VariableDeclaration, VariableDeclarationKind,
};
use oxc_ast_visit::Visit;
use oxc_semantic::Scoping;
use oxc_syntax::symbol::SymbolId;
use rustc_hash::FxHashMap;

/// The slots of exported bindings, by what is written.
pub(super) struct Slots<'s> {
    pub(super) scoping: &'s Scoping,
    pub(super) slots: &'s FxHashMap<SymbolId, u32>,
}

impl Slots<'_> {
    /// The slots that `expression` itself writes, in order; not those of expressions in it.
    pub(super) fn of_expression(&self, expression: &Expression<'_>) -> Vec<u32> {
        match expression.without_parentheses() {
            Expression::AssignmentExpression(assignment) => self.of_target(&assignment.left),
            Expression::UpdateExpression(update) => self.of_simple_target(&update.argument),
            _ => Vec::new(),
        }
    }

    pub(super) fn of_target(&self, target: &AssignmentTarget<'_>) -> Vec<u32> {
        let mut targets = Targets { slots: self, found: Vec::new() };
        targets.visit_assignment_target(target);
        targets.sorted()
    }

    pub(super) fn of_simple_target(&self, target: &SimpleAssignmentTarget<'_>) -> Vec<u32> {
        let mut targets = Targets { slots: self, found: Vec::new() };
        targets.visit_simple_assignment_target(target);
        targets.sorted()
    }

    /// `let a;` writes `undefined`; `var a;` writes nothing.
    pub(super) fn of_declaration(&self, declaration: &VariableDeclaration<'_>) -> Vec<u32> {
        let is_var = declaration.kind == VariableDeclarationKind::Var;
        let mut slots: Vec<_> = declaration
            .declarations
            .iter()
            .filter(|declarator| declarator.init.is_some() || !is_var)
            .flat_map(|declarator| self.of_pattern(&declarator.id))
            .collect();
        slots.sort_unstable();
        slots.dedup();
        slots
    }

    /// What the head of `for (… of …)` or `for (… in …)` writes at each turn.
    pub(super) fn of_head(&self, head: &ForStatementLeft<'_>) -> Vec<u32> {
        match head {
            ForStatementLeft::VariableDeclaration(declaration) => declaration
                .declarations
                .iter()
                .flat_map(|declarator| self.of_pattern(&declarator.id))
                .collect(),
            target => {
                target.as_assignment_target().map_or_else(Vec::new, |target| self.of_target(target))
            }
        }
    }

    pub(super) fn of_symbol(&self, symbol: Option<SymbolId>) -> Option<u32> {
        self.slots.get(&symbol?).copied()
    }

    pub(super) fn symbol(&self, identifier: &IdentifierReference<'_>) -> Option<SymbolId> {
        self.scoping.get_reference(identifier.reference_id.get()?).symbol_id()
    }

    pub(super) fn of_pattern(&self, pattern: &BindingPattern<'_>) -> Vec<u32> {
        let names = pattern.get_binding_identifiers();
        names.iter().filter_map(|name| self.of_symbol(name.symbol_id.get())).collect()
    }
}

/// Collects the names in a target. A default value or a computed key is an expression of its own: it tells what it
/// writes itself, and may never run.
struct Targets<'s> {
    slots: &'s Slots<'s>,
    found: Vec<u32>,
}

impl Targets<'_> {
    fn sorted(mut self) -> Vec<u32> {
        self.found.sort_unstable();
        self.found.dedup();
        self.found
    }
}

impl<'a> Visit<'a> for Targets<'_> {
    fn visit_identifier_reference(&mut self, identifier: &IdentifierReference<'a>) {
        self.found.extend(self.slots.of_symbol(self.slots.symbol(identifier)));
    }

    fn visit_simple_assignment_target(&mut self, target: &SimpleAssignmentTarget<'a>) {
        match target {
            SimpleAssignmentTarget::AssignmentTargetIdentifier(identifier) => {
                self.visit_identifier_reference(identifier);
            }
            // `(a as any) = 1` and `a! = 1`
            typed => {
                if let Some(Expression::Identifier(identifier)) =
                    typed.get_expression().map(Expression::get_inner_expression)
                {
                    self.visit_identifier_reference(identifier);
                }
            }
        }
    }

    fn visit_expression(&mut self, _: &Expression<'a>) {}
}
