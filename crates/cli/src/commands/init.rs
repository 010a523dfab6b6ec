//! `seaworthy init`: a file to start from, with comments worth reading.

use super::Outcome;
use crate::arguments::Init;
use crate::client::Failed;
use crate::exit::Exit;
use crate::terminal;

pub(super) fn run(init: &Init) -> Outcome {
    if init.file.exists() && !init.force {
        let path = init.file.display();
        return Err(Failed::Input(format!("{path} is there already. Edit it, or replace it with --force.")));
    }
    let name = init.name.clone().or_else(folder_name).unwrap_or_else(|| "My app".to_owned());
    let text = TEMPLATE.replace("{name}", &name.replace(['\\', '"'], ""));
    std::fs::write(&init.file, text)
        .map_err(|error| Failed::Input(format!("failed to write {}: {error}", init.file.display())))?;
    let path = init.file.display();
    terminal::line(&format!("Wrote {path}. Read it, change it, then:"));
    terminal::line(&format!("  seaworthy apply {path} --dry-run    to see what it would do"));
    terminal::line(&format!("  seaworthy apply {path}              to do it"));
    Ok(Exit::Ready)
}

fn folder_name() -> Option<String> {
    let folder = std::path::absolute(".").ok()?;
    let name = folder.file_name()?.to_str()?;
    name.chars().any(|c| c.is_ascii_alphanumeric()).then(|| name.to_owned())
}

const TEMPLATE: &str = include_str!("init.toml");
