//! Exports of mobile device management and inventory systems: one artifact,
//! many devices.
//!
//! A system is a [`Layout`]: data that says which column or key means what, how
//! devices are owned and enrolled, and what its lists prove. Three parsers read
//! every layout: [`MdmCsv`], [`MdmJson`] and [`MdmXml`]. They know files by their columns
//! and keys, stream them, and tell the sink one device at a time. What no layout
//! knows is read by a mapping file of the user ([`Mappings`]) or, where its headers
//! leave no doubt, by usual names ([`GenericExport`]).

mod android_management;
pub mod app;
pub mod apple;
mod apple_status;
mod blackberry;
mod bom;
mod by_guid;
mod csv;
pub mod device;
mod esper;
mod fleet;
mod generic;
mod glpi;
mod google;
mod graph;
mod headwind;
mod intune;
mod ivanti;
mod jamf;
mod json;
mod kandji;
mod kaspersky;
pub mod layout;
mod maas360;
mod manage_engine;
pub mod mapping;
mod meraki;
mod paging;
mod passing;
mod plan;
mod records;
mod rows;
mod simple_mdm;
mod survey;
#[cfg(test)]
mod tests;
pub mod values;
mod workspace_one;
mod xml;

pub use csv::MdmCsv;
pub use generic::GenericExport;
pub use json::MdmJson;
pub use layout::{Layout, Shape};
pub use mapping::{Mapping, MappingError, Mappings};
pub use xml::MdmXml;

use std::io::Read as _;

use super::{ArtifactFile, ArtifactSpec, At, ParseError, Sink, SourceId};
use crate::evidence::EvidenceError;
use crate::format::text::Encoding;
use crate::limits::{Leash, Stop};
use crate::model::{Code, End};

/// Every layout. Where two are known by equally many keys, the first is meant.
pub const LAYOUTS: &[&Layout] = &[
    &intune::APPS,
    &intune::AGGREGATE,
    &intune::DEVICES,
    &graph::APPS,
    &graph::AGGREGATE,
    &graph::DEVICES,
    &graph::DEVICES_WITH_APPS,
    &graph::VIOLATIONS,
    &android_management::DEVICES,
    &android_management::NOTIFICATIONS,
    &apple_status::REPORT,
    &jamf::LIST,
    &jamf::DEVICE,
    &jamf::NAMES,
    &jamf::CLASSIC_XML,
    &jamf::CLASSIC_NAMES,
    &jamf::CLASSIC_JSON,
    &jamf::SCHOOL,
    &workspace_one::DEVICES,
    &workspace_one::APPS,
    &workspace_one::OLD_APPS,
    &google::DIRECTORY,
    &google::CLOUD_DEVICES,
    &google::CLOUD_USERS,
    &fleet::HOST,
    &simple_mdm::APPS,
    &kandji::APPS,
    &kandji::DEVICES,
    &kandji::REPORT,
    &meraki::SOFTWARES,
    &meraki::DEVICES,
    &maas360::SOFTWARE,
    &ivanti::APPS,
    &ivanti::INVENTORY,
    &blackberry::APPS,
    &esper::APPS,
    &headwind::DEVICES,
    &headwind::DETAIL,
    &manage_engine::DEVICES,
    &kaspersky::APPS,
    &glpi::JSON,
    &glpi::XML,
    &bom::CYCLONEDX,
    &bom::CYCLONEDX_XML,
    &bom::SPDX,
];

/// What stands where an export was expected: recognised in order to be named.
const ANSWER: ArtifactSpec = ArtifactSpec {
    id: "mdm-answer",
    title: "Answer of a server without data",
    proves: "Nothing.",
    does_not_prove: "It holds no data of any device.",
    since: "",
};

/// How a layout comes.
#[derive(Clone, Copy)]
enum Syntax {
    Csv,
    Json,
    Xml,
}

impl Syntax {
    const fn fits(self, shape: &Shape) -> bool {
        match self {
            Self::Csv => matches!(shape, Shape::Rows(_)),
            Self::Json => !matches!(shape, Shape::Xml(_)),
            Self::Xml => matches!(shape, Shape::Xml(_)),
        }
    }

    /// How many layouts come so.
    const fn count(self) -> usize {
        let (mut n, mut count) = (0, 0);
        while n < LAYOUTS.len() {
            count += self.fits(&LAYOUTS[n].shape) as usize;
            n += 1;
        }
        count
    }
}

/// What comes as delimited text: rows, and answers.
const CSV_ARTIFACTS: [ArtifactSpec; Syntax::Csv.count() + 1] = specs(Syntax::Csv);

/// What comes as JSON: every layout but those of XML, and answers.
const JSON_ARTIFACTS: [ArtifactSpec; Syntax::Json.count() + 1] = specs(Syntax::Json);

/// What comes as XML.
const XML_ARTIFACTS: [ArtifactSpec; Syntax::Xml.count()] = specs(Syntax::Xml);

/// The specifications of all layouts that come so; what is left is answers.
const fn specs<const N: usize>(syntax: Syntax) -> [ArtifactSpec; N] {
    let mut all = [ANSWER; N];
    let (mut n, mut at) = (0, 0);
    while n < LAYOUTS.len() && at < N {
        let ArtifactSpec { id, title, proves, does_not_prove, since } = LAYOUTS[n].spec;
        if syntax.fits(&LAYOUTS[n].shape) {
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
