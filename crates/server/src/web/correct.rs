//! Putting evidence where it belongs, and carrying it forward: the forms beneath a piece, and what they do.
//!
//! Invariant: a form is offered only where the act could be carried out, and comes back with what was typed.

use axum::extract::Form;
use axum::extract::rejection::FormRejection;
use axum::response::{IntoResponse, Redirect, Response};
use domain::envelope::Position;
use domain::id::{BuildNumber, Commit, ReleaseId, TrackId};
use domain::permission::Act;
use domain::refusal::Refusal;
use maud::{Markup, html};
use serde::Deserialize;

use super::evidence::Piece;
use super::reader::Reader;
use super::run::{self, PiecePath, Which};
use super::seen::Seen;
use super::trouble::Trouble;
use crate::app::candidate::CarryRequest;
use crate::app::correction::CorrectRequest;
use crate::app::{App, AppError};
use crate::door::Acting;

/// A form beneath a piece of evidence, as it is filled in.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Filled {
    #[serde(default)]
    pub(super) reason: String,
    /// Track and build in one: `ios/514`.
    #[serde(default)]
    place: String,
    /// Another build of that track.
    #[serde(default)]
    number: String,
    #[serde(default)]
    commit: String,
}

impl Filled {
    fn request(&self, evidence: Position) -> Result<CorrectRequest, Refusal> {
        let choose = || Refusal::invalid("Choose the track and the build that it is really of.");
        let (track, build) = self.place.split_once('/').ok_or_else(choose)?;
        let typed = self.number.trim();
        let build = if typed.is_empty() { build } else { typed };
        let wrong = |error: String| Refusal::invalid(format!("{error}."));
        let commit = Some(self.commit.trim()).filter(|commit| !commit.is_empty()).map(Commit::parse);
        Ok(CorrectRequest {
            evidence,
            track: TrackId::parse(track).map_err(|_| choose())?,
            build: BuildNumber::parse(build).map_err(|error| wrong(error.to_string()))?,
            commit: commit.transpose().map_err(|error| wrong(error.to_string()))?,
            reason: self.reason.clone(),
        })
    }
}

/// The form that carries a piece forward, where it does not count for the candidate.
pub(super) fn carry_form(
    seen: &Seen,
    reader: &Reader,
    piece: &Piece<'_>,
    open: bool,
    refused: Option<(&Filled, &str)>,
) -> Markup {
    let candidate = piece.track.candidate.as_ref();
    let offered = piece.is_evidence && piece.is_stale() && reader.may(Act::Nominate);
    html! {
        @if let (true, Some(candidate)) = (offered, candidate) {
            @let label = piece.track.build_label(&candidate.build);
            details.card.quiet #carry open[open || refused.is_some()] {
                summary { "Carry forward to " (label) }
                form.pad method="post" action=(seen.path(&format!("/evidence/{}/carry", piece.position))) {
                    p { "It then counts for the candidate as if it had been made on it, until the next candidate. It is told as an assumption, with your name and your reason." }
                    div.field.wrong[refused.is_some()] {
                        label for="carry-reason" { "Why does it hold for " (label) " too?" }
                        input #carry-reason name="reason" value=(refused.map(|(filled, _)| filled.reason.as_str()).unwrap_or_default()) required maxlength="500";
                        p.hint { @match refused { Some((_, why)) => span.error { (why) }, None => "As “only a translation changed between the two builds”." } }
                    }
                    button.primary type="submit" { "Carry it forward" }
                }
            }
        }
    }
}

/// The form that puts a piece elsewhere.
pub(super) fn correct_form(seen: &Seen, piece: &Piece<'_>, refused: Option<(&Filled, &str)>) -> Markup {
    let filled = refused.map(|(filled, _)| filled.clone()).unwrap_or_default();
    html! {
        @if piece.is_evidence {
            details.card.quiet #correct open[refused.is_some()] {
                summary { "It belongs elsewhere…" }
                form.pad method="post" action=(seen.path(&format!("/evidence/{}/correct", piece.position))) {
                    p { "It then counts where it belongs. Here it stays, marked, with your reason." }
                    @if let Some((_, why)) = refused { p.note.unmet role="alert" { (why) } }
                    div.field {
                        label for="place" { "Track and build" }
                        select #place name="place" required {
                            option value="" { "choose" }
                            @for track in seen.view.release.live_tracks() {
                                optgroup label=(track.description.name) {
                                    @for build in track.builds.values().rev().filter(|build| track.description.id != piece.track.description.id || build.number != *piece.build) {
                                        @let value = format!("{}/{}", track.description.id, build.number);
                                        option value=(value) selected[value == filled.place] { (track.description.name) " " (build) }
                                    }
                                }
                            }
                        }
                    }
                    div.field.pair {
                        div.field { label for="place-number" { "Or a build of that track not on record yet" } input #place-number name="number" value=(filled.number) maxlength="64" autocomplete="off"; }
                        div.field { label for="place-commit" { "Made from commit" } input #place-commit name="commit" value=(filled.commit) maxlength="64" autocomplete="off"; }
                    }
                    div.field {
                        label for="place-reason" { "How did it come to be here?" }
                        input #place-reason name="reason" value=(filled.reason) required maxlength="500";
                        p.hint { "As “the job named the build before”." }
                    }
                    button type="submit" { "Put it there" }
                }
            }
        }
    }
}

pub(super) async fn carry(
    Acting(app): Acting,
    reader: Reader,
    path: PiecePath,
    form: Result<Form<Filled>, FormRejection>,
) -> Result<Response, Trouble> {
    let (id, evidence) = path?.0.parts();
    let filled = form?.0;
    let release = app.release(&id).await?;
    let of = release.tracks.values().find(|track| track.evidence_build(evidence).is_some());
    let request = CarryRequest { evidence, reason: filled.reason.clone() };
    let carried = match of {
        Some(track) => app.carry(&id, &track.description.id, request, None).await.map(|_| ()),
        None => Err(Refusal::unknown(format!("There is no evidence {evidence} in {id}.")).into()),
    };
    answer(&app, reader, &id, evidence, carried.map(|()| (evidence, "carried")), (Which::Carry, filled)).await
}

pub(super) async fn correct(
    Acting(app): Acting,
    reader: Reader,
    path: PiecePath,
    form: Result<Form<Filled>, FormRejection>,
) -> Result<Response, Trouble> {
    let (id, evidence) = path?.0.parts();
    let filled = form?.0;
    let corrected = match filled.request(evidence) {
        Ok(request) => app.correct(&id, request, None).await,
        Err(refusal) => Err(refusal.into()),
    };
    let to = corrected.map(|response| (response.evidence, "moved"));
    answer(&app, reader, &id, evidence, to, (Which::Correct, filled)).await
}

/// Goes to what came of it, or shows the form again.
async fn answer(
    app: &App,
    mut reader: Reader,
    id: &ReleaseId,
    evidence: Position,
    came: Result<(Position, &str), AppError>,
    (which, filled): (Which, Filled),
) -> Result<Response, Trouble> {
    match came {
        Ok((to, done)) => {
            let to = format!("{}/evidence/{to}?done={done}", super::frame::path(id));
            Ok(Redirect::to(&to).into_response())
        }
        Err(AppError::Refused(refusal)) => {
            let seen = Seen::load(app, &reader, id).await?;
            // The page is that of the evidence, wherever its form was sent.
            reader.here = seen.path(&format!("/evidence/{evidence}"));
            run::refused(app, &reader, seen, evidence, which, &filled, refusal.sentence).await
        }
        Err(error) => Err(error.into()),
    }
}
