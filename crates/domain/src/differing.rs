//! What differs between two wordings of one criterion, field by field.
//!
//! Invariant: criteria that are not equal differ in at least one field.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::criterion::{Criterion, Function, Rule};
use crate::words;

/// A field that is not what it was.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub struct Differing {
    /// What the field is called: "title", "owner", "rule".
    #[schema(example = "rule")]
    pub field: String,
    pub before: String,
    pub after: String,
}

/// Returns the fields in which two wordings of a criterion differ, as readers see them.
pub fn differing(before: &Criterion, after: &Criterion) -> Vec<Differing> {
    let mut differing: Vec<Differing> = fields(before)
        .into_iter()
        .zip(fields(after))
        .filter(|((_, before), (_, after))| before != after)
        .map(|((field, before), (_, after))| Differing { field: field.to_owned(), before, after })
        .collect();
    if differing.is_empty() && before.preset != after.preset {
        let worded = |criterion: &Criterion| criterion.preset.clone().unwrap_or_else(|| "none".to_owned());
        let (before, after) = (worded(before), worded(after));
        differing.push(Differing { field: "preset".to_owned(), before, after });
    }
    differing
}

/// Returns the fields of a criterion with their values, as readers see them.
pub fn fields(criterion: &Criterion) -> [(&'static str, String); 7] {
    [
        ("title", criterion.title.clone()),
        ("gate", criterion.gate.label().to_owned()),
        ("owner", criterion.owner.as_str().to_owned()),
        ("waivable by", waivable(&criterion.waivable_by)),
        ("tracks", tracks(criterion)),
        ("evidence", age(criterion.max_age_hours)),
        ("rule", rule(&criterion.rule)),
    ]
}

/// Says who may waive a criterion.
pub fn waivable(by: &[Function]) -> String {
    let names: Vec<&str> = by.iter().map(|function| function.as_str()).collect();
    match names.as_slice() {
        [] => "nobody".to_owned(),
        names => words::joined(names, names.len(), "or"),
    }
}

fn tracks(criterion: &Criterion) -> String {
    match &criterion.tracks {
        None => "every track".to_owned(),
        Some(tracks) => {
            let names: Vec<&str> = tracks.iter().map(|track| track.as_str()).collect();
            words::joined(&names, names.len(), "and")
        }
    }
}

/// Says how old evidence for a criterion may be.
pub fn age(hours: Option<i64>) -> String {
    match hours {
        None => "of any age".to_owned(),
        Some(hours) if hours % 24 == 0 && hours > 24 => {
            format!("at most {} old", words::count(hours / 24, "day", "days"))
        }
        Some(hours) => format!("at most {} old", words::count(hours, "hour", "hours")),
    }
}

/// Returns a rule as readers see it.
pub fn rule(rule: &Rule) -> String {
    match rule {
        Rule::Holds(source) => format!("holds: {source}"),
        Rule::Offenders(source) => format!("no offenders: {source}"),
    }
}
