//! Importing a spreadsheet on pages: choosing it, seeing what it comes to, and confirming that.
//!
//! Invariant: what is confirmed is a file that is kept, with the mapping that was shown; nothing is remembered between the
//! steps but what the form itself carries.

mod filled;
mod preview;

use axum::extract::multipart::MultipartRejection;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Multipart, Query};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use domain::id::ReleaseId;
use domain::import::Kind;
use domain::words;
use maud::{Markup, html};
use serde::Deserialize;

use super::frame::Tab;
use super::reader::Reader;
use super::seen::{ReleasePath, Seen};
use super::trouble::Page;
use crate::app::AppError;
use crate::app::import::Imported;
use crate::door::Acting;

use filled::{Filled, Go};

/// What a link to the page says.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Asked {
    #[serde(default, rename = "as")]
    kind: Option<Kind>,
    /// What came of an import that was just done.
    #[serde(default)]
    new: Option<u32>,
    #[serde(default)]
    changed: Option<u32>,
    #[serde(default)]
    same: Option<u32>,
    #[serde(default)]
    out: Option<u32>,
}

pub(super) async fn form(
    Acting(app): Acting,
    reader: Reader,
    path: ReleasePath,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Page {
    let (seen, asked) = (Seen::load(&app, &reader, &path?.0.into()).await?, asked?.0);
    let filled = Filled { kind: asked.kind.unwrap_or_default(), ..Filled::default() };
    let came = asked.new.map(|new| {
        let counts = [asked.changed, asked.same, asked.out].map(Option::unwrap_or_default);
        came(&seen, &reader, filled.kind, new, counts)
    });
    choose(&reader, seen, &filled, None, came)
}

pub(super) async fn import(
    Acting(app): Acting,
    reader: Reader,
    path: ReleasePath,
    form: Result<Multipart, MultipartRejection>,
) -> Page {
    let id: ReleaseId = path?.0.into();
    let mut filled = Filled::read(form?).await?;
    let bytes = match filled.file(&app).await {
        Ok(bytes) => bytes,
        Err(AppError::Refused(refusal)) => {
            let seen = Seen::load(&app, &reader, &id).await?;
            return choose(&reader, seen, &filled, Some(&refusal.sentence), None);
        }
        Err(error) => return Err(error.into()),
    };
    let request = filled.request();
    if filled.go != Go::Look {
        match app.import_file(&id, bytes.clone(), &request, None).await {
            Ok(imported) => return Ok(done(&id, filled.kind, &imported)),
            Err(AppError::Refused(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let dry = crate::app::import::ImportRequest { dry_run: true, ..request };
    let looked = app.import_file(&id, bytes, &dry, None).await;
    let seen = Seen::load(&app, &reader, &id).await?;
    match looked {
        Ok(imported) => Ok(preview::page(&reader, seen, &filled, &imported)),
        // What columns are said to hold does not fit: they are shown again, as they were said.
        Err(AppError::Refused(refusal)) if !filled.columns.is_empty() => {
            Ok(preview::again(&reader, seen, &filled, &refusal.sentence))
        }
        Err(AppError::Refused(refusal)) => choose(&reader, seen, &filled, Some(&refusal.sentence), None),
        Err(error) => Err(error.into()),
    }
}

fn done(id: &ReleaseId, kind: Kind, imported: &Imported) -> Response {
    let counts = imported.plan.counts;
    let to = format!(
        "{}/import?as={}&new={}&changed={}&same={}&out={}&done=imported",
        super::frame::path(id),
        kind.as_str(),
        counts.new,
        counts.changed,
        counts.same,
        counts.errors
    );
    Redirect::to(&to).into_response()
}

/// Tells what came of an import.
fn came(seen: &Seen, reader: &Reader, kind: Kind, new: u32, [changed, same, out]: [u32; 3]) -> Markup {
    let (below, page) = match kind {
        Kind::Defects => ("/defects", "Defects"),
        Kind::Changes => ("/contents", "Contents"),
        Kind::SignOffs => ("/evidence", "Evidence"),
    };
    let (one, many) = kind.nouns();
    html! {
        p.note.met role="status" {
            "Imported: " (words::count(i64::from(new), &format!("new {one}"), &format!("new {many}")))
            ", " (words::number(i64::from(changed))) " changed, " (words::number(i64::from(same))) " as on record"
            @if out > 0 { ", " (words::count(i64::from(out), "row", "rows")) " left out" }
            ". What the columns hold is remembered. "
            a href=(reader.link(seen.path(below))) { (page) }
        }
    }
}

/// The first step: which file, and what it is a list of.
fn choose(
    reader: &Reader,
    mut seen: Seen,
    filled: &Filled,
    wrong: Option<&str>,
    came: Option<Markup>,
) -> Page {
    let labels = |kind: Kind| match kind {
        Kind::Defects => {
            ("Defects", "A key and a title each; severity, state, tracks and builds if they are there.")
        }
        Kind::Changes => {
            ("Changes", "What the release carries: a key and a title each, and who says that it is done.")
        }
        Kind::SignOffs => (
            "Sign-offs",
            "Track, build, function and who it was; recorded as their word, with the file as where they gave it.",
        ),
    };
    let body = html! {
        section.head {
            div { h1 { "Import" } p.sub { "A list as your tracker or a spreadsheet has it. You see what it comes to before anything is recorded, and the same list again changes only what differs." } }
        }
        @if let Some(came) = came { (came) }
        form.card.form method="post" action=(seen.path("/import")) enctype="multipart/form-data" {
            @if let Some(wrong) = wrong { p.note.unmet role="alert" { (wrong) } }
            fieldset.field {
                legend { "What is it a list of?" }
                div { @for (_, kind) in Kind::ALL {
                    @let (name, says) = labels(kind);
                    label.choice { input type="radio" name="as" value=(kind.as_str()) required checked[filled.kind == kind]; span { (name) small.hint { " " (says) } } }
                } }
            }
            div.field.wrong[wrong.is_some()] {
                label for="file" { "The file" }
                input #file name="file" type="file" required accept=".csv,.tsv,.txt,.json,.xlsx,text/csv,application/json,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" aria-invalid=[wrong.map(|_| "true")];
                p.hint { "CSV, JSON or Excel (.xlsx), with the names of the columns in a row; at most 20 MB and 20,000 rows." }
            }
            label.choice { input type="checkbox" name="whole" value="yes" checked[filled.whole]; span { "These are all there are" small.hint { " Until somebody says so, “no open defects” is a thing that nobody knows." } } }
            button.primary type="submit" { "Look at it" }
        }
    };
    let below = vec![("Import".to_owned(), seen.path("/import"))];
    let status = if wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let tab = tab(filled.kind);
    let frame = seen.form(reader, tab, "Import", below, body);
    Ok(frame.answer_with(status))
}

fn tab(kind: Kind) -> Tab {
    match kind {
        Kind::Defects => Tab::Defects,
        Kind::Changes => Tab::Contents,
        Kind::SignOffs => Tab::Evidence,
    }
}
