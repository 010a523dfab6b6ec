//! Links that let somebody in: the set-up of the first account, an invitation, a new password.
//!
//! Invariant: a link works once, and whoever made it is still an admin when it does.

use domain::criterion::Function;
use domain::envelope::ActorId;
use domain::permission::{Act, Role, Whose};
use domain::person::{login, name};
use domain::refusal::Refusal;
use journal::Ticket;
use serde::{Deserialize, Serialize};

use super::{App, AppError, digest_of, secret, taken};

const HOUR: i64 = 3_600_000_000;
/// How long the links of the set-up, an invitation and a reset last.
const SET_UP: i64 = 24 * HOUR;
const INVITATION: i64 = 7 * 24 * HOUR;
const RESET: i64 = 2 * HOUR;

/// What a link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// The first account of all.
    SetUp,
    Invitation,
    /// A new password.
    Reset,
}

impl Purpose {
    const ALL: [Self; 3] = [Self::SetUp, Self::Invitation, Self::Reset];

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::SetUp => "set-up",
            Self::Invitation => "invitation",
            Self::Reset => "reset",
        }
    }
}

/// Somebody who is invited, as they will be.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Invitation {
    pub login: String,
    pub name: String,
    pub role: Option<Role>,
    #[serde(default)]
    pub functions: Vec<Function>,
    /// Who invited them, if they have an account: an invitation ends with its admin.
    #[serde(default)]
    pub by: Option<ActorId>,
}

impl App {
    /// Tells whether there is no admin yet, whoever else has an account: a link makes the first.
    pub async fn needs_set_up(&self) -> Result<bool, AppError> {
        Ok(self.journal().account_count(Role::Admin.as_str()).await? == 0)
    }

    /// Returns the path of a link with which the first account is made. Once there is one, no such link works.
    pub async fn set_up_link(&self) -> Result<String, AppError> {
        self.link(
            Purpose::SetUp,
            None,
            &Invitation { role: Some(Role::Admin), ..Invitation::default() },
            SET_UP,
        )
        .await
    }

    async fn link(
        &self,
        purpose: Purpose,
        person: Option<ActorId>,
        payload: &Invitation,
        lasts: i64,
    ) -> Result<String, AppError> {
        let secret = secret()?;
        let now = self.now();
        let ticket = Ticket {
            digest: digest_of(&secret),
            purpose: purpose.as_str().to_owned(),
            person,
            payload: serde_json::to_string(payload).map_err(|error| AppError::Internal(error.to_string()))?,
            created_at: now,
            expires_at: now.plus_micros(lasts),
        };
        self.journal().ticket_put(&ticket).await?;
        Ok(format!("/welcome/{secret}"))
    }

    /// Invites somebody; returns the path of the link to hand them.
    pub(crate) async fn invite(&self, invitation: Invitation) -> Result<String, AppError> {
        self.allows(Act::ManageAccounts, Whose::Others)?;
        // Whoever holds the data has no account that the invitation could end with.
        let by = self.who.member().map(|member| member.id.clone());
        let invitation = Invitation { login: login(&invitation.login)?, by, ..invitation };
        if self.journal().account_by_login(&invitation.login).await?.is_some() {
            return Err(Refusal::contradiction(format!(
                "{} has an account already. Make a new link for them below if they cannot sign in.",
                invitation.login
            ))
            .into());
        }
        let link = self.link(Purpose::Invitation, None, &invitation, INVITATION).await?;
        self.noted("made an invitation", &ActorId::new("somebody new"));
        Ok(link)
    }

    /// Returns the path of a link with which somebody sets a new password.
    pub(crate) async fn reset_link(&self, person: &ActorId) -> Result<String, AppError> {
        self.allows(Act::ManageAccounts, Whose::Others)?;
        let account = self.account(person).await?;
        let known = self.journal().person_get(&account.person).await?;
        let login = known.and_then(|person| person.login).unwrap_or_default();
        self.journal().tickets_delete_of(person, Purpose::Reset.as_str()).await?;
        let of = Invitation { login, ..Invitation::default() };
        self.noted("made a link for a new password", person);
        self.link(Purpose::Reset, Some(person.clone()), &of, RESET).await
    }

    /// Returns what a link is for, if it still holds.
    pub(crate) async fn look_at_link(&self, secret: &str) -> Result<(Purpose, Invitation), AppError> {
        for purpose in Purpose::ALL {
            let ticket = self.journal().ticket_get(&digest_of(secret), purpose.as_str(), self.now()).await?;
            if let Some(ticket) = ticket {
                let invitation = serde_json::from_str(&ticket.payload).unwrap_or_default();
                return Ok((purpose, invitation));
            }
        }
        Err(used_up().into())
    }

    /// Uses a link: makes the account, or sets the password.
    pub(crate) async fn use_link(
        &self,
        secret: &str,
        wanted: Invitation,
        password: String,
    ) -> Result<ActorId, AppError> {
        let (purpose, offered) = self.look_at_link(secret).await?;
        let now = self.now();
        self.inner.proven.attempt(&format!("link {}", digest_of(secret)), now).map_err(AppError::TooOften)?;
        // Whoever is invited may say how they are called, and not what they may do.
        let login = if purpose == Purpose::SetUp { login(&wanted.login)? } else { offered.login.clone() };
        let name = if purpose == Purpose::Reset { String::new() } else { name(&wanted.name)? };
        if purpose != Purpose::Reset && self.is_taken(&login).await? {
            return Err(taken().into());
        }
        if let Some(by) = &offered.by {
            let inviter = self.member(by, None).await?.and_then(|who| who.role());
            if inviter != Some(Role::Admin) {
                return Err(used_up().into());
            }
        }
        let hash = self.hash(password, &[login.clone(), name.clone()]).await?;
        // Two links for the first account must not both be the first, nor two for one login both make it.
        let _turn = self.managing().await?;
        if purpose == Purpose::SetUp && !self.needs_set_up().await? {
            return Err(used_up().into());
        }
        if purpose != Purpose::Reset && self.is_taken(&login).await? {
            return Err(taken().into());
        }
        // Only now is the link used up: a password that is too weak costs nobody their invitation.
        let ticket = self.journal().ticket_take(&digest_of(secret), purpose.as_str(), now).await?;
        let Some(ticket) = ticket else { return Err(used_up().into()) };
        if let Some(person) = ticket.person {
            if !self.journal().account_set_password(&person, &hash).await? {
                return Err(used_up().into());
            }
            self.end_everything(&person).await?;
            self.noted("used a link to set a new password", &person);
            return Ok(person);
        }
        let role = offered.role.unwrap_or(Role::Viewer);
        let person = self.make_account(login, name, role, &offered.functions, Some(hash)).await?;
        self.noted("used a link to make an account", &person);
        Ok(person)
    }
}

fn used_up() -> Refusal {
    Refusal::unknown("This link has been used, or is too old. Ask whoever sent it for a new one.")
}
