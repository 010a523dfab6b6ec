//! The mail server away for a day, and the server killed again and again while it sends: each message reaches its reader's
//! eye once.
//!
//! The test runs itself again as that server.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use domain::notice::pace::slot;
use domain::time::Time;
use jiff::tz::TimeZone;
use serde_json::json;

use crate::sink::{Arrived, Sink};
use crate::site::{HOUR, MINUTE, MONDAY, Site, open};

const FOLDER: &str = "SEAWORTHY_TEST_MAIL_FOLDER";
const URL: &str = "SEAWORTHY_TEST_MAIL_URL";
/// How often the server is killed while it may be sending.
const KILLS: usize = 6;
/// Milliseconds between a mail being kept and the mail server saying so: most kills fall into one.
const DELAY: u32 = 150;

fn variable(name: &str) -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "how the test tells the process it starts what to do")]
    std::env::var(name).ok()
}

fn clock(folder: &Path) -> Time {
    let text = std::fs::read_to_string(folder.join("clock")).unwrap_or_default();
    text.trim().parse().unwrap_or_else(|_| MONDAY.parse().unwrap())
}

/// Not a test of its own: the other process, which sends what is due until it is killed. Its clock goes on by two minutes
/// a round, from where that of the one before it stood.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn send_until_killed() {
    let (Some(folder), Some(url)) = (variable(FOLDER), variable(URL)) else { return };
    let folder = Path::new(&folder);
    let (app, moved) = open(folder, clock(folder), Some(&url)).await;
    loop {
        let _ = app.post().await;
        moved.fetch_add(2 * MINUTE, Ordering::SeqCst);
        let now = server::clock::Clock::Moved(moved).now();
        std::fs::write(folder.join("clock.new"), now.to_string()).unwrap();
        std::fs::rename(folder.join("clock.new"), folder.join("clock")).unwrap();
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

fn server(folder: &Path, url: &str) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "killed::send_until_killed", "--nocapture"])
        .env(FOLDER, folder)
        .env(URL, url)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

fn kill(mut server: Child) {
    server.kill().unwrap();
    server.wait().unwrap();
}

/// Waits until something holds, at most a minute.
fn wait(what: &str, mut holds: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < Duration::from_secs(60), "waited too long until {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_message_reaches_the_eye_once_whatever_is_away_or_killed() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let free = Sink::start(folder, 0, 0);
    let (port, url) = (free.port, free.url());
    drop(free);
    let site = Site::new(folder, None).await;
    let testers = 12;
    for n in 0..testers {
        let until = site.now().plus_micros(50 * 24 * HOUR).to_string();
        let of = json!({ "name": format!("Tester {n}"), "address": format!("tester{n}@example.org") });
        let wanted = json!({ "what": "summary", "track": "ios", "build": "500" });
        site.does("ada@example.org", "/asks", json!({ "of": of, "wanted": wanted, "until": until })).await;
    }
    for n in 0..8 {
        site.asks_for_a_waiver(
            ["ada@example.org", "max@example.org", "pia@example.org"][n % 3],
            &format!("reason {n}"),
        )
        .await;
    }
    let app = site.app.clone();
    drop(site);
    app.finish().await;

    // A day without a mail server, with the server killed in the middle of it.
    let start = clock(folder);
    for hours in [10, 24] {
        let process = server(folder, &url);
        wait("the day passes", || clock(folder) > start.plus_micros(hours * HOUR));
        kill(process);
    }
    let sink = Sink::start(folder, port, DELAY);
    assert_eq!(sink.mails(), []);
    for n in 0..KILLS {
        let process = server(folder, &url);
        let before = sink.mails().len();
        wait("a mail arrives", || sink.mails().len() > before);
        // Anywhere between the mail being kept, the answer, and the mark.
        std::thread::sleep(Duration::from_millis(u64::from(DELAY) * n as u64 / 4));
        kill(process);
    }
    let process = server(folder, &url);
    let due: BTreeSet<String> = (0..testers).map(|n| format!("tester{n}@example.org")).collect();
    let arrived = |mails: &[Arrived]| mails.iter().map(|mail| mail.to[0].clone()).collect::<BTreeSet<_>>();
    wait("everybody has heard", || {
        let heard = arrived(&sink.mails());
        due.is_subset(&heard)
            && ["max", "pia"].iter().all(|who| heard.contains(&format!("{who}@example.org")))
    });
    let end = clock(folder);
    wait("two more days pass", || clock(folder) > end.plus_micros(48 * HOUR));
    kill(process);

    let mails = sink.mails();
    let mut by_id: BTreeMap<&str, Vec<&Arrived>> = BTreeMap::new();
    for mail in &mails {
        by_id.entry(&mail.id).or_default().push(mail);
    }
    assert!(mails.len() > by_id.len(), "no kill fell between a mail being kept and that being said");
    // Each who was asked by a link has one mail, by its name, however often it arrived.
    for tester in &due {
        let ids: BTreeSet<&str> =
            mails.iter().filter(|mail| mail.to[0] == *tester).map(|mail| mail.id.as_str()).collect();
        assert_eq!(ids.len(), 1, "{tester}: {ids:?}");
    }
    // Each waiver is told to each reader under one name.
    for who in ["max@example.org", "pia@example.org"] {
        for n in 0..8 {
            let tells = |mail: &&Arrived| {
                mail.to[0] == who && mail.text.lines().any(|line| line.trim() == format!("> reason {n}"))
            };
            let ids: BTreeSet<&str> = mails.iter().filter(tells).map(|mail| mail.id.as_str()).collect();
            let own = (who.starts_with("max") && n % 3 == 1) || (who.starts_with("pia") && n % 3 == 2);
            assert_eq!(ids.len(), usize::from(!own), "reason {n} to {who}");
        }
    }
    // The same name is the same mail, but for the link in it.
    for mails in by_id.values() {
        assert!(mails.iter().all(|mail| (&mail.to, &mail.subject) == (&mails[0].to, &mails[0].subject)));
    }
    let zone = TimeZone::get("Europe/Helsinki").unwrap();
    assert!(slot(start, &zone).is_some(), "the day began in working hours");
    let (app, _) = open(folder, clock(folder), None).await;
    let waiting = app.outbox_summary().await.unwrap().count.waiting;
    assert_eq!(waiting, 0, "nothing is left behind");
}
