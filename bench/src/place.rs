//! Where peers, inputs and the binary are, and how they are run.
//!
//! Invariant: what is missing is named, with what to do about it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use anyhow::{Context, ensure};
use clap::Args;

#[derive(Debug, Args)]
pub(crate) struct Place {
    /// The folder of the generator and the peers
    #[arg(
        long,
        global = true,
        env = "SEAWORTHY_BENCH_PEERS",
        value_name = "DIR",
        default_value = "../shared/bench"
    )]
    peers: PathBuf,
    /// The folder in which inputs are kept from run to run
    #[arg(
        long,
        global = true,
        env = "SEAWORTHY_BENCH_CACHE",
        value_name = "DIR",
        default_value = "target/bench-cache"
    )]
    pub(crate) cache: PathBuf,
    /// The Python that has junitparser
    #[arg(
        long,
        global = true,
        env = "SEAWORTHY_BENCH_PYTHON",
        value_name = "FILE",
        default_value = "python3"
    )]
    python: PathBuf,
    /// The binary to measure; the one beside this program unless given
    #[arg(long, global = true, value_name = "FILE")]
    seaworthy: Option<PathBuf>,
}

/// What is applied before evidence is ingested: one release of four tracks.
const PRODUCT: &str = include_str!("product.toml");

impl Place {
    /// Returns the command of a peer's script.
    pub(crate) fn peer(&self, script: &str) -> anyhow::Result<Command> {
        let path = self.peers.join(script);
        let missing = "set SEAWORTHY_BENCH_PEERS to the folder of the benchmarks' peers";
        ensure!(path.is_file(), "{} is missing: {missing}", path.display());
        let mut command = Command::new(&self.python);
        command.arg(path);
        Ok(command)
    }

    pub(crate) fn needs_junitparser(&self) -> anyhow::Result<()> {
        let import = Command::new(&self.python)
            .args(["-c", "import junitparser"])
            .stderr(Stdio::null())
            .status();
        let there = import.is_ok_and(|status| status.success());
        ensure!(
            there,
            "{} has no junitparser: bench/run installs it, or set SEAWORTHY_BENCH_PYTHON",
            self.python.display()
        );
        Ok(())
    }

    pub(crate) fn seaworthy(&self, data: &Path) -> anyhow::Result<Command> {
        let path = match &self.seaworthy {
            Some(path) => path.clone(),
            None => std::env::current_exe()?.with_file_name("seaworthy"),
        };
        ensure!(
            path.is_file(),
            "{} is missing: `cargo build --release` makes it",
            path.display()
        );
        let mut command = Command::new(path);
        command.arg("--data").arg(data).env_remove("DATABASE_URL");
        Ok(command)
    }

    /// Returns the command that ingests a folder or a file.
    pub(crate) fn ingest(&self, data: &Path, track: &str, reports: &Path) -> anyhow::Result<Command> {
        let mut command = self.seaworthy(data)?;
        command.args([
            "ingest",
            "--release",
            "1.0",
            "--build",
            "1",
            "--kind",
            "regression",
            "--complete",
            "--json",
        ]);
        command.args(["--track", track]).arg(reports);
        Ok(command)
    }

    /// Returns a new data folder in which the release is planned.
    pub(crate) fn planned(&self) -> anyhow::Result<tempfile::TempDir> {
        std::fs::create_dir_all(&self.cache)?;
        let data = tempfile::tempdir_in(&self.cache)?;
        let file = data.path().join("seaworthy.toml");
        std::fs::write(&file, PRODUCT)?;
        output(self.seaworthy(data.path())?.arg("apply").arg(file))?;
        Ok(data)
    }
}

/// Runs a command to its end and returns what it printed.
pub(crate) fn output(command: &mut Command) -> anyhow::Result<Vec<u8>> {
    let Output {
        status,
        stdout,
        stderr,
    } = command
        .output()
        .with_context(|| format!("failed to run {command:?}"))?;
    ensure!(
        status.success(),
        "{command:?} ended with {status}: {}",
        String::from_utf8_lossy(&stderr)
    );
    Ok(stdout)
}

/// Runs a command to its end and returns the most memory it held, in MiB.
pub(crate) fn peak(command: &mut Command) -> anyhow::Result<f64> {
    let mut child = command.stdout(Stdio::null()).spawn()?;
    let status = format!("/proc/{}/status", child.id());
    let mut peak = None;
    loop {
        // The kernel keeps the high-water mark, so that only the last few milliseconds go unseen.
        let now = std::fs::read_to_string(&status)
            .ok()
            .and_then(|status| high_water(&status));
        peak = peak.max(now);
        if let Some(ended) = child.try_wait()? {
            ensure!(ended.success(), "{command:?} ended with {ended}");
            return Ok(peak.context("the kernel tells no VmHWM")? as f64 / 1024.0);
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn high_water(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse().ok()
}
