//! Apple property lists, read value by value: XML from a stream, binary from
//! bounded bytes. One interface for both; the bytes decide which it is.
//!
//! No tree is built. A reader asks for keys and values in the order they stand
//! and passes over what it does not want: `<data>` is not even decoded, a
//! binary container that is passed over is not visited. The `plist` crate
//! offers values only as a whole tree, which shared references of a hostile
//! binary list expand without bound; its events are behind an unstable feature.
//!
//! Formats: Apple `PropertyList-1.0.dtd` and `CFBinaryPList.c` of CoreFoundation.
//! Imports `limits` and `model::Timestamp`.

mod binary;
mod text;
mod xml;

use std::io::{self, Read};
use std::sync::Arc;

use crate::limits::{Leash, Stop};
use crate::model::Timestamp;
use binary::Binary;
use xml::Xml;

const FOLLOWED: &str = "something follows its end";

/// Why a property list could not be read on.
#[derive(Debug, thiserror::Error)]
pub enum PlistError {
    /// No byte, or nothing but white space.
    #[error("the file is empty")]
    Empty,
    /// Something else; what.
    #[error("not a property list: {0}")]
    NotAPlist(String),
    /// The input ends inside the list.
    #[error("the property list is cut off")]
    Cut,
    /// The list contradicts its format; a sentence that says where.
    #[error("the property list is damaged: {0}")]
    Damaged(String),
    /// Values nested deeper than the limit.
    #[error("values nested more than {0} deep")]
    Nesting(usize),
    /// The leash was reached.
    #[error("{0}")]
    Stop(#[from] Stop),
    /// The bytes could not be had.
    #[error("{0}")]
    Io(Arc<io::Error>),
}

impl From<io::Error> for PlistError {
    fn from(error: io::Error) -> Self {
        // A stop travels through `io::Error` where a library does the reading.
        match error.downcast::<Stop>() {
            Ok(stop) => Self::Stop(stop),
            Err(error) => Self::Io(Arc::new(error)),
        }
    }
}

/// A value, or the start of one. After [`Value::Dict`] read
/// [`Plist::key`] to `None`, after [`Value::Array`] read [`Plist::value`] to
/// `None`, or [`Plist::leave`] either.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Keys and values follow.
    Dict,
    /// Values follow.
    Array,
    /// Text; bytes that are no text are U+FFFD.
    String(String),
    /// Up to 128 bits: device ids exceed 64.
    Integer(i128),
    /// A number with a fraction.
    Real(f64),
    /// Yes or no.
    Bool(bool),
    /// A point in time.
    Date(Timestamp),
    /// Bytes; [`Plist::data`] reads them, the next call passes over them.
    Data,
    /// Null, a keyed archive's reference, a date or number out of range.
    Other,
}

/// A property list being read.
pub struct Plist<'a> {
    inner: Inner<'a>,
}

enum Inner<'a> {
    Xml(Box<Xml<'a>>),
    Binary(Box<Binary<'a>>),
}

macro_rules! both {
    ($self:ident, $inner:ident => $call:expr) => {
        match &mut $self.inner {
            Inner::Xml($inner) => $call,
            Inner::Binary($inner) => $call,
        }
    };
}

impl<'a> Plist<'a> {
    /// Looks at the first bytes and begins. A binary list is read whole, up to
    /// the limit on files in memory; XML is read as far as it is asked for.
    pub fn open(mut reader: impl Read + Send + 'a, leash: &'a Leash) -> Result<Self, PlistError> {
        let mut head = Vec::new();
        (&mut reader).take(8).read_to_end(&mut head)?;
        let rest = io::Cursor::new(head.clone()).chain(reader);
        if !head.starts_with(b"bplist") {
            let xml = Xml::open(Box::new(rest), leash)?;
            return Ok(Self { inner: Inner::Xml(Box::new(xml)) });
        }
        let most = leash.limits.file_in_memory;
        let mut bytes = Vec::new();
        rest.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > most {
            return Err(Stop::Bytes.into());
        }
        Ok(Self { inner: Inner::Binary(Box::new(Binary::open(bytes, leash)?)) })
    }

    /// The next value: the root, the value after a key, the next of an array.
    /// `None` at the end of an array.
    pub fn value(&mut self) -> Result<Option<Value>, PlistError> {
        both!(self, p => p.value())
    }

    /// The next key of a dictionary; `None` at its end.
    pub fn key(&mut self) -> Result<Option<String>, PlistError> {
        both!(self, p => p.key())
    }

    /// Passes over the rest of the dictionary or array that is open.
    pub fn leave(&mut self) -> Result<(), PlistError> {
        both!(self, p => p.leave())
    }

    /// The bytes just announced by [`Value::Data`]; `None` when there are more
    /// than `most` of them, or they are no base64.
    pub fn data(&mut self, most: usize) -> Result<Option<Vec<u8>>, PlistError> {
        both!(self, p => p.data(most))
    }

    /// The root was read, and the file ends with the list: an error where the
    /// list is not closed, or where another follows it, because readers differ
    /// in which of two they believe. Behind XML may stand white space, comments
    /// and the zero that ends a text in C; behind a binary list nothing, for
    /// Apple looks for its trailer in the last 32 bytes of the file.
    pub fn finish(&mut self) -> Result<(), PlistError> {
        self.close()?;
        both!(self, p => p.end())
    }

    /// The root was read, and its list is closed; more may follow.
    pub fn close(&mut self) -> Result<(), PlistError> {
        match &mut self.inner {
            Inner::Xml(p) => p.close(),
            // Its trailer was what let the reading begin.
            Inner::Binary(_) => Ok(()),
        }
    }

    /// After [`Self::close`]: whether another XML list follows in the same
    /// stream, which is then begun. An error where something else follows.
    pub fn next_document(&mut self) -> Result<bool, PlistError> {
        match &mut self.inner {
            Inner::Xml(p) => p.next_document(),
            Inner::Binary(p) => p.end().map(|()| false),
        }
    }

    /// Opens the root, which has to be a dictionary.
    pub fn root(&mut self) -> Result<(), PlistError> {
        match self.value()? {
            Some(Value::Dict) => Ok(()),
            _ => Err(PlistError::NotAPlist("its root is not a dictionary".into())),
        }
    }

    /// Passes over the value after a key.
    pub fn skip(&mut self) -> Result<(), PlistError> {
        match &mut self.inner {
            Inner::Binary(p) => p.skip(),
            Inner::Xml(_) => self.scalar().map(drop),
        }
    }

    /// Opens the next value if it is a dictionary; passes over anything else.
    pub fn dict(&mut self) -> Result<bool, PlistError> {
        let value = self.value()?;
        if value == Some(Value::Array) {
            self.leave()?;
        }
        Ok(value == Some(Value::Dict))
    }

    /// Opens the next value if it is an array; passes over anything else.
    pub fn array(&mut self) -> Result<bool, PlistError> {
        let value = self.value()?;
        if value == Some(Value::Dict) {
            self.leave()?;
        }
        Ok(value == Some(Value::Array))
    }

    /// The next value if it is no container; containers are passed over.
    pub fn scalar(&mut self) -> Result<Option<Value>, PlistError> {
        match self.value()? {
            Some(Value::Dict | Value::Array) => {
                self.leave()?;
                Ok(None)
            }
            other => Ok(other),
        }
    }

    /// The next value as text, if it is text or a whole number.
    pub fn text(&mut self) -> Result<Option<String>, PlistError> {
        Ok(match self.scalar()? {
            Some(Value::String(text)) => Some(text),
            Some(Value::Integer(n)) => Some(n.to_string()),
            _ => None,
        })
    }

    /// The next value, if it is a yes or no.
    pub fn boolean(&mut self) -> Result<Option<bool>, PlistError> {
        Ok(match self.scalar()? {
            Some(Value::Bool(b)) => Some(b),
            _ => None,
        })
    }

    /// The next value, if it is a point in time.
    pub fn date(&mut self) -> Result<Option<Timestamp>, PlistError> {
        Ok(match self.scalar()? {
            Some(Value::Date(t)) => Some(t),
            _ => None,
        })
    }
}

/// The first bytes of a file that looks like a property list of either kind.
pub enum Head<'a> {
    /// The text, whatever its encoding.
    Xml(String),
    /// Keys are plain bytes somewhere in the object table.
    Binary(&'a [u8]),
}

impl<'a> Head<'a> {
    /// `None` where the bytes look like something else.
    pub fn of(head: &'a [u8]) -> Option<Self> {
        if head.starts_with(b"bplist0") {
            return Some(Self::Binary(head));
        }
        let text = text::head_text(head);
        (text.trim_start().starts_with('<') && text.contains("<plist")).then_some(Self::Xml(text))
    }

    /// Whether this key is named.
    pub fn has(&self, key: &str) -> bool {
        match self {
            Self::Xml(text) => text.contains(&format!("<key>{key}</key>")),
            Self::Binary(bytes) => memchr::memmem::find(bytes, key.as_bytes()).is_some(),
        }
    }
}

#[cfg(test)]
mod tests;
