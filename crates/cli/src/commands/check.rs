//! `seaworthy check`: each track's readiness, with its reasons.

use domain::criterion::Gate;
use domain::readiness::{Readiness, Verdict};
use domain::time::Time;
use server::app::check::{CheckResponse, CriterionCheck, TrackCheck};

use super::Outcome;
use crate::arguments::Check;
use crate::client::Client;
use crate::exit::Exit;
use crate::terminal::{self, BOLD, DIM, beside, pad, paint};

pub(super) async fn run(client: &Client, check: &Check) -> Outcome {
    let mut path = format!("{}/check?", client.release(&check.release).await?);
    if let Some(track) = &check.track {
        path.push_str(&format!("track={track}&"));
    }
    if let Some(as_of) = check.as_of {
        path.push_str(&format!("as_of={as_of}"));
    }
    let (response, json) = client.get::<CheckResponse>(&path).await?;
    let exit = exit(&response);
    if check.json {
        terminal::raw(&json);
        terminal::line("");
    } else {
        show(&response, check.verbose, exit);
    }
    Ok(exit)
}

fn exit(response: &CheckResponse) -> Exit {
    match Readiness::of_tracks(response.tracks.iter().map(|track| track.readiness)) {
        Readiness::Ready => Exit::Ready,
        Readiness::NotReady => Exit::NotReady,
        Readiness::Unknown => Exit::Unknown,
    }
}

fn show(response: &CheckResponse, verbose: bool, exit: Exit) {
    let width = terminal::width();
    let release = response.release.split_once('/').map_or(response.release.as_str(), |(_, name)| name);
    let gate = response.tracks.first().map_or(Gate::Submission, |track| track.gate);
    terminal::line(&format!(
        "{} · next gate: {} · as of {}",
        paint(BOLD, &format!("{} {release}", response.product)),
        gate.label(),
        moment(response.at, &response.zone)
    ));
    if let Some(definition) = &response.definition {
        let late = definition.late.as_ref().map(|late| format!("; {late}")).unwrap_or_default();
        let text = format!("definition of ready v{}: {}{late}", definition.version, definition.consent);
        terminal::line(&paint(DIM, &text));
    }
    terminal::line("");
    let name_width = response.tracks.iter().map(|track| track.name.chars().count()).max().unwrap_or(0);
    let shown = |track: &TrackCheck| -> Vec<CriterionCheck> {
        let wanted = |criterion: &&CriterionCheck| verbose || !matches!(criterion.verdict, Verdict::Met);
        let mut criteria: Vec<CriterionCheck> = track.criteria.iter().filter(wanted).cloned().collect();
        criteria.sort_by_key(|criterion| std::cmp::Reverse(criterion.verdict));
        criteria
    };
    let title_width =
        response.tracks.iter().flat_map(shown).map(|criterion| criterion.title.chars().count()).max();
    let title_width = title_width.unwrap_or(0).min(44);
    for track in &response.tracks {
        let (mark, style) = terminal::readiness_mark(track.readiness);
        let word = pad(track.readiness.label(), 9);
        let build = match (&track.version, &track.build) {
            (Some(version), Some(build)) => format!("{version} ({build})"),
            (None, Some(build)) => build.to_string(),
            (_, None) => paint(DIM, "no candidate"),
        };
        terminal::line(&format!(
            "{} {}   {}   {build}",
            paint(style, mark),
            paint(BOLD, &pad(&track.name, name_width)),
            paint(style, &word)
        ));
        if let Some(note) = &track.note {
            terminal::line(&format!("    {note}"));
        }
        for later in &track.later {
            let criteria = domain::words::count(later.criteria.len() as i64, "criterion", "criteria");
            let text = format!("    later, {}: {} ({criteria})", later.gate.label(), later.readiness.label());
            terminal::line(&paint(DIM, &text));
        }
        for criterion in shown(track) {
            let (mark, style) = terminal::verdict_mark(criterion.verdict, criterion.broken.is_some());
            let left = format!("    {} {}   ", paint(style, mark), pad(&criterion.title, title_width));
            let overhang = criterion.title.chars().count().saturating_sub(title_width);
            for line in beside(&left, 9 + title_width + overhang, &criterion.reasons, width) {
                terminal::line(&line);
            }
        }
    }
    for redacted in &response.redacted {
        terminal::line(&format!("  note: {redacted}"));
    }
    terminal::line("");
    terminal::line(&format!("{}   {}", tally(response), paint(DIM, &format!("exit {}", exit.code()))));
}

fn tally(response: &CheckResponse) -> String {
    let of =
        |readiness: Readiness| response.tracks.iter().filter(|track| track.readiness == readiness).count();
    let parts: Vec<String> = [Readiness::Ready, Readiness::NotReady, Readiness::Unknown]
        .into_iter()
        .filter(|readiness| of(*readiness) > 0)
        .map(|readiness| format!("{} {}", of(readiness), readiness.label()))
        .collect();
    if parts.is_empty() { "no track".to_owned() } else { parts.join(", ") }
}

/// Returns a moment in the product's zone, and says which that is.
pub(super) fn moment(at: Time, zone: &str) -> String {
    let zone = jiff::tz::TimeZone::get(zone).unwrap_or(jiff::tz::TimeZone::UTC);
    at.timestamp().to_zoned_datetime(zone).strftime("%-d %b %Y, %H:%M %Z").to_string()
}
