//! Items of evidence of several reports, one number each.
//!
//! Two items are one where everything but their id and their devices is equal.
//! A report that lists one twice keeps both.

use std::io;

use crate::report::spill::{Peeked, Sorter, Spool};
use crate::report::{Writer, canonical, v1};

/// Stands for an item that a device names and its report does not list.
pub(super) const NONE: u64 = u64::MAX;

#[derive(Default)]
pub(super) struct Items {
    /// What an item is, to the report and its id there.
    known: Sorter,
    /// Report and id, to the number of the device that needs it.
    needed: Sorter,
}

fn place(input: u32, id: &str) -> Vec<u8> {
    [&input.to_be_bytes()[..], id.as_bytes()].concat()
}

impl Items {
    pub(super) fn item(&mut self, input: u32, item: &v1::Evidence) -> io::Result<()> {
        let bare = v1::Evidence { id: String::new(), devices: Vec::new(), ..item.clone() };
        // The locator first: items are numbered in its order.
        let mut key = item.locator.clone().into_bytes();
        key.push(0);
        key.extend(canonical::bytes(&bare)?);
        self.known.push(&key, &place(input, &item.id))
    }

    pub(super) fn needed(&mut self, input: u32, id: &str, device: u64) -> io::Result<()> {
        self.needed.push(&place(input, id), &device.to_be_bytes())
    }

    /// The items in their order, and for each device the numbers it needs.
    pub(super) fn number(self) -> io::Result<(Spool, Peeked)> {
        let mut items = Spool::new()?;
        let mut answers = Sorter::default();
        let mut known = self.known.finish()?;
        let mut at = Occurrence::default();
        while let Some((key, place)) = known.next()? {
            let number = at.number(&key, &place);
            if number > at.written {
                at.written = number;
                // The last: canonical JSON has none, a foreign locator may.
                let json = key.iter().rposition(|b| *b == 0).and_then(|end| key.get(end + 1..));
                items.push(json.unwrap_or_default())?;
            }
            answers.push(&place, &number.to_be_bytes())?;
        }
        let mut answers = Peeked::new(answers.finish()?)?;
        let mut needed = self.needed.finish()?;
        let mut resolved = Sorter::default();
        let mut last: (Vec<u8>, u64) = (Vec::new(), NONE);
        while let Some((place, device)) = needed.next()? {
            if place != last.0 {
                let found = answers.values_of(&place)?;
                let number = found.first().and_then(|n| n.as_slice().try_into().ok()).map(u64::from_be_bytes);
                last = (place, number.unwrap_or(NONE));
            }
            resolved.push(&device, &last.1.to_be_bytes())?;
        }
        Ok((items, Peeked::new(resolved.finish()?)?))
    }
}

/// The n-th time that one report lists an item is one item with the n-th time
/// that another does.
#[derive(Default)]
struct Occurrence {
    key: Vec<u8>,
    input: Vec<u8>,
    first: u64,
    times: u64,
    written: u64,
}

impl Occurrence {
    fn number(&mut self, key: &[u8], place: &[u8]) -> u64 {
        let input = place.get(..4).unwrap_or_default();
        if self.key != key {
            self.key = key.to_vec();
            self.input = input.to_vec();
            self.first = self.written + 1;
            self.times = 0;
        } else if self.input != input {
            self.input = input.to_vec();
            self.times = 0;
        }
        self.times += 1;
        self.first + self.times - 1
    }
}

/// Writes the items with the devices they speak of.
pub(super) fn write(items: Spool, speak_of: Sorter, writer: &mut Writer<'_, '_>) -> io::Result<()> {
    let mut items = items.read()?;
    let mut speak_of = Peeked::new(speak_of.finish()?)?;
    let mut number = 0_u64;
    while let Some(json) = items.next()? {
        number += 1;
        let mut item: v1::Evidence = serde_json::from_slice(&json)?;
        item.id = format!("e{number}");
        let keys = speak_of.values_of(&number.to_be_bytes())?;
        item.devices = keys.into_iter().map(|key| String::from_utf8_lossy(&key).into_owned()).collect();
        item.devices.dedup();
        writer.evidence(&item)?;
    }
    Ok(())
}
