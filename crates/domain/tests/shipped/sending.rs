//! What is given to a store, and what the store says.

use domain::calendar::Day;
use domain::command;
use domain::command::submission::{Word, expedite, rework, store_says};
use domain::course::{Phase, submission};
use domain::event::Turn;
use domain::knowledge;
use domain::readiness::judge;
use domain::runs::Merges;
use domain::store::Stage;
use domain::time::Time;
use domain::timeline::{self, Actual, Standing};

use crate::world::{World, speaker, track};

#[test]
fn four_tracks_go_four_ways() {
    let mut world = World::new();
    world.submits("watchos", "514", "ships inside the submission of iOS");
    world.submits("ios", "514", "was not handed over");
    world.hands_over("ios", "514");
    world.submits("ios", "514", "watchOS 4.2.0 (514) was not handed over");
    world.hands_over("watchos", "514");
    world.submits("ios", "514", "new");
    world.submits("ios", "514", "same");
    assert_eq!(world.phases(), [Phase::InReview, Phase::InReview, Phase::Validating, Phase::Validating]);

    world.store_says("watchos", "IN_REVIEW", "", "ships inside the submission of iOS");
    world.store_says("ios", "READY_FOR_DISTRIBUTION", "", "goes on with IN_REVIEW");
    world.store_says("ios", "in_reveiw", "", "Did you mean IN_REVIEW?");
    world.store_says("ios", "IN_REVIEW", "", "new");
    world.store_says("ios", "IN_REVIEW", "", "same");
    world.store_says("ios", "REJECTED", "", "Say why the store refused it");
    world.store_says("ios", "REJECTED", "2.1: it crashed on an iPad", "new");
    assert_eq!(world.phases()[..2], [Phase::Rejected, Phase::Rejected]);
    world.submits("ios", "514", "stands at REJECTED");

    // The rejection takes another build: of iOS alone.
    let settled = rework(&world.release, &track("ios"), "Jo mends it tonight", true, &speaker("ada"));
    world.comes("ada", settled, "new");
    world.nominates("ios", "515");
    assert_eq!(world.phases()[..2], [Phase::Validating, Phase::HandedOff]);
    world.hands_over("ios", "515");
    world.submits("ios", "515", "new");
    for word in ["IN_REVIEW", "PENDING_DEVELOPER_RELEASE"] {
        world.store_says("ios", word, "", "new");
    }
    assert_eq!(world.phases()[..2], [Phase::Approved, Phase::Approved], "approval is not release");

    world.turns("wearos", Turn::Held, "tiles crash", "new");
    world.hands_over("android", "514");
    world.submits("android", "514", "new");
    world.store_says("android", "PUBLISHED", "", "new");
    world.turns("android", Turn::Stable, "no crash", "not offered to everybody yet");
    world.rolls_out("android", "inProgress", Some(5.0), "", "new");
    world.rolls_out("android", "inProgress", Some(1.0), "", "5 % were offered it already");
    world.rolls_out("android", "halted", Some(5.0), "", "Say why it was halted");
    world.rolls_out("android", "halted", Some(5.0), "login fails on Android 12", "new");
    world.rolls_out("android", "draft", None, "", "goes on with inProgress or completed");
    world.rolls_out("android", "inProgress", Some(50.0), "", "new");
    world.turns("android", Turn::Withdrawn, "a crash", "Users have Android of this release already");
    assert_eq!(
        world.phases(),
        [Phase::Approved, Phase::Approved, Phase::RollingOut, Phase::Validating],
        "Android went alone"
    );
    world.rolls_out("android", "completed", None, "", "new");
    assert_eq!(world.phase("android"), Phase::Released);
    world.turns("android", Turn::Stable, "99.8 % without a crash, for a week", "new");
    assert_eq!(world.phase("android"), Phase::Stable);
    world.turns("android", Turn::Unsettled, "a crash on Android 16", "new");

    world.rolls_out("ios", "ACTIVE", Some(1.0), "", "A rollout begins when users can get it");
    world.store_says("ios", "READY_FOR_DISTRIBUTION", "", "new");
    world.rolls_out("ios", "ACTIVE", Some(1.0), "", "new");
    assert_eq!(world.phases(), [Phase::RollingOut, Phase::RollingOut, Phase::Released, Phase::Validating]);
}

#[test]
fn a_word_that_is_not_known_is_kept_and_shown() {
    let mut world = World::new();
    world.hands_over("android", "514");
    world.submits("android", "514", "new");
    let said = |world: &World, word: &str, verbatim: bool, hours: i64| {
        let said_at = Time::from_micros(world.now().micros() + hours * 3_600_000_000);
        let word = Word { word: word.to_owned(), said_at, reason: None, verbatim };
        store_says(&world.release, &track("android"), &word, &speaker("ada"), world.now())
    };
    let settled = said(&world, "AWAITING_MOON", false, 0);
    world.comes("ada", settled, "record it as what it says word for word");
    let settled = said(&world, "AWAITING_MOON", true, 1);
    world.comes("ada", settled, "in the future");
    let settled = said(&world, "PUBLISHED", false, -5);
    world.comes("ada", settled, "said IN_REVIEW later than that");
    let settled = said(&world, "AWAITING_MOON", true, 0);
    world.comes("ada", settled, "new");
    let android = &world.release.tracks[&track("android")];
    assert_eq!(submission(&world.release, android).unwrap().stage(), Stage::Unknown);
    assert_eq!(world.phase("android"), Phase::InReview, "it is with the store, whatever it says");
    let merges = Merges::new();
    let judged = judge(&world.release, android, world.now(), &merges, &|_, _| unreachable!());
    let unknown = knowledge::of_track(&judged).unknown;
    let told = "Google Play says AWAITING_MOON, and what that means is not known here.";
    assert!(unknown.iter().any(|line| line.text == told), "{unknown:?}");
    world.store_says("android", "PUBLISHED", "", "new");
    assert_eq!(world.phase("android"), Phase::RollingOut, "nobody has said that everybody gets it");
}

#[test]
fn a_sooner_review_is_asked_for_and_answered_once() {
    let mut world = World::new();
    let ask = |world: &World, granted: Option<bool>, text: &str| {
        expedite(&world.release, &track("ios"), granted, Some(text), &speaker("ada"))
    };
    let settled = ask(&world, None, "a crash for all");
    world.comes("ada", settled, "Nothing of iOS was sent to the App Store yet");
    for id in ["ios", "watchos"] {
        world.hands_over(id, "514");
    }
    world.submits("ios", "514", "new");
    let settled = ask(&world, Some(true), "");
    world.comes("ada", settled, "Record first that it was asked for");
    let settled = ask(&world, None, "");
    world.comes("ada", settled, "why this review cannot wait");
    let settled = ask(&world, None, "a crash for all");
    world.comes("ada", settled, "new");
    let settled = ask(&world, None, "a crash for all");
    world.comes("ada", settled, "same");
    let settled = ask(&world, Some(true), "");
    world.comes("ada", settled, "new");
    let settled = ask(&world, Some(false), "");
    world.comes("ada", settled, "answered that already");
    let settled = rework(&world.release, &track("ios"), "mend it", false, &speaker("ada"));
    world.comes("ada", settled, "there is no rejection to answer");
}

#[test]
fn the_way_through_the_store_reaches_milestones_by_itself() {
    let mut world = World::new();
    let known = |world: &World, id: &str| -> Vec<(String, &'static str)> {
        let on = &world.release.tracks[&track(id)];
        let reached =
            timeline::of(&world.release, on, world.now()).into_iter().filter_map(|of| match of.standing {
                Standing::Reached { actual: Actual::Known { from, .. }, .. } => {
                    Some((of.milestone.id.to_string(), from))
                }
                _ => None,
            });
        reached.collect()
    };
    let goes_live = Day::of(world.now(), &timeline::zone(&world.release)).plus(40).unwrap();
    for id in ["ios", "watchos"] {
        let settled = command::timeline::set_target(&world.release, &track(id), goes_live, None);
        world.comes("ada", settled, "new");
        world.hands_over(id, "514");
    }
    world.submits("ios", "514", "new");
    let sent = [
        ("candidate-cut".to_owned(), "the first candidate was nominated"),
        ("handoff".to_owned(), "the handoff was accepted"),
        ("submission".to_owned(), "it was sent to the store"),
    ];
    for id in ["ios", "watchos"] {
        assert_eq!(known(&world, id), sent, "{id}");
    }
    world.store_says("ios", "IN_REVIEW", "", "new");
    world.store_says("ios", "READY_FOR_DISTRIBUTION", "", "new");
    let live = known(&world, "watchos");
    assert_eq!(
        live[3..],
        [("approval".to_owned(), "the store approved it"), ("go-live".to_owned(), "users can get it"),]
    );
}
