//! Asking and quoting people through the router: what a link opens, when it does not, and how a word is shown.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::sync::atomic::{AtomicI64, Ordering};

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode, header};
use domain::criterion::Function;
use domain::permission::Role;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use server::app::App;
use server::clock::Clock;
use server::config::Settings;
use server::door::Access;
use server::serve::{doors, recorder, router};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

const FILE: &str = r#"
[product]
name = "Tidewatch"
zone = "Europe/Berlin"
[tracks.ios]
devices = ["iPhone SE / iOS 17"]
[[criteria]]
use = "platform-validation-complete"
[releases."2026.12"]
version = "4.2.0"
[releases."2026.12".tracks.ios]
builds = [{ number = 512, commit = "4f1c0aa" }]
candidate = { number = 514, commit = "9be27d1" }
"#;
const RELEASE: &str = "/releases/tidewatch/2026.12";
const HOUR: i64 = 3_600_000_000;
const PNG: &[u8] = b"\x89PNG\r\n\x1a\nnot much of a picture";

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    bytes: Vec<u8>,
    text: String,
}

/// A server with a coordinator, a contributor and an admin, each by their cookie.
struct Site {
    _folder: TempDir,
    app: App,
    router: Router,
    moved: &'static AtomicI64,
}

impl Site {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let moved: &'static AtomicI64 = Box::leak(Box::default());
        let mut settings = Settings::new(Some(folder.path().to_owned()), None, None);
        settings.clock = Clock::Moved(moved);
        let app = App::open(settings).await.unwrap();
        for (login, name, role) in [
            ("ada", "Ada Winter", Role::Coordinator),
            ("con", "Con Tributor", Role::Contributor),
            ("sam", "Sam Petrov", Role::Admin),
        ] {
            app.demo_member(login, name, role, &[Function::Qa]).await.unwrap();
        }
        let stop = CancellationToken::new();
        app.follow(stop.clone()).await.unwrap();
        let router = router(app.clone(), Access::Demo, stop, recorder());
        let site = Self { _folder: folder, app, router, moved };
        let ada = site.enter("Ada Winter").await;
        let applied = site.json(&ada, "/apply", &json!({ "source": FILE })).await;
        assert_eq!(applied.status, StatusCode::OK, "{}", applied.text);
        site
    }

    async fn send(&self, who: &str, request: axum::http::request::Builder, body: impl Into<Body>) -> Answer {
        let mut request = request.header(header::HOST, "localhost:8420").header(header::ACCEPT, "text/html");
        if !who.is_empty() {
            request = request.header(header::COOKIE, who);
        }
        let response = self.router.clone().oneshot(request.body(body.into()).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let streams = parts.headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == "text/event-stream");
        let bytes = if streams { Vec::new() } else { body.collect().await.unwrap().to_bytes().to_vec() };
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Answer { status: parts.status, headers: parts.headers, bytes, text }
    }

    async fn page(&self, who: &str, path: &str) -> Answer {
        self.send(who, Request::get(path), Body::empty()).await
    }

    async fn form(&self, who: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        let request = Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.send(who, request, body).await
    }

    async fn json(&self, who: &str, path: &str, body: &Value) -> Answer {
        let request =
            Request::post(format!("/api/v1{path}")).header(header::CONTENT_TYPE, "application/json");
        self.send(who, request, body.to_string()).await
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

    /// Asks Jo for something until an hour from now; returns the link and the ask's number.
    async fn ask(&self, who: &str, wanted: Value) -> (String, i64) {
        let until = self.app_now().plus_micros(HOUR);
        let body = json!({ "of": { "name": "Jo Lind" }, "wanted": wanted, "note": "the curve, please", "until": until });
        let asked = self.json(who, &format!("{RELEASE}/asks"), &body).await;
        assert_eq!(asked.status, StatusCode::OK, "{}", asked.text);
        let asked: Value = serde_json::from_str(&asked.text).unwrap();
        (asked["link"].as_str().unwrap().to_owned(), asked["ask"].as_i64().unwrap())
    }

    fn app_now(&self) -> domain::time::Time {
        Clock::Moved(self.moved).now()
    }

    async fn events(&self) -> i64 {
        let head = self.send(&self.enter("Ada Winter").await, Request::get("/api/v1/journal/head"), "").await;
        serde_json::from_str::<Value>(&head.text).unwrap()["position"].as_i64().unwrap()
    }
}

fn check() -> Value {
    json!({ "what": "device_check", "track": "ios", "build": "514", "device": "iPhone SE / iOS 17" })
}

fn summary() -> Value {
    json!({ "what": "summary", "track": "ios", "build": "514" })
}

const PASSED: [(&str, &str); 2] = [("result", "passed"), ("text", "all <b>well</b>")];

#[track_caller]
fn opens_nothing(answer: &Answer) {
    assert_eq!(answer.status, StatusCode::NOT_FOUND, "{}", answer.text);
    assert!(answer.text.contains("This link opens nothing, or nothing any more"), "{}", answer.text);
    assert!(!answer.text.contains("Tidewatch") && !answer.text.contains("Jo Lind"), "{}", answer.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_opens_one_form_and_is_answered_once() {
    let site = Site::new().await;
    let ada = site.enter("Ada Winter").await;
    let (link, _) = site.ask(&ada, check()).await;
    let before = site.events().await;
    for _ in 0..3 {
        let page = site.page("", &link).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
        for part in [
            "Ada Winter",
            "asks you",
            "4.2.0 (514)",
            "iPhone SE / iOS 17",
            "the curve, please",
            "Europe/Berlin",
        ] {
            assert!(page.text.contains(part), "no {part} in {}", page.text);
        }
        assert!(
            !page.text.contains("href=\"/\"") && !page.text.contains("/releases/"),
            "a way into the product"
        );
        for (name, value) in [
            ("referrer-policy", "no-referrer"),
            ("cache-control", "no-store"),
            ("x-robots-tag", "noindex, nofollow"),
        ] {
            assert_eq!(page.headers[name], value);
        }
        assert!(
            page.headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap().contains("default-src 'none'")
        );
    }
    assert_eq!(site.events().await, before, "whoever only looks changes nothing");
    let missing = site.form("", &link, &[("text", "forgot to say")]).await;
    assert_eq!(missing.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(missing.text.contains("forgot to say") && missing.text.contains("passed or failed"));
    let answered = site.form("", &link, &PASSED).await;
    assert_eq!(answered.status, StatusCode::SEE_OTHER, "{}", answered.text);
    assert_eq!(site.events().await, before + 1);
    let again = site.form("", &link, &[("result", "failed")]).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    let declined = site.form("", &link, &[("cannot", "yes"), ("reason", "late")]).await;
    assert_eq!(declined.status, StatusCode::CONFLICT);
    assert_eq!(site.events().await, before + 1, "an ask ends once");
    let shown = site.page("", &link).await.text;
    assert!(
        shown.contains("Recorded, thank you")
            && shown.contains("all &lt;b&gt;well&lt;/b&gt;")
            && !shown.contains("<form")
    );
    let track = site.page(&ada, &format!("{RELEASE}/tracks/ios")).await.text;
    assert!(track.contains("passed, Jo Lind, by a link from Ada Winter"), "{track}");
    let journal = site.page(&ada, &format!("{RELEASE}/journal?find=asked")).await.text;
    assert!(
        journal.contains("asked Jo Lind to check iOS 4.2.0 (514) by hand on iPhone SE / iOS 17"),
        "{journal}"
    );
    site.moved.fetch_add(2 * HOUR, Ordering::Relaxed);
    opens_nothing(&site.page("", &link).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn links_that_ended_are_alike() {
    let site = Site::new().await;
    let ada = site.enter("Ada Winter").await;
    opens_nothing(&site.page("", "/asked/0123").await);
    opens_nothing(&site.form("", "/asked/0123", &PASSED).await);
    let (expired, number) = site.ask(&ada, check()).await;
    let (withdrawn, _) = site.ask(&ada, summary()).await;
    let renewed = site.form(&ada, &format!("{RELEASE}/asks/{number}/link"), &[]).await;
    assert_eq!(renewed.headers[header::CACHE_CONTROL], "no-store");
    let link = format!("/asked/{}", renewed.text.split("/asked/").nth(1).unwrap().split('<').next().unwrap());
    opens_nothing(&site.page("", &expired).await);
    assert_eq!(site.page("", &link).await.status, StatusCode::OK, "the new link opens what the old one did");
    let blank = site.form(&ada, &format!("{RELEASE}/asks/{}/withdraw", number + 1), &[("reason", " ")]).await;
    assert_eq!(blank.status, StatusCode::UNPROCESSABLE_ENTITY);
    let done = site
        .form(&ada, &format!("{RELEASE}/asks/{}/withdraw", number + 1), &[("reason", "Sam did it")])
        .await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    opens_nothing(&site.page("", &withdrawn).await);
    opens_nothing(&site.form("", &withdrawn, &[("text", "too late")]).await);
    site.moved.fetch_add(HOUR, Ordering::Relaxed);
    opens_nothing(&site.page("", &link).await);
    opens_nothing(&site.form("", &link, &PASSED).await);
    let list = site.page(&ada, &format!("{RELEASE}/asks")).await.text;
    assert!(
        list.contains(">expired<") && list.contains(">withdrawn<") && list.contains("Sam did it"),
        "{list}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_asked_may_say_that_they_cannot() {
    let site = Site::new().await;
    let ada = site.enter("Ada Winter").await;
    let (link, _) = site.ask(&ada, summary()).await;
    let blank = site.form("", &link, &[("cannot", "yes"), ("reason", "")]).await;
    assert!(
        blank.status == StatusCode::UNPROCESSABLE_ENTITY && blank.text.contains("why not"),
        "{}",
        blank.text
    );
    let empty = site.form("", &link, &[("text", "  ")]).await;
    assert!(empty.status == StatusCode::UNPROCESSABLE_ENTITY && empty.text.contains("The summary is empty"));
    site.form("", &link, &[("cannot", "yes"), ("reason", "on leave")]).await;
    assert!(site.page("", &link).await.text.contains("You said that you can’t"));
    let track = site.page(&ada, &format!("{RELEASE}/tracks/ios")).await.text;
    assert!(track.contains(">declined<") && track.contains("on leave"), "{track}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_is_not_tried_for_long() {
    let site = Site::new().await;
    let ada = site.enter("Ada Winter").await;
    let (link, _) = site.ask(&ada, summary()).await;
    let mut refused = 0;
    for _ in 0..14 {
        let tried = site.form("", &link, &[("text", " ")]).await;
        refused += i32::from(tried.status == StatusCode::TOO_MANY_REQUESTS);
    }
    assert_eq!(refused, 4);
    site.moved.fetch_add(61_000_000, Ordering::Relaxed);
    assert_eq!(site.form("", &link, &[("text", "All well.")]).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_secret_of_a_link_opens_no_door() {
    let site = Site::new().await;
    let ada = site.enter("Ada Winter").await;
    let (link, number) = site.ask(&ada, check()).await;
    let secret = link.trim_start_matches("/asked/");
    let before = site.events().await;
    let mut walked = 0;
    for (path, door) in doors(site.app.clone()).iter().filter(|(_, door)| door.act.is_some()) {
        let path =
            path.replace("{product}", "tidewatch").replace("{name}", "2026.12").replace("{track}", "ios");
        let path = path.replace("{position}", &number.to_string()).replace("{person}", "nobody");
        for (name, value) in [
            (header::COOKIE, format!("seaworthy_session={secret}")),
            (header::AUTHORIZATION, format!("Bearer {secret}")),
            (header::AUTHORIZATION, format!("Bearer swt_{secret}")),
        ] {
            let request = Request::builder().method(door.method).uri(&path).header(name, value);
            let answer = site.send("", request, Body::empty()).await;
            let to = answer.headers.get(header::LOCATION).map(|to| to.to_str().unwrap().to_owned());
            let asks_to_sign_in = to.is_some_and(|to| to.starts_with("/sign-in"));
            assert!(
                asks_to_sign_in || answer.status == StatusCode::UNAUTHORIZED,
                "{} {path}: {}",
                door.method,
                answer.status
            );
            walked += 1;
        }
    }
    assert!(walked > 100, "{walked}");
    assert_eq!(site.events().await, before);
    let contributor = site.enter("Con Tributor").await;
    let until = site.app_now().plus_micros(HOUR);
    let body = json!({ "of": { "name": "Jo Lind" }, "wanted": summary(), "until": until });
    let asked = site.json(&contributor, &format!("{RELEASE}/asks"), &body).await;
    assert_eq!(asked.status, StatusCode::FORBIDDEN, "asking takes a coordinator");
}

/// A form with a file, as a browser sends it.
fn multipart(fields: &[(&str, &str)], file: &[u8]) -> (String, Vec<u8>) {
    let mut body = Vec::new();
    for (name, value) in fields {
        body.extend(
            format!("--line\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
                .into_bytes(),
        );
    }
    body.extend(b"--line\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.svg\"\r\nContent-Type: image/svg+xml\r\n\r\n");
    body.extend(file);
    body.extend(b"\r\n--line--\r\n");
    ("multipart/form-data; boundary=line".to_owned(), body)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_summary_is_recorded_by_the_form_whole() {
    let site = Site::new().await;
    let contributor = site.enter("Con Tributor").await;
    // Longer than an address may be, and longer still where each letter is written as three.
    let text = "Überall geprüft. ".repeat(12_000);
    let fields = [("what", "summary"), ("track", "ios"), ("build", "514"), ("text", &text)];
    let (kind, body) = multipart(&fields, b"");
    let request = Request::post(format!("{RELEASE}/record")).header(header::CONTENT_TYPE, kind);
    let recorded = site.send(&contributor, request, body).await;
    assert_eq!(recorded.status, StatusCode::SEE_OTHER, "{}", recorded.text);
    let list = site.page(&contributor, &format!("/api/v1{RELEASE}/evidence")).await.text;
    assert!(list.contains("24000 words"), "{list}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_word_of_another_is_never_told_as_if_they_had_recorded_it() {
    let site = Site::new().await;
    let contributor = site.enter("Con Tributor").await;
    let record = async |fields: &[(&str, &str)], file: &[u8]| {
        let (kind, body) = multipart(fields, file);
        let request = Request::post(format!("{RELEASE}/record")).header(header::CONTENT_TYPE, kind);
        site.send(&contributor, request, body).await
    };
    let mut fields = vec![
        ("what", "check"),
        ("track", "ios"),
        ("build", "514"),
        ("device", "iPhone SE / iOS 17"),
        ("result", "passed"),
        ("text", "an hour, all well"),
        ("whose", "other"),
        ("person_name", "Jo Lind"),
    ];
    let unsourced = record(&fields, PNG).await;
    assert_eq!(unsourced.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", unsourced.text);
    assert!(
        unsourced.text.contains("where the word was given") && unsourced.text.contains("an hour, all well")
    );
    let kept =
        unsourced.text.split("name=\"attachment\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    fields.extend([("source", "message in #release"), ("attachment", kept)]);
    let recorded = record(&fields, b"").await;
    assert_eq!(recorded.status, StatusCode::SEE_OTHER, "{}", recorded.text);
    let to = recorded.headers[header::LOCATION].to_str().unwrap().split('?').next().unwrap().to_owned();
    let told = "Jo Lind, recorded by Con Tributor (message in #release)";
    for path in ["/tracks/ios", "/evidence", "/journal", ""]
        .map(|below| format!("{RELEASE}{below}"))
        .iter()
        .chain([&to])
    {
        let page = site.page(&contributor, path).await.text;
        assert!(page.contains(told), "{path} does not say {told}: {page}");
        let plain = page.replace(told, "").replace("The word of Jo Lind", "").replace("Jo Lind saw", "");
        assert!(!plain.contains("Jo Lind"), "{path} says Jo Lind as if it were theirs");
    }
    let overview = site.page(&contributor, RELEASE).await.text;
    assert!(overview.contains("recorded on somebody’s behalf"), "what we know does not say how we know it");
    let list = site.page(&contributor, &format!("/api/v1{RELEASE}/evidence")).await.text;
    assert!(list.contains(told), "{list}");
    let check = site.page(&contributor, &format!("/api/v1{RELEASE}/check")).await.text;
    assert!(
        check.contains("recorded on somebody’s behalf") && check.contains("message in #release"),
        "{check}"
    );
    let picture = site.page(&contributor, &format!("{to}/attachment")).await;
    assert_eq!(picture.bytes, PNG);
    assert_eq!(picture.headers[header::CONTENT_TYPE], "image/png", "what it is, not what it was called");
    assert_eq!(picture.headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
    fields.retain(|(name, _)| *name != "attachment" && *name != "device");
    fields.push(("device", "iPhone SE / iOS 17"));
    let refused = record(&fields, b"<svg onload='alert(1)'>").await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("An attachment is a picture"), "{}", refused.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn people_of_one_name_are_told_apart_and_nobody_quotes_themselves() {
    let site = Site::new().await;
    let contributor = site.enter("Con Tributor").await;
    let attest = async |name: &str, address: Option<&str>| {
        site.moved.fetch_add(1_000_000, Ordering::Relaxed);
        let behalf = json!({ "name": name, "address": address, "source": "phone call" });
        let body = json!({ "track": "ios", "build": "514", "device": "iPhone SE / iOS 17", "result": "passed", "behalf": behalf });
        site.json(&contributor, &format!("{RELEASE}/attestations"), &body).await
    };
    for address in ["jo@a.example", "jo@b.example", "jo@a.example"] {
        assert_eq!(attest("Jo Lind", Some(address)).await.status, StatusCode::OK);
    }
    let vague = attest("Jo Lind", None).await;
    assert!(
        vague.status == StatusCode::CONFLICT && vague.text.contains("2 people are called Jo Lind"),
        "{}",
        vague.text
    );
    let own = attest("Con Tributor", None).await;
    assert!(own.text.contains("That is you"), "{}", own.text);
    let form = site.page(&contributor, &format!("{RELEASE}/record")).await.text;
    assert!(form.contains("Jo Lind (jo@a.example)") && form.contains("Jo Lind (jo@b.example)"), "{form}");
    assert!(!form.contains("Con Tributor ("), "oneself is not to choose");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_asks_keeps_what_was_typed_and_shows_the_link_once() {
    let site = Site::new().await;
    let ada = site.enter("Ada Winter").await;
    let form = site.page(&ada, &format!("{RELEASE}/asks/new?what=check&track=ios")).await.text;
    let until = form
        .split("name=\"until\"")
        .nth(1)
        .unwrap()
        .split("value=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    let mut fields = vec![
        ("what", "check"),
        ("track", "ios"),
        ("build", "514"),
        ("device", "iPhone SE / iOS 17"),
        ("until", until),
        ("note", "the curve, please"),
        ("person_address", "jo@example.org"),
    ];
    let nobody = site.form(&ada, &format!("{RELEASE}/asks"), &fields).await;
    assert_eq!(nobody.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        nobody.text.contains("the curve, please") && nobody.text.contains("jo@example.org"),
        "{}",
        nobody.text
    );
    fields.push(("person_name", "Jo Lind"));
    let made = site.form(&ada, &format!("{RELEASE}/asks"), &fields).await;
    assert_eq!(
        (made.status, &made.headers[header::CACHE_CONTROL]),
        (StatusCode::OK, &"no-store".parse().unwrap()),
        "{}",
        made.text
    );
    assert!(
        made.text.contains("http://localhost:8420/asked/") && made.text.contains("Hello Jo,"),
        "{}",
        made.text
    );
    let list = site.page(&ada, &format!("{RELEASE}/asks")).await.text;
    assert!(list.contains("Jo Lind") && list.contains(">open<") && !list.contains("/asked/"), "{list}");
}
