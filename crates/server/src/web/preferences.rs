//! How a reader wants pages: in which zone and which colours. Kept in their browser, not on the server.
//!
//! Invariant: without a choice, the browser's own zone and colours are used.

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::tz::TimeZone;
use maud::html;
use serde::Deserialize;

use super::frame::Frame;
use super::reader::{Reader, Theme};
use super::trouble::{Page, Trouble};
use crate::app::App;

/// A year, in seconds.
const KEPT: &str = "Path=/; Max-Age=31536000; SameSite=Lax";

#[derive(Debug, Deserialize)]
pub(super) struct Choice {
    #[serde(default)]
    zone: String,
    #[serde(default)]
    theme: String,
}

pub(super) async fn show(State(_app): State<App>, reader: Reader) -> Page {
    let zone = reader.chosen.as_ref().and_then(|zone| zone.iana_name()).unwrap_or_default().to_owned();
    Ok(page(&reader, &zone, None))
}

pub(super) async fn choose(
    State(app): State<App>,
    reader: Reader,
    form: Result<Form<Choice>, FormRejection>,
) -> Result<Response, Trouble> {
    let Choice { zone, theme } = form?.0;
    let zone = zone.trim();
    let known = TimeZone::get(zone).ok().filter(|_| !zone.is_empty());
    if known.is_none() && !zone.is_empty() {
        let names: Vec<String> = jiff::tz::db().available().map(|name| name.to_string()).collect();
        let meant = domain::criteria::check::closest(zone, names.iter().map(String::as_str));
        let meant = meant.map(|meant| format!(" Did you mean {meant}?")).unwrap_or_default();
        return Ok(page(&reader, zone, Some(format!("There is no time zone “{zone}”.{meant}"))));
    }
    if let (Some(member), Some(zone)) = (&reader.who, &known) {
        app.keep_zone(&member.id, zone).await?;
    }
    let known_theme = Theme::ALL.iter().find(|(name, _)| *name == theme).map_or("system", |(name, _)| name);
    let mut headers = HeaderMap::new();
    let zone = known.as_ref().and_then(|zone| zone.iana_name()).unwrap_or_default();
    let (prefix, end) = (app.front.choice_prefix(), app.front.choice_end());
    let zone = format!("{prefix}zone={zone}; {KEPT}{end}");
    // Scripts need the zone; the theme is for the server alone.
    let theme = format!("{prefix}theme={known_theme}; {KEPT}{}", app.front.cookie_end());
    for cookie in [zone, theme] {
        if let Ok(cookie) = HeaderValue::from_str(&cookie) {
            headers.append(header::SET_COOKIE, cookie);
        }
    }
    Ok((headers, Redirect::to("/preferences?done=preferences")).into_response())
}

fn page(reader: &Reader, zone: &str, wrong: Option<String>) -> Response {
    let clock = reader.clock("UTC");
    let status = if wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let body = html! {
        section.head { div { h1 { "Zone and colours" } p.sub { "Kept in this browser. Mails to you keep to the working hours of the zone you choose." } } }
        form.card.form method="post" action="/preferences" {
            div.field.wrong[wrong.is_some()] {
                label for="zone" { "Time zone" }
                input #zone name="zone" value=(zone) list="zones" placeholder="as this browser says" autocomplete="off"
                    aria-invalid=[wrong.as_ref().map(|_| "true")] aria-describedby="zone-help";
                datalist #zones { @for zone in jiff::tz::db().available() { option value=(zone) {} } }
                p.hint #zone-help {
                    @match &wrong { Some(why) => span.error { (why) }, None => { "Now shown in " (clock.zone_name()) ". Empty means the browser’s own." } }
                }
            }
            fieldset.field {
                legend { "Colours" }
                @for (name, theme) in Theme::ALL {
                    label.choice { input type="radio" name="theme" value=(name) checked[theme == reader.theme]; (name) }
                }
            }
            button.primary type="submit" { "Keep" }
        }
    };
    let frame = Frame {
        reader,
        clock: &clock,
        title: "Zone and colours".to_owned(),
        crumbs: vec![
            ("Fleet".to_owned(), "/".to_owned()),
            ("Zone and colours".to_owned(), "/preferences".to_owned()),
        ],
        tabs: None,
        live: None,
        past: None,
        body,
    };
    frame.answer_with(status)
}
