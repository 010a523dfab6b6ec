//! The forms of a timeline: setting a target; planning, reaching, withdrawing, dropping and adding milestones.
//!
//! Invariant: what was refused is shown where it was typed, as it was typed.

use axum::extract::Form;
use axum::extract::rejection::FormRejection;
use axum::response::{IntoResponse, Redirect};
use domain::calendar::Day;
use domain::id::{MilestoneId, ReleaseId, TrackId};
use domain::refusal::Refusal;
use maud::{Markup, html};

use crate::app::settle::SettledResponse;
use crate::app::timeline::{
    AddRequest, MilestoneLine, PlanRequest, ReachRequest, ReasonRequest, StandingWord, TargetRequest,
    TimelineResponse,
};
use crate::app::{App, AppError};
use crate::door::Acting;
use crate::web::frame;
use crate::web::reader::Reader;
use crate::web::seen::{ReleasePath, Seen};
use crate::web::trouble::Page;
use crate::web::typed::{Refused, Typed, wrong};

type Filled = Result<Form<Typed>, FormRejection>;

macro_rules! verb {
    ($name:ident, $done:literal, |$app:ident, $id:ident, $typed:ident| $work:expr) => {
        pub(in crate::web) async fn $name(
            Acting(app): Acting,
            reader: Reader,
            path: ReleasePath,
            form: Filled,
        ) -> Page {
            let (id, typed): (ReleaseId, Typed) = (path?.0.into(), form?.0);
            let came = {
                let ($app, $id, $typed) = (&app, &id, &typed);
                async { $work }.await
            };
            answer(&app, reader, &id, (stringify!($name), $done), typed, came).await
        }
    };
}

verb!(target, "planned", |app, id, typed| {
    let track = track(typed)?;
    let request = TargetRequest { on: must_day(typed)?, reason: typed.some("reason") };
    app.set_target(id, &track, request, None).await
});

verb!(plan, "planned", |app, id, typed| {
    let (track, milestone) = milestone(typed)?;
    let on = if typed.get("as_template") == "yes" { None } else { Some(must_day(typed)?) };
    let request = PlanRequest { on, reason: typed.get("reason").to_owned() };
    app.plan_milestone(id, (&track, &milestone), request, None).await
});

verb!(reached, "planned", |app, id, typed| {
    let (track, milestone) = milestone(typed)?;
    let request = ReachRequest { on: day(typed)?, note: typed.some("note") };
    app.reach_milestone(id, (&track, &milestone), request, None).await
});

verb!(withdraw, "withdrawn", |app, id, typed| {
    let (track, milestone) = milestone(typed)?;
    let request = ReasonRequest { reason: typed.get("reason").to_owned() };
    app.withdraw_reached(id, (&track, &milestone), request, None).await
});

verb!(drop, "planned", |app, id, typed| {
    let (track, milestone) = milestone(typed)?;
    let request = ReasonRequest { reason: typed.get("reason").to_owned() };
    app.drop_milestone(id, (&track, &milestone), request, None).await
});

verb!(add, "planned", |app, id, typed| {
    let track = track(typed)?;
    let milestone = MilestoneId::parse(typed.get("id").trim()).map_err(no_id)?;
    let request = AddRequest { milestone, name: typed.get("name").to_owned(), on: must_day(typed)? };
    app.add_milestone(id, &track, request, None).await
});

async fn answer(
    app: &App,
    mut reader: Reader,
    id: &ReleaseId,
    (form, done): (&str, &str),
    typed: Typed,
    came: Result<SettledResponse, AppError>,
) -> Page {
    match came {
        Ok(_) => {
            let back = format!("{}/timeline?done={done}", frame::path(id));
            Ok(Redirect::to(&back).into_response())
        }
        Err(AppError::Refused(refusal)) => {
            let seen = Seen::load(app, &reader, id).await?;
            reader.here = seen.path("/timeline");
            super::page(&reader, seen, Some(&Refused::new(form, typed, refusal)))
        }
        Err(error) => Err(error.into()),
    }
}

fn track(typed: &Typed) -> Result<TrackId, Refusal> {
    TrackId::parse(typed.get("track")).map_err(|_| Refusal::invalid("Choose the track that it is about."))
}

/// A track and a milestone, as one choice names them.
fn milestone(typed: &Typed) -> Result<(TrackId, MilestoneId), Refusal> {
    let (track, milestone) = typed.get("of").split_once('/').unwrap_or_default();
    let parsed = TrackId::parse(track).ok().zip(MilestoneId::parse(milestone).ok());
    parsed.ok_or_else(|| Refusal::invalid("Choose the milestone that it is about."))
}

fn day(typed: &Typed) -> Result<Option<Day>, Refusal> {
    let Some(text) = typed.some("on") else { return Ok(None) };
    let day = text.parse().map_err(|error: domain::calendar::day::InvalidDay| {
        Refusal::invalid(format!("{}.", domain::words::capital(&error.to_string())))
    })?;
    Ok(Some(day))
}

fn must_day(typed: &Typed) -> Result<Day, Refusal> {
    day(typed)?.ok_or_else(|| Refusal::invalid("Name the day, as in 2026-12-14."))
}

fn no_id(error: domain::id::InvalidId) -> Refusal {
    Refusal::invalid(format!("{error}."))
}

/// A form behind its word, open where it was refused.
struct Sheet<'a> {
    seen: &'a Seen,
    told: &'a TimelineResponse,
    refused: Option<&'a Refused>,
}

impl Sheet<'_> {
    fn typed(&self, form: &str, name: &str) -> String {
        Refused::of(self.refused, form).map(|refused| refused.typed.get(name).to_owned()).unwrap_or_default()
    }

    fn form(&self, form: &str, below: &str, button: &str, open: bool, fields: &Markup) -> Markup {
        let refused = Refused::of(self.refused, form);
        html! {
            details #{ "form-" (form) } open[open || refused.is_some()] {
                summary.button { (button) }
                form.pad method="post" action=(self.seen.path(&format!("/timeline/{below}"))) {
                    (wrong(refused))
                    (fields)
                    button type="submit" { (button) }
                }
            }
        }
    }

    fn tracks(&self, form: &str) -> Markup {
        let chosen = self.typed(form, "track");
        html! {
            div.field {
                label for={ (form) "-track" } { "Track" }
                select #{ (form) "-track" } name="track" required {
                    option value="" { "choose" }
                    @for track in &self.told.tracks { option value=(track.track) selected[track.track.as_str() == chosen] { (track.name) } }
                }
            }
        }
    }

    /// Milestones of every track that fit, to choose one.
    fn milestones(&self, form: &str, fits: impl Fn(&MilestoneLine) -> bool) -> Markup {
        let chosen = self.typed(form, "of");
        html! {
            div.field {
                label for={ (form) "-of" } { "Milestone" }
                select #{ (form) "-of" } name="of" required {
                    option value="" { "choose" }
                    @for track in &self.told.tracks {
                        optgroup label=(track.name) {
                            @for of in track.milestones.iter().filter(|of| fits(of)) {
                                @let value = format!("{}/{}", track.track, of.milestone);
                                option value=(value) selected[value == chosen] { (track.name) ": " (of.name) }
                            }
                        }
                    }
                }
            }
        }
    }

    fn day(&self, form: &str, label: &str, hint: &str, required: bool) -> Markup {
        html! {
            div.field {
                label for={ (form) "-on" } { (label) }
                input.short #{ (form) "-on" } type="date" name="on" min="1970-01-01" max="2199-12-31" value=(self.typed(form, "on")) required[required];
                @if !hint.is_empty() { p.hint { (hint) } }
            }
        }
    }

    fn line(&self, form: &str, name: &str, label: &str, hint: &str, required: bool) -> Markup {
        html! {
            div.field {
                label for={ (form) "-" (name) } { (label) }
                input #{ (form) "-" (name) } name=(name) value=(self.typed(form, name)) maxlength="300" autocomplete="off" required[required];
                @if !hint.is_empty() { p.hint { (hint) } }
            }
        }
    }
}

fn target_form(sheet: &Sheet<'_>, open: bool) -> Markup {
    let fields = html! {
        (sheet.tracks("target"))
        (sheet.day("target", "Go-live", "A working day of the product’s calendar.", true))
        (sheet.line("target", "reason", "Why it moves", "The first date needs no reason.", false))
    };
    sheet.form("target", "target", "Set a go-live date", open, &fields)
}

/// Every form that somebody may use.
pub(super) fn all(
    seen: &Seen,
    told: &TimelineResponse,
    refused: Option<&Refused>,
    schedules: bool,
    reaches: bool,
) -> Markup {
    let sheet = Sheet { seen, told, refused };
    let reached = |of: &MilestoneLine| of.reached.as_ref().is_some_and(|reached| reached.by.is_some());
    let open = |of: &MilestoneLine| !reached(of) && of.standing != StandingWord::Dropped;
    html! {
        section.card aria-labelledby="change" {
            header { h2 #change { "Say what is reached, or plan anew" } }
            div.acts.pad {
                @if reaches {
                    (sheet.form("reached", "reached", "A milestone is reached", false, &html! {
                        (sheet.milestones("reached", open))
                        (sheet.day("reached", "On which day?", "Left empty, it is today.", false))
                        (sheet.line("reached", "note", "What should be known of it", "", false))
                    }))
                    @if told.tracks.iter().any(|track| track.milestones.iter().any(reached)) {
                        (sheet.form("withdraw", "withdrawal", "It was not reached after all", false, &html! {
                            (sheet.milestones("withdraw", reached))
                            (sheet.line("withdraw", "reason", "Why?", "What was said stays on record.", true))
                        }))
                    }
                }
                @if schedules {
                    // Where nothing has a day, that is the first thing to do.
                    (target_form(&sheet, told.tracks.iter().all(|track| track.target.is_none())))
                    (sheet.form("plan", "plan", "Plan a milestone", false, &html! {
                        (sheet.milestones("plan", |of| of.standing != StandingWord::Reached))
                        (sheet.day("plan", "On which day?", "A working day of the product’s calendar.", false))
                        label.choice { input type="checkbox" name="as_template" value="yes" checked[sheet.typed("plan", "as_template") == "yes"]; "As the template has it" }
                        (sheet.line("plan", "reason", "Why?", "One that was dropped is taken back.", true))
                    }))
                    (sheet.form("drop", "removal", "Drop a milestone", false, &html! {
                        (sheet.milestones("drop", open))
                        (sheet.line("drop", "reason", "Why does the track not need it?", "", true))
                    }))
                    (sheet.form("add", "milestones", "Add a milestone", false, &html! {
                        (sheet.tracks("add"))
                        (sheet.line("add", "name", "What is it called?", "“Press kit ready.”", true))
                        (sheet.line("add", "id", "Its id", "One word: press-kit.", true))
                        (sheet.day("add", "On which day?", "A working day of the product’s calendar.", true))
                    }))
                }
            }
        }
    }
}
