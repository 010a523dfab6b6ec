//! The pages through the router of the server: what they send, to whom, and when they say that something changed.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode, header};
use axum::response::Response;
use futures::StreamExt;
use http_body_util::BodyExt;
use serde_json::json;
use server::app::App;
use server::clock::Clock;
use server::config::Settings;
use server::door::Access;
use server::front::Front;
use server::serve::{Server, recorder, router};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

const FILE: &str = r#"
[product]
name = "Tidewatch"
zone = "Europe/Berlin"
[tracks.ios]
devices = ["iPhone 15 / iOS 18"]
[tracks.android]
[[criteria]]
use = "smoke-passed"
max_age = "48h"
[[criteria]]
use = "platform-validation-complete"
[[criteria]]
id = "own"
title = "<b>Own</b> & \"quoted\""
owner = "engineering"
holds = "runs.smoke.run > 1"
[releases."2026.12"]
version = "4.2.0"
[releases."2026.12".tracks.ios]
candidate = { number = 514, commit = "9be27d1" }
"#;
const RELEASE: &str = "/releases/tidewatch/2026.12";
const REPORT: &str = r#"<testsuite name="Tide"><testcase classname="app.Tide" name="opens"/><testcase classname="app.Tide" name="closes"><failure message="expected &lt;3&gt; and found &lt;5&gt;">at Tide.kt:7</failure></testcase></testsuite>"#;

/// A server on a data folder of its own, with a clock that a test can move.
struct Site {
    _folder: TempDir,
    app: App,
    router: Router,
    stop: CancellationToken,
    moved: &'static AtomicI64,
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
        let router = router(app.clone(), Access::Machine, stop.clone(), recorder());
        Self { _folder: folder, app, router, stop, moved }
    }

    async fn applied() -> Self {
        let site = Self::empty().await;
        let request = Request::post("/api/v1/apply").header(header::CONTENT_TYPE, "application/json");
        let applied = site.send(request, json!({ "source": FILE }).to_string()).await;
        assert_eq!(applied.status(), StatusCode::OK);
        site
    }

    async fn send(&self, request: axum::http::request::Builder, body: impl Into<Body>) -> Response {
        let request = request.header(header::HOST, "localhost:8420").body(body.into()).unwrap();
        self.router.clone().oneshot(request).await.unwrap()
    }

    async fn get(&self, path: &str) -> (StatusCode, HeaderMap, String) {
        text(self.send(Request::get(path), Body::empty()).await).await
    }

    async fn smoke(&self) {
        let path = format!("/api/v1{RELEASE}/runs?track=ios&build=514&kind=smoke&name=smoke.xml");
        assert_eq!(self.send(Request::post(path), REPORT).await.status(), StatusCode::OK);
    }

    /// Returns what the release's page shows at this moment, as it tells its stream.
    async fn shown(&self) -> String {
        let (_, _, page) = self.get(RELEASE).await;
        page.split("?after=").nth(1).unwrap().split('"').next().unwrap().to_owned()
    }

    /// Opens a stream of changes.
    async fn listen(&self, path: &str) -> impl futures::Stream<Item = String> + use<> {
        let response = self.send(Request::get(path), Body::empty()).await;
        assert_eq!(response.headers()[header::CONTENT_TYPE], "text/event-stream; charset=utf-8");
        let body = response.into_body().into_data_stream();
        body.map(|bytes| String::from_utf8(bytes.unwrap().to_vec()).unwrap())
    }
}

async fn text(response: Response) -> (StatusCode, HeaderMap, String) {
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    (parts.status, parts.headers, String::from_utf8_lossy(&bytes).into_owned())
}

async fn soon<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(5), what).await.expect("nothing came within 5 seconds")
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_answers_under_a_policy_that_nothing_in_it_breaks() {
    let site = Site::applied().await;
    site.smoke().await;
    let (_, _, list) = site.get(&format!("{RELEASE}/evidence")).await;
    let run = list.split("/evidence/").find_map(|rest| rest.split('"').next()?.parse::<i64>().ok()).unwrap();
    let below = ["", "/tracks/ios", "/tracks/android", "/evidence", "/changes", "/journal"];
    let mut paths: Vec<String> = below.iter().map(|below| format!("{RELEASE}{below}")).collect();
    paths.push(format!("{RELEASE}/evidence/{run}"));
    paths.extend(["/", "/journal", "/journal/1", "/preferences", "/gallery"].map(str::to_owned));
    for path in paths {
        let (status, headers, page) = site.get(&path).await;
        assert_eq!(status, StatusCode::OK, "{path}");
        let policy = headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
        for inline in [" style=", "<style", " onclick=", " onload=", "javascript:", "<script>", "hx-on"] {
            assert!(!page.contains(inline), "{path} has {inline}");
        }
        assert!(!page.contains("<b>Own</b>"), "{path} shows a title as if it were markup");
        assert!(page.contains("Times in Europe/Berlin") || !path.starts_with(RELEASE), "{path}");
    }
    let (_, _, page) = site.get(RELEASE).await;
    assert!(page.contains("&lt;b&gt;Own&lt;/b&gt; &amp; &quot;quoted&quot;"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_page_loads_is_there_and_can_be_kept_for_ever() {
    let site = Site::empty().await;
    let (_, _, page) = site.get("/").await;
    let assets: Vec<&str> = page.split('"').filter(|part| part.starts_with("/assets/")).collect();
    assert_eq!(assets.len(), 6, "{assets:?}");
    for asset in assets {
        let (status, headers, body) = site.get(asset).await;
        assert_eq!(status, StatusCode::OK, "{asset}");
        assert!(headers[header::CACHE_CONTROL].to_str().unwrap().contains("immutable") && !body.is_empty());
    }
    assert_eq!(site.get("/assets/app.000000000000.css").await.0, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_did_not_change_is_not_sent_again() {
    let site = Site::applied().await;
    let etag = async || site.get(RELEASE).await.1[header::ETAG].clone();
    let again = async |etag| {
        text(site.send(Request::get(RELEASE).header(header::IF_NONE_MATCH, etag), Body::empty()).await).await
    };
    let mut known = etag().await;
    let (mut status, _, mut body) = again(known.clone()).await;
    if status == StatusCode::OK {
        // A minute may have passed between the two; two do not.
        known = etag().await;
        (status, _, body) = again(known.clone()).await;
    }
    assert_eq!((status, body.as_str()), (StatusCode::NOT_MODIFIED, ""));
    site.smoke().await;
    // What this process recorded shows at once.
    assert_eq!(again(known).await.0, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_are_compressed_as_the_browser_asks() {
    let site = Site::applied().await;
    let whole = site.get(RELEASE).await.2.len();
    for encoding in ["gzip", "br"] {
        let request = Request::get(RELEASE).header(header::ACCEPT_ENCODING, encoding);
        let response = site.send(request, Body::empty()).await;
        assert_eq!(response.headers()[header::CONTENT_ENCODING], encoding);
        let length = response.into_body().collect().await.unwrap().to_bytes().len();
        assert!(length * 3 < whole, "{encoding}: {length} of {whole}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_this_machines_names_and_pages_are_answered() {
    let site = Site::applied().await;
    let to = |host: &'static str| {
        let request = Request::get("/").header(header::HOST, host).body(Body::empty()).unwrap();
        site.router.clone().oneshot(request)
    };
    for (host, status) in [
        ("localhost", 200),
        ("localhost:8420", 200),
        ("127.0.0.1:8420", 200),
        ("[::1]:8420", 200),
        ("evil.example", 421),
        ("localhost.evil.example:8420", 421),
        ("", 421),
    ] {
        assert_eq!(to(host).await.unwrap().status().as_u16(), status, "{host}");
    }
    let form = |origin: &'static str| {
        let request = Request::post("/preferences").header(header::ORIGIN, origin);
        site.send(
            request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded"),
            "zone=&theme=dark",
        )
    };
    assert_eq!(form("http://evil.example").await.status(), StatusCode::FORBIDDEN);
    let kept = form("http://localhost:8420").await;
    assert_eq!(kept.status(), StatusCode::SEE_OTHER);
    let cookies: Vec<_> = kept.headers().get_all(header::SET_COOKIE).iter().collect();
    assert!(cookies.iter().any(|cookie| cookie.to_str().unwrap().starts_with("theme=dark;")), "{cookies:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_sees_their_zone_and_is_told_of_one_that_is_none() {
    let site = Site::applied().await;
    let request = Request::get(RELEASE).header(header::COOKIE, "zone=America/Halifax; theme=dark");
    let (_, _, page) = text(site.send(request, Body::empty()).await).await;
    assert!(page.contains("Times in America/Halifax") && page.contains("data-theme=\"dark\""));
    let request =
        Request::post("/preferences").header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let (status, _, page) = text(site.send(request, "zone=Europe/Berln").await).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        page.contains("Did you mean Europe/Berlin?") && page.contains("value=\"Europe/Berln\""),
        "{page}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_is_what_changes_and_nothing_around_it() {
    let site = Site::applied().await;
    let request = Request::get(RELEASE).header("hx-request", "true");
    let (_, headers, part) = text(site.send(request, Body::empty()).await).await;
    assert!(
        part.starts_with("<div ")
            && part.contains(" id=\"page\"")
            && part.ends_with("</div>")
            && !part.contains("<head>")
    );
    assert!(headers[header::VARY].to_str().unwrap().contains("HX-Request"));
    let (_, _, whole) = site.get(RELEASE).await;
    assert!(whole.contains(&part), "the part is not what the page has there");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_the_past_is_as_it_was_and_stands_still() {
    let site = Site::applied().await;
    let (_, _, now) = site.get(&format!("{RELEASE}/tracks/ios")).await;
    let before = now.split("data-ago=\"").nth(1).unwrap().split('"').next().unwrap().parse::<i64>().unwrap();
    site.moved.store(7_200_000_000, Ordering::Relaxed);
    site.smoke().await;
    let at = domain::time::Time::from_micros((before + 3_600_000) * 1000);
    let past = format!("{RELEASE}/tracks/ios?as_of={at}");
    let (status, _, page) = site.get(&past).await;
    assert_eq!(status, StatusCode::OK);
    assert!(
        page.contains("1 event has been recorded since") && page.contains("no smoke run on 4.2.0 (514) yet")
    );
    assert!(!page.contains("hx-sse:connect") && page.contains("Change after"), "it must not live");
    assert!(site.get(&format!("{RELEASE}/tracks/ios")).await.2.contains("1 failed"));
    for (as_of, status) in [("yesterday", 422), ("2001-01-01T00:00", 404), ("2126-01-01T00:00", 422)] {
        assert_eq!(site.get(&format!("{RELEASE}?as_of={as_of}")).await.0.as_u16(), status, "{as_of}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_shown_says_what_to_do() {
    let site = Site::applied().await;
    for (path, status, says) in [
        ("/releases/tidewatch/2027.01", 404, "Plan it in the product’s file"),
        ("/releases/Tide%20watch/x", 400, ""),
        ("/releases/tidewatch/2026.12/tracks/wearos", 404, ""),
        ("/releases/tidewatch/2026.12/evidence/9999", 404, "no evidence 9999"),
        ("/releases/tidewatch/2026.12/changes?since=soon", 422, "is no time"),
        ("/releases/tidewatch/2026.12/changes?since=2126-01-01T00:00", 422, "Nothing can have changed yet"),
        ("/journal/9999", 404, "no event 9999"),
        ("/nowhere", 404, "no such page"),
    ] {
        let (got, headers, page) = site.get(path).await;
        assert_eq!(got.as_u16(), status, "{path}: {page}");
        assert!(headers[header::CONTENT_TYPE].to_str().unwrap().starts_with("text/html"), "{path}");
        let says = says.replace('’', "'");
        assert!(page.replace('’', "'").contains(&says), "{path} does not say {says:?}: {page}");
    }
    let (status, headers, _) = site.get("/api/v1/nowhere").await;
    assert_eq!(
        (status, headers[header::CONTENT_TYPE].to_str().unwrap()),
        (StatusCode::NOT_FOUND, "application/problem+json")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn names_that_turn_the_direction_of_text_turn_no_verdict() {
    let site = Site::applied().await;
    let report = REPORT.replace("closes", "closes\u{202e}dessap");
    let path = format!("/api/v1{RELEASE}/runs?track=ios&build=514&kind=smoke&name=smoke.xml");
    assert_eq!(site.send(Request::post(path), report).await.status(), StatusCode::OK);
    let (_, _, page) = site.get(&format!("{RELEASE}/tracks/ios")).await;
    assert!(page.contains("closes\u{fffd}dessap") && !page.contains('\u{202e}'), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_journal_is_as_of_a_moment_and_narrows() {
    let site = Site::applied().await;
    site.moved.store(7_200_000_000, Ordering::Relaxed);
    site.smoke().await;
    let then = Clock::System.now().plus_micros(3_600_000_000);
    let says = async |path: String| site.get(&path).await.2;
    assert!(says("/journal".to_owned()).await.contains("ingested the smoke run"));
    let past = says(format!("/journal?as_of={then}")).await;
    assert!(!past.contains("ingested the smoke run") && past.contains("You see this as it was"), "{past}");
    assert!(says("/journal?topic=evidence".to_owned()).await.contains("ingested the smoke run"));
    assert!(says("/journal?find=zzzz".to_owned()).await.contains("Nothing here fits"));
    assert!(says("/journal?before=-1".to_owned()).await.contains("Nothing here fits"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_withdrawal_wants_a_reason_and_keeps_what_was_typed() {
    let site = Site::applied().await;
    site.smoke().await;
    let (_, _, list) = site.get(&format!("{RELEASE}/evidence")).await;
    let run = list.split("/evidence/").find_map(|rest| rest.split('"').next()?.parse::<i64>().ok()).unwrap();
    let path = format!("{RELEASE}/evidence/{run}");
    let withdraw = |reason: &'static str| {
        let request = Request::post(format!("{path}/withdraw"));
        site.send(
            request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded"),
            format!("reason={reason}"),
        )
    };
    let (status, _, page) = text(withdraw("+").await).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.contains("aria-invalid=\"true\"") && page.contains("class=\"error\""), "{page}");
    let done = withdraw("ran+against+staging").await;
    assert_eq!(done.status(), StatusCode::SEE_OTHER);
    let (_, _, page) = site.get(done.headers()[header::LOCATION].to_str().unwrap()).await;
    assert!(page.contains("“ran against staging”") && page.contains("class=\"toast\""), "{page}");
    assert!(!page.contains("id=\"withdraw\""), "what is withdrawn cannot be withdrawn again");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_page_is_told_only_that_something_changed() {
    let site = Site::applied().await;
    let live = RELEASE.replace("/releases", "/live");
    let shown = site.shown().await;
    // A page that shows less than there is is told at once.
    let mut behind = std::pin::pin!(site.listen(&format!("{live}?after=1")).await);
    assert_eq!(soon(behind.next()).await.unwrap(), format!("event: changed\nid: {shown}\ndata: {shown}\n\n"));
    let mut page = std::pin::pin!(site.listen(&format!("{live}?after={shown}")).await);
    let mut fleet = std::pin::pin!(site.listen(&format!("/live?after={shown}")).await);
    site.smoke().await;
    for told in [soon(page.next()).await, soon(fleet.next()).await] {
        let told = told.unwrap();
        assert!(told.starts_with("event: changed\nid: ") && !told.contains("smoke"), "{told}");
    }
    site.stop.cancel();
    assert_eq!(soon(page.next()).await, None, "an open stream must end with the server");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_page_is_told_of_what_another_process_recorded() {
    let site = Site::applied().await;
    let shown = site.shown().await;
    let live = RELEASE.replace("/releases", "/live");
    let mut page = std::pin::pin!(site.listen(&format!("{live}?after={shown}")).await);
    let other = App::open(Settings::new(Some(site._folder.path().to_owned()), None, None)).await.unwrap();
    let path = format!("/api/v1{RELEASE}/runs?track=ios&build=514&kind=smoke&name=smoke.xml");
    let request = Request::post(path).body(Body::from(REPORT)).unwrap();
    let sent = server::api::router(other.clone()).oneshot(request).await.unwrap();
    assert_eq!(sent.status(), StatusCode::OK);
    assert!(soon(page.next()).await.unwrap().starts_with("event: changed"));
    assert!(site.get(&format!("{RELEASE}/tracks/ios")).await.2.contains("1 failed"));
    other.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_verdict_that_turns_by_itself_turns_the_page() {
    let site = Site::applied().await;
    site.smoke().await;
    let (_, _, fresh) = site.get(RELEASE).await;
    assert!(fresh.contains("1 failed"));
    // The run counts for 48 hours: it is half a second before their end.
    site.moved.store(48 * 3_600_000_000 - 1_500_000, Ordering::Relaxed);
    let shown = site.shown().await;
    let live = RELEASE.replace("/releases", "/live");
    let mut page = std::pin::pin!(site.listen(&format!("{live}?after={shown}")).await);
    assert!(soon(page.next()).await.unwrap().starts_with("event: changed"));
    // A page that was away meanwhile is told as soon as it is back.
    let mut away = std::pin::pin!(site.listen(&format!("{live}?after={shown}")).await);
    assert!(soon(away.next()).await.unwrap().starts_with("event: changed"));
    let (_, _, stale) = site.get(&format!("{RELEASE}/tracks/ios")).await;
    assert!(stale.contains("it counts for 2 days"), "{stale}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_stops_at_once_although_a_page_is_open() {
    let site = Site::applied().await;
    let stop = CancellationToken::new();
    let server =
        Server::bind(site.app.clone(), Access::Machine, Front::default(), "127.0.0.1:0".parse().unwrap())
            .await
            .unwrap();
    let address = server.address();
    let running = tokio::spawn(server.run(stop.clone()));
    let mut open = tokio::net::TcpStream::connect(address).await.unwrap();
    open.write_all(b"GET /live HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    let mut head = [0; 64];
    soon(open.read(&mut head)).await.unwrap();
    assert!(head.starts_with(b"HTTP/1.1 200"));
    site.stop.cancel();
    stop.cancel();
    tokio::time::timeout(Duration::from_secs(2), running)
        .await
        .expect("it waits for the page")
        .unwrap()
        .unwrap();
    for (access, why) in [(Access::Machine, "without signing in"), (Access::Accounts, "in the clear")] {
        let everywhere = "0.0.0.0:0".parse().unwrap();
        let refused = Server::bind(site.app.clone(), access, Front::default(), everywhere).await;
        assert!(refused.is_err_and(|error| error.to_string().contains(why)), "{why}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_tells_how_it_is() {
    let site = Site::applied().await;
    site.get(RELEASE).await;
    let (status, _, health) = site.get("/healthz").await;
    assert!(status == StatusCode::OK && health == "ok\n", "{health}");
    let (_, _, metrics) = site.get("/metrics").await;
    for part in
        ["seaworthy_request_seconds_bucket", "route=\"/releases/{product}/{name}\"", "seaworthy_build_info"]
    {
        assert!(metrics.contains(part), "no {part} in {metrics}");
    }
}
