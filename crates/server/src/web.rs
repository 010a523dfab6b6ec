//! The pages.
//!
//! Invariant: a page loads, asks `domain` what to say, and draws; it decides nothing. It works without script, and
//! nothing in it needs inline script or style.

mod account;
mod api;
mod ask;
mod asked;
mod asks;
mod assets;
mod bare;
mod blocker;
mod blockers;
mod calendar;
mod candidate;
mod change;
mod changes;
mod contents;
mod correct;
mod defect;
mod defects;
mod definition;
mod describe;
mod erase;
mod evidence;
mod exposed;
mod fleet;
mod frame;
mod gallery;
mod import;
mod journal;
mod live;
mod login;
mod mark;
mod moment;
mod oidc;
mod outbox;
mod parts;
mod people;
mod preferences;
mod propose;
mod reader;
mod record;
mod release;
mod report;
mod risk;
mod risks;
mod run;
mod seen;
mod shipping;
mod sign;
mod sign_in;
mod stood;
mod timeline;
mod track;
mod translate;
mod trouble;
mod typed;
mod waiver;
mod waivers;
mod whole;
mod whom;

pub(crate) use parts::timeline::address;
use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRef};
use axum::middleware;
use axum::routing::{get, post};
use domain::permission::Act;
use tokio_util::sync::CancellationToken;

use crate::api::Served;
use crate::app::App;
use crate::door::{Access, Door, Doors};

/// The largest form, in bytes.
const FORM_LIMIT: usize = 1 << 20;
/// The largest form with a file in it: the file, and what is around it.
const ATTACHED_LIMIT: usize = crate::app::attachment::LARGEST + FORM_LIMIT;
/// The largest form with a list in it.
const IMPORT_LIMIT: usize = domain::import::LARGEST + FORM_LIMIT;

/// The largest form with a calendar in it.
const CALENDAR_LIMIT: usize = domain::calendar::ics::LARGEST + FORM_LIMIT;

/// What pages share.
#[derive(Clone, Debug)]
pub(crate) struct Web {
    app: App,
    access: Access,
    /// Ends open streams.
    stop: CancellationToken,
    /// What the API says of itself.
    described: Arc<Served>,
}

impl FromRef<Web> for App {
    fn from_ref(web: &Web) -> Self {
        web.app.clone()
    }
}

/// Returns every route of the pages, and the door that each is behind.
pub(crate) fn router(
    app: App,
    access: Access,
    stop: CancellationToken,
    described: Arc<Served>,
) -> (Router, Vec<Door>) {
    let web = Web { app: app.clone(), access, stop, described };
    let (router, doors) = Doors::<Web>::new(app.clone(), access)
        .get(Act::Read, "/", fleet::fleet)
        .get(Act::Read, "/releases/{product}/{name}", release::release)
        .get(Act::Read, "/releases/{product}/{name}/tracks/{track}", track::track)
        .get(Act::Read, "/releases/{product}/{name}/definition", definition::show)
        .get(Act::Read, "/releases/{product}/{name}/definition/{version}", definition::version)
        .get(Act::Read, "/releases/{product}/{name}/definition/difference", definition::difference)
        .get(Act::Define, "/releases/{product}/{name}/definition/draft", definition::form)
        .post(Act::Define, "/releases/{product}/{name}/definition/draft", definition::edit)
        .post(Act::Define, "/releases/{product}/{name}/definition/trial", definition::trial)
        .post(Act::GiveWord, "/releases/{product}/{name}/definition/agree", definition::agree)
        .post(Act::Define, "/releases/{product}/{name}/definition/drop", definition::drop_draft)
        .get(Act::Read, "/releases/{product}/{name}/evidence", evidence::list)
        .get(Act::Read, "/releases/{product}/{name}/evidence/{position}", run::show)
        .post(Act::WithdrawEvidence, "/releases/{product}/{name}/evidence/{position}/withdraw", run::withdraw)
        .get(Act::Read, "/releases/{product}/{name}/evidence/{position}/attachment", record::attachment)
        .get(Act::Read, "/releases/{product}/{name}/evidence/{position}/photos/{number}", record::photo)
        .post(
            Act::WithdrawEvidence,
            "/releases/{product}/{name}/evidence/{position}/correct",
            correct::correct,
        )
        .post(Act::Nominate, "/releases/{product}/{name}/evidence/{position}/carry", correct::carry)
        .get(Act::Nominate, "/releases/{product}/{name}/tracks/{track}/candidate", candidate::form)
        .post(Act::Nominate, "/releases/{product}/{name}/tracks/{track}/candidate", candidate::nominate)
        .get(Act::GiveWord, "/releases/{product}/{name}/tracks/{track}/signoffs/new", sign::sign_off_form)
        .post(Act::GiveWord, "/releases/{product}/{name}/tracks/{track}/signoffs", sign::sign_off)
        .get(Act::Assess, "/releases/{product}/{name}/tracks/{track}/assessments/new", sign::assess_form)
        .post(Act::Assess, "/releases/{product}/{name}/tracks/{track}/assessments", sign::assess)
        .get(Act::Read, "/releases/{product}/{name}/tracks/{track}/way", shipping::show)
        .post(Act::HandOver, "/releases/{product}/{name}/tracks/{track}/handoffs", shipping::offer)
        .post(Act::HandOver, "/releases/{product}/{name}/tracks/{track}/handoffs/{handoff}", shipping::answer)
        .post(Act::Submit, "/releases/{product}/{name}/tracks/{track}/submissions", shipping::submit)
        .post(Act::TellStore, "/releases/{product}/{name}/tracks/{track}/store", shipping::tell)
        .post(Act::Steer, "/releases/{product}/{name}/tracks/{track}/course", shipping::turn)
        .get(Act::Read, "/releases/{product}/{name}/waivers", waivers::list)
        .post(Act::Report, "/releases/{product}/{name}/waivers", waiver::request)
        .get(Act::Report, "/releases/{product}/{name}/waivers/new", waiver::form)
        .get(Act::Read, "/releases/{product}/{name}/waivers/{position}", waiver::show)
        .post(Act::GiveWord, "/releases/{product}/{name}/waivers/{position}/approve", waiver::approve)
        .post(Act::GiveWord, "/releases/{product}/{name}/waivers/{position}/refuse", waiver::refuse)
        .post(Act::Report, "/releases/{product}/{name}/waivers/{position}/revoke", waiver::revoke)
        .get(Act::BringEvidence, "/releases/{product}/{name}/record", record::form)
        .post_large(Act::BringEvidence, "/releases/{product}/{name}/record", record::record, ATTACHED_LIMIT)
        .get(Act::Report, "/releases/{product}/{name}/import", import::form)
        .post_large(Act::Report, "/releases/{product}/{name}/import", import::import, IMPORT_LIMIT)
        .get(Act::Read, "/releases/{product}/{name}/asks", asks::list)
        .post(Act::Ask, "/releases/{product}/{name}/asks", ask::ask)
        .get(Act::Ask, "/releases/{product}/{name}/asks/new", ask::form)
        .post(Act::Ask, "/releases/{product}/{name}/asks/{position}/link", ask::anew)
        .post(Act::Ask, "/releases/{product}/{name}/asks/{position}/withdraw", asks::withdraw)
        .get(Act::Read, "/releases/{product}/{name}/defects", defects::list)
        .post(Act::Report, "/releases/{product}/{name}/defects", report::report)
        .get(Act::Report, "/releases/{product}/{name}/new-defect", report::form)
        .get(Act::Read, "/releases/{product}/{name}/defects/{key}", defect::show)
        .get(Act::Report, "/releases/{product}/{name}/defects/{key}/impact", translate::form)
        .post(Act::Report, "/releases/{product}/{name}/defects/{key}/impact", translate::tell)
        .post(Act::Report, "/releases/{product}/{name}/defects/{key}/exposures", exposed::tell)
        .post(Act::Scope, "/releases/{product}/{name}/defects/{key}/deferral", defect::defer)
        .post(Act::Scope, "/releases/{product}/{name}/defects/{key}/withdrawal", defect::withdraw)
        .post(Act::Scope, "/releases/{product}/{name}/defects/{key}/return", defect::put_back)
        .get(Act::Read, "/releases/{product}/{name}/contents", contents::list)
        .post(Act::Report, "/releases/{product}/{name}/contents", describe::describe)
        .get(Act::Report, "/releases/{product}/{name}/new-change", describe::form)
        .get(Act::Read, "/releases/{product}/{name}/contents/{key}", change::show)
        .post(Act::GiveWord, "/releases/{product}/{name}/contents/{key}/word", change::word)
        .post(Act::Scope, "/releases/{product}/{name}/contents/{key}/removal", change::remove)
        .post(Act::Scope, "/releases/{product}/{name}/contents/{key}/return", change::put_back)
        .get(Act::Read, "/releases/{product}/{name}/risks", risks::list)
        .post(Act::Report, "/releases/{product}/{name}/risks", risk::note)
        .get(Act::Report, "/releases/{product}/{name}/risks/new", risk::new)
        .get(Act::Report, "/releases/{product}/{name}/risks/{position}", risk::revise)
        .post(Act::Report, "/releases/{product}/{name}/risks/{position}", risk::save_revision)
        .post(Act::Scope, "/releases/{product}/{name}/risks/{position}/closing", risks::close)
        .get(Act::Read, "/releases/{product}/{name}/timeline", timeline::show)
        .post(Act::Schedule, "/releases/{product}/{name}/timeline/target", timeline::target)
        .post(Act::Schedule, "/releases/{product}/{name}/timeline/plan", timeline::plan)
        .post(Act::Schedule, "/releases/{product}/{name}/timeline/removal", timeline::drop)
        .post(Act::Schedule, "/releases/{product}/{name}/timeline/milestones", timeline::add)
        .post(Act::Reach, "/releases/{product}/{name}/timeline/reached", timeline::reached)
        .post(Act::Reach, "/releases/{product}/{name}/timeline/withdrawal", timeline::withdraw)
        .get(Act::Read, "/products/{product}/calendar", calendar::show)
        .post_large(Act::Schedule, "/products/{product}/calendar/holidays", calendar::import, CALENDAR_LIMIT)
        .post(Act::Schedule, "/products/{product}/calendar/removals", calendar::remove)
        .get(Act::Read, "/releases/{product}/{name}/blockers", blockers::list)
        .post(Act::Report, "/releases/{product}/{name}/blockers", propose::propose)
        .get(Act::Report, "/releases/{product}/{name}/blockers/new", propose::form)
        .get(Act::Read, "/releases/{product}/{name}/blockers/{blocker}", blocker::show)
        .post(Act::Scope, "/releases/{product}/{name}/blockers/{blocker}/accept", blocker::accept)
        .post(Act::Scope, "/releases/{product}/{name}/blockers/{blocker}/reject", blocker::reject)
        .post(Act::Report, "/releases/{product}/{name}/blockers/{blocker}/own", blocker::own)
        .post(Act::GiveWord, "/releases/{product}/{name}/blockers/{blocker}/update", blocker::update)
        .post(Act::Scope, "/releases/{product}/{name}/blockers/{blocker}/resolve", blocker::resolve)
        .post(Act::GiveWord, "/releases/{product}/{name}/blockers/{blocker}/waive", blocker::waive)
        .post(Act::Scope, "/releases/{product}/{name}/blockers/{blocker}/defer", blocker::defer)
        .post(Act::Scope, "/releases/{product}/{name}/blockers/{blocker}/withdraw", blocker::withdraw)
        .post(Act::Scope, "/releases/{product}/{name}/blockers/{blocker}/merge", blocker::merge)
        .post(Act::Report, "/releases/{product}/{name}/blockers/{blocker}/reopen", blocker::reopen)
        .post(Act::Report, "/releases/{product}/{name}/blockers/{blocker}/link", blocker::link)
        .post(Act::Report, "/releases/{product}/{name}/blockers/{blocker}/unlink", blocker::unlink)
        .post(Act::Report, "/releases/{product}/{name}/lists", whole::say)
        .get(Act::Read, "/releases/{product}/{name}/changes", changes::show)
        .get(Act::Read, "/releases/{product}/{name}/journal", journal::of_release)
        .get(Act::Read, "/journal", journal::whole)
        .get(Act::Read, "/journal/{position}", journal::event)
        .get(Act::Read, "/live", live::fleet)
        .get(Act::Read, "/live/{product}/{name}", live::of_release)
        .get(Act::Read, "/gallery", gallery::gallery)
        .get(Act::KeepAccount, "/account", account::show)
        .post(Act::KeepAccount, "/account/password", account::password)
        .get(Act::KeepAccount, "/account/login", login::show)
        .post(Act::KeepAccount, "/account/login", login::decide)
        .post(Act::KeepAccount, "/account/tokens", account::make_token)
        .post(Act::KeepAccount, "/account/tokens/revoke", account::revoke_token)
        .post(Act::KeepAccount, "/account/sessions/end", account::end_session)
        .post(Act::KeepAccount, "/account/identities/link", oidc::link)
        .post(Act::KeepAccount, "/account/identities/unlink", oidc::unlink)
        .post(Act::KeepAccount, "/sign-out", sign_in::leave)
        .get(Act::KeepOutbox, "/outbox", outbox::show)
        .post(Act::KeepOutbox, "/outbox/{id}/retry", outbox::retry)
        .post(Act::KeepOutbox, "/outbox/{id}/drop", outbox::drop)
        .get(Act::ManageAccounts, "/people", people::show)
        .post(Act::ManageAccounts, "/people/invite", people::invite)
        .post(Act::ManageAccounts, "/people/withdraw", people::withdraw)
        .post(Act::ManageAccounts, "/people/reset", people::reset)
        .post(Act::ManageAccounts, "/people/change", people::change)
        .get(Act::ManageAccounts, "/people/{person}/erase", erase::show)
        .post(Act::ManageAccounts, "/people/{person}/erase", erase::erase)
        // What signs somebody in stands open, and so does what tells nothing of anybody.
        .open("GET", "/sign-in", get(sign_in::show))
        .open("POST", "/sign-in", post(sign_in::enter))
        .open("GET", "/sign-in/oidc", get(oidc::go))
        .open("GET", "/sign-in/oidc/return", get(oidc::come_back))
        .open("POST", "/demo/sign-in", post(sign_in::enter_demo))
        .open("GET", "/welcome/{secret}", get(sign_in::welcome))
        .open("POST", "/welcome/{secret}", post(sign_in::accept))
        // The act is by the link, which allows that one and no other.
        .open("GET", "/asked/{secret}", get(asked::show))
        .open("POST", "/asked/{secret}", post(asked::answer))
        .open("GET", "/preferences", get(preferences::show))
        .open("POST", "/preferences", post(preferences::choose))
        .open("GET", "/api", get(api::show))
        .open("GET", "/assets/{file}", get(assets::asset))
        .done();
    let router = router
        .fallback(trouble::nowhere)
        .method_not_allowed_fallback(trouble::nowhere)
        .layer(DefaultBodyLimit::max(FORM_LIMIT))
        .layer(middleware::from_fn_with_state(app, trouble::dress))
        .with_state(web);
    (router, doors)
}
