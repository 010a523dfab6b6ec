//! `seaworthy ingest`: send reports, with progress at a terminal.

use std::io::{IsTerminal, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use axum::body::Body;
use bytes::Bytes;
use indicatif::{ProgressBar, ProgressStyle};
use server::app::ingest::IngestResponse;
use tokio::sync::mpsc::{Sender, channel};
use tokio_stream::wrappers::ReceiverStream;

use super::Outcome;
use crate::arguments::Ingest;
use crate::client::{Client, Failed, encoded};
use crate::exit::Exit;
use crate::terminal;

/// How much is sent at a time.
const PIECE: usize = 512 << 10;
const BLOCK: usize = 512;

pub(super) async fn run(client: &Client, ingest: &Ingest) -> Outcome {
    let path = format!("{}/runs?{}", client.release(&ingest.of.release).await?, query(ingest));
    let stdin = ingest.paths.iter().any(|path| path == "-");
    if stdin && ingest.paths.len() > 1 {
        return Err(Failed::Input("`-` reads one report from standard input; name it alone.".to_owned()));
    }
    let files = if stdin { Vec::new() } else { find(&ingest.paths)? };
    let total = files.iter().map(|(_, length)| length).sum();
    let progress = progress(if stdin { None } else { Some(total) }, ingest.json);
    let mut sending = Sending {
        files: Arc::new(files),
        stdin: stdin.then_some(Stdin),
        bar: progress.clone(),
        unread: Arc::default(),
    };
    let unread = sending.unread.clone();
    let content_type = if stdin { "application/xml" } else { "application/x-tar" };
    let answer = client.upload::<IngestResponse>(&path, content_type, &mut || sending.body()).await;
    progress.finish_and_clear();
    // What could not be read here is no fault of the connection that broke for it.
    if let (Err(_), Some(error)) = (&answer, unread.lock().ok().and_then(|unread| unread.clone())) {
        return Err(Failed::Input(format!("{error}. Nothing of this ingest was kept.")));
    }
    let (response, json) = answer?;
    if ingest.json {
        terminal::answer(&json);
    } else {
        tell(ingest, &response);
    }
    Ok(Exit::Ready)
}

/// Standard input, which can be read once.
struct Stdin;

/// What is sent, by a thread of its own: reading blocks.
struct Sending {
    files: Arc<Vec<(PathBuf, u64)>>,
    stdin: Option<Stdin>,
    bar: ProgressBar,
    /// What could not be read.
    unread: Arc<Mutex<Option<String>>>,
}

impl Sending {
    /// Begins to send from the start, if that is still there.
    fn body(&mut self) -> Option<Body> {
        let stdin = self.stdin.take();
        // What cannot be read is not there a second time either.
        let unread = self.unread.lock().is_ok_and(|unread| unread.is_some());
        if unread || stdin.is_none() && self.files.is_empty() {
            return None;
        }
        let (sender, receiver) = channel::<Result<Bytes, String>>(2);
        let (files, bar, unread) = (self.files.clone(), self.bar.clone(), self.unread.clone());
        bar.set_position(0);
        std::thread::spawn(move || {
            let sent = match stdin {
                Some(Stdin) => send_stdin(&sender, &bar),
                None => send_files(&sender, &files, &bar),
            };
            if let Err(Some(error)) = sent {
                if let Ok(mut unread) = unread.lock() {
                    *unread = Some(error.clone());
                }
                let _ = sender.blocking_send(Err(error));
            }
        });
        Some(Body::from_stream(ReceiverStream::new(receiver)))
    }
}

fn query(ingest: &Ingest) -> String {
    let mut query =
        format!("track={}&build={}&kind={}", ingest.of.track, encoded(ingest.of.build.as_str()), ingest.kind);
    let optional = [
        ("commit", ingest.of.commit.as_ref().map(|commit| commit.as_str())),
        ("run", ingest.run.as_ref().map(|run| run.as_str())),
        ("device", ingest.device.as_deref()),
        ("complete", ingest.complete.then_some("true")),
    ];
    for (key, value) in optional {
        if let Some(value) = value {
            query.push_str(&format!("&{key}={}", encoded(value)));
        }
    }
    query
}

/// Finds the reports that are meant, in the order of their names. What cannot be looked into is told, not left out.
fn find(paths: &[String]) -> Result<Vec<(PathBuf, u64)>, Failed> {
    let mut files: Vec<(PathBuf, u64)> = Vec::new();
    for path in paths {
        let literal = Path::new(path);
        let found = if literal.is_dir() {
            in_folder(literal)?
        } else if literal.exists() {
            vec![literal.to_owned()]
        } else {
            let found = glob::glob(path)
                .map_err(|error| Failed::Input(format!("`{path}` is no pattern: {error}")))?;
            let found = found
                .collect::<Result<Vec<_>, _>>()
                .map_err(|error| unreadable(error.path(), error.error()))?;
            found.into_iter().filter(|file| file.is_file()).collect()
        };
        if found.is_empty() {
            return Err(Failed::Input(format!("There is no report at {path}.")));
        }
        for file in found {
            let metadata = file.metadata().map_err(|error| unreadable(&file, &error))?;
            if !metadata.is_file() {
                let file = file.display();
                return Err(Failed::Input(format!(
                    "{file} is not a file. To read from a pipe, pipe it in and name `-`."
                )));
            }
            files.push((file, metadata.len()));
        }
    }
    files.sort();
    files.dedup();
    Ok(files)
}

fn in_folder(folder: &Path) -> Result<Vec<PathBuf>, Failed> {
    let mut found = Vec::new();
    for entry in walkdir::WalkDir::new(folder).follow_links(true).sort_by_file_name() {
        let entry = entry.map_err(|error| unreadable(error.path().unwrap_or(folder), &error))?;
        if entry.file_type().is_file() && is_report(entry.path()) {
            found.push(entry.into_path());
        }
    }
    Ok(found)
}

fn is_report(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    extension.eq_ignore_ascii_case("xml") || extension.eq_ignore_ascii_case("junit")
}

fn unreadable(path: &Path, error: &dyn std::fmt::Display) -> Failed {
    Failed::Input(format!("failed to read {}: {error}", path.display()))
}

/// Sending ended: `None` when nobody listens any more, else what went wrong.
type Sent = Result<(), Option<String>>;

fn send(sender: &Sender<Result<Bytes, String>>, bytes: Vec<u8>) -> Sent {
    sender.blocking_send(Ok(bytes.into())).map_err(|_| None)
}

/// Sends files as a tar archive, several small ones at a time.
fn send_files(sender: &Sender<Result<Bytes, String>>, files: &[(PathBuf, u64)], bar: &ProgressBar) -> Sent {
    let mut piece = Vec::with_capacity(2 * PIECE);
    for (path, length) in files {
        let failed = |error: std::io::Error| Some(format!("failed to read {}: {error}", path.display()));
        let mut file = std::fs::File::open(path).map_err(failed)?;
        piece.extend_from_slice(&header(path, *length).map_err(failed)?);
        let mut left = *length;
        while left > 0 {
            let take = left.min(PIECE as u64);
            piece.reserve(take as usize + BLOCK);
            let read = file.by_ref().take(take).read_to_end(&mut piece).map_err(failed)? as u64;
            if read == 0 {
                return Err(Some(format!("{} became shorter while it was read", path.display())));
            }
            left -= read;
            bar.inc(read);
            if piece.len() >= PIECE {
                send(sender, std::mem::replace(&mut piece, Vec::with_capacity(2 * PIECE)))?;
            }
        }
        piece.resize(piece.len() + (BLOCK - *length as usize % BLOCK) % BLOCK, 0);
    }
    piece.resize(piece.len() + 2 * BLOCK, 0);
    send(sender, piece)
}

fn header(path: &Path, length: u64) -> std::io::Result<Vec<u8>> {
    let mut builder = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_size(length);
    header.set_mode(0o644);
    // What leads out of a folder has no place in an archive.
    let parts = path.components().filter(|part| matches!(part, std::path::Component::Normal(_)));
    builder.append_data(&mut header, parts.collect::<PathBuf>(), std::io::empty())?;
    let mut bytes = builder.into_inner()?;
    bytes.truncate(bytes.len() - 2 * BLOCK);
    Ok(bytes)
}

fn send_stdin(sender: &Sender<Result<Bytes, String>>, bar: &ProgressBar) -> Sent {
    let mut stdin = std::io::stdin().lock();
    loop {
        let mut piece = Vec::with_capacity(PIECE);
        let read = stdin.by_ref().take(PIECE as u64).read_to_end(&mut piece);
        match read.map_err(|error| Some(format!("failed to read standard input: {error}")))? {
            0 => return Ok(()),
            read => bar.inc(read as u64),
        }
        send(sender, piece)?;
    }
}

fn progress(total: Option<u64>, json: bool) -> ProgressBar {
    if json || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let (bar, template) = match total {
        Some(total) => {
            (ProgressBar::new(total), "{bar:32} {bytes} of {total_bytes}, {bytes_per_sec}, {eta} to go")
        }
        None => (ProgressBar::new_spinner(), "{spinner} {bytes}, {bytes_per_sec}"),
    };
    bar.with_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()))
}

fn tell(ingest: &Ingest, response: &IngestResponse) {
    let counts = &response.counts;
    if !response.new {
        terminal::line(&format!(
            "This {} run is on record already, as evidence {}; nothing changed.",
            ingest.kind, response.evidence
        ));
        return;
    }
    let number = domain::words::number;
    terminal::line(&format!(
        "{} of {} on {} build {}, from {}: {} passed{}, {} failed, {} skipped.",
        domain::words::count(counts.cases, "case", "cases"),
        ingest.kind,
        ingest.of.track,
        ingest.of.build,
        domain::words::count(response.files, "report", "reports"),
        number(counts.passed),
        if counts.flaky > 0 { format!(" ({} flaky)", number(counts.flaky)) } else { String::new() },
        number(counts.failed + counts.errored),
        number(counts.skipped),
    ));
    terminal::line(&format!("Recorded as evidence {}, run {}.", response.evidence, response.run));
    for warning in &response.warnings {
        terminal::complain(&format!("note: {warning}"));
    }
}
