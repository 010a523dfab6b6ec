//! Merging ingests: shards add up, reruns replace, plans are held against what ran.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::convert::Infallible;

use domain::cases::{CaseKey, Merged, Outcomes, Plan, Record, merge, plan_lines};
use reports::Outcome;

/// Cases written as `name:outcome`, several outcomes of one name being several cases of that name.
fn ingest(cases: &str) -> Vec<Record> {
    let mut records: Vec<Record> = cases
        .split_whitespace()
        .map(|case| {
            let (name, outcome) = case.split_once(':').unwrap();
            let (suite, name) = name.split_once('/').unwrap_or(("", name));
            Record {
                key: CaseKey { label: number(name), suite: number(suite) },
                note: 0,
                duration_ms: 500.0,
                outcome: match outcome {
                    "pass" | "flaky" => Outcome::Passed,
                    "fail" => Outcome::Failed,
                    "error" => Outcome::Errored,
                    "skip" => Outcome::Skipped,
                    other => panic!("no outcome {other}"),
                },
                flaky: outcome == "flaky",
                attempts: 1,
            }
        })
        .collect();
    records.sort_by_key(|record| record.key);
    records
}

fn number(name: &str) -> u64 {
    name.bytes().fold(0, |number, byte| number * 256 + u64::from(byte))
}

fn stream(cases: &str) -> std::vec::IntoIter<Result<Record, Infallible>> {
    ingest(cases).into_iter().map(Ok).collect::<Vec<_>>().into_iter()
}

fn told(outcomes: &Outcomes) -> String {
    let Merged { cases, passed, failed, errored, skipped, flaky, planned, covered, .. } = &outcomes.merged;
    let mut text = format!("{cases}: {passed} passed, {failed} failed, {skipped} skipped");
    if *errored > 0 {
        text += &format!(", {errored} errored");
    }
    if *flaky > 0 {
        text += &format!(", {flaky} flaky");
    }
    if let Some(planned) = planned {
        text += &format!("; {covered} of {planned} planned");
    }
    if !outcomes.not_run.is_empty() {
        let name = |label: u64| -> String {
            label.to_be_bytes().iter().filter(|byte| **byte > 0).map(|byte| char::from(*byte)).collect()
        };
        let names: Vec<String> = outcomes.not_run.iter().map(|key| name(key.label)).collect();
        text += &format!(" without {}", names.join(" "));
    }
    text
}

/// Ingests, oldest first; a plan as `list: a b` or `run: a:pass b:pass`.
#[track_caller]
fn check(ingests: &[&str], plan: &str, expect: &str) {
    let plan = match plan.split_once(": ").unwrap_or((plan, "")) {
        ("", _) => Plan::None,
        ("list", names) => {
            let mut labels: Vec<u64> = names.split_whitespace().map(number).collect();
            labels.sort_unstable();
            Plan::Labels(labels)
        }
        ("run", cases) => Plan::Records(vec![vec![stream(cases)]]),
        (other, _) => panic!("no plan {other}"),
    };
    // Ingests after a bar ran on another device.
    let groups = ingests.split(|ingest| *ingest == "|");
    let groups = groups.map(|group| group.iter().map(|cases| stream(cases)).collect()).collect();
    let Ok(outcomes) = merge(groups, plan);
    assert_eq!(told(&outcomes), expect);
}

#[test]
fn shards_add_up() {
    check(&["a:pass b:fail", "c:pass d:skip"], "", "4: 2 passed, 1 failed, 1 skipped");
    check(&[], "", "0: 0 passed, 0 failed, 0 skipped");
}

#[test]
fn a_rerun_replaces_an_outcome_and_passing_after_failing_is_flaky() {
    check(&["a:fail b:pass", "a:pass"], "", "2: 2 passed, 0 failed, 0 skipped, 1 flaky");
    check(&["a:pass", "a:fail"], "", "1: 0 passed, 1 failed, 0 skipped");
    check(&["a:error", "a:fail", "a:pass"], "", "1: 1 passed, 0 failed, 0 skipped, 1 flaky");
    check(&["a:pass", "a:pass"], "", "1: 1 passed, 0 failed, 0 skipped");
    check(&["a:flaky", "a:pass"], "", "1: 1 passed, 0 failed, 0 skipped");
    check(&["a:flaky"], "", "1: 1 passed, 0 failed, 0 skipped, 1 flaky");
}

#[test]
fn a_rerun_that_skips_a_case_says_nothing_of_it() {
    check(&["a:fail b:pass", "a:skip b:skip"], "", "2: 1 passed, 1 failed, 0 skipped");
    check(&["a:skip", "a:fail"], "", "1: 0 passed, 1 failed, 0 skipped");
}

#[test]
fn within_one_ingest_a_repeat_is_a_case_of_its_own() {
    check(&["a:pass a:fail"], "", "2: 1 passed, 1 failed, 0 skipped");
    check(&["a:fail a:fail", "a:pass a:pass"], "", "2: 2 passed, 0 failed, 0 skipped, 2 flaky");
    check(&["a:fail a:fail", "a:pass"], "", "2: 1 passed, 1 failed, 0 skipped, 1 flaky");
}

#[test]
fn the_same_name_in_another_suite_is_another_case() {
    check(&["x/a:fail y/a:fail", "y/a:pass"], "", "2: 1 passed, 1 failed, 0 skipped, 1 flaky");
}

#[test]
fn a_list_names_what_did_not_run_and_skipped_is_not_run() {
    check(
        &["a:pass b:skip x:pass"],
        "list: a b c",
        "3: 2 passed, 0 failed, 1 skipped; 1 of 3 planned without b c",
    );
    check(&["x/a:skip y/a:fail"], "list: a", "2: 0 passed, 1 failed, 1 skipped; 1 of 1 planned");
    check(&["x/a:pass y/a:pass z/b:pass"], "list: a b", "3: 3 passed, 0 failed, 0 skipped; 2 of 2 planned");
    check(&[], "list: a b", "0: 0 passed, 0 failed, 0 skipped; 0 of 2 planned without a b");
    check(&["m:pass"], "list: a m z", "1: 1 passed, 0 failed, 0 skipped; 1 of 3 planned without a z");
}

#[test]
fn a_run_as_plan_counts_repeats_and_leaves_out_what_it_skipped() {
    check(
        &["a:pass"],
        "run: a:pass b:fail c:skip",
        "1: 1 passed, 0 failed, 0 skipped; 1 of 2 planned without b",
    );
    check(&["a:pass"], "run: a:pass a:pass", "1: 1 passed, 0 failed, 0 skipped; 1 of 2 planned without a");
    check(
        &["a:pass b:pass c:pass"],
        "run: a:pass b:pass",
        "3: 3 passed, 0 failed, 0 skipped; 2 of 2 planned",
    );
    check(&["x/a:pass"], "run: y/a:pass", "1: 1 passed, 0 failed, 0 skipped; 0 of 1 planned without a");
}

#[test]
fn a_pass_on_one_device_hides_no_failure_on_another() {
    check(&["a:fail", "|", "a:pass"], "", "2: 1 passed, 1 failed, 0 skipped");
    check(&["a:fail", "a:pass", "|", "a:pass"], "", "2: 2 passed, 0 failed, 0 skipped, 1 flaky");
    check(
        &["a:pass", "|", "a:pass"],
        "list: a b",
        "2: 2 passed, 0 failed, 0 skipped; 1 of 2 planned without b",
    );
}

#[test]
fn a_plan_file_takes_the_ways_in_which_cases_are_written() {
    let lines: Vec<String> = plan_lines(
        "# all\n\n app.Login.opens \napp.Login#closes\napp.Login\tgoes\nopens the #1 tide\nx[#1]\n",
    )
    .collect();
    assert_eq!(
        lines,
        ["app.Login.opens", "app.Login.closes", "app.Login.goes", "opens the #1 tide", "x[#1]"]
    );
}

#[test]
fn a_record_survives_its_bytes_and_other_bytes_are_none() {
    for record in ingest("a:pass x/b:fail c:error d:skip e:flaky") {
        let mut bytes = Vec::new();
        record.write(&mut bytes);
        assert_eq!(Record::from_bytes(bytes.first_chunk().unwrap()), Some(record));
    }
    assert_eq!(Record::from_bytes(&[9; domain::cases::RECORD]), None);
}
