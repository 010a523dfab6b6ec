//! Who reads: their zone, their theme, the moment they look at, and whether they want a page or a part of one.
//!
//! Invariant: a reader's own choice goes before their browser's, and their browser's before the product's.

use std::convert::Infallible;

use axum::extract::{FromRef, FromRequestParts, Query};
use axum::http::header;
use axum::http::request::Parts;
use domain::criterion::Function;
use domain::envelope::ActorId;
use domain::permission::{Act, Whose, may};
use domain::time::Time;
use jiff::tz::TimeZone;
use serde::Deserialize;

use super::moment::{self, Clock};
use crate::app::App;
use crate::app::who::{Member, Who};

/// Light, dark, or as the system says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Theme {
    #[default]
    System,
    Light,
    Dark,
}

impl Theme {
    pub(super) const ALL: [(&'static str, Self); 3] =
        [("system", Self::System), ("light", Self::Light), ("dark", Self::Dark)];

    pub(super) fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(_, theme)| *theme == self).map_or("system", |(name, _)| name)
    }
}

/// Whoever asked for a page.
#[derive(Clone, Debug)]
pub(super) struct Reader {
    pub(super) now: Time,
    pub(super) theme: Theme,
    /// The zone that they chose.
    pub(super) chosen: Option<TimeZone>,
    /// The zone that their browser is in.
    browser: Option<TimeZone>,
    /// The moment they want to see, as they wrote it; empty for now.
    pub(super) as_of: String,
    /// Whether the page is there already and only its changing part is wanted.
    pub(super) fragment: bool,
    /// The path and query that were asked for.
    pub(super) here: String,
    pub(super) etag: Option<String>,
    /// What was just done, as the redirect after it says.
    pub(super) done: Option<String>,
    /// Who they are, where that is known.
    pub(super) who: Option<Member>,
    /// Where they reached this server, as `http://localhost:8420`.
    pub(super) origin: String,
}

#[derive(Debug, Default, Deserialize)]
struct Asked {
    as_of: Option<String>,
    done: Option<String>,
}

impl Reader {
    /// Returns the clock for a page of a product that is in some zone.
    pub(super) fn clock(&self, product_zone: &str) -> Clock {
        let product = || TimeZone::get(product_zone).ok();
        let zone = self.chosen.clone().or_else(|| self.browser.clone()).or_else(product);
        Clock { zone: zone.unwrap_or(TimeZone::UTC), now: self.now }
    }

    /// Returns the moment they look at, if it is not now.
    ///
    /// # Errors
    /// What they wrote, if it is no moment.
    pub(super) fn moment(&self, product_zone: &str) -> Result<Option<Time>, String> {
        if self.as_of.is_empty() {
            return Ok(None);
        }
        let at =
            moment::read(&self.as_of, &self.clock(product_zone).zone).ok_or_else(|| self.as_of.clone())?;
        // A minute of grace for clocks that differ; what is later has not been.
        if at > self.now.plus_micros(60_000_000) {
            return Err(self.as_of.clone());
        }
        Ok((at < self.now).then_some(at))
    }

    /// Tells whether a page should offer them an act; its door asks again.
    pub(super) fn may(&self, act: Act) -> bool {
        self.who.as_ref().is_none_or(|member| may(member.role, act, Whose::Own).is_ok())
    }

    /// Tells whether a page should offer them an act on something that somebody brought; the verb asks again.
    pub(super) fn may_to(&self, act: Act, brought_by: &ActorId) -> bool {
        self.who.as_ref().is_none_or(|member| {
            let whose = if member.id == *brought_by { Whose::Own } else { Whose::Others };
            may(member.role, act, whose).is_ok()
        })
    }

    /// Tells whether a page should offer them to record a function's word that somebody else gave.
    pub(super) fn records_words(&self) -> bool {
        self.who.as_ref().is_none_or(|member| may(member.role, Act::GiveWord, Whose::Others).is_ok())
    }

    /// Tells whether they may give the word of a function.
    pub(super) fn speaks_for(&self, function: Function) -> bool {
        self.may(Act::GiveWord) && self.who.as_ref().is_none_or(|member| member.functions.contains(&function))
    }

    /// Returns a link that stays at the moment they look at.
    pub(super) fn link(&self, path: impl Into<String>) -> String {
        let mut path = path.into();
        if !self.as_of.is_empty() {
            path.push(if path.contains('?') { '&' } else { '?' });
            path.push_str("as_of=");
            path.extend(url::form_urlencoded::byte_serialize(self.as_of.as_bytes()));
        }
        path
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Reader
where
    App: FromRef<S>,
{
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let app = App::from_ref(state);
        let text = |name: &header::HeaderName| parts.headers.get(name).and_then(|value| value.to_str().ok());
        let asked = Query::<Asked>::try_from_uri(&parts.uri);
        let Asked { as_of, done } = asked.map(|query| query.0).unwrap_or_default();
        let mut reader = Self {
            now: app.now(),
            theme: Theme::System,
            chosen: None,
            browser: None,
            as_of: as_of.unwrap_or_default(),
            fragment: parts.headers.contains_key("hx-request"),
            here: parts.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned(),
            etag: text(&header::IF_NONE_MATCH).map(str::to_owned),
            done,
            who: parts.extensions.get::<Who>().and_then(Who::member).cloned(),
            origin: match &app.front.origin {
                Some(origin) => origin.as_str().to_owned(),
                None => format!("http://{}", text(&header::HOST).unwrap_or("localhost")),
            },
        };
        for cookie in text(&header::COOKIE).unwrap_or_default().split(';') {
            let Some((name, value)) = cookie.trim().split_once('=') else { continue };
            let Some(name) = name.strip_prefix(app.front.choice_prefix()) else { continue };
            let zone = || TimeZone::get(value).ok();
            match name {
                "zone" => reader.chosen = zone(),
                "browser_zone" => reader.browser = zone(),
                "theme" => {
                    let known = Theme::ALL.iter().find(|(name, _)| *name == value);
                    reader.theme = known.map_or(Theme::System, |(_, theme)| *theme);
                }
                _ => {}
            }
        }
        Ok(reader)
    }
}
