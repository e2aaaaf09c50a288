//! One JSON object a line, told apart by `kind`; no `summary` line means that
//! the run was interrupted.

use std::io::{self, Write};

use serde::Serialize;

use super::{Renderer, v1};

/// See the module.
pub(super) struct Ndjson;

#[derive(Serialize)]
struct Line<'a, T> {
    kind: &'a str,
    #[serde(flatten)]
    value: &'a T,
}

#[derive(Serialize)]
struct RunLine<'a> {
    kind: &'a str,
    schema: &'a str,
    schema_version: &'a str,
    #[serde(flatten)]
    run: &'a v1::Run,
}

#[derive(Serialize)]
struct SummaryLine<'a> {
    kind: &'a str,
    finished_at: Option<&'a str>,
    complete: Option<bool>,
    exit_status: Option<u8>,
    #[serde(flatten)]
    summary: &'a v1::Summary,
}

fn line(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer(&mut *out, value)?;
    out.write_all(b"\n")
}

impl Renderer for Ndjson {
    fn begin(&mut self, run: &v1::Run, out: &mut dyn Write) -> io::Result<()> {
        line(&RunLine { kind: "run", schema: v1::SCHEMA, schema_version: v1::SCHEMA_VERSION, run }, out)
    }

    fn device(&mut self, device: &v1::Device, out: &mut dyn Write) -> io::Result<()> {
        line(&Line { kind: "device", value: device }, out)
    }

    fn evidence(&mut self, evidence: &v1::Evidence, out: &mut dyn Write) -> io::Result<()> {
        // Evidence has a `kind` of its own, which must not be written twice.
        let mut value = serde_json::to_value(evidence)?;
        if let Some(map) = value.as_object_mut() {
            map.insert("evidence_kind".to_owned(), evidence.kind.clone().into());
            map.insert("kind".to_owned(), "evidence".into());
        }
        line(&value, out)
    }

    fn diagnostic(&mut self, diagnostic: &v1::Diagnostic, out: &mut dyn Write) -> io::Result<()> {
        line(&Line { kind: "diagnostic", value: diagnostic }, out)
    }

    fn end(&mut self, run: &v1::Run, summary: &v1::Summary, out: &mut dyn Write) -> io::Result<()> {
        let line_of = SummaryLine {
            kind: "summary",
            finished_at: run.finished_at.as_deref(),
            complete: run.complete,
            exit_status: run.exit_status,
            summary,
        };
        line(&line_of, out)
    }
}
