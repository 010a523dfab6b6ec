//! One criterion of the editor: its fields, its preset's parameters, and what it comes to today.
//!
//! Invariant: each parameter that a preset has is on the form, by its shape and in no other way.

use domain::criteria::given::Shape;
use domain::criteria::preset::Parameter;
use domain::criterion::{Function, Gate};
use domain::defect::Severity;
use domain::id::RunKind;
use maud::{Markup, html};

use super::filled::Typed;
use crate::web::parts::verdict::function as named;
use crate::web::seen::Seen;

/// What is drawn with a criterion besides its fields.
#[derive(Debug, Default)]
pub(super) struct Beside {
    /// What does not fit, as sentences.
    pub(super) mistakes: Vec<String>,
    /// What it comes to, if that was asked for.
    pub(super) trial: Option<Markup>,
    pub(super) open: bool,
}

/// Draws a criterion in the list.
pub(super) fn one(
    seen: &Seen,
    kinds: &[RunKind],
    index: usize,
    count: usize,
    typed: &Typed,
    beside: &Beside,
) -> Markup {
    let wrong = !beside.mistakes.is_empty();
    let place = index + 1;
    html! {
        li {
            details.card #{ "c-" (index) } open[beside.open || wrong] {
                summary {
                    h3 { span.place { (place) } (typed.name(kinds)) }
                    @if wrong { span.tag.unmet { "does not do yet" } }
                    @else { span.hint { (Gate::parse(&typed.gate).unwrap_or_default().label()) ", " (Function::parse(&typed.owner).map_or("QA", named)) } }
                }
                div.edit
                    hx-post=(seen.path(&format!("/definition/trial?of={index}"))) hx-target={ "#trial-" (index) } hx-swap="innerHTML" hx-sync="this:replace"
                    hx-trigger={ "input changed delay:350ms, toggle from:#c-" (index) " once" } {
                    div.fields-of {
                        @for mistake in &beside.mistakes { p.note.unmet role="alert" { (mistake) } }
                        (rule(kinds, index, typed))
                        (besides(seen, kinds, index, typed))
                    }
                    div.tried {
                        h4 { "Today it comes to" }
                        div #{ "trial-" (index) } aria-live="polite" {
                            @match &beside.trial { Some(trial) => (trial), None => p.hint { "What it would come to on each track will be here, as you type." } }
                        }
                        button type="submit" name="do" value={ "try:" (index) } { "Try it" }
                    }
                    div.order {
                        label for={ "place-" (index) } { "Place" }
                        input #{ "place-" (index) } name={ "place." (index) } value=(place) type="number" min="1" max=(count);
                        button type="submit" name="do" value={ "up:" (index) } disabled[index == 0] { "Move up" }
                        button type="submit" name="do" value={ "down:" (index) } disabled[place == count] { "Move down" }
                        button.danger type="submit" name="do" value={ "remove:" (index) } { "Remove" }
                    }
                }
            }
        }
    }
}

/// Draws a line in which what is code stands between backticks.
pub(super) fn coded(line: &str) -> Markup {
    html! { @for (index, part) in line.split('`').enumerate() { @if index % 2 == 1 { code { (part) } } @else { (part) } } }
}

/// Draws what makes the verdict: a preset with its parameters, or a rule of one's own.
fn rule(kinds: &[RunKind], index: usize, typed: &Typed) -> Markup {
    let name = |field: &str| format!("{field}.{index}");
    let id = |field: &str| format!("{field}-{index}");
    html! {
        input type="hidden" name=(name("preset")) value=(typed.preset);
        @match typed.by_preset() {
            Some(preset) => {
                input type="hidden" name=(name("by")) value="preset";
                p.hint { "From the preset " code { (preset.name) } ": " (coded(preset.doc)) "." }
                @for parameter in preset.parameters { (parameter_field(kinds, index, typed, *parameter)) }
                p { button type="submit" name="do" value={ "own:" (index) } { "Make its rule your own" } }
            },
            None => {
                fieldset.field {
                    legend { "It is met when" }
                    div {
                        label.choice { input type="radio" name=(name("by")) value="holds" checked[typed.by != "offenders"]; "this is true" }
                        label.choice { input type="radio" name=(name("by")) value="offenders" checked[typed.by == "offenders"]; "this list is empty" }
                    }
                }
                div.field {
                    label for=(id("source")) { "Rule" }
                    textarea.code #(id("source")) name=(name("source")) rows="3" maxlength="2048" spellcheck="false" autocapitalize="off" autocomplete="off" { (typed.source) }
                    p.hint { "An expression over the facts below, as in " code { "runs.smoke.failed == 0" } "." }
                }
            },
        }
        div.field {
            label for=(id("title")) { "Sentence that readers see" }
            input #(id("title")) name=(name("title")) value=(typed.title) maxlength="300" placeholder=(sentence(kinds, typed));
        }
    }
}

fn sentence(kinds: &[RunKind], typed: &Typed) -> String {
    match typed.by_preset() {
        Some(preset) => preset.title(&preset.read(&typed.with, kinds).unwrap_or_else(|_| preset.usual())),
        None => "Cold start under 2 s on the slowest supported phone".to_owned(),
    }
}

/// Draws a parameter by its shape.
fn parameter_field(kinds: &[RunKind], index: usize, typed: &Typed, parameter: Parameter) -> Markup {
    let (name, id) =
        (format!("with.{}.{index}", parameter.key()), format!("with-{}-{index}", parameter.key()));
    let value = typed.with.get(parameter.key()).map(String::as_str).unwrap_or_default();
    let label = html! { label for=(id) { (parameter.label()) } };
    match parameter.shape() {
        Shape::Kind => html! {
            div.field { (label) select #(id) name=(name) {
                @if !kinds.iter().any(|kind| kind.as_str() == value) { option value=(value) selected { (value) } }
                @for kind in kinds { option value=(kind) selected[kind.as_str() == value] { (kind) } }
            } }
        },
        Shape::Share => html! {
            div.field { (label) input #(id) name=(name) value=(value) inputmode="decimal" maxlength="20" autocomplete="off"; }
        },
        Shape::Whole => html! {
            div.field { (label) input #(id) name=(name) value=(value) inputmode="numeric" maxlength="20" autocomplete="off"; }
        },
        Shape::Severities => html! {
            fieldset.field {
                legend { (parameter.label()) }
                div { @for (severity, _) in Severity::ALL {
                    label.choice { input type="checkbox" name=(name) value=(severity) checked[value.split(',').any(|of| of.trim() == severity)]; (severity) }
                } }
            }
        },
        Shape::Function => html! {
            div.field { (label) select #(id) name=(name) {
                @for (function, of) in Function::ALL { option value=(function) selected[function == value] { (named(of)) } }
            } }
        },
        Shape::Flag => html! {
            fieldset.field {
                legend { (parameter.label()) }
                div { @for (flag, word) in [("false", "no"), ("true", "yes")] {
                    label.choice { input type="radio" name=(name) value=(flag) checked[value == flag || value.is_empty() && flag == "false"]; (word) }
                } }
            }
        },
    }
}

/// Draws what is agreed besides the rule.
fn besides(seen: &Seen, kinds: &[RunKind], index: usize, typed: &Typed) -> Markup {
    let name = |field: &str| format!("{field}.{index}");
    let id = |field: &str| format!("{field}-{index}");
    html! {
        div.field.pair {
            div.field { label for=(id("gate")) { "Asked before" } select #(id("gate")) name=(name("gate")) {
                @for (value, gate) in Gate::ALL { option value=(value) selected[typed.gate == value] { (gate.label()) } }
            } }
            div.field { label for=(id("owner")) { "Owner" } select #(id("owner")) name=(name("owner")) {
                @for (value, function) in Function::ALL { option value=(value) selected[typed.owner == value] { (named(function)) } }
            } }
            div.field { label for=(id("age")) { "Evidence at most so old" } input #(id("age")) name=(name("age")) value=(typed.age) maxlength="10" placeholder="any age" autocomplete="off"; p.hint { "As 3d or 36h." } }
            div.field { label for=(id("id")) { "Its id" } input #(id("id")) name=(name("id")) value=(typed.id) maxlength="64" autocapitalize="off" autocomplete="off" placeholder=(typed.usual_id(kinds).unwrap_or_else(|| "from its sentence".to_owned())); }
        }
        fieldset.field {
            legend { "Who may waive it" }
            div { @for (value, function) in Function::ALL {
                label.choice { input type="checkbox" name=(name("waivable_by")) value=(value) checked[typed.waivable_by.iter().any(|by| by == value)]; (named(function)) }
            } }
        }
        fieldset.field {
            legend { "Only on" }
            div { @for track in seen.view.release.live_tracks() {
                @let track = &track.description;
                label.choice { input type="checkbox" name=(name("tracks")) value=(track.id) checked[typed.tracks.iter().any(|id| id == track.id.as_str())]; (track.name) }
            }
            // A track that is there no more can be taken off, and is not lost unseen.
            @for gone in typed.tracks.iter().filter(|id| !seen.view.release.live_tracks().any(|track| track.description.id.as_str() == id.as_str())) {
                label.choice { input type="checkbox" name=(name("tracks")) value=(gone) checked; (gone) " (gone)" }
            } }
            p.hint { "None chosen means every track." }
        }
    }
}
