//! Which apps the chosen policies name, and whether everything they name can be
//! decided.

use std::collections::BTreeMap;

use super::Word;
use crate::model::{Platform, Timestamp};
use crate::signature::{Policy, Resolution, SignatureSet};

/// Which apps are looked for, and for whom.
#[derive(Debug, Clone, Default)]
pub struct Scope {
    /// Findings of one device at the most.
    pub most: usize,
    apps: BTreeMap<String, Vec<Naming>>,
    unresolved: BTreeMap<Platform, u32>,
    resolvable: bool,
    none_known: BTreeMap<Platform, Vec<Word>>,
}

/// One policy names one app, perhaps in some editions only.
#[derive(Debug, Clone)]
struct Naming {
    policy: String,
    editions: Vec<String>,
}

/// Platforms that are judged.
const PLATFORMS: [Platform; 3] = [Platform::Ios, Platform::Android, Platform::HarmonyOs];

impl Scope {
    /// Entries of these policies that apply at `as_of`.
    pub fn new(set: &SignatureSet, policies: &[&Policy], as_of: Timestamp, most: usize) -> Self {
        let mut scope = Self { most, ..Self::default() };
        for policy in policies {
            for entry in policy.entries_on(as_of) {
                if let Some(app) = &entry.app {
                    let naming = Naming { policy: policy.id.clone(), editions: entry.editions.clone() };
                    scope.apps.entry(app.clone()).or_default().push(naming);
                }
                for platform in PLATFORMS {
                    match set.resolution(entry, platform) {
                        Resolution::Resolved => scope.resolvable = true,
                        Resolution::NoneKnown(statement) => {
                            let told = Word::from(format!(
                                "No edition of {} for {platform} is known (checked {}); that is no proof that there is none.",
                                entry.named, statement.checked
                            ));
                            let list = scope.none_known.entry(platform).or_default();
                            if !list.contains(&told) {
                                list.push(told);
                            }
                        }
                        Resolution::Unresolved(_) => *scope.unresolved.entry(platform).or_default() += 1,
                    }
                }
            }
        }
        scope
    }

    /// At least one entry can be decided somewhere.
    pub fn is_resolvable(&self) -> bool {
        self.resolvable
    }

    /// Every entry can be decided on this platform.
    pub fn resolved_on(&self, platform: Platform) -> bool {
        self.unresolved.get(&platform).is_none_or(|n| *n == 0)
    }

    /// Platforms on which some entry cannot be decided.
    pub fn undecided_on(&self) -> impl Iterator<Item = Platform> {
        self.unresolved.iter().filter(|(_, n)| **n > 0).map(|(platform, _)| *platform)
    }

    /// The same for every platform that has such sentences.
    pub fn rests_on_all(&self) -> impl Iterator<Item = (Platform, &[Word])> {
        self.none_known.iter().map(|(platform, said)| (*platform, said.as_slice()))
    }

    /// What a clear verdict on this platform rests on beyond its lists; sentences.
    pub fn rests_on(&self, platform: Platform) -> &[Word] {
        self.none_known.get(&platform).map_or(&[], Vec::as_slice)
    }

    /// Some chosen policy names this app when it bears this identifier.
    pub fn names(&self, app: &str, identifier: &str) -> bool {
        self.policies_naming(app, identifier).next().is_some()
    }

    /// Chosen policies that name this app when it bears this identifier.
    pub fn naming(&self, app: &str, identifier: &str) -> Vec<String> {
        let mut out: Vec<String> = Vec::new();
        for policy in self.policies_naming(app, identifier) {
            if !out.iter().any(|p| p == policy) {
                out.push(policy.to_owned());
            }
        }
        out
    }

    /// The same, as often as they name it.
    fn policies_naming(&self, app: &str, identifier: &str) -> impl Iterator<Item = &str> {
        let names = move |n: &&Naming| n.editions.is_empty() || n.editions.iter().any(|e| e == identifier);
        self.apps.get(app).into_iter().flatten().filter(names).map(|n| n.policy.as_str())
    }
}
