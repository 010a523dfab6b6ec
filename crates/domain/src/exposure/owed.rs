//! What is still owed to a defect: what it is for users, and whether other tracks have it.
//!
//! Invariant: what is mended, withdrawn or counted as another owes nothing.

use super::{Exposed, Exposures, Mended, mended, original};
use crate::defect::Defect;
use crate::impact::{Often, Reach};
use crate::track::Track;

impl<'a> Exposures<'a> {
    /// Tells whether users may still meet it, under its own key.
    pub fn counts(&self, defect: &'a Defect) -> bool {
        let may_meet = |track: &Track| match self.of(defect, &track.description.id) {
            Exposed::Seen(_) => mended(track, defect) != Mended::Yes,
            exposed => exposed.is_unchecked(),
        };
        defect.withdrawn.is_none()
            && original(self.release, defect).is_none()
            && self.release.live_tracks().any(may_meet)
    }

    /// Tells whether nobody has said yet what it is for users.
    pub fn is_untranslated(&self, defect: &'a Defect) -> bool {
        defect.impact.is_none() && self.counts(defect)
    }

    /// Returns the tracks that might have it and on which nobody has looked, in the order they are shown.
    pub fn unchecked(&self, defect: &'a Defect) -> Vec<&'a Track> {
        if !self.counts(defect) {
            return Vec::new();
        }
        let might = |track: &&Track| self.of(defect, &track.description.id).is_unchecked();
        self.release.live_tracks().filter(might).collect()
    }
}

/// Returns how much a defect weighs among others: severity × reach × frequency, 1 to 200. What nobody has said weighs as
/// much as high, many and often: nothing says that it is less.
pub fn rank(defect: &Defect) -> i64 {
    let impact = defect.impact.as_ref().map(|told| &told.impact);
    let severity = defect.report.severity.unwrap_or(crate::defect::Severity::High);
    let reach = impact.map_or(Reach::Unknown, |impact| impact.reach);
    let often = impact.map_or(Often::Unknown, |impact| impact.often);
    severity.weight() * reach.weight() * often.weight()
}
