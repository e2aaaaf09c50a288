//! How parsers get bytes: whole where the file is small, as a stream where it
//! may be large; hashed on the way by the contract's rule.

use std::io::{self, Read};
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use super::{ArtifactFile, ParseError, Sink, SourceId};
use crate::evidence::{Blob, BlobReader, EvidenceError};
use crate::limits::{Leash, Stop};

/// Files up to this size are hashed whole when they are read to the end.
const HASH_UP_TO: u64 = 16 << 20;

/// A file read from its start; hashes itself while it is small.
pub struct Stream<'a> {
    inner: BlobReader<'a>,
    hasher: Option<Sha256>,
    read: u64,
    source: SourceId,
}

impl Stream<'_> {
    /// The number of this file in the sink's table.
    pub fn source(&self) -> SourceId {
        self.source
    }

    /// Bytes read so far.
    pub fn position(&self) -> u64 {
        self.read
    }
}

impl Read for Stream<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buf)?;
        self.read += n as u64;
        if self.read > HASH_UP_TO {
            self.hasher = None;
        } else if let Some(hasher) = &mut self.hasher {
            hasher.update(&buf[..n]);
        }
        Ok(n)
    }
}

impl Sink<'_> {
    /// Opens a file for reading from its start, and registers it as consulted.
    pub fn stream<'l>(&mut self, file: &ArtifactFile, leash: &'l Leash) -> Result<Stream<'l>, ParseError> {
        let source = self.source(file);
        let blob = file.file.member.open(leash)?;
        let hasher = (blob.len() <= HASH_UP_TO).then(Sha256::new);
        Ok(Stream { inner: BlobReader::new(blob, leash), hasher, read: 0, source })
    }

    /// The parser is done with a stream: what is left is read if that makes the
    /// digest one of the whole file.
    pub fn close(&mut self, mut stream: Stream<'_>) -> Result<(), ParseError> {
        if stream.hasher.is_some() {
            io::copy(&mut stream, &mut io::sink())?;
        }
        if let Some(hasher) = stream.hasher.take() {
            self.hashed(stream.source, hasher.finalize().into(), stream.read);
        }
        Ok(())
    }

    /// Reads a file whole, up to the limit on files in memory.
    pub fn read(&mut self, file: &ArtifactFile, leash: &Leash) -> Result<(SourceId, Vec<u8>), ParseError> {
        let mut stream = self.stream(file, leash)?;
        let most = leash.limits.file_in_memory;
        let mut bytes = Vec::new();
        (&mut stream).take(most + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > most {
            return Err(EvidenceError::Stop(Stop::Bytes).into());
        }
        let source = stream.source();
        self.close(stream)?;
        Ok((source, bytes))
    }

    /// Opens a file for reading by position, and registers it as consulted.
    pub fn blob(&mut self, file: &ArtifactFile, leash: &Leash) -> Result<(SourceId, Arc<dyn Blob>), ParseError> {
        let source = self.source(file);
        Ok((source, file.file.member.open(leash)?))
    }
}
