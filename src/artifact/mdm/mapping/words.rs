//! The words of mapping files, and what they stand for.

use crate::artifact::mdm::layout::Role;
use crate::model::{Enrollment, ListScope, Ownership, Platform, State};

/// Whom a role speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::artifact::mdm) enum Of {
    Device,
    App,
    Aggregate,
}

/// Every role of a mapping file.
pub(in crate::artifact::mdm) const ROLES: &[(&str, Role, Of)] = &[
    ("device-id", Role::DeviceId, Of::Device),
    ("device-name", Role::DeviceName, Of::Device),
    ("serial", Role::Serial, Of::Device),
    ("udid", Role::Udid, Of::Device),
    ("enrollment-id", Role::EnrollmentId, Of::Device),
    ("imei", Role::Imei, Of::Device),
    ("other-id", Role::OtherId, Of::Device),
    ("user", Role::User, Of::Device),
    ("user-more", Role::UserMore, Of::Device),
    ("model", Role::Model, Of::Device),
    ("model-more", Role::ModelMore, Of::Device),
    ("os-version", Role::OsVersion, Of::Device),
    ("platform", Role::Platform, Of::Device),
    ("platform-hint", Role::PlatformHint, Of::Device),
    ("ownership", Role::Ownership, Of::Device),
    ("enrollment", Role::Enrollment, Of::Device),
    ("supervised", Role::Supervised, Of::Device),
    ("last-seen", Role::LastSeen, Of::Device),
    ("inventory-time", Role::InventoryTime, Of::Device),
    ("app-id", Role::AppId, Of::App),
    ("app-id-maybe", Role::AppIdMaybe, Of::App),
    ("app-name", Role::AppName, Of::App),
    ("publisher", Role::Publisher, Of::App),
    ("version", Role::Version, Of::App),
    ("version-more", Role::VersionMore, Of::App),
    ("state", Role::State, Of::App),
    ("installer", Role::Installer, Of::App),
    ("signer-sha256", Role::SignerSha256, Of::App),
    ("signer-sha1", Role::SignerSha1, Of::App),
    ("install-time", Role::InstallTime, Of::App),
    ("device-count", Role::DeviceCount, Of::Aggregate),
];

/// A column that somebody looked at and that says nothing of use.
pub(in crate::artifact::mdm) const IGNORE: &str = "ignore";
/// A column that somebody must still look at.
pub(in crate::artifact::mdm) const OPEN: &str = "?";

/// The word of a role; empty where mapping files have none.
pub(in crate::artifact::mdm) fn word(role: Role) -> &'static str {
    ROLES.iter().find(|(_, r, _)| *r == role).map_or("", |(word, ..)| word)
}

pub(super) const PLATFORMS: &[(&str, Platform)] = &[
    ("ios", Platform::Ios),
    ("android", Platform::Android),
    ("harmonyos", Platform::HarmonyOs),
    ("out-of-scope", Platform::OutOfScope),
    ("unknown", Platform::Unknown),
];

pub(super) const OWNERSHIPS: &[(&str, Ownership)] =
    &[("corporate", Ownership::Corporate), ("personal", Ownership::Personal), ("unknown", Ownership::Unknown)];

pub(super) const ENROLLMENTS: &[(&str, Enrollment)] = &[
    ("fully-managed", Enrollment::FullyManaged),
    ("work-profile", Enrollment::WorkProfile),
    ("user-enrollment", Enrollment::UserEnrollment),
    ("supervised", Enrollment::Supervised),
    ("unknown", Enrollment::Unknown),
];

pub(super) const STATES: &[(&str, State)] = &[
    ("installed", State::Installed),
    ("disabled", State::Disabled),
    ("archived", State::Archived),
    ("unknown", State::Unknown),
    ("removed", State::Removed),
    ("offered", State::Offered),
];

pub(super) const SCOPES: &[(&str, ListScope)] = &[
    ("all-apps", ListScope::AllApps),
    ("third-party-apps", ListScope::ThirdPartyApps),
    ("managed-apps", ListScope::ManagedApps),
    ("work-profile", ListScope::WorkProfile),
];

/// What the author of a mapping says of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Claim {
    /// Every app of the scope is in it.
    Full,
    /// Some are.
    Partial,
    /// Those of the management system, or of the work profile.
    ManagedOnly,
}

pub(super) const CLAIMS: &[(&str, Claim)] =
    &[("full", Claim::Full), ("partial", Claim::Partial), ("managed-only", Claim::ManagedOnly)];

/// The value of a word, or a message that names the words there are.
pub(super) fn value<T: Copy>(what: &str, table: &[(&str, T)], text: &str) -> Result<T, String> {
    table.iter().find(|(word, _)| *word == text).map(|(_, value)| *value).ok_or_else(|| {
        let words: Vec<&str> = table.iter().map(|(word, _)| *word).collect();
        format!("there is no {what} `{}`; there are {}", text.escape_debug(), words.join(", "))
    })
}
