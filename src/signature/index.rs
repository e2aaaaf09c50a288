//! Look-ups over a set: identifiers, names, look-alikes.

use super::names::{NameGate, fold_name, visible};
use super::words::IndicatorKind;
use super::{App, Indicator};
use crate::model::{IdentifierKind, Platform};
use std::collections::{HashMap, HashSet};

/// Place of an indicator: app, then row.
type Place = (u32, u32);

/// Built once from validated apps; enabled indicators only.
#[derive(Debug, Default)]
pub(super) struct Index {
    /// Lower-case identifier to the indicators that bear it in some case.
    identifiers: HashMap<String, Vec<Place>>,
    /// Cheap test before any look-up of an identifier.
    identifier_gate: IdentifierGate,
    names: HashMap<String, Vec<Place>>,
    name_gate: NameGate,
    traces: Vec<Place>,
    /// Lower-case identifier and platform of what is listed as not being a named app.
    not_ids: HashSet<(Platform, String)>,
    not_names: HashSet<String>,
    publishers: HashSet<(u32, String)>,
}

/// Which lengths occur for which first byte, case ignored.
#[derive(Debug)]
struct IdentifierGate(Box<[u128; 256]>);

impl Default for IdentifierGate {
    fn default() -> Self {
        Self(Box::new([0; 256]))
    }
}

impl IdentifierGate {
    fn cell(identifier: &str) -> (usize, u128) {
        let first = identifier.as_bytes().first().map_or(0, u8::to_ascii_lowercase);
        // The last byte is mixed in: package names share first letters and lengths.
        let last = identifier.as_bytes().last().map_or(0, u8::to_ascii_lowercase);
        let row = first ^ last.rotate_left(4);
        (usize::from(row), 1 << identifier.len().min(127))
    }

    fn admit(&mut self, identifier: &str) {
        let (row, bit) = Self::cell(identifier);
        self.0[row] |= bit;
    }

    fn may_match(&self, identifier: &str) -> bool {
        let (row, bit) = Self::cell(identifier);
        self.0[row] & bit != 0
    }
}

impl Index {
    pub(super) fn build(apps: &[App]) -> Self {
        let mut index = Self::default();
        for (a, app) in (0u32..).zip(apps) {
            for (i, indicator) in (0u32..).zip(&app.indicators) {
                index.add(indicator, (a, i));
            }
            for publisher in app.publishers.iter().filter(|p| p.ship.is_enabled()) {
                index.publishers.insert((a, publisher.normalised.clone()));
            }
            // What another signature of the set describes is that signature's to decide.
            for not in app.not.iter().filter(|n| n.is.is_none()) {
                if let Some(platform) = not.platform {
                    index.not_ids.extend(not.ids.iter().map(|id| (platform, id.to_ascii_lowercase())));
                }
                index.not_names.extend(not.names.iter().map(|n| fold_name(n)));
            }
        }
        index
    }

    fn add(&mut self, indicator: &Indicator, place: Place) {
        if !indicator.ship.is_enabled() {
            return;
        }
        if indicator.kind.identifier().is_some() {
            self.identifier_gate.admit(&indicator.value);
            self.identifiers.entry(indicator.value.to_ascii_lowercase()).or_default().push(place);
        } else if indicator.kind == IndicatorKind::DisplayName {
            let folded = fold_name(&indicator.value);
            self.name_gate.admit(&folded);
            self.names.entry(folded).or_default().push(place);
        } else if indicator.kind == IndicatorKind::TracePath {
            self.traces.push(place);
        }
    }

    pub(super) fn is_relevant_name(&self, name: &str) -> bool {
        self.name_gate.may_match(name) && self.names.contains_key(&fold_name(name))
    }

    pub(super) fn names<'a>(&'a self, apps: &'a [App], name: &str) -> impl Iterator<Item = &'a Indicator> + use<'a> {
        let found = if self.name_gate.may_match(name) { self.names.get(&fold_name(name)) } else { None };
        at(apps, found)
    }

    pub(super) fn is_relevant_identifier(&self, apps: &[App], platform: Platform, identifier: &str) -> bool {
        self.ignoring_case(apps, platform, identifier).next().is_some()
    }

    /// Every identifier indicator equal but for case and for characters that
    /// nobody sees, of any kind.
    pub(super) fn ignoring_case<'a>(
        &'a self,
        apps: &'a [App],
        platform: Platform,
        value: &str,
    ) -> impl Iterator<Item = &'a Indicator> + use<'a> {
        let value = &*visible(value);
        let found = if self.identifier_gate.may_match(value) {
            self.identifiers.get(&value.to_ascii_lowercase())
        } else {
            None
        };
        at(apps, found).filter(move |i| i.is_on(platform))
    }

    pub(super) fn traces<'a>(&'a self, apps: &'a [App]) -> impl Iterator<Item = &'a Indicator> {
        at(apps, Some(&self.traces))
    }

    pub(super) fn publisher_fits(&self, app: u32, normalised: String) -> bool {
        self.publishers.contains(&(app, normalised))
    }

    pub(super) fn is_listed_not_name(&self, name: &str) -> bool {
        self.not_names.contains(&fold_name(name))
    }

    /// Where the platform is unknown, an identifier that some platform's
    /// signature bears is not acquitted by another platform's look-alike.
    pub(super) fn is_listed_not(&self, apps: &[App], platform: Platform, identifier: &str) -> bool {
        let lower = identifier.to_ascii_lowercase();
        if platform != Platform::Unknown {
            return self.not_ids.contains(&(platform, lower));
        }
        [Platform::Ios, Platform::Android, Platform::HarmonyOs]
            .iter()
            .any(|p| self.not_ids.contains(&(*p, lower.clone())))
            && !self.is_relevant_identifier(apps, platform, identifier)
    }
}

fn at<'a>(apps: &'a [App], places: Option<&'a Vec<Place>>) -> impl Iterator<Item = &'a Indicator> + use<'a> {
    let places = places.map_or(&[] as &[Place], Vec::as_slice);
    places.iter().filter_map(|&(a, i)| apps.get(a as usize)?.indicators.get(i as usize))
}

/// Whether the indicator tests this kind of identifier.
pub(super) fn tests(indicator: &Indicator, kind: IdentifierKind) -> bool {
    indicator.kind.identifier() == Some(kind)
}
