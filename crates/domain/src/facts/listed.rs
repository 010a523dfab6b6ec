//! The lists that a criterion can see: defects, changes, risks; and who signed the candidate off.
//!
//! Invariant: a list that nobody called whole holds what is known and may hold more; it is never taken to be empty.

use std::cell::RefCell;
use std::sync::Arc;

use super::Gather;
use crate::change::Change;
use crate::criteria::fact::{Fact, Missing};
use crate::criteria::fields::Fields;
use crate::criterion::Function;
use crate::defect::Defect;
use crate::exposure::{Exposed, Exposures, Mended, mended};
use crate::id::DefectKey;
use crate::listing::List;
use crate::release::Release;
use crate::risk::Risk;
use crate::track::Track;
use crate::waiver::Subject;
use crate::words;

/// The defects, changes and risks of a track; they are there whether or not a build is nominated.
pub(super) struct Lists<'a> {
    pub(super) release: &'a Release,
    pub(super) track: &'a Track,
    pub(super) view: super::View<'a>,
    pub(super) areas: Areas<'a>,
}

impl<'a> Lists<'a> {
    pub(super) fn defects(&self) -> Fact {
        let exposures = Exposures::new(self.release);
        let waived = self.waived();
        let live = self.release.defects.values().filter(|defect| defect.withdrawn.is_none());
        let items: Vec<Fact> = live
            .filter_map(|defect| {
                let open = self.is_open(defect, exposures.of(defect, &self.track.description.id))?;
                let waived = waived.binary_search(&&defect.key).is_ok();
                Some(self.defect(defect, open, waived))
            })
            .collect();
        self.list(List::Defects, items)
    }

    /// Says whether a defect is open on the track; `None` if the track does not have it.
    fn is_open(&self, defect: &Defect, exposed: Exposed<'_>) -> Option<Fact> {
        let key = &defect.key;
        let fact = || format!("defects[\"{key}\"].open");
        match exposed {
            Exposed::Spared(_) | Exposed::Elsewhere | Exposed::Handed(_) => None,
            Exposed::Unasked | Exposed::NotChecked(_) => {
                Some(Fact::missing(fact(), unchecked(self.release, self.track, defect)))
            }
            Exposed::Seen(_) => Some(match mended(self.track, defect) {
                Mended::Yes => Fact::Bool(false),
                Mended::No => Fact::Bool(true),
                Mended::Unknown(why) => Fact::missing(fact(), why),
            }),
        }
    }

    fn defect(&self, defect: &'a Defect, open: Fact, waived: bool) -> Fact {
        let report = &defect.report;
        let key = &defect.key;
        let missing = |name: &str, why: String| Fact::missing(format!("defects[\"{key}\"].{name}"), why);
        let severity = match report.severity {
            Some(severity) => Fact::word(severity.as_str()),
            None => missing("severity", format!("nobody says how bad {key} is")),
        };
        let priority = match report.priority {
            Some(priority) => Fact::word(priority.as_str()),
            None => missing("priority", format!("nobody says how soon {key} should be dealt with")),
        };
        Fact::Map(Arc::new(Fields::in_order([
            ("age_hours", super::age_hours(self.view.now, defect.at)),
            ("areas", self.areas.of(&report.areas)),
            ("deferred", Fact::Bool(defect.deferral.is_some())),
            ("name", Fact::text(key.shared())),
            ("open", open),
            ("priority", priority),
            ("regression", Fact::Bool(report.regression_of.is_some())),
            ("severity", severity),
            ("state", Fact::word(report.state.as_str())),
            ("title", Fact::text(report.title.as_str())),
            ("translated", Fact::Bool(defect.impact.is_some())),
            ("waived", Fact::Bool(waived)),
        ])))
    }

    /// The defects that are waived on the track, in the order of their keys.
    fn waived(&self) -> Vec<&DefectKey> {
        let in_force = self.release.waivers.iter().filter(|waiver| {
            waiver.track == self.track.description.id
                && waiver.is_in_force(self.view.now)
                && waiver.covers(self.track)
        });
        let mut waived: Vec<&DefectKey> = in_force
            .filter_map(|waiver| match &waiver.subject {
                Subject::Defect { defect } => Some(defect),
                Subject::Criterion { .. } => None,
            })
            .collect();
        waived.sort_unstable();
        waived
    }

    pub(super) fn changes(&self) -> Fact {
        let carried = self
            .release
            .changes
            .values()
            .filter(|change| change.taken_out.is_none() && change.is_on(&self.track.description.id));
        self.list(List::Changes, carried.map(|change| self.change(change)).collect())
    }

    fn change(&self, change: &'a Change) -> Fact {
        let description = &change.description;
        let priority = match description.priority {
            Some(priority) => Fact::word(priority.as_str()),
            None => Fact::missing(
                format!("changes[\"{}\"].priority", change.key),
                format!("nobody says how soon {} is wanted", change.key),
            ),
        };
        Fact::Map(Arc::new(Fields::in_order([
            ("areas", self.areas.of(&description.areas)),
            ("done", Fact::Bool(change.undone().next().is_none())),
            ("engineering", Fact::Bool(change.done_by(Function::Engineering))),
            ("name", Fact::text(change.key.shared())),
            ("priority", priority),
            ("product", Fact::Bool(change.done_by(Function::Product))),
            ("qa", Fact::Bool(change.done_by(Function::Qa))),
            ("title", Fact::text(description.title.as_str())),
        ])))
    }

    pub(super) fn risks(&self) -> Fact {
        let open = self
            .release
            .risks
            .iter()
            .filter(|risk| risk.closed.is_none() && risk.is_on(&self.track.description.id));
        self.list(List::Risks, open.map(|of| risk(of, &self.areas)).collect())
    }

    /// A list as far as it is known: whole, or with whatever may be on it besides.
    fn list(&self, list: List, items: Vec<Fact>) -> Fact {
        match self.why_not_whole(list) {
            None => Fact::list(items),
            Some(why) => {
                let missing = Missing { fact: list.as_str().into(), why: why.into() };
                Fact::at_least(items, vec![missing])
            }
        }
    }

    fn why_not_whole(&self, list: List) -> Option<String> {
        let name = list.as_str();
        let Some(whole) = self.release.whole(list) else {
            let withdrawn = self.release.wholes.iter().rev().find(|whole| whole.list == list);
            return Some(match withdrawn.and_then(|whole| whole.withdrawn.as_ref()) {
                Some(withdrawal) => {
                    format!("the word that the list of {name} is whole was withdrawn: {}", withdrawal.reason)
                }
                None => format!("nobody has said that the list of {name} is whole"),
            });
        };
        super::too_old(self.view, &format!("the word that the list of {name} is whole"), whole.recorded_at)
    }
}

/// Says that nobody looked whether a track has a defect, and where it was seen.
pub(crate) fn unchecked(release: &Release, track: &Track, defect: &Defect) -> String {
    let name = &track.description.name;
    let seen = defect.seen_on().into_iter().filter_map(|id| release.tracks.get(id));
    let seen: Vec<&str> = seen.map(|track| track.description.name.as_str()).collect();
    let seen = match seen.as_slice() {
        [] => String::new(),
        seen => format!(", seen on {}", words::joined(seen, 3, "and")),
    };
    format!("nobody has checked whether {name} has {}{seen}", defect.key)
}

/// Lists of areas, as facts: there are few, and thousands of defects are in them.
#[derive(Default)]
pub(super) struct Areas<'a>(RefCell<Vec<(&'a [String], Fact)>>);

/// How many lists are remembered.
const REMEMBERED: usize = 32;

impl<'a> Areas<'a> {
    fn of(&self, areas: &'a [String]) -> Fact {
        let mut known = self.0.borrow_mut();
        if let Some((_, fact)) = known.iter().find(|(of, _)| *of == areas) {
            return fact.clone();
        }
        let fact = Fact::list(areas.iter().map(|area| Fact::text(area.as_str())));
        if known.len() < REMEMBERED {
            known.push((areas, fact.clone()));
        }
        fact
    }
}

fn risk<'a>(risk: &'a Risk, areas: &Areas<'a>) -> Fact {
    let description = &risk.description;
    Fact::Map(Arc::new(Fields::in_order([
        ("areas", areas.of(&description.areas)),
        ("likelihood", Fact::word(description.likelihood.as_str())),
        ("name", Fact::text(description.title.as_str())),
    ])))
}

impl Gather<'_> {
    /// Which functions signed the candidate off.
    pub(super) fn sign_offs(&self) -> Fact {
        Fact::map(Function::ALL.map(|(name, function)| (name, self.sign_off(function))))
    }

    fn sign_off(&self, function: Function) -> Fact {
        let name = function.as_str();
        let missing = |why: String| Fact::missing(format!("sign_offs.{name}"), why);
        let of_function = || self.track.sign_offs.iter().rev().filter(|signed| signed.function == function);
        let live = || of_function().filter(|signed| signed.withdrawn.is_none());
        let Some(signed) = live().find(|signed| self.counts(signed.position, &signed.build)) else {
            return missing(match (live().next(), of_function().next()) {
                (Some(earlier), _) => {
                    self.stale(&format!("{name}’s sign-off"), "was given for", &earlier.build)
                }
                (None, Some(withdrawn)) => {
                    let reason = withdrawn.withdrawn.as_ref().map_or("", |of| of.reason.as_str());
                    format!("{name}’s sign-off was withdrawn: {reason}")
                }
                (None, None) => format!("{name} has not signed {} off", self.candidate),
            });
        };
        if let Some(why) = super::too_old(self.view, &format!("{name}’s sign-off"), signed.recorded_at) {
            return missing(why);
        }
        let age = super::age_hours(self.view.now, signed.recorded_at);
        Fact::map([("given", Fact::Bool(true)), ("age_hours", age)])
    }
}

/// What nobody can have signed, as no build is nominated.
pub(super) fn nothing_signed(missing: impl Fn(&str) -> Fact) -> Fact {
    Fact::map(Function::ALL.map(|(name, _)| (name, missing(&format!("sign_offs.{name}")))))
}
