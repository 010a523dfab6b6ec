//! What follows from nominating a build: told before it is done.
//!
//! Invariant: what is told is what the fold will do, and nothing that would be lost is left out.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ask::{Ask, Standing as AskStanding};
use crate::build::Build;
use crate::defect::{Defect, DefectState};
use crate::envelope::Position;
use crate::exposure::order;
use crate::happening::About;
use crate::id::{BuildNumber, RunKind};
use crate::release::Release;
use crate::time::Time;
use crate::track::Track;
use crate::waiver::{End, Scope, Standing, Waiver};
use crate::words;

/// How many devices or defects a sentence names.
const NAMED: usize = 4;

/// What a consequence is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Counts now and would not any more.
    Lost,
    /// Ends for good.
    Ends,
    /// Did not count and would.
    Counts,
    /// Stays as it is.
    Stays,
}

impl Effect {
    pub const ALL: [Self; 4] = [Self::Lost, Self::Ends, Self::Counts, Self::Stays];

    /// Returns the head of a list of such.
    pub fn label(self) -> &'static str {
        match self {
            Self::Lost => "No longer counts",
            Self::Ends => "Ends, and does not come back",
            Self::Counts => "Counts from then on",
            Self::Stays => "Stays as it is",
        }
    }
}

/// One thing that follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consequence {
    pub effect: Effect,
    /// A whole sentence.
    pub sentence: String,
    pub about: About,
}

/// Tells what follows from nominating a build on a track: nothing, if it is the candidate. A build that is not on record
/// yet is `registering`, which comes along.
pub fn consequences(
    release: &Release,
    track: &Track,
    build: &BuildNumber,
    registering: Option<&Build>,
    now: Time,
) -> Vec<Consequence> {
    let before = track.candidate.as_ref().map(|candidate| &candidate.build);
    if before == Some(build) {
        return Vec::new();
    }
    let next = Next { release, track, before, build, registering, now };
    let mut all = Vec::new();
    if let Some(before) = before {
        all.extend(next.evidence_of(before, Effect::Lost));
    }
    all.extend(next.waivers());
    all.extend(next.asks());
    all.extend(next.evidence_of(build, Effect::Counts));
    all.extend(next.fixes());
    all.extend(next.stays());
    all.sort_by_key(|consequence| consequence.effect);
    all
}

struct Next<'a> {
    release: &'a Release,
    track: &'a Track,
    before: Option<&'a BuildNumber>,
    build: &'a BuildNumber,
    registering: Option<&'a Build>,
    now: Time,
}

impl Next<'_> {
    fn label(&self, number: &BuildNumber) -> String {
        self.known(number).map_or_else(|| number.to_string(), ToString::to_string)
    }

    fn known(&self, number: &BuildNumber) -> Option<&Build> {
        self.track.builds.get(number).or(self.registering.filter(|build| build.number == *number))
    }

    /// Tells whether a piece of evidence counts for one of the two builds and not for the other.
    fn turns(&self, evidence: Position, of: &BuildNumber, effect: Effect) -> bool {
        let for_next = self.track.counts(evidence, of, self.build);
        let for_before = self.before.is_some_and(|before| self.track.counts(evidence, of, before));
        match effect {
            Effect::Lost => for_before && !for_next,
            _ => for_next && !for_before,
        }
    }

    /// Tells what turns of what counts for a build.
    fn evidence_of(&self, build: &BuildNumber, effect: Effect) -> Vec<Consequence> {
        let label = self.label(build);
        let (verb, verbs) = match effect {
            Effect::Lost => ("becomes stale", "become stale"),
            _ => ("counts", "count"),
        };
        let tell = |sentence: String, about: About| Consequence { effect, sentence, about };
        let mut all = Vec::new();
        let mut kinds: BTreeMap<&RunKind, Vec<Position>> = BTreeMap::new();
        let mut devices: BTreeSet<&str> = BTreeSet::new();
        for ingest in self.track.ingests.iter().filter(|ingest| ingest.withdrawn.is_none()) {
            if self.turns(ingest.position, &ingest.ingested.build, effect) {
                kinds.entry(&ingest.ingested.kind).or_default().push(ingest.position);
                devices.extend(ingest.ingested.device.as_deref());
            }
        }
        for (kind, runs) in &kinds {
            let last = runs.last().copied().unwrap_or_default();
            let sentence = match runs.len() as i64 {
                1 => format!("The {kind} run on {label} {verb}."),
                runs => {
                    format!("The {} on {label} {verbs}.", words::count(runs, "", &format!("{kind} runs")))
                }
            };
            all.push(tell(sentence, About::Evidence(last)));
        }
        let checks = self.track.attestations.iter().filter(|check| check.withdrawn.is_none());
        let checks = checks.filter(|check| self.turns(check.position, &check.build, effect));
        devices.extend(checks.map(|check| check.device.as_str()));
        if !devices.is_empty() {
            let devices: Vec<&str> = devices.into_iter().collect();
            let named = words::list(&devices, devices.len(), NAMED);
            let sentence = match devices.len() {
                1 => format!("The result for {named} on {label} {verb}."),
                count => format!("{count} device results on {label} {verbs}: {named}."),
            };
            all.push(tell(sentence, About::Track(self.track.description.id.clone())));
        }
        let mut summaries = self.track.summaries.iter().filter(|summary| summary.withdrawn.is_none());
        let last = summaries.rfind(|of| self.turns(of.position, &of.build, effect));
        all.extend(last.map(|summary| {
            tell(format!("The test summary of {label} {verb}."), About::Evidence(summary.position))
        }));
        let signed = self.track.sign_offs.iter().filter(|of| of.withdrawn.is_none() && of.build == *build);
        let mut functions: Vec<&str> = signed.map(|of| of.function.as_str()).collect();
        functions.sort_unstable();
        functions.dedup();
        if !functions.is_empty() {
            let named = words::joined(&functions, functions.len(), "and");
            let (what, word) = if functions.len() == 1 { ("sign-off", verb) } else { ("sign-offs", verbs) };
            let sentence = format!("The {what} of {label} by {named} {word}.");
            all.push(tell(sentence, About::Track(self.track.description.id.clone())));
        }
        let assessed = self.track.assessments.iter().rfind(|of| of.withdrawn.is_none() && of.build == *build);
        all.extend(assessed.map(|of| {
            let (said, sure) = (of.recommendation.label(), of.confidence);
            let sentence = format!("The assessment of {label} ({said}, {sure} % sure) {verb}.");
            tell(sentence, About::Track(self.track.description.id.clone()))
        }));
        all.extend(self.carried(build, effect, verb));
        all
    }

    fn carried(&self, build: &BuildNumber, effect: Effect, verb: &str) -> Vec<Consequence> {
        let label = self.label(build);
        let carried =
            self.track.carried.iter().filter(|carry| carry.withdrawn.is_none() && carry.to == *build);
        let turns = carried.filter(|carry| {
            let of = self.track.evidence_build(carry.evidence);
            of.is_some_and(|of| self.turns(carry.evidence, of, effect))
        });
        turns
            .map(|carry| {
                let evidence = carry.evidence;
                let sentence = match effect {
                    Effect::Lost => format!(
                        "Evidence {evidence} was carried forward to {label} alone, and {verb}. It can be carried forward \
                         again, with a reason."
                    ),
                    _ => format!("Evidence {evidence}, which was carried forward to {label}, {verb}."),
                };
                Consequence { effect, sentence, about: About::Evidence(evidence) }
            })
            .collect()
    }

    fn waivers(&self) -> Vec<Consequence> {
        let of_track = self.release.waivers.iter().filter(|of| of.track == self.track.description.id);
        let tell = |waiver: &Waiver| {
            let what = waiver.subject.told(self.release);
            let about = About::Waiver(waiver.position);
            let told = |effect, sentence| Some(Consequence { effect, sentence, about: about.clone() });
            match (&waiver.scope, waiver.standing(self.now)) {
                (Scope::Build { build }, standing) if build != self.build => {
                    let label = self.label(build);
                    match standing {
                        Standing::InForce => told(
                            Effect::Ends,
                            format!("The waiver of {what} lapses: it was given for {label} alone."),
                        ),
                        Standing::Requested => told(
                            Effect::Ends,
                            format!(
                                "The waiver of {what} that is asked for lapses: it is for {label} alone."
                            ),
                        ),
                        _ => None,
                    }
                }
                (Scope::Build { .. }, Standing::Lapsed)
                    if matches!(&waiver.end, Some(End::Lapsed { .. }))
                        && waiver.scope == (Scope::Build { build: self.build.clone() }) =>
                {
                    told(
                        Effect::Stays,
                        format!("The waiver of {what} stays lapsed: ask for it anew if it is still needed."),
                    )
                }
                (Scope::Release, Standing::InForce) => told(
                    Effect::Stays,
                    format!("The waiver of {what} stays in force: it was given for the whole release."),
                ),
                _ => None,
            }
        };
        of_track.filter_map(tell).collect()
    }

    /// Open asks whose answer would count for no candidate any more.
    fn asks(&self) -> Vec<Consequence> {
        let passed_over = |ask: &&Ask| {
            ask.standing(self.now) == AskStanding::Open
                && *ask.wanted.track() == self.track.description.id
                && ask.wanted.build() != self.build
                && self.before.is_none_or(|before| ask.wanted.build() == before)
        };
        let asks = self.release.asks.iter().filter(passed_over);
        asks.map(|ask| Consequence {
            effect: Effect::Lost,
            sentence: format!(
                "Somebody is still asked to {}; the answer would not count for the candidate.",
                ask.wanted.deed(self.release)
            ),
            about: About::Ask(ask.position),
        })
        .collect()
    }

    /// Tells whether a build has what was mended in another; `None` if nobody can tell.
    fn has(&self, build: &BuildNumber, fixed_in: &BuildNumber) -> Option<bool> {
        Some(order(self.track, build, fixed_in)? != Ordering::Less)
    }

    fn fixes(&self) -> Vec<Consequence> {
        let label = self.label(self.build);
        let counts =
            |defect: &&Defect| defect.withdrawn.is_none() && defect.report.state != DefectState::Rejected;
        let defects = self.release.defects.values().map(|defect| &**defect).filter(counts);
        let tell = |defect: &Defect| {
            let fixed_in = defect.fixed_in(&self.track.description.id)?;
            let before = self.before.map(|before| self.has(before, fixed_in));
            let (effect, sentence) = match (before, self.has(self.build, fixed_in)) {
                (Some(Some(false)) | None, Some(true)) => {
                    (Effect::Counts, format!("{label} has the fix of {}.", defect.label()))
                }
                (Some(Some(true)), Some(false)) => (
                    Effect::Lost,
                    format!(
                        "{label} does not have the fix of {}, which came with {fixed_in}.",
                        defect.label()
                    ),
                ),
                (_, None) => (
                    Effect::Lost,
                    format!(
                        "Nobody can tell whether {label} has the fix of {}, which came with {fixed_in}: their commits are \
                         not counted.",
                        defect.label()
                    ),
                ),
                _ => return None,
            };
            Some(Consequence { effect, sentence, about: About::Defect(defect.key.clone()) })
        };
        defects.filter_map(tell).collect()
    }

    fn stays(&self) -> Vec<Consequence> {
        let stays = |sentence: String, about: About| Consequence { effect: Effect::Stays, sentence, about };
        let ruling = self.release.definition().map(|definition| {
            let version = definition.version;
            let sentence = format!("Version {version} of the definition of ready goes on to rule.");
            stays(sentence, About::Definition(version))
        });
        let draft = self.release.draft.as_ref().map(|draft| {
            let version = draft.definition.version;
            let agreed: Vec<&str> = draft.agreements.iter().map(|of| of.function.as_str()).collect();
            let agreed = match agreed.as_slice() {
                [] => String::new(),
                agreed => format!(", with what {} agreed to", words::joined(agreed, agreed.len(), "and")),
            };
            stays(format!("The draft of version {version} stays{agreed}."), About::Definition(version))
        });
        let tracks = (self.release.live_tracks().count() > 1).then(|| {
            let sentence = "The other tracks keep their candidates: nothing of this one holds for them.";
            stays(sentence.to_owned(), About::Release)
        });
        ruling.into_iter().chain(draft).chain(tracks).collect()
    }
}
