//! The text side of [`super::xml`]: bytes to UTF-8, `quick-xml`, tolerant
//! resolution of references.
//!
//! XML 1.0, <https://www.w3.org/TR/xml/>. Line ends and white space in
//! attribute values are left as they stand: key material is wrapped there.

use std::io::{self, BufRead, Read};

use quick_xml::errors::SyntaxError;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesStart, Event as Quick};

use super::utf8::Utf8Reader;
use super::xml::{Element, Pull, Step, XmlError};

/// Longest reference that is looked at between `&` and `;`.
const LONGEST_REFERENCE: usize = 32;

/// Marks the ceiling on one event inside an [`io::Error`].
#[derive(Debug, thiserror::Error)]
#[error("one tag or text is longer than the limit")]
struct TooLong;

pub(super) struct TextReader<R> {
    reader: quick_xml::Reader<Bounded<Utf8Reader<R>>>,
    buffer: Vec<u8>,
    repairs: u64,
}

impl<R: BufRead> TextReader<R> {
    pub(super) fn open(input: R, longest: usize) -> Result<Self, XmlError> {
        let input = Bounded { inner: Utf8Reader::open(input)?, longest, left: longest };
        let mut reader = quick_xml::Reader::from_reader(input);
        let config = reader.config_mut();
        config.allow_dangling_amp = true;
        config.allow_unmatched_ends = true;
        config.check_end_names = false;
        config.expand_empty_elements = true;
        Ok(Self { reader, buffer: Vec::new(), repairs: 0 })
    }
}

impl<R: BufRead> Pull for TextReader<R> {
    fn step(&mut self, element: &mut Element, text: &mut String) -> Result<Step, XmlError> {
        loop {
            self.buffer.clear();
            text.clear();
            let input = self.reader.get_mut();
            input.left = input.longest;
            let event = match self.reader.read_event_into(&mut self.buffer) {
                Ok(event) => event,
                Err(error) => return Err(error_of(error, self.reader.error_position())),
            };
            match event {
                Quick::Start(start) | Quick::Empty(start) => {
                    read_tag(&start, element);
                    self.repairs += u64::from(element.is_damaged());
                    return Ok(Step::Start);
                }
                Quick::End(end) => {
                    text.push_str(end.name().as_ref());
                    return Ok(Step::End);
                }
                Quick::Text(t) => {
                    text.push_str(&t.into_inner());
                    self.repairs += u64::from(holds_control(text));
                    return Ok(Step::Text);
                }
                Quick::CData(t) => {
                    text.push_str(&t.into_inner());
                    self.repairs += u64::from(holds_control(text));
                    return Ok(Step::Text);
                }
                Quick::GeneralRef(r) => {
                    let name = r.into_inner();
                    if !resolve(&name, text) {
                        text.push('&');
                        text.push_str(&name);
                        text.push(';');
                    }
                    return Ok(Step::Text);
                }
                Quick::Eof => return Ok(Step::Eof),
                Quick::Comment(_) | Quick::Decl(_) | Quick::PI(_) | Quick::DocType(_) => {}
            }
        }
    }

    fn position(&self) -> Option<u64> {
        let input = &self.reader.get_ref().inner;
        input.keeps_offsets().then(|| self.reader.buffer_position() + input.skipped())
    }

    fn repairs(&self) -> u64 {
        self.repairs + self.reader.get_ref().inner.repairs()
    }
}

fn error_of(error: quick_xml::Error, at: u64) -> XmlError {
    match error {
        quick_xml::Error::Io(e) => match e.get_ref() {
            Some(inner) if inner.is::<TooLong>() => XmlError::Limit("one tag or text is longer than the limit"),
            // The error is shared by reference; what matters of it is copied.
            Some(inner) => match inner.downcast_ref::<crate::limits::Stop>() {
                Some(stop) => XmlError::Io(io::Error::other(*stop)),
                None => XmlError::Io(io::Error::new(e.kind(), e.to_string())),
            },
            None => XmlError::Io(io::Error::new(e.kind(), e.to_string())),
        },
        quick_xml::Error::Syntax(SyntaxError::InvalidBangMarkup) => {
            XmlError::Syntax { at, what: "unknown markup after `<!`".into() }
        }
        quick_xml::Error::Syntax(_) => XmlError::Cut(at),
        other => XmlError::Syntax { at, what: other.to_string() },
    }
}

fn read_tag(start: &BytesStart<'_>, element: &mut Element) {
    element.clear();
    element.set_name(start.name().as_ref());
    let mut sound = true;
    for attribute in start.attributes().with_checks(false) {
        match attribute {
            Ok(a) => element.push(a.key.as_ref(), |out| {
                unescape(&a.value, out);
                true
            }),
            Err(_) => {
                sound = false;
                break;
            }
        }
    }
    if holds_control(start) {
        element.mark_damaged();
    }
    if sound {
        return;
    }
    // Attributes without quotes or value: read as browsers do, and say so.
    element.drop_attributes();
    for a in start.html_attributes().with_checks(false).flatten() {
        element.push(a.key.as_ref(), |out| {
            unescape(&a.value, out);
            true
        });
    }
    element.mark_damaged();
}

/// Characters that XML 1.0 does not have: where they stand, something was
/// overwritten, whole elements perhaps. Android writes them as references.
fn holds_control(text: &str) -> bool {
    text.bytes().any(|b| b < b' ' && !matches!(b, b'\t' | b'\n' | b'\r'))
}

/// Appends `raw` with its references resolved; what is none stays as it stands.
fn unescape(raw: &str, out: &mut String) {
    let mut rest = raw;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let end = rest.bytes().take(LONGEST_REFERENCE).position(|b| b == b';');
        match end {
            Some(end) if resolve(&rest[..end], out) => rest = &rest[end + 1..],
            _ => out.push('&'),
        }
    }
    out.push_str(rest);
}

/// Appends what the reference between `&` and `;` stands for.
fn resolve(name: &str, out: &mut String) -> bool {
    if let Some(text) = resolve_xml_entity(name) {
        out.push_str(text);
        return true;
    }
    let Some(number) = name.strip_prefix('#') else {
        return false;
    };
    let number = match number.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16),
        None => number.parse(),
    };
    match number.ok().and_then(char::from_u32) {
        Some(c) => {
            out.push(c);
            true
        }
        None => false,
    }
}

/// Lets at most `left` bytes through until somebody resets it.
struct Bounded<R> {
    inner: R,
    longest: usize,
    left: usize,
}

impl<R: BufRead> Read for Bounded<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let n = available.len().min(buf.len());
        buf[..n].copy_from_slice(&available[..n]);
        self.consume(n);
        Ok(n)
    }
}

impl<R: BufRead> BufRead for Bounded<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.left == 0 {
            return Err(io::Error::other(TooLong));
        }
        let available = self.inner.fill_buf()?;
        Ok(&available[..available.len().min(self.left)])
    }

    fn consume(&mut self, amount: usize) {
        self.left = self.left.saturating_sub(amount);
        self.inner.consume(amount);
    }
}
