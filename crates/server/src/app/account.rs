//! Accounts: who has one, what becomes of it, and what ends with it.
//!
//! Invariant: a secret is shown once and kept only as its digest; at least one admin can always sign in.

mod breached;
mod demo;
mod erase;
mod link;
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
use domain::permission::{Act, Role, Whose, may_become};
use domain::refusal::Refusal;
use journal::{Account, Person};

use super::who::{Member, Who};
use super::{App, AppError, new_id, random};

pub(crate) use erase::Trace;
pub use link::Invitation;
pub(crate) use link::Purpose;
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

impl App {
    /// Tells whether anybody has an account.
    pub async fn has_accounts(&self) -> Result<bool, AppError> {
        Ok(!self.journal().accounts().await?.is_empty())
    }

    /// Waits for the turn to look at accounts and change them, among everybody on this server and on others.
    pub(super) async fn managing(
        &self,
    ) -> Result<(tokio::sync::MutexGuard<'_, ()>, journal::Turn), AppError> {
        Ok((self.inner.managing.lock().await, self.journal().turn_to_manage().await?))
    }

    /// Changes what is named of an account, and leaves the rest.
    pub(crate) async fn change_member(&self, person: &ActorId, change: PersonChange) -> Result<(), AppError> {
        self.allows(Act::ManageAccounts, Whose::Others)?;
        // What is absent stays as it is at this moment, whoever else changes the account.
        let _turn = self.managing().await?;
        let account = self.account(person).await?;
        let (was, was_disabled) = (role_of(&account), account.disabled_at.is_some());
        let (role, disabled) = (change.role.unwrap_or(was), change.disabled.unwrap_or(was_disabled));
        let functions =
            change.functions.map_or_else(|| account.functions.clone(), |wanted| function_names(&wanted));
        self.leaves_an_admin(&account, (!disabled).then_some(role)).await?;
        let disabled_at = disabled.then(|| account.disabled_at.unwrap_or_else(|| self.now()));
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

    /// Refuses to make of an account what would leave nobody to manage accounts. `becomes` is `None` where nobody signs
    /// in to it any more. Ask it in one's turn to manage.
    async fn leaves_an_admin(&self, account: &Account, becomes: Option<Role>) -> Result<(), AppError> {
        let was = account.disabled_at.is_none().then(|| role_of(account));
        let has_way_in =
            account.password.is_some() || !self.journal().identities_of(&account.person).await?.is_empty();
        let admins = self.journal().account_count(Role::Admin.as_str()).await?;
        Ok(may_become(was, becomes, has_way_in, admins)?)
    }

    /// Makes a person with an account; leaves nothing of either if the login is somebody's.
    async fn make_account(
        &self,
        login: String,
        name: String,
        role: Role,
        functions: &[Function],
        password: Option<String>,
    ) -> Result<ActorId, AppError> {
        let now = self.now();
        let id = new_id()?;
        let person = Person {
            id: id.clone(),
            login: Some(login),
            name: Some(name),
            address: None,
            created_at: now,
            erased_at: None,
        };
        let account = Account {
            person: id.clone(),
            role: role.as_str().to_owned(),
            functions: function_names(functions),
            password,
            created_at: now,
            disabled_at: None,
        };
        let opened = match self.journal().person_put(&person).await {
            Ok(_) => self.journal().account_put(&account).await,
            Err(error) => Err(error),
        };
        match opened {
            Ok(true) => {
                self.refresh_names().await?;
                Ok(id)
            }
            Ok(false) | Err(journal::Error::LoginTaken) => {
                self.journal().person_erase(&id, now).await?;
                Err(taken().into())
            }
            Err(error) => Err(error.into()),
        }
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
        Ok(self.journal().account_get(person).await?.ok_or_else(no_account)?)
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
            role: role_of(&account),
            functions: functions(&account.functions),
            session,
            token: None,
        })))
    }
}

fn functions(names: &[String]) -> Vec<Function> {
    names.iter().filter_map(|name| Function::parse(name)).collect()
}

fn function_names(functions: &[Function]) -> Vec<String> {
    functions.iter().map(|function| function.as_str().to_owned()).collect()
}

/// Returns the role of an account; one that this version does not know may do the least.
fn role_of(account: &Account) -> Role {
    Role::parse(&account.role).unwrap_or(Role::Viewer)
}

fn no_account() -> Refusal {
    Refusal::unknown("There is no such account.")
}

fn taken() -> Refusal {
    Refusal::invalid("Somebody with that login has an account already. Ask for an invitation under another.")
}

/// Returns 256 random bits as text that fits into a link.
pub(crate) fn secret() -> Result<String, AppError> {
    Ok(hex::encode(random::<32>()?))
}

/// Returns what is kept of a secret. It has 256 random bits: a slow hash would add nothing.
pub(crate) fn digest_of(secret: &str) -> Digest {
    Digest::of(secret.as_bytes())
}
