//! Criteria with their verdicts: as a strip of marks, as a matrix over tracks, and one by one with their reasons.
//!
//! Invariant: a verdict that is shown anywhere links to what it rests on.

use domain::blocker::{Blocker, Threatened};
use domain::criterion::{Criterion, Function};
use domain::ground::Ground;
use domain::permission::Act;
use domain::readiness::{Readiness, Verdict};
use domain::waiver::{Standing, Subject, Waiver, approvers};
use maud::{Markup, html};

use crate::app::check::{CriterionCheck, TrackCheck};
use crate::web::mark::{self, Mark};
use crate::web::reader::Reader;
use crate::web::seen::Seen;

pub(crate) fn mark_of(check: &CriterionCheck) -> Mark {
    Mark::of(check.verdict, check.broken.is_some())
}

/// Says in a sentence why a track is as it is.
pub(crate) fn why(track: &TrackCheck) -> String {
    let worst = match track.readiness {
        Readiness::Ready => {
            let waived = track.criteria.iter().filter(|check| check.verdict == Verdict::Waived).count();
            let all = domain::words::count(track.criteria.len() as i64, "criterion", "criteria");
            let by_waiver = if waived > 0 { format!("; {waived} by waiver") } else { String::new() };
            return match track.criteria.len() {
                1 => format!("The one criterion is met{by_waiver}."),
                _ => format!("All {all} met{by_waiver}."),
            };
        }
        Readiness::NotReady => Verdict::NotMet,
        Readiness::Unknown => Verdict::Unknown,
    };
    let mut reasons = track
        .criteria
        .iter()
        .filter(|check| check.verdict == worst)
        .filter_map(|check| check.reasons.first())
        .take(2)
        .cloned()
        .collect::<Vec<_>>();
    if reasons.is_empty() {
        reasons.extend(track.note.clone());
    }
    let mut sentence = reasons.join("; ");
    if let Some(first) = sentence.chars().next() {
        sentence.replace_range(..first.len_utf8(), &first.to_uppercase().to_string());
    }
    if !sentence.ends_with(['.', '!', '?', '…']) {
        sentence.push('.');
    }
    sentence
}

/// Says how many of a track's criteria came to what: "9 met, 2 unknown".
pub(crate) fn tally(track: &TrackCheck) -> String {
    let parts: Vec<String> = Mark::ALL
        .into_iter()
        .filter_map(|mark| {
            let count = track.criteria.iter().filter(|check| mark_of(check) == mark).count();
            (count > 0).then(|| format!("{count} {}", mark.word()))
        })
        .collect();
    if parts.is_empty() { "no criterion".to_owned() } else { parts.join(", ") }
}

/// Draws one small mark a criterion, the worst last, so that a track's state is seen at a glance.
pub(crate) fn strip(track: &TrackCheck) -> Markup {
    let mut marks: Vec<Mark> = track.criteria.iter().map(mark_of).collect();
    marks.sort_by_key(|mark| Mark::ALL.iter().position(|other| other == mark));
    html! {
        p.strip {
            span.marks aria-hidden="true" { @for mark in marks.iter().take(40) { (mark.shape()) } }
            span { (tally(track)) }
        }
    }
}

/// Draws the matrix of criteria and tracks.
pub(crate) fn matrix(seen: &Seen, reader: &Reader) -> Markup {
    let tracks = &seen.view.tracks;
    let criteria: &[Criterion] =
        seen.view.release.definition().map(|definition| definition.criteria.as_slice()).unwrap_or_default();
    // A criterion that no shown track is asked about yet belongs to a later gate.
    let asked = |criterion: &&Criterion| {
        tracks.iter().any(|track| track.criteria.iter().any(|check| check.id == criterion.id))
    };
    html! {
        div.scroll tabindex="0" role="region" aria-label="Criteria by track" {
            table.matrix {
                thead {
                    tr {
                        th scope="col" { "Criterion" }
                        th scope="col" { "Owner" }
                        @for track in tracks {
                            th scope="col" {
                                a href=(reader.link(seen.path(&format!("/tracks/{}", track.track)))) { (track.name) }
                            }
                        }
                    }
                }
                tbody {
                    @for criterion in criteria.iter().filter(asked) {
                        tr {
                            th scope="row" { (criterion.title) }
                            td.owner { (function(criterion.owner)) }
                            @for track in tracks {
                                @match track.criteria.iter().find(|check| check.id == criterion.id) {
                                    Some(check) => td class={ "verdict " (mark_of(check).class()) } #{ "m-" (track.track) "-" (check.id) } {
                                        a href=(reader.link(seen.path(&format!("/tracks/{}#c-{}", track.track, check.id)))) title=[check.reasons.first()] {
                                            (mark_of(check).told()) (check.brief)
                                        }
                                    },
                                    None => td.none { span.only-read { "does not apply" } },
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Draws a track's criteria one by one, the worst first, with reasons, evidence and what is missing.
pub(crate) fn one_by_one(seen: &Seen, reader: &Reader, track: &TrackCheck) -> Markup {
    let mut checks: Vec<&CriterionCheck> = track.criteria.iter().collect();
    checks.sort_by_key(|check| std::cmp::Reverse(check.verdict));
    html! {
        ol.verdicts {
            @for check in checks {
                @let mark = mark_of(check);
                li #{ "c-" (check.id) } class={ "verdict " (mark.class()) } {
                    h3 { (mark.shape()) (check.title) " " span.word { (mark.word()) } }
                    ul.reasons { @for reason in check.reasons.iter().take(12) { li { (reason) } } }
                    @if check.offenders_total > check.offenders.len() {
                        p.hint { (domain::words::number(check.offenders_total as i64)) " in all." }
                    }
                    @if !check.grounds.is_empty() { (grounds(seen, reader, &check.grounds)) }
                    p.meta {
                        (function(check.owner)) " owns it"
                        (waiving(seen, reader, track, check))
                        @if !check.missing.is_empty() {
                            " · missing: "
                            @for (index, fact) in check.missing.iter().take(6).enumerate() {
                                @if index > 0 { ", " } code { (fact) }
                            }
                            @if check.missing.len() > 6 { " and " (check.missing.len() - 6) " more" }
                        }
                    }
                }
            }
        }
    }
}

/// The waiver and the blocker of a criterion that is not met, or the ways to one.
fn waiving(seen: &Seen, reader: &Reader, track: &TrackCheck, check: &CriterionCheck) -> Markup {
    let release = &seen.view.release;
    let subject = Subject::Criterion { criterion: check.id.clone() };
    let live = |waiver: &&Waiver| {
        waiver.track == track.track
            && waiver.subject == subject
            && matches!(waiver.standing(seen.view.at), Standing::Requested | Standing::InForce)
    };
    let waiver = release.waivers.iter().rfind(live);
    let stands = matches!(check.verdict, Verdict::NotMet | Verdict::Unknown);
    let offered = seen.past.is_none()
        && stands
        && reader.may(Act::Report)
        && check.broken.is_none()
        && !approvers(release, &subject).is_empty();
    html! {
        @match waiver {
            Some(waiver) => { " · " a href=(reader.link(seen.path(&format!("/waivers/{}", waiver.position)))) { "waiver " (waiver.standing(seen.view.at).label()) } },
            None if offered => { " · " a href=(seen.path(&format!("/waivers/new?track={}&criterion={}", track.track, check.id))) { "Ask for a waiver…" } },
            None => {},
        }
        @if let Some(blocker) = release.blockers.iter().rev().find(|blocker| threatens(blocker, track, check) && blocker.state(seen.view.at).is_live()) {
            " · " a href=(reader.link(seen.path(&format!("/blockers/{}", blocker.number)))) { "blocker " (blocker.number) }
        } @else if stands && seen.past.is_none() && reader.may(Act::Report) {
            " · " a href=(seen.path(&format!("/blockers/new?track={}&criterion={}", track.track, check.id))) { "Propose a blocker…" }
        }
    }
}

fn threatens(blocker: &Blocker, track: &TrackCheck, check: &CriterionCheck) -> bool {
    blocker.is_on(&track.track)
        && matches!(&blocker.threatens, Threatened::Criterion { criterion } if *criterion == check.id)
}

/// Draws the evidence that a verdict rests on, what is stale marked as such.
pub(crate) fn grounds(seen: &Seen, reader: &Reader, grounds: &[Ground]) -> Markup {
    const SHOWN: usize = 4;
    html! {
        p.grounds {
            span.only-read { "Evidence: " }
            @for ground in grounds.iter().take(SHOWN) {
                a.ground.stale[ground.stale] href=(reader.link(seen.path(&format!("/evidence/{}", ground.position)))) {
                    (ground.label)
                    @if ground.stale { " " i { "on " (ground.build) } }
                    " " small { (seen.told(ground.voice())) ", " (seen.clock.short(ground.at)) }
                }
            }
            @if grounds.len() > SHOWN { span.hint { "and " (grounds.len() - SHOWN) " more" } }
        }
    }
}

pub(crate) fn function(function: Function) -> &'static str {
    match function {
        Function::Engineering => "Engineering",
        Function::Product => "Product",
        Function::Qa => "QA",
        Function::Operations => "Operations",
        Function::Marketing => "Marketing",
        Function::Leadership => "Leadership",
    }
}

/// Draws a track as a card.
pub(crate) fn card(seen: &Seen, reader: &Reader, check: &TrackCheck) -> Markup {
    let (mark, _) = mark::readiness(check.readiness);
    let track = seen.view.release.tracks.get(&check.track);
    let candidate = track.and_then(|track| track.candidate.as_ref());
    html! {
        article.track.(mark.class()) #{ "t-" (check.track) } {
            header {
                (mark.shape())
                h2 { a href=(reader.link(seen.path(&format!("/tracks/{}", check.track)))) { (check.name) } }
                (mark::pill(check.readiness))
            }
            p.why { (why(check)) }
            (strip(check))
            dl {
                div {
                    dt { "Candidate" }
                    dd {
                        @match (&check.version, &check.build) {
                            (Some(version), Some(build)) if !version.is_empty() => { (version) " " span { "(" (build) ")" } },
                            (_, Some(build)) => { (build) },
                            (_, None) => span { "none nominated" },
                        }
                    }
                }
                @if let Some(candidate) = candidate {
                    div { dt { "Nominated" } dd { (seen.clock.short(candidate.nominated_at)) } }
                }
                @if let Some(with) = track.and_then(|track| track.description.shares_submission_with.as_ref()) {
                    div { dt { "Ships" } dd { "with " (seen.view.release.tracks.get(with).map_or(with.as_str(), |with| with.description.name.as_str())) } }
                }
            }
        }
    }
}
