//! What may be said of a change.

use domain::change::ChangeDescription;
use domain::command::change::{describe, put_back, say, take_out};
use domain::criterion::Function;
use domain::defect::Source;
use domain::envelope::ActorId;
use domain::id::ChangeKey;
use domain::speaker::Speaker;

use crate::story::{ADA, Story, speaker, track};

fn change(name: &str) -> ChangeKey {
    ChangeKey::parse(name).unwrap()
}

fn file() -> Source {
    Source::File { name: "scope.csv".to_owned() }
}

fn words(title: &str, tracks: &[&str]) -> ChangeDescription {
    ChangeDescription {
        title: title.to_owned(),
        tracks: tracks.iter().map(|id| track(id)).collect(),
        ..ChangeDescription::default()
    }
}

fn described(
    story: &mut Story,
    name: &str,
    words: ChangeDescription,
    source: Source,
    why: Option<&str>,
) -> String {
    let name = ChangeKey::parse(name).ok();
    let settled = describe(&story.release, name, words, source, why, &ActorId::new(ADA));
    story.settle(settled)
}

/// A release with C-1 by hand, as 5, and TW-1 by a file, as 6.
fn story() -> Story {
    let mut story = Story::begin();
    described(&mut story, "", words("Own", &["ios"]), Source::Hand, None);
    described(&mut story, "TW-1", words("Routes", &[]), file(), None);
    story
}

#[track_caller]
fn check(told: &str, expect: &str) {
    let fits = match expect.strip_suffix('…') {
        Some(beginning) => told.starts_with(beginning),
        None => told == expect,
    };
    assert!(fits, "{told:?} is not {expect:?}");
}

#[test]
fn a_change_is_described_once_and_corrected_where_it_comes_from() {
    for (name, title, tracks, source, why, expect) in [
        ("", "New", &["ios"][..], Source::Hand, "", "change_described"),
        ("", "Own", &["ios"], Source::Hand, "", "already 5"),
        ("C-1", "Own", &["ios"], Source::Hand, "", "already 5"),
        ("C-1", "Own", &["wearos"], Source::Hand, "", "Invalid: C-1 “Own” is on record already…"),
        ("C-1", "Own", &["wearos"], Source::Hand, "it was the watch", "change_described"),
        ("TW-1", "Routes", &[], file(), "", "already 6"),
        ("TW-1", "Routes", &[], Source::Hand, "", "already 6"),
        ("TW-1", "Routes on the watch", &[], file(), "", "change_described"),
        (
            "TW-1",
            "Other",
            &[],
            Source::Hand,
            "no",
            "Contradiction: TW-1 comes from scope.csv: change it there…",
        ),
        ("", " ", &[], Source::Hand, "", "Invalid: Give the change a title…"),
        ("", "New", &["iso"], Source::Hand, "", "Unknown: 2026.12 has no track iso…"),
    ] {
        let why = Some(why).filter(|why| !why.is_empty());
        check(&described(&mut story(), name, words(title, tracks), source, why), expect);
    }
}

#[test]
fn it_is_done_by_three_functions_and_by_nobody_else() {
    let qa = Speaker { functions: Some(vec![Function::Qa]), ..speaker(ADA) };
    let all = speaker(ADA);
    let mut story = story();
    for (function, done, notes, by, expect) in [
        (
            Function::Qa,
            false,
            "no",
            &qa,
            "Contradiction: Nobody has said for qa that C-1 is done, so it is not.",
        ),
        (Function::Qa, true, "", &qa, "change_said"),
        (Function::Qa, true, "", &qa, "already 7"),
        (Function::Qa, true, "all of the plan", &qa, "change_said"),
        (Function::Product, true, "", &qa, "Forbidden: This takes the word of product. You speak for qa…"),
        (
            Function::Marketing,
            true,
            "",
            &all,
            "Invalid: A change is done when engineering, qa and product say so; marketing…",
        ),
        (Function::Product, true, "", &all, "change_said"),
        (Function::Qa, false, "", &qa, "Invalid: Say in a few words what is missing…"),
        (Function::Qa, false, "sync was never tried", &qa, "change_said"),
    ] {
        let notes = Some(notes).filter(|notes| !notes.is_empty());
        let settled = say(&story.release, &change("C-1"), function, done, notes, by);
        check(&story.settle(settled), expect);
    }
    let own = &story.release.changes[&change("C-1")];
    assert_eq!(own.undone().collect::<Vec<_>>(), [Function::Engineering, Function::Qa]);
    let settled = say(&story.release, &change("C-9"), Function::Qa, true, None, &qa);
    check(&story.settle(settled), "Unknown: tidewatch/2026.12 has no change C-9. Did you mean C-1?…");
}

#[test]
fn what_is_taken_out_is_asked_no_more_until_it_is_back() {
    let mut story = story();
    let (ada, jo, one) = (ActorId::new(ADA), ActorId::new("jo"), change("C-1"));
    for (why, by, expect) in [
        ("", &ada, "Invalid: Say in a few words why it is taken out…"),
        ("not in time.", &ada, "change_taken_out"),
        ("not in time.", &ada, "already 7"),
        ("not in time.", &jo, "Contradiction: C-1 is out of 2026.12 already: not in time."),
    ] {
        let settled = take_out(&story.release, &one, why, by);
        check(&story.settle(settled), expect);
    }
    let settled = say(&story.release, &one, Function::Qa, true, None, &speaker(ADA));
    check(
        &story.settle(settled),
        "Contradiction: C-1 was taken out of 2026.12: not in time. Put it back first.",
    );
    // A file may still describe it; that does not bring it back.
    described(&mut story, "C-1", words("Own, renamed", &["ios"]), file(), None);
    assert!(story.release.changes[&one].taken_out.is_some());
    for (why, expect) in [
        ("", "Invalid: Say in a few words why it is in again."),
        ("in time after all", "change_put_back"),
        ("in time after all", "Contradiction: C-1 is in 2026.12 already."),
    ] {
        let settled = put_back(&story.release, &one, why);
        check(&story.settle(settled), expect);
    }
}
