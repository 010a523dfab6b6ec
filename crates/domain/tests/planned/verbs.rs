//! What may be said of targets and milestones.

use domain::command::timeline::{add, drop, plan, reach, withdraw};
use domain::envelope::ActorId;
use domain::policy::Policy;

use crate::story::{ADA, Story, calendar, day, milestone, track};

#[track_caller]
fn check(told: &str, expect: &str) {
    let fits = match expect.strip_suffix('…') {
        Some(beginning) => told.starts_with(beginning),
        None => told == expect,
    };
    assert!(fits, "{told:?} is not {expect:?}");
}

#[test]
fn a_target_is_a_working_day_and_moves_for_a_reason() {
    let mut story = Story::begin();
    for (on, reason, expect) in [
        (
            "2026-12-12",
            None,
            "Invalid: Sat 12 Dec 2026 is a Saturday, and no working day. Choose Fri 11 Dec 2026 or Mon 14 Dec 2026.",
        ),
        (
            "2026-12-25",
            None,
            "Invalid: Fri 25 Dec 2026 is “Christmas”, and no working day. Choose Thu 24 Dec 2026 or Mon 28 Dec 2026.",
        ),
        ("2026-12-14", None, "target_set"),
        ("2026-12-14", None, "already 6"),
        ("2026-12-14", Some("again"), "already 6"),
        (
            "2026-12-16",
            None,
            "Invalid: The go-live of iOS is set for Mon 14 Dec 2026. Say in a few words why it moves to…",
        ),
        ("2026-12-16", Some("sync needs two days"), "target_set"),
        ("2026-12-24", Some("another blocker"), "target_set"),
        ("2026-12-22", Some("it was quick"), "target_set"),
    ] {
        check(&story.target("ios", on, reason), expect);
    }
    let course = &story.release.tracks[&track("ios")].course;
    assert_eq!(
        course.moved(&calendar()),
        Some((3, 6)),
        "moved three times, six days later than first planned"
    );
    check(&story.target("iso", "2026-12-14", None), "Unknown: 2026.12 has no track iso…");
}

#[test]
fn a_milestone_has_a_day_of_its_own_until_it_is_given_back() {
    let mut story = Story::begin();
    story.target("ios", "2026-12-14", None);
    for (id, on, reason, expect) in [
        ("handof", Some("2026-12-08"), "x", "Unknown: iOS has no milestone handof; it has code-freeze, …"),
        ("handoff", None, "x", "Contradiction: Handoff of iOS has its day from the template…"),
        ("handoff", Some("2026-12-06"), "x", "Invalid: Sun 6 Dec 2026 is a Sunday…"),
        ("handoff", Some("2026-12-08"), "", "Invalid: Say in a few words why Handoff is on another day."),
        ("handoff", Some("2026-12-08"), "QA is away", "milestone_planned"),
        ("handoff", Some("2026-12-08"), "QA is away", "already 7"),
        ("handoff", None, "QA is back", "milestone_planned"),
        ("handoff", None, "QA is back", "already 8"),
    ] {
        let settled = plan(&story.release, &track("ios"), &milestone(id), on.map(day), reason);
        check(&story.settle(settled), expect);
    }
    assert_eq!(story.of("ios", "handoff", "2026-12-01"), "handoff 2026-12-07 due in 4");
}

#[test]
fn a_milestone_is_added_dropped_and_taken_back() {
    let mut story = Story::begin();
    let (ios, press, ada) = (track("ios"), milestone("press-kit"), ActorId::new(ADA));
    for (id, name, on, expect) in [
        ("press-kit", "", "2026-12-09", "Invalid: Give the milestone a name…"),
        ("press-kit", "Press kit ready", "2026-12-06", "Invalid: Sun 6 Dec 2026 is…"),
        ("press-kit", "Press kit ready", "2026-12-09", "milestone_added"),
        ("press-kit", "Press kit ready", "2026-12-09", "already 6"),
        (
            "press-kit",
            "Press kit",
            "2026-12-10",
            "Contradiction: iOS has the milestone press-kit already: Press kit ready…",
        ),
        ("handoff", "Handoff", "2026-12-10", "Contradiction: iOS has the milestone handoff already…"),
    ] {
        let settled = add(&story.release, &ios, &milestone(id), name, day(on));
        check(&story.settle(settled), expect);
    }
    let settled = plan(&story.release, &ios, &press, None, "x");
    check(
        &story.settle(settled),
        "Invalid: Press kit ready was added by hand and has no day in the template…",
    );
    for (reason, expect) in [
        ("", "Invalid: Say in a few words why iOS does not need it."),
        ("no press this time", "milestone_dropped"),
        ("no press this time", "already 7"),
        ("other", "Contradiction: Press kit ready is dropped already: no press this time."),
    ] {
        let settled = drop(&story.release, &ios, &press, reason, &ada);
        check(&story.settle(settled), expect);
    }
    let settled = reach(&story.release, &ios, &press, None, None, story.now());
    check(
        &story.settle(settled),
        "Contradiction: Press kit ready was dropped for iOS: no press this time. Plan it again first.",
    );
    assert_eq!(
        story.of("ios", "press-kit", "2026-12-01"),
        "press-kit 2026-12-09 dropped: no press this time"
    );
    let settled = plan(&story.release, &ios, &press, Some(day("2026-12-09")), "there is press after all");
    check(&story.settle(settled), "milestone_planned");
    assert_eq!(story.of("ios", "press-kit", "2026-12-01"), "press-kit 2026-12-09 due in 6");
    assert!(story.told("android", "2026-12-01").iter().all(|line| !line.starts_with("press-kit")));
}

#[test]
fn a_milestone_is_reached_when_its_day_has_come_and_that_can_be_withdrawn() {
    let mut story = Story::begin();
    story.target("ios", "2026-12-14", None);
    story.on("2026-12-07");
    let (ios, handoff, ada) = (track("ios"), milestone("handoff"), ActorId::new(ADA));
    let withdrawn = withdraw(&story.release, &ios, &handoff, "x");
    check(&story.settle(withdrawn), "Contradiction: Nobody has said that Handoff of iOS is reached…");
    for (on, note, expect) in [
        (
            Some("2026-12-08"),
            None,
            "Invalid: Tue 8 Dec 2026 has not come yet: it is Mon 7 Dec 2026 in Europe/Berlin…",
        ),
        (None, Some("512 to 514 checked"), "milestone_reached"),
        (None, None, "already 7"),
        (Some("2026-12-07"), None, "already 7"),
        (Some("2026-12-04"), None, "Contradiction: Handoff of iOS was reached on Mon 7 Dec 2026 already…"),
    ] {
        let settled = reach(&story.release, &ios, &handoff, on.map(day), note, story.now());
        check(&story.settle(settled), expect);
    }
    let settled = drop(&story.release, &ios, &handoff, "late", &ada);
    check(&story.settle(settled), "Contradiction: Handoff of iOS is reached; there is nothing left to drop…");
    for (reason, expect) in [
        ("", "Invalid: Say in a few words why it is not reached after all."),
        ("it was returned", "reached_withdrawn"),
        ("it was returned", "Contradiction: Nobody has said…"),
    ] {
        let settled = withdraw(&story.release, &ios, &handoff, reason);
        check(&story.settle(settled), expect);
    }
    assert_eq!(story.of("ios", "handoff", "2026-12-07"), "handoff 2026-12-07 due in 0");
    let kept = &story.release.tracks[&ios].course.milestones[&handoff];
    assert_eq!(kept.reached[0].withdrawn.as_ref().unwrap().reason, "it was returned");
}

#[test]
fn a_step_that_the_template_has_no_more_keeps_what_was_said_of_it() {
    let mut story = Story::begin();
    story.on("2026-12-07");
    let settled = reach(&story.release, &track("ios"), &milestone("handoff"), None, None, story.now());
    story.settle(settled);
    let mut milestones = domain::milestone::default_template();
    milestones.retain(|milestone| milestone.id.as_str() != "handoff");
    let mut description = story.release.description.clone();
    description.policy = Policy { milestones, ..description.policy };
    story.happens(domain::event::Event::ReleaseDescribed(description));
    assert_eq!(story.of("ios", "handoff", "2026-12-07"), "handoff - reached 2026-12-07 late by ?");
}
