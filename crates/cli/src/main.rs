//! `seaworthy`: the one binary.
//!
//! Invariant: a command speaks the JSON API, to the router in its own process or to a server; it knows no rule.

mod arguments;
mod client;
mod commands;
mod exit;
mod log;
mod terminal;

use clap::error::ErrorKind;
use clap::{CommandFactory, FromArgMatches};

use arguments::Arguments;
use client::Failed;
use exit::Exit;

fn main() -> std::process::ExitCode {
    let parsed = Arguments::command().try_get_matches().and_then(|matches| {
        let arguments = Arguments::from_arg_matches(&matches)?;
        Ok((matches, arguments))
    });
    let (matches, arguments) = match parsed {
        Ok(parsed) => parsed,
        Err(error) => return misread(&error).into(),
    };
    terminal::colour(arguments.look.color);
    commands::run(&matches, arguments).into()
}

/// Tells what is wrong with the command line, or prints the help that was asked for.
fn misread(error: &clap::Error) -> Exit {
    // Clap would exit with 2, which here means that readiness is unknown.
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        let _ = error.print();
        return Exit::Ready;
    }
    if std::env::args_os().skip(1).any(|argument| argument == "--json") {
        let said = error.render().to_string();
        let said = said.trim().trim_start_matches("error: ");
        commands::complain(&Failed::Usage(said.to_owned()), true);
    } else {
        let _ = error.print();
    }
    Exit::Usage
}
