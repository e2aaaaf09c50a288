//! `tidewaiter report`: a saved report in another format. Its exit status is
//! the report's own, where that holds.

use super::args::ReportArgs;
use super::interrupt::{self, Parts};
use super::output::Targets;
use super::{Failure, files};
use crate::report::Writer;
use crate::report::reading::Saved;

pub(super) fn run(args: &ReportArgs) -> Result<u8, Failure> {
    let wanted = Targets::asked(&args.output)?;
    let parts = Parts::default();
    interrupt::ends(&parts);
    let redactor = files::redactor(args.redact.as_deref())?;
    let saved = Saved::open(&args.file).map_err(Failure::cannot_run)?;
    let targets = Targets::open(wanted, &parts)?;
    let status = targets.write(&args.output, redactor.as_ref(), |outputs| {
        let mut writer = Writer::begin(outputs, &saved.begun())?;
        let ending = saved.read(&mut |part| writer.part(&part))?;
        Ok(writer.end(ending.run, ending.summary)?)
    })?;
    Ok(if args.exit_zero && matches!(status, 1 | 3) { 0 } else { status })
}
