//! From findings and coverage to one verdict: pure, and the same everywhere.

use std::borrow::Cow;

use super::Word;
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
pub struct Coverage<'a> {
    /// Which apps.
    pub scope: ListScope,
    /// For which users.
    pub users: Cow<'a, UserSet>,
    /// What it proves.
    pub completeness: Completeness,
    /// Why, in kebab-case.
    pub basis: Word,
    /// When it was collected.
    pub as_of: Option<Timestamp>,
    /// The user vouched for it.
    pub assumed: bool,
    /// Its file, as the report names it.
    pub locator: &'a str,
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
    pub coverage: &'a [Coverage<'a>],
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
    pub reasons: Vec<Word>,
    /// Every finding that makes the device prohibited or suspect is waived.
    pub waived: bool,
}

/// A case with what its lists prove, which is the same under every policy.
#[derive(Debug)]
pub struct Heard<'a> {
    case: Case<'a>,
    proof: Result<CompleteCoverage, Vec<Word>>,
}

impl<'a> Heard<'a> {
    /// Looks at the lists.
    pub fn new(case: Case<'a>) -> Self {
        Self { case, proof: prove(&case) }
    }

    /// Judges the device over all findings.
    pub fn decide(&self, options: &DecideOptions) -> Decision {
        self.over(self.case.findings.iter(), options)
    }

    /// Judges the device over the findings of one policy.
    pub fn decide_under(&self, policy: &str, options: &DecideOptions) -> Decision {
        self.over(self.case.findings.iter().filter(|f| f.policies.iter().any(|p| p == policy)), options)
    }

    fn over<'f>(&self, findings: impl Iterator<Item = &'f Finding>, options: &DecideOptions) -> Decision {
        let deciding: Vec<&Finding> = findings.filter(|f| decides(f)).collect();
        let is_history = |f: &Finding| matches!(&self.proof, Ok(proof) if disproved(f, proof, &self.case));
        let open: Vec<&Finding> = deciding.iter().copied().filter(|f| !is_history(f)).collect();
        let (verdict, reasons) = if open.iter().any(|f| f.state.is_present() && f.strength >= options.min_strength) {
            (Verdict::Prohibited, vec!["prohibited-app-present".into()])
        } else if !open.is_empty() {
            (Verdict::Suspect, distinct(open.iter().map(|f| sign(f).into())))
        } else {
            self.without_signs(!deciding.is_empty(), options)
        };
        let waived = !open.is_empty() && open.iter().all(|f| f.waiver.is_some());
        Decision { verdict, reasons, waived }
    }

    /// What the lists show where no finding is a sign of presence. `history`:
    /// there were some, which a list disproves.
    fn without_signs(&self, history: bool, options: &DecideOptions) -> (Verdict, Vec<Word>) {
        match &self.proof {
            Ok(proof) if options.policies_resolved && self.case.record == RecordKind::Device => {
                let mut reasons = vec!["complete-app-list".into()];
                if proof.is_assumed() {
                    reasons.push("assumed-full-list".into());
                }
                if history {
                    reasons.push("removed-or-trace-disproved".into());
                }
                (Verdict::Clear(proof.clone()), reasons)
            }
            Ok(_) if self.case.record == RecordKind::Device => {
                (Verdict::Inconclusive, vec!["policy-entry-unresolved".into()])
            }
            Ok(_) => (Verdict::Inconclusive, vec!["not-a-device".into()]),
            Err(gaps) => (Verdict::Inconclusive, gaps.clone()),
        }
    }
}

/// Judges one device.
pub fn decide(case: &Case<'_>, options: &DecideOptions) -> Decision {
    Heard::new(*case).decide(options)
}

/// Each word once, where it comes first.
fn distinct(words: impl IntoIterator<Item = Word>) -> Vec<Word> {
    let mut out: Vec<Word> = Vec::new();
    for word in words {
        if !out.contains(&word) {
            out.push(word);
        }
    }
    out
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
pub fn prove(case: &Case<'_>) -> Result<CompleteCoverage, Vec<Word>> {
    let scopes: &[&[ListScope]] = match case.platform {
        Platform::Ios => &[&[ListScope::ThirdPartyApps, ListScope::AllApps]],
        Platform::Android | Platform::HarmonyOs => {
            &[&[ListScope::ThirdPartyApps, ListScope::AllApps], &[ListScope::SystemApps, ListScope::AllApps]]
        }
        Platform::Unknown | Platform::OutOfScope => return Err(vec!["platform-unknown".into()]),
    };
    let complete = || case.coverage.iter().filter(|c| c.completeness == Completeness::Complete);
    let none_complete = complete().next().is_none();
    let mut gaps: Vec<Word> = Vec::new();
    let mut used: Vec<&Coverage<'_>> = Vec::new();
    let users = if case.users.is_empty() { &[0] } else { case.users };
    for user in users {
        for alternatives in scopes {
            let speaks = |c: &&Coverage<'_>| alternatives.contains(&c.scope) && covers(&c.users, *user);
            // The youngest list that speaks: an older one beside it takes nothing away.
            match complete().filter(speaks).max_by_key(|c| (c.as_of, !c.assumed)) {
                Some(list) => used.push(list),
                None if none_complete => {}
                None if alternatives.contains(&ListScope::SystemApps) => gaps.push("system-apps-not-covered".into()),
                None => gaps.push("user-not-covered".into()),
            }
        }
    }
    if case.coverage.is_empty() {
        gaps.push("no-app-list".into());
    } else if none_complete || !gaps.is_empty() {
        let partial = case.coverage.iter().filter(|c| c.completeness != Completeness::Complete);
        gaps.extend(partial.map(|c| c.basis.clone()));
    }
    if !gaps.is_empty() {
        return Err(distinct(gaps));
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
