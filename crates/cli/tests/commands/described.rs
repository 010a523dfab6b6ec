//! The API does what it says of itself: schemathesis asks it whatever its description lets through, and what it does not.
//!
//! Where `SEAWORTHY_SCHEMATHESIS` does not say where schemathesis is, as `./test` does, each test says in a line that it
//! skips itself. `SEAWORTHY_SCHEMATHESIS_EXAMPLES` asks for more than the few that fit into `./test`.

#![expect(clippy::print_stdout, reason = "a test says what it found, and that it was skipped")]

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use axum::Router;
use axum::body::Body;
use axum::http::{Request, header};
use http_body_util::BodyExt;
use server::app::App;
use server::config::Settings;
use server::door::Access;
use server::serve::{recorder, router};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use crate::place::{On, Place};

/// How often each operation is asked in each phase.
const EXAMPLES: &str = "25";
const REPORT: &str = r#"<testsuite name="Tide"><testcase classname="app.Tide" name="opens"/></testsuite>"#;

/// A server that is stopped once nobody needs it.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[expect(clippy::disallowed_methods, reason = "tests are told of their tools through the environment")]
fn told(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Posts a form, and returns the cookie that comes with the answer and its text.
async fn form(router: &Router, cookie: &str, path: &str, fields: &str) -> (String, String) {
    let request = Request::post(path).header(header::HOST, "localhost").header(header::COOKIE, cookie);
    let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let response =
        router.clone().oneshot(request.body(Body::from(fields.to_owned())).unwrap()).await.unwrap();
    let set = response.headers().get_all(header::SET_COOKIE).iter().map(|cookie| cookie.to_str().unwrap());
    let session =
        set.filter_map(|cookie| cookie.split(';').next()).find(|cookie| cookie.contains("session="));
    let session = session.unwrap_or_default().to_owned();
    let text = response.into_body().collect().await.unwrap().to_bytes();
    (session, String::from_utf8_lossy(&text).into_owned())
}

/// Makes the first account, an admin's, and returns its session and a token of theirs, as a configuration names them.
async fn ways_in(place: &Place) -> [String; 2] {
    let settings = Settings::new(Some(place.data()), place.database_url(), None);
    let app = App::open(settings).await.unwrap();
    let link = app.set_up_link().await.unwrap();
    let router = router(app, Access::Accounts, CancellationToken::new(), recorder());
    let fields = "login=ada&name=Ada&password=kelp+ferry+bell+noon";
    let (cookie, text) = form(&router, "", &link, fields).await;
    let (_, session) = cookie.split_once('=').unwrap_or_else(|| panic!("{text}"));
    let (_, text) = form(&router, &cookie, "/account/tokens", "name=tester&role=admin&days=1").await;
    let token = text.split("swt_").nth(1).unwrap_or_else(|| panic!("{text}")).split('<').next().unwrap();
    [format!("token = {{ bearer = \"swt_{token}\" }}"), format!("session = {{ api_key = \"{session}\" }}")]
}

fn check(on: On) {
    let Some(schemathesis) = told("SEAWORTHY_SCHEMATHESIS") else {
        println!("skipped: SEAWORTHY_SCHEMATHESIS names no schemathesis; ./test sets it");
        return;
    };
    let place = Place::applied(on);
    place.write("smoke.xml", REPORT);
    place.run("ingest --release 2026.12 --track ios --build 514 --kind smoke smoke.xml").succeeds();
    place.run("attest --release 2026.12 --track ios --build 514 --device \"iPhone 15 / iOS 18\" --result passed").succeeds();
    let [token, session] = tokio::runtime::Runtime::new().unwrap().block_on(ways_in(&place));
    let log = place.path().join("serve.log");
    let mut command = place.command("serve --listen 127.0.0.1:0");
    let child = command.stdout(Stdio::piped()).stderr(std::fs::File::create(&log).unwrap()).spawn().unwrap();
    let mut server = Server(child);
    let mut first = String::new();
    BufReader::new(server.0.stdout.take().unwrap()).read_line(&mut first).unwrap();
    let address = first.split_whitespace().find(|word| word.starts_with("http://")).unwrap();
    let ask = |way: &str, which: [&str; 2]| {
        let asked = asked(&schemathesis, &place, address, way, which);
        let (out, err) = (String::from_utf8_lossy(&asked.stdout), String::from_utf8_lossy(&asked.stderr));
        let log = std::fs::read_to_string(&log).unwrap();
        assert!(asked.status.success(), "{out}{err}\nthe server said:\n{log}");
        println!("{out}");
    };
    // Accounts are for somebody in person: there a token is only ever refused.
    ask(&token, ["--exclude-tag", "Description"]);
    ask(&session, ["--include-tag", "Accounts"]);
}

/// Asks some of the routes as whoever comes in by that way.
fn asked(schemathesis: &str, place: &Place, address: &str, way: &str, which: [&str; 2]) -> Output {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let settings = std::fs::read_to_string(tests.join("schemathesis.toml")).unwrap();
    place.write("schemathesis.toml", &format!("{settings}\n[auth.openapi]\n{way}\n"));
    let examples = told("SEAWORTHY_SCHEMATHESIS_EXAMPLES").unwrap_or_else(|| EXAMPLES.to_owned());
    Command::new(schemathesis)
        .args(["--config-file", "schemathesis.toml", "run", &format!("{address}/api/v1/openapi.json")])
        .args(["--checks", "all", "--max-examples", &examples, "--no-color"])
        .args(which)
        .current_dir(place.path())
        .env("SEAWORTHY_SCHEMATHESIS_HOOKS", tests.join("schemathesis_hooks.py"))
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

#[test]
fn the_api_does_what_it_says_of_itself() {
    check(On::Sqlite);
}

#[test]
fn the_api_does_what_it_says_of_itself_on_postgres() {
    check(On::Postgres);
}
