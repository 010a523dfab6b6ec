//! Tells a report's format from its first bytes.
//!
//! Invariant: by content, never by name; and never by a guess, since a wrong format makes wrong counts.

use crate::Format;
use crate::decode;

/// Bytes that are looked at.
const HEAD: usize = 8 * 1024;

/// Returns the format of a report that begins with these bytes, or `None` if it is none that we know.
///
/// A few kibibytes are enough: the root element decides, after whatever marks, declarations and comments.
pub fn sniff(first_bytes: &[u8]) -> Option<Format> {
    let head = &first_bytes[..first_bytes.len().min(HEAD)];
    let (encoding, mark) = decode::detect(head).ok()?;
    let (text, _) = encoding.decode_without_bom_handling(&head[mark..]);
    match local_name(root(&text)?) {
        "testsuites" | "testsuite" | "testcase" => Some(Format::JUnit),
        _ => None,
    }
}

/// Returns the name without its namespace's prefix.
pub(crate) fn local_name(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}

/// Returns the name of the first element.
fn root(text: &str) -> Option<&str> {
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}').strip_prefix('<')?;
        if let Some(comment) = rest.strip_prefix("!--") {
            rest = comment.split_once("-->")?.1;
        } else if rest.starts_with('?') {
            rest = rest.split_once("?>")?.1;
        } else if rest.starts_with('!') {
            // A document type will be refused by the reader, which can say where; here it is only passed.
            let subset = rest.find('[').filter(|&subset| rest.find('>').is_none_or(|end| subset < end));
            rest = match subset {
                Some(_) => rest.split_once(']')?.1.split_once('>')?.1,
                None => rest.split_once('>')?.1,
            };
        } else {
            let end = rest.find(|c: char| c.is_whitespace() || matches!(c, '>' | '/'))?;
            return Some(&rest[..end]).filter(|name| !name.is_empty());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(head: &str, expect: Option<Format>) {
        assert_eq!(sniff(head.as_bytes()), expect, "{head}");
    }

    #[test]
    fn the_root_element_decides() {
        check("<testsuites>", Some(Format::JUnit));
        check("\u{feff}\n <?xml version='1.0'?><!-- by hand --><testsuite name='a'", Some(Format::JUnit));
        check("<j:testsuite xmlns:j='urn:j'>", Some(Format::JUnit));
        check("<testcase name='a'/>", Some(Format::JUnit));
    }

    #[test]
    fn a_document_type_is_passed_so_that_the_reader_can_refuse_it() {
        check("<!DOCTYPE testsuite [<!ENTITY a '<testcase>'>]><testsuite>", Some(Format::JUnit));
    }

    #[test]
    fn other_documents_are_not_mistaken() {
        for head in [
            "",
            "<",
            "<testsuitesque>",
            "<test-run id='2'>",
            "<TestRun>",
            "<assemblies>",
            "<robot>",
            "<html><testsuite>",
            "<!-- <testsuite>",
            "{\"testsuite\": []}",
            "[{\"name\": \"<testsuite>\"}]",
            "{\"Action\":\"run\"}\n<testsuite>",
            "TAP version 14\n1..1",
            "PK\u{3}\u{4}",
        ] {
            check(head, None);
        }
    }

    #[test]
    fn sixteen_bits_are_seen_through() {
        let bytes: Vec<u8> = "\u{feff}<testsuites>".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(sniff(&bytes), Some(Format::JUnit));
    }
}
