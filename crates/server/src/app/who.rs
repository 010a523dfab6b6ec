//! Who acts.
//!
//! Invariant: whoever acts is known before anything is done; where nobody is, nothing is recorded.

use domain::criterion::Function;
use domain::digest::Digest;
use domain::envelope::ActorId;
use domain::permission::{Act, Role, Whose, may};
use domain::refusal::Refusal;

use super::{App, AppError};
use crate::config::LocalActor;

/// Whoever acts through a handle on the application.
#[derive(Clone, Debug)]
pub enum Who {
    /// Nobody yet: a request that has not said whose it is.
    Nobody,
    /// The user of this machine, with the data itself in hand.
    Machine(LocalActor),
    Member(Member),
}

/// Somebody with an account.
#[derive(Clone, Debug)]
pub struct Member {
    pub id: ActorId,
    pub name: String,
    pub login: String,
    pub role: Role,
    pub functions: Vec<Function>,
    /// The session that the request came in, if it came from a browser.
    pub session: Option<Digest>,
}

impl Who {
    pub fn role(&self) -> Option<Role> {
        match self {
            Self::Nobody => None,
            // Whoever holds the data could write to it without asking.
            Self::Machine(_) => Some(Role::Admin),
            Self::Member(member) => Some(member.role),
        }
    }

    pub fn member(&self) -> Option<&Member> {
        match self {
            Self::Member(member) => Some(member),
            Self::Nobody | Self::Machine(_) => None,
        }
    }
}

impl App {
    /// Says whether whoever acts may do something.
    pub(crate) fn allows(&self, act: Act, whose: Whose) -> Result<(), Refusal> {
        let role = self.who.role().ok_or_else(|| Refusal::forbidden("Sign in first."))?;
        may(role, act, whose).inspect_err(|_| self.noted_refusal(act))
    }

    /// Returns the id of whoever acts.
    pub(crate) async fn actor(&self) -> Result<ActorId, AppError> {
        match &*self.who {
            Who::Nobody => Err(Refusal::forbidden("Sign in first.").into()),
            Who::Machine(actor) => self.local_actor(actor).await,
            Who::Member(member) => Ok(member.id.clone()),
        }
    }

    /// Returns whose something is that somebody brought.
    pub(crate) async fn whose(&self, brought_by: &ActorId) -> Result<Whose, AppError> {
        Ok(if self.actor().await? == *brought_by { Whose::Own } else { Whose::Others })
    }
}
