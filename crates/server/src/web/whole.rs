//! Whether a list is whole: who said so and when, or that nobody has.
//!
//! Invariant: a list that nobody called whole says that what is not on it may be missing.

use axum::extract::Form;
use axum::extract::rejection::FormRejection;
use axum::response::{IntoResponse, Redirect};
use domain::listing::List;
use domain::permission::Act;
use domain::voice::Voice;
use maud::{Markup, html};

use super::reader::Reader;
use super::seen::{ReleasePath, Seen};
use super::trouble::Page;
use super::typed::Typed;
use crate::app::risks::WholeRequest;
use crate::door::Acting;

/// Where a list is shown.
fn page_of(list: List) -> &'static str {
    match list {
        List::Defects => "defects",
        List::Changes => "contents",
        List::Risks => "risks",
    }
}

/// Says whether a list is whole, with the form that says so for whoever may.
pub(super) fn line(seen: &Seen, reader: &Reader, list: List) -> Markup {
    let what = list.as_str();
    let may = seen.past.is_none() && reader.may(Act::Report);
    html! {
        div.whole {
            @match seen.view.release.whole(list) {
                Some(whole) => p.hint {
                    "Whole as of " (seen.clock.short(whole.recorded_at)) ", says " (seen.told(Voice::own(&whole.actor)))
                    @if let domain::defect::Source::File { name } = &whole.source { ", from " (name) }
                    @if let Some(note) = &whole.note { ": “" (note) "”" }
                    " " a href=(format!("/journal/{}", whole.position)) { "#" (whole.position) }
                },
                None => p.hint { "Nobody has said that this list is whole: " (what) " that are not on it may be missing." },
            }
            @if may {
                details #{ "whole-" (what) } {
                    summary.button { "Say that it is whole" }
                    form.pad method="post" action=(seen.path("/lists")) {
                        input type="hidden" name="list" value=(what);
                        div.field {
                            label for={ "note-" (what) } { "What did you compare it with?" }
                            input #{ "note-" (what) } name="note" maxlength="300" placeholder="The tracker’s filter “fix version 4.2.0”";
                            p.hint { "Then it is on record that nothing is missing as of now, under your name. Criteria that ask for an empty list can be met from then on." }
                        }
                        button.primary type="submit" { "Nothing is missing" }
                    }
                }
            }
        }
    }
}

pub(super) async fn say(
    Acting(app): Acting,
    path: ReleasePath,
    form: Result<Form<Typed>, FormRejection>,
) -> Page {
    let id = path?.0.into();
    let typed = form?.0;
    let list = typed.must("list", List::parse, "Say which list is whole: defects, changes or risks.")?;
    app.say_whole(&id, WholeRequest { list, note: typed.some("note") }, None).await?;
    let back = format!("{}/{}?done=whole", super::frame::path(&id), page_of(list));
    Ok(Redirect::to(&back).into_response())
}
