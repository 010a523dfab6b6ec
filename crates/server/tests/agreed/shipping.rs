//! Four tracks from handoff to users: watchOS inside the submission of iOS, a rejection on iOS, a held Wear OS; once through
//! the API and once by the forms, with the same outcome.

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use crate::site::Site;

const FILE: &str = r#"
[product]
name = "Seaglass"
zone = "Europe/Berlin"
[tracks.ios]
[tracks.watchos]
shares_submission_with = "ios"
[tracks.android]
[tracks.wearos]
[[criteria]]
use = "handoff-accepted"
[releases."2027.1"]
version = "5.0.0"
[releases."2027.1".tracks.ios]
builds = [{ number = 701, commit = "aaaaaa1" }]
candidate = { number = 700, commit = "9be27d1" }
[releases."2027.1".tracks.watchos]
candidate = { number = 700, commit = "9be27d1" }
[releases."2027.1".tracks.android]
candidate = { number = 700, commit = "9be27d1" }
[releases."2027.1".tracks.wearos]
candidate = { number = 700, commit = "9be27d1" }
[releases."2027.2"]
version = "5.0.0"
[releases."2027.2".tracks.ios]
builds = [{ number = 701, commit = "aaaaaa1" }]
candidate = { number = 700, commit = "9be27d1" }
[releases."2027.2".tracks.watchos]
candidate = { number = 700, commit = "9be27d1" }
[releases."2027.2".tracks.android]
candidate = { number = 700, commit = "9be27d1" }
[releases."2027.2".tracks.wearos]
candidate = { number = 700, commit = "9be27d1" }
"#;

/// One step: who does it, on which track, what, and with which fields. The fields are those of the API; forms have the same
/// but where [`form`] says otherwise.
type Step = (&'static str, &'static str, &'static str, Value);

fn offered(track: &'static str, build: &'static str) -> [Step; 2] {
    let checklist = json!([
        { "text": "The very build that was tested is uploaded", "done": true },
        { "text": "Release notes are written in every language", "done": false, "note": "German tonight" },
    ]);
    [
        ("con", track, "offer", json!({ "build": build, "checklist": checklist })),
        ("ada", track, "accept", json!({ "answer": "accepted" })),
    ]
}

fn script() -> Vec<Step> {
    let says = |word: &str| json!({ "word": word });
    let mut steps: Vec<Step> = Vec::new();
    steps.extend(offered("ios", "700"));
    steps.extend(offered("watchos", "700"));
    steps.extend(offered("android", "700"));
    steps.extend([
        ("ada", "wearos", "course", json!({ "turn": "held", "reason": "tiles crash" })),
        ("ada", "ios", "submit", json!({ "build": "700", "note": "with the watch" })),
        ("con", "ios", "expedite", json!({ "text": "it mends a crash" })),
        ("con", "ios", "expedite", json!({ "granted": true })),
        ("con", "ios", "word", says("IN_REVIEW")),
        ("con", "ios", "word", json!({ "word": "REJECTED", "reason": "2.1: it crashed on an iPad" })),
        ("con", "ios", "rework", json!({ "plan": "Pia mends it by noon", "new_build": true })),
        ("ada", "ios", "nominate", json!({ "build": "701", "reason": "the crash is mended" })),
    ]);
    steps.extend(offered("ios", "701"));
    steps.extend([
        ("ada", "ios", "submit", json!({ "build": "701" })),
        ("con", "ios", "word", says("IN_REVIEW")),
        ("con", "ios", "word", says("PENDING_DEVELOPER_RELEASE")),
        ("con", "ios", "word", says("READY_FOR_DISTRIBUTION")),
        ("con", "ios", "rollout", json!({ "word": "ACTIVE", "percent": 1.0 })),
        ("ada", "android", "submit", json!({ "build": "700" })),
        ("con", "android", "word", says("PUBLISHED")),
        ("con", "android", "rollout", json!({ "word": "completed" })),
        ("ada", "android", "course", json!({ "turn": "stable", "reason": "99.8 % without a crash" })),
    ]);
    steps
}

async fn by_api(site: &Site, release: &str, (who, track, verb, body): &Step) {
    let root = format!("{release}/tracks/{track}");
    let path = match *verb {
        "offer" => format!("{root}/handoffs"),
        "accept" => {
            let told = site.get(who, &format!("{release}/shipping?track={track}")).await.value();
            format!("{root}/handoffs/{}/answer", told["tracks"][0]["handoff"]["handoff"])
        }
        "submit" => format!("{root}/submissions"),
        "word" => format!("{root}/submission/words"),
        "nominate" => format!("{root}/candidate"),
        "course" => format!("{root}/course"),
        verb => format!("{root}/submission/{verb}"),
    };
    for new in [true, false] {
        let answer = site.post(who, &path, body).await;
        assert_eq!(answer.status, 200, "{path} {body}: {}", answer.text);
        // What is sent twice is done once; a handoff that was accepted is not asked for again by its answer.
        assert_eq!(answer.value()["new"], new, "{path} {body}: {}", answer.text);
    }
}

/// Returns the fields of a form for what the API takes.
fn form(verb: &str, body: &Value) -> Vec<(String, String)> {
    let mut fields = Vec::new();
    for (name, value) in body.as_object().unwrap() {
        match (name.as_str(), value) {
            ("checklist", Value::Array(lines)) => {
                for (index, line) in lines.iter().enumerate() {
                    fields.push((format!("item-{index}"), line["text"].as_str().unwrap().to_owned()));
                    if line["done"] == true {
                        fields.push((format!("done-{index}"), "yes".to_owned()));
                    }
                    if let Some(note) = line["note"].as_str() {
                        fields.push((format!("note-{index}"), note.to_owned()));
                    }
                }
            }
            (name, Value::Bool(yes)) => {
                fields.extend(yes.then(|| (name.to_owned(), "yes".to_owned())));
            }
            (name, Value::String(text)) => fields.push((name.to_owned(), text.clone())),
            (name, value) => fields.push((name.to_owned(), value.to_string())),
        }
    }
    if ["word", "rollout", "expedite", "rework"].contains(&verb) {
        fields.push(("form".to_owned(), verb.to_owned()));
    }
    fields
}

async fn by_form(site: &Site, release: &str, (who, track, verb, body): &Step) {
    let root = format!("{release}/tracks/{track}");
    let way = site.page(who, &format!("{root}/way")).await.text;
    let action = match *verb {
        "offer" => format!("{root}/handoffs"),
        "accept" => {
            let at = format!("action=\"{root}/handoffs/");
            let handoff = way.split(&at).nth(1).unwrap_or_else(|| panic!("no form to answer in {way}"));
            format!("{root}/handoffs/{}", handoff.split('"').next().unwrap())
        }
        "submit" => format!("{root}/submissions"),
        "course" => format!("{root}/course"),
        // Nominating has a page of its own, which others test.
        "nominate" => return by_api(site, release, &(who, track, "nominate", body.clone())).await,
        _ => format!("{root}/store"),
    };
    assert!(way.contains(&format!("action=\"{action}\"")), "{who} is offered no {action}: {way}");
    let fields = form(verb, body);
    let fields: Vec<(&str, &str)> =
        fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let answer = site.form(who, &action, &fields).await;
    assert_eq!(answer.status, 303, "{action} {fields:?}: {}", answer.text);
}

/// Returns what happened in a release: types, who did it, and what it says but for places and moments.
async fn journal(site: &Site, release: &str) -> Vec<String> {
    let stream = release.replace("/releases/", "release/").replace('/', "%2F");
    let events = site.get("vic", &format!("/journal/events?limit=200&stream={stream}")).await.value();
    let items = events["items"].as_array().unwrap_or_else(|| panic!("{events}")).iter();
    let told = items.map(|event| {
        let mut payload = event["payload"].clone();
        for name in ["handoff", "submission", "said_at", "name"] {
            payload.as_object_mut().unwrap().remove(name);
        }
        format!("{} {} {payload}", event["type"], event["actor"])
    });
    told.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn four_tracks_go_four_ways_by_api_and_by_forms_alike() {
    let site = Site::new().await;
    assert_eq!(site.post("ada", "/apply", &json!({ "source": FILE })).await.status, 200);
    let (first, second) = ("/releases/seaglass/2027.1", "/releases/seaglass/2027.2");
    for step in script() {
        by_api(&site, first, &step).await;
        by_form(&site, second, &step).await;
        site.pass(60_000_000);
    }
    let expect = [
        ("ios", "rolling_out", json!(1.0)),
        ("watchos", "rolling_out", json!(1.0)),
        ("android", "stable", json!(100.0)),
        ("wearos", "validating", Value::Null),
    ];
    for release in [first, second] {
        let told = site.get("vic", &format!("{release}/shipping")).await.value();
        for (track, (id, phase, percent)) in told["tracks"].as_array().unwrap().iter().zip(&expect) {
            let of = (&track["track"], &track["phase"], &track["submission"]["percent"]);
            assert_eq!(of, (&json!(id), &json!(phase), percent), "{track}");
        }
        assert_eq!(told["tracks"][3]["held"], "tiles crash");
        assert_eq!(told["tracks"][1]["ships_with"], "ios");
    }
    let (by_api, by_form) = (journal(&site, first).await, journal(&site, second).await);
    assert!(by_api.len() > 30, "{by_api:?}");
    assert_eq!(by_api, by_form);
    let page = site.page("vic", first).await.text;
    for part in ["On their way", "READY_FOR_DISTRIBUTION", "offered to 1 %", "tiles crash"] {
        assert!(page.contains(part), "no {part} in {page}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_not_follow_comes_back_with_what_was_typed() {
    let site = Site::new().await;
    assert_eq!(site.post("ada", "/apply", &json!({ "source": FILE })).await.status, 200);
    let root = "/releases/seaglass/2027.1/tracks/android";
    let offer = [("build", "700"), ("item-0", "Notes are written"), ("note", "ready, I think")];
    let answer = site.form("con", &format!("{root}/handoffs"), &offer).await;
    assert_eq!(answer.status, 422, "{}", answer.text);
    for part in ["Say beside it why it is offered all the same", "ready, I think"] {
        assert!(answer.text.contains(part), "no {part} in {}", answer.text);
    }
    let answer = site.form("con", &format!("{root}/handoffs"), &[("build", "700")]).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    let way = site.page("con", &format!("{root}/way")).await.text;
    assert!(way.contains("somebody else accepts it") && !way.contains("value=\"accepted\""), "{way}");
    assert!(!way.contains("action=\"/releases/seaglass/2027.1/tracks/android/course\""), "{way}");
    let looked = site.page("vic", &format!("{root}/way")).await.text;
    assert!(!looked.contains("method=\"post\" action=\"/releases"), "{looked}");
    let refused = site.post("con", &format!("{root}/submissions"), &json!({ "build": "700" })).await;
    assert_eq!(refused.status, 403, "{}", refused.text);
    let refused = site.post("ada", &format!("{root}/submissions"), &json!({ "build": "700" })).await;
    assert_eq!(
        (refused.status, refused.detail().contains("waits to be accepted")),
        (409, true),
        "{}",
        refused.text
    );
    let past =
        site.send("vic", Request::get(format!("{root}/way?as_of=2020-01-01T00:00:00Z")), Body::empty()).await;
    assert_ne!(past.status, 500, "{}", past.text);
}
