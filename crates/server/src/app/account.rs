//! Accounts: setting up the first, inviting others, and what becomes of them.
//!
//! Invariant: a secret is shown once and kept only as its digest; at least one admin can always sign in.

mod breached;
mod erase;
mod login;
mod noted;
pub(crate) mod oidc;
mod password;
mod people;
mod provided;
mod sign_in;
mod token;
mod tokens_of;

use domain::criterion::Function;
use domain::digest::Digest;
use domain::envelope::ActorId;
use domain::permission::{Act, Role, Whose};
use domain::refusal::Refusal;
use domain::time::Time;
use journal::{Account, Person, Ticket};
use serde::{Deserialize, Serialize};

use super::who::{Member, Who};
use super::{App, AppError, new_id, random};
use crate::config::LocalActor;

pub(crate) use erase::Trace;
pub(crate) use login::{Asking, DAYS as LOGIN_DAYS};
pub use login::{LoginRequest, LoginResponse, PollRequest, PollResponse};
pub use oidc::SignOn;
pub use people::{
    EraseRequest, InvitationLine, InviteRequest, LinkResponse, MachineRequest, OtherLine, PersonChange,
    PersonLine,
};
pub(crate) use provided::WaysIn;
pub(crate) use sign_in::{LONGEST, Remembered};
pub use sign_in::{SignIn, SignedInAs};
pub use token::{MadeToken, NewToken};
pub use tokens_of::{TokenLine, TokenRequest, TokenResponse, TokensQuery, WhoamiResponse};

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

    fn as_str(self) -> &'static str {
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
    /// Who invited them: an invitation ends with its admin.
    #[serde(default)]
    pub by: Option<ActorId>,
}

/// Somebody with an account, as those who manage accounts see them.
#[derive(Clone, Debug)]
pub(crate) struct Listed {
    pub(crate) person: Person,
    pub(crate) role: Role,
    pub(crate) functions: Vec<Function>,
    pub(crate) has_password: bool,
    pub(crate) disabled_at: Option<Time>,
}

impl App {
    /// Tells whether anybody has an account.
    pub async fn has_accounts(&self) -> Result<bool, AppError> {
        Ok(!self.journal().accounts().await?.is_empty())
    }

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
        let by = Some(self.actor().await?);
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
        self.inner.tries.attempt(&format!("link {}", digest_of(secret)), now).map_err(AppError::TooOften)?;
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
        // Two links for the first account must not both be the first.
        let _turn = self.managing().await?;
        if purpose == Purpose::SetUp && !self.needs_set_up().await? {
            return Err(used_up().into());
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
        let person = Person {
            id: new_id()?,
            login: Some(login),
            name: Some(name),
            address: None,
            created_at: now,
            erased_at: None,
        };
        self.journal().person_put(&person).await?;
        let account = Account {
            person: person.id.clone(),
            role: offered.role.unwrap_or(Role::Viewer).as_str().to_owned(),
            functions: offered.functions.iter().map(|function| function.as_str().to_owned()).collect(),
            password: Some(hash),
            created_at: now,
            disabled_at: None,
        };
        match self.journal().account_put(&account).await {
            Ok(true) => {}
            Ok(false) | Err(journal::Error::LoginTaken) => return Err(taken().into()),
            Err(error) => return Err(error.into()),
        }
        self.refresh_names().await?;
        self.noted("used a link to make an account", &person.id);
        Ok(person.id)
    }

    /// Lists everybody with an account.
    pub(crate) async fn members(&self) -> Result<Vec<Listed>, AppError> {
        self.allows(Act::ManageAccounts, Whose::Others)?;
        let accounts = self.journal().accounts().await?;
        Ok(accounts
            .into_iter()
            .map(|(person, account)| Listed {
                person,
                role: Role::parse(&account.role).unwrap_or(Role::Viewer),
                functions: functions(&account.functions),
                has_password: account.password.is_some(),
                disabled_at: account.disabled_at,
            })
            .collect())
    }

    /// Lists the accounts of a demo, each to be entered with a click: id, name, role, functions.
    pub(crate) async fn demo_members(&self) -> Result<Vec<(String, String, &'static str, String)>, AppError> {
        let accounts = self.journal().accounts().await?;
        let mut members: Vec<_> = accounts
            .into_iter()
            .filter(|(_, account)| account.disabled_at.is_none())
            .map(|(person, account)| {
                let role = Role::parse(&account.role).unwrap_or(Role::Viewer);
                (role, person.id.to_string(), person.name.unwrap_or_default(), account.functions.join(", "))
            })
            .collect();
        members.sort_by_key(|(role, _, name, _)| (std::cmp::Reverse(*role), name.clone()));
        Ok(members
            .into_iter()
            .map(|(role, id, name, functions)| (id, name, role.as_str(), functions))
            .collect())
    }

    /// Makes an account of a demo, without a password; the same login is the same person.
    pub async fn demo_member(
        &self,
        login: &str,
        name: &str,
        role: Role,
        functions: &[Function],
    ) -> Result<(), AppError> {
        let actor = LocalActor { login: login.to_owned(), name: name.to_owned() };
        let account = Account {
            person: self.local_actor(&actor).await?,
            role: role.as_str().to_owned(),
            functions: functions.iter().map(|function| function.as_str().to_owned()).collect(),
            password: None,
            created_at: self.now(),
            disabled_at: None,
        };
        self.journal().account_put(&account).await?;
        Ok(())
    }

    /// Waits for the turn to look at accounts and change them, among everybody on this server and on others.
    pub(super) async fn managing(
        &self,
    ) -> Result<(tokio::sync::MutexGuard<'_, ()>, journal::Turn), AppError> {
        Ok((self.inner.managing.lock().await, self.journal().turn_to_manage().await?))
    }

    /// Changes what somebody may do and speaks for, or whether they may sign in.
    pub(crate) async fn change_member(
        &self,
        person: &ActorId,
        role: Role,
        functions: &[Function],
        disabled: bool,
    ) -> Result<(), AppError> {
        self.allows(Act::ManageAccounts, Whose::Others)?;
        // Two admins must not take each other away at once.
        let _turn = self.managing().await?;
        let account = self.account(person).await?;
        let was_admin = account.role == Role::Admin.as_str() && account.disabled_at.is_none();
        let stays_admin = role == Role::Admin && !disabled;
        if was_admin && !stays_admin && self.journal().account_count(Role::Admin.as_str()).await? <= 1 {
            return Err(Refusal::contradiction(
                "This is the last admin. Make somebody else an admin first; otherwise nobody could manage accounts.",
            )
            .into());
        }
        let disabled_at = disabled.then(|| account.disabled_at.unwrap_or_else(|| self.now()));
        let functions: Vec<String> = functions.iter().map(|function| function.as_str().to_owned()).collect();
        self.journal().account_set_role(person, role.as_str(), &functions, disabled_at).await?;
        // What they may do changes at once, also in what they have open.
        self.forget_sessions();
        if disabled {
            self.end_everything(person).await?;
        }
        self.noted(
            &format!("set the role to {}{}", role.as_str(), if disabled { ", disabled" } else { "" }),
            person,
        );
        Ok(())
    }

    /// Ends whatever lets somebody in: sessions, tokens, links and known browsers.
    async fn end_everything(&self, person: &ActorId) -> Result<(), AppError> {
        for purpose in [Purpose::Reset.as_str(), sign_in::DEVICE, login::GRANTED, super::ask::PURPOSE] {
            self.journal().tickets_delete_of(person, purpose).await?;
        }
        for token in self.journal().tokens_of(person).await? {
            self.journal().token_revoke(&token.id, self.now()).await?;
        }
        self.end_sessions(person, None).await
    }

    async fn is_taken(&self, login: &str) -> Result<bool, AppError> {
        let journal = self.journal();
        Ok(journal.account_by_login(login).await?.is_some()
            || journal.person_by_login(login).await?.is_some())
    }

    async fn account(&self, person: &ActorId) -> Result<Account, AppError> {
        let account = self.journal().account_get(person).await?;
        account.ok_or_else(|| Refusal::unknown("There is no such account.").into())
    }

    /// Returns a member as they are now, if they may sign in.
    async fn member(&self, id: &ActorId, session: Option<Digest>) -> Result<Option<Who>, AppError> {
        let Some(account) = self.journal().account_get(id).await? else { return Ok(None) };
        let Some(person) = self.journal().person_get(id).await? else { return Ok(None) };
        if account.disabled_at.is_some() || person.erased_at.is_some() {
            return Ok(None);
        }
        Ok(Some(Who::Member(Member {
            id: id.clone(),
            name: person.name.unwrap_or_default(),
            login: person.login.unwrap_or_default(),
            // A role that this version does not know may do the least.
            role: Role::parse(&account.role).unwrap_or(Role::Viewer),
            functions: functions(&account.functions),
            session,
        })))
    }
}

fn functions(names: &[String]) -> Vec<Function> {
    let known =
        |name: &String| Function::ALL.iter().find(|(known, _)| known == name).map(|(_, function)| *function);
    names.iter().filter_map(known).collect()
}

fn taken() -> Refusal {
    Refusal::invalid("Somebody with that login has an account already. Ask for an invitation under another.")
}

fn used_up() -> Refusal {
    Refusal::unknown("This link has been used, or is too old. Ask whoever sent it for a new one.")
}

fn login(text: &str) -> Result<String, Refusal> {
    let login = text.trim();
    let fits = (2..=200).contains(&login.chars().count())
        && !login.contains(|c: char| c.is_whitespace() || c.is_control() || is_unseen(c));
    // Logins with a colon are those of machines.
    if fits && !login.contains(':') {
        return Ok(login.to_owned());
    }
    Err(Refusal::invalid(
        "A login has 2 to 200 characters, without spaces and colons; an e-mail address does well.",
    ))
}

fn name(text: &str) -> Result<String, Refusal> {
    let name = text.trim();
    if (1..=100).contains(&name.chars().count()) && !name.contains(|c: char| c.is_control() || is_unseen(c)) {
        return Ok(name.to_owned());
    }
    Err(Refusal::invalid(
        "Say how you are called, in at most 100 characters: others see it beside what you do.",
    ))
}

/// Tells a character that shows nothing, or turns the text beside it: with one, two names could look the same. The
/// joiners within words of some scripts are not among them.
fn is_unseen(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Returns 256 random bits as text that fits into a link.
pub(crate) fn secret() -> Result<String, AppError> {
    Ok(hex::encode(random::<32>()?))
}

/// Returns what is kept of a secret. It has 256 random bits: a slow hash would add nothing.
pub(crate) fn digest_of(secret: &str) -> Digest {
    Digest::of(secret.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_looks_like_no_other() {
        for (text, fits) in [
            ("Ada Lovelace", true),
            ("Søren 海", true),
            ("نیما می\u{200c}خواهم", true),
            ("", false),
            ("Ada\u{200b}", false),
            ("Ada \u{202e}nimdA", false),
            ("A\u{ad}da", false),
        ] {
            assert_eq!(name(text).is_ok(), fits, "{text:?}");
            let login = login(&text.replace(' ', "."));
            assert_eq!(login.is_ok(), fits, "{text:?}");
        }
    }
}
