//! Settings: where the journal, the blobs and the key are.
//!
//! Invariant: the environment is read here and in the command line's options, nowhere else.

use std::path::{Path, PathBuf};

use journal::Database;

use crate::clock::Clock;

/// Where everything is kept.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The folder of the embedded database, the blobs and the signing key.
    pub data: PathBuf,
    pub database: Database,
    /// A folder, or the URL of an object store.
    pub blobs: String,
    pub clock: Clock,
    /// Who acts, where nobody signed in: the user of this machine.
    pub actor: LocalActor,
}

/// The user of this machine.
#[derive(Clone, Debug)]
pub struct LocalActor {
    pub login: String,
    pub name: String,
}

impl Settings {
    /// Settings for a data folder; a database and a store of blobs elsewhere, if their URLs are given.
    pub fn new(data: Option<PathBuf>, database_url: Option<&str>, blobs: Option<String>) -> Self {
        let data = data.unwrap_or_else(default_data);
        let database = match database_url.filter(|url| !url.is_empty()) {
            Some(url) => Database::parse(url),
            None => Database::Sqlite(data.join("seaworthy.db")),
        };
        let blobs = blobs.filter(|blobs| !blobs.is_empty());
        let blobs = blobs.unwrap_or_else(|| data.join("blobs").to_string_lossy().into_owned());
        Self { data, database, blobs, clock: Clock::System, actor: LocalActor::of_this_machine() }
    }

    /// The key that signs the journal's head. It is not in the database, so that whoever rewrites that cannot sign.
    pub fn signing_key(&self) -> PathBuf {
        self.data.join("head.key")
    }
}

impl LocalActor {
    fn of_this_machine() -> Self {
        let user = variable("USER").or_else(|| variable("LOGNAME")).unwrap_or_else(|| "local".to_owned());
        Self { login: format!("local:{user}"), name: user }
    }
}

/// Returns the token of the environment, with which the command line asks a server.
pub fn token() -> Option<String> {
    variable("SEAWORTHY_TOKEN")
}

/// Returns the folder of what somebody has set up for themselves.
pub fn config_folder() -> PathBuf {
    let shared = variable("XDG_CONFIG_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let home = || variable("HOME").map(|home| Path::new(&home).join(".config"));
    shared.or_else(home).unwrap_or_else(|| PathBuf::from(".")).join("seaworthy")
}

/// Returns what this machine is called.
pub fn machine() -> String {
    let told = std::fs::read_to_string("/etc/hostname").ok().map(|name| name.trim().to_owned());
    let told = told.filter(|name| !name.is_empty()).or_else(|| variable("HOSTNAME"));
    told.unwrap_or_else(|| "a machine".to_owned())
}

/// Returns whether somebody could be shown a browser here.
pub fn has_browser() -> bool {
    let screen = variable("DISPLAY").or_else(|| variable("WAYLAND_DISPLAY")).is_some();
    let elsewhere = variable("SSH_CONNECTION").is_some();
    (screen || cfg!(target_os = "macos")) && !elsewhere
}

fn default_data() -> PathBuf {
    let shared = variable("XDG_DATA_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let home = || variable("HOME").map(|home| Path::new(&home).join(".local/share"));
    shared.or_else(home).unwrap_or_else(|| PathBuf::from(".")).join("seaworthy")
}

/// Returns the secret that an identity provider knows this server by, if the environment has one.
pub fn client_secret() -> Option<String> {
    variable("SEAWORTHY_OIDC_CLIENT_SECRET")
}

/// Returns the URL of the mail server, if the environment has one: its password does not belong on a command line.
pub fn smtp_url() -> Option<String> {
    variable("SEAWORTHY_SMTP_URL")
}

fn variable(name: &str) -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the environment")]
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
