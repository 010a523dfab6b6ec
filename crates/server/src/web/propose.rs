//! Proposing a blocker, from a criterion that fails or from nothing.
//!
//! Invariant: a link that leads here brings what it knows; whoever proposes may change all of it.

use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Form, Query};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect};
use domain::blocker::{Link, Threatened};
use domain::criterion::{Criterion, Function};
use domain::id::{CriterionId, DefectKey, MilestoneId, ReleaseId};
use domain::person::Known;
use domain::refusal::Refusal;
use domain::release::Release;
use maud::{Markup, html};
use serde::Deserialize;

use super::blocker::owner_of;
use super::frame::Tab;
use super::reader::Reader;
use super::seen::{ReleasePath, Seen};
use super::trouble::Page;
use super::typed::{Typed, choice, line, sentences, tracks};
use super::whom::{function_field, person_fields};
use crate::app::blockers::wanted::ProposeRequest;
use crate::app::{App, AppError};
use crate::door::Acting;

/// What a link that leads here knows already.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Brought {
    #[serde(default)]
    criterion: String,
    #[serde(default)]
    track: String,
    #[serde(default)]
    defect: String,
}

pub(super) async fn form(
    Acting(app): Acting,
    reader: Reader,
    path: ReleasePath,
    known: Result<Query<Brought>, QueryRejection>,
) -> Page {
    let (seen, known) = (Seen::load(&app, &reader, &path?.0.into()).await?, known?.0);
    let mut typed = Typed::default();
    typed.set("criterion", known.criterion);
    typed.set("defects", known.defect);
    if !known.track.is_empty() {
        typed.set(&format!("on-{}", known.track), "yes");
    }
    page(&app, &reader, seen, &typed, None).await
}

pub(super) async fn propose(
    Acting(app): Acting,
    reader: Reader,
    path: ReleasePath,
    form: Result<Form<Typed>, FormRejection>,
) -> Page {
    let (id, typed): (ReleaseId, Typed) = (path?.0.into(), form?.0);
    let request = read(&*app.release(&id).await?, &typed);
    let proposed = match request {
        Ok(request) => app.propose_blocker(&id, request, None).await,
        Err(refusal) => Err(refusal.into()),
    };
    match proposed {
        Ok(proposed) => {
            let back = format!("{}/blockers/{}?done=proposed", super::frame::path(&id), proposed.blocker);
            Ok(Redirect::to(&back).into_response())
        }
        Err(AppError::Refused(refusal)) => {
            let seen = Seen::load(&app, &reader, &id).await?;
            page(&app, &reader, seen, &typed, Some(&refusal.sentence)).await
        }
        Err(error) => Err(error.into()),
    }
}

fn read(release: &Release, typed: &Typed) -> Result<ProposeRequest, Refusal> {
    let invalid = |error: domain::id::InvalidId| Refusal::invalid(format!("{error}."));
    let threatens = match (typed.some("criterion"), typed.some("milestone")) {
        (Some(id), None) => Threatened::Criterion { criterion: CriterionId::parse(&id).map_err(invalid)? },
        (None, Some(id)) => Threatened::Milestone { milestone: MilestoneId::parse(&id).map_err(invalid)? },
        (Some(_), Some(_)) => {
            return Err(Refusal::invalid("Name the criterion or the milestone that it threatens, not both."));
        }
        (None, None) => return Err(Refusal::invalid("Say which criterion or milestone it threatens.")),
    };
    let defect = |key: &String| Ok(Link::Defect { defect: DefectKey::parse(key).map_err(invalid)? });
    let mut links = typed.list("defects").iter().map(defect).collect::<Result<Vec<Link>, Refusal>>()?;
    links.extend(typed.some("url").map(|url| Link::Page { url }));
    let somebody = !typed.get("person").is_empty() || typed.some("person_name").is_some();
    let owner = if somebody { Some(owner_of(typed)?) } else { None };
    Ok(ProposeRequest {
        title: typed.get("title").to_owned(),
        tracks: typed.tracks(release),
        threatens,
        details: typed.some("details"),
        owner,
        links,
    })
}

async fn page(app: &App, reader: &Reader, mut seen: Seen, typed: &Typed, refused: Option<&str>) -> Page {
    let people = app.known_people().await?;
    let body = fields(&seen, &people, typed, refused);
    let below = vec![
        ("Blockers".to_owned(), seen.path("/blockers")),
        ("Propose one".to_owned(), seen.path("/blockers/new")),
    ];
    let status = if refused.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let frame = seen.form(reader, Tab::Blockers, "Propose a blocker", below, body);
    Ok(frame.answer_with(status))
}

fn fields(seen: &Seen, people: &[Known], typed: &Typed, refused: Option<&str>) -> Markup {
    let definition = seen.view.release.definition();
    let criteria: &[Criterion] = definition.map(|of| of.criteria.as_slice()).unwrap_or_default();
    let criteria: Vec<(&str, &str)> =
        criteria.iter().map(|criterion| (criterion.id.as_str(), criterion.title.as_str())).collect();
    let functions = Function::ALL.map(|(_, of)| of);
    html! {
        section.head { div { h1 { "Propose a blocker" } p.sub { "Something that could stop the release. It counts once it is accepted; until then a criterion that asks has no answer." } } }
        form.card.form method="post" action=(seen.path("/blockers")) {
            @if let Some(why) = refused { p.note role="alert" { (why) } }
            (line(typed, "title", "What is blocked, as one sentence?", "“Routes do not sync to the watch on build 514.”", true))
            (tracks(&seen.view.release, typed, "Which tracks does it block?", "At least one."))
            (choice(typed, "criterion", "Which criterion does it threaten?", "none; a milestone", &criteria))
            (line(typed, "milestone", "Or which milestone?", "By its id, as submission.", false))
            (sentences(typed, "details", "What else is there to know?", "", false))
            (line(typed, "defects", "Which defects has it to do with?", "By their keys, with commas between them.", false))
            (line(typed, "url", "A pull request, or another page?", "", false))
            details #has-owner open[!typed.get("person").is_empty() || typed.some("person_name").is_some()] {
                summary { "Somebody owns it already" }
                div.form {
                    (person_fields(people, &typed.named(), None))
                    (function_field(&functions, typed.get("function"), "In which function?"))
                }
            }
            div.act { button.primary type="submit" { "Propose it" } a.button.ghost href=(seen.path("/blockers")) { "Leave it" } }
        }
    }
}
