//! Applying a product's file: the difference between what it says and what is, as events.
//!
//! Invariant: applying the same file twice changes nothing the second time, and nothing is ever taken away
//! but a track that the file no longer names, whose evidence stays.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::build::Build;
use crate::criterion::{Criterion, Definition};
use crate::definition::waits_for;
use crate::envelope::{Stream, StreamVersion};
use crate::event::{
    BuildRegistered, CandidateNominated, Event, PlanDropped, PlanSet, ReleaseDescribed, ReleasePlanned,
    TemplateChanged, TrackRetired,
};
use crate::file::{File, FileRelease, FileReleaseTrack, FileTrack, Mistake};
use crate::id::{BuildNumber, ReleaseId, ReleaseName, RunKind, TrackId};
use crate::policy::Policy;
use crate::product::Product;
use crate::release::Release;
use crate::track::{Plan, Track};
use crate::words;

/// Events for one stream, decided on the version that was seen.
#[derive(Debug)]
pub struct Decided {
    pub stream: Stream,
    pub expected: StreamVersion,
    pub events: Vec<Event>,
}

/// What applying a file comes to.
#[derive(Debug, Default)]
pub struct Applied {
    /// One line a change, as readers see it.
    pub changes: Vec<String>,
    pub decided: Vec<Decided>,
}

/// What a file is applied to.
#[derive(Debug)]
pub struct Present<'a> {
    pub product: Option<&'a Product>,
    pub releases: &'a BTreeMap<ReleaseName, Release>,
    /// The plan files that came along, stored, by the path that the file gives them.
    pub plans: &'a BTreeMap<String, Plan>,
    /// Why the definition of ready changes, where it does.
    pub reason: Option<&'a str>,
}

/// Decides what a file changes.
///
/// # Errors
/// Every place where the file contradicts what is on record.
pub fn apply(file: &File, present: &Present<'_>) -> Result<Applied, Vec<Mistake>> {
    let mut applying = Applying { file, present, applied: Applied::default(), mistakes: Vec::new() };
    applying.product();
    for release in &file.releases {
        applying.release(release);
    }
    if applying.mistakes.is_empty() { Ok(applying.applied) } else { Err(applying.mistakes) }
}

struct Applying<'a> {
    file: &'a File,
    present: &'a Present<'a>,
    applied: Applied,
    mistakes: Vec<Mistake>,
}

impl Applying<'_> {
    fn mistake(&mut self, span: Range<usize>, message: String, help: Option<String>) {
        self.mistakes.push(Mistake { start: span.start, end: span.end, message, label: None, help });
    }

    fn read_only(&mut self, what: &str, unrecognised: &Option<String>) -> bool {
        let Some(unrecognised) = unrecognised else { return false };
        let message =
            format!("{what} was written by a newer Seaworthy ({unrecognised}) and can only be read here");
        self.mistake(0..0, message, Some("run that version, or a newer one".to_owned()));
        true
    }

    fn decide(&mut self, stream: Stream, expected: StreamVersion, events: Vec<Event>) {
        if !events.is_empty() {
            self.applied.decided.push(Decided { stream, expected, events });
        }
    }

    fn product(&mut self) {
        let description = &self.file.product;
        let name = &description.name;
        let mut events = Vec::new();
        let mut changes = Vec::new();
        let expected = match self.present.product {
            None => {
                events.push(Event::ProductDescribed(description.clone()));
                changes.push(format!("add product {name} ({})", description.id));
                StreamVersion(0)
            }
            Some(product) => {
                if self.read_only(&format!("product {name}"), &product.unrecognised) {
                    return;
                }
                if product.description != *description {
                    events.push(Event::ProductDescribed(description.clone()));
                    changes.push(format!("change product {name}"));
                }
                product.version
            }
        };
        let known = self.present.product.map(|product| &product.tracks);
        for track in &self.file.tracks {
            let description = &track.description;
            match known.and_then(|tracks| tracks.get(&description.id)) {
                Some(present) if present == description => continue,
                Some(_) => changes.push(format!("change track {}", description.name)),
                None => changes.push(format!("add track {}", description.name)),
            }
            events.push(Event::TrackDescribed(description.clone()));
        }
        for gone in
            known.into_iter().flat_map(|tracks| tracks.values()).filter(|track| !self.names(&track.id))
        {
            changes.push(format!(
                "retire track {}, which the file no longer names; its evidence stays",
                gone.name
            ));
            events.push(Event::TrackRetired(TrackRetired { track: gone.id.clone() }));
        }
        let template = self.present.product.map(|product| product.template.as_slice()).unwrap_or_default();
        if template != self.file.criteria {
            changes.push(format!("set the template to {}", criteria_count(&self.file.criteria)));
            events.push(Event::TemplateChanged(TemplateChanged { criteria: self.file.criteria.clone() }));
        }
        self.applied.changes.extend(changes);
        self.decide(description.id.stream(), expected, events);
    }

    fn names(&self, id: &TrackId) -> bool {
        self.file.tracks.iter().any(|track| track.description.id == *id)
    }

    /// What the file says of how the team works, with the holidays that were imported beside it.
    fn policy(&self) -> Policy {
        let mut policy = self.file.product.policy.clone();
        if let Some(product) = self.present.product {
            policy.calendar.imported.clone_from(&product.imported);
        }
        policy
    }

    fn release(&mut self, wanted: &FileRelease) {
        let id = ReleaseId { product: self.file.product.id.clone(), name: wanted.name.clone() };
        let product = &self.file.product;
        let description = ReleaseDescribed {
            product_name: product.name.clone(),
            zone: product.zone.clone(),
            kinds: product.kinds.clone(),
            policy: self.policy(),
            version: wanted.version.clone(),
        };
        let mut events = Vec::new();
        let mut changes = Vec::new();
        let present = self.present.releases.get(&wanted.name);
        match present {
            None => {
                changes.push(format!("plan release {} of version {}", wanted.name, wanted.version));
                events.push(Event::ReleasePlanned(ReleasePlanned {
                    product: id.product.clone(),
                    name: id.name.clone(),
                    description,
                }));
            }
            Some(release) => {
                if self.read_only(&format!("release {}", wanted.name), &release.unrecognised) {
                    return;
                }
                if release.description != description {
                    changes.push(format!("change release {}", wanted.name));
                    events.push(Event::ReleaseDescribed(description));
                }
            }
        }
        for track in &self.file.tracks {
            let of_release = wanted.tracks.iter().find(|of_release| of_release.track == track.description.id);
            let present = present.and_then(|release| release.tracks.get(&track.description.id));
            self.track(&wanted.name, track, of_release, present, &mut events, &mut changes);
        }
        for gone in present
            .into_iter()
            .flat_map(Release::live_tracks)
            .filter(|track| !self.names(&track.description.id))
        {
            let track = gone.description.id.clone();
            changes
                .push(format!("{}: retire track {}; its evidence stays", wanted.name, gone.description.name));
            events.push(Event::TrackRetired(TrackRetired { track }));
        }
        self.definition(&wanted.name, present, &mut events, &mut changes);
        self.applied.changes.extend(changes);
        let expected = present.map_or(StreamVersion(0), |release| release.version);
        self.decide(id.stream(), expected, events);
    }

    fn track(
        &mut self,
        release: &ReleaseName,
        track: &FileTrack,
        of_release: Option<&FileReleaseTrack>,
        present: Option<&Track>,
        events: &mut Vec<Event>,
        changes: &mut Vec<String>,
    ) {
        let description = &track.description;
        let name = &description.name;
        if present.is_none_or(|present| present.description != *description || present.retired) {
            if present.is_some() {
                changes.push(format!("{release}: change track {name}"));
            }
            events.push(Event::TrackDescribed(description.clone()));
        }
        for plan in &track.plans {
            let Some(stored) = self.present.plans.get(&plan.path) else {
                let help = "its path is relative to this file".to_owned();
                self.mistake(plan.span.clone(), format!("there is no plan file {}", plan.path), Some(help));
                continue;
            };
            if stored.cases == 0 {
                let help = "write one case a line, as in `CheckoutTests.testPay`".to_owned();
                self.mistake(
                    plan.span.clone(),
                    format!("the plan file {} lists no case", plan.path),
                    Some(help),
                );
                continue;
            }
            if present.and_then(|present| present.plans.get(&plan.kind)) == Some(stored) {
                continue;
            }
            changes.push(format!(
                "{release}: plan {} for {} on {name}",
                words::count(stored.cases, "case", "cases"),
                plan.kind
            ));
            events.push(Event::PlanSet(PlanSet {
                track: description.id.clone(),
                kind: plan.kind.clone(),
                plan: stored.clone(),
            }));
        }
        let planned = |kind: &RunKind| track.plans.iter().any(|plan| plan.kind == *kind);
        for (kind, gone) in
            present.iter().flat_map(|present| &present.plans).filter(|(kind, _)| !planned(kind))
        {
            changes.push(format!("{release}: drop the plan {} for {kind} on {name}", gone.source));
            let (track, kind) = (description.id.clone(), kind.clone());
            events.push(Event::PlanDropped(PlanDropped { track, kind }));
        }
        let Some(of_release) = of_release else { return };
        for (build, span) in &of_release.builds {
            if self.tells_anew(present, name, build, span) {
                changes
                    .push(format!("{release}: register build {build} on {name}, made from {}", build.commit));
                let track = description.id.clone();
                events.push(Event::BuildRegistered(BuildRegistered { track, build: build.clone() }));
            }
        }
        if let Some((number, span)) = &of_release.candidate {
            self.candidate(release, of_release, present, name, (number, span), events, changes);
        }
    }

    /// Whether the file tells something new of a build; a build that contradicts the record is a mistake.
    fn tells_anew(
        &mut self,
        present: Option<&Track>,
        name: &str,
        build: &Build,
        span: &Range<usize>,
    ) -> bool {
        let Some(known) = present.and_then(|present| present.builds.get(&build.number)) else { return true };
        if !Build::same_commit(&known.commit, &build.commit) {
            let message = claimed_twice(name, &build.number, known, build);
            self.mistake(span.clone(), message, Some("give the new build a number of its own".to_owned()));
            return false;
        }
        known.version != build.version
            || (build.revision.is_some() && known.revision != build.revision)
            || (build.artifact.is_some() && known.artifact != build.artifact)
    }

    #[expect(clippy::too_many_arguments, reason = "one step of `track`, split only to be read")]
    fn candidate(
        &mut self,
        release: &ReleaseName,
        of_release: &FileReleaseTrack,
        present: Option<&Track>,
        name: &str,
        (number, span): (&BuildNumber, &Range<usize>),
        events: &mut Vec<Event>,
        changes: &mut Vec<String>,
    ) {
        let in_file =
            of_release.builds.iter().find(|(build, _)| build.number == *number).map(|(build, _)| build);
        let known = in_file.or_else(|| present.and_then(|present| present.builds.get(number)));
        let Some(build) = known else {
            let help = format!("add it to `builds`, as in {{ number = {number}, commit = \"9be27d1\" }}");
            self.mistake(span.clone(), format!("{name} has no build {number}"), Some(help));
            return;
        };
        let earlier = present.and_then(|present| present.candidate.as_ref());
        if earlier.is_some_and(|candidate| candidate.build == *number) {
            return;
        }
        let instead = match (earlier, present) {
            (Some(earlier), Some(present)) => format!(" instead of {}", present.build_label(&earlier.build)),
            _ => String::new(),
        };
        changes.push(format!("{release}: nominate {build} on {name}{instead}"));
        let (track, build) = (of_release.track.clone(), number.clone());
        events.push(Event::CandidateNominated(CandidateNominated { track, build, reason: None }));
    }

    /// Puts the file's criteria in force; where functions agree on what rules, it only drafts them.
    fn definition(
        &mut self,
        release: &ReleaseName,
        present: Option<&Release>,
        events: &mut Vec<Event>,
        changes: &mut Vec<String>,
    ) {
        let criteria = &self.file.criteria;
        let ruling = present.and_then(Release::definition);
        if ruling.map_or(criteria.is_empty(), |ruling| ruling.criteria == *criteria) {
            return;
        }
        let version = ruling.map_or(1, |ruling| ruling.version + 1);
        let reason = self.present.reason.map(str::to_owned);
        let definition = Definition { version, criteria: criteria.clone(), reason };
        if self.is_agreed(present) {
            if let Some(change) = self.drafts(present, &definition) {
                changes.push(format!("{release}: {change}"));
                events.push(Event::DefinitionDrafted(definition));
            }
            return;
        }
        changes.push(match (ruling, &definition.reason) {
            (None, _) => format!("{release}: put {} in force", criteria_count(criteria)),
            (Some(_), Some(reason)) => format!("{release}: amend the definition of ready to version {version}: {reason}"),
            (Some(_), None) => format!(
                "{release}: amend the definition of ready to version {version}, without a reason (give one with --reason)"
            ),
        });
        events.push(Event::DefinitionPutInForce(definition));
    }

    /// Whether what rules a release is for functions to agree on, and no longer for the file alone.
    fn is_agreed(&self, present: Option<&Release>) -> bool {
        let named = !self.file.product.policy.agreed_by.is_empty();
        let begun = present.is_some_and(|release| {
            release.draft.is_some() || release.ruling().is_some_and(|ruling| !ruling.agreements.is_empty())
        });
        named || begun
    }

    /// Says what drafting the file's criteria comes to; nothing if they wait already, or are what the file said before: what
    /// was drafted, agreed or dropped since is not undone by applying it again.
    fn drafts(&self, present: Option<&Release>, definition: &Definition) -> Option<String> {
        let draft = present.and_then(|release| release.draft.as_ref());
        if definition.criteria.is_empty()
            || draft.is_some_and(|draft| draft.definition.criteria == definition.criteria)
        {
            return None;
        }
        let said_before = self.present.product.is_some_and(|product| product.template == definition.criteria);
        let settled = present.is_some_and(|release| {
            release.ruling().is_some() || release.draft.is_some() || release.dropped.is_some()
        });
        if said_before && settled {
            return None;
        }
        let version = definition.version;
        let waits = waits_for(self.file.product.policy.agreeing());
        let void = match draft {
            Some(draft) if !draft.agreements.is_empty() => {
                ", in place of the one that waits, whose agreements no longer count"
            }
            Some(_) => ", in place of the one that waits",
            None => "",
        };
        let reason = match (&definition.reason, version) {
            (Some(reason), _) => format!(": {reason}"),
            (None, 1) => String::new(),
            (None, _) => ", without a reason (give one with --reason)".to_owned(),
        };
        Some(format!("draft version {version} of the definition of ready{void}{reason}; {waits}"))
    }
}

/// Says which two commits claim one build number.
pub fn claimed_twice(track: &str, number: &BuildNumber, known: &Build, claimed: &Build) -> String {
    format!(
        "build {number} on {track} was made from {}; it cannot also be made from {}",
        known.commit, claimed.commit
    )
}

fn criteria_count(criteria: &[Criterion]) -> String {
    words::count(criteria.len() as i64, "criterion", "criteria")
}
