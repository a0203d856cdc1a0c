//! The transform stage: turns a module into text that the runtime can run, link and let go of.
//!
//! An ES module becomes the body of a function, with the user's text at its lines and columns: what goes is blanked,
//! what is replaced keeps its length, and calls of helpers are put after what they tell about. Pure: no IO.

mod base;
mod commonjs;
mod declarations;
mod decorators;
mod edits;
mod erase;
mod error;
mod generate;
mod module;
mod offsets;
mod parse;
mod places;
mod rewrite;
mod scan;
mod stack;
mod tokens;
mod typescript;
mod writes;

use std::path::PathBuf;

use oxc_allocator::Allocator;
use oxc_ast::ast::{Ident, Program};
use oxc_parser::ParserReturn;
use oxc_semantic::Scoping;
use oxc_span::Span;

use self::base::Base;
use self::decorators::Lowered;
use self::edits::{Edited, Edits};
use self::erase::Erasure;
pub use self::error::TransformError;
use self::generate::Generated;
pub use self::module::{
    Attribute, DynamicImport, ImportEntry, IndirectExport, LocalExport, LocalKind, Module,
    ModuleRequest, Move,
};
use self::offsets::Utf16Offsets;
use self::places::Places;
use self::rewrite::Rewriter;
use self::typescript::Elision;

/// What a text is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    JavaScript,
    Jsx,
    TypeScript,
    Tsx,
}

/// What a file is to the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Module,
    CommonJs,
    /// TypeScript that is compiled to CommonJS: `import` and `export` are evaluated where they stand, and the variables of
    /// CommonJS are there as well.
    Compiled,
}

/// What `tsconfig.json` says about the emitted code; an absent field has TypeScript's default.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CompilerOptions {
    pub experimental_decorators: Option<bool>,
    pub emit_decorator_metadata: Option<bool>,
    pub use_define_for_class_fields: Option<bool>,
    pub verbatim_module_syntax: Option<bool>,
    pub strict_null_checks: Option<bool>,
    pub jsx: Option<String>,
    pub jsx_import_source: Option<String>,
    pub jsx_factory: Option<String>,
    pub jsx_fragment_factory: Option<String>,
}

#[derive(Debug, Clone)]
pub struct TransformOptions {
    /// Names the file in source maps.
    pub path: PathBuf,
    pub language: Language,
    pub kind: Kind,
    pub compiler_options: CompilerOptions,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Transformed {
    Module(Box<Module>),
    CommonJs(CommonJs),
}

/// A CommonJS module whose `import()` calls a helper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommonJs {
    pub code: String,
    /// As for [`Module`].
    pub map: Option<String>,
    pub base: String,
    pub dynamic_imports: Vec<DynamicImport>,
}

const TOO_DEEP: &str = "Brackets are nested too deeply";

/// Parses the text once and edits it in place; what cannot be edited in place is generated anew and parsed again.
pub fn transform(source: &str, options: &TransformOptions) -> Result<Transformed, TransformError> {
    stack::with_room(source, || transform_here(source, options, None))
        .unwrap_or_else(|| Err(parse::unsupported(source, Span::empty(0), TOO_DEEP)))
}

/// Where a text comes from that had decorators.
#[derive(Clone, Copy)]
struct Origin<'o> {
    source: &'o str,
    /// The start of the names that are in the text already.
    base: &'o Base,
}

fn transform_here(
    source: &str,
    options: &TransformOptions,
    origin: Option<Origin<'_>>,
) -> Result<Transformed, TransformError> {
    let allocator = Allocator::default();
    let parsed = parse_as(&allocator, source, options)?;
    if origin.is_none()
        && !has_legacy_decorators(options)
        && let Some(Lowered { edited, base }) = decorators::lower(source, &parsed.program)?
    {
        let places = Places::find(source, &parsed.program);
        let Edited { code, moves } = edited;
        let mut transformed = transform_here(&code, options, Some(Origin { source, base: &base }))?;
        if let Transformed::Module(module) = &mut transformed {
            module.moves.push(moves);
        }
        return Ok(placed(transformed, places));
    }
    let mut edits = Edits::new(source);
    if options.language != Language::JavaScript {
        match erase::erase(&parsed.program, options, &mut edits) {
            Erasure::Done => {}
            Erasure::NeedsCodegen => {
                return generated(&allocator, source, parsed.program, options, origin);
            }
        }
    }
    match options.kind {
        Kind::Module | Kind::Compiled => module(edits, &parsed.program, options, origin),
        Kind::CommonJs => common_js(edits, &parsed.program, elision(options), origin),
    }
}

/// What is compiled to CommonJS is strict, and has early errors, if it imports or exports anything.
fn parse_as<'a>(
    allocator: &'a Allocator,
    source: &'a str,
    options: &TransformOptions,
) -> Result<ParserReturn<'a>, TransformError> {
    let source_type = |kind| parse::source_type(options.language, kind);
    if options.kind == Kind::Compiled
        && let Ok(parsed) = parse::parse(allocator, source, source_type(Kind::CommonJs))
        && !parsed.module_record.has_module_syntax
    {
        return Ok(parsed);
    }
    parse::parse(allocator, source, source_type(options.kind))
}

/// Those of TypeScript, which are the compiler's work.
fn has_legacy_decorators(options: &TransformOptions) -> bool {
    options.language != Language::JavaScript
        && options.compiler_options.experimental_decorators == Some(true)
}

fn generated<'a>(
    allocator: &'a Allocator,
    source: &str,
    program: Program<'a>,
    options: &TransformOptions,
    origin: Option<Origin<'_>>,
) -> Result<Transformed, TransformError> {
    let places = Places::find(source, &program);
    let has_module_syntax = program.source_type.is_module();
    let users = origin.map_or(source, |origin| origin.source);
    let Generated { code, map } = generate::generate(allocator, source, users, program, options)?;
    let as_javascript = TransformOptions { language: Language::JavaScript, ..options.clone() };
    let mut transformed = transform_here(&code, &as_javascript, origin)?;
    match &mut transformed {
        Transformed::Module(module) => {
            module.map = map;
            module.has_module_syntax |= has_module_syntax;
        }
        Transformed::CommonJs(module) => module.map = map,
    }
    Ok(placed(transformed, places))
}

/// With places in the user's text.
fn placed(mut transformed: Transformed, places: Places) -> Transformed {
    match &mut transformed {
        Transformed::Module(module) => places.give_to(module),
        Transformed::CommonJs(module) => places.give_to_dynamic(&mut module.dynamic_imports),
    }
    transformed
}

fn elision(options: &TransformOptions) -> Elision {
    let is_typescript = matches!(options.language, Language::TypeScript | Language::Tsx);
    if is_typescript && options.compiler_options.verbatim_module_syntax != Some(true) {
        Elision::Unused
    } else {
        Elision::TypesOnly
    }
}

fn module<'a>(
    mut edits: Edits<'_>,
    program: &'a Program<'a>,
    options: &TransformOptions,
    origin: Option<Origin<'_>>,
) -> Result<Transformed, TransformError> {
    let source = edits.source();
    let is_module = program.source_type.is_module();
    let scoping =
        &if is_module { parse::analyze(source, program)? } else { parse::scoping(program) };
    let base = origin.map_or_else(|| unused_base(source, scoping), |origin| origin.base.clone());
    let offsets = Utf16Offsets::new(source);
    let default_function = base.default_function();
    let entries = scan::scan(program, scoping, &offsets, &default_function, elision(options));
    let found = Rewriter::new(&mut edits, &base, &entries, scoping, &offsets)
        .in_place(options.kind == Kind::Compiled)
        .rewrite(program);
    if let Some((span, why)) = found.refused {
        return Err(parse::unsupported(source, span, why));
    }
    let has_default_function =
        entries.locals.iter().any(|local| local.local.as_ref() == Some(&default_function));
    let Edited { code, moves } = edits.apply();
    Ok(Transformed::Module(Box::new(Module {
        code,
        moves: vec![moves],
        map: None,
        base: base.as_str().to_owned(),
        is_async: found.is_async,
        uses_meta: found.uses_meta,
        uses_decorators: origin.is_some(),
        requests: entries.requests,
        imports: entries.imports,
        locals: entries.locals,
        indirects: entries.indirects,
        stars: entries.stars,
        default_function: has_default_function.then_some(default_function),
        dynamic_imports: found.dynamic_imports,
        has_module_syntax: is_module,
    })))
}

fn common_js<'a>(
    mut edits: Edits<'_>,
    program: &'a Program<'a>,
    elision: Elision,
    origin: Option<Origin<'_>>,
) -> Result<Transformed, TransformError> {
    let source = edits.source();
    let scoping = &parse::scoping(program);
    let base = origin.map_or_else(|| unused_base(source, scoping), |origin| origin.base.clone());
    let offsets = Utf16Offsets::new(source);
    commonjs::blank_types(program, scoping, elision, &mut edits)
        .map_err(|span| parse::unsupported(source, span, commonjs::NO_MODULE_SYNTAX))?;
    let dynamic_imports = commonjs::rewrite(program, &mut edits, &base, &offsets);
    Ok(Transformed::CommonJs(CommonJs {
        code: edits.apply().code,
        map: None,
        base: base.as_str().to_owned(),
        dynamic_imports,
    }))
}

fn unused_base(source: &str, scoping: &Scoping) -> Base {
    // Only an escape makes a name that is not in the source as it is.
    let has_escapes = source.contains("\\u");
    let unresolved = scoping.root_unresolved_references().keys().map(Ident::as_str);
    let names = scoping.symbol_names().chain(unresolved).filter(|_| has_escapes);
    Base::unused(source, &names.collect::<Vec<_>>())
}
