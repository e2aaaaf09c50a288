//! Arguments to options; terminal; exit status.
//!
//! Nothing below this floor prints or knows of a terminal.

mod args;
mod config;
mod diff;
mod files;
mod identify;
mod interrupt;
mod inventory;
mod lists;
mod map;
mod merge;
mod output;
mod progress;
mod report;
mod scan;
mod verify;

use std::ffi::OsString;
use std::io::{self, Write};

use clap::{CommandFactory, Parser};

use args::{Cli, Command};

use crate::report::safe;

/// Usage, configuration.
const EXIT_USAGE: u8 = 2;
/// Could not run.
const EXIT_CANNOT_RUN: u8 = 4;

/// Why a command ended without an answer.
#[derive(Debug)]
struct Failure {
    status: u8,
    error: anyhow::Error,
}

impl Failure {
    fn usage(error: impl Into<anyhow::Error>) -> Self {
        Self { status: EXIT_USAGE, error: error.into() }
    }

    fn cannot_run(error: impl Into<anyhow::Error>) -> Self {
        Self { status: EXIT_CANNOT_RUN, error: error.into() }
    }
}

/// Runs the command line and returns the exit status.
pub fn run(args: impl IntoIterator<Item = OsString>) -> u8 {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            return if error.use_stderr() { EXIT_USAGE } else { 0 };
        }
    };
    let outcome = match cli.command {
        Command::Scan(args) => scan::run(args),
        Command::Inventory(args) => inventory::run(args),
        Command::Report(args) => report::run(&args),
        Command::Merge(args) => merge::run(&args),
        Command::Diff(args) => diff::run(&args),
        Command::Verify(args) => verify::run(&args),
        Command::Identify(args) => identify::run(&args),
        Command::Map(args) => map::run(&args),
        Command::Signatures(args) => lists::signatures(&args),
        Command::Policies(args) => lists::policies(&args),
        Command::Config(args) => config::run(&args),
        Command::Completions { shell } => print(&completions(shell)),
        Command::Man => print(&man_page()),
    };
    outcome.unwrap_or_else(|failure| {
        // It may name a file that somebody else named.
        let message = format!("{:#}", failure.error);
        let message: Vec<String> = message.lines().map(|line| safe(line, usize::MAX)).collect();
        let _ = writeln!(io::stderr(), "tidewaiter: {}", message.join("\n"));
        failure.status
    })
}

fn print(bytes: &[u8]) -> Result<u8, Failure> {
    match io::stdout().write_all(bytes) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::cannot_run(error)),
        _ => Ok(0),
    }
}

/// The man page, in roff.
pub fn man_page() -> Vec<u8> {
    let mut out = Vec::new();
    // Writing to memory does not fail.
    let _ = clap_mangen::Man::new(Cli::command()).render(&mut out);
    out
}

/// Shells that have completions.
pub const SHELLS: &[clap_complete::Shell] = &[
    clap_complete::Shell::Bash,
    clap_complete::Shell::Elvish,
    clap_complete::Shell::Fish,
    clap_complete::Shell::PowerShell,
    clap_complete::Shell::Zsh,
];

/// Completions for a shell.
pub fn completions(shell: clap_complete::Shell) -> Vec<u8> {
    let mut out = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "tidewaiter", &mut out);
    out
}

/// The help of a command path (`[]`: the program's own), for the documentation.
pub fn help(path: &[&str]) -> String {
    let mut command = Cli::command().term_width(100);
    command.build();
    let mut at = &mut command;
    for name in path {
        match at.find_subcommand_mut(name) {
            Some(found) => at = found,
            None => return String::new(),
        }
    }
    at.render_long_help().to_string()
}
