//! XML by events, pulled one at a time: text XML and Android's binary XML
//! ([`super::abx`]) behind one interface.
//!
//! May import `limits`. Text follows XML 1.0 (<https://www.w3.org/TR/xml/>) and
//! is read by `quick-xml`, more tolerantly than the standard allows, because
//! evidence is not rewritten by its finder: bare `&`, undefined entities (kept
//! as they stand), control characters, several roots, stray end tags, bytes
//! that are no UTF-8 (each becomes `?`). Document types are skipped and no
//! entity is ever expanded, so that none can explode. What was tolerated is
//! counted in [`Reader::damage`]; whether the document ended properly is told
//! by [`Event::Eof`].

use std::io::{self, BufRead, Read};
use std::ops::Range;

use super::abx::AbxReader;
use super::utf8::fill;
use super::xml_text::TextReader;
use crate::limits::{Limits, Stop};

/// Attributes of one element beyond this number make it damaged.
pub(super) const MOST_ATTRIBUTES: usize = 4096;

/// Attributes of one element that are told apart; a real one has some dozens.
const COMPARED: usize = 256;

/// How the bytes spell XML.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Syntax {
    /// Angle brackets, in UTF-8 or UTF-16.
    Text,
    /// Android binary XML.
    Abx,
}

impl Syntax {
    /// By the first bytes: ABX by its magic, text by its first character.
    pub fn sniff(head: &[u8]) -> Option<Self> {
        if head.starts_with(super::abx::MAGIC) {
            return Some(Self::Abx);
        }
        let wide = |pair: &[u8; 2]| head.starts_with(pair);
        if wide(b"<\0") || wide(b"\0<") || wide(b"\xff\xfe") || wide(b"\xfe\xff") {
            return Some(Self::Text);
        }
        let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
        (text.iter().find(|b| !b.is_ascii_whitespace()) == Some(&b'<')).then_some(Self::Text)
    }
}

/// Why XML could not be read on.
#[derive(Debug, thiserror::Error)]
pub enum XmlError {
    /// The bytes could not be had.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// Neither text XML nor ABX.
    #[error("neither text XML nor Android binary XML")]
    NotXml,
    /// The input ends inside a tag, a string or another token.
    #[error("the file ends inside a tag, at byte {0}")]
    Cut(u64),
    /// A token that the format does not have.
    #[error("{what} at byte {at}")]
    Syntax {
        /// Where, in bytes.
        at: u64,
        /// What is wrong there.
        what: String,
    },
    /// A ceiling was crossed.
    #[error("{0}")]
    Limit(&'static str),
}

impl XmlError {
    /// The leash stopped the reading below.
    pub fn stop(&self) -> Option<Stop> {
        match self {
            Self::Io(error) => error.get_ref().and_then(|e| e.downcast_ref::<Stop>()).copied(),
            _ => None,
        }
    }
}

/// A start tag, reused from event to event.
#[derive(Debug, Default)]
pub struct Element {
    text: String,
    name: usize,
    attributes: Vec<(Range<usize>, Range<usize>)>,
    damaged: bool,
}

impl Element {
    /// Name of the element, prefix included.
    pub fn name(&self) -> &str {
        self.text.get(..self.name).unwrap_or("")
    }

    /// Value of the first attribute of this name, references resolved.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.attributes().find(|(n, _)| *n == name).map(|(_, v)| v)
    }

    /// Every attribute in the order of the file.
    pub fn attributes(&self) -> impl Iterator<Item = (&str, &str)> {
        let part = |r: &Range<usize>| self.text.get(r.clone()).unwrap_or("");
        self.attributes.iter().map(move |(n, v)| (part(n), part(v)))
    }

    /// An attribute of this tag could not be read, was repaired or stands twice.
    pub fn is_damaged(&self) -> bool {
        self.damaged
    }

    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.attributes.clear();
        self.name = 0;
        self.damaged = false;
    }

    pub(super) fn set_name(&mut self, name: &str) {
        self.text.push_str(name);
        self.name = self.text.len();
    }

    /// Adds an attribute; `write` appends its value and says whether it was sound.
    pub(super) fn push(&mut self, name: &str, write: impl FnOnce(&mut String) -> bool) {
        if self.attributes.len() >= MOST_ATTRIBUTES {
            self.damaged = true;
            return;
        }
        // Not well-formed, and readers differ in which of the two they believe.
        // No element has so many attributes that the rest would matter.
        self.damaged |= self.attributes.len() >= COMPARED || self.get(name).is_some();
        let start = self.text.len();
        self.text.push_str(name);
        let middle = self.text.len();
        if !write(&mut self.text) {
            self.damaged = true;
        }
        self.attributes.push((start..middle, middle..self.text.len()));
    }

    pub(super) fn mark_damaged(&mut self) {
        self.damaged = true;
    }

    pub(super) fn drop_attributes(&mut self) {
        self.attributes.clear();
        self.text.truncate(self.name);
    }

    /// Bytes held by name and attributes.
    pub(super) fn weight(&self) -> usize {
        self.text.len()
    }
}

/// One step through a document. Starts and ends are always balanced: a stray
/// end tag is left out, a missing one is supplied when an outer element ends.
#[derive(Debug)]
pub enum Event<'a> {
    /// An element begins.
    Start(&'a Element),
    /// The innermost element ends; its name.
    End(&'a str),
    /// Character data. Adjacent texts belong together.
    Text(&'a str),
    /// The input ended.
    Eof {
        /// One root was seen, every element was closed by its own end tag, and
        /// no stray one was met. Anything else is a cut or damaged file, or two
        /// in one.
        closed: bool,
    },
}

pub(super) enum Step {
    Start,
    End,
    Text,
    Eof,
}

/// What both syntaxes offer to [`Reader`].
pub(super) trait Pull {
    /// Reads on to the next event: fills `element` for a start, `text` with the
    /// name for an end or with the characters for a text.
    fn step(&mut self, element: &mut Element, text: &mut String) -> Result<Step, XmlError>;

    /// Bytes of the file consumed so far; `None` where they were transcoded.
    fn position(&self) -> Option<u64>;

    /// Repairs made so far.
    fn repairs(&self) -> u64;
}

enum Inner<R> {
    Text(TextReader<R>),
    Abx(AbxReader<R>),
}

impl<R: BufRead> Inner<R> {
    fn pull(&mut self) -> &mut dyn Pull {
        match self {
            Self::Text(r) => r,
            Self::Abx(r) => r,
        }
    }

    fn peek(&self) -> &dyn Pull {
        match self {
            Self::Text(r) => r,
            Self::Abx(r) => r,
        }
    }
}

/// Pulls events out of text XML or ABX, in memory that does not grow with the file.
pub struct Reader<R: Read> {
    inner: Inner<io::BufReader<R>>,
    element: Element,
    text: String,
    /// Names of the open elements, one behind the other, and where each begins.
    names: String,
    open: Vec<usize>,
    nesting: usize,
    roots: u64,
    stray: u64,
    /// An end tag that closes an outer element; inner ones are closed first.
    pending: Option<usize>,
    span: Range<u64>,
}

impl<R: Read> Reader<R> {
    /// Looks at the first bytes and decides how to read on.
    pub fn open(input: R, limits: &Limits) -> Result<Self, XmlError> {
        let mut input = io::BufReader::with_capacity(64 << 10, input);
        let syntax = Syntax::sniff(fill(&mut input)?).ok_or(XmlError::NotXml)?;
        let inner = match syntax {
            Syntax::Abx => Inner::Abx(AbxReader::open(input, limits.record)?),
            Syntax::Text => Inner::Text(TextReader::open(input, limits.record)?),
        };
        Ok(Self {
            inner,
            element: Element::default(),
            text: String::new(),
            names: String::new(),
            open: Vec::new(),
            nesting: limits.nesting,
            roots: 0,
            stray: 0,
            pending: None,
            span: 0..0,
        })
    }

    /// How the file spells XML.
    pub fn syntax(&self) -> Syntax {
        match self.inner {
            Inner::Text(_) => Syntax::Text,
            Inner::Abx(_) => Syntax::Abx,
        }
    }

    /// The next event. After an error nothing more can be read.
    pub fn next_event(&mut self) -> Result<Event<'_>, XmlError> {
        if self.pending.is_some() {
            return Ok(self.close());
        }
        loop {
            let start = self.inner.peek().position().unwrap_or(0);
            let step = self.inner.pull().step(&mut self.element, &mut self.text)?;
            self.span = start..self.inner.peek().position().unwrap_or(0);
            match step {
                Step::Start => {
                    if self.open.len() >= self.nesting {
                        return Err(XmlError::Limit("elements are nested deeper than the limit"));
                    }
                    self.roots += u64::from(self.open.is_empty());
                    self.open.push(self.names.len());
                    self.names.push_str(self.element.name());
                    return Ok(Event::Start(&self.element));
                }
                Step::Text => return Ok(Event::Text(&self.text)),
                Step::End => {
                    let Some(level) = self.level_of_end() else {
                        self.stray += 1;
                        continue;
                    };
                    self.stray += (self.open.len() - 1 - level) as u64;
                    self.pending = Some(level);
                    return Ok(self.close());
                }
                Step::Eof => {
                    let closed = self.roots == 1 && self.open.is_empty() && self.stray == 0;
                    return Ok(Event::Eof { closed });
                }
            }
        }
    }

    /// Reads on behind the end of the element whose start was the last event.
    /// `Ok(false)`: the input ended before.
    pub fn skip(&mut self) -> Result<bool, XmlError> {
        let depth = self.depth();
        loop {
            let (eof, end) = match self.next_event()? {
                Event::Eof { .. } => (true, false),
                event => (false, matches!(event, Event::End(_))),
            };
            if eof || end && self.depth() < depth {
                return Ok(!eof);
            }
        }
    }

    /// Elements open now; 1 right after the start of a root.
    pub fn depth(&self) -> usize {
        self.open.len()
    }

    /// Root elements begun so far.
    pub fn roots(&self) -> u64 {
        self.roots
    }

    /// Things a strict reader would have stumbled over: stray and missing end
    /// tags, bytes of no character, control characters, attributes that were repaired, ABX without
    /// its end of the document.
    pub fn damage(&self) -> u64 {
        self.stray + self.inner.peek().repairs()
    }

    /// The bytes of the last event in the file; `None` where the text was
    /// transcoded from UTF-16.
    pub fn span(&self) -> Option<Range<u64>> {
        self.inner.peek().position().map(|_| self.span.clone())
    }

    /// The open element that an end tag of this name closes, innermost first.
    fn level_of_end(&self) -> Option<usize> {
        let mut end = self.names.len();
        for (level, &start) in self.open.iter().enumerate().rev() {
            if self.names.get(start..end) == Some(self.text.as_str()) {
                return Some(level);
            }
            end = start;
        }
        None
    }

    /// Closes the innermost element; more follow while `pending` is set.
    fn close(&mut self) -> Event<'_> {
        let start = self.open.pop().unwrap_or(0);
        self.text.clear();
        self.text.push_str(self.names.get(start..).unwrap_or(""));
        self.names.truncate(start);
        if self.pending == Some(self.open.len()) {
            self.pending = None;
        }
        Event::End(&self.text)
    }
}

#[cfg(test)]
#[path = "xml_tests.rs"]
mod tests;
