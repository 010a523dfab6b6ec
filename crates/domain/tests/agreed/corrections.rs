//! Putting evidence where it belongs, and what was corrected since something was decided.

use domain::change::ChangeDescription;
use domain::command::correction::{Place, correct};
use domain::command::waiver::{approve, request, revoke};
use domain::command::{Settled, change, defect, evidence, listing};
use domain::criterion::Function;
use domain::defect::{Severity, Source};
use domain::envelope::Position;
use domain::id::{BuildNumber, ChangeKey, TrackId};
use domain::listing::List;
use domain::refusal::RefusalKind::{Contradiction, Invalid, Unknown};
use domain::since::since;
use domain::waiver::Scope;

use crate::story::{Story, actor, ios, key, number, refused, speaker, wear};
use crate::waivers::wanted;

fn place<'a>(track: &'a TrackId, build: &'a BuildNumber) -> Place<'a> {
    Place { track, build, commit: None }
}

#[test]
fn evidence_is_put_where_it_can_belong() {
    let mut story = Story::new();
    let run = story.run("512", "smoke", None);
    let phone = story.check("512", "iPhone");
    let pad = story.check("512", "iPad");
    let (ada, wear, watch) = (actor("ada"), wear(), number("900"));
    let signed = domain::command::judgement::sign_off(
        &story.release,
        &ios(),
        &number("512"),
        Function::Qa,
        None,
        &speaker("ada", &[Function::Qa]),
    );
    let signed = story.settles("ada", signed);
    let release = &story.release;
    refused(
        correct(release, run, place(&ios(), &number("512")), "why", &ada),
        Contradiction,
        "is on iOS 4.2.0 (512) already",
    );
    refused(correct(release, run, place(&wear, &number("901")), "why", &ada), Unknown, "has no build 901");
    refused(correct(release, run, place(&wear, &watch), " ", &ada), Invalid, "in the wrong place");
    refused(
        correct(release, phone, place(&wear, &watch), "why", &ada),
        Unknown,
        "Wear OS is not validated on iPhone",
    );
    refused(
        correct(release, signed, place(&wear, &watch), "why", &ada),
        Invalid,
        "only they can give elsewhere",
    );
    refused(correct(release, Position(1), place(&wear, &watch), "why", &ada), Unknown, "has no evidence 1");
    let moved = correct(release, pad, place(&wear, &watch), "a slip", &ada);
    let position = story.settles("ada", moved);
    assert_eq!(story.release.in_place_of(pad).map(|(_, at)| at), Some(position));
    assert_eq!(
        story.release.tracks[&wear].attestations[0].actor,
        actor("jo"),
        "it stays the word of whoever gave it"
    );
    let again = correct(&story.release, pad, place(&wear, &watch), "a slip", &ada).unwrap();
    assert_eq!(again, Settled::Already(position));
    refused(
        correct(&story.release, pad, place(&ios(), &number("514")), "why", &ada),
        Contradiction,
        "was put on Wear OS already",
    );
    let withdrawn = evidence::withdraw(&story.release, run, "the wrong server", &actor("ci")).unwrap();
    story.happens("ci", withdrawn.unwrap());
    refused(
        correct(&story.release, run, place(&wear, &watch), "why", &ada),
        Contradiction,
        "is withdrawn: the wrong server",
    );
}

#[test]
fn what_was_corrected_since_a_decision_is_told_and_news_is_not() {
    let mut story = Story::new();
    let run = story.run("512", "smoke", None);
    let check = story.check("512", "iPad");
    story.defect("TW-1", Severity::Medium, None);
    let now = story.now();
    let asked = request(&story.release, &wanted("smoke", Scope::Release), &actor("jo"), now);
    let waiver = story.settles("jo", asked);
    let approved =
        approve(&story.release, waiver, Function::Product, None, &speaker("ada", &[Function::Product]), now);
    let decided = story.settles("ada", approved);
    let told = |story: &Story, track: &TrackId| -> Vec<String> {
        since(&story.release, track, decided).into_iter().map(|since| since.sentence).collect()
    };
    story.run("512", "regression", None);
    story.defect("TW-2", Severity::Critical, None);
    assert_eq!(told(&story, &ios()), Vec::<String>::new(), "news corrects nothing");

    let withdrawn = evidence::withdraw(&story.release, run, "the wrong server", &actor("ci")).unwrap();
    story.happens("ci", withdrawn.unwrap());
    let moved = correct(&story.release, check, place(&wear(), &number("900")), "a slip", &actor("jo"));
    story.settles("jo", moved);
    story.defect("TW-1", Severity::High, None);
    let revoked = revoke(&story.release, waiver, "mended", &speaker("jo", &[]), false, now);
    story.settles("jo", revoked);
    story.define(vec![]);
    story.nominate("514");
    assert_eq!(
        told(&story, &ios()),
        [
            "the smoke run nightly on 4.2.0 (512) was withdrawn: the wrong server",
            "the check by hand of 4.2.0 (512) on iPad was put elsewhere, as evidence 18: it belongs to Wear OS 4.2.0 (900): a slip",
            "TW-1 “Old route after sync”: it was medium and is high now",
            "the waiver of “Smoke passed” was revoked: mended",
            "version 2 of the definition of ready took effect: the beta taught us",
            "the candidate became 4.2.0 (514): a crash on start is mended",
        ]
    );
    assert_eq!(
        told(&story, &wear()),
        [
            "evidence 11 was put here, where it belongs, as evidence 18",
            "version 2 of the definition of ready took effect: the beta taught us",
        ]
    );
    let position = story.release.position;
    assert!(since(&story.release, &ios(), position).is_empty());
    assert!(since(&story.release, &TrackId::parse("web").unwrap(), decided).is_empty());
}

#[test]
fn what_people_took_back_since_a_decision_is_told() {
    let mut story = Story::new();
    let (ada, qa) = (actor("ada"), speaker("ada", &[Function::Qa]));
    story.defect("TW-1", Severity::Medium, None);
    let whole = listing::whole(&story.release, List::Risks, Source::Hand, None, &ada);
    let whole = story.settles("ada", whole);
    let keys = ["C-1", "C-2", "C-3"].map(|key| ChangeKey::parse(key).unwrap());
    for key in &keys {
        let description = ChangeDescription { title: "Offline routes".to_owned(), ..Default::default() };
        let described =
            change::describe(&story.release, Some(key.clone()), description, Source::Hand, None, &ada);
        story.settles("ada", described);
    }
    let [first, second, third] = &keys;
    let decided = {
        let said = change::say(&story.release, first, Function::Qa, true, None, &qa);
        story.settles("ada", said)
    };

    let settled = change::say(&story.release, first, Function::Qa, false, Some("it crashes"), &qa);
    story.settles("ada", settled);
    let settled = change::take_out(&story.release, second, "not in time", &ada);
    story.settles("ada", settled);
    for done in [true, false] {
        let settled = change::say(&story.release, third, Function::Qa, done, Some("a slip"), &qa);
        story.settles("ada", settled);
    }
    let settled = defect::withdraw(&story.release, &key("TW-1"), "it is of another app", &ada);
    story.settles("ada", settled);
    let withdrawn = evidence::withdraw(&story.release, whole, "one was missing", &ada).unwrap();
    story.happens("ada", withdrawn.unwrap());
    let told: Vec<String> =
        since(&story.release, &ios(), decided).into_iter().map(|since| since.sentence).collect();
    assert_eq!(
        told,
        [
            "C-1 “Offline routes” is not done for qa any more: it crashes",
            "C-2 “Offline routes” was taken out: not in time",
            "TW-1 “Old route after sync” was withdrawn: it is of another app",
            "the word that the list of risks is whole was withdrawn: one was missing",
        ],
        "what was said and taken back after is nobody's news"
    );
}
