//! The frame of every page: where one is, the tabs of a release, the moment one looks at, and the part that lives.
//!
//! Invariant: the whole page and the part that is fetched again are made by the same function, so they cannot differ.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::id::ReleaseId;
use domain::permission::{Act, Role, Whose, may};
use domain::time::Time;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::assets::{ASSETS, HTMX_INTEGRITY, SSE_INTEGRITY};
use super::mark;
use super::moment::Clock;
use super::reader::{Reader, Theme};
use crate::app::who::Member;

/// A page, but for its frame.
#[derive(Debug)]
pub(super) struct Frame<'a> {
    pub(super) reader: &'a Reader,
    pub(super) clock: &'a Clock,
    pub(super) title: String,
    /// Where it is: names and paths, outermost first; the last is the page itself.
    pub(super) crumbs: Vec<(String, String)>,
    pub(super) tabs: Option<Tabs<'a>>,
    /// Where its changes are told, and the position it shows.
    pub(super) live: Option<String>,
    /// The moment it shows, if that is not now.
    pub(super) past: Option<Past>,
    pub(super) body: Markup,
}

/// The tabs of a release.
#[derive(Debug)]
pub(super) struct Tabs<'a> {
    pub(super) release: &'a ReleaseId,
    pub(super) here: Tab,
    pub(super) blockers: usize,
    pub(super) contents: usize,
    pub(super) defects: usize,
    pub(super) risks: usize,
    pub(super) waivers: usize,
    pub(super) evidence: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tab {
    Overview,
    Timeline,
    /// The stand-up.
    Blockers,
    Definition,
    /// The changes that the release carries.
    Contents,
    Defects,
    Risks,
    Waivers,
    Evidence,
    Changes,
    Journal,
    /// A page below the tabs.
    Deeper,
}

/// What a page of the past says of itself.
#[derive(Debug)]
pub(super) struct Past {
    pub(super) at: Time,
    /// The moments of the events before and after, where there are any.
    pub(super) earlier: Option<Time>,
    pub(super) later: Option<Time>,
    /// How much has happened since.
    pub(super) since: Option<i64>,
}

/// Returns the path of a release's page.
pub(super) fn path(release: &ReleaseId) -> String {
    format!("/releases/{}/{}", release.product, release.name)
}

/// The configuration of htmx: nothing is evaluated, nothing is styled from script, no attribute is inherited, and what a
/// reader has unfolded stays open.
const HTMX: &str = r#"{"extensions":"sse","includeIndicatorCSS":false,"history":false,"defaultSwap":"outerMorph","sse":{"reconnectMaxDelay":5000},"morphScanLimit":40,"morphIgnore":["data-htmx-powered","open"],"noSwap":[204,304,"4xx","5xx"]}"#;

/// Where a part goes into its frame. No text that is escaped can hold it.
const HERE: &str = "<!--here-->";

impl Frame<'_> {
    /// Makes the page, or the part of it that was asked for.
    pub(super) fn answer(self) -> Response {
        self.answer_with(StatusCode::OK)
    }

    pub(super) fn answer_with(self, status: StatusCode) -> Response {
        let text = without_turns(self.text());
        // Weak: the same text may be compressed in several ways.
        let etag = format!("W/\"{:016x}\"", xxhash_rust::xxh3::xxh3_64(text.as_bytes()));
        let mut headers = HeaderMap::new();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
        headers.insert(header::VARY, HeaderValue::from_static("Cookie, HX-Request"));
        if let Ok(value) = HeaderValue::from_str(&etag) {
            headers.insert(header::ETAG, value);
        }
        if status == StatusCode::OK && self.reader.etag.as_deref() == Some(etag.as_str()) {
            return (StatusCode::NOT_MODIFIED, headers).into_response();
        }
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        (status, headers, text).into_response()
    }

    /// Puts the page together in one piece of memory: it is long, and copied into each frame around it, it would be copied
    /// as often again as it grows.
    fn text(&self) -> String {
        let around = if self.reader.fragment { HERE.to_owned() } else { self.around().into_string() };
        let part = self.part().into_string();
        let (before, after) = around.split_once(HERE).unwrap_or((around.as_str(), ""));
        let (part_before, part_after) = part.split_once(HERE).unwrap_or((part.as_str(), ""));
        [before, part_before, self.body.0.as_str(), part_after, after].concat()
    }

    /// All that is around the part that changes.
    fn around(&self) -> Markup {
        let theme = (self.reader.theme != Theme::System).then(|| self.reader.theme.as_str());
        html! {
            (DOCTYPE)
            html lang="en" data-theme=[theme] data-zone=(self.clock.zone_name()) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="htmx-config" content=(HTMX);
                    title { (self.title) " · Seaworthy" }
                    link rel="preload" href=(ASSETS.font.path) as="font" type="font/woff2" crossorigin;
                    link rel="stylesheet" href=(ASSETS.style.path);
                    link rel="icon" href=(ASSETS.icon.path) type="image/svg+xml";
                    script src=(ASSETS.htmx.path) integrity=(HTMX_INTEGRITY) defer {}
                    script src=(ASSETS.sse.path) integrity=(SSE_INTEGRITY) defer {}
                    script src=(ASSETS.script.path) defer {}
                }
                body {
                    (mark::sprite())
                    a.skip href="#main" { "Skip to content" }
                    (self.top())
                    @if let (Some(live), None) = (&self.live, &self.past) {
                        div #live hx-sse:connect=(live) hidden {}
                    }
                    (PreEscaped(HERE))
                    div #toasts role="status" aria-live="polite" {
                        @if let Some(said) = self.reader.done.as_deref().and_then(done) {
                            p.toast { (said) }
                        }
                    }
                    (self.foot())
                    (help())
                }
            }
        }
    }

    /// The part that is fetched again when something changes: everything that depends on the journal.
    fn part(&self) -> Markup {
        let live = self.live.is_some() && self.past.is_none();
        let here = live.then_some(self.reader.here.as_str());
        let on = live.then_some("changed from:#live");
        html! {
            div #page hx-get=[here] hx-trigger=[on] hx-swap=[live.then_some("outerMorph")] hx-target=[live.then_some("this")]
                hx-sync=[live.then_some("this:queue last")] {
                @if let Some(tabs) = &self.tabs { (self.tabs(tabs)) }
                @if let Some(past) = &self.past { (self.past(past)) }
                main #main tabindex="-1" { (PreEscaped(HERE)) }
            }
        }
    }

    fn top(&self) -> Markup {
        let last = self.crumbs.len().saturating_sub(1);
        html! {
            header.top {
                a.brand href="/" { svg.ship aria-hidden="true" { use href="#i-ship" {} } "Seaworthy" }
                nav.crumbs aria-label="Where" {
                    ol {
                        @for (index, (name, path)) in self.crumbs.iter().enumerate() {
                            li {
                                @if index == last { a href=(self.reader.link(path)) aria-current="page" { (name) } }
                                @else { a href=(self.reader.link(path)) { (name) } }
                            }
                        }
                    }
                }
                div.tools { @if self.live.is_some() || self.past.is_some() { (self.as_of()) } @if let Some(member) = &self.reader.who { (me(member)) } }
            }
        }
    }

    /// The menu that goes to another moment.
    fn as_of(&self) -> Markup {
        let here = self.reader.here.split('?').next().unwrap_or("/");
        // To the minute, so that a page that did not change is the same page.
        let now = Time::from_micros(self.clock.now.micros() / 60_000_000 * 60_000_000);
        let at = self.past.as_ref().map_or(now, |past| past.at);
        let today = self.clock.start_of_day();
        let quick = [
            ("an hour ago", now.plus_micros(-3_600_000_000)),
            ("start of today", today),
            ("start of yesterday", today.plus_micros(-86_400_000_000)),
            ("a week ago", now.plus_micros(-7 * 86_400_000_000)),
        ];
        html! {
            details.menu #as-of hx-morph-skip {
                summary.button.ghost {
                    "As of "
                    b { @if self.past.is_some() { (self.clock.day_and_time(at)) } @else { "now" } }
                }
                div.sheet {
                    form method="get" action=(here) {
                        label for="as-of-at" { "See this page as it was" }
                        input #as-of-at type="datetime-local" name="as_of" value=(self.clock.local(at)) max=(self.clock.local(now.plus_micros(60_000_000))) required;
                        p.hint { "In " (self.clock.zone_name()) "." }
                        button.primary type="submit" { "Go there" }
                    }
                    ul.plain {
                        @for (label, at) in quick {
                            li { a href={ (here) "?as_of=" (super::moment::rfc3339(at)) } { (label) } }
                        }
                        @if self.past.is_some() { li { a href=(here) { "now" } } }
                    }
                }
            }
        }
    }

    fn tabs(&self, tabs: &Tabs<'_>) -> Markup {
        let base = path(tabs.release);
        let all = [
            (Tab::Overview, "Overview", base.clone(), None),
            (Tab::Timeline, "Timeline", format!("{base}/timeline"), None),
            (Tab::Blockers, "Blockers", format!("{base}/blockers"), Some(tabs.blockers)),
            (Tab::Definition, "Definition", format!("{base}/definition"), None),
            (Tab::Contents, "Contents", format!("{base}/contents"), Some(tabs.contents)),
            (Tab::Defects, "Defects", format!("{base}/defects"), Some(tabs.defects)),
            (Tab::Risks, "Risks", format!("{base}/risks"), Some(tabs.risks)),
            (Tab::Waivers, "Waivers", format!("{base}/waivers"), Some(tabs.waivers)),
            (Tab::Evidence, "Evidence", format!("{base}/evidence"), Some(tabs.evidence)),
            (Tab::Changes, "What changed", format!("{base}/changes"), None),
            (Tab::Journal, "Journal", format!("{base}/journal"), None),
        ];
        html! {
            nav.tabs aria-label="Release" {
                @for (tab, name, path, count) in all {
                    a href=(self.reader.link(path)) aria-current=[(tab == tabs.here).then_some("page")] {
                        (name)
                        @if let Some(count) = count { " " i { (count) } }
                    }
                }
            }
        }
    }

    fn past(&self, past: &Past) -> Markup {
        let here = self.reader.here.split('?').next().unwrap_or("/");
        let to = |at: Time| format!("{here}?as_of={at}");
        html! {
            section.past aria-label="As of" {
                p {
                    "You see this as it was "
                    b { (self.clock.exact(past.at)) }
                    "."
                    @if let Some(since) = past.since {
                        " "
                        @if since == 0 { "Nothing has happened since." }
                        @else { (domain::words::count(since, "event has", "events have")) " been recorded since." }
                    }
                }
                nav.steps aria-label="Moments" {
                    @if let Some(at) = past.earlier { a.button href=(to(at)) rel="prev" { "‹ Change before" } }
                    @if let Some(at) = past.later { a.button href=(to(at)) rel="next" { "Change after ›" } }
                    a.button.primary href=(here) { "Back to now" }
                }
            }
        }
    }

    fn foot(&self) -> Markup {
        html! {
            footer.foot {
                p {
                    "Times in " (self.clock.zone_name()) ". "
                    a href="/preferences" { "Zone and colours" }
                }
                p #connection data-live=[self.live.as_ref().filter(|_| self.past.is_none()).map(|_| "yes")] {
                    @if self.past.is_some() { "A page of the past stands still." }
                    @else if self.live.is_some() { "Reload to see what is new." }
                }
                p { a href="/journal" { "Whole journal" } " · " a href="/" { "Fleet" } " · " a href="/api" { "API" } }
            }
        }
    }
}

/// Takes out what turns the direction of text: names of tests and reasons come from outside, and must not be able to make
/// a verdict read otherwise than it is.
pub(super) fn without_turns(text: String) -> String {
    let turns = |at: usize| {
        matches!(
            text.as_bytes().get(at..at + 3),
            Some([0xe2, 0x80, 0x8e | 0x8f | 0xaa..=0xae] | [0xe2, 0x81, 0xa6..=0xa9])
        )
    };
    if !memchr::memchr_iter(0xe2, text.as_bytes()).any(turns) {
        return text;
    }
    text.replace(
        |c| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'),
        "\u{fffd}",
    )
}

/// The menu of whoever is signed in.
fn me(member: &Member) -> Markup {
    let initials: String =
        member.name.split_whitespace().filter_map(|word| word.chars().next()).take(2).collect();
    html! {
        details.menu #me hx-morph-skip {
            summary.button.ghost title={ "Signed in as " (member.name) } { span.me aria-hidden="true" { (initials.to_uppercase()) } span.only-read { "Signed in as " (member.name) } }
            div.sheet {
                p { b { (member.name) } small { (member.login) ", " (member.role.as_str()) } }
                ul.plain {
                    li { a href="/account" { "Account" } }
                    @if may(member.role, Act::KeepOutbox, Whose::Own).is_ok() { li { a href="/outbox" { "Outbox" } } }
                    @if member.role == Role::Admin { li { a href="/people" { "People" } } }
                }
                form method="post" action="/sign-out" { button type="submit" { "Sign out" } }
            }
        }
    }
}

/// What is said after something was done.
fn done(code: &str) -> Option<&'static str> {
    match code {
        "recorded" => Some("Recorded, and counted from now on."),
        "nominated" => Some("Nominated. What was seen of the build before is stale now."),
        "carried" => Some("Carried forward. It counts, and is told as an assumption."),
        "moved" => Some("Put where it belongs. Where it was, it is marked."),
        "signed" => Some("Signed off, for this build alone."),
        "assessed" => Some("Signed. It stands at the head of the track."),
        "requested" => Some("Asked for. It counts once somebody else approves it."),
        "approved" => Some("Approved. It counts from now until it expires or lapses."),
        "refused" => Some("Refused, with your reason."),
        "waiver-revoked" => Some("Revoked. It no longer counts."),
        "drafted" => Some("Put forward. It rules once every function has agreed."),
        "undrafted" => Some("Dropped. What is in force stays in force."),
        "agreed" => Some("Agreed, and on record."),
        "planned" => Some("On record. What follows from it is below."),
        "no-holiday" => Some("It is no holiday any more."),
        "imported" => Some("Imported. The same file again changes only what differs."),
        "unasked" => Some("Withdrawn. The link opens nothing any more."),
        "erased" => Some("Erased, everywhere."),
        "withdrawn" => Some("Withdrawn. It no longer counts, and the journal says why."),
        "reported" => Some("On record. Say next what it is for users, and which tracks have it."),
        "corrected" => Some("Corrected, with its reason. What is ours stays."),
        "translated" => Some("Told as users feel it."),
        "exposed" => Some("On record for that track."),
        "deferred" => Some("Deferred. It stays on record, with the reason."),
        "returned" => Some("Back in this release."),
        "withdrawn-defect" => Some("Withdrawn. It stays on record and no longer counts."),
        "described" => Some("On record. It is done once engineering, QA and product say so."),
        "said" => Some("Said, and on record under your name."),
        "taken-out" => Some("Taken out. It stays on record, with the reason."),
        "noted" => Some("Noted."),
        "proposed" => Some("Proposed. It counts once it is accepted."),
        "accepted" => Some("Accepted. It stands in the way until it ends."),
        "rejected" => Some("Rejected, with your reason."),
        "owned" => Some("It has an owner. Next comes a status."),
        "status" => Some("On record. The next one is due when you said."),
        "resolved" => Some("Resolved, with what shows it."),
        "waived" => Some("Waived. What users will meet is told with the release."),
        "put-off" => Some("Deferred. It stays on record, with the reason."),
        "merged" => Some("Merged. The other has the tracks and links of both."),
        "reopened" => Some("Reopened. A new status is due."),
        "withdrawn-blocker" => Some("Withdrawn. It stays on record and no longer counts."),
        "tied" => Some("Linked."),
        "untied" => Some("Taken off. That it was linked stays on record."),
        "closed" => Some("Closed, with what became of it."),
        "whole" => Some("On record: nothing is missing on it, as of now."),
        "password" => Some("Changed. Your other sessions have ended."),
        "revoked" => Some("Revoked. Whatever used it is refused from now on."),
        "ended" => Some("That session has ended."),
        "linked" => Some("Linked. You can sign in with either from now on."),
        "unlinked" => Some("Unlinked. It signs you in no more."),
        "uninvited" => Some("Withdrawn. The link works no more."),
        "retried" => Some("It waits to go out, with the next digest or as soon as it may."),
        "dropped" => Some("Dropped, with your reason."),
        "changed" => Some("Changed, also in what they have open."),
        "preferences" => Some("Kept for this browser."),
        _ => None,
    }
}

/// The keys, for who asks with a question mark.
fn help() -> Markup {
    let keys = [
        ("/", "search on this page"),
        ("g o", "overview of the release"),
        ("g s", "blockers, as for a stand-up"),
        ("g d", "definition of ready"),
        ("g b", "defects"),
        ("g r", "risks"),
        ("g w", "waivers"),
        ("g e", "evidence"),
        ("g c", "changes"),
        ("g j", "journal"),
        ("g f", "fleet"),
        ("n p", "next and previous blocker, on their page"),
        ("a", "see it as of another moment"),
        ("[ ]", "change before and after, on a page of the past"),
        ("?", "these keys"),
    ];
    html! {
        dialog #keys aria-labelledby="keys-title" {
            h2 #keys-title { "Keys" }
            dl.keys { @for (key, does) in keys { div { dt { kbd { (key) } } dd { (does) } } } }
            form method="dialog" { button.primary autofocus { "Close" } }
        }
    }
}

/// An empty place: what will be here, and how to bring it about.
pub(super) fn empty(title: &str, how: Markup) -> Markup {
    html! { div.empty { p.empty-title { (title) } div.empty-how { (how) } } }
}

/// A command that the reader can copy.
pub(super) fn command(text: &str) -> Markup {
    html! { pre.command tabindex="0" { code { (PreEscaped("$ ")) (text) } } }
}
