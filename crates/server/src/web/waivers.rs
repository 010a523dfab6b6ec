//! Waivers: what waits for an answer, what is in force and for how long, and what has ended and why.
//!
//! Invariant: what is accepted is shown with what it costs users, wherever it is shown.

use std::collections::BTreeMap;

use axum::extract::State;
use domain::cost::Cost;
use domain::envelope::Position;
use domain::permission::Act;
use domain::since::since;
use domain::waiver::{Answer, End, Scope, Standing, Waiver};
use domain::words;
use maud::{Markup, html};

use super::frame::{Tab, empty};
use super::mark::Mark;
use super::parts::timeline::address;
use super::parts::verdict::function;
use super::reader::Reader;
use super::seen::{ReleasePath, Seen};
use super::sign::corrected;
use super::trouble::Page;
use crate::app::App;

/// How many that have ended are shown.
const ENDED: usize = 100;

pub(super) type Costs = BTreeMap<Position, Vec<Cost>>;

pub(super) async fn list(State(app): State<App>, reader: Reader, path: ReleasePath) -> Page {
    let mut seen = Seen::load(&app, &reader, &path?.0.into()).await?;
    let release = seen.view.release.clone();
    let all: Vec<&Waiver> = release.waivers.iter().rev().collect();
    let (mut requested, mut in_force, mut ended) = (Vec::new(), Vec::new(), Vec::new());
    for waiver in all {
        match waiver.standing(seen.view.at) {
            Standing::Requested => requested.push(waiver),
            Standing::InForce => in_force.push(waiver),
            _ => ended.push(waiver),
        }
    }
    // What ends first is looked at first.
    in_force.sort_by_key(|waiver| waiver.expires);
    let live: Vec<&Waiver> = requested.iter().chain(&in_force).copied().collect();
    let costs = app.costs(&release, &live, seen.view.at).await?;
    let may_ask = seen.past.is_none() && reader.may(Act::Report);
    let body = html! {
        section.head {
            div { h1 { "Waivers" } p.sub { "What is accepted as it is: by whom, why, until when, and what it costs users." } }
            @if may_ask { div.act { a.button.primary href=(seen.path("/waivers/new")) { "Ask for a waiver" } } }
        }
        @if live.is_empty() && ended.is_empty() {
            section.card { (empty("Nothing is waived", html! {
                p { "A criterion that is not met, or a defect that will not be mended in time, can be accepted as it is: with a reason, with what is done meanwhile, until a time, and by somebody else than who asks." }
                @if may_ask { p { a.button href=(seen.path("/waivers/new")) { "Ask for a waiver" } } }
            })) }
        }
        (section(&seen, &reader, "requested", "Waiting for an answer", &requested, &costs))
        (section(&seen, &reader, "in-force", "In force", &in_force, &costs))
        (section(&seen, &reader, "ended", "Ended", &ended[..ended.len().min(ENDED)], &costs))
        @if ended.len() > ENDED { p.hint { (words::number((ended.len() - ENDED) as i64)) " more that ended are in the API." } }
    };
    let below = vec![("Waivers".to_owned(), seen.path("/waivers"))];
    Ok(seen.frame(&reader, Tab::Waivers, "Waivers", below, body).answer())
}

fn section(seen: &Seen, reader: &Reader, id: &str, head: &str, waivers: &[&Waiver], costs: &Costs) -> Markup {
    html! {
        @if !waivers.is_empty() {
            section.card aria-labelledby=(id) {
                header { h2 #(id) { (head) } span.hint { (waivers.len()) } }
                ul.asks { @for waiver in waivers {
                    li #{ "w-" (waiver.position) } { (line(seen, reader, waiver, costs.get(&waiver.position).map(Vec::as_slice).unwrap_or_default())) }
                } }
            }
        }
    }
}

/// Draws a waiver in a list, with the way to its page.
fn line(seen: &Seen, reader: &Reader, waiver: &Waiver, costs: &[Cost]) -> Markup {
    let standing = waiver.standing(seen.view.at);
    let page = seen.path(&format!("/waivers/{}", waiver.position));
    html! {
        p {
            a href=(reader.link(page.clone())) { b { (waiver.subject.told(&seen.view.release)) } }
            " on " (track_name(seen, waiver)) ", " (scope(seen, waiver)) " " (tag(standing))
        }
        (ends(seen, waiver, standing))
        p.hint { "Asked for by " (seen.name(&waiver.by)) ", " (seen.clock.short(waiver.at)) ": “" (waiver.reason) "” Meanwhile: “" (waiver.mitigation) "”" }
        (approval(seen, waiver))
        (what_it_costs(seen, reader, costs))
        @if seen.past.is_none() && standing == Standing::Requested {
            div.acts {
                @match may_answer(seen, reader, waiver) {
                    Some(MayAnswer::Own) => a.button.primary href=(page) { "Approve or refuse…" },
                    Some(MayAnswer::ForOthers) => a.button href=(page) { "Record an approval…" },
                    None => {},
                }
            }
        }
    }
}

/// How somebody may answer a waiver that is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MayAnswer {
    /// By their own word.
    Own,
    /// By recording that of somebody who may.
    ForOthers,
}

/// Says how whoever reads may answer; nobody may whose own it is.
pub(super) fn may_answer(seen: &Seen, reader: &Reader, waiver: &Waiver) -> Option<MayAnswer> {
    let approvers = waiver.approvers(&seen.view.release);
    if approvers.is_empty() || !reader.may(Act::GiveWord) {
        return None;
    }
    match &reader.who {
        None => Some(MayAnswer::Own),
        Some(member) if member.id == waiver.by => None,
        Some(member) if member.functions.iter().any(|of| approvers.contains(of)) => Some(MayAnswer::Own),
        Some(_) => reader.records_words().then_some(MayAnswer::ForOthers),
    }
}

pub(super) fn track_name<'a>(seen: &'a Seen, waiver: &'a Waiver) -> &'a str {
    seen.view.release.tracks.get(&waiver.track).map_or(waiver.track.as_str(), |track| &track.description.name)
}

pub(super) fn scope(seen: &Seen, waiver: &Waiver) -> String {
    match &waiver.scope {
        Scope::Release => "for the whole release".to_owned(),
        Scope::Build { build } => {
            let track = seen.view.release.tracks.get(&waiver.track);
            let label = track.map_or_else(|| build.to_string(), |track| track.build_label(build));
            format!("for {label} alone")
        }
    }
}

/// Says when it expires, or what ended it.
pub(super) fn ends(seen: &Seen, waiver: &Waiver, standing: Standing) -> Markup {
    html! {
        p.hint {
            @match (&waiver.answer, &waiver.end) {
                (_, Some(End::Revoked { by, reason, at, .. })) => { "Revoked by " (seen.name(by)) " " (seen.clock.short(*at)) ": “" (reason) "”" },
                (_, Some(End::Lapsed { why, at, .. })) => { "Lapsed " (seen.clock.short(*at)) ": " (why) "." },
                (Some(Answer::Rejected { by, reason, at, .. }), _) => { "Refused by " (seen.name(by)) " " (seen.clock.short(*at)) ": “" (reason) "”" },
                _ if standing == Standing::Expired => { "Expired " (seen.clock.when(waiver.expires)) "." },
                _ => { "Expires " b { (seen.clock.when(waiver.expires)) } "." },
            }
        }
    }
}

/// Says who approved it, and what was corrected since.
pub(super) fn approval(seen: &Seen, waiver: &Waiver) -> Markup {
    html! {
        @if let (Some(Answer::Approved { function: of, note, at, .. }), Some(voice)) = (&waiver.answer, waiver.approver()) {
            p.hint {
                "Approved for " (function(*of)) " by " b { (seen.told(voice)) } " " (seen.clock.short(*at))
                @match note { Some(note) => { ": “" (note) "”" }, None => "." }
            }
        }
    }
}

/// Tells what was corrected since it was approved, if anything.
pub(super) fn since_approved(seen: &Seen, reader: &Reader, waiver: &Waiver) -> Markup {
    html! {
        @if let Some(Answer::Approved { position, .. }) = &waiver.answer {
            (corrected(seen, reader, "Since it was approved", &since(&seen.view.release, &waiver.track, *position)))
        }
    }
}

/// Tells what it costs users.
pub(super) fn what_it_costs(seen: &Seen, reader: &Reader, costs: &[Cost]) -> Markup {
    html! {
        @if !costs.is_empty() {
            div.cost {
                span.only-read { "What it costs users: " }
                ul.plain { @for cost in costs {
                    li class=[(!cost.translated).then_some("unknown")] {
                        @if !cost.translated { (Mark::Unknown.shape()) }
                        @match address(&cost.about, seen.id()) {
                            Some(to) => a href=(reader.link(to)) { (cost.sentence) },
                            None => (cost.sentence),
                        }
                    }
                } }
            }
        }
    }
}

pub(super) fn tag(standing: Standing) -> Markup {
    let mark = match standing {
        Standing::InForce => Mark::Waived,
        Standing::Rejected => Mark::Unmet,
        Standing::Requested | Standing::Revoked | Standing::Lapsed | Standing::Expired => Mark::Unknown,
    };
    html! { span.tag.(mark.class()) { (standing.label()) } }
}
