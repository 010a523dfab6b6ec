//! Text as XML writes it → text as people read it, into a buffer that is reused and bounded.
//!
//! Invariant: what comes out holds no control character but tab and line feed; those that a report smuggles in
//! (raw, or as `&#27;`) become U+FFFD, since terminals' colours are common in traces and forbidden in XML.

use crate::error::{Fault, Problem};

/// Stands at the end of a text that was cut.
pub(crate) const CUT: &str = "… (cut here)";

/// Appends an attribute's value: references resolved, line breaks turned to spaces as XML demands.
pub(crate) fn push_attribute(out: &mut String, raw: &str, limit: usize) -> Result<(), Fault> {
    if is_plain(raw) {
        push_cut(out, raw, limit);
        Ok(())
    } else {
        push_irregular(out, raw, limit)
    }
}

/// Whether a value means what is written.
#[inline]
pub(crate) fn is_plain(raw: &str) -> bool {
    // A loop without a branch: the compiler turns it into a few wide instructions.
    !raw.bytes().fold(false, |odd, byte| odd | (byte < b' ') | (byte == b'&') | (byte == 0x7f))
}

#[cold]
fn push_irregular(out: &mut String, raw: &str, limit: usize) -> Result<(), Fault> {
    let mut rest = raw;
    while let Some(begin) = rest.find('&') {
        push_controlled(out, &rest[..begin], " ", limit);
        let at = raw.len() - rest.len() + begin;
        let Some((name, after)) = rest[begin + 1..].split_once(';') else {
            return Err(Problem::LoneAmpersand.within(at));
        };
        push_reference(out, name, limit).map_err(|fault| fault.after(at))?;
        rest = after;
    }
    push_controlled(out, rest, " ", limit);
    Ok(())
}

/// Appends text between tags, in which references have been told apart already, or CDATA.
pub(crate) fn push_text(out: &mut String, raw: &str, limit: usize) {
    if raw
        .bytes()
        .fold(false, |odd, byte| odd | ((byte < b' ') & (byte != b'\n') & (byte != b'\t')) | (byte == 0x7f))
    {
        push_controlled(out, raw, "\n", limit);
    } else {
        push_cut(out, raw, limit);
    }
}

/// Appends what the reference `&name;` stands for.
pub(crate) fn push_reference(out: &mut String, name: &str, limit: usize) -> Result<(), Fault> {
    let known = match name {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "quot" => '"',
        "apos" => '\'',
        _ => return push_number(out, name, limit),
    };
    push_char(out, known, limit);
    Ok(())
}

fn push_number(out: &mut String, name: &str, limit: usize) -> Result<(), Fault> {
    let Some(number) = name.strip_prefix('#') else {
        let looks_like_a_name = !name.is_empty()
            && name.len() <= 64
            && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ':'));
        let problem = if looks_like_a_name {
            Problem::UnknownEntity { name: name.to_owned() }
        } else {
            Problem::LoneAmpersand
        };
        return Err(problem.within(0));
    };
    let (digits, radix) = match number.strip_prefix(['x', 'X']) {
        Some(digits) => (digits, 16),
        None => (number, 10),
    };
    if digits.is_empty() || !digits.chars().all(|c| c.is_digit(radix)) {
        return Err(Problem::LoneAmpersand.within(0));
    }
    let character = u32::from_str_radix(digits, radix).ok().and_then(char::from_u32);
    let character = character.filter(|c| !c.is_control() || matches!(c, '\n' | '\t' | '\r'));
    push_char(out, character.unwrap_or(char::REPLACEMENT_CHARACTER), limit);
    Ok(())
}

/// Appends text piece by piece; a line break becomes `line_break` whichever way it is written.
fn push_controlled(out: &mut String, raw: &str, line_break: &str, limit: usize) {
    let mut rest = raw;
    while let Some(at) = rest.find(|c: char| c.is_ascii_control()) {
        push_cut(out, &rest[..at], limit);
        let control = rest.as_bytes()[at];
        rest = &rest[at + 1..];
        let replacement = match control {
            b'\r' if rest.starts_with('\n') => "",
            b'\r' | b'\n' => line_break,
            b'\t' if line_break == "\n" => "\t",
            b'\t' => " ",
            _ => "\u{fffd}",
        };
        push_cut(out, replacement, limit);
    }
    push_cut(out, rest, limit);
}

fn push_char(out: &mut String, character: char, limit: usize) {
    push_cut(out, character.encode_utf8(&mut [0; 4]), limit);
}

/// Appends text up to the limit; the first piece that does not fit is cut and marked.
pub(crate) fn push_cut(out: &mut String, text: &str, limit: usize) {
    if out.len() + text.len() <= limit {
        out.push_str(text);
    } else if out.len() <= limit {
        out.push_str(&text[..text.floor_char_boundary(limit - out.len())]);
        // At most three bytes short of the limit, the mark carries the buffer past it: nothing is appended after.
        out.push_str(CUT);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(raw: &str, expect: Result<&str, &str>) {
        let mut out = String::new();
        let found = push_attribute(&mut out, raw, 64);
        let found = found.map(|()| out.as_str()).map_err(|fault| (fault.0.0, fault.0.1.to_string()));
        match expect {
            Ok(expect) => assert_eq!(found, Ok(expect)),
            Err(expect) => {
                let (_, problem) = found.unwrap_err();
                assert!(problem.contains(expect), "{problem}");
            }
        }
    }

    #[test]
    fn references_are_resolved() {
        check("a &lt;b&gt; &amp; &quot;c&quot;", Ok("a <b> & \"c\""));
        check("&#65;&#x42;&#x1F600;&#10;", Ok("AB😀\n"));
    }

    #[test]
    fn controls_are_replaced() {
        check("\u{1b}[31mred&#27;[0m", Ok("\u{fffd}[31mred\u{fffd}[0m"));
        check("&#0;&#xD800;&#x110000;&#99999999999;", Ok("\u{fffd}\u{fffd}\u{fffd}\u{fffd}"));
    }

    #[test]
    fn line_breaks_in_values_become_spaces() {
        check("a\r\nb\tc\rd", Ok("a b c d"));
    }

    #[test]
    fn what_is_not_defined_is_refused() {
        check("&bomb;", Err("`&bomb;` is not defined"));
        check("salt & pepper", Err("ampersand"));
        check("salt & pepper;", Err("ampersand"));
        check("&#x;", Err("ampersand"));
        check("&;", Err("ampersand"));
    }

    #[test]
    fn long_text_is_cut_at_a_character() {
        let mut out = String::new();
        push_text(&mut out, &"é".repeat(100), 63);
        push_text(&mut out, "more", 63);
        assert_eq!(out, format!("{}{CUT}", "é".repeat(31)));
    }
}
