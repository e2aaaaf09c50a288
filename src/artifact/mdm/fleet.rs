//! Fleet: a host with its software.
//!
//! Keys of software: `server/fleet/software.go`. Those of hosts are written
//! from memory, so nothing here is complete. From personal devices Fleet
//! collects managed apps only.

use super::layout::{Cover, Layout, Records, Role, Shape};
use crate::artifact::ArtifactSpec;
use crate::model::{Answer, Basis, Enrollment, ListScope, Platform, Reason};

const API: &str = "https://fleetdm.com/docs/rest-api/rest-api#get-host";

/// `hosts/ID`.
pub(super) const HOST: Layout = Layout {
    spec: ArtifactSpec {
        id: "fleet-host",
        title: "Fleet host with software",
        proves: "The device reported the app to Fleet.",
        does_not_prove: "That an app which is not listed is absent: personal devices report managed apps only.",
        since: "",
    },
    system: "fleet",
    experimental: true,
    shape: Shape::Records(Records {
        at: &["host", "", "[]"],
        keys: &[
            ("id", Role::DeviceId),
            ("uuid", Role::OtherId),
            ("hardware_serial", Role::Serial),
            ("display_name", Role::DeviceName),
            ("platform", Role::Platform),
            ("os_version", Role::OsVersion),
            ("seen_time", Role::LastSeen),
        ],
        apps: "software[]",
        app_keys: &[
            ("bundle_identifier", Role::AppId),
            ("application_id", Role::AppId),
            ("name", Role::AppName),
            ("vendor", Role::Publisher),
            ("version", Role::Version),
        ],
        known_by: &[
            &["hardware_serial", "software"],
            &["hardware_serial", "software[].source"],
            &["software[].source", "software[].bundle_identifier"],
            &["software[].source", "software[].application_id"],
        ],
        ..Records::BASE
    }),
    platforms: &[
        ("ios*", Platform::Ios, Enrollment::Unknown),
        ("ipados*", Platform::Ios, Enrollment::Unknown),
        ("android*", Platform::Android, Enrollment::Unknown),
        ("darwin*", Platform::OutOfScope, Enrollment::Unknown),
        ("windows*", Platform::OutOfScope, Enrollment::Unknown),
        ("ubuntu*", Platform::OutOfScope, Enrollment::Unknown),
        ("chrome*", Platform::OutOfScope, Enrollment::Unknown),
    ],
    coverage: &[Cover::any(
        ListScope::ThirdPartyApps,
        Basis::Always(Answer::Partial(Reason("not-all-apps-collected"))),
        "Personal devices report managed apps only.",
        "https://github.com/fleetdm/fleet/issues/36738",
    )],
    sources: &[API, "https://github.com/fleetdm/fleet/blob/main/server/fleet/software.go"],
    ..Layout::BASE
};
