//! Which apps the chosen policies name, and whether everything they name can be
//! decided.

use std::collections::BTreeMap;

use crate::model::{Platform, Timestamp};
use crate::signature::{Policy, SignatureSet};

/// Which apps are looked for, and for whom.
#[derive(Debug, Clone, Default)]
pub struct Scope {
    /// Slug of each app that a chosen policy names, with the ids of those policies.
    pub apps: BTreeMap<String, Vec<String>>,
    /// Findings of one device at the most.
    pub most: usize,
    unresolved: BTreeMap<Platform, Vec<String>>,
    resolvable: usize,
}

/// Platforms that are judged.
const PLATFORMS: [Platform; 3] = [Platform::Ios, Platform::Android, Platform::HarmonyOs];

impl Scope {
    /// Entries of these policies that apply at `as_of`.
    pub fn new(set: &SignatureSet, policies: &[&Policy], as_of: Timestamp, most: usize) -> Self {
        let mut scope = Self { most, ..Self::default() };
        for policy in policies {
            for entry in policy.entries_at(as_of) {
                let app = entry.app.as_deref().and_then(|slug| set.app(slug));
                if let Some(app) = app {
                    scope.resolvable += 1;
                    let ids = scope.apps.entry(app.id.clone()).or_default();
                    if !ids.contains(&policy.id) {
                        ids.push(policy.id.clone());
                    }
                }
                for platform in PLATFORMS {
                    if !app.is_some_and(|app| set.resolves(app, platform)) {
                        scope.unresolved.entry(platform).or_default().push(entry.name.clone());
                    }
                }
            }
        }
        scope
    }

    /// At least one entry can be decided somewhere.
    pub fn is_resolvable(&self) -> bool {
        self.resolvable > 0
    }

    /// Every entry can be decided on this platform.
    pub fn resolved_on(&self, platform: Platform) -> bool {
        self.unresolved.get(&platform).is_none_or(Vec::is_empty)
    }

    /// The same scope under one policy alone.
    pub fn names(&self, policy: &str, app: &str) -> bool {
        self.apps.get(app).is_some_and(|ids| ids.iter().any(|id| id == policy))
    }
}
