//! JSON objects with a list of apps inside, one a device: walked key by key,
//! told to the sink when the object closes. Identity may come last.

use super::app::{Values, app, state, wanted};
use super::device::{Draft, Pending};
use super::layout::{Layout, Records, Role};
use crate::artifact::{At, DeviceId, Sink, SourceId};
use crate::format::json::{JsonError, Kind, Reader};
use crate::model::{Code, End, Platform, State};

/// What a place in the document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    Plain,
    Record,
    Apps,
    App,
    More,
    Total,
}

/// A place in the document that matters; all others are passed over.
#[derive(Debug)]
struct Node {
    keys: Vec<(&'static str, usize)>,
    element: Option<usize>,
    roles: Vec<Role>,
    mark: Mark,
}

/// The places of a layout, as a tree of keys.
#[derive(Debug)]
struct Plan(Vec<Node>);

impl Plan {
    fn new(records: &'static Records, at: &'static str) -> Self {
        let mut plan = Self(Vec::new());
        plan.node();
        let record = plan.path(0, at);
        plan.0[record].mark = Mark::Record;
        for (path, role) in records.keys {
            let n = plan.path(record, path);
            plan.0[n].roles.push(*role);
        }
        let list = plan.path(record, records.apps.strip_suffix("[]").unwrap_or(records.apps));
        plan.0[list].mark = Mark::Apps;
        let app = plan.path(list, "[]");
        plan.0[app].mark = Mark::App;
        for (path, role) in records.app_keys {
            let n = plan.path(app, path);
            plan.0[n].roles.push(*role);
        }
        for (paths, mark) in [(records.more, Mark::More), (records.total.as_slice(), Mark::Total)] {
            // In a record of its own these keys would be the device's.
            for path in paths.iter().filter(|_| record != 0) {
                let n = plan.path(0, path);
                plan.0[n].mark = mark;
            }
        }
        plan
    }

    fn node(&mut self) -> usize {
        self.0.push(Node { keys: Vec::new(), element: None, roles: Vec::new(), mark: Mark::Plain });
        self.0.len() - 1
    }

    /// The node at a path below another, made where it is missing.
    fn path(&mut self, from: usize, path: &'static str) -> usize {
        path.split('.').filter(|p| !p.is_empty()).fold(from, |at, part| {
            let key = part.trim_end_matches("[]");
            let mut at = at;
            if !key.is_empty() {
                at = match self.child(at, key.as_bytes()) {
                    Some(n) => n,
                    None => {
                        let n = self.node();
                        self.0[at].keys.push((key, n));
                        n
                    }
                };
            }
            for _ in 0..(part.len() - key.len()) / 2 {
                at = match self.0[at].element {
                    Some(n) => n,
                    None => {
                        let n = self.node();
                        self.0[at].element = Some(n);
                        n
                    }
                };
            }
            at
        })
    }

    #[inline]
    fn child(&self, at: usize, key: &[u8]) -> Option<usize> {
        self.0[at].keys.iter().find(|(k, _)| k.as_bytes() == key).map(|(_, n)| *n)
    }
}

/// The device whose object is open.
#[derive(Debug)]
struct Current {
    device: DeviceId,
    draft: Draft,
    entries: u32,
    errors: u32,
    listed: bool,
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
    values: Values,
    pending: Vec<Pending>,
    record: usize,
    app: usize,
    more: bool,
    total: u64,
    seen: u64,
}

impl<'s, 'a> Walker<'s, 'a> {
    /// `at`: where the records are; `lines`: each value is a line.
    pub(super) fn new(
        layout: &'static Layout,
        records: &'static Records,
        (at, lines): (&'static str, bool),
        sink: &'s mut Sink<'a>,
        source: SourceId,
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
            values: Values::default(),
            pending: Vec::new(),
            record: 0,
            app: 0,
            more: false,
            total: 0,
            seen: 0,
        }
    }

    /// Records seen so far.
    pub(super) fn seen(&self) -> u64 {
        self.seen
    }

    /// One value of the top level.
    pub(super) fn document<R: std::io::Read>(&mut self, reader: &mut Reader<R>) -> Result<(), JsonError> {
        // Of pages behind each other the last one says whether there is more.
        self.more = false;
        self.current = None;
        self.in_app = false;
        self.value(reader, 0)
    }

    /// The file was read to its end, or as far as it goes.
    pub(super) fn finish(self, cut: bool) {
        let short = self.total > self.seen;
        let end = match () {
            () if cut => End::Cut,
            () if self.more || short => End::More,
            () => End::Proven,
        };
        if end == End::More {
            let message = if short {
                format!("{} of {} devices are in this file: add the other pages", self.seen, self.total)
            } else {
                "the list goes on in another page that is not in this file: add the other pages".to_owned()
            };
            self.sink.note(Code::PartialExport, Some(self.source), &At::Whole, message);
        }
        for list in &self.pending {
            self.sink.list(list.device, self.source, list.statement(self.layout, end, 0));
        }
    }

    /// A value at a known place. Recursion is bounded by the depth of the plan.
    fn value<R: std::io::Read>(&mut self, reader: &mut Reader<R>, node: usize) -> Result<(), JsonError> {
        let Node { keys, element, roles, mark } = &self.plan.0[node];
        match (reader.kind()?, *mark) {
            (Kind::Object, Mark::Record) => self.record(reader, node),
            (Kind::Object, Mark::App) => self.app(reader, node),
            (Kind::Object, _) if !keys.is_empty() => self.object(reader, node),
            (Kind::Array, _) if element.is_some() => self.array(reader, node),
            (Kind::Null, Mark::Plain | Mark::More | Mark::Total | Mark::Apps) => reader.skip(),
            (_, Mark::Record | Mark::Apps | Mark::App) => {
                self.wrong_kind(reader);
                reader.skip()
            }
            (Kind::Object | Kind::Array, _) => reader.skip(),
            (kind, Mark::More) => {
                let text = reader.scalar()?.unwrap_or_default();
                self.more |= if kind == Kind::Bool { text == "true" } else { !text.trim().is_empty() };
                Ok(())
            }
            (_, Mark::Total) => {
                self.total = reader.scalar()?.and_then(|t| t.parse().ok()).unwrap_or(0);
                Ok(())
            }
            _ if roles.is_empty() => reader.skip(),
            _ => self.scalar(reader, node),
        }
    }

    fn wrong_kind<R: std::io::Read>(&mut self, reader: &Reader<R>) {
        match &mut self.current {
            Some(current) => current.errors = current.errors.saturating_add(1),
            None => {
                let at = At::Bytes { offset: reader.offset(), len: 0 };
                self.sink.note(Code::MalformedRecord, Some(self.source), &at, "no object where a device was expected");
            }
        }
    }

    fn scalar<R: std::io::Read>(&mut self, reader: &mut Reader<R>, node: usize) -> Result<(), JsonError> {
        let text = reader.scalar()?.unwrap_or_default();
        for role in &self.plan.0[node].roles {
            if self.in_app {
                // A key twice, with two values: which one holds is not known.
                let again = !matches!(role, Role::SignerSha256 | Role::SignerSha1)
                    && self.values.is_other(*role, &text);
                self.values.push(*role, 0, &text);
                if let Some(current) = self.current.as_mut().filter(|_| again) {
                    current.errors = current.errors.saturating_add(1);
                }
            } else if let Some(current) = &mut self.current
                && !current.draft.set(*role, &text)
            {
                // A key twice, with two values: which one holds is not known.
                current.errors = current.errors.saturating_add(1);
            }
        }
        Ok(())
    }

    fn object<R: std::io::Read>(&mut self, reader: &mut Reader<R>, node: usize) -> Result<(), JsonError> {
        reader.enter()?;
        while let Some(key) = reader.next_key()? {
            match self.plan.child(node, key) {
                Some(child) => self.value(reader, child)?,
                None => reader.skip()?,
            }
        }
        Ok(())
    }

    fn array<R: std::io::Read>(&mut self, reader: &mut Reader<R>, node: usize) -> Result<(), JsonError> {
        let (Some(element), mark) = (self.plan.0[node].element, self.plan.0[node].mark) else { return reader.skip() };
        if let (Mark::Apps, Some(current)) = (mark, &mut self.current) {
            current.listed = true;
        }
        let place = self.plan.0[element].mark;
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

    fn record<R: std::io::Read>(&mut self, reader: &mut Reader<R>, node: usize) -> Result<(), JsonError> {
        let from = reader.offset();
        let device = self.sink.begin(self.layout.platform, Some(self.source), At::Whole);
        self.current = Some(Current { device, draft: Draft::default(), entries: 0, errors: 0, listed: false });
        self.object(reader, node)?;
        self.seen += 1;
        let at = match self.lines {
            true => At::Bytes { offset: from, len: reader.offset() - from },
            false => At::Key(self.pointer().into()),
        };
        if let Some(current) = self.current.take() {
            self.close(current, at);
        }
        Ok(())
    }

    /// The object of a device is closed: now it counts.
    fn close(&mut self, mut current: Current, at: At) {
        if let Some(adjust) = self.layout.adjust {
            adjust(&mut current.draft);
        }
        let (platform, enrollment) = current.draft.platform(self.layout);
        if platform == Platform::OutOfScope {
            return self.sink.out_of_scope();
        }
        let device = current.device;
        self.sink.set_platform(device, platform);
        current.draft.tell(self.layout, enrollment, self.sink, device);
        if !current.listed || current.entries == 0 {
            let message = if current.listed { "the app list is empty" } else { "the record holds no app list" };
            self.sink.note(Code::NotCollected, Some(self.source), &at, message);
        }
        self.sink.set_at(device, at);
        let pending = Pending {
            device,
            cover: self.layout.cover(platform, enrollment),
            entries: current.entries,
            errors: current.errors,
            as_of: current.draft.as_of(),
            listed: current.listed,
        };
        if self.at.is_empty() {
            // An object of its own: nothing behind it can say that there is more.
            self.sink.list(device, self.source, pending.statement(self.layout, End::Proven, 0));
        } else {
            self.pending.push(pending);
        }
        self.sink.commit(device);
    }

    fn app<R: std::io::Read>(&mut self, reader: &mut Reader<R>, node: usize) -> Result<(), JsonError> {
        let (from, replaced) = (reader.offset(), reader.replaced());
        self.values.clear();
        self.in_app = true;
        reader.hold();
        self.object(reader, node)?;
        self.in_app = false;
        let Some(current) = &mut self.current else { return Ok(()) };
        let (device, platform) = (current.device, self.layout.platform);
        let (id, name) = (self.values.get(Role::AppId), self.values.get(Role::AppName));
        // An app that is not identified cannot be shown to be another one.
        if id.is_empty() || reader.replaced() > replaced {
            current.errors = current.errors.saturating_add(1);
        }
        let state = state(self.layout, self.values.get(Role::State));
        if !matches!(state, State::Removed | State::Offered | State::Trace) {
            current.entries = current.entries.saturating_add(1);
        }
        let Some(identifier) = wanted(self.sink, platform, name, || (id.into(), "".into())) else { return Ok(()) };
        let at = match self.lines {
            true => At::Bytes { offset: from, len: reader.offset() - from },
            false => {
                let list = self.records.apps.trim_end_matches("[]").replace('.', "/");
                At::Key(format!("{}/{list}/{}", self.pointer(), self.app).into())
            }
        };
        let app = app(self.layout, &self.values, identifier, true);
        self.sink.app_of_record(device, app, self.source, at, reader.held());
        Ok(())
    }

    /// JSON Pointer of the record that is open.
    fn pointer(&self) -> String {
        if self.at.is_empty() {
            return String::new();
        }
        format!("/{}", self.at.replace('.', "/")).replace("/[]", "[]").replace("[]", &format!("/{}", self.record))
    }
}
