//! Evidence: everything that was brought for any build of a release, and what is withdrawn or stale of it.
//!
//! Invariant: nothing is hidden; what does not count says why.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use domain::carry::{Carry, Counting};
use domain::envelope::Position;
use domain::evidence::Withdrawal;
use domain::id::BuildNumber;
use domain::permission::Act;
use domain::time::Time;
use domain::track::Track;
use domain::voice::Voice;
use domain::words;
use maud::{Markup, html};
use serde::Deserialize;

use super::frame::{Tab, command, empty};
use super::parts::table::{Column, Sort, Sorting, cell, head};
use super::parts::verdict::function;
use super::reader::Reader;
use super::seen::{ReleasePath, Seen};
use super::trouble::Page;
use crate::app::App;

/// A piece of evidence, of whatever kind.
#[derive(Clone, Debug)]
pub(super) struct Piece<'a> {
    pub(super) position: Position,
    pub(super) track: &'a Track,
    pub(super) build: &'a BuildNumber,
    pub(super) what: String,
    pub(super) device: Option<&'a str>,
    pub(super) result: String,
    /// Whether something failed in it.
    pub(super) bad: bool,
    pub(super) at: Time,
    pub(super) voice: Voice<'a>,
    pub(super) withdrawn: Option<&'a Withdrawal>,
    /// The evidence in whose place it is.
    pub(super) corrects: Option<Position>,
    /// Whether it is evidence, which can be carried forward and moved; else it is a word that somebody gave.
    pub(super) is_evidence: bool,
}

impl<'a> Piece<'a> {
    /// Says how it counts for the candidate, if it does.
    pub(super) fn counting(&self) -> Option<Counting<'a>> {
        let candidate = self.track.candidate.as_ref()?;
        self.track.counting(self.position, self.build, &candidate.build)
    }

    /// Tells whether it counts for no candidate, as it is of another build and nobody carried it forward.
    pub(super) fn is_stale(&self) -> bool {
        self.counting().is_none()
    }

    /// Returns who carried it forward to the candidate, and why.
    pub(super) fn carried(&self) -> Option<&'a Carry> {
        match self.counting()? {
            Counting::Carried(carry) => Some(carry),
            Counting::Own => None,
        }
    }
}

/// Returns a track's evidence, newest first.
pub(super) fn pieces(track: &Track) -> Vec<Piece<'_>> {
    let runs = track.ingests.iter().map(|ingest| {
        let counts = &ingest.counts;
        let failed = counts.failed + counts.errored;
        let mut result = words::count(counts.cases, "case", "cases");
        for (count, word) in [(failed, "failed"), (counts.skipped, "skipped"), (counts.flaky, "flaky")] {
            if count > 0 {
                result.push_str(&format!(", {} {word}", words::number(count)));
            }
        }
        Piece {
            position: ingest.position,
            track,
            build: &ingest.build,
            what: format!("{} run {}", capital(ingest.kind.as_str()), ingest.run),
            device: ingest.device.as_deref(),
            result,
            bad: failed > 0,
            at: ingest.recorded_at,
            voice: Voice::own(&ingest.actor),
            withdrawn: ingest.withdrawn.as_ref(),
            corrects: ingest.corrects,
            is_evidence: true,
        }
    });
    let checks = track.attestations.iter().map(|check| Piece {
        position: check.position,
        track,
        build: &check.build,
        what: "Check by hand".to_owned(),
        device: Some(&check.device),
        result: check.result.as_str().to_owned(),
        bad: check.result == domain::evidence::AttestedResult::Failed,
        at: check.recorded_at,
        voice: check.voice(),
        withdrawn: check.withdrawn.as_ref(),
        corrects: check.corrects,
        is_evidence: true,
    });
    let summaries = track.summaries.iter().map(|summary| Piece {
        position: summary.position,
        track,
        build: &summary.build,
        what: "Test summary".to_owned(),
        device: None,
        result: words::count(summary.words, "word", "words"),
        bad: false,
        at: summary.recorded_at,
        voice: summary.voice(),
        withdrawn: summary.withdrawn.as_ref(),
        corrects: summary.corrects,
        is_evidence: true,
    });
    let sign_offs = track.sign_offs.iter().map(|signed| Piece {
        position: signed.position,
        track,
        build: &signed.build,
        what: format!("Sign-off for {}", function(signed.function)),
        device: None,
        result: "signed off".to_owned(),
        bad: false,
        at: signed.recorded_at,
        voice: signed.voice(),
        withdrawn: signed.withdrawn.as_ref(),
        corrects: None,
        is_evidence: false,
    });
    let mut pieces: Vec<Piece<'_>> = runs.chain(checks).chain(summaries).chain(sign_offs).collect();
    pieces.sort_by_key(|piece| std::cmp::Reverse(piece.position));
    pieces
}

/// Returns everything of a track that has a page of its own and can be withdrawn: evidence, sign-offs, assessments, and
/// that something was carried forward.
pub(super) fn brought(track: &Track) -> Vec<Piece<'_>> {
    let assessments = track.assessments.iter().map(|assessment| Piece {
        position: assessment.position,
        track,
        build: &assessment.build,
        what: "Assessment".to_owned(),
        device: None,
        result: format!("{}, {} % sure", assessment.recommendation.label(), assessment.confidence),
        bad: false,
        at: assessment.recorded_at,
        voice: Voice::own(&assessment.actor),
        withdrawn: assessment.withdrawn.as_ref(),
        corrects: None,
        is_evidence: false,
    });
    let carried = track.carried.iter().map(|carry| Piece {
        position: carry.position,
        track,
        build: &carry.to,
        what: format!("Evidence {} carried forward", carry.evidence),
        device: None,
        result: String::new(),
        bad: false,
        at: carry.at,
        voice: Voice::own(&carry.by),
        withdrawn: carry.withdrawn.as_ref(),
        corrects: None,
        is_evidence: false,
    });
    pieces(track).into_iter().chain(assessments).chain(carried).collect()
}

pub(super) fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// The ways to bring evidence by hand, for whoever may.
pub(super) fn bringing(seen: &Seen, reader: &Reader, about: &str) -> Markup {
    let now = seen.past.is_none();
    html! {
        div.act {
            @if now && reader.may(Act::BringEvidence) { a.button href=(seen.path(&format!("/record{about}"))) { "Record" } }
            @if now && reader.may(Act::Ask) { a.button href=(seen.path(&format!("/asks/new{about}"))) { "Ask somebody" } }
            @if !seen.view.release.asks.is_empty() { a.button href=(reader.link(seen.path("/asks"))) { "Asks" } }
        }
    }
}

const COLUMNS: [Column; 6] = [
    Column::text("what", "Evidence"),
    Column::text("track", "Track"),
    Column::text("build", "Build"),
    Column::text("result", "Result"),
    Column::text("by", "By"),
    Column::text("at", "When"),
];

/// Draws evidence as a table; with a sort and the address of another, its heads are links.
pub(super) fn table(
    seen: &Seen,
    reader: &Reader,
    pieces: &[Piece<'_>],
    sorting: Option<Sorting<'_>>,
) -> Markup {
    // Where the list is whole, a link in each row would say nothing new; the page of each piece has it.
    let may_carry = sorting.is_none() && seen.past.is_none() && reader.may(Act::Nominate);
    let [what, track, build, result, by, at] = COLUMNS;
    html! {
        table.list {
            @match sorting {
                Some(sorting) => (head(&COLUMNS, sorting)),
                None => thead { tr { @for column in COLUMNS { th scope="col" { (column.head) } } } },
            }
            tbody {
                @for piece in pieces {
                    tr.withdrawn[piece.withdrawn.is_some()] #{ "e-" (piece.position) } {
                        th scope="row" data-label=(what.head) {
                            a href=(reader.link(seen.path(&format!("/evidence/{}", piece.position)))) { (piece.what) }
                            @if let Some(device) = piece.device { small { (device) } }
                        }
                        (cell(track, html! { (piece.track.description.name) @if piece.track.retired { " " span.tag.waived { "taken out" } } }))
                        (cell(build, html! {
                            (piece.build)
                            @if piece.is_stale() { " " span.tag.unknown { "stale" } }
                            @if let Some(carry) = piece.carried() { " " span.tag.waived title=(carry.reason) { "carried to " (carry.to) } }
                            @if let Some(other) = piece.corrects { small { "in place of " a href=(reader.link(seen.path(&format!("/evidence/{other}")))) { "evidence " (other) } } }
                            @if may_carry && piece.is_stale() && piece.is_evidence && piece.withdrawn.is_none() && piece.track.candidate.is_some() {
                                small { a href=(seen.path(&format!("/evidence/{}?open=carry#carry", piece.position))) { "Carry forward…" } }
                            }
                        }))
                        (cell(result, html! {
                            @if let Some(withdrawal) = piece.withdrawn { span.tag.unmet { "withdrawn" } small { "“" (withdrawal.reason) "”" } }
                            @else { span.unmet[piece.bad] { (piece.result) } }
                        }))
                        (cell(by, html! { (seen.told(piece.voice)) }))
                        (cell(at, seen.clock.when(piece.at)))
                    }
                }
            }
        }
    }
}

/// How the list is narrowed and sorted.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Narrow {
    #[serde(default)]
    track: String,
    #[serde(default)]
    find: String,
    #[serde(default)]
    show: String,
    sort: Option<String>,
}

/// What `show` can be, in the words of its choices.
const SHOW: [(&str, &str); 4] =
    [("", "everything"), ("candidate", "on the candidate"), ("stale", "stale"), ("withdrawn", "withdrawn")];

pub(super) async fn list(
    State(app): State<App>,
    reader: Reader,
    path: ReleasePath,
    narrow: Result<Query<Narrow>, QueryRejection>,
) -> Page {
    let narrow = narrow?.0;
    let mut seen = Seen::load(&app, &reader, &path?.0.into()).await?;
    let body = body(&seen, &reader, &narrow);
    let below = vec![("Evidence".to_owned(), seen.path("/evidence"))];
    Ok(seen.frame(&reader, Tab::Evidence, "Evidence", below, body).answer())
}

fn body(seen: &Seen, reader: &Reader, narrow: &Narrow) -> Markup {
    let release = &seen.view.release;
    let mut all: Vec<Piece<'_>> = release.tracks.values().flat_map(pieces).collect();
    let total = all.len();
    let find = narrow.find.trim().to_lowercase();
    all.retain(|piece| {
        let within = |text: &str| text.to_lowercase().contains(&find);
        (narrow.track.is_empty() || piece.track.description.id.as_str() == narrow.track)
            && (find.is_empty()
                || within(&piece.what)
                || piece.device.is_some_and(within)
                || within(&seen.told(piece.voice))
                || within(piece.build.as_str()))
            && match narrow.show.as_str() {
                "candidate" => !piece.is_stale() && piece.withdrawn.is_none(),
                "stale" => piece.is_stale() && piece.withdrawn.is_none(),
                "withdrawn" => piece.withdrawn.is_some(),
                _ => true,
            }
    });
    let sort = Sort::read(narrow.sort.as_deref(), &COLUMNS, "-at");
    match sort.by.as_str() {
        "what" => sort.order(&mut all, |piece| (piece.what.clone(), piece.position)),
        "track" => sort.order(&mut all, |piece| (piece.track.description.name.clone(), piece.position)),
        "build" => sort.order(&mut all, |piece| (piece.build.clone(), piece.position)),
        "result" => sort.order(&mut all, |piece| (!piece.bad, piece.result.clone(), piece.position)),
        "by" => sort.order(&mut all, |piece| (seen.told(piece.voice), piece.position)),
        _ => sort.order(&mut all, |piece| piece.position),
    }
    let link = |sort: &str| {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in [
            ("track", narrow.track.as_str()),
            ("find", narrow.find.as_str()),
            ("show", narrow.show.as_str()),
            ("sort", sort),
        ] {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        reader.link(seen.path(&format!("/evidence?{}", query.finish())))
    };
    html! {
        section.head {
            div { h1 { "Evidence" } p.sub { "What was seen of builds and signed for them: test runs, checks by hand, summaries, sign-offs. Each counts for its own build, unless somebody carried it forward." } }
            (bringing(seen, reader, ""))
        }
        section.card aria-label="Evidence" {
            form.filter method="get" action=(seen.path("/evidence")) role="search" {
                @if !reader.as_of.is_empty() { input type="hidden" name="as_of" value=(reader.as_of); }
                label { span { "Search" } input #search type="search" name="find" value=(narrow.find) placeholder="Run, device, build, person"; }
                label { span { "Track" } select name="track" {
                    option value="" { "all tracks" }
                    @for track in release.tracks.values() {
                        option value=(track.description.id) selected[track.description.id.as_str() == narrow.track] { (track.description.name) }
                    }
                } }
                label { span { "Show" } select name="show" {
                    @for (value, label) in SHOW { option value=(value) selected[value == narrow.show] { (label) } }
                } }
                button type="submit" { "Narrow" }
            }
            @if total == 0 {
                (empty("No evidence yet", html! {
                    p { "Test runs, checks by hand and summaries will be here, newest first. From continuous integration:" }
                    (command(&format!("seaworthy ingest --release {} --track ios --build 514 --kind regression build/reports", seen.id())))
                    p { "By hand, on a device:" }
                    (command(&format!("seaworthy attest --release {} --track ios --build 514 --device 'iPhone SE / iOS 17' --result passed", seen.id())))
                }))
            } @else if all.is_empty() {
                (empty("Nothing fits", html! { p { "None of " (words::count(total as i64, "piece", "pieces")) " of evidence fits. " a href=(reader.link(seen.path("/evidence"))) { "Show everything" } "." } }))
            } @else {
                p.hint.pad { (words::count(all.len() as i64, "piece", "pieces")) @if all.len() < total { " of " (words::number(total as i64)) } "." }
                (table(seen, reader, &all, Some(Sorting { sort: &sort, link: &link })))
            }
        }
    }
}
