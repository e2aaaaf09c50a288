//! Rows as JSON objects: in an array, below a key of a document, or one a line.

use std::io::Read;

use super::{Input, pass_over};
use crate::artifact::At;
use crate::artifact::mdm::app::{Cells, Values};
use crate::artifact::mdm::layout::{Columns, Role, Rows, RowsOf};
use crate::artifact::mdm::paging::{Paging, Word};
use crate::artifact::mdm::rows::{Row, RowSink};
use crate::artifact::mdm::values::normal;
use crate::format::json::{JsonError, Kind, Reader};
use crate::format::text::Encoding;

/// Walks to the rows and reads them.
pub(super) struct RowWalk<'i> {
    input: &'i Input<'i>,
    /// Keys of a row.
    names: Names,
    /// Key of the devices inside a row, and their keys.
    inside: Option<(&'static str, Names)>,
    /// Devices that came before the name of their app.
    waiting: Vec<Values>,
    /// Rows are devices, without apps.
    devices: bool,
    /// How many the row says there are.
    counted: Option<u64>,
    /// Key of the rows in a document.
    key: &'static str,
    /// What tells devices apart.
    keyed: &'static [Role],
    row: JsonRow,
    index: u64,
    /// Rows of all documents.
    pub(super) seen: u64,
    pub(super) paging: Paging,
    /// What the lists inside of rows say of theirs; no later document unsays it.
    pub(super) inner: Paging,
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

impl<'i> RowWalk<'i> {
    pub(super) fn new(input: &'i Input<'i>, rows: &Rows) -> Self {
        Self {
            input,
            names: Names::new(rows.columns),
            inside: rows.devices.map(|(key, columns)| (key, Names::new(columns))),
            waiting: Vec::new(),
            counted: None,
            devices: rows.of == RowsOf::Devices,
            row: JsonRow { values: Values::default(), place: Place::Unknown, bytes: Vec::new() },
            index: 0,
            seen: 0,
            key: input.place.0.trim_end_matches("[]"),
            keyed: rows.key,
            paging: Paging::default(),
            inner: Paging::default(),
        }
    }

    pub(super) fn document<R: Read>(
        &mut self,
        reader: &mut Reader<R>,
        into: &mut RowSink<'_, '_>,
    ) -> Result<(), JsonError> {
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
                            if pass_over(reader, &mut |key| self.names.role(key).is_some())? {
                                into.fault(&At::Bytes { offset: reader.offset(), len: 0 }, ANOTHER_LIST);
                            }
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
            match self.inside.as_ref().and_then(|(name, _)| key.strip_prefix(name.as_bytes())) {
                Some(b"") => {
                    self.devices(reader, into)?;
                    continue;
                }
                Some(b"@odata.nextLink") => {
                    self.inner.read(Word::Next, reader)?;
                    continue;
                }
                Some(b"@odata.count") => {
                    let count = reader.scalar()?.unwrap_or_default();
                    // A number that is none tells of more than anybody names.
                    self.counted = Some(count.trim().parse().unwrap_or(u64::MAX));
                    continue;
                }
                _ => {}
            }
            match self.names.role(key) {
                Some((role, rank)) => {
                    if let Some(text) = reader.scalar()? {
                        again |= self.row.values.contradicts(role, rank, &text);
                        self.row.values.push(role, rank, &text);
                    }
                }
                None if self.devices && lists_apps(key) && reader.kind()? == Kind::Array => {
                    self.apps_beside(reader, into)?;
                }
                None => reader.skip()?,
            }
        }
        let len = reader.offset() - from;
        self.row.bytes.clear();
        if self.input.encoding == Encoding::Utf8 {
            self.row.bytes.extend_from_slice(reader.held().unwrap_or_default());
        }
        self.row.place = self.place(from, len);
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

    /// Where a row of these bytes lies.
    fn place(&self, from: u64, len: u64) -> Place {
        match (self.input.place, self.input.encoding) {
            (("[]", false), _) => Place::Element("", self.index),
            ((_, false), _) if !self.key.is_empty() => Place::Element(self.key, self.index),
            (_, Encoding::Utf8) => Place::Bytes(from, len),
            _ => Place::Unknown,
        }
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
        let named = self.waiting.len() as u64;
        let matters = into.matters(app.get(Role::AppName));
        let count = app.get(Role::DeviceCount);
        let counted = self.counted.take().or_else(|| count.parse().ok());
        // An app is in this list because it was found on a device.
        let unnamed = named == 0 && (counted.is_some_and(|n| n > 0) || (counted.is_none() && matters));
        if unnamed {
            into.fault(&self.row.at(), "an app is on devices that the export does not name");
        } else if counted.is_some_and(|n| n > named) && matters {
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

    /// A list of apps in a row that says who a device is.
    fn apps_beside<R: Read>(&self, reader: &mut Reader<R>, into: &mut RowSink<'_, '_>) -> Result<(), JsonError> {
        let from = reader.offset();
        let mut apps = false;
        reader.enter()?;
        while reader.next_element()? {
            apps = true;
            reader.skip()?;
        }
        if apps {
            let at = At::Bytes { offset: from, len: reader.offset() - from };
            into.fault(&at, "a list of apps in a list of devices: not read");
        }
        Ok(())
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

/// A key speaks of apps.
fn lists_apps(key: &[u8]) -> bool {
    let key = normal(&String::from_utf8_lossy(key));
    ["apps", "applications", "applicationreports", "software"].iter().any(|word| key.ends_with(word))
}

/// What stands under a key where no rows are expected.
pub(in crate::artifact::mdm) const ANOTHER_LIST: &str =
    "what looks like another list stands under a key of its own: not read";

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
