//! Three people and a program who act on releases by the API.

use axum::Router;
use axum::body::Body;
use axum::http::{Request, header};
use domain::criterion::Function;
use domain::defect::DefectState;
use domain::envelope::ActorId;
use domain::event::HandoffAnswer;
use domain::permission::Role;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use server::api;
use server::app::App;
use server::app::who::{Member, Who};
use server::config::Settings;
use sqlx::Connection;
use tempfile::TempDir;
use tower::ServiceExt;

use crate::step::{Of, Step, Verb, change_key, defect_key, milestone_id};

const TRACKS: [&str; 2] = ["ios", "watchos"];
const BUILDS: [&str; 3] = ["512", "514", "515"];
const PEOPLE: [(&str, Function); 3] =
    [("ada", Function::Engineering), ("jo", Function::Product), ("sam", Function::Qa)];
const REPORT: [&str; 2] = [
    r#"<testsuite name="S"><testcase classname="app.Sync" name="opens"><failure message="no"/></testcase></testsuite>"#,
    r#"<testsuite name="S"><testcase classname="app.Sync" name="opens"/></testsuite>"#,
];

/// Where the data is.
pub(crate) struct Place {
    folder: TempDir,
    url: Option<String>,
}

impl Place {
    pub(crate) fn sqlite() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), url: None }
    }

    pub(crate) async fn postgres() -> Self {
        #[expect(clippy::disallowed_methods, reason = "the runner of the tests names the server")]
        let server = std::env::var("SEAWORTHY_TEST_POSTGRES");
        let server = server.expect("SEAWORTHY_TEST_POSTGRES is not set: run ./test, which starts a cluster");
        let name = format!("heart_{}", std::process::id());
        let mut connection = sqlx::PgConnection::connect(&server).await.unwrap();
        let make = sqlx::AssertSqlSafe(format!("DROP DATABASE IF EXISTS {name}; "));
        sqlx::raw_sql(make).execute(&mut connection).await.unwrap();
        let make = sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"));
        sqlx::raw_sql(make).execute(&mut connection).await.unwrap();
        let (before, after) = server.split_once('?').unwrap_or((&server, ""));
        let (host, _) = before.rsplit_once('/').unwrap();
        Self { folder: tempfile::tempdir().unwrap(), url: Some(format!("{host}/{name}?{after}")) }
    }

    async fn open(&self) -> App {
        let url = self.url.as_deref();
        let settings = Settings::new(Some(self.folder.path().to_owned()), url, None);
        App::open(settings).await.unwrap()
    }
}

pub(crate) struct World {
    /// One for each person.
    routers: Vec<Router>,
    product: usize,
    releases: usize,
}

/// Returns the product's file: lists, sign-offs and smoke, with as many releases as there are sequences.
fn file(product: usize, releases: usize) -> String {
    let mut file = format!("[product]\nname = \"P{product}\"\n");
    for track in TRACKS {
        file.push_str(&format!("[tracks.{track}]\ndevices = [\"Phone\", \"Pad\"]\n"));
    }
    for preset in [
        "smoke-passed",
        "platform-validation-complete",
        "no-open-defects",
        "defects-have-impact",
        "changes-done",
        "sign-off",
        "no-likely-risks",
        "no-open-blocker",
    ] {
        file.push_str(&format!(
            "[[criteria]]\nuse = \"{preset}\"\nwaivable_by = [\"product\", \"engineering\"]\n"
        ));
    }
    for release in 0..releases {
        file.push_str(&format!("[releases.r{release}]\nversion = \"4.2.0\"\n"));
        for track in TRACKS {
            let builds = BUILDS
                .map(|build| format!("{{ number = {build}, commit = \"9be27d1\", revision = {build} }}"));
            file.push_str(&format!(
                "[releases.r{release}.tracks.{track}]\nbuilds = [{}]\n",
                builds.join(", ")
            ));
        }
    }
    file
}

impl World {
    pub(crate) async fn begin(place: &Place, product: usize, releases: usize) -> Self {
        let world = Self::again(place, product, releases).await;
        let source = file(product, releases);
        let (status, text) = world.send(0, "/apply", &json!({ "source": source })).await;
        assert_eq!(status, 200, "{text}");
        world
    }

    /// Opens the data as a server does that begins anew.
    pub(crate) async fn again(place: &Place, product: usize, releases: usize) -> Self {
        let app = place.open().await;
        let member = |(name, function): (&str, Function)| Member {
            id: ActorId::new(name),
            name: name.to_owned(),
            login: name.to_owned(),
            role: Role::Coordinator,
            functions: vec![function],
            session: None,
            token: None,
        };
        let routers = PEOPLE.map(|person| api::router(app.acting_as(Who::Member(member(person)))));
        Self { routers: routers.into(), product, releases }
    }

    async fn ask(&self, by: Of, request: Request<Body>) -> (u16, String) {
        let response = self.routers[by % PEOPLE.len()].clone().oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8_lossy(&bytes).into_owned())
    }

    async fn send(&self, by: Of, path: &str, body: &Value) -> (u16, String) {
        let request =
            Request::post(format!("/api/v1{path}")).header(header::CONTENT_TYPE, "application/json");
        self.ask(by, request.body(body.to_string().into()).unwrap()).await
    }

    async fn get(&self, path: &str) -> Value {
        let (status, text) =
            self.ask(0, Request::get(format!("/api/v1{path}")).body(Body::empty()).unwrap()).await;
        assert_eq!(status, 200, "{path}: {text}");
        serde_json::from_str(&text).unwrap()
    }

    fn path(&self, release: usize) -> String {
        format!("/releases/p{}/r{release}", self.product)
    }

    /// Takes the steps of a sequence; returns how many were decided, and how many refused.
    pub(crate) async fn go(&self, release: usize, steps: &[Step]) -> (usize, usize) {
        let (mut decided, mut refused) = (0, 0);
        for step in steps {
            let position =
                || async { self.get(&format!("{}/check", self.path(release))).await["position"].clone() };
            let Some((by, path, body)) = self.request(release, step).await else { continue };
            let before = position().await;
            let (status, text) = match body {
                Carried::Json(body) => self.send(by, &path, &body).await,
                Carried::Xml(report) => {
                    let request = Request::post(format!("/api/v1{path}"))
                        .header(header::CONTENT_TYPE, "application/xml");
                    self.ask(by, request.body(report.into()).unwrap()).await
                }
            };
            match status {
                200 => decided += 1,
                400..=499 => {
                    refused += 1;
                    let problem: Value = serde_json::from_str(&text).unwrap();
                    assert!(problem["detail"].as_str().is_some_and(|detail| !detail.is_empty()), "{text}");
                    assert_eq!(position().await, before, "{step:?} was refused and left a trace");
                }
                _ => unreachable!("{step:?} was answered {status}: {text}"),
            }
        }
        (decided, refused)
    }

    /// Returns everything that is shown of every release.
    pub(crate) async fn show(&self) -> Vec<Value> {
        let mut shown = Vec::new();
        for release in 0..self.releases {
            let path = self.path(release);
            let mut check = self.get(&format!("{path}/check")).await;
            // What depends on the moment of asking.
            for moment in ["at", "next_change_at"] {
                check.as_object_mut().unwrap().remove(moment);
            }
            shown.push(check);
            let mut timeline = self.get(&format!("{path}/timeline")).await;
            timeline.as_object_mut().unwrap().remove("at");
            shown.push(timeline);
            shown.push(self.get(&format!("{path}/shipping")).await);
            for list in ["defects", "contents", "risks", "blockers", "waivers", "evidence"] {
                shown.push(self.get(&format!("{path}/{list}?limit=500")).await);
            }
        }
        shown
    }

    /// Returns the number of a waiver or a piece of evidence, the latest first, or one that names none.
    async fn numbered(&self, release: usize, list: &str, name: &str, of: Of) -> i64 {
        let items = self.get(&format!("{}/{list}?limit=500", self.path(release))).await;
        let mut numbers: Vec<i64> =
            items["items"].as_array().unwrap().iter().filter_map(|item| item[name].as_i64()).collect();
        numbers.sort_unstable();
        numbers.iter().rev().nth(of).copied().unwrap_or(1)
    }

    async fn shipping(&self, release: usize, track: &str) -> Value {
        self.get(&format!("{}/shipping?track={track}", self.path(release))).await["tracks"][0].clone()
    }

    async fn candidate(&self, release: usize, track: Of) -> String {
        let check = self.get(&format!("{}/check", self.path(release))).await;
        let build = &check["tracks"][track % TRACKS.len()]["build"];
        build.as_str().unwrap_or("512").to_owned()
    }

    /// Returns what a step asks for, and who asks.
    async fn request(&self, release: usize, step: &Step) -> Option<(Of, String, Carried)> {
        let track = |of: &Of| TRACKS[of % TRACKS.len()];
        let build = |of: &Of| BUILDS[of % BUILDS.len()];
        let speaker = |function: &Function| PEOPLE.iter().position(|(_, of)| of == function).unwrap_or(0);
        let because = json!({ "reason": "it is so" });
        let (by, below, body) = match step {
            Step::Report { defect, severity, state, track: on, fixed, duplicate } => {
                let fixed: Vec<Value> =
                    fixed.iter().map(|of| json!({ "track": track(on), "build": build(of) })).collect();
                let mut body = json!({
                    "key": defect_key(*defect), "title": "Old route", "state": state, "tracks": [track(on)],
                    "fixed_in": fixed, "reason": "it is so",
                });
                if let Some(severity) = severity {
                    body["severity"] = json!(severity);
                }
                if let Some(of) = duplicate {
                    body["duplicate_of"] = json!(defect_key(*of));
                }
                // Half of what is resolved names no state, as it would be were it reported by hand.
                if *state == DefectState::Open {
                    body.as_object_mut()?.remove("state");
                }
                (0, "/defects".to_owned(), body)
            }
            Step::Translate { defect } => {
                let body = json!({
                    "experience": "runners see their last route", "reach": "some", "often": "rarely",
                    "frequency": "4 of 212", "circumstances": "after a run",
                });
                (0, format!("/defects/{}/impact", defect_key(*defect)), body)
            }
            Step::Expose { defect, track: on, exposure } => {
                let body = json!({ "track": track(on), "exposure": exposure, "note": "ten syncs" });
                (0, format!("/defects/{}/exposures", defect_key(*defect)), body)
            }
            Step::Defer { defect } => (
                0,
                format!("/defects/{}/deferral", defect_key(*defect)),
                json!({ "to": "4.3.0", "reason": "rare" }),
            ),
            Step::WithdrawDefect { defect } => {
                (0, format!("/defects/{}/withdrawal", defect_key(*defect)), because)
            }
            Step::Describe { change, track: on } => {
                let tracks: Vec<&str> = on.iter().map(track).collect();
                let body =
                    json!({ "key": change_key(*change), "title": "Sync", "tracks": tracks, "reason": "so" });
                (0, "/contents".to_owned(), body)
            }
            Step::Say { change, function, done } => {
                let body = json!({ "function": function, "done": done });
                (speaker(function), format!("/contents/{}/word", change_key(*change)), body)
            }
            Step::TakeOut { change } => (0, format!("/contents/{}/removal", change_key(*change)), because),
            Step::PutBack { change } => (0, format!("/contents/{}/return", change_key(*change)), because),
            Step::Risk { likely, track: on } => {
                let tracks: Vec<&str> = on.iter().map(track).collect();
                let body = json!({
                    "title": "Old firmware", "likelihood": if *likely { "likely" } else { "unlikely" },
                    "effect": "no routes", "mitigation": "a flag", "tracks": tracks, "owner": { "name": "Olu Ade" },
                });
                (0, "/risks".to_owned(), body)
            }
            Step::Target { track: on, days } => {
                let body = json!({ "on": day(*days), "reason": "it moves" });
                (0, format!("/tracks/{}/target", track(on)), body)
            }
            Step::Milestone { track: on, milestone, verb, days } => {
                let (id, on_day) = (milestone_id(*milestone), day(*days));
                let below = |verb: &str| format!("/tracks/{}/milestones/{id}/{verb}", track(on));
                match verb {
                    Verb::Plan => (0, below("plan"), json!({ "on": on_day, "reason": "another day" })),
                    Verb::AsTemplate => (0, below("plan"), because),
                    Verb::Reach => (0, below("reached"), json!({ "on": on_day })),
                    Verb::Withdraw => (0, below("withdrawal"), because),
                    Verb::Drop => (0, below("removal"), because),
                    Verb::Add => {
                        let body = json!({ "milestone": id, "name": "Press kit", "on": on_day });
                        (0, format!("/tracks/{}/milestones", track(on)), body)
                    }
                }
            }
            Step::CloseRisk { risk } => {
                let risk = self.numbered(release, "risks", "risk", *risk).await;
                (0, format!("/risks/{risk}/closing"), json!({ "happened": false, "outcome": "gone" }))
            }
            Step::Whole { list } => (0, "/lists".to_owned(), json!({ "list": list })),
            Step::RequestWaiver { criterion, defect, track: on, of_build, hours, by } => {
                let subject = match criterion {
                    None => json!({ "of": "defect", "defect": defect_key(*defect) }),
                    Some(of) => {
                        let known = ["smoke-passed", "no-open-defects", "changes-done"];
                        json!({ "of": "criterion", "criterion": known[of % known.len()] })
                    }
                };
                let scope = if *of_build {
                    json!({ "until": "build", "build": self.candidate(release, *on).await })
                } else {
                    json!({ "until": "release" })
                };
                // Far enough away not to run out while the test runs.
                let expires = server::clock::Clock::System.now().plus_micros((hours + 24) * 3_600_000_000);
                let body = json!({
                    "subject": subject, "track": track(on), "scope": scope, "reason": "known and small",
                    "mitigation": "support is told", "expires": expires,
                });
                (*by, "/waivers".to_owned(), body)
            }
            Step::Approve { waiver, function, by } => {
                let waiver = self.numbered(release, "waivers", "waiver", *waiver).await;
                (*by, format!("/waivers/{waiver}/approval"), json!({ "function": function }))
            }
            Step::Reject { waiver, by } => (
                *by,
                format!("/waivers/{}/refusal", self.numbered(release, "waivers", "waiver", *waiver).await),
                because,
            ),
            Step::Revoke { waiver, by } => {
                let waiver = self.numbered(release, "waivers", "waiver", *waiver).await;
                (*by, format!("/waivers/{waiver}/revocation"), because)
            }
            Step::Nominate { track: on, build: of } => {
                let body = json!({ "build": build(of), "reason": "the fix is in" });
                (0, format!("/tracks/{}/candidate", track(on)), body)
            }
            Step::Carry { track: on, evidence } => {
                let evidence = self.numbered(release, "evidence", "evidence", *evidence).await;
                let body = json!({ "evidence": evidence, "reason": "only a text differs" });
                (0, format!("/tracks/{}/carries", track(on)), body)
            }
            Step::Run { track: on, build: of, passes } => {
                let query = format!("track={}&build={}&kind=smoke&complete=true", track(on), build(of));
                let path = format!("{}/runs?{query}", self.path(release));
                return Some((0, path, Carried::Xml(REPORT[usize::from(*passes)])));
            }
            Step::Check { track: on, build: of, device, passes } => {
                let body = json!({
                    "track": track(on), "build": build(of), "device": if *device == 0 { "Phone" } else { "Pad" },
                    "result": if *passes { "passed" } else { "failed" },
                });
                (0, "/attestations".to_owned(), body)
            }
            Step::SignOff { track: on, function } => {
                let body = json!({ "build": self.candidate(release, *on).await, "function": function });
                (speaker(function), format!("/tracks/{}/signoffs", track(on)), body)
            }
            Step::Assess { track: on } => {
                let build = self.candidate(release, *on).await;
                let body =
                    json!({ "build": build, "recommendation": "go", "confidence": 80, "reasons": "calm" });
                (0, format!("/tracks/{}/assessments", track(on)), body)
            }
            Step::Withdraw { evidence } => {
                let evidence = self.numbered(release, "evidence", "evidence", *evidence).await;
                (0, "/withdrawals".to_owned(), json!({ "evidence": evidence, "reason": "wrong" }))
            }
            Step::Correct { evidence, track: on, build: of } => {
                let evidence = self.numbered(release, "evidence", "evidence", *evidence).await;
                let body = json!({ "evidence": evidence, "track": track(on), "build": build(of), "reason": "wrong build" });
                (0, "/corrections".to_owned(), body)
            }
            // The random definitions of the domain are not ones that a program would send.
            Step::Draft { .. } | Step::DropDraft | Step::Agree { .. } | Step::Wait { .. } => return None,
            Step::Offer { track: on } => {
                let body = json!({ "build": self.candidate(release, *on).await });
                (0, format!("/tracks/{}/handoffs", track(on)), body)
            }
            Step::AnswerHandoff { track: on, answer } => {
                let told = self.shipping(release, track(on)).await;
                let handoff = told["handoff"]["handoff"].as_i64().unwrap_or(1);
                let by = usize::from(*answer != HandoffAnswer::TakenBack);
                let body = json!({ "answer": answer, "text": "it is so" });
                (by, format!("/tracks/{}/handoffs/{handoff}/answer", track(on)), body)
            }
            Step::Submit { track: on } => {
                let body = json!({ "build": self.candidate(release, *on).await });
                (0, format!("/tracks/{}/submissions", track(on)), body)
            }
            Step::Says { track: on, word, follows } => {
                let told = self.shipping(release, track(on)).await;
                let next = told["submission"]["next"].as_array().cloned().unwrap_or_default();
                let said = match next.get(word % next.len().max(1)).filter(|_| *follows) {
                    Some(said) => said.clone(),
                    None => json!("REJECTED"),
                };
                let body = json!({ "word": said, "reason": "it is so" });
                (0, format!("/tracks/{}/submission/words", track(on)), body)
            }
            Step::Rollout { track: on, word, percent } => {
                let words = ["ACTIVE", "PAUSED", "COMPLETE", "inProgress"];
                let mut body = json!({ "word": words[word % words.len()], "reason": "it is so" });
                if let Some(percent) = percent {
                    body["percent"] = json!(percent);
                }
                (0, format!("/tracks/{}/submission/rollout", track(on)), body)
            }
            Step::Rework { track: on, new_build } => {
                let body = json!({ "plan": "mend it", "new_build": new_build });
                (0, format!("/tracks/{}/submission/rework", track(on)), body)
            }
            Step::Turn { track: on, turn } => {
                (0, format!("/tracks/{}/course", track(on)), json!({ "turn": turn, "reason": "it is so" }))
            }
            step => return self.blocking(release, step).await,
        };
        Some((by, format!("{}{below}", self.path(release)), Carried::Json(body)))
    }
}

impl World {
    /// Returns what a step asks for that is about a blocker, and who asks.
    async fn blocking(&self, release: usize, step: &Step) -> Option<(Of, String, Carried)> {
        let because = json!({ "reason": "it is so" });
        let owner = |of: &Of| {
            let (name, function) = PEOPLE[of % PEOPLE.len()];
            json!({ "who": { "name": format!("{name} Owner") }, "function": function })
        };
        let in_hours = |hours: &i64| server::clock::Clock::System.now().plus_micros(hours * 3_600_000_000);
        let (by, of, below, body) = match step {
            Step::Propose { title, track, owner: of } => {
                let threatens = match title % 2 {
                    0 => json!({ "what": "criterion", "criterion": "no-open-blocker" }),
                    _ => json!({ "what": "milestone", "milestone": "submission" }),
                };
                let mut body = json!({
                    "title": format!("Blocked {title}"), "tracks": [TRACKS[track % TRACKS.len()]], "threatens": threatens,
                });
                if let Some(of) = of {
                    body["owner"] = owner(of);
                }
                return Some((0, format!("{}/blockers", self.path(release)), Carried::Json(body)));
            }
            Step::Accept { blocker, owner: of } => {
                let body = match of {
                    Some(of) => json!({ "owner": owner(of) }),
                    None => json!({}),
                };
                (0, blocker, "acceptance", body)
            }
            Step::RejectBlocker { blocker } => (0, blocker, "rejection", because),
            Step::Own { blocker, owner: of } => (0, blocker, "owner", json!({ "owner": owner(of) })),
            Step::Status { blocker, hours } => {
                // Far enough away not to be due while the test runs, or past.
                let hours = if *hours > 0 { hours + 24 } else { *hours };
                let body =
                    json!({ "kind": "status", "text": "Jo tries 515", "next_update": in_hours(&hours) });
                (0, blocker, "updates", body)
            }
            Step::Resolve { blocker, shown, .. } => {
                (0, blocker, "resolution", json!({ "evidence": if *shown { "it is gone" } else { " " } }))
            }
            Step::WaiveBlocker { blocker, function, by } => {
                let body =
                    json!({ "function": function, "reason": "few have one", "users": "the last route" });
                (*by, blocker, "waiver", body)
            }
            Step::DeferBlocker { blocker, hours } => {
                let to = match hours {
                    Some(hours) => {
                        let hours = if *hours > 0 { hours + 24 } else { *hours };
                        json!({ "until": "moment", "moment": in_hours(&hours) })
                    }
                    None => json!({ "until": "release", "release": "2027.01" }),
                };
                (0, blocker, "deferral", json!({ "to": to, "reason": "rare" }))
            }
            Step::WithdrawBlocker { blocker } => (0, blocker, "withdrawal", because),
            Step::Merge { blocker, into } => {
                let into = self.numbered(release, "blockers", "blocker", *into).await;
                (0, blocker, "merge", json!({ "into": into }))
            }
            Step::Reopen { blocker } => (0, blocker, "reopening", because),
            step => unreachable!("{step:?} is not about a blocker"),
        };
        let number = self.numbered(release, "blockers", "blocker", *of).await;
        Some((by, format!("{}/blockers/{number}/{below}", self.path(release)), Carried::Json(body)))
    }
}

/// Returns the day so many days from today.
fn day(days: i32) -> domain::calendar::Day {
    let now = server::clock::Clock::System.now();
    domain::calendar::Day::of(now, &domain::calendar::day::zone("UTC")).plus(days).unwrap()
}

/// What a request carries.
enum Carried {
    Json(Value),
    Xml(&'static str),
}
