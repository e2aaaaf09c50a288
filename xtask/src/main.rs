//! Makes what is generated, and says when it is out of date.
//!
//! `cargo run -p xtask -- COMMAND`; without a command it prints this list.

mod check;
mod fixtures;
mod generated;
mod licences;
mod links;
mod load;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};

const USAGE: &str = "\
usage: cargo run -p xtask -- COMMAND

  fixtures [PATH...]   build what the case.toml files below PATH (default: fixtures/) describe
  docs                 write every generated document, schema, man page and completion
  check                fail if anything of the above differs from what is committed
  report-load N FILE   write a report of N made-up devices, in the format the file's ending names
  links                fail if a page of the documentation links to a file that is not there
  licences             fail if a dependency has a licence that deny.toml does not allow
";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let mut args = std::env::args_os().skip(1);
    let command = args.next().unwrap_or_default();
    let rest: Vec<PathBuf> = args.map(PathBuf::from).collect();
    let root = project_root()?;
    match (command.to_str().unwrap_or_default(), rest.as_slice()) {
        ("fixtures", paths) => fixtures::write_all(&root, paths),
        ("docs", []) => generated::write_all(&root),
        ("check", []) => check::run(&root),
        ("links", []) => links::run(&root),
        ("licences", []) => licences::run(&root),
        ("report-load", [devices, to]) => {
            load::write(devices.to_str().and_then(|n| n.parse().ok()).context("how many devices?")?, to)
        }
        ("" | "help" | "--help" | "-h", _) => {
            print!("{USAGE}");
            Ok(())
        }
        (other, _) => bail!("unknown command or too many arguments: {other}\n\n{USAGE}"),
    }
}

/// The folder of the workspace's `Cargo.toml`. Cargo names it at run time; what
/// was compiled in may be another checkout's if both share a target folder.
fn project_root() -> Result<PathBuf> {
    let here = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    Path::new(&here).parent().map(Path::to_owned).context("the xtask package has no parent folder")
}
