//! Generated reports, kept from run to run.
//!
//! Invariant: an input is used only if it was generated whole; its ground truth is written last.

use std::path::PathBuf;

use anyhow::Context;
use serde::Deserialize;

use crate::figures::say;
use crate::place::{Place, output};

/// A folder of reports.
#[derive(Debug)]
pub(crate) struct Input {
    pub(crate) folder: PathBuf,
    pub(crate) truth: Truth,
}

/// What the generator knows of its reports.
#[derive(Debug, Deserialize)]
pub(crate) struct Truth {
    pub(crate) cases: i64,
    pub(crate) failures: i64,
    pub(crate) errors: i64,
    pub(crate) skipped: i64,
    pub(crate) files: i64,
    pub(crate) bytes: i64,
}

impl Truth {
    pub(crate) fn megabytes(&self) -> f64 {
        self.bytes as f64 / 1e6
    }
}

/// Returns so many cases in so many files, generating them where they are not there yet.
pub(crate) fn input(place: &Place, cases: u32, files: u32, seed: u32) -> anyhow::Result<Input> {
    let folder = place.cache.join(format!("junit-{cases}-{files}-{seed}"));
    let truth = folder.with_extension("json");
    if !truth.is_file() {
        say(&format!("generating {cases} cases in {files} files"));
        let mut generate = place.peer("gen_junit.py")?;
        generate.arg(&folder);
        for (option, value) in [("--cases", cases), ("--files", files), ("--seed", seed)] {
            generate.args([option, &value.to_string()]);
        }
        std::fs::create_dir_all(&place.cache)?;
        std::fs::write(&truth, output(&mut generate)?)?;
    }
    let truth = serde_json::from_slice(&std::fs::read(&truth)?).context("the generator's ground truth")?;
    Ok(Input { folder, truth })
}
