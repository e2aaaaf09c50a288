//! Which devices of several reports are one: by the rules that join records of
//! evidence. Everything that grows with the devices lies on disk.

use std::collections::BTreeSet;
use std::io;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::sets::Sets;
use crate::inventory::joining::{Apart, Holder, split};
use crate::inventory::{Doubt, StrongId};
use crate::model::Platform;
use crate::report::lift;
use crate::report::spill::{Sorted, Sorter, Spool};
use crate::report::v1;

/// A device on its way through the join.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::report) struct Row {
    /// Number of the report it is in.
    pub(in crate::report) input: u32,
    /// Its key there.
    pub(in crate::report) key: String,
    /// Numbers of the items it rests on.
    pub(in crate::report) evidence: Vec<u64>,
    /// It rests on items that its report does not list.
    pub(in crate::report) unlisted: bool,
    /// The device.
    pub(in crate::report) device: Box<RawValue>,
}

impl Row {
    pub(in crate::report) fn device(&self) -> io::Result<v1::Device> {
        Ok(serde_json::from_str(self.device.get())?)
    }
}

#[derive(Deserialize)]
struct Head {
    platform: String,
    identity: v1::Identity,
    #[serde(default)]
    findings: Vec<serde::de::IgnoredAny>,
}

/// Takes rows; then gives those of one device together.
pub(in crate::report) struct Joiner {
    rows: Spool,
    ids: Sorter,
    count: usize,
}

impl Joiner {
    pub(in crate::report) fn new() -> io::Result<Self> {
        Ok(Self { rows: Spool::new()?, ids: Sorter::default(), count: 0 })
    }

    pub(in crate::report) fn push(&mut self, row: &Row, identity: &v1::Identity) -> io::Result<()> {
        let number = u32::try_from(self.count).map_err(|_| io::Error::other("more than 4 billion devices"))?;
        let ids = lift::strong_ids(identity);
        for id in &ids {
            self.ids.push(format!("{:?}\0{}", id.0, id.1).as_bytes(), &number.to_be_bytes())?;
        }
        if ids.is_empty() {
            // Without a strong id only the same record of the same items is the same device.
            let place = format!("\0{}\0{:?}{}", base(&row.key), row.evidence, row.unlisted);
            self.ids.push(place.as_bytes(), &number.to_be_bytes())?;
        }
        self.rows.push(&serde_json::to_vec(row)?)?;
        self.count += 1;
        Ok(())
    }

    pub(in crate::report) fn finish(self) -> io::Result<Components> {
        let mut sets = Sets::default();
        let mut ids = self.ids.finish()?;
        let mut before: Option<(Vec<u8>, u32)> = None;
        while let Some((id, number)) = ids.next()? {
            let number = number_of(&number);
            if let Some((_, other)) = before.as_ref().filter(|(known, _)| *known == id) {
                sets.join(*other, number)?;
            }
            before = Some((id, number));
        }
        let mut sorted = Sorter::default();
        let mut rows = self.rows.read()?;
        let mut number = 0_u32;
        while let Some(row) = rows.next()? {
            sorted.push(&sets.top(number)?.to_be_bytes(), &row)?;
            number += 1;
        }
        Ok(Components { sorted: sorted.finish()?, next: None, begun: false })
    }
}

fn number_of(bytes: &[u8]) -> u32 {
    bytes.try_into().map(u32::from_be_bytes).unwrap_or_default()
}

/// A key without the number that told it from an equal one.
pub(in crate::report) fn base(key: &str) -> &str {
    match key.rsplit_once('~') {
        Some((base, n)) if !n.is_empty() && n.len() < 10 && n.bytes().all(|b| b.is_ascii_digit()) => base,
        _ => key,
    }
}

/// Rows that an equal id joins, as devices.
pub(in crate::report) struct Component {
    /// The rows of each device.
    pub(in crate::report) devices: Vec<Vec<Row>>,
    /// What the others of them leave of the lists of each.
    pub(in crate::report) doubts: Vec<Doubt>,
    /// They contradict each other: a sentence.
    pub(in crate::report) conflict: Option<String>,
}

/// See [`Joiner`].
pub(in crate::report) struct Components {
    sorted: Sorted,
    next: Option<(Vec<u8>, Vec<u8>)>,
    begun: bool,
}

impl Components {
    pub(in crate::report) fn next(&mut self) -> io::Result<Option<Component>> {
        if !self.begun {
            self.begun = true;
            self.next = self.sorted.next()?;
        }
        let Some((top, first)) = self.next.take() else { return Ok(None) };
        let mut rows: Vec<Row> = vec![serde_json::from_slice(&first)?];
        loop {
            self.next = self.sorted.next()?;
            match &self.next {
                Some((key, row)) if *key == top => rows.push(serde_json::from_slice(row)?),
                _ => break,
            }
        }
        component(rows).map(Some)
    }
}

fn component(rows: Vec<Row>) -> io::Result<Component> {
    if rows.len() == 1 {
        return Ok(Component { devices: vec![rows], doubts: vec![Doubt::None], conflict: None });
    }
    let mut heads: Vec<(Platform, Vec<StrongId>)> = Vec::new();
    let mut apps = Vec::new();
    for row in &rows {
        let head: Head = serde_json::from_str(row.device.get())?;
        apps.push(!head.findings.is_empty());
        heads.push((Platform::parse(&head.platform), lift::strong_ids(&head.identity)));
    }
    let holders: Vec<Holder<'_>> =
        heads.iter().map(|(platform, ids)| Holder { platform: *platform, ids, root: None }).collect();
    let Apart { groups, near, conflict } = split(&holders);
    let doubts = groups.iter().zip(&near).map(|(own, near)| doubt(own, near, &groups, &rows, &apps)).collect();
    let mut rows: Vec<Option<Row>> = rows.into_iter().map(Some).collect();
    let devices = groups.iter().map(|group| group.iter().filter_map(|i| rows.get_mut(*i)?.take()).collect()).collect();
    Ok(Component { devices, doubts, conflict })
}

/// What the devices near one leave of its lists. A list of a management system
/// may have come to it through the id that they share; the report that holds
/// all of them has minded that.
fn doubt(own: &[usize], near: &[usize], groups: &[Vec<usize>], rows: &[Row], apps: &[bool]) -> Doubt {
    let inputs =
        |group: &[usize]| -> BTreeSet<u32> { group.iter().filter_map(|i| rows.get(*i)).map(|r| r.input).collect() };
    let known = inputs(own);
    let each = near.iter().filter_map(|n| groups.get(*n)).map(|group| match () {
        () if group.iter().any(|i| apps.get(*i) == Some(&true)) => Doubt::All,
        () if inputs(group) != known => Doubt::Managed,
        () => Doubt::None,
    });
    each.max().unwrap_or_default()
}
