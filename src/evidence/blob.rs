//! Bytes of evidence: on disk, in memory, a window on an archive.

use std::fs::File as OsFile;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crate::format::ReadAt;
use crate::limits::{Leash, Stop};

/// The only way bytes of evidence are read.
///
/// Where the length is not known before the bytes have been read (gzip,
/// standard input), `len()` is an upper bound, [`Blob::exact_len`] is `None`,
/// and `read_at` returns 0 at the true end. Bytes that end too early are an
/// error of `read_at`, never a clean end.
pub trait Blob: ReadAt {
    /// Where it lies on disk, if it is a plain file; SQLite opens it in place.
    fn on_disk(&self) -> Option<&Path> {
        None
    }

    /// The bytes, if they are in memory anyway.
    fn bytes(&self) -> Option<&[u8]> {
        None
    }

    /// Length in bytes; `None` until a stream has been read to its end.
    fn exact_len(&self) -> Option<u64> {
        Some(self.len())
    }

    /// The bytes come once (standard input): they cannot be read by position.
    fn comes_once(&self) -> bool {
        false
    }
}

/// A plain file, opened for reading only.
#[derive(Debug)]
pub struct DiskBlob {
    file: OsFile,
    path: Option<PathBuf>,
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
        Ok(Self { len: file.metadata()?.len(), file, path: Some(path.to_owned()) })
    }

    /// A private file without a name.
    pub(super) fn unnamed(file: OsFile, len: u64) -> Self {
        Self { file, path: None, len }
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
        self.path.as_deref()
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

/// A stored member of an archive: a stretch of the archive itself, not a copy.
/// Its CRC-32 is checked when it is read from its start to its end in order.
pub(super) struct Window {
    blob: Arc<dyn Blob>,
    start: u64,
    len: u64,
    crc: u32,
    read: Mutex<(u64, flate2::Crc)>,
}

impl Window {
    pub(super) fn new(blob: Arc<dyn Blob>, start: u64, len: u64, crc: u32) -> Self {
        Self { blob, start, len, crc, read: Mutex::new((0, flate2::Crc::new())) }
    }

    fn check(&self, bytes: &[u8], at: u64) -> io::Result<()> {
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if at == 0 {
            *read = (0, flate2::Crc::new());
        }
        if read.0 != at {
            return Ok(());
        }
        read.1.update(bytes);
        read.0 += bytes.len() as u64;
        if read.0 == self.len && read.1.sum() != self.crc {
            return Err(super::damaged("the checksum of the member does not fit its bytes"));
        }
        Ok(())
    }
}

impl ReadAt for Window {
    fn len(&self) -> u64 {
        self.len
    }

    fn read_at(&self, buf: &mut [u8], at: u64) -> io::Result<usize> {
        let left = usize::try_from(self.len.saturating_sub(at)).unwrap_or(usize::MAX);
        let most = left.min(buf.len());
        if most == 0 {
            return Ok(0);
        }
        let n = self.blob.read_at(&mut buf[..most], self.start.saturating_add(at))?;
        if n == 0 {
            return Err(super::damaged("the archive is cut off inside this member"));
        }
        self.check(&buf[..n], at)?;
        Ok(n)
    }
}

impl Blob for Window {
    fn bytes(&self) -> Option<&[u8]> {
        // The checksum would go unchecked: read in order instead.
        None
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
            return Err(io::Error::other(Stop::Bytes));
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

impl Blob for Cut {
    fn exact_len(&self) -> Option<u64> {
        self.blob.exact_len().map(|len| len.min(self.len))
    }

    fn comes_once(&self) -> bool {
        self.blob.comes_once()
    }
}
