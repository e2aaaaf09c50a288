//! Signals, and the files they must not leave behind.
//!
//! A file of results is written aside and renamed at the end. Whatever ends the
//! process before that removes it: an error by its owner's `Drop`, a signal by
//! the watch here. Signals only set flags; a thread looks at them, because a
//! handler may do next to nothing and the main thread may wait for input.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Exit status of a command that was interrupted before it had a result.
const EXIT_INTERRUPTED: i32 = 3;
/// Exit status of a scan that was interrupted twice: what shells say of a signal.
const EXIT_KILLED: i32 = 130;
/// How long a signal may wait to be seen.
const LOOK: Duration = Duration::from_millis(40);

/// Files that have not got their name yet. A clone is the same list.
#[derive(Debug, Clone, Default)]
pub(super) struct Parts(Arc<Mutex<Vec<PathBuf>>>);

impl Parts {
    fn list(&self) -> MutexGuard<'_, Vec<PathBuf>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes a file that must not be there yet.
    pub(super) fn create(&self, path: &Path) -> io::Result<File> {
        // The list is held meanwhile: a file is never there and not on it.
        let mut list = self.list();
        let file = File::options().write(true).create_new(true).open(path)?;
        list.push(path.to_owned());
        Ok(file)
    }

    /// Gives a file its name.
    pub(super) fn rename(&self, part: &Path, name: &Path) -> io::Result<()> {
        let mut list = self.list();
        fs::rename(part, name)?;
        list.retain(|known| known != part);
        Ok(())
    }

    /// Removes a file that will not get its name.
    pub(super) fn remove(&self, part: &Path) {
        let mut list = self.list();
        let _ = fs::remove_file(part);
        list.retain(|known| known != part);
    }

    /// Removes them all and ends the process. Nobody makes or renames one
    /// meanwhile.
    fn end(&self, status: i32) -> ! {
        let list = self.list();
        for part in list.iter() {
            let _ = fs::remove_file(part);
        }
        std::process::exit(status)
    }
}

/// The first Ctrl-C ends the command: it has no result that could be kept.
pub(super) fn ends(parts: &Parts) {
    let told = Arc::new(AtomicBool::new(false));
    listen(&told);
    let parts = parts.clone();
    std::thread::spawn(move || {
        wait_for(&told);
        let _ = writeln!(io::stderr(), "tidewaiter: interrupted; no unfinished file was kept");
        parts.end(EXIT_INTERRUPTED)
    });
}

/// The first Ctrl-C sets `cancel`, and the command writes down what it has; the
/// second ends it.
pub(super) fn cancels(cancel: &Arc<AtomicBool>, parts: &Parts) {
    listen(cancel);
    let (cancel, parts) = (cancel.clone(), parts.clone());
    std::thread::spawn(move || {
        wait_for(&cancel);
        let again = Arc::new(AtomicBool::new(false));
        listen(&again);
        wait_for(&again);
        parts.end(EXIT_KILLED)
    });
}

/// Where the system refuses, the signal does what it always does.
fn listen(flag: &Arc<AtomicBool>) {
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
        let _ = signal_hook::flag::register(signal, flag.clone());
    }
}

fn wait_for(flag: &AtomicBool) {
    while !flag.load(Ordering::SeqCst) {
        std::thread::sleep(LOOK);
    }
}
