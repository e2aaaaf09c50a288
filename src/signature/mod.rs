//! What the apps look like, and policies: load, validate, index.
//!
//! A *signature* describes one named app by *indicators*, one testable value
//! each; a *policy* says which apps an instrument names. Both are TOML files:
//! the folder `signatures/` is the registry and is embedded at build time;
//! `--signatures DIR` adds to it. The file format is described in
//! `docs/signatures.md`.
//!
//! This module imports from `model` only. A [`SignatureSet`] is validated and
//! never empty.

mod app;
pub mod check;
mod error;
mod index;
mod load;
mod names;
mod policy;
mod read;
mod rules;
mod signer;
#[cfg(test)]
mod tests;
mod words;

pub use app::{App, Existence, HostLimit, HostedBy, Indicator, NotEntry, PlatformStatement, Publisher};
pub use error::{Problem, SignatureError};
pub use names::{fold_name, fold_publisher};
pub use policy::{Date, Policy, PolicyEntry, Resolution, Unresolved};
pub use signer::{KnownDigest, Signer, SignerExpectation, SignerFit};
pub use words::{
    Confidence, EntryKind, IndicatorKind, NotKind, PlatformStatus, PolicyStatus, Relation, Ship, SignerRole,
};

use crate::model::{IdentifierKind, Platform};
use index::Index;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The policy that applies where none is chosen.
pub const DEFAULT_POLICY: &str = "us-eo-13971";

/// A validated, non-empty set of signatures and policies.
#[derive(Debug)]
pub struct SignatureSet {
    apps: Vec<App>,
    policies: Vec<Policy>,
    /// Signers that belong to no app.
    signers: Vec<Signer>,
    sources: BTreeMap<String, String>,
    sha256: String,
    index: Index,
}

/// A function that an indicator of its host shows.
#[derive(Debug, Clone, Copy)]
pub struct Function<'a> {
    /// The function's own signature.
    pub app: &'a App,
    /// How it is hosted.
    pub host: &'a HostedBy,
    /// The weaker of the indicator's advice and what is known of the function there.
    pub ship: Ship,
    /// Why it is weaker, where it is.
    pub limit: Option<&'a HostLimit>,
}

impl SignatureSet {
    /// The signatures that come with the program.
    ///
    /// # Errors
    /// Only if the embedded files are damaged; a test holds that they are not.
    pub fn builtin() -> Result<Self, SignatureError> {
        Self::load(&[])
    }

    /// The built-in signatures and those of further folders (`DIR/apps/*.toml`,
    /// `DIR/policies/*.toml`, `DIR/sources.toml`, `DIR/signers.toml`).
    ///
    /// # Errors
    /// [`SignatureError`]: a folder that cannot be read or holds nothing, a file that says something wrong.
    pub fn load(extra: &[PathBuf]) -> Result<Self, SignatureError> {
        let mut files = load::embedded();
        for folder in extra {
            files.extend(load::folder(folder)?);
        }
        let (read, problems) = check::read_and_check(&files);
        if !problems.is_empty() {
            return Err(SignatureError::Invalid(problems));
        }
        Self::new(read)
    }

    fn new(read: read::ReadSet) -> Result<Self, SignatureError> {
        let sha256 = read.sha256;
        let mut apps: Vec<App> = read.apps.into_iter().map(|a| a.item).collect();
        let mut policies: Vec<Policy> = read.policies.into_iter().map(|p| p.item).collect();
        if apps.is_empty() {
            return Err(SignatureError::Empty);
        }
        apps.sort_by(|a, b| a.id.cmp(&b.id));
        policies.sort_by(|a, b| a.id.cmp(&b.id));
        let index = Index::build(&apps);
        let signers = read.signers.into_iter().map(|s| s.item).collect();
        Ok(Self { apps, policies, signers, sources: read.sources, sha256, index })
    }

    /// Every app, sorted by id. Never empty.
    pub fn apps(&self) -> &[App] {
        &self.apps
    }

    /// One app.
    pub fn app(&self, id: &str) -> Option<&App> {
        self.place(id).and_then(|at| self.apps.get(at))
    }

    fn place(&self, id: &str) -> Option<usize> {
        self.apps.binary_search_by(|a| a.id.as_str().cmp(id)).ok()
    }

    /// Every policy, sorted by id.
    pub fn policies(&self) -> &[Policy] {
        &self.policies
    }

    /// One policy.
    pub fn policy(&self, id: &str) -> Option<&Policy> {
        self.policies.iter().find(|p| p.id == id)
    }

    /// What a source key stands for.
    pub fn source(&self, key: &str) -> Option<&str> {
        self.sources.get(key).map(String::as_str)
    }

    /// SHA-256 over the signature files (not the policies, which have their
    /// own): their kinds, names and texts in a fixed order, line ends as LF.
    /// The same content gives the same value on every machine.
    pub fn sha256(&self) -> String {
        self.sha256.clone()
    }

    /// Whether an enabled indicator bears this display name, compared whole.
    /// Asked once for each row of an export: common misses cost nanoseconds.
    pub fn is_relevant_name(&self, name: &str) -> bool {
        self.index.is_relevant_name(name)
    }

    /// Whether an enabled indicator of this platform ([`Platform::Unknown`]: of
    /// any) bears this identifier, exactly or but for case.
    pub fn is_relevant_identifier(&self, platform: Platform, identifier: &str) -> bool {
        self.index.is_relevant_identifier(&self.apps, platform, identifier)
    }

    /// Enabled indicators with exactly this identifier.
    pub fn identifiers<'a>(
        &'a self,
        platform: Platform,
        kind: IdentifierKind,
        value: &'a str,
    ) -> impl Iterator<Item = &'a Indicator> {
        self.identifiers_ignoring_case(platform, kind, value).filter(move |i| i.value == value)
    }

    /// Enabled indicators whose identifier equals this one but for ASCII case and characters that nobody sees; the
    /// exact ones are among them.
    pub fn identifiers_ignoring_case<'a>(
        &'a self,
        platform: Platform,
        kind: IdentifierKind,
        value: &str,
    ) -> impl Iterator<Item = &'a Indicator> + use<'a> {
        self.index.ignoring_case(&self.apps, platform, value).filter(move |i| index::tests(i, kind))
    }

    /// Enabled display names that fold like this one.
    pub fn names<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a Indicator> + use<'a> {
        self.index.names(&self.apps, name)
    }

    /// Whether a publisher as a source spells it is one of the app's (for a
    /// function: of its host's). A second factor only: publishers sell related apps too.
    pub fn publisher_fits(&self, app_id: &str, publisher: &str) -> bool {
        let id = self.app(app_id).and_then(|a| a.hosted_by.as_ref()).map_or(app_id, |h| &h.app);
        let Some(place) = self.place(id).and_then(|p| u32::try_from(p).ok()) else { return false };
        let normalised = fold_publisher(publisher);
        !normalised.is_empty() && self.index.publisher_fits(place, normalised)
    }

    /// Whether this identifier is listed as not being a named app (case ignored).
    pub fn is_listed_not(&self, platform: Platform, identifier: &str) -> bool {
        self.index.is_listed_not(&self.apps, platform, identifier)
    }

    /// Whether this display name is listed as not being a named app's.
    pub fn is_listed_not_name(&self, name: &str) -> bool {
        self.index.is_listed_not_name(name)
    }

    /// What is known about the signers of the package that an indicator names.
    pub fn signers_of(&self, indicator: &Indicator) -> SignerExpectation<'_> {
        let mut expected = SignerExpectation::default();
        if indicator.kind != IndicatorKind::PackageName || indicator.platform != Some(Platform::Android) {
            return expected;
        }
        for signer in self.apps.iter().flat_map(|a| &a.signers).chain(&self.signers) {
            let enabled = signer.ship.is_enabled();
            if enabled && signer.role == SignerRole::RepackagingMarker {
                expected.markers.push(signer);
            } else if enabled && signer.role == SignerRole::Signer {
                if signer.packages.contains(&indicator.value) {
                    expected.known.push(signer);
                } else if signer.packages_probable.contains(&indicator.value) {
                    expected.probable.push(signer);
                }
            }
        }
        expected
    }

    /// Enabled Team IDs and app-id prefixes that go with a bundle identifier.
    /// They confirm; another prefix refutes nothing.
    pub fn apple_prefixes_of(&self, bundle: &Indicator) -> impl Iterator<Item = &Indicator> {
        let wanted = bundle.kind == IndicatorKind::BundleId;
        self.app(&bundle.app).into_iter().flat_map(|a| &a.indicators).filter(move |i| {
            wanted
                && i.ship.is_enabled()
                && matches!(i.kind, IndicatorKind::TeamId | IndicatorKind::AppIdPrefix)
                && i.applies_to.contains(&bundle.value)
        })
    }

    /// Signers that belong to no app: keys that anyone has, and keys that were mistaken for an app's.
    pub fn common_signers(&self) -> &[Signer] {
        &self.signers
    }

    /// Enabled traces, for state `trace`.
    pub fn trace_paths(&self) -> impl Iterator<Item = &Indicator> {
        self.index.traces(&self.apps)
    }

    /// Functions whose host is this app.
    pub fn hosted_in<'a>(&'a self, app_id: &'a str) -> impl Iterator<Item = &'a App> {
        self.apps.iter().filter(move |a| a.hosted_by.as_ref().is_some_and(|h| h.app == app_id))
    }

    /// Functions that an indicator of a host shows, each with its own advice.
    pub fn functions_of<'a>(&'a self, indicator: &'a Indicator) -> impl Iterator<Item = Function<'a>> {
        self.hosted_in(&indicator.app).filter_map(move |app| {
            let host = app.hosted_by.as_ref()?;
            let limit = host.limits.iter().filter(|l| l.concerns(indicator)).max_by_key(|l| l.ship);
            let ship = limit.map_or(indicator.ship, |l| l.ship.max(indicator.ship));
            ship.is_enabled().then_some(Function { app, host, ship, limit })
        })
    }

    /// Whether the app exists on a platform, as far as is known. For a
    /// function: whether its host does. Where the platform is unknown, so is the answer.
    pub fn exists_on(&self, app_id: &str, platform: Platform) -> Existence<'_> {
        let Some(app) = self.app(app_id) else { return Existence::Unknown };
        let host = app.hosted_by.as_ref().and_then(|h| self.app(&h.app));
        let mut indicators = host.unwrap_or(app).indicators.iter();
        if matches!(platform, Platform::Unknown | Platform::OutOfScope) {
            return Existence::Unknown;
        }
        if indicators.any(|i| i.ship.is_enabled() && i.kind.identifier().is_some() && i.is_on(platform)) {
            return Existence::Known(true);
        }
        let statement = [Some(app), host].into_iter().flatten().flat_map(|a| &a.platforms);
        match statement.into_iter().find(|s| s.platform == platform) {
            Some(s) if s.status == PlatformStatus::Absent => Existence::Known(false),
            Some(s) => Existence::NoneKnown(s),
            None => Existence::Unknown,
        }
    }

    /// Whether signatures can decide an entry of a policy on a platform.
    pub fn resolution(&self, entry: &PolicyEntry, platform: Platform) -> Resolution<'_> {
        match (entry.kind, &entry.app) {
            (EntryKind::Vendor, _) => Resolution::Unresolved(Unresolved::VendorWide),
            (EntryKind::Criteria, _) => Resolution::Unresolved(Unresolved::CriteriaOnly),
            (_, None) => Resolution::Unresolved(Unresolved::NoSignature),
            (_, Some(app)) if !entry.editions.is_empty() => {
                let known = self.app(app).into_iter().flat_map(|a| &a.indicators).any(|i| {
                    i.ship.is_enabled()
                        && i.kind.identifier().is_some()
                        && i.is_on(platform)
                        && platform != Platform::Unknown
                        && entry.editions.contains(&i.value)
                });
                if known { Resolution::Resolved } else { Resolution::Unresolved(Unresolved::NoIdentifier) }
            }
            (_, Some(app)) => match self.exists_on(app, platform) {
                Existence::Known(_) => Resolution::Resolved,
                Existence::NoneKnown(statement) => Resolution::NoneKnown(statement),
                Existence::Unknown => Resolution::Unresolved(Unresolved::NoIdentifier),
            },
        }
    }
}

impl HostLimit {
    /// The indicator is that identifier, or names that edition.
    fn concerns(&self, indicator: &Indicator) -> bool {
        let identifier = indicator.kind.identifier().is_some()
            && indicator.platform == Some(self.platform)
            && indicator.value == self.value;
        identifier || indicator.edition.contains(&self.value)
    }
}
