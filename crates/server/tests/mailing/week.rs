//! A week of many events, counted: a digest for a half-day, none at night, and in each reader's own zone.

use std::collections::{BTreeMap, BTreeSet};

use domain::notice::pace::slot;
use jiff::tz::TimeZone;
use serde_json::json;

use crate::sink::Sink;
use crate::site::{HOUR, MINUTE, Site};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_gets_more_than_one_digest_in_a_working_half_day_and_none_at_night() {
    let folder = tempfile::tempdir().unwrap();
    let sink = Sink::start(folder.path(), 0, 0);
    let mut site = Site::new(folder.path(), Some(&sink.url())).await;
    // Pia lives elsewhere, and says so once.
    let (status, ..) = site
        .form("pia@example.org", "/preferences", &[("zone", "America/New_York"), ("theme", "system")])
        .await;
    assert_eq!(status, 303);
    let zone = |to: &str| {
        let name = if to.starts_with("pia") { "America/New_York" } else { "Europe/Helsinki" };
        TimeZone::get(name).unwrap()
    };
    let (mut digests, mut alone, mut seen) = (BTreeMap::new(), 0, 0);
    // Things happen at all hours, and mail is sent three times an hour.
    for step in 0..7 * 24 * 3 {
        if step % (24 * 3) == 0 {
            site.enter_all().await;
        }
        if step % 3 == 0 {
            let who = ["max@example.org", "pia@example.org", "ada@example.org"][step as usize / 3 % 3];
            let waiver = site.asks_for_a_waiver(who, &format!("reason {step}")).await;
            if step % 2 == 0 {
                let refuser = if who.starts_with("max") { "pia@example.org" } else { "max@example.org" };
                site.does(
                    refuser,
                    &format!("/waivers/{waiver}/refusal"),
                    json!({ "reason": "users lose runs" }),
                )
                .await;
            }
        }
        if step % (3 * 7) == 0 {
            let until = site.now().plus_micros(30 * 24 * HOUR).to_string();
            let wanted = json!({ "what": "summary", "track": "ios", "build": "500" });
            let of =
                json!({ "name": format!("Tester {step}"), "address": format!("tester{step}@example.org") });
            site.does("ada@example.org", "/asks", json!({ "of": of, "wanted": wanted, "until": until }))
                .await;
        }
        site.app.post().await.unwrap();
        for mail in &sink.mails()[seen..] {
            seen += 1;
            let to = mail.to[0].clone();
            let slot = slot(site.now(), &zone(&to));
            let slot =
                slot.unwrap_or_else(|| panic!("{to} got {} in quiet hours, at {}", mail.subject, site.now()));
            assert_eq!(mail.generated, "auto-generated");
            if mail.is_digest() {
                *digests.entry((to, slot)).or_insert(0) += 1;
            } else {
                alone += 1;
            }
        }
        site.pass(20 * MINUTE);
    }
    let too_many: Vec<_> = digests.iter().filter(|(_, count)| **count > 1).collect();
    assert!(too_many.is_empty(), "{too_many:?}");
    let of = |to: &str| digests.keys().filter(|(of, _)| of.starts_with(to)).count();
    // Five days have ten half-days; what came up last in one is told in the next.
    for who in ["max", "pia", "ada"] {
        assert!((8..=10).contains(&of(who)), "{who} got {} digests", of(who));
    }
    assert_eq!(alone, 8 * 3 - alone_after_friday(), "each who was asked by a link got one mail");
    let mails = sink.mails();
    let ids: BTreeSet<&str> = mails.iter().map(|mail| mail.id.as_str()).collect();
    assert_eq!(ids.len(), mails.len(), "no mail came twice");
    // One release is one thread for each.
    for who in ["max@example.org", "pia@example.org"] {
        let threads: BTreeSet<&str> =
            mails.iter().filter(|mail| mail.to[0] == who).map(|mail| mail.references.as_str()).collect();
        assert_eq!(threads.len(), 1, "{who}");
    }
    // Hundreds of events, and about thirty digests.
    assert!(mails.len() < 60, "{}", mails.len());
}

/// Of those who are asked by a link every seven hours, those who are asked after Friday evening hear of it on Monday.
fn alone_after_friday() -> usize {
    let friday_evening = 4 * 24 + 9;
    (0..7 * 24).step_by(7).filter(|hour| *hour >= friday_evening).count()
}
