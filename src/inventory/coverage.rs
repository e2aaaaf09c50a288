//! What the lists of a device prove: each statement of a parser, concluded with
//! everything else that is known.
//!
//! No parser says "complete". Completeness follows here from the documented
//! nature of the source, how its reading ended, how many entries were lost,
//! who owns the device, and how old the list is.

use super::merge::Doubt;
use super::{Device, Identity};
use crate::artifact::SourceId;
use crate::model::{Answer, Basis, End, Enrollment, ListScope, ListStatement, Ownership, Timestamp, UserSet};

/// What may be assumed, and as of when.
#[derive(Debug, Clone, Copy)]
pub struct CoverageOptions {
    /// The user vouches that lists which may be filtered are full.
    pub assume_full_lists: bool,
    /// The time at which ages are counted.
    pub as_of: Timestamp,
    /// The time of the run: nothing was collected after it.
    pub now: Timestamp,
    /// Lists of management systems older than this many days prove nothing.
    pub stale_after_days: u32,
    /// Any list older than this many days proves nothing.
    pub max_age_days: Option<u32>,
}

/// What a list proves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Completeness {
    /// Every app of its scope, for its users, is named.
    Complete,
    /// Some are.
    Partial,
    /// The source says it holds none, or holds nothing.
    NotCollected,
    /// It could not be read.
    Unreadable,
}

impl Completeness {
    /// The value of the report.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Partial => "partial",
            Self::NotCollected => "not-collected",
            Self::Unreadable => "unreadable",
        }
    }
}

/// One list, concluded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoverageEntry {
    /// Which apps.
    pub scope: ListScope,
    /// For which users.
    pub users: UserSet,
    /// What it proves.
    pub completeness: Completeness,
    /// Why, in kebab-case.
    pub basis: &'static str,
    /// Entries it names as present.
    pub entries: u64,
    /// When it was collected.
    pub as_of: Option<Timestamp>,
    /// What had to be assumed for it; a sentence. On a complete entry: the user vouched.
    pub assumption: Option<&'static str>,
    /// Collected by a management system, so that it grows stale.
    pub managed: bool,
    /// What must be true of the device for the entry to be complete; in the
    /// report, so that a join of reports that learns otherwise can lower it.
    pub holds_for: Option<&'static str>,
    /// Its file.
    pub source: SourceId,
    /// Anything else a reader must know.
    pub note: Option<Box<str>>,
}

/// Why a list is no proof where records that share an id with its device, and
/// contradict it, say something that may be about it.
pub const CONTESTED: &str = "identity-conflict";

impl CoverageEntry {
    /// Lowers a list that may not be the whole truth.
    pub(super) fn doubt(&mut self, doubt: Doubt) {
        let lowered = doubt == Doubt::All || (doubt == Doubt::Managed && self.managed);
        if lowered && self.completeness == Completeness::Complete {
            self.completeness = Completeness::Partial;
            self.basis = CONTESTED;
            self.holds_for = None;
        }
    }
}

/// Concludes one statement. `time`: when it was collected, as far as anything
/// tells ([`super::Devices`] looks beyond the list).
pub fn resolve(
    source: SourceId,
    list: &ListStatement,
    time: Option<Timestamp>,
    identity: &Identity,
    options: &CoverageOptions,
) -> CoverageEntry {
    let future = future_time(time, options);
    let as_of = time.filter(|_| future.is_none());
    let (completeness, basis, assumption) = conclude(list, as_of, identity, options);
    CoverageEntry {
        scope: list.scope,
        users: list.users.clone(),
        completeness,
        basis,
        entries: list.entries,
        as_of,
        assumption,
        managed: list.managed,
        holds_for: if completeness == Completeness::Complete { holds_for(list.basis) } else { None },
        source,
        note: match future {
            Some(time) => Some(format!("the time it bears, {time}, is after the run and was not used").into()),
            None => list.note.clone(),
        },
    }
}

/// How far the clock of a device may be ahead, or its local time from UTC.
const SKEW_DAYS: i64 = 1;

/// The later of the run and of `--as-of`: one may be fixed long ago, and the
/// other may look ahead. Neither is the clock of this machine when both are
/// given, so that a report can be made again.
fn is_future(time: Timestamp, options: &CoverageOptions) -> bool {
    time.days_since(options.now.max(options.as_of)) >= SKEW_DAYS
}

/// The time a list bears where it lies in the future: a clock was wrong, and
/// the list would never grow old.
pub(super) fn future_time(time: Option<Timestamp>, options: &CoverageOptions) -> Option<Timestamp> {
    time.filter(|t| is_future(*t, options))
}

/// A condition on who owns or manages the device, as `property=value`.
fn holds_for(basis: Basis) -> Option<&'static str> {
    match basis {
        Basis::Always(_) => None,
        Basis::ByOwnership(by) if by.corporate != by.personal => Some(HOLDS_FOR_CORPORATE),
        Basis::ByEnrollment(by) if by.fully_managed != by.other => Some(HOLDS_FOR_FULLY_MANAGED),
        _ => None,
    }
}

/// The entry is complete on devices of the agency only.
pub const HOLDS_FOR_CORPORATE: &str = "ownership=corporate";
/// The entry is complete on fully managed devices only.
pub const HOLDS_FOR_FULLY_MANAGED: &str = "enrollment=fully-managed";

const UNMARKED: &str = "The export has no end mark: it is taken not to have been cut off between two rows.";

fn conclude(
    list: &ListStatement,
    as_of: Option<Timestamp>,
    identity: &Identity,
    options: &CoverageOptions,
) -> (Completeness, &'static str, Option<&'static str>) {
    use Completeness::{Complete, NotCollected, Partial, Unreadable};
    let answer = seen_by_management(list, answer(list.basis, identity), identity.enrollment);
    if list.end == End::Unreadable {
        return (Unreadable, "unreadable", None);
    }
    if let Answer::NotCollected(reason) = answer {
        return (NotCollected, reason.0, None);
    }
    if list.end == End::Cut {
        return (Partial, "cut-off", None);
    }
    if list.entries == 0 && !list.counted {
        return (NotCollected, "empty-list", None);
    }
    if list.end == End::More {
        return (Partial, "more-pages", None);
    }
    if list.errors > 0 {
        return (Partial, "unreadable-entries", None);
    }
    let (basis, assumption) = match answer {
        Answer::Complete if list.end == End::Unmarked => ("assumed-full-list", Some(UNMARKED)),
        Answer::Complete => ("complete-list", None),
        Answer::Assumed(assumption) => ("assumed-full-list", Some(assumption)),
        Answer::Partial(reason) => return (Partial, reason.0, None),
        Answer::ManagedOnly => return (Partial, "managed-apps-only", None),
        Answer::NotCollected(reason) => return (NotCollected, reason.0, None),
    };
    if let Some(basis) = too_old(list.managed, as_of, options) {
        return (Partial, basis, assumption);
    }
    if assumption.is_some() && !options.assume_full_lists {
        return (Partial, basis, assumption);
    }
    (Complete, basis, assumption)
}

fn answer(basis: Basis, identity: &Identity) -> Answer {
    match basis {
        Basis::Always(answer) => answer,
        Basis::ByOwnership(by) => match identity.ownership {
            Ownership::Corporate => by.corporate,
            Ownership::Personal => by.personal,
            Ownership::Contested | Ownership::Unknown => by.unknown,
        },
        Basis::ByEnrollment(by) => match identity.enrollment {
            Enrollment::FullyManaged => by.fully_managed,
            _ => by.other,
        },
    }
}

/// A management system sees its own part of a device that is enrolled by its
/// user or has a work profile, whoever is entered as owner: administrators can
/// mark such a device as the agency's.
fn seen_by_management(list: &ListStatement, answer: Answer, enrollment: Enrollment) -> Answer {
    let narrow = matches!(enrollment, Enrollment::UserEnrollment | Enrollment::WorkProfile);
    match answer {
        Answer::Complete | Answer::Assumed(_) if list.managed && narrow => Answer::ManagedOnly,
        told => told,
    }
}

fn too_old(managed: bool, as_of: Option<Timestamp>, options: &CoverageOptions) -> Option<&'static str> {
    let older_than = |days: u32| as_of.is_none_or(|t| options.as_of.days_since(t) >= i64::from(days).saturating_add(1));
    if managed && as_of.is_none() {
        return Some("age-unknown");
    }
    if managed && older_than(options.stale_after_days) {
        return Some("stale");
    }
    options.max_age_days.filter(|days| older_than(*days)).map(|_| "older-than-max-age")
}

/// Packages that the smallest Android system images hold on their own; phones
/// of ten years ago had 52 and more.
const FEWEST_PACKAGES: u64 = 40;

/// Complete lists of all apps that are too short to be one.
pub(super) fn implausible(device: &Device) -> Vec<CoverageEntry> {
    let short = |c: &&CoverageEntry| {
        // Management systems leave out what has no icon.
        let own = c.completeness == Completeness::Complete && !c.managed;
        own && c.scope == ListScope::AllApps && c.entries < FEWEST_PACKAGES
    };
    let android = device.platform == crate::model::Platform::Android;
    device.coverage.iter().filter(short).filter(|_| android).cloned().collect()
}

/// Users that exist and that no list speaks for, complete or not.
pub(super) fn users_without_list(device: &Device) -> Vec<u32> {
    let covered = |id: u32| {
        device.coverage.iter().any(|c| match &c.users {
            UserSet::All => true,
            UserSet::Only(ids) => ids.contains(&id),
        })
    };
    if device.coverage.is_empty() {
        return Vec::new();
    }
    device.users.iter().map(|u| u.id).filter(|id| !covered(*id)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ByOwnership, Reason};

    fn options() -> CoverageOptions {
        CoverageOptions {
            assume_full_lists: false,
            as_of: Timestamp::parse("2026-11-21").unwrap(),
            now: Timestamp::parse("2026-11-21").unwrap(),
            stale_after_days: 30,
            max_age_days: None,
        }
    }

    fn list(basis: Basis, end: End) -> ListStatement {
        ListStatement::new(ListScope::ThirdPartyApps, UserSet::All, basis, end, 3)
    }

    fn outcome(list: &ListStatement, options: &CoverageOptions) -> (Completeness, &'static str) {
        let entry = resolve(SourceId(0), list, list.as_of, &Identity::default(), options);
        (entry.completeness, entry.basis)
    }

    #[test]
    fn only_a_whole_list_of_a_complete_source_is_complete() {
        use Completeness::{Complete, NotCollected, Partial, Unreadable};
        let whole = list(Basis::Always(Answer::Complete), End::Proven);
        assert_eq!(outcome(&whole, &options()), (Complete, "complete-list"));
        let cases = [
            (ListStatement { end: End::Cut, ..whole.clone() }, Partial, "cut-off"),
            (ListStatement { end: End::More, ..whole.clone() }, Partial, "more-pages"),
            (ListStatement { end: End::Unmarked, ..whole.clone() }, Partial, "assumed-full-list"),
            (ListStatement { end: End::Unreadable, ..whole.clone() }, Unreadable, "unreadable"),
            (ListStatement { errors: 1, ..whole.clone() }, Partial, "unreadable-entries"),
            (ListStatement { entries: 0, ..whole.clone() }, NotCollected, "empty-list"),
            (list(Basis::Always(Answer::ManagedOnly), End::Proven), Partial, "managed-apps-only"),
            (list(Basis::Always(Answer::Partial(Reason("side-record"))), End::Proven), Partial, "side-record"),
        ];
        for (list, completeness, basis) in cases {
            assert_eq!(outcome(&list, &options()), (completeness, basis));
        }
    }

    #[test]
    fn an_assumption_counts_only_when_vouched_for() {
        let assumed = list(Basis::Always(Answer::Assumed("No filter was used.")), End::Proven);
        assert_eq!(outcome(&assumed, &options()).0, Completeness::Partial);
        let vouched = CoverageOptions { assume_full_lists: true, ..options() };
        let entry = resolve(SourceId(0), &assumed, None, &Identity::default(), &vouched);
        assert_eq!((entry.completeness, entry.assumption), (Completeness::Complete, Some("No filter was used.")));
    }

    #[test]
    fn a_managed_list_goes_stale_and_one_of_unknown_age_is_no_proof() {
        let mut managed = list(Basis::Always(Answer::Complete), End::Proven);
        managed.managed = true;
        assert_eq!(outcome(&managed, &options()), (Completeness::Partial, "age-unknown"));
        managed.as_of = Timestamp::parse("2026-10-22T00:00:00Z");
        assert_eq!(outcome(&managed, &options()).0, Completeness::Complete);
        managed.as_of = Timestamp::parse("2026-10-20T00:00:00Z");
        assert_eq!(outcome(&managed, &options()), (Completeness::Partial, "stale"));
    }

    #[test]
    fn a_list_of_the_future_has_no_age_and_disproves_nothing() {
        let mut list = list(Basis::Always(Answer::Complete), End::Proven);
        list.as_of = Timestamp::parse("2099-01-01T00:00:00Z");
        let entry = resolve(SourceId(0), &list, list.as_of, &Identity::default(), &options());
        assert_eq!((entry.completeness, entry.as_of), (Completeness::Complete, None), "its time is not used");
        assert!(entry.note.unwrap().contains("2099-01-01"));
        let limited = CoverageOptions { max_age_days: Some(365), ..options() };
        assert_eq!(outcome(&list, &limited), (Completeness::Partial, "older-than-max-age"));
        list.managed = true;
        assert_eq!(outcome(&list, &options()), (Completeness::Partial, "age-unknown"));
        // Clocks differ by hours, and local time is taken for UTC.
        list.as_of = Timestamp::parse("2026-11-21T23:59:59Z");
        assert_eq!(outcome(&list, &options()).0, Completeness::Complete);
        list.as_of = Timestamp::parse("2026-11-22T00:00:00Z");
        assert_eq!(outcome(&list, &options()).1, "age-unknown");
        // Judged as of an earlier day, a list collected before the run is not of the future; nor under a clock
        // fixed long ago if the day of judgement is later.
        let early = Timestamp::parse("2020-01-01").unwrap();
        for options in [CoverageOptions { as_of: early, ..options() }, CoverageOptions { now: early, ..options() }] {
            list.as_of = Timestamp::parse("2026-11-01T00:00:00Z");
            assert_eq!(outcome(&list, &options).0, Completeness::Complete);
        }
    }

    #[test]
    fn a_device_enrolled_by_its_user_shows_its_management_a_part_whoever_owns_it() {
        let corporate = Basis::ByOwnership(&ByOwnership {
            corporate: Answer::Complete,
            personal: Answer::ManagedOnly,
            unknown: Answer::Partial(Reason("ownership-unknown")),
        });
        let mut managed = list(corporate, End::Proven);
        (managed.managed, managed.as_of) = (true, Timestamp::parse("2026-11-20"));
        let at = |list: &ListStatement, enrollment| {
            let identity = Identity { ownership: Ownership::Corporate, enrollment, ..Identity::default() };
            let vouched = CoverageOptions { assume_full_lists: true, ..options() };
            let entry = resolve(SourceId(0), list, list.as_of, &identity, &vouched);
            (entry.completeness, entry.basis)
        };
        assert_eq!(at(&managed, Enrollment::Supervised), (Completeness::Complete, "complete-list"));
        let assumed = ListStatement { basis: Basis::Always(Answer::Assumed("No filter was used.")), ..managed.clone() };
        for narrow in [Enrollment::UserEnrollment, Enrollment::WorkProfile] {
            assert_eq!(at(&managed, narrow), (Completeness::Partial, "managed-apps-only"));
            assert_eq!(at(&assumed, narrow), (Completeness::Partial, "managed-apps-only"));
        }
        let image = list(Basis::Always(Answer::Complete), End::Proven);
        assert_eq!(at(&image, Enrollment::WorkProfile).0, Completeness::Complete, "a device image shows every user");
    }

    #[test]
    fn ownership_from_another_file_decides_what_an_export_proves() {
        let by_owner = list(
            Basis::ByOwnership(&ByOwnership {
                corporate: Answer::Complete,
                personal: Answer::ManagedOnly,
                unknown: Answer::Partial(Reason("ownership-unknown")),
            }),
            End::Proven,
        );
        let at = |ownership| {
            let identity = Identity { ownership, ..Identity::default() };
            let entry = resolve(SourceId(0), &by_owner, None, &identity, &options());
            (entry.completeness, entry.basis)
        };
        assert_eq!(at(Ownership::Corporate), (Completeness::Complete, "complete-list"));
        assert_eq!(at(Ownership::Personal), (Completeness::Partial, "managed-apps-only"));
        assert_eq!(at(Ownership::Unknown), (Completeness::Partial, "ownership-unknown"));
    }
}
