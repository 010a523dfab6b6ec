//! Logging in a program from the browser: it shows a code, its owner confirms it in person, and it gets a token.
//!
//! Invariant: the code alone gives nothing, and the secret alone nothing before somebody has confirmed; a token is made
//! once, when it is fetched, and its secret is never kept.

use domain::digest::Digest;
use domain::envelope::ActorId;
use domain::permission::{Act, Role, Whose};
use domain::refusal::Refusal;
use domain::time::Time;
use journal::Ticket;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::sign_in::network;
use super::token::fits;
use super::{App, AppError, NewToken, Who, digest_of, secret};
use crate::app::random;

/// How long a login waits to be confirmed.
const LASTS: i64 = 10 * 60_000_000;
/// How often whoever waits may ask, in seconds, and how often at most in a minute.
const INTERVAL: u64 = 2;
const ASKED: usize = 40;
/// How many logins may begin in a minute, from everywhere together.
const BEGUN: usize = 120;
/// Letters that are not taken for one another, and make no words.
const LETTERS: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";
const LENGTH: usize = 8;
/// How long the name of a device may be.
const LONGEST_NAME: usize = 80;

/// Tickets: of whoever waits, by the secret; of the code; and of what was granted.
const WAITING: &str = "login";
const CODE: &str = "login-code";
pub(super) const GRANTED: &str = "login-granted";

/// A program that wants to be logged in.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LoginRequest {
    /// What the machine is called, for whoever confirms.
    pub device: String,
}

/// A login that waits to be confirmed.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct LoginResponse {
    /// What both sides show: `BCDF-GHJK`.
    pub code: String,
    /// What the token is fetched with.
    pub secret: String,
    /// The page on which it is confirmed.
    pub path: String,
    pub expires_at: Time,
    /// How many seconds to leave between two questions whether it is.
    pub interval: u64,
}

/// Asks whether a login has been confirmed.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PollRequest {
    /// As the login was answered.
    pub secret: String,
}

/// What became of a login.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct PollResponse {
    /// Absent while nobody has confirmed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
}

/// Who asks to be logged in, as whoever confirms sees them.
#[derive(Clone, Debug)]
pub(crate) struct Asking {
    pub(crate) code: String,
    pub(crate) device: String,
    pub(crate) address: String,
    pub(crate) at: Time,
}

/// What is kept with a code.
#[derive(Deserialize, Serialize)]
struct OfCode {
    device: String,
    address: String,
    waiting: Digest,
}

/// What is kept with what was granted.
#[derive(Deserialize, Serialize)]
struct Grant {
    device: String,
    role: Role,
    days: i64,
}

impl App {
    /// Begins a login for a program at an address.
    pub(crate) async fn begin_login(
        &self,
        request: LoginRequest,
        address: String,
    ) -> Result<LoginResponse, AppError> {
        if matches!(&*self.who, Who::Machine(_)) {
            let sentence = "This server trusts whoever uses its machine: there is nothing to sign in to.";
            return Err(Refusal::contradiction(sentence).into());
        }
        let now = self.now();
        let from = format!("logins from {}", network(&address));
        // All together first: a flood from everywhere then leaves no trace of each place.
        self.inner.proven.attempt_at_most(BEGUN, "logins", now).map_err(AppError::TooOften)?;
        self.inner.tries.attempt(&from, now).map_err(AppError::TooOften)?;
        let (secret, code) = (secret()?, code()?);
        let waiting = digest_of(&secret);
        let expires_at = now.plus_micros(LASTS);
        let of_code = OfCode { device: device(&request.device)?, address, waiting };
        self.put_login(waiting, WAITING, None, "{}".to_owned(), expires_at).await?;
        self.put_login(digest_of(&code), CODE, None, text(&of_code)?, expires_at).await?;
        let code = shown(&code);
        Ok(LoginResponse {
            path: format!("/account/login?code={code}"),
            code,
            secret,
            expires_at,
            interval: INTERVAL,
        })
    }

    /// Returns who asks under a code.
    pub(crate) async fn asking(&self, code: &str) -> Result<Asking, AppError> {
        let member = self.in_person()?;
        self.guess(&member.id)?;
        let code = letters(code);
        let ticket = self.journal().ticket_get(&digest_of(&code), CODE, self.now()).await?;
        let ticket = ticket.ok_or_else(nobody_asks)?;
        let of: OfCode = read(&ticket.payload)?;
        Ok(Asking { code: shown(&code), device: of.device, address: of.address, at: ticket.created_at })
    }

    /// Confirms a login: whoever waits gets a token of whoever acts.
    pub(crate) async fn confirm_login(&self, code: &str, role: Role, days: i64) -> Result<(), AppError> {
        self.allows(Act::KeepAccount, Whose::Own)?;
        let member = self.in_person()?.clone();
        fits(role, member.role, days)?;
        let of = self.take_code(code).await?;
        let granted = Grant { device: of.device, role, days };
        let expires_at = self.now().plus_micros(LASTS);
        let digest = digest_of_grant(&of.waiting);
        self.noted("confirmed the login of a program", &member.id);
        self.put_login(digest, GRANTED, Some(member.id), text(&granted)?, expires_at).await?;
        Ok(())
    }

    /// Refuses a login: whoever waits is told so.
    pub(crate) async fn refuse_login(&self, code: &str) -> Result<(), AppError> {
        self.in_person()?;
        let of = self.take_code(code).await?;
        self.journal().ticket_take(&of.waiting, WAITING, self.now()).await?;
        Ok(())
    }

    /// Returns the token of a login that was confirmed, once.
    pub(crate) async fn poll_login(&self, request: PollRequest) -> Result<PollResponse, AppError> {
        let (waiting, now) = (digest_of(&request.secret), self.now());
        let known = self.journal().ticket_get(&waiting, WAITING, now).await?;
        // Only what is known is counted, so that nobody fills the memory with secrets of their own.
        if known.is_none() {
            return Err(Refusal::unknown(
                "This login was refused in the browser, is too old, or was used. Begin again with `seaworthy login`.",
            )
            .into());
        }
        let key = format!("login {waiting}");
        self.inner.proven.attempt_at_most(ASKED, &key, now).map_err(AppError::TooOften)?;
        let granted = self.journal().ticket_take(&digest_of_grant(&waiting), GRANTED, now).await?;
        let Some(Ticket { person: Some(person), payload, .. }) = granted else {
            return Ok(PollResponse { token: None });
        };
        self.journal().ticket_take(&waiting, WAITING, now).await?;
        let grant: Grant = read(&payload)?;
        let Some(Who::Member(member)) = self.member(&person, None).await? else {
            return Err(Refusal::forbidden("Whoever confirmed this may no longer sign in.").into());
        };
        let name = format!("seaworthy on {}", grant.device);
        let wanted = NewToken { name, role: grant.role.min(member.role), days: grant.days };
        Ok(PollResponse { token: Some(self.mint(&person, wanted).await?.secret) })
    }

    /// Counts a code that somebody typed: it must not be guessed.
    fn guess(&self, member: &ActorId) -> Result<(), AppError> {
        let key = format!("login codes of {member}");
        self.inner.proven.attempt(&key, self.now()).map_err(AppError::TooOften)
    }

    async fn take_code(&self, code: &str) -> Result<OfCode, AppError> {
        self.guess(&self.in_person()?.id)?;
        let taken = self.journal().ticket_take(&digest_of(&letters(code)), CODE, self.now()).await?;
        read(&taken.ok_or_else(nobody_asks)?.payload)
    }

    async fn put_login(
        &self,
        digest: Digest,
        purpose: &str,
        person: Option<ActorId>,
        payload: String,
        expires_at: Time,
    ) -> Result<(), AppError> {
        let created_at = self.now();
        let ticket = Ticket { digest, purpose: purpose.to_owned(), person, payload, created_at, expires_at };
        self.journal().ticket_put(&ticket).await?;
        Ok(())
    }
}

fn nobody_asks() -> Refusal {
    Refusal::unknown(
        "Nobody asks under this code: it was mistyped, was used, or is older than ten minutes. Begin again with \
         `seaworthy login`.",
    )
}

/// A grant is found by who waits for it, under a digest of its own.
fn digest_of_grant(waiting: &Digest) -> Digest {
    Digest::of(format!("granted {waiting}").as_bytes())
}

fn code() -> Result<String, AppError> {
    let mut code = String::with_capacity(LENGTH);
    while code.len() < LENGTH {
        // Bytes beyond the last whole round would make the first letters likelier.
        let round = LETTERS.len() * (256 / LETTERS.len());
        let random = random::<16>()?.into_iter().map(usize::from).filter(|byte| *byte < round);
        code.extend(random.take(LENGTH - code.len()).map(|byte| char::from(LETTERS[byte % LETTERS.len()])));
    }
    Ok(code)
}

/// Returns a code as it was drawn, of what somebody typed.
fn letters(typed: &str) -> String {
    typed.chars().filter(char::is_ascii_alphabetic).take(2 * LENGTH).collect::<String>().to_ascii_uppercase()
}

fn shown(code: &str) -> String {
    let (one, two) = code.split_at(code.len().min(LENGTH / 2));
    format!("{one}-{two}")
}

/// Returns a name that deceives nobody who reads it: without marks that turn the direction of text.
fn device(name: &str) -> Result<String, Refusal> {
    let plain =
        |c: &char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_' | '.' | '\'' | '’' | '(' | ')' | ',');
    let name: String = name.trim().chars().filter(plain).take(LONGEST_NAME).collect();
    if name.trim().is_empty() {
        return Err(Refusal::invalid("Say what the machine is called, so that whoever confirms knows it."));
    }
    Ok(name)
}

fn text(of: &impl Serialize) -> Result<String, AppError> {
    serde_json::to_string(of).map_err(|error| AppError::Internal(error.to_string()))
}

fn read<T: for<'a> Deserialize<'a>>(text: &str) -> Result<T, AppError> {
    serde_json::from_str(text).map_err(|error| AppError::Internal(error.to_string()))
}

/// How long a token of a login lasts unless its owner says otherwise, in days.
pub(crate) const DAYS: i64 = 90;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_however_it_is_typed() {
        let drawn = code().unwrap();
        assert!(drawn.len() == LENGTH && drawn.bytes().all(|letter| LETTERS.contains(&letter)), "{drawn}");
        for typed in
            [shown(&drawn), shown(&drawn).to_lowercase(), drawn.replace('-', ""), format!(" {drawn} ")]
        {
            assert_eq!(letters(&typed), drawn, "{typed:?}");
        }
        assert_eq!(shown(""), "-");
    }

    #[test]
    fn a_device_has_a_name_without_tricks() {
        assert_eq!(device(" ada’s laptop\u{202e}\n").unwrap(), "ada’s laptop");
        assert_eq!(device("<b>build-7.local</b>").unwrap(), "bbuild-7.localb");
        assert!(device(" \u{202e} ").is_err());
        assert_eq!(device(&"x".repeat(500)).unwrap().len(), LONGEST_NAME);
    }
}
