//! Logging a program in from the browser, and what people and machines are let do by the API.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::sync::atomic::{AtomicI64, Ordering};

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use domain::permission::Role;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use server::app::App;
use server::clock::Clock;
use server::config::Settings;
use server::door::Access;
use server::serve::{recorder, router};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

const PASSWORD: &str = "kelp+ferry+bell+noon";
const MINUTE: i64 = 60_000_000;

/// A server with an admin, Ada, signed in.
struct Site {
    _folder: TempDir,
    app: App,
    router: Router,
    moved: &'static AtomicI64,
    ada: String,
}

struct Answer {
    status: StatusCode,
    text: String,
    cookie: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("{} {}", self.status, self.text))
    }

    #[track_caller]
    fn is(self, status: StatusCode) -> Self {
        assert_eq!(self.status, status, "{}", self.text);
        self
    }

    #[track_caller]
    fn says(self, part: &str) -> Self {
        assert!(self.text.contains(part), "no {part:?} in {}", self.text);
        self
    }
}

impl Site {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let moved: &'static AtomicI64 = Box::leak(Box::default());
        let mut settings = Settings::new(Some(folder.path().to_owned()), None, None);
        settings.clock = Clock::Moved(moved);
        let app = App::open(settings).await.unwrap();
        let router = router(app.clone(), Access::Accounts, CancellationToken::new(), recorder());
        let mut site = Self { _folder: folder, app, router, moved, ada: String::new() };
        let link = site.app.set_up_link().await.unwrap();
        site.ada = site.form("", &link, &format!("login=ada&name=Ada&password={PASSWORD}")).await.cookie;
        site
    }

    async fn send(&self, who: &str, request: axum::http::request::Builder, body: String) -> Answer {
        let mut request = request.header(header::HOST, "localhost");
        request = match who.strip_prefix("swt_") {
            Some(_) => request.header(header::AUTHORIZATION, format!("Bearer {who}")),
            None => request.header(header::COOKIE, who),
        };
        let response = self.router.clone().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
        let cookie = response.headers().get(header::SET_COOKIE).map(|cookie| cookie.to_str().unwrap());
        let cookie = cookie.unwrap_or_default().split(';').next().unwrap().to_owned();
        let status = response.status();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        Answer { status, text: String::from_utf8_lossy(&bytes).into_owned(), cookie }
    }

    async fn get(&self, who: &str, path: &str) -> Answer {
        let accept = if path.starts_with("/api/") { "application/json" } else { "text/html" };
        self.send(who, Request::get(path).header(header::ACCEPT, accept), String::new()).await
    }

    async fn form(&self, who: &str, path: &str, fields: &str) -> Answer {
        let request = Request::post(path).header(header::ACCEPT, "text/html");
        let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(who, request, fields.to_owned()).await
    }

    async fn post(&self, who: &str, path: &str, body: &Value) -> Answer {
        let request =
            Request::post(format!("/api/v1{path}")).header(header::CONTENT_TYPE, "application/json");
        self.send(who, request, body.to_string()).await
    }

    /// Begins a login; returns its code and its secret.
    async fn begin(&self) -> (String, String) {
        let begun = self.post("", "/logins", &json!({ "device": "laptop" })).await.is(StatusCode::OK).json();
        assert_eq!(begun["path"], format!("/account/login?code={}", begun["code"].as_str().unwrap()));
        (begun["code"].as_str().unwrap().to_owned(), begun["secret"].as_str().unwrap().to_owned())
    }

    async fn poll(&self, secret: &str) -> Answer {
        self.post("", "/logins/poll", &json!({ "secret": secret })).await
    }

    async fn token(&self, secret: &str) -> Option<String> {
        self.poll(secret).await.is(StatusCode::OK).json()["token"].as_str().map(str::to_owned)
    }

    async fn answer(&self, who: &str, code: &str, more: &str) -> Answer {
        self.form(who, "/account/login", &format!("code={code}&{more}")).await
    }
}

const YES: &str = "role=contributor&days=5&answer=yes";

#[tokio::test(flavor = "multi_thread")]
async fn a_program_gets_a_token_once_somebody_confirmed_and_only_once() {
    let site = Site::new().await;
    let (code, secret) = site.begin().await;
    assert_eq!(site.token(&secret).await, None, "nobody has confirmed yet");
    let page = site.get(&site.ada, &format!("/account/login?code={}", code.to_lowercase())).await;
    page.is(StatusCode::OK).says(&code).says("laptop").says("127.0.0.1").says("started this yourself");
    assert_eq!(site.token(&secret).await, None, "who looks has not confirmed");
    site.answer(&site.ada, &code, YES).await.is(StatusCode::OK).says("Logged in");
    let token = site.token(&secret).await.unwrap();
    let who = site.get(&token, "/api/v1/whoami").await.is(StatusCode::OK).json();
    assert_eq!((&who["login"], &who["role"]), (&json!("ada"), &json!("contributor")));
    assert_eq!(who["token"]["name"], "seaworthy on laptop");
    site.poll(&secret).await.is(StatusCode::NOT_FOUND);
    site.answer(&site.ada, &code, YES).await.is(StatusCode::UNPROCESSABLE_ENTITY).says("Nobody asks");
    site.post(&token, "/logout", &json!({})).await.is(StatusCode::OK);
    site.get(&token, "/api/v1/whoami").await.is(StatusCode::UNAUTHORIZED);
}

#[tokio::test(flavor = "multi_thread")]
async fn neither_code_nor_secret_is_enough_and_both_end() {
    let site = Site::new().await;
    let (code, secret) = site.begin().await;
    // Not the code as a secret, not the secret as a code, and nobody who is not signed in.
    site.poll(&code).await.is(StatusCode::NOT_FOUND);
    site.poll(&code.replace('-', "")).await.is(StatusCode::NOT_FOUND);
    site.answer(&site.ada, &secret, YES).await.is(StatusCode::UNPROCESSABLE_ENTITY);
    site.answer("", &code, YES).await.is(StatusCode::SEE_OTHER);
    assert_eq!(site.token(&secret).await, None);
    site.answer(&site.ada, &code, "answer=no").await.is(StatusCode::OK).says("Refused");
    site.poll(&secret).await.is(StatusCode::NOT_FOUND).says("refused in the browser");

    let (code, secret) = site.begin().await;
    site.moved.fetch_add(11 * MINUTE, Ordering::Relaxed);
    site.answer(&site.ada, &code, YES).await.is(StatusCode::UNPROCESSABLE_ENTITY).says("ten minutes");
    site.poll(&secret).await.is(StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_confirms_no_login_and_nobody_gives_more_than_they_have() {
    let site = Site::new().await;
    let (code, secret) = site.begin().await;
    site.answer(&site.ada, &code, YES).await.is(StatusCode::OK);
    let token = site.token(&secret).await.unwrap();
    let (code, secret) = site.begin().await;
    site.answer(&token, &code, YES).await.is(StatusCode::FORBIDDEN);
    site.answer(&site.ada, &code, "role=admin&days=5000&answer=yes").await.says("1 to 366 days");
    let link = site.post(&site.ada, "/people/invitations", &json!({ "login": "bo", "role": "viewer" })).await;
    let link = link.is(StatusCode::OK).json()["path"].as_str().unwrap().to_owned();
    let bo = site.form("", &link, &format!("name=Bo&password={PASSWORD}")).await.cookie;
    site.answer(&bo, &code, YES).await.is(StatusCode::UNPROCESSABLE_ENTITY).says("may not more than you");
    assert_eq!(site.token(&secret).await, None, "a refused answer uses nothing up");
    site.answer(&bo, &code, "role=viewer&days=5&answer=yes").await.is(StatusCode::OK);
    // Whoever is let in no more lets nobody in either.
    let people = site.get(&site.ada, "/api/v1/people").await.json();
    let bo = people.as_array().unwrap().iter().find(|person| person["login"] == "bo").unwrap();
    let path = format!("/people/{}/change", bo["id"].as_str().unwrap());
    site.post(&site.ada, &path, &json!({ "disabled": true })).await.is(StatusCode::OK);
    assert_eq!(site.token(&secret).await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_too_often_waits() {
    let site = Site::new().await;
    let (_, secret) = site.begin().await;
    let mut answered = 0;
    for _ in 0..60 {
        answered += usize::from(site.poll(&secret).await.status == StatusCode::OK);
    }
    assert_eq!(answered, 40);
    let mut begun = 1;
    for _ in 0..15 {
        begun +=
            usize::from(site.post("", "/logins", &json!({ "device": "x" })).await.status == StatusCode::OK);
    }
    assert_eq!(begun, 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_is_listed_until_it_is_withdrawn_or_accepted() {
    let site = Site::new().await;
    let mut links = Vec::new();
    for login in ["bo", "cy"] {
        let made =
            site.post(&site.ada, "/people/invitations", &json!({ "login": login, "role": "viewer" })).await;
        links.push(made.is(StatusCode::OK).json()["path"].as_str().unwrap().to_owned());
        site.moved.fetch_add(1, Ordering::Relaxed);
    }
    let open = async || site.get(&site.ada, "/api/v1/people/invitations").await.is(StatusCode::OK).json();
    let listed = open().await;
    assert_eq!(
        (&listed[0]["login"], &listed[1]["login"], &listed[0]["by"]),
        (&json!("bo"), &json!("cy"), &json!("Ada"))
    );
    assert!(!listed.to_string().contains(links[0].rsplit('/').next().unwrap()), "a list shows no secret");
    let id = listed[0]["id"].as_str().unwrap();
    site.get(&site.ada, "/people").await.says("Invited, and not here yet").says(id);
    site.form(&site.ada, "/people/withdraw", &format!("invitation={id}")).await.is(StatusCode::SEE_OTHER);
    site.form("", &links[0], &format!("name=Bo&password={PASSWORD}")).await.is(StatusCode::NOT_FOUND);
    site.form("", &links[1], &format!("name=Cy&password={PASSWORD}")).await.is(StatusCode::SEE_OTHER);
    assert_eq!(open().await, json!([]));
    let again = format!("/people/invitations/{id}/withdraw");
    site.post(&site.ada, &again, &json!({})).await.is(StatusCode::NOT_FOUND).says("withdrawn already");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_has_tokens_and_no_way_in_and_does_not_count_as_the_first_account() {
    let folder = tempfile::tempdir().unwrap();
    let app = App::open(Settings::new(Some(folder.path().to_owned()), None, None)).await.unwrap();
    let link = app.set_up_link().await.unwrap();
    // Whoever holds the data asks the router of their own process.
    let here = server::api::router(app.clone());
    let ask = async |path: &str, body: Value| {
        let request =
            Request::post(format!("/api/v1{path}")).header(header::CONTENT_TYPE, "application/json");
        let response =
            here.clone().oneshot(request.body(Body::from(body.to_string())).unwrap()).await.unwrap();
        let status = response.status();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        (status, serde_json::from_slice::<Value>(&bytes).unwrap())
    };
    let machine = |login: &str, role| json!({ "login": login, "name": "CI", "role": role });
    let (status, problem) = ask("/people/machines", machine("ci", Role::Admin)).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{problem}");
    let (status, _) = ask("/people/machines", machine("ci", Role::Coordinator)).await;
    assert_eq!(status, StatusCode::OK);
    let (status, problem) = ask("/people/machines", machine("CI", Role::Viewer)).await;
    assert_eq!(status, StatusCode::CONFLICT, "{problem}");
    let token =
        |whose: Option<&str>, role| json!({ "for": whose, "name": "nightly", "role": role, "days": 3 });
    for (request, expect, part) in [
        (token(None, Role::Viewer), StatusCode::UNPROCESSABLE_ENTITY, "--for"),
        (token(Some("cd"), Role::Viewer), StatusCode::NOT_FOUND, "add-machine"),
        (token(Some("ci"), Role::Admin), StatusCode::FORBIDDEN, "may not more"),
        (token(Some("ci"), Role::Contributor), StatusCode::OK, "swt_"),
    ] {
        let (status, answer) = ask("/tokens", request).await;
        assert_eq!(status, expect, "{answer}");
        assert!(answer.to_string().contains(part), "no {part:?} in {answer}");
    }
    // The first account is still to be made, by the link of before.
    assert!(app.needs_set_up().await.unwrap());
    let served = router(app.clone(), Access::Accounts, CancellationToken::new(), recorder());
    let request = Request::post(&link).header(header::HOST, "localhost");
    let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let form = format!("login=ada&name=Ada&password={PASSWORD}");
    let made = served.oneshot(request.body(Body::from(form)).unwrap()).await.unwrap();
    assert_eq!(made.status(), StatusCode::SEE_OTHER);
    assert!(!app.needs_set_up().await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_lists_and_revokes_tokens_of_others_and_makes_none_in_their_name() {
    let site = Site::new().await;
    site.post(&site.ada, "/people/machines", &json!({ "login": "ci", "name": "CI", "role": "viewer" }))
        .await
        .is(StatusCode::OK);
    let request = json!({ "for": "ci", "name": "nightly", "role": "viewer", "days": 3 });
    site.post(&site.ada, "/tokens", &request)
        .await
        .is(StatusCode::FORBIDDEN)
        .says("in the name of its owner");
    let own = json!({ "name": "nightly", "role": "viewer", "days": 3 });
    let made = site.post(&site.ada, "/tokens", &own).await.is(StatusCode::OK).json();
    let (id, token) = (made["id"].as_str().unwrap(), made["token"].as_str().unwrap());
    let listed = site.get(&site.ada, "/api/v1/tokens?for=ada").await.is(StatusCode::OK);
    assert!(listed.text.contains(id) && !listed.text.contains(token), "{}", listed.text);
    site.get(token, "/api/v1/tokens").await.is(StatusCode::FORBIDDEN);
    site.post(&site.ada, &format!("/tokens/{id}/revoke?for=ci"), &json!({})).await.is(StatusCode::NOT_FOUND);
    site.post(&site.ada, &format!("/tokens/{id}/revoke"), &json!({})).await.is(StatusCode::OK);
    site.get(token, "/api/v1/whoami").await.is(StatusCode::UNAUTHORIZED);
}
