//! Opens whatever the user hands in as a read-only tree of paths; containers nest.
//!
//! Imports `format`, `limits`, `model`. Bytes are only ever read; nothing is
//! written beside the evidence. What the bytes mean is not known here: roots of
//! devices are found by the names they hold ([`root`]), files that belong to no
//! root are handed on loose, to be probed.

mod blob;
mod claims;
mod folder;
mod foreign;
mod gzip;
mod inflate;
mod layout;
mod place;
mod probe;
pub mod root;
mod spool;
mod stream;
#[cfg(test)]
mod testing;
mod zip;

use std::io;
use std::sync::Arc;

pub use blob::{Blob, BlobReader, Cut, DiskBlob, MemoryBlob};
pub use claims::{Claim, ClaimId, Claims, Pattern};
pub use folder::open_path;
pub use foreign::{Foreign, ForeignClass, is_report_alone, recognise_foreign};
pub use gzip::unpacked_name;
pub use place::Place;
pub use probe::{Affinity, Probe, head_of};
pub use root::{RootKind, RootRule};
pub use spool::settle;
pub use stream::open_stream;

use crate::limits::{Leash, Stop};
use crate::model::Code;

/// Why evidence could not be opened or read.
#[derive(Debug, thiserror::Error)]
pub enum EvidenceError {
    /// The medium, the permissions or the operating system.
    #[error("{0}")]
    Io(io::Error),
    /// The container is damaged; a sentence that says where.
    #[error("{0}")]
    Damaged(String),
    /// The container or member is encrypted; which kind.
    #[error("encrypted ({0})")]
    Encrypted(&'static str),
    /// A feature of the format that this version cannot read.
    #[error("{0}")]
    Unsupported(String),
    /// A member expands beyond the ratio limit.
    #[error("expands more than {0} times its compressed size")]
    Ratio(u64),
    /// A path is too long.
    #[error("a path of {0} bytes")]
    Path(usize),
    /// Containers are nested too deep.
    #[error("containers nested more than {0} deep")]
    Depth(u32),
    /// The leash was reached.
    #[error("{0}")]
    Stop(#[from] Stop),
}

impl EvidenceError {
    /// The diagnostic it makes.
    pub fn code(&self) -> Code {
        match self {
            Self::Io(_) => Code::UnreadableFile,
            Self::Damaged(_) => Code::DamagedFile,
            Self::Encrypted(_) => Code::EncryptedFile,
            Self::Unsupported(_) => Code::UnsupportedEvidence,
            Self::Ratio(_) => Code::LimitRatio,
            Self::Path(_) => Code::LimitPath,
            Self::Depth(_) => Code::LimitDepth,
            Self::Stop(stop) => stop_code(*stop),
        }
    }
}

/// The diagnostic for a limit, a deadline or an interruption.
pub fn stop_code(stop: Stop) -> Code {
    match stop {
        Stop::Time => Code::LimitTime,
        Stop::Cancelled => Code::Interrupted,
        Stop::Bytes => Code::LimitBytes,
        Stop::Entries => Code::LimitEntries,
    }
}

impl From<io::Error> for EvidenceError {
    /// What a blob had to say travels through `io::Error`; here it comes out again.
    fn from(error: io::Error) -> Self {
        match error.downcast::<Self>() {
            Ok(inner) => inner,
            Err(error) => match error.downcast::<Stop>() {
                Ok(stop) => Self::Stop(stop),
                Err(error) => Self::Io(error),
            },
        }
    }
}

/// Damage that is found while bytes are read.
fn damaged(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, EvidenceError::Damaged(what.to_owned()))
}

/// What the user handed in.
pub enum Given {
    /// A folder.
    Folder(Box<dyn Tree>),
    /// One file or stream, to be probed.
    File(File),
}

/// How a file that the walk kept is opened: from disk, inflated, as a window.
pub trait Member: Send + Sync {
    /// Opens the bytes. May be called later, on any thread, more than once.
    fn open(&self, leash: &Leash) -> Result<Arc<dyn Blob>, EvidenceError>;

    /// Where it lies in its container; archives are read in this order.
    fn position(&self) -> u64 {
        0
    }
}

/// A file that a walk found: it knows how to open itself, whatever became of
/// the tree it was found in.
#[derive(Clone)]
pub struct File {
    /// Path below the tree's top, raw bytes, `/`-separated, no leading slash.
    pub path: Arc<[u8]>,
    /// Size in bytes after decompression, where the container tells.
    pub size: Option<u64>,
    /// Modification time, seconds since 1970, where the container tells.
    pub mtime: Option<i64>,
    /// How it opens.
    pub member: Arc<dyn Member>,
}

impl File {
    /// The last component of its path: what probes may look at.
    pub fn name(&self) -> &[u8] {
        self.path.rsplit(|b| *b == b'/').next().unwrap_or_default()
    }
}

impl std::fmt::Debug for File {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "File({}, {:?})", String::from_utf8_lossy(&self.path), self.size)
    }
}

/// A device root that a walk found, with every file in it that a claim names,
/// sorted by path.
#[derive(Debug)]
pub struct Root {
    /// Kind, by its landmarks.
    pub kind: RootKind,
    /// Path below the tree's top; empty when the tree itself is the root.
    pub at: Arc<[u8]>,
    /// Claimed files.
    pub files: Vec<(ClaimId, File)>,
    /// What could not be read below it (folder, member), by path.
    pub trouble: Vec<(Arc<[u8]>, EvidenceError)>,
    /// What holds it is damaged, or holds more than it lists: files may be missing.
    pub incomplete: bool,
}

/// What a walk reports. Rare events only: nothing arrives per entry of a device tree.
pub trait Found {
    /// A device root. Nothing that is the device's own arrives loose; what the
    /// user put beside it in the same folder does, and is never claimed by two.
    fn root(&mut self, root: Root) -> Result<(), Stop>;

    /// A file that belongs to no root.
    fn loose(&mut self, file: File) -> Result<(), Stop>;

    /// Something outside every root that could not be read; the walk goes on.
    fn trouble(&mut self, path: &[u8], error: EvidenceError);
}

/// What a walk visited.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Walked {
    /// Entries seen.
    pub entries: u64,
    /// Folders of devices that were not entered (folder trees only; an archive
    /// has one list of names for all).
    pub pruned: u64,
    /// Symbolic links and special files (pipes, sockets, devices), which are
    /// neither followed nor opened.
    pub skipped: u64,
}

/// A read-only tree of files.
pub trait Tree: Send + Sync {
    /// Visits everything once. Device roots are reported with the files that
    /// `claims` name in them; their other files are passed over.
    fn walk(&self, claims: &Claims, found: &mut dyn Found, leash: &Leash) -> Result<Walked, EvidenceError>;
}

/// What a container turned out to be.
pub enum Opened {
    /// A tree of files.
    Tree(Box<dyn Tree>),
    /// Bytes again, to be probed again (gzip).
    Bytes(Arc<dyn Blob>),
}

/// A container format: probes bytes and opens them.
pub trait Container: Sync {
    /// Stable name, kebab-case; the `kind` of the item in the report.
    fn id(&self) -> &'static str;

    /// How sure it is that these bytes are of its format. A pure function.
    fn affinity(&self, probe: &Probe<'_>) -> Affinity;

    /// Opens bytes by position.
    fn open(&self, blob: Arc<dyn Blob>, leash: &Leash) -> Result<Opened, EvidenceError>;
}

/// Every container format. Order does not matter: the highest affinity wins.
pub const CONTAINERS: &[&dyn Container] = &[&zip::Zip, &gzip::Gzip];

/// The container with the highest affinity for these bytes, if any has one.
pub fn container_for(probe: &Probe<'_>) -> Option<&'static dyn Container> {
    let best = CONTAINERS.iter().max_by_key(|c| c.affinity(probe))?;
    (best.affinity(probe) > Affinity::No).then_some(*best)
}

/// Opens a container that was found `depth` containers deep (0: handed in, or
/// found in a folder).
pub fn open_nested(
    container: &dyn Container,
    blob: Arc<dyn Blob>,
    depth: u32,
    leash: &Leash,
) -> Result<Opened, EvidenceError> {
    if depth >= leash.limits.depth {
        return Err(EvidenceError::Depth(leash.limits.depth));
    }
    container.open(blob, leash)
}
