//! IBM MaaS360: the software of one device, its values named by keys.
//!
//! Keys: published clients of `device-apis/devices/1.0/softwareInstalled`.

use super::layout::{Cover, Layout, Pairs, Records, Role, Shape};
use crate::artifact::ArtifactSpec;
use crate::model::{Answer, Basis, ListScope, Reason};

const CLIENT: &str = "https://github.com/ibmresilient/resilient-community-apps/tree/main/fn_maas360";

/// `softwareInstalled`.
pub(super) const SOFTWARE: Layout = Layout {
    spec: ArtifactSpec {
        id: "maas360-software",
        title: "IBM MaaS360 software of a device",
        proves: "The device reported the app to MaaS360.",
        does_not_prove: "That an app which is not listed is absent: which apps are collected is not documented.",
        since: "API 1.0",
    },
    system: "maas360",
    shape: Shape::Records(Records {
        at: &["deviceSoftwares"],
        keys: &[("maas360DeviceID", Role::DeviceId), ("lastSoftwareDataRefreshDate", Role::InventoryTime)],
        apps: "deviceSw[]",
        app_keys: &[("swName", Role::AppName)],
        pairs: Some(Pairs {
            at: "swAttrs[]",
            key: "key",
            value: "value",
            roles: &[("applicationid", Role::AppId), ("version", Role::Version)],
        }),
        known_by: &[&["maas360DeviceID"], &["deviceSw"]],
        ..Records::BASE
    }),
    coverage: &[Cover::any(
        ListScope::ThirdPartyApps,
        Basis::Always(Answer::Partial(Reason("not-all-apps-collected"))),
        "Which apps are collected from which device is not documented.",
        CLIENT,
    )],
    sources: &[CLIENT],
    ..Layout::BASE
};
