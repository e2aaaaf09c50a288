//! The central directory, block by block (APPNOTE 4.3.12, 4.5).

use std::sync::Arc;

use super::{u16_at, u32_at, u64_at};
use crate::evidence::{Blob, EvidenceError};
use crate::limits::{Leash, Stop};

/// Bytes read at once.
const BLOCK: usize = 1 << 20;

/// The fixed part of a record.
pub(super) const FIXED: usize = 46;

/// Where the directory lies.
pub(super) struct Directory {
    /// What holds it: the archive, or a list made by recovery.
    pub(super) blob: Arc<dyn Blob>,
    pub(super) start: u64,
    pub(super) size: u64,
    /// How many entries the end record names; whether as 64-bit number.
    pub(super) declared: Option<(u64, bool)>,
    /// What is to be added to stated offsets.
    pub(super) base: u64,
    /// What is wrong with the archive as a whole.
    pub(super) notes: Vec<String>,
}

/// One record. Only what nearly every entry needs is taken apart.
pub(super) struct Entry<'a> {
    record: &'a [u8],
    /// Name as stored.
    pub(super) name: &'a [u8],
}

/// What it takes to read a member.
#[derive(Debug, Clone, Copy)]
pub(super) struct Data {
    pub(super) offset: u64,
    pub(super) packed: u64,
    pub(super) size: u64,
    pub(super) crc: u32,
    pub(super) method: u16,
    pub(super) flags: u16,
}

impl Entry<'_> {
    /// The system that wrote it: 0 DOS, 3 Unix, 10 NTFS, 19 macOS.
    pub(super) fn host(&self) -> u8 {
        self.record[5]
    }

    /// A symbolic link, pipe or device of a Unix archive.
    pub(super) fn is_special(&self) -> bool {
        let kind = u32_at(self.record, 38) >> 28;
        matches!(self.host(), 3 | 19) && !matches!(kind, 0 | 4 | 8)
    }

    fn extra(&self) -> &[u8] {
        let at = FIXED + self.name.len();
        self.record.get(at..at + usize::from(u16_at(self.record, 30))).unwrap_or_default()
    }

    /// Extra fields: number and bytes (APPNOTE 4.5).
    fn extras(&self) -> impl Iterator<Item = (u16, &[u8])> {
        let mut rest = self.extra();
        std::iter::from_fn(move || {
            let (head, tail) = rest.split_at_checked(4)?;
            let (field, next) = tail.split_at_checked(usize::from(u16_at(head, 2)))?;
            rest = next;
            Some((u16_at(head, 0), field))
        })
    }

    /// Where the member lies, zip64 fields included.
    pub(super) fn data(&self) -> Data {
        let mut data = Data {
            offset: u32_at(self.record, 42).into(),
            packed: u32_at(self.record, 20).into(),
            size: u32_at(self.record, 24).into(),
            crc: u32_at(self.record, 16),
            method: u16_at(self.record, 10),
            flags: u16_at(self.record, 8),
        };
        let wide = self.extras().find(|(id, _)| *id == 1).map(|(_, field)| field);
        let mut rest = wide.unwrap_or_default();
        // The field holds only what did not fit, in this order.
        for value in [&mut data.size, &mut data.packed, &mut data.offset] {
            if *value == 0xffff_ffff
                && let Some((number, next)) = rest.split_at_checked(8)
            {
                *value = u64_at(number, 0);
                rest = next;
            }
        }
        data
    }

    /// Modification time where it is stored with a zone: the extended timestamp
    /// or that of NTFS. DOS times are local times of an unknown place.
    pub(super) fn mtime(&self) -> Option<i64> {
        self.extras().find_map(|(id, field)| match id {
            0x5455 if field.len() >= 5 && field[0] & 1 != 0 => Some(i64::from(u32_at(field, 1) as i32)),
            0x000a if field.len() >= 16 && u16_at(field, 4) == 1 => {
                i64::try_from(u64_at(field, 8) / 10_000_000).ok().map(|s| s - 11_644_473_600)
            }
            _ => None,
        })
    }
}

impl Directory {
    /// Calls `visit` for every record; entries count on the leash the first time
    /// only. Returns how many there were, and what is
    /// wrong with the directory if something is.
    pub(super) fn each(
        &self,
        leash: &Leash,
        first_time: bool,
        mut visit: impl FnMut(&Entry<'_>) -> Result<(), Stop>,
    ) -> Result<(u64, Option<String>), EvidenceError> {
        let end = self.start.saturating_add(self.size);
        let (mut next, mut count) = (self.start, 0u64);
        let mut buffer = Vec::with_capacity(BLOCK.min(usize::try_from(self.size).unwrap_or(BLOCK)));
        let mut at = 0;
        loop {
            let ticked = count;
            while let Some(len) = record_len(&buffer[at..]) {
                let record = &buffer[at..at + len];
                if !record.starts_with(b"PK\x01\x02") {
                    return Ok((count, Some(format!("the directory of the archive is damaged after {count} entries"))));
                }
                let name = &record[FIXED..FIXED + usize::from(u16_at(record, 28))];
                visit(&Entry { record, name })?;
                count += 1;
                at += len;
            }
            buffer.drain(..at);
            at = 0;
            leash.tick(0, if first_time { count - ticked } else { 0 })?;
            let kept = buffer.len();
            let most = usize::try_from(end - next).unwrap_or(usize::MAX).min(BLOCK - kept.min(BLOCK / 2));
            if most == 0 {
                let whole = kept == 0 && self.agrees(count);
                let wrong =
                    || format!("the directory of the archive names {count} entries, its end record another number");
                return Ok((count, (!whole).then(wrong)));
            }
            buffer.resize(kept + most, 0);
            let n = self.blob.read_full_at(&mut buffer[kept..], next)?;
            leash.tick(n as u64, 0)?;
            if n < most {
                return Ok((count, Some(format!("the directory of the archive is cut off after {count} entries"))));
            }
            next += n as u64;
        }
    }

    /// Archives with more entries than the old field holds count modulo 65,536.
    fn agrees(&self, count: u64) -> bool {
        self.declared.is_none_or(|(declared, wide)| count == declared || !wide && count & 0xffff == declared)
    }
}

/// Length of the record at the front, once it is there whole.
fn record_len(bytes: &[u8]) -> Option<usize> {
    let fixed = bytes.get(..FIXED)?;
    let len = FIXED + usize::from(u16_at(fixed, 28)) + usize::from(u16_at(fixed, 30)) + usize::from(u16_at(fixed, 32));
    (len <= bytes.len()).then_some(len)
}
