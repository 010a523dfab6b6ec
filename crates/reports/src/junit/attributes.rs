//! The attributes of one tag, unread.
//!
//! Invariant: a value is handed out as it is written; whoever keeps it resolves its references.

use crate::error::{Fault, Problem};
use crate::limits;
use crate::xml::brief;

/// An attribute, and the byte of the tag where its value begins.
pub(super) struct Attribute<'a> {
    pub(super) name: &'a str,
    pub(super) value: &'a str,
    pub(super) at: usize,
}

/// Walks over the attributes of a tag. Tolerates what parsers of reports tolerate: `<` in a value, a missing
/// space between attributes.
pub(super) struct Attributes<'a> {
    /// The tag between `<` and `>` or `/>`.
    tag: &'a str,
    at: usize,
    count: usize,
}

impl<'a> Attributes<'a> {
    pub(super) fn new(tag: &'a str, name_length: usize) -> Self {
        Self { tag, at: name_length, count: 0 }
    }

    #[inline]
    pub(super) fn next(&mut self) -> Result<Option<Attribute<'a>>, Fault> {
        let bytes = self.tag.as_bytes();
        let begin = skip_space(bytes, self.at);
        if begin == bytes.len() {
            return Ok(None);
        }
        self.count += 1;
        if self.count > limits::ATTRIBUTES {
            return Err(Problem::TooManyAttributes.within(1 + begin));
        }
        let end = bytes[begin..].iter().position(|&byte| byte == b'=' || byte <= b' ');
        let end = end.map_or(bytes.len(), |end| begin + end);
        let equals = skip_space(bytes, end);
        let quote = skip_space(bytes, equals + 1);
        let (Some(b'='), Some(mark @ (b'"' | b'\''))) = (bytes.get(equals), bytes.get(quote)) else {
            let name = brief(&self.tag[begin..end]);
            return Err(Problem::AttributeWithoutValue { name }.within(1 + begin));
        };
        let value = quote + 1;
        let Some(length) = memchr::memchr(*mark, &bytes[value..]) else {
            return Err(Problem::CutOffInside { inside: "an attribute's value" }.within(1 + begin));
        };
        self.at = value + length + 1;
        Ok(Some(Attribute {
            name: &self.tag[begin..end],
            value: &self.tag[value..value + length],
            // The tag is told without its `<`.
            at: 1 + value,
        }))
    }
}

#[inline]
fn skip_space(bytes: &[u8], mut at: usize) -> usize {
    while bytes.get(at).is_some_and(u8::is_ascii_whitespace) {
        at += 1;
    }
    at
}
