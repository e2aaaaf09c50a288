//! Every record of the run by its number, with where it came from.

use crate::artifact::DeviceRecord;
use crate::model::Locator;

/// A record with where it came from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row<'a> {
    pub(super) item: u32,
    pub(super) root: Option<&'a Locator>,
    pub(super) record: &'a DeviceRecord,
}

/// Records, numbered from 0 in the order of the evidence. They stay where their
/// parser put them: an export may have a hundred thousand.
#[derive(Debug, Default)]
pub(super) struct Rows {
    parts: Vec<Part>,
}

/// Records of one parse.
#[derive(Debug)]
struct Part {
    /// Number of the first.
    from: u32,
    item: u32,
    root: Option<Locator>,
    records: Vec<DeviceRecord>,
}

impl Part {
    fn row<'a>(&'a self, record: &'a DeviceRecord) -> Row<'a> {
        Row { item: self.item, root: self.root.as_ref(), record }
    }
}

impl Rows {
    /// Adds the records of one parse. Parts of one item follow each other.
    pub(super) fn push(&mut self, item: u32, root: Option<Locator>, records: Vec<DeviceRecord>) {
        let from = self.len() as u32;
        if !records.is_empty() {
            self.parts.push(Part { from, item, root, records });
        }
    }

    pub(super) fn len(&self) -> usize {
        self.parts.last().map_or(0, |last| last.from as usize + last.records.len())
    }

    /// The record with this number.
    pub(super) fn get(&self, number: u32) -> Option<Row<'_>> {
        let part = self.part(number)?;
        Some(part.row(part.records.get((number - part.from) as usize)?))
    }

    /// Every record, by its number.
    pub(super) fn iter(&self) -> impl Iterator<Item = Row<'_>> {
        self.parts.iter().flat_map(|part| part.records.iter().map(|record| part.row(record)))
    }

    /// The item of the record with this number.
    pub(super) fn item(&self, number: u32) -> Option<u32> {
        self.part(number).map(|part| part.item)
    }

    /// Gives the memory of the records back; their items are still known.
    pub(super) fn forget_records(&mut self) {
        self.parts.iter_mut().for_each(|part| part.records = Vec::new());
    }

    fn part(&self, number: u32) -> Option<&Part> {
        let behind = self.parts.partition_point(|part| part.from <= number);
        self.parts.get(behind.checked_sub(1)?)
    }
}

/// Numbers of records, ascending. Most devices have one, which needs no memory
/// of its own.
#[derive(Debug)]
pub(super) enum Numbers {
    One(u32),
    Several(Box<[u32]>),
}

impl Numbers {
    pub(super) fn as_slice(&self) -> &[u32] {
        match self {
            Self::One(number) => std::slice::from_ref(number),
            Self::Several(numbers) => numbers,
        }
    }
}

impl FromIterator<u32> for Numbers {
    fn from_iter<I: IntoIterator<Item = u32>>(numbers: I) -> Self {
        let mut numbers = numbers.into_iter();
        match (numbers.next(), numbers.next()) {
            (Some(only), None) => Self::One(only),
            (first, second) => Self::Several(first.into_iter().chain(second).chain(numbers).collect()),
        }
    }
}
