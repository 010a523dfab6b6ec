//! `[releases.*]`: versions, builds and candidates.
//!
//! Invariant: within a file, too, a build number belongs to one commit.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::reader::{Reader, Value};
use super::{FileRelease, FileReleaseTrack, FileTrack};
use crate::build::Build;
use crate::digest::Digest;
use crate::id::{BuildNumber, Commit, InvalidId, ReleaseName, TrackId};

pub(super) fn read(reader: &mut Reader<'_>, root: &DeTable<'_>, tracks: &[FileTrack]) -> Vec<FileRelease> {
    let Some(value) = root.get("releases") else { return Vec::new() };
    let Some(table) = reader.table(value, "[releases.\"2026.12\"]") else { return Vec::new() };
    let mut releases = Vec::new();
    for (key, value) in table {
        let name: &str = key.get_ref();
        match ReleaseName::parse(name) {
            Ok(name) => releases.extend(release(reader, name, value, tracks)),
            Err(invalid) => {
                reader.mistake(key.span(), &format!("`{name}` is not {}", invalid.what), Some(invalid.rule))
            }
        }
    }
    releases
}

fn release(
    reader: &mut Reader<'_>,
    name: ReleaseName,
    value: &Value<'_>,
    tracks: &[FileTrack],
) -> Option<FileRelease> {
    let table = reader.table(value, "a release")?;
    // An unquoted `[releases.2026.12]` reads as a release 2026 with a key 12.
    if let Some((key, _)) = table.iter().find(|(key, value)| {
        value.get_ref().is_table() && key.get_ref().bytes().all(|byte| byte.is_ascii_digit())
    }) {
        let inner: &str = key.get_ref();
        let label = format!("quote the name: [releases.\"{name}.{inner}\"]");
        reader.mistake(key.span(), "a dot divides keys", Some(&label));
        return None;
    }
    reader.only(table, &["version", "tracks"], &format!("in [releases.\"{name}\"]"));
    let version = match table.get("version") {
        Some(version) => reader.word(version, "the version that users see, as in \"4.2.0\"")?.0,
        None => name.to_string(),
    };
    let mut of_tracks = Vec::new();
    if let Some(value) = table.get("tracks")
        && let Some(table) = reader.table(value, "the release's tracks")
    {
        for (key, value) in table {
            let known: Vec<(&str, &TrackId)> =
                tracks.iter().map(|track| (track.description.id.as_str(), &track.description.id)).collect();
            let id = reader.one_of(key.get_ref(), key.span(), "track", &known).cloned();
            if let Some(id) = id {
                of_tracks.extend(track(reader, id, value, &version));
            }
        }
    }
    Some(FileRelease { name, version, tracks: of_tracks })
}

fn track(reader: &mut Reader<'_>, id: TrackId, value: &Value<'_>, version: &str) -> Option<FileReleaseTrack> {
    let table = reader.table(value, "a track of the release")?;
    reader.only(table, &["candidate", "builds"], &format!("for {id} of a release"));
    let mut builds: Vec<(Build, Range<usize>)> = Vec::new();
    if let Some(value) = table.get("builds") {
        for item in reader.array(value, "a list, as in `builds = [{ number = 512, commit = \"4f1c0aa\" }]`") {
            if let Some(build) = build(reader, item, version) {
                add(reader, &mut builds, build);
            }
        }
    }
    let candidate = table.get("candidate").and_then(|value| match value.get_ref() {
        DeValue::Table(_) => {
            let (build, span) = build(reader, value, version)?;
            let number = build.number.clone();
            add(reader, &mut builds, (build, span.clone()));
            Some((number, span))
        }
        _ => Some((reader.id(value, BuildNumber::parse)?, value.span())),
    });
    Some(FileReleaseTrack { track: id, builds, candidate })
}

fn build(reader: &mut Reader<'_>, value: &Value<'_>, version: &str) -> Option<(Build, Range<usize>)> {
    let table = reader.table(value, "as in { number = 514, commit = \"9be27d1\" }")?;
    reader.only(table, &["number", "commit", "revision", "version", "artifact"], "for a build");
    let number = match table.get("number") {
        Some(number) => reader.id(number, BuildNumber::parse),
        None => {
            reader.mistake(
                value.span(),
                "`number` is missing",
                Some("add the build's number, as in `number = 514`"),
            );
            None
        }
    };
    let commit = match table.get("commit") {
        Some(commit) => reader.id(commit, Commit::parse),
        None => {
            let label = "add the commit it was made from, as in `commit = \"9be27d1\"`";
            reader.mistake(value.span(), "`commit` is missing", Some(label));
            None
        }
    };
    let revision = table.get("revision").and_then(|revision| {
        reader.whole(revision, "how many commits lead up to the build (git rev-list --count)")
    });
    let artifact = table.get("artifact").and_then(|artifact| reader.id(artifact, digest));
    let version = match table.get("version") {
        Some(version) => reader.word(version, "the version that users see, as in \"4.2.0\"")?.0,
        None => version.to_owned(),
    };
    Some((Build { version, number: number?, commit: commit?, revision, artifact }, value.span()))
}

fn digest(text: &str) -> Result<Digest, InvalidId> {
    text.parse().map_err(|_| InvalidId {
        text: text.chars().take(80).collect(),
        what: "a SHA-256 digest",
        rule: "write 64 lower-case hexadecimal digits, as `sha256sum` prints them",
    })
}

fn add(
    reader: &mut Reader<'_>,
    builds: &mut Vec<(Build, Range<usize>)>,
    (build, span): (Build, Range<usize>),
) {
    match builds.iter().find(|(earlier, _)| earlier.number == build.number) {
        None => builds.push((build, span)),
        Some((earlier, _)) if Build::same_commit(&earlier.commit, &build.commit) => {}
        Some((earlier, _)) => {
            let message = format!(
                "build {} is claimed by two commits, {} and {}",
                build.number, earlier.commit, build.commit
            );
            reader.mistake_with(
                span,
                &message,
                Some("the second"),
                Some("give one of them a number of its own"),
            );
        }
    }
}
