//! Devices, evidence and messages for readers without scripts. They stand in
//! `noscript`, which a browser with scripts passes over as text; short, because it
//! still has to.
//! Imports `markup`, `text`, `v1`.

use super::markup::{bdi, esc};
use super::strongest_id;
use crate::report::text::{count, reason};
use crate::report::v1;

/// Statements of a finding that are written out; the JSON report has all.
const STATEMENTS: usize = 5;

/// The class that colours and orders a verdict; what is unknown counts as inconclusive.
fn class(verdict: &str) -> &'static str {
    match verdict {
        "prohibited" => "prohibited",
        "suspect" => "suspect",
        "clear" => "clear",
        _ => "inconclusive",
    }
}

/// One device.
pub(super) fn device(device: &v1::Device) -> String {
    let id = &device.identity;
    let class = class(&device.verdict);
    let parts = [id.name.as_deref(), id.primary_user.as_deref(), id.model.as_deref(), strongest_id(id)];
    let mut name: Vec<String> = parts.into_iter().flatten().map(|p| bdi(p, 120)).collect();
    if name.is_empty() {
        name.push(bdi(&device.key, 200));
    }
    let waived = if device.waived { ", waived" } else { "" };
    let reasons: Vec<String> = device.verdict_reasons.iter().map(|r| esc(reason(r), 200)).collect();
    let as_of = device.as_of.as_deref().map(|t| format!(", lists as of {}", esc(t, 40))).unwrap_or_default();
    let (name, reasons, word) = (name.join(" · "), reasons.join("; "), esc(&device.verdict, 40));
    if device.findings.is_empty() {
        return format!("<article class=\"{class}\"><b>{word}{waived}</b> {name}: {reasons}{as_of}</article>\n");
    }
    let mut out = format!(
        "<article class=\"{class}\"><h3>{name}</h3><p><b>{word}{waived}</b> {reasons}{as_of}.</p><ul>{}</ul>",
        device.findings.iter().map(finding).collect::<String>()
    );
    for caveat in &device.does_not_prove {
        out.push_str(&format!("<p class=\"caveat\">{}</p>", esc(caveat, 600)));
    }
    out.push_str("</article>\n");
    out
}

fn finding(f: &v1::Finding) -> String {
    let hosted = f.hosted_by.as_deref().map(|h| format!(", hosted by {}", bdi(h, 120))).unwrap_or_default();
    let version = f.version.as_deref().map(|v| format!(" version {}", bdi(v, 60))).unwrap_or_default();
    let said: String = f.provenance.iter().take(STATEMENTS).map(statement).collect();
    let rest = f.provenance.len().saturating_sub(STATEMENTS) as u64;
    let rest =
        if rest > 0 { format!("<li>and {}</li>", count(rest, "statement", "statements")) } else { String::new() };
    let caveats: Vec<String> = f.does_not_prove.iter().map(|c| esc(c, 600)).collect();
    let caveats =
        if caveats.is_empty() { String::new() } else { format!("<p class=\"caveat\">{}</p>", caveats.join(" ")) };
    format!(
        "<li><strong>{}</strong>{hosted}: {}, {} ({} <code>{}</code>{version}; signer {}) <ul>{said}{rest}</ul>{caveats}</li>",
        bdi(&f.app_name, 120),
        esc(&f.state, 40),
        esc(&f.strength, 40),
        esc(&f.identifier.kind, 40),
        bdi(&f.identifier.value, 200),
        esc(&f.signer.status, 40),
    )
}

fn statement(p: &v1::Provenance) -> String {
    let as_of = p.as_of.as_deref().map(|t| format!(", as of {}", esc(t, 40))).unwrap_or_default();
    let hash = p.sha256.as_deref().map(|h| format!(", SHA-256 of the {}: {}", esc(&p.hash_scope, 20), esc(h, 80)));
    format!("<li><code>{}</code>: {}{as_of}{}</li>", bdi(&p.locator, 1000), esc(&p.state, 40), hash.unwrap_or_default())
}

/// One item of evidence, unless it was read whole.
pub(super) fn evidence(evidence: &v1::Evidence) -> String {
    if evidence.status == "read" {
        return String::new();
    }
    format!(
        "<p><b>{}</b> <code>{}</code> ({})</p>\n",
        esc(&evidence.status, 40),
        bdi(&evidence.locator, 1000),
        esc(&evidence.kind, 80)
    )
}

/// One message.
pub(super) fn diagnostic(d: &v1::Diagnostic) -> String {
    let place = d.locator.as_deref().map(|l| format!(" <code>{}</code>:", bdi(l, 1000))).unwrap_or_default();
    let times = if d.count > 1 { format!(" ({} times)", d.count) } else { String::new() };
    format!(
        "<p><b>{}</b>{place} {}{times} <code>{}</code></p>\n",
        esc(&d.severity, 20),
        bdi(&d.message, 2000),
        esc(&d.code, 80)
    )
}
