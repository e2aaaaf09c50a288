//! JSON documents and lines (`mdm-json`).

use std::io::Read;

use super::app::{Cells, Values};
use super::layout::{Columns, Layout, Records, Role, Rows, Shape};
use super::paging::{Paging, Word};
use super::records::Walker;
use super::rows::{Row, RowSink};
use super::survey::{self, Survey, answer_role, describe};
use super::values::normal;
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
        let mut walk = RowWalk {
            input: self,
            names: Names::new(rows.columns),
            inside: rows.devices.map(|(key, columns)| (key, Names::new(columns))),
            waiting: Vec::new(),
            row: JsonRow { values: Values::default(), place: Place::Unknown, bytes: Vec::new() },
            index: 0,
            seen: 0,
            key: self.place.0.trim_end_matches("[]"),
            keyed: rows.key,
            paging: Paging::default(),
            inner: Paging::default(),
        };
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

/// Walks to the rows and reads them.
struct RowWalk<'i> {
    input: &'i Input<'i>,
    /// Keys of a row.
    names: Names,
    /// Key of the devices inside a row, and their keys.
    inside: Option<(&'static str, Names)>,
    /// Devices that came before the name of their app.
    waiting: Vec<Values>,
    /// Key of the rows in a document.
    key: &'static str,
    /// What tells devices apart.
    keyed: &'static [Role],
    row: JsonRow,
    index: u64,
    /// Rows of all documents.
    seen: u64,
    paging: Paging,
    /// What the lists inside of rows say of theirs; no later document unsays it.
    inner: Paging,
}

/// One row.
struct JsonRow {
    values: Values,
    place: Place,
    /// Its exact text; empty where it was too long to keep or is not as in the source.
    bytes: Vec<u8>,
}

/// Where a row lies; becomes a locator only for a row that is kept.
#[derive(Clone, Copy)]
enum Place {
    /// Key of the array, empty where it is the document; number in it.
    Element(&'static str, u64),
    Bytes(u64, u64),
    Unknown,
}

impl Cells for JsonRow {
    fn text(&self, role: Role) -> std::borrow::Cow<'_, str> {
        self.values.text(role)
    }
}

impl Row for JsonRow {
    fn at(&self) -> At {
        match self.place {
            Place::Element("", index) => At::Key(format!("/{index}").into()),
            Place::Element(key, index) => At::Key(format!("/{key}/{index}").into()),
            Place::Bytes(offset, len) => At::Bytes { offset, len },
            Place::Unknown => At::Whole,
        }
    }

    fn with_bytes(&self, use_them: &mut dyn FnMut(Option<&[u8]>)) {
        use_them(Some(self.bytes.as_slice()).filter(|b| !b.is_empty()));
    }
}

impl RowWalk<'_> {
    fn document<R: Read>(&mut self, reader: &mut Reader<R>, into: &mut RowSink<'_, '_>) -> Result<(), JsonError> {
        self.paging.next_document();
        let (mut met, mut strange) = (false, false);
        match (self.input.place.0, reader.kind()?) {
            ("", Kind::Object) => self.row(reader, into),
            ("[]", Kind::Array) => self.list(reader, into),
            (_, Kind::Object) if !self.key.is_empty() => {
                reader.enter()?;
                while let Some(key) = reader.next_key()? {
                    match Paging::word(key) {
                        _ if key == self.key.as_bytes() => {
                            met = true;
                            self.list(reader, into)?;
                        }
                        Some(word) => self.paging.read(word, reader)?,
                        None => {
                            strange |= self.names.role(key).is_some();
                            strange |= matches!(reader.kind()?, Kind::Object | Kind::Array);
                            reader.skip()?;
                        }
                    }
                }
                if strange && !met {
                    into.fault(&At::Bytes { offset: reader.offset(), len: 0 }, "a document of another form: not read");
                }
                Ok(())
            }
            _ => {
                into.fault(&At::Bytes { offset: reader.offset(), len: 0 }, "no object where a row was expected");
                reader.skip()
            }
        }
    }

    fn list<R: Read>(&mut self, reader: &mut Reader<R>, into: &mut RowSink<'_, '_>) -> Result<(), JsonError> {
        if reader.kind()? != Kind::Array {
            into.fault(&At::Bytes { offset: reader.offset(), len: 0 }, "no array where rows were expected");
            return reader.skip();
        }
        reader.enter()?;
        self.index = 0;
        while reader.next_element()? {
            self.row(reader, into)?;
            self.index += 1;
            self.seen += 1;
        }
        Ok(())
    }

    fn row<R: Read>(&mut self, reader: &mut Reader<R>, into: &mut RowSink<'_, '_>) -> Result<(), JsonError> {
        if reader.kind()? != Kind::Object {
            into.fault(&At::Bytes { offset: reader.offset(), len: 0 }, "no object where a row was expected");
            return reader.skip();
        }
        let (from, replaced) = (reader.offset(), reader.replaced());
        self.row.values.clear();
        let mut again = false;
        reader.hold();
        reader.enter()?;
        while let Some(key) = reader.next_key()? {
            if let Some((name, _)) = &self.inside {
                if key == name.as_bytes() {
                    self.devices(reader, into)?;
                    continue;
                }
                if key.strip_prefix(name.as_bytes()) == Some(b"@odata.nextLink") {
                    self.inner.read(Word::Next, reader)?;
                    continue;
                }
            }
            match self.names.role(key) {
                Some((role, rank)) => {
                    if let Some(text) = reader.scalar()? {
                        again |= self.row.values.contradicts(role, rank, &text);
                        self.row.values.push(role, rank, &text);
                    }
                }
                None => reader.skip()?,
            }
        }
        let len = reader.offset() - from;
        self.row.bytes.clear();
        if self.input.encoding == Encoding::Utf8 {
            self.row.bytes.extend_from_slice(reader.held().unwrap_or_default());
        }
        self.row.place = match (self.input.place, self.input.encoding) {
            (("[]", false), _) => Place::Element("", self.index),
            ((_, false), _) if !self.key.is_empty() => Place::Element(self.key, self.index),
            (_, Encoding::Utf8) => Place::Bytes(from, len),
            _ => Place::Unknown,
        };
        if reader.replaced() > replaced {
            into.fault(&self.row.at(), "a row holds bytes that are no text");
        }
        if again {
            into.fault(&self.row.at(), AGAIN);
        }
        self.take(into);
        if let Err(stop) = self.input.leash.tick(0, 1) {
            return Err(JsonError::Io(std::io::Error::other(stop)));
        }
        Ok(())
    }

    /// The row is whole.
    fn take(&mut self, into: &mut RowSink<'_, '_>) {
        let Some(_) = &self.inside else {
            let values = &self.row.values;
            let said = self.keyed.iter().map(|role| (*role, values.get(*role))).find(|(_, id)| !id.is_empty());
            let name = values.get(Role::AppName);
            return match said {
                Some((role, id)) if self.keyed.first() != Some(&role) => {
                    // The serial number of one device may be the id of another.
                    let key = [&[0, role as u8], id.as_bytes()].concat();
                    into.take(&key, name, &self.row, true);
                }
                Some((_, id)) => into.take(id.as_bytes(), name, &self.row, true),
                None => {
                    let id = self.input.stem.as_deref().unwrap_or_default();
                    into.take(id.as_bytes(), name, &self.row, true);
                }
            };
        };
        let app = self.row.values.clone();
        if self.waiting.is_empty() && !matches!(app.get(Role::DeviceCount), "" | "0") {
            into.fault(&self.row.at(), "an app is on devices that the export does not name");
        } else if app.get(Role::DeviceCount).parse::<usize>().is_ok_and(|n| n > self.waiting.len())
            && into.matters(app.get(Role::AppName))
        {
            into.fault(&self.row.at(), "an app that matters is on more devices than the export names");
        }
        for device in std::mem::take(&mut self.waiting) {
            self.row.values.clear();
            self.row.values.add(&device);
            self.row.values.add(&app);
            let values = &self.row.values;
            into.take(values.get(Role::DeviceId).as_bytes(), values.get(Role::AppName), &self.row, true);
        }
    }

    /// The devices an app is on. They wait until the app is closed: its name may
    /// come behind them.
    fn devices<R: Read>(&mut self, reader: &mut Reader<R>, into: &mut RowSink<'_, '_>) -> Result<(), JsonError> {
        let wrong = "no list of devices where one was expected";
        match reader.kind()? {
            Kind::Array => reader.enter()?,
            Kind::Null => return reader.skip(),
            _ => {
                into.fault(&At::Bytes { offset: reader.offset(), len: 0 }, wrong);
                return reader.skip();
            }
        }
        while reader.next_element()? {
            if reader.kind()? != Kind::Object {
                into.fault(&At::Bytes { offset: reader.offset(), len: 0 }, wrong);
                reader.skip()?;
                continue;
            }
            let (mut values, mut again) = (Values::default(), false);
            reader.enter()?;
            while let Some(key) = reader.next_key()? {
                match self.inside.as_mut().and_then(|(_, names)| names.role(key)) {
                    Some((role, rank)) => {
                        if let Some(text) = reader.scalar()? {
                            again |= values.contradicts(role, rank, &text);
                            values.push(role, rank, &text);
                        }
                    }
                    None => reader.skip()?,
                }
            }
            if again {
                into.fault(&At::Bytes { offset: reader.offset(), len: 0 }, AGAIN);
            }
            if let Err(stop) = self.input.leash.tick(0, 1) {
                return Err(JsonError::Io(std::io::Error::other(stop)));
            }
            if self.waiting.len() < MOST_WAITING {
                self.waiting.push(values);
            } else {
                into.fault(&At::Bytes { offset: reader.offset(), len: 0 }, "an app names more devices than are read");
            }
        }
        Ok(())
    }
}

const AGAIN: &str = "a key stands twice with two values: which one holds is not known";

/// Devices of one app beyond this number are not read.
const MOST_WAITING: usize = 200_000;

/// What keys say; each spelling is looked up once.
struct Names {
    columns: Columns,
    met: Vec<(String, Option<(Role, u8)>)>,
}

impl Names {
    fn new(columns: Columns) -> Self {
        Self { columns, met: Vec::new() }
    }

    fn role(&mut self, key: &[u8]) -> Option<(Role, u8)> {
        if let Some((_, role)) = self.met.iter().find(|(name, _)| name.as_bytes() == key) {
            return *role;
        }
        let key = String::from_utf8_lossy(key);
        let name = normal(&key);
        let found = self.columns.iter().find_map(|(role, spelled)| {
            let rank = spelled.iter().position(|s| *s == name)?;
            Some((*role, u8::try_from(rank).unwrap_or(u8::MAX)))
        });
        if self.met.len() < 256 {
            self.met.push((key.into_owned(), found));
        }
        found
    }
}
