//! What a waiver costs users: what they will meet, in the words of the impact, because something is accepted as it is.
//!
//! Invariant: what nobody has said for users is told as not known, and never as harmless.

use std::collections::BTreeMap;

use crate::area;
use crate::criteria::fact::Fact;
use crate::criteria::names;
use crate::criterion::Rule;
use crate::defect::Defect;
use crate::happening::About;
use crate::id::{DefectKey, RunKind, TrackId};
use crate::lacks::{FailedCase, Lacks};
use crate::readiness::{Judged, TrackReadiness, Verdict};
use crate::release::Release;
use crate::waiver::Subject;
use crate::words;

/// How many lines are told; the rest are counted.
const TOLD: usize = 5;

/// One thing that users may meet, or that nobody can say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cost {
    pub sentence: String,
    /// Whether somebody has said it for users.
    pub translated: bool,
    pub about: About,
}

/// Tells what it costs users to accept something as it is; of a criterion, by how its track is judged.
pub fn cost(release: &Release, subject: &Subject, track: Option<&TrackReadiness<'_>>) -> Vec<Cost> {
    match subject {
        Subject::Defect { defect } => match release.defects.get(defect) {
            Some(defect) => vec![of_defect(defect)],
            None => vec![unsaid(format!("nobody has said what {defect} is for users"), About::Nothing)],
        },
        Subject::Criterion { criterion } => {
            let of = track.and_then(|track| {
                let judged = track.criteria.iter().find(|judged| judged.criterion.id == *criterion)?;
                Some(of_criterion(release, &track.track.description.id, &track.lacks, judged))
            });
            of.unwrap_or_default()
        }
    }
}

fn of_defect(defect: &Defect) -> Cost {
    let about = About::Defect(defect.key.clone());
    match &defect.impact {
        Some(translated) => {
            let sentence = words::capital(&translated.impact.told());
            Cost { sentence: format!("{sentence} ({})", defect.key), translated: true, about }
        }
        None => {
            unsaid(format!("{}: not translated: nobody has said what it is for users", defect.label()), about)
        }
    }
}

fn unsaid(sentence: String, about: About) -> Cost {
    Cost { sentence, translated: false, about }
}

fn of_criterion(release: &Release, track: &TrackId, lacks: &Lacks, judged: &Judged<'_>) -> Vec<Cost> {
    let mut costs: Vec<Cost> = Vec::new();
    let (mut failing, mut unseen, mut others) = (BTreeMap::new(), BTreeMap::new(), Vec::new());
    for offender in &judged.offenders {
        match stands_for(release, lacks, offender) {
            Stands::Defect(defect) => costs.push(of_defect(defect)),
            Stands::Failing(area) => *failing.entry(area).or_insert(0) += 1,
            Stands::NotRun(area) => *unseen.entry(area).or_insert(0) += 1,
            Stands::Device(sentence) => costs.push(unsaid(sentence, About::Track(track.clone()))),
            Stands::Unknown => others.push(offender.label()),
        }
    }
    for failure in failures_of(lacks, judged) {
        match area::of_class(&failure.class) {
            Some(area) => *failing.entry(area).or_insert(0) += 1,
            None => others.push(failure.name.clone()),
        }
    }
    let ground = judged.grounds.first().map_or(About::Nothing, |ground| About::Evidence(ground.position));
    for (area, cases) in failing {
        let fail = words::count(cases, "case fails", "cases fail");
        costs.push(unsaid(format!("{area} may fail for users; {fail} there"), ground.clone()));
    }
    for (area, cases) in unseen {
        let cases = words::count(cases, "planned case", "planned cases");
        let sentence = format!("A fault in {area} could reach users unseen; {cases} there did not run");
        costs.push(unsaid(sentence, ground.clone()));
    }
    if !others.is_empty() {
        let sentence = format!(
            "What users meet of {} is not known: nobody has said it for them",
            words::list(&others, others.len(), TOLD)
        );
        costs.push(unsaid(sentence, ground.clone()));
    }
    if !judged.missing.is_empty() {
        let whys: Vec<&str> = judged.missing.iter().map(|missing| &*missing.why).collect();
        let sentence = format!(
            "A fault that nobody looked for could reach users unseen: {}",
            words::list(&whys, whys.len(), TOLD)
        );
        costs.push(unsaid(sentence, ground.clone()));
    }
    if costs.is_empty() && matches!(judged.verdict, Verdict::NotMet | Verdict::Waived) {
        // What is waived begins with why it is, which says nothing of users.
        let mut reasons = judged.reasons.iter().filter(|why| !why.starts_with("waived: "));
        let why = reasons.next().map(|why| format!(": {why}")).unwrap_or_default();
        costs.push(unsaid(format!("What it means for users is not known{why}"), ground));
    }
    // What was said for users first: it is what can be weighed.
    costs.sort_by_key(|cost| !cost.translated);
    let more = costs.len().saturating_sub(TOLD) as i64;
    costs.truncate(TOLD);
    if more > 0 {
        costs.push(unsaid(format!("and {} more", words::number(more)), About::Nothing));
    }
    costs
}

/// What an offender stands for.
enum Stands<'a> {
    Defect(&'a Defect),
    /// A case that fails, in an area.
    Failing(String),
    /// A planned case that did not run, in an area.
    NotRun(String),
    /// A device that failed, or that nobody touched, in a whole sentence.
    Device(String),
    Unknown,
}

/// Returns the failed cases behind a criterion that does not name what stands against it.
fn failures_of<'a>(lacks: &'a Lacks, judged: &Judged<'_>) -> Vec<&'a FailedCase> {
    let names_it = matches!(judged.criterion.rule, Rule::Offenders(_));
    if names_it || judged.verdict == Verdict::Met || judged.verdict == Verdict::Unknown {
        return Vec::new();
    }
    let names = names(judged.criterion.rule.source());
    let asked = |kind: &RunKind| names.iter().any(|name| name.split('.').nth(1) == Some(kind.as_str()));
    lacks.runs.iter().filter(|run| asked(&run.kind)).flat_map(|run| &run.failures).collect()
}

fn stands_for<'a>(release: &'a Release, lacks: &Lacks, offender: &Fact) -> Stands<'a> {
    let text = |fact: &str| offender.at(fact).and_then(Fact::as_text);
    let name = text("key").or_else(|| text("name")).or_else(|| offender.as_text()).unwrap_or_default();
    if let Some(defect) = DefectKey::parse(name).ok().and_then(|key| release.defects.get(&key)) {
        return Stands::Defect(defect);
    }
    if let Some(area) = text("class").and_then(area::of_class) {
        return Stands::Failing(area);
    }
    let failure = lacks.runs.iter().flat_map(|run| &run.failures).find(|failure| failure.name == name);
    if let Some(area) = failure.and_then(|failure| area::of_class(&failure.class)) {
        return Stands::Failing(area);
    }
    if lacks.failed_devices.iter().any(|device| device == name) {
        return Stands::Device(format!("Whoever uses {name} may meet what failed there"));
    }
    if lacks.unseen_devices.iter().any(|device| device == name) {
        return Stands::Device(format!("Not seen on {name}, so a fault there would reach users unseen"));
    }
    let planned = lacks.runs.iter().flat_map(|run| &run.not_run_names).any(|planned| planned == name);
    match area::of_label(name).filter(|_| planned) {
        Some(area) => Stands::NotRun(area),
        None => Stands::Unknown,
    }
}
