//! A write-ahead log laid over its database: frames with the log's salt and a
//! valid checksum, up to the last commit, as SQLite itself would replay them.

use std::collections::HashMap;
use std::io::{self, Read};

use super::SqliteError;
use crate::format::ReadAt;
use crate::limits::Leash;

const HEADER: usize = 32;
const FRAME: usize = 24;

/// The committed pages of a log.
#[derive(Debug, Default)]
pub(super) struct Log {
    /// Page number (from 1) to where its newest committed copy begins.
    pub(super) frames: HashMap<u32, u64>,
    /// Pages of the database after the last commit; 0: nothing is committed.
    pub(super) pages: u32,
    page_size: usize,
    /// Why none of it counts, or what may be missing.
    pub(super) flaw: Option<&'static str>,
}

fn be32(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).map_or(0, |b| b.iter().fold(0, |n, b| n << 8 | u32::from(*b)))
}

/// Page size as the main file's header tells, if it has one.
fn page_size(main: &dyn ReadAt) -> io::Result<Option<usize>> {
    let mut head = [0; 18];
    if main.read_full_at(&mut head, 0)? < head.len() || !head.starts_with(super::MAGIC) {
        return Ok(None);
    }
    Ok(Some(match u16::from_be_bytes([head[16], head[17]]) {
        1 => 65_536,
        n => usize::from(n),
    }))
}

/// The running checksum of a log, over words of either byte order.
struct Sum {
    big: bool,
    sums: (u32, u32),
}

impl Sum {
    fn add(&mut self, bytes: &[u8]) {
        for pair in bytes.chunks_exact(8) {
            let word = |at: usize| {
                let raw = [pair[at], pair[at + 1], pair[at + 2], pair[at + 3]];
                if self.big { u32::from_be_bytes(raw) } else { u32::from_le_bytes(raw) }
            };
            self.sums.0 = self.sums.0.wrapping_add(word(0)).wrapping_add(self.sums.1);
            self.sums.1 = self.sums.1.wrapping_add(word(4)).wrapping_add(self.sums.0);
        }
    }
}

impl Log {
    pub(super) fn read(wal: &dyn ReadAt, main: &dyn ReadAt, leash: &Leash) -> Result<Self, SqliteError> {
        let flawed = |flaw| Ok(Self { flaw: Some(flaw), ..Self::default() });
        let mut header = [0; HEADER];
        if wal.read_full_at(&mut header, 0)? < HEADER {
            return flawed("it is cut off");
        }
        let magic = be32(&header, 0);
        let size = be32(&header, 8) as usize;
        if !matches!(magic, 0x377F_0682 | 0x377F_0683) || !size.is_power_of_two() || !(512..=65_536).contains(&size) {
            return flawed("it is no write-ahead log");
        }
        let mut sum = Sum { big: magic & 1 == 1, sums: (0, 0) };
        sum.add(&header[..24]);
        if sum.sums != (be32(&header, 24), be32(&header, 28)) {
            return flawed("its header is damaged");
        }
        if page_size(main)?.is_some_and(|main| main != size) {
            return flawed("its pages have another size than the database's");
        }
        let mut log = Self { page_size: size, ..Self::default() };
        log.frames_of(wal, &header[16..24], &mut sum, leash)?;
        if !(wal.len() - HEADER as u64).is_multiple_of((FRAME + size) as u64) {
            log.flaw = Some("it is cut off inside a page");
        }
        Ok(log)
    }

    fn frames_of(&mut self, wal: &dyn ReadAt, salt: &[u8], sum: &mut Sum, leash: &Leash) -> Result<(), SqliteError> {
        let mut frame = vec![0; FRAME + self.page_size];
        let mut pending = Vec::new();
        let mut at = HEADER as u64;
        while wal.read_full_at(&mut frame, at)? == frame.len() {
            leash.tick(frame.len() as u64, 1)?;
            let (page, commit) = (be32(&frame, 0), be32(&frame, 4));
            sum.add(&frame[..8]);
            sum.add(&frame[FRAME..]);
            // Frames of an older generation lie behind the newest one.
            if page == 0 || frame[8..16] != *salt || sum.sums != (be32(&frame, 16), be32(&frame, 20)) {
                break;
            }
            pending.push((page, at + FRAME as u64));
            if commit != 0 {
                self.frames.extend(pending.drain(..));
                self.pages = commit;
            }
            at += frame.len() as u64;
        }
        Ok(())
    }
}

/// The database as its log leaves it, from the first byte to the last; without
/// a log the main file itself. The header says "no log" (bytes 18 and 19), as a
/// database in memory must.
pub(super) struct Overlaid<'a> {
    main: &'a dyn ReadAt,
    over: Option<(&'a dyn ReadAt, &'a Log)>,
    at: u64,
    /// Why the last read failed: SQLite's own error would not tell.
    pub(super) error: Option<io::Error>,
}

impl<'a> Overlaid<'a> {
    pub(super) fn new(main: &'a dyn ReadAt, wal: Option<&'a dyn ReadAt>, log: Option<&'a Log>) -> Self {
        Self { main, over: wal.zip(log), at: 0, error: None }
    }

    pub(super) fn len(&self) -> u64 {
        match self.over {
            Some((_, log)) => u64::from(log.pages) * log.page_size as u64,
            None => self.main.len(),
        }
    }
}

impl Read for Overlaid<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.read_next(buf).map_err(|error| {
            let kind = error.kind();
            self.error = Some(error);
            kind.into()
        })
    }
}

impl Overlaid<'_> {
    fn read_next(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.len().saturating_sub(self.at)).unwrap_or(usize::MAX);
        let mut want = left.min(buf.len());
        let mut done = 0;
        if let Some((wal, log)) = self.over {
            let size = log.page_size as u64;
            want = want.min((size - self.at % size) as usize);
            let page = u32::try_from(self.at / size + 1).unwrap_or(u32::MAX);
            if let Some(frame) = log.frames.get(&page) {
                done = wal.read_full_at(&mut buf[..want], frame + self.at % size)?;
            } else {
                done = self.main.read_full_at(&mut buf[..want], self.at)?;
                // A page that only the log's count knows of.
                buf[done..want].fill(0);
                done = want;
            }
        } else if want > 0 {
            done = self.main.read_full_at(&mut buf[..want], self.at)?;
        }
        for patched in [18, 19] {
            if let Some(byte) = patched_at(buf, done, self.at, patched) {
                *byte = (*byte).min(1);
            }
        }
        self.at += done as u64;
        Ok(done)
    }
}

/// The byte at `offset` of the file, if it is among those just read.
fn patched_at(buf: &mut [u8], done: usize, at: u64, offset: u64) -> Option<&mut u8> {
    let index = usize::try_from(offset.checked_sub(at)?).ok()?;
    buf.get_mut(..done)?.get_mut(index)
}
