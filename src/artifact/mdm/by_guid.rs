//! Devices by the GUID that is their key: one fetch from memory a row, whatever
//! their order.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher, RandomState};

/// In place of a number: a computer.
pub(super) const OUTSIDE: u32 = u32::MAX;

/// Sixteen bytes and four a device.
#[derive(Default)]
pub(super) struct ByGuid(HashMap<Guid, u32, Seeds>);

#[derive(PartialEq, Eq, Hash)]
struct Guid(u64, u64);

impl From<[u8; 16]> for Guid {
    fn from(bytes: [u8; 16]) -> Self {
        let all = u128::from_le_bytes(bytes);
        Self(all as u64, (all >> 64) as u64)
    }
}

impl ByGuid {
    /// The number under a GUID.
    pub(super) fn number(&self, guid: [u8; 16]) -> Option<u32> {
        self.0.get(&guid.into()).copied()
    }

    /// Sets the number; whether there was none.
    pub(super) fn insert(&mut self, guid: [u8; 16], n: u32) -> bool {
        self.0.insert(guid.into(), n).is_none()
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
    fn a_number_may_change_and_says_whether_it_is_new() {
        let mut by_guid = ByGuid::default();
        assert!(by_guid.insert([1; 16], 0) && by_guid.insert([2; 16], OUTSIDE));
        assert!(!by_guid.insert([2; 16], 1), "a computer that is a phone after all");
        assert_eq!([1, 2, 3].map(|n| by_guid.number([n; 16])), [Some(0), Some(1), None]);
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
