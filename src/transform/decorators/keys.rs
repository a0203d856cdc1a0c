//! Where the name of a member stands, and what it is.

use oxc_ast::ast::{Decorator, Expression, PropertyKey};
use oxc_span::{GetSpan, Span};

use super::quoted;
use crate::transform::scan::to_u32;
use crate::transform::tokens::Tokens;

/// The key of a member of a class.
pub(super) struct Key<'a> {
    /// From the first of the words before it, decorators apart.
    pub(super) head: Span,
    /// With its brackets.
    pub(super) span: Span,
    /// A private name has no `#`.
    pub(super) private: Option<&'a str>,
    /// The name as an expression; `None` is a computed one.
    pub(super) literal: Option<String>,
}

impl<'a> Key<'a> {
    pub(super) fn new(
        tokens: &Tokens<'_>,
        member: Span,
        decorators: &[Decorator<'_>],
        key: &'a PropertyKey<'a>,
        is_computed: bool,
    ) -> Self {
        let start = decorators.last().map_or(member.start, |last| tokens.next(last.span.end));
        let inner = key.span();
        let span = if is_computed {
            Span::new(bracket(tokens, start, inner.start), tokens.next(inner.end) + 1)
        } else {
            inner
        };
        let private = match key {
            PropertyKey::PrivateIdentifier(id) => Some(id.name.as_str()),
            _ => None,
        };
        let literal = (!is_computed).then(|| literal(key));
        Self { head: Span::new(start, span.start), span, private, literal }
    }

    pub(super) const fn is_computed(&self) -> bool {
        self.literal.is_none()
    }
}

/// The `[` before `key`, after words like `static`.
fn bracket(tokens: &Tokens<'_>, start: u32, key: u32) -> u32 {
    let mut offset = tokens.next(start);
    while offset < key && tokens.byte(offset) != Some(b'[') {
        let word = tokens.word(offset);
        offset = tokens.next(offset + to_u32(word.len().max(1)));
    }
    offset
}

fn literal(key: &PropertyKey<'_>) -> String {
    match key {
        PropertyKey::PrivateIdentifier(id) => quoted(&format!("#{}", id.name)),
        PropertyKey::StaticIdentifier(id) => quoted(&id.name),
        key => match key.as_expression() {
            Some(Expression::StringLiteral(text)) => quoted(&text.value),
            Some(Expression::NumericLiteral(number)) => {
                number.raw.map_or_else(|| number.value.to_string(), |raw| raw.to_string())
            }
            Some(Expression::BigIntLiteral(number)) => format!("{}n", number.value),
            _ => quoted(&key.static_name().unwrap_or_default()),
        },
    }
}

/// Whether a name is given to the value: an anonymous function or class.
pub(super) fn is_anonymous(value: &Expression<'_>) -> bool {
    match value.get_inner_expression() {
        Expression::ArrowFunctionExpression(_) => true,
        Expression::FunctionExpression(function) => function.id.is_none(),
        Expression::ClassExpression(class) => class.id.is_none(),
        _ => false,
    }
}
