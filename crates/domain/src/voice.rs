//! Whose word a piece of evidence is, and how it came to be on record.
//!
//! Invariant: a word that somebody else recorded, or that came by a link, is never told as if its owner had recorded it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::digest::Digest;
use crate::envelope::{ActorId, Position};

/// Whose word somebody recorded, and where it was given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Behalf {
    pub of: ActorId,
    /// Where the word was given: "message in #release, 24 Nov 14:05", a link, "phone call".
    pub source: String,
    /// The blob that shows it, such as a picture of the message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attachment: Option<Digest>,
}

/// What an event says of how its word came.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provenance {
    /// Recorded by another than whose word it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub behalf: Option<Behalf>,
    /// The ask that it answers; then it came by a link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answers: Option<Position>,
}

/// Whoever speaks: for themselves, by a link that somebody gave them, or through somebody else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Voice<'a> {
    /// Who recorded it.
    pub actor: &'a ActorId,
    pub behalf: Option<&'a Behalf>,
    /// Who gave out the link that it came by.
    pub asked_by: Option<&'a ActorId>,
}

impl<'a> Voice<'a> {
    /// Somebody who spoke for themselves.
    pub fn own(actor: &'a ActorId) -> Self {
        Self { actor, behalf: None, asked_by: None }
    }

    /// Returns whose word it is.
    pub fn whose(self) -> &'a ActorId {
        self.behalf.map_or(self.actor, |behalf| &behalf.of)
    }

    /// Tells whose word it is and how it came: "Jo Lind, recorded by Ada Winter (message in #release)".
    pub fn told<N: AsRef<str>>(self, name: impl Fn(&ActorId) -> N) -> String {
        let whose = name(self.whose());
        let (whose, actor) = (whose.as_ref(), name(self.actor));
        match (self.behalf, self.asked_by) {
            (Some(behalf), _) => format!("{whose}, recorded by {} ({})", actor.as_ref(), behalf.source),
            (None, Some(by)) => format!("{whose}, by a link from {}", name(by).as_ref()),
            (None, None) => whose.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_voice_tells_whose_word_it_is_and_who_wrote_it_down() {
        let (ada, jo) = (ActorId::new("Ada Winter"), ActorId::new("Jo Lind"));
        let behalf = Behalf { of: jo.clone(), source: "message in #release".to_owned(), attachment: None };
        let name = |actor: &ActorId| actor.to_string();
        let own = Voice::own(&ada);
        let through = Voice { behalf: Some(&behalf), ..own };
        let by_link = Voice { actor: &jo, behalf: None, asked_by: Some(&ada) };
        assert_eq!(own.told(name), "Ada Winter");
        assert_eq!(through.told(name), "Jo Lind, recorded by Ada Winter (message in #release)");
        assert_eq!(by_link.told(name), "Jo Lind, by a link from Ada Winter");
    }
}
