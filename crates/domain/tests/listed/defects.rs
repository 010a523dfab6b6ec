//! What may be reported of a defect, and said of it.

use domain::command::defect::{defer, expose, put_back, report, take_back, translate, withdraw};
use domain::defect::{Exposure, Source};
use domain::envelope::ActorId;
use domain::id::DefectKey;
use domain::impact::{Impact, Often, Reach};
use domain::voice::Behalf;

use crate::story::{ADA, Story, key, reported, speaker, track};

/// A release in which iOS has build 514, D-2 was reported by hand and TW-1 and TW-2 by a file.
fn story() -> Story {
    let mut story = Story::begin();
    story.build("ios", "514", None);
    report_by(&mut story, "D-2", "Own tracks=ios", Source::Hand, None);
    report_by(&mut story, "TW-1", "Old tracks=ios areas=Sync found=ios:514", file("defects.csv"), None);
    report_by(&mut story, "TW-2", "Same dup=TW-1 state=rejected", file("defects.csv"), None);
    story
}

fn file(name: &str) -> Source {
    Source::File { name: name.to_owned() }
}

fn report_by(story: &mut Story, name: &str, words: &str, source: Source, why: Option<&str>) -> String {
    let name = DefectKey::parse(name).ok();
    let settled = report(&story.release, name, reported(words), source, why, &ActorId::new(ADA));
    story.settle(settled)
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
fn a_report_by_hand_fits_the_release_or_is_refused_with_what_would_do() {
    for (name, words, expect) in [
        ("D-3", "New", "defect_reported"),
        (
            "TW-9",
            "New tracks=ios,wearos,ios areas=Sync found=ios:514 fixed=ios:514 dup=TW-1",
            "defect_reported",
        ),
        ("TW-9", "New dup=ELSEWHERE-1", "defect_reported"),
        ("D-3", "tracks=ios", "Invalid: Give the defect a title: what goes wrong, in one line."),
        (
            "D-3",
            "New tracks=iso",
            "Unknown: 2026.12 has no track iso; it has ios, android, wearos. Did you mean ios?",
        ),
        (
            "D-3",
            "New found=ios:515",
            "Unknown: iOS has no build 515 in 2026.12; it has build 514. Add the build to the file and apply it.",
        ),
        (
            "D-3",
            "New fixed=wearos:7",
            "Unknown: Wear OS has no build 7 in 2026.12; it has no build yet. Add the build to the file and apply it.",
        ),
        ("TW-9", "New dup=TW-9", "Invalid: TW-9 cannot be a duplicate of itself. Name the original."),
        (
            "TW-1",
            "Old dup=TW-2",
            "Contradiction: TW-2 counts as a duplicate of TW-1 already. Say of one of them alone that it is the duplicate.",
        ),
        ("D-2", "Own tracks=ios", "already 6"),
        (
            "D-2",
            "Own tracks=wearos",
            "Invalid: D-2 “Own” is on record already. To correct it, say in a few words why; if this is another defect, \
             give it another key, or none.",
        ),
        ("TW-1", "Old tracks=ios areas=Sync found=ios:514", "already 7"),
        (
            "TW-1",
            "Old tracks=ios",
            "Contradiction: TW-1 comes from defects.csv: change it there and import again; impact, exposure and deferral \
             are yours here.",
        ),
    ] {
        check(&report_by(&mut story(), name, words, Source::Hand, None), expect);
    }
}

#[test]
fn our_own_keys_go_on_from_the_last_and_what_is_sent_twice_is_one() {
    let mut story = story();
    check(&report_by(&mut story, "", "New", Source::Hand, None), "defect_reported");
    assert_eq!(story.release.defects[&key("D-3")].report.title, "New");
    check(&report_by(&mut story, "", "New", Source::Hand, None), "already 9");
    check(&report_by(&mut story, "", "Other", Source::Hand, None), "defect_reported");
    assert!(story.release.defects.contains_key(&key("D-4")));
    // A number beyond those that are counted stands in nobody's way.
    report_by(&mut story, "D-4294967295", "Far", Source::Hand, None);
    report_by(&mut story, "D-4294967296", "Farther", Source::Hand, None);
    check(&report_by(&mut story, "", "Last", Source::Hand, None), "defect_reported");
    assert!(story.release.defects.contains_key(&key("D-4294967297")));
}

#[test]
fn a_correction_by_hand_has_a_reason_and_keeps_what_is_ours() {
    let mut story = story();
    let told = translate(&story.release, &key("D-2"), impact());
    check(&story.settle(told), "defect_translated");
    let corrected = report_by(&mut story, "D-2", "Own tracks=wearos", Source::Hand, Some("it was the watch"));
    check(&corrected, "defect_reported");
    let defect = &story.release.defects[&key("D-2")];
    assert_eq!(defect.report.tracks, [track("wearos")]);
    assert!(defect.impact.is_some());
}

#[test]
fn a_file_brings_only_what_differs_and_never_what_was_taken_out() {
    let mut story = story();
    let (same, changed) = ("Old tracks=ios areas=Sync found=ios:514", "Old tracks=ios areas=Sync");
    check(&report_by(&mut story, "TW-1", same, file("later.csv"), None), "already 7");
    check(&report_by(&mut story, "TW-1", changed, file("later.csv"), None), "defect_reported");
    let out = withdraw(&story.release, &key("TW-1"), "of another app", &ActorId::new(ADA));
    check(&story.settle(out), "defect_withdrawn");
    check(&report_by(&mut story, "TW-1", same, file("later.csv"), None), "already 9");
    assert!(story.release.defects[&key("TW-1")].withdrawn.is_some());
    check(
        &report_by(&mut story, "TW-1", same, Source::Hand, Some("it is ours")),
        "Contradiction: TW-1 does not belong to 2026.12: of another app. Take it back first, if it does after all.",
    );
    let back = put_back(&story.release, &key("TW-1"), "it is ours");
    check(&story.settle(back), "defect_reported");
    let defect = &story.release.defects[&key("TW-1")];
    assert!(defect.withdrawn.is_none() && defect.source == file("later.csv"));
    let back = put_back(&story.release, &key("TW-1"), "it is ours");
    check(&story.settle(back), "Contradiction: TW-1 belongs to 2026.12 already.");
    // What was by hand belongs to the file once the file brings it.
    check(&report_by(&mut story, "D-2", "Own, as filed", file("later.csv"), None), "defect_reported");
    check(
        &report_by(&mut story, "D-2", "Own", Source::Hand, Some("no")),
        "Contradiction: D-2 comes from later.csv…",
    );
}

#[test]
fn what_is_too_long_or_no_address_is_refused() {
    let say = |change: fn(&mut domain::defect::DefectReport)| {
        let mut story = story();
        let mut words = reported("New");
        change(&mut words);
        let settled = report(&story.release, None, words, Source::Hand, None, &ActorId::new(ADA));
        story.settle(settled)
    };
    check(
        &say(|report| report.title = "x".repeat(301)),
        "Invalid: The title is longer than 300 characters. Shorten it.",
    );
    check(&say(|report| report.areas = vec!["x".repeat(301)]), "Invalid: The name of an area is longer…");
    check(&say(|report| report.areas = vec![String::new(); 101]), "defect_reported");
    check(
        &say(|report| report.areas = (0..101).map(|n| n.to_string()).collect()),
        "Invalid: It names more than 100 areas. Name fewer.",
    );
    check(
        &say(|report| report.url = Some("javascript:alert(1)".to_owned())),
        "Invalid: javascript:alert(1) is no address…",
    );
    check(&say(|report| report.url = Some("https://".to_owned())), "Invalid: https:// is no address…");
    check(
        &say(|report| report.url = Some("https://a.example/b c".to_owned())),
        "Invalid: https://a.example/b c is no address…",
    );
    check(&say(|report| report.url = Some(" https://a.example/TW-1 ".to_owned())), "defect_reported");
    check(&say(|report| report.fixed_in = reported("x fixed=ios:514,ios:514").fixed_in), "defect_reported");
}

#[test]
fn a_defect_is_mended_first_in_one_build_of_a_track() {
    let mut story = story();
    story.build("ios", "515", None);
    check(
        &report_by(&mut story, "D-3", "New fixed=ios:514,ios:515", Source::Hand, None),
        "Invalid: It is mended in two builds of ios. Name the first that has it mended.",
    );
}

fn impact() -> Impact {
    Impact {
        experience: "runners see their last route".to_owned(),
        reach: Reach::Some,
        often: Often::Sometimes,
        frequency: "4 of 212 syncs".to_owned(),
        circumstances: "after a run without a phone".to_owned(),
        workaround: None,
    }
}

#[test]
fn an_impact_fills_every_slot() {
    let slot = |change: fn(&mut Impact)| {
        let mut story = story();
        let mut impact = impact();
        change(&mut impact);
        let settled = translate(&story.release, &key("TW-1"), impact);
        story.settle(settled)
    };
    check(&slot(|_| {}), "defect_translated");
    check(&slot(|impact| impact.workaround = Some(" ".to_owned())), "defect_translated");
    check(&slot(|impact| impact.experience = " ".to_owned()), "Invalid: Say what users experience…");
    check(
        &slot(|impact| impact.frequency = String::new()),
        "Invalid: Say what reach and frequency are known by…",
    );
    check(&slot(|impact| impact.circumstances = String::new()), "Invalid: Say in which circumstances…");
    check(&slot(|impact| impact.experience = "x".repeat(5001)), "Invalid: What users experience is longer…");
    let mut story = story();
    for expect in ["defect_translated", "already 9"] {
        let settled = translate(&story.release, &key("TW-1"), impact());
        check(&story.settle(settled), expect);
    }
    let settled = translate(&story.release, &key("TW-11"), impact());
    check(
        &story.settle(settled),
        "Unknown: tidewatch/2026.12 has no defect TW-11. Did you mean TW-1? `seaworthy defect list` shows what there is.",
    );
}

#[test]
fn an_answer_is_taken_where_it_can_count() {
    use Exposure::{Affected, NotAffected, NotChecked};
    let mut story = story();
    story.defect("TW-3", "Same again tracks=android dup=TW-1 state=rejected");
    for (name, on, exposure, note, expect) in [
        ("TW-1", "wearos", NotChecked, "", "exposure_told"),
        ("TW-1", "wearos", NotChecked, "", "already 10"),
        ("TW-1", "wearos", Affected, "", "exposure_told"),
        (
            "TW-1",
            "wearos",
            NotAffected,
            "",
            "Invalid: Wear OS was said to be affected by TW-1. Say in the note…",
        ),
        ("TW-1", "wearos", NotAffected, "ten syncs on 514", "exposure_told"),
        ("TW-1", "ios", Affected, "again", "exposure_told"),
        (
            "TW-1",
            "ios",
            NotAffected,
            "",
            "Contradiction: TW-1 was seen on iOS, says the report. If it was not, take ios out of it in defects.csv and \
             import again.",
        ),
        (
            "D-2",
            "ios",
            NotChecked,
            "",
            "Contradiction: D-2 was seen on iOS, says the report. If it was not, correct the report, and take ios out of \
             it.",
        ),
        ("D-2", "watchos", Affected, "", "Unknown: 2026.12 has no track watchos…"),
        (
            "TW-1",
            "android",
            NotAffected,
            "",
            "Contradiction: TW-1 was seen on Android, says its duplicate TW-3. If it was not, correct what TW-3 says of \
             android.",
        ),
        (
            "TW-2",
            "wearos",
            NotAffected,
            "",
            "Contradiction: TW-2 is a duplicate and counts as TW-1 “Old”: say it of that one.",
        ),
    ] {
        let note = Some(note).filter(|note| !note.is_empty());
        let settled = expose(&story.release, &key(name), &track(on), exposure, note, &speaker(ADA));
        check(&story.settle(settled), expect);
    }
}

#[test]
fn an_answer_for_somebody_else_says_where_they_gave_it() {
    let mut story = story();
    let through = |source: &str| domain::speaker::Speaker {
        behalf: Some(Behalf { of: ActorId::new("jo"), source: source.to_owned(), attachment: None }),
        ..speaker(ADA)
    };
    let on = track("wearos");
    let silent = expose(&story.release, &key("TW-1"), &on, Exposure::Affected, None, &through(""));
    check(&story.settle(silent), "Invalid: Say in at most 300 characters where the word was given…");
    let told = expose(&story.release, &key("TW-1"), &on, Exposure::Affected, None, &through("phone call"));
    check(&story.settle(told), "exposure_told");
    let own = expose(&story.release, &key("TW-1"), &on, Exposure::Affected, None, &speaker(ADA));
    check(&story.settle(own), "exposure_told");
}

#[test]
fn a_defect_is_deferred_to_a_release_with_a_reason_and_taken_back() {
    let mut story = story();
    let (ada, jo) = (ActorId::new(ADA), ActorId::new("jo"));
    for (to, why, by, expect) in [
        ("", "rare", &ada, "Invalid: Say for which release it is…"),
        ("4.3.0", " ", &ada, "Invalid: Say in a few words why it can wait…"),
        ("4.3.0", "rare", &ada, "defect_deferred"),
        ("4.3.0", "rare", &ada, "already 9"),
        ("4.3.0", "rare", &jo, "defect_deferred"),
        ("4.4.0", "rare", &ada, "defect_deferred"),
    ] {
        let settled = defer(&story.release, &key("TW-1"), to, why, by);
        check(&story.settle(settled), expect);
    }
    for (why, expect) in [
        ("", "Invalid: Say in a few words why it is for this release after all."),
        ("too many see it", "defect_deferred"),
        ("too many see it", "Contradiction: TW-1 is not deferred: it is for this release."),
    ] {
        let settled = take_back(&story.release, &key("TW-1"), why);
        check(&story.settle(settled), expect);
    }
}

#[test]
fn of_what_was_taken_out_nothing_more_is_said() {
    let mut story = story();
    let (ada, jo) = (ActorId::new(ADA), ActorId::new("jo"));
    for (why, by, expect) in [
        ("", &ada, "Invalid: Say in a few words why it does not belong to this release."),
        ("of another app.", &ada, "defect_withdrawn"),
        ("of another app.", &ada, "already 9"),
        (
            "of another app.",
            &jo,
            "Contradiction: TW-1 does not belong to 2026.12: of another app. Take it back…",
        ),
    ] {
        let settled = withdraw(&story.release, &key("TW-1"), why, by);
        check(&story.settle(settled), expect);
    }
    let gone = "Contradiction: TW-1 does not belong to 2026.12…";
    let settled = [
        translate(&story.release, &key("TW-1"), impact()),
        expose(&story.release, &key("TW-1"), &track("ios"), Exposure::Affected, None, &speaker(ADA)),
        defer(&story.release, &key("TW-1"), "4.3.0", "rare", &ada),
        take_back(&story.release, &key("TW-1"), "rare"),
    ];
    for settled in settled {
        check(&story.settle(settled), gone);
    }
}
