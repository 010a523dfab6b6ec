//! Writing a backup, and proving it before anyone relies on it.
//!
//! Invariant: a file with the name of a backup is whole. It is written under a temporary name, synced, read
//! back and verified, and only then named.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::Path;

use futures::TryStreamExt as _;
use sha2::{Digest as _, Sha256};
use tokio::runtime::Handle;

use crate::archive::{BLOBS, EVENTS, FORMAT, KeptPerson, Line, MANIFEST, Manifest, PEOPLE};
use crate::blobs::{BlobError, Blobs};
use crate::database::on_read;
use crate::digest::Digest;
use crate::error::Error;
use crate::journal::Journal;
use crate::person::Person;
use crate::stored::{Head, StoredEvent};
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
    /// Writes everything into one file: events byte for byte, people, and the blobs if a store is given.
    ///
    /// Appends go on meanwhile; the backup ends with the event that was last when it began to read them.
    pub async fn backup(&self, blobs: Option<&Blobs>, path: &Path) -> Result<Manifest, BackupError> {
        let (journal, blobs, path) = (self.clone(), blobs.cloned(), path.to_owned());
        let handle = Handle::current();
        blocking(move || write(&handle, &journal, blobs.as_ref(), &path)).await
    }
}

/// Reads a backup whole and verifies it: the chain, every payload, every blob.
pub async fn backup_check(path: &Path) -> Result<Manifest, BackupError> {
    let path = path.to_owned();
    blocking(move || {
        let file = File::open(path).map_err(BackupError::Open)?;
        read(file, &mut Verify)
    })
    .await
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

    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let file = tempfile::NamedTempFile::new_in(folder).map_err(Write)?;
    let mut compressed = zstd::Encoder::new(BufWriter::new(file), COMPRESSION).map_err(Write)?;
    compressed.include_checksum(true).map_err(Write)?;
    let mut archive = Archive(tar::Builder::new(compressed));

    // People first: whoever an event names was there before it. Blobs last: whatever an event names is there.
    let people: Vec<_> = handle
        .block_on(journal.people())?
        .into_iter()
        .map(KeptPerson::from)
        .collect();
    let people_text = serde_json::to_vec(&people).map_err(|error| Write(error.into()))?;
    archive.add(PEOPLE, people_text.len() as u64, people_text.as_slice())?;
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
    let Head {
        position,
        hash,
        recorded_at,
    } = head;
    let manifest = Manifest {
        format: FORMAT,
        position,
        hash,
        recorded_at,
        people: people.len() as u64,
        blobs: count,
    };
    let text = serde_json::to_vec_pretty(&manifest).map_err(|error| Write(error.into()))?;
    archive.add(MANIFEST, text.len() as u64, text.as_slice())?;

    let compressed = archive.0.into_inner().map_err(Write)?;
    let file = compressed
        .finish()
        .and_then(|file| file.into_inner().map_err(|error| error.into_error()));
    let file = file.map_err(Write)?;
    file.as_file().sync_all().map_err(Write)?;
    read(file.reopen().map_err(Write)?, &mut Verify)?;
    file.persist(path).map_err(|error| Write(error.error))?;
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(Write)?;
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
        archive.add(
            &format!("{EVENTS}{files:08}.jsonl"),
            lines.len() as u64,
            lines.as_slice(),
        )?;
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
        self.0
            .append_data(&mut header, name, content)
            .map_err(BackupError::Write)
    }
}

/// What is done with what a backup holds, while it is read and verified.
pub(crate) trait Take {
    fn event(&mut self, event: StoredEvent) -> Result<(), BackupError>;
    fn people(&mut self, people: Vec<Person>) -> Result<(), BackupError>;
    /// Reads the blob to its end.
    fn blob(&mut self, digest: Digest, content: &mut dyn Read) -> Result<(), BackupError>;
}

/// Reads and verifies an archive, handing over what it holds as it goes. Nothing handed over may be relied on
/// before this returns.
pub(crate) fn read(file: File, take: &mut impl Take) -> Result<Manifest, BackupError> {
    let mut archive = tar::Archive::new(zstd::Decoder::new(BufReader::new(file)).map_err(damaged)?);
    let mut checker = Checker::new(None);
    let (mut people, mut blobs) = (0, 0);
    let mut manifest: Option<Manifest> = None;
    for entry in archive.entries().map_err(damaged)? {
        let mut entry = entry.map_err(damaged)?;
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        if manifest.is_some() {
            return Err(BackupError::Damaged(format!("`{name}` comes after the manifest")));
        }
        if name.starts_with(EVENTS) {
            let mut lines = Vec::new();
            entry.read_to_end(&mut lines).map_err(damaged)?;
            for line in lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
                let event = Line::read(line).map_err(|fault| BackupError::Damaged(fault.to_owned()))?;
                checker.take(&event);
                take.event(event)?;
            }
        } else if name == PEOPLE {
            let kept: Vec<KeptPerson> =
                serde_json::from_reader(&mut entry).map_err(|error| damaged(error.into()))?;
            people += kept.len() as u64;
            take.people(kept.into_iter().map(Person::from).collect())?;
        } else if let Some(name) = name.strip_prefix(BLOBS) {
            let digest = name
                .parse()
                .map_err(|_| BackupError::Damaged(format!("`{name}` names no blob")))?;
            let mut content = Hashing {
                inner: &mut entry,
                hash: Sha256::new(),
            };
            take.blob(digest, &mut content)?;
            if content.hash.finalize()[..] != digest.0[..] {
                return Err(BackupError::Damaged(format!(
                    "the blob {digest} has another content"
                )));
            }
            blobs += 1;
        } else if name == MANIFEST {
            manifest = Some(serde_json::from_reader(&mut entry).map_err(|error| damaged(error.into()))?);
        } else {
            return Err(BackupError::Damaged(format!("`{name}` does not belong into it")));
        }
    }
    // The checksum of the compression covers what nothing else does, such as people; it comes at the very end.
    io::copy(&mut archive.into_inner(), &mut io::sink()).map_err(damaged)?;
    let manifest = manifest.ok_or_else(|| BackupError::Damaged("it has no manifest".to_owned()))?;
    if manifest.format != FORMAT {
        return Err(BackupError::Format(manifest.format));
    }
    let verification = checker.finish();
    if let Some(broken) = verification.broken {
        return Err(BackupError::BrokenBackup(broken));
    }
    if verification.head.unwrap_or(Head::EMPTY) != manifest.head() {
        return Err(BackupError::Damaged(
            "its last event is not the one that the manifest names".to_owned(),
        ));
    }
    if (people, blobs) != (manifest.people, manifest.blobs) {
        return Err(BackupError::Damaged(
            "it does not have the people and blobs that the manifest counts".to_owned(),
        ));
    }
    Ok(manifest)
}

pub(crate) fn damaged(error: io::Error) -> BackupError {
    BackupError::Damaged(error.to_string())
}

struct Hashing<R> {
    inner: R,
    hash: Sha256,
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.inner.read(buffer)?;
        self.hash.update(&buffer[..length]);
        Ok(length)
    }
}

/// Takes nothing: the reading itself verifies.
struct Verify;

impl Take for Verify {
    fn event(&mut self, _: StoredEvent) -> Result<(), BackupError> {
        Ok(())
    }

    fn people(&mut self, _: Vec<Person>) -> Result<(), BackupError> {
        Ok(())
    }

    fn blob(&mut self, _: Digest, content: &mut dyn Read) -> Result<(), BackupError> {
        io::copy(content, &mut io::sink()).map(drop).map_err(damaged)
    }
}
