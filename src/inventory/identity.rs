//! Who a device is: the facts of all its records, one value each, and which of
//! them are strong enough to join records.

use std::borrow::Cow;

use crate::model::{DeviceFact, Enrollment, FactKind, Ownership, Timestamp, is_placeholder, is_strong_in_namespace};

/// The identity of one device.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Identity {
    /// Name for people.
    pub name: Option<String>,
    /// Serial number.
    pub serial: Option<String>,
    /// Apple's unique device identifier, lower case.
    pub udid: Option<String>,
    /// `system/tenant/id`.
    pub enrollment_id: Option<String>,
    /// Each with 15 digits and a valid Luhn digit.
    pub imei: Vec<String>,
    /// `system/tenant/id`.
    pub mdm_id: Option<String>,
    /// Further identifiers, never joined on.
    pub other_ids: Vec<String>,
    /// Account of the main user.
    pub primary_user: Option<String>,
    /// Model.
    pub model: Option<String>,
    /// Version of the operating system.
    pub os_version: Option<String>,
    /// Who owns it.
    pub ownership: Ownership,
    /// How it is managed.
    pub enrollment: Enrollment,
    /// Last contact with its management system.
    pub last_seen: Option<Timestamp>,
}

impl Identity {
    /// Every strong identifier, by which a device is told from others.
    pub fn strong_ids(&self) -> Vec<StrongId> {
        let one = [
            (FactKind::Serial, &self.serial),
            (FactKind::Udid, &self.udid),
            (FactKind::MdmId, &self.mdm_id),
            (FactKind::EnrollmentId, &self.enrollment_id),
        ];
        let one = one.into_iter().filter_map(|(kind, value)| Some((kind, value.as_deref()?)));
        let imeis = self.imei.iter().map(|imei| (FactKind::Imei, imei.as_str()));
        one.chain(imeis).filter_map(|(kind, value)| strong_id(&DeviceFact { kind, value })).collect()
    }

    /// Adds a statement. The first value of a property speaks; a different
    /// later one is returned as a conflict (identifiers are kept in
    /// `other_ids` as well).
    pub(super) fn add(&mut self, fact: &DeviceFact<'_>) -> Option<(FactKind, String)> {
        let value = normal(fact);
        let slot = match fact.kind {
            FactKind::Name => &mut self.name,
            FactKind::Serial => &mut self.serial,
            FactKind::Udid => &mut self.udid,
            FactKind::EnrollmentId => &mut self.enrollment_id,
            FactKind::MdmId => &mut self.mdm_id,
            FactKind::PrimaryUser => &mut self.primary_user,
            FactKind::Model => &mut self.model,
            FactKind::OsVersion => &mut self.os_version,
            FactKind::Imei => {
                let list = if luhn_valid(&value) { &mut self.imei } else { &mut self.other_ids };
                push_new(list, value.into_owned());
                return None;
            }
            FactKind::OtherId => {
                push_new(&mut self.other_ids, value.into_owned());
                return None;
            }
            FactKind::Ownership => {
                let said = Ownership::parse(&value);
                if caution(said) > caution(self.ownership) {
                    self.ownership = said;
                }
                return None;
            }
            FactKind::Enrollment => {
                let said = Enrollment::parse(&value);
                // Where records disagree, the one that shows less of the device.
                let narrow = matches!(said, Enrollment::WorkProfile | Enrollment::UserEnrollment);
                if narrow || self.enrollment == Enrollment::Unknown {
                    self.enrollment = said;
                }
                return None;
            }
            FactKind::LastSeen => {
                self.last_seen = self.last_seen.max(Timestamp::parse(&value));
                return None;
            }
        };
        match slot {
            None => *slot = Some(value.into_owned()),
            Some(known) if *known == value => {}
            Some(known) if fact.kind == FactKind::Name || fact.kind == FactKind::PrimaryUser => {
                let conflict = format!("{known} and {value}");
                return Some((fact.kind, conflict));
            }
            Some(known) => {
                let conflict = format!("{known} and {value}");
                if is_identifier(fact.kind) {
                    push_new(&mut self.other_ids, value.into_owned());
                }
                return Some((fact.kind, conflict));
            }
        }
        None
    }
}

/// Where records disagree on the owner, the most cautious reading holds.
fn caution(owner: Ownership) -> u8 {
    match owner {
        Ownership::Unknown => 0,
        Ownership::Corporate => 1,
        Ownership::Contested => 2,
        Ownership::Personal => 3,
    }
}

fn push_new(list: &mut Vec<String>, value: String) {
    if !list.contains(&value) {
        list.push(value);
    }
}

fn is_identifier(kind: FactKind) -> bool {
    matches!(kind, FactKind::Serial | FactKind::Udid | FactKind::EnrollmentId | FactKind::MdmId)
}

/// One spelling for each value: UDIDs in lower case, IMEIs without separators.
fn normal<'a>(fact: &DeviceFact<'a>) -> Cow<'a, str> {
    let value = fact.value;
    let between = [' ', '-', '/'];
    match fact.kind {
        FactKind::Udid if value.bytes().any(|b| b.is_ascii_uppercase()) => value.to_ascii_lowercase().into(),
        FactKind::Imei if value.contains(between) => value.replace(between, "").into(),
        _ => Cow::Borrowed(value),
    }
}

/// An identifier that joins records: its kind and normalised value.
pub type StrongId = (FactKind, String);

/// The strong identifier a fact states, normalised; `None` where it is none.
pub fn strong_id(fact: &DeviceFact<'_>) -> Option<StrongId> {
    strong(fact).map(|(kind, value)| (kind, value.into_owned()))
}

/// The same, not copied where it is spelled as it should be.
pub(super) fn strong<'a>(fact: &DeviceFact<'a>) -> Option<(FactKind, Cow<'a, str>)> {
    let value = normal(fact);
    let strong = match fact.kind {
        FactKind::Serial => is_strong_serial(&value),
        FactKind::Udid => value.len() >= 20 && !is_placeholder(&value),
        FactKind::Imei => luhn_valid(&value),
        FactKind::MdmId | FactKind::EnrollmentId => value.rsplit('/').next().is_some_and(is_strong_in_namespace),
        _ => false,
    };
    strong.then_some((fact.kind, value))
}

/// At least 6 characters and no placeholder.
pub fn is_strong_serial(serial: &str) -> bool {
    serial.chars().count() >= 6 && !is_placeholder(serial)
}

/// 15 digits whose last is the Luhn digit, not all alike.
pub fn luhn_valid(imei: &str) -> bool {
    if imei.len() != 15 || !imei.bytes().all(|b| b.is_ascii_digit()) || is_placeholder(imei) {
        return false;
    }
    let sum: u32 = imei
        .bytes()
        .rev()
        .enumerate()
        .map(|(i, b)| {
            let digit = u32::from(b - b'0') * if i % 2 == 1 { 2 } else { 1 };
            digit / 10 + digit % 10
        })
        .sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fact(kind: FactKind, value: &str) -> DeviceFact<'_> {
        DeviceFact { kind, value }
    }

    #[test]
    fn placeholders_and_short_serials_join_nothing() {
        for weak in ["unknown", "000000000000", "12345", "0123456789ABCDEF", "N/A"] {
            assert_eq!(strong_id(&fact(FactKind::Serial, weak)), None, "{weak}");
        }
        assert!(strong_id(&fact(FactKind::Serial, "F2LXQ0AAHG04")).is_some());
    }

    #[test]
    fn a_number_of_a_management_system_joins_within_its_namespace_and_zero_does_not() {
        for strong in ["jamf-pro/-/7", "jamf-pro/-/11", "simplemdm/-/123456", "intune/-/device-1"] {
            let id = fact(FactKind::MdmId, strong);
            assert_eq!(strong_id(&id), Some((FactKind::MdmId, strong.to_owned())));
        }
        let zeros = "intune/-/00000000-0000-0000-0000-000000000000";
        for weak in ["jamf-pro/-/0", "jamf-pro/-/", "jamf-pro/-/-1", "x/-/unknown", zeros] {
            assert_eq!(strong_id(&fact(FactKind::MdmId, weak)), None, "{weak}");
        }
    }

    #[test]
    fn an_imei_needs_fifteen_digits_and_its_check_digit() {
        assert!(luhn_valid("490154203237518"));
        for wrong in ["490154203237519", "42", "000000000000000", "49015420323751x"] {
            assert!(!luhn_valid(wrong), "{wrong}");
        }
    }

    #[test]
    fn a_second_serial_is_kept_as_other_id_and_reported() {
        let mut identity = Identity::default();
        assert_eq!(identity.add(&fact(FactKind::Serial, "AAAAAB")), None);
        assert!(identity.add(&fact(FactKind::Serial, "CCCCCD")).is_some());
        assert_eq!((identity.serial.as_deref(), identity.other_ids), (Some("AAAAAB"), vec!["CCCCCD".to_owned()]));
    }

    #[test]
    fn of_contradicting_owners_the_most_cautious_wins_in_any_order() {
        let of = |values: [&str; 2]| {
            let mut identity = Identity::default();
            values.iter().for_each(|value| assert_eq!(identity.add(&fact(FactKind::Ownership, value)), None));
            identity.ownership
        };
        let cautious = [
            ("corporate", "personal", Ownership::Personal),
            ("corporate", "contested", Ownership::Contested),
            ("contested", "personal", Ownership::Personal),
            ("unknown", "corporate", Ownership::Corporate),
        ];
        for (a, b, owner) in cautious {
            assert_eq!((of([a, b]), of([b, a])), (owner, owner), "{a}, {b}");
        }
    }

    #[test]
    fn of_contradicting_enrollments_the_one_that_shows_less_of_the_device_wins() {
        let of = |values: [&str; 2]| {
            let mut identity = Identity::default();
            for value in values {
                assert_eq!(identity.add(&fact(FactKind::Enrollment, value)), None);
            }
            identity.enrollment
        };
        for (narrow, value) in
            [(Enrollment::WorkProfile, "work-profile"), (Enrollment::UserEnrollment, "user-enrollment")]
        {
            for wide in ["fully-managed", "supervised", "unknown"] {
                assert_eq!(of([wide, value]), narrow, "{wide}, {value}");
                assert_eq!(of([value, wide]), narrow, "{value}, {wide}");
            }
        }
        assert_eq!(of(["unknown", "fully-managed"]), Enrollment::FullyManaged);
    }
}
