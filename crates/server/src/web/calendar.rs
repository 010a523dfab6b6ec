//! The working calendar of a product: its holidays and freezes, and taking holidays in from a file.
//!
//! Invariant: a file is looked at before it is taken in, and what is not understood is named.

use axum::extract::multipart::MultipartRejection;
use axum::extract::rejection::{FormRejection, PathRejection};
use axum::extract::{Form, Multipart, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect};
use domain::calendar::ics::LARGEST;
use domain::calendar::{Day, Freeze};
use domain::id::ProductId;
use domain::permission::Act;
use domain::refusal::Refusal;
use domain::words;
use maud::{Markup, html};
use serde::Deserialize;

use super::frame::{Frame, empty};
use super::reader::Reader;
use super::trouble::Page;
use super::typed::{Refused, Typed, wrong};
use crate::app::calendar::{
    CalendarResponse, HolidayLine, HolidaysRequest, HolidaysResponse, RemoveHolidayRequest,
};
use crate::app::{App, AppError};
use crate::door::Acting;

/// The product that a path names.
#[derive(Debug, Deserialize)]
pub(super) struct OfProduct {
    product: ProductId,
}

type ProductPath = Result<Path<OfProduct>, PathRejection>;

pub(super) async fn show(State(app): State<App>, reader: Reader, path: ProductPath) -> Page {
    page(&app, &reader, &path?.0.product, None, None).await
}

/// Looks at a file, or takes it in.
pub(super) async fn import(
    Acting(app): Acting,
    reader: Reader,
    path: ProductPath,
    form: Result<Multipart, MultipartRejection>,
) -> Page {
    let (id, typed) = (path?.0.product, read(form?).await?);
    let dry_run = typed.get("go") != "import";
    let request = HolidaysRequest {
        source: typed.some("source").unwrap_or_else(|| "calendar.ics".to_owned()),
        calendar: typed.get("calendar").to_owned(),
        from: None,
        to: None,
        dry_run,
    };
    match app.import_holidays(&id, request, None).await {
        Ok(_) if !dry_run => Ok(Redirect::to(&format!("{}?done=imported", address(&id))).into_response()),
        Ok(looked) => page(&app, &reader, &id, None, Some((&typed, &looked))).await,
        Err(AppError::Refused(refusal)) => {
            page(&app, &reader, &id, Some(&Refused::new("import", typed, refusal)), None).await
        }
        Err(error) => Err(error.into()),
    }
}

pub(super) async fn remove(
    Acting(app): Acting,
    reader: Reader,
    path: ProductPath,
    form: Result<Form<Typed>, FormRejection>,
) -> Page {
    let (id, typed) = (path?.0.product, form?.0);
    let date: Result<Day, _> = typed.get("date").parse();
    let came = match date {
        Ok(date) => {
            let request = RemoveHolidayRequest { date, reason: typed.get("reason").to_owned() };
            app.remove_holiday(&id, request, None).await
        }
        Err(_) => Err(Refusal::invalid("Choose the holiday to take out.").into()),
    };
    match came {
        Ok(_) => Ok(Redirect::to(&format!("{}?done=no-holiday", address(&id))).into_response()),
        Err(AppError::Refused(refusal)) => {
            page(&app, &reader, &id, Some(&Refused::new("remove", typed, refusal)), None).await
        }
        Err(error) => Err(error.into()),
    }
}

fn address(id: &ProductId) -> String {
    format!("/products/{id}/calendar")
}

/// Reads the form: the file itself, or its text as it was looked at.
async fn read(mut form: Multipart) -> Result<Typed, AppError> {
    let broken = |_| Refusal::invalid("The file did not arrive whole. Choose it again.");
    let mut typed = Typed::default();
    while let Some(field) = form.next_field().await.map_err(broken)? {
        let name = field.name().unwrap_or_default().to_owned();
        let file = field.file_name().map(str::to_owned).filter(|file| !file.is_empty());
        let bytes = field.bytes().await.map_err(broken)?;
        if bytes.len() > LARGEST + 1 {
            return Err(Refusal::invalid("The file is larger than 1 MiB; export the holidays alone.").into());
        }
        let text = String::from_utf8_lossy(&bytes).into_owned();
        match (name.as_str(), file) {
            ("file", Some(file)) => {
                typed.set("source", file);
                typed.set("calendar", text);
            }
            ("file", None) => {}
            _ => typed.set(&name, text),
        }
    }
    Ok(typed)
}

async fn page(
    app: &App,
    reader: &Reader,
    id: &ProductId,
    refused: Option<&Refused>,
    looked: Option<(&Typed, &HolidaysResponse)>,
) -> Page {
    let (_, calendar) = app.calendar(id).await?;
    let clock = reader.clock(&calendar.zone);
    let today = Day::of(reader.now, &domain::calendar::day::zone(&calendar.zone));
    let frame = Frame {
        reader,
        clock: &clock,
        title: format!("Calendar · {}", calendar.name),
        crumbs: vec![
            ("Fleet".to_owned(), "/".to_owned()),
            (format!("Calendar of {}", calendar.name), address(id)),
        ],
        tabs: None,
        live: None,
        past: None,
        body: body(reader, &calendar, today, refused, looked),
    };
    let status = if refused.is_some() { Refused::status(refused) } else { StatusCode::OK };
    Ok(frame.answer_with(status))
}

fn body(
    reader: &Reader,
    calendar: &CalendarResponse,
    today: Day,
    refused: Option<&Refused>,
    looked: Option<(&Typed, &HolidaysResponse)>,
) -> Markup {
    let days: Vec<&str> = calendar.workdays.iter().map(|day| day.name()).collect();
    let (past, ahead): (Vec<&HolidayLine>, Vec<&HolidayLine>) =
        calendar.holidays.iter().partition(|holiday| holiday.date < today);
    html! {
        section.head {
            div {
                h1 { "Calendar of " (calendar.name) }
                p.sub { (words::joined(&days, 7, "and")) " are worked. Days begin and end in " (calendar.zone) "; today is " b { (today.told()) } "." }
            }
        }
        @if let Some((typed, looked)) = looked { (preview(calendar, typed, looked)) }
        section.card aria-labelledby="holidays" {
            header { h2 #holidays { "Holidays" } }
            @if calendar.holidays.is_empty() {
                (empty("No holiday is known", html! {
                    p { "Business days are counted around holidays. Write them in the product’s file, under [calendar], or take them in from a calendar file below." }
                }))
            } @else {
                @if ahead.is_empty() { p.pad.hint { "No holiday is ahead." } }
                (listed(&ahead))
                @if !past.is_empty() { details.pad { summary.hint { (words::count(past.len() as i64, "holiday", "holidays")) " that passed" } (listed(&past)) } }
            }
        }
        section.card aria-labelledby="freezes" {
            header { h2 #freezes { "Freezes" } }
            @if calendar.freezes.is_empty() {
                (empty("No freeze is known", html! {
                    p { "While a store is closed, or the team ships nothing, nothing can be submitted or released. Freezes are written in the product’s file, as [[calendar.freezes]]." }
                }))
            } @else {
                ul.asks { @for freeze in &calendar.freezes { (frozen(freeze, today)) } }
            }
        }
        @if reader.may(Act::Schedule) {
            section.card aria-labelledby="import" {
                header { h2 #import { "Take holidays in" } }
                div.acts.pad {
                    details open[calendar.holidays.is_empty() || Refused::of(refused, "import").is_some()] {
                        summary.button { "From a calendar file" }
                        form.pad method="post" action={ (address(&calendar.product)) "/holidays" } enctype="multipart/form-data" {
                            (wrong(Refused::of(refused, "import")))
                            div.field {
                                label for="file" { "The file" }
                                input #file name="file" type="file" required accept=".ics,text/calendar";
                                p.hint { "An .ics file with whole days, as calendars export them; at most 1 MiB. You see what it comes to before it counts: this year and the two after it." }
                            }
                            button type="submit" { "Look at it" }
                        }
                    }
                    @if calendar.holidays.iter().any(|holiday| holiday.imported) {
                        @let of = Refused::of(refused, "remove");
                        details open[of.is_some()] {
                            summary.button { "Take one out" }
                            form.pad method="post" action={ (address(&calendar.product)) "/removals" } {
                                (wrong(of))
                                div.field {
                                    label for="date" { "Holiday" }
                                    select #date name="date" required {
                                        option value="" { "choose" }
                                        @for holiday in calendar.holidays.iter().filter(|holiday| holiday.imported) {
                                            option value=(holiday.date) selected[of.is_some_and(|of| of.typed.get("date") == holiday.date.to_string())] { (holiday.date.told()) ": " (holiday.name) }
                                        }
                                    }
                                    p.hint { "Those of the product’s file are taken out there." }
                                }
                                div.field { label for="reason" { "Why is it no holiday?" } input #reason name="reason" required maxlength="300" value=(of.map(|of| of.typed.get("reason")).unwrap_or_default()); }
                                button type="submit" { "Take it out" }
                            }
                        }
                    }
                }
            }
        } @else { (wrong(refused)) }
    }
}

fn listed(holidays: &[&HolidayLine]) -> Markup {
    html! {
        ul.asks.days-off { @for holiday in holidays {
            li { p { b { (holiday.date.told()) } " " (holiday.name) " " small.hint { @if holiday.imported { "imported" } @else { "in the product’s file" } } } }
        } }
    }
}

fn frozen(freeze: &Freeze, today: Day) -> Markup {
    html! {
        li {
            p { b { (freeze.from.told()) @if freeze.to != freeze.from { " to " (freeze.to.told()) } } " “" (freeze.name) "”" }
            p.hint {
                @match &freeze.store { Some(store) => (words::capital(domain::calendar::store_name(store))), None => "The team" }
                " stops " (freeze.stops.label())
                @if !freeze.tracks.is_empty() { " on " (freeze.tracks.iter().map(|track| track.as_str()).collect::<Vec<_>>().join(", ")) }
                @if freeze.to < today { " · passed" } @else if freeze.holds(today) { " · today" }
            }
        }
    }
}

/// What a file comes to, and the button that takes it in.
fn preview(calendar: &CalendarResponse, typed: &Typed, looked: &HolidaysResponse) -> Markup {
    html! {
        section.card.draft aria-labelledby="looked" {
            header { h2 #looked { "What " (typed.get("source")) " comes to" } }
            div.pad {
                p role="status" {
                    b { (words::count(looked.new.len() as i64, "new holiday", "new holidays")) } " from " (looked.from) " to " (looked.to)
                    ", " (words::number(looked.known.into())) " on record already, " (words::number(looked.outside.into())) " in other years."
                }
                ul.plain { @for holiday in &looked.new { li { (holiday.date.told()) " " (holiday.name) } } }
                @if !looked.not_understood.is_empty() {
                    p { b { "Not understood" } }
                    ul.plain { @for what in looked.not_understood.iter().take(50) { li { (what) } }
                        @if looked.not_understood.len() > 50 { li { "and " (looked.not_understood.len() - 50) " more" } } }
                }
                @if looked.new.is_empty() { p.hint { "There is nothing to take in." } }
                @else {
                    form method="post" action={ (address(&calendar.product)) "/holidays" } enctype="multipart/form-data" {
                        input type="hidden" name="source" value=(typed.get("source"));
                        textarea name="calendar" hidden aria-label="The file" { "\n" (typed.get("calendar")) }
                        button.primary type="submit" name="go" value="import" { "Take " (words::count(looked.new.len() as i64, "holiday", "holidays")) " in" }
                    }
                }
            }
        }
    }
}
