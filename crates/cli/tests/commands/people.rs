//! People and tokens, for whoever holds the data; and what answers in JSON.

use serde_json::Value;

use crate::place::{On, Place};
use crate::served;

#[test]
fn people_are_invited_changed_and_kept_out_by_whoever_holds_the_data() {
    let place = Place::empty(On::Sqlite);
    place.run("people list").succeeds().says("Nobody has an account yet");
    let link = place.run("people invite bo@example.com --role viewer --speaks-for qa").succeeds();
    assert!(link.out.trim().starts_with("/welcome/") && link.out.lines().count() == 1, "{}", link.out);
    place.run("people invitations").succeeds().says("bo@example.com");
    place.run("people withdraw bo@example.com").succeeds().says("1 link");
    place.run("people withdraw bo@example.com").exits(65).says("no open invitation");
    place.run("people add-machine ci --name 'The nightly'").succeeds();
    place.run("people add-machine ci").exits(65).says("has an account already");
    place.run("people change ci --role coordinator --speaks-for none").succeeds();
    place.run("people change ci --role admin").exits(65).says("Nobody can sign in to this account");
    place.run("people change c1 --role viewer").exits(65).says("Did you mean ci?");
    place.run("people change ci").exits(64);
    place.run("people change ci --speaks-for cooks").exits(64).says("marketing");
    place.run("people list").succeeds().says("The nightly").says("coordinator");
    place.run("people disable ci").succeeds();
    let listed: Value = serde_json::from_str(&place.run("people list --json").succeeds().out).unwrap();
    assert!(listed[0]["disabled_at"].is_string(), "{listed}");
    place.run("people enable ci").succeeds();
    place.run("people reset-link ci").succeeds().says("/welcome/");
}

#[test]
fn whoever_is_erased_is_named_nowhere_any_more() {
    let place = Place::applied(On::Sqlite);
    place.run("people add-machine ci --name 'The nightly'").succeeds();
    place.run("people erase ci --name 'The weekly'").exits(65).says("Write the name as it stands");
    place.run("people erase c1 --name 'The nightly'").exits(65).says("Did you mean ci?");
    place.run("people erase ci --name 'The nightly'").succeeds().says("stays on record");
    place.run("people list").succeeds().says("Nobody has an account yet");
    let attest =
        "attest --release 2026.12 --track ios --build 514 --device 'iPhone 15 / iOS 18' --result passed";
    let quoted = format!("{attest} --on-behalf-of 'Jo Lindqvist' --source 'phone call'");
    place.run(&quoted).succeeds();
    let others: Value = serde_json::from_str(&place.run("people others --json").succeeds().out).unwrap();
    let jo = others.as_array().unwrap().iter().find(|other| other["name"] == "Jo Lindqvist").unwrap();
    place.run(&format!("people erase {} --name 'Jo Lindqvist'", jo["id"].as_str().unwrap())).succeeds();
    let list = place.run("evidence list --release 2026.12").succeeds();
    assert!(list.out.contains("somebody erased") && !list.out.contains("Lindqvist"), "{}", list.out);
}

#[test]
fn a_token_is_printed_alone_and_revoked_by_its_id() {
    let place = Place::empty(On::Sqlite);
    let token = served::token(&place, "contributor");
    assert!(token.starts_with("swt_") && !token.contains(char::is_whitespace), "{token}");
    place.run("token create --name x").exits(65).says("--for");
    place.run("token create --for nobody --name x").exits(65).says("add-machine");
    place.run("token create --for contributor --name x --role admin").exits(65).says("may not more");
    let listed = place.run("token list --for contributor --json").succeeds();
    assert!(!listed.out.contains(&token));
    let listed: Value = serde_json::from_str(&listed.out).unwrap();
    let id = listed[0]["id"].as_str().unwrap();
    place.run(&format!("token revoke --for contributor {id}")).succeeds();
    place.run("token list --for contributor").succeeds().says("revoked");
    place.run("token revoke --for contributor none").exits(65).says("no such token");
}

#[test]
fn an_error_is_one_json_object_where_json_was_asked_for() {
    let place = Place::empty(On::Sqlite);
    for (line, code, kind) in [
        ("check --json", 64, "urn:seaworthy:usage"),
        ("check --release 1 --json", 65, "urn:seaworthy:input"),
        ("apply --json", 65, "urn:seaworthy:input"),
        ("journal show 9 --json", 65, "urn:seaworthy:unknown"),
        ("check --release 1 --json --server http://127.0.0.1:1 --data x", 64, "urn:seaworthy:usage"),
        ("check --release 1 --json --server http://127.0.0.1:1", 70, "urn:seaworthy:unreachable"),
        (
            "--database-url postgres://nobody@127.0.0.1:1/none check --release 1 --json",
            70,
            "urn:seaworthy:internal",
        ),
    ] {
        let ran = place.run(line).exits(code);
        let error: Value = serde_json::from_str(&ran.err).unwrap_or_else(|_| panic!("{line}: {}", ran.err));
        assert_eq!(error["type"], kind, "{line}: {error}");
        assert!(error["title"].is_string() && error["detail"].is_string(), "{error}");
        assert_eq!(ran.out, "", "{line}");
    }
    place.write("seaworthy.toml", "[product]\nnaem = 'x'\n");
    let ran = place.run("apply --json").exits(65);
    let error: Value = serde_json::from_str(&ran.err).unwrap();
    assert!(!error["mistakes"].as_array().unwrap().is_empty(), "{error}");
}

#[test]
fn what_a_shell_and_man_read_is_made_of_the_commands() {
    let place = Place::empty(On::Sqlite);
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        place.run(&format!("completions {shell}")).succeeds().says("add-machine");
    }
    place.run("man").succeeds().says(".TH");
    place.run("man pages").succeeds().says("pages of the manual");
    let page = std::fs::read_to_string(place.path().join("pages/seaworthy-people-invite.1")).unwrap();
    assert!(page.contains("Ada Marsh"), "{page}");
}

#[test]
fn colours_come_where_they_are_wanted() {
    let place = Place::applied(On::Sqlite);
    for (flag, variables, expect) in [
        ("", &[][..], false),
        ("", &[("CLICOLOR_FORCE", "1")][..], true),
        ("", &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")][..], false),
        ("--color always", &[("NO_COLOR", "1")][..], true),
        ("--color never", &[("CLICOLOR_FORCE", "1")][..], false),
    ] {
        let mut command = place.command(&format!("check --release 2026.12 {flag}"));
        command.env_remove("NO_COLOR").env_remove("CLICOLOR").envs(variables.iter().copied());
        let out = command.output().unwrap().stdout;
        assert_eq!(out.contains(&0x1b), expect, "{flag} {variables:?}");
    }
}
