//! What shells and `man` know of the command line: its definition in, completions and pages out.

use std::fs;
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};
use clap::{Command, CommandFactory};
use clap_complete::Shell;

use crate::cli::Cli;

/// Writes the completions of a shell.
pub fn completions(shell: Shell, to: &mut dyn Write) -> Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut shown(&Cli::command()), "sauva", &mut script);
    Ok(to.write_all(&script)?)
}

/// The same command without what is hidden, which some shells would offer.
fn shown(command: &Command) -> Command {
    // A command wants names that live as long as the program, which has a dozen of them and soon ends.
    let name: &'static str = command.get_name().to_owned().leak();
    let options = command.get_arguments().filter(|option| !option.is_hide_set()).cloned();
    let below = command.get_subcommands().filter(|below| !below.is_hide_set()).map(shown);
    let about = command.get_about().cloned().unwrap_or_default();
    let version = env!("CARGO_PKG_VERSION");
    let shown = Command::new(name).about(about).args(options).subcommands(below);
    if command.get_version().is_some() { shown.version(version) } else { shown }
}

/// Writes `sauva.1` and a page of each command, `sauva-run.1` and so on; returns what to tell.
pub fn pages(folder: &Path) -> Result<String> {
    fs::create_dir_all(folder).context("DIR: the folder cannot be made")?;
    clap_mangen::generate_to(Cli::command(), folder).context("DIR: a page cannot be written")?;
    let count = fs::read_dir(folder).context("DIR: the folder cannot be listed")?.count();
    Ok(format!("{count} pages written; `man -l sauva.1` there shows the first"))
}
