//! Forgetting a person: what goes, what stays, and that it goes everywhere.
//!
//! Invariant: after it, no page and no export tells a name, a login or an address of theirs; what they did stays, by
//! somebody erased. The last admin is never erased.

use domain::envelope::{ActorId, Position};
use domain::permission::{Act, Role, Whose};
use domain::refusal::Refusal;
use journal::{Body, Person};

use super::{App, AppError, role_of};

/// How many events are read at once.
const AT_ONCE: u32 = 512;
/// How many events that mention a name are listed.
const LISTED: usize = 50;

/// What erasing somebody comes to.
#[derive(Clone, Debug)]
pub(crate) struct Trace {
    pub(crate) person: Person,
    pub(crate) role: Option<Role>,
    /// In how many events they acted.
    pub(crate) acted: i64,
    /// The events in which somebody wrote their name, login or address: at most so many are listed.
    pub(crate) mentioned: Vec<Position>,
    pub(crate) open_asks: usize,
}

impl App {
    /// Returns what erasing somebody would come to.
    pub(crate) async fn before_erasing(&self, id: &ActorId) -> Result<Trace, AppError> {
        self.allows(Act::ManageAccounts, Whose::Others)?;
        let person = self.living(id).await?;
        let account = self.journal().account_get(id).await?;
        let role = account.map(|account| role_of(&account));
        let words = [&person.name, &person.login, &person.address];
        let words: Vec<Vec<u8>> = words.into_iter().flatten().map(|word| as_in_json(word)).collect();
        let open_asks = self.open_asks_of(id).await?.iter().map(|(_, asks)| asks.len()).sum();
        let mut trace = Trace { person, role, acted: 0, mentioned: Vec::new(), open_asks };
        let mut after = Position(0);
        loop {
            let events = self.journal().read_all(after, AT_ONCE).await?;
            for event in &events {
                after = event.envelope.position;
                trace.acted += i64::from(event.envelope.actor == *id);
                let Body::Payload(payload) = &event.body else { continue };
                let within = |word: &Vec<u8>| memchr::memmem::find(payload, word).is_some();
                if trace.mentioned.len() < LISTED && words.iter().any(within) {
                    trace.mentioned.push(after);
                }
            }
            if events.len() < AT_ONCE as usize {
                return Ok(trace);
            }
        }
    }

    /// Forgets somebody for good. Whoever does it types the name, so that it is not done to the wrong person.
    pub async fn erase_person(&self, id: &ActorId, typed: &str) -> Result<(), AppError> {
        self.allows(Act::ManageAccounts, Whose::Others)?;
        if self.who.member().is_some() {
            self.in_person()?;
        }
        let person = self.living(id).await?;
        let name = person.name.as_deref().or(person.login.as_deref()).unwrap_or(id.as_str());
        if typed.split_whitespace().ne(name.split_whitespace()) {
            return Err(Refusal::invalid(format!("Write the name as it stands, {name}, to erase it.")).into());
        }
        // Two admins must not take each other away at once.
        let _turn = self.managing().await?;
        if let Some(account) = self.journal().account_get(id).await? {
            self.leaves_an_admin(&account, None).await?;
        }
        // Who erases oneself is nobody afterwards: what is still to be recorded is recorded before.
        self.ask_no_more(id, "whoever was asked is to be erased").await?;
        self.journal().person_erase(id, self.now()).await?;
        self.noted("erased", id);
        self.forget_sessions();
        self.refresh_names().await
    }

    async fn living(&self, id: &ActorId) -> Result<Person, AppError> {
        let person = self.journal().person_get(id).await?.filter(|person| person.erased_at.is_none());
        person.ok_or_else(|| Refusal::unknown("There is nobody like that, or not any more.").into())
    }
}

/// Returns a word as it stands within a text of JSON.
fn as_in_json(word: &str) -> Vec<u8> {
    let quoted = serde_json::to_vec(word).unwrap_or_default();
    quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default().to_vec()
}
