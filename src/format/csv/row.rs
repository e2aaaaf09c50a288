//! One row and its fields: quotes, doubled quotes, and where a field ends.

use std::borrow::Cow;

use memchr::{memchr, memchr2};

use super::Fault;
use crate::format::text::{Encoding, lenient};

/// One row, borrowed from the block it was read in.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) spans: &'a [(u32, u32)],
    pub(super) delimiter: u8,
    pub(super) encoding: Encoding,
    /// Where it begins in the source, in bytes.
    pub offset: u64,
    /// Columns it has.
    pub columns: usize,
    /// A line end follows. The last row of an intact export has one; without,
    /// the last value may be cut.
    pub terminated: bool,
    /// What is wrong with it.
    pub fault: Option<Fault>,
}

/// A cell as text, without quotes and outer space.
pub fn cell_text(raw: &[u8]) -> Cow<'_, str> {
    match unquote(raw) {
        Cow::Borrowed(bytes) => match lenient(bytes).0 {
            Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
            Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
        },
        Cow::Owned(bytes) => Cow::Owned(lenient(&bytes).0.trim().to_owned()),
    }
}

impl<'a> Row<'a> {
    /// The exact bytes of the row, as UTF-8, without its line end.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Bytes it takes in the source.
    pub fn source_len(&self) -> u64 {
        self.encoding.source_len(self.bytes)
    }

    /// Its bytes as they lie in the source; `None` where they cannot be told.
    pub fn source_bytes(&self) -> Option<Cow<'a, [u8]>> {
        self.encoding.source_bytes(self.bytes)
    }

    /// A column as it stands, quotes included.
    #[inline]
    pub fn raw(&self, column: usize) -> Option<&'a [u8]> {
        if let Some((from, to)) = self.spans.get(column) {
            return self.bytes.get(*from as usize..*to as usize);
        }
        // The rest was not split. A fault leaves no spans and nothing to split.
        let mut at = self.spans.last()?.1 as usize + 1;
        let mut index = self.spans.len();
        while at <= self.bytes.len() {
            let (end, last) = match field(&self.bytes[at..], self.delimiter, true) {
                Field::Delimiter(end) => (end, false),
                Field::Line { end, .. } => (end, true),
                _ => return None,
            };
            if index == column {
                return Some(&self.bytes[at..at + end]);
            }
            if last {
                return None;
            }
            index += 1;
            at += end + 1;
        }
        None
    }

    /// Its first columns as they stand, as many as there is room for; how many.
    /// Cheaper than [`Self::raw`] where most of them are wanted.
    pub fn split(&self, cells: &mut [&'a [u8]]) -> usize {
        let mut slots = cells.iter_mut();
        let (mut n, mut at) = (0, 0);
        for ((from, to), slot) in self.spans.iter().zip(&mut slots) {
            *slot = self.bytes.get(*from as usize..*to as usize).unwrap_or_default();
            (n, at) = (n + 1, *to as usize + 1);
        }
        if n == 0 {
            // A fault leaves no spans and nothing to split.
            return 0;
        }
        for slot in slots {
            let Some(rest) = self.bytes.get(at..) else { break };
            let (Field::Delimiter(end) | Field::Line { end, .. }) = field(rest, self.delimiter, true) else { break };
            *slot = &rest[..end];
            (n, at) = (n + 1, at + end + 1);
        }
        n
    }

    /// What stands before a column that was split; `None` where it was not.
    pub fn head(&self, column: usize) -> Option<&'a [u8]> {
        self.bytes.get(..self.spans.get(column)?.0 as usize)
    }

    /// A column as text, without quotes and outer space; empty where it is missing.
    pub fn text(&self, column: usize) -> Cow<'a, str> {
        cell_text(self.raw(column).unwrap_or_default())
    }

    pub(super) fn miscount(&self, columns: usize) -> Option<Fault> {
        if self.columns < columns {
            return Some(Fault::Few);
        }
        // Some tools end every row with a delimiter.
        let surplus = (columns..self.columns).any(|c| self.raw(c).is_none_or(|raw| !raw.trim_ascii().is_empty()));
        surplus.then_some(Fault::Many)
    }
}

/// How a field ends.
pub(super) enum Field {
    /// At a delimiter, so many bytes in.
    Delimiter(usize),
    /// With the row.
    Line { end: usize, next: usize, terminated: bool },
    /// Its quotes are broken.
    Fault,
    /// Its end has not been read.
    More,
}

/// The field at the start of `buf`. `ended`: no more bytes follow.
#[inline]
pub(super) fn field(buf: &[u8], delimiter: u8, ended: bool) -> Field {
    if buf.first() == Some(&b'"') {
        return quoted(buf, delimiter, ended);
    }
    match memchr2(delimiter, b'\n', buf) {
        Some(end) if buf[end] == delimiter => Field::Delimiter(end),
        Some(end) => line(buf, end),
        None if ended => Field::Line { end: buf.len(), next: buf.len(), terminated: false },
        None => Field::More,
    }
}

fn quoted(buf: &[u8], delimiter: u8, ended: bool) -> Field {
    let unread = if ended { Field::Fault } else { Field::More };
    let mut at = 1;
    loop {
        let Some(quote) = memchr(b'"', &buf[at..]) else { return unread };
        at += quote + 1;
        match buf.get(at) {
            Some(b'"') => at += 1,
            Some(b'\n') => return line(buf, at),
            Some(b'\r') => match buf.get(at + 1) {
                Some(b'\n') => return line(buf, at + 1),
                None => {
                    return if ended { Field::Line { end: at, next: at + 1, terminated: false } } else { Field::More };
                }
                Some(_) => return Field::Fault,
            },
            Some(c) if *c == delimiter => return Field::Delimiter(at),
            Some(_) => return Field::Fault,
            None if ended => return Field::Line { end: at, next: at, terminated: false },
            None => return Field::More,
        }
    }
}

/// A line feed at `feed`, perhaps after a carriage return.
fn line(buf: &[u8], feed: usize) -> Field {
    let end = feed - usize::from(feed > 0 && buf[feed - 1] == b'\r');
    Field::Line { end, next: feed + 1, terminated: true }
}

/// The bytes of a field without its quotes.
pub fn unquote(raw: &[u8]) -> Cow<'_, [u8]> {
    let Some(inner) = inner(raw) else { return Cow::Borrowed(raw) };
    if memchr(b'"', inner).is_none() {
        return Cow::Borrowed(inner);
    }
    let mut out = Vec::with_capacity(inner.len());
    undouble(inner, &mut out);
    Cow::Owned(out)
}

/// The same without allocating: doubled quotes are resolved in `scratch`.
#[inline]
pub fn unquote_into<'a>(raw: &'a [u8], scratch: &'a mut Vec<u8>) -> &'a [u8] {
    let Some(inner) = inner(raw) else { return raw };
    if memchr(b'"', inner).is_none() {
        return inner;
    }
    scratch.clear();
    undouble(inner, scratch);
    scratch
}

fn inner(raw: &[u8]) -> Option<&[u8]> {
    raw.strip_prefix(b"\"").and_then(|r| r.strip_suffix(b"\""))
}

fn undouble(inner: &[u8], out: &mut Vec<u8>) {
    let mut rest = inner;
    while let Some(quote) = memchr(b'"', rest) {
        out.extend_from_slice(&rest[..=quote]);
        rest = &rest[quote + 1..];
        rest = rest.strip_prefix(b"\"").unwrap_or(rest);
    }
    out.extend_from_slice(rest);
}
