//! A folder to run commands in, with a journal of its own on either database.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::served::Served;

/// What a test runs on: either database in the command's own process, or a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum On {
    Sqlite,
    Postgres,
    /// A server on the embedded database, with the token of a machine.
    Server,
}

/// A folder with a product's files in it.
pub(crate) struct Place {
    folder: TempDir,
    database_url: Option<String>,
    served: Option<Served>,
}

/// What a command came to.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

pub(crate) const PRODUCT: &str = r#"
[product]
name = "Tidewatch"
[tracks.ios]
devices = ["iPhone 15 / iOS 18"]
[tracks.android]
[[criteria]]
use = "smoke-passed"
[releases."2026.12"]
version = "4.2.0"
[releases."2026.12".tracks.ios]
builds = [{ number = 512, commit = "4f1c0aa", revision = 1832 }]
candidate = { number = 514, commit = "9be27d1", revision = 1841 }
"#;

impl Place {
    /// An empty folder.
    pub(crate) fn empty(on: On) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database_url = (on == On::Postgres).then(postgres::database);
        let mut place = Self { folder, database_url, served: None };
        if on == On::Server {
            place.served = Some(Served::begin(&place));
        }
        place
    }

    /// A folder with [`PRODUCT`] applied.
    pub(crate) fn applied(on: On) -> Self {
        let place = Self::empty(on);
        place.write("seaworthy.toml", PRODUCT);
        place.run("apply").succeeds();
        place
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.path().join("data")
    }

    pub(crate) fn database_url(&self) -> Option<&str> {
        self.database_url.as_deref()
    }

    /// Returns everything that is kept, by what it is kept in: files, and tables of a PostgreSQL as text.
    pub(crate) async fn everything_kept(&self) -> Vec<(String, Vec<u8>)> {
        let files = walkdir::WalkDir::new(self.data()).into_iter().map(Result::unwrap);
        let files = files.filter(|entry| entry.file_type().is_file());
        let mut kept: Vec<(String, Vec<u8>)> = files
            .map(|entry| (entry.path().display().to_string(), std::fs::read(entry.path()).unwrap()))
            .collect();
        if let Some(url) = &self.database_url {
            kept.extend(postgres::dump(url).await);
        }
        kept
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// A command with everything set but how its streams are used.
    pub(crate) fn command(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_seaworthy"));
        command.args(shlex::split(line).unwrap()).current_dir(self.path());
        command.env("SEAWORTHY_DATA", self.data()).env("NO_COLOR", "1").env_remove("DATABASE_URL");
        // Nobody who runs the tests is logged in anywhere.
        command.env("XDG_CONFIG_HOME", self.path().join("config"));
        command.env_remove("SEAWORTHY_URL").env_remove("SEAWORTHY_TOKEN");
        if let Some(url) = &self.database_url {
            command.env("DATABASE_URL", url);
        }
        if let Some(served) = &self.served {
            command.env("SEAWORTHY_URL", &served.url).env("SEAWORTHY_TOKEN", &served.token);
        }
        command
    }

    pub(crate) fn run(&self, line: &str) -> Ran {
        self.command(line).stdin(Stdio::null()).output().unwrap().into()
    }

    pub(crate) fn run_with_input(&self, line: &str, input: &str) -> Ran {
        let mut command = self.command(line);
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        child.wait_with_output().unwrap().into()
    }

    /// Ingests a report of smoke on iOS.
    pub(crate) fn smoke(&self, build: &str, report: &str, more: &str) -> Ran {
        self.write("smoke.xml", report);
        self.run(&format!(
            "ingest --release 2026.12 --track ios --build {build} --kind smoke {more} smoke.xml"
        ))
    }

    pub(crate) fn check(&self) -> Value {
        serde_json::from_str(&self.run("check --release 2026.12 --json").out).unwrap()
    }

    /// What is in the folder of blobs, by name and length.
    pub(crate) fn blobs(&self) -> Vec<(String, u64)> {
        fn walk(folder: &Path, into: &mut Vec<(String, u64)>) {
            for entry in std::fs::read_dir(folder).into_iter().flatten() {
                let entry = entry.unwrap();
                if entry.path().is_dir() {
                    walk(&entry.path(), into);
                } else {
                    into.push((entry.file_name().into_string().unwrap(), entry.metadata().unwrap().len()));
                }
            }
        }
        let mut found = Vec::new();
        walk(&self.data().join("blobs"), &mut found);
        found.sort();
        found
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Ran {
    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{}{}", self.out, self.err);
        self
    }

    #[track_caller]
    pub(crate) fn succeeds(self) -> Self {
        self.exits(0)
    }

    /// Checks that the answer says something, whether to standard output or to standard error.
    #[track_caller]
    pub(crate) fn says(self, part: &str) -> Self {
        assert!(
            self.out.contains(part) || self.err.contains(part),
            "no {part:?} in\n{}{}",
            self.out,
            self.err
        );
        self
    }
}

/// A report in JUnit XML: `name:outcome`, of one class.
pub(crate) fn report(cases: &str) -> String {
    let case = |case: &str| {
        let (name, outcome) = case.split_once(':').unwrap();
        let inside = match outcome {
            "pass" => String::new(),
            "fail" => "<failure message=\"it broke\"/>".to_owned(),
            "skip" => "<skipped/>".to_owned(),
            other => panic!("no outcome {other}"),
        };
        format!("<testcase classname=\"app.Tide\" name=\"{name}\" time=\"0.5\">{inside}</testcase>")
    };
    let cases: String = cases.split_whitespace().map(case).collect();
    format!("<testsuite name=\"app.Tide\">{cases}</testsuite>")
}

mod postgres {
    use std::sync::atomic::{AtomicU32, Ordering};

    static MADE: AtomicU32 = AtomicU32::new(0);

    /// Returns every table's rows as text.
    pub(super) async fn dump(url: &str) -> Vec<(String, Vec<u8>)> {
        use sqlx::Connection;
        let mut connection = sqlx::PgConnection::connect(url).await.unwrap();
        let tables: Vec<String> =
            sqlx::query_scalar("SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'")
                .fetch_all(&mut connection)
                .await
                .unwrap();
        let mut dump = Vec::new();
        for table in tables {
            let rows = sqlx::AssertSqlSafe(format!("SELECT kept::text FROM {table} kept"));
            let rows: Vec<String> = sqlx::query_scalar(rows).fetch_all(&mut connection).await.unwrap();
            dump.push((table, rows.join("\n").into_bytes()));
        }
        dump
    }

    /// Makes a database on the server that the tests were given, and returns its URL.
    pub(super) fn database() -> String {
        #[expect(
            clippy::disallowed_methods,
            reason = "tests are told of their server through the environment"
        )]
        let server = std::env::var("SEAWORTHY_TEST_POSTGRES")
            .expect("SEAWORTHY_TEST_POSTGRES names no server: run ./test, which starts a cluster");
        let name = format!("cli_{}_{}", std::process::id(), MADE.fetch_add(1, Ordering::Relaxed));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            use sqlx::Connection;
            let mut connection = sqlx::PgConnection::connect(&server).await.unwrap();
            let statement = sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"));
            sqlx::raw_sql(statement).execute(&mut connection).await.unwrap();
        });
        let (before, after) = server.split_once('?').unwrap_or((&server, ""));
        let (host, _) = before.rsplit_once('/').unwrap();
        format!("{host}/{name}?{after}")
    }
}
