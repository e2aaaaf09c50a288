//! The command line: its help as a page, completions for each shell.

use tidewaiter::cli;

use super::Output;

/// Commands whose help is on the page, in the order in which a user meets them.
const COMMANDS: &[&[&str]] = &[
    &[],
    &["scan"],
    &["inventory"],
    &["report"],
    &["merge"],
    &["diff"],
    &["verify"],
    &["identify"],
    &["signatures"],
    &["signatures", "list"],
    &["signatures", "show"],
    &["signatures", "check"],
    &["policies"],
    &["policies", "list"],
    &["policies", "show"],
    &["config"],
    &["config", "show"],
    &["completions"],
    &["man"],
];

/// `docs/command-line.md`.
pub(super) fn page() -> String {
    let mut out = String::from("# Command line\n\nGenerated from the program; `tidewaiter help` shows the same.\n");
    for path in COMMANDS {
        let name = std::iter::once("tidewaiter").chain(path.iter().copied()).collect::<Vec<_>>().join(" ");
        let help = cli::help(path);
        let lines: Vec<&str> = help.lines().map(str::trim_end).collect();
        out.push_str(&format!("\n## {name}\n\n```\n{}\n```\n", lines.join("\n").trim_end()));
    }
    out
}

/// `docs/completions/*`.
pub(super) fn completions() -> Vec<Output> {
    cli::SHELLS
        .iter()
        .map(|shell| Output { path: format!("docs/completions/tidewaiter.{shell}"), bytes: cli::completions(*shell) })
        .collect()
}
