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
    let access = if serve.trust_this_machine { Access::Machine } else { Access::Accounts };
    let app = match serve.provided.sign_on().map_err(Failed::Input)? {
        Some(sign_on) => client.app.signing_on(sign_on),
        None => client.app.clone(),
    };
    let server = Server::bind(app, access, serve.reached.front(), serve.listen).await?;
    terminal::line(&format!("Seaworthy is at {}", server.origin()));
    if serve.trust_this_machine {
        terminal::note("Whoever uses this machine may do everything, without signing in. Ctrl-C stops it.");
    } else if client.app.has_accounts().await? {
        let whom =
            if server.origin().starts_with("https") { "whoever can reach it" } else { "this machine alone" };
        terminal::note(&format!("It answers to {whom}. Ctrl-C stops it."));
    } else {
        let link = client.app.set_up_link().await?;
        terminal::line(&format!("Make the first account at {}{link}", server.origin()));
        terminal::note("The link works once, for a day. Ctrl-C stops the server.");
    }
    server.run(until_told()).await?;
    Ok(Exit::Ready)
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
