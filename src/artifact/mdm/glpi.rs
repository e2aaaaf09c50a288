//! GLPI, FusionInventory, Flyve and OCS agents: the inventory of one device, as
//! JSON or XML.
//!
//! Keys: `inventory.schema.json` of glpi-project/inventory_format and its
//! samples. `comments` is the package. The OCS agent leaves it empty; there the
//! last folder of the data directory is the package. What the agent may see is
//! the device's affair: since Android 11 an app sees others only with a
//! permission.

use super::app::Values;
use super::device::Draft;
use super::layout::{Cover, Layout, Records, Role, Shape};
use super::values::looks_like_identifier;
use crate::artifact::ArtifactSpec;
use crate::model::{Answer, Basis, Enrollment, ListScope, Platform, Reason};

const FORMAT: &str = "https://github.com/glpi-project/inventory_format";

const LAYOUT: Layout = Layout {
    system: "glpi",
    platforms: &[
        ("android", Platform::Android, Enrollment::Unknown),
        ("ios", Platform::Ios, Enrollment::Unknown),
        ("other", Platform::OutOfScope, Enrollment::Unknown),
    ],
    system_apps: &[("system*", true), ("apex*", true), ("product*", true), ("vendor*", true)],
    coverage: &[
        Cover {
            platforms: &[Platform::Android, Platform::Unknown],
            enrollments: &[],
            scope: ListScope::AllApps,
            users: &[0],
            basis: Basis::Always(Answer::Assumed("The agent was allowed to see every package of the device")),
            note: "The agent lists the packages it may see, of the user it runs in.",
            source: FORMAT,
        },
        Cover::any(
            ListScope::ThirdPartyApps,
            Basis::Always(Answer::Partial(Reason("not-all-apps-collected"))),
            "How the apps of an Apple device come into an inventory is not documented.",
            FORMAT,
        ),
    ],
    adjust: Some(device),
    adjust_app: Some(package),
    sources: &[FORMAT],
    ..Layout::BASE
};

/// The inventory as JSON.
pub(super) const JSON: Layout = Layout {
    spec: ArtifactSpec {
        id: "glpi-inventory",
        title: "GLPI inventory of a device (JSON)",
        proves: "The agent saw the package on the device.",
        does_not_prove: "That a package which is not listed is absent: the agent may not see all, and sees one user only. Some inventories are partial.",
        since: "",
    },
    shape: Shape::Records(Records {
        at: &["", "[]"],
        keys: &[
            ("content.hardware.name", Role::DeviceName),
            ("content.hardware.uuid", Role::OtherId),
            ("content.bios.ssn", Role::Serial),
            ("content.bios.smodel", Role::Model),
            ("content.operatingsystem.full_name", Role::OsVersion),
            ("content.operatingsystem.full_name", Role::Platform),
            ("content.operatingsystem.name", Role::PlatformHint),
            ("content.users[].login", Role::User),
            ("content.accesslog.logdate", Role::InventoryTime),
        ],
        apps: "content.softwares[]",
        app_keys: &[
            ("comments", Role::AppId),
            ("name", Role::AppName),
            ("version", Role::Version),
            ("folder", Role::Source),
        ],
        page: true,
        more: &["partial"],
        known_by: &[
            &["deviceid", "content.versionclient"],
            &["deviceid", "content.hardware"],
            &["deviceid", "content.softwares"],
        ],
        ..Records::BASE
    }),
    ..LAYOUT
};

/// The inventory as XML.
pub(super) const XML: Layout = Layout {
    spec: ArtifactSpec {
        id: "glpi-inventory-xml",
        title: "GLPI, FusionInventory or OCS inventory of a device (XML)",
        proves: "The agent saw the package on the device.",
        does_not_prove: "That a package which is not listed is absent: the agent may not see all, and sees one user only.",
        since: "",
    },
    shape: Shape::Xml(Records {
        at: &["REQUEST"],
        keys: &[
            ("CONTENT.HARDWARE.NAME", Role::DeviceName),
            ("CONTENT.HARDWARE.UUID", Role::OtherId),
            ("CONTENT.BIOS.SSN", Role::Serial),
            ("CONTENT.BIOS.SMODEL", Role::Model),
            ("CONTENT.HARDWARE.OSVERSION", Role::OsVersion),
            ("CONTENT.HARDWARE.OSNAME", Role::Platform),
            ("CONTENT.OPERATINGSYSTEM.FULL_NAME", Role::PlatformHint),
            ("CONTENT.USER.LOGIN", Role::User),
            ("CONTENT.ACCESSLOG.LOGDATE", Role::InventoryTime),
        ],
        apps: "CONTENT.SOFTWARES[]",
        app_keys: &[
            ("COMMENTS", Role::AppId),
            ("NAME", Role::AppName),
            ("VERSION", Role::Version),
            ("FOLDER", Role::Source),
        ],
        known_by: &[
            &["QUERY", "DEVICEID", "CONTENT"],
            &["QUERY", "DEVICEID", "CONTENT.HARDWARE"],
            &["QUERY", "DEVICEID", "CONTENT.SOFTWARES"],
        ],
        ..Records::BASE
    }),
    ..LAYOUT
};

/// What the agent writes as platform and serial number.
fn device(draft: &mut Draft) {
    let told = [Role::Platform, Role::PlatformHint].map(|r| draft.get(r).to_lowercase());
    if told.iter().any(|t| !t.is_empty()) {
        let apple = |t: &String| matches!(t.split([' ', '/']).next(), Some("ios" | "ipados" | "iphone" | "ipad"));
        let platform = match () {
            () if told.iter().any(|t| t.contains("android")) => "android",
            () if told.iter().any(apple) => "ios",
            () => "other",
        };
        draft.replace(Role::Platform, Some(platform));
    }
    // Agents that may not read the serial number put the Android id there.
    let serial = draft.get(Role::Serial).to_owned();
    let hex = serial.len() == 16 && serial.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    if hex || serial == draft.get(Role::OtherId) {
        draft.replace(Role::Serial, None);
        if draft.get(Role::OtherId).is_empty() {
            draft.replace(Role::OtherId, Some(&serial));
        }
    }
}

/// The package of the OCS agent: the last folder of its data directory. Folders
/// of code hold random letters and are no source of a name.
fn package(app: &mut Values) -> bool {
    let folder = app.get(Role::Source);
    if app.get(Role::AppId).is_empty() && (folder.starts_with("/data/user/") || folder.starts_with("/data/data/")) {
        let last = folder.rsplit('/').next().unwrap_or_default().to_owned();
        if looks_like_identifier(&last) {
            app.replace(Role::AppId, &last);
        }
    }
    true
}
