//! The checker behind `tidewaiter signatures check`.

pub use super::error::Problem;
use super::load::{self, Role, SignatureFile};
use super::{read, rules};
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
    problems(if is_whole { files } else { builtin.into_iter().chain(files).collect() })
}

fn problems(files: Vec<SignatureFile>) -> Vec<Problem> {
    let (set, mut problems) = read::read(&files);
    problems.extend(rules::check(&set));
    problems.sort();
    problems
}
