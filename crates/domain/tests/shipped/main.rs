//! From a validated build to users: four tracks, each on its own way.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod handing;
mod sending;
mod world;
