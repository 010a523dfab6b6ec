//! What somebody typed into a form, by the names of its fields; and the fields that several forms have.
//!
//! Invariant: whatever was typed can be shown again as it was typed.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use domain::envelope::ActorId;
use domain::id::{BuildNumber, TrackId};
use domain::person::Known;
use domain::refusal::{Refusal, RefusalKind};
use domain::release::Release;
use maud::{Markup, html};
use serde::Deserialize;

use super::whom::{Named, person_fields};
use crate::app::person::OnBehalf;

/// The fields of a form as they were filled in.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(transparent)]
pub(super) struct Typed(BTreeMap<String, String>);

/// A form that does not do: which one, what was typed into it, and why not.
#[derive(Debug)]
pub(super) struct Refused {
    pub(super) form: String,
    pub(super) typed: Typed,
    pub(super) why: String,
    pub(super) kind: RefusalKind,
}

impl Typed {
    pub(super) fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    /// Returns every field, in the order of their names.
    pub(super) fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    pub(super) fn set(&mut self, name: &str, value: impl Into<String>) {
        self.0.insert(name.to_owned(), value.into());
    }

    /// Returns a field that may be left empty.
    pub(super) fn some(&self, name: &str) -> Option<String> {
        Some(self.get(name).trim().to_owned()).filter(|text| !text.is_empty())
    }

    /// Returns one of several words; `None` if none was chosen.
    ///
    /// # Errors
    /// A word that is none of them.
    pub(super) fn chosen<T>(&self, name: &str, parse: fn(&str) -> Option<T>) -> Result<Option<T>, Refusal> {
        match self.get(name) {
            "" => Ok(None),
            word => match parse(word) {
                Some(chosen) => Ok(Some(chosen)),
                None => {
                    Err(Refusal::invalid(format!("“{word}” is none of the choices. Choose one of them.")))
                }
            },
        }
    }

    /// Returns one of several words, which must be chosen.
    pub(super) fn must<T>(&self, name: &str, parse: fn(&str) -> Option<T>, ask: &str) -> Result<T, Refusal> {
        self.chosen(name, parse)?.ok_or_else(|| Refusal::invalid(ask))
    }

    /// Returns words that stand between commas.
    pub(super) fn list(&self, name: &str) -> Vec<String> {
        let words = self.get(name).split(',').map(str::trim).filter(|word| !word.is_empty());
        words.map(str::to_owned).collect()
    }

    /// Returns the tracks that are ticked.
    pub(super) fn tracks(&self, release: &Release) -> Vec<TrackId> {
        let ticked = |id: &&TrackId| !self.get(&format!("on-{id}")).is_empty();
        release.track_order.iter().filter(ticked).cloned().collect()
    }

    /// Returns the builds that are named for a track, between commas.
    pub(super) fn builds(&self, name: &str) -> Result<Vec<BuildNumber>, Refusal> {
        let build =
            |text: &String| BuildNumber::parse(text).map_err(|error| Refusal::invalid(format!("{error}.")));
        self.list(name).iter().map(build).collect()
    }

    pub(super) fn named(&self) -> Named {
        Named {
            person: self.get("person").to_owned(),
            person_name: self.get("person_name").to_owned(),
            person_address: self.get("person_address").to_owned(),
        }
    }

    /// Returns whose word it is, where the form says that it is somebody else's.
    pub(super) fn behalf(&self) -> Option<OnBehalf> {
        (self.get("whose") == "other").then(|| OnBehalf {
            of: self.named().meant(),
            source: self.get("source").to_owned(),
            attachment: None,
        })
    }
}

impl Refused {
    pub(super) fn new(form: impl Into<String>, typed: Typed, refusal: Refusal) -> Self {
        Self { form: form.into(), typed, why: refusal.sentence, kind: refusal.kind }
    }

    /// Returns what a page answers with that shows this, or nothing refused.
    pub(super) fn status(refused: Option<&Self>) -> StatusCode {
        match refused.map(|refused| refused.kind) {
            None => StatusCode::OK,
            Some(RefusalKind::Forbidden) => StatusCode::FORBIDDEN,
            Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        }
    }

    /// Returns what was typed into a form, if that is the one that was refused.
    pub(super) fn of<'a>(refused: Option<&'a Self>, form: &str) -> Option<&'a Self> {
        refused.filter(|refused| refused.form == form)
    }
}

/// Says beside a form why it was refused.
pub(super) fn wrong(refused: Option<&Refused>) -> Markup {
    html! { @if let Some(refused) = refused { p.note role="alert" { (refused.why) } } }
}

/// A line to type, with its hint.
pub(super) fn line(typed: &Typed, name: &str, label: &str, hint: &str, required: bool) -> Markup {
    html! {
        div.field {
            label for=(name) { (label) }
            input id=(name) name=(name) value=(typed.get(name)) required[required] maxlength="300" autocomplete="off";
            @if !hint.is_empty() { p.hint { (hint) } }
        }
    }
}

/// Some sentences to type, with their hint.
pub(super) fn sentences(typed: &Typed, name: &str, label: &str, hint: &str, required: bool) -> Markup {
    html! {
        div.field {
            label for=(name) { (label) }
            textarea id=(name) name=(name) rows="2" required[required] maxlength="5000" { (typed.get(name)) }
            @if !hint.is_empty() { p.hint { (hint) } }
        }
    }
}

/// One of several words, or none yet.
pub(super) fn choice(typed: &Typed, name: &str, label: &str, none: &str, words: &[(&str, &str)]) -> Markup {
    html! {
        div.field {
            label for=(name) { (label) }
            select id=(name) name=(name) {
                @if !none.is_empty() { option value="" { (none) } }
                @for (value, label) in words { option value=(value) selected[*value == typed.get(name)] { (label) } }
            }
        }
    }
}

/// The tracks of the release, to tick.
pub(super) fn tracks(release: &Release, typed: &Typed, legend: &str, hint: &str) -> Markup {
    html! {
        fieldset.field {
            legend { (legend) }
            div { @for track in release.live_tracks() {
                @let name = format!("on-{}", track.description.id);
                label.choice { input type="checkbox" name=(name) value="yes" checked[!typed.get(&name).is_empty()]; (track.description.name) }
            } }
            @if !hint.is_empty() { p.hint { (hint) } }
        }
    }
}

/// Whose word it is, if it is somebody else's, and where they gave it.
pub(super) fn somebody_else(people: &[Known], typed: &Typed, me: Option<&ActorId>) -> Markup {
    html! {
        input type="hidden" name="whose" value="other";
        (person_fields(people, &typed.named(), me))
        div.field {
            label for="source" { "Where they said it" }
            input #source name="source" value=(typed.get("source")) required maxlength="300";
            p.hint { "As “message in #release, 24 Nov 14:05”, a link, or “phone call”." }
        }
    }
}
