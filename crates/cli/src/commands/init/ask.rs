//! The questions of `seaworthy init`, at a terminal.
//!
//! Invariant: every question has an answer to accept with Enter, and none that would make a file that does not apply.

use std::fmt;

use domain::criteria::preset::{PRESETS, Preset};
use domain::id::ProductId;
use inquire::ui::RenderConfig;
use inquire::validator::Validation;
use inquire::{Confirm, InquireError, MultiSelect, Text};

use super::answers::{Answers, PLATFORMS, Platform, USUAL_PLATFORMS, USUAL_PRESETS, release};
use crate::client::Failed;
use crate::terminal;

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// A preset on offer.
struct Offer(&'static Preset);

impl fmt::Display for Offer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:28} {}", self.0.name, self.0.doc)
    }
}

/// Asks for everything.
pub(super) fn ask(name: &str) -> Result<Answers, Failed> {
    if !terminal::has_colour() {
        inquire::set_global_render_config(RenderConfig::empty());
    }
    let zone_here = jiff::tz::TimeZone::system().iana_name().unwrap_or("UTC").to_owned();
    let name = Text::new("What is the product called?")
        .with_default(name)
        .with_validator(|name: &str| {
            Ok(match ProductId::from_name(name) {
                Ok(_) => Validation::Valid,
                Err(error) => Validation::Invalid(error.to_string().into()),
            })
        })
        .prompt()
        .map_err(given_up)?;
    let platforms = MultiSelect::new("Which platforms does it ship to?", PLATFORMS.to_vec())
        .with_default(&USUAL_PLATFORMS)
        .with_validator(|chosen: &[inquire::list_option::ListOption<&Platform>]| {
            Ok(if chosen.is_empty() {
                Validation::Invalid("Choose at least one, with the space bar.".into())
            } else {
                Validation::Valid
            })
        })
        .with_help_message("space chooses, Enter goes on")
        .prompt()
        .map_err(given_up)?;
    let zone = Text::new("In which time zone is the team?")
        .with_default(&zone_here)
        .with_validator(|zone: &str| {
            Ok(match jiff::tz::TimeZone::get(zone) {
                Ok(_) => Validation::Valid,
                Err(_) => Validation::Invalid("There is no such zone. One is called Europe/Berlin.".into()),
            })
        })
        .prompt()
        .map_err(given_up)?;
    let version = Text::new("Which version is the next release?")
        .with_default("1.0.0")
        .with_validator(|version: &str| {
            let fits = !version.is_empty()
                && version.len() <= 30
                && version.starts_with(|c: char| c.is_ascii_digit())
                && version.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-+".contains(&byte));
            Ok(if fits {
                Validation::Valid
            } else {
                Validation::Invalid("A version is written as 4.2.0.".into())
            })
        })
        .prompt()
        .map_err(given_up)?;
    let usual: Vec<usize> = PRESETS
        .iter()
        .enumerate()
        .filter(|(_, preset)| USUAL_PRESETS.contains(&preset.name))
        .map(|(index, _)| index)
        .collect();
    let presets = MultiSelect::new("When is a build ready?", PRESETS.iter().map(Offer).collect())
        .with_default(&usual)
        .with_help_message("space chooses, Enter goes on; your own criteria go into the file")
        .prompt()
        .map_err(given_up)?;
    let presets = presets.into_iter().map(|Offer(preset)| preset.name.to_owned()).collect();
    Ok(Answers { name, platforms, zone, version, presets })
}

/// Asks whether to write what was shown.
pub(super) fn agreed(file: &std::path::Path) -> Result<bool, Failed> {
    Confirm::new(&format!("Write {}?", file.display())).with_default(true).prompt().map_err(given_up)
}

/// Says in a line what was answered.
pub(super) fn summary(answers: &Answers) -> String {
    let platforms: Vec<&str> = answers.platforms.iter().map(|platform| platform.name).collect();
    format!(
        "{}: release {} ({}) on {}, {}.",
        answers.name,
        release(&answers.version),
        answers.version,
        domain::words::list(&platforms, platforms.len(), 8),
        domain::words::count(answers.presets.len() as i64, "criterion", "criteria"),
    )
}

fn given_up(error: InquireError) -> Failed {
    match error {
        InquireError::OperationCanceled | InquireError::OperationInterrupted => {
            Failed::Input("Nothing was written.".to_owned())
        }
        error => {
            Failed::Inside(anyhow::Error::new(error).context("failed to ask at this terminal; use --yes"))
        }
    }
}
