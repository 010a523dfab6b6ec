//! The sentences of defects, changes and risks, and of corrections.
//!
//! Invariant: a correction says what it corrects.

use super::teller::{Teller, Told};
use super::{About, Topic};
use crate::defect::Source;
use crate::envelope::Position;
use crate::event::{
    ChangeDescribed, ChangePutBack, ChangeSaid, ChangeTakenOut, DefectDeferred, DefectReported,
    DefectTranslated, DefectWithdrawn, EvidenceCarried, EvidenceCorrected, ExposureTold, ListWhole,
    RiskClosed, RiskNoted,
};
use crate::id::{ChangeKey, DefectKey};
use crate::track::Track;

impl Teller<'_> {
    /// Returns a defect with its words: "TW-2304 “Old route after sync”".
    pub(super) fn defect(&self, key: &DefectKey) -> String {
        let defect = self.release.and_then(|release| release.defects.get(key));
        defect.map_or_else(|| format!("the defect {key}"), |defect| defect.label())
    }

    fn change(&self, key: &ChangeKey) -> String {
        let change = self.release.and_then(|release| release.changes.get(key));
        change.map_or_else(|| format!("the change {key}"), |change| change.label())
    }

    fn about_defect(&self, key: &DefectKey, sentence: String) -> Told {
        Told::new(Topic::Defect, About::Defect(key.clone()), sentence)
    }

    pub(super) fn defect_reported(&self, reported: &DefectReported) -> Told {
        let report = &reported.report;
        let first = self.release.and_then(|release| release.defects.get(&reported.defect));
        let verb = match first {
            Some(defect) if defect.position < self.envelope.position => "reported anew",
            _ => "reported",
        };
        let severity = report.severity.map(|severity| format!(", {}", severity.as_str())).unwrap_or_default();
        let sentence = format!(
            "{verb} {} “{}”{severity}, {}{}",
            reported.defect,
            report.title,
            report.state.as_str(),
            from(&reported.source)
        );
        let told = self.about_defect(&reported.defect, sentence).with(reported.reason.clone());
        match report.tracks.as_slice() {
            [track] => told.on(track),
            _ => told,
        }
    }

    pub(super) fn defect_translated(&self, translated: &DefectTranslated) -> Told {
        let sentence = format!("told what {} is for users", self.defect(&translated.defect));
        self.about_defect(&translated.defect, sentence).with(Some(translated.impact.told()))
    }

    pub(super) fn exposure_told(&self, told: &ExposureTold) -> Told {
        let name = self.track_name(&told.track);
        let sentence =
            format!("said that {name} is {} by {}", told.exposure.label(), self.defect(&told.defect));
        let sentence = match told.exposure {
            crate::defect::Exposure::NotChecked => {
                format!("said that nobody has checked whether {name} has {}", self.defect(&told.defect))
            }
            _ => sentence,
        };
        self.about_defect(&told.defect, sentence)
            .on(&told.track)
            .with(told.note.clone())
            .coming(&told.provenance, self.release)
    }

    pub(super) fn defect_deferred(&self, deferred: &DefectDeferred) -> Told {
        let defect = self.defect(&deferred.defect);
        let sentence = match &deferred.to {
            Some(to) => format!("deferred {defect} to {to}"),
            None => format!("took {defect} back into this release"),
        };
        self.about_defect(&deferred.defect, sentence).with(Some(deferred.reason.clone()))
    }

    pub(super) fn defect_withdrawn(&self, withdrawn: &DefectWithdrawn) -> Told {
        let sentence = format!("took {} out of this release", self.defect(&withdrawn.defect));
        Told { topic: Topic::Correction, ..self.about_defect(&withdrawn.defect, sentence) }
            .with(Some(withdrawn.reason.clone()))
    }

    pub(super) fn change_described(&self, described: &ChangeDescribed) -> Told {
        let known = self.release.and_then(|release| release.changes.get(&described.change));
        let verb = match known {
            Some(change) if change.position < self.envelope.position => "described anew",
            _ => "added",
        };
        let source = from(&described.source);
        let sentence =
            format!("{verb} the change {} “{}”{source}", described.change, described.description.title);
        Told::new(Topic::Change, About::Change(described.change.clone()), sentence)
            .with(described.reason.clone())
    }

    pub(super) fn change_said(&self, said: &ChangeSaid) -> Told {
        let function = said.function.as_str();
        let word = if said.done { "is done" } else { "is not done after all" };
        let sentence = format!("said for {function} that {} {word}", self.change(&said.change));
        Told::new(Topic::Change, About::Change(said.change.clone()), sentence)
            .with(said.notes.clone())
            .coming(&said.provenance, self.release)
    }

    pub(super) fn change_taken_out(&self, taken: &ChangeTakenOut) -> Told {
        let sentence = format!("took {} out of this release", self.change(&taken.change));
        Told::new(Topic::Change, About::Change(taken.change.clone()), sentence)
            .with(Some(taken.reason.clone()))
    }

    pub(super) fn change_put_back(&self, back: &ChangePutBack) -> Told {
        let sentence = format!("put {} back into this release", self.change(&back.change));
        Told::new(Topic::Change, About::Change(back.change.clone()), sentence).with(Some(back.reason.clone()))
    }

    pub(super) fn risk_noted(&self, noted: &RiskNoted) -> Told {
        let description = &noted.description;
        let (verb, risk) = match noted.risk {
            Some(risk) => ("revised", risk),
            None => ("noted", self.envelope.position),
        };
        let likelihood = description.likelihood.as_str();
        let sentence = format!("{verb} the risk “{}”, {likelihood}", description.title);
        Told::new(Topic::Risk, About::Risk(risk), sentence).with(Some(format!(
            "{}. Against it: {}",
            description.effect.trim_end_matches('.'),
            description.mitigation
        )))
    }

    pub(super) fn risk_closed(&self, closed: &RiskClosed) -> Told {
        let risk = self.release.and_then(|release| release.risk(closed.risk));
        let what = risk.map_or_else(
            || format!("risk {}", closed.risk),
            |risk| format!("the risk “{}”", risk.description.title),
        );
        let came = if closed.happened { "it happened" } else { "it did not happen" };
        Told::new(Topic::Risk, About::Risk(closed.risk), format!("closed {what}: {came}"))
            .with(Some(closed.outcome.clone()))
    }

    pub(super) fn list_whole(&self, whole: &ListWhole) -> Told {
        let sentence =
            format!("said that the list of {} is whole{}", whole.list.as_str(), from(&whole.source));
        let about = match whole.list {
            crate::listing::List::Defects => Topic::Defect,
            crate::listing::List::Changes => Topic::Change,
            crate::listing::List::Risks => Topic::Risk,
        };
        Told::new(about, About::Release, sentence).with(whole.note.clone())
    }

    pub(super) fn carried(&self, carried: &EvidenceCarried) -> Told {
        let what = self
            .evidence(carried.evidence)
            .map_or_else(|| format!("evidence {}", carried.evidence), |(_, what)| what);
        let sentence =
            format!("took {what} to hold for {} too", self.build_label(&carried.track, &carried.to));
        Told::new(Topic::Evidence, About::Evidence(carried.evidence), sentence)
            .on(&carried.track)
            .with(Some(carried.reason.clone()))
    }

    pub(super) fn corrected(&self, corrected: &EvidenceCorrected) -> Told {
        let what = self
            .evidence(corrected.evidence)
            .map_or_else(|| format!("evidence {}", corrected.evidence), |(_, what)| what);
        let place = self.build(&corrected.track, &corrected.build);
        let sentence = format!("put {what} where it belongs: on {place}");
        Told::new(Topic::Correction, About::Evidence(self.envelope.position), sentence)
            .on(&corrected.track)
            .with(Some(corrected.reason.clone()))
    }

    /// Returns a piece of evidence, or a word that was given, as readers see it, with the track that it is about.
    pub(super) fn evidence(&self, evidence: Position) -> Option<(Option<&Track>, String)> {
        let release = self.release?;
        for track in release.tracks.values() {
            let id = &track.description.id;
            let told = |what: String| Some((Some(track), what));
            if let Some(ingest) = track.ingests.iter().find(|of| of.position == evidence) {
                return told(format!("the {}", self.run(ingest)));
            }
            if let Some(check) = track.attestations.iter().find(|of| of.position == evidence) {
                let build = self.build(id, &check.build);
                return told(format!("the check by hand of {build} on {}", check.device));
            }
            if let Some(summary) = track.summaries.iter().find(|of| of.position == evidence) {
                return told(format!("the test summary of {}", self.build(id, &summary.build)));
            }
            if let Some(signed) = track.sign_offs.iter().find(|of| of.position == evidence) {
                let build = self.build(id, &signed.build);
                return told(format!("the sign-off of {build} for {}", signed.function.as_str()));
            }
            if let Some(assessed) = track.assessments.iter().find(|of| of.position == evidence) {
                return told(format!("the assessment of {}", self.build(id, &assessed.build)));
            }
            if let Some(carry) = track.carried.iter().find(|of| of.position == evidence) {
                let build = self.build(id, &carry.to);
                return told(format!("that evidence {} holds for {build} too", carry.evidence));
            }
        }
        let whole = release.wholes.iter().find(|of| of.position == evidence)?;
        Some((None, format!("the word that the list of {} is whole", whole.list.as_str())))
    }
}

fn from(source: &Source) -> String {
    match source {
        Source::Hand => String::new(),
        Source::File { name } => format!(", from {name}"),
    }
}
