//! Whoever gives their word in a command, and which functions they may speak for.
//!
//! Invariant: nobody speaks for a function that is not theirs; a word that another recorded is theirs whose word it is.

use crate::command::evidence::sourced;
use crate::criterion::Function;
use crate::envelope::ActorId;
use crate::refusal::Refusal;
use crate::voice::{Behalf, Provenance};
use crate::words;

/// Whoever speaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Speaker {
    /// Who records it.
    pub actor: ActorId,
    /// Whose word it is, if it is another's.
    pub behalf: Option<Behalf>,
    /// What whoever's word it is speaks for, nothing if they have no account that is in use; `None` where the user of the
    /// machine that holds the data answers for it.
    pub functions: Option<Vec<Function>>,
}

impl Speaker {
    /// Returns whose word it is.
    pub fn whose(&self) -> &ActorId {
        self.behalf.as_ref().map_or(&self.actor, |behalf| &behalf.of)
    }

    pub fn provenance(&self) -> Provenance {
        Provenance { behalf: self.behalf.clone(), answers: None }
    }

    /// Checks that a word recorded for somebody says where they gave it.
    ///
    /// # Errors
    /// The refusal, which says how.
    pub fn sourced(&self) -> Result<(), Refusal> {
        sourced(&self.provenance())
    }

    /// Says whether they may speak for a function.
    ///
    /// # Errors
    /// The refusal, which says whose word it takes.
    pub fn speaks_for(&self, function: Function) -> Result<(), Refusal> {
        let Some(functions) = &self.functions else { return Ok(()) };
        if functions.contains(&function) {
            return Ok(());
        }
        let function = function.as_str();
        if self.behalf.is_some() {
            return Err(Refusal::forbidden(format!(
                "This takes the word of {function}. They have no account that speaks for {function}; name somebody who \
                 has one, or ask an admin to give them one."
            )));
        }
        let theirs: Vec<&str> = functions.iter().map(|function| function.as_str()).collect();
        let theirs = match theirs.as_slice() {
            [] => "nothing yet".to_owned(),
            theirs => words::joined(theirs, theirs.len(), "and"),
        };
        Err(Refusal::forbidden(format!(
            "This takes the word of {function}. You speak for {theirs}; ask somebody of {function}, or have a \
             coordinator record their word with where they gave it."
        )))
    }
}
