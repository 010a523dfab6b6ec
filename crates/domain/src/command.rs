//! Commands: what somebody wants to happen, checked against what is, turned into events or a refusal.
//!
//! Invariant: a command decides on its arguments alone; the same state and the same wish give the same events.

pub mod apply;
pub mod ask;
pub mod blocker;
pub mod calendar;
pub mod candidate;
pub mod change;
pub mod correction;
pub mod course;
pub mod defect;
pub mod definition;
mod described;
pub mod evidence;
pub mod handoff;
pub mod judgement;
pub mod listing;
pub mod risk;
pub mod submission;
pub mod timeline;
pub mod waiver;

use crate::envelope::Position;
use crate::event::Event;
use crate::refusal::Refusal;

/// What a command that was not refused comes to.
#[derive(Clone, Debug, PartialEq)]
pub enum Settled {
    /// These events, the first of which names what came of it.
    New(Vec<Event>),
    /// It is so already, since the event at this position: asked twice, it is done once.
    Already(Position),
}

impl From<Event> for Settled {
    fn from(event: Event) -> Self {
        Self::New(vec![event])
    }
}

/// The longest text of some sentences, in characters.
pub const LONGEST_TEXT: usize = 5_000;
/// The longest line, such as a title.
pub const LONGEST_LINE: usize = 300;

/// Returns a text whose lines all end in one way, whoever wrote it: forms send them with a carriage return.
pub fn lines(text: &str) -> String {
    text.replace("\r\n", "\n")
}

/// Returns a text without the spaces around it, its lines ended in one way.
///
/// # Errors
/// One that is longer than `most` characters; `what` names it, as in "The reason".
pub fn text(what: &str, text: &str, most: usize) -> Result<String, Refusal> {
    let text = lines(text.trim());
    if text.chars().count() > most {
        return Err(Refusal::invalid(format!("{what} is longer than {most} characters. Shorten it.")));
    }
    Ok(text)
}

/// Returns a text that must not be empty.
///
/// # Errors
/// One that is too long, or holds nothing; `ask` says what is wanted: "Say in a few words why.".
pub fn said(what: &str, of: &str, most: usize, ask: &str) -> Result<String, Refusal> {
    let text = text(what, of, most)?;
    if text.is_empty() { Err(Refusal::invalid(ask)) } else { Ok(text) }
}

/// Returns a text if there is one.
///
/// # Errors
/// One that is too long.
pub fn perhaps(what: &str, of: Option<&str>, most: usize) -> Result<Option<String>, Refusal> {
    let text = text(what, of.unwrap_or_default(), most)?;
    Ok(Some(text).filter(|text| !text.is_empty()))
}

/// Returns the address of a page on the web, if there is one.
///
/// # Errors
/// One that a browser would not open as a page: links are made of it.
pub fn page(url: &str) -> Result<Option<String>, Refusal> {
    described::url(Some(url))
}
