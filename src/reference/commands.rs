//! Every command with every option, as the program's own help has them.

use std::fmt::Write;

use clap::{Arg, ArgAction, Command, CommandFactory};

use super::{MADE, cell};
use crate::cli::Cli;

pub(super) fn page() -> anyhow::Result<String> {
    let mut program = Cli::command();
    program.build();
    let mut page = format!("{MADE}# Commands and options\n\n");
    writeln!(page, "{}\n", long_about(&program))?;
    writeln!(page, "Options that every command takes:\n")?;
    let global: Vec<&Arg> = shown(&program).filter(|arg| arg.is_global_set()).collect();
    table(&mut page, &global)?;
    for command in program.get_subcommands().filter(|command| !command.is_hide_set()) {
        if command.get_name() == "help" {
            continue;
        }
        writeln!(page, "\n## sauva {}\n", command.get_name())?;
        writeln!(page, "{}\n", cell_lines(&long_about(command)))?;
        writeln!(page, "```text\n{}\n```", usage(command))?;
        sections(&mut page, command)?;
    }
    Ok(page)
}

/// The arguments of a command under their headings, in the order of its help.
fn sections(page: &mut String, command: &Command) -> std::fmt::Result {
    let own: Vec<&Arg> = shown(command).filter(|arg| !arg.is_global_set()).collect();
    let mut headings: Vec<Option<&str>> = Vec::new();
    for arg in &own {
        if !headings.contains(&arg.get_help_heading()) {
            headings.push(arg.get_help_heading());
        }
    }
    for heading in headings {
        if let Some(heading) = heading {
            write!(page, "\n### {heading} (sauva {})\n", command.get_name())?;
        }
        page.push('\n');
        let under = own.iter().filter(|arg| arg.get_help_heading() == heading);
        table(page, &under.copied().collect::<Vec<_>>())?;
    }
    Ok(())
}

/// What help shows, without help itself.
fn shown(command: &Command) -> impl Iterator<Item = &Arg> {
    command.get_arguments().filter(|arg| {
        let is_of_clap = matches!(
            arg.get_action(),
            ArgAction::Help | ArgAction::HelpShort | ArgAction::HelpLong | ArgAction::Version
        );
        !arg.is_hide_set() && !is_of_clap
    })
}

fn table(page: &mut String, args: &[&Arg]) -> std::fmt::Result {
    writeln!(page, "| option | default | meaning |\n|---|---|---|")?;
    for arg in args {
        let defaults = arg.get_default_values().iter().map(|value| value.to_string_lossy());
        let defaults = defaults.collect::<Vec<_>>().join(" ");
        // A switch is off where it is not given; what clap says of that helps nobody.
        let is_switch = !arg.get_action().takes_values();
        let default = if is_switch || defaults.is_empty() {
            String::new()
        } else {
            format!("`{}`", cell(&defaults))
        };
        let help = arg.get_long_help().or_else(|| arg.get_help());
        let mut meaning = help.map(|help| cell(&help.to_string())).unwrap_or_default();
        if !meaning.is_empty() && !meaning.ends_with(['.', ':', ';']) {
            meaning.push('.');
        }
        let values = arg.get_possible_values();
        let values: Vec<_> = values.iter().filter(|value| !value.is_hide_set()).collect();
        if !values.is_empty() && !is_switch {
            let values = values.iter().map(|value| {
                let name = format!("`{}`", value.get_name());
                value.get_help().map_or(name.clone(), |help| {
                    format!("{name} ({})", cell(help.to_string().trim_end_matches('.')))
                })
            });
            write!(meaning, " One of {}.", values.collect::<Vec<_>>().join(", "))?;
        }
        writeln!(page, "| {} | {default} | {meaning} |", name(arg).replace('|', "\\|"))?;
    }
    Ok(())
}

/// The option with what it takes, as it is typed.
fn name(arg: &Arg) -> String {
    let takes = arg.get_action().takes_values();
    let values = arg.get_value_names().unwrap_or_default();
    let values = values.iter().map(|value| format!("<{value}>")).collect::<Vec<_>>().join(" ");
    match (arg.get_long(), arg.get_short()) {
        (Some(long), short) => {
            let short = short.map_or(String::new(), |short| format!("-{short}, "));
            let value = if takes { format!(" {values}") } else { String::new() };
            format!("`{short}--{long}{value}`")
        }
        (None, Some(short)) => format!("`-{short}`"),
        (None, None) => format!("`{values}`"),
    }
}

fn usage(command: &Command) -> String {
    let usage = command.clone().render_usage().to_string();
    usage.trim_start_matches("Usage: ").trim().to_owned()
}

fn long_about(command: &Command) -> String {
    let about = command.get_long_about().or_else(|| command.get_about());
    about.map(ToString::to_string).unwrap_or_default()
}

/// Paragraphs with no sign that begins a tag.
fn cell_lines(text: &str) -> String {
    text.split("\n\n").map(cell).collect::<Vec<_>>().join("\n\n")
}
