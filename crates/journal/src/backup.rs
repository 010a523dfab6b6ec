//! Writing a backup, and proving it before anyone relies on it.
//!
//! Invariant: a file with the name of a backup is whole. It is written under a temporary name, synced, read
//! back and verified, and only then named.

use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::Path;

use futures::TryStreamExt as _;
use tokio::runtime::Handle;

use crate::archive::{BLOBS, EVENTS, FORMAT, Line, MANIFEST, Manifest, OUTBOX, PEOPLE};
use crate::blobs::{BlobError, Blobs};
use crate::database::on_read;
use crate::error::Error;
use crate::journal::Journal;
use crate::stored::{Head, StoredEvent};
use crate::unpack::{Verify, read};
use crate::verify::{ALL, Broken, Checker};

/// Bytes of events that go into one file of the archive, about.
const EVENTS_BYTES: usize = 4 << 20;
const COMPRESSION: i32 = 3;

/// Why a backup was not made, or not restored.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    #[error("write the backup: {0}")]
    Write(io::Error),
    #[error("open the backup: {0}")]
    Open(io::Error),
    #[error("read the backup: it is damaged or incomplete ({0}); use another copy")]
    Damaged(String),
    #[error("read the backup: it has form {0}, which only a newer Seaworthy reads")]
    Format(u32),
    #[error("trust the events: {0}; run `journal verify`")]
    Broken(#[from] Broken),
    #[error("trust the events of the backup: {0}; use another copy")]
    BrokenBackup(Broken),
    #[error("restore into a journal that is not empty: it is at event {0}; restore into a new one")]
    NotEmpty(domain::envelope::Position),
    #[error("restore the blobs of the backup: say where to")]
    NoBlobs,
    #[error(transparent)]
    Blob(#[from] BlobError),
    #[error(transparent)]
    Journal(#[from] Error),
}

impl Journal {
    /// Writes everything into one file: events byte for byte, people with their accounts, identities and tokens,
    /// the outbox, and the blobs if a store is given. Sessions and tickets stay out. Hashes of passwords are in it: keep it as safe as
    /// the database.
    ///
    /// Appends go on meanwhile; the backup ends with the event that was last when it began to read them.
    pub async fn backup(&self, blobs: Option<&Blobs>, path: &Path) -> Result<Manifest, BackupError> {
        let (journal, blobs, path) = (self.clone(), blobs.cloned(), path.to_owned());
        let handle = Handle::current();
        blocking(move || write(&handle, &journal, blobs.as_ref(), &path)).await
    }
}

pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, BackupError> + Send + 'static,
) -> Result<T, BackupError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(outcome) => outcome,
        Err(error) => Err(BackupError::Write(io::Error::other(error))),
    }
}

fn write(
    handle: &Handle,
    journal: &Journal,
    blobs: Option<&Blobs>,
    path: &Path,
) -> Result<Manifest, BackupError> {
    use BackupError::Write;

    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let file = tempfile::NamedTempFile::new_in(folder).map_err(Write)?;
    let mut compressed = zstd::Encoder::new(BufWriter::new(file), COMPRESSION).map_err(Write)?;
    compressed.include_checksum(true).map_err(Write)?;
    let mut archive = Archive(tar::Builder::new(compressed));

    // People first, with what they are to be told: whoever an event names was there before it. Blobs last: whatever an event names is there.
    let (people, outbox) = handle.block_on(journal.kept())?;
    let people_text = serde_json::to_vec(&people).map_err(|error| Write(error.into()))?;
    archive.add(PEOPLE, people_text.len() as u64, people_text.as_slice())?;
    let outbox = serde_json::to_vec(&outbox).map_err(|error| Write(error.into()))?;
    archive.add(OUTBOX, outbox.len() as u64, outbox.as_slice())?;
    let head = handle.block_on(write_events(journal, &mut archive))?;
    let mut count = 0;
    if let Some(blobs) = blobs {
        let mut entries = blobs.list();
        while let Some(entry) = handle.block_on(entries.try_next())? {
            // One that was deleted since it was listed is no longer wanted.
            let Some((size, stream)) = handle.block_on(blobs.stream(&entry.digest))? else {
                continue;
            };
            let reader = tokio_util::io::StreamReader::new(stream.map_err(io::Error::other));
            let reader = tokio_util::io::SyncIoBridge::new_with_handle(Box::pin(reader), handle.clone());
            archive.add(&format!("{BLOBS}{}", entry.digest), size, reader)?;
            count += 1;
        }
    }
    let Head { position, hash, recorded_at } = head;
    let manifest =
        Manifest { format: FORMAT, position, hash, recorded_at, people: people.len() as u64, blobs: count };
    let text = serde_json::to_vec_pretty(&manifest).map_err(|error| Write(error.into()))?;
    archive.add(MANIFEST, text.len() as u64, text.as_slice())?;

    let compressed = archive.0.into_inner().map_err(Write)?;
    let file = compressed.finish().and_then(|file| file.into_inner().map_err(|error| error.into_error()));
    let file = file.map_err(Write)?;
    file.as_file().sync_all().map_err(Write)?;
    read(file.reopen().map_err(Write)?, &mut Verify)?;
    file.persist(path).map_err(|error| Write(error.error))?;
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(Write)?;
    Ok(manifest)
}

async fn write_events<W: Write>(journal: &Journal, archive: &mut Archive<W>) -> Result<Head, BackupError> {
    let mut checker = Checker::new(None);
    let mut files = 0;
    let mut lines = Vec::with_capacity(EVENTS_BYTES);
    // One statement reads one moment of the journal, redactions and all.
    on_read!(&journal.store, pool => {
        let mut events = sqlx::query_as::<_, StoredEvent>(ALL).fetch(pool);
        while let Some(event) = events.try_next().await.map_err(Error::from)? {
            checker.take(&event);
            Line::write(event, &mut lines).map_err(|fault| BackupError::Write(io::Error::other(fault)))?;
            if lines.len() >= EVENTS_BYTES {
                files += 1;
                archive.add(&format!("{EVENTS}{files:08}.jsonl"), lines.len() as u64, lines.as_slice())?;
                lines.clear();
            }
        }
    });
    if !lines.is_empty() {
        files += 1;
        archive.add(&format!("{EVENTS}{files:08}.jsonl"), lines.len() as u64, lines.as_slice())?;
    }
    let verification = checker.finish();
    match verification.broken {
        Some(broken) => Err(broken.into()),
        None => Ok(verification.head.unwrap_or(Head::EMPTY)),
    }
}

struct Archive<W: Write>(tar::Builder<W>);

impl<W: Write> Archive<W> {
    fn add(&mut self, name: &str, size: u64, content: impl Read) -> Result<(), BackupError> {
        let mut header = tar::Header::new_ustar();
        header.set_size(size);
        header.set_mode(0o600);
        self.0.append_data(&mut header, name, content).map_err(BackupError::Write)
    }
}
