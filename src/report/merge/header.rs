//! The run of a joined report: what its parts had in common, and where they
//! differed.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::format::hex;
use crate::report::lift;
use crate::report::v1;

/// What the value of an option becomes where reports differ in it.
const MIXED: &str = "mixed";
/// Stands among the unresolved entries of a policy that reports had in two
/// versions: no device is clear under it.
const TWO_VERSIONS: &str = "(two versions of this policy were joined)";

/// In what the runs differ, in words for a message; empty: in nothing.
pub(super) fn differences(runs: &[v1::Run]) -> Vec<&'static str> {
    let mut out = Vec::new();
    let mut differ = |what, different: bool| {
        if different {
            out.push(what);
        }
    };
    differ("signatures", !alike(runs.iter().map(|r| &r.signatures.sha256)));
    let policies = runs.iter().map(|r| {
        let mut own: Vec<_> = r.policies.iter().map(version_of).collect();
        own.sort();
        own
    });
    differ("policies", !alike(policies));
    let options = runs.iter().map(|r| {
        let mut own = r.options.clone();
        // Reports of several days are the rule.
        own.remove("as_of");
        own
    });
    differ("options", !alike(options));
    differ("redaction", !alike(runs.iter().map(|r| &r.redacted)));
    out
}

fn alike<T: PartialEq>(values: impl Iterator<Item = T>) -> bool {
    let values: Vec<T> = values.collect();
    values.iter().all(|v| Some(v) == values.first())
}

/// What must be equal for two reports to have applied the same policy.
fn version_of(policy: &v1::Policy) -> (String, String, u64, Vec<String>) {
    (policy.id.clone(), policy.sha256.clone(), policy.entries, policy.unresolved.clone())
}

/// One run of several. Depends on the set of runs alone.
pub(super) fn join(runs: &[v1::Run]) -> v1::Run {
    let sources = sources(runs);
    let latest = runs.iter().max_by_key(|r| (lift::as_of(r), serde_json::to_vec(r).unwrap_or_default()));
    let mut run = v1::Run {
        tool: v1::Tool { name: "tidewaiter".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() },
        started_at: sources.iter().map(|s| s.started_at.clone()).min().unwrap_or_default(),
        finished_at: sources.iter().filter_map(|s| s.finished_at.clone()).max(),
        complete: Some(runs.iter().all(|r| r.complete == Some(true))),
        signatures: signatures(runs, &sources),
        policies: policies(runs, latest),
        options: options(runs),
        sources,
        ..v1::Run::default()
    };
    let first = runs.first();
    run.config = first.and_then(|r| r.config.clone()).filter(|_| alike(runs.iter().map(|r| &r.config)));
    run.redacted = match runs.iter().map(|r| r.redacted.clone()).collect::<Option<BTreeSet<_>>>() {
        Some(keys) if keys.len() == 1 => keys.into_iter().next(),
        // Some part is not redacted: then the whole is not.
        None => None,
        Some(keys) => keys.into_iter().next().map(|k| v1::Redacted { key_id: MIXED.to_owned(), ..k }),
    };
    run
}

fn sources(runs: &[v1::Run]) -> Vec<v1::RunSource> {
    let mut out: BTreeMap<Vec<u8>, v1::RunSource> = BTreeMap::new();
    let own = runs.iter().flat_map(|run| if run.sources.is_empty() { vec![source(run)] } else { run.sources.clone() });
    for source in own {
        out.insert(serde_json::to_vec(&source).unwrap_or_default(), source);
    }
    out.into_values().collect()
}

fn source(run: &v1::Run) -> v1::RunSource {
    let mut policies: Vec<String> = run.policies.iter().map(|p| format!("{}@{}", p.id, p.sha256)).collect();
    policies.sort();
    v1::RunSource {
        started_at: run.started_at.clone(),
        finished_at: run.finished_at.clone(),
        version: run.tool.version.clone(),
        signatures: run.signatures.sha256.clone(),
        policies,
        options: run.options.clone(),
    }
}

fn signatures(runs: &[v1::Run], sources: &[v1::RunSource]) -> v1::Signatures {
    let digests: BTreeSet<&str> = sources.iter().map(|s| s.signatures.as_str()).collect();
    let apps = runs.iter().map(|r| r.signatures.apps).max().unwrap_or_default();
    let sha256 = match (digests.len(), digests.first()) {
        (1, Some(one)) => (*one).to_owned(),
        _ => hex(&Sha256::digest(digests.into_iter().collect::<Vec<_>>().join("\n").as_bytes())),
    };
    v1::Signatures { sha256, apps }
}

/// The policies of all, as the latest run that has them describes them.
fn policies(runs: &[v1::Run], latest: Option<&v1::Run>) -> Vec<v1::Policy> {
    if let Some(latest) =
        latest.filter(|_| alike(runs.iter().map(|r| r.policies.iter().map(version_of).collect::<Vec<_>>())))
    {
        return latest.policies.clone();
    }
    let mut out: BTreeMap<&str, v1::Policy> = BTreeMap::new();
    let mut by_age: Vec<&v1::Run> = runs.iter().collect();
    by_age.sort_by_key(|r| (lift::as_of(r), serde_json::to_vec(r).unwrap_or_default()));
    for policy in by_age.iter().flat_map(|r| &r.policies) {
        let mut joined = policy.clone();
        if let Some(before) = out.get(policy.id.as_str()) {
            if version_of(before) != version_of(policy) {
                joined.unresolved.extend(before.unresolved.iter().cloned().chain([TWO_VERSIONS.to_owned()]));
                joined.unresolved.sort();
                joined.unresolved.dedup();
            }
            joined.undecided_on.extend(before.undecided_on.iter().cloned());
            joined.undecided_on.sort();
            joined.undecided_on.dedup();
            for (platform, said) in &before.rests_on {
                let all = joined.rests_on.entry(platform.clone()).or_default();
                all.extend(said.iter().cloned());
                all.sort();
                all.dedup();
            }
        }
        out.insert(&policy.id, joined);
    }
    out.into_values().collect()
}

fn options(runs: &[v1::Run]) -> BTreeMap<String, Value> {
    let names: BTreeSet<&String> = runs.iter().flat_map(|r| r.options.keys()).collect();
    let mut out = BTreeMap::new();
    for name in names {
        let values: Vec<Option<&Value>> = runs.iter().map(|r| r.options.get(name)).collect();
        let told = values.iter().flatten();
        let value = match name.as_str() {
            "as_of" => told.filter_map(|v| v.as_str()).max().map(Value::from),
            _ if alike(values.iter()) => values.first().copied().flatten().cloned(),
            // The more cautious of the two, where there is one.
            "min_strength" => {
                let rank = |word: &&str| ["probable", "strong", "definitive"].iter().position(|w| w == word);
                told.filter_map(|v| v.as_str()).min_by_key(rank).map(Value::from)
            }
            "assume_full_lists" => Some(told.clone().any(|v| v.as_bool() == Some(true)).into()),
            "stale_after_days" | "max_age_days" => told.filter_map(|v| v.as_u64()).min().map(Value::from),
            _ => Some(MIXED.into()),
        };
        out.extend(value.map(|value| (name.clone(), value)));
    }
    out
}
