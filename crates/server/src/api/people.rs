//! People and invitations.
//!
//! Invariant: a link is in one answer, and in no list.

use axum::Json;
use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use domain::digest::Digest;
use domain::envelope::ActorId;
use serde::Deserialize;
use utoipa::IntoParams;

use super::Problem;
use super::object::{Done, Sent};
use super::refusals::{Contradiction, Unknown};
use crate::app::account::{
    EraseRequest, Invitation, InvitationLine, InviteRequest, LinkResponse, MachineRequest, OtherLine,
    PersonChange, PersonLine,
};
use crate::door::Acting;

/// Names somebody.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct OfPerson {
    /// Their id, as the list has it.
    person: ActorId,
}

/// Names an invitation.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct OfInvitation {
    /// Its id, as the list has it.
    invitation: Digest,
}

type PersonPath = Result<Path<OfPerson>, PathRejection>;

/// List people
///
/// Everybody with an account, by name, the disabled too.
#[utoipa::path(
    get, path = "/people", operation_id = "person_list", tag = "Accounts",
    responses((status = 200, description = "The people.", body = Vec<PersonLine>))
)]
pub(super) async fn list(Acting(app): Acting) -> Result<Json<Vec<PersonLine>>, Problem> {
    Ok(Json(app.people().await?))
}

/// Invite somebody
///
/// Hand them the link, and nobody else: it works once, for a week, and is not shown again.
#[utoipa::path(
    post, path = "/people/invitations", operation_id = "invitation_make", tag = "Accounts",
    request_body = InviteRequest,
    responses((status = 200, description = "The link.", body = LinkResponse), Contradiction)
)]
pub(super) async fn invite(
    Acting(app): Acting,
    request: Sent<InviteRequest>,
) -> Result<Json<LinkResponse>, Problem> {
    let InviteRequest { login, name, role, functions } = request?.0.0;
    let invitation = Invitation { login, name, role: Some(role), functions, by: None };
    Ok(Json(LinkResponse { path: app.invite(invitation).await? }))
}

/// List invitations
///
/// Those that can still be accepted, the oldest first.
#[utoipa::path(
    get, path = "/people/invitations", operation_id = "invitation_list", tag = "Accounts",
    responses((status = 200, description = "The invitations.", body = Vec<InvitationLine>))
)]
pub(super) async fn invitations(Acting(app): Acting) -> Result<Json<Vec<InvitationLine>>, Problem> {
    Ok(Json(app.invitations().await?))
}

/// Withdraw an invitation
///
/// Its link lets nobody in any more.
#[utoipa::path(
    post, path = "/people/invitations/{invitation}/withdraw", operation_id = "invitation_withdraw", tag = "Accounts",
    params(OfInvitation),
    responses((status = 200, description = "It is withdrawn.", body = Done), Unknown)
)]
pub(super) async fn withdraw_invitation(
    Acting(app): Acting,
    path: Result<Path<OfInvitation>, PathRejection>,
) -> Result<Json<Done>, Problem> {
    app.withdraw_invitation(&path?.0.invitation).await?;
    Ok(Json(Done {}))
}

/// Make an account for a machine
///
/// Nobody signs in to it; tokens are made for it where the data is.
#[utoipa::path(
    post, path = "/people/machines", operation_id = "machine_add", tag = "Accounts",
    request_body = MachineRequest,
    responses((status = 200, description = "Its account.", body = PersonLine), Contradiction)
)]
pub(super) async fn add_machine(
    Acting(app): Acting,
    request: Sent<MachineRequest>,
) -> Result<Json<PersonLine>, Problem> {
    Ok(Json(app.add_machine(request?.0.0).await?))
}

/// Change an account
///
/// What is named is changed, also in what they have open; the rest stays. Whoever is disabled is out at once.
#[utoipa::path(
    post, path = "/people/{person}/change", operation_id = "person_change", tag = "Accounts",
    params(OfPerson), request_body = PersonChange,
    responses((status = 200, description = "It is changed.", body = Done), Unknown, Contradiction)
)]
pub(super) async fn change(
    Acting(app): Acting,
    path: PersonPath,
    request: Sent<PersonChange>,
) -> Result<Json<Done>, Problem> {
    app.change_member(&path?.0.person, request?.0.0).await?;
    Ok(Json(Done {}))
}

/// Make a link for a new password
///
/// It works once, for two hours; one that was made before works no more.
#[utoipa::path(
    post, path = "/people/{person}/reset-link", operation_id = "person_reset", tag = "Accounts",
    params(OfPerson),
    responses((status = 200, description = "The link.", body = LinkResponse), Unknown)
)]
pub(super) async fn reset_link(Acting(app): Acting, path: PersonPath) -> Result<Json<LinkResponse>, Problem> {
    Ok(Json(LinkResponse { path: app.reset_link(&path?.0.person).await? }))
}

/// List people without an account
///
/// Those who were asked by a link, whom others quoted, and who acted on the server's own machine; by name.
#[utoipa::path(
    get, path = "/people/others", operation_id = "other_list", tag = "Accounts",
    responses((status = 200, description = "The people.", body = Vec<OtherLine>))
)]
pub(super) async fn others(Acting(app): Acting) -> Result<Json<Vec<OtherLine>>, Problem> {
    Ok(Json(app.others().await?))
}

/// Erase a person
///
/// Their name, login, address and whatever lets them in go for good; what they did stays, by somebody erased. Texts of
/// others that name them are redacted one by one.
#[utoipa::path(
    post, path = "/people/{person}/erase", operation_id = "person_erase", tag = "Accounts",
    params(OfPerson), request_body = EraseRequest,
    responses((status = 200, description = "They are erased.", body = Done), Unknown, Contradiction)
)]
pub(super) async fn erase(
    Acting(app): Acting,
    path: PersonPath,
    request: Sent<EraseRequest>,
) -> Result<Json<Done>, Problem> {
    app.erase_person(&path?.0.person, &request?.0.0.name).await?;
    Ok(Json(Done {}))
}
