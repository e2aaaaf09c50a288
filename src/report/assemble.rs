//! From what the lower floors know to the types of the report, one device at a time.

use super::v1;
use crate::artifact::{Source, SourceHash, SourceId};
use crate::format::hex;
use crate::inventory::{self, CoverageEntry, Devices};
use crate::model::{self, UserSet};
use crate::verdict::{self, Decision, Finding, Verdict};

/// A list of apps as the decision sees it.
pub fn coverage_of(entry: &CoverageEntry, devices: &Devices) -> verdict::Coverage {
    verdict::Coverage {
        scope: entry.scope,
        users: entry.users.clone(),
        completeness: entry.completeness,
        basis: entry.basis.to_owned(),
        as_of: entry.as_of,
        assumed: entry.assumption.is_some(),
        locator: devices.source(entry.source).map(|s| s.locator.to_string()).unwrap_or_default(),
    }
}

/// One device with its findings and decision. `items` names an item by number.
pub fn device(
    device: &inventory::Device,
    findings: &[Finding],
    decision: &Decision,
    devices: &Devices,
    items: &dyn Fn(u32) -> String,
) -> v1::Device {
    let as_of = match &decision.verdict {
        Verdict::Clear(proof) => proof.as_of(),
        _ => complete(device).filter_map(|c| c.as_of).min(),
    };
    v1::Device {
        key: text(&device.key),
        record: device.record.as_str().to_owned(),
        platform: device.platform.as_str().to_owned(),
        identity: identity(&device.identity),
        verdict: decision.verdict.as_str().to_owned(),
        verdict_reasons: decision.reasons.clone(),
        policies: Vec::new(),
        as_of: as_of.map(|t| t.to_string()),
        waived: false,
        users: device.users.iter().map(|u| v1::User { id: u.id, kind: u.kind.as_str().to_owned() }).collect(),
        apps_observed: device.coverage.iter().map(|c| c.entries).max().unwrap_or_default(),
        coverage: device.coverage.iter().map(|c| coverage(c, devices)).collect(),
        findings: findings.iter().map(finding).collect(),
        does_not_prove: caveats(device, decision, devices),
        evidence: device.items.iter().map(|i| items(*i)).collect(),
    }
}

fn complete(device: &inventory::Device) -> impl Iterator<Item = &CoverageEntry> {
    device.coverage.iter().filter(|c| c.completeness == inventory::Completeness::Complete)
}

/// Stands with every clear verdict.
pub const CLEAR_SPEAKS_FOR_ITS_TIME: &str =
    "A clear verdict speaks for the time its lists were collected, not for today.";

/// What a reader might conclude and must not.
fn caveats(device: &inventory::Device, decision: &Decision, devices: &Devices) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut add = |sentence: &str| {
        if !sentence.is_empty() && !out.iter().any(|s| s == sentence) {
            out.push(sentence.to_owned());
        }
    };
    if let Verdict::Clear(proof) = &decision.verdict {
        add(CLEAR_SPEAKS_FOR_ITS_TIME);
        if proof.is_assumed() {
            for entry in complete(device) {
                add(entry.assumption.unwrap_or_default());
            }
        }
    }
    for entry in &device.coverage {
        if let Some(source) = devices.source(entry.source) {
            add(source.does_not_prove);
        }
    }
    out
}

pub(super) fn identity(id: &inventory::Identity) -> v1::Identity {
    let clean = |value: &Option<String>| value.as_deref().map(text);
    v1::Identity {
        name: clean(&id.name),
        serial: clean(&id.serial),
        udid: clean(&id.udid),
        enrollment_id: clean(&id.enrollment_id),
        imei: id.imei.clone(),
        mdm_id: clean(&id.mdm_id),
        other_ids: id.other_ids.iter().map(|v| text(v)).collect(),
        primary_user: clean(&id.primary_user),
        model: clean(&id.model),
        os_version: clean(&id.os_version),
        ownership: id.ownership.as_str().to_owned(),
        enrollment: id.enrollment.as_str().to_owned(),
    }
}

/// JSON escapes what it must; what a value holds is not changed.
fn text(value: &str) -> String {
    value.to_owned()
}

pub(super) fn coverage(entry: &CoverageEntry, devices: &Devices) -> v1::Coverage {
    let source = source(devices, entry.source);
    v1::Coverage {
        scope: entry.scope.as_str().to_owned(),
        users: match &entry.users {
            UserSet::All => None,
            UserSet::Only(ids) => Some(ids.clone()),
        },
        completeness: entry.completeness.as_str().to_owned(),
        basis: entry.basis.to_owned(),
        entries: entry.entries,
        as_of: entry.as_of.map(|t| t.to_string()),
        assumption: entry.assumption.map(str::to_owned),
        managed: entry.managed,
        holds_for: entry.holds_for.map(str::to_owned),
        artifact: source.map(|s| s.artifact.to_owned()).unwrap_or_default(),
        locator: source.map(|s| s.locator.to_string()).unwrap_or_default(),
        sha256: source.and_then(file_hash),
        note: entry.note.as_deref().map(str::to_owned),
    }
}

fn source(devices: &Devices, id: SourceId) -> Option<&Source> {
    devices.source(id)
}

fn file_hash(source: &Source) -> Option<String> {
    match source.hash {
        SourceHash::File(sha256) => Some(hex(&sha256)),
        SourceHash::None => None,
    }
}

/// A consulted file.
pub fn consulted(source: &Source) -> v1::Consulted {
    v1::Consulted {
        locator: source.locator.to_string(),
        size: source.size,
        mtime: source.mtime.and_then(model::Timestamp::from_unix).map(|t| t.to_string()),
        hash_scope: if file_hash(source).is_some() { "file" } else { "none" }.to_owned(),
        sha256: file_hash(source),
    }
}

fn finding(f: &Finding) -> v1::Finding {
    let provenance: Vec<v1::Provenance> = f
        .provenance
        .iter()
        .map(|p| v1::Provenance {
            locator: p.locator.clone(),
            artifact: p.artifact.clone(),
            state: p.state.as_str().to_owned(),
            users: p.users.clone(),
            as_of: p.as_of.map(|t| t.to_string()),
            hash_scope: p.hash_scope.to_owned(),
            sha256: p.sha256.clone(),
        })
        .collect();
    let all: Vec<u32> = (0..provenance.len() as u32).collect();
    v1::Finding {
        code: f.code.as_str().to_owned(),
        app: f.app.clone(),
        app_name: f.app_name.clone(),
        hosted_by: f.hosted_by.clone(),
        policies: f.policies.clone(),
        relation: f.relation.as_str().to_owned(),
        state: f.state.as_str().to_owned(),
        strength: f.strength.as_str().to_owned(),
        identifier: v1::Identifier { kind: f.identifier.kind.as_str().to_owned(), value: f.identifier.value.clone() },
        display_name: f.display_name.clone(),
        version: f.version.clone(),
        users: f.users.clone(),
        installer: f.installer.clone(),
        first_seen: f.first_seen.map(|t| t.to_string()),
        last_seen: f.last_seen.map(|t| t.to_string()),
        signer: v1::Signer { status: f.signer.status.as_str().to_owned(), sha256: f.signer.sha256.clone() },
        reasons: f
            .reasons
            .iter()
            .map(|r| v1::Reason {
                indicator: r.indicator.clone(),
                value: r.value.clone(),
                strength: r.strength.as_str().to_owned(),
                confidence: r.confidence.as_str().to_owned(),
                provenance: all.clone(),
            })
            .collect(),
        provenance,
        does_not_prove: f.does_not_prove.clone(),
        waiver: f.waiver.as_ref().map(|w| v1::Waiver {
            id: w.id.clone(),
            approver: w.approver.clone(),
            basis: w.basis.clone(),
            expires: w.expires.clone(),
        }),
    }
}

/// A message, perhaps about one device.
pub fn diagnostic(d: &model::Diagnostic, device: Option<&str>) -> v1::Diagnostic {
    v1::Diagnostic {
        severity: d.severity.as_str().to_owned(),
        code: d.code.as_str().to_owned(),
        locator: d.locator.as_ref().map(|l| l.to_string()),
        device: device.map(str::to_owned),
        message: d.message.clone(),
        count: d.count,
    }
}
