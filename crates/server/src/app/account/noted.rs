//! What happens around accounts, in the log: who came in, who did not, and who changed whose rights.
//!
//! Invariant: a line names people by their ids and never holds a login, a name, a password or a secret, so that a log
//! need not be erased with a person.

use domain::envelope::ActorId;
use domain::permission::Act;

use super::{App, Who};

impl App {
    /// Notes what whoever acts did to an account.
    pub(crate) fn noted(&self, what: &str, whom: &ActorId) {
        let by = self.called();
        tracing::info!(target: "seaworthy::access", by, whom = %whom, "{what}");
    }

    /// Notes that whoever acts wanted what is not for them.
    pub(crate) fn noted_refusal(&self, act: Act) {
        let by = self.called();
        tracing::info!(target: "seaworthy::access", by, ?act, "was refused");
    }

    /// Returns what the log calls whoever acts.
    fn called(&self) -> &str {
        match &*self.who {
            Who::Member(member) => member.id.as_str(),
            Who::Machine(_) => "the machine",
            Who::Asked(asked) => asked.person.as_str(),
            Who::Nobody => "nobody known",
        }
    }
}

/// Notes that a script came in. Each token says so once a minute at most.
pub(super) fn by_token(token: &str, whose: &ActorId) {
    tracing::info!(target: "seaworthy::access", token, %whose, "came in by a token");
}

/// Notes what the provider's groups made of an account.
pub(super) fn by_groups(what: &str, whom: &ActorId) {
    tracing::info!(target: "seaworthy::access", by = "the provider", whom = %whom, "{what}");
}

/// Notes a try to come in.
pub(super) fn came(what: &str, whom: Option<&ActorId>, address: &str) {
    let whom = whom.map_or("nobody known", ActorId::as_str);
    tracing::info!(target: "seaworthy::access", whom, address, "{what}");
}
