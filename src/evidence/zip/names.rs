//! Names of members as paths: `/`-separated, no leading slash, no `.`.
//!
//! `..` stays a name like any other: nothing is ever extracted. Bytes that are
//! no UTF-8 stay as they are.

use super::directory::Entry;
use crate::evidence::layout::{is_apple_double, separator};

/// Turns the names of consecutive entries into folder and last component.
/// Neighbours share most of their folders; what they share is not looked at
/// again, neither here nor by those who ask.
#[derive(Default)]
pub(super) struct Names {
    /// The folder of the entry before, if its name was a clean path.
    before: Vec<u8>,
    /// It was not: nothing is known about what is shared.
    unknown: bool,
    /// End of the first component of the folder that is litter of macOS.
    litter: Option<usize>,
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
    /// Up to here the folder is that of the entry before; ends a component.
    pub(super) shared: usize,
    /// The folder is litter of macOS from here on.
    pub(super) litter: Option<usize>,
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
        let mut raw = entry.name;
        while let Some(rest) = raw.strip_prefix(b"/").or_else(|| raw.strip_prefix(b"./")) {
            raw = rest;
        }
        let same = common(raw, &self.before);
        let shared = if same == self.before.len() { same } else { end_of_folder(&raw[..same]) };
        if self.litter.is_some_and(|end| end > shared) {
            self.litter = None;
        }
        let mut end = shared;
        while let Some(at) = separator(raw, end) {
            let component = &raw[end..at];
            if raw[at] == b'\\' || matches!(component, b"" | b".") {
                return self.anew(entry);
            }
            end = at + 1;
            if self.litter.is_none() && is_apple_double(component) {
                self.litter = Some(end);
            }
        }
        let (folder, last) = raw.split_at(end);
        let moved = self.unknown || end != self.before.len() || shared != end;
        if last == b"." {
            return self.anew(entry);
        }
        if moved {
            self.before.truncate(shared);
            self.before.extend_from_slice(&raw[shared..end]);
            self.unknown = false;
        }
        Name { folder, last, moved, shared, litter: self.litter }
    }

    /// A name that has to be put in order first.
    fn anew(&mut self, entry: &Entry<'_>) -> Name<'_> {
        // Windows tools wrote backslashes; elsewhere they are ordinary letters.
        let foreign = entry.host() == 0 || !entry.name.contains(&b'/');
        let is_separator = |b: &u8| *b == b'/' || foreign && *b == b'\\';
        let cut = entry.name.iter().rposition(is_separator).map_or(0, |at| at + 1);
        let (raw, last) = entry.name.split_at(cut);
        self.folder.clear();
        self.litter = None;
        for component in raw.split(is_separator).filter(|c| !matches!(*c, b"" | b".")) {
            self.folder.extend_from_slice(component);
            self.folder.push(b'/');
            if self.litter.is_none() && is_apple_double(component) {
                self.litter = Some(self.folder.len());
            }
        }
        self.last.clear();
        self.last.extend_from_slice(if last == b"." { b"" } else { last });
        self.before.clear();
        self.unknown = true;
        Name { folder: &self.folder, last: &self.last, moved: true, shared: 0, litter: self.litter }
    }
}

/// Where the folder ends in the front part of a path.
fn end_of_folder(path: &[u8]) -> usize {
    path.iter().rposition(|b| *b == b'/').map_or(0, |at| at + 1)
}

/// How many bytes two names share at the front.
fn common(a: &[u8], b: &[u8]) -> usize {
    let mut same = 0;
    let word = |bytes: &[u8], at: usize| bytes.get(at..at + 8).and_then(|w| w.try_into().ok()).map(u64::from_ne_bytes);
    while let (Some(a), Some(b)) = (word(a, same), word(b, same))
        && a == b
    {
        same += 8;
    }
    same + a[same..].iter().zip(&b[same..]).take_while(|(a, b)| a == b).count()
}

#[cfg(test)]
mod tests {
    use super::common;

    #[test]
    fn shared_fronts_are_counted_to_the_byte() {
        let long = b"private/var/mobile/Library/Caches";
        for cut in 0..long.len() {
            let mut other = long.to_vec();
            other[cut] = b'#';
            assert_eq!(common(long, &other), cut);
            assert_eq!(common(long, &long[..cut]), cut);
        }
    }
}
