//! What the forms of a blocker do.
//!
//! Invariant: what is refused comes back with what was typed, beside its form.

use axum::extract::Form;
use axum::extract::rejection::FormRejection;
use axum::response::{IntoResponse, Redirect};
use domain::blocker::{BlockerNumber, DeferredTo, Kind};
use domain::criterion::Function;
use domain::defect::OnBuild;
use domain::envelope::Position;
use domain::id::{ReleaseId, ReleaseName};
use domain::refusal::Refusal;

use super::forms::{Deed, link_of};
use super::{BlockerPath, page};
use crate::app::blockers::wanted::{
    AcceptRequest, BlockerReason, DeferRequest, LinkRequest, MergeRequest, OwnRequest, OwnerRequest,
    ResolveRequest, UpdateRequest, WaiveRequest,
};
use crate::app::settle::SettledResponse;
use crate::app::{App, AppError};
use crate::door::Acting;
use crate::web::moment;
use crate::web::reader::Reader;
use crate::web::seen::Seen;
use crate::web::trouble::Page;
use crate::web::typed::{Refused, Typed};

macro_rules! deeds {
    ($($name:ident = $deed:ident),* $(,)?) => {$(
        pub(in crate::web) async fn $name(
            Acting(app): Acting,
            reader: Reader,
            path: BlockerPath,
            form: Result<Form<Typed>, FormRejection>,
        ) -> Page {
            act(&app, reader, path, form, Deed::$deed).await
        }
    )*};
}

deeds! {
    accept = Accept,
    reject = Reject,
    own = Own,
    update = Status,
    resolve = Resolve,
    waive = Waive,
    defer = Defer,
    withdraw = Withdraw,
    merge = Merge,
    reopen = Reopen,
    link = Link,
    unlink = Unlink,
}

async fn act(
    app: &App,
    mut reader: Reader,
    path: BlockerPath,
    form: Result<Form<Typed>, FormRejection>,
    deed: Deed,
) -> Page {
    let ((id, number), typed) = (path?.0.parts(), form?.0);
    // One form says a status, or notes: by its choice.
    let deed = if deed == Deed::Status && typed.get("kind") == "note" { Deed::Note } else { deed };
    let seen = Seen::load(app, &reader, &id).await?;
    match send(app, &seen, &id, number, deed, &typed).await {
        Ok(_) => {
            let back = seen.path(&format!("/blockers/{number}?done={}", deed.done()));
            Ok(Redirect::to(&back).into_response())
        }
        Err(AppError::Refused(refusal)) => {
            reader.here = seen.path(&format!("/blockers/{number}"));
            let refused = Refused::new(deed.as_str(), typed, refusal);
            page(app, &reader, seen, number, Some(deed), Some(&refused)).await
        }
        Err(error) => Err(error.into()),
    }
}

async fn send(
    app: &App,
    seen: &Seen,
    id: &ReleaseId,
    number: BlockerNumber,
    deed: Deed,
    typed: &Typed,
) -> Result<SettledResponse, AppError> {
    let text = |name: &str| typed.get(name).to_owned();
    let because = || BlockerReason { reason: text("reason") };
    let time = |name: &str| typed.some(name).and_then(|text| moment::read(&text, &seen.clock.zone));
    match deed {
        Deed::Accept => app.accept_blocker(id, number, accepting(typed)?, None).await,
        Deed::Reject => app.reject_blocker(id, number, because(), None).await,
        Deed::Own => {
            let request = OwnRequest { owner: owner(typed)?, reason: typed.some("reason") };
            app.own_blocker(id, number, request, None).await
        }
        Deed::Status | Deed::Note => {
            let kind = if deed == Deed::Note { Kind::Note } else { Kind::Status };
            let next_update = time("next").filter(|_| kind == Kind::Status);
            let request = UpdateRequest { kind, text: text("text"), next_update, behalf: typed.behalf() };
            app.update_blocker(id, number, request, None).await
        }
        Deed::Resolve => app.resolve_blocker(id, number, resolving(typed)?, None).await,
        Deed::Waive => {
            let function =
                typed.must("function", Function::parse, "Say for which function it is accepted.")?;
            let (reason, users) = (text("reason"), text("users"));
            let request = WaiveRequest { function, reason, users, behalf: typed.behalf() };
            app.waive_blocker(id, number, request, None).await
        }
        Deed::Defer => {
            let to = match (typed.some("release"), time("moment")) {
                (Some(name), None) => {
                    let release = ReleaseName::parse(&name).map_err(invalid)?;
                    DeferredTo::Release { release }
                }
                (None, Some(moment)) => DeferredTo::Moment { moment },
                _ => {
                    let ask = "Say either to which release it is put off, or until when.";
                    return Err(Refusal::invalid(ask).into());
                }
            };
            app.defer_blocker(id, number, DeferRequest { to, reason: text("reason") }, None).await
        }
        Deed::Withdraw => app.withdraw_blocker(id, number, because(), None).await,
        Deed::Merge => {
            let into = typed.get("into").parse();
            let into = into.map_err(|_| Refusal::invalid("Choose the blocker that it is the same as."))?;
            app.merge_blocker(id, number, MergeRequest { into }, None).await
        }
        Deed::Reopen => app.reopen_blocker(id, number, because(), None).await,
        Deed::Link => app.link_blocker(id, number, LinkRequest { link: link_of(typed)? }, None).await,
        Deed::Unlink => app.unlink_blocker(id, number, LinkRequest { link: link_of(typed)? }, None).await,
    }
}

fn invalid(error: impl ToString) -> Refusal {
    Refusal::invalid(format!("{}.", error.to_string().trim_end_matches('.')))
}

/// Reads who owns it.
pub(in crate::web) fn owner(typed: &Typed) -> Result<OwnerRequest, Refusal> {
    let function = typed.must("function", Function::parse, "Say in which function they see to it.")?;
    Ok(OwnerRequest { who: Some(typed.named().meant()), function })
}

fn accepting(typed: &Typed) -> Result<AcceptRequest, Refusal> {
    let meant = typed.named().meant();
    Ok(match typed.get("whose") {
        // Somebody owns it already.
        "" => AcceptRequest::default(),
        "asked" => AcceptRequest { owner: None, asked: Some(meant) },
        _ => AcceptRequest { owner: Some(owner(typed)?), asked: None },
    })
}

fn resolving(typed: &Typed) -> Result<ResolveRequest, Refusal> {
    let build = match typed.some("build") {
        None => None,
        Some(text) => {
            let (track, build) = text.split_once('/').ok_or_else(|| Refusal::invalid("Choose a build."))?;
            let track = track.parse().map_err(invalid)?;
            Some(OnBuild { track, build: build.parse().map_err(invalid)? })
        }
    };
    let run = match typed.some("run").map(|text| text.trim_start_matches('#').parse::<i64>()) {
        None => None,
        Some(Ok(run)) => Some(Position(run)),
        Some(Err(_)) => return Err(Refusal::invalid("Name the evidence by its number, as it is listed.")),
    };
    Ok(ResolveRequest { evidence: typed.get("evidence").to_owned(), build, run, url: typed.some("url") })
}
