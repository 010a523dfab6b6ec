//! Who is told of what: whom it concerns, never whoever did it, and only while it still stands.

use domain::ask::Wanted;
use domain::command::judgement::sign_off;
use domain::command::waiver::{approve, reject, request};
use domain::criterion::{Definition, Function};
use domain::envelope::{ActorId, Position};
use domain::event::{Asked, Event, EvidenceWithdrawn};
use domain::notice::told::told;
use domain::notice::{Notice, To, Urgency, What, concerns, notices};
use domain::waiver::Scope;

use crate::story::{Story, actor, at, criterion, envelope, ios, number, speaker};
use crate::waivers::wanted;

/// Folds an event, and returns whom it concerns with the notices.
fn noticed(story: &mut Story, by: &str, event: Event) -> (Position, Vec<(String, Notice)>) {
    let before = story.release.clone();
    let position = story.happens(by, event.clone());
    let envelope = envelope(position.0, story.hours, by, &event);
    let notices = notices(&before, &story.release, &event, &envelope);
    assert!(notices.is_empty() || concerns(&event), "{event:?}");
    let named = notices.into_iter().map(|notice| {
        let whom = match &notice.to {
            To::Person(person) => person.to_string(),
            To::Function(function) => format!("all of {}", function.as_str()),
        };
        (format!("{whom}: {}", notice.kind.as_str()), notice)
    });
    (position, named.collect())
}

fn whom(noticed: &[(String, Notice)]) -> Vec<&str> {
    noticed.iter().map(|(whom, _)| whom.as_str()).collect()
}

/// Tells what a notice says now: the sentence, and what is asked.
fn says(story: &Story, cause: Position, what: &What) -> Option<(String, Option<String>)> {
    let name = |actor: &ActorId| actor.as_str().to_owned();
    told(&story.release, cause, what, story.now(), name).map(|told| (told.sentence, told.asked))
}

fn only(settled: domain::command::Settled) -> Event {
    match settled {
        domain::command::Settled::New(mut events) => events.remove(0),
        already @ domain::command::Settled::Already(_) => panic!("{already:?}"),
    }
}

#[test]
fn a_draft_asks_each_function_that_has_to_agree_until_it_has() {
    let mut story = Story::new();
    let criteria = vec![criterion("smoke", "Smoke passed", &[])];
    let drafted =
        Event::DefinitionDrafted(Definition { version: 2, criteria, reason: Some("the beta".to_owned()) });
    let (draft, told) = noticed(&mut story, "ada", drafted);
    assert_eq!(whom(&told), ["all of engineering: ask", "all of product: ask", "all of qa: ask"]);
    let (sentence, asked) = says(&story, draft, &told[2].1.what).unwrap();
    assert_eq!(sentence, "ada drafted version 2 of the definition of ready, with 1 criterion.");
    assert!(asked.unwrap().contains("say for qa that you agree"));
    let agreed = domain::command::definition::agree(
        &story.release,
        draft,
        Function::Qa,
        &speaker("eve", &[Function::Qa]),
    );
    story.settles("eve", agreed);
    assert_eq!(says(&story, draft, &told[2].1.what), None, "qa has agreed");
    assert!(says(&story, draft, &told[0].1.what).is_some(), "engineering has not");
    let (_, told) = noticed(&mut story, "ada", Event::DefinitionPutInForce(story_definition(2)));
    assert_eq!(whom(&told), ["all of engineering: news", "all of product: news", "all of qa: news"]);
    assert!(says(&story, Position(0), &told[0].1.what).unwrap().0.starts_with("Version 2 of the definition"));
}

fn story_definition(version: i64) -> Definition {
    Definition { version, criteria: vec![criterion("smoke", "Smoke passed", &[])], reason: None }
}

#[test]
fn a_waiver_asks_whoever_may_give_it_and_its_answer_is_told_to_whoever_asked() {
    for (refused, says_so) in [
        (false, "pam approved the waiver that you asked for: “Smoke passed” on iOS."),
        (true, "pam refused the waiver that you asked for: “Smoke passed” on iOS."),
    ] {
        let mut story = Story::new();
        let wanted = wanted("smoke", Scope::Release);
        let requested = only(request(&story.release, &wanted, &actor("jo"), story.now()).unwrap());
        let (waiver, told) = noticed(&mut story, "jo", requested);
        assert_eq!(whom(&told), ["all of product: ask", "all of engineering: ask"]);
        let what = told[0].1.what.clone();
        let (sentence, asked) = says(&story, waiver, &what).unwrap();
        assert_eq!(sentence, "jo asks to accept “Smoke passed” on iOS as it is.");
        assert_eq!(asked.unwrap(), "Approve it, or refuse it with a reason.");
        let pam = speaker("pam", &[Function::Product]);
        let answer = match refused {
            true => reject(&story.release, waiver, "users would lose runs", &pam, story.now()),
            false => approve(&story.release, waiver, Function::Product, None, &pam, story.now()),
        };
        let (_, told) = noticed(&mut story, "pam", only(answer.unwrap()));
        assert_eq!(whom(&told), ["jo: news"]);
        assert_eq!(says(&story, Position(0), &told[0].1.what).unwrap(), (says_so.to_owned(), None));
        assert_eq!(says(&story, waiver, &what), None, "nobody is asked any more");
    }
}

#[test]
fn a_new_candidate_asks_those_who_signed_to_sign_anew_and_tells_whose_waiver_lapsed() {
    let mut story = Story::new();
    let build = Scope::Build { build: number("512") };
    let requested = request(&story.release, &wanted("smoke", build), &actor("jo"), story.now());
    story.settles("jo", requested);
    for (who, function) in [("eve", Function::Qa), ("ada", Function::Product), ("eve", Function::Engineering)]
    {
        let signed =
            sign_off(&story.release, &ios(), &number("512"), function, None, &speaker(who, &[function]));
        story.settles(who, signed);
    }
    let nominated = only(
        domain::command::candidate::nominate(
            &story.release,
            &ios(),
            &number("514"),
            None,
            Some("a crash is mended"),
        )
        .unwrap(),
    );
    let (_, told) = noticed(&mut story, "ada", nominated);
    assert_eq!(whom(&told), ["jo: news", "eve: ask", "eve: ask"], "ada nominated it herself");
    let (lapsed, _) = says(&story, Position(0), &told[0].1.what).unwrap();
    assert!(lapsed.contains("The reason: the candidate is now 4.2.0 (514)."), "{lapsed}");
    let (sentence, _) = says(&story, Position(0), &told[1].1.what).unwrap();
    assert!(sentence.contains("Your sign-off for qa was for 4.2.0 (512)"), "{sentence}");
    let signed = sign_off(
        &story.release,
        &ios(),
        &number("514"),
        Function::Qa,
        None,
        &speaker("eve", &[Function::Qa]),
    );
    story.settles("eve", signed);
    assert_eq!(says(&story, Position(0), &told[1].1.what), None, "qa has signed anew");
    story.nominate("515");
    assert_eq!(says(&story, Position(0), &told[2].1.what), None, "it is not the candidate any more");
}

#[test]
fn who_is_asked_by_a_link_hears_it_at_once_and_who_brought_evidence_hears_what_became_of_it() {
    let mut story = Story::new();
    let wanted = Wanted::DeviceCheck { track: ios(), build: number("512"), device: "iPhone".to_owned() };
    let asked = Asked { of: actor("sam"), wanted, note: Some("the old one".to_owned()), until: at(90) };
    let (ask, told) = noticed(&mut story, "ada", Event::Asked(asked.clone()));
    assert_eq!((whom(&told), told[0].1.urgency), (vec!["sam: ask"], Urgency::AtOnce));
    let (sentence, _) = says(&story, ask, &told[0].1.what).unwrap();
    assert_eq!(sentence, "ada asks you to check iOS 4.2.0 (512) by hand on iPhone.");
    story.hours = 90;
    assert_eq!(says(&story, ask, &told[0].1.what), None, "the link is closed");
    let (_, told) = noticed(&mut story, "sam", Event::Asked(asked));
    assert_eq!(told, [], "nobody is told what they did themselves");

    let check = story.check("512", "iPhone");
    let withdrawn = |reason: &str| {
        Event::EvidenceWithdrawn(EvidenceWithdrawn { evidence: check, reason: reason.to_owned() })
    };
    let (_, told) = noticed(&mut story, "ada", withdrawn("the wrong phone"));
    assert_eq!(whom(&told), ["jo: news"]);
    assert!(says(&story, Position(0), &told[0].1.what).unwrap().0.starts_with("ada withdrew evidence"));
    let mut story = Story::new();
    story.check("512", "iPhone");
    let (_, told) = noticed(&mut story, "jo", withdrawn("my mistake"));
    assert_eq!(told, []);
}

#[test]
fn what_is_to_be_told_is_read_as_it_was_written() {
    for what in [
        What::DefinitionDrafted { version: 2, function: Function::Qa },
        What::WaiverRequested,
        What::WaiverAnswered { waiver: Position(7) },
        What::SignOffLapsed {
            track: ios(),
            build: number("514"),
            function: Function::Qa,
            signed: number("512"),
        },
    ] {
        let text = serde_json::to_string(&what).unwrap();
        assert_eq!(serde_json::from_str::<What>(&text).unwrap(), what, "{text}");
    }
}

#[test]
fn on_the_way_to_users_whoever_is_concerned_hears_of_it_while_it_stands() {
    use domain::command::submission::Word;
    use domain::command::{handoff, submission};
    use domain::event::HandoffAnswer;
    let mut story = Story::new();
    let offered = handoff::offer(&story.release, &ios(), &number("512"), &[], None, &speaker("jo", &[]));
    let offered = story.settles("jo", offered);
    let answer = |story: &Story, answer, text| {
        let ada = speaker("ada", &[]);
        only(handoff::answer(&story.release, &ios(), offered, answer, Some(text), &ada).unwrap())
    };
    let event = answer(&story, HandoffAnswer::Accepted, "");
    let (cause, told) = noticed(&mut story, "ada", event);
    assert_eq!(whom(&told), ["jo: news"]);
    let accepted = "ada accepted iOS 4.2.0 (512), which you handed over.";
    assert_eq!(says(&story, cause, &told[0].1.what), Some((accepted.to_owned(), None)));

    let word = |word: &str, reason: Option<&str>| Word {
        word: word.to_owned(),
        said_at: at(0),
        reason: reason.map(str::to_owned),
        verbatim: false,
    };
    let ada = speaker("ada", &[]);
    let now = story.now();
    let sent = submission::submit(&story.release, &ios(), &number("512"), &word("", None), &ada, now);
    story.settles("ada", sent);
    let says_of = |story: &Story, word: &Word| {
        only(submission::store_says(&story.release, &ios(), word, &ada, story.now()).unwrap())
    };
    let event = says_of(&story, &word("IN_REVIEW", None));
    let (_, told) = noticed(&mut story, "ada", event);
    assert_eq!(whom(&told), Vec::<&str>::new());
    let event = says_of(&story, &word("REJECTED", Some("2.1: it crashed")));
    let (cause, told) = noticed(&mut story, "ada", event);
    assert_eq!(
        whom(&told),
        ["all of engineering: decision", "all of product: decision", "all of qa: decision"]
    );
    assert_eq!(told[0].1.urgency, Urgency::AtOnce);
    let (sentence, asked) = says(&story, cause, &told[0].1.what).unwrap();
    assert_eq!(sentence, "The store says REJECTED of iOS 4.2.0 (512).");
    assert!(asked.unwrap().starts_with("Say what is done about it"));
    let plan = submission::rework(&story.release, &ios(), "Jo mends it", true, &ada);
    story.settles("ada", plan);
    assert_eq!(says(&story, cause, &told[0].1.what).unwrap().1, None, "somebody has said it");
    let event = answer(&story, HandoffAnswer::Returned, "the notes are wrong");
    let (cause, told) = noticed(&mut story, "ada", event);
    assert!(says(&story, cause, &told[0].1.what).unwrap().1.unwrap().contains("offer it anew"));
}
