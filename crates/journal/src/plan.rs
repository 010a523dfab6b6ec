//! Where each event of a batch will stand: positions, versions, times and hashes, before anything is written.
//!
//! Invariant: a refused append leaves no trace in the plan, so that each append succeeds or fails alone.

use std::borrow::Cow;
use std::collections::HashMap;

use domain::envelope::{Position, Stream, StreamVersion};

use crate::append::{Appended, Expect, Ready};
use crate::chain::Header;
use crate::error::AppendError;
use crate::outbox::Placed;
use crate::stored::{Head, StoredEvent};
use domain::digest::Digest;

/// A key, in its stream.
pub(crate) type Key = (Stream, String);

/// What a batch will write.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    pub(crate) events: Vec<StoredEvent>,
    pub(crate) messages: Vec<Placed>,
}

/// The end of the journal as the writer knows it: what a plan starts from, and what it moves on.
#[derive(Clone, Debug)]
pub(crate) struct Tail {
    pub(crate) head: Head,
    pub(crate) versions: HashMap<Stream, StreamVersion>,
    /// Keys known to be taken, and by which event. Not being here proves nothing, unless all were looked up.
    pub(crate) keys: HashMap<Key, (Position, Digest)>,
}

impl Tail {
    pub(crate) fn new(head: Head) -> Self {
        Self { head, versions: HashMap::new(), keys: HashMap::new() }
    }

    /// Adds the rows of an append to `rows`, or refuses and changes nothing.
    ///
    /// Every stream of the append must be in `versions`.
    pub(crate) fn plan(&mut self, ready: &Ready, rows: &mut Rows) -> Result<Appended, AppendError> {
        if let Some(earlier) = self.repetition(ready)? {
            return Ok(earlier);
        }
        self.check_versions(ready)?;
        let append = &ready.append;
        let recorded_at = append.now.max(self.head.recorded_at);
        let mut sealed = ready.sealed.iter();
        let mut number = 0;
        for part in &append.parts {
            let version = self.versions.entry(part.stream.clone()).or_default();
            for (index, event) in part.events.iter().enumerate() {
                let Some((salt, payload)) = sealed.next() else {
                    break;
                };
                // The key stands on the part's last event, whose position the append was acknowledged with.
                let key = match &part.expect {
                    Expect::Fact { key } if index + 1 == part.events.len() => Some(key),
                    _ => None,
                };
                version.0 += 1;
                let header = Header {
                    position: Position(self.head.position.0 + 1),
                    stream: Cow::Borrowed(part.stream.as_str()),
                    version: *version,
                    kind: Cow::Borrowed(&event.kind),
                    kind_version: event.kind_version,
                    actor: Cow::Borrowed(append.actor.as_str()),
                    occurred_at: event.occurred_at,
                    recorded_at,
                    key: key.map(|key| Cow::Borrowed(key.as_str())),
                    payload: *payload,
                    previous: self.head.hash,
                };
                let bytes = header.write();
                let hash = Digest::of(&bytes);
                self.head = Head { position: header.position, hash, recorded_at };
                if let Some(key) = key {
                    self.keys.insert((part.stream.clone(), key.clone()), (header.position, hash));
                }
                let caused = append.outbox.iter().filter(|message| message.event == number);
                rows.messages.extend(caused.map(|message| {
                    Placed::of(message, header.position, &hash, part.stream.as_str(), recorded_at)
                }));
                number += 1;
                rows.events.push(StoredEvent::of(&header, bytes, hash, salt, &event.payload));
            }
        }
        Ok(Appended { position: self.head.position, hash: self.head.hash, fresh: true })
    }

    /// Returns where an append stands that has been recorded before: all its facts are there.
    fn repetition(&self, ready: &Ready) -> Result<Option<Appended>, AppendError> {
        let mut taken = None;
        let mut new = false;
        for part in &ready.append.parts {
            let Expect::Fact { key } = &part.expect else {
                continue;
            };
            match self.keys.get(&(part.stream.clone(), key.clone())) {
                Some((position, hash)) => taken = Some((part, key, *position, *hash)),
                None => new = true,
            }
        }
        match taken {
            None => Ok(None),
            Some((_, _, position, hash)) if !new => Ok(Some(Appended { position, hash, fresh: false })),
            Some((part, key, position, _)) => {
                Err(AppendError::KeyTaken { stream: part.stream.clone(), key: key.clone(), position })
            }
        }
    }

    fn check_versions(&self, ready: &Ready) -> Result<(), AppendError> {
        // An append may have several parts on one stream; later ones see what earlier ones add.
        let mut added: Vec<(&Stream, i64)> = Vec::new();
        let mut keys: Vec<(&Stream, &String)> = Vec::new();
        for part in &ready.append.parts {
            let before: i64 =
                added.iter().filter(|(stream, _)| *stream == &part.stream).map(|(_, n)| n).sum();
            let actual =
                StreamVersion(self.versions.get(&part.stream).map_or(0, |version| version.0) + before);
            match &part.expect {
                Expect::Version(expected) if *expected != actual => {
                    let (stream, expected) = (part.stream.clone(), *expected);
                    return Err(AppendError::Conflict { stream, expected, actual });
                }
                Expect::Fact { key } if keys.contains(&(&part.stream, key)) => {
                    return Err(AppendError::Invalid("it has the same key twice"));
                }
                Expect::Fact { key } => keys.push((&part.stream, key)),
                Expect::Version(_) => {}
            }
            added.push((&part.stream, part.events.len() as i64));
        }
        Ok(())
    }
}
