//! Signing in with an identity provider: going there and coming back.
//!
//! Invariant: a way back is good once and only in the browser that went, and what is kept of it gives nobody the secrets
//! of the attempt.

use connectors::oidc::{Answer, Attempt, Claims, OidcError, Provider};
use domain::envelope::ActorId;
use domain::membership::Groups;
use domain::refusal::Refusal;
use journal::Ticket;
use serde::{Deserialize, Serialize};

use super::sign_in::network;
use super::{App, AppError, SignedInAs, digest_of, noted, secret};

const PURPOSE: &str = "oidc";
/// How long somebody may take at the provider.
pub(crate) const PATIENCE: i64 = 600_000_000;
/// How often a minute a network may begin: an office comes to work at once.
const BEGINNINGS: usize = 60;

/// The provider that people sign in with.
#[derive(Debug)]
pub struct SignOn {
    /// What people call it.
    pub name: String,
    pub provider: Provider,
    pub groups: Groups,
}

impl SignOn {
    /// Tells a person of what went wrong, and the log why.
    fn told(&self, error: &OidcError) -> Refusal {
        let name = &self.name;
        tracing::warn!(target: "seaworthy::access", "{name}: failed to {error}");
        Refusal::invalid(match error {
            OidcError::Away(_) => {
                format!(
                    "{name} cannot be reached just now. Try again in a minute, or sign in with a password."
                )
            }
            OidcError::NotBelieved(_) => format!(
                "{name} sent you back with something that does not hold, so that nobody was signed in. Begin again; \
                 if it stays, the server’s log says why."
            ),
            OidcError::Given(_) => {
                format!("Signing in with {name} is not set up rightly. The server’s log says what is wrong.")
            }
        })
    }
}

/// Somebody on their way to the provider.
#[derive(Debug)]
pub(crate) struct Going<'a> {
    /// Where they are to come back to.
    pub(crate) to: &'a str,
    /// Where they want to be afterwards.
    pub(crate) next: &'a str,
    /// What their browser keeps, if it has been on the way already.
    pub(crate) browser: Option<&'a str>,
    pub(crate) address: &'a str,
    /// Whether whoever is signed in wants to link who they are there to their account here.
    pub(crate) links: bool,
}

/// Where to send a browser, and what it is to keep.
pub(crate) struct Sent {
    pub(crate) url: String,
    pub(crate) browser: String,
}

/// What a browser brought back, from where.
#[derive(Debug, Default)]
pub(crate) struct Back {
    pub(crate) to: String,
    pub(crate) state: String,
    pub(crate) code: Option<String>,
    pub(crate) error: Option<String>,
    pub(crate) issuer: Option<String>,
    pub(crate) browser: Option<String>,
    pub(crate) address: String,
    pub(crate) agent: String,
}

/// What came of it.
pub(crate) enum Came {
    In { session: SignedInAs, next: String },
    Linked,
}

/// What is kept of somebody on their way.
#[derive(Deserialize, Serialize)]
struct Way {
    /// The digest of what the browser keeps.
    browser: String,
    next: String,
}

impl App {
    /// Returns a handle in a server where people sign in with a provider.
    #[must_use]
    pub fn signing_on(&self, sign_on: SignOn) -> Self {
        Self { sign_on: Some(std::sync::Arc::new(sign_on)), ..self.clone() }
    }

    pub(super) fn sign_on(&self) -> Result<&SignOn, Refusal> {
        self.sign_on.as_deref().ok_or_else(|| Refusal::unknown("This server knows no identity provider."))
    }

    /// Sends somebody to the provider.
    pub(crate) async fn go_to_provider(&self, going: Going<'_>) -> Result<Sent, AppError> {
        let on = self.sign_on()?;
        let person = if going.links { Some(self.in_person()?.id.clone()) } else { None };
        let now = self.now();
        let by_address = format!("provider {}", network(going.address));
        self.inner.tries.attempt_at_most(BEGINNINGS, &by_address, now).map_err(AppError::TooOften)?;
        // A browser with two windows on their way keeps one secret for both.
        let kept =
            going.browser.filter(|kept| kept.len() == 64 && kept.bytes().all(|b| b.is_ascii_hexdigit()));
        let browser = kept.map_or_else(secret, |kept| Ok(kept.to_owned()))?;
        let state = secret()?;
        let url = on.provider.begin(going.to, &attempt(&state, &browser)).await;
        let url = url.map_err(|error| on.told(&error))?;
        let way = Way { browser: digest_of(&browser).to_string(), next: going.next.to_owned() };
        let ticket = Ticket {
            digest: digest_of(&state),
            purpose: PURPOSE.to_owned(),
            person,
            payload: serde_json::to_string(&way).map_err(|error| AppError::Internal(error.to_string()))?,
            created_at: now,
            expires_at: now.plus_micros(PATIENCE),
        };
        self.journal().ticket_put(&ticket).await?;
        Ok(Sent { url: url.into(), browser })
    }

    /// Takes somebody back from the provider: signs them in, or links who they are there.
    pub(crate) async fn back_from_provider(&self, back: Back) -> Result<Came, AppError> {
        let on = self.sign_on()?;
        let astray = || {
            Refusal::invalid(
                "This way back has been used, is too old, or belongs to another browser. Begin again from here.",
            )
        };
        let (digest, now) = (digest_of(&back.state), self.now());
        let browser = back.browser.clone().ok_or_else(astray)?;
        // Looked at first: whoever brings it in another browser does not use it up.
        let ticket = self.journal().ticket_get(&digest, PURPOSE, now).await?.ok_or_else(astray)?;
        let way: Way = serde_json::from_str(&ticket.payload).map_err(|_| astray())?;
        let links = ticket.person;
        let goes_on = links.is_none() || links.as_ref() == self.who.member().map(|member| &member.id);
        if way.browser != digest_of(&browser).to_string() || !goes_on {
            noted::came("came back from the provider astray", None, &back.address);
            return Err(astray().into());
        }
        if self.journal().ticket_take(&digest, PURPOSE, now).await?.is_none() {
            return Err(astray().into());
        }
        let code = match (back.code, back.error) {
            (Some(code), None) => code,
            (_, error) => return Err(turned_away(on, error.as_deref()).into()),
        };
        let answer = Answer { code, issuer: back.issuer };
        let claims = on.provider.finish(&back.to, &answer, &attempt(&back.state, &browser), now).await;
        let claims = claims.map_err(|error| on.told(&error))?;
        if let Some(person) = links {
            self.link_identity(on, &claims, &person).await?;
            return Ok(Came::Linked);
        }
        let person = self.let_in(on, &claims).await.inspect_err(|_| {
            noted::came("failed to sign in by the provider", None, &back.address);
        })?;
        noted::came("signed in by the provider", Some(&person), &back.address);
        let session = self.begin_session(&person, back.address, back.agent).await?;
        Ok(Came::In { session, next: way.next })
    }

    /// Links what the provider calls whoever is signed in to their account.
    async fn link_identity(&self, on: &SignOn, claims: &Claims, person: &ActorId) -> Result<(), AppError> {
        if self.journal().identity_put(on.provider.issuer(), &claims.subject, person).await? {
            self.noted("linked an identity", person);
            return Ok(());
        }
        Err(Refusal::contradiction(format!(
            "Whom {} signed in has an account here already. Sign out there and choose another, or ask an admin of yours.",
            on.name
        ))
        .into())
    }

    /// Takes away what the provider calls whoever is signed in, if they can still come in otherwise.
    pub(crate) async fn unlink_identity(&self, issuer: &str, subject: &str) -> Result<(), AppError> {
        let member = self.in_person()?;
        if self.account(&member.id).await?.password.is_none() {
            return Err(Refusal::contradiction(
                "It is your only way in: you have no password here. Ask an admin of yours for a link that sets one first.",
            )
            .into());
        }
        if !self.journal().identity_delete(issuer, subject, &member.id).await? {
            return Err(Refusal::unknown("That is not linked any more.").into());
        }
        self.noted("unlinked an identity", &member.id);
        Ok(())
    }
}

/// Returns the secrets of an attempt. They come of what the browser alone keeps, so that whoever reads the tickets has
/// none of them.
fn attempt(state: &str, browser: &str) -> Attempt {
    let of = |what: &str| digest_of(&format!("{what} {browser} {state}")).to_string();
    Attempt { state: state.to_owned(), nonce: of("nonce"), verifier: of("verifier") }
}

/// Tells somebody whom the provider sent back without signing them in.
fn turned_away(on: &SignOn, error: Option<&str>) -> Refusal {
    let name = &on.name;
    // What stands in the address could have been written by anybody: only what is expected is told.
    let known: String =
        error.unwrap_or("no code").chars().filter(|c| c.is_ascii_graphic()).take(60).collect();
    tracing::info!(target: "seaworthy::access", "{name} signed nobody in: {known}");
    Refusal::invalid(match known.as_str() {
        "access_denied" => format!("You turned back at {name}, or it does not let you use Seaworthy."),
        "temporarily_unavailable" | "server_error" => {
            format!("{name} could not sign you in just now. Try again in a minute.")
        }
        _ => format!("{name} did not sign you in. Begin again; if it stays, the server’s log says why."),
    })
}
