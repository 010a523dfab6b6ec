//! The parts of the page, each with the forms that fit how it stands.
//!
//! Invariant: what the store said is shown in its own word, with what it comes to beside it.

use domain::handoff::{CHECKLIST, Handoff, Standing};
use domain::permission::Act;
use domain::store::{Stage, Store};
use domain::submission::Submission;
use domain::voice::Voice;
use maud::{Markup, html};

use super::Shown;
use crate::web::frame::empty;
use crate::web::typed::{Refused, Typed, wrong};

impl Shown<'_> {
    fn told(&self, voice: Voice<'_>) -> String {
        voice.told(|by| self.seen.name(by))
    }

    fn now(&self) -> bool {
        self.seen.past.is_none() && self.seen.view.release.unrecognised.is_none()
    }

    fn may(&self, act: Act) -> bool {
        self.now() && self.reader.may(act)
    }

    fn on_its_way(&self) -> bool {
        self.track.going.held.is_none() && self.track.going.withdrawn.is_none()
    }

    fn of(&self, form: &str) -> Option<&Refused> {
        Refused::of(self.refused, form)
    }

    fn typed(&self, form: &str) -> Typed {
        self.of(form).map(|refused| refused.typed.clone()).unwrap_or_default()
    }

    /// Tells whether the page has the form that was refused, so that the refusal stands by it.
    pub(super) fn shows(&self, form: &str) -> bool {
        let last = self.track.submissions.last();
        match form {
            "offer" => self.offers(),
            "answer" => self.track.handoff().is_some() && self.may(Act::HandOver),
            "submit" => self.submits(),
            "word" => last.is_some() && self.may(Act::TellStore),
            "rollout" => last.is_some_and(|of| of.stage() == Stage::Live) && self.may(Act::TellStore),
            "rework" => last.is_some_and(|of| of.stage() == Stage::Rejected) && self.may(Act::TellStore),
            "expedite" => last.is_some_and(waits) && self.may(Act::TellStore),
            turn => {
                self.may(Act::Steer) && self.turns().iter().any(|(name, ..)| turn == format!("turn-{name}"))
            }
        }
    }

    fn offers(&self) -> bool {
        let candidate = self.track.candidate.is_some();
        self.may(Act::HandOver) && self.on_its_way() && candidate && self.track.handoff().is_none()
    }

    fn submits(&self) -> bool {
        let accepted = self.track.handoff().is_some_and(Handoff::is_accepted);
        let candidate = self.track.candidate.as_ref().map(|candidate| &candidate.build);
        let free = self.track.submissions.last().is_none_or(|last| {
            !last.stage().is_under_way()
                && (Some(&last.build) != candidate || last.stage() == Stage::TakenBack)
        });
        self.may(Act::Submit) && self.on_its_way() && accepted && free
    }

    pub(super) fn handoff(&self) -> Markup {
        let last = self.track.handoffs.last();
        html! {
            header { h2 #handoff { "Handoff" } @if let Some(last) = last { span.hint { (last.label()) } } }
            @match last {
                Some(handoff) => (self.offered(handoff)),
                None if self.track.candidate.is_none() => (empty("Nothing to hand over yet", html! { p { "When a build is nominated and validated, it is offered here to those who submit it." } })),
                None => (empty("Not handed over yet", html! { p { "Whoever validated the candidate offers it here; somebody else accepts it, or returns it with a reason. Only then can it be submitted." } })),
            }
            @if self.offers() { (self.offer_form()) }
        }
    }

    fn offered(&self, handoff: &Handoff) -> Markup {
        let clock = &self.seen.clock;
        html! {
            dl.facts {
                div { dt { "Build" } dd { b { (self.track.build_label(&handoff.build)) } } }
                div { dt { "Offered" } dd { (clock.when(handoff.at)) " by " (self.told(handoff.voice())) @if let Some(note) = &handoff.note { span.hint { ": “" (note) "”" } } } }
                @match &handoff.standing {
                    Standing::Offered => div { dt { "Waits" } dd { "for somebody else to accept it or return it" } },
                    Standing::Accepted(given) | Standing::Returned(given) | Standing::TakenBack(given) => div {
                        dt { (domain::words::capital(handoff.label())) }
                        dd { (clock.when(given.at)) " by " (self.told(given.voice())) @if let Some(text) = &given.text { span.hint { ": “" (text) "”" } } }
                    },
                    Standing::Voided { why, at, .. } => div { dt { "Void" } dd { (clock.when(*at)) ": " (why) } },
                }
            }
            @if !handoff.checklist.is_empty() {
                ul.plain.pad.checklist { @for item in &handoff.checklist {
                    li { span aria-hidden="true" { @if item.done { "✓ " } @else { "○ " } } span.only-read { @if item.done { "done: " } @else { "open: " } } (item.text) @if let Some(note) = &item.note { span.hint { " – " (note) } } }
                } }
            }
            @if self.may(Act::HandOver) && handoff.is_live() { (self.answer_form(handoff)) }
        }
    }

    fn answer_form(&self, handoff: &Handoff) -> Markup {
        let refused = self.of("answer");
        let typed = self.typed("answer");
        let own = handoff.voice().whose() == self.me || handoff.by == *self.me;
        let waits = handoff.standing == Standing::Offered;
        let action = self.path(&format!("/handoffs/{}", handoff.position));
        html! {
            form.pad method="post" action=(action) {
                (wrong(refused))
                div.field {
                    label for="answer-text" { @if waits && !own { "A note, or why it goes back" } @else { "Why?" } }
                    textarea #answer-text name="text" rows="2" maxlength="5000" { (typed.get("text")) }
                }
                div.act {
                    @if waits && !own { button.primary type="submit" name="answer" value="accepted" { "Accept" } }
                    @if !own || !waits { button type="submit" name="answer" value="returned" { "Return it" } }
                    @if waits && own { button type="submit" name="answer" value="taken_back" { "Take the offer back" } }
                }
                @if waits && own { p.hint { "You offered it: somebody else accepts it." } }
            }
        }
    }

    fn offer_form(&self) -> Markup {
        let refused = self.of("offer");
        let typed = self.typed("offer");
        let build = self.track.candidate.as_ref().map_or("", |candidate| candidate.build.as_str());
        let again = refused.is_some();
        html! {
            details.acts #offer open[again || self.track.handoffs.is_empty()] {
                summary.button { "Offer the candidate" }
                form.pad method="post" action=(self.path("/handoffs")) {
                    (wrong(refused))
                    input type="hidden" name="build" value=(build);
                    p.legend { "What was gone through" }
                    @for (index, text) in CHECKLIST.iter().enumerate() {
                        @let done = format!("done-{index}");
                        @let note = format!("note-{index}");
                        div.field.check {
                            input type="hidden" name={ "item-" (index) } value=(text);
                            label.choice { input type="checkbox" name=(done) value="yes" checked[!typed.get(&done).is_empty()]; (text) }
                            label.only-read for=(note) { "Note to: " (text) }
                            input id=(note) name=(note) value=(typed.get(&note)) maxlength="300" placeholder="if it is not done: why, or by when";
                        }
                    }
                    div.field { label for="offer-note" { "Anything else they should know" } textarea #offer-note name="note" rows="2" maxlength="5000" { (typed.get("note")) } }
                    button.primary type="submit" { "Offer it" }
                }
            }
        }
    }

    pub(super) fn submission(&self, last: Option<&Submission>) -> Markup {
        html! {
            header { h2 #submission { "Submission" } @if let Some(last) = last { span.hint { (last.stage().label()) } } }
            @match last {
                Some(last) => (self.says(last)),
                None => (empty("Not with the store yet", html! { p { "When the handoff is accepted and the build was sent to the store, what the store says is followed here, in the store’s own words." } })),
            }
            @if self.submits() { (self.submit_form()) }
            @if let Some(last) = last.filter(|_| self.may(Act::TellStore)) { (self.word_forms(last)) }
        }
    }

    /// What the store said, the latest first.
    pub(super) fn says(&self, submission: &Submission) -> Markup {
        let clock = &self.seen.clock;
        let build =
            domain::course::carrier(&self.seen.view.release, self.track).build_label(&submission.build);
        html! {
            dl.facts {
                div { dt { "Build" } dd { b { (build) } " to " (submission.store.label()) " " (clock.when(submission.at)) " by " (self.told(submission.voice())) @if let Some(note) = &submission.note { span.hint { ": “" (note) "”" } } } }
                @if let Some(expedited) = &submission.expedited {
                    div { dt { "Sooner" } dd {
                        "A sooner review was asked for" @if let Some(why) = &expedited.asked.text { span.hint { ": “" (why) "”" } }
                        @match &expedited.granted { None => "; the store has not answered", Some((true, _)) => "; the store agreed", Some((false, _)) => "; the store refused" }
                    } }
                }
                @for rework in submission.reworks.iter().rev().take(1) {
                    div { dt { "Rework" } dd { (rework.plan.text.as_deref().unwrap_or_default()) span.hint { " – " @if rework.new_build { "with another build" } @else { "with the same build" } ", says " (self.told(rework.plan.voice())) } } }
                }
            }
            ol.plain.pad.steps reversed {
                @for rollout in submission.rollout.iter().rev() {
                    li {
                        code { (rollout.word) } @if let Some(percent) = rollout.percent { " " b { (domain::words::decimal(percent)) " %" } }
                        " " span.hint { (clock.when(rollout.said_at)) }
                        @if let Some(reason) = &rollout.reason { p { (reason) } }
                    }
                }
                @for saying in submission.says.iter().rev() {
                    li {
                        code { (saying.word) } " – " (submission.store.stage(&saying.word).label())
                        " " span.hint { (clock.when(saying.said_at)) ", told by " (self.told(saying.voice())) }
                        @if let Some(reason) = &saying.reason { p { (reason) } }
                    }
                }
            }
        }
    }

    fn submit_form(&self) -> Markup {
        let refused = self.of("submit");
        let typed = self.typed("submit");
        let store = Store::named(self.track.description.store.as_deref());
        let build = self.track.candidate.as_ref().map_or("", |candidate| candidate.build.as_str());
        html! {
            details.acts #submit open[refused.is_some() || self.track.submissions.is_empty()] {
                summary.button.primary { "It was sent to " (store.label()) }
                form.pad method="post" action=(self.path("/submissions")) {
                    (wrong(refused))
                    input type="hidden" name="build" value=(build);
                    (self.when("submit", &typed))
                    div.field { label for="submit-note" { "A note" } textarea #submit-note name="note" rows="2" maxlength="5000" { (typed.get("note")) } }
                    button.primary type="submit" { "Record it" }
                }
            }
        }
    }

    fn when(&self, form: &str, typed: &Typed) -> Markup {
        let id = format!("{form}-at");
        html! {
            div.field {
                label for=(id) { "When?" }
                input id=(id) name="said_at" type="datetime-local" value=(typed.get("said_at"));
                p.hint { "In " (self.seen.clock.zone_name()) ". Empty means just now." }
            }
        }
    }

    fn word_forms(&self, last: &Submission) -> Markup {
        let store = last.store;
        let next = store.next(last.word());
        let words: Vec<&str> = next.map_or_else(|| store.words().collect(), <[&str]>::to_vec);
        let refused = self.of("word");
        let typed = self.typed("word");
        html! {
            @if last.wants_rework() || self.of("rework").is_some() { (self.rework_form()) }
            @if !words.is_empty() {
                details.acts #word open[refused.is_some()] {
                    summary.button { "The store says…" }
                    form.pad method="post" action=(self.path("/store")) {
                        (wrong(refused))
                        input type="hidden" name="form" value="word";
                        fieldset.field {
                            legend { "What does it say now?" }
                            div.stacked { @for word in &words {
                                label.choice { input type="radio" name="word" value=(word) checked[typed.get("word") == *word]; code { (word) } span.hint { " – " (store.stage(word).label()) } }
                            } }
                        }
                        div.field { label for="another" { "Or another word, just as the store has it" } input #another name="another" value=(typed.get("another")) maxlength="80" autocomplete="off"; }
                        (self.when("word", &typed))
                        div.field { label for="word-reason" { "Why, if it refused it" } textarea #word-reason name="reason" rows="2" maxlength="5000" { (typed.get("reason")) } p.hint { "In the store’s words: the guideline it names, and what it saw." } }
                        button.primary type="submit" { "Record it" }
                    }
                }
            }
            @if last.stage() == Stage::Live { (self.rollout_form(last)) }
            @if waits(last) { (self.expedite_form(last)) }
        }
    }

    fn rollout_form(&self, last: &Submission) -> Markup {
        let refused = self.of("rollout");
        let typed = self.typed("rollout");
        let store = last.store;
        html! {
            details.acts #rollout open[refused.is_some()] {
                summary.button { "The rollout goes…" }
                form.pad method="post" action=(self.path("/store")) {
                    (wrong(refused))
                    input type="hidden" name="form" value="rollout";
                    fieldset.field {
                        legend { "What does the store say of it?" }
                        div.stacked { @for word in store.rollout_words() { label.choice { input type="radio" name="word" value=(word) required checked[typed.get("word") == word]; code { (word) } } } }
                    }
                    div.field { label for="percent" { "How many of a hundred are offered it?" } input.short #percent name="percent" value=(typed.get("percent")) inputmode="decimal"; }
                    (self.when("rollout", &typed))
                    div.field { label for="rollout-reason" { "Why, if it was halted" } textarea #rollout-reason name="reason" rows="2" maxlength="5000" { (typed.get("reason")) } }
                    button.primary type="submit" { "Record it" }
                }
            }
        }
    }

    fn expedite_form(&self, last: &Submission) -> Markup {
        let refused = self.of("expedite");
        let typed = self.typed("expedite");
        let asked = last.expedited.as_ref().is_some_and(|of| of.granted.is_none());
        html! {
            details.acts #expedite open[refused.is_some()] {
                summary.button { @if asked { "The store answered…" } @else { "A sooner review was asked for" } }
                form.pad method="post" action=(self.path("/store")) {
                    (wrong(refused))
                    input type="hidden" name="form" value="expedite";
                    @if asked {
                        fieldset.field { legend { "Does it review sooner?" } div {
                            label.choice { input type="radio" name="granted" value="yes" required; "yes" }
                            label.choice { input type="radio" name="granted" value="no" required; "no" }
                        } }
                    } @else {
                        div.field { label for="expedite-text" { "What was the store told?" } textarea #expedite-text name="text" rows="2" maxlength="5000" required { (typed.get("text")) } }
                    }
                    button.primary type="submit" { "Record it" }
                }
            }
        }
    }

    fn rework_form(&self) -> Markup {
        let refused = self.of("rework");
        let typed = self.typed("rework");
        html! {
            div.pad {
                p.note.unmet { "The store refused it, and nobody has said what is done about it." }
                form #rework method="post" action=(self.path("/store")) {
                    (wrong(refused))
                    input type="hidden" name="form" value="rework";
                    div.field { label for="plan" { "What is done, by whom and by when?" } textarea #plan name="plan" rows="2" maxlength="5000" required { (typed.get("plan")) } }
                    label.choice { input type="checkbox" name="new_build" value="yes" checked[!typed.get("new_build").is_empty()]; "It takes another build" }
                    button.primary type="submit" { "Say so" }
                }
            }
        }
    }

    /// The turns that the track may take now: name, what the button says, what is asked.
    fn turns(&self) -> Vec<(&'static str, &'static str, &'static str)> {
        let going = &self.track.going;
        if going.withdrawn.is_some() {
            return vec![(
                "returned",
                "Take it back into the release",
                "Why is it part of the release after all?",
            )];
        }
        let mut turns = vec![match going.held {
            None => ("held", "Hold it", "Why, and what has to happen before it goes on?"),
            Some(_) => ("resumed", "Let it go on", "Why does it go on?"),
        }];
        let live = domain::course::submission(&self.seen.view.release, self.track);
        match live.filter(|of| of.stage() == Stage::Live) {
            None => turns.push((
                "withdrawn",
                "Withdraw it from the release",
                "Why is it no part of this release?",
            )),
            Some(_) if going.stable.is_some() => {
                turns.push(("unsettled", "It is not stable after all", "What has come up?"));
            }
            Some(_) => {
                turns.push(("stable", "It is stable", "What makes you sure: which numbers, for how long?"))
            }
        }
        turns
    }

    pub(super) fn course(&self) -> Markup {
        let going = &self.track.going;
        let clock = &self.seen.clock;
        let given = [("Withdrawn", &going.withdrawn), ("Held", &going.held), ("Stable", &going.stable)];
        let any = given.iter().any(|(_, of)| of.is_some());
        html! {
            header { h2 #course { "Its course" } }
            @if any {
                dl.facts { @for (what, of) in given { @if let Some(of) = of {
                    div { dt { (what) } dd { (of.text.as_deref().unwrap_or_default()) span.hint { " – " (self.told(of.voice())) ", " (clock.when(of.at)) } } }
                } } }
            } @else { p.pad { "It goes its own way; no other track waits for it here, nor it for them." } }
            @if self.may(Act::Steer) { @for (turn, button, ask) in self.turns() {
                @let form = format!("turn-{turn}");
                @let refused = self.of(&form);
                details.acts id=(form) open[refused.is_some()] {
                    summary.button { (button) }
                    form.pad method="post" action=(self.path("/course")) {
                        (wrong(refused))
                        input type="hidden" name="turn" value=(turn);
                        div.field { label for={ (form) "-why" } { (ask) } textarea id={ (form) "-why" } name="reason" rows="2" maxlength="5000" required { (self.typed(&form).get("reason")) } }
                        button type="submit" { (button) }
                    }
                }
            } }
        }
    }
}

/// Tells whether a review is waited for, so that it can be asked to be sooner.
fn waits(submission: &Submission) -> bool {
    matches!(submission.stage(), Stage::Preparing | Stage::Waiting | Stage::InReview)
}
