//! Several servers on one PostgreSQL: what one records the others show, and one that is killed loses nothing.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::process::{Child, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use reqwest::Client;
use reqwest::header::{CONTENT_TYPE, COOKIE};
use serde_json::{Value, json};

use crate::place::{On, Place, report};

const RELEASE: &str = "/api/v1/releases/tidewatch/2026.12";
const PASSWORD: &str = "kelp ferry bell noon";
/// How many at a time give how many commands each.
const CLIENTS: usize = 8;
const COMMANDS: usize = 125;
const KILLS: usize = 10;

/// A server in a process of its own, with a data folder of its own and blobs that all share.
struct Server {
    name: &'static str,
    port: u16,
    child: Child,
}

impl Server {
    fn start(place: &Place, name: &'static str, port: u16) -> Self {
        let mut command = place.command(&format!("serve --listen 127.0.0.1:{port}"));
        command
            .env("SEAWORTHY_DATA", place.path().join(name))
            .env("SEAWORTHY_BLOBS", place.data().join("blobs"));
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        // The first line is printed once it listens.
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert!(line.starts_with("Seaworthy is at "), "{name}: {line:?}");
        Self { name, port, child }
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Kills it as a machine that fails would, and starts it again.
    fn kill_and_start(&mut self, place: &Place) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        *self = Self::start(place, self.name, self.port);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Makes the first account on one server; returns a token of its for scripts.
async fn token(place: &Place, url: &str) -> String {
    let client = Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    // A server that starts prints the link; another one for the same database is as good.
    let mut child = place.command("serve --listen 127.0.0.1:0");
    let mut child = child.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let line = lines.by_ref().map(Result::unwrap).find(|line| line.contains("/welcome/")).unwrap();
    let path = &line[line.find("/welcome/").unwrap()..];
    let form = [("login", "ada@tidewatch.example"), ("name", "Ada"), ("password", PASSWORD)];
    let welcome = client.post(format!("{url}{path}")).form(&form).send().await.unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(welcome.status(), 303);
    let cookie = welcome.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let form = [("name", "test"), ("role", "coordinator"), ("days", "1")];
    let made = client.post(format!("{url}/account/tokens")).header(COOKIE, cookie).form(&form).send().await;
    let page = made.unwrap().text().await.unwrap();
    let at = page.find("swt_").expect("the page shows the token");
    page[at..].split('<').next().unwrap().to_owned()
}

/// Sends a command to one server or the other until one answers it.
async fn insist(
    client: &Client,
    urls: &[String; 2],
    token: &str,
    turn: usize,
    key: &str,
    command: &Command,
) -> Value {
    for attempt in 0..200 {
        let url = &urls[(turn + attempt) % 2];
        let request = match command {
            Command::Post(path, body) => client.post(format!("{url}{path}")).json(body),
            Command::Report(path, xml) => {
                client.post(format!("{url}{path}")).body(xml.clone()).header(CONTENT_TYPE, "application/xml")
            }
            Command::Get(path) => client.get(format!("{url}{path}")),
        };
        let sent = request.bearer_auth(token).header("idempotency-key", key).send().await;
        if let Ok(answer) = sent {
            let status = answer.status();
            if let Ok(text) = answer.text().await {
                assert!(status.is_success(), "{command:?} was answered with {status}: {text}");
                return serde_json::from_str(&text).unwrap();
            }
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("nobody answers {command:?}");
}

#[derive(Debug)]
enum Command {
    Post(String, Value),
    Report(String, String),
    Get(String),
}

/// A file with a build that nobody has registered yet.
fn file_with(build: usize) -> String {
    crate::place::PRODUCT
        .replace("builds = [", &format!("builds = [{{ number = {build}, commit = \"{build:07x}\" }}, "))
}

#[test]
fn two_servers_do_each_of_a_thousand_commands_once_while_one_is_killed_ten_times() {
    let place = Place::applied(On::Postgres);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let (one, other) =
        (Server::start(&place, "one", free_port()), Server::start(&place, "other", free_port()));
    let urls = [one.url(), other.url()];
    let token = runtime.block_on(token(&place, &urls[0]));
    let expected: Mutex<Vec<String>> = Mutex::default();
    let (done, over) = (AtomicUsize::new(0), AtomicBool::new(false));
    let all = CLIENTS * COMMANDS;

    std::thread::scope(|scope| {
        let killer = scope.spawn(|| {
            let mut other = other;
            for kill in 0..KILLS {
                // Spread over the whole of it.
                while done.load(Ordering::Acquire) < all * kill / KILLS && !over.load(Ordering::Acquire) {
                    std::thread::sleep(Duration::from_millis(5));
                }
                other.kill_and_start(&place);
            }
            other
        });
        let clients = (0..CLIENTS).map(|client| {
            let (urls, token, expected, done) = (&urls, &token, &expected, &done);
            async move {
                let http = Client::builder().timeout(Duration::from_secs(20)).build().unwrap();
                let mut mine = Vec::new();
                for number in 0..COMMANDS {
                    let mark = format!("effect-{client}-{number}");
                    let attest = |notes: &str| {
                        let body = json!({ "track": "ios", "build": "514", "device": "iPhone 15 / iOS 18",
                            "result": "passed", "notes": notes });
                        Command::Post(format!("{RELEASE}/attestations"), body)
                    };
                    let (effect, command) = match number % 8 {
                        0..=2 => (format!("device_attested {mark}"), attest(&mark)),
                        3 => {
                            let body = json!({ "track": "ios", "build": "514", "text": format!("All is well, {mark}.") });
                            ("summary_written".to_owned(), Command::Post(format!("{RELEASE}/summaries"), body))
                        }
                        4 => {
                            let path = format!("{RELEASE}/runs?track=ios&build=514&kind=smoke&run={mark}&name=smoke.xml");
                            (format!("run_ingested {mark}"), Command::Report(path, report(&format!("{mark}:pass"))))
                        }
                        5 => {
                            let evidence: i64 = mine.pop().unwrap();
                            let body = json!({ "evidence": evidence, "reason": format!("taken back, {mark}") });
                            (format!("evidence_withdrawn {evidence}"), Command::Post(format!("{RELEASE}/withdrawals"), body))
                        }
                        6 => {
                            let build = 10_000 + client * 1_000 + number;
                            let body = json!({ "source": file_with(build) });
                            (format!("build_registered {build}"), Command::Post("/api/v1/apply".to_owned(), body))
                        }
                        _ => (String::new(), Command::Get(format!("{RELEASE}/check"))),
                    };
                    let answer = insist(&http, urls, token, client + number, &mark, &command).await;
                    if number % 8 < 3 {
                        mine.push(answer["evidence"].as_i64().unwrap());
                    }
                    if !effect.is_empty() {
                        expected.lock().unwrap().push(effect);
                    }
                    done.fetch_add(1, Ordering::Release);
                }
            }
        });
        let clients: Vec<_> = clients.collect();
        {
            // A client that fails must not leave the killer waiting.
            let _over = Raise(&over);
            runtime.block_on(futures::future::join_all(clients));
        }
        let other = killer.join().unwrap();
        runtime.block_on(same_on_both(&place, &urls, &token, &expected.lock().unwrap()));
        drop(other);
    });
    drop(one);
}

/// Says that something is over, also when it ends in a panic.
struct Raise<'a>(&'a AtomicBool);

impl Drop for Raise<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Release);
    }
}

/// Checks that each effect is recorded once, that the chain holds, and that both servers tell the same.
async fn same_on_both(place: &Place, urls: &[String; 2], token: &str, expected: &[String]) {
    let http = Client::new();
    let get = async |url: &str, path: &str| -> Value {
        let answer = http.get(format!("{url}{path}")).bearer_auth(token).send().await.unwrap();
        assert!(answer.status().is_success(), "{path}");
        answer.json().await.unwrap()
    };
    place.run("journal verify --with-blobs").succeeds().says("The journal holds");
    let head = get(&urls[0], "/api/v1/journal/head").await["position"].as_i64().unwrap();
    let mut effects: BTreeMap<String, usize> = BTreeMap::new();
    for position in 1..=head {
        let event = get(&urls[position as usize % 2], &format!("/api/v1/journal/events/{position}")).await;
        let header = event["header"].as_str().unwrap();
        let payload: Value = serde_json::from_str(event["payload"].as_str().unwrap()).unwrap();
        let text = |field: &str| match &payload[field] {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let kinds =
            ["device_attested", "summary_written", "run_ingested", "evidence_withdrawn", "build_registered"];
        let Some(kind) = kinds.into_iter().find(|kind| header.contains(kind)) else { continue };
        let what = match kind {
            "device_attested" => text("notes"),
            "run_ingested" => text("run"),
            "evidence_withdrawn" => text("evidence"),
            "build_registered" => text("number"),
            _ => String::new(),
        };
        *effects.entry(format!("{kind} {what}").trim().to_owned()).or_default() += 1;
    }
    for build in [512, 514] {
        effects.remove(&format!("build_registered {build}"));
    }
    let mut wanted: BTreeMap<String, usize> = BTreeMap::new();
    for effect in expected {
        *wanted.entry(effect.clone()).or_default() += 1;
    }
    assert_eq!(expected.len(), CLIENTS * (COMMANDS - COMMANDS / 8));
    assert_eq!(effects, wanted);
    let told = async |url: &str| {
        let mut check = get(url, &format!("{RELEASE}/check")).await;
        // Asked one after the other, the moments differ.
        check.as_object_mut().unwrap().remove("at");
        (check, get(url, &format!("{RELEASE}/evidence?limit=500")).await)
    };
    assert_eq!(told(&urls[0]).await, told(&urls[1]).await);
}

#[test]
fn an_open_page_shows_within_a_second_what_another_server_recorded() {
    let place = Place::applied(On::Postgres);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let (one, other) =
        (Server::start(&place, "one", free_port()), Server::start(&place, "other", free_port()));
    let token = runtime.block_on(token(&place, &one.url()));
    let mut stream = std::net::TcpStream::connect(("127.0.0.1", one.port)).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let asks = format!(
        "GET /live/tidewatch/2026.12 HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n"
    );
    stream.write_all(asks.as_bytes()).unwrap();
    let mut told = BufReader::new(stream).lines().map(Result::unwrap).filter(|line| line.starts_with("id:"));
    let mut shown = told.next().unwrap();
    let http = Client::new();
    for number in 0..5 {
        let body = json!({ "track": "ios", "build": "514", "device": "iPhone 15 / iOS 18", "result": "passed",
            "notes": format!("number {number}") });
        let path = format!("{}{RELEASE}/attestations", other.url());
        let sent = runtime.block_on(http.post(path).bearer_auth(&token).json(&body).send()).unwrap();
        assert!(sent.status().is_success());
        let begin = Instant::now();
        let next = told.next().unwrap();
        let page = runtime.block_on(async {
            let page = http.get(format!("{}/releases/tidewatch/2026.12/evidence", one.url()));
            page.bearer_auth(&token).send().await.unwrap().text().await.unwrap()
        });
        let elapsed = begin.elapsed();
        assert!(
            next != shown && elapsed < Duration::from_secs(1),
            "told of {next} after {shown} in {elapsed:?}"
        );
        let rows = page.matches("Check by hand").count();
        assert!(rows > number, "{rows} checks are shown after {}", number + 1);
        shown = next;
    }
}
