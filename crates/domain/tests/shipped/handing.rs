//! Handing a build over, and what is decided of a track's course.

use domain::course::Phase;
use domain::event::{HandoffAnswer, Turn};
use domain::facts::{View, gather};
use domain::runs::Merges;
use domain::since::since;

use crate::world::{World, line, track};

#[test]
fn a_build_is_offered_by_one_and_accepted_by_another() {
    let mut world = World::new();
    assert_eq!(world.phase("ios"), Phase::Validating);
    world.offers(
        "jo",
        "ios",
        "515",
        &[],
        "Only the candidate is handed over, and on iOS that is 4.2.0 (514)",
    );
    world.offers("jo", "ios", "514", &[line(" ", None)], "is empty");
    let open = domain::handoff::Item { note: None, ..line("Notes are written", Some("")) };
    world.offers("jo", "ios", "514", &[open], "“Notes are written” is not done. Say beside it why");
    let checklist = [line("Uploaded", None), line("Notes are written", Some("German follows tonight"))];
    world.offers("jo", "ios", "514", &checklist, "new");
    world.offers("jo", "ios", "514", &checklist, "same");
    world.offers("max", "ios", "514", &checklist, "is offered already. Take that offer back first");
    assert_eq!(world.phase("ios"), Phase::Offered);
    world.answers("jo", "ios", HandoffAnswer::Accepted, "", "takes somebody else");
    world.answers("ada", "ios", HandoffAnswer::TakenBack, "a slip", "taken back by whoever made it");
    world.answers("ada", "ios", HandoffAnswer::Returned, "", "Say why it goes back");
    world.answers("ada", "ios", HandoffAnswer::Accepted, "", "new");
    world.answers("ada", "ios", HandoffAnswer::Accepted, "", "same");
    world.answers("jo", "ios", HandoffAnswer::TakenBack, "a slip", "Whoever accepted it can return it");
    assert_eq!(world.phases(), [Phase::HandedOff, Phase::Validating, Phase::Validating, Phase::Validating]);

    let decided = world.release.position;
    world.answers("max", "ios", HandoffAnswer::Returned, "the notes are of another version", "new");
    world.answers(
        "ada",
        "ios",
        HandoffAnswer::Accepted,
        "",
        "was returned: the notes are of another version",
    );
    let told = since(&world.release, &track("ios"), decided);
    assert_eq!(told[0].sentence, "the handoff of 4.2.0 (514) was returned: the notes are of another version");
    world.offers("jo", "ios", "514", &[], "new");
    world.answers("jo", "ios", HandoffAnswer::TakenBack, "too soon", "new");
    assert_eq!(world.phase("ios"), Phase::Validating);
}

#[test]
fn another_candidate_voids_a_handoff_for_good() {
    let mut world = World::new();
    world.hands_over("ios", "514");
    world.nominates("ios", "515");
    world.answers("max", "ios", HandoffAnswer::Returned, "late", "is void: the candidate is now 4.2.0 (515)");
    world.nominates("ios", "514");
    assert_eq!(world.phase("ios"), Phase::Validating);
    world.submits("ios", "514", "was not handed over");
}

/// What `handoff.accepted` comes to on iOS: `true`, `false`, or why it is missing.
fn accepted(world: &World) -> String {
    let merges = Merges::new();
    let view = View { now: world.now(), max_age_hours: None, merges: &merges };
    let facts = gather(&world.release, &world.release.tracks[&track("ios")], view);
    match facts.at("handoff.accepted").unwrap() {
        domain::criteria::fact::Fact::Missing(missing) => missing[0].why.to_string(),
        fact => fact.to_json().to_string(),
    }
}

#[test]
fn a_handoff_is_a_fact_once_it_is_answered() {
    let mut world = World::new();
    assert_eq!(accepted(&world), "4.2.0 (514) was not handed over yet");
    world.offers("jo", "ios", "514", &[], "new");
    assert_eq!(accepted(&world), "the handoff of 4.2.0 (514) waits to be accepted");
    world.answers("ada", "ios", HandoffAnswer::Accepted, "", "new");
    assert_eq!(accepted(&world), "true");
    world.answers("ada", "ios", HandoffAnswer::Returned, "wrong notes", "new");
    assert_eq!(accepted(&world), "false");
    world.nominates("ios", "515");
    assert_eq!(accepted(&world), "the handoff was of 4.2.0 (514); the candidate is 4.2.0 (515)");
}

#[test]
fn a_track_is_held_and_withdrawn_without_touching_the_others() {
    let mut world = World::new();
    world.hands_over("android", "514");
    world.turns("wearos", Turn::Held, " ", "Say why it is held");
    world.turns("wearos", Turn::Resumed, "on we go", "is not held");
    world.turns("wearos", Turn::Held, "tiles crash", "new");
    world.turns("wearos", Turn::Held, "tiles crash", "same");
    world.turns("wearos", Turn::Held, "another reason", "is held already: tiles crash");
    world.offers("jo", "wearos", "514", &[], "Wear OS is held: tiles crash. Let it go on first");
    world.submits("android", "514", "new");
    assert_eq!(world.phases()[2..], [Phase::InReview, Phase::Validating]);
    world.turns("wearos", Turn::Resumed, "mended", "new");
    world.offers("jo", "wearos", "514", &[], "new");

    world.turns("wearos", Turn::Withdrawn, "it goes with 4.3.0", "new");
    world.turns("wearos", Turn::Held, "why not", "was withdrawn from the release");
    world.answers("ada", "wearos", HandoffAnswer::Accepted, "", "Take it back into the release first");
    world.turns("wearos", Turn::Returned, "it goes now after all", "new");
    world.turns("wearos", Turn::Returned, "again", "nothing to take back");
    world.answers("ada", "wearos", HandoffAnswer::Accepted, "", "new");
    world.turns("wearos", Turn::Stable, "no crash in a week", "is not with users yet");
    world.turns("wearos", Turn::Unsettled, "a crash", "Nobody has said that Wear OS is stable");
}
