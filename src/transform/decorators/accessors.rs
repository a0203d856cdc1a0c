//! Auto-accessors: a getter and a setter for a value that is kept under a private name.

use oxc_ast::ast::AccessorProperty;
use oxc_span::GetSpan;

use super::classes::Body;
use super::keys::Key;
use super::members::Element;
use super::{Lowerer, property};

/// What the getter and the setter do.
struct Functions {
    get: String,
    set: String,
}

impl Lowerer<'_, '_> {
    /// `accessor x = 1` becomes `get x(){return this.#$he0_1}set x(v){this.#$he0_1=v}#$he0_1 = 1`.
    pub(super) fn lower_accessor(&mut self, accessor: &AccessorProperty<'_>, body: &mut Body) {
        let AccessorProperty { span, decorators, value, computed, .. } = accessor;
        let key = Key::new(&self.tokens, *span, decorators, &accessor.key, *computed);
        let value = value.as_ref();
        self.name_member(&key, &accessor.key, value);
        let is_static = accessor.r#static;
        let element = Element { index: body.element(), kind: "accessor", is_static, key: &key };
        let storage = body.private_name();
        let is_moved = is_static && body.is_replaced;
        let stored = if is_moved { kept(&element, body) } else { stored(&storage) };
        let Functions { get, set } = &stored;
        let own = format!(",function(){{{get}}},function(v){{{set}}}");
        let own = if key.private.is_some() { own.as_str() } else { "" };
        self.visit_element_decorators(decorators, &element, body, own, "");

        let is_decorated = !decorators.is_empty();
        let functions =
            if is_decorated && key.private.is_some() { decorated(&element, body) } else { stored };
        let functions = self.open_functions(accessor, &functions, &element, body);
        let end = self.end_of_head(&key, accessor.type_annotation.as_deref(), accessor.definite);
        if is_moved {
            let holder =
                format!("{functions}{storage}(){{return{{{}", property(&element.name(body)));
            self.edits.close(key.span.end, holder);
            let place =
                format!("static{{{}.place({},this.{storage})}}", body.object, element.index);
            return self.close_holder(value, &key, end, &place);
        }
        self.edits.close(key.span.end, format!("{functions}{storage}"));
        if is_decorated {
            self.visit_initial(value, end, &element, body);
            self.run_after(value.map_or(end, |value| value.span().end), &element, body);
        } else if let Some(value) = value {
            self.visit_named(value, &element, body);
        }
    }

    /// `get ` in place of `accessor`; what follows the name is given back.
    fn open_functions(
        &mut self,
        accessor: &AccessorProperty<'_>,
        Functions { get, set }: &Functions,
        element: &Element<'_, '_>,
        body: &Body,
    ) -> String {
        let Key { head, span, .. } = *element.key;
        let modifier = if accessor.r#static { "static " } else { "" };
        let again = if element.key.is_computed() {
            format!("[{}]", element.name(body))
        } else {
            self.edits.text(span).to_owned()
        };
        self.edits.blank(head);
        self.edits.open(span.start, format!("{modifier}get "));
        self.visit_key(&accessor.key, element, body);
        format!("(){{{get}}}{modifier}set {again}(v){{{set}}}{modifier}")
    }
}

fn stored(storage: &str) -> Functions {
    Functions { get: format!("return this.{storage}"), set: format!("this.{storage}=v") }
}

/// A class that another one takes the place of cannot give its private names to that one.
fn kept(element: &Element<'_, '_>, body: &Body) -> Functions {
    let (object, index) = (&body.object, element.index);
    Functions {
        get: format!("return {object}.load({index},this)"),
        set: format!("{object}.store({index},this,v)"),
    }
}

/// What decorators have made of a private accessor, which cannot be defined anew.
fn decorated(element: &Element<'_, '_>, body: &Body) -> Functions {
    let (object, index) = (&body.object, element.index);
    Functions {
        get: format!("return {object}.get({index},this)"),
        set: format!("{object}.set({index},this,v)"),
    }
}
