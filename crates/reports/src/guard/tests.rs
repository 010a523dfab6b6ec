//! The guard drops nothing but the middle of runs.
//!
//! Invariant: whatever the chunks and the limit, the guarded document has the structure of the document.

use super::*;
use proptest::prelude::*;
use quick_xml::events::Event;
use quick_xml::reader::Reader;
use std::io::BufReader;

const TOKENS: &[&str] = &[
    "<a>",
    "</a>",
    "<b c='",
    "'",
    "\"",
    "<b c=\"",
    "/>",
    ">",
    "<",
    "<![CDATA[",
    "]",
    "]]>",
    "<!--",
    "-",
    "-->",
    "<?p ",
    "?>",
    "é",
    " ",
    "\n",
    "word",
    "日本語日本語日本語",
    "<a/>",
    "loooooooooooooooooooooooooooooong",
];

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(3000) })]

    #[test]
    fn what_is_dropped_is_never_structure(
        tokens in prop::collection::vec(0..TOKENS.len(), 0..40),
        capacity in 4..60_usize,
        limit in 0..40_usize,
    ) {
        let text: String = tokens.into_iter().map(|at| TOKENS[at]).collect();
        check(&text, capacity, limit);
    }
}

#[test]
fn a_section_may_end_anywhere() {
    for length in 0..200 {
        for capacity in 1..9 {
            check(&format!("<a><![CDATA[{}]]></a>", "x]".repeat(length)), capacity, 8);
            check(&format!("<a><!--{}--></a>", "-x".repeat(length)), capacity, 8);
            check(&format!("<a b='{}'/>", "x>".repeat(length)), capacity, 8);
        }
    }
}

/// The guarded document has the structure of the document.
#[track_caller]
fn check(text: &str, capacity: usize, limit: usize) {
    // Chunks must end at characters, as those of the decoder do.
    let source = Chunks { text, at: 0, capacity };
    assert_eq!(structure(Guard::with_limit(source, limit)), structure(text.as_bytes()), "{text}");
    let source = Chunks { text, at: 0, capacity };
    let mut out = String::new();
    let mut guard = Guard::with_limit(source, limit);
    BufReader::with_capacity(1, &mut guard).read_to_string(&mut out).unwrap();
    let dropped: i64 = guard.dropped().iter().map(|dropped| dropped.bytes).sum();
    assert_eq!(out.len() as i64 + dropped, text.len() as i64, "{text}");
}

struct Chunks<'a> {
    text: &'a str,
    at: usize,
    capacity: usize,
}

impl Read for Chunks<'_> {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

impl BufRead for Chunks<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let end = self.text.ceil_char_boundary(self.at + self.capacity);
        Ok(&self.text.as_bytes()[self.at..end])
    }

    fn consume(&mut self, length: usize) {
        self.at += length;
    }
}

/// A quote in a name begins what is cut like a value.
fn plain(name: &str) -> &str {
    name.split(['\'', '"']).next().unwrap_or_default()
}

fn structure(source: impl BufRead) -> String {
    let mut reader = Reader::from_reader(source);
    let (mut told, mut token) = (String::new(), Vec::new());
    loop {
        token.clear();
        match reader.read_event_into(&mut token) {
            Ok(Event::Start(tag)) => told += &format!("<{}>", plain(tag.name().into_inner())),
            Ok(Event::Empty(tag)) => told += &format!("<{}/>", plain(tag.name().into_inner())),
            Ok(Event::End(tag)) => told += &format!("</{}>", plain(tag.name().into_inner())),
            Ok(Event::Eof) => return told,
            Ok(Event::Text(_)) => {}
            Ok(event) => told += &format!("{:?}", std::mem::discriminant(&event)),
            // The names in the message are cut too.
            Err(error) => return format!("{told} {:?}", std::mem::discriminant(&error)),
        }
    }
}
