//! Which column holds what: as somebody says, as it was the last time, or by the column's name.
//!
//! Invariant: a guess never goes against what somebody said, and no field is guessed twice.

use std::collections::{BTreeMap, HashSet};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::field::plain;
use super::{Column, Field, Kind};
use crate::refusal::Refusal;

/// How many columns, and how many words of a column, are remembered.
const MOST: usize = 400;

/// Which column holds what, and what its words mean.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// By the name of the column; nothing is a column that is left out.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub columns: BTreeMap<String, Option<Field>>,
    /// By the name of the column, what a text in it means: "In Arbeit" is "open". "-" is nothing.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub values: BTreeMap<String, BTreeMap<String, String>>,
}

/// How it is known what a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// Somebody said so.
    Said,
    /// It was so the last time.
    Remembered,
    /// Its name says so.
    Sure,
    /// Its name nearly says so.
    Likely,
}

impl Confidence {
    /// Returns it as readers see it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Said => "as you said",
            Self::Remembered => "as the last time",
            Self::Sure => "by its name",
            Self::Likely => "probably",
        }
    }
}

/// What a column is taken for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ColumnUse {
    pub column: String,
    /// Nothing where the column is left out.
    pub field: Option<Field>,
    /// How that is known; nothing where nobody knows what it is.
    pub confidence: Option<Confidence>,
}

/// Settles what each column is taken for.
///
/// # Errors
/// A column or a field that is not there, or one field said to be in two columns.
pub fn guess(
    kind: Kind,
    columns: &[Column],
    said: &Mapping,
    remembered: &Mapping,
) -> Result<Vec<ColumnUse>, Refusal> {
    let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
    for (named, field) in &said.columns {
        if !names.contains(&named.as_str()) {
            let meant = crate::criteria::check::closest(named, names.iter().copied());
            let meant = meant.map(|meant| format!(" Did you mean “{meant}”?")).unwrap_or_default();
            return Err(Refusal::unknown(format!(
                "There is no column “{named}”.{meant} There is {}.",
                crate::words::list(&names, names.len(), 12)
            )));
        }
        if let Some(field) = field.filter(|field| !Field::of(kind).any(|of| of == *field)) {
            return Err(Refusal::invalid(format!(
                "{} have no {}: “{named}” can be {}.",
                crate::words::capital(kind.nouns().1),
                field.as_str(),
                crate::words::joined(&Field::of(kind).map(Field::as_str).collect::<Vec<_>>(), 30, "or")
            )));
        }
    }
    let mut uses: Vec<ColumnUse> = names
        .iter()
        .map(|name| ColumnUse { column: (*name).to_owned(), field: None, confidence: None })
        .collect();
    let mut taken: HashSet<Field> = HashSet::new();
    for (confidence, mapping) in [(Confidence::Said, said), (Confidence::Remembered, remembered)] {
        let before = taken.clone();
        for column in uses.iter_mut().filter(|column| column.confidence.is_none()) {
            let Some(field) = mapping.columns.get(&column.column) else { continue };
            if let Some(field) = *field {
                let known = Field::of(kind).any(|of| of == field);
                let twice = !field.holds_many() && taken.contains(&field);
                if twice && confidence == Confidence::Said {
                    return Err(Refusal::invalid(format!(
                        "Two columns are said to be the {}. It can be in one: leave the other out.",
                        field.as_str()
                    )));
                }
                // What somebody says now goes before what was so the last time.
                if !known || twice || before.contains(&field) {
                    continue;
                }
                taken.insert(field);
            }
            (column.field, column.confidence) = (*field, Some(confidence));
        }
    }
    let mut fits: Vec<(Fit, usize, Field)> = Vec::new();
    for (index, column) in uses.iter().enumerate().filter(|(_, column)| column.confidence.is_none()) {
        for field in Field::of(kind).filter(|field| !taken.contains(field)) {
            fits.extend(fit(&column.column, field.aliases(kind)).map(|fit| (fit, index, field)));
        }
    }
    fits.sort();
    for (fit, index, field) in fits {
        let Some(column) = uses.get_mut(index) else { continue };
        if column.field.is_none() && taken.insert(field) {
            let confidence = if fit.how == How::Exact { Confidence::Sure } else { Confidence::Likely };
            (column.field, column.confidence) = (Some(field), Some(confidence));
        }
    }
    Ok(uses)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum How {
    Exact,
    /// Some of its words are the name.
    Partly,
    /// It is spelled nearly so.
    Nearly,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Fit {
    how: How,
    alias: usize,
}

fn fit(column: &str, aliases: &[&str]) -> Option<Fit> {
    // As Jira writes the fields that a team made up itself.
    let inner = column.strip_prefix("Custom field (").and_then(|rest| rest.strip_suffix(')'));
    let column = inner.unwrap_or(column);
    let whole = plain(column);
    let found = |how, test: &dyn Fn(&str) -> bool| {
        aliases.iter().position(|alias| test(alias)).map(|alias| Fit { how, alias })
    };
    let words: Vec<String> =
        column.split(|c: char| !c.is_alphanumeric()).map(plain).filter(|word| !word.is_empty()).collect();
    let within = |alias: &str| {
        let several = |count: usize| words.windows(count).any(|some| some.concat() == alias);
        alias.len() >= 4 && (1..=words.len().min(4)).any(several)
    };
    let nearly = |alias: &str| {
        let allowed = match alias.len() {
            ..=4 => return false,
            5..=7 => 1,
            _ => 2,
        };
        strsim::damerau_levenshtein(&whole, alias) <= allowed
    };
    found(How::Exact, &|alias| alias == whole)
        .or_else(|| found(How::Partly, &within))
        .or_else(|| found(How::Nearly, &nearly).filter(|_| whole.len() < 40))
}

/// Returns what to remember once a file was imported: what its columns were taken for and what was said of their words,
/// beside what is known of columns that it does not have.
pub fn remembered(before: &Mapping, uses: &[ColumnUse], said: &Mapping) -> Mapping {
    let mut after = before.clone();
    // A column that nobody knew may be guessed better the next time.
    for column in uses.iter().filter(|column| column.confidence.is_some()) {
        after.columns.insert(column.column.clone(), column.field);
    }
    for (column, words) in &said.values {
        let known = after.values.entry(column.clone()).or_default();
        known.extend(words.iter().map(|(text, word)| (text.clone(), word.clone())));
    }
    if after.columns.len() > MOST || after.values.values().map(BTreeMap::len).sum::<usize>() > MOST {
        let here: HashSet<&str> = uses.iter().map(|column| column.column.as_str()).collect();
        after.columns.retain(|column, _| here.contains(column.as_str()));
        after.values.retain(|column, _| here.contains(column.as_str()));
    }
    after
}

impl Mapping {
    /// Returns what is said of words of columns, the later before the earlier.
    pub(super) fn word(&self, column: &str, text: &str) -> Option<&str> {
        let words = self.values.get(column)?;
        if let Some(word) = words.get(text) {
            return Some(word);
        }
        let text = text.trim().to_lowercase();
        words.iter().find(|(known, _)| known.trim().to_lowercase() == text).map(|(_, word)| word.as_str())
    }
}
