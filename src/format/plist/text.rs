//! The text of an XML property list on a short rope: quick-xml buffers whole
//! texts, so that what it may read between two tags is bounded here.

use std::io::{self, BufRead, BufReader, Read};

use crate::format::utf8::Utf8Reader;
use crate::limits::Stop;

const CHUNK: usize = 64 << 10;

/// The head of a probe as text, whatever its encoding.
pub(super) fn head_text(head: &[u8]) -> String {
    let mut out = String::new();
    // Reading bytes in memory as valid UTF-8 cannot fail.
    let _ = Utf8Reader::open(head).and_then(|mut reader| reader.read_to_string(&mut out));
    out
}

/// Valid UTF-8, at most so many bytes between two [`Self::allow`].
pub(super) struct Rope<'a> {
    inner: Utf8Reader<BufReader<Box<dyn Read + Send + 'a>>>,
    allowance: usize,
}

impl<'a> Rope<'a> {
    pub(super) fn new(inner: Box<dyn Read + Send + 'a>) -> io::Result<Self> {
        let inner = Utf8Reader::open(BufReader::with_capacity(CHUNK, inner))?;
        Ok(Self { inner, allowance: CHUNK })
    }

    /// Bytes of no character in what was consumed so far.
    pub(super) fn repairs(&self) -> u64 {
        self.inner.repairs()
    }

    /// So many bytes may be read before the next call; a chunk more or less.
    pub(super) fn allow(&mut self, bytes: usize) {
        self.allowance = bytes.max(CHUNK);
    }
}

impl BufRead for Rope<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.allowance == 0 {
            return Err(io::Error::other(Stop::Bytes));
        }
        self.inner.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.allowance = self.allowance.saturating_sub(amount);
        self.inner.consume(amount);
    }
}

impl Read for Rope<'_> {
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

    #[test]
    fn one_text_cannot_fill_the_memory() {
        let mut text = Rope::new(Box::new(io::repeat(b'a'))).unwrap();
        text.allow(1 << 20);
        let mut out = Vec::new();
        let error = text.read_to_end(&mut out).unwrap_err();
        assert_eq!(error.downcast::<Stop>().unwrap(), Stop::Bytes);
        assert!(out.len() <= (1 << 20) + CHUNK);
    }
}
