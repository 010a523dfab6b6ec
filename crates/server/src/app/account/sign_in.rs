//! Signing in and out, and knowing who a request is from.
//!
//! Invariant: what is wrong, login or password, is never told; a session that ended is refused everywhere within
//! seconds, and at once by the server that ended it.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::{Duration, Instant};

use domain::digest::Digest;
use domain::envelope::ActorId;
use domain::refusal::Refusal;
use domain::time::Time;
use journal::{SignedIn, Ticket};

use super::password::Asker;
use super::{App, AppError, Member, Who, digest_of, noted, secret};
use crate::app::who::in_person_only;

/// How long a session lasts without being used.
const LASTS: i64 = 14 * 24 * 3_600_000_000;
/// How long a session lasts at most: then one signs in anew.
pub(crate) const LONGEST: i64 = 30 * 24 * 3_600_000_000;
/// And at most for whoever comes from an identity provider: whom it no longer knows is out here a day later.
const LONGEST_BY_PROVIDER: i64 = 24 * 3_600_000_000;
/// How often it is noted that a session is used.
const NOTED: i64 = 300_000_000;
/// How long after signing in somebody is still sure to be who signed in.
const MOMENT: i64 = 900_000_000;
/// How long a server takes another's word for who a session belongs to.
const TRUSTED: Duration = Duration::from_secs(3);
/// Bytes of the longest login that is looked for.
const LONGEST_LOGIN: usize = 800;
/// How long a browser that has signed in is known.
const KNOWN: i64 = 366 * 24 * 3_600_000_000;
/// How long what was sent or dropped stays in the outbox.
const OUTBOX_KEPT: i64 = 90 * 24 * 3_600_000_000;
pub(super) const DEVICE: &str = "device";
/// How many sessions are remembered.
const REMEMBERED: usize = 10_000;

/// What somebody signs in with, and from where.
#[derive(Clone, Debug)]
pub struct SignIn {
    pub login: String,
    pub password: String,
    pub address: String,
    pub agent: String,
    /// What a browser shows that has signed in before.
    pub device: Option<String>,
}

/// A session that has begun.
#[derive(Debug)]
pub struct SignedInAs {
    /// For the cookie; shown once.
    pub secret: String,
    /// For another cookie, by which this browser is known the next time.
    pub device: Option<String>,
}

/// Sessions that were looked up a moment ago.
#[derive(Debug, Default)]
pub(crate) struct Remembered(std::sync::Mutex<HashMap<Digest, (Instant, Who)>>);

impl App {
    /// Begins a session.
    pub async fn sign_in(&self, sign_in: SignIn) -> Result<SignedInAs, AppError> {
        let now = self.now();
        let wrong = || Refusal::invalid("Login and password do not fit together.");
        if sign_in.login.len() > LONGEST_LOGIN {
            return Err(wrong().into());
        }
        // A flood is turned away before anything is looked up.
        let by_address = format!("network {}", network(&sign_in.address));
        let tried = || self.inner.tries.attempt(&by_address, now).map_err(AppError::TooOften);
        if sign_in.device.is_none() {
            tried()?;
        }
        let known = self.journal().account_by_login(sign_in.login.trim()).await?;
        // Others can use up the tries of a login; a browser that its owner signed in with before has tries of its own.
        let device = match (&sign_in.device, &known) {
            (Some(device), Some((person, _))) => {
                let ticket = self.journal().ticket_get(&digest_of(device), DEVICE, now).await?;
                ticket.filter(|ticket| ticket.person.as_ref() == Some(&person.id))
            }
            _ => None,
        };
        if device.is_none() && sign_in.device.is_some() {
            tried()?;
        }
        let (limit, by_login) = match &device {
            Some(device) => (&self.inner.proven, format!("device {}", device.digest)),
            None => (&self.inner.tries, format!("login {}", sign_in.login.trim().to_ascii_lowercase())),
        };
        let person = known.as_ref().map(|(person, _)| person.id.clone());
        limit.attempt(&by_login, now).map_err(|wait| {
            noted::came("tried to sign in too often", person.as_ref(), &sign_in.address);
            AppError::TooOften(wait)
        })?;
        let open =
            known.filter(|(person, account)| account.disabled_at.is_none() && person.erased_at.is_none());
        let hash = open.as_ref().and_then(|(_, account)| account.password.clone());
        let asker = if device.is_some() { Asker::Known } else { Asker::Stranger };
        let right = self.compare(asker, sign_in.password, hash).await?;
        let Some((person, _)) = open.filter(|_| right) else {
            noted::came("failed to sign in", person.as_ref(), &sign_in.address);
            return Err(wrong().into());
        };
        noted::came("signed in", Some(&person.id), &sign_in.address);
        limit.forget(&by_login);
        let session = self.begin_session(&person.id, sign_in.address, sign_in.agent).await?;
        let device = if device.is_some() { None } else { Some(self.know_device(&person.id).await?) };
        Ok(SignedInAs { device, ..session })
    }

    /// Returns a secret by which a person's browser is known from now on.
    pub(crate) async fn know_device(&self, person: &ActorId) -> Result<String, AppError> {
        let (secret, now) = (secret()?, self.now());
        let ticket = Ticket {
            digest: digest_of(&secret),
            purpose: DEVICE.to_owned(),
            person: Some(person.clone()),
            payload: "{}".to_owned(),
            created_at: now,
            expires_at: now.plus_micros(KNOWN),
        };
        self.journal().ticket_put(&ticket).await?;
        Ok(secret)
    }

    pub(crate) async fn begin_session(
        &self,
        person: &ActorId,
        address: String,
        agent: String,
    ) -> Result<SignedInAs, AppError> {
        let (secret, now) = (secret()?, self.now());
        let session = SignedIn {
            digest: digest_of(&secret),
            person: person.clone(),
            created_at: now,
            seen_at: now,
            expires_at: self.session_ends(person, now, now).await?,
            agent: agent.chars().take(300).collect(),
            address,
        };
        self.journal().session_put(&session).await?;
        Ok(SignedInAs { secret, device: None })
    }

    /// Returns when a session ends that is not used again.
    async fn session_ends(&self, person: &ActorId, begun: Time, now: Time) -> Result<Time, AppError> {
        let account = self.journal().account_get(person).await?;
        let by_provider = account.is_some_and(|account| account.password.is_none());
        let longest = if by_provider { LONGEST_BY_PROVIDER } else { LONGEST };
        Ok(now.plus_micros(LASTS).min(begun.plus_micros(longest)))
    }

    /// Returns who a session's secret belongs to.
    pub(crate) async fn who_of_session(&self, secret: &str) -> Result<Option<Who>, AppError> {
        self.who_is_in(digest_of(secret)).await
    }

    /// Tells whether somebody who came in may still be here: their session goes on, their account is there.
    pub(crate) async fn may_stay(&self, who: &Who) -> bool {
        match who.member().map(|member| (member.session, member.token)) {
            Some((Some(session), _)) => self.who_is_in(session).await.is_ok_and(|who| who.is_some()),
            Some((None, Some(token))) => self.who_holds(&token).await.is_ok_and(|who| who.is_some()),
            Some((None, None)) | None => true,
        }
    }

    async fn who_is_in(&self, digest: Digest) -> Result<Option<Who>, AppError> {
        if let Ok(remembered) = self.inner.remembered.0.lock()
            && let Some((at, who)) = remembered.get(&digest)
            && at.elapsed() < TRUSTED
        {
            return Ok(Some(who.clone()));
        }
        let now = self.now();
        let session = self.journal().session_get(&digest).await?.filter(|session| session.expires_at > now);
        let Some(session) = session else { return Ok(None) };
        let Some(who) = self.member(&session.person, Some(digest)).await? else { return Ok(None) };
        if now.micros() - session.seen_at.micros() > NOTED {
            let until = self.session_ends(&session.person, session.created_at, now).await?;
            self.journal().session_seen(&digest, now, until).await?;
        }
        if let Ok(mut remembered) = self.inner.remembered.0.lock() {
            if remembered.len() >= REMEMBERED {
                remembered.clear();
            }
            remembered.insert(digest, (Instant::now(), who.clone()));
        }
        Ok(Some(who))
    }

    /// Ends the session that whoever acts is in.
    pub(crate) async fn leave(&self) -> Result<(), AppError> {
        let Some((member, session)) = self.who.member().and_then(|member| Some((member, member.session?)))
        else {
            return Ok(());
        };
        self.journal().session_delete(&session).await?;
        self.forget_sessions();
        self.noted("signed out", &member.id);
        Ok(())
    }

    /// Ends the session that a browser brought along when it signed in anew.
    pub(crate) async fn leave_behind(&self, secret: &str) -> Result<(), AppError> {
        self.journal().session_delete(&digest_of(secret)).await?;
        self.forget_sessions();
        Ok(())
    }

    /// Ends another session of whoever acts, or all others, for their password: whoever finds a browser open is not to
    /// shut its owner out.
    pub(crate) async fn end_session(&self, other: Option<&Digest>, password: String) -> Result<(), AppError> {
        let member = self.in_person()?;
        self.sure(member, password).await?;
        let Some(digest) = other else {
            self.end_sessions(&member.id, member.session.as_ref()).await?;
            self.noted("ended all other sessions", &member.id);
            return Ok(());
        };
        let session = self.journal().session_get(digest).await?;
        if session.is_none_or(|session| session.person != member.id) {
            return Err(Refusal::unknown("That session has ended already.").into());
        }
        self.journal().session_delete(digest).await?;
        self.forget_sessions();
        self.noted("ended a session", &member.id);
        Ok(())
    }

    /// Ends every session of a person, but for one.
    pub(crate) async fn end_sessions(
        &self,
        person: &ActorId,
        except: Option<&Digest>,
    ) -> Result<(), AppError> {
        self.journal().sessions_delete_of(person, except).await?;
        self.forget_sessions();
        Ok(())
    }

    /// Lists the sessions of whoever acts, the latest first.
    pub(crate) async fn sessions(&self) -> Result<Vec<SignedIn>, AppError> {
        let Some(member) = self.who.member() else { return Ok(Vec::new()) };
        let now = self.now();
        let mut sessions = self.journal().sessions_of(&member.id).await?;
        sessions.retain(|session| session.expires_at > now);
        sessions.sort_by_key(|session| std::cmp::Reverse(session.seen_at));
        Ok(sessions)
    }

    /// Changes the password of whoever acts, and ends their other sessions.
    pub(crate) async fn change_password(&self, present: String, wanted: String) -> Result<(), AppError> {
        let member = self.in_person()?.clone();
        self.sure(&member, present).await?;
        let hash = self.hash(wanted, &[member.login.clone(), member.name.clone()]).await?;
        if !self.journal().account_set_password(&member.id, &hash).await? {
            return Err(Refusal::forbidden("This account has been disabled.").into());
        }
        self.noted("changed the password", &member.id);
        self.end_sessions(&member.id, member.session.as_ref()).await
    }

    /// Makes sure that it is still its owner who uses a session.
    pub(crate) async fn be_sure(&self, password: String) -> Result<(), AppError> {
        self.sure(self.in_person()?, password).await
    }

    /// Makes sure that it is still whoever signed in: by their password, or where they have none, because they signed in
    /// a moment ago.
    async fn sure(&self, member: &Member, password: String) -> Result<(), AppError> {
        let key = format!("password of {}", member.id);
        let now = self.now();
        self.inner.proven.attempt(&key, now).map_err(AppError::TooOften)?;
        let Some(hash) = self.account(&member.id).await?.password else {
            let session = match &member.session {
                Some(digest) => self.journal().session_get(digest).await?,
                None => None,
            };
            if session.is_some_and(|session| now.micros() - session.created_at.micros() < MOMENT) {
                return Ok(());
            }
            return Err(Refusal::invalid("Sign out and in again first, so that it is sure to be you.").into());
        };
        if !self.compare(Asker::Known, password, Some(hash)).await? {
            noted::came("gave another password while signed in", Some(&member.id), "in a session");
            return Err(Refusal::invalid("The present password is another.").into());
        }
        Ok(())
    }

    /// Throws away sessions and links that have ended.
    pub(crate) async fn forget_what_ended(&self) -> Result<(), AppError> {
        let now = self.now();
        self.journal().sessions_expire(now).await?;
        self.journal().tickets_expire(now).await?;
        self.journal().outbox_expire(now.plus_micros(-OUTBOX_KEPT)).await?;
        Ok(())
    }

    /// Returns whoever acts, in person: what gives lasting access is not for a script with a token.
    pub(super) fn in_person(&self) -> Result<&Member, Refusal> {
        let member = self.who.member().filter(|member| member.session.is_some());
        member.ok_or_else(in_person_only)
    }

    pub(crate) fn forget_sessions(&self) {
        if let Ok(mut remembered) = self.inner.remembered.0.lock() {
            remembered.clear();
        }
    }
}

/// Returns what one customer of a network has to themselves, as far as that is known: an address, or in IPv6 the 64
/// bits before it.
pub(super) fn network(address: &str) -> String {
    match address.parse::<IpAddr>().map(|address| address.to_canonical()) {
        Ok(IpAddr::V6(address)) => format!("{:x?}", &address.segments()[..4]),
        _ => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::network;

    #[test]
    fn a_customer_of_an_ipv6_network_is_one_however_many_addresses_they_use() {
        for (one, other, same) in [
            ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true),
            ("2001:db8:1:2::1", "2001:db8:1:3::1", false),
            ("192.0.2.1", "192.0.2.2", false),
            ("::ffff:192.0.2.1", "::ffff:192.0.2.2", false),
        ] {
            assert_eq!(network(one) == network(other), same, "{one} {other}");
        }
    }
}
