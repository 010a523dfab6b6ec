//! The commands, one file each.
//!
//! Invariant: a command prints its answer to standard output, and everything else to standard error.

mod apply;
mod attest;
mod backup;
mod check;
mod demo;
mod evidence;
mod facts;
mod ingest;
mod init;
mod journal;
mod serve;
mod summary;

use miette::{GraphicalReportHandler, GraphicalTheme};
use tracing::level_filters::LevelFilter;
use tracing_subscriber::EnvFilter;

use crate::arguments::{Arguments, Command, LogFormat, Place};
use crate::client::{Client, Failed};
use crate::exit::Exit;
use crate::terminal;

/// What a command comes to.
pub(crate) type Outcome = Result<Exit, Failed>;

/// Runs a command to its end.
pub(crate) fn run(arguments: Arguments) -> Exit {
    log(&arguments.command);
    let runtime = match tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            terminal::complain(&format!("failed to start: {error}"));
            return Exit::Failure;
        }
    };
    let Arguments { place, command } = arguments;
    let outcome = match command {
        Command::Init(init) => init::run(&init),
        Command::Demo(demo) => runtime.block_on(demo::run(&demo)),
        command => runtime.block_on(with_client(&place, command)),
    };
    outcome.unwrap_or_else(|failed| {
        complain(&failed);
        failed.exit()
    })
}

/// Writes the log to standard error: a server's as it works, a command's only when something fails.
fn log(command: &Command) {
    let (level, format) = match command {
        Command::Serve(serve) => (LevelFilter::INFO, serve.log_format),
        _ => (LevelFilter::ERROR, LogFormat::Text),
    };
    let filter = EnvFilter::builder().with_default_directive(level.into()).from_env_lossy();
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match format {
        LogFormat::Text => subscriber.init(),
        LogFormat::Json => subscriber.json().flatten_event(true).init(),
    }
}

/// Runs a command that needs the journal.
async fn with_client(place: &Place, command: Command) -> Outcome {
    let client = Client::open(place).await?;
    let outcome = one(&client, command).await;
    client.app.finish().await;
    outcome
}

pub(crate) async fn one(client: &Client, command: Command) -> Outcome {
    match command {
        Command::Apply(apply) => apply::run(client, &apply).await,
        Command::Ingest(ingest) => ingest::run(client, &ingest).await,
        Command::Check(check) => check::run(client, &check).await,
        Command::Facts(facts) => facts::run(client, &facts).await,
        Command::Attest(attest) => attest::run(client, attest).await,
        Command::Summary(summary) => summary::run(client, summary).await,
        Command::Evidence(evidence) => evidence::run(client, evidence).await,
        Command::Journal(journal) => journal::run(client, journal).await,
        Command::Serve(serve) => serve::run(client, &serve).await,
        Command::Backup(backup) => backup::backup(client, &backup).await,
        Command::Restore(restore) => backup::restore(client, &restore).await,
        Command::Init(init) => init::run(&init),
        Command::Demo(_) => Err(Failed::Input("The demo does not run inside itself.".to_owned())),
    }
}

fn complain(failed: &Failed) {
    let mark = terminal::paint(anstyle::AnsiColor::Red.on_default(), "×");
    terminal::complain(&format!("{mark} {failed}"));
}

/// Returns a diagnostic as miette draws it, in colour only where colour is wanted.
pub(crate) fn drawn(diagnostic: &dyn miette::Diagnostic) -> String {
    let colour = anstream::AutoStream::choice(&std::io::stderr()) != anstream::ColorChoice::Never;
    let theme = if colour { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    let mut text = String::new();
    let _ = GraphicalReportHandler::new_themed(theme).with_width(100).render_report(&mut text, diagnostic);
    text
}
