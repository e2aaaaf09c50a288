//! The objects of devices and of apps: what is told of them when they close.

use memchr::memchr;

use super::{Current, Passed, Walker};
use crate::artifact::At;
use crate::artifact::mdm::app::{Cells as _, NAMES_NO_APP, app, is_present, state, wanted};
use crate::artifact::mdm::device::{Draft, Pending};
use crate::artifact::mdm::layout::Role;
use crate::artifact::mdm::paging::Paging;
use crate::artifact::mdm::passing::Key;
use crate::artifact::mdm::values::{is_identifier, is_lost, is_undamaged};
use crate::format::json::{JsonError, Reader};
use crate::model::{Code, End, Platform, State};

impl Walker<'_, '_> {
    pub(super) fn record<R: std::io::Read>(&mut self, reader: &mut Reader<R>, node: usize) -> Result<(), JsonError> {
        let from = reader.offset();
        self.begin();
        self.object(reader, node)?;
        let at = match self.lines {
            true => At::Bytes { offset: from, len: reader.offset() - from },
            false => At::Key(self.pointer().into()),
        };
        self.end(at);
        Ok(())
    }

    /// The object of a device begins.
    pub(in crate::artifact::mdm) fn begin(&mut self) {
        let device = self.sink.begin(self.layout.platform, Some(self.source), At::Whole);
        self.met = true;
        self.current = Some(Current {
            device,
            draft: Draft::default(),
            entries: 0,
            errors: 0,
            listed: false,
            all: 0,
            paging: Paging::default(),
        });
    }

    /// It is closed.
    pub(in crate::artifact::mdm) fn end(&mut self, at: At) {
        self.seen += 1;
        if let Some(current) = self.current.take() {
            self.close(current, at);
        }
    }

    /// Something of the record that is open could not be read.
    pub(in crate::artifact::mdm) fn fault(&mut self) {
        if let Some(current) = &mut self.current {
            current.errors = current.errors.saturating_add(1);
        }
    }

    /// The object of a device is closed: now it counts.
    fn close(&mut self, mut current: Current, at: At) {
        if let Some(stem) = self.stem.as_deref().filter(|_| current.draft.get(Role::DeviceId).is_empty()) {
            current.draft.set(Role::DeviceId, stem);
        }
        if let Some(adjust) = self.layout.adjust {
            adjust(&mut current.draft);
        }
        self.tenant.get_or_insert_with(|| current.draft.tenant.clone());
        let (platform, enrollment) = current.draft.platform(self.layout);
        if platform == Platform::OutOfScope {
            return self.sink.out_of_scope();
        }
        let device = current.device;
        self.sink.set_platform(device, platform);
        current.draft.tell(self.layout, enrollment, self.sink, device);
        self.sink.set_at(device, at.clone());
        if self.layout.is_identity_only() {
            return self.sink.commit(device);
        }
        if current.paging.goes_on(current.all) {
            current.errors = current.errors.saturating_add(1);
            let message = "the list of this device goes on in another page that is not in this file";
            self.sink.note(Code::PartialExport, Some(self.source), &at, message);
        }
        if !current.listed || current.entries == 0 {
            let message = if current.listed { "the app list is empty" } else { "the record holds no app list" };
            self.sink.note(Code::NotCollected, Some(self.source), &at, message);
        }
        let pending = Pending {
            device,
            cover: self.layout.cover(platform, enrollment),
            entries: current.entries,
            errors: current.errors,
            as_of: current.draft.as_of(),
            listed: current.listed,
            all: current.all,
        };
        if self.at.is_empty() && !self.records.page {
            // An object of its own: nothing behind it can say that there is more.
            self.sink.list(device, self.source, pending.statement(self.layout, End::Proven, 0));
        } else {
            self.pending.push(pending);
        }
        self.sink.commit(device);
    }

    pub(super) fn app<R: std::io::Read>(&mut self, reader: &mut Reader<R>, node: usize) -> Result<(), JsonError> {
        if let Some(len) = self.passes(reader.ahead(), node) {
            reader.pass(len);
            return Ok(());
        }
        let (from, replaced, number) = (reader.offset(), reader.replaced(), self.app);
        let before = self.counts();
        // An app may hold apps.
        let outer = self.in_app.then(|| std::mem::take(&mut self.values));
        if outer.is_some() {
            self.around.push(self.open);
        }
        self.values.clear();
        self.in_app = true;
        let open = std::mem::replace(&mut self.open, number);
        reader.hold();
        self.object(reader, node)?;
        self.in_app = outer.is_some();
        self.open = open;
        self.app = number;
        let (len, damaged) = (reader.offset() - from, reader.replaced() > replaced);
        let bytes = reader.held();
        let told = self.tell(|this| this.app_at(from, len), damaged, bytes.filter(|_| !self.in_text));
        self.mattered |= told;
        match outer {
            Some(outer) => {
                self.values = outer;
                self.around.pop();
            }
            None if !std::mem::take(&mut self.mattered) => self.remember(bytes, node, before),
            None => {}
        }
        Ok(())
    }

    /// Entries of any state, those that are present, and errors so far.
    fn counts(&self) -> Option<(u64, u32, u32)> {
        self.current.as_ref().map(|c| (c.all, c.entries, c.errors))
    }

    /// The object ahead was read before, byte for byte, and did not matter: what
    /// it added then it adds again. Its length.
    fn passes(&mut self, ahead: &[u8], node: usize) -> Option<usize> {
        let current = self.current.as_mut().filter(|_| !self.in_app)?;
        let known = |key: Key| self.passing.get(key).filter(|(text, _)| ahead.starts_with(text));
        let (text, passed) = known(short_key(ahead)?).or_else(|| known(long_key(ahead)?))?;
        let passed = Passed::from_bytes(passed);
        if passed.node as usize != node {
            return None;
        }
        current.all += u64::from(passed.all);
        current.entries = current.entries.saturating_add(passed.entries);
        Some(text.len())
    }

    /// Keeps an object that did not matter and held no error.
    fn remember(&mut self, bytes: Option<&[u8]>, node: usize, before: Option<(u64, u32, u32)>) {
        let (Some(bytes), Some(before), Some(after)) = (bytes, before, self.counts()) else { return };
        let (Ok(node), Ok(all)) = (u32::try_from(node), u32::try_from(after.0 - before.0)) else { return };
        let Some(mut key) = short_key(bytes).filter(|_| after.2 == before.2) else { return };
        if self.passing.get(key).is_some_and(|(known, _)| known != bytes) {
            let Some(long) = long_key(bytes) else { return };
            key = long;
        }
        self.passing.learn(key, bytes, Passed { node, all, entries: after.1 - before.1 }.to_bytes());
    }

    /// An app outside of any reader's memory begins.
    pub(in crate::artifact::mdm) fn begin_app(&mut self) {
        self.values.clear();
        self.in_app = true;
    }

    /// It is closed.
    pub(in crate::artifact::mdm) fn end_app(&mut self, at: At, damaged: bool) {
        self.in_app = false;
        self.tell(|_| at.clone(), damaged, None);
    }

    fn app_at(&self, offset: u64, len: u64) -> At {
        if self.lines && !self.in_text {
            return At::Bytes { offset, len };
        }
        let list = self.apps.trim_end_matches("[]").replace("[]", "").replace('.', "/");
        let inside = self.records.nested.unwrap_or_default();
        let around: String = self.around.iter().map(|n| format!("{n}/{inside}/")).collect();
        At::Key(format!("{}/{list}/{around}{}", self.pointer(), self.app).into())
    }

    /// An app was read to its end; whether it was told to the sink.
    fn tell(&mut self, at: impl Fn(&Self) -> At, damaged: bool, bytes: Option<&[u8]>) -> bool {
        if let Some(adjust) = self.layout.adjust_app
            && !adjust(&mut self.values)
        {
            return false;
        }
        let Some(current) = &mut self.current else { return false };
        let (device, platform) = (current.device, self.layout.platform);
        let (id, maybe) = (self.values.get(Role::AppId), self.values.get(Role::AppIdMaybe));
        let name = self.values.get(Role::AppName);
        current.all += 1;
        // An app that is not identified cannot be shown to be another one.
        let identified = match () {
            () if self.layout.doubts_ids => is_identifier(id),
            () if self.identifies => !id.is_empty() && is_undamaged(id),
            () if !id.is_empty() => is_undamaged(id),
            () => !name.is_empty() && !is_lost(name),
        };
        let lost = !identified || damaged;
        current.errors = current.errors.saturating_add(u32::from(lost));
        let open = self.values.says_two(&[Role::State]);
        let state = if open { State::Unknown } else { state(self.layout, self.values.get(Role::State)) };
        if is_present(state) {
            current.entries = current.entries.saturating_add(1);
        }
        if lost {
            let here = at(self);
            self.sink.note(Code::MalformedRecord, Some(self.source), &here, NAMES_NO_APP);
        }
        let first = wanted(self.sink, platform, name, || (id.into(), maybe.into()));
        // Of two identifiers either may be the app's.
        let mut ids = Vec::new();
        self.values.each(Role::AppId, &mut |other| {
            if !id.is_empty() && other != id && self.sink.wants_identifier(platform, other) {
                ids.push(other.to_owned());
            }
        });
        if first.is_none() && ids.is_empty() {
            return false;
        }
        let at = at(self);
        let doubted = ids.iter().map(|id| ((id.as_str().into(), None), true));
        for (identifier, doubted) in first.map(|first| (first, open || !ids.is_empty())).into_iter().chain(doubted) {
            let mut app = app(self.layout, &self.values, identifier, true);
            if doubted {
                app.state = State::Unknown;
            }
            self.sink.app_of_record(device, app, self.source, at.clone(), bytes);
        }
        true
    }

    /// JSON Pointer of the record that is open.
    fn pointer(&self) -> String {
        if self.at.is_empty() {
            return String::new();
        }
        format!("/{}", self.at.replace('.', "/")).replace("/[]", "[]").replace("[]", &format!("/{}", self.record))
    }
}

/// Where an object would be remembered: by its first bytes, which tell most
/// objects apart.
fn short_key(object: &[u8]) -> Option<Key> {
    let begin = &object[..object.len().min(SHORT)];
    match memchr(b'}', begin) {
        Some(end) => Some(Key::of(&object[..end])),
        None => (begin.len() == SHORT).then(|| Key::of(begin)),
    }
}

const SHORT: usize = 64;

/// The same of objects that begin like another: by their bytes up to the first
/// `}`. An object that ends there is found by all of it; of one that holds others
/// the beginning must do.
fn long_key(object: &[u8]) -> Option<Key> {
    memchr(b'}', object).filter(|end| *end > SHORT).map(|end| Key::of(&object[..end]))
}
