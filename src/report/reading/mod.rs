//! Saved reports, read back piece by piece: JSON documents and NDJSON. Memory
//! does not grow with the report.
//!
//! A report is held against itself (`held`): its digest, its findings and lists,
//! its counts. Words this version does not know are read as the most cautious ones. A
//! report without its last line was interrupted, and says so wherever it is
//! shown. A report of a newer major version is refused: its words may mean
//! something else.

mod cautious;
mod document;
mod held;
mod lines;

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

pub(super) use document::{Element, Wanted, walk};
pub(super) use lines::Lines;

use super::{safe, v1, verify};
use crate::model::{Code, Diagnostic};

/// Bytes of one device, item or message. A larger one is no report of ours.
const MOST_OF_ONE: u64 = 64 << 20;

/// One piece of a saved report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// A device.
    Device(Box<v1::Device>),
    /// An item of evidence.
    Evidence(v1::Evidence),
    /// A message.
    Diagnostic(v1::Diagnostic),
}

/// How a saved report ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ending {
    /// The run with its end. Interrupted: not complete, and without exit status.
    pub run: v1::Run,
    /// Counts; `None` where the report was interrupted.
    pub summary: Option<v1::Summary>,
    /// Words that were read as the most cautious ones.
    pub unknown: u64,
    /// It was changed after it was written, or contradicts itself.
    pub doubtful: bool,
}

/// Why a file is not read as a report.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The system could not read it.
    #[error("cannot read {file}")]
    Unreadable {
        /// The file.
        file: String,
        /// What the system said.
        source: io::Error,
    },
    /// It is something else.
    #[error("{0} is no report of tidewaiter in JSON or NDJSON")]
    NotAReport(String),
    /// A later program wrote it.
    #[error("{file} has version {version} of the report format; this program reads version 1. Use a newer program")]
    Newer {
        /// The file.
        file: String,
        /// What it says.
        version: String,
    },
    /// It begins as a report and goes on as none.
    #[error("{file}:{line}: {message}")]
    Damaged {
        /// The file.
        file: String,
        /// From 1; 0 where it is not known.
        line: usize,
        /// What is wrong.
        message: String,
    },
    /// What the pieces were handed to failed.
    #[error(transparent)]
    Given(io::Error),
}

/// Takes the pieces of a report.
pub type Each<'a> = dyn FnMut(Part) -> io::Result<()> + 'a;

/// A saved report, opened.
#[derive(Debug)]
pub struct Saved {
    name: String,
    file: File,
    form: Form,
}

#[derive(Debug)]
enum Form {
    /// What stands beside the arrays, and whether the arrays come in our order.
    Document { run: Box<v1::Run>, summary: v1::Summary, in_order: bool },
    /// The first line.
    Lines { run: Box<v1::Run> },
}

impl Saved {
    /// Opens a file; `-` is standard input, which like any pipe is kept in an
    /// unlinked temporary file, because a document is read more than once.
    pub fn open(path: &Path) -> Result<Self, ReadError> {
        let name = safe(&path.display().to_string(), 1000);
        let unreadable = |source| ReadError::Unreadable { file: name.clone(), source };
        let keep = |from: &mut dyn Read| {
            let mut kept = tempfile::tempfile()?;
            io::copy(from, &mut kept)?;
            Ok(kept)
        };
        let file = if path.as_os_str() == "-" {
            keep(&mut io::stdin().lock()).map_err(unreadable)?
        } else {
            let mut file = File::open(path).map_err(unreadable)?;
            let is_pipe = is_pipe(&file.metadata().map_err(unreadable)?);
            if is_pipe { keep(&mut file).map_err(unreadable)? } else { file }
        };
        if !file.metadata().map_err(unreadable)?.is_file() {
            return Err(ReadError::NotAReport(name));
        }
        Self::of(name, file)
    }

    fn of(name: String, mut file: File) -> Result<Self, ReadError> {
        let unreadable = |source| ReadError::Unreadable { file: name.clone(), source };
        file.seek(SeekFrom::Start(0)).map_err(unreadable)?;
        let mut head = Vec::new();
        (&file).take(1 << 12).read_to_end(&mut head).map_err(unreadable)?;
        if !head.trim_ascii_start().starts_with(b"{") {
            return Err(ReadError::NotAReport(name));
        }
        let form = match lines::first(&name, &file)? {
            Some(run) => Form::Lines { run: Box::new(run) },
            None => document::outline(&name, &file)?,
        };
        Ok(Self { name, file, form })
    }

    /// What messages call it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// One document, not lines.
    pub fn is_document(&self) -> bool {
        matches!(self.form, Form::Document { .. })
    }

    /// The run as its first line has it: without end, exit status and digest.
    pub fn begun(&self) -> v1::Run {
        let (Form::Document { run, .. } | Form::Lines { run }) = &self.form;
        begun(run)
    }

    /// Hands over every piece: devices, then evidence, then messages. Words not
    /// known, a missing end, a digest that does not fit and contradictions are
    /// messages too, after all others; a device that claims better than its own
    /// findings and lists bear out is handed over as what they show. Where
    /// anything of that kind was found, what counts is what was handed over: the
    /// ending has neither counts nor an exit status then.
    pub fn read(&self, each: &mut Each<'_>) -> Result<Ending, ReadError> {
        let begun = self.begun();
        let mut held = held::Held::new(&begun);
        let mut ending = self.pieces(&mut |mut part| {
            held.part(&mut part);
            each(part)
        })?;
        let mut verdict = held.end(&ending.run, ending.summary.as_ref());
        if let verify::Own::Differs { .. } = verify::own_digest(self)? {
            let message = "its digest is not that of its content: it was changed after it was written";
            let message = Diagnostic::new(Code::ReportChanged, None, format!("{}: {message}", self.name));
            verdict.messages.push((None, message));
            verdict.holds = false;
        }
        for (device, message) in verdict.messages {
            let message = super::diagnostic(&message, device.as_deref());
            each(Part::Diagnostic(message)).map_err(ReadError::Given)?;
        }
        ending.doubtful = !verdict.holds;
        if ending.doubtful || ending.unknown > 0 {
            ending.run.exit_status = None;
            ending.summary = None;
        }
        Ok(ending)
    }

    /// The same as it stands there, not held against itself.
    pub fn pieces(&self, each: &mut Each<'_>) -> Result<Ending, ReadError> {
        let mut unknown = 0;
        let mut cautious = |mut part: Part| {
            unknown += cautious::part(&mut part);
            each(part)
        };
        let (run, summary) = match &self.form {
            Form::Document { run, summary, in_order } => {
                document::read(&self.name, &self.file, *in_order, &mut cautious)?;
                ((**run).clone(), Some(summary.clone()))
            }
            Form::Lines { run } => lines::read(&self.name, &self.file, run, &mut cautious)?,
        };
        let mut say = |code, message: &str| {
            let message = Diagnostic::new(code, None, format!("{}: {message}", self.name));
            each(Part::Diagnostic(super::diagnostic(&message, None))).map_err(ReadError::Given)
        };
        if unknown > 0 {
            say(Code::UnknownValue, &format!("{unknown} words are unknown to this version"))?;
        }
        if summary.is_none() {
            say(
                Code::Interrupted,
                "the report has no end: its run was interrupted, and what is missing was not looked at",
            )?;
        }
        Ok(Ending { run, summary, unknown, doubtful: false })
    }

    /// The file, for further walks.
    pub(super) fn file(&self) -> &File {
        &self.file
    }

    /// The bytes from the start, for a digest.
    pub(super) fn bytes(&self) -> Result<BufReader<&File>, ReadError> {
        from_start(&self.name, &self.file)
    }
}

/// A run as it is before its first device.
pub fn begun(run: &v1::Run) -> v1::Run {
    v1::Run { finished_at: None, complete: None, exit_status: None, digest: None, ..run.clone() }
}

#[cfg(unix)]
fn is_pipe(metadata: &std::fs::Metadata) -> bool {
    std::os::unix::fs::FileTypeExt::is_fifo(&metadata.file_type())
}

#[cfg(not(unix))]
fn is_pipe(_: &std::fs::Metadata) -> bool {
    false
}

fn from_start<'f>(name: &str, file: &'f File) -> Result<BufReader<&'f File>, ReadError> {
    let mut at = file;
    at.seek(SeekFrom::Start(0)).map_err(|source| ReadError::Unreadable { file: name.to_owned(), source })?;
    Ok(BufReader::with_capacity(1 << 17, file))
}

/// Refuses other formats and newer majors.
fn check_schema(name: &str, schema: &str, version: &str) -> Result<(), ReadError> {
    if schema != v1::SCHEMA {
        return Err(ReadError::NotAReport(name.to_owned()));
    }
    match version.split('.').next().and_then(|major| major.parse::<u32>().ok()) {
        Some(1) => Ok(()),
        Some(_) => Err(ReadError::Newer { file: name.to_owned(), version: version.chars().take(40).collect() }),
        None => Err(ReadError::NotAReport(name.to_owned())),
    }
}

#[cfg(test)]
mod tests;
