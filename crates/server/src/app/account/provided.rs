//! Who somebody is here whom the provider knows: their account, and what it may by their groups.
//!
//! Invariant: an account without a password may what the provider's groups say and nothing else, from each sign-in on;
//! an account with one may what an admin said, however its owner came in.

use connectors::oidc::Claims;
use domain::envelope::ActorId;
use domain::membership::Standing;
use domain::permission::Role;
use domain::person::{login, shown};
use domain::refusal::Refusal;
use journal::{Account, Identity, Person};

use super::oidc::SignOn;
use super::{App, AppError, function_names, noted};
use crate::app::new_id;

/// By which ways whoever acts can sign in.
#[derive(Debug, Default)]
pub(crate) struct WaysIn {
    pub(crate) has_password: bool,
    pub(crate) identities: Vec<Identity>,
    /// The name of the provider, if there is one to link.
    pub(crate) provider: Option<String>,
}

impl App {
    /// Returns whom the provider means, with an account that may what their groups say.
    pub(super) async fn let_in(&self, on: &SignOn, claims: &Claims) -> Result<ActorId, AppError> {
        if claims.groups.is_none() {
            tracing::warn!(
                target: "seaworthy::access",
                "{} says nothing of groups; check that it sends the groups claim to this client",
                on.name
            );
        }
        let standing = on.groups.standing(claims.groups.as_deref().unwrap_or_default());
        // Whether somebody is the last admin must not change meanwhile.
        let _turn = self.managing().await?;
        let known = self.journal().identity_get(on.provider.issuer(), &claims.subject).await?;
        match known {
            Some(person) => self.let_in_again(on, claims, person, standing).await,
            None => self.let_in_first(on, claims, standing).await,
        }
    }

    async fn let_in_again(
        &self,
        on: &SignOn,
        claims: &Claims,
        id: ActorId,
        standing: Option<Standing>,
    ) -> Result<ActorId, AppError> {
        let Some(account) = self.journal().account_get(&id).await? else {
            // Whoever made the identity was cut off before the account.
            self.open_account(&id, standing.ok_or_else(|| in_no_group(on))?).await?;
            return Ok(id);
        };
        if account.disabled_at.is_some() {
            return Err(Refusal::forbidden(
                "Your account here has been disabled. Ask an admin of yours to let you in again.",
            )
            .into());
        }
        if account.password.is_some() {
            return Ok(id);
        }
        let is_last_admin = account.role == Role::Admin.as_str()
            && self.journal().account_count(Role::Admin.as_str()).await? <= 1;
        let Some(Standing { mut role, functions }) = standing else {
            self.end_everything(&id).await?;
            noted::by_groups("ended what was signed in: they are in no group any more", &id);
            if is_last_admin {
                tracing::warn!(
                    target: "seaworthy::access", whom = %id,
                    "the last admin is in no group any more: put somebody into a group of admins, or make one with \
                     `serve --trust-this-machine`"
                );
            }
            return Err(in_no_group(on).into());
        };
        if is_last_admin && role != Role::Admin {
            tracing::warn!(
                target: "seaworthy::access", whom = %id,
                "their groups say {}; they stay an admin, because there is no other", role.as_str()
            );
            role = Role::Admin;
        }
        let functions = function_names(&functions);
        if account.role != role.as_str() || account.functions != functions {
            self.journal().account_set_role(&id, role.as_str(), &functions, None).await?;
            self.forget_sessions();
            noted::by_groups(&format!("set the role to {}", role.as_str()), &id);
        }
        self.keep_names(claims, &id).await?;
        Ok(id)
    }

    /// Takes over what the provider newly calls somebody.
    async fn keep_names(&self, claims: &Claims, id: &ActorId) -> Result<(), AppError> {
        let Some(known) = self.journal().person_get(id).await? else { return Ok(()) };
        let address = claims.address.clone().or_else(|| known.address.clone());
        let now = Person { name: Some(called(claims)), address, ..known.clone() };
        if now != known {
            self.journal().person_put(&now).await?;
            self.refresh_names().await?;
        }
        Ok(())
    }

    async fn let_in_first(
        &self,
        on: &SignOn,
        claims: &Claims,
        standing: Option<Standing>,
    ) -> Result<ActorId, AppError> {
        let standing = standing.ok_or_else(|| in_no_group(on))?;
        if standing.role != Role::Admin && !self.has_accounts().await? {
            return Err(Refusal::forbidden(
                "Nobody has an account here yet, and the first is an admin’s. Ask whoever runs this server to make it.",
            )
            .into());
        }
        let login = login_of(claims);
        let taken = || {
            Refusal::contradiction(format!(
                "Somebody has the login {} here already. If that is you, sign in with your password and link {} on your \
                 account page; otherwise ask an admin of yours.",
                login.as_deref().unwrap_or_default(),
                on.name
            ))
        };
        if let Some(login) = &login
            && self.is_taken(login).await?
        {
            return Err(taken().into());
        }
        let person = Person {
            id: new_id()?,
            login: login.clone(),
            name: Some(called(claims)),
            address: claims.address.clone(),
            created_at: self.now(),
            erased_at: None,
        };
        let put = self.journal().person_put(&person).await.and(Ok(()));
        let made = match put {
            Ok(()) => self.journal().identity_put(on.provider.issuer(), &claims.subject, &person.id).await,
            Err(error) => Err(error),
        };
        let opened = match made {
            Ok(true) => self.open_account(&person.id, standing).await,
            // Another server let them in at the same time.
            Ok(false) => Err(AppError::Conflict("your account".to_owned())),
            Err(error) => Err(error.into()),
        };
        if let Err(error) = opened {
            // Nobody is left behind who has no account.
            self.journal().person_erase(&person.id, self.now()).await?;
            let is_taken = matches!(error, AppError::Journal(journal::Error::LoginTaken));
            return Err(if is_taken { taken().into() } else { error });
        }
        self.refresh_names().await?;
        noted::by_groups("made an account", &person.id);
        Ok(person.id)
    }

    /// Opens an account that has no password.
    async fn open_account(&self, person: &ActorId, standing: Standing) -> Result<(), AppError> {
        let account = Account {
            person: person.clone(),
            role: standing.role.as_str().to_owned(),
            functions: function_names(&standing.functions),
            password: None,
            created_at: self.now(),
            disabled_at: None,
        };
        self.journal().account_put(&account).await?;
        Ok(())
    }

    /// Returns by which ways whoever acts can sign in.
    pub(crate) async fn ways_in(&self) -> Result<WaysIn, AppError> {
        let Some(member) = self.who.member() else { return Ok(WaysIn::default()) };
        let account = self.journal().account_get(&member.id).await?;
        Ok(WaysIn {
            has_password: account.is_some_and(|account| account.password.is_some()),
            identities: self.journal().identities_of(&member.id).await?,
            provider: self.sign_on.as_ref().map(|on| on.name.clone()),
        })
    }
}

fn in_no_group(on: &SignOn) -> Refusal {
    Refusal::forbidden(format!(
        "{} knows you, and you are in none of the groups that may come in here. Ask an admin of yours which group you \
         need.",
        on.name
    ))
}

/// Returns what somebody's account is found by: an address that was verified, or else what they are called at the
/// provider, unless that looks like an address.
fn login_of(claims: &Claims) -> Option<String> {
    let username = claims.username.as_ref().filter(|username| !username.contains('@'));
    claims.address.as_ref().or(username).and_then(|text| login(text).ok())
}

/// Returns how somebody is called, in at most 100 characters.
fn called(claims: &Claims) -> String {
    let known = [claims.name.as_deref(), claims.username.as_deref(), claims.address.as_deref()];
    let known = known.into_iter().flatten().find(|name| !name.trim().is_empty());
    shown(known.unwrap_or(&claims.subject))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_is_a_verified_address_or_a_name_that_does_not_look_like_one() {
        for (address, username, login) in [
            (Some("ada@tidewatch.example"), Some("ada"), Some("ada@tidewatch.example")),
            (None, Some("ada"), Some("ada")),
            (None, Some("ben@tidewatch.example"), None),
            (None, Some("local:root"), None),
            (None, None, None),
        ] {
            let claims = Claims {
                subject: "1".to_owned(),
                name: None,
                username: username.map(str::to_owned),
                address: address.map(str::to_owned),
                groups: None,
            };
            assert_eq!(login_of(&claims).as_deref(), login, "{address:?} {username:?}");
        }
    }
}
