//! The mail server that messages go out by.
//!
//! Invariant: its password is on no command line, where everybody on the machine could read it.

use std::path::PathBuf;

use clap::Args;
use server::config::smtp_url;
use server::mail::MailServer;

#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Mail; its server is in SEAWORTHY_SMTP_URL, as smtps://user:password@host")]
pub(crate) struct Mailing {
    /// A file with the mail server's URL, instead of SEAWORTHY_SMTP_URL
    #[arg(long, value_name = "FILE", env = "SEAWORTHY_SMTP_URL_FILE")]
    smtp_url_file: Option<PathBuf>,
    /// In whose name mails are sent, as Seaworthy <ship@example.org>
    #[arg(long, value_name = "ADDRESS", env = "SEAWORTHY_MAIL_FROM")]
    mail_from: Option<String>,
}

impl Mailing {
    /// Returns the mail server, if one is named; without one, messages wait.
    ///
    /// # Errors
    /// What is given and cannot be used, in a sentence.
    pub(crate) fn server(&self) -> Result<Option<MailServer>, String> {
        let url = match &self.smtp_url_file {
            Some(file) => {
                let url = std::fs::read_to_string(file);
                Some(url.map_err(|error| format!("failed to read {}: {error}", file.display()))?)
            }
            None => smtp_url(),
        };
        match (url, &self.mail_from) {
            (None, None) => Ok(None),
            (Some(url), Some(from)) => {
                MailServer::new(&url, from).map(Some).map_err(|error| format!("failed to {error}"))
            }
            (Some(_), None) => {
                Err("a mail server is named, and nobody to send in the name of; set SEAWORTHY_MAIL_FROM, \
                                    as Seaworthy <ship@example.org>"
                    .to_owned())
            }
            (None, Some(_)) => {
                Err("SEAWORTHY_MAIL_FROM is set, and no mail server; set SEAWORTHY_SMTP_URL, as \
                                    smtps://user:password@mail.example.org"
                    .to_owned())
            }
        }
    }
}
