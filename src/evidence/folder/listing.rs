//! The names in one folder, sorted, in one piece of memory.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::evidence::Pattern;

/// What a name stands for, without following it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    File,
    Folder,
    /// Symbolic links, pipes, sockets, devices.
    Other,
}

/// The names in one folder.
pub(super) struct Listing {
    names: Vec<u8>,
    entries: Vec<(u32, u32, Kind)>,
    broke_off: Option<io::Error>,
}

impl Listing {
    /// Reads the names; an error only if there are none to be had.
    pub(super) fn read(folder: &Path, most: u64) -> io::Result<Self> {
        let mut list = Self { names: Vec::new(), entries: Vec::new(), broke_off: None };
        for entry in fs::read_dir(folder)? {
            match entry.and_then(|e| Ok((e.file_name(), e.file_type()?))) {
                Ok((name, kind)) => list.push(name.as_encoded_bytes(), kind),
                Err(e) => list.broke_off = Some(e),
            }
            // The leash stops the walk; the listing must not outgrow it before.
            if list.entries.len() as u64 > most || u32::try_from(list.names.len()).is_err() {
                break;
            }
        }
        let names = &list.names;
        list.entries.sort_unstable_by(|a, b| name(names, a).cmp(name(names, b)));
        Ok(list)
    }

    fn push(&mut self, name: &[u8], kind: fs::FileType) {
        let kind = match kind {
            k if k.is_file() => Kind::File,
            k if k.is_dir() => Kind::Folder,
            _ => Kind::Other,
        };
        // Both fit: `read` stops before the names reach 4 GiB.
        self.entries.push((self.names.len() as u32, name.len() as u32, kind));
        self.names.extend_from_slice(name);
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Why the listing is not whole.
    pub(super) fn broke_off(&self) -> Option<io::Error> {
        self.broke_off.as_ref().map(|e| io::Error::new(e.kind(), e.to_string()))
    }

    /// Names of one kind, sorted.
    pub(super) fn of(&self, kind: Kind) -> impl Iterator<Item = &[u8]> {
        self.entries.iter().filter(move |e| e.2 == kind).map(|e| name(&self.names, e))
    }

    /// Whether a name of that kind fits a component of a pattern.
    pub(super) fn has(&self, component: &str, kind: Kind) -> bool {
        if component.contains('*') {
            return self.of(kind).any(|name| Pattern::component_fits(component, name));
        }
        self.entries
            .binary_search_by(|e| name(&self.names, e).cmp(component.as_bytes()))
            .is_ok_and(|at| self.entries[at].2 == kind)
    }
}

fn name<'a>(names: &'a [u8], entry: &(u32, u32, Kind)) -> &'a [u8] {
    let at = entry.0 as usize;
    names.get(at..at + entry.1 as usize).unwrap_or_default()
}

/// A path below a folder, from raw bytes with `/`.
pub(super) fn join(folder: &Path, path: &[u8]) -> PathBuf {
    if path.is_empty() {
        return folder.to_owned();
    }
    folder.join(native(path))
}

#[cfg(unix)]
fn native(path: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt as _;
    PathBuf::from(std::ffi::OsStr::from_bytes(path))
}

#[cfg(not(unix))]
fn native(path: &[u8]) -> PathBuf {
    // Names that are no Unicode cannot be spelled in safe code here; they are
    // then reported as files that do not exist, never passed over.
    PathBuf::from(String::from_utf8_lossy(path).into_owned())
}
