//! Jobs, the threads that do them, and what they share.

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::Scope;

use super::item::{Item, ItemStatus};
use super::{Gathered, MOST_OF_A_CODE, Reading};
use crate::artifact::{Artifact, ArtifactFile, Fragment, ParseError, Parser, Sink};
use crate::evidence::{Claim, Claims, EvidenceError, RootKind};
use crate::inventory::{Inventory, PartId};
use crate::limits::{Leash, Stop};
use crate::model::{Code, Diagnostic, End, Locator, Platform, Severity};

/// Every claim of every parser, compiled, with the parser each belongs to.
pub(super) struct CompiledClaims {
    pub(super) claims: Claims,
    owners: Vec<(&'static dyn Parser, &'static Claim)>,
}

pub(super) fn compile(parsers: &[&'static dyn Parser]) -> CompiledClaims {
    let owners: Vec<_> = parsers.iter().flat_map(|p| p.spec().claims.iter().map(|c| (*p, c))).collect();
    CompiledClaims { claims: Claims::new(owners.iter().map(|(_, c)| *c)), owners }
}

impl CompiledClaims {
    pub(super) fn owner(&self, id: u32) -> Option<(&'static dyn Parser, &'static Claim)> {
        self.owners.get(id as usize).copied()
    }
}

/// Files for one call of one parser.
pub(super) struct Job {
    pub(super) id: PartId,
    pub(super) parser: &'static dyn Parser,
    pub(super) files: Vec<ArtifactFile>,
    pub(super) locator: Locator,
    pub(super) kind: Option<RootKind>,
    pub(super) platform: Platform,
    /// Files of the device may be missing from what holds them.
    pub(super) incomplete: bool,
}

#[derive(Default)]
struct State {
    items: Vec<Item>,
    inventory: Inventory,
    diagnostics: Vec<(u32, Diagnostic)>,
    said: BTreeMap<Code, u64>,
}

/// What the walk and the workers share.
pub(super) struct Shared<'a> {
    pub(super) reading: &'a Reading<'a>,
    state: Mutex<State>,
    timed_out: AtomicBool,
}

impl<'a> Shared<'a> {
    pub(super) fn new(reading: &'a Reading<'a>) -> Self {
        Self { reading, state: Mutex::default(), timed_out: AtomicBool::new(false) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A worker that panicked left whole entries behind, never half ones.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A leash whose clock starts now.
    pub(super) fn leash(&self) -> Leash {
        Leash::new(self.reading.limits.clone(), self.reading.cancel.clone())
    }

    /// Adds an item; its number.
    pub(super) fn item(&self, item: Item) -> u32 {
        let mut state = self.state();
        state.items.push(item);
        state.items.len() as u32 - 1
    }

    /// How many items there are.
    pub(super) fn items(&self) -> usize {
        self.state().items.len()
    }

    /// Says something about an item; a loss keeps it from counting as read.
    pub(super) fn say(&self, item: u32, diagnostic: Diagnostic) {
        let mut state = self.state();
        if is_loss(&diagnostic) {
            worsen(&mut state.items, item, ItemStatus::PartlyRead);
        }
        let said = state.said.entry(diagnostic.code).or_default();
        *said += 1;
        if *said <= MOST_OF_A_CODE {
            state.diagnostics.push((item, diagnostic));
        }
    }

    /// Sets what became of an item, unless something worse did.
    pub(super) fn status(&self, item: u32, status: ItemStatus) {
        worsen(&mut self.state().items, item, status);
    }

    /// A time limit fired or the user interrupted.
    pub(super) fn stopped(&self, stop: Stop) {
        if matches!(stop, Stop::Time | Stop::Cancelled) {
            self.timed_out.store(true, Ordering::Relaxed);
        }
    }

    fn absorb(&self, job: &Job, fragment: Fragment, failed: Option<ItemStatus>) {
        let root = job.kind.map(|_| (job.locator.clone(), job.platform));
        let mut state = self.state();
        if fragment.diagnostics.iter().any(is_loss) {
            worsen(&mut state.items, job.id.item, ItemStatus::PartlyRead);
        }
        if let Some(status) = failed {
            worsen(&mut state.items, job.id.item, status);
        }
        state.inventory.absorb(job.id, root, fragment);
    }

    /// A device root exists, whatever its parsers will say of it.
    pub(super) fn bare_root(&self, item: u32, locator: Locator, platform: Platform) {
        let id = PartId { item, part: u32::MAX };
        self.state().inventory.absorb(id, Some((locator, platform)), Fragment::default());
    }

    pub(super) fn finish(self) -> Gathered {
        let interrupted = self.timed_out.load(Ordering::Relaxed) || self.reading.cancel.load(Ordering::Relaxed);
        let mut state = self.state.into_inner().unwrap_or_else(PoisonError::into_inner);
        for (item, diagnostic) in state.inventory.join_pages() {
            worsen(&mut state.items, item, ItemStatus::PartlyRead);
            state.diagnostics.push((item, diagnostic));
        }
        let more = state.said.into_iter().filter(|(_, n)| *n > MOST_OF_A_CODE);
        Gathered {
            items: state.items,
            inventory: state.inventory,
            diagnostics: state.diagnostics,
            more: more.map(|(code, n)| (code, n - MOST_OF_A_CODE)).collect(),
            interrupted,
        }
    }
}

/// Something of the item was not read. A record that could not be read may have
/// held an app, or been of a device that no list of the run speaks of.
fn is_loss(diagnostic: &Diagnostic) -> bool {
    diagnostic.severity == Severity::Error || diagnostic.code == Code::MalformedRecord
}

fn worsen(items: &mut [Item], item: u32, status: ItemStatus) {
    if let Some(item) = items.get_mut(item as usize) {
        item.status = item.status.max(status);
    }
}

/// A bounded queue: the walk waits when the workers fall behind.
pub(super) struct Queue {
    sender: SyncSender<Job>,
}

impl Queue {
    pub(super) fn start<'scope, 'env>(
        scope: &'scope Scope<'scope, 'env>,
        shared: &'scope Shared<'env>,
        jobs: usize,
    ) -> Self {
        let (sender, receiver) = sync_channel(2 * jobs);
        let receiver = std::sync::Arc::new(Mutex::new(receiver));
        for _ in 0..jobs {
            let receiver = receiver.clone();
            scope.spawn(move || {
                while let Some(job) = next(&receiver) {
                    run(&job, shared);
                }
            });
        }
        Self { sender }
    }

    pub(super) fn push(&self, job: Job) {
        // Fails only when every worker is gone, and then nothing waits for it.
        let _ = self.sender.send(job);
    }
}

fn next(receiver: &Mutex<Receiver<Job>>) -> Option<Job> {
    receiver.lock().unwrap_or_else(PoisonError::into_inner).recv().ok()
}

fn run(job: &Job, shared: &Shared<'_>) {
    shared.reading.observer.begun(job.locator.as_str());
    let leash = shared.leash();
    let mut sink = Sink::new(job.parser.spec(), shared.reading.retain);
    let artifact = Artifact { root: &job.locator, kind: job.kind, files: &job.files, leash: &leash };
    // No parser may panic; if one does all the same, through a library, that
    // is one unreadable item and neither the end of the run nor a clear device.
    let outcome = std::panic::catch_unwind(AssertUnwindSafe(|| job.parser.parse(&artifact, &mut sink)))
        .unwrap_or_else(|_| Err(ParseError::Damaged("the parser failed on these bytes; please report it".to_owned())));
    let mut failed = None;
    if let Err(error) = &outcome {
        if let ParseError::Evidence(EvidenceError::Stop(stop)) = error {
            shared.stopped(*stop);
        }
        sink.diagnostic(Diagnostic::new(error.code(), Some(job.locator.clone()), error.to_string()));
    }
    let mut fragment = sink.finish();
    if outcome.is_err() || job.incomplete {
        // Nothing rests on a file whose parser gave up, nor on files whose
        // meaning others that are lost could change.
        for device in &mut fragment.devices {
            let whole = device.lists.iter_mut().filter(|(_, list)| list.end != End::Unreadable);
            whole.for_each(|(_, list)| list.end = End::Cut);
        }
    }
    if let Err(error) = outcome {
        failed = Some(match (&error, fragment.devices.is_empty()) {
            (ParseError::ErrorAnswer(_) | ParseError::Unclear(_), _) => ItemStatus::Unknown,
            (_, true) => ItemStatus::Unreadable,
            (_, false) => ItemStatus::PartlyRead,
        });
    }
    shared.absorb(job, fragment, failed);
    shared.reading.observer.done(job.locator.as_str());
}
