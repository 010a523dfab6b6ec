//! Whether a track has a defect, and whether its candidate has it mended.

use domain::defect::Exposure;
use domain::event::{DefectWithdrawn, Event, ExposureTold, TrackRetired};
use domain::exposure::{Exposed, Mended, Sight, mended, of};
use domain::voice::Provenance;

use crate::story::{Story, key, track};

/// Tells what is known of TW-1 on each track, of defects and answers as they are given.
#[track_caller]
fn check(defects: &[(&str, &str)], answers: &[(&str, &str, Exposure)], expect: [&str; 3]) {
    let mut story = Story::begin();
    for (name, words) in defects {
        story.defect(name, words);
    }
    for (name, on, exposure) in answers {
        answer(&mut story, name, on, *exposure);
    }
    let told = ["ios", "android", "wearos"].map(|on| told(&story, on));
    assert_eq!(told.each_ref().map(String::as_str), expect, "{defects:?} {answers:?}");
}

fn answer(story: &mut Story, name: &str, on: &str, exposure: Exposure) {
    story.happens(Event::ExposureTold(ExposureTold {
        defect: key(name),
        track: track(on),
        exposure,
        note: None,
        provenance: Provenance::default(),
    }));
}

fn told(story: &Story, on: &str) -> String {
    match of(&story.release, &story.release.defects[&key("TW-1")], &track(on)) {
        Exposed::Seen(Sight::Report) => "seen".to_owned(),
        Exposed::Seen(Sight::FoundIn(build)) => format!("found in {build}"),
        Exposed::Seen(Sight::Answer(_)) => "told".to_owned(),
        Exposed::Seen(Sight::Duplicate(duplicate)) => format!("as {}", duplicate.key),
        Exposed::Spared(_) => "spared".to_owned(),
        Exposed::NotChecked(_) => "not checked".to_owned(),
        Exposed::Unasked => "unasked".to_owned(),
        Exposed::Elsewhere => "elsewhere".to_owned(),
        Exposed::Handed(original) => format!("see {}", original.key),
    }
}

#[test]
fn a_track_that_ships_the_area_is_asked_and_no_other() {
    check(&[("TW-1", "Old tracks=ios areas=Sync")], &[], ["seen", "elsewhere", "unasked"]);
    check(&[("TW-1", "Old found=ios:514 areas=Sync")], &[], ["found in 514", "elsewhere", "unasked"]);
    check(&[("TW-1", "Old areas=Checkout")], &[], ["unasked", "unasked", "unasked"]);
    check(&[("TW-1", "Old areas=Sync,Checkout")], &[], ["unasked", "unasked", "unasked"]);
    check(&[("TW-1", "Old")], &[], ["unasked", "unasked", "unasked"]);
    check(&[("TW-1", "Old tracks=android areas=Sync")], &[], ["unasked", "seen", "unasked"]);
}

#[test]
fn an_answer_counts_where_nothing_was_seen() {
    use Exposure::{Affected, NotAffected, NotChecked};
    let sync = [("TW-1", "Old tracks=ios areas=Sync")];
    check(&sync, &[("TW-1", "wearos", NotAffected)], ["seen", "elsewhere", "spared"]);
    check(&sync, &[("TW-1", "wearos", Affected)], ["seen", "elsewhere", "told"]);
    check(&sync, &[("TW-1", "wearos", NotChecked)], ["seen", "elsewhere", "not checked"]);
    check(
        &sync,
        &[("TW-1", "wearos", NotAffected), ("TW-1", "wearos", Affected)],
        ["seen", "elsewhere", "told"],
    );
    // A track that does not ship the area can have it all the same, once somebody says so.
    check(&sync, &[("TW-1", "android", Affected)], ["seen", "told", "unasked"]);
    check(&sync, &[("TW-1", "android", NotChecked)], ["seen", "not checked", "unasked"]);
    // What the report has seen is seen, whatever was answered.
    check(&sync, &[("TW-1", "ios", NotAffected)], ["seen", "elsewhere", "unasked"]);
}

#[test]
fn a_duplicate_hands_its_tracks_to_its_original() {
    let original = ("TW-1", "Old tracks=ios areas=Sync");
    let duplicate = ("TW-2", "Same found=wearos:7 dup=TW-1 state=rejected");
    check(&[original, duplicate], &[], ["seen", "elsewhere", "as TW-2"]);
    // Through a chain, and by an answer.
    let further = ("TW-3", "Again dup=TW-2 state=rejected");
    check(
        &[original, ("TW-2", "Same dup=TW-1 state=rejected"), further],
        &[("TW-3", "wearos", Exposure::Affected)],
        ["seen", "elsewhere", "as TW-3"],
    );
    // One that is spared spares nobody else.
    check(
        &[original, ("TW-2", "Same dup=TW-1 state=rejected")],
        &[("TW-2", "wearos", Exposure::NotAffected)],
        ["seen", "elsewhere", "unasked"],
    );
    check(
        &[("TW-1", "Old tracks=ios dup=TW-9 state=verified"), ("TW-9", "First")],
        &[],
        ["see TW-9", "see TW-9", "see TW-9"],
    );
    // While somebody works on it, it is not taken to be the same.
    check(&[("TW-1", "Old tracks=ios dup=TW-9"), ("TW-9", "First")], &[], ["seen", "unasked", "unasked"]);
    // An original that is nowhere, or in a circle, is none.
    check(&[("TW-1", "Old tracks=ios areas=Sync dup=TW-9")], &[], ["seen", "elsewhere", "unasked"]);
    check(
        &[("TW-1", "Old tracks=ios areas=Sync dup=TW-2"), ("TW-2", "Same dup=TW-1")],
        &[],
        ["seen", "elsewhere", "unasked"],
    );
    check(&[("TW-1", "Old tracks=ios areas=Sync dup=TW-1")], &[], ["seen", "elsewhere", "unasked"]);
    check(
        &[
            ("TW-1", "Old tracks=ios areas=Sync dup=TW-2"),
            ("TW-2", "Same dup=TW-3"),
            ("TW-3", "Again dup=TW-2"),
        ],
        &[],
        ["seen", "elsewhere", "unasked"],
    );
}

#[test]
fn what_was_withdrawn_takes_no_tracks_and_hands_none() {
    let mut story = Story::begin();
    story.defect("TW-1", "Old tracks=ios areas=Sync dup=TW-9 state=verified");
    story.defect("TW-9", "First tracks=wearos areas=Sync");
    let withdraw = |name| {
        let reason = "of another app".to_owned();
        Event::DefectWithdrawn(DefectWithdrawn { defect: key(name), reason })
    };
    assert_eq!(told(&story, "ios"), "see TW-9");
    story.happens(withdraw("TW-9"));
    assert_eq!(told(&story, "ios"), "seen");
    story.defect("TW-1", "Old tracks=ios areas=Sync");
    story.defect("TW-8", "Same tracks=wearos dup=TW-1 state=rejected");
    assert_eq!(told(&story, "wearos"), "as TW-8");
    story.happens(withdraw("TW-8"));
    assert_eq!(told(&story, "wearos"), "unasked");
}

#[test]
fn a_track_that_was_taken_out_is_not_asked() {
    let mut story = Story::begin();
    story.defect("TW-1", "Old tracks=ios areas=Sync");
    story.happens(Event::TrackRetired(TrackRetired { track: track("wearos") }));
    assert_eq!(told(&story, "wearos"), "elsewhere");
    answer(&mut story, "TW-1", "wearos", Exposure::NotChecked);
    assert_eq!(told(&story, "wearos"), "elsewhere");
}

/// Tells whether iOS has a defect mended; builds are given as `514` or with their revision, as `514@100`.
#[track_caller]
fn check_mended(words: &str, builds: &[&str], candidate: &str, expect: &str) {
    let mut story = Story::begin();
    for build in builds {
        let (build, revision) = build.split_once('@').unwrap_or((build, ""));
        story.build("ios", build, revision.parse().ok());
    }
    if !candidate.is_empty() {
        story.candidate("ios", candidate);
    }
    story.defect("TW-1", words);
    let told = match mended(&story.release.tracks[&track("ios")], &story.release.defects[&key("TW-1")]) {
        Mended::Yes => "yes".to_owned(),
        Mended::No => "no".to_owned(),
        Mended::Unknown(why) => why,
    };
    assert_eq!(told, expect, "{words} {builds:?} {candidate}");
}

#[test]
fn a_candidate_has_a_defect_mended_if_it_is_the_build_that_mends_it_or_a_later_one() {
    let builds = ["513", "514", "515"];
    let resolved = "Old state=resolved fixed=ios:514";
    check_mended("Old", &builds, "514", "no");
    check_mended("Old fixed=ios:513", &builds, "514", "no");
    check_mended("Old state=rejected", &builds, "514", "yes");
    check_mended("Old state=rejected", &builds, "", "yes");
    check_mended("Old state=verified", &builds, "514", "yes");
    check_mended("Old state=verified", &builds, "", "yes");
    check_mended("Old state=verified fixed=ios:515", &builds, "514", "no");
    check_mended("Old state=verified fixed=ios:513", &builds, "514", "yes");
    check_mended(resolved, &builds, "513", "no");
    check_mended(resolved, &builds, "514", "yes");
    check_mended(resolved, &builds, "515", "yes");
    // By number, and not by letter.
    check_mended("Old state=resolved fixed=ios:99", &["99", "514"], "514", "yes");
    check_mended("Old state=resolved fixed=ios:514", &["99", "514"], "99", "no");
    check_mended("Old state=resolved fixed=ios:0514", &["514"], "514", "yes");
    // Commits go before numbers, where both are counted.
    check_mended(resolved, &["514@100", "7@101"], "7", "yes");
    check_mended(resolved, &["514@100", "700@99"], "700", "no");
    check_mended(resolved, &["514@100", "700"], "700", "yes");
}

#[test]
fn what_is_missing_to_tell_is_told() {
    let builds = ["514", "rc1", "rc2"];
    check_mended(
        "Old state=resolved",
        &builds,
        "514",
        "TW-1 is resolved, and nobody says in which build; the candidate is 4.2.0 (514)",
    );
    check_mended(
        "Old state=resolved fixed=wearos:7",
        &builds,
        "514",
        "TW-1 is resolved, and nobody says in which build of iOS; the candidate is 4.2.0 (514)",
    );
    check_mended(
        "Old state=resolved",
        &builds,
        "",
        "TW-1 is resolved, and nobody says in which build; iOS has no candidate yet",
    );
    check_mended(
        "Old state=resolved fixed=ios:514",
        &builds,
        "",
        "TW-1 is resolved in 4.2.0 (514); iOS has no candidate yet",
    );
    check_mended(
        "Old state=resolved fixed=ios:rc1",
        &builds,
        "rc2",
        "TW-1 is resolved in 4.2.0 (rc1), and nobody can tell whether the candidate 4.2.0 (rc2) is later: their \
         commits are not counted",
    );
    check_mended("Old state=resolved fixed=ios:rc1", &builds, "rc1", "yes");
    check_mended(
        "Old state=verified fixed=ios:rc1",
        &builds,
        "rc2",
        "TW-1 is verified in 4.2.0 (rc1), and nobody can tell whether the candidate 4.2.0 (rc2) is later: their \
         commits are not counted",
    );
    // That it is mended on one track says nothing of another.
    check_mended(
        "Old tracks=ios state=verified fixed=wearos:7",
        &builds,
        "514",
        "TW-1 is verified, and nobody says in which build of iOS; the candidate is 4.2.0 (514)",
    );
    check_mended("Old tracks=ios state=verified", &builds, "514", "yes");
    check_mended(
        "Old tracks=ios,wearos state=verified",
        &builds,
        "514",
        "TW-1 is verified, and nobody says in which build; the candidate is 4.2.0 (514)",
    );
    check_mended(
        "Old tracks=ios state=rejected dup=TW-9",
        &builds,
        "514",
        "TW-1 is closed as a duplicate of TW-9, which is not on record",
    );
}
