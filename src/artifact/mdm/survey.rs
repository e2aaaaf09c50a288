//! A look at the head of a file: which layout it has, or what else it seems to
//! be. Keys and columns decide, never the name.

use std::collections::BTreeSet;
use std::ops::Bound;

use super::layout::{Layout, Shape};
use super::values::normal;
use super::{ANSWER, LAYOUTS};
use crate::evidence::Probe;
use crate::format::csv;
use crate::format::json::{JsonError, Kind, Reader};
use crate::format::text::Encoding;
use crate::format::xml;
use crate::limits::Limits;
use crate::model::escape_component;

/// Bounds on what is looked at.
const PATHS: usize = 600;
const DEPTH: usize = 10;
const ELEMENTS: usize = 3;

/// The keys that the head of a JSON text shows.
#[derive(Debug, Default)]
pub(super) struct Survey {
    paths: BTreeSet<String>,
    /// Short strings, the first of each path.
    strings: Vec<(String, String)>,
    /// The first value ended within the head.
    pub(super) closed: bool,
    /// More values follow it, each on a line of its own.
    pub(super) lines: bool,
    /// The paths are names of elements.
    xml: bool,
    /// Keys that were met, also again.
    keys: usize,
}

impl Survey {
    /// Of UTF-8 text; `None` where it is no JSON object or array. `whole`: the
    /// head is all there is.
    pub(super) fn of(head: &[u8], whole: bool) -> Option<Self> {
        if !matches!(head.trim_ascii_start().first(), Some(b'{' | b'[')) {
            return None;
        }
        let mut survey = Self::default();
        let mut reader = Reader::with_block(head, 0, 128, 1 << 20, head.len());
        reader.next_value().ok()?;
        let mut path = String::new();
        match survey.walk(&mut reader, &mut path, 0) {
            Ok(()) => {
                survey.closed = true;
                let behind = usize::try_from(reader.offset()).ok().and_then(|at| head.get(at..)).unwrap_or_default();
                survey.lines = matches!(behind.trim_ascii_start().first(), Some(b'{' | b'['));
            }
            Err(JsonError::Syntax(_)) if survey.paths.is_empty() => return None,
            // Too long a line for the head, or one long document without line breaks.
            Err(_) => survey.lines = !whole && !head.trim_ascii_start().contains(&b'\n'),
        }
        Some(survey)
    }

    /// Of XML; `None` where it is none.
    pub(super) fn of_xml(head: &[u8]) -> Option<Self> {
        let limits = Limits { nesting: 64, record: 1 << 20, ..Limits::default() };
        let mut survey = Self { xml: true, ..Self::default() };
        let mut reader = xml::Reader::open(head, &limits).ok().filter(|r| r.syntax() == xml::Syntax::Text)?;
        let (mut path, mut lengths) = (String::new(), Vec::new());
        while survey.paths.len() < PATHS {
            match reader.next_event() {
                Ok(xml::Event::Start(element)) => {
                    lengths.push(path.len());
                    if !path.is_empty() {
                        path.push('.');
                    }
                    path.push_str(element.name());
                    if lengths.len() <= DEPTH {
                        survey.paths.insert(path.clone());
                    }
                }
                Ok(xml::Event::End(_)) => path.truncate(lengths.pop().unwrap_or(0)),
                Ok(xml::Event::Text(_)) => {}
                Ok(xml::Event::Eof { .. }) | Err(_) => break,
            }
        }
        Some(survey)
    }

    fn walk(&mut self, reader: &mut Reader<&[u8]>, path: &mut String, depth: usize) -> Result<(), JsonError> {
        if depth >= DEPTH || self.paths.len() >= PATHS {
            return reader.skip();
        }
        let length = path.len();
        match reader.kind()? {
            Kind::Object => {
                reader.enter()?;
                while let Some(key) = reader.next_key()? {
                    if length > 0 {
                        path.push('.');
                    }
                    path.push_str(&String::from_utf8_lossy(key));
                    self.paths.insert(path.clone());
                    self.keys += 1;
                    self.walk(reader, path, depth + 1)?;
                    path.truncate(length);
                }
            }
            Kind::Array => {
                reader.enter()?;
                path.push_str("[]");
                let mut n = 0;
                while reader.next_element()? {
                    if n == ELEMENTS {
                        reader.skip()?;
                        continue;
                    }
                    // What has no keys shows none of the others'.
                    let before = self.keys;
                    self.walk(reader, path, depth + 1)?;
                    n += usize::from(self.keys > before);
                }
                path.truncate(length);
            }
            Kind::String => {
                let text = reader.scalar()?.unwrap_or_default();
                if text.starts_with('{') {
                    // A cut string shows some keys too.
                    let mut inner = Reader::with_block(text.as_bytes(), 0, 32, 1 << 20, text.len());
                    let _ = inner.next_value().and_then(|_| self.walk_text(&mut inner, path, depth + 1));
                }
                if !self.strings.iter().any(|(p, _)| p == path) && self.strings.len() < 64 {
                    self.strings.push((path.clone(), text.chars().take(120).collect()));
                }
            }
            // A key without a value is no key: `"errors": null` is no error.
            Kind::Null => {
                self.paths.remove(path);
                reader.skip()?;
            }
            _ => reader.skip()?,
        }
        Ok(())
    }

    fn walk_text(&mut self, reader: &mut Reader<&[u8]>, path: &mut String, depth: usize) -> Result<(), JsonError> {
        let length = path.len();
        let read = self.walk(reader, path, depth);
        path.truncate(length);
        read
    }

    fn has(&self, at: &str, below: &str) -> bool {
        let bare = if self.xml { at.replace("[]", "") } else { String::new() };
        let at = if self.xml { &bare } else { at };
        if at.is_empty() { self.paths.contains(below) } else { self.paths.contains(&format!("{at}.{below}")) }
    }

    /// Whether records at this place are lines. Where the head does not show the
    /// end of the first value, only objects of their own can be.
    pub(super) fn lines_at(&self, at: &str) -> bool {
        self.lines && (self.closed || at.is_empty())
    }

    /// Where the records of a layout are, and by how many keys it is known.
    pub(super) fn place(&self, layout: &Layout) -> Option<(&'static str, usize)> {
        match &layout.shape {
            Shape::Xml(_) if !self.xml => None,
            Shape::Records(_) | Shape::Rows(_) if self.xml => None,
            Shape::Records(records) | Shape::Xml(records) => records.at.iter().find_map(|at| {
                let known = records.known_by.iter().filter(|set| set.iter().all(|key| self.has(at, key)));
                known.map(|set| set.len()).max().map(|n| (*at, n))
            }),
            Shape::Rows(rows) => rows.at.iter().find_map(|at| {
                let names = self.names(at);
                known_rows(rows, &names).map(|n| (*at, n))
            }),
        }
    }

    /// Keys directly below a place that hold a value of their own.
    pub(super) fn flat(&self, at: &str) -> Vec<&str> {
        let below = |path: &'_ str| match at {
            "" => Some(0),
            _ => path.strip_prefix(at).filter(|p| p.starts_with('.')).map(|_| at.len() + 1),
        };
        let keys = self.paths.iter().filter_map(|p| p.get(below(p)?..)).filter(|p| !p.contains('.'));
        let nested = |key: &str| {
            let path = if at.is_empty() { key.to_owned() } else { format!("{at}.{key}") };
            let next = self.paths.range::<str, _>((Bound::Excluded(path.as_str()), Bound::Unbounded));
            let inside = |p: &String| p.strip_prefix(&path).is_some_and(|rest| rest.starts_with(['.', '[']));
            next.take_while(|p| p.starts_with(&path)).any(inside)
        };
        keys.filter(|key| !nested(key)).collect()
    }

    /// Normalised keys directly below a place.
    fn names(&self, at: &str) -> Vec<String> {
        let below = |path: &str| match at {
            "" => Some(path.to_owned()),
            _ => path.strip_prefix(at).and_then(|p| p.strip_prefix('.')).map(str::to_owned),
        };
        self.paths.iter().filter_map(|p| below(p)).filter(|p| !p.contains('.')).map(|p| normal(&p)).collect()
    }

    fn text(&self, path: &str) -> Option<&str> {
        self.strings.iter().find(|(p, _)| p == path).map(|(_, text)| text.as_str())
    }

    /// What an answer that is no export says.
    fn answer(&self, whole: bool) -> Option<String> {
        if !whole || !self.closed || self.lines {
            return None;
        }
        let any = |keys: &[&str]| keys.iter().any(|key| self.paths.contains(*key));
        let error = any(&["error", "errors", "errorCode", "error_description", "errorMessage", "fault"])
            && self.top() <= 8
            || any(&["message", "Message"]) && self.top() <= 3;
        if error {
            let paths = [
                "error.message",
                "error_description",
                "message",
                "Message",
                "errorMessage",
                "errors[].description",
                "errors[].message",
                "error",
                "error.code",
            ];
            let said = paths.iter().find_map(|p| self.text(p)).unwrap_or("no reason given");
            return Some(format!("an error message of a server: “{}”", escape_component(said.as_bytes())));
        }
        let lists = ["value", "devices", "results", "applications", "data", "items"];
        let empty = self.paths.is_empty()
            || (lists.iter().any(|l| self.paths.contains(*l)) && !self.paths.iter().any(|p| p.contains("[].")));
        (empty && self.top() <= 8).then(|| "an empty list: nothing was exported".to_owned())
    }

    fn top(&self) -> usize {
        self.paths.iter().filter(|p| !p.contains('.')).count()
    }
}

/// By how many names a set of columns is known as these rows.
pub(super) fn known_rows(rows: &super::layout::Rows, names: &[String]) -> Option<usize> {
    let has = |name: &&str| names.iter().any(|n| n == *name);
    if rows.not.iter().any(has) {
        return None;
    }
    rows.known_by.iter().filter(|set| set.iter().all(has)).map(|set| set.len()).max()
}

/// The layout that most keys of a text speak for.
pub(super) fn layout(survey: &Survey) -> Option<&'static Layout> {
    best(|layout| survey.place(layout).map(|(_, n)| n))
}

/// The layout that a header speaks for.
pub(super) fn csv_layout(header: &[String]) -> Option<&'static Layout> {
    let names: Vec<String> = header.iter().map(|h| normal(h)).collect();
    best(|layout| known_rows(layout.rows()?, &names))
}

fn best(score: impl Fn(&'static Layout) -> Option<usize>) -> Option<&'static Layout> {
    let mut best: Option<(usize, &'static Layout)> = None;
    for layout in LAYOUTS {
        if let Some(n) = score(layout)
            && best.is_none_or(|(most, _)| n > most)
        {
            best = Some((n, layout));
        }
    }
    best.map(|(_, layout)| layout)
}

/// The header of delimited text, if it can be one.
pub(super) fn header(head: &[u8]) -> Option<Vec<String>> {
    let head = &head[..head.len().min(32 << 10)];
    let first = *head.trim_ascii_start().first()?;
    // A cell may hold anything, but a header no NUL: that is a binary file.
    let line = head.iter().position(|b| *b == b'\n').unwrap_or(head.len());
    if matches!(first, b'{' | b'[' | b'<') || head[..line].contains(&0) {
        return None;
    }
    let mut reader = csv::Reader::with_block(head, Encoding::Utf8, 0, head.len(), head.len()).ok()?;
    reader.header().ok().flatten().filter(|h| h.len() > 1)
}

/// Role of a file that is an answer without data, under a name that promises an export.
pub(super) fn answer_role(probe: &Probe<'_>, extensions: &[&str]) -> Option<&'static str> {
    let html = html(&Encoding::decode_head(probe.head)).is_some();
    (html && extensions.iter().any(|e| probe.has_extension(e))).then_some(ANSWER.id)
}

/// What a file without data seems to be.
pub(super) fn describe(head: &[u8], whole: bool) -> Option<String> {
    html(head).or_else(|| Survey::of(head, whole)?.answer(whole))
}

/// A web page, with its title: what a portal sends instead of the export when
/// the session has ended.
fn html(head: &[u8]) -> Option<String> {
    let head = head.trim_ascii_start();
    let text = String::from_utf8_lossy(&head[..head.len().min(8 << 10)]);
    let lower = text.to_ascii_lowercase();
    if !(lower.starts_with("<!doctype html") || lower.starts_with("<html")) {
        return None;
    }
    let title = lower.find("<title>").and_then(|from| {
        let to = lower[from..].find("</title>")? + from;
        text.get(from + "<title>".len()..to)
    });
    let title = title.map(str::trim).filter(|t| !t.is_empty()).unwrap_or("without a title");
    let title: String = title.chars().take(120).collect();
    Some(format!("a web page, perhaps a login page: “{}”", escape_component(title.as_bytes())))
}
