//! Where streams go that must be read by position: memory while they are
//! small, then a private file without a name under `$TMPDIR`. Nothing is ever
//! written beside the evidence, and nothing is left behind: the file is gone
//! from its folder before the first byte is written.

use std::fs::File as OsFile;
use std::io::{self, Read, Write as _};
use std::sync::Arc;

use super::{Blob, BlobReader, DiskBlob, EvidenceError, MemoryBlob};
use crate::limits::{Leash, Stop};

/// Streams up to this size stay in memory.
const IN_MEMORY: usize = 16 << 20;

/// Bytes that are being collected.
#[derive(Default)]
pub(super) struct Spool {
    memory: Vec<u8>,
    file: Option<OsFile>,
    len: u64,
}

impl Spool {
    /// Appends.
    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.len += bytes.len() as u64;
        if self.file.is_none() && self.memory.len() + bytes.len() > IN_MEMORY {
            let mut file = tempfile::tempfile()?;
            file.write_all(&self.memory)?;
            self.memory = Vec::new();
            self.file = Some(file);
        }
        match &mut self.file {
            Some(file) => file.write_all(bytes),
            None => {
                self.memory.extend_from_slice(bytes);
                Ok(())
            }
        }
    }

    /// What was collected, by position.
    pub(super) fn finish(self) -> Arc<dyn Blob> {
        match self.file {
            Some(file) => Arc::new(DiskBlob::unnamed(file, self.len)),
            None => Arc::new(MemoryBlob(self.memory)),
        }
    }
}

/// Collects a stream to its end.
pub(super) fn collect(mut from: impl Read, leash: &Leash) -> io::Result<Arc<dyn Blob>> {
    let mut spool = Spool::default();
    let mut block = vec![0; 256 << 10];
    loop {
        let n = match from.read(&mut block) {
            Ok(0) => return Ok(spool.finish()),
            Ok(n) => n,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
            Err(e) => return Err(e),
        };
        spool.write(&block[..n])?;
        leash.tick(0, 0).map_err(io::Error::other)?;
        if spool.len > leash.limits.file_bytes {
            return Err(io::Error::other(Stop::Bytes));
        }
    }
}

/// The same bytes with a known length, to be read by position. Costs nothing
/// unless they are a stream.
pub fn settle(blob: Arc<dyn Blob>, leash: &Leash) -> Result<Arc<dyn Blob>, EvidenceError> {
    if blob.exact_len().is_some() {
        return Ok(blob);
    }
    Ok(collect(BlobReader::new(blob, leash), leash)?)
}
