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

/// Reads certificate and key, and watches them until it is told to stop.
pub(super) async fn read(tls: &Tls, stop: CancellationToken) -> Result<RustlsConfig, AppError> {
    let mut seen = changed(tls);
    let config = RustlsConfig::from_pem_file(&tls.certificates, &tls.key).await;
    let config = config.map_err(|error| {
        let (certificates, key) = (tls.certificates.display(), tls.key.display());
        AppError::Certificate(format!("{certificates} with the key {key}: {error}"))
    })?;
    let (tls, used) = (tls.clone(), config.clone());
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
            match used.reload_from_pem_file(&tls.certificates, &tls.key).await {
                Ok(()) => {
                    seen = now;
                    tracing::info!("took up the new certificate {}", tls.certificates.display());
                }
                // Certificate and key are seldom replaced at the same instant: it is tried again.
                Err(error) => tracing::warn!("failed to take up the new certificate: {error}"),
            }
        }
    });
    Ok(config)
}

fn changed(tls: &Tls) -> [Option<SystemTime>; 2] {
    let modified = |path: &Path| std::fs::metadata(path).and_then(|file| file.modified()).ok();
    [modified(&tls.certificates), modified(&tls.key)]
}
