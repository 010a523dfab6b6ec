//! What may be done with a blocker in every state, and what makes a status of what is said.

use domain::blocker::{
    BlockerNumber, BlockerState, DeferredTo, Kind, Lacks, Link, Owner, Proposal, Resolution, StatusStanding,
    Threatened, Turn, Update, Verb, counts_as_status,
};
use domain::command::Settled;
use domain::command::blocker::{
    Waiving, accept, defer, link, merge, own, propose, reject, reopen, resolve, unlink, update, waive,
    withdraw,
};
use domain::criterion::Function;
use domain::defect::OnBuild;
use domain::envelope::{ActorId, Position};
use domain::id::{ChangeKey, CriterionId, DependencyId, MilestoneId, ReleaseName};
use domain::readiness::next_change_at;
use domain::refusal::Refusal;
use domain::release::Release;
use domain::time::Time;

use crate::story::{ADA, Story, at, key, number, speaker, track};

const DAY: i64 = 86_400_000_000;
/// Later than everything that happens in these tests, which is a microsecond apart.
const NOW: Time = Time::from_micros(1_000);
const ONE: BlockerNumber = BlockerNumber(1);
const TWO: BlockerNumber = BlockerNumber(2);

#[track_caller]
fn check(told: &str, expect: &str) {
    let fits = match expect.strip_suffix('…') {
        Some(beginning) => told.starts_with(beginning),
        None => told == expect,
    };
    assert!(fits, "{told:?} is not {expect:?}");
}

fn ada() -> ActorId {
    ActorId::new(ADA)
}

fn owner(person: &str) -> Owner {
    Owner { person: ActorId::new(person), function: Function::Engineering }
}

fn submission() -> Threatened {
    Threatened::Milestone { milestone: MilestoneId::parse("submission").unwrap() }
}

fn proposal(title: &str, tracks: &[&str]) -> Proposal {
    Proposal {
        title: title.to_owned(),
        tracks: tracks.iter().map(|id| track(id)).collect(),
        threatens: submission(),
        details: None,
        owner: None,
        links: Vec::new(),
    }
}

fn page(url: &str) -> Link {
    Link::Page { url: url.to_owned() }
}

fn shown(evidence: &str) -> Resolution {
    Resolution { evidence: evidence.to_owned(), build: None, run: None, url: None }
}

fn waiving(function: Function) -> Waiving {
    Waiving { function, reason: "few have one".to_owned(), users: "the last route".to_owned() }
}

fn status(text: &str, next: i64) -> Update {
    Update { kind: Kind::Status, text: text.to_owned(), next_update: Some(at(next)) }
}

fn note(text: &str) -> Update {
    Update { kind: Kind::Note, text: text.to_owned(), next_update: None }
}

/// A release with two blockers on iOS, of which the first is owned by jo and stands so, and the second is open.
fn story(state: BlockerState) -> Story {
    let mut story = Story::begin();
    for title in ["Routes do not sync", "Maps stay grey"] {
        let settled = propose(&story.release, proposal(title, &["ios"]), &ada(), NOW);
        check(&story.settle(settled), "blocker_proposed");
    }
    let accepting = |story: &mut Story, of| {
        let settled = accept(&story.release, of, Some(owner("jo")), None, &ada(), NOW);
        check(&story.settle(settled), "blocker_accepted");
    };
    accepting(&mut story, TWO);
    if !matches!(state, BlockerState::Proposed | BlockerState::Rejected) {
        accepting(&mut story, ONE);
    }
    let (release, ada) = (&story.release, ada());
    let settled = match state {
        BlockerState::Proposed | BlockerState::Open => return story,
        BlockerState::Resolved => resolve(release, ONE, shown("it syncs on 515"), &ada, NOW),
        BlockerState::Waived => waive(release, ONE, &waiving(Function::Product), &speaker("kim"), NOW),
        BlockerState::Deferred => {
            let to = DeferredTo::Release { release: ReleaseName::parse("2027.01").unwrap() };
            defer(release, ONE, to, "rare", &ada, NOW)
        }
        BlockerState::Rejected => reject(release, ONE, "it is no blocker", &ada, NOW),
        BlockerState::Withdrawn => withdraw(release, ONE, "of another app", &ada, NOW),
        BlockerState::Merged => merge(release, ONE, TWO, &ada, NOW),
    };
    story.settle(settled);
    assert_eq!(story.release.blocker(ONE).unwrap().state(NOW), state);
    story
}

/// Does something with the first blocker that was not done before.
fn does(release: &Release, verb: Verb) -> Result<Settled, Refusal> {
    let jo = ActorId::new("jo");
    match verb {
        Verb::Accept => accept(release, ONE, Some(owner("sam")), None, &jo, NOW),
        Verb::Reject => reject(release, ONE, "no", &jo, NOW),
        Verb::Own => own(release, ONE, owner("sam"), None, NOW),
        Verb::Report => {
            let has_owner = release.blocker(ONE).unwrap().owner.is_some();
            let told = update(release, ONE, status("Jo tries 515", 2_000), &speaker("jo"), NOW);
            // Where nobody owns it yet, that alone is in the way.
            match told {
                Err(refusal) if !has_owner && refusal.sentence.contains("name an owner") => {
                    Ok(Settled::Already(Position(1)))
                }
                told => told,
            }
        }
        Verb::Note => update(release, ONE, note("seen in beta"), &speaker("jo"), NOW),
        Verb::Resolve => resolve(release, ONE, shown("it is gone"), &jo, NOW),
        Verb::Waive => waive(release, ONE, &waiving(Function::Leadership), &speaker("kim"), NOW),
        Verb::Defer => {
            let to = DeferredTo::Moment { moment: at(5_000) };
            defer(release, ONE, to, "later", &jo, NOW)
        }
        Verb::Withdraw => withdraw(release, ONE, "a mistake", &jo, NOW),
        Verb::Merge => merge(release, ONE, TWO, &jo, NOW),
        Verb::Reopen => reopen(release, ONE, "it is back", &jo, NOW),
        Verb::Link => link(release, ONE, page("https://git.example/1"), NOW),
    }
}

#[test]
fn in_every_state_every_verb_is_done_or_refused_with_what_would_make_it_a_yes() {
    // In the order of `Verb::ALL`: accept, reject, own, report, note, resolve, waive, defer, withdraw, merge, reopen, link.
    let table = [
        (BlockerState::Proposed, "yyyyy nnnyyny"),
        (BlockerState::Open, "nnyyy yyyyyny"),
        (BlockerState::Resolved, "nnnny nnnnnyy"),
        (BlockerState::Waived, "nnnny nnnnnyy"),
        (BlockerState::Deferred, "nnnny nnnnnyy"),
        (BlockerState::Rejected, "nnnny nnnnnyy"),
        (BlockerState::Withdrawn, "nnnnn nnnnnnn"),
        (BlockerState::Merged, "nnnnn nnnnnnn"),
    ];
    assert_eq!(table.len(), BlockerState::ALL.len());
    for (state, answers) in table {
        let answers: Vec<bool> = answers.chars().filter(|c| *c != ' ').map(|c| c == 'y').collect();
        assert_eq!(answers.len(), Verb::ALL.len());
        for (verb, yes) in Verb::ALL.into_iter().zip(answers) {
            let said = does(&story(state).release, verb);
            assert_eq!(said.is_ok(), yes, "{state:?} {verb:?}: {said:?}");
            if let Err(refusal) = said {
                let sentence = &refusal.sentence;
                assert!(sentence.starts_with("Blocker 1 is "), "{state:?} {verb:?}: {sentence}");
                assert!(sentence.ends_with('.') && sentence.matches(". ").count() >= 1, "{sentence}");
            }
        }
    }
}

#[test]
fn a_proposal_says_what_is_blocked_where_and_what_that_threatens() {
    let own = |criterion: &str| Threatened::Criterion { criterion: CriterionId::parse(criterion).unwrap() };
    let with = |link| Proposal { links: vec![link], ..proposal("Routes", &["ios"]) };
    for (proposal, expect) in [
        (proposal("Routes", &["ios", "wearos"]), "blocker_proposed"),
        (proposal(" ", &["ios"]), "Invalid: Say in one sentence what is blocked…"),
        (proposal("Routes", &[]), "Invalid: Name the tracks that it blocks, at least one…"),
        (proposal("Routes", &["iso"]), "Unknown: 2026.12 has no track iso…"),
        (
            Proposal { threatens: own("smoke"), ..proposal("Routes", &["ios"]) },
            "Contradiction: No definition of ready is in force…",
        ),
        (with(Link::Defect { defect: key("TW-1") }), "blocker_proposed"),
        (with(Link::Defect { defect: key("TW-9") }), "Unknown: tidewatch/2026.12 has no defect TW-9…"),
        (
            with(Link::Change { change: ChangeKey::parse("C-1").unwrap() }),
            "Unknown: tidewatch/2026.12 carries no change C-1…",
        ),
        (with(Link::Dependency { dependency: DependencyId::parse("sync").unwrap() }), "blocker_proposed"),
        (with(page("https://git.example/tidewatch/pull/1")), "blocker_proposed"),
        (with(page("javascript:alert(1)")), "Invalid: javascript:alert(1) is no address of a page…"),
        (with(page(" ")), "Invalid: Give the address of the page…"),
    ] {
        let mut story = Story::begin();
        story.defect("TW-1", "Old route tracks=ios");
        let settled = propose(&story.release, proposal, &ada(), NOW);
        check(&story.settle(settled), expect);
    }
    let mut story = story(BlockerState::Proposed);
    let again = propose(&story.release, proposal("Routes do not sync", &["ios"]), &ada(), NOW);
    check(&story.settle(again), "already 5");
    let numbers: Vec<u32> = story.release.blockers.iter().map(|blocker| blocker.number.0).collect();
    assert_eq!(numbers, [1, 2]);
}

#[test]
fn what_is_accepted_has_an_owner_or_somebody_who_is_asked() {
    let jo = || Some(ActorId::new("jo"));
    for (owner, asked, expect) in [
        (None, None, "Invalid: Nobody owns blocker 1 yet. Name an owner…"),
        (Some(owner("jo")), jo(), "Invalid: Blocker 1 has an owner, so nobody needs to be asked…"),
        (Some(owner("jo")), None, "blocker_accepted"),
        (None, jo(), "blocker_accepted"),
    ] {
        let mut story = story(BlockerState::Proposed);
        let is_asked = asked.is_some();
        let settled = accept(&story.release, ONE, owner, asked, &ada(), NOW);
        check(&story.settle(settled), expect);
        if expect == "blocker_accepted" {
            let blocker = story.release.blocker(ONE).unwrap();
            assert_eq!((blocker.owner.is_some(), blocker.asked().is_some()), (!is_asked, is_asked));
            let status = update(&story.release, ONE, status("Jo tries 515", 2_000), &speaker("jo"), NOW);
            assert_eq!(status.is_ok(), !is_asked, "without an owner there is no status");
        }
    }
}

#[test]
fn a_status_has_a_text_a_next_update_to_come_and_an_owner() {
    let jo = owner("jo");
    for (update, owner, expect) in [
        (status("Jo tries 515", 2_000), Some(&jo), Ok(())),
        (status(" ", 2_000), Some(&jo), Err(vec![Lacks::Text])),
        (status("Jo tries 515", 1_000), Some(&jo), Err(vec![Lacks::Future])),
        (note("Jo tries 515"), Some(&jo), Err(vec![Lacks::NextUpdate])),
        (note(""), None, Err(vec![Lacks::Text, Lacks::NextUpdate, Lacks::Owner])),
    ] {
        assert_eq!(counts_as_status(&update, owner, NOW), expect, "{update:?}");
    }
    let no_time = Update { next_update: None, ..status("being looked at", 0) };
    for (said, expect) in [
        (status("Jo tries 515 on three watches", 2_000), "blocker_updated"),
        (no_time, "Invalid: To be a status, say by when the next update comes. Otherwise save it as a note…"),
        (
            status("", 900),
            "Invalid: To be a status, say where it stands: who does what, and what should come of it and name a next…",
        ),
        (status("in a year", 40 * DAY), "Invalid: A status holds for at most 30 days…"),
        (Update { next_update: Some(at(2_000)), ..note("seen") }, "Invalid: A note sets no next update…"),
        (note(" "), "Invalid: Write what is worth keeping."),
        (note("being looked at"), "blocker_updated"),
    ] {
        let mut story = story(BlockerState::Open);
        let settled = update(&story.release, ONE, said, &speaker("jo"), NOW);
        check(&story.settle(settled), expect);
    }
}

#[test]
fn a_status_is_current_until_the_next_is_due_and_a_note_is_none() {
    let mut story = story(BlockerState::Open);
    let standing = |story: &Story, now| story.release.blocker(ONE).unwrap().status_at(at(now));
    let accepted = story.release.blocker(ONE).unwrap().accepted().unwrap().at;
    let says = |story: &mut Story, said| {
        let settled = update(&story.release, ONE, said, &speaker(ADA), NOW);
        story.settle(settled)
    };
    says(&mut story, note("being looked at"));
    assert_eq!(standing(&story, 1_000), StatusStanding::Never { since: accepted });
    assert_eq!(next_change_at(&story.release, NOW), None);
    check(&says(&mut story, status("Jo tries 515", 2_000)), "blocker_updated");
    check(&says(&mut story, status("Jo tries 515", 2_000)), "already…");
    assert_eq!(next_change_at(&story.release, NOW), Some(at(2_000)), "a page turns when the status is due");
    says(&mut story, note("seen in beta as well"));
    assert_eq!(standing(&story, 1_999), StatusStanding::Current { next_update: at(2_000) });
    assert_eq!(standing(&story, 2_000), StatusStanding::Due { since: at(2_000) });
    let settled = resolve(&story.release, ONE, shown("it syncs"), &ada(), NOW);
    story.settle(settled);
    let settled = reopen(&story.release, ONE, "it is back", &ada(), NOW);
    story.settle(settled);
    let reopened = story.release.recorded_at;
    assert_eq!(standing(&story, 1_500), StatusStanding::Never { since: reopened });
}

#[test]
fn what_shows_that_it_is_resolved_is_on_record() {
    let on = |track_: &str, build: &str| Some(OnBuild { track: track(track_), build: number(build) });
    for (resolution, expect) in [
        (shown("  "), "Invalid: Say what shows that it is resolved…"),
        (Resolution { build: on("ios", "514"), ..shown("it syncs") }, "blocker_resolved"),
        (Resolution { build: on("ios", "999"), ..shown("it syncs") }, "Unknown: iOS has no build 999…"),
        (
            Resolution { run: Some(Position(2)), ..shown("it syncs") },
            "Unknown: tidewatch/2026.12 has no evidence 2…",
        ),
        (
            Resolution { url: Some("ftp://x".to_owned()), ..shown("it syncs") },
            "Invalid: ftp://x is no address…",
        ),
    ] {
        let mut story = story(BlockerState::Open);
        story.build("ios", "514", None);
        let settled = resolve(&story.release, ONE, resolution, &ada(), NOW);
        check(&story.settle(settled), expect);
    }
}

#[test]
fn a_blocker_is_waived_by_a_function_that_may_and_never_by_its_owner() {
    let empty = Waiving { users: String::new(), ..waiving(Function::Product) };
    for (by, waiving, expect) in [
        ("kim", waiving(Function::Product), "blocker_waived"),
        ("jo", waiving(Function::Product), "Forbidden: Blocker 1 is waived by another than its owner…"),
        ("kim", waiving(Function::Qa), "Forbidden: Qa may not waive a blocker; product or leadership may…"),
        ("kim", empty, "Invalid: Say what users will meet…"),
    ] {
        let mut story = story(BlockerState::Open);
        let settled = waive(&story.release, ONE, &waiving, &speaker(by), NOW);
        check(&story.settle(settled), expect);
    }
    let mut speaker = speaker("kim");
    speaker.functions = Some(vec![Function::Qa]);
    let settled = waive(&story(BlockerState::Open).release, ONE, &waiving(Function::Product), &speaker, NOW);
    assert!(settled.unwrap_err().sentence.starts_with("This takes the word of product."));
}

#[test]
fn what_is_put_off_until_a_moment_is_open_again_from_then_on() {
    let to = |moment| DeferredTo::Moment { moment: at(moment) };
    let here = DeferredTo::Release { release: ReleaseName::parse("2026.12").unwrap() };
    for (to, expect) in [
        (to(900), "Invalid: Put it off until a moment that is still to come."),
        (here, "Invalid: 2026.12 is this release…"),
    ] {
        let mut story = story(BlockerState::Open);
        let settled = defer(&story.release, ONE, to, "rare", &ada(), NOW);
        check(&story.settle(settled), expect);
    }
    let mut story = story(BlockerState::Open);
    let settled = defer(&story.release, ONE, to(3_000), "rare", &ada(), NOW);
    check(&story.settle(settled), "blocker_deferred");
    let blocker = story.release.blocker(ONE).unwrap();
    assert_eq!(
        (blocker.state(at(2_999)), blocker.state(at(3_000))),
        (BlockerState::Deferred, BlockerState::Open)
    );
    assert_eq!(next_change_at(&story.release, NOW), Some(at(3_000)));
    let settled = resolve(&story.release, ONE, shown("it syncs"), &ada(), at(3_000));
    check(&story.settle(settled), "blocker_resolved");
}

#[test]
fn of_two_that_are_the_same_the_one_that_stays_has_tracks_and_links_of_both() {
    let mut story = story(BlockerState::Open);
    let of_wear =
        Proposal { links: vec![page("https://git.example/2")], ..proposal("The same", &["wearos"]) };
    let settled = propose(&story.release, of_wear, &ada(), NOW);
    story.settle(settled);
    let three = BlockerNumber(3);
    for (from, into, expect) in [
        (three, three, "Invalid: A blocker is not the same as another by being itself…"),
        (three, BlockerNumber(9), "Unknown: tidewatch/2026.12 has no blocker 9; it has 1 to 3…"),
        (ONE, three, "Contradiction: Blocker 1 is accepted and 3 is not…"),
        (three, ONE, "blocker_merged"),
        (three, ONE, "already…"),
        (
            TWO,
            three,
            "Contradiction: Blocker 3 is merged, so nothing can be told as it. It is told as blocker 1…",
        ),
        (
            three,
            TWO,
            "Contradiction: Blocker 3 is merged, so it cannot be merged. It is told as blocker 1 now…",
        ),
    ] {
        let settled = merge(&story.release, from, into, &ada(), NOW);
        check(&story.settle(settled), expect);
    }
    let first = story.release.blocker(ONE).unwrap();
    assert_eq!(first.tracks, [track("ios"), track("wearos")]);
    assert_eq!(first.links, [page("https://git.example/2")]);
    for (off, expect) in [
        (page("https://git.example/2"), "blocker_unlinked"),
        (page("https://git.example/2"), "already…"),
        (
            page("https://git.example/3"),
            "Unknown: Blocker 1 is not linked with https://git.example/3; it is with nothing.",
        ),
    ] {
        let settled = unlink(&story.release, ONE, off, NOW);
        check(&story.settle(settled), expect);
    }
}

#[test]
fn what_had_ended_when_something_was_decided_and_came_up_again_is_told_since() {
    let mut story = story(BlockerState::Resolved);
    let decided = story.release.position;
    let told = |story: &Story, since| {
        let all = domain::since::since(&story.release, &track("ios"), since);
        all.into_iter().map(|since| since.sentence).collect::<Vec<_>>()
    };
    let settled = propose(&story.release, proposal("New", &["ios"]), &ada(), NOW);
    story.settle(settled);
    assert_eq!(told(&story, decided), [""; 0], "what nobody could have known of corrects nothing");
    let settled = reopen(&story.release, ONE, "it is back", &ada(), NOW);
    story.settle(settled);
    assert_eq!(told(&story, decided), ["blocker 1 “Routes do not sync” was reopened: it is back"]);
    assert_eq!(told(&story, story.release.position), [""; 0]);
}

#[test]
fn it_is_nobodys_turn_then_the_owners_and_then_it_can_wait() {
    let turn = |story: &Story, now| story.release.blocker(ONE).unwrap().turn(at(now));
    let mut story = story(BlockerState::Proposed);
    assert_eq!(turn(&story, 1_000), Some((Turn::Nobody, at(5))));
    let settled = accept(&story.release, ONE, None, Some(ActorId::new("jo")), &ada(), NOW);
    story.settle(settled);
    assert_eq!(turn(&story, 1_000), Some((Turn::Nobody, at(8))), "whoever is asked does not own it yet");
    let settled = own(&story.release, ONE, owner("jo"), None, NOW);
    story.settle(settled);
    assert_eq!(turn(&story, 1_000), Some((Turn::Owner, at(8))));
    let settled = update(&story.release, ONE, status("Jo tries 515", 2_000), &speaker("jo"), NOW);
    story.settle(settled);
    assert_eq!(turn(&story, 1_999), Some((Turn::Waiting, at(2_000))));
    assert_eq!(turn(&story, 2_500), Some((Turn::Owner, at(2_000))));
    let settled = resolve(&story.release, ONE, shown("it syncs"), &ada(), NOW);
    story.settle(settled);
    assert_eq!(turn(&story, 2_500), None);
}
