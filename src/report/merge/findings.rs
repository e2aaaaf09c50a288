//! Findings of one device from several reports, gathered again: what each says
//! of presence is pooled, and for each user the best known state wins.
//!
//! Everything here is a least upper bound or a function of one, so that the
//! outcome depends neither on the order nor on the grouping of the reports.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use crate::matching::SignerStatus;
use crate::report::lift;
use crate::report::v1::{self, Word};
use crate::verdict::{FindingCode, best_states, speaks_for};

/// App, identifier, relation; whether the signer is a wrong one.
type Key = (String, v1::Identifier, Word, bool);

/// One list of findings from several.
pub(super) fn unite(findings: impl Iterator<Item = v1::Finding>) -> Vec<v1::Finding> {
    let mut pools: BTreeMap<Key, Vec<v1::Finding>> = BTreeMap::new();
    for finding in findings {
        let mismatch = lift::signer(&finding.signer.status) == SignerStatus::Mismatch;
        let key = (finding.app.clone(), finding.identifier.clone(), finding.relation.clone(), mismatch);
        pools.entry(key).or_default().push(finding);
    }
    let mut out: Vec<v1::Finding> = pools.values().flat_map(|pool| gather(pool)).collect();
    out.sort_by(order);
    out
}

/// The order of the report.
fn order(a: &v1::Finding, b: &v1::Finding) -> Ordering {
    let (a, b) = (lift::finding(a), lift::finding(b));
    let key = |f: &crate::verdict::Finding| {
        (f.app.clone(), f.identifier.clone(), f.relation, f.state, f.signer.status, f.users.clone())
    };
    key(&a).cmp(&key(&b))
}

/// The findings of one pool, one for each state.
fn gather(pool: &[v1::Finding]) -> Vec<v1::Finding> {
    let rows: BTreeSet<&v1::Provenance> = pool.iter().flat_map(|f| &f.provenance).collect();
    let states: Vec<_> = rows.iter().map(|row| (lift::state(&row.state), row.users.as_slice())).collect();
    let common = common(pool);
    let reasons = reasons(pool);
    let mut out = Vec::new();
    for (state, users) in best_states(states.iter().copied()) {
        let mut own: Vec<&v1::Provenance> = rows.iter().copied().filter(|r| speaks_for(&r.users, &users)).collect();
        own.sort_by_key(|row| (lift::state(&row.state), *row));
        let signer = lift::signer(&common.signer.status);
        let code = FindingCode::of(state, lift::strength(&common.strength), signer);
        out.push(v1::Finding {
            code: code.as_str().into(),
            state: state.as_str().into(),
            users,
            reasons: place(&reasons, &own),
            provenance: own.into_iter().cloned().collect(),
            ..common.clone()
        });
    }
    if out.is_empty() {
        // A report that shows no statement is still heard.
        out.extend(pool.iter().max_by_key(|f| serde_json::to_vec(f).unwrap_or_default()).cloned());
    }
    out
}

/// What all findings of a pool have in common.
fn common(pool: &[v1::Finding]) -> v1::Finding {
    let least = |pick: fn(&v1::Finding) -> &Option<String>| pool.iter().filter_map(|f| pick(f).clone()).min();
    let first = pool.first().cloned().unwrap_or_default();
    let waivers: Option<Vec<&v1::Waiver>> = pool.iter().map(|f| f.waiver.as_ref()).collect();
    v1::Finding {
        app_name: pool.iter().map(|f| f.app_name.clone()).min().unwrap_or_default(),
        hosted_by: least(|f| &f.hosted_by),
        policies: union(pool.iter().map(|f| &f.policies)),
        strength: best(pool.iter().map(|f| &f.strength), lift::strength),
        display_name: least(|f| &f.display_name),
        version: pool.iter().filter_map(|f| f.version.as_deref()).max_by(|a, b| natural(a, b)).map(str::to_owned),
        installer: least(|f| &f.installer),
        first_seen: least(|f| &f.first_seen),
        last_seen: pool.iter().filter_map(|f| f.last_seen.clone()).max(),
        signer: v1::Signer {
            status: best(pool.iter().map(|f| &f.signer.status), lift::signer),
            sha256: union(pool.iter().map(|f| &f.signer.sha256)),
        },
        does_not_prove: union(pool.iter().map(|f| &f.does_not_prove)),
        // Waived only where every report says so; the first to end is named.
        waiver: waivers.and_then(|w| w.into_iter().min_by_key(|w| (&w.expires, *w)).cloned()),
        ..first
    }
}

fn best<'a, T: Ord>(words: impl Iterator<Item = &'a Word>, rank: fn(&str) -> T) -> Word {
    words.max_by_key(|word| (rank(word), *word)).cloned().unwrap_or_default()
}

/// Lists that agree stay as they are; others become one sorted list.
pub(super) fn union<'a, T: Ord + Clone + 'a>(lists: impl Iterator<Item = &'a Vec<T>>) -> Vec<T> {
    let lists: Vec<&Vec<T>> = lists.collect();
    match lists.split_first() {
        Some((first, rest)) if rest.iter().all(|list| list == first) => (*first).clone(),
        _ => lists.into_iter().flatten().cloned().collect::<BTreeSet<T>>().into_iter().collect(),
    }
}

/// Reasons without places, with the statements that show them.
type Reasons<'a> = BTreeMap<v1::Reason, BTreeSet<&'a v1::Provenance>>;

fn reasons(pool: &[v1::Finding]) -> Reasons<'_> {
    let mut out = Reasons::new();
    for finding in pool {
        for reason in &finding.reasons {
            let rows = reason.provenance.iter().filter_map(|at| finding.provenance.get(*at as usize));
            let bare = v1::Reason { provenance: Vec::new(), ..reason.clone() };
            out.entry(bare).or_default().extend(rows);
        }
    }
    out
}

/// The reasons that these statements show, strongest first.
fn place(reasons: &Reasons<'_>, rows: &[&v1::Provenance]) -> Vec<v1::Reason> {
    let mut out: Vec<v1::Reason> = Vec::new();
    for (reason, shown_by) in reasons {
        let at: Vec<u32> = (0_u32..).zip(rows).filter(|(_, row)| shown_by.contains(**row)).map(|(n, _)| n).collect();
        if !at.is_empty() || shown_by.is_empty() {
            out.push(v1::Reason { provenance: at, ..reason.clone() });
        }
    }
    out.sort_by_key(|r| std::cmp::Reverse(lift::strength(&r.strength)));
    out
}

/// `8.0.9` before `8.0.50`; a total order.
fn natural(a: &str, b: &str) -> Ordering {
    let parts = |text: &str| -> Vec<(u64, String)> {
        text.split(['.', '-', '_', ' ']).map(|p| (p.parse().unwrap_or(0), p.to_owned())).collect()
    };
    parts(a).cmp(&parts(b)).then_with(|| a.cmp(b))
}
