//! XML property lists, streamed with quick-xml. Strict about structure: a list
//! that is not well-formed from its first to its last tag is cut or damaged,
//! never silently shorter. Entities other than the five of XML are not expanded.

use std::io::{BufRead, Read};

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use quick_xml::Reader;
use quick_xml::errors::Error as XmlError;
use quick_xml::events::Event;

use super::text::Rope;
use super::{PlistError, Value};
use crate::limits::Leash;
use crate::model::Timestamp;

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tag {
    Plist,
    Dict,
    Array,
    Key,
    String,
    Integer,
    Real,
    True,
    False,
    Date,
    Data,
    Unknown,
}

impl Tag {
    fn of(name: &str) -> Self {
        match name {
            "plist" => Self::Plist,
            "dict" => Self::Dict,
            "array" => Self::Array,
            "key" => Self::Key,
            "string" => Self::String,
            "integer" => Self::Integer,
            "real" => Self::Real,
            "true" => Self::True,
            "false" => Self::False,
            "date" => Self::Date,
            "data" => Self::Data,
            _ => Self::Unknown,
        }
    }
}

/// Markup, with the text between it dealt with.
enum Mark {
    Start(Tag),
    End(Tag),
    Eof,
}

/// What text between tags means where the next mark is looked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Between {
    /// Only white space belongs there.
    Blank,
    /// Text of values that are passed over.
    Anything,
}

/// A reader of XML property lists.
pub(super) struct Xml<'a> {
    reader: Reader<Rope<'a>>,
    buf: Vec<u8>,
    leash: &'a Leash,
    /// Open containers; `true` for a dictionary.
    stack: Vec<bool>,
    /// A `<data>` was announced and not read.
    in_data: bool,
    /// Something stood between two lists.
    strange: bool,
}

/// What stands before an element.
#[derive(Default)]
struct Before {
    /// A declaration or document type, which an element should follow.
    prologue: bool,
    /// A comment or processing instruction.
    remark: bool,
    /// Text of its own.
    text: bool,
    zeros: usize,
}

impl Before {
    /// White space, and perhaps the zero that ends a text in C.
    fn is_blank(&self) -> bool {
        !self.text && self.zeros <= 1
    }
}

impl<'a> Xml<'a> {
    pub(super) fn open(reader: Box<dyn Read + Send + 'a>, leash: &'a Leash) -> Result<Self, PlistError> {
        let mut reader = Reader::from_reader(Rope::new(reader)?);
        let config = reader.config_mut();
        config.expand_empty_elements = true;
        config.check_end_names = true;
        config.allow_dangling_amp = true;
        config.trim_markup_names_in_closing_tags = true;
        let mut this = Self { reader, buf: Vec::new(), leash, stack: Vec::new(), in_data: false, strange: false };
        let (tag, before) = this.seek()?;
        match tag {
            Some(_) if before.text => Err(PlistError::NotAPlist("bytes before the first element".into())),
            Some(Tag::Plist) => Ok(this),
            Some(_) => Err(PlistError::NotAPlist("another kind of XML or HTML".into())),
            None if before.text || before.prologue || before.remark => {
                Err(PlistError::NotAPlist("no <plist> element".into()))
            }
            None => Err(PlistError::Empty),
        }
    }

    /// Passes over prologue and text to the next element.
    fn seek(&mut self) -> Result<(Option<Tag>, Before), PlistError> {
        let mut before = Before::default();
        loop {
            self.reader.get_mut().allow(self.leash.limits.record);
            self.buf.clear();
            match self.reader.read_event_into(&mut self.buf).map_err(error)? {
                Event::Start(start) => return Ok((Some(Tag::of(start.name().as_ref())), before)),
                Event::Eof => return Ok((None, before)),
                Event::Text(text) => {
                    before.zeros += text.matches('\0').count();
                    before.text |= !text.chars().all(|c| c.is_whitespace() || c == '\0');
                }
                Event::End(_) => return Err(PlistError::Damaged("a closing tag without its element".into())),
                Event::Comment(_) | Event::PI(_) => before.remark = true,
                Event::Decl(_) | Event::DocType(_) => before.prologue = true,
                _ => before.text = true,
            }
        }
    }

    pub(super) fn next_document(&mut self) -> Result<bool, PlistError> {
        self.stack.clear();
        let (tag, before) = self.seek()?;
        // What is left behind it is read all the same: more apps can only help.
        self.strange |= !before.is_blank();
        match tag {
            Some(Tag::Plist) => Ok(true),
            None if before.prologue => Err(PlistError::Cut),
            None if !self.strange => Ok(false),
            _ => Err(PlistError::Damaged("something that is no list follows one".into())),
        }
    }

    fn mark(&mut self, between: Between) -> Result<Mark, PlistError> {
        loop {
            self.reader.get_mut().allow(self.leash.limits.record);
            if between == Between::Anything {
                self.pass_text()?;
            }
            self.buf.clear();
            match self.reader.read_event_into(&mut self.buf).map_err(error)? {
                Event::Start(start) => return Ok(Mark::Start(Tag::of(start.name().as_ref()))),
                Event::End(end) => return Ok(Mark::End(Tag::of(end.name().as_ref()))),
                Event::Eof => return Ok(Mark::Eof),
                Event::Text(text) if between == Between::Blank && !text.chars().all(char::is_whitespace) => {
                    return Err(PlistError::Damaged("text between the elements".into()));
                }
                Event::CData(_) | Event::GeneralRef(_) if between == Between::Blank => {
                    return Err(PlistError::Damaged("text between the elements".into()));
                }
                _ => {}
            }
        }
    }

    /// Passes over text to the next `<` without buffering it: icons are most of
    /// an `Info.plist`.
    fn pass_text(&mut self) -> Result<(), PlistError> {
        loop {
            // Not buffered, so it does not count against the allowance.
            self.reader.get_mut().allow(self.leash.limits.record);
            let mut stream = self.reader.stream();
            let buf = stream.fill_buf()?;
            let (used, found) = match memchr::memchr(b'<', buf) {
                Some(at) => (at, true),
                None => (buf.len(), buf.is_empty()),
            };
            stream.consume(used);
            if found {
                return Ok(());
            }
            self.leash.tick(0, 0)?;
        }
    }

    /// The text of the element just begun, to its closing tag.
    fn content(&mut self) -> Result<String, PlistError> {
        let mut out = String::new();
        let before = self.reader.get_ref().repairs();
        loop {
            if out.len() > self.leash.limits.record {
                return Err(crate::limits::Stop::Bytes.into());
            }
            self.reader.get_mut().allow(self.leash.limits.record);
            self.buf.clear();
            match self.reader.read_event_into(&mut self.buf).map_err(error)? {
                Event::Text(text) => out.push_str(&text.xml10_content()),
                Event::CData(text) => out.push_str(&text.xml10_content()),
                Event::GeneralRef(entity) => match entity.resolve_char_ref() {
                    Ok(Some(c)) => out.push(c),
                    Ok(None) => match quick_xml::escape::resolve_predefined_entity(&entity) {
                        Some(text) => out.push_str(text),
                        None => return Err(PlistError::Damaged(format!("the entity &{};", clip(&entity)))),
                    },
                    Err(_) => out.push(char::REPLACEMENT_CHARACTER),
                },
                // The reader below spells bytes of no character `?`, which is one.
                Event::End(_) if self.reader.get_ref().repairs() > before => return Ok(out.replace('?', "\u{FFFD}")),
                Event::End(_) => return Ok(out),
                Event::Start(start) => {
                    return Err(PlistError::Damaged(format!("<{}> inside a text", clip(start.name().as_ref()))));
                }
                Event::Eof => return Err(PlistError::Cut),
                _ => {}
            }
        }
    }

    /// Passes over a `<data>` nobody asked for.
    fn settle(&mut self) -> Result<(), PlistError> {
        if !std::mem::take(&mut self.in_data) {
            return Ok(());
        }
        match self.mark(Between::Anything)? {
            Mark::End(_) => Ok(()),
            Mark::Start(_) => Err(PlistError::Damaged("an element inside <data>".into())),
            Mark::Eof => Err(PlistError::Cut),
        }
    }

    pub(super) fn value(&mut self) -> Result<Option<Value>, PlistError> {
        self.settle()?;
        match self.mark(Between::Blank)? {
            Mark::Start(tag) => self.begin(tag).map(Some),
            Mark::End(Tag::Array) if self.stack.last() == Some(&false) => {
                self.stack.pop();
                Ok(None)
            }
            Mark::End(_) => Err(PlistError::Damaged("a value is missing".into())),
            Mark::Eof => Err(PlistError::Cut),
        }
    }

    fn begin(&mut self, tag: Tag) -> Result<Value, PlistError> {
        Ok(match tag {
            Tag::Dict | Tag::Array => {
                if self.stack.len() >= self.leash.limits.nesting {
                    return Err(PlistError::Nesting(self.leash.limits.nesting));
                }
                self.stack.push(tag == Tag::Dict);
                if tag == Tag::Dict { Value::Dict } else { Value::Array }
            }
            Tag::String => Value::String(self.content()?),
            Tag::Integer => integer(&self.content()?).map_or(Value::Other, Value::Integer),
            Tag::Real => self.content()?.trim().parse().map_or(Value::Other, Value::Real),
            Tag::Date => Timestamp::parse(&self.content()?).map_or(Value::Other, Value::Date),
            Tag::True | Tag::False => {
                self.content()?;
                Value::Bool(tag == Tag::True)
            }
            Tag::Data => {
                self.in_data = true;
                Value::Data
            }
            Tag::Plist | Tag::Key | Tag::Unknown => {
                return Err(PlistError::Damaged("an element that is no value".into()));
            }
        })
    }

    pub(super) fn key(&mut self) -> Result<Option<String>, PlistError> {
        self.settle()?;
        match self.mark(Between::Blank)? {
            Mark::Start(Tag::Key) => self.content().map(Some),
            Mark::End(Tag::Dict) if self.stack.last() == Some(&true) => {
                self.stack.pop();
                Ok(None)
            }
            Mark::Start(_) | Mark::End(_) => Err(PlistError::Damaged("a value without a key".into())),
            Mark::Eof => Err(PlistError::Cut),
        }
    }

    pub(super) fn leave(&mut self) -> Result<(), PlistError> {
        self.settle()?;
        if self.stack.pop().is_none() {
            return Ok(());
        }
        let mut open = 1_usize;
        while open > 0 {
            match self.mark(Between::Anything)? {
                Mark::Start(_) => open += 1,
                Mark::End(_) => open -= 1,
                Mark::Eof => return Err(PlistError::Cut),
            }
            // Scalars nest one deeper than the containers that hold them.
            if self.stack.len() + open > self.leash.limits.nesting + 1 {
                return Err(PlistError::Nesting(self.leash.limits.nesting));
            }
        }
        Ok(())
    }

    pub(super) fn data(&mut self, most: usize) -> Result<Option<Vec<u8>>, PlistError> {
        if !std::mem::take(&mut self.in_data) {
            return Ok(None);
        }
        let mut text = self.content()?.into_bytes();
        text.retain(|b| !b.is_ascii_whitespace());
        if text.len() / 4 > most / 3 + 1 {
            return Ok(None);
        }
        Ok(BASE64.decode(&text).ok().filter(|bytes| bytes.len() <= most))
    }

    pub(super) fn close(&mut self) -> Result<(), PlistError> {
        self.settle()?;
        match self.mark(Between::Blank)? {
            Mark::End(Tag::Plist) => Ok(()),
            Mark::Start(_) | Mark::End(_) => Err(PlistError::Damaged("more than one root".into())),
            Mark::Eof => Err(PlistError::Cut),
        }
    }
}

impl Xml<'_> {
    /// After [`Self::close`]: nothing follows but white space and comments.
    pub(super) fn end(&mut self) -> Result<(), PlistError> {
        match self.seek() {
            Ok((None, before)) if before.is_blank() && !before.prologue => Ok(()),
            Err(error @ (PlistError::Stop(_) | PlistError::Io(_))) => Err(error),
            _ => Err(PlistError::Damaged(super::FOLLOWED.into())),
        }
    }
}

/// Decimal or, as Apple's parser allows, hexadecimal.
fn integer(text: &str) -> Option<i128> {
    let text = text.trim();
    match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(hex) => i128::from_str_radix(hex, 16).ok(),
        None => text.parse().ok(),
    }
}

fn clip(text: &str) -> String {
    text.chars().take(40).collect::<String>().escape_debug().to_string()
}

fn error(error: XmlError) -> PlistError {
    match error {
        XmlError::Io(error) => match error.get_ref().and_then(|e| e.downcast_ref()) {
            Some(stop) => PlistError::Stop(*stop),
            None => PlistError::Io(error),
        },
        // Syntax errors are markup that never closes: the end of the input.
        XmlError::Syntax(_) => PlistError::Cut,
        other => PlistError::Damaged(other.to_string().escape_debug().to_string()),
    }
}
