//! The certificate: read at the start, and again when its file changes.
//!
//! Invariant: a renewal that cannot be read is said in the log, and the certificate before it stays in use.

use std::path::Path;
use std::time::{Duration, SystemTime};

use axum_server::tls_rustls::RustlsConfig;
use tokio_util::sync::CancellationToken;

use crate::app::AppError;
use crate::front::Tls;

/// How often the files are looked at.
const EVERY: Duration = Duration::from_secs(30);

/// A certificate with its key, as it was read.
pub(super) struct Certificate {
    tls: Tls,
    config: RustlsConfig,
    seen: [Option<SystemTime>; 2],
}

impl Certificate {
    pub(super) async fn read(tls: &Tls) -> Result<Self, AppError> {
        let seen = changed(tls);
        let config = RustlsConfig::from_pem_file(&tls.certificates, &tls.key).await.map_err(|error| {
            let (certificates, key) = (tls.certificates.display(), tls.key.display());
            AppError::Certificate(format!("{certificates} with the key {key}: {error}"))
        })?;
        Ok(Self { tls: tls.clone(), config, seen })
    }

    /// Takes up what its files become, until it is told to stop.
    pub(super) fn watched(self, stop: CancellationToken) -> RustlsConfig {
        let Self { tls, config, mut seen } = self;
        let used = config.clone();
        tokio::spawn(async move {
            loop {
                tokio::select! {
                    () = stop.cancelled() => return,
                    () = tokio::time::sleep(EVERY) => {}
                }
                let now = changed(&tls);
                if now == seen {
                    continue;
                }
                match config.reload_from_pem_file(&tls.certificates, &tls.key).await {
                    Ok(()) => {
                        seen = now;
                        tracing::info!("took up the new certificate {}", tls.certificates.display());
                    }
                    // Certificate and key are seldom replaced at the same instant: it is tried again.
                    Err(error) => tracing::warn!("failed to take up the new certificate: {error}"),
                }
            }
        });
        used
    }
}

impl std::fmt::Debug for Certificate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Certificate").field("tls", &self.tls).finish_non_exhaustive()
    }
}

fn changed(tls: &Tls) -> [Option<SystemTime>; 2] {
    let modified = |path: &Path| std::fs::metadata(path).and_then(|file| file.modified()).ok();
    [modified(&tls.certificates), modified(&tls.key)]
}
