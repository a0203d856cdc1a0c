//! What stands around classes: names that anonymous ones get, decorators as expressions, and places to refuse.

use oxc_ast::ast::{
    AccessorProperty, ArrowFunctionExpression, AssignmentExpression, AssignmentPattern,
    AssignmentTarget, AssignmentTargetWithDefault, AwaitExpression, BindingPattern, Class,
    Declaration, Decorator, ExportDeclaration, ExportDefaultDeclaration,
    ExportDefaultDeclarationKind, Expression, FormalParameter, Function, ObjectProperty,
    PropertyDefinition, Statement, StaticBlock, VariableDeclarator, YieldExpression,
};
use oxc_ast_visit::{Visit, walk};
use oxc_span::{GetSpan, Span};
use oxc_syntax::scope::ScopeFlags;

use super::classes::Exported;
use super::{Lowerer, NOT_HERE, quoted};
use crate::transform::edits::blanks;
use crate::transform::typescript::is_erased;

const OF_PARAMETERS: &str =
    "Decorators of parameters are supported with experimentalDecorators in tsconfig.json only";

impl Lowerer<'_, '_> {
    /// An anonymous class in `value` gets this name, as the language has it.
    pub(super) fn name_value(&mut self, name: &str, value: Option<&Expression<'_>>) {
        if let Some(Expression::ClassExpression(class)) =
            value.map(Expression::get_inner_expression)
            && class.id.is_none()
        {
            self.names.insert(class.span.start, name.to_owned());
        }
    }

    /// A decorator that is a property is called as a method of what has it: `o.d` becomes `$he.of(o,"d")`.
    pub(super) fn visit_decorator_value(&mut self, value: &Expression<'_>) {
        let inner = value.without_parentheses();
        let of = format!("{}.of(", self.base.decorated());
        match inner {
            Expression::StaticMemberExpression(member) if !is_super(&member.object) => {
                self.edits.open(member.span.start, of);
                self.visit_expression(&member.object);
                let name = quoted(&member.property.name);
                self.replace_end(&member.object, member.span, &format!(",{name})"));
            }
            Expression::PrivateFieldExpression(member) => {
                self.edits.open(member.span.start, of);
                self.visit_expression(&member.object);
                let name = &member.field.name;
                self.replace_end(&member.object, member.span, &format!(",0,o=>o.#{name})"));
            }
            Expression::ComputedMemberExpression(member) if !is_super(&member.object) => {
                self.edits.open(member.span.start, of);
                self.visit_expression(&member.object);
                let bracket = self.tokens.next(member.object.span().end);
                self.edits.replace(Span::sized(bracket, 1), ",");
                self.visit_expression(&member.expression);
                self.edits.replace(Span::new(member.span.end - 1, member.span.end), ")");
            }
            _ => self.visit_expression(value),
        }
    }

    /// `end` in place of what follows `object`.
    fn replace_end(&mut self, object: &Expression<'_>, whole: Span, end: &str) {
        let rest = Span::new(object.span().end, whole.end);
        let blank = blanks(self.edits.text(rest));
        let lines = if blank.trim_matches(' ').is_empty() { String::new() } else { blank };
        self.edits.replace(rest, format!("{lines}{end}"));
    }
}

const fn is_super(expression: &Expression<'_>) -> bool {
    matches!(expression, Expression::Super(_))
}

impl<'a> Visit<'a> for Lowerer<'_, '_> {
    fn visit_statement(&mut self, statement: &Statement<'a>) {
        if !is_erased(statement) {
            return walk::walk_statement(self, statement);
        }
        let declaration = match statement {
            Statement::ExportDeclaration(export) => Some(&export.declaration),
            _ => statement.as_declaration(),
        };
        if let Some(Declaration::ClassDeclaration(class)) = declaration {
            self.refuse_all(&class.decorators, NOT_HERE);
        }
    }

    fn visit_export_declaration(&mut self, export: &ExportDeclaration<'a>) {
        if matches!(export.declaration, Declaration::ClassDeclaration(_)) {
            self.exported = Some(Exported { span: export.span, is_default: false });
        }
        walk::walk_export_declaration(self, export);
    }

    fn visit_export_default_declaration(&mut self, export: &ExportDefaultDeclaration<'a>) {
        if matches!(export.declaration, ExportDefaultDeclarationKind::ClassDeclaration(_)) {
            self.exported = Some(Exported { span: export.span, is_default: true });
        }
        self.name_value("default", export.declaration.as_expression());
        walk::walk_export_default_declaration(self, export);
    }

    fn visit_class(&mut self, class: &Class<'a>) {
        self.lower_class(class);
    }

    fn visit_formal_parameter(&mut self, parameter: &FormalParameter<'a>) {
        self.refuse_all(&parameter.decorators, OF_PARAMETERS);
        if let BindingPattern::BindingIdentifier(id) = &parameter.pattern {
            self.name_value(&id.name, parameter.initializer.as_deref());
        }
        walk::walk_formal_parameter(self, parameter);
    }

    fn visit_decorator(&mut self, decorator: &Decorator<'a>) {
        self.refuse(decorator.span, NOT_HERE);
    }

    fn visit_variable_declarator(&mut self, declarator: &VariableDeclarator<'a>) {
        if let BindingPattern::BindingIdentifier(id) = &declarator.id {
            self.name_value(&id.name, declarator.init.as_ref());
        }
        walk::walk_variable_declarator(self, declarator);
    }

    fn visit_assignment_expression(&mut self, assignment: &AssignmentExpression<'a>) {
        if let AssignmentTarget::AssignmentTargetIdentifier(id) = &assignment.left {
            self.name_value(&id.name, Some(&assignment.right));
        }
        walk::walk_assignment_expression(self, assignment);
    }

    fn visit_assignment_pattern(&mut self, pattern: &AssignmentPattern<'a>) {
        if let BindingPattern::BindingIdentifier(id) = &pattern.left {
            self.name_value(&id.name, Some(&pattern.right));
        }
        walk::walk_assignment_pattern(self, pattern);
    }

    fn visit_assignment_target_with_default(&mut self, target: &AssignmentTargetWithDefault<'a>) {
        if let AssignmentTarget::AssignmentTargetIdentifier(id) = &target.binding {
            self.name_value(&id.name, Some(&target.init));
        }
        walk::walk_assignment_target_with_default(self, target);
    }

    fn visit_object_property(&mut self, property: &ObjectProperty<'a>) {
        if let Some(name) = property.key.static_name().filter(|_| !property.computed) {
            self.name_value(&name, Some(&property.value));
        }
        walk::walk_object_property(self, property);
    }
}

/// Where a function around the class would be in the way of `await` or `yield`.
#[derive(Default)]
pub(super) struct Suspensions {
    pub(super) has_await: bool,
    pub(super) first_yield: Option<Span>,
}

impl Suspensions {
    /// In what is evaluated with the class, its own decorators apart.
    pub(super) fn of(class: &Class<'_>) -> Self {
        let mut found = Self::default();
        if let Some(heritage) = &class.heritage {
            found.visit_expression(&heritage.expression);
        }
        found.visit_class_body(&class.body);
        found
    }
}

impl<'a> Visit<'a> for Suspensions {
    fn visit_await_expression(&mut self, _: &AwaitExpression<'a>) {
        self.has_await = true;
    }

    fn visit_yield_expression(&mut self, expression: &YieldExpression<'a>) {
        self.first_yield.get_or_insert(expression.span);
    }

    fn visit_function(&mut self, _: &Function<'a>, _: ScopeFlags) {}

    fn visit_arrow_function_expression(&mut self, _: &ArrowFunctionExpression<'a>) {}

    fn visit_static_block(&mut self, _: &StaticBlock<'a>) {}

    fn visit_property_definition(&mut self, property: &PropertyDefinition<'a>) {
        self.visit_decorators(&property.decorators);
        self.visit_property_key(&property.key);
    }

    fn visit_accessor_property(&mut self, accessor: &AccessorProperty<'a>) {
        self.visit_decorators(&accessor.decorators);
        self.visit_property_key(&accessor.key);
    }
}
