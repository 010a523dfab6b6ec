//! A command that cannot be carried out, told to a person.
//!
//! Invariant: the sentence says what would make it a yes.

/// A refusal: a whole sentence that its reader can act on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{sentence}")]
pub struct Refusal {
    pub kind: RefusalKind,
    pub sentence: String,
}

/// What a refusal is about, for those who must map it to a status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusalKind {
    /// What was named does not exist.
    Unknown,
    /// It contradicts what is already on record.
    Contradiction,
    /// It was never possible as it was asked.
    Invalid,
    /// It is not for whoever asked.
    Forbidden,
}

impl Refusal {
    pub fn unknown(sentence: impl Into<String>) -> Self {
        Self { kind: RefusalKind::Unknown, sentence: sentence.into() }
    }

    pub fn contradiction(sentence: impl Into<String>) -> Self {
        Self { kind: RefusalKind::Contradiction, sentence: sentence.into() }
    }

    pub fn forbidden(sentence: impl Into<String>) -> Self {
        Self { kind: RefusalKind::Forbidden, sentence: sentence.into() }
    }

    pub fn invalid(sentence: impl Into<String>) -> Self {
        Self { kind: RefusalKind::Invalid, sentence: sentence.into() }
    }
}
