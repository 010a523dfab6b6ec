//! The form of an import, as it is filled in.
//!
//! Invariant: a column is named with what it is said to hold, so that neither is taken for another's.

use std::collections::BTreeMap;

use axum::extract::Multipart;
use bytes::Bytes;
use domain::digest::Digest;
use domain::import::{ColumnUse, Confidence, Field, Kind, Mapping};
use domain::refusal::Refusal;

use crate::app::import::ImportRequest;
use crate::app::{App, AppError};
use crate::web::trouble::Trouble;

/// What the form is sent for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Go {
    /// To see what it comes to.
    #[default]
    Look,
    Import,
    /// To import what can be, and leave out the rest.
    Partial,
}

/// What a word was said to mean.
#[derive(Clone, Debug, Default)]
pub(super) struct Word {
    pub(super) column: String,
    pub(super) text: String,
    pub(super) means: String,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Filled {
    pub(super) kind: Kind,
    pub(super) whole: bool,
    pub(super) name: String,
    /// The digest of the file, once it is kept.
    pub(super) kept: String,
    pub(super) sheet: String,
    /// What the columns are said to hold, in their order.
    pub(super) columns: Vec<ColumnUse>,
    pub(super) words: Vec<Word>,
    pub(super) go: Go,
    pub(super) file: Option<Bytes>,
}

impl Filled {
    pub(super) async fn read(mut form: Multipart) -> Result<Self, Trouble> {
        let mut filled = Self::default();
        let mut columns: BTreeMap<u32, (String, String)> = BTreeMap::new();
        let mut words: BTreeMap<u32, Word> = BTreeMap::new();
        while let Some(field) = form.next_field().await? {
            let name = field.name().unwrap_or_default().to_owned();
            if let Some(file) = field.file_name().map(str::to_owned) {
                filled.file = Some(field.bytes().await?).filter(|bytes| !bytes.is_empty());
                filled.name = file;
                continue;
            }
            let text = field.text().await?;
            let numbered = |prefix: &str| name.strip_prefix(prefix)?.parse::<u32>().ok();
            match name.as_str() {
                "as" => filled.kind = Kind::parse(&text).unwrap_or_default(),
                "whole" => filled.whole = text == "yes",
                "name" => filled.name = text,
                "kept" => filled.kept = text,
                "sheet" => filled.sheet = text,
                "go" => {
                    filled.go = match text.as_str() {
                        "import" => Go::Import,
                        "partial" => Go::Partial,
                        _ => Go::Look,
                    }
                }
                _ => {
                    if let Some(at) = numbered("column-") {
                        columns.entry(at).or_default().0 = text;
                    } else if let Some(at) = numbered("field-") {
                        columns.entry(at).or_default().1 = text;
                    } else if let Some(at) = numbered("in-") {
                        words.entry(at).or_default().column = text;
                    } else if let Some(at) = numbered("text-") {
                        words.entry(at).or_default().text = text;
                    } else if let Some(at) = numbered("means-") {
                        words.entry(at).or_default().means = text;
                    }
                }
            }
        }
        let kind = filled.kind;
        let said = |(column, field): (String, String)| ColumnUse {
            column,
            field: Field::parse(kind, &field),
            confidence: Some(Confidence::Said),
        };
        filled.columns = columns.into_values().filter(|(column, _)| !column.is_empty()).map(said).collect();
        filled.words = words.into_values().filter(|word| !word.means.is_empty()).collect();
        Ok(filled)
    }

    /// Returns the file: the one that came along, which is kept from now on, or the one that was kept before.
    pub(super) async fn file(&mut self, app: &App) -> Result<Bytes, AppError> {
        if let Some(file) = self.file.take() {
            self.kept = app.keep_import(file.clone()).await?.to_string();
            return Ok(file);
        }
        match Digest::from_hex(self.kept.as_bytes()) {
            Some(digest) => app.kept_import(&digest).await,
            None => Err(Refusal::invalid("Choose a file.").into()),
        }
    }

    pub(super) fn request(&self) -> ImportRequest {
        let columns = self.columns.iter().map(|column| (column.column.clone(), column.field)).collect();
        let mut mapping = Mapping { columns, values: BTreeMap::new() };
        for word in &self.words {
            let words = mapping.values.entry(word.column.clone()).or_default();
            words.insert(word.text.clone(), word.means.clone());
        }
        ImportRequest {
            kind: self.kind,
            name: Some(self.name.clone()),
            sheet: Some(self.sheet.clone()).filter(|sheet| !sheet.is_empty()),
            mapping: serde_json::to_string(&mapping).ok(),
            dry_run: false,
            partial: self.go == Go::Partial,
            whole: self.whole,
            after: None,
        }
    }
}
