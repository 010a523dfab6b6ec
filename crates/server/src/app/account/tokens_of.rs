//! Tokens of somebody by their login, and the token that a request came with.
//!
//! Invariant: nobody makes a token that acts in the name of another, unless they hold the data, and could write to it
//! without asking.

use domain::criterion::Function;
use domain::envelope::ActorId;
use domain::permission::{Act, Role, Whose};
use domain::refusal::Refusal;
use domain::time::Time;
use journal::Token;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::token::fits;
use super::{App, AppError, NewToken, Who, digest_of, role_of};
use crate::app::who::sign_in_first;

/// Whose tokens; one's own unless given.
#[derive(Clone, Debug, Default, Deserialize, Serialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TokensQuery {
    /// A login.
    #[serde(default, rename = "for", skip_serializing_if = "Option::is_none")]
    pub whose: Option<String>,
}

/// A token to make.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenRequest {
    /// Whose it is to be, by their login; one's own unless given.
    #[serde(default, rename = "for", skip_serializing_if = "Option::is_none")]
    pub whose: Option<String>,
    pub name: String,
    /// The most that it may do.
    pub role: Role,
    /// How long it lasts, in days.
    #[schema(minimum = 1, maximum = 366)]
    pub days: i64,
}

/// A token that was made: shown once.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct TokenResponse {
    pub id: String,
    pub token: String,
}

/// A token in the list of them.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct TokenLine {
    pub id: String,
    pub name: String,
    /// The most that it may do.
    pub role: String,
    pub created_at: Time,
    pub expires_at: Option<Time>,
    pub used_at: Option<Time>,
    pub revoked_at: Option<Time>,
}

/// Who acts.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct WhoamiResponse {
    pub login: String,
    pub name: String,
    pub role: Role,
    pub functions: Vec<Function>,
    /// The token that the request came with, if it came with one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<TokenLine>,
}

impl From<Token> for TokenLine {
    fn from(token: Token) -> Self {
        Self {
            id: token.id,
            name: token.name,
            role: token.scopes.join(", "),
            created_at: token.created_at,
            expires_at: token.expires_at,
            used_at: token.used_at,
            revoked_at: token.revoked_at,
        }
    }
}

impl App {
    /// Lists the tokens of somebody.
    pub(crate) async fn tokens_of(&self, query: TokensQuery) -> Result<Vec<TokenLine>, AppError> {
        let (person, _) = self.owner(query.whose.as_deref()).await?;
        let tokens = self.journal().tokens_of(&person).await?;
        Ok(tokens.into_iter().map(TokenLine::from).collect())
    }

    /// Makes a token of whoever acts; of somebody else if whoever acts holds the data.
    pub(crate) async fn make_token_of(&self, request: TokenRequest) -> Result<TokenResponse, AppError> {
        let TokenRequest { whose, name, role, days } = request;
        let wanted = NewToken { name, role, days };
        let (person, of_owner) = self.owner(whose.as_deref()).await?;
        let made = match &*self.who {
            Who::Machine(_) => {
                fits(role, of_owner, days)?;
                self.mint(&person, wanted).await?
            }
            who if who.member().is_some_and(|member| member.id == person) => self.make_token(wanted).await?,
            _ => {
                return Err(Refusal::forbidden(
                    "A token acts in the name of its owner, so they make it themselves, on their account page.",
                )
                .into());
            }
        };
        Ok(TokenResponse { id: made.id, token: made.secret })
    }

    /// Revokes a token of somebody.
    pub(crate) async fn revoke_token_of(&self, query: TokensQuery, id: &str) -> Result<(), AppError> {
        let whose = query.whose;
        let (person, _) = self.owner(whose.as_deref()).await?;
        let tokens = self.journal().tokens_of(&person).await?;
        if !tokens.iter().any(|token| token.id == id) {
            let of = whose.as_ref().map_or_else(|| "of yours".to_owned(), |login| format!("of {login}"));
            return Err(
                Refusal::unknown(format!("There is no such token {of}. The list has their ids.")).into()
            );
        }
        self.journal().token_revoke(id, self.now()).await?;
        self.noted("revoked a token", &person);
        Ok(())
    }

    /// Tells who acts, and with which token.
    pub(crate) async fn whoami(&self, secret: Option<&str>) -> Result<WhoamiResponse, AppError> {
        let role = self.who.role().ok_or_else(sign_in_first)?;
        let (login, name, functions) = match &*self.who {
            Who::Member(member) => (member.login.clone(), member.name.clone(), member.functions.clone()),
            Who::Machine(actor) => (actor.login.clone(), actor.name.clone(), Vec::new()),
            Who::Nobody | Who::Asked(_) => return Err(sign_in_first().into()),
        };
        let token = match secret {
            Some(secret) => self.journal().token_by_digest(&digest_of(secret)).await?.map(TokenLine::from),
            None => None,
        };
        Ok(WhoamiResponse { login, name, role, functions, token })
    }

    /// Revokes the token that a request came with: it may end itself, and nothing else.
    pub(crate) async fn revoke_this(&self, secret: Option<&str>) -> Result<(), AppError> {
        let none = || Refusal::invalid("This request came without a token, so there is none to revoke.");
        let token = self.journal().token_by_digest(&digest_of(secret.ok_or_else(none)?)).await?;
        let token = token.ok_or_else(none)?;
        self.journal().token_revoke(&token.id, self.now()).await?;
        self.noted("revoked a token", &token.person);
        Ok(())
    }

    /// Returns whose tokens are meant, and what they may do.
    async fn owner(&self, login: Option<&str>) -> Result<(ActorId, Role), AppError> {
        let Some(login) = login else {
            let member = self.who.member().ok_or_else(|| {
                Refusal::invalid(
                    "Whoever uses this machine has no account. Say whose token with --for LOGIN.",
                )
            })?;
            return Ok((member.id.clone(), member.role));
        };
        let found = self.journal().account_by_login(login).await?;
        let (person, account) = found.ok_or_else(|| {
            Refusal::unknown(format!(
                "{login} has no account. Invite them with `seaworthy people invite`; for a machine, make one with \
                 `seaworthy people add-machine`."
            ))
        })?;
        let own = self.who.member().is_some_and(|member| member.id == person.id);
        self.allows(Act::KeepAccount, if own { Whose::Own } else { Whose::Others })?;
        Ok((person.id, role_of(&account)))
    }
}
