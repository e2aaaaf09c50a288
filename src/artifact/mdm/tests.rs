//! What the layouts say about files: whole, cut, hostile, empty.

#![allow(clippy::print_stderr)]

use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use super::LAYOUTS;
use super::layout::Shape;
use crate::artifact::{
    Artifact, ArtifactFile, At, DeviceRecord, Fragment, ParseError, Parser, RecordKind, Retain, Sink, parser_for,
};
use crate::evidence::{Affinity, Blob, EvidenceError, File, Member, MemoryBlob, Probe};
use crate::limits::{Leash, Limits};
use crate::model::{
    Answer, Basis, ByOwnership, Code, DigestKind, End, FactKind, ListScope, ListStatement, Locator, Platform, Reason,
    State, UserSet,
};

struct Memory(Vec<u8>);

impl Member for Memory {
    fn open(&self, _: &Leash) -> Result<Arc<dyn Blob>, EvidenceError> {
        Ok(Arc::new(MemoryBlob(self.0.clone())))
    }
}

fn known(name: &str, bytes: &[u8]) -> Option<(Affinity, &'static dyn Parser, &'static str)> {
    let head = &bytes[..bytes.len().min(Probe::HEAD)];
    parser_for(&Probe { head, size: bytes.len() as u64, name: name.as_bytes() })
}

fn read_with(name: &str, bytes: &[u8], leash: &Leash) -> Option<Result<Fragment, ParseError>> {
    read_retaining(Retain::All, name, bytes, leash)
}

fn read_retaining(retain: Retain<'_>, name: &str, bytes: &[u8], leash: &Leash) -> Option<Result<Fragment, ParseError>> {
    let (_, parser, role) = known(name, bytes)?;
    let mut sink = Sink::new(parser.spec(), retain);
    let locator = Locator::path(name.as_bytes());
    let member = Arc::new(Memory(bytes.to_vec()));
    let file = File { path: name.as_bytes().into(), size: Some(bytes.len() as u64), mtime: None, member };
    let files = [ArtifactFile { role, file, locator: locator.clone() }];
    let artifact = Artifact { root: &locator, kind: None, files: &files, leash };
    Some(parser.parse(&artifact, &mut sink).map(|()| sink.finish()))
}

fn try_read(name: &str, bytes: &[u8]) -> Option<Result<Fragment, ParseError>> {
    read_with(name, bytes, &Leash::unbounded())
}

fn read(name: &str, bytes: impl AsRef<[u8]>) -> Fragment {
    try_read(name, bytes.as_ref()).expect("not recognised").expect("not read")
}

fn fact(device: &DeviceRecord, kind: FactKind) -> Option<&str> {
    device.facts.iter().find(|f| f.kind == kind).map(|f| f.value)
}

fn list(device: &DeviceRecord) -> &ListStatement {
    assert_eq!(device.lists.len(), 1);
    &device.lists[0].1
}

fn names(device: &DeviceRecord) -> Vec<&str> {
    device.apps.iter().map(|a| a.name.as_deref().unwrap_or(&a.identifier)).collect()
}

fn codes(fragment: &Fragment) -> Vec<Code> {
    fragment.diagnostics.iter().map(|d| d.code).collect()
}

/// Devices by their first fact, apps sorted: what order must not change.
fn content(fragment: &Fragment) -> Vec<String> {
    let mut all: Vec<String> = fragment
        .devices
        .iter()
        .map(|d| {
            let mut apps: Vec<String> = d
                .apps
                .iter()
                .map(|a| format!("{:?} {:?} {:?} {:?}", a.name, a.publisher, a.version, a.state))
                .collect();
            apps.sort();
            let mut facts: Vec<_> = d.facts.iter().collect();
            facts.sort();
            let lists: Vec<_> = d.lists.iter().map(|(_, l)| l).collect();
            format!("{:?} {facts:?} {apps:?} {lists:?}", d.platform)
        })
        .collect();
    all.sort();
    all
}

mod contradictions;
mod prefixes;
mod repeats;
mod samples;
mod systems;

const A: &str = "aaaaaaaa-0000-4000-8000-000000000001";
const B: &str = "bbbbbbbb-0000-4000-8000-000000000002";
const C: &str = "cccccccc-0000-4000-8000-000000000003";

fn intune() -> String {
    format!(
        "ApplicationKey,ApplicationName,ApplicationPublisher,ApplicationShortVersion,ApplicationVersion,DeviceId,DeviceName,EmailAddress,OSDescription,OSVersion,Platform,UserId,UserName\r\n\
         k1,Signal,\"Signal Messenger, LLC\",7.1,7.1.0,{A},Phone A,a@agency.example,iOS,18.1,IOS,u1,Ann\r\n\
         k2,WeChat,WeChat,8.0,8.0.50,{A},Phone A,a@agency.example,iOS,18.1,IOS,u1,Ann\r\n\
         k3,\"Notes \"\"Plus\"\", 日本\",Acme,1,1.0,{B},Phone B,b@agency.example,Android,14,AndroidWorkProfile,u2,Bob\r\n\
         k4,Chrome,Google LLC,1,1.0,{C},PC,c@agency.example,Windows,10,Windows,u3,Cid\r\n\
         k5,Edge,Microsoft,1,1.0,{C},PC,c@agency.example,Windows,10,Windows,u3,Cid\r\n"
    )
}

const AMAPI: &str = r#"{"devices":[
 {"applicationReports":[
   {"packageName":"com.tencent.mm","displayName":"WeChat","versionName":"8.0.50","versionCode":2700,"state":"INSTALLED","applicationSource":"CUSTOM","installerPackageName":"com.android.vending",
    "signingKeyCerts":[{"signingKeyCertFingerprintSha256":"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="}],"signingKeyCertFingerprints":["000102030405060708090A0B0C0D0E0F10111213","AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="]},
   {"packageName":"cn.wps.moffice_eng","displayName":"WPS Office","state":"REMOVED"},
   {"packageName":"com.android.chrome","displayName":"Chrome","state":"INSTALLED","applicationSource":"SYSTEM_APP_FACTORY_VERSION"},
   {"displayName":"Nameless","state":"APPLICATION_STATE_UNSPECIFIED"}],
  "managementMode":"DEVICE_OWNER","ownership":"COMPANY_OWNED","lastStatusReportTime":"2026-11-01T08:00:00.123Z",
  "hardwareInfo":{"serialNumber":"R58N1234ABC","model":"Pixel 6"},"softwareInfo":{"androidVersion":"14"},"name":"enterprises/LC01/devices/3a"},
 {"name":"enterprises/LC01/devices/3b","managementMode":"PROFILE_OWNER","ownership":"PERSONALLY_OWNED","hardwareInfo":{"serialNumber":"ESID0001","enterpriseSpecificId":"ESID0001"},
  "applicationReports":[{"packageName":"com.slack","state":"INSTALLED"}]},
 {"name":"enterprises/LC01/devices/3c","managementMode":"DEVICE_OWNER","ownership":"COMPANY_OWNED","applicationReports":[]},
 {"name":"enterprises/LC01/devices/3d","managementMode":"DEVICE_OWNER","ownership":"COMPANY_OWNED"}
]}"#;

fn amapi_lines() -> String {
    let document: serde_json::Value = serde_json::from_str(AMAPI).unwrap();
    document["devices"].as_array().unwrap().iter().map(|d| format!("{d}\n")).collect()
}

#[test]
fn intune_rows_become_devices_with_names_and_no_identifiers() {
    let fragment = read("x.csv", intune());
    assert_eq!(fragment.out_of_scope, 1, "one computer, whatever its rows");
    let [a, b] = fragment.devices.as_slice() else { panic!("{:?}", fragment.devices) };
    assert_eq!(fact(a, FactKind::MdmId).unwrap(), format!("intune/-/{A}"));
    assert_eq!((fact(a, FactKind::Name), fact(a, FactKind::PrimaryUser)), (Some("Phone A"), Some("a@agency.example")));
    assert_eq!((a.platform, b.platform), (Platform::Ios, Platform::Android));
    assert_eq!(names(a), ["Signal", "WeChat"]);
    assert_eq!(names(b), ["Notes \"Plus\", 日本"]);
    assert!(a.apps.iter().all(|app| app.identifier.is_empty() && app.state == State::Installed));
    assert_eq!(a.apps[0].publisher.as_deref(), Some("Signal Messenger, LLC"));
    assert_eq!((list(a).end, list(a).entries, list(a).managed), (End::Unmarked, 2, true));
    assert!(matches!(list(a).basis, Basis::ByOwnership(ByOwnership { corporate: Answer::Complete, .. })));
    assert_eq!((list(b).scope, list(b).basis), (ListScope::WorkProfile, Basis::Always(Answer::ManagedOnly)));
    assert_eq!(fact(b, FactKind::Enrollment), Some("work-profile"));
    assert!(fragment.diagnostics.is_empty());
}

#[test]
fn order_of_rows_and_columns_changes_nothing() {
    let table = [
        ["DeviceId", "Platform", "ApplicationName", "DeviceName"],
        [A, "IOS", "WeChat", "Phone A"],
        [B, "AndroidWorkProfile", "Slack", "Phone B"],
        [A, "IOS", "Signal", "Phone A"],
        [B, "AndroidWorkProfile", "Zoom", "Phone B"],
    ];
    let write = |rows: [usize; 5], columns: [usize; 4]| {
        rows.map(|r| columns.map(|c| format!("\"{}\"", table[r][c])).join(";") + "\n").concat()
    };
    let expected = content(&read("x.csv", write([0, 1, 2, 3, 4], [0, 1, 2, 3])));
    assert_eq!(expected.len(), 2);
    for (rows, columns) in
        [([0, 1, 3, 2, 4], [0, 1, 2, 3]), ([0, 4, 3, 2, 1], [3, 2, 1, 0]), ([0, 2, 1, 4, 3], [2, 0, 3, 1])]
    {
        assert_eq!(content(&read("x.csv", write(rows, columns))), expected);
    }
}

fn utf16(text: &str, big: bool) -> Vec<u8> {
    text.encode_utf16().flat_map(|u| if big { u.to_be_bytes() } else { u.to_le_bytes() }).collect()
}

#[test]
fn every_encoding_and_dialect_reads_the_same_and_locators_find_the_row() {
    let text = intune();
    let expected = content(&read("x.csv", &text));
    let semicolons: String = text
        .lines()
        .map(|l| {
            let mut quoted = false;
            l.chars()
                .map(|c| {
                    quoted ^= c == '"';
                    if c == ',' && !quoted { ';' } else { c }
                })
                .collect::<String>()
                + "\n"
        })
        .collect();
    for (bytes, wide) in [
        ([b"\xef\xbb\xbf", text.as_bytes()].concat(), None),
        ([b"\xff\xfe".to_vec(), utf16(&text, false)].concat(), Some(false)),
        (utf16(&text, false), Some(false)),
        ([b"\xfe\xff".to_vec(), utf16(&text, true)].concat(), Some(true)),
        (text.replace("\r\n", "\n").into_bytes(), None),
        (semicolons.clone().into_bytes(), None),
        (format!("sep=;\r\n{semicolons}").into_bytes(), None),
        (format!("#TYPE System.Object\r\n{text}").into_bytes(), None),
    ] {
        let fragment = read("x.csv", &bytes);
        assert_eq!(content(&fragment), expected);
        let app = &fragment.devices[1].apps[0];
        let At::Bytes { offset, len } = app.at else { panic!("{:?}", app.at) };
        let row = &bytes[offset as usize..(offset + len) as usize];
        assert_eq!(app.record_sha256, Some(Sha256::digest(row).into()));
        let start = "k3";
        assert!(row.starts_with(&wide.map_or(start.into(), |big| utf16(start, big))), "{row:?}");
    }
}

#[test]
fn rows_as_json_say_the_same_as_rows_as_csv() {
    let text = intune();
    let mut lines =
        crate::format::csv::Reader::new(text.as_bytes(), crate::format::text::Encoding::Utf8, 0, 10_000).unwrap();
    let header = lines.header().unwrap().unwrap();
    let mut rows = Vec::new();
    while let Some(row) = lines.next_row().unwrap() {
        let object = header.iter().enumerate().map(|(n, h)| (h.clone(), row.text(n).into_owned().into()));
        rows.push(serde_json::Value::Object(object.collect()));
    }
    let strip = |fragment: &Fragment| -> Vec<String> {
        content(fragment).iter().map(|d| d.replace("Unmarked", "Proven")).collect()
    };
    let expected = strip(&read("x.csv", &text));
    let array = serde_json::to_string_pretty(&rows).unwrap();
    let lines: String = rows.iter().map(|r| format!("{r}\n")).collect();
    let wide = [b"\xff\xfe".to_vec(), utf16(&array, false)].concat();
    for (name, bytes, end) in [
        ("x.json", array.clone().into_bytes(), End::Proven),
        ("x.ndjson", lines.into_bytes(), End::Unmarked),
        ("x.json", wide, End::Proven),
    ] {
        let fragment = read(name, &bytes);
        assert_eq!(strip(&fragment), expected, "{name}");
        assert_eq!(list(&fragment.devices[0]).end, end);
    }
    let fragment = read("x.json", &array);
    assert_eq!(fragment.devices[0].apps[1].at, At::Key("/1".into()));
}

#[test]
fn numbered_platforms_are_read_from_their_localised_column() {
    let text = format!(
        "ApplicationName,DeviceId,Platform,Platform_loc\nWeChat,{A},4,IOS\nWeChat,{B},8,AndroidFullyManagedDedicated\nWeChat,{C},1,Windows\n"
    );
    let fragment = read("x.csv", text);
    assert_eq!(fragment.devices.iter().map(|d| d.platform).collect::<Vec<_>>(), [Platform::Ios, Platform::Android]);
    assert_eq!(fragment.out_of_scope, 1);
    // A bare number is no statement, and no reason to drop a device.
    let fragment = read("x.csv", format!("ApplicationName,DeviceId,Platform\nWeChat,{A},1\n"));
    assert_eq!((fragment.devices[0].platform, fragment.out_of_scope), (Platform::Unknown, 0));
    assert!(matches!(list(&fragment.devices[0]).basis, Basis::Always(Answer::Partial(_))));
}

#[test]
fn a_name_that_is_an_identifier_is_taken_as_one() {
    let fragment = read(
        "x.csv",
        format!(
            "ApplicationName,DeviceId,Platform,ApplicationId\ncom.tencent.mm,{A},AndroidWorkProfile,\nNotes,{A},AndroidWorkProfile,windows-store-app-002\nChat,{A},AndroidWorkProfile,com.tencent.mm\n"
        ),
    );
    let apps = &fragment.devices[0].apps;
    assert_eq!((&*apps[0].identifier, apps[0].name.as_deref()), ("com.tencent.mm", Some("com.tencent.mm")));
    assert!(apps[0].caveat.is_some());
    assert_eq!(&*apps[1].identifier, "");
    assert_eq!(&*apps[2].identifier, "com.tencent.mm");
}

#[test]
fn the_devices_report_tells_who_a_device_is_and_no_list() {
    let text = format!(
        "Device ID,Device name,Enrollment date,Last check-in,Microsoft Entra Device ID,OS version,Serial number,Manufacturer,Model,IMEI,Primary user UPN,Ownership,Supervised,OS\n\
         {},Phone A,2025-01-01,2026-11-20 07:30:00.1234567,e1,18.1,F2LX1234ABCD,Apple,iPhone 14,35 209900 176148 1,ann@agency.example,Corporate,Yes,iOS/iPadOS\n\
         {C},PC,2025-01-01,2026-11-20 07:30:00,e2,10,S3,Dell,XPS,,cid@agency.example,Corporate,,Windows\n",
        A.to_uppercase()
    );
    let fragment = read("x.csv", text);
    let [device] = fragment.devices.as_slice() else { panic!() };
    assert_eq!(fragment.out_of_scope, 1);
    assert!(device.lists.is_empty() && device.apps.is_empty());
    let told = [
        FactKind::MdmId,
        FactKind::Serial,
        FactKind::Imei,
        FactKind::Ownership,
        FactKind::LastSeen,
        FactKind::PrimaryUser,
    ];
    let id = format!("intune/-/{A}");
    assert_eq!(
        told.map(|k| fact(device, k).unwrap()),
        [&id, "F2LX1234ABCD", "352099001761481", "corporate", "2026-11-20T07:30:00Z", "ann@agency.example"]
    );
}

#[test]
fn an_aggregate_names_apps_and_no_device() {
    let fragment = read(
        "x.csv",
        "ApplicationKey,ApplicationId,ApplicationName,ApplicationPublisher,ApplicationVersion,DeviceCount,Platform\n\
         k,,WeChat,WeChat,8.0,12,iOS\nk,,Slack,Slack,1,3,iOS\nk,,Cursor,Anysphere,1,1,Windows\n",
    );
    let [record] = fragment.devices.as_slice() else { panic!() };
    assert_eq!((record.record, record.platform), (RecordKind::Aggregate, Platform::Ios));
    assert_eq!(list(record).basis, Basis::Always(Answer::Partial(Reason("aggregate"))));
    assert!(
        fragment.diagnostics[0].message.contains("WeChat 8.0: on 12 device(s) (ios)"),
        "{:?}",
        fragment.diagnostics
    );
    assert_eq!(codes(&fragment)[0], Code::AggregateOnly);
    assert_eq!(fragment.out_of_scope, 1);
}

#[test]
fn android_management_says_per_device_what_its_reports_prove() {
    let fragment = read("x.json", AMAPI);
    let [full, personal, empty, none] = fragment.devices.as_slice() else { panic!() };
    assert_eq!(fact(full, FactKind::MdmId), Some("android-management/LC01/3a"));
    assert_eq!(fact(full, FactKind::Serial), Some("R58N1234ABC"));
    assert_eq!(
        (fact(full, FactKind::Ownership), fact(full, FactKind::Enrollment)),
        (Some("corporate"), Some("fully-managed"))
    );
    let states: Vec<_> = full.apps.iter().map(|a| a.state).collect();
    assert_eq!(states, [State::Installed, State::Removed, State::Installed, State::Unknown]);
    let lists = fragment.devices.iter().map(list).collect::<Vec<_>>();
    assert_eq!((lists[0].entries, lists[0].scope, &lists[0].users), (3, ListScope::AllApps, &UserSet::Only(vec![0])));
    assert!(matches!(
        lists[0].basis,
        Basis::ByOwnership(ByOwnership { corporate: Answer::Complete, personal: Answer::ManagedOnly, .. })
    ));
    assert_eq!(lists[0].as_of.unwrap().to_string(), "2026-11-01T08:00:00Z");
    assert_eq!(lists[1].basis, Basis::Always(Answer::ManagedOnly));
    assert_eq!(lists[2].basis, Basis::Always(Answer::NotCollected(Reason("empty-app-list"))));
    assert_eq!(lists[3].basis, Basis::Always(Answer::NotCollected(Reason("no-app-list"))));
    assert!(lists.iter().all(|l| l.end == End::Proven && l.managed));
    // The "serial number" of a personal device is an id of the enterprise.
    assert_eq!((fact(personal, FactKind::Serial), fact(personal, FactKind::OtherId)), (None, Some("ESID0001")));
    assert_eq!(codes(&fragment), [Code::MalformedRecord, Code::NotCollected, Code::NotCollected]);
    assert!(empty.apps.is_empty() && none.apps.is_empty());
}

#[test]
fn recorded_signers_are_kept_and_digests_of_a_wrong_length_are_not() {
    let fragment = read("x.json", AMAPI);
    let app = &fragment.devices[0].apps[0];
    let signers = app.signers.as_deref().unwrap();
    let sha256 = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
    let told: Vec<_> = signers.digests.iter().map(|d| (d.kind, d.value.as_str())).collect();
    assert_eq!(told, [(DigestKind::Sha256, sha256), (DigestKind::Sha1, &sha256[..40])]);
    assert!(signers.recorded);
    assert_eq!((app.installer.as_deref(), app.system), (Some("com.android.vending"), Some(false)));
    assert_eq!(fragment.devices[0].apps[2].system, Some(true));
    assert_eq!(fragment.devices[0].apps[2].version, None);
}

#[test]
fn a_locator_of_json_finds_its_object() {
    let document: serde_json::Value = serde_json::from_str(AMAPI).unwrap();
    for device in &read("x.json", AMAPI).devices {
        let At::Key(pointer) = &device.at else { panic!() };
        assert!(document.pointer(pointer).unwrap()["name"].is_string());
        for app in &device.apps {
            let At::Key(pointer) = &app.at else { panic!() };
            let object = document.pointer(pointer).unwrap();
            assert_eq!(object.get("packageName").map_or("", |p| p.as_str().unwrap()), &*app.identifier);
        }
    }
    let lines = amapi_lines();
    let fragment = read("x.ndjson", &lines);
    let mut seen = 0;
    for app in fragment.devices.iter().flat_map(|d| &d.apps) {
        let At::Bytes { offset, len } = app.at else { panic!("{:?}", app.at) };
        let object = &lines[offset as usize..(offset + len) as usize];
        assert!(object.starts_with('{') && object.ends_with('}') && object.contains(&*app.identifier));
        assert_eq!(app.record_sha256, Some(Sha256::digest(object).into()));
        seen += 1;
    }
    assert_eq!(seen, 5);
}

#[test]
fn one_device_alone_and_lines_and_pages_say_the_same() {
    let strip = |fragment: &Fragment| content(fragment);
    let expected = strip(&read("x.json", AMAPI));
    assert_eq!(strip(&read("x.ndjson", amapi_lines())), expected);
    let array = AMAPI.trim_start_matches(r#"{"devices":"#).trim_end_matches('}');
    assert_eq!(strip(&read("x.json", array)), expected);
    let first = amapi_lines().lines().next().unwrap().to_owned();
    assert_eq!(
        strip(&read("x.json", first)),
        expected[..].iter().filter(|d| d.contains("3a")).cloned().collect::<Vec<_>>()
    );
}

#[test]
fn a_list_that_goes_on_elsewhere_is_never_whole() {
    let page = AMAPI.trim_end_matches('}').to_owned();
    let first = format!("{page},\"nextPageToken\":\"abc\"}}");
    let fragment = read("x.json", &first);
    assert!(fragment.devices.iter().all(|d| list(d).end == End::More));
    assert!(fragment.pages[0].next, "the run is told to look for the rest");
    // The last page behind it resolves that.
    let both = format!("{first}\n{}", AMAPI.replace("devices/3", "devices/4"));
    let fragment = read("x.json", both);
    assert!(fragment.devices.iter().all(|d| list(d).end == End::Proven));
    assert_eq!(fragment.devices.len(), 8);
    // The count of Jamf does the same.
    let jamf = |total: u32| {
        format!(
            r#"{{"totalCount":{total},"results":[{{"mobileDeviceId":"1","deviceType":"iOS","general":{{"deviceOwnershipType":"Institutional"}},"applications":[{{"identifier":"a.b","name":"x"}}]}}]}}"#
        )
    };
    assert_eq!(list(&read("x.json", jamf(1)).devices[0]).end, End::Proven);
    assert_eq!(list(&read("x.json", jamf(2)).devices[0]).end, End::More);
}

#[test]
fn jamf_devices_are_known_by_serial_and_udid() {
    let fragment = read(
        "x.json",
        r#"{"totalCount":3,"results":[
        {"mobileDeviceId":"7","deviceType":"ios","general":{"udid":"0dad565fb40b010a9e490440188063a378721069","displayName":"P","osVersion":"17.4","supervised":true,"deviceOwnershipType":"Institutional","lastInventoryUpdateDate":"2026-11-01T00:00:00Z"},
         "hardware":{"serialNumber":"F2LX1234ABCD","model":"iPhone 14","modelIdentifier":"iPhone14,7"},"userAndLocation":{"username":"ann"},"applications":[{"identifier":"com.tencent.xin","name":"WeChat","version":"8.0.50","shortVersion":"8.0"}]},
        {"mobileDeviceId":8,"deviceType":"iPad","general":{"deviceOwnershipType":"AccountDrivenUserEnrollment"},"applications":[{"identifier":"com.slack"}]},
        {"mobileDeviceId":9,"deviceType":"tvOS","applications":[{"identifier":"com.netflix"}]}]}"#,
    );
    let [device, byod] = fragment.devices.as_slice() else { panic!() };
    assert_eq!(fragment.out_of_scope, 1);
    let told = [
        FactKind::MdmId,
        FactKind::Serial,
        FactKind::Udid,
        FactKind::Model,
        FactKind::Enrollment,
        FactKind::PrimaryUser,
    ];
    assert_eq!(
        told.map(|k| fact(device, k).unwrap()),
        ["jamf-pro/-/7", "F2LX1234ABCD", "0dad565fb40b010a9e490440188063a378721069", "iPhone14,7", "supervised", "ann"]
    );
    assert_eq!(device.apps[0].version.as_deref(), Some("8.0"));
    assert!(matches!(list(device).basis, Basis::ByOwnership(ByOwnership { corporate: Answer::Assumed(_), .. })));
    assert_eq!(list(byod).basis, Basis::Always(Answer::ManagedOnly));
}

#[test]
fn rows_of_another_width_make_no_list_whole_and_hide_no_app() {
    let text = format!(
        "ApplicationName,DeviceId,Platform,DeviceName\nSlack,{A},IOS,Phone\nWeChat,{A},IOS,Phone, of Ann\nZoom,not-an-id,x,y,z\nSignal\n\"open,{A},IOS,P\nQQ,{A},IOS,Phone\n"
    );
    let fragment = read("x.csv", text);
    let [device] = fragment.devices.as_slice() else { panic!("{:?}", fragment.devices) };
    assert_eq!(names(device), ["Slack", "WeChat", "QQ"]);
    assert_eq!(
        device.apps.iter().map(|a| a.state).collect::<Vec<_>>(),
        [State::Installed, State::Unknown, State::Installed]
    );
    assert_eq!(list(device).errors, 4);
    assert_eq!(codes(&fragment), [Code::MalformedRecord; 4]);
}

#[test]
fn cells_of_an_export_are_data_whatever_they_look_like() {
    let text = format!(
        "ApplicationName,DeviceId,Platform,DeviceName,ApplicationPublisher\n\
         \"=cmd|'/c calc'!A1\",{A},IOS,\"\x1b[2Jphone\u{202e}gpj\",x\n\
         \"We\u{200b}Chat\",{A},IOS,p,\0\n\
         \"line\nbreak,\"\"\",{A},IOS,p,x\n\
         WeChat,a/b/../c,IOS,p,x\n\
         WeChat,,IOS,p,x\n"
    );
    let fragment = read("x.csv", text);
    let [a, slashes, nameless] = fragment.devices.as_slice() else { panic!() };
    assert_eq!(names(a), ["=cmd|'/c calc'!A1", "We\u{200b}Chat", "line\nbreak,\""]);
    assert_eq!(fact(slashes, FactKind::MdmId), Some("intune/-/a%2Fb%2F..%2Fc"));
    assert_eq!(fact(nameless, FactKind::MdmId), None);
    // A row without device, and two in the whole file: that row, and the zero byte.
    assert_eq!((names(nameless), list(nameless).errors), (vec!["WeChat"], 3));
    assert_eq!(list(a).errors, 2, "the row without device may be about this one");
    let aggregate = "ApplicationName,DeviceCount,Platform\n\"\x1b[31mWeChat\",12,iOS\n";
    assert!(!read("x.csv", aggregate).diagnostics[0].message.contains('\x1b'));
}

#[test]
fn near_miss_names_are_passed_on_as_they_are() {
    let decoys =
        ["QQ Music Player Lite", "WeChat Stickers Fan Pack", "PDF Office WPS Viewer Guide", "Tencent XIN Clock"];
    let rows: String = decoys.iter().map(|d| format!("{d},{A},IOS\n")).collect();
    let fragment = read("x.csv", format!("ApplicationName,DeviceId,Platform\n{rows}"));
    assert_eq!(names(&fragment.devices[0]), decoys);
}

#[test]
fn what_is_no_export_is_named() {
    for (name, text, says) in [
        ("devices.csv", "<!DOCTYPE html><html><head><title>Sign in to your account</title>", "Sign in to your account"),
        ("devices.json", "\n<html><title>401</title></html>", "401"),
        (
            "devices.json",
            r#"{"error":{"code":"InvalidAuthenticationToken","message":"Access token has expired."}}"#,
            "Access token has expired.",
        ),
        (
            "devices.csv",
            r#"{"httpStatus":401,"errors":[{"code":"INVALID_TOKEN","description":"Unauthorized"}]}"#,
            "Unauthorized",
        ),
        ("devices.json", "[]", "empty"),
        ("devices.json", "{}", "empty"),
        ("devices.json", r#"{"devices":[]}"#, "empty"),
        ("devices.json", r#"{"totalCount":0,"results":[]}"#, "empty"),
        ("apps.csv", "ApplicationName,DeviceId,Platform\r\n", "without any row"),
        ("apps.csv", "ApplicationName,DeviceId,Platform", "without any row"),
    ] {
        match try_read(name, text.as_bytes()) {
            Some(Err(ParseError::ErrorAnswer(said))) => assert!(said.contains(says), "{name} {text}: {said}"),
            other => panic!("{name} {text}: {other:?}"),
        }
    }
    // Not ours: left to those who know better, or to the message that nobody does.
    for (name, text) in [
        ("x.csv", "Name,Price\nApple,1\n"),
        ("x.txt", "<!DOCTYPE html><title>x</title>"),
        ("x.json", r#"{"a":1}"#),
        ("x.csv", ""),
        ("packages.json", r#"[{"name":"com.a","files":[]}]"#),
        ("x.bin", "PK\x03\x04"),
    ] {
        assert!(known(name, text.as_bytes()).is_none(), "{name} {text}");
    }
}

#[test]
fn a_broken_line_costs_its_device_and_no_other() {
    let lines = amapi_lines().replacen("\"PROFILE_OWNER\"", "PROFILE_OWNER", 1);
    let fragment = read("x.ndjson", lines);
    let ids: Vec<_> = fragment.devices.iter().map(|d| fact(d, FactKind::MdmId).unwrap()).collect();
    assert_eq!(ids.len(), 3);
    assert!(!ids.contains(&"android-management/LC01/3b"));
    assert!(codes(&fragment).contains(&Code::DamagedFile));
    // In a document, what follows cannot be trusted.
    let fragment = read("x.json", AMAPI.replacen("\"PROFILE_OWNER\"", "PROFILE_OWNER", 1));
    assert_eq!(fragment.devices.len(), 1);
    assert_eq!(list(&fragment.devices[0]).end, End::Cut);
}

#[test]
fn keys_twice_and_wrong_kinds_make_no_list_whole() {
    for record in [
        r#"{"name":"enterprises/L/devices/1","managementMode":"DEVICE_OWNER","ownership":"PERSONALLY_OWNED","ownership":"COMPANY_OWNED","applicationReports":[{"packageName":"a.b"}]}"#,
        r#"{"name":"enterprises/L/devices/1","managementMode":"DEVICE_OWNER","applicationReports":[{"packageName":"a.b"},"com.tencent.mm"]}"#,
        r#"{"name":"enterprises/L/devices/1","managementMode":"DEVICE_OWNER","applicationReports":[{"packageName":"a.b"},{}]}"#,
        r#"{"name":"enterprises/L/devices/1","managementMode":"DEVICE_OWNER","applicationReports":[{"packageName":"a.b\ud800"}]}"#,
    ] {
        assert_eq!(list(&read("x.json", record).devices[0]).errors, 1, "{record}");
    }
    let null = r#"{"name":"enterprises/L/devices/1","managementMode":"DEVICE_OWNER","applicationReports":null}"#;
    let basis = list(&read("x.json", null).devices[0]).basis;
    assert_eq!(basis, Basis::Always(Answer::NotCollected(Reason("no-app-list"))));
}

#[test]
fn a_limit_leaves_what_was_read_as_a_cut_list() {
    let mut text = intune();
    for n in 0..5000 {
        text.push_str(&format!("k,App {n},Acme,1,1.0,{A},Phone A,a@agency.example,iOS,18.1,IOS,u1,Ann\r\n"));
    }
    let limits = Limits { entries: 2000, ..Limits::default() };
    let fragment = read_with("x.csv", text.as_bytes(), &Leash::new(limits, Arc::default())).unwrap().unwrap();
    assert_eq!(codes(&fragment), [Code::LimitEntries]);
    assert!(names(&fragment.devices[0]).contains(&"WeChat"));
    assert!(fragment.devices.iter().all(|d| list(d).end == End::Cut));
    let cancel = Arc::new(std::sync::atomic::AtomicBool::new(true));
    let leash = Leash::new(Limits::default(), cancel);
    assert!(read_with("x.csv", text.as_bytes(), &leash).unwrap().is_err());
}

#[test]
fn old_code_pages_are_read_and_said() {
    let text = [b"ApplicationName,DeviceId,Platform\nWeChat\xae,".as_slice(), A.as_bytes(), b",IOS\n"].concat();
    let fragment = read("x.csv", text);
    assert_eq!(names(&fragment.devices[0]), ["WeChat®"]);
    assert_eq!((list(&fragment.devices[0]).errors, codes(&fragment)), (1, vec![Code::MalformedRecord]));
}

#[test]
fn layouts_are_sound() {
    for layout in LAYOUTS {
        let id = layout.spec.id;
        assert_eq!(LAYOUTS.iter().filter(|l| l.spec.id == id).count(), 1, "{id}");
        assert!(!layout.spec.proves.is_empty() && !layout.spec.does_not_prove.is_empty(), "{id}");
        assert!(!layout.sources.is_empty(), "{id}");
        for cover in layout.coverage {
            assert!(!cover.source.is_empty(), "{id}: coverage without a source");
        }
        let fits_all = layout.coverage.last().is_none_or(|c| c.platforms.is_empty() && c.enrollments.is_empty());
        assert!(fits_all, "{id}: the last rule of coverage should fit everything");
        match &layout.shape {
            Shape::Rows(rows) => {
                for name in rows.columns.iter().flat_map(|c| c.1).chain(rows.known_by.iter().copied().flatten()) {
                    assert_eq!(*name, super::values::normal(name), "{id}");
                }
            }
            Shape::Records(records) | Shape::Xml(records) => {
                assert!(records.apps.is_empty() || records.apps.ends_with("[]"), "{id}");
                assert!(!records.at.is_empty() && !records.known_by.is_empty(), "{id}");
            }
        }
        let tables = layout.platforms.iter().map(|r| r.0).chain(layout.ownerships.iter().map(|r| r.0));
        let tables = tables.chain(layout.enrollments.iter().map(|r| r.0)).chain(layout.states.iter().map(|r| r.0));
        for value in tables {
            assert_eq!(value.trim_end_matches('*'), super::values::normal(value).trim_end_matches('*'), "{id}");
        }
    }
}
