//! People: whom somebody means by a name, and whose word something is.
//!
//! Invariant: a person who is new is made only once what names them has been decided.

use std::collections::HashMap;

use domain::digest::Digest;
use domain::envelope::ActorId;
use domain::person::{Choice, Known, Meant, choose};
use domain::refusal::Refusal;
use domain::voice::{Behalf, Voice};
use journal::Person;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{App, AppError, new_id};

/// Somebody else's word, as whoever records it hands it in.
#[derive(Clone, Debug, Default, Deserialize, Serialize, ToSchema)]
pub struct OnBehalf {
    #[serde(flatten)]
    pub of: Meant,
    /// Where the word was given: "message in #release, 24 Nov 14:05", a link, "phone call".
    #[serde(default)]
    #[schema(example = "message in #release, 24 Nov 14:05")]
    pub source: String,
    /// What shows it: the digest that an upload was answered with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attachment: Option<Digest>,
}

/// Somebody who was meant.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub(crate) id: ActorId,
    /// Set while they are new and not kept yet.
    new: Option<Person>,
}

impl Found {
    pub(crate) fn is_new(&self) -> bool {
        self.new.is_some()
    }
}

/// Everyone's name, read at once.
#[derive(Debug)]
pub(crate) struct NamesNow(HashMap<ActorId, String>);

impl NamesNow {
    pub(crate) fn of(&self, actor: &ActorId) -> &str {
        self.0.get(actor).map_or("somebody erased", String::as_str)
    }

    pub(crate) fn told(&self, voice: Voice<'_>) -> String {
        voice.told(|actor| self.of(actor))
    }
}

impl App {
    /// Returns everyone who can be asked or quoted, by name.
    pub(crate) async fn known_people(&self) -> Result<Vec<Known>, AppError> {
        let people = self.journal().people().await?;
        let known = people.into_iter().filter(|person| person.erased_at.is_none()).filter_map(|person| {
            Some(Known { id: person.id, name: person.name?, address: person.address, login: person.login })
        });
        let mut known: Vec<Known> = known.collect();
        known.sort_by_key(|known| known.name.to_lowercase());
        Ok(known)
    }

    pub(crate) async fn names_now(&self) -> Result<NamesNow, AppError> {
        let people = self.journal().people().await?;
        Ok(NamesNow(people.into_iter().filter_map(|person| Some((person.id, person.name?))).collect()))
    }

    /// Finds whom somebody means; somebody new is not kept yet.
    pub(crate) async fn find_person(&self, meant: &Meant) -> Result<Found, AppError> {
        match choose(&self.known_people().await?, meant)? {
            Choice::Known(id) => Ok(Found { id, new: None }),
            Choice::New { name, address } => {
                let (name, created_at) = (Some(name), self.now());
                let person =
                    Person { id: new_id()?, login: None, name, address, created_at, erased_at: None };
                Ok(Found { id: person.id.clone(), new: Some(person) })
            }
        }
    }

    /// Keeps somebody who was found, if they are new.
    pub(crate) async fn keep_person(&self, found: &Found) -> Result<(), AppError> {
        if let Some(person) = &found.new {
            self.journal().person_put(person).await?;
            self.refresh_names().await?;
        }
        Ok(())
    }

    /// Finds whose word is recorded; it cannot be one's own.
    pub(crate) async fn find_behalf(
        &self,
        wanted: Option<OnBehalf>,
    ) -> Result<Option<(Found, Behalf)>, AppError> {
        let Some(OnBehalf { of, source, attachment }) = wanted else { return Ok(None) };
        let found = self.find_person(&of).await?;
        if found.id == self.actor().await? {
            let sentence = "That is you. Record it as your own word, or name whose word it is.";
            return Err(Refusal::invalid(sentence).into());
        }
        if let Some(digest) = &attachment
            && self.blobs().size(digest).await?.is_none()
        {
            return Err(Refusal::unknown("The attachment is not there. Upload it first.").into());
        }
        let behalf = Behalf { of: found.id.clone(), source: source.trim().to_owned(), attachment };
        Ok(Some((found, behalf)))
    }
}
