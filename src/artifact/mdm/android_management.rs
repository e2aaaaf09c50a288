//! Android Management API: `enterprises.devices`, as a page, a device of its
//! own, an array, or lines.
//!
//! Fields: the discovery document of the API (`androidmanagement.v1`, revision
//! 20261104). `applicationReports` are "reports for apps installed on the
//! device", there only where the policy asks for them; removed apps are in it
//! where the policy asks for those. Status reports also come as notifications.

use super::device::Draft;
use super::layout::{Cover, Layout, Records, Role, Shape};
use crate::artifact::ArtifactSpec;
use crate::model::{Answer, Basis, ByOwnership, Enrollment, ListScope, Ownership, Platform, Reason, State};

const DEVICE: &str = "https://developers.google.com/android/management/reference/rest/v1/enterprises.devices";

const APP_KEYS: &[(&str, Role)] = &[
    ("packageName", Role::AppId),
    ("displayName", Role::AppName),
    ("versionName", Role::Version),
    ("versionCode", Role::VersionMore),
    ("state", Role::State),
    ("applicationSource", Role::Source),
    ("installerPackageName", Role::Installer),
    ("signingKeyCerts[].signingKeyCertFingerprintSha256", Role::SignerSha256),
    ("signingKeyCertFingerprints[]", Role::SignerSha1),
];

/// The devices of an enterprise with their application reports.
pub(super) const DEVICES: Layout = Layout {
    spec: ArtifactSpec {
        id: "android-management-devices",
        title: "Android Management API devices",
        proves: "The device reported the app to the Android Management API, with the signer Android recorded.",
        does_not_prove: "Devices with a work profile report that profile only; other users of a device report nothing. Reports are as old as the last status report.",
        since: "v1",
    },
    system: "android-management",
    experimental: false,
    shape: Shape::Records(Records {
        at: &["devices[]", "[]", ""],
        keys: &[
            ("name", Role::DeviceId),
            ("hardwareInfo.serialNumber", Role::Serial),
            ("hardwareInfo.enterpriseSpecificId", Role::OtherId),
            ("hardwareInfo.model", Role::Model),
            ("networkInfo.imei", Role::Imei),
            ("softwareInfo.androidVersion", Role::OsVersion),
            ("ownership", Role::Ownership),
            ("managementMode", Role::Enrollment),
            ("lastStatusReportTime", Role::LastSeen),
            ("user.accountIdentifier", Role::User),
            ("userName", Role::UserMore),
        ],
        apps: "applicationReports[]",
        app_keys: APP_KEYS,
        more: &["nextPageToken"],
        total: None,
        known_by: &[
            &["name", "managementMode"],
            &["name", "appliedPolicyName"],
            &["name", "appliedState"],
            &["name", "enrollmentTime"],
            &["name", "applicationReports"],
            &["hardwareInfo", "applicationReports"],
            &["applicationReports[].packageName"],
            &["name", "managementMode", "applicationReports[].packageName"],
        ],
        ..Records::BASE
    }),
    platform: Platform::Android,
    ownerships: &[("companyowned", Ownership::Corporate), ("personallyowned", Ownership::Personal)],
    enrollments: &[("deviceowner", Enrollment::FullyManaged), ("profileowner", Enrollment::WorkProfile)],
    // Absent: the reports are of installed apps. Named "unspecified": not known.
    state: State::Installed,
    states: &[("installed", State::Installed), ("removed", State::Removed)],
    system_apps: &[
        ("systemappfactoryversion", true),
        ("systemappupdatedversion", true),
        ("installedfromplaystore", false),
        ("custom", false),
    ],
    coverage: &[
        Cover {
            platforms: &[],
            enrollments: &[Enrollment::FullyManaged],
            scope: ListScope::AllApps,
            users: &[0],
            basis: Basis::ByOwnership(&ByOwnership {
                corporate: Answer::Complete,
                personal: Answer::ManagedOnly,
                unknown: Answer::Partial(Reason("ownership-unknown")),
            }),
            note: "A fully managed device reports every installed app.",
            source: DEVICE,
        },
        Cover {
            platforms: &[],
            enrollments: &[Enrollment::WorkProfile],
            scope: ListScope::WorkProfile,
            users: &[],
            basis: Basis::Always(Answer::ManagedOnly),
            note: "A profile owner sees the work profile only.",
            source: DEVICE,
        },
        Cover {
            platforms: &[],
            enrollments: &[],
            scope: ListScope::ThirdPartyApps,
            users: &[],
            basis: Basis::Always(Answer::Partial(Reason("management-mode-unknown"))),
            note: "The record does not tell how the device is managed.",
            source: DEVICE,
        },
    ],
    adjust: Some(adjust),
    sources: &[DEVICE, "https://androidmanagement.googleapis.com/$discovery/rest?version=v1"],
    ..Layout::BASE
};

/// Notifications with a device inside, as Pub/Sub delivers them: pushed, pulled,
/// or one a line. The device is JSON in base64.
pub(super) const NOTIFICATIONS: Layout = Layout {
    spec: ArtifactSpec {
        id: "android-management-notifications",
        title: "Android Management API notifications (Pub/Sub)",
        proves: DEVICES.spec.proves,
        does_not_prove: "Devices with a work profile report that profile only; other users of a device report nothing. Notifications of commands and enrollments list no apps.",
        since: "v1",
    },
    shape: Shape::Records(Records {
        at: &["receivedMessages[]", "[]", ""],
        keys: &[
            ("message.data.name", Role::DeviceId),
            ("message.data.hardwareInfo.serialNumber", Role::Serial),
            ("message.data.hardwareInfo.enterpriseSpecificId", Role::OtherId),
            ("message.data.hardwareInfo.model", Role::Model),
            ("message.data.networkInfo.imei", Role::Imei),
            ("message.data.softwareInfo.androidVersion", Role::OsVersion),
            ("message.data.ownership", Role::Ownership),
            ("message.data.managementMode", Role::Enrollment),
            ("message.data.lastStatusReportTime", Role::LastSeen),
            ("message.data.user.accountIdentifier", Role::User),
            ("message.data.userName", Role::UserMore),
        ],
        embedded: Some("message.data"),
        apps: "message.data.applicationReports[]",
        app_keys: APP_KEYS,
        known_by: &[&["message.data", "message.attributes.notificationType"]],
        ..Records::BASE
    }),
    sources: &[DEVICE, "https://developers.google.com/android/management/notifications"],
    ..DEVICES
};

/// Takes resource names apart. On personally owned devices since Android 12 the
/// serial number is the enterprise-specific id: no serial number.
fn adjust(draft: &mut Draft) {
    let name = draft.get(Role::DeviceId).to_owned();
    // What follows the device is an operation on it.
    let mut parts = name.split('/');
    if let (Some("enterprises"), Some(enterprise), Some("devices"), Some(device)) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    {
        draft.tenant = enterprise.into();
        draft.replace(Role::DeviceId, Some(device));
    }
    let serial = draft.get(Role::Serial).to_owned();
    let personal = draft.get(Role::Ownership) == "PERSONALLY_OWNED";
    if !serial.is_empty() && (personal || serial == draft.get(Role::OtherId)) {
        draft.replace(Role::Serial, None);
        draft.replace(Role::OtherId, Some(&serial));
    }
}
