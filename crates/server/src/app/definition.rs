//! The definition of ready: draft it, agree to it, drop a draft.
//!
//! Invariant: a draft is kept only if every rule in it can be evaluated.

mod told;

use domain::command::definition as command;
use domain::criteria::written::Written;
use domain::criterion::{Criterion, Function};
use domain::envelope::Position;
use domain::id::{CriterionId, ReleaseId};
use domain::permission::{Act, Whose};
use domain::refusal::Refusal;
use domain::release::Release;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::moved::Seen;
use super::person::OnBehalf;
use super::said::{Said, position};
use super::settle::SettledResponse;
use super::{App, AppError};

pub use told::{
    AgreementLine, ChangedCriterion, DefinitionResponse, DifferenceQuery, DifferenceResponse, DraftTold,
    DroppedTold, InForce, VersionLine, VersionResponse,
};
pub(crate) use told::{Named, sides, version_of};

/// What a draft begins from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// The criteria of the product's file.
    Template,
    /// What is in force.
    Ruling,
    /// What waits for agreement.
    Draft,
}

impl Origin {
    pub const ALL: [(&'static str, Self); 3] =
        [("template", Self::Template), ("ruling", Self::Ruling), ("draft", Self::Draft)];

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().find(|(name, _)| *name == text).map(|(_, origin)| *origin)
    }
}

/// A draft of the definition of ready.
#[derive(Clone, Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DraftRequest {
    /// What it begins from; unless given, from nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Origin>,
    /// Which of the criteria it begins from are left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub without: Vec<CriterionId>,
    /// Its own criteria: each takes the place of the one of the same id, or comes after the others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub criteria: Vec<Written>,
    /// Why the bar moves; the first version needs no reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "the map stays grey on old phones")]
    pub reason: Option<String>,
}

/// That a function agrees.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AgreeRequest {
    /// The draft, by its position; or what a file put in force, by its.
    #[serde(deserialize_with = "position")]
    pub definition: Position,
    pub function: Function,
    /// Whose word it is, if somebody else's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub behalf: Option<OnBehalf>,
}

/// Which draft is dropped, and why.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DropDraftRequest {
    #[serde(deserialize_with = "position")]
    pub draft: Position,
    #[schema(value_type = Said, example = "the template has changed")]
    pub reason: String,
}

impl App {
    /// Drafts a definition of ready; it takes the place of a draft that waits.
    pub async fn draft_definition(
        &self,
        id: &ReleaseId,
        request: DraftRequest,
        seen: Option<&Seen>,
    ) -> Result<SettledResponse, AppError> {
        self.allows(Act::Define, Whose::Own)?;
        let release = self.release(id).await?;
        domain::command::evidence::writable(&release)?;
        let template = self.template(&release).await?;
        let criteria = self.drafted(&release, &template, &request).await?;
        let (reason, actor) = (request.reason, self.actor().await?);
        let decide = |release: &Release| command::draft(release, criteria.clone(), reason.as_deref(), &actor);
        self.settle(id, seen, None, decide).await
    }

    /// Returns the criteria that a draft comes to.
    async fn drafted(
        &self,
        release: &Release,
        template: &[Criterion],
        request: &DraftRequest,
    ) -> Result<Vec<Criterion>, AppError> {
        let mut criteria = match request.from {
            None => Vec::new(),
            Some(origin) => begins_from(release, template, origin)?.to_vec(),
        };
        for id in &request.without {
            let there = criteria.len();
            criteria.retain(|criterion| criterion.id != *id);
            if criteria.len() == there {
                return Err(unknown_criterion(id, &criteria).into());
            }
        }
        // What is taken over is checked too: facts may have gone since it was agreed.
        let taken: Vec<Written> = criteria.iter().map(Written::of).collect();
        self.read_criteria(release, &taken, template).await?;
        for criterion in self.read_criteria(release, &request.criteria, template).await? {
            match criteria.iter_mut().find(|known| known.id == criterion.id) {
                // Twice in one request is a mistake, which the draft itself is refused for.
                Some(known) if request.from.is_some() && !request.names_twice(&criterion.id) => {
                    *known = criterion;
                }
                _ => criteria.push(criterion),
            }
        }
        Ok(criteria)
    }

    /// Records that a function agrees.
    pub async fn agree_to_definition(
        &self,
        id: &ReleaseId,
        request: AgreeRequest,
        seen: Option<&Seen>,
    ) -> Result<SettledResponse, AppError> {
        let AgreeRequest { definition, function, behalf } = request;
        let (found, speaker) = self.giver(behalf).await?;
        let decide = |release: &Release| command::agree(release, definition, function, &speaker);
        self.settle(id, seen, found, decide).await
    }

    /// Drops the draft that waits.
    pub async fn drop_draft(
        &self,
        id: &ReleaseId,
        request: DropDraftRequest,
        seen: Option<&Seen>,
    ) -> Result<SettledResponse, AppError> {
        self.allows(Act::Define, Whose::Own)?;
        let actor = self.actor().await?;
        let DropDraftRequest { draft, reason } = request;
        let decide = |release: &Release| command::drop_draft(release, draft, &reason, &actor);
        self.settle(id, seen, None, decide).await
    }
}

impl DraftRequest {
    fn names_twice(&self, id: &CriterionId) -> bool {
        self.criteria.iter().filter(|written| written.id.as_ref() == Some(id)).count() > 1
    }
}

/// Returns what a draft begins from.
///
/// # Errors
/// What is not there to begin from, with what is.
pub(crate) fn begins_from<'a>(
    release: &'a Release,
    template: &'a [Criterion],
    origin: Origin,
) -> Result<&'a [Criterion], Refusal> {
    let criteria = match origin {
        Origin::Template => Some(template).filter(|template| !template.is_empty()),
        Origin::Ruling => release.definition().map(|definition| definition.criteria.as_slice()),
        Origin::Draft => release.draft.as_ref().map(|draft| draft.definition.criteria.as_slice()),
    };
    criteria.ok_or_else(|| {
        let product = &release.description.product_name;
        Refusal::unknown(match origin {
            Origin::Template => format!(
                "The template of {product} has no criteria. Write them into the product’s file, under [[criteria]], or \
                 draft from nothing."
            ),
            Origin::Ruling => format!(
                "No definition of ready is in force in {}. Begin from the template of {product}.",
                release.id
            ),
            Origin::Draft => format!("No draft waits in {}. Begin from the template or from what is in force.", release.id),
        })
    })
}

fn unknown_criterion(id: &CriterionId, criteria: &[Criterion]) -> Refusal {
    let names: Vec<&str> = criteria.iter().map(|criterion| criterion.id.as_str()).collect();
    let meant = domain::criteria::check::closest(id.as_str(), names.iter().copied());
    let meant = meant.map(|meant| format!(" Did you mean {meant}?")).unwrap_or_default();
    Refusal::unknown(format!(
        "There is no criterion {id} to leave out; there is {}.{meant}",
        names.join(", ")
    ))
}
