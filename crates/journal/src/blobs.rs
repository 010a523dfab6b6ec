//! temporary
use bytes::Bytes;
use domain::digest::Digest;
use object_store::path::Path as Key;
use object_store::{ObjectStore, ObjectStoreExt, PutPayload};
use sha2::{Digest as _, Sha256};
use std::ops::Range;
use std::sync::Arc;
use crate::Error;
#[derive(Clone, Debug)]
pub struct Blobs { store: Arc<dyn ObjectStore> }
#[derive(Debug)]
pub struct BlobWriter { store: Arc<dyn ObjectStore>, upload: Box<dyn object_store::MultipartUpload>, temp: Key, hasher: Sha256 }
fn key(d: Digest) -> Key { let h = d.to_string(); Key::from(format!("sha256/{}/{h}", &h[..2])) }
fn other(e: object_store::Error) -> Error { Error::Folder(std::io::Error::other(e)) }
impl Blobs {
    pub fn open(root: &std::path::Path) -> Result<Self, Error> {
        std::fs::create_dir_all(root).map_err(Error::Folder)?;
        let store = object_store::local::LocalFileSystem::new_with_prefix(root).map_err(other)?.with_fsync(true);
        Ok(Self { store: Arc::new(store) })
    }
    pub async fn put(&self, bytes: Bytes) -> Result<Digest, Error> {
        let d = Digest::of(&bytes);
        self.store.put(&key(d), PutPayload::from_bytes(bytes)).await.map_err(other)?;
        Ok(d)
    }
    pub async fn writer(&self) -> Result<BlobWriter, Error> {
        let mut r = [0; 16]; getrandom::fill(&mut r).map_err(|e| Error::Folder(std::io::Error::other(e.to_string())))?;
        let temp = Key::from(format!("incoming/{}", hex::encode(r)));
        let upload = self.store.put_multipart(&temp).await.map_err(other)?;
        Ok(BlobWriter { store: self.store.clone(), upload, temp, hasher: Sha256::new() })
    }
    pub async fn size(&self, d: Digest) -> Result<u64, Error> { Ok(self.store.head(&key(d)).await.map_err(other)?.size) }
    pub async fn get(&self, d: Digest) -> Result<Bytes, Error> { self.store.get(&key(d)).await.map_err(other)?.bytes().await.map_err(other) }
    pub async fn get_range(&self, d: Digest, r: Range<u64>) -> Result<Bytes, Error> { self.store.get_range(&key(d), r).await.map_err(other) }
}
impl BlobWriter {
    pub async fn write(&mut self, bytes: Bytes) -> Result<(), Error> {
        self.hasher.update(&bytes);
        self.upload.put_part(PutPayload::from_bytes(bytes)).await.map_err(other)
    }
    pub async fn finish(mut self) -> Result<Digest, Error> {
        self.upload.complete().await.map_err(other)?;
        let d = Digest(self.hasher.finalize().into());
        self.store.rename(&self.temp, &key(d)).await.map_err(other)?;
        Ok(d)
    }
}
#[derive(Debug)]
pub struct Backup { pub events: u64, pub position: domain::envelope::Position, pub blobs: u64 }
pub async fn backup(_: &crate::Journal, _: &Blobs, _: &std::path::Path) -> Result<Backup, Error> { Err(Error::Folder(std::io::Error::other("no"))) }
pub async fn restore(_: &crate::Journal, _: &Blobs, _: &std::path::Path) -> Result<Backup, Error> { Err(Error::Folder(std::io::Error::other("no"))) }
