//! The text of a file, in whichever of the usual encodings it is.
//!
//! Invariant: what is no text is refused, rather than read as rows of nonsense.

use std::borrow::Cow;

use domain::refusal::Refusal;
use encoding_rs::{Encoding, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// How much of a file is looked at to tell whether it is text.
const HEAD: usize = 4096;

/// Decodes UTF-8 and UTF-16, with a mark or without, and Windows-1252, which is what spreadsheets write where it is none of
/// these.
pub(super) fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, Refusal> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        let (text, broken) = encoding.decode_without_bom_handling(bytes.get(mark..).unwrap_or_default());
        return if broken { Err(not_text()) } else { Ok(text) };
    }
    let head = bytes.get(..HEAD).unwrap_or(bytes);
    if let Some(encoding) = of_two_bytes(head) {
        let (text, broken) = encoding.decode_without_bom_handling(bytes);
        return if broken { Err(not_text()) } else { Ok(text) };
    }
    if head.iter().any(|byte| *byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c)) {
        return Err(not_text());
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(Cow::Borrowed(text)),
        Err(_) => Ok(WINDOWS_1252.decode_without_bom_handling(bytes).0),
    }
}

/// Tells UTF-16 without a mark: of a text in Latin letters every second byte is zero.
fn of_two_bytes(head: &[u8]) -> Option<&'static Encoding> {
    let pairs = head.chunks_exact(2);
    let count = pairs.len();
    let zero = |at: usize| {
        head.chunks_exact(2).filter(|pair| pair.get(at) == Some(&0) && pair.get(1 - at) != Some(&0)).count()
    };
    let most = count.saturating_mul(9) / 10;
    match (zero(0), zero(1)) {
        _ if count < 2 => None,
        (first, 0) if first > most => Some(UTF_16BE),
        (0, second) if second > most => Some(UTF_16LE),
        _ => None,
    }
}

fn not_text() -> Refusal {
    Refusal::invalid("This is no spreadsheet that can be read. Save the list as .xlsx, CSV or JSON.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_encodings_are_read_and_what_is_no_text_is_not() {
        let wide = |text: &str, little: bool| -> Vec<u8> {
            text.encode_utf16()
                .flat_map(|unit| if little { unit.to_le_bytes() } else { unit.to_be_bytes() })
                .collect()
        };
        for (bytes, expect) in [
            ("Schlüssel".as_bytes().to_vec(), Some("Schlüssel")),
            ([b"\xef\xbb\xbf".as_slice(), "Schlüssel".as_bytes()].concat(), Some("Schlüssel")),
            (b"Schl\xfcssel \x80".to_vec(), Some("Schlüssel €")),
            ([b"\xff\xfe".as_slice(), &wide("Schlüssel", true)].concat(), Some("Schlüssel")),
            ([b"\xfe\xff".as_slice(), &wide("Schlüssel", false)].concat(), Some("Schlüssel")),
            (wide("Key;Title", true), Some("Key;Title")),
            (wide("Key;Title", false), Some("Key;Title")),
            (b"\x7fELF\x02\x01\x01\0\0\0".to_vec(), None),
            (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec(), None),
        ] {
            assert_eq!(decode(&bytes).ok().as_deref(), expect, "{bytes:?}");
        }
    }
}
