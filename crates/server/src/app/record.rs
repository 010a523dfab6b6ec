//! Recording: decisions on a release as it is, and facts that come whatever it is.
//!
//! Invariant: a decision is made anew whenever somebody was faster; a fact is recorded once for its key.

use domain::command::apply::Decided;
use domain::event::Event;
use domain::id::ReleaseId;
use domain::refusal::Refusal;
use domain::release::Release;
use journal::{Append, AppendError, Appended, Expect, NewEvent, Part};

use super::apply::{TRIES, pause};
use super::evidence::EvidenceResponse;
use super::once::{Once, again};
use super::{App, AppError};

/// What somebody decides on a release as it is.
#[derive(Debug)]
pub(crate) enum Decision {
    /// These events; none if there is nothing to do.
    Record(Vec<Event>),
    /// Nothing: the release is no longer what they have seen.
    Moved,
}

/// What came of a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Recorded,
    Moved,
}

impl App {
    /// Decides on the release as it is, and again if somebody else was faster.
    pub(crate) async fn decide(
        &self,
        id: &ReleaseId,
        decide: impl Fn(&Release) -> Result<Decision, Refusal>,
    ) -> Result<Outcome, AppError> {
        for attempt in 0..TRIES {
            let release = self.release(id).await?;
            let events = match decide(&release)? {
                Decision::Record(events) if events.is_empty() => return Ok(Outcome::Recorded),
                Decision::Record(events) => events,
                Decision::Moved => return Ok(Outcome::Moved),
            };
            let decided = Decided { stream: id.stream(), expected: release.version, events };
            match self.append_decided(vec![decided]).await {
                Err(AppError::Conflict(_)) => pause(attempt).await,
                recorded => return recorded.map(|()| Outcome::Recorded),
            }
        }
        Err(AppError::Conflict(id.to_string()))
    }

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
            match self.journal().append(Append { actor: actor.clone(), now, parts }).await {
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
