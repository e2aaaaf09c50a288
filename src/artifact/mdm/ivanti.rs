//! Ivanti Endpoint Manager Mobile: the apps of a device by the ServiceConnect
//! API, and the table of apps of the reporting database.
//!
//! Keys: the vendor's help pages. What stands around the apps of a device is not
//! documented, and neither of both names a device.

use super::layout::{Cover, Layout, Role, Rows, RowsOf, Shape};
use crate::artifact::ArtifactSpec;
use crate::model::{Answer, Basis, Enrollment, ListScope, Platform, Reason, State};

const CPS: &str = "https://help.ivanti.com/mi/help/en_us/CPS/11x/api/ServiceConnectAPI/ServiceConnectAppinventory.htm";
const MODELS: &str = "https://help.ivanti.com/mi/help/en_us/CPS/8x/api/ServiceConnectAPI/Object_models.htm";
const DICTIONARY: &str = "https://help.ivanti.com/mi/help/en_us/RDB/vNow/gd/RDBEssentialsGd/DataDictionary.htm";

const LAYOUT: Layout = Layout {
    system: "ivanti",
    platforms: &[("i", Platform::Ios, Enrollment::Unknown), ("a", Platform::Android, Enrollment::Unknown)],
    coverage: &[Cover::any(
        ListScope::ThirdPartyApps,
        Basis::Always(Answer::Partial(Reason("not-all-apps-collected"))),
        "The answer depends on the mode of an Android device and the privacy settings of an Apple device.",
        CPS,
    )],
    sources: &[CPS, MODELS, DICTIONARY],
    ..Layout::BASE
};

/// Apps of `msa/v1/cps/device/application`.
pub(super) const APPS: Layout = Layout {
    spec: ArtifactSpec {
        id: "ivanti-apps",
        title: "Ivanti EPMM apps of a device",
        proves: "A device reported the app to Ivanti.",
        does_not_prove: "Which device it is, and that an app which is not listed is absent.",
        since: "",
    },
    experimental: true,
    shape: Shape::Rows(Rows {
        of: RowsOf::Apps,
        at: &["[]", "results[]", ""],
        columns: &[
            (Role::AppId, &["identifier"]),
            (Role::AppName, &["name"]),
            (Role::Version, &["shortversion", "version"]),
            (Role::State, &["installing"]),
        ],
        known_by: &[
            &["identifier", "managed", "bundleversion"],
            &["identifier", "managed", "adhoccodesigned", "installing"],
        ],
        not: &["deviceid"],
        ..Rows::BASE
    }),
    states: &[("false", State::Installed)],
    ..LAYOUT
};

/// `MI_APP_INVENTORY` of the reporting database: apps, no devices.
pub(super) const INVENTORY: Layout = Layout {
    spec: ArtifactSpec {
        id: "ivanti-app-inventory",
        title: "Ivanti EPMM app inventory (reporting database)",
        proves: "Some device reported the app to Ivanti.",
        does_not_prove: "It names no device.",
        since: "",
    },
    shape: Shape::Rows(Rows {
        of: RowsOf::Aggregate,
        columns: &[
            (Role::AppId, &["bundle"]),
            (Role::AppName, &["name"]),
            (Role::Platform, &["platform"]),
            (Role::Version, &["shortversion", "longversion", "version"]),
        ],
        known_by: &[&["appid", "bundle", "longversion", "shortversion"]],
        ..Rows::BASE
    }),
    ..LAYOUT
};
