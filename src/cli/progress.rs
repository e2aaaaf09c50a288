//! Progress on standard error, only on a terminal.

use std::io::{self, IsTerminal, Write};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::scan::Observer;

/// Draws one line that is overwritten, at most ten times a second.
pub(super) struct Progress {
    on: bool,
    verbose: bool,
    begun: AtomicU64,
    done: AtomicU64,
    last: Mutex<Instant>,
}

impl Progress {
    pub(super) fn new(quiet: bool, verbose: u8) -> Self {
        let on = !quiet && verbose == 0 && io::stderr().is_terminal();
        Self {
            on,
            verbose: verbose > 0 && !quiet,
            begun: AtomicU64::new(0),
            done: AtomicU64::new(0),
            last: Mutex::new(Instant::now()),
        }
    }

    /// Removes the line.
    pub(super) fn clear(&self) {
        if self.on {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }

    fn draw(&self) {
        let Ok(mut last) = self.last.try_lock() else { return };
        if last.elapsed() < Duration::from_millis(100) {
            return;
        }
        *last = Instant::now();
        let (done, begun) = (self.done.load(Ordering::Relaxed), self.begun.load(Ordering::Relaxed));
        let _ = write!(io::stderr(), "\r\x1b[K{done} of {begun} items read");
    }
}

impl Observer for Progress {
    fn begun(&self, locator: &str) {
        self.begun.fetch_add(1, Ordering::Relaxed);
        if self.verbose {
            let _ = writeln!(io::stderr(), "reading {locator}");
        } else if self.on {
            self.draw();
        }
    }

    fn done(&self, _: &str) {
        self.done.fetch_add(1, Ordering::Relaxed);
        if self.on {
            self.draw();
        }
    }
}
