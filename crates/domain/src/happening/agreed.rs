//! The sentences of what people agree, accept and sign.
//!
//! Invariant: whose word it is is told with the word.

use super::teller::{Teller, Told};
use super::{About, Topic};
use crate::criterion::Definition;
use crate::definition::Difference;
use crate::envelope::Position;
use crate::event::{
    Assessed, DefinitionAgreed, DraftDropped, SignedOff, WaiverApproved, WaiverRejected, WaiverRequested,
    WaiverRevoked,
};
use crate::waiver::{Scope, Subject, Waiver};
use crate::words;

impl Teller<'_> {
    pub(super) fn drafted(&self, definition: &Definition) -> Told {
        let version = definition.version;
        let criteria = words::count(definition.criteria.len() as i64, "criterion", "criteria");
        let sentence = format!("drafted version {version} of the definition of ready: {criteria}");
        let sentence = match self.difference(definition) {
            None => sentence,
            Some(difference) => format!("{sentence}; {difference}"),
        };
        Told::new(Topic::Criteria, About::Definition(version), sentence).with(definition.reason.clone())
    }

    /// Says what a version has that the one in force before it had not, if anything.
    pub(super) fn difference(&self, definition: &Definition) -> Option<String> {
        let version = definition.version;
        let definitions = self.release.map(|release| release.definitions.as_slice()).unwrap_or_default();
        let before = definitions.iter().rev().find(|ruling| ruling.definition.version < version)?;
        let difference = Difference::between(&before.definition.criteria, &definition.criteria);
        let changed = difference.changed.iter().map(|(_, criterion)| *criterion);
        let changes = [
            ("adds", difference.added),
            ("changes", changed.collect::<Vec<_>>()),
            ("drops", difference.dropped),
        ];
        let told = changes.iter().filter(|(_, criteria)| !criteria.is_empty()).map(|(verb, criteria)| {
            let titles: Vec<String> = criteria.iter().map(|of| format!("“{}”", of.title)).collect();
            format!("it {verb} {}", words::joined(&titles, 3, "and"))
        });
        let told: Vec<String> = told.collect();
        (!told.is_empty()).then(|| told.join("; "))
    }

    pub(super) fn agreed(&self, agreed: &DefinitionAgreed) -> Told {
        let version = self.version_at(agreed.definition);
        let what = version.map_or_else(|| "the draft".to_owned(), |version| format!("version {version}"));
        let sentence =
            format!("agreed to {what} of the definition of ready, for {}", agreed.function.as_str());
        let about = version.map_or(About::Event(agreed.definition), About::Definition);
        Told::new(Topic::Criteria, about, sentence).coming(&agreed.provenance, self.release)
    }

    pub(super) fn draft_dropped(&self, dropped: &DraftDropped) -> Told {
        let sentence = "dropped the draft of the definition of ready".to_owned();
        Told::new(Topic::Criteria, About::Event(dropped.definition), sentence)
            .with(Some(dropped.reason.clone()))
    }

    fn version_at(&self, position: Position) -> Option<i64> {
        let release = self.release?;
        let ruling = release.definitions.iter().find(|ruling| {
            ruling.position == position
                || ruling.agreements.iter().any(|of| of.position == self.envelope.position)
        });
        let draft = release.draft.as_ref().filter(|draft| draft.position == position);
        ruling.map(|ruling| ruling.definition.version).or(draft.map(|draft| draft.definition.version))
    }

    pub(super) fn waiver_requested(&self, requested: &WaiverRequested) -> Told {
        let sentence = format!(
            "asked to waive {} on {}, {}",
            self.subject(&requested.subject),
            self.track_name(&requested.track),
            self.scope(&requested.track, &requested.scope)
        );
        Told::new(Topic::Waiver, About::Waiver(self.envelope.position), sentence)
            .on(&requested.track)
            .with(Some(format!("{} What is done meanwhile: {}", requested.reason, requested.mitigation)))
    }

    pub(super) fn waiver_approved(&self, approved: &WaiverApproved) -> Told {
        let told = self.of_waiver(approved.waiver, &format!("approved, for {},", approved.function.as_str()));
        told.with(approved.note.clone()).coming(&approved.provenance, self.release)
    }

    pub(super) fn waiver_rejected(&self, rejected: &WaiverRejected) -> Told {
        self.of_waiver(rejected.waiver, "refused").with(Some(rejected.reason.clone()))
    }

    pub(super) fn waiver_revoked(&self, revoked: &WaiverRevoked) -> Told {
        self.of_waiver(revoked.waiver, "took back").with(Some(revoked.reason.clone()))
    }

    fn of_waiver(&self, position: Position, verb: &str) -> Told {
        let about = About::Waiver(position);
        let told = |what: String| Told::new(Topic::Waiver, about.clone(), format!("{verb} {what}"));
        match self.release.and_then(|release| release.waiver(position)) {
            None => told(format!("waiver {position}")),
            Some(waiver) => told(format!("the waiver of {}", self.waived(waiver))).on(&waiver.track),
        }
    }

    /// Returns what a waiver is of: "“Smoke passed” on iOS".
    fn waived(&self, waiver: &Waiver) -> String {
        format!("{} on {}", self.subject(&waiver.subject), self.track_name(&waiver.track))
    }

    fn subject(&self, subject: &Subject) -> String {
        match subject {
            Subject::Criterion { criterion } => {
                let mut rulings = self.release.iter().flat_map(|release| release.definitions.iter().rev());
                let title = rulings.find_map(|ruling| Some(&ruling.definition.criterion(criterion)?.title));
                title.map_or_else(|| format!("the criterion {criterion}"), |title| format!("“{title}”"))
            }
            Subject::Defect { defect } => self.defect(defect),
        }
    }

    fn scope(&self, track: &crate::id::TrackId, scope: &Scope) -> String {
        match scope {
            Scope::Build { build } => format!("for {} alone", self.build_label(track, build)),
            Scope::Release => "for the whole release".to_owned(),
        }
    }

    pub(super) fn signed_off(&self, signed: &SignedOff) -> Told {
        let build = self.build(&signed.track, &signed.build);
        let sentence = format!("signed {build} off, for {}", signed.function.as_str());
        Told::new(Topic::Judgement, About::Track(signed.track.clone()), sentence)
            .on(&signed.track)
            .with(signed.notes.clone())
            .coming(&signed.provenance, self.release)
    }

    pub(super) fn assessed(&self, assessed: &Assessed) -> Told {
        let build = self.build(&assessed.track, &assessed.build);
        let sentence =
            format!("assessed {build}: {}, {} % sure", assessed.recommendation.label(), assessed.confidence);
        Told::new(Topic::Judgement, About::Track(assessed.track.clone()), sentence)
            .on(&assessed.track)
            .with(Some(assessed.reasons.clone()))
    }
}
