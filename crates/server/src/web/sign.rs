//! Signing the candidate: a function's sign-off, and the coordinator's assessment; and the assessment as it stands.
//!
//! Invariant: a form names the build that it signs, and what was corrected since a signature is shown with it.

use axum::extract::Form;
use axum::extract::rejection::FormRejection;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect};
use domain::assessment::{Assessment, Recommendation};
use domain::criterion::Function;
use domain::id::{BuildNumber, ReleaseId, TrackId};
use domain::permission::Act;
use domain::refusal::Refusal;
use domain::since::{Since, since};
use domain::track::Track;
use domain::words;
use maud::{Markup, html};
use serde::Deserialize;

use super::candidate::TrackPath;
use super::frame::Tab;
use super::parts::timeline::address;
use super::parts::verdict::function;
use super::reader::Reader;
use super::run::markdown;
use super::seen::Seen;
use super::trouble::Page;
use super::whom::{Word, function_field, word_fields};
use crate::app::judgement::{AssessRequest, SignOffRequest};
use crate::app::{App, AppError};
use crate::door::Acting;

/// The form of a sign-off as it is filled in.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct SignOff {
    #[serde(default)]
    build: String,
    #[serde(default)]
    function: String,
    #[serde(default)]
    notes: String,
    #[serde(flatten)]
    word: Word,
}

/// The form of an assessment as it is filled in.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Judged {
    #[serde(default)]
    build: String,
    #[serde(default)]
    recommendation: String,
    #[serde(default)]
    confidence: String,
    #[serde(default)]
    reasons: String,
}

/// What a page is for, with what was typed.
enum What {
    SignOff(SignOff),
    Assess(Judged),
}

fn build_of(text: &str) -> Result<BuildNumber, Refusal> {
    BuildNumber::parse(text)
        .map_err(|_| Refusal::invalid("Open this form from the track’s page: it names the build."))
}

pub(super) async fn sign_off_form(Acting(app): Acting, reader: Reader, path: TrackPath) -> Page {
    let (id, track) = path?.0.parts();
    page(&app, &reader, &id, &track, What::SignOff(SignOff::default()), None).await
}

pub(super) async fn sign_off(
    Acting(app): Acting,
    reader: Reader,
    path: TrackPath,
    form: Result<Form<SignOff>, FormRejection>,
) -> Page {
    let (id, track) = path?.0.parts();
    let filled = form?.0;
    let request = build_of(&filled.build).and_then(|build| {
        let function = Function::parse(&filled.function);
        let function = function.ok_or_else(|| Refusal::invalid("Choose the function that signs."))?;
        let notes = Some(filled.notes.clone());
        Ok(SignOffRequest { build, function, notes, behalf: filled.word.behalf() })
    });
    let signed = match request {
        Ok(request) => app.sign_off(&id, &track, request, None).await,
        Err(refusal) => Err(refusal.into()),
    };
    match signed {
        Ok(_) => {
            let to = format!("{}/tracks/{track}?done=signed", super::frame::path(&id));
            Ok(Redirect::to(&to).into_response())
        }
        Err(AppError::Refused(refusal)) => {
            page(&app, &reader, &id, &track, What::SignOff(filled), Some(&refusal.sentence)).await
        }
        Err(error) => Err(error.into()),
    }
}

pub(super) async fn assess_form(Acting(app): Acting, reader: Reader, path: TrackPath) -> Page {
    let (id, track) = path?.0.parts();
    page(&app, &reader, &id, &track, What::Assess(Judged::default()), None).await
}

pub(super) async fn assess(
    Acting(app): Acting,
    reader: Reader,
    path: TrackPath,
    form: Result<Form<Judged>, FormRejection>,
) -> Page {
    let (id, track) = path?.0.parts();
    let filled = form?.0;
    let request = build_of(&filled.build).and_then(|build| {
        let recommendation = Recommendation::parse(&filled.recommendation);
        let recommendation = recommendation.ok_or_else(|| Refusal::invalid("Choose what you would do."))?;
        let confidence = filled.confidence.trim().trim_end_matches('%').trim().parse();
        let confidence = confidence
            .map_err(|_| Refusal::invalid("Say how sure you are, as a whole number from 0 to 100."))?;
        Ok(AssessRequest { build, recommendation, confidence, reasons: filled.reasons.clone() })
    });
    let signed = match request {
        Ok(request) => app.assess(&id, &track, request, None).await,
        Err(refusal) => Err(refusal.into()),
    };
    match signed {
        Ok(_) => {
            let to = format!("{}/tracks/{track}?done=assessed", super::frame::path(&id));
            Ok(Redirect::to(&to).into_response())
        }
        Err(AppError::Refused(refusal)) => {
            page(&app, &reader, &id, &track, What::Assess(filled), Some(&refusal.sentence)).await
        }
        Err(error) => Err(error.into()),
    }
}

async fn page(
    app: &App,
    reader: &Reader,
    id: &ReleaseId,
    track: &TrackId,
    what: What,
    wrong: Option<&str>,
) -> Page {
    let mut seen = Seen::load(app, reader, id).await?;
    let release = seen.view.release.clone();
    let of = domain::command::evidence::track(&release, track)?;
    let name = of.description.name.clone();
    let (title, below) = match &what {
        What::SignOff(_) => ("Sign off", "signoffs"),
        What::Assess(_) => ("Assess", "assessments"),
    };
    let body = match (&of.candidate, &what) {
        (None, _) => html! {
            section.head { div { h1 { (title) " " (name) } } }
            p.note.unknown { "There is no candidate yet, so there is nothing to sign. Nominate a build first." }
        },
        (Some(candidate), What::SignOff(filled)) => {
            let (people, me) = (app.known_people().await?, app.actor().await?);
            let theirs = reader.who.as_ref().map(|member| member.functions.clone());
            let mut functions: Vec<Function> = theirs.clone().unwrap_or_default();
            functions.extend(
                Function::ALL
                    .iter()
                    .map(|(_, of)| *of)
                    .filter(|of| !functions.contains(of))
                    .collect::<Vec<_>>(),
            );
            let own = theirs.is_none_or(|theirs| !theirs.is_empty()).then_some("Mine");
            html! {
                section.head { div { h1 { "Sign off " (of.build_label(&candidate.build)) } p.sub { "A function stands by this build of " (name) ", and by no other: the next candidate is signed anew." } } }
                form.card.form.whose method="post" action=(seen.path(&format!("/tracks/{track}/signoffs"))) {
                    @if let Some(wrong) = wrong { p.note.unmet role="alert" { (wrong) } }
                    input type="hidden" name="build" value=(if filled.build.is_empty() { candidate.build.as_str() } else { &filled.build });
                    (function_field(&functions, &filled.function, "Which function signs?"))
                    div.field { label for="notes" { "What it rests on, if you like" } textarea #notes name="notes" rows="3" maxlength="5000" { (filled.notes) } }
                    (word_fields(reader, &people, &filled.word, own, &me))
                    button.primary type="submit" { "Sign off" }
                }
            }
        }
        (Some(candidate), What::Assess(filled)) => html! {
            section.head { div { h1 { "Assess " (of.build_label(&candidate.build)) } p.sub { "Your own judgement of " (name) ", in your words. It stands at the head of the track, with your name and with whatever is corrected after you signed." } } }
            form.card.form method="post" action=(seen.path(&format!("/tracks/{track}/assessments"))) {
                @if let Some(wrong) = wrong { p.note.unmet role="alert" { (wrong) } }
                input type="hidden" name="build" value=(if filled.build.is_empty() { candidate.build.as_str() } else { &filled.build });
                fieldset.field {
                    legend { "What would you do?" }
                    div { @for (name, recommendation) in Recommendation::ALL {
                        label.choice { input type="radio" name="recommendation" value=(name) required checked[filled.recommendation == name]; (words::capital(recommendation.label())) }
                    } }
                }
                div.field {
                    label for="confidence" { "How sure are you, in percent?" }
                    input.short #confidence name="confidence" type="number" min="0" max="100" step="1" required value=(filled.confidence) inputmode="numeric";
                    p.hint { "50 is a coin toss. It is compared later with what happened." }
                }
                div.field { label for="reasons" { "Why?" } textarea #reasons name="reasons" rows="6" maxlength="5000" required { (filled.reasons) } p.hint { "What makes you sure, and what does not. In Markdown, if you like." } }
                button.primary type="submit" { "Sign it" }
            }
        },
    };
    let crumbs = vec![
        (name, seen.path(&format!("/tracks/{track}"))),
        (title.to_owned(), seen.path(&format!("/tracks/{track}/{below}/new"))),
    ];
    let status = if wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let frame = seen.form(reader, Tab::Deeper, title, crumbs, body);
    Ok(frame.answer_with(status))
}

/// The assessment that stands for the candidate, for the head of a track; where there is none, the last one that lapsed with
/// its build, and how to sign one.
pub(super) fn card(seen: &Seen, reader: &Reader, track: &Track) -> Markup {
    let id = &track.description.id;
    let may = seen.past.is_none() && reader.may(Act::Assess) && track.candidate.is_some();
    let earlier = || track.assessments.iter().rfind(|of| of.withdrawn.is_none());
    html! {
        @match track.assessment() {
            Some(assessment) => section.card.assessment aria-labelledby="assessment" { (stands(seen, reader, track, assessment)) },
            None if may || earlier().is_some() => p.note {
                @match earlier() {
                    Some(of) => { "Nobody has assessed the candidate. " a href=(reader.link(seen.path(&format!("/evidence/{}", of.position)))) { "The assessment of " (track.build_label(&of.build)) } " (" (of.recommendation.label()) ") does not hold for it." },
                    None => "Nobody has assessed the candidate.",
                }
                @if may { " " a href=(seen.path(&format!("/tracks/{id}/assessments/new"))) { "Assess it…" } }
            },
            None => {},
        }
    }
}

fn stands(seen: &Seen, reader: &Reader, track: &Track, assessment: &Assessment) -> Markup {
    let since = since(&seen.view.release, &track.description.id, assessment.position);
    html! {
        header {
            h2 #assessment { "Assessment: " (assessment.recommendation.label()) }
            span.hint { (assessment.confidence) " % sure" }
        }
        div.prose { (markdown(&assessment.reasons)) }
        p.meta {
            "Signed by " b { (seen.name(&assessment.actor)) } " " (seen.clock.when(assessment.recorded_at)) ", for " (track.build_label(&assessment.build)) " · "
            a href=(reader.link(seen.path(&format!("/evidence/{}", assessment.position)))) { "its page" }
        }
        (corrected(seen, reader, "Since it was signed", &since))
    }
}

/// What was corrected since something was decided; nothing where nothing was.
pub(super) fn corrected(seen: &Seen, reader: &Reader, head: &str, since: &[Since]) -> Markup {
    html! {
        @if !since.is_empty() {
            div.since {
                h3 { (head) ":" }
                ul.plain { @for of in since {
                    li {
                        (seen.clock.short(of.at)) " "
                        @match address(&of.about, seen.id()) {
                            Some(to) => a href=(reader.link(to)) { (of.sentence) },
                            None => (of.sentence),
                        }
                    }
                } }
            }
        }
    }
}

/// Who signed the candidate off, as rows of its facts.
pub(super) fn signed(seen: &Seen, reader: &Reader, track: &Track) -> Markup {
    let build = track.candidate.as_ref().map(|candidate| &candidate.build);
    let live = track.sign_offs.iter().filter(|of| of.withdrawn.is_none() && Some(&of.build) == build);
    let live: Vec<_> = live.collect();
    html! {
        @if !live.is_empty() {
            div { dt { "Signed off" } dd { ul.plain { @for of in live {
                li { a href=(reader.link(seen.path(&format!("/evidence/{}", of.position)))) { (function(of.function)) } " by " (seen.told(of.voice())) ", " (seen.clock.short(of.recorded_at)) }
            } } } }
        }
    }
}
