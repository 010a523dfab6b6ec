//! Defects: reporting them, telling what they are for users and which tracks have them, deferring and withdrawing them.
//!
//! Invariant: what is ours of a defect is said by people, each under their own name.

mod shown;

use domain::command::defect as command;
use domain::defect::{DefectReport, DefectState, Exposure, OnBuild, Priority, Severity, Source};
use domain::envelope::Position;
use domain::id::{DefectKey, ReleaseId, TrackId};
use domain::impact::Impact;
use domain::permission::{Act, Whose};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::moved::Seen;
use super::person::OnBehalf;
use super::said::Said;
use super::settle::SettledResponse;
use super::{App, AppError};

pub(crate) use shown::ground;
pub use shown::{
    AfterDefect, Answered, DefectLine, DefectResponse, DefectsQuery, Deferred, Known, OnTrack, Ours,
    Reported, Translation, WaivedLine,
};

/// A defect, reported by hand; one that is on record by its key is corrected, with a reason.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportRequest {
    /// The tracker's key; without one it gets the next of ours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<DefectKey>,
    /// What goes wrong, in one line.
    #[schema(value_type = Said, example = "Route of the last run shown after sync")]
    pub title: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<Priority>,
    #[serde(default)]
    pub state: DefectState,
    /// The tracker's own word for how it stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// The tracks on which it was seen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tracks: Vec<TrackId>,
    /// The parts of the product that it is in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub areas: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub found_in: Vec<OnBuild>,
    /// The first build of each track that has it mended.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fixed_in: Vec<OnBuild>,
    /// The version that did not have it yet, or the change that brought it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub regression_of: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duplicate_of: Option<DefectKey>,
    /// Its page in the tracker.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Why it is corrected, where it is on record already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// The defect that a report named.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct ReportedResponse {
    pub defect: DefectKey,
    /// The event that reported it.
    pub position: Position,
    /// False when the same was on record already: then nothing changed.
    pub new: bool,
}

/// Whether a track has a defect.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExposeRequest {
    pub track: TrackId,
    pub exposure: Exposure,
    /// On which build they looked, and how.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "ten syncs on 514, watch in flight mode")]
    pub note: Option<String>,
    /// Whose word it is, if it is not that of whoever records it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub behalf: Option<OnBehalf>,
}

/// For which release a defect is.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeferRequest {
    /// The release that it is for; none takes it back into this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "4.3.0")]
    pub to: Option<String>,
    /// Why it can wait, or why it cannot after all.
    #[schema(value_type = Said, example = "It is rare, and the workaround is in the help.")]
    pub reason: String,
}

/// Why something is so.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BecauseRequest {
    #[schema(value_type = Said, example = "It is of another app.")]
    pub reason: String,
}

impl App {
    /// Reports a defect by hand, or corrects one.
    pub async fn report_defect(
        &self,
        id: &ReleaseId,
        request: ReportRequest,
        seen: Option<&Seen>,
    ) -> Result<ReportedResponse, AppError> {
        self.allows(Act::Report, Whose::Own)?;
        let by = self.actor().await?;
        let ReportRequest { key, reason, .. } = &request;
        let (key, reason) = (key.clone(), reason.clone());
        let report = DefectReport {
            title: request.title,
            severity: request.severity,
            priority: request.priority,
            state: request.state,
            status: request.status,
            tracks: request.tracks,
            areas: request.areas,
            found_in: request.found_in,
            fixed_in: request.fixed_in,
            regression_of: request.regression_of,
            duplicate_of: request.duplicate_of,
            url: request.url,
        };
        let settled = self
            .settle(id, seen, None, |release| {
                if let Some(before) = key.as_ref().and_then(|key| release.defects.get(key))
                    && report.is_milder_than(&before.report)
                {
                    self.may_ease(&by, &before.by)?;
                }
                command::report(release, key.clone(), report.clone(), Source::Hand, reason.as_deref(), &by)
            })
            .await?;
        let release = self.release(id).await?;
        let reported = release.defects.values().find(|defect| defect.reported == settled.position);
        // Somebody may have corrected it since; then it is still the one that was named.
        let defect = reported.map(|defect| defect.key.clone()).or(key);
        let defect = defect.ok_or_else(|| AppError::Conflict(id.to_string()))?;
        Ok(ReportedResponse { defect, position: settled.position, new: settled.new })
    }

    /// Tells what a defect is for users.
    pub async fn translate_defect(
        &self,
        id: &ReleaseId,
        key: &DefectKey,
        impact: Impact,
        seen: Option<&Seen>,
    ) -> Result<SettledResponse, AppError> {
        self.allows(Act::Report, Whose::Own)?;
        self.settle(id, seen, None, |release| command::translate(release, key, impact.clone())).await
    }

    /// Says whether a track has a defect, oneself or for somebody who told.
    pub async fn expose_defect(
        &self,
        id: &ReleaseId,
        key: &DefectKey,
        request: ExposeRequest,
        seen: Option<&Seen>,
    ) -> Result<SettledResponse, AppError> {
        self.allows(Act::Report, Whose::Own)?;
        let ExposeRequest { track, exposure, note, behalf } = request;
        let (found, speaker) = self.speaker(behalf).await?;
        self.settle(id, seen, found, |release| {
            command::expose(release, key, &track, exposure, note.as_deref(), &speaker)
        })
        .await
    }

    /// Defers a defect to another release, or takes it back.
    pub async fn defer_defect(
        &self,
        id: &ReleaseId,
        key: &DefectKey,
        request: DeferRequest,
        seen: Option<&Seen>,
    ) -> Result<SettledResponse, AppError> {
        self.may_scope_defect(id, key).await?;
        let by = self.actor().await?;
        let DeferRequest { to, reason } = request;
        self.settle(id, seen, None, |release| match &to {
            Some(to) => command::defer(release, key, to, &reason, &by),
            None => command::take_back(release, key, &reason),
        })
        .await
    }

    /// Takes a defect out of the release that it does not belong to.
    pub async fn withdraw_defect(
        &self,
        id: &ReleaseId,
        key: &DefectKey,
        request: BecauseRequest,
        seen: Option<&Seen>,
    ) -> Result<SettledResponse, AppError> {
        self.may_scope_defect(id, key).await?;
        let by = self.actor().await?;
        self.settle(id, seen, None, |release| command::withdraw(release, key, &request.reason, &by)).await
    }

    /// Takes a defect back that was taken out.
    pub async fn put_back_defect(
        &self,
        id: &ReleaseId,
        key: &DefectKey,
        request: BecauseRequest,
        seen: Option<&Seen>,
    ) -> Result<SettledResponse, AppError> {
        self.may_scope_defect(id, key).await?;
        self.settle(id, seen, None, |release| command::put_back(release, key, &request.reason)).await
    }

    /// Asks whether whoever acts may decide whether the release carries a defect. One that is not there nobody may.
    async fn may_scope_defect(&self, id: &ReleaseId, key: &DefectKey) -> Result<(), AppError> {
        self.allows(Act::Scope, Whose::Own)?;
        let release = self.release(id).await?;
        let by = &command::find(&release, key)?.by;
        Ok(self.allows(Act::Scope, self.whose(by).await?)?)
    }
}
