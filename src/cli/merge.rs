//! `tidewaiter merge`: one report of several.

use anyhow::anyhow;

use super::args::MergeArgs;
use super::interrupt::{self, Parts};
use super::output::Targets;
use super::{Failure, files};
use crate::report::merge::{MergeOptions, merge};
use crate::report::reading::Saved;

pub(super) fn run(args: &MergeArgs) -> Result<u8, Failure> {
    let wanted = Targets::asked(&args.output)?;
    let parts = Parts::default();
    interrupt::ends(&parts);
    if args.files.iter().filter(|f| f.as_os_str() == "-").count() > 1 {
        return Err(Failure::usage(anyhow!("standard input can be read once only")));
    }
    let waivers = files::waivers(args.waivers.as_deref())?;
    let redactor = files::redactor(args.redact.as_deref())?;
    let mut reports = Vec::new();
    for file in &args.files {
        reports.push(Saved::open(file).map_err(Failure::cannot_run)?);
    }
    let targets = Targets::open(wanted, &parts)?;
    let options = MergeOptions { allow_mixed: args.allow_mixed, waivers: waivers.as_ref() };
    let status = targets.write(&args.output, redactor.as_ref(), |outputs| {
        merge(&reports, &options, outputs).map_err(anyhow::Error::from)
    })?;
    Ok(if args.exit_zero && matches!(status, 1 | 3) { 0 } else { status })
}
