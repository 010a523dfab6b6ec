//! Importing: a table of defects, changes or sign-offs → what would change of a release, row by row.
//!
//! Invariant: a row with a mistake in it changes nothing, and what is on record as the file has it gives no event.

mod changes;
mod defects;
mod field;
mod mapping;
mod plan;
mod row;
mod signed;
mod table;
mod word;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::listing::List;

pub use field::Field;
pub use mapping::{ColumnUse, Confidence, Mapping, guess, remembered};
pub use plan::{Counts, FieldChange, Importing, Outcome, Plan, Planned, UnknownValue, plan, whole};
pub use row::Trouble;
pub use signed::{Signer, named};
pub use table::{Column, Line, Table};
pub use word::choices;

/// The largest file, in bytes.
pub const LARGEST: usize = 20 << 20;
/// How many rows a file may have, without its header.
pub const MOST_ROWS: usize = 20_000;
/// How many columns it may have; columns of the same name are one.
pub const MOST_COLUMNS: usize = 200;
/// How many columns it may have, each counted.
pub const MOST_CELLS: usize = 1_000;
/// The longest text that is read of a cell, in characters.
pub const LONGEST_CELL: usize = 5_000;

/// What a file is a list of.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    #[default]
    Defects,
    Changes,
    SignOffs,
}

impl Kind {
    pub const ALL: [(&'static str, Self); 3] =
        [("defects", Self::Defects), ("changes", Self::Changes), ("sign-offs", Self::SignOffs)];

    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(_, kind)| *kind == self).map_or("", |(name, _)| name)
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().find(|(name, _)| *name == text).map(|(_, kind)| *kind)
    }

    /// Returns what one of them is called, and several.
    pub fn nouns(self) -> (&'static str, &'static str) {
        match self {
            Self::Defects => ("defect", "defects"),
            Self::Changes => ("change", "changes"),
            Self::SignOffs => ("sign-off", "sign-offs"),
        }
    }

    /// Returns the list that such a file can be all of.
    pub fn list(self) -> Option<List> {
        match self {
            Self::Defects => Some(List::Defects),
            Self::Changes => Some(List::Changes),
            Self::SignOffs => None,
        }
    }
}
