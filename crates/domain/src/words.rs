//! Small words that sentences are made of: numbers with separators, plurals, lists, durations, percentages.
//!
//! Invariant: a number is never shown without its noun agreeing with it.

/// Returns a whole number with thousands separators: "4,630".
pub fn number(value: i64) -> String {
    let digits = value.unsigned_abs().to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if value < 0 { format!("-{text}") } else { text }
}

/// Returns a count with its noun: "1 case", "4,630 cases".
pub fn count(value: i64, one: &str, many: &str) -> String {
    format!("{} {}", number(value), if value == 1 { one } else { many })
}

/// Returns names in a row, the rest counted: "A, B, C and 4 more".
pub fn list<T: AsRef<str>>(names: &[T], total: usize, most: usize) -> String {
    let shown: Vec<&str> = names.iter().take(most).map(AsRef::as_ref).collect();
    let more = total.saturating_sub(shown.len());
    match (shown.as_slice(), more) {
        ([], 0) => String::new(),
        ([], more) => number(more as i64),
        (_, 0) => shown.join(", "),
        (_, more) => format!("{} and {} more", shown.join(", "), number(more as i64)),
    }
}

/// Returns names as a sentence joins its last two: "A, B and C", "A, B or C"; beyond `most` the rest are counted.
pub fn joined<T: AsRef<str>>(names: &[T], most: usize, word: &str) -> String {
    match names {
        [first @ .., last] if !first.is_empty() && names.len() <= most => {
            let first: Vec<&str> = first.iter().map(AsRef::as_ref).collect();
            format!("{} {word} {}", first.join(", "), last.as_ref())
        }
        names => list(names, names.len(), most),
    }
}

/// Returns a sentence with its first letter raised.
pub fn capital(sentence: &str) -> String {
    let mut chars = sentence.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// Returns a span of time in the unit that reads best: "40 minutes", "5 hours", "3 days".
pub fn span(micros: i64) -> String {
    let minutes = micros / 60_000_000;
    match minutes {
        ..=0 => "less than a minute".to_owned(),
        1..=119 => count(minutes, "minute", "minutes"),
        120..=2879 => count(minutes / 60, "hour", "hours"),
        _ => count(minutes / 1440, "day", "days"),
    }
}

/// Writes a number with as few digits after the point as it needs, at most two: "5", "0.5", "12.25".
pub fn decimal(value: f64) -> String {
    format!("{}", (value * 100.0).round() / 100.0)
}

/// Returns a share as a percentage with as many digits as it needs: "98.1 %".
pub fn percent(share: f64) -> String {
    let percent = share * 100.0;
    // 99.97 % must not read as 100 %.
    let shown = if percent < 100.0 && percent > 99.9 {
        (percent * 100.0).floor() / 100.0
    } else {
        (percent * 10.0).round() / 10.0
    };
    format!("{shown} %")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_names_read_well() {
        assert_eq!(number(-1_234_567), "-1,234,567");
        assert_eq!(count(1, "case", "cases"), "1 case");
        assert_eq!(list(&["A", "B", "C"], 7, 2), "A, B and 5 more");
        assert_eq!(joined(&["A", "B", "C"], 3, "or"), "A, B or C");
        assert_eq!(joined(&["A", "B", "C"], 2, "or"), "A, B and 1 more");
        assert_eq!(joined(&["A"], 2, "and"), "A");
        assert_eq!(capital("émile ran it"), "Émile ran it");
        assert_eq!(span(26 * 3_600_000_000), "26 hours");
        assert_eq!(percent(0.99996), "99.99 %");
        assert_eq!(percent(0.981), "98.1 %");
    }
}
