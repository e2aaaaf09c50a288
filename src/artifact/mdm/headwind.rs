//! Headwind MDM: devices, whose `info` is JSON inside a string, and the detailed
//! information of one device.
//!
//! Keys: `DeviceInfo.java`, `Device.java`, `DeviceInfoApplication.java` of
//! h-mdm/hmdm-server. What stands around them is written from memory.

use super::app::Values;
use super::layout::{Cover, Layout, Records, Role, Shape};
use crate::artifact::ArtifactSpec;
use crate::model::{Answer, Basis, ListScope, Platform, Reason, State};

const SERVER: &str = "https://github.com/h-mdm/hmdm-server";

const LAYOUT: Layout = Layout {
    system: "headwind",
    experimental: true,
    platform: Platform::Android,
    coverage: &[Cover::any(
        ListScope::ThirdPartyApps,
        Basis::Always(Answer::Partial(Reason("not-all-apps-collected"))),
        "Which apps a device reports is not documented.",
        SERVER,
    )],
    sources: &[SERVER],
    ..Layout::BASE
};

/// Devices with `info`.
pub(super) const DEVICES: Layout = Layout {
    spec: ArtifactSpec {
        id: "headwind-devices",
        title: "Headwind MDM devices",
        proves: "The device reported the app to Headwind.",
        does_not_prove: "That an app which is not listed is absent: which apps are collected is not documented.",
        since: "",
    },
    shape: Shape::Records(Records {
        at: &["data.devices.items[]", "items[]", "data", "[]", ""],
        keys: &[
            ("info.deviceId", Role::DeviceId),
            ("info.serial", Role::Serial),
            ("info.imei", Role::Imei),
            ("info.model", Role::Model),
            ("info.androidVersion", Role::OsVersion),
        ],
        embedded: Some("info"),
        apps: "info.applications[]",
        app_keys: &[("pkg", Role::AppId), ("name", Role::AppName), ("version", Role::Version)],
        known_by: &[&["info.applications[].pkg"], &["info.deviceId", "info.androidVersion"]],
        ..Records::BASE
    }),
    ..LAYOUT
};

/// Detailed information of a device.
pub(super) const DETAIL: Layout = Layout {
    spec: ArtifactSpec {
        id: "headwind-device-info",
        title: "Headwind MDM detailed information of a device",
        proves: "The application is installed where a version is named as installed; else it is required.",
        does_not_prove: "That an app which is not listed is absent: which apps are collected is not documented.",
        since: "",
    },
    shape: Shape::Records(Records {
        at: &["data", "", "[]"],
        keys: &[
            ("deviceNumber", Role::DeviceId),
            ("serial", Role::Serial),
            ("imeiActual", Role::Imei),
            ("latestUpdateTime", Role::InventoryTime),
        ],
        apps: "applications[]",
        app_keys: &[
            ("applicationPkg", Role::AppId),
            ("applicationName", Role::AppName),
            ("versionInstalled", Role::Version),
        ],
        known_by: &[
            &["deviceNumber", "applications[].applicationPkg"],
            &["deviceNumber", "imeiActual", "latestUpdateTime"],
        ],
        ..Records::BASE
    }),
    state: State::Offered,
    states: &[("versioninstalled", State::Installed)],
    adjust_app: Some(presence),
    ..LAYOUT
};

/// A version that is installed says that the app is.
fn presence(app: &mut Values) -> bool {
    if !app.get(Role::Version).is_empty() {
        app.replace(Role::State, "versionInstalled");
    }
    true
}
