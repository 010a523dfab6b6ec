//! The API of what is nominated, accepted, signed and corrected.

use axum::http::header;
use serde_json::{Value, json};

use crate::site::{HOUR, PNG, RELEASE, Site, waiver};

fn of_build(build: &str) -> Value {
    json!({ "until": "build", "build": build })
}

#[tokio::test(flavor = "multi_thread")]
async fn what_follows_is_told_before_it_is_nominated_and_again_if_something_moved() {
    let site = Site::new().await;
    let smoke = site.run("512", "smoke").await;
    let path = format!("{RELEASE}/tracks/ios/candidate");
    let dry = |build: &str| json!({ "build": build, "dry_run": true });
    let told = site.post("ada", &path, &dry("514")).await;
    assert_eq!(told.status, 200, "{}", told.text);
    let tag = told.headers[header::ETAG].to_str().unwrap().to_owned();
    let told = told.value();
    assert_eq!(
        (&told["before"], &told["new"], &told["position"]),
        (&json!("512"), &json!(true), &Value::Null)
    );
    let sentences = told["consequences"].to_string();
    assert!(sentences.contains("The smoke run on 4.2.0 (512) becomes stale."), "{sentences}");
    assert_eq!(told["consequences"][0]["about"], json!({ "what": "evidence", "of": smoke }));

    for (who, body, status, part) in [
        ("con", dry("514"), 403, "nominate a candidate takes a coordinator"),
        ("ada", dry("600"), 404, "has no build 600"),
        ("ada", json!({ "build": "514" }), 422, "why 4.2.0 (514) takes the place of"),
        (
            "ada",
            json!({ "build": "514", "commit": "1d2e3f4", "reason": "why" }),
            409,
            "cannot also be made from",
        ),
    ] {
        let answer = site.post(who, &path, &body).await;
        assert_eq!(answer.status, status, "{}", answer.text);
        assert!(answer.detail().contains(part), "{}", answer.text);
    }
    site.run("512", "regression").await;
    let nominate = json!({ "build": "514", "reason": "a crash is mended" });
    let moved = site.post_if("ada", &path, Some(&tag), &nominate).await;
    assert_eq!(moved.status, 412, "{}", moved.text);
    assert!(moved.detail().contains("regression"), "{}", moved.text);
    let again = site.post("ada", &path, &dry("514")).await;
    let tag = again.headers[header::ETAG].to_str().unwrap().to_owned();
    let done = site.post_if("ada", &path, Some(&tag), &nominate).await;
    assert_eq!((done.status, &done.value()["new"]), (200, &json!(true)), "{}", done.text);
    let same = site.post("ada", &path, &nominate).await;
    assert_eq!((&same.value()["new"], &same.value()["position"]), (&json!(false), &done.value()["position"]));
    // A build that nobody knew comes along with its commit, and the answer names the nomination.
    let fresh = json!({ "build": "515", "commit": "1d2e3f4", "reason": "again" });
    let fresh = site.post("ada", &path, &fresh).await.value();
    assert_eq!(fresh["position"].as_i64(), done.value()["position"].as_i64().map(|position| position + 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn evidence_is_carried_forward_and_taken_back() {
    let site = Site::new().await;
    let smoke = site.run("512", "smoke").await;
    site.does("ada", "/tracks/ios/candidate", json!({ "build": "514", "reason": "a text" })).await;
    let path = format!("{RELEASE}/tracks/ios/carries");
    let carry = json!({ "evidence": smoke, "reason": "only a translation changed" });
    assert_eq!(site.post("con", &path, &carry).await.status, 403);
    let carried = site.does("ada", "/tracks/ios/carries", carry.clone()).await;
    assert_eq!(site.post("ada", &path, &carry).await.value(), json!({ "position": carried, "new": false }));
    let line = |list: Value| {
        list["items"].as_array().unwrap().iter().find(|line| line["evidence"] == smoke).unwrap().clone()
    };
    let list = site.get("vic", &format!("{RELEASE}/evidence")).await.value();
    assert_eq!(line(list)["carried_to"], "514");
    let back = json!({ "evidence": carried, "reason": "the text was code" });
    assert_eq!(site.post("ada", &format!("{RELEASE}/withdrawals"), &back).await.status, 200);
    let list = site.get("vic", &format!("{RELEASE}/evidence")).await.value();
    assert_eq!(line(list)["carried_to"], Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_waiver_takes_somebody_else_and_says_who_can() {
    let site = Site::new().await;
    let path = format!("{RELEASE}/waivers");
    let wanted = waiver(&site, of_build("512"));
    assert_eq!(site.post("vic", &path, &wanted).await.status, 403);
    let asked = site.does("max", "/waivers", wanted.clone()).await;
    assert_eq!(site.post("max", &path, &wanted).await.value(), json!({ "position": asked, "new": false }));
    let answer = |what: &str| format!("{RELEASE}/waivers/{asked}/{what}");
    let own = site.post("max", &answer("approval"), &json!({ "function": "product" })).await;
    assert_eq!(
        (own.status, own.detail().as_str()),
        (
            403,
            "This waiver needs someone other than Max Okafor, who asked for it. Product or engineering may approve it: \
             Con Tributor and Pia Nowak can."
        )
    );
    let word_of = |name: &str| json!({ "name": name, "source": "phone call" });
    for (who, body, status, part) in [
        ("ada", json!({ "function": "qa" }), 403, "Qa may not waive"),
        ("ada", json!({ "function": "product" }), 403, "This takes the word of product. You speak for qa"),
        ("con", json!({ "function": "marketing" }), 403, "product or engineering may"),
        (
            "ada",
            json!({ "function": "product", "behalf": word_of("Max Okafor") }),
            403,
            "needs someone other than Max Okafor",
        ),
        ("vic", json!({ "function": "product" }), 403, "takes a contributor"),
        (
            "con",
            json!({ "function": "engineering", "behalf": word_of("Pia Nowak") }),
            403,
            "To give a function’s word for somebody else takes a coordinator",
        ),
        (
            "ada",
            json!({ "function": "product", "behalf": word_of("Pat Nobody") }),
            403,
            "They have no account that speaks for product; name somebody who has one",
        ),
        (
            "ada",
            json!({ "function": "product", "behalf": word_of("Pia Nowak") }),
            403,
            "They have no account that speaks for product",
        ),
    ] {
        let answer = site.post(who, &answer("approval"), &body).await;
        assert_eq!(answer.status, status, "{}", answer.text);
        assert!(answer.detail().contains(part), "{}", answer.text);
    }
    let approve = json!({ "function": "engineering", "note": "until 4.2.1" });
    let approved = site.post("pia", &answer("approval"), &approve).await.value();
    assert_eq!(
        site.post("pia", &answer("approval"), &approve).await.value(),
        json!({ "position": approved["position"], "new": false })
    );
    let line = site.get("vic", &path).await.value()["items"][0].clone();
    assert_eq!(
        (&line["standing"], &line["approved_by"], &line["function"], &line["what"], &line["approvers"]),
        (
            &json!("in_force"),
            &json!("Pia Nowak"),
            &json!("engineering"),
            &json!("“Smoke passed on the candidate”"),
            &json!(["product", "engineering"])
        )
    );
    assert!(line["costs"][0]["sentence"].as_str().unwrap().contains("could reach users unseen"), "{line}");

    // Another candidate ends it, and says so.
    site.does("ada", "/tracks/ios/candidate", json!({ "build": "514", "reason": "a crash" })).await;
    let line =
        site.get("vic", &format!("{path}?standing=lapsed&track=ios")).await.value()["items"][0].clone();
    assert_eq!(line["ended"], "lapsed: the candidate is now 4.2.0 (514)");
    assert!(line["since"].to_string().contains("the candidate became 4.2.0 (514): a crash"), "{line}");
    assert_eq!(site.get("vic", &format!("{path}?standing=in_force")).await.value()["items"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_waiver_is_refused_revoked_or_expires() {
    let site = Site::new().await;
    let release = json!({ "until": "release" });
    let first = site.does("max", "/waivers", waiver(&site, release.clone())).await;
    let to = |waiver: i64, what: &str| format!("{RELEASE}/waivers/{waiver}/{what}");
    let why = json!({ "reason": "too many users" });
    for (who, what, status) in [
        ("ada", "refusal", 403),
        ("max", "refusal", 403),
        ("pia", "refusal", 200),
        ("pia", "refusal", 200),
        ("max", "revocation", 409),
        ("con", "approval", 422),
    ] {
        let answer = site.post(who, &to(first, what), &why).await;
        assert_eq!(answer.status, status, "{who} {what}: {}", answer.text);
    }
    let second = site.does("max", "/waivers", waiver(&site, release.clone())).await;
    site.does("con", &format!("/waivers/{second}/approval"), json!({ "function": "product" })).await;
    let revoked = site.post("ada", &to(second, "revocation"), &why).await;
    assert_eq!(revoked.status, 200, "a coordinator may: {}", revoked.text);
    let third = site.does("max", "/waivers", waiver(&site, release)).await;
    site.pass(2 * HOUR);
    let late = site.post("con", &to(third, "approval"), &json!({ "function": "product" })).await;
    assert_eq!(late.status, 409, "{}", late.text);
    let lines = site.get("vic", &format!("{RELEASE}/waivers")).await.value();
    let ended: Vec<&str> =
        lines["items"].as_array().unwrap().iter().map(|line| line["ended"].as_str().unwrap()).collect();
    assert_eq!(
        ended,
        ["expired", "revoked by Ada Winter: too many users", "refused by Pia Nowak: too many users"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_candidate_is_signed_off_and_assessed_and_what_was_corrected_since_is_told() {
    let site = Site::new().await;
    let smoke = site.run("512", "smoke").await;
    let sign = json!({ "build": "512", "function": "qa", "notes": "all ran" });
    let path = format!("{RELEASE}/tracks/ios/signoffs");
    let other = json!({ "build": "514", "function": "qa" });
    assert_eq!(site.post("ada", &path, &other).await.status, 409);
    assert_eq!(site.post("max", &path, &sign).await.status, 403);
    let signed = site.does("ada", "/tracks/ios/signoffs", sign).await;
    let told = json!({ "build": "512", "function": "operations", "behalf": { "name": "Olu Ops", "source": "message in #ops" } });
    site.does("ada", "/tracks/ios/signoffs", told).await;
    let lines = site.get("vic", &format!("{RELEASE}/evidence")).await.value();
    assert_eq!(lines["items"][0]["by"], "Olu Ops, recorded by Ada Winter (message in #ops)");
    assert_eq!(
        (&lines["items"][1]["what"], &lines["items"][1]["evidence"]),
        (&json!("sign-off for qa"), &json!(signed))
    );

    let assess = json!({ "build": "512", "recommendation": "go_with_waivers", "confidence": 80, "reasons": "all ran" });
    assert_eq!(site.post("con", &format!("{RELEASE}/tracks/ios/assessments"), &assess).await.status, 403);
    site.does("ada", "/tracks/ios/assessments", assess).await;
    let list = format!("{RELEASE}/tracks/ios/assessments");
    let line = site.get("vic", &list).await.value()["items"][0].clone();
    assert_eq!(
        (&line["stands"], &line["by"], &line["since"]),
        (&json!(true), &json!("Ada Winter"), &Value::Null)
    );
    let wrong = json!({ "evidence": smoke, "reason": "the wrong server" });
    assert_eq!(site.post("ada", &format!("{RELEASE}/withdrawals"), &wrong).await.status, 200);
    let line = site.get("vic", &list).await.value()["items"][0].clone();
    assert!(
        line["since"][0]["sentence"].as_str().unwrap().ends_with("was withdrawn: the wrong server"),
        "{line}"
    );
    // A sign-off is taken back like anything that was brought: by whoever gave it, or a coordinator.
    let back = json!({ "evidence": signed, "reason": "too early" });
    assert_eq!(site.post("con", &format!("{RELEASE}/withdrawals"), &back).await.status, 403);
    assert_eq!(site.post("ada", &format!("{RELEASE}/withdrawals"), &back).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn evidence_is_put_where_it_belongs_by_whoever_brought_it_or_a_coordinator() {
    let site = Site::new().await;
    let smoke = site.run("512", "smoke").await;
    let path = format!("{RELEASE}/corrections");
    let correct = |track: &str, build: &str| json!({ "evidence": smoke, "track": track, "build": build, "reason": "a slip" });
    assert_eq!(site.post("max", &path, &correct("ios", "514")).await.status, 403, "it is not theirs");
    assert_eq!(site.post("con", &path, &correct("ios", "512")).await.status, 409);
    assert_eq!(site.post("con", &path, &correct("wearos", "901")).await.status, 404);
    let moved = site.post("con", &path, &correct("ios", "514")).await.value();
    assert_eq!(
        site.post("con", &path, &correct("ios", "514")).await.value(),
        json!({ "evidence": moved["evidence"], "new": false })
    );
    let lines = site.get("vic", &format!("{RELEASE}/evidence")).await.value();
    assert_eq!(
        (&lines["items"][0]["in_place_of"], &lines["items"][0]["build"]),
        (&json!(smoke), &json!("514"))
    );
    assert_eq!(lines["items"][1]["withdrawn"], "it belongs to iOS 4.2.0 (514): a slip");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_by_hand_is_shown_by_photos() {
    let site = Site::new().await;
    let photo = site.attach(PNG).await.value()["attachment"].clone();
    let check = |photos: Value| {
        json!({
            "track": "ios", "build": "512", "device": "iPhone SE / iOS 17", "result": "passed", "photos": photos,
        })
    };
    let path = format!("{RELEASE}/attestations");
    let none = site.post("con", &path, &check(json!(["0".repeat(64)]))).await;
    assert_eq!((none.status, none.detail().contains("Upload it")), (404, true), "{}", none.text);
    let many = site.post("con", &path, &check(json!([photo, photo]))).await.value();
    assert_eq!(many["new"], true);
    let lines = site.get("vic", &format!("{RELEASE}/evidence")).await.value();
    assert_eq!(lines["items"][0]["photos"], 1, "the same photo twice is one");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_else_reported_is_made_milder_by_a_coordinator() {
    let site = Site::new().await;
    let defect = |more: Value| {
        let mut body = json!({ "key": "TW-1", "title": "Old route", "severity": "high", "tracks": ["ios", "wearos"], "reason": "seen anew" });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    site.does("con", "/defects", defect(json!({}))).await;
    let path = format!("{RELEASE}/defects");
    for milder in [
        json!({ "state": "resolved" }),
        json!({ "state": "rejected" }),
        json!({ "severity": "low" }),
        json!({ "severity": null }),
        json!({ "tracks": ["ios"] }),
        json!({ "fixed_in": [{ "track": "ios", "build": "514" }] }),
    ] {
        let answer = site.post("max", &path, &defect(milder)).await;
        assert_eq!(answer.status, 403, "{}", answer.text);
        assert!(answer.detail().contains("milder what somebody else brought"), "{}", answer.text);
    }
    site.does("max", "/defects", defect(json!({ "severity": "critical" }))).await;
    site.does("con", "/defects", defect(json!({ "severity": "low" }))).await;
    site.does("ada", "/defects", defect(json!({ "state": "rejected" }))).await;

    let risk = |likelihood: &str, tracks: &[&str]| {
        json!({
            "title": "Firmware", "likelihood": likelihood, "effect": "no routes", "mitigation": "a flag",
            "tracks": tracks, "owner": { "name": "Con Tributor" },
        })
    };
    let noted = site.does("con", "/risks", risk("possible", &[])).await;
    let below = format!("/risks/{noted}");
    for milder in [risk("unlikely", &[]), risk("possible", &["ios"])] {
        let answer = site.post("max", &format!("{RELEASE}{below}"), &milder).await;
        assert_eq!(answer.status, 403, "{}", answer.text);
    }
    site.does("max", &below, risk("likely", &[])).await;
    site.does("con", &below, risk("possible", &["ios"])).await;
    site.does("ada", &below, risk("unlikely", &["ios"])).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_nomination_that_registers_its_build_answers_with_the_event_that_nominated_it() {
    let site = Site::new().await;
    let wanted = json!({ "build": "600", "commit": "0badc0de", "reason": "a crash" });
    let path = format!("{RELEASE}/tracks/ios/candidate");
    let answer = site.post("ada", &path, &wanted).await.value();
    assert_eq!((&answer["new"], &answer["before"]), (&json!(true), &json!("512")));
    let again = site.post("ada", &path, &wanted).await.value();
    assert_eq!((&again["new"], &again["position"]), (&json!(false), &answer["position"]));
}
