//! A server whose clock the test moves, with people who have addresses, and a release.

use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::Router;
use axum::body::Body;
use axum::http::{Request, header};
use domain::criterion::Function;
use domain::permission::Role;
use domain::time::Time;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use server::app::App;
use server::clock::Clock;
use server::config::Settings;
use server::door::Access;
use server::mail::MailServer;
use server::serve::{recorder, router};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

pub(crate) const MINUTE: i64 = 60_000_000;
pub(crate) const HOUR: i64 = 60 * MINUTE;
pub(crate) const RELEASE: &str = "/releases/tidewatch/2026.12";
/// A Monday, nine in the morning in Helsinki.
pub(crate) const MONDAY: &str = "2026-12-07T07:00:00Z";

const FILE: &str = r#"
[product]
name = "Tidewatch"
zone = "Europe/Helsinki"
defects_waivable_by = ["product", "engineering"]
[tracks.ios]
devices = ["iPhone SE / iOS 17"]
[[criteria]]
use = "smoke-passed"
waivable_by = ["product", "engineering"]
[releases."2026.12"]
version = "4.2.0"
[releases."2026.12".tracks.ios]
candidate = { number = 500, commit = "4f1c0aa" }
"#;

/// Who there is: their login, which is their address, what they may, and what they speak for.
pub(crate) const PEOPLE: [(&str, &str, Role, &[Function]); 5] = [
    ("ada@example.org", "Ada Winter", Role::Coordinator, &[Function::Qa]),
    ("max@example.org", "Max Okafor", Role::Contributor, &[Function::Product]),
    ("pia@example.org", "Pia Nowak", Role::Contributor, &[Function::Engineering]),
    ("refused@example.org", "Con Tributor", Role::Contributor, &[Function::Product]),
    ("nobody", "Nobody Special", Role::Contributor, &[Function::Engineering]),
];

pub(crate) struct Site {
    pub(crate) app: App,
    pub(crate) router: Router,
    moved: &'static AtomicI64,
    cookies: HashMap<&'static str, String>,
}

/// Opens what is in a folder at a moment.
pub(crate) async fn open(folder: &Path, at: Time, mail: Option<&str>) -> (App, &'static AtomicI64) {
    let moved: &'static AtomicI64 = Box::leak(Box::default());
    moved.store(at.micros() - Clock::System.now().micros(), Ordering::SeqCst);
    let mut settings = Settings::new(Some(folder.to_owned()), None, None);
    settings.clock = Clock::Moved(moved);
    let app = App::open(settings).await.unwrap().reached_at("https://ship.example");
    match mail {
        Some(url) => {
            let server = MailServer::new(url, "Seaworthy <ship@example.org>").unwrap();
            (app.mailing(server), moved)
        }
        None => (app, moved),
    }
}

impl Site {
    pub(crate) async fn new(folder: &Path, mail: Option<&str>) -> Self {
        let (app, moved) = open(folder, MONDAY.parse().unwrap(), mail).await;
        for (login, name, role, functions) in PEOPLE {
            app.demo_member(login, name, role, functions).await.unwrap();
        }
        let router = router(app.clone(), Access::Demo, CancellationToken::new(), recorder());
        let mut site = Self { app, router, moved, cookies: HashMap::new() };
        site.enter_all().await;
        let answer = site.post("ada@example.org", "/apply", &json!({ "source": FILE })).await;
        assert_eq!(answer.0, 200, "{}", answer.1);
        site
    }

    /// Has everybody sign in, which holds for a while.
    pub(crate) async fn enter_all(&mut self) {
        for (login, name, ..) in PEOPLE {
            let cookie = self.enter(name).await;
            self.cookies.insert(login, cookie);
        }
    }

    pub(crate) fn now(&self) -> Time {
        Clock::Moved(self.moved).now()
    }

    pub(crate) fn pass(&self, micros: i64) {
        self.moved.fetch_add(micros, Ordering::SeqCst);
    }

    async fn send(
        &self,
        who: &str,
        request: axum::http::request::Builder,
        body: String,
    ) -> (u16, String, String) {
        let mut request = request.header(header::HOST, "localhost:8420");
        if let Some(cookie) = self.cookies.get(who) {
            request = request.header(header::COOKIE, cookie);
        }
        let response = self.router.clone().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let cookie = parts.headers.get(header::SET_COOKIE).map(|cookie| cookie.to_str().unwrap().to_owned());
        let bytes = body.collect().await.unwrap().to_bytes();
        let cookie = cookie.unwrap_or_default().split(';').next().unwrap().to_owned();
        (parts.status.as_u16(), String::from_utf8_lossy(&bytes).into_owned(), cookie)
    }

    pub(crate) async fn post(&self, who: &str, path: &str, body: &Value) -> (u16, String) {
        let request =
            Request::post(format!("/api/v1{path}")).header(header::CONTENT_TYPE, "application/json");
        let (status, text, _) = self.send(who, request, body.to_string()).await;
        (status, text)
    }

    /// Posts below the release what must be taken.
    pub(crate) async fn does(&self, who: &str, below: &str, body: Value) -> Value {
        let (status, text) = self.post(who, &format!("{RELEASE}{below}"), &body).await;
        assert_eq!(status, 200, "{below} {body}: {text}");
        serde_json::from_str(&text).unwrap()
    }

    pub(crate) async fn get(&self, who: &str, path: &str) -> (u16, Value) {
        let (status, text, _) = self.send(who, Request::get(format!("/api/v1{path}")), String::new()).await;
        (status, serde_json::from_str(&text).unwrap())
    }

    pub(crate) async fn page(&self, who: &str, path: &str) -> (u16, String) {
        let request = Request::get(path).header(header::ACCEPT, "text/html");
        let (status, text, _) = self.send(who, request, String::new()).await;
        (status, text)
    }

    pub(crate) async fn form(&self, who: &str, path: &str, fields: &[(&str, &str)]) -> (u16, String, String) {
        let request = Request::post(path).header(header::ACCEPT, "text/html");
        let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.send(who, request, body).await
    }

    /// Signs in with a click, as one may in a demo; returns the cookie.
    async fn enter(&self, name: &str) -> String {
        let page = self.page("", "/sign-in").await.1;
        let before = page.split(&format!("<b>{name}</b>")).next().unwrap();
        let id = before.rsplit("value=\"").next().unwrap().split('"').next().unwrap().to_owned();
        self.form("", "/demo/sign-in", &[("person", &id)]).await.2
    }

    /// Nominates a build; whoever signed the one before is asked to sign anew, and does.
    pub(crate) async fn nominates(&self, build: i64) {
        let nominated =
            json!({ "build": build.to_string(), "commit": "4f1c0aa", "reason": "another crash is mended" });
        self.does("ada@example.org", "/tracks/ios/candidate", nominated).await;
        for (who, function) in [("max@example.org", "product"), ("pia@example.org", "engineering")] {
            let signed = json!({ "build": build.to_string(), "function": function });
            self.does(who, "/tracks/ios/signoffs", signed).await;
        }
    }

    /// Reports a defect and asks to have it waived, which product and engineering are asked to do.
    pub(crate) async fn asks_for_a_waiver(&self, who: &str, reason: &str) -> i64 {
        let defect = json!({ "title": reason, "severity": "high", "tracks": ["ios"] });
        let defect = self.does(who, "/defects", defect).await["defect"].clone();
        let wanted = json!({
            "subject": { "of": "defect", "defect": defect },
            "track": "ios",
            "scope": { "until": "release" },
            "reason": reason,
            "mitigation": "Support has the workaround.",
            "expires": self.now().plus_micros(100 * 24 * HOUR).to_string(),
        });
        self.does(who, "/waivers", wanted).await["position"].as_i64().unwrap()
    }
}
