//! The forms of a blocker, one for each thing that may be done with it.
//!
//! Invariant: a form is offered where its verb fits how the blocker stands, to whom the verb would not refuse it.

use domain::blocker::{Blocker, BlockerState, Link, Verb};
use domain::criterion::Function;
use domain::envelope::ActorId;
use domain::permission::Act;
use domain::person::Known;
use domain::refusal::Refusal;
use domain::time::Time;
use maud::{Markup, html};

use crate::app::blockers::Settler;
use crate::web::parts::verdict::function;
use crate::web::reader::Reader;
use crate::web::seen::Seen;
use crate::web::typed::{Refused, Typed, choice, line, sentences, wrong};
use crate::web::whom::{Word, function_field, person_fields, word_fields};

const HOUR: i64 = 3_600_000_000;

/// Something that a form does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Deed {
    Status,
    Accept,
    Reject,
    Resolve,
    Own,
    Waive,
    Defer,
    Note,
    Link,
    Merge,
    Reopen,
    Withdraw,
    /// Without a form of its own: each link has a button.
    Unlink,
}

impl Deed {
    /// In the order in which they are offered.
    pub(super) const ALL: [Self; 12] = [
        Self::Accept,
        Self::Reject,
        Self::Status,
        Self::Resolve,
        Self::Reopen,
        Self::Own,
        Self::Waive,
        Self::Defer,
        Self::Note,
        Self::Link,
        Self::Merge,
        Self::Withdraw,
    ];

    pub(super) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|deed| deed.as_str() == text)
    }

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::Accept => "accept",
            Self::Reject => "reject",
            Self::Resolve => "resolve",
            Self::Own => "own",
            Self::Waive => "waive",
            Self::Defer => "defer",
            Self::Note => "note",
            Self::Link => "link",
            Self::Merge => "merge",
            Self::Reopen => "reopen",
            Self::Withdraw => "withdraw",
            Self::Unlink => "unlink",
        }
    }

    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Status => "Give a status",
            Self::Accept => "Accept",
            Self::Reject => "Reject",
            Self::Resolve => "Resolve",
            Self::Own => "Owner…",
            Self::Waive => "Waive",
            Self::Defer => "Defer",
            Self::Note => "Note",
            Self::Link => "Link",
            Self::Merge => "Merge",
            Self::Reopen => "Reopen",
            Self::Withdraw => "Withdraw",
            Self::Unlink => "Take a link off",
        }
    }

    /// Returns what is said after it was done.
    pub(super) fn done(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::Accept => "accepted",
            Self::Reject => "rejected",
            Self::Resolve => "resolved",
            Self::Own => "owned",
            Self::Waive => "waived",
            Self::Defer => "put-off",
            Self::Note => "noted",
            Self::Link => "tied",
            Self::Merge => "merged",
            Self::Reopen => "reopened",
            Self::Withdraw => "withdrawn-blocker",
            Self::Unlink => "untied",
        }
    }

    fn verb(self) -> Verb {
        match self {
            Self::Status => Verb::Report,
            Self::Accept => Verb::Accept,
            Self::Reject => Verb::Reject,
            Self::Resolve => Verb::Resolve,
            Self::Own => Verb::Own,
            Self::Waive => Verb::Waive,
            Self::Defer => Verb::Defer,
            Self::Note => Verb::Note,
            Self::Link | Self::Unlink => Verb::Link,
            Self::Merge => Verb::Merge,
            Self::Reopen => Verb::Reopen,
            Self::Withdraw => Verb::Withdraw,
        }
    }

    /// Tells whether a page should offer it; the verb asks again.
    pub(super) fn is_offered(self, reader: &Reader, blocker: &Blocker, at: Time) -> bool {
        let settles = |settler: Settler| {
            reader.who.as_ref().is_none_or(|member| {
                domain::permission::may(member.role, Act::Scope, settler.whose(blocker, &member.id)).is_ok()
            })
        };
        let may = match self {
            Self::Accept | Self::Resolve => settles(Settler::Owner),
            Self::Reject | Self::Defer | Self::Merge | Self::Withdraw => settles(Settler::Proposer),
            Self::Own if blocker.owner.is_some() => settles(Settler::Owner),
            Self::Own | Self::Reopen | Self::Link | Self::Unlink => reader.may(Act::Report),
            Self::Status => reader.may(Act::GiveWord) && blocker.owner.is_some(),
            Self::Note | Self::Waive => reader.may(Act::GiveWord),
        };
        may && self.verb().fits(blocker.state(at))
    }
}

/// Draws the form of a deed.
pub(super) fn form(
    seen: &Seen,
    reader: &Reader,
    blocker: &Blocker,
    deed: Deed,
    typed: &Typed,
    refused: Option<&Refused>,
    (people, me): (&[Known], &ActorId),
) -> Markup {
    let below = if deed == Deed::Note { "update" } else { deed.below() };
    html! {
        section.card aria-labelledby="doing" {
            header { h2 #doing { (head(deed)) } }
            form.form method="post" action=(seen.path(&format!("/blockers/{}/{below}", blocker.number))) {
                (wrong(refused))
                (fields(seen, reader, blocker, deed, typed, (people, me)))
                div.act {
                    button.primary type="submit" { (deed.label().trim_end_matches('…')) }
                    a.button.ghost href=(seen.path(&format!("/blockers/{}", blocker.number))) { "Leave it" }
                }
            }
        }
    }
}

impl Deed {
    fn below(self) -> &'static str {
        if self == Self::Status { "update" } else { self.as_str() }
    }
}

fn head(deed: Deed) -> &'static str {
    match deed {
        Deed::Status => "Where does it stand?",
        Deed::Note => "Note something",
        Deed::Accept => "It is a blocker",
        Deed::Reject => "It is none",
        Deed::Own => "Who sees to it?",
        Deed::Resolve => "It is resolved",
        Deed::Waive => "Ship with it as it is",
        Deed::Defer => "It can wait",
        Deed::Link | Deed::Unlink => "What has it to do with?",
        Deed::Merge => "It is the same as another",
        Deed::Reopen => "It stands in the way again",
        Deed::Withdraw => "It was a mistake",
    }
}

fn fields(
    seen: &Seen,
    reader: &Reader,
    blocker: &Blocker,
    deed: Deed,
    typed: &Typed,
    (people, me): (&[Known], &ActorId),
) -> Markup {
    let functions = Function::ALL.map(|(_, of)| of);
    let word = || Word {
        whose: typed.get("whose").to_owned(),
        whom: typed.named(),
        source: typed.get("source").to_owned(),
    };
    let why = |label: &str, hint: &str| sentences(typed, "reason", label, hint, true);
    html! {
        @match deed {
            Deed::Status => {
                (sentences(typed, "text", "Who does what, and what should come of it?", "“Jo runs build 515 on three watches; it syncs, or the change is reverted.”", true))
                (moment(seen, typed, "next", "When does the next status come?", 24, true))
                div.whose { (word_fields(reader, people, &word(), Some("My own"), me)) }
            },
            Deed::Note => {
                input type="hidden" name="kind" value="note";
                (sentences(typed, "text", "What is worth keeping?", "A note is no status: the blocker is still without one.", true))
            },
            Deed::Accept => { (accepting(blocker, typed, people, &functions)) },
            Deed::Reject => { (why("Why does it not stop the release?", "")) },
            Deed::Own => {
                (person_fields(people, &named(typed, me), None))
                (function_field(&functions, typed.get("function"), "In which function?"))
                (sentences(typed, "reason", "Why is it handed over?", "If there is something to say.", false))
            },
            Deed::Resolve => { (resolving(seen, blocker, typed)) },
            Deed::Waive => {
                @let able = seen.view.release.description.policy.defect_waivers();
                (function_field(able, typed.get("function"), "For which function?"))
                (why("Why may the release go out with it?", ""))
                (sentences(typed, "users", "What will users meet?", "As they would say it. If nothing, write that, and why.", true))
                div.whose { (word_fields(reader, people, &word(), Some("My own"), me)) }
            },
            Deed::Defer => {
                (line(typed, "release", "To which release?", "As 2027.01.", false))
                (moment(seen, typed, "moment", "Or until when? From then on it is open again.", 0, false))
                (why("Why can it wait?", ""))
            },
            Deed::Link | Deed::Unlink => {
                (choice(typed, "to", "What is it?", "", &[("page", "a pull request or another page"), ("defect", "a defect"), ("change", "a change"), ("dependency", "a dependency")]))
                (line(typed, "of", "Which one?", "The address of the page, or the key.", true))
            },
            Deed::Merge => { (merging(seen, blocker, typed)) },
            Deed::Reopen => { (why("Why does it stand in the way again?", "")) },
            Deed::Withdraw => { (why("What was wrong about it?", "It stays on record, and counts no more.")) },
        }
    }
}

/// Whoever fills a form in comes first, until somebody else is chosen.
fn named(typed: &Typed, me: &ActorId) -> crate::web::whom::Named {
    let mut named = typed.named();
    if named.person.is_empty() && named.person_name.is_empty() {
        named.person = me.to_string();
    }
    named
}

fn accepting(blocker: &Blocker, typed: &Typed, people: &[Known], functions: &[Function]) -> Markup {
    if let Some(owner) = &blocker.owner {
        let name =
            people.iter().find(|known| known.id == owner.person).map_or("its owner", |known| &known.name);
        return html! { p { "It stands in the way from now on, and " (name) " sees to it for " (function(owner.function)) "." } };
    }
    let asked = typed.get("whose") == "asked";
    html! {
        fieldset.field {
            legend { "Nobody owns it yet. Who does?" }
            div {
                label.choice { input type="radio" name="whose" value="owner" required checked[!asked]; "They own it from now on" }
                label.choice { input type="radio" name="whose" value="asked" required checked[asked]; "They are asked to own it" }
            }
        }
        (person_fields(people, &typed.named(), None))
        (function_field(functions, typed.get("function"), "In which function, if they own it?"))
    }
}

fn resolving(seen: &Seen, blocker: &Blocker, typed: &Typed) -> Markup {
    let release = &seen.view.release;
    let tracks = blocker.tracks.iter().filter_map(|id| release.tracks.get(id)).filter(|track| !track.retired);
    let builds: Vec<(String, String)> = tracks
        .flat_map(|track| {
            track.builds.values().rev().map(|build| {
                let (id, name) = (&track.description.id, &track.description.name);
                (format!("{id}/{}", build.number), format!("{name} {build}"))
            })
        })
        .collect();
    let builds: Vec<(&str, &str)> =
        builds.iter().map(|(value, label)| (value.as_str(), label.as_str())).collect();
    html! {
        (sentences(typed, "evidence", "What shows that it is resolved?", "“Routes arrived on three watches with build 515.”", true))
        (choice(typed, "build", "Which build has it?", "none in particular", &builds))
        (line(typed, "run", "Which piece of evidence shows it?", "By its number, if it is on record.", false))
        (line(typed, "url", "Or which page?", "", false))
    }
}

fn merging(seen: &Seen, blocker: &Blocker, typed: &Typed) -> Markup {
    let release = &seen.view.release;
    let at = seen.view.at;
    let open = blocker.state(at) == BlockerState::Open;
    let fits = |other: &&std::sync::Arc<Blocker>| {
        let state = other.state(at);
        other.number != blocker.number && (state == BlockerState::Open || (!open && state.is_live()))
    };
    let others: Vec<(String, String)> = release
        .blockers
        .iter()
        .filter(fits)
        .map(|other| (other.number.to_string(), format!("{} {}", other.number, other.title)))
        .collect();
    let others: Vec<(&str, &str)> =
        others.iter().map(|(value, label)| (value.as_str(), label.as_str())).collect();
    html! {
        (choice(typed, "into", "Which one stays? It keeps the tracks and the links of both.", "choose", &others))
        @if others.is_empty() { p.hint { "There is no other live blocker that it could be told as." } }
    }
}

fn moment(seen: &Seen, typed: &Typed, name: &str, label: &str, hours: i64, required: bool) -> Markup {
    let usual =
        if hours > 0 { seen.clock.local(seen.clock.now.plus_micros(hours * HOUR)) } else { String::new() };
    let value = typed.some(name).unwrap_or(usual);
    html! {
        div.field {
            label for=(name) { (label) }
            input id=(name) name=(name) type="datetime-local" value=(value) required[required];
            p.hint { "In " (seen.clock.zone_name()) "." }
        }
    }
}

/// Returns how a form writes a link.
pub(super) fn link_fields(link: &Link) -> (&'static str, &str) {
    let to = match link {
        Link::Defect { .. } => "defect",
        Link::Change { .. } => "change",
        Link::Dependency { .. } => "dependency",
        Link::Page { .. } => "page",
    };
    (to, link.name())
}

/// Reads a link that a form wrote.
pub(super) fn link_of(typed: &Typed) -> Result<Link, Refusal> {
    let invalid = |error: domain::id::InvalidId| Refusal::invalid(format!("{error}."));
    let of = typed.get("of").trim();
    Ok(match typed.get("to") {
        "defect" => Link::Defect { defect: of.parse().map_err(invalid)? },
        "change" => Link::Change { change: of.parse().map_err(invalid)? },
        "dependency" => Link::Dependency { dependency: of.parse().map_err(invalid)? },
        "page" => Link::Page { url: of.to_owned() },
        _ => return Err(Refusal::invalid("Say what it is linked with.")),
    })
}
