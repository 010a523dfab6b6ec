//! What we know, what we don't, and what it means for users, told of scripts.

use domain::build::Build;
use domain::cases::{Merged, Note};
use domain::event::{BuildRegistered, CandidateNominated, Event};
use domain::evidence::AttestedResult;
use domain::id::{Commit, TrackId};
use domain::knowledge::{Knowledge, Line, of_release, of_track};
use domain::track::TrackDescription;

use crate::story::*;

fn texts(lines: &[Line]) -> Vec<&str> {
    lines.iter().map(|line| line.text.as_str()).collect()
}

#[track_caller]
fn check(knowledge: &Knowledge, know: &[&str], unknown: &[&str], means: &[&str]) {
    let mut told = (texts(&knowledge.know), texts(&knowledge.unknown), texts(&knowledge.means));
    // Nobody speaks of defects in these stories, and that is told last.
    let last = told.1.pop().unwrap_or_default();
    assert!(last.ends_with("hich defects there are, nobody has said."), "{last}");
    assert_eq!(told, (know.to_vec(), unknown.to_vec(), means.to_vec()));
}

fn everything() -> Vec<domain::criterion::Criterion> {
    ["smoke-passed", "regression-complete", "platform-validation-complete", "test-summary-written"]
        .map(preset)
        .into()
}

/// A regression in which some cases of these classes failed and some did not run.
fn wanting(failing: &[&str], not_run: &[(&str, i64)]) -> Merged {
    let lacking: i64 = not_run.iter().map(|(_, count)| count).sum();
    let failures = failing.iter().enumerate().map(|(index, class)| Note {
        class: (*class).to_owned(),
        name: format!("fails{index}"),
        message: String::new(),
    });
    let not_run =
        not_run.iter().flat_map(|(class, count)| (0..*count).map(move |case| format!("{class}.case{case}")));
    let failed = failing.len() as i64;
    Merged {
        cases: 297 - lacking,
        passed: 297 - lacking - failed,
        failed,
        failures: failures.collect(),
        planned: Some(297),
        covered: 297 - lacking,
        not_run: not_run.collect(),
        ..Merged::default()
    }
}

#[test]
fn what_is_met_is_known_with_its_build() {
    let mut story = Story::new(everything());
    story.nominate("514");
    let smoke = story.run("514", "smoke", None, false, passed(33));
    story.run("514", "regression", None, false, passed(297));
    story.attest("514", "iPhone", AttestedResult::Passed);
    story.attest("514", "iPad", AttestedResult::Passed);
    story.summarize("514", 120);
    story.judge(|judged| {
        let knowledge = of_track(&judged);
        check(
            &knowledge,
            &[
                "Smoke passed on the candidate – all 33 planned cases run, on 4.2.0 (514).",
                "Regression complete, none failing – all 297 planned cases run, on 4.2.0 (514).",
                "Platform validation complete – all 2 devices passed, on 4.2.0 (514).",
                "Test summary written – 120 words long, for 4.2.0 (514).",
            ],
            &[],
            &[],
        );
        assert_eq!(knowledge.know[0].grounds, [smoke]);
        assert_eq!(knowledge.know[0].criterion.as_ref().unwrap().as_str(), "smoke-passed");
    });
}

#[test]
fn without_a_build_nothing_can_be_told() {
    let story = Story::new(everything());
    story.judge(|judged| {
        check(
            &of_track(&judged),
            &[],
            &["No build is nominated, so 4 criteria cannot be told."],
            &["No build is nominated, so nothing can be said of what users would get."],
        )
    });
    let story = Story::new(vec![]);
    story.judge(|judged| {
        check(
            &of_track(&judged),
            &[],
            &["No definition of ready is in force: write criteria and apply them.", "No build is nominated."],
            &["No build is nominated, so nothing can be said of what users would get."],
        )
    });
}

#[test]
fn failing_areas_come_before_those_that_nobody_checked() {
    let mut story = Story::new(everything());
    story.nominate("514");
    story.run("512", "smoke", None, false, passed(33));
    let (harbours, checkout) = ("TidewatchTests.HarboursTests", "app.tidewatch.CheckoutTest");
    let mut merged = wanting(
        &[harbours, harbours, ""],
        &[(checkout, 31), ("app.tidewatch.TideTableTest", 4), (harbours, 1)],
    );
    merged.flaky = 3;
    let regression = story.run("514", "regression", None, false, merged);
    story.attest("514", "iPad", AttestedResult::Failed);
    story.judge(|judged| {
        let knowledge = of_track(&judged);
        check(
            &knowledge,
            &[
                "Regression complete, none failing – not met on 4.2.0 (514): 3 failed: fails0, fails1, fails2; 261 of 297 planned cases run; 36 not run, 31 of them in CheckoutTest.",
                "Platform validation complete – not met on 4.2.0 (514): failed on iPad.",
            ],
            &[
                "Smoke passed on the candidate – not known: smoke ran on 4.2.0 (512); the candidate is 4.2.0 (514), 9 commits later.",
                "Test summary written – not known: no test summary is written for 4.2.0 (514).",
                "36 planned regression cases did not run on 4.2.0 (514): 31 in Checkout, 4 in Tide table and 1 in Harbours.",
                "No result for iPhone on 4.2.0 (514).",
                "3 regression cases passed only after failing on 4.2.0 (514).",
            ],
            &[
                "Harbours may fail for users; 2 cases fail there and 1 planned case did not run.",
                "1 case fails whose name does not tell what users would meet.",
                "4.2.0 (514) failed on iPad, so whoever uses one may meet what failed there.",
                "No smoke run counts for 4.2.0 (514), so a fault that it would find could reach users unseen.",
                "A fault in Checkout could reach users unseen; 31 planned cases there did not run.",
                "A fault in Tide table could reach users unseen; 4 planned cases there did not run.",
                "1 more like these is not shown.",
            ],
        );
        assert_eq!(knowledge.means[0].grounds, [regression]);
    });
}

#[test]
fn failures_that_no_criterion_asks_for_are_known_all_the_same() {
    let mut story = Story::new(vec![preset("smoke-passed"), own("1 / runs.smoke.skipped == 1")]);
    story.nominate("514");
    story.run("514", "smoke", None, true, passed(33));
    story.run("514", "exploratory", None, false, failed(9, &["opens", "closes"]));
    story.run("512", "performance", None, false, passed(3));
    story.judge(|judged| check(
            &of_track(&judged),
            &[
                "2 exploratory cases fail on 4.2.0 (514): opens, closes.",
                "Smoke passed on the candidate – all 33 planned cases run, on 4.2.0 (514).",
            ],
            &[
                "own – this criterion is broken: it divides by zero.",
                "No result for iPhone or iPad on 4.2.0 (514).",
                "Performance ran on 4.2.0 (512); the candidate is 4.2.0 (514), 9 commits later.",
                "What else smoke should run is not known: its plan is the run itself, which was called complete.",
            ],
            &[
                "2 cases fail whose names do not tell what users would meet.",
                "Not seen on iPhone or iPad, so a fault on these would reach users unseen.",
            ],
        ));
}

#[test]
fn at_most_six_lines_say_what_it_means_and_the_rest_are_counted() {
    let mut story = Story::new(everything());
    story.nominate("514");
    let classes: Vec<String> =
        (b'A'..=b'J').map(|letter| format!("Area{}Test", char::from(letter))).collect();
    let not_run: Vec<(&str, i64)> =
        classes.iter().zip(1..).map(|(class, count)| (class.as_str(), count)).collect();
    story.run("514", "smoke", None, false, passed(3));
    story.run("514", "regression", None, false, wanting(&[], &not_run));
    story.judge(|judged| check(
            &of_track(&judged),
            &[
                "Regression complete, none failing – not met on 4.2.0 (514): 242 of 297 planned cases run; 55 not run.",
                "Smoke passed on the candidate – all 3 planned cases run, on 4.2.0 (514).",
            ],
            &[
                "Platform validation complete – not known: no result for iPhone, iPad.",
                "Test summary written – not known: no test summary is written for 4.2.0 (514).",
                "55 planned regression cases did not run on 4.2.0 (514): 10 in Area j, 9 in Area i, 8 in Area h, 7 in Area g and 21 elsewhere.",
            ],
            &[
                "A fault in Area j could reach users unseen; 10 planned cases there did not run.",
                "A fault in Area i could reach users unseen; 9 planned cases there did not run.",
                "A fault in Area h could reach users unseen; 8 planned cases there did not run.",
                "A fault in Area g could reach users unseen; 7 planned cases there did not run.",
                "A fault in Area f could reach users unseen; 6 planned cases there did not run.",
                "A fault in Area e could reach users unseen; 5 planned cases there did not run.",
                "5 more like these are not shown.",
            ],
        ));
}

#[test]
fn a_release_says_once_what_is_the_same_on_several_tracks() {
    let mut story = Story::new(everything());
    for (id, name) in [("watchos", "watchOS"), ("wearos", "Wear OS")] {
        let id = TrackId::parse(id).unwrap();
        let description = TrackDescription {
            id: id.clone(),
            name: name.to_owned(),
            store: None,
            devices: vec!["Pixel Watch 3".to_owned(), "Galaxy Watch 7".to_owned(), "TicWatch Pro".to_owned()],
            shares_submission_with: None,
        };
        story.happens(Event::TrackDescribed(description));
        let build = Build {
            version: "4.2.0".to_owned(),
            number: number("514"),
            commit: Commit::parse("9be27d1").unwrap(),
            revision: None,
            artifact: None,
        };
        story.happens(Event::BuildRegistered(BuildRegistered { track: id.clone(), build }));
        story.happens(Event::CandidateNominated(CandidateNominated {
            track: id,
            build: number("514"),
            reason: None,
        }));
    }
    story.nominate("514");
    story.run("514", "regression", None, false, wanting(&["app.HarboursTest", "app.HarboursTest"], &[]));
    story.judge_all(|judged| {
        let knowledge = of_release(&judged);
        check(
            &knowledge,
            &[
                "iOS: Regression complete, none failing – not met on 4.2.0 (514): 2 failed: fails0, fails1; all 297 planned cases run.",
            ],
            &[
                "iOS, watchOS and Wear OS: Smoke passed on the candidate – not known: no smoke run on 4.2.0 (514) yet.",
                "iOS: Platform validation complete – not known: no result for iPhone, iPad.",
                "iOS, watchOS and Wear OS: Test summary written – not known: no test summary is written for 4.2.0 (514).",
                "watchOS and Wear OS: Regression complete, none failing – not known: no regression run on 4.2.0 (514) yet.",
                "watchOS and Wear OS: Platform validation complete – not known: no result for Pixel Watch 3, Galaxy Watch 7, TicWatch Pro.",
            ],
            &[
                "iOS: Harbours may fail for users; 2 cases fail there.",
                "iOS, watchOS and Wear OS: no smoke run counts for 4.2.0 (514), so a fault that it would find could reach users unseen.",
                "watchOS and Wear OS: no regression run counts for 4.2.0 (514), so a fault that it would find could reach users unseen.",
                "watchOS and Wear OS: not seen on Pixel Watch 3, Galaxy Watch 7 or TicWatch Pro, so a fault on these would reach users unseen.",
                "iOS: not seen on iPhone or iPad, so a fault on these would reach users unseen.",
            ],
        );
        let tracks: Vec<&str> = knowledge.unknown[0].tracks.iter().map(TrackId::as_str).collect();
        assert_eq!(tracks, ["ios", "watchos", "wearos"]);
    });
}
