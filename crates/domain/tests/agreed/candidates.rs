//! Nominating, what follows from it, and carrying evidence forward.

use domain::ask::Wanted;
use domain::command::candidate::{carry, nominate};
use domain::command::judgement::{Judgement, assess, sign_off};
use domain::command::{Settled, evidence};
use domain::consequence::{Effect, consequences};
use domain::criterion::Function;
use domain::defect::Severity;
use domain::event::{Asked, Event};
use domain::id::Commit;
use domain::refusal::RefusalKind::{Contradiction, Invalid, Unknown};
use domain::waiver::Scope;

use crate::story::{Story, actor, at, ios, number, refused, speaker, wear};
use crate::waivers::wanted;

fn told(story: &Story, build: &str) -> Vec<(Effect, String)> {
    let track = &story.release.tracks[&ios()];
    let all = consequences(&story.release, track, &number(build), None, story.now());
    all.into_iter().map(|consequence| (consequence.effect, consequence.sentence)).collect()
}

#[test]
fn a_candidate_is_a_known_build_and_takes_the_place_of_another_with_a_reason() {
    let story = Story::new();
    let release = &story.release;
    let commit = Commit::parse("1d2e3f4").unwrap();
    refused(nominate(release, &ios(), &number("600"), None, Some("why")), Unknown, "has no build 600");
    refused(
        nominate(release, &ios(), &number("514"), None, None),
        Invalid,
        "why 4.2.0 (514) takes the place of 4.2.0 (512)",
    );
    refused(nominate(release, &ios(), &number("514"), None, Some("  ")), Invalid, "takes the place");
    refused(
        nominate(release, &ios(), &number("514"), Some(&commit), Some("why")),
        Contradiction,
        "cannot also be made from 1d2e3f4",
    );
    let already = nominate(release, &ios(), &number("512"), None, Some("why")).unwrap();
    assert!(matches!(already, Settled::Already(_)), "the candidate is nominated already");
    let Ok(Settled::New(events)) = nominate(release, &ios(), &number("600"), Some(&commit), Some(" why "))
    else {
        panic!()
    };
    let [Event::BuildRegistered(_), Event::CandidateNominated(nominated)] = events.as_slice() else {
        panic!()
    };
    assert_eq!(nominated.reason.as_deref(), Some("why"));
    let Ok(Settled::New(events)) = nominate(release, &wear(), &number("900"), None, None) else { panic!() };
    assert_eq!(events.len(), 1, "the first candidate needs no reason");
}

#[test]
fn everything_that_counted_is_told_before_another_takes_its_place() {
    let mut story = Story::new();
    let smoke = story.run("512", "smoke", Some("iPhone"));
    story.run("512", "regression", None);
    story.run("512", "regression", None);
    story.check("512", "iPad");
    story.summary("512");
    let signed = sign_off(
        &story.release,
        &ios(),
        &number("512"),
        Function::Qa,
        None,
        &speaker("ada", &[Function::Qa]),
    );
    story.settles("ada", signed);
    let judgement = Judgement {
        recommendation: domain::assessment::Recommendation::Go,
        confidence: 80,
        reasons: "all ran".to_owned(),
    };
    let assessed = assess(&story.release, &ios(), &number("512"), &judgement, &actor("ada"));
    story.settles("ada", assessed);
    for (criterion, scope) in [("smoke", Scope::Build { build: number("512") }), ("smoke", Scope::Release)] {
        let request = domain::command::waiver::request(
            &story.release,
            &wanted(criterion, scope),
            &actor("jo"),
            story.now(),
        );
        let waiver = story.settles("jo", request);
        let speaker = speaker("ada", &[Function::Product]);
        let approved = domain::command::waiver::approve(
            &story.release,
            waiver,
            Function::Product,
            None,
            &speaker,
            story.now(),
        );
        story.settles("ada", approved);
    }
    let wanted = Wanted::Summary { track: ios(), build: number("512") };
    story.happens("ada", Event::Asked(Asked { of: actor("jo"), wanted, note: None, until: at(999) }));
    story.defect("TW-1", Severity::High, Some("514"));
    story.defect("TW-2", Severity::High, Some("rc-7"));

    let track = &story.release.tracks[&ios()];
    let first = &consequences(&story.release, track, &number("514"), None, story.now())[1];
    assert_eq!(first.about, domain::happening::About::Evidence(smoke));
    let all = told(&story, "514");
    let expect = [
        (Effect::Lost, "The 2 regression runs on 4.2.0 (512) become stale."),
        (Effect::Lost, "The smoke run on 4.2.0 (512) becomes stale."),
        (Effect::Lost, "2 device results on 4.2.0 (512) become stale: iPad, iPhone."),
        (Effect::Lost, "The test summary of 4.2.0 (512) becomes stale."),
        (Effect::Lost, "The sign-off of 4.2.0 (512) by qa becomes stale."),
        (Effect::Lost, "The assessment of 4.2.0 (512) (go, 80 % sure) becomes stale."),
        (
            Effect::Lost,
            "Somebody is still asked to write the test summary of iOS 4.2.0 (512); the answer would not count for the candidate.",
        ),
        (
            Effect::Lost,
            "Nobody can tell whether 4.2.0 (514) has the fix of TW-2 “Old route after sync”, which came with rc-7: their \
             commits are not counted.",
        ),
        (Effect::Ends, "The waiver of “Smoke passed” lapses: it was given for 4.2.0 (512) alone."),
        (Effect::Counts, "4.2.0 (514) has the fix of TW-1 “Old route after sync”."),
        (Effect::Stays, "The waiver of “Smoke passed” stays in force: it was given for the whole release."),
        (Effect::Stays, "Version 1 of the definition of ready goes on to rule."),
        (Effect::Stays, "The other tracks keep their candidates: nothing of this one holds for them."),
    ];
    assert_eq!(all, expect.map(|(effect, sentence)| (effect, sentence.to_owned())));

    // What was told is what the fold does, and going back tells what counts again.
    story.nominate("514");
    let track = &story.release.tracks[&ios()];
    assert!(track.assessment().is_none() && !track.counts(smoke, &number("512"), &number("514")));
    let back = told(&story, "512");
    for part in [
        "The smoke run on 4.2.0 (512) counts.",
        "The sign-off of 4.2.0 (512) by qa counts.",
        "The waiver of “Smoke passed” stays lapsed: ask for it anew if it is still needed.",
        "4.2.0 (512) does not have the fix of TW-1 “Old route after sync”, which came with 514.",
    ] {
        assert!(back.iter().any(|(_, sentence)| sentence == part), "{part}: {back:#?}");
    }
    assert_eq!(told(&story, "514"), [], "nothing follows from nominating the candidate");
}

#[test]
fn only_what_counted_for_an_earlier_build_and_does_not_yet_is_carried_forward() {
    let mut story = Story::new();
    let smoke = story.run("512", "smoke", None);
    let gone = story.check("512", "iPad");
    let signed = sign_off(
        &story.release,
        &ios(),
        &number("512"),
        Function::Qa,
        None,
        &speaker("ada", &[Function::Qa]),
    );
    let signed = story.settles("ada", signed);
    let withdrawn = evidence::withdraw(&story.release, gone, "the wrong iPad", &actor("jo")).unwrap();
    story.happens("jo", withdrawn.unwrap());
    let by = actor("ada");
    refused(carry(&story.release, &ios(), smoke, "why", &by), Contradiction, "counts already");
    refused(carry(&story.release, &wear(), smoke, "why", &by), Contradiction, "has no candidate");
    story.nominate("514");
    let later = story.run("514", "smoke", None);
    let release = &story.release;
    refused(carry(release, &ios(), gone, "why", &by), Contradiction, "is withdrawn: the wrong iPad");
    refused(carry(release, &ios(), signed, "why", &by), Invalid, "a word that somebody gave");
    refused(carry(release, &ios(), later, "why", &by), Contradiction, "counts already");
    refused(carry(release, &ios(), smoke, " ", &by), Invalid, "what did not change");
    refused(carry(release, &ios(), domain::envelope::Position(1), "why", &by), Unknown, "has no evidence 1");
    let carried = carry(release, &ios(), smoke, "only a text changed", &by);
    let position = story.settles("ada", carried);
    assert!(story.release.tracks[&ios()].counts(smoke, &number("512"), &number("514")));
    let again = carry(&story.release, &ios(), smoke, "only a text changed", &by).unwrap();
    assert_eq!(again, Settled::Already(position));
    refused(
        carry(&story.release, &ios(), smoke, "another", &by),
        Contradiction,
        "carried forward to 514 already",
    );
    let all = told(&story, "515");
    assert!(
        all.iter().any(|(_, told)| told.contains("was carried forward to 4.2.0 (514) alone")),
        "{all:#?}"
    );

    let back = evidence::withdraw(&story.release, position, "the text was code", &actor("ada")).unwrap();
    story.happens("ada", back.unwrap());
    assert!(!story.release.tracks[&ios()].counts(smoke, &number("512"), &number("514")));
    // Nothing is carried back.
    story.nominate("512");
    refused(carry(&story.release, &ios(), later, "why", &by), Contradiction, "only carried forward");
}
