//! Accounts through the router: getting in, what each role may do at every door, and getting out.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use domain::permission::{Role, Whose, may};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use server::app::App;
use server::clock::Clock;
use server::config::Settings;
use server::door::{Access, Door};
use server::serve::{doors, recorder, router};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

const FILE: &str = r#"
[product]
name = "Tidewatch"
[tracks.ios]
devices = ["iPhone 15 / iOS 18"]
[[criteria]]
use = "platform-validation-complete"
[releases."2026.12"]
version = "4.2.0"
[releases."2026.12".tracks.ios]
candidate = { number = 514, commit = "9be27d1" }
"#;
const RELEASE: &str = "/releases/tidewatch/2026.12";
const PASSWORD: &str = "kelp ferry bell noon";

struct Answer {
    status: StatusCode,
    location: String,
    cookie: String,
    text: String,
    retry: Option<String>,
    clears: Option<String>,
    device: Option<String>,
}

/// A server with a member of each role, all with the same password.
struct Site {
    _folder: TempDir,
    app: App,
    router: Router,
    moved: &'static AtomicI64,
    /// The session of each role, by its name.
    sessions: HashMap<&'static str, String>,
}

impl Site {
    async fn empty() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let moved: &'static AtomicI64 = Box::leak(Box::default());
        let mut settings = Settings::new(Some(folder.path().to_owned()), None, None);
        settings.clock = Clock::Moved(moved);
        let app = App::open(settings).await.unwrap();
        let stop = CancellationToken::new();
        app.follow(stop.clone()).await.unwrap();
        let router = router(app.clone(), Access::Accounts, stop, recorder());
        Self { _folder: folder, app, router, moved, sessions: HashMap::new() }
    }

    async fn with_members() -> Self {
        let mut site = Self::empty().await;
        let link = site.app.set_up_link().await.unwrap();
        let admin = site.form("", &link, &format!("login=admin&name=Ada+Admin&password={PASSWORD}")).await;
        assert_eq!(admin.status, StatusCode::SEE_OTHER, "{}", admin.text);
        site.sessions.insert("admin", admin.cookie);
        for role in ["viewer", "contributor", "coordinator"] {
            let invited = format!("login={role}&name=&role={role}&function=qa");
            let page = site.form("admin", "/people/invite", &invited).await;
            let link = page.text.split("/welcome/").nth(1).unwrap().split('<').next().unwrap().to_owned();
            let wanted = format!("login=other&name=The+{role}&password={PASSWORD}");
            let entered = site.form("", &format!("/welcome/{link}"), &wanted).await;
            assert_eq!(entered.status, StatusCode::SEE_OTHER, "{}", entered.text);
            site.sessions.insert(role, entered.cookie);
        }
        let applied = site.json("coordinator", "/api/v1/apply", &json!({ "source": FILE })).await;
        assert_eq!(applied.status, StatusCode::OK, "{}", applied.text);
        site
    }

    /// Sends a request as somebody: a role's name, or a cookie.
    async fn send(&self, who: &str, request: axum::http::request::Builder, body: impl Into<Body>) -> Answer {
        let session = self.sessions.get(who).map_or(who, String::as_str);
        let mut request = request.header(header::HOST, "localhost:8420");
        if !session.is_empty() {
            request = request.header(header::COOKIE, format!("theme=dark; {session}"));
        }
        let response = self.router.clone().oneshot(request.body(body.into()).unwrap()).await.unwrap();
        let text = |name| {
            response
                .headers()
                .get(name)
                .map(|value: &axum::http::HeaderValue| value.to_str().unwrap().to_owned())
        };
        let (status, location) = (response.status(), text(header::LOCATION).unwrap_or_default());
        let cookie = text(header::SET_COOKIE).unwrap_or_default().split(';').next().unwrap().to_owned();
        let retry = text(header::RETRY_AFTER);
        let clears = text(header::HeaderName::from_static("clear-site-data"));
        let device = response.headers().get_all(header::SET_COOKIE).iter().find_map(|cookie| {
            let (value, _) = cookie.to_str().unwrap().strip_prefix("seaworthy_device=")?.split_once(';')?;
            Some(value.to_owned())
        });
        let streams = text(header::CONTENT_TYPE).is_some_and(|kind| kind.starts_with("text/event-stream"));
        let bytes = if streams {
            Default::default()
        } else {
            response.into_body().collect().await.unwrap().to_bytes()
        };
        Answer {
            status,
            location,
            cookie,
            text: String::from_utf8_lossy(&bytes).into_owned(),
            retry,
            clears,
            device,
        }
    }

    async fn page(&self, who: &str, path: &str) -> Answer {
        self.send(who, Request::get(path).header(header::ACCEPT, "text/html"), Body::empty()).await
    }

    async fn form(&self, who: &str, path: &str, fields: &str) -> Answer {
        let request = Request::post(path).header(header::ACCEPT, "text/html");
        let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(who, request, fields.replace(' ', "+")).await
    }

    async fn json(&self, who: &str, path: &str, body: &serde_json::Value) -> Answer {
        let request = Request::post(path).header(header::CONTENT_TYPE, "application/json");
        self.send(who, request, body.to_string()).await
    }

    async fn attest(&self, who: &str) -> i64 {
        let body =
            json!({ "track": "ios", "build": "514", "device": "iPhone 15 / iOS 18", "result": "passed" });
        let answer = self.json(who, &format!("/api/v1{RELEASE}/attestations"), &body).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        serde_json::from_str::<serde_json::Value>(&answer.text).unwrap()["evidence"].as_i64().unwrap()
    }
}

fn filled(path: &str) -> String {
    path.replace("{product}", "tidewatch")
        .replace("{name}", "2026.12")
        .replace("{track}", "ios")
        .replace("{position}", "1")
        .replace("{key}", "TW-1")
        .replace("{secret}", "none")
        .replace("{file}", "none.css")
        .replace("{person}", "nobody")
        .replace("{id}", "00")
}

#[tokio::test(flavor = "multi_thread")]
async fn every_door_lets_in_whom_the_table_lets_in_and_nobody_else() {
    let site = Site::with_members().await;
    let mut all: Vec<(String, Door)> = doors(site.app.clone());
    assert!(all.len() > 40, "{} doors", all.len());
    // What ends the session that walks comes last.
    all.sort_by_key(|(path, _)| path == "/sign-out");
    for (path, door) in &all {
        let address = filled(path);
        for who in ["", "viewer", "contributor", "coordinator", "admin"] {
            let answer = match (door.method, path.starts_with("/api/")) {
                ("GET", _) => site.page(who, &address).await,
                (_, true) => site.json(who, &address, &json!({})).await,
                (_, false) => site.form(who, &address, "").await,
            };
            let signs_in = answer.location.starts_with("/sign-in");
            let kept_out =
                answer.status == StatusCode::FORBIDDEN || answer.status == StatusCode::UNAUTHORIZED;
            let role = Role::parse(who);
            let at = format!("{} {path} as {who:?}: {} {}", door.method, answer.status, answer.text);
            // A program is told why in words, whatever it would rather be sent.
            let told = answer.text.contains("urn:seaworthy:");
            assert!(!path.starts_with("/api/") || answer.status.is_success() || told, "{at}");
            match (door.act, role) {
                (None, _) => assert!(!kept_out && (!signs_in || path == "/sign-in"), "{at}"),
                (Some(_), None) => assert!(signs_in || answer.status == StatusCode::UNAUTHORIZED, "{at}"),
                (Some(act), Some(role)) if may(role, act, Whose::Own).is_ok() => {
                    assert!(!kept_out && (!signs_in || path == "/sign-out"), "{at}");
                    assert!(!answer.status.is_server_error(), "{at}");
                }
                (Some(_), Some(_)) => assert_eq!(answer.status, StatusCode::FORBIDDEN, "{at}"),
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn evidence_of_others_is_withdrawn_by_those_the_table_names() {
    let site = Site::with_members().await;
    for (who, whose, allowed) in [
        ("viewer", "contributor", false),
        ("contributor", "contributor", true),
        ("contributor", "coordinator", false),
        ("coordinator", "contributor", true),
        ("admin", "coordinator", true),
    ] {
        site.moved.fetch_add(1_000_000, Ordering::Relaxed);
        let evidence = site.attest(whose).await;
        let body = json!({ "evidence": evidence, "reason": "looked at the wrong phone" });
        let by_program = site.json(who, &format!("/api/v1{RELEASE}/withdrawals"), &body).await;
        assert_eq!(by_program.status == StatusCode::OK, allowed, "{who} {whose}: {}", by_program.text);
        assert_eq!(
            by_program.status == StatusCode::FORBIDDEN,
            !allowed,
            "{who} {whose}: {}",
            by_program.text
        );
        site.moved.fetch_add(1_000_000, Ordering::Relaxed);
        let evidence = site.attest(whose).await;
        let by_page =
            site.form(who, &format!("{RELEASE}/evidence/{evidence}/withdraw"), "reason=wrong phone").await;
        assert_eq!(by_page.status == StatusCode::SEE_OTHER, allowed, "{who} {whose}: {}", by_page.text);
    }
    let journal = site.page("viewer", &format!("{RELEASE}/journal")).await.text;
    assert!(
        journal.contains("The contributor") && journal.contains("The coordinator"),
        "who did it must be told"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_account_is_made_once_and_a_weak_password_costs_nothing() {
    let site = Site::empty().await;
    assert!(site.page("", "/").await.location.starts_with("/sign-in?next=%2F"));
    assert!(site.page("", "/sign-in").await.text.contains("Nobody has an account yet"));
    let link = site.app.set_up_link().await.unwrap();
    assert!(site.page("", &link).await.text.contains("The first account"));
    let weak = site.form("", &link, "login=ada&name=Ada&password=password123").await;
    assert_eq!(weak.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(weak.text.contains("would be guessed") && weak.text.contains("value=\"ada\""), "{}", weak.text);
    let other = site.app.set_up_link().await.unwrap();
    let made = site.form("", &link, &format!("login=ada&name=Ada&password={PASSWORD}")).await;
    assert_eq!((made.status, made.location.as_str()), (StatusCode::SEE_OTHER, "/"));
    assert!(site.page(&made.cookie, "/people").await.text.contains("Ada"));
    for used in [link, other] {
        let again = site.form("", &used, &format!("login=eve&name=Eve&password={PASSWORD}")).await;
        assert_eq!(again.status, StatusCode::NOT_FOUND, "{used} made a second first account");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_in_tells_nothing_and_is_not_tried_for_long() {
    let site = Site::with_members().await;
    let refused = |answer: Answer| (answer.status, answer.text.contains("do not fit together"));
    let wrong = site.form("", "/sign-in", "login=viewer&password=wrong").await;
    let unknown = site.form("", "/sign-in", "login=nobody&password=wrong").await;
    assert_eq!(refused(wrong), (StatusCode::UNPROCESSABLE_ENTITY, true));
    assert_eq!(refused(unknown), (StatusCode::UNPROCESSABLE_ENTITY, true));
    for (next, to) in [
        ("/people", "/people"),
        ("//evil.example", "/"),
        ("https://evil.example", "/"),
        ("/\\evil", "/"),
        ("/%09/evil", "/"),
    ] {
        let entered =
            site.form("", "/sign-in", &format!("login=VIEWER&password={PASSWORD}&next={next}")).await;
        assert_eq!((entered.status, entered.location.as_str()), (StatusCode::SEE_OTHER, to), "{next}");
        assert!(entered.cookie.starts_with("seaworthy_session="));
    }
    site.moved.fetch_add(61_000_000, Ordering::Relaxed);
    let mut let_through = 0;
    for _ in 0..25 {
        let tried = site.form("", "/sign-in", "login=admin&password=wrong").await;
        match tried.status {
            StatusCode::UNPROCESSABLE_ENTITY => let_through += 1,
            StatusCode::TOO_MANY_REQUESTS => {
                assert!(tried.retry.is_some() && tried.text.contains("try again"))
            }
            other => panic!("{other}"),
        }
    }
    assert_eq!(let_through, 10);
    assert_eq!(site.page("admin", "/people").await.status, StatusCode::OK, "who is in stays in");
    site.moved.fetch_add(61_000_000, Ordering::Relaxed);
    let later = site.form("", "/sign-in", &format!("login=admin&password={PASSWORD}")).await;
    assert_eq!(later.status, StatusCode::SEE_OTHER, "{}", later.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_locks_somebody_else_out() {
    let site = Site::with_members().await;
    let right = format!("login=viewer&password={PASSWORD}");
    let device = site.form("", "/sign-in", &right).await.device.unwrap();
    site.moved.fetch_add(61_000_000, Ordering::Relaxed);
    // Each from another address, as an attacker with many would.
    for host in 0..12 {
        let request =
            Request::post("/sign-in").header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let from = axum::extract::ConnectInfo(std::net::SocketAddr::from(([10, 0, 0, host], 1)));
        site.send("", request.extension(from), "login=viewer&password=wrong").await;
    }
    let stranger = site.form("", "/sign-in", &right).await;
    assert_eq!(stranger.status, StatusCode::TOO_MANY_REQUESTS, "a browser that nobody knows waits");
    let owner = site.form(&format!("seaworthy_device={device}"), "/sign-in", &right).await;
    assert_eq!(owner.status, StatusCode::SEE_OTHER, "{}", owner.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_ends_when_it_is_ended() {
    let site = Site::with_members().await;
    let entered = site.form("", "/sign-in", &format!("login=contributor&password={PASSWORD}")).await;
    let second = entered.cookie;
    let is_in = async |who: &str| site.page(who, "/account").await.status == StatusCode::OK;
    assert!(is_in("contributor").await && is_in(&second).await);
    let account = site.page("contributor", "/account").await.text;
    let other = account.split("name=\"session\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let end = |session: &str, password: &str| format!("session={session}&password={password}");
    let by_stranger = site.form("viewer", "/account/sessions/end", &end(other, PASSWORD)).await;
    assert_eq!(by_stranger.status, StatusCode::NOT_FOUND, "nobody ends the sessions of others");
    assert!(is_in(&second).await);
    for unsure in [end(other, "wrong"), format!("session={other}"), end("", PASSWORD)] {
        let refused = site.form("contributor", "/account/sessions/end", &unsure).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{unsure}: {}", refused.text);
    }
    assert!(is_in(&second).await, "whoever finds a browser open shuts nobody out");
    let ended = site.form("contributor", "/account/sessions/end", &end(other, PASSWORD)).await;
    assert_eq!(ended.status, StatusCode::SEE_OTHER, "{}", ended.text);
    assert!(!is_in(&second).await && is_in("contributor").await);
    let enter =
        async || site.form("", "/sign-in", &format!("login=contributor&password={PASSWORD}")).await.cookie;
    let (third, fourth) = (enter().await, enter().await);
    site.form("contributor", "/account/sessions/end", &end("others", PASSWORD)).await;
    assert!(!is_in(&third).await && !is_in(&fourth).await && is_in("contributor").await);
    let third = enter().await;
    let wrong =
        site.form("contributor", "/account/password", "present=wrong&wanted=seven loud quiet harbours").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let fields = format!("present={PASSWORD}&wanted=seven loud quiet harbours");
    let changed = site.form("contributor", "/account/password", &fields).await;
    assert_eq!(changed.status, StatusCode::SEE_OTHER, "{}", changed.text);
    assert!(!is_in(&third).await && is_in("contributor").await, "a new password ends the other sessions");
    let left = site.form("contributor", "/sign-out", "").await;
    assert_eq!(left.clears.as_deref(), Some("\"cache\", \"storage\""));
    assert!(!is_in("contributor").await);
    let elsewhere = Request::post("/sign-out").header(header::ORIGIN, "http://evil.example");
    assert_eq!(site.send("viewer", elsewhere, Body::empty()).await.status, StatusCode::FORBIDDEN);
    assert!(is_in("viewer").await, "another site signs nobody out");
    site.moved.fetch_add(15 * 24 * 3_600_000_000, Ordering::Relaxed);
    tokio::time::sleep(std::time::Duration::from_secs(4)).await;
    assert!(!is_in("viewer").await, "a session that nobody uses ends");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_no_password_shows_themselves_anew_after_a_day() {
    let site = Site::empty().await;
    site.app.demo_member("cleo", "Cleo Reef", Role::Viewer, &[]).await.unwrap();
    let router = router(site.app.clone(), Access::Demo, CancellationToken::new(), recorder());
    let site = Site { router, ..site };
    let page = site.page("", "/sign-in").await.text;
    let person = page.split("name=\"person\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let cleo = site.form("", "/demo/sign-in", &format!("person={person}")).await.cookie;
    for (hours, is_in) in [(13, true), (10, true), (2, false)] {
        site.moved.fetch_add(hours * 3_600_000_000, Ordering::Relaxed);
        // Until then a server takes its own word for who it was.
        tokio::time::sleep(std::time::Duration::from_millis(3_100)).await;
        assert_eq!(site.page(&cleo, "/account").await.status == StatusCode::OK, is_in, "{hours} more");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_in_anew_ends_the_session_before() {
    let site = Site::with_members().await;
    let right = format!("login=viewer&password={PASSWORD}");
    let first = site.form("", "/sign-in", &right).await.cookie;
    let second = site.form(&first, "/sign-in", &right).await.cookie;
    assert_ne!(first, second);
    assert!(site.page(&first, "/account").await.location.starts_with("/sign-in"), "the first has ended");
    assert_eq!(site.page(&second, "/account").await.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_may_what_its_scope_says_until_it_is_revoked() {
    let site = Site::with_members().await;
    let token_of = |text: &str| text.split("swt_").nth(1).unwrap().split('<').next().unwrap().to_owned();
    let more = site.form("viewer", "/account/tokens", "name=more&role=admin&days=3").await;
    assert_eq!(more.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(more.text.contains("may not more than you"));
    let made = site.form("coordinator", "/account/tokens", "name=nightly&role=contributor&days=3").await;
    let token = token_of(&made.text);
    let account = site.page("coordinator", "/account").await.text;
    assert!(account.contains("nightly") && !account.contains(&token), "a token is shown once");
    let call = async |path: &str, body: serde_json::Value| {
        let request = Request::post(path).header(header::AUTHORIZATION, format!("Bearer swt_{token}"));
        site.send("", request.header(header::CONTENT_TYPE, "application/json"), body.to_string()).await
    };
    let attest =
        json!({ "track": "ios", "build": "514", "device": "iPhone 15 / iOS 18", "result": "passed" });
    let path = format!("/api/v1{RELEASE}/attestations");
    assert_eq!(call(&path, attest.clone()).await.status, StatusCode::OK);
    let beyond = call("/api/v1/apply", json!({ "source": FILE })).await;
    assert_eq!(beyond.status, StatusCode::FORBIDDEN, "{}", beyond.text);
    assert!(beyond.text.contains("takes a coordinator; you are a contributor"));
    let request =
        Request::post("/account/tokens").header(header::AUTHORIZATION, format!("Bearer swt_{token}"));
    let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let breeds = site.send("", request, "name=child&role=viewer&days=300").await;
    assert_eq!(breeds.status, StatusCode::FORBIDDEN, "a token makes no tokens: {}", breeds.text);
    for path in ["/account", "/people"] {
        let request = Request::get(path).header(header::AUTHORIZATION, format!("Bearer swt_{token}"));
        assert_eq!(site.send("", request, Body::empty()).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    let id = account.split("name=\"id\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let by_stranger = site.form("contributor", "/account/tokens/revoke", &format!("id={id}")).await;
    assert_eq!(by_stranger.status, StatusCode::NOT_FOUND);
    assert_eq!(call(&path, attest.clone()).await.status, StatusCode::OK);
    site.form("coordinator", "/account/tokens/revoke", &format!("id={id}")).await;
    assert_eq!(call(&path, attest.clone()).await.status, StatusCode::UNAUTHORIZED);
    let made = site.form("coordinator", "/account/tokens", "name=short&role=viewer&days=1").await;
    let short = token_of(&made.text);
    let list = async || {
        let request =
            Request::get("/api/v1/releases").header(header::AUTHORIZATION, format!("Bearer swt_{short}"));
        site.send("", request, Body::empty()).await.status
    };
    assert_eq!(list().await, StatusCode::OK);
    site.moved.fetch_add(25 * 3_600_000_000, Ordering::Relaxed);
    assert_eq!(list().await, StatusCode::UNAUTHORIZED, "a token ends");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_admin_changes_holds_at_once_and_one_admin_stays() {
    let site = Site::with_members().await;
    let people = site.page("admin", "/people").await.text;
    let person = |name: &str| {
        let before = people.split(&format!("class=\"who\"><b>{name}")).next().unwrap();
        before.rsplit("name=\"person\" value=\"").next().unwrap().split('"').next().unwrap().to_owned()
    };
    let (viewer, admin) = (person("The viewer"), person("Ada Admin"));
    let last = site.form("admin", "/people/change", &format!("person={admin}&role=viewer")).await;
    assert_eq!(last.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(last.text.contains("last admin"));
    let raised = site.form("admin", "/people/change", &format!("person={viewer}&role=contributor")).await;
    assert_eq!(raised.status, StatusCode::SEE_OTHER, "{}", raised.text);
    site.attest("viewer").await;
    let fields = format!("person={viewer}&role=contributor&disabled=yes");
    site.form("admin", "/people/change", &fields).await;
    assert!(
        site.page("viewer", "/").await.location.starts_with("/sign-in"),
        "who is disabled is out at once"
    );
    let tried = site.form("", "/sign-in", &format!("login=viewer&password={PASSWORD}")).await;
    assert_eq!(tried.status, StatusCode::UNPROCESSABLE_ENTITY);
    site.form("admin", "/people/change", &format!("person={viewer}&role=viewer&disabled=no")).await;
    let page = site.form("admin", "/people/reset", &format!("person={viewer}")).await.text;
    let link = page.split("/welcome/").nth(1).unwrap().split('<').next().unwrap().to_owned();
    let set = site.form("", &format!("/welcome/{link}"), "password=seven loud quiet harbours").await;
    assert_eq!(set.status, StatusCode::SEE_OTHER, "{}", set.text);
    let old = site.form("", "/sign-in", &format!("login=viewer&password={PASSWORD}")).await;
    assert_eq!(old.status, StatusCode::UNPROCESSABLE_ENTITY, "the old password no longer opens");
    // A link that was made before somebody was disabled lets them in no more.
    let page = site.form("admin", "/people/reset", &format!("person={viewer}")).await.text;
    let link = page.split("/welcome/").nth(1).unwrap().split('<').next().unwrap().to_owned();
    site.form("admin", "/people/change", &format!("person={viewer}&role=viewer&disabled=yes")).await;
    let late = site.form("", &format!("/welcome/{link}"), "password=seven loud quiet harbours").await;
    assert_eq!(late.status, StatusCode::NOT_FOUND, "{}", late.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_named_of_an_account_stays_whoever_changes_it_at_the_same_time() {
    let site = Site::with_members().await;
    let change = async |person: &str, change: Value| {
        site.json("admin", &format!("/api/v1/people/{person}/change"), &change).await
    };
    let people = site.page("admin", "/api/v1/people").await.text;
    let people: Vec<Value> = serde_json::from_str(&people).unwrap();
    let viewer = people.iter().find(|person| person["login"] == "viewer").unwrap();
    let id = viewer["id"].as_str().unwrap();
    for round in 0..20 {
        let role = ["contributor", "coordinator"][round % 2];
        let both = futures::join!(
            change(id, json!({ "disabled": round % 2 == 0 })),
            change(id, json!({ "role": role }))
        );
        assert_eq!((both.0.status, both.1.status), (StatusCode::OK, StatusCode::OK));
        let people: Vec<Value> =
            serde_json::from_str(&site.page("admin", "/api/v1/people").await.text).unwrap();
        let now = people.iter().find(|person| person["id"] == viewer["id"]).unwrap();
        assert_eq!(now["role"], role, "round {round}");
        assert_eq!(now["disabled_at"].is_string(), round % 2 == 0, "round {round}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_holds_the_data_invites_too() {
    let site = Site::empty().await;
    let invited = json!({ "login": "cleo", "role": "coordinator" });
    let request =
        Request::post("/api/v1/people/invitations").header(header::CONTENT_TYPE, "application/json");
    let request = request.body(Body::from(invited.to_string())).unwrap();
    let made = server::api::router(site.app.clone()).oneshot(request).await.unwrap();
    let made = made.into_body().collect().await.unwrap().to_bytes();
    let link: Value = serde_json::from_slice(&made).unwrap();
    let wanted = format!("name=Cleo&password={PASSWORD}");
    let entered = site.form("", link["path"].as_str().unwrap(), &wanted).await;
    assert_eq!(entered.status, StatusCode::SEE_OTHER, "{}", entered.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_not_known_sends_little() {
    let site = Site::empty().await;
    for (length, expect) in [(80, StatusCode::OK), (5_000, StatusCode::PAYLOAD_TOO_LARGE)] {
        let answer = site.json("", "/api/v1/logins", &json!({ "device": "x".repeat(length) })).await;
        assert_eq!(answer.status, expect, "{}", answer.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_was_taken_meanwhile_costs_nobody_more_than_a_sentence() {
    let site = Site::with_members().await;
    let mut links = Vec::new();
    for login in ["cleo", "CLEO"] {
        let page = site.form("admin", "/people/invite", &format!("login={login}&role=viewer")).await.text;
        links.push(page.split("/welcome/").nth(1).unwrap().split('<').next().unwrap().to_owned());
    }
    let accept = async |link: &str| {
        site.form("", &format!("/welcome/{link}"), &format!("name=Cleo&password={PASSWORD}")).await
    };
    assert_eq!(accept(&links[0]).await.status, StatusCode::SEE_OTHER);
    let second = accept(&links[1]).await;
    assert_eq!(second.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", second.text);
    assert!(second.text.contains("has an account already"));
}
