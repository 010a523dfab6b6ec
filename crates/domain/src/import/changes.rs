//! A row that is a change, and what functions say of it.
//!
//! Invariant: a mark in a file is the word of whoever imports it, and only for functions that are theirs.

use std::collections::HashSet;

use super::Field;
use super::defects::listed;
use super::plan::{Drafted, FieldChange, Named, Outcome, Planned, Planning, differences};
use super::row::{Reading, Trouble};
use super::word;
use crate::change::{Change, ChangeDescription, DONE_BY};
use crate::command::{LONGEST_TEXT, Settled, change as command};
use crate::criterion::Function;
use crate::defect::Source;
use crate::event::Event;
use crate::id::{ChangeKey, TrackId};
use crate::release::Release;

impl Planning<'_> {
    pub(super) fn change(&mut self, reading: &mut Reading<'_>) -> (Named, Option<Drafted>) {
        let key = reading.key("a change", ChangeKey::parse);
        let before = key.as_ref().and_then(|key| reading.release.changes.get(key)).map(AsRef::as_ref);
        let description = self.description(reading, before.map(|before| &before.description));
        let named = Named {
            key: key.as_ref().map(ToString::to_string).unwrap_or_default(),
            title: description.title.clone(),
        };
        let Some(key) = key else { return (named, None) };
        self.once(reading, key.as_str(), self.columns.name(Field::Key));
        let done = self.marks(reading, before);
        if reading.has_error() {
            return (named, None);
        }
        if let Some(before) = before
            && before.source == Source::Hand
            && before.description != description
        {
            reading.warn(None, "It was written here by hand. From now on the file says what it is.");
        }
        let mut changes = differences(&told(before.map(|before| &before.description), &description));
        let (source, actor) = (self.source.clone(), &self.of.speaker.actor);
        let settled = command::describe(reading.release, Some(key.clone()), description, source, None, actor);
        let events = match settled {
            Err(refusal) => {
                reading.refused(None, refusal);
                return (named, None);
            }
            Ok(Settled::Already(_)) => {
                changes.clear();
                Vec::new()
            }
            Ok(Settled::New(events)) => events,
        };
        (named, Some(Drafted { events, is_new: before.is_none(), changes, done }))
    }

    fn description(
        &self,
        reading: &mut Reading<'_>,
        before: Option<&ChangeDescription>,
    ) -> ChangeDescription {
        let known = before.cloned().unwrap_or_default();
        let has = |field| self.columns.has(field);
        ChangeDescription {
            title: reading.title(known.title, has(Field::Title)),
            intent: match has(Field::Intent) {
                true => reading.text(Field::Intent, LONGEST_TEXT),
                false => known.intent,
            },
            priority: match has(Field::Priority) {
                true => reading.word(Field::Priority, "priority", word::priority),
                false => known.priority,
            },
            areas: if has(Field::Areas) { reading.areas() } else { known.areas },
            // No track named is every track, and so is "all".
            tracks: if has(Field::Tracks) { reading.tracks(&[] as &[TrackId]) } else { known.tracks },
            url: if has(Field::Url) { reading.url() } else { known.url },
        }
    }

    /// Returns the functions by which it is marked as done, and was not yet.
    fn marks(&self, reading: &mut Reading<'_>, before: Option<&Change>) -> Vec<Function> {
        let mut done = Vec::new();
        for function in DONE_BY {
            let field = field_of(function);
            let Some(column) = self.columns.name(field) else { continue };
            let already = before.is_some_and(|before| before.done_by(function));
            let mark = reading.word(field, "mark", word::mark).unwrap_or_default();
            match (mark, already) {
                (true, false) => done.push(function),
                (false, true) => reading.warn(
                    Some(column),
                    format!(
                        "{} said here that it is done, and the file does not. What was said stays; take it back here if \
                         it is not so.",
                        crate::words::capital(function.as_str())
                    ),
                ),
                _ => {}
            }
        }
        done
    }

    /// Records marks of a change that is there by now, for the functions that are the importer's; the others are told.
    pub(super) fn say(&self, after: &Release, done: Vec<Function>, planned: &mut Planned) -> Vec<Event> {
        let mut events = Vec::new();
        let Ok(key) = ChangeKey::parse(&planned.key) else { return events };
        let notes = format!("as marked in {}", self.of.file);
        for function in done {
            let field = field_of(function);
            let warning = match command::say(after, &key, function, true, Some(&notes), self.of.speaker) {
                Ok(Settled::New(more)) => {
                    let to = Some("done".to_owned());
                    planned.changes.push(FieldChange { field, from: None, to });
                    if planned.outcome == Outcome::Same {
                        planned.outcome = Outcome::Changed;
                    }
                    events.extend(more);
                    continue;
                }
                Ok(Settled::Already(_)) => continue,
                Err(_) if self.of.speaker.speaks_for(function).is_err() => format!(
                    "That it is done takes the word of {}, for which you do not speak. The mark is left out.",
                    function.as_str()
                ),
                Err(refusal) => format!("{} The mark is left out.", refusal.sentence),
            };
            let column = self.columns.name(field).map(str::to_owned);
            planned.troubles.push(Trouble { column, sentence: warning, error: false });
        }
        events
    }

    pub(super) fn changes_gone(&self, before: &Release) -> Vec<String> {
        let here: HashSet<&str> = self.seen.keys().map(String::as_str).collect();
        let live = before.changes.values().filter(|change| change.taken_out.is_none());
        let of_file = live.filter(|change| change.source == self.source);
        of_file.filter(|change| !here.contains(change.key.as_str())).map(|change| change.label()).collect()
    }
}

fn field_of(function: Function) -> Field {
    match function {
        Function::Engineering => Field::Engineering,
        Function::Qa => Field::Qa,
        _ => Field::Product,
    }
}

type Told = (Field, Option<String>, Option<String>);

fn told(before: Option<&ChangeDescription>, after: &ChangeDescription) -> Vec<Told> {
    let mut told: Vec<Told> = Vec::new();
    let mut add = |field, tell: &dyn Fn(&ChangeDescription) -> Option<String>| {
        told.push((field, before.and_then(tell), tell(after)));
    };
    add(Field::Title, &|change| Some(change.title.clone()));
    add(Field::Intent, &|change| change.intent.clone());
    add(Field::Priority, &|change| Some(change.priority?.as_str().to_owned()));
    add(Field::Tracks, &|change| listed(&change.tracks));
    add(Field::Areas, &|change| listed(&change.areas));
    add(Field::Url, &|change| change.url.clone());
    told
}
