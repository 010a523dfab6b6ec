//! The commands as somebody types them: the real binary, real files, both databases.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod asking;
mod blocking;
mod deciding;
mod defining;
mod demo;
mod described;
mod disk;
mod exit;
mod importing;
mod ingest;
mod init;
mod journal;
mod kill;
mod listing;
mod people;
mod place;
mod remote;
mod served;
mod servers;
mod sign_on;
mod syscalls;
mod walk;
