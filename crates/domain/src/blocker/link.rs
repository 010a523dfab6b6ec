//! What a blocker is linked with: a defect, a change, a dependency, a page elsewhere.
//!
//! Invariant: a page is one that a browser opens; other schemes never come this far.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::id::{ChangeKey, DefectKey, DependencyId};
use crate::release::Release;

/// Something that a blocker has to do with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "to", rename_all = "snake_case")]
pub enum Link {
    Defect {
        defect: DefectKey,
    },
    Change {
        change: ChangeKey,
    },
    Dependency {
        dependency: DependencyId,
    },
    /// A pull request, or any other page.
    Page {
        #[schema(example = "https://git.example/tidewatch/pull/4411")]
        url: String,
    },
}

impl Link {
    /// Returns it as readers see it: "TW-2304 “Old route”", "the dependency routes-backend", "git.example/pull/4411".
    pub fn told(&self, release: &Release) -> String {
        match self {
            Self::Defect { defect } => {
                release.defects.get(defect).map_or_else(|| defect.to_string(), |defect| defect.label())
            }
            Self::Change { change } => {
                release.changes.get(change).map_or_else(|| change.to_string(), |change| change.label())
            }
            Self::Dependency { dependency } => format!("the dependency {dependency}"),
            Self::Page { url } => url.split_once("://").map_or(url.as_str(), |(_, rest)| rest).to_owned(),
        }
    }

    /// Returns it in one word: "TW-2304", the address of a page.
    pub fn name(&self) -> &str {
        match self {
            Self::Defect { defect } => defect.as_str(),
            Self::Change { change } => change.as_str(),
            Self::Dependency { dependency } => dependency.as_str(),
            Self::Page { url } => url,
        }
    }
}
