//! Microsoft Intune through Microsoft Graph: `detectedApps`, with and without
//! their devices, `managedDevices` and `restrictedAppsViolation`.
//!
//! Keys: the metadata of Graph v1.0 (`detectedApp`, `managedDevice`) and its
//! documentation. A detected app has a name, a publisher and a platform; no
//! package name and no bundle identifier.

use super::intune::LAYOUT;
use super::layout::{Columns, Cover, Layout, Records, Role, Rows, RowsOf, Shape};
use crate::artifact::ArtifactSpec;
use crate::model::{Answer, Basis, ListScope, Reason};

const DETECTED: &str =
    "https://learn.microsoft.com/graph/api/resources/intune-devices-detectedapp?tabs=http&view=graph-rest-1.0";
const DEVICE: &str = "https://learn.microsoft.com/en-us/graph/api/resources/intune-devices-manageddevice";
const ENROLLMENT: &str = "https://learn.microsoft.com/en-us/graph/api/resources/intune-devices-deviceenrollmenttype";
const VIOLATION: &str =
    "https://learn.microsoft.com/en-us/graph/api/resources/intune-deviceconfig-restrictedappsviolation";

/// `detectedApps?$expand=managedDevices`: apps with the devices they are on.
pub(super) const APPS: Layout = Layout {
    spec: ArtifactSpec {
        id: "intune-detected-apps",
        title: "Intune detected apps with their devices (Microsoft Graph)",
        proves: "Intune found an app of this name on the device at its last inventory.",
        does_not_prove: "Intune reports names, no identifiers: another app may bear the name. Unmanaged apps appear only for devices marked as corporate owned. A device without any app is not in it.",
        since: "Graph v1.0",
    },
    shape: Shape::Rows(Rows {
        columns: APP,
        devices: Some(("managedDevices", DEVICE_OF)),
        known_by: &[&["displayname", "manageddevices"], &["displayname", "devicecount", "manageddevices"]],
        ..Rows::BASE
    }),
    sources: &[DETECTED],
    ..LAYOUT
};

/// Properties of `detectedApp`.
const APP: Columns = &[
    (Role::AppName, &["displayname"]),
    (Role::Publisher, &["publisher"]),
    (Role::Version, &["version"]),
    (Role::Platform, &["platform"]),
    (Role::DeviceCount, &["devicecount"]),
];

/// Properties of `managedDevice`, beside an app or alone.
const DEVICE_OF: Columns = &[
    (Role::DeviceId, &["id"]),
    (Role::DeviceName, &["devicename"]),
    (Role::Serial, &["serialnumber"]),
    (Role::Udid, &["udid"]),
    (Role::Imei, &["imei"]),
    (Role::User, &["userprincipalname", "emailaddress", "userdisplayname"]),
    (Role::Model, &["model"]),
    (Role::OsVersion, &["osversion"]),
    (Role::PlatformHint, &["operatingsystem"]),
    (Role::Ownership, &["manageddeviceownertype"]),
    (Role::Enrollment, &["deviceenrollmenttype"]),
    (Role::Supervised, &["issupervised"]),
    (Role::LastSeen, &["lastsyncdatetime"]),
];

/// `detectedApps` alone: how many devices have an app, not which.
pub(super) const AGGREGATE: Layout = Layout {
    spec: ArtifactSpec {
        id: "intune-detected-apps-counted",
        title: "Intune detected apps, counted (Microsoft Graph)",
        proves: "Some devices of the tenant have an app of this name.",
        does_not_prove: "It names no device. Ask with $expand=managedDevices to learn which.",
        since: "Graph v1.0",
    },
    shape: Shape::Rows(Rows {
        of: RowsOf::Aggregate,
        columns: APP,
        known_by: &[&["displayname", "devicecount"]],
        not: &["deviceid", "manageddevices"],
        ..Rows::BASE
    }),
    sources: &[DETECTED],
    ..LAYOUT
};

/// `managedDevices`: who a device is, without apps.
pub(super) const DEVICES: Layout = Layout {
    spec: ArtifactSpec {
        id: "intune-managed-devices",
        title: "Intune managed devices (Microsoft Graph)",
        proves: "Serial number, owner, ownership and last check-in of a device, as Intune has them.",
        does_not_prove: "It lists no apps.",
        since: "Graph v1.0",
    },
    shape: Shape::Rows(Rows {
        of: RowsOf::Devices,
        columns: DEVICE_OF,
        known_by: &[
            &["id", "devicename", "manageddeviceownertype"],
            &["id", "devicename", "lastsyncdatetime"],
            &["id", "devicename", "azureaddeviceid"],
            &["id", "devicename", "manageddeviceownertype", "lastsyncdatetime", "serialnumber"],
        ],
        not: &["applicationname", "manageddevices", "detectedapps"],
        ..Rows::BASE
    }),
    coverage: &[],
    sources: &[DEVICE, ENROLLMENT],
    ..LAYOUT
};

/// `managedDevices?$expand=detectedApps`: devices with their apps. Documented is
/// the property alone, of the beta.
pub(super) const DEVICES_WITH_APPS: Layout = Layout {
    spec: ArtifactSpec {
        id: "intune-managed-devices-apps",
        title: "Intune managed devices with their detected apps (Microsoft Graph)",
        proves: "Intune found an app of this name on the device at its last inventory.",
        does_not_prove: "Intune reports names, no identifiers: another app may bear the name. That another app is absent: what this answer leaves out is not documented.",
        since: "Graph beta",
    },
    experimental: true,
    shape: Shape::Records(Records {
        at: &["value[]", "[]", ""],
        keys: &[
            ("id", Role::DeviceId),
            ("deviceName", Role::DeviceName),
            ("serialNumber", Role::Serial),
            ("udid", Role::Udid),
            ("imei", Role::Imei),
            ("userPrincipalName", Role::User),
            ("emailAddress", Role::UserMore),
            ("model", Role::Model),
            ("osVersion", Role::OsVersion),
            ("operatingSystem", Role::PlatformHint),
            ("managedDeviceOwnerType", Role::Ownership),
            ("deviceEnrollmentType", Role::Enrollment),
            ("isSupervised", Role::Supervised),
            ("lastSyncDateTime", Role::LastSeen),
        ],
        apps: "detectedApps[]",
        app_keys: &[("displayName", Role::AppName), ("publisher", Role::Publisher), ("version", Role::Version)],
        more: &["@odata.nextLink"],
        known_by: &[
            &["id", "deviceName", "detectedApps"],
            &["id", "deviceName", "managedDeviceOwnerType", "lastSyncDateTime", "serialNumber", "detectedApps"],
        ],
        ..Records::BASE
    }),
    sources: &[DEVICE, "https://github.com/mattcbarrett/Detect-New-Apps-Intune"],
    ..LAYOUT
};

/// `restrictedAppsViolations`: the only answer of Intune with identifiers.
pub(super) const VIOLATIONS: Layout = Layout {
    spec: ArtifactSpec {
        id: "intune-restricted-apps",
        title: "Intune restricted apps violations (Microsoft Graph)",
        proves: "Intune found a restricted app on the device; with its identifier.",
        does_not_prove: "Only apps of the policy are named, and only devices that have one.",
        since: "Graph beta",
    },
    shape: Shape::Records(Records {
        at: &["value[]", "[]", ""],
        keys: &[
            ("managedDeviceId", Role::DeviceId),
            ("deviceName", Role::DeviceName),
            ("userName", Role::User),
            ("platformType", Role::Platform),
        ],
        apps: "restrictedApps[]",
        app_keys: &[("appId", Role::AppId)],
        more: &["@odata.nextLink"],
        known_by: &[
            &["managedDeviceId", "restrictedAppsState"],
            &["managedDeviceId", "restrictedAppsState", "restrictedApps"],
        ],
        ..Records::BASE
    }),
    coverage: &[Cover::any(
        ListScope::ThirdPartyApps,
        Basis::Always(Answer::Partial(Reason("restricted-apps-only"))),
        "Only apps of a policy that the device violates are named.",
        VIOLATION,
    )],
    sources: &[VIOLATION],
    ..LAYOUT
};
