//! Asking, quoting and forgetting people, on both databases: two servers at once, and nothing left of a name.

use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use domain::criterion::Function;
use domain::permission::Role;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use server::app::App;
use server::config::Settings;
use server::door::Access;
use server::serve::{recorder, router};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use crate::place::{On, Place};

/// Asks Jo for a check until tomorrow.
fn ask() -> String {
    let until = server::clock::Clock::System.now().plus_micros(86_400_000_000);
    format!(
        "ask device --release 2026.12 --track ios --build 514 --device 'iPhone 15 / iOS 18' --of 'Jo Lindqvist-Rey' \
         --address jo.lr@example.org --until {until}"
    )
}

/// A place, made where no runtime is.
fn applied(on: On) -> Place {
    std::thread::spawn(move || Place::applied(on)).join().unwrap()
}

/// A server on a place's data.
struct Server {
    app: App,
    router: Router,
}

impl Server {
    async fn on(place: &Place) -> Self {
        let app = App::open(Settings::new(Some(place.data()), place.database_url(), None)).await.unwrap();
        app.follow(CancellationToken::new()).await.unwrap();
        let router = router(app.clone(), Access::Demo, CancellationToken::new(), recorder());
        Self { app, router }
    }

    async fn send(&self, cookie: &str, path: &str, form: Option<&str>) -> (StatusCode, String, String) {
        let request = match form {
            None => Request::get(path),
            Some(_) => Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded"),
        };
        let request = request.header(header::HOST, "localhost").header(header::COOKIE, cookie);
        let request = request.header(header::ACCEPT, "text/html");
        let body = Body::from(form.unwrap_or_default().to_owned());
        let response = self.router.clone().oneshot(request.body(body).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let cookie = parts.headers.get(header::SET_COOKIE).map(|cookie| cookie.to_str().unwrap());
        let cookie = cookie.unwrap_or_default().split(';').next().unwrap_or_default().to_owned();
        let bytes = body.collect().await.unwrap().to_bytes();
        (parts.status, String::from_utf8_lossy(&bytes).into_owned(), cookie)
    }

    /// Signs somebody of the demo in.
    async fn enter(&self, name: &str) -> String {
        let (_, page, _) = self.send("", "/sign-in", None).await;
        let before = page.split(&format!("<b>{name}</b>")).next().unwrap();
        let id = before.rsplit("value=\"").next().unwrap().split('"').next().unwrap();
        self.send("", "/demo/sign-in", Some(&format!("person={id}"))).await.2
    }
}

fn path_of(link: &str) -> String {
    link.trim().trim_start_matches("http://localhost:8420").to_owned()
}

async fn of_two_answers_at_once_one_is_recorded(on: On) {
    let place = applied(on);
    for round in 0..4 {
        let link = path_of(&place.run(&ask()).succeeds().out);
        let servers = [Server::on(&place).await, Server::on(&place).await];
        let form = |result: &str| format!("result={result}&text=round {round}").replace(' ', "+");
        let (passed, failed) = (form("passed"), form("failed"));
        let answers = tokio::join!(
            servers[0].send("", &link, Some(&passed)),
            servers[1].send("", &link, Some(&failed)),
        );
        let mut statuses = [answers.0.0.as_u16(), answers.1.0.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [303, 409], "{} {}", answers.0.1, answers.1.1);
        let won = if answers.0.0 == StatusCode::SEE_OTHER { "It passed" } else { "It failed" };
        for server in &servers {
            let (_, page, _) = server.send("", &link, None).await;
            assert!(page.contains(won), "{page}");
        }
    }
    let evidence: Value =
        serde_json::from_str(&place.run("evidence list --release 2026.12 --json").out).unwrap();
    assert_eq!(evidence.as_array().unwrap().len(), 4, "{evidence}");
    place.run("ask list --release 2026.12").succeeds().says("answered").says("by evidence");
    place.run("journal verify").succeeds();
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_answers_at_once_one_is_recorded_on_sqlite() {
    of_two_answers_at_once_one_is_recorded(On::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_answers_at_once_one_is_recorded_on_postgres() {
    of_two_answers_at_once_one_is_recorded(On::Postgres).await;
}

/// What must be nowhere: name, login and address.
const WORDS: [&str; 3] = ["Lindqvist", "jolr-login", "jo.lr@example.org"];

async fn nothing_is_left_of_who_is_erased(on: On) {
    let place = applied(on);
    let (here, there) = (Server::on(&place).await, Server::on(&place).await);
    here.app.demo_member("sam", "Sam Petrov", Role::Admin, &[Function::Qa]).await.unwrap();
    let sam = here.enter("Sam Petrov").await;
    // By an invitation that nobody took, an account of her own, a link, and through somebody else.
    let (invited, page, _) =
        here.send(&sam, "/people/invite", Some("login=JOLR-login&name=Lindqvist&role=viewer")).await;
    assert_eq!(invited, StatusCode::OK, "{page}");
    here.app.demo_member("jolr-login", "Jo Lindqvist-Rey", Role::Contributor, &[Function::Qa]).await.unwrap();
    let jo = here.enter("Jo Lindqvist-Rey").await;
    let record =
        json!({ "track": "ios", "build": "514", "device": "iPhone 15 / iOS 18", "result": "passed" });
    let request = Request::post("/api/v1/releases/tidewatch/2026.12/attestations");
    let request = request.header(header::CONTENT_TYPE, "application/json").header(header::COOKIE, &jo);
    let request = request.header(header::HOST, "localhost").body(Body::from(record.to_string())).unwrap();
    assert_eq!(here.router.clone().oneshot(request).await.unwrap().status(), StatusCode::OK);
    let link = path_of(&place.run(&ask()).succeeds().out);
    std::fs::write(place.path().join("seen.png"), b"\x89PNG\r\n\x1a\n").unwrap();
    place
        .run(
            "attest --release 2026.12 --track ios --build 514 --device 'iPhone 15 / iOS 18' --result passed \
             --on-behalf-of 'Jo Lindqvist-Rey' --address jo.lr@example.org --source 'phone call' --attach seen.png",
        )
        .succeeds();
    place.run("evidence list --release 2026.12").succeeds().says("Jo Lindqvist-Rey, recorded by");
    place.run("ask list --release 2026.12").succeeds().says("open");

    let (_, people, _) = here.send(&sam, "/people", None).await;
    let erasable: Vec<&str> =
        people.split("href=\"/people/").skip(1).map(|rest| rest.split('/').next().unwrap()).collect();
    let mut erased = 0;
    for id in erasable {
        let path = format!("/people/{id}/erase");
        let (_, page, _) = here.send(&sam, &path, None).await;
        if !page.contains("Lindqvist") {
            continue;
        }
        assert!(page.contains("What goes") && page.contains("What stays"), "{page}");
        let (wrong, page, _) = here.send(&sam, &path, Some("typed=Sam+Petrov")).await;
        assert_eq!(wrong, StatusCode::UNPROCESSABLE_ENTITY, "{page}");
        let (done, page, _) = here.send(&sam, &path, Some("typed=Jo+Lindqvist-Rey")).await;
        assert_eq!(done, StatusCode::SEE_OTHER, "{page}");
        erased += 1;
    }
    assert_eq!(erased, 2, "the one with an account, and the one who was asked");

    let track = "/releases/tidewatch/2026.12/tracks/ios";
    let shows = async |server: &Server| {
        let (_, page, _) = server.send(&sam, track, None).await;
        WORDS.iter().any(|word| page.contains(word))
    };
    assert!(!shows(&here).await, "names in memory are forgotten at once");
    let begun = Instant::now();
    while shows(&there).await {
        assert!(begun.elapsed() < Duration::from_secs(2), "another server still tells the name");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let (_, page, _) = there.send(&sam, track, None).await;
    assert!(page.contains("somebody erased, recorded by"), "{page}");
    assert_eq!(here.send("", &link, None).await.0, StatusCode::NOT_FOUND, "the link is gone with her");
    assert_eq!(there.send(&jo, "/", None).await.0, StatusCode::SEE_OTHER, "her session is, too");
    place.run("ask list --release 2026.12").succeeds().says("withdrawn").says("somebody erased");
    place.run("evidence list --release 2026.12").succeeds().says("somebody erased");
    place.run("journal verify").succeeds();

    place.run("backup backup.tar.zst").succeeds();
    let backup = zstd::decode_all(std::fs::File::open(place.path().join("backup.tar.zst")).unwrap()).unwrap();
    let mut everything = vec![("the backup".to_owned(), backup)];
    everything.extend(place.everything_kept().await);
    assert!(everything.len() > 3, "{}", everything.len());
    for (what, bytes) in everything {
        for word in WORDS {
            let within = |word: &[u8]| bytes.windows(word.len()).any(|window| window == word);
            let hex: String = word.bytes().map(|byte| format!("{byte:02x}")).collect();
            assert!(!within(word.as_bytes()) && !within(hex.as_bytes()), "{word} is still in {what}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_left_of_who_is_erased_on_sqlite() {
    nothing_is_left_of_who_is_erased(On::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_left_of_who_is_erased_on_postgres() {
    nothing_is_left_of_who_is_erased(On::Postgres).await;
}

#[test]
fn what_is_asked_is_listed_linked_anew_and_withdrawn() {
    let place = Place::applied(On::Sqlite);
    place.run("ask list --release 2026.12").succeeds().says("Nobody has been asked");
    let asked = place
        .run(&ask())
        .succeeds()
        .says("Ask 12: Jo Lindqvist-Rey is asked to check iOS 4.2.0 (514) by hand");
    assert!(
        asked.out.starts_with("http://localhost:8420/asked/") && asked.out.lines().count() == 1,
        "{}",
        asked.out
    );
    place.run(&ask()).exits(65).says("They have been asked for this already, as ask 12");
    let anew = place.run("ask link --release 2026.12 12 --origin https://ship.example").succeeds();
    assert!(anew.out.starts_with("https://ship.example/asked/") && anew.out != asked.out);
    place.run("ask withdraw --release 2026.12 --reason 'Sam did it' 12").succeeds();
    place.run("ask list --release 2026.12").succeeds().says("withdrawn").says("Sam did it");
    place
        .run("ask withdraw --release 2026.12 --reason again 12")
        .exits(65)
        .says("withdrawn already: Sam did it");
    let attest =
        "attest --release 2026.12 --track ios --build 514 --device 'iPhone 15 / iOS 18' --result passed";
    place.run(&format!("{attest} --on-behalf-of Jo")).exits(64).says("--source");
    place
        .run(&format!("{attest} --on-behalf-of Jo --source chat --attach nowhere.png"))
        .exits(65)
        .says("nowhere.png");
    place.write("summary.md", "All well.");
    place
        .run("summary --release 2026.12 --track ios --build 514 --on-behalf-of Jo --source chat summary.md")
        .succeeds();
    place.run("evidence list --release 2026.12").says("Jo, recorded by").says("(chat)");
}
