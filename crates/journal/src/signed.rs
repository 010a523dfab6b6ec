//! A head that is signed, to be kept elsewhere: what truncation and wholesale rewriting are found by.
//!
//! Invariant: the signature covers the printed line up to itself, so what is read is what was signed.

use std::fmt;
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::str::FromStr;

use domain::envelope::Position;
use domain::time::Time;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};

use crate::stored::Head;
use domain::digest::Digest;

const NAME: &str = "seaworthy-head";
const VERSION: &str = "1";

/// A head with the signature of the server that held it; one line of text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedHead {
    pub head: Head,
    /// Whoever verifies compares it with the key they trust.
    pub public_key: [u8; 32],
    signature: [u8; 64],
}

/// The secret that heads are signed with.
#[derive(Debug)]
pub struct HeadKey(SigningKey);

/// Why a line is not a head to trust.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignedHeadError {
    #[error(
        "read the signed head: it is one line, `{NAME} {VERSION} position hash recorded-at key signature`"
    )]
    Form,
    #[error("read the signed head: its version is not known here; use a newer Seaworthy")]
    Version,
    #[error("trust the signed head: the signature does not fit, so it was altered after it was signed")]
    Signature,
}

/// Why there is no key to sign with.
#[derive(Debug, thiserror::Error)]
pub enum HeadKeyError {
    #[error("keep the key that signs heads: {0}")]
    File(#[from] io::Error),
    #[error("make a key to sign heads with: there is no randomness")]
    Random,
    #[error("read the key that signs heads: the file does not have 64 hex digits")]
    Form,
    #[error("use the key that signs heads: others may read it; `chmod 600` the file, or replace the key")]
    Exposed,
}

impl HeadKey {
    /// Reads the key from a file, which is made if there is none. Only its owner may read the file.
    pub fn open(path: &Path) -> Result<Self, HeadKeyError> {
        match read(path) {
            Err(HeadKeyError::File(error)) if error.kind() == io::ErrorKind::NotFound => {
                create(path)?;
                read(path)
            }
            read => read,
        }
    }

    pub fn public_key(&self) -> [u8; 32] {
        self.0.verifying_key().to_bytes()
    }

    pub fn sign(&self, head: Head) -> SignedHead {
        let public_key = self.public_key();
        let signature = self.0.sign(text(&head, &public_key).as_bytes()).to_bytes();
        SignedHead { head, public_key, signature }
    }
}

fn read(path: &Path) -> Result<HeadKey, HeadKeyError> {
    let text = std::fs::read_to_string(path)?;
    if std::fs::metadata(path)?.permissions().mode() & 0o077 != 0 {
        return Err(HeadKeyError::Exposed);
    }
    let seed: [u8; 32] =
        hex::decode(text.trim()).ok().and_then(|seed| seed.try_into().ok()).ok_or(HeadKeyError::Form)?;
    Ok(HeadKey(SigningKey::from_bytes(&seed)))
}

/// Writes a new key beside the path and links it in whole; another process that was quicker wins.
fn create(path: &Path) -> Result<(), HeadKeyError> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(|_| HeadKeyError::Random)?;
    // Temporary files are made with mode 0600.
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    writeln!(file, "{}", hex::encode(seed))?;
    file.as_file().sync_all()?;
    match file.persist_noclobber(path) {
        Err(error) if error.error.kind() != io::ErrorKind::AlreadyExists => return Err(error.error.into()),
        _ => {}
    }
    std::fs::File::open(folder)?.sync_all()?;
    Ok(())
}

/// The text that is signed.
fn text(head: &Head, public_key: &[u8; 32]) -> String {
    let Head { position, hash, recorded_at } = head;
    format!("{NAME} {VERSION} {position} {hash} {recorded_at} {}", hex::encode(public_key))
}

impl fmt::Display for SignedHead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", text(&self.head, &self.public_key), hex::encode(self.signature))
    }
}

impl FromStr for SignedHead {
    type Err = SignedHeadError;

    /// Reads a line and checks its signature.
    fn from_str(line: &str) -> Result<Self, SignedHeadError> {
        use SignedHeadError::{Form, Signature as Wrong, Version};

        let words: Vec<&str> = line.trim().split(' ').collect();
        let [NAME, version, rest @ ..] = words.as_slice() else {
            return Err(Form);
        };
        if *version != VERSION {
            return Err(Version);
        }
        let [position, hash, recorded_at, public_key, signature] = rest else {
            return Err(Form);
        };
        let head = Head {
            position: Position(position.parse().map_err(|_| Form)?),
            hash: hash.parse::<Digest>().map_err(|_| Form)?,
            recorded_at: recorded_at.parse::<Time>().map_err(|_| Form)?,
        };
        let public_key: [u8; 32] = bytes(public_key).ok_or(Form)?;
        let signature: [u8; 64] = bytes(signature).ok_or(Form)?;
        VerifyingKey::from_bytes(&public_key)
            .and_then(|key| {
                key.verify_strict(text(&head, &public_key).as_bytes(), &Signature::from_bytes(&signature))
            })
            .map_err(|_| Wrong)?;
        Ok(Self { head, public_key, signature })
    }
}

fn bytes<const N: usize>(text: &str) -> Option<[u8; N]> {
    hex::decode(text).ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head() -> Head {
        let recorded_at = Time::from_micros(1_764_000_000_123_456);
        Head { position: Position(12), hash: Digest::of(b"12"), recorded_at }
    }

    #[test]
    fn a_key_is_made_once_and_only_its_owner_may_read_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys/head");
        let first = HeadKey::open(&path).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(HeadKey::open(&path).unwrap().public_key(), first.public_key());

        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(HeadKey::open(&path), Err(HeadKeyError::Exposed)));
    }

    #[test]
    fn a_signed_head_survives_its_line_and_no_alteration() {
        let key = HeadKey::open(&tempfile::tempdir().unwrap().path().join("key")).unwrap();
        let signed = key.sign(head());
        let line = signed.to_string();
        assert_eq!(line.parse(), Ok(signed));

        let other = HeadKey::open(&tempfile::tempdir().unwrap().path().join("key")).unwrap();
        let forged_key = line.replace(&hex::encode(key.public_key()), &hex::encode(other.public_key()));
        for (forged, expect) in [
            (line.replace(" 12 ", " 13 "), SignedHeadError::Signature),
            (line.replace(".123456Z", ".123457Z"), SignedHeadError::Signature),
            (forged_key, SignedHeadError::Signature),
            (line.replace("head 1 ", "head 2 "), SignedHeadError::Version),
            (line.replace("seaworthy", "seaworth"), SignedHeadError::Form),
            (line[..line.len() - 1].to_owned(), SignedHeadError::Form),
        ] {
            assert_ne!(forged, line);
            assert_eq!(forged.parse::<SignedHead>(), Err(expect), "{forged}");
        }
    }
}
