//! A row that is a sign-off: somebody's word, recorded for them by whoever imports the file.
//!
//! Invariant: a word that is on record, or was withdrawn, is not recorded again; and "no" or "pending" is no word.

use std::collections::BTreeSet;

use super::plan::{Drafted, FieldChange, Named, Planning};
use super::row::{Columns, Reading, build_of, track_of};
use super::word;
use super::{ColumnUse, Field, Mapping, Table};
use crate::assessment::SignOff;
use crate::command::{LONGEST_LINE, LONGEST_TEXT, Settled, judgement as command};
use crate::criterion::Function;
use crate::envelope::ActorId;
use crate::id::{BuildNumber, TrackId};
use crate::speaker::Speaker;
use crate::voice::Behalf;

/// Somebody who is named in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signer {
    pub id: ActorId,
    /// What they speak for; `None` where nobody has said.
    pub functions: Option<Vec<Function>>,
}

/// Returns everyone whom a table names, by name and address as they are written.
pub fn named(table: &Table, uses: &[ColumnUse], words: [&Mapping; 2]) -> BTreeSet<(String, String)> {
    let columns = Columns::new(table, uses, words);
    let text = |line, field| columns.cells(line, field).next().map_or("", |cell| cell.text).to_owned();
    let names = table.rows.iter().map(|line| (text(line, Field::Who), text(line, Field::Address)));
    names.filter(|(name, _)| !name.is_empty()).collect()
}

/// What a row says.
struct Word {
    track: TrackId,
    build: BuildNumber,
    function: Function,
    signer: Signer,
}

impl Planning<'_> {
    pub(super) fn sign_off(&mut self, reading: &mut Reading<'_>) -> (Named, Option<Drafted>) {
        let text = |reading: &Reading<'_>, field| reading.cell(field).map_or("", |cell| cell.text).to_owned();
        let (who, address) = (text(reading, Field::Who), text(reading, Field::Address));
        let key = format!("{} {}", text(reading, Field::Track), text(reading, Field::Build));
        let title = format!("{}, {who}", text(reading, Field::Function));
        let named = Named { key: key.trim().to_owned(), title: title.trim_matches([',', ' ']).to_owned() };
        let signed = match self.columns.has(Field::Signed) {
            true => reading.word(Field::Signed, "answer", word::mark).unwrap_or_default(),
            false => true,
        };
        let said = self.word(reading, &who, &address);
        let notes = reading.text(Field::Notes, LONGEST_TEXT);
        let when = reading.text(Field::When, LONGEST_LINE);
        let Some(said) = said.filter(|_| !reading.has_error()) else { return (named, None) };
        let whose = format!("{} {} {} {}", said.track, said.build, said.function.as_str(), said.signer.id);
        self.once(reading, &whose, None);
        let release = reading.release;
        let track = release.tracks.get(&said.track);
        let before = track.and_then(|track| track.sign_offs.iter().rfind(|signed| same(signed, &said)));
        let column = self.columns.name(Field::Signed);
        match before {
            Some(before) if before.withdrawn.is_some() => {
                reading
                    .warn(None, "This was on record and was withdrawn. It is not recorded again by a file.");
                return (named, Some(Drafted::default()));
            }
            Some(before) if !signed || before.notes == notes => {
                if !signed {
                    reading.warn(
                        column,
                        "It is on record as signed off, and the file says that it is not. Withdraw it, if it is not so.",
                    );
                }
                return (named, Some(Drafted::default()));
            }
            None if !signed => {
                reading.warn(column, "It is not signed off yet, so that there is nothing to record.");
                return (named, Some(Drafted::default()));
            }
            _ => {}
        }
        let source = match &when {
            Some(when) => format!("{}, row {}, given {when}", self.of.file, reading.line.number),
            None => format!("{}, row {}", self.of.file, reading.line.number),
        };
        let own = said.signer.id == self.of.speaker.actor;
        let behalf = (!own).then(|| Behalf { of: said.signer.id.clone(), source, attachment: None });
        let functions = said.signer.functions.clone();
        let speaker = Speaker { actor: self.of.speaker.actor.clone(), behalf, functions };
        let speaker = if own { self.of.speaker.clone() } else { speaker };
        let Word { track, build, function, .. } = &said;
        match command::sign_off(release, track, build, *function, notes.as_deref(), &speaker) {
            Err(refusal) => {
                reading.refused(None, refusal);
                (named, None)
            }
            Ok(Settled::Already(_)) => (named, Some(Drafted::default())),
            Ok(Settled::New(events)) => {
                let change =
                    |field, from: Option<String>, to: Option<String>| FieldChange { field, from, to };
                let mut changes = Vec::new();
                if before.is_none() {
                    changes.push(change(Field::Function, None, Some(function.as_str().to_owned())));
                    changes.push(change(Field::Who, None, Some(who)));
                }
                let was = before.and_then(|before| before.notes.clone());
                if was != notes {
                    changes.push(change(Field::Notes, was, notes));
                }
                (named, Some(Drafted { events, is_new: before.is_none(), changes, done: Vec::new() }))
            }
        }
    }

    /// Reads whose word a row is, of which build.
    fn word(&self, reading: &mut Reading<'_>, who: &str, address: &str) -> Option<Word> {
        for field in [Field::Track, Field::Build, Field::Function, Field::Who] {
            if reading.cell(field).is_none() {
                let column = self.columns.name(field).map(str::to_owned);
                let what = match field {
                    Field::Track => "on which track it is",
                    Field::Build => "of which build it is: a sign-off is of one build",
                    Field::Function => "for which function it is given",
                    _ => "whose word it is",
                };
                reading.error(column.as_deref(), format!("This row does not say {what}."));
            }
        }
        let release = reading.release;
        let track = reading.word(Field::Track, "track", |text| track_of(release, text))?;
        let function = reading.word(Field::Function, "function", word::function)?;
        let build = reading.cell(Field::Build)?;
        let id = track.description.id.clone();
        let build = match build_of(release, build.text, std::slice::from_ref(&id)) {
            Ok(on) if on.track == id => on.build,
            Ok(_) => {
                let name = &track.description.name;
                reading.error(Some(build.column), format!("“{}” is no build of {name}.", build.text));
                return None;
            }
            Err(why) => {
                reading.error(Some(build.column), why);
                return None;
            }
        };
        match self.of.signers.get(&(who.to_owned(), address.to_owned()))? {
            Ok(signer) => Some(Word { track: id, build, function, signer: signer.clone() }),
            Err(refusal) => {
                let column = self.columns.name(Field::Who).map(str::to_owned);
                reading.refused(column.as_deref(), refusal.clone());
                None
            }
        }
    }
}

fn same(signed: &SignOff, said: &Word) -> bool {
    signed.build == said.build
        && signed.function == said.function
        && *signed.voice().whose() == said.signer.id
}
