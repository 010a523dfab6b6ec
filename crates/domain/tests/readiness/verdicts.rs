//! Readiness as a script: what happened on a track, and what its criteria come to.

use domain::cases::Merged;
use domain::criteria::fact::Fact;
use domain::digest::Digest;
use domain::envelope::{Envelope, Position};
use domain::event::{Event, EvidenceWithdrawn, PlanSet, SummaryWritten};
use domain::evidence::AttestedResult;
use domain::id::{RunKind, TrackId};
use domain::readiness::next_change_at;
use domain::runs::{Merges, PlanKey, wanted};
use domain::time::Time;
use domain::track::Plan;
use proptest::prelude::*;

use crate::story::*;

#[test]
fn nothing_agreed_is_never_ready() {
    Story::new(vec![])
        .check(&["unknown", "no definition of ready is in force: write criteria and apply them"]);
    let mut elsewhere = preset("smoke-passed");
    elsewhere.tracks = Some(vec![TrackId::parse("android").unwrap()]);
    Story::new(vec![elsewhere]).check(&["unknown", "no criterion for submission applies to iOS"]);
}

#[test]
fn without_a_candidate_nothing_is_known() {
    let mut story = Story::new(vec![preset("smoke-passed"), preset("platform-validation-complete")]);
    story.run("514", "smoke", None, false, passed(33));
    story.check(&[
        "unknown",
        "smoke-passed unknown: no candidate is nominated on iOS",
        "platform-validation-complete unknown: no candidate is nominated on iOS",
    ]);
}

#[test]
fn evidence_counts_for_its_own_build_and_is_stale_for_any_other() {
    let mut story = Story::new(vec![preset("smoke-passed")]);
    story.nominate("512");
    story.check(&["unknown", "smoke-passed unknown: no smoke run on 4.2.0 (512) yet"]);
    story.run("512", "smoke", None, false, passed(33));
    story.check(&["ready", "smoke-passed met: all 33 planned cases run"]);
    story.nominate("514");
    story.check(&[
        "unknown",
        "smoke-passed unknown: smoke ran on 4.2.0 (512); the candidate is 4.2.0 (514), 9 commits later",
    ]);
    story.nominate("512");
    story.check(&["ready", "smoke-passed met: all 33 planned cases run"]);
}

#[test]
fn withdrawn_evidence_no_longer_counts_and_says_why() {
    let mut story = Story::new(vec![preset("smoke-passed")]);
    story.nominate("514");
    let evidence = story.run("514", "smoke", None, false, passed(33));
    let reason = "it ran against staging".to_owned();
    story.happens(Event::EvidenceWithdrawn(EvidenceWithdrawn { evidence, reason }));
    story.check(&["unknown", "smoke-passed unknown: the smoke run was withdrawn: it ran against staging"]);
}

#[test]
fn failing_cases_stand_against_and_are_named() {
    let mut story = Story::new(vec![preset("smoke-passed"), preset("regression-complete")]);
    story.nominate("514");
    story.run("514", "smoke", None, false, failed(33, &["opens"]));
    story.run("514", "regression", None, true, failed(297, &["a", "b", "c", "d"]));
    story.check(&[
        "not ready",
        "smoke-passed not met: 1 failed: opens | all 33 planned cases run",
        "regression-complete not met: 4 failed: a, b, c and 1 more | all 297 planned cases run | the plan is this run itself, which was called complete",
    ]);
}

#[test]
fn a_run_without_a_plan_is_not_known_to_be_complete_yet_its_failures_are() {
    let no_plan = |merged: Merged| Merged { planned: None, covered: 0, ..merged };
    let mut story = Story::new(vec![preset("regression-complete")]);
    story.nominate("514");
    story.run("514", "regression", None, false, no_plan(passed(297)));
    let why = "nothing says which regression cases should run: list them in a plan file, or ingest a whole run with --complete";
    story.check(&["unknown", &format!("regression-complete unknown: {why}")]);
    let mut story = Story::new(vec![preset("regression-complete")]);
    story.nominate("514");
    story.run("514", "regression", None, false, no_plan(failed(297, &["a"])));
    story.check(&["not ready", &format!("regression-complete not met: 1 failed: a | {why}")]);
}

#[test]
fn cases_not_run_are_counted_and_named() {
    let not_run: Vec<String> = (0..35)
        .map(|case| format!("app.{}.t{case}", if case < 31 { "CheckoutTest" } else { "Other" }))
        .collect();
    let merged = Merged { not_run, planned: Some(297), covered: 262, ..passed(262) };
    let mut story = Story::new(vec![preset("regression-complete"), preset("plan-coverage")]);
    story.nominate("514");
    story.run("514", "regression", None, false, merged);
    let lacking = "262 of 297 planned cases run; 35 not run, 31 of them in CheckoutTest";
    story.check(&[
        "not ready",
        &format!("regression-complete not met: {lacking}"),
        &format!("plan-coverage not met: {lacking}"),
    ]);
}

#[test]
fn the_plan_is_a_list_or_the_last_complete_run_of_that_kind() {
    let mut story = Story::new(vec![preset("regression-complete")]);
    story.nominate("514");
    story.run("512", "regression", None, true, passed(297));
    story.run("514", "regression", None, false, passed(297));
    let plan_of =
        |story: &Story| wanted(&story.release(), Time::from_micros(0), &Merges::new())[0].plan.clone();
    assert!(matches!(plan_of(&story), PlanKey::Run(of) if of == vec![vec![Digest::of(b"512regression6")]]));
    let plan = Plan { list: Digest::of(b"plan"), cases: 3, source: "plan.txt".to_owned() };
    story.happens(Event::PlanSet(PlanSet {
        track: track(),
        kind: RunKind::parse("regression").unwrap(),
        plan,
    }));
    assert_eq!(plan_of(&story), PlanKey::List(Digest::of(b"plan")));
}

#[test]
fn where_nothing_ran_nothing_is_known() {
    let skipped = Merged { cases: 5, skipped: 5, planned: Some(0), ..Merged::default() };
    let mut story = Story::new(vec![
        preset("smoke-passed"),
        preset("regression-complete"),
        own("runs.smoke.failed == 0"),
    ]);
    story.nominate("514");
    story.run("514", "smoke", None, false, skipped);
    story.run("514", "regression", None, true, Merged { planned: Some(0), ..Merged::default() });
    story.check(&[
        "unknown",
        "smoke-passed unknown: all 5 smoke cases on 4.2.0 (514) were skipped",
        "regression-complete unknown: the regression report on 4.2.0 (514) holds no case",
        "own unknown: all 5 smoke cases on 4.2.0 (514) were skipped",
    ]);
    let mut story = Story::new(vec![preset("plan-coverage"), preset("regression-complete")]);
    story.nominate("514");
    story.run("514", "regression", None, true, Merged { planned: Some(0), covered: 0, ..passed(1) });
    let why = "the plan of regression names no case that could run";
    story.check(&[
        "unknown",
        &format!("plan-coverage unknown: {why}"),
        &format!("regression-complete unknown: {why}"),
    ]);
}

#[test]
fn a_run_that_is_its_own_plan_says_so_and_what_ran_before() {
    let mut story = Story::new(vec![preset("regression-complete")]);
    story.nominate("514");
    story.run("512", "regression", None, true, passed(1000));
    story.run("514", "regression", None, true, passed(25));
    story.check(&[
        "ready",
        "regression-complete met: all 25 planned cases run | the plan is this run itself, which was called complete; on 4.2.0 (512) 1,000 cases ran",
    ]);
}

#[test]
fn a_list_of_failures_that_is_cut_does_not_pass_for_the_whole() {
    let cut = Merged { failed: 1500, passed: 0, ..failed(1500, &["a", "b"]) };
    let mut story = Story::new(vec![
        own("!runs.regression.failures.exists(f, f.name == 'z')"),
        preset("regression-complete"),
    ]);
    story.nominate("514");
    story.run("514", "regression", None, true, cut);
    story.check(&[
        "not ready",
        "own unknown: 1,498 more failed cases are counted and not named",
        "regression-complete not met: 1,500 failed: a, b and 1,498 more | all 1,500 planned cases run | the plan is this run itself, which was called complete | 1,498 more failed cases are counted and not named",
    ]);
}

#[test]
fn a_case_on_another_device_is_another_case() {
    let mut story = Story::new(vec![preset("smoke-passed")]);
    story.nominate("514");
    story.run("514", "smoke", Some("iPhone"), false, passed(1));
    story.run("514", "smoke", Some("iPad"), false, passed(1));
    story.run("514", "smoke", Some("iPhone"), false, passed(1));
    let keys = wanted(&story.release(), Time::from_micros(0), &Merges::new());
    let groups: Vec<Vec<usize>> = keys.iter().map(|key| key.ingests.iter().map(Vec::len).collect()).collect();
    assert!(groups.contains(&vec![1, 2]), "by device, and reruns within one: {groups:?}");
}

#[test]
fn a_lost_blob_makes_its_run_unknown_and_nothing_else() {
    let mut story = Story::new(vec![preset("smoke-passed"), preset("regression-complete")]);
    story.nominate("514");
    story.run("514", "smoke", None, false, passed(33));
    let before = story.merges.clone();
    story.run("514", "regression", None, true, passed(3));
    for (key, merge) in &mut story.merges {
        if !before.contains_key(key) {
            *merge = Err("blob 1f is not there".into());
        }
    }
    story.check(&[
        "unknown",
        "smoke-passed met: all 33 planned cases run",
        "regression-complete unknown: blob 1f is not there",
    ]);
}

#[test]
fn devices_are_validated_by_hand_or_by_a_run_and_a_failed_check_stands_until_another() {
    let mut story = Story::new(vec![preset("platform-validation-complete")]);
    story.nominate("514");
    story.check(&["unknown", "platform-validation-complete unknown: no result for iPhone, iPad"]);
    story.attest("514", "iPhone", AttestedResult::Failed);
    story
        .check(&["not ready", "platform-validation-complete not met: failed on iPhone | no result for iPad"]);
    story.run("514", "platform", Some("iPhone"), false, passed(3));
    story
        .check(&["not ready", "platform-validation-complete not met: failed on iPhone | no result for iPad"]);
    story.attest("514", "iPhone", AttestedResult::Passed);
    story.attest("512", "iPad", AttestedResult::Passed);
    story.check(&[
        "unknown",
        "platform-validation-complete unknown: iPad was validated on 4.2.0 (512); the candidate is 4.2.0 (514), 9 commits later",
    ]);
    let check = story.attest("514", "iPad", AttestedResult::Passed);
    story.check(&["ready", "platform-validation-complete met: all 2 devices passed"]);
    story.happens(Event::EvidenceWithdrawn(EvidenceWithdrawn {
        evidence: check,
        reason: "wrong iPad".to_owned(),
    }));
    assert_eq!(story.judged(0)[0], "unknown");
}

#[test]
fn evidence_grows_too_old_by_itself_and_the_moment_is_known_beforehand() {
    let mut criterion = preset("smoke-passed");
    criterion.max_age_hours = Some(48);
    let mut story = Story::new(vec![criterion]);
    story.nominate("514");
    story.run("514", "smoke", None, false, passed(33));
    let (now, turns) = (Time::from_micros(story.hours * HOUR), (story.hours + 48) * HOUR);
    assert_eq!(next_change_at(&story.release(), now), Some(Time::from_micros(turns)));
    assert_eq!(story.judged(47)[0], "ready");
    assert_eq!(
        story.judged(48),
        ["unknown", "smoke-passed unknown: the smoke run is 2 days old; it counts for 2 days"]
    );
    assert_eq!(next_change_at(&story.release(), Time::from_micros(turns)), None);
}

#[test]
fn a_fresh_shard_does_not_make_an_old_run_fresh() {
    let mut criterion = preset("smoke-passed");
    criterion.max_age_hours = Some(48);
    let mut story = Story::new(vec![criterion]);
    story.nominate("514");
    story.run("514", "smoke", None, false, passed(33));
    story.hours += 100;
    story.run("514", "smoke", None, false, passed(1));
    let keys = wanted(&story.release(), Time::from_micros(story.hours * HOUR), &Merges::new());
    let sizes: Vec<usize> = keys.iter().map(|key| key.ingests.iter().map(Vec::len).sum()).collect();
    assert!(
        sizes.contains(&1) && sizes.contains(&2),
        "one merge without the old run, one with it: {sizes:?}"
    );
    story.check(&["ready", "smoke-passed met: all 1 planned case run"]);
}

#[test]
fn what_is_redacted_is_told_and_only_evidence_can_be() {
    use domain::command::evidence::redact;
    let mut story = Story::new(vec![]);
    let envelope =
        Envelope { kind: "run_ingested".into(), position: Position(9), ..story.events[0].0.clone() };
    story.events.push((envelope, Event::Redacted));
    assert_eq!(story.release().redacted, [(Position(9), "run_ingested".into())]);
    assert!(redact("run_ingested", Position(9), "a name").is_ok());
    assert!(redact("run_ingested", Position(9), "  ").is_err());
    let refused = redact("release_planned", Position(3), "a name").unwrap_err();
    assert!(refused.sentence.contains("holds a release together"), "{refused}");
}

#[test]
fn every_fact_of_the_catalogue_is_gathered_and_no_other() {
    use domain::criteria::catalogue::{Type, catalogue};
    let mut story = Story::new(vec![]);
    story.nominate("514");
    story.run("514", "smoke", None, true, passed(33));
    story.attest("514", "iPhone", AttestedResult::Passed);
    let summary = SummaryWritten {
        track: track(),
        build: number("514"),
        text: Digest::ZERO,
        words: 9,
        provenance: Default::default(),
    };
    story.happens(Event::SummaryWritten(summary));
    let release = story.release();
    let view = domain::facts::View { now: Time::from_micros(0), max_age_hours: None, merges: &story.merges };
    let facts = domain::facts::gather(&release, &release.tracks[&track()], view);
    fn same(path: &str, of: &Type, fact: &Fact) {
        match (of, fact) {
            (Type::Record(fields), Fact::Map(map)) => {
                let mut names: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
                names.sort_unstable();
                let known: Vec<&str> = map.keys().collect();
                assert_eq!(names, known, "under {path:?}");
                fields.iter().for_each(|field| same(&field.name, &field.of, map.get(&field.name).unwrap()));
            }
            (Type::List(of), Fact::List(items) | Fact::AtLeast(items, _)) => {
                items.iter().take(1).for_each(|item| same(path, of, item))
            }
            (Type::Open(_), Fact::Open(..)) | (_, Fact::Missing(_)) => {}
            (Type::Int, Fact::Int(_)) | (Type::Double, Fact::Double(_)) | (Type::Bool, Fact::Bool(_)) => {}
            (Type::Text, Fact::Text(_)) => {}
            (of, fact) => panic!("{path} is {} and should be {}", fact.type_name(), of.label()),
        }
    }
    same("", &catalogue(&release.kinds()), &facts);
}

#[test]
fn a_summary_is_of_one_build() {
    let mut story = Story::new(vec![preset("test-summary-written")]);
    story.nominate("514");
    let write = |build| {
        Event::SummaryWritten(SummaryWritten {
            track: track(),
            build: number(build),
            text: Digest::ZERO,
            words: 120,
            provenance: Default::default(),
        })
    };
    story.check(&["unknown", "test-summary-written unknown: no test summary is written for 4.2.0 (514)"]);
    story.happens(write("512"));
    story.check(&[
        "unknown",
        "test-summary-written unknown: the test summary was written for 4.2.0 (512); the candidate is 4.2.0 (514), 9 commits later",
    ]);
    story.happens(write("514"));
    story.check(&["ready", "test-summary-written met: 120 words long"]);
}

#[test]
fn own_criteria_tell_the_values_that_they_read_and_metrics_may_be_missing() {
    let mut story = Story::new(vec![own("runs.performance.metrics.cold_ms < 1500.0")]);
    story.nominate("514");
    story.run("514", "performance", None, false, passed(3));
    story.check(&["not ready", "own not met: cold of performance is 1,640 ms"]);
    let mut story = Story::new(vec![own("runs.performance.metrics.warm_ms < 1500.0")]);
    story.nominate("514");
    story.run("514", "performance", None, false, passed(3));
    story.check(&["unknown", "own unknown: no performance report on 4.2.0 (514) carried that metric"]);
}

#[test]
fn a_broken_criterion_is_shown_and_never_ready() {
    let mut story = Story::new(vec![own("1 / runs.smoke.failed == 1 || true"), preset("smoke-passed")]);
    story.nominate("514");
    story.run("514", "smoke", None, false, passed(33));
    story.check(&[
        "unknown",
        "own unknown: this criterion is broken: it divides by zero",
        "smoke-passed met: all 33 planned cases run",
    ]);
}

#[test]
fn what_a_newer_version_wrote_makes_a_release_read_only() {
    let mut story = Story::new(vec![]);
    story.happens(Event::Unrecognised);
    let release = story.release();
    let refused = domain::command::evidence::writable(&release).unwrap_err();
    assert!(refused.sentence.contains("newer Seaworthy"), "{refused}");
}

proptest! {
    /// Failing evidence on the candidate never makes a track readier, and evidence for another build changes nothing.
    #[test]
    fn bad_news_never_helps(events in proptest::collection::vec(0..5_u8, 0..12), bad in 0..3_u8) {
        let mut story = Story::new(vec![
            preset("smoke-passed"), preset("regression-complete"), preset("platform-validation-complete"),
        ]);
        story.nominate("514");
        let tell = |story: &mut Story, event: u8| match event {
            0 => { story.run("514", "smoke", None, false, passed(3)); }
            1 => { story.run("514", "regression", None, true, passed(9)); }
            2 => { story.attest("514", "iPhone", AttestedResult::Passed); }
            3 => { story.attest("514", "iPad", AttestedResult::Passed); }
            _ => { story.run("512", "smoke", None, true, failed(3, &["x"])); }
        };
        // Merges of several ingests are not told here, so each kind comes at most once.
        let mut seen = [false; 5];
        for event in events {
            if !std::mem::replace(&mut seen[usize::from(event)], true) {
                tell(&mut story, event);
            }
        }
        let before = story.judged(0)[0].clone();
        match bad {
            0 if !seen[0] => { story.run("514", "smoke", None, false, failed(3, &["x"])); }
            1 if !seen[1] => { story.run("514", "regression", None, true, failed(9, &["x"])); }
            _ => { story.attest("514", "iPhone", AttestedResult::Failed); }
        }
        let rank = |readiness: &str| ["not ready", "unknown", "ready"].iter().position(|known| *known == readiness);
        prop_assert!(rank(&story.judged(0)[0]) <= rank(&before));
    }
}
