//! Large evidence beside the journal: files named by the SHA-256 of their content.
//!
//! Invariant: whoever holds a digest can rely on its blob. File and folder are synced before a digest is
//! returned, and a blob is never changed, only deleted.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use domain::time::Time;
use futures::stream::BoxStream;
use futures::{StreamExt as _, TryStreamExt as _};
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt as _, PutPayload, WriteMultipart};
use sha2::{Digest as _, Sha256};

use domain::digest::Digest;

/// Parts of an upload that are under way at once; each has at most 5 MiB, which bounds the memory of a writer.
const PARTS: usize = 2;

/// Why a blob could not be kept or read.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    #[error("reach the store of blobs: {0}")]
    Store(#[from] object_store::Error),
    #[error("create the folder of blobs: {0}")]
    Folder(std::io::Error),
    #[error("open the store of blobs at `{0}`: this build has no support for it; name a folder")]
    Unsupported(String),
    #[error("name a blob that is being written: there is no randomness")]
    Random,
}

/// How much of a blob in a folder is written at once, and how much of any is read at once to verify it.
const PIECE: usize = 1 << 20;

/// Where blobs are that are still being written.
const INCOMING: &str = "incoming";

/// A store of blobs: a folder, or by URL where the features `s3`, `gcs` or `azure` are compiled in.
#[derive(Clone)]
pub struct Blobs {
    store: Arc<dyn ObjectStore>,
    root: Path,
    /// Where the store is, if it is a folder.
    folder: Option<std::path::PathBuf>,
}

/// A blob in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct BlobEntry {
    pub digest: Digest,
    pub size: u64,
    /// When it was put there, in microseconds of UTC by the store's clock.
    pub put_at: Time,
}

/// What a blob turned out to be when it was read whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlobCheck {
    Whole,
    Missing,
    /// Its content has another digest.
    Altered(Digest),
}

impl Blobs {
    /// Opens a folder, which is created, or a URL such as `s3://bucket/prefix`.
    pub fn open(root: &str) -> Result<Self, BlobError> {
        if let Some((scheme, _)) = root.split_once("://")
            && scheme != "file"
        {
            return Self::open_url(root);
        }
        let folder = root.strip_prefix("file://").unwrap_or(root);
        std::fs::create_dir_all(folder).map_err(BlobError::Folder)?;
        let store = LocalFileSystem::new_with_prefix(folder)?.with_fsync(true);
        Ok(Self { store: Arc::new(store), root: Path::default(), folder: Some(folder.into()) })
    }

    #[cfg(any(feature = "s3", feature = "gcs", feature = "azure"))]
    fn open_url(url: &str) -> Result<Self, BlobError> {
        let parsed = url::Url::parse(url).map_err(|_| BlobError::Unsupported(url.to_owned()))?;
        let (store, root) = object_store::parse_url(&parsed)?;
        Ok(Self { store: store.into(), root, folder: None })
    }

    #[cfg(not(any(feature = "s3", feature = "gcs", feature = "azure")))]
    fn open_url(url: &str) -> Result<Self, BlobError> {
        Err(BlobError::Unsupported(url.to_owned()))
    }

    /// Keeps a blob that is in memory. Keeping it again is fine, and writes it again: that it is already there
    /// does not prove that it is already synced.
    pub async fn put(&self, bytes: impl Into<Bytes>) -> Result<Digest, BlobError> {
        let bytes = bytes.into();
        let digest = Digest::of(&bytes);
        self.store.put(&self.path(&digest), PutPayload::from_bytes(bytes)).await?;
        Ok(digest)
    }

    /// Begins a blob that is written piece by piece.
    pub async fn writer(&self) -> Result<BlobWriter, BlobError> {
        let mut name = [0; 16];
        getrandom::fill(&mut name).map_err(|_| BlobError::Random)?;
        let incoming = self.root.clone().join(INCOMING).join(hex::encode(name));
        let upload = self.store.put_multipart(&incoming).await?;
        // A folder takes parts of any size; object stores want 5 MiB, and that is their default.
        let upload = match self.folder {
            Some(_) => WriteMultipart::new_with_chunk_size(upload, PIECE),
            None => WriteMultipart::new(upload),
        };
        Ok(BlobWriter { blobs: self.clone(), incoming, upload, hash: Sha256::new(), empty: true })
    }

    /// Returns a whole blob, or `None` if there is none.
    pub async fn get(&self, digest: &Digest) -> Result<Option<Bytes>, BlobError> {
        let Some(result) = found(self.store.get(&self.path(digest)).await)? else {
            return Ok(None);
        };
        Ok(Some(result.bytes().await?))
    }

    /// Returns how many bytes a blob has, or `None` if there is none.
    pub async fn size(&self, digest: &Digest) -> Result<Option<u64>, BlobError> {
        Ok(found(self.store.head(&self.path(digest)).await)?.map(|meta| meta.size))
    }

    /// Returns a blob's size and its content piece by piece, or `None` if there is none.
    pub async fn stream(
        &self,
        digest: &Digest,
    ) -> Result<Option<(u64, BoxStream<'static, Result<Bytes, BlobError>>)>, BlobError> {
        let Some(result) = found(self.store.get(&self.path(digest)).await)? else {
            return Ok(None);
        };
        Ok(Some((result.meta.size, result.into_stream().map_err(BlobError::from).boxed())))
    }

    /// Returns some bytes of a blob, fewer where it ends, or `None` if there is none.
    pub async fn get_range(&self, digest: &Digest, range: Range<u64>) -> Result<Option<Bytes>, BlobError> {
        let path = self.path(digest);
        let Some(meta) = found(self.store.head(&path).await)? else {
            return Ok(None);
        };
        let end = range.end.min(meta.size);
        if range.start >= end {
            return Ok(Some(Bytes::new()));
        }
        found(self.store.get_range(&path, range.start..end).await)
    }

    /// Reads a blob whole and compares its digest with its name.
    pub async fn verify(&self, digest: &Digest) -> Result<BlobCheck, BlobError> {
        let Some(size) = self.size(digest).await? else { return Ok(BlobCheck::Missing) };
        let mut hash = Sha256::new();
        // In pieces much larger than a stream's: each is a trip to another thread.
        for start in (0..size).step_by(PIECE) {
            let end = size.min(start + PIECE as u64);
            match self.get_range(digest, start..end).await? {
                Some(bytes) => hash.update(&bytes),
                None => return Ok(BlobCheck::Missing),
            }
        }
        let actual = Digest(hash.finalize().into());
        Ok(if actual == *digest { BlobCheck::Whole } else { BlobCheck::Altered(actual) })
    }

    /// Lists every blob, in no particular order. What is still being written is not among them.
    pub fn list(&self) -> BoxStream<'static, Result<BlobEntry, BlobError>> {
        let entries = self.store.list(Some(&self.root.clone().join("sha256")));
        let entry = |meta: object_store::ObjectMeta| {
            let digest = meta.location.filename()?.parse().ok()?;
            let put_at = Time::from_micros(meta.last_modified.timestamp_micros());
            Some(BlobEntry { digest, size: meta.size, put_at })
        };
        entries
            .map_err(BlobError::from)
            .try_filter_map(move |meta| std::future::ready(Ok(entry(meta))))
            .boxed()
    }

    /// Deletes what writers that died left behind in a folder: blobs begun before a moment and never finished. Returns
    /// how many. In an object store it is a rule of the bucket that ends unfinished uploads.
    pub async fn sweep(&self, before: Time) -> Result<u64, BlobError> {
        let Some(folder) = self.folder.as_ref().map(|folder| folder.join(INCOMING)) else { return Ok(0) };
        let swept = tokio::task::spawn_blocking(move || sweep(&folder, before)).await;
        swept.unwrap_or_else(|panicked| Err(std::io::Error::other(panicked))).map_err(BlobError::Folder)
    }

    /// Deletes a blob, for retention and redaction. Returns false if there was none.
    pub async fn delete(&self, digest: &Digest) -> Result<bool, BlobError> {
        Ok(found(self.store.delete(&self.path(digest)).await)?.is_some())
    }

    fn path(&self, digest: &Digest) -> Path {
        let name = digest.to_string();
        self.root.clone().join("sha256").join(&name[..2]).join(name.as_str())
    }
}

fn sweep(folder: &std::path::Path, before: Time) -> std::io::Result<u64> {
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(0),
        entries => entries?,
    };
    let mut swept = 0;
    for entry in entries {
        let entry = entry?;
        let modified =
            entry.metadata()?.modified()?.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        if modified.as_micros() < before.micros().unsigned_abs().into() {
            std::fs::remove_file(entry.path())?;
            swept += 1;
        }
    }
    Ok(swept)
}

/// Absence is no error.
fn found<T>(result: object_store::Result<T>) -> Result<Option<T>, BlobError> {
    match result {
        Ok(found) => Ok(Some(found)),
        Err(object_store::Error::NotFound { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

impl fmt::Debug for Blobs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Blobs({}, {})", self.store, self.root)
    }
}

/// A blob that is being written. Until it is finished nobody can name it; dropped, it never was.
#[derive(Debug)]
pub struct BlobWriter {
    blobs: Blobs,
    incoming: Path,
    upload: WriteMultipart,
    hash: Sha256,
    empty: bool,
}

impl BlobWriter {
    /// Adds a piece, waiting while earlier ones are still on their way.
    pub async fn write(&mut self, bytes: Bytes) -> Result<(), BlobError> {
        self.upload.wait_for_capacity(PARTS).await?;
        self.empty &= bytes.is_empty();
        self.hash.update(&bytes);
        self.upload.put(bytes);
        Ok(())
    }

    /// Syncs the blob and gives it its name.
    pub async fn finish(self) -> Result<Digest, BlobError> {
        let Self { blobs, incoming, upload, hash, empty } = self;
        if empty {
            // Not every store completes an upload without parts.
            upload.abort().await?;
            return blobs.put(Bytes::new()).await;
        }
        let digest = Digest(hash.finalize().into());
        upload.finish().await?;
        blobs.store.rename(&incoming, &blobs.path(&digest)).await?;
        Ok(digest)
    }
}
