//! Indicators against the inventory: matches with reasons.
//!
//! Identifiers are compared exactly, with the platform as part of the key;
//! names whole, never as substrings; what a signature lists as `not` matches
//! nothing. Imports `inventory`, `artifact`, `signature`, `model`.

mod signer;

pub use signer::{SignerStatus, compare_signers};

use crate::artifact::Observation;
use crate::model::{AppIdentifier, IdentifierKind, Platform};
use crate::signature::{Confidence, Indicator, Relation, Ship, SignatureSet};

/// How well an app is identified, weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Strength {
    /// A name others bear too, an identifier equal but for case, an indicator
    /// marked for review, left-over data.
    Circumstantial,
    /// An exact and distinctive display name, or one with its publisher, where
    /// the source has no identifier.
    Probable,
    /// The exact identifier.
    Strong,
    /// The identifier and its signer.
    Definitive,
}

impl Strength {
    /// The value of the report.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Circumstantial => "circumstantial",
            Self::Probable => "probable",
            Self::Strong => "strong",
            Self::Definitive => "definitive",
        }
    }
}

/// Which indicator fitted, and what that is worth.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct MatchReason {
    /// Stable name of the indicator.
    pub indicator: String,
    /// The value in the evidence.
    pub value: String,
    /// What the fit is worth.
    pub strength: Strength,
    /// How well the indicator is sourced.
    pub confidence: Confidence,
}

/// One observation is one app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    /// Slug of the app that is meant: the observed one, or a function it hosts.
    pub app: String,
    /// Slug of the hosting app, where `app` is a function.
    pub host: Option<String>,
    /// How the observed app relates to `app`.
    pub relation: Relation,
    /// How well it is identified.
    pub strength: Strength,
    /// What identified it.
    pub identifier: AppIdentifier,
    /// How its signers compare.
    pub signer: SignerStatus,
    /// Which indicators fitted.
    pub reasons: Vec<MatchReason>,
}

/// What fits one observation, one match for each app meant.
pub fn match_app(observation: &Observation, platform: Platform, set: &SignatureSet) -> Vec<Match> {
    let mut hits: Vec<Hit<'_>> = Vec::new();
    if !observation.identifier.is_empty() {
        if set.is_listed_not(platform, &observation.identifier) {
            return Vec::new();
        }
        by_identifier(observation, platform, set, &mut hits);
    }
    if let (true, Some(store_id)) = (hits.is_empty(), &observation.store_id) {
        by_store_id(store_id, platform, set, &mut hits);
    }
    if let (true, Some(name)) = (hits.is_empty(), &observation.name) {
        by_name(observation, name, platform, set, &mut hits);
    }
    let mut matches: Vec<Match> = Vec::new();
    for (indicator, strength, identifier) in hits {
        let signer = match &observation.signers {
            Some(signers) => compare_signers(signers, &set.signers_of(indicator)),
            None => SignerStatus::Unknown,
        };
        let strength = match signer {
            SignerStatus::Verified | SignerStatus::Recorded if strength == Strength::Strong => Strength::Definitive,
            _ => strength,
        };
        let reason = MatchReason {
            indicator: indicator.id.clone(),
            value: identifier.value.clone(),
            strength,
            confidence: indicator.confidence,
        };
        let own = (indicator.app.clone(), None, indicator.relation, strength);
        let hosted = set.functions_of(indicator).map(|function| {
            let strength = strength.min(if function.ship == Ship::Exact { strength } else { Strength::Circumstantial });
            (function.app.id.clone(), Some(indicator.app.clone()), Relation::Host, strength)
        });
        for (app, host, relation, strength) in std::iter::once(own).chain(hosted) {
            add(
                &mut matches,
                Match {
                    app,
                    host,
                    relation,
                    strength,
                    identifier: identifier.clone(),
                    signer,
                    reasons: vec![reason.clone()],
                },
            );
        }
    }
    matches
}

/// One match an app: the strongest fit decides, every reason stays.
fn add(matches: &mut Vec<Match>, new: Match) {
    let same = |m: &&mut Match| m.app == new.app && m.relation == new.relation && m.identifier == new.identifier;
    match matches.iter_mut().find(same) {
        Some(known) => {
            known.strength = known.strength.max(new.strength);
            known.signer = known.signer.max(new.signer);
            known.reasons.extend(new.reasons);
        }
        None => matches.push(new),
    }
}

type Hit<'s> = (&'s Indicator, Strength, AppIdentifier);

fn by_identifier<'s>(seen: &'s Observation, platform: Platform, set: &'s SignatureSet, hits: &mut Vec<Hit<'s>>) {
    let kinds = kinds(seen.kind, platform);
    let doubted = platform == Platform::Unknown && means_different_things(&seen.identifier, set);
    let found = |kind| AppIdentifier { kind, value: seen.identifier.to_string() };
    for kind in kinds {
        for indicator in set.identifiers(platform, *kind, &seen.identifier) {
            let strength = if doubted { Strength::Circumstantial } else { strength_of(indicator.ship) };
            hits.push((indicator, strength, found(*kind)));
        }
    }
    if hits.is_empty() {
        for kind in kinds {
            for indicator in set.identifiers_ignoring_case(platform, *kind, &seen.identifier) {
                hits.push((indicator, Strength::Circumstantial, found(*kind)));
            }
        }
    }
}

/// Whether the identifier is one app's on a platform and something else on
/// another: where the platform is not told, it may be either.
fn means_different_things(identifier: &str, set: &SignatureSet) -> bool {
    let mut apps: Vec<&str> = Vec::new();
    for platform in PLATFORMS {
        if set.is_listed_not(platform, identifier) {
            return true;
        }
        for kind in [IdentifierKind::PackageName, IdentifierKind::BundleId] {
            let exact = set.identifiers(platform, kind, identifier);
            apps.extend(exact.filter(|i| i.platform == Some(platform)).map(|i| i.app.as_str()));
        }
    }
    apps.dedup();
    apps.len() > 1
}

/// Platforms on which an identifier may stand for an app.
const PLATFORMS: [Platform; 3] = [Platform::Ios, Platform::Android, Platform::HarmonyOs];

/// Which kinds an identifier may be. A list that does not tell its platform has
/// it from another record of the device, or from none.
fn kinds(seen: IdentifierKind, platform: Platform) -> &'static [IdentifierKind] {
    match (seen, platform) {
        (IdentifierKind::PackageName | IdentifierKind::BundleId, Platform::Unknown) => {
            &[IdentifierKind::PackageName, IdentifierKind::BundleId]
        }
        (IdentifierKind::PackageName, Platform::Ios) | (IdentifierKind::BundleId, _) => &[IdentifierKind::BundleId],
        (IdentifierKind::PackageName, _) => &[IdentifierKind::PackageName],
        (IdentifierKind::StoreId, _) => &[IdentifierKind::StoreId],
        _ => &[],
    }
}

fn by_store_id<'s>(store_id: &'s str, platform: Platform, set: &'s SignatureSet, hits: &mut Vec<Hit<'s>>) {
    let found = AppIdentifier { kind: IdentifierKind::StoreId, value: store_id.to_owned() };
    if set.is_listed_not(platform, store_id) {
        return;
    }
    for indicator in set.identifiers(platform, IdentifierKind::StoreId, store_id) {
        hits.push((indicator, strength_of(indicator.ship), found.clone()));
    }
}

/// A name decides only where the source has no identifier; beside an unknown
/// identifier a distinctive name is a hint.
fn by_name<'s>(
    seen: &'s Observation,
    name: &'s str,
    platform: Platform,
    set: &'s SignatureSet,
    hits: &mut Vec<Hit<'s>>,
) {
    if set.is_listed_not_name(name) {
        return;
    }
    let identified = !seen.identifier.is_empty();
    let identifier = if identified {
        AppIdentifier { kind: seen.kind, value: seen.identifier.to_string() }
    } else {
        AppIdentifier { kind: IdentifierKind::DisplayName, value: name.to_owned() }
    };
    for indicator in set.names(name) {
        let fits = indicator.platform.is_none_or(|p| p == platform || platform == Platform::Unknown);
        if !fits {
            continue;
        }
        let published = seen.publisher.as_deref().is_some_and(|p| set.publisher_fits(&indicator.app, p));
        let strength = match (identified, indicator.distinctive || published) {
            (true, _) if !indicator.distinctive => continue,
            (true, _) => Strength::Circumstantial,
            (false, true) if indicator.ship == Ship::Exact => Strength::Probable,
            (false, _) => Strength::Circumstantial,
        };
        hits.push((indicator, strength, identifier.clone()));
    }
}

fn strength_of(ship: Ship) -> Strength {
    match ship {
        Ship::Exact => Strength::Strong,
        Ship::Review | Ship::Off => Strength::Circumstantial,
    }
}

#[cfg(test)]
mod tests;
