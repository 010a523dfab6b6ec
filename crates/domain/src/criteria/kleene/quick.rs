//! What most teams ask of each item of a list, decided where it lies: flags, texts that are or are not one of some, and
//! `&&`, `||`, `!` of these.
//!
//! A criterion over two thousand defects asks the same of each, and the answer is nearly always plain. Walking the tree
//! for each of them costs ten times what looking costs.
//!
//! Invariant: it decides only what the walk would decide the same way; whatever is missing, of another type or of
//! another form is left to the walk, with nothing skipped on the way there.

use std::cell::Cell;

use cel::common::ast::{CallExpr, Expr, LiteralValue, operators as op};
use cel::parser::Expression as Node;

use crate::criteria::fact::Fact;
use crate::criteria::fields::{Fields, Near};

/// A question to an item.
pub(super) enum Quick<'f> {
    Flag(Field<'f>),
    Is(Field<'f>, &'f str),
    OneOf(Field<'f>, Vec<&'f str>),
    /// Whether a list of the item's has a text.
    Has(Field<'f>, &'f str),
    Not(Box<Quick<'f>>),
    And(Box<Quick<'f>>, Box<Quick<'f>>),
    Or(Box<Quick<'f>>, Box<Quick<'f>>),
}

/// A field of the item, and where it lay last.
pub(super) struct Field<'f> {
    name: &'f str,
    near: Cell<Near>,
}

impl<'f> Quick<'f> {
    /// Reads a question off the body of a macro; `None` if it asks more than this.
    pub(super) fn of(node: &'f Node, variable: &str) -> Option<Self> {
        if let Some(field) = Field::of(node, variable) {
            return Some(Self::Flag(field));
        }
        let Expr::Call(CallExpr { func_name, target: None, args }) = &node.expr else { return None };
        let both =
            |left, right| Some((Box::new(Self::of(left, variable)?), Box::new(Self::of(right, variable)?)));
        match (func_name.as_str(), args.as_slice()) {
            (op::LOGICAL_AND, [left, right]) => both(left, right).map(|(left, right)| Self::And(left, right)),
            (op::LOGICAL_OR, [left, right]) => both(left, right).map(|(left, right)| Self::Or(left, right)),
            (op::LOGICAL_NOT, [of]) => Some(Self::Not(Box::new(Self::of(of, variable)?))),
            (op::EQUALS, [left, right]) => Some(Self::Is(Field::of(left, variable)?, text(right)?)),
            (op::NOT_EQUALS, [left, right]) => {
                Some(Self::Not(Box::new(Self::Is(Field::of(left, variable)?, text(right)?))))
            }
            (op::IN, [item, list]) => match &list.expr {
                Expr::List(list) => {
                    let texts = list.elements.iter().map(text).collect::<Option<Vec<_>>>()?;
                    Some(Self::OneOf(Field::of(item, variable)?, texts))
                }
                _ => Some(Self::Has(Field::of(list, variable)?, text(item)?)),
            },
            _ => None,
        }
    }

    /// Answers for an item; `None` leaves it to the walk.
    pub(super) fn answer(&self, item: &Fields) -> Option<bool> {
        match self {
            Self::Flag(field) => match field.find(item)? {
                Fact::Bool(flag) => Some(*flag),
                _ => None,
            },
            Self::Is(field, text) => Some(field.find(item)?.as_text()? == *text),
            Self::OneOf(field, texts) => {
                let text = field.find(item)?.as_text()?;
                Some(texts.contains(&text))
            }
            Self::Has(field, text) => {
                let items = field.find(item)?.as_list()?;
                // One that is no text, or missing, is the walk's business.
                let mut texts = items.iter().map(Fact::as_text);
                texts.try_fold(false, |found, of| Some(found | (of? == *text)))
            }
            Self::Not(of) => Some(!of.answer(item)?),
            Self::And(left, right) => Some(left.answer(item)? & right.answer(item)?),
            Self::Or(left, right) => Some(left.answer(item)? | right.answer(item)?),
        }
    }
}

impl<'f> Field<'f> {
    fn of(node: &'f Node, variable: &str) -> Option<Self> {
        match &node.expr {
            Expr::Select(select) if !select.test => match &select.operand.expr {
                Expr::Ident(name) if name == variable => {
                    Some(Self { name: &select.field, near: Cell::default() })
                }
                _ => None,
            },
            _ => None,
        }
    }

    fn find<'i>(&self, item: &'i Fields) -> Option<&'i Fact> {
        let mut near = self.near.get();
        let found = item.get_near(self.name, &mut near);
        self.near.set(near);
        found
    }
}

fn text(node: &Node) -> Option<&str> {
    match &node.expr {
        Expr::Literal(LiteralValue::String(text)) => Some(text.inner()),
        _ => None,
    }
}
