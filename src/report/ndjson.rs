//! One JSON object a line, told apart by `kind`; no `summary` line means that
//! the run was interrupted. The last line bears the digest of all lines before it.

use std::io::{self, Write};

use serde::Serialize;

use sha2::{Digest as _, Sha256};

use super::canonical::OVER_LINES;
use super::{Renderer, v1};
use crate::format::hex;

/// See the module.
#[derive(Default)]
pub(super) struct Ndjson {
    hash: Sha256,
    /// Used again for each line.
    line: Vec<u8>,
}

#[derive(Serialize)]
struct RunLine<'a> {
    schema: &'a str,
    schema_version: &'a str,
    #[serde(flatten)]
    run: &'a v1::Run,
}

/// Evidence has a `kind` of its own, which must not be written twice.
#[derive(Serialize)]
struct EvidenceLine<'a> {
    evidence_kind: &'a str,
    id: &'a str,
    locator: &'a str,
    status: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    out_of_scope: Option<u64>,
    consulted: &'a [v1::Consulted],
    devices: &'a [String],
}

#[derive(Serialize)]
struct SummaryLine<'a> {
    finished_at: Option<&'a str>,
    complete: Option<bool>,
    exit_status: Option<u8>,
    digest: v1::Digest,
    #[serde(flatten)]
    summary: &'a v1::Summary,
}

impl Ndjson {
    /// One line: `kind`, then the members of `value`, an object that has some.
    fn line(&mut self, kind: &str, value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
        self.line.clear();
        write!(self.line, "{{\"kind\":\"{kind}\"")?;
        let members = self.line.len();
        serde_json::to_writer(&mut self.line, value)?;
        // Its brace becomes the comma between the two. Serde would flatten it
        // through a map.
        if let Some(brace) = self.line.get_mut(members) {
            *brace = b',';
        }
        self.line.push(b'\n');
        self.hash.update(&self.line);
        out.write_all(&self.line)
    }
}

impl Renderer for Ndjson {
    fn begin(&mut self, run: &v1::Run, out: &mut dyn Write) -> io::Result<()> {
        self.line("run", &RunLine { schema: v1::SCHEMA, schema_version: v1::SCHEMA_VERSION, run }, out)
    }

    fn device(&mut self, device: &v1::Device, out: &mut dyn Write) -> io::Result<()> {
        self.line("device", device, out)
    }

    fn evidence(&mut self, evidence: &v1::Evidence, out: &mut dyn Write) -> io::Result<()> {
        let v1::Evidence { id, locator, kind, status, size, devices, consulted, out_of_scope } = evidence;
        let line = EvidenceLine {
            evidence_kind: kind,
            id,
            locator,
            status,
            size: *size,
            out_of_scope: Some(*out_of_scope).filter(|n| *n > 0),
            consulted,
            devices,
        };
        self.line("evidence", &line, out)
    }

    fn diagnostic(&mut self, diagnostic: &v1::Diagnostic, out: &mut dyn Write) -> io::Result<()> {
        self.line("diagnostic", diagnostic, out)
    }

    fn end(&mut self, run: &v1::Run, summary: &v1::Summary, out: &mut dyn Write) -> io::Result<()> {
        let line_of = SummaryLine {
            finished_at: run.finished_at.as_deref(),
            complete: run.complete,
            exit_status: run.exit_status,
            digest: v1::Digest { over: OVER_LINES.to_owned(), sha256: hex(&std::mem::take(&mut self.hash).finalize()) },
            summary,
        };
        self.line("summary", &line_of, out)
    }
}
