//! What every public method promises, on both databases, always.
//!
//! Invariant: one body per promise. PostgreSQL is not optional: without a server its half fails and says how to
//! start one.

mod place;

mod appending;
mod people;
mod reading;
mod redacting;
mod tampering;
mod together;
mod verifying;
