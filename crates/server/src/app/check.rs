//! Check a release: every track's verdict with its reasons.
//!
//! Invariant: a check reads; it changes nothing but what can be thrown away.

use domain::criteria::fact::Fact;
use domain::criterion::{Function, Gate};
use domain::envelope::Position;
use domain::ground::Ground;
use domain::id::{BuildNumber, CriterionId, ReleaseId, TrackId};
use domain::readiness::{Judged, Readiness, TrackReadiness, Verdict};
use domain::time::Time;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use utoipa::{IntoParams, ToSchema};

use super::definition::InForce;
use super::{App, AppError};

/// How many offenders a criterion lists.
const OFFENDERS: usize = 200;

/// What to check.
#[derive(Clone, Debug, Default, Deserialize, Serialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CheckQuery {
    /// Only this track.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub track: Option<TrackId>,
    /// The moment to look at; now unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_of: Option<Time>,
}

/// A release's readiness.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct CheckResponse {
    #[schema(example = "tidewatch/2026.12")]
    pub release: String,
    /// The product's name, as people write it.
    #[schema(example = "Tidewatch")]
    pub product: String,
    /// The IANA time zone in which the team reads its dates.
    #[schema(example = "Europe/Berlin")]
    pub zone: String,
    /// The last event that counted.
    pub position: Position,
    /// The moment that was looked at.
    pub at: Time,
    /// When a verdict can turn although nothing happens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_change_at: Option<Time>,
    /// The definition of ready that the verdicts are of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub definition: Option<InForce>,
    pub tracks: Vec<TrackCheck>,
    /// What was redacted and so no longer counts, each in words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub redacted: Vec<String>,
}

/// A track's readiness at its next gate.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct TrackCheck {
    pub track: TrackId,
    /// The track's name, as people write it.
    pub name: String,
    pub gate: Gate,
    /// The candidate.
    pub build: Option<BuildNumber>,
    /// The version that users will see.
    pub version: Option<String>,
    pub readiness: Readiness,
    /// What stands in the way besides the criteria.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    pub criteria: Vec<CriterionCheck>,
    /// The gates after the next one that criteria belong to, in their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub later: Vec<LaterGate>,
}

/// A track's readiness at a gate that is not the next.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct LaterGate {
    pub gate: Gate,
    pub readiness: Readiness,
    pub criteria: Vec<CriterionCheck>,
}

/// A waiver that counts now.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct WaiverInForce {
    /// Names it.
    pub waiver: Position,
    pub reason: String,
    pub mitigation: String,
    /// When it stops counting.
    pub expires: Time,
}

/// A criterion's verdict.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct CriterionCheck {
    pub id: CriterionId,
    /// The sentence that readers see.
    pub title: String,
    pub owner: Function,
    pub verdict: Verdict,
    /// What is wrong with the criterion itself; its verdict is then unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub broken: Option<String>,
    /// Sentences, the most telling first.
    pub reasons: Vec<String>,
    /// The facts that are missing and matter, by name.
    pub missing: Vec<String>,
    /// What stands against it and is known by name; the list may be cut, its total is not.
    #[schema(value_type = Vec<Value>)]
    pub offenders: Vec<Json>,
    pub offenders_total: usize,
    /// The waiver by which it counts as met, where it is waived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiver: Option<WaiverInForce>,
    /// The verdict in a few words, for a cell of a table.
    pub brief: String,
    /// The evidence that the verdict rests on, newest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub grounds: Vec<Ground>,
}

impl App {
    /// Checks a release, or one of its tracks.
    pub async fn check(&self, id: &ReleaseId, query: CheckQuery) -> Result<CheckResponse, AppError> {
        let view = match query.as_of {
            None => self.view_of(self.release(id).await?).await?,
            Some(at) => self.view_as_of(id, at).await?,
        };
        let release = &view.release;
        if let Some(track) = &query.track {
            domain::command::evidence::track(release, track)?;
        }
        let wanted = |check: &&TrackCheck| query.track.as_ref().is_none_or(|track| *track == check.track);
        let tracks = view.tracks.iter().filter(wanted).cloned().collect();
        Ok(CheckResponse {
            release: release.id.to_string(),
            product: release.description.product_name.clone(),
            zone: release.description.zone.clone(),
            position: release.position,
            at: query.as_of.unwrap_or_else(|| self.now()),
            next_change_at: view.until,
            definition: InForce::of(release),
            tracks,
            redacted: release
                .redacted
                .iter()
                .map(|(position, kind)| {
                    format!("event {position}, a {kind}, was redacted; what it said no longer counts")
                })
                .collect(),
        })
    }
}

pub(crate) fn later_gate(judged: TrackReadiness<'_>) -> LaterGate {
    let criteria = judged.criteria.into_iter().map(criterion_check).collect();
    LaterGate { gate: judged.gate, readiness: judged.readiness, criteria }
}

pub(crate) fn track_check(judged: TrackReadiness<'_>, later: Vec<LaterGate>) -> TrackCheck {
    let build = judged.track.candidate_build();
    TrackCheck {
        track: judged.track.description.id.clone(),
        name: judged.track.description.name.clone(),
        gate: judged.gate,
        build: judged.track.candidate.as_ref().map(|candidate| candidate.build.clone()),
        version: build.map(|build| build.version.clone()),
        readiness: judged.readiness,
        note: judged.note,
        criteria: judged.criteria.into_iter().map(criterion_check).collect(),
        later,
    }
}

/// Returns what stands against a criterion. Its age is left out: the same answer must be the same a moment later.
fn offender(fact: &Fact) -> Json {
    let mut offender = fact.to_json();
    if let Some(fields) = offender.as_object_mut() {
        fields.remove("age_hours");
    }
    offender
}

pub(crate) fn criterion_check(judged: Judged<'_>) -> CriterionCheck {
    let mut missing: Vec<String> = judged.missing.iter().map(|missing| missing.fact.to_string()).collect();
    missing.dedup();
    CriterionCheck {
        id: judged.criterion.id.clone(),
        title: judged.criterion.title.clone(),
        owner: judged.criterion.owner,
        verdict: judged.verdict,
        broken: judged.broken,
        reasons: judged.reasons,
        missing,
        offenders_total: judged.offenders.len(),
        brief: judged.brief,
        waiver: judged.waiver.map(|waiver| WaiverInForce {
            waiver: waiver.position,
            reason: waiver.reason.clone(),
            mitigation: waiver.mitigation.clone(),
            expires: waiver.expires,
        }),
        grounds: judged.grounds,
        offenders: judged.offenders.iter().take(OFFENDERS).map(offender).collect(),
    }
}
