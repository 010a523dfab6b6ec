//! Logging in a program, telling who it is, and logging it out.
//!
//! Invariant: what stands open here gives nothing away without somebody who confirms it in person.

use axum::http::HeaderMap;
use axum::{Extension, Json};

use super::Problem;
use super::object::{Done, Sent};
use super::refusals::{Contradiction, Forbidden, TooOften, Unfit, Unknown};
use crate::app::account::{LoginRequest, LoginResponse, PollRequest, PollResponse, WhoamiResponse};
use crate::door::{Acting, ClientAddress, bearer};

/// Begin a login
///
/// For a program that has no token. Show the code and the page to whoever runs it; they confirm there, signed in, what the
/// program may do. Keep the secret: the token is fetched with it.
#[utoipa::path(
    post, path = "/logins", operation_id = "login_begin", tag = "Accounts",
    request_body = LoginRequest,
    responses((status = 200, description = "It waits to be confirmed.", body = LoginResponse), Contradiction, TooOften)
)]
pub(super) async fn begin(
    Acting(app): Acting,
    from: Option<Extension<ClientAddress>>,
    request: Sent<LoginRequest>,
) -> Result<Json<LoginResponse>, Problem> {
    let address =
        from.map_or_else(|| "unknown".to_owned(), |Extension(ClientAddress(address))| address.to_string());
    Ok(Json(app.begin_login(request?.0.0, address).await?))
}

/// Ask for the token of a login
///
/// Without a token in the answer, nobody has confirmed it yet: ask again after the interval. The token is answered once.
#[utoipa::path(
    post, path = "/logins/poll", operation_id = "login_poll", tag = "Accounts",
    request_body = PollRequest,
    responses((status = 200, description = "The token, or none yet.", body = PollResponse), Forbidden, Unknown, TooOften)
)]
pub(super) async fn poll(
    Acting(app): Acting,
    request: Sent<PollRequest>,
) -> Result<Json<PollResponse>, Problem> {
    Ok(Json(app.poll_login(request?.0.0).await?))
}

/// Tell who asks
///
/// Whose the token or the session is that came along, and what it may do.
#[utoipa::path(
    get, path = "/whoami", operation_id = "whoami", tag = "Accounts",
    responses((status = 200, description = "Who you are here.", body = WhoamiResponse))
)]
pub(super) async fn whoami(Acting(app): Acting, headers: HeaderMap) -> Result<Json<WhoamiResponse>, Problem> {
    Ok(Json(app.whoami(bearer(&headers)).await?))
}

/// Revoke the token that came along
///
/// A token may end itself, and no other.
#[utoipa::path(
    post, path = "/logout", operation_id = "logout", tag = "Accounts",
    responses((status = 200, description = "It is refused from now on.", body = Done), Unfit)
)]
pub(super) async fn end(Acting(app): Acting, headers: HeaderMap) -> Result<Json<Done>, Problem> {
    app.revoke_this(bearer(&headers)).await?;
    Ok(Json(Done {}))
}
