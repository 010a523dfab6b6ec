//! Getting messages out: one digest for each person and working half-day, and what cannot wait alone.
//!
//! Invariant: what a mail tells is settled before it is tried, and it is marked as sent only after the mail server said
//! that it has it. A mail that is tried again has the name that it had.

use std::collections::HashMap;
use std::sync::Arc;

use connectors::mail::{Letter, MailError};
use domain::envelope::{ActorId, Stream};
use domain::id::ReleaseId;
use domain::notice::pace::{slot, working};
use domain::notice::told::{Told, told};
use domain::notice::{Kind, Urgency, What};
use domain::release::Release;
use domain::time::Time;
use jiff::tz::TimeZone;
use journal::{Mail, Message, NewMail, Person};
use sha2::{Digest as _, Sha256};

use super::letter::{Item, write};
use super::zone;
use crate::app::person::NamesNow;
use crate::app::{App, AppError};
use crate::web::address;

const MINUTE: i64 = 60 * 1_000_000;
/// How long a mail is left to whoever took it. A server that was killed leaves it until then.
const TAKEN: i64 = 3 * MINUTE;
/// The longest pause between two attempts.
const LONGEST_PAUSE: i64 = 240 * MINUTE;
/// Attempts after which a mail is dead: about two days.
const ATTEMPTS: i64 = 20;
/// The most messages that are looked at in one round, and that one mail tells.
const LOOK: i64 = 10_000;
const TELL: usize = 200;

/// Why a message is dropped without anybody's doing.
const PASSED: &str = "it had passed: nobody asks it any more";
const NO_ADDRESS: &str = "no e-mail address is known; let them sign in by one, or name one when asking";

/// What came of one round.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Posted {
    pub sent: usize,
    pub failed: usize,
    pub dropped: usize,
}

/// What is known of everybody and of every release, read once a round.
struct Round {
    now: Time,
    names: NamesNow,
    releases: HashMap<Stream, Option<Arc<Release>>>,
    people: HashMap<ActorId, Person>,
    zones: HashMap<ActorId, String>,
}

impl App {
    /// Sends what is due, if there is a mail server.
    ///
    /// # Errors
    /// A journal that does not answer. What the mail server says is kept with the mail.
    pub async fn post(&self) -> Result<Posted, AppError> {
        let mut posted = Posted::default();
        if self.mail.is_none() {
            return Ok(posted);
        }
        let people = self.journal().people().await?.into_iter().map(|person| (person.id.clone(), person));
        let zones = self.journal().zones().await?;
        let (names, releases) = (self.names_now().await?, HashMap::new());
        let mut round = Round { now: self.now(), names, releases, people: people.collect(), zones };
        self.gather(&mut round, &mut posted).await?;
        for mail in self.journal().mail_due(round.now, LOOK).await? {
            if !self.attempt(&mut round, &mail, &mut posted).await? {
                break;
            }
        }
        Ok(posted)
    }

    /// Settles what goes out in which mail.
    async fn gather(&self, round: &mut Round, posted: &mut Posted) -> Result<(), AppError> {
        let mut digests: Vec<(ActorId, Vec<Message>)> = Vec::new();
        for message in self.journal().outbox_due(round.now, LOOK).await? {
            let zone = self.zone_of(round, &message).await?;
            let alone = message.urgency == Urgency::AtOnce.as_str();
            let may_go = match alone {
                true => working(round.now, kind(&message), &zone) <= round.now,
                false => slot(round.now, &zone).is_some(),
            };
            if let Some(why) = self.hinders(round, &message).await? {
                self.journal().outbox_drop(&message.id, None, why, round.now).await?;
                posted.dropped += 1;
            } else if !may_go {
                continue;
            } else if alone {
                let (person, messages) = (message.person.clone(), vec![message.id.clone()]);
                let mail = NewMail { id: mail_id(&[&message.id]), person, slot: None, messages };
                self.journal().mail_open(&mail, round.now).await?;
            } else {
                match digests.iter_mut().find(|(person, _)| *person == message.person) {
                    Some((_, messages)) => messages.push(message),
                    None => digests.push((message.person.clone(), vec![message])),
                }
            }
        }
        for (person, mut messages) in digests {
            let Some(first) = messages.first() else { continue };
            let Some(slot) = slot(round.now, &self.zone_of(round, first).await?) else { continue };
            messages.sort_by_key(|message| (kind(message), message.created_at));
            let slot = slot.to_string();
            let ids: Vec<String> = messages.into_iter().take(TELL).map(|message| message.id).collect();
            let id = mail_id(&[person.as_str(), &slot, ids.first().map_or("", String::as_str)]);
            let mail = NewMail { id, person, slot: Some(slot), messages: ids };
            self.journal().mail_open(&mail, round.now).await?;
        }
        Ok(())
    }

    /// Tries a mail, if this is the hour and nobody else does. Returns false if the server is away: then it is for all.
    async fn attempt(&self, round: &mut Round, mail: &Mail, posted: &mut Posted) -> Result<bool, AppError> {
        let messages = self.journal().outbox_of_mail(&mail.id).await?;
        let Some(first) = messages.first() else { return Ok(true) };
        let zone = self.zone_of(round, first).await?;
        let slot = match &mail.slot {
            Some(_) => match slot(round.now, &zone) {
                Some(slot) => Some(slot.to_string()),
                None => return Ok(true),
            },
            None if working(round.now, kind(first), &zone) > round.now => return Ok(true),
            None => None,
        };
        let until = round.now.plus_micros(TAKEN);
        let Some(mail) = self.journal().mail_take(&mail.id, slot.as_deref(), round.now, until).await? else {
            return Ok(true);
        };
        let Some(letter) = self.letter(round, &mail, &messages, &zone, posted).await? else {
            return Ok(true);
        };
        let Some(server) = &self.mail else { return Ok(false) };
        let outcome = server.send(&letter).await;
        metrics::counter!("seaworthy_mails_total", "sent" => outcome.is_ok().to_string()).increment(1);
        let now = self.now();
        let (error, never, is_away) = match outcome {
            Ok(()) => {
                self.journal().mail_sent(&mail.id, now).await?;
                posted.sent += 1;
                return Ok(true);
            }
            Err(error @ MailError::Never(_)) => (error, true, false),
            Err(error @ MailError::Again(_)) => (error, false, false),
            Err(error @ MailError::Away(_)) => (error, false, true),
        };
        tracing::warn!(mail = %mail.id, attempts = mail.attempts, "failed to {error}");
        let again = (!never && mail.attempts < ATTEMPTS).then(|| now.plus_micros(pause(mail.attempts)));
        self.journal().mail_failed(&mail.id, error.told(), again, now).await?;
        posted.failed += 1;
        Ok(!is_away)
    }

    /// Writes a mail of what still stands; what has passed is dropped. `None` if nothing is left.
    async fn letter(
        &self,
        round: &mut Round,
        mail: &Mail,
        messages: &[Message],
        zone: &TimeZone,
        posted: &mut Posted,
    ) -> Result<Option<Letter>, AppError> {
        let mut items = Vec::new();
        let mut threads = Vec::new();
        for message in messages {
            let release = self.release_of(round, &message.stream).await?;
            let Some((release, told)) = tell(release, message, &round.names, round.now) else {
                self.journal().outbox_drop(&message.id, None, PASSED, round.now).await?;
                posted.dropped += 1;
                continue;
            };
            let path = match read(message) {
                Some(What::Asked) => Some(self.link_besides(&release.id, message.cause).await?),
                _ => address(&told.about, &release.id),
            };
            let url = path.map(|path| format!("{}{path}", self.origin));
            threads.push((kind(message), message.stream.clone()));
            let name = format!("{} {}", release.description.product_name, release.id.name);
            items.push(Item { release: name, kind: kind(message), told, url });
        }
        threads.sort_by_key(|(kind, _)| *kind);
        let (Some(person), Some((_, stream))) = (round.people.get(&mail.person), threads.first()) else {
            return Ok(None);
        };
        let written = write(&mut items, zone, mail.slot.is_some(), &self.origin);
        Ok(Some(Letter {
            id: mail.id.clone(),
            to_name: person.name.clone(),
            to_address: mail_address(person).unwrap_or_default().to_owned(),
            subject: written.subject,
            text: written.text,
            html: written.html,
            thread: mail_id(&["thread", mail.person.as_str(), stream.as_str()]),
            date: mail.created_at,
        }))
    }

    /// Returns why a message cannot go to anybody, if it cannot.
    async fn hinders(&self, round: &mut Round, message: &Message) -> Result<Option<&'static str>, AppError> {
        let person = round.people.get(&message.person);
        if person.and_then(mail_address).is_none() {
            return Ok(Some(NO_ADDRESS));
        }
        let release = self.release_of(round, &message.stream).await?;
        Ok(tell(release, message, &round.names, round.now).is_none().then_some(PASSED))
    }

    /// Returns a release, read once a round.
    async fn release_of(&self, round: &mut Round, stream: &Stream) -> Result<Option<Arc<Release>>, AppError> {
        if let Some(release) = round.releases.get(stream) {
            return Ok(release.clone());
        }
        let release = match ReleaseId::from_stream(stream) {
            Some(id) => self.find_release(&id).await?,
            None => None,
        };
        round.releases.insert(stream.clone(), release.clone());
        Ok(release)
    }

    async fn zone_of(&self, round: &mut Round, message: &Message) -> Result<TimeZone, AppError> {
        let release = self.release_of(round, &message.stream).await?;
        let team = release.as_ref().map_or("", |release| &release.description.zone);
        Ok(zone(round.zones.get(&message.person).map(String::as_str), team))
    }
}

/// Returns what a message tells as things stand, with its release; `None` if it has passed.
pub(super) fn tell(
    release: Option<Arc<Release>>,
    message: &Message,
    names: &NamesNow,
    now: Time,
) -> Option<(Arc<Release>, Told)> {
    let release = release?;
    let told = told(&release, message.cause, &read(message)?, now, |actor| names.of(actor).to_owned())?;
    Some((release, told))
}

/// Returns where somebody gets mail: their address, or a login that is one.
pub(super) fn mail_address(person: &Person) -> Option<&str> {
    let address = person.address.as_deref().filter(|address| !address.trim().is_empty());
    address.or_else(|| person.login.as_deref().filter(|login| login.contains('@')))
}

fn read(message: &Message) -> Option<What> {
    serde_json::from_str(&message.payload).ok()
}

/// Returns what a message is to its reader; one that a newer version wrote is news.
fn kind(message: &Message) -> Kind {
    Kind::parse(&message.kind).unwrap_or(Kind::News)
}

/// Names a mail by what it is made of: who makes it again, gives it the same name.
fn mail_id(parts: &[&str]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part.as_bytes());
        hasher.update([0]);
    }
    hex::encode(&hasher.finalize()[..16])
}

/// Returns how long to wait after so many attempts: a minute, and twice as long each time.
fn pause(attempts: i64) -> i64 {
    let doubled = u32::try_from(attempts.saturating_sub(1)).unwrap_or_default().min(12);
    (MINUTE << doubled).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attempts_are_spread_over_about_two_days() {
        assert_eq!([1, 2, 3].map(pause), [MINUTE, 2 * MINUTE, 4 * MINUTE]);
        assert_eq!(pause(ATTEMPTS), LONGEST_PAUSE);
        let hours = (1..ATTEMPTS).map(pause).sum::<i64>() / (60 * MINUTE);
        assert!((44..=50).contains(&hours), "{hours}");
    }
}
