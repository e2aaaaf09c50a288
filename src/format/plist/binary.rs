//! Binary property lists (`bplist00`): objects, a table of their offsets, a
//! trailer of 32 bytes at the end. Objects refer to each other by number and
//! may be shared, so a small hostile list can stand for an endless one: nesting
//! and the total work, measured against the size of the file, are bounded.

use std::ops::Range;

use super::{PlistError, Value};
use crate::limits::Leash;
use crate::model::Timestamp;

const HEADER: usize = 8;
const TRAILER: usize = 32;
/// Seconds from 1970 to 2001, where dates count from.
const EPOCH_2001: f64 = 978_307_200.0;
/// How far before the end the trailer is looked for, when something follows it.
const PADDING: usize = 64 << 10;
/// Work (objects visited and bytes of text made) for each byte of the file.
/// Shared keys of honest lists come to about 20.
const WORK_PER_BYTE: u64 = 64;

/// A container that is open.
struct Open {
    /// References of keys (dictionaries), then of values.
    refs: usize,
    len: usize,
    next: usize,
    dict: bool,
}

/// A reader of a binary property list.
pub(super) struct Binary<'a> {
    bytes: Vec<u8>,
    leash: &'a Leash,
    table: usize,
    offset_size: usize,
    ref_size: usize,
    objects: usize,
    /// Bytes behind the trailer.
    behind: usize,
    top: usize,
    /// The root, until it is read.
    root: Option<usize>,
    stack: Vec<Open>,
    data: Option<Range<usize>>,
    work: u64,
    ticked: u64,
}

fn damaged(what: &str) -> PlistError {
    PlistError::Damaged(what.into())
}

/// A big-endian number of 1 to 8 bytes.
fn number(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |n, b| n << 8 | u64::from(*b))
}

/// The numbers of a trailer that touches the offset table exactly.
fn trailer(bytes: &[u8], at: usize) -> Option<(usize, usize, usize, usize, usize)> {
    let t = bytes.get(at..at.checked_add(TRAILER)?)?;
    let (offset_size, ref_size) = (usize::from(t[6]), usize::from(t[7]));
    let size = |range: Range<usize>| usize::try_from(number(&t[range])).ok();
    let (objects, root, table) = (size(8..16)?, size(16..24)?, size(24..32)?);
    let sane = (1..=8).contains(&offset_size) && (1..=8).contains(&ref_size) && root < objects && table >= HEADER;
    let end = objects.checked_mul(offset_size)?.checked_add(table)?;
    (sane && end == at).then_some((table, offset_size, ref_size, objects, root))
}

impl<'a> Binary<'a> {
    pub(super) fn open(bytes: Vec<u8>, leash: &'a Leash) -> Result<Self, PlistError> {
        let last = bytes.len().saturating_sub(TRAILER);
        // The last 32 bytes, unless something was put behind them.
        let found = (last.saturating_sub(PADDING)..=last).rev().find_map(|at| Some((at, trailer(&bytes, at)?)));
        let Some((at, (table, offset_size, ref_size, objects, root))) = found else {
            return Err(PlistError::Cut);
        };
        Ok(Self {
            work: (bytes.len() as u64).saturating_mul(WORK_PER_BYTE).saturating_add(1 << 20),
            bytes,
            leash,
            table,
            offset_size,
            ref_size,
            objects,
            behind: last - at,
            top: root,
            root: Some(root),
            stack: Vec::new(),
            data: None,
            ticked: 0,
        })
    }

    fn spend(&mut self, units: usize) -> Result<(), PlistError> {
        let units = units as u64 + 1;
        self.work = self.work.checked_sub(units).ok_or_else(|| damaged("it expands far beyond its size"))?;
        self.ticked += units;
        if self.ticked > 1 << 20 {
            self.ticked = 0;
            self.leash.tick(0, 0)?;
        }
        Ok(())
    }

    fn slice(&self, at: usize, len: usize) -> Result<&[u8], PlistError> {
        let end = at.checked_add(len).filter(|end| *end <= self.table);
        end.and_then(|end| self.bytes.get(at..end)).ok_or_else(|| damaged("an object reaches beyond the objects"))
    }

    /// Where object `index` begins.
    fn offset(&self, index: usize) -> Result<usize, PlistError> {
        if index >= self.objects {
            return Err(damaged("a reference to no object"));
        }
        let at = self.table + index * self.offset_size;
        let offset = self.bytes.get(at..at + self.offset_size).map(number).unwrap_or(u64::MAX);
        // The header is no object, though its bytes would make one.
        let offset = usize::try_from(offset).ok().filter(|offset| *offset >= HEADER);
        offset.ok_or_else(|| damaged("an offset outside the objects"))
    }

    /// The number of the `n`th reference of a container.
    fn reference(&self, refs: usize, n: usize) -> Result<usize, PlistError> {
        let at = n.checked_mul(self.ref_size).and_then(|n| n.checked_add(refs)).unwrap_or(usize::MAX);
        usize::try_from(number(self.slice(at, self.ref_size)?)).map_err(|_| damaged("a reference to no object"))
    }

    /// Kind and size of the object at `at`, and where its content begins.
    fn header(&self, at: usize) -> Result<(u8, usize, usize), PlistError> {
        let marker = self.slice(at, 1)?[0];
        let (kind, size) = (marker >> 4, usize::from(marker & 15));
        let counted = matches!(kind, 0x4..=0x7 | 0xA..=0xD);
        if !counted || size < 15 {
            return Ok((kind, size, at + 1));
        }
        let int = self.slice(at + 1, 1)?[0];
        let width = 1_usize << (int & 15).min(4);
        if int >> 4 != 1 || width > 8 {
            return Err(damaged("an object without a length"));
        }
        let size = number(self.slice(at + 2, width)?);
        let size = usize::try_from(size).map_err(|_| damaged("an object longer than the file"))?;
        Ok((kind, size, at + 2 + width))
    }

    fn object(&mut self, index: usize) -> Result<Value, PlistError> {
        self.spend(0)?;
        let at = self.offset(index)?;
        let (kind, size, at) = self.header(at)?;
        Ok(match kind {
            0x0 => match size {
                8 => Value::Bool(false),
                9 => Value::Bool(true),
                _ => Value::Other,
            },
            0x1 => match self.slice(at, 1_usize << size.min(4))? {
                // Eight bytes are signed, shorter ones are not.
                bytes if bytes.len() == 8 => Value::Integer(i128::from(number(bytes) as i64)),
                bytes => Value::Integer(bytes.iter().fold(0, |n, b| n << 8 | i128::from(*b))),
            },
            0x2 => match size {
                2 => Value::Real(f64::from(f32::from_bits(number(self.slice(at, 4)?) as u32))),
                3 => Value::Real(f64::from_bits(number(self.slice(at, 8)?))),
                _ => Value::Other,
            },
            0x3 => date(f64::from_bits(number(self.slice(at, 8)?))).map_or(Value::Other, Value::Date),
            0x4 => {
                self.slice(at, size)?;
                self.data = Some(at..at + size);
                Value::Data
            }
            0x5 | 0x7 => {
                self.slice(at, size)?;
                self.spend(size)?;
                Value::String(String::from_utf8_lossy(self.slice(at, size)?).into_owned())
            }
            0x6 => {
                let len = size.saturating_mul(2);
                self.slice(at, len)?;
                self.spend(len)?;
                let units = self.slice(at, len)?.chunks_exact(2).map(|p| u16::from_be_bytes([p[0], p[1]]));
                let replace = |c: Result<char, _>| c.unwrap_or(char::REPLACEMENT_CHARACTER);
                Value::String(char::decode_utf16(units).map(replace).collect())
            }
            0xA..=0xC => self.enter(at, size, false)?,
            0xD => self.enter(at, size, true)?,
            _ => Value::Other,
        })
    }

    fn enter(&mut self, at: usize, len: usize, dict: bool) -> Result<Value, PlistError> {
        if self.stack.len() >= self.leash.limits.nesting {
            return Err(PlistError::Nesting(self.leash.limits.nesting));
        }
        let refs = len.checked_mul(if dict { 2 } else { 1 }).and_then(|n| n.checked_mul(self.ref_size));
        self.slice(at, refs.unwrap_or(usize::MAX))?;
        self.stack.push(Open { refs: at, len, next: 0, dict });
        Ok(if dict { Value::Dict } else { Value::Array })
    }

    /// The number of the next value; `None` at the end of an array, which is left.
    fn next(&mut self) -> Result<Option<usize>, PlistError> {
        self.data = None;
        let Some(open) = self.stack.last_mut() else {
            return self.root.take().map(Some).ok_or_else(|| damaged("more than one root"));
        };
        if open.dict {
            // The key has counted itself.
            let n = open.next.checked_sub(1).ok_or_else(|| damaged("a value without a key"))?;
            let at = (open.refs, open.len + n);
            return self.reference(at.0, at.1).map(Some);
        }
        if open.next >= open.len {
            self.stack.pop();
            return Ok(None);
        }
        open.next += 1;
        let at = (open.refs, open.next - 1);
        self.reference(at.0, at.1).map(Some)
    }

    pub(super) fn value(&mut self) -> Result<Option<Value>, PlistError> {
        match self.next()? {
            Some(index) => self.object(index).map(Some),
            None => Ok(None),
        }
    }

    pub(super) fn skip(&mut self) -> Result<(), PlistError> {
        self.next().map(drop)
    }

    pub(super) fn key(&mut self) -> Result<Option<String>, PlistError> {
        self.data = None;
        let Some(open) = self.stack.last_mut().filter(|open| open.dict) else {
            return Err(damaged("a key outside every dictionary"));
        };
        if open.next >= open.len {
            self.stack.pop();
            return Ok(None);
        }
        open.next += 1;
        let at = (open.refs, open.next - 1);
        let index = self.reference(at.0, at.1)?;
        match self.object(index)? {
            Value::String(key) => Ok(Some(key)),
            _ => Err(damaged("a key that is no text")),
        }
    }

    pub(super) fn leave(&mut self) -> Result<(), PlistError> {
        self.data = None;
        self.stack.pop();
        Ok(())
    }

    pub(super) fn data(&mut self, most: usize) -> Result<Option<Vec<u8>>, PlistError> {
        let Some(range) = self.data.take().filter(|r| r.len() <= most) else {
            return Ok(None);
        };
        self.spend(range.len())?;
        Ok(Some(self.slice(range.start, range.len())?.to_vec()))
    }

    /// Nothing follows the trailer, and no text of the list was left aside or cut.
    pub(super) fn end(&mut self) -> Result<(), PlistError> {
        if self.behind > 0 {
            return Err(damaged(super::FOLLOWED));
        }
        let reached = self.reached()?;
        let mut starts = (0..self.objects).map(|index| self.offset(index)).collect::<Result<Vec<_>, _>>()?;
        starts.push(self.table);
        starts.sort_unstable();
        if starts.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err(damaged("two objects in one place"));
        }
        for (index, reached) in reached.into_iter().enumerate() {
            let (kind, size, at) = self.header(self.offset(index)?)?;
            let len = match kind {
                0x5 | 0x7 => size,
                0x6 => size.saturating_mul(2),
                _ => continue,
            };
            // Writers store what the root leads to, one object behind the other. Keyed
            // archives leave numbers and references aside, but no text.
            if !reached {
                return Err(damaged("a text that no reference leads to"));
            }
            if starts.binary_search(&at.saturating_add(len)).is_err() {
                return Err(damaged("a text that does not end where another object begins"));
            }
        }
        Ok(())
    }

    /// Which objects the root leads to.
    fn reached(&mut self) -> Result<Vec<bool>, PlistError> {
        let mut reached = vec![false; self.objects];
        let mut next = Vec::new();
        let mut reach = |index: usize, next: &mut Vec<usize>| match reached.get_mut(index) {
            Some(true) => Ok(()),
            Some(reached) => {
                *reached = true;
                next.push(index);
                Ok(())
            }
            None => Err(damaged("a reference to no object")),
        };
        reach(self.top, &mut next)?;
        while let Some(index) = next.pop() {
            let (kind, size, at) = self.header(self.offset(index)?)?;
            let refs = match kind {
                0xA..=0xC => size,
                0xD => size.saturating_mul(2),
                _ => 0,
            };
            self.slice(at, refs.saturating_mul(self.ref_size))?;
            self.spend(refs)?;
            for n in 0..refs {
                reach(self.reference(at, n)?, &mut next)?;
            }
        }
        Ok(reached)
    }
}

fn date(seconds: f64) -> Option<Timestamp> {
    let unix = (seconds + EPOCH_2001).floor();
    (unix.abs() < 1e15).then(|| Timestamp::from_unix(unix as i64)).flatten()
}
