//! What a criterion comes to today, track by track; or what is wrong with its rule, pointed at.
//!
//! Invariant: a mistake is shown in the rule itself, at its place.

use maud::{Markup, html};

use crate::app::criterion::{RuleMistake, TrialResponse};
use crate::web::parts::verdict::mark_of;

/// How many reasons stand by a verdict.
const REASONS: usize = 3;

/// Draws what came of trying a criterion out, or the sentence that says why it cannot be tried.
pub(super) fn drawn(tried: &Result<TrialResponse, String>) -> Markup {
    let tried = match tried {
        Ok(tried) => tried,
        Err(why) => return html! { p.note.unknown { (why) } },
    };
    let criterion = &tried.criterion;
    let source = criterion.holds.as_deref().or(criterion.offenders.as_deref()).unwrap_or_default();
    html! {
        @if let Some(mistake) = &tried.mistake { (pointed(source, mistake)) }
        @else {
            @if tried.tracks.is_empty() { p.hint { "It applies to no track." } }
            ul.came-to { @for track in &tried.tracks {
                @let mark = mark_of(&track.check);
                li.(mark.class()) {
                    p { (mark.shape()) b { (track.name) } " " span.word { (mark.word()) } @if track.build.is_none() { " " span.hint { "no candidate" } } }
                    ul.reasons { @for reason in track.check.reasons.iter().take(REASONS) { li { (reason) } } }
                    @if !track.check.missing.is_empty() { p.hint { "Missing: " @for (index, fact) in track.check.missing.iter().take(3).enumerate() { @if index > 0 { ", " } code { (fact) } } } }
                }
            } }
            @if criterion.preset.is_some() {
                p.hint { "Readers see “" (criterion.title.as_deref().unwrap_or_default()) "”. Its rule:" }
                pre.command tabindex="0" { code { (source) } }
            }
        }
    }
}

/// Draws a rule with its mistake marked.
fn pointed(source: &str, mistake: &RuleMistake) -> Markup {
    let boundary =
        |at: usize| (0..=at.min(source.len())).rev().find(|at| source.is_char_boundary(*at)).unwrap_or(0);
    let start = boundary(mistake.start);
    let end = boundary(mistake.end.max(mistake.start)).max(start);
    let (before, rest) = source.split_at(start);
    let (at, after) = rest.split_at(end - start);
    html! {
        pre.command.pointed tabindex="0" { code { (before) mark { @if at.trim().is_empty() { (at) "▯" } @else { (at) } } (after) } }
        p.note.unmet {
            (domain::words::capital(&mistake.message)) "."
            @if let Some(meant) = &mistake.suggestion { " Did you mean " code { (meant) } "?" }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistake_is_marked_wherever_its_place_falls() {
        for (source, start, end, expect) in [
            ("runs.smoek", 0, 10, "<mark>runs.smoek</mark>"),
            ("a < b", 2, 3, "<mark>&lt;</mark> b"),
            ("1 +", 3, 3, "1 +<mark>▯</mark>"),
            ("é == 1", 1, 1, "<mark>▯</mark>é"),
            ("a", 9, 99, "a<mark>▯</mark>"),
        ] {
            let mistake = RuleMistake { message: "it is wrong".to_owned(), start, end, suggestion: None };
            let drawn = pointed(source, &mistake).into_string();
            assert!(drawn.contains(expect), "{drawn}");
        }
    }
}
