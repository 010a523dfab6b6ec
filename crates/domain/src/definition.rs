//! How a definition of ready comes to rule: drafted, agreed by each function, in force; and how late the bar moved.
//!
//! Invariant: a draft rules nothing; what rules is replaced only by what was agreed, or by a file before anything was.

use crate::criterion::{Criterion, Definition, Function};
use crate::envelope::{ActorId, Position};
use crate::id::{BuildNumber, TrackId};
use crate::policy::Policy;
use crate::release::Release;
use crate::time::Time;
use crate::voice::{Behalf, Voice};
use crate::words;

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

/// A draft that nobody is asked about any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dropped {
    pub draft: Position,
    pub version: i64,
    pub reason: String,
    pub by: ActorId,
    pub at: Time,
    pub position: Position,
}

/// A definition that is or was in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ruling {
    pub definition: Definition,
    pub by: ActorId,
    pub since: Time,
    pub position: Position,
    /// The draft that it was; none, if a file put it in force.
    pub draft: Option<Position>,
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

    /// Returns the candidate that had been there longest when the bar moved, if there was one.
    pub fn late(&self) -> Option<&Late> {
        self.after.iter().min_by_key(|late| late.nominated_at)
    }
}

impl Policy {
    /// Returns the functions whose agreement a definition needs.
    pub fn agreeing(&self) -> &[Function] {
        match self.agreed_by.as_slice() {
            [] => &AGREED_BY,
            named => named,
        }
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
        self.description.policy.agreeing()
    }

    /// Returns the criteria of what rules and of what waits.
    pub fn criteria(&self) -> impl Iterator<Item = &Criterion> {
        let ruling = self.ruling().map(|ruling| &ruling.definition);
        let draft = self.draft.as_ref().map(|draft| &draft.definition);
        ruling.into_iter().chain(draft).flat_map(|definition| &definition.criteria)
    }

    /// Returns the release as it would be if these criteria, and no others, were in force.
    pub fn supposing(&self, criteria: Vec<Criterion>) -> Self {
        let ruling = Ruling {
            definition: Definition { version: 1, criteria, reason: None },
            by: ActorId::new(""),
            since: self.recorded_at,
            position: self.position,
            draft: None,
            agreements: Vec::new(),
            after: Vec::new(),
        };
        Self { definitions: vec![ruling], ..self.clone() }
    }

    /// Returns the functions that a definition still waits for, given who has agreed to it.
    pub fn awaited(&self, agreements: &[Agreement]) -> Vec<Function> {
        let agreed = |function: &Function| agreements.iter().any(|of| of.function == *function);
        self.agreeing().iter().copied().filter(|function| !agreed(function)).collect()
    }

    /// Says how late a definition came, if a candidate was there before it: "put in force 2 days after 4.2.0 (514) was
    /// nominated on iOS"; of an amendment, that the bar moved.
    pub fn lateness(&self, ruling: &Ruling) -> Option<String> {
        let first = ruling.late()?;
        let track = self.tracks.get(&first.track);
        let label = track.map_or_else(|| first.build.to_string(), |track| track.build_label(&first.build));
        let name = |id: &TrackId| {
            self.tracks.get(id).map_or_else(|| id.to_string(), |track| track.description.name.clone())
        };
        let verb = if ruling.definition.version > 1 { "the bar moved" } else { "put in force" };
        let after = words::span(ruling.since.micros() - first.nominated_at.micros());
        let others = ruling.after.iter().filter(|late| late.track != first.track);
        let others: Vec<String> = others.map(|late| name(&late.track)).collect();
        let others = match others.as_slice() {
            [] => String::new(),
            [one] => format!("; {one} had a candidate too"),
            more => format!("; {} had candidates too", words::joined(more, 3, "and")),
        };
        Some(format!("{verb} {after} after {label} was nominated on {}{others}", name(&first.track)))
    }

    /// Says who has agreed to a definition that is or was in force, and who has not: "agreed by engineering and qa; product
    /// has not agreed".
    pub fn consent(&self, ruling: &Ruling) -> String {
        let agreed: Vec<&str> = ruling.agreements.iter().map(|of| of.function.as_str()).collect();
        if agreed.is_empty() {
            return "no function has agreed; a file put it in force".to_owned();
        }
        let agreed = format!("agreed by {}", words::joined(&agreed, agreed.len(), "and"));
        match functions(&self.awaited(&ruling.agreements)).as_slice() {
            [] => agreed,
            [one] => format!("{agreed}; {one} has not agreed"),
            more => format!("{agreed}; {} have not agreed", words::joined(more, more.len(), "and")),
        }
    }

    /// Says what a draft waits for: "it waits for engineering, product and qa".
    pub fn waiting(&self, draft: &Draft) -> String {
        waits_for(&self.awaited(&draft.agreements))
    }
}

/// Says whom a draft waits for.
pub fn waits_for(awaited: &[Function]) -> String {
    match functions(awaited).as_slice() {
        [] => "every function has agreed that must; whoever agrees once more puts it in force".to_owned(),
        names => format!("it waits for {}", words::joined(names, names.len(), "and")),
    }
}

fn functions(functions: &[Function]) -> Vec<&'static str> {
    functions.iter().map(|function| function.as_str()).collect()
}
