//! How a definition of ready comes to rule: drafted, agreed by each function, in force; and how late the bar moved.
//!
//! Invariant: a draft rules nothing; what rules is replaced only by what was agreed, or by a file before anything was.

use crate::criterion::{Criterion, Definition, Function};
use crate::envelope::{ActorId, Position};
use crate::id::{BuildNumber, TrackId};
use crate::release::Release;
use crate::time::Time;
use crate::voice::{Behalf, Voice};

/// The functions whose agreement a definition needs, unless the product names others.
pub const AGREED_BY: [Function; 3] = [Function::Engineering, Function::Product, Function::Qa];

/// That a function agrees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agreement {
    pub function: Function,
    pub by: ActorId,
    pub behalf: Option<Behalf>,
    pub at: Time,
    pub position: Position,
}

impl Agreement {
    pub fn voice(&self) -> Voice<'_> {
        Voice { actor: &self.by, behalf: self.behalf.as_ref(), asked_by: None }
    }
}

/// A definition that waits for agreement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    pub definition: Definition,
    pub by: ActorId,
    pub at: Time,
    /// Names it: an agreement is to this draft, and to no later one.
    pub position: Position,
    pub agreements: Vec<Agreement>,
}

/// A definition that is or was in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ruling {
    pub definition: Definition,
    pub by: ActorId,
    pub since: Time,
    pub position: Position,
    /// Who agreed; nobody, if a file put it in force.
    pub agreements: Vec<Agreement>,
    /// The candidates that there were already when the bar moved.
    pub after: Vec<Late>,
}

/// A candidate that was there before a definition was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Late {
    pub track: TrackId,
    pub build: BuildNumber,
    pub nominated_at: Time,
}

impl Draft {
    pub fn agreed_by(&self, function: Function) -> Option<&Agreement> {
        self.agreements.iter().find(|agreement| agreement.function == function)
    }
}

impl Ruling {
    pub fn agreed_by(&self, function: Function) -> Option<&Agreement> {
        self.agreements.iter().find(|agreement| agreement.function == function)
    }

    /// Returns the candidate after which the bar moved last, if there was one.
    pub fn late(&self) -> Option<&Late> {
        self.after.iter().max_by_key(|late| late.nominated_at)
    }
}

/// What one definition has that another has not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference<'a> {
    pub added: Vec<&'a Criterion>,
    /// As it was, and as it is.
    pub changed: Vec<(&'a Criterion, &'a Criterion)>,
    pub dropped: Vec<&'a Criterion>,
}

impl<'a> Difference<'a> {
    pub fn between(before: &'a [Criterion], after: &'a [Criterion]) -> Self {
        let find = |among: &'a [Criterion], of: &Criterion| among.iter().find(|other| other.id == of.id);
        let mut difference = Self::default();
        for criterion in after {
            match find(before, criterion) {
                None => difference.added.push(criterion),
                Some(earlier) if earlier != criterion => difference.changed.push((earlier, criterion)),
                Some(_) => {}
            }
        }
        difference.dropped.extend(before.iter().filter(|earlier| find(after, earlier).is_none()));
        difference
    }

    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.changed.is_empty() && self.dropped.is_empty()
    }
}

impl Release {
    /// Returns the functions whose agreement a definition needs.
    pub fn agreeing(&self) -> &[Function] {
        match self.description.policy.agreed_by.as_slice() {
            [] => &AGREED_BY,
            named => named,
        }
    }
}
