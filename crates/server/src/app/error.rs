//! What can go wrong in a use case.
//!
//! Invariant: what a person can mend is told in their words; everything else is logged and told as internal.

use std::path::PathBuf;

use domain::event::UnreadableEvent;
use domain::file::Mistake;
use domain::refusal::Refusal;
use journal::AppendError;

/// An error of a use case.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Mistakes in a product's file.
    #[error("the file has {} mistakes", .0.len())]
    Mistakes(Vec<Mistake>),
    /// A report that cannot be read.
    #[error("{file}: {problem}")]
    Report { file: String, problem: String },
    /// Somebody else decided meanwhile, again and again.
    #[error("somebody else changed {0} at the same time; try again")]
    Conflict(String),
    #[error("{0}")]
    Full(String),
    #[error("failed to open the folder {}: {source}", path.display())]
    Folder { path: PathBuf, source: std::io::Error },
    #[error(transparent)]
    Unreadable(#[from] UnreadableEvent),
    #[error(transparent)]
    Journal(#[from] journal::Error),
    #[error("failed to {doing}: {source}")]
    Io { doing: &'static str, source: std::io::Error },
    #[error("{0}")]
    Internal(String),
}

impl From<AppendError> for AppError {
    fn from(error: AppendError) -> Self {
        match error {
            AppendError::Conflict { stream, .. } => Self::Conflict(stream.to_string()),
            full @ AppendError::Full => Self::Full(full.to_string()),
            other => Self::Internal(other.to_string()),
        }
    }
}
