//! The fleet: every live release, each track's mark, and what changed today.
//!
//! Invariant: a release that cannot be read is shown as such, and hides no other.

use std::sync::Arc;

use axum::extract::State;
use domain::id::ReleaseId;
use domain::readiness::Readiness;
use domain::time::Time;
use domain::timeline::zone as timeline_zone;
use maud::{Markup, html};

use super::frame::{Frame, Past, command, empty, path};
use super::live::Shown;
use super::mark;
use super::moment::Clock;
use super::parts::timeline::timeline;
use super::parts::verdict::{tally, why};
use super::reader::Reader;
use super::seen::no_moment;
use super::trouble::Page;
use crate::app::view::{Turn, View};
use crate::app::{App, AppError};

/// A release on the page, or why it is not there.
type OnPage = (ReleaseId, Result<(Arc<View>, Vec<Turn>), String>);

pub(super) async fn fleet(State(app): State<App>, reader: Reader) -> Page {
    // Before anything is read: what happens meanwhile is then told to the page, and not missed.
    let followed = app.followed();
    let ids = app.releases().await?;
    let at = reader.moment("UTC").map_err(|text| no_moment(&text))?;
    let mut shown = Vec::with_capacity(ids.len());
    let mut zone = "UTC".to_owned();
    for id in ids {
        match look(&app, &reader, &id, at).await {
            Ok(Some((view, turns))) => {
                zone.clone_from(&view.release.description.zone);
                shown.push((id, Ok((view, turns))));
            }
            Ok(None) => {}
            Err(error) => {
                tracing::error!(release = %id, "failed to show a release: {error}");
                shown.push((id, Err(error.to_string())));
            }
        }
    }
    // What wants somebody first: not ready, then unknown, then ready; within those, what moved last.
    let worst =
        |(_, shown): &OnPage| shown.as_ref().map_or(Readiness::NotReady, |(view, _)| view.readiness());
    let moved = |(_, shown): &OnPage| {
        shown.as_ref().map_or(Time::from_micros(0), |(view, _)| view.release.recorded_at)
    };
    shown.sort_by_key(|one| std::cmp::Reverse((worst(one), moved(one))));
    let clock = reader.clock(&zone);
    let views = shown.iter().filter_map(|(_, shown)| Some(shown.as_ref().ok()?.0.at));
    let after = Shown { position: followed, at: views.max().unwrap_or(Time::from_micros(0)) };
    let mut day = clock.clone();
    day.now = at.unwrap_or(clock.now);
    let morning = app.journal().position_at(day.start_of_day()).await.map_err(AppError::from)?;
    let evening = match at {
        Some(at) => app.journal().position_at(at).await.map_err(AppError::from)?,
        None => followed,
    };
    let that_day = Day { clock: day, events: evening.0 - morning.0, past: at.is_some() };
    let frame = Frame {
        reader: &reader,
        clock: &clock,
        title: "Fleet".to_owned(),
        crumbs: vec![("Fleet".to_owned(), "/".to_owned())],
        tabs: None,
        live: Some(format!("/live?after={after}")),
        past: at.map(|at| Past { at, earlier: None, later: None, since: None }),
        body: body(&app, &reader, &clock, &shown, &that_day),
    };
    Ok(frame.answer())
}

/// Looks at a release at a moment, and at what turned that day; `None` if it did not exist yet.
async fn look(
    app: &App,
    reader: &Reader,
    id: &ReleaseId,
    at: Option<Time>,
) -> Result<Option<(Arc<View>, Vec<Turn>)>, AppError> {
    let known = |view: Result<Arc<View>, AppError>| match view {
        Ok(view) => Ok(Some(view)),
        Err(AppError::Refused(_)) => Ok(None),
        Err(error) => Err(error),
    };
    let view = match at {
        None => Some(app.view(id).await?),
        Some(at) => known(app.view_as_of(id, at).await)?,
    };
    let Some(view) = view else { return Ok(None) };
    let mut clock = reader.clock(&view.release.description.zone);
    clock.now = at.unwrap_or(clock.now);
    let before = known(app.view_as_of(id, clock.start_of_day()).await)?;
    let turns = App::turns(before.as_deref(), &view);
    Ok(Some((view, turns)))
}

/// The day that the page tells of.
struct Day {
    clock: Clock,
    /// How many events it had so far.
    events: i64,
    past: bool,
}

fn body(app: &App, reader: &Reader, clock: &Clock, shown: &[OnPage], day: &Day) -> Markup {
    if shown.is_empty() && day.past {
        return html! {
            section.head { div { h1 { "Fleet" } } }
            (empty("There was no release yet", html! { p { "Choose a later moment, or go back to now." } }))
        };
    }
    if shown.is_empty() {
        return html! {
            section.head { div { h1 { "Fleet" } p.sub { "Every live release, and how each of its tracks stands." } } }
            (empty("There is no release yet", html! {
                p { "Here you will see each release with one mark a track: ready, not ready, or unknown, and what changed today." }
                p { "A release comes from a file that describes your product. In its repository:" }
                (command("seaworthy init"))
                (command("seaworthy apply"))
                p { "Or look at a made-up one first:" }
                (command("seaworthy demo"))
            }))
        };
    }
    let of = |wanted: Readiness| {
        shown
            .iter()
            .filter(|(_, shown)| shown.as_ref().is_ok_and(|(view, _)| view.readiness() == wanted))
            .count()
    };
    let names = app.names();
    let today = day.clock.start_of_day();
    let mut happened: Vec<_> = shown
        .iter()
        .filter_map(|(id, shown)| Some((id, shown.as_ref().ok()?)))
        .flat_map(|(id, (view, _))| {
            view.recent
                .iter()
                .filter(move |happening| happening.at >= today)
                .map(move |happening| (happening, Some(id)))
        })
        .collect();
    happened.sort_by_key(|(happening, _)| std::cmp::Reverse(happening.position));
    html! {
        section.head {
            div {
                h1 { "Fleet" }
                p.sub {
                    (domain::words::count(shown.len() as i64, "live release", "live releases")) ": "
                    (domain::words::number(of(Readiness::Ready) as i64)) " ready, "
                    (domain::words::number(of(Readiness::NotReady) as i64)) " not ready, "
                    (domain::words::number(of(Readiness::Unknown) as i64)) " unknown."
                }
            }
        }
        section.fleet aria-label="Releases" {
            @for (id, shown) in shown {
                @match shown {
                    Ok((view, turns)) => (release(reader, clock, view, turns)),
                    Err(why) => article.ship.unmet {
                        header { (mark::Mark::Broken.shape()) h2 { (id.to_string()) } }
                        p.why { "It cannot be read: " (why) ". Everything else is as it was." }
                    },
                }
            }
        }
        section.card aria-labelledby="today" {
            header { h2 #today { (if day.past { "That day" } else { "Today" }) } a.hint href=(reader.link("/journal")) { (domain::words::count(day.events, "event", "events")) } }
            @if happened.is_empty() { p.hint.pad { "Nothing was recorded of a release." } }
            @else { (timeline(happened.iter().take(20).copied(), reader, clock, &names, true)) }
        }
    }
}

fn release(reader: &Reader, clock: &Clock, view: &View, turns: &[Turn]) -> Markup {
    let base = path(&view.release.id);
    let description = &view.release.description;
    let (mark, _) = mark::readiness(view.readiness());
    let today = domain::calendar::Day::of(view.at, &timeline_zone(&view.release));
    html! {
        article.ship.(mark.class()) #{ "r-" (view.release.id.product) "-" (view.release.id.name) } {
            header {
                h2 { a href=(reader.link(base.as_str())) { (description.product_name) " " (view.release.id.name) } }
                span.sub { (description.version) }
                span.moved { "moved " (clock.short(view.release.recorded_at)) }
            }
            ul.lanes {
                @for track in &view.tracks {
                    @let (mark, word) = mark::readiness(track.readiness);
                    li.lane.(mark.class()) {
                        a href=(reader.link(format!("{base}/tracks/{}", track.track))) title=(tally(track)) {
                            (mark.shape())
                            b { (track.name) }
                            span.word { (word) }
                        }
                        p { (why(track)) }
                        @if let Some(target) = view.release.tracks.get(&track.track).and_then(|track| track.course.target()) {
                            p.live-on { "goes live " (target.on.near(today)) }
                        }
                    }
                }
                @if view.tracks.is_empty() { li.hint { "It has no track yet: name its tracks in the product’s file." } }
            }
            @if !turns.is_empty() {
                p.turns {
                    "Today: "
                    @for (index, turn) in turns.iter().enumerate() {
                        @if index > 0 { "; " }
                        b { (turn.name) } " "
                        @match turn.before {
                            Some(before) => { "was " (before.label()) ", is " (turn.now.label()) },
                            None => { "is new, " (turn.now.label()) },
                        }
                    }
                    "."
                }
            }
        }
    }
}
