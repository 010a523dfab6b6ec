//! The definition of ready at the command line: from a draft to what is in force, on both databases.

use serde_json::{Value, json};

use crate::place::{On, Place};

/// Returns the definition of ready as it stands.
fn definition(place: &Place) -> Value {
    serde_json::from_str(&place.run("definition show --release 2026.12 --json").succeeds().out).unwrap()
}

fn from_a_draft_to_what_is_in_force(on: On) {
    let place = Place::applied(on);
    place
        .run("definition show --release 2026.12")
        .succeeds()
        .says("version 1")
        .says("no function has agreed; a file put it in force")
        .says("Smoke passed on the candidate");
    place
        .run("definition draft --release 2026.12 --from ruling")
        .exits(65)
        .says("version 1, which is in force");
    place
        .run("definition draft --release 2026.12 --from ruling --use flaky-rate")
        .exits(65)
        .says("changes for a reason only");
    place
        .run(
            "definition draft --release 2026.12 --from ruling --use flaky-rate --reason 'too many are flaky'",
        )
        .succeeds()
        .says("it waits for engineering, product and qa");
    let draft = definition(&place)["draft"]["position"].as_i64().unwrap();
    place
        .run("definition diff --release 2026.12")
        .succeeds()
        .says("version 1 → the draft of version 2")
        .says("+ flaky-rate  Regression flaky in at most 2 % of cases")
        .says("holds: runs.regression.flaky_rate <= 0.02");
    place
        .run(&format!("definition agree --release 2026.12 --function marketing {draft}"))
        .exits(65)
        .says("that of marketing does not count");
    place.run(&format!("definition agree --release 2026.12 --function cooks {draft}")).exits(64);
    place
        .run(&format!("definition agree --release 2026.12 --function qa {draft}"))
        .succeeds()
        .says("Agreed for qa")
        .says("it waits for engineering and product");
    place
        .run(&format!("definition agree --release 2026.12 --function qa {draft}"))
        .succeeds()
        .says("Agreed already for qa");
    // Another draft is asked about anew.
    place.write(
        "criteria.json",
        &json!([{ "id": "cold-start", "holds": "runs.performance.metrics.cold_start_p90_ms < 2000" }])
            .to_string(),
    );
    place
        .run("definition draft --release 2026.12 --from draft --without flaky-rate --criteria criteria.json --reason 'old phones'")
        .succeeds()
        .says("it waits for engineering, product and qa");
    place
        .run(&format!("definition agree --release 2026.12 --function product {draft}"))
        .exits(65)
        .says("It was drafted anew since");
    let draft = definition(&place)["draft"]["position"].as_i64().unwrap();
    place.run(&format!("definition agree --release 2026.12 --function engineering {draft}")).succeeds();
    place
        .run(&format!(
            "definition agree --release 2026.12 --function product --on-behalf-of 'Jo Lind' --source 'phone call' {draft}"
        ))
        .succeeds();
    place
        .run(&format!("definition agree --release 2026.12 --function qa {draft}"))
        .succeeds()
        .says("version 2 is in force since");
    place
        .run("definition history --release 2026.12")
        .succeeds()
        .says("Version 2")
        .says("because “old phones”")
        .says("the bar moved")
        .says("Version 1");
    let ruling = &definition(&place)["ruling"];
    assert_eq!(ruling["agreements"].as_array().unwrap().len(), 3);
    assert_eq!(ruling["criteria"][1]["id"], "cold-start");
    place
        .run("definition show --release 2026.12 --version 1 --verbose")
        .succeeds()
        .says("holds: runs.smoke.failed == 0");
    place.run("definition show --release 2026.12 --version 9").exits(65).says("there are versions 1 and 2");
    place
        .run("check --release 2026.12")
        .says("definition of ready v2: agreed by engineering, product and qa; the bar moved");
    // From here on, a file drafts and decides nothing.
    place.write(
        "seaworthy.toml",
        &crate::place::PRODUCT.replace("[[criteria]]", "[[criteria]]\nmax_age = \"3d\""),
    );
    place.run("apply").succeeds().says("draft version 3 of the definition of ready");
    let draft = definition(&place)["draft"]["position"].as_i64().unwrap();
    place
        .run(&format!("definition drop --release 2026.12 --reason 'not now' {draft}"))
        .succeeds()
        .says("is dropped");
    place.run("apply").succeeds().says("nothing changed");
    let shown = place.run("definition show --release 2026.12 --version 1 --json").succeeds().out;
    let again = "definition draft --release 2026.12 --criteria - --reason 'as it was'";
    place.run_with_input(again, &shown).succeeds().says("Draft");
    place.run_with_input(again, "{}").exits(65).says("holds no criteria");
    place.run_with_input(again, "[{\"us\": 1}]").exits(65).says("Criterion 1 of - cannot be read");
}

#[test]
fn from_a_draft_to_what_is_in_force_on_sqlite() {
    from_a_draft_to_what_is_in_force(On::Sqlite);
}

#[test]
fn from_a_draft_to_what_is_in_force_on_postgres() {
    from_a_draft_to_what_is_in_force(On::Postgres);
}

#[test]
fn a_criterion_is_tried_before_it_is_drafted() {
    let place = Place::applied(On::Sqlite);
    place
        .run("criterion try --release 2026.12 --use flaky-rate --with max=0.01")
        .succeeds()
        .says("Regression flaky in at most 1 % of cases")
        .says("no regression run on 4.2.0 (514) yet");
    place
        .run("criterion try --release 2026.12 --track ios --holds 'candidate.build == \"514\"'")
        .succeeds()
        .says("● iOS");
    place
        .run("criterion try --release 2026.12 --holds 'runs.smoek.failed == 0'")
        .exits(65)
        .says("no such fact: runs.smoek")
        .says("did you mean runs.smoke?");
    place
        .run("criterion try --release 2026.12 --use smoek-passed")
        .exits(65)
        .says("Did you mean smoke-passed?");
    place.run("criterion try --release 2026.12 --holds true --offenders '[]'").exits(64);
    place.run("criterion try --release 2026.12").exits(64);
    place
        .run("criterion try --release 2026.12 --holds true --with run=smoke")
        .exits(65)
        .says("Parameters are for presets");
    let mistaken =
        place.run("criterion try --release 2026.12 --offenders 'runs.smoke.failed' --json").exits(65);
    let mistaken: Value = serde_json::from_str(&mistaken.out).unwrap();
    assert_eq!(mistaken["mistake"]["message"], "`offenders` wants a list; this is a whole number");
    place.run("criterion presets").succeeds().says("smoke-passed").says("run=regression  max=0.02");
}
