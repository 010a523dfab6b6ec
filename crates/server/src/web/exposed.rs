//! Which tracks have a defect: each with its ground, what its candidate has of it, and one press to say so.
//!
//! Invariant: a track on which nobody looked is never shown like one on which somebody did.

use axum::extract::Form;
use axum::extract::rejection::FormRejection;
use domain::defect::{Defect, Exposure};
use domain::envelope::ActorId;
use domain::exposure::{Exposed, Exposures, Mended, Sight, mended};
use domain::id::TrackId;
use domain::person::Known as Person;
use domain::refusal::Refusal;
use domain::track::Track;
use domain::voice::Voice;
use maud::{Markup, html};

use super::defect::{DefectPath, after, event, no_key};
use super::reader::Reader;
use super::seen::Seen;
use super::trouble::Page;
use super::typed::{Refused, Typed, choice, line, somebody_else, wrong};
use crate::app::defects::{ExposeRequest, Known, ground};
use crate::app::{App, AppError};
use crate::door::Acting;

/// Who may answer, and what did not do.
#[derive(Clone, Copy, Debug)]
pub(super) struct Answering<'a> {
    pub(super) may: bool,
    pub(super) refused: Option<&'a Refused>,
    pub(super) people: &'a [Person],
    pub(super) me: &'a ActorId,
}

pub(super) async fn tell(
    Acting(app): Acting,
    reader: Reader,
    path: DefectPath,
    form: Result<Form<Typed>, FormRejection>,
) -> Page {
    let (of, typed) = (path?.0.parts(), form?.0);
    let settled = match request(&typed) {
        Ok(request) => expose(&app, &of, request).await,
        Err(refusal) => Err(refusal.into()),
    };
    let name = if typed.get("whose") == "other" {
        "expose-other".to_owned()
    } else {
        format!("expose-{}", typed.get("track"))
    };
    after((app, reader), of, (name, typed), "exposed", settled).await
}

async fn expose(
    app: &App,
    (id, key): &(domain::id::ReleaseId, domain::id::DefectKey),
    request: ExposeRequest,
) -> Result<crate::app::settle::SettledResponse, AppError> {
    app.expose_defect(id, key, request, None).await
}

fn request(typed: &Typed) -> Result<ExposeRequest, Refusal> {
    let track = TrackId::parse(typed.get("track")).map_err(no_key)?;
    let ask = "Say whether the track is affected, not affected, or not checked.";
    let exposure = typed.must("exposure", Exposure::parse, ask)?;
    Ok(ExposeRequest { track, exposure, note: typed.some("note"), behalf: typed.behalf() })
}

/// The defect on each track.
pub(super) fn card(
    seen: &Seen,
    reader: &Reader,
    exposures: &Exposures<'_>,
    defect: &Defect,
    answering: Answering<'_>,
) -> Markup {
    let tracks: Vec<&Track> = seen.view.release.live_tracks().collect();
    let base = seen.path(&format!("/defects/{}/exposures", defect.key));
    html! {
        section.card aria-labelledby="tracks" {
            header { h2 #tracks { "On each track" } span.hint { "No track is taken to have it, or not, because another does." } }
            ul.on-tracks { @for track in &tracks {
                (on_track(seen, reader, exposures, defect, track, (&base, answering)))
            } }
            @if answering.may && !tracks.is_empty() {
                @let refused = Refused::of(answering.refused, "expose-other");
                details.pad #told-me open[refused.is_some()] {
                    summary.button { "Somebody told me" }
                    form.pad method="post" action=(base) {
                        @let empty = Typed::default();
                        @let typed = refused.map_or(&empty, |refused| &refused.typed);
                        (wrong(refused))
                        (choice(typed, "track", "Track", "", &tracks.iter().map(|track| (track.description.id.as_str(), track.description.name.as_str())).collect::<Vec<_>>()))
                        (choice(typed, "exposure", "What did they say?", "", &Exposure::ALL.map(|(name, exposure)| (name, exposure.label()))))
                        (line(typed, "note", "On which build did they look, and how?", "", false))
                        (somebody_else(answering.people, typed, Some(answering.me)))
                        button type="submit" { "Record it" }
                    }
                }
            }
        }
    }
}

/// Tells whether a form asks for an answer: on a track, or by "other" for somebody else's word. A duplicate is asked for
/// none, and what the report or a duplicate has seen is answered already.
pub(super) fn is_asked(exposures: &Exposures<'_>, defect: &Defect, on: &str, may: bool) -> bool {
    let answered = |id: TrackId| {
        matches!(
            exposures.of(defect, &id),
            Exposed::Handed(_) | Exposed::Seen(Sight::Report | Sight::FoundIn(_) | Sight::Duplicate(_))
        )
    };
    may && (on == "other" || TrackId::parse(on).is_ok_and(|id| !answered(id)))
}

fn on_track(
    seen: &Seen,
    reader: &Reader,
    exposures: &Exposures<'_>,
    defect: &Defect,
    track: &Track,
    (base, answering): (&str, Answering<'_>),
) -> Markup {
    let id = &track.description.id;
    let exposed = exposures.of(defect, id);
    let known = Known::of(&exposed);
    let answer = defect.answers.get(id);
    let asks = is_asked(exposures, defect, id.as_str(), answering.may);
    let refused = Refused::of(answering.refused, &format!("expose-{id}"));
    html! {
        li #{ "on-" (id) } {
            div.what {
                p { a href=(reader.link(seen.path(&format!("/tracks/{id}")))) { (track.description.name) } }
                p {
                    @match known {
                        Known::NotChecked => span.debt { (known.label()) },
                        Known::Affected => span.has { (known.label()) },
                        _ => (known.label()),
                    }
                }
            }
            div.because {
                p {
                    (domain::words::capital(&ground(track, &exposed)))
                    @if known == Known::Affected {
                        @match mended(track, defect) {
                            Mended::Yes => "; the candidate has it mended",
                            Mended::No if track.candidate.is_some() => "; the candidate has it",
                            Mended::No => "",
                            Mended::Unknown(_) => "",
                        }
                    }
                    "."
                    @if known == Known::Affected && let Mended::Unknown(why) = mended(track, defect) { " " span.debt { (why) } }
                }
                @if let Some(answer) = answer {
                    p.hint {
                        (domain::words::capital(answer.exposure.label())) ", says " (seen.told(Voice { actor: &answer.by, behalf: answer.behalf.as_ref(), asked_by: None }))
                        ", " (seen.clock.short(answer.at))
                        @if let Some(note) = &answer.note { ": “" (note) "”" }
                        " " (event(answer.position))
                    }
                }
                @if asks {
                    form.answer method="post" action=(base) {
                        (wrong(refused))
                        input type="hidden" name="track" value=(id);
                        label.only-read for={ "note-" (id) } { "On which build of " (track.description.name) " did you look, and how?" }
                        input #{ "note-" (id) } name="note" maxlength="300" value=(refused.map(|refused| refused.typed.get("note")).unwrap_or_default()) placeholder="On which build, and how (if you like)";
                        div.presses { @for (name, exposure) in Exposure::ALL {
                            button type="submit" name="exposure" value=(name) aria-pressed=[answer.filter(|answer| answer.exposure == exposure).map(|_| "true")] { (domain::words::capital(exposure.label())) }
                        } }
                    }
                }
            }
        }
    }
}
