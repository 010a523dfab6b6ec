//! `seaworthy defect`: report, list, show, tell what it is for users, say which tracks have it, defer, withdraw.

use std::fmt::Write;

use domain::defect::Source;
use domain::impact::Impact;
use serde::Serialize;
use server::app::defects::{
    BecauseRequest, DefectLine, DefectResponse, DeferRequest, ExposeRequest, Known, ReportRequest,
    ReportedResponse,
};
use server::app::settle::SettledResponse;

use super::Outcome;
use crate::arguments::{Defect, ListDefects, OfDefect, Report};
use crate::client::{Client, Failed, encoded};
use crate::exit::Exit;
use crate::terminal::{self, BOLD, DIM, paint};

pub(super) async fn run(client: &Client, defect: Defect) -> Outcome {
    match defect {
        Defect::Report(report) => self::report(client, *report).await,
        Defect::List(list) => self::list(client, list).await,
        Defect::Show { of } => show(client, &of).await,
        Defect::Impact { of, experience, reach, often, frequency, circumstances, workaround } => {
            let impact = Impact { experience, reach, often, frequency, circumstances, workaround };
            send(client, &of, "impact", &impact, "is told as users feel it").await
        }
        Defect::Expose { of, track, answer, note, behalf } => {
            let release = client.release(&of.release).await?;
            let behalf = super::ask::behalf(client, &release, behalf).await?;
            let says = format!("is on record for {track}: {}", answer.label());
            let request = ExposeRequest { track, exposure: answer, note, behalf };
            send(client, &of, "exposures", &request, &says).await
        }
        Defect::Defer { of, to, back: _, reason } => {
            let says = match &to {
                Some(to) => format!("is deferred to {to}"),
                None => "is for this release after all".to_owned(),
            };
            send(client, &of, "deferral", &DeferRequest { to, reason }, &says).await
        }
        Defect::Withdraw { of, back, reason } => {
            let (below, says) =
                if back { ("return", "counts again") } else { ("withdrawal", "no longer counts") };
            send(client, &of, below, &BecauseRequest { reason }, says).await
        }
    }
}

async fn path(client: &Client, of: &OfDefect) -> Result<String, Failed> {
    Ok(format!("{}/defects/{}", client.release(&of.release).await?, encoded(of.defect.as_str())))
}

async fn send(client: &Client, of: &OfDefect, below: &str, request: &impl Serialize, says: &str) -> Outcome {
    let path = format!("{}/{below}", path(client, of).await?);
    let (settled, json) = client.post::<SettledResponse>(&path, request).await?;
    super::told(of.json, &json, &format!("{} {says}{}.", of.defect, super::already(settled)));
    Ok(Exit::Ready)
}

async fn report(client: &Client, report: Report) -> Outcome {
    let path = format!("{}/defects", client.release(&report.release).await?);
    let request = ReportRequest {
        key: report.key,
        title: report.title,
        severity: report.severity,
        priority: report.priority,
        state: report.state,
        status: None,
        tracks: report.tracks,
        areas: report.areas,
        found_in: report.found_in,
        fixed_in: report.fixed_in,
        regression_of: report.regression_of,
        duplicate_of: report.duplicate_of,
        url: report.url,
        reason: report.reason,
    };
    let (reported, json) = client.post::<ReportedResponse>(&path, &request).await?;
    let how = if reported.new { "is on record" } else { "was on record already" };
    let next = "Say what it is for users with `seaworthy defect impact`.";
    super::told(report.json, &json, &format!("{} {how}. {next}", reported.defect));
    Ok(Exit::Ready)
}

async fn list(client: &Client, list: ListDefects) -> Outcome {
    let mut path = format!("{}/defects?", client.release(&list.release).await?);
    let track = list.track.as_ref().map(|track| track.as_str());
    for (name, value) in [
        ("track", track),
        ("area", list.area.as_deref()),
        ("severity", list.severity.map(|severity| severity.as_str())),
        ("state", list.state.map(|state| state.as_str())),
        ("untranslated", list.untranslated.then_some("true")),
        ("unchecked", list.unchecked.then_some("true")),
        ("withdrawn", list.withdrawn.then_some("true")),
    ] {
        if let Some(value) = value {
            let _ = write!(path, "{name}={}&", encoded(value));
        }
    }
    let (mut lines, bytes) = client.all::<DefectLine>(path.trim_end_matches(['?', '&'])).await?;
    if list.json {
        terminal::answer(&bytes);
        return Ok(Exit::Ready);
    }
    if lines.is_empty() {
        terminal::line(
            "No defect fits. `seaworthy defect report` reports one; `seaworthy list whole` says that there is none.",
        );
    }
    lines.sort_by_key(|line| (std::cmp::Reverse(line.rank), line.defect.clone()));
    let rows = lines.iter().map(|line| {
        let on = |known| {
            let there = line.exposure.iter().filter(move |(_, is)| **is == known);
            there.map(|(track, _)| track.as_str()).collect::<Vec<_>>().join(", ")
        };
        let unchecked = on(Known::NotChecked);
        let mut owed = Vec::new();
        if line.impact.is_none() {
            owed.push("not translated".to_owned());
        }
        if !unchecked.is_empty() {
            owed.push(format!("not checked: {unchecked}"));
        }
        owed.extend(line.deferred_to.iter().map(|to| format!("deferred to {to}")));
        owed.extend(line.withdrawn.iter().map(|why| format!("withdrawn: {why}")));
        [
            line.defect.to_string(),
            line.report.severity.map_or("no severity", |severity| severity.as_str()).to_owned(),
            line.report.state.as_str().to_owned(),
            on(Known::Affected),
            line.report.title.clone(),
            owed.join("; "),
        ]
    });
    terminal::columns(rows.collect());
    Ok(Exit::Ready)
}

async fn show(client: &Client, of: &OfDefect) -> Outcome {
    let (defect, bytes) = client.get::<DefectResponse>(&path(client, of).await?).await?;
    if of.json {
        terminal::answer(&bytes);
        return Ok(Exit::Ready);
    }
    let report = &defect.reported.report;
    terminal::line(&paint(BOLD, &format!("{}  {}", defect.defect, report.title)));
    let severity = report.severity.map_or("no severity", |severity| severity.as_str());
    let priority = report.priority.map(|priority| format!(", {}", priority.as_str())).unwrap_or_default();
    let areas =
        if report.areas.is_empty() { String::new() } else { format!(", {}", report.areas.join(", ")) };
    let source = match &defect.reported.source {
        Source::Hand => format!("by {}", defect.reported.by),
        Source::File { name } => format!("from {name}"),
    };
    terminal::line(&format!("{severity}{priority}, {}{areas}", report.state.as_str()));
    terminal::line(&paint(DIM, &format!("{source}, {:.0}", defect.reported.at.timestamp())));
    if let Some(original) = &defect.counts_as {
        terminal::line(&format!("It is a duplicate, and counts as {original}."));
    }
    terminal::line("");
    match &defect.ours.impact {
        Some(impact) => terminal::line(&format!("For users: {}.", impact.told)),
        None => terminal::line("Nobody has said yet what it is for users."),
    }
    terminal::line("");
    let rows = defect.ours.tracks.iter().map(|on| {
        let mended = match (on.exposure, on.mended, &on.unclear) {
            (Known::Affected, Some(true), _) => "the candidate has it mended".to_owned(),
            (Known::Affected, Some(false), _) => "the candidate has it".to_owned(),
            (Known::Affected, None, Some(unclear)) => unclear.clone(),
            _ => on.answer.as_ref().and_then(|answer| answer.note.clone()).unwrap_or_default(),
        };
        [on.name.clone(), on.exposure.label().to_owned(), on.ground.clone(), mended]
    });
    terminal::columns(rows.collect());
    if let Some(deferral) = &defect.ours.deferral {
        terminal::line(&format!("Deferred to {} by {}: {}", deferral.to, deferral.by, deferral.reason));
    }
    if let Some(why) = &defect.ours.withdrawn {
        terminal::line(&format!("It does not belong to this release: {why}"));
    }
    Ok(Exit::Ready)
}
