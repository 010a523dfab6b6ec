//! The one page that somebody sees who is asked by a link: what is asked, a form for it, and then what was recorded.
//!
//! Invariant: looking changes nothing, since what reads mail looks too; an answer is recorded once, and shown after.

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use domain::ask::{End, Wanted};
use domain::evidence::AttestedResult;
use domain::refusal::RefusalKind;
use maud::{Markup, html};
use serde::Deserialize;

use super::bare::Bare;
use super::mark::Mark;
use super::reader::Reader;
use crate::api::Problem;
use crate::app::ask::{Answer, AskedFor, Given, Recorded};
use crate::app::{App, AppError};

/// What the form brings.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Filled {
    #[serde(default)]
    result: String,
    #[serde(default)]
    text: String,
    /// Why they cannot, on the form that says so.
    #[serde(default)]
    reason: String,
    #[serde(default)]
    cannot: String,
}

impl Filled {
    /// Returns the answer, or what is missing for one.
    fn answer(&self, wanted: &Wanted) -> Result<Answer, &'static str> {
        if !self.cannot.is_empty() {
            return Ok(Answer::Cannot { reason: self.reason.clone() });
        }
        Ok(match wanted {
            Wanted::DeviceCheck { .. } => {
                let result = match self.result.as_str() {
                    "passed" => AttestedResult::Passed,
                    "failed" => AttestedResult::Failed,
                    _ => return Err("Say whether it passed or failed."),
                };
                Answer::Check { result, notes: self.text.clone() }
            }
            Wanted::Summary { .. } => Answer::Summary { text: self.text.clone() },
        })
    }
}

pub(super) async fn show(State(app): State<App>, reader: Reader, Path(secret): Path<String>) -> Response {
    match open(&app, &secret).await {
        Ok((_, of)) => page(&reader, &secret, &of, &Filled::default(), None),
        Err(error) => trouble(&reader, error.into()),
    }
}

async fn open(app: &App, secret: &str) -> Result<(App, AskedFor), AppError> {
    let asked = app.by_link(secret).await?;
    let of = asked.asked_for().await?;
    Ok((asked, of))
}

pub(super) async fn answer(
    State(app): State<App>,
    reader: Reader,
    Path(secret): Path<String>,
    form: Result<Form<Filled>, FormRejection>,
) -> Response {
    let (asked, of) = match open(&app, &secret).await {
        Ok(open) => open,
        Err(error) => return trouble(&reader, error.into()),
    };
    let filled = match form {
        Ok(Form(filled)) => filled,
        Err(rejection) => return trouble(&reader, rejection.into()),
    };
    let answer = match filled.answer(&of.ask.wanted) {
        Ok(answer) => answer,
        Err(missing) => return page(&reader, &secret, &of, &filled, Some(missing)),
    };
    match asked.answer(answer).await {
        Ok(_) => {
            let mut response = Redirect::to(&format!("/asked/{secret}")).into_response();
            let policy = HeaderValue::from_static("no-referrer");
            response.headers_mut().insert(header::REFERRER_POLICY, policy);
            response
        }
        Err(AppError::Refused(refusal)) if refusal.kind == RefusalKind::Invalid => {
            page(&reader, &secret, &of, &filled, Some(&refusal.sentence))
        }
        // Somebody answered meanwhile, or it was answered before: that is shown.
        Err(AppError::Refused(refusal)) => match open(&app, &secret).await {
            Ok((_, of)) => page(&reader, &secret, &of, &filled, Some(&refusal.sentence)),
            Err(error) => trouble(&reader, error.into()),
        },
        Err(error) => trouble(&reader, error.into()),
    }
}

fn page(reader: &Reader, secret: &str, of: &AskedFor, filled: &Filled, wrong: Option<&str>) -> Response {
    let clock = reader.clock(&of.release.description.zone);
    let title = match of.ask.wanted {
        Wanted::DeviceCheck { .. } => "A check by hand",
        Wanted::Summary { .. } => "A test summary",
    };
    let (body, status) = match &of.ask.end {
        None => (
            html! {
                section.head { div {
                    h1 { (title) }
                    p.sub { "Hello " (of.of) ". " b { (of.by) } " asks you for this, until " b { (clock.day_and_time(of.ask.until)) } " (" (clock.zone_name()) ")." }
                } }
                (facts(of))
                @if let Some(note) = &of.ask.note { p.note { "“" (note) "”" } }
                @if let Some(passed_over) = of.ask.passed_over(&of.release) {
                    p.note.unknown { (Mark::Unknown.shape()) b { "Another build has come" } ": " (passed_over) ". Your answer is kept for the build above and does not count for that one." }
                }
                (form(secret, of, filled, wrong.filter(|_| filled.cannot.is_empty())))
                (cannot(secret, of, filled, wrong.filter(|_| !filled.cannot.is_empty())))
            },
            if wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK },
        ),
        Some(end) => (
            html! {
                @if wrong.is_some() { p.note.unmet role="alert" { (Mark::Unmet.shape()) "It had been recorded already. What you sent just now was not." } }
                (ended(of, end))
                (facts(of))
            },
            if wrong.is_some() { StatusCode::CONFLICT } else { StatusCode::OK },
        ),
    };
    Bare { reader, clock: &clock, title, body }.answer_with(status)
}

/// What is asked about: no more than it takes to do it.
fn facts(of: &AskedFor) -> Markup {
    let release = &of.release;
    let wanted = &of.ask.wanted;
    let track = release.tracks.get(wanted.track());
    let build = track.map_or_else(|| wanted.build().to_string(), |track| track.build_label(wanted.build()));
    html! {
        dl.card.facts {
            div { dt { "Product" } dd { (release.description.product_name) " " (release.id.name) } }
            div { dt { "Track" } dd { (track.map_or(wanted.track().as_str(), |track| track.description.name.as_str())) } }
            div { dt { "Build" } dd { b { (build) } } }
            @if let Wanted::DeviceCheck { device, .. } = wanted { div { dt { "Device" } dd { b { (device) } } } }
        }
    }
}

fn form(secret: &str, of: &AskedFor, filled: &Filled, wrong: Option<&str>) -> Markup {
    html! {
        form.card.form method="post" action={ "/asked/" (secret) } {
            @if let Some(wrong) = wrong { p.note.unmet role="alert" #wrong { (wrong) } }
            @match &of.ask.wanted {
                Wanted::DeviceCheck { .. } => {
                    fieldset.field.verdictly {
                        legend { "What came of it?" }
                        @for (value, word, mark) in [("passed", "It passed", Mark::Met), ("failed", "It failed", Mark::Unmet)] {
                            label.(mark.class()) { input type="radio" name="result" value=(value) required checked[filled.result == value]; (mark.shape()) (word) }
                        }
                    }
                    div.field { label for="text" { "What did you see?" } textarea #text name="text" rows="4" maxlength="2000" { (filled.text) } p.hint { "If it failed: where, and what a user would meet." } }
                },
                Wanted::Summary { .. } => {
                    div.field { label for="text" { "The summary" } textarea #text name="text" rows="10" required { (filled.text) } p.hint { "What was tested, what was found, what was left out. Markdown is welcome." } }
                },
            }
            button.primary type="submit" { "Record it" }
            p.hint { "It is recorded under your name, once. You can look at it here again until the time above." }
        }
    }
}

fn cannot(secret: &str, of: &AskedFor, filled: &Filled, wrong: Option<&str>) -> Markup {
    html! {
        details.card.quiet open[!filled.cannot.is_empty()] {
            summary { "I can’t do this" }
            form.form method="post" action={ "/asked/" (secret) } {
                input type="hidden" name="cannot" value="yes";
                div.field.wrong[wrong.is_some()] {
                    label for="reason" { "Why not?" }
                    input #reason name="reason" value=(filled.reason) required maxlength="500" aria-invalid=[wrong.map(|_| "true")] aria-describedby="reason-help";
                    p.hint #reason-help { @match wrong { Some(wrong) => span.error { (wrong) }, None => { "As “no such phone here”: " (of.by) " can then ask somebody else." } } }
                }
                button type="submit" { "Tell " (of.by) }
            }
        }
    }
}

fn ended(of: &AskedFor, end: &End) -> Markup {
    match (end, &of.recorded) {
        (End::Answered { .. }, Some(recorded)) => answered(of, recorded),
        (End::Declined { reason, .. }, _) => html! {
            section.head { div { h1 { "You said that you can’t" } p.sub { (of.by) " sees it, and can ask somebody else." } } }
            p.note { "“" (reason) "”" }
        },
        (End::Answered { .. } | End::Withdrawn { .. }, _) => html! {
            section.head { div { h1 { "This has been answered" } p.sub { "What was recorded can no longer be shown here." } } }
        },
    }
}

fn answered(of: &AskedFor, recorded: &Recorded) -> Markup {
    html! {
        section.head { div {
            h1 { "Recorded, thank you" }
            p.sub { "Under your name, " b { (of.of) } ", as evidence " (recorded.evidence) "." }
        } }
        @match &recorded.said {
            Given::Check { result, notes } => {
                @let (mark, word) = if *result == AttestedResult::Passed { (Mark::Met, "It passed") } else { (Mark::Unmet, "It failed") };
                section.card.prose {
                    p.lead { span.(mark.class()) { (mark.shape()) " " (word) } }
                    @if let Some(notes) = notes { blockquote { (notes) } }
                }
            },
            Given::Summary { text } => section.card.prose { (super::run::markdown(text)) },
        }
        @if let Some(withdrawal) = &recorded.withdrawn {
            p.note.unmet { (Mark::Unmet.shape()) b { "Withdrawn since" } ": “" (withdrawal.reason) "”." }
        } @else { p.hint { "Is it wrong? Tell " (of.by) ": it can be withdrawn, and you can be asked again." } }
    }
}

/// Says what went wrong, to somebody who knows nothing of the product.
fn trouble(reader: &Reader, problem: Problem) -> Response {
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let clock = reader.clock("UTC");
    let title =
        if status == StatusCode::NOT_FOUND { "Nothing to answer here" } else { problem.title.as_str() };
    let body = html! {
        section.trouble {
            h1 { (title) }
            @if status == StatusCode::NOT_FOUND {
                p.lead { "This link opens nothing, or nothing any more." }
                p { "It may have come to its end, been taken back, or been replaced by a newer one. Whoever sent it can tell, and can send another." }
            } @else {
                p.lead { (problem.detail) }
                p { "Nothing was recorded." }
            }
        }
    };
    let mut response = Bare { reader, clock: &clock, title, body }.answer_with(status);
    if let Some(seconds) = problem.retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    response
}
