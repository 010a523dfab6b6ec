//! Loading products and releases: a fold of their stream, kept in memory and caught up on each use.
//!
//! Invariant: `as of` folds afresh up to that position, so the past is never a guess from the present.

use std::sync::Arc;

use domain::envelope::{Envelope, Position, StreamVersion};
use domain::event::Event;
use domain::id::{ProductId, ReleaseId};
use domain::product::Product;
use domain::refusal::Refusal;
use domain::release::Release;
use journal::{Body, Recorded};

use super::{App, AppError};

impl App {
    /// Returns a release as it is now.
    pub(crate) async fn release(&self, id: &ReleaseId) -> Result<Arc<Release>, AppError> {
        self.find_release(id).await?.ok_or_else(|| unknown_release(id))
    }

    /// Returns a release for a page: without asking the journal, while it is followed and nothing was noticed.
    pub(crate) async fn followed_release(&self, id: &ReleaseId) -> Result<Arc<Release>, AppError> {
        match self.kept(id).filter(|known| self.is_current(&id.stream(), known.position)) {
            Some(known) => Ok(known),
            None => self.release(id).await,
        }
    }

    /// Returns a release as it was at a position.
    pub(crate) async fn release_as_of(
        &self,
        id: &ReleaseId,
        position: Position,
    ) -> Result<Arc<Release>, AppError> {
        let events = self.journal().read_stream(&id.stream(), StreamVersion(0), Some(position)).await?;
        let release = Release::fold(read(events)?);
        release.map(Arc::new).ok_or_else(|| {
            Refusal::unknown(format!("{id} did not exist yet at that moment. Ask for a later one.")).into()
        })
    }

    pub(crate) async fn find_release(&self, id: &ReleaseId) -> Result<Option<Arc<Release>>, AppError> {
        let known = self.kept(id);
        let after = known.as_ref().map_or(StreamVersion(0), |release| release.version);
        let news = self.journal().read_stream(&id.stream(), after, None).await?;
        if news.is_empty() {
            return Ok(known);
        }
        let news = read(news)?;
        let release = match known {
            Some(known) => {
                let mut release = Release::clone(&known);
                for (envelope, event) in news {
                    release.apply(&envelope, event);
                }
                Some(release)
            }
            None => Release::fold(news),
        };
        let Some(release) = release.map(Arc::new) else { return Ok(None) };
        if let Ok(mut releases) = self.inner.releases.lock() {
            releases.insert(id.clone(), release.clone());
        }
        Ok(Some(release))
    }

    fn kept(&self, id: &ReleaseId) -> Option<Arc<Release>> {
        self.inner.releases.lock().ok()?.get(id).cloned()
    }

    /// Returns a product, and the position of what happened to it last; 0 if nothing did.
    pub(crate) async fn product(&self, id: &ProductId) -> Result<(Option<Product>, Position), AppError> {
        let events = self.journal().read_stream(&id.stream(), StreamVersion(0), None).await?;
        let last = events.last().map_or(Position(0), |event| event.envelope.position);
        Ok((Product::fold(read(events)?), last))
    }

    /// Returns the last position of the journal.
    pub(crate) async fn position(&self) -> Result<Position, AppError> {
        Ok(self.journal().head().await?.map_or(Position(0), |head| head.position))
    }

    /// Returns the ids of every release, in the order of their names.
    pub async fn releases(&self) -> Result<Vec<ReleaseId>, AppError> {
        let streams = self.journal().streams("release/").await?;
        Ok(streams.iter().filter_map(ReleaseId::from_stream).collect())
    }
}

fn unknown_release(id: &ReleaseId) -> AppError {
    Refusal::unknown(format!(
        "There is no release {id}. Plan it in the product's file, as in [releases.\"{}\"], and apply the file.",
        id.name
    ))
    .into()
}

/// Reads events from what the journal holds.
pub(crate) fn read(events: Vec<Recorded>) -> Result<Vec<(Envelope, Event)>, AppError> {
    events
        .into_iter()
        .map(|recorded| {
            let payload = match &recorded.body {
                Body::Payload(payload) => Some(payload.as_slice()),
                Body::Redacted => None,
            };
            let envelope = recorded.envelope;
            let event = Event::read(&envelope.kind, envelope.kind_version, envelope.position, payload)?;
            Ok((envelope, event))
        })
        .collect()
}
