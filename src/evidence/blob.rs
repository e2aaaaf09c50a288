//! Bytes of evidence: on disk, in memory, or read as a stream.

use std::fs::File as OsFile;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::format::ReadAt;
use crate::limits::Leash;

/// The only way bytes of evidence are read.
pub trait Blob: ReadAt {
    /// Where it lies on disk, if it is a plain file; SQLite opens it in place.
    fn on_disk(&self) -> Option<&Path> {
        None
    }

    /// The bytes, if they are in memory anyway.
    fn bytes(&self) -> Option<&[u8]> {
        None
    }
}

/// A plain file, opened for reading only.
#[derive(Debug)]
pub struct DiskBlob {
    file: OsFile,
    path: PathBuf,
    len: u64,
}

impl DiskBlob {
    /// Opens for reading. Anything but a regular file is refused: opening a
    /// pipe or a device in evidence would block or act on it.
    pub fn open(path: &Path) -> io::Result<Self> {
        let meta = std::fs::metadata(path)?;
        if !meta.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
        }
        let file = OsFile::open(path)?;
        Ok(Self { len: file.metadata()?.len(), file, path: path.to_owned() })
    }
}

impl ReadAt for DiskBlob {
    fn len(&self) -> u64 {
        self.len
    }

    #[cfg(unix)]
    fn read_at(&self, buf: &mut [u8], at: u64) -> io::Result<usize> {
        std::os::unix::fs::FileExt::read_at(&self.file, buf, at)
    }

    #[cfg(windows)]
    fn read_at(&self, buf: &mut [u8], at: u64) -> io::Result<usize> {
        std::os::windows::fs::FileExt::seek_read(&self.file, buf, at)
    }
}

impl Blob for DiskBlob {
    fn on_disk(&self) -> Option<&Path> {
        Some(&self.path)
    }
}

/// Bytes in memory: a small inflated member, a spooled stream.
#[derive(Debug)]
pub struct MemoryBlob(pub Vec<u8>);

impl ReadAt for MemoryBlob {
    fn len(&self) -> u64 {
        self.0.len() as u64
    }

    fn read_at(&self, buf: &mut [u8], at: u64) -> io::Result<usize> {
        self.0.as_slice().read_at(buf, at)
    }
}

impl Blob for MemoryBlob {
    fn bytes(&self) -> Option<&[u8]> {
        Some(&self.0)
    }
}

/// Reads a blob from its start to its end on a leash.
pub struct BlobReader<'a> {
    blob: Arc<dyn Blob>,
    at: u64,
    leash: &'a Leash,
}

impl<'a> BlobReader<'a> {
    /// From the first byte.
    pub fn new(blob: Arc<dyn Blob>, leash: &'a Leash) -> Self {
        Self { blob, at: 0, leash }
    }
}

impl Read for BlobReader<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.blob.read_at(buf, self.at)?;
        self.at += n as u64;
        self.leash.tick(n as u64, 0).map_err(io::Error::other)?;
        if self.at > self.leash.limits.file_bytes {
            return Err(io::Error::other(crate::limits::Stop::Bytes));
        }
        Ok(n)
    }
}

/// The first `len` bytes of a blob: what a truncated copy would hold. Tests
/// and carving use it.
pub struct Cut {
    /// The whole.
    pub blob: Arc<dyn Blob>,
    /// Where it is cut.
    pub len: u64,
}

impl ReadAt for Cut {
    fn len(&self) -> u64 {
        self.len.min(self.blob.len())
    }

    fn read_at(&self, buf: &mut [u8], at: u64) -> io::Result<usize> {
        let left = usize::try_from(self.len().saturating_sub(at)).unwrap_or(usize::MAX);
        let n = left.min(buf.len());
        self.blob.read_at(&mut buf[..n], at)
    }
}

impl Blob for Cut {}
