//! A criterion as it is written down: by a preset with its parameters, or with a rule of its own.
//!
//! Invariant: what is read from what was written of a criterion is that criterion.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::check::closest;
use super::preset::{self, PRESETS, Preset};
use crate::criterion::{Criterion, Function, Gate, Rule};
use crate::id::{CriterionId, RunKind, TrackId};

/// A criterion as it is written down. Its rule is `holds`, or `offenders`, or what a preset makes of its parameters; then the
/// rule can stand beside them.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Written {
    /// A short name; the preset's, unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<CriterionId>,
    /// The sentence that readers see; the preset's, unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "Cold start under 2 s on the slowest supported phone")]
    pub title: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Function>,
    /// The functions that may waive it; none, and nobody may.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waivable_by: Vec<Function>,
    #[serde(default)]
    pub gate: Gate,
    /// The tracks it applies to; left out, to every track.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tracks: Option<Vec<TrackId>>,
    /// Evidence older than this many hours does not count for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_age_hours: Option<i64>,
    /// The name of a preset.
    #[serde(default, rename = "use", skip_serializing_if = "Option::is_none")]
    #[schema(example = "smoke-passed")]
    pub preset: Option<String>,
    /// The preset's parameters, by name; what is left out takes its default.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(value_type = BTreeMap<String, Value>)]
    pub with: BTreeMap<String, Value>,
    /// An expression that is true when the criterion is met.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "runs.smoke.failed == 0")]
    pub holds: Option<String>,
    /// An expression that lists what stands against it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offenders: Option<String>,
}

impl Written {
    /// Writes a criterion down: with its rule, and the parameters of its preset as long as the preset makes that rule.
    pub fn of(criterion: &Criterion) -> Self {
        let preset = criterion.preset.as_deref().and_then(preset::find);
        let parameters = preset.and_then(|preset| preset.read_back(&criterion.rule));
        let with = preset.zip(parameters.as_ref()).map(|(preset, parameters)| preset.said(parameters));
        let (holds, offenders) = match &criterion.rule {
            Rule::Holds(source) => (Some(source.clone()), None),
            Rule::Offenders(source) => (None, Some(source.clone())),
        };
        Self {
            id: Some(criterion.id.clone()),
            title: Some(criterion.title.clone()),
            owner: Some(criterion.owner),
            waivable_by: criterion.waivable_by.clone(),
            gate: criterion.gate,
            tracks: criterion.tracks.clone(),
            max_age_hours: criterion.max_age_hours,
            preset: criterion.preset.clone(),
            with: with.into_iter().flatten().map(|(key, text)| (key.to_owned(), json(text))).collect(),
            holds,
            offenders,
        }
    }

    /// Returns what a reader knows it by before it is read.
    pub fn name(&self) -> Option<&str> {
        let id = self.id.as_ref().map(CriterionId::as_str);
        self.title.as_deref().filter(|title| !title.trim().is_empty()).or(id).or(self.preset.as_deref())
    }

    /// Reads it. `known` are criteria that there are already: a rule of theirs keeps the preset that it is worded by, also
    /// after the preset has changed.
    ///
    /// # Errors
    /// A sentence that says what does not fit.
    pub fn read(&self, kinds: &[RunKind], known: &[&Criterion]) -> Result<Criterion, String> {
        let own = match (&self.holds, &self.offenders) {
            (Some(_), Some(_)) => {
                return Err("A criterion has either `holds` or `offenders`. Leave one out.".to_owned());
            }
            (Some(source), None) => Some(Rule::Holds(source.trim().to_owned())),
            (None, Some(source)) => Some(Rule::Offenders(source.trim().to_owned())),
            (None, None) => None,
        };
        let preset = self.preset.as_deref().map(found).transpose()?;
        let (rule, usual) = match (preset, own) {
            (None, None) => {
                let names = PRESETS.each_ref().map(|preset| preset.name).join(", ");
                return Err(format!(
                    "It has no rule. Use a preset ({names}), or write `holds` (true or false) or `offenders` (a list)."
                ));
            }
            (None, Some(_)) if !self.with.is_empty() => {
                return Err(
                    "Parameters are for presets. Name one, or write what you mean into the rule.".to_owned()
                );
            }
            (None, Some(rule)) => (rule, None),
            (Some(preset), None) => {
                let parameters = preset.read(&self.texts()?, kinds)?;
                (preset.rule(&parameters), Some(preset.title(&parameters)))
            }
            (Some(preset), Some(rule)) => {
                if !self.with.is_empty() {
                    let parameters = preset.read(&self.texts()?, kinds)?;
                    if preset.rule(&parameters) != rule {
                        let sentence = "Its parameters make another rule than the one beside them. Leave the rule out, or \
                                        the parameters and the preset.";
                        return Err(sentence.to_owned());
                    }
                }
                let was = |criterion: &&&Criterion| {
                    criterion.rule == rule && criterion.preset.as_deref() == Some(preset.name)
                };
                if preset.read_back(&rule).is_none() && !known.iter().any(|criterion| was(&criterion)) {
                    return Err(format!(
                        "The preset {} brings its own rule, and this is another. Leave the preset out, or the rule.",
                        preset.name
                    ));
                }
                (rule, None)
            }
        };
        let id = match (&self.id, preset) {
            (Some(id), _) => id.clone(),
            (None, Some(preset)) => {
                let parameters = preset.read_back(&rule).unwrap_or_else(|| preset.usual());
                CriterionId::parse(&preset.id(&parameters)).map_err(|error| format!("{error}."))?
            }
            (None, None) => return Err("It has no id. Give it a short name, as in `cold-start`.".to_owned()),
        };
        let title = self.title.as_deref().map(str::trim).filter(|title| !title.is_empty());
        Ok(Criterion {
            title: title.map(str::to_owned).or(usual).unwrap_or_else(|| id.to_string()),
            id,
            owner: self.owner.or(preset.map(|preset| preset.owner)).unwrap_or(Function::Qa),
            waivable_by: self.waivable_by.clone(),
            gate: self.gate,
            tracks: self.tracks.clone(),
            rule,
            preset: preset.map(|preset| preset.name.to_owned()),
            max_age_hours: self.max_age_hours,
        })
    }

    /// Returns the parameters as texts: a list as its entries with commas between.
    fn texts(&self) -> Result<BTreeMap<String, String>, String> {
        let text = |value: &Value| match value {
            Value::Null => Some(String::new()),
            Value::String(text) => Some(text.clone()),
            Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
            Value::Array(_) | Value::Object(_) => None,
        };
        let texts = self.with.iter().map(|(key, value)| {
            let of = match value {
                Value::Array(entries) => {
                    entries.iter().map(text).collect::<Option<Vec<_>>>().map(|entries| entries.join(","))
                }
                value => text(value),
            };
            let of = of.ok_or_else(|| {
                format!("`{key}` wants a text, a number, true or false, or a list of them.")
            })?;
            Ok((key.clone(), of))
        });
        texts.collect()
    }
}

/// Returns a parameter as JSON has it: a number, true or false where it is one.
fn json(text: String) -> Value {
    match serde_json::from_str(&text) {
        Ok(value @ (Value::Number(_) | Value::Bool(_))) => value,
        _ => Value::from(text),
    }
}

fn found(name: &str) -> Result<&'static Preset, String> {
    preset::find(name).ok_or_else(|| {
        let names = PRESETS.each_ref().map(|preset| preset.name);
        let meant = closest(name, names).map(|meant| format!(" Did you mean {meant}?"));
        format!("There is no preset {name}; there is {}.{}", names.join(", "), meant.unwrap_or_default())
    })
}
