//! The JSON API.
//!
//! Invariant: a route reads its request, calls one use case and writes its answer; it decides nothing.

mod asks;
mod blockers;
mod calendars;
mod candidates;
mod conditions;
mod contents;
mod defects;
mod definition;
mod document;
mod evidence;
mod idempotency;
mod imports;
mod journal;
mod logins;
mod object;
mod outbox;
mod people;
mod problem;
pub(crate) mod refusals;
mod releases;
mod risks;
mod shipping;
mod timelines;
mod tokens;
mod waivers;

use std::sync::Arc;

use axum::extract::DefaultBodyLimit;
use axum::{Extension, Router};
use domain::permission::Act;
use utoipa_axum::routes;

use crate::app::App;
use crate::door::{Access, Door, Doors};

pub use crate::app::page::Page;
pub(crate) use document::{Document, MAY, Served};
pub use problem::Problem;
pub(crate) use problem::no_route;
pub use releases::ReleaseLine;

/// The largest JSON body, in bytes; reports come as a stream and have no limit.
const JSON_LIMIT: usize = 64 << 20;

/// Where the API begins.
pub(crate) const ROOT: &str = "/api/v1";

/// Returns the API alone, for a client in this process that has the data in hand.
pub fn router(app: App) -> Router {
    let (routes, _, _) = routes(app, Access::Machine);
    Router::new().nest(ROOT, routes).fallback(problem::no_route)
}

/// Returns every route of the API, from its root on, the door that each is behind, and what it says of itself.
pub(crate) fn routes(app: App, access: Access) -> (Router, Vec<Door>, Arc<Served>) {
    let (router, doors, document) = Doors::new(app.clone(), access)
        .api(Act::Apply, routes!(releases::apply))
        .api(Act::Read, routes!(releases::list))
        .api(Act::Read, routes!(releases::check))
        .api(Act::Read, routes!(releases::knowledge))
        .api(Act::Read, routes!(releases::changes))
        .api(Act::Read, routes!(releases::facts))
        .api(Act::Read, routes!(definition::show))
        .api(Act::Read, routes!(definition::version))
        .api(Act::Read, routes!(definition::difference))
        .api(Act::Define, routes!(definition::draft))
        .api(Act::GiveWord, routes!(definition::agree))
        .api(Act::Define, routes!(definition::drop))
        .api(Act::Read, routes!(definition::trial))
        .api(Act::Read, routes!(definition::presets))
        .api(Act::Read, routes!(evidence::list))
        .api(Act::Read, routes!(evidence::cases))
        .api(Act::BringEvidence, routes!(evidence::ingest))
        .api(Act::BringEvidence, routes!(evidence::attest))
        .api(Act::BringEvidence, routes!(evidence::summarize))
        .api(Act::WithdrawEvidence, routes!(evidence::withdraw))
        .api(Act::WithdrawEvidence, routes!(evidence::correct))
        .api(Act::BringEvidence, routes!(asks::attach))
        .api(Act::Nominate, routes!(candidates::nominate))
        .api(Act::Nominate, routes!(candidates::carry))
        .api(Act::GiveWord, routes!(candidates::sign_off))
        .api(Act::Read, routes!(shipping::shipping))
        .api(Act::HandOver, routes!(shipping::answer))
        .api(Act::HandOver, routes!(shipping::offer))
        .api(Act::Submit, routes!(shipping::submit))
        .api(Act::TellStore, routes!(shipping::store_says))
        .api(Act::TellStore, routes!(shipping::tell_rollout))
        .api(Act::TellStore, routes!(shipping::expedite))
        .api(Act::TellStore, routes!(shipping::plan_rework))
        .api(Act::Steer, routes!(shipping::turn_course))
        .api(Act::Read, routes!(candidates::assessments))
        .api(Act::Assess, routes!(candidates::assess))
        .api(Act::Read, routes!(waivers::list))
        .api(Act::Report, routes!(waivers::request))
        .api(Act::GiveWord, routes!(waivers::approve))
        .api(Act::GiveWord, routes!(waivers::refuse))
        .api(Act::Report, routes!(waivers::revoke))
        .api(Act::Report, routes!(imports::import))
        .api(Act::Read, routes!(asks::list))
        .api(Act::Ask, routes!(asks::ask))
        .api(Act::Ask, routes!(asks::anew))
        .api(Act::Ask, routes!(asks::withdraw))
        .api(Act::Read, routes!(defects::list))
        .api(Act::Report, routes!(defects::report))
        .api(Act::Read, routes!(defects::show))
        .api(Act::Report, routes!(defects::impact))
        .api(Act::Report, routes!(defects::expose))
        .api(Act::Scope, routes!(defects::defer))
        .api(Act::Scope, routes!(defects::withdraw))
        .api(Act::Scope, routes!(defects::put_back))
        .api(Act::Read, routes!(contents::list))
        .api(Act::Report, routes!(contents::describe))
        .api(Act::Read, routes!(contents::show))
        .api(Act::GiveWord, routes!(contents::word))
        .api(Act::Scope, routes!(contents::remove))
        .api(Act::Scope, routes!(contents::put_back))
        .api(Act::Read, routes!(risks::list))
        .api(Act::Report, routes!(risks::note))
        .api(Act::Report, routes!(risks::revise))
        .api(Act::Scope, routes!(risks::close))
        .api(Act::Report, routes!(risks::whole))
        .api(Act::Read, routes!(timelines::show))
        .api(Act::Schedule, routes!(timelines::target))
        .api(Act::Schedule, routes!(timelines::add))
        .api(Act::Schedule, routes!(timelines::plan))
        .api(Act::Reach, routes!(timelines::reach))
        .api(Act::Reach, routes!(timelines::withdraw))
        .api(Act::Schedule, routes!(timelines::drop))
        .api(Act::Read, routes!(calendars::show))
        .api(Act::Schedule, routes!(calendars::import))
        .api(Act::Schedule, routes!(calendars::remove))
        .api(Act::Read, routes!(blockers::list))
        .api(Act::Report, routes!(blockers::propose))
        .api(Act::Read, routes!(blockers::show))
        .api(Act::Scope, routes!(blockers::ending::accept))
        .api(Act::Scope, routes!(blockers::ending::reject))
        .api(Act::Report, routes!(blockers::own))
        .api(Act::GiveWord, routes!(blockers::update))
        .api(Act::Scope, routes!(blockers::ending::resolve))
        .api(Act::GiveWord, routes!(blockers::ending::waive))
        .api(Act::Scope, routes!(blockers::ending::defer))
        .api(Act::Scope, routes!(blockers::ending::withdraw))
        .api(Act::Scope, routes!(blockers::ending::merge))
        .api(Act::Report, routes!(blockers::ending::reopen))
        .api(Act::Report, routes!(blockers::link))
        .api(Act::Report, routes!(blockers::unlink))
        .api(Act::Read, routes!(journal::head))
        .api(Act::VerifyJournal, routes!(journal::verify))
        .api(Act::Read, routes!(journal::events))
        .api(Act::Read, routes!(journal::event))
        // A program that is not known yet begins here; it gets nothing until somebody confirms it in person.
        .open_api(routes!(logins::begin))
        .open_api(routes!(logins::poll))
        .api(Act::Read, routes!(logins::whoami))
        .api(Act::Read, routes!(logins::end))
        .api(Act::ManageAccounts, routes!(people::list))
        .api(Act::ManageAccounts, routes!(people::invitations, people::invite))
        .api(Act::ManageAccounts, routes!(people::withdraw_invitation))
        .api(Act::ManageAccounts, routes!(people::add_machine))
        .api(Act::ManageAccounts, routes!(people::change))
        .api(Act::ManageAccounts, routes!(people::reset_link))
        .api(Act::ManageAccounts, routes!(people::others))
        .api(Act::ManageAccounts, routes!(people::erase))
        .api(Act::KeepAccount, routes!(tokens::list, tokens::make))
        .api(Act::KeepAccount, routes!(tokens::revoke))
        .api(Act::KeepOutbox, routes!(outbox::list))
        .api(Act::KeepOutbox, routes!(outbox::retry))
        .api(Act::KeepOutbox, routes!(outbox::drop))
        // What the API is tells nothing of anybody.
        .open_api(routes!(document::serve))
        .done_with_document();
    let served = Arc::new(document.served());
    let router = router
        .fallback(problem::no_route)
        .method_not_allowed_fallback(problem::no_method)
        .layer(DefaultBodyLimit::max(JSON_LIMIT))
        .layer(Extension(served.clone()))
        .with_state(app);
    (router, doors, served)
}
