//! `seaworthy people`: who may sign in, and what they may do.
//!
//! Invariant: a link is printed to whoever made it, once.

use server::app::account::{
    EraseRequest, InvitationLine, InviteRequest, LinkResponse, MachineRequest, OtherLine, PersonChange,
    PersonLine,
};

use super::Outcome;
use crate::arguments::{FunctionOrNone, People};
use crate::client::{Client, Failed};
use crate::exit::Exit;
use crate::terminal::{self, columns};

const PEOPLE: &str = "/api/v1/people";
const INVITATIONS: &str = "/api/v1/people/invitations";
const OTHERS: &str = "/api/v1/people/others";

pub(super) async fn run(client: &Client, people: People) -> Outcome {
    match people {
        People::List { json } => list(client, json).await,
        People::Invite { login, name, role, speaks_for, json } => {
            let functions = speaks_for.into_iter().collect();
            let request = InviteRequest { login: login.clone(), name, role: role.into(), functions };
            let answer = client.post::<LinkResponse>(INVITATIONS, &request).await;
            let (link, bytes) = answer.map_err(explain)?;
            tell_link(client, &login, &link, json.then_some(&bytes));
            Ok(Exit::Ready)
        }
        People::Invitations { json } => invitations(client, json).await,
        People::Withdraw { login, json } => withdraw(client, &login, json).await,
        People::AddMachine { login, name, role, json } => {
            let name = name.unwrap_or_else(|| login.clone());
            let request = MachineRequest { login: login.clone(), name, role: role.into() };
            let answer = client.post::<PersonLine>("/api/v1/people/machines", &request).await;
            let (_, bytes) = answer.map_err(explain)?;
            let then = format!("seaworthy token create --for {login} --name '…'");
            tell(json, &bytes, &format!("{login} has an account. Make it a token: `{then}`."))
        }
        People::Change { login, role, speaks_for, json } => {
            let functions = speaks_for.map(|FunctionOrNone(function)| function.into_iter().collect());
            let change = PersonChange { role: role.map(Into::into), functions, disabled: None };
            amend(client, &login, change, json, "is changed, also in what they have open").await
        }
        People::Disable { login, json } => {
            let change = PersonChange { disabled: Some(true), ..PersonChange::default() };
            let what = "is let in no more; their sessions, tokens and links have ended";
            amend(client, &login, change, json, what).await
        }
        People::Enable { login, json } => {
            let change = PersonChange { disabled: Some(false), ..PersonChange::default() };
            amend(client, &login, change, json, "may sign in again; tokens of before stay revoked").await
        }
        People::Others { json } => others(client, json).await,
        People::Erase { person: whom, name, json } => {
            let path = format!("{PEOPLE}/{}/erase", anybody(client, &whom).await?);
            let request = EraseRequest { name };
            let answer = client.post::<serde_json::Value>(&path, &request).await;
            let (_, bytes) = answer.map_err(explain)?;
            tell(json, &bytes, "They are erased. What they did stays on record, by somebody erased.")
        }
        People::ResetLink { login, json } => {
            let path = format!("{PEOPLE}/{}/reset-link", person(client, &login).await?);
            let (link, bytes) = client.post::<LinkResponse>(&path, &serde_json::json!({})).await?;
            tell_link(client, &login, &link, json.then_some(&bytes));
            Ok(Exit::Ready)
        }
    }
}

async fn list(client: &Client, json: bool) -> Outcome {
    let (people, bytes) = client.get::<Vec<PersonLine>>(PEOPLE).await.map_err(explain)?;
    if json {
        terminal::answer(&bytes);
        return Ok(Exit::Ready);
    }
    if people.is_empty() {
        terminal::line("Nobody has an account yet. `seaworthy serve` prints a link that makes the first.");
    }
    let rows = people.iter().map(|person| {
        let functions: Vec<&str> = person.functions.iter().map(|function| function.as_str()).collect();
        let state = match (person.disabled_at, person.has_password) {
            (Some(at), _) => format!("disabled {:.0}", at.timestamp()),
            (None, false) => "no password".to_owned(),
            (None, true) => String::new(),
        };
        let role = person.role.as_str().to_owned();
        [person.login.clone(), person.name.clone(), role, functions.join(", "), state]
    });
    columns(rows.collect());
    Ok(Exit::Ready)
}

async fn invitations(client: &Client, json: bool) -> Outcome {
    let (open, bytes) = client.get::<Vec<InvitationLine>>(INVITATIONS).await.map_err(explain)?;
    if json {
        terminal::answer(&bytes);
        return Ok(Exit::Ready);
    }
    if open.is_empty() {
        terminal::line("Nobody is invited who is not here yet.");
    }
    let rows = open.iter().map(|invitation| {
        let until = format!("until {:.0}", invitation.expires_at.timestamp());
        let role = invitation.role.as_str().to_owned();
        [invitation.login.clone(), role, format!("by {}", invitation.by), until]
    });
    columns(rows.collect());
    Ok(Exit::Ready)
}

/// Withdraws every open invitation of a login: there can be several.
async fn withdraw(client: &Client, login: &str, json: bool) -> Outcome {
    let (open, _) = client.get::<Vec<InvitationLine>>(INVITATIONS).await.map_err(explain)?;
    let theirs: Vec<&InvitationLine> =
        open.iter().filter(|invitation| invitation.login.eq_ignore_ascii_case(login)).collect();
    if theirs.is_empty() {
        return Err(Failed::Input(format!(
            "There is no open invitation for {login}. `seaworthy people invitations` lists them."
        )));
    }
    for invitation in &theirs {
        let path = format!("{INVITATIONS}/{}/withdraw", invitation.id);
        client.post::<serde_json::Value>(&path, &serde_json::json!({})).await?;
    }
    let count = theirs.len();
    let bytes = serde_json::json!({ "withdrawn": count }).to_string();
    let links = domain::words::count(count as i64, "link", "links");
    tell(json, bytes.as_bytes(), &format!("Withdrawn: {links} for {login} no longer let anybody in."))
}

async fn others(client: &Client, json: bool) -> Outcome {
    let (people, bytes) = client.get::<Vec<OtherLine>>(OTHERS).await.map_err(explain)?;
    if json {
        terminal::answer(&bytes);
        return Ok(Exit::Ready);
    }
    if people.is_empty() {
        terminal::line("Everybody who is known has an account.");
    }
    let rows = people.into_iter().map(|person| {
        let known = person.address.or(person.login).unwrap_or_default();
        [person.id.to_string(), person.name, known]
    });
    columns(rows.collect());
    Ok(Exit::Ready)
}

/// Returns the id of somebody by their login or, without an account, by the id itself.
async fn anybody(client: &Client, whom: &str) -> Result<String, Failed> {
    let (others, _) = client.get::<Vec<OtherLine>>(OTHERS).await.map_err(explain)?;
    let of = |other: &&OtherLine| other.id.as_str() == whom || other.login.as_deref() == Some(whom);
    match others.iter().find(of) {
        Some(other) => Ok(other.id.to_string()),
        None => person(client, whom).await,
    }
}

async fn amend(client: &Client, login: &str, change: PersonChange, json: bool, what: &str) -> Outcome {
    let path = format!("{PEOPLE}/{}/change", person(client, login).await?);
    let (_, bytes) = client.post::<serde_json::Value>(&path, &change).await?;
    tell(json, &bytes, &format!("{login} {what}."))
}

/// Returns the id of somebody by their login.
async fn person(client: &Client, login: &str) -> Result<String, Failed> {
    let (people, _) = client.get::<Vec<PersonLine>>(PEOPLE).await.map_err(explain)?;
    let found = people.iter().find(|person| person.login.eq_ignore_ascii_case(login));
    found.map(|person| person.id.to_string()).ok_or_else(|| {
        let logins = people.iter().map(|person| person.login.as_str());
        let meant = domain::criteria::check::closest(login, logins);
        let meant = meant.map(|meant| format!(" Did you mean {meant}?")).unwrap_or_default();
        Failed::Input(format!("{login} has no account.{meant} `seaworthy people list` shows who has one."))
    })
}

fn tell(json: bool, bytes: &[u8], sentence: &str) -> Outcome {
    if json {
        terminal::answer(bytes);
    } else {
        terminal::line(sentence);
    }
    Ok(Exit::Ready)
}

/// Prints a link, and nothing else to standard output, so that a script can send it on.
fn tell_link(client: &Client, login: &str, link: &LinkResponse, json: Option<&bytes::Bytes>) {
    if let Some(json) = json {
        terminal::answer(json);
        return;
    }
    match client {
        Client::There(remote) => terminal::line(&format!("{}{}", remote.address, link.path)),
        Client::Here { .. } => {
            terminal::line(&link.path);
            terminal::note("Put your server’s address before it.");
        }
    }
    terminal::note(&format!("Hand it to {login} and to nobody else: it works once."));
}

/// Says where a refused command is not refused: a token may not manage accounts, whatever its role.
pub(super) fn explain(failed: Failed) -> Failed {
    match failed {
        Failed::Problem(mut problem) if problem.status == 403 => {
            problem.detail.push_str(
                " On the machine that holds the data, this command needs nobody’s leave: run it there with --data.",
            );
            Failed::Problem(problem)
        }
        failed => failed,
    }
}
