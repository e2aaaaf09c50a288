//! Zip archives, as the `.ZIP File Format Specification` (APPNOTE 6.3) has them
//! and as phones, acquisition tools and desktops write them.
//!
//! The directory is read in blocks and never held: an archive of a million
//! entries costs a mebibyte and what is kept of it. Members are inflated when
//! somebody reads them; stored ones are windows on the archive.

mod accounts;
mod areas;
mod directory;
mod end;
mod member;
mod names;
mod recover;
mod tables;
#[cfg(test)]
mod tests;
mod walk;

use super::{Affinity, Arc, Blob, Container, EvidenceError, Leash, Opened, Probe, settle, stream};

pub(super) struct Zip;

impl Container for Zip {
    fn id(&self) -> &'static str {
        "zip"
    }

    fn affinity(&self, probe: &Probe<'_>) -> Affinity {
        let magic = |m: &[u8]| probe.head.starts_with(m);
        if magic(b"PK\x03\x04") || magic(b"PK\x05\x06") || magic(b"PK\x07\x08PK\x03\x04") {
            return Affinity::Certain;
        }
        // A program may stand before an archive that unpacks itself.
        let program = magic(b"MZ") || magic(b"#!") || magic(b"\x7fELF");
        if program && probe.head.windows(4).any(|w| w == b"PK\x03\x04") { Affinity::Maybe } else { Affinity::No }
    }

    fn open(&self, blob: Arc<dyn Blob>, leash: &Leash) -> Result<Opened, EvidenceError> {
        if blob.comes_once() {
            return Err(EvidenceError::Unsupported(format!("a zip archive: {}", stream::ONCE)));
        }
        let blob = settle(blob, leash)?;
        Ok(Opened::Tree(Box::new(walk::ZipTree::open(blob, leash)?)))
    }
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    bytes.get(at..at + 2).and_then(|b| b.try_into().ok()).map_or(0, u16::from_le_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).and_then(|b| b.try_into().ok()).map_or(0, u32::from_le_bytes)
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    bytes.get(at..at + 8).and_then(|b| b.try_into().ok()).map_or(0, u64::from_le_bytes)
}
