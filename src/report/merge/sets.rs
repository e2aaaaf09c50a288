//! Sets of numbers that grow together, of any number of numbers: some pages are
//! held in memory, the others lie in an unlinked file.
//!
//! What `inventory::joining::Sets` does in memory. Kept is how far below each
//! number its parent lies, so that a page never written reads as zeros: every
//! number its own set.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};

/// Numbers of a page.
const PAGE: u32 = 4096;
/// Pages in memory: 4 MiB.
const HELD: u32 = 256;

/// The least number stands for its set.
pub(super) struct Sets {
    page: u32,
    held: Vec<Option<Page>>,
    /// Made when the first page has to go.
    file: Option<File>,
}

struct Page {
    number: u32,
    changed: bool,
    below: Vec<u32>,
}

impl Default for Sets {
    fn default() -> Self {
        Self::with(PAGE, HELD)
    }
}

impl Sets {
    fn with(page: u32, held: u32) -> Self {
        Self { page: page.max(1), held: (0..held.max(1)).map(|_| None).collect(), file: None }
    }

    /// Makes one set of two.
    pub(super) fn join(&mut self, a: u32, b: u32) -> io::Result<()> {
        let (a, b) = (self.top(a)?, self.top(b)?);
        self.set_parent(a.max(b), a.min(b))
    }

    /// The least number of a set.
    pub(super) fn top(&mut self, mut i: u32) -> io::Result<u32> {
        loop {
            let up = self.parent(i)?;
            if up == i {
                return Ok(i);
            }
            let above = self.parent(up)?;
            if above != up {
                // The way is shorter the next time.
                self.set_parent(i, above)?;
            }
            i = above;
        }
    }

    fn parent(&mut self, i: u32) -> io::Result<u32> {
        let at = (i % self.page) as usize;
        let below = self.page_of(i)?.below.get(at).copied().unwrap_or_default();
        Ok(i.saturating_sub(below))
    }

    /// `parent` is not above `i`.
    fn set_parent(&mut self, i: u32, parent: u32) -> io::Result<()> {
        let at = (i % self.page) as usize;
        let page = self.page_of(i)?;
        if let Some(slot) = page.below.get_mut(at) {
            *slot = i.saturating_sub(parent);
            page.changed = true;
        }
        Ok(())
    }

    fn page_of(&mut self, i: u32) -> io::Result<&mut Page> {
        let number = i / self.page;
        let at = number as usize % self.held.len();
        if self.held[at].as_ref().is_none_or(|page| page.number != number) {
            let before = self.held[at].take();
            let page = match before {
                Some(before) => {
                    self.put(&before)?;
                    self.get(number, before.below)?
                }
                None => self.get(number, vec![0; self.page as usize])?,
            };
            self.held[at] = Some(page);
        }
        self.held[at].as_mut().ok_or_else(|| io::Error::other("no page"))
    }

    fn place(&self, number: u32) -> SeekFrom {
        SeekFrom::Start(u64::from(number) * u64::from(self.page) * 4)
    }

    fn put(&mut self, page: &Page) -> io::Result<()> {
        if !page.changed {
            return Ok(());
        }
        let place = self.place(page.number);
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(tempfile::tempfile()?),
        };
        let bytes: Vec<u8> = page.below.iter().flat_map(|n| n.to_le_bytes()).collect();
        file.seek(place)?;
        file.write_all(&bytes)
    }

    /// A page of the file, in the room of another; beyond its end all zeros.
    fn get(&mut self, number: u32, mut below: Vec<u32>) -> io::Result<Page> {
        below.fill(0);
        let place = self.place(number);
        if let Some(file) = &mut self.file {
            let mut bytes = Vec::with_capacity(below.len() * 4);
            file.seek(place)?;
            file.take(below.len() as u64 * 4).read_to_end(&mut bytes)?;
            for (slot, four) in below.iter_mut().zip(bytes.chunks_exact(4)) {
                *slot = four.try_into().map(u32::from_le_bytes).unwrap_or_default();
            }
        }
        Ok(Page { number, changed: false, below })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::inventory::joining;

    proptest! {
        #[test]
        fn pages_on_disk_hold_the_sets_that_memory_does(
            pairs in prop::collection::vec((0_u32..60, 0_u32..60), 0..80),
            page in 1_u32..9,
            held in 1_u32..4,
        ) {
            let mut sets = Sets::with(page, held);
            let mut known = joining::Sets::new(60);
            for (a, b) in pairs {
                sets.join(a, b).unwrap();
                known.join(a, b);
                prop_assert_eq!(sets.top(b).unwrap(), known.top(b));
            }
            for i in 0..60 {
                prop_assert_eq!(sets.top(i).unwrap(), known.top(i));
            }
        }
    }

    #[test]
    fn what_is_held_does_not_grow_with_the_numbers() {
        let mut sets = Sets::default();
        for i in 0..4_000_000_u32 {
            if i % 1009 == 0 {
                sets.join(i, 3_999_999 - i).unwrap();
            }
        }
        assert_eq!(sets.top(3_999_999).unwrap(), 0);
        assert_eq!(sets.top(1008).unwrap(), 1008);
        let held: usize = sets.held.iter().flatten().map(|page| page.below.len()).sum();
        assert!(held <= (PAGE * HELD) as usize);
        assert!(sets.file.is_some());
    }
}
