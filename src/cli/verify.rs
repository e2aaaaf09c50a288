//! `tidewaiter verify`: are a report and its evidence what they were?

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::path::Path;

use super::Failure;
use super::args::VerifyArgs;
use crate::artifact::mdm::Mappings;
use crate::artifact::{Retain, SourceHash};
use crate::format::hex;
use crate::inventory::CoverageOptions;
use crate::limits::Limits;
use crate::model::Timestamp;
use crate::report::reading::{Part, ReadError, Saved};
use crate::report::verify::{Counts, Outcome, Own, Place, check, exported, locate, own_digest};
use crate::scan::{Input, Reading, Silent, read};
use crate::signature::SignatureSet;

const DIFFERS: u8 = 1;
const NOT_CHECKED: u8 = 3;

pub(super) fn run(args: &VerifyArgs) -> Result<u8, Failure> {
    let could_not = |error: ReadError| Failure { status: NOT_CHECKED, error: error.into() };
    let mappings = super::files::mappings(&args.map)?;
    let report = Saved::open(&args.report).map_err(could_not)?;
    let mut out = io::stdout().lock();
    if args.export_hashes {
        return export(&report, &mut out).map_err(could_not);
    }
    let own = own_digest(&report).map_err(could_not)?;
    let (mut status, line) = match &own {
        Own::Same(_) => (0, "the report is what it was".to_owned()),
        Own::Differs { then, now } => (DIFFERS, format!("the report was changed: its digest is {now}, it says {then}")),
        Own::None => (NOT_CHECKED, "the report bears no digest".to_owned()),
        Own::Unknown(kind) => (NOT_CHECKED, format!("the report bears a digest of an unknown kind, `{kind}`")),
    };
    say(&mut out, &line)?;
    if args.report_only {
        return Ok(status);
    }
    let members = members(&report, args.evidence.as_deref(), mappings).map_err(could_not)?;
    let look_up = |locator: &str| members.get(locator).cloned();
    let counts = check(&report, args.evidence.as_deref(), &look_up, &mut |checked| {
        if args.quiet || checked.outcome == Outcome::Same {
            return Ok(());
        }
        let note = if checked.note.is_empty() { String::new() } else { format!(" ({})", checked.note) };
        writeln!(out, "{}: {}{note}", checked.outcome.as_str(), checked.locator)
    });
    let counts = counts.map_err(could_not)?;
    say(&mut out, &summary(&counts))?;
    let found = counts.same + counts.differ + counts.not_hashed > 0 || args.evidence.is_some();
    let files = if counts.differ > 0 || (counts.missing > 0 && found) {
        DIFFERS
    } else if counts.missing + counts.unchecked > 0 {
        NOT_CHECKED
    } else {
        0
    };
    // 1 before 3 before 0.
    if files == DIFFERS || (files == NOT_CHECKED && status == 0) {
        status = files;
    }
    Ok(status)
}

fn say(out: &mut dyn Write, line: &str) -> Result<(), Failure> {
    match writeln!(out, "{line}") {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::cannot_run(error)),
        _ => Ok(()),
    }
}

fn summary(counts: &Counts) -> String {
    let parts = [
        (counts.same, "the same"),
        (counts.differ, "differ"),
        (counts.missing, "missing"),
        (counts.not_hashed, "not hashed, size the same"),
        (counts.unchecked, "not checked"),
    ];
    let parts: Vec<String> = parts.iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!("{n} {word}")).collect();
    if parts.is_empty() { "no files".to_owned() } else { format!("files and records: {}", parts.join(", ")) }
}

/// Lines for `sha256sum -c`.
fn export(report: &Saved, out: &mut dyn Write) -> Result<u8, ReadError> {
    let (mut written, mut left) = (BTreeSet::new(), 0_u64);
    report.read(&mut |part| {
        let Part::Evidence(item) = part else { return Ok(()) };
        for file in &item.consulted {
            let whole = file.sha256.as_deref().filter(|_| file.hash_scope == "file");
            match whole.and_then(|sha256| exported(&file.locator, sha256)) {
                Some(line) if written.contains(&line) => {}
                Some(line) => {
                    out.write_all(&line)?;
                    written.insert(line);
                }
                None => left += 1,
            }
        }
        Ok(())
    })?;
    if left > 0 {
        let _ = writeln!(
            io::stderr(),
            "tidewaiter: {left} files are inside containers or were not hashed whole; sha256sum cannot check them"
        );
    }
    Ok(0)
}

/// Digests, as they are now, of the members of containers that the report
/// consulted: the containers are opened as a scan opens them.
fn members(
    report: &Saved,
    root: Option<&Path>,
    mappings: &'static Mappings,
) -> Result<BTreeMap<String, String>, ReadError> {
    let mut containers: BTreeMap<std::path::PathBuf, String> = BTreeMap::new();
    report.read(&mut |part| {
        let Part::Evidence(item) = part else { return Ok(()) };
        for file in item.consulted.iter().filter(|f| f.sha256.is_some()) {
            let Some(place) = Place::parse(&file.locator).filter(|p| p.is_member) else { continue };
            if let (Ok(path), Some((outer, _))) = (locate(&place.path, root), file.locator.split_once("!/")) {
                containers.insert(path, outer.to_owned());
            }
        }
        Ok(())
    })?;
    let mut out = BTreeMap::new();
    let Ok(set) = SignatureSet::builtin() else { return Ok(out) };
    for (path, outer) in containers {
        let reading = Reading {
            retain: Retain::Relevant(&set),
            mappings,
            limits: Limits::default(),
            jobs: 2,
            cancel: std::sync::Arc::default(),
            observer: &Silent,
        };
        let gathered = read(&[Input::Path(path)], &reading);
        let options = CoverageOptions {
            assume_full_lists: false,
            as_of: Timestamp::now(),
            now: Timestamp::now(),
            stale_after_days: u32::MAX,
            max_age_days: None,
        };
        for source in gathered.inventory.into_devices(options).sources {
            if let (SourceHash::File(sha256), Some((_, member))) =
                (source.hash, source.locator.as_str().split_once("!/"))
            {
                out.insert(format!("{outer}!/{member}"), hex(&sha256));
            }
        }
    }
    Ok(out)
}
