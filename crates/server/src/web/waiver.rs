//! One waiver: asking for it, and its page, where it is approved, refused or taken back.
//!
//! Invariant: whoever answers sees what it costs users right above the button.

use axum::extract::rejection::{FormRejection, PathRejection, QueryRejection};
use axum::extract::{Form, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect};
use domain::command::waiver::{LONGEST_DAYS, told};
use domain::criterion::{Criterion, Function};
use domain::envelope::Position;
use domain::id::{CriterionId, DefectKey, ProductId, ReleaseId, ReleaseName, TrackId};
use domain::permission::{Act, Role};
use domain::refusal::Refusal;
use domain::track::Track;
use domain::waiver::{Scope, Standing, Subject, approvers};
use domain::words;
use maud::{Markup, html};
use serde::Deserialize;

use super::frame::Tab;
use super::moment;
use super::reader::Reader;
use super::seen::{ReleasePath, Seen};
use super::trouble::{Page, Trouble};
use super::waivers::{
    MayAnswer, approval, ends, may_answer, scope, since_approved, tag, track_name, what_it_costs,
};
use super::whom::{Word, function_field, track_of, word_fields};
use crate::app::settle::SettledResponse;
use crate::app::waiver::{ApproveRequest, EndWaiverRequest, WaiverRequest};
use crate::app::{App, AppError};
use crate::door::Acting;

const DAY: i64 = 86_400_000_000;
/// How long a waiver counts, unless whoever asks says otherwise.
const USUAL_DAYS: i64 = 14;

/// The form as it is filled in.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Filled {
    #[serde(default)]
    track: String,
    #[serde(default)]
    criterion: String,
    #[serde(default)]
    defect: String,
    /// "release", or "build" for the candidate alone.
    #[serde(default)]
    scope: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    mitigation: String,
    #[serde(default)]
    expires: String,
}

impl Filled {
    /// Returns what is to be accepted, if it has been said.
    fn subject(&self) -> Result<Option<Subject>, Refusal> {
        let wrong = |error: String| Refusal::invalid(format!("{error}."));
        match (self.defect.trim(), self.criterion.trim()) {
            ("", "") => Ok(None),
            ("", id) => {
                let criterion = CriterionId::parse(id).map_err(|error| wrong(error.to_string()))?;
                Ok(Some(Subject::Criterion { criterion }))
            }
            (key, _) => {
                let defect = DefectKey::parse(key).map_err(|error| wrong(error.to_string()))?;
                Ok(Some(Subject::Defect { defect }))
            }
        }
    }

    fn request(&self, track: &Track, seen: &Seen) -> Result<WaiverRequest, Refusal> {
        let subject = self.subject()?.ok_or_else(|| Refusal::invalid("Choose what to accept as it is."))?;
        let scope = match (self.scope.as_str(), &track.candidate) {
            ("release", _) => Scope::Release,
            ("build", Some(candidate)) => Scope::Build { build: candidate.build.clone() },
            _ => {
                return Err(Refusal::invalid(
                    "Say how far it reaches: the candidate alone, or the whole release.",
                ));
            }
        };
        let expires = moment::read(&self.expires, &seen.clock.zone)
            .ok_or_else(|| Refusal::invalid("Say until when it counts."))?;
        let (reason, mitigation) = (self.reason.clone(), self.mitigation.clone());
        Ok(WaiverRequest { subject, track: track.description.id.clone(), scope, reason, mitigation, expires })
    }
}

pub(super) async fn form(
    Acting(app): Acting,
    reader: Reader,
    path: ReleasePath,
    filled: Result<Query<Filled>, QueryRejection>,
) -> Page {
    let seen = Seen::load(&app, &reader, &path?.0.into()).await?;
    asking(&app, &reader, seen, filled?.0, None).await
}

pub(super) async fn request(
    Acting(app): Acting,
    reader: Reader,
    path: ReleasePath,
    form: Result<Form<Filled>, FormRejection>,
) -> Page {
    let seen = Seen::load(&app, &reader, &path?.0.into()).await?;
    let filled = form?.0;
    let request = track_of(&seen.view.release, &filled.track).and_then(|track| filled.request(track, &seen));
    let asked = match request {
        Ok(request) => app.request_waiver(seen.id(), request, None).await,
        Err(refusal) => Err(refusal.into()),
    };
    match asked {
        Ok(SettledResponse { position, .. }) => {
            Ok(Redirect::to(&seen.path(&format!("/waivers/{position}?done=requested"))).into_response())
        }
        Err(AppError::Refused(refusal)) => asking(&app, &reader, seen, filled, Some(&refusal.sentence)).await,
        Err(error) => Err(error.into()),
    }
}

async fn asking(app: &App, reader: &Reader, mut seen: Seen, filled: Filled, wrong: Option<&str>) -> Page {
    let release = seen.view.release.clone();
    let track = track_of(&release, &filled.track)?;
    let id = &track.description.id;
    let subject = filled.subject().unwrap_or_default();
    let costs = match &subject {
        None => Vec::new(),
        Some(subject) => {
            let number = Position(0);
            let of = vec![(number, id.clone(), subject.clone())];
            app.costs_of(&release, of, seen.view.at).await?.remove(&number).unwrap_or_default()
        }
    };
    let usual = seen.clock.local(seen.clock.now.plus_micros(USUAL_DAYS * DAY));
    let expires = if filled.expires.is_empty() { &usual } else { &filled.expires };
    let latest = seen.clock.local(seen.clock.now.plus_micros(LONGEST_DAYS * DAY));
    let body = html! {
        section.head { div {
            h1 { "Ask for a waiver" }
            p.sub { "To have something accepted as it is on " (track.description.name) ". It counts once somebody else approves it." }
        } }
        (tracks(&seen, reader, track, &filled))
        form.card.form method="post" action=(seen.path("/waivers")) {
            @if let Some(wrong) = wrong { p.note.unmet role="alert" { (wrong) } }
            input type="hidden" name="track" value=(id);
            @match &subject {
                Some(subject) => {
                    input type="hidden" name="criterion" value=(filled.criterion);
                    input type="hidden" name="defect" value=(filled.defect);
                    div.field {
                        p { b { (subject.told(&release)) } " on " (track.description.name) }
                        (what_it_costs(&seen, reader, &costs))
                        p.hint { @match approvers(&release, subject) {
                            [] => "Nobody may waive it: the definition of ready names no function for it.",
                            functions => { (words::capital(&told(functions))) " may approve it." },
                        } }
                    }
                },
                None => (choice(&seen, track)),
            }
            fieldset.field {
                legend { "How far does it reach?" }
                div {
                    @if let Some(candidate) = &track.candidate {
                        label.choice { input type="radio" name="scope" value="build" required checked[filled.scope != "release"]; (track.build_label(&candidate.build)) " alone" }
                    }
                    label.choice { input type="radio" name="scope" value="release" required checked[filled.scope == "release" || track.candidate.is_none()]; "The whole release" }
                }
                p.hint { "For one build, it lapses with the next candidate." }
            }
            div.field { label for="reason" { "Why should it be accepted?" } textarea #reason name="reason" rows="3" maxlength="5000" required { (filled.reason) } }
            div.field { label for="mitigation" { "What is done meanwhile for users?" } textarea #mitigation name="mitigation" rows="3" maxlength="5000" required { (filled.mitigation) } p.hint { "As “support has the workaround; the fix is in 4.2.1”. If nothing is done, say that." } }
            div.field { label for="expires" { "Until when?" } input #expires name="expires" type="datetime-local" value=(expires) max=(latest) required; p.hint { "In " (seen.clock.zone_name()) ". At most " (LONGEST_DAYS) " days." } }
            button.primary type="submit" { "Ask for it" }
        }
    };
    let below = vec![
        ("Waivers".to_owned(), seen.path("/waivers")),
        ("Ask for one".to_owned(), seen.path("/waivers/new")),
    ];
    let status = if wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let frame = seen.form(reader, Tab::Waivers, "Ask for a waiver", below, body);
    Ok(frame.answer_with(status))
}

/// The links that choose the track.
fn tracks(seen: &Seen, reader: &Reader, track: &Track, filled: &Filled) -> Markup {
    let link = |id: &TrackId| {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("track", id.as_str());
        for (name, value) in [("criterion", &filled.criterion), ("defect", &filled.defect)] {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        reader.link(seen.path(&format!("/waivers/new?{}", query.finish())))
    };
    html! {
        nav.choose aria-label="On which track" { p { @for other in seen.view.release.live_tracks() {
            a.button href=(link(&other.description.id)) aria-current=[(other.description.id == track.description.id).then_some("true")] { (other.description.name) }
        } } }
    }
}

/// The choice of what to accept, where no link has made it.
fn choice(seen: &Seen, track: &Track) -> Markup {
    let definition = seen.view.release.definition();
    let criteria = definition.map(|definition| definition.criteria.as_slice()).unwrap_or_default();
    let applies = |criterion: &&Criterion| criterion.applies_to(&track.description.id);
    html! {
        div.field {
            label for="criterion" { "Which criterion?" }
            select #criterion name="criterion" {
                option value="" { "none; a defect" }
                @for criterion in criteria.iter().filter(applies) {
                    option value=(criterion.id) disabled[criterion.waivable_by.is_empty()] { (criterion.title) @if criterion.waivable_by.is_empty() { " (nobody may waive it)" } }
                }
            }
        }
        div.field { label for="defect" { "Or which defect?" } input #defect name="defect" maxlength="64" autocomplete="off" placeholder="TW-2304"; p.hint { "By its key." } }
    }
}

/// The waiver that a path names.
#[derive(Debug, Deserialize)]
pub(super) struct OfWaiver {
    product: ProductId,
    name: ReleaseName,
    position: i64,
}

type WaiverPath = Result<Path<OfWaiver>, PathRejection>;

impl OfWaiver {
    fn parts(self) -> (ReleaseId, Position) {
        (ReleaseId { product: self.product, name: self.name }, Position(self.position))
    }
}

/// The answer to a waiver as it is filled in.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Answered {
    #[serde(default)]
    function: String,
    #[serde(default)]
    note: String,
    #[serde(default)]
    reason: String,
    #[serde(flatten)]
    word: Word,
}

/// A form of a waiver's page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Which {
    Approve,
    Refuse,
    Revoke,
}

pub(super) async fn show(State(app): State<App>, reader: Reader, path: WaiverPath) -> Page {
    let (id, position) = path?.0.parts();
    page(&app, &reader, &id, position, None).await
}

async fn page(
    app: &App,
    reader: &Reader,
    id: &ReleaseId,
    position: Position,
    refused: Option<(Which, &Answered, &str)>,
) -> Page {
    let mut seen = Seen::load(app, reader, id).await?;
    let release = seen.view.release.clone();
    let waiver = release.waiver(position).ok_or_else(|| {
        Trouble::from(Refusal::unknown(format!(
            "There is no waiver {position} in {id}. Its waivers are listed."
        )))
    })?;
    let standing = waiver.standing(seen.view.at);
    let costs = app.costs(&release, &[waiver], seen.view.at).await?.remove(&position).unwrap_or_default();
    let live = matches!(standing, Standing::Requested | Standing::InForce);
    let now = seen.past.is_none() && release.unrecognised.is_none();
    let answer = Some(()).filter(|()| now && standing == Standing::Requested);
    let answer = answer.and_then(|()| may_answer(&seen, reader, waiver));
    let (people, me) = match answer {
        Some(_) => (app.known_people().await?, reader.who.as_ref().map(|member| member.id.clone())),
        None => (Vec::new(), None),
    };
    let may_revoke = now
        && live
        && match &reader.who {
            None => true,
            Some(member) => {
                reader.may(Act::Report)
                    && (member.id == waiver.by
                        || member.role >= Role::Coordinator
                        || member.functions.iter().any(|of| waiver.approvers(&release).contains(of)))
            }
        };
    let of = |which: Which| refused.filter(|(of, ..)| *of == which).map(|(_, filled, why)| (filled, why));
    let body = html! {
        section.head { div {
            h1 { "Waiver of " (waiver.subject.told(&release)) }
            p.sub {
                a href=(reader.link(seen.path(&format!("/tracks/{}", waiver.track)))) { (track_name(&seen, waiver)) } ", " (scope(&seen, waiver)) " " (tag(standing)) " "
                a href={ "/journal/" (position) } { "Event " (position) } "."
            }
        } }
        section.card.prose {
            h2 { "What it costs users" }
            @if costs.is_empty() { p.hint { @if live { "Nothing stands against it now." } @else { "It counts for nothing any more." } } }
            (what_it_costs(&seen, reader, &costs))
            h2 { "Why" }
            p { (waiver.reason) }
            h2 { "What is done meanwhile" }
            p { (waiver.mitigation) }
            p.hint { "Asked for by " b { (seen.name(&waiver.by)) } " " (seen.clock.when(waiver.at)) "." }
            (ends(&seen, waiver, standing))
            (approval(&seen, waiver))
            (since_approved(&seen, reader, waiver))
        }
        @match answer {
            Some(may) => (answering(&seen, waiver, may, reader, &people, me.as_ref(), &of)),
            None if now && standing == Standing::Requested => p.note { (whom_it_takes(&release, waiver, reader)) },
            None => {},
        }
        @if may_revoke {
            @let own = reader.who.as_ref().is_some_and(|member| member.id == waiver.by);
            (ending(&seen, position, Which::Revoke, if own { "Take it back" } else { "Revoke it" }, of(Which::Revoke)))
        }
    };
    let below = vec![
        ("Waivers".to_owned(), seen.path("/waivers")),
        (format!("Waiver {position}"), seen.path(&format!("/waivers/{position}"))),
    ];
    let status = if refused.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let mut frame = seen.frame(reader, Tab::Waivers, "Waiver", below, body);
    if refused.is_some() {
        frame.live = None;
    }
    Ok(frame.answer_with(status))
}

/// Says whose word it takes, to somebody who may not give it.
fn whom_it_takes(
    release: &domain::release::Release,
    waiver: &domain::waiver::Waiver,
    reader: &Reader,
) -> String {
    let own = reader.who.as_ref().is_some_and(|member| member.id == waiver.by);
    match (waiver.approvers(release), own) {
        ([], _) => {
            "Nobody may approve it any more: the definition of ready names no function for it.".to_owned()
        }
        (functions, true) => format!(
            "You asked for it, so it takes somebody else. {} may approve it.",
            words::capital(&told(functions))
        ),
        (functions, false) => format!("{} may approve it.", words::capital(&told(functions))),
    }
}

type Refused<'a> = Option<(&'a Answered, &'a str)>;

fn answering<'a>(
    seen: &Seen,
    waiver: &domain::waiver::Waiver,
    may: MayAnswer,
    reader: &Reader,
    people: &[domain::person::Known],
    me: Option<&domain::envelope::ActorId>,
    refused: &dyn Fn(Which) -> Refused<'a>,
) -> Markup {
    let position = waiver.position;
    let approvers = waiver.approvers(&seen.view.release);
    let theirs = |of: &Function| reader.who.as_ref().is_none_or(|member| member.functions.contains(of));
    let mut functions: Vec<Function> = approvers.to_vec();
    functions.sort_by_key(|of| !theirs(of));
    let again = refused(Which::Approve);
    let filled = again.map(|(filled, _)| filled.clone()).unwrap_or_default();
    let nobody = domain::envelope::ActorId::new("");
    html! {
        form.card.form.whose #approve method="post" action=(seen.path(&format!("/waivers/{position}/approve"))) {
            h2 { @if may == MayAnswer::Own { "Approve it" } @else { "Record an approval" } }
            @if let Some((_, why)) = again { p.note.unmet role="alert" { (why) } }
            (function_field(&functions, &filled.function, "For which function?"))
            div.field { label for="note" { "What should be remembered, if anything" } textarea #note name="note" rows="2" maxlength="5000" { (filled.note) } }
            (word_fields(reader, people, &filled.word, (may == MayAnswer::Own).then_some("Mine"), me.unwrap_or(&nobody)))
            button.primary type="submit" { "Approve" }
        }
        @if may == MayAnswer::Own { (ending(seen, position, Which::Refuse, "Refuse it", refused(Which::Refuse))) }
    }
}

/// The form that refuses it or takes it back.
fn ending(seen: &Seen, position: Position, which: Which, head: &str, refused: Refused<'_>) -> Markup {
    let (path, ask, button) = match which {
        Which::Revoke => ("revoke", "Why does it no longer hold?", "Revoke it"),
        _ => ("refuse", "Why not? What would have to be different?", "Refuse it"),
    };
    html! {
        details.card.quiet #(path) open[refused.is_some()] {
            summary { (head) }
            form.pad method="post" action=(seen.path(&format!("/waivers/{position}/{path}"))) {
                div.field.wrong[refused.is_some()] {
                    label for={ (path) "-reason" } { (ask) }
                    input #{ (path) "-reason" } name="reason" value=(refused.map(|(filled, _)| filled.reason.as_str()).unwrap_or_default()) required maxlength="5000";
                    @if let Some((_, why)) = refused { p.hint { span.error { (why) } } }
                }
                button.danger type="submit" { (button) }
            }
        }
    }
}

pub(super) async fn approve(
    Acting(app): Acting,
    reader: Reader,
    path: WaiverPath,
    form: Result<Form<Answered>, FormRejection>,
) -> Page {
    let (id, position) = path?.0.parts();
    let filled = form?.0;
    let approved = match Function::parse(&filled.function) {
        Some(function) => {
            let (note, behalf) = (Some(filled.note.clone()), filled.word.behalf());
            app.approve_waiver(&id, position, ApproveRequest { function, note, behalf }, None).await
        }
        None => Err(Refusal::invalid("Choose the function that approves it.").into()),
    };
    answer(&app, reader, &id, position, approved, (Which::Approve, filled)).await
}

pub(super) async fn refuse(
    Acting(app): Acting,
    reader: Reader,
    path: WaiverPath,
    form: Result<Form<Answered>, FormRejection>,
) -> Page {
    let (id, position) = path?.0.parts();
    let filled = form?.0;
    let request = EndWaiverRequest { reason: filled.reason.clone() };
    let refused = app.refuse_waiver(&id, position, request, None).await;
    answer(&app, reader, &id, position, refused, (Which::Refuse, filled)).await
}

pub(super) async fn revoke(
    Acting(app): Acting,
    reader: Reader,
    path: WaiverPath,
    form: Result<Form<Answered>, FormRejection>,
) -> Page {
    let (id, position) = path?.0.parts();
    let filled = form?.0;
    let request = EndWaiverRequest { reason: filled.reason.clone() };
    let revoked = app.revoke_waiver(&id, position, request, None).await;
    answer(&app, reader, &id, position, revoked, (Which::Revoke, filled)).await
}

/// Goes back to the waiver with what came of it, or shows the form again.
async fn answer(
    app: &App,
    mut reader: Reader,
    id: &ReleaseId,
    position: Position,
    came: Result<SettledResponse, AppError>,
    (which, filled): (Which, Answered),
) -> Page {
    let page_of = format!("{}/waivers/{position}", super::frame::path(id));
    match came {
        Ok(_) => {
            let done = match which {
                Which::Approve => "approved",
                Which::Refuse => "refused",
                Which::Revoke => "waiver-revoked",
            };
            Ok(Redirect::to(&format!("{page_of}?done={done}")).into_response())
        }
        Err(AppError::Refused(refusal)) => {
            reader.here = page_of;
            page(app, &reader, id, position, Some((which, &filled, &refusal.sentence))).await
        }
        Err(error) => Err(error.into()),
    }
}
