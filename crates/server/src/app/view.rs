//! A release as its pages show it: judged, with what is known and what happened last.
//!
//! Invariant: a view is a pure function of the journal up to a position and of a moment. The newest is kept until
//! something happens or a verdict turns by itself; its text is not.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use domain::criterion::Gate;
use domain::envelope::{Position, StreamVersion};
use domain::happening::{Happening, happening};
use domain::id::{ReleaseId, TrackId};
use domain::knowledge::{self, Knowledge};
use domain::readiness::{self, Readiness};
use domain::release::Release;
use domain::time::Time;

use super::check::{LaterGate, TrackCheck, later_gate, track_check};
use super::load::read;
use super::{App, AppError};

/// How many happenings a view keeps, newest first.
const RECENT: i64 = 60;
/// How many views of the past are kept.
const PAST: usize = 64;

/// A release at a moment.
#[derive(Debug)]
pub struct View {
    pub release: Arc<Release>,
    pub at: Time,
    /// When a verdict can next turn although nothing happens.
    pub until: Option<Time>,
    pub tracks: Vec<TrackCheck>,
    pub knowledge: Knowledge,
    pub of_tracks: BTreeMap<TrackId, Knowledge>,
    /// What happened last, newest first.
    pub recent: Vec<Happening>,
}

/// Views of moments that are past.
pub(crate) type Past = HashMap<(ReleaseId, Position, Time), Arc<View>>;

impl View {
    /// Returns the worst of the tracks.
    pub fn readiness(&self) -> Readiness {
        Readiness::of_tracks(self.tracks.iter().map(|track| track.readiness))
    }
}

/// A verdict that is not what it was.
#[derive(Clone, Debug)]
pub struct Turn {
    pub track: TrackId,
    pub name: String,
    pub before: Option<Readiness>,
    pub now: Readiness,
}

impl App {
    /// Returns a release for a page, as far as the journal has been followed.
    pub(crate) async fn view(&self, id: &ReleaseId) -> Result<Arc<View>, AppError> {
        self.view_of(self.followed_release(id).await?).await
    }

    /// Returns the view of a release that was just loaded.
    pub(crate) async fn view_of(&self, release: Arc<Release>) -> Result<Arc<View>, AppError> {
        let id = &release.id.clone();
        if let Some(view) = self.kept_view(id, release.position) {
            return Ok(view);
        }
        // One at a time: of many readers that come upon a change, one does the work.
        let _judging = self.inner.judging.lock().await;
        if let Some(view) = self.kept_view(id, release.position) {
            return Ok(view);
        }
        let view = Arc::new(self.judge(release, self.now()).await?);
        if let Ok(mut views) = self.inner.views.lock() {
            views.insert(id.clone(), view.clone());
        }
        Ok(view)
    }

    fn kept_view(&self, id: &ReleaseId, position: Position) -> Option<Arc<View>> {
        let view = self.inner.views.lock().ok()?.get(id).cloned()?;
        let holds = view.release.position == position && view.until.is_none_or(|until| self.now() < until);
        holds.then_some(view)
    }

    /// Returns a release as it was at a moment.
    pub(crate) async fn view_as_of(&self, id: &ReleaseId, at: Time) -> Result<Arc<View>, AppError> {
        self.view_at(id, self.journal().position_at(at).await?, at).await
    }

    /// Returns a release as it was after an event, judged at a moment.
    pub(crate) async fn view_at(
        &self,
        id: &ReleaseId,
        position: Position,
        at: Time,
    ) -> Result<Arc<View>, AppError> {
        let key = (id.clone(), position, at);
        if let Some(view) = self.inner.past.lock().ok().and_then(|past| past.get(&key).cloned()) {
            return Ok(view);
        }
        let release = self.release_as_of(id, position).await?;
        let view = Arc::new(self.judge(release, at).await?);
        if let Ok(mut past) = self.inner.past.lock() {
            if past.len() >= PAST {
                past.clear();
            }
            past.insert(key, view.clone());
        }
        Ok(view)
    }

    /// Returns what has turned between two views, track by track.
    pub(crate) fn turns(before: Option<&View>, now: &View) -> Vec<Turn> {
        let was = |track: &TrackCheck| {
            let before = before?.tracks.iter().find(|before| before.track == track.track)?;
            Some(before.readiness)
        };
        let turns = now.tracks.iter().map(|track| Turn {
            track: track.track.clone(),
            name: track.name.clone(),
            before: was(track),
            now: track.readiness,
        });
        turns.filter(|turn| turn.before != Some(turn.now)).collect()
    }

    async fn judge(&self, release: Arc<Release>, at: Time) -> Result<View, AppError> {
        let merges = self.merges_for(&release, at).await?;
        let recent = self.recent(&release).await?;
        let judged = release.clone();
        let (tracks, knowledge, of_tracks) = self
            .inner
            .evaluator
            .run(move |compiled: &mut super::evaluator::Compiled| {
                let compiled = std::cell::RefCell::new(compiled);
                let evaluate = |rule: &_, facts: &_| compiled.borrow_mut().evaluate(rule, facts);
                let tracks: Vec<_> = judged
                    .live_tracks()
                    .map(|track| readiness::judge(&judged, track, at, &merges, &evaluate))
                    .collect();
                let knowledge = knowledge::of_release(&tracks);
                let of_track = |track: &readiness::TrackReadiness<'_>| {
                    (track.track.description.id.clone(), knowledge::of_track(track))
                };
                let of_tracks = tracks.iter().map(of_track).collect();
                let later = |judged_track: &readiness::TrackReadiness<'_>| {
                    let gates =
                        Gate::ALL.into_iter().map(|(_, gate)| gate).filter(|gate| *gate > judged_track.gate);
                    let at_gate =
                        |gate| readiness::judge_at(&judged, judged_track.track, gate, at, &merges, &evaluate);
                    let judged = gates.map(at_gate).filter(|judged| !judged.criteria.is_empty());
                    judged.map(later_gate).collect::<Vec<LaterGate>>()
                };
                let checks = tracks
                    .into_iter()
                    .map(|track| {
                        let later = later(&track);
                        track_check(track, later)
                    })
                    .collect();
                (checks, knowledge, of_tracks)
            })
            .await?;
        let until = readiness::next_change_at(&release, at);
        Ok(View { release, at, until, tracks, knowledge, of_tracks, recent })
    }

    async fn recent(&self, release: &Release) -> Result<Vec<Happening>, AppError> {
        let after = StreamVersion((release.version.0 - RECENT).max(0));
        let events = self.journal().read_stream(&release.id.stream(), after, Some(release.position)).await?;
        let told = read(events)?;
        let told = told.iter().map(|(envelope, event)| happening(envelope, event, Some(release)));
        let mut recent: Vec<Happening> = told.collect();
        recent.reverse();
        Ok(recent)
    }
}
