//! What happens around accounts, in the log: who came in, who did not, and who changed whose rights.
//!
//! Invariant: a line names people by their ids and never holds a login, a name, a password or a secret, so that a log
//! need not be erased with a person.

use domain::envelope::ActorId;

use super::App;

impl App {
    /// Notes what whoever acts did to an account.
    pub(crate) fn noted(&self, what: &str, whom: &ActorId) {
        let by = self.who.member().map_or("the machine", |member| member.id.as_str());
        tracing::info!(target: "seaworthy::access", by, whom = %whom, "{what}");
    }
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
