//! The end of an archive: where its directory lies (APPNOTE 4.3.14 to 4.3.16).

use std::sync::Arc;

use super::directory::Directory;
use super::{u16_at, u32_at, u64_at};
use crate::evidence::{Blob, EvidenceError};

/// An end record: 22 bytes and a comment of at most 65,535.
const RECORD: usize = 22;

/// How far from the end an end record may begin; some room for a zip64 record
/// in front of it.
const TAIL: u64 = (RECORD + 65_535 + 4_096) as u64;

/// Looks for the directory from the end of the archive. `None`: there is no end
/// record, the archive is cut off or none at all.
pub(super) fn find(blob: &Arc<dyn Blob>) -> Result<Option<Directory>, EvidenceError> {
    let len = blob.len();
    let start = len.saturating_sub(TAIL);
    let mut tail = vec![0; usize::try_from(len - start).unwrap_or(0)];
    let n = blob.read_full_at(&mut tail, start)?;
    tail.truncate(n);
    let mut second_best = None;
    for at in (0..(tail.len() + 1).saturating_sub(RECORD)).rev() {
        if tail[at] != b'P' || !tail[at..].starts_with(b"PK\x05\x06") {
            continue;
        }
        let record = &tail[at..];
        let end = at + RECORD + usize::from(u16_at(record, 20));
        if end > tail.len() {
            continue;
        }
        let Some(mut directory) = locate(blob, record, start + at as u64)? else { continue };
        if record[RECORD..end - at].windows(4).any(|w| w == b"PK\x03\x04") {
            directory.notes.push("the comment of the archive holds a member that is not listed".into());
        }
        if end == tail.len() {
            return Ok(Some(directory));
        }
        // Zero bytes after the end are padding of a medium, not worth a word.
        if tail[end..].iter().any(|b| *b != 0) {
            directory.notes.push("there are bytes after the end of the archive that belong to nothing".into());
        }
        second_best.get_or_insert(directory);
    }
    Ok(second_best)
}

/// What an end record says, if there is a directory where it says.
fn locate(blob: &Arc<dyn Blob>, record: &[u8], at: u64) -> Result<Option<Directory>, EvidenceError> {
    let mut said = Said {
        parts: u16_at(record, 4).max(u16_at(record, 6)).into(),
        count: u16_at(record, 10).into(),
        size: u32_at(record, 12).into(),
        offset: u32_at(record, 16).into(),
        end: at,
        wide: false,
    };
    if let Some(wide) = zip64(blob, at, &said)? {
        said = wide;
    }
    if said.parts != 0 && said.parts != 0xffff {
        return Err(EvidenceError::Unsupported(
            "one part of a split zip archive; join the parts (zip -s 0 FILE --out JOINED) and scan the result".into(),
        ));
    }
    // The directory ends where the record begins; that holds even where bytes
    // were put before the archive and every stated offset is too small.
    let before = said.end.checked_sub(said.size).filter(|start| *start >= said.offset);
    for start in [before, Some(said.offset)].into_iter().flatten() {
        let mut magic = [0; 4];
        let full = blob.read_full_at(&mut magic, start)? == 4;
        let empty = said.size == 0 && said.count == 0 && start == said.end;
        if empty || full && magic == *b"PK\x01\x02" && start + said.size <= said.end {
            let base = start - said.offset;
            let mut directory = Directory {
                blob: blob.clone(),
                start,
                size: said.size,
                declared: Some((said.count, said.wide)),
                base,
                notes: Vec::new(),
            };
            if base > 0 || empty {
                directory.notes.extend(hidden(blob)?);
            }
            directory.notes.extend(between(blob, start + said.size, said.end)?);
            return Ok(Some(directory));
        }
    }
    Ok(None)
}

/// An archive that this directory does not cover stands at the front.
fn hidden(blob: &Arc<dyn Blob>) -> Result<Option<String>, EvidenceError> {
    let mut magic = [0; 4];
    let n = blob.read_full_at(&mut magic, 0)?;
    let other = n == 4 && magic == *b"PK\x03\x04";
    Ok(other.then(|| "another archive stands before this one in the file; its members are not listed".into()))
}

/// The directory does not end where its end record begins, and what lies there
/// is no signature of it (APPNOTE 4.3.13).
fn between(blob: &Arc<dyn Blob>, from: u64, to: u64) -> Result<Option<String>, EvidenceError> {
    let mut head = [0; 6];
    let n = blob.read_full_at(&mut head, from)?;
    let signature = n == 6 && head.starts_with(b"PK\x05\x05") && from + 6 + u64::from(u16_at(&head, 4)) == to;
    let other = from < to && !signature;
    Ok(other.then(|| "there are bytes behind the directory of the archive that belong to nothing".into()))
}

struct Said {
    parts: u32,
    count: u64,
    size: u64,
    offset: u64,
    end: u64,
    wide: bool,
}

/// The zip64 end record, where the locator before the end record points to one.
fn zip64(blob: &Arc<dyn Blob>, at: u64, said: &Said) -> Result<Option<Said>, EvidenceError> {
    let Some(locator_at) = at.checked_sub(20) else { return Ok(None) };
    let mut locator = [0; 20];
    if blob.read_full_at(&mut locator, locator_at)? < 20 || !locator.starts_with(b"PK\x06\x07") {
        return Ok(None);
    }
    // Where bytes stand before the archive the stated place is wrong, but the
    // record is right before its locator.
    let places = [locator_at.checked_sub(56), Some(u64_at(&locator, 8))];
    for place in places.into_iter().flatten() {
        let mut record = [0; 56];
        if blob.read_full_at(&mut record, place)? < 56 || !record.starts_with(b"PK\x06\x06") {
            continue;
        }
        let wide = Said {
            parts: u32_at(&record, 16).max(u32_at(&record, 20)),
            count: u64_at(&record, 32),
            size: u64_at(&record, 40),
            offset: u64_at(&record, 48),
            end: place,
            wide: true,
        };
        let fits = |narrow: u64, all: u64, wide: u64| narrow == all || narrow == wide;
        if fits(said.count, 0xffff, wide.count)
            && fits(said.size, 0xffff_ffff, wide.size)
            && fits(said.offset, 0xffff_ffff, wide.offset)
        {
            return Ok(Some(wide));
        }
    }
    Ok(None)
}
