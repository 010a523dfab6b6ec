//! What happened, as a list: who did what, when, and where to look.
//!
//! Invariant: newest first, and each line can be opened as an event or as the page at that moment.

use domain::happening::{About, Happening};
use domain::id::ReleaseId;
use maud::{Markup, html};

use crate::app::follow::Names;
use crate::web::frame::path;
use crate::web::moment::Clock;
use crate::web::reader::Reader;

/// Draws happenings of one release, or of several with `release` for each.
pub(crate) fn timeline<'a>(
    happenings: impl IntoIterator<Item = (&'a Happening, Option<&'a ReleaseId>)>,
    reader: &Reader,
    clock: &Clock,
    names: &Names,
    with_release: bool,
) -> Markup {
    html! {
        ol.timeline {
            @for (happening, release) in happenings {
                li {
                    span.at { (clock.short(happening.at)) }
                    div {
                        p {
                            b { (happening.subject(|actor| names.of(actor))) } " "
                            @match target(happening, release) {
                                Some(target) => a href=(reader.link(target)) { (happening.told(|actor| names.of(actor))) },
                                None => (happening.told(|actor| names.of(actor))),
                            }
                            @if with_release && let Some(release) = release {
                                " " a.where href=(reader.link(path(release))) { (release.to_string()) }
                            }
                        }
                        @if let Some(detail) = &happening.detail { p.detail { "“" (detail) "”" } }
                    }
                    a.event href={ "/journal/" (happening.position) } title="The event itself, byte for byte" {
                        "#" (happening.position)
                    }
                }
            }
        }
    }
}

/// Returns where a happening can be looked into.
fn target(happening: &Happening, release: Option<&ReleaseId>) -> Option<String> {
    address(&happening.about, release?)
}

/// Returns the page of what something is about.
pub(crate) fn address(about: &About, of: &ReleaseId) -> Option<String> {
    let release = path(of);
    match about {
        About::Evidence(position) => Some(format!("{release}/evidence/{position}")),
        About::Ask(position) => Some(format!("{release}/asks#a-{position}")),
        About::Track(track) => Some(format!("{release}/tracks/{track}")),
        About::Event(position) => Some(format!("/journal/{position}")),
        About::Definition(_) => Some(format!("{release}/definition")),
        About::Defect(key) => Some(format!("{release}/defects/{key}")),
        About::Change(key) => Some(format!("{release}/contents/{key}")),
        About::Risk(position) => Some(format!("{release}/risks#r-{position}")),
        About::Blocker(number) => Some(format!("{release}/blockers/{number}")),
        About::Waiver(position) => Some(format!("{release}/waivers#w-{position}")),
        About::Timeline => Some(format!("{release}/timeline")),
        About::Calendar => Some(format!("/products/{}/calendar", of.product)),
        About::Release => Some(release),
        About::Product | About::Nothing => None,
    }
}
