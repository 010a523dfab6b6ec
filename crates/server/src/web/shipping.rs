//! A track's way to its users: handoff, submission in the store's own words, rollout, and whether it is held.
//!
//! Invariant: a form offers only what may follow; whoever may not do it sees no form.

mod acts;
mod card;

use axum::extract::rejection::{FormRejection, PathRejection};
use axum::extract::{Form, Path};
use axum::response::{IntoResponse, Redirect};
use domain::course::{carrier, submission};
use domain::envelope::{ActorId, Position};
use domain::handoff::Item;
use domain::id::{BuildNumber, ProductId, ReleaseId, ReleaseName, TrackId};
use domain::refusal::Refusal;
use domain::time::Time;
use domain::track::Track;
use jiff::tz::TimeZone;
use maud::{Markup, html};
use serde::Deserialize;

use super::candidate::TrackPath;
use super::frame::Tab;
use super::moment;
use super::reader::Reader;
use super::seen::Seen;
use super::trouble::Page;
use super::typed::{Refused, Typed, wrong};
use crate::app::settle::SettledResponse;
use crate::app::shipping::{
    Answer, AnswerRequest, CourseRequest, CourseTurn, ExpediteRequest, OfferRequest, ReworkRequest,
    RolloutRequest, StoreWordRequest, SubmitRequest,
};
use crate::app::{App, AppError};
use crate::door::Acting;

pub(super) use card::{phases, way};

type Sent = Result<Form<Typed>, FormRejection>;

pub(super) async fn show(Acting(app): Acting, reader: Reader, path: TrackPath) -> Page {
    let (id, track) = path?.0.parts();
    page(&app, &reader, &id, &track, None).await
}

/// The handoff that a path names.
#[derive(Debug, Deserialize)]
pub(super) struct OfHandoff {
    product: ProductId,
    name: ReleaseName,
    track: TrackId,
    handoff: Position,
}

pub(super) async fn offer(Acting(app): Acting, reader: Reader, path: TrackPath, form: Sent) -> Page {
    let ((id, track), typed) = (path?.0.parts(), form?.0);
    let done = match build(&typed) {
        Ok(build) => {
            let (checklist, note) = (checklist(&typed), typed.some("note"));
            let request = OfferRequest { build, checklist, note, behalf: typed.behalf() };
            app.offer(&id, &track, request, None).await
        }
        Err(refusal) => Err(refusal.into()),
    };
    came(&app, &reader, (&id, &track), ("offer", typed), done).await
}

fn build(typed: &Typed) -> Result<BuildNumber, Refusal> {
    BuildNumber::parse(typed.get("build"))
        .map_err(|_| Refusal::invalid("Open this form from the track’s page: it names the build."))
}

/// Reads the lines of a checklist, and those that were added.
fn checklist(typed: &Typed) -> Vec<Item> {
    let line = |index: usize| {
        let text = typed.some(&format!("item-{index}"))?;
        let done = !typed.get(&format!("done-{index}")).is_empty();
        Some(Item { text, done, note: typed.some(&format!("note-{index}")) })
    };
    (0..domain::command::handoff::MOST_ITEMS).filter_map(line).collect()
}

pub(super) async fn answer(
    Acting(app): Acting,
    reader: Reader,
    path: Result<Path<OfHandoff>, PathRejection>,
    form: Sent,
) -> Page {
    let (OfHandoff { product, name, track, handoff }, typed) = (path?.0, form?.0);
    let id = ReleaseId { product, name };
    let answer = match typed.get("answer") {
        "returned" => Answer::Returned,
        "taken_back" => Answer::TakenBack,
        _ => Answer::Accepted,
    };
    let request = AnswerRequest { answer, text: typed.some("text"), behalf: typed.behalf() };
    let done = app.answer_handoff(&id, (&track, handoff), request, None).await;
    came(&app, &reader, (&id, &track), ("answer", typed), done).await
}

pub(super) async fn submit(Acting(app): Acting, reader: Reader, path: TrackPath, form: Sent) -> Page {
    let ((id, track), typed) = (path?.0.parts(), form?.0);
    let zone = zone(&app, &reader, &id).await?;
    let read = build(&typed).and_then(|build| Ok((build, said_at(&typed, &zone)?)));
    let done = match read {
        Ok((build, said_at)) => {
            let request = SubmitRequest {
                build,
                word: typed.some("word"),
                said_at,
                note: typed.some("note"),
                behalf: typed.behalf(),
            };
            app.submit(&id, &track, request, None).await
        }
        Err(refusal) => Err(refusal.into()),
    };
    came(&app, &reader, (&id, &track), ("submit", typed), done).await
}

/// Returns the zone in which times are typed.
async fn zone(app: &App, reader: &Reader, id: &ReleaseId) -> Result<TimeZone, AppError> {
    Ok(reader.clock(&app.release(id).await?.description.zone).zone)
}

/// Reads when something was; nothing typed is now.
fn said_at(typed: &Typed, zone: &TimeZone) -> Result<Option<Time>, Refusal> {
    let Some(text) = typed.some("said_at") else { return Ok(None) };
    let read = moment::read(&text, zone);
    let read = read.ok_or_else(|| Refusal::invalid("Give the day and the time when the store said so."))?;
    Ok(Some(read))
}

/// What is told of a store, by the form that it was typed into.
pub(super) async fn tell(Acting(app): Acting, reader: Reader, path: TrackPath, form: Sent) -> Page {
    let ((id, track), typed) = (path?.0.parts(), form?.0);
    let form = match typed.get("form") {
        "rollout" => "rollout",
        "expedite" => "expedite",
        "rework" => "rework",
        _ => "word",
    };
    let done = told(&app, &reader, (&id, &track), form, &typed).await;
    came(&app, &reader, (&id, &track), (form, typed), done).await
}

async fn told(
    app: &App,
    reader: &Reader,
    (id, track): (&ReleaseId, &TrackId),
    form: &str,
    typed: &Typed,
) -> Result<SettledResponse, AppError> {
    // A word that was typed goes before one that was chosen: it is there for what no choice offers.
    let another = typed.some("another");
    let verbatim = another.is_some();
    let word = another.or_else(|| typed.some("word")).unwrap_or_default();
    let zone = zone(app, reader, id).await?;
    let (said_at, reason) = (said_at(typed, &zone)?, typed.some("reason"));
    match form {
        "rollout" => {
            let percent = typed.some("percent").map(|percent| percent.replace(',', ".").parse::<f64>());
            let percent = percent.transpose().map_err(|_| {
                Refusal::invalid("How many are offered it is a percentage from 0 to 100, as 5 or 0.5.")
            })?;
            let request = RolloutRequest { word, percent, said_at, reason, verbatim };
            app.tell_rollout(id, track, request, None).await
        }
        "expedite" => {
            let granted = match typed.get("granted") {
                "yes" => Some(true),
                "no" => Some(false),
                _ => None,
            };
            let request = ExpediteRequest { granted, text: typed.some("text"), behalf: typed.behalf() };
            app.expedite(id, track, request, None).await
        }
        "rework" => {
            let new_build = !typed.get("new_build").is_empty();
            let plan = typed.get("plan").to_owned();
            app.plan_rework(id, track, ReworkRequest { plan, new_build, behalf: typed.behalf() }, None).await
        }
        _ => {
            let request = StoreWordRequest { word, said_at, reason, verbatim, behalf: typed.behalf() };
            app.store_says(id, track, request, None).await
        }
    }
}

pub(super) async fn turn(Acting(app): Acting, reader: Reader, path: TrackPath, form: Sent) -> Page {
    let ((id, track), typed) = (path?.0.parts(), form?.0);
    let turn = match typed.get("turn") {
        "resumed" => CourseTurn::Resumed,
        "withdrawn" => CourseTurn::Withdrawn,
        "returned" => CourseTurn::Returned,
        "stable" => CourseTurn::Stable,
        "unsettled" => CourseTurn::Unsettled,
        _ => CourseTurn::Held,
    };
    let request = CourseRequest { turn, reason: typed.get("reason").to_owned(), behalf: typed.behalf() };
    let form = format!("turn-{}", typed.get("turn"));
    let done = app.turn_course(&id, &track, request, None).await;
    came(&app, &reader, (&id, &track), (&form, typed), done).await
}

/// Goes back to the page, or shows it again with what was typed and why it does not do.
async fn came(
    app: &App,
    reader: &Reader,
    (id, track): (&ReleaseId, &TrackId),
    (form, typed): (&str, Typed),
    done: Result<SettledResponse, AppError>,
) -> Page {
    match done {
        Ok(_) => {
            let to = format!("{}/tracks/{track}/way?done=recorded", super::frame::path(id));
            Ok(Redirect::to(&to).into_response())
        }
        Err(AppError::Refused(refusal)) => {
            page(app, reader, id, track, Some(&Refused::new(form, typed, refusal))).await
        }
        Err(error) => Err(error.into()),
    }
}

async fn page(
    app: &App,
    reader: &Reader,
    id: &ReleaseId,
    track: &TrackId,
    refused: Option<&Refused>,
) -> Page {
    let mut seen = Seen::load(app, reader, id).await?;
    let release = seen.view.release.clone();
    let of = domain::command::evidence::track(&release, track)?;
    let name = of.description.name.clone();
    let me = app.actor().await?;
    let shown = Shown { seen: &seen, reader, track: of, refused, me: &me };
    let body = shown.body();
    let title = format!("{name} on its way");
    let crumbs = vec![
        (name, seen.path(&format!("/tracks/{track}"))),
        ("On its way".to_owned(), seen.path(&format!("/tracks/{track}/way"))),
    ];
    let status = Refused::status(refused);
    Ok(seen.frame(reader, Tab::Deeper, &title, crumbs, body).answer_with(status))
}

/// What the page is made from.
struct Shown<'a> {
    seen: &'a Seen,
    reader: &'a Reader,
    track: &'a Track,
    refused: Option<&'a Refused>,
    me: &'a ActorId,
}

impl Shown<'_> {
    fn path(&self, below: &str) -> String {
        self.seen.path(&format!("/tracks/{}{below}", self.track.description.id))
    }

    fn body(&self) -> Markup {
        let release = &self.seen.view.release;
        let carrier = carrier(release, self.track);
        let own = carrier.description.id == self.track.description.id;
        html! {
            section.head {
                div {
                    h1 { (self.track.description.name) " on its way" }
                    p.sub { (card::phase_line(self.seen, self.track)) }
                }
                nav.act aria-label="Other tracks" {
                    @for other in release.live_tracks() {
                        a.button href=(self.reader.link(self.seen.path(&format!("/tracks/{}/way", other.description.id)))) aria-current=[(other.description.id == self.track.description.id).then_some("page")] { (other.description.name) }
                    }
                }
            }
            @if self.refused.is_some_and(|refused| !self.shows(&refused.form)) { (wrong(self.refused)) }
            div.columns {
                section.card aria-labelledby="handoff" { (self.handoff()) }
                section.card aria-labelledby="course" { (self.course()) }
            }
            section.card aria-labelledby="submission" {
                @if own { (self.submission(submission(release, self.track))) } @else { (self.shared(carrier)) }
            }
        }
    }

    /// The submission of another track, in which this one ships.
    fn shared(&self, carrier: &Track) -> Markup {
        let there = self.reader.link(self.seen.path(&format!("/tracks/{}/way", carrier.description.id)));
        html! {
            header { h2 #submission { "Submission" } }
            div.pad {
                p { (self.track.description.name) " ships inside the submission of " a href=(there) { (carrier.description.name) } ": what the store says of that holds for both. Its handoff stays its own." }
            }
            @if let Some(submission) = submission(&self.seen.view.release, self.track) { (self.says(submission)) }
        }
    }
}
