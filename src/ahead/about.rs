//! A module as JSON: V8 takes that in faster than it is given objects one by one.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::path::to_text;
use crate::transform::{
    Attribute, DynamicImport, ImportEntry, IndirectExport, Kind, Language, LocalExport, Module,
    ModuleRequest,
};

/// All but the code, in the names that the binding gives to JavaScript. An absent field is left out.
pub(super) fn about(
    module: &Module,
    (language, kind): (Language, Kind),
    fingerprint: &str,
    targets: &[Option<PathBuf>],
) -> String {
    let targets: Vec<_> = targets.iter().map(|path| path.as_deref().map(to_text)).collect();
    let moves: Vec<Vec<u32>> = module
        .moves
        .iter()
        .map(|all| {
            all.iter().flat_map(|it| [it.start_utf16, it.length, it.source_length]).collect()
        })
        .collect();
    let mut about = without_nulls(json!({
        "type": "module",
        "fingerprint": fingerprint,
        "language": language_name(language),
        "kind": if kind == Kind::Compiled { "compiled" } else { "module" },
        "moves": moves,
        "map": module.map,
        "base": module.base,
        "isAsync": module.is_async,
        "usesMeta": module.uses_meta,
        "usesDecorators": module.uses_decorators,
        "requests": requests(module),
        "imports": imports(module),
        "locals": locals(module),
        "indirects": indirects(module),
        "stars": module.stars,
        "defaultFunction": module.default_function,
        "dynamicImports": dynamic_imports(module),
        "hasModuleSyntax": module.has_module_syntax,
    }));
    about["targets"] = json!(targets);
    about.to_string()
}

const fn language_name(language: Language) -> &'static str {
    match language {
        Language::JavaScript => "js",
        Language::Jsx => "jsx",
        Language::TypeScript => "ts",
        Language::Tsx => "tsx",
    }
}

fn requests(module: &Module) -> Vec<Value> {
    let request = |it: &ModuleRequest| {
        let attribute = |it: &Attribute| json!({ "key": it.key, "value": it.value });
        json!({
            "specifier": it.specifier,
            "attributes": it.attributes.iter().map(attribute).collect::<Vec<_>>(),
            "startUtf16": it.start_utf16,
            "endUtf16": it.end_utf16,
        })
    };
    module.requests.iter().map(request).collect()
}

fn imports(module: &Module) -> Vec<Value> {
    let import = |it: &ImportEntry| {
        without_nulls(json!({
            "request": it.request,
            "name": it.name,
            "local": it.local,
            "startUtf16": it.start_utf16,
        }))
    };
    module.imports.iter().map(import).collect()
}

fn locals(module: &Module) -> Vec<Value> {
    let local = |it: &LocalExport| {
        without_nulls(json!({
            "names": it.names,
            "local": it.local,
            "kind": it.kind.as_str(),
            "isMutated": it.is_mutated,
        }))
    };
    module.locals.iter().map(local).collect()
}

fn indirects(module: &Module) -> Vec<Value> {
    let indirect = |it: &IndirectExport| {
        without_nulls(json!({
            "name": it.name,
            "request": it.request,
            "imported": it.imported,
            "startUtf16": it.start_utf16,
        }))
    };
    module.indirects.iter().map(indirect).collect()
}

fn dynamic_imports(module: &Module) -> Vec<Value> {
    let import = |it: &DynamicImport| json!({ "specifier": it.specifier, "startUtf16": it.start_utf16, "endUtf16": it.end_utf16 });
    module.dynamic_imports.iter().map(import).collect()
}

fn without_nulls(mut object: Value) -> Value {
    if let Value::Object(fields) = &mut object {
        fields.retain(|_, value| !value.is_null());
    }
    object
}
