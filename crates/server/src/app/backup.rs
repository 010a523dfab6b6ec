//! Back up and restore journal and blobs.
//!
//! Invariant: a backup is read back and verified before it is called one, and so is what was restored.

use std::path::Path;

use domain::envelope::Position;

use super::{App, AppError};

/// What a backup holds, or what was restored from one.
#[derive(Clone, Debug, serde::Serialize)]
pub struct BackupReport {
    pub events: u64,
    pub position: Position,
    pub blobs: u64,
}

impl App {
    /// Writes everything to one file.
    pub async fn backup(&self, to: &Path) -> Result<BackupReport, AppError> {
        let backup = journal::backup(self.journal(), self.blobs(), to).await?;
        Ok(BackupReport { events: backup.events, position: backup.position, blobs: backup.blobs })
    }

    /// Fills an empty journal from a file.
    pub async fn restore(&self, from: &Path) -> Result<BackupReport, AppError> {
        let restored = journal::restore(self.journal(), self.blobs(), from).await?;
        Ok(BackupReport { events: restored.events, position: restored.position, blobs: restored.blobs })
    }
}
