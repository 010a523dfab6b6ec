//! `seaworthy token`: tokens for scripts and continuous integration.
//!
//! Invariant: a token is printed once, alone on its line, and in no list.

use server::app::account::{TokenLine, TokenRequest, TokenResponse};

use super::Outcome;
use super::people::explain;
use crate::arguments::{Token, Whose};
use crate::client::{Client, encoded};
use crate::exit::Exit;
use crate::terminal::{self, columns};

const TOKENS: &str = "/api/v1/tokens";

pub(super) async fn run(client: &Client, token: Token) -> Outcome {
    match token {
        Token::List { whose, json } => list(client, &whose, json).await,
        Token::Create { whose, name, role, days, json } => {
            let request = TokenRequest { whose: whose.login, name, role: role.into(), days };
            let answer = client.post::<TokenResponse>(TOKENS, &request).await;
            let (made, bytes) = answer.map_err(explain)?;
            if json {
                terminal::answer(&bytes);
            } else {
                terminal::line(&made.token);
                terminal::note(
                    "Shown this once. Keep it as SEAWORTHY_TOKEN where your scripts keep secrets.",
                );
            }
            Ok(Exit::Ready)
        }
        Token::Revoke { whose, id, json } => {
            let path = format!("{TOKENS}/{}/revoke{}", encoded(&id), query(&whose));
            let answer = client.post::<serde_json::Value>(&path, &serde_json::json!({})).await;
            let (_, bytes) = answer.map_err(explain)?;
            if json {
                terminal::answer(&bytes);
            } else {
                terminal::line("Revoked. Whatever used it is refused from now on.");
            }
            Ok(Exit::Ready)
        }
    }
}

async fn list(client: &Client, whose: &Whose, json: bool) -> Outcome {
    let (tokens, bytes) =
        client.get::<Vec<TokenLine>>(&format!("{TOKENS}{}", query(whose))).await.map_err(explain)?;
    if json {
        terminal::answer(&bytes);
        return Ok(Exit::Ready);
    }
    if tokens.is_empty() {
        terminal::line("No token yet. `seaworthy token create` makes one.");
    }
    let rows = tokens.iter().map(|token| {
        let ends = match (token.revoked_at, token.expires_at) {
            (Some(at), _) => format!("revoked {:.0}", at.timestamp()),
            (None, Some(at)) => format!("until {:.0}", at.timestamp()),
            (None, None) => "without end".to_owned(),
        };
        let used =
            token.used_at.map_or_else(|| "never used".to_owned(), |at| format!("used {:.0}", at.timestamp()));
        [token.id.clone(), token.name.clone(), token.role.clone(), used, ends]
    });
    columns(rows.collect());
    Ok(Exit::Ready)
}

fn query(whose: &Whose) -> String {
    whose.login.as_deref().map_or_else(String::new, |login| format!("?for={}", encoded(login)))
}
