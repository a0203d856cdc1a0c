//! What of a TypeScript module is for the compiler only.

use oxc_ast::ast::{
    Class, ClassElement, Declaration, ExportDefaultDeclaration, ExportDefaultDeclarationKind,
    ExportSpecifier, Function, IdentifierReference, ImportDeclarationSpecifier,
    MethodDefinitionType, ModuleExportName, PropertyDefinitionType, Statement,
    TSNamespaceDeclaration, TSNamespaceDeclarationBody,
};
use oxc_semantic::Scoping;
use oxc_syntax::symbol::SymbolFlags;

/// Which imports are left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Elision {
    /// None: the text is JavaScript, or `verbatimModuleSyntax` is on and types are marked.
    TypesOnly,
    /// What no expression uses.
    Unused,
}

impl Elision {
    pub(super) fn keeps(
        self,
        specifier: &ImportDeclarationSpecifier<'_>,
        scoping: &Scoping,
    ) -> bool {
        if let ImportDeclarationSpecifier::ImportSpecifier(named) = specifier
            && named.import_kind.is_type()
        {
            return false;
        }
        let Some(symbol) = specifier.local().symbol_id.get() else { return true };
        if self == Self::TypesOnly {
            return true;
        }
        let others = scoping.symbol_flags(symbol) - SymbolFlags::Import;
        !others.is_value()
            && scoping.get_resolved_references(symbol).any(|reference| !reference.is_type())
    }
}

/// Whether an exported name stands for a value.
pub(super) fn is_value_export(specifier: &ExportSpecifier<'_>, scoping: &Scoping) -> bool {
    if specifier.export_kind.is_type() {
        return false;
    }
    match &specifier.local {
        ModuleExportName::IdentifierReference(local) => !refers_to_type(local, scoping),
        _ => true,
    }
}

fn refers_to_type(identifier: &IdentifierReference<'_>, scoping: &Scoping) -> bool {
    let Some(id) = identifier.reference_id.get() else { return false };
    let reference = scoping.get_reference(id);
    reference.symbol_id().is_some_and(|symbol| {
        let redeclarations = scoping.symbol_redeclarations(symbol);
        reference.is_type()
            || scoping.symbol_flags(symbol).is_ambient()
                && redeclarations.iter().all(|again| again.flags.is_ambient())
    })
}

/// Whether nothing of the statement is left at run time.
pub(super) fn is_erased(statement: &Statement<'_>) -> bool {
    match statement {
        Statement::ImportDeclaration(import) => import.import_kind.is_type(),
        Statement::ExportDeclaration(export) => is_erased_declaration(&export.declaration),
        Statement::ExportNamedDeclaration(export) => export.export_kind.is_type(),
        Statement::ExportFromDeclaration(export) => export.export_kind.is_type(),
        Statement::ExportAllDeclaration(export) => export.export_kind.is_type(),
        Statement::ExportDefaultDeclaration(export) => is_erased_default(export),
        Statement::TSNamespaceExportDeclaration(_) => true,
        _ => statement.as_declaration().is_some_and(is_erased_declaration),
    }
}

fn is_erased_default(export: &ExportDefaultDeclaration<'_>) -> bool {
    match &export.declaration {
        ExportDefaultDeclarationKind::TSInterfaceDeclaration(_) => true,
        ExportDefaultDeclarationKind::FunctionDeclaration(function) => is_signature(function),
        _ => false,
    }
}

fn is_erased_declaration(declaration: &Declaration<'_>) -> bool {
    match declaration {
        Declaration::TSTypeAliasDeclaration(_)
        | Declaration::TSInterfaceDeclaration(_)
        | Declaration::TSExternalModuleDeclaration(_)
        | Declaration::TSGlobalDeclaration(_) => true,
        Declaration::FunctionDeclaration(function) => is_signature(function),
        Declaration::TSNamespaceDeclaration(namespace) => is_erased_namespace(namespace),
        Declaration::TSImportEqualsDeclaration(import) => import.import_kind.is_type(),
        Declaration::VariableDeclaration(_)
        | Declaration::ClassDeclaration(_)
        | Declaration::TSEnumDeclaration(_) => declaration.declare(),
    }
}

const fn is_signature(function: &Function<'_>) -> bool {
    function.declare || function.body.is_none()
}

fn is_erased_namespace(namespace: &TSNamespaceDeclaration<'_>) -> bool {
    namespace.declare
        || match &namespace.body {
            TSNamespaceDeclarationBody::TSNamespaceDeclaration(inner) => is_erased_namespace(inner),
            TSNamespaceDeclarationBody::TSModuleBlock(block) => block.body.iter().all(is_erased),
        }
}

/// Whether nothing of the member is left at run time.
pub(super) fn is_erased_member(member: &ClassElement<'_>) -> bool {
    match member {
        ClassElement::TSIndexSignature(_) => true,
        ClassElement::StaticBlock(_) => false,
        ClassElement::AccessorProperty(accessor) => accessor.r#type.is_abstract(),
        ClassElement::MethodDefinition(method) => {
            method.value.body.is_none()
                || method.r#type == MethodDefinitionType::TSAbstractMethodDefinition
        }
        ClassElement::PropertyDefinition(property) => {
            property.declare
                || property.r#type == PropertyDefinitionType::TSAbstractPropertyDefinition
        }
    }
}

/// Whether the class has a field that would be an assignment without `useDefineForClassFields`.
pub(super) fn has_fields(class: &Class<'_>) -> bool {
    class.body.body.iter().any(|member| {
        matches!(member, ClassElement::PropertyDefinition(_)) && !is_erased_member(member)
    })
}
