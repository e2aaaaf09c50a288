//! Where the files of a tree lie, as locators that people and programs read.

use std::path::Path;

use super::File;
use crate::model::Locator;

/// Where a tree or a given file is: turns the paths of a walk into locators.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A folder on disk: its files lie below it.
    Folder(Locator),
    /// A file that was given by itself, or standard input.
    Given(Locator),
    /// A container: its files are members of it.
    Container(Locator),
}

impl Place {
    /// A folder, as the user gave its path.
    pub fn folder(path: &Path) -> Self {
        Self::Folder(given(path))
    }

    /// A file, as the user gave its path; `-` for standard input.
    pub fn file(path: &Path) -> Self {
        Self::Given(given(path))
    }

    /// The tree or file itself.
    pub fn locator(&self) -> &Locator {
        match self {
            Self::Folder(l) | Self::Given(l) | Self::Container(l) => l,
        }
    }

    /// A path of the tree; empty for its top.
    pub fn at(&self, path: &[u8]) -> Locator {
        match self {
            Self::Folder(l) => l.child(path),
            Self::Given(l) => l.clone(),
            Self::Container(l) if path.is_empty() => l.clone(),
            Self::Container(l) => l.member(path),
        }
    }

    /// The same for a file of the tree.
    pub fn of(&self, file: &File) -> Locator {
        self.at(&file.path)
    }

    /// The tree inside a file of this tree.
    pub fn inside(&self, file: &File) -> Self {
        Self::Container(self.of(file))
    }
}

/// The path as given, with `/` on every system.
fn given(path: &Path) -> Locator {
    let raw = path.as_os_str().as_encoded_bytes();
    if std::path::MAIN_SEPARATOR == '\\' {
        let raw: Vec<u8> = raw.iter().map(|b| if *b == b'\\' { b'/' } else { *b }).collect();
        return Locator::path(&raw);
    }
    Locator::path(raw)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::evidence::{Blob, EvidenceError, Member};
    use crate::limits::Leash;

    struct Never;

    impl Member for Never {
        fn open(&self, _: &Leash) -> Result<Arc<dyn Blob>, EvidenceError> {
            Err(EvidenceError::Unsupported(String::new()))
        }
    }

    fn file(path: &[u8]) -> File {
        File { path: path.into(), size: None, mtime: None, member: Arc::new(Never) }
    }

    #[test]
    fn containers_open_with_an_exclamation_mark_and_folders_do_not() {
        let zip = file(b"x/HQ.zip");
        let top = Place::folder(Path::new("evidence/"));
        assert_eq!(top.of(&zip).as_str(), "evidence/x/HQ.zip");
        let inside = top.inside(&zip);
        assert_eq!(inside.at(b"").as_str(), "evidence/x/HQ.zip");
        let nested = inside.inside(&file(b"b.zip"));
        assert_eq!(nested.of(&file(b"dev1/Manifest.plist")).as_str(), "evidence/x/HQ.zip!/b.zip!/dev1/Manifest.plist");
        let given = Place::file(Path::new("./HQ.zip"));
        assert_eq!(given.of(&file(b"HQ.zip")).as_str(), "./HQ.zip");
        assert_eq!(given.inside(&file(b"HQ.zip")).at(b"a").as_str(), "./HQ.zip!/a");
        assert_eq!(Place::file(Path::new("-")).at(b"-").as_str(), "-");
    }
}
