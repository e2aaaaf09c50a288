//! Whether a saved report, and the files it rests on, are still what they were.
//!
//! The report's own digest is taken over its bytes as they stand in the file.
//! Files are checked at their hash scope: whole files by digest, records by the
//! bytes at their place; what was not hashed is compared by size and named.

mod digest;
mod place;

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::reading::{Part, ReadError, Saved};
use super::v1;
use crate::format::hex;

pub use digest::{Own, own_digest};
pub use place::{Place, exported};

/// What became of one file or record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// Not what it was.
    Differs,
    /// Not there.
    Missing,
    /// It could not be read, or lies where this command does not look.
    Unchecked,
    /// It was not hashed; its size is what it was.
    NotHashed,
    /// What it was.
    Same,
}

impl Outcome {
    /// A word for people.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Differs => "differs",
            Self::Missing => "missing",
            Self::Unchecked => "not checked",
            Self::NotHashed => "not hashed",
            Self::Same => "same",
        }
    }
}

/// One file or record that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// As the report has it.
    pub locator: String,
    /// What became of it.
    pub outcome: Outcome,
    /// Why, for people; empty where the outcome says it.
    pub note: String,
}

/// How many files and records came out how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// What they were.
    pub same: u64,
    /// Not what they were.
    pub differ: u64,
    /// Not there.
    pub missing: u64,
    /// Not hashed; their sizes are what they were.
    pub not_hashed: u64,
    /// Could not be looked at.
    pub unchecked: u64,
}

impl Counts {
    fn add(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Same => self.same += 1,
            Outcome::Differs => self.differ += 1,
            Outcome::Missing => self.missing += 1,
            Outcome::NotHashed => self.not_hashed += 1,
            Outcome::Unchecked => self.unchecked += 1,
        }
    }
}

/// Checks every consulted file, and every record a finding rests on, that lies
/// plainly on disk. `members` answers for files inside containers: their digest
/// as it is now, where somebody opened them.
pub fn check(
    report: &Saved,
    root: Option<&Path>,
    members: &dyn Fn(&str) -> Option<String>,
    each: &mut dyn FnMut(Checked) -> io::Result<()>,
) -> Result<Counts, ReadError> {
    let mut counts = Counts::default();
    let mut say = |checked: Checked| {
        counts.add(checked.outcome);
        each(checked)
    };
    report.pieces(&mut |part| match part {
        Part::Evidence(item) => item.consulted.iter().try_for_each(|file| say(consulted(file, root, members))),
        Part::Device(device) => {
            let rows: BTreeSet<&v1::Provenance> = device.findings.iter().flat_map(|f| &f.provenance).collect();
            rows.iter().filter(|row| row.hash_scope == "record").try_for_each(|row| say(record(row, root)))
        }
        Part::Diagnostic(_) => Ok(()),
    })?;
    Ok(counts)
}

fn checked(locator: &str, outcome: Outcome, note: impl Into<String>) -> Checked {
    Checked { locator: locator.to_owned(), outcome, note: note.into() }
}

fn consulted(file: &v1::Consulted, root: Option<&Path>, members: &dyn Fn(&str) -> Option<String>) -> Checked {
    let say = |outcome, note: &str| checked(&file.locator, outcome, note);
    let Some(place) = Place::parse(&file.locator) else { return say(Outcome::Unchecked, "its place cannot be read") };
    if place.is_member {
        if let Err(outcome) = locate(&place.path, root) {
            return say(outcome, "its container");
        }
        return match (members(&file.locator), &file.sha256) {
            (Some(now), Some(then)) if now == *then => say(Outcome::Same, ""),
            (Some(_), Some(_)) => say(Outcome::Differs, "inside its container"),
            (None, Some(_)) => say(Outcome::Unchecked, "inside a container that was not opened"),
            (_, None) => say(Outcome::NotHashed, "inside a container"),
        };
    }
    let path = match locate(&place.path, root) {
        Ok(path) => path,
        Err(outcome) => return say(outcome, ""),
    };
    let size = std::fs::metadata(&path).map(|m| m.len()).ok();
    if let (Some(then), Some(now)) = (file.size, size)
        && then != now
    {
        return say(Outcome::Differs, &format!("{now} bytes, was {then}"));
    }
    match (file.hash_scope.as_str(), &file.sha256) {
        ("file", Some(then)) => match hash(&path, None) {
            Ok(now) if now == *then => say(Outcome::Same, ""),
            Ok(_) => say(Outcome::Differs, "the content"),
            Err(error) => say(Outcome::Unchecked, &error.to_string()),
        },
        _ => say(Outcome::NotHashed, ""),
    }
}

/// The bytes a finding rests on, where their place says which they are.
fn record(row: &v1::Provenance, root: Option<&Path>) -> Checked {
    let say = |outcome, note: &str| checked(&row.locator, outcome, note);
    let (Some(place), Some(then)) = (Place::parse(&row.locator), &row.sha256) else {
        return say(Outcome::Unchecked, "its place cannot be read");
    };
    let Some(range) = place.range.filter(|_| !place.is_member) else {
        return say(Outcome::Unchecked, "a record whose bytes its place does not name");
    };
    let path = match locate(&place.path, root) {
        Ok(path) => path,
        Err(outcome) => return say(outcome, ""),
    };
    match hash(&path, Some(range)) {
        Ok(now) if now == *then => say(Outcome::Same, ""),
        Ok(_) => say(Outcome::Differs, "the record"),
        Err(error) => say(Outcome::Unchecked, &error.to_string()),
    }
}

/// The file on this machine. Below `root`, the longest end of the path that is
/// there: evidence moves, and its paths were given from elsewhere.
pub fn locate(path: &Path, root: Option<&Path>) -> Result<PathBuf, Outcome> {
    let file = |path: PathBuf| path.metadata().ok().filter(std::fs::Metadata::is_file).map(|_| path);
    let Some(root) = root else { return file(path.to_owned()).ok_or(Outcome::Missing) };
    let parts: Vec<_> = path.components().filter(|c| matches!(c, std::path::Component::Normal(_))).collect();
    if path.components().any(|c| matches!(c, std::path::Component::ParentDir)) {
        return Err(Outcome::Unchecked);
    }
    for start in 0..parts.len() {
        let end: PathBuf = parts.get(start..).unwrap_or_default().iter().collect();
        if let Some(found) = file(root.join(end)) {
            return Ok(found);
        }
    }
    Err(Outcome::Missing)
}

/// SHA-256 of a file, or of some of its bytes.
fn hash(path: &Path, range: Option<(u64, u64)>) -> io::Result<String> {
    let mut file = File::open(path)?;
    let (start, len) = range.unwrap_or((0, u64::MAX));
    file.seek(SeekFrom::Start(start))?;
    let mut hash = Sha256::new();
    let read = io::copy(&mut file.take(len), &mut Hashing(&mut hash))?;
    if range.is_some() && read != len {
        return Ok(String::new());
    }
    Ok(hex(&hash.finalize()))
}

struct Hashing<'a>(&'a mut Sha256);

impl io::Write for Hashing<'_> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.0.update(buf);
        Ok(buf.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests;
