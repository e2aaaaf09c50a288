//! `packages.list`: one line for each package whose code was there when Android
//! last wrote the file.
//!
//! Specified by AOSP `Settings.writePackageListLPrInternal` and
//! `system/core/libpackagelistparser`: name, uid, debuggable, data folder,
//! seinfo, gids, profileable, version code, profileable, installer; older
//! systems write fewer columns. An installer name with a line feed in it was
//! once written unescaped, so that lines can be forged.

use std::collections::HashMap;
use std::io::{self, Read};

use super::super::lines::Lines;
use super::super::names::is_package_name;

/// Lines that are kept; a device has some hundreds.
const MOST_LINES: usize = 200_000;

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) version: Option<String>,
    pub(super) installer: Option<String>,
    /// Where the line is, in bytes.
    pub(super) offset: u64,
    pub(super) len: u64,
    /// Its fields contradict each other, or the name was there before.
    pub(super) suspicious: bool,
}

/// One reading of one file.
#[derive(Debug, Default)]
pub(super) struct PackagesList {
    pub(super) rows: HashMap<String, Row>,
    /// Lines that are none of the format.
    pub(super) errors: u64,
    /// Where suspicious lines are, in bytes and length.
    pub(super) suspicious: Vec<(u64, u64)>,
    /// Reading stopped before the end.
    pub(super) cut: bool,
}

impl PackagesList {
    /// Reads to the end of the input or its first error.
    pub(super) fn read(&mut self, input: impl Read) -> io::Result<()> {
        let mut lines = Lines::new(input)?;
        while let Some(line) = lines.next_line()? {
            if line.text.trim().is_empty() {
                continue;
            }
            if self.rows.len() >= MOST_LINES {
                self.cut = true;
                break;
            }
            match parse_line(line.text) {
                Some((name, mut row)) => {
                    (row.offset, row.len) = (line.offset, line.len);
                    self.add(name, row);
                }
                None => self.errors += 1,
            }
        }
        Ok(())
    }

    fn add(&mut self, name: &str, mut row: Row) {
        if let Some(known) = self.rows.get_mut(name) {
            // Which of two is forged cannot be told.
            self.suspicious.push((row.offset, row.len));
            match (known.suspicious, row.suspicious) {
                (true, false) => *known = row,
                (false, false) => known.suspicious = true,
                (_, true) => {}
            }
            return;
        }
        row.suspicious |= !is_package_name(name);
        if row.suspicious {
            self.suspicious.push((row.offset, row.len));
        }
        self.rows.insert(name.to_owned(), row);
    }
}

/// Name and fields of a line; `None` where it is none of the format.
pub(super) fn parse_line(line: &str) -> Option<(&str, Row)> {
    let mut columns = line.split(' ');
    let name = columns.next().filter(|n| !n.is_empty())?;
    columns.next()?.parse::<i64>().ok()?;
    let debuggable = columns.next();
    let data = columns.next();
    let rest: Vec<_> = columns.take(16).collect();
    let contradicts = debuggable.is_some_and(|d| !matches!(d, "0" | "1"))
        || data.is_some_and(|d| d != "null" && !d.strip_suffix(name).is_some_and(|d| d.ends_with('/')));
    let version = rest.get(3).filter(|v| v.bytes().all(|b| b.is_ascii_digit())).map(|v| (*v).to_owned());
    let installer = rest.get(5).filter(|i| !i.starts_with('@') && !i.is_empty()).map(|i| (*i).to_owned());
    Some((name, Row { version, installer, offset: 0, len: 0, suspicious: contradicts }))
}
