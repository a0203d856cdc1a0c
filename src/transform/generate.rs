//! JavaScript for what has no place in the source: enums, decorators, JSX and the like.

use oxc_allocator::Allocator;
use oxc_ast::ast::Program;
use oxc_codegen::{Codegen, CodegenOptions};
use oxc_semantic::SemanticBuilder;
use oxc_transformer::{
    CompilerAssumptions, DecoratorOptions, EnvOptions, Helper, HelperLoaderMode,
    HelperLoaderOptions, JsxOptions, JsxRuntime, Module, Transformer, TypeScriptOptions,
};

use super::error::TransformError;
use super::{CompilerOptions, Kind, TransformOptions, parse};

/// A text in JavaScript, and the JSON source map from it to the user's file.
pub(super) struct Generated {
    pub(super) code: String,
    pub(super) map: Option<String>,
}

/// `users` is the text that the map has for the file; its lines are those of `source`.
pub(super) fn generate<'a>(
    allocator: &'a Allocator,
    source: &str,
    users: &str,
    mut program: Program<'a>,
    options: &TransformOptions,
) -> Result<Generated, TransformError> {
    let built = SemanticBuilder::new_compiler()
        .with_enum_eval(true)
        .with_excess_capacity(2.0)
        .build(&program);
    if let Some(error) = built.diagnostics.errors().next() {
        return Err(parse::syntax_error(source, error));
    }
    let scoping = built.semantic.into_scoping();
    let transformer = Transformer::new(allocator, &options.path, &transform_options(options));
    let outcome = transformer.build_with_scoping(scoping, &mut program);
    if let Some(error) = outcome.diagnostics.errors().next() {
        return Err(parse::syntax_error(source, error));
    }
    // A line before the text ends its prologue.
    let is_strict = program.has_use_strict_directive();
    program.hashbang = None;
    let printed = Codegen::new()
        .with_options(CodegenOptions {
            source_map_path: Some(options.path.clone()),
            ..CodegenOptions::default()
        })
        .build(&program);
    let map = printed.map.map(|mut map| {
        map.set_source_contents(vec![Some(users)]);
        map.to_json_string()
    });
    #[expect(deprecated, reason = "there is no other way to learn which helpers the text calls")]
    let helpers: Vec<Helper> = outcome.helpers_used.into_keys().collect();
    Ok(with_helpers(Generated { code: printed.code, map }, helpers, is_strict))
}

fn transform_options(options: &TransformOptions) -> oxc_transformer::TransformOptions {
    let compiler = &options.compiler_options;
    let assigns_fields = compiler.use_define_for_class_fields == Some(false);
    let module = match options.kind {
        Kind::Module => Module::Esm,
        Kind::CommonJs | Kind::Compiled => Module::CommonJS,
    };
    let mut result = oxc_transformer::TransformOptions {
        typescript: TypeScriptOptions {
            only_remove_type_imports: compiler.verbatim_module_syntax == Some(true),
            remove_class_fields_without_initializer: assigns_fields,
            ..TypeScriptOptions::default()
        },
        decorator: DecoratorOptions {
            legacy: compiler.experimental_decorators == Some(true),
            emit_decorator_metadata: compiler.emit_decorator_metadata == Some(true),
            strict_null_checks: compiler.strict_null_checks.unwrap_or(true),
        },
        assumptions: CompilerAssumptions {
            set_public_class_fields: assigns_fields,
            ..CompilerAssumptions::default()
        },
        jsx: jsx_options(compiler),
        env: EnvOptions { module, ..EnvOptions::default() },
        helper_loader: HelperLoaderOptions {
            mode: HelperLoaderMode::External,
            ..HelperLoaderOptions::default()
        },
        ..oxc_transformer::TransformOptions::default()
    };
    if let Some(factory) = &compiler.jsx_factory {
        result.typescript.jsx_pragma = factory.clone().into();
    }
    if let Some(factory) = &compiler.jsx_fragment_factory {
        result.typescript.jsx_pragma_frag = factory.clone().into();
    }
    result
}

/// Node cannot run JSX, so `preserve` is taken for the automatic runtime.
fn jsx_options(compiler: &CompilerOptions) -> JsxOptions {
    let jsx = compiler.jsx.as_deref();
    let is_classic = jsx == Some("react") || (jsx.is_none() && compiler.jsx_factory.is_some());
    let mut options = JsxOptions {
        runtime: if is_classic { JsxRuntime::Classic } else { JsxRuntime::Automatic },
        development: jsx == Some("react-jsxdev"),
        display_name_plugin: false,
        pure: false,
        ..JsxOptions::enable()
    };
    if is_classic {
        options.pragma.clone_from(&compiler.jsx_factory);
        options.pragma_frag.clone_from(&compiler.jsx_fragment_factory);
    } else {
        options.import_source.clone_from(&compiler.jsx_import_source);
    }
    options
}

/// What oxc's decorators call by the name of `babelHelpers`, as TypeScript defines it.
const DECORATE: &str = "decorate(list,target,key,given){\
    const isClass=arguments.length<3,isMethod=arguments.length>3,\
    descriptor=given===null?Object.getOwnPropertyDescriptor(target,key):given;\
    let result=isClass?target:descriptor;\
    if(typeof Reflect.decorate==='function')result=Reflect.decorate(list,target,key,descriptor);\
    else for(const decorator of [...list].reverse())if(decorator)\
    result=(isClass?decorator(result):isMethod?decorator(target,key,result):decorator(target,key))||result;\
    if(isMethod&&result)Object.defineProperty(target,key,result);\
    return result}";
const DECORATE_PARAM: &str =
    "decorateParam(index,decorator){return(target,key)=>decorator(target,key,index)}";
const DECORATE_METADATA: &str = "decorateMetadata(key,value){\
    if(typeof Reflect.metadata==='function')return Reflect.metadata(key,value)}";

/// Puts the helpers on a line of their own before the text.
fn with_helpers(generated: Generated, mut helpers: Vec<Helper>, is_strict: bool) -> Generated {
    if helpers.is_empty() {
        return generated;
    }
    helpers.sort_by_key(|helper| helper.name());
    let methods: Vec<_> = helpers
        .iter()
        .filter_map(|helper| match helper {
            Helper::Decorate => Some(DECORATE),
            Helper::DecorateParam => Some(DECORATE_PARAM),
            Helper::DecorateMetadata => Some(DECORATE_METADATA),
            _ => None,
        })
        .collect();
    let prologue = if is_strict { "'use strict';" } else { "" };
    let methods = methods.join(",");
    let code = format!("{prologue}const babelHelpers={{{methods}}};\n{}", generated.code);
    let map = generated.map.map(|map| map.replacen("\"mappings\":\"", "\"mappings\":\";", 1));
    Generated { code, map }
}
