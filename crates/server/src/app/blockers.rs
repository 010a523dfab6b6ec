//! Blockers: proposing, owning, telling and ending them; and the list of them.
//!
//! Invariant: what makes a blocker weigh less is for whoever proposed or owns it, and for a coordinator.

pub mod told;
pub mod wanted;

use domain::blocker::{Blocker, BlockerNumber, Owner, Proposal, Resolution, Update};
use domain::command::blocker as command;
use domain::envelope::{ActorId, Position};
use domain::id::ReleaseId;
use domain::permission::{Act, Whose};
use domain::release::Release;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::moved::Seen;
use super::page::{AfterPosition, Page};
use super::person::Found;
use super::settle::SettledResponse;
use super::{App, AppError};
use told::{BlockerDetail, BlockerLine, detail, line};
use wanted::{
    AcceptRequest, BlockerReason, BlockersQuery, DeferRequest, LinkRequest, MergeRequest, OwnRequest,
    OwnerRequest, ProposeRequest, ResolveRequest, UpdateRequest, WaiveRequest,
};

/// What came of proposing a blocker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub struct ProposedResponse {
    /// Its number.
    pub blocker: BlockerNumber,
    /// The event that proposed it.
    pub position: Position,
    /// False when the same person had proposed the same already: then nothing changed.
    pub new: bool,
}

impl App {
    /// Proposes a blocker, if the release is still as it was seen.
    pub async fn propose_blocker(
        &self,
        id: &ReleaseId,
        request: ProposeRequest,
        seen: Option<&Seen>,
    ) -> Result<ProposedResponse, AppError> {
        self.allows(Act::Report, Whose::Own)?;
        let (by, now) = (self.actor().await?, self.now());
        let ProposeRequest { title, tracks, threatens, details, owner, links } = request;
        let (found, owner) = self.perhaps_owner(owner).await?;
        let proposal = Proposal { title, tracks, threatens, details, owner, links };
        let decide = |release: &Release| command::propose(release, proposal.clone(), &by, now);
        let SettledResponse { position, new } = self.settle(id, seen, found, decide).await?;
        let release = self.release(id).await?;
        let proposed = release.blockers.iter().rev().find(|blocker| blocker.position == position);
        let blocker = proposed.ok_or_else(|| AppError::Internal(format!("no blocker at {position}")))?.number;
        Ok(ProposedResponse { blocker, position, new })
    }

    /// Says that a blocker is one, with who owns it or who is asked to.
    pub async fn accept_blocker(
        &self,
        id: &ReleaseId,
        number: BlockerNumber,
        request: AcceptRequest,
        seen: Option<&Seen>,
    ) -> Result<SettledResponse, AppError> {
        self.may_settle(id, number, Settler::Owner).await?;
        let (by, now) = (self.actor().await?, self.now());
        let (of_owner, owner) = self.perhaps_owner(request.owner).await?;
        let asked = match &request.asked {
            Some(meant) => Some(self.find_person(meant).await?),
            None => None,
        };
        let person = asked.as_ref().map(|found| found.id.clone());
        let decide =
            |release: &Release| command::accept(release, number, owner.clone(), person.clone(), &by, now);
        self.settle(id, seen, of_owner.or(asked), decide).await
    }

    /// Says that a blocker is none.
    pub async fn reject_blocker(
        &self,
        id: &ReleaseId,
        number: BlockerNumber,
        request: BlockerReason,
        seen: Option<&Seen>,
    ) -> Result<SettledResponse, AppError> {
        self.may_settle(id, number, Settler::Proposer).await?;
        let (by, now) = (self.actor().await?, self.now());
        self.settle(id, seen, None, |release| command::reject(release, number, &request.reason, &by, now))
            .await
    }

    /// Gives a blocker to somebody, or takes it oneself.
    pub async fn own_blocker(
        &self,
        id: &ReleaseId,
        number: BlockerNumber,
        request: OwnRequest,
        seen: Option<&Seen>,
    ) -> Result<SettledResponse, AppError> {
        self.allows(Act::Report, Whose::Own)?;
        let release = self.release(id).await?;
        if command::find(&release, number)?.owner.is_some() {
            // What nobody owns anybody may take; what somebody owns is handed over.
            self.may_settle(id, number, Settler::Owner).await?;
        }
        let (now, OwnRequest { owner, reason }) = (self.now(), request);
        let (found, owner) = self.one_owner(owner).await?;
        let decide = |release: &Release| command::own(release, number, owner.clone(), reason.as_deref(), now);
        self.settle(id, seen, found, decide).await
    }

    /// Says where a blocker stands, or notes something about it.
    pub async fn update_blocker(
        &self,
        id: &ReleaseId,
        number: BlockerNumber,
        request: UpdateRequest,
        seen: Option<&Seen>,
    ) -> Result<SettledResponse, AppError> {
        let UpdateRequest { kind, text, next_update, behalf } = request;
        let (found, speaker) = self.giver(behalf).await?;
        let (now, update) = (self.now(), Update { kind, text, next_update });
        let decide = |release: &Release| command::update(release, number, update.clone(), &speaker, now);
        self.settle(id, seen, found, decide).await
    }

    /// Resolves a blocker by what shows that it is.
    pub async fn resolve_blocker(
        &self,
        id: &ReleaseId,
        number: BlockerNumber,
        request: ResolveRequest,
        seen: Option<&Seen>,
    ) -> Result<SettledResponse, AppError> {
        self.may_settle(id, number, Settler::Owner).await?;
        let (by, now) = (self.actor().await?, self.now());
        let ResolveRequest { evidence, build, run, url } = request;
        let resolution = Resolution { evidence, build, run, url };
        let decide = |release: &Release| command::resolve(release, number, resolution.clone(), &by, now);
        self.settle(id, seen, None, decide).await
    }

    /// Accepts a blocker as it is, for a function that may.
    pub async fn waive_blocker(
        &self,
        id: &ReleaseId,
        number: BlockerNumber,
        request: WaiveRequest,
        seen: Option<&Seen>,
    ) -> Result<SettledResponse, AppError> {
        let WaiveRequest { function, reason, users, behalf } = request;
        let (found, speaker) = self.giver(behalf).await?;
        let (now, waiving) = (self.now(), command::Waiving { function, reason, users });
        self.settle(id, seen, found, |release| command::waive(release, number, &waiving, &speaker, now)).await
    }

    /// Puts a blocker off.
    pub async fn defer_blocker(
        &self,
        id: &ReleaseId,
        number: BlockerNumber,
        request: DeferRequest,
        seen: Option<&Seen>,
    ) -> Result<SettledResponse, AppError> {
        self.may_settle(id, number, Settler::Proposer).await?;
        let (by, now, DeferRequest { to, reason }) = (self.actor().await?, self.now(), request);
        let decide = |release: &Release| command::defer(release, number, to.clone(), &reason, &by, now);
        self.settle(id, seen, None, decide).await
    }

    /// Takes a blocker back that was a mistake.
    pub async fn withdraw_blocker(
        &self,
        id: &ReleaseId,
        number: BlockerNumber,
        request: BlockerReason,
        seen: Option<&Seen>,
    ) -> Result<SettledResponse, AppError> {
        self.may_settle(id, number, Settler::Proposer).await?;
        let (by, now) = (self.actor().await?, self.now());
        self.settle(id, seen, None, |release| command::withdraw(release, number, &request.reason, &by, now))
            .await
    }

    /// Says that a blocker is the same as another.
    pub async fn merge_blocker(
        &self,
        id: &ReleaseId,
        number: BlockerNumber,
        request: MergeRequest,
        seen: Option<&Seen>,
    ) -> Result<SettledResponse, AppError> {
        self.may_settle(id, number, Settler::Proposer).await?;
        let (by, now) = (self.actor().await?, self.now());
        self.settle(id, seen, None, |release| command::merge(release, number, request.into, &by, now)).await
    }

    /// Says that a blocker which had ended stands in the way again.
    pub async fn reopen_blocker(
        &self,
        id: &ReleaseId,
        number: BlockerNumber,
        request: BlockerReason,
        seen: Option<&Seen>,
    ) -> Result<SettledResponse, AppError> {
        self.allows(Act::Report, Whose::Own)?;
        let (by, now) = (self.actor().await?, self.now());
        self.settle(id, seen, None, |release| command::reopen(release, number, &request.reason, &by, now))
            .await
    }

    /// Links a blocker with something.
    pub async fn link_blocker(
        &self,
        id: &ReleaseId,
        number: BlockerNumber,
        request: LinkRequest,
        seen: Option<&Seen>,
    ) -> Result<SettledResponse, AppError> {
        self.allows(Act::Report, Whose::Own)?;
        let now = self.now();
        self.settle(id, seen, None, |release| command::link(release, number, request.link.clone(), now)).await
    }

    /// Takes a link off a blocker.
    pub async fn unlink_blocker(
        &self,
        id: &ReleaseId,
        number: BlockerNumber,
        request: LinkRequest,
        seen: Option<&Seen>,
    ) -> Result<SettledResponse, AppError> {
        self.allows(Act::Report, Whose::Own)?;
        let now = self.now();
        self.settle(id, seen, None, |release| command::unlink(release, number, request.link.clone(), now))
            .await
    }

    /// Lists blockers in the order of their numbers, a page at a time; with the position that the release is at.
    pub async fn blockers(
        &self,
        id: &ReleaseId,
        query: BlockersQuery,
    ) -> Result<(Position, Page<BlockerLine>), AppError> {
        let (release, names, now) = (self.release(id).await?, self.names_now().await?, self.now());
        let after = query.after.map_or(0, |AfterPosition(position)| position.0);
        let owned = |blocker: &Blocker, wanted: &str| {
            blocker.owner.as_ref().is_some_and(|owner| {
                owner.person.as_str() == wanted || names.of(&owner.person).eq_ignore_ascii_case(wanted.trim())
            })
        };
        let taken = release.blockers.iter().filter(|blocker| {
            i64::from(blocker.number.0) > after
                && query.state.is_none_or(|state| state == blocker.state(now))
                && query.turn.is_none_or(|turn| blocker.turn(now).is_some_and(|(of, _)| of == turn))
                && query.track.as_ref().is_none_or(|track| blocker.is_on(track))
                && query.owner.as_ref().is_none_or(|wanted| owned(blocker, wanted))
        });
        let lines = taken.map(|blocker| line(&release, blocker, &names, now));
        Ok((release.position, Page::of(lines, query.limit, |line| line.blocker.to_string())))
    }

    /// Returns a blocker with everything that was said and decided about it.
    pub async fn blocker(
        &self,
        id: &ReleaseId,
        number: BlockerNumber,
    ) -> Result<(Position, BlockerDetail), AppError> {
        let (release, names) = (self.release(id).await?, self.names_now().await?);
        let blocker = command::find(&release, number)?;
        Ok((release.position, detail(&release, blocker, &names, self.now())))
    }

    /// Returns whoever is to own a blocker, if anybody is.
    async fn perhaps_owner(
        &self,
        wanted: Option<OwnerRequest>,
    ) -> Result<(Option<Found>, Option<Owner>), AppError> {
        let Some(wanted) = wanted else { return Ok((None, None)) };
        let (found, owner) = self.one_owner(wanted).await?;
        Ok((found, Some(owner)))
    }

    async fn one_owner(&self, wanted: OwnerRequest) -> Result<(Option<Found>, Owner), AppError> {
        let OwnerRequest { who, function } = wanted;
        let Some(meant) = who else {
            return Ok((None, Owner { person: self.actor().await?, function }));
        };
        let found = self.find_person(&meant).await?;
        let person = found.id.clone();
        Ok((Some(found), Owner { person, function }))
    }

    /// Says whether whoever acts may say that a blocker stands in the way no longer.
    async fn may_settle(&self, id: &ReleaseId, number: BlockerNumber, by: Settler) -> Result<(), AppError> {
        self.allows(Act::Scope, Whose::Own)?;
        let (release, actor) = (self.release(id).await?, self.actor().await?);
        let blocker = command::find(&release, number)?;
        Ok(self.allows(Act::Scope, by.whose(blocker, &actor))?)
    }
}

/// Who may settle a blocker besides a coordinator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Settler {
    /// Whoever proposed it. Anybody may take what nobody owns, and must not thereby come to say that it can wait.
    Proposer,
    /// Whoever owns it, too: by evidence.
    Owner,
}

impl Settler {
    /// Returns whose a blocker is to them.
    pub(crate) fn whose(self, blocker: &Blocker, actor: &ActorId) -> Whose {
        let owns = blocker.owner.as_ref().is_some_and(|owner| owner.person == *actor);
        let own = blocker.by == *actor || (self == Self::Owner && owns);
        if own { Whose::Own } else { Whose::Others }
    }
}
