//! One parser per artifact: files in, observations out.
//!
//! A parser is data ([`ParserSpec`]: which files it claims, what they prove and
//! what they do not) and one function. It pushes what it reads into a
//! [`Sink`], which stamps where it came from. It never concludes: presence on a
//! device, completeness of a list and everything else that takes more than one
//! file is `inventory`'s.
//!
//! Imports `evidence`, `signature` (relevance only), `format`, `limits`, `model`.

pub mod android;
mod fragment;
pub mod ios;
pub mod mdm;
mod reading;
mod sink;

pub use fragment::{
    At, DeviceRecord, Fragment, List, Lists, Observation, Page, RecordKind, Source, SourceHash, SourceId,
};
pub use reading::Stream;
pub use sink::{DeviceId, Retain, Sink};

use crate::evidence::{Affinity, Claim, EvidenceError, File, Probe, RootKind};
use crate::limits::{Leash, Stop};
use crate::model::{Code, Locator, Platform};

/// What one file is to its parser, and what its bytes are worth.
#[derive(Debug)]
pub struct ArtifactSpec {
    /// Stable name, kebab-case: `artifact` in the report, `role` of its claims.
    pub id: &'static str,
    /// Name for people.
    pub title: &'static str,
    /// What it proves; a sentence.
    pub proves: &'static str,
    /// What it does not prove; a sentence. Repeated in every finding made from it.
    pub does_not_prove: &'static str,
    /// Versions of the system or tool that write it.
    pub since: &'static str,
}

/// What a parser reads, as data: the claim matcher, the documentation and the
/// conformance tests are derived from it.
#[derive(Debug)]
pub struct ParserSpec {
    /// Stable name, kebab-case.
    pub id: &'static str,
    /// Name for people.
    pub title: &'static str,
    /// Platform of the devices it speaks of; `Unknown` where records tell.
    pub platform: Platform,
    /// The files it reads.
    pub artifacts: &'static [ArtifactSpec],
    /// Where those files lie below device roots. All claimed files of one root
    /// come together in one call. Empty for exports, which are found by probing.
    pub claims: &'static [Claim],
    /// Where the format is described.
    pub sources: &'static [&'static str],
}

/// Why a parser gave up on everything it was handed. Trouble with one file of
/// several is a diagnostic, not this.
#[derive(Debug, thiserror::Error)]
pub enum ParseError {
    /// The bytes could not be had.
    #[error(transparent)]
    Evidence(#[from] EvidenceError),
    /// The bytes are not what they claim to be; a sentence that says where.
    #[error("{0}")]
    Damaged(String),
    /// The answer of a server that is an error, or a login page; what it says.
    #[error("{0}")]
    ErrorAnswer(String),
    /// A structured file that nobody may guess the meaning of; what to decide.
    #[error("{0}")]
    Unclear(String),
}

impl ParseError {
    /// The diagnostic it makes.
    pub fn code(&self) -> Code {
        match self {
            Self::Evidence(error) => error.code(),
            Self::Damaged(_) => Code::DamagedFile,
            Self::ErrorAnswer(_) => Code::ErrorAnswer,
            Self::Unclear(_) => Code::UnknownEvidence,
        }
    }
}

impl From<Stop> for ParseError {
    fn from(stop: Stop) -> Self {
        Self::Evidence(stop.into())
    }
}

impl From<std::io::Error> for ParseError {
    fn from(error: std::io::Error) -> Self {
        // A stop travels through `io::Error` where a library does the reading.
        match error.downcast::<Stop>() {
            Ok(stop) => stop.into(),
            Err(error) => Self::Evidence(error.into()),
        }
    }
}

/// A claimed file of one device root, or a loose file that a probe recognised.
#[derive(Debug, Clone)]
pub struct ArtifactFile {
    /// Which [`ArtifactSpec`] of the parser.
    pub role: &'static str,
    /// The file.
    pub file: File,
    /// Where it lies, for people.
    pub locator: Locator,
}

/// Everything one call of a parser may look at.
pub struct Artifact<'a> {
    /// The device root, or the loose file itself.
    pub root: &'a Locator,
    /// The layout the root was recognised by; `None` for a loose file.
    pub kind: Option<RootKind>,
    /// Claimed files, sorted by path.
    pub files: &'a [ArtifactFile],
    /// Ceilings and deadline.
    pub leash: &'a Leash,
}

impl<'a> Artifact<'a> {
    /// Every file of a role, in the order of their paths.
    pub fn of(&self, role: &str) -> impl Iterator<Item = &'a ArtifactFile> {
        self.files.iter().filter(move |f| f.role == role)
    }

    /// The first file of a role.
    pub fn one(&self, role: &str) -> Option<&'a ArtifactFile> {
        self.of(role).next()
    }
}

/// A parser: its specification, its eye for loose files, its one function.
pub trait Parser: Sync {
    /// What it reads and what that proves.
    fn spec(&self) -> &'static ParserSpec;

    /// How sure it is that a loose file (outside every device root) is its own,
    /// and as which of its artifacts. A pure function of the probe; bytes
    /// decide, names break ties.
    fn affinity(&self, probe: &Probe<'_>) -> (Affinity, &'static str);

    /// Reads the files and pushes what they say. `Err` means that nothing of it
    /// counts as read; every list stated before is then taken as cut off.
    fn parse(&self, artifact: &Artifact<'_>, sink: &mut Sink<'_>) -> Result<(), ParseError>;
}

/// Every parser. Order does not matter.
pub const PARSERS: &[&dyn Parser] = &[
    &android::AndroidPackages,
    &android::AndroidDumpsys,
    &android::AndroidQf,
    &android::PmList,
    &ios::backup::IosBackup,
    &ios::file_system::IosFileSystem,
    &mdm::apple::AppleMdm,
    &mdm::apple::AppleEvents,
    &mdm::MdmCsv,
    &mdm::MdmJson,
    &mdm::MdmXml,
    &mdm::GenericExport,
    &mdm::Mappings::NONE,
];

/// The parser for a long text of which the probe shows nothing known, and its role.
pub use android::parser_behind;

/// Asked for a file that every other parser disowns.
const LAST: &dyn Parser = &mdm::GenericExport;

/// The parser with the highest affinity for a loose file, and its role there.
pub fn parser_for(probe: &Probe<'_>) -> Option<(Affinity, &'static dyn Parser, &'static str)> {
    let asked = |parser: &'static dyn Parser| {
        let (affinity, role) = parser.affinity(probe);
        (affinity > Affinity::No).then_some((affinity, parser, role))
    };
    let first = PARSERS.iter().filter(|p| p.spec().id != LAST.spec().id);
    first.filter_map(|p| asked(*p)).max_by_key(|(affinity, ..)| *affinity).or_else(|| asked(LAST))
}
