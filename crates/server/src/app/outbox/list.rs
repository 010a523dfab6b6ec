//! Looking after the outbox: what waits, what went out, what is stuck and why; trying again, and giving up.
//!
//! Invariant: whoever gives a message up says why, and that stays beside it.

use domain::command::said;
use domain::envelope::Position;
use domain::id::ReleaseId;
use domain::permission::{Act, Whose};
use domain::refusal::Refusal;
use domain::time::Time;
use journal::{Message, OutboxCount, OutboxPage};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::post::{mail_address, tell};
use crate::app::page::{AfterMessage, Limit, Page};
use crate::app::said::Said;
use crate::app::{App, AppError};

/// How a message stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum OutboxState {
    /// It goes out with the next digest, or as soon as it may.
    Waiting,
    Sent,
    /// It failed for good; it is tried again when somebody says so.
    Dead,
    /// It was given up, with a reason.
    Dropped,
}

impl OutboxState {
    pub const ALL: [(&'static str, Self); 4] =
        [("waiting", Self::Waiting), ("dead", Self::Dead), ("sent", Self::Sent), ("dropped", Self::Dropped)];

    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(_, state)| *state == self).map_or("", |(name, _)| name)
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().find(|(name, _)| *name == text).map(|(_, state)| *state)
    }
}

/// Which messages to list.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct OutboxQuery {
    /// In one state alone.
    #[serde(default)]
    #[param(inline)]
    pub state: Option<OutboxState>,
    #[serde(default)]
    pub after: Option<AfterMessage>,
    #[serde(default)]
    #[param(value_type = Option<Limit>)]
    pub limit: Limit,
}

/// A line in the list of messages.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct OutboxLine {
    pub id: String,
    pub state: OutboxState,
    /// What it is to its reader: `escalation`, `decision`, `ask` or `news`.
    pub kind: String,
    /// `at_once`, or `digest`: with what else there is.
    pub urgency: String,
    /// Whom it is for.
    pub to: String,
    /// False where no e-mail address of theirs is known.
    pub reachable: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release: Option<String>,
    /// The event that is its cause.
    pub cause: Position,
    /// What it tells, in a few words; absent once it has passed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tells: Option<String>,
    pub created_at: Time,
    /// It does not go before this.
    pub not_before: Time,
    /// How often the mail it is in was tried.
    pub attempts: i64,
    /// When that is tried again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_try: Option<Time>,
    /// Why it did not go, in the mail server's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Time>,
    /// Why it was dropped, and by whom, if by anybody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// The mail that it went out in, as its Message-ID begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mail: Option<String>,
}

/// Why a message is given up.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DropRequest {
    #[schema(value_type = Said, example = "Sam was told by phone.")]
    pub reason: String,
}

/// How the outbox stands as a whole.
#[derive(Clone, Debug)]
pub struct OutboxSummary {
    pub count: OutboxCount,
    /// The mail server's name, if one is configured.
    pub server: Option<String>,
}

/// The longest reason, in characters.
const LONGEST: usize = 1_000;

impl App {
    pub async fn outbox_summary(&self) -> Result<OutboxSummary, AppError> {
        self.allows(Act::KeepOutbox, Whose::Own)?;
        let server = self.mail.as_ref().map(|mail| mail.host().to_owned());
        Ok(OutboxSummary { count: self.journal().outbox_count().await?, server })
    }

    /// Lists messages, the latest first, a page at a time.
    pub async fn outbox(&self, query: OutboxQuery) -> Result<Page<OutboxLine>, AppError> {
        self.allows(Act::KeepOutbox, Whose::Own)?;
        let page = OutboxPage {
            state: query.state.map(|state| state.as_str().to_owned()),
            before: query.after.map(|AfterMessage(at, id)| (at, id)),
            limit: i64::from(query.limit.and_one()),
        };
        let messages = self.journal().outbox_page(&page).await?;
        let mut lines = Vec::with_capacity(messages.len());
        let names = self.names_now().await?;
        for message in messages {
            let mail = match &message.mail {
                Some(mail) => self.journal().mail_get(mail).await?,
                None => None,
            };
            let person = self.journal().person_get(&message.person).await?;
            let is_open = mail.as_ref().is_some_and(|mail| mail.state == "open");
            let release = match ReleaseId::from_stream(&message.stream) {
                Some(id) => self.find_release(&id).await?,
                None => None,
            };
            let told = tell(release, &message, &names, self.now());
            lines.push(OutboxLine {
                state: OutboxState::parse(&message.state).unwrap_or(OutboxState::Waiting),
                to: names.of(&message.person).to_owned(),
                reachable: person.as_ref().and_then(mail_address).is_some(),
                release: ReleaseId::from_stream(&message.stream).map(|id| id.to_string()),
                cause: message.cause,
                tells: told.map(|(_, told)| told.short),
                created_at: message.created_at,
                not_before: message.not_before,
                attempts: mail.as_ref().map_or(0, |mail| mail.attempts),
                next_try: mail.as_ref().filter(|_| is_open).map(|mail| mail.next_try),
                error: mail.and_then(|mail| mail.error),
                ended_at: message.ended_at,
                // What a dead one says is its mail's.
                reason: message.reason.filter(|_| message.state != OutboxState::Dead.as_str()),
                by: message.decided_by.map(|by| names.of(&by).to_owned()),
                mail: message.mail,
                id: message.id,
                kind: message.kind,
                urgency: message.urgency,
            });
        }
        let cursor = |line: &OutboxLine| format!("{}-{}", line.created_at.micros(), line.id);
        Ok(Page::of(lines.into_iter(), query.limit, cursor))
    }

    /// Has a message tried again that failed or was given up.
    pub async fn retry_message(&self, id: &str) -> Result<(), AppError> {
        self.allows(Act::KeepOutbox, Whose::Own)?;
        let message = self.message(id).await?;
        if self.journal().outbox_retry(id, &self.actor().await?, self.now()).await? {
            return Ok(());
        }
        Err(Refusal::contradiction(match message.state.as_str() {
            "sent" => "It was sent. Whoever should hear it again is best told in person.",
            "waiting" => "It waits already, and goes out by itself.",
            _ => "Whom it was for has been erased. Nobody can be told it.",
        })
        .into())
    }

    /// Gives up a message that has not gone out.
    pub async fn drop_message(&self, id: &str, request: DropRequest) -> Result<(), AppError> {
        self.allows(Act::KeepOutbox, Whose::Own)?;
        let reason =
            said("The reason", &request.reason, LONGEST, "Say in a few words why nobody need be told.")?;
        let message = self.message(id).await?;
        if self.journal().outbox_drop(id, Some(&self.actor().await?), &reason, self.now()).await? {
            return Ok(());
        }
        Err(Refusal::contradiction(match message.state.as_str() {
            "sent" => "It was sent; that cannot be taken back.",
            _ => "It was dropped already. Have it tried again first, if it should go out after all.",
        })
        .into())
    }

    async fn message(&self, id: &str) -> Result<Message, AppError> {
        let message = self.journal().outbox_get(id).await?;
        message.ok_or_else(|| {
            Refusal::unknown(
                "There is no such message. Take its id from the outbox; old ones are swept away.",
            )
            .into()
        })
    }
}
