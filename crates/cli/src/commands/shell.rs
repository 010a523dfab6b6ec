//! `seaworthy completions` and `seaworthy man`: what shells and `man` read.
//!
//! Invariant: both are made from the same arguments that are parsed.

use std::path::Path;

use clap::CommandFactory;

use super::Outcome;
use crate::arguments::{Arguments, Completions, Man};
use crate::client::Failed;
use crate::exit::Exit;
use crate::terminal;

pub(super) fn completions(completions: &Completions) -> Outcome {
    let mut script = Vec::new();
    clap_complete::generate(completions.shell, &mut Arguments::command(), "seaworthy", &mut script);
    terminal::raw(&script);
    Ok(Exit::Ready)
}

pub(super) fn man(man: &Man) -> Outcome {
    let Some(folder) = &man.folder else {
        let mut page = Vec::new();
        clap_mangen::Man::new(Arguments::command()).render(&mut page).map_err(anyhow::Error::new)?;
        terminal::raw(&page);
        return Ok(Exit::Ready);
    };
    let pages = write(folder)
        .map_err(|error| Failed::Input(format!("failed to write into {}: {error}", folder.display())))?;
    let pages = domain::words::count(pages, "page", "pages");
    terminal::line(&format!("Wrote {pages} of the manual into {}.", folder.display()));
    Ok(Exit::Ready)
}

fn write(folder: &Path) -> std::io::Result<i64> {
    std::fs::create_dir_all(folder)?;
    clap_mangen::generate_to(Arguments::command().disable_help_subcommand(true), folder)?;
    let pages = std::fs::read_dir(folder)?.flatten();
    Ok(pages.filter(|page| page.file_name().to_string_lossy().starts_with("seaworthy")).count() as i64)
}
