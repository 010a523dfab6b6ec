//! A change: what it is, what three functions say of it, and whether the release still carries it.
//!
//! Invariant: a button that gives a function's word is shown to those who speak for it, and to nobody else.

use axum::extract::rejection::{FormRejection, PathRejection};
use axum::extract::{Form, Path};
use axum::response::{IntoResponse, Redirect};
use domain::change::{Change, DONE_BY};
use domain::command::change::find;
use domain::criterion::Function;
use domain::defect::Source;
use domain::envelope::ActorId;
use domain::id::{ChangeKey, ProductId, ReleaseId, ReleaseName};
use domain::permission::Act;
use domain::person::Known;
use domain::refusal::Refusal;
use maud::{Markup, html};
use serde::Deserialize;

use super::contents::on;
use super::defect::{event, fact};
use super::frame::Tab;
use super::parts::listed::source;
use super::parts::verdict::function as name_of;
use super::reader::Reader;
use super::seen::Seen;
use super::trouble::Page;
use super::typed::{Refused, Typed, choice, line, somebody_else, wrong};
use crate::app::contents::WordRequest;
use crate::app::defects::BecauseRequest;
use crate::app::settle::SettledResponse;
use crate::app::{App, AppError};
use crate::door::Acting;

/// The change that a path names.
#[derive(Debug, Deserialize)]
pub(super) struct OfChange {
    product: ProductId,
    name: ReleaseName,
    key: ChangeKey,
}

type ChangePath = Result<Path<OfChange>, PathRejection>;

impl OfChange {
    fn parts(self) -> (ReleaseId, ChangeKey) {
        (ReleaseId { product: self.product, name: self.name }, self.key)
    }
}

/// Returns the path of a change's page, fit for a header.
pub(super) fn path_of(id: &ReleaseId, key: &ChangeKey) -> String {
    let key: String = url::form_urlencoded::byte_serialize(key.as_str().as_bytes()).collect();
    format!("{}/contents/{key}", super::frame::path(id))
}

pub(super) async fn show(Acting(app): Acting, reader: Reader, path: ChangePath) -> Page {
    let (id, key) = path?.0.parts();
    page(&app, &reader, &id, &key, None).await
}

pub(super) async fn word(
    Acting(app): Acting,
    reader: Reader,
    path: ChangePath,
    form: Result<Form<Typed>, FormRejection>,
) -> Page {
    let (of, typed) = (path?.0.parts(), form?.0);
    let said = match read(&typed) {
        Ok(request) => app.say_of_change(&of.0, &of.1, request, None).await,
        Err(refusal) => Err(refusal.into()),
    };
    let whose = if typed.get("whose") == "other" { "other" } else { typed.get("function") };
    let form = format!("word-{whose}");
    after((app, reader), of, (form, typed), "said", said).await
}

fn read(typed: &Typed) -> Result<WordRequest, Refusal> {
    let ask = "Say for which function: engineering, qa or product.";
    let function = typed.must("function", Function::parse, ask)?;
    let parse = |word: &str| match word {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    };
    let done = typed.must("done", parse, "Say whether it is done.")?;
    Ok(WordRequest { function, done, notes: typed.some("notes"), behalf: typed.behalf() })
}

pub(super) async fn remove(
    Acting(app): Acting,
    reader: Reader,
    path: ChangePath,
    form: Result<Form<Typed>, FormRejection>,
) -> Page {
    let (of, typed) = (path?.0.parts(), form?.0);
    let request = BecauseRequest { reason: typed.get("reason").to_owned() };
    let taken = app.take_out_change(&of.0, &of.1, request, None).await;
    after((app, reader), of, ("removal".to_owned(), typed), "taken-out", taken).await
}

pub(super) async fn put_back(
    Acting(app): Acting,
    reader: Reader,
    path: ChangePath,
    form: Result<Form<Typed>, FormRejection>,
) -> Page {
    let (of, typed) = (path?.0.parts(), form?.0);
    let request = BecauseRequest { reason: typed.get("reason").to_owned() };
    let back = app.put_back_change(&of.0, &of.1, request, None).await;
    after((app, reader), of, ("return".to_owned(), typed), "returned", back).await
}

async fn after(
    (app, mut reader): (App, Reader),
    (id, key): (ReleaseId, ChangeKey),
    (form, typed): (String, Typed),
    done: &str,
    settled: Result<SettledResponse, AppError>,
) -> Page {
    match settled {
        Ok(_) => Ok(Redirect::to(&format!("{}?done={done}", path_of(&id, &key))).into_response()),
        Err(AppError::Refused(refusal)) => {
            reader.here = path_of(&id, &key);
            let refused = Refused::new(form, typed, refusal);
            page(&app, &reader, &id, &key, Some(&refused)).await
        }
        Err(error) => Err(error.into()),
    }
}

async fn page(
    app: &App,
    reader: &Reader,
    id: &ReleaseId,
    key: &ChangeKey,
    refused: Option<&Refused>,
) -> Page {
    let mut seen = Seen::load(app, reader, id).await?;
    let people = app.known_people().await?;
    let me = app.actor().await?;
    let (title, body) = {
        let release = &seen.view.release;
        let change = find(release, key)?;
        let now = seen.past.is_none() && release.unrecognised.is_none();
        let description = &change.description;
        let may = now && change.taken_out.is_none();
        // A refusal stands by its form; where that is not shown, at the head of the page.
        let stands = refused.is_some_and(|refused| match refused.form.strip_prefix("word-") {
            Some("other") => may && reader.records_words(),
            Some(function) => {
                may && Function::parse(function).is_some_and(|function| reader.speaks_for(function))
            }
            None => now && reader.may_to(Act::Scope, &change.by),
        });
        let words = Words { may, refused, people: &people, me: &me };
        let body = html! {
            section.head {
                div {
                    h1 { (description.title) }
                    p.sub.marked { code { (key) } @if let Some(priority) = description.priority { span { (priority.as_str().to_uppercase()) } } span { (on(&seen, change)) } }
                }
                @if now && reader.may(Act::Report) && change.source == Source::Hand {
                    div.act { a.button href=(seen.path(&format!("/new-change?key={key}"))) { "Correct" } }
                }
            }
            @if let Some(taken) = &change.taken_out {
                p.note { b { "The release no longer carries it" } ": “" (taken.reason) "” " small { (seen.name(&taken.by)) ", " (seen.clock.short(taken.at)) " " (event(taken.position)) } }
            }
            @if !stands { (wrong(refused)) }
            (said(&seen, reader, change, &words))
            div.columns { (described(&seen, change)) (carried(&seen, reader, change, now, refused)) }
        };
        (format!("{key} {}", description.title), body)
    };
    let below = vec![
        ("Contents".to_owned(), seen.path("/contents")),
        (key.to_string(), seen.path(&format!("/contents/{key}"))),
    ];
    let status = Refused::status(refused);
    Ok(seen.frame(reader, Tab::Contents, &title, below, body).answer_with(status))
}

/// Who may give a word, and what did not do.
struct Words<'a> {
    may: bool,
    refused: Option<&'a Refused>,
    people: &'a [Known],
    me: &'a ActorId,
}

/// What each function means by "done".
fn means(function: Function) -> &'static str {
    match function {
        Function::Engineering => "merged and reviewed",
        Function::Qa => "tested and signed off",
        _ => "accepted and approved",
    }
}

fn said(seen: &Seen, reader: &Reader, change: &Change, words: &Words<'_>) -> Markup {
    let base = seen.path(&format!("/contents/{}/word", change.key));
    html! {
        section.card aria-labelledby="words" {
            header { h2 #words { "Done?" } span.hint { "Three functions, each for itself." } }
            ul.on-tracks { @for function in DONE_BY { (one(seen, reader, change, function, (&base, words))) } }
            @if words.may && reader.records_words() {
                @let refused = Refused::of(words.refused, "word-other");
                details.pad #told-me open[refused.is_some()] {
                    summary.button { "Somebody told me" }
                    form.pad method="post" action=(base) {
                        @let empty = Typed::default();
                        @let typed = refused.map_or(&empty, |refused| &refused.typed);
                        (wrong(refused))
                        (choice(typed, "function", "For which function?", "", &DONE_BY.map(|function| (function.as_str(), name_of(function)))))
                        (choice(typed, "done", "What did they say?", "", &[("yes", "it is done"), ("no", "it is not done after all")]))
                        (line(typed, "notes", "In their words", "", false))
                        (somebody_else(words.people, typed, Some(words.me)))
                        button type="submit" { "Record it" }
                    }
                }
            }
        }
    }
}

fn one(
    seen: &Seen,
    reader: &Reader,
    change: &Change,
    function: Function,
    (base, words): (&str, &Words<'_>),
) -> Markup {
    let word = change.said.get(&function);
    let done = change.done_by(function);
    let id = function.as_str();
    let refused = Refused::of(words.refused, &format!("word-{id}"));
    html! {
        li #{ "by-" (id) } {
            div.what {
                p { b { (name_of(function)) } }
                p { @if done { span.done { "✓ done" } } @else if word.is_some() { span.debt { "not done after all" } } @else { span.debt { "not yet" } } }
            }
            div.because {
                @match word {
                    Some(said) => p {
                        (seen.told(said.voice())) ", " (seen.clock.short(said.at))
                        @if let Some(notes) = &said.notes { ": “" (notes) "”" }
                        " " (event(said.position))
                    },
                    None => p.hint { "Nobody has said for " (name_of(function)) " that it is " (means(function)) "." },
                }
                @if words.may && reader.speaks_for(function) {
                    form.answer method="post" action=(base) {
                        (wrong(refused))
                        input type="hidden" name="function" value=(id);
                        label.only-read for={ "notes-" (id) } { "What " (name_of(function)) " says of it" }
                        input #{ "notes-" (id) } name="notes" maxlength="300" value=(refused.map(|refused| refused.typed.get("notes")).unwrap_or_default()) placeholder=(if done { "What is missing after all" } else { means(function) });
                        div.presses {
                            @if done { button type="submit" name="done" value="no" { "Not done after all" } }
                            @else { button type="submit" name="done" value="yes" { "It is done" } }
                        }
                    }
                }
            }
        }
    }
}

fn described(seen: &Seen, change: &Change) -> Markup {
    let description = &change.description;
    html! {
        section.card aria-labelledby="what" {
            header { h2 #what { "What it is" } span.hint { (source(&change.source)) ", " (seen.clock.ago(change.described_at)) } }
            dl.facts {
                (fact("For", html! { @match &description.intent { Some(intent) => (intent), None => span.hint { "Nobody has said what users or the business get of it." } } }))
                @if !description.areas.is_empty() { (fact("Areas", html! { (description.areas.join(", ")) })) }
                (fact("Tracks", html! { (on(seen, change)) }))
                @if let Some(url) = &description.url { (fact("Tracker", html! { a href=(url) rel="noreferrer noopener" { (url) } })) }
                (fact("Added", html! { (seen.name(&change.by)) ", " (seen.clock.short(change.at)) " " (event(change.position)) }))
                @if change.described != change.position { (fact("Described", html! { (seen.clock.short(change.described_at)) " " (event(change.described)) })) }
            }
        }
    }
}

fn carried(seen: &Seen, reader: &Reader, change: &Change, now: bool, refused: Option<&Refused>) -> Markup {
    let may = now && reader.may_to(Act::Scope, &change.by);
    let base = seen.path(&format!("/contents/{}", change.key));
    let (below, label, ask, says) = match change.taken_out {
        Some(_) => (
            "return",
            "Put it back",
            "Why is it in again?",
            "It was taken out. What was said of it before still stands.",
        ),
        None => (
            "removal",
            "Take it out",
            "Why is it taken out?",
            "The release carries it. Taken out, it stays on record with the reason, and nobody waits for it.",
        ),
    };
    let refused = Refused::of(refused, below);
    html! {
        section.card aria-labelledby="carried" {
            header { h2 #carried { "In this release?" } }
            div.pad {
                p.hint { (says) }
                @if may {
                    details #{ "d-" (below) } open[refused.is_some()] {
                        summary.button { (label) }
                        form.pad method="post" action=(format!("{base}/{below}")) {
                            (wrong(refused))
                            div.field { label for="reason" { (ask) } input #reason name="reason" value=(refused.map(|refused| refused.typed.get("reason")).unwrap_or_default()) required maxlength="500"; }
                            button type="submit" { (label) }
                        }
                    }
                }
            }
        }
    }
}
