//! Exit codes are a contract with scripts.

use crate::place::{On, Place, report};

#[track_caller]
fn check(place: &Place, line: &str, code: i32) {
    place.run(line).exits(code);
}

#[test]
fn what_clap_refuses_is_64_and_help_is_0() {
    let place = Place::empty(On::Sqlite);
    for line in ["", "chek", "check", "check --release", "check --release x --nonsense", "ingest --release x"]
    {
        check(&place, line, 64);
    }
    check(&place, "check --release x --track 'Not An Id'", 64);
    check(&place, "--help", 0);
    check(&place, "check --help", 0);
    check(&place, "--version", 0);
}

#[test]
fn readiness_is_0_1_or_2_and_not_ready_outweighs_unknown() {
    for on in [On::Sqlite, On::Server] {
        readiness_is_told(on);
    }
}

fn readiness_is_told(on: On) {
    let place = Place::applied(on);
    check(&place, "check --release 2026.12", 2);
    place.smoke("514", &report("opens:fail"), "").succeeds();
    check(&place, "check --release 2026.12", 1);
    check(&place, "check --release 2026.12 --track android", 2);
    place.smoke("514", &report("opens:pass"), "").succeeds();
    check(&place, "check --release 2026.12 --track ios", 0);
    check(&place, "check --release 2026.12", 2);
}

#[test]
fn bad_input_is_65_and_a_failure_of_ours_is_70() {
    let place = Place::applied(On::Sqlite);
    check(&place, "check --release nothing", 65);
    check(&place, "check --release 2026.12 --track wearos", 65);
    check(&place, "apply nowhere.toml", 65);
    check(&place, "ingest --release 2026.12 --track ios --build 514 --kind smoke nowhere.xml", 65);
    check(&place, "ingest --release 2026.12 --track ios --build 514 --kind smoky seaworthy.toml", 65);
    check(&place, "evidence withdraw --release 2026.12 --reason typo 999", 65);
    check(&place, "journal show 999", 65);
    check(&place, "journal verify --expect-head nonsense", 65);
    check(&place, "--database-url postgres://nobody@127.0.0.1:1/none check --release 2026.12", 70);
    check(&place, "--database-url mysql://127.0.0.1/none check --release 2026.12", 70);
    place.write("file", "");
    check(&place, "--data file/inside check --release 2026.12", 70);
}

#[test]
fn a_reader_that_goes_away_is_no_crash() {
    let place = Place::applied(On::Sqlite);
    let mut child = place
        .command("facts --release 2026.12 --track ios")
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let ended = child.wait_with_output().unwrap();
    assert!(!String::from_utf8_lossy(&ended.stderr).contains("panicked"));
}
