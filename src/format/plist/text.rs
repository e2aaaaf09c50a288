//! Bytes of an XML property list as UTF-8, whatever they were: UTF-8 with or
//! without BOM, UTF-16 of either order. What is no text becomes U+FFFD, so that
//! one bad byte in a display name does not end the reading of a list.

use std::borrow::Cow;
use std::io::{self, BufRead, Read};

use crate::limits::Stop;

const CHUNK: usize = 64 << 10;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Encoding {
    Utf8,
    Utf16 { big: bool },
}

/// By BOM, or by the zero bytes beside a first ASCII character.
fn detect(head: &[u8]) -> (Encoding, usize) {
    match head {
        [0xEF, 0xBB, 0xBF, ..] => (Encoding::Utf8, 3),
        [0xFF, 0xFE, ..] => (Encoding::Utf16 { big: false }, 2),
        [0xFE, 0xFF, ..] => (Encoding::Utf16 { big: true }, 2),
        [b'<' | b' ' | b'\r' | b'\n', 0, ..] => (Encoding::Utf16 { big: false }, 0),
        [0, b'<' | b' ' | b'\r' | b'\n', ..] => (Encoding::Utf16 { big: true }, 0),
        _ => (Encoding::Utf8, 0),
    }
}

/// The head of a probe as text.
pub(super) fn head_text(head: &[u8]) -> Cow<'_, str> {
    let (encoding, bom) = detect(head);
    let head = head.get(bom..).unwrap_or_default();
    match encoding {
        Encoding::Utf8 => String::from_utf8_lossy(head),
        Encoding::Utf16 { big } => {
            let mut out = String::new();
            utf16(head, big, true, &mut out);
            Cow::Owned(out)
        }
    }
}

/// Decodes whole units into `out`; returns how many bytes were used. An odd
/// byte or half a pair at the end is left unless this is the last of it.
fn utf16(bytes: &[u8], big: bool, last: bool, out: &mut String) -> usize {
    let unit = |pair: &[u8]| {
        let pair = [pair[0], pair[1]];
        if big { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) }
    };
    let mut whole = bytes.len() & !1;
    let pending = whole >= 2 && (0xD800..0xDC00).contains(&unit(&bytes[whole - 2..whole]));
    if pending && !last {
        whole -= 2;
    }
    let units = bytes[..whole].chunks_exact(2).map(unit);
    out.extend(char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)));
    if last && whole < bytes.len() {
        out.push(char::REPLACEMENT_CHARACTER);
        return bytes.len();
    }
    whole
}

/// A buffered reader that yields valid UTF-8 only (a character may be split
/// between two buffers), and at most so many bytes between two
/// [`Self::allow`]: quick-xml buffers whole texts.
pub(super) struct Utf8Text<'a> {
    inner: Box<dyn Read + Send + 'a>,
    encoding: Option<Encoding>,
    raw: Vec<u8>,
    /// Bytes of `raw` that were read but not yet served or decoded.
    carry: std::ops::Range<usize>,
    decoded: String,
    /// What `fill_buf` serves: a part of `raw`, or of `decoded`.
    from_raw: bool,
    serve: std::ops::Range<usize>,
    allowance: usize,
}

impl<'a> Utf8Text<'a> {
    pub(super) fn new(inner: Box<dyn Read + Send + 'a>) -> Self {
        Self {
            inner,
            encoding: None,
            raw: vec![0; CHUNK],
            carry: 0..0,
            decoded: String::new(),
            from_raw: true,
            serve: 0..0,
            allowance: CHUNK,
        }
    }

    /// So many bytes may be read before the next call; a chunk more or less.
    pub(super) fn allow(&mut self, bytes: usize) {
        self.allowance = bytes.max(CHUNK);
    }

    /// Reads a chunk behind the carried bytes; `false` at the end.
    fn read_more(&mut self) -> io::Result<(usize, bool)> {
        self.raw.copy_within(self.carry.clone(), 0);
        let mut len = self.carry.len();
        loop {
            match self.inner.read(&mut self.raw[len..]) {
                Ok(0) => return Ok((len, true)),
                Ok(n) => {
                    len += n;
                    // Detection wants the first few bytes together.
                    if self.encoding.is_some() || len >= 4 {
                        return Ok((len, false));
                    }
                }
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
    }

    fn refill(&mut self) -> io::Result<()> {
        let (len, last) = self.read_more()?;
        if len == 0 {
            self.carry = 0..0;
            self.serve = 0..0;
            return Ok(());
        }
        let mut start = 0;
        let encoding = *self.encoding.get_or_insert_with(|| {
            let (encoding, bom) = detect(&self.raw[..len]);
            start = bom;
            encoding
        });
        self.decoded.clear();
        let used = match encoding {
            Encoding::Utf16 { big } => {
                self.from_raw = false;
                start + utf16(&self.raw[start..len], big, last, &mut self.decoded)
            }
            Encoding::Utf8 => self.utf8(start, len, last),
        };
        self.carry = used..len;
        self.serve = if self.from_raw { start..used } else { 0..self.decoded.len() };
        Ok(())
    }

    /// Serves valid bytes in place; copies only where there are invalid ones.
    fn utf8(&mut self, start: usize, len: usize, last: bool) -> usize {
        let bytes = &self.raw[start..len];
        self.from_raw = true;
        let Err(error) = std::str::from_utf8(bytes) else {
            return len;
        };
        // A character split at the end of the chunk waits for its rest.
        if error.error_len().is_none() && !last && error.valid_up_to() > 0 {
            return start + error.valid_up_to();
        }
        self.from_raw = false;
        let mut used = start;
        let mut chunks = bytes.utf8_chunks().peekable();
        while let Some(chunk) = chunks.next() {
            self.decoded.push_str(chunk.valid());
            used += chunk.valid().len();
            if chunk.invalid().is_empty() {
                continue;
            }
            if chunks.peek().is_none() && !last && error_is_split(chunk.invalid()) {
                return used;
            }
            self.decoded.push(char::REPLACEMENT_CHARACTER);
            used += chunk.invalid().len();
        }
        used
    }
}

/// Bytes that a next chunk could still complete to a character.
fn error_is_split(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_err_and(|e| e.error_len().is_none())
}

impl BufRead for Utf8Text<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.serve.is_empty() {
            if self.allowance == 0 {
                return Err(io::Error::other(Stop::Bytes));
            }
            let before = self.carry.len();
            self.refill()?;
            self.allowance = self.allowance.saturating_sub(self.serve.len().max(1));
            if self.serve.is_empty() && self.carry.len() <= before {
                break;
            }
        }
        Ok(if self.from_raw { &self.raw[self.serve.clone()] } else { &self.decoded.as_bytes()[self.serve.clone()] })
    }

    fn consume(&mut self, amount: usize) {
        self.serve.start = (self.serve.start + amount).min(self.serve.end);
    }
}

impl Read for Utf8Text<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let n = available.len().min(buf.len());
        buf[..n].copy_from_slice(&available[..n]);
        self.consume(n);
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hands out one byte a call.
    struct Drip<'a>(&'a [u8]);

    impl Read for Drip<'_> {
        fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
            let n = self.0.len().min(1);
            self.0.read(&mut buf[..n])
        }
    }

    fn both_ways(bytes: &[u8]) -> String {
        let mut whole = String::new();
        Utf8Text::new(Box::new(bytes)).read_to_string(&mut whole).unwrap();
        let mut dripped = String::new();
        Utf8Text::new(Box::new(Drip(bytes))).read_to_string(&mut dripped).unwrap();
        assert_eq!(whole, dripped);
        whole
    }

    #[test]
    fn every_encoding_becomes_the_same_text_whatever_the_chunks() {
        let text = "<a>微信 😀 é</a>";
        assert_eq!(both_ways(text.as_bytes()), text);
        let mut bom = b"\xEF\xBB\xBF".to_vec();
        bom.extend(text.as_bytes());
        assert_eq!(both_ways(&bom), text);
        for (bom, big) in [(true, true), (true, false), (false, true), (false, false)] {
            let units = bom.then_some(0xFEFF).into_iter().chain(text.encode_utf16());
            let bytes: Vec<u8> = units.flat_map(|u| if big { u.to_be_bytes() } else { u.to_le_bytes() }).collect();
            assert_eq!(both_ways(&bytes), text, "{bom} {big}");
        }
    }

    #[test]
    fn bad_bytes_are_replaced_and_the_rest_is_kept() {
        assert_eq!(both_ways(b"<a>\xFFx\xC3</a>"), "<a>\u{FFFD}x\u{FFFD}</a>");
        assert_eq!(both_ways(b"<a>\xE5\xBE"), "<a>\u{FFFD}");
        assert_eq!(both_ways(b"<\0a\0>"), "<a\u{FFFD}");
        assert_eq!(both_ways(b""), "");
    }

    #[test]
    fn one_text_cannot_fill_the_memory() {
        let mut text = Utf8Text::new(Box::new(io::repeat(b'a')));
        text.allow(1 << 20);
        let mut out = Vec::new();
        let error = text.read_to_end(&mut out).unwrap_err();
        assert_eq!(error.downcast::<Stop>().unwrap(), Stop::Bytes);
        assert!(out.len() <= (1 << 20) + CHUNK);
    }
}
