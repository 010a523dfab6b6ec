//! `seaworthy criterion`: try one out on today's facts, list the presets.

use std::collections::BTreeMap;

use domain::criteria::written::Written;
use domain::file::Mistake;
use domain::id::CriterionId;
use serde_json::Value;
use server::app::criterion::{PresetLine, TrialRequest, TrialResponse};

use super::Outcome;
use super::apply::pointed;
use crate::arguments::{Criterion, Try};
use crate::client::Client;
use crate::exit::Exit;
use crate::terminal::{self, BOLD, DIM, beside, pad, paint};

pub(super) async fn run(client: &Client, criterion: Criterion) -> Outcome {
    match criterion {
        Criterion::Try(tried) => try_out(client, tried).await,
        Criterion::Presets { json } => presets(client, json).await,
    }
}

async fn try_out(client: &Client, tried: Try) -> Outcome {
    let with: BTreeMap<String, Value> =
        tried.with.into_iter().map(|(name, value)| (name, Value::from(value))).collect();
    let criterion = Written {
        id: CriterionId::parse("criterion").ok().filter(|_| tried.rule.preset.is_none()),
        preset: tried.rule.preset,
        holds: tried.rule.holds,
        offenders: tried.rule.offenders,
        max_age_hours: tried.max_age_hours,
        with,
        ..Written::default()
    };
    let path = format!("{}/criteria/trial", client.release(&tried.release).await?);
    let request = TrialRequest { criterion, track: tried.track };
    let (trial, bytes) = client.post::<TrialResponse>(&path, &request).await?;
    let exit = if trial.mistake.is_some() { Exit::BadInput } else { Exit::Ready };
    if tried.json {
        terminal::answer(&bytes);
        return Ok(exit);
    }
    let source =
        trial.criterion.holds.as_deref().or(trial.criterion.offenders.as_deref()).unwrap_or_default();
    if let Some(mistake) = trial.mistake {
        let label = mistake.suggestion.map(|meant| format!("did you mean {meant}?"));
        let help = "`seaworthy facts` lists what a criterion can see, with today’s values".to_owned();
        let (start, end, message) = (mistake.start, mistake.end, mistake.message);
        let mistake = Mistake { start, end, message, label, help: Some(help) };
        terminal::complain(pointed("rule", source, &mistake).trim_end());
        return Ok(exit);
    }
    if trial.criterion.preset.is_some() {
        terminal::line(&paint(BOLD, trial.criterion.title.as_deref().unwrap_or_default()));
        terminal::line(&paint(DIM, source));
    }
    let wide = trial.tracks.iter().map(|track| track.name.chars().count()).max().unwrap_or(0);
    for track in &trial.tracks {
        let (mark, style) = terminal::verdict_mark(track.check.verdict, track.check.broken.is_some());
        let left = format!("{} {}   ", paint(style, mark), pad(&track.name, wide));
        for line in beside(&left, wide + 5, &track.check.reasons, terminal::width()) {
            terminal::line(&line);
        }
    }
    if trial.tracks.is_empty() {
        terminal::line("It applies to no track.");
    }
    Ok(exit)
}

async fn presets(client: &Client, json: bool) -> Outcome {
    let (presets, bytes) = client.get::<Vec<PresetLine>>("/api/v1/presets").await?;
    if json {
        terminal::answer(&bytes);
        return Ok(Exit::Ready);
    }
    let wide = presets.iter().map(|preset| preset.name.chars().count()).max().unwrap_or(0);
    for preset in &presets {
        let parameters: Vec<String> = preset
            .parameters
            .iter()
            .map(|parameter| match &parameter.usual {
                Some(usual) => format!("{}={usual}", parameter.name),
                None => parameter.name.clone(),
            })
            .collect();
        let mut right = vec![preset.sentence.clone(), paint(DIM, &preset.doc)];
        if !parameters.is_empty() {
            right.push(paint(DIM, &parameters.join("  ")));
        }
        let left = format!("{}  ", pad(&preset.name, wide));
        for line in beside(&left, wide + 2, &right, terminal::width()) {
            terminal::line(&line);
        }
    }
    Ok(Exit::Ready)
}
