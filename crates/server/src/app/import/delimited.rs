//! Text with something between its cells: commas, semicolons, tabs or bars, as whoever wrote it likes.
//!
//! Invariant: a quoted cell keeps its line breaks and delimiters; one that is never closed is an error and swallows nothing.

use domain::import::{LONGEST_CELL, Line};
use domain::refusal::Refusal;

use super::read::Rows;

const DELIMITERS: [char; 4] = [',', ';', '\t', '|'];
/// How many rows are looked at to tell what is between cells.
const LOOKED_AT: usize = 50;

pub(super) fn read(text: &str) -> Result<Vec<Line>, Refusal> {
    // As Excel writes it, and takes it out itself.
    let (delimiter, text, skipped) = match text.strip_prefix("sep=") {
        Some(rest) => {
            let (first, rest) = rest.split_once('\n').unwrap_or((rest, ""));
            (first.trim_end_matches('\r').chars().next(), rest, 1)
        }
        None => (None, text, 0),
    };
    let delimiter = delimiter.unwrap_or_else(|| between(text));
    let mut rows = Rows::default();
    for (index, record) in Records::new(text, delimiter).enumerate() {
        rows.push(index as u32 + 1 + skipped, record?)?;
    }
    Ok(rows.lines)
}

/// Tells what is between the cells of a text: whatever divides most of its first rows into as many cells.
fn between(text: &str) -> char {
    let fitness = |delimiter: &char| {
        let records = Records::new(text, *delimiter).take(LOOKED_AT).filter_map(Result::ok);
        let mut widths: Vec<usize> = records.filter(|row| row.len() > 1).map(|row| row.len()).collect();
        widths.sort_unstable();
        let same = widths.chunk_by(|one, other| one == other).map(|same| (same.len(), same.first().copied()));
        same.max().unwrap_or_default()
    };
    let mut best = (DELIMITERS[0], (0, None));
    for delimiter in DELIMITERS {
        let fits = fitness(&delimiter);
        if fits > best.1 {
            best = (delimiter, fits);
        }
    }
    best.0
}

/// The rows of a text.
struct Records<'a> {
    rest: &'a str,
    delimiter: char,
    row: u32,
}

impl<'a> Records<'a> {
    fn new(text: &'a str, delimiter: char) -> Self {
        Self { rest: text, delimiter, row: 0 }
    }

    fn quoted(&mut self) -> Result<String, Refusal> {
        let (mut cell, mut kept) = (String::new(), 0);
        let mut chars = self.rest.char_indices().skip(1).peekable();
        while let Some((at, c)) = chars.next() {
            if c == '"' {
                match chars.peek() {
                    Some((_, '"')) => {
                        chars.next();
                    }
                    _ => {
                        self.rest = self.rest.get(at + 1..).unwrap_or_default();
                        return Ok(cell);
                    }
                }
            }
            if kept <= LONGEST_CELL {
                cell.push(c);
                kept += 1;
            }
        }
        Err(Refusal::invalid(format!(
            "A quotation mark in row {} is opened and never closed. Close it, or write it twice where it is part of the text.",
            self.row
        )))
    }
}

impl Iterator for Records<'_> {
    type Item = Result<Vec<String>, Refusal>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        self.row += 1;
        let mut cells = Vec::new();
        loop {
            let mut cell = String::new();
            // Some write a space before a quoted cell.
            let quoted = self.rest.trim_start_matches(' ');
            if quoted.starts_with('"') {
                self.rest = quoted;
                match self.quoted() {
                    Ok(text) => cell = text,
                    Err(refusal) => {
                        self.rest = "";
                        return Some(Err(refusal));
                    }
                }
            }
            let end = self.rest.find([self.delimiter, '\n', '\r']).unwrap_or(self.rest.len());
            let (plain, rest) = self.rest.split_at(end);
            cell.extend(plain.chars().take(LONGEST_CELL + 1));
            cells.push(cell);
            self.rest = rest;
            if let Some(rest) = rest.strip_prefix(self.delimiter) {
                self.rest = rest;
                continue;
            }
            self.rest = rest.strip_prefix("\r\n").or(rest.strip_prefix(['\n', '\r'])).unwrap_or_default();
            return Some(Ok(cells));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &[(u32, &[&str])]) {
        let lines = read(text).unwrap();
        let lines: Vec<(u32, Vec<&str>)> =
            lines.iter().map(|line| (line.number, line.cells.iter().map(String::as_str).collect())).collect();
        let expect: Vec<(u32, Vec<&str>)> = expect.iter().map(|(at, cells)| (*at, cells.to_vec())).collect();
        assert_eq!(lines, expect, "{text:?}");
    }

    #[test]
    fn the_dialects_of_spreadsheets_are_read() {
        check("Key,Title\nA-1,Sync\n", &[(1, &["Key", "Title"]), (2, &["A-1", "Sync"])]);
        check("Key;Title\r\nA-1;Sync, or not\r\n", &[(1, &["Key", "Title"]), (2, &["A-1", "Sync, or not"])]);
        check("Key\tTitle\nA-1\tSync; late", &[(1, &["Key", "Title"]), (2, &["A-1", "Sync; late"])]);
        check("Key|Title\nA-1|Sync", &[(1, &["Key", "Title"]), (2, &["A-1", "Sync"])]);
        check("sep=;\nKey;Title\nA-1;a,b,c,d", &[(2, &["Key", "Title"]), (3, &["A-1", "a,b,c,d"])]);
        check(
            "Key,Title\nA-1,\"two\nlines, \"\"quoted\"\"\"\n\nA-2, \"x\"",
            &[(1, &["Key", "Title"]), (2, &["A-1", "two\nlines, \"quoted\""]), (4, &["A-2", "x"])],
        );
        check("Key\rA-1\r", &[(1, &["Key"]), (2, &["A-1"])]);
        check("Key,,\nA-1,,,,\n,,\n", &[(1, &["Key"]), (2, &["A-1"])]);
        check("5\" screen,x\ny,z", &[(1, &["5\" screen", "x"]), (2, &["y", "z"])]);
    }

    #[test]
    fn a_quote_that_is_never_closed_is_told_with_its_row() {
        let refusal = read("Key,Title\nA-1,\"never\nA-2,x\n").unwrap_err();
        assert!(refusal.sentence.contains("row 2"), "{refusal}");
    }

    #[test]
    fn what_is_too_much_is_refused() {
        for (text, expect) in [
            ("a,".repeat(1_000_000) + "b", "at most 200 columns"),
            ("a\n".repeat(30_000), "more than 20,000 rows"),
        ] {
            let refusal = read(&text).unwrap_err();
            assert!(refusal.sentence.contains(expect), "{refusal}");
        }
    }
}
