//! Reading values out of a parsed file, and collecting what is wrong with them.
//!
//! Invariant: a value that is not what was wanted leaves a mistake that says what was, and reading goes on.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::Mistake;
use crate::calendar::Day;
use crate::criteria::check::closest;
use crate::id::InvalidId;

pub(super) type Value<'a> = Spanned<DeValue<'a>>;

pub(super) struct Reader<'a> {
    pub(super) source: &'a str,
    pub(super) mistakes: Vec<Mistake>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(source: &'a str) -> Self {
        Self { source, mistakes: Vec::new() }
    }

    pub(super) fn mistake(&mut self, span: Range<usize>, message: &str, label: Option<&str>) {
        self.mistake_with(span, message, label, None);
    }

    pub(super) fn mistake_with(
        &mut self,
        span: Range<usize>,
        message: &str,
        label: Option<&str>,
        help: Option<&str>,
    ) {
        self.mistakes.push(Mistake {
            start: span.start,
            end: span.end,
            message: message.to_owned(),
            label: label.map(str::to_owned),
            help: help.map(str::to_owned),
        });
    }

    /// Says of each key that does not belong which one was probably meant.
    pub(super) fn only(&mut self, table: &DeTable<'_>, known: &[&str], place: &str) {
        for key in table.keys() {
            let name: &str = key.get_ref();
            if known.contains(&name) {
                continue;
            }
            let label = match closest(name, known.iter().copied()) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => "not a key that belongs here".to_owned(),
            };
            let help = format!("{place} there can be {}", known.join(", "));
            self.mistake_with(
                key.span(),
                &format!("`{name}` has no place {place}"),
                Some(&label),
                Some(&help),
            );
        }
    }

    fn wanted(&mut self, value: &Value<'_>, wanted: &str) {
        let found = match value.get_ref().type_str() {
            "integer" => "a whole number",
            "float" => "a decimal number",
            "boolean" => "true or false",
            "string" => "a text",
            "array" => "a list",
            "datetime" => "a date",
            _ => "a table",
        };
        self.mistake(value.span(), &format!("this should be {wanted}"), Some(&format!("this is {found}")));
    }

    pub(super) fn table<'v, 's>(&mut self, value: &'v Value<'s>, name: &str) -> Option<&'v DeTable<'s>> {
        let table = value.get_ref().as_table();
        if table.is_none() {
            self.wanted(value, &format!("a table, {name}"));
        }
        table
    }

    pub(super) fn array<'v, 's>(&mut self, value: &'v Value<'s>, wanted: &str) -> &'v [Value<'s>] {
        match value.get_ref().as_array() {
            Some(array) => array,
            None => {
                self.wanted(value, wanted);
                &[]
            }
        }
    }

    pub(super) fn text(&mut self, value: &Value<'_>, wanted: &str) -> Option<(String, Range<usize>)> {
        match value.get_ref().as_str() {
            // An expression may have lines of its own; a control character anywhere else only deceives.
            Some(text) if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t')) => {
                self.mistake(value.span(), "a control character has no place here", None);
                None
            }
            Some(text) if !text.trim().is_empty() => Some((text.to_owned(), value.span())),
            Some(_) => {
                self.mistake(value.span(), &format!("this should be {wanted}"), Some("this is empty"));
                None
            }
            None => {
                self.wanted(value, wanted);
                None
            }
        }
    }

    /// A word that may be written as a number: a build, a version.
    pub(super) fn word(&mut self, value: &Value<'_>, wanted: &str) -> Option<(String, Range<usize>)> {
        match value.get_ref() {
            DeValue::Integer(number) => Some((number.as_str().replace('_', ""), value.span())),
            DeValue::Float(_) => {
                // `version = 4.2` would lose its zeros: what is meant is a text.
                let written = self.source.get(value.span()).unwrap_or_default();
                let label = format!("write it as a text: \"{written}\"");
                self.mistake(value.span(), &format!("this should be {wanted}"), Some(&label));
                None
            }
            _ => self.text(value, wanted),
        }
    }

    pub(super) fn required_text(
        &mut self,
        table: &DeTable<'_>,
        of: &Value<'_>,
        key: &str,
        wanted: &str,
    ) -> Option<(String, Range<usize>)> {
        match table.get(key) {
            Some(value) => self.text(value, wanted),
            None => {
                self.mistake(self.head(of), &format!("`{key}` is missing"), Some(&format!("add {wanted}")));
                None
            }
        }
    }

    /// The place of a table's first line, so that a missing key does not underline a page.
    pub(super) fn head(&self, of: &Value<'_>) -> Range<usize> {
        let span = of.span();
        let line = self.source.get(span.clone()).and_then(|text| text.find('\n')).unwrap_or(span.len());
        span.start..span.start + line.max(1).min(span.len().max(1))
    }

    pub(super) fn id<T>(&mut self, value: &Value<'_>, parse: fn(&str) -> Result<T, InvalidId>) -> Option<T> {
        let (text, span) = self.word(value, "a name of one word")?;
        match parse(&text) {
            Ok(id) => Some(id),
            Err(invalid) => {
                self.mistake(
                    span,
                    &format!("`{}` is not {}", invalid.text, invalid.what),
                    Some(invalid.rule),
                );
                None
            }
        }
    }

    pub(super) fn ids<T>(
        &mut self,
        value: &Value<'_>,
        key: &str,
        parse: fn(&str) -> Result<T, InvalidId>,
    ) -> Vec<T> {
        let items = self.array(value, &format!("a list, as in `{key} = [\"…\"]`"));
        items.iter().filter_map(|item| self.id(item, parse)).collect()
    }

    pub(super) fn texts(&mut self, value: &Value<'_>, wanted: &str) -> Vec<(String, Range<usize>)> {
        let items = self.array(value, &format!("a list of {wanted}"));
        items.iter().filter_map(|item| self.text(item, &format!("one of the {wanted}"))).collect()
    }

    pub(super) fn flag(&mut self, value: &Value<'_>) -> Option<bool> {
        let flag = value.get_ref().as_bool();
        if flag.is_none() {
            self.wanted(value, "true or false");
        }
        flag
    }

    pub(super) fn whole(&mut self, value: &Value<'_>, wanted: &str) -> Option<i64> {
        let number = value.get_ref().as_integer();
        let number = number
            .and_then(|number| i64::from_str_radix(&number.as_str().replace('_', ""), number.radix()).ok());
        match number {
            Some(number) if number >= 0 => Some(number),
            _ => {
                self.wanted(value, wanted);
                None
            }
        }
    }

    pub(super) fn share(&mut self, value: &Value<'_>) -> Option<f64> {
        let text = match value.get_ref() {
            DeValue::Integer(number) => number.as_str(),
            DeValue::Float(number) => number.as_str(),
            _ => "",
        };
        match text.replace('_', "").parse::<f64>() {
            Ok(share) if (0.0..=1.0).contains(&share) => Some(share),
            Ok(_) => {
                self.mistake(value.span(), "this should be a share from 0 to 1", Some("2 % is written 0.02"));
                None
            }
            Err(_) => {
                self.wanted(value, "a share from 0 to 1");
                None
            }
        }
    }

    /// A day, written as TOML has it or as a text.
    pub(super) fn day(&mut self, value: &Value<'_>, wanted: &str) -> Option<Day> {
        let text = match value.get_ref() {
            DeValue::Datetime(written) => written.to_string(),
            DeValue::String(text) => text.to_string(),
            _ => {
                self.wanted(value, wanted);
                return None;
            }
        };
        let day = text.parse::<Day>().ok();
        if day.is_none() {
            let label = "write it as year-month-day, as in 2026-12-25, between 1970 and 2199";
            self.mistake(value.span(), &format!("this should be {wanted}"), Some(label));
        }
        day
    }

    /// A whole number that may be less than none.
    pub(super) fn signed(&mut self, value: &Value<'_>, wanted: &str) -> Option<i64> {
        let number = value.get_ref().as_integer();
        let number = number
            .and_then(|number| i64::from_str_radix(&number.as_str().replace('_', ""), number.radix()).ok());
        if number.is_none() {
            self.wanted(value, wanted);
        }
        number
    }

    /// One of a closed set of words.
    pub(super) fn one_of<T: Copy>(
        &mut self,
        text: &str,
        span: Range<usize>,
        what: &str,
        known: &[(&str, T)],
    ) -> Option<T> {
        if let Some((_, found)) = known.iter().find(|(name, _)| *name == text) {
            return Some(*found);
        }
        let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
        let label = closest(text, names.iter().copied()).map(|meant| format!("did you mean \"{meant}\"?"));
        let help = format!("there is {}", names.join(", "));
        self.mistake_with(span, &format!("no such {what}: {text}"), label.as_deref(), Some(&help));
        None
    }
}
