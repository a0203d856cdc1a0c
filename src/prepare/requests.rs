//! The `require` calls of a module that name what they want in plain text.

use oxc_ast::ast::{
    AccessorProperty, Argument, ArrowFunctionExpression, AssignmentExpression, AssignmentPattern,
    AssignmentTargetPropertyIdentifier, AssignmentTargetWithDefault, BindingIdentifier,
    CallExpression, ChainExpression, ConditionalExpression, DoWhileStatement, Expression,
    ForInStatement, ForOfStatement, ForStatement, Function, IfStatement, LabeledStatement,
    LogicalExpression, Program, PropertyDefinition, ReturnStatement, SimpleAssignmentTarget,
    SwitchStatement, ThrowStatement, TryStatement, WhileStatement, WithStatement,
};
use oxc_ast_visit::{Visit, walk};
use oxc_span::Span;
use oxc_syntax::scope::ScopeFlags;

use crate::position::{Lines, SourceSpan};

/// One `require('specifier')` or `module.require('specifier')`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    pub specifier: String,
    /// Of the specifier with its quotes.
    pub span: SourceSpan,
    /// It is not certain to run when the module evaluates, so a target that is missing is no reason to refuse.
    pub conditional: bool,
    /// It stands in a `try` block: the module may well do without it.
    pub optional: bool,
}

/// All requests in the order of the source. A function, or a module, that declares a `require` of its own has none.
pub(super) fn find_requests(source: &str, program: &Program<'_>) -> Vec<Request> {
    // Most changed modules have few lines and fewer requests, but a bundle without any should cost nothing.
    if !source.contains("require") {
        return Vec::new();
    }
    let mut finder = Finder::new(program.span);
    finder.visit_program(program);
    let lines = Lines::new(source);
    let Finder { found, shadowed, .. } = finder;
    found
        .into_iter()
        .filter(|request| !shadowed.iter().any(|scope| scope.contains_inclusive(request.span)))
        .map(|request| Request {
            span: lines.span(request.span.start as usize, request.span.end as usize),
            specifier: request.specifier,
            conditional: request.conditional,
            optional: request.optional,
        })
        .collect()
}

struct Found {
    specifier: String,
    span: Span,
    conditional: bool,
    optional: bool,
}

struct Finder {
    found: Vec<Found>,
    /// The functions around the place of the walk, the module first.
    functions: Vec<Span>,
    /// Functions, or the module, in which `require` or `module` means something else.
    shadowed: Vec<Span>,
    /// How many constructs around the place of the walk may skip it.
    branches: usize,
    /// How many `try` blocks stand around it.
    tries: usize,
    /// The module may have ended before this place, by `return` or `throw`.
    may_have_ended: bool,
}

impl Finder {
    fn new(module: Span) -> Self {
        Self {
            found: Vec::new(),
            functions: vec![module],
            shadowed: Vec::new(),
            branches: 0,
            tries: 0,
            may_have_ended: false,
        }
    }

    fn in_branch(&mut self, walk: impl FnOnce(&mut Self)) {
        self.branches += 1;
        walk(self);
        self.branches -= 1;
    }

    fn in_function(&mut self, span: Span, walk: impl FnOnce(&mut Self)) {
        self.functions.push(span);
        self.in_branch(walk);
        self.functions.pop();
    }

    fn shadow(&mut self, name: &str) {
        if matches!(name, "require" | "module") {
            self.shadowed.extend(self.functions.last());
        }
    }

    /// Only at the top level: what ends a function does not end the module.
    const fn end(&mut self) {
        self.may_have_ended |= self.functions.len() == 1;
    }
}

impl<'a> Visit<'a> for Finder {
    fn visit_call_expression(&mut self, call: &CallExpression<'a>) {
        if is_require(&call.callee)
            && let Some((specifier, span)) = call.arguments.first().and_then(literal)
        {
            let conditional = self.branches > 0 || self.may_have_ended;
            let optional = self.tries > 0;
            self.found.push(Found { specifier, span, conditional, optional });
        }
        walk::walk_call_expression(self, call);
    }

    fn visit_binding_identifier(&mut self, identifier: &BindingIdentifier<'a>) {
        self.shadow(&identifier.name);
    }

    fn visit_simple_assignment_target(&mut self, target: &SimpleAssignmentTarget<'a>) {
        if let SimpleAssignmentTarget::AssignmentTargetIdentifier(identifier) = target {
            self.shadow(&identifier.name);
        }
        walk::walk_simple_assignment_target(self, target);
    }

    fn visit_function(&mut self, function: &Function<'a>, flags: ScopeFlags) {
        if function.is_declaration()
            && let Some(id) = &function.id
        {
            self.shadow(&id.name);
        }
        self.in_function(function.span, |finder| walk_function_inside(finder, function, flags));
    }

    fn visit_arrow_function_expression(&mut self, arrow: &ArrowFunctionExpression<'a>) {
        self.in_function(arrow.span, |finder| walk::walk_arrow_function_expression(finder, arrow));
    }

    fn visit_property_definition(&mut self, property: &PropertyDefinition<'a>) {
        self.visit_property_key(&property.key);
        match &property.value {
            Some(value) if property.r#static => self.visit_expression(value),
            Some(value) => self.in_branch(|finder| finder.visit_expression(value)),
            None => {}
        }
    }

    fn visit_accessor_property(&mut self, property: &AccessorProperty<'a>) {
        self.in_branch(|finder| walk::walk_accessor_property(finder, property));
    }

    fn visit_if_statement(&mut self, statement: &IfStatement<'a>) {
        self.visit_expression(&statement.test);
        self.in_branch(|finder| {
            finder.visit_statement(&statement.consequent);
            if let Some(alternate) = &statement.alternate {
                finder.visit_statement(alternate);
            }
        });
    }

    fn visit_conditional_expression(&mut self, expression: &ConditionalExpression<'a>) {
        self.visit_expression(&expression.test);
        self.in_branch(|finder| {
            finder.visit_expression(&expression.consequent);
            finder.visit_expression(&expression.alternate);
        });
    }

    fn visit_logical_expression(&mut self, expression: &LogicalExpression<'a>) {
        self.visit_expression(&expression.left);
        self.in_branch(|finder| finder.visit_expression(&expression.right));
    }

    fn visit_assignment_expression(&mut self, expression: &AssignmentExpression<'a>) {
        self.visit_assignment_target(&expression.left);
        if expression.operator.is_logical() {
            self.in_branch(|finder| finder.visit_expression(&expression.right));
        } else {
            self.visit_expression(&expression.right);
        }
    }

    fn visit_switch_statement(&mut self, statement: &SwitchStatement<'a>) {
        self.visit_expression(&statement.discriminant);
        self.in_branch(|finder| finder.visit_switch_cases(&statement.cases));
    }

    fn visit_while_statement(&mut self, statement: &WhileStatement<'a>) {
        self.visit_expression(&statement.test);
        self.in_branch(|finder| finder.visit_statement(&statement.body));
    }

    fn visit_for_statement(&mut self, statement: &ForStatement<'a>) {
        if let Some(init) = &statement.init {
            self.visit_for_statement_init(init);
        }
        self.in_branch(|finder| {
            statement
                .test
                .iter()
                .chain(&statement.update)
                .for_each(|part| finder.visit_expression(part));
            finder.visit_statement(&statement.body);
        });
    }

    fn visit_for_in_statement(&mut self, statement: &ForInStatement<'a>) {
        self.visit_expression(&statement.right);
        self.in_branch(|finder| {
            finder.visit_for_statement_left(&statement.left);
            finder.visit_statement(&statement.body);
        });
    }

    fn visit_for_of_statement(&mut self, statement: &ForOfStatement<'a>) {
        self.visit_expression(&statement.right);
        self.in_branch(|finder| {
            finder.visit_for_statement_left(&statement.left);
            finder.visit_statement(&statement.body);
        });
    }

    fn visit_do_while_statement(&mut self, statement: &DoWhileStatement<'a>) {
        self.in_branch(|finder| walk::walk_do_while_statement(finder, statement));
    }

    fn visit_try_statement(&mut self, statement: &TryStatement<'a>) {
        self.tries += 1;
        self.in_branch(|finder| finder.visit_block_statement(&statement.block));
        self.tries -= 1;
        self.in_branch(|finder| {
            if let Some(handler) = &statement.handler {
                finder.visit_catch_clause(handler);
            }
            if let Some(finalizer) = &statement.finalizer {
                finder.visit_block_statement(finalizer);
            }
        });
    }

    fn visit_labeled_statement(&mut self, statement: &LabeledStatement<'a>) {
        self.in_branch(|finder| walk::walk_labeled_statement(finder, statement));
    }

    fn visit_with_statement(&mut self, statement: &WithStatement<'a>) {
        self.in_branch(|finder| walk::walk_with_statement(finder, statement));
    }

    fn visit_chain_expression(&mut self, expression: &ChainExpression<'a>) {
        self.in_branch(|finder| walk::walk_chain_expression(finder, expression));
    }

    fn visit_assignment_pattern(&mut self, pattern: &AssignmentPattern<'a>) {
        self.in_branch(|finder| walk::walk_assignment_pattern(finder, pattern));
    }

    fn visit_assignment_target_with_default(&mut self, target: &AssignmentTargetWithDefault<'a>) {
        self.in_branch(|finder| walk::walk_assignment_target_with_default(finder, target));
    }

    fn visit_assignment_target_property_identifier(
        &mut self,
        property: &AssignmentTargetPropertyIdentifier<'a>,
    ) {
        self.shadow(&property.binding.name);
        self.in_branch(|finder| walk::walk_assignment_target_property_identifier(finder, property));
    }

    fn visit_return_statement(&mut self, statement: &ReturnStatement<'a>) {
        walk::walk_return_statement(self, statement);
        self.end();
    }

    fn visit_throw_statement(&mut self, statement: &ThrowStatement<'a>) {
        walk::walk_throw_statement(self, statement);
        self.end();
    }
}

/// All of a function but the name of a declaration, which belongs to the scope around it.
fn walk_function_inside(finder: &mut Finder, function: &Function<'_>, flags: ScopeFlags) {
    if function.is_declaration() {
        finder.visit_formal_parameters(&function.params);
        if let Some(body) = &function.body {
            finder.visit_function_body(body);
        }
    } else {
        walk::walk_function(finder, function, flags);
    }
}

fn is_require(callee: &Expression<'_>) -> bool {
    match callee.without_parentheses() {
        Expression::Identifier(identifier) => identifier.name == "require",
        Expression::StaticMemberExpression(member) => {
            member.property.name == "require" && member.object.is_specific_id("module")
        }
        _ => false,
    }
}

fn literal(argument: &Argument<'_>) -> Option<(String, Span)> {
    match argument {
        Argument::StringLiteral(literal) => Some((literal.value.to_string(), literal.span)),
        Argument::TemplateLiteral(template) => {
            template.single_quasi().map(|text| (text.to_string(), template.span))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use oxc_allocator::Allocator;
    use oxc_parser::{ParseOptions, Parser};
    use oxc_span::SourceType;

    use super::*;

    /// `a` is certain to run, `a?` is conditional, `a??` is in a `try` block.
    fn check(source: &str, expected: &str) {
        let allocator = Allocator::default();
        let options =
            ParseOptions { allow_return_outside_function: true, ..ParseOptions::default() };
        let parsed =
            Parser::new(&allocator, source, SourceType::cjs()).with_options(options).parse();
        assert!(!parsed.diagnostics.has_errors(), "{source}");

        let requests = find_requests(source, &parsed.program);

        let listed: Vec<_> = requests
            .iter()
            .map(|request| {
                let mark = match (request.conditional, request.optional) {
                    (_, true) => "??",
                    (true, false) => "?",
                    (false, false) => "",
                };
                format!("{}{mark}", request.specifier)
            })
            .collect();
        assert_eq!(listed.join(" "), expected, "{source}");
    }

    #[test]
    fn requests_are_found_by_this_table() {
        let table = [
            ("require('a'); const { b } = require(\"b\"), c = require(`c`)", "a b c"),
            ("module.require('a'); require.resolve('b'); other.require('c')", "a"),
            ("require(a); require(`a${b}`); require(); require(1)", ""),
            ("require('a')(require('b'), require('c').d)", "a b c"),
            ("const f = () => require('a'); function g() { require('b') }", "a? b?"),
            (
                "class A extends require('a') { m() { require('b') } x = require('c'); static y = require('d') }",
                "a b? c? d",
            ),
            ("class A { static { require('a') } [require('b')]() {} }", "a b"),
            ("if (require('a')) require('b'); else require('c')", "a b? c?"),
            ("try { require('a') } catch { require('b') } require('c')", "a?? b? c"),
            ("switch (require('a')) { case 1: require('b') }", "a b?"),
            ("for (const x of require('a')) require('b')", "a b?"),
            ("for (const x in require('a')) require('b')", "a b?"),
            ("for (require('a'); require('b'); require('c')) require('d')", "a b? c? d?"),
            ("here: { require('a'); break here } with (x) require('b')", "a? b?"),
            ("class A { accessor a = require('a'); b; static c }", "a?"),
            ("({ a = require('a') } = x); ({ b: c = require('b') } = x)", "a? b?"),
            ("while (x) { require('a') } do { require('b') } while (0)", "a? b?"),
            (
                "require('a') && require('b'); x ? require('c') : require('d'); y ??= require('e')",
                "a b? c? d? e?",
            ),
            ("a?.(require('a')); a?.b(require('b'))", "a? b?"),
            ("const { x = require('a') } = require('b'); [y = require('c')] = z", "a? b c?"),
            ("require('a'); if (x) return; require('b')", "a b?"),
            ("require('a'); throw require('b'); require('c')", "a b c?"),
            ("function f() { return 1 } require('a')", "a"),
            ("{ require('a') } (require)('b'); new (require('c'))()", "a b c"),
            ("void require('a'), !require('b')", "a b"),
            ("module.exports = { a: require('a'), ...require('b') }", "a b"),
            ("var require = x; require('a')", ""),
            ("function require() {} require('a')", ""),
            ("require = x; require('a')", ""),
            ("({ require } = x); require('a')", ""),
            ("(function (require) { require('a') })(x); require('b')", "b"),
            ("(function () { let require = x; require('a') })(); require('b')", "b"),
            ("module.exports = function require() { require('a') }; require('b')", "b"),
            ("((require) => require('a'))(x); require('b')", "b"),
        ];

        for (source, expected) in table {
            check(source, expected);
        }
    }

    #[test]
    fn the_place_is_that_of_the_specifier_with_its_quotes() {
        let allocator = Allocator::default();
        let source = "let a\n/* 😀 */ require('./x')";
        let parsed = Parser::new(&allocator, source, SourceType::cjs()).parse();

        let requests = find_requests(source, &parsed.program);

        assert_eq!(requests.len(), 1);
        assert_eq!(
            requests[0].span,
            SourceSpan { line: 2, column: 18, end_line: 2, end_column: 23 }
        );
    }
}
