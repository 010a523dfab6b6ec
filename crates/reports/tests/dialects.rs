//! Every dialect's fixture comes to what its author would say it comes to.
//!
//! Invariant: each file in `fixtures/junit` has one row here, and both ways of reading tell the same.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use std::collections::BTreeSet;
use std::fmt::Write;
use std::io::BufReader;
use std::path::Path;

use reports::{Case, Format, Item, Outcome, Summary, read, read_slice, sniff};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/junit");

/// File, suites, then cases = passed + failed + errored + skipped, flaky, attempts, milliseconds, warnings.
#[rustfmt::skip]
const FIXTURES: &[(&str, u64, [u64; 7], f64, u64)] = &[
    //                     suites  cases  p  f  e  s  flaky attempts    ms  warnings
    ("ansi",                   1, [1,     0, 1, 0, 0, 0,    1],        0.0, 0),
    ("ant-aggregate",          2, [2,     1, 0, 1, 0, 0,    2],  1234500.0, 0),
    ("bare-cases",             0, [2,     1, 0, 1, 0, 0,    2],        0.0, 0),
    ("bazel",                  1, [1,     0, 0, 1, 0, 0,    1],     7000.0, 0),
    ("bom",                    1, [1,     1, 0, 0, 0, 0,    1],        0.0, 0),
    ("catch2",                 1, [4,     1, 1, 1, 1, 0,    4],      400.0, 0),
    ("container-structure",    1, [2,     2, 0, 0, 0, 0,    2],      500.0, 0),
    ("contradiction",          3, [3,     1, 1, 1, 0, 0,    3],        0.0, 2),
    ("ctest",                  1, [4,     1, 1, 0, 2, 0,    4],     1000.0, 0),
    ("cunit",                  1, [2,     1, 1, 0, 0, 0,    2],      0.217, 0),
    ("deep",                   3, [3,     3, 0, 0, 0, 0,    3],        0.0, 0),
    ("eslint",                 2, [2,     1, 1, 0, 0, 0,    2],        0.0, 0),
    ("firebase-test-lab",      1, [3,     2, 1, 0, 0, 1,    4],     9000.0, 0),
    ("googletest",             1, [4,     1, 1, 0, 2, 0,    4],        3.0, 0),
    ("gotestsum",              2, [3,     0, 2, 0, 1, 0,    3],     1500.0, 0),
    ("gradle",                 1, [2,     1, 0, 0, 1, 0,    2],       20.0, 0),
    ("jest",                   2, [4,     1, 1, 1, 1, 0,    4],        5.0, 0),
    ("latin-1",                1, [1,     1, 0, 0, 0, 0,    1],        0.0, 0),
    ("maestro",                1, [2,     1, 1, 0, 0, 0,    2],    10500.0, 0),
    ("marathon",               1, [1,     0, 1, 0, 0, 0,    1],     4300.0, 0),
    ("mocha",                  2, [2,     1, 1, 0, 0, 0,    2],        6.0, 0),
    ("namespaces",             1, [1,     0, 0, 0, 1, 0,    1],     1000.0, 0),
    // Says `errors="1"` alone and writes a failure.
    ("nette-tester",           1, [3,     1, 1, 0, 1, 0,    3],        0.0, 0),
    ("nextest",                1, [3,     2, 1, 0, 0, 1,    5],      946.0, 0),
    ("perl-tap",               1, [5,     1, 2, 1, 1, 0,    5],       20.0, 0),
    ("phpunit",                3, [3,     1, 1, 1, 0, 0,    3],       30.0, 0),
    ("playwright",             1, [2,     1, 1, 0, 0, 1,    4],     4500.0, 0),
    ("pytest",                 1, [5,     1, 1, 1, 2, 0,    5],      400.0, 0),
    ("status-words",           1, [4,     1, 1, 1, 1, 0,    4],        0.0, 0),
    ("stray-bytes",            1, [1,     1, 0, 0, 0, 0,    1],        0.0, 0),
    ("surefire",               1, [4,     1, 1, 1, 1, 0,    4],     1250.0, 0),
    ("surefire-rerun",         1, [4,     3, 1, 0, 0, 2,    9],     1000.0, 0),
    ("swiftpm",                1, [2,     1, 1, 0, 0, 0,    2],       20.0, 0),
    ("trainer",                2, [4,     2, 1, 0, 1, 1,    6],     4000.0, 0),
    ("unittest",               1, [2,     1, 1, 0, 0, 0,    2],        1.0, 0),
    ("utf-16be",               1, [1,     1, 0, 0, 0, 0,    1],        0.0, 0),
    ("utf-16le",               1, [1,     1, 0, 0, 0, 0,    1],        0.0, 0),
    ("web-test-runner",        1, [1,     1, 0, 0, 0, 0,    1],        0.0, 0),
    ("xcbeautify",             1, [2,     1, 1, 0, 0, 0,    2],       12.0, 0),
];

#[test]
fn every_fixture_comes_to_what_its_dialect_means() {
    for (name, suites, counts, duration, warnings) in FIXTURES {
        let summary = check(name, |_| {}).0;
        let Summary { cases, passed, failed, errored, skipped, flaky, attempts, .. } = summary;
        assert_eq!([cases, passed, failed, errored, skipped, flaky, attempts], *counts, "{name}");
        assert_eq!(cases, passed + failed + errored + skipped, "{name}");
        assert_eq!((summary.suites, summary.warnings), (*suites, *warnings), "{name}");
        assert!((summary.duration_ms - duration).abs() < 1e-6, "{name}: {} ms", summary.duration_ms);
    }
}

#[test]
fn every_fixture_has_a_row() {
    let rows: BTreeSet<String> = FIXTURES.iter().map(|row| format!("{}.xml", row.0)).collect();
    let files = std::fs::read_dir(FOLDER).unwrap();
    let files: BTreeSet<String> =
        files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(rows, files);
}

#[test]
fn marked_reruns_are_attempts_of_one_case() {
    shows(
        "surefire-rerun",
        "sea.TideTest | sea.TideTest.rises: passed flaky x3 (java.lang.AssertionError) low⏎lost
         sea.TideTest | sea.TideTest.falls: passed flaky x2 (java.io.IOException) java.io.IOException: wet
         sea.TideTest | sea.TideTest.turns: failed x3 (java.lang.AssertionError) stuck
         sea.TideTest | sea.TideTest.waits: passed",
    );
    shows(
        "trainer",
        "WatchTests › Sync | Sync.pairs: passed flaky x2 Sync.swift:9: no watch
         WatchTests › Sync | Sync.drifts: failed x2 Sync.swift:20: later
         WatchTests › Sync | Sync.drifts: skipped other arguments
         WatchTests › Sync | Sync.ticks: passed",
    );
    shows(
        "firebase-test-lab",
        "sailfish-28-en-portrait | app.LaunchTest.launches: passed
         sailfish-28-en-portrait | app.LaunchTest.rotates: passed flaky x2 java.lang.AssertionError: portrait
         sailfish-28-en-portrait | app.LaunchTest.resumes: failed java.lang.AssertionError: gone",
    );
}

#[test]
fn a_suite_that_did_not_load_is_a_case() {
    shows(
        "ant-aggregate",
        "KeelTest | KeelTest.(suite): errored (java.lang.UnsatisfiedLinkError) no native library
         MastTest | sea.MastTest.stands: passed",
    );
}

#[test]
fn suites_inside_suites_make_a_path() {
    shows(
        "deep",
        "ship › deck | .is dry: passed
         ship | .floats: passed
         | .stray: passed",
    );
    shows(
        "phpunit",
        r"CLI Arguments › Sea\NetTest | Sea.NetTest.testCast [/w/tests/NetTest.php]: passed
         CLI Arguments › Sea\NetTest › Sea\NetTest::testMesh | Sea.NetTest.testMesh with data set #0 [/w/tests/NetTest.php]: failed (PHPUnit\Framework\ExpectationFailedException) Sea\NetTest::testMesh with data set #0 (1)
         CLI Arguments › Sea\NetTest › Sea\NetTest::testMesh | Sea.NetTest.testMesh with data set #1 [/w/tests/NetTest.php]: errored (TypeError) TypeError: null",
    );
}

#[test]
fn a_case_takes_its_file_from_its_suite() {
    shows(
        "mocha",
        "anchor | drops.anchor drops [/w/test/anchor.js]: passed
         anchor | holds.anchor holds [/w/test/anchor.js]: failed (AssertionError) expected 3 to equal 4",
    );
}

#[test]
fn several_verdicts_are_joined_and_the_gravest_decides() {
    shows("bare-cases", "| a.one: passed\n| a.two: errored no⏎worse");
    shows(
        "catch2",
        "hull | hull.global.floats: passed
         hull | hull.global.counts/planks: failed (CHECK) planks == 3⏎nails == 9
         hull | hull.global.throws: errored (TEST_CASE) FAILED:
         hull | hull.global.may fail: skipped TEST_CASE tagged with !mayfail",
    );
}

#[test]
fn text_is_what_its_author_wrote() {
    shows("ansi", "colours | .red: failed \u{fffd}[31mred\u{fffd}[0m");
    shows("latin-1", "café | .crème: passed");
    shows("utf-16le", "日本 | .é: passed");
    shows("utf-16be", "日本 | .é: passed");
    shows("stray-bytes", "s | .a\u{fffd}: passed");
}

#[test]
fn properties_of_suites_are_told() {
    let mut properties = Vec::new();
    check("surefire", |item| {
        if let Item::Property { name, value } = item {
            properties.push(format!("{name}={value}"));
        }
    });
    assert_eq!(properties, ["java.version=21.0.4", "java.version=21.0.4"], "once for each way of reading");
}

#[test]
fn a_summary_tells_the_earliest_time_and_what_contradicts_itself() {
    assert_eq!(check("ant-aggregate", |_| {}).0.timestamp.as_deref(), Some("2026-11-24T07:00:00"));
    let warnings = check("contradiction", |_| {}).0.first_warnings;
    let warnings: Vec<String> =
        warnings.iter().map(|warning| format!("{}: {}", warning.at, warning.text)).collect();
    assert_eq!(
        warnings,
        [
            "line 2, column 80: the suite \"liar\" declares 3 failures and errors; its cases have 0",
            "line 4, column 89: the suite \"modest\" declares 0 failures and errors; its cases have 1",
        ]
    );
}

/// Compares the cases of a fixture, one a line.
#[track_caller]
fn shows(name: &str, expect: &str) {
    let (_, cases) = check(name, |_| {});
    let expect: Vec<&str> = expect.lines().map(str::trim).collect();
    assert_eq!(cases.lines().map(str::trim).collect::<Vec<_>>(), expect, "{name}");
}

/// Reads a fixture both ways.
#[track_caller]
fn check(name: &str, mut also: impl FnMut(Item<'_>)) -> (Summary, String) {
    let bytes = std::fs::read(Path::new(FOLDER).join(format!("{name}.xml"))).unwrap();
    assert_eq!(sniff(&bytes), Some(Format::JUnit), "{name}");
    let (mut whole, mut streamed) = (String::new(), String::new());
    let summary = read_slice(Format::JUnit, &bytes, &mut |item| {
        show(&mut whole, item);
        also(item);
    });
    let summary = summary.unwrap_or_else(|error| panic!("{name}: {error}"));
    let source = BufReader::with_capacity(3, &bytes[..]);
    let again = read(Format::JUnit, source, &mut |item| {
        show(&mut streamed, item);
        also(item);
    });
    assert_eq!(summary, again.unwrap(), "{name}");
    assert_eq!(whole, streamed, "{name}");
    (summary, whole)
}

fn show(out: &mut String, item: Item<'_>) {
    let Item::Case(case) = item else { return };
    let Case { suite, class, name, .. } = case;
    let outcome = match case.outcome {
        Outcome::Passed => "passed",
        Outcome::Failed => "failed",
        Outcome::Errored => "errored",
        Outcome::Skipped => "skipped",
    };
    write!(out, "{suite} | {class}.{name}").unwrap();
    if let Some(file) = case.file.filter(|file| file.starts_with("/w/")) {
        write!(out, " [{file}]").unwrap();
    }
    write!(out, ": {outcome}{}", if case.flaky { " flaky" } else { "" }).unwrap();
    if case.attempts > 1 {
        write!(out, " x{}", case.attempts).unwrap();
    }
    if let Some(kind) = case.kind {
        write!(out, " ({kind})").unwrap();
    }
    if let Some(message) = case.message {
        write!(out, " {}", message.replace('\n', "⏎")).unwrap();
    }
    out.push('\n');
}
