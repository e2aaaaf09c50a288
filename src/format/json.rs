//! JSON as a stream of steps (RFC 8259; lines of it: NDJSON), in one pass over
//! blocks. No document is built and nothing allocated for a value: the caller
//! walks into the objects it knows and passes over the others.
//!
//! `serde_json` reads its own documents elsewhere; exports need what it does not
//! have: a limit on strings, the offsets and the exact bytes of an object for
//! locators and hashes, a truncated document told from a damaged one, going on
//! at the next line, and passing over values at the speed of a search. What it
//! accepts is accepted here with the same values, which a property test holds.
//! Of values that are passed over, structure and strings are checked, numbers
//! and literals are not.

mod strings;

use std::borrow::Cow;
use std::cell::Cell;
use std::io::{self, Read};

use memchr::memchr;

use self::strings::Text;

/// How many bytes are read at a time.
const BLOCK: usize = 128 << 10;

/// An object longer than this is not kept for its hash.
const HELD: usize = 1 << 20;

/// Why reading stopped.
#[derive(Debug, thiserror::Error)]
pub enum JsonError {
    /// The medium, or the leash.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The input ended inside a value.
    #[error("the JSON ends inside a value, at byte {0}")]
    Truncated(u64),
    /// Something else was expected.
    #[error("no valid JSON at byte {0}")]
    Syntax(u64),
    /// Objects and arrays are nested too deep.
    #[error("JSON nested too deep at byte {0}")]
    Nesting(u64),
    /// A string is longer than the limit on records.
    #[error("a JSON string at byte {0} is longer than the limit")]
    Long(u64),
}

/// What the next value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `{`
    Object,
    /// `[`
    Array,
    /// `"`
    String,
    /// A digit or `-`
    Number,
    /// `true` or `false`
    Bool,
    /// `null`
    Null,
}

#[derive(Debug, Clone, Copy)]
struct Frame {
    object: bool,
    /// Nothing of it has been read yet.
    fresh: bool,
}

/// Reads JSON values one after the other.
#[derive(Debug)]
pub struct Reader<R> {
    input: R,
    buf: Vec<u8>,
    pos: usize,
    end: usize,
    /// Offset of `buf[0]` in the text.
    base: u64,
    ended: bool,
    held: Option<usize>,
    stack: Vec<Frame>,
    nesting: usize,
    longest: usize,
    scratch: Vec<u8>,
    replaced: Cell<u64>,
}

type Result<T> = std::result::Result<T, JsonError>;

impl<R: Read> Reader<R> {
    /// Reads UTF-8 text whose first byte is at `offset` of the source. Depth and
    /// the length of strings are bounded.
    pub fn new(input: R, offset: u64, nesting: usize, longest: usize) -> Self {
        Self::with_block(input, offset, nesting, longest, BLOCK)
    }

    /// The same with blocks of another size: a look at the head of a file needs
    /// no large one.
    pub fn with_block(input: R, offset: u64, nesting: usize, longest: usize, block: usize) -> Self {
        Self {
            input,
            buf: vec![0; block.max(1)],
            pos: 0,
            end: 0,
            base: offset,
            ended: false,
            held: None,
            stack: Vec::new(),
            nesting,
            longest,
            scratch: Vec::new(),
            replaced: Cell::new(0),
        }
    }

    /// Where the next byte is in the text.
    pub fn offset(&self) -> u64 {
        self.base + self.pos as u64
    }

    /// How many strings held bytes or escapes that are no text.
    pub fn replaced(&self) -> u64 {
        self.replaced.get()
    }

    /// The stream underneath.
    pub fn into_inner(self) -> R {
        self.input
    }

    /// The first bytes, up to `most`, before anything was read.
    pub fn head(&mut self, most: usize) -> Result<&[u8]> {
        while self.end - self.pos < most && self.fill()? {}
        Ok(&self.buf[self.pos..self.end.min(self.pos + most)])
    }

    /// A value follows at the top level; `false` at the end of the input.
    pub fn next_value(&mut self) -> Result<bool> {
        self.stack.clear();
        // RFC 7464 puts a record separator before each value.
        while self.byte()?.is_some_and(|b| b == 0x1e) {
            self.pos += 1;
        }
        Ok(self.byte()?.is_some())
    }

    /// After an error: goes on behind the next line end. `false`: there is none.
    pub fn next_line(&mut self) -> Result<bool> {
        self.stack.clear();
        self.held = None;
        loop {
            if let Some(n) = memchr(b'\n', &self.buf[self.pos..self.end]) {
                self.pos += n + 1;
                return Ok(true);
            }
            self.pos = self.end;
            if !self.fill()? {
                return Ok(false);
            }
        }
    }

    /// What the next value is.
    pub fn kind(&mut self) -> Result<Kind> {
        match self.byte()? {
            Some(b'{') => Ok(Kind::Object),
            Some(b'[') => Ok(Kind::Array),
            Some(b'"') => Ok(Kind::String),
            Some(b'-' | b'0'..=b'9') => Ok(Kind::Number),
            Some(b't' | b'f') => Ok(Kind::Bool),
            Some(b'n') => Ok(Kind::Null),
            Some(_) => Err(JsonError::Syntax(self.offset())),
            None => Err(JsonError::Truncated(self.offset())),
        }
    }

    /// Steps into the object or array that [`Self::kind`] announced.
    pub fn enter(&mut self) -> Result<()> {
        let object = match self.byte()? {
            Some(b'{') => true,
            Some(b'[') => false,
            _ => return Err(JsonError::Syntax(self.offset())),
        };
        self.push(object)?;
        self.pos += 1;
        Ok(())
    }

    /// The next key of the object, as bytes, which is how keys are compared;
    /// `None` when it is closed.
    pub fn next_key(&mut self) -> Result<Option<&[u8]>> {
        if !self.step(b'}')? {
            return Ok(None);
        }
        if self.byte()? != Some(b'"') {
            return Err(self.unexpected());
        }
        let mut text = self.quoted()?;
        if self.buf[self.pos..self.end].first() != Some(&b':') {
            // Looking for the colon may move the buffer.
            if let Text::Buffer(from, to) = text {
                self.scratch.clear();
                self.scratch.extend_from_slice(&self.buf[from..to]);
                text = Text::Scratch;
            }
            if self.byte()? != Some(b':') {
                return Err(self.unexpected());
            }
        }
        self.pos += 1;
        Ok(Some(self.bytes(text)))
    }

    /// Whether the array has another element; `false` when it is closed.
    pub fn next_element(&mut self) -> Result<bool> {
        self.step(b']')
    }

    /// A string, number or truth value as text; `None` for `null`. An object or
    /// array is passed over, and `None`.
    pub fn scalar(&mut self) -> Result<Option<Cow<'_, str>>> {
        match self.kind()? {
            Kind::String => {
                let text = self.quoted()?;
                Ok(Some(String::from_utf8_lossy(self.bytes(text))))
            }
            Kind::Object | Kind::Array => self.skip().map(|()| None),
            Kind::Null => self.word().map(|_| None),
            Kind::Number | Kind::Bool => self.word().map(|word| Some(word.into())),
        }
    }

    /// Passes over the next value.
    pub fn skip(&mut self) -> Result<()> {
        match self.kind()? {
            Kind::String => self.skip_string(),
            Kind::Object | Kind::Array => self.skip_container(),
            _ => self.word().map(|_| ()),
        }
    }

    /// What is buffered from the value on that [`Self::kind`] announced; its end
    /// may not be among it.
    #[inline]
    pub fn ahead(&self) -> &[u8] {
        &self.buf[self.pos..self.end]
    }

    /// Passes over the next value, of which the caller knows that it is an object
    /// or array of so many bytes that are all [`Self::ahead`].
    #[inline]
    pub fn pass(&mut self, len: usize) {
        self.pos = (self.pos + len).min(self.end);
    }

    /// Keeps the bytes from here on, for [`Self::held`].
    pub fn hold(&mut self) {
        self.held = Some(self.pos);
    }

    /// The exact bytes since [`Self::hold`]; `None` where they became too many.
    pub fn held(&mut self) -> Option<&[u8]> {
        let from = self.held.take()?;
        Some(&self.buf[from..self.pos])
    }

    fn push(&mut self, object: bool) -> Result<()> {
        if self.stack.len() >= self.nesting {
            return Err(JsonError::Nesting(self.offset()));
        }
        self.stack.push(Frame { object, fresh: true });
        Ok(())
    }

    /// To the next member of the innermost container, or out of it.
    fn step(&mut self, close: u8) -> Result<bool> {
        let byte = self.byte()?;
        let Some(top) = self.stack.last_mut().filter(|f| f.object == (close == b'}')) else {
            return Err(JsonError::Syntax(self.offset()));
        };
        let fresh = std::mem::take(&mut top.fresh);
        match byte {
            Some(b) if b == close => {
                self.pos += 1;
                self.stack.pop();
                Ok(false)
            }
            Some(b',') if !fresh => {
                self.pos += 1;
                match self.byte()? {
                    Some(b) if b == close => Err(JsonError::Syntax(self.offset())),
                    Some(_) => Ok(true),
                    None => Err(JsonError::Truncated(self.offset())),
                }
            }
            Some(_) if fresh => Ok(true),
            _ => Err(self.unexpected()),
        }
    }

    fn unexpected(&self) -> JsonError {
        let at = self.offset();
        if self.pos == self.end { JsonError::Truncated(at) } else { JsonError::Syntax(at) }
    }

    /// The next byte that is no white space, not taken.
    #[inline]
    fn byte(&mut self) -> Result<Option<u8>> {
        loop {
            while let Some(&b) = self.buf[..self.end].get(self.pos) {
                if !matches!(b, b' ' | b'\t' | b'\n' | b'\r') {
                    return Ok(Some(b));
                }
                self.pos += 1;
            }
            if !self.fill()? {
                return Ok(None);
            }
        }
    }

    /// A number or literal.
    fn word(&mut self) -> Result<&str> {
        let mut n = 0;
        loop {
            let rest = &self.buf[self.pos..self.end];
            n += rest[n..].iter().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'+' | b'.')).count();
            if n < rest.len() {
                break;
            }
            if n > self.longest.min(4096) {
                return Err(JsonError::Syntax(self.offset()));
            }
            if !self.fill()? {
                // A number at the end of the text may be cut; at the top level it is no export.
                return Err(JsonError::Truncated(self.base + self.end as u64));
            }
        }
        let from = self.pos;
        let word = &self.buf[from..from + n];
        let number = |w: &[u8]| w.first().is_some_and(|b| b.is_ascii_digit() || *b == b'-') && w != b"-";
        if !(matches!(word, b"true" | b"false" | b"null") || number(word)) {
            return Err(JsonError::Syntax(self.offset()));
        }
        self.pos += n;
        Ok(std::str::from_utf8(&self.buf[from..from + n]).unwrap_or_default())
    }

    fn skip_container(&mut self) -> Result<()> {
        let depth = self.stack.len();
        loop {
            let rest = &self.buf[self.pos..self.end];
            let Some(n) = rest.iter().position(|b| STRUCTURE[usize::from(*b)]) else {
                self.pos = self.end;
                if !self.fill()? {
                    return Err(JsonError::Truncated(self.offset()));
                }
                continue;
            };
            let byte = rest[n];
            self.pos += n;
            match byte {
                b'"' => {
                    self.skip_string()?;
                    continue;
                }
                b'{' | b'[' => self.push(byte == b'{')?,
                _ => match self.stack.pop() {
                    Some(frame) if frame.object == (byte == b'}') => {}
                    _ => return Err(JsonError::Syntax(self.offset())),
                },
            }
            self.pos += 1;
            if self.stack.len() == depth {
                return Ok(());
            }
        }
    }

    /// Reads one more block; `false` at the end. What is held, and the token at
    /// `pos`, stay in the buffer.
    fn fill(&mut self) -> Result<bool> {
        if self.ended {
            return Ok(false);
        }
        if self.held.is_some_and(|from| self.pos - from > HELD) {
            self.held = None;
        }
        let keep = self.held.map_or(self.pos, |from| from.min(self.pos));
        self.buf.copy_within(keep..self.end, 0);
        self.base += keep as u64;
        self.pos -= keep;
        self.end -= keep;
        self.held = self.held.map(|from| from - keep);
        if self.end == self.buf.len() {
            self.buf.resize(self.buf.len() + BLOCK, 0);
        }
        loop {
            match self.input.read(&mut self.buf[self.end..]) {
                Ok(n) => {
                    self.end += n;
                    self.ended = n == 0;
                    return Ok(n > 0);
                }
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(e.into()),
            }
        }
    }
}

/// Bytes that matter when a value is passed over.
const STRUCTURE: [bool; 256] = {
    let mut table = [false; 256];
    table[b'"' as usize] = true;
    table[b'{' as usize] = true;
    table[b'}' as usize] = true;
    table[b'[' as usize] = true;
    table[b']' as usize] = true;
    table
};

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Map, Value};

    use super::*;

    struct Drip<'a>(&'a [u8], usize);

    impl Read for Drip<'_> {
        fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
            let n = self.0.len().min(buf.len()).min(self.1);
            buf[..n].copy_from_slice(&self.0[..n]);
            self.0 = &self.0[n..];
            Ok(n)
        }
    }

    fn value<R: Read>(reader: &mut Reader<R>) -> Result<Value> {
        Ok(match reader.kind()? {
            Kind::Object => {
                let mut map = Map::new();
                reader.enter()?;
                while let Some(key) = reader.next_key()?.map(|k| String::from_utf8_lossy(k).into_owned()) {
                    map.insert(key, value(reader)?);
                }
                Value::Object(map)
            }
            Kind::Array => {
                let mut list = Vec::new();
                reader.enter()?;
                while reader.next_element()? {
                    list.push(value(reader)?);
                }
                Value::Array(list)
            }
            Kind::String => Value::String(reader.scalar()?.unwrap().into_owned()),
            Kind::Null => {
                assert_eq!(reader.scalar()?, None);
                Value::Null
            }
            _ => serde_json::from_str(&reader.scalar()?.unwrap()).map_err(|_| JsonError::Syntax(0))?,
        })
    }

    fn read(text: &[u8], step: usize) -> Result<Value> {
        let mut reader = Reader::new(Drip(text, step), 0, 128, 1 << 20);
        assert!(reader.next_value()?);
        let value = value(&mut reader)?;
        if reader.next_value()? { Err(JsonError::Syntax(reader.offset())) } else { Ok(value) }
    }

    fn skip(text: &[u8], step: usize) -> Result<()> {
        let mut reader = Reader::new(Drip(text, step), 0, 128, 1 << 20);
        assert!(reader.next_value()?);
        reader.skip()?;
        if reader.next_value()? { Err(JsonError::Syntax(reader.offset())) } else { Ok(()) }
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            (-1e9..1e9f64).prop_map(Value::from),
            ".{0,12}".prop_map(Value::from),
            "[\"\\\\{}\\[\\]:,]{0,6}".prop_map(Value::from),
        ];
        let inner = leaf.prop_recursive(4, 32, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::btree_map(".{0,6}", inner, 0..6).prop_map(|m| Value::Object(m.into_iter().collect())),
            ]
        });
        prop::collection::vec(inner, 0..4).prop_map(Value::from)
    }

    proptest! {
        #[test]
        fn reads_what_serde_json_writes(document in any_value(), step in 1..9usize, pretty in any::<bool>()) {
            let text = if pretty { serde_json::to_vec_pretty(&document) } else { serde_json::to_vec(&document) }.unwrap();
            prop_assert_eq!(read(&text, step).unwrap(), document);
            skip(&text, step).unwrap();
        }

        #[test]
        fn accepts_no_damage_that_serde_json_refuses(document in any_value(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
            let mut text = serde_json::to_vec(&document).unwrap();
            let at = at.index(text.len());
            text[at] = byte;
            match (read(&text, 5), serde_json::from_slice::<Value>(&text)) {
                (Ok(ours), Ok(theirs)) => prop_assert_eq!(ours, theirs),
                // Bytes that are no text are replaced and counted.
                (Ok(_), Err(e)) => prop_assert!(std::str::from_utf8(&text).is_err(), "{}", e),
                (Err(ours), Ok(_)) => prop_assert!(false, "{ours}"),
                (Err(_), Err(_)) => {}
            }
        }

        #[test]
        fn every_prefix_is_truncated(document in any_value(), at in any::<prop::sample::Index>()) {
            let text = serde_json::to_vec(&document).unwrap();
            let at = at.index(text.len()).max(1);
            prop_assert!(matches!(read(&text[..at], 3), Err(JsonError::Truncated(_))));
            prop_assert!(matches!(skip(&text[..at], 3), Err(JsonError::Truncated(_))));
        }
    }

    #[test]
    fn escapes_and_halves_of_pairs_are_read_and_counted() {
        let mut reader = Reader::new(br#"["\u5fae\u4fe1 \ud83d\udcf1", "\ud800x", "a\/b"]"#.as_slice(), 0, 8, 100);
        reader.next_value().unwrap();
        reader.enter().unwrap();
        let mut all = Vec::new();
        while reader.next_element().unwrap() {
            all.push(reader.scalar().unwrap().unwrap().into_owned());
        }
        assert_eq!(all, ["微信 📱", "\u{fffd}x", "a/b"]);
        assert_eq!(reader.replaced(), 1);
    }

    #[test]
    fn damage_inside_a_string_is_seen_whether_it_is_read_or_passed_over() {
        for step in 1..9 {
            for control in ["\u{0}", "\n", "\t", "\u{1f}"] {
                for text in
                    [format!("[\"ab{control}cd\"]"), format!("{{\"k{control}\": 1}}"), format!("[\"\\\"{control}\"]")]
                {
                    assert!(matches!(read(text.as_bytes(), step), Err(JsonError::Syntax(_))), "{text:?}");
                    assert!(matches!(skip(text.as_bytes(), step), Err(JsonError::Syntax(_))), "{text:?}");
                }
            }
            let replaced = |text: &[u8], skip: bool| {
                let mut reader = Reader::with_block(Drip(text, step), 0, 8, 100, step);
                reader.next_value().unwrap();
                if skip {
                    reader.skip().unwrap()
                } else {
                    value(&mut reader).map(|_| ()).unwrap()
                }
                reader.replaced() > 0
            };
            for (text, damaged) in [
                (b"{\"k\xff\": 1}".as_slice(), true),
                (b"[\"ab\xff\xff\"]", true),
                (b"[\"a\xe5\xbe\"]", true),
                ("[\"微信\", \"\\\"📱\"]".as_bytes(), false),
            ] {
                assert_eq!((replaced(text, false), replaced(text, true)), (damaged, damaged), "{text:?} {step}");
            }
        }
    }

    #[test]
    fn depth_and_length_are_bounded() {
        let deep = "[".repeat(1000);
        assert!(matches!(skip(deep.as_bytes(), 100), Err(JsonError::Nesting(128))));
        let long = format!("[\"{}\"]", "x".repeat(3 << 20));
        assert!(matches!(read(long.as_bytes(), 1 << 20), Err(JsonError::Long(1))));
        skip(long.as_bytes(), 1 << 20).unwrap();
    }

    #[test]
    fn what_is_held_are_the_bytes_of_the_object() {
        let text = format!("[{}{{\"a\": [1, \"}}\"]}} , 2]", " ".repeat(200 << 10));
        let mut reader = Reader::new(Drip(text.as_bytes(), 1000), 0, 8, 100);
        reader.next_value().unwrap();
        reader.enter().unwrap();
        assert!(reader.next_element().unwrap());
        assert_eq!(reader.kind().unwrap(), Kind::Object);
        let from = reader.offset();
        reader.hold();
        reader.skip().unwrap();
        let (to, held) = (reader.offset(), reader.held().unwrap());
        assert_eq!(held, br#"{"a": [1, "}"]}"#);
        assert_eq!(&text.as_bytes()[from as usize..to as usize], held);
    }

    #[test]
    fn a_broken_line_does_not_end_the_lines_behind_it() {
        let mut reader = Reader::new(&b"{\"a\":1}\n{\"a\" 2}\n\n{\"a\":3}\n"[..], 0, 8, 100);
        let mut seen = Vec::new();
        while reader.next_value().unwrap() {
            match value(&mut reader) {
                Ok(v) => seen.push(v["a"].as_i64()),
                Err(JsonError::Syntax(at)) => {
                    assert_eq!(at, 13);
                    seen.push(None);
                    assert!(reader.next_line().unwrap());
                }
                Err(e) => panic!("{e}"),
            }
        }
        assert_eq!(seen, [Some(1), None, Some(3)]);
    }
}
