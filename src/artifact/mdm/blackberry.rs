//! BlackBerry UEM: the applications of one device.
//!
//! Keys: the REST reference 12.8 to 12.22. Assigned applications are listed
//! whether installed or not. The answer names no device: it is the name of the
//! file, `GUID.json`.

use super::app::Values;
use super::layout::{Cover, FileName, Layout, Records, Role, Shape};
use crate::artifact::ArtifactSpec;
use crate::model::{Answer, Basis, ListScope, Reason, State};

const API: &str = "https://developer.blackberry.com/files/bws/reference/blackberry_uem_12_21_rest/";
const APP: &str =
    "https://developer.blackberry.com/files/bws/reference/blackberry_uem_12_8_rest/json_UserDeviceApplicationView.html";

/// `deviceApplications`.
pub(super) const APPS: Layout = Layout {
    spec: ArtifactSpec {
        id: "blackberry-applications",
        title: "BlackBerry UEM applications of a device",
        proves: "The application is installed on the device where a version is named as installed; else it is assigned.",
        does_not_prove: "Which device it is: only the name of the file says that. That an app which is not listed is absent: which apps are collected is not documented.",
        since: "UEM 12.8",
    },
    system: "blackberry-uem",
    shape: Shape::Records(Records {
        apps: "deviceApplications[]",
        app_keys: &[
            ("bundleId", Role::AppId),
            ("name", Role::AppName),
            ("installedVersion", Role::Version),
            ("version", Role::VersionMore),
        ],
        known_by: &[&["deviceApplications"]],
        ..Records::BASE
    }),
    file_name: FileName::Guid,
    state: State::Unknown,
    states: &[("installedversion", State::Installed)],
    adjust_app: Some(presence),
    coverage: &[Cover::any(
        ListScope::ThirdPartyApps,
        Basis::Always(Answer::Partial(Reason("not-all-apps-collected"))),
        "Which personal apps are collected is not documented.",
        API,
    )],
    sources: &[API, APP],
    ..Layout::BASE
};

/// A version that is installed says that the app is.
fn presence(app: &mut Values) -> bool {
    if !app.get(Role::Version).is_empty() {
        app.replace(Role::State, "installedVersion");
    }
    true
}
