//! An archive without a usable directory: its members are found by their own
//! headers, from the front (APPNOTE 4.3.7, 4.3.9). What comes out is a directory
//! again, so that everything else stays the same.

use std::io::Read as _;
use std::sync::Arc;

use super::directory::Directory;
use super::{u16_at, u32_at, u64_at};
use crate::evidence::inflate::Inflate;
use crate::evidence::spool::Spool;
use crate::evidence::{Blob, EvidenceError};
use crate::limits::{Leash, Stop};

/// How far into a file a first header is looked for.
const FRONT: usize = 1 << 20;

/// Lists the members by their headers; `None` if there is not even one.
pub(super) fn recover(blob: &Arc<dyn Blob>, leash: &Leash) -> Result<Option<Directory>, EvidenceError> {
    let Some(mut at) = first(blob)? else { return Ok(None) };
    let (mut spool, mut size, mut count) = (Spool::default(), 0u64, 0u64);
    let mut cut = None;
    while let Some(header) = Header::read(blob, at)? {
        leash.tick(0, 1)?;
        let extent = measure(blob, &header, leash)?;
        let record = header.record(&extent);
        spool.write(&record)?;
        size += record.len() as u64;
        count += 1;
        match extent.next {
            Some(next) => at = next,
            None => {
                cut = Some(String::from_utf8_lossy(&header.name).escape_debug().to_string());
                break;
            }
        }
    }
    if count == 0 {
        return Ok(None);
    }
    let mut note = format!("the archive is cut off or damaged; {count} members were found by their own headers");
    if let Some(name) = cut {
        note += &format!(", the last one ({name}) is not whole");
    }
    let list = spool.finish();
    Ok(Some(Directory { blob: list, start: 0, size, declared: None, base: 0, notes: vec![note] }))
}

/// The first header: at the front, after a marker, or after a program.
fn first(blob: &Arc<dyn Blob>) -> Result<Option<u64>, EvidenceError> {
    let mut front = vec![0; FRONT.min(usize::try_from(blob.len()).unwrap_or(FRONT))];
    let n = blob.read_full_at(&mut front, 0)?;
    Ok(front[..n].windows(4).position(|w| w == b"PK\x03\x04").map(|at| at as u64))
}

/// A local header.
struct Header {
    at: u64,
    /// Where the data begin.
    data: u64,
    flags: u16,
    method: u16,
    crc: u32,
    packed: u64,
    size: u64,
    name: Vec<u8>,
    extra: Vec<u8>,
}

impl Header {
    fn read(blob: &Arc<dyn Blob>, at: u64) -> Result<Option<Self>, EvidenceError> {
        let mut fixed = [0; 30];
        if blob.read_full_at(&mut fixed, at)? < 30 || !fixed.starts_with(b"PK\x03\x04") {
            return Ok(None);
        }
        let (names, extras) = (usize::from(u16_at(&fixed, 26)), usize::from(u16_at(&fixed, 28)));
        let mut name = vec![0; names + extras];
        if blob.read_full_at(&mut name, at + 30)? < names + extras {
            return Ok(None);
        }
        let extra = name.split_off(names);
        let mut header = Self {
            at,
            data: at + 30 + (names + extras) as u64,
            flags: u16_at(&fixed, 6),
            method: u16_at(&fixed, 8),
            crc: u32_at(&fixed, 14),
            packed: u32_at(&fixed, 18).into(),
            size: u32_at(&fixed, 22).into(),
            name,
            extra,
        };
        header.widen();
        Ok(Some(header))
    }

    /// Sizes of the zip64 field.
    fn widen(&mut self) {
        let mut rest = self.extra.as_slice();
        while let Some((head, tail)) = rest.split_at_checked(4) {
            let Some((field, next)) = tail.split_at_checked(usize::from(u16_at(head, 2))) else { return };
            if u16_at(head, 0) == 1 && field.len() >= 16 {
                if self.size == 0xffff_ffff {
                    self.size = u64_at(field, 0);
                }
                if self.packed == 0xffff_ffff {
                    self.packed = u64_at(field, 8);
                }
            }
            rest = next;
        }
    }

    /// A record of a directory that says the same, with 64-bit numbers.
    fn record(&self, extent: &Extent) -> Vec<u8> {
        let extra = if self.extra.len() < 60_000 { self.extra.as_slice() } else { &[] };
        let mut out = vec![0; 46];
        let mut put = |at: usize, bytes: &[u8]| out[at..at + bytes.len()].copy_from_slice(bytes);
        put(0, b"PK\x01\x02");
        put(5, &[3]);
        put(8, &self.flags.to_le_bytes());
        put(10, &self.method.to_le_bytes());
        put(16, &extent.crc.to_le_bytes());
        for field in [20, 24, 42] {
            put(field, &[0xff; 4]);
        }
        put(28, &(self.name.len() as u16).to_le_bytes());
        put(30, &(28 + extra.len() as u16).to_le_bytes());
        out.extend_from_slice(&self.name);
        out.extend_from_slice(&[1, 0, 24, 0]);
        for number in [extent.size, extent.packed, self.at] {
            out.extend_from_slice(&number.to_le_bytes());
        }
        out.extend_from_slice(extra);
        out
    }
}

/// How far a member reaches.
struct Extent {
    crc: u32,
    packed: u64,
    size: u64,
    /// Where the next header may be; `None`: the member is cut off.
    next: Option<u64>,
}

fn measure(blob: &Arc<dyn Blob>, header: &Header, leash: &Leash) -> Result<Extent, EvidenceError> {
    let late = header.flags & 8 != 0 && header.packed == 0;
    if late && header.method == 8 && header.flags & 1 == 0 {
        return inflated(blob, header, leash);
    }
    if late {
        return Ok(searched(blob, header, leash)?.unwrap_or_else(|| cut(blob, header)));
    }
    let end = header.data.saturating_add(header.packed);
    let next = if end > blob.len() { None } else { Some(after(blob, header, end)?) };
    Ok(Extent { crc: header.crc, packed: header.packed, size: header.size, next })
}

/// The rest of the archive belongs to a member that does not end in it.
fn cut(blob: &Arc<dyn Blob>, header: &Header) -> Extent {
    let packed = blob.len().saturating_sub(header.data);
    // Longer than anything it can hold: reading it ends in an error, not at an end.
    let size = if header.method == 0 { packed + 1 } else { packed.saturating_mul(1_032).saturating_add(1) };
    Extent { crc: header.crc, packed: if header.method == 0 { size } else { packed }, size, next: None }
}

/// Sizes that stand behind the data: deflate knows itself where it ends.
fn inflated(blob: &Arc<dyn Blob>, header: &Header, leash: &Leash) -> Result<Extent, EvidenceError> {
    let mut inflate = Inflate::new(blob.clone(), header.data, blob.len(), leash.limits.ratio);
    let (mut block, mut size, mut sum) = (vec![0; 64 << 10], 0u64, flate2::Crc::new());
    loop {
        let Ok(n) = inflate.read(&mut block) else { return Ok(cut(blob, header)) };
        if n == 0 {
            break;
        }
        sum.update(&block[..n]);
        size += n as u64;
        leash.tick(n as u64, 0)?;
        if size > leash.limits.file_bytes {
            return Err(Stop::Bytes.into());
        }
    }
    let end = inflate.position();
    let (crc, next) = (descriptor_crc(blob, end)?.unwrap_or_else(|| sum.sum()), after(blob, header, end)?);
    Ok(Extent { crc, packed: end - header.data, size, next: Some(next) })
}

fn descriptor_crc(blob: &Arc<dyn Blob>, at: u64) -> Result<Option<u32>, EvidenceError> {
    let mut bytes = [0; 8];
    let n = blob.read_full_at(&mut bytes, at)?;
    Ok((n == 8 && bytes.starts_with(b"PK\x07\x08")).then(|| u32_at(&bytes, 4)))
}

/// Sizes behind stored or encrypted data: the descriptor must name the distance.
fn searched(blob: &Arc<dyn Blob>, header: &Header, leash: &Leash) -> Result<Option<Extent>, EvidenceError> {
    const BLOCK: usize = 256 << 10;
    let mut block = vec![0; BLOCK + 24];
    let mut at = header.data;
    loop {
        let n = blob.read_full_at(&mut block, at)?;
        leash.tick(n as u64, 0)?;
        for found in block[..n].windows(4).enumerate().filter(|(_, w)| *w == b"PK\x07\x08").map(|(i, _)| i) {
            let (packed, d) = (at + found as u64 - header.data, &block[found..n]);
            let narrow = d.len() >= 16 && u64::from(u32_at(d, 8)) == packed;
            let wide = d.len() >= 24 && u64_at(d, 8) == packed;
            if narrow || wide {
                let size = if wide { u64_at(d, 16) } else { u32_at(d, 12).into() };
                let next = at + found as u64 + if wide { 24 } else { 16 };
                return Ok(Some(Extent { crc: u32_at(d, 4), packed, size, next: Some(next) }));
            }
        }
        if n < block.len() {
            return Ok(None);
        }
        at += BLOCK as u64;
    }
}

/// Passes over the descriptor behind the data, in any of its four shapes.
fn after(blob: &Arc<dyn Blob>, header: &Header, end: u64) -> Result<u64, EvidenceError> {
    let mut bytes = [0; 28];
    let n = blob.read_full_at(&mut bytes, end)?;
    if header.flags & 8 == 0 {
        return Ok(end);
    }
    let signed = n >= 4 && bytes.starts_with(b"PK\x07\x08");
    let lengths: &[usize] = if signed { &[16, 24] } else { &[0, 12, 20] };
    let fits = |len: &&usize| bytes.get(**len..**len + 2).is_some_and(|b| n >= **len + 2 && b == b"PK");
    let len = lengths.iter().find(fits).copied().unwrap_or(if signed { 16 } else { 0 });
    Ok(end + len as u64)
}
