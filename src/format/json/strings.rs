//! Strings of JSON: where they end, what their escapes say, and whether they hold
//! what no string may.

use std::io::Read;

use memchr::{memchr, memchr2};

use super::{JsonError, Reader, Result};

impl<R: Read> Reader<R> {
    /// Reads the string at `pos`: it stays in the buffer, or lies in the scratch
    /// where it holds escapes.
    #[inline]
    pub(super) fn quoted(&mut self) -> Result<Text> {
        let mut seen = 1;
        loop {
            let rest = &self.buf[self.pos..self.end];
            match memchr2(b'"', b'\\', rest.get(seen..).unwrap_or_default()) {
                Some(n) if rest[seen + n] == b'"' => {
                    let (from, to) = (self.pos + 1, self.pos + seen + n);
                    self.check(&self.buf[from..to])?;
                    self.pos = to + 1;
                    return Ok(Text::Buffer(from, to));
                }
                Some(n) => return self.escaped(seen + n + 2),
                None => {
                    seen = rest.len().max(seen);
                    self.more(seen)?;
                }
            }
        }
    }

    /// A string that holds an escape; `seen` bytes of it were looked at.
    fn escaped(&mut self, mut seen: usize) -> Result<Text> {
        let to = loop {
            let rest = &self.buf[self.pos..self.end];
            match memchr2(b'"', b'\\', rest.get(seen..).unwrap_or_default()) {
                Some(n) if rest[seen + n] == b'"' => break seen + n,
                Some(n) => seen += n + 2,
                None => {
                    seen = rest.len().max(seen);
                    self.more(seen)?;
                }
            }
        };
        let raw = &self.buf[self.pos + 1..self.pos + to];
        self.check(raw)?;
        self.scratch.clear();
        match unescape(raw, &mut self.scratch) {
            Some(halves) => self.replaced.set(self.replaced.get() + u64::from(halves)),
            None => return Err(JsonError::Syntax(self.offset())),
        }
        self.pos += to + 1;
        Ok(Text::Scratch)
    }

    /// What stands in a string. A control character is none of its own: there the
    /// text was damaged, or a line cut off. Bytes that are no text are counted.
    #[inline]
    fn check(&self, text: &[u8]) -> Result<()> {
        let plain = text.iter().fold(true, |plain, b| plain & (0x20..0x80).contains(b));
        if plain { Ok(()) } else { self.look_closer(text) }
    }

    #[cold]
    fn look_closer(&self, text: &[u8]) -> Result<()> {
        if text.iter().any(|b| *b < 0x20) {
            return Err(JsonError::Syntax(self.offset()));
        }
        self.replaced.set(self.replaced.get() + u64::from(std::str::from_utf8(text).is_err()));
        Ok(())
    }

    /// More bytes behind the `seen` ones of the token at `pos`.
    fn more(&mut self, seen: usize) -> Result<()> {
        if seen > self.longest {
            return Err(JsonError::Long(self.offset()));
        }
        if self.fill()? { Ok(()) } else { Err(JsonError::Truncated(self.base + self.end as u64)) }
    }

    #[inline]
    pub(super) fn bytes(&self, text: Text) -> &[u8] {
        match text {
            Text::Buffer(from, to) => &self.buf[from..to],
            Text::Scratch => &self.scratch,
        }
    }

    #[inline]
    pub(super) fn skip_string(&mut self) -> Result<()> {
        self.pos += 1;
        loop {
            let rest = &self.buf[self.pos..self.end];
            match memchr2(b'"', b'\\', rest) {
                Some(n) if rest[n] == b'"' => {
                    self.check(&rest[..n])?;
                    self.pos += n + 1;
                    return Ok(());
                }
                Some(n) if n + 1 < rest.len() => {
                    self.check(&rest[..n])?;
                    self.pos += n + 2;
                }
                found => {
                    // Nothing, or a backslash at the edge, which is looked at again; so
                    // is a character of which the rest has not been read.
                    let part = &rest[..found.unwrap_or(rest.len())];
                    let open = std::str::from_utf8(part).err().filter(|e| e.error_len().is_none());
                    let part = &part[..open.map_or(part.len(), |e| e.valid_up_to())];
                    self.check(part)?;
                    self.pos += part.len();
                    if !self.fill()? {
                        return Err(JsonError::Truncated(self.base + self.end as u64));
                    }
                }
            }
        }
    }
}

/// Where a string was put.
#[derive(Clone, Copy)]
pub(super) enum Text {
    Buffer(usize, usize),
    Scratch,
}

/// Decodes the inside of a string; whether half a surrogate pair was replaced.
/// `None`: an escape that does not exist.
fn unescape(raw: &[u8], out: &mut Vec<u8>) -> Option<bool> {
    let (mut halves, mut rest) = (false, raw);
    while let Some(n) = memchr(b'\\', rest) {
        out.extend_from_slice(&rest[..n]);
        let escape = *rest.get(n + 1)?;
        rest = &rest[n + 2..];
        let c = match escape {
            b'"' | b'\\' | b'/' => char::from(escape),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let c = unicode(&mut rest)?;
                halves |= c.is_none();
                c.unwrap_or('\u{fffd}')
            }
            _ => return None,
        };
        out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
    }
    out.extend_from_slice(rest);
    Some(halves)
}

/// The digits after `\u`, with the second half of a pair. Inner `None`: half a pair.
fn unicode(rest: &mut &[u8]) -> Option<Option<char>> {
    let unit = hex4(rest)?;
    *rest = &rest[4..];
    if (0xd800..0xdc00).contains(&unit)
        && let Some(low) = rest.strip_prefix(b"\\u").and_then(hex4)
        && (0xdc00..0xe000).contains(&low)
    {
        *rest = &rest[6..];
        return Some(char::from_u32(0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00)));
    }
    Some(char::from_u32(unit))
}

fn hex4(bytes: &[u8]) -> Option<u32> {
    bytes.get(..4)?.iter().try_fold(0, |n, b| Some(n << 4 | (*b as char).to_digit(16)?))
}
