//! The rules of Seaworthy: what can happen, what follows from it, what may be asked for, and what it means.
//!
//! Events are folded into products and releases; commands are checked against these and yield events or a refusal;
//! criteria are evaluated over the facts of a track and joined into its readiness; the product's file is read here, with
//! every mistake in its place.
//!
//! Invariant: no clock, no randomness and no I/O; everything is a function of its arguments.

pub mod area;
pub mod ask;
pub mod assessment;
pub mod blocker;
pub mod brief;
pub mod build;
pub mod calendar;
pub mod carry;
pub mod cases;
pub mod change;
pub mod command;
pub mod consequence;
pub mod cost;
pub mod course;
pub mod criteria;
pub mod criterion;
pub mod defect;
pub mod definition;
pub mod device;
pub mod differing;
pub mod digest;
pub mod envelope;
pub mod event;
pub mod evidence;
pub mod explain;
pub mod exposure;
pub mod facts;
pub mod file;
pub mod ground;
pub mod handoff;
pub mod happening;
pub mod id;
pub mod impact;
pub mod import;
pub mod knowledge;
pub mod lacks;
pub mod listing;
pub mod membership;
pub mod milestone;
pub mod notice;
pub mod permission;
pub mod person;
pub mod policy;
pub mod product;
pub mod readiness;
pub mod refusal;
pub mod release;
pub mod risk;
pub mod runs;
mod schema;
pub mod since;
pub mod speaker;
pub mod store;
pub mod submission;
pub mod time;
pub mod timeline;
pub mod track;
pub mod voice;
pub mod waiver;
pub mod words;
