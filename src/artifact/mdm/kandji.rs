//! Iru (formerly Kandji): the apps of a device, the list of devices, and the
//! vendor's report of apps as CSV.
//!
//! Keys: the vendor's support scripts and the answers of its API.

use super::device::Draft;
use super::layout::{Cover, Layout, Records, Role, Rows, RowsOf, Shape};
use crate::artifact::ArtifactSpec;
use crate::model::{Answer, Basis, Enrollment, ListScope, Platform, Reason};

const API: &str = "https://api-docs.kandji.io/";
const SCRIPT: &str = "https://github.com/kandji-inc/support/tree/main/api-tools/installed-apps";

const LAYOUT: Layout = Layout {
    system: "kandji",
    platforms: &[
        ("iphone*", Platform::Ios, Enrollment::Unknown),
        ("ipad*", Platform::Ios, Enrollment::Unknown),
        ("ios*", Platform::Ios, Enrollment::Unknown),
        ("android*", Platform::Android, Enrollment::Unknown),
        ("mac*", Platform::OutOfScope, Enrollment::Unknown),
        ("appletv*", Platform::OutOfScope, Enrollment::Unknown),
        ("windows*", Platform::OutOfScope, Enrollment::Unknown),
    ],
    coverage: &[Cover::any(
        ListScope::ThirdPartyApps,
        Basis::Always(Answer::Partial(Reason("not-all-apps-collected"))),
        "Which apps are collected from which device is not documented.",
        API,
    )],
    sources: &[API, SCRIPT],
    ..Layout::BASE
};

/// `devices/ID/apps`.
pub(super) const APPS: Layout = Layout {
    spec: ArtifactSpec {
        id: "kandji-apps",
        title: "Iru (Kandji) apps of a device",
        proves: "The device reported the app to Iru.",
        does_not_prove: "That an app which is not listed is absent: which apps are collected is not documented.",
        since: "API v1",
    },
    shape: Shape::Records(Records {
        at: &["", "[]"],
        keys: &[("device_id", Role::DeviceId)],
        apps: "apps[]",
        app_keys: &[("bundle_id", Role::AppId), ("app_name", Role::AppName), ("version", Role::Version)],
        known_by: &[&["device_id", "apps"], &["device_id", "apps[].bundle_id", "apps[].app_name"]],
        ..Records::BASE
    }),
    ..LAYOUT
};

/// `devices`: who the devices are.
pub(super) const DEVICES: Layout = Layout {
    spec: ArtifactSpec {
        id: "kandji-devices",
        title: "Iru (Kandji) devices",
        proves: "Serial number and last check-in of a device, as Iru has them.",
        does_not_prove: "It lists no apps.",
        since: "API v1",
    },
    shape: Shape::Records(Records {
        at: &["[]", ""],
        keys: &[
            ("device_id", Role::DeviceId),
            ("device_name", Role::DeviceName),
            ("serial_number", Role::Serial),
            ("platform", Role::Platform),
            ("model", Role::Model),
            ("os_version", Role::OsVersion),
            ("last_check_in", Role::LastSeen),
        ],
        known_by: &[&["device_id", "device_name", "last_check_in", "platform", "serial_number", "os_version"]],
        ..Records::BASE
    }),
    ..LAYOUT
};

/// The report of the vendor's script.
pub(super) const REPORT: Layout = Layout {
    spec: ArtifactSpec {
        id: "kandji-app-report",
        title: "Iru (Kandji) installed apps report (CSV)",
        proves: "The device reported the app to Iru.",
        does_not_prove: "That an app which is not listed is absent: which apps are collected is not documented.",
        since: "",
    },
    shape: Shape::Rows(Rows {
        of: RowsOf::Apps,
        columns: &[
            (Role::DeviceId, &["serialnumber"]),
            (Role::DeviceName, &["devicename"]),
            (Role::User, &["user"]),
            (Role::OsVersion, &["osversion"]),
            (Role::Platform, &["platform"]),
            (Role::AppId, &["bundleid"]),
            (Role::AppName, &["appname"]),
            (Role::Version, &["version"]),
        ],
        known_by: &[&["serialnumber", "appname", "bundleid", "blueprintname"]],
        ..Rows::BASE
    }),
    adjust: Some(serial),
    ..LAYOUT
};

/// The report knows devices by serial number only.
fn serial(draft: &mut Draft) {
    let serial = draft.get(Role::DeviceId).to_owned();
    draft.replace(Role::Serial, Some(&serial));
    draft.replace(Role::DeviceId, None);
}
