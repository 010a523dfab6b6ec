//! Ingest: what it takes, what it refuses, and that a refusal leaves nothing behind.

use crate::place::{On, Place, report};

const INGEST: &str = "ingest --release 2026.12 --track ios --build 514 --kind smoke";

fn positions(place: &Place) -> i64 {
    let head: serde_json::Value = serde_json::from_str(&place.run("journal head --json").out).unwrap();
    head["position"].as_i64().unwrap()
}

/// Ingests a report that must be refused, and checks that nothing of it stays.
#[track_caller]
fn refused(text: &str, parts: &[&str]) {
    let place = Place::applied(On::Sqlite);
    let before = positions(&place);
    let good = report("opens:pass");
    place.write("reports/a.xml", &good);
    place.write("reports/b.xml", text);
    let ran = place.run(&format!("{INGEST} reports")).exits(65);
    for part in parts.iter().chain(&["reports/b.xml", "Nothing of this ingest was kept"]) {
        assert!(ran.err.contains(part), "no {part:?} in\n{}", ran.err);
    }
    assert_eq!(positions(&place), before);
    assert_eq!(place.blobs(), [], "something was left behind");
    place.run("evidence list --release 2026.12").succeeds().says("No evidence yet");
}

#[test]
fn a_report_that_cannot_be_read_is_told_with_its_place() {
    refused("<testsuite name=\"x\">\n  <testcase name=\"a\">\n", &["line 3"]);
    refused("<html><body>not found</body></html>", &["html"]);
    refused("", &["empty"]);
    refused(
        "<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><testsuite name=\"&x;\"/>",
        &["line 1", "document type"],
    );
}

#[test]
fn the_same_run_twice_is_once() {
    let place = Place::applied(On::Sqlite);
    place.smoke("514", &report("opens:pass"), "").succeeds().says("Recorded as evidence");
    let before = positions(&place);
    place.smoke("514", &report("opens:pass"), "").succeeds().says("on record already");
    assert_eq!(positions(&place), before);
    place.smoke("514", &report("opens:pass"), "--run other").succeeds().says("Recorded as evidence");
}

#[test]
fn files_folders_patterns_and_standard_input_come_to_the_same() {
    for (on, what) in [
        (On::Sqlite, "reports"),
        (On::Postgres, "'reports/**/*.xml'"),
        (On::Sqlite, "reports/a.xml reports/deep/b.xml"),
    ] {
        let place = Place::applied(on);
        place.write("reports/a.xml", &report("opens:pass"));
        place.write("reports/deep/b.xml", &report("closes:pass goes:skip"));
        place.write("reports/notes.txt", "not a report");
        place
            .run(&format!("{INGEST} {what}"))
            .succeeds()
            .says("3 cases of smoke on ios build 514, from 2 reports");
    }
    let place = Place::applied(On::Sqlite);
    place.run_with_input(&format!("{INGEST} -"), &report("opens:pass")).succeeds().says("1 case of smoke");
    place.run_with_input(&format!("{INGEST} - other.xml"), "").exits(65).says("name it alone");
}

#[test]
fn shards_add_up_and_a_rerun_replaces() {
    let place = Place::applied(On::Sqlite);
    place.smoke("514", &report("opens:fail closes:pass"), "--run r1").succeeds();
    place.smoke("514", &report("goes:pass"), "--run r1").succeeds();
    assert_eq!(place.check()["tracks"][0]["readiness"], "not ready");
    place.smoke("514", &report("opens:pass"), "--run r1").succeeds();
    assert_eq!(place.check()["tracks"][0]["readiness"], "ready");
    let facts: Vec<serde_json::Value> =
        serde_json::from_str(&place.run("facts --release 2026.12 --track ios --json").out).unwrap();
    let fact = |name: &str| facts.iter().find(|fact| fact["fact"] == name).unwrap()["value"].clone();
    assert_eq!((fact("runs.smoke.cases"), fact("runs.smoke.flaky")), (3.into(), 1.into()));
}

#[test]
fn what_did_not_run_is_named_from_the_run_that_is_the_plan() {
    let place = Place::applied(On::Sqlite);
    let file = crate::place::PRODUCT.replace("smoke-passed", "regression-complete");
    place.write("seaworthy.toml", &file);
    place.run("apply --reason 'the whole of it'").succeeds();
    let ingest = |build: &str, cases: &str, more: &str| {
        place.write("regression.xml", &report(cases));
        place
            .run(&format!(
                "ingest --release 2026.12 --track ios --build {build} --kind regression {more} regression.xml"
            ))
            .succeeds();
    };
    ingest("514", "opens:pass", "");
    place
        .run("check --release 2026.12 --track ios")
        .exits(2)
        .says("nothing says which regression cases should run");
    ingest("512", "opens:pass closes:pass goes:skip", "--complete");
    // The plan is what ran before the candidate's own run: the order of the journal decides.
    place.run("check --release 2026.12 --track ios").exits(2);
    let place = Place::applied(On::Sqlite);
    place.write("seaworthy.toml", &file);
    place.run("apply --reason 'the whole of it'").succeeds();
    let ingest = |build: &str, cases: &str, more: &str| {
        place.write("regression.xml", &report(cases));
        place
            .run(&format!(
                "ingest --release 2026.12 --track ios --build {build} --kind regression {more} regression.xml"
            ))
            .succeeds();
    };
    ingest("512", "opens:pass closes:pass goes:skip", "--complete");
    ingest("514", "opens:pass", "");
    place
        .run("check --release 2026.12 --track ios")
        .exits(1)
        .says("1 of 2 planned cases run; 1 not run: app.Tide.closes");
    ingest("514", "closes:pass", "");
    place.run("check --release 2026.12 --track ios").exits(0).says("ready");
}

#[test]
fn withdrawn_evidence_stays_on_record_and_no_longer_counts() {
    let place = Place::applied(On::Sqlite);
    place.smoke("514", &report("opens:pass"), "").succeeds();
    let evidence: Vec<serde_json::Value> =
        serde_json::from_str(&place.run("evidence list --release 2026.12 --json").out).unwrap();
    let number = evidence[0]["evidence"].as_i64().unwrap();
    place
        .run(&format!("evidence withdraw --release 2026.12 --reason 'ran against staging' {number}"))
        .succeeds();
    place
        .run(&format!("evidence withdraw --release 2026.12 --reason again {number}"))
        .exits(65)
        .says("ran against staging");
    place.run("check --release 2026.12 --track ios").exits(2).says("was withdrawn: ran against staging");
    place.run("evidence list --release 2026.12").succeeds().says("withdrawn: ran against staging");
}

#[test]
fn cases_can_be_looked_up_as_they_were_reported() {
    let place = Place::applied(On::Sqlite);
    place.smoke("514", &report("opens:fail closes:pass goes:skip"), "").succeeds();
    let evidence: Vec<serde_json::Value> =
        serde_json::from_str(&place.run("evidence list --release 2026.12 --json").out).unwrap();
    let number = evidence[0]["evidence"].as_i64().unwrap();
    let failed = place.run(&format!("evidence cases --release 2026.12 --outcome failed {number}")).succeeds();
    assert_eq!(failed.out.trim_end(), "failed   app.Tide.opens  it broke");
    let found =
        place.run(&format!("evidence cases --release 2026.12 --find CLOSES --json {number}")).succeeds();
    assert_eq!(found.out.lines().count(), 1);
    place.run("evidence cases --release 2026.12 1").exits(65).says("is no test run");
}

#[test]
fn a_large_report_is_kept_byte_for_byte_and_counted_as_a_small_one_is() {
    let cases: String = (0..160_000).map(|case| format!("t{case}:pass ")).collect();
    let large = report(&format!("opens:fail {cases}"));
    assert!(large.len() > 8 << 20);
    let place = Place::applied(On::Sqlite);
    place.smoke("514", &large, "").succeeds().says("160,001 cases");
    let stdin = place.run_with_input(&format!("{INGEST} -"), &large).succeeds();
    assert!(stdin.out.contains("on record already"), "the same content is the same run: {}", stdin.out);
    let packs: Vec<Vec<u8>> = place
        .blobs()
        .iter()
        .map(|(name, _)| {
            std::fs::read(place.data().join("blobs/sha256").join(&name[..2]).join(name)).unwrap()
        })
        .filter(|bytes| bytes.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]))
        .collect();
    let mut archive = tar::Archive::new(zstd::Decoder::new(packs[0].as_slice()).unwrap());
    let mut kept = String::new();
    std::io::Read::read_to_string(&mut archive.entries().unwrap().next().unwrap().unwrap(), &mut kept)
        .unwrap();
    assert!(kept == large, "the report came back changed");
}

#[test]
fn more_failures_than_are_kept_in_words_are_still_counted_and_checked() {
    let cases: String = (0..60_000).map(|case| format!("{}{case}:fail ", "long_name_".repeat(20))).collect();
    let place = Place::applied(On::Sqlite);
    place.smoke("514", &report(&cases), "").succeeds().says("60,000 failed");
    place.run("check --release 2026.12 --track ios").exits(1).says("60,000 failed");
}

#[test]
fn a_pass_on_one_device_hides_no_failure_on_another() {
    let place = Place::empty(On::Sqlite);
    let devices = "devices = [\"iPhone 15 / iOS 18\", \"iPad\"]";
    let file = crate::place::PRODUCT.replace("devices = [\"iPhone 15 / iOS 18\"]", devices);
    place.write("seaworthy.toml", &file);
    place.run("apply").succeeds();
    place.smoke("514", &report("opens:fail"), "--device iPad").succeeds();
    place.smoke("514", &report("opens:pass"), "--device 'iPhone 15 / iOS 18'").succeeds();
    place.run("check --release 2026.12 --track ios").exits(1).says("1 failed: opens");
    place.smoke("514", &report("opens:pass"), "--device iPad").succeeds();
    place.run("check --release 2026.12 --track ios").exits(0);
}

#[test]
fn withdrawn_evidence_can_be_given_again() {
    let place = Place::applied(On::Sqlite);
    place.smoke("514", &report("opens:pass"), "").succeeds();
    let evidence: Vec<serde_json::Value> =
        serde_json::from_str(&place.run("evidence list --release 2026.12 --json").out).unwrap();
    let number = evidence[0]["evidence"].as_i64().unwrap();
    place.run(&format!("evidence withdraw --release 2026.12 --reason 'by mistake' {number}")).succeeds();
    place.smoke("514", &report("opens:pass"), "").succeeds().says("Recorded as evidence");
    place.run("check --release 2026.12 --track ios").exits(0);
}

#[test]
fn an_ingest_that_fails_registers_no_build() {
    let place = Place::applied(On::Sqlite);
    let before = positions(&place);
    place.smoke("9", "<testsuite>", "--commit abc1234").exits(65);
    place.smoke("9", &report("opens:pass"), "--commit abc1234 --device Nokia").exits(65);
    assert_eq!(positions(&place), before);
    place.smoke("9", &report("opens:pass"), "--commit def1234").succeeds();
    assert_eq!(positions(&place), before + 2, "the build and its evidence, together");
}

#[test]
fn what_cannot_be_looked_into_is_told_and_links_are_followed() {
    let place = Place::applied(On::Sqlite);
    place.write("elsewhere/a.xml", &report("opens:pass"));
    std::fs::create_dir(place.path().join("reports")).unwrap();
    std::os::unix::fs::symlink(place.path().join("elsewhere/a.xml"), place.path().join("reports/a.xml"))
        .unwrap();
    place.run(&format!("{INGEST} reports")).succeeds().says("from 1 report");
    std::os::unix::fs::symlink(place.path().join("nowhere"), place.path().join("reports/b.xml")).unwrap();
    place.run(&format!("{INGEST} reports")).exits(65).says("b.xml");
    let fifo = place.path().join("pipe.xml");
    assert!(std::process::Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    place.run(&format!("{INGEST} pipe.xml")).exits(65).says("name `-`");
}

#[test]
fn a_name_from_outside_cannot_forge_what_the_terminal_shows() {
    let place = Place::applied(On::Sqlite);
    let forged =
        "<testsuite><testcase name=\"a&#10;1 ready   exit 0&#x202e;\"><failure/></testcase></testsuite>";
    place.smoke("514", forged, "").succeeds();
    let check = place.run("check --release 2026.12 --track ios").exits(1);
    assert!(!check.out.contains("\n1 ready") && !check.out.contains('\u{202e}'), "{}", check.out);
    let json = place.run("check --release 2026.12 --track ios --json").exits(1);
    assert!(json.out.contains("a\\n1 ready"), "the data itself is as it was: {}", json.out);
}

#[test]
fn a_lost_or_altered_blob_is_found_and_makes_only_its_run_unknown() {
    let place = Place::applied(On::Sqlite);
    place.smoke("514", &report("opens:fail"), "").succeeds();
    place.run("journal verify --with-blobs").succeeds();
    for (name, _) in place.blobs() {
        let path = place.data().join("blobs/sha256").join(&name[..2]).join(&name);
        let mut bytes = std::fs::read(&path).unwrap();
        // The outcome of the only case, where these are its records.
        if bytes.starts_with(b"seaworthy-cases1") {
            bytes[24 + 24] = 0;
            std::fs::write(&path, bytes).unwrap();
        }
    }
    place.run("journal verify").succeeds();
    place.run("journal verify --with-blobs").exits(65).says("is not what its name says");
    std::fs::remove_dir_all(place.data().join("blobs/sha256")).unwrap();
    place.run("journal verify --with-blobs").exits(65).says("is not there");
    // What was merged before is kept under the digests of its inputs; another rerun asks for them again.
    place.smoke("514", &report("opens:pass"), "").succeeds();
    place.run("check --release 2026.12 --track ios").exits(2).says("restore it from a backup");
}
