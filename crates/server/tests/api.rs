//! The API through its router, with a clock that stands still.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use server::api;
use server::app::App;
use server::clock::Clock;
use server::config::Settings;
use tempfile::TempDir;
use tower::ServiceExt;

const FILE: &str = r#"
[product]
name = "Tidewatch"
[tracks.ios]
[[criteria]]
use = "smoke-passed"
max_age = "48h"
[releases."2026.12"]
version = "4.2.0"
[releases."2026.12".tracks.ios]
candidate = { number = 514, commit = "9be27d1" }
"#;
const RELEASE: &str = "/api/v1/releases/tidewatch/2026.12";
const REPORT: &str = r#"<testsuite name="Tide"><testcase classname="app.Tide" name="opens"/></testsuite>"#;

struct Server {
    folder: TempDir,
}

impl Server {
    async fn applied() -> Self {
        let server = Self { folder: tempfile::tempdir().unwrap() };
        let (status, _) =
            server.at("2026-12-01T09:00:00Z", post("/api/v1/apply", &json!({ "source": FILE }))).await;
        assert_eq!(status, StatusCode::OK);
        server
    }

    /// Sends a request at a moment.
    async fn at(&self, moment: &str, request: Request<Body>) -> (StatusCode, Value) {
        let mut settings = Settings::new(Some(self.folder.path().to_owned()), None, None);
        settings.clock = Clock::Fixed(moment.parse().unwrap());
        let app = App::open(settings).await.unwrap();
        let response = api::router(app.clone()).oneshot(request).await.unwrap();
        let status = response.status();
        if !status.is_success() {
            assert_eq!(response.headers()[header::CONTENT_TYPE], "application/problem+json");
        }
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        app.finish().await;
        (status, serde_json::from_slice(&bytes).unwrap())
    }

    async fn smoke(&self, moment: &str) -> (StatusCode, Value) {
        let path = format!("{RELEASE}/runs?track=ios&build=514&kind=smoke&name=smoke.xml");
        self.at(moment, Request::post(path).body(REPORT.into()).unwrap()).await
    }

    async fn readiness(&self, moment: &str) -> (String, Value) {
        let (status, check) = self.at(moment, get(&format!("{RELEASE}/check"))).await;
        assert_eq!(status, StatusCode::OK, "{check}");
        (check["tracks"][0]["readiness"].as_str().unwrap().to_owned(), check["next_change_at"].clone())
    }
}

fn get(path: &str) -> Request<Body> {
    Request::get(path).body(Body::empty()).unwrap()
}

fn post(path: &str, body: &Value) -> Request<Body> {
    let request = Request::post(path).header(header::CONTENT_TYPE, "application/json");
    request.body(body.to_string().into()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_verdict_turns_by_itself_at_the_moment_that_was_told() {
    let server = Server::applied().await;
    let (status, ingested) = server.smoke("2026-12-01T10:00:00Z").await;
    assert_eq!(status, StatusCode::OK, "{ingested}");
    assert_eq!(ingested["counts"]["passed"], 1);
    let turns = json!("2026-12-03T10:00:00.000000Z");
    assert_eq!(server.readiness("2026-12-03T09:59:59Z").await, ("ready".to_owned(), turns));
    assert_eq!(server.readiness("2026-12-03T10:00:00Z").await, ("unknown".to_owned(), Value::Null));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_report_sent_twice_is_one_piece_of_evidence() {
    let server = Server::applied().await;
    let (_, first) = server.smoke("2026-12-01T10:00:00Z").await;
    let (_, second) = server.smoke("2026-12-01T11:00:00Z").await;
    assert_eq!((&first["new"], &second["new"]), (&json!(true), &json!(false)));
    assert_eq!(first["evidence"], second["evidence"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn problems_say_what_kind_they_are_and_what_to_do() {
    let server = Server::applied().await;
    let wrong = FILE.replace("smoke-passed", "smoke-pased");
    let cases = [
        (get("/api/v1/nowhere"), 404, "no-route", "no such route"),
        (get("/api/v1/apply"), 405, "no-method", "does not answer that method"),
        (get("/api/v1/releases/tidewatch/1.0/check"), 404, "unknown", "There is no release tidewatch/1.0"),
        (get("/api/v1/releases/Tide!/1.0/check"), 400, "invalid", "a product id"),
        (get(&format!("{RELEASE}/check?trak=ios")), 400, "invalid", "unknown field `trak`"),
        (get(&format!("{RELEASE}/check?track=wearos")), 404, "unknown", "it has ios"),
        (post("/api/v1/apply", &json!({ "source": wrong })), 422, "mistakes", "1 mistake"),
        (post("/api/v1/apply", &json!({ "sorce": "" })), 422, "invalid", "unknown field `sorce`"),
        (
            post(&format!("{RELEASE}/withdrawals"), &json!({ "evidence": 3, "reason": "typo" })),
            404,
            "unknown",
            "has no evidence 3",
        ),
    ];
    for (request, status, kind, detail) in cases {
        let asked = format!("{} {}", request.method(), request.uri());
        let (answered, problem) = server.at("2026-12-01T10:00:00Z", request).await;
        assert_eq!(answered.as_u16(), status, "{asked}: {problem}");
        assert_eq!(problem["status"], status, "{asked}");
        assert_eq!(problem["type"], format!("urn:seaworthy:{kind}"), "{asked}");
        assert!(problem["detail"].as_str().unwrap().contains(detail), "{asked}: {problem}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mistake_carries_its_place_for_whoever_shows_it() {
    let server = Server::applied().await;
    let wrong = FILE.replace("smoke-passed", "smoke-pased");
    let (_, problem) =
        server.at("2026-12-01T10:00:00Z", post("/api/v1/apply", &json!({ "source": wrong }))).await;
    let mistake = &problem["mistakes"][0];
    let place = mistake["start"].as_u64().unwrap() as usize..mistake["end"].as_u64().unwrap() as usize;
    assert_eq!(&wrong[place], "\"smoke-pased\"");
    assert_eq!(mistake["label"], "did you mean \"smoke-passed\"?");
}

#[tokio::test(flavor = "multi_thread")]
async fn eight_who_decide_at_once_all_get_their_way_one_after_the_other() {
    let server = Server::applied().await;
    let settings = Settings::new(Some(server.folder.path().to_owned()), None, None);
    let app = App::open(settings).await.unwrap();
    let register = |build: usize| {
        let (app, path) =
            (app.clone(), format!("{RELEASE}/runs?track=ios&build={build}&kind=smoke&commit=abc{build:04}"));
        tokio::spawn(async move {
            let response = api::router(app)
                .oneshot(Request::post(path).body(Body::from(REPORT)).unwrap())
                .await
                .unwrap();
            response.status()
        })
    };
    let all: Vec<_> = (1000..1008).map(register).collect();
    for one in all {
        assert_eq!(one.await.unwrap(), StatusCode::OK);
    }
    let (_, evidence) = server.at("2026-12-01T10:00:00Z", get(&format!("{RELEASE}/evidence"))).await;
    let builds: std::collections::BTreeSet<&str> =
        evidence["items"].as_array().unwrap().iter().map(|line| line["build"].as_str().unwrap()).collect();
    assert_eq!(builds.len(), 8);
}
