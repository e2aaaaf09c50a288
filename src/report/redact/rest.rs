//! Run, items of evidence and messages without what names anybody.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Redactor;
use super::words::{self, one_of, time, version};
use crate::model::Code;
use crate::report::v1;

impl Redactor {
    pub(super) fn run(&self, run: &v1::Run) -> v1::Run {
        v1::Run {
            tool: v1::Tool {
                name: one_of(&run.tool.name, &["tidewaiter"]).to_string(),
                version: version(&Some(run.tool.version.clone())).unwrap_or_default(),
            },
            started_at: time(&Some(run.started_at.clone())).unwrap_or_default(),
            finished_at: time(&run.finished_at),
            complete: run.complete,
            exit_status: run.exit_status,
            signatures: v1::Signatures { sha256: self.sha256(&run.signatures.sha256), apps: run.signatures.apps },
            policies: run.policies.iter().map(|p| self.policy(p)).collect(),
            options: self.options(&run.options),
            config: run
                .config
                .as_ref()
                .map(|c| v1::Config { file: self.place(&c.file), sha256: self.digest("hash", c.sha256.as_bytes()) }),
            redacted: Some(v1::Redacted { method: "hmac-sha-256".to_owned(), key_id: self.key_id.clone() }),
            sources: run.sources.iter().map(|s| self.source(s)).collect(),
            // Each renderer digests what it writes.
            digest: None,
        }
    }

    /// A digest of what this program ships or an agency wrote: neither is evidence.
    fn sha256(&self, text: &str) -> String {
        if words::sha256(text) { text.to_owned() } else { self.name(text) }
    }

    fn policy(&self, p: &v1::Policy) -> v1::Policy {
        v1::Policy {
            id: self.public(&p.id),
            title: self.public(&p.title),
            status: self.word(&p.status),
            ended: time(&p.ended).map(|t| t.chars().take(10).collect()),
            citation: p.citation.as_deref().map(|c| self.public(c)),
            sha256: self.sha256(&p.sha256),
            entries: p.entries,
            unresolved: p.unresolved.iter().map(|u| self.public(u)).collect(),
            undecided_on: p.undecided_on.iter().map(|u| one_of(u, &words::PLATFORMS).to_string()).collect(),
            rests_on: p
                .rests_on
                .iter()
                .map(|(on, said)| {
                    (one_of(on, &words::PLATFORMS).to_string(), said.iter().map(|s| self.sentence(s, &[])).collect())
                })
                .collect(),
        }
    }

    fn source(&self, s: &v1::RunSource) -> v1::RunSource {
        let policy = |p: &String| match p.rsplit_once('@') {
            Some((id, sha256)) => format!("{}@{}", self.public(id), self.sha256(sha256)),
            None => self.name(p),
        };
        v1::RunSource {
            started_at: time(&Some(s.started_at.clone())).unwrap_or_default(),
            finished_at: time(&s.finished_at),
            version: version(&Some(s.version.clone())).unwrap_or_default(),
            signatures: self.sha256(&s.signatures),
            policies: s.policies.iter().map(policy).collect(),
            options: self.options(&s.options),
        }
    }

    /// Options that are known keep values of their kind; of others not even the
    /// name stays.
    fn options(&self, options: &BTreeMap<String, Value>) -> BTreeMap<String, Value> {
        let mut out = BTreeMap::new();
        for (name, value) in options {
            let kept = match (name.as_str(), value) {
                ("as_of", Value::String(text)) => time(&Some(text.clone())).map(Value::from),
                ("assume_full_lists" | "related", Value::Bool(_)) => Some(value.clone()),
                ("stale_after_days" | "max_age_days", Value::Number(n)) if n.is_u64() => Some(value.clone()),
                ("min_strength", Value::String(text)) => {
                    Some(one_of(text, &["strong", "definitive", "probable"]).as_str().into())
                }
                ("waivers", Value::String(text)) => Some(self.digest("hash", text.as_bytes()).into()),
                _ => None,
            };
            match kept {
                Some(value) => out.insert(name.clone(), value),
                None => out.insert(self.name(name), self.name(&value.to_string()).into()),
            };
        }
        out
    }

    pub(super) fn evidence(&self, e: &v1::Evidence) -> v1::Evidence {
        let mut devices: Vec<String> = e.devices.iter().map(|key| self.key(key)).collect();
        devices.sort();
        let mut consulted: Vec<v1::Consulted> = e.consulted.iter().map(|c| self.consulted(c)).collect();
        consulted.sort();
        v1::Evidence {
            id: self.item_id(&e.id),
            locator: self.place(&e.locator),
            kind: self.word(&e.kind),
            status: one_of(&e.status, &["read", "partly-read", "unknown", "skipped", "unreadable"]),
            size: e.size,
            devices,
            consulted,
            out_of_scope: e.out_of_scope,
        }
    }

    pub(super) fn diagnostic(&self, d: &v1::Diagnostic) -> v1::Diagnostic {
        let code = Code::ALL.iter().find(|c| d.code == c.as_str());
        let pseudonym = self.name(&d.message);
        v1::Diagnostic {
            severity: one_of(&d.severity, &["warning", "note", "error"]),
            code: code.map_or_else(|| self.name(&d.code).into(), |c| c.as_str().into()),
            locator: d.locator.as_deref().map(|l| self.place(l)),
            device: d.device.as_deref().map(|key| self.key(key)),
            // What happened to whom is in the message; what it means is not.
            message: match code {
                Some(code) => format!("{} [{pseudonym}]", code.help()),
                None => pseudonym,
            },
            count: d.count,
        }
    }
}
