//! Telling what a defect is for users, slot by slot.
//!
//! Invariant: what is not known is said to be unknown; only a workaround may be none.

use axum::extract::Form;
use axum::extract::rejection::FormRejection;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect};
use domain::command::defect::find;
use domain::defect::Defect;
use domain::id::{DefectKey, ReleaseId};
use domain::impact::{Impact, Often, Reach};
use domain::refusal::Refusal;
use domain::release::Release;
use maud::html;

use super::defect::{DefectPath, path_of};
use super::frame::Tab;
use super::parts::listed::severity;
use super::reader::Reader;
use super::seen::Seen;
use super::stood;
use super::trouble::Page;
use super::typed::{Typed, choice, sentences};
use crate::app::{App, AppError, moved};
use crate::door::Acting;

pub(super) async fn form(Acting(app): Acting, reader: Reader, path: DefectPath) -> Page {
    let (id, key) = path?.0.parts();
    let seen = Seen::load(&app, &reader, &id).await?;
    let typed = on_record(find(&seen.view.release, &key)?);
    page(&reader, seen, &key, &typed, None).await
}

fn on_record(defect: &Defect) -> Typed {
    let mut typed = Typed::default();
    if let Some(told) = &defect.impact {
        let impact = &told.impact;
        for (name, value) in [
            ("experience", impact.experience.as_str()),
            ("reach", impact.reach.as_str()),
            ("often", impact.often.as_str()),
            ("frequency", &impact.frequency),
            ("circumstances", &impact.circumstances),
            ("workaround", impact.workaround.as_deref().unwrap_or_default()),
        ] {
            typed.set(name, value);
        }
    }
    typed
}

pub(super) async fn tell(
    Acting(app): Acting,
    reader: Reader,
    path: DefectPath,
    form: Result<Form<Typed>, FormRejection>,
) -> Page {
    let ((id, key), typed) = (path?.0.parts(), form?.0);
    match send(&app, &id, &key, &typed).await {
        Ok(()) => Ok(Redirect::to(&format!("{}?done=translated", path_of(&id, &key))).into_response()),
        Err(AppError::Refused(refusal)) => {
            let seen = Seen::load(&app, &reader, &id).await?;
            page(&reader, seen, &key, &typed, Some(&refusal.sentence)).await
        }
        Err(error) => Err(error.into()),
    }
}

async fn send(app: &App, id: &ReleaseId, key: &DefectKey, typed: &Typed) -> Result<(), AppError> {
    let impact = read(typed)?;
    let on_record = |release: &Release| Ok(on_record(find(release, key)?));
    let act = |seen: Option<moved::Seen>| {
        let impact = impact.clone();
        async move { app.translate_defect(id, key, impact, seen.as_ref()).await }
    };
    stood::unless_changed(app, id, typed, on_record, act).await?;
    Ok(())
}

fn read(typed: &Typed) -> Result<Impact, Refusal> {
    Ok(Impact {
        experience: typed.get("experience").to_owned(),
        reach: typed.must("reach", Reach::parse, "Say how many users meet it, or that nobody knows.")?,
        often: typed.must("often", Often::parse, "Say how often they meet it, or that nobody knows.")?,
        frequency: typed.get("frequency").to_owned(),
        circumstances: typed.get("circumstances").to_owned(),
        workaround: typed.some("workaround"),
    })
}

async fn page(
    reader: &Reader,
    mut seen: Seen,
    key: &DefectKey,
    typed: &Typed,
    refused: Option<&str>,
) -> Page {
    let body = {
        let defect = find(&seen.view.release, key)?;
        html! {
            section.head {
                div {
                    h1 { "What users feel" }
                    p.sub.marked { code { (defect.key) } span { (defect.report.title) } (severity(defect.report.severity)) }
                }
            }
            form.card.form method="post" action=(seen.path(&format!("/defects/{key}/impact"))) {
                @if let Some(why) = refused { p.note role="alert" { (why) } }
                (stood::remembered(Some(&on_record(defect))))
                (sentences(typed, "experience", "What do users experience?", "They are the subject, and one can see it: “runners see their last route instead of the new one”. Not: “sync fails”.", true))
                div.field.pair {
                    (choice(typed, "reach", "How many of them?", "choose", &Reach::ALL.map(|(name, reach)| (name, reach.who()))))
                    (choice(typed, "often", "How often?", "choose", &Often::ALL.map(|(name, often)| (name, if often == Often::Unknown { "nobody knows how often" } else { often.as_str() }))))
                }
                (sentences(typed, "frequency", "What is that known by?", "A count, as “4 of 212 syncs in the beta, 20 to 26 November”. If nobody knows yet: by when it will be measured.", true))
                (sentences(typed, "circumstances", "In which circumstances?", "Platform, version, what leads there: “after a run without a phone nearby, on Wear OS 5”.", true))
                (sentences(typed, "workaround", "What can they do about it?", "“Opening the app on the phone once.” Leave it empty if there is nothing.", false))
                div.act { button.primary type="submit" { "Tell it so" } a.button.ghost href=(seen.path(&format!("/defects/{key}"))) { "Leave it" } }
            }
        }
    };
    let below = vec![
        ("Defects".to_owned(), seen.path("/defects")),
        (key.to_string(), seen.path(&format!("/defects/{key}"))),
        ("What users feel".to_owned(), seen.path(&format!("/defects/{key}/impact"))),
    ];
    let status = if refused.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let frame = seen.form(reader, Tab::Defects, "What users feel", below, body);
    Ok(frame.answer_with(status))
}
