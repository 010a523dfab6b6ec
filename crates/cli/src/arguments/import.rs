//! The arguments of an import.
//!
//! Invariant: what is said of columns and words is read here, so that a slip is told before anything is sent.

use std::path::PathBuf;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use domain::import::Kind;

use super::release::OfRelease;

/// What a column is said to hold: "Summary=title"; "-" is nothing.
#[derive(Clone, Debug)]
pub(crate) struct Held {
    pub(crate) column: String,
    pub(crate) field: String,
}

/// What a text in a column is said to mean: "Status:In Arbeit=open"; "-" is nothing.
#[derive(Clone, Debug)]
pub(crate) struct Meaning {
    pub(crate) column: String,
    pub(crate) text: String,
    pub(crate) means: String,
}

#[derive(Debug, Args)]
pub(crate) struct Import {
    #[command(flatten)]
    pub(crate) release: OfRelease,
    /// What the file is a list of
    #[arg(long = "as", value_name = "KIND", default_value = "defects", value_parser = kind())]
    pub(crate) kind: Kind,
    /// What a column holds, as 'Summary=title'; '-' for nothing
    #[arg(long, value_name = "COLUMN=FIELD", value_parser = held)]
    pub(crate) map: Vec<Held>,
    /// What a text in a column means, as 'Status:In Arbeit=open'; '-' for nothing
    #[arg(long, value_name = "COLUMN:TEXT=WORD", value_parser = meaning)]
    pub(crate) value: Vec<Meaning>,
    /// Which sheet of a workbook; the first with a list in it unless given
    #[arg(long)]
    pub(crate) sheet: Option<String>,
    /// What the file is called on record; its own name unless given
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// Say what would change, and change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Import the rows that can be, and leave out those that cannot
    #[arg(long)]
    pub(crate) partial: bool,
    /// These are all there are: the list is whole with them
    #[arg(long)]
    pub(crate) whole: bool,
    /// Ask nothing
    #[arg(long, short)]
    pub(crate) yes: bool,
    /// Answer in JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// The file: CSV, JSON or Excel (.xlsx); `-` for standard input
    pub(crate) file: PathBuf,
}

fn kind() -> impl TypedValueParser<Value = Kind> {
    PossibleValuesParser::new(Kind::ALL.map(|(name, _)| name))
        .map(|name| Kind::parse(&name).unwrap_or_default())
}

fn held(text: &str) -> Result<Held, String> {
    match text.rsplit_once('=') {
        Some((column, field)) if !column.trim().is_empty() && !field.trim().is_empty() => {
            Ok(Held { column: column.trim().to_owned(), field: field.trim().to_owned() })
        }
        _ => Err("write the column and what it holds, as 'Summary=title'".to_owned()),
    }
}

fn meaning(text: &str) -> Result<Meaning, String> {
    let parts = text.rsplit_once('=').and_then(|(of, means)| Some((of.split_once(':')?, means)));
    match parts {
        Some(((column, text), means))
            if !column.trim().is_empty() && !text.trim().is_empty() && !means.trim().is_empty() =>
        {
            let [column, text, means] = [column, text, means].map(|part| part.trim().to_owned());
            Ok(Meaning { column, text, means })
        }
        _ => Err("write the column, a text in it and what it means, as 'Status:In Arbeit=open'".to_owned()),
    }
}
