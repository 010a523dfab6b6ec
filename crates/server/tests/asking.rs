//! Asking the API twice, in pages, and on condition.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use server::api;
use server::app::{App, Who};
use server::config::{LocalActor, Settings};
use tempfile::TempDir;
use tower::ServiceExt;

const FILE: &str = r#"
[product]
name = "Tidewatch"
[tracks.ios]
devices = ["iPhone 15 / iOS 18"]
[[criteria]]
use = "smoke-passed"
[releases."2026.12"]
version = "4.2.0"
[releases."2026.12".tracks.ios]
candidate = { number = 514, commit = "9be27d1" }
"#;
const RELEASE: &str = "/api/v1/releases/tidewatch/2026.12";
const REPORT: &str = r#"<testsuite name="Tide"><testcase classname="app.Tide" name="opens"/></testsuite>"#;
const KEY: &str = "idempotency-key";

struct Place {
    _folder: TempDir,
    app: App,
}

struct Answer {
    status: u16,
    headers: HeaderMap,
    value: Value,
}

impl Answer {
    fn tag(&self) -> &str {
        self.headers[header::ETAG].to_str().unwrap()
    }

    fn kind(&self) -> &str {
        self.value["type"].as_str().unwrap_or_default().trim_start_matches("urn:seaworthy:")
    }
}

impl Place {
    async fn applied() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let app = App::open(Settings::new(Some(folder.path().to_owned()), None, None)).await.unwrap();
        let place = Self { _folder: folder, app };
        assert_eq!(place.post("/api/v1/apply", &[], &json!({ "source": FILE })).await.status, 200);
        place
    }

    async fn ask(
        &self,
        who: &str,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Body,
    ) -> Answer {
        let actor = LocalActor { login: who.to_owned(), name: format!("The {who}") };
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let router = api::router(self.app.acting_as(Who::Machine(actor)));
        let response = router.oneshot(request.body(body).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let value = if bytes.is_empty() { Value::Null } else { serde_json::from_slice(&bytes).unwrap() };
        Answer { status: parts.status.as_u16(), headers: parts.headers, value }
    }

    async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.ask("tester", Method::GET, path, headers, Body::empty()).await
    }

    async fn post(&self, path: &str, headers: &[(&str, &str)], body: &Value) -> Answer {
        self.post_as("tester", path, headers, body).await
    }

    async fn post_as(&self, who: &str, path: &str, headers: &[(&str, &str)], body: &Value) -> Answer {
        let headers = [headers, &[("content-type", "application/json")]].concat();
        self.ask(who, Method::POST, path, &headers, body.to_string().into()).await
    }

    async fn attest(&self) -> i64 {
        let answer = self.post(&format!("{RELEASE}/attestations"), &[], &check("passed")).await;
        assert_eq!(answer.status, 200, "{}", answer.value);
        answer.value["evidence"].as_i64().unwrap()
    }
}

fn check(result: &str) -> Value {
    json!({ "track": "ios", "build": "514", "device": "iPhone 15 / iOS 18", "result": result })
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_key_is_carried_out_once_and_another_content_is_refused() {
    let place = Place::applied().await;
    let other_track = json!({ "track": "wearos", "build": "514", "device": "x", "result": "passed" });
    let summary = json!({ "track": "ios", "build": "514", "text": "All is well." });
    let of = |name: &str| format!("{RELEASE}/{name}");
    let attest = of("attestations");
    let first = place.post(&attest, &[(KEY, "one")], &check("passed")).await;
    assert_eq!((first.status, &first.value["new"]), (200, &json!(true)));
    for (who, path, key, body, status, new, says) in [
        ("tester", &attest, "one", check("passed"), 200, Some(false), ""),
        ("tester", &attest, "one", check("failed"), 422, None, "key-reused"),
        // What would be refused anyway is refused for the key, since that is what has to change.
        ("tester", &attest, "one", other_track, 422, None, "key-reused"),
        ("tester", &of("summaries"), "one", summary.clone(), 422, None, "key-reused"),
        ("other", &attest, "one", check("passed"), 200, Some(true), ""),
        ("tester", &attest, "two", check("passed"), 200, Some(true), ""),
        ("tester", &of("summaries"), "three", summary.clone(), 200, Some(true), ""),
        ("tester", &of("summaries"), "three", summary, 200, Some(false), ""),
        ("tester", &attest, "ä", check("passed"), 400, None, "invalid"),
    ] {
        let answer = place.post_as(who, path, &[(KEY, key)], &body).await;
        let at = format!("{who} {path} {key}: {}", answer.value);
        assert_eq!((answer.status, answer.value["new"].as_bool()), (status, new), "{at}");
        assert_eq!(answer.kind(), says, "{at}");
    }
    let again = place.post(&attest, &[(KEY, "one")], &check("passed")).await;
    assert_eq!(again.value["evidence"], first.value["evidence"]);
    let twice = place.post(&attest, &[(KEY, "a"), (KEY, "b")], &check("passed")).await;
    assert_eq!(twice.status, 400, "{}", twice.value);
}

#[tokio::test(flavor = "multi_thread")]
async fn reports_with_a_key_are_one_piece_of_evidence_until_they_are_others() {
    let place = Place::applied().await;
    let path = format!("{RELEASE}/runs?track=ios&build=514&kind=smoke");
    let bring = async |key: &str, report: String| {
        let headers = [(KEY, key), ("content-type", "application/xml")];
        place.ask("tester", Method::POST, &path, &headers, report.into()).await
    };
    let first = bring("nightly", REPORT.to_owned()).await;
    let again = bring("nightly", REPORT.to_owned()).await;
    assert_eq!((first.status, &first.value["new"]), (200, &json!(true)), "{}", first.value);
    assert_eq!((again.status, &again.value["new"]), (200, &json!(false)), "{}", again.value);
    for name in ["evidence", "run", "files", "bytes", "counts"] {
        assert_eq!(first.value[name], again.value[name], "{name}");
    }
    let other = bring("nightly", REPORT.replace("opens", "closes")).await;
    assert_eq!((other.status, other.kind()), (422, "key-reused"), "{}", other.value);
    let unreadable = bring("nightly", "<testsuite".to_owned()).await;
    assert_eq!((unreadable.status, unreadable.kind()), (422, "report"));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_come_with_one_key_at_once_one_is_first() {
    let place = Place::applied().await;
    let path = format!("{RELEASE}/attestations");
    let all = (0..16).map(|_| {
        let (app, path) = (place.app.clone(), path.clone());
        tokio::spawn(async move {
            let request =
                Request::post(path).header(KEY, "one").header(header::CONTENT_TYPE, "application/json");
            let request = request.body(Body::from(check("passed").to_string())).unwrap();
            let response = api::router(app).oneshot(request).await.unwrap();
            assert_eq!(response.status(), StatusCode::OK);
            let bytes = response.into_body().collect().await.unwrap().to_bytes();
            let value: Value = serde_json::from_slice(&bytes).unwrap();
            (value["evidence"].as_i64().unwrap(), value["new"].as_bool().unwrap())
        })
    });
    let (mut named, mut fresh) = (BTreeSet::new(), 0);
    for one in all.collect::<Vec<_>>() {
        let (evidence, new) = one.await.unwrap();
        named.insert(evidence);
        fresh += usize::from(new);
    }
    assert_eq!((named.len(), fresh), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_withdrawal_asked_for_again_is_done_and_another_is_told_why_not() {
    let place = Place::applied().await;
    let evidence = place.attest().await;
    let path = format!("{RELEASE}/withdrawals");
    for (who, reason, status) in [
        ("tester", "wrong phone", 200),
        ("tester", " wrong phone ", 200),
        ("tester", "other", 409),
        ("other", "wrong phone", 409),
    ] {
        let body = json!({ "evidence": evidence, "reason": reason });
        let answer = place.post_as(who, &path, &[], &body).await;
        assert_eq!(answer.status, status, "{who} {reason}: {}", answer.value);
    }
    let events = place.get("/api/v1/journal/events?stream=release/tidewatch/2026.12&order=newest", &[]).await;
    let kinds = events.value["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|event| event["type"] == "evidence_withdrawn");
    assert_eq!(kinds.count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_on_what_has_moved_is_refused_with_what_happened() {
    let place = Place::applied().await;
    let (one, other) = (place.attest().await, place.attest().await);
    let seen = place.get(&format!("{RELEASE}/check"), &[]).await.tag().to_owned();
    let list = place.get(&format!("{RELEASE}/evidence"), &[]).await.tag().to_owned();
    let withdraw = async |evidence: i64, tag: &str| {
        let body = json!({ "evidence": evidence, "reason": "wrong phone" });
        place.post(&format!("{RELEASE}/withdrawals"), &[("if-match", tag)], &body).await
    };
    for tag in ["\"1-0000000000000000\"", "\"anything\"", "unquoted", &format!("W/{seen}"), ""] {
        let answer = withdraw(one, tag).await;
        assert_eq!((answer.status, answer.kind()), (412, "moved"), "{tag}: {}", answer.value);
    }
    // Whether it could be done at all is asked first.
    assert_eq!(withdraw(4_000, "\"1-0000000000000000\"").await.status, 404);
    assert_eq!(withdraw(one, &format!("\"x\", {seen}")).await.status, 200);
    assert_eq!(withdraw(one, &seen).await.status, 200, "asked again, it is done");
    let moved = withdraw(other, &list).await;
    let detail = moved.value["detail"].as_str().unwrap();
    assert_eq!(moved.status, 412, "{detail}");
    assert!(detail.starts_with("tidewatch/2026.12 has moved since: The tester withdrew"), "{detail}");
    assert_eq!(withdraw(other, "*").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_applied_on_condition_of_all_that_it_is_about() {
    let place = Place::applied().await;
    let changed = FILE.replace("4.2.0", "4.3.0");
    let apply = async |source: &str, dry_run: bool, tag: &str| {
        let body = json!({ "source": source, "dry_run": dry_run });
        let condition = [("if-match", tag)];
        place.post("/api/v1/apply", if tag.is_empty() { &[] } else { &condition }, &body).await
    };
    let tag = apply(&changed, true, "").await.tag().to_owned();
    assert_eq!(apply(&changed, true, &tag).await.status, 200);
    place.attest().await;
    let moved = apply(&changed, false, &tag).await;
    let detail = moved.value["detail"].as_str().unwrap();
    assert_eq!((moved.status, moved.kind()), (412, "moved"), "{detail}");
    assert!(detail.starts_with("Tidewatch has moved since: The tester"), "{detail}");
    let tag = apply(&changed, true, "").await.tag().to_owned();
    let applied = apply(&changed, false, &tag).await;
    assert_eq!(applied.status, 200, "{}", applied.value);
    assert_ne!(applied.value["changes"], json!([]));
    assert_eq!(apply(&changed, false, "*").await.status, 200);
    let elsewhere = FILE.replace("Tidewatch", "Harbour");
    assert_eq!(apply(&elsewhere, false, "*").await.status, 412, "there is nothing of it yet");
    let new = apply(&elsewhere, true, "").await.tag().to_owned();
    assert_eq!(apply(&elsewhere, false, &new).await.status, 200);
    assert_eq!(apply(&elsewhere, false, &new).await.status, 412);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_not_changed_is_not_sent_again() {
    let place = Place::applied().await;
    place.attest().await;
    for path in [
        "/api/v1/releases".to_owned(),
        format!("{RELEASE}/check"),
        format!("{RELEASE}/check?as_of=2999-01-01T00:00:00Z"),
        format!("{RELEASE}/evidence"),
        "/api/v1/journal/events".to_owned(),
        "/api/v1/journal/events/1".to_owned(),
        "/api/v1/journal/head".to_owned(),
    ] {
        let first = place.get(&path, &[]).await;
        let tag = first.tag().to_owned();
        let again = place.get(&path, &[("if-none-match", &tag)]).await;
        assert_eq!((again.status, again.tag(), &again.value), (304, tag.as_str(), &Value::Null), "{path}");
        let other = place.get(&path, &[("if-none-match", "\"other\"")]).await;
        assert_eq!(other.status, 200, "{path}");
    }
    let check = format!("{RELEASE}/check");
    let before = place.get(&check, &[]).await.tag().to_owned();
    place.attest().await;
    assert_eq!(place.get(&check, &[("if-none-match", &before)]).await.status, 200, "something happened");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_read_in_pages_and_a_cursor_stays_good_while_things_are_added() {
    let place = Place::applied().await;
    for name in ["Harbour", "Lighthouse"] {
        let source = FILE.replace("Tidewatch", name);
        assert_eq!(place.post("/api/v1/apply", &[], &json!({ "source": source })).await.status, 200);
    }
    for _ in 0..5 {
        place.attest().await;
    }
    let release = "release/tidewatch/2026.12";
    for (path, name, added) in [
        ("/api/v1/releases?".to_owned(), "release", 0),
        (format!("{RELEASE}/evidence?"), "evidence", 0),
        ("/api/v1/journal/events?".to_owned(), "position", 1),
        ("/api/v1/journal/events?order=newest&".to_owned(), "position", 0),
        (format!("/api/v1/journal/events?stream={release}&"), "position", 1),
        (format!("/api/v1/journal/events?stream={release}&order=newest&"), "position", 0),
    ] {
        let whole = place.get(&format!("{path}limit=500"), &[]).await.value;
        let named = |page: &Value| {
            page["items"].as_array().unwrap().iter().map(|item| item[name].to_string()).collect::<Vec<_>>()
        };
        let (expect, mut read, mut after) = (named(&whole), Vec::new(), String::new());
        assert!(expect.len() >= 3 && whole["next"].is_null(), "{path}: {whole}");
        loop {
            let page = place.get(&format!("{path}limit=2{after}"), &[]).await;
            assert_eq!(page.status, 200, "{}", page.value);
            if read.is_empty() {
                place.attest().await;
            }
            read.extend(named(&page.value));
            match page.value["next"].as_str() {
                Some(next) => after = format!("&after={next}"),
                None => break,
            }
        }
        assert_eq!(read.len(), expect.len() + added, "{path}");
        assert_eq!(read[..expect.len()], expect, "{path}");
    }
    for wrong in
        ["limit=0", "limit=501", "limit=%2B5", "limit=1&limit=2", "after=0", "after=-1", "after=x", "more=1"]
    {
        let answer = place.get(&format!("{RELEASE}/evidence?{wrong}"), &[]).await;
        assert_eq!((answer.status, answer.kind()), (400, "invalid"), "{wrong}: {}", answer.value);
    }
    for stream in ["people", "release/tidewatch", "release/../x", "product/", "%00"] {
        let answer = place.get(&format!("/api/v1/journal/events?stream={stream}"), &[]).await;
        assert_eq!(answer.status, 400, "{stream}: {}", answer.value);
    }
}
