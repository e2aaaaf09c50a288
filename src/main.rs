//! The binary: everything is in the library; only here, and on signals, a process
//! ends.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(tidewaiter::cli::run(std::env::args_os()))
}
