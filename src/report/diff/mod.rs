//! What changed between two reports, device by device.
//!
//! A device is remediated only where the new verdict is clear, newer, and taken
//! under the same policies. A device that is not in the new report has
//! vanished; nothing is said of what became of it.

mod compare;
mod page;
mod render;

use std::io::{self, Write};

use serde::Serialize;

use super::merge::{Joiner, Row, unite};
use super::reading::{Ending, Part, ReadError, Saved};
use super::spill::{Sorted, Sorter};
use super::{lift, v1};

pub use compare::{Change, Counts, DeviceChange, Seen, Side};
pub use page::html;
pub use render::{json, table};

/// Why there is no comparison.
#[derive(Debug, thiserror::Error)]
pub enum DiffError {
    /// A report cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// Temporary files.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// A comparison, its devices still on disk.
pub struct Diff {
    /// The older report.
    pub old: v1::Run,
    /// The newer one.
    pub new: v1::Run,
    /// Why verdicts of the two do not compare; sentences, maybe none.
    pub incomparable: Vec<&'static str>,
    /// What a reader should know; sentences.
    pub notes: Vec<&'static str>,
    /// How many devices changed how.
    pub counts: Counts,
    changes: Sorter,
}

impl Diff {
    /// 1: something got worse; 3: the two do not compare; 0: neither.
    pub fn exit_status(&self) -> u8 {
        if self.counts.worse > 0 {
            1
        } else if !self.incomparable.is_empty() || self.counts.lost > 0 {
            3
        } else {
            0
        }
    }

    /// The changes, worst first, then by key.
    pub fn into_changes(self) -> io::Result<Changes> {
        Ok(Changes { sorted: self.changes.finish()? })
    }
}

/// See [`Diff::into_changes`].
pub struct Changes {
    sorted: Sorted,
}

impl Changes {
    /// The next one.
    pub fn next_change(&mut self) -> io::Result<Option<DeviceChange>> {
        match self.sorted.next()? {
            Some((_, json)) => Ok(Some(serde_json::from_slice(&json)?)),
            None => Ok(None),
        }
    }
}

/// Compares two reports.
pub fn diff(old: &Saved, new: &Saved) -> Result<Diff, DiffError> {
    let mut joiner = Joiner::new()?;
    let old_end = take(&mut joiner, 0, old)?;
    let new_end = take(&mut joiner, 1, new)?;
    let mut diff = Diff {
        incomparable: incomparable(&old_end, &new_end),
        notes: notes(&old_end, &new_end),
        old: old_end.run,
        new: new_end.run,
        counts: Counts::default(),
        changes: Sorter::default(),
    };
    let same_policies = policies(&diff.old) == policies(&diff.new);
    let min_strength = (lift::min_strength(&diff.old), lift::min_strength(&diff.new));
    let mut components = joiner.finish()?;
    while let Some(component) = components.next()? {
        for rows in component.devices {
            let (old, new) = sides(rows)?;
            let compared = compare::Compared { old, new, same_policies, min_strength, old_run: &diff.old };
            let Some(change) = compared.change(&mut diff.counts) else { continue };
            let mut place = vec![change.change as u8];
            place.extend_from_slice(change.key.as_bytes());
            diff.changes.push(&place, &serde_json::to_vec(&change).map_err(io::Error::from)?)?;
        }
    }
    Ok(diff)
}

fn take(joiner: &mut Joiner, input: u32, report: &Saved) -> Result<Ending, ReadError> {
    report.read(&mut |part| match part {
        Part::Device(device) => {
            let row = Row {
                input,
                key: device.key.clone(),
                // Without a strong id the key is all there is to compare by.
                evidence: Vec::new(),
                unlisted: false,
                device: serde_json::value::to_raw_value(&*device)?,
            };
            joiner.push(&row, &device.identity)
        }
        _ => Ok(()),
    })
}

/// What each report says of one device.
fn sides(rows: Vec<Row>) -> io::Result<(Option<v1::Device>, Option<v1::Device>)> {
    let mut old = Vec::new();
    let mut new = Vec::new();
    for row in rows {
        if row.input == 0 { &mut old } else { &mut new }.push(row.device()?);
    }
    let one = |mut devices: Vec<v1::Device>| {
        // A report holds a device once; two that only the other report joins
        // speak together, and the worse verdict for both.
        let worst = devices.iter().max_by_key(|d| compare::rank(&d.verdict, false)).cloned()?;
        if devices.len() == 1 {
            return devices.pop();
        }
        let waived = devices.iter().all(|d| d.waived);
        let united = unite(devices);
        Some(v1::Device { verdict: worst.verdict, verdict_reasons: worst.verdict_reasons, waived, ..united })
    };
    Ok((one(old), one(new)))
}

/// Policies with their versions.
fn policies(run: &v1::Run) -> Vec<(&str, &str)> {
    let mut out: Vec<(&str, &str)> = run.policies.iter().map(|p| (p.id.as_str(), p.sha256.as_str())).collect();
    out.sort_unstable();
    out
}

fn incomparable(old: &Ending, new: &Ending) -> Vec<&'static str> {
    let mut out = Vec::new();
    let mut say = |sentence, applies: bool| {
        if applies {
            out.push(sentence);
        }
    };
    let options = |run: &v1::Run| {
        let mut own = run.options.clone();
        own.remove("as_of");
        own.remove("waivers");
        own
    };
    say("the policies differ", policies(&old.run) != policies(&new.run));
    say("the options differ", options(&old.run) != options(&new.run));
    say("the first report is not complete", old.run.complete != Some(true));
    say("the second report is not complete", new.run.complete != Some(true));
    say("the second report is the older one", lift::as_of(&new.run) < lift::as_of(&old.run));
    say("one report is redacted, or both with different keys", old.run.redacted != new.run.redacted);
    say("a report holds words this version does not know", old.unknown + new.unknown > 0);
    say("a report was changed after it was written, or contradicts itself", old.doubtful || new.doubtful);
    out
}

fn notes(old: &Ending, new: &Ending) -> Vec<&'static str> {
    let mut out = Vec::new();
    if old.run.signatures.sha256 != new.run.signatures.sha256 {
        out.push("The signatures differ: what is new may have been there before and not been known.");
    }
    if old.run.options.get("waivers") != new.run.options.get("waivers") {
        out.push("The waivers differ.");
    }
    out
}

/// A run in few words, for the comparison.
#[derive(Debug, Serialize)]
struct RunOf<'a> {
    started_at: &'a str,
    as_of: Option<String>,
    signatures: &'a str,
    policies: Vec<&'a str>,
}

impl<'a> RunOf<'a> {
    fn new(run: &'a v1::Run) -> Self {
        Self {
            started_at: &run.started_at,
            as_of: lift::as_of(run).map(|t| t.to_string()),
            signatures: &run.signatures.sha256,
            policies: run.policies.iter().map(|p| p.id.as_str()).collect(),
        }
    }
}

/// Writes a comparison in one format; its exit status.
pub fn write(diff: Diff, format: &str, width: usize, out: &mut dyn Write) -> io::Result<u8> {
    let status = diff.exit_status();
    match format {
        "json" => json(diff, out)?,
        "html" => html(diff, out)?,
        _ => table(diff, width, out)?,
    }
    out.flush()?;
    Ok(status)
}

#[cfg(test)]
mod tests;
