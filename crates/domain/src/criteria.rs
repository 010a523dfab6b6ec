//! How a criterion comes to a verdict: expressions in CEL over facts that may be missing.
//!
//! Invariant: a missing fact never turns a verdict green, and never red.

pub mod catalogue;
pub mod check;
pub mod expression;
pub mod fact;
pub mod fields;
pub mod given;
pub mod kleene;
mod names;
pub mod operators;
pub mod preset;
mod reasons;
mod shape;
pub mod written;

pub use names::names;
