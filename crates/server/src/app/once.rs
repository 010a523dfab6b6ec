//! Acts that are done once however often they are asked for: by a key that the caller made up.
//!
//! Invariant: a key is one person's, in one release; sent again with the same it is answered as the first time, and with
//! anything else it is refused.

use domain::envelope::{ActorId, Stream};
use domain::event::Event;
use journal::{Body, Recorded};
use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};

use super::evidence::EvidenceResponse;
use super::{App, AppError};

/// A key that the caller made up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Once(String);

impl Once {
    /// Reads 1 to 255 characters of printable ASCII, not beginning or ending with a space.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = (1..=255).contains(&text.len())
            && text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
            && text.trim_matches(' ').len() == text.len();
        fits.then(|| Self(text.to_owned()))
    }

    /// Returns the key of the fact: it is in the journal for ever, so that it must not tell what the caller wrote.
    pub(crate) fn fact(&self, actor: &ActorId) -> String {
        let hasher = Sha256::new().chain_update(actor.as_str()).chain_update([0]).chain_update(&self.0);
        format!("once:{}", hex::encode(hasher.finalize()))
    }
}

impl App {
    /// Returns what was recorded when a key came first, if it has come.
    pub(crate) async fn first(
        &self,
        stream: &Stream,
        once: Option<&Once>,
        actor: &ActorId,
    ) -> Result<Option<Recorded>, AppError> {
        let Some(once) = once else { return Ok(None) };
        Ok(self.journal().read_fact(stream, &once.fact(actor)).await?)
    }
}

/// Answers as the first time, if this is the same.
pub(crate) fn again(first: &Recorded, fact: &Event) -> Result<EvidenceResponse, AppError> {
    let position = first.envelope.position;
    let (kind, _) = fact.kind();
    let same = match &first.body {
        Body::Payload(payload) => told(payload) == told(&fact.payload()),
        // What was redacted cannot be compared any more; that it was there stays.
        Body::Redacted => true,
    };
    if *first.envelope.kind != *kind || !same {
        return Err(AppError::KeyReused(position));
    }
    Ok(EvidenceResponse { evidence: position, new: false })
}

/// What a fact says, but for how its reports happen to be packed.
fn told(payload: &[u8]) -> Option<Json> {
    let mut told: Json = serde_json::from_slice(payload).ok()?;
    told.as_object_mut()?.remove("reports");
    Some(told)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_printable_and_its_fact_tells_nothing_of_it() {
        for (text, fits) in
            [("a", true), ("nightly 4411", true), ("", false), (" a", false), ("a\tb", false), ("ä", false)]
        {
            assert_eq!(Once::parse(text).is_some(), fits, "{text:?}");
        }
        assert!(Once::parse(&"x".repeat(255)).is_some() && Once::parse(&"x".repeat(256)).is_none());
        let key = |text: &str, actor: &str| Once(text.to_owned()).fact(&ActorId::new(actor));
        assert_eq!(key("nightly", "ada"), key("nightly", "ada"));
        assert_ne!(key("nightly", "ada"), key("nightly", "eve"));
        assert_ne!(key("ab", "c"), key("b", "ca"));
        assert!(!key("nightly", "ada").contains("nightly"));
    }
}
