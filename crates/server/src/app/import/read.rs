//! Reading a file that is imported: what it is, by its first bytes, and its rows.
//!
//! Invariant: what a file is told to be counts for nothing; a file that cannot be read is refused with what would do.

use domain::import::{Kind, LARGEST, Line, MOST_CELLS, MOST_ROWS, Mapping, Table};
use domain::refusal::Refusal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{delimited, json, text, workbook};

/// How many cells are kept of a file; beyond, it is no list of anything.
const MOST_KEPT: usize = 4_000_000;

/// What a file turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Text with a comma, semicolon, tab or bar between cells.
    Csv,
    Json,
    Xlsx,
}

impl Format {
    /// Returns the format as readers see it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Csv => "CSV",
            Self::Json => "JSON",
            Self::Xlsx => "an Excel workbook",
        }
    }
}

/// What was read of a file.
#[derive(Clone, Debug)]
pub(crate) struct Read {
    pub(crate) format: Format,
    pub(crate) table: Table,
    /// The sheet that was read, and all there are.
    pub(crate) sheet: Option<String>,
    pub(crate) sheets: Vec<String>,
}

/// Rows while they are read, within bounds.
#[derive(Debug, Default)]
pub(super) struct Rows {
    pub(super) lines: Vec<Line>,
    kept: usize,
}

/// How many rows there may be beside those of the list: titles, a header, empty ones.
const BESIDE: usize = 1_000;

impl Rows {
    /// Keeps a row, without the empty cells at its end; one that is empty is not kept.
    pub(super) fn push(&mut self, number: u32, mut cells: Vec<String>) -> Result<(), Refusal> {
        let filled = cells.iter().rposition(|cell| !cell.trim().is_empty()).map_or(0, |last| last + 1);
        cells.truncate(filled);
        // Lines end in one way, as in all that is recorded: or the same file would differ from itself.
        for cell in cells.iter_mut().filter(|cell| cell.contains('\r')) {
            *cell = cell.replace("\r\n", "\n").replace('\r', "\n");
        }
        if cells.is_empty() {
            return Ok(());
        }
        if filled > MOST_CELLS {
            return Err(too_wide(filled));
        }
        self.kept += filled;
        if self.lines.len() >= MOST_ROWS + BESIDE || self.kept > MOST_KEPT {
            return Err(too_long());
        }
        cells.shrink_to_fit();
        self.lines.push(Line { number, cells });
        Ok(())
    }
}

pub(super) fn too_long() -> Refusal {
    Refusal::invalid(
        "This file has more than 20,000 rows, which is the most that are read. Export only what is of this release.",
    )
}

fn too_wide(columns: usize) -> Refusal {
    Refusal::invalid(format!(
        "A row of this file has {} cells, and at most 200 columns are read. Export only the columns that are wanted.",
        domain::words::number(columns as i64)
    ))
}

/// Reads a file.
///
/// # Errors
/// What it is, if it is nothing that can be read, or what is too much of it.
pub(crate) fn read(
    bytes: &[u8],
    sheet: Option<&str>,
    kind: Kind,
    mappings: &[&Mapping],
) -> Result<Read, Refusal> {
    if bytes.len() > LARGEST {
        return Err(too_large());
    }
    let read = match bytes {
        [] => return Err(Refusal::invalid("The file is empty. Choose one with a list in it.")),
        [b'P', b'K', 3 | 5, 4 | 6, ..] => workbook::read(bytes, sheet, kind, mappings)?,
        [0xd0, 0xcf, 0x11, 0xe0, ..] => {
            return Err(Refusal::invalid(
                "This is an old Excel file (.xls), or one with a password. Save it as .xlsx without a password, or as CSV.",
            ));
        }
        [b'%', b'P', b'D', b'F', ..] => {
            return Err(Refusal::invalid("This is a PDF. Save the list as .xlsx or CSV."));
        }
        bytes => written(&text::decode(bytes)?, kind, mappings)?,
    };
    if read.table.rows.len() > MOST_ROWS {
        return Err(too_long());
    }
    Ok(read)
}

pub(crate) fn too_large() -> Refusal {
    Refusal::invalid("A file has at most 20 MB. Export only what is of this release.")
}

fn written(text: &str, kind: Kind, mappings: &[&Mapping]) -> Result<Read, Refusal> {
    let begin = text.trim_start();
    let (format, table) = if begin.starts_with(['{', '[']) {
        (Format::Json, json::read(begin)?)
    } else if begin.starts_with('<') {
        return Err(Refusal::invalid("This is HTML or XML. Save the list as .xlsx, CSV or JSON."));
    } else {
        (Format::Csv, Table::find(delimited::read(text)?, kind, mappings, true)?)
    };
    Ok(Read { format, table, sheet: None, sheets: Vec::new() })
}
