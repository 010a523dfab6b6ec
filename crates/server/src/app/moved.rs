//! Decisions that hold only while what they were made on still stands.
//!
//! Invariant: what is compared is what the decision itself is made on, so that nothing can come between.

use std::collections::BTreeSet;

use domain::envelope::{ActorId, Position, Stream};
use domain::happening::{Happening, happening};
use domain::id::ReleaseId;
use domain::words;

use super::load::read;
use super::{App, AppError};

/// What whoever decides has seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// Whatever is there.
    Anything,
    /// It as it was at one of these positions.
    At(BTreeSet<Position>),
}

/// How many of the things that happened meanwhile are told.
const TOLD: usize = 3;

impl Seen {
    /// Says whether something that moved last at a position is as it was seen; 0 is what is not there yet.
    pub(crate) fn is_still(&self, position: Position) -> bool {
        match self {
            Self::Anything => position.0 > 0,
            Self::At(positions) => positions.contains(&position),
        }
    }
}

impl App {
    /// Refuses a decision on what has moved since, and tells what has happened.
    pub(crate) async fn moved(
        &self,
        what: &str,
        streams: &[Stream],
        seen: &Seen,
    ) -> Result<AppError, AppError> {
        let newest = match seen {
            Seen::Anything => None,
            Seen::At(positions) => positions.last().copied(),
        };
        let Some(newest) = newest else {
            return Ok(AppError::Moved(format!(
                "`If-Match` names no state of {what}. Take it from the `ETag` of an answer that shows it."
            )));
        };
        let mut told = Vec::new();
        for stream in streams {
            let news = self.journal().read_stream_page(stream, newest, 500).await?;
            let release = match ReleaseId::from_stream(stream) {
                Some(id) => self.find_release(&id).await?,
                None => None,
            };
            for (envelope, event) in read(news)? {
                told.push(happening(&envelope, &event, release.as_deref()));
            }
        }
        told.sort_by_key(|happening| std::cmp::Reverse(happening.position));
        let total = told.len();
        let names = self.names_now().await?;
        let name = |actor: &ActorId| names.of(actor).to_owned();
        let sentence = |happening: Happening| format!("{} {}", happening.subject(name), happening.told(name));
        let sentences: Vec<String> = told.into_iter().take(TOLD).map(sentence).collect();
        if sentences.is_empty() {
            return Ok(AppError::Moved(format!(
                "`If-Match` names a state that {what} is not in. Look at it again, and decide on what you see."
            )));
        }
        Ok(AppError::Moved(format!(
            "{what} has moved since: {}. Look at it again, and decide on what you see.",
            words::list(&sentences.iter().map(String::as_str).collect::<Vec<_>>(), total, TOLD)
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_seen_holds_until_it_moves() {
        let at = |positions: &[i64]| Seen::At(positions.iter().copied().map(Position).collect());
        for (seen, position, still) in [
            (at(&[7]), 7, true),
            (at(&[7]), 8, false),
            (at(&[9]), 8, false),
            (at(&[5, 8]), 8, true),
            (at(&[]), 8, false),
            (at(&[0]), 0, true),
            (Seen::Anything, 8, true),
            (Seen::Anything, 0, false),
        ] {
            assert_eq!(seen.is_still(Position(position)), still, "{seen:?} {position}");
        }
    }
}
