//! XML documents (`mdm-xml`): an element a device, walked by the same plan as
//! JSON objects.

use std::io::Read;

use super::layout::{Layout, Shape};
use super::paging::{Paging, Word};
use super::plan::{Mark, Node};
use super::records::Walker;
use super::survey::{self, Survey};
use super::{ending, layout_of};
use crate::artifact::{Artifact, ArtifactFile, At, ParseError, Parser, ParserSpec, Sink};
use crate::evidence::{Affinity, Probe};
use crate::format::xml::{Event, Reader, XmlError};
use crate::limits::Leash;
use crate::model::{Code, Platform};

/// The parser of every layout made of XML elements.
pub struct MdmXml;

static SPEC: ParserSpec = ParserSpec {
    id: "mdm-xml",
    title: "Exports of management systems as XML",
    platform: Platform::Unknown,
    artifacts: &super::XML_ARTIFACTS,
    claims: &[],
    sources: &["https://www.w3.org/TR/xml/"],
};

/// A value longer than this is none.
const LONGEST: usize = 64 << 10;

impl Parser for MdmXml {
    fn spec(&self) -> &'static ParserSpec {
        &SPEC
    }

    fn affinity(&self, probe: &Probe<'_>) -> (Affinity, &'static str) {
        let layout = Survey::of_xml(probe.head).and_then(|s| survey::layout(&s));
        layout.map_or((Affinity::No, ""), |layout| (Affinity::Likely, layout.spec.id))
    }

    fn parse(&self, artifact: &Artifact<'_>, sink: &mut Sink<'_>) -> Result<(), ParseError> {
        for file in artifact.files {
            parse(file, artifact.leash, sink)?;
        }
        Ok(())
    }
}

fn parse(file: &ArtifactFile, leash: &Leash, sink: &mut Sink<'_>) -> Result<(), ParseError> {
    match layout_of(file.role) {
        Some(layout) => read(layout, file, leash, sink),
        None => Err(ParseError::Damaged("no layout of this kind".into())),
    }
}

/// Reads a file as a layout.
pub(super) fn read(
    layout: &'static Layout,
    file: &ArtifactFile,
    leash: &Leash,
    sink: &mut Sink<'_>,
) -> Result<(), ParseError> {
    let Shape::Xml(records) = &layout.shape else {
        return Err(ParseError::Damaged(format!("no {} after all", layout.spec.title)));
    };
    let mut stream = sink.stream(file, leash)?;
    let source = stream.source();
    // The element that is there; where several could be, the first that is.
    let mut reader = Reader::open(&mut stream, &leash.limits).map_err(damaged)?;
    let Some(root) = root(&mut reader).map_err(damaged)? else {
        return Err(ParseError::Damaged("the XML has no element".into()));
    };
    let at = records.at.iter().copied().find(|at| at.split(['.', '[']).next() == Some(root.as_str()));
    let Some(at) = at else {
        return Err(ParseError::Damaged(format!("no {} after all", layout.spec.title)));
    };
    let stem = super::device::id_in_name(layout, &file.file.path);
    let walker = Walker::new(layout, records, (at, false), sink, source, stem);
    let mut walk = Walk { reader: &mut reader, walker, leash, text: String::new() };
    let read = walk.document(&root);
    let walker = walk.walker;
    let cut = match read {
        Ok(()) => false,
        Err(error) => {
            ending(damaged(error), walker.sink, source)?;
            true
        }
    };
    if reader.damage() > 0 {
        let message = "the XML is repaired in places: tags or characters of it are damaged";
        walker.sink.note(Code::MalformedRecord, Some(source), &At::Whole, message);
    }
    if walker.seen() == 0 && !cut {
        return Err(ParseError::ErrorAnswer(format!("an empty export ({}): no device in it", layout.spec.title)));
    }
    walker.finish(cut);
    if !cut {
        sink.close(stream)?;
    }
    Ok(())
}

fn damaged(error: XmlError) -> ParseError {
    match error {
        XmlError::Io(error) => error.into(),
        other => ParseError::Damaged(other.to_string()),
    }
}

/// Name of the root element, whose start was the last event.
fn root<R: Read>(reader: &mut Reader<R>) -> Result<Option<String>, XmlError> {
    loop {
        match reader.next_event()? {
            Event::Start(element) => return Ok(Some(element.name().to_owned())),
            Event::Eof { .. } => return Ok(None),
            _ => {}
        }
    }
}

/// One document.
struct Walk<'w, 's, 'a, R: Read> {
    reader: &'w mut Reader<R>,
    walker: Walker<'s, 'a>,
    leash: &'w Leash,
    text: String,
}

impl<R: Read> Walk<'_, '_, '_, R> {
    /// Everything behind the start of the root.
    fn document(&mut self, root: &str) -> Result<(), XmlError> {
        match self.walker.plan().child(0, root.as_bytes()) {
            Some(node) => self.element(node)?,
            None => self.skip()?,
        }
        loop {
            match self.reader.next_event()? {
                Event::Eof { closed: true } => return Ok(()),
                Event::Eof { closed: false } => return Err(self.cut()),
                Event::Start(_) => {
                    let at = self.reader.span().map_or(0, |s| s.start);
                    return Err(XmlError::Syntax { at, what: "a second document".to_owned() });
                }
                _ => {}
            }
        }
    }

    fn cut(&self) -> XmlError {
        XmlError::Cut(self.reader.span().map_or(0, |s| s.end))
    }

    fn skip(&mut self) -> Result<(), XmlError> {
        if self.reader.skip()? { Ok(()) } else { Err(self.cut()) }
    }

    /// The element whose start was the last event. Recursion is bounded by the
    /// depth of the plan.
    fn element(&mut self, mut node: usize) -> Result<(), XmlError> {
        let from = self.reader.span().map(|s| s.start);
        let before = self.reader.damage();
        if let Some(element) = self.walker.plan().0[node].element {
            if self.walker.plan().0[node].mark == Mark::Apps {
                self.walker.list();
            }
            node = element;
        }
        let mark = self.walker.plan().0[node].mark;
        match mark {
            Mark::Record => self.walker.begin(),
            Mark::App => self.walker.begin_app(),
            _ => {}
        }
        self.children(node)?;
        let end = self.reader.span().map(|s| s.end);
        let at = match (from, end) {
            (Some(from), Some(end)) => At::Bytes { offset: from, len: end.saturating_sub(from) },
            _ => At::Whole,
        };
        let damaged = self.reader.damage() > before;
        match mark {
            Mark::App => {
                if let Err(stop) = self.leash.tick(0, 1) {
                    return Err(XmlError::Io(std::io::Error::other(stop)));
                }
                self.walker.end_app(at, damaged);
            }
            Mark::Record => {
                if damaged {
                    self.walker.fault();
                }
                self.walker.end(at);
            }
            _ => {}
        }
        Ok(())
    }

    /// An element that the plan does not know.
    fn beside(&mut self, node: usize, beside: Beside) -> Result<(), XmlError> {
        match beside {
            Beside::Nothing => return self.skip(),
            Beside::Stray => {
                self.walker.stray();
                return self.skip();
            }
            Beside::Word(word) => {
                let mut text = String::new();
                loop {
                    match self.reader.next_event()? {
                        Event::Start(_) => self.skip()?,
                        Event::Text(more) if text.len() + more.len() <= LONGEST => text.push_str(more),
                        Event::Text(_) => {}
                        Event::End(_) => break,
                        Event::Eof { .. } => return Err(self.cut()),
                    }
                }
                self.walker.hear(node, word, &text);
            }
        }
        Ok(())
    }

    fn children(&mut self, node: usize) -> Result<(), XmlError> {
        let place = &self.walker.plan().0[node];
        let wanted = !place.roles.is_empty();
        // Here are elements only: text among them may be what is left of one.
        let elements = !wanted && (place.leads || matches!(place.mark, Mark::Apps | Mark::App));
        self.text.clear();
        let (mut unread, mut mixed) = (false, false);
        loop {
            match self.reader.next_event()? {
                Event::Start(element) => match self.walker.plan().child(node, element.name().as_bytes()) {
                    Some(child) => self.element(child)?,
                    None => {
                        let beside = beside(&self.walker.plan().0, node, element.name());
                        mixed |= wanted;
                        self.beside(node, beside)?;
                    }
                },
                // An entity of the document type is not expanded: what it says, an app perhaps, is not known.
                Event::Text(text) if is_reference(text) && wanted => unread = true,
                Event::Text(text) if is_reference(text) => self.walker.stray(),
                Event::Text(text) if wanted && self.text.len() + text.len() <= LONGEST => self.text.push_str(text),
                Event::Text(_) if wanted => unread = true,
                Event::Text(text) => mixed |= elements && !text.trim().is_empty(),
                Event::End(_) => break,
                Event::Eof { .. } => return Err(self.cut()),
            }
        }
        if wanted && !unread {
            self.walker.say(node, &self.text);
        }
        if unread || mixed {
            self.walker.fault();
        }
        Ok(())
    }
}

/// A reference that stands for nothing known; the reader hands it over alone.
fn is_reference(text: &str) -> bool {
    text.len() > 2 && text.starts_with('&') && text.ends_with(';')
}

/// What an element is that no layout names.
#[derive(Clone, Copy)]
enum Beside {
    /// Something else.
    Nothing,
    /// It may be a device or an app after all: only case or a prefix tell it
    /// from one, or nothing but apps has its place there.
    Stray,
    /// It speaks of pages.
    Word(Word),
}

fn beside(plan: &[Node], node: usize, name: &str) -> Beside {
    let Some(place) = plan.get(node) else { return Beside::Nothing };
    let local = name.rsplit(':').next().unwrap_or(name);
    if place.keys.iter().any(|(key, _)| key.eq_ignore_ascii_case(local)) {
        return Beside::Stray;
    }
    // Apps inside an app, where the layout has none.
    let lists = |n: &Node| n.mark == Mark::Apps && n.list.split(['.', '[']).any(|key| key == local);
    if place.mark == Mark::App && plan.iter().any(lists) {
        return Beside::Stray;
    }
    let only_apps = match place.keys.as_slice() {
        [(_, child)] => plan.get(*child).is_some_and(|n| n.mark == Mark::Apps),
        _ => false,
    };
    match Paging::word(local.as_bytes()) {
        Some(word) => Beside::Word(word),
        // So lists of the Classic API say how long they are.
        None if only_apps && local.eq_ignore_ascii_case("size") => Beside::Word(Word::Total),
        None if only_apps => Beside::Stray,
        None => Beside::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifact::ios::testing::{Said, held, parse};

    #[test]
    fn bytes_of_no_character_inside_a_record_are_errors_of_its_list() {
        let app = |id: &[u8]| [b"<application><identifier>", id, b"</identifier></application>"].concat();
        let errors = |general: &[u8], apps: &[u8], after: &[u8]| {
            let text = [
                b"<?xml version=\"1.0\"?><mobile_device><general><id>7</id><udid>0</udid><serial_number>F2LXQ0AAHG04</serial_number><display_name>",
                general,
                b"</display_name></general><applications>",
                apps,
                b"</applications></mobile_device>",
                after,
            ]
            .concat();
            let said = parse(&MdmXml, None, &[held("jamf-classic-mobile-device", "7.xml", &text)]);
            (said.device().lists[0].1.errors, said.messages(Code::MalformedRecord).len())
        };
        let apps = [app(b"org.a.b"), app(b"org.c.d")].concat();
        assert_eq!(errors(b"Anna", &apps, b""), (0, 0));
        let damaged = [app(b"org.a.b"), app(b"com.tencent.\xffin")].concat();
        assert!(errors(b"Anna", &damaged, b"").0 > 0);
        assert!(errors(b"An\xffna", &apps, b"").0 > 0);
        let zeroed = [app(b"org.a.b"), app(b"com.tencent.xin").iter().map(|_| 0).collect()].concat();
        assert!(errors(b"Anna", &zeroed, b"").0 > 0, "an app that was overwritten");
        assert_eq!(errors(b"Anna", &apps, b"<!-- \xff -->"), (0, 1), "behind the record");
    }
}
