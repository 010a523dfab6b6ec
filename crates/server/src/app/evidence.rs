//! Evidence besides test runs: checks by hand, summaries; listing, and withdrawing.
//!
//! Invariant: who said it is on record with what was said.

use domain::command::evidence;
use domain::envelope::Position;
use domain::event::{DeviceAttested, Event, SummaryWritten};
use domain::evidence::{AttestedResult, Summary};
use domain::id::{BuildNumber, Commit, ReleaseId, TrackId};
use domain::permission::Act;
use domain::refusal::Refusal;
use domain::release::Release;
use domain::time::Time;
use journal::{Append, AppendError, Appended, Expect, NewEvent, Part};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;

use super::apply::{TRIES, pause};
use super::{App, AppError};
use domain::command::apply::Decided;

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
    #[schema(example = "Smoke passed on every device; two flaky cases in sync.")]
    pub text: String,
}

/// Taking evidence back.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WithdrawRequest {
    pub evidence: Position,
    /// What was wrong with it.
    #[schema(example = "It ran against the wrong server.")]
    pub reason: String,
}

/// The piece of evidence that an act brought, or found already there.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct EvidenceResponse {
    pub evidence: Position,
    /// False when the same was on record already: then nothing changed.
    pub new: bool,
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
    /// The name of whoever brought it.
    pub by: String,
    /// Why it was withdrawn; absent while it counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn: Option<String>,
}

impl App {
    /// Records what somebody saw on a device.
    pub async fn attest(&self, id: &ReleaseId, request: AttestRequest) -> Result<EvidenceResponse, AppError> {
        let AttestRequest { track, build, commit, device, result, notes } = request;
        let notes = notes.filter(|notes| !notes.trim().is_empty());
        let attested = DeviceAttested { track, build, device, result, notes };
        // Checks by hand repeat on purpose: each is a fact of its own, keyed by its moment.
        let moment = self.now().micros();
        let decide = |release: &Release| {
            let events = evidence::attest(release, attested.clone(), commit.as_ref())?;
            let said = serde_json::to_vec(&attested).unwrap_or_default();
            Ok((events, format!("{}@{moment}", key_of("attest", &said))))
        };
        self.append_evidence(id, decide).await
    }

    /// Records a test summary.
    pub async fn summarize(
        &self,
        id: &ReleaseId,
        request: SummarizeRequest,
    ) -> Result<EvidenceResponse, AppError> {
        let SummarizeRequest { track, build, commit, text } = request;
        let words = text.split_whitespace().count() as i64;
        let text = self.blobs().put(text.into_bytes()).await?;
        let written = SummaryWritten { track, build, text, words };
        let decide = |release: &Release| {
            let events = evidence::summarize(release, written.clone(), commit.as_ref())?;
            // The same text for the same build is the same fact, unless it was withdrawn since.
            let summaries = release.tracks.get(&written.track).map(|track| track.summaries.as_slice());
            let same = |summary: &&Summary| summary.text == written.text && summary.withdrawn.is_some();
            let withdrawn = summaries.unwrap_or_default().iter().filter(same).count();
            let said = serde_json::to_vec(&(&written, withdrawn)).unwrap_or_default();
            Ok((events, key_of("summary", &said)))
        };
        self.append_evidence(id, decide).await
    }

    /// Withdraws a piece of evidence.
    pub async fn withdraw(&self, id: &ReleaseId, request: WithdrawRequest) -> Result<(), AppError> {
        let release = self.release(id).await?;
        if let Some(by) = release.brought_by(request.evidence) {
            self.allows(Act::WithdrawEvidence, self.whose(by).await?)?;
        }
        self.decide(id, |release| {
            evidence::withdraw(release, request.evidence, &request.reason).map(|event| vec![event])
        })
        .await
    }

    /// Lists every piece of evidence, the latest first.
    pub async fn evidence(&self, id: &ReleaseId) -> Result<Vec<EvidenceLine>, AppError> {
        let release = self.release(id).await?;
        let mut lines = Vec::new();
        for track in release.tracks.values() {
            let track_id = &track.description.id;
            let runs = track.ingests.iter().map(|ingest| {
                let counts = &ingest.counts;
                let failed = counts.failed + counts.errored;
                let on = ingest.device.as_ref().map(|device| format!(" on {device}")).unwrap_or_default();
                let cases = domain::words::count(counts.cases, "case", "cases");
                let result = format!("{cases}, {failed} failed, {} skipped", counts.skipped);
                (
                    ingest.position,
                    &ingest.build,
                    format!("{} run {}{on}", ingest.kind, ingest.run),
                    result,
                    ingest.recorded_at,
                    &ingest.actor,
                    &ingest.withdrawn,
                )
            });
            let checks = track.attestations.iter().map(|check| {
                (
                    check.position,
                    &check.build,
                    format!("by hand on {}", check.device),
                    check.result.as_str().to_owned(),
                    check.recorded_at,
                    &check.actor,
                    &check.withdrawn,
                )
            });
            let summaries = track.summaries.iter().map(|summary| {
                (
                    summary.position,
                    &summary.build,
                    "test summary".to_owned(),
                    format!("{} words", summary.words),
                    summary.recorded_at,
                    &summary.actor,
                    &summary.withdrawn,
                )
            });
            for (evidence, build, what, result, at, actor, withdrawal) in runs.chain(checks).chain(summaries)
            {
                lines.push(EvidenceLine {
                    evidence,
                    track: track_id.clone(),
                    build: build.clone(),
                    what,
                    result,
                    at,
                    by: self.name_of(actor).await?,
                    withdrawn: withdrawal.as_ref().map(|withdrawal| withdrawal.reason.clone()),
                });
            }
        }
        lines.sort_by_key(|line| std::cmp::Reverse(line.evidence));
        Ok(lines)
    }

    async fn name_of(&self, actor: &domain::envelope::ActorId) -> Result<String, AppError> {
        let person = self.journal().person_get(actor).await?;
        Ok(person.and_then(|person| person.name).unwrap_or_else(|| "somebody erased".to_owned()))
    }

    /// Decides on the release as it is, and again if somebody else was faster.
    pub(crate) async fn decide(
        &self,
        id: &ReleaseId,
        decide: impl Fn(&Release) -> Result<Vec<Event>, Refusal>,
    ) -> Result<(), AppError> {
        for attempt in 0..TRIES {
            let release = self.release(id).await?;
            let events = decide(&release)?;
            if events.is_empty() {
                return Ok(());
            }
            let decided = Decided { stream: id.stream(), expected: release.version, events };
            match self.append_decided(vec![decided]).await {
                Err(AppError::Conflict(_)) => pause(attempt).await,
                other => return other,
            }
        }
        Err(AppError::Conflict(id.to_string()))
    }

    /// Appends evidence as a fact: it expects no version, and the same key twice is once. A build that comes along is a
    /// decision, which is made anew if somebody was faster; both are recorded, or neither.
    pub(crate) async fn append_evidence(
        &self,
        id: &ReleaseId,
        decide: impl Fn(&Release) -> Result<(Vec<Event>, String), Refusal>,
    ) -> Result<EvidenceResponse, AppError> {
        let actor = self.actor().await?;
        for attempt in 0..TRIES {
            let release = self.release(id).await?;
            let (mut events, key) = decide(&release)?;
            let now = self.now();
            let new = |event: &Event| {
                let (kind, kind_version) = event.kind();
                NewEvent { kind: kind.into(), kind_version, occurred_at: now, payload: event.payload() }
            };
            let stream = id.stream();
            let fact = events.pop().map(|fact| Part {
                stream: stream.clone(),
                expect: Expect::Fact { key },
                events: vec![new(&fact)],
            });
            let build = (!events.is_empty()).then(|| Part {
                stream,
                expect: Expect::Version(release.version),
                events: events.iter().map(new).collect(),
            });
            let parts = build.into_iter().chain(fact).collect();
            match self.journal().append(Append { actor: actor.clone(), now, parts }).await {
                Err(AppendError::Conflict { .. }) => pause(attempt).await,
                appended => {
                    let Appended { position, fresh, .. } = appended?;
                    self.noticed(&id.stream(), position);
                    return Ok(EvidenceResponse { evidence: position, new: fresh });
                }
            }
        }
        Err(AppError::Conflict(id.to_string()))
    }
}

/// Returns a key that is the same exactly for the same content.
pub(crate) fn key_of(verb: &str, content: &[u8]) -> String {
    format!("{verb}:{}", hex::encode(&Sha256::digest(content)[..16]))
}
