//! Which records are one device: equal strong ids, or one device root.

use std::borrow::Cow;
use std::hash::{BuildHasher as _, RandomState};

use super::Device;
use super::identity::{Identity, StrongId, strong};
use super::joining::{self, Holder, Sets, kind_name};
use super::rows::{Numbers, Row, Rows};
use crate::artifact::{DeviceRecord, Source};
use crate::model::{Code, Diagnostic, Enrollment, FactKind, Locator, Ownership, Platform, UserFact, UserKind};

/// Records of one device, by their numbers, in evidence order.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) key: Box<str>,
    pub(super) rows: Numbers,
    /// Which of its lists may not be the whole truth: records that were kept
    /// apart from it say something that may be about it.
    pub(super) doubt: Doubt,
}

impl Group {
    fn new(members: &[&Member<'_>], doubt: Doubt, sources: &[Source]) -> Self {
        Self { key: key(members, sources), rows: members.iter().map(|m| m.number).collect(), doubt }
    }
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
        matches!(Ownership::parse(value), Ownership::Personal | Ownership::Contested)
            || matches!(Enrollment::parse(value), Enrollment::WorkProfile | Enrollment::UserEnrollment)
    };
    let told = |kind| matches!(kind, FactKind::Ownership | FactKind::Enrollment);
    match record.facts.iter().any(|f| told(f.kind) && narrow(f.value)) {
        _ if !record.apps.is_empty() => Doubt::All,
        true => Doubt::Managed,
        false => Doubt::None,
    }
}

/// Groups rows into devices, in the order of their keys. The outcome does not
/// depend on the order in which joins are met: components are formed first,
/// then those that hold two different ids of one kind are split.
pub(super) fn group(rows: &Rows, sources: &[Source]) -> (Vec<Group>, Vec<(u32, Diagnostic)>) {
    let (order, tops) = components(rows);
    let mut groups = Vec::with_capacity(order.len());
    let mut diagnostics = Vec::new();
    let mut members = Vec::new();
    for numbers in order.chunk_by(|a, b| tops.get(*a as usize) == tops.get(*b as usize)) {
        members.clear();
        members.extend(numbers.iter().filter_map(|n| Member::new(*n, rows)));
        match &members[..] {
            // Nearly every device of a large export: there is nothing to split.
            [only] if !only.may_contradict_itself() => groups.push(Group::new(&[only], Doubt::None, sources)),
            _ => diagnostics.extend(split(&members, sources, &mut groups)),
        }
    }
    groups.sort_unstable_by(|a, b| (&a.key, a.rows.as_slice()).cmp(&(&b.key, b.rows.as_slice())));
    make_unique(&mut groups);
    (groups, diagnostics)
}

/// A row of a component.
struct Member<'a> {
    number: u32,
    row: Row<'a>,
    ids: Vec<(FactKind, Cow<'a, str>)>,
}

impl<'a> Member<'a> {
    fn new(number: u32, rows: &'a Rows) -> Option<Self> {
        let row = rows.get(number)?;
        Some(Self { number, row, ids: row.record.facts.iter().filter_map(|fact| strong(&fact)).collect() })
    }

    /// It names two ids of one kind, and one of them may be of another device. A
    /// phone may have two IMEIs.
    fn may_contradict_itself(&self) -> bool {
        let of_kind = |kind| self.ids.iter().filter(|(k, _)| *k == kind).count();
        [FactKind::Serial, FactKind::Udid, FactKind::MdmId, FactKind::EnrollmentId].into_iter().any(|k| of_kind(k) > 1)
    }
}

/// Makes the devices of a component: more than one where its rows contradict
/// each other, of which the message is then returned.
fn split(members: &[Member<'_>], sources: &[Source], groups: &mut Vec<Group>) -> Option<(u32, Diagnostic)> {
    let owned = |m: &Member<'_>| m.ids.iter().map(|(kind, id)| (*kind, id.as_ref().to_owned())).collect();
    let ids: Vec<Vec<StrongId>> = members.iter().map(owned).collect();
    let apart = joining::split(&holders(members, &ids));
    let of = |own: &[usize]| -> Vec<&Member<'_>> { own.iter().filter_map(|i| members.get(*i)).collect() };
    let doubts: Vec<Doubt> = match apart.groups.len() {
        1 => vec![Doubt::None],
        _ => {
            let doubt_of = |own: &Vec<usize>| of(own).into_iter().map(|m| doubt(m.row.record)).max();
            apart.groups.iter().map(|own| doubt_of(own).unwrap_or_default()).collect()
        }
    };
    for (own, near) in apart.groups.iter().zip(&apart.near) {
        let doubt = near.iter().filter_map(|n| doubts.get(*n)).max().copied().unwrap_or_default();
        groups.push(Group::new(&of(own), doubt, sources));
    }
    let row = members.first()?.row;
    Some((row.item, Diagnostic::new(Code::IdentityConflict, row.root.cloned(), apart.conflict?)))
}

fn holders<'a>(members: &[Member<'_>], ids: &'a [Vec<StrongId>]) -> Vec<Holder<'a>> {
    let of = |(member, ids): (&Member<'_>, &'a Vec<StrongId>)| {
        let row = member.row;
        Holder { platform: row.record.platform, ids, root: row.root.map(|_| row.item) }
    };
    members.iter().zip(ids).map(of).collect()
}

/// A strong id that a row names.
struct Named {
    /// Of the id. Only narrows the search: ids are compared themselves.
    hash: u32,
    row: u32,
    /// Where among the facts of the row.
    place: usize,
}

/// The rows, those of one component behind each other, and which component each
/// of them is in. Rows are joined by the same root of the same item, or by an
/// equal strong id.
fn components(rows: &Rows) -> (Vec<u32>, Vec<u32>) {
    let mut sets = Sets::new(rows.len());
    // Sorted by hash and not kept in a map: there may be a million ids, and most are met once. The keys of the
    // hash are random, so that nobody can choose ids which get the same.
    let (mut named, keys) = (Vec::new(), RandomState::new());
    let mut root: Option<(u32, u32)> = None;
    for (number, row) in (0..).zip(rows.iter()) {
        for (place, fact) in row.record.facts.placed() {
            if let Some(id) = strong(&fact) {
                named.push(Named { hash: keys.hash_one(id) as u32, row: number, place });
            }
        }
        // Rows of one item follow each other.
        match root {
            _ if row.root.is_none() => {}
            Some((item, first)) if item == row.item => sets.join(first, number),
            _ => root = Some((row.item, number)),
        }
    }
    named.sort_unstable_by_key(|id| id.hash);
    let mut first: Vec<((FactKind, Cow<'_, str>), u32)> = Vec::new();
    for alike in named.chunk_by(|a, b| a.hash == b.hash).filter(|alike| alike.len() > 1) {
        first.clear();
        for named in alike {
            let fact = rows.get(named.row).and_then(|row| row.record.facts.at(named.place));
            let Some(id) = fact.and_then(|fact| strong(&fact)) else { continue };
            match first.iter().find(|(known, _)| *known == id) {
                Some((_, row)) => sets.join(*row, named.row),
                None => first.push((id, named.row)),
            }
        }
    }
    drop(named);
    let tops: Vec<u32> = (0..rows.len() as u32).map(|i| sets.top(i)).collect();
    let mut order: Vec<u32> = (0..rows.len() as u32).collect();
    order.sort_unstable_by_key(|i| (tops[*i as usize], *i));
    (order, tops)
}

/// The strongest id, with its platform; else the place of the first record.
fn key(members: &[&Member<'_>], sources: &[Source]) -> Box<str> {
    let platforms = members.iter().map(|m| m.row.record.platform);
    let platform = platforms.filter(|p| *p != Platform::Unknown).min().unwrap_or(Platform::Unknown);
    let ids = members.iter().copied().flat_map(|m| &m.ids).map(|(kind, id)| (*kind, id.as_ref()));
    if let Some(key) = joining::key_of(platform, ids) {
        return key.into();
    }
    let Some(&Member { number, row, .. }) = members.first().copied() else { return Box::default() };
    match row.root.cloned().or_else(|| place(row.record, sources)) {
        Some(place) => format!("{platform}:at:{place}").into(),
        None => format!("{platform}:item:{}:{number}", row.item).into(),
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
        let base = &before[i - again].key;
        if rest[0].key == *base {
            again += 1;
            rest[0].key = format!("{base}~{again}").into();
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
pub(super) fn device<'a>(group: &Group, rows: impl Iterator<Item = Row<'a>> + Clone) -> Device {
    let mut identity = Identity::default();
    let mut diagnostics = Vec::new();
    let mut users: Vec<UserFact> = Vec::new();
    let mut apps = Vec::new();
    let mut platform = Platform::Unknown;
    for row in rows.clone() {
        if platform == Platform::Unknown {
            platform = row.record.platform;
        }
        for fact in row.record.facts.iter() {
            if let Some((kind, values)) = identity.add(&fact) {
                let message = format!("two values for the {}: {values}; the first was used", kind_name(kind));
                diagnostics.push(Diagnostic::new(Code::ValuesConflict, row.root.cloned(), message));
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
    let record = rows.clone().map(|r| r.record.record).min().unwrap_or_default();
    let items = distinct(rows.map(|r| r.item));
    let key = String::from(&*group.key);
    Device { key, record, platform, identity, users, apps, coverage: Vec::new(), items, diagnostics }
}
