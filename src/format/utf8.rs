//! Text bytes made valid UTF-8, whatever their encoding.
//!
//! UTF-8 (RFC 3629) and UTF-16 of either order (RFC 2781), told by their first
//! bytes. May import nothing.

use std::io::{self, BufRead, Read};

/// The buffered bytes, refilled if there are none; empty only at the end.
pub(super) fn fill<R: BufRead>(input: &mut R) -> io::Result<&[u8]> {
    loop {
        // Asked twice because the borrow checker refuses to return the first answer.
        match input.fill_buf() {
            Ok(_) => return input.fill_buf(),
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Encoding {
    Utf8,
    Utf16Le,
    Utf16Be,
}

/// Turns the input into valid UTF-8. In UTF-8 input every byte that belongs to
/// no character becomes `?`, so that offsets stay those of the file.
pub struct Utf8Reader<R> {
    input: R,
    encoding: Encoding,
    /// Bytes of the mark at the start.
    skipped: u64,
    repairs: u64,
    ready: Vec<u8>,
    at: usize,
    /// Where in `ready` something stands for bytes of no character.
    repaired: Vec<usize>,
    /// The start of a character whose rest is not read yet.
    carry: Vec<u8>,
}

impl<R: BufRead> Utf8Reader<R> {
    /// Looks at the first bytes: a byte order mark, or a zero byte beside an
    /// ASCII character, means UTF-16; everything else is read as UTF-8.
    pub fn open(mut input: R) -> io::Result<Self> {
        let head = fill(&mut input)?;
        let (encoding, mark) = match head {
            [0xff, 0xfe, ..] => (Encoding::Utf16Le, 2),
            [0xfe, 0xff, ..] => (Encoding::Utf16Be, 2),
            [1..=0x7f, 0, ..] => (Encoding::Utf16Le, 0),
            [0, 1..=0x7f, ..] => (Encoding::Utf16Be, 0),
            [0xef, 0xbb, 0xbf, ..] => (Encoding::Utf8, 3),
            _ => (Encoding::Utf8, 0),
        };
        input.consume(mark);
        Ok(Self {
            input,
            encoding,
            skipped: mark as u64,
            repairs: 0,
            ready: Vec::new(),
            at: 0,
            repaired: Vec::new(),
            carry: Vec::new(),
        })
    }

    /// Offsets in what is read are those of the file, but for [`Self::skipped`].
    pub fn keeps_offsets(&self) -> bool {
        self.encoding == Encoding::Utf8
    }

    /// Bytes of the byte order mark, which is left out.
    pub fn skipped(&self) -> u64 {
        self.skipped
    }

    /// Bytes, or in UTF-16 units, that belonged to no character, in what was
    /// consumed so far: blocks are made ready ahead, and whoever asks before and
    /// after a record learns of those inside it.
    pub fn repairs(&self) -> u64 {
        self.repairs + self.repaired.partition_point(|at| *at < self.at) as u64
    }

    /// Makes the next block ready; leaves it empty only at the end of the input.
    fn refill(&mut self) -> io::Result<()> {
        self.repairs += self.repaired.len() as u64;
        self.repaired.clear();
        self.ready.clear();
        self.at = 0;
        while self.ready.is_empty() {
            let block = fill(&mut self.input)?;
            let n = block.len();
            let last = n == 0;
            if last && self.carry.is_empty() {
                return Ok(());
            }
            self.carry.extend_from_slice(block);
            self.input.consume(n);
            match self.encoding {
                Encoding::Utf8 => self.take_utf8(last),
                Encoding::Utf16Le => self.take_utf16(u16::from_le_bytes, last),
                Encoding::Utf16Be => self.take_utf16(u16::from_be_bytes, last),
            }
        }
        Ok(())
    }

    fn take_utf8(&mut self, last: bool) {
        let mut from = 0;
        while let Some(rest) = self.carry.get(from..).filter(|r| !r.is_empty()) {
            let (valid, bad) = match std::str::from_utf8(rest) {
                Ok(text) => (text.len(), 0),
                Err(e) => match e.error_len() {
                    Some(bad) => (e.valid_up_to(), bad),
                    None if last => (e.valid_up_to(), rest.len() - e.valid_up_to()),
                    None => {
                        self.ready.extend_from_slice(&rest[..e.valid_up_to()]);
                        from += e.valid_up_to();
                        break;
                    }
                },
            };
            self.ready.extend_from_slice(&rest[..valid]);
            self.repaired.extend(self.ready.len()..self.ready.len() + bad);
            self.ready.extend(std::iter::repeat_n(b'?', bad));
            from += valid + bad;
        }
        self.carry.drain(..from);
    }

    fn take_utf16(&mut self, unit: fn([u8; 2]) -> u16, last: bool) {
        let mut whole = self.carry.len() / 2 * 2;
        let is_high = |pair: &[u8]| matches!(pair, [a, b] if (0xd800..0xdc00).contains(&unit([*a, *b])));
        if !last && whole >= 2 && is_high(&self.carry[whole - 2..whole]) {
            whole -= 2;
        }
        let units = self.carry[..whole].chunks_exact(2).map(|p| unit([p[0], p[1]]));
        let mut buf = [0; 4];
        for c in char::decode_utf16(units) {
            if c.is_err() {
                self.repaired.push(self.ready.len());
            }
            self.ready.extend_from_slice(c.unwrap_or('?').encode_utf8(&mut buf).as_bytes());
        }
        if last {
            self.repairs += (self.carry.len() - whole) as u64;
            self.carry.clear();
        } else {
            self.carry.drain(..whole);
        }
    }
}

impl<R: BufRead> Read for Utf8Reader<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let n = available.len().min(buf.len());
        buf[..n].copy_from_slice(&available[..n]);
        self.consume(n);
        Ok(n)
    }
}

impl<R: BufRead> BufRead for Utf8Reader<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.at >= self.ready.len() {
            self.refill()?;
        }
        Ok(&self.ready[self.at..])
    }

    fn consume(&mut self, amount: usize) {
        self.at = (self.at + amount).min(self.ready.len());
    }
}
