//! Whose the bytes of an archive are: what lies between the members its
//! directory lists is a member left out of it, or nothing (APPNOTE 4.3.6).
//!
//! Members mostly lie in the order of the directory, so that the whole archive
//! is one run; a local header is read only where more lies between two members
//! than any archive has there. Other orders cost 32 bytes a run.

use std::io;
use std::sync::Arc;

use super::directory::{Directory, Entry};
use super::{u16_at, u64_at};
use crate::evidence::Blob;
use crate::limits::{Leash, Stop};

/// Bytes that no member fits in: a local header without a name.
const HEADER: u64 = 30;

/// What may stand behind the data: the longest descriptor (APPNOTE 4.3.9).
const DESCRIPTOR: u64 = 24;

/// Runs that are kept of one archive.
const MOST_RUNS: usize = 1 << 18;

/// Zero bytes between two members that still pass for padding.
const PADDING: u64 = 1 << 20;

/// The end of an APK Signing Block, which lies in front of the directory.
const SIGNING_BLOCK: &[u8] = b"APK Sig Block 42";

/// Members one behind the other.
#[derive(Clone, Copy)]
struct Run {
    start: u64,
    /// Where the header of the last one lies.
    last: u64,
    /// Where the last one ends, if its header has no extra field.
    end: u64,
    /// Length of its name.
    name: u16,
    /// A descriptor may follow it.
    late: bool,
}

/// What has been seen of an archive.
#[derive(Default)]
pub(super) struct Accounts {
    runs: Vec<Run>,
    full: bool,
}

impl Accounts {
    /// A member that the directory lists.
    pub(super) fn add(&mut self, blob: &Arc<dyn Blob>, base: u64, entry: &Entry<'_>) {
        let data = entry.data();
        let start = data.offset.saturating_add(base);
        let name = entry.name.len() as u16;
        let end = start.saturating_add(HEADER + u64::from(name)).saturating_add(data.packed);
        let run = Run { start, last: start, end, name, late: data.flags & 8 != 0 };
        let room = self.runs.len() < MOST_RUNS;
        match self.runs.last_mut() {
            Some(before) if start >= before.end && before.rest(blob, start).is_ok_and(|rest| rest == 0) => {
                *before = Run { start: before.start, ..run };
            }
            _ if room => self.runs.push(run),
            _ => self.full = true,
        }
    }

    /// The first place whose bytes belong to nothing that is listed.
    pub(super) fn open_at(
        mut self,
        blob: &Arc<dyn Blob>,
        directory: &Directory,
        leash: &Leash,
    ) -> Result<Option<u64>, Stop> {
        if self.full {
            return Err(Stop::Entries);
        }
        self.runs.sort_unstable_by_key(|r| (r.start, r.end));
        let Some(mut before) = self.runs.first().copied() else { return Ok(None) };
        let mut magic = [0; 4];
        // Something else before the archive is a program that unpacks it.
        if before.start > 0 && blob.read_full_at(&mut magic, 0).is_ok_and(|n| n == 4) && magic == *b"PK\x03\x04" {
            return Ok(Some(0));
        }
        let ends = self.runs.iter().skip(1).copied().map(Some).chain([None]);
        for next in ends {
            leash.tick(0, 0)?;
            let start = next.map_or(directory.start, |n| n.start);
            if start > before.end {
                let rest = before.rest(blob, start).unwrap_or(start - before.end);
                let from = start - rest;
                if rest > 0 && !is_padding(blob, from, start, next.is_none()).unwrap_or(false) {
                    return Ok(Some(from));
                }
            }
            before = next.filter(|n| n.end > before.end).unwrap_or(before);
        }
        Ok(None)
    }
}

impl Run {
    /// How many bytes before `next` are not the last member's; 0 where no other
    /// member fits in.
    fn rest(&self, blob: &Arc<dyn Blob>, next: u64) -> io::Result<u64> {
        let behind = if self.late { DESCRIPTOR } else { 0 };
        let gap = next.saturating_sub(self.end);
        if gap <= HEADER + behind {
            return Ok(0);
        }
        let mut header = [0; HEADER as usize];
        if blob.read_full_at(&mut header, self.last)? < header.len() || !header.starts_with(b"PK\x03\x04") {
            return Ok(gap);
        }
        let longer = u64::from(u16_at(&header, 26).saturating_sub(self.name)) + u64::from(u16_at(&header, 28));
        let rest = gap.saturating_sub(longer).saturating_sub(behind);
        Ok(if rest <= HEADER { 0 } else { rest })
    }
}

/// Zero bytes, and before the directory the signatures of an Android package.
fn is_padding(blob: &Arc<dyn Blob>, from: u64, to: u64, last: bool) -> io::Result<bool> {
    let to = if last { signing_block(blob, from, to)?.unwrap_or(to) } else { to };
    if to - from > PADDING {
        return Ok(false);
    }
    let mut bytes = vec![0; (to - from) as usize];
    let n = blob.read_full_at(&mut bytes, from)?;
    Ok(n == bytes.len() && bytes.iter().all(|b| *b == 0))
}

/// Where an APK Signing Block begins that ends here; its length stands at both
/// of its ends.
fn signing_block(blob: &Arc<dyn Blob>, from: u64, to: u64) -> io::Result<Option<u64>> {
    let Some(foot_at) = to.checked_sub(24).filter(|at| *at >= from) else { return Ok(None) };
    let (mut foot, mut head) = ([0; 24], [0; 8]);
    if blob.read_full_at(&mut foot, foot_at)? < foot.len() || !foot.ends_with(SIGNING_BLOCK) {
        return Ok(None);
    }
    let len = u64_at(&foot, 0);
    // Room that was taken for a descriptor may be the first bytes of the block.
    let start = len.checked_add(8).and_then(|all| to.checked_sub(all)).filter(|at| at + DESCRIPTOR >= from);
    let Some(start) = start else { return Ok(None) };
    let full = blob.read_full_at(&mut head, start)? == head.len();
    Ok((full && u64_at(&head, 0) == len).then_some(start.max(from)))
}
