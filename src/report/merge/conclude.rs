//! A verdict taken anew over a device that reports made together.

use crate::inventory::{CONTESTED, Doubt, HOLDS_FOR_CORPORATE, HOLDS_FOR_FULLY_MANAGED};
use crate::matching::Strength;
use crate::model::{Diagnostic, Enrollment, Ownership, Platform, Timestamp};
use crate::report::assemble::waiver;
use crate::report::lift::{self, Lifted};
use crate::report::{CLEAR_SPEAKS_FOR_ITS_TIME, v1};
use crate::verdict::{DecideOptions, Finding, Verdict, Waivers, expired_message};

/// Judges devices under the options of one run.
pub(in crate::report) struct Judge<'a> {
    run: &'a v1::Run,
    waivers: Option<&'a Waivers>,
    as_of: Option<Timestamp>,
    min_strength: Strength,
    stale_after: Option<u32>,
    max_age: Option<u32>,
}

impl<'a> Judge<'a> {
    pub(in crate::report) fn new(run: &'a v1::Run, waivers: Option<&'a Waivers>) -> Self {
        Self {
            run,
            waivers,
            as_of: lift::as_of(run),
            min_strength: lift::min_strength(run),
            stale_after: lift::days(run, "stale_after_days"),
            max_age: lift::days(run, "max_age_days"),
        }
    }

    /// Takes the verdict. Returns what must be said of its waivers.
    pub(in crate::report) fn conclude(&self, device: &mut v1::Device) -> Vec<Diagnostic> {
        self.conclude_among(device, Doubt::None)
    }

    /// The same of a device beside others that may be it.
    pub(in crate::report) fn conclude_among(&self, device: &mut v1::Device, doubt: Doubt) -> Vec<Diagnostic> {
        let standing = lift::standing(&device.identity);
        let before = device.verdict.clone();
        for list in &mut device.coverage {
            self.lower(list, standing, doubt);
        }
        let mut messages = self.waive(device);
        let lifted = Lifted::new(device);
        messages.extend(lifted.contradictions());
        let resolved = |policy: &v1::Policy| lift::is_resolved(policy, &device.platform);
        let judged = |policy: &v1::Policy| device.policies.iter().any(|p| p.id == policy.id);
        let options = DecideOptions {
            min_strength: self.min_strength,
            // A policy that one of the reports did not apply is not decided.
            policies_resolved: self.run.policies.iter().all(|p| resolved(p) && judged(p)),
        };
        let heard = lifted.heard();
        let decision = heard.decide(&options);
        let under = |own: &v1::PolicyVerdict| {
            let policy = self.run.policies.iter().find(|p| own.id == p.id);
            let policies_resolved = policy.is_some_and(|p| lift::is_resolved(p, &device.platform));
            let under = heard.decide_under(&own.id, &DecideOptions { policies_resolved, ..options });
            v1::PolicyVerdict { id: own.id.clone(), verdict: under.verdict.as_str().into() }
        };
        device.policies = device.policies.iter().map(under).collect();
        device.waived = decision.waived;
        device.as_of = match &decision.verdict {
            Verdict::Clear(proof) => proof.as_of().map(|t| t.to_string()),
            _ => complete(device).filter_map(|c| c.as_of.clone()).min(),
        };
        device.verdict = decision.verdict.as_str().into();
        device.verdict_reasons = decision.reasons;
        if before != device.verdict {
            self.caveats(device, &decision.verdict);
        }
        messages
    }

    /// A list proves no more than it does at the time, and for the owner, that
    /// all reports together tell.
    fn lower(&self, list: &mut v1::Coverage, (ownership, enrollment): (Ownership, Enrollment), doubt: Doubt) {
        if list.completeness != "complete" {
            return;
        }
        let holds = match list.holds_for.as_deref() {
            None => true,
            Some(HOLDS_FOR_CORPORATE) => ownership == Ownership::Corporate,
            Some(HOLDS_FOR_FULLY_MANAGED) => enrollment == Enrollment::FullyManaged,
            Some(_) => false,
        };
        let at = list.as_of.as_deref().and_then(Timestamp::parse);
        let older = |days: u32| match (self.as_of, at) {
            (Some(now), Some(at)) => now.days_since(at) >= i64::from(days).saturating_add(1),
            _ => true,
        };
        // As a scan has it: such an enrollment shows its management a part.
        let narrow = matches!(enrollment, Enrollment::WorkProfile | Enrollment::UserEnrollment);
        let basis = if doubt == Doubt::All || (doubt == Doubt::Managed && list.managed) {
            CONTESTED
        } else if !holds {
            "condition-not-met"
        } else if list.managed && narrow {
            "managed-apps-only"
        } else if list.managed && at.is_none() {
            "age-unknown"
        } else if list.managed && self.stale_after.is_some_and(older) {
            "stale"
        } else if self.max_age.is_some_and(older) {
            "older-than-max-age"
        } else {
            return;
        };
        list.completeness = "partial".into();
        list.basis = basis.into();
    }

    /// The waivers of a file given now replace those of the reports; without
    /// one, those of the reports hold as long as they hold.
    fn waive(&self, device: &mut v1::Device) -> Vec<Diagnostic> {
        let Some(as_of) = self.as_of else { return Vec::new() };
        let mut findings: Vec<Finding> = device.findings.iter().map(lift::finding).collect();
        let messages = match self.waivers {
            Some(waivers) => {
                let ids = lift::strong_ids(&device.identity);
                waivers.apply(&mut findings, (Platform::parse(&device.platform), &ids), as_of)
            }
            None => {
                let mut over = Vec::new();
                for finding in &mut findings {
                    if let Some(past) = finding.waiver.take_if(|w| !w.holds_at(as_of)) {
                        over.push(expired_message(&past.id, &finding.app, &past.expires));
                    }
                }
                over
            }
        };
        for (finding, lifted) in device.findings.iter_mut().zip(findings) {
            finding.waiver = lifted.waiver.map(waiver);
        }
        messages
    }

    /// Sentences that go with a clear verdict come and go with it.
    fn caveats(&self, device: &mut v1::Device, verdict: &Verdict) {
        let rests_on = self.run.policies.iter().filter_map(|p| p.rests_on.get(device.platform.as_str())).flatten();
        let rests_on: Vec<v1::Word> = rests_on.cloned().collect();
        let assumptions: Vec<v1::Word> = complete(device).filter_map(|c| c.assumption.clone()).collect();
        let every: Vec<&v1::Word> = device.coverage.iter().filter_map(|c| c.assumption.as_ref()).collect();
        let goes = |s: &v1::Word| *s == CLEAR_SPEAKS_FOR_ITS_TIME || rests_on.contains(s) || every.contains(&s);
        let stays: Vec<v1::Word> = device.does_not_prove.iter().filter(|s| !goes(s)).cloned().collect();
        let mut out: Vec<v1::Word> = Vec::new();
        let mut add = |sentences: Vec<v1::Word>| {
            for sentence in sentences {
                if !out.contains(&sentence) {
                    out.push(sentence);
                }
            }
        };
        if let Verdict::Clear(proof) = verdict {
            add(vec![CLEAR_SPEAKS_FOR_ITS_TIME.into()]);
            if proof.is_assumed() {
                add(assumptions);
            }
            add(stays);
            add(rests_on);
        } else {
            add(stays);
        }
        device.does_not_prove = out;
    }
}

fn complete(device: &v1::Device) -> impl Iterator<Item = &v1::Coverage> {
    device.coverage.iter().filter(|c| c.completeness == "complete")
}
