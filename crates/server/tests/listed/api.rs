//! Defects, changes and risks through the API: what is taken, what is refused, and what is shown of them.

use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, header};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use server::api;
use server::app::{App, Who};
use server::config::{LocalActor, Settings};
use tempfile::TempDir;
use tower::ServiceExt;

use crate::FILE;

const RELEASE: &str = "/api/v1/releases/tidewatch/2026.12";

struct Place {
    _folder: TempDir,
    app: App,
}

impl Place {
    async fn applied() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let app = App::open(Settings::new(Some(folder.path().to_owned()), None, None)).await.unwrap();
        let place = Self { _folder: folder, app };
        let (status, told) = place.ask("ada", "POST", "/api/v1/apply", &json!({ "source": FILE })).await;
        assert_eq!(status, 200, "{told}");
        place
    }

    async fn send(
        &self,
        who: &str,
        method: &str,
        path: &str,
        tag: &str,
        body: &Value,
    ) -> (u16, HeaderMap, Value) {
        let actor = LocalActor { login: who.to_owned(), name: format!("The {who}") };
        let mut request = Request::builder().method(method.parse::<Method>().unwrap()).uri(path);
        request = request.header(header::CONTENT_TYPE, "application/json");
        match (method, tag) {
            (_, "") => {}
            ("GET", tag) => request = request.header(header::IF_NONE_MATCH, tag),
            (_, tag) => request = request.header(header::IF_MATCH, tag),
        }
        let body = if method == "GET" { Body::empty() } else { body.to_string().into() };
        let router = api::router(self.app.acting_as(Who::Machine(actor)));
        let response = router.oneshot(request.body(body).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let value = if bytes.is_empty() { Value::Null } else { serde_json::from_slice(&bytes).unwrap() };
        (parts.status.as_u16(), parts.headers, value)
    }

    async fn ask(&self, who: &str, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let (status, _, value) = self.send(who, method, path, "", body).await;
        (status, value)
    }

    async fn get(&self, below: &str) -> Value {
        let (status, value) = self.ask("ada", "GET", &format!("{RELEASE}{below}"), &Value::Null).await;
        assert_eq!(status, 200, "{below}: {value}");
        value
    }

    /// Posts something, and checks what comes of it: "new", "same", or a part of the sentence that refuses it.
    #[track_caller]
    fn check<'a>(
        &'a self,
        who: &'a str,
        below: &'a str,
        body: Value,
        expect: &'a str,
    ) -> impl Future<Output = Value> + 'a {
        let caller = std::panic::Location::caller();
        async move {
            let (status, value) = self.ask(who, "POST", &format!("{RELEASE}{below}"), &body).await;
            let told = match (status, value["new"].as_bool()) {
                (200, Some(true)) => "new",
                (200, Some(false)) => "same",
                _ => value["detail"].as_str().unwrap_or("no sentence"),
            };
            assert!(told.contains(expect), "{caller}: {below} {body}: {status} {told}");
            value
        }
    }

    async fn keys(&self, query: &str) -> Vec<String> {
        let page = self.get(query).await;
        let key = |line: &Value| {
            let key = ["defect", "change"].iter().find_map(|name| line[*name].as_str().map(str::to_owned));
            key.unwrap_or_else(|| line["risk"].to_string())
        };
        page["items"].as_array().unwrap().iter().map(key).collect()
    }
}

fn impact() -> Value {
    json!({
        "experience": "runners see their last route", "reach": "some", "often": "sometimes",
        "frequency": "4 of 212 syncs", "circumstances": "after a run without a phone",
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_defect_goes_from_its_report_to_its_deferral() {
    let place = Place::applied().await;
    let report = json!({
        "title": "Old route", "severity": "high", "tracks": ["ios"], "areas": ["Sync"],
        "found_in": [{ "track": "ios", "build": "514" }],
    });
    let first = place.check("ada", "/defects", report.clone(), "new").await;
    assert_eq!(first["defect"], "D-1");
    let again = place.check("ada", "/defects", report.clone(), "same").await;
    assert_eq!((&again["defect"], &again["position"]), (&first["defect"], &first["position"]));
    place.check("jo", "/defects", report, "new").await;
    place
        .check(
            "ada",
            "/defects",
            json!({ "title": "Old", "found_in": [{ "track": "ios", "build": "9" }] }),
            "it has build 514",
        )
        .await;
    place.check("ada", "/defects", json!({ "key": "D-1", "title": "Other" }), "say in a few words why").await;
    place
        .check(
            "ada",
            "/defects",
            json!({ "key": "D-1", "title": "Old route", "tracks": ["ios"], "reason": "an area too many" }),
            "new",
        )
        .await;
    place.check("ada", "/defects/D-1/impact", json!({ "experience": " ", "reach": "few", "often": "rarely", "frequency": "x", "circumstances": "y" }), "Say what users experience").await;
    place.check("ada", "/defects/D-1/impact", impact(), "new").await;
    place.check("ada", "/defects/D-1/impact", impact(), "same").await;
    let answer = json!({ "track": "wearos", "exposure": "not_affected", "note": "ten syncs", "behalf": { "name": "Jo Lind", "source": "phone call" } });
    place.check("ada", "/defects/D-1/exposures", answer.clone(), "new").await;
    place
        .check(
            "ada",
            "/defects/D-1/exposures",
            json!({ "track": "ios", "exposure": "not_affected" }),
            "was seen on iOS",
        )
        .await;
    place.check("ada", "/defects/D-1/deferral", json!({ "to": "4.3.0", "reason": "rare" }), "new").await;
    place
        .check(
            "ada",
            "/defects/D-9/deferral",
            json!({ "to": "4.3.0", "reason": "rare" }),
            "has no defect D-9",
        )
        .await;
    let shown = place.get("/defects/D-1").await;
    assert_eq!(shown["reported"]["title"], "Old route");
    assert_eq!(shown["reported"]["source"], json!({ "from": "hand" }));
    assert_eq!(shown["ours"]["impact"]["by"], "The ada");
    let tracks = &shown["ours"]["tracks"];
    assert_eq!((&tracks[0]["exposure"], &tracks[0]["mended"]), (&json!("affected"), &json!(false)));
    assert_eq!(tracks[1]["exposure"], "not_affected");
    assert_eq!(tracks[1]["answer"]["by"], "Jo Lind, recorded by The ada (phone call)");
    assert_eq!(shown["ours"]["deferral"]["to"], "4.3.0");
    place.check("ada", "/defects/D-1/deferral", json!({ "reason": "too many" }), "new").await;
    place.check("ada", "/defects/D-1/withdrawal", json!({ "reason": "of another app" }), "new").await;
    place.check("ada", "/defects/D-1/impact", impact(), "Take it back first").await;
    place.check("ada", "/defects/D-1/return", json!({ "reason": "it is ours" }), "new").await;
    let shown = place.get("/defects/D-1").await;
    assert!(shown["ours"]["withdrawn"].is_null() && !shown["ours"]["impact"].is_null(), "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn defects_are_listed_by_what_is_known_and_owed() {
    let place = Place::applied().await;
    for (key, title, severity, tracks, areas) in [
        ("TW-1", "One", "high", json!(["ios"]), json!(["Sync"])),
        ("TW-2", "Two", "low", json!(["ios", "wearos"]), json!(["Sync"])),
        ("TW-3", "Three", "high", json!(["wearos"]), json!(["Checkout"])),
    ] {
        let report =
            json!({ "key": key, "title": title, "severity": severity, "tracks": tracks, "areas": areas });
        place.check("ada", "/defects", report, "new").await;
    }
    place
        .check(
            "ada",
            "/defects",
            json!({ "key": "TW-4", "title": "Four", "state": "rejected", "duplicate_of": "TW-1", "tracks": ["wearos"] }),
            "new",
        )
        .await;
    place
        .check("ada", "/defects", json!({ "key": "TW-5", "title": "Five", "state": "verified" }), "new")
        .await;
    place.check("ada", "/defects/TW-2/impact", impact(), "new").await;
    place.check("ada", "/defects/TW-3/withdrawal", json!({ "reason": "of another app" }), "new").await;
    for (query, expect) in [
        ("", &["TW-1", "TW-2", "TW-4", "TW-5"][..]),
        ("?severity=high", &["TW-1"]),
        ("?area=Sync", &["TW-1", "TW-2"]),
        ("?state=verified", &["TW-5"]),
        ("?untranslated=true", &["TW-1"]),
        ("?unchecked=true", &[]),
        ("?track=wearos", &["TW-1", "TW-2"]),
        ("?withdrawn=true", &["TW-3"]),
        ("?limit=2&after=TW-1", &["TW-2", "TW-4"]),
    ] {
        assert_eq!(place.keys(&format!("/defects{query}")).await, expect, "{query}");
    }
    // TW-1 was seen on Wear OS as TW-4. Without that, nobody has looked there.
    place.check("ada", "/defects/TW-4/withdrawal", json!({ "reason": "not the same" }), "new").await;
    assert_eq!(place.keys("/defects?unchecked=true").await, ["TW-1"]);
    assert_eq!(place.keys("/defects?unchecked=true&track=ios").await, Vec::<String>::new());
    let (status, _) =
        place.ask("ada", "GET", &format!("{RELEASE}/defects?unchcked=true"), &Value::Null).await;
    assert_eq!(status, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_is_done_by_three_and_taken_out_with_a_reason() {
    let place = Place::applied().await;
    let described = place
        .check("ada", "/contents", json!({ "title": "Routes", "tracks": ["ios"], "areas": ["Sync"] }), "new")
        .await;
    assert_eq!(described["change"], "C-1");
    place.check("ada", "/contents", json!({ "key": "TW-7", "title": "Tides" }), "new").await;
    for function in ["engineering", "qa"] {
        place.check("ada", "/contents/C-1/word", json!({ "function": function, "done": true }), "new").await;
    }
    place.check("ada", "/contents/C-1/word", json!({ "function": "qa", "done": true }), "same").await;
    place
        .check(
            "ada",
            "/contents/C-1/word",
            json!({ "function": "marketing", "done": true }),
            "engineering, qa and product",
        )
        .await;
    place
        .check("ada", "/contents/C-1/word", json!({ "function": "qa", "done": false }), "what is missing")
        .await;
    assert_eq!(place.keys("/contents?undone=true").await, ["C-1", "TW-7"]);
    let word = json!({ "function": "product", "done": true, "behalf": { "name": "Jo Lind", "source": "phone call" } });
    place.check("ada", "/contents/C-1/word", word, "new").await;
    assert_eq!(place.keys("/contents?undone=true").await, ["TW-7"]);
    assert_eq!(place.keys("/contents?track=wearos").await, ["TW-7"]);
    assert_eq!(place.keys("/contents?area=Sync").await, ["C-1"]);
    let shown = place.get("/contents/C-1").await;
    assert_eq!(shown["done"][2]["by"], "Jo Lind, recorded by The ada (phone call)");
    place.check("ada", "/contents/TW-7/removal", json!({ "reason": "not in time" }), "new").await;
    place
        .check("ada", "/contents/TW-7/word", json!({ "function": "qa", "done": true }), "Put it back first")
        .await;
    assert_eq!(place.keys("/contents?taken_out=true").await, ["TW-7"]);
    place.check("ada", "/contents/TW-7/return", json!({ "reason": "in time after all" }), "new").await;
    assert_eq!(place.keys("/contents").await, ["C-1", "TW-7"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_risk_has_an_owner_and_an_end() {
    let place = Place::applied().await;
    let risk = |title: &str, mitigation: &str| {
        json!({
            "title": title, "likelihood": "possible", "effect": "runners see no routes", "mitigation": mitigation,
            "owner": { "name": "Jo Lind" },
        })
    };
    let noted = place.check("ada", "/risks", risk("Firmware", "a flag"), "new").await;
    place.check("ada", "/risks", risk("Firmware", "a flag"), "same").await;
    place.check("ada", "/risks", risk("Firmware", ""), "Say what is done against it").await;
    let path = format!("/risks/{}", noted["position"]);
    place.check("ada", &path, risk("Firmware", "a flag, and a note"), "new").await;
    let listed = place.get("/risks").await;
    let line = &listed["items"][0];
    assert_eq!((&line["owner"], &line["mitigation"]), (&json!("Jo Lind"), &json!("a flag, and a note")));
    place
        .check(
            "ada",
            &format!("{path}/closing"),
            json!({ "happened": false, "outcome": "nobody has it" }),
            "new",
        )
        .await;
    assert!(place.keys("/risks").await.is_empty());
    assert_eq!(place.keys("/risks?closed=true").await, [noted["position"].to_string()]);
    place.check("ada", "/risks/1", risk("Firmware", "a flag"), "has no risk 1").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_said_to_be_whole_and_the_word_can_be_withdrawn() {
    let place = Place::applied().await;
    let said = place
        .check("ada", "/lists", json!({ "list": "defects", "note": "gone through the tracker" }), "new")
        .await;
    place
        .check("ada", "/lists", json!({ "list": "defects", "note": "gone through the tracker" }), "same")
        .await;
    let withdrawal = json!({ "evidence": said["position"], "reason": "one was missing" });
    let (status, told) = place.ask("ada", "POST", &format!("{RELEASE}/withdrawals"), &withdrawal).await;
    assert_eq!(status, 200, "{told}");
    place.check("ada", "/lists", json!({ "list": "everything" }), "unknown variant").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_holds_only_for_what_was_seen() {
    let place = Place::applied().await;
    place.check("ada", "/defects", json!({ "title": "Old route" }), "new").await;
    let path = format!("{RELEASE}/defects/D-1");
    let (_, headers, _) = place.send("ada", "GET", &path, "", &Value::Null).await;
    let tag = headers[header::ETAG].to_str().unwrap().to_owned();
    let (status, ..) = place.send("ada", "GET", &path, &tag, &Value::Null).await;
    assert_eq!(status, 304);
    let defer = json!({ "to": "4.3.0", "reason": "rare" });
    place.check("jo", "/defects/D-1/impact", impact(), "new").await;
    let (status, _, told) = place.send("ada", "POST", &format!("{path}/deferral"), &tag, &defer).await;
    assert_eq!(status, 412, "{told}");
    assert!(told["detail"].as_str().unwrap().contains("told what"), "{told}");
    let (_, headers, _) = place.send("ada", "GET", &path, "", &Value::Null).await;
    let tag = headers[header::ETAG].to_str().unwrap().to_owned();
    let (status, _, told) = place.send("ada", "POST", &format!("{path}/deferral"), &tag, &defer).await;
    assert_eq!(status, 200, "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_known_is_told_by_release_by_track_and_as_of_then() {
    let place = Place::applied().await;
    let before = place.get("/knowledge").await;
    assert!(before["know"].as_array().unwrap().is_empty(), "{before}");
    let report = json!({ "title": "Old route", "severity": "high", "tracks": ["ios"] });
    place.check("ada", "/defects", report, "new").await;
    place.check("ada", "/defects/D-1/impact", impact(), "new").await;

    let texts = |known: &Value| {
        let lines = known["means"].as_array().unwrap().iter();
        lines.map(|line| line["text"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let known = place.get("/knowledge").await;
    let means = texts(&known);
    assert!(means[0].starts_with("iOS: runners see their last route"), "{means:?}");
    assert!(means[1].starts_with("Wear OS: users here may meet it too, nobody has looked"), "{means:?}");
    assert_eq!(known["means"][0]["about"], json!({ "what": "defect", "of": "D-1" }));
    let ios = texts(&place.get("/knowledge?track=ios").await);
    assert!(ios[0].starts_with("Runners see their last route"), "{ios:?}");
    assert!(ios.iter().all(|line| !line.contains("nobody has looked")), "{ios:?}");
    let then = place.get(&format!("/knowledge?as_of={}", before["at"].as_str().unwrap())).await;
    assert_eq!((&then["means"], &then["unknown"]), (&before["means"], &before["unknown"]));
    let (status, told) =
        place.ask("ada", "GET", &format!("{RELEASE}/knowledge?track=tvos"), &Value::Null).await;
    assert_eq!(status, 404, "{told}");

    let assessment = json!({
        "build": "514", "recommendation": "no_go", "confidence": 70, "reasons": "routes are old",
    });
    place.check("ada", "/tracks/ios/assessments", assessment, "new").await;
    let assessed = &place.get("/knowledge").await["assessed"][0];
    assert_eq!((&assessed["track"], &assessed["confidence"]), (&json!("ios"), &json!(70)));
}
