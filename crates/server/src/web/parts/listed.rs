//! What lists of defects, changes and risks have in common: severity, areas, keys in order, pages.
//!
//! Invariant: how bad something is is told by a word and its weight, never by a colour: colours are for verdicts.

use std::collections::BTreeSet;

use domain::defect::{Severity, Source};
use maud::{Markup, html};

/// How many rows a page holds.
const ROWS: usize = 100;

/// Draws a severity: as many bars as it weighs, and its word.
pub(crate) fn severity(severity: Option<Severity>) -> Markup {
    let Some(severity) = severity else { return html! { span.debt { "no severity" } } };
    let class = match severity {
        Severity::Critical => "s4",
        Severity::High => "s3",
        Severity::Medium => "s2",
        Severity::Low => "s1",
    };
    html! { span.severity.(class) { span.bars aria-hidden="true" { i {} i {} i {} i {} } (severity.as_str()) } }
}

/// Returns areas by name, each once.
pub(crate) fn areas_of<'a>(areas: impl Iterator<Item = &'a String>) -> BTreeSet<&'a String> {
    areas.collect()
}

/// Returns what a key is sorted by: TW-99 stands before TW-2304.
pub(crate) fn natural(key: &str) -> (String, u64, String) {
    let at = key.find(|c: char| c.is_ascii_digit()).unwrap_or(key.len());
    let (word, rest) = key.split_at(at);
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    (word.to_lowercase(), rest[..end].parse().unwrap_or(u64::MAX), key.to_owned())
}

/// Returns the page that is asked for, or the last, with its rows.
pub(crate) fn shown_page<T>(rows: &[T], page: usize) -> (usize, &[T]) {
    let last = rows.len().saturating_sub(1) / ROWS;
    let page = page.min(last);
    let start = page * ROWS;
    (page, &rows[start..rows.len().min(start + ROWS)])
}

/// Draws the way to the pages before and after, where there are any.
pub(crate) fn pages(rows: usize, page: usize, link: impl Fn(usize) -> String) -> Markup {
    let last = rows.saturating_sub(1) / ROWS;
    html! {
        @if last > 0 {
            nav.pages aria-label="Pages" {
                span.hint { "Page " (page + 1) " of " (last + 1) }
                @if page > 0 { a.button rel="prev" href=(link(page - 1)) { "‹ Before" } }
                @if page < last { a.button rel="next" href=(link(page + 1)) { "After ›" } }
            }
        }
    }
}

/// Says where something comes from.
pub(crate) fn source(source: &Source) -> String {
    match source {
        Source::Hand => "by hand".to_owned(),
        Source::File { name } => format!("from {name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_stand_in_the_order_in_which_they_are_counted() {
        let mut keys = ["TW-2304", "tw-99", "D-10", "D-9", "loose", "TW-99b"];
        keys.sort_by_key(|key| natural(key));
        assert_eq!(keys, ["D-9", "D-10", "loose", "TW-99b", "tw-99", "TW-2304"]);
    }

    #[test]
    fn a_page_beyond_the_last_is_the_last() {
        let rows: Vec<usize> = (0..250).collect();
        for (asked, page, first, count) in [(0, 0, 0, 100), (2, 2, 200, 50), (9, 2, 200, 50)] {
            let (shown, of) = shown_page(&rows, asked);
            assert_eq!((shown, of[0], of.len()), (page, first, count));
        }
        assert_eq!(shown_page::<usize>(&[], 3), (0, &[][..]));
    }
}
