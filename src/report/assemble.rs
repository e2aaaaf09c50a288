//! From what the lower floors know to the types of the report, one device at a time.

use std::borrow::Cow;

use super::v1;
use crate::artifact::{Source, SourceHash, SourceId};
use crate::format::hex;
use crate::inventory::{self, CoverageEntry, Devices};
use crate::matching::MatchReason;
use crate::model::{self, UserSet};
use crate::verdict::{self, AppliedWaiver, Decision, Finding, Verdict, Word};

/// A list of apps as the decision sees it.
pub fn coverage_of<'a>(entry: &'a CoverageEntry, devices: &'a Devices) -> verdict::Coverage<'a> {
    verdict::Coverage {
        scope: entry.scope,
        users: Cow::Borrowed(&entry.users),
        completeness: entry.completeness,
        basis: entry.basis.into(),
        as_of: entry.as_of,
        assumed: entry.assumption.is_some(),
        locator: devices.source(entry.source).map(|s| s.locator.as_str()).unwrap_or_default(),
    }
}

/// One device with its findings and decision; what they hold is moved, not
/// copied. `items` names an item by number.
pub fn device(
    device: inventory::Device,
    findings: Vec<Finding>,
    decision: Decision,
    devices: &Devices,
    items: &dyn Fn(u32) -> Word,
) -> v1::Device {
    let as_of = match &decision.verdict {
        Verdict::Clear(proof) => proof.as_of(),
        _ => complete(&device).filter_map(|c| c.as_of).min(),
    };
    v1::Device {
        record: device.record.as_str().into(),
        platform: device.platform.as_str().into(),
        verdict: decision.verdict.as_str().into(),
        policies: Vec::new(),
        as_of: as_of.map(|t| t.to_string()),
        waived: decision.waived,
        users: users(&device),
        apps_observed: device.coverage.iter().map(|c| c.entries).max().unwrap_or_default(),
        does_not_prove: caveats(&device, &decision, devices),
        evidence: device.items.iter().map(|i| items(*i)).collect(),
        verdict_reasons: decision.reasons,
        findings: findings.into_iter().map(finding).collect(),
        coverage: device.coverage.into_iter().map(|c| coverage(c, devices)).collect(),
        identity: identity(device.identity),
        key: device.key,
    }
}

pub(super) fn users(device: &inventory::Device) -> Vec<v1::User> {
    device.users.iter().map(|u| v1::User { id: u.id, kind: u.kind.as_str().into() }).collect()
}

fn complete(device: &inventory::Device) -> impl Iterator<Item = &CoverageEntry> {
    device.coverage.iter().filter(|c| c.completeness == inventory::Completeness::Complete)
}

/// Stands with every clear verdict.
pub const CLEAR_SPEAKS_FOR_ITS_TIME: &str =
    "A clear verdict speaks for the time its lists were collected, not for today.";

/// What a reader might conclude and must not.
fn caveats(device: &inventory::Device, decision: &Decision, devices: &Devices) -> Vec<Word> {
    let mut out: Vec<Word> = Vec::new();
    let mut add = |sentence: &'static str| {
        if !sentence.is_empty() && !out.iter().any(|s| s == sentence) {
            out.push(sentence.into());
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

/// JSON escapes what it must; what a value holds is not changed.
pub(super) fn identity(id: inventory::Identity) -> v1::Identity {
    v1::Identity {
        name: id.name,
        serial: id.serial,
        udid: id.udid,
        enrollment_id: id.enrollment_id,
        imei: id.imei,
        mdm_id: id.mdm_id,
        other_ids: id.other_ids,
        primary_user: id.primary_user,
        model: id.model,
        os_version: id.os_version,
        ownership: id.ownership.as_str().into(),
        enrollment: id.enrollment.as_str().into(),
    }
}

pub(super) fn coverage(entry: CoverageEntry, devices: &Devices) -> v1::Coverage {
    let source = source(devices, entry.source);
    v1::Coverage {
        scope: entry.scope.as_str().into(),
        users: match entry.users {
            UserSet::All => None,
            UserSet::Only(ids) => Some(ids),
        },
        completeness: entry.completeness.as_str().into(),
        basis: entry.basis.into(),
        entries: entry.entries,
        as_of: entry.as_of.map(|t| t.to_string()),
        assumption: entry.assumption.map(Word::from),
        managed: entry.managed,
        holds_for: entry.holds_for.map(Word::from),
        artifact: source.map(|s| s.artifact.into()).unwrap_or_default(),
        locator: source.map(|s| s.locator.as_str().to_owned()).unwrap_or_default(),
        sha256: source.and_then(file_hash),
        note: entry.note.map(String::from),
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
        locator: source.locator.as_str().to_owned(),
        size: source.size,
        mtime: source.mtime.and_then(model::Timestamp::from_unix).map(|t| t.to_string()),
        hash_scope: if file_hash(source).is_some() { "file" } else { "none" }.into(),
        sha256: file_hash(source),
    }
}

fn finding(f: Finding) -> v1::Finding {
    let provenance = |p: verdict::Provenance| v1::Provenance {
        locator: p.locator,
        artifact: p.artifact,
        state: p.state.as_str().into(),
        users: p.users,
        as_of: p.as_of.map(|t| t.to_string()),
        hash_scope: p.hash_scope.into(),
        sha256: p.sha256,
    };
    let all: Vec<u32> = (0..f.provenance.len() as u32).collect();
    let reason = |r: MatchReason| v1::Reason {
        indicator: r.indicator,
        value: r.value,
        strength: r.strength.as_str().into(),
        confidence: r.confidence.as_str().into(),
        provenance: all.clone(),
    };
    v1::Finding {
        code: f.code.as_str().into(),
        app: f.app,
        app_name: f.app_name,
        hosted_by: f.hosted_by,
        policies: f.policies,
        relation: f.relation.as_str().into(),
        state: f.state.as_str().into(),
        strength: f.strength.as_str().into(),
        identifier: v1::Identifier { kind: f.identifier.kind.as_str().into(), value: f.identifier.value },
        display_name: f.display_name,
        version: f.version,
        users: f.users,
        installer: f.installer,
        first_seen: f.first_seen.map(|t| t.to_string()),
        last_seen: f.last_seen.map(|t| t.to_string()),
        signer: v1::Signer { status: f.signer.status.as_str().into(), sha256: f.signer.sha256 },
        reasons: f.reasons.into_iter().map(reason).collect(),
        provenance: f.provenance.into_iter().map(provenance).collect(),
        does_not_prove: f.does_not_prove,
        waiver: f.waiver.map(waiver),
    }
}

/// An exception that covers a finding.
pub(super) fn waiver(w: AppliedWaiver) -> v1::Waiver {
    v1::Waiver { id: w.id, approver: w.approver, basis: w.basis, expires: w.expires }
}

/// A message, perhaps about one device.
pub fn diagnostic(d: &model::Diagnostic, device: Option<&str>) -> v1::Diagnostic {
    v1::Diagnostic {
        severity: d.severity.as_str().into(),
        code: d.code.as_str().into(),
        locator: d.locator.as_ref().map(|l| l.as_str().to_owned()),
        device: device.map(str::to_owned),
        message: d.message.clone(),
        count: d.count,
    }
}
