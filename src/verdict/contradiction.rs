//! Two lists that both name every app, for the same users, and do not agree.
//!
//! A management system that misses what a device image shows, or the reverse,
//! is what an auditor looks for: the agent is cheated, or the app came or went
//! between the two. The verdict does not change: the best state wins.

use std::collections::BTreeSet;

use super::decide::Coverage;
use super::finding::{Finding, Provenance};
use crate::inventory::Completeness;
use crate::model::{Code, Diagnostic, ListScope, State, UserSet};
use crate::signature::Relation;

/// What complete lists of one device contradict each other on: one message for
/// each identifier and pair of lists.
pub fn contradictions(findings: &[Finding], lists: &[Coverage<'_>]) -> Vec<Diagnostic> {
    if findings.is_empty() {
        return Vec::new();
    }
    let complete: Vec<&Coverage<'_>> = lists.iter().filter(|l| l.completeness == Completeness::Complete).collect();
    let mut out = Vec::new();
    let mut said = BTreeSet::new();
    for finding in findings.iter().filter(|f| is_app(f)) {
        for statement in finding.provenance.iter().filter(|p| p.state.is_present()) {
            let Some(names) = complete.iter().find(|l| is_in(statement, l)) else { continue };
            for omits in complete.iter().filter(|l| is_comparable(statement, names, l)) {
                let elsewhere = findings.iter().filter(|f| f.app == finding.app).flat_map(|f| &f.provenance);
                let mut there = elsewhere.filter(|p| is_in(p, omits));
                if there.any(|p| p.state.is_present() || p.state == State::Unknown) {
                    continue;
                }
                if said.insert((&finding.identifier, names.locator, omits.locator)) {
                    out.push(message(finding, names, omits));
                }
            }
        }
    }
    out
}

fn message(finding: &Finding, names: &Coverage<'_>, omits: &Coverage<'_>) -> Diagnostic {
    let at = |list: &Coverage<'_>| list.as_of.map_or_else(|| "time unknown".to_owned(), |t| t.to_string());
    let text = format!(
        "the complete list in {} ({}) names {} as installed, the complete list in {} ({}) does not: it came or went between, or one of the two is wrong",
        names.locator,
        at(names),
        finding.identifier.value,
        omits.locator,
        at(omits),
    );
    Diagnostic::new(Code::ListsContradict, None, text)
}

fn is_app(finding: &Finding) -> bool {
    matches!(finding.relation, Relation::App | Relation::Variant | Relation::Host)
}

/// The statement stands in the file of the list.
fn is_in(statement: &Provenance, list: &Coverage<'_>) -> bool {
    statement.locator.strip_prefix(list.locator).is_some_and(|rest| rest.is_empty() || rest.starts_with('#'))
}

/// Another list that would have to name the app as well: of the same kind of
/// apps, for at least the same users.
fn is_comparable(statement: &Provenance, names: &Coverage<'_>, other: &Coverage<'_>) -> bool {
    // The users spoken of; `None`: every user.
    let users = match names.users.as_ref() {
        _ if !statement.users.is_empty() => Some(&statement.users),
        UserSet::All => None,
        UserSet::Only(users) => Some(users),
    };
    let speaks = match (users, other.users.as_ref()) {
        (_, UserSet::All) => true,
        (None, UserSet::Only(_)) => false,
        (Some(users), UserSet::Only(known)) => users.iter().all(|u| known.contains(u)),
    };
    let fits = match other.scope {
        ListScope::AllApps => matches!(names.scope, ListScope::AllApps | ListScope::ThirdPartyApps),
        // Of all apps, one may be a system app that other lists leave out.
        ListScope::ThirdPartyApps => names.scope == ListScope::ThirdPartyApps,
        _ => false,
    };
    names.locator != other.locator && speaks && fits
}
