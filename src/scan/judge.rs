//! From what was gathered to the report: one device at a time through matching,
//! verdict and renderers.

use std::collections::BTreeMap;
use std::io;

use super::{Gathered, Item, MOST_OF_A_CODE, counted};
use crate::artifact::mdm::Mappings;
use crate::inventory::{CoverageOptions, Device, Rest};
use crate::matching::Strength;
use crate::model::{Code, Diagnostic, Severity, Timestamp};
use crate::report::{self, Output, Writer, v1};
use crate::signature::{Policy, SignatureSet};
use crate::verdict::{
    Case, Coverage, DecideOptions, Decision, Finding, Heard, Scope, Waivers, Word, contradictions, gather,
};

/// What can change findings and verdicts.
#[derive(Debug, Clone)]
pub struct Options {
    /// Ids of the policies to apply.
    pub policies: Vec<String>,
    /// The time at which policies, ages and waivers are judged.
    pub as_of: Timestamp,
    /// Weaker findings do not prohibit.
    pub min_strength: Strength,
    /// The user vouches that lists which may be filtered are full.
    pub assume_full_lists: bool,
    /// Days after which a list of a management system proves nothing.
    pub stale_after_days: u32,
    /// Days after which any list proves nothing.
    pub max_age_days: Option<u32>,
    /// Findings of one device at the most.
    pub most_findings: usize,
    /// Exceptions.
    pub waivers: Option<Waivers>,
    /// Mapping files.
    pub mappings: &'static Mappings,
    /// The configuration file that options came from.
    pub config: Option<v1::Config>,
    /// When the run began.
    pub started_at: Timestamp,
    /// Fixes `finished_at` too, so that the same input gives the same bytes.
    pub fixed_clock: bool,
}

impl Options {
    /// The options of the contract, at this time.
    pub fn at(now: Timestamp) -> Self {
        Self {
            policies: vec!["us-eo-13971".to_owned()],
            as_of: now,
            min_strength: Strength::Probable,
            assume_full_lists: false,
            stale_after_days: 30,
            max_age_days: None,
            most_findings: 10_000,
            waivers: None,
            mappings: &Mappings::NONE,
            config: None,
            started_at: now,
            fixed_clock: false,
        }
    }

    fn coverage(&self) -> CoverageOptions {
        CoverageOptions {
            assume_full_lists: self.assume_full_lists,
            as_of: self.as_of,
            now: self.started_at,
            stale_after_days: self.stale_after_days,
            max_age_days: self.max_age_days,
        }
    }

    fn in_report(&self) -> BTreeMap<String, serde_json::Value> {
        let mut out = BTreeMap::new();
        out.insert("as_of".to_owned(), self.as_of.to_string().into());
        out.insert("assume_full_lists".to_owned(), self.assume_full_lists.into());
        out.insert("min_strength".to_owned(), self.min_strength.as_str().into());
        out.insert("stale_after_days".to_owned(), self.stale_after_days.into());
        if let Some(days) = self.max_age_days {
            out.insert("max_age_days".to_owned(), days.into());
        }
        if let Some(waivers) = &self.waivers {
            out.insert("waivers".to_owned(), waivers.sha256().into());
        }
        let mappings: Vec<serde_json::Value> = self
            .mappings
            .each()
            .map(|m| serde_json::json!({"file": m.file(), "title": m.title(), "sha256": m.sha256()}))
            .collect();
        if !mappings.is_empty() {
            out.insert("mappings".to_owned(), mappings.into());
        }
        out
    }
}

/// Why a run cannot be judged.
#[derive(Debug, thiserror::Error)]
pub enum PolicyError {
    /// No such policy.
    #[error("there is no policy `{0}`; `tidewaiter policies list` shows those there are")]
    Unknown(String),
    /// No signature can decide anything the policies name.
    #[error("no entry of the chosen policies can be decided by any signature: {0}")]
    Unresolvable(String),
}

/// The chosen policies, resolved.
pub struct Judged<'a> {
    set: &'a SignatureSet,
    /// Each with what it alone looks for.
    policies: Vec<Applied<'a>>,
    /// What all of them together look for.
    scope: Scope,
    options: &'a Options,
}

/// One chosen policy.
struct Applied<'a> {
    policy: &'a Policy,
    /// Its id, as each device bears it.
    id: Word,
    scope: Scope,
}

impl<'a> Judged<'a> {
    /// Looks the policies up. Fails before any evidence is read.
    pub fn new(set: &'a SignatureSet, options: &'a Options) -> Result<Self, PolicyError> {
        let mut policies = Vec::new();
        for id in &options.policies {
            let policy = set.policy(id).ok_or_else(|| PolicyError::Unknown(id.clone()))?;
            if !policies.iter().any(|p: &&Policy| p.id == policy.id) {
                policies.push(policy);
            }
        }
        let scope = Scope::new(set, &policies, options.as_of, options.most_findings);
        if !scope.is_resolvable() {
            return Err(PolicyError::Unresolvable(options.policies.join(", ")));
        }
        let applied = |policy: &&'a Policy| Applied {
            policy,
            id: policy.id.clone().into(),
            scope: Scope::new(set, &[policy], options.as_of, 0),
        };
        let policies = policies.iter().map(applied).collect();
        Ok(Self { set, policies, scope, options })
    }

    fn run(&self) -> v1::Run {
        v1::Run {
            tool: v1::Tool { name: "tidewaiter".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() },
            started_at: self.options.started_at.to_string(),
            finished_at: None,
            complete: None,
            exit_status: None,
            signatures: v1::Signatures { sha256: self.set.sha256(), apps: self.set.apps().len() as u64 },
            policies: self.policies.iter().map(|p| self.policy(p)).collect(),
            options: self.options.in_report(),
            config: self.options.config.clone(),
            redacted: None,
            sources: Vec::new(),
            digest: None,
        }
    }

    fn policy(&self, Applied { policy, scope, .. }: &Applied<'_>) -> v1::Policy {
        let entries: Vec<_> = policy.entries_on(self.options.as_of).collect();
        v1::Policy {
            id: policy.id.clone(),
            title: policy.title.clone(),
            status: policy.status_on(self.options.as_of).as_str().into(),
            ended: policy.effective_to.as_ref().map(|d| d.to_string()),
            citation: policy.citation.clone(),
            sha256: policy.sha256.clone(),
            entries: entries.len() as u64,
            unresolved: entries.iter().filter(|e| e.app.is_none()).map(|e| e.named.clone()).collect(),
            undecided_on: scope.undecided_on().map(|p| p.as_str().to_owned()).collect(),
            rests_on: scope.rests_on_all().map(|(p, said)| (p.as_str().to_owned(), said.to_vec())).collect(),
        }
    }

    /// The decision, and the verdict under each policy alone.
    fn judge(
        &self,
        device: &Device,
        findings: &[Finding],
        coverage: &[Coverage<'_>],
    ) -> (Decision, Vec<v1::PolicyVerdict>) {
        let users: Vec<u32> = device.users.iter().map(|u| u.id).collect();
        let heard = Heard::new(Case {
            platform: device.platform,
            record: device.record,
            users: &users,
            findings,
            coverage,
            items: device.items.len(),
        });
        let options = |scope: &Scope| DecideOptions {
            min_strength: self.options.min_strength,
            policies_resolved: scope.resolved_on(device.platform),
        };
        let all = heard.decide(&options(&self.scope));
        let under = |applied: &Applied<'_>| match self.policies.len() {
            1 => all.verdict.as_str(),
            _ => heard.decide_under(&applied.id, &options(&applied.scope)).verdict.as_str(),
        };
        let each = self.policies.iter().map(|p| v1::PolicyVerdict { id: p.id.clone(), verdict: under(p).into() });
        let each = each.collect();
        (all, each)
    }
}

/// Messages of one code on one item that are written out; the rest is counted.
const MOST_OF_AN_ITEM: usize = 20;

/// Judges every device and writes the report in every format at once. Returns
/// the exit status of the run, before `--exit-zero`.
pub fn write_report(gathered: Gathered, judged: &Judged<'_>, outputs: &mut [Output<'_>]) -> io::Result<u8> {
    let mut run = judged.run();
    let out_of_scope = gathered.inventory.out_of_scope_of_items();
    let complete = !gathered.interrupted;
    let devices = gathered.inventory.into_devices(judged.options.coverage());
    let mut writer = Writer::begin(outputs, &run)?;
    let ids: Vec<Word> = (1..=gathered.items.len()).map(|n| format!("e{n}").into()).collect();
    let id = |item: u32| ids.get(item as usize).cloned().unwrap_or_default();
    let mut messages = Messages { more: gathered.more, ..Messages::default() };
    for device in devices.iter() {
        let mut found = gather(&device, &devices, judged.set, &judged.scope);
        if let Some(waivers) = judged.options.waivers.as_ref().filter(|_| !found.findings.is_empty()) {
            let ids = device.identity.strong_ids();
            let said = waivers.apply(&mut found.findings, (device.platform, &ids), judged.options.as_of);
            found.diagnostics.extend(said);
        }
        let coverage: Vec<_> = device.coverage.iter().map(|c| report::coverage_of(c, &devices)).collect();
        found.diagnostics.extend(contradictions(&found.findings, &coverage));
        let (decision, policies) = judged.judge(&device, &found.findings, &coverage);
        let item = device.items.first().copied().unwrap_or_default();
        for diagnostic in device.diagnostics.iter().chain(&found.diagnostics) {
            messages.add(item, diagnostic, Some(&device.key));
        }
        let platform = device.platform;
        let mut row = report::device(device, found.findings, decision, &devices, &id);
        row.policies = policies;
        if row.verdict == "clear" {
            row.does_not_prove.extend_from_slice(judged.scope.rests_on(platform));
        }
        writer.device(&row)?;
    }
    let rest = devices.into_rest();
    for (item, diagnostic) in gathered.diagnostics.iter().chain(&rest.diagnostics) {
        messages.add(*item, diagnostic, None);
    }
    for (item, mut row) in (0_u32..).zip(evidence(&gathered.items, rest)) {
        row.out_of_scope = out_of_scope.get(&item).copied().unwrap_or_default();
        writer.evidence(&row)?;
    }
    messages.policies(&run);
    for row in messages.finish() {
        writer.diagnostic(&row)?;
    }
    let finished = if judged.options.fixed_clock { judged.options.started_at } else { Timestamp::now() };
    run.finished_at = Some(finished.to_string());
    run.complete = Some(complete);
    writer.end(run, None)
}

/// Items with the devices they speak of and the files consulted in them.
fn evidence(items: &[Item], rest: Rest) -> impl Iterator<Item = v1::Evidence> {
    let mut keys: Vec<Vec<String>> = vec![Vec::new(); items.len()];
    for (key, of) in rest.keys {
        let Some((last, others)) = of.split_last() else { continue };
        for item in others {
            if let Some(keys) = keys.get_mut(*item as usize) {
                keys.push(key.clone());
            }
        }
        // Most devices stand in one item: their keys move.
        if let Some(keys) = keys.get_mut(*last as usize) {
            keys.push(key);
        }
    }
    let mut consulted: Vec<Vec<v1::Consulted>> = vec![Vec::new(); items.len()];
    for (source, item) in rest.sources.iter().zip(&rest.source_items) {
        if let Some(files) = consulted.get_mut(*item as usize) {
            files.push(report::consulted(source));
        }
    }
    items.iter().zip(keys).zip(consulted).enumerate().map(|(n, ((item, devices), mut consulted))| {
        consulted.sort_by(|a, b| a.locator.cmp(&b.locator));
        consulted.dedup();
        v1::Evidence {
            id: format!("e{}", n + 1),
            locator: item.locator.to_string(),
            kind: item.kind.into(),
            status: item.status.as_str().into(),
            size: item.size,
            devices,
            consulted,
            out_of_scope: 0,
        }
    })
}

/// Diagnostics of the run, folded and sorted.
#[derive(Default)]
struct Messages {
    rows: BTreeMap<(u32, Code), Vec<v1::Diagnostic>>,
    /// How many rows each code has.
    written: BTreeMap<Code, u64>,
    /// How many messages of each code are counted only.
    more: BTreeMap<Code, u64>,
}

impl Messages {
    fn add(&mut self, item: u32, diagnostic: &Diagnostic, device: Option<&str>) {
        let code = diagnostic.code;
        let written = self.written.entry(code).or_default();
        if let Some(rows) = self.rows.get_mut(&(item, code))
            && rows.len() >= MOST_OF_AN_ITEM
            && let Some(last) = rows.last_mut()
        {
            last.count += diagnostic.count;
        } else if *written >= MOST_OF_A_CODE {
            *self.more.entry(code).or_default() += diagnostic.count;
        } else {
            *written += 1;
            self.rows.entry((item, code)).or_default().push(report::diagnostic(diagnostic, device));
        }
    }

    /// Policies that leave something undecided.
    fn policies(&mut self, run: &v1::Run) {
        for policy in run.policies.iter().filter(|p| !p.unresolved.is_empty()) {
            let message = format!(
                "{}: no signature decides {}; no device can be clear under this policy",
                policy.id,
                policy.unresolved.join(", ")
            );
            self.add(u32::MAX, &Diagnostic::new(Code::PolicyEntryUnresolved, None, message), None);
        }
    }

    fn finish(self) -> Vec<v1::Diagnostic> {
        let rank = |d: &v1::Diagnostic| match d.severity.as_str() {
            s if s == Severity::Error.as_str() => 0,
            s if s == Severity::Warning.as_str() => 1,
            _ => 2,
        };
        let more = self.more.iter().map(|(code, count)| report::diagnostic(&counted(*code, *count), None));
        let more: Vec<_> = more.collect();
        let mut rows: Vec<v1::Diagnostic> = self.rows.into_values().flatten().chain(more).collect();
        rows.sort_by(|a, b| {
            (rank(a), &a.code, &a.locator, &a.device, &a.message).cmp(&(
                rank(b),
                &b.code,
                &b.locator,
                &b.device,
                &b.message,
            ))
        });
        rows
    }
}
