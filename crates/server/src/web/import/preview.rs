//! The second step of an import: what its columns hold, and what each row comes to.
//!
//! Invariant: what is shown is planned as it will be recorded; what is left out is shown first.

use axum::http::StatusCode;
use axum::response::Response;
use domain::import::{ColumnUse, Confidence, Field, FieldChange, Outcome, Planned, Table, choices};
use domain::words;
use maud::{Markup, html};

use super::filled::Filled;
use super::tab;
use crate::app::import::Imported;
use crate::web::mark::Mark;
use crate::web::parts::table::{Column, cell};
use crate::web::reader::Reader;
use crate::web::seen::Seen;

/// How many rows are shown that come, and how many that do not.
const SHOWN: usize = 50;
const WRONG: usize = 200;
/// How many texts of a column are shown.
const EXAMPLES: usize = 2;

pub(super) fn page(reader: &Reader, seen: Seen, filled: &Filled, imported: &Imported) -> Response {
    let (plan, read) = (&imported.plan, &imported.read);
    let counts = plan.counts;
    let (coming, wrong) = (counts.new + counts.changed, counts.errors);
    let blocked = imported.refusal.is_some() && wrong == 0;
    let whole = filled.whole && wrong == 0;
    let header = match read.table.header {
        0 => String::new(),
        header => format!(", the names of the columns in row {header}"),
    };
    let about = format!(
        "{}: {}{}, {}{header}.",
        filled.name,
        read.format.label(),
        read.sheet.as_ref().map(|sheet| format!(", sheet “{sheet}”")).unwrap_or_default(),
        words::count(i64::from(counts.rows.max(read.table.rows.len() as u32)), "row", "rows"),
    );
    let act = html! {
        div.acts {
            @if !blocked && wrong == 0 && (coming > 0 || whole) {
                button.primary type="submit" name="go" value="import" {
                    @if coming > 0 { "Import " (words::count(i64::from(coming), "row", "rows")) } @else { "Say that these are all" }
                }
            }
            @if !blocked && wrong > 0 && coming > 0 && !filled.whole {
                button.primary type="submit" name="go" value="partial" { "Import " (words::number(i64::from(coming))) ", leave out " (words::number(i64::from(wrong))) }
            }
            button type="submit" name="go" value="look" { "Look again" }
            a.button.ghost href=(seen.path(&format!("/import?as={}", filled.kind.as_str()))) { "Another file" }
        }
    };
    let body = html! {
        section.head { div { h1 { "Import " (filled.kind.nouns().1) } p.sub { (about) } } }
        form.stack method="post" action=(seen.path("/import")) enctype="multipart/form-data" {
            (carried(filled))
            section.card aria-labelledby="comes" {
                header { h2 #comes { "What it comes to" } }
                div.pad {
                    p { (summary(imported)) }
                    @if blocked && let Some(refusal) = &imported.refusal { p.note.unmet role="alert" { (refusal.sentence) } }
                    @for note in &plan.notes { p.hint { (note) } }
                    @if wrong > 0 && filled.whole { p.hint { "While a row cannot be imported, these are not all there are." } }
                    @if read.sheets.len() > 1 {
                        div.field {
                            label for="sheet" { "Sheet" }
                            select #sheet name="sheet" { @for sheet in &read.sheets { option value=(sheet) selected[Some(sheet) == read.sheet.as_ref()] { (sheet) } } }
                        }
                    } @else if let Some(sheet) = &read.sheet { input type="hidden" name="sheet" value=(sheet); }
                    label.choice { input type="checkbox" name="whole" value="yes" checked[filled.whole]; "These are all there are" }
                    (act)
                }
            }
            (troubles(&plan.rows))
            (words_asked(&seen, filled, imported))
            (columns(filled, &imported.uses, Some(&read.table)))
        }
        (coming_rows(&plan.rows))
        @if !plan.gone.is_empty() {
            section.card aria-labelledby="gone" {
                header { h2 #gone { "No longer in the file" } span.hint { (plan.gone.len()) } }
                div.pad {
                    p { "These came from " (filled.name) " before, and are not in it now. They stay as they are: take them out here if they do not belong to the release." }
                    ul.plain { @for gone in plan.gone.iter().take(SHOWN) { li { (gone) } } }
                    @if plan.gone.len() > SHOWN { p.hint { "And " (words::number((plan.gone.len() - SHOWN) as i64)) " more." } }
                }
            }
        }
    };
    answer(reader, seen, filled, body, blocked)
}

/// The columns once more, where what they are said to hold does not fit.
pub(super) fn again(reader: &Reader, seen: Seen, filled: &Filled, wrong: &str) -> Response {
    let body = html! {
        section.head { div { h1 { "Import " (filled.kind.nouns().1) } p.sub { (filled.name) } } }
        form.stack method="post" action=(seen.path("/import")) enctype="multipart/form-data" {
            (carried(filled))
            @if filled.whole { input type="hidden" name="whole" value="yes"; }
            input type="hidden" name="sheet" value=(filled.sheet);
            p.note.unmet role="alert" { (wrong) }
            (columns(filled, &filled.columns, None))
            div.acts {
                button.primary type="submit" name="go" value="look" { "Look again" }
                a.button.ghost href=(seen.path(&format!("/import?as={}", filled.kind.as_str()))) { "Another file" }
            }
        }
    };
    answer(reader, seen, filled, body, true)
}

fn answer(reader: &Reader, mut seen: Seen, filled: &Filled, body: Markup, refused: bool) -> Response {
    let below = vec![("Import".to_owned(), seen.path("/import"))];
    let status = if refused { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let frame = seen.form(reader, tab(filled.kind), "Import", below, body);
    frame.answer_with(status)
}

/// What the form carries from step to step.
fn carried(filled: &Filled) -> Markup {
    html! {
        input type="hidden" name="as" value=(filled.kind.as_str());
        input type="hidden" name="kept" value=(filled.kept);
        input type="hidden" name="name" value=(filled.name);
    }
}

fn summary(imported: &Imported) -> Markup {
    let counts = imported.plan.counts;
    let tag = |count: u32, class: &str, says: &str| {
        html! {
            @if count > 0 { span.tag.(class) { (words::number(i64::from(count))) " " (says) } " " }
        }
    };
    html! {
        (tag(counts.new, Mark::Met.class(), "new"))
        (tag(counts.changed, Mark::Waived.class(), "changed"))
        (tag(counts.same, Mark::Unknown.class(), "as on record"))
        (tag(counts.errors, Mark::Unmet.class(), "cannot be imported"))
        (tag(counts.warnings, Mark::Unknown.class(), "with a warning"))
        @if counts.rows > 0 && counts.new + counts.changed + counts.errors == 0 { "All is on record as the file has it." }
    }
}

const ROW: Column = Column::number("", "Row");
const WHAT: Column = Column::text("", "What");
const COLUMN: Column = Column::text("", "Column");
const SAYS: Column = Column::text("", "What is wrong");
const COMES: Column = Column::text("", "Comes to");
const CHANGES: Column = Column::text("", "What changes");

fn troubles(rows: &[Planned]) -> Markup {
    let all = rows.iter().flat_map(|row| row.troubles.iter().map(move |trouble| (row, trouble)));
    let mut all: Vec<_> = all.collect();
    // What is left out goes before what comes with a warning.
    all.sort_by_key(|(row, trouble)| (row.outcome != Outcome::Error, !trouble.error, row.row));
    html! {
        @if !all.is_empty() {
            section.card aria-labelledby="wrong" {
                header { h2 #wrong { "What is wrong, row by row" } span.hint { (all.len()) } }
                table.list {
                    thead { tr { @for column in [ROW, WHAT, COLUMN, SAYS] { th scope="col" class=[column.number.then_some("num")] { (column.head) } } } }
                    tbody { @for (row, trouble) in all.iter().take(WRONG) { tr {
                        (cell(ROW, html! { (row.row) }))
                        (cell(WHAT, html! { (row.key) @if row.outcome == Outcome::Error { " " span.tag.unmet { "left out" } } }))
                        (cell(COLUMN, html! { (trouble.column.as_deref().unwrap_or("the row")) }))
                        (cell(SAYS, html! { (trouble.sentence) }))
                    } } }
                }
                @if all.len() > WRONG { p.hint.pad { "And " (words::number((all.len() - WRONG) as i64)) " more." } }
            }
        }
    }
}

/// Words that nobody knows, and those that were said to mean something.
fn words_asked(seen: &Seen, filled: &Filled, imported: &Imported) -> Markup {
    let unknown = imported.plan.unknown.iter();
    let asked = unknown
        .map(|word| (word.column.clone(), word.text.clone(), word.rows, word.choices.clone(), String::new()));
    let mut asked: Vec<_> = asked.collect();
    for word in &filled.words {
        if let Some(again) = asked.iter_mut().find(|again| again.0 == word.column && again.1 == word.text) {
            again.4 = word.means.clone();
        } else {
            let taken = imported.uses.iter().find(|taken| taken.column == word.column);
            let field = taken.and_then(|taken| taken.field);
            let choices = field.map(|field| choices(field, &seen.view.release)).unwrap_or_default();
            asked.push((word.column.clone(), word.text.clone(), 0, choices, word.means.clone()));
        }
    }
    let (column, text, means) = (COLUMN, Column::text("", "Says"), Column::text("", "Means"));
    html! {
        @if !asked.is_empty() {
            section.card aria-labelledby="words" {
                header { h2 #words { "Words that need a meaning" } span.hint { (asked.len()) } }
                table.list {
                    thead { tr { @for column in [column, text, means] { th scope="col" { (column.head) } } } }
                    tbody { @for (at, (named, said, rows, choices, chosen)) in asked.iter().take(WRONG).enumerate() { tr {
                        (cell(column, html! { (named) }))
                        (cell(text, html! { "“" (said) "”" @if *rows > 0 { small { (words::count(i64::from(*rows), "row", "rows")) } } }))
                        (cell(means, html! {
                            input type="hidden" name={ "in-" (at) } value=(named);
                            input type="hidden" name={ "text-" (at) } value=(said);
                            select name={ "means-" (at) } aria-label={ "What “" (said) "” means" } {
                                option value="" { "nobody has said" }
                                @for choice in choices { option value=(choice) selected[choice == chosen] { @if choice == "-" { "nothing: leave it out" } @else { (choice) } } }
                            }
                        }))
                    } } }
                }
            }
        }
    }
}

fn columns(filled: &Filled, uses: &[ColumnUse], table: Option<&Table>) -> Markup {
    let examples = |column: &str| -> Vec<String> {
        let Some(table) = table else { return Vec::new() };
        let at = table.columns.iter().find(|known| known.name == column).map(|known| known.at.as_slice());
        let at = at.unwrap_or_default();
        let cells = table.rows.iter().flat_map(|row| at.iter().filter_map(|at| row.cells.get(*at)));
        let texts = cells.map(|text| text.trim()).filter(|text| !text.is_empty());
        texts.take(EXAMPLES).map(|text| text.chars().take(60).collect()).collect()
    };
    let (column, holds, first) = (COLUMN, Column::text("", "Holds"), Column::text("", "First texts"));
    html! {
        section.card aria-labelledby="columns" {
            header { h2 #columns { "What the columns hold" } span.hint { "Remembered for the next time" } }
            table.list {
                thead { tr { @for column in [column, holds, first] { th scope="col" { (column.head) } } } }
                tbody { @for (at, taken) in uses.iter().enumerate() { tr {
                    (cell(column, html! { (taken.column) }))
                    (cell(holds, html! {
                        input type="hidden" name={ "column-" (at) } value=(taken.column);
                        select name={ "field-" (at) } aria-label={ "What “" (taken.column) "” holds" } {
                            option value="" { "nothing that is imported" }
                            @for field in Field::of(filled.kind) { option value=(field.as_str()) selected[taken.field == Some(field)] { (field.label()) @if field.is_needed(filled.kind) { ", needed" } } }
                        }
                        @if let Some(confidence) = taken.confidence.filter(|of| *of != Confidence::Said) { " " small { (confidence.label()) } }
                    }))
                    (cell(first, html! { @for text in examples(&taken.column) { small { (text) } " " } }))
                } } }
            }
        }
    }
}

fn coming_rows(rows: &[Planned]) -> Markup {
    let coming = rows.iter().filter(|row| matches!(row.outcome, Outcome::New | Outcome::Changed));
    let coming: Vec<&Planned> = coming.collect();
    html! {
        @if !coming.is_empty() {
            section.card aria-labelledby="rows" {
                header { h2 #rows { "What will be recorded" } span.hint { (coming.len()) } }
                table.list {
                    thead { tr { @for column in [ROW, WHAT, COMES, CHANGES] { th scope="col" class=[column.number.then_some("num")] { (column.head) } } } }
                    tbody { @for row in coming.iter().take(SHOWN) { tr {
                        (cell(ROW, html! { (row.row) }))
                        (cell(WHAT, html! { b { (row.key) } " " (row.title) }))
                        (cell(COMES, html! { span.tag.(if row.outcome == Outcome::New { Mark::Met.class() } else { Mark::Waived.class() }) { (row.outcome.as_str()) } }))
                        (cell(CHANGES, changes(row)))
                    } } }
                }
                @if coming.len() > SHOWN { p.hint.pad { "And " (words::number((coming.len() - SHOWN) as i64)) " more." } }
            }
        }
    }
}

fn changes(row: &Planned) -> Markup {
    let told = |change: &FieldChange| {
        let to = change.to.as_deref().unwrap_or("nothing");
        match (&change.from, row.outcome) {
            (Some(from), _) => format!("{}: {from} → {to}", change.field.label()),
            (None, Outcome::Changed) => format!("{}: nothing → {to}", change.field.label()),
            (None, _) => format!("{}: {to}", change.field.label()),
        }
    };
    // The title of what is new stands beside its key.
    let shown =
        row.changes.iter().filter(|change| row.outcome != Outcome::New || change.field != Field::Title);
    let told: Vec<String> = shown.map(told).collect();
    html! { (told.join(" · ")) }
}
