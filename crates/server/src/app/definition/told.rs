//! What the definition of ready is told as: what rules, what waits, what was, and what differs.
//!
//! Invariant: how late the bar moved and who has agreed stand wherever a version stands.

use domain::criteria::written::Written;
use domain::criterion::{Criterion, Function};
use domain::definition::{Agreement, Difference, Draft, Dropped, Ruling};
use domain::differing::{Differing, differing};
use domain::envelope::Position;
use domain::id::{CriterionId, ReleaseId};
use domain::refusal::Refusal;
use domain::release::Release;
use domain::time::Time;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::app::person::NamesNow;
use crate::app::{App, AppError};

/// The definition of ready of a release.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct DefinitionResponse {
    #[schema(example = "tidewatch/2026.12")]
    pub release: String,
    /// The IANA time zone in which the team reads its dates.
    #[schema(example = "Europe/Berlin")]
    pub zone: String,
    /// The functions whose agreement a definition needs.
    pub agreeing: Vec<Function>,
    /// What is in force; null where nothing is.
    #[schema(required)]
    pub ruling: Option<VersionResponse>,
    /// What waits for agreement.
    #[schema(required)]
    pub draft: Option<DraftTold>,
    /// The draft that was dropped last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dropped: Option<DroppedTold>,
    /// Every version that is or was in force, the newest first.
    pub history: Vec<VersionLine>,
    /// How many criteria the product's template has to draft from.
    pub template: usize,
}

/// A version that is or was in force.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct VersionLine {
    pub version: i64,
    /// The event that put it in force.
    pub position: Position,
    /// The draft that it was; none, if a file put it in force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub draft: Option<Position>,
    pub since: Time,
    /// Whoever put it in force: by the last agreement, or by a file.
    pub by: String,
    /// Why the bar moved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// How late it came, if a candidate was there before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "put in force 2 days after 4.2.0 (514) was nominated on iOS")]
    pub late: Option<String>,
    /// Who has agreed, in words.
    #[schema(example = "no function has agreed; a file put it in force")]
    pub consent: String,
    pub agreements: Vec<AgreementLine>,
    /// How many criteria it has.
    pub criteria_total: usize,
}

/// A version with its criteria.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct VersionResponse {
    #[serde(flatten)]
    pub line: VersionLine,
    pub criteria: Vec<Written>,
}

/// A draft that waits.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct DraftTold {
    /// Names it: an agreement is to this draft, and to no later one.
    pub position: Position,
    pub version: i64,
    pub by: String,
    pub at: Time,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    pub agreements: Vec<AgreementLine>,
    /// The functions that have not agreed yet.
    pub awaited: Vec<Function>,
    /// What it waits for, in words.
    #[schema(example = "it waits for engineering, product and qa")]
    pub waiting: String,
    pub criteria: Vec<Written>,
}

/// A draft that was dropped.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct DroppedTold {
    pub draft: Position,
    pub version: i64,
    pub by: String,
    pub at: Time,
    pub reason: String,
}

/// That a function has agreed.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct AgreementLine {
    pub function: Function,
    /// Whose word it is, and how it came.
    #[schema(example = "Jo Lind, recorded by Ada Winter (message in #release)")]
    pub by: String,
    pub at: Time,
    pub position: Position,
}

/// What is in force, in a few words.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub struct InForce {
    pub version: i64,
    pub since: Time,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// How late it came, if a candidate was there before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub late: Option<String>,
    /// Who has agreed, in words.
    pub consent: String,
}

impl InForce {
    pub(crate) fn of(release: &Release) -> Option<Self> {
        let ruling = release.ruling()?;
        Some(Self {
            version: ruling.definition.version,
            since: ruling.since,
            reason: ruling.definition.reason.clone(),
            late: release.lateness(ruling),
            consent: release.consent(ruling),
        })
    }
}

/// Which versions to compare.
#[derive(Clone, Debug, Default, Deserialize, Serialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DifferenceQuery {
    /// A version, or `draft`; unless given, the one before `to`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(example = "1")]
    pub from: Option<String>,
    /// A version, or `draft`; unless given, the draft that waits, or else what is in force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(example = "draft")]
    pub to: Option<String>,
}

/// What one version has that another has not.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct DifferenceResponse {
    /// What is compared, as "version 1" and "draft 42 of version 2".
    pub from: String,
    pub to: String,
    /// Why the bar moved to the later one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    pub added: Vec<Written>,
    pub changed: Vec<ChangedCriterion>,
    pub dropped: Vec<Written>,
}

/// A criterion that is not what it was.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct ChangedCriterion {
    pub id: CriterionId,
    pub title: String,
    pub fields: Vec<Differing>,
}

/// Criteria under the name of what they are of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Named<'a> {
    /// The version; `None` is the draft.
    pub(crate) version: Option<i64>,
    pub(crate) draft: Option<&'a Draft>,
    pub(crate) criteria: &'a [Criterion],
    pub(crate) reason: Option<&'a str>,
}

impl Named<'_> {
    pub(crate) fn label(&self) -> String {
        match (self.version, self.draft) {
            (None, Some(draft)) => format!("the draft of version {}", draft.definition.version),
            (version, _) => match version.unwrap_or(0) {
                0 => "nothing".to_owned(),
                version => format!("version {version}"),
            },
        }
    }
}

/// Finds the two sides that a query compares.
///
/// # Errors
/// A version that there is not, with those that there are.
pub(crate) fn sides<'a>(
    release: &'a Release,
    query: &DifferenceQuery,
) -> Result<(Named<'a>, Named<'a>), Refusal> {
    let to = match query.to.as_deref().filter(|to| !to.is_empty()) {
        Some(named) => side(release, named)?,
        None => match (&release.draft, release.ruling()) {
            (Some(draft), _) => of_draft(draft),
            (None, Some(ruling)) => of_ruling(ruling),
            (None, None) => {
                return Err(Refusal::unknown(format!(
                    "Nothing is in force in {} and no draft waits: there is nothing to compare.",
                    release.id
                )));
            }
        },
    };
    let from = match query.from.as_deref().filter(|from| !from.is_empty()) {
        Some(named) => side(release, named)?,
        None => {
            let before = |ruling: &&Ruling| to.version.is_none_or(|to| ruling.definition.version < to);
            let nothing = Named { version: Some(0), draft: None, criteria: &[], reason: None };
            release.definitions.iter().rev().find(before).map_or(nothing, of_ruling)
        }
    };
    Ok((from, to))
}

fn side<'a>(release: &'a Release, named: &str) -> Result<Named<'a>, Refusal> {
    if named == "draft" {
        return release.draft.as_ref().map(of_draft).ok_or_else(|| {
            Refusal::unknown(format!(
                "No draft waits in {}. Compare versions that are or were in force.",
                release.id
            ))
        });
    }
    let version = named.parse().map_err(|_| {
        Refusal::invalid(format!("“{named}” is no version. Write its number, as in 2, or draft."))
    })?;
    Ok(of_ruling(version_of(release, version)?))
}

fn of_draft(draft: &Draft) -> Named<'_> {
    let definition = &draft.definition;
    Named {
        version: None,
        draft: Some(draft),
        criteria: &definition.criteria,
        reason: definition.reason.as_deref(),
    }
}

fn of_ruling(ruling: &Ruling) -> Named<'_> {
    let definition = &ruling.definition;
    Named {
        version: Some(definition.version),
        draft: None,
        criteria: &definition.criteria,
        reason: definition.reason.as_deref(),
    }
}

/// Finds a version that is or was in force.
///
/// # Errors
/// One that there is not, with those that there are.
pub(crate) fn version_of(release: &Release, version: i64) -> Result<&Ruling, Refusal> {
    release.definitions.iter().find(|ruling| ruling.definition.version == version).ok_or_else(|| {
        let known: Vec<String> =
            release.definitions.iter().map(|ruling| ruling.definition.version.to_string()).collect();
        let known = match known.as_slice() {
            [] => "no version has been in force".to_owned(),
            [one] => format!("there is version {one}"),
            more => format!("there are versions {}", domain::words::joined(more, more.len(), "and")),
        };
        Refusal::unknown(format!(
            "{} has no version {version} of its definition of ready; {known}.",
            release.id
        ))
    })
}

impl App {
    /// Tells the definition of ready, with the position that the release is at.
    pub async fn definition(&self, id: &ReleaseId) -> Result<(Position, DefinitionResponse), AppError> {
        let (release, names) = (self.release(id).await?, self.names_now().await?);
        let draft = release.draft.as_ref().map(|draft| DraftTold {
            position: draft.position,
            version: draft.definition.version,
            by: names.of(&draft.by).to_owned(),
            at: draft.at,
            reason: draft.definition.reason.clone(),
            agreements: agreement_lines(&draft.agreements, &names),
            awaited: release.awaited(&draft.agreements),
            waiting: release.waiting(draft),
            criteria: draft.definition.criteria.iter().map(Written::of).collect(),
        });
        let dropped = |dropped: &Dropped| DroppedTold {
            draft: dropped.draft,
            version: dropped.version,
            by: names.of(&dropped.by).to_owned(),
            at: dropped.at,
            reason: dropped.reason.clone(),
        };
        let response = DefinitionResponse {
            release: release.id.to_string(),
            zone: release.description.zone.clone(),
            agreeing: release.agreeing().to_vec(),
            ruling: release.ruling().map(|ruling| version_response(&release, ruling, &names)),
            draft,
            dropped: release.dropped.as_ref().map(dropped),
            history: release
                .definitions
                .iter()
                .rev()
                .map(|ruling| version_line(&release, ruling, &names))
                .collect(),
            template: self.template(&release).await?.len(),
        };
        Ok((release.position, response))
    }

    /// Tells a version that is or was in force.
    pub async fn definition_version(
        &self,
        id: &ReleaseId,
        version: i64,
    ) -> Result<(Position, VersionResponse), AppError> {
        let (release, names) = (self.release(id).await?, self.names_now().await?);
        let ruling = version_of(&release, version)?;
        Ok((release.position, version_response(&release, ruling, &names)))
    }

    /// Compares two versions, or the draft with one.
    pub async fn definition_difference(
        &self,
        id: &ReleaseId,
        query: &DifferenceQuery,
    ) -> Result<(Position, DifferenceResponse), AppError> {
        let release = self.release(id).await?;
        let (from, to) = sides(&release, query)?;
        let difference = Difference::between(from.criteria, to.criteria);
        let written = |criteria: &[&Criterion]| criteria.iter().copied().map(Written::of).collect();
        let changed = |(before, after): &(&Criterion, &Criterion)| ChangedCriterion {
            id: after.id.clone(),
            title: after.title.clone(),
            fields: differing(before, after),
        };
        let response = DifferenceResponse {
            from: from.label(),
            to: to.label(),
            reason: to.reason.map(str::to_owned),
            added: written(&difference.added),
            changed: difference.changed.iter().map(changed).collect(),
            dropped: written(&difference.dropped),
        };
        Ok((release.position, response))
    }
}

fn version_response(release: &Release, ruling: &Ruling, names: &NamesNow) -> VersionResponse {
    VersionResponse {
        line: version_line(release, ruling, names),
        criteria: ruling.definition.criteria.iter().map(Written::of).collect(),
    }
}

fn version_line(release: &Release, ruling: &Ruling, names: &NamesNow) -> VersionLine {
    VersionLine {
        version: ruling.definition.version,
        position: ruling.position,
        draft: ruling.draft,
        since: ruling.since,
        by: names.of(&ruling.by).to_owned(),
        reason: ruling.definition.reason.clone(),
        late: release.lateness(ruling),
        consent: release.consent(ruling),
        agreements: agreement_lines(&ruling.agreements, names),
        criteria_total: ruling.definition.criteria.len(),
    }
}

fn agreement_lines(agreements: &[Agreement], names: &NamesNow) -> Vec<AgreementLine> {
    let line = |agreement: &Agreement| AgreementLine {
        function: agreement.function,
        by: names.told(agreement.voice()),
        at: agreement.at,
        position: agreement.position,
    };
    agreements.iter().map(line).collect()
}
