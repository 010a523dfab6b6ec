//! Tokens for scripts and continuous integration.
//!
//! Invariant: a token may never more than the person it belongs to, nor more than its scope says.

use domain::digest::Digest;
use domain::envelope::ActorId;
use domain::permission::{Act, Role, Whose};
use domain::refusal::Refusal;
use journal::Token;

use super::{App, AppError, Who, digest_of, no_account, noted, secret};
use crate::app::random;

const DAY: i64 = 24 * 3_600_000_000;
/// How long a token lasts at most, in days.
const LONGEST: i64 = 366;
/// How every token begins, so that one that leaked is recognised.
const PREFIX: &str = "swt_";

/// What a token is to be.
#[derive(Clone, Debug)]
pub struct NewToken {
    pub name: String,
    /// The most that it may do.
    pub role: Role,
    pub days: i64,
}

/// A token, shown once.
#[derive(Clone, Debug)]
pub struct MadeToken {
    pub id: String,
    pub secret: String,
}

impl App {
    /// Makes a token for whoever acts.
    pub(crate) async fn make_token(&self, wanted: NewToken) -> Result<MadeToken, AppError> {
        self.allows(Act::KeepAccount, Whose::Own)?;
        let member = self.in_person()?;
        fits(wanted.role, member.role, wanted.days)?;
        self.mint(&member.id, wanted).await
    }

    /// Makes a token of somebody.
    pub(super) async fn mint(&self, person: &ActorId, wanted: NewToken) -> Result<MadeToken, AppError> {
        let name = wanted.name.trim();
        if name.is_empty() || name.chars().count() > 100 {
            return Err(Refusal::invalid(
                "Say what the token is for, in at most 100 characters, as “nightly of Android”.",
            )
            .into());
        }
        let now = self.now();
        let secret = format!("{PREFIX}{}", secret()?);
        let token = Token {
            id: hex::encode(random::<8>()?),
            digest: digest_of(&secret),
            person: person.clone(),
            name: name.to_owned(),
            scopes: vec![wanted.role.as_str().to_owned()],
            created_at: now,
            expires_at: Some(now.plus_micros(wanted.days * DAY)),
            used_at: None,
            revoked_at: None,
        };
        if !self.journal().token_put(&token).await? {
            return Err(no_account().into());
        }
        self.noted("made a token", &token.person);
        Ok(MadeToken { id: token.id, secret })
    }

    /// Lists the tokens of whoever acts.
    pub(crate) async fn tokens(&self) -> Result<Vec<Token>, AppError> {
        let Some(member) = self.who.member() else { return Ok(Vec::new()) };
        Ok(self.journal().tokens_of(&member.id).await?)
    }

    /// Returns who a token belongs to, with no more than its scope.
    pub(crate) async fn who_of_token(&self, secret: &str) -> Result<Option<Who>, AppError> {
        if !secret.starts_with(PREFIX) {
            return Ok(None);
        }
        self.who_holds(&digest_of(secret)).await
    }

    /// Returns who a token belongs to that has not ended, with no more than its scope.
    pub(super) async fn who_holds(&self, digest: &Digest) -> Result<Option<Who>, AppError> {
        let now = self.now();
        let Some(token) = self.journal().token_by_digest(digest).await? else { return Ok(None) };
        if token.revoked_at.is_some() || token.expires_at.is_some_and(|expires| expires <= now) {
            return Ok(None);
        }
        let Some(Who::Member(mut member)) = self.member(&token.person, None).await? else { return Ok(None) };
        member.token = Some(*digest);
        let scope = token.scopes.iter().filter_map(|scope| Role::parse(scope)).min().unwrap_or(Role::Viewer);
        member.role = member.role.min(scope);
        if self.journal().token_used(&token.id, now).await? {
            noted::by_token(&token.id, &token.person);
        }
        Ok(Some(Who::Member(member)))
    }
}

/// Says whether a token may be so much, for so long.
pub(super) fn fits(role: Role, of_owner: Role, days: i64) -> Result<(), Refusal> {
    if !(1..=LONGEST).contains(&days) {
        return Err(Refusal::invalid(format!("A token lasts from 1 to {LONGEST} days.")));
    }
    if role > of_owner {
        return Err(Refusal::forbidden(format!(
            "A token may not more than you: you are {}, and it would be {}.",
            of_owner.as_str(),
            role.as_str()
        )));
    }
    Ok(())
}
