//! The fields by which forms of a release name a person, a build and a device.
//!
//! Invariant: two people of the same name can be told apart before one is chosen.

use domain::criterion::Function;
use domain::envelope::ActorId;
use domain::id::TrackId;
use domain::person::{Known, Meant};
use domain::refusal::Refusal;
use domain::release::Release;
use domain::track::Track;
use maud::{Markup, html};
use serde::Deserialize;

use super::parts::verdict::function;
use super::reader::Reader;
use super::seen::Seen;
use crate::app::person::OnBehalf;

/// What is wanted on a form: a check by hand, or a summary.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum What {
    #[default]
    Check,
    Summary,
}

impl What {
    pub(super) const ALL: [(Self, &'static str, &'static str); 2] =
        [(Self::Check, "check", "A check by hand"), (Self::Summary, "summary", "A test summary")];

    pub(super) fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(what, ..)| *what == self).map_or("", |(_, name, _)| name)
    }
}

/// How somebody is named on a form.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Named {
    #[serde(default)]
    pub(super) person: String,
    #[serde(default)]
    pub(super) person_name: String,
    #[serde(default)]
    pub(super) person_address: String,
}

impl Named {
    pub(super) fn meant(&self) -> Meant {
        let some = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        // A name that was typed goes before a choice that was left standing.
        let typed = some(&self.person_name);
        Meant {
            person: some(&self.person).filter(|_| typed.is_none()).map(ActorId::new),
            name: typed.unwrap_or_default(),
            address: some(&self.person_address),
        }
    }
}

/// Returns the track that a form is about: the one that is named, or else the first.
pub(super) fn track_of<'a>(release: &'a Release, named: &str) -> Result<&'a Track, Refusal> {
    if !named.is_empty() {
        let id = TrackId::parse(named).map_err(|error| Refusal::unknown(format!("{error}.")))?;
        return domain::command::evidence::track(release, &id);
    }
    release.live_tracks().next().ok_or_else(|| {
        Refusal::unknown(format!(
            "{} has no track yet. Describe one in the product’s file, and apply it.",
            release.id
        ))
    })
}

/// The links that choose what a form is for, and on which track.
pub(super) fn about(seen: &Seen, reader: &Reader, below: &str, what: What, track: &Track) -> Markup {
    let link = |what: What, track: &TrackId| {
        reader.link(seen.path(&format!("{below}?what={}&track={track}", what.as_str())))
    };
    html! {
        nav.choose aria-label="What, and where" {
            p { @for (other, _, words) in What::ALL {
                a.button href=(link(other, &track.description.id)) aria-current=[(other == what).then_some("true")] { (words) }
            } }
            p { @for other in seen.view.release.live_tracks() {
                a.button href=(link(what, &other.description.id)) aria-current=[(other.description.id == track.description.id).then_some("true")] { (other.description.name) }
            } }
        }
    }
}

/// The build that evidence is for: the candidate, unless another is chosen.
pub(super) fn build_field(track: &Track, chosen: &str) -> Markup {
    let candidate = track.candidate.as_ref().map(|candidate| &candidate.build);
    let chosen = if chosen.is_empty() { candidate.map_or("", |build| build.as_str()) } else { chosen };
    html! {
        div.field {
            label for="build" { "Build" }
            select #build name="build" required {
                @if track.builds.is_empty() { option value="" { "no build yet" } }
                @for build in track.builds.values().rev() {
                    option value=(build.number) selected[build.number.as_str() == chosen] {
                        (build) @if candidate == Some(&build.number) { ", the candidate" } @else { ", stale" }
                    }
                }
            }
        }
    }
}

pub(super) fn device_field(track: &Track, chosen: &str) -> Markup {
    html! {
        div.field {
            label for="device" { "Device" }
            select #device name="device" required {
                @if track.description.devices.is_empty() { option value="" { "no device is listed in the product’s file" } }
                @for device in &track.description.devices { option value=(device) selected[device == chosen] { (device) } }
            }
        }
    }
}

/// Somebody known, or somebody new.
pub(super) fn person_fields(people: &[Known], named: &Named, without: Option<&ActorId>) -> Markup {
    html! {
        div.field {
            label for="person" { "Who" }
            select #person name="person" {
                option value="" { "somebody new" }
                @for known in people.iter().filter(|known| Some(&known.id) != without) {
                    option value=(known.id) selected[known.id.as_str() == named.person] { (known.name) " (" (known.particular()) ")" }
                }
            }
        }
        div.field.pair {
            div.field { label for="person_name" { "Name, if they are new" } input #person_name name="person_name" value=(named.person_name) maxlength="200" autocomplete="off"; }
            div.field { label for="person_address" { "E-mail, if you like" } input #person_address name="person_address" type="email" value=(named.person_address) maxlength="200" autocomplete="off"; }
        }
    }
}

/// Whose word a form records.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Word {
    /// "other" for somebody else's.
    #[serde(default)]
    pub(super) whose: String,
    #[serde(flatten)]
    pub(super) whom: Named,
    #[serde(default)]
    pub(super) source: String,
}

impl Word {
    pub(super) fn behalf(&self) -> Option<OnBehalf> {
        (self.whose == "other").then(|| OnBehalf {
            of: self.whom.meant(),
            source: self.source.clone(),
            attachment: None,
        })
    }
}

/// The fields that say whose word it is. `own` is how one says that it is one's own; none where it cannot be. Whoever may
/// not record somebody else's word is asked nothing.
pub(super) fn word_fields(
    reader: &Reader,
    people: &[Known],
    word: &Word,
    own: Option<&str>,
    me: &ActorId,
) -> Markup {
    if !reader.records_words() {
        return html! {};
    }
    let other = word.whose == "other" || own.is_none();
    html! {
        @if let Some(own) = own {
            fieldset.field {
                legend { "Whose word is it?" }
                div {
                    label.choice { input type="radio" name="whose" value="own" checked[!other]; (own) }
                    label.choice { input type="radio" name="whose" value="other" checked[other]; "Somebody told me" }
                }
            }
        } @else { input type="hidden" name="whose" value="other"; }
        div.other {
            (person_fields(people, &word.whom, Some(me)))
            div.field {
                label for="source" { "Where they said it" }
                input #source name="source" value=(word.source) maxlength="300";
                p.hint { "As “message in #release, 24 Nov 14:05”, a link, or “phone call”." }
            }
        }
    }
}

/// The choice of a function: those that whoever reads speaks for come first.
pub(super) fn function_field(functions: &[Function], chosen: &str, label: &str) -> Markup {
    html! {
        div.field {
            label for="function" { (label) }
            select #function name="function" required {
                @for of in functions { option value=(of.as_str()) selected[of.as_str() == chosen] { (function(*of)) } }
            }
        }
    }
}
