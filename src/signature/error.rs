//! What can be wrong with signature files.

use std::fmt;
use std::path::PathBuf;

/// A fault of a signature or policy file, with its place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// File, as given or as it is called in the built-in set.
    pub file: String,
    /// Line, from 1; 0 where the whole file is meant.
    pub line: usize,
    /// What is wrong and what to do.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.message)
    }
}

/// Why a set of signatures cannot be used. Every variant ends a run with exit status 4.
#[derive(Debug, thiserror::Error)]
pub enum SignatureError {
    /// A folder or file that was given cannot be read.
    #[error("cannot read signatures from {}", path.display())]
    Unreadable {
        /// Folder or file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A folder that was given holds no signature and no policy.
    #[error("no signatures in {}: expected apps/*.toml or policies/*.toml", .0.display())]
    NothingIn(PathBuf),
    /// A file is larger than any signature is.
    #[error("{} is larger than {limit} bytes; signature files are small", path.display())]
    TooLarge {
        /// File.
        path: PathBuf,
        /// Limit in bytes.
        limit: u64,
    },
    /// Files say something wrong. Never empty.
    #[error("{}", listed(.0))]
    Invalid(Vec<Problem>),
    /// No signature at all: a scan with it would find nothing and prove nothing.
    #[error("the signature set is empty")]
    Empty,
}

const SHOWN: usize = 20;

fn listed(problems: &[Problem]) -> String {
    let mut text: Vec<String> = problems.iter().take(SHOWN).map(Problem::to_string).collect();
    if problems.len() > SHOWN {
        text.push(format!("and {} more", problems.len() - SHOWN));
    }
    text.join("\n")
}
