//! One module: its text, and where its imports lead.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use super::about::about;
use super::earlier::Looked;
use super::format::{Types, kind_of, language_of};
use super::stamp::Stamp;
use crate::fingerprint::fingerprint;
use crate::path::has_component;
use crate::resolve::{ResolveMode, Resolved, Resolver, ResolverOptions};
use crate::transform::{CompilerOptions, Kind, Language, TransformOptions, Transformed, transform};
use crate::tsconfig::{Tsconfig, Tsconfigs};

/// What Node and the project say.
#[derive(Debug, Clone)]
pub struct AheadOptions {
    /// Conditions of `import`.
    pub conditions: Vec<String>,
    /// What an import of TypeScript may leave out.
    pub extensions: Vec<String>,
    /// `module.builtinModules`.
    pub builtins: Vec<String>,
    /// Those that the program itself goes by.
    pub tsconfigs: Arc<Tsconfigs>,
    /// By how much the clock of a file system may go forward at once: what changes twice within that may look unchanged.
    pub clock_step: Duration,
}

/// A module as text that can run, and what it was made of.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ModuleAhead {
    pub code: String,
    /// All else, as JSON; with `targets`: by request, the file that a relative specifier stands for.
    pub about: String,
    /// What is loaded along with it before any of it runs. TypeScript in CommonJS loads as it runs.
    pub(super) imports: Vec<PathBuf>,
    stamp: Stamp,
    /// In which the targets are.
    folders: Vec<(PathBuf, Stamp)>,
}

impl ModuleAhead {
    pub(super) fn is_as_it_was(&self, path: &Path, now: &mut Now) -> bool {
        Now::stamp(path).as_ref() == Some(&self.stamp)
            && self.folders.iter().all(|(folder, stamp)| now.of_folder(folder) == Some(stamp))
    }
}

/// Folders as they are, each looked at once.
#[derive(Default)]
pub(super) struct Now {
    folders: FxHashMap<PathBuf, Option<Stamp>>,
}

impl Now {
    fn stamp(path: &Path) -> Option<Stamp> {
        Stamp::of_path(path, Duration::ZERO)
    }

    fn of_folder(&mut self, folder: &Path) -> Option<&Stamp> {
        if !self.folders.contains_key(folder) {
            self.folders.insert(folder.to_path_buf(), Self::stamp(folder));
        }
        self.folders.get(folder)?.as_ref()
    }
}

pub(super) struct Looker {
    tsconfigs: Arc<Tsconfigs>,
    clock_step: Duration,
    types: Types,
    /// By the rules of Node, and of TypeScript. Their own: they may have looked before the program wrote a file.
    node: Resolver,
    typescript: Resolver,
}

impl Looker {
    pub(super) fn new(options: AheadOptions) -> Self {
        let AheadOptions { conditions, extensions, builtins, tsconfigs, clock_step } = options;
        let resolver = |mode| {
            Resolver::new(ResolverOptions {
                mode,
                conditions: conditions.clone(),
                extensions: extensions.clone(),
                builtins: builtins.clone(),
                preserves_symlinks: false,
                tsconfigs: Arc::clone(&tsconfigs),
            })
        };
        let (node, typescript) = (resolver(ResolveMode::Import), resolver(ResolveMode::TypeScript));
        Self { types: Types::default(), node, typescript, tsconfigs, clock_step }
    }

    /// The module at `path`; `None` if there is none that is plain.
    pub(super) fn look(
        &self,
        path: &Path,
        earlier: Option<&Arc<Looked>>,
    ) -> Option<(Arc<Looked>, IsNew)> {
        if has_component(path, "node_modules") {
            return None;
        }
        let language = language_of(path)?;
        let tsconfig = self.tsconfigs.of(path).ok()?;
        let kind = kind_of(path, language, &self.types, tsconfig.as_deref())?;
        let setting = setting_of(language, kind, tsconfig.as_deref());
        if let Some(known) = earlier
            && known.setting == setting
            && known.module.is_as_it_was(path, &mut Now::default())
        {
            return Some((Arc::clone(known), false));
        }
        let (module, next) = self.look_at(path, language, kind, tsconfig.as_deref())?;
        Some((Arc::new(Looked { module, next, setting }), true))
    }

    fn look_at(
        &self,
        path: &Path,
        language: Language,
        kind: Kind,
        tsconfig: Option<&Tsconfig>,
    ) -> Option<(ModuleAhead, Vec<PathBuf>)> {
        let mut file = File::open(path).ok()?;
        let stamp = Stamp::of(&file.metadata().ok()?, self.clock_step)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).ok()?;
        let fingerprint = fingerprint(&bytes);
        let text = String::from_utf8(bytes).ok()?;
        let source = text.strip_prefix('\u{feff}').unwrap_or(&text);
        if language == Language::JavaScript
            && may_have_jsx(source)
            && tsconfig.is_some_and(|found| found.allows_js)
        {
            return None;
        }
        let compiler_options = match (language, tsconfig) {
            (Language::JavaScript, _) | (_, None) => CompilerOptions::default(),
            (_, Some(found)) => found.compiler_options.clone(),
        };
        let options =
            TransformOptions { path: path.to_path_buf(), language, kind, compiler_options };
        let Ok(Transformed::Module(module)) = transform(source, &options) else { return None };
        let (targets, next): (Vec<_>, Vec<_>) = module
            .requests
            .iter()
            .map(|request| self.locate(path, language, &request.specifier))
            .unzip();
        let folders = folders_of(&targets, self.clock_step)?;
        let about = about(&module, (language, kind), &fingerprint, &targets);
        let imports = match kind {
            Kind::Compiled => Vec::new(),
            _ => targets.into_iter().flatten().collect(),
        };
        let ahead = ModuleAhead { code: module.code, about, imports, stamp, folders };
        Some((ahead, next.into_iter().flatten().collect()))
    }

    /// The file, if whoever asks can trust in it, and the file if it may be one to look at.
    fn locate(
        &self,
        importer: &Path,
        language: Language,
        specifier: &str,
    ) -> (Option<PathBuf>, Option<PathBuf>) {
        let is_typescript = language != Language::JavaScript;
        let resolver = if is_typescript { &self.typescript } else { &self.node };
        let Ok(Resolved::File(found)) = resolver.resolve(importer, specifier) else {
            return (None, None);
        };
        // Neither links nor folders are on the way, so what is in one folder decides.
        let folder = importer.parent().map(|folder| joined(folder, specifier));
        let is_plain =
            is_plain(specifier) && folder.as_deref().and_then(Path::parent) == found.parent();
        (is_plain.then(|| found.clone()), Some(found))
    }
}

/// Was it transformed just now?
pub(super) type IsNew = bool;

/// Another text where a module of the same text might be another one.
fn setting_of(language: Language, kind: Kind, tsconfig: Option<&Tsconfig>) -> String {
    let options = tsconfig
        .map(|found| (found.allows_js, found.compiler_options.clone(), found.resolution.as_str()));
    format!("{language:?} {kind:?} {options:?}")
}

/// Then it may be another language, as a `tsconfig.json` says.
fn may_have_jsx(source: &str) -> bool {
    let is_start =
        |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || byte == b'>';
    source.as_bytes().windows(2).any(|pair| pair[0] == b'<' && is_start(pair[1]))
}

/// A relative path without characters that have a meaning of their own in a URL.
fn is_plain(specifier: &str) -> bool {
    let is_relative = specifier.starts_with("./") || specifier.starts_with("../");
    let is_name = |char: char| char.is_ascii_alphanumeric() || "/._-~+$@".contains(char);
    is_relative && !specifier.ends_with(['/', '.']) && specifier.chars().all(is_name)
}

/// Without `.` and `..`: the folder of a loaded module is a real one.
fn joined(folder: &Path, specifier: &str) -> PathBuf {
    let mut path = folder.to_path_buf();
    for part in specifier.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                path.pop();
            }
            name => path.push(name),
        }
    }
    path
}

/// `None` if one of them changes just now.
fn folders_of(targets: &[Option<PathBuf>], step: Duration) -> Option<Vec<(PathBuf, Stamp)>> {
    let mut folders: Vec<(PathBuf, Stamp)> = Vec::new();
    for folder in targets.iter().flatten().filter_map(|target| target.parent()) {
        if folders.iter().all(|(known, _)| known != folder) {
            folders.push((folder.to_path_buf(), Stamp::of_path(folder, step)?));
        }
    }
    Some(folders)
}
