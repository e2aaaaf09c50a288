//! JSON documents and lines (`mdm-json`).

mod walk;

pub(super) use walk::ANOTHER_LIST;

use std::io::Read;

use self::walk::RowWalk;
use super::layout::{Layout, Records, Rows, Shape};
use super::records::Walker;
use super::rows::RowSink;
use super::survey::{self, Survey, answer_role, describe};
use super::{ANSWER, ending, layout_of};
use crate::artifact::{Artifact, ArtifactFile, At, Page, ParseError, Parser, ParserSpec, Sink, SourceId};
use crate::evidence::{Affinity, Probe};
use crate::format::json::{JsonError, Kind, Reader};
use crate::format::text::{Encoding, Utf8Reader};
use crate::limits::Leash;
use crate::model::{Code, End, Platform};

/// The parser of every layout, where it comes as JSON.
pub struct MdmJson;

static SPEC: ParserSpec = ParserSpec {
    id: "mdm-json",
    title: "Exports of management systems as JSON documents or lines",
    platform: Platform::Unknown,
    artifacts: &super::JSON_ARTIFACTS,
    claims: &[],
    sources: &["https://www.rfc-editor.org/rfc/rfc8259"],
};

/// How much of a file is looked at to know its layout.
const HEAD: usize = 64 << 10;

impl Parser for MdmJson {
    fn spec(&self) -> &'static ParserSpec {
        &SPEC
    }

    fn affinity(&self, probe: &Probe<'_>) -> (Affinity, &'static str) {
        let part = &probe.head[..probe.head.len().min(HEAD)];
        let whole = probe.is_whole() && part.len() == probe.head.len();
        let head = Encoding::decode_head(part);
        let Some(survey) = Survey::of(&head, whole) else {
            let role = answer_role(probe, &["json", "ndjson", "jsonl"]);
            return role.map_or((Affinity::No, ""), |role| (Affinity::Maybe, role));
        };
        if let Some(layout) = survey::layout(&survey) {
            return (Affinity::Likely, layout.spec.id);
        }
        match describe(&head, whole) {
            Some(_) => (Affinity::Maybe, ANSWER.id),
            None => (Affinity::No, ""),
        }
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
        Some(layout) => read(layout, None, file, leash, sink),
        None => super::refuse(file, leash, sink),
    }
}

/// Reads a file as a layout; `at`: where its records are and whether each value
/// is a line, if that is known.
pub(super) fn read(
    layout: &'static Layout,
    at: Option<(&'static str, bool)>,
    file: &ArtifactFile,
    leash: &Leash,
    sink: &mut Sink<'_>,
) -> Result<(), ParseError> {
    let stream = sink.stream(file, leash)?;
    let source = stream.source();
    let text = Utf8Reader::new(stream)?;
    let (encoding, mark) = (text.encoding(), text.mark());
    let mut reader = Reader::new(text, mark, leash.limits.nesting, leash.limits.record);
    let place = match at {
        Some(place) => place,
        None => place(&mut reader, layout)?,
    };
    let stem = super::device::id_in_name(layout, &file.file.path).filter(|_| !place.1);
    let input = Input { layout, encoding, place, source, leash, stem };
    match &layout.shape {
        Shape::Records(records) => input.records(records, &mut reader, sink)?,
        Shape::Rows(rows) => input.rows(rows, &mut reader, sink)?,
        Shape::Xml(_) => return Err(ParseError::Damaged(format!("no {} after all", layout.spec.title))),
    }
    sink.close(reader.into_inner().into_inner())
}

/// Where the records are, and whether each value is a line.
fn place<R: Read>(reader: &mut Reader<R>, layout: &Layout) -> Result<(&'static str, bool), ParseError> {
    let head = match reader.head(HEAD) {
        Ok(head) => head,
        Err(JsonError::Io(error)) => return Err(error.into()),
        Err(error) => return Err(ParseError::Damaged(error.to_string())),
    };
    let survey = Survey::of(head, head.len() < HEAD);
    let found = survey.and_then(|s| s.place(layout).map(|(at, _)| (at, s.lines_at(at))));
    found.ok_or_else(|| ParseError::Damaged(format!("no {} after all", layout.spec.title)))
}

/// Passes over a value; whether it is, or holds, an object of which two keys are
/// `telling`: another list of what the export is a list of.
pub(super) fn pass_over<R: Read>(
    reader: &mut Reader<R>,
    telling: &mut dyn FnMut(&[u8]) -> bool,
) -> Result<bool, JsonError> {
    match reader.kind()? {
        Kind::Array => {
            let mut told = false;
            reader.enter()?;
            while reader.next_element()? {
                told |= match reader.kind()? {
                    Kind::Object => pass_over(reader, telling)?,
                    _ => reader.skip().map(|()| false)?,
                };
            }
            Ok(told)
        }
        Kind::Object => {
            let mut keys = 0;
            reader.enter()?;
            while let Some(key) = reader.next_key()? {
                keys += usize::from(telling(key));
                reader.skip()?;
            }
            Ok(keys >= 2)
        }
        _ => reader.skip().map(|()| false),
    }
}

/// One file and what is known of it.
struct Input<'l> {
    layout: &'static Layout,
    encoding: Encoding,
    place: (&'static str, bool),
    source: SourceId,
    leash: &'l Leash,
    /// Id of the device by the name of the file.
    stem: Option<Box<str>>,
}

impl Input<'_> {
    fn records<R: Read>(
        &self,
        records: &'static Records,
        reader: &mut Reader<R>,
        sink: &mut Sink<'_>,
    ) -> Result<(), ParseError> {
        let mut walker = Walker::new(self.layout, records, self.place, sink, self.source, self.stem.clone());
        let mut cut = false;
        loop {
            match reader
                .next_value()
                .and_then(|more| if more { walker.document(reader).map(|()| true) } else { Ok(false) })
            {
                Ok(true) => self.leash.tick(0, 1).or_else(|stop| self.stop(stop.into(), walker.sink, &mut cut))?,
                Ok(false) => break,
                Err(error) => {
                    if !self.recover(error, reader, walker.sink, &mut cut)? {
                        break;
                    }
                    continue;
                }
            }
            if cut {
                break;
            }
        }
        if walker.seen() == 0 && !cut {
            return Err(ParseError::ErrorAnswer(format!(
                "an empty export ({}): no device in it",
                self.layout.spec.title
            )));
        }
        walker.finish(cut);
        Ok(())
    }

    fn stop(&self, error: ParseError, sink: &mut Sink<'_>, cut: &mut bool) -> Result<(), ParseError> {
        *cut = true;
        ending(error, sink, self.source).map(|_| ())
    }

    /// What to do after an error: whether to go on with the next line.
    fn recover<R: Read>(
        &self,
        error: JsonError,
        reader: &mut Reader<R>,
        sink: &mut Sink<'_>,
        cut: &mut bool,
    ) -> Result<bool, ParseError> {
        let at = At::Bytes { offset: reader.offset(), len: 0 };
        let at = if self.encoding == Encoding::Utf8 { at } else { At::Whole };
        match error {
            JsonError::Io(error) => {
                self.stop(error.into(), sink, cut)?;
                Ok(false)
            }
            error => {
                sink.note(Code::DamagedFile, Some(self.source), &at, error.to_string());
                let lines = self.place.1 && !matches!(error, JsonError::Truncated(_));
                match if lines { reader.next_line() } else { Ok(false) } {
                    Ok(true) => Ok(true),
                    Ok(false) => {
                        // A line that is lost takes no other device with it.
                        *cut = true;
                        Ok(false)
                    }
                    Err(error) => self.recover_io(error, sink, cut),
                }
            }
        }
    }

    fn recover_io(&self, error: JsonError, sink: &mut Sink<'_>, cut: &mut bool) -> Result<bool, ParseError> {
        let error = match error {
            JsonError::Io(error) => error.into(),
            other => ParseError::Damaged(other.to_string()),
        };
        self.stop(error, sink, cut)?;
        Ok(false)
    }

    fn rows<R: Read>(&self, rows: &Rows, reader: &mut Reader<R>, sink: &mut Sink<'_>) -> Result<(), ParseError> {
        let mut into = RowSink::new(self.layout, rows.of, sink, self.source);
        let mut walk = RowWalk::new(self, rows);
        let mut cut = false;
        loop {
            let step = match reader.next_value() {
                Ok(true) => walk.document(reader, &mut into).map(|()| true),
                Ok(false) => break,
                Err(error) => Err(error),
            };
            if let Err(error) = step
                && !self.recover(error, reader, into.sink(), &mut cut)?
            {
                break;
            }
        }
        if into.rows() == 0 && !cut {
            return Err(ParseError::ErrorAnswer(format!("an empty export ({}): no row in it", self.layout.spec.title)));
        }
        let more = walk.paging.goes_on(walk.seen) || walk.inner.goes_on(0);
        if more {
            into.note(Code::PartialExport, &At::Whole, "the list goes on in another page that is not in this file");
        }
        if !cut {
            let page = Page {
                source: self.source,
                tenant: "".into(),
                records: walk.seen,
                total: None,
                next: more,
                before: walk.paging.follows_another(),
                rows: true,
            };
            into.sink().page(page);
        }
        into.finish(match () {
            () if cut => End::Cut,
            () if more => End::More,
            // Lines have no end mark, an array has.
            () if self.place.0.is_empty() => End::Unmarked,
            () => End::Proven,
        });
        Ok(())
    }
}
