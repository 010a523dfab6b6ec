//! Nominating a candidate: choosing a build, seeing what follows, and only then confirming it.
//!
//! Invariant: what is confirmed is what was shown; if anything happened in between, it is shown anew.

use axum::extract::rejection::{FormRejection, PathRejection, QueryRejection};
use axum::extract::{Form, Path, Query};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use domain::consequence::Effect;
use domain::envelope::Position;
use domain::id::{BuildNumber, Commit, ProductId, ReleaseId, ReleaseName, TrackId};
use domain::refusal::Refusal;
use domain::track::Track;
use maud::{Markup, html};
use serde::Deserialize;

use super::frame::Tab;
use super::parts::timeline::address;
use super::reader::Reader;
use super::seen::Seen;
use super::trouble::{Page, Trouble};
use crate::app::candidate::{ConsequenceLine, NominateRequest, NominateResponse};
use crate::app::moved::Seen as Known;
use crate::app::{App, AppError};
use crate::door::Acting;

/// The track that a path names.
#[derive(Debug, Deserialize)]
pub(super) struct OfTrack {
    pub(super) product: ProductId,
    pub(super) name: ReleaseName,
    pub(super) track: TrackId,
}

pub(super) type TrackPath = Result<Path<OfTrack>, PathRejection>;

impl OfTrack {
    pub(super) fn parts(self) -> (ReleaseId, TrackId) {
        (ReleaseId { product: self.product, name: self.name }, self.track)
    }
}

/// The form as it is filled in.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Filled {
    /// One of the builds on record.
    #[serde(default)]
    build: String,
    /// The number of a build that nobody registered yet.
    #[serde(default)]
    number: String,
    #[serde(default)]
    commit: String,
    #[serde(default)]
    reason: String,
    /// The position at which its consequences were shown.
    #[serde(default)]
    seen: Option<i64>,
}

impl Filled {
    fn request(&self, dry_run: bool) -> Result<NominateRequest, Refusal> {
        let number = if self.number.trim().is_empty() { self.build.trim() } else { self.number.trim() };
        if number.is_empty() {
            return Err(Refusal::invalid("Choose a build, or write the number of a new one."));
        }
        let build = BuildNumber::parse(number).map_err(|error| Refusal::invalid(format!("{error}.")))?;
        let commit = Some(self.commit.trim()).filter(|commit| !commit.is_empty()).map(Commit::parse);
        let commit = commit.transpose().map_err(|error| Refusal::invalid(format!("{error}.")))?;
        let reason = Some(self.reason.clone()).filter(|reason| !reason.trim().is_empty());
        Ok(NominateRequest { build, commit, reason, dry_run })
    }

    fn is_chosen(&self) -> bool {
        !self.build.is_empty() || !self.number.is_empty()
    }
}

pub(super) async fn form(
    Acting(app): Acting,
    reader: Reader,
    path: TrackPath,
    filled: Result<Query<Filled>, QueryRejection>,
) -> Page {
    let (id, track) = path?.0.parts();
    let filled = filled?.0;
    if !filled.is_chosen() {
        return page(&app, &reader, &id, &track, &filled, Step::Choose(None)).await;
    }
    let told = match filled.request(true) {
        Ok(request) => app.nominate(&id, &track, request, None).await,
        Err(refusal) => Err(refusal.into()),
    };
    match told {
        Ok((told, position)) => {
            page(&app, &reader, &id, &track, &filled, Step::Confirm { told: &told, position, wrong: None })
                .await
        }
        Err(AppError::Refused(refusal)) => {
            page(&app, &reader, &id, &track, &filled, Step::Choose(Some(&refusal.sentence))).await
        }
        Err(error) => Err(error.into()),
    }
}

pub(super) async fn nominate(
    Acting(app): Acting,
    reader: Reader,
    path: TrackPath,
    form: Result<Form<Filled>, FormRejection>,
) -> Result<Response, Trouble> {
    let (id, track) = path?.0.parts();
    let filled = form?.0;
    let seen = filled.seen.map(|position| Known::At([Position(position)].into()));
    let done = match filled.request(false) {
        Ok(request) => app.nominate(&id, &track, request, seen.as_ref()).await,
        Err(refusal) => Err(refusal.into()),
    };
    let wrong = match done {
        Ok(_) => {
            let to = format!("{}/tracks/{track}?done=nominated", super::frame::path(&id));
            return Ok(Redirect::to(&to).into_response());
        }
        Err(AppError::Refused(refusal)) => refusal.sentence,
        Err(AppError::Moved(what)) => what,
        Err(error) => return Err(error.into()),
    };
    // It is shown anew, as it is by now.
    let told = match filled.request(true) {
        Ok(request) => app.nominate(&id, &track, request, None).await.ok(),
        Err(_) => None,
    };
    match &told {
        Some((told, position)) => {
            let step = Step::Confirm { told, position: *position, wrong: Some(&wrong) };
            page(&app, &reader, &id, &track, &filled, step).await
        }
        None => page(&app, &reader, &id, &track, &filled, Step::Choose(Some(&wrong))).await,
    }
}

/// Where somebody is on the way.
enum Step<'a> {
    Choose(Option<&'a str>),
    Confirm { told: &'a NominateResponse, position: Position, wrong: Option<&'a str> },
}

async fn page(
    app: &App,
    reader: &Reader,
    id: &ReleaseId,
    track: &TrackId,
    filled: &Filled,
    step: Step<'_>,
) -> Page {
    let mut seen = Seen::load(app, reader, id).await?;
    let release = seen.view.release.clone();
    let of = domain::command::evidence::track(&release, track)?;
    let name = of.description.name.clone();
    let (title, wrong, body) = match step {
        Step::Choose(wrong) => ("Nominate a candidate", wrong, choose(&seen, of, filled, wrong)),
        Step::Confirm { told, position, wrong } => {
            ("What follows", wrong, confirm(&seen, reader, of, filled, told, position, wrong))
        }
    };
    let below = vec![
        (name, seen.path(&format!("/tracks/{track}"))),
        ("Nominate".to_owned(), seen.path(&format!("/tracks/{track}/candidate"))),
    ];
    let status = if wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let frame = seen.form(reader, Tab::Deeper, title, below, body);
    Ok(frame.answer_with(status))
}

fn choose(seen: &Seen, track: &Track, filled: &Filled, wrong: Option<&str>) -> Markup {
    let id = &track.description.id;
    let candidate = track.candidate.as_ref();
    let others =
        || track.builds.values().rev().filter(|build| candidate.is_none_or(|of| of.build != build.number));
    html! {
        section.head { div {
            h1 { "Nominate a candidate for " (track.description.name) }
            p.sub {
                @match candidate {
                    Some(candidate) => { "The candidate is " b { (track.build_label(&candidate.build)) } ", since " (seen.clock.short(candidate.nominated_at)) ". What follows from another is shown before you confirm it." },
                    None => "No build is nominated yet.",
                }
            }
        } }
        form.card.form method="get" action=(seen.path(&format!("/tracks/{id}/candidate"))) {
            @if let Some(wrong) = wrong { p.note.unmet role="alert" { (wrong) } }
            div.field {
                label for="build" { "Build" }
                select #build name="build" {
                    @if others().next().is_none() { option value="" { "no other build is on record" } }
                    @for build in others() {
                        option value=(build.number) selected[build.number.as_str() == filled.build] {
                            (build) " · " (build.commit)
                            @if let Some(of) = track.candidate_build() { (of.distance_to(build)) }
                        }
                    }
                }
            }
            div.field.pair {
                div.field { label for="number" { "Or a new build" } input #number name="number" value=(filled.number) maxlength="64" autocomplete="off" placeholder="515"; }
                div.field { label for="commit" { "Made from commit" } input #commit name="commit" value=(filled.commit) maxlength="64" autocomplete="off" placeholder="1d2e3f4"; }
            }
            @if candidate.is_some() {
                div.field { label for="reason" { "Why does it take the place of the candidate?" } textarea #reason name="reason" rows="3" maxlength="5000" { (filled.reason) } p.hint { "As “514 crashes on start without a network”." } }
            }
            button.primary type="submit" { "Show what follows" }
        }
    }
}

fn confirm(
    seen: &Seen,
    reader: &Reader,
    track: &Track,
    filled: &Filled,
    told: &NominateResponse,
    position: Position,
    wrong: Option<&str>,
) -> Markup {
    let id = &track.description.id;
    let label = track.build_label(&told.build);
    html! {
        section.head { div {
            h1 { "Nominate " (label) " on " (track.description.name) "?" }
            p.sub {
                @match &told.before {
                    Some(before) if told.new => { "It takes the place of " b { (track.build_label(before)) } ". This is what follows." },
                    Some(_) => "It is the candidate already. Nothing follows.",
                    None => "It is the first candidate of this track.",
                }
            }
        } }
        @if let Some(wrong) = wrong { p.note.unmet role="alert" { (wrong) } }
        section.card aria-label="What follows" { (effects(seen, reader, &told.consequences)) }
        form.card.form method="post" action=(seen.path(&format!("/tracks/{id}/candidate"))) {
            input type="hidden" name="seen" value=(position);
            input type="hidden" name="build" value=(told.build);
            input type="hidden" name="commit" value=(filled.commit);
            @if told.before.is_some() {
                div.field { label for="reason" { "Why does it take the place of the candidate?" } textarea #reason name="reason" rows="3" maxlength="5000" required { (filled.reason) } }
            }
            div.acts {
                @if told.new { button.primary type="submit" { "Nominate " (label) } }
                a.button href=(reader.link(seen.path(&format!("/tracks/{id}")))) { "Leave it as it is" }
            }
        }
    }
}

fn effects(seen: &Seen, reader: &Reader, consequences: &[ConsequenceLine]) -> Markup {
    html! {
        @if consequences.is_empty() { p.hint.pad { "Nothing that counts now would stop counting." } }
        @for effect in Effect::ALL {
            @let lines: Vec<&ConsequenceLine> = consequences.iter().filter(|line| line.effect == effect).collect();
            @if !lines.is_empty() {
                section.effect.(class(effect)) {
                    h2 { (effect.label()) " " span.hint { (lines.len()) } }
                    ul.plain { @for line in lines {
                        li { @match address(&line.about, seen.id()) {
                            Some(to) => a href=(reader.link(to)) { (line.sentence) },
                            None => (line.sentence),
                        } }
                    } }
                }
            }
        }
    }
}

fn class(effect: Effect) -> &'static str {
    match effect {
        Effect::Lost => "lost",
        Effect::Ends => "ends",
        Effect::Counts => "counts",
        Effect::Stays => "stays",
    }
}
