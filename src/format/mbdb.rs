//! `Manifest.mbdb`, the file list of iOS backups up to iOS 9: `mbdb` and a
//! version of two bytes, then records of big-endian numbers and counted
//! strings. Only the domain of each record is kept.
//!
//! Format: ios-evidence notes of pyiosbackup (`mbdb.py`) and iBackupFS
//! (`NOTES.md`). Imports `limits`.

use std::io::{self, Read};

use crate::limits::{Leash, Stop};

/// The first bytes.
pub const MAGIC: &[u8; 6] = b"mbdb\x05\x00";

/// Numbers of fixed size after the strings of a record: mode, inode, owner,
/// group, three times, size, protection class.
const FIXED: u64 = 2 + 8 + 4 + 4 + 4 + 4 + 4 + 8 + 1;
const ABSENT: u16 = 0xFFFF;

/// Why the reading ended early.
#[derive(Debug, thiserror::Error)]
pub enum MbdbError {
    /// Other first bytes.
    #[error("not a backup file list")]
    NotMbdb,
    /// The input ends inside a record.
    #[error("the backup file list is cut off")]
    Cut,
    /// The leash was reached.
    #[error("{0}")]
    Stop(#[from] Stop),
    /// The bytes could not be had.
    #[error("{0}")]
    Io(io::Error),
}

impl From<io::Error> for MbdbError {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::UnexpectedEof {
            return Self::Cut;
        }
        match error.downcast::<Stop>() {
            Ok(stop) => Self::Stop(stop),
            Err(error) => Self::Io(error),
        }
    }
}

/// Calls `each` with the domain of every record, repetitions included.
pub fn domains(mut reader: impl Read, leash: &Leash, each: &mut dyn FnMut(&str)) -> Result<(), MbdbError> {
    let mut magic = [0; 6];
    reader.read_exact(&mut magic).map_err(|_| MbdbError::NotMbdb)?;
    if &magic != MAGIC {
        return Err(MbdbError::NotMbdb);
    }
    let mut text = Vec::new();
    // The end of the input is an end only where a record could begin.
    while let Some(len) = first_number(&mut reader)? {
        leash.tick(0, 1)?;
        string(&mut reader, len, &mut text)?;
        each(&String::from_utf8_lossy(&text));
        for _ in 0..4 {
            let len = number(&mut reader)?;
            string(&mut reader, len, &mut text)?;
        }
        pass(&mut reader, FIXED)?;
        let mut properties = [0];
        reader.read_exact(&mut properties)?;
        for _ in 0..u16::from(properties[0]) * 2 {
            let len = number(&mut reader)?;
            string(&mut reader, len, &mut text)?;
        }
    }
    Ok(())
}

fn number(reader: &mut impl Read) -> io::Result<u16> {
    let mut bytes = [0; 2];
    reader.read_exact(&mut bytes)?;
    Ok(u16::from_be_bytes(bytes))
}

fn first_number(reader: &mut impl Read) -> Result<Option<u16>, MbdbError> {
    let mut bytes = Vec::with_capacity(2);
    reader.by_ref().take(2).read_to_end(&mut bytes)?;
    match bytes.as_slice() {
        [] => Ok(None),
        [a, b] => Ok(Some(u16::from_be_bytes([*a, *b]))),
        _ => Err(MbdbError::Cut),
    }
}

fn string(reader: &mut impl Read, len: u16, into: &mut Vec<u8>) -> Result<(), MbdbError> {
    into.clear();
    let len = if len == ABSENT { 0 } else { usize::from(len) };
    reader.by_ref().take(len as u64).read_to_end(into)?;
    if into.len() == len { Ok(()) } else { Err(MbdbError::Cut) }
}

fn pass(reader: &mut impl Read, bytes: u64) -> Result<(), MbdbError> {
    match io::copy(&mut reader.by_ref().take(bytes), &mut io::sink())? {
        n if n == bytes => Ok(()),
        _ => Err(MbdbError::Cut),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(domain: &str) -> Vec<u8> {
        let text = |t: &str| [&(t.len() as u16).to_be_bytes()[..], t.as_bytes()].concat();
        let mut out = [text(domain), text("Library/x")].concat();
        out.extend([0xFF; 6]);
        out.extend([0; FIXED as usize]);
        out.push(1);
        out.extend([text("name"), text("value")].concat());
        out
    }

    fn read(bytes: &[u8]) -> (Vec<String>, Result<(), MbdbError>) {
        let mut out = Vec::new();
        let result = domains(bytes, &Leash::unbounded(), &mut |d| out.push(d.to_owned()));
        (out, result)
    }

    #[test]
    fn a_list_is_whole_only_where_a_record_ends() {
        let first = [MAGIC.to_vec(), record("HomeDomain")].concat();
        let bytes = [first.clone(), record("AppDomain-com.tencent.xin")].concat();
        let (whole, result) = read(&bytes);
        assert!(result.is_ok());
        assert_eq!(whole, ["HomeDomain", "AppDomain-com.tencent.xin"]);
        for cut in 0..bytes.len() {
            let (said, result) = read(&bytes[..cut]);
            assert!(whole.starts_with(&said), "cut at {cut}");
            assert_eq!(result.is_ok(), cut == MAGIC.len() || cut == first.len(), "cut at {cut}");
        }
        assert!(matches!(read(b"SQLite format 3\0").1, Err(MbdbError::NotMbdb)));
    }
}
