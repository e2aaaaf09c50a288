//! Rows that are put together of what was read before: a beginning that says all
//! of an app which does not matter, and the rest of a row of a known device.
//!
//! An app has the same cells on each device, a device on each of its rows, so
//! that nearly every row of a fleet is such a row. It is compared byte for byte
//! and not read again. Where rows of many devices are mixed, texts are fetched
//! from memory for many rows side by side: one fetch after the other would take
//! longer than all the rest.

use memchr::memchr_iter;

use super::super::passing::{Key, Passing, Size};
use super::super::rows::RowSink;
use crate::format::csv;

/// Rows that are looked up side by side at the most.
const MOST: usize = 32;

/// What was read before.
pub(super) struct Repeats {
    /// Beginnings of rows up to the columns of the device, where the app does not
    /// matter.
    heads: Passing<0>,
    /// What is behind them, with the number of the device.
    rests: Passing<4>,
    /// So many bytes tell beginnings apart.
    enough: usize,
    /// So many tell apart what is behind them.
    enough_behind: usize,
    /// The shortest beginning of those that were looked at.
    shortest: usize,
    /// Beginnings that were looked at.
    seen: u32,
    /// The device of the row before, if it has told who it is.
    device: Option<u32>,
    /// Rows of one device do not follow each other.
    mixed: bool,
    /// Rows to look up next: as many as are likely known.
    next: usize,
    lines: Box<[Line; MOST]>,
}

/// A row that may be known: where it lies in what is buffered, and what is
/// looked up.
#[derive(Clone, Copy, Default)]
struct Line {
    from: usize,
    /// Where the columns of the device begin.
    part: usize,
    to: usize,
    key: Key,
    place: Option<usize>,
    device: u32,
}

impl Repeats {
    const LOOKED_AT: u32 = 16;
    /// So many bytes may be enough.
    const FEWEST: usize = 16;
    /// As many as a GUID has, and some more.
    const FEWEST_BEHIND: usize = 48;

    pub(super) fn new() -> Self {
        Self {
            heads: Passing::new(Size::APPS),
            rests: Passing::new(Size::DEVICES),
            enough: Self::FEWEST,
            enough_behind: Self::FEWEST_BEHIND,
            shortest: usize::MAX,
            seen: 0,
            device: None,
            mixed: false,
            next: 1,
            lines: Box::default(),
        }
    }

    /// A sound row begins like this, and its app does not matter.
    pub(super) fn learn_head(&mut self, head: &[u8]) {
        if self.seen < Self::LOOKED_AT {
            self.seen += 1;
            self.shortest = self.shortest.min(head.len());
            self.enough = self.enough.min(head.len());
        } else if let Some(begin) = head.get(..self.enough) {
            let key = Key::of(begin);
            if self.enough < self.shortest && self.heads.get(key).is_some_and(|(known, [])| known != head) {
                // Two that begin alike.
                self.enough = self.shortest.min(2 * self.enough);
                self.heads = Passing::new(Size::APPS);
            } else {
                self.heads.learn(key, head, []);
            }
        }
    }

    /// A row was read. `rest`: its columns of the device, if it was sound.
    fn read(&mut self, rest: Option<&[u8]>, into: &RowSink<'_, '_>) {
        let before = self.device;
        self.device = rest.and_then(|_| into.told_device());
        let (Some(rest), Some(device)) = (rest, self.device) else { return };
        // Its rows began elsewhere.
        self.mixed |= before != self.device && device as usize + 1 < into.devices() && !into.watches();
        if !self.mixed {
            return;
        }
        match self.rests.get(begin_of(rest, self.enough_behind)).map(|(known, _)| known) {
            Some(known) if known == rest => {}
            // Two that begin alike.
            Some(_) if self.enough_behind < rest.len() => {
                self.enough_behind *= 2;
                self.rests = Passing::new(Size::DEVICES);
            }
            _ => self.rests.keep(begin_of(rest, self.enough_behind), rest, device.to_le_bytes()),
        }
    }

    /// Counts the rows ahead that are known and passes over them; how many.
    /// `sound`: the row before was.
    pub(super) fn pass<R: std::io::Read>(
        &mut self,
        reader: &mut csv::Reader<R>,
        into: &mut RowSink<'_, '_>,
        sound: bool,
    ) -> usize {
        self.read(reader.row_before().filter(|_| sound), into);
        if !sound {
            // Where the next row begins is a guess.
            return 0;
        }
        let mut passed = self.same_device(reader, into);
        while self.mixed {
            let mixed = self.any_device(reader, into);
            if mixed == 0 {
                break;
            }
            passed += mixed + self.same_device(reader, into);
        }
        passed
    }

    /// Rows of the device of the row before: they end alike.
    fn same_device<R: std::io::Read>(&self, reader: &mut csv::Reader<R>, into: &mut RowSink<'_, '_>) -> usize {
        let (Some(device), Some(before)) = (self.device, reader.row_before()) else { return 0 };
        let (text, longest) = (reader.buffered(), reader.longest());
        let (mut rows, mut part, mut to) = (0_u32, 0, 0);
        while let Some(ahead) = text.get(to..)
            && let Some(begin) = ahead.get(..self.enough)
            && let Some((head, [])) = self.heads.get(Key::of(begin))
            && head.len() + before.len() <= longest
            && ahead.strip_prefix(head).is_some_and(|rest| rest.starts_with(before))
        {
            part = to + head.len();
            to = part + before.len();
            rows += 1;
        }
        if rows > 0 {
            into.add(device, rows);
            reader.pass(to, part);
        }
        rows as usize
    }

    /// Rows of any devices.
    fn any_device<R: std::io::Read>(&mut self, reader: &mut csv::Reader<R>, into: &mut RowSink<'_, '_>) -> usize {
        let known = self.known(reader.buffered(), reader.longest());
        // Fleets without anything in common are not looked up in vain.
        self.next = match known {
            0 => self.next.div_ceil(2),
            _ if known == self.next => (2 * known).min(MOST),
            _ => self.next,
        };
        let lines = self.lines.get(..known).unwrap_or_default();
        if let Some(last) = lines.last() {
            lines.iter().for_each(|line| into.add(line.device, 1));
            self.device = Some(last.device);
            reader.pass(last.to, last.part);
        }
        known
    }

    /// Looks the next lines up; how many are known before the first that is not.
    fn known(&mut self, text: &[u8], longest: usize) -> usize {
        let (mut found, mut from) = (0, 0);
        for (line, end) in self.lines.iter_mut().take(self.next).zip(memchr_iter(b'\n', text)) {
            let to = end + 1;
            let Some(begin) = text.get(from..to).and_then(|line| line.get(..self.enough)) else { break };
            *line = Line { from, to, key: Key::of(begin), ..Line::default() };
            (from, found) = (to, found + 1);
        }
        let lines = self.lines.get_mut(..found).unwrap_or_default();
        let lines = begun(&self.heads, text, longest, lines);
        of_devices(&self.rests, text, self.enough_behind, lines)
    }
}

/// The lines that begin as rows did, before the first that does not.
fn begun<'a>(heads: &Passing<0>, text: &[u8], longest: usize, lines: &'a mut [Line]) -> &'a mut [Line] {
    lines.iter_mut().for_each(|line| line.place = heads.place(line.key));
    let known = |line: &mut Line| {
        let (head, []) = heads.at(line.place?)?;
        line.part = line.from + head.len();
        (text.get(line.from..line.to)?.starts_with(head) && line.to - line.from <= longest).then_some(())
    };
    let n = lines.iter_mut().map_while(known).count();
    lines.get_mut(..n).unwrap_or_default()
}

/// Finds the devices of lines by what is behind their beginnings; how many are
/// known before the first that is not.
fn of_devices(rests: &Passing<4>, text: &[u8], enough: usize, lines: &mut [Line]) -> usize {
    for line in lines.iter_mut() {
        line.key = text.get(line.part..line.to).map(|rest| begin_of(rest, enough)).unwrap_or_default();
    }
    lines.iter_mut().for_each(|line| line.place = rests.place(line.key));
    let known = |line: &mut Line| {
        let (rest, device) = rests.at(line.place?)?;
        line.device = u32::from_le_bytes(device);
        (text.get(line.part..line.to)? == rest).then_some(())
    };
    lines.iter_mut().map_while(known).count()
}

fn begin_of(rest: &[u8], enough: usize) -> Key {
    Key::of(rest.get(..enough).unwrap_or(rest))
}
