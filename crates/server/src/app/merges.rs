//! Merging what counts together, and keeping the result for as long as it is wanted.
//!
//! Invariant: a merge is named by the digests of its inputs, so what is kept is never out of date.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use domain::cases::{CaseKey, Merged, Note, Outcomes, Plan, merge, plan_lines};
use domain::digest::Digest;
use domain::release::Release;
use domain::runs::{self, MergeKey, Merges, PlanKey};
use domain::time::Time;
use futures::{StreamExt, TryStreamExt, stream};
use journal::{BlobCheck, Blobs};
use tokio::runtime::Handle;

use super::cases::{Records, each_case};
use super::evidence::key_of;
use super::{App, AppError};

/// How many merges are done at once; each holds a piece of every ingest it merges.
const AT_ONCE: usize = 4;

impl App {
    /// Returns every merge that a release's readiness needs.
    pub(crate) async fn merges_for(&self, release: &Release, now: Time) -> Result<Merges, AppError> {
        let mut done = Merges::new();
        loop {
            let wanted = runs::wanted(release, now, &done);
            if wanted.is_empty() {
                return Ok(done);
            }
            let merging = wanted.into_iter().map(|key| async {
                match self.merged(release, &key).await {
                    Ok(merged) => Ok((key, Ok(merged))),
                    // One blob that is gone must not hide what is known of everything else.
                    Err(lost @ (AppError::BlobLost(_) | AppError::BlobAltered(_))) => {
                        Ok((key, Err(Arc::from(lost.to_string()))))
                    }
                    Err(error) => Err(error),
                }
            });
            let merged: Vec<_> = stream::iter(merging).buffer_unordered(AT_ONCE).try_collect().await?;
            done.extend(merged);
        }
    }

    async fn merged(&self, release: &Release, key: &MergeKey) -> Result<Merged, AppError> {
        let kept_as = key_of("merge-2", &serde_json::to_vec(key).unwrap_or_default());
        if let Some(kept) = self.journal().derived_get(&kept_as).await?
            && let Ok(merged) = serde_json::from_slice(&kept)
        {
            return Ok(merged);
        }
        // Which reports the records came from, to put names to what did not run.
        let ingests = release.tracks.values().flat_map(|track| &track.ingests);
        let packs: HashMap<Digest, Digest> = ingests.map(|ingest| (ingest.cases, ingest.reports)).collect();
        self.prove(key).await?;
        let (runtime, blobs, wanted) = (Handle::current(), self.blobs().clone(), key.clone());
        let work = tokio::task::spawn_blocking(move || compute(&runtime, &blobs, &wanted, &packs));
        let merged = work.await.map_err(|error| AppError::Internal(error.to_string()))??;
        let bytes = serde_json::to_vec(&merged).unwrap_or_default();
        // A full disk must not keep anybody from reading what is known.
        if let Err(error) = self.journal().derived_put(&kept_as, &bytes).await {
            tracing::warn!("failed to keep a merge: {error}");
        }
        Ok(merged)
    }
}

impl App {
    /// Proves that the blobs a merge reads are what their names say; once in the life of a process.
    async fn prove(&self, key: &MergeKey) -> Result<(), AppError> {
        for digest in inputs(key) {
            if self.inner.sound.lock().is_ok_and(|sound| sound.contains(digest)) {
                continue;
            }
            match self.blobs().verify(digest).await? {
                BlobCheck::Whole => self.is_sound(*digest),
                BlobCheck::Missing => return Err(AppError::BlobLost(*digest)),
                BlobCheck::Altered(_) => return Err(AppError::BlobAltered(*digest)),
            }
        }
        Ok(())
    }

    pub(crate) fn is_sound(&self, digest: Digest) {
        if let Ok(mut sound) = self.inner.sound.lock() {
            sound.insert(digest);
        }
    }
}

fn compute(
    runtime: &Handle,
    blobs: &Blobs,
    key: &MergeKey,
    packs: &HashMap<Digest, Digest>,
) -> Result<Merged, AppError> {
    let open =
        |group: &Vec<Digest>| group.iter().map(|records| Records::open(runtime, blobs, *records)).collect();
    let ingests = key.ingests.iter().map(open).collect::<Result<Vec<Vec<_>>, _>>()?;
    let places: Vec<Digest> = key.ingests.iter().flatten().copied().collect();
    let mut listed: BTreeMap<u64, String> = BTreeMap::new();
    let plan = match &key.plan {
        PlanKey::None => Plan::None,
        PlanKey::Run(of) => {
            let place = |records| places.iter().position(|ingest| ingest == records);
            match of.iter().map(|group| group.iter().map(place).collect()).collect() {
                Some(places) => Plan::Among(places),
                None => Plan::Records(of.iter().map(open).collect::<Result<_, _>>()?),
            }
        }
        PlanKey::List(list) => {
            let text = runtime.block_on(blobs.get(list))?.ok_or(AppError::BlobLost(*list))?;
            let lines =
                plan_lines(&String::from_utf8_lossy(&text)).map(|line| (label_hash(&line), line)).collect();
            listed = lines;
            Plan::Labels(listed.keys().copied().collect())
        }
    };
    let outcomes = merge(ingests, plan)?;
    let not_run = match &key.plan {
        PlanKey::Run(of) => names(runtime, blobs, &of.concat(), packs, &outcomes.not_run)?,
        _ => outcomes.not_run.iter().filter_map(|key| listed.get(&key.label).cloned()).collect(),
    };
    let failures = failures(runtime, blobs, &places, &outcomes)?;
    Ok(Merged { not_run, failures, ..outcomes.merged })
}

/// Every blob of case records that a merge reads.
fn inputs(key: &MergeKey) -> BTreeSet<&Digest> {
    let plan = match &key.plan {
        PlanKey::Run(of) => of.as_slice(),
        PlanKey::None | PlanKey::List(_) => &[],
    };
    key.ingests.iter().chain(plan).flatten().collect()
}

fn label_hash(label: &str) -> u64 {
    xxhash_rust::xxh3::xxh3_64(label.as_bytes())
}

fn failures(
    runtime: &Handle,
    blobs: &Blobs,
    places: &[Digest],
    outcomes: &Outcomes,
) -> Result<Vec<Note>, AppError> {
    let mut failures = Vec::new();
    for (index, digest) in places.iter().enumerate() {
        let noted = outcomes.failures.iter().filter(|(ingest, note)| *ingest == index && *note > 0);
        let mut at: Vec<u32> = noted.map(|(_, note)| *note).collect();
        at.sort_unstable();
        if !at.is_empty() {
            failures.extend(Records::note(runtime, blobs, *digest, &at)?);
        }
    }
    Ok(failures)
}

/// Finds the names of cases in the reports of the run that is the plan.
fn names(
    runtime: &Handle,
    blobs: &Blobs,
    plan: &[Digest],
    packs: &HashMap<Digest, Digest>,
    wanted: &[CaseKey],
) -> Result<Vec<String>, AppError> {
    let mut left: HashMap<CaseKey, usize> = HashMap::new();
    for key in wanted {
        *left.entry(*key).or_default() += 1;
    }
    let mut names = Vec::new();
    for pack in plan.iter().filter_map(|records| packs.get(records)) {
        if left.is_empty() {
            break;
        }
        each_case(runtime, blobs, *pack, &mut |_, case| {
            if let Some(times) = left.remove(&super::ingest::key(case)) {
                let note =
                    Note { class: case.class.to_owned(), name: case.name.to_owned(), message: String::new() };
                names.extend(std::iter::repeat_n(note.label(), times));
            }
        })?;
    }
    names.sort_unstable();
    Ok(names)
}
