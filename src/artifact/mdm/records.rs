//! Objects with a list of apps inside, one a device: walked key by key, told to
//! the sink when the object closes. Identity may come last. JSON is walked here,
//! XML in [`super::xml`] by the same plan.

mod tell;

use std::borrow::Cow;

use base64::Engine as _;

use super::app::Values;
use super::device::{Draft, Pending};
use super::json::{ANOTHER_LIST, pass_over};
use super::layout::{Layout, Records, Role};
use super::paging::{Paging, Word};
use super::passing::{Passing, Size};
use super::plan::{Mark, Plan};
use super::values::normal;
use crate::artifact::{At, DeviceId, Page, Sink, SourceId};
use crate::format::json::{JsonError, Kind, Reader};
use crate::model::{Code, End};

/// The device whose object is open.
#[derive(Debug)]
struct Current {
    device: DeviceId,
    draft: Draft,
    entries: u32,
    errors: u32,
    listed: bool,
    /// Entries of any state.
    all: u64,
    /// What stands beside its apps.
    paging: Paging,
}

/// What an app object that did not matter added to its device.
#[derive(Debug, Clone, Copy)]
struct Passed {
    /// The place it stood at.
    node: u32,
    all: u32,
    entries: u32,
}

impl Passed {
    const LEN: usize = 12;

    fn to_bytes(self) -> [u8; Self::LEN] {
        let mut bytes = [0; Self::LEN];
        let (words, _) = bytes.as_chunks_mut();
        words.iter_mut().zip([self.node, self.all, self.entries]).for_each(|(word, n)| *word = n.to_le_bytes());
        bytes
    }

    fn from_bytes(bytes: [u8; Self::LEN]) -> Self {
        let (words, _) = bytes.as_chunks();
        let word = |n: usize| words.get(n).map_or(0, |word| u32::from_le_bytes(*word));
        Self { node: word(0), all: word(1), entries: word(2) }
    }
}

/// Walks values and tells the sink.
pub(super) struct Walker<'s, 'a> {
    layout: &'static Layout,
    records: &'static Records,
    at: &'static str,
    plan: Plan,
    pub(super) sink: &'s mut Sink<'a>,
    source: SourceId,
    lines: bool,
    current: Option<Current>,
    in_app: bool,
    /// The reader stands in a string of the file.
    in_text: bool,
    values: Values,
    /// Objects of apps that do not matter.
    passing: Passing<{ Passed::LEN }>,
    /// The app that is open, or one inside it, was told.
    mattered: bool,
    pending: Vec<Pending>,
    record: usize,
    app: usize,
    /// Path of the list that is open.
    apps: &'static str,
    /// Number of the app that is open.
    open: usize,
    /// Numbers of the apps around it.
    around: Vec<usize>,
    paging: Paging,
    seen: u64,
    /// The document has a place for records.
    met: bool,
    /// It holds something else.
    strange: bool,
    /// Documents that were not read.
    faults: u64,
    /// Apps are told by their identifiers; a name alone is an app of which
    /// the identifier is lost.
    identifies: bool,
    /// Whose devices they are, by the first record.
    tenant: Option<Box<str>>,
    /// Id of the device by the name of the file.
    stem: Option<Box<str>>,
}

impl<'s, 'a> Walker<'s, 'a> {
    /// `at`: where the records are; `lines`: each value is a line.
    pub(super) fn new(
        layout: &'static Layout,
        records: &'static Records,
        (at, lines): (&'static str, bool),
        sink: &'s mut Sink<'a>,
        source: SourceId,
        stem: Option<Box<str>>,
    ) -> Self {
        Self {
            layout,
            records,
            at,
            plan: Plan::new(records, at),
            sink,
            source,
            lines,
            current: None,
            in_app: false,
            in_text: false,
            values: Values::default(),
            passing: Passing::new(Size::APPS),
            mattered: false,
            pending: Vec::new(),
            record: 0,
            app: 0,
            apps: records.apps,
            open: 0,
            around: Vec::new(),
            paging: Paging::default(),
            seen: 0,
            met: false,
            strange: false,
            faults: 0,
            identifies: records.app_keys.iter().any(|(_, role)| *role == Role::AppId),
            tenant: None,
            stem,
        }
    }

    /// The places that matter.
    pub(super) fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Records seen so far.
    pub(super) fn seen(&self) -> u64 {
        self.seen
    }

    /// One value of the top level.
    pub(super) fn document<R: std::io::Read>(&mut self, reader: &mut Reader<R>) -> Result<(), JsonError> {
        if self.records.page {
            self.paging.forget();
        }
        self.paging.next_document();
        self.current = None;
        self.in_app = false;
        (self.met, self.strange) = (false, false);
        self.value(reader, 0)?;
        if self.strange && !self.met {
            self.faults += 1;
            let at = At::Bytes { offset: reader.offset(), len: 0 };
            self.sink.note(Code::MalformedRecord, Some(self.source), &at, "a document of another form: not read");
        }
        // What follows the list may say that it goes on.
        while self.records.page
            && let Some(mut pending) = self.pending.pop()
        {
            let end = if self.paging.goes_on(pending.all) { End::More } else { End::Proven };
            if end == End::More {
                let message = "the list of this device goes on in another page that is not in this file";
                self.sink.note(Code::PartialExport, Some(self.source), &At::Whole, message);
            }
            pending.all = 0;
            self.sink.list(pending.device, self.source, pending.statement(self.layout, end, 0));
        }
        Ok(())
    }

    /// The file was read to its end, or as far as it goes.
    pub(super) fn finish(self, cut: bool) {
        let end = match () {
            () if cut => End::Cut,
            () if self.records.page => End::Proven,
            () if self.paging.goes_on(self.seen) => End::More,
            () => End::Proven,
        };
        if !cut && !self.records.page && !self.at.is_empty() {
            self.sink.page(Page {
                source: self.source,
                tenant: self.tenant.unwrap_or_default(),
                records: self.seen,
                total: self.paging.total_told(),
                next: self.paging.next_follows(self.seen),
                before: self.paging.follows_another(),
                rows: false,
            });
        }
        for list in &self.pending {
            self.sink.list(list.device, self.source, list.statement(self.layout, end, self.faults));
        }
    }

    /// A value at a known place. Recursion is bounded by the depth of the plan
    /// or, where apps hold apps, by the reader's limit on nesting.
    fn value<R: std::io::Read>(&mut self, reader: &mut Reader<R>, node: usize) -> Result<(), JsonError> {
        let super::plan::Node { keys, element, roles, mark, .. } = &self.plan.0[node];
        match (reader.kind()?, *mark) {
            (Kind::Object, Mark::Record) => self.record(reader, node),
            (Kind::Object, Mark::App) => self.app(reader, node),
            (Kind::Object, Mark::Pair) => self.pair(reader),
            // Some servers write a list of one as its element.
            (Kind::Object, Mark::Apps) => self.lone(reader, node),
            (Kind::Object, _) if !keys.is_empty() => self.object(reader, node),
            (Kind::String, Mark::Embedded) => self.embedded(reader, node),
            (Kind::Array, _) if element.is_some() => self.array(reader, node),
            (Kind::Null, Mark::Plain | Mark::More | Mark::Total | Mark::Apps) => reader.skip(),
            (_, Mark::Record | Mark::Apps | Mark::App) => {
                self.wrong_kind(reader);
                reader.skip()
            }
            (_, Mark::More) => self.paging.read(Word::Next, reader),
            (_, Mark::Total) => self.paging.read(Word::Total, reader),
            (Kind::Object | Kind::Array, _) => {
                self.strange |= self.current.is_none();
                reader.skip()
            }
            // In place of a list of records.
            _ if element.is_some() && self.current.is_none() => {
                self.wrong_kind(reader);
                reader.skip()
            }
            _ if roles.is_empty() => reader.skip(),
            _ => self.scalar(reader, node),
        }
    }

    fn wrong_kind<R: std::io::Read>(&mut self, reader: &Reader<R>) {
        match &mut self.current {
            Some(current) => current.errors = current.errors.saturating_add(1),
            None => {
                self.faults += 1;
                let at = At::Bytes { offset: reader.offset(), len: 0 };
                self.sink.note(Code::MalformedRecord, Some(self.source), &at, "no object where a device was expected");
            }
        }
    }

    fn scalar<R: std::io::Read>(&mut self, reader: &mut Reader<R>, node: usize) -> Result<(), JsonError> {
        let text = reader.scalar()?.unwrap_or_default();
        self.say(node, &text);
        Ok(())
    }

    /// What a place says.
    pub(super) fn say(&mut self, node: usize, text: &str) {
        for role in &self.plan.0[node].roles {
            if self.in_app {
                // Places are made in the order in which the layout prefers them.
                let rank = u8::try_from(node).unwrap_or(u8::MAX);
                // A key twice, with two values: which one holds is not known.
                let again = !matches!(role, Role::SignerSha256 | Role::SignerSha1)
                    && self.values.contradicts(*role, rank, text);
                self.values.push(*role, rank, text);
                if let Some(current) = self.current.as_mut().filter(|_| again) {
                    current.errors = current.errors.saturating_add(1);
                }
            } else if let Some(current) = &mut self.current
                && !current.draft.set(*role, text)
                && !matches!(role, Role::User | Role::UserMore)
            {
                // A key twice, with two values: which one holds is not known.
                current.errors = current.errors.saturating_add(1);
            }
        }
    }

    /// A key and a value beside it.
    fn pair<R: std::io::Read>(&mut self, reader: &mut Reader<R>) -> Result<(), JsonError> {
        let Some(pairs) = &self.records.pairs else { return reader.skip() };
        let (mut key, mut value) = (String::new(), String::new());
        reader.enter()?;
        while let Some(name) = reader.next_key()? {
            let slot = match () {
                () if name == pairs.key.as_bytes() => &mut key,
                () if name == pairs.value.as_bytes() => &mut value,
                () => {
                    reader.skip()?;
                    continue;
                }
            };
            *slot = reader.scalar()?.unwrap_or_default().into_owned();
        }
        let key = normal(&key);
        if let Some((_, role)) = pairs.roles.iter().find(|(name, _)| *name == key) {
            self.values.push(*role, 0, &value);
        }
        Ok(())
    }

    fn lone<R: std::io::Read>(&mut self, reader: &mut Reader<R>, node: usize) -> Result<(), JsonError> {
        let Some(element) = self.plan.0[node].element else { return reader.skip() };
        self.list();
        self.apps = self.plan.0[node].list;
        self.app = 0;
        self.value(reader, element)
    }

    /// An object inside a string.
    fn embedded<R: std::io::Read>(&mut self, reader: &mut Reader<R>, node: usize) -> Result<(), JsonError> {
        let at = reader.offset();
        let text = unwrapped(reader.scalar()?.unwrap_or_default());
        let mut inner = Reader::with_block(text.as_bytes(), 0, 32, text.len().max(1), text.len());
        let whole = match inner.next_value() {
            Ok(true) => match inner.kind() {
                Ok(Kind::Object) => {
                    self.object_in_text(&mut inner, node).is_ok() && matches!(inner.next_value(), Ok(false))
                }
                _ => false,
            },
            _ => text.trim().is_empty(),
        };
        if !whole {
            if let Some(current) = &mut self.current {
                current.errors = current.errors.saturating_add(1);
            }
            self.in_app = false;
            let at = At::Bytes { offset: at, len: 0 };
            self.sink.note(Code::MalformedRecord, Some(self.source), &at, "a string holds JSON that cannot be read");
        }
        Ok(())
    }

    /// The same walk over text in memory: places in it are no places of the file.
    fn object_in_text(&mut self, reader: &mut Reader<&[u8]>, node: usize) -> Result<(), JsonError> {
        let outer = std::mem::replace(&mut self.in_text, true);
        let read = self.object(reader, node);
        self.in_text = outer;
        read
    }

    /// What an element beside others says of pages.
    pub(super) fn hear(&mut self, node: usize, word: Word, text: &str) {
        let leads = self.plan.0[node].leads;
        match &mut self.current {
            None => self.paging.hear(word, text),
            Some(current) if leads => current.paging.hear(word, text),
            Some(_) => {}
        }
    }

    /// An element that is named nearly like one that matters was not read.
    pub(super) fn stray(&mut self) {
        match &mut self.current {
            Some(current) => current.errors = current.errors.saturating_add(1),
            None => self.faults += 1,
        }
        let message = "an element stands where a device or an app was expected: not read";
        self.sink.note(Code::MalformedRecord, Some(self.source), &At::Whole, message);
    }

    /// The record holds a list.
    pub(super) fn list(&mut self) {
        if let Some(current) = &mut self.current {
            current.listed = true;
        }
    }

    fn object<R: std::io::Read>(&mut self, reader: &mut Reader<R>, node: usize) -> Result<(), JsonError> {
        reader.enter()?;
        while let Some(key) = reader.next_key()? {
            match self.plan.child(node, key) {
                Some(child) => self.value(reader, child)?,
                None => match if self.listens(node) { Paging::word(key) } else { None } {
                    Some(word) => match self.hears(node) {
                        Some(paging) => paging.read(word, reader)?,
                        None => reader.skip()?,
                    },
                    None if self.current.is_none() => self.foreign(reader)?,
                    None => reader.skip()?,
                },
            }
        }
        Ok(())
    }

    /// A value outside of any record that the layout does not know.
    fn foreign<R: std::io::Read>(&mut self, reader: &mut Reader<R>) -> Result<(), JsonError> {
        self.strange |= matches!(reader.kind()?, Kind::Object | Kind::Array);
        let plan = &self.plan;
        let record = plan.0.iter().position(|node| node.mark == Mark::Record);
        let mut telling = |key: &[u8]| record.is_some_and(|record| plan.child(record, key).is_some());
        if pass_over(reader, &mut telling)? {
            self.faults += 1;
            let at = At::Bytes { offset: reader.offset(), len: 0 };
            self.sink.note(Code::MalformedRecord, Some(self.source), &at, ANOTHER_LIST);
        }
        Ok(())
    }

    /// Words of pages may stand at this place; asked first, for most keys stand
    /// where none can.
    fn listens(&self, node: usize) -> bool {
        self.current.is_none() || (node == 0 && self.records.page) || (self.plan.0[node].leads && !self.in_app)
    }

    /// What words of pages at a place speak of, if they can speak of any.
    fn hears(&mut self, node: usize) -> Option<&mut Paging> {
        let place = &self.plan.0[node];
        match &mut self.current {
            None => Some(&mut self.paging),
            Some(_) if node == 0 && self.records.page => Some(&mut self.paging),
            // Elsewhere in a record these words would be the device's.
            Some(current) if place.leads && self.records.hears && !self.in_app => Some(&mut current.paging),
            Some(_) => None,
        }
    }

    fn array<R: std::io::Read>(&mut self, reader: &mut Reader<R>, node: usize) -> Result<(), JsonError> {
        let (Some(element), mark) = (self.plan.0[node].element, self.plan.0[node].mark) else { return reader.skip() };
        if mark == Mark::Apps {
            self.list();
            self.apps = self.plan.0[node].list;
        }
        let place = self.plan.0[element].mark;
        self.met |= place == Mark::Record;
        reader.enter()?;
        let mut n = 0;
        while reader.next_element()? {
            match place {
                Mark::Record => self.record = n,
                Mark::App => self.app = n,
                _ => {}
            }
            self.value(reader, element)?;
            n += 1;
        }
        Ok(())
    }
}

/// JSON inside a string; queues of messages wrap it in base64.
fn unwrapped(text: Cow<'_, str>) -> Cow<'_, str> {
    if matches!(text.trim_start().bytes().next(), None | Some(b'{')) {
        return text;
    }
    let bytes: Vec<u8> = text.bytes().filter(|b| !b.is_ascii_whitespace()).collect();
    let decoded = base64::engine::general_purpose::STANDARD.decode(bytes).ok();
    decoded.and_then(|bytes| String::from_utf8(bytes).ok()).map_or(text, Cow::Owned)
}
