//! Waivers: what may be asked for, who may answer, and what ends them.

use domain::command::Settled;
use domain::command::waiver::{approve, reject, request, revoke};
use domain::cost::cost;
use domain::criterion::Function;
use domain::defect::Severity;
use domain::envelope::Position;
use domain::event::{DefectTranslated, Event, WaiverRequested};
use domain::impact::{Impact, Often, Reach};
use domain::refusal::RefusalKind::{Contradiction, Forbidden, Invalid, Unknown};
use domain::voice::Behalf;
use domain::waiver::{Scope, Standing, Subject};

use crate::story::{Story, actor, at, criterion, id, ios, key, number, refused, speaker};

pub(crate) fn wanted(criterion: &str, scope: Scope) -> WaiverRequested {
    WaiverRequested {
        subject: Subject::Criterion { criterion: id(criterion) },
        track: ios(),
        scope,
        reason: "known and small".to_owned(),
        mitigation: "support is told".to_owned(),
        expires: at(24 * 30),
    }
}

fn of_defect(defect: &str) -> WaiverRequested {
    let subject = Subject::Defect { defect: key(defect) };
    WaiverRequested { subject, ..wanted("smoke", Scope::Release) }
}

/// A waiver of "smoke" that jo asked for.
fn asked(scope: Scope) -> (Story, Position) {
    let mut story = Story::new();
    let settled = request(&story.release, &wanted("smoke", scope), &actor("jo"), story.now());
    let waiver = story.settles("jo", settled);
    (story, waiver)
}

#[test]
fn only_what_is_there_and_somebody_may_accept_is_asked_for() {
    let mut story = Story::new();
    story.defect("TW-1", Severity::High, None);
    let ok = || wanted("smoke", Scope::Release);
    let build = |build: &str| Scope::Build { build: number(build) };
    for (wanted, kind, part) in [
        (wanted("gone", Scope::Release), Unknown, "has no criterion gone; it has smoke, own, wear"),
        (wanted("wear", Scope::Release), Contradiction, "does not apply to iOS"),
        (wanted("own", Scope::Release), Forbidden, "Nobody may waive “Privacy reviewed”"),
        (of_defect("TW-9"), Unknown, "has no defect TW-9"),
        (wanted("smoke", build("514")), Contradiction, "that is 4.2.0 (512), not 4.2.0 (514)"),
        (WaiverRequested { reason: " ".to_owned(), ..ok() }, Invalid, "why it should be accepted"),
        (WaiverRequested { mitigation: String::new(), ..ok() }, Invalid, "hurt less"),
        (WaiverRequested { expires: story.now(), ..ok() }, Invalid, "still to come"),
        (WaiverRequested { expires: at(24 * 200), ..ok() }, Invalid, "at most 180 days"),
        (
            WaiverRequested { track: crate::story::wear(), scope: build("900"), ..ok() },
            Contradiction,
            "no candidate yet",
        ),
    ] {
        refused(request(&story.release, &wanted, &actor("jo"), story.now()), kind, part);
    }
    for wanted in [ok(), wanted("smoke", build("512")), of_defect("TW-1")] {
        assert!(request(&story.release, &wanted, &actor("jo"), story.now()).is_ok(), "{wanted:?}");
    }
    let (story, waiver) = asked(Scope::Release);
    let again = request(&story.release, &ok(), &actor("jo"), story.now()).unwrap();
    assert_eq!(again, Settled::Already(waiver));
    refused(
        request(&story.release, &ok(), &actor("eve"), story.now()),
        Contradiction,
        "asks for exactly this already",
    );
}

#[test]
fn it_takes_an_allowed_function_and_somebody_else_to_approve() {
    let (mut story, waiver) = asked(Scope::Release);
    let (product, qa) = (Function::Product, Function::Qa);
    let through = |actor_name: &str, of: &str| domain::speaker::Speaker {
        behalf: Some(Behalf { of: actor(of), source: "phone call".to_owned(), attachment: None }),
        ..speaker(actor_name, &[product])
    };
    for (function, speaker, part) in [
        (qa, speaker("ada", &[qa]), "Qa may not waive “Smoke passed”; product or engineering may"),
        (product, speaker("ada", &[qa]), "This takes the word of product. You speak for qa"),
        (
            product,
            speaker("jo", &[product]),
            "needs someone other than whoever, who asked for it. Product or engineering may",
        ),
        (product, through("ada", "jo"), "needs someone other than"),
        (product, through("jo", "ada"), "needs someone other than"),
    ] {
        refused(approve(&story.release, waiver, function, None, &speaker, story.now()), Forbidden, part);
    }
    let ada = speaker("ada", &[product]);
    refused(
        approve(&story.release, Position(2), product, None, &ada, story.now()),
        Unknown,
        "has no waiver 2",
    );
    refused(approve(&story.release, waiver, product, None, &ada, at(24 * 30)), Contradiction, "has expired");
    let approved = approve(&story.release, waiver, product, Some("until the fix"), &ada, story.now());
    let answer = story.settles("ada", approved);
    assert!(story.release.waiver(waiver).unwrap().is_in_force(story.now()));
    let again = approve(&story.release, waiver, product, Some("until the fix"), &ada, story.now()).unwrap();
    assert_eq!(again, Settled::Already(answer));
    refused(
        approve(&story.release, waiver, product, None, &ada, story.now()),
        Contradiction,
        "is approved already",
    );
    let (story, waiver) = asked(Scope::Release);
    let recorded = through("ada", "pat");
    assert!(approve(&story.release, waiver, product, None, &recorded, story.now()).is_ok());
    let invented = domain::speaker::Speaker { functions: Some(vec![]), ..recorded };
    refused(
        approve(&story.release, waiver, product, None, &invented, story.now()),
        Forbidden,
        "They have no account that speaks for product",
    );
}

#[test]
fn who_could_approve_may_refuse_and_who_asked_may_take_it_back() {
    let (story, waiver) = asked(Scope::Release);
    let (ada, jo, eve) = (
        speaker("ada", &[Function::Engineering]),
        speaker("jo", &[Function::Product]),
        speaker("eve", &[Function::Qa]),
    );
    let now = story.now();
    refused(reject(&story.release, waiver, " ", &ada, now), Invalid, "why not");
    refused(reject(&story.release, waiver, "no", &jo, now), Forbidden, "revoke it");
    refused(reject(&story.release, waiver, "no", &eve, now), Forbidden, "product or engineering");
    let mut refused_one = story.clone();
    let answer = refused_one.settles("ada", reject(&story.release, waiver, "too many users", &ada, now));
    assert_eq!(refused_one.release.waiver(waiver).unwrap().standing(now), Standing::Rejected);
    let again = reject(&refused_one.release, waiver, "too many users", &ada, now).unwrap();
    assert_eq!(again, Settled::Already(answer));
    refused(
        approve(&refused_one.release, waiver, Function::Engineering, None, &ada, now),
        Contradiction,
        "was refused: too many users",
    );
    refused(revoke(&refused_one.release, waiver, "why", &jo, false, now), Contradiction, "was refused");

    refused(revoke(&story.release, waiver, "", &jo, false, now), Invalid, "no longer holds");
    refused(revoke(&story.release, waiver, "why", &eve, false, now), Forbidden, "product or engineering");
    for (by, coordinates) in [(&jo, false), (&ada, false), (&eve, true)] {
        let mut story = story.clone();
        let settled = revoke(&story.release, waiver, "mended", by, coordinates, now);
        let position = story.settles(by.actor.as_str(), settled);
        assert_eq!(story.release.waiver(waiver).unwrap().standing(now), Standing::Revoked);
        let again = revoke(&story.release, waiver, "mended", by, coordinates, now).unwrap();
        assert_eq!(again, Settled::Already(position));
        refused(
            approve(&story.release, waiver, Function::Engineering, None, &ada, now),
            Contradiction,
            "is revoked already: mended",
        );
    }
    refused(revoke(&story.release, waiver, "why", &jo, false, at(24 * 31)), Contradiction, "has expired");
}

#[test]
fn a_waiver_never_outlives_its_scope() {
    let (mut story, waiver) = asked(Scope::Build { build: number("512") });
    let (now, ada) = (story.now(), speaker("ada", &[Function::Product]));
    let approved = approve(&story.release, waiver, Function::Product, None, &ada, now);
    story.settles("ada", approved);
    let (mut by_candidate, mut by_definition, mut by_title) = (story.clone(), story.clone(), story.clone());
    by_candidate.nominate("514");
    by_candidate.nominate("512");
    let mut changed = criterion("smoke", "Smoke passed", &[Function::Product]);
    changed.max_age_hours = Some(24);
    by_definition.define(vec![changed]);
    by_title.define(vec![criterion("smoke", "Smoke passed, renamed", &[Function::Product])]);
    let (mut by_function, mut by_track) = (by_title.clone(), by_title.clone());
    by_function.define(vec![criterion("smoke", "Smoke passed", &[Function::Leadership])]);
    let elsewhere = Some(vec![domain::id::TrackId::parse("elsewhere").unwrap()]);
    let smoke = criterion("smoke", "Smoke passed", &[Function::Product]);
    by_track.define(vec![domain::criterion::Criterion { tracks: elsewhere, ..smoke.clone() }]);
    by_track.define(vec![smoke]);
    for (story, now, expect) in [
        (&story, now, Standing::InForce),
        (&story, at(24 * 30), Standing::Expired),
        (&by_candidate, now, Standing::Lapsed),
        (&by_definition, now, Standing::Lapsed),
        (&by_title, now, Standing::InForce),
        (&by_function, now, Standing::Lapsed),
        (&by_track, now, Standing::Lapsed),
    ] {
        assert_eq!(story.release.waiver(waiver).unwrap().standing(now), expect);
    }
    refused(
        approve(&by_candidate.release, waiver, Function::Product, None, &ada, now),
        Contradiction,
        "has lapsed: the candidate is now 4.2.0 (514)",
    );
}

#[test]
fn a_waiver_is_told_by_what_it_costs_users() {
    let mut story = Story::new();
    story.defect("TW-1", Severity::High, None);
    let subject = Subject::Defect { defect: key("TW-1") };
    let costs = cost(&story.release, &subject, None);
    assert_eq!(
        (costs[0].translated, costs[0].sentence.as_str()),
        (false, "TW-1 “Old route after sync”: not translated: nobody has said what it is for users")
    );
    let impact = Impact {
        experience: "runners see their last route".to_owned(),
        reach: Reach::Some,
        often: Often::Sometimes,
        frequency: "4 of 212 syncs".to_owned(),
        circumstances: "after a run without a phone".to_owned(),
        workaround: None,
    };
    story.happens("jo", Event::DefectTranslated(DefectTranslated { defect: key("TW-1"), impact }));
    let costs = cost(&story.release, &subject, None);
    assert_eq!(
        (costs[0].translated, costs[0].sentence.as_str()),
        (
            true,
            "Runners see their last route, after a run without a phone, sometimes for some users (4 of 212 syncs); no \
             workaround (TW-1)"
        )
    );
}
