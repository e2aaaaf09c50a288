//! Facts about a device, as single statements that `inventory` merges.

use std::collections::HashSet;
use std::fmt;

/// Which property of a device a fact states.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FactKind {
    /// Name for people.
    Name,
    /// Serial number. Strong.
    Serial,
    /// Apple's unique device identifier. Strong.
    Udid,
    /// Apple's enrollment id of a user enrollment, as `system/tenant/id`. Strong.
    EnrollmentId,
    /// 15 digits with a valid Luhn digit. Strong.
    Imei,
    /// Identifier in a management system, as `system/tenant/id`. Strong.
    MdmId,
    /// Any further identifier, kept for people, never joined on.
    OtherId,
    /// Account of the person who mainly uses the device.
    PrimaryUser,
    /// Model for people (`iPhone14,7`, `Pixel 6`).
    Model,
    /// Version of the operating system.
    OsVersion,
    /// Ownership, the value an [`Ownership`] string.
    Ownership,
    /// Enrollment, the value an [`Enrollment`] string.
    Enrollment,
    /// When the device last spoke to its management system, RFC 3339.
    LastSeen,
}

impl FactKind {
    /// Every property, in the order of their numbers.
    const ALL: [Self; 13] = [
        Self::Name,
        Self::Serial,
        Self::Udid,
        Self::EnrollmentId,
        Self::Imei,
        Self::MdmId,
        Self::OtherId,
        Self::PrimaryUser,
        Self::Model,
        Self::OsVersion,
        Self::Ownership,
        Self::Enrollment,
        Self::LastSeen,
    ];
}

/// One statement about a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeviceFact<'a> {
    /// Property.
    pub kind: FactKind,
    /// Value, trimmed, never empty.
    pub value: &'a str,
}

/// Every statement about one device, in the order in which they were made, in
/// one piece of memory: there may be a hundred thousand devices.
///
/// Each is a letter for its kind, the length of its value in bytes (see
/// `push_length`) and the value.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Facts(Box<str>);

impl Facts {
    /// The statements, in the order in which they were made.
    pub fn iter(&self) -> impl Iterator<Item = DeviceFact<'_>> + Clone {
        self.placed().map(|(_, fact)| fact)
    }

    /// The same, each with the place at which [`Self::at`] finds it again.
    pub fn placed(&self) -> impl Iterator<Item = (usize, DeviceFact<'_>)> + Clone {
        placed(&self.0)
    }

    /// The statement at this place.
    pub fn at(&self, place: usize) -> Option<DeviceFact<'_>> {
        Some(next(self.0.get(place..)?)?.0)
    }
}

impl fmt::Debug for Facts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl<'a> FromIterator<DeviceFact<'a>> for Facts {
    fn from_iter<I: IntoIterator<Item = DeviceFact<'a>>>(facts: I) -> Self {
        let mut telling = Telling::default();
        facts.into_iter().for_each(|fact| telling.push(fact));
        telling.facts()
    }
}

/// [`Facts`] of a device while they are stated. Used for one device after the
/// other, so that each costs its own text and nothing else.
#[derive(Debug, Default)]
pub struct Telling {
    text: String,
    /// The statements again once they are many: a file may go on without end, and
    /// none is to be compared with every one before it.
    many: HashSet<(FactKind, Box<str>)>,
}

/// Bytes of statements that are searched from the first to the last.
const FEW: usize = 4096;

impl Telling {
    /// Begins with what was stated before.
    pub fn resume(&mut self, facts: &Facts) {
        self.text.clear();
        self.text.push_str(&facts.0);
        self.many.clear();
        self.remember_many();
    }

    /// Adds a statement that was not made before.
    pub fn push(&mut self, fact: DeviceFact<'_>) {
        let known = match self.many.is_empty() {
            true => placed(&self.text).any(|(_, known)| known == fact),
            false => !self.many.insert((fact.kind, fact.value.into())),
        };
        if !known {
            self.text.push(char::from(FIRST_KIND + fact.kind as u8));
            push_length(&mut self.text, fact.value.len());
            self.text.push_str(fact.value);
            self.remember_many();
        }
    }

    fn remember_many(&mut self) {
        if self.many.is_empty() && self.text.len() > FEW {
            self.many.extend(placed(&self.text).map(|(_, fact)| (fact.kind, fact.value.into())));
        }
    }

    /// What was stated so far.
    pub fn facts(&self) -> Facts {
        Facts(self.text.as_str().into())
    }
}

/// The letter of the first kind.
const FIRST_KIND: u8 = b'A';

/// Six bits a character, the lowest first; all but the last bear this bit. Seven
/// bits together, so that the whole remains text.
const GOES_ON: u8 = 0x40;

fn push_length(text: &mut String, mut length: usize) {
    while length >= usize::from(GOES_ON) {
        text.push(char::from((length % usize::from(GOES_ON)) as u8 | GOES_ON));
        length /= usize::from(GOES_ON);
    }
    text.push(char::from(length as u8));
}

fn placed(text: &str) -> impl Iterator<Item = (usize, DeviceFact<'_>)> + Clone {
    let mut rest = text;
    std::iter::from_fn(move || {
        let place = text.len() - rest.len();
        let (fact, behind) = next(rest)?;
        rest = behind;
        Some((place, fact))
    })
}

/// The first statement of a text, and what follows it.
fn next(text: &str) -> Option<(DeviceFact<'_>, &str)> {
    let (letter, lengths) = text.as_bytes().split_first()?;
    let kind = *FactKind::ALL.get(usize::from(letter.wrapping_sub(FIRST_KIND)))?;
    let (mut length, mut from) = (0, 1);
    for digit in lengths {
        length |= usize::from(digit % GOES_ON) << (6 * (from - 1));
        from += 1;
        if digit & GOES_ON == 0 {
            break;
        }
    }
    let (value, rest) = text.get(from..)?.split_at_checked(length)?;
    Some((DeviceFact { kind, value }, rest))
}

/// Who owns the device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Ownership {
    /// The agency.
    Corporate,
    /// The person.
    Personal,
    /// Told in a way that nobody can read, or twice and differently: open,
    /// whatever other records say.
    Contested,
    /// Not told.
    #[default]
    Unknown,
}

impl Ownership {
    /// The value of the report.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Corporate => "corporate",
            Self::Personal => "personal",
            Self::Contested | Self::Unknown => "unknown",
        }
    }

    /// The value of a fact; `None` where there is none to tell.
    pub fn as_fact(self) -> Option<&'static str> {
        match self {
            Self::Unknown => None,
            Self::Contested => Some("contested"),
            told => Some(told.as_str()),
        }
    }

    /// Reads [`Self::as_str`] and [`Self::as_fact`] back; anything else is
    /// `Unknown`.
    pub fn parse(text: &str) -> Self {
        match text {
            "corporate" => Self::Corporate,
            "personal" => Self::Personal,
            "contested" => Self::Contested,
            _ => Self::Unknown,
        }
    }
}

/// How the device is managed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Enrollment {
    /// Android device owner mode.
    FullyManaged,
    /// Android profile owner mode.
    WorkProfile,
    /// Apple User Enrollment.
    UserEnrollment,
    /// Apple supervised device.
    Supervised,
    /// Not told.
    #[default]
    Unknown,
}

impl Enrollment {
    /// The value of the report.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::FullyManaged => "fully-managed",
            Self::WorkProfile => "work-profile",
            Self::UserEnrollment => "user-enrollment",
            Self::Supervised => "supervised",
            Self::Unknown => "unknown",
        }
    }

    /// Reads [`Self::as_str`] back; anything else is `Unknown`.
    pub fn parse(text: &str) -> Self {
        match text {
            "fully-managed" => Self::FullyManaged,
            "work-profile" => Self::WorkProfile,
            "user-enrollment" => Self::UserEnrollment,
            "supervised" => Self::Supervised,
            _ => Self::Unknown,
        }
    }
}

/// What kind of Android user a number stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum UserKind {
    /// User 0.
    Owner,
    /// A further full user.
    Secondary,
    /// A managed profile.
    WorkProfile,
    /// Samsung Secure Folder.
    SecureFolder,
    /// A vendor's app clone profile.
    Clone,
    /// Not told.
    #[default]
    Unknown,
}

impl UserKind {
    /// The value of the report.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Secondary => "secondary",
            Self::WorkProfile => "work-profile",
            Self::SecureFolder => "secure-folder",
            Self::Clone => "clone",
            Self::Unknown => "unknown",
        }
    }
}

/// A user or profile that an artifact names. Coverage must reach every one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UserFact {
    /// Android user number; 0 on iOS.
    pub id: u32,
    /// Kind; the best known of all statements wins.
    pub kind: UserKind,
}

/// An id that a management system gave: it counts its devices, so that in its
/// own namespace `7` and `111` are devices, and only zero is none.
pub fn is_strong_in_namespace(id: &str) -> bool {
    if !id.is_empty() && id.bytes().all(|b| b.is_ascii_digit()) {
        return id.bytes().any(|b| b != b'0');
    }
    !is_placeholder(id)
}

/// Values that vendors and tools write when they know none, and numbers that
/// spreadsheets have rounded: many devices have them.
pub fn is_placeholder(value: &str) -> bool {
    let mut characters = value.chars().filter(|c| c.is_alphanumeric()).map(|c| c.to_ascii_lowercase());
    let Some(first) = characters.next() else { return true };
    if characters.all(|c| c == first) {
        return true;
    }
    const PLACEHOLDERS: &[&str] = &[
        "unknown",
        "default",
        "defaultstring",
        "default string",
        "notavailable",
        "not available",
        "n/a",
        "none",
        "null",
        "undefined",
        "unavailable",
        "android",
        "0123456789abcdef",
        "0123456789",
        "1234567890",
        "123456789",
        "12345678",
        "123456",
        "serial",
        "serialnumber",
        "to be filled by o.e.m.",
        "system serial number",
    ];
    PLACEHOLDERS.iter().any(|known| known.eq_ignore_ascii_case(value)) || is_rounded(value)
}

/// `3.56123E+14`.
fn is_rounded(value: &str) -> bool {
    let Some((number, power)) = value.split_once(['e', 'E']) else { return false };
    let Some(power) = power.strip_prefix('+') else { return false };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'.' | b','));
    digits(number) && digits(power)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_are_kept_as_they_were_told_and_once_each() {
        let long = "é日".repeat(3000);
        let values =
            ["", "A", "|", "\u{0}", &"x".repeat(63), &"x".repeat(64), &"x".repeat(4095), &"x".repeat(4096), &long];
        let told: Vec<DeviceFact<'_>> = FactKind::ALL
            .iter()
            .flat_map(|kind| values.iter().map(|value| DeviceFact { kind: *kind, value }))
            .collect();
        let facts: Facts = told.iter().chain(&told).copied().collect();
        assert!(facts.iter().eq(told.iter().copied()));
        for (place, fact) in facts.placed() {
            assert_eq!(facts.at(place), Some(fact));
        }
        let mut more = Telling::default();
        more.resume(&facts);
        let last = DeviceFact { kind: FactKind::Name, value: "B" };
        for fact in [told[3], last, last] {
            more.push(fact);
        }
        assert!(more.facts().iter().eq(told.iter().copied().chain([last])));
        assert_eq!(Facts::default().iter().next(), None);
    }

    #[test]
    fn every_kind_has_its_own_number() {
        assert!(FactKind::ALL.iter().enumerate().all(|(n, kind)| *kind as usize == n));
    }

    #[test]
    fn numbers_that_spreadsheets_rounded_are_placeholders_in_either_case() {
        for rounded in ["3.56123e+14", "3,56123E+14", "1E+5"] {
            assert!(is_placeholder(rounded), "{rounded}");
        }
        for id in ["3.5e14", "E+14", "3.5e+1x", "3e5e+14", "12e+", "1E5A+33"] {
            assert!(!is_placeholder(id), "{id}");
        }
    }
}
