//! Risks: what could go wrong for users, the likeliest first, and what became of those that are closed.
//!
//! Invariant: a risk that is closed stays, with its outcome.

use axum::extract::rejection::{FormRejection, PathRejection, QueryRejection};
use axum::extract::{Form, Path, Query, State};
use axum::response::{IntoResponse, Redirect};
use domain::envelope::Position;
use domain::id::{ProductId, ReleaseId, ReleaseName, TrackId};
use domain::listing::List;
use domain::permission::Act;
use domain::risk::Risk;
use maud::{Markup, html};
use serde::Deserialize;

use super::defect::event;
use super::frame::{Tab, empty};
use super::reader::Reader;
use super::seen::{ReleasePath, Seen};
use super::trouble::Page;
use super::typed::{Refused, Typed, wrong};
use super::whole;
use crate::app::risks::CloseRequest;
use crate::app::{App, AppError};
use crate::door::Acting;

/// The risk that a path names.
#[derive(Debug, Deserialize)]
pub(super) struct OfRisk {
    product: ProductId,
    name: ReleaseName,
    position: i64,
}

pub(super) type RiskPath = Result<Path<OfRisk>, PathRejection>;

impl OfRisk {
    pub(super) fn parts(self) -> (ReleaseId, Position) {
        (ReleaseId { product: self.product, name: self.name }, Position(self.position))
    }
}

/// Which of them to show.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Narrow {
    #[serde(default)]
    track: String,
}

pub(super) async fn list(
    State(app): State<App>,
    reader: Reader,
    path: ReleasePath,
    narrow: Result<Query<Narrow>, QueryRejection>,
) -> Page {
    let narrow = narrow?.0;
    let seen = Seen::load(&app, &reader, &path?.0.into()).await?;
    page(&reader, seen, &narrow, None)
}

pub(super) async fn close(
    Acting(app): Acting,
    mut reader: Reader,
    path: RiskPath,
    form: Result<Form<Typed>, FormRejection>,
) -> Page {
    let ((id, risk), typed) = (path?.0.parts(), form?.0);
    let request =
        CloseRequest { happened: typed.get("happened") == "yes", outcome: typed.get("outcome").to_owned() };
    match app.close_risk(&id, risk, request, None).await {
        Ok(_) => {
            let back = format!("{}/risks?done=closed", super::frame::path(&id));
            Ok(Redirect::to(&back).into_response())
        }
        Err(AppError::Refused(refusal)) => {
            let seen = Seen::load(&app, &reader, &id).await?;
            reader.here = seen.path("/risks");
            let refused = Refused::new(risk.to_string(), typed, refusal);
            page(&reader, seen, &Narrow::default(), Some(&refused))
        }
        Err(error) => Err(error.into()),
    }
}

fn page(reader: &Reader, mut seen: Seen, narrow: &Narrow, refused: Option<&Refused>) -> Page {
    let body = body(&seen, reader, narrow, refused);
    let below = vec![("Risks".to_owned(), seen.path("/risks"))];
    let status = Refused::status(refused);
    Ok(seen.frame(reader, Tab::Risks, "Risks", below, body).answer_with(status))
}

fn body(seen: &Seen, reader: &Reader, narrow: &Narrow, refused: Option<&Refused>) -> Markup {
    let release = &seen.view.release;
    let on = |risk: &&Risk| {
        narrow.track.is_empty() || TrackId::parse(&narrow.track).is_ok_and(|track| risk.is_on(&track))
    };
    let mut open: Vec<&Risk> = release.risks.iter().filter(|risk| risk.closed.is_none()).filter(on).collect();
    open.sort_by_key(|risk| (risk.description.likelihood, risk.position));
    let closed: Vec<&Risk> =
        release.risks.iter().rev().filter(|risk| risk.closed.is_some()).filter(on).collect();
    let now = seen.past.is_none() && release.unrecognised.is_none();
    let may = now && reader.may(Act::Report);
    // A refusal stands by its form; where that is not shown, at the head of the page.
    let stands = refused.is_some_and(|refused| {
        let of = open.iter().find(|risk| risk.position.to_string() == refused.form);
        now && of.is_some_and(|risk| reader.may_to(Act::Scope, &risk.by))
    });
    html! {
        section.head {
            div { h1 { "Risks" } p.sub { "What could go wrong for users and has not yet: how likely, what they would feel, and what is done against it." } }
            @if may { div.act { a.button.primary href=(seen.path("/risks/new")) { "Note a risk" } } }
        }
        @if !stands { (wrong(refused)) }
        section.card aria-label="Risks" {
            @if release.risks.is_empty() {
                (empty("No risk is noted", html! {
                    p { "Something could go wrong in every release. Note what the team worries about, in words that users would use, with somebody who watches it." }
                    @if may { p { a.button href=(seen.path("/risks/new")) { "Note a risk" } } }
                }))
            } @else {
                form.filter method="get" action=(seen.path("/risks")) {
                    @if !reader.as_of.is_empty() { input type="hidden" name="as_of" value=(reader.as_of); }
                    label { span { "Track" } select name="track" {
                        option value="" { "all tracks" }
                        @for track in release.live_tracks() { option value=(track.description.id) selected[track.description.id.as_str() == narrow.track] { (track.description.name) } }
                    } }
                    button type="submit" { "Narrow" }
                }
                @if open.is_empty() {
                    (empty("No risk is open", html! { p { @if closed.is_empty() { "None is about that track. " a href=(reader.link(seen.path("/risks"))) { "Show all" } "." } @else { "Those that were closed are below, with what became of them." } } }))
                }
                ul.asks.risks { @for risk in &open { (one(seen, reader, risk, now, refused)) } }
            }
            (whole::line(seen, reader, List::Risks))
        }
        @if !closed.is_empty() {
            section.card aria-labelledby="closed" {
                header { h2 #closed { "Closed" } }
                ul.asks.risks { @for risk in &closed { (one(seen, reader, risk, now, refused)) } }
            }
        }
    }
}

fn one(seen: &Seen, reader: &Reader, risk: &Risk, now: bool, refused: Option<&Refused>) -> Markup {
    let description = &risk.description;
    let release = &seen.view.release;
    let name = |id: &TrackId| {
        release.tracks.get(id).map_or_else(|| id.to_string(), |track| track.description.name.clone())
    };
    let tracks = if description.tracks.is_empty() {
        "every track".to_owned()
    } else {
        description.tracks.iter().map(name).collect::<Vec<_>>().join(", ")
    };
    html! {
        li #{ "r-" (risk.position) } {
            p.marked { b { (description.title) } span.likely { (description.likelihood.as_str()) } }
            p { "For users: " (description.effect) }
            p { "Against it: " (description.mitigation) }
            p.hint {
                (seen.name(&description.owner)) " watches it · " (tracks)
                @if !description.areas.is_empty() { " · " (description.areas.join(", ")) }
                " · noted by " (seen.name(&risk.by)) ", " (seen.clock.short(risk.at)) " " (event(risk.position))
                @if risk.revised != risk.position { " · revised " (seen.clock.short(risk.revised_at)) " " (event(risk.revised)) }
            }
            @match &risk.closed {
                Some(end) => p {
                    b { @if end.happened { "It happened" } @else { "It did not happen" } } ": “" (end.outcome) "” "
                    small { (seen.name(&end.by)) ", " (seen.clock.short(end.at)) " " (event(end.position)) }
                },
                None => {},
            }
            @if now { (acts(seen, reader, risk, refused)) }
        }
    }
}

fn acts(seen: &Seen, reader: &Reader, risk: &Risk, refused: Option<&Refused>) -> Markup {
    let position = risk.position;
    let refused = Refused::of(refused, &position.to_string());
    let typed = |name: &str| refused.map(|refused| refused.typed.get(name)).unwrap_or_default();
    html! {
        div.acts {
            @if reader.may(Act::Report) {
                a.button href=(seen.path(&format!("/risks/{position}"))) { @if risk.closed.is_some() { "Open it again" } @else { "Revise" } }
            }
            @if risk.closed.is_none() && reader.may_to(Act::Scope, &risk.by) {
                details #{ "close-" (position) } open[refused.is_some()] {
                    summary.button { "Close" }
                    form.pad method="post" action=(seen.path(&format!("/risks/{position}/closing"))) {
                        (wrong(refused))
                        fieldset.field {
                            legend { "What became of it?" }
                            div {
                                label.choice { input type="radio" name="happened" value="no" required checked[typed("happened") == "no"]; "It cannot happen any more" }
                                label.choice { input type="radio" name="happened" value="yes" required checked[typed("happened") == "yes"]; "It happened" }
                            }
                        }
                        div.field { label for={ "o-" (position) } { "In a sentence" } input #{ "o-" (position) } name="outcome" value=(typed("outcome")) required maxlength="500"; }
                        button type="submit" { "Close it" }
                    }
                }
            }
        }
    }
}
