//! Exit codes: what a script can tell without reading.
//!
//! Invariant: 0, 1 and 2 speak of readiness alone; that a command failed is 64 or more.

use std::process::ExitCode;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done; of a check: ready.
    Ready,
    NotReady,
    Unknown,
    /// The command line itself does not fit.
    Usage,
    /// What was given cannot be used: a file, a report, a name.
    BadInput,
    /// It is not the caller's fault.
    Failure,
}

impl Exit {
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Ready => 0,
            Self::NotReady => 1,
            Self::Unknown => 2,
            Self::Usage => 64,
            Self::BadInput => 65,
            Self::Failure => 70,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
