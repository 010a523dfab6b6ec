//! How much one person may change in a minute, by hand and by all their tokens together.
//!
//! Invariant: a script that runs wild holds up its owner and nobody else, and what is remembered is one count a person.

use std::collections::HashMap;
use std::sync::Mutex;

use domain::envelope::ActorId;
use domain::time::Time;

/// More than any pipeline reports, and less than what fills a journal overnight.
const CHANGES: u32 = 3_000;
const MINUTE: i64 = 60_000_000;

/// The minute that each person is in, and how many changes they have sent in it.
#[derive(Debug, Default)]
pub(crate) struct Pace(Mutex<HashMap<ActorId, (i64, u32)>>);

impl Pace {
    /// Counts a change; returns how many seconds to wait if there were too many in this minute.
    pub(crate) fn change(&self, who: &ActorId, now: Time) -> Result<(), i64> {
        let Ok(mut sent) = self.0.lock() else { return Ok(()) };
        let minute = now.micros().div_euclid(MINUTE);
        let (of, count) = sent.entry(who.clone()).or_insert((minute, 0));
        if *of != minute {
            (*of, *count) = (minute, 0);
        }
        if *count >= CHANGES {
            let left = MINUTE - now.micros().rem_euclid(MINUTE);
            return Err(left / 1_000_000 + 1);
        }
        *count += 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_changes_too_much_waits_for_the_next_minute_and_others_do_not() {
        let pace = Pace::default();
        let (script, person) = (ActorId::new("script"), ActorId::new("person"));
        let at = |seconds: i64| Time::from_micros(seconds * 1_000_000);
        for _ in 0..CHANGES {
            assert_eq!(pace.change(&script, at(70)), Ok(()));
        }
        assert_eq!(pace.change(&script, at(70)), Err(51));
        assert_eq!(pace.change(&person, at(70)), Ok(()));
        assert_eq!(pace.change(&script, at(120)), Ok(()));
    }
}
