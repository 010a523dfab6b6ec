//! A mail server of the test's own: `aiosmtpd`, which `./test` installs.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde::Deserialize;

/// A mail as it arrived.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Arrived {
    pub(crate) to: Vec<String>,
    pub(crate) id: String,
    pub(crate) subject: String,
    pub(crate) references: String,
    pub(crate) generated: String,
    pub(crate) headers: Vec<String>,
    pub(crate) text: String,
    pub(crate) html: String,
}

impl Arrived {
    pub(crate) fn is_digest(&self) -> bool {
        self.text.contains("at most one mail like this in a working half-day")
    }
}

pub(crate) struct Sink {
    process: Child,
    pub(crate) port: u16,
    file: PathBuf,
}

impl Sink {
    /// Starts a server on a port, or any that is free, which keeps mails in a folder. It waits `delay` milliseconds
    /// between keeping a mail and saying so.
    pub(crate) fn start(folder: &Path, port: u16, delay: u32) -> Self {
        #[expect(clippy::disallowed_methods, reason = "the runner of the tests names the mail server")]
        let python = std::env::var("SEAWORTHY_AIOSMTPD");
        let python =
            python.expect("SEAWORTHY_AIOSMTPD is not set: run ./test, which installs the mail server");
        let file = folder.join("mails.jsonl");
        let mut process = Command::new(python)
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/mailing/sink.py"))
            .arg(port.to_string())
            .arg(&file)
            .arg(delay.to_string())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        Self { process, port: line.trim().parse().unwrap(), file }
    }

    pub(crate) fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    /// Returns what has arrived, in its order.
    pub(crate) fn mails(&self) -> Vec<Arrived> {
        let text = std::fs::read_to_string(&self.file).unwrap_or_default();
        // A line that is being written is not there yet.
        let whole = text.rfind('\n').map_or("", |end| &text[..end]);
        whole.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
