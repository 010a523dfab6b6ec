//! Defects, changes, sign-offs, waivers and what was carried forward: in verdicts, and in what we know.

use domain::assessment::Recommendation;
use domain::change::ChangeDescription;
use domain::criterion::Function;
use domain::defect::{DefectReport, DefectState, Exposure, OnBuild, Severity};
use domain::envelope::Position;
use domain::event::*;
use domain::evidence::AttestedResult;
use domain::id::{ChangeKey, DefectKey, TrackId};
use domain::impact::{Impact, Often, Reach};
use domain::knowledge::of_track;
use domain::listing::List;
use domain::readiness::{Readiness, Verdict};
use domain::time::Time;
use domain::track::TrackDescription;
use domain::waiver::{Scope, Subject};

use crate::story::*;

fn key(text: &str) -> DefectKey {
    DefectKey::parse(text).unwrap()
}

fn watch() -> TrackId {
    TrackId::parse("watchos").unwrap()
}

fn report(severity: Severity) -> DefectReport {
    DefectReport {
        title: "Old route".to_owned(),
        severity: Some(severity),
        tracks: vec![track()],
        areas: vec!["Sync".to_owned()],
        ..DefectReport::default()
    }
}

impl Story {
    fn defect(&mut self, key: &str, report: DefectReport) {
        let (defect, source, reason) = (self::key(key), Default::default(), None);
        self.happens(Event::DefectReported(Box::new(DefectReported { defect, report, source, reason })));
    }

    fn whole(&mut self, list: List) {
        self.happens(Event::ListWhole(ListWhole { list, source: Default::default(), note: None }));
    }

    fn translate(&mut self, key: &str, reach: Reach, often: Often) {
        let impact = Impact {
            experience: format!("runners see {key}"),
            reach,
            often,
            frequency: "4 of 212 syncs".to_owned(),
            circumstances: "after a run without a phone".to_owned(),
            workaround: None,
        };
        self.happens(Event::DefectTranslated(DefectTranslated { defect: self::key(key), impact }));
    }

    fn waive(&mut self, subject: Subject, scope: Scope, hours: i64) -> Position {
        let expires = Time::from_micros((self.hours + hours) * HOUR);
        let waiver = self.happens(Event::WaiverRequested(WaiverRequested {
            subject,
            track: track(),
            scope,
            reason: "known and small".to_owned(),
            mitigation: "support is told".to_owned(),
            expires,
        }));
        let function = Function::Product;
        let (note, provenance) = (None, Default::default());
        self.happens(Event::WaiverApproved(WaiverApproved { waiver, function, note, provenance }));
        waiver
    }

    fn watchos(&mut self) {
        self.happens(Event::TrackDescribed(TrackDescription {
            id: watch(),
            name: "watchOS".to_owned(),
            store: None,
            devices: vec![],
            shares_submission_with: None,
        }));
    }
}

fn started(presets: &[&str]) -> Story {
    let mut story = Story::new(presets.iter().map(|name| preset(name)).collect());
    story.nominate("514");
    story
}

#[test]
fn no_open_defect_is_met_only_once_somebody_says_that_the_list_is_whole() {
    let mut story = started(&["no-open-defects"]);
    story.check(&["unknown", "no-open-defects unknown: nobody has said that the list of defects is whole"]);
    story.defect("TW-1", report(Severity::Low));
    story.check(&["unknown", "no-open-defects unknown: nobody has said that the list of defects is whole"]);
    story.defect("TW-2", report(Severity::High));
    story.check(&[
        "not ready",
        "no-open-defects not met: 1 open: TW-2 | nobody has said that the list of defects is whole",
    ]);
    let whole = story.hours + 1;
    story.whole(List::Defects);
    story.check(&["not ready", "no-open-defects not met: 1 open: TW-2"]);
    story.defect("TW-2", DefectReport { state: DefectState::Verified, ..report(Severity::High) });
    story.check(&["ready", "no-open-defects met: none of these is open"]);
    let evidence = Position(story.events.len() as i64 - 1);
    assert_eq!(story.hours, whole + 1);
    story.happens(Event::EvidenceWithdrawn(EvidenceWithdrawn { evidence, reason: "not so".to_owned() }));
    story.check(&[
        "unknown",
        "no-open-defects unknown: the word that the list of defects is whole was withdrawn: not so",
    ]);
}

#[test]
fn a_fix_counts_from_the_build_that_has_it_and_a_severity_that_nobody_told_is_not_known() {
    let mut story = started(&["no-open-defects"]);
    story.whole(List::Defects);
    let resolved = |build: Option<&str>| DefectReport {
        state: DefectState::Resolved,
        fixed_in: build.map(|build| OnBuild { track: track(), build: number(build) }).into_iter().collect(),
        ..report(Severity::High)
    };
    story.defect("TW-1", resolved(Some("512")));
    story.check(&["ready", "no-open-defects met: none of these is open"]);
    story.defect("TW-1", resolved(None));
    story.check(&[
        "unknown",
        "no-open-defects unknown: TW-1 is resolved, and nobody says in which build; the candidate is 4.2.0 (514)",
    ]);
    story.defect("TW-1", resolved(Some("514")));
    story.check(&["ready", "no-open-defects met: none of these is open"]);
    story.nominate("512");
    story.check(&["not ready", "no-open-defects not met: 1 open: TW-1"]);
    story.nominate("514");
    story.defect("TW-1", DefectReport { severity: None, ..report(Severity::High) });
    story.check(&["unknown", "no-open-defects unknown: nobody says how bad TW-1 is"]);
}

#[test]
fn a_track_on_which_nobody_looked_is_neither_spared_nor_hit() {
    let mut story = started(&["no-open-defects"]);
    story.watchos();
    story.whole(List::Defects);
    story.defect("TW-1", report(Severity::High));
    let watchos = |story: &Story| {
        story.judge_all(|tracks| {
            let watchos = tracks.into_iter().nth(1).unwrap();
            (watchos.readiness, watchos.criteria[0].reasons.join(" | "))
        })
    };
    let unchecked =
        (Readiness::Unknown, "nobody has checked whether watchOS has TW-1, seen on iOS".to_owned());
    assert_eq!(watchos(&story), unchecked);
    story.defect("TW-1", DefectReport { state: DefectState::Verified, ..report(Severity::High) });
    assert_eq!(watchos(&story), unchecked, "that it is mended on iOS says nothing of watchOS");
    let tell = |story: &mut Story, exposure| {
        story.happens(Event::ExposureTold(ExposureTold {
            defect: key("TW-1"),
            track: watch(),
            exposure,
            note: None,
            provenance: Default::default(),
        }));
    };
    tell(&mut story, Exposure::NotAffected);
    assert_eq!(watchos(&story), (Readiness::Ready, "none of these is open".to_owned()));
    tell(&mut story, Exposure::NotChecked);
    assert_eq!(watchos(&story), unchecked);
    tell(&mut story, Exposure::Affected);
    story.defect("TW-1", report(Severity::High));
    assert_eq!(watchos(&story), (Readiness::NotReady, "1 open: TW-1".to_owned()));
    story.defect("TW-2", DefectReport { state: DefectState::Verified, ..report(Severity::High) });
    story.defect("TW-1", DefectReport { state: DefectState::Rejected, ..report(Severity::High) });
    assert_eq!(watchos(&story).0, Readiness::Ready, "what came settled asks nobody");
}

#[test]
fn changes_and_sign_offs_wait_for_each_function() {
    let mut story = started(&["changes-done", "sign-off"]);
    story.whole(List::Changes);
    story.check(&[
        "unknown",
        "changes-done met: every change is done",
        "sign-off unknown: qa has not signed 4.2.0 (514) off",
    ]);
    let change = ChangeKey::parse("TW-7").unwrap();
    let description = ChangeDescription { title: "Sync".to_owned(), ..ChangeDescription::default() };
    let (source, reason) = (Default::default(), None);
    story.happens(Event::ChangeDescribed(ChangeDescribed {
        change: change.clone(),
        description,
        source,
        reason,
    }));
    for function in [Function::Engineering, Function::Product] {
        let (change, notes, provenance) = (change.clone(), None, Default::default());
        story.happens(Event::ChangeSaid(ChangeSaid { change, function, done: true, notes, provenance }));
    }
    let (build, function, notes, provenance) = (number("514"), Function::Qa, None, Default::default());
    story.happens(Event::SignedOff(SignedOff { track: track(), build, function, notes, provenance }));
    story.check(&["not ready", "changes-done not met: 1 not done: TW-7 (qa)", "sign-off met: signed off"]);
    story.happens(Event::ChangeTakenOut(ChangeTakenOut { change, reason: "late".to_owned() }));
    story.nominate("512");
    story.check(&[
        "unknown",
        "changes-done met: every change is done",
        "sign-off unknown: qa’s sign-off was given for 4.2.0 (514); the candidate is 4.2.0 (512), 9 commits earlier",
    ]);
}

#[test]
fn a_waiver_counts_within_its_scope_and_its_time_and_no_longer() {
    let criterion = |id: &str| Subject::Criterion { criterion: domain::id::CriterionId::parse(id).unwrap() };
    let mut story = started(&["no-open-defects", "smoke-passed"]);
    story.whole(List::Defects);
    story.run("514", "smoke", None, true, passed(3));
    story.defect("TW-1", report(Severity::High));
    story.check(&[
        "not ready",
        "no-open-defects not met: 1 open: TW-1",
        "smoke-passed met: all 3 planned cases run | the plan is this run itself, which was called complete",
    ]);
    story.waive(Subject::Defect { defect: key("TW-1") }, Scope::Release, 5);
    let verdicts = |story: &Story, hours| {
        story.judge_after(hours, |judged| judged.criteria.iter().map(|of| of.verdict).collect::<Vec<_>>())
    };
    assert_eq!(verdicts(&story, 0), [Verdict::Met, Verdict::Met], "a waived defect no longer counts");
    assert_eq!(verdicts(&story, 10), [Verdict::NotMet, Verdict::Met], "an expired waiver stops counting");
    story.defect("TW-1", report(Severity::Critical));
    assert_eq!(verdicts(&story, 0), [Verdict::NotMet, Verdict::Met], "it turned out worse than was accepted");
    story.waive(criterion("no-open-defects"), Scope::Build { build: number("514") }, 100);
    assert_eq!(verdicts(&story, 0), [Verdict::Waived, Verdict::Met]);
    assert_eq!(
        story.judged(0)[1],
        "no-open-defects waived: waived: known and small | 1 open: TW-1",
        "what is waived is still told"
    );
    story.nominate("512");
    assert_eq!(verdicts(&story, 0), [Verdict::NotMet, Verdict::Unknown], "the next candidate ends it");
    story.nominate("514");
    assert_eq!(verdicts(&story, 0), [Verdict::NotMet, Verdict::Met], "and no way back revives it");
}

#[test]
fn what_was_carried_forward_counts_and_says_so() {
    let mut story = started(&["smoke-passed", "platform-validation-complete"]);
    let run = story.run("512", "smoke", None, true, passed(3));
    let carry = |story: &mut Story, evidence| {
        let (to, reason) = (number("514"), "only a text differs".to_owned());
        story.happens(Event::EvidenceCarried(EvidenceCarried { track: track(), evidence, to, reason }))
    };
    let check = story.attest("512", "iPhone", AttestedResult::Passed);
    story.attest("514", "iPad", AttestedResult::Passed);
    carry(&mut story, check);
    let carried = carry(&mut story, run);
    story.check(&[
        "ready",
        "smoke-passed met: all 3 planned cases run | smoke run r1 on 512 is taken to hold: only a text differs",
        "platform-validation-complete met: all 2 devices passed | by hand on iPhone on 512 is taken to hold: only a text differs",
    ]);
    let assumed =
        story.judge(|judged| of_track(&judged).unknown.iter().map(|of| of.text.clone()).collect::<Vec<_>>());
    assert_eq!(assumed[0], "We assume that evidence 8 holds for this build too: only a text differs.");
    let reason = "it was another text".to_owned();
    story.happens(Event::EvidenceWithdrawn(EvidenceWithdrawn { evidence: carried, reason }));
    assert_eq!(
        story.judged(0)[1],
        "smoke-passed unknown: smoke ran on 4.2.0 (512); the candidate is 4.2.0 (514), 9 commits later"
    );
}

#[test]
fn impacts_are_told_the_most_felt_first_and_what_nobody_told_is_a_debt() {
    let mut story = started(&["no-open-defects"]);
    story.whole(List::Defects);
    for (name, severity) in [("TW-1", Severity::Low), ("TW-2", Severity::High), ("TW-3", Severity::Critical)]
    {
        story.defect(name, report(severity));
    }
    story.translate("TW-1", Reach::Everyone, Often::Always);
    story.translate("TW-2", Reach::Few, Often::Rarely);
    story.waive(Subject::Defect { defect: key("TW-1") }, Scope::Release, 90);
    story.judge(|judged| {
        let told = of_track(&judged);
        let texts = |lines: &[domain::knowledge::Line]| {
            lines.iter().map(|line| line.text.clone()).collect::<Vec<_>>()
        };
        assert_eq!(
            texts(&told.means),
            [
                "What users would meet of 1 defect in Sync, nobody has told.",
                "Runners see TW-1, after a run without a phone, always for every user (4 of 212 syncs); no workaround. It is accepted: known and small.",
                "Runners see TW-2, after a run without a phone, rarely for a few users (4 of 212 syncs); no workaround.",
                "Not seen on iPhone or iPad, so a fault on these would reach users unseen.",
            ]
        );
        assert_eq!(texts(&told.unknown)[0], "Nobody has told what TW-3 “Old route” (critical) is for users.");
        assert_eq!(
            texts(&told.know)[1],
            "TW-1 “Old route” is open (low): runners see TW-1, after a run without a phone, always for every user (4 of 212 syncs); no workaround."
        );
    });
}

#[test]
fn the_assessment_is_of_the_candidate_alone() {
    let mut story = started(&["no-open-defects"]);
    story.happens(Event::Assessed(Assessed {
        track: track(),
        build: number("514"),
        recommendation: Recommendation::Go,
        confidence: 90,
        reasons: "calm".to_owned(),
    }));
    assert_eq!(story.release().tracks[&track()].assessment().unwrap().confidence, 90);
    story.nominate("512");
    assert!(story.release().tracks[&track()].assessment().is_none());
}
