//! Gzip: one compressed file. RFC 1952; several members in a row are one file,
//! as gzip itself has it, and zero padding at the end is none.

use std::io::{self, Read};

use flate2::Crc;

use super::inflate::{Inflate, StreamBlob};
use super::{Affinity, Arc, Blob, Container, EvidenceError, Leash, MemoryBlob, Opened, Probe, damaged, head_of};

/// Deflate cannot make more than this of one byte (1,032 to one).
const MOST: u64 = 1_032;

pub(super) struct Gzip;

impl Container for Gzip {
    fn id(&self) -> &'static str {
        "gzip"
    }

    fn affinity(&self, probe: &Probe<'_>) -> Affinity {
        if probe.head.starts_with(&[0x1f, 0x8b, 8]) { Affinity::Certain } else { Affinity::No }
    }

    fn open(&self, blob: Arc<dyn Blob>, leash: &Leash) -> Result<Opened, EvidenceError> {
        // The length field at the end counts modulo 4 GiB and the last member
        // only: an upper bound is all that can be promised.
        let len = blob.len().saturating_mul(MOST);
        let (once, ratio) = (blob.comes_once(), leash.limits.ratio);
        let opener = Box::new(move || Box::new(Gunzip::new(blob.clone(), ratio)) as Box<dyn Read + Send>);
        let stream: Arc<dyn Blob> = Arc::new(StreamBlob::new(opener, len, false, leash).once(once));
        // Small files get their exact length, which digests and probes ask for.
        if let Ok(head) = head_of(stream.as_ref())
            && stream.exact_len() == Some(head.len() as u64)
        {
            return Ok(Opened::Bytes(Arc::new(MemoryBlob(head))));
        }
        Ok(Opened::Bytes(stream))
    }
}

/// The name of the file inside: the outer name without `.gz`.
pub fn unpacked_name(name: &[u8]) -> Vec<u8> {
    let cut = |n: usize| name[..name.len() - n].to_vec();
    let ends = |end: &[u8]| name.len() > end.len() && name[name.len() - end.len()..].eq_ignore_ascii_case(end);
    if ends(b".tgz") {
        return [&cut(3), b"tar".as_slice()].concat();
    }
    if ends(b".gz") { cut(3) } else { name.to_vec() }
}

/// Reads the members of a gzip file one after the other.
struct Gunzip {
    blob: Arc<dyn Blob>,
    at: u64,
    ratio: u64,
    member: Option<(Inflate, Crc, u32)>,
    first: bool,
}

impl Gunzip {
    fn new(blob: Arc<dyn Blob>, ratio: u64) -> Self {
        Self { blob, at: 0, ratio, member: None, first: true }
    }

    fn take<const N: usize>(&mut self) -> io::Result<[u8; N]> {
        let mut bytes = [0; N];
        if self.blob.read_full_at(&mut bytes, self.at)? < N {
            return Err(damaged("the gzip file ends too early"));
        }
        self.at += N as u64;
        Ok(bytes)
    }

    /// Whether another member follows.
    fn next(&mut self) -> io::Result<bool> {
        let mut block = [0; 4096];
        let n = self.blob.read_full_at(&mut block, self.at)?;
        if n == 0 && !self.first {
            return Ok(false);
        }
        if block[..n].starts_with(&[0x1f, 0x8b]) {
            self.first = false;
            self.header()?;
            return Ok(true);
        }
        if n > 0 && !self.first && block[..n].iter().all(|b| *b == 0) {
            self.at += n as u64;
            return self.next_after_padding();
        }
        Err(damaged(if self.first { "no gzip header" } else { "bytes after the gzip data that are no gzip" }))
    }

    fn next_after_padding(&mut self) -> io::Result<bool> {
        let mut block = [0; 4096];
        loop {
            let n = self.blob.read_full_at(&mut block, self.at)?;
            if n == 0 {
                return Ok(false);
            }
            if block[..n].iter().any(|b| *b != 0) {
                return Err(damaged("bytes after the gzip data that are no gzip"));
            }
            self.at += n as u64;
        }
    }

    fn header(&mut self) -> io::Result<()> {
        let [_, _, method, flags, ..] = self.take::<10>()?;
        if method != 8 {
            return Err(damaged("a gzip method that does not exist"));
        }
        if flags & 4 != 0 {
            let len = u16::from_le_bytes(self.take()?);
            self.at += u64::from(len);
        }
        for flag in [8, 16] {
            if flags & flag != 0 {
                self.text()?;
            }
        }
        if flags & 2 != 0 {
            self.take::<2>()?;
        }
        self.member = Some((Inflate::new(self.blob.clone(), self.at, u64::MAX, self.ratio), Crc::new(), 0));
        Ok(())
    }

    /// Passes over a name or comment.
    fn text(&mut self) -> io::Result<()> {
        let mut block = [0; 256];
        for _ in 0..256 {
            let n = self.blob.read_at(&mut block, self.at)?;
            if n == 0 {
                return Err(damaged("the gzip file ends too early"));
            }
            if let Some(end) = block[..n].iter().position(|b| *b == 0) {
                self.at += end as u64 + 1;
                return Ok(());
            }
            self.at += n as u64;
        }
        Err(damaged("a gzip header without end"))
    }
}

impl Read for Gunzip {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if buf.is_empty() {
            return Ok(0);
        }
        loop {
            let Some((inflate, crc, len)) = &mut self.member else {
                if self.next()? {
                    continue;
                }
                return Ok(0);
            };
            let n = inflate.read(buf)?;
            if n > 0 {
                crc.update(&buf[..n]);
                *len = len.wrapping_add(n as u32);
                return Ok(n);
            }
            let (sum, len) = (crc.sum(), *len);
            self.at = inflate.position();
            self.member = None;
            let [a, b, c, d, e, f, g, h] = self.take::<8>()?;
            if sum != u32::from_le_bytes([a, b, c, d]) || len != u32::from_le_bytes([e, f, g, h]) {
                return Err(damaged("the checksum of the gzip file does not fit its bytes"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;
    use crate::evidence::{BlobReader, settle};

    fn pack(bytes: &[u8]) -> Vec<u8> {
        let mut out =
            flate2::GzBuilder::new().filename("a.csv").extra(*b"xy").write(Vec::new(), flate2::Compression::fast());
        out.write_all(bytes).unwrap();
        out.finish().unwrap()
    }

    fn unpack(packed: &[u8]) -> Result<Vec<u8>, (Vec<u8>, EvidenceError)> {
        let leash = Leash::unbounded();
        let blob: Arc<dyn Blob> = Arc::new(MemoryBlob(packed.to_vec()));
        let inner = match Gzip.open(blob, &leash) {
            Ok(Opened::Bytes(inner)) => inner,
            Ok(Opened::Tree(_)) => panic!("bytes"),
            Err(e) => return Err((Vec::new(), e)),
        };
        let mut out = Vec::new();
        match BlobReader::new(inner, &leash).read_to_end(&mut out) {
            Ok(_) => Ok(out),
            Err(e) => Err((out, e.into())),
        }
    }

    fn noise(len: usize) -> Vec<u8> {
        let mut x = 1u32;
        std::iter::repeat_with(|| {
            x = x.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (x >> 24) as u8 & 31
        })
        .take(len)
        .collect()
    }

    #[test]
    fn members_in_a_row_are_one_file_and_padding_is_none() {
        let (a, b) = (noise(300_000), noise(70_000));
        let packed = [pack(&a), pack(&b), vec![0; 5_000]].concat();
        assert!(unpack(&packed).unwrap() == [a, b].concat());
        assert_eq!(unpack(&pack(b"")).unwrap(), b"");
    }

    #[test]
    fn every_prefix_is_an_error_and_says_nothing_that_the_whole_does_not() {
        let bytes = noise(2_000);
        let packed = pack(&bytes);
        assert_eq!(unpack(&packed).unwrap(), bytes);
        for cut in 0..packed.len() {
            let (said, error) = unpack(&packed[..cut]).unwrap_err();
            assert!(matches!(error, EvidenceError::Damaged(_)), "{cut}: {error}");
            assert!(bytes.starts_with(&said));
        }
    }

    #[test]
    fn a_flipped_bit_and_trailing_garbage_are_damage() {
        let mut packed = pack(&noise(2_000));
        let last = packed.len() - 6;
        packed[last] ^= 1;
        assert!(matches!(unpack(&packed).unwrap_err().1, EvidenceError::Damaged(_)));
        let packed = [pack(b"rows"), b"<html>".to_vec()].concat();
        let (said, error) = unpack(&packed).unwrap_err();
        assert_eq!(said, b"rows");
        assert!(error.to_string().contains("after the gzip data"), "{error}");
    }

    #[test]
    fn a_large_stream_is_read_by_position_when_somebody_jumps() {
        let bytes = noise(5_000_000);
        let leash = Leash::unbounded();
        let Ok(Opened::Bytes(blob)) = Gzip.open(Arc::new(MemoryBlob(pack(&bytes))), &leash) else { panic!("opens") };
        assert_eq!(blob.exact_len(), None);
        assert!(blob.len() >= 5_000_000);
        let mut buf = [0; 16];
        assert_eq!(blob.read_full_at(&mut buf, 4_000_000).unwrap(), 16);
        assert_eq!(buf, bytes[4_000_000..4_000_016]);
        assert_eq!(blob.exact_len(), Some(5_000_000));
        let settled = settle(blob, &leash).unwrap();
        assert_eq!(settled.read_full_at(&mut buf, 10).unwrap(), 16);
        assert_eq!(buf, bytes[10..26]);
        assert_eq!(settled.read_at(&mut buf, 5_000_000).unwrap(), 0);
    }

    #[test]
    fn an_expansion_beyond_the_ratio_is_stopped() {
        let limits = crate::limits::Limits { ratio: 100, ..Default::default() };
        let leash = Leash::new(limits, Arc::default());
        let packed = pack(&vec![0; 40 << 20]);
        let Ok(Opened::Bytes(blob)) = Gzip.open(Arc::new(MemoryBlob(packed)), &leash) else { panic!("opens") };
        let error = io::copy(&mut BlobReader::new(blob, &leash), &mut io::sink()).unwrap_err();
        assert!(matches!(EvidenceError::from(error), EvidenceError::Ratio(100)));
    }

    #[test]
    fn the_inner_name_loses_the_ending() {
        assert_eq!(unpacked_name(b"rows.CSV.GZ"), b"rows.CSV");
        assert_eq!(unpacked_name(b"a.tgz"), b"a.tar");
        assert_eq!(unpacked_name(b".gz"), b".gz");
        assert_eq!(unpacked_name(b"x"), b"x");
    }
}
