//! A folder with a product in it, and a server on its data.
//!
//! Invariant: everything in it came about by the real commands, and nothing of it outlives the test.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

/// A folder that commands run in.
pub(crate) struct Installation {
    root: TempDir,
    folder: PathBuf,
}

impl Installation {
    /// A folder without any release.
    pub(crate) fn empty() -> Self {
        let root = tempfile::tempdir().unwrap();
        Self { folder: root.path().to_owned(), root }
    }

    /// The demo's folder, in the middle of its release.
    pub(crate) fn demo() -> Self {
        let root = tempfile::tempdir().unwrap();
        let demo = Self { folder: root.path().to_owned(), root };
        // The demo makes its folder where temporary files go.
        let mut command = demo.command(&["demo", "--once", "--keep"]);
        let ran = command.env("TMPDIR", demo.root.path()).output().unwrap();
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
        let mut entries = std::fs::read_dir(demo.root.path()).unwrap();
        let folder = entries.next().unwrap().unwrap().path();
        Self { folder, ..demo }
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.folder.join(name), text).unwrap();
    }

    /// Runs a command that must succeed.
    pub(crate) fn run(&self, arguments: &[&str]) {
        let ran = self.command(arguments).output().unwrap();
        assert!(ran.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&ran.stderr));
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_seaworthy"));
        command.args(arguments).current_dir(&self.folder).stdin(Stdio::null());
        command.env("SEAWORTHY_DATA", self.data()).env("NO_COLOR", "1").env_remove("DATABASE_URL");
        command
    }

    /// Serves its pages on a free port, to whoever uses this machine.
    pub(crate) fn serve(&self) -> Server {
        self.serve_to(&["--trust-this-machine"])
    }

    /// Serves its pages on a free port, to those who have an account.
    pub(crate) fn serve_accounts(&self) -> Server {
        self.serve_to(&[])
    }

    fn serve_to(&self, whom: &[&str]) -> Server {
        let log = self.root.path().join("serve.log");
        let mut command = self.command(&["serve", "--listen", "127.0.0.1:0"]);
        command.args(whom);
        let child = command.stdout(Stdio::piped()).stderr(File::create(&log).unwrap()).spawn().unwrap();
        let mut server = Server { child, address: String::new(), log };
        let mut first = String::new();
        BufReader::new(server.child.stdout.take().unwrap()).read_line(&mut first).unwrap();
        let address = first.split_whitespace().find(|word| word.starts_with("http://"));
        server.address =
            address.unwrap_or_else(|| panic!("no address in {first:?}: {}", server.log())).to_owned();
        server
    }
}

/// A server that is stopped once nobody needs it.
pub(crate) struct Server {
    child: Child,
    address: String,
    log: PathBuf,
}

impl Server {
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
