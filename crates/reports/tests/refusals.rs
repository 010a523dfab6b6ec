//! What is not a whole report is refused, and the refusal says where and why.
//!
//! Invariant: both ways of reading refuse alike, word for word.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use std::fmt::Write;
use std::io::{self, BufReader, Read};

use reports::{Format, read, read_slice};

#[test]
fn what_is_not_a_report_is_named() {
    const EXPECTED: &str =
        "expected a JUnit report, which begins with <testsuites>, <testsuite> or <testcase>";
    let not = |input: &str, at: &str, found: &str| check(input, &format!("{at}: {found}; {EXPECTED}"));
    let first = "line 1, column 1";
    for input in ["", "  \n ", "<?xml version='1.0'?>", "<!-- nothing -->"] {
        let error = refusal(input.as_bytes());
        assert!(error.ends_with(&format!("the file is empty; {EXPECTED}")), "{error}");
    }
    not("<html><body/></html>", first, "found <html>");
    not("<!DOCTYPE html>\n<html></html>", first, "found an HTML page");
    not("{\"suites\": []}", first, "found JSON");
    not("\n\n  [1, 2]", "line 3, column 3", "found JSON");
    not("TAP version 14\n1..1\n", first, "found the text \"TAP version 14 1..1\"");
    not("<?xml version='1.0'?>\n<test-run id='2'/>", "line 2, column 1", "found <test-run>");
    not("PK\u{3}\u{4}", first, "found a zip archive");
    not("\u{1f}\u{8b}", first, "found a gzip archive");
    not("<TestSuite/>", first, "found <TestSuite>");
    not("&lt;testsuite&gt;", first, "found the text \"&lt;\"");
}

#[test]
fn types_and_entities_are_refused() {
    let doctype = "found a document type declaration; a report must not declare types or entities, since they can reach out of the file";
    check(
        "<?xml version=\"1.0\"?>\n<!DOCTYPE testsuite [\n<!ENTITY x SYSTEM \"file:///etc/passwd\">\n]>\n<testsuite name=\"&x;\"/>",
        &format!("line 2, column 1: {doctype}"),
    );
    check(
        "<!DOCTYPE testsuite SYSTEM 'http://x/y.dtd'><testsuite/>",
        &format!("line 1, column 1: {doctype}"),
    );
    check("<testsuite>\n <!doctype a></testsuite>", &format!("line 2, column 2: {doctype}"));
    check("<!DOCTYPE a [", &format!("line 1, column 1: {doctype}"));
    let declaration =
        "found `<!` that begins neither a comment nor CDATA; a report must not declare types or entities";
    check(
        "<!ENTITY % a \"<!ENTITY b SYSTEM 'c'>\">\n<testsuite/>",
        &format!("line 1, column 1: {declaration}"),
    );
}

#[test]
fn what_is_not_defined_is_refused() {
    let unknown = |name: &str| {
        format!(
            "the entity `&{name};` is not defined; expected one of lt, gt, amp, quot, apos, or a character's number"
        )
    };
    check("<testsuite>\n<testcase name=\"a&nbsp;b\"/>", &format!("line 2, column 18: {}", unknown("nbsp")));
    check("<testsuite>\n<system-out>a\n &lol9;", &format!("line 3, column 2: {}", unknown("lol9")));
    check("<testsuite><testcase><failure>&x;", &format!("line 1, column 31: {}", unknown("x")));
    let lone = "found `&` that begins no reference; an ampersand is written `&amp;`";
    check("<testsuite name='salt & pepper'/>", &format!("line 1, column 23: {lone}"));
    check("<testsuite>salt & pepper</testsuite>", &format!("line 1, column 17: {lone}"));
    check("<testsuite>&#xzz;</testsuite>", &format!("line 1, column 12: {lone}"));
}

#[test]
fn a_file_that_was_cut_off_is_refused_where_it_ends() {
    let inside =
        |what: &str| format!("the file ends inside {what}; it was cut off, so its cases are not all there");
    check("<testsuites>\n<testsuite>", &format!("line 2, column 12: {}", inside("<testsuite>")));
    check("<testsuite><testcase name='a'>", &format!("line 1, column 31: {}", inside("<testcase>")));
    check(
        "<testsuite>\n <testcase name='a",
        &format!("line 2, column 2: {}", inside("an attribute's value")),
    );
    check("<testsuite>\n <testcase", &format!("line 2, column 2: {}", inside("a tag")));
    check("<testsuite>\n<system-out><![CDATA[a]]", &format!("line 2, column 13: {}", inside("CDATA")));
    check("<testsuite><!-- a", &format!("line 1, column 12: {}", inside("a comment")));
    check("<testsuite><?a", &format!("line 1, column 12: {}", inside("a processing instruction")));
}

#[test]
fn tags_must_match() {
    check("<testsuite>\n<a></b>", "line 2, column 4: found </b>; expected </a>");
    check(
        "<testsuite/>\n</testsuite>",
        "line 2, column 1: found </testsuite>, which closes nothing; expected an element or the end of the file",
    );
    check(
        "<testsuite/>\n{}",
        "line 2, column 1: found JSON after the end of the report; expected nothing more",
    );
    check(
        "<testsuite/><b/>",
        "line 1, column 13: found <b> after the end of the report; expected nothing more",
    );
}

#[test]
fn attributes_must_be_whole() {
    let error = "the attribute `name` has no value; expected `=` and a quoted text";
    check("<testsuite>\n<testcase name>", &format!("line 2, column 11: {error}"));
    check("<testsuite>\n<testcase a='b' name=c/>", &format!("line 2, column 17: {error}"));
    check(
        "<testsuite><testcase name='a' name='b'/>",
        "line 1, column 37: the attribute `name` occurs twice; expected it once",
    );
}

#[test]
fn an_unknown_encoding_is_refused() {
    check(
        "<?xml version='1.0' encoding='EBCDIC-42'?><testsuite/>",
        "line 1, column 1: the file declares the encoding `EBCDIC-42`, which is not known; expected UTF-8, UTF-16 or another encoding of the web",
    );
}

#[test]
fn absurd_documents_are_refused() {
    let nested = "<testsuite>".repeat(65);
    check(&nested, "line 1, column 705: suites are nested more than 64 deep");
    let nested = format!("<testsuite>{}", "<a>".repeat(256));
    check(&nested, "line 1, column 777: elements are nested more than 256 deep");
    let mut wide = "<testsuite".to_owned();
    for number in 0..1025 {
        write!(wide, " a{number}=''").unwrap();
    }
    let error = refusal(format!("{wide}/>").as_bytes());
    assert!(error.ends_with("the element has more than 1024 attributes; expected a dozen"), "{error}");
    let long = format!("<testsuite><{}/>", "a".repeat(2000));
    check(&long, "line 1, column 12: the name of an element is longer than 1024 bytes");
}

#[test]
fn a_stream_refuses_what_it_could_not_keep() {
    let tag = format!("<testsuite>\n<testcase{}/>", " a=''".repeat(400_000));
    let error = read(Format::JUnit, tag.as_bytes(), &mut |_| {}).unwrap_err().to_string();
    assert!(error.ends_with("a tag is longer than 1048576 bytes"), "{error}");
    let subset = format!("<!DOCTYPE a [{}", "<!ENTITY a 'b'>".repeat(200_000));
    let error = read(Format::JUnit, subset.as_bytes(), &mut |_| {}).unwrap_err().to_string();
    assert!(error.contains("document type declaration"), "{error}");
}

#[test]
fn a_source_that_fails_is_blamed() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("the cable is wet"))
        }
    }
    let source = BufReader::new("<testsuite>\n<a/>".as_bytes().chain(Broken));
    let error = read(Format::JUnit, source, &mut |_| {}).unwrap_err().to_string();
    assert!(error.ends_with("the source failed: the cable is wet"), "{error}");
}

#[test]
fn hostile_files_are_refused() {
    const FILES: &[(&str, &str)] = &[
        ("billion-laughs", "line 1, column 1: found a document type declaration"),
        ("crossed", "line 2, column 31: found </testcase>; expected </failure>"),
        ("cut-off", "line 3, column 31: the file ends inside CDATA"),
        ("external-entity", "line 2, column 1: found a document type declaration"),
        ("gateway", "line 1, column 1: found <html>"),
        ("gzip", "line 1, column 1: found a gzip archive"),
        ("half-a-character", "line 1, column 1: the file ends inside an attribute's value"),
        ("nested", "line 1, column 1281: suites are nested more than 64 deep"),
        ("parameter-entity", "line 1, column 1: found `<!` that begins neither a comment nor CDATA"),
        ("undefined-entity", "line 2, column 34: the entity `&outside;` is not defined"),
        ("zeros", "line 1, column 1: found binary data"),
    ];
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/hostile");
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), FILES.len());
    for (name, expect) in FILES {
        let error = refusal(&std::fs::read(format!("{folder}/{name}.xml")).unwrap());
        assert!(error.starts_with(expect), "{name}: {error}");
    }
}

#[track_caller]
fn check(input: &str, expect: &str) {
    assert_eq!(refusal(input.as_bytes()), expect, "{input}");
}

#[track_caller]
fn refusal(bytes: &[u8]) -> String {
    let whole = read_slice(Format::JUnit, bytes, &mut |_| {}).unwrap_err();
    let source = BufReader::with_capacity(3, bytes);
    let streamed = read(Format::JUnit, source, &mut |_| {}).unwrap_err();
    assert_eq!((whole.at, whole.to_string()), (streamed.at, streamed.to_string()));
    whole.to_string()
}
