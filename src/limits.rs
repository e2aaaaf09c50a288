//! The leash that every open, walk and parse of one evidence item is on:
//! ceilings, deadline, cancellation and the counters that progress shows.
//!
//! Deadlines are cooperative: code that reads blocks, enters folders or loops
//! over records calls [`Leash::tick`].

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Ceilings. Crossing one is data, never the end of the run.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes of one file that is read whole into memory.
    pub file_in_memory: u64,
    /// Bytes read from one streamed file, after decompression.
    pub file_bytes: u64,
    /// Bytes read in one item.
    pub item_bytes: u64,
    /// Entries of one container or folder tree.
    pub entries: u64,
    /// Bytes of one path.
    pub path: usize,
    /// Containers within containers.
    pub depth: u32,
    /// Expansion of one compressed member, once it exceeds 16 MiB.
    pub ratio: u64,
    /// Findings of one device.
    pub findings: usize,
    /// Nesting of elements, objects and arrays in one document.
    pub nesting: usize,
    /// Bytes of one record (row, element text, JSON string) of a streamed file.
    pub record: usize,
    /// Time for one item.
    pub time: Option<Duration>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_in_memory: 256 << 20,
            file_bytes: 64 << 30,
            item_bytes: 256 << 30,
            entries: 50_000_000,
            path: 32 << 10,
            depth: 8,
            ratio: 500,
            findings: 10_000,
            nesting: 128,
            record: 16 << 20,
            time: None,
        }
    }
}

/// Why work has to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Stop {
    /// The deadline of the item passed.
    #[error("the time limit for one item was reached")]
    Time,
    /// The user interrupted the run.
    #[error("the run was interrupted")]
    Cancelled,
    /// Too many bytes.
    #[error("the limit on bytes was reached")]
    Bytes,
    /// Too many entries.
    #[error("the limit on entries was reached")]
    Entries,
}

/// Ceilings, deadline, cancellation and counters of one item. A clone is the
/// same leash: what it counts, the original counts.
#[derive(Debug, Clone)]
pub struct Leash {
    /// The ceilings.
    pub limits: Limits,
    deadline: Option<Instant>,
    cancel: Arc<AtomicBool>,
    bytes: Arc<AtomicU64>,
    entries: Arc<AtomicU64>,
}

impl Leash {
    /// A leash whose clock starts now. `cancel` is shared with the signal handler.
    pub fn new(limits: Limits, cancel: Arc<AtomicBool>) -> Self {
        let deadline = limits.time.map(|t| Instant::now() + t);
        Self { limits, deadline, cancel, bytes: Arc::default(), entries: Arc::default() }
    }

    /// A leash with default limits that nobody cancels.
    pub fn unbounded() -> Self {
        Self::new(Limits::default(), Arc::default())
    }

    /// Counts work done and says whether to go on. Call it once a block of
    /// bytes, a folder or some hundred records, not once an entry.
    pub fn tick(&self, bytes: u64, entries: u64) -> Result<(), Stop> {
        let bytes = self.bytes.fetch_add(bytes, Ordering::Relaxed) + bytes;
        let entries = self.entries.fetch_add(entries, Ordering::Relaxed) + entries;
        if self.cancel.load(Ordering::Relaxed) {
            return Err(Stop::Cancelled);
        }
        if self.deadline.is_some_and(|d| Instant::now() > d) {
            return Err(Stop::Time);
        }
        if bytes > self.limits.item_bytes {
            return Err(Stop::Bytes);
        }
        if entries > self.limits.entries {
            return Err(Stop::Entries);
        }
        Ok(())
    }

    /// The deadline and the signal, for code that cannot borrow the leash: a
    /// library's progress call.
    pub fn watch(&self) -> Watch {
        Watch { deadline: self.deadline, cancel: self.cancel.clone() }
    }

    /// Bytes and entries counted so far.
    pub fn counted(&self) -> (u64, u64) {
        (self.bytes.load(Ordering::Relaxed), self.entries.load(Ordering::Relaxed))
    }

    /// The user interrupted the run.
    pub fn is_cancelled(&self) -> bool {
        self.cancel.load(Ordering::Relaxed)
    }
}

/// Says whether work has to stop; counts nothing.
#[derive(Debug, Clone)]
pub struct Watch {
    deadline: Option<Instant>,
    cancel: Arc<AtomicBool>,
}

impl Watch {
    /// The deadline passed or the user interrupted the run.
    pub fn must_stop(&self) -> bool {
        self.cancel.load(Ordering::Relaxed) || self.deadline.is_some_and(|d| Instant::now() > d)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stops_at_the_first_limit_crossed() {
        let limits = Limits { entries: 2, ..Limits::default() };
        let leash = Leash::new(limits, Arc::default());
        assert_eq!(leash.tick(10, 2), Ok(()));
        assert_eq!(leash.tick(0, 1), Err(Stop::Entries));
        let cancel = Arc::new(AtomicBool::new(true));
        assert_eq!(Leash::new(Limits::default(), cancel).tick(0, 0), Err(Stop::Cancelled));
        let limits = Limits { time: Some(Duration::ZERO), ..Limits::default() };
        let leash = Leash::new(limits, Arc::default());
        std::thread::sleep(Duration::from_millis(2));
        assert_eq!(leash.tick(0, 0), Err(Stop::Time));
    }
}
