//! What the kernel sees: blob, folder and database are synced before anything is acknowledged.

use std::process::Command;

use crate::place::{On, Place, report};

/// One system call of interest, in the order in which they ended.
#[derive(Debug, PartialEq)]
enum Call {
    Write(String),
    Sync(String),
    Rename(String),
    Acknowledge,
}

/// Reads strace's lines; `-y` puts the path behind each descriptor.
fn calls(trace: &str) -> Vec<Call> {
    let mut calls = Vec::new();
    for line in trace.lines() {
        let line = line.split_once(' ').map_or(line, |(_, rest)| rest.trim_start());
        let path = || {
            line.split_once('<')
                .and_then(|(_, rest)| rest.split_once('>'))
                .map_or("", |(path, _)| path)
                .to_owned()
        };
        // A call that another thread interrupted is shown twice; its end is what counts.
        if line.contains("<unfinished") {
            continue;
        }
        if line.contains("Recorded as evidence") {
            calls.push(Call::Acknowledge);
        } else if line.contains("fsync(") || line.contains("fdatasync(") {
            calls.push(Call::Sync(path()));
        } else if line.contains("rename") && line.contains("= 0") {
            let target = line.rsplit('"').nth(1).unwrap_or_default();
            calls.push(Call::Rename(target.to_owned()));
        } else if line.contains("write") {
            calls.push(Call::Write(path()));
        }
    }
    calls
}

fn last(calls: &[Call], wanted: impl Fn(&Call) -> bool) -> usize {
    calls.iter().rposition(wanted).unwrap_or_else(|| panic!("no such call in {calls:#?}"))
}

#[test]
fn blob_folder_and_database_are_synced_before_the_acknowledgement() {
    let place = Place::applied(On::Sqlite);
    place.write("smoke.xml", &report("opens:pass closes:fail"));
    let trace = place.path().join("trace");
    let ingest = place.command("ingest --release 2026.12 --track ios --build 514 --kind smoke smoke.xml");
    let mut command = Command::new("strace");
    // One thread at a time, so that calls are not shown interrupted.
    command.args([
        "-f",
        "-y",
        "-s",
        "200",
        "--seccomp-bpf",
        "-e",
        "trace=fsync,fdatasync,write,pwrite64,rename,renameat,renameat2",
    ]);
    command.arg("-o").arg(&trace).arg(ingest.get_program()).args(ingest.get_args()).current_dir(place.path());
    for (key, value) in ingest.get_envs() {
        if let Some(value) = value {
            command.env(key, value);
        }
    }
    let ran = command.output().expect("strace is there: run ./test, which installs it");
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    let trace = std::fs::read_to_string(&trace).unwrap();
    let calls = calls(&joined(&trace));

    let acknowledged = last(&calls, |call| *call == Call::Acknowledge);
    let is_log = |path: &str| path.ends_with("seaworthy.db-wal");
    let before = &calls[..acknowledged];
    let commit = last(before, |call| matches!(call, Call::Write(path) if is_log(path)));
    let synced = last(before, |call| matches!(call, Call::Sync(path) if is_log(path)));
    assert!(commit < synced, "the last commit before the acknowledgement was not synced before it");

    // Both blobs, the reports and the case records: synced under their temporary name, renamed, folder synced.
    let renames: Vec<usize> = (0..calls.len())
        .filter(|index| matches!(&calls[*index], Call::Rename(target) if target.contains("blobs/sha256/")))
        .collect();
    assert_eq!(renames.len(), 2, "{calls:#?}");
    for rename in renames {
        let Call::Rename(target) = &calls[rename] else { unreachable!() };
        let content = calls[..rename]
            .iter()
            .any(|call| matches!(call, Call::Sync(path) if path.contains("blobs/incoming/")));
        assert!(content, "{target} was renamed before its content was synced: {calls:#?}");
        let folder = std::path::Path::new(target).parent().unwrap().to_str().unwrap();
        let synced = calls[rename..commit]
            .iter()
            .any(|call| matches!(call, Call::Sync(path) if path.ends_with(folder)));
        assert!(synced, "the folder of {target} was not synced before the commit: {calls:#?}");
    }
}

/// Puts the two halves of an interrupted call together, at the place of the second.
fn joined(trace: &str) -> String {
    let mut begun: std::collections::HashMap<&str, &str> = std::collections::HashMap::new();
    let mut lines = Vec::new();
    for line in trace.lines() {
        let Some((thread, call)) = line.split_once(' ') else { continue };
        if let Some(start) = call.strip_suffix(" <unfinished ...>") {
            begun.insert(thread, start.trim_start());
        } else if let Some((_, end)) = call.split_once("resumed>") {
            let start = begun.remove(thread).unwrap_or_default();
            lines.push(format!("{thread} {start}{end}"));
        } else {
            lines.push(line.to_owned());
        }
    }
    lines.join("\n")
}
