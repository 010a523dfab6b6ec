//! The few words of a verdict, and the evidence that it rests on.

use domain::criterion::{Criterion, Rule};
use domain::evidence::AttestedResult;
use domain::ground::GroundKind;

use crate::story::*;

/// Tells a story on the candidate 514 and holds the brief of its one criterion, and its grounds, to what is expected.
#[track_caller]
fn check(criterion: Criterion, tell: impl FnOnce(&mut Story), brief: &str, grounds: &[&str]) {
    let mut story = Story::new(vec![criterion]);
    story.nominate("514");
    tell(&mut story);
    story.judge(|judged| {
        let shown: Vec<String> = judged.criteria[0]
            .grounds
            .iter()
            .map(|ground| {
                let stale = if ground.stale { ", stale" } else { "" };
                format!("{} on {}{stale}", ground.label, ground.build)
            })
            .collect();
        assert_eq!(
            (judged.criteria[0].brief.as_str(), shown),
            (brief, grounds.iter().map(|g| (*g).to_owned()).collect())
        );
    });
}

fn offenders(source: &str) -> Criterion {
    Criterion { rule: Rule::Offenders(source.to_owned()), ..own("") }
}

#[test]
fn a_run_is_told_by_what_ran_of_what_should() {
    let regression = || preset("regression-complete");
    let ran = ["regression run r1 on 514"];
    check(
        regression(),
        |story| _ = story.run("514", "regression", None, true, passed(297)),
        "297 of 297",
        &ran,
    );
    let lacking = || {
        let mut merged = passed(262);
        (merged.planned, merged.covered) = (Some(297), 262);
        merged.not_run = (0..35).map(|case| format!("CheckoutTest.case{case}")).collect();
        merged
    };
    check(
        regression(),
        |story| _ = story.run("514", "regression", None, true, lacking()),
        "262 of 297 run",
        &ran,
    );
    check(
        preset("plan-coverage"),
        |story| _ = story.run("514", "regression", None, true, lacking()),
        "262 of 297 run",
        &ran,
    );
    check(
        regression(),
        |story| _ = story.run("514", "regression", None, true, failed(297, &["a", "b"])),
        "2 failed",
        &ran,
    );
    check(
        regression(),
        |story| _ = story.run("512", "regression", None, true, passed(297)),
        "ran on 512",
        &["regression run r1 on 512, stale"],
    );
    check(regression(), |_| {}, "not run", &[]);
    let mut flaky = passed(1000);
    flaky.flaky = 7;
    check(preset("flaky-rate"), |story| _ = story.run("514", "regression", None, true, flaky), "0.7 %", &ran);
    let mut unplanned = passed(33);
    unplanned.planned = None;
    check(
        preset("smoke-passed"),
        |story| _ = story.run("514", "smoke", None, false, unplanned.clone()),
        "33 passed",
        &["smoke run r1 on 514"],
    );
    check(regression(), |story| _ = story.run("514", "regression", None, false, unplanned), "no plan", &ran);
    let mut skipped = passed(3);
    (skipped.passed, skipped.skipped) = (0, 3);
    check(
        regression(),
        |story| _ = story.run("514", "regression", None, false, skipped),
        "nothing ran",
        &ran,
    );
}

#[test]
fn what_is_too_old_says_so_and_is_still_a_ground() {
    let mut criterion = preset("smoke-passed");
    criterion.max_age_hours = Some(1);
    let tell = |story: &mut Story| {
        story.run("514", "smoke", None, false, passed(33));
        story.attest("514", "iPad", AttestedResult::Passed);
    };
    check(criterion, tell, "too old", &["smoke run r1 on 514"]);
}

#[test]
fn devices_are_counted_and_each_names_what_decides_it() {
    let platform = || preset("platform-validation-complete");
    check(platform(), |_| {}, "0 of 2 devices", &[]);
    let stale_and_fresh = |story: &mut Story| {
        story.attest("512", "iPhone", AttestedResult::Passed);
        story.attest("514", "iPad", AttestedResult::Passed);
    };
    check(
        platform(),
        stale_and_fresh,
        "1 of 2 devices",
        &["by hand on iPad on 514", "by hand on iPhone on 512, stale"],
    );
    let failing_stands = |story: &mut Story| {
        story.attest("514", "iPad", AttestedResult::Failed);
        story.run("514", "smoke", Some("iPad"), false, passed(3));
        story.run("514", "smoke", Some("iPhone"), false, passed(3));
    };
    check(
        platform(),
        failing_stands,
        "1 of 2 failed",
        &["smoke run r1 on iPhone on 514", "by hand on iPad on 514"],
    );
}

#[test]
fn a_summary_is_told_by_its_length_or_by_the_build_that_it_is_for() {
    let summary = || preset("test-summary-written");
    check(summary(), |_| {}, "no summary", &[]);
    check(summary(), |story| story.summarize("514", 83), "83 words", &["test summary on 514"]);
    check(summary(), |story| story.summarize("514", 1), "1 word", &["test summary on 514"]);
    check(summary(), |story| story.summarize("512", 83), "written for 512", &["test summary on 512, stale"]);
}

#[test]
fn own_criteria_tell_their_one_number_or_their_offenders() {
    let ran = ["performance run r1 on 514"];
    let perform =
        |story: &mut Story| _ = story.run("514", "performance", None, false, failed(3, &["a", "b", "c"]));
    check(own("runs.performance.metrics.cold_ms < 2000.0"), perform, "1,640 ms", &ran);
    check(own("runs.performance.metrics.warm_ms < 2000.0"), perform, "no such metric", &ran);
    check(own("runs.performance.cases == 3"), perform, "3", &ran);
    check(own("runs.performance.coverage > 0.5"), perform, "100 %", &ran);
    check(own("runs.performance.failed < runs.performance.cases"), perform, "does not hold", &ran);
    check(own("candidate.version == \"4.2.0\""), perform, "holds", &[]);
    check(own("1 / runs.performance.skipped == 1"), perform, "broken", &ran);
    check(offenders("runs.performance.failures.map(f, f.name)"), perform, "3 offenders", &ran);
    check(offenders("runs.performance.not_run"), perform, "no offenders", &ran);
    check(own("candidate.version == \"runs.smoke.failed\""), perform, "does not hold", &[]);
}

#[test]
fn without_a_candidate_there_are_no_grounds() {
    let mut story = Story::new(vec![preset("smoke-passed")]);
    story.run("514", "smoke", None, false, passed(33));
    story.judge(|judged| {
        assert_eq!(
            (judged.criteria[0].brief.as_str(), judged.criteria[0].grounds.len()),
            ("no candidate", 0)
        );
    });
}

#[test]
fn grounds_are_the_newest_and_not_endless() {
    let mut story = Story::new(vec![preset("smoke-passed")]);
    story.nominate("514");
    let positions: Vec<_> = (0..25).map(|_| story.run("514", "smoke", None, false, passed(3))).collect();
    story.judge(|judged| {
        let grounds = &judged.criteria[0].grounds;
        assert_eq!(
            (grounds.len(), grounds[0].position, grounds[0].kind),
            (20, positions[24], GroundKind::Run)
        );
    });
}
