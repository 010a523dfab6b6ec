//! The pieces that pages are built from.
//!
//! Invariant: a piece takes what it shows and nothing else; none of them asks for anything.

pub(super) mod know;
pub(super) mod listed;
pub(super) mod table;
pub(super) mod timeline;
pub(super) mod verdict;
