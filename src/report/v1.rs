//! Version 1 of the report: frozen types of its own.
//!
//! Fields may be added, never renamed, removed or given another meaning. What a
//! field means is said in `docs/report.md`; `schemas/report-v1.schema.json` is
//! drawn from these types. Unknown optional values are left out; required
//! arrays are always there. Enumerations are strings, so that a reader of a
//! later version's report sees what it does not know.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use crate::verdict::Word;

/// The name of the format.
pub const SCHEMA: &str = "tidewaiter.report";
/// Its version.
pub const SCHEMA_VERSION: &str = "1.0.0";

/// A whole report. In JSON the order of members is free.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Report {
    /// Always `tidewaiter.report`.
    pub schema: String,
    /// Version of this format, semantic.
    pub schema_version: String,
    /// The run.
    pub run: Run,
    /// Counts.
    pub summary: Summary,
    /// Devices, sorted by `key`.
    pub devices: Vec<Device>,
    /// Items of evidence, in the order they were given and found.
    pub evidence: Vec<Evidence>,
    /// Messages about the run, sorted by severity, code, locator, message.
    pub diagnostics: Vec<Diagnostic>,
}

/// The program.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Tool {
    /// `tidewaiter`.
    pub name: String,
    /// Semantic version.
    pub version: String,
}

/// One run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Run {
    /// The program.
    pub tool: Tool,
    /// RFC 3339, UTC.
    pub started_at: String,
    /// RFC 3339, UTC. Left out of the first NDJSON line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<String>,
    /// `false`: interrupted, or a time limit fired. Left out of the first NDJSON line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub complete: Option<bool>,
    /// Exit status, before `--exit-zero`. Left out of the first NDJSON line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit_status: Option<u8>,
    /// Which signatures were used.
    pub signatures: Signatures,
    /// Which policies were applied.
    pub policies: Vec<Policy>,
    /// Options that can change findings.
    pub options: BTreeMap<String, serde_json::Value>,
    /// The configuration file that was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config: Option<Config>,
    /// The report was redacted, and how.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redacted: Option<Redacted>,
    /// The runs whose reports were joined into this one, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<RunSource>,
    /// Digest of this report. In NDJSON it stands in the last line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<Digest>,
}

/// A configuration file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Config {
    /// Where it lies.
    pub file: String,
    /// Digest of its bytes.
    pub sha256: String,
}

/// How a report was redacted.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Redacted {
    /// `hmac-sha-256`.
    pub method: String,
    /// Equal in two reports where the key is: pseudonyms then compare.
    pub key_id: String,
}

/// One run whose report was joined into another.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RunSource {
    /// When it began, RFC 3339.
    pub started_at: String,
    /// When it ended; left out where it was interrupted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<String>,
    /// Version of the program.
    pub version: String,
    /// Digest of its signatures.
    pub signatures: String,
    /// Its policies as `id@sha256`, sorted.
    pub policies: Vec<String>,
    /// Its options.
    pub options: BTreeMap<String, serde_json::Value>,
}

/// A digest of the report that holds it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Digest {
    /// What was digested: `rfc8785` (the whole document in RFC 8785 form without
    /// this member) or `lines` (every byte before the last line).
    pub over: String,
    /// Lower-case hex.
    pub sha256: String,
}

/// The signatures used.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Signatures {
    /// Digest over their content.
    pub sha256: String,
    /// How many apps.
    pub apps: u64,
}

/// A policy applied.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Policy {
    /// Stable id.
    pub id: String,
    /// Title.
    pub title: String,
    /// Its status as of the run's `as_of` (`in-force`, `revoked` ...).
    pub status: Word,
    /// Day on which it ended, or will.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<String>,
    /// Citation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub citation: Option<String>,
    /// Digest over its content.
    pub sha256: String,
    /// Entries that apply.
    pub entries: u64,
    /// Verbatim names of entries that no signature can decide.
    pub unresolved: Vec<String>,
    /// Platforms on which some entry cannot be decided: nothing there can be clear.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub undecided_on: Vec<String>,
    /// By platform: sentences on which a clear verdict under it rests beyond
    /// the lists of the device.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub rests_on: BTreeMap<String, Vec<Word>>,
}

/// Counts over the whole run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Summary {
    /// Devices (records of kind `device`).
    pub devices: u64,
    /// With this verdict.
    pub prohibited: u64,
    /// With this verdict.
    pub suspect: u64,
    /// With this verdict.
    pub inconclusive: u64,
    /// With this verdict.
    pub clear: u64,
    /// Devices whose deciding findings are all waived.
    pub waived: u64,
    /// Records of computers and television boxes, not judged.
    pub out_of_scope: u64,
    /// Sum of `apps_observed` over all records.
    pub apps_observed: u64,
    /// Items of evidence by status.
    pub evidence: EvidenceCounts,
}

/// Items of evidence by status.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EvidenceCounts {
    /// All items.
    pub items: u64,
    /// Read.
    pub read: u64,
    /// Read in part, because of an error or limit.
    pub partly_read: u64,
    /// Could not be read.
    pub unreadable: u64,
    /// No known evidence.
    pub unknown: u64,
    /// Passed over on purpose.
    pub skipped: u64,
}

/// One device, or a record that stands for packages or an aggregate.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Device {
    /// Unique in the report and stable between runs.
    pub key: String,
    /// What the record stands for.
    #[schemars(extend("enum" = ["device", "packages", "aggregate"]))]
    pub record: Word,
    /// Platform.
    #[schemars(extend("enum" = ["ios", "android", "harmonyos", "unknown"]))]
    pub platform: Word,
    /// Who it is.
    pub identity: Identity,
    /// The verdict.
    #[schemars(extend("enum" = ["prohibited", "suspect", "clear", "inconclusive"]))]
    pub verdict: Word,
    /// Why, in kebab-case, most important first.
    pub verdict_reasons: Vec<Word>,
    /// The verdict under each policy alone.
    pub policies: Vec<PolicyVerdict>,
    /// The oldest complete list used, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_of: Option<String>,
    /// Every deciding finding is waived.
    pub waived: bool,
    /// Users and profiles that any artifact names, by id.
    pub users: Vec<User>,
    /// The largest `entries` of its lists.
    pub apps_observed: u64,
    /// Lists of apps, sorted by scope, users, locator.
    pub coverage: Vec<Coverage>,
    /// Findings, sorted by app, identifier, relation, state.
    pub findings: Vec<Finding>,
    /// What all this does not prove; sentences.
    pub does_not_prove: Vec<Word>,
    /// Ids of the items that speak of it.
    pub evidence: Vec<Word>,
}

/// Who a device is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Identity {
    /// Name for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Serial number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serial: Option<String>,
    /// Apple's unique device identifier, lower case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub udid: Option<String>,
    /// `system/tenant/id`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enrollment_id: Option<String>,
    /// IMEIs, 15 digits.
    pub imei: Vec<String>,
    /// `system/tenant/id`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mdm_id: Option<String>,
    /// Further identifiers, never joined on.
    pub other_ids: Vec<String>,
    /// Account of the main user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub primary_user: Option<String>,
    /// Model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Version of the operating system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub os_version: Option<String>,
    /// Who owns it.
    #[schemars(extend("enum" = ["corporate", "personal", "unknown"]))]
    pub ownership: Word,
    /// How it is managed.
    #[schemars(extend("enum" = ["fully-managed", "work-profile", "user-enrollment", "supervised", "unknown"]))]
    pub enrollment: Word,
}

/// The verdict under one policy.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PolicyVerdict {
    /// Policy.
    pub id: Word,
    /// Verdict.
    #[schemars(extend("enum" = ["prohibited", "suspect", "clear", "inconclusive"]))]
    pub verdict: Word,
}

/// A user or profile.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct User {
    /// Android user number; 0 on iOS.
    pub id: u32,
    /// Kind.
    #[schemars(extend("enum" = ["owner", "secondary", "work-profile", "secure-folder", "clone", "unknown"]))]
    pub kind: Word,
}

/// One list of apps.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Coverage {
    /// Which apps.
    #[schemars(extend("enum" = ["third-party-apps", "system-apps", "managed-apps", "work-profile", "all-apps"]))]
    pub scope: Word,
    /// For which users; left out: for every user of the device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub users: Option<Vec<u32>>,
    /// What it proves.
    #[schemars(extend("enum" = ["complete", "partial", "not-collected", "unreadable"]))]
    pub completeness: Word,
    /// Why, in kebab-case.
    pub basis: Word,
    /// Entries it names as present.
    pub entries: u64,
    /// When it was collected, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_of: Option<String>,
    /// What had to be assumed; on a complete entry, what the user vouched for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assumption: Option<Word>,
    /// Collected by a management system, so that it grows stale. Left out: no.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub managed: bool,
    /// Complete only while this holds for the device: `ownership=corporate`,
    /// `enrollment=fully-managed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holds_for: Option<Word>,
    /// Which artifact.
    pub artifact: Word,
    /// Its file.
    pub locator: String,
    /// Digest of the whole file, where it was hashed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// Anything else a reader must know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A conclusion on one device and one app.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// What it says, in kebab-case.
    pub code: Word,
    /// Slug of the app.
    pub app: String,
    /// Its name.
    pub app_name: String,
    /// Name of the hosting app, for a function inside another app.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hosted_by: Option<String>,
    /// Chosen policies that name the app.
    pub policies: Vec<String>,
    /// How the observed app relates to the named one.
    #[schemars(extend("enum" = ["app", "variant", "host", "affiliate", "sdk"]))]
    pub relation: Word,
    /// Presence.
    #[schemars(extend("enum" = ["installed", "disabled", "archived", "unknown", "removed", "trace", "offered"]))]
    pub state: Word,
    /// How well the app is identified.
    #[schemars(extend("enum" = ["definitive", "strong", "probable", "circumstantial"]))]
    pub strength: Word,
    /// What identified it.
    pub identifier: Identifier,
    /// Name the evidence shows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// Version the evidence shows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Users; empty: not told apart.
    pub users: Vec<u32>,
    /// Which app installed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub installer: Option<String>,
    /// First installed, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_seen: Option<String>,
    /// Last updated, used or seen, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_seen: Option<String>,
    /// Code signature.
    pub signer: Signer,
    /// Which indicators fitted.
    pub reasons: Vec<Reason>,
    /// Statements it rests on.
    pub provenance: Vec<Provenance>,
    /// What it does not prove; sentences.
    pub does_not_prove: Vec<Word>,
    /// The exception that covers it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiver: Option<Waiver>,
}

/// An identifier with its kind.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Identifier {
    /// Kind.
    #[schemars(extend("enum" = ["package-name", "bundle-id", "store-id", "display-name", "none"]))]
    pub kind: Word,
    /// Value.
    pub value: String,
}

/// Who signed an app.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Signer {
    /// How it compares with the known signers.
    #[schemars(extend("enum" = ["verified", "recorded", "unverified", "mismatch", "unknown"]))]
    pub status: Word,
    /// SHA-256 of the certificates, current first.
    pub sha256: Vec<String>,
}

/// Why an app matched.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Reason {
    /// Stable name of the indicator.
    pub indicator: String,
    /// The value in the evidence.
    pub value: String,
    /// What the fit is worth.
    #[schemars(extend("enum" = ["definitive", "strong", "probable", "circumstantial"]))]
    pub strength: Word,
    /// How well the indicator is sourced.
    pub confidence: Word,
    /// Positions in `provenance` that show it.
    pub provenance: Vec<u32>,
}

/// A statement a finding rests on.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Provenance {
    /// File, and row or key in it.
    pub locator: String,
    /// Which artifact.
    pub artifact: Word,
    /// What it says.
    pub state: Word,
    /// Of which users; empty: not told apart.
    pub users: Vec<u32>,
    /// As of when, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_of: Option<String>,
    /// What `sha256` covers.
    #[schemars(extend("enum" = ["file", "record", "none"]))]
    pub hash_scope: Word,
    /// Digest, lower-case hex.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
}

/// An exception that covers a finding.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Waiver {
    /// Its id.
    pub id: String,
    /// Who approved it.
    pub approver: String,
    /// On what basis.
    pub basis: String,
    /// Until when.
    pub expires: String,
}

/// One item of evidence.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Evidence {
    /// Id within the report.
    pub id: String,
    /// Where it lies.
    pub locator: String,
    /// Container, layout or export system.
    pub kind: Word,
    /// What became of it.
    #[schemars(extend("enum" = ["read", "partly-read", "unreadable", "unknown", "skipped"]))]
    pub status: Word,
    /// Bytes, where it is one file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// Keys of the devices it speaks of.
    pub devices: Vec<String>,
    /// Files that were read.
    pub consulted: Vec<Consulted>,
    /// Records of computers and television boxes in it, not judged. Left out: none.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub out_of_scope: u64,
}

// serde hands the value by reference.
fn is_zero(n: &u64) -> bool {
    *n == 0
}

/// A file that was read.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Consulted {
    /// Where it lies.
    pub locator: String,
    /// Bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// Modification time, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mtime: Option<String>,
    /// What `sha256` covers.
    #[schemars(extend("enum" = ["file", "record", "none"]))]
    pub hash_scope: Word,
    /// Digest, lower-case hex.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
}

/// A message about the run.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Diagnostic {
    /// How much it matters.
    #[schemars(extend("enum" = ["error", "warning", "note"]))]
    pub severity: Word,
    /// What kind, in kebab-case.
    pub code: Word,
    /// Where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locator: Option<String>,
    /// Which device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    /// What happened and what to do.
    pub message: String,
    /// How many times.
    pub count: u64,
}
