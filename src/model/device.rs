//! Facts about a device, as single statements that `inventory` merges.

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

/// One statement about a device.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeviceFact {
    /// Property.
    pub kind: FactKind,
    /// Value, trimmed, never empty.
    pub value: Box<str>,
}

/// Who owns the device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Ownership {
    /// The agency.
    Corporate,
    /// The person.
    Personal,
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
            Self::Unknown => "unknown",
        }
    }

    /// Reads [`Self::as_str`] back; anything else is `Unknown`.
    pub fn parse(text: &str) -> Self {
        match text {
            "corporate" => Self::Corporate,
            "personal" => Self::Personal,
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
    let lower = value.to_ascii_lowercase();
    let mut characters = lower.chars().filter(|c| c.is_alphanumeric());
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
    PLACEHOLDERS.contains(&lower.as_str()) || is_rounded(&lower)
}

/// `3.56123e+14`.
fn is_rounded(lower: &str) -> bool {
    let Some((number, power)) = lower.split_once("e+") else { return false };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'.' | b','));
    digits(number) && digits(power)
}
