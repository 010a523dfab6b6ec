//! Attachments: what shows that somebody gave their word, kept as it came.
//!
//! Invariant: what an attachment is told to be is read off its own first bytes, and only a picture is shown as one.

use bytes::Bytes;
use domain::digest::Digest;
use domain::envelope::Position;
use domain::id::ReleaseId;
use domain::permission::{Act, Whose};
use domain::refusal::Refusal;
use domain::waiver::Answer;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{App, AppError};

/// The largest attachment, in bytes.
pub(crate) const LARGEST: usize = 10 << 20;

/// What an upload is answered with.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
pub struct Uploaded {
    pub attachment: Digest,
}

/// What an attachment is, by its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Png,
    Jpeg,
    /// Anything else, as it may have been taken once; it is never shown.
    File,
}

impl Kind {
    pub(crate) fn of(bytes: &[u8]) -> Self {
        match bytes {
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Self::Png,
            [0xff, 0xd8, 0xff, ..] => Self::Jpeg,
            _ => Self::File,
        }
    }

    /// Returns the content type and the ending of a file's name.
    pub(crate) fn told(self) -> (&'static str, &'static str) {
        match self {
            Self::Png => ("image/png", "png"),
            Self::Jpeg => ("image/jpeg", "jpg"),
            Self::File => ("application/octet-stream", "bin"),
        }
    }
}

impl App {
    /// Keeps an attachment for evidence that is about to name it.
    pub async fn attach(&self, bytes: Bytes) -> Result<Uploaded, AppError> {
        self.allows(Act::BringEvidence, Whose::Own)?;
        if bytes.is_empty() {
            return Err(Refusal::invalid("The attachment is empty.").into());
        }
        if bytes.len() > LARGEST {
            return Err(Refusal::invalid("An attachment has at most 10 MB. Make the picture smaller.").into());
        }
        // What cannot be looked at here could be anything: nobody is handed a file that came from somebody else.
        if Kind::of(&bytes) == Kind::File {
            return Err(Refusal::invalid(
                "An attachment is a picture, PNG or JPEG. Take one of what shows it.",
            )
            .into());
        }
        Ok(Uploaded { attachment: self.blobs().put(bytes).await? })
    }

    /// Checks that photos are there and are pictures; the same one twice is one.
    pub(super) async fn photos(&self, named: Vec<Digest>) -> Result<Vec<Digest>, AppError> {
        let mut photos: Vec<Digest> = Vec::with_capacity(named.len());
        for photo in named {
            match self.attachment_kind(&photo).await? {
                None => {
                    return Err(
                        Refusal::unknown("A photo is not there. Upload it as an attachment first.").into()
                    );
                }
                Some(Kind::File) => {
                    return Err(
                        Refusal::invalid("A photo is a picture, PNG or JPEG; one of these is not.").into()
                    );
                }
                Some(Kind::Png | Kind::Jpeg) if photos.contains(&photo) => {}
                Some(Kind::Png | Kind::Jpeg) => photos.push(photo),
            }
        }
        Ok(photos)
    }

    /// Returns a photo of a check by hand, counted from 1.
    pub(crate) async fn photo(
        &self,
        id: &ReleaseId,
        evidence: Position,
        number: usize,
    ) -> Result<Bytes, AppError> {
        let release = self.release(id).await?;
        let mut checks = release.tracks.values().flat_map(|track| &track.attestations);
        let photos = checks.find(|check| check.position == evidence).map(|check| check.photos.as_slice());
        let digest = number.checked_sub(1).and_then(|index| photos?.get(index).copied());
        let digest = digest
            .ok_or_else(|| Refusal::unknown(format!("Evidence {evidence} of {id} has no photo {number}.")))?;
        self.blobs().get(&digest).await?.ok_or(AppError::BlobLost(digest))
    }

    /// Returns what an attachment is; nothing, where it is lost.
    pub(crate) async fn attachment_kind(&self, digest: &Digest) -> Result<Option<Kind>, AppError> {
        let begin = self.blobs().get_range(digest, 0..16).await?;
        Ok(begin.map(|bytes| Kind::of(&bytes)))
    }

    /// Returns what came along with a piece of evidence.
    pub(crate) async fn attachment(&self, id: &ReleaseId, evidence: Position) -> Result<Bytes, AppError> {
        let release = self.release(id).await?;
        let of_tracks = release.tracks.values().find_map(|track| {
            let checks = track.attestations.iter().map(|check| (check.position, &check.behalf));
            let summaries = track.summaries.iter().map(|summary| (summary.position, &summary.behalf));
            let sign_offs = track.sign_offs.iter().map(|signed| (signed.position, &signed.behalf));
            let all = checks.chain(summaries).chain(sign_offs);
            all.into_iter().find(|(at, _)| *at == evidence).map(|(_, behalf)| behalf)
        });
        let of_waivers = || {
            release.waivers.iter().find_map(|waiver| match &waiver.answer {
                Some(Answer::Approved { position, behalf, .. }) if *position == evidence => Some(behalf),
                _ => None,
            })
        };
        let behalf = of_tracks.or_else(of_waivers);
        let digest = behalf.and_then(|behalf| behalf.as_ref()?.attachment).ok_or_else(|| {
            Refusal::unknown(format!("Nothing came along with evidence {evidence} of {id}."))
        })?;
        self.blobs().get(&digest).await?.ok_or(AppError::BlobLost(digest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_begins_like_a_picture_is_one() {
        for (bytes, kind) in [
            (b"\x89PNG\r\n\x1a\n...".as_slice(), Kind::Png),
            (b"\xff\xd8\xff\xe0", Kind::Jpeg),
            (b"<svg xmlns='http://www.w3.org/2000/svg'>", Kind::File),
            (b"<script>", Kind::File),
            (b"GIF89a", Kind::File),
            (b"", Kind::File),
        ] {
            assert_eq!(Kind::of(bytes), kind, "{bytes:?}");
        }
    }
}
