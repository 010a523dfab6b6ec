//! People as those who manage accounts list and change them, invitations among them, and the accounts of machines.
//!
//! Invariant: a machine has no password and is no admin, so that there is always a person who manages accounts.

use domain::criterion::Function;
use domain::digest::Digest;
use domain::envelope::ActorId;
use domain::permission::{Act, Role, Whose};
use domain::person::{login, name};
use domain::refusal::Refusal;
use domain::time::Time;
use journal::{Account, Person};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{App, AppError, Invitation, Purpose, functions, role_of};

/// Somebody with an account.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct PersonLine {
    pub id: ActorId,
    pub login: String,
    pub name: String,
    pub role: Role,
    pub functions: Vec<Function>,
    /// Whether they can sign in with a password.
    pub has_password: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disabled_at: Option<Time>,
}

/// Somebody to invite.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InviteRequest {
    /// 2 to 200 characters, without spaces and colons; an e-mail address does well.
    #[schema(example = "eve@ship.example")]
    pub login: String,
    #[serde(default)]
    pub name: String,
    pub role: Role,
    #[serde(default)]
    pub functions: Vec<Function>,
}

/// A link to hand over: the path of it on this server.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct LinkResponse {
    pub path: String,
}

/// An invitation that nobody has accepted yet.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct InvitationLine {
    pub id: Digest,
    pub login: String,
    pub name: String,
    pub role: Role,
    /// Who made it.
    pub by: String,
    pub created_at: Time,
    pub expires_at: Time,
}

/// A machine to make an account for.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MachineRequest {
    /// 2 to 200 characters, without spaces and colons.
    #[schema(example = "nightly")]
    pub login: String,
    pub name: String,
    pub role: Role,
}

/// What is to change of an account; what is absent stays.
#[derive(Clone, Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonChange {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub functions: Option<Vec<Function>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disabled: Option<bool>,
}

/// Somebody without an account: asked by a link, quoted by others, or acting on the server's own machine.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct OtherLine {
    #[schema(value_type = String)]
    pub id: ActorId,
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
}

/// Whose name is to be erased for good.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EraseRequest {
    /// Their name as it stands, so that it is not done to the wrong person.
    pub name: String,
}

impl App {
    /// Lists those who have no account, in the order of their names: who were asked, quoted, or acted from the server's
    /// machine.
    pub(crate) async fn others(&self) -> Result<Vec<OtherLine>, AppError> {
        self.allows(Act::ManageAccounts, Whose::Others)?;
        let accounts = self.journal().accounts().await?;
        let mut people = self.journal().people().await?;
        people.retain(|person| {
            person.erased_at.is_none() && !accounts.iter().any(|(known, _)| known.id == person.id)
        });
        people.sort_by_key(|person| person.name.clone().unwrap_or_default().to_lowercase());
        let line = |person: Person| OtherLine {
            id: person.id,
            name: person.name.unwrap_or_default(),
            login: person.login,
            address: person.address,
        };
        Ok(people.into_iter().map(line).collect())
    }

    /// Lists everybody with an account, in the order of their names.
    pub(crate) async fn people(&self) -> Result<Vec<PersonLine>, AppError> {
        self.allows(Act::ManageAccounts, Whose::Others)?;
        let accounts = self.journal().accounts().await?;
        let line = |(person, account): (Person, Account)| PersonLine {
            id: person.id,
            login: person.login.unwrap_or_default(),
            name: person.name.unwrap_or_default(),
            role: role_of(&account),
            functions: functions(&account.functions),
            has_password: account.password.is_some(),
            disabled_at: account.disabled_at,
        };
        Ok(accounts.into_iter().map(line).collect())
    }

    /// Lists the invitations that can still be accepted, the oldest first.
    pub(crate) async fn invitations(&self) -> Result<Vec<InvitationLine>, AppError> {
        self.allows(Act::ManageAccounts, Whose::Others)?;
        let tickets = self.journal().tickets_open(Purpose::Invitation.as_str(), self.now()).await?;
        let names = self.names_now().await?;
        let mut lines = Vec::with_capacity(tickets.len());
        for ticket in tickets {
            let offered: Invitation = serde_json::from_str(&ticket.payload).unwrap_or_default();
            let by = offered.by.as_ref().map_or("whoever holds the data", |by| names.of(by));
            lines.push(InvitationLine {
                id: ticket.digest,
                login: offered.login,
                name: offered.name,
                role: offered.role.unwrap_or(Role::Viewer),
                by: by.to_owned(),
                created_at: ticket.created_at,
                expires_at: ticket.expires_at,
            });
        }
        Ok(lines)
    }

    /// Withdraws an invitation: its link works no more.
    pub(crate) async fn withdraw_invitation(&self, id: &Digest) -> Result<(), AppError> {
        self.allows(Act::ManageAccounts, Whose::Others)?;
        let taken = self.journal().ticket_take(id, Purpose::Invitation.as_str(), self.now()).await?;
        taken.map(drop).ok_or_else(|| {
            Refusal::unknown("This invitation was accepted or withdrawn already, or is too old.").into()
        })
    }

    /// Makes an account for a machine, which nobody signs in to and which tokens are made for.
    pub(crate) async fn add_machine(&self, request: MachineRequest) -> Result<PersonLine, AppError> {
        self.allows(Act::ManageAccounts, Whose::Others)?;
        let MachineRequest { login: wanted, name: called, role } = request;
        if role == Role::Admin {
            return Err(Refusal::invalid("A machine is no admin: make it a coordinator at most.").into());
        }
        let (login, name) = (login(&wanted)?, name(&called)?);
        let _turn = self.managing().await?;
        if self.is_taken(&login).await? {
            return Err(Refusal::contradiction(format!(
                "{login} has an account already; `seaworthy people list` shows it."
            ))
            .into());
        }
        let id = self.make_account(login.clone(), name.clone(), role, &[], None).await?;
        self.noted("made an account for a machine", &id);
        Ok(PersonLine {
            id,
            login,
            name,
            role,
            functions: Vec::new(),
            has_password: false,
            disabled_at: None,
        })
    }
}
