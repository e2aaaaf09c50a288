//! Devices by the GUID that is their key, and how many of their rows were counted
//! without a look at them: one fetch from memory a row, whatever their order.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher, RandomState};

/// In place of a number: a computer.
pub(super) const OUTSIDE: u32 = u32::MAX;

/// In place of a count: the device has not told who it is.
const NOT_TOLD: u32 = u32::MAX;

/// Sixteen bytes and eight a device.
#[derive(Default)]
pub(super) struct ByGuid(HashMap<Guid, Known, Seeds>);

#[derive(PartialEq, Eq, Hash)]
struct Guid(u64, u64);

struct Known {
    /// Number of the device, or [`OUTSIDE`].
    n: u32,
    rows: u32,
}

impl From<[u8; 16]> for Guid {
    fn from(bytes: [u8; 16]) -> Self {
        let all = u128::from_le_bytes(bytes);
        Self(all as u64, (all >> 64) as u64)
    }
}

impl ByGuid {
    /// The number under a GUID.
    pub(super) fn number(&self, guid: [u8; 16]) -> Option<u32> {
        self.0.get(&guid.into()).map(|known| known.n)
    }

    /// Sets the number; whether there was none.
    pub(super) fn insert(&mut self, guid: [u8; 16], n: u32) -> bool {
        self.0.insert(guid.into(), Known { n, rows: NOT_TOLD }).is_none()
    }

    /// The device has told who it is: its rows may be counted.
    pub(super) fn told(&mut self, guid: [u8; 16]) {
        if let Some(known) = self.0.get_mut(&guid.into()).filter(|k| k.rows == NOT_TOLD && k.n != OUTSIDE) {
            known.rows = 0;
        }
    }

    /// Counts a row, if the device has told who it is; its number.
    #[inline]
    pub(super) fn count(&mut self, guid: [u8; 16]) -> Option<usize> {
        let known = self.0.get_mut(&guid.into()).filter(|k| k.rows < NOT_TOLD - 1)?;
        known.rows += 1;
        Some(known.n as usize)
    }

    /// Every device with the rows that were counted here.
    pub(super) fn into_counts(self) -> impl Iterator<Item = (usize, u32)> {
        self.0.into_values().filter(|k| k.rows != NOT_TOLD).map(|k| (k.n as usize, k.rows))
    }
}

/// Keys are sixteen bytes, most of them random: two products by a secret number
/// spread them, and nobody can choose some that collide.
#[derive(Clone)]
struct Seeds(u64, u64);

impl Default for Seeds {
    fn default() -> Self {
        let random = RandomState::new();
        Self(random.hash_one(0), random.hash_one(1) | 1)
    }
}

impl BuildHasher for Seeds {
    type Hasher = Products;

    fn build_hasher(&self) -> Products {
        Products { state: self.0, factor: self.1 }
    }
}

struct Products {
    state: u64,
    factor: u64,
}

impl Hasher for Products {
    fn finish(&self) -> u64 {
        self.state
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u64(u64::from(*byte)));
    }

    fn write_u64(&mut self, word: u64) {
        let product = u128::from(self.state ^ word) * u128::from(self.factor);
        self.state = (product as u64) ^ (product >> 64) as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_count_once_the_device_has_told_who_it_is() {
        let mut by_guid = ByGuid::default();
        let guid = |n: u8| [n; 16];
        assert!(by_guid.insert(guid(1), 0) && by_guid.insert(guid(2), 1) && by_guid.insert(guid(3), OUTSIDE));
        assert_eq!(by_guid.count(guid(1)), None, "it has not told");
        (1..4).for_each(|n| by_guid.told(guid(n)));
        assert_eq!((by_guid.count(guid(1)), by_guid.count(guid(1))), (Some(0), Some(0)));
        assert_eq!((by_guid.count(guid(2)), by_guid.count(guid(3)), by_guid.count(guid(4))), (Some(1), None, None));
        by_guid.told(guid(1));
        assert!(!by_guid.insert(guid(3), 2), "a computer that is a phone after all");
        assert_eq!(by_guid.number(guid(3)), Some(2));
        let mut counts: Vec<_> = by_guid.into_counts().collect();
        counts.sort_unstable();
        assert_eq!(counts, [(0, 2), (1, 1)]);
    }

    #[test]
    fn guids_that_differ_in_few_bytes_lie_apart() {
        let seeds = Seeds::default();
        let hashes: std::collections::HashSet<u64> = (0..10_000_u32)
            .map(|n| {
                let mut guid = [0; 16];
                guid[12..].copy_from_slice(&n.to_be_bytes());
                seeds.hash_one(Guid::from(guid)) >> 44
            })
            .collect();
        assert!(hashes.len() > 9_800, "{}", hashes.len());
    }
}
