//! Who acts.
//!
//! Invariant: whoever acts is known before anything is done; where nobody is, nothing is recorded.

use domain::criterion::Function;
use domain::digest::Digest;
use domain::envelope::{ActorId, Position};
use domain::id::ReleaseId;
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
    /// Somebody by a link that asks them for one thing.
    Asked(Asked),
}

/// Whoever came by a link. They have no role: the one act that the link is for asks for none.
#[derive(Clone, Debug)]
pub struct Asked {
    pub person: ActorId,
    pub release: ReleaseId,
    pub ask: Position,
    /// The digest of the link's secret.
    pub link: Digest,
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
    /// The token that it came with, if it came from a program.
    pub token: Option<Digest>,
}

/// Tells whoever is not known to sign in.
pub(crate) fn sign_in_first() -> Refusal {
    Refusal::forbidden("Sign in first.")
}

/// Tells whoever came with a token that this is for somebody in person: what gives lasting access must not be given by
/// a token that leaked, or it would outlive that token's end.
pub(crate) fn in_person_only() -> Refusal {
    Refusal::forbidden("Sign in with a browser to do this; a token may not.")
}

impl Who {
    pub fn role(&self) -> Option<Role> {
        match self {
            Self::Nobody | Self::Asked(_) => None,
            // Whoever holds the data could write to it without asking.
            Self::Machine(_) => Some(Role::Admin),
            Self::Member(member) => Some(member.role),
        }
    }

    pub fn member(&self) -> Option<&Member> {
        match self {
            Self::Member(member) => Some(member),
            Self::Nobody | Self::Machine(_) | Self::Asked(_) => None,
        }
    }
}

impl App {
    /// Says whether whoever acts may do something.
    pub(crate) fn allows(&self, act: Act, whose: Whose) -> Result<(), Refusal> {
        let role = self.who.role().ok_or_else(sign_in_first)?;
        may(role, act, whose).inspect_err(|_| self.noted_refusal(act))
    }

    /// Returns the id of whoever acts.
    pub(crate) async fn actor(&self) -> Result<ActorId, AppError> {
        match &*self.who {
            Who::Nobody => Err(sign_in_first().into()),
            Who::Machine(actor) => self.local_actor(actor).await,
            Who::Member(member) => Ok(member.id.clone()),
            Who::Asked(asked) => Ok(asked.person.clone()),
        }
    }

    /// Says whether whoever acts may make something weigh less that somebody brought: one's own, or as a coordinator.
    pub(crate) fn may_ease(&self, actor: &ActorId, brought_by: &ActorId) -> Result<(), Refusal> {
        let whose = if actor == brought_by { Whose::Own } else { Whose::Others };
        self.allows(Act::Scope, whose).map_err(|refusal| {
            Refusal::forbidden(format!("This makes milder what somebody else brought. {}", refusal.sentence))
        })
    }

    /// Returns whose something is that somebody brought.
    pub(crate) async fn whose(&self, brought_by: &ActorId) -> Result<Whose, AppError> {
        Ok(if self.actor().await? == *brought_by { Whose::Own } else { Whose::Others })
    }
}

#[cfg(test)]
mod tests {
    use domain::permission::TABLE;

    use super::*;
    use crate::config::Settings;

    #[tokio::test(flavor = "multi_thread")]
    async fn whoever_comes_by_a_link_may_nothing_that_is_in_the_table() {
        let folder = tempfile::tempdir().unwrap();
        let app = App::open(Settings::new(Some(folder.path().to_owned()), None, None)).await.unwrap();
        let release: ReleaseId = "tidewatch/2026.12".parse().unwrap();
        let asked = Asked {
            person: ActorId::new("jo"),
            release: release.clone(),
            ask: Position(1),
            link: Digest::ZERO,
        };
        let app = app.acting_as(Who::Asked(asked));
        for rule in TABLE {
            for whose in [Whose::Own, Whose::Others] {
                assert!(app.allows(rule.act, whose).is_err(), "{:?} {whose:?}", rule.act);
            }
        }
        let request =
            serde_json::json!({ "track": "ios", "build": "514", "device": "x", "result": "passed" });
        let attested = app.attest(&release, serde_json::from_value(request).unwrap(), None).await;
        assert!(
            attested.unwrap_err().to_string().contains("Sign in first"),
            "a verb past a door must ask, too"
        );
    }
}
