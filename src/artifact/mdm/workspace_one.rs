//! Omnissa (formerly VMware, AirWatch) Workspace ONE UEM: the search for devices
//! and the apps of one device.
//!
//! Keys are those that published clients of the API read. The apps name no
//! device: it is the name of the file, `UUID.json`. Which apps are collected is
//! a privacy setting for each kind of ownership that no answer shows.

use super::app::Values;
use super::layout::{Cover, FileName, Layout, Records, Role, Shape};
use super::values::normal;
use crate::artifact::ArtifactSpec;
use crate::model::{Answer, Basis, ByOwnership, Enrollment, ListScope, Ownership, Platform, Reason, State};

const API: &str = "https://github.com/briped/WorkspaceOne";
const CONNECTOR: &str = "https://github.com/Oomnitza/oomnitza-connector";
const PRIVACY: &str = "https://docs.vmware.com/en/VMware-Workspace-ONE-UEM/services/Application_Management/GUID-412DEBC7-8E3E-4FE4-99C4-75123E9E4C10.html";

const LAYOUT: Layout = Layout {
    system: "workspace-one",
    platforms: &[
        ("android*", Platform::Android, Enrollment::Unknown),
        ("apple", Platform::Ios, Enrollment::Unknown),
        ("ios*", Platform::Ios, Enrollment::Unknown),
        ("appleios*", Platform::Ios, Enrollment::Unknown),
        ("appleosx*", Platform::OutOfScope, Enrollment::Unknown),
        ("macos*", Platform::OutOfScope, Enrollment::Unknown),
        ("win*", Platform::OutOfScope, Enrollment::Unknown),
        ("chromeos*", Platform::OutOfScope, Enrollment::Unknown),
    ],
    // Other letters are not documented: owned by nobody known.
    ownerships: &[("c", Ownership::Corporate)],
    coverage: &[Cover::any(
        ListScope::ThirdPartyApps,
        Basis::ByOwnership(&ByOwnership {
            corporate: Answer::Assumed(
                "Workspace ONE collects personal apps of this device (privacy settings; no work profile)",
            ),
            personal: Answer::ManagedOnly,
            unknown: Answer::Partial(Reason("ownership-unknown")),
        }),
        "Personal apps are listed where the privacy settings collect them; work profiles list assigned apps only.",
        PRIVACY,
    )],
    sources: &[API, CONNECTOR],
    ..Layout::BASE
};

/// `mdm/devices/search`: who the devices are.
pub(super) const DEVICES: Layout = Layout {
    spec: ArtifactSpec {
        id: "workspace-one-devices",
        title: "Workspace ONE UEM devices",
        proves: "Serial number, user, ownership and last contact of a device, as Workspace ONE has them.",
        does_not_prove: "It lists no apps.",
        since: "API v1",
    },
    shape: Shape::Records(Records {
        at: &["Devices[]", "[]"],
        keys: &[
            ("Uuid", Role::DeviceId),
            ("Id.Value", Role::OtherId),
            ("Udid", Role::Udid),
            ("SerialNumber", Role::Serial),
            ("Imei", Role::Imei),
            ("DeviceFriendlyName", Role::DeviceName),
            ("UserEmailAddress", Role::User),
            ("UserName", Role::UserMore),
            ("Ownership", Role::Ownership),
            ("Platform", Role::Platform),
            ("PlatformId.Name", Role::PlatformHint),
            ("Model", Role::Model),
            ("OperatingSystem", Role::OsVersion),
            ("LastSeen", Role::LastSeen),
            ("IsSupervised", Role::Supervised),
        ],
        total: Some("Total"),
        known_by: &[
            &["DeviceFriendlyName", "SerialNumber", "EnrollmentStatus"],
            &["DeviceFriendlyName", "SerialNumber", "LocationGroupName", "Uuid"],
        ],
        ..Records::BASE
    }),
    ..LAYOUT
};

/// `mdm/devices/UUID/apps/search`: the apps of one device.
pub(super) const APPS: Layout = Layout {
    spec: ArtifactSpec {
        id: "workspace-one-apps",
        title: "Workspace ONE UEM apps of a device",
        proves: "Workspace ONE lists the app for the device; installed where installed_status says so.",
        does_not_prove: "Which device it is: only the name of the file says that. Personal apps are listed only where the privacy settings collect them; assigned apps are listed whether installed or not.",
        since: "API v2",
    },
    shape: Shape::Records(Records {
        apps: "app_items[]",
        app_keys: &[
            ("bundle_id", Role::AppId),
            ("name", Role::AppName),
            ("installed_version", Role::Version),
            ("installed_status", Role::State),
        ],
        page: true,
        total: Some("TotalResults"),
        known_by: &[&["app_items"]],
        ..Records::BASE
    }),
    file_name: FileName::Guid,
    state: State::Unknown,
    states: &[("installed", State::Installed), ("unknown", State::Unknown), ("*", State::Offered)],
    adjust_app: Some(presence),
    ..LAYOUT
};

/// `mdm/devices/ID/apps`, the older call.
pub(super) const OLD_APPS: Layout = Layout {
    spec: ArtifactSpec {
        id: "workspace-one-device-apps",
        title: "Workspace ONE UEM apps of a device (older call)",
        proves: "Workspace ONE lists the app for the device.",
        does_not_prove: "Which device it is: only the name of the file says that. That the app is installed, or that another one is absent.",
        since: "API v1",
    },
    system: "workspace-one-number",
    experimental: true,
    shape: Shape::Records(Records {
        apps: "DeviceApps[]",
        app_keys: &[
            ("ApplicationIdentifier", Role::AppId),
            ("ApplicationName", Role::AppName),
            ("Version", Role::Version),
        ],
        page: true,
        total: Some("Total"),
        known_by: &[&["DeviceApps"]],
        ..Records::BASE
    }),
    file_name: FileName::Number,
    state: State::Unknown,
    ..LAYOUT
};

/// An app that is not said to be installed, but with a version that is, or with
/// a status that is no word, may be there or not.
fn presence(app: &mut Values) -> bool {
    let status = normal(app.get(Role::State));
    let word = status.bytes().any(|b| b.is_ascii_alphabetic()) && !matches!(&*status, "true" | "false");
    let version = !app.get(Role::Version).is_empty();
    if !status.is_empty() && status != "installed" && (version || !word) {
        app.replace(Role::State, "unknown");
    }
    true
}
