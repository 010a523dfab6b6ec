//! What people ask to have done with a blocker.
//!
//! Invariant: a page, the API and the command line ask for it in one and the same form.

use domain::blocker::{BlockerNumber, BlockerState, DeferredTo, Kind, Link, Threatened, Turn};
use domain::criterion::Function;
use domain::defect::OnBuild;
use domain::envelope::Position;
use domain::id::TrackId;
use domain::person::Meant;
use domain::time::Time;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::app::page::{AfterPosition, Limit};
use crate::app::person::OnBehalf;
use crate::app::said::{Said, blocker, perhaps_position};

/// Whoever is to see to a blocker.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OwnerRequest {
    /// Left out, it is whoever asks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub who: Option<Meant>,
    /// The function in which they see to it.
    pub function: Function,
}

/// Something that could stop the release.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProposeRequest {
    /// What is blocked, as one sentence.
    #[schema(value_type = Said, example = "Routes do not sync to the watch on build 514")]
    pub title: String,
    /// The tracks that it blocks, at least one.
    #[schema(min_items = 1)]
    pub tracks: Vec<TrackId>,
    pub threatens: Threatened,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<OwnerRequest>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<Link>,
}

/// That a blocker is one.
#[derive(Clone, Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AcceptRequest {
    /// Who owns it from here on, where nobody does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<OwnerRequest>,
    /// Who is asked to own it, where nobody does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<Meant>,
}

/// Why a blocker is rejected, withdrawn or reopened.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BlockerReason {
    #[schema(value_type = Said, example = "It happens on one phone that nobody sells any more.")]
    pub reason: String,
}

/// Who sees to a blocker from here on.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OwnRequest {
    pub owner: OwnerRequest,
    /// Why it is handed over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What is said about a blocker.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateRequest {
    /// A status says where it stands and when the next one comes; a note is anything else.
    pub kind: Kind,
    #[schema(value_type = Said, example = "Jo runs build 515 on three watches; it syncs or the change is reverted")]
    pub text: String,
    /// By when the next status comes: at most 30 days from now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_update: Option<Time>,
    /// Whose word it is, if it is not that of whoever records it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub behalf: Option<OnBehalf>,
}

/// What shows that a blocker is resolved.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResolveRequest {
    #[schema(value_type = Said, example = "Routes arrived on three watches with build 515")]
    pub evidence: String,
    /// The build that has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub build: Option<OnBuild>,
    /// The run, or another piece of evidence on record, that shows it.
    #[serde(default, deserialize_with = "perhaps_position", skip_serializing_if = "Option::is_none")]
    pub run: Option<Position>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// The word of a function that accepts a blocker as it is.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WaiveRequest {
    pub function: Function,
    /// Why the release may go out with it.
    #[schema(value_type = Said, example = "It was so in 4.1 too, and nobody wrote to support.")]
    pub reason: String,
    /// What users will meet, as they would say it.
    #[schema(value_type = Said, example = "Runners with an old watch see yesterday’s route until they open the app.")]
    pub users: String,
    /// Whose word it is, if it is not that of whoever records it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub behalf: Option<OnBehalf>,
}

/// That a blocker can wait.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DeferBlockerRequest)]
pub struct DeferRequest {
    pub to: DeferredTo,
    #[schema(value_type = Said, example = "The old backend serves 4.2 as well.")]
    pub reason: String,
}

/// That a blocker is the same as another.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MergeRequest {
    /// The one that stays, with the tracks and the links of both.
    #[serde(deserialize_with = "blocker")]
    pub into: BlockerNumber,
}

/// Something that a blocker has to do with.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkRequest {
    pub link: Link,
}

/// Which blockers to list.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct BlockersQuery {
    /// Only those that stand so.
    #[serde(default)]
    #[param(inline)]
    pub state: Option<BlockerState>,
    /// Only those that block this track.
    #[serde(default)]
    pub track: Option<TrackId>,
    /// Only those that somebody of this name or id owns.
    #[serde(default)]
    pub owner: Option<String>,
    /// Only those with which it is their turn.
    #[serde(default)]
    #[param(inline)]
    pub turn: Option<Turn>,
    #[serde(default)]
    pub after: Option<AfterPosition>,
    #[serde(default)]
    #[param(value_type = Option<Limit>)]
    pub limit: Limit,
}
