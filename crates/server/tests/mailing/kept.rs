//! What is in the outbox, by API and page: what waits, what is stuck and why, trying again and giving up.

use serde_json::{Value, json};

use crate::sink::Sink;
use crate::site::{HOUR, MINUTE, Site};

const ADA: &str = "ada@example.org";
const MAX: &str = "max@example.org";

async fn lines(site: &Site, state: &str) -> Vec<Value> {
    let (status, page) = site.get(ADA, &format!("/outbox?state={state}")).await;
    assert_eq!(status, 200, "{page}");
    page["items"].as_array().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_mail_server_messages_wait_and_the_page_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let site = Site::new(folder.path(), None).await;
    let (_, page) = site.page(ADA, "/outbox").await;
    assert!(page.contains("No mail server is configured; messages wait."), "{page}");
    site.asks_for_a_waiver(ADA, "known").await;
    site.pass(HOUR);
    assert_eq!(site.app.post().await.unwrap(), Default::default());
    let waiting = lines(&site, "waiting").await;
    let asked: Vec<&Value> = waiting.iter().filter(|line| line["kind"] == "ask").collect();
    assert_eq!(asked.len(), 4, "product and engineering have two people each: {waiting:#?}");
    assert!(asked[0]["tells"].as_str().unwrap().starts_with("answer whether "), "{asked:?}");
    let (_, page) = site.page(ADA, "/outbox?state=waiting").await;
    assert!(page.contains("Max Okafor") && page.contains("Drop it") && !page.contains("Try again"), "{page}");
    let (_, page) = site.page(ADA, "/outbox?state=dead").await;
    assert!(page.contains("Nothing is stuck"), "{page}");
    // It is for whoever coordinates.
    assert_eq!(site.get(MAX, "/outbox").await.0, 403);
    assert_eq!(site.page(MAX, "/outbox").await.0, 403);
    assert_eq!(site.post(MAX, "/outbox/00/retry", &json!({})).await.0, 403);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_stuck_says_why_and_is_tried_again_or_dropped_with_a_reason() {
    let folder = tempfile::tempdir().unwrap();
    let sink = Sink::start(folder.path(), 0, 0);
    let site = Site::new(folder.path(), Some(&sink.url())).await;
    site.asks_for_a_waiver(ADA, "known").await;
    site.pass(20 * MINUTE);
    let posted = site.app.post().await.unwrap();
    assert_eq!(
        (posted.sent, posted.failed),
        (2, 1),
        "max and pia; con's mailbox is refused, and ada did it all herself"
    );
    let mails = sink.mails();
    let of_max = mails.iter().find(|mail| mail.to == [MAX]).unwrap();
    assert!(of_max.subject.starts_with("Tidewatch 2026.12: answer whether "), "{}", of_max.subject);
    for part in
        ["Asked of you", "Ada Winter asks to accept", "> known", "Approve it, or refuse it with a reason."]
    {
        assert!(of_max.text.contains(part), "{part} in {}", of_max.text);
    }
    assert!(
        of_max.text.contains("https://ship.example/releases/tidewatch/2026.12/waivers#w-"),
        "{}",
        of_max.text
    );
    assert!(of_max.html.contains("<b>Tidewatch 2026.12: </b>Ada Winter asks to accept"), "{}", of_max.html);

    let dead = lines(&site, "dead").await;
    assert!(dead.iter().all(|line| line["to"] == "Con Tributor"), "{dead:#?}");
    assert!(dead[0]["error"].as_str().unwrap().contains("There is no such mailbox"), "{dead:#?}");
    let dropped = lines(&site, "dropped").await;
    assert!(dropped.iter().all(|line| line["to"] == "Nobody Special"), "{dropped:#?}");
    assert!(dropped[0]["reason"].as_str().unwrap().contains("no e-mail address is known"));
    let (_, page) = site.page(ADA, "/outbox?state=dead").await;
    assert!(page.contains("There is no such mailbox") && page.contains("Try again"), "{page}");

    let id = dead[0]["id"].as_str().unwrap();
    let (status, _, _) = site.form(ADA, &format!("/outbox/{id}/retry"), &[]).await;
    assert_eq!(status, 303);
    assert_eq!(lines(&site, "waiting").await.len(), 1);
    let again = site.post(ADA, &format!("/outbox/{id}/retry"), &json!({})).await;
    assert!(again.0 == 409 && again.1.contains("It waits already"), "{again:?}");
    let (status, text, _) = site.form(ADA, &format!("/outbox/{id}/drop"), &[("reason", " ")]).await;
    assert!(status == 422 && text.contains("why nobody need be told"), "{status} {text}");
    let empty = site.post(ADA, &format!("/outbox/{id}/drop"), &json!({ "reason": " " })).await;
    assert!(empty.0 == 422 && empty.1.contains("why nobody need be told"), "{empty:?}");
    let drop = json!({ "reason": "Con was told by phone." });
    assert_eq!(site.post(ADA, &format!("/outbox/{id}/drop"), &drop).await.0, 200);
    let line = lines(&site, "dropped").await.into_iter().find(|line| line["id"] == id).unwrap();
    assert_eq!((&line["reason"], &line["by"]), (&drop["reason"], &json!("Ada Winter")));
    let sent = lines(&site, "sent").await[0]["id"].as_str().unwrap().to_owned();
    let refused = site.post(ADA, &format!("/outbox/{sent}/drop"), &drop).await;
    assert!(refused.0 == 409 && refused.1.contains("cannot be taken back"), "{refused:?}");
    assert_eq!(site.post(ADA, "/outbox/none/drop", &drop).await.0, 404);
    assert_eq!(site.form(ADA, "/outbox/none/retry", &[]).await.0, 422);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_comes_at_once_by_mail_and_what_has_passed_is_told_to_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let sink = Sink::start(folder.path(), 0, 0);
    let site = Site::new(folder.path(), Some(&sink.url())).await;
    let ask = |name: &str| {
        let until = site.now().plus_micros(48 * HOUR).to_string();
        json!({ "of": { "name": name, "address": format!("{name}@example.org") }, "until": until,
            "wanted": { "what": "summary", "track": "ios", "build": "500" }, "note": "a few lines do" })
    };
    let shown = site.does(ADA, "/asks", ask("jo")).await["link"].as_str().unwrap().to_owned();
    let withdrawn = site.does(ADA, "/asks", ask("sam")).await["ask"].as_i64().unwrap();
    let why = json!({ "reason": "jo does it" });
    site.does(ADA, &format!("/asks/{withdrawn}/withdrawal"), why).await;
    let posted = site.app.post().await.unwrap();
    assert_eq!((posted.sent, posted.dropped), (1, 1), "sam is asked nothing any more");
    let mail = sink.mails().remove(0);
    assert_eq!((mail.to[0].as_str(), mail.is_digest()), ("jo@example.org", false));
    let link = mail.text.split("https://ship.example").nth(1).unwrap().split_whitespace().next().unwrap();
    assert!(link.starts_with("/asked/") && link != shown, "{link}");
    for link in [link, &shown] {
        let (status, page) = site.page("", link).await;
        assert!(status == 200 && page.contains("test summary"), "{link}: {status}");
    }
    // Whoever answers before the digest is due is not asked in it.
    site.nominates(501).await;
    site.nominates(502).await;
    site.pass(20 * MINUTE);
    let posted = site.app.post().await.unwrap();
    let asked: Vec<String> = sink
        .mails()
        .into_iter()
        .filter(|mail| mail.text.contains("Asked of you"))
        .map(|mail| mail.to[0].clone())
        .collect();
    assert_eq!(asked, ["jo@example.org"], "{posted:?}");
}
