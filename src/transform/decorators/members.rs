//! The edits of the members of a class.

use oxc_ast::ast::{
    ClassElement, Decorator, Expression, MethodDefinition, MethodDefinitionKind,
    PropertyDefinition, PropertyKey, StaticBlock, TSTypeAnnotation,
};
use oxc_ast_visit::{Visit, walk};
use oxc_span::{GetSpan, Span};
use oxc_syntax::scope::ScopeFlags;

use super::classes::{Body, decorators_of};
use super::keys::{Key, is_anonymous};
use super::{Lowerer, NOT_HERE, property};
use crate::transform::scan::to_u32;
use crate::transform::typescript::is_erased_member;

/// What a member is to the object of its class.
pub(super) struct Element<'k, 'a> {
    pub(super) index: u32,
    pub(super) kind: &'static str,
    pub(super) is_static: bool,
    pub(super) key: &'k Key<'a>,
}

impl Lowerer<'_, '_> {
    pub(super) fn lower_member(&mut self, member: &ClassElement<'_>, body: &mut Body) {
        if is_erased_member(member) {
            return self.visit_erased(member);
        }
        match member {
            ClassElement::MethodDefinition(method) => self.lower_method(method, body),
            ClassElement::PropertyDefinition(property) => self.lower_field(property, body),
            ClassElement::AccessorProperty(accessor) => self.lower_accessor(accessor, body),
            ClassElement::StaticBlock(block) if body.is_replaced => self.lower_block(block, body),
            ClassElement::StaticBlock(_) | ClassElement::TSIndexSignature(_) => {
                walk::walk_class_element(self, member);
            }
        }
    }

    /// Goes here: an overload has to stand right before its method, and an abstract member in an abstract class.
    fn visit_erased(&mut self, member: &ClassElement<'_>) {
        self.refuse_all(decorators_of(member), NOT_HERE);
        self.edits.blank_statement(member.span());
    }

    fn lower_method(&mut self, method: &MethodDefinition<'_>, body: &mut Body) {
        let decorators = &method.decorators;
        if decorators.is_empty() {
            return walk::walk_method_definition(self, method);
        }
        if method.kind.is_constructor() {
            self.refuse_all(decorators, NOT_HERE);
        }
        let key = Key::new(&self.tokens, method.span, decorators, &method.key, method.computed);
        let kind = match method.kind {
            MethodDefinitionKind::Get => "getter",
            MethodDefinitionKind::Set => "setter",
            MethodDefinitionKind::Method | MethodDefinitionKind::Constructor => "method",
        };
        let element =
            Element { index: body.element(), kind, is_static: method.r#static, key: &key };
        let accessor = private_method(&element, body);
        self.visit_element_decorators(decorators, &element, body, "", &accessor);
        if key.private.is_some() {
            let symbol = format!("[{}.symbol({})]", body.object, element.index);
            self.edits.replace(key.span, symbol);
        } else {
            self.visit_key(&method.key, &element, body);
        }
        self.visit_function(&method.value, ScopeFlags::Function);
    }

    fn lower_field(&mut self, field: &PropertyDefinition<'_>, body: &mut Body) {
        let key = Key::new(&self.tokens, field.span, &field.decorators, &field.key, field.computed);
        let is_decorated = !field.decorators.is_empty();
        let is_moved = field.r#static && body.is_replaced;
        self.name_member(&key, &field.key, field.value.as_ref());
        if !is_decorated && !is_moved {
            return walk::walk_property_definition(self, field);
        }
        let element =
            Element { index: body.element(), kind: "field", is_static: field.r#static, key: &key };
        self.visit_element_decorators(&field.decorators, &element, body, "", "");
        let value = field.value.as_ref();
        let end = self.end_of_head(&key, field.type_annotation.as_deref(), field.definite);
        if is_moved {
            return self.move_field(field, &element, end, body);
        }
        self.visit_key(&field.key, &element, body);
        self.visit_initial(value, end, &element, body);
        self.run_after(value.map_or(end, |value| value.span().end), &element, body);
    }

    /// `static x = 1` becomes `static #$he0_1(){return{"x": 1}}`, which is called where the field was.
    fn move_field(
        &mut self,
        field: &PropertyDefinition<'_>,
        element: &Element<'_, '_>,
        end: u32,
        body: &mut Body,
    ) {
        let (holder, name) = (body.private_name(), element.name(body));
        let Key { head, span, private, .. } = *element.key;
        self.edits.blank(head);
        let open = format!("static {holder}(){{return{{{}", property(&name));
        match field.key.as_expression().filter(|_| element.key.is_computed()) {
            Some(value) => {
                let hold = format!(";[{}.hold({},", body.object, element.index);
                self.edits.replace(Span::sized(span.start, 1), hold);
                self.visit_expression(value);
                self.edits.replace(Span::new(span.end - 1, span.end), format!(")](){{}}{open}"));
            }
            None => self.edits.replace(span, open),
        }
        let (object, index) = (&body.object, element.index);
        let is_decorated = !field.decorators.is_empty();
        let of_element = if is_decorated { format!(",{index}") } else { String::new() };
        let define = || format!("static{{{object}.define({name},this.{holder}{of_element})}}");
        let after = private.map_or_else(define, |private| {
            let run = format!("static{{{object}.after({index},{object}.result)}}");
            let run = if is_decorated { run.as_str() } else { "" };
            format!("static #{private}={object}.value(this.{holder}{of_element});{run}")
        });
        self.close_holder(field.value.as_ref(), element.key, end, &after);
    }

    /// `static {` becomes `static #$he0_1() {`, so that it can be run with another class for `this`.
    fn lower_block(&mut self, block: &StaticBlock<'_>, body: &mut Body) {
        let name = body.private_name();
        let brace = self.tokens.next(block.span.start + to_u32("static".len()));
        self.edits.open(brace, format!(" {name}()"));
        for statement in &block.body {
            self.visit_statement(statement);
        }
        self.edits.close(block.span.end, format!("static{{{}.run(this.{name})}}", body.object));
    }

    /// `@a @b` becomes `;[$he0.add(0,"method",0,"m",[a ,b])](){}`.
    pub(super) fn visit_element_decorators(
        &mut self,
        decorators: &[Decorator<'_>],
        element: &Element<'_, '_>,
        body: &Body,
        own: &str,
        after: &str,
    ) {
        let Element { index, kind, is_static, key } = element;
        let name = key.literal.as_deref().unwrap_or("void 0");
        let open =
            format!(";[{}.add({index},\"{kind}\",{},{name},[", body.object, u8::from(*is_static));
        let access = key.private.map_or_else(String::new, |name| access(kind, name));
        self.visit_list(decorators, &open, &format!("]{access}{own})](){{}}{after}"));
    }

    /// A computed key that is asked for again.
    pub(super) fn visit_key(
        &mut self,
        key: &PropertyKey<'_>,
        element: &Element<'_, '_>,
        body: &Body,
    ) {
        let Some(value) = key.as_expression().filter(|_| element.key.is_computed()) else { return };
        let start = element.key.span.start + 1;
        self.edits.open(start, format!("{}.key({},", body.object, element.index));
        self.visit_expression(value);
        self.edits.close(element.key.span.end - 1, ")");
    }

    /// What the decorators make of the value of a field, in its place.
    pub(super) fn visit_initial(
        &mut self,
        value: Option<&Expression<'_>>,
        end: u32,
        element: &Element<'_, '_>,
        body: &Body,
    ) {
        let call = format!("{}.init({},this", body.object, element.index);
        let Some(value) = value else { return self.edits.close(end, format!("={call})")) };
        self.edits.open(value.span().start, format!("{call},"));
        self.visit_named(value, element, body);
        self.edits.close(value.span().end, ")");
    }

    /// An anonymous function is named as if its field had been left as it was.
    pub(super) fn visit_named(
        &mut self,
        value: &Expression<'_>,
        element: &Element<'_, '_>,
        body: &Body,
    ) {
        if !is_anonymous(value) {
            return self.visit_expression(value);
        }
        let name = element.name(body);
        self.edits.open(value.span().start, format!("{{{}:", property(&name)));
        self.visit_expression(value);
        self.edits.close(value.span().end, format!("}}[{name}]"));
    }

    /// What the decorators do once the field is there.
    pub(super) fn run_after(&mut self, end: u32, element: &Element<'_, '_>, body: &mut Body) {
        let call = format!("{}.after({},this)", body.object, element.index);
        if element.is_static {
            self.edits.close(end, format!(";static{{{call}}}"));
        } else {
            self.edits.close(end, format!(";{}={call};", body.private_name()));
        }
    }

    /// The end of a method that gives a value as a property: `: number = 1` becomes `         : 1}}`.
    pub(super) fn close_holder(
        &mut self,
        value: Option<&Expression<'_>>,
        key: &Key<'_>,
        end: u32,
        after: &str,
    ) {
        self.edits.blank(Span::new(key.span.end, end));
        let Some(value) = value else {
            return self.edits.close(end, format!(":void 0}}}}{after};"));
        };
        self.edits.replace(Span::sized(self.tokens.next(end), 1), ":");
        self.visit_expression(value);
        self.edits.close(value.span().end, format!("}}}}{after};"));
    }

    pub(super) fn name_member(
        &mut self,
        key: &Key<'_>,
        name: &PropertyKey<'_>,
        value: Option<&Expression<'_>>,
    ) {
        if let Some(private) = key.private {
            self.name_value(&format!("#{private}"), value);
        } else if let Some(name) = name.static_name().filter(|_| !key.is_computed()) {
            self.name_value(&name, value);
        }
    }

    /// Where the name of a field with its mark and its type ends.
    pub(super) fn end_of_head(
        &mut self,
        key: &Key<'_>,
        annotation: Option<&TSTypeAnnotation<'_>>,
        is_definite: bool,
    ) -> u32 {
        let mark = self.tokens.next(key.span.end);
        let is_optional = self.tokens.byte(mark) == Some(b'?');
        if is_definite {
            // It has a value now.
            self.edits.blank(Span::sized(mark, 1));
        }
        let marked = if is_definite || is_optional { mark + 1 } else { key.span.end };
        annotation.map_or(marked, |annotation| annotation.span.end)
    }
}

impl Element<'_, '_> {
    /// The name of the member as an expression, once it has been evaluated.
    pub(super) fn name(&self, body: &Body) -> String {
        let computed = || format!("{}.keyOf({})", body.object, self.index);
        self.key.literal.clone().unwrap_or_else(computed)
    }
}

/// What decorators are given to reach a private member.
fn access(kind: &str, name: &str) -> String {
    let has = format!(",o=>#{name} in o");
    let get = if kind == "setter" { ",0".to_owned() } else { format!(",o=>o.#{name}") };
    let set = if matches!(kind, "setter" | "accessor" | "field") {
        format!(",(o,v)=>{{o.#{name}=v}}")
    } else {
        ",0".to_owned()
    };
    format!("{has}{get}{set}")
}

/// What stands for a private method, which cannot be replaced: the method itself becomes a property for a while.
fn private_method(element: &Element<'_, '_>, body: &Body) -> String {
    let Some(name) = element.key.private else { return String::new() };
    let (object, index) = (&body.object, element.index);
    let is_static = if element.is_static { "static " } else { "" };
    match element.kind {
        "getter" => format!("{is_static}get #{name}(){{return {object}.get({index},this)}}"),
        "setter" => format!("{is_static}set #{name}(v){{{object}.set({index},this,v)}}"),
        _ => format!("{is_static}get #{name}(){{return {object}.method({index})}}"),
    }
}
