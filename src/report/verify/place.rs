//! From a locator back to a path, and lines for `sha256sum -c`.

use std::path::PathBuf;

/// Where a locator points.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The outermost file.
    pub path: PathBuf,
    /// The place is inside a container.
    pub is_member: bool,
    /// Offset and length, where the fragment names bytes.
    pub range: Option<(u64, u64)>,
}

impl Place {
    /// Reads a locator; `None` where it is none.
    pub fn parse(locator: &str) -> Option<Self> {
        let (file, fragment) = match locator.split_once('#') {
            Some((file, fragment)) => (file, Some(fragment)),
            None => (locator, None),
        };
        let (outer, is_member) = match file.split_once("!/") {
            Some((outer, _)) => (outer, true),
            None => (file, false),
        };
        let range = fragment
            .and_then(|f| f.strip_prefix("byte=")?.split_once('+'))
            .and_then(|(at, len)| Some((at.parse().ok()?, len.parse().ok()?)));
        let bytes = unescape(outer)?;
        (!bytes.is_empty()).then(|| Self { path: path_of(&bytes), is_member, range })
    }
}

/// Undoes percent-encoding.
fn unescape(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(b) = bytes.next() {
        if b != b'%' {
            out.push(b);
            continue;
        }
        let digit = |b: Option<u8>| (b? as char).to_digit(16);
        let (high, low) = (digit(bytes.next())?, digit(bytes.next())?);
        out.push(u8::try_from(high * 16 + low).ok()?);
    }
    Some(out)
}

#[cfg(unix)]
fn path_of(bytes: &[u8]) -> PathBuf {
    PathBuf::from(<std::ffi::OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(bytes))
}

#[cfg(not(unix))]
fn path_of(bytes: &[u8]) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(bytes).into_owned())
}

/// A line of `sha256sum` for a whole file on disk; names with a backslash or a
/// line end are escaped as coreutils does. `None` for a place inside a
/// container, which `sha256sum` cannot look at.
pub fn exported(locator: &str, sha256: &str) -> Option<Vec<u8>> {
    let place = Place::parse(locator).filter(|p| !p.is_member)?;
    let name = place.path.as_os_str().as_encoded_bytes();
    let mut escaped = Vec::with_capacity(name.len());
    for b in name {
        match b {
            b'\\' => escaped.extend_from_slice(b"\\\\"),
            b'\n' => escaped.extend_from_slice(b"\\n"),
            b'\r' => escaped.extend_from_slice(b"\\r"),
            b => escaped.push(*b),
        }
    }
    let mut line = Vec::new();
    if escaped.len() != name.len() {
        line.push(b'\\');
    }
    line.extend_from_slice(sha256.as_bytes());
    line.extend_from_slice(b"  ");
    line.extend_from_slice(&escaped);
    line.push(b'\n');
    Some(line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Locator;
    use proptest::prelude::*;

    #[test]
    fn places_are_read_back() {
        let place = Place::parse("a b/export%23.csv#byte=10+20").unwrap();
        assert_eq!((place.path, place.is_member, place.range), ("a b/export#.csv".into(), false, Some((10, 20))));
        let member = Place::parse("HQ.zip!/dev1/Manifest.plist#/Applications").unwrap();
        assert_eq!((member.path, member.is_member, member.range), ("HQ.zip".into(), true, None));
        assert_eq!(Place::parse("a%4"), None);
        assert_eq!(Place::parse("#x"), None);
    }

    #[cfg(unix)]
    proptest! {
        #[test]
        fn every_path_comes_back_from_its_locator(raw in prop::collection::vec(any::<u8>(), 1..40)) {
            let place = Place::parse(Locator::path(&raw).as_str()).unwrap();
            prop_assert_eq!(place.path.as_os_str().as_encoded_bytes(), &raw[..]);
            prop_assert!(!place.is_member);
        }
    }

    #[test]
    fn hash_lines_are_those_of_coreutils() {
        let text = |locator| exported(locator, "00ff").map(|l| String::from_utf8(l).unwrap());
        assert_eq!(text("a b.csv").as_deref(), Some("00ff  a b.csv\n"));
        assert_eq!(text("a%0Ab\\c").as_deref(), Some("\\00ff  a\\nb\\\\c\n"));
        assert_eq!(text("a.zip!/b"), None);
    }
}
