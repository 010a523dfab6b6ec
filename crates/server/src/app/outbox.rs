//! The outbox: what people are told because of what is recorded, and looking after what does not get out.
//!
//! Invariant: whom an event concerns is found before it is appended, and appended with it; a message is never thrown away
//! without a reason beside it.

mod letter;
mod list;
mod post;

use std::collections::BTreeMap;

use domain::criterion::Function;
use domain::envelope::{ActorId, Envelope, Position, Stream, StreamVersion};
use domain::event::Event;
use domain::id::ReleaseId;
use domain::notice::pace::not_before;
use domain::notice::{Notice, To, concerns, notices};
use domain::release::Release;
use domain::time::Time;
use jiff::tz::TimeZone;
use journal::NewMessage;

use super::{App, AppError};

pub use list::{DropRequest, OutboxLine, OutboxQuery, OutboxState, OutboxSummary};
pub use post::Posted;

/// Events that are about to be appended to a stream, which is at a version.
pub(super) struct Coming<'a> {
    pub(super) stream: &'a Stream,
    pub(super) at: StreamVersion,
    pub(super) events: &'a [Event],
}

impl App {
    /// Returns what people are to be told of events that are about to be appended, in the order in which they stand.
    pub(super) async fn messages(
        &self,
        coming: &[Coming<'_>],
        actor: &ActorId,
        now: Time,
    ) -> Result<Vec<NewMessage>, AppError> {
        if !coming.iter().any(|part| part.events.iter().any(concerns)) {
            return Ok(Vec::new());
        }
        let mut noticed = Vec::new();
        let mut first = 0;
        for part in coming {
            if let Some(id) = ReleaseId::from_stream(part.stream)
                && part.events.iter().any(concerns)
            {
                // Of a release that has moved on nothing is appended, so that nobody is to be told.
                let before = self.find_release(&id).await?.filter(|release| release.version == part.at);
                noticed.extend(walk(before.as_deref(), part, first, actor, now));
            }
            first += part.events.len();
        }
        self.addressed(noticed, actor, now).await
    }

    /// Finds who they are that each notice is for.
    async fn addressed(
        &self,
        noticed: Vec<(usize, Notice, String)>,
        actor: &ActorId,
        now: Time,
    ) -> Result<Vec<NewMessage>, AppError> {
        if noticed.is_empty() {
            return Ok(Vec::new());
        }
        let zones = self.journal().zones().await?;
        let of_functions = noticed.iter().any(|(_, notice, _)| matches!(notice.to, To::Function(_)));
        let speakers = if of_functions { self.speakers().await? } else { BTreeMap::new() };
        let mut messages = Vec::new();
        for (event, notice, team_zone) in noticed {
            let people = match &notice.to {
                To::Person(person) => std::slice::from_ref(person),
                To::Function(function) => speakers.get(function).map(Vec::as_slice).unwrap_or_default(),
            };
            let payload = serde_json::to_string(&notice.what);
            let payload = payload.map_err(|error| AppError::Internal(error.to_string()))?;
            for person in people.iter().filter(|person| *person != actor) {
                let zone = zone(zones.get(person).map(String::as_str), &team_zone);
                messages.push(NewMessage {
                    event,
                    person: person.clone(),
                    kind: notice.kind.as_str().to_owned(),
                    urgency: notice.urgency.as_str().to_owned(),
                    payload: payload.clone(),
                    not_before: not_before(now, notice.kind, notice.urgency, &zone),
                });
            }
        }
        Ok(messages)
    }

    /// Returns who speaks for which function, of those who can sign in.
    async fn speakers(&self) -> Result<BTreeMap<Function, Vec<ActorId>>, AppError> {
        let mut speakers: BTreeMap<Function, Vec<ActorId>> = BTreeMap::new();
        for (person, account) in self.journal().accounts().await? {
            if account.disabled_at.is_some() {
                continue;
            }
            for function in account.functions.iter().filter_map(|name| Function::parse(name)) {
                speakers.entry(function).or_default().push(person.id.clone());
            }
        }
        Ok(speakers)
    }

    /// Returns where somebody gets mail, if this server sends any.
    pub(super) async fn mailed_to(&self, person: &ActorId) -> Result<Option<String>, AppError> {
        if self.mail.is_none() {
            return Ok(None);
        }
        let person = self.journal().person_get(person).await?;
        Ok(person.as_ref().and_then(post::mail_address).map(str::to_owned))
    }

    /// Keeps the zone in which somebody works: messages to them keep to its hours.
    pub(crate) async fn keep_zone(&self, person: &ActorId, zone: &TimeZone) -> Result<(), AppError> {
        if let Some(name) = zone.iana_name() {
            self.journal().zone_put(person, name).await?;
        }
        Ok(())
    }
}

/// Returns the zone that somebody works in: their own, or else that of the team.
fn zone(own: Option<&str>, team: &str) -> TimeZone {
    let own = own.and_then(|name| TimeZone::get(name).ok());
    own.or_else(|| TimeZone::get(team).ok()).unwrap_or(TimeZone::UTC)
}

/// Folds events as they will be, and returns whom each concerns, with its number and the zone of the team.
fn walk(
    before: Option<&Release>,
    part: &Coming<'_>,
    first: usize,
    actor: &ActorId,
    now: Time,
) -> Vec<(usize, Notice, String)> {
    let mut found = Vec::new();
    let mut release = before.cloned();
    // What is not there yet begins with its first event; what has moved on is not walked.
    if release.is_none() && part.at != StreamVersion(0) {
        return found;
    }
    for (index, event) in part.events.iter().enumerate() {
        let (kind, kind_version) = event.kind();
        let (version, position) = release.as_ref().map_or((0, 0), |of| (of.version.0, of.position.0));
        let envelope = Envelope {
            // Not the place it will have, which nothing that is told depends on.
            position: Position(position + 1),
            stream: part.stream.clone(),
            version: StreamVersion(version + 1),
            kind: kind.into(),
            kind_version,
            actor: actor.clone(),
            occurred_at: now,
            recorded_at: now,
        };
        let Some(mut after) = release.take() else {
            release = Release::begin(&envelope, event.clone());
            continue;
        };
        // Of the many events of an import few concern anybody; only for those both states are kept.
        let before = concerns(event).then(|| after.clone());
        after.apply(&envelope, event.clone());
        let Some(before) = before else {
            release = Some(after);
            continue;
        };
        let told = notices(&before, &after, event, &envelope);
        let zone = &after.description.zone;
        found.extend(told.into_iter().map(|notice| (first + index, notice, zone.clone())));
        release = Some(after);
    }
    found
}
