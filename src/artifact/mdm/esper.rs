//! Esper: apps of devices.
//!
//! Keys: `DeviceApp` of the vendor's client, esperclient 0.1.3.

use super::layout::{Cover, Layout, Role, Rows, RowsOf, Shape};
use crate::artifact::ArtifactSpec;
use crate::model::{Answer, Basis, ListScope, Platform, Reason, State};

const CLIENT: &str = "https://pypi.org/project/esperclient/0.1.3/";

/// `DeviceApp`.
pub(super) const APPS: Layout = Layout {
    spec: ArtifactSpec {
        id: "esper-apps",
        title: "Esper apps of a device",
        proves: "The device reported the app to Esper.",
        does_not_prove: "That an app which is not listed is absent: which apps are collected is not documented.",
        since: "",
    },
    system: "esper",
    shape: Shape::Rows(Rows {
        of: RowsOf::Apps,
        at: &["[]", "results[]", ""],
        columns: &[
            (Role::DeviceId, &["device"]),
            (Role::AppId, &["packagename"]),
            (Role::AppName, &["appname"]),
            (Role::Version, &["versionname", "versioncode"]),
            (Role::State, &["isactive"]),
        ],
        known_by: &[&["packagename", "appname", "versioncode", "device"]],
        ..Rows::BASE
    }),
    platform: Platform::Android,
    // What it means not to be active is not documented.
    states: &[("true", State::Installed)],
    coverage: &[Cover::any(
        ListScope::ThirdPartyApps,
        Basis::Always(Answer::Partial(Reason("not-all-apps-collected"))),
        "Which apps are collected is not documented.",
        CLIENT,
    )],
    sources: &[CLIENT],
    ..Layout::BASE
};
