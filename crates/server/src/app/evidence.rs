//! Evidence besides test runs: checks by hand, summaries; listing, and withdrawing.
//!
//! Invariant: who said it is on record with what was said.

use domain::command::evidence;
use domain::envelope::Position;
use domain::event::{DeviceAttested, Event, SummaryWritten};
use domain::evidence::AttestedResult;
use domain::id::{BuildNumber, Commit, ReleaseId, TrackId};
use domain::release::Release;
use domain::time::Time;
use journal::{Append, Appended, Expect, NewEvent, Part};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::apply::TRIES;
use super::{App, AppError};
use domain::command::apply::Decided;

/// Which build a piece of evidence is for.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct ForBuild {
    pub track: TrackId,
    pub build: BuildNumber,
    /// Registers the build, where it is not yet known.
    #[serde(default)]
    pub commit: Option<Commit>,
}

/// A check by hand.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct AttestRequest {
    #[serde(flatten)]
    pub of: ForBuild,
    pub device: String,
    pub result: AttestedResult,
    #[serde(default)]
    pub notes: Option<String>,
}

/// A test summary in Markdown.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct SummarizeRequest {
    #[serde(flatten)]
    pub of: ForBuild,
    pub text: String,
}

/// Taking evidence back.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct WithdrawRequest {
    pub evidence: Position,
    pub reason: String,
}

/// The piece of evidence that an act brought, or found already there.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct EvidenceResponse {
    pub evidence: Position,
    /// False when the same was on record already: then nothing changed.
    pub new: bool,
}

/// A line in the list of evidence.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct EvidenceLine {
    pub evidence: Position,
    pub track: TrackId,
    pub build: BuildNumber,
    pub what: String,
    pub result: String,
    pub at: Time,
    pub by: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn: Option<String>,
}

impl App {
    /// Records what somebody saw on a device.
    pub async fn attest(&self, id: &ReleaseId, request: AttestRequest) -> Result<EvidenceResponse, AppError> {
        let release = self.with_build(id, &request.of).await?;
        let attested = DeviceAttested {
            track: request.of.track,
            build: request.of.build,
            device: request.device,
            result: request.result,
            notes: request.notes.filter(|notes| !notes.trim().is_empty()),
        };
        let event = evidence::attest(&release, attested)?;
        // Checks by hand repeat on purpose: each is a fact of its own, keyed by its moment.
        let key = format!("{}@{}", key_of("attest", &event.payload()), self.now().micros());
        self.append_fact(&release, event, key).await
    }

    /// Records a test summary.
    pub async fn summarize(
        &self,
        id: &ReleaseId,
        request: SummarizeRequest,
    ) -> Result<EvidenceResponse, AppError> {
        let release = self.with_build(id, &request.of).await?;
        let words = request.text.split_whitespace().count() as i64;
        let text = self.blobs().put(request.text.into_bytes()).await?;
        let written = SummaryWritten { track: request.of.track, build: request.of.build, text, words };
        let event = evidence::summarize(&release, written)?;
        let key = key_of("summary", &event.payload());
        self.append_fact(&release, event, key).await
    }

    /// Withdraws a piece of evidence.
    pub async fn withdraw(&self, id: &ReleaseId, request: WithdrawRequest) -> Result<(), AppError> {
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
                let result = format!("{} cases, {failed} failed, {} skipped", counts.cases, counts.skipped);
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

    /// Loads a release, registering the build first where its commit came along.
    pub(crate) async fn with_build(
        &self,
        id: &ReleaseId,
        of: &ForBuild,
    ) -> Result<std::sync::Arc<Release>, AppError> {
        if let Some(commit) = &of.commit {
            self.decide(id, |release| {
                evidence::register(release, &of.track, &of.build, commit)
                    .map(|event| event.into_iter().collect())
            })
            .await?;
        }
        self.release(id).await
    }

    /// Decides on the release as it is, and again if somebody else was faster.
    pub(crate) async fn decide(
        &self,
        id: &ReleaseId,
        decide: impl Fn(&Release) -> Result<Vec<Event>, domain::refusal::Refusal>,
    ) -> Result<(), AppError> {
        for _ in 0..TRIES {
            let release = self.release(id).await?;
            let events = decide(&release)?;
            if events.is_empty() {
                return Ok(());
            }
            let decided = Decided { stream: id.stream(), expected: release.version, events };
            match self.append_decided(vec![decided]).await {
                Err(AppError::Conflict(_)) => {}
                other => return other,
            }
        }
        Err(AppError::Conflict(id.to_string()))
    }

    /// Appends a fact: it expects no version, and the same key twice is once.
    pub(crate) async fn append_fact(
        &self,
        release: &Release,
        event: Event,
        key: String,
    ) -> Result<EvidenceResponse, AppError> {
        let now = self.now();
        let (kind, kind_version) = event.kind();
        let new = NewEvent { kind: kind.into(), kind_version, occurred_at: now, payload: event.payload() };
        let part = Part { stream: release.id.stream(), expect: Expect::Fact { key }, events: vec![new] };
        let actor = self.local_actor().await?;
        let Appended { position, fresh, .. } =
            self.journal().append(Append { actor, now, parts: vec![part] }).await?;
        Ok(EvidenceResponse { evidence: position, new: fresh })
    }
}

/// Returns a key that is the same exactly for the same content.
pub(crate) fn key_of(verb: &str, content: &[u8]) -> String {
    format!("{verb}:{}", hex::encode(&Sha256::digest(content)[..16]))
}
