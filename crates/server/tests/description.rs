//! The API's description: everything that is there is in it, and nothing else.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use domain::permission::TABLE;
use http_body_util::BodyExt;
use serde_json::Value;
use server::api;
use server::app::App;
use server::config::Settings;
use server::door::Access;
use server::serve::{doors, recorder, router};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

const PATH: &str = "/api/v1/openapi.json";

async fn app() -> (tempfile::TempDir, App) {
    let folder = tempfile::tempdir().unwrap();
    let app = App::open(Settings::new(Some(folder.path().to_owned()), None, None)).await.unwrap();
    (folder, app)
}

async fn description(app: &App) -> Value {
    let request = Request::get(PATH).body(Body::empty()).unwrap();
    let response = api::router(app.clone()).oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    serde_json::from_slice(&response.into_body().collect().await.unwrap().to_bytes()).unwrap()
}

/// Hands over every operation: its method, its path, and what is said of it.
fn each(description: &Value, mut each: impl FnMut(&str, &str, &Value)) {
    for (path, item) in description["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            each(&method.to_uppercase(), path, operation);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_door_of_the_api_is_described_with_its_role_and_nothing_else_is() {
    let (_folder, app) = app().await;
    let description = description(&app).await;
    let mut described = BTreeSet::new();
    each(&description, |method, path, operation| {
        let may = operation.get("x-may").map(ToString::to_string);
        described.insert((method.to_owned(), path.to_owned(), may));
    });
    let there: BTreeSet<_> = doors(app)
        .into_iter()
        .filter(|(path, _)| path.starts_with("/api/"))
        .map(|(path, door)| {
            let rule = door.act.map(|act| TABLE.iter().find(|rule| rule.act == act).unwrap());
            let may = rule.map(|rule| {
                serde_json::json!({ "to": rule.says, "own": rule.own, "others": rule.others }).to_string()
            });
            (door.method.to_owned(), path, may)
        })
        .collect();
    assert!(there.len() >= 14, "{there:?}");
    assert_eq!(described, there);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_described_is_whole() {
    let (_folder, app) = app().await;
    let description = description(&app).await;
    assert_eq!(description["openapi"], "3.1.0");
    let text = description.to_string();
    let mut named: Vec<&str> =
        text.split("\"#/").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    named.sort_unstable();
    named.dedup();
    assert!(named.len() > 20, "{named:?}");
    for name in named {
        assert!(description.pointer(&format!("/{name}")).is_some(), "{name} is not there");
    }
    let tags: Vec<&Value> = description["tags"].as_array().unwrap().iter().map(|tag| &tag["name"]).collect();
    let mut ids = BTreeSet::new();
    each(&description, |method, path, operation| {
        let at = format!("{method} {path}");
        assert!(ids.insert(operation["operationId"].to_string()), "{at}: its id is another's");
        assert!(operation["summary"].as_str().is_some_and(|text| !text.is_empty()), "{at}: no summary");
        assert!(
            operation["description"].as_str().is_some_and(|text| text.ends_with('.')),
            "{at}: {operation}"
        );
        assert!(tags.contains(&&operation["tags"][0]), "{at}: {}", operation["tags"]);
        for (status, answer) in operation["responses"].as_object().unwrap() {
            let answer = match answer["$ref"].as_str() {
                Some(named) => description.pointer(&named[1..]).unwrap(),
                None => answer,
            };
            let kinds: Vec<&String> =
                answer["content"].as_object().map(|kinds| kinds.keys().collect()).unwrap_or_default();
            match status.as_str() {
                "200" => assert_eq!(kinds.len(), 1, "{at} {status}"),
                "304" => assert!(kinds.is_empty(), "{at} {status}"),
                _ => assert_eq!(kinds, ["application/problem+json"], "{at} {status}"),
            }
        }
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_goes_wrong_under_the_api_is_told_as_a_problem() {
    let (_folder, app) = app().await;
    let stop = CancellationToken::new();
    let router = router(app, Access::Accounts, stop, recorder());
    let check = "/api/v1/releases/tidewatch/2026.12/check";
    let large = "x".repeat((64 << 20) + 1);
    for (method, path, name, value, body, status) in [
        ("GET", "/api/v1", "accept", "text/html", "", 404),
        ("GET", "/api/v1/", "accept", "text/html", "", 404),
        ("POST", "/api/v2/apply", "accept", "text/html", "", 404),
        ("GET", "/api/v1/nowhere", "accept", "text/html", "", 404),
        ("DELETE", check, "accept", "text/html", "", 405),
        ("TRACE", "/api/v1/openapi.json", "accept", "*/*", "", 405),
        ("GET", check, "accept", "text/html", "", 401),
        ("GET", check, "hx-request", "true", "", 401),
        ("GET", check, "authorization", "Bearer swt_none", "", 401),
        ("GET", check, "host", "elsewhere.example", "", 421),
        ("POST", "/api/v1/apply", "origin", "http://elsewhere.example", "{}", 403),
        ("POST", "/api/v1/apply", "content-type", "application/json", large.as_str(), 401),
    ] {
        let mut request = Request::builder().method(method).uri(path);
        if name != "host" {
            request = request.header(header::HOST, "localhost");
        }
        let request = request.header(name, value).body(Body::from(body.to_owned())).unwrap();
        let response = router.clone().oneshot(request).await.unwrap();
        let at = format!("{method} {path} with {name}: {value}");
        assert_eq!(response.status().as_u16(), status, "{at}");
        assert_eq!(response.headers()[header::CONTENT_TYPE], "application/problem+json", "{at}");
        assert_eq!(response.headers().contains_key(header::ALLOW), status == 405, "{at}");
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        let problem: Value = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(problem["status"], status, "{at}");
        assert!(problem["detail"].as_str().is_some_and(|detail| detail.ends_with('.')), "{at}: {problem}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_is_refused_by_what_is_wrong_with_it() {
    let (_folder, app) = app().await;
    let large = format!("{{\"source\":\"{}\"}}", "x".repeat(64 << 20));
    for (kind, body, status) in [
        ("application/json", "{", 400),
        ("application/json", "{}", 422),
        ("application/json", "{\"source\":\"\",\"more\":1}", 422),
        ("application/json", "[]", 422),
        ("application/json", "[\"\"]", 422),
        ("text/plain", "{}", 415),
        ("application/json", large.as_str(), 413),
    ] {
        let request = Request::post("/api/v1/apply").header(header::CONTENT_TYPE, kind);
        let request = request.body(Body::from(body.to_owned())).unwrap();
        let response = api::router(app.clone()).oneshot(request).await.unwrap();
        assert_eq!(response.status().as_u16(), status, "{kind} {status}");
        assert_eq!(response.headers()[header::CONTENT_TYPE], "application/problem+json", "{kind} {status}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_description_is_the_same_every_time_and_sent_once() {
    let (_folder, app) = app().await;
    let get = async |tag: &str| {
        let request = Request::get(PATH).header(header::IF_NONE_MATCH, tag).body(Body::empty()).unwrap();
        // A router of its own, as another process has it.
        let response = api::router(app.clone()).oneshot(request).await.unwrap();
        let tag = response.headers()[header::ETAG].to_str().unwrap().to_owned();
        (response.status(), tag, response.into_body().collect().await.unwrap().to_bytes())
    };
    let (first, tag, bytes) = get("\"other\"").await;
    let (second, same, again) = get("\"other\"").await;
    assert_eq!((first, second), (StatusCode::OK, StatusCode::OK));
    assert_eq!((&tag, &bytes), (&same, &again));
    for known in [tag.clone(), format!("\"a\", W/{tag}"), "*".to_owned()] {
        let (status, named, empty) = get(&known).await;
        assert_eq!((status, &named, empty.len()), (StatusCode::NOT_MODIFIED, &tag, 0), "{known}");
    }
}
