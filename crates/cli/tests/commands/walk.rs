//! The first walk through the house, on both databases.

use serde_json::json;

use crate::place::{On, PRODUCT, Place, report};

fn walk(on: On) {
    let place = Place::empty(on);
    place.run("init --name Tidewatch").succeeds().says("Wrote seaworthy.toml");
    place.run("init").exits(65).says("--force");
    place.run("apply").succeeds().says("plan release 1.0");
    place.run("apply").succeeds().says("nothing changed");

    place.write("seaworthy.toml", PRODUCT);
    place.run("apply --dry-run").succeeds().says("nothing was changed (--dry-run)");
    place.run("check --release 2026.12").exits(65).says("There is no release 2026.12");
    place.run("apply").succeeds().says("nominate 4.2.0 (514) on iOS");

    place.run("check --release 2026.12").exits(2).says("no smoke run on 4.2.0 (514) yet");
    place.smoke("512", &report("opens:pass"), "").succeeds();
    place
        .run("check --release 2026.12 --track ios")
        .exits(2)
        .says("smoke ran on 4.2.0 (512); the candidate is 4.2.0 (514), 9 commits later");
    place.smoke("514", &report("opens:fail closes:pass"), "").succeeds().says("1 failed");
    place.run("check --release 2026.12 --track ios").exits(1).says("1 failed: opens");
    place.smoke("514", &report("opens:pass"), "").succeeds();
    place.run("check --release tidewatch/2026.12 --track ios").exits(0).says("ready");

    let check = place.check();
    assert_eq!(check["release"], "tidewatch/2026.12");
    assert!(check["position"].as_i64().unwrap() > 0 && check["at"].is_string());
    let ios = &check["tracks"][0];
    assert_eq!(
        (&ios["track"], &ios["build"], &ios["readiness"]),
        (&json!("ios"), &json!("514"), &json!("ready"))
    );
    assert_eq!(ios["criteria"][0]["id"], "smoke-passed");
    assert_eq!(ios["criteria"][0]["verdict"], "met");
    let android = &check["tracks"][1];
    assert_eq!((&android["build"], &android["readiness"]), (&json!(null), &json!("unknown")));
    assert_eq!(android["criteria"][0]["missing"], json!(["runs.smoke.failed"]));

    place.run("facts --release 2026.12 --track ios").succeeds().says("runs.smoke.flaky");
    place
        .run("attest --release 2026.12 --track ios --build 514 --device 'iPhone 15 / iOS 18' --result passed")
        .succeeds();
    place
        .run("attest --release 2026.12 --track ios --build 514 --device 'iPhone 15' --result passed")
        .exits(65)
        .says("iPhone 15 / iOS 18");
    place.write("summary.md", "# All well\n\nNothing was found.\n");
    place.run("summary --release 2026.12 --track ios --build 514 summary.md").succeeds();
    place
        .run("summary --release 2026.12 --track ios --build 514 summary.md")
        .succeeds()
        .says("on record already");
    place.run("evidence list --release 2026.12").succeeds().says("smoke run");
    place.run("journal verify").succeeds().says("The journal holds");
    place.run("journal events --release 2026.12").succeeds().says("device_attested");
    let after = place.run("journal events --after 3 --json").succeeds();
    assert!(after.out.lines().next().unwrap().contains("\"position\":4"), "{}", after.out);
    let since = check["position"].as_i64().unwrap();
    let changes = place.run(&format!("changes --release 2026.12 --since {since} --json")).succeeds();
    let changes: serde_json::Value = serde_json::from_str(&changes.out).unwrap();
    assert_eq!((&changes["turned"], changes["happened"].as_array().unwrap().len()), (&json!([]), 2));
    let changes = place.run("changes --release 2026.12 --since 2020-01-01T00:00:00Z").succeeds();
    changes.says("did not exist then").says("new → ready").says("wrote the test summary");
}

#[test]
fn the_first_walk_on_sqlite() {
    walk(On::Sqlite);
}

#[test]
fn the_first_walk_on_postgres() {
    walk(On::Postgres);
}

#[test]
fn the_first_walk_through_a_server() {
    walk(On::Server);
}

#[test]
fn the_past_is_as_it_was() {
    let place = Place::applied(On::Sqlite);
    place.smoke("514", &report("opens:pass"), "").succeeds();
    let before = place.check();
    std::thread::sleep(std::time::Duration::from_millis(20));
    place.smoke("514", &report("opens:fail"), "").succeeds();
    assert_eq!(place.check()["tracks"][0]["readiness"], "not ready");
    let at = before["at"].as_str().unwrap();
    place.run(&format!("check --release 2026.12 --track ios --as-of {at}")).exits(0);
    place.run("check --release 2026.12 --as-of 2020-01-01T00:00:00Z").exits(65).says("did not exist yet");
}

#[test]
fn a_mistake_in_the_file_is_pointed_at() {
    let place = Place::empty(On::Sqlite);
    place.write(
        "seaworthy.toml",
        &PRODUCT.replace("use = \"smoke-passed\"", "id = \"x\"\nholds = \"runs.smok.failed == 0\""),
    );
    let ran = place.run("apply").exits(65);
    for part in
        ["seaworthy.toml:9:10", "no such fact: runs.smok", "did you mean runs.smoke?", "nothing was applied"]
    {
        assert!(ran.err.contains(part), "no {part:?} in\n{}", ran.err);
    }
    assert!(
        !place.data().join("seaworthy.db").exists()
            || place.run("journal head --json").out.contains("\"position\":0")
    );
}

#[test]
fn a_plan_file_that_is_missing_or_empty_is_pointed_at() {
    let place = Place::empty(On::Sqlite);
    let file = PRODUCT.replace("[tracks.android]", "[tracks.android]\nplans = { smoke = \"plan.txt\" }");
    place.write("seaworthy.toml", &file);
    place.run("apply").exits(65).says("there is no plan file plan.txt");
    place.write("plan.txt", "# nothing yet\n");
    place.run("apply").exits(65).says("lists no case");
    place.write("plan.txt", "app.Tide.opens\n");
    place.run("apply").succeeds().says("plan 1 case for smoke on Android");
}

#[test]
fn one_build_number_belongs_to_one_commit() {
    let place = Place::applied(On::Sqlite);
    let refused = place.smoke("514", &report("opens:pass"), "--commit 1111111").exits(65);
    assert!(refused.err.contains("9be27d1") && refused.err.contains("1111111"), "{}", refused.err);
    place.write("seaworthy.toml", &PRODUCT.replace("9be27d1", "2222222"));
    let refused = place.run("apply").exits(65);
    assert!(refused.err.contains("9be27d1") && refused.err.contains("2222222"), "{}", refused.err);
    place.smoke("515", &report("opens:pass"), "").exits(65).says("name its commit with --commit");
    place.smoke("515", &report("opens:pass"), "--commit 3333333").succeeds();
}

#[test]
fn an_amended_definition_says_why() {
    let place = Place::applied(On::Sqlite);
    place.write("seaworthy.toml", &PRODUCT.replace("smoke-passed", "test-summary-written"));
    place.run("apply --dry-run").succeeds().says("without a reason");
    place
        .run("apply --reason 'smoke moved to nightly'")
        .succeeds()
        .says("to version 2: smoke moved to nightly");
}

#[test]
fn a_plan_that_the_file_no_longer_names_is_dropped() {
    let place = Place::empty(On::Sqlite);
    let file = PRODUCT.replace("[tracks.android]", "[tracks.android]\nplans = { smoke = \"plan.txt\" }");
    place.write("plan.txt", "app.Tide.opens\n");
    place.write("seaworthy.toml", &file);
    place.run("apply").succeeds();
    place.write("seaworthy.toml", PRODUCT);
    place.run("apply").succeeds().says("drop the plan plan.txt for smoke on Android");
    place.run("apply").succeeds().says("nothing changed");
}

fn opened_by_many_at_once(on: On) {
    let place = Place::empty(on);
    place.write("seaworthy.toml", PRODUCT);
    let all: Vec<_> = (0..8)
        .map(|_| {
            let mut command = place.command("apply");
            command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().unwrap()
        })
        .collect();
    for one in all {
        crate::place::Ran::from(one.wait_with_output().unwrap()).succeeds();
    }
    place.run("journal verify").succeeds();
    place.run("check --release 2026.12").exits(2);
}

#[test]
fn a_new_journal_can_be_opened_by_many_at_once() {
    opened_by_many_at_once(On::Sqlite);
    opened_by_many_at_once(On::Postgres);
}

fn forty_shards(on: On) {
    let place = Place::applied(on);
    let all: Vec<_> = (0..40)
        .map(|shard| {
            place.write(&format!("{shard}.xml"), &report(&format!("case{shard}:pass")));
            let line = format!(
                "ingest --release 2026.12 --track ios --build 515 --commit 3333333 --kind smoke --run r1 {shard}.xml"
            );
            let mut command = place.command(&line);
            command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().unwrap()
        })
        .collect();
    for one in all {
        crate::place::Ran::from(one.wait_with_output().unwrap()).succeeds();
    }
    place.write(
        "seaworthy.toml",
        &PRODUCT.replace("number = 514, commit = \"9be27d1\"", "number = 515, commit = \"3333333\""),
    );
    place.run("apply").succeeds();
    place.run("check --release 2026.12 --track ios --verbose").exits(0).says("40 cases passed");
    place.run("journal verify").succeeds();
}

#[test]
fn forty_shards_at_once_all_count_on_sqlite() {
    forty_shards(On::Sqlite);
}

#[test]
fn forty_shards_at_once_all_count_on_postgres() {
    forty_shards(On::Postgres);
}
