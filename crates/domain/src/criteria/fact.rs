//! Facts: what a criterion can see. A fact that is not known is *missing*, and says why.
//!
//! Invariant: missing is not empty, not zero and not false.

use std::cell::RefCell;
use std::sync::Arc;

use serde_json::Value as Json;

use super::fields::{Fields, Name};
use super::reasons::Reasons;

/// A fact nobody has established yet.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Missing {
    /// What a criterion calls it, as in `runs.smoke.failed`.
    pub fact: Arc<str>,
    /// Why it is missing, as readers see it: "smoke ran on 512; the candidate is 514".
    pub why: Arc<str>,
}

/// A value in a criterion, or the lack of one.
#[derive(Clone, Debug, PartialEq)]
pub enum Fact {
    Null,
    Bool(bool),
    Int(i64),
    Double(f64),
    Text(Arc<str>),
    List(Arc<Vec<Fact>>),
    Map(Arc<Fields>),
    /// A map whose keys the evidence brings: a key that is not there is missing, for this reason.
    Open(Arc<Fields>, Arc<Missing>),
    /// Not known, for each of these reasons.
    Missing(Vec<Missing>),
    /// A list that holds at least these items, and more or not depending on what is missing.
    AtLeast(Arc<Vec<Fact>>, Arc<Vec<Missing>>),
}

impl Fact {
    pub fn text(text: impl Into<Arc<str>>) -> Self {
        Self::Text(text.into())
    }

    /// A word of a closed set, which need not be made anew each time.
    pub fn word(word: &'static str) -> Self {
        thread_local! {
            static WORDS: RefCell<Vec<(&'static str, Arc<str>)>> = const { RefCell::new(Vec::new()) };
        }
        WORDS.with_borrow_mut(|words| {
            if let Some((_, shared)) = words.iter().find(|(of, _)| std::ptr::eq(*of, word)) {
                return Self::Text(shared.clone());
            }
            let shared: Arc<str> = word.into();
            words.push((word, shared.clone()));
            Self::Text(shared)
        })
    }

    pub fn map<K: Into<Name>>(entries: impl IntoIterator<Item = (K, Fact)>) -> Self {
        Self::Map(Arc::new(entries.into_iter().collect()))
    }

    pub fn list(items: impl IntoIterator<Item = Fact>) -> Self {
        Self::List(Arc::new(items.into_iter().collect()))
    }

    pub fn missing(fact: impl Into<Arc<str>>, why: impl Into<Arc<str>>) -> Self {
        Self::Missing(vec![Missing { fact: fact.into(), why: why.into() }])
    }

    /// A list of which these items are known; whole if nothing is missing.
    pub fn at_least(items: Vec<Fact>, missing: Vec<Missing>) -> Self {
        if missing.is_empty() { Self::list(items) } else { Self::AtLeast(Arc::new(items), Arc::new(missing)) }
    }

    /// Returns a fact by its path from here, as in `runs.smoke.failed`.
    pub fn at(&self, path: &str) -> Option<&Fact> {
        path.split('.').try_fold(self, |fact, key| match fact {
            Fact::Map(map) | Fact::Open(map, _) => map.get(key),
            _ => None,
        })
    }

    pub fn as_int(&self) -> Option<i64> {
        match self {
            Self::Int(value) => Some(*value),
            _ => None,
        }
    }

    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(value) => Some(value),
            _ => None,
        }
    }

    pub fn as_list(&self) -> Option<&[Fact]> {
        match self {
            Self::List(items) => Some(items),
            _ => None,
        }
    }

    /// Returns the items that are known of a list, of which there may be more.
    pub fn items(&self) -> &[Fact] {
        match self {
            Self::List(items) | Self::AtLeast(items, _) => items,
            _ => &[],
        }
    }

    /// Returns about how much there is of a value, for counting work.
    pub fn weight(&self) -> usize {
        match self {
            Self::List(items) | Self::AtLeast(items, _) => 1 + items.iter().map(Self::weight).sum::<usize>(),
            Self::Map(map) | Self::Open(map, _) => 1 + map.values().map(Self::weight).sum::<usize>(),
            Self::Text(text) => 1 + text.len() / 64,
            _ => 1,
        }
    }

    /// Adds every reason for which this value, or a part of it, is not known.
    pub(crate) fn collect_missing(&self, into: &mut Reasons) {
        match self {
            Self::Missing(missing) => into.add_all(missing),
            Self::AtLeast(items, missing) => {
                into.add_all(missing.as_ref());
                items.iter().for_each(|item| item.collect_missing(into));
            }
            Self::List(items) => items.iter().for_each(|item| item.collect_missing(into)),
            Self::Map(map) | Self::Open(map, _) => map.values().for_each(|fact| fact.collect_missing(into)),
            _ => {}
        }
    }

    /// Returns the type's name as CEL writes it.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "bool",
            Self::Int(_) => "int",
            Self::Double(_) => "double",
            Self::Text(_) => "string",
            Self::List(_) | Self::AtLeast(..) => "list",
            Self::Map(_) | Self::Open(..) => "map",
            Self::Missing(_) => "missing",
        }
    }

    /// Returns the value as JSON; what is missing becomes null.
    pub fn to_json(&self) -> Json {
        match self {
            Self::Null | Self::Missing(_) => Json::Null,
            Self::Bool(value) => Json::from(*value),
            Self::Int(value) => Json::from(*value),
            Self::Double(value) => Json::from(*value),
            Self::Text(value) => Json::from(&**value),
            Self::List(items) | Self::AtLeast(items, _) => items.iter().map(Self::to_json).collect(),
            Self::Map(map) | Self::Open(map, _) => {
                Json::Object(map.iter().map(|(key, fact)| (key.to_owned(), fact.to_json())).collect())
            }
        }
    }

    /// Returns the value as a reader sees it in a sentence.
    pub fn label(&self) -> String {
        match self {
            Self::Text(value) => value.to_string(),
            Self::Map(map) => match map.get("name") {
                Some(Self::Text(name)) => name.to_string(),
                _ => self.to_json().to_string(),
            },
            Self::Double(value) => format!("{}", (value * 10_000.0).round() / 10_000.0),
            Self::Missing(_) => "not known".to_owned(),
            other => other.to_json().to_string(),
        }
    }
}

/// A track may have thousands of facts, and each criterion looks at most of them: they had better lie close together.
const _: () = assert!(size_of::<Fact>() == 24);
