//! Names of members as paths: `/`-separated, no leading slash, no `.`.
//!
//! `..` stays a name like any other: nothing is ever extracted. Bytes that are
//! no UTF-8 stay as they are.

use super::directory::Entry;

/// Turns the names of consecutive entries into folder and last component. Runs
/// of entries share their folder, which is then not looked at again.
#[derive(Default)]
pub(super) struct Names {
    /// The folder as it was stored, up to its separator.
    raw: Vec<u8>,
    /// The folder as a path: empty, or ending in `/`.
    folder: Vec<u8>,
    last: Vec<u8>,
}

/// What a name says.
pub(super) struct Name<'a> {
    /// Empty, or ending in `/`.
    pub(super) folder: &'a [u8],
    /// Empty for a folder.
    pub(super) last: &'a [u8],
    /// Another folder than that of the entry before.
    pub(super) moved: bool,
}

impl Name<'_> {
    /// The whole path of a file.
    pub(super) fn path(&self) -> Vec<u8> {
        [self.folder, self.last].concat()
    }

    /// Length of the whole path.
    pub(super) fn len(&self) -> usize {
        self.folder.len() + self.last.len()
    }
}

impl Names {
    /// The name of the next entry.
    pub(super) fn next<'a>(&'a mut self, entry: &Entry<'a>) -> Name<'a> {
        if let Some(rest) = entry.name.strip_prefix(self.raw.as_slice()) {
            let plain = !rest.iter().any(|b| matches!(b, b'/' | b'\\')) && !matches!(rest, b"." | b"");
            if plain {
                return Name { folder: &self.folder, last: rest, moved: false };
            }
        }
        self.anew(entry)
    }

    fn anew(&mut self, entry: &Entry<'_>) -> Name<'_> {
        // Windows tools wrote backslashes; elsewhere they are ordinary letters.
        let foreign = entry.host() == 0 || !entry.name.contains(&b'/');
        let is_separator = |b: &u8| *b == b'/' || foreign && *b == b'\\';
        let cut = entry.name.iter().rposition(is_separator).map_or(0, |at| at + 1);
        let (raw, last) = entry.name.split_at(cut);
        self.folder.clear();
        for component in raw.split(is_separator).filter(|c| !matches!(*c, b"" | b".")) {
            self.folder.extend_from_slice(component);
            self.folder.push(b'/');
        }
        self.raw.clear();
        self.raw.extend_from_slice(raw);
        self.last.clear();
        self.last.extend_from_slice(if last == b"." { b"" } else { last });
        Name { folder: &self.folder, last: &self.last, moved: true }
    }
}
