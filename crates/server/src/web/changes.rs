//! What changed since a moment: which verdicts turned, criterion by criterion, and what happened in between.
//!
//! Invariant: it compares the two pages of those moments, nothing else.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use domain::happening::Happening;
use domain::time::Time;
use maud::{Markup, html};
use serde::Deserialize;

use super::frame::{Tab, empty};
use super::mark::{self, Mark};
use super::moment;
use super::parts::timeline::timeline;
use super::reader::Reader;
use super::seen::{ReleasePath, Seen, no_moment};
use super::trouble::{Page, Trouble};
use crate::api::Problem;
use crate::app::changes::{self, Stand};
use crate::app::view::View;
use crate::app::{App, AppError};

/// The most happenings that are listed.
const LISTED: usize = 200;
const HOUR: i64 = 3_600_000_000;

#[derive(Debug, Default, Deserialize)]
pub(super) struct Since {
    #[serde(default)]
    since: String,
}

pub(super) async fn show(
    State(app): State<App>,
    reader: Reader,
    path: ReleasePath,
    since: Result<Query<Since>, QueryRejection>,
) -> Page {
    let mut seen = Seen::load(&app, &reader, &path?.0.into()).await?;
    let text = since?.0.since;
    let mut until = seen.clock.clone();
    until.now = seen.past.as_ref().map_or(seen.clock.now, |past| past.at);
    let from = match text.trim() {
        "" => until.start_of_day(),
        text => moment::read(text, &seen.clock.zone).ok_or_else(|| no_moment(text))?,
    };
    if from > until.now {
        return Err(later_than_shown());
    }
    let before = match app.view_as_of(seen.id(), from).await {
        Ok(view) => Some(view),
        Err(AppError::Refused(_)) => None,
        Err(error) => return Err(error.into()),
    };
    let happened = app.happened_between(before.as_deref(), &seen.view).await?;
    let body = body(&seen, &reader, from, before.as_deref(), &happened);
    let below = vec![("Changes".to_owned(), seen.path("/changes"))];
    Ok(seen.frame(&reader, Tab::Changes, "Changes", below, body).answer())
}

fn later_than_shown() -> Trouble {
    Trouble(Problem::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "moment",
        "Nothing can have changed yet",
        "The moment to compare with is later than the one you look at. Choose an earlier one.",
    ))
}

fn body(seen: &Seen, reader: &Reader, from: Time, before: Option<&View>, happened: &[Happening]) -> Markup {
    let clock = &seen.clock;
    let now = seen.past.as_ref().map_or(clock.now, |past| past.at);
    let mut day = clock.clone();
    day.now = now;
    let today = day.start_of_day();
    let quick = [
        ("the last hour", now.plus_micros(-HOUR)),
        ("today", today),
        ("since yesterday", today.plus_micros(-24 * HOUR)),
        ("the last week", now.plus_micros(-7 * 24 * HOUR)),
    ];
    let turned = turned(before, &seen.view);
    html! {
        section.head {
            div {
                h1 { "What changed since " (clock.day_and_time(from)) }
                p.sub {
                    @if before.is_none() { "The release did not exist then: all of it is new. " }
                    @let tracks = turned.iter().filter(|turn| turn.whole).count();
                    (domain::words::count(tracks as i64, "track turned", "tracks turned")) ", "
                    (domain::words::count((turned.len() - tracks) as i64, "verdict", "verdicts")) ", "
                    (domain::words::count(happened.len() as i64, "event", "events")) "."
                }
            }
            nav.act aria-label="Since" {
                @for (label, at) in quick {
                    a.button href=(reader.link(seen.path(&format!("/changes?since={}", moment::rfc3339(at))))) { (label) }
                }
            }
        }
        form.filter.card method="get" action=(seen.path("/changes")) {
            @if !reader.as_of.is_empty() { input type="hidden" name="as_of" value=(reader.as_of); }
            label { span { "Since" } input type="datetime-local" name="since" value=(clock.local(from)) required; }
            button type="submit" { "Compare" }
        }
        section.card aria-labelledby="turned" {
            header { h2 #turned { "Verdicts that turned" } }
            @if turned.is_empty() { p.hint.pad { "None. Each track stands as it stood." } }
            @else {
                ul.turned { @for turn in &turned {
                    li.(turn.now.class()) {
                        span.fromto { (turn.before.map_or_else(|| html! { span.hint { "new" } }, |mark| html! { (mark.told()) })) " → " (turn.now.told()) }
                        span {
                            a href=(reader.link(seen.path(&turn.target))) { b { (turn.track) } " " (turn.what) }
                            small { @if let Some(before) = turn.before { (turn.word(before)) ", now " } (turn.word(turn.now)) ": " (turn.why) }
                        }
                    }
                } }
            }
        }
        section.card aria-labelledby="happened" {
            header { h2 #happened { "What happened" } }
            @if happened.is_empty() { (empty("Nothing since then", html! { p { "Choose an earlier moment above." } })) }
            @else {
                (timeline(happened.iter().take(LISTED).map(|happening| (happening, Some(&seen.view.release.id))), reader, clock, &seen.names, false))
                @if happened.len() > LISTED { p.hint.pad { "The " a href=(reader.link(seen.path("/journal"))) { "journal" } " has the other " (happened.len() - LISTED) "." } }
            }
        }
    }
}

/// A verdict or a track's readiness that is not what it was.
struct Turned {
    track: String,
    what: String,
    /// Whether it is the track as a whole.
    whole: bool,
    before: Option<Mark>,
    now: Mark,
    why: String,
    target: String,
}

impl Turned {
    /// A track is ready or not; only criteria are met.
    fn word(&self, mark: Mark) -> &'static str {
        match mark {
            Mark::Met if self.whole => "ready",
            Mark::Unmet if self.whole => "not ready",
            mark => mark.word(),
        }
    }
}

fn turned(before: Option<&View>, now: &View) -> Vec<Turned> {
    changes::turned(before, now).iter().map(drawn).collect()
}

fn drawn(turned: &changes::Turned<'_>) -> Turned {
    let track = turned.track;
    let (what, why, anchor) = match turned.criterion {
        None => (String::new(), super::parts::verdict::why(track), String::new()),
        Some(check) => {
            let why = check.reasons.first().cloned().unwrap_or_default();
            (check.title.clone(), why, format!("#c-{}", check.id))
        }
    };
    Turned {
        track: track.name.clone(),
        what,
        whole: turned.criterion.is_none(),
        before: turned.before.map(mark_of_stand),
        now: mark_of_stand(turned.now),
        why,
        target: format!("/tracks/{}{anchor}", track.track),
    }
}

fn mark_of_stand(stand: Stand) -> Mark {
    match stand {
        Stand::Track(readiness) => mark::readiness(readiness).0,
        Stand::Criterion { verdict, broken } => Mark::of(verdict, broken),
    }
}
