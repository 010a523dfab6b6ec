//! Days that a milestone is planned for and cannot keep: frozen ones, and those on which nobody works.
//!
//! Invariant: a clash names what is in the way and the nearest days that are free, where there are any.

use crate::calendar::{Calendar, Day};
use crate::milestone::MilestoneKind;
use crate::track::TrackDescription;

/// What is in the way of a planned day, and what would be free.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clash {
    /// As it reads after the day: "lies in the App Store’s freeze “Holidays”, 23 Dec to 27 Dec".
    pub because: String,
    /// The first free working day before, and after.
    pub before: Option<Day>,
    pub after: Option<Day>,
}

impl Clash {
    /// Returns the remedy: "22 Dec and 28 Dec are free".
    pub fn remedy(&self) -> String {
        match (self.before, self.after) {
            (Some(before), Some(after)) => {
                format!("{} before it and {} after it are free", before.short(), after.short())
            }
            (Some(day), None) | (None, Some(day)) => format!("{} is free", day.short()),
            (None, None) => "no day near it is free".to_owned(),
        }
    }
}

/// Tells what is in the way of a milestone on a day.
pub fn clash(calendar: &Calendar, track: &TrackDescription, kind: MilestoneKind, day: Day) -> Option<Clash> {
    let what = kind.stopped_by();
    let frozen = what.and_then(|what| calendar.freezes_on(day, track, what).next());
    let because = match (frozen, calendar.idle(day)) {
        (Some(freeze), _) => format!("lies in {}", freeze.label()),
        (None, Some(idle)) => format!("is {idle}, no working day"),
        (None, None) => return None,
    };
    let near = |step| {
        let day = day.plus(step)?;
        calendar.walk(day, 0, step, |day| calendar.is_free(day, track, what)).ok()
    };
    Some(Clash { because, before: near(-1), after: near(1) })
}
