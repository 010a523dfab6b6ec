//! Servers that somebody has signed in to, kept in one file.
//!
//! Invariant: only its owner may read the file, and it is replaced whole or not at all.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::Failed;
use super::address::Address;

/// The servers that are known, and which of them commands go to.
#[derive(Default, Deserialize, Serialize)]
pub(crate) struct Logins {
    /// The server that commands go to unless told otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) current: Option<String>,
    #[serde(default)]
    servers: BTreeMap<String, Login>,
}

#[derive(Default, Deserialize, Serialize)]
struct Login {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    token: Option<String>,
}

impl Logins {
    /// Reads the file; where there is none, nobody has signed in.
    pub(crate) fn load() -> Result<Self, Failed> {
        Self::read(&path())
    }

    fn read(path: &Path) -> Result<Self, Failed> {
        let shown = path.display();
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(Failed::Input(format!("failed to read {shown}: {error}"))),
        };
        let mode = std::fs::metadata(path).map_or(0, |metadata| metadata.permissions().mode());
        if mode & 0o077 != 0 {
            return Err(Failed::Input(format!(
                "Others may read {shown}, which holds tokens. `chmod 600` it; if others use this machine, \
                 `seaworthy logout` and log in anew."
            )));
        }
        // The parser would show the line, and with it perhaps a token.
        toml::from_str(&text).map_err(|_| {
            Failed::Input(format!("{shown} cannot be read. Remove it, and `seaworthy login` again."))
        })
    }

    pub(crate) fn knows(&self, server: &Address) -> bool {
        self.servers.contains_key(server.as_str())
    }

    pub(crate) fn token(&self, server: &Address) -> Option<String> {
        self.servers.get(server.as_str())?.token.clone()
    }

    /// Keeps a token, and sends commands to its server from now on.
    pub(crate) fn keep(mut self, server: &Address, token: Option<String>) -> Result<(), Failed> {
        self.current = Some(server.as_str().to_owned());
        self.servers.insert(server.as_str().to_owned(), Login { token });
        self.write(&path())
    }

    /// Forgets a server.
    pub(crate) fn forget(mut self, server: &Address) -> Result<(), Failed> {
        self.servers.remove(server.as_str());
        if self.current.as_deref() == Some(server.as_str()) {
            self.current = None;
        }
        self.write(&path())
    }

    fn write(&self, path: &Path) -> Result<(), Failed> {
        let failed = |error: &dyn std::fmt::Display| {
            Failed::Inside(anyhow::anyhow!("failed to write {}: {error}", path.display()))
        };
        let text = toml::to_string(self).map_err(|error| failed(&error))?;
        let folder = path.parent().unwrap_or(Path::new("."));
        std::fs::create_dir_all(folder).map_err(|error| failed(&error))?;
        // Temporary files are made with mode 0600.
        let mut file = tempfile::NamedTempFile::new_in(folder).map_err(|error| failed(&error))?;
        file.write_all(text.as_bytes())
            .and_then(|()| file.as_file().sync_all())
            .map_err(|error| failed(&error))?;
        file.persist(path).map_err(|error| failed(&error.error))?;
        Ok(())
    }
}

fn path() -> PathBuf {
    server::config::config_folder().join("servers.toml")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_is_kept_for_its_owner_alone_and_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/servers.toml");
        let server = Address::parse("https://sea.example.com", false).unwrap();
        assert!(Logins::read(&path).unwrap().current.is_none());
        let mut logins = Logins { current: Some(server.as_str().to_owned()), ..Logins::default() };
        logins.servers.insert(server.as_str().to_owned(), Login { token: Some("swt_1".to_owned()) });
        logins.write(&path).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(Logins::read(&path).unwrap().token(&server).as_deref(), Some("swt_1"));

        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        let refused = Logins::read(&path).err().unwrap().to_string();
        assert!(refused.contains("chmod 600") && !refused.contains("swt_1"), "{refused}");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        std::fs::write(&path, "token = swt_1").unwrap();
        assert!(!Logins::read(&path).err().unwrap().to_string().contains("swt_1"));
    }
}
