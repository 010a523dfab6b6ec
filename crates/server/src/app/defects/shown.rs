//! Defects as they are listed and shown: what the tracker says, and apart from that what is ours.
//!
//! Invariant: of a track on which nobody looked it says so, and never that there is nothing.

use std::collections::BTreeMap;

use domain::command::defect::find;
use domain::defect::{Defect, DefectReport, DefectState, Severity, Source};
use domain::envelope::Position;
use domain::exposure::{Exposed, Exposures, Mended, Sight, mended, original, rank};
use domain::id::{DefectKey, ReleaseId, TrackId};
use domain::impact::Impact;
use domain::release::Release;
use domain::time::Time;
use domain::track::Track;
use domain::voice::Voice;
use domain::waiver::{Scope, Standing, Subject};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::app::page::{Limit, Page};
use crate::app::person::NamesNow;
use crate::app::{App, AppError};

/// Where a page of defects begins: the key of the last one before.
pub type AfterDefect = DefectKey;

/// Which defects to list.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DefectsQuery {
    /// Those that this track has, or might have.
    #[serde(default)]
    pub track: Option<TrackId>,
    /// Those of this part of the product.
    #[serde(default)]
    pub area: Option<String>,
    #[serde(default)]
    pub severity: Option<Severity>,
    #[serde(default)]
    pub state: Option<DefectState>,
    /// Those of which nobody has said what they are for users.
    #[serde(default)]
    pub untranslated: bool,
    /// Those that a track might have and nobody has looked: the one that `track` names, or any.
    #[serde(default)]
    pub unchecked: bool,
    /// Those that turned out not to belong to the release; they are in no other list.
    #[serde(default)]
    pub withdrawn: bool,
    #[serde(default)]
    pub after: Option<AfterDefect>,
    #[serde(default)]
    #[param(value_type = Option<Limit>)]
    pub limit: Limit,
}

/// What is known of a defect on a track.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Known {
    /// It was seen there.
    Affected,
    /// Somebody looked, and it is not there.
    NotAffected,
    /// Nobody has looked.
    NotChecked,
    /// The track ships no area that it is in.
    Elsewhere,
    /// It is a duplicate, and counts as its original.
    Duplicate,
}

/// A line in the list of defects.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct DefectLine {
    pub defect: DefectKey,
    #[serde(flatten)]
    pub report: DefectReport,
    /// What is known of it on each track of the release.
    pub exposure: BTreeMap<TrackId, Known>,
    /// What it is for users, as a sentence; absent until somebody says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub impact: Option<String>,
    /// Severity × reach × frequency, 1 to 200; what nobody has said weighs as high, many and often.
    #[schema(minimum = 1, maximum = 200)]
    pub rank: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deferred_to: Option<String>,
    /// Why it does not belong to the release.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn: Option<String>,
}

/// A defect with everything that is known of it.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct DefectResponse {
    pub defect: DefectKey,
    /// What the tracker says, a file or a person: a report takes the place of the one before.
    pub reported: Reported,
    /// What people here added, which no report touches.
    pub ours: Ours,
    /// The original that it counts as, where it is a duplicate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counts_as: Option<DefectKey>,
    /// Its duplicates: where they were seen, it was.
    pub duplicates: Vec<DefectKey>,
    pub waivers: Vec<WaivedLine>,
}

/// What was reported of a defect.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct Reported {
    #[serde(flatten)]
    pub report: DefectReport,
    pub source: Source,
    /// Who reported it first.
    pub by: String,
    pub first_at: Time,
    /// When it was reported last, and by which event.
    pub at: Time,
    pub position: Position,
}

/// What people here added to a defect.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct Ours {
    /// Absent until somebody says what it is for users.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub impact: Option<Translation>,
    /// Every track of the release, in the order they are shown.
    pub tracks: Vec<OnTrack>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deferral: Option<Deferred>,
    /// Why it does not belong to the release.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn: Option<String>,
}

/// What a defect is for users, and who told.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct Translation {
    #[serde(flatten)]
    pub impact: Impact,
    /// As a sentence.
    pub told: String,
    pub by: String,
    pub at: Time,
    pub position: Position,
}

/// A defect on a track.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct OnTrack {
    pub track: TrackId,
    pub name: String,
    pub exposure: Known,
    /// By what that is known.
    #[schema(example = "found in 4.2.0 (514)")]
    pub ground: String,
    /// What somebody said of it last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<Answered>,
    /// Whether the candidate has it mended; absent where nobody can tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mended: Option<bool>,
    /// What is missing to tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unclear: Option<String>,
}

/// What somebody said of a defect on a track.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct Answered {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Whose word it is, and how it came.
    pub by: String,
    pub at: Time,
    pub position: Position,
}

/// That a defect is for another release.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct Deferred {
    pub to: String,
    pub reason: String,
    pub by: String,
    pub at: Time,
}

/// A waiver that was asked for a defect.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct WaivedLine {
    pub waiver: Position,
    pub track: TrackId,
    pub standing: Standing,
    pub scope: Scope,
    pub reason: String,
    pub mitigation: String,
    pub expires: Time,
}

impl Known {
    pub fn of(exposed: &Exposed<'_>) -> Self {
        match exposed {
            Exposed::Seen(_) => Self::Affected,
            Exposed::Spared(_) => Self::NotAffected,
            Exposed::NotChecked(_) | Exposed::Unasked => Self::NotChecked,
            Exposed::Elsewhere => Self::Elsewhere,
            Exposed::Handed(_) => Self::Duplicate,
        }
    }

    /// Returns it as readers see it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Affected => "affected",
            Self::NotAffected => "not affected",
            Self::NotChecked => "not checked",
            Self::Elsewhere => "not shipped there",
            Self::Duplicate => "a duplicate",
        }
    }
}

impl DefectsQuery {
    /// Tells whether a defect is one of those that are asked for.
    pub(crate) fn takes(&self, exposures: &Exposures<'_>, defect: &Defect) -> bool {
        let on = |track: &TrackId| {
            let known = Known::of(&exposures.of(defect, track));
            if self.unchecked {
                known == Known::NotChecked
            } else {
                matches!(known, Known::Affected | Known::NotChecked)
            }
        };
        let unchecked = || match &self.track {
            Some(_) => exposures.counts(defect),
            None => !exposures.unchecked(defect).is_empty(),
        };
        defect.withdrawn.is_some() == self.withdrawn
            && self.severity.is_none_or(|severity| defect.report.severity == Some(severity))
            && self.state.is_none_or(|state| defect.report.state == state)
            && self.area.as_ref().is_none_or(|area| defect.report.areas.contains(area))
            && self.track.as_ref().is_none_or(on)
            && (!self.untranslated || exposures.is_untranslated(defect))
            && (!self.unchecked || unchecked())
    }
}

/// Says by what it is known that a track has a defect, or that it has not.
pub(crate) fn ground(track: &Track, exposed: &Exposed<'_>) -> String {
    match exposed {
        Exposed::Seen(Sight::Report) => "named in the report".to_owned(),
        Exposed::Seen(Sight::FoundIn(build)) => format!("found in {}", track.build_label(build)),
        Exposed::Seen(Sight::Answer(_)) => "somebody has seen it there".to_owned(),
        Exposed::Seen(Sight::Duplicate(duplicate)) => format!("seen as {}", duplicate.key),
        Exposed::Spared(_) => "somebody has looked".to_owned(),
        Exposed::NotChecked(_) => "nobody has looked yet, somebody says".to_owned(),
        Exposed::Unasked => "nobody has said".to_owned(),
        Exposed::Elsewhere => "ships no area that it is in".to_owned(),
        Exposed::Handed(original) => format!("counts as {}", original.key),
    }
}

impl App {
    /// Lists defects by their keys, a page at a time; with the position that the release is at.
    pub async fn defects(
        &self,
        id: &ReleaseId,
        query: DefectsQuery,
    ) -> Result<(Position, Page<DefectLine>), AppError> {
        let release = self.release(id).await?;
        let exposures = Exposures::new(&release);
        let defects = release.defects.values().map(AsRef::as_ref);
        let later = |defect: &&Defect| query.after.as_ref().is_none_or(|after| defect.key > *after);
        let taken = defects.filter(later).filter(|defect| query.takes(&exposures, defect));
        let lines = taken.map(|defect| line(&release, &exposures, defect));
        Ok((release.position, Page::of(lines, query.limit, |line| line.defect.to_string())))
    }

    /// Returns a defect whole, with the position that the release is at.
    pub async fn defect(
        &self,
        id: &ReleaseId,
        key: &DefectKey,
    ) -> Result<(Position, DefectResponse), AppError> {
        let release = self.release(id).await?;
        let (names, now) = (self.names_now().await?, self.now());
        let defect = find(&release, key)?;
        let exposures = Exposures::new(&release);
        let of_it = |subject: &Subject| matches!(subject, Subject::Defect { defect } if defect == key);
        let waivers =
            release.waivers.iter().filter(|waiver| of_it(&waiver.subject)).map(|waiver| WaivedLine {
                waiver: waiver.position,
                track: waiver.track.clone(),
                standing: waiver.standing(now),
                scope: waiver.scope.clone(),
                reason: waiver.reason.clone(),
                mitigation: waiver.mitigation.clone(),
                expires: waiver.expires,
            });
        let response = DefectResponse {
            defect: key.clone(),
            reported: Reported {
                report: defect.report.clone(),
                source: defect.source.clone(),
                by: names.of(&defect.by).to_owned(),
                first_at: defect.at,
                at: defect.reported_at,
                position: defect.reported,
            },
            ours: ours(&release, &exposures, defect, &names),
            counts_as: original(&release, defect).map(|original| original.key.clone()),
            duplicates: exposures.duplicates(key).iter().map(|duplicate| duplicate.key.clone()).collect(),
            waivers: waivers.collect(),
        };
        Ok((release.position, response))
    }
}

fn line(release: &Release, exposures: &Exposures<'_>, defect: &Defect) -> DefectLine {
    let exposure = release.live_tracks().map(|track| {
        let id = &track.description.id;
        (id.clone(), Known::of(&exposures.of(defect, id)))
    });
    DefectLine {
        defect: defect.key.clone(),
        report: defect.report.clone(),
        exposure: exposure.collect(),
        impact: defect.impact.as_ref().map(|told| told.impact.told()),
        rank: rank(defect),
        deferred_to: defect.deferral.as_ref().map(|deferral| deferral.to.clone()),
        withdrawn: defect.withdrawn.as_ref().map(|withdrawn| withdrawn.reason.clone()),
    }
}

fn ours(release: &Release, exposures: &Exposures<'_>, defect: &Defect, names: &NamesNow) -> Ours {
    let on_track = |track: &Track| {
        let id = &track.description.id;
        let exposed = exposures.of(defect, id);
        let (mended, unclear) = match mended(track, defect) {
            Mended::Yes => (Some(true), None),
            Mended::No => (Some(false), None),
            Mended::Unknown(why) => (None, Some(why)),
        };
        let answer = defect.answers.get(id).map(|answer| Answered {
            note: answer.note.clone(),
            by: names.told(Voice { actor: &answer.by, behalf: answer.behalf.as_ref(), asked_by: None }),
            at: answer.at,
            position: answer.position,
        });
        OnTrack {
            track: id.clone(),
            name: track.description.name.clone(),
            exposure: Known::of(&exposed),
            ground: ground(track, &exposed),
            answer,
            mended,
            unclear,
        }
    };
    Ours {
        impact: defect.impact.as_ref().map(|told| Translation {
            impact: told.impact.clone(),
            told: told.impact.told(),
            by: names.of(&told.by).to_owned(),
            at: told.at,
            position: told.position,
        }),
        tracks: release.live_tracks().map(on_track).collect(),
        deferral: defect.deferral.as_ref().map(|deferral| Deferred {
            to: deferral.to.clone(),
            reason: deferral.reason.clone(),
            by: names.of(&deferral.by).to_owned(),
            at: deferral.at,
        }),
        withdrawn: defect.withdrawn.as_ref().map(|withdrawn| withdrawn.reason.clone()),
    }
}
