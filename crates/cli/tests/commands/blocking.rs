//! Blockers at the command line, on both databases and against a server.

use serde_json::{Value, json};

use crate::place::{On, Place};

const OF: &str = "--release 2026.12";

/// Runs a command about blockers, and returns what it says.
fn says(place: &Place, command: &str) -> String {
    place.run(&format!("blocker {command}")).succeeds().out
}

#[track_caller]
fn refuses(place: &Place, command: &str, expect: &str) {
    let ran = place.run(&format!("blocker {command}"));
    assert!(ran.code != 0 && ran.err.contains(expect), "{command}: {ran:?}");
}

fn walk(on: On) {
    let place = Place::applied(on);
    assert!(says(&place, &format!("list {OF}")).contains("seaworthy blocker propose"));
    let about = "--track ios --criterion smoke-passed";
    refuses(&place, &format!("propose {OF} --track ios 'Routes'"), "required");
    refuses(
        &place,
        &format!("propose {OF} --track ios --criterion smoke-pased 'Routes'"),
        "Did you mean smoke-passed?",
    );
    let proposed =
        says(&place, &format!("propose {OF} {about} --url https://git.example/1 'Routes do not sync'"));
    assert!(proposed.starts_with("Blocker 1 is proposed."), "{proposed}");
    let again =
        says(&place, &format!("propose {OF} {about} --url https://git.example/1 'Routes do not sync'"));
    assert!(again.starts_with("Blocker 1 was proposed already"), "{again}");
    assert!(says(&place, &format!("list {OF}")).contains("Nobody’s turn yet"));
    refuses(&place, &format!("accept {OF} 1"), "Name an owner, or say who is asked to be.");
    refuses(&place, &format!("resolve {OF} 1 'it syncs'"), "Accept it first, or reject it.");
    let accepted = says(&place, &format!("accept {OF} 1 --owner 'Jo Lind' --function engineering"));
    assert!(accepted.starts_with("Blocker 1 is accepted"), "{accepted}");
    assert!(says(&place, &format!("list {OF} --turn owner")).contains("Jo Lind"));
    refuses(&place, &format!("status {OF} 1 --next 2001-01-01T00:00:00Z 'Jo tries 515'"), "still to come");
    says(&place, &format!("note {OF} 1 'seen in beta'"));
    let next = server::clock::Clock::System.now().plus_micros(3 * 3_600_000_000);
    says(&place, &format!("status {OF} 1 --next {next} 'Jo tries 515 on three watches'"));
    let listed = says(&place, &format!("list {OF} --owner 'jo lind'"));
    assert!(listed.contains("Waiting") && listed.contains("Jo tries 515 on three watches"), "{listed}");
    says(&place, &format!("link {OF} 1 --dependency routes-backend"));
    says(&place, &format!("unlink {OF} 1 --url https://git.example/1"));
    says(&place, &format!("resolve {OF} 1 --track ios --build 514 'it syncs'"));
    says(&place, &format!("reopen {OF} 1 --reason 'it is back'"));
    says(&place, &format!("own {OF} 1 --function qa --reason 'Jo is away'"));
    says(&place, &format!("propose {OF} --track ios --milestone submission 'The same'"));
    says(&place, &format!("merge {OF} 2 --into 1"));
    refuses(&place, &format!("withdraw {OF} 2 --reason 'no'"), "It is told as blocker 1 now");
    says(&place, &format!("defer {OF} 1 --to 2027.01 --reason 'rare'"));
    let shown = says(&place, &format!("show {OF} 1"));
    for part in [
        "deferred to 2027.01",
        "the dependency routes-backend",
        "merged blocker 2 into it",
        "noted: seen in beta",
    ] {
        assert!(shown.contains(part), "no {part} in {shown}");
    }
    let json: Value = serde_json::from_str(&says(&place, &format!("show {OF} 1 --json"))).unwrap();
    assert_eq!((&json["state"], &json["function"]), (&json!("deferred"), &json!("qa")));
    let json: Value =
        serde_json::from_str(&says(&place, &format!("list {OF} --state merged --json"))).unwrap();
    assert_eq!((&json[0]["blocker"], &json[0]["merged_into"]), (&json!(2), &json!(1)));
}

#[test]
fn blockers_are_told_at_the_command_line() {
    walk(On::Sqlite);
}

#[test]
fn blockers_are_told_at_the_command_line_on_postgres() {
    walk(On::Postgres);
}

#[test]
fn blockers_are_told_to_a_server() {
    walk(On::Server);
}
