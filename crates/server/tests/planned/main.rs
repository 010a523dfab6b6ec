//! Targets, milestones and calendars, through the API and through the pages.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod api;
mod pages;
mod site;
