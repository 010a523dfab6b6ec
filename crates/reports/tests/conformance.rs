//! Files that others wrote, and what others count in them.
//!
//! Invariant: where a count differs, `DISAGREEMENTS` names the file and the reason. The files are not part of
//! this project: `SEAWORTHY_CORPORA` names their folder, and without it the test says so and passes.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use std::collections::BTreeSet;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use quick_xml::Reader;
use quick_xml::events::Event;
use reports::{Format, Summary, read, read_slice, sniff};

/// Cases, failed or errored, skipped.
type Counts = [u64; 3];

/// What we count, where it is not what the file's suites declare or what another reader expects.
#[rustfmt::skip]
const DISAGREEMENTS: &[(&str, Counts, &str)] = &[
    ("dorny/__tests__/fixtures/junit-with-message.xml", [1, 1, 0], "declares 6 tests and holds 1; the snapshot has 1"),
    ("dorny/__tests__/fixtures/python-xunit-pytest.xml", [10, 2, 2], "declares 15 tests and holds 10; the snapshot has 10"),
    ("dorny/__tests__/fixtures/test-errors/jest/jest-test-results.xml", [2, 2, 0], "declares no tests, for suites that did not run; the snapshot has 2"),
    ("jenkins/JENKINS-42438/junit-report-1.xml", [11, 0, 3], "declares 2 skipped and holds 3"),
    ("jenkins/SKIPPED_MESSAGE/afterSkippedResult.xml", [1, 1, 0], "declares a skip and holds an error: the case's truth counts"),
    ("jenkins/gh-237/TEST-io.olamy.AlwaysFailTest.xml", [1, 1, 0], "declares attempts as tests; they are marked reruns of one case"),
    ("jenkins/gh-237/TEST-io.olamy.FlakyTest.xml", [1, 0, 0], "declares attempts as tests and failures; the case passed in the end"),
    ("jenkins/junit-report-1233.xml", [5, 0, 0], "declares 456 tests and holds 5"),
    ("jenkins/junit-report-1472.xml", [2653, 1, 0], "declares one failed test more than it holds"),
    ("jenkins/junit-report-bad-duration.xml", [2, 0, 0], "declares 1 test and holds 2"),
    ("jenkins/junit-report-errror-details.xml", [1, 1, 0], "declares 2 tests and holds 1"),
    ("jenkins/junit-report-nested-testsuites.xml", [3, 1, 0], "the third level did not load: its error is a case"),
    ("mikepenz/flaky_retries/flaky_with_classname_file.xml", [5, 2, 0], "declares 3 failed and holds 2; unmarked repeats stay cases of their own"),
    ("mikepenz/issues/testDisabled.xml", [22, 6, 10], "declares its skipped cases as disabled"),
    ("mikepenz/junit-server-test/report.xml", [4, 1, 1], "declares a repeated case once, but does not mark the repeat"),
    ("mikepenz/junit-web-test/expected.xml", [6, 1, 1], "declares its failure as an error too"),
    ("mikepenz/junit-web-test/expectedRetries.xml", [8, 2, 1], "a retry that is not marked is a case of its own"),
    ("mikepenz/multiple_failures/test_multiple_errors.xml", [3, 2, 0], "declares assertions; several errors of a case are one"),
    ("mikepenz/multiple_failures/test_multiple_failures.xml", [4, 2, 1], "declares assertions; several failures of a case are one"),
    ("mikepenz/nested/junit.xml", [5, 3, 0], "the outermost suite declares no failure and holds three"),
    ("mikepenz/nested/multi-level.xml", [3, 0, 0], "declares 29 tests and holds 3"),
    ("mikepenz/python/report_flaky.xml", [4, 2, 0], "declares 3 tests and holds 4"),
    ("trcli/tests/test_data/XML/ai_eval_auto_create.xml", [3, 0, 0], "declares a failure that is only told in a case's property"),
    ("trcli/tests/test_data/XML/junit5_parentheses_test.xml", [6, 0, 0], "declares 4 tests and a skip, holds 6 that pass; the expected JSON has 6"),
    ("trcli/tests/test_data/XML/multiple_case_ids_in_name.xml", [5, 2, 0], "declares no failure and holds 2"),
    ("trcli/tests/test_data/XML/multiple_case_ids_in_property.xml", [3, 1, 0], "declares no failure and holds 1"),
    ("trcli/tests/test_data/XML/root.xml", [2, 0, 1], "declares 1 test and holds 2; the expected JSON has 2"),
    ("trcli/tests/test_data/XML/root_id_in_name.xml", [3, 0, 1], "declares 1 test and holds 3; the expected JSON has 3"),
    ("trcli/tests/test_data/XML/root_id_in_property.xml", [4, 0, 1], "declares 1 test and holds 4; the expected JSON has 4"),
    ("trcli/tests/test_data/XML/testglob/junit-test-1.xml", [5, 2, 0], "declares no failure and holds 2"),
    ("trcli/tests/test_data/XML/testglob/junit-test-2.xml", [3, 1, 0], "declares no failure and holds 1"),
    ("trcli/tests_e2e/reports_junit/attachments.xml", [3, 2, 0], "declares a skipped test and holds 2 failed ones among 3"),
];

/// Reports that must be refused, and a part of the reason.
const REFUSED: &[(&str, &str)] = &[
    ("jenkins/testXxe-xxe.xml", "line 2, column 1: found a document type declaration"),
    ("jenkins/testXxe-oob.xml", "line 1, column 1: found `<!` that begins neither"),
    ("mikepenz/corrupt-junit/e2e-tests/corrupt/target/sf-reports/TEST-test.CorruptTest.xml", "inside CDATA"),
    ("trcli/tests/test_data/XML/invalid.xml", "line 1, column 1: found <b>"),
    ("trcli/tests/test_data/XML/invalid_empty.xml", "line 1, column 1: the file is empty"),
    ("jenkins/junitResult.xml", "line 2, column 1: found <result>"),
    ("dorny/__tests__/fixtures/dotnet-nunit.xml", "found <test-run>"),
    ("trcli/tests/test_data/XML/robotframework_simple_RF70.xml", "found <robot>"),
];

#[test]
fn others_count_as_we_do_or_the_reason_is_known() {
    let Some(root) = corpora() else {
        println!("skipped: no folder of other projects' reports (SEAWORTHY_CORPORA)");
        return;
    };
    let mut used = BTreeSet::new();
    let mut read = 0;
    for folder in ["dorny", "mikepenz", "jenkins-junit", "trcli", "xcresult"] {
        for path in files(&root.join(folder)) {
            let name = short(&root, &path);
            let bytes = std::fs::read(&path).unwrap();
            if REFUSED.iter().any(|(refused, _)| *refused == name) || sniff(&bytes).is_none() {
                continue;
            }
            read += 1;
            let ours = check(&name, &bytes);
            if let Some((_, counts, _)) = DISAGREEMENTS.iter().find(|row| row.0 == name) {
                assert_eq!(ours, *counts, "{name}");
                used.insert(name.clone());
            } else {
                let declared = declared(&bytes);
                let agrees = declared
                    .iter()
                    .zip(ours)
                    .all(|(theirs, ours)| theirs.is_none_or(|theirs| theirs == ours));
                assert!(agrees, "{name}: its suites declare {declared:?}, we count {ours:?}");
            }
            if let Some(theirs) = snapshot(&root, &name).or_else(|| expected_json(&path)) {
                assert_eq!(ours, theirs, "{name}: another reader counts otherwise");
            }
        }
    }
    assert!(read > 140, "only {read} reports were found");
    let known: BTreeSet<String> = DISAGREEMENTS.iter().map(|row| row.0.to_owned()).collect();
    assert_eq!(known, used, "a disagreement that is no more is removed");
}

#[test]
fn hostile_and_broken_files_are_refused() {
    let Some(root) = corpora() else {
        println!("skipped: no folder of other projects' reports (SEAWORTHY_CORPORA)");
        return;
    };
    for (name, reason) in REFUSED {
        let path = files(&root).into_iter().find(|path| short(&root, path) == *name);
        let bytes = std::fs::read(path.unwrap_or_else(|| panic!("{name} is gone"))).unwrap();
        let error = read_slice(Format::JUnit, &bytes, &mut |_| {}).unwrap_err().to_string();
        assert!(error.contains(reason), "{name}: {error}");
    }
}

#[test]
fn other_formats_are_not_mistaken_for_ours() {
    let Some(root) = corpora() else {
        println!("skipped: no folder of other projects' reports (SEAWORTHY_CORPORA)");
        return;
    };
    for path in files(&root) {
        let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
        if !matches!(extension, "xml" | "junit" | "golden") {
            let bytes = std::fs::read(&path).unwrap();
            assert_eq!(sniff(&bytes), None, "{}", path.display());
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a test looks for files outside of the project")]
fn corpora() -> Option<PathBuf> {
    let default = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpora");
    let root = std::env::var_os("SEAWORTHY_CORPORA").map_or_else(default, PathBuf::from).join("test-reports");
    root.is_dir().then_some(root)
}

/// Reads both ways.
fn check(name: &str, bytes: &[u8]) -> Counts {
    let summary =
        read_slice(Format::JUnit, bytes, &mut |_| {}).unwrap_or_else(|error| panic!("{name}: {error}"));
    let streamed = read(Format::JUnit, BufReader::with_capacity(100, bytes), &mut |_| {});
    assert_eq!(summary, streamed.unwrap(), "{name}");
    let Summary { cases, passed, failed, errored, skipped, .. } = summary;
    assert_eq!(cases, passed + failed + errored + skipped, "{name}");
    [cases, failed + errored, skipped]
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found
}

fn short(root: &Path, path: &Path) -> String {
    let name = path.strip_prefix(root).unwrap_or(path).to_string_lossy().replace('\\', "/");
    name.replace("jenkins-junit/src/test/resources/hudson/tasks/junit", "jenkins")
        .replace("mikepenz/test_results", "mikepenz")
}

/// Returns what the outermost suites say of themselves, as far as they say it.
fn declared(bytes: &[u8]) -> [Option<u64>; 3] {
    let mut reader = Reader::from_reader(bytes);
    let mut open = 0;
    let mut counts = [None; 3];
    loop {
        let (tag, opens) = match reader.read_event().unwrap() {
            Event::Start(tag) => (tag, 1),
            Event::Empty(tag) => (tag, 0),
            Event::End(tag) => {
                open -= i32::from(tag.name().into_inner() == "testsuite");
                continue;
            }
            Event::Eof => return counts,
            _ => continue,
        };
        if tag.name().into_inner() != "testsuite" {
            continue;
        }
        open += opens;
        if open > opens {
            // The suite outside has counted this.
            continue;
        }
        for attribute in tag.attributes().with_checks(false) {
            let attribute = attribute.unwrap();
            let at = match attribute.key.into_inner() {
                "tests" => 0,
                "failures" | "errors" => 1,
                "skipped" => 2,
                _ => continue,
            };
            if let Ok(count) = attribute.value.parse::<u64>() {
                *counts[at].get_or_insert(0) += count;
            }
        }
    }
}

/// Returns the counts in dorny's snapshot of this file.
fn snapshot(root: &Path, name: &str) -> Option<Counts> {
    let name = name.strip_prefix("dorny/__tests__/")?;
    files(&root.join("dorny/__tests__/__snapshots__")).iter().find_map(|path| {
        let text = std::fs::read_to_string(path).unwrap();
        let section =
            text.split("exports[`").find(|section| section.contains(&format!("\"path\": \"{name}\"")))?;
        let count = |result: &str| section.matches(&format!("\"result\": \"{result}\"")).count() as u64;
        let (passed, failed, skipped) = (count("success"), count("failed"), count("skipped"));
        Some([passed + failed + skipped, failed, skipped])
    })
}

/// Returns the counts in trcli's expected JSON: its statuses are 1 for passed, 4 for skipped, 5 for failed.
fn expected_json(path: &Path) -> Option<Counts> {
    let folder = path.parent()?;
    if !folder.ends_with("test_data/XML") {
        return None;
    }
    let stem = path.file_stem()?.to_str()?;
    // A file of two devices is expected as two.
    let parts =
        if stem == "sauce" { vec!["sauce1".to_owned(), "sauce2".to_owned()] } else { vec![stem.to_owned()] };
    let mut counts = [0; 3];
    for part in parts {
        let text =
            std::fs::read_to_string(folder.with_file_name("json").join(format!("{part}.json"))).ok()?;
        // Steps inside a case have statuses too; the indent tells those of cases.
        let line = |status: u8| format!("\n{}\"status_id\": {status}", " ".repeat(24));
        let count = |status: u8| text.matches(&line(status)).count() as u64;
        let (passed, skipped, failed) = (count(1), count(4), count(5));
        counts = [counts[0] + passed + skipped + failed, counts[1] + failed, counts[2] + skipped];
    }
    Some(counts)
}
