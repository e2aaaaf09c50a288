//! HTML: one page that opens without a network, for the people who act on it.
//!
//! Nothing in it loads anything, and the policy in its head forbids it: only the
//! style and the script whose digests stand there may run. Devices go in as they
//! come, twice: as data for the script, packed (`pack`), and as plain text for
//! readers without scripts. The outcome is known last and stands last; style
//! shows it first, and the script moves it. A page that was cut off has no
//! outcome and says so. What the reader sees: `docs/report-html.md`.
//!
//! Imports `v1`, `text`, `model`.

mod charts;
mod markup;
mod pack;
mod plain;
mod sections;

use std::collections::BTreeMap;
use std::io::{self, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use self::charts::Charts;
pub(super) use self::markup::{bdi, esc};
use self::pack::Pack;
use super::text::safe;
use super::{Renderer, v1};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");
/// Characters of one value in a table; the whole value is in the details.
const SHOWN: usize = 200;
/// Bytes of plain text that are gathered before they are written, about.
const PLAIN: usize = 512 << 10;
/// Findings of a device that its row names.
const NAMED: usize = 12;

/// See the module.
pub(super) struct Html {
    part: Part,
    rows: Pack,
    details: Pack,
    plain: String,
    charts: Charts,
}

/// What the page is in the middle of.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Devices,
    Evidence,
    Diagnostics,
    Rest,
}

impl Html {
    pub(super) fn new() -> Self {
        Self {
            part: Part::Devices,
            rows: Pack::default(),
            details: Pack::default(),
            plain: String::new(),
            charts: Charts::default(),
        }
    }

    /// Ends the parts before `part` and begins it.
    fn reach(&mut self, part: Part, out: &mut dyn Write) -> io::Result<()> {
        while self.part < part {
            self.flush(out)?;
            let (between, next) = match self.part {
                Part::Devices => (sections::EVIDENCE, Part::Evidence),
                Part::Evidence => (sections::DIAGNOSTICS, Part::Diagnostics),
                Part::Diagnostics | Part::Rest => ("</section>\n", Part::Rest),
            };
            out.write_all(between.as_bytes())?;
            self.part = next;
        }
        Ok(())
    }

    /// Writes out what is gathered, for the script and for readers without.
    fn flush(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let (rows, details) = match self.part {
            Part::Devices => ("device-rows", "device-details"),
            Part::Evidence => ("evidence-rows", "evidence-details"),
            Part::Diagnostics | Part::Rest => ("diagnostic-rows", "diagnostic-details"),
        };
        if !self.rows.is_empty() {
            self.rows.write(rows, out)?;
        }
        if !self.details.is_empty() {
            self.details.write(details, out)?;
        }
        if !self.plain.is_empty() {
            write!(out, "<noscript>\n{}</noscript>\n", self.plain)?;
            self.plain.clear();
        }
        Ok(())
    }

    fn flush_if_full(&mut self, out: &mut dyn Write) -> io::Result<()> {
        if self.rows.is_full() || self.details.is_full() || self.plain.len() >= PLAIN {
            self.flush(out)
        } else {
            Ok(())
        }
    }
}

/// What the table of devices shows and searches; the order is the script's `ROW`.
fn device_row(device: &v1::Device) -> serde_json::Value {
    let id = &device.identity;
    let shown = |value: &Option<String>| value.as_deref().map(|v| safe(v, SHOWN));
    let apps: Vec<_> = device
        .findings
        .iter()
        .take(NAMED)
        .map(|f| serde_json::json!([f.app, safe(&f.app_name, SHOWN), f.state, f.strength, f.relation]))
        .collect();
    let strongest = strongest_id(id);
    let others = [&id.serial, &id.udid, &id.enrollment_id, &id.mdm_id].into_iter().flatten();
    let others = others.chain(&id.imei).chain(&id.other_ids).filter(|o| Some(o.as_str()) != strongest);
    let identifiers = device.findings.iter().take(NAMED).map(|f| &f.identifier.value);
    let search: Vec<String> = others.chain(identifiers).take(40).map(|o| safe(o, SHOWN)).collect();
    serde_json::json!([
        device.key,
        device.verdict,
        device.waived,
        device.record,
        shown(&id.name),
        shown(&id.primary_user),
        shown(&id.model),
        device.platform,
        shown(&id.os_version),
        strongest.map(|s| safe(s, SHOWN)),
        device.as_of,
        device.apps_observed,
        apps,
        device.findings.len(),
        device.verdict_reasons,
        search.join(" "),
    ])
}

/// The identifier that people know a device by.
fn strongest_id(id: &v1::Identity) -> Option<&str> {
    let named = id.serial.as_ref().or(id.udid.as_ref()).or(id.mdm_id.as_ref()).or(id.enrollment_id.as_ref());
    named.or(id.imei.first()).map(String::as_str)
}

/// The policy of the page: its own style, its own script, nothing else.
fn content_policy() -> String {
    let digest = |text: &str| STANDARD.encode(Sha256::digest(text.as_bytes()));
    format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; img-src data:; base-uri 'none'; \
         form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
        digest(STYLE),
        digest(SCRIPT)
    )
}

impl Renderer for Html {
    fn begin(&mut self, run: &v1::Run, out: &mut dyn Write) -> io::Result<()> {
        self.charts.begin(run);
        out.write_all(sections::head(run, &content_policy(), STYLE).as_bytes())
    }

    fn device(&mut self, device: &v1::Device, out: &mut dyn Write) -> io::Result<()> {
        self.charts.device(device);
        self.rows.push(&device_row(device))?;
        self.details.push(device)?;
        self.plain.push_str(&plain::device(device));
        self.flush_if_full(out)
    }

    fn evidence(&mut self, evidence: &v1::Evidence, out: &mut dyn Write) -> io::Result<()> {
        self.reach(Part::Evidence, out)?;
        self.charts.evidence(evidence);
        self.rows.push(&serde_json::json!([
            evidence.id,
            safe(&evidence.locator, 2 * SHOWN),
            evidence.kind,
            evidence.status,
            evidence.size,
            evidence.devices.len(),
            evidence.consulted.len(),
        ]))?;
        self.details.push(evidence)?;
        self.plain.push_str(&plain::evidence(evidence));
        self.flush_if_full(out)
    }

    fn diagnostic(&mut self, diagnostic: &v1::Diagnostic, out: &mut dyn Write) -> io::Result<()> {
        self.reach(Part::Diagnostics, out)?;
        self.rows.push(&serde_json::json!([
            diagnostic.severity,
            diagnostic.code,
            diagnostic.locator.as_deref().map(|l| safe(l, 2 * SHOWN)),
            diagnostic.device,
            safe(&diagnostic.message, 10 * SHOWN),
            diagnostic.count,
        ]))?;
        self.plain.push_str(&plain::diagnostic(diagnostic));
        self.flush_if_full(out)
    }

    fn end(&mut self, run: &v1::Run, summary: &v1::Summary, out: &mut dyn Write) -> io::Result<()> {
        self.reach(Part::Rest, out)?;
        let mut words = Pack::default();
        let meanings: BTreeMap<&str, &str> = self.charts.words().iter().map(|(k, v)| (k.as_str(), *v)).collect();
        words.push(&meanings)?;
        words.write("words", out)?;
        out.write_all(sections::basis(run).as_bytes())?;
        out.write_all(sections::HOW_TO_READ.as_bytes())?;
        out.write_all(sections::outcome(run, summary, &self.charts.html(summary)).as_bytes())?;
        write!(out, "</main>\n{}<script>{SCRIPT}</script>\n</body>\n</html>\n", sections::FOOT)
    }
}

#[cfg(test)]
mod tests;
