//! The page of the sample evidence, kept in `docs/` so that people can look at a
//! report before they build anything.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use tidewaiter::artifact::Retain;
use tidewaiter::limits::Limits;
use tidewaiter::model::Timestamp;
use tidewaiter::report::{Output, RENDERERS, Style, v1};
use tidewaiter::scan::{Input, Judged, Options, Reading, Silent, read, write_report};
use tidewaiter::signature::SignatureSet;

const EVIDENCE: &str = "fixtures/sample-evidence";
/// The day the sample is judged on; its lists were collected in the weeks before.
const CLOCK: &str = "2026-11-21T12:00:00Z";

/// The page.
pub(super) fn page(root: &Path) -> Result<Vec<u8>> {
    // Paths stand in the report as they were given.
    std::env::set_current_dir(root)?;
    let mut report: v1::Report = serde_json::from_slice(&scan()?)?;
    // A checkout has times of its own.
    for file in report.evidence.iter_mut().flat_map(|item| &mut item.consulted) {
        file.mtime = None;
    }
    let mut renderer = (format("html")?.make)(Style::default());
    let mut out = Vec::new();
    renderer.begin(&report.run, &mut out)?;
    for device in &report.devices {
        renderer.device(device, &mut out)?;
    }
    for item in &report.evidence {
        renderer.evidence(item, &mut out)?;
    }
    for message in &report.diagnostics {
        renderer.diagnostic(message, &mut out)?;
    }
    renderer.end(&report.run, &report.summary, &mut out)?;
    Ok(out)
}

fn scan() -> Result<Vec<u8>> {
    let set = SignatureSet::builtin().map_err(|e| anyhow::anyhow!("{e}"))?;
    let mut options = Options::at(Timestamp::parse(CLOCK).context("the clock")?);
    options.fixed_clock = true;
    let judged = Judged::new(&set, &options).map_err(|e| anyhow::anyhow!("{e}"))?;
    let reading = Reading {
        retain: Retain::Relevant(&set),
        limits: Limits::default(),
        jobs: 2,
        cancel: Arc::default(),
        observer: &Silent,
    };
    let gathered = read(&[Input::Path(EVIDENCE.into())], &reading);
    let mut out = Vec::new();
    let mut outputs: Vec<Output<'_>> = vec![((format("json")?.make)(Style::default()), Box::new(&mut out))];
    write_report(gathered, &judged, &mut outputs)?;
    drop(outputs);
    Ok(out)
}

fn format(id: &str) -> Result<&'static tidewaiter::report::Format> {
    RENDERERS.iter().find(|f| f.id == id).with_context(|| format!("there is no format {id}"))
}
