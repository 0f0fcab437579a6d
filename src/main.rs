//! The program: joins the ranks, runs the command, prints its last words, leaves with its exit code.

use std::io::{IsTerminal, Write};
use std::panic::PanicHookInfo;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use clap::{ColorChoice, CommandFactory, FromArgMatches};
use sauva::cli::{Cli, Command, DoctorArgs, LogFormat, MapArgs, RunArgs, misuse};
use sauva::comm::{self, Comm, Solo};
use sauva::commands::{
    Conclusion, Halt, LogWriter, conformance, doctor, dry_run, experiments, find, generate, keygen,
    manual, map, query, report, review, run, verify,
};
use sauva::config::{ConfigError, Isolation, RunConfig};
use sauva::crew::{self, WorkerProcess};
use sauva::process;
use sauva::programs::{self, RunnerProcess};
use sauva::record::ExitStatus;
use sauva::terminal::{variable, wants_colours};
use tracing_subscriber::EnvFilter;

/// What is logged where `SAUVA_LOG` says nothing. OpenJPEG's complaints name no file, and the reports tell of
/// each file that it refuses.
const FILTER: &str = "warn,sauva=info,jpeg2k=off";

fn main() -> ExitCode {
    // clap's own exit code for bad usage is 2, which here means "some quarantined".
    let cli = match parse() {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    log_to_stderr(cli.log_format);
    let (status, text) = match cli.command {
        Command::Run(args) if args.dry_run => dry_run(*args),
        Command::Run(args) => run(args.work.isolation, || args.resolve()),
        Command::Stats(args) => run(args.work.isolation, || args.resolve()),
        Command::Regions(args) => run(args.work.isolation, || args.resolve()),
        Command::Map(args) => map(*args),
        Command::Verify(args) => look(|| verify::execute(&args)),
        Command::Review(args) => look(|| review::execute(&args)),
        Command::Report(args) => look(|| report::execute(&args)),
        Command::Query(args) => show(|to| query::execute(&args, to)),
        Command::Find(args) => show(|to| find::execute(&args, to)),
        Command::Experiments(args) => look(|| experiments::execute(&args)),
        Command::Generate(args) => tell(generate::execute(&args)),
        Command::Conformance(args) => match conformance::execute(args) {
            Ok(statement) => (ExitStatus::Done, statement),
            Err(error) => (complain(&error), String::new()),
        },
        Command::Keygen(args) => tell(keygen::execute(&args)),
        Command::Doctor(args) => examine(&args),
        Command::Completions { shell } => show(|to| manual::completions(shell, to)),
        Command::Man { folder } => tell(manual::pages(&folder)),
        Command::Worker => return serve(crew::attend),
        Command::Runner => return serve(programs::attend),
    };
    // Nothing is left to do for a reader that has gone away.
    write!(std::io::stdout(), "{text}").ok();
    code(status)
}

/// The command line, with the help in colours where they are wanted: `Auto` looks at each stream by itself.
fn parse() -> Result<Cli, clap::Error> {
    let colours =
        if wants_colours(true, variable) { ColorChoice::Auto } else { ColorChoice::Never };
    let matches = Cli::command().color(colours).try_get_matches()?;
    Cli::from_arg_matches(&matches)
}

/// How long rank 0 stays behind the others, which have nothing left to do.
const LET_OTHERS_END: Duration = Duration::from_millis(100);

/// What is wrong with the words of the command line.
fn usage(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() {
        error.print().ok();
        return ExitCode::SUCCESS;
    }
    match misuse(error) {
        Some(sentence) => writeln!(std::io::stderr(), "sauva: {sentence}; see --help").ok(),
        None => error.print().ok(),
    };
    code(ExitStatus::Usage)
}

/// A process of a rank that takes its orders.
fn serve(attend: impl FnOnce() -> std::io::Result<()>) -> ExitCode {
    std::panic::set_hook(Box::new(report_panic));
    match attend() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => code(complain(&error.into())),
    }
}

/// A job of all ranks.
fn run(
    isolation: Isolation,
    resolve: impl FnOnce() -> Result<RunConfig, ConfigError>,
) -> (ExitStatus, String) {
    std::panic::set_hook(Box::new(report_panic));
    process::forbid_core_files();
    // Before MPI starts: on some networks a process that speaks MPI may not start others.
    let worker = match isolation {
        Isolation::Process => Some(WorkerProcess::start()),
        Isolation::None => None,
    };
    let worker = worker.transpose().context("the worker process cannot be started");
    together(|comm| {
        if comm.size() == 1 {
            process::keep_secrets();
        }
        let config = comm::agree(comm, resolve().map_err(anyhow::Error::from))?;
        let worker = comm::agree(comm, worker)?;
        run::execute(&config, comm, worker)
    })
}

/// A program of others over many units, by all ranks.
fn map(args: MapArgs) -> (ExitStatus, String) {
    std::panic::set_hook(Box::new(report_panic));
    // Before MPI starts, and before limits are set that programs would have too.
    let runner = RunnerProcess::start().context("the process that runs programs cannot be started");
    process::forbid_core_files();
    together(|comm| {
        let job = comm::agree(comm, args.resolve().map_err(anyhow::Error::from))?;
        let runner = comm::agree(comm, runner)?;
        map::execute(&job, comm, runner)
    })
}

/// What all ranks do together; rank 0 speaks for all.
fn together(job: impl FnOnce(&dyn Comm) -> anyhow::Result<Conclusion>) -> (ExitStatus, String) {
    let comm = match comm::connect() {
        Ok(comm) => comm,
        Err(refusal) => return (complain(&refusal.into()), String::new()),
    };
    comm::abort_on_panic(ExitStatus::Check as i32);
    let span = tracing::info_span!("sauva", rank = comm.rank());
    let _entered = span.enter();
    let outcome = job(comm.as_ref());
    let (is_first, is_alone) = (comm.rank() == 0, comm.size() == 1);
    let outcome = outcome.map_err(|error| complain_once(comm.as_ref(), &error));
    comm.finish();
    let (status, text) = match outcome {
        Ok(Conclusion { status, text }) => (status, text),
        Err(status) => (status, String::new()),
    };
    if !is_first {
        // Rank 0 speaks for all.
        return (ExitStatus::Done, String::new());
    }
    if !is_alone {
        // Launchers kill the ranks that still run when one ends with another code than 0.
        std::thread::sleep(LET_OTHERS_END);
    }
    (status, text)
}

/// Looking at files, of which each may fail for itself.
fn look(execute: impl FnOnce() -> anyhow::Result<Conclusion>) -> (ExitStatus, String) {
    // A panic at one file is a finding of its own; its message may hold a value.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map_or_else(String::new, ToString::to_string);
        tracing::warn!(place, "the check of a file failed");
    }));
    match execute() {
        Ok(Conclusion { status, text }) => (status, text),
        Err(error) => (complain(&error), String::new()),
    }
}

/// Answers as long as they may be, written as they come.
fn show(execute: impl FnOnce(&mut dyn Write) -> anyhow::Result<()>) -> (ExitStatus, String) {
    // A damaged table makes the decoders of others panic, which is caught and told as an error.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map_or_else(String::new, ToString::to_string);
        tracing::debug!(place, "a decoder failed");
    }));
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let is_closed = |error: &anyhow::Error| {
        let cause = error.chain().find_map(|cause| cause.downcast_ref::<std::io::Error>());
        cause.is_some_and(|cause| cause.kind() == std::io::ErrorKind::BrokenPipe)
    };
    match execute(&mut out) {
        // Nothing is left to do for a reader that has gone away.
        Err(error) if !is_closed(&error) => (complain(&error), String::new()),
        _ => (ExitStatus::Done, String::new()),
    }
}

/// All ranks look at where they are; those that cannot be joined look alone and say so.
fn examine(args: &DoctorArgs) -> (ExitStatus, String) {
    if args.start_mpi {
        let started = comm::start_library();
        return (
            started.map_or_else(|it| complain(&it.into()), |()| ExitStatus::Done),
            String::new(),
        );
    }
    let (comm, refusal) = match comm::connect() {
        Ok(comm) => (comm, None),
        Err(refusal) => (Box::new(Solo::default()) as Box<dyn Comm>, Some(refusal)),
    };
    comm::abort_on_panic(ExitStatus::Check as i32);
    let Conclusion { status, text } = doctor::execute(args, comm.as_ref(), refusal.as_ref());
    let is_alone = comm.size() == 1;
    comm.finish();
    if !is_alone && status != ExitStatus::Done {
        // Launchers kill the ranks that still run when one ends with another code than 0.
        std::thread::sleep(LET_OTHERS_END);
    }
    (status, text)
}

/// Of several ranks the first looks at all files.
fn dry_run(args: RunArgs) -> (ExitStatus, String) {
    let comm = match comm::connect() {
        Ok(comm) => comm,
        Err(refusal) => return (complain(&refusal.into()), String::new()),
    };
    let is_first = comm.rank() == 0;
    comm.finish();
    if is_first { look(|| dry_run::execute(args)) } else { (ExitStatus::Done, String::new()) }
}

/// Says what is wrong, once for all ranks, and gives the status that all leave with. They come here
/// together: an error that one rank has, all have agreed on. Of several ranks with an error of their
/// own, the first speaks.
fn complain_once(comm: &dyn Comm, error: &anyhow::Error) -> ExitStatus {
    let is_mine = !error.is::<comm::RemoteFailure>();
    let mine = is_mine.then(|| status_of(error));
    let mine = postcard::to_stdvec(&mine).expect("a status can be written");
    let all = comm::all_gather(comm, mine);
    let statuses = all.iter().map(|status| postcard::from_bytes(status).ok().flatten());
    match statuses.enumerate().find_map(|(rank, status)| Some((rank, status?))) {
        Some((rank, status)) => {
            if rank == comm.rank() {
                complain(error);
            }
            status
        }
        None => ExitStatus::Usage,
    }
}

fn complain(error: &anyhow::Error) -> ExitStatus {
    writeln!(std::io::stderr(), "sauva: {error:#}").ok();
    status_of(error)
}

fn status_of(error: &anyhow::Error) -> ExitStatus {
    error.downcast_ref().map_or(ExitStatus::Usage, Halt::status)
}

fn tell(outcome: anyhow::Result<String>) -> (ExitStatus, String) {
    match outcome {
        Ok(text) => (ExitStatus::Done, format!("{text}\n")),
        Err(error) => (complain(&error), String::new()),
    }
}

fn code(status: ExitStatus) -> ExitCode {
    ExitCode::from(status as u8)
}

/// A panic's own message may hold a value of a file: only its place in the source is told.
fn report_panic(panic: &PanicHookInfo<'_>) {
    if crew::catches_panics() {
        crew::report_caught_panic(panic.location());
    } else {
        let place = panic.location().map_or_else(String::new, ToString::to_string);
        writeln!(std::io::stderr(), "sauva: an internal check failed at {place}; the run ends")
            .ok();
    }
}

fn log_to_stderr(format: LogFormat) {
    let filter = EnvFilter::try_from_env("SAUVA_LOG").unwrap_or_else(|_| EnvFilter::new(FILTER));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(|| LogWriter);
    // A log that cannot be written, on a full disk or a closed terminal, is no reason to fail.
    let log = log.log_internal_errors(false);
    let log = log.with_ansi(wants_colours(std::io::stderr().is_terminal(), variable));
    match format {
        LogFormat::Text => log.with_target(false).init(),
        LogFormat::Json => log.json().init(),
    }
}
