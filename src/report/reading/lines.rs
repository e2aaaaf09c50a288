//! NDJSON: one object a line, told apart by `kind`.

use std::fs::File;
use std::io::{self, BufRead, Read as _};

use serde::Deserialize;

use super::{MOST_OF_ONE, Part, ReadError, check_schema, from_start, v1};

#[derive(Deserialize)]
struct Kind {
    kind: String,
}

#[derive(Deserialize)]
struct Head {
    #[serde(default)]
    kind: String,
    #[serde(default)]
    schema: String,
    #[serde(default)]
    schema_version: String,
}

#[derive(Deserialize)]
struct EvidenceKind {
    #[serde(default)]
    evidence_kind: v1::Word,
}

#[derive(Deserialize)]
struct End {
    finished_at: Option<String>,
    complete: Option<bool>,
    exit_status: Option<u8>,
    digest: Option<v1::Digest>,
}

/// The run of the first line; `None` where the file is no NDJSON.
pub(super) fn first(name: &str, file: &File) -> Result<Option<v1::Run>, ReadError> {
    let mut reader = from_start(name, file)?;
    let mut line = Vec::new();
    // A document may stand in one line: it is not read to its end for this.
    let read = (&mut reader).take(4 << 20).read_until(b'\n', &mut line);
    read.map_err(|source| ReadError::Unreadable { file: name.to_owned(), source })?;
    let Ok(head) = serde_json::from_slice::<Head>(&line) else { return Ok(None) };
    if head.kind != "run" {
        return Ok(None);
    }
    check_schema(name, &head.schema, &head.schema_version)?;
    match serde_json::from_slice(&line) {
        Ok(run) => Ok(Some(run)),
        Err(error) => Err(damaged(name, 1, error.to_string())),
    }
}

fn damaged(file: &str, line: usize, message: impl Into<String>) -> ReadError {
    ReadError::Damaged { file: file.to_owned(), line, message: message.into() }
}

/// Lines with their bounds kept: `next` gives one line without its end.
pub(in crate::report) struct Lines<R> {
    reader: R,
    buffer: Vec<u8>,
    /// Number of the line given last, from 1.
    pub(in crate::report) number: usize,
    /// It ended with a line end.
    pub(in crate::report) ended: bool,
}

impl<R: BufRead> Lines<R> {
    pub(in crate::report) fn new(reader: R) -> Self {
        Self { reader, buffer: Vec::new(), number: 0, ended: true }
    }

    /// The next line with its end, `None` at the end of the file.
    pub(in crate::report) fn next(&mut self) -> io::Result<Option<&[u8]>> {
        self.buffer.clear();
        let read = (&mut self.reader).take(MOST_OF_ONE).read_until(b'\n', &mut self.buffer)?;
        if read == 0 {
            return Ok(None);
        }
        self.number += 1;
        self.ended = self.buffer.ends_with(b"\n");
        if !self.ended && read as u64 == MOST_OF_ONE {
            return Err(io::Error::other(format!("line {} is longer than any of a report", self.number)));
        }
        Ok(Some(&self.buffer))
    }
}

type Outcome = (v1::Run, Option<v1::Summary>);

/// Every line after the first.
pub(super) fn read(
    name: &str,
    file: &File,
    run: &v1::Run,
    each: &mut dyn FnMut(Part) -> io::Result<()>,
) -> Result<Outcome, ReadError> {
    let mut lines = Lines::new(from_start(name, file)?);
    let mut run = run.clone();
    let mut summary = None;
    let mut before = 0;
    let unreadable = |source| ReadError::Unreadable { file: name.to_owned(), source };
    while let Some(line) = lines.next().map_err(unreadable)? {
        let line = line.to_vec();
        let at = lines.number;
        if at == 1 || line.trim_ascii().is_empty() {
            continue;
        }
        let Some(kind) = kind(&line) else {
            // The last line of a run that was stopped may be half a line.
            if !lines.ended {
                break;
            }
            return Err(damaged(name, at, "no line of a report"));
        };
        let rank = ["device", "evidence", "diagnostic", "summary"].iter().position(|k| *k == kind);
        match rank {
            Some(rank) if rank < before => {
                return Err(damaged(name, at, format!("a line of kind `{kind}` stands too late")));
            }
            Some(rank) => before = rank,
            None if kind == "run" => {
                return Err(damaged(name, at, "a second report begins here; use `tidewaiter merge` to join reports"));
            }
            // A later version may have further kinds.
            None => continue,
        }
        let wrong = |error: serde_json::Error| damaged(name, at, error.to_string());
        if kind == "summary" {
            let end: End = serde_json::from_slice(&line).map_err(wrong)?;
            summary = Some(serde_json::from_slice(&line).map_err(wrong)?);
            run.finished_at = end.finished_at;
            run.complete = end.complete;
            run.exit_status = end.exit_status;
            run.digest = end.digest;
            continue;
        }
        each(part(&kind, &line).map_err(wrong)?).map_err(ReadError::Given)?;
    }
    if summary.is_none() {
        run.complete = Some(false);
    }
    Ok((run, summary))
}

fn kind(line: &[u8]) -> Option<String> {
    // The usual case without reading the line twice; what follows is read anyway.
    if line.starts_with(b"{\"kind\":\"device\",") && line.ends_with(b"}\n") {
        return Some("device".to_owned());
    }
    serde_json::from_slice::<Kind>(line).ok().map(|k| k.kind)
}

fn part(kind: &str, line: &[u8]) -> Result<Part, serde_json::Error> {
    Ok(match kind {
        "device" => Part::Device(serde_json::from_slice(line)?),
        "evidence" => {
            // `kind` tells lines apart; the item's own stands beside it.
            let own: EvidenceKind = serde_json::from_slice(line)?;
            let evidence: v1::Evidence = serde_json::from_slice(line)?;
            Part::Evidence(v1::Evidence { kind: own.evidence_kind, ..evidence })
        }
        _ => Part::Diagnostic(serde_json::from_slice(line)?),
    })
}
