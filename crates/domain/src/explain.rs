//! Why a verdict is as it is, in sentences: names before numbers, the worst first.
//!
//! Invariant: every verdict has at least one reason, and every missing fact is covered by one.

use std::collections::BTreeMap;

use crate::criteria::fact::{Fact, Missing};
use crate::criteria::names;
use crate::facts::UNTOUCHED;
use crate::readiness::{Judged, Verdict};
use crate::words;

/// Fills in the reasons of a judged criterion.
pub fn explain(judged: &mut Judged<'_>, facts: &Fact) {
    if let Some(broken) = &judged.broken {
        judged.reasons.push(format!("this criterion is broken: {broken}"));
        return;
    }
    let names = names(judged.criterion.rule.source());
    let of_run = of_run(&names, facts);
    match judged.criterion.preset.as_deref() {
        Some("regression-complete" | "plan-coverage" | "smoke-passed")
            if judged.verdict != Verdict::Unknown =>
        {
            let reasons = coverage(judged, &of_run);
            judged.reasons.extend(reasons);
        }
        Some("flaky-rate") if judged.verdict != Verdict::Unknown => {
            judged.reasons.extend(flaky(&of_run));
        }
        Some("platform-validation-complete") => platform(judged, facts),
        Some("test-summary-written") if judged.verdict != Verdict::Unknown => {
            let length = facts.at("summary.words").and_then(Fact::as_int).unwrap_or(0);
            judged.reasons.push(format!("{} long", words::count(length, "word", "words")));
        }
        Some("no-open-defects") => offenders(judged, "open", "none of these is open"),
        Some("defects-have-impact") => {
            offenders(judged, "not told as users feel them", "each is told as users feel it")
        }
        Some("changes-done") => undone(judged),
        Some("no-open-blocker") => offenders(judged, "open", "none is open"),
        Some("no-likely-risks") => offenders(judged, "likely", "none is likely"),
        Some("handoff-accepted") if judged.verdict != Verdict::Unknown => {
            let told = if judged.verdict == Verdict::NotMet { "it was returned" } else { "accepted" };
            judged.reasons.push(told.to_owned());
        }
        Some("sign-off") if judged.verdict != Verdict::Unknown => {
            judged.reasons.push("signed off".to_owned());
        }
        _ => {
            if !judged.offenders.is_empty() {
                let names: Vec<String> = judged.offenders.iter().map(Fact::label).collect();
                judged.reasons.push(words::list(&names, names.len(), 3));
            }
            if judged.verdict != Verdict::Unknown {
                judged.reasons.extend(values(&names, facts));
            }
        }
    }
    unknowns(judged);
    if judged.reasons.is_empty() {
        judged.reasons.push(match judged.verdict {
            Verdict::Met | Verdict::Waived => "nothing stands against it".to_owned(),
            Verdict::NotMet | Verdict::Unknown => "it does not hold".to_owned(),
        });
    }
}

/// Counts and names what stands against a criterion over a list.
fn offenders(judged: &mut Judged<'_>, lacking: &str, none: &str) {
    let names: Vec<String> = judged.offenders.iter().map(Fact::label).collect();
    if !names.is_empty() {
        let count = words::number(names.len() as i64);
        judged.reasons.push(format!("{count} {lacking}: {}", words::list(&names, names.len(), 3)));
    } else if judged.verdict == Verdict::Met {
        judged.reasons.push(none.to_owned());
    }
}

/// Names the changes that are not done, each with the functions that have not said so.
fn undone(judged: &mut Judged<'_>) {
    let lacks = |change: &Fact| {
        let not = |function: &&str| change.at(function) == Some(&Fact::Bool(false));
        let functions: Vec<&str> = ["engineering", "qa", "product"].into_iter().filter(|f| not(f)).collect();
        format!("{} ({})", change.label(), functions.join(", "))
    };
    let names: Vec<String> = judged.offenders.iter().take(3).map(lacks).collect();
    let total = judged.offenders.len();
    if total > 0 {
        let count = words::number(total as i64);
        judged.reasons.push(format!("{count} not done: {}", words::list(&names, total, 3)));
    } else if judged.verdict == Verdict::Met {
        judged.reasons.push("every change is done".to_owned());
    }
}

/// How many defects are told one by one before they are told in one row.
const ONE_BY_ONE: usize = 3;

/// Adds each reason for which something is missing, once.
fn unknowns(judged: &mut Judged<'_>) {
    let told_in_one_row = judged.criterion.preset.as_deref() == Some("platform-validation-complete");
    let of_defects = |missing: &Missing| missing.fact.starts_with("defects[");
    let defects = judged.missing.iter().filter(|missing| of_defects(missing)).count();
    if defects > ONE_BY_ONE {
        let first = judged.missing.iter().find(|missing| of_defects(missing));
        let first = first.map(|missing| missing.why.to_string()).unwrap_or_default();
        let more = words::number(defects as i64 - 1);
        judged.reasons.push(format!("{first}; and {more} more like it"));
    }
    for missing in &judged.missing {
        if told_in_one_row && missing.why.starts_with(UNTOUCHED) {
            continue;
        }
        if defects > ONE_BY_ONE && of_defects(missing) {
            continue;
        }
        if !judged.reasons.iter().any(|reason| **reason == *missing.why) {
            judged.reasons.push(missing.why.to_string());
        }
    }
}

/// Returns how to look up the facts of the run that a criterion is about: the first that it names.
pub(crate) fn of_run<'f>(names: &[String], facts: &'f Fact) -> impl Fn(&str) -> Option<&'f Fact> {
    let kind = names.iter().find_map(|name| name.strip_prefix("runs.")?.split('.').next());
    let run = kind.and_then(|kind| facts.at("runs")?.at(kind));
    move |fact| run?.at(fact)
}

fn coverage<'f>(judged: &Judged<'_>, of_run: &impl Fn(&str) -> Option<&'f Fact>) -> Vec<String> {
    let int = |fact: &str| of_run(fact).and_then(Fact::as_int);
    let ran = int("run").unwrap_or(0);
    let mut reasons = Vec::new();
    let failures = of_run("failures").map(Fact::items).unwrap_or_default();
    let failed = int("failed").unwrap_or(0);
    if failed > 0 && judged.criterion.preset.as_deref() != Some("plan-coverage") {
        let names: Vec<String> = failures.iter().map(Fact::label).collect();
        reasons.push(format!(
            "{} failed: {}",
            words::number(failed),
            words::list(&names, failed as usize, 3)
        ));
    }
    match (int("planned"), int("covered")) {
        (Some(planned), Some(covered)) if planned > covered => {
            let lacking = planned - covered;
            let names: Vec<&str> = of_run("not_run")
                .map(Fact::items)
                .unwrap_or_default()
                .iter()
                .filter_map(Fact::as_text)
                .collect();
            reasons.push(format!(
                "{} of {} run; {} not run{}",
                words::number(covered),
                words::count(planned, "planned case", "planned cases"),
                words::number(lacking),
                mostly(&names, lacking)
            ));
        }
        (Some(planned), Some(_)) if planned > 0 => {
            let plan = of_run("plan").and_then(Fact::as_text).unwrap_or_default();
            reasons.push(format!("all {} run", words::count(planned, "planned case", "planned cases")));
            if plan.starts_with("this run itself") {
                reasons.push(format!("the plan is {plan}"));
            }
        }
        _ if failed == 0 && ran > 0 => reasons.push(format!("{} passed", words::count(ran, "case", "cases"))),
        _ => {}
    }
    reasons
}

/// Names what is lacking: the cases when they are few, else the class that most of them are in.
fn mostly(names: &[&str], lacking: i64) -> String {
    if lacking <= 3 && !names.is_empty() {
        return format!(": {}", names.join(", "));
    }
    let mut classes: BTreeMap<&str, i64> = BTreeMap::new();
    for class in names.iter().filter_map(|name| Some(name.rsplit_once('.')?.0)) {
        *classes.entry(class.rsplit_once('.').map_or(class, |(_, last)| last)).or_default() += 1;
    }
    match classes.iter().max_by_key(|(_, count)| **count) {
        Some((class, count)) if *count == lacking => format!(", all of them in {class}"),
        Some((class, count)) if *count * 2 > lacking => {
            format!(", {} of them in {class}", words::number(*count))
        }
        _ => String::new(),
    }
}

fn flaky<'f>(of_run: &impl Fn(&str) -> Option<&'f Fact>) -> Option<String> {
    let (flaky, ran) = (of_run("flaky")?.as_int()?, of_run("run")?.as_int()?);
    let share = words::percent(flaky as f64 / ran as f64);
    Some(format!("{} of {} flaky, {share}", words::number(flaky), words::count(ran, "case", "cases")))
}

fn platform(judged: &mut Judged<'_>, facts: &Fact) {
    let failed: Vec<String> = judged.offenders.iter().map(Fact::label).collect();
    if !failed.is_empty() {
        judged.reasons.push(format!("failed on {}", words::list(&failed, failed.len(), 4)));
    }
    let Some(devices) = facts.at("devices").and_then(Fact::as_list) else { return };
    // Devices that nobody touched read better in one row than in a sentence each.
    let untested: Vec<String> = judged
        .missing
        .iter()
        .filter_map(|missing| missing.why.strip_prefix(UNTOUCHED).map(str::to_owned))
        .collect();
    if !untested.is_empty() {
        judged.reasons.push(format!("{UNTOUCHED}{}", words::list(&untested, untested.len(), 4)));
    }
    if judged.verdict == Verdict::Met {
        judged
            .reasons
            .push(format!("all {} passed", words::count(devices.len() as i64, "device", "devices")));
    }
}

/// Today's values of the facts that an expression names.
fn values(names: &[String], facts: &Fact) -> Vec<String> {
    let mut reasons = Vec::new();
    for path in names {
        let Some(fact) = facts.at(path) else { continue };
        if matches!(fact, Fact::Bool(_) | Fact::Int(_) | Fact::Double(_) | Fact::Text(_)) {
            reasons.push(spoken(path, fact));
        }
    }
    reasons
}

/// Says a fact's value in words: "cold start p90 of performance is 1,640 ms", "failed of smoke is 0".
fn spoken(path: &str, fact: &Fact) -> String {
    let parts: Vec<&str> = path.split('.').collect();
    let (name, of) = match parts.as_slice() {
        ["runs", kind, .., name] => (*name, format!(" of {kind}")),
        [whole, name] => (*name, format!(" of the {whole}")),
        _ => (path, String::new()),
    };
    let (name, unit) = match name.rsplit_once('_') {
        Some((name, unit @ ("ms" | "s" | "hours" | "mb"))) => (name, format!(" {unit}")),
        _ => (name, String::new()),
    };
    let value = match fact {
        Fact::Int(value) => words::number(*value),
        Fact::Double(value) if value.fract() == 0.0 && value.abs() < 1e15 => words::number(*value as i64),
        other => other.label(),
    };
    format!("{}{of} is {value}{unit}", name.replace('_', " "))
}
