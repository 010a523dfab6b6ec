//! Blockers through the API and the pages: who may do what, what is refused and how, and whose turn it is.

use serde_json::{Value, json};

use crate::site::{RELEASE, Site};

fn proposed(title: &str, tracks: &[&str]) -> Value {
    json!({
        "title": title, "tracks": tracks,
        "threatens": { "what": "criterion", "criterion": "smoke-passed" },
    })
}

fn jo() -> Value {
    json!({ "who": { "name": "Jo Lind" }, "function": "engineering" })
}

/// Posts below a blocker, and checks what comes of it: "new", "same", or a part of the sentence that refuses it.
async fn check(site: &Site, who: &str, below: &str, body: Value, expect: &str) {
    let answer = site.post(who, &format!("{RELEASE}/blockers{below}"), &body).await;
    let value = answer.value();
    let told = match (answer.status, value["new"].as_bool()) {
        (200, Some(true)) => "new",
        (200, Some(false)) => "same",
        _ => value["detail"].as_str().unwrap_or("no sentence"),
    };
    assert!(told.contains(expect), "{who} {below} {body}: {} {told}", answer.status);
}

async fn states(site: &Site, query: &str) -> Vec<String> {
    let page = site.get("vic", &format!("{RELEASE}/blockers{query}")).await.value();
    let told = |line: &Value| {
        format!(
            "{} {} {}",
            line["blocker"],
            line["state"].as_str().unwrap(),
            line["turn"].as_str().unwrap_or("-")
        )
    };
    page["items"].as_array().unwrap().iter().map(told).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blocker_goes_from_its_proposal_to_its_end() {
    let site = Site::new().await;
    assert_eq!(states(&site, "").await, [""; 0]);
    check(&site, "vic", "", proposed("Routes do not sync", &["ios"]), "takes a contributor").await;
    check(&site, "con", "", proposed("Routes do not sync", &[]), "Name the tracks").await;
    check(&site, "con", "", proposed("Routes do not sync", &["ios"]), "new").await;
    check(&site, "con", "", proposed("Routes do not sync", &["ios"]), "same").await;
    check(&site, "con", "/9/acceptance", json!({}), "has no blocker 9").await;
    // Another contributor may not say what it is; a coordinator may, and so may whoever proposed it.
    check(&site, "pia", "/1/acceptance", json!({ "owner": jo() }), "takes a coordinator").await;
    check(&site, "ada", "/1/acceptance", json!({}), "Name an owner, or say who is asked").await;
    check(&site, "ada", "/1/resolution", json!({ "evidence": "it is gone" }), "Accept it first").await;
    check(&site, "ada", "/1/acceptance", json!({ "asked": { "name": "Jo Lind" } }), "new").await;
    assert_eq!(states(&site, "?turn=nobody").await, ["1 open nobody"]);
    check(&site, "pia", "/1/owner", json!({ "owner": { "function": "engineering" } }), "new").await;
    assert_eq!(states(&site, "?owner=pia%20nowak").await, ["1 open owner"]);
    // What somebody owns is theirs to hand over.
    check(&site, "max", "/1/owner", json!({ "owner": { "function": "product" } }), "takes a coordinator")
        .await;
    let status = json!({ "kind": "status", "text": "Pia tries 515", "next_update": site.in_hours(2) });
    check(&site, "pia", "/1/updates", json!({ "kind": "status", "text": "soon" }), "say by when the next")
        .await;
    check(&site, "pia", "/1/updates", status.clone(), "new").await;
    check(&site, "pia", "/1/updates", status, "same").await;
    assert_eq!(states(&site, "?track=ios&state=open").await, ["1 open waiting"]);
    site.pass(3 * crate::site::HOUR);
    assert_eq!(states(&site, "").await, ["1 open owner"]);
    // Its owner may not say that it can wait, and may show that it is resolved.
    let later = json!({ "to": { "until": "release", "release": "2027.01" }, "reason": "rare" });
    check(&site, "pia", "/1/deferral", later, "takes a coordinator").await;
    check(&site, "pia", "/1/resolution", json!({ "evidence": "it syncs", "run": 4_000 }), "no evidence 4000")
        .await;
    let run = site.run("512", "smoke").await;
    check(&site, "pia", "/1/resolution", json!({ "evidence": "it syncs", "run": run }), "new").await;
    check(&site, "con", "/1/reopening", json!({ "reason": "it is back" }), "new").await;
    let waive = |function: &str| json!({ "function": function, "reason": "few", "users": "the last route" });
    check(&site, "pia", "/1/waiver", waive("engineering"), "another than its owner").await;
    check(&site, "olu", "/1/waiver", waive("operations"), "may not waive a blocker").await;
    check(&site, "max", "/1/waiver", waive("product"), "new").await;
    assert_eq!(states(&site, "").await, ["1 waived -"]);
    let detail = site.get("vic", &format!("{RELEASE}/blockers/1")).await.value();
    let did: Vec<&str> =
        detail["steps"].as_array().unwrap().iter().map(|of| of["did"].as_str().unwrap()).collect();
    assert_eq!(
        did,
        [
            "proposed it",
            "accepted it, and asked Jo Lind to own it",
            "gave it to Pia Nowak, for engineering",
            "gave a status",
            &format!("resolved it, shown by evidence {run}"),
            "reopened it",
            "waived it for product",
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_on_a_blocker_is_made_on_what_was_seen_and_pages_of_a_list_follow_each_other() {
    let site = Site::new().await;
    for title in ["One", "Two", "Three"] {
        check(&site, "con", "", proposed(title, &["wearos"]), "new").await;
    }
    let path = format!("{RELEASE}/blockers");
    let first = site.get("ada", &format!("{path}?limit=2")).await.value();
    assert_eq!((first["items"].as_array().unwrap().len(), &first["next"]), (2, &json!("2")));
    let second = site.get("ada", &format!("{path}?limit=2&after=2")).await.value();
    assert_eq!((&second["items"][0]["blocker"], &second["next"]), (&json!(3), &Value::Null));
    let seen = site.get("ada", &format!("{path}/1")).await;
    let tag = seen.headers["etag"].to_str().unwrap().to_owned();
    site.does("ada", "/blockers/2/rejection", json!({ "reason": "no" })).await;
    let reject = json!({ "reason": "no" });
    let moved = site.post_if("ada", &format!("{path}/1/rejection"), Some(&tag), &reject).await;
    assert_eq!(moved.status, 412, "{}", moved.text);
    check(&site, "ada", "/3/merge", json!({ "into": 2 }), "Reopen it first").await;
    check(&site, "ada", "/3/merge", json!({ "into": 1.0 }), "new").await;
    check(&site, "ada", "/3/merge", json!({ "into": 0 }), "from 1 on").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_stand_up_goes_by_whose_turn_it_is_and_every_form_works_without_script() {
    let site = Site::new().await;
    let at = |below: &str| format!("{RELEASE}{below}");
    let empty = site.page("con", &at("/blockers")).await.text;
    assert!(empty.contains("Nothing is said to block this release") && empty.contains("Propose a blocker"));
    // The track page leads to a form that knows the criterion and the track.
    let track = site.page("con", &at("/tracks/ios")).await.text;
    assert!(track.contains("/blockers/new?track=ios&amp;criterion=smoke-passed"), "{track}");
    let form = site.page("con", &at("/blockers/new?track=ios&criterion=smoke-passed")).await.text;
    assert!(
        form.contains("value=\"smoke-passed\" selected")
            && form.contains("name=\"on-ios\" value=\"yes\" checked")
    );
    let fields = [("title", "Routes do not sync"), ("criterion", "smoke-passed"), ("on-wearos", "")];
    let refused = site.form("con", &at("/blockers"), &fields).await;
    assert_eq!(refused.status, 422);
    assert!(
        refused.text.contains("Name the tracks that it blocks")
            && refused.text.contains("Routes do not sync")
    );
    let fields = [("title", "Routes do not sync"), ("criterion", "smoke-passed"), ("on-ios", "yes")];
    let taken = site.form("con", &at("/blockers"), &fields).await;
    assert_eq!(taken.location(), at("/blockers/1?done=proposed"));
    site.settled().await;
    let list = site.page("vic", &at("/blockers")).await.text;
    assert!(list.contains("Nobody’s turn yet") && !list.contains("Propose a blocker</a>"), "{list}");
    let track = site.page("con", &at("/tracks/ios")).await.text;
    assert!(track.contains("/blockers/1\">blocker 1</a>"), "{track}");
    // Forms are offered to those whose verb would be taken, one at a time.
    let page = site.page("ada", &at("/blockers/1")).await.text;
    assert!(page.contains("?do=accept") && page.contains("?do=reject") && !page.contains("?do=resolve"));
    assert!(!site.page("pia", &at("/blockers/1")).await.text.contains("?do=accept"));
    assert!(!site.page("vic", &at("/blockers/1?do=accept")).await.text.contains("<form class=\"form\""));
    let accept = site.page("ada", &at("/blockers/1?do=accept")).await.text;
    assert!(accept.contains("Nobody owns it yet. Who does?"), "{accept}");
    for (who, below, fields, expect) in [
        (
            "ada",
            "accept",
            vec![("whose", "owner"), ("person_name", "Jo Lind"), ("function", "")],
            "Say in which function",
        ),
        (
            "ada",
            "accept",
            vec![("whose", "owner"), ("person_name", "Jo Lind"), ("function", "engineering")],
            "accepted",
        ),
        ("con", "update", vec![("text", "Jo tries 515"), ("next", "")], "say by when the next update comes"),
        ("con", "update", vec![("text", "Jo tries 515"), ("next", "2001-01-01T00:00")], "still to come"),
        ("con", "update", vec![("kind", "note"), ("text", "seen in beta")], "noted"),
        ("con", "link", vec![("to", "page"), ("of", "javascript:x")], "is no address of a page"),
        ("con", "link", vec![("to", "page"), ("of", "https://git.example/pull/1")], "tied"),
        ("con", "unlink", vec![("to", "page"), ("of", "https://git.example/pull/1")], "untied"),
        ("ada", "defer", vec![("reason", "rare")], "either to which release"),
        ("ada", "merge", vec![("into", "")], "Choose the blocker"),
        (
            "max",
            "waive",
            vec![("function", "product"), ("reason", "few"), ("users", "")],
            "Say what users will meet",
        ),
        ("ada", "resolve", vec![("evidence", "it syncs"), ("build", "ios/512"), ("url", "")], "resolved"),
        ("con", "reopen", vec![("reason", "")], "why it stands in the way again"),
        ("con", "reopen", vec![("reason", "it is back")], "reopened"),
        ("ada", "withdraw", vec![("reason", "of another app")], "withdrawn-blocker"),
    ] {
        let answer = site.form(who, &at(&format!("/blockers/1/{below}")), &fields).await;
        match answer.status {
            303 => assert_eq!(answer.location(), at(&format!("/blockers/1?done={expect}")), "{below}"),
            422 => {
                assert!(answer.text.contains(expect), "{below} {fields:?}: {}", answer.text);
                let typed = fields.iter().filter(|(_, value)| !value.is_empty());
                assert!(
                    typed.clone().all(|(_, value)| answer.text.contains(value)),
                    "{below} forgot what was typed"
                );
            }
            status => panic!("{below}: {status} {}", answer.text),
        }
        site.settled().await;
    }
    let ended = site.page("ada", &at("/blockers")).await.text;
    assert!(ended.contains("Nothing blocks it now") && ended.contains("of another app"), "{ended}");
    let page = site.page("ada", &at("/blockers/1")).await.text;
    for part in ["resolved it with ios 512", "“it syncs”", "withdrew it"] {
        assert!(page.contains(part), "no {part} in {page}");
    }
    assert_eq!(site.page("ada", &at("/blockers/9")).await.status, 404);
}
