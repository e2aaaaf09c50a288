//! One named app: its indicators, signers, hosts and look-alikes.

use super::signer::Signer;
use super::words::{Confidence, IndicatorKind, NotKind, PlatformStatus, Relation, Ship};
use crate::model::Platform;

/// The signature of one named app.
#[derive(Debug, Clone)]
pub struct App {
    /// Slug, `[a-z0-9-]+`, unique in a set.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Vendor or developer, where the sources name one.
    pub vendor: Option<String>,
    /// What a reader of a finding should know about the app.
    pub note: Option<String>,
    /// Set when the app is a function inside another app.
    pub hosted_by: Option<HostedBy>,
    /// Statements about platforms for which there is no identifier.
    pub platforms: Vec<PlatformStatement>,
    /// Everything testable, enabled or not.
    pub indicators: Vec<Indicator>,
    /// Signing certificates of its packages.
    pub signers: Vec<Signer>,
    /// Names of its publisher in stores: a second factor only.
    pub publishers: Vec<Publisher>,
    /// Apps that are not this one and must never match.
    pub not: Vec<NotEntry>,
}

/// The app that contains a function, and where that is less than certain.
#[derive(Debug, Clone)]
pub struct HostedBy {
    /// Id of the host app.
    pub app: String,
    /// One sentence for a finding: what hosts what.
    pub function: String,
    /// Identifiers of the host for which the function is less certain than the identifier.
    pub limits: Vec<HostLimit>,
    /// Source keys.
    pub sources: Vec<String>,
}

/// An identifier of the host that carries the function with less certainty.
#[derive(Debug, Clone)]
pub struct HostLimit {
    /// Platform of the identifier.
    pub platform: Platform,
    /// Identifier of the host.
    pub value: String,
    /// How the function is used there; never more than the identifier's own.
    pub ship: Ship,
    /// Why.
    pub note: Option<String>,
}

/// What is known about a platform for which the app has no identifier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlatformStatement {
    /// Platform.
    pub platform: Platform,
    /// What is stated.
    pub status: PlatformStatus,
    /// Date of the search or of the source.
    pub checked: String,
    /// Source keys.
    pub sources: Vec<String>,
    /// In words.
    pub note: Option<String>,
}

/// Whether an app exists on a platform, as far as the signature knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existence<'a> {
    /// `true`: there is an enabled identifier. `false`: a source states that there is no such app.
    Known(bool),
    /// Searched for and not found: counts as a statement that there is none,
    /// but is weaker, and what rests on it says so.
    NoneKnown(&'a PlatformStatement),
    /// Nothing is known: an entry of a policy is unresolved there.
    Unknown,
}

/// One testable value.
#[derive(Debug, Clone)]
pub struct Indicator {
    /// Stable name: `wechat/ios/bundle-id/com.tencent.xin`.
    pub id: String,
    /// Id of the app it belongs to.
    pub app: String,
    /// What is tested.
    pub kind: IndicatorKind,
    /// Platform, a part of every key; `None` for names, which cross platforms.
    pub platform: Option<Platform>,
    /// Exact value.
    pub value: String,
    /// App or variant.
    pub relation: Relation,
    /// How well it is sourced.
    pub confidence: Confidence,
    /// Whether and how it is used.
    pub ship: Ship,
    /// Names: no well-known other app bears exactly this name.
    pub distinctive: bool,
    /// Names: identifiers of the edition that bears it; empty for the app's own name.
    pub edition: Vec<String>,
    /// Names: languages (`en`, `zh-hans`, `zh-hant`).
    pub languages: Vec<String>,
    /// What people call the thing with this identifier.
    pub label: Option<String>,
    /// Team IDs and prefixes: the bundle identifiers they go with.
    pub applies_to: Vec<String>,
    /// Keys of the sources.
    pub sources: Vec<String>,
    /// What a reader of a finding should know.
    pub note: Option<String>,
}

impl Indicator {
    /// For a trace: the path below the root of shared storage, without slashes around it.
    pub fn storage_path(&self) -> Option<&str> {
        if self.kind != IndicatorKind::TracePath {
            return None;
        }
        let path = self.value.strip_prefix("/sdcard").unwrap_or(&self.value);
        Some(path.trim_matches('/'))
    }

    /// Whether an indicator of `platform` may answer a question about `asked`.
    pub(super) fn is_on(&self, asked: Platform) -> bool {
        match (self.platform, asked) {
            (_, Platform::OutOfScope) | (Some(Platform::OutOfScope), _) => false,
            (None, _) | (_, Platform::Unknown) => true,
            (Some(own), asked) => own == asked,
        }
    }
}

/// A publisher's name in a store.
#[derive(Debug, Clone)]
pub struct Publisher {
    /// As the store spells it.
    pub name: String,
    /// Upper case, without punctuation and white space.
    pub normalised: String,
    /// `app-store`, `google-play` or `any`.
    pub store: String,
    /// How well it is sourced.
    pub confidence: Confidence,
    /// Whether it is used.
    pub ship: Ship,
    /// Source keys.
    pub sources: Vec<String>,
    /// Note.
    pub note: Option<String>,
}

/// An app that is not the named one.
#[derive(Debug, Clone)]
pub struct NotEntry {
    /// Why it is listed.
    pub kind: NotKind,
    /// Platform of its identifiers; `None` for a name alone.
    pub platform: Option<Platform>,
    /// Identifiers (package names, bundle identifiers, store ids), compared without regard to case.
    pub ids: Vec<String>,
    /// Exact display names.
    pub names: Vec<String>,
    /// What it is.
    pub label: Option<String>,
    /// The app of this set that it is instead; then that app's signature decides.
    pub is: Option<String>,
    /// How well it is sourced.
    pub confidence: Confidence,
    /// Source keys.
    pub sources: Vec<String>,
    /// Note.
    pub note: Option<String>,
}
