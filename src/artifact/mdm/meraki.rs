//! Cisco Meraki Systems Manager: the software of a device, and the devices.
//!
//! Keys: the types of the vendor's API clients. Software that was removed stays
//! in the list, with `uninstalledAt`.

use super::layout::{Cover, Layout, Role, Rows, RowsOf, Shape};
use crate::artifact::ArtifactSpec;
use crate::model::{Answer, Basis, Enrollment, ListScope, Platform, Reason, State};

const API: &str = "https://developer.cisco.com/meraki/api-v1/#!get-network-sm-device-softwares";

const LAYOUT: Layout = Layout {
    system: "meraki",
    platforms: &[
        ("ios*", Platform::Ios, Enrollment::Unknown),
        ("ipados*", Platform::Ios, Enrollment::Unknown),
        ("iphone*", Platform::Ios, Enrollment::Unknown),
        ("android*", Platform::Android, Enrollment::Unknown),
        ("windows*", Platform::OutOfScope, Enrollment::Unknown),
        ("mac*", Platform::OutOfScope, Enrollment::Unknown),
        ("osx*", Platform::OutOfScope, Enrollment::Unknown),
        ("tvos*", Platform::OutOfScope, Enrollment::Unknown),
    ],
    coverage: &[Cover::any(
        ListScope::ThirdPartyApps,
        Basis::Always(Answer::Partial(Reason("not-all-apps-collected"))),
        "Which apps are collected from which device is not documented.",
        API,
    )],
    sources: &[API],
    ..Layout::BASE
};

/// `networks/N/sm/devices/D/softwares`.
pub(super) const SOFTWARES: Layout = Layout {
    spec: ArtifactSpec {
        id: "meraki-softwares",
        title: "Meraki Systems Manager software of a device",
        proves: "The device reported the app to Meraki; removed where uninstalledAt says when.",
        does_not_prove: "That an app which is not listed is absent: which apps are collected is not documented.",
        since: "API v1",
    },
    shape: Shape::Rows(Rows {
        of: RowsOf::Apps,
        columns: &[
            (Role::DeviceId, &["deviceid"]),
            (Role::AppId, &["identifier"]),
            (Role::AppName, &["name"]),
            (Role::Publisher, &["vendor"]),
            (Role::Version, &["shortversion", "version"]),
            (Role::State, &["uninstalledat"]),
            (Role::InstallTime, &["installedat"]),
        ],
        known_by: &[
            &["deviceid", "identifier", "uninstalledat"],
            &["deviceid", "identifier", "itunesid"],
            &["deviceid", "identifier", "ismanaged", "appid"],
        ],
        ..Rows::BASE
    }),
    // A time in `uninstalledAt` says that it is gone; what else stands there says nothing.
    states: &[("19*", State::Removed), ("20*", State::Removed)],
    ..LAYOUT
};

/// `networks/N/sm/devices`.
pub(super) const DEVICES: Layout = Layout {
    spec: ArtifactSpec {
        id: "meraki-devices",
        title: "Meraki Systems Manager devices",
        proves: "Name and serial number of a device, as Meraki has them.",
        does_not_prove: "It lists no apps.",
        since: "API v1",
    },
    shape: Shape::Rows(Rows {
        of: RowsOf::Devices,
        columns: &[
            (Role::DeviceId, &["id"]),
            (Role::DeviceName, &["name"]),
            (Role::Serial, &["serialnumber", "serial"]),
            (Role::Platform, &["osname"]),
            (Role::OsVersion, &["osname"]),
            (Role::Model, &["systemmodel"]),
        ],
        known_by: &[
            &["id", "osname", "systemmodel", "wifimac"],
            &["id", "osname", "systemmodel", "serialnumber", "name"],
        ],
        ..Rows::BASE
    }),
    coverage: &[],
    ..LAYOUT
};
