//! Defects, changes and risks at the command line, on both databases and against a server.

use serde_json::{Value, json};

use crate::place::{On, Place};

const OF: &str = "--release 2026.12";

fn walk(on: On) {
    let place = Place::applied(on);
    let empty = place.run(&format!("defect list {OF}")).succeeds();
    assert!(empty.out.contains("seaworthy defect report"), "{empty:?}");
    let reported = place.run(&format!(
        "defect report {OF} --key TW-1 --severity high --track ios --area Sync --found-in ios:514 'Old route after sync'"
    ));
    assert!(reported.succeeds().out.starts_with("TW-1 is on record."));
    place.run(&format!("defect report {OF} 'Grey map'")).succeeds();
    let again = place.run(&format!("defect report {OF} 'Grey map'")).succeeds();
    assert!(again.out.starts_with("D-1 was on record already"), "{again:?}");
    let unexplained = place.run(&format!("defect report {OF} --key D-1 'Black map'"));
    assert!(unexplained.code == 65 && unexplained.err.contains("say in a few words why"), "{unexplained:?}");
    let unknown = place.run(&format!("defect report {OF} --found-in ios:9 'New'"));
    assert!(unknown.err.contains("it has builds 512 and 514"), "{unknown:?}");
    let nowhere = place.run(&format!("defect report {OF} --found-in 514 'New'"));
    assert!(nowhere.code == 64 && nowhere.err.contains("write track and build, as ios:514"), "{nowhere:?}");

    place.run(&format!(
        "defect impact {OF} TW-1 --experience 'runners see their last route' --reach some --often sometimes \
         --frequency '4 of 212 syncs' --circumstances 'after a run without a phone'"
    )).succeeds();
    place
        .run(&format!("defect expose {OF} TW-1 --track android --answer not-affected --note 'ten syncs'"))
        .succeeds();
    let told = format!(
        "defect expose {OF} D-1 --track android --answer affected --on-behalf-of 'Jo Lind' --source 'phone call'"
    );
    place.run(&told).succeeds();
    place.run(&format!("defect defer {OF} D-1 --to 4.3.0 --reason rare")).succeeds();
    let listed = place.run(&format!("defect list {OF}")).succeeds();
    for part in ["not translated", "deferred to 4.3.0", "not checked: ios"] {
        assert!(listed.out.contains(part), "no {part} in {}", listed.out);
    }
    let shown = place.run(&format!("defect show {OF} TW-1")).succeeds();
    for part in ["For users: runners see their last route", "found in 4.2.0 (514)", "ten syncs"] {
        assert!(shown.out.contains(part), "no {part} in {}", shown.out);
    }
    let keys = |narrow: &str| -> Vec<String> {
        let listed = place.run(&format!("defect list {OF} --json {narrow}")).succeeds();
        let lines: Vec<Value> = serde_json::from_str(&listed.out).unwrap();
        lines.iter().map(|line| line["defect"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(keys(""), ["D-1", "TW-1"]);
    assert_eq!(keys("--untranslated"), ["D-1"]);
    assert_eq!(keys("--severity high --area Sync --track ios"), ["TW-1"]);
    place.run(&format!("defect defer {OF} D-1 --back --reason 'too many see it'")).succeeds();
    place.run(&format!("defect withdraw {OF} D-1 --reason 'of another app'")).succeeds();
    assert_eq!(keys("--withdrawn"), ["D-1"]);
    place.run(&format!("defect withdraw {OF} D-1 --back --reason 'it is ours'")).succeeds();
    contents(&place, on);
    risks(&place);
}

fn contents(place: &Place, on: On) {
    let sam = "--on-behalf-of 'Sam Roe' --source 'phone call'";
    place
        .run(&format!(
            "change add {OF} --key TW-7 --priority p1 --track ios --area Sync 'Routes without a phone'"
        ))
        .succeeds();
    let done = place.run(&format!("change done {OF} TW-7 --for engineering --notes merged {sam}"));
    if on == On::Server {
        // Whoever acts there is a machine, and nobody has an account who could speak for engineering.
        assert!(done.err.contains("They have no account that speaks for engineering"), "{done:?}");
        return;
    }
    done.succeeds();
    place
        .run(&format!("change done {OF} TW-7 --for product --on-behalf-of 'Jo Lind' --source 'phone call'"))
        .succeeds();
    let marketing = place.run(&format!("change done {OF} TW-7 --for marketing"));
    assert!(marketing.err.contains("engineering, qa and product"), "{marketing:?}");
    place
        .run(&format!("change undone {OF} TW-7 --for engineering --notes 'flight mode is missing' {sam}"))
        .succeeds();
    let listed = place.run(&format!("change list {OF} --undone")).succeeds();
    assert!(listed.out.contains("engineering –, qa –, product done"), "{listed:?}");
    place.run(&format!("change take-out {OF} TW-7 --reason 'not in time'")).succeeds();
    let out = place.run(&format!("change list {OF} --taken-out --json")).succeeds();
    let out: Value = serde_json::from_str(&out.out).unwrap();
    assert_eq!((&out[0]["change"], &out[0]["taken_out"]), (&json!("TW-7"), &json!("not in time")));
    place.run(&format!("change put-back {OF} TW-7 --reason 'in time after all'")).succeeds();
}

fn risks(place: &Place) {
    let risk =
        "--likelihood possible --effect 'runners see no routes' --mitigation 'a flag' --owner 'Jo Lind'";
    let noted = place.run(&format!("risk note {OF} {risk} --track ios --json 'Old firmware'")).succeeds();
    let noted: Value = serde_json::from_str(&noted.out).unwrap();
    let position = &noted["position"];
    place.run(&format!("risk revise {OF} --risk {position} {risk} 'Old firmware, once more'")).succeeds();
    let listed = place.run(&format!("risk list {OF}")).succeeds();
    assert!(listed.out.contains("Old firmware, once more") && listed.out.contains("Jo Lind"), "{listed:?}");
    place.run(&format!("risk close {OF} --outcome 'nobody has it' {position}")).succeeds();
    let closed = place.run(&format!("risk list {OF} --closed")).succeeds();
    assert!(closed.out.contains("it did not happen: nobody has it"), "{closed:?}");
    let whole = place.run(&format!("list whole {OF} --note 'gone through the tracker' defects")).succeeds();
    assert!(whole.out.starts_with("The list of defects is whole"), "{whole:?}");
}

#[test]
fn defects_changes_and_risks_are_told_at_the_command_line() {
    walk(On::Sqlite);
}

#[test]
fn defects_changes_and_risks_are_told_at_the_command_line_on_postgres() {
    walk(On::Postgres);
}

#[test]
fn defects_changes_and_risks_are_told_to_a_server() {
    walk(On::Server);
}
