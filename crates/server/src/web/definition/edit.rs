//! The editor of a draft: its list of criteria, and what each comes to as it is typed.
//!
//! Invariant: whatever a button does or a refusal says, the form comes back with everything that was typed.

use std::collections::BTreeMap;

use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Form, Query};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use domain::criteria::preset::{self, PRESETS, Parameters};
use domain::criterion::Criterion;
use domain::id::ReleaseId;
use domain::release::Release;
use domain::words;
use maud::{Markup, html};
use serde::Deserialize;

use super::fields::{Beside, coded, one};
use super::filled::{Filled, Typed};
use super::trial::drawn;
use crate::app::criterion::{TrialRequest, TrialResponse};
use crate::app::definition::{DraftRequest, Origin, begins_from};
use crate::app::facts::FactLine;
use crate::app::{App, AppError};
use crate::door::Acting;
use crate::web::frame::{self, Tab, without_turns};
use crate::web::reader::Reader;
use crate::web::seen::{ReleasePath, Seen};
use crate::web::track::seen_facts;
use crate::web::trouble::{Page, Trouble};

/// What the editor begins with.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Begin {
    #[serde(default)]
    from: String,
}

/// What a button of the editor does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Deed<'a> {
    Keep,
    Draft,
    Add(&'a str),
    Up(usize),
    Down(usize),
    Remove(usize),
    Try(usize),
    Own(usize),
}

impl<'a> Deed<'a> {
    fn read(text: &'a str) -> Self {
        let (verb, of) = text.split_once(':').unwrap_or((text, ""));
        match (verb, of.parse()) {
            ("draft", _) => Self::Draft,
            ("add", _) => Self::Add(of),
            ("up", Ok(index)) => Self::Up(index),
            ("down", Ok(index)) => Self::Down(index),
            ("remove", Ok(index)) => Self::Remove(index),
            ("try", Ok(index)) => Self::Try(index),
            ("own", Ok(index)) => Self::Own(index),
            _ => Self::Keep,
        }
    }
}

/// What the editor shows besides the form.
#[derive(Debug, Default)]
struct Shown {
    /// What stands in the way, at the head.
    wrong: Option<String>,
    beside: BTreeMap<usize, Beside>,
}

impl Shown {
    fn of(index: usize) -> Self {
        let beside = Beside { open: true, ..Beside::default() };
        Self { wrong: None, beside: BTreeMap::from([(index, beside)]) }
    }
}

/// The editor as one comes to it.
pub(crate) async fn form(
    Acting(app): Acting,
    reader: Reader,
    path: ReleasePath,
    begin: Result<Query<Begin>, QueryRejection>,
) -> Page {
    let seen = Seen::load(&app, &reader, &path?.0.into()).await?;
    let release = &seen.view.release;
    let template = app.template(release).await?;
    let origin = match (begin?.0.from.as_str(), &release.draft, release.ruling()) {
        ("nothing", ..) => None,
        (named, ..) if Origin::parse(named).is_some() => Origin::parse(named),
        (_, Some(_), _) => Some(Origin::Draft),
        (_, None, Some(_)) => Some(Origin::Ruling),
        _ => Some(Origin::Template).filter(|_| !template.is_empty()),
    };
    let criteria = match origin {
        Some(origin) => begins_from(release, &template, origin)?,
        None => &[],
    };
    let mut filled = Filled::of(criteria, waiting(release));
    if origin == Some(Origin::Draft) {
        let draft = release.draft.as_ref();
        filled.reason = draft.and_then(|draft| draft.definition.reason.clone()).unwrap_or_default();
    }
    page(&app, &reader, seen, filled, Shown::default()).await
}

/// Names the draft that waits; empty if none does.
fn waiting(release: &Release) -> String {
    release.draft.as_ref().map(|draft| draft.position.to_string()).unwrap_or_default()
}

/// Does what a button of the editor says.
pub(crate) async fn edit(
    Acting(app): Acting,
    reader: Reader,
    path: ReleasePath,
    form: Result<Form<Vec<(String, String)>>, FormRejection>,
) -> Page {
    let (id, fields): (ReleaseId, _) = (path?.0.into(), form?.0);
    let deed = fields.iter().rev().find(|(name, _)| name == "do").map(|(_, value)| value.clone());
    let mut filled = Filled::read(fields);
    let seen = Seen::load(&app, &reader, &id).await?;
    let kinds = seen.view.release.kinds();
    let deed = deed.unwrap_or_default();
    let shown = match Deed::read(&deed) {
        Deed::Keep => Shown::default(),
        Deed::Draft => match draft(&app, &id, &mut filled).await? {
            None => {
                let to = format!("{}/definition?done=drafted", frame::path(&id));
                return Ok(Redirect::to(&to).into_response());
            }
            Some(shown) => shown,
        },
        Deed::Add(name) => Shown::of(filled.add(preset::find(name), &kinds)),
        Deed::Up(index) => Shown::of(filled.moved(index, true)),
        Deed::Down(index) => Shown::of(filled.moved(index, false)),
        Deed::Remove(index) => {
            if index < filled.criteria.len() {
                filled.criteria.remove(index);
            }
            Shown::default()
        }
        Deed::Own(index) => {
            if let Some(typed) = filled.criteria.get_mut(index) {
                typed.own(&kinds);
            }
            Shown::of(index)
        }
        Deed::Try(index) => Shown::of(index),
    };
    let mut shown = shown;
    // Whatever stands open says what it comes to.
    for (index, beside) in &mut shown.beside {
        if let Some(typed) = filled.criteria.get(*index) {
            beside.trial = Some(drawn(&tried(&app, &id, typed).await?));
        }
    }
    page(&app, &reader, seen, filled, shown).await
}

/// Drafts what is on the form; returns what stands in the way.
async fn draft(app: &App, id: &ReleaseId, filled: &mut Filled) -> Result<Option<Shown>, Trouble> {
    let release = app.release(id).await?;
    let now = waiting(&release);
    if now != filled.instead_of.trim() {
        filled.instead_of = now;
        let wrong = "The draft has changed while you wrote: somebody drafted, dropped or agreed. Look at what waits now; \
                     if you put yours forward again, it takes the place of that.";
        return Ok(Some(Shown { wrong: Some(wrong.to_owned()), ..Shown::default() }));
    }
    let template = app.template(&release).await?;
    let known: Vec<&Criterion> = template.iter().chain(release.criteria()).collect();
    let mut mistakes: Vec<(usize, String)> = Vec::new();
    let mut written = Vec::new();
    for (index, typed) in filled.criteria.iter().enumerate() {
        match typed.written(&known) {
            Ok(one) => written.push(one),
            Err(mistake) => mistakes.push((index, mistake)),
        }
    }
    let mut wrong = None;
    if mistakes.is_empty() {
        let reason = Some(filled.reason.clone());
        let request = DraftRequest { criteria: written, reason, ..DraftRequest::default() };
        match app.draft_definition(id, request, None).await {
            Ok(_) => return Ok(None),
            Err(AppError::Criteria(of)) => mistakes.extend(of.iter().map(|of| (of.index, of.sentence()))),
            Err(AppError::Refused(refusal)) => wrong = Some(refusal.sentence),
            Err(error) => return Err(error.into()),
        }
    }
    if !mistakes.is_empty() {
        let count =
            words::count(mistakes.len() as i64, "criterion does not do yet", "criteria do not do yet");
        wrong = Some(format!("{count}. Nothing was drafted, and nothing that you typed is lost."));
    }
    let mut beside: BTreeMap<usize, Beside> = BTreeMap::new();
    for (index, mistake) in mistakes {
        beside.entry(index).or_default().mistakes.push(mistake);
    }
    Ok(Some(Shown { wrong, beside }))
}

async fn tried(app: &App, id: &ReleaseId, typed: &Typed) -> Result<Result<TrialResponse, String>, Trouble> {
    let release = app.release(id).await?;
    let template = app.template(&release).await?;
    let known: Vec<&Criterion> = template.iter().chain(release.criteria()).collect();
    let criterion = match typed.written(&known) {
        Ok(criterion) => criterion,
        Err(why) => return Ok(Err(why)),
    };
    match app.try_criterion(id, TrialRequest { criterion, track: None }).await {
        Ok(tried) => Ok(Ok(tried)),
        Err(AppError::Refused(refusal)) => Ok(Err(refusal.sentence)),
        Err(error) => Err(error.into()),
    }
}

/// Which criterion of the form is tried.
#[derive(Debug, Deserialize)]
pub(crate) struct Tried {
    of: usize,
}

/// Answers what one criterion of the form comes to, for the part of the page that shows it.
pub(crate) async fn trial(
    Acting(app): Acting,
    path: ReleasePath,
    of: Result<Query<Tried>, QueryRejection>,
    form: Result<Form<Vec<(String, String)>>, FormRejection>,
) -> Result<Response, Trouble> {
    let (id, Tried { of }): (ReleaseId, Tried) = (path?.0.into(), of?.0);
    // The form is numbered as it stands on the page: whoever changes places has not sent it yet.
    let fields = form?.0.into_iter().filter(|(name, _)| !name.starts_with("place."));
    let filled = Filled::read(fields.collect());
    let part = match filled.criteria.get(of) {
        Some(typed) => drawn(&tried(&app, &id, typed).await?),
        None => html! { p.hint { "It is not there any more." } },
    };
    Ok(axum::response::Html(without_turns(part.into_string())).into_response())
}

async fn page(app: &App, reader: &Reader, mut seen: Seen, filled: Filled, shown: Shown) -> Page {
    let track = seen.view.release.live_tracks().next().map(|track| track.description.clone());
    let facts = match &track {
        Some(track) => app.facts(seen.id(), &track.id).await?,
        None => Vec::new(),
    };
    let refused = shown.wrong.is_some();
    let body = body(&seen, reader, &filled, &shown, &facts, track.as_ref().map(|track| track.name.as_str()));
    let below = vec![
        ("Definition".to_owned(), seen.path("/definition")),
        ("Draft".to_owned(), seen.path("/definition/draft")),
    ];
    let status = if refused { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let frame = seen.form(reader, Tab::Definition, "Draft", below, body);
    Ok(frame.answer_with(status))
}

fn body(
    seen: &Seen,
    reader: &Reader,
    filled: &Filled,
    shown: &Shown,
    facts: &[FactLine],
    track: Option<&str>,
) -> Markup {
    let release = &seen.view.release;
    let kinds = release.kinds();
    let version = release.ruling().map_or(1, |ruling| ruling.definition.version + 1);
    let count = filled.criteria.len();
    let none = Beside::default();
    let agreeing: Vec<&str> = release.agreeing().iter().map(|function| function.as_str()).collect();
    html! {
        section.head {
            div {
                h1 { "Draft of version " (version) }
                p.sub { "It rules nothing until " (words::joined(&agreeing, agreeing.len(), "and")) " have agreed to it." }
            }
            div.act { a.button href=(reader.link(seen.path("/definition"))) { "Leave it" } }
        }
        @if let Some(wrong) = &shown.wrong { p.note.unmet role="alert" { (wrong) } }
        @if let Some(draft) = &release.draft {
            p.note {
                "A draft of version " (draft.definition.version) " by " (seen.name(&draft.by)) " waits already. Yours takes its place"
                @if draft.agreements.is_empty() { "; nobody has agreed to it yet." }
                @else {
                    @let agreed: Vec<&str> = draft.agreements.iter().map(|of| of.function.as_str()).collect();
                    ", and what " (words::joined(&agreed, agreed.len(), "and")) " agreed to it no longer counts: each function is asked again."
                }
            }
        }
        form.editor method="post" action=(seen.path("/definition/draft")) novalidate autocomplete="off" {
            // What the Enter key does in a field: nothing is lost, and nothing is put forward by mistake.
            button.only-read type="submit" name="do" value="keep" tabindex="-1" aria-hidden="true" { "Keep" }
            input type="hidden" name="instead_of" value=(filled.instead_of);
            @if count == 0 { section.card { (frame::empty("No criterion yet", html! { p { "Each line of the definition of ready will be here. Add one from below: a preset, or a rule of your own." } })) } }
            h2.only-read { "Criteria" }
            ol.criteria { @for (index, typed) in filled.criteria.iter().enumerate() {
                (one(seen, &kinds, index, count, typed, shown.beside.get(&index).unwrap_or(&none)))
            } }
            (adding())
            section.card aria-labelledby="forward" {
                header { h2 #forward { "Put it forward" } }
                div.form {
                    div.field {
                        label for="reason" { @if version > 1 { "Why does the bar move?" } @else { "A word on it, if you like" } }
                        textarea #reason name="reason" rows="2" maxlength="5000" { (filled.reason) }
                        @if version > 1 { p.hint { "Whoever agrees reads it, and it stays with the version." } }
                    }
                    button.primary type="submit" name="do" value="draft" { "Put it forward for agreement" }
                }
            }
        }
        @if let (false, Some(track)) = (facts.is_empty(), track) { (seen_facts(facts, &format!("What a criterion can see on {track}"))) }
    }
}

/// The presets to add from, each with its sentence, and a rule of one's own.
fn adding() -> Markup {
    html! {
        section.card aria-labelledby="adding" {
            header { h2 #adding { "Add a criterion" } }
            ul.presets {
                @for preset in &PRESETS { li {
                    p { b { (preset.title(&Parameters::default())) } small { (coded(&words::capital(preset.doc))) } }
                    button type="submit" name="do" value={ "add:" (preset.name) } { "Add" span.only-read { " " (preset.name) } }
                } }
                li {
                    p { b { "A rule of your own" } small { "An expression over the facts below: true or false, or a list of what stands against it" } }
                    button type="submit" name="do" value="add:" { "Add" span.only-read { " a rule of your own" } }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_button_says_what_it_does_and_to_which() {
        for (text, expect) in [
            ("draft", Deed::Draft),
            ("add:", Deed::Add("")),
            ("add:smoke-passed", Deed::Add("smoke-passed")),
            ("up:3", Deed::Up(3)),
            ("remove:0", Deed::Remove(0)),
            ("remove:-1", Deed::Keep),
            ("remove:", Deed::Keep),
            ("keep", Deed::Keep),
            ("", Deed::Keep),
        ] {
            assert_eq!(Deed::read(text), expect, "{text:?}");
        }
    }
}
