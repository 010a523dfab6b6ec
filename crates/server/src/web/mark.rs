//! Verdicts as they are drawn: a shape, a word and a colour, never a colour alone.
//!
//! Invariant: each verdict has one shape on every page, and its word is there for who cannot see it.

use domain::readiness::{Readiness, Verdict};
use maud::{Markup, PreEscaped, html};

/// What a mark stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    Met,
    Unmet,
    Unknown,
    Waived,
    /// A criterion that cannot be evaluated.
    Broken,
}

impl Mark {
    pub(super) const ALL: [Self; 5] = [Self::Met, Self::Waived, Self::Unmet, Self::Unknown, Self::Broken];

    pub(super) fn of(verdict: Verdict, broken: bool) -> Self {
        match verdict {
            _ if broken => Self::Broken,
            Verdict::Met => Self::Met,
            Verdict::Waived => Self::Waived,
            Verdict::NotMet => Self::Unmet,
            Verdict::Unknown => Self::Unknown,
        }
    }

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::Waived => "waived",
            Self::Unmet => "not met",
            Self::Unknown => "unknown",
            Self::Broken => "broken",
        }
    }

    /// Returns the class that colours it.
    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::Waived => "waived",
            Self::Unmet => "unmet",
            Self::Unknown => "unknown",
            Self::Broken => "broken",
        }
    }

    /// Draws the shape, for beside a word that says the same.
    pub(super) fn shape(self) -> Markup {
        html! { svg class={ "v " (self.class()) } aria-hidden="true" { use href={ "#v-" (self.class()) } {} } }
    }

    /// Draws the shape, with its word for who cannot see it.
    pub(super) fn told(self) -> Markup {
        html! { (self.shape()) span.only-read { (self.word()) ": " } }
    }
}

/// Returns the mark and the word of a track's readiness.
pub(super) fn readiness(readiness: Readiness) -> (Mark, &'static str) {
    match readiness {
        Readiness::Ready => (Mark::Met, "Ready"),
        Readiness::NotReady => (Mark::Unmet, "Not ready"),
        Readiness::Unknown => (Mark::Unknown, "Unknown"),
    }
}

/// Draws a track's readiness as a pill with its word.
pub(super) fn pill(of: Readiness) -> Markup {
    let (mark, word) = readiness(of);
    html! { span class={ "word " (mark.class()) } { (word) } }
}

/// What the marks of verdicts mean, for the head of a matrix.
pub(super) fn key() -> Markup {
    html! {
        span.key {
            @for mark in Mark::ALL { span { (mark.shape()) (mark.word()) } }
        }
    }
}

/// The shapes, once a page; everything else refers to them.
pub(super) fn sprite() -> PreEscaped<&'static str> {
    PreEscaped(SPRITE)
}

const SPRITE: &str = concat!(
    r#"<svg class="sprite" width="0" height="0" aria-hidden="true"><defs>"#,
    r#"<symbol id="v-met" viewBox="0 0 16 16"><circle cx="8" cy="8" r="7" fill="currentColor"/><path fill="none" stroke="var(--card)" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" d="M4.7 8.3l2.3 2.3 4.4-4.9"/></symbol>"#,
    r#"<symbol id="v-unmet" viewBox="0 0 16 16"><rect x="1.2" y="1.2" width="13.6" height="13.6" rx="2.6" fill="currentColor"/><path fill="none" stroke="var(--card)" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" d="M5.2 5.2l5.6 5.6M10.8 5.2l-5.6 5.6"/></symbol>"#,
    r#"<symbol id="v-unknown" viewBox="0 0 16 16"><circle cx="8" cy="8" r="6.2" fill="none" stroke="currentColor" stroke-width="1.7" stroke-dasharray="2.6 2.27"/><path d="M6.3 6.3c.2-1 1-1.5 1.8-1.5 1 0 1.8.7 1.8 1.6 0 1.4-1.8 1.3-1.8 2.7" fill="none" stroke="currentColor" stroke-width="1.4" stroke-linecap="round"/><circle cx="8.1" cy="11.3" r=".95" fill="currentColor"/></symbol>"#,
    r#"<symbol id="v-waived" viewBox="0 0 16 16"><circle cx="8" cy="8" r="6.2" fill="none" stroke="currentColor" stroke-width="1.6"/><path d="M8 1.8a6.2 6.2 0 0 1 0 12.4z" fill="currentColor"/></symbol>"#,
    r#"<symbol id="v-broken" viewBox="0 0 16 16"><path d="M8 1.4 15 14H1z" fill="currentColor" stroke="currentColor" stroke-width="1.4" stroke-linejoin="round"/><path fill="none" stroke="var(--card)" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" d="M8 5.6v4M8 12v.1"/></symbol>"#,
    r#"<symbol id="i-ship" viewBox="0 0 24 24"><path d="M3 14h18l-2.6 5.2a2 2 0 0 1-1.8 1.1H7.4a2 2 0 0 1-1.8-1.1z" fill="currentColor"/><path d="M11 3v9H4.6zM13 5.5V12h5z" fill="currentColor" opacity=".55"/></symbol>"#,
    r#"</defs></svg>"#
);
