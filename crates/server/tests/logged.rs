//! What the log tells of those who come in, of those who do not, and of nobody's secrets.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::io::Write;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use http_body_util::BodyExt;
use server::app::App;
use server::config::Settings;
use server::door::Access;
use server::serve::{recorder, router};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

const PASSWORD: &str = "kelp+ferry+bell+noon";

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

struct Site {
    _folder: TempDir,
    router: Router,
    log: Log,
    link: String,
}

impl Site {
    /// A server in a test alone: the log is the process's.
    async fn logged() -> Self {
        let log = Log::default();
        let to = log.clone();
        let subscriber = tracing_subscriber::fmt()
            .json()
            .with_max_level(tracing::Level::DEBUG)
            .with_writer(move || to.clone())
            .finish();
        // Another test of this process may have been first; then its log is not looked at here.
        tracing::subscriber::set_global_default(subscriber).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let app = App::open(Settings::new(Some(folder.path().to_owned()), None, None)).await.unwrap();
        let link = app.set_up_link().await.unwrap();
        let router = router(app, Access::Accounts, CancellationToken::new(), recorder());
        Self { _folder: folder, router, log, link }
    }

    async fn send(&self, request: axum::http::request::Builder, body: &str) -> (StatusCode, String, String) {
        let request = request
            .header(header::HOST, "localhost")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let response =
            self.router.clone().oneshot(request.body(Body::from(body.to_owned())).unwrap()).await.unwrap();
        let cookie =
            response.headers().get(header::SET_COOKIE).map(|cookie| cookie.to_str().unwrap().to_owned());
        let status = response.status();
        let text = response.into_body().collect().await.unwrap().to_bytes();
        let cookie = cookie.unwrap_or_default().split(';').next().unwrap_or_default().to_owned();
        (status, cookie, String::from_utf8_lossy(&text).into_owned())
    }

    fn told(&self) -> String {
        String::from_utf8(self.log.0.lock().unwrap().clone()).unwrap()
    }
}

/// One story, told once, since the log is one: what is in it, and what is not.
#[tokio::test(flavor = "multi_thread")]
async fn what_happens_at_the_doors_is_logged_and_nothing_secret() {
    let site = Site::logged().await;
    let form = format!("login=ada@ship.example&name=Ada+Lovelace&password={PASSWORD}");
    let (_, session, _) = site.send(Request::post(&site.link), &form).await;
    let with = |request: axum::http::request::Builder| request.header(header::COOKIE, &session);
    site.send(Request::post("/sign-in"), "login=ada@ship.example&password=wrong-horse").await;
    site.send(Request::post("/sign-in"), "login=nobody@ship.example&password=wrong-horse").await;
    let (entered, second, _) =
        site.send(Request::post("/sign-in"), &format!("login=ada@ship.example&password={PASSWORD}")).await;
    assert_eq!(entered, StatusCode::SEE_OTHER);
    let wanted = "name=nightly&role=viewer&days=3";
    let (_, _, page) = site.send(with(Request::post("/account/tokens")), wanted).await;
    let token = format!("swt_{}", page.split("swt_").nth(1).unwrap().split('<').next().unwrap());
    let bearer = |request: axum::http::request::Builder| {
        request.header(header::AUTHORIZATION, format!("Bearer {token}"))
    };
    assert_eq!(site.send(bearer(Request::get("/api/v1/releases")), "").await.0, StatusCode::OK);
    assert_eq!(site.send(bearer(Request::post("/api/v1/journal/verify")), "").await.0, StatusCode::FORBIDDEN);
    assert_eq!(site.send(Request::get("/api/v1/releases"), "").await.0, StatusCode::UNAUTHORIZED);
    let forged = with(Request::post("/sign-out")).header(header::ORIGIN, "http://evil.example");
    assert_eq!(site.send(forged, "").await.0, StatusCode::FORBIDDEN);
    let elsewhere = Request::get("/").header(header::HOST, "evil.example");
    assert_eq!(site.send(elsewhere, "").await.0, StatusCode::MISDIRECTED_REQUEST);
    site.send(with(Request::post("/sign-out")), "").await;

    let log = site.told();
    for expect in [
        "used a link to make an account",
        "failed to sign in",
        "nobody known",
        "\"signed in\"",
        "made a token",
        "came in by a token",
        "was refused",
        "turned away POST /api/v1/journal/verify with 403",
        "turned away GET /api/v1/releases with 401",
        "turned away POST /sign-out with 403",
        "with 421",
        "signed out",
    ] {
        assert!(log.contains(expect), "{expect} is not in the log:\n{log}");
    }
    let secret = |cookie: &str| cookie.split_once('=').unwrap().1.to_owned();
    let link = site.link.trim_start_matches("/welcome/").to_owned();
    for never in [
        "ada@ship.example",
        "nobody@ship.example",
        "Lovelace",
        "wrong-horse",
        "kelp",
        &link,
        &secret(&session),
        &secret(&second),
        &token,
    ] {
        assert!(!log.contains(never), "{never} is in the log:\n{log}");
    }
}
