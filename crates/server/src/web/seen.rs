//! A release as a reader sees it: now or at a moment, on their clock.
//!
//! Invariant: every page of a release goes through here, so `as of` means the same on all of them.

use std::sync::Arc;

use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::http::StatusCode;
use domain::envelope::{ActorId, StreamVersion};
use domain::id::{ProductId, ReleaseId, ReleaseName};
use domain::time::Time;
use domain::voice::Voice;
use maud::{Markup, html};
use serde::Deserialize;

use super::frame::{Frame, Past, Tab, Tabs, path};
use super::live::Shown;
use super::mark::Mark;
use super::moment::Clock;
use super::reader::Reader;
use super::trouble::Trouble;
use crate::api::Problem;
use crate::app::App;
use crate::app::follow::Names;
use crate::app::view::View;

/// The release that a path names.
#[derive(Debug, Deserialize)]
pub(super) struct OfRelease {
    pub(super) product: ProductId,
    pub(super) name: ReleaseName,
}

impl From<OfRelease> for ReleaseId {
    fn from(of: OfRelease) -> Self {
        Self { product: of.product, name: of.name }
    }
}

pub(super) type ReleasePath = Result<Path<OfRelease>, PathRejection>;

/// A release, the clock it is read on, and the names of those who acted.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) view: Arc<View>,
    pub(super) clock: Clock,
    pub(super) names: Arc<Names>,
    pub(super) past: Option<Past>,
}

impl Seen {
    pub(super) async fn load(app: &App, reader: &Reader, id: &ReleaseId) -> Result<Self, Trouble> {
        let present = app.view(id).await?;
        let zone = &present.release.description.zone;
        let mut clock = reader.clock(zone);
        let at = reader.moment(zone).map_err(|text| no_moment(&text))?;
        let (view, past) = match at {
            None => (present, None),
            Some(at) => {
                let view = app.view_as_of(id, at).await?;
                let past = past(app, &view, at).await?;
                (view, Some(past))
            }
        };
        // On a page of the past, "3 days ago" still counts from now: that is when the reader reads.
        clock.now = reader.now;
        Ok(Self { view, clock, names: app.names(), past })
    }

    pub(super) fn id(&self) -> &ReleaseId {
        &self.view.release.id
    }

    /// Returns the path of a page below the release's.
    pub(super) fn path(&self, below: &str) -> String {
        format!("{}{below}", path(self.id()))
    }

    pub(super) fn name(&self, actor: &ActorId) -> &str {
        self.names.of(actor)
    }

    /// Tells whose word something is, and how it came.
    pub(super) fn told(&self, voice: Voice<'_>) -> String {
        voice.told(|actor| self.names.of(actor))
    }

    /// Returns "Tidewatch 2026.12".
    pub(super) fn title(&self) -> String {
        format!("{} {}", self.view.release.description.product_name, self.id().name)
    }

    /// Puts a page of the release into its frame. `below` are the crumbs after the release's own.
    /// Frames a form. What is being filled in is left alone; on a page of the past nothing can be filled in.
    pub(super) fn form<'a>(
        &'a mut self,
        reader: &'a Reader,
        tab: Tab,
        title: &str,
        below: Vec<(String, String)>,
        body: Markup,
    ) -> Frame<'a> {
        let body = match &self.past {
            Some(_) => html! {
                section.head { div { h1 { (title) } } }
                p.note { "This is a page of the past, where nothing can be changed. " a href=(reader.here.split('?').next().unwrap_or("/")) { "Do it now" } "." }
            },
            None => body,
        };
        let mut frame = self.frame(reader, tab, title, below, body);
        frame.live = None;
        frame
    }

    pub(super) fn frame<'a>(
        &'a mut self,
        reader: &'a Reader,
        tab: Tab,
        title: &str,
        below: Vec<(String, String)>,
        body: Markup,
    ) -> Frame<'a> {
        let past = self.past.take();
        let body = match &self.view.release.unrecognised {
            None => body,
            Some(unrecognised) => html! {
                p.note.unknown role="alert" {
                    (Mark::Unknown.shape()) b { "This release can be read and not written" } ": its journal holds " (unrecognised)
                    ", which this version of Seaworthy does not know. What that event says is missing from every verdict here: update Seaworthy."
                }
                (body)
            },
        };
        let description = &self.view.release.description;
        let mut crumbs = vec![
            ("Fleet".to_owned(), "/".to_owned()),
            (format!("{} {}", description.product_name, self.id().name), self.path("")),
        ];
        crumbs.extend(below);
        let title = if title.is_empty() { self.title() } else { format!("{title} · {}", self.title()) };
        let live = format!("/live{}?after={}", &self.path("")["/releases".len()..], Shown::of(&self.view));
        let release = &self.view.release;
        let tracks = release.tracks.values();
        let evidence = tracks
            .map(|track| {
                track.ingests.len() + track.attestations.len() + track.summaries.len() + track.sign_offs.len()
            })
            .sum();
        Frame {
            reader,
            clock: &self.clock,
            title,
            crumbs,
            tabs: Some(Tabs {
                release: &release.id,
                here: tab,
                blockers: release.blockers.iter().filter(|of| of.state(self.view.at).is_live()).count(),
                contents: release.changes.values().filter(|change| change.taken_out.is_none()).count(),
                defects: release.defects.values().filter(|defect| defect.withdrawn.is_none()).count(),
                risks: release.risks.iter().filter(|risk| risk.closed.is_none()).count(),
                waivers: release.waivers.iter().filter(|waiver| waiver.is_open()).count(),
                evidence,
            }),
            live: Some(live),
            past,
            body,
        }
    }
}

/// Finds the steps to the events before and after.
async fn past(app: &App, view: &View, at: Time) -> Result<Past, Trouble> {
    let release = &view.release;
    let later = app.journal().read_stream(&release.id.stream(), release.version, None).await;
    let later = later.map_err(crate::app::AppError::from)?;
    let earlier = (release.version > StreamVersion(1)).then(|| release.recorded_at.plus_micros(-1));
    Ok(Past {
        at,
        earlier,
        later: later.first().map(|event| event.envelope.recorded_at),
        since: Some(later.len() as i64),
    })
}

pub(super) fn no_moment(text: &str) -> Trouble {
    Trouble(Problem::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "moment",
        "That is no moment",
        format!(
            "“{text}” is no time, or one that has not come. Write a past one as 2026-12-03T09:00, or as 2026-12-03T08:00:00Z."
        ),
    ))
}
