//! Candidates, waivers, what is signed and what is corrected, from the command line: on both databases, and on a server.

use serde_json::Value;

use crate::place::{On, PRODUCT, Place, report};

/// A product of which the smoke criterion may be waived, with a run on the build before the candidate.
fn place(on: On) -> Place {
    let place = Place::empty(on);
    let may = "use = \"smoke-passed\"\nwaivable_by = [\"product\"]";
    place.write("seaworthy.toml", &PRODUCT.replace("use = \"smoke-passed\"", may));
    place.run("apply").succeeds();
    place.smoke("512", &report("opens:pass"), "").succeeds();
    place
}

fn json(place: &Place, line: &str) -> Value {
    let ran = place.run(line).succeeds();
    serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {}", ran.out))
}

/// Returns the number of the run that is there from the start.
fn run(place: &Place) -> i64 {
    json(place, "evidence list --release 2026.12 --json")[0]["evidence"].as_i64().unwrap()
}

fn expires() -> String {
    server::clock::Clock::System.now().plus_micros(86_400_000_000).to_string()
}

fn what_follows_is_told_before_it_is_done(on: On) {
    let place = place(on);
    let smoke = run(&place);
    let nominate = "candidate nominate --release 2026.12 --track ios --build 512 --reason 'a crash'";
    place
        .run(&format!("{nominate} --dry-run"))
        .succeeds()
        .says("512 would take the place of 514 on ios")
        .says("The smoke run on 4.2.0 (512) counts.");
    place.run(nominate).exits(64).says("say --yes");
    place
        .run("candidate nominate --release 2026.12 --track ios --build 512 --yes")
        .exits(65)
        .says("takes the place of");
    assert_eq!(place.check()["tracks"][0]["build"], "514", "nothing was nominated");
    let done = json(&place, &format!("{nominate} --yes --json"));
    assert_eq!((&done["new"], &done["before"]), (&Value::from(true), &Value::from("514")));
    place.run(&format!("{nominate} --yes")).succeeds().says("is the candidate already");
    place
        .run("signoff --release 2026.12 --track ios --build 514 --function qa")
        .exits(65)
        .says("Only the candidate");
    place.run("signoff --release 2026.12 --track ios --build 512 --function qa --on-behalf-of 'Jo Lind' --source 'phone call'").succeeds();
    place.run("assess --release 2026.12 --track ios --build 512 --recommendation go-with-waivers --confidence 80 --reasons 'all ran'").succeeds();
    place.run(&format!("evidence withdraw --release 2026.12 --reason 'the wrong server' {smoke}")).succeeds();
    place
        .run("candidate show --release 2026.12 --track ios")
        .succeeds()
        .says("go with waivers, 80 % sure: all ran")
        .says("was withdrawn: the wrong server")
        .says("Signed off for qa by Jo Lind");
    place.run("candidate show --release 2026.12 --track android").succeeds().says("has no candidate");
    place
        .run("know --release 2026.12")
        .succeeds()
        .says("iOS: assessed as go with waivers, 80 % sure")
        .says("What we don’t know")
        .says("was withdrawn: the wrong server");
    let known = json(&place, "know --release 2026.12 --track android --json");
    assert!(known["assessed"].is_null() && !known["unknown"].as_array().unwrap().is_empty(), "{known}");
    place.run("know --release 2026.12 --track tvos").exits(65).says("tvos");
}

#[test]
fn what_follows_is_told_before_it_is_done_on_sqlite() {
    what_follows_is_told_before_it_is_done(On::Sqlite);
}

#[test]
fn what_follows_is_told_before_it_is_done_on_postgres() {
    what_follows_is_told_before_it_is_done(On::Postgres);
}

#[test]
fn what_follows_is_told_before_it_is_done_on_a_server() {
    let place = place(On::Server);
    let nominate = "candidate nominate --release 2026.12 --track ios --build 512 --reason 'a crash'";
    let done = json(&place, &format!("{nominate} --yes --json"));
    assert_eq!(done["new"], true);
    place.run("candidate show --release 2026.12 --track ios").succeeds().says("4.2.0 (512)");
}

fn a_waiver_takes_somebody_else(on: On) {
    let place = place(on);
    let ask = |scope: &str| {
        format!(
            "waiver request --release 2026.12 --track ios --criterion smoke-passed {scope} --reason 'known' --mitigation \
             'support knows' --expires {} --json",
            expires()
        )
    };
    place.run("waiver list --release 2026.12").succeeds().says("Nothing is waived");
    place.run(&ask("--build 512")).exits(65).says("that is 4.2.0 (514)");
    place.run(&ask("")).exits(64).says("--whole-release");
    let waiver = json(&place, &ask("--build 514"))["position"].as_i64().unwrap();
    place
        .run(&format!("waiver approve --release 2026.12 --function product {waiver}"))
        .says("needs someone other than");
    place
        .run(&format!("waiver approve --release 2026.12 --function product --on-behalf-of 'Jo Lind' --source 'phone call' {waiver}"))
        .says("needs someone other than");
    place.run("waiver list --release 2026.12").succeeds().says("requested").says("could reach users unseen");
    place.run(&format!("waiver refuse --release 2026.12 --reason 'no' {waiver}")).says("revoke it");
    place.run(&format!("waiver revoke --release 2026.12 --reason 'mended' {waiver}")).succeeds();
    place.run("waiver list --release 2026.12").succeeds().says("revoked by");
    place
        .run(&format!("waiver revoke --release 2026.12 --reason 'again' {waiver}"))
        .exits(65)
        .says("is revoked already: mended");
}

#[test]
fn a_waiver_takes_somebody_else_on_sqlite() {
    a_waiver_takes_somebody_else(On::Sqlite);
}

#[test]
fn a_waiver_takes_somebody_else_on_postgres() {
    a_waiver_takes_somebody_else(On::Postgres);
}

#[test]
fn evidence_is_carried_moved_and_shown_by_photos() {
    let place = place(On::Sqlite);
    let smoke = run(&place);
    let carry =
        format!("evidence carry --release 2026.12 --track ios --reason 'only a text changed' {smoke}");
    place.run(&carry).succeeds();
    place.run("evidence list --release 2026.12").succeeds().says("carried forward to 514");
    place
        .run(&format!("evidence correct --release 2026.12 --track ios --build 514 --reason 'a slip' {smoke}"))
        .succeeds()
        .says(&format!("Evidence {smoke} is on build 514 of ios now, as evidence"));
    place
        .run("evidence list --release 2026.12")
        .succeeds()
        .says(&format!("in place of evidence {smoke}"))
        .says("it belongs to");
    std::fs::write(place.path().join("seen.png"), b"\x89PNG\r\n\x1a\n").unwrap();
    let attest =
        "attest --release 2026.12 --track ios --build 514 --device 'iPhone 15 / iOS 18' --result passed";
    place.run(&format!("{attest} --photo seen.png")).succeeds();
    place.run("evidence list --release 2026.12").succeeds().says("1 photo");
    place.run(&format!("{attest} --photo gone.png")).exits(65).says("failed to read gone.png");
}
