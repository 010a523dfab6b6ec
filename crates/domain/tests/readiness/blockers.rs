//! What blockers do to a verdict, and what is known, is not and follows for users.

use domain::blocker::{BlockerNumber, DeferredTo, Kind, Owner, Proposal, Resolution, Threatened, Update};
use domain::criterion::Function;
use domain::envelope::{ActorId, Position};
use domain::event::{
    BlockerAccepted, BlockerDeferred, BlockerProposed, BlockerRejected, BlockerResolved, BlockerUpdated,
    BlockerWaived, Event, EvidenceWithdrawn,
};
use domain::id::{MilestoneId, TrackId};
use domain::knowledge::{Line, of_track};
use domain::time::Time;

use crate::story::{HOUR, Story, own, passed, preset, track};

const ONE: BlockerNumber = BlockerNumber(1);

fn propose(story: &mut Story, number: u32, title: &str, on: TrackId) {
    let proposal = Proposal {
        title: title.to_owned(),
        tracks: vec![on],
        threatens: Threatened::Milestone { milestone: MilestoneId::parse("submission").unwrap() },
        details: None,
        owner: Some(Owner { person: ActorId::new("jo"), function: Function::Engineering }),
        links: vec![],
    };
    let blocker = BlockerNumber(number);
    story.happens(Event::BlockerProposed(Box::new(BlockerProposed { blocker, proposal })));
}

fn accept(story: &mut Story, blocker: BlockerNumber) {
    story.happens(Event::BlockerAccepted(BlockerAccepted { blocker, owner: None, asked: None }));
}

/// Gives a status that holds for so many hours.
fn status(story: &mut Story, text: &str, hours: i64) {
    let next_update = Some(Time::from_micros((story.hours + 1 + hours) * HOUR));
    let update = Update { kind: Kind::Status, text: text.to_owned(), next_update };
    let provenance = Default::default();
    story.happens(Event::BlockerUpdated(BlockerUpdated { blocker: ONE, update, provenance }));
}

fn resolve(story: &mut Story, run: Option<Position>) {
    let resolution = Resolution { evidence: "it is gone".to_owned(), build: None, run, url: None };
    story.happens(Event::BlockerResolved(BlockerResolved { blocker: ONE, resolution }));
}

fn started() -> Story {
    let mut story = Story::new(vec![preset("no-open-blocker")]);
    story.nominate("514");
    story
}

fn texts(lines: &[Line]) -> Vec<String> {
    lines.iter().map(|line| line.text.clone()).collect()
}

/// What is known, is not and follows of blockers, so many hours later.
fn told(story: &Story, hours: i64) -> [Vec<String>; 3] {
    story.judge_after(hours, |judged| {
        let knowledge = of_track(&judged);
        [&knowledge.know, &knowledge.unknown, &knowledge.means].map(|lines| {
            texts(lines).into_iter().filter(|text| text.to_lowercase().contains("blocker ")).collect()
        })
    })
}

#[test]
fn what_is_proposed_makes_it_unknown_what_is_open_stands_in_the_way_and_what_ended_does_not() {
    let mut story = started();
    story.check(&["ready", "no-open-blocker met: none is open"]);
    propose(&mut story, 9, "Of another track", TrackId::parse("android").unwrap());
    story.check(&["ready", "no-open-blocker met: none is open"]);
    let mut story = started();
    propose(&mut story, 1, "Routes do not sync", track());
    let nobody =
        "no-open-blocker unknown: nobody has accepted or rejected blocker 1 yet: “Routes do not sync”";
    story.check(&["unknown", nobody]);
    accept(&mut story, ONE);
    story.check(&["not ready", "no-open-blocker not met: 1 open: blocker 1"]);
    propose(&mut story, 2, "Maps stay grey", track());
    assert_eq!(story.judged(0)[0], "not ready", "what stands in the way stands, whatever else is proposed");
    resolve(&mut story, None);
    assert_eq!(story.judged(0)[0], "unknown");
    let reason = "nobody has seen it".to_owned();
    story.happens(Event::BlockerRejected(BlockerRejected { blocker: BlockerNumber(2), reason }));
    story.check(&["ready", "no-open-blocker met: none is open"]);
}

#[test]
fn what_is_put_off_for_a_while_counts_again_when_the_while_is_over() {
    let mut story = started();
    propose(&mut story, 1, "Routes do not sync", track());
    accept(&mut story, ONE);
    let to = DeferredTo::Moment { moment: Time::from_micros((story.hours + 6) * HOUR) };
    story.happens(Event::BlockerDeferred(BlockerDeferred { blocker: ONE, to, reason: "rare".to_owned() }));
    let readiness = |hours| story.judged(hours)[0].clone();
    assert_eq!([readiness(4), readiness(5)], ["ready", "not ready"]);
}

#[test]
fn a_criterion_can_ask_for_more_than_that_nothing_is_open() {
    let mut story = Story::new(vec![own(
        "blockers.all(b, b.owned && b.status == \"current\" && b.state == \"open\" && b.age_hours < 24.0)",
    )]);
    propose(&mut story, 1, "Routes do not sync", track());
    accept(&mut story, ONE);
    let readiness = |story: &Story, hours| story.judged(hours)[0].clone();
    assert_eq!(readiness(&story, 0), "not ready");
    status(&mut story, "Jo tries 515", 5);
    assert_eq!([readiness(&story, 4), readiness(&story, 5)], ["ready", "not ready"]);
}

#[test]
fn where_a_blocker_stands_is_known_as_long_as_its_status_holds() {
    let mut story = started();
    propose(&mut story, 1, "Routes do not sync", track());
    let [know, unknown, means] = told(&story, 0);
    assert!(know.is_empty() && means.is_empty());
    assert_eq!(
        unknown.last().unwrap(),
        "Nobody has accepted or rejected blocker 1 yet: “Routes do not sync”."
    );
    accept(&mut story, ONE);
    let waits = "Users wait for this release as long as blocker 1 “Routes do not sync” is open.";
    let [_, unknown, means] = told(&story, 0);
    assert_eq!(unknown, ["Where blocker 1 “Routes do not sync” stands, nobody has said yet."]);
    assert_eq!(means, [waits]);
    status(&mut story, "Jo tries 515 on three watches", 5);
    let is_open = "Blocker 1 “Routes do not sync” is open: Jo tries 515 on three watches.";
    let [know, unknown, _] = told(&story, 4);
    assert!(know.contains(&is_open.to_owned()) && unknown.is_empty(), "{know:?} {unknown:?}");
    let [know, unknown, _] = told(&story, 5);
    assert!(!know.contains(&is_open.to_owned()));
    let due = "Where blocker 1 “Routes do not sync” stands now, nobody has said: the next status is due.";
    assert_eq!(unknown, [due]);
}

#[test]
fn what_was_waived_is_told_as_users_meet_it_and_what_rested_on_withdrawn_evidence_is_not_known() {
    let mut story = started();
    propose(&mut story, 1, "Routes do not sync", track());
    accept(&mut story, ONE);
    let mut waived = Story { events: story.events.clone(), hours: story.hours, merges: Default::default() };
    waived.happens(Event::BlockerWaived(BlockerWaived {
        blocker: ONE,
        function: Function::Product,
        reason: "few have one".to_owned(),
        users: "Old phones show the last route.".to_owned(),
        provenance: Default::default(),
    }));
    waived.judge(|judged| {
        assert!(
            texts(&of_track(&judged).means)
                .contains(&"Old phones show the last route. It is accepted: few have one.".to_owned())
        );
    });
    let run = story.run("514", "smoke", None, true, passed(3));
    resolve(&mut story, Some(run));
    assert!(told(&story, 0)[1].is_empty());
    let reason = "another build".to_owned();
    story.happens(Event::EvidenceWithdrawn(EvidenceWithdrawn { evidence: run, reason }));
    let expect =
        format!("Blocker 1 “Routes do not sync” was resolved by evidence {run}, which is withdrawn.");
    assert_eq!(told(&story, 0)[1], [expect]);
}

#[test]
fn many_blockers_are_counted_beyond_the_first() {
    let mut story = started();
    for number in 1..=60 {
        propose(&mut story, number, "Routes do not sync", track());
        accept(&mut story, BlockerNumber(number));
    }
    let [_, unknown, means] = told(&story, 0);
    assert_eq!(unknown.len(), 6);
    assert_eq!(
        means,
        [
            "Users wait for this release as long as 60 blockers are open, blocker 1 “Routes do not sync” first."
        ]
    );
    story.judge(|judged| {
        let all = texts(&of_track(&judged).unknown);
        assert!(all.contains(&"54 more blockers of which this is not known.".to_owned()), "{all:?}");
    });
}
