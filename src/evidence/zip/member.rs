//! A member of an archive as a file that opens itself.

use std::io::Read;
use std::sync::Arc;

use super::directory::Data;
use super::{u16_at, u32_at};
use crate::evidence::blob::Window;
use crate::evidence::inflate::{Checked, Inflate, StreamBlob};
use crate::evidence::{Blob, EvidenceError, Member, MemoryBlob};
use crate::limits::Leash;

/// Members up to this size are inflated at once, larger ones as they are read.
const AT_ONCE: u64 = 1 << 20;

pub(super) struct ZipMember {
    pub(super) blob: Arc<dyn Blob>,
    /// Offsets as they count from the start of `blob`.
    pub(super) data: Data,
}

impl ZipMember {
    /// Where the bytes begin: after the local header (APPNOTE 4.3.7).
    fn start(&self) -> Result<u64, EvidenceError> {
        let mut header = [0; 30];
        let n = self.blob.read_full_at(&mut header, self.data.offset)?;
        if n < 30 || !header.starts_with(b"PK\x03\x04") {
            return Err(EvidenceError::Damaged(
                "the directory of the archive points to a place without a member".into(),
            ));
        }
        let skip = 30 + u64::from(u16_at(&header, 26)) + u64::from(u16_at(&header, 28));
        if u16_at(&header, 8) != self.data.method {
            return Err(EvidenceError::Damaged("the archive states two methods of compression for this member".into()));
        }
        let (crc, flags) = (u32_at(&header, 14), self.data.flags | u16_at(&header, 6));
        let plain = flags & 8 == 0;
        if plain && crc != self.data.crc {
            return Err(EvidenceError::Damaged("the archive states two checksums for this member".into()));
        }
        Ok(self.data.offset.saturating_add(skip))
    }

    fn stream(&self, start: u64, ratio: u64) -> Checked<Inflate> {
        let end = start.saturating_add(self.data.packed);
        Checked::new(Inflate::new(self.blob.clone(), start, end, ratio), self.data.size, self.data.crc)
    }
}

impl Member for ZipMember {
    fn open(&self, leash: &Leash) -> Result<Arc<dyn Blob>, EvidenceError> {
        let data = self.data;
        if data.flags & 1 != 0 || data.method == 99 {
            return Err(EvidenceError::Encrypted(match (data.method, data.flags & 0x40) {
                (99, _) => "zip, AES",
                (_, 0) => "zip, traditional PKWARE encryption",
                _ => "zip, strong encryption",
            }));
        }
        if !matches!(data.method, 0 | 8) {
            return Err(EvidenceError::Unsupported(format!(
                "packed with {} (zip method {}); repack the archive with Deflate",
                method(data.method),
                data.method
            )));
        }
        let start = self.start()?;
        if data.method == 0 {
            if data.size != data.packed {
                return Err(EvidenceError::Damaged("the archive states two sizes for this stored member".into()));
            }
            return Ok(Arc::new(Window::new(self.blob.clone(), start, data.size, data.crc)));
        }
        let ratio = leash.limits.ratio;
        if data.size <= AT_ONCE {
            let mut bytes = Vec::with_capacity(usize::try_from(data.size).unwrap_or(0));
            // Where it fails, the stream below says what can be read and where
            // that ends.
            if self.stream(start, ratio).read_to_end(&mut bytes).is_ok() {
                return Ok(Arc::new(MemoryBlob(bytes)));
            }
        }
        let (blob, data) = (self.blob.clone(), self.data);
        let open = move || {
            let member = Self { blob: blob.clone(), data };
            Box::new(member.stream(start, ratio)) as Box<dyn Read + Send>
        };
        Ok(Arc::new(StreamBlob::new(Box::new(open), data.size, true, leash)))
    }

    fn position(&self) -> u64 {
        self.data.offset
    }
}

/// Methods by name (APPNOTE 4.4.5).
fn method(number: u16) -> &'static str {
    match number {
        1 => "Shrink",
        2..=5 => "Reduce",
        6 => "Implode",
        9 => "Deflate64",
        12 => "bzip2",
        14 => "LZMA",
        20 | 93 => "Zstandard",
        94 => "MP3",
        95 => "xz",
        96 => "JPEG",
        97 => "WavPack",
        98 => "PPMd",
        _ => "an unknown method",
    }
}
