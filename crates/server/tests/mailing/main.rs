//! Mail, by a real mail server: one digest for a half-day, nothing at night, each message once, whatever fails between.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod kept;
mod killed;
mod sink;
mod site;
mod week;
