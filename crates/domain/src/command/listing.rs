//! Saying that a list is whole.
//!
//! Invariant: it is said of the list as it is at that moment, by somebody who can be asked.

use super::evidence::writable;
use super::{LONGEST_TEXT, Settled, perhaps};
use crate::defect::Source;
use crate::envelope::ActorId;
use crate::event::{Event, ListWhole};
use crate::listing::List;
use crate::refusal::Refusal;
use crate::release::Release;

/// Decides that nothing is missing on a list: somebody says so, or a file brought all there is. Said again it is said of
/// a later moment, unless nothing has happened since.
pub fn whole(
    release: &Release,
    list: List,
    source: Source,
    note: Option<&str>,
    by: &ActorId,
) -> Result<Settled, Refusal> {
    writable(release)?;
    let note = perhaps("The note", note, LONGEST_TEXT)?;
    match release.whole(list) {
        Some(whole)
            if whole.position == release.position
                && whole.actor == *by
                && whole.source == source
                && whole.note == note =>
        {
            Ok(Settled::Already(whole.position))
        }
        _ => Ok(Event::ListWhole(ListWhole { list, source, note }).into()),
    }
}
