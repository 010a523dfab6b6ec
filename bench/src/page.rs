//! The release page, rendered for each request, beside a bare route of the same size; and how a server starts and rests.
//!
//! Invariant: both servers are processes of their own, and are asked by the same load from the same two cores.

use std::net::SocketAddr;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::ensure;

use crate::asker::{Connection, Server, get};
use crate::figures::{Figures, bar, bar_below, say};
use crate::place::{Place, output};

const CONNECTIONS: usize = 8;
const TIME: Duration = Duration::from_secs(4);
pub(crate) const PAGE: &str = "/releases/bench/1.0";
const TRACKS: [&str; 4] = ["ios", "android", "watchos", "wearos"];

/// Requests in a second; the slowest of a hundred, in milliseconds; the share of a bare route.
const RATE: f64 = 4_000.0;
const P99: f64 = 3.0;
const SHARE: f64 = 20.0;
/// Milliseconds from starting the process to its first answer, and megabytes once it rests.
const FIRST: f64 = 50.0;
const RESTING: f64 = 30.0;

pub(crate) fn run(place: &Place, runs: usize) -> anyhow::Result<()> {
    let data = planned(place)?;
    let [mut rate, mut p99, mut share, mut first, mut resting] = std::array::from_fn(|_| Figures::default());
    for _ in 0..runs {
        let empty = tempfile::tempdir_in(&place.cache)?;
        // The first start makes the tables; what is timed finds them there and checks them.
        drop(Server::start(place.seaworthy(empty.path())?.args([
            "serve",
            "--trust-this-machine",
            "--listen",
            "127.0.0.1:0",
        ]))?);
        let begin = Instant::now();
        let server = Server::start(place.seaworthy(empty.path())?.args([
            "serve",
            "--trust-this-machine",
            "--listen",
            "127.0.0.1:0",
        ]))?;
        get(server.address, "/")?;
        first.add(begin.elapsed().as_secs_f64() * 1e3);
        std::thread::sleep(Duration::from_secs(1));
        resting.add(server.memory()?);
    }
    let mut size = 0;
    for _ in 0..runs {
        let server = Server::start(place.seaworthy(data.path())?.args([
            "serve",
            "--trust-this-machine",
            "--listen",
            "127.0.0.1:0",
        ]))?;
        let page = get(server.address, PAGE)?;
        size = page.len();
        ensure!(size >= 60_000, "the page has only {size} bytes");
        let text = String::from_utf8_lossy(&page);
        let rows = text.matches("<li").count();
        ensure!(rows >= 60, "the page has only {rows} rows in lists");
        let ours = load(server.address, PAGE)?;
        drop(server);
        let mut bare = Command::new(std::env::current_exe()?);
        let bare = Server::start(bare.args(["bare", "--bytes", &size.to_string()]))?;
        let theirs = load(bare.address, "/")?;
        rate.add(ours.rate);
        p99.add(ours.p99);
        share.add(ours.rate / theirs.rate * 100.0);
    }
    say(&format!("the release page, {size} bytes, {CONNECTIONS} connections: {}", rate.tell("requests/s")));
    say(&format!("p99: {}", p99.tell("ms")));
    say(&format!("beside a bare route of that size: {}", share.tell("%")));
    bar("release page", rate.median(), RATE, "requests/s");
    bar_below("release page, p99", p99.median(), P99, "ms");
    bar("release page, share of a bare route", share.median(), SHARE, "%");
    bar_below("first answer after exec", first.median(), FIRST, "ms");
    bar_below("resting memory", resting.median(), RESTING, "MiB");
    Ok(())
}

/// Serves a body of so many bytes and nothing else, until it is killed.
pub(crate) fn bare(bytes: usize) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let body = "x".repeat(bytes);
        let answer = move || async move { ([("content-type", "text/html; charset=utf-8")], body) };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        say(&format!("bare at http://{}", listener.local_addr()?));
        axum::serve(listener, axum::Router::new().route("/", axum::routing::get(answer))).await?;
        Ok(())
    })
}

/// A release of 4 tracks with 25 criteria, runs of several kinds, checks by hand.
pub(crate) fn planned(place: &Place) -> anyhow::Result<tempfile::TempDir> {
    std::fs::create_dir_all(&place.cache)?;
    let data = tempfile::tempdir_in(&place.cache)?;
    let mut file = "[product]\nid = \"bench\"\nname = \"Bench\"\nzone = \"Europe/Berlin\"\n".to_owned();
    for track in TRACKS {
        let devices: Vec<String> = (1..=6).map(|n| format!("\"{track} phone {n} / OS {n}\"")).collect();
        file.push_str(&format!("[tracks.{track}]\ndevices = [{}]\n", devices.join(", ")));
    }
    for preset in [
        "smoke-passed",
        "regression-complete",
        "platform-validation-complete",
        "flaky-rate",
        "test-summary-written",
    ] {
        file.push_str(&format!("[[criteria]]\nuse = \"{preset}\"\n"));
    }
    for n in 1..=20 {
        let kind = ["regression", "smoke", "performance", "exploratory"][n % 4];
        file.push_str(&format!(
            "[[criteria]]\nid = \"own-{n}\"\ntitle = \"Own criterion number {n}, in a sentence\"\nowner = \"engineering\"\n\
             holds = \"runs.{kind}.failed == 0 && runs.{kind}.run > {}\"\n",
            n * 3
        ));
    }
    file.push_str("[releases.\"1.0\"]\nversion = \"1.0.0\"\n");
    for track in TRACKS {
        file.push_str(&format!(
            "[releases.\"1.0\".tracks.{track}]\ncandidate = {{ number = 1, commit = \"0123abc\" }}\n"
        ));
    }
    let path = data.path().join("seaworthy.toml");
    std::fs::write(&path, file)?;
    output(place.seaworthy(data.path())?.arg("apply").arg(&path))?;
    for (index, track) in TRACKS.into_iter().enumerate() {
        for kind in ["smoke", "regression"] {
            let report = data.path().join(format!("{track}-{kind}.xml"));
            std::fs::write(&report, junit(40, index))?;
            let mut ingest = place.seaworthy(data.path())?;
            ingest.args([
                "ingest",
                "--release",
                "1.0",
                "--build",
                "1",
                "--complete",
                "--track",
                track,
                "--kind",
                kind,
            ]);
            output(ingest.arg(report))?;
        }
        for device in 1..=4 {
            let mut attest = place.seaworthy(data.path())?;
            attest.args([
                "attest",
                "--release",
                "1.0",
                "--build",
                "1",
                "--track",
                track,
                "--result",
                "passed",
            ]);
            output(attest.args(["--device", &format!("{track} phone {device} / OS {device}")]))?;
        }
    }
    Ok(data)
}

fn junit(cases: usize, failing: usize) -> String {
    let mut text = "<testsuites><testsuite name=\"bench\">".to_owned();
    for n in 0..cases {
        let failure = if n < failing { "<failure message=\"expected 3 and found 5\"/>" } else { "" };
        let area = ["Checkout", "Account", "Sync", "Charts"][n % 4];
        text.push_str(&format!(
            "<testcase classname=\"app.{area}Test\" name=\"case{n}\" time=\"0.2\">{failure}</testcase>"
        ));
    }
    text.push_str("</testsuite></testsuites>");
    text
}

struct Load {
    rate: f64,
    p99: f64,
}

/// Asks again and again on several connections, and takes each answer whole.
fn load(address: SocketAddr, path: &str) -> anyhow::Result<Load> {
    // Warm: what is computed once is computed, as after the first reader of the day.
    for _ in 0..50 {
        get(address, path)?;
    }
    let begin = Instant::now();
    let asked = std::thread::scope(|scope| {
        let askers: Vec<_> = (0..CONNECTIONS)
            .map(|_| {
                scope.spawn(move || {
                    let mut connection = Connection::open(address)?;
                    let mut took = Vec::new();
                    while begin.elapsed() < TIME {
                        let start = Instant::now();
                        connection.ask(path)?;
                        took.push(start.elapsed());
                    }
                    anyhow::Ok(took)
                })
            })
            .collect();
        let mut all = Vec::new();
        for asker in askers {
            all.extend(asker.join().map_err(|_| anyhow::anyhow!("an asker failed"))??);
        }
        anyhow::Ok(all)
    });
    let elapsed = begin.elapsed().as_secs_f64();
    let mut took = asked?;
    took.sort_unstable();
    let p99 = took.get(took.len() * 99 / 100).copied().unwrap_or_default();
    Ok(Load { rate: took.len() as f64 / elapsed, p99: p99.as_secs_f64() * 1e3 })
}
