//! What the head of a sample shows: its columns or keys, and what kind of
//! values they hold. The values themselves are looked at and forgotten: a draft
//! is a file that people pass on.

use std::collections::BTreeMap;

use super::super::super::values::{is_guid, looks_like_identifier, time};
use crate::format::csv;
use crate::format::json::{JsonError, Kind as JsonKind, Reader};
use crate::format::text::Encoding;

/// Rows, elements of an array, and lines that are looked at.
const MOST: usize = 200;
const PATHS: usize = 600;
const DEPTH: usize = 8;

/// What one value looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Guid,
    Identifier,
    Time,
    Imei,
    Number,
    Truth,
    Mail,
    Text,
}

impl Kind {
    fn of(text: &str) -> Self {
        let digits = text.bytes().all(|b| b.is_ascii_digit());
        let mail = text.split_once('@').is_some_and(|(a, b)| !a.is_empty() && b.contains('.')) && !text.contains(' ');
        match () {
            () if is_guid(text.as_bytes()) => Self::Guid,
            () if digits && text.len() == 15 => Self::Imei,
            () if digits => Self::Number,
            () if matches!(text.to_ascii_lowercase().as_str(), "true" | "false" | "yes" | "no") => Self::Truth,
            () if mail => Self::Mail,
            () if time(text).is_some() => Self::Time,
            () if looks_like_identifier(text) => Self::Identifier,
            () => Self::Text,
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Guid => "GUID",
            Self::Identifier => "looks like a package name or bundle identifier",
            Self::Time => "time",
            Self::Imei => "15 digits, perhaps an IMEI",
            Self::Number => "digits",
            Self::Truth => "yes or no",
            Self::Mail => "looks like an e-mail address",
            Self::Text => "text",
        }
    }
}

/// What the values of a column or key look like.
#[derive(Debug, Default, Clone)]
pub(super) struct Shape {
    kinds: Vec<Kind>,
    shortest: usize,
    longest: usize,
    /// How often it was there, with or without a value.
    pub(super) seen: usize,
}

impl Shape {
    fn add(&mut self, text: &str) {
        self.seen += 1;
        let text = text.trim();
        let letters = text.chars().count();
        if letters == 0 {
            return;
        }
        let kind = Kind::of(text);
        self.shortest = if self.kinds.is_empty() { letters } else { self.shortest.min(letters) };
        self.longest = self.longest.max(letters);
        if !self.kinds.contains(&kind) {
            self.kinds.push(kind);
        }
    }

    /// In words, without any value.
    pub(super) fn describe(&self) -> String {
        let kind = match self.kinds.as_slice() {
            [] => return "no value in the sample".to_owned(),
            [kind] => *kind,
            _ => Kind::Text,
        };
        let length = match (self.shortest, self.longest) {
            (a, b) if a == b => format!("{a} characters"),
            (a, b) => format!("{a} to {b} characters"),
        };
        match kind {
            Kind::Text | Kind::Number => format!("{}, {length}", kind.as_str()),
            kind => kind.as_str().to_owned(),
        }
    }
}

/// A column or key.
#[derive(Debug, Clone)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) shape: Shape,
}

/// Columns of delimited text. The last row of a head that is not the whole may
/// be cut and is left out.
pub(super) fn columns(head: &[u8], header: &[String], whole: bool) -> Vec<Field> {
    let mut fields: Vec<Field> =
        header.iter().map(|name| Field { name: name.clone(), shape: Shape::default() }).collect();
    let Ok(mut reader) = csv::Reader::with_block(head, Encoding::Utf8, 0, head.len(), head.len()) else {
        return fields;
    };
    if reader.header().is_err() {
        return fields;
    }
    for _ in 0..MOST {
        let Ok(Some(row)) = reader.next_row() else { break };
        if row.fault.is_some() || !(row.terminated || whole) {
            continue;
        }
        for (n, field) in fields.iter_mut().enumerate() {
            field.shape.add(&row.text(n));
        }
    }
    fields
}

/// Keys of a JSON text, by their paths.
#[derive(Debug, Default)]
pub(super) struct Keys {
    /// Values, in the order in which they were met.
    pub(super) fields: Vec<Field>,
    /// Objects, and how often each was met.
    pub(super) objects: BTreeMap<String, usize>,
    /// Arrays of objects in the order in which they were met.
    pub(super) lists: Vec<String>,
}

impl Keys {
    /// Of UTF-8 text, as far as it goes.
    pub(super) fn of(head: &[u8]) -> Self {
        let mut keys = Self::default();
        let mut reader = Reader::with_block(head, 0, 128, 1 << 20, head.len());
        for _ in 0..MOST {
            let mut path = String::new();
            let more = reader
                .next_value()
                .and_then(|more| if more { keys.walk(&mut reader, &mut path, 0).map(|()| true) } else { Ok(false) });
            if !matches!(more, Ok(true)) {
                break;
            }
        }
        keys
    }

    fn walk(&mut self, reader: &mut Reader<&[u8]>, path: &mut String, depth: usize) -> Result<(), JsonError> {
        if depth >= DEPTH {
            return reader.skip();
        }
        let length = path.len();
        match reader.kind()? {
            JsonKind::Object => {
                *self.objects.entry(path.clone()).or_default() += 1;
                if path.ends_with("[]") && !self.lists.contains(path) {
                    self.lists.push(path.clone());
                }
                reader.enter()?;
                while let Some(key) = reader.next_key()? {
                    let key = String::from_utf8_lossy(key).into_owned();
                    // Such a key cannot be written as a path.
                    if key.is_empty() || key.len() > 200 || key.contains(['.', '[', ']', '*']) {
                        reader.skip()?;
                        continue;
                    }
                    if length > 0 {
                        path.push('.');
                    }
                    path.push_str(&key);
                    let read = self.walk(reader, path, depth + 1);
                    path.truncate(length);
                    read?;
                }
            }
            JsonKind::Array => {
                reader.enter()?;
                path.push_str("[]");
                let mut n = 0;
                let read = loop {
                    match reader.next_element() {
                        Ok(true) => {}
                        Ok(false) => break Ok(()),
                        Err(error) => break Err(error),
                    }
                    n += 1;
                    let read = if n > MOST { reader.skip() } else { self.walk(reader, path, depth + 1) };
                    if read.is_err() {
                        break read;
                    }
                };
                path.truncate(length);
                read?;
            }
            _ => {
                let text = reader.scalar()?.unwrap_or_default();
                self.value(path, &text);
            }
        }
        Ok(())
    }

    fn value(&mut self, path: &str, text: &str) {
        if let Some(field) = self.fields.iter_mut().find(|f| f.name == path) {
            field.shape.add(text);
        } else if self.fields.len() < PATHS && !path.ends_with("[]") {
            let mut shape = Shape::default();
            shape.add(text);
            self.fields.push(Field { name: path.to_owned(), shape });
        }
    }

    /// Values below an object that are in no array below it, by their paths
    /// from there.
    pub(super) fn below(&self, at: &str) -> Vec<Field> {
        let rest = |path: &str| match at {
            "" => Some(path.to_owned()),
            _ => path.strip_prefix(at)?.strip_prefix('.').map(str::to_owned),
        };
        let fields = self.fields.iter().filter_map(|f| Some(Field { name: rest(&f.name)?, shape: f.shape.clone() }));
        fields.filter(|f| !f.name.contains("[]")).collect()
    }
}
