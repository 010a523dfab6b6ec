//! Every piece that pages are built from, on one page, for whoever builds the next.
//!
//! Invariant: it draws with the same functions as the pages, so it cannot show what they do not.

use axum::extract::State;
use domain::readiness::Readiness;
use maud::{Markup, html};

use super::frame::{Frame, command, empty};
use super::mark::{self, Mark};
use super::parts::table::{Column, Sort, Sorting, cell, head};
use super::reader::Reader;
use super::trouble::Page;
use crate::app::App;

const COLUMNS: [Column; 3] =
    [Column::text("what", "What"), Column::text("", "Does not sort"), Column::number("count", "How many")];

pub(super) async fn gallery(State(_app): State<App>, reader: Reader) -> Page {
    let clock = reader.clock("UTC");
    let sort = Sort { by: "count".to_owned(), down: true };
    let link = |sort: &str| format!("/gallery?sort={sort}");
    let ago = |minutes: i64| clock.now.plus_micros(-minutes * 60_000_000);
    let body = html! {
        section.head {
            div { h1 { "Gallery" } p.sub { "The pieces that pages are built from. " em.late { "Something worth noticing." } } }
            div.act { a.button href="/gallery" { "A link" } button.primary type="button" { "The one action" } button.danger type="button" { "Takes back" } }
        }
        (piece("Verdicts", html! {
            p { (mark::key()) }
            p { @for of in [Readiness::Ready, Readiness::NotReady, Readiness::Unknown] { (mark::pill(of)) " " } }
            p { @for mark in Mark::ALL { span.tag.(mark.class()) { (mark.word()) } " " } }
        }))
        (piece("Times", html! {
            ul.plain { @for minutes in [0, 7, 75, 60 * 26, 60 * 24 * 9, -130] { li { (clock.when(ago(minutes))) } } }
        }))
        (piece("Type", html! {
            h1 { "A page’s one title" } h2 { "A card’s title" } h3 { "A row’s title" }
            p { "Text, with a " a href="/gallery" { "link" } ", " b { "weight" } ", " code { "a fact or a command" } "." }
            p.hint { "A hint, for what helps and does not matter." }
        }))
        (piece("A table", html! {
            table.list { (head(&COLUMNS, Sorting { sort: &sort, link: &link })) tbody {
                @for (what, note, count) in [("Regression", "297 of 297", "4,812"), ("Smoke", "ran on 512", "7")] {
                    tr { th scope="row" { (what) } (cell(COLUMNS[1], html! { (note) })) (cell(COLUMNS[2], html! { (count) })) }
                }
            } }
        }))
        (piece("A form, with a mistake", html! {
            form.form action="/gallery" {
                div.field { label for="g-name" { "Name" } input #g-name name="name" value="Pixel 8 / Android 15"; p.hint { "As the product’s file lists it." } }
                div.field.wrong { label for="g-reason" { "Reason" } input #g-reason name="reason" aria-invalid="true" aria-describedby="g-why"; p.hint #g-why { span.error { "Say why in a few words: whoever reads it later was not here." } } }
                div.field { label for="g-kind" { "Kind" } select #g-kind name="kind" { option { "smoke" } option { "regression" } } }
                div.field { label for="g-notes" { "Notes" } textarea #g-notes name="notes" rows="3" {} }
                button.primary type="submit" { "Keep" }
            }
        }))
        (piece("Notes", html! {
            p.note { "Something to know." }
            p.note.unknown { (Mark::Unknown.shape()) b { "Stale" } ": it is for 512; the candidate is 514." }
            p.note.unmet { (Mark::Unmet.shape()) b { "Withdrawn" } ": ran against staging by mistake." }
        }))
        (piece("Numbers", html! {
            dl.tiles { @for (label, value, class) in [("Cases", "4,812", ""), ("Failed", "2", "unmet"), ("Flaky", "3", "unknown")] { div.(class) { dt { (label) } dd { (value) } } } }
        }))
        (piece("Nothing here yet", empty("No evidence yet", html! { p { "What will be here, and how to bring it about:" } (command("seaworthy ingest --help")) })))
        (piece("A dialog and a toast", html! {
            p { button type="button" data-dialog="keys" { "Open the dialog" } " " button type="button" data-toast="Kept. Nothing else changed." { "Show a toast" } }
        }))
    };
    let frame = Frame {
        reader: &reader,
        clock: &clock,
        title: "Gallery".to_owned(),
        crumbs: vec![("Fleet".to_owned(), "/".to_owned()), ("Gallery".to_owned(), "/gallery".to_owned())],
        tabs: None,
        live: None,
        past: None,
        body,
    };
    Ok(frame.answer())
}

fn piece(title: &str, content: Markup) -> Markup {
    html! { section.card.piece { header { h2 { (title) } } div.pad { (content) } } }
}
