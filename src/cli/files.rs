//! Small files that the user names: exceptions, keys, configuration. What is
//! wrong with one is wrong usage (exit 2), before any evidence is read.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use anyhow::{Context as _, anyhow};

use super::Failure;
use crate::report::redact::Redactor;
use crate::verdict::Waivers;

/// None of these files is anywhere near as large.
const MOST: u64 = 16 << 20;

/// The bytes of a small file.
pub(super) fn bytes(path: &Path, what: &str) -> Result<Vec<u8>, Failure> {
    let mut out = Vec::new();
    let read = File::open(path).and_then(|file| file.take(MOST + 1).read_to_end(&mut out));
    read.with_context(|| format!("cannot read {what} {}", path.display())).map_err(Failure::usage)?;
    if out.len() as u64 > MOST {
        return Err(Failure::usage(anyhow!("{what} {} is larger than {MOST} bytes", path.display())));
    }
    Ok(out)
}

/// The text of a small file.
pub(super) fn text(path: &Path, what: &str) -> Result<String, Failure> {
    let bytes = bytes(path, what)?;
    String::from_utf8(bytes).map_err(|_| Failure::usage(anyhow!("{what} {} is not UTF-8", path.display())))
}

/// The key of pseudonyms.
pub(super) fn redactor(path: Option<&Path>) -> Result<Option<Redactor>, Failure> {
    let Some(path) = path else { return Ok(None) };
    let key = bytes(path, "the key")?;
    let redactor = Redactor::new(&key).with_context(|| path.display().to_string());
    redactor.map(Some).map_err(Failure::usage)
}

/// Exceptions.
pub(super) fn waivers(path: Option<&Path>) -> Result<Option<Waivers>, Failure> {
    let Some(path) = path else { return Ok(None) };
    let text = text(path, "waivers")?;
    Waivers::read(&path.display().to_string(), &text).map(Some).map_err(Failure::usage)
}
