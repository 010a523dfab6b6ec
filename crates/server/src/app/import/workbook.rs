//! Excel workbooks.
//!
//! Invariant: how much is in the archive is counted before it is read, so that a small file cannot take much memory; of a
//! sheet only the cells that are there are held, wherever they say that they are.

use std::io::{Cursor, Read as _};

use calamine::{DataRef, Reader, SheetType, SheetVisible, Xlsx};
use domain::import::{Kind, LONGEST_CELL, MOST_CELLS, MOST_ROWS, Mapping, Table};
use domain::refusal::Refusal;
use zip::ZipArchive;

use super::read::{Format, Read, Rows, too_long};

/// How much an archive may hold when it is unpacked, in bytes.
const LARGEST_UNPACKED: u64 = 200 << 20;
/// How many parts it may have.
const MOST_PARTS: usize = 5_000;
/// How many tags the list of texts may have: each text is held, also one that is empty.
const MOST_TAGS: usize = 8_000_000;
/// How many bytes of text a sheet may hold once each cell has its own.
const MOST_TEXT: usize = 64 << 20;
/// How many cells that were merged are filled.
const MOST_MERGED: u64 = 100_000;

type Book<'a> = Xlsx<Cursor<&'a [u8]>>;

pub(super) fn read(
    bytes: &[u8],
    wanted: Option<&str>,
    kind: Kind,
    mappings: &[&Mapping],
) -> Result<Read, Refusal> {
    is_bounded(bytes)?;
    let mut book: Book<'_> = Xlsx::new(Cursor::new(bytes)).map_err(broken)?;
    let sheets: Vec<String> = book
        .sheets_metadata()
        .iter()
        .filter(|sheet| sheet.typ == SheetType::WorkSheet && sheet.visible == SheetVisible::Visible)
        .map(|sheet| sheet.name.clone())
        .collect();
    let tried: Vec<&String> = match wanted {
        Some(wanted) => sheets.iter().filter(|sheet| sheet.as_str() == wanted).collect(),
        None => sheets.iter().collect(),
    };
    if let (Some(wanted), []) = (wanted, tried.as_slice()) {
        return Err(Refusal::unknown(format!(
            "There is no sheet “{}” in this workbook; there is {}.",
            wanted.chars().take(80).collect::<String>(),
            domain::words::list(&sheets, sheets.len(), 12)
        )));
    }
    for sheet in tried {
        let rows = rows(&mut book, sheet)?;
        if rows.lines.len() > 1 || wanted.is_some() {
            let table = Table::find(rows.lines, kind, mappings, false)?;
            return Ok(Read { format: Format::Xlsx, table, sheet: Some(sheet.clone()), sheets });
        }
    }
    Err(Refusal::invalid(
        "There is no list in this workbook: no sheet has a row under the names of its columns.",
    ))
}

/// Checks that an archive does not hold more than it should, whatever it says of itself.
fn is_bounded(bytes: &[u8]) -> Result<(), Refusal> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(broken)?;
    let too_much = || {
        Refusal::invalid(
            "This workbook holds more than 200 MB when it is unpacked. Keep the list alone, and save it again.",
        )
    };
    if archive.len() > MOST_PARTS {
        return Err(too_much());
    }
    let mut left = LARGEST_UNPACKED;
    let mut buffer = vec![0; 64 << 10];
    for index in 0..archive.len() {
        let part = archive.by_index(index).map_err(broken)?;
        let is_texts = part.name().is_ok_and(|name| name.ends_with("sharedStrings.xml"));
        let mut part = part.take(left + 1);
        let mut tags = 0;
        loop {
            let read = part.read(&mut buffer).map_err(broken)?;
            if read == 0 {
                break;
            }
            left = left.checked_sub(read as u64).ok_or_else(too_much)?;
            if is_texts {
                tags += memchr::memchr_iter(b'<', buffer.get(..read).unwrap_or_default()).count();
            }
            if tags > MOST_TAGS {
                return Err(too_much());
            }
        }
    }
    Ok(())
}

fn broken(_: impl std::error::Error) -> Refusal {
    Refusal::invalid("This workbook is damaged, or is none. Open it, and save it again as .xlsx, or as CSV.")
}

/// Reads the rows of a sheet; cells that are merged all have what is in the first.
fn rows(book: &mut Book<'_>, sheet: &str) -> Result<Rows, Refusal> {
    let merged = book.merge_cells_by_sheet_name(sheet).unwrap_or_default();
    let mut cells: Vec<((u32, u32), String)> = Vec::new();
    let mut bytes = 0;
    let mut reader = book.worksheet_cells_reader(sheet).map_err(broken)?;
    while let Some(cell) = reader.next_cell().map_err(broken)? {
        let text = told(cell.get_value());
        if text.trim().is_empty() {
            continue;
        }
        let at = cell.get_position();
        if at.1 as usize >= MOST_CELLS {
            return Err(Refusal::invalid(
                "This sheet has cells far to the right, and at most 200 columns are read. Delete the columns that are not \
                 wanted.",
            ));
        }
        // Cells share their texts in the file, and each has its own here.
        bytes += text.len();
        cells.push((at, text));
        if bytes > MOST_TEXT || cells.len() > MOST_ROWS * 200 {
            return Err(too_long());
        }
    }
    cells.sort_by_key(|(at, _)| *at);
    fill(&mut cells, &merged);
    let mut rows = Rows::default();
    let mut row: Option<(u32, Vec<String>)> = None;
    for ((at, column), text) in cells {
        match &mut row {
            Some((current, cells)) if *current == at => put(cells, column, text),
            _ => {
                if let Some((number, cells)) = row.take() {
                    rows.push(number.saturating_add(1), cells)?;
                }
                let mut cells = Vec::new();
                put(&mut cells, column, text);
                row = Some((at, cells));
            }
        }
    }
    if let Some((number, cells)) = row {
        rows.push(number.saturating_add(1), cells)?;
    }
    Ok(rows)
}

fn put(cells: &mut Vec<String>, column: u32, text: String) {
    let column = column as usize;
    if cells.len() <= column {
        cells.resize(column + 1, String::new());
    }
    if let Some(cell) = cells.get_mut(column) {
        *cell = text;
    }
}

fn fill(cells: &mut Vec<((u32, u32), String)>, merged: &[calamine::Dimensions]) {
    let (mut left, mut text_left) = (MOST_MERGED, MOST_TEXT);
    let mut more = Vec::new();
    for region in merged {
        let (start, end) = (region.start, region.end);
        let height = u64::from(end.0.saturating_sub(start.0)) + 1;
        let width = u64::from(end.1.saturating_sub(start.1)) + 1;
        let Some(rest) = left.checked_sub(height.saturating_mul(width)) else { continue };
        if end.1 as usize >= MOST_CELLS {
            continue;
        }
        let Ok(first) = cells.binary_search_by_key(&start, |(at, _)| *at) else { continue };
        let Some((_, text)) = cells.get(first) else { continue };
        let text = text.clone();
        let Some(rest_of_text) = text_left.checked_sub(text.len().saturating_mul((left - rest) as usize))
        else {
            continue;
        };
        (left, text_left) = (rest, rest_of_text);
        for row in start.0..=end.0 {
            let columns = (start.1..=end.1).filter(|column| (row, *column) != start);
            more.extend(columns.map(|column| ((row, column), text.clone())));
        }
    }
    more.retain(|(at, _)| cells.binary_search_by_key(at, |(at, _)| *at).is_err());
    cells.append(&mut more);
    cells.sort_by_key(|(at, _)| *at);
    cells.dedup_by_key(|(at, _)| *at);
}

/// Returns what a cell says; a formula is read as its value.
fn told(value: &DataRef<'_>) -> String {
    let cut = |text: &str| text.chars().take(LONGEST_CELL + 1).collect();
    match value {
        DataRef::Empty => String::new(),
        DataRef::String(text) => cut(text),
        DataRef::SharedString(text) => cut(text),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => cut(text),
        DataRef::Bool(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        DataRef::Int(number) => number.to_string(),
        // Excel keeps whole numbers as any others.
        DataRef::Float(number) => number.to_string(),
        DataRef::DateTime(at) if at.is_duration() => at.as_f64().to_string(),
        DataRef::DateTime(at) => {
            let (year, month, day, hour, minute, _, _) = at.to_ymd_hms_milli();
            match (hour, minute) {
                (0, 0) => format!("{year:04}-{month:02}-{day:02}"),
                _ => format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}"),
            }
        }
        // A formula that came to nothing says nothing.
        DataRef::Error(_) => String::new(),
    }
}
