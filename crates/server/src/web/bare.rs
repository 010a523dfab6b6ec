//! A page for somebody who has no account: no way into the product, and nothing that is not theirs to see.
//!
//! Invariant: its address is a secret, so it is in no cache and in no index, and no other page is told of it.

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use maud::{DOCTYPE, Markup, html};

use super::assets::ASSETS;
use super::frame::without_turns;
use super::mark;
use super::moment::Clock;
use super::reader::{Reader, Theme};

pub(super) struct Bare<'a> {
    pub(super) reader: &'a Reader,
    pub(super) clock: &'a Clock,
    pub(super) title: &'a str,
    pub(super) body: Markup,
}

impl Bare<'_> {
    pub(super) fn answer_with(self, status: StatusCode) -> Response {
        let theme = (self.reader.theme != Theme::System).then(|| self.reader.theme.as_str());
        let page = html! {
            (DOCTYPE)
            html lang="en" data-theme=[theme] data-zone=(self.clock.zone_name()) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="robots" content="noindex, nofollow";
                    title { (self.title) " · Seaworthy" }
                    link rel="preload" href=(ASSETS.font.path) as="font" type="font/woff2" crossorigin;
                    link rel="stylesheet" href=(ASSETS.style.path);
                    link rel="icon" href=(ASSETS.icon.path) type="image/svg+xml";
                    script src=(ASSETS.script.path) defer {}
                }
                body.bare {
                    (mark::sprite())
                    header.top { span.brand { svg.ship aria-hidden="true" { use href="#i-ship" {} } "Seaworthy" } }
                    main #main { (self.body) }
                    footer.foot { p { "Times in " (self.clock.zone_name()) "." } }
                }
            }
        };
        let headers = [
            (header::CONTENT_TYPE, "text/html; charset=utf-8"),
            (header::CACHE_CONTROL, "no-store"),
            (header::REFERRER_POLICY, "no-referrer"),
            (HeaderName::from_static("x-robots-tag"), "noindex, nofollow"),
        ];
        let mut response = (status, without_turns(page.into_string())).into_response();
        for (name, value) in headers {
            response.headers_mut().insert(name, HeaderValue::from_static(value));
        }
        response
    }
}
