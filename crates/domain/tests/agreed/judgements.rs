//! Sign-offs and assessments: the candidate alone, by whoever may, once.

use domain::assessment::Recommendation;
use domain::command::Settled;
use domain::command::judgement::{Judgement, assess, sign_off};
use domain::criterion::Function;
use domain::refusal::RefusalKind::{Contradiction, Forbidden, Invalid};

use crate::story::{Story, actor, ios, number, refused, speaker, wear};

#[test]
fn a_function_signs_the_candidate_and_no_other_build() {
    let mut story = Story::new();
    let (qa, ada) = (Function::Qa, speaker("ada", &[Function::Qa]));
    let release = &story.release;
    refused(
        sign_off(release, &ios(), &number("514"), qa, None, &ada),
        Contradiction,
        "that is 4.2.0 (512), not 4.2.0 (514)",
    );
    refused(sign_off(release, &wear(), &number("900"), qa, None, &ada), Contradiction, "no candidate yet");
    refused(
        sign_off(release, &ios(), &number("512"), Function::Product, None, &ada),
        Forbidden,
        "the word of product",
    );
    let long = "x".repeat(6_000);
    refused(sign_off(release, &ios(), &number("512"), qa, Some(&long), &ada), Invalid, "longer than 5000");
    let signed = sign_off(release, &ios(), &number("512"), qa, Some(" all ran "), &ada);
    let position = story.settles("ada", signed);
    assert_eq!(story.release.tracks[&ios()].sign_offs[0].notes.as_deref(), Some("all ran"));
    let again = sign_off(&story.release, &ios(), &number("512"), qa, Some("all ran"), &ada).unwrap();
    assert_eq!(again, Settled::Already(position));
    let other = sign_off(&story.release, &ios(), &number("512"), qa, None, &speaker("eve", &[qa])).unwrap();
    assert!(matches!(other, Settled::New(_)), "another person’s word is another word");
}

#[test]
fn an_assessment_says_how_sure_and_why() {
    let mut story = Story::new();
    let judgement = |confidence: i64, reasons: &str| Judgement {
        recommendation: Recommendation::GoWithWaivers,
        confidence,
        reasons: reasons.to_owned(),
    };
    let (ada, build) = (actor("ada"), number("512"));
    for (judgement, part) in [
        (judgement(101, "why"), "from 0 to 100"),
        (judgement(-1, "why"), "from 0 to 100"),
        (judgement(80, " "), "in your own words"),
    ] {
        refused(assess(&story.release, &ios(), &build, &judgement, &ada), Invalid, part);
    }
    refused(
        assess(&story.release, &ios(), &number("514"), &judgement(80, "why"), &ada),
        Contradiction,
        "Only the candidate is assessed",
    );
    let signed = assess(&story.release, &ios(), &build, &judgement(80, "why"), &ada);
    let position = story.settles("ada", signed);
    let again = assess(&story.release, &ios(), &build, &judgement(80, "why"), &ada).unwrap();
    assert_eq!(again, Settled::Already(position));
    let surer = assess(&story.release, &ios(), &build, &judgement(95, "why"), &ada);
    let surer = story.settles("ada", surer);
    assert_eq!(story.release.tracks[&ios()].assessment().unwrap().position, surer);
    story.nominate("514");
    assert!(story.release.tracks[&ios()].assessment().is_none(), "nobody has assessed the new candidate");
}
