//! What a format may look at before it says "mine": the first bytes, the last
//! bytes, the size; the name only to break ties.

use super::{Blob, EvidenceError};

/// How sure a reader is that it knows some bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Affinity {
    /// Not mine.
    No,
    /// Could be, by shape; nobody better is around.
    Maybe,
    /// By keys, columns or structure.
    Likely,
    /// By a magic number or a key that nothing else has.
    Certain,
}

/// The evidence for a decision: bytes first.
#[derive(Debug, Clone, Copy)]
pub struct Probe<'a> {
    /// The first bytes, up to [`Probe::HEAD`].
    pub head: &'a [u8],
    /// Length of the whole, in bytes.
    pub size: u64,
    /// File name without its folders, raw bytes; names only help to find.
    pub name: &'a [u8],
}

impl Probe<'_> {
    /// How many bytes of the head a probe holds at the most.
    pub const HEAD: usize = 64 << 10;

    /// The head is the whole.
    pub fn is_whole(&self) -> bool {
        self.head.len() as u64 >= self.size
    }

    /// The name ends so, whatever its case.
    pub fn has_extension(&self, extension: &str) -> bool {
        let (name, ext) = (self.name, extension.as_bytes());
        name.len() > ext.len()
            && name[name.len() - ext.len()..].eq_ignore_ascii_case(ext)
            && name[name.len() - ext.len() - 1] == b'.'
    }
}

/// The first bytes of a blob, up to [`Probe::HEAD`]. Where they end too early,
/// what there is; an error only where there is nothing at all.
pub fn head_of(blob: &dyn Blob) -> Result<Vec<u8>, EvidenceError> {
    let mut head = Vec::new();
    let mut block = vec![0; Probe::HEAD];
    while head.len() < Probe::HEAD {
        let most = Probe::HEAD - head.len();
        match blob.read_at(&mut block[..most], head.len() as u64) {
            Ok(0) => break,
            Ok(n) => head.extend_from_slice(&block[..n]),
            Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
            Err(e) if head.is_empty() => return Err(e.into()),
            Err(_) => break,
        }
    }
    Ok(head)
}
