//! Microsoft Intune: the reports of its export API, as CSV or JSON.
//!
//! Columns: MicrosoftDocs/memdocs, "Intune reports and properties available
//! using Graph API". What is collected: "Intune discovered apps" of the same
//! documentation (2025-12). No report holds a package name or bundle
//! identifier: apps are known by name and publisher.

use super::layout::{Cover, Layout, Role, Rows, RowsOf, Shape};
use crate::artifact::ArtifactSpec;
use crate::model::{Answer, Basis, ByOwnership, Enrollment, ListScope, Ownership, Platform, Reason};

const REPORTS: &str =
    "https://learn.microsoft.com/en-us/mem/intune/fundamentals/reports-export-graph-available-reports";
const DISCOVERED: &str =
    "https://github.com/MicrosoftDocs/memdocs/blob/main/intune/intune-service/apps/app-discovered-apps.md";

/// Values of `Platform`, `Platform_loc`, `OSDescription` and `OS`.
const PLATFORMS: &[(&str, Platform, Enrollment)] = &[
    ("ios*", Platform::Ios, Enrollment::Unknown),
    ("ipados*", Platform::Ios, Enrollment::Unknown),
    ("iphone*", Platform::Ios, Enrollment::Unknown),
    ("androidworkprofile", Platform::Android, Enrollment::WorkProfile),
    ("androidpersonallyownedworkprofile", Platform::Android, Enrollment::WorkProfile),
    ("androidcorporateownedworkprofile", Platform::Android, Enrollment::WorkProfile),
    ("androidfullymanageddedicated", Platform::Android, Enrollment::FullyManaged),
    ("androiddedicatedandfullymanaged", Platform::Android, Enrollment::FullyManaged),
    ("androidfullymanaged", Platform::Android, Enrollment::FullyManaged),
    ("androiddedicated", Platform::Android, Enrollment::FullyManaged),
    ("android*", Platform::Android, Enrollment::Unknown),
    ("windows*", Platform::OutOfScope, Enrollment::Unknown),
    ("macos*", Platform::OutOfScope, Enrollment::Unknown),
    ("tvos*", Platform::OutOfScope, Enrollment::Unknown),
    ("chromeos*", Platform::OutOfScope, Enrollment::Unknown),
    ("linux*", Platform::OutOfScope, Enrollment::Unknown),
];

/// Numbers are not in here: which number means what is not documented for reports.
const OWNERSHIPS: &[(&str, Ownership)] =
    &[("corporate", Ownership::Corporate), ("company", Ownership::Corporate), ("personal", Ownership::Personal)];

/// `deviceEnrollmentType`: enrollments that show managed apps only, whoever is
/// entered as owner.
const ENROLLMENTS: &[(&str, Enrollment)] = &[
    ("appleuserenrollment", Enrollment::UserEnrollment),
    ("appleuserenrollmentwithserviceaccount", Enrollment::UserEnrollment),
    ("androidenterprisecorporateworkprofile", Enrollment::WorkProfile),
];

const COVERAGE: &[Cover] = &[
    Cover {
        platforms: &[Platform::Ios],
        enrollments: &[],
        scope: ListScope::ThirdPartyApps,
        users: &[],
        basis: Basis::ByOwnership(&ByOwnership {
            corporate: Answer::Complete,
            personal: Answer::ManagedOnly,
            unknown: Answer::Partial(Reason("ownership-unknown")),
        }),
        note: "Intune lists all apps but system apps of corporate iOS and iPadOS devices, and managed apps only of personal ones.",
        source: DISCOVERED,
    },
    Cover {
        platforms: &[Platform::Android],
        enrollments: &[Enrollment::WorkProfile, Enrollment::FullyManaged],
        scope: ListScope::WorkProfile,
        users: &[],
        basis: Basis::Always(Answer::ManagedOnly),
        note: "Intune lists the apps inside the work profile of Android Enterprise devices.",
        source: DISCOVERED,
    },
    Cover {
        platforms: &[],
        enrollments: &[],
        scope: ListScope::ThirdPartyApps,
        users: &[],
        basis: Basis::Always(Answer::Partial(Reason("not-all-apps-collected"))),
        note: "Which apps Intune lists for this kind of device is not documented.",
        source: DISCOVERED,
    },
];

/// What all exports of Intune have in common.
pub(super) const LAYOUT: Layout = Layout {
    system: "intune",
    platforms: PLATFORMS,
    ownerships: OWNERSHIPS,
    enrollments: ENROLLMENTS,
    coverage: COVERAGE,
    sources: &[REPORTS, DISCOVERED],
    ..Layout::BASE
};

/// `AppInvRawData` and `AppInvByDevice`: one row for each app and device.
pub(super) const APPS: Layout = Layout {
    spec: ArtifactSpec {
        id: "intune-app-inventory",
        title: "Intune app inventory (AppInvRawData, AppInvByDevice)",
        proves: "Intune found an app of this name and publisher on the device at its last inventory.",
        does_not_prove: "Intune reports names, no identifiers: another app may bear the name. Personal devices report managed apps only, and the inventory may be a week old.",
        since: "2021",
    },
    shape: Shape::Rows(Rows {
        of: RowsOf::Apps,
        columns: &[
            (Role::DeviceId, &["deviceid", "manageddeviceid"]),
            (Role::DeviceName, &["devicename"]),
            (Role::Serial, &["serialnumber"]),
            (Role::User, &["userprincipalname", "upn", "emailaddress", "username"]),
            (Role::OsVersion, &["osversion"]),
            (Role::Platform, &["platformloc", "platform"]),
            (Role::PlatformHint, &["osdescription", "operatingsystem", "os"]),
            (Role::Ownership, &["ownershiploc", "ownership", "ownertypeloc", "ownertype", "manageddeviceownertype"]),
            (Role::LastSeen, &["lastcontact", "lastcheckin", "lastsyncdatetime"]),
            (Role::AppName, &["applicationname"]),
            (Role::AppIdMaybe, &["applicationid"]),
            (Role::Publisher, &["applicationpublisher", "publisher"]),
            (Role::Version, &["applicationshortversion", "applicationversion", "version"]),
            (Role::VersionMore, &["applicationversion", "version"]),
        ],
        known_by: &[&["applicationname", "deviceid"], &["applicationname", "applicationkey", "deviceid"]],
        ..Rows::BASE
    }),
    ..LAYOUT
};

/// `AppInvAggregate`, the export of the page "Discovered apps", and the older
/// `DetectedAppsAggregate`: how many devices have an app, not which.
pub(super) const AGGREGATE: Layout = Layout {
    spec: ArtifactSpec {
        id: "intune-app-aggregate",
        title: "Intune discovered apps, counted (AppInvAggregate)",
        proves: "Some devices of the tenant have an app of this name.",
        does_not_prove: "It names no device. Export AppInvRawData to learn which.",
        since: "2021",
    },
    shape: Shape::Rows(Rows {
        of: RowsOf::Aggregate,
        columns: &[
            (Role::Platform, &["platformloc", "platform"]),
            (Role::AppName, &["applicationname"]),
            (Role::AppIdMaybe, &["applicationid"]),
            (Role::Publisher, &["applicationpublisher", "publisher"]),
            (Role::Version, &["applicationshortversion", "applicationversion", "version"]),
            (Role::VersionMore, &["applicationversion", "version"]),
            (Role::DeviceCount, &["devicecount"]),
        ],
        known_by: &[&["applicationname", "devicecount"]],
        not: &["deviceid"],
        ..Rows::BASE
    }),
    ..LAYOUT
};

/// `DevicesWithInventory` (the export of the page "All devices") and `Devices`:
/// who a device is, without apps.
pub(super) const DEVICES: Layout = Layout {
    spec: ArtifactSpec {
        id: "intune-devices",
        title: "Intune devices (DevicesWithInventory, Devices)",
        proves: "Serial number, owner, ownership and last check-in of a device, as Intune has them.",
        does_not_prove: "It lists no apps.",
        since: "2021",
    },
    shape: Shape::Rows(Rows {
        of: RowsOf::Devices,
        columns: &[
            (Role::DeviceId, &["deviceid"]),
            (Role::DeviceName, &["devicename"]),
            (Role::Serial, &["serialnumber"]),
            (Role::Imei, &["imei"]),
            (
                Role::User,
                &[
                    "primaryuserupn",
                    "upn",
                    "primaryuseremailaddress",
                    "useremail",
                    "primaryuserdisplayname",
                    "username",
                ],
            ),
            (Role::Model, &["model"]),
            (Role::OsVersion, &["osversion"]),
            (Role::Platform, &["os", "devicetypeloc", "devicetype"]),
            (Role::PlatformHint, &["osdescription"]),
            (Role::Ownership, &["ownershiploc", "ownership", "ownertypeloc", "ownertype"]),
            (Role::Supervised, &["supervised", "supervisedstatus", "issupervised"]),
            (Role::LastSeen, &["lastcheckin", "lastcontact"]),
        ],
        known_by: &[
            &["deviceid", "devicename", "lastcheckin"],
            &["deviceid", "devicename", "lastcontact"],
            &["deviceid", "devicename", "serialnumber"],
            &["deviceid", "devicename", "primaryuserupn"],
            &["deviceid", "devicename", "lastcheckin", "serialnumber", "ownership"],
        ],
        not: &["applicationname", "appname"],
        ..Rows::BASE
    }),
    coverage: &[],
    ..LAYOUT
};
