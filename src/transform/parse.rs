//! Parsing, with the early errors of ECMA-262.

use oxc_allocator::Allocator;
use oxc_ast::ast::Program;
use oxc_parser::{ParseOptions, Parser, ParserReturn};
use oxc_semantic::{Scoping, SemanticBuilder};
use oxc_span::{SourceType, Span};

use super::error::TransformError;
use super::{Kind, Language};
use crate::position::{Lines, SourceError};

pub(super) const fn source_type(language: Language, kind: Kind) -> SourceType {
    let (typescript, jsx) = match language {
        Language::JavaScript => (false, false),
        Language::Jsx => (false, true),
        Language::TypeScript => (true, false),
        Language::Tsx => (true, true),
    };
    let source_type = match kind {
        Kind::Module | Kind::Compiled => SourceType::mjs(),
        Kind::CommonJs => SourceType::cjs(),
    };
    source_type.with_typescript(typescript).with_jsx(jsx)
}

pub(super) fn parse<'a>(
    allocator: &'a Allocator,
    source: &'a str,
    source_type: SourceType,
) -> Result<ParserReturn<'a>, TransformError> {
    let options = ParseOptions {
        allow_return_outside_function: source_type.is_commonjs(),
        ..ParseOptions::default()
    };
    let parsed = Parser::new(allocator, source, source_type).with_options(options).parse();
    let error = parsed.diagnostics.errors().next().map(|error| syntax_error(source, error));
    error.map_or(Ok(parsed), Err)
}

pub(super) fn analyze<'a>(
    source: &str,
    program: &'a Program<'a>,
) -> Result<Scoping, TransformError> {
    let built = SemanticBuilder::new_compiler().build(program);
    match built.diagnostics.errors().next() {
        Some(error) => Err(syntax_error(source, error)),
        None => Ok(built.semantic.into_scoping()),
    }
}

/// Names alone; what would be an early error is left to whoever runs the text.
pub(super) fn scoping<'a>(program: &'a Program<'a>) -> Scoping {
    SemanticBuilder::new().build(program).semantic.into_scoping()
}

pub(super) fn syntax_error(source: &str, error: &oxc_diagnostics::OxcDiagnostic) -> TransformError {
    let (start, length) =
        error.labels.first().map_or((0, 0), |label| (label.offset(), label.len()));
    TransformError::Syntax(source_error(source, Span::sized(start, length), &error.message))
}

pub(super) fn unsupported(source: &str, span: Span, message: &str) -> TransformError {
    TransformError::Unsupported(source_error(source, span, message))
}

fn source_error(source: &str, span: Span, message: &str) -> SourceError {
    SourceError {
        message: message.to_owned(),
        span: Lines::new(source).span(span.start as usize, span.end as usize),
    }
}
