//! A verdict in a few words, for the cell of a matrix: "297 of 297", "2 failed", "ran on 512".
//!
//! Invariant: never longer than [`LONGEST`] characters, and never more than the facts tell.

use crate::criteria::fact::Fact;
use crate::criteria::names;
use crate::criterion::Rule;
use crate::explain::of_run;
use crate::id::{BuildNumber, RunKind};
use crate::readiness::{Judged, Verdict};
use crate::runs;
use crate::time::Time;
use crate::track::Track;
use crate::words;

/// How long a brief can be, in characters.
pub const LONGEST: usize = 22;

/// Says in a few words why a verdict is as it is.
pub fn brief(judged: &Judged<'_>, facts: &Fact, track: &Track, now: Time) -> String {
    let names = names(judged.criterion.rule.source());
    let text = match (&judged.broken, judged.verdict) {
        (Some(_), _) => "broken".to_owned(),
        (None, Verdict::Unknown) => {
            unknown(judged, facts, track, runs::oldest(now, judged.criterion.max_age_hours))
        }
        (None, verdict) => known(judged, facts, &names, verdict != Verdict::NotMet),
    };
    match text.char_indices().nth(LONGEST) {
        None => text,
        Some(_) => text.chars().take(LONGEST - 1).chain(['…']).collect(),
    }
}

fn known(judged: &Judged<'_>, facts: &Fact, names: &[String], met: bool) -> String {
    let of_run = of_run(names, facts);
    let int = |fact: &str| of_run(fact).and_then(Fact::as_int);
    let failed = int("failed").unwrap_or(0);
    let of_plan = match (int("covered"), int("planned")) {
        (Some(covered), Some(planned)) if covered == planned => {
            Some(format!("{} of {}", words::number(covered), words::number(planned)))
        }
        (Some(covered), Some(planned)) => {
            Some(format!("{} of {} run", words::number(covered), words::number(planned)))
        }
        _ => None,
    };
    match judged.criterion.preset.as_deref() {
        Some("regression-complete" | "smoke-passed") if !met && failed > 0 => {
            format!("{} failed", words::number(failed))
        }
        Some("smoke-passed") => {
            of_plan.unwrap_or_else(|| format!("{} passed", words::number(int("passed").unwrap_or(0))))
        }
        Some("regression-complete" | "plan-coverage") => of_plan.unwrap_or_else(|| holds(met)),
        Some("no-open-defects" | "no-open-blocker") => open(judged, met),
        Some("defects-have-impact") if !met => {
            format!("{} not translated", words::number(judged.offenders.len() as i64))
        }
        Some("changes-done") if !met => format!("{} not done", words::number(judged.offenders.len() as i64)),
        Some("no-likely-risks") if !met => {
            words::count(judged.offenders.len() as i64, "likely risk", "likely risks")
        }
        Some("defects-have-impact" | "changes-done" | "no-likely-risks") => "none lacking".to_owned(),
        Some("sign-off") => "signed off".to_owned(),
        Some("platform-validation-complete") => devices(facts).unwrap_or_else(|| holds(met)),
        _ => own(judged, facts, names, met),
    }
}

fn open(judged: &Judged<'_>, met: bool) -> String {
    let more = if judged.missing.is_empty() { "" } else { "+" };
    if met {
        "none open".to_owned()
    } else {
        format!("{}{more} open", words::number(judged.offenders.len() as i64))
    }
}

fn holds(met: bool) -> String {
    if met { "holds" } else { "does not hold" }.to_owned()
}

/// Counts the listed devices: those that failed when any did, else those that passed.
fn devices(facts: &Fact) -> Option<String> {
    let devices = facts.at("devices")?.as_list()?;
    let with = |result: &str| {
        let is = |device: &&Fact| device.at("result").and_then(Fact::as_text) == Some(result);
        devices.iter().filter(is).count() as i64
    };
    let all = words::count(devices.len() as i64, "device", "devices");
    Some(match with("failed") {
        0 => format!("{} of {all}", words::number(with("passed"))),
        failed => format!("{} of {} failed", words::number(failed), words::number(devices.len() as i64)),
    })
}

/// A criterion that a team wrote itself: its offenders, or the one number that it reads.
fn own(judged: &Judged<'_>, facts: &Fact, names: &[String], met: bool) -> String {
    if let Rule::Offenders(_) = judged.criterion.rule {
        let offenders = words::number(judged.offenders.len() as i64);
        return match (judged.offenders.len(), judged.missing.is_empty()) {
            (0, _) => "no offenders".to_owned(),
            (1, true) => "1 offender".to_owned(),
            (_, true) => format!("{offenders} offenders"),
            (_, false) => format!("{offenders}+ offenders"),
        };
    }
    let value = |name: &String| value(name, facts.at(name)?);
    let values: Vec<String> = names.iter().filter_map(value).collect();
    match values.as_slice() {
        [value] => value.clone(),
        _ => holds(met),
    }
}

/// Returns a number with the unit that its name tells; `None` when it is no number.
fn value(name: &str, fact: &Fact) -> Option<String> {
    let value = match fact {
        Fact::Int(value) => *value as f64,
        Fact::Double(value) if value.is_finite() => *value,
        _ => return None,
    };
    let name = name.rsplit('.').next().unwrap_or(name);
    if name.ends_with("rate") || name == "coverage" {
        return Some(words::percent(value));
    }
    let unit = match name.rsplit('_').next() {
        Some("words") if value == 1.0 => " word",
        Some("words") => " words",
        Some("hours") => " hours",
        Some("ms") if name != "ms" => " ms",
        Some("s") if name != "s" => " s",
        _ => "",
    };
    Some(format!("{}{unit}", decimal(value)))
}

/// Returns a number with separators, and with decimals only where they are seen: "1,640", "1,640.5", "0.25".
fn decimal(value: f64) -> String {
    let scale = if value.abs() < 100.0 { 100.0 } else { 10.0 };
    let rounded = (value * scale).round() / scale;
    if rounded.abs() >= 1e15 {
        return format!("{value:e}");
    }
    let whole = words::number(rounded.trunc() as i64);
    let text = rounded.to_string();
    match text.split_once('.') {
        None => whole,
        Some(("-0", decimals)) => format!("-0.{decimals}"),
        Some((_, decimals)) => format!("{whole}.{decimals}"),
    }
}

fn unknown(judged: &Judged<'_>, facts: &Fact, track: &Track, since: Option<Time>) -> String {
    let Some(missing) = judged.missing.first() else { return "not known".to_owned() };
    let of_list = ["defects", "changes", "risks"].iter().any(|list| missing.fact.starts_with(list));
    if of_list {
        return match &*missing.fact {
            "defects" | "changes" | "risks" => "list not whole".to_owned(),
            _ => not_told_of_defects(judged),
        };
    }
    let Some(candidate) = track.candidate_build().map(|build| &build.number) else {
        return "no candidate".to_owned();
    };
    let is_missing = |path: &str| matches!(facts.at(path), Some(Fact::Missing(_)));
    match missing.fact.split(['.', '[']).collect::<Vec<_>>().as_slice() {
        ["runs", kind, ..] if is_missing(&format!("runs.{kind}")) => RunKind::parse(kind)
            .map_or_else(|_| "not run".to_owned(), |kind| no_run(track, &kind, candidate, since)),
        ["runs", _, "metrics", ..] => "no such metric".to_owned(),
        ["runs", _, "planned" | "covered" | "coverage" | "not_run" | "complete" | "plan"] => {
            "no plan".to_owned()
        }
        ["devices", ..] if is_missing("devices") => "no devices listed".to_owned(),
        ["devices", ..] => devices(facts).unwrap_or_else(|| "not known".to_owned()),
        ["summary", ..] => no_summary(track, candidate),
        ["sign_offs", function] => no_sign_off(track, function, candidate),
        ["candidate", "revision"] => "commits not counted".to_owned(),
        _ => "not known".to_owned(),
    }
}

fn no_run(track: &Track, kind: &RunKind, candidate: &BuildNumber, since: Option<Time>) -> String {
    let fresh = runs::on_build(track, kind, candidate, since);
    if !fresh.is_empty() {
        let ran: i64 = fresh.iter().map(|ingest| ingest.counts.cases - ingest.counts.skipped).sum();
        return if ran > 0 { "not counted" } else { "nothing ran" }.to_owned();
    }
    if !runs::on_build(track, kind, candidate, None).is_empty() {
        return "too old".to_owned();
    }
    let live = |ingest: &&crate::evidence::Ingest| ingest.kind == *kind && ingest.withdrawn.is_none();
    match track.ingests.iter().rfind(live) {
        Some(earlier) => format!("ran on {}", earlier.build),
        None => "not run".to_owned(),
    }
}

fn not_told_of_defects(judged: &Judged<'_>) -> String {
    let unchecked = judged.missing.iter().filter(|missing| missing.fact.ends_with("].open")).count() as i64;
    match unchecked {
        0 => "not known".to_owned(),
        unchecked => format!("{} not known", words::number(unchecked)),
    }
}

fn no_sign_off(track: &Track, function: &str, candidate: &BuildNumber) -> String {
    let of_function = track.sign_offs.iter().rev().filter(|signed| signed.function.as_str() == function);
    let mut live = of_function.filter(|signed| signed.withdrawn.is_none());
    match live.next() {
        Some(earlier) if earlier.build != *candidate => format!("given for {}", earlier.build),
        Some(_) => "too old".to_owned(),
        None => "not given".to_owned(),
    }
}

fn no_summary(track: &Track, candidate: &BuildNumber) -> String {
    let live = || track.summaries.iter().rev().filter(|summary| summary.withdrawn.is_none());
    match live().next() {
        Some(_) if live().any(|summary| track.counts(summary.position, &summary.build, candidate)) => {
            "too old".to_owned()
        }
        Some(earlier) => format!("written for {}", earlier.build),
        None => "no summary".to_owned(),
    }
}
