//! Macros, walked item by item.
//!
//! Invariant: an item that is not decided leaves the whole undecided, unless another decides it; whatever is on a list is
//! looked at, so that nothing that breaks hides behind what decided first.

use cel::common::ast::ComprehensionExpr;

use super::quick::Quick;
use super::seen::Seen;
use super::{MAX_LIST, Truth, Walk, article};
use crate::criteria::fact::Fact;
use crate::criteria::operators::Broken;
use crate::criteria::reasons::Reasons;
use crate::criteria::shape::Shape;

/// What was found on the way along a list.
#[derive(Default)]
struct Found {
    items: Vec<Fact>,
    missing: Reasons,
    decided: Option<bool>,
}

impl<'f> Walk<'f> {
    /// A macro: recognised by the loop that the parser made of it.
    pub(super) fn comprehension(&mut self, of: &'f ComprehensionExpr) -> Result<Seen<'f>, Broken> {
        let shape = Shape::of(of).ok_or("it uses a macro that criteria do not have")?;
        let range: &'f Fact = match self.node(&of.iter_range)? {
            Seen::There(fact) => fact,
            Seen::Made(fact) => self.made.alloc(fact),
        };
        let mut found = Found::default();
        let items = match range {
            Fact::List(items) => items,
            Fact::AtLeast(items, missing) => {
                found.missing.add_all(missing.as_ref());
                items
            }
            Fact::Missing(_) => return Ok(Seen::There(range)),
            other => {
                return Err(format!("a macro wants a list and was given {}", article(other.type_name())));
            }
        };
        if items.len() > MAX_LIST {
            return Err(format!("a list is longer than {MAX_LIST}"));
        }
        let quick = shape.test().and_then(|test| Quick::of(test, &of.iter_var));
        for item in items.iter() {
            let answer = match (&quick, item) {
                (Some(quick), Fact::Map(fields)) => quick.answer(fields),
                _ => None,
            };
            self.scope.push((of.iter_var.as_str(), item));
            let step = self.step(&shape, item, answer, &mut found);
            self.scope.pop();
            step?;
        }
        Ok(Seen::Made(come_to(&shape, found)))
    }

    /// Looks at an item; what its test comes to may be answered already.
    fn step(
        &mut self,
        shape: &Shape<'f>,
        item: &'f Fact,
        answer: Option<bool>,
        found: &mut Found,
    ) -> Result<(), Broken> {
        let (name, test) = match shape {
            Shape::All(test) => ("all", *test),
            Shape::Exists(test) => ("exists", *test),
            Shape::ExistsOne(test) => ("exists_one", *test),
            Shape::Filter(test) => ("filter", *test),
            Shape::Map(Some(test), _) => ("map", *test),
            Shape::Map(None, value) => {
                // An item whose value is missing is still an item.
                found.items.push(self.node(value)?.into_fact());
                return Ok(());
            }
        };
        let truth = match answer {
            Some(answer) => {
                self.charge(2)?;
                Truth::Known(answer)
            }
            None => self.truth(test, name)?,
        };
        match (truth, shape) {
            (Truth::Missing(more), _) => found.missing.add_all(&more),
            (Truth::Known(false), Shape::All(_)) => found.decided = Some(false),
            (Truth::Known(true), Shape::Exists(_)) => found.decided = Some(true),
            (Truth::Known(true), Shape::Map(_, value)) => found.items.push(self.node(value)?.into_fact()),
            (Truth::Known(true), Shape::Filter(_) | Shape::ExistsOne(_)) => found.items.push(item.clone()),
            (Truth::Known(_), _) => {}
        }
        Ok(())
    }
}

fn come_to(shape: &Shape<'_>, found: Found) -> Fact {
    let Found { items, missing, decided } = found;
    match shape {
        Shape::All(_) | Shape::Exists(_) => match decided {
            Some(value) => Fact::Bool(value),
            None if missing.is_empty() => Fact::Bool(matches!(shape, Shape::All(_))),
            None => Fact::Missing(missing.into_list()),
        },
        Shape::ExistsOne(_) if items.len() > 1 => Fact::Bool(false),
        Shape::ExistsOne(_) if missing.is_empty() => Fact::Bool(items.len() == 1),
        Shape::ExistsOne(_) => Fact::Missing(missing.into_list()),
        Shape::Filter(_) | Shape::Map(..) => Fact::at_least(items, missing.into_list()),
    }
}
