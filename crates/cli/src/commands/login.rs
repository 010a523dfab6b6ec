//! `seaworthy login`, `logout` and `whoami`: who acts on a server, and with what.
//!
//! Invariant: a token is in the file of logins and in no output.

use std::io::{IsTerminal, Read};
use std::process::{Command, Stdio};
use std::time::Duration;

use server::app::account::{LoginRequest, LoginResponse, PollRequest, PollResponse, WhoamiResponse};
use server::config;

use super::Outcome;
use crate::arguments::{Login, Logout, Reach, Whoami};
use crate::client::{Address, Client, Failed, Logins, Remote};
use crate::exit::Exit;
use crate::terminal::{self, BOLD, paint};

pub(super) async fn login(reach: &Reach, login: &Login) -> Outcome {
    let logins = Logins::load()?;
    let address = address(reach, login.url.as_deref(), &logins)?;
    let token = if login.token_stdin {
        Some(read_token()?)
    } else {
        let client = client(&address, None, reach)?;
        // A server that trusts its machine asks nobody who they are.
        match client.get::<WhoamiResponse>("/api/v1/whoami").await {
            Ok(_) => None,
            Err(Failed::Problem(problem)) if problem.status == 401 => {
                Some(ask(&client, &address, login).await?)
            }
            Err(failed) => return Err(failed),
        }
    };
    let client = client(&address, token.clone(), reach)?;
    let (who, _) = client.get::<WhoamiResponse>("/api/v1/whoami").await?;
    let before = logins.token(&address).filter(|before| token.as_ref() != Some(before));
    logins.keep(&address, token)?;
    if let Some(before) = before {
        // It has no use any more; whether it can be revoked changes nothing about the login.
        let _ = revoke(&address, before, reach).await;
    }
    if login.json {
        terminal::line(&serde_json::json!({ "server": address.as_str(), "whoami": who }).to_string());
    } else {
        terminal::line(&format!("Logged in to {address} as {}.", told(&who)));
        terminal::note("Commands go there from now on; with --data, to data on this machine.");
    }
    Ok(Exit::Ready)
}

pub(super) async fn logout(reach: &Reach, logout: &Logout) -> Outcome {
    let logins = Logins::load()?;
    let address = address(reach, logout.url.as_deref(), &logins)?;
    if !logins.knows(&address) {
        return Err(Failed::Input(format!("Nobody is logged in to {address} here.")));
    }
    let revoked = match logins.token(&address) {
        None => Ok(()),
        Some(token) => revoke(&address, token, reach).await,
    };
    // Whatever the server says, the token leaves this machine.
    logins.forget(&address)?;
    if logout.json {
        let said = serde_json::json!({ "server": address.as_str(), "revoked": revoked.is_ok() });
        terminal::line(&said.to_string());
        return Ok(Exit::Ready);
    }
    match revoked {
        Ok(()) => terminal::line(&format!("Logged out of {address}; the token is revoked.")),
        Err(failed) => {
            terminal::line(&format!("Logged out of {address}; the token is forgotten here."));
            terminal::complain(&format!(
                "It could not be revoked there: {failed} Revoke it on your account page."
            ));
        }
    }
    Ok(Exit::Ready)
}

async fn revoke(address: &Address, token: String, reach: &Reach) -> Result<(), Failed> {
    let client = client(address, Some(token), reach)?;
    match client.post::<serde_json::Value>("/api/v1/logout", &serde_json::json!({})).await {
        // It has ended already.
        Err(Failed::Problem(problem)) if problem.status == 401 => Ok(()),
        ended => ended.map(drop),
    }
}

pub(super) async fn whoami(client: &Client, whoami: &Whoami) -> Outcome {
    let (who, json) = client.get::<WhoamiResponse>("/api/v1/whoami").await?;
    if whoami.json {
        terminal::answer(&json);
        return Ok(Exit::Ready);
    }
    let place = match client {
        Client::Here { .. } => "on this machine’s data".to_owned(),
        Client::There(remote) => format!("on {}", remote.address),
    };
    terminal::line(&format!("{}, {place}.", told(&who)));
    if let Some(token) = &who.token {
        let until = token.expires_at.map_or_else(String::new, |at| format!(" until {:.0}", at.timestamp()));
        terminal::line(&format!("By the token “{}”{until}.", token.name));
    }
    Ok(Exit::Ready)
}

fn told(who: &WhoamiResponse) -> String {
    format!("{} ({}), {}", who.name, who.login, who.role.as_str())
}

/// Returns which server is meant: the one that is named, or the one that is configured.
fn address(reach: &Reach, named: Option<&str>, logins: &Logins) -> Result<Address, Failed> {
    let configured = reach.server.as_deref().filter(|server| !server.is_empty());
    let server = named.or(configured).or(logins.current.as_deref()).ok_or_else(|| {
        Failed::Usage("Say which server: `seaworthy login https://seaworthy.example.com`.".to_owned())
    })?;
    Address::parse(server, reach.insecure_http)
}

fn client(address: &Address, token: Option<String>, reach: &Reach) -> Result<Client, Failed> {
    Ok(Client::There(Box::new(Remote::open(address.clone(), token, reach)?)))
}

fn read_token() -> Result<String, Failed> {
    let mut text = String::new();
    // A token is short; what is longer is something else.
    let read = std::io::stdin().take(1000).read_to_string(&mut text);
    read.map_err(|error| Failed::Input(format!("failed to read the token from standard input: {error}")))?;
    match text.trim() {
        "" => Err(Failed::Input("There is no token on standard input.".to_owned())),
        token => Ok(token.to_owned()),
    }
}

/// Has somebody confirm in their browser, and returns the token that they gave.
async fn ask(client: &Client, address: &Address, login: &Login) -> Result<String, Failed> {
    let device = login.device.clone().unwrap_or_else(config::machine);
    let request = LoginRequest { device };
    let (begun, _) = client.post::<LoginResponse>("/api/v1/logins", &request).await?;
    let page = format!("{address}{}", begun.path);
    // Not to standard output: that is for the answer.
    terminal::complain(&format!("Open {}", paint(BOLD, &page)));
    terminal::complain(&format!(
        "and confirm there the code {}, within ten minutes.",
        paint(BOLD, &begun.code)
    ));
    if !login.no_browser && std::io::stderr().is_terminal() && config::has_browser() {
        open(&page);
    }
    let request = PollRequest { secret: begun.secret };
    let mut interval = Duration::from_secs(begun.interval.clamp(1, 60));
    loop {
        tokio::time::sleep(interval).await;
        match client.post::<PollResponse>("/api/v1/logins/poll", &request).await {
            Ok((PollResponse { token: Some(token) }, _)) => return Ok(token),
            Ok(_) => {}
            // Asked too often, and more than once: go slower from now on.
            Err(Failed::Problem(problem)) if problem.status == 429 => interval += Duration::from_secs(5),
            Err(failed) => return Err(failed),
        }
    }
}

/// Opens a page in the browser, if there is one. The address is printed in any case.
fn open(page: &str) {
    let program = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    let mut command = Command::new(program);
    let _ = command.arg(page).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
}
