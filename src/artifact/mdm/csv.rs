//! Rows of delimited text (`mdm-csv`).

mod repeats;

use std::borrow::Cow;

use self::repeats::Repeats;
use super::app::Cells;
use super::device::{Draft, WHEN, WHOSE};
use super::layout::{Layout, Role, Rows};
use super::passing::{Key, Passing, Size};
use super::rows::{Row, RowSink, WATCHED};
use super::survey::{answer_role, csv_layout, header};
use super::values::{formula_text, is_guid, normal};
use super::{ending, layout_of};
use crate::artifact::{Artifact, ArtifactFile, At, ParseError, Parser, ParserSpec, Sink};
use crate::evidence::{Affinity, Probe};
use crate::format::csv::{self, Fault, unquote_into};
use crate::format::text::{Encoding, Utf8Reader, lenient};
use crate::limits::Leash;
use crate::model::{Code, End, Platform};

/// The parser of every layout made of rows, where it comes as delimited text.
pub struct MdmCsv;

static SPEC: ParserSpec = ParserSpec {
    id: "mdm-csv",
    title: "Exports of management systems as delimited text",
    platform: Platform::Unknown,
    artifacts: &super::CSV_ARTIFACTS,
    claims: &[],
    sources: &["https://www.rfc-editor.org/rfc/rfc4180"],
};

/// A row of an inventory is some hundred bytes; a stray quote must not make one
/// of megabytes.
const LONGEST_ROW: usize = 1 << 20;

impl Parser for MdmCsv {
    fn spec(&self) -> &'static ParserSpec {
        &SPEC
    }

    fn affinity(&self, probe: &Probe<'_>) -> (Affinity, &'static str) {
        let head = Encoding::decode_head(&probe.head[..probe.head.len().min(64 << 10)]);
        if let Some(layout) = header(&head).and_then(|h| csv_layout(&h)) {
            return (Affinity::Likely, layout.spec.id);
        }
        answer_role(probe, &["csv", "tsv"]).map_or((Affinity::No, ""), |role| (Affinity::Maybe, role))
    }

    fn parse(&self, artifact: &Artifact<'_>, sink: &mut Sink<'_>) -> Result<(), ParseError> {
        for file in artifact.files {
            parse(file, artifact.leash, sink)?;
        }
        Ok(())
    }
}

/// Which column says what.
struct Columns {
    at: [Option<usize>; Role::COUNT],
    /// The header as it stands, normalised.
    header: Vec<String>,
    /// Columns of a role that occur twice: which of them holds is not known.
    twice: Vec<usize>,
}

impl Columns {
    fn new(rows: &Rows, header: &[String]) -> Self {
        let header: Vec<String> = header.iter().map(|h| normal(h)).collect();
        let mut columns = [None; Role::COUNT];
        for (role, names) in rows.columns {
            columns[role.index()] = names.iter().find_map(|name| header.iter().position(|h| h == name));
        }
        let again = |n: &usize| header.iter().filter(|h| **h == header[*n]).count() > 1;
        let twice: Vec<usize> = columns.iter().flatten().copied().filter(again).collect();
        let doubled = |role: &Role| columns[role.index()].is_some_and(|c| twice.contains(&c));
        let (whose, when) = (WHOSE.iter().any(doubled), WHEN.iter().filter(|role| doubled(role)));
        let open: Vec<Role> = when.copied().chain(whose.then_some(Role::Ownership)).collect();
        open.iter().for_each(|role| columns[role.index()] = None);
        Self { at: columns, header, twice }
    }

    fn of(&self, role: Role) -> Option<usize> {
        self.at[role.index()]
    }

    /// The row is a header: exports were put one behind the other, and what
    /// follows may have other columns.
    fn is_header(&self, key_column: Option<usize>, key: &[u8]) -> bool {
        let Some(name) = key_column.and_then(|c| self.header.get(c)) else { return false };
        // Nearly all keys differ from a header in their length alone.
        if key.len() > name.len() + 4 || key.is_empty() {
            return false;
        }
        let key = normal(&String::from_utf8_lossy(key));
        self.header.contains(&key)
    }
}

/// A row and its columns.
struct CsvRow<'a> {
    row: csv::Row<'a>,
    columns: &'a Columns,
    /// The last value may be cut: no line end follows it.
    cut: Option<usize>,
}

impl CsvRow<'_> {
    /// The column of a role, where its value can be told.
    fn column(&self, role: Role) -> Option<usize> {
        // A cut serial number is another serial number. A cut name still names.
        self.columns.of(role).filter(|column| self.cut != Some(*column) || role == Role::AppName)
    }
}

/// What stands in a cell, without what spreadsheets put around it.
fn told(text: Cow<'_, str>) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => formula_text(text).into(),
        Cow::Owned(text) => formula_text(&text).to_owned().into(),
    }
}

impl Cells for CsvRow<'_> {
    fn text(&self, role: Role) -> Cow<'_, str> {
        self.column(role).map_or(Cow::Borrowed(""), |column| told(self.row.text(column)))
    }
}

impl Row for CsvRow<'_> {
    fn at(&self) -> At {
        At::Bytes { offset: self.row.offset, len: self.row.source_len() }
    }

    fn tell(&self, roles: &[Role], draft: &mut Draft) {
        let mut cells = [b"".as_slice(); 32];
        let n = self.row.split(&mut cells);
        for (role, column) in roles.iter().filter_map(|role| Some((*role, self.column(*role)?))) {
            match cells.get(..n).and_then(|cells| cells.get(column)) {
                Some(cell) => draft.set(role, &told(csv::cell_text(cell))),
                None => draft.set(role, &self.text(role)),
            };
        }
    }

    fn with_bytes(&self, use_them: &mut dyn FnMut(Option<&[u8]>)) {
        use_them(self.row.source_bytes().as_deref());
    }
}

fn parse(file: &ArtifactFile, leash: &Leash, sink: &mut Sink<'_>) -> Result<(), ParseError> {
    match layout_of(file.role) {
        Some(layout) => read(layout, file, leash, sink),
        None => super::refuse(file, leash, sink),
    }
}

/// Reads a file as the rows of a layout.
pub(super) fn read(
    layout: &'static Layout,
    file: &ArtifactFile,
    leash: &Leash,
    sink: &mut Sink<'_>,
) -> Result<(), ParseError> {
    let Some(rows) = layout.rows() else {
        return Err(ParseError::Damaged(format!("no {} after all", layout.spec.title)));
    };
    let stream = sink.stream(file, leash)?;
    let source = stream.source();
    let text = Utf8Reader::new(stream)?;
    let (encoding, mark) = (text.encoding(), text.mark());
    let mut reader = csv::Reader::new(text, encoding, mark, LONGEST_ROW.min(leash.limits.record))?;
    let header = reader.header()?.unwrap_or_default();
    let columns = Columns::new(rows, &header);
    let mut into = RowSink::new(layout, rows.of, sink, source);
    if !WATCHED.iter().any(|role| columns.of(*role).is_some()) {
        into.watch_nothing();
    }
    if !columns.twice.is_empty() {
        into.fault(&At::Whole, "a column stands twice in the header: which of them holds is not known");
    }
    let key_column = rows.key.iter().find_map(|role| columns.of(*role));
    let end = match take_rows(&mut reader, &columns, key_column, &mut into, leash) {
        Ok(_) if into.rows() == 0 => return Err(no_rows(layout)),
        Ok(end) => end,
        Err(error) => ending(error, into.sink(), source)?,
    };
    into.finish(end);
    if end == End::Unmarked {
        sink.close(reader.into_inner().into_inner())?;
    }
    Ok(())
}

fn no_rows(layout: &Layout) -> ParseError {
    ParseError::ErrorAnswer(format!(
        "the header of an export ({}) without any row: nothing was exported",
        layout.spec.title
    ))
}

/// Names that need no second look; none where the export has more than names.
fn passing(columns: &Columns) -> Passing<0> {
    let more = [Role::AppId, Role::AppIdMaybe, Role::State].into_iter().any(|r| columns.of(r).is_some());
    if more { Passing::none() } else { Passing::new(Size::APPS) }
}

/// The column from which on a row is about its device alone, and before which
/// about its app alone; `None` where the two are mixed.
fn device_from(columns: &Columns, key_column: Option<usize>) -> Option<usize> {
    let (key, name) = (key_column?, columns.of(Role::AppName)?);
    (name < key && WATCHED.iter().all(|role| columns.of(*role).is_none_or(|c| c >= key))).then_some(key)
}

/// Reads every row; how the text ended.
fn take_rows<R: std::io::Read>(
    reader: &mut csv::Reader<R>,
    columns: &Columns,
    key_column: Option<usize>,
    into: &mut RowSink<'_, '_>,
    leash: &Leash,
) -> Result<End, ParseError> {
    let width = reader.columns();
    let name_column = columns.of(Role::AppName);
    reader.split_upto(key_column.max(name_column).unwrap_or(0));
    let (mut key_scratch, mut name_scratch) = (Vec::new(), Vec::new());
    let (mut n, mut foreign) = (0, false);
    let mut passing = passing(columns);
    let device_from = device_from(columns, key_column).filter(|_| passing.is_used());
    let mut repeats = Repeats::new();
    device_from.iter().for_each(|column| reader.part_at(*column));
    let mut sound = false;
    loop {
        n += 1;
        if n >= 1024 {
            leash.tick(0, n)?;
            n = 0;
        }
        n += repeats.pass(reader, into, sound) as u64;
        let Some(row) = reader.next_row()? else { return Ok(End::Unmarked) };
        sound = false;
        let at = || At::Bytes { offset: row.offset, len: row.source_len() };
        let cut = (!row.terminated).then_some(width.saturating_sub(1));
        match (row.fault, row.terminated) {
            (None, true) => {}
            (Some(fault), true) => into.fault(&at(), why(fault)),
            (fault, false) => into.note(Code::DamagedFile, &at(), cut_off(fault)),
        }
        let raw = |column: Option<usize>| column.and_then(|c| row.raw(c)).unwrap_or_default();
        let key = unquote_into(raw(key_column), &mut key_scratch).trim_ascii();
        let raw_name = raw(name_column);
        if cut.is_none() && !raw_name.is_empty() && passing.knows(raw_name) && !columns.is_header(key_column, key) {
            sound = row.fault.is_none();
            if let Some(head) = device_from.and_then(|c| row.head(c)).filter(|_| sound) {
                repeats.learn_head(head);
            }
            into.pass(key, &CsvRow { row, columns, cut }, sound);
            continue;
        }
        let (name, not_utf8) = lenient(unquote_into(raw_name, &mut name_scratch));
        let name = formula_text(name.trim());
        if not_utf8 && !std::mem::replace(&mut foreign, true) {
            into.fault(&at(), "bytes that are no UTF-8 were read as Windows-1252: names may be misread");
        }
        // An id that is the cut value is another id, unless its length shows that it is whole.
        let whole_key = cut.is_none_or(|c| key_column != Some(c)) || is_guid(key);
        if columns.is_header(key_column, key) {
            into.fault(&at(), "a header stands among the rows: several exports in one file; scan them one by one");
            continue;
        }
        let row = CsvRow { row, columns, cut };
        // A row that is cut short is no record at all.
        if whole_key && (cut.is_none() || row.row.fault.is_none()) {
            sound = row.row.fault.is_none();
            into.take(key, name, &row, sound);
            if !not_utf8 && passing.is_used() && into.passes(name) {
                passing.learn(Key::of(raw_name), raw_name, []);
            }
        }
        if cut.is_some() {
            return Ok(End::Cut);
        }
    }
}

fn cut_off(fault: Option<Fault>) -> &'static str {
    match fault {
        Some(_) => "the text ends inside a row: the export is cut off here",
        None => "the last row has no line end: the export may be cut off here",
    }
}

fn why(fault: Fault) -> &'static str {
    match fault {
        Fault::Few => "a row has fewer columns than the header",
        Fault::Damaged => "a row holds bytes that are no text: a part of it was overwritten",
        Fault::Many => "a row has more columns than the header",
        Fault::Quote => "a row has a quote that is never closed, or text behind a closing quote",
        Fault::Long => "a row is longer than the limit on records",
    }
}
