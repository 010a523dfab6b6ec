//! The journal from the command line: `sha256sum` agrees, heads, redaction, backup and restore.

use std::io::Write;
use std::process::{Command, Stdio};

use crate::place::{On, Place, report};

/// What `sha256sum` itself says of some bytes.
fn sha256sum(bytes: &[u8]) -> String {
    let mut child = Command::new("sha256sum").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(bytes).unwrap();
    let out = child.wait_with_output().unwrap().stdout;
    String::from_utf8(out).unwrap().split_whitespace().next().unwrap().to_owned()
}

#[test]
fn sha256sum_can_check_the_chain() {
    let place = Place::applied(On::Sqlite);
    let mut previous = "0".repeat(64);
    for position in 1..=5 {
        let event: serde_json::Value =
            serde_json::from_str(&place.run(&format!("journal show {position}")).out).unwrap();
        let header =
            place.command(&format!("journal show {position} --part header")).output().unwrap().stdout;
        let payload =
            place.command(&format!("journal show {position} --part payload")).output().unwrap().stdout;
        let told: serde_json::Value = serde_json::from_slice(&header).unwrap();
        assert_eq!(told["previous"], previous.as_str());
        assert_eq!(told["payload"], sha256sum(&payload).as_str());
        previous = sha256sum(&header);
        assert_eq!(event["hash"], previous.as_str());
    }
}

#[test]
fn a_head_kept_elsewhere_finds_what_was_rewritten() {
    let place = Place::applied(On::Sqlite);
    let head = place.run("journal head").succeeds().out;
    place.write("head", &head);
    place.smoke("514", &report("opens:pass"), "").succeeds();
    place.run("journal verify --expect-head head").succeeds();
    // Another history, with as many events.
    std::fs::remove_dir_all(place.data()).unwrap();
    place.run("apply").succeeds();
    place.run("journal verify").succeeds();
    place.run("journal verify --expect-head head").exits(65).says("rewritten").says("another key");
}

#[test]
fn a_redacted_payload_is_gone_and_the_chain_holds() {
    for on in [On::Sqlite, On::Postgres] {
        let place = Place::applied(on);
        let attest =
            "attest --release 2026.12 --track ios --build 514 --device 'iPhone 15 / iOS 18' --result passed";
        let ran = place.run(&format!("{attest} --notes 'seen by Jane Roe'")).succeeds();
        let number = ran.out.trim_end().trim_end_matches('.').rsplit(' ').next().unwrap().to_owned();
        place.run(&format!("journal redact {number} --reason ' '")).exits(65).says("needs a reason");
        place.run(&format!("journal redact {number} --reason 'names a person'")).succeeds();
        place.run(&format!("journal redact {number} --reason again")).exits(65);
        place.run("journal redact 1 --reason 'names a person'").exits(65).says("holds a release together");
        let shown = place.run(&format!("journal show {number}")).succeeds();
        assert!(!shown.out.contains("Jane Roe"), "{}", shown.out);
        place.run(&format!("journal show {number} --part payload")).exits(65).says("was redacted");
        place.run("journal verify").succeeds().says(&format!("event {number}: redacted by"));
        place
            .run("check --release 2026.12 --track ios")
            .exits(2)
            .says("was redacted; what it said no longer counts");
    }
}

#[test]
fn a_backup_of_either_database_restores_into_the_other() {
    for (from, to) in [(On::Sqlite, On::Postgres), (On::Postgres, On::Sqlite)] {
        let place = Place::applied(from);
        place.smoke("514", &report("opens:pass"), "").succeeds();
        place.run("backup out.tar.zst").succeeds().says("read back and verified");
        place.run("backup out.tar.zst").exits(65).says("--force");
        let other = Place::empty(to);
        std::fs::copy(place.path().join("out.tar.zst"), other.path().join("out.tar.zst")).unwrap();
        other.run("restore out.tar.zst").succeeds().says("Restored");
        other.run("check --release 2026.12 --track ios").exits(0);
        other.run("journal verify").succeeds();
        other.run("restore out.tar.zst").exits(65).says("empty");
        let head =
            |place: &Place| place.run("journal head").out.split(' ').take(4).collect::<Vec<_>>().join(" ");
        assert_eq!(head(&place), head(&other));
    }
}

#[test]
fn a_damaged_backup_is_refused_and_restores_nothing() {
    let place = Place::applied(On::Sqlite);
    place.run("backup out.tar.zst").succeeds();
    let path = place.path().join("out.tar.zst");
    let mut bytes = std::fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x40;
    std::fs::write(&path, bytes).unwrap();
    let other = Place::empty(On::Sqlite);
    std::fs::copy(&path, other.path().join("out.tar.zst")).unwrap();
    other.run("restore out.tar.zst").exits(65);
    other.run("journal head --json").succeeds().says("\"position\":0");
}
