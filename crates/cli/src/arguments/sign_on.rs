//! The identity provider that people sign in with.
//!
//! Invariant: the client's secret is on no command line, where everybody on the machine could read it.

use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;
use domain::criterion::Function;
use domain::membership::Groups;
use domain::permission::Role;
use server::app::account::SignOn;
use server::config::client_secret;
use server::oidc::{Provider, Registration};

#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Signing in with a provider (OpenID Connect)")]
pub(crate) struct Provided {
    /// Who signs people in: the address before /.well-known/openid-configuration
    #[arg(long, value_name = "URL", env = "SEAWORTHY_OIDC_ISSUER", requires = "oidc_client_id")]
    oidc_issuer: Option<String>,
    /// What this server is called there. Its way back is ORIGIN/sign-in/oidc/return
    #[arg(long, value_name = "ID", env = "SEAWORTHY_OIDC_CLIENT_ID", requires = "oidc_issuer")]
    oidc_client_id: Option<String>,
    /// A file with the client's secret; it may be in SEAWORTHY_OIDC_CLIENT_SECRET instead
    #[arg(long, value_name = "FILE", env = "SEAWORTHY_OIDC_CLIENT_SECRET_FILE", requires = "oidc_issuer")]
    oidc_client_secret_file: Option<PathBuf>,
    /// What people call it, on the button
    #[arg(long, value_name = "NAME", env = "SEAWORTHY_OIDC_NAME", default_value = "your company’s account")]
    oidc_name: String,
    /// What it is asked for, beside openid
    #[arg(
        long,
        value_name = "SCOPES",
        env = "SEAWORTHY_OIDC_SCOPES",
        default_value = "openid profile email"
    )]
    oidc_scopes: String,
    /// The claim with somebody's groups
    #[arg(long, value_name = "CLAIM", env = "SEAWORTHY_OIDC_GROUPS_CLAIM", default_value = "groups")]
    oidc_groups_claim: String,
    /// The role of a group, as release-admins=admin; of several the highest counts
    #[arg(
        long,
        value_name = "GROUP=ROLE",
        env = "SEAWORTHY_OIDC_ROLE",
        value_delimiter = ';',
        requires = "oidc_issuer"
    )]
    oidc_role: Vec<Of<Role>>,
    /// The function that a group speaks for, as mobile-qa=qa
    #[arg(
        long,
        value_name = "GROUP=FUNCTION",
        env = "SEAWORTHY_OIDC_FUNCTION",
        value_delimiter = ';',
        requires = "oidc_issuer"
    )]
    oidc_function: Vec<Of<Function>>,
    /// The role of whoever is in no such group; without it they do not come in
    #[arg(long, value_name = "ROLE", env = "SEAWORTHY_OIDC_DEFAULT_ROLE", value_parser = role, requires = "oidc_issuer")]
    oidc_default_role: Option<Role>,
}

/// A group, and what it gives.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Of<T>(String, T);

impl FromStr for Of<Role> {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (group, name) = divided(text)?;
        Ok(Self(group, role(name)?))
    }
}

impl FromStr for Of<Function> {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (group, name) = divided(text)?;
        let function = Function::parse(name)
            .ok_or_else(|| one_of("functions", name, &Function::ALL.map(|(name, _)| name)))?;
        Ok(Self(group, function))
    }
}

/// Divides at the last `=`: names of groups may have some, as cn=release,ou=groups.
fn divided(text: &str) -> Result<(String, &str), String> {
    match text.rsplit_once('=') {
        Some((group, name)) if !group.trim().is_empty() => Ok((group.trim().to_owned(), name.trim())),
        _ => Err("expected a group and what it gives, as release-admins=admin".to_owned()),
    }
}

fn role(name: &str) -> Result<Role, String> {
    Role::parse(name).ok_or_else(|| one_of("roles", name, &Role::ALL.map(|(name, _)| name)))
}

fn one_of(what: &str, found: &str, known: &[&str]) -> String {
    format!("{found:?} is none of the {what}: {}", known.join(", "))
}

impl Provided {
    /// Returns the provider, if one is named.
    ///
    /// # Errors
    /// What is given and cannot be used, in a sentence.
    pub(crate) fn sign_on(&self) -> Result<Option<SignOn>, String> {
        let Some((issuer, client)) = self.oidc_issuer.as_ref().zip(self.oidc_client_id.as_ref()) else {
            return Ok(None);
        };
        let of = (&self.oidc_scopes, &self.oidc_groups_claim);
        let registration = Registration::new(issuer, client, self.secret()?, of.0, of.1);
        let provider = registration.and_then(Provider::new).map_err(|error| format!("Failed to {error}."))?;
        let groups = Groups {
            roles: self.oidc_role.iter().map(|Of(group, role)| (group.clone(), *role)).collect(),
            functions: self.oidc_function.iter().map(|Of(group, of)| (group.clone(), *of)).collect(),
            everybody: self.oidc_default_role,
        };
        if groups.roles.is_empty() && groups.everybody.is_none() {
            return Err("Nobody could come in by the provider. Name a group with --oidc-role, as \
                        release-admins=admin, or a role for everybody with --oidc-default-role."
                .to_owned());
        }
        Ok(Some(SignOn { name: self.oidc_name.clone(), provider, groups }))
    }

    fn secret(&self) -> Result<Option<String>, String> {
        let Some(file) = &self.oidc_client_secret_file else { return Ok(client_secret()) };
        let text = std::fs::read_to_string(file)
            .map_err(|error| format!("The file {} cannot be read: {error}.", file.display()))?;
        match text.trim() {
            "" => Err(format!("The file {} has no secret in it.", file.display())),
            secret => Ok(Some(secret.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_group_gives_stands_after_the_last_equals_sign() {
        let role = |text: &str| text.parse::<Of<Role>>();
        assert_eq!(role("release-admins=admin"), Ok(Of("release-admins".to_owned(), Role::Admin)));
        let named = Of("cn=release,ou=groups".to_owned(), Role::Coordinator);
        assert_eq!(role("cn=release,ou=groups=coordinator"), Ok(named));
        assert_eq!("mobile-qa=qa".parse(), Ok(Of("mobile-qa".to_owned(), Function::Qa)));
        for (text, says) in [
            ("release-admins", "expected a group"),
            ("=admin", "expected a group"),
            ("a=boss", "\"boss\" is none of the roles: viewer, contributor, coordinator, admin"),
        ] {
            let error = role(text).unwrap_err();
            assert!(error.contains(says), "{text}: {error}");
        }
        let function = "a=admin".parse::<Of<Function>>().unwrap_err();
        assert!(function.contains("none of the functions: engineering"), "{function}");
    }
}
