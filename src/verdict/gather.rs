//! Gathers matches into findings: one for each app, identifier, relation, state
//! and signer status of a device.

use std::collections::{BTreeMap, HashSet};

use super::finding::{Finding, FindingCode, Provenance, SignerFact};
use super::{Scope, Word};
use crate::artifact::{Observation, Source, SourceHash, SourceId};
use crate::format::hex;
use crate::inventory::{Completeness, Device, Devices};
use crate::matching::{Match, SignerStatus, Strength, match_app};
use crate::model::{AppIdentifier, Code, Diagnostic, DigestKind, ListScope, State, Timestamp, UserSet};
use crate::signature::{Relation, SignatureSet};

/// The findings of one device, and what came up on the way.
#[derive(Debug, Default)]
pub struct Gathered {
    /// Sorted by app, identifier, relation, state, signer status.
    pub findings: Vec<Finding>,
    /// Conflicts between sources.
    pub diagnostics: Vec<Diagnostic>,
}

type Key = (String, AppIdentifier, Relation);

struct Statement<'d> {
    seen: &'d Observation,
    fit: Match,
}

/// Findings of one device.
pub fn gather(device: &Device, devices: &Devices, set: &SignatureSet, scope: &Scope) -> Gathered {
    let mut by_key: BTreeMap<Key, Vec<Statement<'_>>> = BTreeMap::new();
    for seen in &device.apps {
        for fit in match_app(seen, device.platform, set) {
            if scope.names(&fit.app, &fit.identifier.value) {
                let key = (fit.app.clone(), fit.identifier.clone(), fit.relation);
                by_key.entry(key).or_default().push(Statement { seen, fit });
            }
        }
    }
    let mut out = Gathered::default();
    for (key, statements) in &by_key {
        for group in partition(statements) {
            let finding = finding(key, &group, device, devices, (set, scope));
            out.diagnostics.extend(conflict(&finding, &group, device, devices));
            if finding.signer.status == SignerStatus::Mismatch {
                let message = format!(
                    "{} bears the identifier of {} but none of its known signers: a modified or impostor copy",
                    finding.identifier.value, finding.app_name
                );
                out.diagnostics.push(Diagnostic::new(Code::SignerMismatch, None, message));
            }
            out.findings.push(finding);
        }
    }
    // What decides is kept: a limit must never turn presence into its absence.
    if out.findings.len() > scope.most.max(1) {
        out.findings.sort_by(|a, b| (a.state, b.strength, order(a)).cmp(&(b.state, a.strength, order(b))));
        out.findings.truncate(scope.most.max(1));
        let message = format!("more than {} findings; the rest was not reported", scope.most.max(1));
        out.diagnostics.push(Diagnostic::new(Code::LimitFindings, None, message));
    }
    out.findings.sort_by(|a, b| order(a).cmp(&order(b)));
    out
}

type Order<'f> = (&'f str, &'f AppIdentifier, Relation, State, SignerStatus, &'f [u32]);

fn order(f: &Finding) -> Order<'_> {
    (&f.app, &f.identifier, f.relation, f.state, f.signer.status, &f.users)
}

/// Statements that make one finding.
struct Group<'s, 'd> {
    state: State,
    users: Vec<u32>,
    signer: SignerStatus,
    statements: Vec<&'s Statement<'d>>,
}

/// Splits the statements on one app by signer status and by the best state of
/// each user. Statements that do not tell users apart speak for themselves only
/// where they say more than every statement that does.
fn partition<'s, 'd>(statements: &'s [Statement<'d>]) -> Vec<Group<'s, 'd>> {
    let mut out = Vec::new();
    for (signer, statements) in by_signer(statements) {
        let said = statements.iter().map(|s| (s.seen.state, s.seen.users.as_slice()));
        for (state, users) in best_states(said) {
            let chosen = statements.iter().filter(|s| speaks_for(&s.seen.users, &users)).copied().collect();
            out.push(Group { state, users, signer, statements: chosen });
        }
    }
    out
}

/// The best state of each user, as the users of each state. Statements that do
/// not tell users apart make a group of their own, without users, only where
/// they say more than every statement that does.
pub fn best_states<'a>(statements: impl Iterator<Item = (State, &'a [u32])>) -> BTreeMap<State, Vec<u32>> {
    let mut best: BTreeMap<u32, State> = BTreeMap::new();
    let mut general: Option<State> = None;
    for (state, users) in statements {
        if users.is_empty() {
            general = Some(general.map_or(state, |g| g.min(state)));
        }
        for user in users {
            best.entry(*user).and_modify(|s| *s = (*s).min(state)).or_insert(state);
        }
    }
    let best_of_all = best.values().min().copied();
    let mut groups: BTreeMap<State, Vec<u32>> = BTreeMap::new();
    for (user, state) in best {
        groups.entry(state).or_default().push(user);
    }
    if let Some(general) = general.filter(|g| best_of_all.is_none_or(|b| *g < b)) {
        groups.entry(general).or_default();
    }
    groups
}

/// A statement on `users` belongs to a finding on `group` (either empty: not told apart).
pub fn speaks_for(users: &[u32], group: &[u32]) -> bool {
    users.is_empty() || group.is_empty() || users.iter().any(|u| group.contains(u))
}

/// Fitting and mismatching signers are two findings; a statement that names no
/// signer goes with the fitting ones, or with the only ones there are.
fn by_signer<'s, 'd>(statements: &'s [Statement<'d>]) -> Vec<(SignerStatus, Vec<&'s Statement<'d>>)> {
    let mismatch = |s: &&Statement<'_>| s.fit.signer == SignerStatus::Mismatch;
    let fits = statements.iter().any(|s| !matches!(s.fit.signer, SignerStatus::Mismatch | SignerStatus::Unknown));
    if !fits && statements.iter().any(|s| mismatch(&s)) {
        return vec![(SignerStatus::Mismatch, statements.iter().collect())];
    }
    let (wrong, right): (Vec<_>, Vec<_>) = statements.iter().partition(mismatch);
    let status = right.iter().map(|s| s.fit.signer).max().unwrap_or_default();
    let mut out = vec![(status, right)];
    if !wrong.is_empty() {
        out.push((SignerStatus::Mismatch, wrong));
    }
    out
}

fn finding(
    key: &Key,
    group: &Group<'_, '_>,
    device: &Device,
    devices: &Devices,
    (set, scope): (&SignatureSet, &Scope),
) -> Finding {
    let (app, identifier, relation) = key;
    // What says most speaks for version, name and installer.
    let mut said: Vec<&&Statement<'_>> = group.statements.iter().collect();
    said.sort_by_key(|s| (s.seen.state, s.seen.source, s.seen.at.clone()));
    let strength = said.iter().map(|s| s.fit.strength).max().unwrap_or(Strength::Circumstantial);
    let mut reasons: Vec<_> = said.iter().flat_map(|s| s.fit.reasons.iter().cloned()).collect();
    reasons.sort_by(|a, b| b.strength.cmp(&a.strength).then_with(|| a.cmp(b)));
    reasons.dedup();
    let first = |pick: fn(&Observation) -> Option<&str>| said.iter().find_map(|s| pick(s.seen)).map(str::to_owned);
    let host = said.iter().find_map(|s| s.fit.host.as_deref());
    let name = |slug: &str| set.app(slug).map_or_else(|| slug.to_owned(), |a| a.name.clone());
    Finding {
        code: FindingCode::of(group.state, strength, group.signer),
        app: app.clone(),
        app_name: name(app),
        hosted_by: host.map(name),
        policies: scope.naming(app, &identifier.value),
        relation: *relation,
        state: group.state,
        strength,
        identifier: identifier.clone(),
        display_name: first(|o| o.name.as_deref()),
        version: first(|o| o.version.as_deref()),
        users: group.users.clone(),
        installer: first(|o| o.installer.as_deref()),
        first_seen: said.iter().filter_map(|s| s.seen.first_seen).min(),
        last_seen: said.iter().filter_map(|s| s.seen.last_seen).max(),
        signer: SignerFact { status: group.signer, sha256: certificates(&said) },
        reasons,
        provenance: provenance(&said, device, devices),
        does_not_prove: caveats(&said, *relation, devices),
        waiver: None,
    }
}

fn certificates(said: &[&&Statement<'_>]) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for digest in said.iter().filter_map(|s| s.seen.signers.as_ref()).flat_map(|s| &s.digests) {
        if digest.kind == DigestKind::Sha256 && !out.contains(&digest.value) {
            out.push(digest.value.clone());
        }
    }
    out
}

fn provenance(said: &[&&Statement<'_>], device: &Device, devices: &Devices) -> Vec<Provenance> {
    let mut out: Vec<Provenance> = Vec::new();
    let mut met: HashSet<Provenance> = HashSet::new();
    for statement in said {
        let seen = statement.seen;
        let Some(source) = devices.source(seen.source) else { continue };
        let (hash_scope, sha256) = hash(seen, source);
        let row = Provenance {
            locator: seen.at.locator(&source.locator).to_string(),
            artifact: source.artifact.into(),
            state: seen.state,
            users: seen.users.clone(),
            as_of: list_time(device, seen.source),
            hash_scope,
            sha256,
        };
        if met.insert(row.clone()) {
            out.push(row);
        }
    }
    out
}

fn hash(seen: &Observation, source: &Source) -> (&'static str, Option<String>) {
    match (source.hash, seen.record_sha256) {
        (SourceHash::File(sha256), _) => ("file", Some(hex(&sha256))),
        (SourceHash::None, Some(sha256)) => ("record", Some(hex(&sha256))),
        (SourceHash::None, None) => ("none", None),
    }
}

/// When the list in this file was collected; the newest of several, so that no
/// older proof disproves what was said later.
fn list_time(device: &Device, source: SourceId) -> Option<Timestamp> {
    device.coverage.iter().filter(|c| c.source == source).filter_map(|c| c.as_of).max()
}

fn caveats(said: &[&&Statement<'_>], relation: Relation, devices: &Devices) -> Vec<Word> {
    let mut out: Vec<Word> = Vec::new();
    let mut add = |text: &'static str| {
        if !text.is_empty() && !out.iter().any(|t| t == text) {
            out.push(text.into());
        }
    };
    if relation == Relation::Host {
        add("The hosting app is present; that its function was set up or used is not shown.");
    }
    for statement in said {
        if let Some(source) = devices.source(statement.seen.source) {
            add(source.does_not_prove);
        }
        add(statement.seen.caveat.unwrap_or_default());
    }
    out
}

/// A complete list that is not older omits what only a secondary source shows.
fn conflict(finding: &Finding, group: &Group<'_, '_>, device: &Device, devices: &Devices) -> Option<Diagnostic> {
    if finding.state != State::Unknown {
        return None;
    }
    let user_scope = |users: &UserSet| match users {
        UserSet::All => true,
        UserSet::Only(ids) => group.users.is_empty() || group.users.iter().all(|u| ids.contains(u)),
    };
    let names_it = |source: SourceId| group.statements.iter().any(|s| s.seen.source == source);
    let newest = finding.provenance.iter().filter_map(|p| p.as_of).max();
    let list = device.coverage.iter().find(|c| {
        c.completeness == Completeness::Complete
            && matches!(c.scope, ListScope::ThirdPartyApps | ListScope::AllApps)
            && user_scope(&c.users)
            && !names_it(c.source)
            && newest.is_none_or(|t| c.as_of.is_some_and(|list| list >= t))
    })?;
    let source = devices.source(list.source)?;
    let shown = finding.provenance.first().map(|p| p.locator.as_str()).unwrap_or_default();
    let message = format!(
        "{} is shown by {shown} but not named by the complete list in {}; it may have been removed",
        finding.identifier.value, source.locator
    );
    Some(Diagnostic::new(Code::SourcesConflict, Some(source.locator.clone()), message))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifact::RecordKind;
    use crate::inventory::CoverageEntry;
    use crate::model::Platform;

    fn list(source: u32, as_of: Option<i64>) -> CoverageEntry {
        CoverageEntry {
            scope: ListScope::AllApps,
            users: UserSet::All,
            completeness: Completeness::Complete,
            basis: "complete-list",
            entries: 50,
            as_of: as_of.and_then(Timestamp::from_unix),
            assumption: None,
            managed: false,
            holds_for: None,
            source: SourceId(source),
            note: None,
        }
    }

    #[test]
    fn a_statement_is_as_new_as_the_newest_list_of_its_file() {
        let mut device = Device {
            key: "k".to_owned(),
            record: RecordKind::Device,
            platform: Platform::Android,
            identity: Default::default(),
            users: Vec::new(),
            apps: Vec::new(),
            coverage: vec![list(0, Some(40)), list(0, None), list(0, Some(60)), list(1, Some(90))],
            items: vec![0],
            diagnostics: Vec::new(),
        };
        let newest = list_time(&device, SourceId(0));
        assert_eq!(newest, Timestamp::from_unix(60));
        device.coverage.reverse();
        assert_eq!(list_time(&device, SourceId(0)), newest, "in any order");
        assert_eq!(list_time(&device, SourceId(2)), None);
    }
}
