//! Evidence besides test runs: checks by hand, summaries; listing, and withdrawing.
//!
//! Invariant: who said it is on record with what was said.

use domain::carry::Counting;
use domain::command::{Settled, evidence, lines};
use domain::digest::Digest;
use domain::envelope::Position;
use domain::event::{DeviceAttested, Event, SummaryWritten};
use domain::evidence::{AttestedResult, Summary, Withdrawal};
use domain::id::{BuildNumber, Commit, ReleaseId, TrackId};
use domain::permission::{Act, Whose};
use domain::refusal::Refusal;
use domain::release::Release;
use domain::time::Time;
use domain::track::Track;
use domain::voice::{Provenance, Voice};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use utoipa::{IntoParams, ToSchema};

use super::moved::Seen;
use super::once::Once;
use super::page::{AfterPosition, Limit, Page};
use super::person::{Found, OnBehalf};
use super::said::Said;
use super::{App, AppError};

/// A check by hand.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AttestRequest {
    pub track: TrackId,
    pub build: BuildNumber,
    /// Registers the build, where it is not yet known.
    #[serde(default)]
    pub commit: Option<Commit>,
    /// One of the devices that the track is validated on.
    #[schema(example = "iPhone 15 / iOS 18")]
    pub device: String,
    pub result: AttestedResult,
    #[serde(default)]
    pub notes: Option<String>,
    /// What shows it: the digests that uploads of attachments were answered with; at most 6.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 6)]
    pub photos: Vec<Digest>,
    /// Whose word it is, if it is not that of whoever records it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub behalf: Option<OnBehalf>,
}

/// A test summary in Markdown.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SummarizeRequest {
    pub track: TrackId,
    pub build: BuildNumber,
    /// Registers the build, where it is not yet known.
    #[serde(default)]
    pub commit: Option<Commit>,
    /// What it says, in Markdown.
    #[schema(value_type = Said, example = "Smoke passed on every device; two flaky cases in sync.")]
    pub text: String,
    /// Whose word it is, if it is not that of whoever records it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub behalf: Option<OnBehalf>,
}

/// Taking evidence back.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WithdrawRequest {
    #[serde(deserialize_with = "super::said::position")]
    pub evidence: Position,
    /// What was wrong with it.
    #[schema(value_type = Said, example = "It ran against the wrong server.")]
    pub reason: String,
}

/// The piece of evidence that an act brought, or found already there.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct EvidenceResponse {
    pub evidence: Position,
    /// False when the same was on record already: then nothing changed.
    pub new: bool,
}

/// Which evidence to list.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct EvidenceQuery {
    #[serde(default)]
    pub after: Option<AfterPosition>,
    #[serde(default)]
    #[param(value_type = Option<Limit>)]
    pub limit: Limit,
}

/// A line in the list of evidence.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct EvidenceLine {
    pub evidence: Position,
    pub track: TrackId,
    pub build: BuildNumber,
    /// What it is, in words.
    #[schema(example = "regression run nightly-4411")]
    pub what: String,
    /// What it came to, in words.
    #[schema(example = "297 cases, 0 failed, 0 skipped")]
    pub result: String,
    pub at: Time,
    /// Whose word it is, and how it came: a name, or "Jo Lind, recorded by Ada Winter (message in #release)".
    pub by: String,
    /// The candidate that somebody carried it forward to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carried_to: Option<BuildNumber>,
    /// The evidence in whose place it is, which was on the wrong track or build.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_place_of: Option<Position>,
    /// How many photos show it.
    #[serde(default)]
    pub photos: usize,
    /// Why it was withdrawn; absent while it counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn: Option<String>,
}

impl App {
    /// Records what somebody saw on a device.
    pub async fn attest(
        &self,
        id: &ReleaseId,
        request: AttestRequest,
        once: Option<&Once>,
    ) -> Result<EvidenceResponse, AppError> {
        self.allows(Act::BringEvidence, Whose::Own)?;
        let AttestRequest { track, build, commit, device, result, notes, photos, behalf } = request;
        let photos = self.photos(photos).await?;
        let notes = notes.filter(|notes| !notes.trim().is_empty()).map(|notes| lines(&notes));
        let (found, provenance) = self.coming(behalf).await?;
        let attested = DeviceAttested { track, build, device, result, notes, photos, provenance };
        // Checks by hand repeat on purpose: each is a fact of its own, keyed by its moment.
        let moment = self.now().micros();
        let decide = |release: &Release| {
            let events = evidence::attest(release, attested.clone(), commit.as_ref())?;
            let said = serde_json::to_vec(&attested).unwrap_or_default();
            Ok((events, format!("{}@{moment}", key_of("attest", &said))))
        };
        self.keep_if(id, found, &decide).await?;
        self.append_evidence(id, Event::DeviceAttested(attested.clone()), once, decide).await
    }

    /// Records a test summary.
    pub async fn summarize(
        &self,
        id: &ReleaseId,
        request: SummarizeRequest,
        once: Option<&Once>,
    ) -> Result<EvidenceResponse, AppError> {
        self.allows(Act::BringEvidence, Whose::Own)?;
        let SummarizeRequest { track, build, commit, text, behalf } = request;
        let (found, provenance) = self.coming(behalf).await?;
        let words = text.split_whitespace().count() as i64;
        let text = self.blobs().put(lines(&text).into_bytes()).await?;
        let written = SummaryWritten { track, build, text, words, provenance };
        let decide = |release: &Release| {
            let events = evidence::summarize(release, written.clone(), commit.as_ref())?;
            // The same text for the same build is the same fact, unless it was withdrawn since.
            let summaries = release.tracks.get(&written.track).map(|track| track.summaries.as_slice());
            let same = |summary: &&Summary| summary.text == written.text && summary.withdrawn.is_some();
            let withdrawn = summaries.unwrap_or_default().iter().filter(same).count();
            let said = serde_json::to_vec(&(&written, withdrawn)).unwrap_or_default();
            Ok((events, key_of("summary", &said)))
        };
        self.keep_if(id, found, &decide).await?;
        self.append_evidence(id, Event::SummaryWritten(written.clone()), once, decide).await
    }

    /// Finds whose word is recorded.
    async fn coming(&self, behalf: Option<OnBehalf>) -> Result<(Option<Found>, Provenance), AppError> {
        let (found, behalf) = self.find_behalf(behalf).await?.unzip();
        Ok((found, Provenance { behalf, answers: None }))
    }

    /// Keeps somebody new whose word is recorded, once it is decided that it is.
    async fn keep_if<T>(
        &self,
        id: &ReleaseId,
        found: Option<Found>,
        decide: &impl Fn(&Release) -> Result<T, Refusal>,
    ) -> Result<(), AppError> {
        if let Some(found) = found.filter(Found::is_new) {
            decide(&*self.release(id).await?)?;
            self.keep_person(&found).await?;
        }
        Ok(())
    }

    /// Withdraws a piece of evidence, if the release is still as it was seen.
    pub async fn withdraw(
        &self,
        id: &ReleaseId,
        request: WithdrawRequest,
        seen: Option<&Seen>,
    ) -> Result<(), AppError> {
        let release = self.release(id).await?;
        if let Some(by) = release.brought_by(request.evidence) {
            self.allows(Act::WithdrawEvidence, self.whose(by).await?)?;
        }
        let actor = self.actor().await?;
        let decide = |release: &Release| {
            let event = evidence::withdraw(release, request.evidence, &request.reason, &actor)?;
            // Asked again, it is done already: by this very request, as its first answer was lost.
            Ok(event.map_or(Settled::Already(request.evidence), Settled::from))
        };
        self.settle(id, seen, None, decide).await?;
        Ok(())
    }

    /// Lists the evidence, the latest first, a page at a time; with the position that the release is at.
    pub async fn evidence(
        &self,
        id: &ReleaseId,
        query: EvidenceQuery,
    ) -> Result<(Position, Page<EvidenceLine>), AppError> {
        let release = self.release(id).await?;
        let before = query.after.map_or(Position(i64::MAX), |AfterPosition(position)| position);
        let mut lines: Vec<(Voice<'_>, EvidenceLine)> = release.tracks.values().flat_map(lines_of).collect();
        lines.retain(|(_, line)| line.evidence < before);
        lines.sort_by_key(|(_, line)| std::cmp::Reverse(line.evidence));
        let page = Page::of(lines.into_iter(), query.limit, |(_, line)| line.evidence.to_string());
        let names = self.names_now().await?;
        let named = |(voice, line)| EvidenceLine { by: names.told(voice), ..line };
        let items = page.items.into_iter().map(named).collect();
        Ok((release.position, Page { items, next: page.next }))
    }
}

/// Returns a track's evidence and sign-offs as lines that do not name anybody yet.
fn lines_of(track: &Track) -> Vec<(Voice<'_>, EvidenceLine)> {
    let candidate = track.candidate.as_ref().map(|candidate| &candidate.build);
    let line = |evidence: Position, build: &BuildNumber, at: Time, withdrawal: &Option<Withdrawal>| {
        let carried = |of: &&BuildNumber| {
            matches!(track.counting(evidence, build, of), Some(Counting::Carried(_))) && withdrawal.is_none()
        };
        EvidenceLine {
            evidence,
            track: track.description.id.clone(),
            build: build.clone(),
            what: String::new(),
            result: String::new(),
            at,
            by: String::new(),
            carried_to: candidate.filter(carried).cloned(),
            in_place_of: None,
            photos: 0,
            withdrawn: withdrawal.as_ref().map(|withdrawal| withdrawal.reason.clone()),
        }
    };
    let runs = track.ingests.iter().map(|ingest| {
        let counts = &ingest.counts;
        let failed = counts.failed + counts.errored;
        let on = ingest.device.as_ref().map(|device| format!(" on {device}")).unwrap_or_default();
        let cases = domain::words::count(counts.cases, "case", "cases");
        let line = line(ingest.position, &ingest.build, ingest.recorded_at, &ingest.withdrawn);
        let what = format!("{} run {}{on}", ingest.kind, ingest.run);
        let result = format!("{cases}, {failed} failed, {} skipped", counts.skipped);
        (Voice::own(&ingest.actor), EvidenceLine { what, result, in_place_of: ingest.corrects, ..line })
    });
    let checks = track.attestations.iter().map(|check| {
        let line = line(check.position, &check.build, check.recorded_at, &check.withdrawn);
        let (what, result) = (format!("by hand on {}", check.device), check.result.as_str().to_owned());
        let photos = check.photos.len();
        (check.voice(), EvidenceLine { what, result, photos, in_place_of: check.corrects, ..line })
    });
    let summaries = track.summaries.iter().map(|summary| {
        let line = line(summary.position, &summary.build, summary.recorded_at, &summary.withdrawn);
        let (what, result) = ("test summary".to_owned(), format!("{} words", summary.words));
        (summary.voice(), EvidenceLine { what, result, in_place_of: summary.corrects, ..line })
    });
    let sign_offs = track.sign_offs.iter().map(|signed| {
        let line = line(signed.position, &signed.build, signed.recorded_at, &signed.withdrawn);
        let what = format!("sign-off for {}", signed.function.as_str());
        (signed.voice(), EvidenceLine { what, result: "signed off".to_owned(), ..line })
    });
    runs.chain(checks).chain(summaries).chain(sign_offs).collect()
}

/// Returns a key that is the same exactly for the same content.
pub(crate) fn key_of(verb: &str, content: &[u8]) -> String {
    format!("{verb}:{}", hex::encode(&Sha256::digest(content)[..16]))
}
