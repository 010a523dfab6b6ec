//! `seaworthy`: the one binary.
//!
//! Invariant: a command speaks the JSON API, here to the router in its own process; it knows no rule.

mod arguments;
mod client;
mod commands;
mod exit;
mod terminal;

use clap::Parser;
use clap::error::ErrorKind;

use arguments::Arguments;
use exit::Exit;

fn main() -> std::process::ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Clap would exit with 2, which here means that readiness is unknown.
            let asked = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
            let _ = error.print();
            return if asked { Exit::Ready } else { Exit::Usage }.into();
        }
    };
    commands::run(arguments).into()
}
