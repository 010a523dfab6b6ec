//! The definition of ready through the router: drafted, agreed, in force, and how it looks on the way there.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::sync::atomic::{AtomicI64, Ordering};

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use domain::criterion::Function;
use domain::permission::Role;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use server::app::App;
use server::clock::Clock;
use server::config::Settings;
use server::door::Access;
use server::serve::{recorder, router};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

const FILE: &str = r#"
[product]
name = "Tidewatch"
zone = "Europe/Berlin"
[tracks.ios]
[tracks.wearos]
[[criteria]]
use = "smoke-passed"
waivable_by = ["product"]
[releases."2026.12"]
version = "4.2.0"
"#;
const CANDIDATE: &str =
    "[releases.\"2026.12\".tracks.ios]\ncandidate = { number = 514, commit = \"9be27d1\" }\n";
const RELEASE: &str = "/releases/tidewatch/2026.12";
const HOUR: i64 = 3_600_000_000;

struct Answer {
    status: StatusCode,
    location: String,
    text: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }
}

/// A server with a coordinator of qa, contributors of engineering and product, and a viewer.
struct Site {
    _folder: TempDir,
    router: Router,
    moved: &'static AtomicI64,
    ada: String,
    eng: String,
    pat: String,
    vic: String,
}

impl Site {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let moved: &'static AtomicI64 = Box::leak(Box::default());
        let mut settings = Settings::new(Some(folder.path().to_owned()), None, None);
        settings.clock = Clock::Moved(moved);
        let app = App::open(settings).await.unwrap();
        for (login, name, role, functions) in [
            ("ada", "Ada Winter", Role::Coordinator, vec![Function::Qa]),
            ("eng", "Eng Ineer", Role::Contributor, vec![Function::Engineering]),
            ("pat", "Pat Nowak", Role::Contributor, vec![Function::Product]),
            ("jo", "Jo Lind", Role::Contributor, vec![Function::Engineering, Function::Product]),
            ("vic", "Vic Viewer", Role::Viewer, vec![Function::Marketing]),
        ] {
            app.demo_member(login, name, role, &functions).await.unwrap();
        }
        let stop = CancellationToken::new();
        app.follow(stop.clone()).await.unwrap();
        let router = router(app, Access::Demo, stop, recorder());
        let mut site = Self {
            _folder: folder,
            router,
            moved,
            ada: String::new(),
            eng: String::new(),
            pat: String::new(),
            vic: String::new(),
        };
        site.ada = site.enter("Ada Winter").await;
        site.eng = site.enter("Eng Ineer").await;
        site.pat = site.enter("Pat Nowak").await;
        site.vic = site.enter("Vic Viewer").await;
        site
    }

    /// With the file applied, which puts version 1 in force.
    async fn applied() -> Self {
        let site = Self::new().await;
        site.apply(FILE).await;
        site
    }

    async fn apply(&self, source: &str) -> Vec<String> {
        let applied = self.post(&self.ada, "/apply", &json!({ "source": source })).await;
        assert_eq!(applied.status, StatusCode::OK, "{}", applied.text);
        serde_json::from_value(applied.json()["changes"].clone()).unwrap()
    }

    fn later(&self, hours: i64) {
        self.moved.fetch_add(hours * HOUR, Ordering::SeqCst);
    }

    async fn send(&self, who: &str, request: axum::http::request::Builder, body: impl Into<Body>) -> Answer {
        let mut request = request.header(header::HOST, "localhost:8420").header(header::ACCEPT, "text/html");
        if !who.is_empty() {
            request = request.header(header::COOKIE, who);
        }
        let response = self.router.clone().oneshot(request.body(body.into()).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let location = parts.headers.get(header::LOCATION).map(|to| to.to_str().unwrap().to_owned());
        let bytes = body.collect().await.unwrap().to_bytes();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Answer { status: parts.status, location: location.unwrap_or_default(), text }
    }

    async fn page(&self, who: &str, path: &str) -> Answer {
        self.send(who, Request::get(format!("{RELEASE}{path}")), Body::empty()).await
    }

    async fn form(&self, who: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        let request = Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.send(who, request, body).await
    }

    async fn get(&self, path: &str) -> Answer {
        self.send(&self.vic, Request::get(format!("/api/v1{path}")), Body::empty()).await
    }

    async fn post(&self, who: &str, path: &str, body: &Value) -> Answer {
        let request =
            Request::post(format!("/api/v1{path}")).header(header::CONTENT_TYPE, "application/json");
        self.send(who, request, body.to_string()).await
    }

    async fn of_definition(&self, who: &str, below: &str, body: &Value) -> Answer {
        self.post(who, &format!("{RELEASE}/definition{below}"), body).await
    }

    async fn definition(&self) -> Value {
        self.get(&format!("{RELEASE}/definition")).await.json()
    }

    /// Drafts, and returns the draft's position.
    async fn drafted(&self, body: Value) -> i64 {
        let drafted = self.of_definition(&self.ada, "/draft", &body).await;
        assert_eq!(drafted.status, StatusCode::OK, "{}", drafted.text);
        drafted.json()["position"].as_i64().unwrap()
    }

    async fn agree(&self, who: &str, definition: i64, function: &str) -> Answer {
        self.of_definition(who, "/agreements", &json!({ "definition": definition, "function": function }))
            .await
    }

    /// Signs in with a click, as one may in a demo; returns the cookie.
    async fn enter(&self, name: &str) -> String {
        let page = self.send("", Request::get("/sign-in"), Body::empty()).await.text;
        let before = page.split(&format!("<b>{name}</b>")).next().unwrap();
        let id = before.rsplit("value=\"").next().unwrap().split('"').next().unwrap();
        let request = Request::post("/demo/sign-in")
            .header(header::HOST, "localhost:8420")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let request = request.body(Body::from(format!("person={id}"))).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let cookie = response.headers()[header::SET_COOKIE].to_str().unwrap();
        cookie.split(';').next().unwrap().to_owned()
    }
}

#[track_caller]
fn refused(answer: &Answer, status: StatusCode, sentence: &str) {
    assert_eq!(answer.status, status, "{}", answer.text);
    assert!(answer.text.contains(sentence), "{}", answer.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_from_the_template_is_in_force_once_all_have_agreed() {
    let site = Site::new().await;
    let without =
        FILE.replace("zone =", "# zone =").replace("[[criteria]]", "[[criteria]]\ngate = \"submission\"");
    site.apply(&without).await;
    // What the file put in force was agreed to by nobody; from the first agreement on, a file only drafts.
    let definition = site.definition().await;
    assert_eq!(definition["ruling"]["consent"], "no function has agreed; a file put it in force");
    assert_eq!(definition["agreeing"], json!(["engineering", "product", "qa"]));
    let draft = site
        .drafted(json!({
            "from": "template",
            "criteria": [{ "id": "cold-start", "title": "Cold start under 2 s", "owner": "engineering",
                           "holds": "runs.performance.metrics.cold_start_p90_ms < 2000" }],
            "reason": "the beta taught us"
        }))
        .await;
    let waiting = site.definition().await["draft"].clone();
    assert_eq!(waiting["position"], draft);
    assert_eq!(waiting["waiting"], "it waits for engineering, product and qa");
    assert_eq!(waiting["criteria"][0]["use"], "smoke-passed");
    assert_eq!(waiting["criteria"][0]["holds"], "runs.smoke.failed == 0");
    assert_eq!(waiting["criteria"][1]["id"], "cold-start");
    assert_eq!(site.agree(&site.ada, draft, "qa").await.json()["new"], true);
    assert_eq!(site.agree(&site.ada, draft, "qa").await.json()["new"], false);
    refused(
        &site.agree(&site.eng, draft, "product").await,
        StatusCode::FORBIDDEN,
        "takes the word of product",
    );
    refused(&site.agree(&site.vic, draft, "marketing").await, StatusCode::FORBIDDEN, "takes a contributor");
    assert_eq!(site.agree(&site.eng, draft, "engineering").await.status, StatusCode::OK);
    let behalf = json!({
        "definition": draft, "function": "product",
        "behalf": { "name": "Jo Lind", "source": "message in #release" }
    });
    refused(
        &site.of_definition(&site.eng, "/agreements", &behalf).await,
        StatusCode::FORBIDDEN,
        "To give a function’s word for somebody else takes a coordinator",
    );
    let mut invented = behalf.clone();
    invented["behalf"]["name"] = json!("Pat Nobody");
    refused(
        &site.of_definition(&site.ada, "/agreements", &invented).await,
        StatusCode::FORBIDDEN,
        "They have no account that speaks for product",
    );
    assert_eq!(site.of_definition(&site.ada, "/agreements", &behalf).await.status, StatusCode::OK);
    let definition = site.definition().await;
    assert_eq!(definition["draft"], Value::Null);
    assert_eq!(definition["ruling"]["version"], 2);
    assert_eq!(definition["ruling"]["draft"], draft);
    assert_eq!(definition["ruling"]["consent"], "agreed by qa, engineering and product");
    assert_eq!(
        definition["ruling"]["agreements"][2]["by"],
        "Jo Lind, recorded by Ada Winter (message in #release)"
    );
    let history: Vec<_> = definition["history"].as_array().unwrap().iter().map(|of| &of["version"]).collect();
    assert_eq!(history, [2, 1]);
    let difference = site.get(&format!("{RELEASE}/definition/difference")).await.json();
    assert_eq!((&difference["from"], &difference["to"]), (&json!("version 1"), &json!("version 2")));
    assert_eq!(difference["added"][0]["id"], "cold-start");
    let changes = site.apply(&without.replace("[\"product\"]", "[\"product\", \"qa\"]")).await;
    assert!(
        changes.iter().any(|change| change.contains("draft version 3") && change.contains("it waits for")),
        "{changes:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_draft_voids_what_was_agreed_to_the_one_before() {
    let site = Site::applied().await;
    let change = |age: i64| json!({ "from": "ruling", "criteria": [{ "use": "smoke-passed", "id": "smoke-passed", "max_age_hours": age }], "reason": "stale" });
    let older = site.drafted(change(48)).await;
    site.agree(&site.ada, older, "qa").await;
    let newer = site.drafted(change(24)).await;
    refused(&site.agree(&site.eng, older, "engineering").await, StatusCode::CONFLICT, "drafted anew since");
    assert_eq!(site.definition().await["draft"]["agreements"], json!([]));
    let difference = site.get(&format!("{RELEASE}/definition/difference?from=1&to=draft")).await.json();
    let fields = &difference["changed"][0]["fields"];
    assert_eq!(fields[0], json!({ "field": "waivable by", "before": "product", "after": "nobody" }));
    assert_eq!(
        fields[1],
        json!({ "field": "evidence", "before": "of any age", "after": "at most 24 hours old" })
    );
    let drop = json!({ "draft": newer, "reason": "not now" });
    assert_eq!(site.of_definition(&site.ada, "/draft/withdrawal", &drop).await.json()["new"], true);
    assert_eq!(site.of_definition(&site.ada, "/draft/withdrawal", &drop).await.json()["new"], false);
    let definition = site.definition().await;
    assert_eq!((&definition["draft"], &definition["dropped"]["reason"]), (&Value::Null, &json!("not now")));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_drafted_says_what_could() {
    let site = Site::applied().await;
    for (body, status, sentence) in [
        (json!({}), 422, "at least one criterion"),
        (json!({ "from": "ruling" }), 409, "criteria of version 1, which is in force"),
        (json!({ "from": "draft" }), 404, "No draft waits"),
        (json!({ "from": "ruling", "without": ["smoke-pased"] }), 404, "Did you mean smoke-passed?"),
        (json!({ "criteria": [{ "id": "a", "holds": "true" }] }), 422, "changes for a reason only"),
        (
            json!({ "criteria": [{ "id": "a", "holds": "runs.smoek.failed == 0" }] }),
            422,
            "Did you mean runs.smoke?",
        ),
        (
            json!({ "criteria": [{ "id": "a", "title": "An a", "holds": "1 +" }] }),
            422,
            "“An a”: not an expression",
        ),
        (json!({ "criteria": [{ "id": "a", "holds": "runs.smoke.failures" }] }), 422, "wants true or false"),
        (json!({ "criteria": [{ "use": "smoke" }] }), 422, "There is no preset smoke"),
        (
            json!({ "criteria": [{ "use": "smoke-passed", "tracks": ["io"] }], "reason": "x" }),
            404,
            "Did you mean ios?",
        ),
        (
            json!({ "criteria": [{ "use": "smoke-passed" }, { "use": "smoke-passed" }], "reason": "x" }),
            422,
            "Two criteria",
        ),
        (
            json!({ "from": "ruling", "criteria": [{ "id": "a", "holds": "true" }, { "id": "a", "holds": "false" }], "reason": "x" }),
            422,
            "Two criteria",
        ),
    ] {
        let answer = site.of_definition(&site.ada, "/draft", &body).await;
        assert_eq!(answer.status.as_u16(), status, "{body}: {}", answer.text);
        assert!(answer.json()["detail"].as_str().unwrap().contains(sentence), "{body}: {}", answer.text);
    }
    let placed = json!({ "criteria": [{ "id": "a", "holds": "runs.smoek.failed == 0" }] });
    let placed = site.of_definition(&site.ada, "/draft", &placed).await.json();
    assert_eq!((&placed["mistakes"][0]["start"], &placed["mistakes"][0]["end"]), (&json!(0), &json!(10)));
    assert_eq!(
        site.of_definition(&site.eng, "/draft", &json!({ "from": "template" })).await.status,
        StatusCode::FORBIDDEN
    );
    let head = Request::post(format!("/api/v1{RELEASE}/definition/draft"))
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::IF_MATCH, "\"1-0000000000000000\"");
    let moved = site
        .send(
            &site.ada,
            head,
            json!({ "criteria": [{ "id": "a", "holds": "true" }], "reason": "x" }).to_string(),
        )
        .await;
    assert_eq!(moved.status, StatusCode::PRECONDITION_FAILED, "{}", moved.text);
    refused(&site.get(&format!("{RELEASE}/definition/7")).await, StatusCode::NOT_FOUND, "there is version 1");
    refused(
        &site.get(&format!("{RELEASE}/definition/difference?from=x")).await,
        StatusCode::UNPROCESSABLE_ENTITY,
        "is no version",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bar_that_moved_late_is_told_wherever_it_stands() {
    let site = Site::applied().await;
    site.apply(&format!("{FILE}{CANDIDATE}")).await;
    site.later(3);
    let draft = site.drafted(json!({ "criteria": [{ "id": "a", "holds": "runs.smoke.failed < 2" }], "reason": "one is known" })).await;
    for (who, function) in [(&site.ada, "qa"), (&site.eng, "engineering"), (&site.pat, "product")] {
        assert_eq!(site.agree(who, draft, function).await.status, StatusCode::OK);
    }
    let late = "the bar moved 3 hours after 4.2.0 (514) was nominated on iOS";
    assert_eq!(site.definition().await["ruling"]["late"], late);
    let check = site.get(&format!("{RELEASE}/check")).await.json();
    assert_eq!(check["definition"]["late"], late);
    assert_eq!(check["definition"]["consent"], "agreed by qa, engineering and product");
    let version = site.get(&format!("{RELEASE}/definition/2")).await.json();
    assert_eq!((&version["late"], &version["reason"]), (&json!(late), &json!("one is known")));
    assert_eq!(site.get(&format!("{RELEASE}/definition/1")).await.json()["late"], Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_criterion_is_tried_out_on_todays_facts_and_changes_nothing() {
    let site = Site::applied().await;
    site.apply(&format!("{FILE}{CANDIDATE}")).await;
    let before = site.get("/journal/head").await.json()["position"].clone();
    let try_out = async |body: Value| site.post(&site.vic, &format!("{RELEASE}/criteria/trial"), &body).await;
    let of_age = try_out(json!({ "criterion": { "holds": "candidate.build == \"514\"" } })).await.json();
    let verdicts: Vec<_> =
        of_age["tracks"].as_array().unwrap().iter().map(|of| &of["check"]["verdict"]).collect();
    assert_eq!(verdicts, ["met", "unknown"]);
    let missing = try_out(json!({ "criterion": { "use": "smoke-passed", "gate": "release", "max_age_hours": 5 }, "track": "ios" })).await.json();
    assert_eq!(missing["tracks"][0]["check"]["missing"], json!(["runs.smoke.failed"]));
    assert_eq!(missing["criterion"]["title"], "Smoke passed on the candidate");
    let mistaken = try_out(json!({ "criterion": { "id": "a", "holds": "runs.smoek.failed == 0" } })).await;
    assert_eq!(mistaken.status, StatusCode::OK);
    assert_eq!(
        mistaken.json()["mistake"],
        json!({ "message": "no such fact: runs.smoek", "start": 0, "end": 10, "suggestion": "runs.smoke" })
    );
    refused(
        &try_out(json!({ "criterion": { "id": "a" } })).await,
        StatusCode::UNPROCESSABLE_ENTITY,
        "It has no rule",
    );
    refused(
        &try_out(json!({ "criterion": { "use": "smoke-passed" }, "track": "tv" })).await,
        StatusCode::NOT_FOUND,
        "no track tv",
    );
    assert_eq!(site.get("/journal/head").await.json()["position"], before);
    let presets = site.get("/presets").await.json();
    let flaky = presets.as_array().unwrap().iter().find(|preset| preset["name"] == "flaky-rate").unwrap();
    assert_eq!(flaky["sentence"], "Regression flaky in at most 2 % of cases");
    assert_eq!(flaky["parameters"][1]["usual"], "0.02");
    assert_eq!(flaky["holds"], "runs.regression.flaky_rate <= 0.02");
}

/// The fields of a form with one criterion of its own.
fn own<'a>(source: &'a str, reason: &'a str, deed: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("instead_of", ""),
        ("by.0", "holds"),
        ("source.0", source),
        ("title.0", "Few <b>smokes</b> fail"),
        ("owner.0", "engineering"),
        ("waivable_by.0", "product"),
        ("tracks.0", "ios"),
        ("gate.0", "release"),
        ("age.0", "3d"),
        ("place.0", "1"),
        ("reason", reason),
        ("do", deed),
    ]
}

const DRAFT: &str = "/releases/tidewatch/2026.12/definition/draft";
const KEPT: [&str; 5] = [
    "Few &lt;b&gt;smokes&lt;/b&gt; fail",
    "value=\"3d\"",
    "<option value=\"engineering\" selected>",
    "<option value=\"release\" selected>",
    "value=\"ios\" checked",
];

#[tokio::test(flavor = "multi_thread")]
async fn an_editor_keeps_what_was_typed_whatever_its_buttons_and_refusals_say() {
    let site = Site::applied().await;
    let begun = site.page(&site.ada, "/definition/draft?from=ruling").await;
    assert_eq!(begun.status, StatusCode::OK);
    assert!(
        begun.text.contains("name=\"with.run.0\"") && begun.text.contains("Why does the bar move?"),
        "{}",
        begun.text
    );
    for (source, reason, deed, status, says) in [
        ("runs.smoek.failed == 0", "one is known", "draft", 422, "Did you mean <code>runs.smoke</code>?"),
        ("", "one is known", "draft", 422, "It has no rule"),
        ("runs.smoke.failed &lt; 2", "", "draft", 422, "not an expression"),
        ("true", "  ", "draft", 422, "changes for a reason only"),
        ("candidate.build == \"514\"", "", "try:0", 200, "no candidate"),
        ("runs.smoke.failed == 0", "x", "up:0", 200, "Today it comes to"),
        ("runs.smoke.failed == 0", "x", "add:flaky-rate", 200, "name=\"with.max.1\""),
        ("runs.smoke.failed == 0", "x", "add:", 200, "name=\"source.1\""),
        ("runs.smoke.failed == 0", "x", "keep", 200, "Few"),
        ("runs.smoke.failed == 0", "x", "no such deed", 200, "Few"),
    ] {
        let came = site.form(&site.ada, DRAFT, &own(source, reason, deed)).await;
        assert_eq!(came.status.as_u16(), status, "{deed}: {}", came.text);
        assert!(came.text.to_lowercase().contains(&says.to_lowercase()), "{deed}: {says}\n{}", came.text);
        for kept in KEPT {
            assert!(came.text.contains(kept), "{deed} loses {kept}\n{}", came.text);
        }
        assert!(came.text.contains(&format!(">{}</textarea>", reason)), "{deed} loses the reason");
    }
    let removed = site.form(&site.ada, DRAFT, &own("true", "x", "remove:0")).await;
    assert!(removed.text.contains("No criterion yet"));
    assert_eq!(site.definition().await["draft"], Value::Null, "nothing of it was drafted");
    let drafted = site
        .form(
            &site.ada,
            DRAFT,
            &own("runs.smoke.failed &lt; 2".replace("&lt;", "<").as_str(), "one is known", "draft"),
        )
        .await;
    assert_eq!(
        (drafted.status, drafted.location.as_str()),
        (StatusCode::SEE_OTHER, "/releases/tidewatch/2026.12/definition?done=drafted")
    );
    let draft = site.definition().await["draft"].clone();
    let expect = json!([{
        "id": "few-b-smokes-b-fail", "title": "Few <b>smokes</b> fail", "owner": "engineering", "waivable_by": ["product"],
        "gate": "release", "tracks": ["ios"], "max_age_hours": 72, "holds": "runs.smoke.failed < 2"
    }]);
    assert_eq!(draft["criteria"], expect);
    // Whoever wrote without seeing that draft is told, and nothing is replaced unseen.
    let unseen = site.form(&site.ada, DRAFT, &own("true", "another", "draft")).await;
    refused(&unseen, StatusCode::UNPROCESSABLE_ENTITY, "The draft has changed while you wrote");
    assert_eq!(site.definition().await["draft"], draft);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_is_tried_as_it_is_typed() {
    let site = Site::applied().await;
    site.apply(&format!("{FILE}{CANDIDATE}")).await;
    let trial = format!("{RELEASE}/definition/trial?of=0");
    let met = site.form(&site.ada, &trial, &own("candidate.build == \"514\"", "", "keep")).await;
    assert!(
        met.text.contains("iOS") && met.text.contains("met") && !met.text.contains("<html"),
        "{}",
        met.text
    );
    assert!(!met.text.contains("wearos"), "only on the tracks that were chosen");
    let wrong = site.form(&site.ada, &trial, &own("runs.smoek.failed == 0", "", "")).await;
    assert_eq!(wrong.status, StatusCode::OK, "a part that is refused would not be shown");
    assert!(wrong.text.contains("<mark>runs.smoek</mark>"), "{}", wrong.text);
    let aged = [own("true", "", ""), vec![("age.0", "x")]].concat();
    let aged = site.form(&site.ada, &trial, &aged).await;
    assert!(aged.text.contains("is no age"), "{}", aged.text);
    let gone = site.form(&site.ada, &format!("{RELEASE}/definition/trial?of=7"), &own("true", "", "")).await;
    assert!(gone.text.contains("not there any more"));
    assert_eq!(site.form(&site.vic, &trial, &own("true", "", "")).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_offers_to_agree_only_for_what_its_reader_speaks_for() {
    let site = Site::applied().await;
    let draft = site
        .drafted(json!({ "from": "ruling", "criteria": [{ "use": "flaky-rate" }], "reason": "calm" }))
        .await;
    let agree = format!("{RELEASE}/definition/agree");
    let (qa, product) = ("Agree for QA", "Agree for Product");
    let seen = async |who: &str| site.page(who, "/definition").await.text;
    let (ada, pat, vic) = (seen(&site.ada).await, seen(&site.pat).await, seen(&site.vic).await);
    assert!(ada.contains(qa) && !ada.contains(product) && ada.contains("Drop the draft"));
    assert!(pat.contains(product) && !pat.contains(qa) && !pat.contains("Drop the draft"), "{pat}");
    assert!(!vic.contains("Agree for") && !vic.contains("/definition/agree\""), "a viewer sees no form");
    assert!(
        vic.contains("It waits for engineering, product and qa")
            && vic.contains("Adds</b> “Regression flaky")
    );
    let draft = draft.to_string();
    let agreed = site.form(&site.pat, &agree, &[("definition", &draft), ("function", "product")]).await;
    assert_eq!(agreed.status, StatusCode::SEE_OTHER, "{}", agreed.text);
    let wrong = site.form(&site.pat, &agree, &[("definition", &draft), ("function", "qa")]).await;
    refused(&wrong, StatusCode::UNPROCESSABLE_ENTITY, "This takes the word of qa");
    let word = [
        ("definition", draft.as_str()),
        ("function", "engineering"),
        ("whose", "other"),
        ("person_name", "Jo Lind"),
        ("source", ""),
    ];
    let without = site.form(&site.ada, &agree, &word).await;
    refused(&without, StatusCode::UNPROCESSABLE_ENTITY, "where the word was given");
    assert!(without.text.contains("value=\"Jo Lind\""), "what was typed is kept");
    let mut word = word;
    word[4].1 = "phone call";
    assert_eq!(site.form(&site.ada, &agree, &word).await.status, StatusCode::SEE_OTHER);
    let stale = site.form(&site.ada, &agree, &[("definition", "2"), ("function", "qa")]).await;
    refused(&stale, StatusCode::UNPROCESSABLE_ENTITY, "It was drafted anew since");
    let drop = format!("{RELEASE}/definition/drop");
    let unsaid = site.form(&site.ada, &drop, &[("draft", &draft), ("reason", " ")]).await;
    refused(&unsaid, StatusCode::UNPROCESSABLE_ENTITY, "Say in a few words why it is dropped");
    assert_eq!(
        site.form(&site.pat, &drop, &[("draft", &draft), ("reason", "x")]).await.status,
        StatusCode::FORBIDDEN
    );
    site.form(&site.ada, &agree, &[("definition", &draft), ("function", "qa")]).await;
    let ruling = seen(&site.vic).await;
    assert!(
        ruling.contains("In force: version 2")
            && ruling.contains("Jo Lind, recorded by Ada Winter (phone call)"),
        "{ruling}"
    );
    let dropped = site.form(&site.ada, &drop, &[("draft", &draft), ("reason", "x")]).await;
    refused(&dropped, StatusCode::CONFLICT, "can be amended and not dropped");
    let difference = site.page(&site.vic, "/definition/difference?from=1&to=2").await.text;
    assert!(difference.contains("Adds 1") && difference.contains("1 criterion is the same"), "{difference}");
    assert_eq!(site.page(&site.vic, "/definition/1").await.status, StatusCode::OK);
    assert_eq!(site.page(&site.vic, "/definition/3").await.status, StatusCode::NOT_FOUND);
    assert_eq!(site.page(&site.vic, "/definition/draft").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nothing_is_agreed_the_page_says_how_to_begin_and_the_past_shows_no_form() {
    let site = Site::new().await;
    site.apply(&FILE.replace("[[criteria]]\nuse = \"smoke-passed\"\nwaivable_by = [\"product\"]\n", ""))
        .await;
    let empty = site.page(&site.ada, "/definition").await.text;
    assert!(
        empty.contains("Nothing is agreed yet")
            && empty.contains("from=nothing")
            && !empty.contains("from=template"),
        "{empty}"
    );
    let of_viewer = site.page(&site.vic, "/definition").await.text;
    assert!(of_viewer.contains("seaworthy apply") && !of_viewer.contains("from="), "{of_viewer}");
    let editor = site.page(&site.ada, "/definition/draft").await.text;
    assert!(editor.contains("No criterion yet") && editor.contains("A word on it, if you like"));
    site.later(1);
    site.apply(FILE).await;
    site.apply(&format!("{FILE}{CANDIDATE}")).await;
    site.later(2);
    let amended =
        site.drafted(json!({ "criteria": [{ "id": "a", "holds": "true" }], "reason": "late" })).await;
    for (who, function) in [(&site.ada, "qa"), (&site.eng, "engineering"), (&site.pat, "product")] {
        site.agree(who, amended, function).await;
    }
    let late = "the bar moved 2 hours after 4.2.0 (514) was nominated on iOS";
    assert!(site.page(&site.vic, "/definition").await.text.contains(late));
    assert!(site.page(&site.vic, "").await.text.contains(late), "the head of the release says so too");
    site.drafted(json!({ "criteria": [{ "id": "b", "holds": "true" }], "reason": "later" })).await;
    site.later(1);
    let now = Clock::Moved(site.moved).now().plus_micros(-HOUR / 2);
    let past = site.page(&site.ada, &format!("/definition?as_of={now}")).await;
    assert_eq!(past.status, StatusCode::OK);
    assert!(
        past.text.contains("Draft of version 3")
            && !past.text.contains("Agree for")
            && !past.text.contains("Drop the draft"),
        "{}",
        past.text
    );
    assert!(!past.text.contains("Edit the draft"));
}
