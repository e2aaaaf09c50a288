//! One device from several reports: identity, users, lists, findings. Verdicts
//! are taken anew afterwards.
//!
//! The outcome depends neither on the order nor on the grouping of the reports,
//! as long as their identities do not contradict each other.

use std::collections::{BTreeMap, BTreeSet};

use super::findings;
use crate::inventory::{StrongId, joining};
use crate::model::Platform;
use crate::report::lift;
use crate::report::v1::{self, Word};

/// What several devices that are one say together. Equal ones are one.
pub(in crate::report) fn unite(mut devices: Vec<v1::Device>) -> v1::Device {
    devices.dedup();
    if devices.len() <= 1 {
        return devices.pop().unwrap_or_default();
    }
    let identity = identity(&devices);
    let platform = platform(&devices);
    let coverage: BTreeSet<v1::Coverage> = devices.iter().flat_map(|d| d.coverage.iter().cloned()).collect();
    let mut coverage: Vec<v1::Coverage> = coverage.into_iter().collect();
    coverage.sort_by(|a, b| (scope(a), &a.users, &a.locator).cmp(&(scope(b), &b.users, &b.locator)));
    let judged: Option<BTreeSet<&str>> = devices
        .iter()
        .map(|d| d.policies.iter().map(|p| p.id.as_str()).collect::<BTreeSet<_>>())
        .reduce(|a, b| a.intersection(&b).copied().collect());
    let order = devices.iter().flat_map(|d| &d.policies).map(|p| &p.id);
    let mut policies: Vec<v1::PolicyVerdict> = Vec::new();
    for id in order.filter(|id| judged.as_ref().is_some_and(|j| j.contains(id.as_str()))) {
        if !policies.iter().any(|p| p.id == *id) {
            policies.push(v1::PolicyVerdict { id: id.clone(), verdict: Word::default() });
        }
    }
    v1::Device {
        key: key(platform, &identity, &devices),
        record: devices.iter().map(|d| d.record.clone()).min_by_key(|r| record(r)).unwrap_or_default(),
        platform: platform.as_str().into(),
        identity,
        policies,
        users: users(&devices),
        apps_observed: coverage.iter().map(|c| c.entries).max().unwrap_or_default(),
        coverage,
        findings: findings::unite(devices.iter().flat_map(|d| d.findings.iter().cloned())),
        does_not_prove: devices
            .iter()
            .flat_map(|d| d.does_not_prove.iter().cloned())
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect(),
        ..v1::Device::default()
    }
}

/// The name its ids give it; else the least it had.
fn key(platform: Platform, identity: &v1::Identity, devices: &[v1::Device]) -> String {
    let ids: Vec<StrongId> = lift::strong_ids(identity);
    let known = devices.iter().map(|d| super::joiner::base(&d.key)).min().unwrap_or_default();
    joining::key(platform, ids.iter()).unwrap_or_else(|| known.to_owned())
}

fn platform(devices: &[v1::Device]) -> Platform {
    let all = devices.iter().map(|d| Platform::parse(&d.platform));
    all.filter(|p| *p != Platform::Unknown).min().unwrap_or(Platform::Unknown)
}

fn record(text: &str) -> usize {
    ["device", "packages"].iter().position(|r| *r == text).unwrap_or(2)
}

fn scope(list: &v1::Coverage) -> usize {
    let order = ["third-party-apps", "system-apps", "managed-apps", "work-profile"];
    order.iter().position(|s| list.scope == *s).unwrap_or(order.len())
}

fn users(devices: &[v1::Device]) -> Vec<v1::User> {
    let mut kinds: BTreeMap<u32, BTreeSet<&Word>> = BTreeMap::new();
    for user in devices.iter().flat_map(|d| &d.users) {
        kinds.entry(user.id).or_default().insert(&user.kind);
    }
    kinds
        .into_iter()
        .map(|(id, kinds)| {
            let known = kinds.into_iter().find(|k| **k != "unknown");
            v1::User { id, kind: known.cloned().unwrap_or_else(|| "unknown".into()) }
        })
        .collect()
}

/// The least value of each property; what else identifiers say becomes another id.
fn identity(devices: &[v1::Device]) -> v1::Identity {
    let all: Vec<&v1::Identity> = devices.iter().map(|d| &d.identity).collect();
    let mut other_ids: BTreeSet<String> = all.iter().flat_map(|i| i.other_ids.iter().cloned()).collect();
    let mut values = |pick: fn(&v1::Identity) -> &Option<String>, identifies: bool| {
        let mut values: BTreeSet<String> = all.iter().filter_map(|i| pick(i).clone()).collect();
        let first = values.pop_first();
        if identifies {
            other_ids.append(&mut values);
        }
        first
    };
    let identity = v1::Identity {
        name: values(|i| &i.name, false),
        serial: values(|i| &i.serial, true),
        udid: values(|i| &i.udid, true),
        enrollment_id: values(|i| &i.enrollment_id, true),
        mdm_id: values(|i| &i.mdm_id, true),
        primary_user: values(|i| &i.primary_user, false),
        model: values(|i| &i.model, false),
        os_version: all.iter().filter_map(|i| i.os_version.clone()).max(),
        imei: all.iter().flat_map(|i| i.imei.iter().cloned()).collect::<BTreeSet<_>>().into_iter().collect(),
        // The more cautious reading: personal devices, and those least managed.
        ownership: most(&all, |i| &i.ownership, &["unknown", "corporate", "personal"]),
        enrollment: most(
            &all,
            |i| &i.enrollment,
            &["unknown", "fully-managed", "supervised", "work-profile", "user-enrollment"],
        ),
        other_ids: Vec::new(),
    };
    v1::Identity { other_ids: other_ids.into_iter().collect(), ..identity }
}

/// The word that stands last in `order`.
fn most(all: &[&v1::Identity], pick: fn(&v1::Identity) -> &Word, order: &[&'static str]) -> Word {
    let at = all.iter().filter_map(|i| order.iter().position(|o| pick(i) == o)).max();
    at.and_then(|at| order.get(at)).copied().unwrap_or("unknown").into()
}
