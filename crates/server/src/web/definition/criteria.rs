//! Criteria as they are agreed: gate by gate, each with its owner, who may waive it, and its rule on demand.
//!
//! Invariant: every criterion is under its gate, in the order in which it was agreed.

use domain::criterion::{Criterion, Gate};
use domain::differing::{age, waivable};
use domain::id::TrackId;
use domain::words;
use maud::{Markup, html};

use crate::web::parts::verdict::function;
use crate::web::seen::Seen;

/// Draws criteria under their gates.
pub(super) fn by_gate(seen: &Seen, criteria: &[Criterion]) -> Markup {
    html! {
        @for (_, gate) in Gate::ALL {
            @let of_gate: Vec<&Criterion> = criteria.iter().filter(|criterion| criterion.gate == gate).collect();
            @if !of_gate.is_empty() {
                h3.gate { "Before " (gate.label()) }
                ol.agreed { @for criterion in of_gate { li { (one(seen, criterion)) } } }
            }
        }
    }
}

/// Draws one criterion: its sentence, what is agreed besides, and its rule on demand.
pub(super) fn one(seen: &Seen, criterion: &Criterion) -> Markup {
    html! {
        p.sentence { b { (criterion.title) } }
        p.hint {
            (function(criterion.owner)) " owns it; "
            @if criterion.waivable_by.is_empty() { "nobody may waive it" } @else { (waivable(&criterion.waivable_by)) " may waive it" }
            "; on " (tracks(seen, criterion.tracks.as_deref()))
            @if criterion.max_age_hours.is_some() { "; evidence " (age(criterion.max_age_hours)) }
            "."
        }
        details.rule { summary { "Rule" } (rule(criterion)) }
    }
}

/// Draws a rule, with what it is and where it comes from.
pub(super) fn rule(criterion: &Criterion) -> Markup {
    let (is, source) = match &criterion.rule {
        domain::criterion::Rule::Holds(source) => ("Met when this is true", source),
        domain::criterion::Rule::Offenders(source) => ("Met when this list is empty", source),
    };
    html! {
        p.hint { (is) @if let Some(preset) = &criterion.preset { ", from the preset " code { (preset) } } ". Its id is " code { (criterion.id) } "." }
        pre.command tabindex="0" { code { (source) } }
    }
}

/// Names the tracks that a criterion applies to.
pub(super) fn tracks(seen: &Seen, tracks: Option<&[TrackId]>) -> String {
    let release = &seen.view.release;
    let name = |id: &TrackId| {
        release.tracks.get(id).map_or_else(|| id.to_string(), |track| track.description.name.clone())
    };
    match tracks {
        None => "every track".to_owned(),
        Some(tracks) => {
            let names: Vec<String> = tracks.iter().map(name).collect();
            words::joined(&names, names.len(), "and")
        }
    }
}
