//! Mapping files: layouts that the user writes (`--map`), for exports of systems
//! this version does not know. The format is described in `docs/mapping.md`.
//!
//! A mapping is a [`Layout`] like those of the program and is read by the same
//! readers. It is asked before them, because the user named it. What it says of
//! the coverage is its author's word: an assumption, printed as one, and of
//! effect only with `--assume-full-lists`.

mod coverage;
mod draft;
mod read;
#[cfg(test)]
mod tests;
pub(super) mod words;

use sha2::{Digest as _, Sha256};

use super::layout::{Layout, Shape};
use super::survey::{Survey, header, known_rows};
use super::values::normal;
use super::{csv, json, xml};
use crate::artifact::{Artifact, ArtifactSpec, ParseError, Parser, ParserSpec, Sink};
use crate::evidence::{Affinity, Probe, head_of};
use crate::format::hex;
use crate::format::text::Encoding;
use crate::model::{Platform, escape_component};
use crate::signature::Problem;

pub use draft::{Draft, draft};

/// How an export is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Csv,
    Json,
    NdJson,
    Xml,
}

impl Format {
    const WORDS: &'static [(&'static str, Self)] =
        &[("csv", Self::Csv), ("json", Self::Json), ("ndjson", Self::NdJson), ("xml", Self::Xml)];
}

/// What a list that is full by a mapping file rests on; printed with it.
const ASSUMPTION: &str =
    "The mapping file says that the export lists every app of this scope and was not cut short; nothing else shows it.";

const SPEC_ARTIFACT: ArtifactSpec = ArtifactSpec {
    id: "mapped-export",
    title: "Export read by a mapping file",
    proves: "The export names the app in the place that the mapping file gives.",
    does_not_prove: "That an app which is not listed is absent: what the export lists is the word of the mapping file.",
    since: "",
};

static SPEC: ParserSpec = ParserSpec {
    id: "mapped-export",
    title: "Exports of other systems, by mapping files of the user",
    platform: Platform::Unknown,
    artifacts: &[SPEC_ARTIFACT],
    claims: &[],
    sources: &["docs/mapping.md"],
};

/// At most this many mapping files.
pub const MOST_MAPPINGS: usize = 64;

/// One mapping file.
#[derive(Debug)]
pub struct Mapping {
    layout: Layout,
    format: Format,
    title: String,
    file: String,
    sha256: String,
}

/// What was wrong with a mapping file; never empty.
#[derive(Debug, thiserror::Error)]
#[error("{}", .0.iter().map(Problem::to_string).collect::<Vec<_>>().join("\n"))]
pub struct MappingError(pub Vec<Problem>);

impl Mapping {
    /// Reads a mapping file; `name` is how messages and the report call it.
    ///
    /// # Errors
    ///
    /// What is not understood, with its line; nothing of the file is used then.
    pub fn read(name: &str, text: &str) -> Result<Self, MappingError> {
        let read::Understood { title, format, layout } = read::read(name, text).map_err(MappingError)?;
        let sha256 = hex(&Sha256::digest(text.as_bytes()));
        Ok(Self { layout, format, title, file: name.to_owned(), sha256 })
    }

    /// Title, as its author wrote it.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// Path, as given.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// Digest of the file.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// By how many columns or keys the head of a file is known as this export.
    fn fits(&self, head: &Head) -> Option<usize> {
        match (self.format, head) {
            (Format::Csv, Head::Table(names)) => known_rows(self.layout.rows()?, names),
            (Format::Json | Format::NdJson, Head::Json(survey)) | (Format::Xml, Head::Xml(survey)) => {
                survey.place(&self.layout).map(|(_, n)| n)
            }
            _ => None,
        }
    }

    /// Columns that a table lacks for this mapping, where it has one at least.
    fn lacks(&self, head: &Head) -> Option<Vec<&'static str>> {
        let (Format::Csv, Head::Table(names), Shape::Rows(rows)) = (self.format, head, &self.layout.shape) else {
            return None;
        };
        let needed = rows.known_by.first()?;
        let lacks: Vec<&str> = needed.iter().copied().filter(|name| !names.iter().any(|n| n == name)).collect();
        (lacks.len() < needed.len()).then_some(lacks)
    }
}

/// The head of a file, looked at once for all mappings.
enum Head {
    /// Normalised names of columns.
    Table(Vec<String>),
    Json(Survey),
    Xml(Survey),
}

impl Head {
    fn of(head: &[u8], whole: bool) -> Option<Self> {
        let text = Encoding::decode_head(head);
        if let Some(header) = header(&text) {
            return Some(Self::Table(header.iter().map(|name| normal(name)).collect()));
        }
        match Survey::of(&text, whole) {
            Some(survey) => Some(Self::Json(survey)),
            None => Survey::of_xml(head).map(Self::Xml),
        }
    }
}

/// Every mapping file of a run: a parser.
#[derive(Debug)]
pub struct Mappings {
    list: &'static [Mapping],
}

impl Mappings {
    /// None.
    pub const NONE: Self = Self { list: &[] };

    /// These, for the rest of the process. Layouts are data of the program that
    /// its readers borrow for ever; those of the user are given up to the same
    /// lifetime. A run reads them once, [`MOST_MAPPINGS`] files of some kilobytes
    /// at the most.
    pub fn new(list: Vec<Mapping>) -> &'static Self {
        Box::leak(Box::new(Self { list: Box::leak(list.into_boxed_slice()) }))
    }

    /// Each of them, in the order given.
    pub fn each(&self) -> impl Iterator<Item = &'static Mapping> + use<> {
        self.list.iter()
    }

    /// The mapping that most columns or keys speak for; of equal ones the first.
    fn pick(&self, head: &[u8], whole: bool) -> Option<&'static Mapping> {
        let head = Head::of(head, whole)?;
        let fitting = self.list.iter().filter_map(|mapping| Some((mapping.fits(&head)?, mapping)));
        fitting.rev().max_by_key(|(n, _)| *n).map(|(_, mapping)| mapping)
    }

    /// Why no mapping fits a table that resembles one; a sentence.
    pub fn near_miss(&self, probe: &Probe<'_>) -> Option<String> {
        let head = if self.list.is_empty() { None } else { Head::of(probe.head, probe.is_whole()) }?;
        let (mapping, lacks) =
            self.list.iter().filter_map(|m| Some((m, m.lacks(&head)?))).min_by_key(|(_, lacks)| lacks.len())?;
        let lacks: Vec<String> = lacks.iter().map(|name| escape_component(name.as_bytes())).collect();
        let title = escape_component(mapping.title.as_bytes());
        Some(format!("the mapping “{title}” does not fit: no column {}", lacks.join(", ")))
    }
}

impl Parser for Mappings {
    fn spec(&self) -> &'static ParserSpec {
        &SPEC
    }

    fn affinity(&self, probe: &Probe<'_>) -> (Affinity, &'static str) {
        let found = !self.list.is_empty() && self.pick(probe.head, probe.is_whole()).is_some();
        if found { (Affinity::Certain, SPEC_ARTIFACT.id) } else { (Affinity::No, "") }
    }

    fn parse(&self, artifact: &Artifact<'_>, sink: &mut Sink<'_>) -> Result<(), ParseError> {
        for file in artifact.files {
            let head = head_of(file.file.member.open(artifact.leash)?.as_ref())?;
            let Some(mapping) = self.pick(&head, head.len() < Probe::HEAD) else {
                return Err(ParseError::Damaged("no export of any mapping file after all".to_owned()));
            };
            match mapping.format {
                Format::Csv => csv::read(&mapping.layout, file, artifact.leash, sink)?,
                Format::Json | Format::NdJson => json::read(&mapping.layout, None, file, artifact.leash, sink)?,
                Format::Xml => xml::read(&mapping.layout, file, artifact.leash, sink)?,
            }
        }
        Ok(())
    }
}

/// Lives as long as the run: see [`Mappings::new`].
fn keep(text: &str) -> &'static str {
    String::leak(text.to_owned())
}
