//! The log: on standard error, a server's as it works, a command's only when something fails.
//!
//! Invariant: an entry is one line whatever its words hold, so that nothing that came from outside looks like an entry.

use std::io::{self, IsTerminal, Write};

use tracing::level_filters::LevelFilter;
use tracing_subscriber::EnvFilter;

use crate::arguments::{Command, LogFormat};

/// Begins to write the log.
pub(crate) fn begin(command: &Command) {
    let (level, format) = match command {
        Command::Serve(serve) => (LevelFilter::INFO, serve.log_format),
        _ => (LevelFilter::ERROR, LogFormat::Text),
    };
    let filter = EnvFilter::builder().with_default_directive(level.into()).from_env_lossy();
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter);
    match format {
        LogFormat::Text => {
            let subscriber = subscriber.with_ansi(io::stderr().is_terminal());
            subscriber.with_writer(|| OneLine(io::stderr())).init();
        }
        // JSON escapes line breaks itself.
        LogFormat::Json => subscriber.json().flatten_event(true).with_writer(io::stderr).init(),
    }
}

/// Writes each entry as one line.
struct OneLine<W>(W);

impl<W: Write> Write for OneLine<W> {
    /// Takes an entry, which comes whole.
    fn write(&mut self, entry: &[u8]) -> io::Result<usize> {
        let text = entry.strip_suffix(b"\n").unwrap_or(entry);
        let mut line = Vec::with_capacity(entry.len() + 1);
        for byte in text {
            match byte {
                b'\n' => line.extend_from_slice(b"\\n"),
                b'\r' => line.extend_from_slice(b"\\r"),
                other => line.push(*other),
            }
        }
        line.push(b'\n');
        self.0.write_all(&line)?;
        Ok(entry.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl Write for Written {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_line_of_the_log_is_one_line() {
        let written = Written::default();
        let to = written.clone();
        let subscriber =
            tracing_subscriber::fmt().with_ansi(false).with_writer(move || OneLine(to.clone())).finish();
        tracing::subscriber::with_default(subscriber, || {
            tracing::info!(name = "a\nb", "one\r\n2026-11-24T00:00:00Z  INFO forged \u{1b}[2J");
            tracing::info!("two");
        });
        let log = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
        assert_eq!(log.lines().count(), 2, "{log}");
        assert!(log.ends_with('\n') && !log.contains('\u{1b}') && log.contains("forged"), "{log}");
    }
}
