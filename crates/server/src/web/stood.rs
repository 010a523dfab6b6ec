//! Forms that begin with what is on record, and put all of it anew.
//!
//! Invariant: what somebody else changed while a form was open is put in the place of only by whoever was told of it.

use domain::digest::Digest;
use domain::id::ReleaseId;
use domain::refusal::Refusal;
use domain::release::Release;
use maud::{Markup, html};

use super::typed::Typed;
use crate::app::moved::Seen;
use crate::app::{App, AppError};

/// The field that says what a form began with.
const FIELD: &str = "stood";
/// How often something else may come between before we give up.
const TRIES: usize = 5;

/// Remembers in a form what is on record; a form about something new has nothing to remember.
pub(super) fn remembered(on_record: Option<&Typed>) -> Markup {
    html! { @if let Some(typed) = on_record { input type="hidden" name=(FIELD) value=(digest(typed)); } }
}

fn digest(typed: &Typed) -> String {
    let mut text = String::new();
    for (name, value) in typed.fields() {
        // Lengths keep one field from running into the next.
        text.push_str(&format!("{}:{name}{}:{value}", name.len(), value.len()));
    }
    Digest::of(text.as_bytes()).to_string()
}

/// Does what a form says, if what it began with still is on record. `act` is handed the position at which that was found,
/// and is asked again when something else happened in between.
pub(super) async fn unless_changed<T, F: Future<Output = Result<T, AppError>>>(
    app: &App,
    id: &ReleaseId,
    typed: &Typed,
    on_record: impl Fn(&Release) -> Result<Typed, Refusal>,
    act: impl Fn(Option<Seen>) -> F,
) -> Result<T, AppError> {
    let Some(began) = typed.some(FIELD) else { return act(None).await };
    for _ in 0..TRIES {
        let release = app.release(id).await?;
        if digest(&on_record(&release)?) != began {
            return Err(AppError::Refused(Refusal::invalid(
                "It was changed while this form was open. What you typed is still here: look at what is on record now, and \
                 send this once more if it is to take the place of that.",
            )));
        }
        let seen = Seen::At([release.position].into());
        match act(Some(seen)).await {
            Err(AppError::Moved(_)) => {}
            done => return done,
        }
    }
    Err(AppError::Conflict(id.to_string()))
}
