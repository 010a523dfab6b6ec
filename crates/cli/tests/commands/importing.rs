//! Importing from the command line: what it comes to, what is asked for, and that it is done once.

use crate::place::{On, Place};

const LIST: &str = "Key;Kurztext;Severity;Status\nTW-1;Old route;high;In Arbeit\nTW-2;Map grey;low;Open\n";
const SAID: &str = "--map Kurztext=title --value 'Status:In Arbeit=open'";

fn a_list_is_imported_and_again_only_what_differs(on: On) {
    let place = Place::applied(on);
    place.write("list.csv", LIST);
    let import = |more: &str| place.run(&format!("import --release 2026.12 {more} list.csv"));
    import("").exits(65).says("No column is known to hold the title");
    import("--map Kurztext=title")
        .exits(65)
        .says("--value 'Status:In Arbeit=open'")
        .says("Row 2, column “Status”");
    import("--map Kurztext=titel").exits(64).says("Did you mean title?");
    import("--map Kurztext").exits(64).says("Summary=title");
    import(&format!("{SAID} --dry-run"))
        .succeeds()
        .says("2 new, 0 changed")
        .says("Kurztext")
        .says("as you said");
    import(SAID).succeeds().says("Imported: 2 new, 0 changed, 0 as on record.");
    import("").succeeds().says("as the last time").says("Nothing differs from what is on record.");
    place.write("list.csv", &LIST.replace("high", "critical").replace("TW-2", "TW-3"));
    import("--whole")
        .succeeds()
        .says("severity: high → critical")
        .says("TW-2 “Map grey”")
        .says("1 new, 1 changed");
    let events = place.run("journal events --release 2026.12 --json").succeeds().out;
    assert_eq!(events.matches("\"defect_reported\"").count(), 4, "{events}");
    assert_eq!(events.matches("\"list_whole\"").count(), 1, "{events}");
    let json = import("--json --dry-run").succeeds().out;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["counts"]["same"], 2);
    place.run_with_input("import --release 2026.12 --name list.csv -", "Key,Title\nTW-9,\n").exits(65);
}

#[test]
fn a_list_is_imported_on_sqlite() {
    a_list_is_imported_and_again_only_what_differs(On::Sqlite);
}

#[test]
fn a_list_is_imported_on_postgres() {
    a_list_is_imported_and_again_only_what_differs(On::Postgres);
}

#[test]
fn a_list_is_imported_through_a_server() {
    a_list_is_imported_and_again_only_what_differs(On::Server);
}

#[test]
fn rows_with_mistakes_are_left_out_where_that_is_said() {
    let place = Place::applied(On::Sqlite);
    place.write("list.csv", "Key,Title,Severity\nTW-1,Old route,S9\nTW-2,Map grey,low\n");
    place.run("import --release 2026.12 list.csv").exits(65).says("1 row cannot be imported");
    place.run("import --release 2026.12 --partial list.csv").succeeds().says("1 row was left out.");
    place.run("import --release 2026.12 nowhere.csv").exits(65).says("nowhere.csv");
}
