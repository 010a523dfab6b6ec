//! A table: sticky heads that sort by a link, dense on a desktop, stacked on a phone.
//!
//! Invariant: on a phone each cell says which column it is from, so that nothing scrolls sideways.

use maud::{Markup, html};

/// A column: what its links call it, its head, and whether it holds numbers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column {
    /// The name in `sort=`; empty for a column that does not sort.
    pub(crate) name: &'static str,
    pub(crate) head: &'static str,
    pub(crate) number: bool,
}

impl Column {
    pub(crate) const fn text(name: &'static str, head: &'static str) -> Self {
        Self { name, head, number: false }
    }

    pub(crate) const fn number(name: &'static str, head: &'static str) -> Self {
        Self { name, head, number: true }
    }
}

/// By which column rows are sorted, and which way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sort {
    pub(crate) by: String,
    pub(crate) down: bool,
}

impl Sort {
    /// Reads `sort=name` or `sort=-name`; what is no column falls back.
    pub(crate) fn read(text: Option<&str>, columns: &[Column], fallback: &str) -> Self {
        let text = text.unwrap_or(fallback);
        let (by, down) = text.strip_prefix('-').map_or((text, false), |by| (by, true));
        if columns.iter().any(|column| column.name == by && !by.is_empty()) {
            return Self { by: by.to_owned(), down };
        }
        let (by, down) = fallback.strip_prefix('-').map_or((fallback, false), |by| (by, true));
        Self { by: by.to_owned(), down }
    }

    pub(crate) fn order<K: Ord, T>(&self, rows: &mut [T], key: impl Fn(&T) -> K) {
        rows.sort_by_key(key);
        if self.down {
            rows.reverse();
        }
    }
}

/// How a table is sorted, and where it is sorted otherwise.
#[derive(Clone, Copy)]
pub(crate) struct Sorting<'a> {
    pub(crate) sort: &'a Sort,
    /// Makes the address of the page with another `sort=`.
    pub(crate) link: &'a dyn Fn(&str) -> String,
}

/// Draws the head.
pub(crate) fn head(columns: &[Column], Sorting { sort, link }: Sorting<'_>) -> Markup {
    html! {
        thead {
            tr {
                @for column in columns {
                    @let here = column.name == sort.by;
                    @let aria = here.then_some(if sort.down { "descending" } else { "ascending" });
                    th scope="col" class=[column.number.then_some("num")] aria-sort=[aria] {
                        @if column.name.is_empty() { (column.head) }
                        @else {
                            @let target = if here && !sort.down { format!("-{}", column.name) } else { column.name.to_owned() };
                            a href=(link(&target)) { (column.head) span.arrow aria-hidden="true" { @if here { @if sort.down { "↓" } @else { "↑" } } } }
                        }
                    }
                }
            }
        }
    }
}

/// Draws a cell that says on a phone which column it is from.
pub(crate) fn cell(column: Column, content: Markup) -> Markup {
    html! { td class=[column.number.then_some("num")] data-label=(column.head) { (content) } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sort_that_names_no_column_falls_back() {
        let columns = [Column::text("what", "What"), Column::number("", "Cases"), Column::text("at", "When")];
        for (text, by, down) in [
            (None, "at", true),
            (Some("what"), "what", false),
            (Some("-what"), "what", true),
            (Some(""), "at", true),
            (Some("-"), "at", true),
            (Some("drop table"), "at", true),
        ] {
            assert_eq!(Sort::read(text, &columns, "-at"), Sort { by: by.to_owned(), down }, "{text:?}");
        }
    }
}
