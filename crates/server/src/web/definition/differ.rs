//! Two versions of the definition side by side.
//!
//! Invariant: what was on one side only stands there alone, and what changed shows both sides, field by field.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use domain::criterion::Criterion;
use domain::definition::Difference;
use domain::differing::differing;
use domain::words;
use maud::{Markup, html};

use super::criteria::one;
use crate::app::App;
use crate::app::definition::{DifferenceQuery, Named, sides};
use crate::web::frame::{Tab, empty};
use crate::web::reader::Reader;
use crate::web::seen::{ReleasePath, Seen};
use crate::web::trouble::Page;

/// What the query of the page may hold besides what it compares.
#[derive(Debug, Default, serde::Deserialize)]
pub(crate) struct Compared {
    from: Option<String>,
    to: Option<String>,
}

pub(crate) async fn difference(
    State(app): State<App>,
    reader: Reader,
    path: ReleasePath,
    query: Result<Query<Compared>, QueryRejection>,
) -> Page {
    let mut seen = Seen::load(&app, &reader, &path?.0.into()).await?;
    let Compared { from, to } = query?.0;
    let body = {
        let (from, to) = sides(&seen.view.release, &DifferenceQuery { from, to })?;
        html! {
            section.head {
                div {
                    h1 { "What differs" }
                    p.sub { (words::capital(&to.label())) " against " (from.label()) @if let Some(reason) = to.reason { ": “" (reason) "”" } }
                }
            }
            (choose(&seen, &reader, from, to))
            (side_by_side(&seen, from, to))
        }
    };
    let below = vec![
        ("Definition".to_owned(), seen.path("/definition")),
        ("What differs".to_owned(), seen.path("/definition/difference")),
    ];
    Ok(seen.frame(&reader, Tab::Definition, "What differs", below, body).answer())
}

fn choose(seen: &Seen, reader: &Reader, from: Named<'_>, to: Named<'_>) -> Markup {
    let release = &seen.view.release;
    let versions = || release.definitions.iter().map(|ruling| ruling.definition.version);
    let options = |chosen: Option<i64>| {
        html! {
            @for version in versions() { option value=(version) selected[chosen == Some(version)] { "Version " (version) } }
            @if let Some(draft) = &release.draft { option value="draft" selected[chosen.is_none()] { "Draft of version " (draft.definition.version) } }
        }
    };
    html! {
        form.filter.compare.card method="get" action=(seen.path("/definition/difference")) {
            @if !reader.as_of.is_empty() { input type="hidden" name="as_of" value=(reader.as_of); }
            label { "Before" select name="from" { @if from.version == Some(0) { option value="" selected { "Nothing" } } (options(from.version)) } }
            label { "After" select name="to" { (options(to.version)) } }
            button type="submit" { "Compare" }
        }
    }
}

fn side_by_side(seen: &Seen, from: Named<'_>, to: Named<'_>) -> Markup {
    let difference = Difference::between(from.criteria, to.criteria);
    let same = to.criteria.iter().filter(|criterion| from.criteria.contains(criterion)).count();
    html! {
        section.card aria-labelledby="differs" {
            header { h2 #differs { (words::capital(&tally(&difference))) } span.hint { (words::count(same as i64, "criterion is", "criteria are")) " the same" } }
            @if difference.is_empty() {
                (empty("Nothing differs", html! { p { @if from.criteria == to.criteria { "Both have the same criteria." } @else { "Both have the same criteria, in another order." } } }))
            } @else {
                div.sides {
                    p.side-head { (words::capital(&from.label())) }
                    p.side-head { (words::capital(&to.label())) }
                    @for criterion in &difference.added { p.side.none { "not there" } div.side.added { p.hint { "Added" } (one(seen, criterion)) } }
                    @for (before, after) in &difference.changed { (changed(before, after)) }
                    @for criterion in &difference.dropped { div.side.dropped { p.hint { "Dropped" } (one(seen, criterion)) } p.side.none { "not there" } }
                }
            }
        }
    }
}

fn changed(before: &Criterion, after: &Criterion) -> Markup {
    let fields = differing(before, after);
    let side = |way: &str, title: &str, value: &dyn Fn(&domain::differing::Differing) -> String| {
        html! {
            div.side.changed {
                p.hint { (way) }
                p.sentence { b { (title) } }
                dl.facts { @for field in &fields { div { dt { (words::capital(&field.field)) } dd { @if field.field == "rule" { code { (value(field)) } } @else { (value(field)) } } } } }
            }
        }
    };
    html! {
        (side("Changed from", &before.title, &|field| field.before.clone()))
        (side("Changed to", &after.title, &|field| field.after.clone()))
    }
}

/// Counts what differs: "adds 1, changes 2, drops 1".
fn tally(difference: &Difference<'_>) -> String {
    let parts = [
        ("adds", difference.added.len()),
        ("changes", difference.changed.len()),
        ("drops", difference.dropped.len()),
    ];
    let told: Vec<String> =
        parts.iter().filter(|(_, count)| *count > 0).map(|(verb, count)| format!("{verb} {count}")).collect();
    if told.is_empty() { "changes no criterion".to_owned() } else { told.join(", ") }
}

/// Says in a row what a draft would change, with the way to see it side by side.
pub(super) fn in_short(seen: &Seen, reader: &Reader, before: &[Criterion], after: &[Criterion]) -> Markup {
    let difference = Difference::between(before, after);
    let titles = |criteria: &[&Criterion]| {
        let titles: Vec<String> = criteria.iter().map(|of| format!("“{}”", of.title)).collect();
        words::joined(&titles, 4, "and")
    };
    let changed: Vec<&Criterion> = difference.changed.iter().map(|(_, after)| *after).collect();
    let parts = [("Adds", &difference.added), ("Changes", &changed), ("Drops", &difference.dropped)];
    html! {
        ul.moves {
            @for (verb, criteria) in parts { @if !criteria.is_empty() { li { b { (verb) } " " (titles(criteria)) } } }
            @if difference.is_empty() { li { "Only the order of the criteria changes." } }
        }
        p.hint { a href=(reader.link(seen.path("/definition/difference?to=draft"))) { "Side by side with what is in force" } }
    }
}
