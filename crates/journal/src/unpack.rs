//! Reading a backup, and finding every way in which it may not be whole.
//!
//! Invariant: what is handed over on the way counts only once all of it has been read and verified.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use sha2::{Digest as _, Sha256};

use crate::archive::{BLOBS, EVENTS, FORMAT, Line, MANIFEST, Manifest, OUTBOX, PEOPLE};
use crate::backup::{BackupError, blocking};
use crate::kept::{KeptOutbox, KeptPerson};
use crate::stored::{Head, StoredEvent};
use crate::verify::Checker;
use domain::digest::Digest;

/// Reads a backup whole and verifies it: the chain, every payload, every blob.
pub async fn backup_check(path: &Path) -> Result<Manifest, BackupError> {
    let path = path.to_owned();
    blocking(move || {
        let file = File::open(path).map_err(BackupError::Open)?;
        read(file, &mut Verify)
    })
    .await
}

/// What is done with what a backup holds, while it is read and verified.
pub(crate) trait Take {
    fn event(&mut self, event: StoredEvent) -> Result<(), BackupError>;
    fn people(&mut self, people: Vec<KeptPerson>) -> Result<(), BackupError>;
    fn outbox(&mut self, outbox: KeptOutbox) -> Result<(), BackupError>;
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
            take.people(kept)?;
        } else if name == OUTBOX {
            take.outbox(serde_json::from_reader(&mut entry).map_err(|error| damaged(error.into()))?)?;
        } else if let Some(name) = name.strip_prefix(BLOBS) {
            let digest = name.parse().map_err(|_| BackupError::Damaged(format!("`{name}` names no blob")))?;
            let mut content = Hashing { inner: &mut entry, hash: Sha256::new() };
            take.blob(digest, &mut content)?;
            if content.hash.finalize()[..] != digest.0[..] {
                return Err(BackupError::Damaged(format!("the blob {digest} has another content")));
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
    if !(1..=FORMAT).contains(&manifest.format) {
        return Err(BackupError::Format(manifest.format));
    }
    let verification = checker.finish();
    if let Some(broken) = verification.broken {
        return Err(BackupError::BrokenBackup(broken));
    }
    if verification.head.unwrap_or(Head::EMPTY) != manifest.head() {
        return Err(BackupError::Damaged("its last event is not the one that the manifest names".to_owned()));
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
pub(crate) struct Verify;

impl Take for Verify {
    fn event(&mut self, _: StoredEvent) -> Result<(), BackupError> {
        Ok(())
    }

    fn people(&mut self, _: Vec<KeptPerson>) -> Result<(), BackupError> {
        Ok(())
    }

    fn outbox(&mut self, _: KeptOutbox) -> Result<(), BackupError> {
        Ok(())
    }

    fn blob(&mut self, _: Digest, content: &mut dyn Read) -> Result<(), BackupError> {
        io::copy(content, &mut io::sink()).map(drop).map_err(damaged)
    }
}
