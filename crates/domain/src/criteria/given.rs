//! The parameters of presets as people give them, and read back from the rule that they made.
//!
//! Invariant: parameters that are read back make that very rule again, letter by letter.

use std::collections::BTreeMap;

use super::check::closest;
use super::names;
use super::preset::{Parameter, Parameters, Preset};
use crate::criterion::{Function, Rule};
use crate::defect::Severity;
use crate::id::RunKind;

/// What a parameter looks like, for those who ask for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// One of the product's kinds of run.
    Kind,
    /// A number from 0 to 1.
    Share,
    /// A whole number from 1 on.
    Whole,
    Flag,
    /// Severities, divided by commas.
    Severities,
    /// One of the functions that people speak for.
    Function,
}

impl Shape {
    /// Returns the word by which the API names it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Kind => "kind of run",
            Self::Share => "share",
            Self::Whole => "whole number",
            Self::Flag => "flag",
            Self::Severities => "severities",
            Self::Function => "function",
        }
    }
}

impl Parameter {
    pub fn shape(self) -> Shape {
        match self {
            Self::Run => Shape::Kind,
            Self::Max | Self::Min => Shape::Share,
            Self::MinWords => Shape::Whole,
            Self::AllowFailures => Shape::Flag,
            Self::Severity => Shape::Severities,
            Self::By => Shape::Function,
        }
    }

    /// Returns what it is called on a form.
    pub fn label(self) -> &'static str {
        match self {
            Self::Run => "Kind of run",
            Self::Max => "At most, as a share from 0 to 1",
            Self::Min => "At least, as a share from 0 to 1",
            Self::MinWords => "At least so many words",
            Self::AllowFailures => "Failures are allowed, if all of it ran",
            Self::Severity => "Severities",
            Self::By => "By which function",
        }
    }
}

impl Preset {
    /// Reads its parameters from texts by their names. An empty text is none.
    ///
    /// # Errors
    /// A sentence that says what does not fit.
    pub fn read(&self, given: &BTreeMap<String, String>, kinds: &[RunKind]) -> Result<Parameters, String> {
        let mut parameters = Parameters::default();
        for (key, text) in given {
            let parameter = self.parameters.iter().find(|parameter| parameter.key() == key);
            let parameter = *parameter.ok_or_else(|| self.takes_no(key))?;
            let text = text.trim();
            if text.is_empty() {
                continue;
            }
            if parameter.shape() == Shape::Kind {
                known(text, kinds)?;
            }
            if !put(&mut parameters, parameter, text) {
                let wanted = match parameter.shape() {
                    Shape::Kind => "a kind of run, as in regression",
                    Shape::Share => "a share from 0 to 1, as in 0.02",
                    Shape::Whole => "a whole number from 1 on",
                    Shape::Flag => "true or false",
                    Shape::Severities => "severities, as in critical, high",
                    Shape::Function => "a function, as in qa",
                };
                return Err(format!("`{key}` wants {wanted}; {text} is none."));
            }
        }
        Ok(parameters)
    }

    fn takes_no(&self, key: &str) -> String {
        let known: Vec<&str> = self.parameters.iter().map(|parameter| parameter.key()).collect();
        let meant = closest(key, known.iter().copied()).map(|meant| format!(" Did you mean {meant}?"));
        let takes = if known.is_empty() { "nothing".to_owned() } else { known.join(", ") };
        format!("{} has no parameter {key}; it takes {takes}.{}", self.name, meant.unwrap_or_default())
    }

    /// Reads its parameters back from a rule that it made, with those that had been left to their default; `None` if it
    /// makes no such rule, as after it has changed.
    pub fn read_back(&self, rule: &Rule) -> Option<Parameters> {
        let source = rule.source();
        let mut tried = vec![Parameters::default()];
        for parameter in self.parameters {
            let texts = candidates(parameter.shape(), source);
            let with = |parameters: &Parameters, text: &String| {
                let mut parameters = parameters.clone();
                put(&mut parameters, *parameter, text).then_some(parameters)
            };
            let more =
                tried.iter().flat_map(|parameters| texts.iter().filter_map(|text| with(parameters, text)));
            tried = more.collect();
        }
        tried.into_iter().find(|parameters| self.rule(parameters) == *rule)
    }

    /// Returns its parameters with their values, as texts by name; those of its default rule are its defaults.
    pub fn said(&self, parameters: &Parameters) -> BTreeMap<&'static str, String> {
        let value = |parameter: &Parameter| Some((parameter.key(), get(parameters, *parameter)?));
        self.parameters.iter().filter_map(value).collect()
    }

    /// Returns what its parameters are where nobody gives any.
    pub fn usual(&self) -> Parameters {
        self.read_back(&self.rule(&Parameters::default())).unwrap_or_default()
    }
}

/// Sets a parameter from a text; says whether the text is one.
fn put(parameters: &mut Parameters, parameter: Parameter, text: &str) -> bool {
    let share = || text.parse().ok().filter(|share| (0.0..=1.0).contains(share));
    match parameter {
        Parameter::Run => {
            parameters.run = RunKind::parse(text).ok().map(|kind| kind.to_string());
            parameters.run.is_some()
        }
        Parameter::Max => {
            parameters.max = share();
            parameters.max.is_some()
        }
        Parameter::Min => {
            parameters.min = share();
            parameters.min.is_some()
        }
        Parameter::MinWords => {
            parameters.min_words = text.parse().ok().filter(|words| *words >= 1);
            parameters.min_words.is_some()
        }
        Parameter::AllowFailures => match text {
            "true" | "false" => {
                parameters.allow_failures = text == "true";
                true
            }
            _ => false,
        },
        Parameter::Severity => {
            let named = text.split(',').map(|name| Severity::parse(name.trim()));
            let mut severities = named.collect::<Option<Vec<Severity>>>().unwrap_or_default();
            severities.sort_unstable();
            severities.dedup();
            parameters.severity = severities;
            !parameters.severity.is_empty()
        }
        Parameter::By => {
            parameters.by = Function::parse(text);
            parameters.by.is_some()
        }
    }
}

fn get(parameters: &Parameters, parameter: Parameter) -> Option<String> {
    match parameter {
        Parameter::Run => parameters.run.clone(),
        Parameter::Max => parameters.max.map(|share| share.to_string()),
        Parameter::Min => parameters.min.map(|share| share.to_string()),
        Parameter::MinWords => parameters.min_words.map(|words| words.to_string()),
        Parameter::AllowFailures => Some(parameters.allow_failures.to_string()),
        Parameter::Severity if parameters.severity.is_empty() => None,
        Parameter::Severity => {
            let names: Vec<&str> = parameters.severity.iter().map(|severity| severity.as_str()).collect();
            Some(names.join(", "))
        }
        Parameter::By => parameters.by.map(|function| function.as_str().to_owned()),
    }
}

/// Returns the texts of a rule that a parameter of some shape could have been.
fn candidates(shape: Shape, source: &str) -> Vec<String> {
    match shape {
        Shape::Kind => {
            let kind = |name: &String| Some(name.strip_prefix("runs.")?.split('.').next()?.to_owned());
            let mut kinds: Vec<String> = names(source).iter().filter_map(kind).collect();
            kinds.dedup();
            kinds
        }
        Shape::Share | Shape::Whole => {
            let numbers = source.split(|c: char| !c.is_ascii_digit() && c != '.');
            numbers.filter(|text| text.parse::<f64>().is_ok()).map(str::to_owned).collect()
        }
        Shape::Flag => vec!["false".to_owned(), "true".to_owned()],
        Shape::Severities => {
            let list = source.split_once("severity in [").and_then(|(_, rest)| rest.split_once(']'));
            list.map(|(list, _)| list.replace('"', "")).into_iter().collect()
        }
        Shape::Function => {
            let function =
                |name: &String| Some(name.strip_prefix("sign_offs.")?.split('.').next()?.to_owned());
            names(source).iter().filter_map(function).collect()
        }
    }
}

fn known(text: &str, kinds: &[RunKind]) -> Result<(), String> {
    if kinds.iter().any(|kind| kind.as_str() == text) {
        return Ok(());
    }
    let names: Vec<&str> = kinds.iter().map(RunKind::as_str).collect();
    let meant = closest(text, names.iter().copied()).map(|meant| format!(" Did you mean {meant}?"));
    Err(format!(
        "There is no kind of run {text}; there is {}.{}",
        names.join(", "),
        meant.unwrap_or_default()
    ))
}
