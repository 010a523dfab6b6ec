//! Deciding on a release: who speaks, what they have seen, and what came of it.
//!
//! Invariant: whoever gives a function's word speaks for it; a coordinator may record it for them, with where it was given.

use domain::command::Settled;
use domain::command::apply::Decided;
use domain::criterion::Function;
use domain::envelope::{ActorId, Position};
use domain::id::ReleaseId;
use domain::permission::{Act, Whose};
use domain::refusal::Refusal;
use domain::release::Release;
use domain::speaker::Speaker;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::apply::{TRIES, pause};
use super::moved::Seen;
use super::person::{Found, OnBehalf};
use super::who::Who;
use super::{App, AppError};

/// What came of a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub struct SettledResponse {
    /// The event that names it.
    pub position: Position,
    /// False when it was so already: then nothing changed.
    pub new: bool,
}

impl App {
    /// Returns whoever gives their word: whoever acts, or somebody on whose behalf they record it. Somebody new is not
    /// kept yet; [`settle`](Self::settle) does so once it is decided.
    pub(crate) async fn speaker(
        &self,
        behalf: Option<OnBehalf>,
    ) -> Result<(Option<Found>, Speaker), AppError> {
        let actor = self.actor().await?;
        let Some((found, behalf)) = self.find_behalf(behalf).await? else {
            let functions = match &*self.who {
                Who::Member(member) => Some(member.functions.clone()),
                // Whoever holds the data could write to it without asking.
                Who::Machine(_) => None,
                Who::Nobody | Who::Asked(_) => Some(Vec::new()),
            };
            return Ok((None, Speaker { actor, behalf: None, functions }));
        };
        let functions = self.spoken_for(&found.id).await?;
        Ok((Some(found), Speaker { actor, behalf: Some(behalf), functions }))
    }

    /// Returns whoever gives a function's word, if whoever acts may record it.
    pub(crate) async fn giver(&self, behalf: Option<OnBehalf>) -> Result<(Option<Found>, Speaker), AppError> {
        self.allows(Act::GiveWord, if behalf.is_some() { Whose::Others } else { Whose::Own })?;
        self.speaker(behalf).await
    }

    /// Returns which functions somebody else speaks for when their word is recorded: those of their account. Without one
    /// that is in use they speak for none, or anybody could invent somebody who approves.
    pub(crate) async fn spoken_for(&self, person: &ActorId) -> Result<Option<Vec<Function>>, AppError> {
        let account = self.journal().account_get(person).await?.filter(|of| of.disabled_at.is_none());
        let functions = account.map(|account| {
            let known = account.functions.iter().filter_map(|name| Function::parse(name));
            known.collect()
        });
        Ok(match &*self.who {
            // Whoever holds the data could write to it without asking.
            Who::Machine(_) => functions,
            Who::Nobody | Who::Member(_) | Who::Asked(_) => Some(functions.unwrap_or_default()),
        })
    }

    /// Decides on a release, if it is still as it was seen, and keeps somebody new whom the decision names.
    pub(crate) async fn settle(
        &self,
        id: &ReleaseId,
        seen: Option<&Seen>,
        found: Option<Found>,
        decide: impl Fn(&Release) -> Result<Settled, Refusal>,
    ) -> Result<SettledResponse, AppError> {
        if let Some(found) = found.filter(Found::is_new) {
            decide(&*self.release(id).await?)?;
            self.keep_person(&found).await?;
        }
        for attempt in 0..TRIES {
            let release = self.release(id).await?;
            let events = match decide(&release)? {
                Settled::Already(position) => return Ok(SettledResponse { position, new: false }),
                Settled::New(events) => events,
            };
            if let Some(seen) = seen.filter(|seen| !seen.is_still(release.position)) {
                return Err(self.moved(&id.to_string(), &[id.stream()], seen).await?);
            }
            let count = events.len() as i64;
            let decided = Decided { stream: id.stream(), expected: release.version, events };
            match self.append_decided(vec![decided]).await {
                Err(AppError::Conflict(_)) => pause(attempt).await,
                Err(error) => return Err(error),
                Ok(last) => {
                    return Ok(SettledResponse { position: Position(last.0 - count + 1), new: true });
                }
            }
        }
        Err(AppError::Conflict(id.to_string()))
    }
}
