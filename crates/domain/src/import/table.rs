//! A table as a file has it: a header, and rows under it.
//!
//! Invariant: a row keeps the number that it has in the file, so that whoever mends it finds it.

use std::collections::HashSet;

use super::field::{Field, plain};
use super::{Kind, MOST_COLUMNS, Mapping};
use crate::refusal::Refusal;

/// Among how many of the first rows the header is looked for.
const HEADER_WITHIN: usize = 30;

/// A row, as it was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// As a spreadsheet counts it, from 1.
    pub number: u32,
    pub cells: Vec<String>,
}

/// A column; several of the same name are one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    pub name: String,
    /// Where it is in a row, the first first.
    pub at: Vec<usize>,
}

/// A table, its header found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// The number of the row with the names of the columns; 0 where they are not in a row.
    pub header: u32,
    pub columns: Vec<Column>,
    pub rows: Vec<Line>,
    /// Rows that go on beyond the header: their cells may stand in the wrong columns.
    pub ragged: HashSet<u32>,
}

impl Table {
    /// Returns a table whose names of columns are known.
    ///
    /// # Errors
    /// Too many columns.
    pub fn with_header(names: Vec<String>, rows: Vec<Line>) -> Result<Self, Refusal> {
        Self::under(Line { number: 0, cells: names }, rows, false)
    }

    /// Finds the header among rows: the row that names most of what such a list has. What is above it is left out, and so
    /// are empty rows. `strict` is for files in which a row that is too long has its cells in the wrong columns.
    ///
    /// # Errors
    /// Nothing but a header, or less; too many columns.
    pub fn find(lines: Vec<Line>, kind: Kind, mappings: &[&Mapping], strict: bool) -> Result<Self, Refusal> {
        let known = |cell: &str| mappings.iter().any(|mapping| mapping.columns.contains_key(cell.trim()));
        let names: HashSet<&str> = Field::of(kind).flat_map(|field| field.aliases(kind)).copied().collect();
        let fits = |line: &Line| {
            let fitting =
                line.cells.iter().filter(|cell| known(cell) || names.contains(plain(cell).as_str()));
            fitting.map(|cell| plain(cell)).collect::<HashSet<_>>().len()
        };
        let begin = lines.iter().enumerate().filter(|(_, line)| !line.is_empty()).take(HEADER_WITHIN);
        let begin: Vec<(usize, usize)> = begin.map(|(index, line)| (index, fits(line))).collect();
        let most = begin.iter().map(|(_, fits)| *fits).max().unwrap_or_default();
        let several = |(index, _): &&(usize, usize)| lines.get(*index).is_some_and(|line| line.filled() > 1);
        let header = match most {
            0 => begin.iter().find(several).or(begin.first()),
            most => begin.iter().find(|(_, fits)| *fits == most),
        };
        let Some((header, _)) = header.copied() else {
            return Err(Refusal::invalid(
                "There is nothing in this file. It needs a row with the names of its columns, and rows under it.",
            ));
        };
        let mut lines = lines.into_iter().skip(header);
        let header = lines.next().unwrap_or_default();
        Self::under(header, lines.collect(), strict)
    }

    fn under(header: Line, mut rows: Vec<Line>, strict: bool) -> Result<Self, Refusal> {
        // A header that a printed list repeats is no row of it.
        rows.retain(|row| !row.is_empty() && row.cells != header.cells);
        let width = rows.iter().map(|row| row.cells.len()).max().unwrap_or_default();
        let named = header.cells.iter().rposition(|cell| !cell.trim().is_empty()).map_or(0, |last| last + 1);
        let beyond = |row: &&Line| row.cells.iter().skip(named).any(|cell| !cell.trim().is_empty());
        let ragged = rows.iter().filter(|_| strict).filter(beyond).map(|row| row.number).collect();
        let mut columns: Vec<Column> = Vec::new();
        let mut positions: std::collections::HashMap<String, usize> = std::collections::HashMap::new();
        for at in 0..if strict { named } else { width.max(named) } {
            let name = header.cells.get(at).map(|cell| cell.split_whitespace().collect::<Vec<_>>().join(" "));
            let name = match name.filter(|name| !name.is_empty()) {
                Some(name) => name,
                None if rows.iter().any(|row| row.has(at)) => format!("Column {}", letters(at)),
                None => continue,
            };
            match positions.get(&name).and_then(|position| columns.get_mut(*position)) {
                Some(column) => column.at.push(at),
                None => {
                    positions.insert(name.clone(), columns.len());
                    columns.push(Column { name, at: vec![at] });
                }
            }
        }
        if columns.len() > MOST_COLUMNS {
            return Err(Refusal::invalid(format!(
                "This file has {} columns, and at most {MOST_COLUMNS} are read. Export only those that are wanted.",
                columns.len()
            )));
        }
        Ok(Self { header: header.number, columns, rows, ragged })
    }
}

impl Line {
    fn is_empty(&self) -> bool {
        self.filled() == 0
    }

    fn filled(&self) -> usize {
        self.cells.iter().filter(|cell| !cell.trim().is_empty()).count()
    }

    fn has(&self, at: usize) -> bool {
        self.cells.get(at).is_some_and(|cell| !cell.trim().is_empty())
    }
}

/// Returns what a spreadsheet calls a column, counted from 0: "A", "Z", "AA".
fn letters(at: usize) -> String {
    let mut letters = Vec::new();
    let mut rest = at + 1;
    while rest > 0 {
        letters.push(char::from(b'A' + ((rest - 1) % 26) as u8));
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().collect()
}
