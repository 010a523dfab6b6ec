//! The server: pages and API on one port, watched, and stopped without cutting anybody off.
//!
//! Invariant: a request under way is answered before the server ends, an open stream is ended rather than waited for,
//! and whoever sends slowly holds nothing for long.

mod headers;
mod router;
mod tls;
mod watch;

use std::net::SocketAddr;
use std::time::Duration;

use axum_server::Handle;
use axum_server::tls_rustls::RustlsAcceptor;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tracing::info;

use crate::app::{App, AppError};
use crate::door::Access;
use crate::front::Front;
use crate::jobs;
use tls::Certificate;

pub use router::{doors, router};
pub use watch::recorder;

/// How long requests under way are waited for once the server is told to stop.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long the head of a request may take, and a connection be open without one.
const HEAD: Duration = Duration::from_secs(30);

/// A server that listens and does not answer yet.
#[derive(Debug)]
pub struct Server {
    app: App,
    access: Access,
    listener: std::net::TcpListener,
    address: SocketAddr,
    certificate: Option<Certificate>,
}

impl Server {
    /// Binds an address. Port 0 takes any that is free.
    ///
    /// # Errors
    /// An address over which passwords would cross a network in the clear, or that cannot be bound, or a certificate
    /// that cannot be read.
    pub async fn bind(app: App, access: Access, front: Front, address: SocketAddr) -> Result<Self, AppError> {
        if access != Access::Accounts && (!address.ip().is_loopback() || front.origin.is_some()) {
            let why =
                "without signing in it answers to its own machine alone; listen on 127.0.0.1".to_owned();
            return Err(AppError::Listen { address, why });
        }
        let front = front.at(address).map_err(|why| AppError::Listen { address, why })?;
        let certificate = match &front.tls {
            Some(tls) => Some(Certificate::read(tls).await?),
            None => None,
        };
        let failed = |error: std::io::Error| AppError::Listen { address, why: error.to_string() };
        let listener = TcpListener::bind(address).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let listener = listener.into_std().map_err(failed)?;
        Ok(Self { app: app.behind(front), access, listener, address, certificate })
    }

    /// Returns where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns what people type to reach it.
    pub fn origin(&self) -> String {
        let origin = self.app.front.origin.as_ref().map(|origin| origin.as_str().to_owned());
        origin.unwrap_or_else(|| format!("http://{}", self.address))
    }

    /// Answers until it is told to stop, then lets what is under way come to its end.
    ///
    /// # Errors
    /// A journal that cannot be followed, or a socket that fails.
    pub async fn run(self, stop: CancellationToken) -> Result<(), AppError> {
        keep_memory_of_pages();
        self.app.follow(stop.clone()).await?;
        let reached = self.app.reached_at(&self.origin());
        let router = router(self.app.clone(), self.access, stop.clone(), recorder());
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        let failed = |source| AppError::Io { doing: "serve", source };
        let handle = Handle::new();
        let mut server = axum_server::from_tcp(self.listener)
            .map_err(failed)?
            .handle(handle.clone())
            .first_request_timeout(HEAD);
        let http = server.http_builder();
        http.http1().header_read_timeout(HEAD);
        http.http2().keep_alive_interval(HEAD).max_concurrent_streams(100);
        info!(address = %self.address, "listening on {}", self.address);
        jobs::begin(&reached, &stop);
        tokio::spawn({
            let stop = stop.clone();
            async move {
                stop.cancelled().await;
                handle.graceful_shutdown(Some(PATIENCE));
            }
        });
        match self.certificate {
            Some(certificate) => {
                server.acceptor(RustlsAcceptor::new(certificate.watched(stop))).serve(service).await
            }
            // Without TLS nobody speaks HTTP/2.
            None => server.http1_only().serve(service).await,
        }
        .map_err(failed)?;
        self.app.finish().await;
        info!("stopped");
        Ok(())
    }
}

/// Has the C library keep what it would hand back to the kernel after each page and fetch again for the next, which
/// costs about a third of a page. It takes the largest piece that was ever freed as a measure of what to keep: so one
/// is reserved, never touched, and freed. Elsewhere than on glibc this does nothing.
fn keep_memory_of_pages() {
    const KEPT: usize = 4 << 20;
    drop(std::hint::black_box(Vec::<u8>::with_capacity(KEPT)));
}
