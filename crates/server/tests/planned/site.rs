//! A server on 25 November 2026, with a coordinator, two contributors and a viewer.

use std::collections::HashMap;
use std::sync::atomic::AtomicI64;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, header};
use domain::permission::Role;
use domain::time::Time;
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

pub(crate) const FILE: &str = r#"
[product]
name = "Tidewatch"
zone = "Europe/Berlin"
[calendar]
holidays = [{ date = 2026-12-25, name = "Christmas" }]
[[calendar.freezes]]
name = "Holidays"
from = 2026-12-23
to = 2026-12-27
whose = "app-store"
[tracks.ios]
[tracks.watchos]
shares_submission_with = "ios"
[tracks.android]
[releases."2026.12"]
version = "4.2.0"
[releases."2026.12".tracks.ios]
candidate = { number = 514, commit = "9be27d1" }
"#;
pub(crate) const RELEASE: &str = "/releases/tidewatch/2026.12";
pub(crate) const CALENDAR: &str = "/products/tidewatch/calendar";

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn value(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("{} {}", self.status, self.text))
    }

    pub(crate) fn location(&self) -> &str {
        self.headers.get(header::LOCATION).map_or("", |location| location.to_str().unwrap())
    }

    pub(crate) fn tag(&self) -> String {
        self.headers[header::ETAG].to_str().unwrap().to_owned()
    }
}

pub(crate) struct Site {
    _folder: TempDir,
    router: Router,
    cookies: HashMap<&'static str, String>,
}

impl Site {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let morning: Time = "2026-11-25T09:00:00Z".parse().unwrap();
        let moved: &'static AtomicI64 =
            Box::leak(Box::new(AtomicI64::new(morning.micros() - Clock::System.now().micros())));
        let mut settings = Settings::new(Some(folder.path().to_owned()), None, None);
        settings.clock = Clock::Moved(moved);
        let app = App::open(settings).await.unwrap();
        let people = [
            ("ada", "Ada Winter", Role::Coordinator),
            ("con", "Con Tributor", Role::Contributor),
            ("max", "Max Okafor", Role::Contributor),
            ("vic", "Vic Viewer", Role::Viewer),
        ];
        for (login, name, role) in people {
            app.demo_member(login, name, role, &[]).await.unwrap();
        }
        let stop = CancellationToken::new();
        app.follow(stop.clone()).await.unwrap();
        let router = router(app, Access::Demo, stop, recorder());
        let mut site = Self { _folder: folder, router, cookies: HashMap::new() };
        for (login, name, _) in people {
            let page = site.page("", "/sign-in").await.text;
            let before = page.split(&format!("<b>{name}</b>")).next().unwrap();
            let id = before.rsplit("value=\"").next().unwrap().split('"').next().unwrap().to_owned();
            let entered = site.form("", "/demo/sign-in", &[("person", &id)]).await;
            let cookie = entered.headers[header::SET_COOKIE].to_str().unwrap();
            site.cookies.insert(login, cookie.split(';').next().unwrap().to_owned());
        }
        site.apply(FILE).await;
        site
    }

    pub(crate) async fn apply(&self, source: &str) -> Value {
        let answer = self.post("ada", "/apply", &json!({ "source": source })).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.value()
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

    /// Sends a form whose fields are each a part, the file among them.
    pub(crate) async fn parts(&self, who: &str, path: &str, parts: &[(&str, Option<&str>, &str)]) -> Answer {
        let mut body = String::new();
        for (name, file, text) in parts {
            let file = file.map(|file| format!("; filename=\"{file}\"")).unwrap_or_default();
            body.push_str(&format!(
                "--b\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n{text}\r\n"
            ));
        }
        body.push_str("--b--\r\n");
        let request = Request::post(path).header(header::CONTENT_TYPE, "multipart/form-data; boundary=b");
        self.send(who, request, body).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send("vic", Request::get(format!("/api/v1{path}")), Body::empty()).await
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

    /// Posts below the release, and checks what comes of it: "new", "same", or a part of the sentence that refuses it.
    #[track_caller]
    pub(crate) fn check<'a>(
        &'a self,
        who: &'a str,
        below: &'a str,
        body: Value,
        expect: &'a str,
    ) -> impl Future<Output = Value> + 'a {
        let caller = std::panic::Location::caller();
        async move {
            let answer = self.post(who, &format!("{RELEASE}{below}"), &body).await;
            let value = answer.value();
            let told = match (answer.status, value["new"].as_bool()) {
                (200, Some(true)) => "new",
                (200, Some(false)) => "same",
                _ => value["detail"].as_str().unwrap_or("no sentence"),
            };
            assert!(told.contains(expect), "{caller}: {below} {body}: {} {told}", answer.status);
            value
        }
    }

    /// Tells one milestone of a track, as the API has it.
    pub(crate) async fn milestone(&self, track: &str, id: &str) -> Value {
        let told = self.get(&format!("{RELEASE}/timeline?track={track}")).await.value();
        let milestones = told["tracks"][0]["milestones"].as_array().unwrap().clone();
        milestones.into_iter().find(|of| of["milestone"] == id).unwrap()
    }
}
