//! Agreeing to a definition, for oneself or in somebody's words; and dropping a draft.
//!
//! Invariant: a button to agree is for a function that the reader speaks for, and names the one draft that they see.

use axum::extract::Form;
use axum::extract::rejection::FormRejection;
use axum::response::{IntoResponse, Redirect};
use domain::criterion::Function;
use domain::definition::{Agreement, Draft};
use domain::envelope::Position;
use domain::id::ReleaseId;
use domain::permission::Act;
use domain::person::Known;
use domain::refusal::Refusal;
use maud::{Markup, html};
use serde::Deserialize;

use super::page;
use crate::app::AppError;
use crate::app::definition::{AgreeRequest, DropDraftRequest};
use crate::app::person::OnBehalf;
use crate::door::Acting;
use crate::web::frame;
use crate::web::mark::Mark;
use crate::web::parts::verdict::function as named;
use crate::web::reader::Reader;
use crate::web::seen::{ReleasePath, Seen};
use crate::web::trouble::Page;
use crate::web::whom::{Named, person_fields};

/// A form that was refused, with what was typed.
pub(super) enum Refused {
    Agreeing { said: Box<Said>, why: String },
    Dropping { reason: String, why: String },
}

/// What the forms on the page are drawn with.
pub(super) struct Words<'a> {
    pub(super) seen: &'a Seen,
    pub(super) reader: &'a Reader,
    pub(super) people: &'a [Known],
    /// Whether the page shows now.
    pub(super) here: bool,
    pub(super) refused: Option<&'a Refused>,
}

/// That somebody agrees, as the form has it.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Said {
    #[serde(default)]
    definition: i64,
    #[serde(default)]
    function: String,
    /// "other" for somebody else's word.
    #[serde(default)]
    whose: String,
    #[serde(flatten)]
    whom: Named,
    #[serde(default)]
    source: String,
}

impl Words<'_> {
    fn speaks_for(&self, function: Function) -> bool {
        self.reader.who.as_ref().is_none_or(|member| member.functions.contains(&function))
    }
}

/// Draws who has agreed and who has not, with the forms to agree.
pub(super) fn agreements(words: &Words<'_>, position: Position, agreements: &[Agreement]) -> Markup {
    let Words { seen, reader, people, here, refused } = words;
    let release = &seen.view.release;
    let awaited = release.awaited(agreements);
    let may = *here && reader.may(Act::GiveWord);
    let is_draft = release.draft.as_ref().is_some_and(|draft| draft.position == position);
    // One form for somebody else's word on a page: for what waits, or else for what is in force.
    let for_others =
        may && reader.records_words() && !awaited.is_empty() && (is_draft || release.draft.is_none());
    let refused = match refused {
        Some(Refused::Agreeing { said, why }) if said.definition == position.0 => Some((said, why)),
        _ => None,
    };
    let rows = release.agreeing().iter().copied();
    let earlier = agreements.iter().map(|of| of.function).filter(|of| !release.agreeing().contains(of));
    let ruling = release.ruling().filter(|ruling| ruling.position == position);
    let agree_for = |function| match ruling {
        Some(ruling) => format!("Agree to version {} for {}", ruling.definition.version, named(function)),
        None => format!("Agree for {}", named(function)),
    };
    html! {
        ul.consent { @for function in rows.chain(earlier) {
            @match agreements.iter().find(|of| of.function == function) {
                Some(agreement) => li.met {
                    (Mark::Met.shape())
                    span { b { (named(function)) } " agreed: " (seen.told(agreement.voice())) ", " (seen.clock.short(agreement.at)) }
                    @if may && is_draft && awaited.is_empty() && words.speaks_for(function) { (button(seen, position, function, "Put it in force")) }
                },
                None => li.unknown {
                    (Mark::Unknown.shape())
                    span { b { (named(function)) } " has not agreed" }
                    @if may && words.speaks_for(function) { (button(seen, position, function, &agree_for(function))) }
                },
            }
        } }
        @if let Some((said, why)) = refused && said.whose != "other" { p.note.unmet role="alert" { (why) } }
        @if for_others {
            @let said = refused.as_ref().map(|(said, _)| said.as_ref()).filter(|said| said.whose == "other");
            @let nobody = Said::default();
            details #word open[said.is_some()] {
                summary.button { "Record somebody’s word" }
                form.pad method="post" action=(seen.path("/definition/agree")) {
                    @if let (Some((_, why)), Some(_)) = (&refused, said) { p.note.unmet role="alert" { (why) } }
                    input type="hidden" name="definition" value=(position);
                    input type="hidden" name="whose" value="other";
                    div.field {
                        label for="word-function" { "For" }
                        select #word-function name="function" required {
                            @for function in &awaited { option value=(function.as_str()) selected[said.is_some_and(|said| said.function == function.as_str())] { (named(*function)) } }
                        }
                    }
                    @let said = said.unwrap_or(&nobody);
                    (person_fields(people, &said.whom, reader.who.as_ref().map(|member| &member.id)))
                    div.field { label for="source" { "Where they agreed" } input #source name="source" value=(said.source) maxlength="300" required; p.hint { "As “message in #release, 24 Nov 14:05”, a link, or “phone call”." } }
                    button.primary type="submit" { "Record it" }
                }
            }
        }
    }
}

fn button(seen: &Seen, position: Position, function: Function, text: &str) -> Markup {
    html! {
        form method="post" action=(seen.path("/definition/agree")) {
            input type="hidden" name="definition" value=(position);
            input type="hidden" name="function" value=(function.as_str());
            button.primary type="submit" { (text) }
        }
    }
}

/// Draws the form that drops a draft.
pub(super) fn dropping(words: &Words<'_>, draft: &Draft) -> Markup {
    let Words { seen, reader, here, refused, .. } = words;
    let refused = match refused {
        Some(Refused::Dropping { reason, why }) => Some((reason, why)),
        _ => None,
    };
    html! {
        @if *here && reader.may(Act::Define) {
            details #drop open[refused.is_some()] {
                summary.button { "Drop the draft" }
                form.pad method="post" action=(seen.path("/definition/drop")) {
                    input type="hidden" name="draft" value=(draft.position);
                    div.field.wrong[refused.is_some()] {
                        label for="drop-reason" { "Why is it dropped?" }
                        input #drop-reason name="reason" value=(refused.map(|(reason, _)| reason.as_str()).unwrap_or_default()) required maxlength="5000" aria-invalid=[refused.map(|_| "true")];
                        @if let Some((_, why)) = refused { p.hint { span.error { (why) } } }
                    }
                    @if !draft.agreements.is_empty() { p.hint { "What was agreed to it no longer counts then." } }
                    button.danger type="submit" { "Drop it" }
                }
            }
        }
    }
}

pub(crate) async fn agree(
    Acting(app): Acting,
    mut reader: Reader,
    path: ReleasePath,
    form: Result<Form<Said>, FormRejection>,
) -> Page {
    let (id, said): (ReleaseId, Said) = (path?.0.into(), form?.0);
    let request = || -> Result<AgreeRequest, Refusal> {
        let function = Function::parse(&said.function)
            .ok_or_else(|| Refusal::invalid("Choose the function that agrees."))?;
        let behalf = (said.whose == "other").then(|| OnBehalf {
            of: said.whom.meant(),
            source: said.source.clone(),
            attachment: None,
        });
        Ok(AgreeRequest { definition: Position(said.definition), function, behalf })
    };
    let settled = match request() {
        Ok(request) => app.agree_to_definition(&id, request, None).await,
        Err(refusal) => Err(refusal.into()),
    };
    match settled {
        Ok(_) => Ok(Redirect::to(&format!("{}/definition?done=agreed", frame::path(&id))).into_response()),
        Err(AppError::Refused(refusal)) => {
            let seen = Seen::load(&app, &reader, &id).await?;
            reader.here = seen.path("/definition");
            // Of a draft that was replaced, nothing is on the page any more: it is told by the one that is.
            let release = &seen.view.release;
            let draft = release.draft.as_ref().map(|draft| draft.position);
            let there = [draft, release.ruling().map(|ruling| ruling.position)];
            let known = there.into_iter().flatten().any(|position| position.0 == said.definition);
            let definition =
                if known { said.definition } else { there.into_iter().flatten().next().map_or(0, |at| at.0) };
            let said = Box::new(Said { definition, ..said });
            page(&app, &reader, seen, Some(&Refused::Agreeing { said, why: refusal.sentence })).await
        }
        Err(error) => Err(error.into()),
    }
}

/// Which draft to drop, and why.
#[derive(Debug, Deserialize)]
pub(crate) struct Drop {
    #[serde(default)]
    draft: i64,
    #[serde(default)]
    reason: String,
}

pub(crate) async fn drop_draft(
    Acting(app): Acting,
    mut reader: Reader,
    path: ReleasePath,
    form: Result<Form<Drop>, FormRejection>,
) -> Page {
    let (id, Drop { draft, reason }): (ReleaseId, Drop) = (path?.0.into(), form?.0);
    let request = DropDraftRequest { draft: Position(draft), reason: reason.clone() };
    match app.drop_draft(&id, request, None).await {
        Ok(_) => Ok(Redirect::to(&format!("{}/definition?done=undrafted", frame::path(&id))).into_response()),
        Err(AppError::Refused(refusal)) => {
            let seen = Seen::load(&app, &reader, &id).await?;
            reader.here = seen.path("/definition");
            if seen.view.release.draft.is_none() {
                return Err(refusal.into());
            }
            page(&app, &reader, seen, Some(&Refused::Dropping { reason, why: refusal.sentence })).await
        }
        Err(error) => Err(error.into()),
    }
}
