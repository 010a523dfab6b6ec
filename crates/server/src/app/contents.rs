//! What a release carries: describing changes, saying that they are done, taking them out and putting them back.
//!
//! Invariant: three functions say that a change is done, each for itself.

use domain::change::{Change, ChangeDescription, DONE_BY};
use domain::command::change as command;
use domain::criterion::Function;
use domain::defect::{Priority, Source};
use domain::envelope::Position;
use domain::id::{ChangeKey, ReleaseId, TrackId};
use domain::permission::{Act, Whose};
use domain::time::Time;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::defects::BecauseRequest;
use super::moved::Seen;
use super::page::{Limit, Page};
use super::person::{NamesNow, OnBehalf};
use super::said::Said;
use super::settle::SettledResponse;
use super::{App, AppError};

/// A change, described by hand; one that is on record by its key is corrected, with a reason.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DescribeRequest {
    /// The tracker's key; without one it gets the next of ours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<ChangeKey>,
    /// What it brings, in one line.
    #[schema(value_type = Said, example = "Routes sync without a phone")]
    pub title: String,
    /// What users or the business get of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "Runners leave the phone at home and lose nothing")]
    pub intent: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<Priority>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub areas: Vec<String>,
    /// The tracks that carry it; none named means every track.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tracks: Vec<TrackId>,
    /// Its page in the tracker.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Why it is corrected, where it is on record already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// The change that a description named.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct DescribedResponse {
    pub change: ChangeKey,
    /// The event that described it.
    pub position: Position,
    /// False when the same was on record already: then nothing changed.
    pub new: bool,
}

/// What a function says of a change.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WordRequest {
    /// Engineering, qa or product.
    pub function: Function,
    /// False where it is not done after all; then the notes say what is missing.
    pub done: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "merged and reviewed")]
    pub notes: Option<String>,
    /// Whose word it is, if it is not that of whoever records it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub behalf: Option<OnBehalf>,
}

/// Which changes to list.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ContentsQuery {
    /// Those that this track carries.
    #[serde(default)]
    pub track: Option<TrackId>,
    /// Those of this part of the product.
    #[serde(default)]
    pub area: Option<String>,
    /// Those that a function has not said to be done.
    #[serde(default)]
    pub undone: bool,
    /// Those that were taken out; they are in no other list.
    #[serde(default)]
    pub taken_out: bool,
    /// The key of the last one of the page before.
    #[serde(default)]
    pub after: Option<ChangeKey>,
    #[serde(default)]
    #[param(value_type = Option<Limit>)]
    pub limit: Limit,
}

/// A change of a release.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct ChangeLine {
    pub change: ChangeKey,
    #[serde(flatten)]
    pub description: ChangeDescription,
    pub source: Source,
    /// Who described it first.
    pub by: String,
    pub first_at: Time,
    /// When it was described last, and by which event.
    pub at: Time,
    pub position: Position,
    /// What engineering, qa and product say, in this order.
    pub done: Vec<DoneLine>,
    /// Why the release no longer carries it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken_out: Option<String>,
}

/// What a function says of a change.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct DoneLine {
    pub function: Function,
    pub done: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
    /// Whose word it is, and how it came; absent while nobody has said anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Time>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
}

impl ContentsQuery {
    /// Tells whether a change is one of those that are asked for.
    pub(crate) fn takes(&self, change: &Change) -> bool {
        change.taken_out.is_some() == self.taken_out
            && self.track.as_ref().is_none_or(|track| change.is_on(track))
            && self.area.as_ref().is_none_or(|area| change.description.areas.contains(area))
            && (!self.undone || change.undone().next().is_some())
    }
}

impl App {
    /// Describes a change by hand, or corrects one.
    pub async fn describe_change(
        &self,
        id: &ReleaseId,
        request: DescribeRequest,
        seen: Option<&Seen>,
    ) -> Result<DescribedResponse, AppError> {
        self.allows(Act::Report, Whose::Own)?;
        let by = self.actor().await?;
        let DescribeRequest { key, reason, title, intent, priority, areas, tracks, url } = request;
        let described = ChangeDescription { title, intent, priority, areas, tracks, url };
        let settled = self
            .settle(id, seen, None, |release| {
                command::describe(
                    release,
                    key.clone(),
                    described.clone(),
                    Source::Hand,
                    reason.as_deref(),
                    &by,
                )
            })
            .await?;
        let release = self.release(id).await?;
        let named = release.changes.values().find(|change| change.described == settled.position);
        // Somebody may have corrected it since; then it is still the one that was named.
        let change = named.map(|change| change.key.clone()).or(key);
        let change = change.ok_or_else(|| AppError::Conflict(id.to_string()))?;
        Ok(DescribedResponse { change, position: settled.position, new: settled.new })
    }

    /// Says for a function that a change is done, or that it is not after all.
    pub async fn say_of_change(
        &self,
        id: &ReleaseId,
        key: &ChangeKey,
        request: WordRequest,
        seen: Option<&Seen>,
    ) -> Result<SettledResponse, AppError> {
        let WordRequest { function, done, notes, behalf } = request;
        let (found, speaker) = self.giver(behalf).await?;
        self.settle(id, seen, found, |release| {
            command::say(release, key, function, done, notes.as_deref(), &speaker)
        })
        .await
    }

    /// Takes a change out of a release.
    pub async fn take_out_change(
        &self,
        id: &ReleaseId,
        key: &ChangeKey,
        request: BecauseRequest,
        seen: Option<&Seen>,
    ) -> Result<SettledResponse, AppError> {
        self.may_scope_change(id, key).await?;
        let by = self.actor().await?;
        self.settle(id, seen, None, |release| command::take_out(release, key, &request.reason, &by)).await
    }

    /// Puts a change back into a release.
    pub async fn put_back_change(
        &self,
        id: &ReleaseId,
        key: &ChangeKey,
        request: BecauseRequest,
        seen: Option<&Seen>,
    ) -> Result<SettledResponse, AppError> {
        self.may_scope_change(id, key).await?;
        self.settle(id, seen, None, |release| command::put_back(release, key, &request.reason)).await
    }

    async fn may_scope_change(&self, id: &ReleaseId, key: &ChangeKey) -> Result<(), AppError> {
        self.allows(Act::Scope, Whose::Own)?;
        let release = self.release(id).await?;
        let by = &command::find(&release, key)?.by;
        Ok(self.allows(Act::Scope, self.whose(by).await?)?)
    }

    /// Lists changes by their keys, a page at a time; with the position that the release is at.
    pub async fn contents(
        &self,
        id: &ReleaseId,
        query: ContentsQuery,
    ) -> Result<(Position, Page<ChangeLine>), AppError> {
        let (release, names) = (self.release(id).await?, self.names_now().await?);
        let later = |change: &&Change| query.after.as_ref().is_none_or(|after| change.key > *after);
        let changes = release.changes.values().map(AsRef::as_ref).filter(later);
        let lines = changes.filter(|change| query.takes(change)).map(|change| line(change, &names));
        Ok((release.position, Page::of(lines, query.limit, |line| line.change.to_string())))
    }

    /// Returns a change, with the position that the release is at.
    pub async fn change(&self, id: &ReleaseId, key: &ChangeKey) -> Result<(Position, ChangeLine), AppError> {
        let (release, names) = (self.release(id).await?, self.names_now().await?);
        Ok((release.position, line(command::find(&release, key)?, &names)))
    }
}

fn line(change: &Change, names: &NamesNow) -> ChangeLine {
    let done = DONE_BY.map(|function| {
        let said = change.said.get(&function);
        DoneLine {
            function,
            done: change.done_by(function),
            notes: said.and_then(|said| said.notes.clone()),
            by: said.map(|said| names.told(said.voice())),
            at: said.map(|said| said.at),
            position: said.map(|said| said.position),
        }
    });
    ChangeLine {
        change: change.key.clone(),
        description: change.description.clone(),
        source: change.source.clone(),
        by: names.of(&change.by).to_owned(),
        first_at: change.at,
        at: change.described_at,
        position: change.described,
        done: done.into(),
        taken_out: change.taken_out.as_ref().map(|taken| taken.reason.clone()),
    }
}
