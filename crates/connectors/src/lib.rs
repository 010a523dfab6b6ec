//! What Seaworthy knows of outside systems, one file each.
//!
//! Invariant: what others send is bounded in time and size and is believed only after it was checked. Nothing here knows
//! the journal.

mod http;
pub mod mail;
pub mod oidc;
