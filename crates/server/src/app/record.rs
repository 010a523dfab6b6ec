//! Recording facts, which come whatever the release is.
//!
//! Invariant: a fact is recorded once for its key.

use domain::event::Event;
use domain::id::ReleaseId;
use domain::refusal::Refusal;
use domain::release::Release;
use journal::{Append, AppendError, Appended, Expect, NewEvent, Part};

use super::apply::{TRIES, pause};
use super::evidence::EvidenceResponse;
use super::once::{Once, again};
use super::outbox::Coming;
use super::{App, AppError};

impl App {
    /// Appends evidence as a fact: it expects no version, and the same key twice is once. A build that comes along is a
    /// decision, which is made anew if somebody was faster; both are recorded, or neither.
    ///
    /// The key is the caller's, if they made one up; else it is the one that comes with what is decided.
    pub(crate) async fn append_evidence(
        &self,
        id: &ReleaseId,
        fact: Event,
        once: Option<&Once>,
        decide: impl Fn(&Release) -> Result<(Vec<Event>, String), Refusal>,
    ) -> Result<EvidenceResponse, AppError> {
        let actor = self.actor().await?;
        let stream = id.stream();
        for attempt in 0..TRIES {
            if let Some(first) = self.first(&stream, once, &actor).await? {
                return again(&first, &fact);
            }
            let release = self.release(id).await?;
            let (mut events, key) = decide(&release)?;
            let key = once.map_or(key, |once| once.fact(&actor));
            let now = self.now();
            let coming = Coming { stream: &stream, at: release.version, events: &events };
            let outbox = self.messages(&[coming], &actor, now).await?;
            let new = |event: &Event| {
                let (kind, kind_version) = event.kind();
                NewEvent { kind: kind.into(), kind_version, occurred_at: now, payload: event.payload() }
            };
            let fact = events.pop().map(|fact| Part {
                stream: stream.clone(),
                expect: Expect::Fact { key },
                events: vec![new(&fact)],
            });
            let build = (!events.is_empty()).then(|| Part {
                stream: stream.clone(),
                expect: Expect::Version(release.version),
                events: events.iter().map(new).collect(),
            });
            let parts = build.into_iter().chain(fact).collect();
            match self.journal().append(Append { actor: actor.clone(), now, parts, outbox }).await {
                Err(AppendError::Conflict { .. }) => pause(attempt).await,
                appended => {
                    let Appended { position, fresh, .. } = appended?;
                    self.noticed(&stream, position);
                    // Somebody else came with the same key meanwhile: whether with the same is seen when it is read.
                    if fresh || once.is_none() {
                        return Ok(EvidenceResponse { evidence: position, new: fresh });
                    }
                }
            }
        }
        Err(AppError::Conflict(id.to_string()))
    }
}
