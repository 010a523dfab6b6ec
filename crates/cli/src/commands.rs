//! The commands, one file each.
//!
//! Invariant: a command prints its answer to standard output, and everything else to standard error.

mod apply;
mod ask;
mod attest;
mod backup;
mod blocker;
mod calendar;
mod candidate;
mod change;
mod changes;
mod check;
mod criterion;
mod defect;
mod definition;
mod demo;
mod evidence;
mod facts;
mod import;
mod ingest;
mod init;
mod journal;
mod know;
mod login;
mod outbox;
mod people;
mod risk;
mod serve;
mod shell;
mod shipping;
mod sign;
mod summary;
mod timeline;
mod token;
mod waiver;

use clap::ArgMatches;
use miette::{GraphicalReportHandler, GraphicalTheme};

use crate::arguments::{Arguments, Command, Place, Where};
use crate::client::{Client, Failed, Logins};
use crate::exit::Exit;
use crate::log;
use crate::terminal;

/// What a command comes to.
pub(crate) type Outcome = Result<Exit, Failed>;

/// Runs a command to its end.
pub(crate) fn run(matches: &ArgMatches, arguments: Arguments) -> Exit {
    log::begin(&arguments.command);
    let json = wants_json(matches);
    let runtime = match tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            terminal::complain(&format!("failed to start: {error}"));
            return Exit::Failure;
        }
    };
    let Arguments { place, look: _, command } = arguments;
    let outcome = match command {
        Command::Init(init) => init::run(&init),
        Command::Completions(completions) => shell::completions(&completions),
        Command::Man(man) => shell::man(&man),
        Command::Demo(demo) => runtime.block_on(demo::run(&demo, matches)),
        Command::Login(login) => runtime.block_on(login::login(&place.reach, &login)),
        Command::Logout(logout) => runtime.block_on(login::logout(&place.reach, &logout)),
        command => runtime.block_on(with_client(&place, matches, command)),
    };
    outcome.unwrap_or_else(|failed| {
        complain(&failed, json);
        failed.exit()
    })
}

/// Whether the command was asked to answer in JSON.
fn wants_json(matches: &ArgMatches) -> bool {
    let here = matches.try_get_one::<bool>("json").ok().flatten().is_some_and(|json| *json);
    here || matches.subcommand().is_some_and(|(_, below)| wants_json(below))
}

/// Runs a command that asks somebody: the data itself, or a server.
async fn with_client(place: &Place, matches: &ArgMatches, command: Command) -> Outcome {
    let client = reach(place, matches, &command).await?;
    let outcome = one(&client, command).await;
    client.finish().await;
    outcome
}

/// Finds whom a command asks.
async fn reach(place: &Place, matches: &ArgMatches, command: &Command) -> Result<Client, Failed> {
    let decided = place.decide(matches);
    if decided == Where::Both {
        let sentence = "--server works on a server, --data, --database-url and --blobs on this machine's data. \
                        Give one or the other.";
        return Err(Failed::Usage(sentence.to_owned()));
    }
    if works_on_data_alone(command) {
        refuse_server(matches)?;
        return Client::here(&place.kept).await;
    }
    match (decided, &place.reach.server) {
        (Where::There, Some(server)) => Client::there(server, &Logins::load()?, &place.reach),
        (Where::Unsaid, _) => {
            let logins = Logins::load()?;
            match &logins.current {
                Some(server) => Client::there(server, &logins, &place.reach),
                None => Client::here(&place.kept).await,
            }
        }
        _ => Client::here(&place.kept).await,
    }
}

/// Whether a command is for whoever runs the server, and has no route.
fn works_on_data_alone(command: &Command) -> bool {
    matches!(
        command,
        Command::Serve(_)
            | Command::Backup(_)
            | Command::Restore(_)
            | Command::Journal(crate::arguments::Journal::Redact { .. })
    )
}

/// Refuses a server that was typed, for a command that cannot work on one.
fn refuse_server(matches: &ArgMatches) -> Result<(), Failed> {
    if Place::server_is_typed(matches) {
        let sentence = "This command works on the data itself, not through a server. Run it on the machine that holds \
                        the data, without --server.";
        return Err(Failed::Usage(sentence.to_owned()));
    }
    Ok(())
}

pub(crate) async fn one(client: &Client, command: Command) -> Outcome {
    match command {
        Command::Apply(apply) => apply::run(client, &apply).await,
        Command::Ingest(ingest) => ingest::run(client, &ingest).await,
        Command::Check(check) => check::run(client, &check).await,
        Command::Know(know) => know::run(client, &know).await,
        Command::Changes(changes) => changes::run(client, &changes).await,
        Command::Facts(facts) => facts::run(client, &facts).await,
        Command::Definition(definition) => definition::run(client, definition).await,
        Command::Criterion(criterion) => criterion::run(client, criterion).await,
        Command::Attest(attest) => attest::run(client, attest).await,
        Command::Summary(summary) => summary::run(client, summary).await,
        Command::Ask(ask) => ask::run(client, ask).await,
        Command::Evidence(evidence) => evidence::run(client, evidence).await,
        Command::Defect(defect) => defect::run(client, defect).await,
        Command::Change(change) => change::run(client, change).await,
        Command::Import(import) => import::run(client, &import).await,
        Command::Risk(risk) => risk::run(client, risk).await,
        Command::Timeline(timeline) => timeline::run(client, &timeline).await,
        Command::Target(target) => timeline::target(client, target).await,
        Command::Milestone(milestone) => timeline::milestone(client, milestone).await,
        Command::Calendar(calendar) => calendar::run(client, calendar).await,
        Command::Blocker(blocker) => blocker::run(client, blocker).await,
        Command::List(list) => risk::whole(client, list).await,
        Command::Candidate(candidate) => candidate::run(client, candidate).await,
        Command::Waiver(waiver) => waiver::run(client, waiver).await,
        Command::Signoff(signoff) => sign::signoff(client, signoff).await,
        Command::Shipping(shipping) => shipping::show(client, &shipping).await,
        Command::Handoff(handoff) => shipping::handoff(client, handoff).await,
        Command::Submission(submission) => shipping::submission(client, *submission).await,
        Command::Track(track) => shipping::track(client, track).await,
        Command::Assess(assess) => sign::assess(client, assess).await,
        Command::Journal(journal) => journal::run(client, journal).await,
        Command::Whoami(whoami) => login::whoami(client, &whoami).await,
        Command::People(people) => people::run(client, people).await,
        Command::Token(token) => token::run(client, token).await,
        Command::Outbox(outbox) => outbox::run(client, outbox).await,
        Command::Serve(serve) => serve::run(client, &serve).await,
        Command::Backup(backup) => backup::backup(client, &backup).await,
        Command::Restore(restore) => backup::restore(client, &restore).await,
        Command::Init(init) => init::run(&init),
        Command::Login(_)
        | Command::Logout(_)
        | Command::Demo(_)
        | Command::Completions(_)
        | Command::Man(_) => Err(Failed::Input("This command asks no data.".to_owned())),
    }
}

/// Tells what failed: to a person in a sentence, to a program as the API would.
pub(crate) fn complain(failed: &Failed, json: bool) {
    if json {
        terminal::complain(&failed.json().to_string());
        return;
    }
    let mark = terminal::paint(anstyle::AnsiColor::Red.on_default(), "×");
    terminal::complain(&format!("{mark} {failed}"));
}

/// Returns a diagnostic as miette draws it, in colour only where colour is wanted.
pub(crate) fn drawn(diagnostic: &dyn miette::Diagnostic) -> String {
    let theme =
        if terminal::has_colour() { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    let mut text = String::new();
    let _ = GraphicalReportHandler::new_themed(theme).with_width(100).render_report(&mut text, diagnostic);
    text
}

/// Prints what came of something: the answer as it came to a program, and a sentence to a person.
fn told(json: bool, answer: &[u8], sentence: &str) {
    if json { terminal::answer(answer) } else { terminal::line(sentence) }
}

/// Says that something was so before, where it was.
fn already(settled: server::app::settle::SettledResponse) -> &'static str {
    if settled.new { "" } else { ", as it was already" }
}
