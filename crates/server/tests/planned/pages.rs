//! The pages of timelines and calendars: forms that work, come back with what was typed, and are not shown to all.

use crate::site::{CALENDAR, RELEASE, Site};

const ICS: &str = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:Christmas Eve <b>\r\nDTSTART;VALUE=DATE:20261224\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_timeline_says_what_to_do_and_offers_it_to_who_may() {
    let site = Site::new().await;
    let path = format!("{RELEASE}/timeline");
    let page = site.page("ada", &path).await.text;
    assert!(page.contains("No track has a go-live date"), "{page}");
    assert!(page.contains("known: "), "what the journal knows is shown all the same");
    assert!(page.contains("<details id=\"form-target\" open>"), "{page}");
    assert!(page.contains("action=\"/releases/tidewatch/2026.12/timeline/target\""));
    let page = site.page("vic", &path).await.text;
    assert!(!page.contains("<form method=\"post\" action=\"/releases"), "a viewer is offered nothing");
    assert_eq!(site.form("vic", &format!("{path}/target"), &[]).await.status, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn forms_set_reach_plan_and_come_back_with_what_was_typed() {
    let site = Site::new().await;
    let path = format!("{RELEASE}/timeline");
    let post = async |below: &str, fields: &[(&str, &str)]| {
        site.form("ada", &format!("{path}/{below}"), fields).await
    };
    let refused = post("target", &[("track", "ios"), ("on", "2026-12-12"), ("reason", "why & how")]).await;
    assert_eq!(refused.status, 422);
    for part in ["Sat 12 Dec 2026 is a Saturday, and no working day", "value=\"2026-12-12\"", "why &amp; how"]
    {
        assert!(refused.text.contains(part), "no {part} in {}", refused.text);
    }
    let nothing = post("target", &[("track", ""), ("on", "")]).await;
    assert!(nothing.status == 422 && nothing.text.contains("Choose the track"));
    for (below, fields) in [
        ("target", &[("track", "ios"), ("on", "2026-12-24")][..]),
        ("plan", &[("of", "ios/handoff"), ("on", "2026-12-16"), ("reason", "QA is away")]),
        ("plan", &[("of", "ios/handoff"), ("as_template", "yes"), ("reason", "QA is back")]),
        ("reached", &[("of", "ios/code-freeze"), ("on", "2026-11-24"), ("note", "all <closed>")]),
        (
            "milestones",
            &[("track", "android"), ("id", "press-kit"), ("name", "Press kit"), ("on", "2026-12-09")],
        ),
        ("removal", &[("of", "ios/approval"), ("reason", "none")]),
    ] {
        let answer = post(below, fields).await;
        assert_eq!(answer.location(), format!("{path}?done=planned"), "{below}: {}", answer.text);
    }
    let page = site.page("ada", &path).await.text;
    for part in [
        "Goes live on <b>Thu 24 Dec</b>",
        "Submit by the end of <b>Fri 18 Dec</b>",
        "Days that cannot be kept",
        "lies in the App Store’s freeze “Holidays”, 23 Dec to 27 Dec",
        "all &lt;closed&gt;",
        "dropped: none",
        "<table class=\"dates\">",
        "role=\"img\"",
        "known: ",
        "Press kit",
    ] {
        assert!(page.contains(part), "no {part} in {page}");
    }
    assert!(!page.contains("style="), "nothing is styled in the page");
    let withdrawn = post("withdrawal", &[("of", "ios/code-freeze"), ("reason", "one branch is open")]).await;
    assert_eq!(withdrawn.location(), format!("{path}?done=planned").replace("planned", "withdrawn"));
    let viewer = site.page("vic", &path).await.text;
    assert!(!viewer.contains("form-target"), "a viewer is offered nothing");
    let contributor = site.page("con", &path).await.text;
    assert!(contributor.contains("form-reached") && !contributor.contains("form-target"));
    let past = site.page("ada", &format!("{path}?as_of=2026-11-25T09:00:00Z")).await;
    assert!(!past.text.contains("<form method=\"post\" action=\"/releases"), "{} {}", past.status, past.text);
    let fleet = site.page("ada", "/").await.text;
    assert!(fleet.contains("goes live Thu 24 Dec"), "{fleet}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_calendar_file_is_looked_at_and_then_taken_in() {
    let site = Site::new().await;
    let post = format!("{CALENDAR}/holidays");
    let looked = site.parts("ada", &post, &[("file", Some("de.ics"), ICS)]).await;
    assert_eq!(looked.status, 200, "{}", looked.text);
    assert!(
        looked.text.contains("1 new holiday") && looked.text.contains("Christmas Eve &lt;b&gt;"),
        "{}",
        looked.text
    );
    assert!(!site.page("ada", CALENDAR).await.text.contains("Christmas Eve"), "nothing is taken in yet");
    let taken = site
        .parts("ada", &post, &[("source", None, "de.ics"), ("calendar", None, ICS), ("go", None, "import")])
        .await;
    assert_eq!(taken.location(), format!("{CALENDAR}?done=imported"), "{}", taken.text);
    let page = site.page("vic", CALENDAR).await.text;
    assert!(page.contains("Christmas Eve &lt;b&gt;") && page.contains("imported"), "{page}");
    assert!(page.contains("The App Store stops submissions and releases"), "{page}");
    assert!(!page.contains("type=\"file\""), "a viewer is offered nothing");
    let broken = site.parts("ada", &post, &[("file", Some("x.ics"), "nonsense")]).await;
    assert!(
        broken.status == 422 && broken.text.contains("“nonsense” is no line of a calendar"),
        "{}",
        broken.text
    );
    let removals = format!("{CALENDAR}/removals");
    let refused = site.form("ada", &removals, &[("date", "2026-12-24"), ("reason", "")]).await;
    assert!(refused.status == 422 && refused.text.contains("why it is no holiday"), "{}", refused.text);
    let removed = site.form("ada", &removals, &[("date", "2026-12-24"), ("reason", "we work")]).await;
    assert_eq!(removed.location(), format!("{CALENDAR}?done=no-holiday"));
    assert!(!site.page("vic", CALENDAR).await.text.contains("Christmas Eve"));
    assert_eq!(site.page("vic", "/products/nobody/calendar").await.status, 404);
}
