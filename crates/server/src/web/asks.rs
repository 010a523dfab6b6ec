//! What is asked in a release: of whom, until when, and what became of it.
//!
//! Invariant: an ask that ended stays, with what ended it.

use axum::extract::rejection::{FormRejection, PathRejection};
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect};
use domain::ask::{Ask, End, Standing};
use domain::envelope::Position;
use domain::id::{ReleaseId, TrackId};
use domain::permission::Act;
use maud::{Markup, html};
use serde::Deserialize;

use super::ask::OfAsk;
use super::frame::{Tab, empty};
use super::mark::Mark;
use super::reader::Reader;
use super::seen::{ReleasePath, Seen};
use super::trouble::Page;
use crate::app::ask::WithdrawAskRequest;
use crate::app::{App, AppError};
use crate::door::Acting;

/// A reason that does not do.
struct Refused {
    ask: Position,
    reason: String,
    why: String,
}

pub(super) async fn list(State(app): State<App>, reader: Reader, path: ReleasePath) -> Page {
    let seen = Seen::load(&app, &reader, &path?.0.into()).await?;
    page(&reader, seen, None)
}

fn page(reader: &Reader, mut seen: Seen, refused: Option<&Refused>) -> Page {
    let may_ask = seen.past.is_none() && reader.may(Act::Ask);
    let asks: Vec<&Ask> = seen.view.release.asks.iter().rev().collect();
    let body = html! {
        section.head {
            div { h1 { "Asks" } p.sub { "Who was asked for what, by a link that opens one form." } }
            @if may_ask { div.act { a.button.primary href=(seen.path("/asks/new")) { "Ask somebody" } } }
        }
        section.card aria-label="Asks" {
            @if asks.is_empty() {
                (empty("Nobody has been asked", html! {
                    p { "Whoever will not make an account can be asked for a check by hand or a summary: by a link, for one answer, until a time that you set." }
                    @if may_ask { p { a.button href=(seen.path("/asks/new")) { "Ask somebody" } } }
                }))
            } @else { (lines(&seen, reader, &asks, may_ask, refused)) }
        }
    };
    let below = vec![("Asks".to_owned(), seen.path("/asks"))];
    let status = if refused.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok(seen.frame(reader, Tab::Deeper, "Asks", below, body).answer_with(status))
}

/// The asks of a track, for its page; nothing where nothing was asked.
pub(super) fn card(seen: &Seen, reader: &Reader, track: &TrackId) -> Markup {
    const SHOWN: usize = 6;
    let asks: Vec<&Ask> =
        seen.view.release.asks.iter().rev().filter(|ask| ask.wanted.track() == track).collect();
    html! {
        @if !asks.is_empty() {
            section.card aria-labelledby="asked" {
                header { h2 #asked { "Asked" } a.more href=(reader.link(seen.path("/asks"))) { "All asks" } }
                (lines(seen, reader, &asks[..asks.len().min(SHOWN)], false, None))
            }
        }
    }
}

fn lines(seen: &Seen, reader: &Reader, asks: &[&Ask], acts: bool, refused: Option<&Refused>) -> Markup {
    html! {
        ul.asks { @for ask in asks {
            @let standing = ask.standing(seen.view.at);
            li #{ "a-" (ask.position) } {
                p {
                    b { (seen.name(&ask.of)) } " was asked to "
                    a href=(reader.link(seen.path(&format!("/tracks/{}", ask.wanted.track())))) { (ask.wanted.deed(&seen.view.release)) }
                    " " (tag(standing))
                }
                p.hint {
                    "By " (seen.name(&ask.by)) ", " (seen.clock.short(ask.at)) ", until " (seen.clock.short(ask.until)) "."
                    @if standing == Standing::Open && let Some(passed_over) = ask.passed_over(&seen.view.release) {
                        " " span.late { (domain::words::capital(&passed_over)) "." }
                    }
                    @if let Some(note) = &ask.note { " “" (note) "”" }
                }
                @match &ask.end {
                    Some(End::Answered { evidence, at }) => p.hint { "Answered " (seen.clock.short(*at)) ": " a href=(reader.link(seen.path(&format!("/evidence/{evidence}")))) { "evidence " (evidence) } "." },
                    Some(End::Declined { reason, at }) => p.hint { "Cannot, " (seen.clock.short(*at)) ": “" (reason) "”" },
                    Some(End::Withdrawn { by, reason, at }) => p.hint { "Withdrawn by " (seen.name(by)) " " (seen.clock.short(*at)) ": “" (reason) "”" },
                    None => {},
                }
                @if acts && standing == Standing::Open {
                    @let refused = refused.filter(|refused| refused.ask == ask.position);
                    div.acts {
                        form method="post" action=(seen.path(&format!("/asks/{}/link", ask.position))) { button type="submit" title="The link before then opens nothing" { "New link" } }
                        details #{ "w-" (ask.position) } open[refused.is_some()] {
                            summary.button { "Withdraw" }
                            form.pad method="post" action=(seen.path(&format!("/asks/{}/withdraw", ask.position))) {
                                div.field.wrong[refused.is_some()] {
                                    label for={ "r-" (ask.position) } { "Why is it no longer asked?" }
                                    input #{ "r-" (ask.position) } name="reason" value=(refused.map(|refused| refused.reason.as_str()).unwrap_or_default()) required maxlength="500" aria-invalid=[refused.map(|_| "true")];
                                    @if let Some(refused) = refused { p.hint { span.error { (refused.why) } } }
                                }
                                button.danger type="submit" { "Withdraw it" }
                            }
                        }
                    }
                }
            }
        } }
    }
}

fn tag(standing: Standing) -> Markup {
    let class = match standing {
        Standing::Open => Mark::Waived.class(),
        Standing::Answered => Mark::Met.class(),
        Standing::Declined => Mark::Unmet.class(),
        Standing::Expired | Standing::Withdrawn => Mark::Unknown.class(),
    };
    html! { span.tag.(class) { (standing.as_str()) } }
}

#[derive(Debug, Deserialize)]
pub(super) struct Reason {
    #[serde(default)]
    reason: String,
}

pub(super) async fn withdraw(
    Acting(app): Acting,
    mut reader: Reader,
    path: Result<Path<OfAsk>, PathRejection>,
    form: Result<Form<Reason>, FormRejection>,
) -> Page {
    let OfAsk { product, name, position } = path?.0;
    let (id, reason) = (ReleaseId { product, name }, form?.0.reason);
    let ask = Position(position);
    match app.withdraw_ask(&id, ask, WithdrawAskRequest { reason: reason.clone() }).await {
        Ok(()) => {
            let back = format!("{}/asks?done=unasked", super::frame::path(&id));
            Ok(Redirect::to(&back).into_response())
        }
        Err(AppError::Refused(refusal)) if refusal.kind == domain::refusal::RefusalKind::Invalid => {
            let seen = Seen::load(&app, &reader, &id).await?;
            reader.here = seen.path("/asks");
            page(&reader, seen, Some(&Refused { ask, reason, why: refusal.sentence }))
        }
        Err(error) => Err(error.into()),
    }
}
