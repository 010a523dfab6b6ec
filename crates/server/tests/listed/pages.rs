//! The pages of defects, changes and risks: forms that work, come back with what was typed, and are not shown to all.

use std::collections::HashMap;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use http_body_util::BodyExt;
use serde_json::json;
use server::app::App;
use server::config::Settings;
use server::door::Access;
use server::serve::{recorder, router};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use crate::FILE;

const RELEASE: &str = "/releases/tidewatch/2026.12";
const PASSWORD: &str = "kelp ferry bell noon";

struct Answer {
    status: StatusCode,
    location: String,
    text: String,
    cookie: String,
}

/// A server with an admin, and with whom they invited; each by the name of their role.
struct Site {
    _folder: TempDir,
    router: Router,
    sessions: HashMap<&'static str, String>,
}

impl Site {
    /// A contributor speaks for QA here, and so does the coordinator.
    async fn begin() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let app = App::open(Settings::new(Some(folder.path().to_owned()), None, None)).await.unwrap();
        let stop = CancellationToken::new();
        app.follow(stop.clone()).await.unwrap();
        let link = app.set_up_link().await.unwrap();
        let router = router(app, Access::Accounts, stop, recorder());
        let mut site = Self { _folder: folder, router, sessions: HashMap::new() };
        let admin = site.form("", &link, &format!("login=admin&name=Ada+Admin&password={PASSWORD}")).await;
        site.sessions.insert("admin", admin.cookie);
        for role in ["viewer", "contributor", "coordinator"] {
            let invited = format!("login={role}&name=&role={role}&function=qa");
            let page = site.form("admin", "/people/invite", &invited).await;
            let link = page.text.split("/welcome/").nth(1).unwrap().split('<').next().unwrap().to_owned();
            let wanted = format!("login=other&name=The+{role}&password={PASSWORD}");
            let entered = site.form("", &format!("/welcome/{link}"), &wanted).await;
            site.sessions.insert(role, entered.cookie);
        }
        let request = Request::post("/api/v1/apply").header(header::CONTENT_TYPE, "application/json");
        let applied = site.send("admin", request, json!({ "source": FILE }).to_string()).await;
        assert_eq!(applied.status, StatusCode::OK, "{}", applied.text);
        site
    }

    async fn send(&self, who: &str, request: axum::http::request::Builder, body: impl Into<Body>) -> Answer {
        let session = self.sessions.get(who).map_or("", String::as_str);
        let request = request.header(header::HOST, "localhost:8420").header(header::COOKIE, session);
        let request = request.header(header::ACCEPT, "text/html").body(body.into()).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let text = |name| {
            let value = parts.headers.get(name).map(|value| value.to_str().unwrap().to_owned());
            value.unwrap_or_default()
        };
        let cookie = text(header::SET_COOKIE).split(';').next().unwrap().to_owned();
        let (status, location) = (parts.status, text(header::LOCATION));
        let bytes = body.collect().await.unwrap().to_bytes();
        Answer { status, location, cookie, text: String::from_utf8_lossy(&bytes).into_owned() }
    }

    async fn form(&self, who: &str, path: &str, fields: &str) -> Answer {
        let request = Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(who, request, fields.replace(' ', "+")).await
    }

    async fn page(&self, who: &str, below: &str) -> String {
        let answer = self.send(who, Request::get(format!("{RELEASE}{below}")), Body::empty()).await;
        assert_eq!(answer.status, StatusCode::OK, "{below}: {}", answer.text);
        answer.text
    }

    /// Posts a form that does; returns where it leads.
    async fn does(&self, who: &str, below: &str, fields: &str) -> String {
        let answer = self.form(who, &format!("{RELEASE}{below}"), fields).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{below} {fields}: {}", answer.text);
        answer.location
    }

    /// Posts a form that does not do: it comes back with all of these.
    async fn comes_back(&self, who: &str, below: &str, fields: &str, with: &[&str]) {
        let answer = self.form(who, &format!("{RELEASE}{below}"), fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{below} {fields}: {}", answer.text);
        for part in with {
            assert!(answer.text.contains(part), "{below} {fields}: no {part} in {}", answer.text);
        }
    }
}

const REPORT: &str = "title=Old route&key=TW-1&severity=high&on-ios=yes&areas=Sync, Routes&found-ios=514";
const IMPACT: &str = "experience=runners see their last route&reach=some&often=sometimes\
                      &frequency=4 of 212 syncs&circumstances=after a run without a phone&workaround=";

#[tokio::test(flavor = "multi_thread")]
async fn a_defect_is_reported_translated_and_answered_for_by_forms() {
    let site = Site::begin().await;
    let empty = site.page("contributor", "/defects").await;
    assert!(empty.contains("No defect is on record") && empty.contains("Say that it is whole"), "{empty}");
    site.comes_back(
        "contributor",
        "/defects",
        "title=&key=TW-1&areas=Sync",
        &["Give the defect a title", "value=\"TW-1\"", "value=\"Sync\""],
    )
    .await;
    site.comes_back(
        "contributor",
        "/defects",
        "title=Old&found-ios=9",
        &["it has build 514", "value=\"Old\"", "value=\"9\""],
    )
    .await;
    site.comes_back("contributor", "/defects", "title=Old&severity=dire", &["none of the choices"]).await;
    let at = site.does("contributor", "/defects", REPORT).await;
    assert_eq!(at, format!("{RELEASE}/defects/TW-1?done=reported"));
    let list = site.page("viewer", "/defects").await;
    assert!(list.contains("not translated") && list.contains("not checked: Wear OS"), "{list}");
    site.comes_back(
        "contributor",
        "/defects/TW-1/impact",
        "experience=they see it&reach=&often=",
        &["Say how many users meet it", "they see it"],
    )
    .await;
    site.does("contributor", "/defects/TW-1/impact", IMPACT).await;
    site.comes_back(
        "contributor",
        "/defects/TW-1/exposures",
        "track=ios&exposure=not_affected&note=on 514",
        &["was seen on iOS"],
    )
    .await;
    site.does("contributor", "/defects/TW-1/exposures", "track=wearos&exposure=not_affected&note=ten syncs")
        .await;
    let told = "track=wearos&exposure=affected&note=&whose=other&person_name=Jo Lind";
    site.comes_back(
        "contributor",
        "/defects/TW-1/exposures",
        told,
        &["where the word was given", "value=\"Jo Lind\"", "id=\"told-me\" open"],
    )
    .await;
    site.does("contributor", "/defects/TW-1/exposures", &format!("{told}&source=phone call")).await;
    let page = site.page("viewer", "/defects/TW-1").await;
    for part in [
        "Runners see their last route, after a run",
        "Jo Lind, recorded by The contributor (phone call)",
        "no workaround",
    ] {
        assert!(page.contains(part), "no {part} in {page}");
    }
    site.does(
        "contributor",
        "/defects",
        &format!("{REPORT}&corrects=yes&state=resolved&fixed-ios=514&reason=merged"),
    )
    .await;
    assert!(site.page("viewer", "/defects/TW-1").await.contains("the candidate has it mended"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_out_of_a_release_is_decided_by_those_the_table_names() {
    let site = Site::begin().await;
    site.does("coordinator", "/defects", REPORT).await;
    let others =
        site.form("contributor", &format!("{RELEASE}/defects/TW-1/deferral"), "to=4.3.0&reason=rare").await;
    assert_eq!(others.status, StatusCode::FORBIDDEN, "{}", others.text);
    assert!(!site.page("contributor", "/defects/TW-1").await.contains("Defer it"));
    site.comes_back(
        "coordinator",
        "/defects/TW-1/deferral",
        "to=4.3.0&reason=",
        &["why it can wait", "value=\"4.3.0\"", "id=\"d-defer\" open"],
    )
    .await;
    site.does("coordinator", "/defects/TW-1/deferral", "to=4.3.0&reason=rare").await;
    assert!(site.page("viewer", "/defects").await.contains("deferred to 4.3.0"));
    site.does("coordinator", "/defects/TW-1/deferral", "back=yes&reason=too many").await;
    site.does("coordinator", "/defects/TW-1/withdrawal", "reason=of another app").await;
    assert!(site.page("viewer", "/defects?show=withdrawn").await.contains("of another app"));
    site.does("coordinator", "/defects/TW-1/return", "reason=it is ours").await;
    site.does("contributor", "/contents", "title=Routes&key=TW-7").await;
    site.does("contributor", "/contents/TW-7/removal", "reason=not in time").await;
    assert!(site.page("viewer", "/contents").await.contains("Taken out"));
    site.does("contributor", "/contents/TW-7/return", "reason=in time after all").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_offers_the_word_of_those_functions_that_its_reader_speaks_for() {
    let site = Site::begin().await;
    site.does("contributor", "/contents", "title=Routes&priority=p1&areas=Sync").await;
    let page = site.page("contributor", "/contents/C-1").await;
    assert!(
        page.contains("name=\"function\" value=\"qa\"")
            && !page.contains("name=\"function\" value=\"product\""),
        "{page}"
    );
    site.does("contributor", "/contents/C-1/word", "function=qa&done=yes&notes=forty cases").await;
    site.comes_back("contributor", "/contents/C-1/word", "function=qa&done=no&notes=", &["what is missing"])
        .await;
    let forbidden =
        site.form("contributor", &format!("{RELEASE}/contents/C-1/word"), "function=product&done=yes").await;
    assert!(forbidden.text.contains("This takes the word of product"), "{}", forbidden.text);
    assert!(!page.contains("Somebody told me"), "a contributor records nobody else’s word: {page}");
    let told = "whose=other&function=qa&done=yes&person_name=The contributor&source=phone call";
    let forbidden = site.form("contributor", &format!("{RELEASE}/contents/C-1/word"), told).await;
    assert_eq!(forbidden.status, StatusCode::FORBIDDEN, "{}", forbidden.text);
    site.does("coordinator", "/contents/C-1/word", told).await;
    let change = site.page("viewer", "/contents/C-1").await;
    assert!(change.contains("The contributor, recorded by The coordinator (phone call)"), "{change}");
    site.comes_back(
        "contributor",
        "/contents",
        "title=Other&key=C-1",
        &["say in a few words why", "Why is it corrected?"],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_risk_is_noted_revised_and_closed_by_forms() {
    let site = Site::begin().await;
    let risk = "title=Firmware&likelihood=possible&effect=no routes&mitigation=a flag&person_name=Jo Lind";
    site.comes_back(
        "contributor",
        "/risks",
        &risk.replace("a flag", ""),
        &["what is done against it", "value=\"Jo Lind\""],
    )
    .await;
    site.does("contributor", "/risks", risk).await;
    let list = site.page("contributor", "/risks").await;
    let position = list.split("id=\"r-").nth(1).unwrap().split('"').next().unwrap().to_owned();
    site.does("contributor", &format!("/risks/{position}"), &risk.replace("a flag", "a flag and a note"))
        .await;
    site.comes_back(
        "contributor",
        &format!("/risks/{position}/closing"),
        "happened=no&outcome=",
        &["why it cannot happen", "open"],
    )
    .await;
    site.does("contributor", &format!("/risks/{position}/closing"), "happened=no&outcome=nobody has it")
        .await;
    let list = site.page("viewer", "/risks").await;
    assert!(list.contains("nobody has it") && list.contains("a flag and a note"), "{list}");
    site.does("contributor", "/lists", "list=risks&note=asked the team").await;
    assert!(site.page("viewer", "/risks").await.contains("asked the team"));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_only_reads_and_whoever_reads_the_past_sees_no_form() {
    let site = Site::begin().await;
    site.does("coordinator", "/defects", REPORT).await;
    site.does("coordinator", "/contents", "title=Routes").await;
    site.does(
        "coordinator",
        "/risks",
        "title=Firmware&likelihood=possible&effect=none&mitigation=a flag&person_name=Jo Lind",
    )
    .await;
    let now = site.page("coordinator", "/defects/TW-1").await;
    assert!(now.contains("method=\"post\" action=\"/releases"), "{now}");
    // The past begins a moment after now.
    tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
    let past = server::clock::Clock::System.now().plus_micros(-500_000);
    for below in ["/defects", "/defects/TW-1", "/contents", "/contents/C-1", "/risks"] {
        for (who, path) in [("viewer", below.to_owned()), ("coordinator", format!("{below}?as_of={past}"))] {
            let page = site.page(who, &path).await;
            assert!(!page.contains("method=\"post\" action=\"/releases"), "{who} {path}: {page}");
        }
    }
}

/// What a form that is open began with.
fn stood(page: &str) -> String {
    let value = page.split("name=\"stood\" value=\"").nth(1).unwrap_or_else(|| panic!("nothing in {page}"));
    format!("&stood={}", value.split('"').next().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_changed_while_a_form_was_open_is_not_put_over_unseen() {
    let site = Site::begin().await;
    site.does("contributor", "/defects", REPORT).await;
    site.does("contributor", "/contents", "title=Offline routes&key=TW-7").await;
    let risk = "title=Firmware&likelihood=possible&effect=no routes&mitigation=a flag&person_name=Jo Lind";
    site.does("contributor", "/risks", risk).await;
    let list = site.page("contributor", "/risks").await;
    let position = list.split("id=\"r-").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let corrected = format!("{REPORT}&corrects=yes&reason=a look");
    let change = "title=Offline routes&key=TW-7&corrects=yes&reason=a look";
    for (form, below, fields, from, to) in [
        ("/defects/TW-1/impact", "/defects/TW-1/impact", IMPACT, "reach=some", "reach=many"),
        ("/new-defect?key=TW-1", "/defects", &corrected, "severity=high", "severity=low"),
        ("/new-change?key=TW-7", "/contents", change, "Offline routes", "Routes offline"),
        (&format!("/risks/{position}"), &format!("/risks/{position}"), risk, "a flag", "a flag, a note"),
    ] {
        let opened = stood(&site.page("coordinator", form).await);
        // Whatever else happens in the release is nobody's business here.
        site.does("coordinator", "/lists", &format!("list=changes&note=before {position} {to}")).await;
        let first = fields.replace(from, to);
        site.does("coordinator", below, &format!("{first}{opened}")).await;
        let second = fields.replace(from, if to == "reach=many" { "reach=few" } else { to });
        let second = second.replace("a look", "another").replace("a note", "two notes");
        let stale = format!("{second}{opened}");
        let answer = site.form("coordinator", &format!("{RELEASE}{below}"), &stale).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{below}: {}", answer.text);
        assert!(answer.text.contains("changed while this form was open"), "{below}: {}", answer.text);
        let again = second.replace("low", "medium").replace("Routes offline", "Routes");
        site.does("coordinator", below, &format!("{again}{}", stood(&answer.text))).await;
    }
}
