//! The pages as somebody meets them: the real binary serves them, and a real browser looks.
//!
//! Invariant: a test here is a scenario in a script beside it. Where `SEAWORTHY_BROWSER_MODULES` does not say where the
//! browser's driver is, as `./test` does, each says in a line that it skips itself.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]
#![expect(clippy::print_stdout, reason = "a test says what it measured, and that it was skipped")]

mod installation;
mod story;
mod too_much;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use installation::{Installation, Server};

/// Plays a scenario on what was set up, and fails with what the scenario says.
fn check(scenario: &str, set_up: fn() -> Installation) {
    let Some(modules) = modules() else { return };
    let installation = set_up();
    let server = installation.serve();
    play(scenario, &modules, &installation, &server, &[]);
}

/// Returns where the browser's driver is; says so where nobody told.
fn modules() -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "tests are told of their tools through the environment")]
    let modules = std::env::var("SEAWORTHY_BROWSER_MODULES").ok();
    if modules.is_none() {
        println!("skipped: SEAWORTHY_BROWSER_MODULES names no folder with playwright-core; ./test sets it");
    }
    modules
}

/// Plays a scenario on a server, with more that it is to know.
fn play(scenario: &str, modules: &str, installation: &Installation, server: &Server, more: &[&str]) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser").join(format!("{scenario}.mjs"));
    let played = Command::new("node")
        .arg(script)
        .arg(server.address())
        .args(more)
        .current_dir(installation.folder())
        .stdin(Stdio::null())
        .env("SEAWORTHY_BROWSER_MODULES", modules)
        .env("SEAWORTHY_BROWSER_KEPT", kept())
        .env("SEAWORTHY", env!("CARGO_BIN_EXE_seaworthy"))
        .env("SEAWORTHY_DATA", installation.data())
        .env_remove("DATABASE_URL")
        .output()
        .unwrap();
    let (out, err) = (String::from_utf8_lossy(&played.stdout), String::from_utf8_lossy(&played.stderr));
    assert!(played.status.success(), "{scenario}: {out}{err}\nthe server said:\n{}", server.log());
    println!("{out}");
}

/// Returns where pictures of pages are kept: `target/browser`.
fn kept() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("browser");
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

#[test]
fn every_page_is_clean_wide_and_narrow_in_light_and_dark() {
    check("clean", Installation::demo);
}

#[test]
fn pages_that_have_nothing_to_show_are_clean() {
    check("nothing", Installation::empty);
}

#[test]
fn pages_that_have_too_much_to_show_are_clean() {
    check("too_much", too_much::installation);
}

#[test]
fn tab_walks_through_every_page_in_view_order() {
    check("keyboard", Installation::demo);
}

#[test]
fn what_changes_shows_on_an_open_page_and_keeps_what_was_typed() {
    check("live", Installation::demo);
}

#[test]
fn pages_work_without_script() {
    check("plain", Installation::demo);
}

#[test]
fn a_page_of_the_past_stands_still() {
    check("past", Installation::demo);
}

#[test]
fn pages_that_ask_and_quote_people_are_clean() {
    check("asking", Installation::demo);
}

#[test]
fn somebody_without_an_account_answers_a_link_on_a_phone() {
    check("asked", Installation::demo);
}

#[test]
fn evidence_is_withdrawn_with_a_reason_and_not_without() {
    check("withdraw", Installation::demo);
}

#[test]
fn a_first_visit_is_light_and_quick_and_a_change_lighter_still() {
    check("weight", Installation::demo);
}
