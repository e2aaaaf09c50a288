//! Standard input: bytes that come once.
//!
//! The first mebibyte is kept, so that a probe does not eat what the parser
//! needs; everything after it is handed on and forgotten.

use std::io::{self, Read};
use std::sync::{Arc, Mutex, PoisonError};

use super::{Blob, EvidenceError, File, Given, Member};
use crate::format::ReadAt;
use crate::limits::Leash;

/// Bytes that can be read again after they were handed on.
const HEAD: usize = 1 << 20;

/// One inventory that is read from a stream; `name` stands for it in messages.
pub fn open_stream(from: Box<dyn Read + Send>, name: &[u8]) -> Given {
    let state = Mutex::new(State { from, at: 0, head: Vec::new(), ended: false });
    let blob: Arc<dyn Blob> = Arc::new(OnceBlob { state });
    Given::File(File { path: name.into(), size: None, mtime: None, member: Arc::new(OnceMember(blob)) })
}

struct OnceMember(Arc<dyn Blob>);

impl Member for OnceMember {
    fn open(&self, _: &Leash) -> Result<Arc<dyn Blob>, EvidenceError> {
        Ok(self.0.clone())
    }
}

struct OnceBlob {
    state: Mutex<State>,
}

struct State {
    from: Box<dyn Read + Send>,
    at: u64,
    head: Vec<u8>,
    ended: bool,
}

impl State {
    fn advance(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let n = loop {
            match self.from.read(out) {
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                other => break other?,
            }
        };
        self.ended |= n == 0 && !out.is_empty();
        if self.at == self.head.len() as u64 && self.head.len() < HEAD {
            self.head.extend_from_slice(&out[..n.min(HEAD - self.head.len())]);
        }
        self.at += n as u64;
        Ok(n)
    }
}

impl ReadAt for OnceBlob {
    fn len(&self) -> u64 {
        self.exact_len().unwrap_or(u64::MAX)
    }

    fn read_at(&self, buf: &mut [u8], at: u64) -> io::Result<usize> {
        let mut guard = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let state = &mut *guard;
        if buf.is_empty() {
            return Ok(0);
        }
        if at < state.head.len() as u64 {
            return state.head.as_slice().read_at(buf, at);
        }
        if at < state.at {
            return Err(io::Error::other(EvidenceError::Unsupported(ONCE.into())));
        }
        let mut block = [0; 8 << 10];
        while state.at < at && !state.ended {
            let most = usize::try_from(at - state.at).unwrap_or(usize::MAX).min(block.len());
            state.advance(&mut block[..most])?;
        }
        if state.ended { Ok(0) } else { state.advance(buf) }
    }
}

/// What to do about evidence that must be read by position.
pub(super) const ONCE: &str = "this kind of file cannot be read from a stream; save it to a file and give its path";

impl Blob for OnceBlob {
    fn exact_len(&self) -> Option<u64> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.ended.then_some(state.at)
    }

    fn comes_once(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Affinity, CONTAINERS, Probe, head_of};

    fn given(bytes: Vec<u8>) -> File {
        let Given::File(file) = open_stream(Box::new(io::Cursor::new(bytes)), b"-") else { panic!("a file") };
        file
    }

    fn read(file: &File) -> Vec<u8> {
        let leash = Leash::unbounded();
        let mut out = Vec::new();
        super::super::BlobReader::new(file.member.open(&leash).unwrap(), &leash).read_to_end(&mut out).unwrap();
        out
    }

    #[test]
    fn what_a_probe_read_comes_again_for_the_parser() {
        let bytes: Vec<u8> = (0..3_000_000u32).map(|n| (n % 251) as u8).collect();
        let file = given(bytes.clone());
        let blob = file.member.open(&Leash::unbounded()).unwrap();
        assert_eq!(blob.exact_len(), None);
        assert_eq!(head_of(blob.as_ref()).unwrap(), &bytes[..Probe::HEAD]);
        assert!(read(&file) == bytes);
        assert_eq!(blob.exact_len(), Some(3_000_000));
        assert_eq!(blob.len(), 3_000_000);
        // What is gone is gone, and says so; it is no clean end.
        let error = blob.read_at(&mut [0; 4], 2_000_000).unwrap_err();
        assert!(error.to_string().contains("save it to a file"), "{error}");
    }

    #[test]
    fn empty_input_has_a_known_length_once_it_was_probed() {
        let file = given(Vec::new());
        let blob = file.member.open(&Leash::unbounded()).unwrap();
        assert!(head_of(blob.as_ref()).unwrap().is_empty());
        assert_eq!(blob.exact_len(), Some(0));
        assert!(blob.is_empty());
    }

    #[test]
    fn a_zip_on_standard_input_is_refused_with_advice() {
        let file = given(b"PK\x03\x04 and so on".to_vec());
        let leash = Leash::unbounded();
        let blob = file.member.open(&leash).unwrap();
        let head = head_of(blob.as_ref()).unwrap();
        let probe = Probe { head: &head, size: blob.len(), name: b"-" };
        let zip = CONTAINERS.iter().find(|c| c.affinity(&probe) == Affinity::Certain).unwrap();
        let error = zip.open(blob, &leash).err().unwrap();
        assert!(matches!(&error, EvidenceError::Unsupported(m) if m.contains("save it to a file")), "{error}");
    }
}
