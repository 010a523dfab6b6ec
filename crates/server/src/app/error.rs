//! What can go wrong in a use case.
//!
//! Invariant: what a person can mend is told in their words; everything else is logged and told as internal.

use std::path::PathBuf;

use super::criterion::CriterionMistake;
use domain::digest::Digest;
use domain::envelope::Position;
use domain::event::UnreadableEvent;
use domain::file::Mistake;
use domain::refusal::Refusal;
use journal::{AppendError, BackupError, BlobError};

/// An error of a use case.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Mistakes in a product's file.
    #[error("the file has {} mistakes", .0.len())]
    Mistakes(Vec<Mistake>),
    /// Criteria that do not read as they should.
    #[error("{} criteria cannot be read", .0.len())]
    Criteria(Vec<CriterionMistake>),
    /// A report that cannot be read.
    #[error("{file}: {problem}")]
    Report { file: String, problem: String },
    /// Somebody else decided meanwhile, again and again.
    #[error("somebody else changed {0} at the same time; try again")]
    Conflict(String),
    /// What whoever decides has seen is no longer so; what has happened since, as a sentence.
    #[error("{0}")]
    Moved(String),
    /// A key that came before, with something else.
    #[error(
        "this Idempotency-Key came before with something else, which is evidence {0}; send a new key with a new request"
    )]
    KeyReused(Position),
    #[error("{0}")]
    Full(String),
    /// A backup that cannot be used, or a place to restore into that cannot.
    #[error("failed to {0}")]
    Backup(BackupError),
    #[error("blob {0} is named in the journal and is not there; restore it from a backup")]
    BlobLost(Digest),
    #[error("blob {0} is not what its name says; restore it from a backup")]
    BlobAltered(Digest),
    #[error("failed to open the folder {}: {source}", path.display())]
    Folder { path: PathBuf, source: std::io::Error },
    /// Something was tried too often; how many seconds to wait.
    #[error("tried too often")]
    TooOften(i64),
    #[error("failed to listen on {address}: {why}")]
    Listen { address: std::net::SocketAddr, why: String },
    #[error("failed to read the certificate {0}")]
    Certificate(String),
    #[error(transparent)]
    Unreadable(#[from] UnreadableEvent),
    #[error("failed to {0}")]
    Journal(#[from] journal::Error),
    #[error("failed to {0}")]
    Blob(BlobError),
    #[error("failed to {doing}: {source}")]
    Io { doing: &'static str, source: std::io::Error },
    #[error("{0}")]
    Internal(String),
}

impl From<AppendError> for AppError {
    fn from(error: AppendError) -> Self {
        match error {
            AppendError::Conflict { stream, .. } => Self::Conflict(stream.to_string()),
            full @ AppendError::Full => Self::Full(format!("failed to {full}")),
            other => Self::Internal(format!("failed to {other}")),
        }
    }
}

impl From<BlobError> for AppError {
    fn from(error: BlobError) -> Self {
        if is_full(&error) {
            let sentence = "the disk of the blobs is full; nothing was recorded and everything recorded can still \
                            be read; free some space, then repeat";
            return Self::Full(sentence.to_owned());
        }
        Self::Blob(error)
    }
}

impl From<BackupError> for AppError {
    fn from(error: BackupError) -> Self {
        match error {
            BackupError::Journal(error) => Self::Journal(error),
            BackupError::Blob(error) => error.into(),
            error => Self::Backup(error),
        }
    }
}

/// Whether a full disk is at the bottom of an error.
fn is_full(error: &(dyn std::error::Error + 'static)) -> bool {
    let of_disk = error
        .downcast_ref::<std::io::Error>()
        .is_some_and(|error| error.kind() == std::io::ErrorKind::StorageFull);
    of_disk || error.source().is_some_and(is_full)
}
