//! Words of a later version, or of nobody, become the most cautious ones: what
//! is not understood is never good news.

use super::Part;
use crate::report::v1::{self, Word};

const VERDICTS: [&str; 4] = ["prohibited", "suspect", "clear", "inconclusive"];
const STATES: [&str; 7] = ["installed", "disabled", "archived", "unknown", "removed", "trace", "offered"];
const STRENGTHS: [&str; 4] = ["definitive", "strong", "probable", "circumstantial"];
const RELATIONS: [&str; 5] = ["app", "variant", "host", "affiliate", "sdk"];
const COMPLETENESS: [&str; 4] = ["complete", "partial", "not-collected", "unreadable"];
const SCOPES: [&str; 5] = ["third-party-apps", "system-apps", "managed-apps", "work-profile", "all-apps"];
const HASH_SCOPES: [&str; 3] = ["file", "record", "none"];

/// Replaces unknown words; how many there were.
pub(super) fn part(part: &mut Part) -> u64 {
    let mut unknown = 0;
    match part {
        Part::Device(d) => device(d, &mut unknown),
        Part::Evidence(e) => {
            let statuses = ["read", "partly-read", "unreadable", "unknown", "skipped"];
            word(&mut e.status, &statuses, "unreadable", &mut unknown);
            for file in &mut e.consulted {
                word(&mut file.hash_scope, &HASH_SCOPES, "none", &mut unknown);
            }
        }
        Part::Diagnostic(d) => word(&mut d.severity, &["error", "warning", "note"], "error", &mut unknown),
    }
    unknown
}

fn word(value: &mut Word, known: &[&str], cautious: &'static str, unknown: &mut u64) {
    if !known.contains(&value.as_str()) {
        *value = cautious.into();
        *unknown += 1;
    }
}

fn device(device: &mut v1::Device, unknown: &mut u64) {
    let before = *unknown;
    word(&mut device.platform, &["ios", "android", "harmonyos", "unknown"], "unknown", unknown);
    if !["device", "packages", "aggregate"].contains(&device.record.as_str()) {
        // Whatever it stands for: it counts as a device, and as one of which
        // nothing can be proved.
        device.record = "device".into();
        device.platform = "unknown".into();
        *unknown += 1;
    }
    let identity = &mut device.identity;
    word(&mut identity.ownership, &["corporate", "personal", "unknown"], "unknown", unknown);
    let enrollments = ["fully-managed", "work-profile", "user-enrollment", "supervised", "unknown"];
    word(&mut identity.enrollment, &enrollments, "unknown", unknown);
    let users = ["owner", "secondary", "work-profile", "secure-folder", "clone", "unknown"];
    for user in &mut device.users {
        word(&mut user.kind, &users, "unknown", unknown);
    }
    for list in &mut device.coverage {
        word(&mut list.completeness, &COMPLETENESS, "unreadable", unknown);
        word(&mut list.scope, &SCOPES, "managed-apps", unknown);
    }
    for finding in &mut device.findings {
        self::finding(finding, unknown);
    }
    for policy in &mut device.policies {
        word(&mut policy.verdict, &VERDICTS, "inconclusive", unknown);
    }
    word(&mut device.verdict, &VERDICTS, "inconclusive", unknown);
    if *unknown > before && device.verdict == "clear" {
        device.verdict = "inconclusive".into();
        device.verdict_reasons.insert(0, "unknown-value".into());
    }
}

fn finding(finding: &mut v1::Finding, unknown: &mut u64) {
    word(&mut finding.relation, &RELATIONS, "app", unknown);
    word(&mut finding.state, &STATES, "unknown", unknown);
    // Probable is enough to prohibit and claims no more than it must.
    word(&mut finding.strength, &STRENGTHS, "probable", unknown);
    let signers = ["verified", "recorded", "unverified", "mismatch", "unknown"];
    word(&mut finding.signer.status, &signers, "unknown", unknown);
    let kinds = ["package-name", "bundle-id", "store-id", "display-name", "none"];
    word(&mut finding.identifier.kind, &kinds, "none", unknown);
    for row in &mut finding.provenance {
        word(&mut row.state, &STATES, "unknown", unknown);
        word(&mut row.hash_scope, &HASH_SCOPES, "none", unknown);
    }
    for reason in &mut finding.reasons {
        word(&mut reason.strength, &STRENGTHS, "probable", unknown);
    }
}
