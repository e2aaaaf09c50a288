//! The only conductor: work list, threads, progress events.
//!
//! One walk per given path finds device roots and loose files; parsers run on
//! `jobs` threads; the inventory absorbs what they say in any order. Everything
//! that decides is on the floors below.

mod collect;
mod item;
mod judge;
mod work;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

pub use item::{Item, ItemStatus};
pub use judge::{Judged, Options, PolicyError, write_report};

use crate::artifact::mdm::Mappings;
use crate::artifact::{PARSERS, Retain};
use crate::inventory::Inventory;
use crate::limits::Limits;
use crate::model::{Code, Diagnostic};

/// What the user hands in.
#[derive(Debug, Clone)]
pub enum Input {
    /// A file or folder.
    Path(PathBuf),
    /// One inventory on standard input.
    Stdin,
}

/// Told while the work goes on; never part of the outcome.
pub trait Observer: Sync {
    /// An item begins.
    fn begun(&self, locator: &str);
    /// An item is done.
    fn done(&self, locator: &str);
}

/// Hears nothing.
pub struct Silent;

impl Observer for Silent {
    fn begun(&self, _: &str) {}
    fn done(&self, _: &str) {}
}

/// How the reading is done; nothing here changes what is found.
pub struct Reading<'a> {
    /// Which observations are kept.
    pub retain: Retain<'a>,
    /// Mapping files: layouts of the user, asked before those of the program.
    pub mappings: &'static Mappings,
    /// Ceilings, for each item.
    pub limits: Limits,
    /// Threads that parse.
    pub jobs: usize,
    /// Set by the signal handler.
    pub cancel: Arc<AtomicBool>,
    /// Progress.
    pub observer: &'a dyn Observer,
}

/// What reading the evidence gave.
#[derive(Debug)]
pub struct Gathered {
    /// Items, numbered in the order in which they were given and found.
    pub items: Vec<Item>,
    /// Everything the parsers said.
    pub inventory: Inventory,
    /// Messages of the walk, with the number of the item.
    pub diagnostics: Vec<(u32, Diagnostic)>,
    /// How many more messages of the walk there were, by code.
    pub more: BTreeMap<Code, u64>,
    /// The user interrupted, or a time limit fired.
    pub interrupted: bool,
}

/// Messages of one code of the whole run that are kept and written out; the
/// rest is counted. Every item keeps its row whatever is said of it.
const MOST_OF_A_CODE: u64 = 1000;

/// What stands for messages that were counted only.
pub fn counted(code: Code, count: u64) -> Diagnostic {
    let message = "More of this kind were counted only; the list of evidence says what became of each item.";
    Diagnostic { count, ..Diagnostic::new(code, None, message) }
}

/// Reads all evidence.
pub fn read(inputs: &[Input], reading: &Reading<'_>) -> Gathered {
    let claims = work::compile(PARSERS);
    let shared = work::Shared::new(reading);
    std::thread::scope(|scope| {
        let queue = work::Queue::start(scope, &shared, reading.jobs.max(1));
        for input in inputs {
            collect::given(input, &claims, &shared, &queue);
        }
    });
    shared.finish()
}
