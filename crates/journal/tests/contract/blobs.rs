//! Blobs: named by their content, whole or not there.

use bytes::Bytes;
use futures::TryStreamExt as _;
use journal::{BlobCheck, BlobError, Blobs, Digest};

struct Kept {
    folder: tempfile::TempDir,
    blobs: Blobs,
}

fn kept() -> Kept {
    let folder = tempfile::tempdir().unwrap();
    let blobs = Blobs::open(folder.path().join("blobs").to_str().unwrap()).unwrap();
    Kept { folder, blobs }
}

impl Kept {
    fn path(&self, digest: &Digest) -> std::path::PathBuf {
        let name = digest.to_string();
        self.folder.path().join("blobs/sha256").join(&name[..2]).join(name)
    }

    async fn digests(&self) -> Vec<Digest> {
        let mut entries: Vec<_> = self.blobs.list().try_collect().await.unwrap();
        entries.sort();
        entries.into_iter().map(|entry| entry.digest).collect()
    }
}

#[tokio::test]
async fn a_blob_is_found_by_its_digest() {
    let kept = kept();
    let digest = kept.blobs.put("content").await.unwrap();
    assert_eq!(digest, Digest::of(b"content"));
    assert_eq!(kept.blobs.put("content").await.unwrap(), digest);
    assert_eq!(std::fs::read(kept.path(&digest)).unwrap(), b"content");
    assert_eq!(kept.blobs.get(&digest).await.unwrap().unwrap(), "content");
    assert_eq!(kept.blobs.get(&Digest::of(b"other")).await.unwrap(), None);
    assert_eq!(kept.digests().await, [digest]);
}

#[tokio::test]
async fn a_blob_is_written_piece_by_piece() {
    let kept = kept();
    let mut writer = kept.blobs.writer().await.unwrap();
    let mut whole = Vec::new();
    for n in 0..30_u8 {
        let piece = vec![n; 700_001];
        whole.extend_from_slice(&piece);
        writer.write(Bytes::from(piece)).await.unwrap();
        assert!(kept.digests().await.is_empty(), "a blob that is being written is not listed");
    }
    let digest = writer.finish().await.unwrap();
    assert_eq!(digest, Digest::of(&whole));
    assert_eq!(kept.blobs.get(&digest).await.unwrap().unwrap(), whole);
    let (size, pieces) = kept.blobs.stream(&digest).await.unwrap().unwrap();
    let pieces: Vec<Bytes> = pieces.try_collect().await.unwrap();
    assert!(pieces.len() > 1);
    assert_eq!((size, pieces.concat()), (whole.len() as u64, whole));
    assert_eq!(std::fs::read_dir(kept.folder.path().join("blobs/incoming")).unwrap().count(), 0);
}

#[tokio::test]
async fn the_same_content_in_pieces_and_at_once_is_one_blob() {
    let kept = kept();
    let digest = kept.blobs.put("content").await.unwrap();
    let mut writer = kept.blobs.writer().await.unwrap();
    writer.write(Bytes::from("con")).await.unwrap();
    writer.write(Bytes::from("tent")).await.unwrap();
    assert_eq!(writer.finish().await.unwrap(), digest);
    assert_eq!(kept.digests().await, [digest]);
}

#[tokio::test]
async fn an_empty_blob_is_a_blob() {
    let kept = kept();
    let digest = kept.blobs.writer().await.unwrap().finish().await.unwrap();
    assert_eq!(digest, Digest::of(b""));
    assert_eq!(kept.blobs.get(&digest).await.unwrap().unwrap(), "");
    assert_eq!(kept.blobs.verify(&digest).await.unwrap(), BlobCheck::Whole);
}

#[tokio::test]
async fn a_writer_that_is_dropped_leaves_nothing() {
    let kept = kept();
    let mut writer = kept.blobs.writer().await.unwrap();
    writer.write(Bytes::from("content")).await.unwrap();
    drop(writer);
    // Dropping cleans up beside.
    for _ in 0..200 {
        if std::fs::read_dir(kept.folder.path().join("blobs/incoming")).unwrap().count() == 0 {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("the unfinished blob is still there");
}

#[tokio::test]
async fn a_range_ends_where_the_blob_does() {
    let kept = kept();
    let digest = kept.blobs.put("0123456789").await.unwrap();
    for (range, expect) in [(2..5, "234"), (8..99, "89"), (10..12, ""), (50..60, ""), (0..10, "0123456789")] {
        assert_eq!(kept.blobs.get_range(&digest, range.clone()).await.unwrap().unwrap(), expect, "{range:?}");
    }
    assert_eq!(kept.blobs.get_range(&Digest::of(b"other"), 0..1).await.unwrap(), None);
}

#[tokio::test]
async fn an_altered_or_missing_blob_is_found() {
    let kept = kept();
    let digest = kept.blobs.put("content").await.unwrap();
    assert_eq!(kept.blobs.verify(&digest).await.unwrap(), BlobCheck::Whole);
    std::fs::write(kept.path(&digest), "contempt").unwrap();
    assert_eq!(kept.blobs.verify(&digest).await.unwrap(), BlobCheck::Altered(Digest::of(b"contempt")));
    assert!(kept.blobs.delete(&digest).await.unwrap());
    assert!(!kept.blobs.delete(&digest).await.unwrap());
    assert_eq!(kept.blobs.verify(&digest).await.unwrap(), BlobCheck::Missing);
}

#[cfg(not(feature = "s3"))]
#[tokio::test]
async fn a_store_that_is_not_compiled_in_is_refused_by_name() {
    let refused = Blobs::open("s3://bucket/prefix").unwrap_err();
    assert!(matches!(&refused, BlobError::Unsupported(url) if url == "s3://bucket/prefix"), "{refused}");
}

#[tokio::test]
async fn what_a_dead_writer_left_is_swept_and_what_is_being_written_is_not() {
    let kept = kept();
    let mut writer = kept.blobs.writer().await.unwrap();
    writer.write(Bytes::from(vec![1; 6 << 20])).await.unwrap();
    let incoming = kept.folder.path().join("blobs/incoming");
    let dead = incoming.join("dead#1");
    std::fs::create_dir_all(&incoming).unwrap();
    std::fs::write(&dead, "half of it").unwrap();
    let long_ago = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000);
    std::fs::File::options().write(true).open(&dead).unwrap().set_modified(long_ago).unwrap();
    let before = domain::time::Time::from_micros(2_000_000 * 1_000_000);
    assert_eq!(kept.blobs.sweep(before).await.unwrap(), 1);
    assert!(!dead.exists());
    let digest = writer.finish().await.unwrap();
    assert_eq!(kept.blobs.verify(&digest).await.unwrap(), BlobCheck::Whole);
    assert_eq!(kept.blobs.sweep(before).await.unwrap(), 0);
}
