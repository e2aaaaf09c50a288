//! From text to signatures: parsing with places kept, and what one row alone
//! can have wrong. What rows say about each other is checked in `rules`.

mod app;
mod policy;

use super::error::Problem;
use super::load::{Role, SignatureFile};
use super::{App, Policy, Signer};
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use toml::Spanned;

/// Something read, with the place of it and of its rows.
#[derive(Debug)]
pub(super) struct Placed<T> {
    pub(super) item: T,
    pub(super) file: String,
    pub(super) line: usize,
    /// File name without `.toml`; apps and policies bear it as their id.
    pub(super) stem: String,
    /// Table name and row number to line.
    pub(super) rows: BTreeMap<(&'static str, usize), usize>,
}

impl<T> Placed<T> {
    /// A problem of one row.
    pub(super) fn problem(&self, table: &'static str, row: usize, message: impl Into<String>) -> Problem {
        let line = self.rows.get(&(table, row)).copied().unwrap_or(self.line);
        Problem { file: self.file.clone(), line, message: message.into() }
    }
}

/// Everything that was read.
#[derive(Debug, Default)]
pub(super) struct ReadSet {
    pub(super) apps: Vec<Placed<App>>,
    pub(super) policies: Vec<Placed<Policy>>,
    pub(super) signers: Vec<Placed<Signer>>,
    pub(super) sources: BTreeMap<String, String>,
    pub(super) sha256: String,
}

/// Parses every file; what cannot be parsed is a problem and left out.
pub(super) fn read(files: &[SignatureFile]) -> (ReadSet, Vec<Problem>) {
    let mut set = ReadSet::default();
    let mut problems = Vec::new();
    for file in files {
        let mut reader = Reader { file, lines: Vec::new(), rows: BTreeMap::new(), problems: &mut problems };
        match file.role {
            Role::App => set.apps.extend(reader.app()),
            Role::Policy => set.policies.extend(reader.policy()),
            Role::Signers => set.signers.extend(reader.signers()),
            Role::Sources => reader.sources(&mut set.sources),
        }
    }
    set.sha256 = content_hash(files.iter().filter(|f| f.role != Role::Policy));
    (set, problems)
}

/// Text with line ends as LF.
fn canonical(text: &str) -> String {
    text.replace("\r\n", "\n")
}

fn content_hash<'a>(files: impl Iterator<Item = &'a SignatureFile>) -> String {
    let mut all: Vec<(Role, &str, String)> = files.map(|f| (f.role, f.stem.as_str(), canonical(&f.text))).collect();
    all.sort();
    let mut hash = Sha256::new();
    for (role, stem, text) in all {
        // Lengths keep one text from running into the next.
        hash.update(format!("{role:?}/{stem} {}\n", text.len()));
        hash.update(text);
    }
    hex(&hash.finalize())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// One file being read.
struct Reader<'a> {
    file: &'a SignatureFile,
    /// Offsets of line ends, made when first asked for.
    lines: Vec<usize>,
    rows: BTreeMap<(&'static str, usize), usize>,
    problems: &'a mut Vec<Problem>,
}

impl Reader<'_> {
    fn line_of(&mut self, offset: usize) -> usize {
        if self.lines.is_empty() {
            let ends = self.file.text.bytes().enumerate().filter(|(_, b)| *b == b'\n');
            self.lines.extend(ends.map(|(at, _)| at));
        }
        1 + self.lines.partition_point(|end| *end < offset)
    }

    fn problem(&mut self, line: usize, message: impl Into<String>) {
        self.problems.push(Problem { file: self.file.name.clone(), line, message: message.into() });
    }

    fn parse<T: DeserializeOwned>(&mut self) -> Option<T> {
        match toml::from_str(&self.file.text) {
            Ok(parsed) => Some(parsed),
            Err(error) => {
                let line = error.span().map_or(0, |s| self.line_of(s.start));
                self.problem(line, error.message().to_owned());
                None
            }
        }
    }

    /// Remembers where the rows of a table stand, and takes them out.
    fn rows<T>(&mut self, table: &'static str, rows: Vec<Spanned<T>>) -> Vec<(usize, T)> {
        let mut out = Vec::with_capacity(rows.len());
        for (n, row) in rows.into_iter().enumerate() {
            let line = self.line_of(row.span().start);
            self.rows.insert((table, n), line);
            out.push((line, row.into_inner()));
        }
        out
    }

    fn place<T>(&mut self, item: T, line: usize) -> Placed<T> {
        let rows = std::mem::take(&mut self.rows);
        Placed { item, file: self.file.name.clone(), line, stem: self.file.stem.clone(), rows }
    }

    fn sources(&mut self, known: &mut BTreeMap<String, String>) {
        let Some(sources) = self.parse::<BTreeMap<String, Spanned<String>>>() else { return };
        for (key, text) in sources {
            let line = self.line_of(text.span().start);
            let text = text.into_inner();
            if text.trim().is_empty() {
                self.problem(line, format!("source `{key}` says nothing"));
            }
            if known.get(&key).is_some_and(|other| *other != text) {
                self.problem(line, format!("source `{key}` is already defined with another text; choose another key"));
            }
            known.insert(key, text);
        }
    }
}
