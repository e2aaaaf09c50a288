//! Exports of mobile device management and inventory systems: one artifact,
//! many devices.
//!
//! A system is a [`Layout`]: data that says which column or key means what, how
//! devices are owned and enrolled, and what its lists prove. Two parsers read
//! every layout: [`MdmCsv`] and [`MdmJson`]. They know files by their columns
//! and keys, stream them, and tell the sink one device at a time.

mod android_management;
mod app;
pub mod apple;
mod csv;
pub mod device;
mod intune;
mod jamf;
mod json;
pub mod layout;
mod records;
mod rows;
mod survey;
#[cfg(test)]
mod tests;
pub mod values;

pub use csv::MdmCsv;
pub use json::MdmJson;
pub use layout::{Layout, Shape};

use std::io::Read as _;

use super::{ArtifactFile, ArtifactSpec, At, ParseError, Sink, SourceId};
use crate::evidence::EvidenceError;
use crate::format::text::Encoding;
use crate::limits::{Leash, Stop};
use crate::model::{Code, End};

/// Every layout. Where two are known by equally many keys, the first is meant.
pub const LAYOUTS: &[&Layout] =
    &[&intune::APPS, &intune::AGGREGATE, &intune::DEVICES, &android_management::DEVICES, &jamf::LIST];

/// What stands where an export was expected: recognised in order to be named.
const ANSWER: ArtifactSpec = ArtifactSpec {
    id: "mdm-answer",
    title: "Answer of a server without data",
    proves: "Nothing.",
    does_not_prove: "It holds no data of any device.",
    since: "",
};

/// How many layouts are made of rows.
const ROWS: usize = {
    let (mut n, mut rows) = (0, 0);
    while n < LAYOUTS.len() {
        rows += matches!(LAYOUTS[n].shape, Shape::Rows(_)) as usize;
        n += 1;
    }
    rows
};

/// What comes as delimited text.
const CSV_ARTIFACTS: [ArtifactSpec; ROWS + 1] = specs(true);

/// What comes as JSON: every layout.
const JSON_ARTIFACTS: [ArtifactSpec; LAYOUTS.len() + 1] = specs(false);

/// The specifications of all layouts, or of those made of rows, and of answers.
const fn specs<const N: usize>(rows_only: bool) -> [ArtifactSpec; N] {
    let mut all = [ANSWER; N];
    let (mut n, mut at) = (0, 0);
    while n < LAYOUTS.len() && at < N {
        let ArtifactSpec { id, title, proves, does_not_prove, since } = LAYOUTS[n].spec;
        if !rows_only || matches!(LAYOUTS[n].shape, Shape::Rows(_)) {
            all[at] = ArtifactSpec { id, title, proves, does_not_prove, since };
            at += 1;
        }
        n += 1;
    }
    all
}

/// The layout of a role.
fn layout_of(role: &str) -> Option<&'static Layout> {
    LAYOUTS.iter().copied().find(|l| l.spec.id == role)
}

/// A file that holds an answer instead of data: says which.
fn refuse(file: &ArtifactFile, leash: &Leash, sink: &mut Sink<'_>) -> Result<(), ParseError> {
    let mut head = Vec::new();
    let mut stream = sink.stream(file, leash)?;
    let size = (&mut stream).take(64 << 10).read_to_end(&mut head)?;
    let whole = size < 64 << 10;
    let said = survey::describe(&Encoding::decode_head(&head), whole);
    Err(ParseError::ErrorAnswer(said.unwrap_or_else(|| "no export of a kind this version knows".to_owned())))
}

/// Reading stopped before the end: what was read stays, and is cut. Only an
/// interruption ends the parse.
fn ending(error: ParseError, sink: &mut Sink<'_>, source: SourceId) -> Result<End, ParseError> {
    let code = match &error {
        ParseError::Evidence(EvidenceError::Stop(Stop::Cancelled)) => return Err(error),
        ParseError::Evidence(EvidenceError::Stop(Stop::Time)) => Code::LimitTime,
        ParseError::Evidence(EvidenceError::Stop(Stop::Bytes)) => Code::LimitBytes,
        ParseError::Evidence(EvidenceError::Stop(Stop::Entries)) => Code::LimitEntries,
        ParseError::Evidence(EvidenceError::Ratio(_)) => Code::LimitRatio,
        ParseError::Evidence(EvidenceError::Io(_)) => Code::UnreadableFile,
        _ => Code::DamagedFile,
    };
    sink.note(code, Some(source), &At::Whole, error.to_string());
    Ok(End::Cut)
}
