//! A server with people of several functions, and a release with a candidate and evidence of the build before it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, header};
use domain::criterion::Function;
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

const FILE: &str = r#"
[product]
name = "Tidewatch"
zone = "Europe/Berlin"
[tracks.ios]
devices = ["iPhone SE / iOS 17"]
[tracks.wearos]
devices = ["Pixel Watch"]
[[criteria]]
use = "smoke-passed"
waivable_by = ["product", "engineering"]
[[criteria]]
use = "platform-validation-complete"
[releases."2026.12"]
version = "4.2.0"
[releases."2026.12".tracks.ios]
builds = [{ number = 514, commit = "9be27d1" }]
candidate = { number = 512, commit = "4f1c0aa" }
[releases."2026.12".tracks.wearos]
builds = [{ number = 900, commit = "9be27d1" }]
"#;
const REPORT: &str = r#"<testsuite name="Tide"><testcase classname="app.Tide" name="opens"/></testsuite>"#;
pub(crate) const RELEASE: &str = "/releases/tidewatch/2026.12";
pub(crate) const PNG: &[u8] = b"\x89PNG\r\n\x1a\nnot much of a picture";
pub(crate) const HOUR: i64 = 3_600_000_000;

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn value(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("{} {}", self.status, self.text))
    }

    /// Returns the refusal's sentence.
    pub(crate) fn detail(&self) -> String {
        self.value()["detail"].as_str().unwrap_or_default().to_owned()
    }

    pub(crate) fn location(&self) -> &str {
        self.headers.get(header::LOCATION).map_or("", |location| location.to_str().unwrap())
    }
}

pub(crate) struct Site {
    _folder: TempDir,
    app: App,
    router: Router,
    moved: &'static AtomicI64,
    cookies: HashMap<&'static str, String>,
}

impl Site {
    /// Ada coordinates and speaks for qa, Max for product, Pia for engineering, Con contributes and speaks for product, Olu
    /// for operations, Vic only looks.
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let moved: &'static AtomicI64 = Box::leak(Box::default());
        let mut settings = Settings::new(Some(folder.path().to_owned()), None, None);
        settings.clock = Clock::Moved(moved);
        let app = App::open(settings).await.unwrap();
        let people = [
            ("ada", "Ada Winter", Role::Coordinator, vec![Function::Qa]),
            ("max", "Max Okafor", Role::Contributor, vec![Function::Product]),
            ("pia", "Pia Nowak", Role::Contributor, vec![Function::Engineering]),
            ("con", "Con Tributor", Role::Contributor, vec![Function::Product, Function::Marketing]),
            ("olu", "Olu Ops", Role::Contributor, vec![Function::Operations]),
            ("vic", "Vic Viewer", Role::Viewer, vec![]),
        ];
        for (login, name, role, functions) in &people {
            app.demo_member(login, name, *role, functions).await.unwrap();
        }
        let stop = CancellationToken::new();
        app.follow(stop.clone()).await.unwrap();
        let router = router(app.clone(), Access::Demo, stop, recorder());
        let mut site = Self { _folder: folder, app, router, moved, cookies: HashMap::new() };
        for (login, name, ..) in people {
            let cookie = site.enter(name).await;
            site.cookies.insert(login, cookie);
        }
        assert_eq!(site.post("ada", "/apply", &json!({ "source": FILE })).await.status, 200);
        site
    }

    fn now(&self) -> domain::time::Time {
        Clock::Moved(self.moved).now()
    }

    /// Returns the moment in so many hours, as JSON has it.
    pub(crate) fn in_hours(&self, hours: i64) -> String {
        self.now().plus_micros(hours * HOUR).to_string()
    }

    pub(crate) fn pass(&self, micros: i64) {
        self.moved.fetch_add(micros, Ordering::SeqCst);
    }

    /// Waits until pages show what was just recorded.
    pub(crate) async fn settled(&self) {
        let id = "tidewatch/2026.12".parse().unwrap();
        let position = self.app.check(&id, Default::default()).await.unwrap().position;
        for _ in 0..100 {
            let page = self.page("ada", RELEASE).await.text;
            if page.contains(&format!("after={position}")) {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    }

    pub(crate) async fn send(
        &self,
        who: &str,
        request: axum::http::request::Builder,
        body: impl Into<Body>,
    ) -> Answer {
        let mut request = request.header(header::HOST, "localhost:8420").header(header::ACCEPT, "text/html");
        if let Some(cookie) = self.cookies.get(who) {
            request = request.header(header::COOKIE, cookie);
        }
        let response = self.router.clone().oneshot(request.body(body.into()).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Answer { status: parts.status.as_u16(), headers: parts.headers, text }
    }

    pub(crate) async fn page(&self, who: &str, path: &str) -> Answer {
        self.send(who, Request::get(path), Body::empty()).await
    }

    pub(crate) async fn form(&self, who: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        let request = Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.send(who, request, body).await
    }

    pub(crate) async fn get(&self, who: &str, path: &str) -> Answer {
        self.send(who, Request::get(format!("/api/v1{path}")), Body::empty()).await
    }

    pub(crate) async fn post(&self, who: &str, path: &str, body: &Value) -> Answer {
        self.post_if(who, path, None, body).await
    }

    pub(crate) async fn post_if(&self, who: &str, path: &str, tag: Option<&str>, body: &Value) -> Answer {
        let mut request =
            Request::post(format!("/api/v1{path}")).header(header::CONTENT_TYPE, "application/json");
        if let Some(tag) = tag {
            request = request.header(header::IF_MATCH, tag);
        }
        self.send(who, request, body.to_string()).await
    }

    /// Posts below the release what must be taken, and returns the number of what came of it.
    pub(crate) async fn does(&self, who: &str, below: &str, body: Value) -> i64 {
        let answer = self.post(who, &format!("{RELEASE}{below}"), &body).await;
        assert_eq!(answer.status, 200, "{below} {body}: {}", answer.text);
        let value = answer.value();
        value["position"].as_i64().or(value["evidence"].as_i64()).unwrap()
    }

    /// Brings a run, and returns its number.
    pub(crate) async fn run(&self, build: &str, kind: &str) -> i64 {
        let path = format!("/api/v1{RELEASE}/runs?track=ios&build={build}&kind={kind}");
        let request = Request::post(path).header(header::CONTENT_TYPE, "application/xml");
        let answer = self.send("con", request, REPORT.replace("opens", build)).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.value()["evidence"].as_i64().unwrap()
    }

    pub(crate) async fn attach(&self, bytes: &'static [u8]) -> Answer {
        let path = format!("/api/v1{RELEASE}/attachments");
        self.send("con", Request::post(path).header(header::CONTENT_TYPE, "application/octet-stream"), bytes)
            .await
    }

    /// Signs in with a click, as one may in a demo; returns the cookie.
    async fn enter(&self, name: &str) -> String {
        let page = self.page("", "/sign-in").await.text;
        let before = page.split(&format!("<b>{name}</b>")).next().unwrap();
        let id = before.rsplit("value=\"").next().unwrap().split('"').next().unwrap();
        let entered = self.form("", "/demo/sign-in", &[("person", id)]).await;
        let cookie = entered.headers[header::SET_COOKIE].to_str().unwrap();
        cookie.split(';').next().unwrap().to_owned()
    }
}

/// A waiver of the smoke criterion on iOS, for an hour.
pub(crate) fn waiver(site: &Site, scope: Value) -> Value {
    json!({
        "subject": { "of": "criterion", "criterion": "smoke-passed" },
        "track": "ios",
        "scope": scope,
        "reason": "It was so in 4.1, too.",
        "mitigation": "Support has the workaround.",
        "expires": site.in_hours(1),
    })
}
