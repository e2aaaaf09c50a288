//! Tables of unknown systems whose headers leave no doubt (`generic-export`).
//!
//! Names of columns are looked up in a table of usual names. A file is read only
//! where exactly one column stands for each fact that decides something. Where
//! two could, or one could mean two things, nothing is guessed: the file is
//! refused with the question. What such a list holds is documented nowhere, so
//! that it never makes a device clear.

use super::device::Draft;
use super::layout::{Columns, Cover, Layout, Role, Rows, Shape};
use super::survey::{Survey, describe, header};
use super::values::{is_guid, normal};
use super::{csv, json};
use crate::artifact::{Artifact, ArtifactSpec, ParseError, Parser, ParserSpec, Sink};
use crate::evidence::{Affinity, Probe, head_of};
use crate::format::text::Encoding;
use crate::model::{Answer, Basis, Enrollment, ListScope, Ownership, Platform, Reason, State, escape_component};

/// Usual names of columns, normalised; the first that occurs is preferred. No
/// name stands twice.
pub(super) const USUAL: Columns = &[
    (
        Role::DeviceId,
        &["deviceid", "mdmdeviceid", "devicemdmid", "manageddeviceid", "deviceguid", "deviceuuid", "deviceidentifier"],
    ),
    (
        Role::DeviceName,
        &["devicename", "devicefriendlyname", "devicedisplayname", "hostname", "device", "devicehostname"],
    ),
    (Role::Serial, &["serialnumber", "serial", "hardwareserial", "deviceserial", "deviceserialnumber", "serialno"]),
    (Role::Udid, &["udid", "deviceudid"]),
    (Role::Imei, &["imei", "deviceimei", "imeinumber", "imei1"]),
    (
        Role::User,
        &[
            "userprincipalname",
            "upn",
            "primaryuserupn",
            "useremail",
            "useremailaddress",
            "emailaddress",
            "email",
            "username",
            "primaryuser",
            "assigneduser",
            "user",
            "login",
        ],
    ),
    (Role::Model, &["model", "devicemodel", "modelname"]),
    (Role::OsVersion, &["osversion", "deviceosversion", "operatingsystemversion", "platformversion"]),
    (Role::Platform, &["platform", "deviceplatform", "ostype", "osname", "platformtype"]),
    (Role::PlatformHint, &["os", "operatingsystem", "deviceos"]),
    (
        Role::Ownership,
        &["ownership", "ownertype", "manageddeviceownertype", "deviceownershiptype", "deviceownership", "ownedby"],
    ),
    (
        Role::LastSeen,
        &[
            "lastseen",
            "lastcheckin",
            "lastcheckintime",
            "lastsyncdatetime",
            "lastsync",
            "lastcontact",
            "lastinventoryupdate",
            "lastinventorydate",
            "laststatusreporttime",
        ],
    ),
    (
        Role::AppId,
        &[
            "packagename",
            "bundleid",
            "bundleidentifier",
            "packageid",
            "package",
            "pkg",
            "appidentifier",
            "applicationidentifier",
            "appbundleid",
            "appbundleidentifier",
            "applicationbundleid",
            "apppackageid",
            "apppackagename",
            "apppackage",
            "applicationpackage",
            "applicationpkg",
        ],
    ),
    (Role::AppIdMaybe, &["appid", "applicationid"]),
    (
        Role::AppName,
        &[
            "appname",
            "applicationname",
            "application",
            "app",
            "appdisplayname",
            "applicationdisplayname",
            "softwarename",
            "software",
            "swname",
        ],
    ),
    (Role::Publisher, &["publisher", "apppublisher", "applicationpublisher", "appvendor", "vendor", "developer"]),
    (
        Role::Version,
        &["appversion", "applicationversion", "installedversion", "versioninstalled", "version", "versionname"],
    ),
    (Role::VersionMore, &["shortversion", "bundleshortversion"]),
    (
        Role::State,
        &[
            "installstate",
            "installationstate",
            "installstatus",
            "installationstatus",
            "appstate",
            "appstatus",
            "applicationstate",
            "applicationstatus",
        ],
    ),
];

/// Names that mean one thing here and another there, with what they may mean.
pub(super) const UNCLEAR: &[(&str, &[Role])] = &[
    ("name", &[Role::AppName, Role::DeviceName]),
    ("displayname", &[Role::AppName, Role::DeviceName]),
    ("friendlyname", &[Role::AppName, Role::DeviceName]),
    ("title", &[Role::AppName]),
    ("identifier", &[Role::AppId, Role::DeviceId]),
    ("status", &[Role::State]),
    ("state", &[Role::State]),
    ("installed", &[Role::State]),
];

/// Roles that decide what is found where: a second column for one of them is a
/// question.
const DECIDE: &[Role] = &[
    Role::DeviceId,
    Role::DeviceName,
    Role::Serial,
    Role::Udid,
    Role::Imei,
    Role::Platform,
    Role::Ownership,
    Role::AppId,
    Role::AppIdMaybe,
    Role::AppName,
    Role::State,
];

/// A role that tells devices apart.
pub(super) fn names_device(role: Role) -> bool {
    matches!(role, Role::DeviceId | Role::DeviceName | Role::Serial | Role::Udid | Role::Imei | Role::EnrollmentId)
}

/// A role that tells apps apart.
pub(super) fn names_app(role: Role) -> bool {
    matches!(role, Role::AppId | Role::AppIdMaybe | Role::AppName)
}

/// What a usual name stands for.
pub(super) fn usual(name: &str) -> Option<Role> {
    USUAL.iter().find(|(_, names)| names.contains(&name)).map(|(role, _)| *role)
}

/// What a name may stand for that has several meanings.
pub(super) fn unclear(name: &str) -> Option<&'static [Role]> {
    UNCLEAR.iter().find(|(n, _)| *n == name).map(|(_, roles)| *roles)
}

/// Whether a header can be read without a guess.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Judgement {
    /// It names no apps on devices.
    No,
    /// Each fact has one column.
    Plain,
    /// It may, if somebody answers this.
    Question(String),
}

/// Judges the names of columns, as they stand.
pub(super) fn judge<S: AsRef<str>>(columns: &[S]) -> Judgement {
    let told: Vec<(&str, Role)> =
        columns.iter().filter_map(|c| Some((c.as_ref(), usual(&normal(c.as_ref()))?))).collect();
    let asks: Vec<(&str, &[Role])> =
        columns.iter().filter_map(|c| Some((c.as_ref(), unclear(&normal(c.as_ref()))?))).collect();
    let device = told.iter().any(|(_, role)| names_device(*role));
    let app = told.iter().any(|(_, role)| names_app(*role));
    let may = |names: fn(Role) -> bool| asks.iter().any(|(_, roles)| roles.iter().any(|r| names(*r)));
    // One name cannot be that of the device and of the app.
    let enough = device || app || asks.iter().filter(|(_, roles)| roles.len() > 1).count() > 1;
    let both = (device || may(names_device)) && (app || may(names_app)) && enough;
    if !both {
        return Judgement::No;
    }
    let quoted = |name: &str| format!("“{}”", escape_component(name.as_bytes()));
    for role in DECIDE {
        let same: Vec<String> = told.iter().filter(|(_, r)| r == role).map(|(c, _)| quoted(c)).collect();
        if same.len() > 1 {
            let (columns, what) = (same.join(" and "), meaning(*role));
            return Judgement::Question(format!("{columns} may both be {what}: which one is?"));
        }
    }
    match asks.first() {
        Some((column, roles)) => Judgement::Question(format!("{}: {}", quoted(column), question(roles))),
        None => Judgement::Plain,
    }
}

/// What a role holds, for people.
pub(super) fn meaning(role: Role) -> &'static str {
    match role {
        Role::DeviceId => "the id of the device",
        Role::DeviceName => "the name of the device",
        Role::Serial => "its serial number",
        Role::Udid => "its UDID",
        Role::Imei => "its IMEI",
        Role::Platform => "the platform",
        Role::Ownership => "who owns the device",
        Role::AppId | Role::AppIdMaybe => "the package name or bundle identifier of the app",
        Role::AppName => "the name of the app",
        Role::State => "whether the app is installed",
        _ => "the same fact",
    }
}

/// The question about a name with several meanings.
pub(super) fn question(roles: &[Role]) -> String {
    match roles {
        [one] => format!("is this {}, or something else?", meaning(*one)),
        _ => format!("is this {}?", roles.iter().map(|r| meaning(*r)).collect::<Vec<_>>().join(" or ")),
    }
}

const GENERIC: ArtifactSpec = ArtifactSpec {
    id: "generic-export",
    title: "Table of apps on devices, from a system that is not known",
    proves: "The table names the app in a row of the device.",
    does_not_prove: "That the app is on the device today, or that an app which is not listed is absent: nobody documents what the table holds.",
    since: "",
};

const QUESTION: ArtifactSpec = ArtifactSpec {
    id: "unclear-export",
    title: "Table of a system that is not known, with headers of several meanings",
    proves: "Nothing, before a mapping file says what its columns are.",
    does_not_prove: "It was not read.",
    since: "",
};

static SPEC: ParserSpec = ParserSpec {
    id: "generic-export",
    title: "Tables of unknown systems, by usual names of columns",
    platform: Platform::Unknown,
    artifacts: &[GENERIC, QUESTION],
    claims: &[],
    sources: &["docs/mapping.md"],
};

static LAYOUT: Layout = Layout {
    spec: GENERIC,
    system: "generic",
    note: "Read by the usual names of its columns: nobody documents which apps it lists.",
    shape: Shape::Rows(Rows {
        at: AT,
        key: &[Role::DeviceId, Role::Serial, Role::Udid, Role::Imei],
        columns: USUAL,
        ..Rows::BASE
    }),
    platforms: PLATFORMS,
    // That a device is the organisation's would let lists of other files prove
    // more: a table that nobody vouches for does not say so.
    ownerships: &[
        ("personal*", Ownership::Personal),
        ("byod*", Ownership::Personal),
        ("employee*", Ownership::Personal),
    ],
    states: STATES,
    coverage: &[Cover::any(
        ListScope::ThirdPartyApps,
        Basis::Always(Answer::Partial(Reason("generic-export"))),
        "Nobody documents which apps the table lists.",
        "docs/mapping.md",
    )],
    adjust: Some(say_little),
    sources: &["docs/mapping.md"],
    ..Layout::BASE
};

/// Places of rows in a document.
const AT: &[&str] =
    &["[]", "value[]", "results[]", "data[]", "items[]", "records[]", "rows[]", "devices[]", "apps[]", ""];

/// Usual words for platforms.
pub(super) const PLATFORMS: &[(&str, Platform, Enrollment)] = &[
    ("ios*", Platform::Ios, Enrollment::Unknown),
    ("ipados*", Platform::Ios, Enrollment::Unknown),
    ("iphone*", Platform::Ios, Enrollment::Unknown),
    ("ipad*", Platform::Ios, Enrollment::Unknown),
    ("android*", Platform::Android, Enrollment::Unknown),
    ("windows*", Platform::OutOfScope, Enrollment::Unknown),
    ("mac", Platform::OutOfScope, Enrollment::Unknown),
    ("macos*", Platform::OutOfScope, Enrollment::Unknown),
    ("osx*", Platform::OutOfScope, Enrollment::Unknown),
    ("tvos*", Platform::OutOfScope, Enrollment::Unknown),
    ("appletv*", Platform::OutOfScope, Enrollment::Unknown),
    ("chromeos*", Platform::OutOfScope, Enrollment::Unknown),
    ("linux*", Platform::OutOfScope, Enrollment::Unknown),
];

/// Usual words for presence. Others are unknown.
pub(super) const STATES: &[(&str, State)] = &[
    ("installed", State::Installed),
    ("removed", State::Removed),
    ("uninstalled", State::Removed),
    ("pending", State::Offered),
    ("installpending", State::Offered),
    ("assigned", State::Offered),
    ("available", State::Offered),
    ("notinstalled", State::Offered),
];

/// Numbers that a system gives its devices are those of other devices in
/// another system, and which system this is nobody knows. And when it last saw
/// a device does not make the lists of other systems younger.
fn say_little(draft: &mut Draft) {
    let seen = draft.get(Role::LastSeen).to_owned();
    draft.replace(Role::LastSeen, None);
    draft.set(Role::InventoryTime, &seen);
    let id = draft.get(Role::DeviceId).to_owned();
    if !is_guid(id.as_bytes()) {
        draft.replace(Role::DeviceId, None);
        draft.set(Role::OtherId, &id);
    }
}

/// What a file is, by its head.
#[derive(Debug, PartialEq, Eq)]
enum Found {
    Table,
    Document(&'static str, bool),
    Question(String),
}

fn look(head: &[u8], whole: bool) -> Option<Found> {
    let said = |judgement, found| match judgement {
        Judgement::Plain => Some(found),
        Judgement::Question(text) => Some(Found::Question(text)),
        Judgement::No => None,
    };
    if let Some(header) = header(head) {
        return said(judge(&header), Found::Table);
    }
    let survey = Survey::of(head, whole)?;
    if describe(head, whole).is_some() {
        return None;
    }
    let each = AT.iter().filter_map(|at| said(judge(&survey.flat(at)), Found::Document(at, survey.lines_at(at))));
    // A place without a question comes before one with.
    each.min_by_key(|found| matches!(found, Found::Question(_)))
}

/// The reader of tables that no layout knows.
pub struct GenericExport;

impl Parser for GenericExport {
    fn spec(&self) -> &'static ParserSpec {
        &SPEC
    }

    fn affinity(&self, probe: &Probe<'_>) -> (Affinity, &'static str) {
        match look(&Encoding::decode_head(probe.head), probe.is_whole()) {
            Some(Found::Question(_)) => (Affinity::Maybe, QUESTION.id),
            Some(_) => (Affinity::Maybe, GENERIC.id),
            None => (Affinity::No, ""),
        }
    }

    fn parse(&self, artifact: &Artifact<'_>, sink: &mut Sink<'_>) -> Result<(), ParseError> {
        for file in artifact.files {
            let head = head_of(file.file.member.open(artifact.leash)?.as_ref())?;
            let whole = head.len() < Probe::HEAD;
            match look(&Encoding::decode_head(&head), whole) {
                Some(Found::Table) => csv::read(&LAYOUT, file, artifact.leash, sink)?,
                Some(Found::Document(at, lines)) => {
                    json::read(&LAYOUT, Some((at, lines)), file, artifact.leash, sink)?;
                }
                Some(Found::Question(text)) => {
                    sink.source(file);
                    return Err(ParseError::Unclear(format!(
                        "a table of a system that is not known, not read: {text} \
                         `tidewaiter map FILE` drafts a mapping file that answers it, for --map"
                    )));
                }
                None => return Err(ParseError::Damaged(format!("no {} after all", GENERIC.title))),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asks(columns: &[&str], about: &str) {
        match judge(columns) {
            Judgement::Question(text) => assert!(text.contains(about), "{text}"),
            other => panic!("{columns:?}: {other:?}"),
        }
    }

    #[test]
    fn headers_with_one_column_for_each_fact_are_plain() {
        for columns in [
            &["Serial Number", "App Name"][..],
            &["device_name", "bundle_id", "appName", "version", "anything"],
            &["IMEI", "Package", "User", "Email"],
            &["Device ID", "Hostname", "Application ID", "Application Name"],
        ] {
            assert_eq!(judge(columns), Judgement::Plain, "{columns:?}");
        }
    }

    #[test]
    fn two_columns_for_a_fact_and_names_with_two_meanings_are_questions() {
        asks(&["Serial", "Name"], "“Name”");
        asks(&["Name", "Bundle ID"], "“Name”");
        asks(&["Name", "Display Name"], "“Name”");
        asks(&["Serial", "App Name", "Display Name"], "“Display Name”");
        asks(&["Serial", "App Name", "Application"], "“App Name” and “Application”");
        asks(&["Serial", "Serial Number", "Package"], "“Serial” and “Serial Number”");
        asks(&["Hostname", "Device Name", "Package"], "the name of the device");
        asks(&["Serial", "Package", "Package"], "“Package” and “Package”");
        asks(&["Serial", "Package", "Status"], "whether the app is installed");
        asks(&["Platform", "OS Type", "Serial", "Package"], "the platform");
    }

    #[test]
    fn what_names_no_apps_on_devices_is_not_claimed() {
        for columns in [
            &["Name", "Version"][..],
            &["Name", "Status"],
            &["Serial", "Model", "User"],
            &["App Name", "Version", "Publisher"],
            &["id", "date", "amount"],
            &["Application Settings", "Device Settings"],
            &["My Serial Number", "The App Name"],
        ] {
            assert_eq!(judge(columns), Judgement::No, "{columns:?}");
        }
    }

    #[test]
    fn no_usual_name_stands_twice_and_all_are_normalised() {
        let all: Vec<&str> =
            USUAL.iter().flat_map(|(_, names)| names.iter().copied()).chain(UNCLEAR.iter().map(|u| u.0)).collect();
        for (n, name) in all.iter().enumerate() {
            assert_eq!(*name, normal(name));
            assert!(!all[..n].contains(name), "{name}");
        }
        assert!(LAYOUT.ownerships.iter().all(|(_, owner)| *owner == Ownership::Personal));
        assert!(LAYOUT.coverage.iter().all(|c| matches!(c.basis, Basis::Always(Answer::Partial(_)))));
    }

    #[test]
    fn answers_of_servers_and_nested_documents_are_no_tables() {
        let look = |text: &str| look(text.as_bytes(), true);
        assert_eq!(look(r#"{"error": "x", "device": "y", "application": "z"}"#), None);
        assert_eq!(look(r#"[{"device": {"name": "x"}, "application": {"name": "y"}}]"#), None);
        assert_eq!(look("<html>device,application"), None);
        assert_eq!(look(r#"[{"device": "x", "application": "y"}]"#), Some(Found::Document("[]", false)));
        assert_eq!(
            look("{\"device\": \"x\", \"app\": \"y\"}\n{\"device\": \"x\", \"app\": \"z\"}"),
            Some(Found::Document("", true))
        );
        assert!(matches!(look(r#"{"data": [{"serial": "x", "name": "y"}]}"#), Some(Found::Question(_))));
    }
}
