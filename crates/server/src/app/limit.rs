//! Limits on how often something may be tried.
//!
//! Invariant: what is remembered is bounded, and a key that is tried too often does not forget sooner for it.

use std::collections::{HashMap, VecDeque};
use std::sync::Mutex;

use domain::time::Time;

/// How often a key may be tried in a minute.
pub(crate) const TRIES: usize = 10;
const MINUTE: i64 = 60_000_000;
/// How many keys are remembered; beyond, those that have rested are dropped.
const KEYS: usize = 20_000;

/// The tries of the last minute, by key.
#[derive(Debug, Default)]
pub(crate) struct Limit(Mutex<HashMap<String, VecDeque<Time>>>);

impl Limit {
    /// Counts a try; returns how many seconds to wait if there were too many.
    ///
    /// A try that is refused is not counted: the key is free again as soon as its counted tries are a minute old.
    pub(crate) fn attempt(&self, key: &str, now: Time) -> Result<(), i64> {
        self.attempt_at_most(TRIES, key, now)
    }

    /// Counts a try of something that may be tried so many times a minute.
    pub(crate) fn attempt_at_most(&self, most: usize, key: &str, now: Time) -> Result<(), i64> {
        let Ok(mut tries) = self.0.lock() else { return Ok(()) };
        if tries.len() >= KEYS && !tries.contains_key(key) {
            tries.retain(|_, tries| tries.back().is_some_and(|last| recent(*last, now)));
            if tries.len() >= KEYS {
                // So many at once are an attack; whoever is new waits.
                return Err(60);
            }
        }
        let tries = tries.entry(key.to_owned()).or_default();
        while tries.front().is_some_and(|first| !recent(*first, now)) {
            tries.pop_front();
        }
        if let (true, Some(first)) = (tries.len() >= most, tries.front()) {
            let free = first.micros().saturating_add(MINUTE).saturating_sub(now.micros());
            return Err((free / 1_000_000).max(0) + 1);
        }
        tries.push_back(now);
        Ok(())
    }

    /// Forgets the tries of a key: whoever signs in has shown that they were theirs.
    pub(crate) fn forget(&self, key: &str) {
        if let Ok(mut tries) = self.0.lock() {
            tries.remove(key);
        }
    }
}

fn recent(at: Time, now: Time) -> bool {
    at.micros().saturating_add(MINUTE) > now.micros()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_tries_a_minute_hold_however_many_come() {
        let limit = Limit::default();
        let at = |seconds: i64| Time::from_micros(seconds * 1_000_000);
        let mut let_through = 0;
        for thousandth in 0..3_000 {
            let now = Time::from_micros(thousandth * 1000);
            let_through += usize::from(limit.attempt("a", now).is_ok());
        }
        assert_eq!(let_through, TRIES);
        assert!(limit.attempt("b", at(3)).is_ok(), "another key is free");
        assert_eq!(limit.attempt("a", at(30)), Err(31));
        assert!(limit.attempt("a", at(61)).is_ok());
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let limit = Limit::default();
        for key in 0..(KEYS + 50) {
            let _ = limit.attempt(&key.to_string(), Time::from_micros(0));
        }
        assert_eq!(limit.0.lock().unwrap().len(), KEYS);
        assert!(limit.attempt("later", Time::from_micros(2 * MINUTE)).is_ok());
        assert_eq!(limit.0.lock().unwrap().len(), 1);
    }
}
