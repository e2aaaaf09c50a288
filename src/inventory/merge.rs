//! Which records are one device: equal strong ids, or one device root.

use std::borrow::Cow;
use std::collections::HashMap;

use super::Device;
use super::identity::{Identity, StrongId, strong, strong_id};
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
    pub(super) rows: Box<[u32]>,
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
    Id(FactKind, Cow<'a, str>),
}

/// Groups rows into devices, in the order of their keys. The outcome does not
/// depend on the order in which joins are met: components are formed first,
/// then those that hold two different ids of one kind are split.
pub(super) fn group(rows: &[Row], sources: &[Source]) -> (Vec<Group>, Vec<(u32, Diagnostic)>) {
    // There may be a hundred thousand: what is not needed for all is made for one.
    let (order, tops) = components(rows);
    let mut groups = Vec::with_capacity(order.len());
    let mut diagnostics = Vec::new();
    for rows_of in order.chunk_by(|a, b| tops.get(*a as usize) == tops.get(*b as usize)) {
        let ids_of = |i: &u32| rows[*i as usize].record.facts.iter().filter_map(strong_id).collect();
        let ids: Vec<Vec<StrongId>> = rows_of.iter().map(ids_of).collect();
        let apart = joining::split(&holders(rows_of, rows, &ids));
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
            let doubt = near.iter().filter_map(|n| doubts.get(*n)).max().copied().unwrap_or_default();
            let ids = own.iter().flat_map(|i| &ids[*i]);
            let rows_of: Box<[u32]> = own.iter().map(|i| rows_of[*i]).collect();
            groups.push(Group { key: key(&rows_of, ids, rows, sources), rows: rows_of, doubt });
        }
    }
    groups.sort_unstable_by(|a, b| (&a.key, &a.rows).cmp(&(&b.key, &b.rows)));
    make_unique(&mut groups);
    (groups, diagnostics)
}

/// The rows, those of one component behind each other, and which component each
/// of them is in.
fn components(rows: &[Row]) -> (Vec<u32>, Vec<u32>) {
    let mut sets = Sets::new(rows.len());
    let mut first: HashMap<Join<'_>, u32> = HashMap::new();
    for (i, row) in rows.iter().enumerate() {
        let ids = row.record.facts.iter().filter_map(strong).map(|(kind, id)| Join::Id(kind, id));
        for join in ids.chain(row.root.as_ref().map(|_| Join::Root(row.item))) {
            let other = *first.entry(join).or_insert(i as u32);
            sets.join(other, i as u32);
        }
    }
    drop(first);
    let tops: Vec<u32> = (0..rows.len() as u32).map(|i| sets.top(i)).collect();
    let mut order: Vec<u32> = (0..rows.len() as u32).collect();
    order.sort_by_key(|i| tops[*i as usize]);
    (order, tops)
}

fn holders<'a>(group: &[u32], rows: &[Row], ids: &'a [Vec<StrongId>]) -> Vec<Holder<'a>> {
    let of = |(i, ids): (&u32, &'a Vec<StrongId>)| {
        let row = &rows[*i as usize];
        Holder { platform: row.record.platform, ids, root: row.root.as_ref().map(|_| row.item) }
    };
    group.iter().zip(ids).map(of).collect()
}

/// The strongest id, with its platform; else the place of the record.
fn key<'a>(group: &[u32], ids: impl Iterator<Item = &'a StrongId> + Clone, rows: &[Row], sources: &[Source]) -> String {
    let platforms = group.iter().map(|i| rows[*i as usize].record.platform);
    let platform = platforms.filter(|p| *p != Platform::Unknown).min().unwrap_or(Platform::Unknown);
    if let Some(key) = joining::key(platform, ids) {
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

/// Numbers of items, each once and in order.
pub(super) fn distinct(items: impl Iterator<Item = u32>) -> Vec<u32> {
    let mut items: Vec<u32> = items.collect();
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
    let items = distinct(rows.iter().map(|r| r.item));
    Device { key: group.key.clone(), record, platform, identity, users, apps, coverage: Vec::new(), items, diagnostics }
}
