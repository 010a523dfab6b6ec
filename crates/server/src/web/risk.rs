//! Noting a risk, and revising one.
//!
//! Invariant: whoever watches a risk is chosen among those who are known, or named anew; two of a name can be told apart.

use axum::extract::Form;
use axum::extract::rejection::FormRejection;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect};
use domain::command::risk::find;
use domain::envelope::Position;
use domain::id::ReleaseId;
use domain::person::Known;
use domain::refusal::Refusal;
use domain::release::Release;
use domain::risk::{Likelihood, Risk};
use maud::{Markup, html};

use super::frame::Tab;
use super::reader::Reader;
use super::risks::RiskPath;
use super::seen::{ReleasePath, Seen};
use super::stood;
use super::trouble::Page;
use super::typed::{Typed, choice, line, sentences, tracks};
use super::whom::person_fields;
use crate::app::risks::RiskRequest;
use crate::app::{App, AppError, moved};
use crate::door::Acting;

pub(super) async fn new(Acting(app): Acting, reader: Reader, path: ReleasePath) -> Page {
    let seen = Seen::load(&app, &reader, &path?.0.into()).await?;
    let mut typed = Typed::default();
    typed.set("person", app.actor().await?.to_string());
    page(&app, &reader, seen, (None, &typed), None).await
}

pub(super) async fn revise(Acting(app): Acting, reader: Reader, path: RiskPath) -> Page {
    let (id, risk) = path?.0.parts();
    let seen = Seen::load(&app, &reader, &id).await?;
    let typed = on_record(find(&seen.view.release, risk)?);
    page(&app, &reader, seen, (Some(risk), &typed), None).await
}

fn on_record(risk: &Risk) -> Typed {
    let description = &risk.description;
    let mut typed = Typed::default();
    for (name, value) in [
        ("title", description.title.as_str()),
        ("likelihood", description.likelihood.as_str()),
        ("effect", &description.effect),
        ("mitigation", &description.mitigation),
        ("areas", &description.areas.join(", ")),
        ("person", description.owner.as_str()),
    ] {
        typed.set(name, value);
    }
    for track in &description.tracks {
        typed.set(&format!("on-{track}"), "yes");
    }
    typed
}

pub(super) async fn note(
    Acting(app): Acting,
    reader: Reader,
    path: ReleasePath,
    form: Result<Form<Typed>, FormRejection>,
) -> Page {
    save(&app, &reader, path?.0.into(), None, form?.0).await
}

pub(super) async fn save_revision(
    Acting(app): Acting,
    reader: Reader,
    path: RiskPath,
    form: Result<Form<Typed>, FormRejection>,
) -> Page {
    let (id, risk) = path?.0.parts();
    save(&app, &reader, id, Some(risk), form?.0).await
}

async fn save(app: &App, reader: &Reader, id: ReleaseId, risk: Option<Position>, typed: Typed) -> Page {
    match send(app, &id, risk, &typed).await {
        Ok(()) => {
            let back = format!("{}/risks?done=noted", super::frame::path(&id));
            Ok(Redirect::to(&back).into_response())
        }
        Err(AppError::Refused(refusal)) => {
            let seen = Seen::load(app, reader, &id).await?;
            page(app, reader, seen, (risk, &typed), Some(&refusal.sentence)).await
        }
        Err(error) => Err(error.into()),
    }
}

async fn send(app: &App, id: &ReleaseId, risk: Option<Position>, typed: &Typed) -> Result<(), AppError> {
    let request = read(&*app.release(id).await?, typed)?;
    match risk {
        None => app.note_risk(id, request, None).await?,
        Some(risk) => {
            let on_record = |release: &Release| Ok(on_record(find(release, risk)?));
            let act = |seen: Option<moved::Seen>| {
                let request = request.clone();
                async move { app.revise_risk(id, risk, request, seen.as_ref()).await }
            };
            stood::unless_changed(app, id, typed, on_record, act).await?
        }
    };
    Ok(())
}

fn read(release: &Release, typed: &Typed) -> Result<RiskRequest, Refusal> {
    Ok(RiskRequest {
        title: typed.get("title").to_owned(),
        likelihood: typed.must("likelihood", Likelihood::parse, "Say how likely it is.")?,
        effect: typed.get("effect").to_owned(),
        mitigation: typed.get("mitigation").to_owned(),
        tracks: typed.tracks(release),
        areas: typed.list("areas"),
        owner: typed.named().meant(),
    })
}

async fn page(
    app: &App,
    reader: &Reader,
    mut seen: Seen,
    (risk, typed): (Option<Position>, &Typed),
    refused: Option<&str>,
) -> Page {
    let people = app.known_people().await?;
    let (title, below) = match risk {
        None => ("Note a risk", "/risks".to_owned()),
        Some(risk) => ("Revise a risk", format!("/risks/{risk}")),
    };
    let before = risk.map(|risk| find(&seen.view.release, risk)).transpose()?.map(on_record);
    let body = fields(&seen, &people, (typed, before.as_ref()), refused, (title, &below));
    let crumbs = vec![("Risks".to_owned(), seen.path("/risks")), (title.to_owned(), seen.path(&below))];
    let status = if refused.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let frame = seen.form(reader, Tab::Risks, title, crumbs, body);
    Ok(frame.answer_with(status))
}

fn fields(
    seen: &Seen,
    people: &[Known],
    (typed, before): (&Typed, Option<&Typed>),
    refused: Option<&str>,
    (title, below): (&str, &str),
) -> Markup {
    html! {
        section.head { div { h1 { (title) } p.sub { "Something that could go wrong for users, and what is done so that it does not." } } }
        form.card.form method="post" action=(seen.path(below)) {
            @if let Some(why) = refused { p.note role="alert" { (why) } }
            (stood::remembered(before))
            (line(typed, "title", "What could go wrong, in one line?", "“The new sync meets old firmware.”", true))
            (choice(typed, "likelihood", "How likely is it?", "choose", &Likelihood::ALL.map(|(name, _)| (name, name))))
            (sentences(typed, "effect", "What would users experience?", "“Runners would see no routes at all until they update the watch.”", true))
            (sentences(typed, "mitigation", "What is done against it?", "“The old sync stays behind a flag until half of all watches have it.” If nothing is, write that, and why.", true))
            (tracks(&seen.view.release, typed, "Which tracks is it about?", "None ticked means every track."))
            (line(typed, "areas", "Which parts of the product is it about?", "With commas between them: Sync, Routes.", false))
            p.legend { "Who watches it?" }
            (person_fields(people, &typed.named(), None))
            div.act { button.primary type="submit" { (title) } a.button.ghost href=(seen.path("/risks")) { "Leave it" } }
        }
    }
}
