//! Joins reports: shards of one run, runs of several days, reports of several
//! agencies. Items of evidence are united by what they are, devices by strong
//! ids, and each device is judged again by the one function.
//!
//! The outcome does not depend on the order or grouping of the reports, where
//! their identities do not contradict each other. What grows with the devices is
//! sorted on disk.

mod conclude;
mod findings;
mod header;
mod items;
mod joiner;
mod messages;
mod sets;
mod unite;

use std::io;

use sha2::{Digest as _, Sha256};

pub(super) use conclude::Judge;
pub(super) use joiner::{Component, Joiner, Row, base};
pub(super) use unite::unite;

use self::items::Items;
use self::messages::Messages;
use super::reading::{Part, ReadError, Saved};
use super::spill::{Peeked, Sorter, Spool};
use super::{Output, Writer, lift, v1};
use crate::model::{Code, Diagnostic};
use crate::verdict::Waivers;

/// How reports are joined.
#[derive(Debug, Clone, Copy, Default)]
pub struct MergeOptions<'a> {
    /// Join reports made with different signatures, policies or options.
    pub allow_mixed: bool,
    /// Exceptions, in place of those the reports bear.
    pub waivers: Option<&'a Waivers>,
}

/// Why reports are not joined.
#[derive(Debug, thiserror::Error)]
pub enum MergeError {
    /// One of them cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// They were not made alike.
    #[error("the reports differ in {}; their verdicts do not mean the same (--allow-mixed joins them all the same)", .0.join(", "))]
    Different(Vec<&'static str>),
    /// Temporary files, or the output.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Writes the joined report; its exit status.
pub fn merge(reports: &[Saved], options: &MergeOptions<'_>, outputs: &mut [Output<'_>]) -> Result<u8, MergeError> {
    let begun: Vec<v1::Run> = reports.iter().map(Saved::begun).collect();
    let different = header::differences(&begun);
    if !different.is_empty() && !options.allow_mixed {
        return Err(MergeError::Different(different));
    }
    let mut intake = Intake::new()?;
    let mut runs = Vec::new();
    for (n, report) in (0_u32..).zip(reports) {
        runs.push(report.read(&mut |part| intake.take(n, part))?.run);
    }
    let mut run = header::join(&runs);
    if let Some(waivers) = options.waivers {
        run.options.insert("waivers".to_owned(), waivers.sha256().into());
    }
    for what in different {
        let message = format!("the reports joined here differ in {what}");
        intake.messages.say(&Diagnostic::new(Code::MixedReports, None, message))?;
    }
    let judge = Judge::new(&run, options.waivers);
    let joined = intake.join(&judge)?;
    let mut writer = Writer::begin(outputs, &run)?;
    joined.write(&mut writer)?;
    Ok(writer.end(run, None)?)
}

/// Everything the reports hold, taken apart.
struct Intake {
    items: Items,
    devices: Spool,
    messages: Messages,
    /// Number of devices taken.
    count: u64,
}

impl Intake {
    fn new() -> io::Result<Self> {
        Ok(Self { items: Items::default(), devices: Spool::new()?, messages: Messages::new()?, count: 0 })
    }

    fn take(&mut self, input: u32, part: Part) -> io::Result<()> {
        match part {
            Part::Evidence(item) => self.items.item(input, &item),
            Part::Diagnostic(message) => self.messages.take(input, &message),
            Part::Device(mut device) => {
                let ids = std::mem::take(&mut device.evidence);
                for id in ids.iter().filter(|id| *id != lift::UNLISTED) {
                    self.items.needed(input, id, self.count)?;
                }
                let row = Row {
                    input,
                    key: device.key.clone(),
                    evidence: Vec::new(),
                    unlisted: ids.iter().any(|id| id == lift::UNLISTED),
                    device: serde_json::value::to_raw_value(&*device)?,
                };
                self.count += 1;
                self.devices.push(&serde_json::to_vec(&row)?)
            }
        }
    }

    /// Unites what belongs together and judges it.
    fn join(self, judge: &Judge<'_>) -> io::Result<Joined> {
        let (items, mut resolved) = self.items.number()?;
        let mut joiner = Joiner::new()?;
        let mut devices = self.devices.read()?;
        let mut number = 0_u64;
        while let Some(bytes) = devices.next()? {
            let mut row: Row = serde_json::from_slice(&bytes)?;
            for item in resolved.values_of(&number.to_be_bytes())? {
                match item.as_slice().try_into().map(u64::from_be_bytes) {
                    Ok(item) if item != items::NONE => row.evidence.push(item),
                    _ => row.unlisted = true,
                }
            }
            row.evidence.sort_unstable();
            row.evidence.dedup();
            let identity = row.device()?.identity;
            joiner.push(&row, &identity)?;
            number += 1;
        }
        let mut joined = Joined { items, devices: Sorter::default(), messages: self.messages };
        let mut components = joiner.finish()?;
        let mut number = 0_u64;
        while let Some(component) = components.next()? {
            joined.component(component, &mut number, judge)?;
        }
        Ok(joined)
    }
}

/// The joined report, in no order yet.
struct Joined {
    items: Spool,
    /// Base of the key and digest of the content, to number and device.
    devices: Sorter,
    messages: Messages,
}

impl Joined {
    fn component(&mut self, component: Component, number: &mut u64, judge: &Judge<'_>) -> io::Result<()> {
        if let Some(conflict) = component.conflict {
            self.messages.say(&Diagnostic::new(Code::IdentityConflict, None, conflict))?;
        }
        for (rows, doubt) in component.devices.into_iter().zip(component.doubts) {
            for row in &rows {
                self.messages.renamed(row.input, &row.key, *number)?;
            }
            let mut device = device_of(&rows)?;
            for message in judge.conclude_among(&mut device, doubt) {
                self.messages.say_of(*number, &message)?;
            }
            let key = std::mem::take(&mut device.key);
            let content = Sha256::digest(serde_json::to_vec(&device)?);
            device.key = key;
            let place = [base(&device.key).as_bytes(), b"\0", content.as_slice()].concat();
            let value = [&number.to_be_bytes()[..], &serde_json::to_vec(&device)?].concat();
            self.devices.push(&place, &value)?;
            *number += 1;
        }
        Ok(())
    }

    /// Devices in the order of their keys, items, messages.
    fn write(self, writer: &mut Writer<'_, '_>) -> io::Result<()> {
        let mut devices = Peeked::new(self.devices.finish()?)?;
        let mut messages = self.messages;
        let mut speak_of = Sorter::default();
        let mut before: Option<(String, u32)> = None;
        while let Some((_, value)) = devices.next()? {
            let (number, json) = value.split_at_checked(8).unwrap_or_default();
            let mut device: v1::Device = serde_json::from_slice(json)?;
            let own = base(&device.key).to_owned();
            let again = before.as_ref().filter(|(known, _)| *known == own).map_or(1, |(_, n)| n + 1);
            let followed = devices
                .key()
                .is_some_and(|next| next.strip_prefix(own.as_bytes()).is_some_and(|rest| rest.first() == Some(&0)));
            // A key that no other device has stays as it is.
            if again > 1 {
                device.key = format!("{own}~{again}");
            } else if followed {
                device.key.clone_from(&own);
            }
            before = Some((own, again));
            messages.named(number, &device.key)?;
            for id in &device.evidence {
                if let Some(item) = id.strip_prefix('e').and_then(|n| n.parse::<u64>().ok()) {
                    speak_of.push(&item.to_be_bytes(), device.key.as_bytes())?;
                }
            }
            writer.device(&device)?;
        }
        items::write(self.items, speak_of, writer)?;
        messages.write(writer)
    }
}

/// One device of the rows that are one.
fn device_of(rows: &[Row]) -> io::Result<v1::Device> {
    let mut devices = Vec::new();
    for row in rows {
        devices.push(row.device()?);
    }
    let keys: Vec<String> = devices.iter().map(|d| d.key.clone()).collect();
    // Equal but for its number: the same device.
    if keys.windows(2).any(|pair| pair[0] != pair[1]) {
        devices.iter_mut().for_each(|d| d.key = base(&d.key).to_owned());
    }
    let mut numbers: Vec<u64> = rows.iter().flat_map(|row| row.evidence.iter().copied()).collect();
    numbers.sort_unstable();
    numbers.dedup();
    devices.sort_by_cached_key(|d| serde_json::to_vec(d).unwrap_or_default());
    let mut device = unite(devices);
    device.evidence = numbers.iter().map(|n| format!("e{n}").into()).collect();
    if rows.iter().any(|row| row.unlisted) {
        device.evidence.push(lift::UNLISTED.into());
    }
    Ok(device)
}

#[cfg(test)]
mod tests;
