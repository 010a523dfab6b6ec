//! `seaworthy import`: a spreadsheet of defects, changes or sign-offs; what it comes to is shown before it is recorded.
//!
//! Invariant: what is asked about is what is sent.

use std::io::{IsTerminal, Read};

use axum::body::Body;
use bytes::Bytes;
use domain::import::{Counts, Field, FieldChange, LARGEST, Mapping, Outcome, Planned};
use domain::words;
use server::app::import::ImportResponse;

use super::Outcome as Came;
use crate::arguments::Import;
use crate::client::{Client, Failed, encoded};
use crate::exit::Exit;
use crate::terminal::{self, BOLD, DIM, paint};

/// How many rows of each kind are shown.
const SHOWN: usize = 20;

pub(super) async fn run(client: &Client, import: &Import) -> Came {
    let bytes = read(import)?;
    let path = format!("{}/imports?{}", client.release(&import.release).await?, query(import)?);
    if import.json {
        let dry = if import.dry_run { "&dry_run=true" } else { "" };
        let (_, json) = send(client, &format!("{path}{dry}"), &bytes).await?;
        terminal::answer(&json);
        return Ok(Exit::Ready);
    }
    let (looked, _) = send(client, &format!("{path}&dry_run=true"), &bytes).await?;
    preview(import, &looked);
    if let Some(refusal) = &looked.refusal {
        return Err(Failed::Input(refusal.clone()));
    }
    let changes = looked.counts.new + looked.counts.changed > 0 || import.whole;
    if import.dry_run {
        return Ok(Exit::Ready);
    }
    if changes && !import.yes && asks() && !agreed(&looked.counts)? {
        terminal::line("Nothing was imported.");
        return Ok(Exit::Ready);
    }
    let (done, _) = send(client, &path, &bytes).await?;
    terminal::line(&told(&done));
    Ok(Exit::Ready)
}

fn asks() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

fn agreed(counts: &Counts) -> Result<bool, Failed> {
    let question = format!("Import {}?", words::count(i64::from(counts.new + counts.changed), "row", "rows"));
    let asked = inquire::Confirm::new(&question).with_default(true).prompt();
    asked.map_err(|error| Failed::Input(format!("Nothing was imported: {error}.")))
}

fn read(import: &Import) -> Result<Bytes, Failed> {
    let unread =
        |error: std::io::Error| Failed::Input(format!("failed to read {}: {error}", import.file.display()));
    let mut bytes = Vec::new();
    // One byte more than is taken: then the server says so.
    let most = LARGEST as u64 + 1;
    if import.file.as_os_str() == "-" {
        std::io::stdin().lock().take(most).read_to_end(&mut bytes).map_err(unread)?;
    } else {
        let file = std::fs::File::open(&import.file).map_err(unread)?;
        file.take(most).read_to_end(&mut bytes).map_err(unread)?;
    }
    Ok(bytes.into())
}

fn query(import: &Import) -> Result<String, Failed> {
    let mut mapping = Mapping::default();
    for held in &import.map {
        let field = match held.field.as_str() {
            "-" => None,
            field => Some(Field::parse(import.kind, field).ok_or_else(|| no_field(import, field))?),
        };
        mapping.columns.insert(held.column.clone(), field);
    }
    for meaning in &import.value {
        let known = mapping.values.entry(meaning.column.clone()).or_default();
        known.insert(meaning.text.clone(), meaning.means.clone());
    }
    let own = import.file.file_name().map(|name| name.to_string_lossy().into_owned());
    let name = import.name.clone().or(own).unwrap_or_default();
    let mut query = format!("as={}&name={}", import.kind.as_str(), encoded(&name));
    if mapping != Mapping::default() {
        let json = serde_json::to_string(&mapping).map_err(anyhow::Error::from)?;
        query.push_str(&format!("&mapping={}", encoded(&json)));
    }
    if let Some(sheet) = &import.sheet {
        query.push_str(&format!("&sheet={}", encoded(sheet)));
    }
    for (flag, is_set) in [("partial", import.partial), ("whole", import.whole)] {
        if is_set {
            query.push_str(&format!("&{flag}=true"));
        }
    }
    Ok(query)
}

fn no_field(import: &Import, field: &str) -> Failed {
    let known: Vec<&str> = Field::of(import.kind).map(Field::as_str).collect();
    let meant = domain::criteria::check::closest(field, known.iter().copied());
    let meant = meant.map(|meant| format!(" Did you mean {meant}?")).unwrap_or_default();
    Failed::Usage(format!(
        "A column cannot hold {field}.{meant} It can hold {}.",
        words::joined(&known, known.len(), "or")
    ))
}

async fn send(client: &Client, path: &str, bytes: &Bytes) -> Result<(ImportResponse, Bytes), Failed> {
    client.upload(path, "application/octet-stream", &mut || Some(Body::from(bytes.clone()))).await
}

/// Tells what a file comes to: columns, rows, what is wrong, what is gone.
fn preview(import: &Import, looked: &ImportResponse) {
    let sheet = looked.sheet.as_ref().map(|sheet| format!(", sheet “{sheet}”")).unwrap_or_default();
    terminal::line(&paint(BOLD, &format!("{} as {}{sheet}", import.file.display(), import.kind.as_str())));
    let (held, left): (Vec<_>, Vec<_>) = looked.columns.iter().partition(|column| column.field.is_some());
    let rows = held.iter().filter_map(|column| {
        let confidence = column.confidence.map(|of| of.label()).unwrap_or_default();
        Some([format!("  {}", column.column), column.field?.as_str().to_owned(), paint(DIM, confidence)])
    });
    terminal::columns(rows.collect());
    if !left.is_empty() {
        let names: Vec<&str> = left.iter().map(|column| column.column.as_str()).collect();
        terminal::line(&format!("  left out: {}", words::list(&names, names.len(), 12)));
    }
    for note in &looked.notes {
        terminal::line(&format!("  {note}"));
    }
    terminal::line("");
    let coming: Vec<&Planned> =
        looked.rows.iter().filter(|row| matches!(row.outcome, Outcome::New | Outcome::Changed)).collect();
    let rows = coming.iter().take(SHOWN).map(|row| {
        [format!("row {}", row.row), row.outcome.as_str().to_owned(), row.key.clone(), changes(row)]
    });
    terminal::columns(rows.collect());
    let counts = &looked.counts;
    more((counts.new + counts.changed) as usize, coming.len().min(SHOWN));
    let troubles = looked.rows.iter().flat_map(|row| row.troubles.iter().map(move |trouble| (row, trouble)));
    let mut troubles: Vec<_> = troubles.collect();
    troubles.sort_by_key(|(row, trouble)| (!trouble.error, row.row));
    for (row, trouble) in troubles.iter().take(SHOWN) {
        let mark = if trouble.error { "error  " } else { "warning" };
        let column = trouble.column.as_ref().map(|column| format!(", column “{column}”")).unwrap_or_default();
        terminal::line(&format!("{mark}  row {}{column}: {}", row.row, trouble.sentence));
    }
    more(troubles.len(), troubles.len().min(SHOWN));
    for word in looked.unknown.iter().take(SHOWN) {
        let choice = word.choices.first().map_or("-", String::as_str);
        terminal::line(&format!(
            "help     say what “{}” means: --value '{}:{}={choice}'",
            word.text, word.column, word.text
        ));
    }
    if looked.gone_total > 0 {
        terminal::line(&format!(
            "gone     {} came from a file of that name before, and stay as they are: {}",
            words::number(i64::from(looked.gone_total)),
            words::list(&looked.gone, looked.gone_total as usize, 5)
        ));
    }
    terminal::line(&format!(
        "{}: {} new, {} changed, {} as on record, {} cannot be imported, {} with a warning",
        words::count(i64::from(counts.rows), "row", "rows"),
        words::number(i64::from(counts.new)),
        words::number(i64::from(counts.changed)),
        words::number(i64::from(counts.same)),
        words::number(i64::from(counts.errors)),
        words::number(i64::from(counts.warnings)),
    ));
}

fn more(all: usize, shown: usize) {
    if all > shown {
        terminal::line(&format!("         and {} more", words::number((all - shown) as i64)));
    }
}

fn changes(row: &Planned) -> String {
    if row.outcome == Outcome::New {
        return row.title.clone();
    }
    let text = |text: &Option<String>| text.clone().unwrap_or_else(|| "nothing".to_owned());
    let told = |change: &FieldChange| {
        format!("{}: {} → {}", change.field.as_str(), text(&change.from), text(&change.to))
    };
    row.changes.iter().map(told).collect::<Vec<_>>().join("; ")
}

fn told(done: &ImportResponse) -> String {
    let counts = &done.counts;
    if counts.new + counts.changed == 0 {
        return "Nothing differs from what is on record.".to_owned();
    }
    let left_out = match counts.errors {
        0 => String::new(),
        errors => format!(" {} left out.", words::count(i64::from(errors), "row was", "rows were")),
    };
    format!(
        "Imported: {} new, {} changed, {} as on record.{left_out}",
        words::number(i64::from(counts.new)),
        words::number(i64::from(counts.changed)),
        words::number(i64::from(counts.same))
    )
}
