//! What we know, what we don't, and what it could mean for users, side by side.
//!
//! Invariant: each line leads to its ground, and an empty column says what its emptiness means.

use domain::knowledge::{Knowledge, Line};
use maud::{Markup, html};

use super::timeline::address;
use crate::web::reader::Reader;
use crate::web::seen::Seen;

/// How many lines stand open; the rest unfold.
const OPEN: usize = 6;

pub(crate) fn know(seen: &Seen, reader: &Reader, knowledge: &Knowledge) -> Markup {
    html! {
        section.know aria-label="What we know and what we don't" {
            div {
                h2 { "What we know" }
                (lines(seen, reader, &knowledge.know, "know", "Nothing yet. Evidence brings knowledge: ingest a test run."))
            }
            div {
                h2 { "What we don’t know" }
                (lines(seen, reader, &knowledge.unknown, "unknown", "Nothing that was agreed to be known is unknown."))
            }
            div.means {
                h2 { "What it could mean for users" }
                (lines(seen, reader, &knowledge.means, "means", "Nothing that is known would reach users as a fault."))
            }
        }
    }
}

fn lines(seen: &Seen, reader: &Reader, lines: &[Line], id: &str, empty: &str) -> Markup {
    let draw = |line: &Line| {
        let ground = line.grounds.first().map(|position| format!("/evidence/{position}"));
        let criterion = line.criterion.as_ref();
        let criterion =
            line.tracks.first().zip(criterion).map(|(track, id)| format!("/tracks/{track}#c-{id}"));
        let track = line.tracks.first().map(|track| format!("/tracks/{track}"));
        let about = line.about.as_ref().and_then(|about| address(about, seen.id()));
        let target = about.or(ground.or(criterion).or(track).map(|below| seen.path(&below)));
        html! {
            li {
                @match target {
                    Some(target) => a href=(reader.link(target)) { (line.text) },
                    None => (line.text),
                }
            }
        }
    };
    html! {
        @if lines.is_empty() { p.hint { (empty) } }
        @else {
            ul { @for line in lines.iter().take(OPEN) { (draw(line)) } }
            @if lines.len() > OPEN {
                details #{ "more-" (id) } {
                    summary { (lines.len() - OPEN) " more" }
                    ul { @for line in &lines[OPEN..] { (draw(line)) } }
                }
            }
        }
    }
}
