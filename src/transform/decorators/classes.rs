//! The edits around a class: its object, its decorators, and what takes its place.

use oxc_ast::ast::{Class, ClassElement, Decorator};
use oxc_ast_visit::Visit;
use oxc_span::Span;

use super::expressions::Suspensions;
use super::{Lowerer, property, quoted};
use crate::transform::scan::to_u32;
use crate::transform::typescript::is_erased_member;

const NO_YIELD: &str =
    "yield in the head or in a key of a decorated class expression is not supported";

/// The `export` around a declaration.
pub(super) struct Exported {
    pub(super) span: Span,
    pub(super) is_default: bool,
}

/// What the members of one class have in common.
pub(super) struct Body {
    /// The variable that holds the object of the class.
    pub(super) object: String,
    /// The class has decorators, so another one may take its place before it has static members.
    pub(super) is_replaced: bool,
    pub(super) elements: u32,
    private_names: u32,
}

impl Body {
    /// A private name that is used nowhere else.
    pub(super) fn private_name(&mut self) -> String {
        self.private_names += 1;
        format!("#{}_{}", self.object, self.private_names)
    }

    pub(super) const fn element(&mut self) -> u32 {
        self.elements += 1;
        self.elements - 1
    }
}

/// What has to be done for a class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Needs {
    Nothing,
    /// Its auto-accessors become getters and setters.
    Accessors,
    /// An object keeps what it evaluates.
    Object,
}

impl Needs {
    fn of(class: &Class<'_>) -> Self {
        let mut needs = Self::Nothing;
        for member in class.body.body.iter().filter(|member| !is_erased_member(member)) {
            if !decorators_of(member).is_empty() {
                return Self::Object;
            }
            if let ClassElement::AccessorProperty(accessor) = member {
                if accessor.computed {
                    return Self::Object;
                }
                needs = Self::Accessors;
            }
        }
        if class.decorators.is_empty() { needs } else { Self::Object }
    }
}

pub(super) fn decorators_of<'b, 'a>(member: &'b ClassElement<'a>) -> &'b [Decorator<'a>] {
    match member {
        ClassElement::MethodDefinition(method) => &method.decorators,
        ClassElement::PropertyDefinition(property) => &property.decorators,
        ClassElement::AccessorProperty(accessor) => &accessor.decorators,
        ClassElement::StaticBlock(_) | ClassElement::TSIndexSignature(_) => &[],
    }
}

impl Lowerer<'_, '_> {
    pub(super) fn lower_class(&mut self, class: &Class<'_>) {
        let exported = self.exported.take();
        let needs = Needs::of(class);
        let mut body = Body {
            object: format!("{}{}", self.base.decorated(), self.classes),
            is_replaced: !class.decorators.is_empty(),
            elements: 0,
            private_names: 0,
        };
        if needs != Needs::Nothing {
            self.classes += 1;
        }
        if needs != Needs::Object {
            self.visit_parts(class, &mut body);
        } else if class.is_declaration() {
            self.lower_declaration(class, exported, &mut body);
        } else {
            self.lower_expression(class, &mut body);
        }
    }

    /// `let $he0=$he([…]);{let C;({"C":class {…}})}let C=$he0.result;`, or the same class after `let $he0=$he();`
    fn lower_declaration(
        &mut self,
        class: &Class<'_>,
        exported: Option<Exported>,
        body: &mut Body,
    ) {
        let (object, decorated) = (body.object.clone(), self.base.decorated());
        let start = exported.as_ref().map_or(class.span.start, |exported| exported.span.start);
        let Some(first) = class.decorators.first() else {
            self.edits.open(start, format!("let {object}={decorated}();"));
            self.visit_object_class(class, None, body);
            return;
        };
        if start < first.span.start {
            self.edits.blank(Span::new(start, first.span.start));
        }
        self.visit_list(&class.decorators, &format!("let {object}={decorated}(["), "]);");
        let id = class.id.as_ref().map(|id| id.name.as_str());
        let variable = id.map(|id| format!("let {id};")).unwrap_or_default();
        let name = quoted(id.unwrap_or("default"));
        self.open_class(class, &format!("{{{variable}({{{}:", property(&name)));
        self.visit_object_class(class, Some(&name), body);
        let is_default = exported.as_ref().is_some_and(|exported| exported.is_default);
        let after = match (id, exported) {
            (Some(id), _) if is_default => {
                format!("let {id}={object}.result;export{{{id} as default}};")
            }
            (Some(id), Some(_)) => format!("export let {id}={object}.result;"),
            (Some(id), None) => format!("let {id}={object}.result;"),
            (None, _) => format!("export default {object}.result;"),
        };
        self.edits.close(class.span.end, format!("}})}}{after}"));
    }

    /// `($he([…],($he0,C)=>{({"C":class {…}});return $he0.result}))`, or `($he([],$he0=>class C {…}))`
    fn lower_expression(&mut self, class: &Class<'_>, body: &mut Body) {
        let suspensions = Suspensions::of(class);
        if let Some(span) = suspensions.first_yield {
            self.refuse(span, NO_YIELD);
        }
        let (waits, is_async) = if suspensions.has_await { ("await ", "async ") } else { ("", "") };
        let (object, decorated) = (body.object.clone(), self.base.decorated());
        let given = self.names.get(&class.span.start).cloned();
        let id = class.id.as_ref().map(|id| id.name.to_string());
        let call = format!("({waits}{decorated}([");
        if class.decorators.is_empty() {
            let name = given.filter(|_| id.is_none()).map(|name| quoted(&name));
            let open =
                name.as_ref().map_or_else(String::new, |name| format!("({{{}:", property(name)));
            let close = name.map_or_else(String::new, |name| format!("}})[{name}]"));
            self.edits.open(class.span.start, format!("{call}],{is_async}({object})=>{open}"));
            self.visit_object_class(class, None, body);
            self.edits.close(class.span.end, format!("{close}))"));
            return;
        }
        self.visit_list(&class.decorators, &call, "]");
        let variable = id.as_ref().map(|id| format!(",{id}")).unwrap_or_default();
        let name = id.or(given).map(|name| quoted(&name));
        let open =
            name.as_ref().map_or_else(|| "(".to_owned(), |name| format!("({{{}:", property(name)));
        let close = if name.is_some() { "})" } else { ")" };
        self.open_class(class, &format!(",{is_async}({object}{variable})=>{{{open}"));
        self.visit_object_class(class, name.as_deref(), body);
        self.edits.close(class.span.end, format!("{close};return {object}.result}}))"));
    }

    /// Opens before the word `class` of a class with decorators, which becomes an anonymous expression.
    fn open_class(&mut self, class: &Class<'_>, text: &str) {
        let Some(last) = class.decorators.last() else { return };
        let mut keyword = self.tokens.next(last.span.end);
        while self.tokens.word(keyword) != "class" && keyword < class.body.span.start {
            let end = keyword + to_u32(self.tokens.word(keyword).len().max(1));
            self.edits.blank(Span::new(keyword, end));
            keyword = self.tokens.next(end);
        }
        self.edits.open(keyword, text);
        if let Some(id) = &class.id {
            self.edits.blank(id.span);
        }
    }

    /// A list in place of decorators: `@a @b` becomes `open a ,b close`.
    pub(super) fn visit_list(&mut self, decorators: &[Decorator<'_>], open: &str, close: &str) {
        for (index, decorator) in decorators.iter().enumerate() {
            let start = decorator.span.start;
            let text = if index == 0 { open } else { "," };
            self.edits.replace(Span::new(start, start + 1), text);
            self.visit_decorator_value(&decorator.expression);
        }
        if let Some(last) = decorators.last() {
            self.edits.close(last.span.end, close);
        }
    }

    /// A class with what has to be run before and after its static members. `name` is what its decorators are told.
    fn visit_object_class(&mut self, class: &Class<'_>, name: Option<&str>, body: &mut Body) {
        let object = body.object.clone();
        let variable = class.id.as_ref().filter(|_| body.is_replaced);
        let variable = variable.map(|id| format!("{}=", id.name)).unwrap_or_default();
        let start = class.body.span.start + 1;
        let name = name.map(|name| format!(",{name}")).unwrap_or_default();
        self.edits.open(start, format!("static{{{variable}{object}.apply(this{name});}}"));
        if class.body.body.iter().any(is_decorated_method) {
            self.edits.open(start, format!("{}={object}.before(this);", body.private_name()));
        }
        self.visit_parts(class, body);
        if body.is_replaced {
            self.edits.open(class.body.span.end - 1, format!(";static{{{object}.finish();}}"));
        }
    }

    fn visit_parts(&mut self, class: &Class<'_>, body: &mut Body) {
        if let Some(heritage) = &class.heritage {
            self.visit_expression(&heritage.expression);
        }
        for member in &class.body.body {
            self.lower_member(member, body);
        }
    }
}

/// What it does to an instance is done before there are fields.
fn is_decorated_method(member: &ClassElement<'_>) -> bool {
    matches!(member, ClassElement::MethodDefinition(method)
        if !method.r#static && !method.decorators.is_empty())
}
