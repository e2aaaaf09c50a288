//! Jamf Pro: the list of mobile devices with their details.
//!
//! `GET /api/v2/mobile-devices/detail` with `section=APPLICATIONS`; fields from
//! the OpenAPI document of Jamf Pro 11.30. Without that section the answer has
//! no apps at all.

use super::layout::{Cover, Layout, Records, Role, Shape};
use crate::artifact::ArtifactSpec;
use crate::model::{Answer, Basis, Enrollment, ListScope, Ownership, Platform, Reason, State};

const DETAIL: &str = "https://developer.jamf.com/jamf-pro/reference/get_v2-mobile-devices-detail";
const UNMANAGED: &str = "Jamf Pro collects unmanaged apps (inventory collection settings)";

/// The paged list with details.
pub(super) const LIST: Layout = Layout {
    spec: ArtifactSpec {
        id: "jamf-pro-mobile-devices",
        title: "Jamf Pro mobile devices with details",
        proves: "The device reported the app to Jamf Pro at its last inventory.",
        does_not_prove: "Without the section APPLICATIONS there is no list. Enrollments of users report managed apps only, and unmanaged apps are listed only where the settings collect them.",
        since: "Jamf Pro 10.49",
    },
    system: "jamf-pro",
    experimental: false,
    shape: Shape::Records(Records {
        at: &["results[]", "[]", ""],
        keys: &[
            ("mobileDeviceId", Role::DeviceId),
            ("deviceType", Role::Platform),
            ("general.udid", Role::Udid),
            ("general.displayName", Role::DeviceName),
            ("general.osVersion", Role::OsVersion),
            ("general.lastInventoryUpdateDate", Role::InventoryTime),
            ("general.lastContactDate", Role::LastSeen),
            ("general.deviceOwnershipType", Role::Ownership),
            ("general.deviceOwnershipType", Role::Enrollment),
            ("general.supervised", Role::Supervised),
            ("hardware.serialNumber", Role::Serial),
            ("hardware.modelIdentifier", Role::Model),
            ("hardware.model", Role::ModelMore),
            ("userAndLocation.emailAddress", Role::User),
            ("userAndLocation.username", Role::UserMore),
            ("network.imei", Role::Imei),
        ],
        apps: "applications[]",
        app_keys: &[
            ("identifier", Role::AppId),
            ("name", Role::AppName),
            ("shortVersion", Role::Version),
            ("version", Role::VersionMore),
        ],
        more: &[],
        total: Some("totalCount"),
        known_by: &[
            &["mobileDeviceId", "deviceType"],
            &["mobileDeviceId", "general"],
            &["mobileDeviceId", "hardware"],
            &["mobileDeviceId", "applications"],
            &["mobileDeviceId", "applications[].identifier", "general"],
        ],
    }),
    platform: Platform::Ios,
    platforms: &[
        ("ios*", Platform::Ios, Enrollment::Unknown),
        ("ipados*", Platform::Ios, Enrollment::Unknown),
        ("iphone*", Platform::Ios, Enrollment::Unknown),
        ("ipad*", Platform::Ios, Enrollment::Unknown),
        ("ipod*", Platform::Ios, Enrollment::Unknown),
        ("tvos*", Platform::OutOfScope, Enrollment::Unknown),
        ("appletv*", Platform::OutOfScope, Enrollment::Unknown),
        ("*", Platform::Unknown, Enrollment::Unknown),
    ],
    ownerships: &[
        ("institutional", Ownership::Corporate),
        ("userenrollment", Ownership::Personal),
        ("accountdrivenuserenrollment", Ownership::Personal),
        ("personaldeviceprofile", Ownership::Personal),
    ],
    enrollments: &[
        ("userenrollment", Enrollment::UserEnrollment),
        ("accountdrivenuserenrollment", Enrollment::UserEnrollment),
    ],
    state: State::Installed,
    states: &[],
    system_apps: &[],
    coverage: &[
        Cover {
            platforms: &[],
            enrollments: &[Enrollment::UserEnrollment],
            scope: ListScope::ManagedApps,
            users: &[],
            basis: Basis::Always(Answer::ManagedOnly),
            note: "Apple reports managed apps only for user enrollments.",
            source: DETAIL,
        },
        Cover {
            platforms: &[Platform::Ios],
            enrollments: &[],
            scope: ListScope::ThirdPartyApps,
            users: &[],
            basis: Basis::ByOwnership {
                corporate: Answer::Assumed(UNMANAGED),
                personal: Answer::ManagedOnly,
                unknown: Answer::Partial(Reason("ownership-unknown")),
            },
            note: "Unmanaged apps are listed where the inventory collection settings say so.",
            source: DETAIL,
        },
        Cover {
            platforms: &[],
            enrollments: &[],
            scope: ListScope::ThirdPartyApps,
            users: &[],
            basis: Basis::Always(Answer::Partial(Reason("platform-unknown"))),
            note: "",
            source: DETAIL,
        },
    ],
    adjust: None,
    sources: &[DETAIL],
};
