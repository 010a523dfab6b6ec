//! `seaworthy definition`: what is in force and what waits; draft, agree, drop.

use domain::criteria::written::Written;
use domain::criterion::{Function, Gate};
use domain::differing::{age, waivable};
use domain::envelope::Position;
use domain::time::Time;
use domain::words;
use serde::Deserialize;
use server::app::definition::{
    AgreeRequest, DefinitionResponse, DifferenceQuery, DifferenceResponse, DraftRequest, DraftTold,
    DropDraftRequest, VersionLine, VersionResponse,
};
use server::app::settle::SettledResponse;

use super::Outcome;
use super::check::moment;
use crate::arguments::{Definition, Draft, OfRelease};
use crate::client::{Client, Failed, encoded};
use crate::exit::Exit;
use crate::terminal::{self, BOLD, DIM, beside, pad, paint};

pub(super) async fn run(client: &Client, definition: Definition) -> Outcome {
    match definition {
        Definition::Show { release, version, verbose, json } => {
            show(client, &release, version, verbose, json).await
        }
        Definition::History { release, json } => history(client, &release, json).await,
        Definition::Diff { release, from, to, json } => {
            diff(client, &release, DifferenceQuery { from, to }, json).await
        }
        Definition::Draft(draft) => self::draft(client, draft).await,
        Definition::Agree { release, function, behalf, json, draft } => {
            let path = client.release(&release).await?;
            let behalf = super::ask::behalf(client, &path, behalf).await?;
            let request = AgreeRequest { definition: Position(draft), function, behalf };
            let (settled, bytes) =
                client.post::<SettledResponse>(&format!("{path}/definition/agreements"), &request).await?;
            if json {
                return answered(&bytes);
            }
            agreed(client, &path, function, settled).await
        }
        Definition::Drop { release, reason, json, draft } => {
            let path = format!("{}/definition/draft/withdrawal", client.release(&release).await?);
            let request = DropDraftRequest { draft: Position(draft), reason };
            let (_, bytes) = client.post::<SettledResponse>(&path, &request).await?;
            if json {
                return answered(&bytes);
            }
            terminal::line(&format!("Draft {draft} is dropped; what is in force stays so."));
            Ok(Exit::Ready)
        }
    }
}

fn answered(bytes: &[u8]) -> Outcome {
    terminal::answer(bytes);
    Ok(Exit::Ready)
}

async fn show(
    client: &Client,
    release: &OfRelease,
    version: Option<i64>,
    verbose: bool,
    json: bool,
) -> Outcome {
    let path = format!("{}/definition", client.release(release).await?);
    let (definition, bytes) = client.get::<DefinitionResponse>(&path).await?;
    if let Some(version) = version {
        let (of, bytes) = client.get::<VersionResponse>(&format!("{path}/{version}")).await?;
        if json {
            return answered(&bytes);
        }
        told(&definition, &of, verbose);
        return Ok(Exit::Ready);
    }
    if json {
        return answered(&bytes);
    }
    match &definition.ruling {
        Some(ruling) => told(&definition, ruling, verbose),
        None => terminal::line(&format!(
            "{}: no definition of ready is in force, so no track can be ready.",
            paint(BOLD, &definition.release)
        )),
    }
    if let Some(draft) = &definition.draft {
        terminal::line("");
        waits(&definition, draft, verbose);
    } else if definition.ruling.is_none() {
        terminal::line(match definition.template {
            0 => "`seaworthy definition draft --use smoke-passed` begins one.",
            _ => "`seaworthy definition draft --from template` begins one.",
        });
    }
    Ok(Exit::Ready)
}

fn told(definition: &DefinitionResponse, of: &VersionResponse, verbose: bool) {
    let line = &of.line;
    terminal::line(&format!(
        "{} · definition of ready, version {} · since {}",
        paint(BOLD, &definition.release),
        line.version,
        moment(line.since, &definition.zone)
    ));
    besides(line);
    criteria(&of.criteria, verbose);
}

fn besides(line: &VersionLine) {
    if let Some(late) = &line.late {
        terminal::line(&format!("  {late}"));
    }
    if let Some(reason) = &line.reason {
        terminal::line(&format!("  because “{reason}”"));
    }
    terminal::line(&format!("  {}", line.consent));
}

fn waits(definition: &DefinitionResponse, draft: &DraftTold, verbose: bool) {
    terminal::line(&format!(
        "{} · version {}, by {} · {}",
        paint(BOLD, &format!("Draft {}", draft.position)),
        draft.version,
        draft.by,
        moment(draft.at, &definition.zone)
    ));
    if let Some(reason) = &draft.reason {
        terminal::line(&format!("  because “{reason}”"));
    }
    for agreement in &draft.agreements {
        terminal::line(&format!(
            "  {} agreed: {}, {}",
            agreement.function.as_str(),
            agreement.by,
            moment(agreement.at, &definition.zone)
        ));
    }
    terminal::line(&format!("  {}", draft.waiting));
    criteria(&draft.criteria, verbose);
}

fn criteria(criteria: &[Written], verbose: bool) {
    let id = |written: &Written| written.id.as_ref().map(ToString::to_string).unwrap_or_default();
    let wide = criteria.iter().map(|written| id(written).chars().count()).max().unwrap_or(0);
    for (_, gate) in Gate::ALL {
        let of_gate: Vec<&Written> = criteria.iter().filter(|written| written.gate == gate).collect();
        if of_gate.is_empty() {
            continue;
        }
        terminal::line("");
        terminal::line(&format!("  Before {}", gate.label()));
        for written in of_gate {
            let left = format!("    {}  ", pad(&id(written), wide));
            let title = written.title.clone().unwrap_or_default();
            let mut right = vec![title, agreed_besides(written)];
            if verbose {
                right.push(rule(written));
            }
            for line in beside(&left, wide + 6, &right, terminal::width()) {
                terminal::line(&line);
            }
        }
    }
}

/// Says what is agreed of a criterion besides its rule.
fn agreed_besides(written: &Written) -> String {
    let owner = written.owner.unwrap_or(Function::Qa).as_str();
    let waivers = match written.waivable_by.as_slice() {
        [] => "nobody may waive it".to_owned(),
        by => format!("{} may waive it", waivable(by)),
    };
    let tracks = written.tracks.as_ref().map(|tracks| {
        let names: Vec<&str> = tracks.iter().map(|track| track.as_str()).collect();
        format!("; on {}", words::joined(&names, names.len(), "and"))
    });
    let age = written.max_age_hours.map(|hours| format!("; evidence {}", age(Some(hours))));
    let text = format!("{owner}; {waivers}{}{}", tracks.unwrap_or_default(), age.unwrap_or_default());
    paint(DIM, &text)
}

fn rule(written: &Written) -> String {
    match (&written.holds, &written.offenders) {
        (Some(source), _) => format!("holds: {source}"),
        (None, Some(source)) => format!("no offenders: {source}"),
        (None, None) => String::new(),
    }
}

async fn history(client: &Client, release: &OfRelease, json: bool) -> Outcome {
    let path = format!("{}/definition", client.release(release).await?);
    let (definition, _) = client.get::<DefinitionResponse>(&path).await?;
    if json {
        return answered(&serde_json::to_vec(&definition.history).map_err(anyhow::Error::from)?);
    }
    if definition.history.is_empty() {
        terminal::line("No version has been in force. `seaworthy definition draft` begins one.");
    }
    for line in &definition.history {
        terminal::line(&format!(
            "{} · since {} · by {} · {}",
            paint(BOLD, &format!("Version {}", line.version)),
            moment(line.since, &definition.zone),
            line.by,
            words::count(line.criteria_total as i64, "criterion", "criteria")
        ));
        besides(line);
    }
    Ok(Exit::Ready)
}

async fn diff(client: &Client, release: &OfRelease, query: DifferenceQuery, json: bool) -> Outcome {
    let path = client.release(release).await?;
    let sides = [("from", query.from), ("to", query.to)];
    let sides = sides.into_iter().filter_map(|(name, value)| Some(format!("{name}={}", encoded(&value?))));
    let path = format!("{path}/definition/difference?{}", sides.collect::<Vec<_>>().join("&"));
    let (difference, bytes) = client.get::<DifferenceResponse>(&path).await?;
    if json {
        return answered(&bytes);
    }
    terminal::line(&format!("{} → {}", difference.from, paint(BOLD, &difference.to)));
    if let Some(reason) = &difference.reason {
        terminal::line(&format!("  because “{reason}”"));
    }
    let name = |written: &Written| {
        let id = written.id.as_ref().map(ToString::to_string).unwrap_or_default();
        format!("{id}  {}", written.title.clone().unwrap_or_default())
    };
    for written in &difference.added {
        terminal::line(&format!("+ {}", name(written)));
        terminal::line(&format!("    {}", rule(written)));
    }
    for changed in &difference.changed {
        terminal::line(&format!("~ {}  {}", changed.id, changed.title));
        for field in &changed.fields {
            terminal::line(&format!("    {}: {} → {}", field.field, field.before, field.after));
        }
    }
    for written in &difference.dropped {
        terminal::line(&format!("- {}", name(written)));
    }
    if difference.added.is_empty() && difference.changed.is_empty() && difference.dropped.is_empty() {
        terminal::line("  No criterion differs.");
    }
    Ok(Exit::Ready)
}

async fn draft(client: &Client, draft: Draft) -> Outcome {
    let mut criteria: Vec<Written> = draft.presets.into_iter().map(preset).collect();
    if let Some(file) = &draft.criteria {
        criteria.extend(read(file)?);
    }
    let Draft { release, from, without, reason, json, .. } = draft;
    let release = client.release(&release).await?;
    let request = DraftRequest { from, without, criteria, reason };
    let (settled, bytes) =
        client.post::<SettledResponse>(&format!("{release}/definition/draft"), &request).await?;
    if json {
        return answered(&bytes);
    }
    let (definition, _) = client.get::<DefinitionResponse>(&format!("{release}/definition")).await?;
    terminal::line(&match definition.draft {
        Some(draft) if draft.position == settled.position => format!(
            "Draft {} of version {}: {}. Whoever speaks for one of them agrees with `seaworthy definition agree --function \
             FUNCTION {}`.",
            draft.position, draft.version, draft.waiting, draft.position
        ),
        _ => format!("Drafted, as draft {}.", settled.position),
    });
    Ok(Exit::Ready)
}

fn preset(name: String) -> Written {
    Written { preset: Some(name), ..Written::default() }
}

/// Criteria as a file has them: alone, or in what `definition show --json` printed.
#[derive(Deserialize)]
#[serde(untagged)]
enum Listed {
    Alone(Vec<serde_json::Value>),
    Within { criteria: Vec<serde_json::Value> },
}

fn read(file: &str) -> Result<Vec<Written>, Failed> {
    let text =
        if file == "-" { std::io::read_to_string(std::io::stdin()) } else { std::fs::read_to_string(file) };
    let text = text.map_err(|error| Failed::Input(format!("failed to read {file}: {error}")))?;
    let listed: Listed = serde_json::from_str(&text).map_err(|_| {
        Failed::Input(format!(
            "{file} holds no criteria. Write a JSON list of them, as in [{{\"use\": \"smoke-passed\"}}], or what \
             `seaworthy definition show --version 1 --json` prints."
        ))
    })?;
    let (Listed::Alone(values) | Listed::Within { criteria: values }) = listed;
    let read = values.into_iter().enumerate().map(|(index, value)| {
        serde_json::from_value(value).map_err(|error| {
            Failed::Input(format!("Criterion {} of {file} cannot be read: {error}.", index + 1))
        })
    });
    read.collect()
}

async fn agreed(client: &Client, release: &str, function: Function, settled: SettledResponse) -> Outcome {
    let (definition, _) = client.get::<DefinitionResponse>(&format!("{release}/definition")).await?;
    let already = if settled.new { "" } else { " already" };
    let since = |at: Time| moment(at, &definition.zone);
    let then = match (&definition.draft, &definition.ruling) {
        (Some(draft), _) => {
            format!("draft {} of version {}: {}", draft.position, draft.version, draft.waiting)
        }
        (None, Some(ruling)) => {
            format!("version {} is in force since {}", ruling.line.version, since(ruling.line.since))
        }
        (None, None) => "nothing waits".to_owned(),
    };
    terminal::line(&format!("Agreed{already} for {}; {then}.", function.as_str()));
    Ok(Exit::Ready)
}
