//! How milestones stand, from day to day.

use domain::build::Build;
use domain::calendar::{Holiday, Stops};
use domain::command::timeline::{plan, reach};
use domain::event::{BuildRegistered, CandidateNominated, Event, HolidaysImported};
use domain::id::{BuildNumber, Commit};
use domain::policy::Policy;
use domain::readiness::next_change_at;

use crate::story::{Story, calendar, day, freeze, milestone, noon, track};

#[test]
fn a_track_without_a_target_has_steps_and_no_days() {
    let story = Story::begin();
    let told = story.told("ios", "2026-11-02");
    assert_eq!(told.len(), 9);
    assert!(told.iter().all(|line| line.ends_with(" - unplanned")), "{told:?}");
    assert_eq!(next_change_at(&story.release, noon("2026-11-02")), None, "no day turns anything");
}

#[test]
fn the_template_counts_from_the_target() {
    let mut story = Story::begin();
    story.target("ios", "2026-12-14", None);
    assert_eq!(
        story.told("ios", "2026-12-07"),
        [
            "code-freeze 2026-11-23 overdue by 10",
            "candidate-cut 2026-11-30 overdue by 5",
            "regression-complete 2026-12-04 overdue by 1",
            "handoff 2026-12-07 due in 0",
            "submission 2026-12-08 due in 1",
            "approval 2026-12-11 due in 4",
            "go-live 2026-12-14 due in 5",
            "full-rollout 2026-12-23 due in 12",
            "stable 2027-01-05 due in 19",
        ]
    );
    assert!(
        story.told("android", "2026-12-07").iter().all(|line| line.ends_with("unplanned")),
        "each track by itself"
    );
}

#[test]
fn a_day_is_over_when_it_is_over_in_the_zone_of_the_release() {
    let mut story = Story::begin();
    story.target("ios", "2026-12-14", None);
    let track = &story.release.tracks[&track("ios")];
    let at = |time: &str| {
        let now = time.parse().unwrap();
        let all = domain::timeline::of(&story.release, track, now);
        let handoff = all.iter().find(|of| of.milestone.id.as_str() == "handoff").unwrap();
        matches!(handoff.standing, domain::timeline::Standing::Overdue { .. })
    };
    assert!(!at("2026-12-07T22:59:59Z") && at("2026-12-07T23:00:00Z"));
    let now = noon("2026-12-07");
    let turns = next_change_at(&story.release, now).unwrap();
    assert_eq!(turns.to_string(), "2026-12-07T23:00:00.000000Z");
}

#[test]
fn what_is_reached_is_late_by_the_days_that_were_worked() {
    let mut story = Story::begin();
    story.target("ios", "2026-12-14", None);
    story.on("2026-12-09");
    for (id, on, expect) in [
        ("code-freeze", "2026-11-20", "code-freeze 2026-11-23 reached 2026-11-20 late by -1"),
        ("handoff", "2026-12-07", "handoff 2026-12-07 reached 2026-12-07 late by 0"),
        ("regression-complete", "2026-12-08", "regression-complete 2026-12-04 reached 2026-12-08 late by 2"),
    ] {
        let settled = reach(&story.release, &track("ios"), &milestone(id), Some(day(on)), None, story.now());
        assert_eq!(story.settle(settled), "milestone_reached");
        assert_eq!(story.of("ios", id, "2026-12-09"), expect);
    }
}

#[test]
fn the_first_candidate_cuts_it_without_a_word() {
    let mut story = Story::begin();
    story.target("ios", "2026-12-14", None);
    for (number, on) in [("514", "2026-12-01"), ("515", "2026-12-03")] {
        let number = BuildNumber::parse(number).unwrap();
        story.on(on).happens(Event::BuildRegistered(BuildRegistered {
            track: track("ios"),
            build: Build {
                version: "4.2.0".to_owned(),
                number: number.clone(),
                commit: Commit::parse("9be27d1").unwrap(),
                revision: None,
                artifact: None,
            },
        }));
        story.happens(Event::CandidateNominated(CandidateNominated {
            track: track("ios"),
            build: number,
            reason: None,
        }));
    }
    let cut = "candidate-cut 2026-11-30 reached 2026-12-01 late by 1";
    assert_eq!(story.of("ios", "candidate-cut", "2026-12-07"), cut);
    assert!(
        story.of("watchos", "candidate-cut", "2026-12-07").ends_with("unplanned"),
        "each track by itself"
    );
    // Somebody knows better.
    story.on("2026-12-07");
    let said = reach(
        &story.release,
        &track("ios"),
        &milestone("candidate-cut"),
        Some(day("2026-11-30")),
        None,
        story.now(),
    );
    assert_eq!(story.settle(said), "milestone_reached");
    assert!(story.of("ios", "candidate-cut", "2026-12-07").ends_with("late by 0"));
}

#[test]
fn a_day_that_is_frozen_or_becomes_a_holiday_is_told_with_what_is_free() {
    let mut story = Story::begin();
    story.target("ios", "2026-12-23", None);
    assert_eq!(
        story.of("ios", "go-live", "2026-12-01"),
        "go-live 2026-12-23 due in 16 · lies in the App Store’s freeze “Holidays”, 23 Dec to 27 Dec; 22 Dec before it \
         and 28 Dec after it are free"
    );
    story.target("android", "2026-12-23", None);
    assert_eq!(story.of("android", "go-live", "2026-12-01"), "go-live 2026-12-23 due in 16", "another store");
    let planned =
        plan(&story.release, &track("android"), &milestone("handoff"), Some(day("2026-12-18")), "QA is away");
    story.settle(planned);
    let holidays = vec![Holiday { date: day("2026-12-18"), name: "Party".to_owned() }];
    story.happens(Event::HolidaysImported(HolidaysImported { source: "x.ics".to_owned(), holidays }));
    assert_eq!(
        story.of("android", "handoff", "2026-12-01"),
        "handoff 2026-12-18 due in 12 · is “Party”, no working day; 17 Dec before it and 21 Dec after it are free"
    );
}

#[test]
fn a_freeze_of_the_team_stops_what_it_names() {
    let mut calendar = calendar();
    calendar.freezes = vec![freeze("2026-12-07", "2026-12-11", "Conference", None, Stops::Release)];
    let mut story = Story::with(Policy { calendar, ..Policy::default() });
    story.target("web", "2026-12-14", None);
    assert_eq!(
        story.of("web", "submission", "2026-12-01"),
        "submission 2026-12-08 due in 5",
        "it stops releases only"
    );
    story.target("web", "2026-12-11", Some("sooner"));
    assert!(story.of("web", "go-live", "2026-12-01").contains("the team’s freeze “Conference”"));
}
