//! What servers do by themselves, each job by one server at a time.
//!
//! Invariant: a job that two servers did at once, or that one broke off, would do no harm; a lease only spares work.

use std::time::Duration;

use futures::future::BoxFuture;
use tokio_util::sync::CancellationToken;

use crate::app::{App, AppError, new_id};

const SECOND: i64 = 1_000_000;
/// How long a server that has gone keeps a job from the others.
const LEASE: i64 = 60 * SECOND;
/// How often the holder of a lease prolongs it, and how often the others look whether it has passed.
const LOOK: Duration = Duration::from_secs(20);

/// Something to be done again and again.
struct Job {
    name: &'static str,
    every: i64,
    run: fn(App) -> BoxFuture<'static, Result<(), AppError>>,
}

const ALL: [Job; 2] = [
    Job {
        name: "forget what ended",
        every: 3600 * SECOND,
        run: |app| Box::pin(async move { app.forget_what_ended().await }),
    },
    Job {
        name: "send what is due",
        every: 10 * SECOND,
        run: |app| Box::pin(async move { app.post().await.map(drop) }),
    },
];

/// Takes part in every job until it is told to stop.
pub(crate) fn begin(app: &App, stop: &CancellationToken) {
    let holder = match new_id() {
        Ok(id) => id.to_string(),
        Err(error) => {
            tracing::error!("failed to take part in the jobs: {error}");
            return;
        }
    };
    for job in ALL {
        app.inner.tasks.spawn(take_turns(app.clone(), job, holder.clone(), stop.clone()));
    }
}

async fn take_turns(app: App, job: Job, holder: String, stop: CancellationToken) {
    loop {
        match turn(&app, &job, &holder).await {
            Ok(()) => {}
            Err(error) => tracing::warn!(job = job.name, "failed to {}: {error}", job.name),
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}

/// Does a job if it is due and nobody else is at it. Whoever did it last holds its lease until it is due again.
async fn turn(app: &App, job: &Job, holder: &str) -> Result<(), AppError> {
    let now = app.now();
    let held = app.journal().lease_get(job.name).await?;
    if held.is_some_and(|(_, until)| until > now) {
        return Ok(());
    }
    if !app.journal().lease_take(job.name, holder, now, now.plus_micros(LEASE)).await? {
        return Ok(());
    }
    let mut work = (job.run)(app.clone());
    let outcome = loop {
        tokio::select! {
            outcome = &mut work => break outcome,
            () = tokio::time::sleep(LOOK) => {
                let now = app.now();
                app.journal().lease_take(job.name, holder, now, now.plus_micros(LEASE)).await?;
            }
        }
    };
    // What failed is tried again once the lease has passed, by this server or another.
    if outcome.is_ok() {
        let now = app.now();
        app.journal().lease_take(job.name, holder, now, now.plus_micros(job.every)).await?;
    }
    metrics::counter!("seaworthy_jobs_total", "job" => job.name, "done" => outcome.is_ok().to_string())
        .increment(1);
    outcome
}
