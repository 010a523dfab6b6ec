//! A server elsewhere, and everything that can go wrong on the way to it.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use crate::place::{On, Place, Ran, report};
use crate::served::{self, Served};

const INGEST: &str = "ingest --release 2026.12 --track ios --build 514 --kind smoke";

/// Runs a command against a server, with a token.
fn at(place: &Place, url: &str, token: &str, line: &str) -> Ran {
    let mut command = place.command(line);
    command.env("SEAWORTHY_URL", url).env("SEAWORTHY_TOKEN", token);
    command.stdin(Stdio::null()).output().unwrap().into()
}

#[test]
fn a_token_is_refused_with_what_to_do_about_it() {
    let place = Place::applied(On::Sqlite);
    let viewer = served::token(&place, "viewer");
    let served = Served::with(&place, viewer);
    let (url, token) = (served.url.as_str(), served.token.as_str());
    let check = "check --release 2026.12";
    at(&place, url, token, check).exits(2);
    at(&place, url, "", check).exits(65).says("seaworthy login").says("SEAWORTHY_TOKEN");
    at(&place, url, "swt_wrong", check).exits(65).says("does not accept this token");
    at(&place, url, "two words", check).exits(65).says("copied whole");
    at(&place, url, token, "apply").exits(65).says("takes a coordinator; you are a viewer");
    at(&place, url, token, "people list").exits(65).says("Sign in with a browser").says("--data");
    at(&place, url, token, "journal redact 1 --reason x").exits(65);
    at(&place, "", "", &format!("{check} --server {url}")).exits(65).says("does not know who you are");
    for line in
        ["backup b.tar.zst", "restore b.tar.zst", "serve", "demo --once", "journal redact 1 --reason x"]
    {
        place.run(&format!("{line} --server {url}")).exits(64).says("works on the data itself");
    }
    // What is typed goes before the environment; an empty variable takes it back.
    at(&place, url, token, "whoami --data data").succeeds().says("on this machine’s data");
    at(&place, url, token, "whoami").succeeds().says(url).says("“tests”");
    at(&place, "", token, "whoami").succeeds().says("on this machine’s data");
}

#[test]
fn a_login_is_kept_used_and_ended() {
    let place = Place::applied(On::Sqlite);
    let token = served::token(&place, "contributor");
    let served = Served::with(&place, token);
    let url = &served.url;
    let input = format!("{}\n", served.token);
    place.run_with_input(&format!("login {url} --token-stdin"), "swt_wrong").exits(65);
    assert!(!place.path().join("config/seaworthy/servers.toml").exists(), "a wrong token was kept");
    let login = place.run_with_input(&format!("login {url} --token-stdin"), &input).succeeds();
    assert!(login.out.contains("contributor") && !login.out.contains("swt_"), "{}", login.out);
    // Without the folder in the environment, commands go where somebody is logged in.
    let elsewhere = |line: &str| -> Ran {
        let mut command = place.command(line);
        command.env_remove("SEAWORTHY_DATA").env("XDG_DATA_HOME", place.path().join("other"));
        command.output().unwrap().into()
    };
    elsewhere("whoami").succeeds().says(url);
    elsewhere("check --release 2026.12").exits(2);
    place.run("whoami").succeeds().says("on this machine’s data");
    elsewhere("logout").succeeds().says("revoked");
    elsewhere("whoami").succeeds().says("on this machine’s data");
    elsewhere(&format!("logout {url}")).exits(65).says("Nobody is logged in");
    at(&place, url, &served.token, "whoami").exits(65).says("does not accept this token");
}

#[test]
fn what_is_no_seaworthy_or_no_server_is_told_apart() {
    let place = Place::empty(On::Sqlite);
    let page = "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 2\r\n\r\nhi";
    let moved = "HTTP/1.1 301 Moved\r\nlocation: https://elsewhere.example/\r\ncontent-length: 0\r\n\r\n";
    let gone = "HTTP/1.1 500 No\r\ncontent-type: text/html\r\ncontent-length: 2\r\n\r\nno";
    for (answer, part) in
        [(page, "not as a Seaworthy does"), (moved, "https://elsewhere.example/"), (gone, "in front of")]
    {
        let (url, _) = answering(vec![answer.to_owned()]);
        place.run(&format!("whoami --server {url}")).exits(70).says(part);
    }
    place
        .run("whoami --server http://127.0.0.1:1")
        .exits(70)
        .says("cannot be reached")
        .says("Connection refused");
    place.run("whoami --server https://nowhere.invalid").exits(70).says("cannot be reached");
    place.run("whoami --server http://ship.example").exits(64).says("in the clear");
    let (url, _) = answering(vec![page.to_owned(); 9]);
    let secure = url.replace("http:", "https:");
    place.run(&format!("whoami --server {secure}")).exits(70).says("does not speak TLS");
}

#[test]
fn a_server_that_is_silent_is_given_up() {
    let place = Place::empty(On::Sqlite);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let begin = Instant::now();
    // What makes an account has no key by which it would be carried out once.
    let line = format!("people add-machine ci --server {url} --timeout 1");
    place.run(&line).exits(70).says("nothing came for").says("look before you repeat it");
    assert!(begin.elapsed() < Duration::from_secs(10), "{:?}", begin.elapsed());
}

#[test]
fn a_server_that_is_busy_is_asked_again_and_a_request_keeps_its_key() {
    let place = Place::empty(On::Sqlite);
    place.write("seaworthy.toml", crate::place::PRODUCT);
    let busy =
        "HTTP/1.1 503 Busy\r\nretry-after: 1\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".to_owned();
    let body = r#"{"changes":[],"position":7}"#;
    let done = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    let (url, requests) = answering(vec![busy, done]);
    let begin = Instant::now();
    let ran = place.run(&format!("apply --server {url} --json"));
    assert!(begin.elapsed() >= Duration::from_secs(1), "it did not wait as it was asked to");
    let asked: Vec<String> = requests.iter().collect();
    assert_eq!(asked.len(), 2, "{ran:?}");
    let key = |request: &str| {
        let line = request.lines().find(|line| line.starts_with("idempotency-key: ")).unwrap();
        line.to_owned()
    };
    assert_eq!(key(&asked[0]), key(&asked[1]));
    let lost = "HTTP/1.1 429 Busy\r\nretry-after: 3600\r\ncontent-type: application/problem+json\r\ncontent-length: 77\r\n\r\n\
                {\"type\":\"urn:seaworthy:too-often\",\"title\":\"t\",\"status\":429,\"detail\":\"Wait\"}  ";
    let (url, requests) = answering(vec![lost.to_owned()]);
    place.run(&format!("whoami --server {url}")).exits(70).says("Wait");
    assert_eq!(requests.iter().count(), 1, "nobody waits for an hour");
}

#[test]
fn an_upload_that_breaks_is_sent_again_from_the_start_and_counts_once() {
    let place = Place::applied(On::Sqlite);
    let token = served::token(&place, "contributor");
    let served = Served::with(&place, token);
    place.write("reports/a.xml", &report("opens:pass closes:pass"));
    // The first connection of an ingest is cut in the middle of its body, the others go through.
    let relay = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", relay.local_addr().unwrap());
    let target = served.url.trim_start_matches("http://").to_owned();
    let (cut, was_cut) = channel();
    std::thread::spawn(move || {
        let mut to_cut = true;
        for client in relay.incoming().flatten() {
            let (target, cut) = (target.clone(), cut.clone());
            let mut head = [0; 600];
            // Long enough to see which request it is.
            let peeked = loop {
                let peeked = client.peek(&mut head).unwrap();
                if peeked == 0 || head[..peeked].windows(4).any(|four| four == b"\r\n\r\n") {
                    break peeked;
                }
                std::thread::sleep(Duration::from_millis(5));
            };
            let upload = String::from_utf8_lossy(&head[..peeked]).starts_with("POST");
            if upload && std::mem::take(&mut to_cut) {
                cut.send(()).unwrap();
                let mut part = [0; 300];
                let _ = (&client).read(&mut part);
                continue;
            }
            std::thread::spawn(move || relayed(client, &target));
        }
    });
    // With the product named, nothing is looked up before.
    let ingest = INGEST.replace("2026.12", "tidewatch/2026.12");
    let ran = at(&place, &url, &served.token, &format!("{ingest} reports")).succeeds();
    was_cut.try_recv().expect("nothing was cut");
    ran.says("2 cases of smoke");
    at(&place, &served.url, &served.token, &format!("{INGEST} reports")).succeeds().says("on record already");
}

#[test]
fn a_server_that_dies_in_the_middle_of_an_upload_keeps_nothing_and_is_told() {
    let place = Place::applied(On::Sqlite);
    let token = served::token(&place, "contributor");
    let mut served = Served::with(&place, token);
    let mut command = place.command(&format!("{INGEST} -"));
    command.env("SEAWORTHY_URL", &served.url).env("SEAWORTHY_TOKEN", &served.token);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(b"<testsuite name=\"a\">").unwrap();
    input.write_all(&vec![b' '; 2 << 20]).unwrap();
    std::thread::sleep(Duration::from_millis(500));
    served.kill();
    let _ = input.write_all(&vec![b' '; 2 << 20]);
    drop(input);
    Ran::from(child.wait_with_output().unwrap()).exits(70);
    place.run("evidence list --release 2026.12").succeeds().says("No evidence yet");
    place.run("journal verify --with-blobs").succeeds();
}

#[test]
fn a_certificate_is_trusted_by_its_authority_alone() {
    let place = Place::applied(On::Sqlite);
    let token = served::token(&place, "contributor");
    make_certificate(&place);
    let served = Served::by_tls(&place, token);
    let url = &served.url;
    let other = url.replace("localhost", "127.0.0.1");
    at(&place, url, &served.token, "whoami").exits(70).says("not trusted").says("--ca-file");
    at(&place, url, &served.token, "whoami --ca-file ca.pem").succeeds().says("contributor");
    at(&place, &other, &served.token, "whoami --ca-file ca.pem").exits(70).says("it is for another name");
    at(&place, url, &served.token, "whoami --ca-file nowhere.pem").exits(65).says("failed to read");
    at(&place, url, &served.token, "whoami --ca-file seaworthy.toml").exits(65).says("no certificate");
    place.write("smoke.xml", &report("opens:pass"));
    at(&place, url, &served.token, &format!("{INGEST} smoke.xml --ca-file ca.pem")).succeeds();
    at(&place, url, &served.token, "check --release 2026.12 --track ios --ca-file ca.pem").exits(0);
}

/// Makes an authority and a certificate of it for localhost, with openssl.
fn make_certificate(place: &Place) {
    place.write("names", "subjectAltName=DNS:localhost\n");
    for line in [
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.pem -days 2 -subj /CN=Tests",
        "req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout server.key -out server.csr -subj /CN=localhost",
        "x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out server.pem -days 2 -extfile names",
    ] {
        let made = Command::new("openssl").args(line.split(' ')).current_dir(place.path()).output().unwrap();
        assert!(made.status.success(), "{line}: {}", String::from_utf8_lossy(&made.stderr));
    }
}

/// Answers requests, each on a connection of its own, with these answers in turn; returns its address and what came.
fn answering(answers: Vec<String>) -> (String, std::sync::mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (sender, requests) = channel();
    std::thread::spawn(move || {
        for answer in answers {
            let (mut client, _) = listener.accept().unwrap();
            let mut request = Vec::new();
            let mut piece = [0; 4096];
            loop {
                match client.read(&mut piece) {
                    Ok(read) if read > 0 => request.extend_from_slice(&piece[..read]),
                    _ => break,
                }
                if whole(&request) || request.first() == Some(&0x16) {
                    break;
                }
            }
            let _ = client.write_all(answer.as_bytes());
            let _ = sender.send(String::from_utf8_lossy(&request).into_owned());
        }
    });
    (url, requests)
}

/// Whether a request has come with all of its body.
fn whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let chunked = head.contains("transfer-encoding: chunked");
    let length =
        head.lines().find_map(|line| line.strip_prefix("content-length: ")).and_then(|n| n.parse().ok());
    if chunked { body.ends_with("0\r\n\r\n") } else { body.len() >= length.unwrap_or(0usize) }
}

fn relayed(client: TcpStream, target: &str) {
    let server = TcpStream::connect(target).unwrap();
    let (mut from, mut to) = (client.try_clone().unwrap(), server.try_clone().unwrap());
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut from, &mut to);
        let _ = to.shutdown(std::net::Shutdown::Write);
    });
    let (mut from, mut to) = (server, client);
    let _ = std::io::copy(&mut from, &mut to);
    let _ = to.shutdown(std::net::Shutdown::Both);
}
