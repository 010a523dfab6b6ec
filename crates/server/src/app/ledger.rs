//! The journal itself: its signed head, its verification, and single events byte for byte.
//!
//! Invariant: what is shown of an event is what is stored, so that `sha256sum` comes to the same.

use std::collections::BTreeSet;

use domain::digest::Digest;
use domain::envelope::Position;
use domain::refusal::Refusal;
use journal::{BlobCheck, HeadKey, SignedHead};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{App, AppError};

/// The journal's head.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct HeadResponse {
    /// 0 while nothing has happened.
    #[schema(value_type = i64, minimum = 0)]
    pub position: Position,
    /// One line to keep elsewhere; absent while the journal is empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed: Option<String>,
}

/// What to verify against.
#[derive(Clone, Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VerifyRequest {
    /// A signed head that was kept elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expect_head: Option<String>,
    /// Whether to read every blob that events name, too.
    #[serde(default)]
    pub blobs: bool,
}

/// What verification found.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct VerifyResponse {
    pub holds: bool,
    /// How many events there are.
    pub events: u64,
    /// The last of them; 0 while nothing has happened.
    #[schema(value_type = i64, minimum = 0)]
    pub position: Position,
    /// Redacted events, each in words.
    pub redacted: Vec<String>,
    /// Blobs that events name and that are lost or altered, each in words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blobs: Vec<String>,
    /// The first event that does not hold, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub broken: Option<String>,
    /// That the expected head was signed by another key than this server's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// An event as it is stored; bytes are in hexadecimal where they are not text.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct StoredEventResponse {
    /// JSON, exactly the bytes that were hashed.
    pub header: String,
    /// SHA-256 of the header.
    #[schema(value_type = Digest)]
    pub hash: String,
    /// Absent, like the payload, when redacted.
    pub salt: Option<String>,
    /// JSON, exactly the bytes that were hashed.
    pub payload: Option<String>,
}

impl App {
    /// Returns the signed head.
    pub async fn head(&self) -> Result<HeadResponse, AppError> {
        let Some(head) = self.journal().head().await? else {
            return Ok(HeadResponse { position: Position(0), signed: None });
        };
        let signed = self.head_key()?.sign(head).to_string();
        Ok(HeadResponse { position: head.position, signed: Some(signed) })
    }

    /// Walks the whole chain.
    pub async fn verify(&self, request: VerifyRequest) -> Result<VerifyResponse, AppError> {
        let expected = match &request.expect_head {
            None => None,
            Some(line) => {
                Some(line.trim().parse::<SignedHead>().map_err(|error| Refusal::invalid(sentence(error)))?)
            }
        };
        let note = match &expected {
            Some(signed) if signed.public_key != self.head_key()?.public_key() => {
                let key = hex::encode(signed.public_key);
                Some(format!("the expected head was signed by another key than this server's: {key}"))
            }
            _ => None,
        };
        let verification = self.journal().verify(expected.as_ref()).await?;
        let blobs = if request.blobs { self.failing_blobs().await? } else { Vec::new() };
        Ok(VerifyResponse {
            holds: verification.holds() && blobs.is_empty(),
            blobs,
            events: verification.events,
            position: verification.head.map_or(Position(0), |head| head.position),
            redacted: verification.redacted.iter().map(ToString::to_string).collect(),
            broken: verification.broken.map(|broken| broken.to_string()),
            note,
        })
    }

    /// Reads every blob that a release names, and tells those that are not what their name says.
    async fn failing_blobs(&self) -> Result<Vec<String>, AppError> {
        let mut named = BTreeSet::new();
        for id in self.releases().await? {
            for track in self.release(&id).await?.tracks.values() {
                named.extend(track.ingests.iter().flat_map(|ingest| [ingest.reports, ingest.cases]));
                named.extend(track.summaries.iter().map(|summary| summary.text));
                let behalves = track.attestations.iter().map(|check| &check.behalf);
                let behalves = behalves.chain(track.summaries.iter().map(|summary| &summary.behalf));
                named.extend(behalves.filter_map(|behalf| behalf.as_ref()?.attachment));
                named.extend(track.plans.values().map(|plan| plan.list));
            }
        }
        let mut failing = Vec::new();
        for digest in named {
            match self.blobs().verify(&digest).await? {
                BlobCheck::Whole => {}
                BlobCheck::Missing => failing.push(AppError::BlobLost(digest).to_string()),
                BlobCheck::Altered(_) => failing.push(AppError::BlobAltered(digest).to_string()),
            }
        }
        Ok(failing)
    }

    /// Returns an event as it is stored.
    pub async fn stored_event(&self, position: Position) -> Result<StoredEventResponse, AppError> {
        let stored = self.journal().raw(position).await?;
        let stored = stored
            .ok_or_else(|| Refusal::unknown(format!("There is no event {position} in the journal.")))?;
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Ok(StoredEventResponse {
            header: text(stored.header),
            hash: hex::encode(stored.hash),
            salt: stored.salt.map(hex::encode),
            payload: stored.payload.map(text),
        })
    }

    /// Redacts an event's payload: for whoever runs the server.
    pub async fn redact(&self, position: Position, reason: &str) -> Result<Position, AppError> {
        let stored = self.stored_event(position).await?;
        let header: serde_json::Value = serde_json::from_str(&stored.header).unwrap_or_default();
        domain::command::evidence::redact(header["type"].as_str().unwrap_or_default(), position, reason)?;
        let actor = self.actor().await?;
        match self.journal().redact(position, actor, reason.trim(), self.now()).await {
            Ok(appended) => {
                self.forget();
                Ok(appended.position)
            }
            Err(
                error @ (journal::Error::NoSuchEvent(_)
                | journal::Error::AlreadyRedacted(_)
                | journal::Error::RecordOfRedaction(_)),
            ) => Err(Refusal::contradiction(sentence(error)).into()),
            Err(error) => Err(error.into()),
        }
    }

    fn head_key(&self) -> Result<HeadKey, AppError> {
        HeadKey::open(&self.inner.settings.signing_key())
            .map_err(|error| Refusal::contradiction(sentence(error)).into())
    }
}

/// Errors of the journal complete "failed to …".
fn sentence(error: impl std::fmt::Display) -> String {
    format!("Failed to {error}.")
}
