//! A server and its provider, each a process of its own.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

use super::browser::{Browser, Page};
use crate::place::{On, Place};

const SECRET: &str = "a secret of the client, and of nobody else";

pub(super) struct Site {
    place: Place,
    environment: Vec<(&'static str, &'static str)>,
    modules: String,
    provider: Running,
    server: Running,
    /// Where the first account is made.
    link: String,
}

/// A process, what it printed first, and its end with the test's.
struct Running {
    child: Child,
    said: String,
    /// Kept open: whoever prints to nobody is ended.
    _out: BufReader<ChildStdout>,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Returns where `oidc-provider` is, or says that the test skips itself.
pub(super) fn modules() -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "tests are told of their tools through the environment")]
    let modules = std::env::var("SEAWORTHY_BROWSER_MODULES").ok();
    #[expect(clippy::print_stdout, reason = "a test says that it was skipped")]
    if modules.is_none() {
        println!("skipped: SEAWORTHY_BROWSER_MODULES names no folder with oidc-provider; ./test sets it");
    }
    modules
}

fn started(command: &mut Command, lines: usize) -> Running {
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut said = String::new();
    for _ in 0..lines {
        out.read_line(&mut said).unwrap();
    }
    assert!(said.contains("http://127.0.0.1:"), "{command:?} said {said:?}");
    Running { child, said, _out: out }
}

fn provider(modules: &str, environment: &[(&'static str, &'static str)], port: &str) -> Running {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/commands/sign_on/provider.mjs");
    let mut command = Command::new("node");
    command.arg(script).env("SEAWORTHY_BROWSER_MODULES", modules).env("PORT", port);
    command.envs(environment.iter().copied()).stdin(Stdio::piped()).stderr(Stdio::null());
    started(&mut command, 1)
}

impl Site {
    pub(super) async fn start(modules: &str, on: On, environment: &[(&'static str, &'static str)]) -> Self {
        let place = tokio::task::spawn_blocking(move || Place::empty(on)).await.unwrap();
        let provider = provider(modules, environment, "0");
        let mut command = place.command(
            "serve --listen 127.0.0.1:0 --oidc-client-id seaworthy --oidc-name 'Tidewatch ID' \
             --oidc-role release-admins=admin --oidc-role release-leads=coordinator --oidc-role mobile=contributor \
             --oidc-function mobile-qa=qa",
        );
        command
            .env("SEAWORTHY_OIDC_ISSUER", provider.said.trim())
            .env("SEAWORTHY_OIDC_CLIENT_SECRET", SECRET);
        let log = std::fs::File::create(place.path().join("serve.log")).unwrap();
        let server = started(command.stdin(Stdio::null()).stderr(log), 2);
        let link = server.said.split("/welcome/").nth(1).unwrap().trim().to_owned();
        let environment = environment.to_vec();
        Self { place, environment, modules: modules.to_owned(), provider, server, link }
    }

    pub(super) fn path(&self, path: &str) -> String {
        let address = self.server.said.split_whitespace().find(|word| word.starts_with("http://"));
        format!("{}{path}", address.unwrap())
    }

    pub(super) fn issuer(&self) -> &str {
        self.provider.said.trim()
    }

    pub(super) fn log(&self) -> String {
        std::fs::read_to_string(self.place.path().join("serve.log")).unwrap()
    }

    pub(super) fn stop_provider(&mut self) {
        self.provider.child.kill().unwrap();
        self.provider.child.wait().unwrap();
    }

    /// Starts the provider again where it was.
    pub(super) async fn start_provider(&mut self) {
        let port = self.issuer().rsplit(':').next().unwrap().to_owned();
        self.provider = provider(&self.modules, &self.environment, &port);
    }

    /// Tells the provider whom there is, and who signs in next; nobody does whose name is empty.
    pub(super) async fn knows(&self, next: &str, people: Value) {
        let next = Some(next).filter(|next| !next.is_empty());
        let told = json!({ "people": people, "next": next }).to_string();
        let url = format!("{}/test", self.issuer());
        reqwest::Client::new().post(url).body(told).send().await.unwrap();
    }

    /// Has somebody press the button in a fresh browser.
    pub(super) async fn sign_in(&self, who: &str, people: Value) -> Page {
        self.knows(who, people).await;
        Browser::new().get(&self.path("/sign-in/oidc?next=%2Faccount")).await
    }

    /// Has somebody sign in who may, and returns their browser.
    pub(super) async fn enters(&self, who: &str, people: Value) -> Browser {
        self.knows(who, people).await;
        let browser = Browser::new();
        let came = browser.get(&self.path("/sign-in/oidc?next=%2Faccount")).await;
        assert_eq!((came.status, came.url), (200, self.path("/account")), "{}\n{}", came.text, self.log());
        browser
    }

    /// Makes the first account, with a password.
    pub(super) async fn set_up(&self, login: &str, password: &str) -> Browser {
        let browser = Browser::new();
        let fields = [("login", login), ("name", "Ada Marsh"), ("password", password)];
        let entered = browser.post(&self.path(&format!("/welcome/{}", self.link)), &fields).await;
        assert_eq!((entered.status, entered.url), (200, self.path("/")), "{}", entered.text);
        browser
    }

    pub(super) async fn get(&self, browser: &Browser, path: &str) -> Page {
        browser.get(&self.path(path)).await
    }

    pub(super) async fn post(&self, browser: &Browser, path: &str, fields: &[(&str, &str)]) -> Page {
        browser.post(&self.path(path), fields).await
    }

    pub(super) async fn cross_site(&self, browser: &Browser, path: &str) -> u16 {
        browser.cross_site(&self.path(path)).await
    }

    /// Returns what an account page says somebody is.
    pub(super) async fn role_of(&self, browser: &Browser) -> String {
        let account = self.get(browser, "/account").await.text;
        let said = account.split("<p class=\"sub\">").nth(1).unwrap_or_else(|| panic!("{account}"));
        let said = said.split("</p>").next().unwrap().split_once("<b>").unwrap().1;
        said.replace("</b>", "").trim_end_matches('.').to_owned()
    }

    /// Returns the status of what a token may read.
    pub(super) async fn api(&self, token: &str) -> u16 {
        let request =
            reqwest::Client::new().get(self.path("/api/v1/releases")).bearer_auth(format!("swt_{token}"));
        request.send().await.unwrap().status().as_u16()
    }
}
