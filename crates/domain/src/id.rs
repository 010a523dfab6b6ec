//! Names by which people point at things. Each is a type of its own, so that a track is never taken for a build.
//!
//! Invariant: an id that exists is well formed; the only way in is `parse`.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, de};

use crate::envelope::Stream;

/// Why a text is not an id: a sentence that says what one looks like.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not {what}: {rule}")]
pub struct InvalidId {
    pub text: String,
    pub what: &'static str,
    pub rule: &'static str,
}

fn slug(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next().is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        && text.len() <= 64
        && bytes.all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_' | b'.'))
}

fn fact_word(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next().is_some_and(|b| b.is_ascii_lowercase())
        && text.len() <= 64
        && bytes.all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

fn token(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 200
        && text
            .chars()
            .all(|c| !c.is_control() && !c.is_whitespace() && !matches!(c, '/' | '\\' | '?' | '#' | '%'))
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $what:literal, $valid:expr, $rule:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name(Arc<str>);

        impl $name {
            pub fn parse(text: &str) -> Result<Self, InvalidId> {
                if $valid(text) {
                    Ok(Self(text.into()))
                } else {
                    Err(InvalidId { text: text.chars().take(80).collect(), what: $what, rule: $rule })
                }
            }

            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                Self::parse(text)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Text;
                impl de::Visitor<'_> for Text {
                    type Value = $name;

                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str($what)
                    }

                    // Read where it stands: a copy of its own would cost more than the check.
                    fn visit_str<E: de::Error>(self, text: &str) -> Result<$name, E> {
                        $name::parse(text).map_err(E::custom)
                    }
                }
                deserializer.deserialize_str(Text)
            }
        }
    };
}

id!(
    /// A product, as in `tidewatch`.
    ProductId, "a product id", slug, "use lower-case letters, digits, `-`, `_` and `.`, as in `tidewatch`"
);
id!(
    /// The name of a release within its product, as in `2026.12`.
    ReleaseName, "a release name", slug, "use lower-case letters, digits, `-`, `_` and `.`, as in `2026.12`"
);
id!(
    /// A track, as in `wearos`.
    TrackId, "a track id", slug, "use lower-case letters, digits, `-`, `_` and `.`, as in `wearos`"
);
id!(
    /// A criterion, as in `cold-start`.
    CriterionId, "a criterion id", slug, "use lower-case letters, digits, `-`, `_` and `.`, as in `cold-start`"
);
id!(
    /// The kind of a test run, as in `regression`. It is a word in criteria, so it holds no `-`.
    RunKind, "a kind of run", fact_word, "use lower-case letters, digits and `_`, as in `regression`"
);
id!(
    /// What a build is called on its track: an Xcode build number, an Android version code.
    BuildNumber, "a build number", token, "use one word without spaces or slashes, as in `40518`"
);
id!(
    /// The commit that a build was made from.
    Commit, "a commit", token, "use the hash that version control gives it, as in `9be27d1`"
);
id!(
    /// A test run, named by whoever started it (`--run`), or after its content.
    RunId, "a run id", token, "use one word without spaces or slashes, as in `nightly-4411`"
);

/// A release of a product, as in `tidewatch/2026.12`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReleaseId {
    pub product: ProductId,
    pub name: ReleaseName,
}

impl ReleaseId {
    /// Returns the stream that holds this release's events.
    pub fn stream(&self) -> Stream {
        Stream::new(format!("release/{}/{}", self.product, self.name))
    }

    /// Reads the id back from the name of its stream.
    pub fn from_stream(stream: &Stream) -> Option<Self> {
        stream.as_str().strip_prefix("release/")?.parse().ok()
    }
}

impl ProductId {
    /// Returns the stream that holds this product's events.
    pub fn stream(&self) -> Stream {
        Stream::new(format!("product/{self}"))
    }

    /// Makes an id from a name as people write it: "Tide Watch" becomes `tide-watch`.
    pub fn from_name(name: &str) -> Result<Self, InvalidId> {
        let mut text = String::new();
        for c in name.chars() {
            if c.is_alphanumeric() && !c.is_ascii() {
                // Leaving letters out would make a name that nobody recognises.
                return Self::parse(name);
            }
            if c.is_ascii_alphanumeric() {
                text.push(c.to_ascii_lowercase());
            } else if !text.is_empty() && !text.ends_with('-') {
                text.push('-');
            }
        }
        Self::parse(text.trim_end_matches('-'))
    }
}

impl fmt::Display for ReleaseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.product, self.name)
    }
}

impl FromStr for ReleaseId {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let (product, name) = text.split_once('/').ok_or_else(|| InvalidId {
            text: text.chars().take(80).collect(),
            what: "a release id",
            rule: "write product and release, as in `tidewatch/2026.12`",
        })?;
        Ok(Self { product: ProductId::parse(product)?, name: ReleaseName::parse(name)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_becomes_an_id_and_a_slash_never_does() {
        assert_eq!(ProductId::from_name("Tide Watch!").unwrap().as_str(), "tide-watch");
        assert!(TrackId::parse("wear/os").is_err());
        assert!(ReleaseName::parse("../2026").is_err());
        assert!(RunKind::parse("regression-2").is_err());
        assert!(BuildNumber::parse("4.2.0-rc.1+7").is_ok());
        assert_eq!(
            "tidewatch/2026.12".parse::<ReleaseId>().unwrap().stream().as_str(),
            "release/tidewatch/2026.12"
        );
    }
}
