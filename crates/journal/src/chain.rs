//! The header of an event: the exact bytes that are hashed, and what they say.
//!
//! Invariant: a header has one form. [`Header::read`] accepts nothing that [`Header::write`] would not have
//! written, so bytes that read well are the bytes that were hashed, and `sha256sum` agrees with us.

use std::borrow::Cow;
use std::io::Write as _;

use domain::envelope::{ActorId, Envelope, Position, Stream, StreamVersion};
use domain::time::Time;

use domain::digest::Digest;

/// The form of header that this version writes.
const FORMAT: &str = "{\"format\":1,\"position\":";

/// What an event's header says, borrowed from its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header<'a> {
    pub position: Position,
    pub stream: Cow<'a, str>,
    pub version: StreamVersion,
    pub kind: Cow<'a, str>,
    pub kind_version: u32,
    pub actor: Cow<'a, str>,
    pub occurred_at: Time,
    pub recorded_at: Time,
    /// The idempotency key, on facts only.
    pub key: Option<Cow<'a, str>>,
    /// SHA-256(salt ‖ payload), so that both can be forgotten while the chain holds.
    pub payload: Digest,
    /// The hash of the event before this one; zeros for the first.
    pub previous: Digest,
}

impl<'a> Header<'a> {
    /// Returns the bytes to store and to hash. Times are microseconds of UTC.
    pub fn write(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(
            330 + self.stream.len()
                + self.kind.len()
                + self.actor.len()
                + self.key.as_ref().map_or(0, |k| k.len()),
        );
        out.extend_from_slice(FORMAT.as_bytes());
        write_integer(&mut out, self.position.0);
        out.extend_from_slice(b",\"stream\":");
        write_text(&mut out, &self.stream);
        out.extend_from_slice(b",\"version\":");
        write_integer(&mut out, self.version.0);
        out.extend_from_slice(b",\"type\":");
        write_text(&mut out, &self.kind);
        out.extend_from_slice(b",\"type_version\":");
        write_integer(&mut out, i64::from(self.kind_version));
        out.extend_from_slice(b",\"actor\":");
        write_text(&mut out, &self.actor);
        out.extend_from_slice(b",\"occurred_at\":");
        write_integer(&mut out, self.occurred_at.micros());
        out.extend_from_slice(b",\"recorded_at\":");
        write_integer(&mut out, self.recorded_at.micros());
        if let Some(key) = &self.key {
            out.extend_from_slice(b",\"key\":");
            write_text(&mut out, key);
        }
        out.extend_from_slice(b",\"payload\":\"");
        self.payload.write_hex(&mut out);
        out.extend_from_slice(b"\",\"previous\":\"");
        self.previous.write_hex(&mut out);
        out.extend_from_slice(b"\"}");
        out
    }

    /// Reads a header, or returns `None` when the bytes are not in the one form.
    ///
    /// Every read of the journal passes here, so this is written by hand: a general JSON parser takes four
    /// times as long and would accept other spellings of the same values.
    pub fn read(bytes: &'a [u8]) -> Option<Self> {
        let mut reader = Reader { rest: bytes };
        reader.literal(FORMAT)?;
        let position = Position(reader.integer()?);
        reader.literal(",\"stream\":")?;
        let stream = reader.text()?;
        reader.literal(",\"version\":")?;
        let version = StreamVersion(reader.integer()?);
        reader.literal(",\"type\":")?;
        let kind = reader.text()?;
        reader.literal(",\"type_version\":")?;
        let kind_version = u32::try_from(reader.integer()?).ok()?;
        reader.literal(",\"actor\":")?;
        let actor = reader.text()?;
        reader.literal(",\"occurred_at\":")?;
        let occurred_at = Time::from_micros(reader.integer()?);
        reader.literal(",\"recorded_at\":")?;
        let recorded_at = Time::from_micros(reader.integer()?);
        let key = match reader.literal(",\"key\":") {
            Some(()) => Some(reader.text()?),
            None => None,
        };
        reader.literal(",\"payload\":\"")?;
        let payload = reader.digest()?;
        reader.literal("\",\"previous\":\"")?;
        let previous = reader.digest()?;
        reader.literal("\"}")?;
        reader.rest.is_empty().then_some(Self {
            position,
            stream,
            version,
            kind,
            kind_version,
            actor,
            occurred_at,
            recorded_at,
            key,
            payload,
            previous,
        })
    }

    /// Returns the part of the header that readers of events need.
    pub fn envelope(&self) -> Envelope {
        Envelope {
            position: self.position,
            stream: Stream::new(&*self.stream),
            version: self.version,
            kind: (&*self.kind).into(),
            kind_version: self.kind_version,
            actor: ActorId::new(&*self.actor),
            occurred_at: self.occurred_at,
            recorded_at: self.recorded_at,
        }
    }
}

/// Writes an integer without the machinery of formatting, which takes a third of the time of a header.
fn write_integer(out: &mut Vec<u8>, value: i64) {
    let mut digits = [0; 20];
    let mut first = digits.len();
    let mut rest = value.unsigned_abs();
    loop {
        first -= 1;
        digits[first] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if value < 0 {
        out.push(b'-');
    }
    out.extend_from_slice(&digits[first..]);
}

/// Writes a JSON string: quotation mark, backslash and control characters are escaped, all else is as it is.
fn write_text(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    if text.bytes().all(is_plain) {
        out.extend_from_slice(text.as_bytes());
    } else {
        for byte in text.bytes() {
            match byte {
                b'"' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
                0..0x20 => {
                    let _ = write!(out, "\\u{byte:04x}");
                }
                _ => out.push(byte),
            }
        }
    }
    out.push(b'"');
}

const fn is_plain(byte: u8) -> bool {
    byte >= 0x20 && byte != b'"' && byte != b'\\'
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn literal(&mut self, literal: &str) -> Option<()> {
        self.rest = self.rest.strip_prefix(literal.as_bytes())?;
        Some(())
    }

    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(taken)
    }

    fn integer(&mut self) -> Option<i64> {
        let length = self.rest.iter().position(|byte| !matches!(byte, b'0'..=b'9' | b'-'))?;
        let digits = self.take(length)?;
        // One spelling per number: no leading zeros, and no negative zero.
        if matches!(digits, [b'0', _, ..] | [b'-', b'0', ..]) {
            return None;
        }
        str::from_utf8(digits).ok()?.parse().ok()
    }

    fn digest(&mut self) -> Option<Digest> {
        Digest::from_hex(self.take(64)?)
    }

    fn text(&mut self) -> Option<Cow<'a, str>> {
        self.literal("\"")?;
        let plain = self.rest.iter().position(|byte| !is_plain(*byte))?;
        if self.rest[plain] == b'"' {
            let text = str::from_utf8(self.take(plain)?).ok()?;
            self.take(1)?;
            return Some(Cow::Borrowed(text));
        }
        self.escaped_text().map(Cow::Owned)
    }

    fn escaped_text(&mut self) -> Option<String> {
        let mut bytes = Vec::new();
        loop {
            match self.take(1)?[0] {
                b'"' => return String::from_utf8(bytes).ok(),
                b'\\' => match self.take(1)?[0] {
                    byte @ (b'"' | b'\\') => bytes.push(byte),
                    b'u' => {
                        let digits = str::from_utf8(self.take(4)?).ok()?;
                        let byte = u8::from_str_radix(digits, 16).ok().filter(|byte| *byte < 0x20)?;
                        if format!("{byte:04x}") != digits {
                            return None;
                        }
                        bytes.push(byte);
                    }
                    _ => return None,
                },
                byte if is_plain(byte) => bytes.push(byte),
                _ => return None,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn header(stream: &str, key: Option<&str>, micros: i64) -> Header<'static> {
        Header {
            position: Position(7),
            stream: Cow::Owned(stream.to_owned()),
            version: StreamVersion(3),
            kind: "run_ingested".into(),
            kind_version: 2,
            actor: "p_1".into(),
            occurred_at: Time::from_micros(micros),
            recorded_at: Time::from_micros(1_764_000_000_123_456),
            key: key.map(|key| Cow::Owned(key.to_owned())),
            payload: Digest::of(b"payload"),
            previous: Digest::ZERO,
        }
    }

    #[test]
    fn a_header_has_this_form() {
        let expect = concat!(
            r#"{"format":1,"position":7,"stream":"release/tidewatch/2026.12","version":3,"type":"run_ingested","#,
            r#""type_version":2,"actor":"p_1","occurred_at":-5,"recorded_at":1764000000123456,"key":"shard \"1\"","#,
            r#""payload":"239f59ed55e737c77147cf55ad0c1b030b6d7ee748a7426952f9b852d5a935e5","#,
            r#""previous":"0000000000000000000000000000000000000000000000000000000000000000"}"#
        );
        let written = header("release/tidewatch/2026.12", Some("shard \"1\""), -5).write();
        assert_eq!(String::from_utf8(written).unwrap(), expect);
    }

    #[test]
    fn another_spelling_of_the_same_values_is_no_header() {
        let text = String::from_utf8(header("release/a", None, 0).write()).unwrap();
        assert!(Header::read(text.as_bytes()).is_some());
        for (from, to) in [
            ("{\"format", "{ \"format"),
            ("\"format\":1", "\"format\":2"),
            ("\"position\":7", "\"position\":07"),
            ("\"occurred_at\":0", "\"occurred_at\":-0"),
            ("release/a", "release\\/a"),
            ("release/a", "\\u0061"),
            ("0\"}", "0\"} "),
            ("0\"}", "0\",\"more\":1}"),
            ("000\"}", "00A\"}"),
        ] {
            let spelled = text.replacen(from, to, 1);
            assert_ne!(spelled, text, "{from}");
            assert_eq!(Header::read(spelled.as_bytes()), None, "{spelled}");
        }
    }

    proptest! {
        #[test]
        fn a_header_survives_its_bytes_and_is_json(
            stream in ".*", key in proptest::option::of(".*"), micros in any::<i64>(), version in any::<u32>(),
        ) {
            let mut written = header(&stream, key.as_deref(), micros);
            written.kind_version = version;
            let bytes = written.write();
            prop_assert_eq!(Header::read(&bytes), Some(written));
            let json: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
            prop_assert_eq!(json["stream"].as_str(), Some(stream.as_str()));
            prop_assert_eq!(json["key"].as_str(), key.as_deref());
        }

        #[test]
        fn any_bytes_are_read_or_refused_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let mut forged = header("a", None, 1).write();
            let at = bytes.first().map_or(0, |b| usize::from(*b)) % forged.len();
            forged.splice(at.., bytes.iter().copied());
            if let Some(read) = Header::read(&forged) {
                prop_assert_eq!(read.write(), forged.clone());
            }
        }
    }
}
