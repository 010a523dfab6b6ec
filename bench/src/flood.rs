//! A flood of tries to sign in, and what it does to somebody who is signed in and reads.
//!
//! Invariant: tries come at a fixed rate whether or not they are answered soon, and what counts is what the server
//! looked at: an answer other than "too often".

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use server::app::App;
use server::config::Settings;

use crate::asker::{Connection, Server};
use crate::figures::{Figures, bar_below, say};
use crate::page::{PAGE, planned};
use crate::place::Place;

/// Tries in a second, and from how many connections: more than wait for a password to be compared.
const RATE: u64 = 1_000;
const CONNECTIONS: u64 = 128;
/// How long a flood lasts: less than the minute for which tries count.
const TIME: Duration = Duration::from_secs(8);
/// What the reader waits between two pages.
const PAUSE: Duration = Duration::from_millis(5);
/// Tries that are looked at in a minute; milliseconds of a page.
const TRIES: f64 = 10.0;
const PAGES: f64 = 20.0;

const HOST: &str = "ship.example";
const LOGIN: &str = "ada@ship.example";
const PASSWORD: &str = "kelp+ferry+bell+noon";

/// Who a flood pretends to be.
#[derive(Clone, Copy, Debug)]
enum Flood {
    /// One address tries one login after the other.
    OneAddress,
    /// Many addresses try the reader's own login.
    OneAccount,
    /// Many addresses try many logins: no limit of either kind bites.
    Spread,
}

pub(crate) fn run(place: &Place, runs: usize) -> anyhow::Result<()> {
    let data = planned(place)?;
    let link = set_up_link(data.path())?;
    let server = listening(place, data.path())?;
    let mut connection = Connection::open(server.address)?;
    let form = format!("login={LOGIN}&name=Ada&password={PASSWORD}");
    let status = connection.send(&post(&link, "198.51.100.1", "", &form))?;
    ensure!(status == 303, "the first account was answered with {status}");
    let cookies = connection.cookies.join("; ");
    // Whoever signs in anew in a browser ends the session that was in it: the owner comes from the same browser without.
    let known: Vec<&String> =
        connection.cookies.iter().filter(|cookie| cookie.contains("_device=")).collect();
    let known = known.first().context("no cookie by which the browser is known")?.as_str();

    let quiet = read(server.address, &cookies, &AtomicBool::new(false), Duration::from_secs(2))?;
    say(&format!("a signed-in reader's page, without a flood: {}", tell(&quiet)));
    for flood in [Flood::OneAddress, Flood::OneAccount, Flood::Spread] {
        let [mut median, mut p99, mut looked] = std::array::from_fn(|_| Figures::default());
        for run in 0..runs {
            let over = AtomicBool::new(false);
            let (tries, pages, back) = std::thread::scope(|scope| {
                let reader = scope.spawn(|| read(server.address, &cookies, &over, TIME * 2));
                let tries = pour(server.address, flood, run as u64);
                // The owner comes in by the browser that is known, whatever others tried.
                let back = sign_in(server.address, known);
                over.store(true, Ordering::Release);
                (tries, reader.join(), back)
            });
            let (sent, seen) = tries?;
            let pages = pages.map_err(|_| anyhow::anyhow!("the reader failed"))??;
            ensure!(sent as f64 >= 0.95 * (RATE * TIME.as_secs()) as f64, "only {sent} tries were sent");
            ensure!(back? == 303, "the owner was not let in");
            median.add(pages[pages.len() / 2]);
            p99.add(pages[pages.len() * 99 / 100]);
            looked.add(seen as f64);
            // Tries count for a minute.
            std::thread::sleep(Duration::from_secs(if run + 1 < runs { 61 } else { 0 }));
        }
        let name = format!("{flood:?}, {RATE} tries/s");
        say(&format!("{name}: looked at {}, page {}", looked.tell("tries"), median.tell("ms")));
        if !matches!(flood, Flood::Spread) {
            bar_below(&format!("{name}, tries looked at in a minute"), looked.median(), TRIES + 0.5, "tries");
        }
        bar_below(&format!("{name}, p99 of a page"), p99.median(), PAGES, "ms");
    }
    Ok(())
}

fn tell(pages: &[f64]) -> String {
    let at = |share: usize| pages[(pages.len() - 1) * share / 100];
    format!("median {:.1} ms, p99 {:.1} ms, of {}", at(50), at(99), pages.len())
}

/// Starts a server that people reach by a name, so that what stands in front of it is believed.
fn listening(place: &Place, data: &std::path::Path) -> anyhow::Result<Server> {
    // A port that was free a moment ago.
    let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let mut command = place.seaworthy(data)?;
    let listen = format!("127.0.0.1:{port}");
    command.args(["serve", "--origin", &format!("https://{HOST}"), "--listen", &listen]);
    Server::start_at(&mut command, listen.parse()?)
}

/// Makes the link for the first account, as the server would print it.
fn set_up_link(data: &std::path::Path) -> anyhow::Result<String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let app = App::open(Settings::new(Some(data.to_owned()), None, None)).await?;
        let link = app.set_up_link().await?;
        app.finish().await;
        anyhow::Ok(link)
    })
}

/// Writes a form as a browser would send it by way of what ends TLS.
fn post(path: &str, from: &str, cookies: &str, form: &str) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nHost: {HOST}\r\nX-Forwarded-For: {from}\r\nSec-Fetch-Site: same-origin\r\n\
         Cookie: {cookies}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
        form.len()
    )
}

fn sign_in(address: SocketAddr, cookies: &str) -> anyhow::Result<u16> {
    let mut connection = Connection::open(address)?;
    for _ in 0..50 {
        let form = format!("login={LOGIN}&password={PASSWORD}");
        let status = connection.send(&post("/sign-in", "203.0.113.200", cookies, &form))?;
        // While all turns to compare are taken, one waits as a person would.
        if status != 429 {
            return Ok(status);
        }
        std::thread::sleep(Duration::from_millis(500));
    }
    Ok(429)
}

/// Tries to sign in at the fixed rate; returns how many tries were sent, and how many were looked at.
fn pour(address: SocketAddr, flood: Flood, run: u64) -> anyhow::Result<(u64, u64)> {
    let (sent, seen) = (AtomicU64::new(0), AtomicU64::new(0));
    let begin = Instant::now();
    std::thread::scope(|scope| {
        let pourers: Vec<_> = (0..CONNECTIONS)
            .map(|pourer| {
                let (sent, seen) = (&sent, &seen);
                scope.spawn(move || {
                    let mut connection = Connection::open(address)?;
                    for number in (pourer..).step_by(CONNECTIONS as usize) {
                        let due = Duration::from_micros(number * 1_000_000 / RATE);
                        if due >= TIME {
                            return anyhow::Ok(());
                        }
                        std::thread::sleep(due.saturating_sub(begin.elapsed()));
                        let unlike = number + run * 1_000_000;
                        let other =
                            format!("10.{}.{}.{}", unlike >> 16 & 255, unlike >> 8 & 255, unlike & 255);
                        let (from, login) = match flood {
                            Flood::OneAddress => ("203.0.113.5".to_owned(), format!("nobody{unlike}")),
                            Flood::OneAccount => (other, LOGIN.to_owned()),
                            Flood::Spread => (other, format!("somebody{unlike}")),
                        };
                        let form = format!("login={login}&password=wrong+{number}");
                        let status = connection.send(&post("/sign-in", &from, "", &form))?;
                        sent.fetch_add(1, Ordering::Relaxed);
                        seen.fetch_add(u64::from(status != 429), Ordering::Relaxed);
                    }
                    Ok(())
                })
            })
            .collect();
        for pourer in pourers {
            pourer.join().map_err(|_| anyhow::anyhow!("a pourer failed"))??;
        }
        anyhow::Ok(())
    })?;
    Ok((sent.into_inner(), seen.into_inner()))
}

/// Reads a page again and again until it is over; returns how many milliseconds each took, in order.
fn read(address: SocketAddr, cookies: &str, over: &AtomicBool, most: Duration) -> anyhow::Result<Vec<f64>> {
    let mut connection = Connection::open(address)?;
    let request = format!("GET {PAGE} HTTP/1.1\r\nHost: {HOST}\r\nCookie: {cookies}\r\n\r\n");
    let (begin, mut took) = (Instant::now(), Vec::new());
    while begin.elapsed() < most && !over.load(Ordering::Acquire) {
        let start = Instant::now();
        let status = connection.send(&request)?;
        ensure!(status == 200, "the page was answered with {status}");
        took.push(start.elapsed().as_secs_f64() * 1e3);
        std::thread::sleep(PAUSE);
    }
    took.sort_by(f64::total_cmp);
    ensure!(!took.is_empty(), "no page was read");
    Ok(took)
}
