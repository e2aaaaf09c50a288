//! Declarative device management: status reports of Apple devices.
//!
//! Keys: github.com/apple/device-management, `declarative/protocol/statusreport`,
//! `declarative/status/mdm.app` and `app.managed.list`. A report tells what
//! changed since the one before, unless it says `FullReport`; and both lists
//! hold managed apps only.

use super::app::Values;
use super::layout::{Cover, Layout, Records, Role, Shape};
use crate::artifact::ArtifactSpec;
use crate::model::{Answer, Basis, Enrollment, ListScope, Platform, State};

const STATUS: &str = "https://github.com/apple/device-management/blob/release/declarative/status/app.managed.list.yaml";

/// A status report.
pub(super) const REPORT: Layout = Layout {
    spec: ArtifactSpec {
        id: "apple-status-report",
        title: "Declarative status report of an Apple device",
        proves: "Which managed apps the device named, and in which state.",
        does_not_prove: "That another app is absent: managed apps only are named, and only what changed since the last report.",
        since: "iOS 15; apps from iOS 16 on",
    },
    system: "apple-mdm",
    shape: Shape::Records(Records {
        keys: &[
            ("StatusItems.device.identifier.serial-number", Role::Serial),
            ("StatusItems.device.identifier.udid", Role::Udid),
            ("StatusItems.device.model.identifier", Role::Model),
            ("StatusItems.device.operating-system.family", Role::Platform),
            ("StatusItems.device.operating-system.version", Role::OsVersion),
        ],
        apps: "StatusItems.app.managed.list[]",
        apps_too: "StatusItems.mdm.app[]",
        app_keys: &[
            ("identifier", Role::AppId),
            ("name", Role::AppName),
            ("short-version", Role::Version),
            ("version", Role::VersionMore),
            ("state", Role::State),
            ("_removed", Role::Source),
        ],
        known_by: &[&["StatusItems"], &["StatusItems", "Errors"]],
        ..Records::BASE
    }),
    platform: Platform::Ios,
    platforms: &[
        ("ios", Platform::Ios, Enrollment::Unknown),
        ("ipados", Platform::Ios, Enrollment::Unknown),
        ("macos", Platform::OutOfScope, Enrollment::Unknown),
        ("tvos", Platform::OutOfScope, Enrollment::Unknown),
        ("watchos", Platform::OutOfScope, Enrollment::Unknown),
        ("visionos", Platform::OutOfScope, Enrollment::Unknown),
    ],
    state: State::Unknown,
    states: &[
        ("managed", State::Installed),
        ("userinstalledapp", State::Installed),
        ("updating", State::Installed),
        ("validatingupdate", State::Installed),
        ("promptingforupdate", State::Installed),
        ("promptingforupdatelogin", State::Installed),
        ("promptingformanagement", State::Installed),
        ("managementrejected", State::Installed),
        ("updaterejected", State::Installed),
        ("managedbutuninstalled", State::Removed),
        ("optional", State::Offered),
        ("queued", State::Offered),
        ("needsredemption", State::Offered),
        ("redeeming", State::Offered),
        ("prompting", State::Offered),
        ("promptingforconsent", State::Offered),
        ("promptingforlogin", State::Offered),
        ("validatingpurchase", State::Offered),
        ("userrejected", State::Offered),
    ],
    coverage: &[Cover::any(
        ListScope::ManagedApps,
        Basis::Always(Answer::ManagedOnly),
        "The status items name managed apps only.",
        STATUS,
    )],
    adjust_app: Some(removed),
    sources: &[STATUS],
    ..Layout::BASE
};

/// `_removed`: the item is gone from the list.
fn removed(app: &mut Values) -> bool {
    if app.get(Role::Source) == "true" {
        app.replace(Role::State, "managed-but-uninstalled");
    }
    app.replace(Role::Source, "");
    true
}
