//! A server that people reach by a name and TLS: its name, its hops, its cookies.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::net::SocketAddr;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Request, StatusCode, header};
use axum::{Router, response::Response};
use server::app::App;
use server::config::Settings;
use server::door::Access;
use server::front::Front;
use server::serve::{recorder, router};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

const NAME: &str = "ship.example";
const HOP: &str = "10.0.0.7";
const PASSWORD: &str = "kelp+ferry+bell+noon";

struct Site {
    _folder: TempDir,
    router: Router,
    link: String,
}

impl Site {
    async fn behind() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let front = Front {
            origin: Some(format!("https://{NAME}").parse().unwrap()),
            hops: vec![HOP.parse().unwrap()],
            tls: None,
        };
        let front = front.at("0.0.0.0:8420".parse().unwrap()).unwrap();
        let app = App::open(Settings::new(Some(folder.path().to_owned()), None, None)).await.unwrap();
        let link = app.set_up_link().await.unwrap();
        let router = router(app.behind(front), Access::Accounts, CancellationToken::new(), recorder());
        Self { _folder: folder, router, link }
    }

    async fn send(&self, peer: &str, mut request: Request<Body>) -> Response {
        let peer = SocketAddr::new(peer.parse().unwrap(), 40_000);
        request.extensions_mut().insert(ConnectInfo(peer));
        self.router.clone().oneshot(request).await.unwrap()
    }

    async fn post(&self, client: &str, path: &str, form: &str) -> Response {
        let request = Request::post(path)
            .header(header::HOST, NAME)
            .header("x-forwarded-for", client)
            .header("sec-fetch-site", "same-origin")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(HOP, request.body(form.to_owned().into()).unwrap()).await
    }

    async fn set_up(&self) -> HeaderMap {
        let form = format!("login=ada&name=Ada&password={PASSWORD}");
        let made = self.post("198.51.100.1", &self.link, &form).await;
        assert_eq!(made.status(), StatusCode::SEE_OTHER);
        made.headers().clone()
    }
}

#[tokio::test]
async fn it_answers_under_its_name_and_by_its_front_alone() {
    let site = Site::behind().await;
    for (peer, host, path, expect) in [
        (HOP, NAME, "/sign-in", StatusCode::OK),
        (HOP, "localhost", "/sign-in", StatusCode::MISDIRECTED_REQUEST),
        (HOP, "ship.example:8420", "/sign-in", StatusCode::MISDIRECTED_REQUEST),
        ("10.0.0.8", NAME, "/sign-in", StatusCode::FORBIDDEN),
        ("127.0.0.1", NAME, "/sign-in", StatusCode::FORBIDDEN),
        // Whatever watches over it is told that it is well, and nothing else.
        ("127.0.0.1", "localhost", "/healthz", StatusCode::OK),
        ("10.0.0.8", "10.0.0.9:8420", "/healthz", StatusCode::OK),
        (HOP, NAME, "/metrics", StatusCode::UNAUTHORIZED),
    ] {
        let request = Request::get(path).header(header::HOST, host).body(Body::empty()).unwrap();
        let answer = site.send(peer, request).await;
        assert_eq!(answer.status(), expect, "{peer} {host} {path}");
    }
}

#[tokio::test]
async fn whatever_it_answers_protects_the_browser() {
    let site = Site::behind().await;
    for (peer, host, path, expect) in [
        (HOP, NAME, "/sign-in", StatusCode::OK),
        (HOP, NAME, "/nowhere", StatusCode::NOT_FOUND),
        (HOP, NAME, "/assets/nothing.css", StatusCode::NOT_FOUND),
        (HOP, NAME, "/api/v1/releases", StatusCode::UNAUTHORIZED),
        (HOP, NAME, "/api/v1/nowhere", StatusCode::NOT_FOUND),
        (HOP, NAME, "/metrics", StatusCode::UNAUTHORIZED),
        (HOP, "evil.example", "/", StatusCode::MISDIRECTED_REQUEST),
        ("10.0.0.8", NAME, "/", StatusCode::FORBIDDEN),
        ("10.0.0.8", NAME, "/healthz", StatusCode::OK),
    ] {
        let request = Request::get(path).header(header::HOST, host).body(Body::empty()).unwrap();
        let answer = site.send(peer, request).await;
        assert_eq!(answer.status(), expect, "{path}");
        let says = |name: &str| answer.headers()[name].to_str().unwrap();
        let policy = says("content-security-policy");
        for part in ["default-src 'none'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"] {
            assert!(policy.contains(part), "{path}: {policy}");
        }
        assert!(!policy.contains("unsafe") && !policy.contains('*'), "{path}: {policy}");
        for (name, value) in [
            ("strict-transport-security", "max-age=63072000; includeSubDomains"),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(says(name), value, "{path}: {name}");
        }
        let kept = says("cache-control");
        assert!(kept == "no-store" || kept == "private, no-cache", "{path}: {kept}");
        assert!(!answer.headers().contains_key("access-control-allow-origin"), "{path}");
    }
}

#[tokio::test]
async fn its_cookies_go_by_tls_alone() {
    let site = Site::behind().await;
    let headers = site.set_up().await;
    let cookies: Vec<&str> =
        headers.get_all(header::SET_COOKIE).iter().map(|cookie| cookie.to_str().unwrap()).collect();
    for name in ["__Host-seaworthy_session=", "__Host-seaworthy_device="] {
        let cookie = cookies.iter().find(|cookie| cookie.starts_with(name)).unwrap();
        assert!(cookie.contains("; Secure") && cookie.contains("; HttpOnly"), "{cookie}");
    }
    let chosen = site.post("198.51.100.1", "/preferences", "zone=Europe/Berlin&theme=dark").await;
    for cookie in chosen.headers().get_all(header::SET_COOKIE) {
        let cookie = cookie.to_str().unwrap();
        assert!(cookie.starts_with("__Host-") && cookie.contains("; Secure"), "{cookie}");
    }
    let session = cookies[0].split(';').next().unwrap();
    for (cookie, expect) in [
        (session.to_owned(), StatusCode::OK),
        // A cookie that any subdomain could have set is not taken for it.
        (session.trim_start_matches("__Host-").to_owned(), StatusCode::SEE_OTHER),
    ] {
        let request = Request::get("/account")
            .header(header::HOST, NAME)
            .header(header::ACCEPT, "text/html")
            .header(header::COOKIE, &cookie);
        let answer = site.send(HOP, request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status(), expect, "{cookie}");
    }
}

#[tokio::test]
async fn tries_are_counted_by_where_they_come_from() {
    let site = Site::behind().await;
    site.set_up().await;
    let attempt = async |client: &str, login: usize| {
        site.post(client, "/sign-in", &format!("login=somebody{login}&password=wrong")).await.status()
    };
    for login in 0..10 {
        // What the client says of itself stands to the left of what the hop adds, and counts for nothing.
        let client = format!("192.0.2.{login}, 203.0.113.5");
        assert_eq!(attempt(&client, login).await, StatusCode::UNPROCESSABLE_ENTITY);
    }
    assert_eq!(attempt("203.0.113.5", 10).await, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(attempt("203.0.113.6", 11).await, StatusCode::UNPROCESSABLE_ENTITY, "another is free");
}

#[tokio::test]
async fn a_field_that_comes_twice_is_refused() {
    let site = Site::behind().await;
    site.set_up().await;
    let twice = format!("login=ada&password=wrong&password={PASSWORD}");
    assert_eq!(
        site.post("198.51.100.1", "/sign-in", &twice).await.status(),
        StatusCode::UNPROCESSABLE_ENTITY
    );
    let in_two_places = format!("/sign-in?login=ada&password={PASSWORD}");
    let answer = site.post("198.51.100.1", &in_two_places, "").await;
    assert_eq!(
        answer.status(),
        StatusCode::UNPROCESSABLE_ENTITY,
        "what belongs into the body counts there alone"
    );
}
