//! Durations as reports write them.
//!
//! Invariant: total. What cannot be understood is `None`, never an error: a case without a duration is still a case.

/// Returns the milliseconds in a text of seconds such as `1.5`, `1,234.5`, `0,5`, `1.2s` or `15ms`.
///
/// A comma is a separator of thousands where a point follows, or where three digits follow a number that does
/// not begin with zero; otherwise it is a decimal comma, which some locales write.
pub(crate) fn milliseconds(text: &str) -> Option<f64> {
    plain(text).or_else(|| any(text.trim()))
}

/// Reads the common `12.345` fast. Exact: both numbers fit in 53 bits, so that the division rounds once, as the
/// standard parser would.
fn plain(text: &str) -> Option<f64> {
    if text.is_empty() || text.len() > 15 {
        return None;
    }
    let (mut digits, mut scale, mut point) = (0_u64, 1_u64, 0);
    for byte in text.bytes() {
        match byte {
            b'0'..=b'9' => {
                digits = digits * 10 + u64::from(byte - b'0');
                scale *= if point == 1 { 10 } else { 1 };
            }
            b'.' if point == 0 => point = 1,
            _ => return None,
        }
    }
    Some(digits as f64 / scale as f64 * 1000.0).filter(|_| text != ".")
}

fn any(text: &str) -> Option<f64> {
    let seconds = match text.parse() {
        Ok(seconds) => seconds,
        Err(_) => return irregular(text),
    };
    sane(seconds, 1000.0)
}

fn sane(number: f64, scale: f64) -> Option<f64> {
    let milliseconds = number * scale;
    (milliseconds.is_finite() && milliseconds >= 0.0).then_some(milliseconds.abs())
}

#[cold]
fn irregular(text: &str) -> Option<f64> {
    let end =
        text.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | ',' | '+'))).unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let scale = match unit.trim() {
        "" | "s" | "sec" | "secs" | "second" | "seconds" => 1000.0,
        "ms" | "msec" | "milliseconds" => 1.0,
        "us" | "µs" => 0.001,
        "ns" => 0.000_001,
        "m" | "min" | "minutes" => 60_000.0,
        _ => return None,
    };
    sane(separated(number)?, scale)
}

fn separated(number: &str) -> Option<f64> {
    let thousands = match (number.rfind('.'), number.rfind(',')) {
        (Some(point), Some(comma)) => point > comma,
        (None, Some(comma)) => {
            let groups = number.matches(',').count();
            groups > 1 || (number.len() - comma == 4 && comma <= 3 && !number.starts_with('0'))
        }
        (_, None) => true,
    };
    let plain = if thousands { number.replace(',', "") } else { number.replace('.', "").replace(',', ".") };
    plain.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: Option<f64>) {
        let found = milliseconds(text);
        let near = match (found, expect) {
            (Some(found), Some(expect)) => (found - expect).abs() < 1e-6,
            (found, expect) => found == expect,
        };
        assert!(near, "{text:?} came to {found:?}, not {expect:?}");
    }

    #[test]
    fn the_fast_path_agrees_with_the_standard_parser() {
        for text in
            ["0.001", "12.345", "300.0", "0.1", ".5", "5.", "007.70", "0.9999999999999", "99999999.99"]
        {
            assert_eq!(plain(text), any(text), "{text}");
        }
    }

    #[test]
    fn seconds_become_milliseconds() {
        check("1.5", Some(1500.0));
        check("0", Some(0.0));
        check(" 2 ", Some(2000.0));
        check("1.4e-05", Some(0.014));
    }

    #[test]
    fn separators_of_thousands_are_read() {
        check("1,234.5", Some(1_234_500.0));
        check("1,234", Some(1_234_000.0));
        check("1,234,567.25", Some(1_234_567_250.0));
    }

    #[test]
    fn a_decimal_comma_is_read() {
        check("0,5", Some(500.0));
        check("0,123", Some(123.0));
        check("1.234,5", Some(1_234_500.0));
    }

    #[test]
    fn units_are_read() {
        check("1.2s", Some(1200.0));
        check("15ms", Some(15.0));
        check("15 ms", Some(15.0));
    }

    #[test]
    fn nonsense_is_no_duration() {
        for text in ["", "NaN", "inf", "-1", "-345345", "<<computed>>", "1.2.3", "1h", ",", "."] {
            check(text, None);
        }
    }
}
