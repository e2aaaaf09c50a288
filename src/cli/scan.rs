//! `tidewaiter scan`.

use std::io::Read;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use anyhow::Context;

use super::args::{LimitArgs, MinStrength, ReadArgs, ScanArgs};
use super::config::Config;
use super::interrupt::{self, Parts};
use super::output::Targets;
use super::progress::Progress;
use super::{Failure, files};
use crate::artifact::Retain;
use crate::artifact::mdm::Mappings;
use crate::limits::Limits;
use crate::matching::Strength;
use crate::model::Timestamp;
use crate::scan::{Gathered, Input, Judged, Options, Reading, read, write_report};
use crate::signature::SignatureSet;

pub(super) fn run(mut args: ScanArgs) -> Result<u8, Failure> {
    let (inputs, config) = configured(&args.read)?;
    config.fill_scan(&mut args)?;
    let args = &args;
    let wanted = Targets::asked(&args.output)?;
    // What is wrongly used comes before what cannot run.
    let redactor = files::redactor(args.redact.as_deref())?;
    let options = Options { config: config.in_report(), ..options(args)? };
    let set = SignatureSet::load(&args.read.signatures).map_err(Failure::cannot_run)?;
    let judged = Judged::new(&set, &options).map_err(|error| match error {
        crate::scan::PolicyError::Unknown(_) => Failure::usage(error),
        crate::scan::PolicyError::Unresolvable(_) => Failure::cannot_run(error),
    })?;
    let parts = Parts::default();
    let targets = Targets::open(wanted, &parts)?;
    let gathered = gather(&args.read, &inputs, options.mappings, Retain::Relevant(&set), &parts)?;
    let status = targets.write(&args.output, redactor.as_ref(), |outputs| {
        write_report(gathered, &judged, outputs).map_err(anyhow::Error::from)
    })?;
    Ok(if args.exit_zero && matches!(status, 1 | 3) { 0 } else { status })
}

/// The policy of the mission.
const DEFAULT_POLICY: &str = "us-eo-13971";

fn options(args: &ScanArgs) -> Result<Options, Failure> {
    let epoch = match std::env::var("SOURCE_DATE_EPOCH") {
        Ok(text) => Some(
            text.parse()
                .ok()
                .and_then(Timestamp::from_unix)
                .with_context(|| format!("SOURCE_DATE_EPOCH={text} is no time"))
                .map_err(Failure::usage)?,
        ),
        Err(_) => None,
    };
    let fixed = args.run_time.or(epoch);
    let now = fixed.unwrap_or_else(Timestamp::now);
    Ok(Options {
        policies: if args.policy.is_empty() { vec![DEFAULT_POLICY.to_owned()] } else { args.policy.clone() },
        as_of: args.as_of.unwrap_or(now),
        min_strength: match args.min_strength.unwrap_or(MinStrength::Probable) {
            MinStrength::Probable => Strength::Probable,
            MinStrength::Strong => Strength::Strong,
            MinStrength::Definitive => Strength::Definitive,
        },
        assume_full_lists: args.assume_full_lists,
        stale_after_days: args.stale_after.unwrap_or(30),
        max_age_days: args.max_age,
        most_findings: args.read.limits.max_findings.unwrap_or(Limits::default().findings),
        waivers: files::waivers(args.waivers.as_deref())?,
        mappings: files::mappings(&args.read.map)?,
        config: None,
        started_at: now,
        fixed_clock: fixed.is_some(),
    })
}

/// What is to be read, and the configuration, which never comes from there.
pub(super) fn configured(args: &ReadArgs) -> Result<(Vec<Input>, Config), Failure> {
    let inputs = inputs(args)?;
    let given: Vec<&std::path::Path> = inputs
        .iter()
        .filter_map(|input| match input {
            Input::Path(path) => Some(path.as_path()),
            Input::Stdin => None,
        })
        .collect();
    let config = Config::find(args.config.as_deref(), &given)?;
    Ok((inputs, config))
}

/// Reads the evidence that the arguments name. The first Ctrl-C ends the
/// reading, and what was read is written; the second ends the process.
pub(super) fn gather(
    args: &ReadArgs,
    inputs: &[Input],
    mappings: &'static Mappings,
    retain: Retain<'_>,
    parts: &Parts,
) -> Result<Gathered, Failure> {
    let cancel = Arc::new(AtomicBool::new(false));
    interrupt::cancels(&cancel, parts);
    let progress = Progress::new(args.quiet, args.verbose);
    let jobs = args.jobs.map_or_else(|| std::thread::available_parallelism().map_or(2, usize::from), usize::from);
    let reading = Reading { retain, mappings, limits: limits(&args.limits), jobs, cancel, observer: &progress };
    let gathered = read(inputs, &reading);
    progress.clear();
    Ok(gathered)
}

fn inputs(args: &ReadArgs) -> Result<Vec<Input>, Failure> {
    let mut paths = args.paths.clone();
    if let Some(from) = &args.paths_from {
        paths.extend(listed(from, args.null)?);
    }
    if paths.is_empty() {
        return Err(Failure::usage(anyhow::anyhow!("no PATH was given")));
    }
    let dashes = paths.iter().filter(|p| p.as_os_str() == "-").count();
    if dashes > 1 || (dashes > 0 && args.paths_from.as_deref() == Some(std::path::Path::new("-"))) {
        return Err(Failure::usage(anyhow::anyhow!("standard input can be read once only")));
    }
    Ok(paths.into_iter().map(|p| if p.as_os_str() == "-" { Input::Stdin } else { Input::Path(p) }).collect())
}

fn listed(from: &std::path::Path, null: bool) -> Result<Vec<PathBuf>, Failure> {
    let mut bytes = Vec::new();
    let read = if from.as_os_str() == "-" {
        std::io::stdin().read_to_end(&mut bytes)
    } else {
        std::fs::File::open(from).and_then(|mut f| f.read_to_end(&mut bytes))
    };
    read.with_context(|| format!("cannot read paths from {}", from.display())).map_err(Failure::usage)?;
    let end = if null { 0 } else { b'\n' };
    let lines = bytes.split(|b| *b == end).map(|l| if null { l } else { l.strip_suffix(b"\r").unwrap_or(l) });
    Ok(lines.filter(|l| !l.is_empty()).map(path_of).collect())
}

#[cfg(unix)]
fn path_of(bytes: &[u8]) -> PathBuf {
    PathBuf::from(<std::ffi::OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(bytes))
}

#[cfg(not(unix))]
fn path_of(bytes: &[u8]) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(bytes).into_owned())
}

fn limits(args: &LimitArgs) -> Limits {
    let mut limits = Limits::default();
    limits.time = args.max_time.map(Duration::from_secs);
    limits.file_bytes = args.max_file_bytes.unwrap_or(limits.file_bytes);
    limits.file_in_memory = args.max_memory_file.unwrap_or(limits.file_in_memory);
    limits.entries = args.max_entries.unwrap_or(limits.entries);
    limits.depth = args.max_depth.unwrap_or(limits.depth);
    limits.ratio = args.max_ratio.unwrap_or(limits.ratio);
    limits.findings = args.max_findings.unwrap_or(limits.findings);
    limits
}
