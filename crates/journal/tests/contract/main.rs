//! What every public method promises, on both databases, always.
//!
//! Invariant: one body per promise. PostgreSQL is not optional: without a server its half fails and says how to
//! start one.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops, and says where")]

mod place;

mod accounts;
mod appending;
mod backing_up;
mod blobs;
mod filling;
mod hearing;
mod killing;
mod leasing;
mod migrating;
mod modelling;
mod outbox;
mod people;
mod reading;
mod redacting;
mod signing_in;
mod tampering;
mod together;
mod verifying;
