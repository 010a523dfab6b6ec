//! Handing a validated build over to be submitted: offered, then accepted or returned.
//!
//! Invariant: what was handed over is one build; another candidate voids it, and nothing revives it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::envelope::{ActorId, Position};
use crate::id::BuildNumber;
use crate::refusal::Refusal;
use crate::time::Time;
use crate::voice::{Behalf, Voice};

/// What a handoff asks for unless the product says otherwise.
pub const CHECKLIST: [&str; 4] = [
    "The very build that was tested is uploaded",
    "Release notes are written in every language",
    "Listing and screenshots are up to date",
    "Known issues are with support",
];

/// A line of a handoff's checklist.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Item {
    #[schema(example = "Release notes are written in every language")]
    pub text: String,
    pub done: bool,
    /// Why it is not done, or what there is to know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A word that was given, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    pub by: ActorId,
    pub behalf: Option<Behalf>,
    pub at: Time,
    pub position: Position,
    /// A reason, or a note.
    pub text: Option<String>,
}

impl Given {
    pub fn voice(&self) -> Voice<'_> {
        Voice { actor: &self.by, behalf: self.behalf.as_ref(), asked_by: None }
    }
}

/// How a handoff stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    Offered,
    Accepted(Given),
    /// It goes back, with the reason.
    Returned(Given),
    /// Whoever offered it took it back.
    TakenBack(Given),
    /// The build is no longer the candidate.
    Voided {
        why: String,
        at: Time,
        position: Position,
    },
}

/// One build, handed from those who validated it to those who submit it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handoff {
    pub position: Position,
    pub build: BuildNumber,
    pub by: ActorId,
    pub behalf: Option<Behalf>,
    pub at: Time,
    pub checklist: Vec<Item>,
    pub note: Option<String>,
    pub standing: Standing,
}

impl Handoff {
    pub fn voice(&self) -> Voice<'_> {
        Voice { actor: &self.by, behalf: self.behalf.as_ref(), asked_by: None }
    }

    /// Tells whether it still leads somewhere: it waits, or was accepted.
    pub fn is_live(&self) -> bool {
        matches!(self.standing, Standing::Offered | Standing::Accepted(_))
    }

    pub fn is_accepted(&self) -> bool {
        matches!(self.standing, Standing::Accepted(_))
    }

    /// Tells whether it had been accepted by then, whatever came of it after.
    pub fn is_accepted_before(&self, position: Position) -> bool {
        matches!(&self.standing, Standing::Accepted(given) if given.position < position)
    }

    /// Returns how it stands, in a word.
    pub fn label(&self) -> &'static str {
        match self.standing {
            Standing::Offered => "offered",
            Standing::Accepted(_) => "accepted",
            Standing::Returned(_) => "returned",
            Standing::TakenBack(_) => "taken back",
            Standing::Voided { .. } => "void",
        }
    }

    /// Accepts what was offered.
    ///
    /// # Errors
    /// One that does not wait for an answer.
    pub fn accept(self, word: Given) -> Result<Self, Refusal> {
        match self.standing {
            Standing::Offered => Ok(Self { standing: Standing::Accepted(word), ..self }),
            _ => Err(self.answered("accepted")),
        }
    }

    /// Sends back what was offered, or what was accepted and turns out not to do.
    ///
    /// # Errors
    /// One that is over.
    pub fn send_back(self, word: Given) -> Result<Self, Refusal> {
        match self.standing {
            Standing::Offered | Standing::Accepted(_) => {
                Ok(Self { standing: Standing::Returned(word), ..self })
            }
            _ => Err(self.answered("returned")),
        }
    }

    /// Takes back one's own offer.
    ///
    /// # Errors
    /// One that was answered.
    pub fn take_back(self, word: Given) -> Result<Self, Refusal> {
        match self.standing {
            Standing::Offered => Ok(Self { standing: Standing::TakenBack(word), ..self }),
            Standing::Accepted(_) => Err(Refusal::contradiction(format!(
                "The handoff of {} was accepted. Whoever accepted it can return it, with a reason.",
                self.build
            ))),
            _ => Err(self.answered("taken back")),
        }
    }

    /// Ends it because the build is no longer the candidate; what is over stays as it ended.
    pub fn void(self, why: String, at: Time, position: Position) -> Self {
        if self.is_live() { Self { standing: Standing::Voided { why, at, position }, ..self } } else { self }
    }

    fn answered(&self, verb: &str) -> Refusal {
        let then = match &self.standing {
            Standing::Offered => return Refusal::contradiction(format!("It cannot be {verb} now.")),
            Standing::Accepted(_) => "was accepted already".to_owned(),
            Standing::Returned(given) => {
                format!("was returned: {}", given.text.as_deref().unwrap_or("no reason is on record"))
            }
            Standing::TakenBack(given) => {
                format!("was taken back: {}", given.text.as_deref().unwrap_or("no reason is on record"))
            }
            Standing::Voided { why, .. } => format!("is void: {why}"),
        };
        Refusal::contradiction(format!(
            "The handoff of {} {then}. It cannot be {verb}; offer the candidate anew if it is to go on.",
            self.build
        ))
    }
}
