//! Android binary XML (ABX), the binary side of [`super::xml`].
//!
//! Specified by AOSP's `BinaryXmlSerializer`, `BinaryXmlPullParser` and
//! `FastDataOutput` (`com/android/modules/utils`): magic `ABX\0`, then tokens of
//! one byte, low nibble the event, high nibble the type of its value; integers
//! big-endian; strings with a 16-bit length in Java's modified UTF-8; names in a
//! pool that grows as they are first met. Typed attributes are rendered as AOSP
//! prints them in text XML. May import `limits`.

use std::io::{self, BufRead};

use base64::Engine as _;

use super::hex;
use super::utf8::fill;
use super::xml::{Element, MOST_ATTRIBUTES, Pull, Step, XmlError};

/// First bytes of every file; the last one is the version.
pub const MAGIC: &[u8; 4] = b"ABX\0";

const START_DOCUMENT: u8 = 0;
const END_DOCUMENT: u8 = 1;
const START_TAG: u8 = 2;
const END_TAG: u8 = 3;
const TEXT: u8 = 4;
const CDSECT: u8 = 5;
const ENTITY_REF: u8 = 6;
const IGNORABLE_WHITESPACE: u8 = 7;
const PROCESSING_INSTRUCTION: u8 = 8;
const COMMENT: u8 = 9;
const DOCDECL: u8 = 10;
const ATTRIBUTE: u8 = 15;

const NULL: u8 = 1;
const STRING: u8 = 2;
const STRING_INTERNED: u8 = 3;
const BYTES_HEX: u8 = 4;
const BYTES_BASE64: u8 = 5;
const INT: u8 = 6;
const INT_HEX: u8 = 7;
const LONG: u8 = 8;
const LONG_HEX: u8 = 9;
const FLOAT: u8 = 10;
const DOUBLE: u8 = 11;
const TRUE: u8 = 12;
const FALSE: u8 = 13;

/// The pool stops growing here; reference 0xffff means "a new string follows".
const POOL: usize = 0xffff;

pub(super) struct AbxReader<R> {
    input: R,
    at: u64,
    /// Interned strings, one behind the other, and where each ends.
    pool: String,
    ends: Vec<usize>,
    /// Ceiling in bytes on the pool and on one element.
    most: usize,
    bytes: Vec<u8>,
    name: String,
    repairs: u64,
    ended: bool,
}

impl<R: BufRead> AbxReader<R> {
    pub(super) fn open(input: R, most: usize) -> Result<Self, XmlError> {
        let mut reader = Self {
            input,
            at: 0,
            pool: String::new(),
            ends: Vec::new(),
            most,
            bytes: Vec::new(),
            name: String::new(),
            repairs: 0,
            ended: false,
        };
        let magic: [u8; 4] = reader.array()?;
        if magic != *MAGIC {
            return Err(XmlError::NotXml);
        }
        Ok(reader)
    }

    fn peek(&mut self) -> io::Result<Option<u8>> {
        Ok(fill(&mut self.input)?.first().copied())
    }

    fn skip_byte(&mut self) {
        self.input.consume(1);
        self.at += 1;
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], XmlError> {
        let mut out = [0; N];
        self.exact(&mut out)?;
        Ok(out)
    }

    fn exact(&mut self, out: &mut [u8]) -> Result<(), XmlError> {
        let at = self.at;
        self.input.read_exact(out).map_err(|e| match e.kind() {
            io::ErrorKind::UnexpectedEof => XmlError::Cut(at),
            _ => XmlError::Io(e),
        })?;
        self.at += out.len() as u64;
        Ok(())
    }

    /// A 16-bit length and as many bytes, into `self.bytes`.
    fn counted(&mut self) -> Result<(), XmlError> {
        let len = u16::from_be_bytes(self.array()?);
        let mut bytes = std::mem::take(&mut self.bytes);
        bytes.resize(usize::from(len), 0);
        let read = self.exact(&mut bytes);
        self.bytes = bytes;
        read
    }

    fn string(&mut self, out: &mut String) -> Result<(), XmlError> {
        self.counted()?;
        let sound = modified_utf8(&self.bytes, out);
        self.repairs += u64::from(!sound);
        Ok(())
    }

    fn interned(&mut self, out: &mut String) -> Result<(), XmlError> {
        let at = self.at;
        let reference = usize::from(u16::from_be_bytes(self.array()?));
        if reference != POOL {
            let Some(&end) = self.ends.get(reference) else {
                return Err(XmlError::Syntax { at, what: format!("reference {reference} to no interned string") });
            };
            let start = if reference == 0 { 0 } else { self.ends[reference - 1] };
            out.push_str(&self.pool[start..end]);
            return Ok(());
        }
        let from = out.len();
        self.string(out)?;
        if self.ends.len() < POOL {
            if self.pool.len() + out.len() - from > self.most {
                return Err(XmlError::Limit("the interned strings exceed the limit"));
            }
            self.pool.push_str(&out[from..]);
            self.ends.push(self.pool.len());
        }
        Ok(())
    }

    /// The value of an attribute of this type, as AOSP would print it.
    fn value(&mut self, kind: u8, out: &mut String) -> Result<(), XmlError> {
        match kind {
            NULL => {}
            STRING => self.string(out)?,
            STRING_INTERNED => self.interned(out)?,
            BYTES_HEX => {
                self.counted()?;
                out.push_str(&hex(&self.bytes));
            }
            BYTES_BASE64 => {
                self.counted()?;
                base64::engine::general_purpose::STANDARD.encode_string(&self.bytes, out);
            }
            INT => out.push_str(&i32::from_be_bytes(self.array()?).to_string()),
            INT_HEX => push_signed_hex(i64::from(i32::from_be_bytes(self.array()?)), out),
            LONG => out.push_str(&i64::from_be_bytes(self.array()?).to_string()),
            LONG_HEX => push_signed_hex(i64::from_be_bytes(self.array()?), out),
            FLOAT => {
                let v = f32::from_be_bytes(self.array()?);
                out.push_str(&java_float(f64::from(v).abs(), format!("{v:?}"), format!("{v:e}")));
            }
            DOUBLE => {
                let v = f64::from_be_bytes(self.array()?);
                out.push_str(&java_float(v.abs(), format!("{v:?}"), format!("{v:e}")));
            }
            TRUE => out.push_str("true"),
            FALSE => out.push_str("false"),
            _ => return Err(XmlError::Syntax { at: self.at, what: format!("unknown type {kind} of a value") }),
        }
        Ok(())
    }

    fn attributes(&mut self, element: &mut Element) -> Result<(), XmlError> {
        let mut count = 0;
        while let Some(token) = self.peek()?.filter(|t| t & 15 == ATTRIBUTE) {
            self.skip_byte();
            count += 1;
            if count > MOST_ATTRIBUTES {
                return Err(XmlError::Limit("an element has more attributes than the limit"));
            }
            let mut name = std::mem::take(&mut self.name);
            name.clear();
            self.interned(&mut name)?;
            let before = self.repairs;
            let mut read = Ok(());
            element.push(&name, |out| {
                read = self.value(token >> 4, out);
                self.repairs == before
            });
            self.name = name;
            read?;
            if element.weight() > self.most {
                return Err(XmlError::Limit("an element is longer than the limit"));
            }
        }
        Ok(())
    }
}

impl<R: BufRead> Pull for AbxReader<R> {
    fn step(&mut self, element: &mut Element, text: &mut String) -> Result<Step, XmlError> {
        loop {
            text.clear();
            if self.ended {
                return Ok(Step::Eof);
            }
            let Some(token) = self.peek()? else {
                // AOSP's reader accepts it, its writer never leaves it so.
                self.ended = true;
                self.repairs += 1;
                return Ok(Step::Eof);
            };
            let at = self.at;
            self.skip_byte();
            let (event, kind) = (token & 15, token >> 4);
            match event {
                START_DOCUMENT => {}
                END_DOCUMENT => {
                    self.ended = true;
                    // Another document perhaps, which no reader would see.
                    self.repairs += u64::from(self.peek()?.is_some());
                }
                START_TAG => {
                    self.interned(text)?;
                    element.clear();
                    element.set_name(text);
                    self.attributes(element)?;
                    return Ok(Step::Start);
                }
                END_TAG => {
                    self.interned(text)?;
                    return Ok(Step::End);
                }
                // The writer omits the string of type null; AOSP's own reader
                // would misread what follows.
                TEXT | CDSECT | IGNORABLE_WHITESPACE | ENTITY_REF => {
                    if kind != NULL {
                        self.string(text)?;
                    }
                    if event == ENTITY_REF {
                        let name = std::mem::take(text);
                        resolve_entity(&name, text);
                    }
                    return Ok(Step::Text);
                }
                PROCESSING_INSTRUCTION | COMMENT | DOCDECL => {
                    if kind != NULL {
                        self.string(text)?;
                    }
                }
                _ => return Err(XmlError::Syntax { at, what: format!("unknown token {token:#04x}") }),
            }
        }
    }

    fn position(&self) -> Option<u64> {
        Some(self.at)
    }

    fn repairs(&self) -> u64 {
        self.repairs
    }
}

fn resolve_entity(name: &str, out: &mut String) {
    match quick_xml::escape::resolve_xml_entity(name) {
        Some(text) => out.push_str(text),
        None => {
            out.push('&');
            out.push_str(name);
            out.push(';');
        }
    }
}

/// `Long.toString(v, 16)`: a sign and the digits of the absolute value.
fn push_signed_hex(v: i64, out: &mut String) {
    use std::fmt::Write as _;
    let sign = if v < 0 { "-" } else { "" };
    let _ = write!(out, "{sign}{:x}", v.unsigned_abs());
}

/// `Double.toString`: plain between 0.001 and 10,000,000, else with an exponent.
fn java_float(size: f64, plain: String, exponent: String) -> String {
    if size.is_nan() {
        return "NaN".into();
    }
    if size.is_infinite() {
        return if plain.starts_with('-') { "-Infinity".into() } else { "Infinity".into() };
    }
    if size == 0.0 || (1e-3..1e7).contains(&size) {
        return plain;
    }
    let (mantissa, power) = exponent.split_once('e').unwrap_or((&exponent, "0"));
    let dot = if mantissa.contains('.') { "" } else { ".0" };
    format!("{mantissa}{dot}E{power}")
}

/// Appends Java's modified UTF-8: surrogates are encoded one by one, U+0000 in
/// two bytes. Plain UTF-8 is accepted as well, and what is neither becomes
/// U+FFFD; `false` in that case.
fn modified_utf8(bytes: &[u8], out: &mut String) -> bool {
    if let Ok(text) = std::str::from_utf8(bytes) {
        out.push_str(text);
        return true;
    }
    let mut sound = true;
    let mut rest = bytes;
    while let Some(&first) = rest.first() {
        let (c, used) = match first {
            0xed => surrogate_pair(rest),
            0xc0 if rest.get(1) == Some(&0x80) => (Some('\0'), 2),
            _ => one_char(rest),
        };
        sound &= c.is_some();
        out.push(c.unwrap_or('\u{fffd}'));
        rest = rest.get(used..).unwrap_or(&[]);
    }
    sound
}

/// One character of plain UTF-8.
fn one_char(rest: &[u8]) -> (Option<char>, usize) {
    for len in 1..=rest.len().min(4) {
        if let Ok(text) = std::str::from_utf8(&rest[..len]) {
            return (text.chars().next(), len);
        }
    }
    (None, 1)
}

/// Two surrogates of three bytes each, or a plain character of U+D000 to U+D7FF.
fn surrogate_pair(rest: &[u8]) -> (Option<char>, usize) {
    let unit = |b: &[u8]| u32::from(b[0] & 15) << 12 | u32::from(b[1] & 63) << 6 | u32::from(b[2] & 63);
    match rest {
        [0xed, 0xa0..=0xaf, 0x80..=0xbf, 0xed, 0xb0..=0xbf, 0x80..=0xbf, ..] => {
            let (high, low) = (unit(&rest[..3]), unit(&rest[3..6]));
            (char::from_u32(0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00)), 6)
        }
        [0xed, 0xa0..=0xbf, 0x80..=0xbf, ..] => (None, 3),
        _ => one_char(rest),
    }
}

#[cfg(test)]
#[path = "abx_tests.rs"]
mod tests;
