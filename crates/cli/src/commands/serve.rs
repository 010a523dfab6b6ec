//! `seaworthy serve`: pages and API for the browser, until it is told to stop.
//!
//! Invariant: the address is printed once it answers, and a signal ends it without cutting anybody off.

use std::net::SocketAddr;

use server::app::App;
use server::door::Access;
use server::front::Front;
use server::serve::Server;
use tokio_util::sync::CancellationToken;

use super::Outcome;
use crate::arguments::Serve;
use crate::client::{Client, Failed};
use crate::exit::Exit;
use crate::terminal;

pub(super) async fn run(client: &Client, serve: &Serve) -> Outcome {
    let app = client.app()?;
    let access = if serve.trust_this_machine { Access::Machine } else { Access::Accounts };
    let served = match serve.provided.sign_on().map_err(Failed::Input)? {
        Some(sign_on) => app.signing_on(sign_on),
        None => app.clone(),
    };
    let served = match serve.mailing.server().map_err(Failed::Input)? {
        Some(mail) => served.mailing(mail),
        None => served,
    };
    let server = Server::bind(served, access, serve.reached.front(), serve.listen).await?;
    let link = if access == Access::Machine || !app.needs_set_up().await? {
        None
    } else {
        Some(format!("{}{}", server.origin(), app.set_up_link().await?))
    };
    if serve.json {
        let said = serde_json::json!({ "origin": server.origin(), "address": server.address(), "set_up_link": link });
        terminal::line(&said.to_string());
    } else {
        tell(&server, access, link.as_deref());
    }
    server.run(until_told()).await?;
    Ok(Exit::Ready)
}

fn tell(server: &Server, access: Access, link: Option<&str>) {
    terminal::line(&format!("Seaworthy is at {}", server.origin()));
    if let Some(link) = link {
        terminal::line(&format!("Make the first account at {link}"));
        terminal::note("The link works once, for a day. Ctrl-C stops the server.");
    } else if access == Access::Machine {
        terminal::note("Whoever uses this machine may do everything, without signing in. Ctrl-C stops it.");
    } else {
        let secure = server.origin().starts_with("https");
        let whom = if secure { "whoever can reach it" } else { "this machine alone" };
        terminal::note(&format!("It answers to {whom}. Ctrl-C stops it."));
    }
}

/// Binds the address, or any free port beside it where that one is taken.
pub(super) async fn bind_near(app: &App, access: Access, wanted: SocketAddr) -> Result<Server, Failed> {
    let bind = |address| Server::bind(app.clone(), access, Front::default(), address);
    match bind(wanted).await {
        Ok(server) => Ok(server),
        Err(_) => Ok(bind(SocketAddr::new(wanted.ip(), 0)).await?),
    }
}

/// Returns a token that a signal cancels.
pub(super) fn until_told() -> CancellationToken {
    let stop = CancellationToken::new();
    let told = stop.clone();
    tokio::spawn(async move {
        let interrupted = tokio::signal::ctrl_c();
        #[cfg(unix)]
        {
            let terminated = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate());
            match terminated {
                Ok(mut terminated) => tokio::select! {
                    _ = interrupted => {}
                    _ = terminated.recv() => {}
                },
                Err(_) => drop(interrupted.await),
            }
        }
        #[cfg(not(unix))]
        drop(interrupted.await);
        told.cancel();
    });
    stop
}
