//! One piece of evidence: a run with its failures first, a check by hand, or a summary.
//!
//! Invariant: what is shown of a run is read from its reports as they came.

use axum::extract::rejection::{FormRejection, PathRejection, QueryRejection};
use axum::extract::{Form, Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use domain::envelope::Position;
use domain::evidence::Ingest;
use domain::id::{ProductId, ReleaseId, ReleaseName};
use domain::permission::Act;
use domain::refusal::Refusal;
use domain::since::since;
use domain::track::Track;
use domain::words;
use maud::{Markup, PreEscaped, html};
use serde::Deserialize;

use super::correct::{Filled, carry_form, correct_form};
use super::evidence::{Piece, brought};
use super::frame::{Tab, empty};
use super::parts::verdict::function;
use super::reader::Reader;
use super::seen::Seen;
use super::sign::corrected;
use super::trouble::{Page, Trouble};
use crate::app::attachment::Kind;
use crate::app::cases::CaseLine;
use crate::app::evidence::WithdrawRequest;
use crate::app::report::{Group, Look, PAGE, RunReport, Wanted};
use crate::app::{App, AppError};
use crate::door::Acting;
use crate::web::mark::Mark;

/// The piece that a path names.
#[derive(Debug, Deserialize)]
pub(super) struct OfPiece {
    product: ProductId,
    name: ReleaseName,
    position: i64,
}

impl OfPiece {
    pub(super) fn parts(self) -> (ReleaseId, Position) {
        (ReleaseId { product: self.product, name: self.name }, Position(self.position))
    }
}

pub(super) type PiecePath = Result<Path<OfPiece>, PathRejection>;

/// What to look for among the cases.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Narrow {
    #[serde(default)]
    find: String,
    #[serde(default)]
    outcome: String,
    #[serde(default)]
    page: usize,
    /// The form beneath that is open.
    #[serde(default)]
    open: String,
}

impl Narrow {
    fn look(&self) -> Look {
        let wanted = Wanted::ALL.iter().find(|(name, _)| *name == self.outcome);
        let wanted = wanted.map_or(Wanted::All, |(_, wanted)| *wanted);
        Look { find: self.find.clone(), wanted, page: self.page.min(100_000) }
    }

    fn link(&self, seen: &Seen, reader: &Reader, position: Position, page: usize) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in [("find", self.find.as_str()), ("outcome", self.outcome.as_str())] {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        query.append_pair("page", &page.to_string());
        reader.link(seen.path(&format!("/evidence/{position}?{}#cases", query.finish())))
    }
}

pub(super) async fn show(
    State(app): State<App>,
    reader: Reader,
    path: PiecePath,
    narrow: Result<Query<Narrow>, QueryRejection>,
) -> Page {
    let OfPiece { product, name, position } = path?.0;
    let (position, id) = (Position(position), ReleaseId { product, name });
    let narrow = narrow?.0;
    let seen = Seen::load(&app, &reader, &id).await?;
    page(&app, &reader, seen, position, &narrow, None).await
}

/// A form beneath a piece of evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Which {
    Withdraw,
    Carry,
    Correct,
}

/// What was typed into a form, and what is wrong with it.
struct Refused<'a> {
    which: Which,
    filled: &'a Filled,
    why: String,
}

impl Refused<'_> {
    fn of<'a>(refused: Option<&'a Refused<'_>>, which: Which) -> Option<(&'a Filled, &'a str)> {
        refused.filter(|refused| refused.which == which).map(|refused| (refused.filled, refused.why.as_str()))
    }
}

/// Shows a piece of evidence with a form that was refused.
pub(super) async fn refused(
    app: &App,
    reader: &Reader,
    seen: Seen,
    position: Position,
    which: Which,
    filled: &Filled,
    why: String,
) -> Page {
    page(app, reader, seen, position, &Narrow::default(), Some(Refused { which, filled, why })).await
}

async fn page(
    app: &App,
    reader: &Reader,
    mut seen: Seen,
    position: Position,
    narrow: &Narrow,
    refused: Option<Refused<'_>>,
) -> Page {
    let (title, body) = {
        let release = seen.view.release.clone();
        let (track, piece) = find(&release, position).ok_or_else(|| unknown(&release.id, position))?;
        let ingest = track.ingests.iter().find(|ingest| ingest.position == position);
        let summary = track.summaries.iter().find(|summary| summary.position == position);
        let check = track.attestations.iter().find(|check| check.position == position);
        let inner = if let Some(ingest) = ingest {
            match app.run_report(ingest.reports, narrow.look()).await {
                Ok(report) => run(&seen, reader, ingest, &report, narrow),
                // What the event itself says is still there.
                Err(lost @ (AppError::BlobLost(_) | AppError::BlobAltered(_))) => html! {
                    (tiles(ingest))
                    p.note.unmet role="alert" { (Mark::Unmet.shape()) b { "Its cases cannot be read" } ": " (lost.to_string()) "." }
                },
                Err(error) => return Err(error.into()),
            }
        } else if let Some(summary) = summary {
            let text = app.blob_text(&summary.text).await?;
            html! { section.card.prose { (markdown(&text)) } }
        } else if let Some(check) = check {
            html! {
                section.card.prose {
                    p.lead { (seen.name(check.voice().whose())) " saw " b { (check.device) } ": " (check.result.as_str()) "." }
                    @match &check.notes { Some(notes) => blockquote { (notes) }, None => p.hint { "No notes were left." } }
                }
                @if !check.photos.is_empty() {
                    section.card aria-labelledby="photos" {
                        header { h2 #photos { (words::count(check.photos.len() as i64, "photo", "photos")) } }
                        div.photos { @for number in 1..=check.photos.len() {
                            @let photo = seen.path(&format!("/evidence/{position}/photos/{number}"));
                            a href=(photo) { img src=(photo) alt={ "Photo " (number) " of " (check.device) } loading="lazy"; }
                        } }
                    }
                }
            }
        } else if let Some(signed) = track.sign_offs.iter().find(|signed| signed.position == position) {
            html! {
                section.card.prose {
                    p.lead { (function(signed.function)) " stands by " b { (track.build_label(&signed.build)) } "." }
                    @match &signed.notes { Some(notes) => blockquote { (notes) }, None => p.hint { "No notes were left." } }
                }
            }
        } else if let Some(assessment) = track.assessments.iter().find(|of| of.position == position) {
            let since = since(&release, &track.description.id, position);
            html! {
                section.card.prose {
                    p.lead { b { (words::capital(assessment.recommendation.label())) } ", " (assessment.confidence) " % sure." }
                    (markdown(&assessment.reasons))
                    (corrected(&seen, reader, "Since it was signed", &since))
                }
            }
        } else if let Some(carry) = track.carried.iter().find(|of| of.position == position) {
            html! {
                section.card.prose {
                    p.lead { a href=(reader.link(seen.path(&format!("/evidence/{}", carry.evidence)))) { "Evidence " (carry.evidence) } " is taken to hold for " b { (track.build_label(&carry.to)) } " too." }
                    blockquote { (carry.reason) }
                }
            }
        } else {
            html! {}
        };
        let attached = piece.voice.behalf.and_then(|behalf| behalf.attachment);
        let kind = match attached {
            Some(digest) => app.attachment_kind(&digest).await?,
            None => None,
        };
        let body = html! {
            (header(&seen, reader, track, &piece))
            (came(&seen, &piece, kind))
            (inner)
            @if piece.withdrawn.is_none() && seen.past.is_none() && release.unrecognised.is_none() {
                (carry_form(&seen, reader, &piece, narrow.open == "carry", Refused::of(refused.as_ref(), Which::Carry)))
                @if reader.may(Act::WithdrawEvidence) {
                    (correct_form(&seen, &piece, Refused::of(refused.as_ref(), Which::Correct)))
                    (withdrawal(&seen, &piece, Refused::of(refused.as_ref(), Which::Withdraw)))
                }
            }
        };
        (piece.what.clone(), body)
    };
    let below = vec![
        ("Evidence".to_owned(), seen.path("/evidence")),
        (title.clone(), seen.path(&format!("/evidence/{position}"))),
    ];
    let status = if refused.is_some() {
        axum::http::StatusCode::UNPROCESSABLE_ENTITY
    } else {
        axum::http::StatusCode::OK
    };
    Ok(seen.frame(reader, Tab::Evidence, &title, below, body).answer_with(status))
}

fn find(release: &domain::release::Release, position: Position) -> Option<(&Track, Piece<'_>)> {
    release.tracks.values().find_map(|track| {
        brought(track).into_iter().find(|piece| piece.position == position).map(|piece| (track, piece))
    })
}

fn unknown(id: &ReleaseId, position: Position) -> Trouble {
    Refusal::unknown(format!(
        "There is no evidence {position} in {id}. Its evidence page lists what there is."
    ))
    .into()
}

fn header(seen: &Seen, reader: &Reader, track: &Track, piece: &Piece<'_>) -> Markup {
    let candidate = track.candidate.as_ref().map(|candidate| &candidate.build);
    let stale = piece.is_stale();
    let moved = seen.view.release.in_place_of(piece.position);
    html! {
        section.head {
            div {
                h1 { (piece.what) @if let Some(device) = piece.device { " on " (device) } }
                p.sub {
                    a href=(reader.link(seen.path(&format!("/tracks/{}", track.description.id)))) { (track.description.name) }
                    " " b { (track.build_label(piece.build)) }
                    ", brought by " (seen.told(piece.voice)) " " (seen.clock.when(piece.at)) ". "
                    a href={ "/journal/" (piece.position) } { "Event " (piece.position) } "."
                }
            }
        }
        @if let Some(withdrawal) = piece.withdrawn {
            p.note.unmet {
                (Mark::Unmet.shape()) b { "Withdrawn" } " by " (seen.name(&withdrawal.by)) " " (seen.clock.when(withdrawal.at)) ": “" (withdrawal.reason) "”. It counts for nothing."
                @if let Some((_, to)) = moved { " " a href=(reader.link(seen.path(&format!("/evidence/{to}")))) { "Where it belongs, it is evidence " (to) } "." }
            }
        } @else if stale {
            p.note.unknown {
                (Mark::Unknown.shape()) b { "Stale" } ": it is for " (track.build_label(piece.build))
                @match candidate {
                    Some(candidate) => { "; the candidate is " (track.build_label(candidate)) @if let Some((from, to)) = track.builds.get(piece.build).zip(track.candidate_build()) { (from.distance_to(to)) } "." },
                    None => "; no candidate is nominated.",
                }
                " It does not count for the candidate."
            }
        } @else if let Some(carry) = piece.carried() {
            p.note.waived {
                (Mark::Waived.shape()) b { "Carried forward" } " to " (track.build_label(&carry.to)) " by " (seen.name(&carry.by)) " " (seen.clock.when(carry.at)) ": “" (carry.reason) "”. It is an assumption. "
                a href=(reader.link(seen.path(&format!("/evidence/{}", carry.position)))) { "Take it back" } "."
            }
        }
        @if let Some(other) = piece.corrects {
            p.note { "In place of " a href=(reader.link(seen.path(&format!("/evidence/{other}")))) { "evidence " (other) } ", which was in the wrong place." }
        }
    }
}

/// Says how a word came that its owner did not record, signed in.
fn came(seen: &Seen, piece: &Piece<'_>, kind: Option<Kind>) -> Markup {
    let voice = piece.voice;
    let attachment = seen.path(&format!("/evidence/{}/attachment", piece.position));
    html! {
        @if let Some(behalf) = voice.behalf {
            p.note {
                b { "The word of " (seen.name(&behalf.of)) } ", recorded by " (seen.name(voice.actor)) ". Where it was given: "
                @if behalf.source.starts_with("https://") { a href=(behalf.source) rel="noreferrer noopener" { (behalf.source) } }
                @else { (behalf.source) }
                "."
            }
            @match (behalf.attachment, kind) {
                (Some(_), Some(Kind::Png | Kind::Jpeg)) => section.card.prose.came { a href=(attachment) { img src=(attachment) alt="The picture that came along"; } },
                (Some(_), Some(Kind::File)) => p.hint { "A file came along: " a href=(attachment) { "keep it" } "." },
                (Some(digest), None) => p.note.unmet { (Mark::Unmet.shape()) (AppError::BlobLost(digest).to_string()) },
                (None, _) => {},
            }
        } @else if let Some(by) = voice.asked_by {
            p.note { (seen.name(voice.actor)) " answered by a link that " (seen.name(by)) " made." }
        }
    }
}

fn run(seen: &Seen, reader: &Reader, ingest: &Ingest, report: &RunReport, narrow: &Narrow) -> Markup {
    let failed = ingest.counts.failed + ingest.counts.errored;
    html! {
        (tiles(ingest))
        section.card aria-labelledby="failures" {
            header { h2 #failures { "Failures" } span.hint { @if failed > 0 { (words::count(failed, "case", "cases")) ", by like message" } } }
            @if report.groups.is_empty() { p.hint.pad { "Nothing failed in this run." } }
            @for (index, group) in report.groups.iter().enumerate() { (failures(group, index)) }
            @if report.ungrouped > 0 { p.hint.pad { (words::count(report.ungrouped as i64, "more failure", "more failures")) ", each unlike those above: search below." } }
        }
        @if report.flaky_total > 0 {
            section.card aria-labelledby="flaky" {
                header { h2 #flaky { "Flaky" } span.hint { "passed only after failing" } }
                ul.cases {
                    @for case in report.flaky.iter().take(20) { li { (name(case)) @if let Some(message) = &case.message { small { (first_line(message)) } } } }
                    @if report.flaky_total > 20 { li.hint { (words::number(report.flaky_total as i64 - 20)) " more: choose “flaky” below." } }
                }
            }
        }
        section.card aria-labelledby="cases" {
            header { h2 #cases { "All cases" } span.hint { (ingest.files) @if ingest.files == 1 { " report" } @else { " reports" } } }
            (cases(seen, reader, ingest.position, report, narrow))
        }
    }
}

/// What the event says of a run.
fn tiles(ingest: &Ingest) -> Markup {
    let counts = &ingest.counts;
    let failed = counts.failed + counts.errored;
    let tiles = [
        ("Cases", words::number(counts.cases), ""),
        ("Passed", words::number(counts.passed), if failed == 0 && counts.passed > 0 { "met" } else { "" }),
        ("Failed", words::number(failed), if failed > 0 { "unmet" } else { "" }),
        ("Skipped", words::number(counts.skipped), ""),
        ("Flaky", words::number(counts.flaky), if counts.flaky > 0 { "unknown" } else { "" }),
        ("Took", duration(counts.duration_s), ""),
    ];
    html! { dl.tiles { @for (label, value, class) in tiles { div.(class) { dt { (label) } dd { (value) } } } } }
}

fn failures(group: &Group, index: usize) -> Markup {
    html! {
        details.group #{ "g-" (index) } open[index == 0] {
            summary {
                span.count.unmet { (words::number(group.total as i64)) }
                span.message { (if group.message.trim().is_empty() { "Failed without a message" } else { first_line(&group.message) }) }
            }
            ul.cases {
                @for failure in &group.failures {
                    li {
                        (name(&failure.case))
                        @match (&failure.trace, &failure.case.message) {
                            (Some(trace), _) => details.trace { summary { "Trace" } pre tabindex="0" { (trace) } },
                            (None, Some(message)) if message.lines().count() > 1 => details.trace { summary { "Message" } pre tabindex="0" { (message) } },
                            _ => {},
                        }
                    }
                }
                @if group.total > group.failures.len() { li.hint { (words::number((group.total - group.failures.len()) as i64)) " more like these" } }
            }
        }
    }
}

fn cases(seen: &Seen, reader: &Reader, position: Position, report: &RunReport, narrow: &Narrow) -> Markup {
    let look = narrow.look();
    let first = look.page * PAGE;
    html! {
        form.filter method="get" action={ (seen.path(&format!("/evidence/{position}"))) "#cases" } role="search" {
            @if !reader.as_of.is_empty() { input type="hidden" name="as_of" value=(reader.as_of); }
            label { span { "Search" } input #search type="search" name="find" value=(narrow.find) placeholder="Case, class, suite, message"; }
            label { span { "Outcome" } select name="outcome" {
                @for (value, wanted) in Wanted::ALL { option value=(value) selected[wanted == look.wanted] { (value) } }
            } }
            button type="submit" { "Narrow" }
        }
        @if report.rows.is_empty() {
            (empty("No case fits, or none on this page", html! { p { a href=(reader.link(seen.path(&format!("/evidence/{position}#cases")))) { "Show all cases" } "." } }))
        } @else {
            table.list {
                thead { tr { th scope="col" { "Case" } th scope="col" { "Outcome" } th.num scope="col" { "Took" } } }
                tbody {
                    @for case in &report.rows {
                        tr {
                            th scope="row" { (name(case)) @if let Some(message) = &case.message { small { (first_line(message)) } } }
                            td data-label="Outcome" { (outcome(case)) }
                            td.num data-label="Took" { @if let Some(ms) = case.duration_ms { (duration(ms / 1000.0)) } }
                        }
                    }
                }
            }
            nav.pages aria-label="Pages" {
                span.hint { (words::number(first as i64 + 1)) " to " (words::number((first + report.rows.len()) as i64)) " of " (words::number(report.matching as i64)) }
                @if look.page > 0 { a.button href=(narrow.link(seen, reader, position, look.page - 1)) rel="prev" { "‹ Before" } }
                @if first + report.rows.len() < report.matching { a.button href=(narrow.link(seen, reader, position, look.page + 1)) rel="next" { "After ›" } }
            }
        }
    }
}

fn name(case: &CaseLine) -> Markup {
    html! {
        span.case { @if !case.class.is_empty() { span.class { (case.class) "." } } (case.name) }
    }
}

fn outcome(case: &CaseLine) -> Markup {
    let (mark, word) = match case.outcome {
        reports::Outcome::Passed if case.flaky => (Mark::Unknown, "flaky"),
        reports::Outcome::Passed => (Mark::Met, "passed"),
        reports::Outcome::Failed => (Mark::Unmet, "failed"),
        reports::Outcome::Errored => (Mark::Unmet, "errored"),
        reports::Outcome::Skipped => return html! { span.hint { "skipped" } },
    };
    html! { span.(mark.class()) { (mark.shape()) (word) } @if case.attempts > 1 { small { (case.attempts) " attempts" } } }
}

/// The form that takes evidence back: beside the page where there is script, at its foot where there is none.
fn withdrawal(seen: &Seen, piece: &Piece<'_>, refused: Option<(&Filled, &str)>) -> Markup {
    let what = if piece.is_evidence { "evidence" } else { "word" };
    html! {
        details.card.quiet #withdraw open[refused.is_some()] {
            summary { "Withdraw this " (what) }
            form.pad method="post" action=(seen.path(&format!("/evidence/{}/withdraw", piece.position))) {
                p { "It then counts for nothing, on this page and in every verdict. It stays on record, with your reason; nothing is deleted." }
                div.field.wrong[refused.is_some()] {
                    label for="reason" { "Why does it not count?" }
                    input #reason name="reason" value=(refused.map(|(filled, _)| filled.reason.as_str()).unwrap_or_default()) required maxlength="500"
                        aria-invalid=[refused.map(|_| "true")] aria-describedby="reason-help";
                    p.hint #reason-help {
                        @match refused { Some((_, why)) => span.error { (why) }, None => "As “ran against the staging backend by mistake”." }
                    }
                }
                button.danger type="submit" { "Withdraw it" }
            }
        }
    }
}

pub(super) async fn withdraw(
    Acting(app): Acting,
    mut reader: Reader,
    path: PiecePath,
    form: Result<Form<Filled>, FormRejection>,
) -> Result<Response, Trouble> {
    let (id, position) = path?.0.parts();
    let filled = form?.0;
    let request = WithdrawRequest { evidence: position, reason: filled.reason.clone() };
    match app.withdraw(&id, request, None).await {
        Ok(()) => {
            let back = format!("{}/evidence/{position}?done=withdrawn", super::frame::path(&id));
            Ok(Redirect::to(&back).into_response())
        }
        Err(AppError::Refused(refusal)) if refusal.kind == domain::refusal::RefusalKind::Invalid => {
            let seen = Seen::load(&app, &reader, &id).await?;
            // The page is that of the evidence, wherever its form was sent.
            reader.here = seen.path(&format!("/evidence/{position}"));
            refused(&app, &reader, seen, position, Which::Withdraw, &filled, refusal.sentence).await
        }
        Err(error) => Err(error.into()),
    }
}

/// Renders what people wrote; raw HTML and dangerous links are left out.
pub(super) fn markdown(text: &str) -> Markup {
    let mut options = comrak::Options::default();
    options.extension.table = true;
    options.extension.strikethrough = true;
    options.extension.tasklist = true;
    options.extension.autolink = true;
    PreEscaped(comrak::markdown_to_html(text, &options))
}

fn first_line(text: &str) -> &str {
    let line = text.trim().lines().next().unwrap_or_default();
    match line.char_indices().nth(240) {
        Some((end, _)) => &line[..end],
        None => line,
    }
}

fn duration(seconds: f64) -> String {
    let whole = seconds.round() as i64;
    match whole {
        3600.. => format!("{} h {} min", whole / 3600, whole % 3600 / 60),
        60.. => format!("{} min {} s", whole / 60, whole % 60),
        _ if seconds >= 10.0 => format!("{whole} s"),
        _ if seconds >= 1.0 => format!("{seconds:.1} s"),
        _ => format!("{} ms", (seconds * 1000.0).round()),
    }
}
