//! Names by which people point at things. Each is a type of its own, so that a track is never taken for a build.
//!
//! Invariant: an id that exists is well formed; the only way in is `parse`.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, de};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;
use utoipa::{PartialSchema, ToSchema};

use crate::envelope::Stream;
use crate::schema;

/// Why a text is not an id: a sentence that says what one looks like.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not {what}: {rule}")]
pub struct InvalidId {
    pub text: String,
    pub what: &'static str,
    pub rule: &'static str,
}

/// What a text must look like, to us and to those who read the API's description.
struct Shape {
    valid: fn(&str) -> bool,
    /// The same as an expression of ECMA-262.
    pattern: &'static str,
    /// In characters.
    longest: usize,
}

const SLUG: Shape = Shape { valid: slug, pattern: "^[a-z0-9][a-z0-9._-]*$", longest: 64 };
const FACT_WORD: Shape = Shape { valid: fact_word, pattern: "^[a-z][a-z0-9_]*$", longest: 64 };
const TOKEN: Shape = Shape {
    valid: token,
    pattern: "^[^\\u0000-\\u0020\\u007f-\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000/\\\\?#%]+$",
    longest: 200,
};

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
        && text.chars().count() <= 200
        && text
            .chars()
            .all(|c| !c.is_control() && !c.is_whitespace() && !matches!(c, '/' | '\\' | '?' | '#' | '%'))
}

macro_rules! id {
    ($(#[doc = $doc:literal])* $name:ident, $what:literal, $shape:expr, $rule:literal, $example:literal) => {
        $(#[doc = $doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name(Arc<str>);

        impl $name {
            pub fn parse(text: &str) -> Result<Self, InvalidId> {
                if ($shape.valid)(text) {
                    Ok(Self(text.into()))
                } else {
                    Err(InvalidId { text: text.chars().take(80).collect(), what: $what, rule: $rule })
                }
            }

            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// Returns the text itself, shared.
            pub fn shared(&self) -> Arc<str> {
                self.0.clone()
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

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                schema::text(concat!($($doc),*), $shape.pattern, $shape.longest, $example)
            }
        }

        impl ToSchema for $name {}
    };
}

id!(
    /// A product, as in `tidewatch`.
    ProductId, "a product id", SLUG, "use lower-case letters, digits, `-`, `_` and `.`, as in `tidewatch`", "tidewatch"
);
id!(
    /// The name of a release within its product, as in `2026.12`.
    ReleaseName, "a release name", SLUG, "use lower-case letters, digits, `-`, `_` and `.`, as in `2026.12`", "2026.12"
);
id!(
    /// A track, as in `wearos`.
    TrackId, "a track id", SLUG, "use lower-case letters, digits, `-`, `_` and `.`, as in `wearos`", "wearos"
);
id!(
    /// A criterion, as in `cold-start`.
    CriterionId, "a criterion id", SLUG, "use lower-case letters, digits, `-`, `_` and `.`, as in `cold-start`", "cold-start"
);
id!(
    /// The kind of a test run, as in `regression`. It is a word in criteria, so it holds no `-`.
    RunKind, "a kind of run", FACT_WORD, "use lower-case letters, digits and `_`, as in `regression`", "regression"
);
id!(
    /// What a build is called on its track: an Xcode build number, an Android version code.
    BuildNumber, "a build number", TOKEN, "use one word without spaces or slashes, as in `40518`", "40518"
);
id!(
    /// The commit that a build was made from.
    Commit, "a commit", TOKEN, "use the hash that version control gives it, as in `9be27d1`", "9be27d1"
);
id!(
    /// A test run, named by whoever started it (`--run`), or after its content.
    RunId, "a run id", TOKEN, "use one word without spaces or slashes, as in `nightly-4411`", "nightly-4411"
);

id!(
    /// A defect, by the key that its tracker gives it, as in `TW-2304`, or by one of ours, as in `D-7`.
    DefectKey, "a defect's key", TOKEN, "use one word without spaces or slashes, as in `TW-2304`", "TW-2304"
);
id!(
    /// A change that a release carries, by the key that its tracker gives it, or by one of ours, as in `C-7`.
    ChangeKey, "a change's key", TOKEN, "use one word without spaces or slashes, as in `TW-2117`", "TW-2117"
);
id!(
    /// A milestone of a track's timeline, as in `code-freeze`.
    MilestoneId, "a milestone", SLUG, "use lower-case letters, digits, `-`, `_` and `.`, as in `code-freeze`", "code-freeze"
);
id!(
    /// A dependency of a release, as in `routes-backend`.
    DependencyId, "a dependency", SLUG, "use lower-case letters, digits, `-`, `_` and `.`, as in `routes-backend`", "routes-backend"
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
    fn the_api_describes_a_text_as_it_is_read() {
        let texts = [
            "a",
            "0",
            "-a",
            "a-b_c.d",
            "A",
            "2026.12",
            "../x",
            "a/b",
            "a b",
            "a\n",
            "ü",
            "4.2.0-rc.1+7",
            "a%b",
            "a#b",
            "a?b",
            "a\\b",
            "a\u{85}b",
            "a\u{a0}b",
            "a\u{2003}",
            "\u{3000}",
            "a\u{0}",
            "\u{7f}",
            "é",
            "語",
            "",
        ];
        let long = [64, 65, 200, 201].map(|length| "é".repeat(length));
        for shape in [SLUG, FACT_WORD, TOKEN] {
            let pattern = regex::Regex::new(shape.pattern).unwrap();
            for text in
                texts.into_iter().chain(long.iter().map(String::as_str)).chain(["a".repeat(64).as_str()])
            {
                let described = pattern.is_match(text) && text.chars().count() <= shape.longest;
                assert_eq!((shape.valid)(text), described, "{text:?} as {}", shape.pattern);
            }
        }
    }

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
