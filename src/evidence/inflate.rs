//! Bytes that only come in order (deflate), served by position.
//!
//! A reader that goes forward costs a window of 64 KiB, however large the
//! member is. One that jumps has the stream spooled for it, once.
//! Deflate is specified by RFC 1951.

use std::io::{self, Read};
use std::sync::{Arc, Mutex, PoisonError};

use flate2::{Crc, Decompress, FlushDecompress, Status};

use super::{Blob, EvidenceError, Probe, damaged, spool};
use crate::format::ReadAt;
use crate::limits::Leash;

/// Below this size an expansion ratio means nothing.
const RATIO_FROM: u64 = 16 << 20;

/// A jump forward over more than this is taken for reading by position.
const SKIP: u64 = 1 << 20;

/// Makes the stream anew from its first byte.
pub(super) type Opener = Box<dyn Fn() -> Box<dyn Read + Send> + Send + Sync>;

/// Raw deflate data in a blob.
pub(super) struct Inflate {
    blob: Arc<dyn Blob>,
    /// Next compressed byte to fetch, and where the data must end.
    at: u64,
    end: u64,
    buffer: Vec<u8>,
    from: usize,
    to: usize,
    state: Decompress,
    done: bool,
    ratio: u64,
}

impl Inflate {
    /// Deflate data that begins at `at` and ends before `end`.
    pub(super) fn new(blob: Arc<dyn Blob>, at: u64, end: u64, ratio: u64) -> Self {
        let room = usize::try_from(end.saturating_sub(at)).unwrap_or(usize::MAX).clamp(1, 64 << 10);
        let buffer = vec![0; room];
        Self { blob, at, end, buffer, from: 0, to: 0, state: Decompress::new(false), done: false, ratio }
    }

    /// Where the compressed data ended, once it did.
    pub(super) fn position(&self) -> u64 {
        self.at - (self.to - self.from) as u64
    }

    fn fill(&mut self) -> io::Result<()> {
        let most = usize::try_from(self.end.saturating_sub(self.at)).unwrap_or(usize::MAX).min(self.buffer.len());
        let n = self.blob.read_at(&mut self.buffer[..most], self.at)?;
        if n == 0 {
            return Err(damaged("the compressed data end too early"));
        }
        (self.from, self.to) = (0, n);
        self.at += n as u64;
        Ok(())
    }
}

impl Read for Inflate {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while !self.done && !out.is_empty() {
            if self.from == self.to {
                self.fill()?;
            }
            let (read, written) = (self.state.total_in(), self.state.total_out());
            let status = self.state.decompress(&self.buffer[self.from..self.to], out, FlushDecompress::None);
            let status = status.map_err(|_| damaged("the compressed data are damaged"))?;
            let taken = usize::try_from(self.state.total_in() - read).unwrap_or(usize::MAX);
            let made = usize::try_from(self.state.total_out() - written).unwrap_or(usize::MAX);
            self.from = self.from.saturating_add(taken).min(self.to);
            self.done = status == Status::StreamEnd;
            let total = self.state.total_out();
            if total > RATIO_FROM && total / self.ratio.max(1) > self.state.total_in() {
                return Err(io::Error::other(EvidenceError::Ratio(self.ratio)));
            }
            if made > 0 {
                return Ok(made);
            }
            if taken == 0 && !self.done {
                return Err(damaged("the compressed data are damaged"));
            }
        }
        Ok(0)
    }
}

/// A stream that must have a stated length and CRC-32. The last bytes are not
/// handed out before both are known to fit.
pub(super) struct Checked<R> {
    from: R,
    left: u64,
    crc: u32,
    sum: Crc,
}

impl<R: Read> Checked<R> {
    pub(super) fn new(from: R, len: u64, crc: u32) -> Self {
        Self { from, left: len, crc, sum: Crc::new() }
    }
}

impl<R: Read> Read for Checked<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if buf.is_empty() {
            return Ok(0);
        }
        let n = self.from.read(buf)?;
        let Some(left) = self.left.checked_sub(n as u64) else {
            return Err(damaged("the member expands beyond its stated size"));
        };
        if n == 0 && left > 0 {
            return Err(damaged("the member is shorter than its stated size"));
        }
        self.left = left;
        self.sum.update(&buf[..n]);
        if left == 0 && n > 0 {
            if self.from.read(&mut [0])? > 0 {
                return Err(damaged("the member expands beyond its stated size"));
            }
            if self.sum.sum() != self.crc {
                return Err(damaged("the checksum of the member does not fit its bytes"));
            }
        }
        Ok(n)
    }
}

/// A stream as a blob.
pub(super) struct StreamBlob {
    open: Opener,
    /// Upper bound of the length; the length itself where `exact`.
    len: u64,
    exact: bool,
    once: bool,
    leash: Leash,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    stream: Option<Box<dyn Read + Send>>,
    at: u64,
    /// The first bytes stay: what probes them does not restart the stream.
    head: Vec<u8>,
    end: Option<u64>,
    settled: Option<Arc<dyn Blob>>,
}

impl StreamBlob {
    pub(super) fn new(open: Opener, len: u64, exact: bool, leash: &Leash) -> Self {
        Self { open, len, exact, once: false, leash: leash.clone(), state: Mutex::default() }
    }

    /// What the stream is made from comes once.
    pub(super) fn once(self, once: bool) -> Self {
        Self { once, ..self }
    }

    fn advance(&self, state: &mut State, out: &mut [u8]) -> io::Result<usize> {
        let stream = match &mut state.stream {
            Some(stream) => stream,
            none => {
                state.at = 0;
                none.insert((self.open)())
            }
        };
        let n = match stream.read(out) {
            Ok(n) => n,
            Err(e) => {
                // A broken stream is never asked for more: from the start again.
                state.stream = None;
                state.at = 0;
                return Err(e);
            }
        };
        if n == 0 && !out.is_empty() {
            state.end = Some(state.at);
        }
        if state.at == state.head.len() as u64 && state.head.len() < Probe::HEAD {
            state.head.extend_from_slice(&out[..n.min(Probe::HEAD - state.head.len())]);
        }
        state.at += n as u64;
        Ok(n)
    }

    fn skip(&self, state: &mut State, to: u64) -> io::Result<bool> {
        let mut block = vec![0; 64 << 10];
        while state.at < to {
            let most = usize::try_from(to - state.at).unwrap_or(usize::MAX).min(block.len());
            if self.advance(state, &mut block[..most])? == 0 {
                return Ok(false);
            }
            self.leash.tick(0, 0).map_err(io::Error::other)?;
        }
        Ok(true)
    }
}

impl ReadAt for StreamBlob {
    fn len(&self) -> u64 {
        self.exact_len().unwrap_or(self.len)
    }

    fn read_at(&self, buf: &mut [u8], at: u64) -> io::Result<usize> {
        let mut guard = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let state = &mut *guard;
        if let Some(blob) = &state.settled {
            return blob.read_at(buf, at);
        }
        if buf.is_empty() || state.end.is_some_and(|end| at >= end) || (self.exact && at >= self.len && self.len > 0) {
            return Ok(0);
        }
        if at < state.head.len() as u64 {
            return state.head.as_slice().read_at(buf, at);
        }
        if state.stream.is_none() {
            state.at = 0;
        }
        if at < state.at || at - state.at > SKIP {
            state.stream = None;
            let blob = spool::collect((self.open)(), &self.leash)?;
            return state.settled.insert(blob).read_at(buf, at);
        }
        if !self.skip(state, at)? {
            return Ok(0);
        }
        self.advance(state, buf)
    }
}

impl Blob for StreamBlob {
    fn exact_len(&self) -> Option<u64> {
        if self.exact {
            return Some(self.len);
        }
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.settled.as_ref().map(|b| b.len()).or(state.end)
    }

    fn comes_once(&self) -> bool {
        self.once
    }
}
