//! Why a command did not do what it was asked to.
//!
//! Invariant: whatever failed has a sentence for whoever runs the command, an exit code, and a form for programs.

use serde_json::{Value, json};
use server::api::Problem;
use server::app::AppError;

use crate::exit::Exit;

/// Why a command did not do what it was asked to.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failed {
    #[error("{}", .0.detail)]
    Problem(Problem),
    /// Something the caller gave cannot be used.
    #[error("{0}")]
    Input(String),
    /// The command line itself does not fit.
    #[error("{0}")]
    Usage(String),
    /// The server that was named does not answer as it should.
    #[error("{sentence}")]
    Server { kind: &'static str, title: &'static str, sentence: String },
    #[error("{0:#}")]
    Inside(anyhow::Error),
}

impl Failed {
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Problem(problem)
                if problem.status >= 500 || problem.status == 429 || problem.kind.ends_with(":conflict") =>
            {
                Exit::Failure
            }
            Self::Problem(_) | Self::Input(_) => Exit::BadInput,
            Self::Usage(_) => Exit::Usage,
            Self::Server { .. } | Self::Inside(_) => Exit::Failure,
        }
    }

    /// Returns it as the API would tell it, for `--json`.
    pub(crate) fn json(&self) -> Value {
        let (kind, title) = match self {
            Self::Problem(problem) => return serde_json::to_value(problem).unwrap_or_default(),
            Self::Input(_) => ("input", "What was given cannot be used"),
            Self::Usage(_) => ("usage", "The command line does not fit"),
            Self::Server { kind, title, .. } => (*kind, *title),
            Self::Inside(_) => ("internal", "Something went wrong"),
        };
        json!({ "type": format!("urn:seaworthy:{kind}"), "title": title, "detail": self.to_string() })
    }
}

impl From<anyhow::Error> for Failed {
    fn from(error: anyhow::Error) -> Self {
        Self::Inside(error)
    }
}

impl From<AppError> for Failed {
    fn from(error: AppError) -> Self {
        match error {
            // Whoever runs the command is whoever runs the server: nothing inside is kept from them.
            error @ (AppError::Folder { .. }
            | AppError::Listen { .. }
            | AppError::Certificate(_)
            | AppError::Unreadable(_)
            | AppError::Journal(_)
            | AppError::Blob(_)
            | AppError::BlobLost(_)
            | AppError::BlobAltered(_)
            | AppError::Io { .. }
            // A message that holds its cause must not be followed by its cause.
            | AppError::Internal(_)) => Self::Inside(anyhow::anyhow!("{error}")),
            error => Self::Problem(error.into()),
        }
    }
}
