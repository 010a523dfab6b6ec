//! `seaworthy apply`: bring what is to what a file says.

use std::collections::BTreeMap;
use std::path::Path;

use domain::file::{self, Mistake};
use miette::{Diagnostic, LabeledSpan, NamedSource, SourceCode};
use server::app::apply::{ApplyRequest, ApplyResponse};

use super::{Outcome, drawn};
use crate::arguments::Apply;
use crate::client::{Client, Failed};
use crate::exit::Exit;
use crate::terminal;

pub(super) async fn run(client: &Client, apply: &Apply) -> Outcome {
    let source = read(&apply.file)
        .map_err(|error| Failed::Input(format!("{error}. `seaworthy init` writes a file to start from.")))?;
    let folder = apply.file.parent().unwrap_or(Path::new("."));
    let mut plans = BTreeMap::new();
    for path in file::plan_paths(&source) {
        // A plan that is not there is pointed at in the file, with everything else.
        if let Ok(text) = std::fs::read_to_string(folder.join(&path)) {
            plans.insert(path, text);
        }
    }
    let request =
        ApplyRequest { source: source.clone(), plans, reason: apply.reason.clone(), dry_run: apply.dry_run };
    let answer = client.post::<ApplyResponse>("/api/v1/apply", &request).await;
    let (response, json) = match answer {
        Err(Failed::Problem(problem)) if !problem.mistakes.is_empty() && !apply.json => {
            return Ok(point_at(&apply.file, &source, &problem.mistakes));
        }
        answer => answer?,
    };
    if apply.json {
        terminal::raw(&json);
        terminal::line("");
        return Ok(Exit::Ready);
    }
    for change in &response.changes {
        terminal::line(&format!("{} {change}", if apply.dry_run { "would" } else { "+" }));
    }
    let count = domain::words::count(response.changes.len() as i64, "change", "changes");
    terminal::line(&match (response.changes.is_empty(), apply.dry_run) {
        (true, _) => format!("{} says nothing new; nothing changed.", apply.file.display()),
        (false, true) => format!("{count}; nothing was changed (--dry-run)."),
        (false, false) => format!("{count} applied."),
    });
    Ok(Exit::Ready)
}

fn read(path: &Path) -> Result<String, String> {
    let bytes = std::fs::read(path).map_err(|error| format!("failed to read {}: {error}", path.display()))?;
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        format!("failed to read {}: byte {at} is not UTF-8 text", path.display())
    })
}

/// Points at every mistake in the file.
fn point_at(path: &Path, source: &str, mistakes: &[Mistake]) -> Exit {
    for mistake in mistakes {
        terminal::complain(pointed(&path.display().to_string(), source, mistake).trim_end());
        terminal::complain("");
    }
    let count = domain::words::count(mistakes.len() as i64, "mistake", "mistakes");
    terminal::complain(&format!("{count} in {}; nothing was applied.", path.display()));
    Exit::BadInput
}

/// Draws a mistake at its place in a text.
pub(super) fn pointed(name: &str, source: &str, mistake: &Mistake) -> String {
    let file = NamedSource::new(name, source.to_owned());
    drawn(&Pointed { mistake: mistake.clone(), file })
}

/// A mistake with the file it is in.
#[derive(Debug, thiserror::Error)]
#[error("{mistake}")]
struct Pointed {
    mistake: Mistake,
    file: NamedSource<String>,
}

impl Diagnostic for Pointed {
    fn help<'a>(&'a self) -> Option<Box<dyn std::fmt::Display + 'a>> {
        self.mistake.help.as_ref().map(|help| Box::new(help) as Box<dyn std::fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.file)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let length = self.mistake.end.saturating_sub(self.mistake.start);
        let label = LabeledSpan::new(self.mistake.label.clone(), self.mistake.start, length);
        Some(Box::new(std::iter::once(label)))
    }
}
