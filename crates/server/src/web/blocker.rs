//! One blocker: what it is, where it stands, what was said and decided, and what may be done next.
//!
//! Invariant: one form at a time, only those that fit how it stands, and none on a page of the past.

mod act;
mod forms;

use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query};
use domain::blocker::{Blocker, BlockerNumber, BlockerState, DeferredTo, Did, How, Link, Threatened, Verb};
use domain::command::blocker::find;
use domain::id::{ProductId, ReleaseId, ReleaseName};
use domain::permission::Act;
use maud::{Markup, html};
use serde::Deserialize;

use super::blockers::{owner, standing, tag};
use super::defect::event;
use super::frame::Tab;
use super::parts::timeline::address;
use super::reader::Reader;
use super::seen::Seen;
use super::trouble::Page;
use super::typed::{Refused, Typed, wrong};
use crate::app::App;
use crate::app::blockers::told;
use crate::door::Acting;
use domain::happening::About;
use forms::Deed;

pub(super) use act::owner as owner_of;
pub(super) use act::{
    accept, defer, link, merge, own, reject, reopen, resolve, unlink, update, waive, withdraw,
};

/// The blocker that a path names.
#[derive(Debug, Deserialize)]
pub(super) struct OfBlocker {
    product: ProductId,
    name: ReleaseName,
    blocker: BlockerNumber,
}

pub(super) type BlockerPath = Result<Path<OfBlocker>, PathRejection>;

impl OfBlocker {
    fn parts(self) -> (ReleaseId, BlockerNumber) {
        (ReleaseId { product: self.product, name: self.name }, self.blocker)
    }
}

/// What whoever looks wants to do.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Wants {
    #[serde(default, rename = "do")]
    deed: String,
}

pub(super) async fn show(
    Acting(app): Acting,
    reader: Reader,
    path: BlockerPath,
    wants: Result<Query<Wants>, QueryRejection>,
) -> Page {
    let (id, number) = path?.0.parts();
    let seen = Seen::load(&app, &reader, &id).await?;
    let deed = Deed::parse(&wants?.0.deed);
    page(&app, &reader, seen, number, deed, None).await
}

/// Draws the page, with the form of a deed; where that was refused, with what was typed and why not.
async fn page(
    app: &App,
    reader: &Reader,
    mut seen: Seen,
    number: BlockerNumber,
    deed: Option<Deed>,
    refused: Option<&Refused>,
) -> Page {
    let release = seen.view.release.clone();
    let blocker = find(&release, number)?;
    let now = seen.past.is_none() && release.unrecognised.is_none();
    let deed = deed.filter(|deed| now && deed.is_offered(reader, blocker, seen.view.at));
    let people = if deed.is_some() { app.known_people().await? } else { Vec::new() };
    let form = match deed {
        Some(deed) => {
            let none = Typed::default();
            let typed = refused.map_or(&none, |refused| &refused.typed);
            let me = app.actor().await?;
            forms::form(&seen, reader, blocker, deed, typed, refused, (&people, &me))
        }
        None => wrong(refused),
    };
    let body = html! {
        section.head {
            div {
                h1 { (blocker.title) }
                p.sub.marked { "Blocker " (number) " " (tag(blocker.state(seen.view.at))) }
            }
            @if now { (deeds(&seen, reader, blocker, deed)) }
        }
        (form)
        div.columns {
            section.card aria-labelledby="facts" { header { h2 #facts { "What it is" } } (facts(&seen, reader, blocker, now)) }
            section.card aria-labelledby="story" { header { h2 #story { "What was said and decided" } } (story(&seen, blocker)) }
        }
    };
    let title = format!("Blocker {number}");
    let below = vec![
        ("Blockers".to_owned(), seen.path("/blockers")),
        (title.clone(), seen.path(&format!("/blockers/{number}"))),
    ];
    let status = Refused::status(refused);
    // What is being filled in is left alone.
    let frame = match deed {
        Some(_) => seen.form(reader, Tab::Blockers, &title, below, body),
        None => seen.frame(reader, Tab::Blockers, &title, below, body),
    };
    Ok(frame.answer_with(status))
}

/// The ways to the forms, the likeliest first.
fn deeds(seen: &Seen, reader: &Reader, blocker: &Blocker, shown: Option<Deed>) -> Markup {
    let offered: Vec<Deed> =
        Deed::ALL.into_iter().filter(|deed| deed.is_offered(reader, blocker, seen.view.at)).collect();
    let link = |deed: Deed| seen.path(&format!("/blockers/{}?do={}", blocker.number, deed.as_str()));
    html! {
        nav.act aria-label="What to do" {
            @for (index, deed) in offered.into_iter().enumerate() {
                a.button.primary[index == 0 && shown.is_none()] href=(link(deed)) aria-current=[(shown == Some(deed)).then_some("true")] { (deed.label()) }
            }
        }
    }
}

fn facts(seen: &Seen, reader: &Reader, blocker: &Blocker, now: bool) -> Markup {
    let release = &seen.view.release;
    let state = blocker.state(seen.view.at);
    let tracks: Vec<_> = blocker.tracks.iter().filter_map(|id| release.tracks.get(id)).collect();
    html! {
        dl.facts {
            div { dt { "Owner" } dd { b { (owner(seen, blocker)) } } }
            @if state.is_live() { div { dt { "Status" } dd { (standing(seen, blocker)) } } }
            @if let Some((update, step)) = blocker.status().filter(|_| state.is_live()) {
                div { dt { "Where it stands" } dd { (update.text) " " small.hint { (seen.told(step.voice())) ", " (seen.clock.short(step.at)) } } }
            }
            @if let Some((how, step)) = blocker.end() { (ended(seen, reader, how, step, state)) }
            div { dt { "Tracks" } dd {
                @for (index, track) in tracks.iter().enumerate() {
                    @if index > 0 { ", " }
                    a href=(reader.link(seen.path(&format!("/tracks/{}", track.description.id)))) { (track.description.name) }
                }
            } }
            div { dt { "Threatens" } dd {
                @match (&blocker.threatens, tracks.first()) {
                    (Threatened::Criterion { criterion }, Some(track)) => a href=(reader.link(seen.path(&format!("/tracks/{}#c-{criterion}", track.description.id)))) { (blocker.threatens.told(release)) },
                    _ => (blocker.threatens.told(release)),
                }
            } }
            @if let Some(details) = &blocker.details { div { dt { "Details" } dd.prose-line { (details) } } }
            div { dt { "Linked with" } dd {
                @if blocker.links.is_empty() { span.hint { "nothing yet" } }
                @else { ul.plain { @for link in &blocker.links { li { (linked(seen, reader, blocker, link, now)) } } } }
            } }
            div { dt { "Proposed" } dd { (seen.name(&blocker.by)) ", " (seen.clock.when(blocker.at)) " " (event(blocker.position)) } }
        }
    }
}

fn linked(seen: &Seen, reader: &Reader, blocker: &Blocker, link: &Link, now: bool) -> Markup {
    let told = link.told(&seen.view.release);
    let target = match link {
        Link::Defect { defect } => address(&About::Defect(defect.clone()), seen.id()),
        Link::Change { change } => address(&About::Change(change.clone()), seen.id()),
        Link::Page { url } => Some(url.clone()),
        Link::Dependency { .. } => None,
    };
    let (to, of) = forms::link_fields(link);
    let off = now && reader.may(Act::Report) && Verb::Link.fits(blocker.state(seen.view.at));
    html! {
        @match (link, target) {
            (Link::Page { .. }, Some(target)) => a href=(target) rel="noreferrer" { (told) },
            (_, Some(target)) => a href=(reader.link(target)) { (told) },
            (_, None) => (told),
        }
        @if off {
            form.inline method="post" action=(seen.path(&format!("/blockers/{}/unlink", blocker.number))) {
                input type="hidden" name="to" value=(to);
                input type="hidden" name="of" value=(of);
                button.ghost type="submit" { "take off" span.only-read { ": the link with " (told) } }
            }
        }
    }
}

/// Says how it ended, and what that rests on.
fn ended(
    seen: &Seen,
    reader: &Reader,
    how: &How,
    step: &domain::blocker::Step,
    state: BlockerState,
) -> Markup {
    let release = &seen.view.release;
    let by = html! { (seen.told(step.voice())) ", " (seen.clock.short(step.at)) " " (event(step.position)) };
    html! {
        div {
            dt { @if state.is_live() { "Was put off" } @else { (domain::words::capital(state.as_str())) } }
            dd {
                @match how {
                    How::Merged { into } => { "It is told as " a href=(reader.link(seen.path(&format!("/blockers/{into}")))) { "blocker " (into) } "." },
                    How::Waived { users, reason, .. } => { "“" (reason) "” Users will meet: " (users) },
                    How::Deferred { to, reason } => {
                        @match to {
                            DeferredTo::Release { release } => { "to " (release) },
                            DeferredTo::Moment { moment } => { "until " (seen.clock.when(*moment)) },
                        }
                        ": “" (reason) "”"
                    },
                    How::Resolved(resolution) => {
                        "“" (resolution.evidence) "”"
                        @if let Some(on) = &resolution.build { ", with " (release.tracks.get(&on.track).map_or_else(|| on.build.to_string(), |track| format!("{} {}", track.description.name, track.build_label(&on.build)))) }
                        @if let Some(run) = resolution.run {
                            ", shown by " a href=(reader.link(seen.path(&format!("/evidence/{run}")))) { "evidence " (run) }
                            @if release.brought().any(|of| of.position == run && of.withdrawn.is_some()) { " " span.unmet { "which is withdrawn" } }
                        }
                        @if let Some(url) = &resolution.url { ", see " a href=(url) rel="noreferrer" { (url) } }
                    },
                    How::Rejected { reason } | How::Withdrawn { reason } => { "“" (reason) "”" },
                }
                " " small.hint { (by) }
            }
        }
    }
}

/// What was said and decided, the latest first.
fn story(seen: &Seen, blocker: &Blocker) -> Markup {
    let release = &seen.view.release;
    html! {
        ol.timeline.story {
            @for step in blocker.steps.iter().rev() {
                li {
                    span.at { (seen.clock.short(step.at)) }
                    div {
                        p { b { (seen.told(step.voice())) } " " (told::did(release, &step.did, |actor| seen.name(actor).to_owned())) }
                        @if let Some(words) = told::words(&step.did) { p.detail { "“" (words) "”" } }
                        @if let Did::Said(update) = &step.did && let Some(next) = update.next_update { p.hint { "next status by " (seen.clock.short(next)) } }
                    }
                    a.event href={ "/journal/" (step.position) } title="The event itself, byte for byte" { "#" (step.position) }
                }
            }
        }
    }
}
