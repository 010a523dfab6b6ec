//! Targets, milestones and calendars through the API: what is taken, what is refused, and what is told of them.

use serde_json::json;

use crate::site::{CALENDAR, FILE, RELEASE, Site};

const ICS: &str = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:Christmas Eve\nDTSTART;VALUE=DATE:20261224\nEND:VEVENT\n\
BEGIN:VEVENT\nSUMMARY:Christmas\nDTSTART;VALUE=DATE:20261225\nEND:VEVENT\n\
BEGIN:VEVENT\nSUMMARY:Standup\nDTSTART:20261201T090000Z\nEND:VEVENT\nEND:VCALENDAR\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_track_goes_from_its_target_to_what_is_reached() {
    let site = Site::new().await;
    let (target, ios) = ("/tracks/ios/target", "/tracks/ios/milestones");
    site.check("con", target, json!({ "on": "2026-12-14" }), "takes a coordinator").await;
    site.check("ada", target, json!({ "on": "2026-12-12" }), "is a Saturday").await;
    site.check("ada", target, json!({ "on": "14 December" }), "2026-12-04").await;
    site.check("ada", target, json!({ "on": "2026-12-14" }), "new").await;
    site.check("ada", target, json!({ "on": "2026-12-14" }), "same").await;
    site.check("ada", target, json!({ "on": "2026-12-16" }), "Say in a few words why it moves").await;
    site.check("ada", target, json!({ "on": "2026-12-16", "reason": "sync is late" }), "new").await;
    let told = site.get(&format!("{RELEASE}/timeline")).await.value();
    assert_eq!((&told["today"], &told["zone"]), (&json!("2026-11-25"), &json!("Europe/Berlin")));
    let first = &told["tracks"][0];
    assert_eq!(first["target"]["moved"], 1);
    assert_eq!(first["target"]["later_by"], 2);
    assert_eq!(first["submit_by"]["on"], "2026-12-14");
    assert_eq!(told["tracks"][1]["submit_by"]["shared_with"], "ios");
    assert!(told["tracks"][2]["target"].is_null() && told["tracks"][2]["submit_by"].is_null());

    let cut = site.milestone("ios", "candidate-cut").await;
    assert_eq!((&cut["standing"], &cut["reached"]["on"]), (&json!("reached"), &json!("2026-11-25")));
    assert_eq!(cut["reached"]["known_from"], "the first candidate was nominated");

    site.check("vic", &format!("{ios}/code-freeze/reached"), json!({}), "takes a contributor").await;
    site.check("con", &format!("{ios}/code-freez/reached"), json!({}), "Did you mean code-freeze?").await;
    site.check(
        "con",
        &format!("{ios}/code-freeze/reached"),
        json!({ "on": "2026-11-26" }),
        "has not come yet",
    )
    .await;
    site.check("con", &format!("{ios}/code-freeze/reached"), json!({ "note": "closed" }), "new").await;
    site.check("con", &format!("{ios}/code-freeze/reached"), json!({}), "same").await;
    let freeze = site.milestone("ios", "code-freeze").await;
    assert_eq!(
        (&freeze["reached"]["by"], &freeze["reached"]["note"]),
        (&json!("Con Tributor"), &json!("closed"))
    );
    let withdrawal = format!("{ios}/code-freeze/withdrawal");
    site.check("max", &withdrawal, json!({ "reason": "a branch is open" }), "of others takes a coordinator")
        .await;
    site.check("con", &withdrawal, json!({ "reason": " " }), "Say in a few words").await;
    site.check("con", &withdrawal, json!({ "reason": "a branch is open" }), "new").await;
    assert_eq!(site.milestone("ios", "code-freeze").await["standing"], "due");

    site.check(
        "ada",
        &format!("{ios}/handoff/plan"),
        json!({ "on": "2026-12-10", "reason": "QA is away" }),
        "new",
    )
    .await;
    site.check("ada", &format!("{ios}/approval/removal"), json!({ "reason": "no review" }), "new").await;
    let added = json!({ "milestone": "press-kit", "name": "Press kit", "on": "2026-12-24" });
    site.check("ada", ios, added.clone(), "new").await;
    site.check("ada", ios, added, "same").await;
    assert_eq!(site.milestone("ios", "handoff").await["from"], "hand");
    assert_eq!(site.milestone("ios", "approval").await["standing"], "dropped");
    assert!(site.milestone("ios", "press-kit").await["clash"].is_null(), "a freeze stops no press kit");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_holds_only_while_what_it_was_made_on_stands() {
    let site = Site::new().await;
    let path = format!("{RELEASE}/tracks/ios/target");
    let tag = site.get(&format!("{RELEASE}/timeline")).await.tag();
    let set = site.post_if("ada", &path, Some(&tag), &json!({ "on": "2026-12-14" })).await;
    assert_eq!(set.status, 200, "{}", set.text);
    let late = site.post_if("ada", &path, Some(&tag), &json!({ "on": "2026-12-15", "reason": "x" })).await;
    assert_eq!(late.status, 412);
    assert!(late.text.contains("set the go-live of iOS for Mon 14 Dec 2026"), "{}", late.text);
    let before = site.get(&format!("{RELEASE}/timeline?as_of=2026-11-25T08:00:00Z")).await;
    assert_eq!(before.status, 404, "{}", before.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn holidays_are_imported_beside_the_file_and_stay() {
    let site = Site::new().await;
    site.check("ada", "/tracks/ios/target", json!({ "on": "2026-12-29" }), "new").await;
    let submission = site.milestone("ios", "submission").await;
    assert_eq!(submission["planned"], "2026-12-22");
    let holidays = format!("{CALENDAR}/holidays");
    let ask = |dry_run: bool| json!({ "source": "de.ics", "calendar": ICS, "dry_run": dry_run });
    assert_eq!(site.post("con", &holidays, &ask(true)).await.status, 403);
    let looked = site.post("ada", &holidays, &ask(true)).await.value();
    assert_eq!(looked["new"], json!([{ "date": "2026-12-24", "name": "Christmas Eve" }]));
    assert_eq!((&looked["known"], &looked["position"]), (&json!(1), &json!(null)));
    assert_eq!(looked["not_understood"].as_array().unwrap().len(), 1);
    assert_eq!((&looked["from"], &looked["to"]), (&json!(2026), &json!(2028)));
    let tag = site.get(CALENDAR).await.tag();
    let done = site.post_if("ada", &holidays, Some(&tag), &ask(false)).await.value();
    assert!(done["position"].is_i64(), "{done}");
    assert_eq!(site.milestone("ios", "submission").await["planned"], "2026-12-21", "one day earlier now");
    assert_eq!(site.post_if("ada", &holidays, Some(&tag), &ask(false)).await.status, 412);
    assert!(site.post("ada", &holidays, &ask(false)).await.value()["position"].is_null(), "twice is once");

    assert_eq!(site.apply(FILE).await["changes"], json!([]), "applying the file changes nothing");
    let with = FILE.replace("4.2.0", "4.2.1") + "[releases.\"2027.01\"]\n";
    site.apply(&with).await;
    let calendar = site.get(CALENDAR).await.value();
    let imported: Vec<_> =
        calendar["holidays"].as_array().unwrap().iter().filter(|of| of["imported"] == true).collect();
    assert_eq!(imported.len(), 1);
    assert_eq!(
        site.milestone("ios", "submission").await["planned"],
        "2026-12-21",
        "it stayed through the apply"
    );

    let removals = format!("{CALENDAR}/removals");
    let own = site.post("ada", &removals, &json!({ "date": "2026-12-25", "reason": "x" })).await;
    assert_eq!(own.status, 409);
    assert!(own.text.contains("is in the product’s file"), "{}", own.text);
    let removed = site.post("ada", &removals, &json!({ "date": "2026-12-24", "reason": "we work" })).await;
    assert_eq!(removed.value()["new"], true);
    assert_eq!(site.milestone("ios", "submission").await["planned"], "2026-12-22");
    for (calendar, expect) in [
        ("nonsense", "Line 1: “nonsense” is no line of a calendar"),
        ("BEGIN:VCALENDAR\nBEGIN:VEVENT\n", "Line 2: VEVENT begins here and never ends."),
    ] {
        let broken = site.post("ada", &holidays, &json!({ "source": "x.ics", "calendar": calendar })).await;
        assert_eq!(broken.status, 422);
        assert!(broken.text.contains(expect), "{}", broken.text);
    }
    let years = site
        .post("ada", &holidays, &json!({ "source": "x.ics", "calendar": ICS, "from": 2028, "to": 2027 }))
        .await;
    assert!(years.text.contains("No holidays can be taken from 2028 to 2027"), "{}", years.text);
    assert_eq!(site.get("/products/nobody/calendar").await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_overdue_is_among_what_we_do_not_know() {
    let site = Site::new().await;
    site.check("ada", "/tracks/android/target", json!({ "on": "2026-12-11" }), "new").await;
    let known = site.get(&format!("{RELEASE}/knowledge")).await.value();
    let lines: Vec<&str> =
        known["unknown"].as_array().unwrap().iter().filter_map(|line| line["text"].as_str()).collect();
    let expect =
        "Android: “Code freeze” was planned for Fri 20 Nov 2026 and nobody has said that it is reached.";
    assert!(lines.contains(&expect), "{lines:?}");
    let check = site.get(&format!("{RELEASE}/check")).await.value();
    assert_eq!(check["next_change_at"], "2026-11-25T23:00:00.000000Z", "the day turns in Berlin");
}
