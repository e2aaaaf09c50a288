//! SimpleMDM: the installed apps of one device.
//!
//! Keys: the API reference. The answer names no device: it is the name of the
//! file, `ID.json`.

use super::layout::{Cover, FileName, Layout, Records, Role, Shape};
use crate::artifact::ArtifactSpec;
use crate::model::{Answer, Basis, ListScope, Platform, Reason};

const API: &str = "https://api.simplemdm.com";

/// `devices/ID/installed_apps`.
pub(super) const APPS: Layout = Layout {
    spec: ArtifactSpec {
        id: "simplemdm-installed-apps",
        title: "SimpleMDM installed apps of a device",
        proves: "The device reported the app to SimpleMDM.",
        does_not_prove: "Which device it is: only the name of the file says that. That an app which is not listed is absent: which apps are collected is not documented.",
        since: "API v1",
    },
    system: "simplemdm",
    shape: Shape::Records(Records {
        apps: "data[]",
        app_keys: &[
            ("attributes.identifier", Role::AppId),
            ("attributes.name", Role::AppName),
            ("attributes.short_version", Role::Version),
            ("attributes.version", Role::VersionMore),
            ("attributes.discovered_at", Role::InstallTime),
        ],
        page: true,
        more: &["has_more"],
        known_by: &[
            &["has_more", "data[].attributes.identifier"],
            &["data[].attributes.identifier", "data[].attributes.bundle_size"],
            &["data[].attributes.identifier", "data[].attributes.discovered_at"],
        ],
        ..Records::BASE
    }),
    file_name: FileName::Number,
    platform: Platform::Ios,
    coverage: &[Cover::any(
        ListScope::ThirdPartyApps,
        Basis::Always(Answer::Partial(Reason("not-all-apps-collected"))),
        "Which apps SimpleMDM collects for which enrollment is not documented.",
        API,
    )],
    sources: &[API],
    ..Layout::BASE
};
