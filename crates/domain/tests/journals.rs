//! Journals that earlier versions wrote, folded by this one.
//!
//! A fixture is never edited: it is what is on somebody's disk. A new type or version adds lines of its own.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::collections::BTreeSet;

use domain::course::{Phase, phase, submission};
use domain::envelope::{ActorId, Envelope, Position, Stream, StreamVersion};
use domain::event::{CURRENT, Event};
use domain::id::BuildNumber;
use domain::product::Product;
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

fn lines(journal: &str) -> Vec<Line> {
    journal.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn events(journal: &str) -> Vec<(Envelope, Event)> {
    let envelope = |position: i64, line: &Line| Envelope {
        position: Position(position),
        stream: Stream::new("release/tidewatch/2026.12"),
        version: StreamVersion(position),
        kind: line.kind.as_str().into(),
        kind_version: line.version,
        actor: ActorId::new("somebody"),
        occurred_at: Time::from_micros(0),
        recorded_at: Time::from_micros(position),
    };
    let read = |(index, line): (usize, Line)| {
        let envelope = envelope(index as i64 + 1, &line);
        let payload = serde_json::to_vec(&line.payload).unwrap();
        let event = Event::read(&line.kind, line.version, envelope.position, Some(&payload)).unwrap();
        (envelope, event)
    };
    lines(journal).into_iter().enumerate().map(read).collect()
}

#[test]
fn every_type_and_every_version_that_ever_was_has_a_line() {
    let written: BTreeSet<(String, u32)> =
        [RELEASE, PLANS, ASKS, HEART, IMPORT, SHIPPED, BLOCKERS, MILESTONES, PRODUCT]
            .into_iter()
            .flat_map(lines)
            .map(|line| (line.kind, line.version))
            .collect();
    for (kind, current) in CURRENT {
        for version in 1..=*current {
            assert!(
                written.contains(&((*kind).to_owned(), version)),
                "{kind} version {version} has no line in a fixture"
            );
        }
    }
}

#[test]
fn a_release_of_earlier_versions_folds() {
    let release = Release::fold(events(RELEASE)).unwrap();
    assert_eq!(release.id.to_string(), "tidewatch/2026.12");
    assert_eq!(release.description.version, "4.2.1");
    let live: Vec<&str> = release.live_tracks().map(|track| track.description.name.as_str()).collect();
    assert_eq!(live, ["iOS", "watchOS"]);
    let ios = release.live_tracks().next().unwrap();
    assert_eq!(
        ios.description.devices,
        ["iPhone 15 / iOS 18", "iPhone SE / iOS 17"],
        "version 1 told them in two parts"
    );
    assert_eq!(ios.candidate_build().unwrap().to_string(), "4.2.0 (514)");
    assert_eq!(ios.ingests[0].counts.cases, 33);
    assert_eq!(ios.ingests[0].metrics["cold_start_p90_ms"], 1640.0);
    assert_eq!(ios.attestations[0].withdrawn.as_ref().unwrap().reason, "wrong phone");
    assert_eq!(ios.plans.values().next().unwrap().cases, 297);
    assert_eq!(release.definition().unwrap().criteria[0].max_age_hours, Some(72));
    assert_eq!(release.unrecognised.as_deref(), Some("a_type_of_the_future version 1 at position 16"));
}

#[test]
fn asks_and_words_of_others_fold() {
    let release = Release::fold(events(ASKS)).unwrap();
    let now = Time::from_micros(100);
    let standings: Vec<_> =
        release.asks.iter().map(|ask| (ask.position.0, ask.standing(now).as_str())).collect();
    assert_eq!(standings, [(5, "answered"), (6, "withdrawn"), (7, "declined")]);
    let ios = release.live_tracks().next().unwrap();
    assert_eq!(ios.attestations[0].asked_by, Some(ActorId::new("somebody")));
    let behalf = ios.summaries[0].behalf.as_ref().unwrap();
    assert_eq!((behalf.of.as_str(), behalf.source.as_str()), ("p_jo", "phone call"));
    assert!(behalf.attachment.is_some() && ios.attestations[0].behalf.is_none());
}

#[test]
fn what_was_agreed_accepted_and_listed_folds() {
    let release = Release::fold(events(HEART)).unwrap();
    let ruling = release.ruling().unwrap();
    let agreed: Vec<_> = ruling.agreements.iter().map(|of| of.function.as_str()).collect();
    assert_eq!((ruling.definition.version, agreed), (1, vec!["qa", "engineering"]));
    assert!(release.draft.is_none() && ruling.late().is_none(), "it ruled before there was a candidate");
    let now = Time::from_micros(100);
    let standings: Vec<_> = release.waivers.iter().map(|waiver| waiver.standing(now).label()).collect();
    assert_eq!(standings, ["revoked", "rejected"]);
    let defect = release.defects.values().next().unwrap();
    assert_eq!(defect.impact.as_ref().unwrap().impact.workaround.as_deref(), Some("opening the app once"));
    assert_eq!(defect.answers.values().next().unwrap().exposure.label(), "not affected");
    assert_eq!(defect.deferral.as_ref().unwrap().to, "4.3.0");
    assert_eq!(defect.withdrawn.as_ref().map(|taken| taken.reason.as_str()), Some("of another app"));
    let change = release.changes.values().next().unwrap();
    assert_eq!(change.undone().map(|function| function.as_str()).collect::<Vec<_>>(), ["qa", "product"]);
    assert!(change.taken_out.is_none());
    assert_eq!(release.risks[0].closed.as_ref().unwrap().outcome, "nobody had it");
    assert!(release.whole(domain::listing::List::Defects).is_some());
    let ios = release.live_tracks().next().unwrap();
    assert_eq!(ios.assessment().unwrap().confidence, 80);
    let [wrong, right] = ios.attestations.as_slice() else { panic!("a correction adds and keeps") };
    assert_eq!(
        wrong.withdrawn.as_ref().unwrap().reason,
        "it belongs to iOS 4.2.0 (515): it was 515 that I held"
    );
    assert_eq!((right.corrects, right.build.as_str(), right.photos.len()), (Some(Position(28)), "515", 1));
    let of = BuildNumber::parse("514").unwrap();
    assert!(ios.counts(right.position, &right.build, &of), "what was carried forward counts");
}

#[test]
fn what_could_stop_a_release_folds() {
    let release = Release::fold(events(BLOCKERS)).unwrap();
    let states = |now: i64| {
        let now = Time::from_micros(now);
        release.blockers.iter().map(|blocker| blocker.state(now).as_str()).collect::<Vec<_>>()
    };
    assert_eq!(states(60), ["waived", "merged", "deferred", "rejected", "withdrawn", "deferred"]);
    assert_eq!(states(100)[2], "open", "what is put off until a moment is open again from then on");
    let [first, second, third, ..] = release.blockers.as_slice() else { panic!("six are told") };
    let tracks: Vec<&str> = first.tracks.iter().map(|track| track.as_str()).collect();
    assert_eq!(tracks, ["ios", "wearos"], "it has the tracks of both");
    let links: Vec<&str> = first.links.iter().map(|link| link.name()).collect();
    assert_eq!(links, ["routes-backend"]);
    let owner = first.owner.as_ref().unwrap();
    assert_eq!((owner.person.as_str(), owner.function.as_str()), ("p_ada", "qa"));
    assert_eq!(second.merged_into(), Some(first.number));
    assert_eq!(third.asked(), Some(&ActorId::new("p_sam")));
    assert!(first.status().is_none(), "a status from before it came up again is none");
    let said: Vec<&str> = first
        .steps
        .iter()
        .filter_map(|step| match &step.did {
            domain::blocker::Did::Said(update) => Some(update.text.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(said, ["Ada runs the fix on three watches", "seen in beta as well"]);
}

#[test]
fn targets_milestones_and_calendars_fold() {
    let release = Release::fold(events(MILESTONES)).unwrap();
    let policy = &release.description.policy;
    let day = |text: &str| text.parse().unwrap();
    assert_eq!(policy.calendar.idle(day("2026-12-24")).as_deref(), Some("“Christmas Eve”"));
    assert_eq!(policy.calendar.idle(day("2026-12-31")), None, "it was removed");
    let ios = release.live_tracks().next().unwrap();
    assert_eq!(policy.review_days(&ios.description), Some(3));
    assert_eq!(
        policy
            .calendar
            .freezes_on(day("2026-12-08"), &ios.description, domain::calendar::Stops::Submission)
            .count(),
        1
    );
    assert_eq!(ios.course.moved(&policy.calendar), Some((1, 2)));
    let told: Vec<_> = domain::timeline::of(&release, ios, "2026-12-01T12:00:00Z".parse().unwrap())
        .iter()
        .map(|of| (of.milestone.id.to_string(), of.planned.unwrap().to_string(), of.standing.is_open()))
        .collect();
    let expect = [
        ("code-freeze", "2026-11-25", false),
        ("press-kit", "2026-12-09", false),
        ("submission", "2026-12-10", true),
        ("go-live", "2026-12-16", true),
    ];
    assert_eq!(told, expect.map(|(id, on, open)| (id.to_owned(), on.to_owned(), open)));
}

#[test]
fn a_product_of_earlier_versions_folds() {
    let product = Product::fold(events(PRODUCT)).unwrap();
    assert_eq!(product.description.name, "Tidewatch");
    let tracks: Vec<(&str, &[String])> =
        product.tracks.values().map(|track| (track.name.as_str(), track.devices.as_slice())).collect();
    assert_eq!(tracks, [("iOS", ["iPhone 15 / iOS 18".to_owned()].as_slice())]);
    assert_eq!(product.template[0].id.as_str(), "own");
}

#[test]
fn what_columns_hold_folds() {
    use domain::import::{Field, Kind};
    let product = Product::fold(events(IMPORT)).unwrap();
    let mapping = &product.mappings[&Kind::Defects];
    assert_eq!(mapping.columns["Issue key"], Some(Field::Key));
    assert_eq!(mapping.columns["Assignee"], None);
    assert_eq!(mapping.values["Status"]["In Arbeit"], "open");
}

#[test]
fn what_is_written_today_is_read_back_the_same() {
    for (envelope, event) in [RELEASE, PLANS, ASKS, HEART, IMPORT, SHIPPED, BLOCKERS, MILESTONES, PRODUCT]
        .into_iter()
        .flat_map(events)
    {
        let (kind, version) = event.kind();
        if event != Event::Unrecognised {
            let again = Event::read(kind, version, envelope.position, Some(&event.payload())).unwrap();
            assert_eq!(again, event);
        }
    }
}

#[test]
fn a_redacted_payload_folds_to_nothing_and_a_mangled_one_is_an_error() {
    assert_eq!(Event::read("run_ingested", 1, Position(7), None).unwrap(), Event::Redacted);
    let error = Event::read("plan_set", 1, Position(7), Some(b"{}")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "failed to read plan_set version 1 at position 7: missing field `track` at line 1 column 2"
    );
}

#[test]
fn what_was_shipped_is_where_it_was() {
    let release = Release::fold(events(SHIPPED)).unwrap();
    let track = release.live_tracks().next().unwrap();
    assert_eq!(phase(&release, track), Phase::Stable);
    let submission = submission(&release, track).unwrap();
    assert_eq!((submission.says.len(), submission.percent()), (6, Some(100.0)));
    assert!(submission.expedited.as_ref().is_some_and(|of| of.granted.as_ref().is_some_and(|(yes, _)| *yes)));
    assert!(!submission.wants_rework() && submission.reworks.len() == 1);
    assert_eq!(track.handoffs[0].checklist[1].note.as_deref(), Some("tonight"));
    assert_eq!(track.handoff().unwrap().label(), "accepted");
}
