//! The reasons for which something is not known, each once, in the order in which they were met.
//!
//! Invariant: however many there are, adding one costs about the same.

use std::collections::HashSet;

use super::fact::Missing;

/// How many are compared one by one before they are looked up.
const FEW: usize = 16;

/// Reasons, each once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reasons {
    list: Vec<Missing>,
    /// The same, once they are many.
    known: HashSet<Missing>,
}

impl Reasons {
    pub(crate) fn add(&mut self, missing: &Missing) {
        let is_new = if self.list.len() < FEW {
            !self.list.contains(missing)
        } else {
            if self.known.is_empty() {
                self.known.extend(self.list.iter().cloned());
            }
            self.known.insert(missing.clone())
        };
        if is_new {
            self.list.push(missing.clone());
        }
    }

    pub(crate) fn add_all<'m>(&mut self, missing: impl IntoIterator<Item = &'m Missing>) {
        missing.into_iter().for_each(|missing| self.add(missing));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    pub(crate) fn len(&self) -> usize {
        self.list.len()
    }

    pub(crate) fn into_list(self) -> Vec<Missing> {
        self.list
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_kept_once_however_many_there_are() {
        let missing = |of: usize| Missing { fact: format!("f{of}").into(), why: "nobody looked".into() };
        let mut reasons = Reasons::default();
        for round in 0..3 {
            for of in 0..40 {
                reasons.add(&missing((of + round) % 40));
            }
        }
        let expect: Vec<Missing> = (0..40).map(missing).collect();
        assert_eq!(reasons.into_list(), expect);
    }
}
