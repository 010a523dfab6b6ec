//! Until when a track must be submitted, and why.

use domain::calendar::Stops;
use domain::policy::Policy;
use domain::timeline::submit_by;

use crate::story::{Story, calendar, freeze, noon, track};

#[track_caller]
fn check(story: &Story, on: &str, expect: Option<&str>, because: &[&str]) {
    let told = submit_by(&story.release, &story.release.tracks[&track(on)], noon("2026-12-01"));
    let told = told.unwrap();
    assert_eq!(told.on.map(|day| day.to_string()).as_deref(), expect);
    assert_eq!(told.because, because);
}

#[test]
fn a_review_is_allowed_for() {
    let mut story = Story::begin();
    assert!(submit_by(&story.release, &story.release.tracks[&track("ios")], noon("2026-12-01")).is_none());
    story.target("ios", "2026-12-14", None);
    check(
        &story,
        "ios",
        Some("2026-12-10"),
        &["go-live is on Mon 14 Dec 2026", "the App Store is given 2 working days for its review"],
    );
    story.target("android", "2026-12-14", None);
    check(
        &story,
        "android",
        Some("2026-12-09"),
        &["go-live is on Mon 14 Dec 2026", "Google Play is given 3 working days for its review"],
    );
    story.target("web", "2026-12-14", None);
    check(
        &story,
        "web",
        Some("2026-12-14"),
        &["go-live is on Mon 14 Dec 2026", "it has no store, so no review is allowed for"],
    );
}

#[test]
fn a_store_that_is_closed_reviews_nothing() {
    let mut story = Story::begin();
    story.target("ios", "2026-12-29", None);
    // 28 December is one day of review, and the other is before the store closes.
    check(
        &story,
        "ios",
        Some("2026-12-22"),
        &[
            "go-live is on Tue 29 Dec 2026",
            "the App Store is given 2 working days for its review",
            "the App Store’s freeze “Holidays”, 23 Dec to 27 Dec, stops submissions and reviews",
        ],
    );
    story.target("ios", "2026-12-24", Some("before the year ends"));
    check(
        &story,
        "ios",
        Some("2026-12-18"),
        &[
            "go-live, Thu 24 Dec 2026, lies in the App Store’s freeze “Holidays”, 23 Dec to 27 Dec; the last free day before \
             it is Tue 22 Dec 2026",
            "the App Store is given 2 working days for its review",
        ],
    );
}

#[test]
fn a_freeze_of_the_team_moves_the_day_of_submission() {
    let mut calendar = calendar();
    calendar.freezes.push(freeze("2026-12-09", "2026-12-11", "Offsite", None, Stops::Submission));
    let review_days = [(track("web"), 1)].into();
    let mut story = Story::with(Policy { calendar, review_days, ..Policy::default() });
    story.target("web", "2026-12-14", None);
    check(
        &story,
        "web",
        Some("2026-12-08"),
        &[
            "go-live is on Mon 14 Dec 2026",
            "review is given 1 working day for its review",
            "Fri 11 Dec 2026 lies in the team’s freeze “Offsite”, 9 Dec to 11 Dec",
        ],
    );
}

#[test]
fn a_companion_goes_with_the_other_track() {
    let mut story = Story::begin();
    assert!(
        submit_by(&story.release, &story.release.tracks[&track("watchos")], noon("2026-12-01")).is_none()
    );
    story.target("watchos", "2026-12-11", None);
    check(&story, "watchos", None, &["it is submitted with iOS, which has no go-live date yet"]);
    story.target("ios", "2026-12-14", None);
    check(
        &story,
        "watchos",
        Some("2026-12-10"),
        &[
            "it is submitted with iOS, so the dates of iOS hold",
            "go-live is on Mon 14 Dec 2026",
            "the App Store is given 2 working days for its review",
            "its own go-live, 11 Dec, is before that of iOS, 14 Dec, and cannot hold",
        ],
    );
}

#[test]
fn a_submission_that_is_planned_too_late_is_told() {
    let mut story = Story::begin();
    story.target("ios", "2026-12-14", None);
    let (ios, id) = (track("ios"), crate::story::milestone("submission"));
    let late = domain::command::timeline::plan(
        &story.release,
        &ios,
        &id,
        Some(crate::story::day("2026-12-11")),
        "x",
    );
    story.settle(late);
    for on in ["ios", "watchos"] {
        let told = submit_by(&story.release, &story.release.tracks[&track(on)], noon("2026-12-01")).unwrap();
        let last = told.because.last().map(String::as_str);
        assert_eq!(last, Some("submission is planned for Fri 11 Dec 2026, which is too late"), "{on}");
    }
}
