//! Bringing a backup back, into an empty journal of either kind.
//!
//! Invariant: the events become visible together, in one commit, after all of the backup has been verified.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use bytes::Bytes;
use tokio::runtime::Handle;

use crate::archive::Manifest;
use crate::backup::{BackupError, blocking};
use crate::blobs::Blobs;
use crate::error::{AppendError, Error};
use crate::journal::Journal;
use crate::kept::{KeptOutbox, KeptPerson};
use crate::session::{ROWS_PER_INSERT, Session};
use crate::stored::{Head, StoredEvent};
use crate::unpack::{Take, damaged, read};
use domain::digest::Digest;

/// Bytes of a blob that are read at once.
const PIECE: u64 = 1 << 20;

impl Journal {
    /// Restores a backup. Blobs are kept as they come: a failure may leave some behind, which nothing names.
    pub async fn restore(&self, blobs: Option<&Blobs>, path: &Path) -> Result<Manifest, BackupError> {
        let file = File::open(path).map_err(BackupError::Open)?;
        let mut session = Session::of(&self.store).await.map_err(Error::from)?;
        if let Err(error) = begin(&mut session).await {
            session.rollback().await;
            return Err(error);
        }
        let handle = Handle::current();
        let mut restoring = Restoring {
            handle,
            session,
            blobs: blobs.cloned(),
            rows: Vec::new(),
            outbox: KeptOutbox::default(),
        };
        blocking(move || {
            let restored = read(file, &mut restoring).and_then(|manifest| {
                restoring.flush()?;
                let Restoring { handle, session, outbox, .. } = &mut restoring;
                handle.block_on(session.outbox_put(outbox)).map_err(failed)?;
                handle.block_on(session.commit()).map_err(failed)?;
                Ok(manifest)
            });
            if restored.is_err() {
                restoring.handle.block_on(restoring.session.rollback());
            }
            restored
        })
        .await
    }
}

async fn begin(session: &mut Session) -> Result<(), BackupError> {
    session.begin().await.map_err(failed)?;
    let head = session.head().await.map_err(failed)?;
    if head == Head::EMPTY {
        return Ok(());
    }
    Err(BackupError::NotEmpty(head.position))
}

struct Restoring {
    handle: Handle,
    session: Session,
    blobs: Option<Blobs>,
    rows: Vec<StoredEvent>,
    /// Kept back until all is verified: it names people, who may be missing from an archive that is not whole.
    outbox: KeptOutbox,
}

impl Restoring {
    fn flush(&mut self) -> Result<(), BackupError> {
        let rows = std::mem::take(&mut self.rows);
        self.handle.block_on(self.session.insert(rows)).map_err(failed)?;
        Ok(())
    }
}

impl Take for Restoring {
    fn event(&mut self, event: StoredEvent) -> Result<(), BackupError> {
        self.rows.push(event);
        if self.rows.len() == ROWS_PER_INSERT { self.flush() } else { Ok(()) }
    }

    fn people(&mut self, people: Vec<KeptPerson>) -> Result<(), BackupError> {
        for person in people {
            self.handle.block_on(self.session.kept_put(person)).map_err(failed)?;
        }
        Ok(())
    }

    fn outbox(&mut self, outbox: KeptOutbox) -> Result<(), BackupError> {
        self.outbox = outbox;
        Ok(())
    }

    fn blob(&mut self, digest: Digest, content: &mut dyn Read) -> Result<(), BackupError> {
        let Self { handle, blobs, .. } = self;
        let blobs = blobs.as_ref().ok_or(BackupError::NoBlobs)?;
        let mut writer = handle.block_on(blobs.writer())?;
        loop {
            let mut piece = Vec::new();
            content.take(PIECE).read_to_end(&mut piece).map_err(damaged)?;
            if piece.is_empty() {
                break;
            }
            handle.block_on(writer.write(Bytes::from(piece)))?;
        }
        // Under whatever name its content has: a blob that was altered does not get the name of the original.
        let kept = handle.block_on(writer.finish())?;
        match kept == digest {
            true => Ok(()),
            false => Err(BackupError::Damaged(format!("the blob {digest} has another content"))),
        }
    }
}

/// A full disk or a lost connection has its own sentence.
fn failed(error: sqlx::Error) -> BackupError {
    BackupError::Journal(Error::Append(AppendError::from(&error)))
}
