//! The side of the asked: what their link opens, and the one act that it allows.
//!
//! Invariant: whoever comes by a link may answer that one ask, and nothing else at all.

use std::sync::Arc;

use domain::ask::{Ask, Standing};
use domain::command::{ask as command, lines};
use domain::envelope::Position;
use domain::evidence::{AttestedResult, Withdrawal};
use domain::id::ReleaseId;
use domain::refusal::Refusal;
use domain::release::Release;

use super::{OfAsk, PURPOSE};
use crate::app::account::digest_of;
use crate::app::who::{Asked, Who};
use crate::app::{App, AppError};

/// What a link opens.
#[derive(Clone, Debug)]
pub struct AskedFor {
    pub release: Arc<Release>,
    pub ask: Ask,
    /// The names of the asked and of whoever asks.
    pub of: String,
    pub by: String,
    /// What was recorded, once it was.
    pub recorded: Option<Recorded>,
}

/// An answer, as it stands on record.
#[derive(Clone, Debug)]
pub struct Recorded {
    pub evidence: Position,
    pub said: Given,
    pub withdrawn: Option<Withdrawal>,
}

#[derive(Clone, Debug)]
pub enum Given {
    Check { result: AttestedResult, notes: Option<String> },
    Summary { text: String },
}

/// What the asked answer.
#[derive(Clone, Debug)]
pub enum Answer {
    Check {
        result: AttestedResult,
        notes: String,
    },
    Summary {
        text: String,
    },
    /// They cannot.
    Cannot {
        reason: String,
    },
}

impl App {
    /// Returns a handle in the hands of whoever a link was made for.
    ///
    /// # Errors
    /// One and the same refusal for every link that opens nothing: used by nobody, withdrawn, replaced or expired.
    pub(crate) async fn by_link(&self, secret: &str) -> Result<Self, AppError> {
        let ticket = self.journal().ticket_get(&digest_of(secret), PURPOSE, self.now()).await?;
        let found = ticket.and_then(|ticket| {
            let OfAsk { release, ask } = serde_json::from_str(&ticket.payload).ok()?;
            let release = release.parse::<ReleaseId>().ok()?;
            Some(Asked { person: ticket.person?, release, ask, link: ticket.digest })
        });
        let asked = found.ok_or_else(nothing)?;
        Ok(self.acting_as(Who::Asked(asked)))
    }

    /// Returns what whoever came by a link is asked.
    pub(crate) async fn asked_for(&self) -> Result<AskedFor, AppError> {
        let asked = self.asked()?;
        let release = self.release(&asked.release).await?;
        let ask = release.ask(asked.ask).filter(|ask| {
            ask.of == asked.person
                && !matches!(ask.standing(self.now()), Standing::Withdrawn | Standing::Expired)
        });
        let ask = ask.cloned().ok_or_else(nothing)?;
        let names = self.names_now().await?;
        let recorded = self.recorded(&release, &ask).await?;
        let (of, by) = (names.of(&ask.of).to_owned(), names.of(&ask.by).to_owned());
        Ok(AskedFor { release, ask, of, by, recorded })
    }

    async fn recorded(&self, release: &Release, ask: &Ask) -> Result<Option<Recorded>, AppError> {
        let Some(domain::ask::End::Answered { evidence, .. }) = ask.end else { return Ok(None) };
        let Some(track) = release.tracks.get(ask.wanted.track()) else { return Ok(None) };
        if let Some(check) = track.attestations.iter().find(|check| check.position == evidence) {
            let said = Given::Check { result: check.result, notes: check.notes.clone() };
            return Ok(Some(Recorded { evidence, said, withdrawn: check.withdrawn.clone() }));
        }
        let Some(summary) = track.summaries.iter().find(|summary| summary.position == evidence) else {
            return Ok(None);
        };
        let said = Given::Summary { text: self.blob_text(&summary.text).await? };
        Ok(Some(Recorded { evidence, said, withdrawn: summary.withdrawn.clone() }))
    }

    /// Records what whoever came by a link answers.
    pub(crate) async fn answer(&self, answer: Answer) -> Result<Position, AppError> {
        let Asked { release: id, ask, link, .. } = self.asked()?.clone();
        let now = self.now();
        self.inner.proven.attempt(&format!("asked {link}"), now).map_err(AppError::TooOften)?;
        // An ask that was answered refuses before anything is stored for it.
        command::open(&*self.release(&id).await?, ask, now)?;
        match answer {
            Answer::Check { result, notes } => {
                self.end_ask(&id, ask, |release| command::answer_check(release, ask, result, &notes, now))
                    .await
            }
            Answer::Summary { text } => {
                let words = text.split_whitespace().count() as i64;
                let stored = self.blobs().put(lines(&text).into_bytes()).await?;
                self.end_ask(&id, ask, |release| command::answer_summary(release, ask, stored, words, now))
                    .await
            }
            Answer::Cannot { reason } => {
                self.end_ask(&id, ask, |release| command::decline(release, ask, &reason, now)).await
            }
        }
    }

    fn asked(&self) -> Result<&Asked, Refusal> {
        match &*self.who {
            Who::Asked(asked) => Ok(asked),
            Who::Nobody | Who::Machine(_) | Who::Member(_) => Err(nothing()),
        }
    }
}

fn nothing() -> Refusal {
    Refusal::unknown("This link opens nothing, or nothing any more. Ask whoever sent it for a new one.")
}
