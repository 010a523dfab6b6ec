//! What people are told of dates: sentences, what changed since, and what nobody knows.

use domain::command::timeline::{reach, set_target, withdraw};
use domain::envelope::Position;
use domain::event::{
    Event, HolidayRemoved, HolidaysImported, MilestoneAdded, MilestoneDropped, MilestonePlanned,
};
use domain::happening::happening;
use domain::since::since;

use crate::story::{Story, calendar, day, milestone, track};

#[test]
fn every_move_has_a_sentence() {
    let mut story = Story::begin();
    story.target("ios", "2026-12-14", None);
    let ios = track("ios");
    let moved = set_target(&story.release, &ios, day("2026-12-16"), Some("sync is late")).unwrap();
    let domain::command::Settled::New(mut events) = moved else { panic!("it moves") };
    let id = milestone("press-kit");
    events.extend([
        Event::MilestoneAdded(MilestoneAdded {
            track: ios.clone(),
            milestone: id.clone(),
            name: "Press kit".to_owned(),
            on: day("2026-12-09"),
        }),
        Event::MilestonePlanned(MilestonePlanned {
            track: ios.clone(),
            milestone: id.clone(),
            on: Some(day("2026-12-10")),
            reason: "later".to_owned(),
        }),
        Event::MilestonePlanned(MilestonePlanned {
            track: ios.clone(),
            milestone: milestone("handoff"),
            on: None,
            reason: "as ever".to_owned(),
        }),
        Event::MilestoneDropped(MilestoneDropped {
            track: ios,
            milestone: id,
            reason: "no press".to_owned(),
        }),
        Event::HolidaysImported(HolidaysImported {
            source: "de.ics".to_owned(),
            holidays: calendar().holidays,
        }),
        Event::HolidayRemoved(HolidayRemoved { date: day("2026-12-25"), reason: "we ship".to_owned() }),
    ]);
    let happened: Vec<_> = events.into_iter().map(|event| story.happens(event)).collect();
    let told: Vec<String> = happened
        .iter()
        .map(|(envelope, event)| {
            let told = happening(envelope, event, Some(&story.release));
            format!("{} | {}", told.sentence, told.detail.unwrap_or_default())
        })
        .collect();
    assert_eq!(
        told,
        [
            "moved the go-live of iOS from Mon 14 Dec 2026 to Wed 16 Dec 2026 | sync is late",
            "added the milestone “Press kit” to iOS, for Wed 9 Dec 2026 | ",
            "planned “Press kit” of iOS for Thu 10 Dec 2026 | later",
            "gave “Handoff” of iOS back to the template | as ever",
            "dropped “Press kit” of iOS | no press",
            "took 2 holidays into the calendar, from de.ics | Christmas, Fri 25 Dec 2026, New Year, Fri 1 Jan 2027",
            "took Fri 25 Dec 2026 out of the calendar’s holidays | we ship",
        ]
    );
}

#[test]
fn what_moved_and_what_was_not_reached_after_all_is_told_since() {
    let mut story = Story::begin();
    story.target("ios", "2026-12-14", None);
    story.on("2026-12-07");
    let (ios, handoff) = (track("ios"), milestone("handoff"));
    let settled = reach(&story.release, &ios, &handoff, None, None, story.now());
    story.settle(settled);
    let then = story.release.position;
    assert!(since(&story.release, &ios, then).is_empty());
    let settled = withdraw(&story.release, &ios, &handoff, "it was returned");
    story.settle(settled);
    story.target("ios", "2026-12-16", Some("the handoff is late"));
    let told: Vec<String> =
        since(&story.release, &ios, then).into_iter().map(|since| since.sentence).collect();
    assert_eq!(
        told,
        [
            "“Handoff” was not reached after all: it was returned",
            "go-live moved from Mon 14 Dec 2026 to Wed 16 Dec 2026: the handoff is late",
        ]
    );
    assert!(since(&story.release, &track("android"), Position(1)).is_empty());
}

#[test]
fn a_day_that_passed_without_a_word_is_not_known() {
    use domain::knowledge::of_release;
    use domain::readiness::judge;
    let mut story = Story::begin();
    story.target("ios", "2026-12-14", None);
    let tell = |now: &str| {
        let track = &story.release.tracks[&track("ios")];
        let evaluate = |_: &_, _: &_| unreachable!("there are no criteria");
        let merges = domain::runs::Merges::new();
        let judged = judge(&story.release, track, crate::story::noon(now), &merges, &evaluate);
        let lines = of_release(&[judged]).unknown.into_iter().map(|line| line.text);
        lines.filter(|line| line.contains("planned for")).collect::<Vec<_>>()
    };
    assert!(tell("2026-11-23").is_empty());
    assert_eq!(
        tell("2026-11-24"),
        ["iOS: “Code freeze” was planned for Mon 23 Nov 2026 and nobody has said that it is reached."]
    );
}
