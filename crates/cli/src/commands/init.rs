//! `seaworthy init`: a file to start from, with comments worth reading.
//!
//! Invariant: the file is written whole, after the last question, or not at all.

mod answers;
mod ask;

use std::io::{IsTerminal, Write as _};
use std::path::Path;

use super::Outcome;
use crate::arguments::Init;
use crate::client::Failed;
use crate::exit::Exit;
use crate::terminal;
use answers::Answers;

pub(super) fn run(init: &Init) -> Outcome {
    if init.file.exists() && !init.force {
        let path = init.file.display();
        return Err(Failed::Input(format!("{path} is there already. Edit it, or replace it with --force.")));
    }
    let name = init.name.clone().or_else(folder_name).unwrap_or_else(|| "My app".to_owned());
    let asks = !init.yes
        && !init.json
        && std::io::stdin().is_terminal()
        && std::io::stdout().is_terminal()
        && std::io::stderr().is_terminal();
    let text = if asks {
        let answers = ask::ask(&name)?;
        let text = answers.file();
        terminal::line("");
        preview(&text);
        terminal::line(&ask::summary(&answers));
        if !ask::agreed(&init.file)? {
            return Err(Failed::Input("Nothing was written.".to_owned()));
        }
        text
    } else {
        Answers::usual(name.clone()).file()
    };
    write(&init.file, &text, init.force)
        .map_err(|error| Failed::Input(format!("failed to write {}: {error}", init.file.display())))?;
    let path = init.file.display();
    if init.json {
        terminal::line(&serde_json::json!({ "file": path.to_string(), "name": name }).to_string());
        return Ok(Exit::Ready);
    }
    terminal::line(&format!("Wrote {path}. Read it, change it, then:"));
    terminal::line(&format!("  seaworthy apply {path} --dry-run    to see what it would do"));
    terminal::line(&format!("  seaworthy apply {path}              to do it"));
    Ok(Exit::Ready)
}

/// Shows what counts of a file; its comments are there to be read in peace.
fn preview(text: &str) {
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let line = line.split("   #").next().unwrap_or(line).trim_end();
        terminal::line(&terminal::paint(terminal::DIM, &format!("  {line}")));
    }
    terminal::line("");
}

fn write(path: &Path, text: &str, force: bool) -> std::io::Result<()> {
    if force {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut beside = tempfile::Builder::new().permissions(ordinary()).tempfile_in(folder)?;
        beside.write_all(text.as_bytes())?;
        beside.persist(path).map_err(|error| error.error)?;
        return Ok(());
    }
    // Somebody may have been quicker.
    let mut file = std::fs::File::create_new(path)?;
    file.write_all(text.as_bytes())
}

fn ordinary() -> std::fs::Permissions {
    std::os::unix::fs::PermissionsExt::from_mode(0o644)
}

fn folder_name() -> Option<String> {
    let folder = std::path::absolute(".").ok()?;
    let name = folder.file_name()?.to_str()?;
    name.chars().any(|c| c.is_ascii_alphanumeric()).then(|| name.to_owned())
}
