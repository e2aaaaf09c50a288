//! One device then and now.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::matching::Strength;
use crate::model::Timestamp;
use crate::report::lift;
use crate::report::v1::{self, Word};

/// How a device changed, worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// A prohibited app is there that was not.
    NewlyProhibited,
    /// The verdict is worse.
    Worse,
    /// The device is not in the new report. What became of it is not known.
    Vanished,
    /// The device was not in the old report.
    New,
    /// The verdict is milder, and that is no proof that anything was removed.
    Milder,
    /// Proved clear, later, under the same policies.
    Remediated,
    /// The same verdict on other grounds: lists, findings, waivers.
    Changed,
}

impl Change {
    /// Every change, worst first.
    pub const ALL: [Self; 7] =
        [Self::NewlyProhibited, Self::Worse, Self::Vanished, Self::New, Self::Milder, Self::Remediated, Self::Changed];

    /// The word of the document.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NewlyProhibited => "newly-prohibited",
            Self::Worse => "worse",
            Self::Vanished => "vanished",
            Self::New => "new",
            Self::Milder => "milder",
            Self::Remediated => "remediated",
            Self::Changed => "changed",
        }
    }
}

/// How many devices changed how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// A prohibited app is there that was not.
    pub newly_prohibited: u64,
    /// Proved clear since.
    pub remediated: u64,
    /// Not in the new report.
    pub vanished: u64,
    /// Not in the old report.
    pub new: u64,
    /// Another change.
    pub changed: u64,
    /// Nothing changed.
    pub same: u64,
    /// Devices that make the exit status 1.
    pub worse: u64,
    /// Vanished devices that were prohibited or suspect: the reports do not
    /// compare in them.
    pub lost: u64,
}

/// One device that changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceChange {
    /// Its key in the new report; in the old one where it vanished.
    pub key: String,
    /// How it changed.
    pub change: Change,
    /// Its name for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// In the old report.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old: Option<Side>,
    /// In the new report.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new: Option<Side>,
    /// Findings that the old report does not have.
    pub appeared: Vec<Seen>,
    /// Findings that the new report does not have.
    pub gone: Vec<Seen>,
    /// Lists that the old report does not have.
    pub lists_appeared: Vec<String>,
    /// Lists that the new report does not have.
    pub lists_gone: Vec<String>,
    /// Why it is not called remediated, or anything else to know; sentences.
    pub notes: Vec<String>,
}

/// A device in one report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Side {
    /// Its verdict.
    pub verdict: Word,
    /// Why.
    pub verdict_reasons: Vec<Word>,
    /// Its deciding findings are waived.
    pub waived: bool,
    /// The oldest complete list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_of: Option<String>,
}

/// A finding in few words.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Seen {
    /// Slug of the app.
    pub app: String,
    /// Its name.
    pub app_name: String,
    /// What identified it.
    pub identifier: String,
    /// Presence.
    pub state: Word,
    /// How well it is identified.
    pub strength: Word,
    /// The exception that covers it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waiver: Option<String>,
}

/// Cautious to comforting; a waived device troubles nobody.
pub(super) fn rank(verdict: &str, waived: bool) -> u8 {
    match (verdict, waived) {
        (_, true) | ("clear", _) => 0,
        ("prohibited", _) => 3,
        ("suspect", _) => 2,
        _ => 1,
    }
}

/// One device of two reports.
pub(super) struct Compared<'a> {
    pub(super) old: Option<v1::Device>,
    pub(super) new: Option<v1::Device>,
    pub(super) same_policies: bool,
    pub(super) min_strength: (Strength, Strength),
    pub(super) old_run: &'a v1::Run,
}

impl Compared<'_> {
    /// How it changed; `None`: not at all. Counts it.
    pub(super) fn change(&self, counts: &mut Counts) -> Option<DeviceChange> {
        let (old, new) = (self.old.as_ref(), self.new.as_ref());
        let device = new.or(old)?;
        let mut notes = Vec::new();
        let change = match (old, new) {
            (Some(old), Some(new)) => self.both(old, new, &mut notes),
            (None, Some(_)) => Some(Change::New),
            _ => Some(Change::Vanished),
        };
        let change = change.or_else(|| {
            counts.same += 1;
            None
        })?;
        count(change, old, new, counts);
        let (appeared, gone) = (set(new, seen), set(old, seen));
        let (lists_now, lists_then) = (set(new, lists), set(old, lists));
        Some(DeviceChange {
            key: device.key.clone(),
            change,
            name: device.identity.name.clone().or_else(|| device.identity.primary_user.clone()),
            old: old.map(side),
            new: new.map(side),
            appeared: appeared.difference(&gone).cloned().collect(),
            gone: gone.difference(&appeared).cloned().collect(),
            lists_appeared: lists_now.difference(&lists_then).cloned().collect(),
            lists_gone: lists_then.difference(&lists_now).cloned().collect(),
            notes,
        })
    }

    fn both(&self, old: &v1::Device, new: &v1::Device, notes: &mut Vec<String>) -> Option<Change> {
        let before = prohibiting(old, self.min_strength.0);
        let now = prohibiting(new, self.min_strength.1);
        if now.iter().any(|app| !before.contains(app)) {
            return Some(Change::NewlyProhibited);
        }
        let (was, is) = (rank(&old.verdict, old.waived), rank(&new.verdict, new.waived));
        if is > was {
            return Some(Change::Worse);
        }
        if rank(&old.verdict, false) >= 2 && new.verdict == "clear" {
            return Some(match self.not_remediated(old, new) {
                None => Change::Remediated,
                Some(why) => {
                    notes.push(why.to_owned());
                    Change::Milder
                }
            });
        }
        if is < was {
            if rank(&old.verdict, old.waived) >= 2 && !new.waived {
                notes.push("what was seen is not seen now, and nothing proves that it is gone".to_owned());
            }
            return Some(Change::Milder);
        }
        let same = set(Some(old), seen) == set(Some(new), seen)
            && set(Some(old), lists) == set(Some(new), lists)
            && (old.waived, &old.verdict) == (new.waived, &new.verdict);
        (!same).then_some(Change::Changed)
    }

    /// What keeps a clear device from counting as remediated.
    fn not_remediated(&self, old: &v1::Device, new: &v1::Device) -> Option<&'static str> {
        let parse = |text: &Option<String>| text.as_deref().and_then(Timestamp::parse);
        let said = old.findings.iter().flat_map(|f| &f.provenance).map(|p| parse(&p.as_of));
        let said: Option<Vec<Timestamp>> = said.collect();
        // Where a statement bears no time, the run that heard it does.
        let then = said.and_then(|times| times.into_iter().max()).or_else(|| lift::as_of(self.old_run));
        match (self.same_policies, parse(&new.as_of), then) {
            (false, ..) => Some("clear now, but under other policies"),
            (_, None, _) => Some("clear now, but its lists bear no time"),
            (_, Some(now), Some(then)) if now > then => None,
            _ => Some("clear now, but by lists that are no newer than what was found"),
        }
    }
}

fn count(change: Change, old: Option<&v1::Device>, new: Option<&v1::Device>, counts: &mut Counts) {
    let trouble = |device: Option<&v1::Device>| device.is_some_and(|d| rank(&d.verdict, d.waived) >= 2);
    match change {
        Change::NewlyProhibited => counts.newly_prohibited += 1,
        Change::Remediated => counts.remediated += 1,
        Change::Vanished => counts.vanished += 1,
        Change::New => counts.new += 1,
        Change::Worse | Change::Milder | Change::Changed => counts.changed += 1,
    }
    let worse = match change {
        Change::NewlyProhibited | Change::Worse => true,
        Change::New => trouble(new),
        _ => false,
    };
    counts.worse += u64::from(worse);
    counts.lost += u64::from(change == Change::Vanished && trouble(old));
}

/// Apps that make a device prohibited and are not waived.
fn prohibiting(device: &v1::Device, min_strength: Strength) -> BTreeSet<&str> {
    let decides = |f: &&v1::Finding| {
        matches!(f.relation.as_str(), "app" | "variant" | "host")
            && lift::state(&f.state).is_present()
            && lift::strength(&f.strength) >= min_strength
            && f.waiver.is_none()
    };
    device.findings.iter().filter(decides).map(|f| f.app.as_str()).collect()
}

fn side(device: &v1::Device) -> Side {
    Side {
        verdict: device.verdict.clone(),
        verdict_reasons: device.verdict_reasons.clone(),
        waived: device.waived,
        as_of: device.as_of.clone(),
    }
}

/// Something of a device as a set; of no device, the empty one.
fn set<T: Ord>(device: Option<&v1::Device>, of: fn(&v1::Device) -> Vec<T>) -> BTreeSet<T> {
    device.map(of).unwrap_or_default().into_iter().collect()
}

fn seen(device: &v1::Device) -> Vec<Seen> {
    let one = |f: &v1::Finding| Seen {
        app: f.app.clone(),
        app_name: f.app_name.clone(),
        identifier: f.identifier.value.clone(),
        state: f.state.clone(),
        strength: f.strength.clone(),
        waiver: f.waiver.as_ref().map(|w| w.id.clone()),
    };
    device.findings.iter().map(one).collect()
}

/// Lists by what they prove; when they were collected changes every time.
fn lists(device: &v1::Device) -> Vec<String> {
    let users = |users: &Option<Vec<u32>>| match users {
        None => String::new(),
        Some(ids) => format!(" of users {}", ids.iter().map(u32::to_string).collect::<Vec<_>>().join(", ")),
    };
    let one = |c: &v1::Coverage| {
        format!("{} {}{} from {} ({})", c.completeness, c.scope, users(&c.users), c.artifact, c.basis)
    };
    device.coverage.iter().map(one).collect()
}
