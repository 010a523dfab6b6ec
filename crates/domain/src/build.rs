//! A build: version, number and commit on one track. Evidence is bound to it.
//!
//! Invariant: on a track, a build number belongs to one commit for ever.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::id::{BuildNumber, Commit};

/// One build of one track.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Build {
    pub version: String,
    pub number: BuildNumber,
    pub commit: Commit,
    /// How many commits lead up to this one (`git rev-list --count`), so that "9 commits later" can be said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<i64>,
    /// The digest of what goes to the store.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub artifact: Option<Digest>,
}

impl Build {
    /// Tells whether two claims of a commit can be one: equal, or one an abbreviation of the other.
    pub fn same_commit(one: &Commit, other: &Commit) -> bool {
        let (one, other) = (one.as_str(), other.as_str());
        one == other
            || (one.len().min(other.len()) >= 7 && (one.starts_with(other) || other.starts_with(one)))
    }

    /// Says how far `later` is from this build, as in ", 9 commits later"; empty when nobody counted.
    pub fn distance_to(&self, later: &Build) -> String {
        match (self.revision, later.revision) {
            (Some(from), Some(to)) if to > from => {
                let commits = to - from;
                format!(", {commits} {} later", if commits == 1 { "commit" } else { "commits" })
            }
            (Some(from), Some(to)) if to < from => {
                let commits = from - to;
                format!(", {commits} {} earlier", if commits == 1 { "commit" } else { "commits" })
            }
            _ => String::new(),
        }
    }
}

impl fmt::Display for Build {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.version.is_empty() {
            self.number.fmt(f)
        } else {
            write!(f, "{} ({})", self.version, self.number)
        }
    }
}
