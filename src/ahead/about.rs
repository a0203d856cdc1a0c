//! A module as JSON: V8 takes that in faster than it is given objects one by one.

use std::fmt::Write;
use std::path::PathBuf;

use super::compiled::compiled_key;
use crate::path::to_text;
use crate::transform::{Kind, Language, Module};

/// All but the code, in the names that the binding gives to JavaScript. An absent field is left out, and so is what is false
/// or empty, as most of it is.
pub(super) fn about(
    module: &Module,
    (language, kind): (Language, Kind),
    fingerprint: &str,
    targets: &[Option<PathBuf>],
) -> String {
    let mut json = Json::default();
    json.object(|json| {
        json.key("type").text("module");
        json.key("fingerprint").text(fingerprint);
        json.key("language").text(language_name(language));
        json.key("kind").text(if kind == Kind::Compiled { "compiled" } else { "module" });
        json.key("base").text(&module.base);
        json.flag("isAsync", module.is_async);
        json.flag("usesMeta", module.uses_meta);
        json.flag("usesDecorators", module.uses_decorators);
        json.flag("hasModuleSyntax", module.has_module_syntax);
        json.maybe("map", module.map.as_deref());
        json.maybe("defaultFunction", module.default_function.as_deref());
        json.list("stars", &module.stars, |json, star| {
            json.plain(star);
        });
        json.list("moves", &module.moves, |json, moves| {
            json.array(moves, |json, each| {
                json.plain(each.start_utf16).plain(each.length).plain(each.source_length);
            });
        });
        entries(json, module);
        let key = compiled_key(&json.text, &module.code);
        json.key("key").text(&key);
        json.list("targets", targets, |json, target| match target {
            Some(path) => json.text(&to_text(path)),
            None => {
                json.plain("null");
            }
        });
    });
    json.text
}

fn entries(json: &mut Json, module: &Module) {
    json.objects("requests", &module.requests, |json, each| {
        json.key("specifier").text(&each.specifier);
        json.objects("attributes", &each.attributes, |json, attribute| {
            json.key("key").text(&attribute.key);
            json.key("value").text(&attribute.value);
        });
        json.key("startUtf16").plain(each.start_utf16);
        json.key("endUtf16").plain(each.end_utf16);
    });
    json.objects("imports", &module.imports, |json, each| {
        json.key("request").plain(each.request);
        json.maybe("name", each.name.as_deref());
        json.key("local").text(&each.local);
        json.key("startUtf16").plain(each.start_utf16);
    });
    json.objects("locals", &module.locals, |json, each| {
        json.list("names", &each.names, |json, name| json.text(name));
        json.maybe("local", each.local.as_deref());
        json.key("kind").text(each.kind.as_str());
        json.flag("isMutated", each.is_mutated);
    });
    json.objects("indirects", &module.indirects, |json, each| {
        json.key("name").text(&each.name);
        json.key("request").plain(each.request);
        json.maybe("imported", each.imported.as_deref());
        json.key("startUtf16").plain(each.start_utf16);
    });
    json.objects("dynamicImports", &module.dynamic_imports, |json, each| {
        json.key("specifier").text(&each.specifier);
        json.key("startUtf16").plain(each.start_utf16);
        json.key("endUtf16").plain(each.end_utf16);
    });
}

const fn language_name(language: Language) -> &'static str {
    match language {
        Language::JavaScript => "js",
        Language::Jsx => "jsx",
        Language::TypeScript => "ts",
        Language::Tsx => "tsx",
    }
}

/// Text that grows. A comma goes before whatever follows another value.
#[derive(Default)]
struct Json {
    text: String,
}

impl Json {
    fn separate(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with(['{', '[', ':', ',']) {
            self.text.push(',');
        }
    }

    fn key(&mut self, name: &str) -> &mut Self {
        self.separate();
        self.text.push('"');
        self.text.push_str(name);
        self.text.push_str("\":");
        self
    }

    fn text(&mut self, text: &str) {
        self.separate();
        let is_plain = |byte: u8| byte >= b' ' && byte != b'"' && byte != b'\\';
        if text.bytes().all(is_plain) {
            self.text.push('"');
            self.text.push_str(text);
            self.text.push('"');
        } else {
            self.text.push_str(&serde_json::Value::from(text).to_string());
        }
    }

    /// What is written in JSON as it is.
    fn plain(&mut self, value: impl std::fmt::Display) -> &mut Self {
        self.separate();
        // To write to a `String` never fails.
        let _ = write!(self.text, "{value}");
        self
    }

    fn maybe(&mut self, name: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.key(name).text(text);
        }
    }

    fn object(&mut self, write: impl FnOnce(&mut Self)) {
        self.separate();
        self.text.push('{');
        write(self);
        self.text.push('}');
    }

    fn array<T>(&mut self, items: &[T], mut write: impl FnMut(&mut Self, &T)) {
        self.separate();
        self.text.push('[');
        for item in items {
            write(self, item);
        }
        self.text.push(']');
    }

    fn flag(&mut self, name: &str, is_so: bool) {
        if is_so {
            self.key(name).plain("true");
        }
    }

    fn list<T>(&mut self, name: &str, items: &[T], write: impl FnMut(&mut Self, &T)) {
        if !items.is_empty() {
            self.key(name).array(items, write);
        }
    }

    fn objects<T>(&mut self, name: &str, items: &[T], mut write: impl FnMut(&mut Self, &T)) {
        self.list(name, items, |json, item| json.object(|json| write(json, item)));
    }
}
