//! Asking somebody for evidence: what may be asked, what may be answered, and what time does.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use domain::ask::{Standing, Wanted};
use domain::command::ask::{answer_check, answer_summary, ask, decline, withdraw};
use domain::digest::Digest;
use domain::envelope::{ActorId, Envelope, Position, Stream, StreamVersion};
use domain::event::{Asked, CandidateNominated, Event};
use domain::evidence::AttestedResult;
use domain::id::{BuildNumber, TrackId};
use domain::readiness::next_change_at;
use domain::refusal::Refusal;
use domain::release::Release;
use domain::time::Time;

const HOUR: i64 = 3_600_000_000;
const JOURNAL: &str = include_str!("journals/2026-12-asks.ndjson");

fn at(hours: i64) -> Time {
    Time::from_micros(hours * HOUR)
}

fn happens(release: Option<Release>, position: i64, hours: i64, event: Event) -> Option<Release> {
    let (kind, kind_version) = event.kind();
    let envelope = Envelope {
        position: Position(position),
        stream: Stream::new("release/tidewatch/2026.12"),
        version: StreamVersion(position),
        kind: kind.into(),
        kind_version,
        actor: ActorId::new("ada"),
        occurred_at: at(hours),
        recorded_at: at(hours),
    };
    match release {
        None => Release::begin(&envelope, event),
        Some(mut release) => {
            release.apply(&envelope, event);
            Some(release)
        }
    }
}

/// A release with a track, a device, a candidate, and nothing asked.
fn release() -> Release {
    let mut release = None;
    for (index, line) in JOURNAL.lines().take(4).enumerate() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        let payload = line["payload"].to_string();
        let version = line["version"].as_u64().unwrap() as u32;
        let kind = line["type"].as_str().unwrap();
        let event = Event::read(kind, version, Position(1), Some(payload.as_bytes())).unwrap();
        release = happens(release, index as i64 + 1, 0, event);
    }
    release.unwrap()
}

fn check_of(track: &str, build: &str, device: &str) -> Wanted {
    let track = TrackId::parse(track).unwrap();
    Wanted::DeviceCheck { track, build: BuildNumber::parse(build).unwrap(), device: device.to_owned() }
}

fn summary() -> Wanted {
    Wanted::Summary { track: TrackId::parse("ios").unwrap(), build: BuildNumber::parse("514").unwrap() }
}

fn asked(wanted: Wanted, until: Time) -> Asked {
    Asked { of: ActorId::new("jo"), wanted, note: Some("  ".to_owned()), until }
}

/// A release in which a check is asked for as 5 and a summary as 6, at hour 1 until hour 10.
fn asking() -> Release {
    let mut release = Some(release());
    for (position, wanted) in [(5, check_of("ios", "514", "iPhone SE / iOS 17")), (6, summary())] {
        let event = ask(release.as_ref().unwrap(), asked(wanted, at(10)), at(1)).unwrap();
        release = happens(release, position, 1, event);
    }
    release.unwrap()
}

#[track_caller]
fn refused<T: std::fmt::Debug>(decided: Result<T, Refusal>, part: &str) {
    let refusal = decided.unwrap_err();
    assert!(refusal.sentence.contains(part), "{refusal}");
}

#[test]
fn only_what_can_be_answered_is_asked() {
    let release = release();
    let device = "iPhone SE / iOS 17";
    for (wanted, until, part) in [
        (check_of("ios", "514", device), at(1), "still to come"),
        (check_of("ios", "514", device), at(24 * 61 + 1), "at most 60 days"),
        (check_of("ios", "515", device), at(10), "it has builds 514"),
        (check_of("ios", "514", "iPhone S / iOS 17"), at(10), "Did you mean iPhone SE / iOS 17?"),
        (check_of("web", "514", device), at(10), "has no track web"),
    ] {
        refused(ask(&release, asked(wanted, until), at(1)), part);
    }
    let Event::Asked(decided) = ask(&release, asked(summary(), at(10)), at(1)).unwrap() else { panic!() };
    assert_eq!(decided.note, None, "blanks are no note");
    refused(ask(&asking(), asked(summary(), at(20)), at(2)), "asked for this already, as ask 6");
    assert!(ask(&asking(), asked(summary(), at(20)), at(11)).is_ok(), "what has expired is asked again");
}

#[test]
fn an_ask_is_answered_once_with_what_it_asks_for_while_it_is_open() {
    let release = asking();
    let (check, summary) = (Position(5), Position(6));
    refused(
        answer_check(&release, summary, AttestedResult::Passed, "", at(2)),
        "A test summary was asked for",
    );
    refused(answer_summary(&release, check, Digest::ZERO, 9, at(2)), "A check by hand was asked for");
    refused(answer_summary(&release, summary, Digest::ZERO, 0, at(2)), "The summary is empty");
    refused(answer_check(&release, check, AttestedResult::Passed, "", at(10)), "Ask 5 has expired");
    refused(answer_check(&release, Position(4), AttestedResult::Passed, "", at(2)), "has no ask 4");
    refused(decline(&release, check, " ", at(2)), "why not");
    refused(withdraw(&release, check, "", at(2)), "why it is no longer asked");
    let ends = [
        (
            answer_check(&release, check, AttestedResult::Failed, " blank ", at(2)),
            Standing::Answered,
            "by evidence 7",
        ),
        (decline(&release, check, "no such phone", at(2)), Standing::Declined, "has been declined"),
        (
            withdraw(&release, check, "Sam did it", at(2)),
            Standing::Withdrawn,
            "withdrawn already: Sam did it",
        ),
    ];
    for (event, standing, said) in ends {
        let ended = happens(Some(release.clone()), 7, 2, event.unwrap()).unwrap();
        assert_eq!(ended.ask(check).unwrap().standing(at(99)), standing);
        assert_eq!(ended.ask(summary).unwrap().standing(at(2)), Standing::Open);
        refused(answer_check(&ended, check, AttestedResult::Passed, "", at(3)), said);
        refused(decline(&ended, check, "late", at(3)), said);
        refused(withdraw(&ended, check, "late", at(3)), said);
    }
}

#[test]
fn what_is_answered_is_evidence_of_the_build_that_was_asked_about() {
    let mut release = asking();
    assert_eq!(release.ask(Position(5)).unwrap().passed_over(&release), None);
    let (track, build) = (TrackId::parse("ios").unwrap(), BuildNumber::parse("515").unwrap());
    let nominated = Event::CandidateNominated(CandidateNominated { track, build, reason: None });
    release = happens(Some(release), 7, 2, nominated).unwrap();
    let ask = release.ask(Position(5)).unwrap();
    assert_eq!(ask.passed_over(&release).as_deref(), Some("the candidate is now 515"));
    let answer = answer_check(&release, Position(5), AttestedResult::Passed, "", at(3)).unwrap();
    release = happens(Some(release), 8, 3, answer).unwrap();
    let attested = &release.live_tracks().next().unwrap().attestations[0];
    assert_eq!((attested.build.as_str(), attested.asked_by.as_ref().unwrap().as_str()), ("514", "ada"));
}

#[test]
fn lines_end_in_one_way_however_they_were_sent() {
    for (sent, kept) in [
        ("no route\r\nafter a restart", "no route\nafter a restart"),
        ("no route\nafter a restart", "no route\nafter a restart"),
        ("\r\nno route\r\n\r\n", "no route"),
    ] {
        let answer = answer_check(&asking(), Position(5), AttestedResult::Failed, sent, at(2)).unwrap();
        let Event::DeviceAttested(attested) = answer else { panic!("{answer:?}") };
        assert_eq!(attested.notes.as_deref(), Some(kept), "{sent:?}");
    }
}

#[test]
fn a_page_turns_when_an_ask_expires() {
    let release = asking();
    assert_eq!(next_change_at(&release, at(2)), Some(at(10)));
    assert_eq!(next_change_at(&release, at(10)), None);
}
