//! Events as readers see them: the fixture journals of every version, told.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::collections::BTreeSet;

use domain::build::Build;
use domain::criterion::Definition;
use domain::envelope::{ActorId, Envelope, Position, Stream, StreamVersion};
use domain::event::{BuildRegistered, CURRENT, CandidateNominated, Event, EventRedacted, EvidenceWithdrawn};
use domain::happening::{About, Happening, Topic, happening};
use domain::id::{BuildNumber, Commit, TrackId};
use domain::release::Release;
use domain::time::Time;

const RELEASE: &str = include_str!("journals/2026-11.ndjson");
const PLANS: &str = include_str!("journals/2026-11-plans.ndjson");
const ASKS: &str = include_str!("journals/2026-12-asks.ndjson");
const HEART: &str = include_str!("journals/2026-12-heart.ndjson");
const IMPORT: &str = include_str!("journals/2026-12-import.ndjson");
const SHIPPED: &str = include_str!("journals/2027-01-shipped.ndjson");
const BLOCKERS: &str = include_str!("journals/2027-01-blockers.ndjson");
const MILESTONES: &str = include_str!("journals/2027-01-milestones.ndjson");
const PRODUCT: &str = include_str!("journals/2026-11-product.ndjson");

#[derive(serde::Deserialize)]
struct Line {
    #[serde(rename = "type")]
    kind: String,
    version: u32,
    payload: serde_json::Value,
}

fn envelope(position: i64, kind: &str, kind_version: u32) -> Envelope {
    Envelope {
        position: Position(position),
        stream: Stream::new("release/tidewatch/2026.12"),
        version: StreamVersion(position),
        kind: kind.into(),
        kind_version,
        actor: ActorId::new("somebody"),
        occurred_at: Time::from_micros(0),
        recorded_at: Time::from_micros(position),
    }
}

fn events(journal: &str) -> Vec<(Envelope, Event)> {
    let read = |(index, line): (usize, &str)| {
        let line: Line = serde_json::from_str(line).unwrap();
        let envelope = envelope(index as i64 + 1, &line.kind, line.version);
        let payload = serde_json::to_vec(&line.payload).unwrap();
        let event = Event::read(&line.kind, line.version, envelope.position, Some(&payload)).unwrap();
        (envelope, event)
    };
    journal.lines().enumerate().map(read).collect()
}

fn told(events: &[(Envelope, Event)]) -> Vec<Happening> {
    let release = Release::fold(events.iter().cloned());
    events.iter().map(|(envelope, event)| happening(envelope, event, release.as_ref())).collect()
}

#[track_caller]
fn check(events: &[(Envelope, Event)], expect: &[&str]) {
    let tell = |happening: Happening| {
        let detail = happening.detail.as_ref().map(|detail| format!(" ({detail})")).unwrap_or_default();
        let name = |actor: &ActorId| actor.to_string();
        let subject = Some(happening.subject(name)).filter(|subject| subject != "somebody");
        let subject = subject.map(|subject| format!("{subject} ")).unwrap_or_default();
        format!("{}: {subject}{}{detail}", happening.topic.as_str(), happening.told(name))
    };
    assert_eq!(told(events).into_iter().map(tell).collect::<Vec<_>>(), expect);
}

#[test]
fn a_release_is_told_from_its_first_event_to_its_last() {
    check(
        &events(RELEASE),
        &[
            "setup: planned Tidewatch 2026.12, which users will see as 4.2.0",
            "setup: described the release anew: Tidewatch, which users will see as 4.2.1, in the time zone Europe/Berlin",
            "setup: described the track iOS, which goes to users through the App Store; to be validated on iPhone 15 / iOS 18 and iPhone SE / iOS 17",
            "setup: described the track watchOS, which goes to users through the App Store, submitted together with iOS; to be validated on Apple Watch SE / watchOS 11",
            "setup: described the track Web; no devices are listed",
            "setup: took the track Web out",
            "criteria: put version 1 of the definition of ready in force: 2 criteria (agreed at kick-off)",
            "plan: set the regression plan of iOS: 297 cases from plans/ios.txt",
            "candidate: registered 4.2.0 (514) on iOS, made from 9be27d1",
            "candidate: nominated 4.2.0 (514) on iOS",
            "evidence: ingested the smoke run nightly-4411 on iOS 4.2.0 (514), on iPhone 15 / iOS 18: 33 cases, 1 failed, 0 skipped; it was called complete",
            "evidence: checked iOS 4.2.0 (514) by hand on iPhone SE / iOS 17: it failed (the curve is cut off)",
            "evidence: wrote the test summary of iOS 4.2.0 (514): 120 words",
            "correction: withdrew the check by hand of iOS 4.2.0 (514) on iPhone SE / iOS 17 (wrong phone)",
            "correction: redacted something that was recorded; what it said no longer counts (a name)",
            "setup: recorded a `a_type_of_the_future` of version 1, which this version of Seaworthy does not know",
        ],
    );
}

#[test]
fn what_was_agreed_accepted_and_listed_is_told() {
    let events = events(HEART);
    let name = |actor: &ActorId| actor.to_string();
    let told: Vec<String> = told(&events)
        .iter()
        .skip(5)
        .map(|of| format!("{}: {} {}", of.topic.as_str(), of.subject(name), of.told(name)))
        .collect();
    assert_eq!(
        told,
        [
            "criteria: somebody drafted version 1 of the definition of ready: 1 criterion",
            "criteria: somebody agreed to version 1 of the definition of ready, for qa",
            "criteria: p_jo, recorded by somebody (phone call) agreed to version 1 of the definition of ready, for engineering",
            "criteria: somebody put version 1 of the definition of ready in force: 1 criterion",
            "candidate: somebody nominated 4.2.0 (514) on iOS",
            "criteria: somebody drafted version 2 of the definition of ready: 1 criterion; it changes “Own”",
            "criteria: somebody dropped the draft of the definition of ready",
            "waiver: somebody asked to waive “Own” on iOS, for 4.2.0 (514) alone",
            "waiver: somebody approved, for product, the waiver of “Own” on iOS",
            "defect: somebody reported TW-2304 “Old route after sync”, high, open, from defects.csv",
            "defect: somebody told what TW-2304 “Old route after sync” is for users",
            "defect: p_jo, recorded by somebody (phone call) said that Wear OS is not affected by TW-2304 “Old route after sync”",
            "defect: somebody deferred TW-2304 “Old route after sync” to 4.3.0",
            "waiver: somebody asked to waive TW-2304 “Old route after sync” on iOS, for the whole release",
            "waiver: somebody refused the waiver of TW-2304 “Old route after sync” on iOS",
            "change: somebody added the change TW-2117 “Routes sync without a phone”",
            "change: somebody said for engineering that TW-2117 “Routes sync without a phone” is done",
            "change: somebody took TW-2117 “Routes sync without a phone” out of this release",
            "change: somebody put TW-2117 “Routes sync without a phone” back into this release",
            "risk: somebody noted the risk “Old firmware”, possible",
            "risk: somebody closed the risk “Old firmware”: it did not happen",
            "defect: somebody said that the list of defects is whole, from defects.csv",
            "evidence: somebody checked iOS 4.2.0 (514) by hand on iPhone SE / iOS 17: it passed",
            "judgement: p_jo, recorded by somebody (phone call) signed iOS 4.2.0 (514) off, for qa",
            "judgement: somebody assessed iOS 4.2.0 (514): go with waivers, 80 % sure",
            "correction: somebody put the check by hand of iOS 4.2.0 (514) on iPhone SE / iOS 17 where it belongs: on iOS 4.2.0 (515)",
            "evidence: somebody took the check by hand of iOS 4.2.0 (515) on iPhone SE / iOS 17 to hold for 4.2.0 (514) too",
            "waiver: somebody took back the waiver of “Own” on iOS",
            "correction: somebody took TW-2304 “Old route after sync” out of this release"
        ]
    );
}

#[test]
fn what_could_stop_the_release_is_told_with_its_number_and_its_title() {
    let events = events(BLOCKERS);
    let name = |actor: &ActorId| actor.to_string();
    let told: Vec<String> = told(&events)
        .iter()
        .skip(4)
        .map(|of| format!("{}: {} {}", of.topic.as_str(), of.subject(name), of.told(name)))
        .collect();
    assert_eq!(
        told,
        [
            "blocker: somebody proposed blocker 1 “Routes do not sync to the watch”, which threatens “Nothing open”",
            "blocker: somebody accepted blocker 1 “Routes do not sync to the watch”",
            "blocker: somebody gave blocker 1 “Routes do not sync to the watch” to p_ada to see to it for qa",
            "blocker: p_ada, recorded by somebody (phone call) gave the status of blocker 1 “Routes do not sync to the watch”",
            "blocker: somebody noted something on blocker 1 “Routes do not sync to the watch”, which is no status",
            "blocker: somebody linked blocker 1 “Routes do not sync to the watch” with the dependency routes-backend",
            "blocker: somebody took the link with git.example/tidewatch/pull/4411 off blocker 1 “Routes do not sync to the watch”",
            "blocker: somebody proposed blocker 2 “The same on Wear OS”, which threatens the milestone submission",
            "blocker: somebody merged blocker 2 “The same on Wear OS” into blocker 1 “Routes do not sync to the watch”: they are the same",
            "blocker: somebody resolved blocker 1 “Routes do not sync to the watch” with iOS 515, shown by evidence 4",
            "blocker: somebody reopened blocker 1 “Routes do not sync to the watch”",
            "blocker: p_kim, recorded by somebody (message) waived blocker 1 “Routes do not sync to the watch” for product",
            "blocker: somebody proposed blocker 3 “No screenshots”, which threatens the milestone submission",
            "blocker: somebody accepted blocker 3 “No screenshots”; p_sam is asked to own it",
            "blocker: somebody put blocker 3 “No screenshots” off for a while",
            "blocker: somebody proposed blocker 4 “A rumour”, which threatens the milestone submission",
            "blocker: somebody rejected blocker 4 “A rumour”",
            "blocker: somebody proposed blocker 5 “Of another app”, which threatens the milestone submission",
            "blocker: somebody accepted blocker 5 “Of another app”; p_jo owns it for operations",
            "correction: somebody withdrew blocker 5 “Of another app”",
            "blocker: somebody proposed blocker 6 “Wants a newer server”, which threatens the milestone go-live",
            "blocker: somebody accepted blocker 6 “Wants a newer server”; p_sam is asked to own it",
            "blocker: somebody deferred blocker 6 “Wants a newer server” to 2027.01",
        ]
    );
}

#[test]
fn plans_and_products_are_told_too() {
    check(&events(PLANS), &["plan: dropped the regression plan of ios"]);
    check(
        &events(PRODUCT),
        &[
            "setup: described the product Tidewatch, in the time zone Europe/Berlin",
            "setup: described the track iOS; to be validated on iPhone 15 / iOS 18",
            "setup: described the track Web; no devices are listed",
            "setup: took the track web out",
            "criteria: changed what new releases start from: 1 criterion",
        ],
    );
}

#[test]
fn who_was_asked_and_whose_word_it_is_are_told() {
    check(
        &events(ASKS)[4..],
        &[
            "ask: asked p_jo to bring evidence for ios 514 (an hour with the curve, please)",
            "ask: asked p_jo to bring evidence for ios 514",
            "ask: asked p_jo to bring evidence for ios 514",
            "evidence: checked ios 514 by hand on iPhone SE / iOS 17: it passed (all well)",
            "ask: withdrew ask 6 (Sam did it)",
            "ask: was asked and cannot do what ask 7 asks (no such phone here)",
            "evidence: p_jo, recorded by somebody (phone call) wrote the test summary of ios 514: 4 words",
        ],
    );
    let whole: Vec<String> = {
        let name = |actor: &ActorId| actor.to_string();
        let told = told(&events(ASKS));
        told.iter()
            .skip(4)
            .map(|happening| format!("{} {}", happening.subject(name), happening.told(name)))
            .collect()
    };
    assert_eq!(
        whole,
        [
            "somebody asked p_jo to check iOS 4.2.0 (514) by hand on iPhone SE / iOS 17",
            "somebody asked p_jo to write the test summary of iOS 4.2.0 (514)",
            "somebody asked p_jo to write the test summary of iOS 4.2.0 (514)",
            "somebody, by a link from somebody checked iOS 4.2.0 (514) by hand on iPhone SE / iOS 17: it passed",
            "somebody no longer asks p_jo to write the test summary of iOS 4.2.0 (514)",
            "somebody was asked and cannot write the test summary of iOS 4.2.0 (514)",
            "p_jo, recorded by somebody (phone call) wrote the test summary of iOS 4.2.0 (514): 4 words",
        ]
    );
}

/// A stream of its own, after a release with one track and three builds.
fn story(more: Vec<Event>) -> Vec<(Envelope, Event)> {
    let mut events = events(RELEASE);
    events.truncate(7);
    let build = |number: &str, version: &str, revision| {
        Event::BuildRegistered(BuildRegistered {
            track: TrackId::parse("watchos").unwrap(),
            build: Build {
                version: version.to_owned(),
                number: BuildNumber::parse(number).unwrap(),
                commit: Commit::parse("9be27d1").unwrap(),
                revision,
                artifact: None,
            },
        })
    };
    let builds =
        [build("498", "4.1.0", None), build("512", "4.2.0", Some(1832)), build("514", "4.2.0", Some(1841))];
    for event in builds.into_iter().chain(more) {
        let (kind, version) = event.kind();
        events.push((envelope(events.len() as i64 + 1, kind, version), event));
    }
    events
}

fn nominate(build: &str) -> Event {
    Event::CandidateNominated(CandidateNominated {
        track: TrackId::parse("watchos").unwrap(),
        build: BuildNumber::parse(build).unwrap(),
        reason: None,
    })
}

fn sentences(events: &[(Envelope, Event)]) -> Vec<String> {
    told(events).into_iter().skip(10).map(|happening| happening.sentence).collect()
}

#[test]
fn a_candidate_says_what_it_takes_the_place_of() {
    let events = story(["498", "512", "514", "514", "512"].map(nominate).into());
    assert_eq!(
        sentences(&events),
        [
            "nominated 4.1.0 (498) on watchOS",
            "nominated 4.2.0 (512) on watchOS, in place of 4.1.0 (498)",
            "nominated 4.2.0 (514) on watchOS, in place of 512, 9 commits later",
            "nominated 4.2.0 (514) on watchOS once more",
            "nominated 4.2.0 (512) on watchOS, in place of 514, 9 commits earlier",
        ]
    );
    let alone = happening(&events[12].0, &events[12].1, None);
    assert_eq!(alone.sentence, "nominated 514 on watchos", "without the release, by the ids");
}

#[test]
fn an_amended_definition_says_what_moved() {
    let Event::DefinitionPutInForce(first) = events(RELEASE).remove(6).1 else { unreachable!() };
    let mut criteria = first.criteria.clone();
    criteria[0].max_age_hours = Some(24);
    let mut added = criteria[0].clone();
    added.id = domain::id::CriterionId::parse("cold-start").unwrap();
    added.title = "Cold start under 2 s".to_owned();
    criteria.push(added);
    let second =
        Definition { version: 2, criteria, reason: Some("the old one missed slow phones".to_owned()) };
    let third = Definition { version: 3, criteria: second.criteria[1..].to_vec(), reason: None };
    let events = story(vec![Event::DefinitionPutInForce(second), Event::DefinitionPutInForce(third)]);
    assert_eq!(
        sentences(&events),
        [
            "put version 2 of the definition of ready in force: 3 criteria; it adds “Cold start under 2 s”; it changes “Smoke passed on the candidate”",
            "put version 3 of the definition of ready in force: 2 criteria; it drops “Smoke passed on the candidate”"
        ]
    );
}

#[test]
fn what_is_gone_is_told_as_gone() {
    let (evidence, position) = (Position(99), Position(11));
    let mut events = story(vec![
        Event::Redacted,
        Event::EventRedacted(EventRedacted { position, reason: "a name".to_owned() }),
        Event::EvidenceWithdrawn(EvidenceWithdrawn { evidence, reason: " ".to_owned() }),
    ]);
    events[10].0.kind = "device_attested".into();
    assert_eq!(
        sentences(&events),
        [
            "recorded something that has since been redacted",
            "redacted a check by hand; what it said no longer counts",
            "withdrew evidence 99",
        ]
    );
    let told = told(&events);
    assert_eq!((&told[12].detail, &told[12].about), (&None, &About::Event(evidence)));
}

#[test]
fn every_type_has_a_sentence_and_every_topic_a_name() {
    let all =
        [RELEASE, PLANS, ASKS, HEART, IMPORT, SHIPPED, BLOCKERS, MILESTONES, PRODUCT].map(events).concat();
    let kinds: BTreeSet<&str> = all.iter().map(|(_, event)| event.kind().0).collect();
    for (kind, _) in CURRENT {
        assert!(kinds.contains(kind), "{kind} is never told");
    }
    for (envelope, event) in &all {
        let told = happening(envelope, event, None);
        assert!(!told.sentence.is_empty() && !told.sentence.ends_with('.'), "{told:?}");
    }
    for (name, topic) in Topic::ALL {
        assert_eq!(topic.as_str(), name);
        assert!(!topic.label().is_empty());
    }
}

#[test]
fn the_way_through_a_store_is_told_in_its_own_words() {
    let sentences: Vec<String> = told(&events(SHIPPED)).into_iter().map(|of| of.sentence).collect();
    assert_eq!(
        sentences[4..],
        [
            "offered iOS 4.2.0 (514) to be submitted, 1 line of its checklist open",
            "accepted the handoff of iOS 4.2.0 (514)",
            "sent iOS 4.2.0 (514) to the App Store: WAITING_FOR_REVIEW",
            "asked the App Store to review iOS 4.2.0 (514) sooner",
            "told that the App Store reviews iOS 4.2.0 (514) sooner",
            "told that the App Store says IN_REVIEW of iOS 4.2.0 (514): in review",
            "told that the App Store says REJECTED of iOS 4.2.0 (514): rejected",
            "planned what follows the rejection of iOS 4.2.0 (514), with the same build",
            "told that the App Store says WAITING_FOR_REVIEW of iOS 4.2.0 (514): waiting for review",
            "told that the App Store says IN_REVIEW of iOS 4.2.0 (514): in review",
            "told that the App Store says READY_FOR_DISTRIBUTION of iOS 4.2.0 (514): users can get it",
            "told how the rollout of iOS 4.2.0 (514) goes: ACTIVE, 1 %",
            "told how the rollout of iOS 4.2.0 (514) goes: COMPLETE",
            "held iOS",
            "let iOS go on",
            "said that iOS is stable",
        ]
    );
}
