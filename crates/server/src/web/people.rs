//! Everybody with an account: inviting them, what they may do, and letting them back in.
//!
//! Invariant: a link is shown once, to the admin who made it; nothing here shows or sets a password.

use axum::extract::Form;
use axum::extract::rejection::FormRejection;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect};
use domain::criterion::Function;
use domain::digest::Digest;
use domain::envelope::ActorId;
use domain::permission::Role;
use domain::refusal::Refusal;
use maud::html;
use serde::Deserialize;

use super::parts::verdict::function;
use super::reader::Reader;
use super::sign_in::alone;
use super::trouble::Page;
use crate::app::account::{Invitation, PersonChange};
use crate::app::{App, AppError};
use crate::door::Acting;

#[derive(Default)]
struct Said {
    wrong: Option<String>,
    /// For whom a link was made, and its path.
    link: Option<(String, String)>,
}

pub(super) async fn show(Acting(app): Acting, reader: Reader) -> Page {
    page(&app, &reader, Said::default()).await
}

async fn page(app: &App, reader: &Reader, said: Said) -> Page {
    let (members, others) = (app.people().await?, app.others().await?);
    let invitations = app.invitations().await?;
    let clock = reader.clock("UTC");
    let provider = app.sign_on.as_ref().map(|on| on.name.clone());
    let body = html! {
        section.head { div { h1 { "People" } p.sub { "Who may sign in, what they may do, and for which function they speak." } } }
        @if let Some((whose, link)) = &said.link {
            section.card.prose {
                h2 { "A link for " (whose) ", shown this once" }
                pre.raw tabindex="0" { (reader.origin) (link) }
                p.hint { "Hand it to them and to nobody else: it works once." }
            }
        }
        @if let Some(wrong) = &said.wrong { p.note.unmet role="alert" { (wrong) } }
        section.card aria-labelledby="invite" {
            header { h2 #invite { "Invite somebody" } }
            form.filter method="post" action="/people/invite" {
                label { span { "Login" } input name="login" required maxlength="200" placeholder="e-mail address" autocapitalize="none" spellcheck="false"; }
                label { span { "Name" } input name="name" maxlength="100" placeholder="they may change it"; }
                label { span { "Role" } select name="role" { @for (name, role) in Role::ALL { option value=(name) selected[role == Role::Contributor] { (name) } } } }
                label { span { "Speaks for" } select name="function" { option value="" { "no function" } @for (name, of) in Function::ALL { option value=(name) { (function(of)) } } } }
                button.primary type="submit" { "Make a link" }
            }
        }
        @if !invitations.is_empty() {
            section.card aria-labelledby="open" {
                header { h2 #open { "Invited, and not here yet" } span.hint { "A link that was handed over cannot be shown again; withdraw it and make another." } }
                table.list {
                    thead { tr { th scope="col" { "Login" } th scope="col" { "Role" } th scope="col" { "Invited by" } th scope="col" { "Ends" } th scope="col" { span.only-read { "Withdraw" } } } }
                    tbody { @for invitation in &invitations {
                        tr {
                            th scope="row" { (invitation.login) }
                            td data-label="Role" { (invitation.role.as_str()) }
                            td data-label="Invited by" { (invitation.by) }
                            td data-label="Ends" { (clock.when(invitation.expires_at)) }
                            td { form method="post" action="/people/withdraw" { button.danger type="submit" name="invitation" value=(invitation.id) { "Withdraw" } } }
                        }
                    } }
                }
            }
        }
        @if !members.is_empty() { section.card aria-label="Accounts" {
            @for member in &members {
                form.member method="post" action="/people/change" {
                    input type="hidden" name="person" value=(member.id);
                    div.who {
                        b { (member.name) }
                        small { (member.login) @if let Some(at) = member.disabled_at { " · disabled " (clock.short(at)) } @if !member.has_password { @match &provider { Some(name) => { " · what they may follows their groups at " (name) }, None => " · no password" } } }
                    }
                    label { span { "Role" } select name="role" { @for (name, role) in Role::ALL { option value=(name) selected[role == member.role] { (name) } } } }
                    label { span { "Speaks for" } select name="function" {
                        option value="" { "no function" }
                        @for (name, of) in Function::ALL { option value=(name) selected[member.functions.first() == Some(&of)] { (function(of)) } }
                    } }
                    button type="submit" { "Keep" }
                    @if member.disabled_at.is_some() { button type="submit" name="disabled" value="no" { "Let in again" } }
                    @else { button.danger type="submit" name="disabled" value="yes" { "Disable" } }
                    button type="submit" formaction="/people/reset" { "New link" }
                    a.button href={ "/people/" (member.id) "/erase" } { "Erase…" }
                }
            }
        } }
        @if !others.is_empty() {
            section.card aria-labelledby="others" {
                header { h2 #others { "Without an account" } span.hint { "Asked by a link, quoted by others, or acting on the server’s own machine." } }
                @for person in &others {
                    div.member {
                        div.who { b { (person.name) } small { (person.address.as_deref().or(person.login.as_deref()).unwrap_or("no address")) } }
                        a.button href={ "/people/" (person.id) "/erase" } { "Erase…" }
                    }
                }
            }
        }
    };
    let status = if said.wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok(alone(reader, "People", "/people", body).answer_with_status(status))
}

#[derive(Debug, Deserialize)]
pub(super) struct Change {
    #[serde(default)]
    person: String,
    #[serde(default)]
    login: String,
    #[serde(default)]
    name: String,
    role: Option<String>,
    function: Option<String>,
    disabled: Option<String>,
    #[serde(default)]
    invitation: String,
}

impl Change {
    /// Reads what is to change: what is absent stays, and what nobody knows is refused.
    fn read(&self) -> Result<PersonChange, Refusal> {
        let role = self.role.as_deref().map(|name| {
            Role::parse(name).ok_or_else(|| Refusal::invalid(format!("There is no role {name}.")))
        });
        let functions = self.function.as_deref().map(|name| match Function::parse(name) {
            Some(function) => Ok(vec![function]),
            None if name.is_empty() => Ok(Vec::new()),
            None => Err(Refusal::invalid(format!("There is no function {name}."))),
        });
        let disabled = match self.disabled.as_deref() {
            None => None,
            Some("yes") => Some(true),
            Some("no") => Some(false),
            Some(_) => return Err(Refusal::invalid("Somebody is disabled, yes or no.")),
        };
        Ok(match disabled {
            // A page that was loaded a while ago must not bring back a role of then.
            Some(_) => PersonChange { disabled, ..PersonChange::default() },
            None => PersonChange { role: role.transpose()?, functions: functions.transpose()?, disabled },
        })
    }
}

type Changed = Result<Form<Change>, FormRejection>;

pub(super) async fn invite(Acting(app): Acting, reader: Reader, form: Changed) -> Page {
    let change = form?.0;
    let whose = change.login.clone();
    let made = match change.read() {
        Ok(PersonChange { role: Some(role), functions, .. }) => {
            let (login, name) = (change.login.clone(), change.name.clone());
            let functions = functions.unwrap_or_default();
            app.invite(Invitation { login, name, role: Some(role), functions, by: None }).await
        }
        Ok(_) => Err(Refusal::invalid("Say what they may do: choose a role.").into()),
        Err(refusal) => Err(refusal.into()),
    };
    linked(&app, &reader, whose, made).await
}

pub(super) async fn reset(Acting(app): Acting, reader: Reader, form: Changed) -> Page {
    let person = ActorId::new(form?.0.person);
    let whose = app.names().of(&person).to_owned();
    linked(&app, &reader, whose, app.reset_link(&person).await).await
}

pub(super) async fn withdraw(Acting(app): Acting, reader: Reader, form: Changed) -> Page {
    let id = Digest::from_hex(form?.0.invitation.as_bytes());
    let withdrawn = match id {
        Some(id) => app.withdraw_invitation(&id).await,
        None => Err(Refusal::unknown("There is no such invitation.").into()),
    };
    match withdrawn {
        Ok(()) => Ok(Redirect::to("/people?done=uninvited").into_response()),
        Err(AppError::Refused(refusal)) => {
            page(&app, &reader, Said { wrong: Some(refusal.sentence), link: None }).await
        }
        Err(error) => Err(error.into()),
    }
}

async fn linked(app: &App, reader: &Reader, whose: String, link: Result<String, AppError>) -> Page {
    match link {
        Ok(link) => page(app, reader, Said { link: Some((whose, link)), wrong: None }).await,
        Err(AppError::Refused(refusal)) => {
            page(app, reader, Said { wrong: Some(refusal.sentence), link: None }).await
        }
        Err(error) => Err(error.into()),
    }
}

pub(super) async fn change(Acting(app): Acting, reader: Reader, form: Changed) -> Page {
    let change = form?.0;
    let person = ActorId::new(change.person.as_str());
    let changed = match change.read() {
        Ok(wanted) => app.change_member(&person, wanted).await,
        Err(refusal) => Err(refusal.into()),
    };
    match changed {
        Ok(()) => Ok(Redirect::to("/people?done=changed").into_response()),
        Err(AppError::Refused(refusal)) => {
            page(&app, &reader, Said { wrong: Some(refusal.sentence), link: None }).await
        }
        Err(error) => Err(error.into()),
    }
}
