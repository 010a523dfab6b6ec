//! What changed of a release: which verdicts turned, criterion by criterion, and what happened in between.
//!
//! Invariant: it compares two views, nothing else; a criterion of a track that was not there has not turned.

use std::collections::HashMap;
use std::str::FromStr;

use domain::envelope::{Position, StreamVersion};
use domain::happening::{Happening, happening};
use domain::id::{CriterionId, ReleaseId, TrackId};
use domain::readiness::{Readiness, Verdict};
use domain::refusal::Refusal;
use domain::time::Time;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::check::{CriterionCheck, TrackCheck};
use super::load::read;
use super::view::View;
use super::{App, AppError};

/// From when on.
#[derive(Clone, Debug, Deserialize, Serialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ChangesQuery {
    /// A moment, as `2026-12-03T13:05:00Z`, or the position of an event: what came after it.
    pub since: String,
}

/// What changed.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct ChangesResponse {
    /// As in `tidewatch/2026.12`.
    pub release: String,
    pub product: String,
    pub zone: String,
    /// The moment that now is compared with.
    pub since: Time,
    pub at: Time,
    /// The last event that is taken into account.
    pub position: Position,
    /// Whether the release was there then.
    pub existed: bool,
    pub turned: Vec<TurnedLine>,
    /// Newest first.
    pub happened: Vec<HappenedLine>,
}

/// A readiness or a verdict that is not what it was.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct TurnedLine {
    pub track: TrackId,
    pub name: String,
    /// The criterion; absent where the track as a whole turned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub criterion: Option<CriterionId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Absent where there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    pub now: String,
    pub reasons: Vec<String>,
}

/// Something that happened.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct HappenedLine {
    pub position: Position,
    pub at: Time,
    pub by: String,
    /// Completes "(by) …".
    pub sentence: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// Where something stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stand {
    Track(Readiness),
    Criterion { verdict: Verdict, broken: bool },
}

/// Something that stands elsewhere than it did.
#[derive(Clone, Debug)]
pub(crate) struct Turned<'a> {
    pub(crate) track: &'a TrackCheck,
    /// `None` where it is the track as a whole.
    pub(crate) criterion: Option<&'a CriterionCheck>,
    pub(crate) before: Option<Stand>,
    pub(crate) now: Stand,
}

impl Stand {
    fn of(check: &CriterionCheck) -> Self {
        Self::Criterion { verdict: check.verdict, broken: check.broken.is_some() }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Track(readiness) => readiness.label(),
            Self::Criterion { broken: true, .. } => "broken",
            Self::Criterion { verdict: Verdict::Met, .. } => "met",
            Self::Criterion { verdict: Verdict::Waived, .. } => "waived",
            Self::Criterion { verdict: Verdict::NotMet, .. } => "not met",
            Self::Criterion { verdict: Verdict::Unknown, .. } => "unknown",
        }
    }
}

/// Returns what stands elsewhere than it did, track by track.
pub(crate) fn turned<'a>(before: Option<&View>, now: &'a View) -> Vec<Turned<'a>> {
    let mut turned = Vec::new();
    for track in &now.tracks {
        let was = before.and_then(|before| before.tracks.iter().find(|was| was.track == track.track));
        let stood = was.map(|was| Stand::Track(was.readiness));
        let stands = Stand::Track(track.readiness);
        if stood != Some(stands) {
            turned.push(Turned { track, criterion: None, before: stood, now: stands });
        }
        let Some(was) = was else { continue };
        for check in &track.criteria {
            let stood = was.criteria.iter().find(|was| was.id == check.id).map(Stand::of);
            let stands = Stand::of(check);
            if stood != Some(stands) {
                turned.push(Turned { track, criterion: Some(check), before: stood, now: stands });
            }
        }
    }
    turned
}

impl App {
    /// Tells what changed of a release since a moment or an event.
    pub async fn changes_since(
        &self,
        id: &ReleaseId,
        query: ChangesQuery,
    ) -> Result<ChangesResponse, AppError> {
        let now = self.view_of(self.release(id).await?).await?;
        let at = self.now();
        let (since, position) = self.since(query.since.trim()).await?;
        if since > at {
            return Err(
                Refusal::invalid("That moment has not come yet: nothing can have changed since.").into()
            );
        }
        let before = match self.view_at(id, position, since).await {
            Ok(view) => Some(view),
            Err(AppError::Refused(_)) => None,
            Err(error) => return Err(error),
        };
        let happened = self.happened_between(before.as_deref(), &now).await?;
        let names: HashMap<_, _> =
            self.journal().people().await?.into_iter().map(|person| (person.id, person.name)).collect();
        let by = |happening: &Happening| names.get(&happening.actor).cloned().flatten();
        Ok(ChangesResponse {
            release: id.to_string(),
            product: now.release.description.product_name.clone(),
            zone: now.release.description.zone.clone(),
            since,
            at,
            position: now.release.position,
            existed: before.is_some(),
            turned: turned(before.as_deref(), &now).iter().map(line).collect(),
            happened: happened
                .into_iter()
                .map(|happening| HappenedLine {
                    by: by(&happening).unwrap_or_else(|| "somebody erased".to_owned()),
                    position: happening.position,
                    at: happening.at,
                    sentence: happening.sentence,
                    detail: happening.detail,
                })
                .collect(),
        })
    }

    /// Returns what happened to a release between two views, newest first.
    pub(crate) async fn happened_between(
        &self,
        before: Option<&View>,
        now: &View,
    ) -> Result<Vec<Happening>, AppError> {
        let after = before.map_or(StreamVersion(0), |view| view.release.version);
        let release = &now.release;
        let events = self.journal().read_stream(&release.id.stream(), after, Some(release.position)).await?;
        let told = read(events)?;
        let told = told.iter().map(|(envelope, event)| happening(envelope, event, Some(release)));
        let mut happened: Vec<Happening> = told.collect();
        happened.reverse();
        Ok(happened)
    }

    /// Reads a moment, or the position of an event and the moment at which that was recorded.
    async fn since(&self, text: &str) -> Result<(Time, Position), AppError> {
        if let Ok(position) = text.parse::<i64>() {
            let none = || Refusal::unknown(format!("There is no event {position}."));
            let before = Position(position.checked_sub(1).filter(|before| *before >= 0).ok_or_else(none)?);
            let recorded = self.journal().read_all(before, 1).await?.into_iter().next().ok_or_else(none)?;
            return Ok((recorded.envelope.recorded_at, recorded.envelope.position));
        }
        let at = Time::from_str(text).map_err(|_| {
            Refusal::invalid(format!(
                "`{text}` is no moment, such as 2026-12-03T13:05:00Z, and no position of an event."
            ))
        })?;
        Ok((at, self.journal().position_at(at).await?))
    }
}

fn line(turned: &Turned<'_>) -> TurnedLine {
    TurnedLine {
        track: turned.track.track.clone(),
        name: turned.track.name.clone(),
        criterion: turned.criterion.map(|check| check.id.clone()),
        title: turned.criterion.map(|check| check.title.clone()),
        before: turned.before.map(|stand| stand.word().to_owned()),
        now: turned.now.word().to_owned(),
        reasons: turned.criterion.map(|check| check.reasons.clone()).unwrap_or_default(),
    }
}
