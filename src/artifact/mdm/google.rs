//! Google Workspace: mobile devices of the Directory API with their apps, and
//! devices and their users of the Cloud Identity API.
//!
//! Keys: the discovery documents `admin.directory_v1` and `cloudidentity.v1`.
//! Only the Directory lists apps, and only those of Android.

use super::device::Draft;
use super::layout::{Cover, Layout, Records, Role, Shape};
use crate::artifact::ArtifactSpec;
use crate::model::{Answer, Basis, Enrollment, ListScope, Ownership, Platform, Reason};

const MOBILE: &str = "https://developers.google.com/admin-sdk/directory/v1/guides/manage-mobile-devices";
const CLOUD: &str = "https://cloud.google.com/identity/docs/reference/rest/v1/devices";

const PLATFORMS: &[(&str, Platform, Enrollment)] = &[
    ("android*", Platform::Android, Enrollment::Unknown),
    ("ios*", Platform::Ios, Enrollment::Unknown),
    ("ipados*", Platform::Ios, Enrollment::Unknown),
    ("macos*", Platform::OutOfScope, Enrollment::Unknown),
    ("windows*", Platform::OutOfScope, Enrollment::Unknown),
    ("linux*", Platform::OutOfScope, Enrollment::Unknown),
    ("chromeos*", Platform::OutOfScope, Enrollment::Unknown),
];

/// `mobiledevices.list`.
pub(super) const DIRECTORY: Layout = Layout {
    spec: ArtifactSpec {
        id: "google-mobile-devices",
        title: "Google Workspace mobile devices (Directory API)",
        proves: "The Android device reported the app to Google Workspace.",
        does_not_prove: "Apps of iPhones are never listed. Of Android devices the list includes apps that access Google Workspace data; that it holds others is not documented.",
        since: "directory_v1",
    },
    system: "google-directory",
    shape: Shape::Records(Records {
        at: &["mobiledevices[]", "[]", ""],
        keys: &[
            ("resourceId", Role::DeviceId),
            ("deviceId", Role::OtherId),
            ("serialNumber", Role::Serial),
            ("imei", Role::Imei),
            ("email[]", Role::User),
            ("name[]", Role::UserMore),
            ("model", Role::Model),
            ("os", Role::OsVersion),
            ("os", Role::Platform),
            ("type", Role::PlatformHint),
            ("lastSync", Role::LastSeen),
        ],
        apps: "applications[]",
        app_keys: &[
            ("packageName", Role::AppId),
            ("displayName", Role::AppName),
            ("versionName", Role::Version),
            ("versionCode", Role::VersionMore),
        ],
        more: &["nextPageToken"],
        known_by: &[
            &["resourceId", "lastSync"],
            &["resourceId", "hardwareId"],
            &["resourceId", "email", "os"],
            &["resourceId", "applications[].packageName"],
        ],
        ..Records::BASE
    }),
    platforms: PLATFORMS,
    coverage: &[Cover::any(
        ListScope::ThirdPartyApps,
        Basis::Always(Answer::Partial(Reason("not-all-apps-collected"))),
        "The list includes Android applications that access Google Workspace data; none of iPhones.",
        MOBILE,
    )],
    sources: &[MOBILE],
    ..Layout::BASE
};

/// `devices.list` of Cloud Identity.
pub(super) const CLOUD_DEVICES: Layout = Layout {
    spec: ArtifactSpec {
        id: "cloud-identity-devices",
        title: "Cloud Identity devices",
        proves: "Serial number, ownership and last contact of a device, as Google has them.",
        does_not_prove: "It lists no apps.",
        since: "cloudidentity v1",
    },
    system: "cloud-identity",
    shape: Shape::Records(Records {
        at: &["devices[]", "[]", ""],
        keys: &[
            ("name", Role::DeviceId),
            ("deviceType", Role::Platform),
            ("ownerType", Role::Ownership),
            ("serialNumber", Role::Serial),
            ("imei", Role::Imei),
            ("hostname", Role::DeviceName),
            ("model", Role::Model),
            ("osVersion", Role::OsVersion),
            ("lastSyncTime", Role::LastSeen),
        ],
        more: &["nextPageToken"],
        known_by: &[
            &["name", "deviceType", "ownerType"],
            &["name", "deviceType", "lastSyncTime"],
            &["name", "deviceType", "ownerType", "lastSyncTime"],
        ],
        ..Records::BASE
    }),
    platforms: PLATFORMS,
    ownerships: &[("company", Ownership::Corporate), ("byod", Ownership::Personal)],
    adjust: Some(resource),
    sources: &[CLOUD],
    ..Layout::BASE
};

/// `devices.deviceUsers.list` of Cloud Identity.
pub(super) const CLOUD_USERS: Layout = Layout {
    spec: ArtifactSpec {
        id: "cloud-identity-users",
        title: "Cloud Identity users of devices",
        proves: "Whose device it is, as Google has it.",
        does_not_prove: "It lists no apps.",
        since: "cloudidentity v1",
    },
    shape: Shape::Records(Records {
        at: &["deviceUsers[]", "[]", ""],
        keys: &[("name", Role::DeviceId), ("userEmail", Role::User), ("lastSyncTime", Role::LastSeen)],
        more: &["nextPageToken"],
        known_by: &[&["name", "userEmail", "managementState"]],
        ..Records::BASE
    }),
    ..CLOUD_DEVICES
};

/// `devices/ID` and `devices/ID/deviceUsers/USER` name the device ID.
fn resource(draft: &mut Draft) {
    let name = draft.get(Role::DeviceId).to_owned();
    let mut parts = name.split('/');
    if let (Some("devices"), Some(id)) = (parts.next(), parts.next()) {
        draft.replace(Role::DeviceId, Some(id));
    }
}
