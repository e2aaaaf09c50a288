//! Which records are one device: equal strong ids, or one device root.

use std::collections::HashMap;

use super::Device;
use super::identity::{Identity, StrongId, strong_id};
use super::joining::{self, Holder, Sets, kind_name};
use crate::artifact::{DeviceRecord, Source};
use crate::model::{Code, Diagnostic, Enrollment, FactKind, Locator, Ownership, Platform, UserFact, UserKind};

/// A record with where it came from.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) item: u32,
    pub(super) root: Option<Locator>,
    pub(super) record: DeviceRecord,
}

/// Records of one device, by their numbers, in evidence order.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) key: String,
    pub(super) rows: Vec<u32>,
    /// Which of its lists may not be the whole truth: records that were kept
    /// apart from it say something that may be about it.
    pub(super) doubt: Doubt,
}

/// What records that were kept apart from a device leave of its lists.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Doubt {
    /// All of them.
    #[default]
    None,
    /// Those that no management system collected: whose device it is, is open.
    Managed,
    /// None: an app that another record names may be on this device.
    All,
}

/// What a record says that would count if it were of the device beside it.
fn doubt(record: &DeviceRecord) -> Doubt {
    let narrow = |value: &str| {
        matches!(Ownership::parse(value), Ownership::Personal)
            || matches!(Enrollment::parse(value), Enrollment::WorkProfile | Enrollment::UserEnrollment)
    };
    let told = |kind| matches!(kind, FactKind::Ownership | FactKind::Enrollment);
    match record.facts.iter().any(|f| told(f.kind) && narrow(&f.value)) {
        _ if !record.apps.is_empty() => Doubt::All,
        true => Doubt::Managed,
        false => Doubt::None,
    }
}

/// What joins rows: the same root of the same item, or an equal strong id.
#[derive(PartialEq, Eq, Hash)]
enum Join<'a> {
    Root(u32),
    Id(&'a StrongId),
}

/// Groups rows into devices, in the order of their keys. The outcome does not
/// depend on the order in which joins are met: components are formed first,
/// then those that hold two different ids of one kind are split.
pub(super) fn group(rows: &[Row], sources: &[Source]) -> (Vec<Group>, Vec<(u32, Diagnostic)>) {
    // Exact, and gone before the keys are made: there may be a hundred thousand.
    let ids_of = |row: &Row| row.record.facts.iter().filter_map(strong_id).collect::<Vec<_>>().into_boxed_slice();
    let ids: Vec<Box<[StrongId]>> = rows.iter().map(ids_of).collect();
    let components = components(rows, &ids);
    let mut groups = Vec::new();
    let mut diagnostics = Vec::new();
    for rows_of in components {
        let holders = holders(&rows_of, rows, &ids);
        let apart = joining::split(&holders);
        if let Some(message) = &apart.conflict {
            let row = &rows[rows_of[0] as usize];
            diagnostics.push((row.item, Diagnostic::new(Code::IdentityConflict, row.root.clone(), message.clone())));
        }
        let doubts: Vec<Doubt> = match apart.groups.len() {
            1 => vec![Doubt::None],
            _ => {
                let of = |i: &usize| rows_of.get(*i).and_then(|row| rows.get(*row as usize));
                let of = |g: &Vec<usize>| g.iter().filter_map(of).map(|r| doubt(&r.record)).max().unwrap_or_default();
                apart.groups.iter().map(of).collect()
            }
        };
        for (own, near) in apart.groups.iter().zip(&apart.near) {
            let rows_of: Vec<u32> = own.iter().map(|i| rows_of[*i]).collect();
            let doubt = near.iter().filter_map(|n| doubts.get(*n)).max().copied().unwrap_or_default();
            groups.push((rows_of, doubt));
        }
    }
    drop(ids);
    let named = |(rows_of, doubt): (Vec<u32>, Doubt)| Group { key: key(&rows_of, rows, sources), rows: rows_of, doubt };
    let mut groups: Vec<Group> = groups.into_iter().map(named).collect();
    groups.sort_unstable_by(|a, b| (&a.key, &a.rows).cmp(&(&b.key, &b.rows)));
    make_unique(&mut groups);
    (groups, diagnostics)
}

fn components(rows: &[Row], ids: &[Box<[StrongId]>]) -> Vec<Vec<u32>> {
    let mut sets = Sets::new(rows.len());
    let mut first: HashMap<Join<'_>, u32> = HashMap::new();
    for (i, row) in rows.iter().enumerate() {
        let joins = ids[i].iter().map(Join::Id).chain(row.root.as_ref().map(|_| Join::Root(row.item)));
        for join in joins {
            let other = *first.entry(join).or_insert(i as u32);
            sets.join(other, i as u32);
        }
    }
    drop(first);
    let mut slots: HashMap<u32, usize> = HashMap::new();
    let mut out: Vec<Vec<u32>> = Vec::new();
    for i in 0..rows.len() as u32 {
        let top = sets.top(i);
        let slot = *slots.entry(top).or_insert_with(|| {
            out.push(Vec::new());
            out.len() - 1
        });
        out[slot].push(i);
    }
    out
}

fn holders<'a>(group: &[u32], rows: &[Row], ids: &'a [Box<[StrongId]>]) -> Vec<Holder<'a>> {
    group
        .iter()
        .map(|i| {
            let row = &rows[*i as usize];
            Holder { platform: row.record.platform, ids: &ids[*i as usize], root: row.root.as_ref().map(|_| row.item) }
        })
        .collect()
}

/// The strongest id, with its platform; else the place of the record.
fn key(group: &[u32], rows: &[Row], sources: &[Source]) -> String {
    let ids: Vec<StrongId> =
        group.iter().flat_map(|i| rows[*i as usize].record.facts.iter().filter_map(strong_id)).collect();
    let platforms = group.iter().map(|i| rows[*i as usize].record.platform);
    let platform = platforms.filter(|p| *p != Platform::Unknown).min().unwrap_or(Platform::Unknown);
    if let Some(key) = joining::key(platform, &ids) {
        return key;
    }
    let row = &rows[group[0] as usize];
    match row.root.clone().or_else(|| place(&row.record, sources)) {
        Some(place) => format!("{platform}:at:{place}"),
        None => format!("{platform}:item:{}:{}", row.item, group[0]),
    }
}

/// Where a record lies: the same whatever else is read in the run.
fn place(record: &DeviceRecord, sources: &[Source]) -> Option<Locator> {
    let listed = record.lists.first().map(|(source, _)| *source);
    let source = record.locator_source.or(listed).or(record.apps.first().map(|a| a.source))?;
    Some(record.at.locator(&sources.get(source.0 as usize)?.locator))
}

fn make_unique(groups: &mut [Group]) {
    let mut again = 1;
    for i in 1..groups.len() {
        let (before, rest) = groups.split_at_mut(i);
        let base = before[i - again].key.clone();
        if rest[0].key == base {
            again += 1;
            rest[0].key = format!("{base}~{again}");
        } else {
            again = 1;
        }
    }
}

pub(super) fn items(group: &Group, rows: &[Row]) -> Vec<u32> {
    let mut items: Vec<u32> = group.rows.iter().filter_map(|i| rows.get(*i as usize)).map(|r| r.item).collect();
    items.sort_unstable();
    items.dedup();
    items
}

/// One device of its rows, without its coverage.
pub(super) fn device(group: &Group, rows: &[&Row]) -> Device {
    let mut identity = Identity::default();
    let mut diagnostics = Vec::new();
    let mut users: Vec<UserFact> = Vec::new();
    let mut apps = Vec::new();
    let mut platform = Platform::Unknown;
    for row in rows {
        if platform == Platform::Unknown {
            platform = row.record.platform;
        }
        for fact in &row.record.facts {
            if let Some((kind, values)) = identity.add(fact) {
                let message = format!("two values for the {}: {values}; the first was used", kind_name(kind));
                diagnostics.push(Diagnostic::new(Code::ValuesConflict, row.root.clone(), message));
            }
        }
        for user in &row.record.users {
            match users.iter_mut().find(|u| u.id == user.id) {
                Some(known) if known.kind == UserKind::Unknown => known.kind = user.kind,
                Some(_) => {}
                None => users.push(*user),
            }
        }
        apps.extend(row.record.apps.iter().cloned());
    }
    users.sort();
    identity.imei.sort();
    identity.other_ids.sort();
    let record = rows.iter().map(|r| r.record.record).min().unwrap_or_default();
    let mut items: Vec<u32> = rows.iter().map(|r| r.item).collect();
    items.sort_unstable();
    items.dedup();
    Device { key: group.key.clone(), record, platform, identity, users, apps, coverage: Vec::new(), items, diagnostics }
}
