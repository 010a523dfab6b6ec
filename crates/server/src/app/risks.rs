//! Risks: noting, revising and closing them, and saying that a list of anything is whole.
//!
//! Invariant: a risk has an owner, somebody who can be asked.

use domain::command::{listing, risk as command};
use domain::defect::Source;
use domain::envelope::Position;
use domain::id::{ReleaseId, TrackId};
use domain::listing::List;
use domain::permission::{Act, Whose};
use domain::person::Meant;
use domain::risk::{Likelihood, Risk, RiskDescription};
use domain::time::Time;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::moved::Seen;
use super::page::{AfterPosition, Limit, Page};
use super::person::{Found, NamesNow};
use super::said::Said;
use super::settle::SettledResponse;
use super::{App, AppError};

/// A risk, as it is noted or has become.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RiskRequest {
    /// What could go wrong, in one line.
    #[schema(value_type = Said, example = "The new sync meets old firmware")]
    pub title: String,
    pub likelihood: Likelihood,
    /// What users would experience.
    #[schema(value_type = Said, example = "runners would see no routes at all until they update the watch")]
    pub effect: String,
    /// What is done against it.
    #[schema(value_type = Said, example = "the old sync stays behind a flag until 50 % have it")]
    pub mitigation: String,
    /// The tracks that it is about; none named means every track.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tracks: Vec<TrackId>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub areas: Vec<String>,
    /// Who watches it.
    pub owner: Meant,
}

/// What became of a risk.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CloseRequest {
    pub happened: bool,
    /// What happened and what was done about it, or why it cannot happen any more.
    #[schema(value_type = Said, example = "Half of all watches have the new firmware; nobody met it.")]
    pub outcome: String,
}

/// Which risks to list.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RisksQuery {
    /// Those that are about this track.
    #[serde(default)]
    pub track: Option<TrackId>,
    /// Those that were closed; they are in no other list.
    #[serde(default)]
    pub closed: bool,
    #[serde(default)]
    pub after: Option<AfterPosition>,
    #[serde(default)]
    #[param(value_type = Option<Limit>)]
    pub limit: Limit,
}

/// A risk of a release.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct RiskLine {
    pub risk: Position,
    pub title: String,
    pub likelihood: Likelihood,
    pub effect: String,
    pub mitigation: String,
    pub tracks: Vec<TrackId>,
    pub areas: Vec<String>,
    pub owner: String,
    /// Who noted it first.
    pub by: String,
    pub first_at: Time,
    /// When it was described last.
    pub at: Time,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed: Option<Closed>,
}

/// What became of a risk.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct Closed {
    pub happened: bool,
    pub outcome: String,
    pub by: String,
    pub at: Time,
}

/// That a list is whole.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WholeRequest {
    pub list: List,
    /// What it was compared with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "gone through the tracker’s filter “fix version 4.2.0”")]
    pub note: Option<String>,
}

impl App {
    /// Notes a risk.
    pub async fn note_risk(
        &self,
        id: &ReleaseId,
        request: RiskRequest,
        seen: Option<&Seen>,
    ) -> Result<SettledResponse, AppError> {
        self.allows(Act::Report, Whose::Own)?;
        let by = self.actor().await?;
        let (found, description) = self.described(request).await?;
        self.settle(id, seen, Some(found), |release| command::note(release, description.clone(), &by)).await
    }

    /// Says what a risk has become; one that was closed is open again.
    pub async fn revise_risk(
        &self,
        id: &ReleaseId,
        risk: Position,
        request: RiskRequest,
        seen: Option<&Seen>,
    ) -> Result<SettledResponse, AppError> {
        self.allows(Act::Report, Whose::Own)?;
        let (by, (found, description)) = (self.actor().await?, self.described(request).await?);
        self.settle(id, seen, Some(found), |release| {
            let before = command::find(release, risk)?;
            if description.is_milder_than(&before.description) {
                self.may_ease(&by, &before.by)?;
            }
            command::revise(release, risk, description.clone())
        })
        .await
    }

    async fn described(&self, request: RiskRequest) -> Result<(Found, RiskDescription), AppError> {
        let RiskRequest { title, likelihood, effect, mitigation, tracks, areas, owner } = request;
        let found = self.find_person(&owner).await?;
        let owner = found.id.clone();
        Ok((found, RiskDescription { title, likelihood, effect, mitigation, tracks, areas, owner }))
    }

    /// Closes a risk with what became of it.
    pub async fn close_risk(
        &self,
        id: &ReleaseId,
        risk: Position,
        request: CloseRequest,
        seen: Option<&Seen>,
    ) -> Result<SettledResponse, AppError> {
        self.allows(Act::Scope, Whose::Own)?;
        let release = self.release(id).await?;
        let noted_by = &command::find(&release, risk)?.by;
        self.allows(Act::Scope, self.whose(noted_by).await?)?;
        let by = self.actor().await?;
        let CloseRequest { happened, outcome } = request;
        self.settle(id, seen, None, |release| command::close(release, risk, happened, &outcome, &by)).await
    }

    /// Says that nothing is missing on a list.
    pub async fn say_whole(
        &self,
        id: &ReleaseId,
        request: WholeRequest,
        seen: Option<&Seen>,
    ) -> Result<SettledResponse, AppError> {
        self.allows(Act::Report, Whose::Own)?;
        let by = self.actor().await?;
        let WholeRequest { list, note } = request;
        self.settle(id, seen, None, |release| {
            listing::whole(release, list, Source::Hand, note.as_deref(), &by)
        })
        .await
    }

    /// Lists risks in the order in which they were noted, a page at a time; with the position that the release is at.
    pub async fn risks(
        &self,
        id: &ReleaseId,
        query: RisksQuery,
    ) -> Result<(Position, Page<RiskLine>), AppError> {
        let (release, names) = (self.release(id).await?, self.names_now().await?);
        let after = query.after.map_or(Position(0), |AfterPosition(position)| position);
        let taken = release.risks.iter().filter(|risk| {
            risk.position > after
                && risk.closed.is_some() == query.closed
                && query.track.as_ref().is_none_or(|track| risk.is_on(track))
        });
        let lines = taken.map(|risk| line(risk, &names));
        Ok((release.position, Page::of(lines, query.limit, |line| line.risk.to_string())))
    }
}

fn line(risk: &Risk, names: &NamesNow) -> RiskLine {
    let RiskDescription { title, likelihood, effect, mitigation, tracks, areas, owner } =
        risk.description.clone();
    RiskLine {
        risk: risk.position,
        title,
        likelihood,
        effect,
        mitigation,
        tracks,
        areas,
        owner: names.of(&owner).to_owned(),
        by: names.of(&risk.by).to_owned(),
        first_at: risk.at,
        at: risk.revised_at,
        closed: risk.closed.as_ref().map(|end| Closed {
            happened: end.happened,
            outcome: end.outcome.clone(),
            by: names.of(&end.by).to_owned(),
            at: end.at,
        }),
    }
}
