//! Asking somebody: the form, and then the link, shown this once, with a message to send it in.
//!
//! Invariant: a link is on the page that it was made for and on no other, and that page is in no cache.

use axum::extract::rejection::{FormRejection, PathRejection, QueryRejection};
use axum::extract::{Form, Path, Query};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use domain::ask::Wanted;
use domain::envelope::Position;
use domain::id::{BuildNumber, ProductId, ReleaseId, ReleaseName};
use domain::refusal::Refusal;
use domain::time::Time;
use domain::track::Track;
use maud::{Markup, html};
use serde::Deserialize;

use super::frame::Tab;
use super::moment::{self, Clock};
use super::reader::Reader;
use super::seen::{ReleasePath, Seen};
use super::trouble::{Page, Trouble};
use super::whom::{Named, What, about, build_field, device_field, person_fields, track_of};
use crate::app::ask::{AskRequest, AskResponse};
use crate::app::{App, AppError};
use crate::door::Acting;

const DAY: i64 = 86_400_000_000;

/// The form as it is filled in.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Filled {
    #[serde(default)]
    what: What,
    #[serde(default)]
    track: String,
    #[serde(default)]
    build: String,
    #[serde(default)]
    device: String,
    #[serde(flatten)]
    whom: Named,
    /// One of the moments offered.
    #[serde(default)]
    until: String,
    /// Another moment.
    #[serde(default)]
    until_at: String,
    #[serde(default)]
    note: String,
}

impl Filled {
    fn request(&self, track: &Track, clock: &Clock) -> Result<AskRequest, Refusal> {
        let build = BuildNumber::parse(&self.build).map_err(|_| Refusal::invalid("Choose a build."))?;
        let id = track.description.id.clone();
        let wanted = match self.what {
            What::Check => Wanted::DeviceCheck { track: id, build, device: self.device.clone() },
            What::Summary => Wanted::Summary { track: id, build },
        };
        let text = if self.until_at.trim().is_empty() { &self.until } else { &self.until_at };
        let until = moment::read(text, &clock.zone)
            .ok_or_else(|| Refusal::invalid("Say until when they are asked."))?;
        Ok(AskRequest { of: self.whom.meant(), wanted, note: Some(self.note.clone()), until })
    }
}

pub(super) async fn form(
    Acting(app): Acting,
    reader: Reader,
    path: ReleasePath,
    filled: Result<Query<Filled>, QueryRejection>,
) -> Page {
    let seen = Seen::load(&app, &reader, &path?.0.into()).await?;
    page(&app, &reader, seen, filled?.0, None).await
}

pub(super) async fn ask(
    Acting(app): Acting,
    reader: Reader,
    path: ReleasePath,
    filled: Result<Form<Filled>, FormRejection>,
) -> Page {
    let seen = Seen::load(&app, &reader, &path?.0.into()).await?;
    let filled = filled?.0;
    let request = {
        let track = track_of(&seen.view.release, &filled.track)?;
        filled.request(track, &seen.clock)
    };
    let asked = match request {
        Ok(request) => app.ask(seen.id(), request, None).await,
        Err(refusal) => Err(refusal.into()),
    };
    match asked {
        Ok(asked) => linked(&app, &reader, seen, asked).await,
        Err(AppError::Refused(refusal)) => page(&app, &reader, seen, filled, Some(&refusal.sentence)).await,
        Err(error) => Err(error.into()),
    }
}

/// The ask that a path names.
#[derive(Debug, Deserialize)]
pub(super) struct OfAsk {
    pub(super) product: ProductId,
    pub(super) name: ReleaseName,
    pub(super) position: i64,
}

pub(super) async fn anew(
    Acting(app): Acting,
    reader: Reader,
    path: Result<Path<OfAsk>, PathRejection>,
) -> Page {
    let OfAsk { product, name, position } = path?.0;
    let id = ReleaseId { product, name };
    let asked = app.ask_anew(&id, Position(position)).await?;
    let seen = Seen::load(&app, &reader, &id).await?;
    linked(&app, &reader, seen, asked).await
}

/// Returns the moments that are offered, on the product's clock: evenings of working hours, a week on.
fn moments(release_zone: &str, clock: &Clock) -> Vec<Time> {
    let zone = jiff::tz::TimeZone::get(release_zone).unwrap_or_else(|_| clock.zone.clone());
    let product = Clock { zone, now: clock.now };
    let at_six = |days: i64| {
        let day = product.local(clock.now.plus_micros(days * DAY));
        let date = day.split('T').next().unwrap_or_default().to_owned();
        moment::read(&format!("{date}T18:00"), &product.zone)
    };
    let soonest = clock.now.plus_micros(DAY / 24);
    [0, 1, 2, 3, 7].into_iter().filter_map(at_six).filter(|at| *at > soonest).collect()
}

async fn page(app: &App, reader: &Reader, mut seen: Seen, filled: Filled, wrong: Option<&str>) -> Page {
    let people = app.known_people().await?;
    let body = {
        let release = &seen.view.release;
        let track = track_of(release, &filled.track)?;
        let moments = moments(&release.description.zone, &seen.clock);
        // Tomorrow evening, unless something else was chosen.
        let tomorrow = seen.clock.now.plus_micros(DAY / 2);
        let fallback =
            moments.iter().find(|at| **at > tomorrow).map(|at| moment::rfc3339(*at)).unwrap_or_default();
        let until = if filled.until.is_empty() { fallback } else { filled.until.clone() };
        html! {
            section.head { div { h1 { "Ask somebody" } p.sub { "By a link that opens one form, on any phone. Whoever it is for needs no account, and can do nothing else with it." } } }
            (about(&seen, reader, "/asks/new", filled.what, track))
            form.card.form method="post" action=(seen.path("/asks")) {
                @if let Some(wrong) = wrong { p.note.unmet role="alert" { (wrong) } }
                input type="hidden" name="what" value=(filled.what.as_str());
                input type="hidden" name="track" value=(track.description.id);
                (person_fields(&people, &filled.whom, None))
                @if filled.what == What::Check { (device_field(track, &filled.device)) }
                (build_field(track, &filled.build))
                div.field.pair {
                    div.field {
                        label for="until" { "Until" }
                        select #until name="until" {
                            @for at in &moments {
                                @let value = moment::rfc3339(*at);
                                option value=(value) selected[value == until] { (seen.clock.day_and_time(*at)) }
                            }
                        }
                        p.hint { "In " (seen.clock.zone_name()) "." }
                    }
                    div.field { label for="until_at" { "Or until another moment" } input #until_at name="until_at" type="datetime-local" value=(filled.until_at); }
                }
                div.field { label for="note" { "What they should know" } textarea #note name="note" rows="3" maxlength="2000" { (filled.note) } p.hint { "They see it above their form." } }
                button.primary type="submit" { "Make the link" }
            }
        }
    };
    let below =
        vec![("Asks".to_owned(), seen.path("/asks")), ("Ask somebody".to_owned(), seen.path("/asks/new"))];
    let status = if wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let frame = seen.form(reader, Tab::Deeper, "Ask somebody", below, body);
    Ok(frame.answer_with(status))
}

async fn linked(app: &App, reader: &Reader, mut seen: Seen, asked: AskResponse) -> Result<Response, Trouble> {
    let by = app.names_now().await?.of(&app.actor().await?).to_owned();
    let body = link_page(&seen, reader, &asked, &by);
    let below = vec![("Asks".to_owned(), seen.path("/asks"))];
    let mut frame = seen.frame(reader, Tab::Deeper, "A link", below, body);
    frame.live = None;
    let mut response = frame.answer();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

fn link_page(seen: &Seen, reader: &Reader, asked: &AskResponse, by: &str) -> Markup {
    let link = format!("{}{}", reader.origin, asked.link);
    let first = asked.of.split_whitespace().next().unwrap_or(&asked.of);
    let product = Clock {
        zone: jiff::tz::TimeZone::get(&seen.view.release.description.zone)
            .unwrap_or_else(|_| seen.clock.zone.clone()),
        now: seen.clock.now,
    };
    let message = format!(
        "Hello {first},\n\nplease {} ({}), and say here what came of it, until {}:\n\n{link}\n\nThe link is for you \
         alone. It opens one form; you need no account.\n\n{by}",
        asked.deed,
        seen.title(),
        product.exact_to_the_minute(asked.until)
    );
    html! {
        section.head { div { h1 { "A link for " (asked.of) } p.sub { "To " (asked.deed) ", until " (seen.clock.short(asked.until)) ". It is shown this once." } } }
        section.card.prose {
            h2 { "The link" }
            pre.raw tabindex="0" { (link) }
            h2 { "A message to send it in" }
            pre.raw tabindex="0" { (message) }
            @if let Some(address) = &asked.mailed_to { p { "A link of its own goes to " b { (address) } " by mail, in their working hours. Whichever is answered first counts." } }
            p.hint { "Hand it to " (asked.of) " and to nobody else: whoever has it answers in their name, and what is answered says that it came by a link of yours." }
            p { a.button.primary href=(seen.path("/asks")) { "To what is asked" } }
        }
    }
}
