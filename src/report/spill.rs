//! Order and keep more than fits in memory: sorted runs and records one after
//! another, in unlinked files of the temporary folder.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};

/// Bytes a sorter holds before it writes a run.
const ROOM: usize = 8 << 20;

/// A key and a value.
pub(super) type Record = (Vec<u8>, Vec<u8>);

/// Takes records in any order and gives them sorted by key, then value.
pub(super) struct Sorter {
    room: usize,
    bytes: Vec<u8>,
    /// Start in `bytes`, length of the key, length of the value.
    index: Vec<(usize, u32, u32)>,
    spilled: Option<BufWriter<File>>,
    /// Start and length of each run.
    runs: Vec<(u64, u64)>,
    end: u64,
}

impl Default for Sorter {
    fn default() -> Self {
        Self::with_room(ROOM)
    }
}

impl Sorter {
    /// Holds about this many bytes.
    pub(super) fn with_room(room: usize) -> Self {
        Self { room, bytes: Vec::new(), index: Vec::new(), spilled: None, runs: Vec::new(), end: 0 }
    }

    pub(super) fn push(&mut self, key: &[u8], value: &[u8]) -> io::Result<()> {
        let lengths = (u32::try_from(key.len()), u32::try_from(value.len()));
        let (Ok(k), Ok(v)) = lengths else { return Err(io::Error::other("a record of 4 GiB")) };
        let used = self.bytes.len() + self.index.len() * 16;
        if used > 0 && used + key.len() + value.len() > self.room {
            self.spill()?;
        }
        self.index.push((self.bytes.len(), k, v));
        self.bytes.extend_from_slice(key);
        self.bytes.extend_from_slice(value);
        Ok(())
    }

    fn record(bytes: &[u8], (start, k, v): (usize, u32, u32)) -> (&[u8], &[u8]) {
        let middle = start + k as usize;
        (&bytes[start..middle], &bytes[middle..middle + v as usize])
    }

    fn sort(&mut self) {
        let bytes = &self.bytes;
        self.index.sort_unstable_by(|a, b| Self::record(bytes, *a).cmp(&Self::record(bytes, *b)));
    }

    fn spill(&mut self) -> io::Result<()> {
        self.sort();
        if self.spilled.is_none() {
            self.spilled = Some(BufWriter::with_capacity(1 << 16, tempfile::tempfile()?));
        }
        let Some(file) = &mut self.spilled else { return Ok(()) };
        let start = self.end;
        for at in &self.index {
            let (key, value) = Self::record(&self.bytes, *at);
            self.end += write_record(file, key, value)?;
        }
        self.runs.push((start, self.end - start));
        self.bytes.clear();
        self.index.clear();
        Ok(())
    }

    /// The records in order.
    pub(super) fn finish(mut self) -> io::Result<Sorted> {
        if self.runs.is_empty() {
            self.sort();
            return Ok(Sorted::Memory { bytes: self.bytes, index: self.index.into_iter() });
        }
        self.spill()?;
        self.bytes = Vec::new();
        let Some(file) = self.spilled.take() else { return Err(io::Error::other("no runs")) };
        let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
        let capacity = (self.room / self.runs.len()).clamp(1 << 12, 1 << 16);
        let mut runs: Vec<Run> = self
            .runs
            .iter()
            .map(|(start, len)| Run { at: *start, end: start + len, buffer: Vec::new(), used: 0 })
            .collect();
        let mut heap = BinaryHeap::new();
        for (n, run) in runs.iter_mut().enumerate() {
            if let Some(record) = run.next(&file, capacity)? {
                heap.push(Reverse((record, n)));
            }
        }
        Ok(Sorted::Runs { file, runs, heap, capacity })
    }
}

fn write_record(out: &mut impl Write, key: &[u8], value: &[u8]) -> io::Result<u64> {
    out.write_all(&(key.len() as u32).to_le_bytes())?;
    out.write_all(&(value.len() as u32).to_le_bytes())?;
    out.write_all(key)?;
    out.write_all(value)?;
    Ok(8 + key.len() as u64 + value.len() as u64)
}

/// One sorted run of a file.
pub(super) struct Run {
    at: u64,
    end: u64,
    buffer: Vec<u8>,
    used: usize,
}

impl Run {
    fn next(&mut self, file: &File, capacity: usize) -> io::Result<Option<Record>> {
        let mut lengths = [0; 8];
        if !self.take(file, capacity, &mut lengths)? {
            return Ok(None);
        }
        let [a, b, c, d, e, f, g, h] = lengths;
        let mut key = vec![0; u32::from_le_bytes([a, b, c, d]) as usize];
        let mut value = vec![0; u32::from_le_bytes([e, f, g, h]) as usize];
        if !(self.take(file, capacity, &mut key)? && self.take(file, capacity, &mut value)?) {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(Some((key, value)))
    }

    /// Fills `out`; `false` at the end of the run.
    fn take(&mut self, mut file: &File, capacity: usize, out: &mut [u8]) -> io::Result<bool> {
        let mut filled = 0;
        while filled < out.len() {
            let left = self.buffer.get(self.used..).unwrap_or_default();
            if left.is_empty() {
                let len = (self.end - self.at).min(capacity as u64) as usize;
                if len == 0 {
                    return Ok(false);
                }
                self.buffer.resize(len, 0);
                self.used = 0;
                file.seek(SeekFrom::Start(self.at))?;
                file.read_exact(&mut self.buffer)?;
                self.at += len as u64;
                continue;
            }
            let n = left.len().min(out.len() - filled);
            out[filled..filled + n].copy_from_slice(&left[..n]);
            filled += n;
            self.used += n;
        }
        Ok(true)
    }
}

/// Records in order.
pub(super) enum Sorted {
    /// Everything fitted.
    Memory { bytes: Vec<u8>, index: std::vec::IntoIter<(usize, u32, u32)> },
    /// Runs, merged.
    Runs { file: File, runs: Vec<Run>, heap: BinaryHeap<Reverse<(Record, usize)>>, capacity: usize },
}

impl Sorted {
    pub(super) fn next(&mut self) -> io::Result<Option<Record>> {
        match self {
            Self::Memory { bytes, index } => {
                let Some(at) = index.next() else { return Ok(None) };
                let (key, value) = Sorter::record(bytes, at);
                Ok(Some((key.to_vec(), value.to_vec())))
            }
            Self::Runs { file, runs, heap, capacity } => {
                let Some(Reverse((record, n))) = heap.pop() else { return Ok(None) };
                if let Some(next) = runs[n].next(file, *capacity)? {
                    heap.push(Reverse((next, n)));
                }
                Ok(Some(record))
            }
        }
    }
}

/// Sorted records with a look at the next one, for joins.
pub(super) struct Peeked {
    sorted: Sorted,
    next: Option<Record>,
}

impl Peeked {
    pub(super) fn new(mut sorted: Sorted) -> io::Result<Self> {
        let next = sorted.next()?;
        Ok(Self { sorted, next })
    }

    /// The next record's key.
    pub(super) fn key(&self) -> Option<&[u8]> {
        self.next.as_ref().map(|(key, _)| key.as_slice())
    }

    pub(super) fn next(&mut self) -> io::Result<Option<Record>> {
        let after = if self.next.is_some() { self.sorted.next()? } else { None };
        Ok(std::mem::replace(&mut self.next, after))
    }

    /// The values of exactly this key; records before it are passed over. Keys
    /// must be asked for in order.
    pub(super) fn values_of(&mut self, key: &[u8]) -> io::Result<Vec<Vec<u8>>> {
        let mut out = Vec::new();
        while let Some(next) = self.key().filter(|next| *next <= key) {
            let fits = next == key;
            let record = self.next()?;
            out.extend(record.filter(|_| fits).map(|(_, value)| value));
        }
        Ok(out)
    }
}

/// Records kept one after another.
pub(super) struct Spool {
    out: BufWriter<File>,
}

impl Spool {
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self { out: BufWriter::with_capacity(1 << 16, tempfile::tempfile()?) })
    }

    pub(super) fn push(&mut self, record: &[u8]) -> io::Result<()> {
        let len = u32::try_from(record.len()).map_err(|_| io::Error::other("a record of 4 GiB"))?;
        self.out.write_all(&len.to_le_bytes())?;
        self.out.write_all(record)
    }

    /// Everything, in the order in which it came.
    pub(super) fn read(self) -> io::Result<Spooled> {
        let mut file = self.out.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.seek(SeekFrom::Start(0))?;
        Ok(Spooled { reader: BufReader::with_capacity(1 << 16, file) })
    }
}

/// See [`Spool`].
pub(super) struct Spooled {
    reader: BufReader<File>,
}

impl Spooled {
    pub(super) fn next(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut len = [0; 4];
        match self.reader.read_exact(&mut len) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            Err(error) => return Err(error),
        }
        let mut record = vec![0; u32::from_le_bytes(len) as usize];
        self.reader.read_exact(&mut record)?;
        Ok(Some(record))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn all(mut sorted: Sorted) -> Vec<Record> {
        std::iter::from_fn(|| sorted.next().unwrap()).collect()
    }

    proptest! {
        #[test]
        fn runs_give_what_sorting_in_memory_gives(
            records in prop::collection::vec((prop::collection::vec(any::<u8>(), 0..6), prop::collection::vec(any::<u8>(), 0..200)), 0..80),
            room in 1_usize..2000,
        ) {
            let mut sorter = Sorter::with_room(room);
            for (key, value) in &records {
                sorter.push(key, value).unwrap();
            }
            let mut want = records;
            want.sort();
            prop_assert_eq!(all(sorter.finish().unwrap()), want);
        }
    }

    #[test]
    fn a_join_finds_the_values_of_a_key() {
        let mut sorter = Sorter::with_room(8);
        for (key, value) in [("b", "2"), ("a", "1"), ("b", "3"), ("d", "4")] {
            sorter.push(key.as_bytes(), value.as_bytes()).unwrap();
        }
        let mut join = Peeked::new(sorter.finish().unwrap()).unwrap();
        assert_eq!(join.values_of(b"b").unwrap(), [b"2".to_vec(), b"3".to_vec()]);
        assert!(join.values_of(b"c").unwrap().is_empty());
        assert_eq!(join.values_of(b"d").unwrap(), [b"4".to_vec()]);
        assert!(join.values_of(b"e").unwrap().is_empty());
    }
}
