//! What a file is to Node, as `js/runtime/formats.js` has it, where that is plain.

use std::path::{Path, PathBuf};

use parking_lot::Mutex;
use rustc_hash::FxHashMap;

use crate::transform::{Kind, Language};
use crate::tsconfig::{ModuleSystem, Tsconfig};

/// The `type` of the nearest `package.json`, by folder.
#[derive(Default)]
pub(super) struct Types {
    folders: Mutex<FxHashMap<PathBuf, Option<String>>>,
}

impl Types {
    fn of(&self, folder: &Path) -> Option<String> {
        if let Some(known) = self.folders.lock().get(folder) {
            return known.clone();
        }
        let found = self.read(folder);
        self.folders.lock().insert(folder.to_path_buf(), found.clone());
        found
    }

    fn read(&self, folder: &Path) -> Option<String> {
        let text = std::fs::read_to_string(folder.join("package.json")).ok();
        let json = text.and_then(|text| serde_json::from_str::<serde_json::Value>(&text).ok());
        if let Some(json) = json {
            return json.get("type").and_then(|value| value.as_str()).map(str::to_owned);
        }
        let parent = folder.parent()?;
        if folder.ends_with("node_modules") { None } else { self.of(parent) }
    }
}

/// By its extension.
pub(super) fn language_of(path: &Path) -> Option<Language> {
    Some(match path.extension()?.to_str()? {
        "js" | "mjs" => Language::JavaScript,
        "jsx" => Language::Jsx,
        "ts" | "mts" | "cts" => Language::TypeScript,
        "tsx" => Language::Tsx,
        _ => return None,
    })
}

/// `None` is CommonJS that nothing compiles, and what only its text can tell.
pub(super) fn kind_of(
    path: &Path,
    language: Language,
    types: &Types,
    tsconfig: Option<&Tsconfig>,
) -> Option<Kind> {
    match path.extension()?.to_str()? {
        "mjs" | "mts" => return Some(Kind::Module),
        "cts" => return Some(Kind::Compiled),
        _ => {}
    }
    let declared = types.of(path.parent()?);
    if declared.as_deref() == Some("module") {
        return Some(Kind::Module);
    }
    if language == Language::JavaScript {
        return None;
    }
    let system = tsconfig.and_then(|found| found.module_system);
    let is_compiled = matches!(system, Some(ModuleSystem::CommonJs | ModuleSystem::Node));
    (declared.as_deref() == Some("commonjs") || is_compiled).then_some(Kind::Compiled)
}
