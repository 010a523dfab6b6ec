//! Candidates, waivers, what is signed and what is corrected, through the router: the API and the pages.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod api;
mod blockers;
mod imports;
mod pages;
mod shipping;
mod site;
mod workbook;
