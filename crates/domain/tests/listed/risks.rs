//! What may be said of a risk, and of whether a list is whole.

use domain::command::listing::whole;
use domain::command::risk::{close, note, revise};
use domain::defect::Source;
use domain::envelope::{ActorId, Position};
use domain::event::{Event, EvidenceWithdrawn};
use domain::listing::List;
use domain::risk::{Likelihood, RiskDescription};

use crate::story::{ADA, Story, track};

fn risk(title: &str, effect: &str, mitigation: &str) -> RiskDescription {
    RiskDescription {
        title: title.to_owned(),
        likelihood: Likelihood::Possible,
        effect: effect.to_owned(),
        mitigation: mitigation.to_owned(),
        tracks: vec![track("ios")],
        areas: vec!["Sync".to_owned()],
        owner: ActorId::new("jo"),
    }
}

/// A release with one risk, as 5.
fn story() -> Story {
    let mut story = Story::begin();
    let settled = note(&story.release, risk("Firmware", "no routes", "a flag"), &ActorId::new(ADA));
    story.settle(settled);
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
fn a_risk_says_what_users_would_feel_and_what_is_done_against_it() {
    let (ada, jo) = (ActorId::new(ADA), ActorId::new("jo"));
    for (title, effect, mitigation, by, expect) in [
        ("Load", "waits", "more servers", &ada, "risk_noted"),
        ("Firmware", "no routes", "a flag", &ada, "already 5"),
        ("Firmware", "no routes", "a flag", &jo, "risk_noted"),
        ("", "waits", "more servers", &ada, "Invalid: Give the risk a title…"),
        ("Load", " ", "more servers", &ada, "Invalid: Say what users would experience…"),
        ("Load", "waits", "", &ada, "Invalid: Say what is done against it…"),
    ] {
        let mut story = story();
        let settled = note(&story.release, risk(title, effect, mitigation), by);
        check(&story.settle(settled), expect);
    }
    let mut story = story();
    let nowhere = RiskDescription { tracks: vec![track("iso")], ..risk("Load", "waits", "servers") };
    let settled = note(&story.release, nowhere, &ada);
    check(&story.settle(settled), "Unknown: 2026.12 has no track iso…");
}

#[test]
fn a_risk_is_revised_and_closed_with_what_became_of_it() {
    let mut story = story();
    let (ada, jo, five) = (ActorId::new(ADA), ActorId::new("jo"), Position(5));
    let settled = revise(&story.release, five, risk("Firmware", "no routes", "a flag"));
    check(&story.settle(settled), "already 5");
    let settled = revise(&story.release, five, risk("Firmware", "no routes at all", "a flag"));
    check(&story.settle(settled), "risk_noted");
    let settled = revise(&story.release, five, risk("Firmware", "no routes at all", "a flag"));
    check(&story.settle(settled), "already 6");
    for (happened, outcome, by, expect) in [
        (true, "", &ada, "Invalid: Say what happened…"),
        (false, "", &ada, "Invalid: Say why it cannot happen any more."),
        (false, "nobody has it", &ada, "risk_closed"),
        (false, "nobody has it", &ada, "already 7"),
        (true, "nobody has it", &ada, "Contradiction: Risk 5 is closed already: nobody has it. Revise it…"),
        (false, "nobody has it", &jo, "Contradiction: Risk 5 is closed already…"),
    ] {
        let settled = close(&story.release, five, happened, outcome, by);
        check(&story.settle(settled), expect);
    }
    let settled = revise(&story.release, five, risk("Firmware", "no routes at all", "a flag"));
    check(&story.settle(settled), "risk_noted");
    assert!(story.release.risks[0].closed.is_none());
    let settled = close(&story.release, Position(4), true, "it came", &ada);
    check(&story.settle(settled), "Unknown: tidewatch/2026.12 has no risk 4…");
}

#[test]
fn a_list_is_whole_until_that_is_withdrawn() {
    let mut story = Story::begin();
    let ada = ActorId::new(ADA);
    assert!(story.release.whole(List::Defects).is_none());
    for (note, expect) in [
        (None, "list_whole"),
        (None, "already 5"),
        (Some("looked through the tracker"), "list_whole"),
        // Something has happened since: it is said of a later moment.
        (None, "list_whole"),
    ] {
        let settled = whole(&story.release, List::Defects, Source::Hand, note, &ada);
        check(&story.settle(settled), expect);
    }
    assert!(story.release.whole(List::Changes).is_none());
    for evidence in [5, 6, 7].map(Position) {
        assert!(story.release.whole(List::Defects).is_some());
        let reason = "one was missing".to_owned();
        story.happens(Event::EvidenceWithdrawn(EvidenceWithdrawn { evidence, reason }));
    }
    assert!(story.release.whole(List::Defects).is_none());
}
