//! How people reach the server.
//!
//! Invariant: what could send a password in the clear is refused by the server, whatever is given here.

use std::path::PathBuf;

use clap::Args;
use server::front::{Front, Hop, Origin, Tls};

#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "How it is reached")]
pub(crate) struct Reached {
    /// The address that people type, as https://ship.example; it answers under this name alone
    #[arg(long, value_name = "URL", env = "SEAWORTHY_ORIGIN")]
    origin: Option<Origin>,
    /// A certificate and those it hangs on, in PEM; taken up again when the file changes
    #[arg(long, value_name = "FILE", env = "SEAWORTHY_TLS_CERTIFICATE", requires = "tls_key")]
    tls_certificate: Option<PathBuf>,
    /// The key of the certificate, in PEM
    #[arg(long, value_name = "FILE", env = "SEAWORTHY_TLS_KEY", requires = "tls_certificate")]
    tls_key: Option<PathBuf>,
    /// Where what ends TLS connects from; it alone may connect, and its X-Forwarded-For is believed
    #[arg(long, value_name = "ADDRESS|NETWORK", env = "SEAWORTHY_BEHIND", value_delimiter = ',')]
    behind: Vec<Hop>,
}

impl Reached {
    pub(crate) fn front(&self) -> Front {
        let tls = self.tls_certificate.clone().zip(self.tls_key.clone());
        Front {
            origin: self.origin.clone(),
            hops: self.behind.clone(),
            tls: tls.map(|(certificates, key)| Tls { certificates, key }),
        }
    }
}
