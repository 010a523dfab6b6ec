//! Whatever the bytes are: no panic, both ways of reading agree, and memory stays bounded.
//!
//! Invariant: a stream is read in less than 8 MiB, even where one token of it is larger than that.

use std::io::{self, BufRead, BufReader, Read};

use proptest::prelude::*;
use reports::{Case, Format, Item, Summary, read, read_slice, sniff};

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1500) })]

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        check(&bytes, 7);
    }

    #[test]
    fn no_tokens_make_it_panic(tokens in prop::collection::vec(0..TOKENS.len(), 0..60), capacity in 1..40_usize) {
        let text: String = tokens.into_iter().map(|at| TOKENS[at]).collect();
        check(text.as_bytes(), capacity);
    }

    #[test]
    fn no_mutation_of_a_report_makes_it_panic(
        report in 0..REPORTS.len(),
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0..6_u8, any::<u8>(), any::<prop::sample::Index>()), 1..6),
        capacity in 1..100_usize,
    ) {
        let mut bytes = REPORTS[report].to_vec();
        for (at, edit, byte, other) in edits {
            if bytes.is_empty() { break }
            let at = at.index(bytes.len());
            let other = other.index(bytes.len());
            let (low, high) = (at.min(other), at.max(other));
            match edit {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                2 => { bytes.remove(at); }
                3 => bytes.truncate(at),
                4 => { bytes.drain(low..high.min(low + 200)); }
                _ => { let copy = bytes[low..high.min(low + 200)].to_vec(); bytes.splice(at..at, copy); }
            }
        }
        check(&bytes, capacity);
    }
}

const TOKENS: &[&str] = &[
    "<testsuites>",
    "<testsuite name='s' failures='1'>",
    "<testcase name='c' classname='k' time='1,2'>",
    "<testcase/>",
    "</testsuites>",
    "</testsuite>",
    "</testcase>",
    "<failure message='m' type='t'>",
    "</failure>",
    "<failure/>",
    "<error/>",
    "<skipped/>",
    "<flakyFailure>",
    "</flakyFailure>",
    "<rerunError/>",
    "<stackTrace>",
    "</stackTrace>",
    "<properties>",
    "</properties>",
    "<property name='repetition' value='Retry 1'/>",
    "<property name='p'>",
    "</property>",
    "<system-out>",
    "</system-out>",
    "<![CDATA[",
    "]]>",
    "<!--",
    "-->",
    "<?xml version='1.0'?>",
    "<?pi ?>",
    "text",
    " ",
    "\n",
    "&amp;",
    "&#27;",
    "&x;",
    "&",
    ";",
    "<",
    ">",
    "'",
    "\"",
    "=",
    "/",
    "é",
    "\u{0}",
    "]",
    "-",
    "<!DOCTYPE a>",
    "<testcase name='",
    "status='disabled'",
    "<?xml encoding='utf-16'?>",
];

const REPORTS: &[&[u8]] = &[
    include_bytes!("../fixtures/junit/surefire.xml"),
    include_bytes!("../fixtures/junit/surefire-rerun.xml"),
    include_bytes!("../fixtures/junit/trainer.xml"),
    include_bytes!("../fixtures/junit/bazel.xml"),
    include_bytes!("../fixtures/junit/pytest.xml"),
    include_bytes!("../fixtures/junit/googletest.xml"),
    include_bytes!("../fixtures/junit/utf-16le.xml"),
    include_bytes!("../fixtures/junit/latin-1.xml"),
    include_bytes!("../fixtures/junit/namespaces.xml"),
];

#[test]
fn an_oversized_token_is_dropped_and_its_neighbours_are_not() {
    let padding = 8 * 1024 * 1024;
    let huge: [(&str, Box<dyn BufRead>, &str); 6] = [
        ("CDATA", filled("<system-out><![CDATA[", b"]>]", padding, "]]></system-out>"), ""),
        ("text", filled("<system-err>", "é\n".as_bytes(), padding, "</system-err>"), ""),
        ("comment", filled("<!--", b"-->"[..2].into(), padding, " -->"), ""),
        ("value", filled("<testcase name='a' other='", b"x", padding, "'/>"), "a"),
        ("name", filled("<testcase name=\"", b"n>'", padding, "\"/>"), "n>'n>'"),
        ("trace", filled("<testcase name='t'><failure>", b"at x\n", padding, "</failure></testcase>"), "t"),
    ];
    for (what, middle, name) in huge {
        let source = b"<testsuite name='s'>\n"
            .chain(middle)
            .chain(&b"\n<testcase name='last'/>\n</testsuite>\n<bad"[..]);
        let (mut names, mut last) = (Vec::new(), 0);
        let error = read(Format::JUnit, source, &mut |item| {
            if let Item::Case(case) = item {
                assert!(
                    case.name.len() < 20_000 && case.trace.is_none_or(|trace| trace.len() < 70_000),
                    "{what}"
                );
                names.push(case.name[..case.name.len().min(6)].to_owned());
                last = case.position;
            }
        });
        // The file ends badly on purpose: its error shows that the place is still right.
        let at = error.unwrap_err().at;
        assert_eq!(names.concat(), format!("{name}last"), "{what}");
        assert_eq!(last, at.byte - b"<testcase name='last'/>\n</testsuite>\n".len() as u64, "{what}");
        assert!(at.byte > padding as u64 && at.column == 1, "{what}: {at}, byte {}", at.byte);
    }
    if let Some(peak) = peak_kibibytes() {
        // The whole process: the test's own code and threads take some 10 MiB of it.
        assert!(peak < 64 * 1024, "the process grew to {peak} KiB");
    }
}

#[test]
fn a_place_after_what_was_dropped_is_right() {
    let text = "line\n".repeat(200_000);
    for middle in [
        format!("<system-out>{text}</system-out>"),
        format!("<system-out><![CDATA[{text}]]></system-out>"),
        format!("<!--{text}-->"),
        format!("<a b='{text}'/>"),
        format!("<a b='{}'/>", "x".repeat(1_000_000)),
        format!("<system-out><![CDATA[{}]]></system-out>", "x]".repeat(400_000)),
    ] {
        let report = format!("<testsuite>\n{middle} <testcase name='{{&no;}}'/>");
        let whole = read_slice(Format::JUnit, report.as_bytes(), &mut |_| {}).unwrap_err();
        let streamed = read(Format::JUnit, report.as_bytes(), &mut |_| {}).unwrap_err();
        assert_eq!((whole.at, whole.to_string()), (streamed.at, streamed.to_string()), "{}", &middle[..20]);
    }
}

/// `begin`, then at least `length` bytes of `filling`, then `end`.
fn filled<'a>(begin: &'a str, filling: &'a [u8], length: usize, end: &'a str) -> Box<dyn BufRead + 'a> {
    let repeated = Repeated { filling, at: 0, left: length.next_multiple_of(filling.len()) };
    Box::new(begin.as_bytes().chain(BufReader::new(repeated)).chain(end.as_bytes()))
}

struct Repeated<'a> {
    filling: &'a [u8],
    at: usize,
    left: usize,
}

impl Read for Repeated<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let length = into.len().min(self.left);
        for byte in &mut into[..length] {
            *byte = self.filling[self.at % self.filling.len()];
            self.at += 1;
        }
        self.left -= length;
        Ok(length)
    }
}

/// Returns the most memory that this process ever held, where the system tells.
fn peak_kibibytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_ascii_whitespace().nth(1)?.parse().ok()
}

/// Reads both ways and compares everything.
#[track_caller]
fn check(bytes: &[u8], capacity: usize) {
    let _ = sniff(bytes);
    let whole = told(|sink| read_slice(Format::JUnit, bytes, sink));
    let streamed = told(|sink| read(Format::JUnit, BufReader::with_capacity(capacity, bytes), sink));
    assert_eq!(whole, streamed, "{:?}", String::from_utf8_lossy(bytes));
}

type Reading<'a> = &'a dyn Fn(&mut dyn FnMut(Item<'_>)) -> Result<Summary, reports::ReportError>;

fn told(reading: impl Fn(&mut dyn FnMut(Item<'_>)) -> Result<Summary, reports::ReportError>) -> String {
    let reading: Reading<'_> = &reading;
    let mut told = String::new();
    let mut cases = 0;
    let result = reading(&mut |item| {
        if let Item::Case(Case { position, .. }) = item {
            assert!(position > 0 || cases == 0);
            cases += 1;
        }
        told.push_str(&format!("{item:?}\n"));
    });
    match result {
        Ok(summary) => {
            assert_eq!(summary.cases, summary.passed + summary.failed + summary.errored + summary.skipped);
            assert_eq!(summary.cases, cases);
            assert!(summary.flaky <= summary.passed && summary.attempts >= summary.cases);
            told.push_str(&format!("{summary:?}"));
        }
        Err(error) => told.push_str(&format!("{:?} {error}", error.at)),
    }
    told
}
