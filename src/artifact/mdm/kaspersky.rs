//! Kaspersky Security Center: apps of an Apple device.
//!
//! Keys: `KLMDM_DEVICE_ID` and `DEV_EX_DATA_APPL` of the Open API. The number
//! is the system's own; no export that says more of the device is known.

use super::layout::{Cover, Layout, Records, Role, Shape};
use crate::artifact::ArtifactSpec;
use crate::model::{Answer, Basis, ListScope, Platform, Reason};

const API: &str = "https://support.kaspersky.com/help/KSC/13/KSCAPI/a00091.html";

/// `DEV_EX_DATA_APPL`.
pub(super) const APPS: Layout = Layout {
    spec: ArtifactSpec {
        id: "kaspersky-ios-apps",
        title: "Kaspersky Security Center apps of an Apple device",
        proves: "A device reported the app to Kaspersky Security Center.",
        does_not_prove: "Which device it is, beyond its number in the system. That an app which is not listed is absent: which apps are collected is not documented.",
        since: "",
    },
    system: "kaspersky",
    shape: Shape::Records(Records {
        at: &["", "[]"],
        keys: &[("KLMDM_DEVICE_ID", Role::DeviceId)],
        apps: "DEV_EX_DATA_APPL[]",
        app_keys: &[
            ("AppIdentifier", Role::AppId),
            ("AppName", Role::AppName),
            ("AppShortVersion", Role::Version),
            ("AppVersion", Role::VersionMore),
        ],
        known_by: &[&["DEV_EX_DATA_APPL"]],
        ..Records::BASE
    }),
    platform: Platform::Ios,
    coverage: &[Cover::any(
        ListScope::ThirdPartyApps,
        Basis::Always(Answer::Partial(Reason("not-all-apps-collected"))),
        "Which apps are collected is not documented.",
        API,
    )],
    sources: &[API],
    ..Layout::BASE
};
