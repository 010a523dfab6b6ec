//! Asking somebody for evidence by a link, and what became of what was asked.
//!
//! Invariant: a link's secret is shown once, or goes into one mail, and is kept as its digest. What ends an ask carries a key made of the ask, so
//! that on however many servers, of two ends one is recorded.

mod answer;

use domain::ask::{Ask, Standing, Wanted};
use domain::command::ask as command;
use domain::envelope::{ActorId, Position};
use domain::event::{Asked, Event};
use domain::id::ReleaseId;
use domain::permission::{Act, Whose};
use domain::person::Meant;
use domain::refusal::Refusal;
use domain::release::Release;
use domain::time::Time;
use journal::Ticket;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::account::{digest_of, secret};
use super::evidence::{EvidenceResponse, key_of};
use super::once::Once;
use super::page::{AfterPosition, Limit, Page};
use super::said::Said;
use super::{App, AppError};

pub use answer::{Answer, AskedFor, Given, Recorded};

/// The purpose of a link's ticket.
pub(super) const PURPOSE: &str = "ask";

/// Whom to ask for what.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskRequest {
    pub of: Meant,
    pub wanted: Wanted,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    pub until: Time,
}

/// An ask with its link, which is told this once.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct AskResponse {
    pub ask: Position,
    /// The path of the link, on whatever address the server is reached at.
    pub link: String,
    pub of: String,
    /// What they are asked, as it completes "please …".
    pub deed: String,
    pub until: Time,
    /// The address to which a link of its own goes by mail, if one is known and the server sends mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mailed_to: Option<String>,
}

/// Which asks to list.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AsksQuery {
    #[serde(default)]
    pub after: Option<AfterPosition>,
    #[serde(default)]
    #[param(value_type = Option<Limit>)]
    pub limit: Limit,
}

/// A line in the list of asks.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct AskLine {
    pub ask: Position,
    pub standing: Standing,
    pub of: String,
    pub by: String,
    pub deed: String,
    pub wanted: Wanted,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    pub at: Time,
    pub until: Time,
    /// The evidence that answers it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Position>,
    /// Why it was declined or withdrawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Why an ask is withdrawn.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WithdrawAskRequest {
    /// Why it is no longer asked.
    #[schema(value_type = Said, example = "Sam did it.")]
    pub reason: String,
}

/// What a ticket says of its ask.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct OfAsk {
    pub(super) release: String,
    pub(super) ask: Position,
}

impl App {
    /// Asks somebody; returns the link to hand them.
    pub async fn ask(
        &self,
        id: &ReleaseId,
        request: AskRequest,
        once: Option<&Once>,
    ) -> Result<AskResponse, AppError> {
        self.allows(Act::Ask, Whose::Own)?;
        let found = self.find_person(&request.of).await?;
        let AskRequest { wanted, note, until, .. } = request;
        let asked = Asked { of: found.id.clone(), wanted, note, until };
        let now = self.now();
        if found.is_new() {
            // Nobody is kept for an ask that is refused.
            command::ask(&*self.release(id).await?, asked.clone(), now)?;
            self.keep_person(&found).await?;
        }
        let said = serde_json::to_vec(&asked).unwrap_or_default();
        let key = format!("{}@{}", key_of("ask", &said), now.micros());
        let decide = |release: &Release| Ok((vec![command::ask(release, asked.clone(), now)?], key.clone()));
        let EvidenceResponse { evidence: position, .. } =
            self.append_evidence(id, Event::Asked(asked.clone()), once, decide).await?;
        let response = self.link_of(id, position).await?;
        let mailed_to = self.mailed_to(&found.id).await?;
        Ok(AskResponse { mailed_to, ..response })
    }

    /// Makes the link of an open ask anew; those before open nothing any more.
    pub async fn ask_anew(&self, id: &ReleaseId, position: Position) -> Result<AskResponse, AppError> {
        self.allows(Act::Ask, Whose::Others)?;
        command::open(&*self.release(id).await?, position, self.now())?;
        self.link_of(id, position).await
    }

    async fn link_of(&self, id: &ReleaseId, position: Position) -> Result<AskResponse, AppError> {
        let release = self.release(id).await?;
        let ask = command::open(&release, position, self.now())?;
        self.journal().tickets_delete_alike(&ask.of, PURPOSE, &payload(id, position)?).await?;
        Ok(AskResponse {
            ask: position,
            link: self.link_besides(id, position).await?,
            of: self.names_now().await?.of(&ask.of).to_owned(),
            deed: ask.wanted.deed(&release),
            until: ask.until,
            mailed_to: None,
        })
    }

    /// Makes another link of an open ask, for the mail that brings it; those that were shown go on opening it.
    pub(super) async fn link_besides(&self, id: &ReleaseId, position: Position) -> Result<String, AppError> {
        let release = self.release(id).await?;
        let ask = command::open(&release, position, self.now())?;
        let payload = payload(id, position)?;
        let secret = secret()?;
        let ticket = Ticket {
            digest: digest_of(&secret),
            purpose: PURPOSE.to_owned(),
            person: Some(ask.of.clone()),
            payload,
            created_at: self.now(),
            expires_at: ask.until,
        };
        if !self.journal().ticket_put(&ticket).await? {
            return Err(Refusal::contradiction("They have been erased. Ask somebody else.").into());
        }
        Ok(format!("/asked/{secret}"))
    }

    /// Withdraws an open ask; its link opens nothing any more.
    pub async fn withdraw_ask(
        &self,
        id: &ReleaseId,
        position: Position,
        request: WithdrawAskRequest,
    ) -> Result<(), AppError> {
        self.allows(Act::Ask, Whose::Others)?;
        self.withdraw_open_ask(id, position, &request.reason).await
    }

    async fn withdraw_open_ask(
        &self,
        id: &ReleaseId,
        position: Position,
        reason: &str,
    ) -> Result<(), AppError> {
        let now = self.now();
        self.end_ask(id, position, |release| command::withdraw(release, position, reason, now)).await?;
        if let Some(ask) = self.release(id).await?.ask(position) {
            self.journal().tickets_delete_alike(&ask.of, PURPOSE, &payload(id, position)?).await?;
        }
        Ok(())
    }

    /// Records what ends an ask. Of several ends at once one is recorded, and the others are told what became of it.
    async fn end_ask(
        &self,
        id: &ReleaseId,
        position: Position,
        decide: impl Fn(&Release) -> Result<Event, Refusal>,
    ) -> Result<Position, AppError> {
        let key = format!("ask-end:{position}");
        let fact = decide(&*self.release(id).await?)?;
        let decide = |release: &Release| Ok((vec![decide(release)?], key.clone()));
        let ended = self.append_evidence(id, fact, None, decide).await?;
        if ended.new {
            return Ok(ended.evidence);
        }
        command::open(&*self.release(id).await?, position, self.now())?;
        // What ended it was redacted since: that it ended stays true.
        Err(Refusal::contradiction(format!("Ask {position} has ended. Ask anew.")).into())
    }

    /// Withdraws whatever somebody is asked in any release.
    pub(super) async fn ask_no_more(&self, person: &ActorId, reason: &str) -> Result<usize, AppError> {
        let mut withdrawn = 0;
        for (id, asks) in self.open_asks_of(person).await? {
            for position in asks {
                match self.withdraw_open_ask(&id, position, reason).await {
                    Ok(()) => withdrawn += 1,
                    // Ended meanwhile.
                    Err(AppError::Refused(_)) => {}
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(withdrawn)
    }

    /// Returns what somebody is asked and has not answered, by release.
    pub(super) async fn open_asks_of(
        &self,
        person: &ActorId,
    ) -> Result<Vec<(ReleaseId, Vec<Position>)>, AppError> {
        let now = self.now();
        let mut open = Vec::new();
        for id in self.releases().await? {
            let release = self.release(&id).await?;
            let is_open = |ask: &&Ask| ask.of == *person && ask.standing(now) == Standing::Open;
            let asks: Vec<Position> = release.asks.iter().filter(is_open).map(|ask| ask.position).collect();
            if !asks.is_empty() {
                open.push((id, asks));
            }
        }
        Ok(open)
    }

    /// Lists what was asked, the latest first, a page at a time; with the position that the release is at.
    pub async fn asks(
        &self,
        id: &ReleaseId,
        query: AsksQuery,
    ) -> Result<(Position, Page<AskLine>), AppError> {
        let (release, names, now) = (self.release(id).await?, self.names_now().await?, self.now());
        let line = |ask: &Ask| {
            use domain::ask::End::{Answered, Declined, Withdrawn};
            let (evidence, reason) = match &ask.end {
                Some(Answered { evidence, .. }) => (Some(*evidence), None),
                Some(Declined { reason, .. } | Withdrawn { reason, .. }) => (None, Some(reason.clone())),
                None => (None, None),
            };
            AskLine {
                ask: ask.position,
                standing: ask.standing(now),
                of: names.of(&ask.of).to_owned(),
                by: names.of(&ask.by).to_owned(),
                deed: ask.wanted.deed(&release),
                wanted: ask.wanted.clone(),
                note: ask.note.clone(),
                at: ask.at,
                until: ask.until,
                evidence,
                reason,
            }
        };
        let before = query.after.map_or(Position(i64::MAX), |AfterPosition(position)| position);
        let lines = release.asks.iter().rev().filter(|ask| ask.position < before).map(line);
        Ok((release.position, Page::of(lines, query.limit, |line| line.ask.to_string())))
    }
}

fn payload(id: &ReleaseId, position: Position) -> Result<String, AppError> {
    let payload = OfAsk { release: id.to_string(), ask: position };
    serde_json::to_string(&payload).map_err(|error| AppError::Internal(error.to_string()))
}
