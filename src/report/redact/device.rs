//! A device without what names it.

use super::Redactor;
use super::words::{self, one_of, time, version};
use crate::report::lift::UNLISTED;
use crate::report::v1::{self, Word};

const VERDICTS: [&str; 4] = ["prohibited", "suspect", "clear", "inconclusive"];
const STATES: [&str; 7] = ["installed", "disabled", "archived", "removed", "trace", "offered", "unknown"];
const STRENGTHS: [&str; 4] = ["definitive", "strong", "circumstantial", "probable"];
const IDENTIFIERS: [&str; 5] = ["package-name", "bundle-id", "store-id", "display-name", "none"];
const HASH_SCOPES: [&str; 3] = ["file", "record", "none"];

impl Redactor {
    pub(super) fn device(&self, d: &v1::Device) -> v1::Device {
        let own = clear_values(&d.identity);
        v1::Device {
            key: self.key(&d.key),
            record: one_of(&d.record, &["packages", "aggregate", "device"]),
            platform: one_of(&d.platform, &words::PLATFORMS),
            identity: self.identity(&d.identity),
            verdict: one_of(&d.verdict, &VERDICTS),
            verdict_reasons: d.verdict_reasons.iter().map(|r| self.word(r)).collect(),
            policies: d
                .policies
                .iter()
                .map(|p| v1::PolicyVerdict { id: self.public(&p.id).into(), verdict: one_of(&p.verdict, &VERDICTS) })
                .collect(),
            as_of: time(&d.as_of),
            waived: d.waived,
            users: d
                .users
                .iter()
                .map(|u| v1::User {
                    id: u.id,
                    kind: one_of(&u.kind, &["owner", "secondary", "work-profile", "secure-folder", "clone", "unknown"]),
                })
                .collect(),
            apps_observed: d.apps_observed,
            coverage: d.coverage.iter().map(|c| self.coverage(c, &own)).collect(),
            findings: d.findings.iter().map(|f| self.finding(f, &own)).collect(),
            does_not_prove: d.does_not_prove.iter().map(|s| self.sentence(s, &own)).collect(),
            evidence: d.evidence.iter().map(|id| self.item_id(id).into()).collect(),
        }
    }

    /// A word of the report's vocabulary, else a pseudonym.
    pub(super) fn word(&self, text: &Word) -> Word {
        if words::is_word(text) { text.clone() } else { self.name(text).into() }
    }

    pub(super) fn item_id(&self, id: &str) -> String {
        if words::item_id(id) || id == UNLISTED { id.to_owned() } else { self.name(id) }
    }

    fn identity(&self, id: &v1::Identity) -> v1::Identity {
        v1::Identity {
            name: self.optional(&id.name),
            serial: self.optional(&id.serial),
            udid: self.optional(&id.udid),
            enrollment_id: self.scoped(&id.enrollment_id),
            imei: self.all(&id.imei),
            mdm_id: self.scoped(&id.mdm_id),
            other_ids: self.all(&id.other_ids),
            primary_user: self.optional(&id.primary_user),
            model: id.model.as_deref().map(|m| if words::apple_model(m) { m.to_owned() } else { self.name(m) }),
            os_version: version(&id.os_version),
            ownership: one_of(&id.ownership, &["corporate", "personal", "unknown"]),
            enrollment: one_of(
                &id.enrollment,
                &["fully-managed", "work-profile", "user-enrollment", "supervised", "unknown"],
            ),
        }
    }

    fn coverage(&self, c: &v1::Coverage, own: &[&str]) -> v1::Coverage {
        v1::Coverage {
            scope: one_of(&c.scope, &["third-party-apps", "system-apps", "work-profile", "all-apps", "managed-apps"]),
            users: c.users.clone(),
            completeness: one_of(&c.completeness, &["complete", "partial", "not-collected", "unreadable"]),
            basis: self.word(&c.basis),
            entries: c.entries,
            as_of: time(&c.as_of),
            assumption: c.assumption.as_ref().map(|s| self.sentence(s, own)),
            managed: c.managed,
            holds_for: c
                .holds_for
                .as_deref()
                .map(|h| one_of(h, &["ownership=corporate", "enrollment=fully-managed", "unknown"])),
            artifact: self.artifact(&c.artifact),
            locator: self.place(&c.locator),
            sha256: self.hash(&c.sha256),
            note: self.optional(&c.note),
        }
    }

    pub(super) fn artifact(&self, id: &Word) -> Word {
        if words::is_artifact(id) { id.clone() } else { self.name(id).into() }
    }

    fn finding(&self, f: &v1::Finding, own: &[&str]) -> v1::Finding {
        v1::Finding {
            code: self.word(&f.code),
            app: self.public(&f.app),
            app_name: self.public(&f.app_name),
            hosted_by: f.hosted_by.as_deref().map(|h| self.public(h)),
            policies: f.policies.iter().map(|p| self.public(p)).collect(),
            relation: one_of(&f.relation, &["variant", "host", "affiliate", "sdk", "app"]),
            state: one_of(&f.state, &STATES),
            strength: one_of(&f.strength, &STRENGTHS),
            identifier: v1::Identifier {
                kind: one_of(&f.identifier.kind, &IDENTIFIERS),
                // What a signature names is public; what merely resembles it is not.
                value: self.public(&f.identifier.value),
            },
            display_name: self.optional(&f.display_name),
            version: version(&f.version),
            users: f.users.clone(),
            installer: f
                .installer
                .as_deref()
                .map(|i| if words::SHOPS.contains(&i) { i.to_owned() } else { self.name(i) }),
            first_seen: time(&f.first_seen),
            last_seen: time(&f.last_seen),
            signer: self.signer(&f.signer),
            reasons: f.reasons.iter().map(|r| self.reason(r)).collect(),
            provenance: f.provenance.iter().map(|p| self.provenance(p)).collect(),
            does_not_prove: f.does_not_prove.iter().map(|s| self.sentence(s, own)).collect(),
            waiver: f.waiver.as_ref().map(|w| v1::Waiver {
                id: self.name(&w.id),
                approver: self.name(&w.approver),
                basis: self.name(&w.basis),
                expires: time(&Some(w.expires.clone())).unwrap_or_default(),
            }),
        }
    }

    fn reason(&self, r: &v1::Reason) -> v1::Reason {
        v1::Reason {
            indicator: self.public(&r.indicator),
            value: self.public(&r.value),
            strength: one_of(&r.strength, &STRENGTHS),
            confidence: self.word(&r.confidence),
            provenance: r.provenance.clone(),
        }
    }

    fn signer(&self, s: &v1::Signer) -> v1::Signer {
        let fits = matches!(s.status.as_str(), "verified" | "recorded" | "unverified");
        v1::Signer {
            status: one_of(&s.status, &["verified", "recorded", "unverified", "mismatch", "unknown"]),
            // Certificates of the known maker are public; others may be anybody's.
            sha256: s
                .sha256
                .iter()
                .map(|h| if fits && words::sha256(h) { h.clone() } else { self.digest("hash", h.as_bytes()) })
                .collect(),
        }
    }

    fn provenance(&self, p: &v1::Provenance) -> v1::Provenance {
        v1::Provenance {
            locator: self.place(&p.locator),
            artifact: self.artifact(&p.artifact),
            state: one_of(&p.state, &STATES),
            users: p.users.clone(),
            as_of: time(&p.as_of),
            hash_scope: one_of(&p.hash_scope, &HASH_SCOPES),
            sha256: self.hash(&p.sha256),
        }
    }

    pub(super) fn consulted(&self, c: &v1::Consulted) -> v1::Consulted {
        v1::Consulted {
            locator: self.place(&c.locator),
            size: c.size,
            mtime: time(&c.mtime),
            hash_scope: one_of(&c.hash_scope, &HASH_SCOPES),
            sha256: self.hash(&c.sha256),
        }
    }
}

/// What names a device or a person in the clear.
fn clear_values(id: &v1::Identity) -> Vec<&str> {
    let one = [&id.name, &id.serial, &id.udid, &id.enrollment_id, &id.mdm_id, &id.primary_user, &id.model];
    let many = id.imei.iter().chain(&id.other_ids).map(String::as_str);
    one.into_iter().filter_map(Option::as_deref).chain(many).collect()
}
