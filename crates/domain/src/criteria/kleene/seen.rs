//! A fact on the way through an expression: where it lies, or made just now.
//!
//! Invariant: what only is looked at is not copied.

use std::ops::Deref;

use crate::criteria::fact::Fact;

pub(super) enum Seen<'f> {
    There(&'f Fact),
    Made(Fact),
}

impl Seen<'_> {
    pub(super) fn into_fact(self) -> Fact {
        match self {
            Self::There(fact) => fact.clone(),
            Self::Made(fact) => fact,
        }
    }
}

impl Deref for Seen<'_> {
    type Target = Fact;

    fn deref(&self) -> &Fact {
        match self {
            Self::There(fact) => fact,
            Self::Made(fact) => fact,
        }
    }
}
