//! `packages.json` of AndroidQF, row by row.
//!
//! Specified by AndroidQF's `adb/packages.go` and `modules/packages.go`: an
//! array of objects with `name`, `files[]`, `installer`, `uid`, `disabled`,
//! `system`, `third_party`. The list comes from `pm list packages -u`, so that
//! it also names what is gone; `files` comes from `pm path` and is empty or
//! null then.

use std::cell::Cell;
use std::fmt;
use std::io::{self, Read};
use std::rc::Rc;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::model::{DigestKind, SignerDigest};

/// Files of one package.
const MOST_FILES: usize = 4096;

/// One row, as far as it matters.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Row {
    pub(super) name: Text,
    pub(super) files: Files,
    pub(super) installer: Text,
    pub(super) uid: Text,
    pub(super) disabled: Flag,
    pub(super) system: Flag,
}

impl Row {
    /// Users that the uid names; none where it names none (0 stands for several).
    pub(super) fn users(&self) -> Vec<u32> {
        let ids = self.uid.0.split(',').filter_map(|u| u.trim().parse::<u32>().ok());
        let mut users: Vec<_> = ids.filter(|u| *u > 0).map(|u| u / 100_000).collect();
        users.sort_unstable();
        users.dedup();
        users
    }
}

/// Text or a number; empty for anything else.
#[derive(Debug, Default)]
pub(super) struct Text(pub(super) String);

/// A boolean; `None` for anything else.
#[derive(Debug, Default)]
pub(super) struct Flag(pub(super) Option<bool>);

/// What `pm path` found.
#[derive(Debug, Default)]
pub(super) struct Files {
    pub(super) any: bool,
    pub(super) signers: Vec<SignerDigest>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct OneFile {
    path: Text,
    certificate: Certificate,
}

/// Zero values stand for "not checked".
#[derive(Debug, Default)]
struct Certificate(Vec<SignerDigest>);

/// A value of whatever kind, of which scalars are kept.
enum Any {
    Text(String),
    Bool(bool),
    Other,
}

struct AnyVisitor;

impl<'de> Visitor<'de> for AnyVisitor {
    type Value = Any;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_str<E>(self, v: &str) -> Result<Any, E> {
        Ok(Any::Text(v.to_owned()))
    }

    fn visit_bool<E>(self, v: bool) -> Result<Any, E> {
        Ok(Any::Bool(v))
    }

    fn visit_u64<E>(self, v: u64) -> Result<Any, E> {
        Ok(Any::Text(v.to_string()))
    }

    fn visit_i64<E>(self, v: i64) -> Result<Any, E> {
        Ok(Any::Text(v.to_string()))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Any, E> {
        Ok(Any::Other)
    }

    fn visit_unit<E>(self) -> Result<Any, E> {
        Ok(Any::Other)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Any, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Any::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Any, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Any::Other)
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        Ok(match d.deserialize_any(AnyVisitor)? {
            Any::Text(text) => Self(text),
            Any::Bool(_) | Any::Other => Self::default(),
        })
    }
}

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        Ok(match d.deserialize_any(AnyVisitor)? {
            Any::Bool(b) => Self(Some(b)),
            Any::Text(_) | Any::Other => Self(None),
        })
    }
}

impl<'de> Deserialize<'de> for Files {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        // `null` where `pm path` found nothing.
        Ok(Option::<FileList>::deserialize(d)?.map_or_else(Self::default, |l| l.0))
    }
}

struct FileList(Files);

impl<'de> Deserialize<'de> for FileList {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        d.deserialize_seq(FilesVisitor).map(Self)
    }
}

struct FilesVisitor;

impl<'de> Visitor<'de> for FilesVisitor {
    type Value = Files;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of files")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Files, A::Error> {
        let mut files = Files::default();
        let mut count = 0;
        while let Some(file) = seq.next_element::<OneFile>()? {
            count += 1;
            files.any |= !file.path.0.trim().is_empty();
            for digest in file.certificate.0 {
                if count <= MOST_FILES && !files.signers.contains(&digest) {
                    files.signers.push(digest);
                }
            }
        }
        Ok(files)
    }
}

impl<'de> Deserialize<'de> for Certificate {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        #[derive(Deserialize, Default)]
        #[serde(default, rename_all = "PascalCase")]
        struct Digests {
            md5: Text,
            sha1: Text,
            sha256: Text,
        }
        let Some(digests) = Option::<Digests>::deserialize(d)? else {
            return Ok(Self::default());
        };
        let all = [
            (DigestKind::Sha256, digests.sha256.0, 64),
            (DigestKind::Sha1, digests.sha1.0, 40),
            (DigestKind::Md5, digests.md5.0, 32),
        ];
        let sound = all.into_iter().filter(|(_, value, len)| {
            value.len() == *len && value.bytes().all(|b| b.is_ascii_hexdigit()) && value.bytes().any(|b| b != b'0')
        });
        let digest = |(kind, value, _): (DigestKind, String, usize)| SignerDigest {
            kind,
            value: value.to_ascii_lowercase(),
            past: false,
        };
        Ok(Self(sound.map(digest).collect()))
    }
}

/// Reads the array and hands out row by row. `Ok(true)`: its end was read and
/// nothing stands behind it. Rows of further arrays are handed out, too.
pub(super) fn rows(input: impl Read, longest: usize, each: &mut dyn FnMut(Row)) -> Result<bool, serde_json::Error> {
    let left = Rc::new(Cell::new(longest));
    let bounded = Bounded { inner: io::BufReader::with_capacity(64 << 10, input), left: Rc::clone(&left) };
    let mut json = serde_json::Deserializer::from_reader(bounded);
    Rows { each: &mut *each, left: Rc::clone(&left), longest }.deserialize(&mut json)?;
    let whole = json.end().is_ok();
    let mut more = !whole;
    while more {
        let rows = Rows { each: &mut *each, left: Rc::clone(&left), longest };
        more = rows.deserialize(&mut json).is_ok() && json.end().is_err();
    }
    Ok(whole)
}

struct Rows<'a> {
    each: &'a mut dyn FnMut(Row),
    left: Rc<Cell<usize>>,
    longest: usize,
}

impl<'de> DeserializeSeed<'de> for Rows<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<bool, D::Error> {
        d.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Rows<'_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of packages")
    }

    fn visit_unit<E>(self) -> Result<bool, E> {
        Ok(true)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<bool, A::Error> {
        while let Some(row) = seq.next_element::<Row>()? {
            self.left.set(self.longest);
            (self.each)(row);
        }
        Ok(true)
    }
}

/// Ends the input when one row is longer than the limit.
struct Bounded<R> {
    inner: R,
    left: Rc<Cell<usize>>,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if self.left.get() == 0 {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "one row is longer than the limit"));
        }
        let most = buf.len().min(self.left.get());
        let n = self.inner.read(&mut buf[..most])?;
        self.left.set(self.left.get() - n);
        Ok(n)
    }
}
