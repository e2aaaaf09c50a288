//! Jamf Pro: mobile devices, in the answers of its API and of the Classic API.
//!
//! `GET /api/v2/mobile-devices/detail` with `section=APPLICATIONS`; fields from
//! the OpenAPI document of Jamf Pro 11.30. Without that section the answer has
//! no apps at all. The fields of the Classic API are those of its XML.

use super::layout::{Cover, FileName, Layout, Records, Role, Shape};
use crate::artifact::ArtifactSpec;
use crate::model::{Answer, Basis, ByOwnership, Enrollment, ListScope, Ownership, Platform, Reason};

const DETAIL: &str = "https://developer.jamf.com/jamf-pro/reference/get_v2-mobile-devices-detail";
const UNMANAGED: &str = "Jamf Pro collects unmanaged apps (inventory collection settings)";

const PLATFORMS: &[(&str, Platform, Enrollment)] = &[
    ("ios*", Platform::Ios, Enrollment::Unknown),
    ("ipados*", Platform::Ios, Enrollment::Unknown),
    ("iphone*", Platform::Ios, Enrollment::Unknown),
    ("ipad*", Platform::Ios, Enrollment::Unknown),
    ("ipod*", Platform::Ios, Enrollment::Unknown),
    ("tvos*", Platform::OutOfScope, Enrollment::Unknown),
    ("appletv*", Platform::OutOfScope, Enrollment::Unknown),
    ("*", Platform::Unknown, Enrollment::Unknown),
];

const OWNERSHIPS: &[(&str, Ownership)] = &[
    ("institutional", Ownership::Corporate),
    ("userenrollment", Ownership::Personal),
    ("accountdrivenuserenrollment", Ownership::Personal),
    ("personaldeviceprofile", Ownership::Personal),
];

const ENROLLMENTS: &[(&str, Enrollment)] =
    &[("userenrollment", Enrollment::UserEnrollment), ("accountdrivenuserenrollment", Enrollment::UserEnrollment)];

const COVERAGE: &[Cover] = &[
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
        basis: Basis::ByOwnership(&ByOwnership {
            corporate: Answer::Assumed(UNMANAGED),
            personal: Answer::ManagedOnly,
            unknown: Answer::Partial(Reason("ownership-unknown")),
        }),
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
];

/// What all answers have in common.
const LAYOUT: Layout = Layout {
    system: "jamf-pro",
    platform: Platform::Ios,
    platforms: PLATFORMS,
    ownerships: OWNERSHIPS,
    enrollments: ENROLLMENTS,
    coverage: COVERAGE,
    sources: &[DETAIL],
    ..Layout::BASE
};

/// The paged list with details.
pub(super) const LIST: Layout = Layout {
    spec: ArtifactSpec {
        id: "jamf-pro-mobile-devices",
        title: "Jamf Pro mobile devices with details",
        proves: "The device reported the app to Jamf Pro at its last inventory.",
        does_not_prove: "Without the section APPLICATIONS there is no list. Enrollments of users report managed apps only, and unmanaged apps are listed only where the settings collect them.",
        since: "Jamf Pro 10.48",
    },
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
        app_keys: APP_KEYS,
        total: Some("totalCount"),
        known_by: &[
            &["mobileDeviceId", "deviceType"],
            &["mobileDeviceId", "general"],
            &["mobileDeviceId", "hardware"],
            &["mobileDeviceId", "applications"],
            &["mobileDeviceId", "applications[].identifier", "general"],
        ],
        ..Records::BASE
    }),
    ..LAYOUT
};

/// One device with its details.
pub(super) const DEVICE: Layout = Layout {
    spec: ArtifactSpec {
        id: "jamf-pro-mobile-device",
        title: "Jamf Pro mobile device with details",
        proves: "The device reported the app to Jamf Pro at its last inventory.",
        does_not_prove: "Enrollments of users report managed apps only, and unmanaged apps are listed only where the settings collect them.",
        since: "Jamf Pro API v2",
    },
    shape: Shape::Records(Records {
        at: &["", "[]"],
        keys: &[
            ("id", Role::DeviceId),
            ("type", Role::Platform),
            ("udid", Role::Udid),
            ("name", Role::DeviceName),
            ("osVersion", Role::OsVersion),
            ("lastInventoryUpdateTimestamp", Role::InventoryTime),
            ("lastContactTimestamp", Role::LastSeen),
            ("deviceOwnershipLevel", Role::Ownership),
            ("deviceOwnershipLevel", Role::Enrollment),
            ("ios.supervised", Role::Supervised),
            ("serialNumber", Role::Serial),
            ("ios.modelIdentifier", Role::Model),
            ("ios.model", Role::ModelMore),
            ("location.emailAddress", Role::User),
            ("location.username", Role::UserMore),
        ],
        apps: "ios.applications[]",
        app_keys: APP_KEYS,
        known_by: &[
            &["managementId", "serialNumber", "ios"],
            &["managementId", "serialNumber", "type", "deviceOwnershipLevel"],
            &["managementId", "serialNumber", "type", "lastInventoryUpdateTimestamp"],
            &["serialNumber", "ios.applications[].identifier"],
        ],
        ..Records::BASE
    }),
    sources: &["https://developer.jamf.com/jamf-pro/reference/get_v2-mobile-devices-id-detail"],
    ..LAYOUT
};

/// The list without details: who the devices are.
pub(super) const NAMES: Layout = Layout {
    spec: ArtifactSpec {
        id: "jamf-pro-device-list",
        title: "Jamf Pro mobile devices without details",
        proves: "Serial number and user of a device, as Jamf Pro has them.",
        does_not_prove: "It lists no apps: ask for the details with section=APPLICATIONS.",
        since: "Jamf Pro API v2",
    },
    shape: Shape::Records(Records {
        at: &["results[]"],
        keys: &[
            ("id", Role::DeviceId),
            ("type", Role::Platform),
            ("udid", Role::Udid),
            ("name", Role::DeviceName),
            ("serialNumber", Role::Serial),
            ("modelIdentifier", Role::Model),
            ("username", Role::User),
        ],
        total: Some("totalCount"),
        known_by: &[&["id", "serialNumber", "managementId", "type"]],
        ..Records::BASE
    }),
    sources: &["https://developer.jamf.com/jamf-pro/reference/get_v2-mobile-devices"],
    ..LAYOUT
};

const APP_KEYS: &[(&str, Role)] = &[
    ("identifier", Role::AppId),
    ("name", Role::AppName),
    ("shortVersion", Role::Version),
    ("version", Role::VersionMore),
];

const CLASSIC: &str = "https://developer.jamf.com/jamf-pro/reference/findmobiledevicesbyid";

const CLASSIC_KEYS: &[(&str, Role)] = &[
    ("general.id", Role::DeviceId),
    ("general.os_type", Role::Platform),
    ("general.udid", Role::Udid),
    ("general.display_name", Role::DeviceName),
    ("general.os_version", Role::OsVersion),
    ("general.last_inventory_update_utc", Role::InventoryTime),
    ("general.device_ownership_level", Role::Ownership),
    ("general.device_ownership_level", Role::Enrollment),
    ("general.supervised", Role::Supervised),
    ("general.serial_number", Role::Serial),
    ("general.model_identifier", Role::Model),
    ("general.model", Role::ModelMore),
    ("location.email_address", Role::User),
    ("location.username", Role::UserMore),
    ("network.imei", Role::Imei),
];

const CLASSIC_APP_KEYS: &[(&str, Role)] =
    &[("identifier", Role::AppId), ("application_name", Role::AppName), ("application_version", Role::Version)];

/// A device of the Classic API, as XML.
pub(super) const CLASSIC_XML: Layout = Layout {
    spec: ArtifactSpec {
        id: "jamf-classic-mobile-device",
        title: "Jamf Pro Classic API mobile device (XML)",
        proves: "The device reported the app to Jamf Pro at its last inventory.",
        does_not_prove: "Enrollments of users report managed apps only, and unmanaged apps are listed only where the settings collect them. A subset without general data names no device but by the name of its file.",
        since: "",
    },
    shape: Shape::Xml(Records {
        at: &["mobile_device"],
        keys: CLASSIC_KEYS,
        apps: "applications.application[]",
        app_keys: CLASSIC_APP_KEYS,
        known_by: &[
            &["general.udid", "general.serial_number"],
            &["applications.application.identifier"],
            &["applications"],
        ],
        ..Records::BASE
    }),
    file_name: FileName::Number,
    sources: &[CLASSIC],
    ..LAYOUT
};

/// The list of the Classic API, as XML: who the devices are.
pub(super) const CLASSIC_NAMES: Layout = Layout {
    spec: ArtifactSpec {
        id: "jamf-classic-device-list",
        title: "Jamf Pro Classic API mobile devices (XML)",
        proves: "Serial number and user of a device, as Jamf Pro has them.",
        does_not_prove: "It lists no apps.",
        since: "",
    },
    shape: Shape::Xml(Records {
        at: &["mobile_devices.mobile_device[]"],
        keys: &[
            ("id", Role::DeviceId),
            ("udid", Role::Udid),
            ("name", Role::DeviceName),
            ("serial_number", Role::Serial),
            ("model_identifier", Role::Model),
            ("supervised", Role::Supervised),
            ("username", Role::User),
        ],
        known_by: &[&["id", "udid", "serial_number"]],
        ..Records::BASE
    }),
    sources: &[CLASSIC],
    ..LAYOUT
};

/// A device of the Classic API, as JSON.
pub(super) const CLASSIC_JSON: Layout = Layout {
    spec: ArtifactSpec {
        id: "jamf-classic-mobile-device-json",
        title: "Jamf Pro Classic API mobile device (JSON)",
        proves: CLASSIC_XML.spec.proves,
        does_not_prove: CLASSIC_XML.spec.does_not_prove,
        since: "",
    },
    // The form is known, the spelling of its keys is not documented.
    experimental: true,
    shape: Shape::Records(Records {
        at: &["mobile_device"],
        keys: CLASSIC_KEYS,
        apps: "applications[]",
        app_keys: CLASSIC_APP_KEYS,
        known_by: &[
            &["general.udid", "general.serial_number"],
            &["applications[].identifier"],
            &["applications[].application_name"],
            &["applications"],
        ],
        ..Records::BASE
    }),
    file_name: FileName::Number,
    sources: &[CLASSIC],
    ..LAYOUT
};

/// Jamf School.
pub(super) const SCHOOL: Layout = Layout {
    spec: ArtifactSpec {
        id: "jamf-school-devices",
        title: "Jamf School devices with apps",
        proves: "A device of the school reported the app.",
        does_not_prove: "Which device it is, and that an app which is not listed is absent.",
        since: "",
    },
    system: "jamf-school",
    experimental: true,
    shape: Shape::Records(Records {
        at: &["devices[]"],
        apps: "apps[]",
        app_keys: &[
            ("identifier", Role::AppId),
            ("name", Role::AppName),
            ("vendor", Role::Publisher),
            ("version", Role::Version),
        ],
        known_by: &[&["apps[].identifier", "apps[].vendor"]],
        ..Records::BASE
    }),
    sources: &["https://school.jamfcloud.com/api/docs"],
    ..LAYOUT
};
