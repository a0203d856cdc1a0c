//! Whether a text is the body of a CommonJS module, and what it requires.

use oxc_allocator::Allocator;
use oxc_ast::ast::{BindingIdentifier, Program, Statement, VariableDeclarationKind};
use oxc_ast_visit::Visit;
use oxc_parser::{ParseOptions, Parser, ParserReturn};
use oxc_span::SourceType;

use super::SourceError;
use super::requests::{Request, find_requests};
use crate::position::Lines;

/// What a valid text asks for.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Checked {
    pub(super) requests: Vec<Request>,
    pub(super) module_syntax: bool,
}

/// The parameters of Node's module wrapper: V8 refuses `let`, `const` and `class` of these names at the top level,
/// and Node then tries the text as an ES module.
const WRAPPER_PARAMETERS: [&str; 5] = ["exports", "require", "module", "__filename", "__dirname"];

/// Parses the text as the body of a sloppy function, which is what Node makes of it.
///
/// A text that is valid as an ES module only is not refused: it is a matter of Node's version what happens to it.
pub(super) fn check(source: &str) -> Result<Checked, SourceError> {
    let allocator = Allocator::default();
    let parsed = parse(&allocator, source, SourceType::cjs());
    let module = || Checked { module_syntax: true, ..Checked::default() };
    match first_error(source, &parsed) {
        Some(error) if first_module_error(source).is_some() => Err(error),
        Some(_) => Ok(module()),
        // The parser takes `import` and `export` in CommonJS as well, since bundlers do.
        None if parsed.module_record.has_module_syntax => {
            first_module_error(source).map_or_else(|| Ok(module()), Err)
        }
        None if redeclares_wrapper_parameter(&parsed.program) => Ok(module()),
        None => {
            Ok(Checked { requests: find_requests(source, &parsed.program), module_syntax: false })
        }
    }
}

/// What TypeScript requires by calls, as CommonJS does. With or without JSX is tried, as both are not one language.
pub(super) fn requests_of_typescript(source: &str) -> Checked {
    let allocator = Allocator::default();
    let parsed = [SourceType::ts(), SourceType::tsx()]
        .map(|source_type| parse(&allocator, source, source_type))
        .into_iter()
        .find(|parsed| first_error(source, parsed).is_none());
    parsed.map_or_else(Checked::default, |parsed| Checked {
        requests: find_requests(source, &parsed.program),
        module_syntax: false,
    })
}

/// Does the text say what only an ES module may say? TypeScript and JSX count as the file's name says.
pub(super) fn has_module_syntax(source: &str, path: &std::path::Path) -> bool {
    let source_type = SourceType::from_path(path).unwrap_or_default();
    if source_type.is_typescript() || source_type.is_jsx() {
        let allocator = Allocator::default();
        let parsed = Parser::new(&allocator, source, source_type.with_module(true)).parse();
        return parsed.module_record.has_module_syntax;
    }
    check(source).is_ok_and(|checked| checked.module_syntax)
}

fn parse<'a>(
    allocator: &'a Allocator,
    source: &'a str,
    source_type: SourceType,
) -> ParserReturn<'a> {
    let options = ParseOptions { allow_return_outside_function: true, ..ParseOptions::default() };
    Parser::new(allocator, source, source_type).with_options(options).parse()
}

fn first_error(source: &str, parsed: &ParserReturn<'_>) -> Option<SourceError> {
    let error = parsed.diagnostics.errors().next()?;
    let (start, length) =
        error.labels.first().map_or((0, 0), |label| (label.offset(), label.len()));
    let (start, end) = (start as usize, (start + length) as usize);
    Some(SourceError {
        message: error.message.to_string(),
        span: Lines::new(source).span(start, end),
    })
}

fn first_module_error(source: &str) -> Option<SourceError> {
    let allocator = Allocator::default();
    first_error(source, &Parser::new(&allocator, source, SourceType::mjs()).parse())
}

fn redeclares_wrapper_parameter(program: &Program<'_>) -> bool {
    program.body.iter().any(|statement| match statement {
        Statement::VariableDeclaration(declaration)
            if declaration.kind != VariableDeclarationKind::Var =>
        {
            let mut names = WrapperNames::default();
            for declarator in &declaration.declarations {
                names.visit_binding_pattern(&declarator.id);
            }
            names.found
        }
        Statement::ClassDeclaration(class) => class.id.as_ref().is_some_and(is_wrapper_parameter),
        _ => false,
    })
}

#[derive(Default)]
struct WrapperNames {
    found: bool,
}

impl<'a> Visit<'a> for WrapperNames {
    fn visit_binding_identifier(&mut self, identifier: &BindingIdentifier<'a>) {
        self.found |= is_wrapper_parameter(identifier);
    }
}

fn is_wrapper_parameter(identifier: &BindingIdentifier<'_>) -> bool {
    WRAPPER_PARAMETERS.contains(&identifier.name.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_node_runs_as_commonjs_is_accepted() {
        let sources = [
            "#!/usr/bin/env node\nmodule.exports = 1",
            "return 1",
            "if (x) return; module.exports = 2",
            "var await = 1; await",
            "var yield = 1, let = 2, async = 3, static = 4",
            "new.target",
            "var x = 010 + 08",
            "var s = '\\01'",
            "<!-- a comment\nvar a = 1\n--> another",
            "with (a) b",
            "delete x",
            "arguments[0]",
            "this.x = 1",
            "var exports = module.exports = {}",
            "function require() {}",
            "if (1) function f() {}",
            "a: function f() {}",
            "var a = 1; var a = 2",
            "import('x')",
            "class A { static #p = 1; static { this.#p } }",
            "a ??= b?.c ?? 1n",
        ];

        for source in sources {
            assert_eq!(check(source).map(|checked| checked.module_syntax), Ok(false), "{source}");
        }
    }

    #[test]
    fn what_only_an_es_module_may_say_is_marked() {
        let sources = [
            "import a from 'a'",
            "export const a = 1",
            "const x = await y",
            "import.meta.url",
            "const require = createRequire(import.meta.url)",
            "const { require } = x",
            "class module {}",
            "for await (const x of y) ;",
        ];

        for source in sources {
            assert_eq!(check(source).map(|checked| checked.module_syntax), Ok(true), "{source}");
        }
    }

    #[test]
    fn what_is_neither_is_refused_with_its_place() {
        let table = [
            ("const a = 1;\nconst b = ;\n", (2, 11)),
            ("res.json(users;", (1, 15)),
            ("let x = 'abc", (1, 9)),
            ("/* 😀 */ let = = 1", (1, 16)),
            ("{", (1, 2)),
        ];

        for (source, place) in table {
            let error = check(source).unwrap_err();

            assert_eq!((error.span.line, error.span.column), place, "{source:?} {}", error.message);
        }
    }
}
