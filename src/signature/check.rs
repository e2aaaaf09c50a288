//! The checker behind `tidewaiter signatures check`.

pub use super::error::Problem;
use super::load::{self, Role, SignatureFile};
use super::read::{self, ReadSet};
use super::rules;
use std::path::Path;

/// Checks a folder that is laid out like `signatures/`, and returns every
/// problem, sorted; empty means that `--signatures` will take it.
///
/// A folder adds to the built-in signatures and is checked together with them.
/// One that describes every built-in app itself is a set of its own.
/// A folder that cannot be read, or holds nothing, is a problem at line 0.
pub fn check_dir(dir: &Path) -> Vec<Problem> {
    let files = match load::folder(dir) {
        Ok(files) => files,
        Err(error) => return vec![Problem { file: dir.display().to_string(), line: 0, message: error.to_string() }],
    };
    let builtin = load::embedded();
    let apps = |files: &[SignatureFile]| -> Vec<String> {
        files.iter().filter(|f| f.role == Role::App).map(|f| f.stem.clone()).collect()
    };
    let own = apps(&files);
    let is_whole = apps(&builtin).iter().all(|id| own.contains(id));
    let files = if is_whole { files } else { builtin.into_iter().chain(files).collect() };
    read_and_check(&files).1
}

/// Reads files and holds them against each other. Where a file cannot be read
/// rows are missing, and what others say about them would only mislead.
pub(super) fn read_and_check(files: &[SignatureFile]) -> (ReadSet, Vec<Problem>) {
    let (set, mut problems) = read::read(files);
    if problems.is_empty() {
        problems = rules::check(&set);
    }
    problems.sort();
    (set, problems)
}
