//! From findings and coverage to one verdict: pure, and the same everywhere.

use super::finding::Finding;
use crate::artifact::RecordKind;
use crate::inventory::Completeness;
use crate::matching::Strength;
use crate::model::{ListScope, Platform, State, Timestamp, UserSet};
use crate::signature::Relation;

/// What may change a decision.
#[derive(Debug, Clone, Copy)]
pub struct DecideOptions {
    /// Findings below this strength do not prohibit; they make suspect.
    pub min_strength: Strength,
    /// Every entry of every chosen policy can be decided on this platform.
    pub policies_resolved: bool,
}

/// One list of apps, as the report holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coverage {
    /// Which apps.
    pub scope: ListScope,
    /// For which users.
    pub users: UserSet,
    /// What it proves.
    pub completeness: Completeness,
    /// Why, in kebab-case.
    pub basis: String,
    /// When it was collected.
    pub as_of: Option<Timestamp>,
    /// The user vouched for it.
    pub assumed: bool,
    /// Its file, as the report names it.
    pub locator: String,
}

/// Everything a decision rests on.
#[derive(Debug, Clone, Copy)]
pub struct Case<'a> {
    /// Platform of the device.
    pub platform: Platform,
    /// What the record stands for.
    pub record: RecordKind,
    /// Users and profiles that any artifact names.
    pub users: &'a [u32],
    /// Findings.
    pub findings: &'a [Finding],
    /// Lists.
    pub coverage: &'a [Coverage],
    /// How many items of evidence speak of the device.
    pub items: usize,
}

/// The lists of a device name every app of every known user. Made by [`prove`] alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompleteCoverage {
    as_of: Option<Timestamp>,
    assumed: bool,
}

impl CompleteCoverage {
    /// The oldest list the proof rests on; `None` where one of them has no time.
    pub fn as_of(&self) -> Option<Timestamp> {
        self.as_of
    }

    /// One of the lists counts as complete because the user vouched for it.
    pub fn is_assumed(&self) -> bool {
        self.assumed
    }
}

/// One word per device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// A prohibited app is present.
    Prohibited,
    /// There is a sign of presence.
    Suspect,
    /// There is no sign of presence, and this proves it.
    Clear(CompleteCoverage),
    /// Nothing prohibited was seen, and nothing proves its absence.
    Inconclusive,
}

impl Verdict {
    /// The value of the report.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Prohibited => "prohibited",
            Self::Suspect => "suspect",
            Self::Clear(_) => "clear",
            Self::Inconclusive => "inconclusive",
        }
    }
}

/// A verdict with the reasons for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The verdict.
    pub verdict: Verdict,
    /// Why, in kebab-case, most important first.
    pub reasons: Vec<String>,
}

/// Judges one device.
pub fn decide(case: &Case<'_>, options: &DecideOptions) -> Decision {
    let proof = prove(case);
    let deciding: Vec<&Finding> = case.findings.iter().filter(|f| decides(f)).collect();
    if deciding.iter().any(|f| f.state.is_present() && f.strength >= options.min_strength) {
        return because(Verdict::Prohibited, ["prohibited-app-present"]);
    }
    let signs: Vec<&str> = deciding
        .iter()
        .filter(|f| !matches!(&proof, Ok(proof) if disproved(f, proof, case)))
        .map(|f| sign(f))
        .collect();
    if !signs.is_empty() {
        return because(Verdict::Suspect, signs);
    }
    match proof {
        Ok(proof) if options.policies_resolved && case.record == RecordKind::Device => {
            let mut reasons = vec!["complete-app-list"];
            if proof.is_assumed() {
                reasons.push("assumed-full-list");
            }
            if !deciding.is_empty() {
                reasons.push("removed-or-trace-disproved");
            }
            because(Verdict::Clear(proof), reasons)
        }
        Ok(_) if case.record == RecordKind::Device => because(Verdict::Inconclusive, ["policy-entry-unresolved"]),
        Ok(_) => because(Verdict::Inconclusive, ["not-a-device"]),
        Err(gaps) => because(Verdict::Inconclusive, gaps.iter().map(String::as_str)),
    }
}

/// Every finding that makes the device prohibited or suspect is waived.
pub fn is_waived(case: &Case<'_>) -> bool {
    let proof = prove(case);
    let mut deciding = case
        .findings
        .iter()
        .filter(|f| decides(f) && !matches!(&proof, Ok(proof) if disproved(f, proof, case)))
        .peekable();
    deciding.peek().is_some() && deciding.all(|f| f.waiver.is_some())
}

fn because<'a>(verdict: Verdict, reasons: impl IntoIterator<Item = &'a str>) -> Decision {
    let mut out: Vec<String> = Vec::new();
    for reason in reasons {
        if !out.iter().any(|r| r == reason) {
            out.push(reason.to_owned());
        }
    }
    Decision { verdict, reasons: out }
}

/// Relation and state are of the kind that can decide.
fn decides(finding: &Finding) -> bool {
    matches!(finding.relation, Relation::App | Relation::Variant | Relation::Host) && finding.state != State::Offered
}

fn sign(finding: &Finding) -> &'static str {
    match finding.state {
        State::Removed => "prohibited-app-removed",
        State::Trace => "prohibited-app-trace",
        State::Unknown => "presence-unknown",
        _ if finding.strength == Strength::Circumstantial => "circumstantial-match",
        _ => "below-min-strength",
    }
}

/// A removed or trace finding that a complete list, not older than it, shows to
/// be history.
pub fn disproved(finding: &Finding, proof: &CompleteCoverage, case: &Case<'_>) -> bool {
    if !matches!(finding.state, State::Removed | State::Trace) {
        return false;
    }
    finding.provenance.iter().all(|said| match (said.as_of, proof.as_of) {
        (Some(said), Some(proof)) => said <= proof,
        // Without times only statements of one and the same acquisition compare.
        _ => case.items <= 1,
    })
}

/// Shows that the lists name every app of every known user, or says what is
/// missing, in kebab-case.
pub fn prove(case: &Case<'_>) -> Result<CompleteCoverage, Vec<String>> {
    let scopes: &[&[ListScope]] = match case.platform {
        Platform::Ios => &[&[ListScope::ThirdPartyApps, ListScope::AllApps]],
        Platform::Android | Platform::HarmonyOs => {
            &[&[ListScope::ThirdPartyApps, ListScope::AllApps], &[ListScope::SystemApps, ListScope::AllApps]]
        }
        Platform::Unknown | Platform::OutOfScope => return Err(vec!["platform-unknown".to_owned()]),
    };
    let complete: Vec<&Coverage> = case.coverage.iter().filter(|c| c.completeness == Completeness::Complete).collect();
    let mut gaps = Vec::new();
    let mut used: Vec<&Coverage> = Vec::new();
    let owner = [0];
    let users = if case.users.is_empty() { &owner[..] } else { case.users };
    for user in users {
        for alternatives in scopes {
            let speaks = |c: &&&Coverage| alternatives.contains(&c.scope) && covers(&c.users, *user);
            // The youngest list that speaks: an older one beside it takes nothing away.
            match complete.iter().filter(speaks).max_by_key(|c| (c.as_of, !c.assumed)) {
                Some(list) => used.push(list),
                None if complete.is_empty() => {}
                None if alternatives.contains(&ListScope::SystemApps) => gaps.push("system-apps-not-covered"),
                None => gaps.push("user-not-covered"),
            }
        }
    }
    if case.coverage.is_empty() {
        gaps.push("no-app-list");
    } else if complete.is_empty() || !gaps.is_empty() {
        let partial = case.coverage.iter().filter(|c| c.completeness != Completeness::Complete);
        gaps.extend(partial.map(|c| c.basis.as_str()));
    }
    if !gaps.is_empty() {
        let mut out: Vec<String> = Vec::new();
        for gap in gaps {
            if !out.iter().any(|g| g == gap) {
                out.push(gap.to_owned());
            }
        }
        return Err(out);
    }
    let as_of = used.iter().map(|c| c.as_of).min().flatten();
    Ok(CompleteCoverage { as_of, assumed: used.iter().any(|c| c.assumed) })
}

fn covers(users: &UserSet, user: u32) -> bool {
    match users {
        UserSet::All => true,
        UserSet::Only(ids) => ids.contains(&user),
    }
}
