//! What a waiver costs users: what they will meet, in the words of the impact, because something is accepted as it is.
//!
//! Invariant: what nobody has said for users is told as not known, and never as harmless.

use std::collections::BTreeSet;

use crate::area;
use crate::criteria::fact::Fact;
use crate::defect::Defect;
use crate::happening::About;
use crate::id::DefectKey;
use crate::readiness::{Judged, Verdict};
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

/// Tells what it costs users to accept something as it is. `judged` is the criterion as it stands, where the waiver is of one.
pub fn cost(release: &Release, subject: &Subject, judged: Option<&Judged<'_>>) -> Vec<Cost> {
    match subject {
        Subject::Defect { defect } => match release.defects.get(defect) {
            Some(defect) => vec![of_defect(defect)],
            None => vec![unsaid(format!("nobody has said what {defect} is for users"), About::Nothing)],
        },
        Subject::Criterion { .. } => judged.map(|judged| of_criterion(release, judged)).unwrap_or_default(),
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

fn of_criterion(release: &Release, judged: &Judged<'_>) -> Vec<Cost> {
    let mut costs: Vec<Cost> = Vec::new();
    let (mut areas, mut others) = (BTreeSet::new(), Vec::new());
    for offender in &judged.offenders {
        match (defect_of(release, offender), area_of(offender)) {
            (Some(defect), _) => costs.push(of_defect(defect)),
            (None, Some(area)) => _ = areas.insert(area),
            (None, None) => others.push(offender.label()),
        }
    }
    let ground = judged.grounds.first().map_or(About::Nothing, |ground| About::Evidence(ground.position));
    if !areas.is_empty() {
        let areas: Vec<String> = areas.into_iter().collect();
        let sentence = format!("{} may fail for users", words::joined(&areas, TOLD, "and"));
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
    if costs.is_empty() && judged.verdict == Verdict::NotMet {
        let why = judged.reasons.first().map(|why| format!(": {why}")).unwrap_or_default();
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

/// Returns the defect that an offender names, by its key or as it is.
fn defect_of<'a>(release: &'a Release, offender: &Fact) -> Option<&'a Defect> {
    let key = offender.at("key").or_else(|| offender.at("id")).unwrap_or(offender);
    let key = DefectKey::parse(key.as_text()?).ok()?;
    release.defects.get(&key).map(|defect| &**defect)
}

/// Returns the area that a failed case is in.
fn area_of(offender: &Fact) -> Option<String> {
    match offender.at("class").and_then(Fact::as_text) {
        Some(class) => area::of_class(class),
        None => area::of_label(offender.as_text()?),
    }
}
