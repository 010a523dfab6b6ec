//! Waivers: asking for one, approving, refusing, taking back; and the list of them, with what each costs users.
//!
//! Invariant: whoever may not answer is told who can.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use domain::command::waiver::{self as command, not_by_the_asker};
use domain::cost::{Cost, cost};
use domain::criterion::Function;
use domain::envelope::{ActorId, Position};
use domain::event::WaiverRequested;
use domain::happening::About;
use domain::id::{ReleaseId, TrackId};
use domain::permission::{Act, Role, Whose};
use domain::readiness;
use domain::release::Release;
use domain::time::Time;
use domain::waiver::{Answer, End, Scope, Standing, Subject, Waiver};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::evaluator::Compiled;
use super::judgement::{SinceLine, lines_since};
use super::moved::Seen;
use super::page::{AfterPosition, Limit, Page};
use super::person::{NamesNow, OnBehalf};
use super::said::Said;
use super::settle::SettledResponse;
use super::{App, AppError};

/// What somebody asks to have accepted as it is.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WaiverRequest {
    pub subject: Subject,
    pub track: TrackId,
    pub scope: Scope,
    /// Why it should be accepted as it is.
    #[schema(value_type = Said, example = "It was there in 4.1 too, and nobody wrote to support.")]
    pub reason: String,
    /// What is done meanwhile so that users are hurt less.
    #[schema(value_type = Said, example = "Support has the workaround; the fix is in 4.2.1.")]
    pub mitigation: String,
    /// When it stops counting: at most 180 days from now.
    pub expires: Time,
}

/// The word of a function that may accept it.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApproveRequest {
    /// The function that accepts it.
    pub function: Function,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Whose word it is, if it is not that of whoever records it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub behalf: Option<OnBehalf>,
}

/// Why a waiver is refused or taken back.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EndWaiverRequest {
    #[schema(value_type = Said, example = "Too many users would meet it.")]
    pub reason: String,
}

/// Which waivers to list.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct WaiversQuery {
    /// Only those of this track.
    #[serde(default)]
    pub track: Option<TrackId>,
    /// Only those that stand so.
    #[serde(default)]
    #[param(inline)]
    pub standing: Option<Standing>,
    #[serde(default)]
    pub after: Option<AfterPosition>,
    #[serde(default)]
    #[param(value_type = Option<Limit>)]
    pub limit: Limit,
}

/// A line in the list of waivers.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct WaiverLine {
    pub waiver: Position,
    pub standing: Standing,
    pub subject: Subject,
    /// The subject, as readers see it.
    #[schema(example = "“Smoke passed on the candidate”")]
    pub what: String,
    pub track: TrackId,
    pub scope: Scope,
    pub reason: String,
    pub mitigation: String,
    pub expires: Time,
    pub by: String,
    pub at: Time,
    /// The functions that may approve it.
    pub approvers: Vec<Function>,
    /// Whose word approved it, and how it came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approved_by: Option<String>,
    /// The function that approved it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub function: Option<Function>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approved_at: Option<Time>,
    /// What ended it, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<String>,
    /// What it costs users, in the words of the impact.
    pub costs: Vec<CostLine>,
    /// What was corrected since it was approved.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub since: Vec<SinceLine>,
}

/// One thing that users may meet because of a waiver.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct CostLine {
    pub sentence: String,
    /// False where nobody has said what it is for users.
    pub translated: bool,
    pub about: About,
}

impl From<Cost> for CostLine {
    fn from(Cost { sentence, translated, about }: Cost) -> Self {
        Self { sentence, translated, about }
    }
}

impl App {
    /// Asks for a waiver, if the release is still as it was seen.
    pub async fn request_waiver(
        &self,
        id: &ReleaseId,
        request: WaiverRequest,
        seen: Option<&Seen>,
    ) -> Result<SettledResponse, AppError> {
        self.allows(Act::Report, Whose::Own)?;
        let WaiverRequest { subject, track, scope, reason, mitigation, expires } = request;
        let wanted = WaiverRequested { subject, track, scope, reason, mitigation, expires };
        let (actor, now) = (self.actor().await?, self.now());
        self.settle(id, seen, None, |release| command::request(release, &wanted, &actor, now)).await
    }

    /// Approves a waiver for a function, if the release is still as it was seen.
    pub async fn approve_waiver(
        &self,
        id: &ReleaseId,
        position: Position,
        request: ApproveRequest,
        seen: Option<&Seen>,
    ) -> Result<SettledResponse, AppError> {
        let ApproveRequest { function, note, behalf } = request;
        let (found, speaker) = self.giver(behalf).await?;
        let now = self.now();
        let release = self.release(id).await?;
        let of_asker = |waiver: &&Waiver| {
            waiver.standing(now) == Standing::Requested
                && (speaker.actor == waiver.by || *speaker.whose() == waiver.by)
        };
        if let Some(waiver) = release.waiver(position).filter(of_asker)
            && !waiver.approvers(&release).is_empty()
        {
            let (names, able) = (self.names_now().await?, self.able(waiver.approvers(&release)).await?);
            let able: Vec<&str> = able.iter().filter(|id| **id != waiver.by).map(|id| names.of(id)).collect();
            return Err(not_by_the_asker(&release, waiver, names.of(&waiver.by), &able).into());
        }
        let decide =
            |release: &Release| command::approve(release, position, function, note.as_deref(), &speaker, now);
        self.settle(id, seen, found, decide).await
    }

    /// Returns those with an account who may speak for any of these functions.
    async fn able(&self, functions: &[Function]) -> Result<Vec<ActorId>, AppError> {
        let accounts = self.journal().accounts().await?.into_iter().filter(|(_, account)| {
            let speaks = |name: &String| Function::parse(name).is_some_and(|of| functions.contains(&of));
            let may = Role::parse(&account.role).is_some_and(|role| role >= Role::Contributor);
            account.disabled_at.is_none() && may && account.functions.iter().any(speaks)
        });
        Ok(accounts.map(|(person, _)| person.id).collect())
    }

    /// Refuses a waiver, if the release is still as it was seen.
    pub async fn refuse_waiver(
        &self,
        id: &ReleaseId,
        position: Position,
        request: EndWaiverRequest,
        seen: Option<&Seen>,
    ) -> Result<SettledResponse, AppError> {
        self.allows(Act::GiveWord, Whose::Own)?;
        let ((_, speaker), now) = (self.speaker(None).await?, self.now());
        let decide = |release: &Release| command::reject(release, position, &request.reason, &speaker, now);
        self.settle(id, seen, None, decide).await
    }

    /// Takes a waiver back, if the release is still as it was seen.
    pub async fn revoke_waiver(
        &self,
        id: &ReleaseId,
        position: Position,
        request: EndWaiverRequest,
        seen: Option<&Seen>,
    ) -> Result<SettledResponse, AppError> {
        self.allows(Act::Report, Whose::Own)?;
        let ((_, speaker), now) = (self.speaker(None).await?, self.now());
        let coordinates = self.who.role().is_some_and(|role| role >= Role::Coordinator);
        let decide = |release: &Release| {
            command::revoke(release, position, &request.reason, &speaker, coordinates, now)
        };
        self.settle(id, seen, None, decide).await
    }

    /// Lists waivers, the latest first, a page at a time; with the position that the release is at.
    pub async fn waivers(
        &self,
        id: &ReleaseId,
        query: WaiversQuery,
    ) -> Result<(Position, Page<WaiverLine>), AppError> {
        let (release, names, now) = (self.release(id).await?, self.names_now().await?, self.now());
        if let Some(track) = &query.track {
            domain::command::evidence::track(&release, track)?;
        }
        let before = query.after.map_or(Position(i64::MAX), |AfterPosition(position)| position);
        let wanted = |waiver: &&Waiver| {
            waiver.position < before
                && query.track.as_ref().is_none_or(|track| *track == waiver.track)
                && query.standing.is_none_or(|standing| standing == waiver.standing(now))
        };
        let waivers = release.waivers.iter().rev().filter(wanted);
        let page = Page::of(waivers, query.limit, |waiver| waiver.position.to_string());
        let mut costs = self.costs(&release, &page.items, now).await?;
        let line = |waiver: &Waiver| {
            waiver_line(&release, waiver, &names, now, costs.remove(&waiver.position).unwrap_or_default())
        };
        let items = page.items.iter().copied().map(line).collect();
        Ok((release.position, Page { items, next: page.next }))
    }

    /// Tells what waivers cost users, as criteria and impacts are at a moment.
    pub(crate) async fn costs(
        &self,
        release: &Arc<Release>,
        waivers: &[&Waiver],
        at: Time,
    ) -> Result<BTreeMap<Position, Vec<Cost>>, AppError> {
        let of = waivers.iter().map(|waiver| (waiver.position, waiver.track.clone(), waiver.subject.clone()));
        self.costs_of(release, of.collect(), at).await
    }

    /// Tells what it costs users to accept things as they are, by whatever they are numbered with.
    pub(crate) async fn costs_of(
        &self,
        release: &Arc<Release>,
        subjects: Vec<(Position, TrackId, Subject)>,
        at: Time,
    ) -> Result<BTreeMap<Position, Vec<Cost>>, AppError> {
        let of_criteria =
            |(_, _, subject): &(Position, TrackId, Subject)| matches!(subject, Subject::Criterion { .. });
        if !subjects.iter().any(of_criteria) {
            let told = subjects.iter().map(|(number, _, subject)| (*number, cost(release, subject, None)));
            return Ok(told.collect());
        }
        let merges = self.merges_for(release, at).await?;
        let release = release.clone();
        let costs = self.inner.evaluator.run(move |compiled: &mut Compiled| {
            let compiled = RefCell::new(compiled);
            let evaluate = |rule: &_, facts: &_| compiled.borrow_mut().evaluate(rule, facts);
            let mut tracks = BTreeMap::new();
            let mut costs = BTreeMap::new();
            for (number, id, subject) in &subjects {
                let Some(track) = release.tracks.get(id) else { continue };
                let told = match subject {
                    Subject::Defect { .. } => cost(&release, subject, None),
                    Subject::Criterion { .. } => {
                        let judged = tracks
                            .entry(id)
                            .or_insert_with(|| readiness::judge(&release, track, at, &merges, &evaluate));
                        cost(&release, subject, Some(judged))
                    }
                };
                costs.insert(*number, told);
            }
            costs
        });
        costs.await
    }
}

fn waiver_line(
    release: &Release,
    waiver: &Waiver,
    names: &NamesNow,
    now: Time,
    costs: Vec<Cost>,
) -> WaiverLine {
    let approved = match &waiver.answer {
        Some(Answer::Approved { function, note, at, position, .. }) => Some((function, note, at, position)),
        _ => None,
    };
    let ended = match (&waiver.answer, &waiver.end) {
        (_, Some(End::Revoked { by, reason, .. })) => Some(format!("revoked by {}: {reason}", names.of(by))),
        (_, Some(End::Lapsed { why, .. })) => Some(format!("lapsed: {why}")),
        (Some(Answer::Rejected { by, reason, .. }), _) => {
            Some(format!("refused by {}: {reason}", names.of(by)))
        }
        _ if waiver.expires <= now => Some("expired".to_owned()),
        _ => None,
    };
    WaiverLine {
        waiver: waiver.position,
        standing: waiver.standing(now),
        subject: waiver.subject.clone(),
        what: waiver.subject.told(release),
        track: waiver.track.clone(),
        scope: waiver.scope.clone(),
        reason: waiver.reason.clone(),
        mitigation: waiver.mitigation.clone(),
        expires: waiver.expires,
        by: names.of(&waiver.by).to_owned(),
        at: waiver.at,
        approvers: waiver.approvers(release).to_vec(),
        approved_by: waiver.approver().map(|voice| names.told(voice)),
        function: approved.map(|(function, ..)| *function),
        note: approved.and_then(|(_, note, ..)| note.clone()),
        approved_at: approved.map(|(_, _, at, _)| *at),
        ended,
        costs: costs.into_iter().map(CostLine::from).collect(),
        since: approved
            .map(|(.., position)| lines_since(release, &waiver.track, *position))
            .unwrap_or_default(),
    }
}
