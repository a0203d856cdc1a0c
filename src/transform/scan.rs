//! The import and export entries of a module, and which bindings they belong to.

use oxc_ast::ast::{
    Declaration, ExportAllDeclaration, ExportDefaultDeclaration, ExportDefaultDeclarationKind,
    ExportFromDeclaration, ExportNamedDeclaration, ExportSpecifier, ImportAttributeKey,
    ImportDeclaration, ImportDeclarationSpecifier, Program, Statement, StringLiteral, WithClause,
};
use oxc_semantic::Scoping;
use oxc_span::GetSpan;
use oxc_syntax::symbol::{SymbolFlags, SymbolId};
use rustc_hash::FxHashMap;

use super::module::{
    Attribute, ImportEntry, IndirectExport, LocalExport, LocalKind, ModuleRequest,
};
use super::offsets::Utf16Offsets;
use super::typescript::{Elision, is_erased, is_value_export};

/// What the declarations of a module say.
#[derive(Default)]
pub(super) struct Entries {
    pub(super) requests: Vec<ModuleRequest>,
    pub(super) imports: Vec<ImportEntry>,
    pub(super) locals: Vec<LocalExport>,
    pub(super) indirects: Vec<IndirectExport>,
    pub(super) stars: Vec<u32>,
    /// The request of each declaration that has one, by where it starts.
    pub(super) declarations: FxHashMap<u32, u32>,
    /// The slot of each exported binding.
    pub(super) slots: FxHashMap<SymbolId, u32>,
    /// The index in `imports` of each import binding.
    pub(super) imported: FxHashMap<SymbolId, usize>,
}

/// `default_function` is the name that an anonymous default function gets.
pub(super) fn scan(
    program: &Program<'_>,
    scoping: &Scoping,
    offsets: &Utf16Offsets,
    default_function: &str,
    elision: Elision,
) -> Entries {
    let mut scanner =
        Scanner { scoping, offsets, default_function, elision, entries: Entries::default() };
    // `export { a }` may come before the import of `a`.
    for statement in program.body.iter().filter(|statement| !is_erased(statement)) {
        scanner.scan_request(statement);
    }
    for statement in program.body.iter().filter(|statement| !is_erased(statement)) {
        scanner.scan_exports(statement);
    }
    scanner.entries
}

struct Scanner<'s> {
    scoping: &'s Scoping,
    offsets: &'s Utf16Offsets,
    default_function: &'s str,
    elision: Elision,
    entries: Entries,
}

impl Scanner<'_> {
    fn scan_request(&mut self, statement: &Statement<'_>) {
        match statement {
            Statement::ImportDeclaration(import) => self.scan_import(import),
            Statement::ExportFromDeclaration(export) => self.scan_export_from(export),
            Statement::ExportAllDeclaration(export) => self.scan_export_all(export),
            _ => {}
        }
    }

    fn scan_import(&mut self, import: &ImportDeclaration<'_>) {
        let all = import.specifiers.iter().flatten();
        let kept: Vec<_> =
            all.filter(|specifier| self.elision.keeps(specifier, self.scoping)).collect();
        let had_some = import.specifiers.as_ref().is_some_and(|all| !all.is_empty());
        if self.elision == Elision::Unused && kept.is_empty() && had_some {
            return;
        }
        let request = self.request(&import.source, import.with_clause.as_deref());
        self.entries.declarations.insert(import.span.start, request);
        for specifier in kept {
            let name = match specifier {
                ImportDeclarationSpecifier::ImportSpecifier(named) => {
                    Some(named.imported.name().to_string())
                }
                ImportDeclarationSpecifier::ImportDefaultSpecifier(_) => Some("default".to_owned()),
                ImportDeclarationSpecifier::ImportNamespaceSpecifier(_) => None,
            };
            let local = specifier.local();
            if let Some(symbol) = local.symbol_id.get() {
                self.entries.imported.insert(symbol, self.entries.imports.len());
            }
            self.entries.imports.push(ImportEntry {
                request,
                name,
                local: local.name.to_string(),
                start_utf16: self.offsets.at(specifier.span().start),
            });
        }
    }

    fn scan_export_from(&mut self, export: &ExportFromDeclaration<'_>) {
        let request = self.request(&export.source, export.with_clause.as_deref());
        self.entries.declarations.insert(export.span.start, request);
        let types = |specifier: &&ExportSpecifier<'_>| !specifier.export_kind.is_type();
        for specifier in export.specifiers.iter().filter(types) {
            self.entries.indirects.push(IndirectExport {
                name: specifier.exported.name().to_string(),
                request,
                imported: Some(specifier.local.name().to_string()),
                start_utf16: self.offsets.at(specifier.span.start),
            });
        }
    }

    fn scan_export_all(&mut self, export: &ExportAllDeclaration<'_>) {
        let request = self.request(&export.source, export.with_clause.as_deref());
        self.entries.declarations.insert(export.span.start, request);
        match &export.exported {
            None => self.entries.stars.push(request),
            Some(name) => self.entries.indirects.push(IndirectExport {
                name: name.name().to_string(),
                request,
                imported: None,
                start_utf16: self.offsets.at(name.span().start),
            }),
        }
    }

    fn request(&mut self, source: &StringLiteral<'_>, with: Option<&WithClause<'_>>) -> u32 {
        let specifier = source.value.to_string();
        let attributes = attributes(with);
        let requests = &mut self.entries.requests;
        let known = requests
            .iter()
            .position(|known| known.specifier == specifier && known.attributes == attributes);
        let index = known.unwrap_or_else(|| {
            requests.push(ModuleRequest {
                specifier,
                attributes,
                start_utf16: self.offsets.at(source.span.start),
                end_utf16: self.offsets.at(source.span.end),
            });
            requests.len() - 1
        });
        to_u32(index)
    }

    fn scan_exports(&mut self, statement: &Statement<'_>) {
        match statement {
            Statement::ExportDeclaration(export) => self.scan_declaration(&export.declaration),
            Statement::ExportNamedDeclaration(export) => self.scan_export_list(export),
            Statement::ExportDefaultDeclaration(export) => self.scan_default(export),
            _ => {}
        }
    }

    fn scan_declaration(&mut self, declaration: &Declaration<'_>) {
        if let Declaration::VariableDeclaration(variables) = declaration {
            for declarator in &variables.declarations {
                for name in declarator.id.get_binding_identifiers() {
                    self.local(&name.name, name.symbol_id.get(), &name.name);
                }
            }
        } else if let Some(name) = declaration.id() {
            self.local(&name.name, name.symbol_id.get(), &name.name);
        }
    }

    fn scan_export_list(&mut self, export: &ExportNamedDeclaration<'_>) {
        for specifier in &export.specifiers {
            if !is_value_export(specifier, self.scoping) {
                continue;
            }
            let (local, name) = (specifier.local.name(), specifier.exported.name());
            let symbol = self.scoping.get_root_binding(local.into());
            let import = symbol.and_then(|symbol| self.entries.imported.get(&symbol));
            match import.and_then(|&index| self.entries.imports.get(index)) {
                Some(import) => self.entries.indirects.push(IndirectExport {
                    name: name.to_string(),
                    request: import.request,
                    imported: import.name.clone(),
                    start_utf16: self.offsets.at(specifier.span.start),
                }),
                None => self.local(&local, symbol, &name),
            }
        }
    }

    fn scan_default(&mut self, export: &ExportDefaultDeclaration<'_>) {
        let id = match &export.declaration {
            ExportDefaultDeclarationKind::FunctionDeclaration(function) => {
                if function.id.is_none() {
                    self.entries.locals.push(LocalExport {
                        names: vec!["default".to_owned()],
                        local: Some(self.default_function.to_owned()),
                        kind: LocalKind::Function,
                        is_mutated: false,
                    });
                    return;
                }
                function.id.as_ref()
            }
            ExportDefaultDeclarationKind::ClassDeclaration(class) => class.id.as_ref(),
            _ => None,
        };
        match id {
            Some(id) => self.local(&id.name, id.symbol_id.get(), "default"),
            None => self.entries.locals.push(LocalExport {
                names: vec!["default".to_owned()],
                local: None,
                kind: LocalKind::Default,
                is_mutated: false,
            }),
        }
    }

    fn local(&mut self, local: &str, symbol: Option<SymbolId>, name: &str) {
        let Some(symbol) = symbol else { return };
        let slot = *self.entries.slots.entry(symbol).or_insert_with(|| {
            self.entries.locals.push(LocalExport {
                names: Vec::new(),
                local: Some(local.to_owned()),
                kind: kind(self.scoping.symbol_flags(symbol)),
                is_mutated: self.scoping.symbol_is_mutated(symbol),
            });
            to_u32(self.entries.locals.len() - 1)
        });
        if let Some(export) = self.entries.locals.get_mut(slot as usize) {
            export.names.push(name.to_owned());
        }
    }
}

fn kind(flags: SymbolFlags) -> LocalKind {
    if flags.is_function() {
        LocalKind::Function
    } else if flags.is_function_scoped_declaration() {
        LocalKind::Var
    } else {
        LocalKind::Lexical
    }
}

/// Sorted by key, since their order in the source means nothing.
fn attributes(with: Option<&WithClause<'_>>) -> Vec<Attribute> {
    let entries = with.into_iter().flat_map(|with| &with.with_entries);
    let mut attributes: Vec<_> = entries
        .map(|entry| {
            let key = match &entry.key {
                ImportAttributeKey::Identifier(identifier) => identifier.name.to_string(),
                ImportAttributeKey::StringLiteral(literal) => literal.value.to_string(),
            };
            Attribute { key, value: entry.value.value.to_string() }
        })
        .collect();
    attributes.sort();
    attributes
}

pub(super) fn to_u32(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
