//! Texts of records in a database that SQLite cannot open any more, found by
//! their bytes. A record tells the length of its texts in the header before
//! them, so a text is taken only with a header that fits: where it ends is
//! never guessed. What is found may be deleted long since.

use super::SqliteError;
use crate::format::ReadAt;
use crate::limits::Leash;

const CHUNK: u64 = 1 << 20;
/// A record's header and the columns before the text.
const BEFORE: u64 = 160;
/// The longest text that is taken.
const LONGEST: u64 = 1024;

/// Calls `each` with every text that begins with `prefix` and its place in the
/// file, repetitions included, until the bytes end.
pub fn carve_text(
    source: &dyn ReadAt,
    prefix: &[u8],
    leash: &Leash,
    each: &mut dyn FnMut(&str, u64),
) -> Result<(), SqliteError> {
    let finder = memchr::memmem::Finder::new(prefix);
    let mut buf = vec![0; (BEFORE + CHUNK + LONGEST) as usize];
    let mut base = 0;
    while base < source.len() {
        let from = base.saturating_sub(BEFORE);
        let read = source.read_full_at(&mut buf, from)?;
        leash.tick(CHUNK, 0)?;
        let bytes = &buf[..read];
        let own = (base - from) as usize;
        // Texts that begin in the overlap belong to the neighbour's turn.
        let end = own + CHUNK as usize;
        for at in finder.find_iter(bytes).filter(|at| (own..end).contains(at)) {
            let text = length(bytes, at).and_then(|len| bytes.get(at..at.checked_add(len)?));
            if let Some(Ok(text)) = text.map(std::str::from_utf8)
                && !text.chars().any(char::is_control)
            {
                each(text, from + at as u64);
            }
        }
        base += CHUNK;
    }
    Ok(())
}

/// A variable-length integer and its own length.
fn varint(bytes: &[u8]) -> Option<(u64, usize)> {
    let mut n = 0;
    for (i, byte) in bytes.iter().take(8).enumerate() {
        n = n << 7 | u64::from(byte & 0x7F);
        if byte & 0x80 == 0 {
            return Some((n, i + 1));
        }
    }
    None
}

/// Bytes that a column of this serial type takes in the body of a record.
fn width(serial: u64) -> Option<usize> {
    Some(match serial {
        0 | 8 | 9 => 0,
        n @ 1..=4 => n as usize,
        5 => 6,
        6 | 7 => 8,
        10 | 11 => return None,
        n => usize::try_from((n - 12) / 2).ok()?,
    })
}

/// The length of the text at `at`, if a record header before it says that a
/// text column begins exactly there.
fn length(bytes: &[u8], at: usize) -> Option<usize> {
    (at.saturating_sub(BEFORE as usize)..at).rev().find_map(|header| column_at(bytes, header, at))
}

fn column_at(bytes: &[u8], header: usize, at: usize) -> Option<usize> {
    let (size, mut used) = varint(&bytes[header..])?;
    let size = usize::try_from(size).ok()?;
    let mut body = header.checked_add(size).filter(|body| *body <= at && size <= 64)?;
    let mut found = None;
    while used < size {
        let (serial, len) = varint(bytes.get(header + used..header + size)?)?;
        let width = width(serial)?;
        if body == at && found.is_none() && serial >= 13 && serial % 2 == 1 {
            found = Some(width);
        }
        used += len;
        body = body.checked_add(width)?;
    }
    let fits = used == size && announced(bytes, header, (body - header) as u64);
    found.filter(|len| fits && *len as u64 <= LONGEST)
}

/// Whether a cell that begins before the record announces its length: directly
/// (an index), or with the row's number between (a table).
fn announced(bytes: &[u8], header: usize, payload: u64) -> bool {
    let ends = |end: usize, len: usize| {
        let start = end.checked_sub(len)?;
        varint(&bytes[start..end]).filter(|(_, used)| *used == len)
    };
    (0..=8).any(|row| {
        let Some(end) = header.checked_sub(row) else { return false };
        let numbered = row == 0 || ends(header, row).is_some();
        numbered && (1..=4).any(|len| ends(end, len).is_some_and(|(n, _)| n == payload))
    })
}
