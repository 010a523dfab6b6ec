//! What a provider says of somebody, read from a token or from its userinfo.
//!
//! Invariant: an address counts only if the provider says that it verified it, and no groups are not the same as nothing
//! said of groups.

use std::collections::BTreeMap;

use openidconnect::core::CoreGenderClaim;
use openidconnect::{AdditionalClaims, StandardClaims, UserInfoClaims};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::verify::Said;
use super::{Claims, OidcError};

/// Claims that OpenID Connect does not name, groups among them.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(super) struct More {
    #[serde(flatten)]
    claims: BTreeMap<String, Value>,
}

impl AdditionalClaims for More {}

pub(super) fn of_token(said: &Said, groups: &str) -> Result<Claims, OidcError> {
    let name = said.name().and_then(|name| name.get(None)).map(|name| name.to_string());
    Ok(Claims {
        subject: said.subject().to_string(),
        name,
        username: said.preferred_username().map(|name| name.to_string()),
        address: verified(said.email().map(|email| email.as_str()), said.email_verified()),
        groups: read(said.additional_claims(), groups)?,
    })
}

pub(super) fn of_userinfo(
    said: &UserInfoClaims<More, CoreGenderClaim>,
    groups: &str,
) -> Result<Claims, OidcError> {
    let standard: &StandardClaims<CoreGenderClaim> = said.standard_claims();
    let name = standard.name().and_then(|name| name.get(None)).map(|name| name.to_string());
    Ok(Claims {
        subject: said.subject().to_string(),
        name,
        username: standard.preferred_username().map(|name| name.to_string()),
        address: verified(standard.email().map(|email| email.as_str()), standard.email_verified()),
        groups: read(said.additional_claims(), groups)?,
    })
}

impl Claims {
    pub(super) fn is_complete(&self) -> bool {
        self.name.is_some() && self.address.is_some() && self.groups.is_some()
    }

    /// Takes from elsewhere what is not said here.
    pub(super) fn fill(&mut self, other: Self) {
        self.name = self.name.take().or(other.name);
        self.username = self.username.take().or(other.username);
        self.address = self.address.take().or(other.address);
        self.groups = self.groups.take().or(other.groups);
    }
}

fn verified(email: Option<&str>, is_verified: Option<bool>) -> Option<String> {
    email.filter(|_| is_verified == Some(true)).map(str::to_owned)
}

/// Reads the groups: a list of texts, or one text.
fn read(more: &More, name: &str) -> Result<Option<Vec<String>>, OidcError> {
    // Some providers only point to where groups could be asked for, once there are too many of them.
    let elsewhere = more.claims.get("_claim_names").is_some_and(|names| names.get(name).is_some());
    match more.claims.get(name) {
        Some(Value::Array(groups)) => {
            Ok(Some(groups.iter().filter_map(Value::as_str).map(str::to_owned).collect()))
        }
        Some(Value::String(group)) => Ok(Some(vec![group.clone()])),
        _ if elsewhere => Err(OidcError::NotBelieved(format!(
            "somebody is in more groups than it puts into a token; have it send only those that this client needs \
             in {name}"
        ))),
        _ => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_a_list_or_one_and_what_is_not_said_is_not_none() {
        let groups = |claims: &str| {
            let more: More = serde_json::from_str(claims).unwrap();
            read(&more, "groups").map_err(|error| error.to_string())
        };
        let of = |names: &[&str]| Ok(Some(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>()));
        assert_eq!(groups(r#"{"groups":["qa","admins",7]}"#), of(&["qa", "admins"]));
        assert_eq!(groups(r#"{"groups":"qa"}"#), of(&["qa"]));
        assert_eq!(groups(r#"{"groups":[]}"#), of(&[]));
        assert_eq!(groups(r#"{"roles":["qa"]}"#), Ok(None));
        assert_eq!(groups(r#"{"groups":null}"#), Ok(None));
        let too_many = groups(r#"{"_claim_names":{"groups":"src1"}}"#).unwrap_err();
        assert!(too_many.contains("more groups than it puts into a token"), "{too_many}");
    }

    #[test]
    fn an_address_counts_only_if_the_provider_verified_it() {
        for (is_verified, counts) in [(Some(true), true), (Some(false), false), (None, false)] {
            assert_eq!(
                verified(Some("ada@tidewatch.example"), is_verified).is_some(),
                counts,
                "{is_verified:?}"
            );
        }
    }
}
