//! What stores say of a submission, in their own words; what each word comes to, and which may follow it.
//!
//! Apple's words are `AppVersionState` and `PhasedReleaseState` of App Store Connect 4.4.1; Google's are
//! `releaseLifecycleState` and the release status of Android Publisher v3. Which may follow which neither description
//! says: the moves are those that the consoles offer.
//!
//! Invariant: a word that is not known is kept as it was said; nothing is concluded from it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where a track is submitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Store {
    AppStore,
    Play,
    /// One whose words are not written down here.
    Other,
}

/// What a word of a store comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// It is not with the store yet.
    Preparing,
    /// The store has it, and nobody there has begun.
    Waiting,
    InReview,
    /// The store refused it, or could not use it.
    Rejected,
    /// It was taken back before the store was done.
    TakenBack,
    /// Approved and not released: nobody has it yet.
    Approved,
    /// Released, and on its way into the store.
    Processing,
    /// Users can get it.
    Live,
    /// A later version took its place.
    Replaced,
    /// A word that is not known here.
    Unknown,
}

/// What a word says of a rollout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Pace {
    NotStarted,
    Going,
    Halted,
    /// Everybody is offered it, which is not that everybody has it.
    Full,
    Unknown,
}

struct Word<M: 'static> {
    word: &'static str,
    means: M,
    next: &'static [&'static str],
}

const fn word<M>(word: &'static str, means: M, next: &'static [&'static str]) -> Word<M> {
    Word { word, means, next }
}

const BACK_IN: &[&str] =
    &["PREPARE_FOR_SUBMISSION", "READY_FOR_REVIEW", "WAITING_FOR_REVIEW", "DEVELOPER_REJECTED"];

const APP_STORE: [Word<Stage>; 15] = [
    word(
        "PREPARE_FOR_SUBMISSION",
        Stage::Preparing,
        &["READY_FOR_REVIEW", "WAITING_FOR_REVIEW", "WAITING_FOR_EXPORT_COMPLIANCE", "INVALID_BINARY"],
    ),
    word(
        "READY_FOR_REVIEW",
        Stage::Preparing,
        &["WAITING_FOR_REVIEW", "PREPARE_FOR_SUBMISSION", "DEVELOPER_REJECTED", "INVALID_BINARY"],
    ),
    word(
        "WAITING_FOR_EXPORT_COMPLIANCE",
        Stage::Waiting,
        &["WAITING_FOR_REVIEW", "DEVELOPER_REJECTED", "REJECTED"],
    ),
    word(
        "WAITING_FOR_REVIEW",
        Stage::Waiting,
        &[
            "IN_REVIEW",
            "WAITING_FOR_EXPORT_COMPLIANCE",
            "DEVELOPER_REJECTED",
            "METADATA_REJECTED",
            "REJECTED",
            "INVALID_BINARY",
        ],
    ),
    word(
        "IN_REVIEW",
        Stage::InReview,
        &[
            "ACCEPTED",
            "PENDING_DEVELOPER_RELEASE",
            "PENDING_APPLE_RELEASE",
            "PROCESSING_FOR_DISTRIBUTION",
            "READY_FOR_DISTRIBUTION",
            "REJECTED",
            "METADATA_REJECTED",
            "INVALID_BINARY",
            "DEVELOPER_REJECTED",
            "WAITING_FOR_REVIEW",
        ],
    ),
    word(
        "ACCEPTED",
        Stage::Approved,
        &[
            "PENDING_DEVELOPER_RELEASE",
            "PENDING_APPLE_RELEASE",
            "PROCESSING_FOR_DISTRIBUTION",
            "READY_FOR_DISTRIBUTION",
            "DEVELOPER_REJECTED",
            "REJECTED",
        ],
    ),
    word(
        "PENDING_DEVELOPER_RELEASE",
        Stage::Approved,
        &[
            "PROCESSING_FOR_DISTRIBUTION",
            "READY_FOR_DISTRIBUTION",
            "PENDING_APPLE_RELEASE",
            "DEVELOPER_REJECTED",
        ],
    ),
    word(
        "PENDING_APPLE_RELEASE",
        Stage::Approved,
        &["PROCESSING_FOR_DISTRIBUTION", "READY_FOR_DISTRIBUTION", "DEVELOPER_REJECTED"],
    ),
    word(
        "PROCESSING_FOR_DISTRIBUTION",
        Stage::Processing,
        &["READY_FOR_DISTRIBUTION", "REPLACED_WITH_NEW_VERSION"],
    ),
    word("READY_FOR_DISTRIBUTION", Stage::Live, &["REPLACED_WITH_NEW_VERSION"]),
    word("REPLACED_WITH_NEW_VERSION", Stage::Replaced, &[]),
    word("REJECTED", Stage::Rejected, BACK_IN),
    // What stands in the way is the listing, not the build: it may go on where it was.
    word(
        "METADATA_REJECTED",
        Stage::Rejected,
        &[
            "PREPARE_FOR_SUBMISSION",
            "READY_FOR_REVIEW",
            "WAITING_FOR_REVIEW",
            "IN_REVIEW",
            "DEVELOPER_REJECTED",
        ],
    ),
    word("INVALID_BINARY", Stage::Rejected, BACK_IN),
    word(
        "DEVELOPER_REJECTED",
        Stage::TakenBack,
        &["PREPARE_FOR_SUBMISSION", "READY_FOR_REVIEW", "WAITING_FOR_REVIEW"],
    ),
];

const PLAY: [Word<Stage>; 6] = [
    word("DRAFT", Stage::Preparing, &["NOT_SENT_FOR_REVIEW", "IN_REVIEW"]),
    word("NOT_SENT_FOR_REVIEW", Stage::Preparing, &["IN_REVIEW", "DRAFT"]),
    // Committing an edit cancels a review unless it is told not to: then it is as if it had never been sent.
    word(
        "IN_REVIEW",
        Stage::InReview,
        &["APPROVED_NOT_PUBLISHED", "PUBLISHED", "NOT_APPROVED", "NOT_SENT_FOR_REVIEW", "DRAFT"],
    ),
    word("APPROVED_NOT_PUBLISHED", Stage::Approved, &["PUBLISHED", "IN_REVIEW", "DRAFT"]),
    word("NOT_APPROVED", Stage::Rejected, &["DRAFT", "NOT_SENT_FOR_REVIEW", "IN_REVIEW"]),
    word("PUBLISHED", Stage::Live, &[]),
];

const OTHER: [Word<Stage>; 7] = [
    word("PREPARING", Stage::Preparing, &["SUBMITTED", "IN_REVIEW"]),
    word("SUBMITTED", Stage::Waiting, &["IN_REVIEW", "APPROVED", "REJECTED", "LIVE", "TAKEN_BACK"]),
    word("IN_REVIEW", Stage::InReview, &["APPROVED", "REJECTED", "LIVE", "TAKEN_BACK"]),
    word("REJECTED", Stage::Rejected, &["PREPARING", "SUBMITTED", "IN_REVIEW", "TAKEN_BACK"]),
    word("TAKEN_BACK", Stage::TakenBack, &["PREPARING", "SUBMITTED", "IN_REVIEW"]),
    word("APPROVED", Stage::Approved, &["LIVE", "REJECTED", "TAKEN_BACK"]),
    word("LIVE", Stage::Live, &[]),
];

const PHASED: [Word<Pace>; 4] = [
    word("INACTIVE", Pace::NotStarted, &["ACTIVE", "COMPLETE"]),
    word("ACTIVE", Pace::Going, &["PAUSED", "COMPLETE"]),
    word("PAUSED", Pace::Halted, &["ACTIVE", "COMPLETE"]),
    word("COMPLETE", Pace::Full, &[]),
];

const STAGED: [Word<Pace>; 4] = [
    word("draft", Pace::NotStarted, &["inProgress", "completed"]),
    word("inProgress", Pace::Going, &["halted", "completed"]),
    word("halted", Pace::Halted, &["inProgress", "completed"]),
    word("completed", Pace::Full, &["halted"]),
];

impl Store {
    /// Returns the store of that name, as a product's file has it.
    pub fn named(name: Option<&str>) -> Self {
        match name {
            Some("app-store") => Self::AppStore,
            Some("play") => Self::Play,
            _ => Self::Other,
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::AppStore => "the App Store",
            Self::Play => "Google Play",
            Self::Other => "the store",
        }
    }

    fn table(self) -> &'static [Word<Stage>] {
        match self {
            Self::AppStore => &APP_STORE,
            Self::Play => &PLAY,
            Self::Other => &OTHER,
        }
    }

    fn rollout(self) -> &'static [Word<Pace>] {
        match self {
            Self::AppStore => &PHASED,
            Self::Play | Self::Other => &STAGED,
        }
    }

    /// Returns every word that the store has for a submission.
    pub fn words(self) -> impl Iterator<Item = &'static str> {
        self.table().iter().map(|word| word.word)
    }

    /// Returns every word that the store has for a rollout.
    pub fn rollout_words(self) -> impl Iterator<Item = &'static str> {
        self.rollout().iter().map(|word| word.word)
    }

    /// Returns what a word comes to.
    pub fn stage(self, said: &str) -> Stage {
        self.table().iter().find(|word| word.word == said).map_or(Stage::Unknown, |word| word.means)
    }

    /// Returns what a word says of a rollout.
    pub fn pace(self, said: &str) -> Pace {
        self.rollout().iter().find(|word| word.word == said).map_or(Pace::Unknown, |word| word.means)
    }

    /// Returns the words that may follow one; `None` after a word that is not known: then anything may.
    pub fn next(self, said: &str) -> Option<&'static [&'static str]> {
        self.table().iter().find(|word| word.word == said).map(|word| word.next)
    }

    /// Returns the words of a rollout that may follow one; `None` after a word that is not known.
    pub fn next_pace(self, said: &str) -> Option<&'static [&'static str]> {
        self.rollout().iter().find(|word| word.word == said).map(|word| word.next)
    }

    /// Returns the word with which a submission begins when it was just sent.
    pub fn sent(self) -> &'static str {
        match self {
            Self::AppStore => "WAITING_FOR_REVIEW",
            Self::Play => "IN_REVIEW",
            Self::Other => "SUBMITTED",
        }
    }
}

impl Stage {
    /// Returns what it comes to, as readers see it beside the store's own word.
    pub fn label(self) -> &'static str {
        match self {
            Self::Preparing => "not sent yet",
            Self::Waiting => "waiting for review",
            Self::InReview => "in review",
            Self::Rejected => "rejected",
            Self::TakenBack => "taken back",
            Self::Approved => "approved, not released",
            Self::Processing => "on its way into the store",
            Self::Live => "users can get it",
            Self::Replaced => "replaced by a later version",
            Self::Unknown => "a state that is not known here",
        }
    }

    /// Tells whether the store still has something to do with it, or we do, before users can get it.
    pub fn is_under_way(self) -> bool {
        matches!(
            self,
            Self::Preparing
                | Self::Waiting
                | Self::InReview
                | Self::Approved
                | Self::Processing
                | Self::Unknown
        )
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_word_that_may_follow_is_a_word_of_the_store() {
        for store in [Store::AppStore, Store::Play, Store::Other] {
            let words: BTreeSet<&str> = store.words().collect();
            assert_eq!(words.len(), store.table().len(), "no word twice");
            for word in store.table() {
                let strangers: Vec<_> = word.next.iter().filter(|next| !words.contains(*next)).collect();
                assert!(
                    strangers.is_empty() && !word.next.contains(&word.word),
                    "{}: {strangers:?}",
                    word.word
                );
            }
            assert_ne!(store.stage(store.sent()), Stage::Unknown);
            let paces: BTreeSet<&str> = store.rollout_words().collect();
            assert!(store.rollout().iter().all(|word| word.next.iter().all(|next| paces.contains(next))));
        }
    }

    #[test]
    fn users_get_nothing_that_the_store_has_not_approved() {
        for store in [Store::AppStore, Store::Play, Store::Other] {
            for word in store.table() {
                let leads_live = word.next.iter().any(|next| store.stage(next) == Stage::Live);
                let seen = matches!(word.means, Stage::InReview | Stage::Approved | Stage::Processing)
                    || (store == Store::Other && word.means == Stage::Waiting);
                assert!(!leads_live || seen, "{}", word.word);
            }
        }
    }
}
