//! From a saved report back to what a verdict rests on, so that every command
//! decides with the one function. A word that is not known becomes the most
//! cautious one.

use std::borrow::Cow;

use super::v1;
use crate::artifact::RecordKind;
use crate::inventory::{Completeness, Identity, StrongId};
use crate::matching::{MatchReason, SignerStatus, Strength};
use crate::model::{
    AppIdentifier, Diagnostic, Enrollment, IdentifierKind, ListScope, Ownership, Platform, State, Timestamp, UserSet,
};
use crate::signature::{Confidence, Relation};
use crate::verdict::{self, AppliedWaiver, Case, Finding, FindingCode, Heard, SignerFact};

/// In `devices[].evidence`: the device rests on items that the report does not
/// list. How many they were is not known any more.
pub(super) const UNLISTED: &str = "unlisted";

/// One device as a verdict sees it.
#[derive(Debug, Clone)]
pub(super) struct Lifted<'a> {
    platform: Platform,
    record: RecordKind,
    users: Vec<u32>,
    findings: Vec<Finding>,
    coverage: Vec<verdict::Coverage<'a>>,
    items: usize,
}

impl<'a> Lifted<'a> {
    pub(super) fn new(device: &'a v1::Device) -> Self {
        let unlisted = device.evidence.iter().any(|id| id == UNLISTED);
        Self {
            platform: Platform::parse(&device.platform),
            record: match device.record.as_str() {
                "device" => RecordKind::Device,
                "packages" => RecordKind::Packages,
                // Never clear.
                _ => RecordKind::Aggregate,
            },
            users: device.users.iter().map(|u| u.id).collect(),
            findings: device.findings.iter().map(finding).collect(),
            coverage: device.coverage.iter().map(coverage).collect(),
            // Without items nothing shows that all statements are of one acquisition.
            items: if unlisted || device.evidence.is_empty() { usize::MAX } else { device.evidence.len() },
        }
    }

    /// Its lists looked at, ready to be judged.
    pub(super) fn heard(&self) -> Heard<'_> {
        Heard::new(Case {
            platform: self.platform,
            record: self.record,
            users: &self.users,
            findings: &self.findings,
            coverage: &self.coverage,
            items: self.items,
        })
    }

    /// What its complete lists contradict each other on.
    pub(super) fn contradictions(&self) -> Vec<Diagnostic> {
        verdict::contradictions(&self.findings, &self.coverage)
    }
}

/// A device's strong identifiers.
pub(super) fn strong_ids(identity: &v1::Identity) -> Vec<StrongId> {
    let identity = Identity {
        serial: identity.serial.clone(),
        udid: identity.udid.clone(),
        enrollment_id: identity.enrollment_id.clone(),
        mdm_id: identity.mdm_id.clone(),
        imei: identity.imei.clone(),
        ..Identity::default()
    };
    identity.strong_ids()
}

/// Who owns it and how it is managed.
pub(super) fn standing(identity: &v1::Identity) -> (Ownership, Enrollment) {
    (Ownership::parse(&identity.ownership), Enrollment::parse(&identity.enrollment))
}

/// The least strength that prohibits, as the run's options have it.
pub(super) fn min_strength(run: &v1::Run) -> Strength {
    let text = run.options.get("min_strength").and_then(serde_json::Value::as_str).unwrap_or_default();
    // Unknown: the lowest bar, under which most is prohibited.
    match text {
        "strong" => Strength::Strong,
        "definitive" => Strength::Definitive,
        _ => Strength::Probable,
    }
}

/// The run's option `name` as a number of days.
pub(super) fn days(run: &v1::Run, name: &str) -> Option<u32> {
    run.options.get(name)?.as_u64().map(|days| u32::try_from(days).unwrap_or(u32::MAX))
}

/// The time at which the run judged; its start where the options have none.
pub(super) fn as_of(run: &v1::Run) -> Option<Timestamp> {
    let told = run.options.get("as_of").and_then(serde_json::Value::as_str);
    told.and_then(Timestamp::parse).or_else(|| Timestamp::parse(&run.started_at))
}

/// Every entry of a policy can be decided on this platform.
pub(super) fn is_resolved(policy: &v1::Policy, platform: &str) -> bool {
    policy.unresolved.is_empty() && !policy.undecided_on.iter().any(|p| p == platform)
}

/// State, best known first.
pub(super) fn state(text: &str) -> State {
    match text {
        "installed" => State::Installed,
        "disabled" => State::Disabled,
        "archived" => State::Archived,
        "removed" => State::Removed,
        "trace" => State::Trace,
        "offered" => State::Offered,
        _ => State::Unknown,
    }
}

pub(super) fn strength(text: &str) -> Strength {
    match text {
        "definitive" => Strength::Definitive,
        "strong" => Strength::Strong,
        "circumstantial" => Strength::Circumstantial,
        _ => Strength::Probable,
    }
}

pub(super) fn signer(text: &str) -> SignerStatus {
    match text {
        "verified" => SignerStatus::Verified,
        "recorded" => SignerStatus::Recorded,
        "unverified" => SignerStatus::Unverified,
        "mismatch" => SignerStatus::Mismatch,
        _ => SignerStatus::Unknown,
    }
}

pub(super) fn completeness(text: &str) -> Completeness {
    match text {
        "complete" => Completeness::Complete,
        "partial" => Completeness::Partial,
        "not-collected" => Completeness::NotCollected,
        _ => Completeness::Unreadable,
    }
}

fn coverage(list: &v1::Coverage) -> verdict::Coverage<'_> {
    verdict::Coverage {
        scope: match list.scope.as_str() {
            "third-party-apps" => ListScope::ThirdPartyApps,
            "system-apps" => ListScope::SystemApps,
            "work-profile" => ListScope::WorkProfile,
            "all-apps" => ListScope::AllApps,
            _ => ListScope::ManagedApps,
        },
        users: Cow::Owned(match &list.users {
            None => UserSet::All,
            Some(users) => UserSet::Only(users.clone()),
        }),
        completeness: completeness(&list.completeness),
        basis: list.basis.clone(),
        as_of: time(list.as_of.as_deref()),
        assumed: list.assumption.is_some(),
        locator: &list.locator,
    }
}

fn time(text: Option<&str>) -> Option<Timestamp> {
    text.and_then(Timestamp::parse)
}

pub(super) fn finding(f: &v1::Finding) -> Finding {
    let (state, strength, signer) = (state(&f.state), strength(&f.strength), signer(&f.signer.status));
    Finding {
        code: FindingCode::of(state, strength, signer),
        app: f.app.clone(),
        app_name: f.app_name.clone(),
        hosted_by: f.hosted_by.clone(),
        policies: f.policies.clone(),
        relation: match f.relation.as_str() {
            "variant" => Relation::Variant,
            "host" => Relation::Host,
            "affiliate" => Relation::Affiliate,
            "sdk" => Relation::Sdk,
            _ => Relation::App,
        },
        state,
        strength,
        identifier: AppIdentifier {
            kind: match f.identifier.kind.as_str() {
                "package-name" => IdentifierKind::PackageName,
                "bundle-id" => IdentifierKind::BundleId,
                "store-id" => IdentifierKind::StoreId,
                "display-name" => IdentifierKind::DisplayName,
                _ => IdentifierKind::None,
            },
            value: f.identifier.value.clone(),
        },
        display_name: f.display_name.clone(),
        version: f.version.clone(),
        users: f.users.clone(),
        installer: f.installer.clone(),
        first_seen: time(f.first_seen.as_deref()),
        last_seen: time(f.last_seen.as_deref()),
        signer: SignerFact { status: signer, sha256: f.signer.sha256.clone() },
        reasons: f.reasons.iter().map(reason).collect(),
        provenance: f.provenance.iter().map(provenance).collect(),
        does_not_prove: f.does_not_prove.clone(),
        waiver: f.waiver.as_ref().map(|w| AppliedWaiver {
            expires: w.expires.clone(),
            id: w.id.clone(),
            approver: w.approver.clone(),
            basis: w.basis.clone(),
        }),
    }
}

fn reason(r: &v1::Reason) -> MatchReason {
    MatchReason {
        indicator: r.indicator.clone(),
        value: r.value.clone(),
        strength: strength(&r.strength),
        confidence: match r.confidence.as_str() {
            "confirmed" => Confidence::Confirmed,
            "single-source" => Confidence::SingleSource,
            "memory" => Confidence::Memory,
            _ => Confidence::Unstated,
        },
    }
}

fn provenance(p: &v1::Provenance) -> verdict::Provenance {
    verdict::Provenance {
        locator: p.locator.clone(),
        artifact: p.artifact.clone(),
        state: state(&p.state),
        users: p.users.clone(),
        as_of: time(p.as_of.as_deref()),
        hash_scope: match p.hash_scope.as_str() {
            "file" => "file",
            "record" => "record",
            _ => "none",
        },
        sha256: p.sha256.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::{device, finding, prohibited};
    use crate::verdict::DecideOptions;

    const OPTIONS: DecideOptions = DecideOptions { min_strength: Strength::Probable, policies_resolved: true };

    fn verdict(device: &v1::Device) -> &'static str {
        Lifted::new(device).heard().decide(&OPTIONS).verdict.as_str()
    }

    #[test]
    fn a_lifted_device_is_judged_as_before() {
        assert_eq!(verdict(&device("AAAAAA1")), "clear");
        assert_eq!(verdict(&prohibited("AAAAAA1")), "prohibited");
        let mut removed = device("AAAAAA1");
        removed.findings = vec![finding("removed", "x", "2026-10-01T00:00:00Z")];
        assert_eq!(verdict(&removed), "clear", "an older statement that the list disproves");
        removed.findings = vec![finding("removed", "x", "2026-11-02T00:00:00Z")];
        assert_eq!(verdict(&removed), "suspect");
    }

    #[test]
    fn what_is_unknown_is_never_clear() {
        for change in [
            (|d: &mut v1::Device| d.platform = "newos".into()) as fn(&mut v1::Device),
            |d| d.record = "cluster".into(),
            |d| d.coverage[0].completeness = "more".into(),
            |d| d.coverage[0].scope = "everything".into(),
            |d| d.findings = vec![v1::Finding { state: "hovering".into(), ..finding("removed", "x", "2020-01-01") }],
            |d| {
                d.findings = vec![v1::Finding { relation: "cousin".into(), ..finding("unknown", "x", "2020-01-01") }];
            },
        ] {
            let mut strange = device("AAAAAA1");
            change(&mut strange);
            assert_ne!(verdict(&strange), "clear", "{strange:?}");
        }
        let mut strange = prohibited("AAAAAA1");
        strange.findings[0].strength = "overwhelming".into();
        assert_eq!(verdict(&strange), "prohibited");
    }

    #[test]
    fn statements_without_time_compare_only_within_one_listed_item() {
        let mut timeless = device("AAAAAA1");
        timeless.coverage[0].as_of = None;
        timeless.findings = vec![finding("removed", "x", "never")];
        timeless.findings[0].provenance[0].as_of = None;
        assert_eq!(verdict(&timeless), "clear");
        for evidence in [&["e1", "e2"][..], &[UNLISTED], &[]] {
            timeless.evidence = evidence.iter().map(|e| (*e).into()).collect();
            assert_eq!(verdict(&timeless), "suspect", "{evidence:?}");
        }
    }
}
