//! Tokens for programs.
//!
//! Invariant: a token is in the answer to its making, and in no list.

use axum::Json;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query};
use serde::Deserialize;
use utoipa::IntoParams;

use super::Problem;
use super::object::{Done, Sent};
use super::refusals::{Unfit, Unknown};
use crate::app::account::{TokenLine, TokenRequest, TokenResponse, TokensQuery};
use crate::door::Acting;

/// Names a token.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct OfToken {
    /// Its id, as the list has it.
    token: String,
}

type Whose = Result<Query<TokensQuery>, QueryRejection>;

/// List tokens
///
/// With those that have ended, the oldest first. An admin may list those of others.
#[utoipa::path(
    get, path = "/tokens", operation_id = "token_list", tag = "Accounts",
    params(TokensQuery),
    responses((status = 200, description = "The tokens.", body = Vec<TokenLine>), Unknown, Unfit)
)]
pub(super) async fn list(Acting(app): Acting, whose: Whose) -> Result<Json<Vec<TokenLine>>, Problem> {
    Ok(Json(app.tokens_of(whose?.0).await?))
}

/// Make a token
///
/// It may at most what its owner may, and is shown this once. Nobody makes one that acts in the name of somebody else.
#[utoipa::path(
    post, path = "/tokens", operation_id = "token_make", tag = "Accounts",
    request_body = TokenRequest,
    responses((status = 200, description = "The token.", body = TokenResponse), Unknown)
)]
pub(super) async fn make(
    Acting(app): Acting,
    request: Sent<TokenRequest>,
) -> Result<Json<TokenResponse>, Problem> {
    Ok(Json(app.make_token_of(request?.0.0).await?))
}

/// Revoke a token
///
/// For good. An admin may revoke those of others.
#[utoipa::path(
    post, path = "/tokens/{token}/revoke", operation_id = "token_revoke", tag = "Accounts",
    params(OfToken, TokensQuery),
    responses((status = 200, description = "It is refused from now on.", body = Done), Unknown, Unfit)
)]
pub(super) async fn revoke(
    Acting(app): Acting,
    path: Result<Path<OfToken>, PathRejection>,
    whose: Whose,
) -> Result<Json<Done>, Problem> {
    app.revoke_token_of(whose?.0, &path?.0.token).await?;
    Ok(Json(Done {}))
}
