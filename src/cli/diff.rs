//! `tidewaiter diff`: what changed between two reports.

use anyhow::anyhow;

use super::args::DiffArgs;
use super::interrupt::{self, Parts};
use super::output::{self, Sink};
use super::{Failure, output::is_broken_pipe};
use crate::report::diff;
use crate::report::reading::Saved;

pub(super) fn run(args: &DiffArgs) -> Result<u8, Failure> {
    let wanted = output::formats(&args.format, &["table", "json", "html"], "table")?;
    if args.old.as_os_str() == "-" && args.new.as_os_str() == "-" {
        return Err(Failure::usage(anyhow!("standard input can be read once only")));
    }
    let parts = Parts::default();
    interrupt::ends(&parts);
    let old = Saved::open(&args.old).map_err(Failure::cannot_run)?;
    let new = Saved::open(&args.new).map_err(Failure::cannot_run)?;
    let open = |want: &output::Wanted| Sink::open(want.file.as_deref(), &parts).map_err(Failure::cannot_run);
    let mut sinks = wanted.iter().map(open).collect::<Result<Vec<Sink>, _>>()?;
    let mut status = 0;
    for (want, sink) in wanted.iter().zip(&mut sinks) {
        // Each format reads the comparison once; it lies on disk, not in memory.
        let compared = diff::diff(&old, &new).map_err(Failure::cannot_run)?;
        status = match diff::write(compared, &want.format, output::width(), sink) {
            Ok(status) => status,
            Err(error) => {
                let error = anyhow::Error::from(error);
                return if is_broken_pipe(&error) {
                    Ok(super::EXIT_CANNOT_RUN)
                } else {
                    Err(Failure::cannot_run(error))
                };
            }
        };
    }
    sinks.into_iter().try_for_each(|sink| sink.commit().map_err(Failure::cannot_run))?;
    Ok(status)
}
