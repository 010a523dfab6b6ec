//! Back up and restore journal and blobs.
//!
//! Invariant: a backup is read back and verified before it is called one, and so is what was restored.

use std::path::Path;

use domain::envelope::Position;
use journal::Manifest;

use super::{App, AppError};

/// What a backup holds, or what was restored from one.
#[derive(Clone, Debug, serde::Serialize)]
pub struct BackupReport {
    /// The last event; events count from 1 without gaps.
    pub position: Position,
    pub hash: String,
    pub blobs: u64,
}

impl App {
    /// Writes everything to one file.
    pub async fn backup(&self, to: &Path) -> Result<BackupReport, AppError> {
        Ok(self.journal().backup(Some(self.blobs()), to).await?.into())
    }

    /// Fills an empty journal from a file.
    pub async fn restore(&self, from: &Path) -> Result<BackupReport, AppError> {
        Ok(self.journal().restore(Some(self.blobs()), from).await?.into())
    }
}

impl From<Manifest> for BackupReport {
    fn from(manifest: Manifest) -> Self {
        Self { position: manifest.position, hash: manifest.hash.to_string(), blobs: manifest.blobs }
    }
}
