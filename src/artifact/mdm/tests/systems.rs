//! Every system: its samples, its prefixes, what its lists prove.

use std::path::{Path, PathBuf};

use super::samples::corpus;
use super::*;
use crate::artifact::Observation;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/mdm")
}

fn sample(path: &str) -> Fragment {
    let bytes = std::fs::read(fixtures().join(path)).unwrap();
    read(path.rsplit('/').next().unwrap(), bytes)
}

fn files(folder: &Path, out: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() { files(&path, out) } else { out.push(path) }
    }
}

/// Files of the corpus that are no export: what they are instead.
const NO_EXPORT: &[(&str, &str)] = &[
    ("README.md", "about the corpus"),
    ("LICENSE", "licence"),
    ("LICENSE.txt", "licence"),
    (".yaml", "specification of Apple's answers"),
    ("-schemas.json", "schemas of an API"),
    ("inventory.schema.json", "schema of GLPI"),
    ("intune-report-columns.json", "columns of reports"),
    ("v1.0-intune-entities.json", "properties of Graph"),
    ("event.json", "schema of webhook events"),
    ("advanced_mobile_device_searches/mocks/validate_choices.json", "choices of a search form"),
    ("advanced_mobile_device_searches/mocks/validate_get.json", "definition of a search"),
    ("kandji/devices.json", "test data: lists under names of test tenants, which no server sends"),
];

/// Samples of the corpus: what they are read as, devices told, records of computers.
const EXPORTS: &[(&str, &str, usize, u64)] = &[
    ("valid-bom-1.6.json", "cyclonedx", 1, 0),
    ("valid-component-identifiers-1.6.json", "cyclonedx", 1, 0),
    ("valid-component-swid-1.6.json", "cyclonedx", 1, 0),
    ("googleworkspace/cloudidentity-deviceUsers.json", "cloud-identity-users", 2, 0),
    ("googleworkspace/cloudidentity-devices.json", "cloud-identity-devices", 1, 1),
    ("intune/AppInvAggregate.csv", "intune-app-aggregate", 0, 3),
    ("intune/AppInvAggregate.rows.json", "intune-app-aggregate", 0, 3),
    ("intune/AppInvRawData.csv", "intune-app-inventory", 0, 2),
    ("intune/AppInvRawData.rows.json", "intune-app-inventory", 0, 2),
    ("jamf/v2-mobile-devices-detail.json", "jamf-pro-mobile-devices", 2, 0),
    ("demisto+content/ws1-devices-search.json", "workspace-one-devices", 0, 1),
    ("mocks/validate_get_mobile_device.xml", "jamf-classic-mobile-device", 1, 0),
    ("mocks/validate_list_mobile_devices.xml", "jamf-classic-device-list", 2, 0),
    ("mobile_devices/mocks/validate_detail_get.json", "jamf-pro-mobile-device", 1, 0),
    ("mobile_devices/mocks/validate_detail_list.json", "jamf-pro-mobile-devices", 1, 0),
    ("mobile_devices/mocks/validate_list.json", "jamf-pro-device-list", 1, 1),
    ("examples/phone_1.json", "glpi-inventory", 1, 0),
    ("tests/data/13.xml", "glpi-inventory-xml", 1, 0),
    ("graph-detectedApps-list.example.json", "intune-detected-apps-counted", 1, 0),
    ("engine/testdata/devinfo.plist", "apple-mdm-answer", 1, 0),
    ("inventory/testdata/devinfo.plist", "apple-mdm-answer", 0, 1),
    ("mdm/testdata/Authenticate.1.plist", "apple-mdm-answer", 1, 0),
    ("mdm/testdata/Authenticate.2.plist", "apple-mdm-answer", 0, 1),
    ("mdm/testdata/DeviceInformation.1.plist", "apple-mdm-answer", 1, 0),
    ("testdata/device_information.plist", "apple-mdm-answer", 0, 1),
    ("testdata/installed_application_list.plist", "apple-mdm-answer", 1, 0),
    ("testdata/managed_application_list.plist", "apple-mdm-answer", 1, 0),
    ("webhook/testdata/Authenticate.2.json", "apple-mdm-event", 0, 1),
    ("webhook/testdata/DeviceInformation.1.json", "apple-mdm-event", 1, 0),
    ("testdata/status_report.json", "apple-status-report", 0, 1),
    ("testdata/security_info_ios.plist", "apple-mdm-answer", 1, 0),
];

#[test]
fn every_public_sample_is_read_as_what_it_is_or_named_as_no_export() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus/mdm");
    if !root.is_dir() {
        eprintln!("skipped: no ../shared/corpus/mdm");
        return;
    }
    let mut all = Vec::new();
    files(&root, &mut all);
    let mut wrong = Vec::new();
    for path in all {
        let name = path.strip_prefix(&root).unwrap().to_str().unwrap();
        let bytes = std::fs::read(&path).unwrap();
        let file = path.file_name().unwrap().to_str().unwrap();
        let role = known(file, &bytes).filter(|k| k.2 != "mdm-answer").map(|k| k.2);
        if let Some((_, id, devices, computers)) = EXPORTS.iter().find(|e| name.ends_with(e.0)) {
            let told = match try_read(file, &bytes) {
                Some(Ok(fragment)) => format!("{:?} {} {}", role, fragment.devices.len(), fragment.out_of_scope),
                other => format!("{other:?}"),
            };
            if told != format!("{:?} {devices} {computers}", Some(id)) {
                wrong.push(format!("{name}: {told}, not {id} {devices} {computers}"));
            }
        } else if !NO_EXPORT.iter().any(|(end, _)| name.ends_with(end)) {
            wrong.push(format!("{name}: neither an export nor named as none ({role:?})"));
        } else if let Some(role) = role {
            wrong.push(format!("{name}: read as {role}, though it is no export"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_real_android_inventories_name_their_packages() {
    let Some(bytes) = corpus("glpi-project+inventory_format/examples/phone_1.json") else { return };
    let fragment = read("phone_1.json", bytes);
    let [phone] = fragment.devices.as_slice() else { panic!() };
    let ids: Vec<&str> = phone.apps.iter().map(|a| &*a.identifier).collect();
    assert_eq!(ids, ["com.miui.screenrecorder", "com.amazon.mShop.android.shopping", "com.xiaomi.cameratools"]);
    assert_eq!(phone.apps.iter().map(|a| a.system).collect::<Vec<_>>(), [Some(true), None, Some(true)]);
    assert_eq!((phone.platform, fact(phone, FactKind::Model)), (Platform::Android, Some("Mi 9T Pro")));
    assert_eq!(fact(phone, FactKind::Serial), None, "the Android id is no serial number");
    assert!(matches!(list(phone).basis, Basis::Always(Answer::Assumed(_))));
    let fragment = read("13.xml", corpus("glpi-project+inventory_format/tests/data/13.xml").unwrap());
    let [phone] = fragment.devices.as_slice() else { panic!() };
    assert_eq!(&*phone.apps[0].identifier, "com.google.android.networkstack.tethering");
    assert_eq!((phone.platform, list(phone).entries), (Platform::Android, 1), "although ITEMTYPE says computer");
}

#[test]
fn no_prefix_of_any_sample_says_more_than_the_whole() {
    let mut all = Vec::new();
    files(&fixtures(), &mut all);
    let mut read_some = 0;
    for path in all.iter().filter(|p| p.parent().is_some_and(|p| p.ends_with("source"))) {
        let name = path.file_name().unwrap().to_str().unwrap();
        let bytes = std::fs::read(path).unwrap();
        let ours = [".json", ".xml"].iter().any(|e| name.ends_with(e));
        let Some(Ok(whole)) = try_read(name, &bytes).filter(|_| ours) else { continue };
        read_some += 1;
        let end = bytes.trim_ascii_end().len();
        // Every length of short files, and some of long ones.
        for cut in (1..end).step_by(end / 25 + 1).chain(end.saturating_sub(8)..end) {
            let Some(Ok(part)) = try_read(name, &bytes[..cut]) else { continue };
            let context = format!("{} cut at {cut}", path.display());
            for device in &part.devices {
                let id = fact(device, FactKind::MdmId);
                let same =
                    whole.devices.iter().find(|d| fact(d, FactKind::MdmId) == id && d.platform == device.platform);
                assert!(same.is_some(), "{context}: {device:?}");
                let entries = |d: &DeviceRecord| d.lists.iter().map(|l| l.1.entries).max().unwrap_or(0);
                let most = whole.devices.iter().filter(|d| fact(d, FactKind::MdmId) == id).map(entries).max();
                assert!(device.lists.iter().all(|(_, l)| l.end != End::Proven), "{context}: {:?}", device.lists);
                assert!(entries(device) <= most.unwrap_or(0), "{context}");
            }
        }
    }
    assert!(read_some > 50, "only {read_some} samples");
}

#[test]
fn an_app_with_its_devices_becomes_devices_with_their_apps() {
    let fragment = sample("intune-graph-apps/source/detectedApps.json");
    let told: Vec<_> = fragment
        .devices
        .iter()
        .map(|d| (fact(d, FactKind::Name).unwrap(), fact(d, FactKind::Ownership), names(d), list(d).end))
        .collect();
    assert_eq!(
        told,
        [
            ("Field 1", Some("corporate"), vec!["Signal"], End::Proven),
            ("Field 2", Some("corporate"), vec!["Signal", "WeChat"], End::Proven),
            ("Field 3", Some("personal"), vec!["Signal"], End::Proven),
            ("Field 4", None, vec!["Slack"], End::Proven),
            ("Field 5", Some("corporate"), vec!["Teams"], End::Proven),
        ]
    );
    assert_eq!(fragment.out_of_scope, 1);
}

#[test]
fn the_order_of_keys_and_a_page_inside_an_app_are_minded() {
    let device = format!(r#"{{"id":"{A}","deviceName":"p","operatingSystem":"iOS"}}"#);
    let ahead = format!(
        r#"{{"value":[{{"managedDevices":[{device}],"displayName":"WeChat","platform":"ios","deviceCount":1}}]}}"#
    );
    assert_eq!(names(&read("x.json", &ahead).devices[0]), ["WeChat"]);
    let paged = ahead.replace(r#""displayName""#, r#""managedDevices@odata.nextLink":"https://x","displayName""#);
    assert_eq!(list(&read("x.json", &paged).devices[0]).end, End::More);
    // Counted on a device, but none is named: the lists of the others lack it.
    let hidden = ahead.replace(
        r#"{"managedDevices":["#,
        r#"{"managedDevices":[],"displayName":"QQ","deviceCount":3},{"managedDevices":["#,
    );
    assert!(list(&read("x.json", &hidden).devices[0]).errors > 0);
}

#[test]
fn a_file_names_its_device_only_by_an_id_of_the_right_form() {
    let text = std::fs::read(fixtures().join("simplemdm/source/1012.json")).unwrap();
    for (name, id) in [
        ("12.json", Some("simplemdm/-/12")),
        ("x/12.json", Some("simplemdm/-/12")),
        ("apps-12.json", None),
        ("device.json", None),
        ("12 .json", None),
        ("../../12/.json", None),
    ] {
        assert_eq!(fact(&read(name, &text).devices[0], FactKind::MdmId), id, "{name}");
    }
    // Lines are many devices: no name of a file is theirs.
    let one: serde_json::Value = serde_json::from_slice(&text).unwrap();
    let lines = read("12.json", format!("{one}\n{one}\n"));
    assert!(lines.devices.iter().all(|d| fact(d, FactKind::MdmId).is_none()), "{:?}", lines.devices);
}

#[test]
fn listed_is_not_installed() {
    let state = |path: &str, id: &str| -> State {
        let fragment = sample(path);
        let mut apps = fragment.devices.iter().flat_map(|d| &d.apps).filter(|a| &*a.identifier == id);
        apps.next().unwrap_or_else(|| panic!("{path}: no {id}")).state
    };
    let guid = |n: u8| format!("{n:08x}-5a1e-4c0d-9b7e-{n:012x}.json");
    assert_eq!(state("meraki/source/1023.json", "com.tencent.xin"), State::Removed);
    assert_eq!(state("meraki/source/1022.json", "com.tencent.xin"), State::Installed);
    assert_eq!(state(&format!("workspace-one/source/{}", guid(5)), "com.tencent.xin"), State::Offered);
    assert_eq!(state(&format!("workspace-one/source/{}", guid(2)), "com.tencent.xin"), State::Installed);
    assert_eq!(state(&format!("blackberry/source/{}", guid(33)), "com.tencent.xin"), State::Unknown);
    assert_eq!(state(&format!("blackberry/source/{}", guid(32)), "com.tencent.xin"), State::Installed);
    assert_eq!(state("headwind/source/info-8.json", "com.tencent.mm"), State::Offered);
    assert_eq!(state("headwind/source/info-8.json", "com.slack"), State::Installed);
    assert_eq!(state("bom/source/cyclonedx.xml", "com.tencent.mm"), State::Unknown);
}

#[test]
fn what_is_no_time_and_no_word_says_neither_removed_nor_assigned() {
    let meraki = |at: &str| {
        let text = format!(
            r#"[{{"deviceId":"1","identifier":"com.tencent.xin","appId":"1","isManaged":false,"uninstalledAt":{at}}}]"#
        );
        read("x.json", text).devices[0].apps[0].state
    };
    assert_eq!(meraki("null"), State::Installed);
    assert_eq!(meraki(r#""2026-05-01T00:00:00Z""#), State::Removed);
    for at in ["false", "0", r#""never""#] {
        assert_eq!(meraki(at), State::Unknown, "{at}");
    }
    let ws1 = |status: &str, version: &str| {
        let text = format!(
            r#"{{"app_items":[{{"bundle_id":"com.tencent.xin","installed_status":{status},"installed_version":"{version}"}}]}}"#
        );
        read("x.json", text).devices[0].apps[0].state
    };
    assert_eq!(ws1(r#""Installed""#, "8"), State::Installed);
    assert_eq!(ws1(r#""NotInstalled""#, ""), State::Offered);
    for (status, version) in [(r#""Unknown""#, ""), ("true", ""), ("1", ""), (r#""NotInstalled""#, "8")] {
        assert_eq!(ws1(status, version), State::Unknown, "{status} {version}");
    }
}

#[test]
fn an_apple_device_in_an_inventory_is_no_computer_and_its_list_is_not_whole() {
    let of = |system: &str| {
        let text = format!(
            r#"{{"deviceid":"d","content":{{"versionclient":"a","operatingsystem":{{"full_name":"{system}"}},"softwares":[{{"name":"x","comments":"a.b"}}]}}}}"#
        );
        let fragment = read("x.json", text);
        fragment.devices.first().map(|d| (d.platform, matches!(list(d).basis, Basis::Always(Answer::Assumed(_)))))
    };
    assert_eq!(of("Android 14"), Some((Platform::Android, true)));
    assert_eq!(of("iOS 26.0"), Some((Platform::Ios, false)));
    assert_eq!(of("Debian GNU/Linux 12"), None);
}

#[test]
fn an_export_is_known_behind_elements_that_are_none() {
    let app = r#"{"attributes":{"identifier":"com.tencent.xin","bundle_size":1}}"#;
    let fragment = read("x.json", format!(r#"{{"data":[null,7,"x",[],{{}},{app}],"has_more":false}}"#));
    assert_eq!(fragment.devices[0].apps[0].state, State::Installed);
    assert!(list(&fragment.devices[0]).errors > 0);
}

#[test]
fn one_page_of_the_list_of_a_device_is_not_its_list() {
    let guid = |n: u8| format!("workspace-one/source/{n:08x}-5a1e-4c0d-9b7e-{n:012x}.json");
    assert_eq!(list(&sample(&guid(1)).devices[0]).end, End::Proven);
    let page = sample(&guid(6));
    assert_eq!((list(&page.devices[0]).end, codes(&page)), (End::More, vec![Code::PartialExport]));
    assert_eq!(list(&sample("simplemdm/source/1013.json").devices[0]).end, End::More);
    assert_eq!(list(&sample("glpi-json/source/3.json").devices[0]).end, End::More);
}

#[test]
fn experimental_layouts_and_unknown_collections_are_never_whole() {
    for path in ["fleet-host/source/1.json", "jamf-classic-json/source/7.json", "headwind/source/devices.json"] {
        for device in &sample(path).devices {
            assert!(
                matches!(list(device).basis, Basis::Always(Answer::Partial(_) | Answer::NotCollected(_))),
                "{path}: {:?}",
                list(device)
            );
        }
    }
}

#[test]
fn a_notification_holds_a_device_in_base64_and_an_operation_is_no_other_device() {
    use base64::Engine as _;
    let device = r#"{"name":"enterprises/E1/devices/D1","ownership":"COMPANY_OWNED","managementMode":"DEVICE_OWNER","lastStatusReportTime":"2026-11-20T05:00:00Z","applicationReports":[{"packageName":"com.tencent.mm","state":"INSTALLED"}]}"#;
    let operation = r#"{"name":"enterprises/E1/devices/D1/operations/5","done":true}"#;
    let message = |kind: &str, data: &str| {
        let data = base64::engine::general_purpose::STANDARD.encode(data);
        format!(r#"{{"message":{{"attributes":{{"notificationType":"{kind}"}},"data":"{data}","messageId":"1"}}}}"#)
    };
    let log = format!("{}\n{}\n", message("STATUS_REPORT", device), message("COMMAND", operation));
    let fragment = read("messages.ndjson", &log);
    let [report, command] = fragment.devices.as_slice() else { panic!("{}", fragment.devices.len()) };
    for record in [report, command] {
        assert_eq!(fact(record, FactKind::MdmId), Some("android-management/E1/D1"));
    }
    assert_eq!(&*report.apps[0].identifier, "com.tencent.mm");
    assert_eq!((list(report).end, list(report).entries), (End::Proven, 1));
    assert!(matches!(list(report).basis, Basis::ByOwnership(ByOwnership { corporate: Answer::Complete, .. })));
    assert!(matches!(list(command).basis, Basis::Always(Answer::NotCollected(_))));
    // What is no base64 of JSON is said, and proves nothing.
    let broken = read("messages.json", r#"{"message":{"attributes":{"notificationType":"STATUS_REPORT"},"data":"?"}}"#);
    assert!(codes(&broken).contains(&Code::MalformedRecord));
    assert!(matches!(list(&broken.devices[0]).basis, Basis::Always(Answer::NotCollected(_))));
}

#[test]
fn json_inside_a_string_is_read_and_a_broken_one_is_said() {
    let fragment = sample("headwind/source/devices.json");
    let told: Vec<_> = fragment.devices.iter().map(|d| (fact(d, FactKind::Serial), names(d).len())).collect();
    assert_eq!(told[..2], [(Some("R58H000001"), 1), (Some("R58H000002"), 1)]);
    assert_eq!(list(&fragment.devices[2]).errors, 1);
    assert!(codes(&fragment).contains(&Code::MalformedRecord));
    let At::Key(at) = &fragment.devices[1].apps[0].at else { panic!() };
    assert_eq!(&**at, "/data/devices/items/1/info/applications/0");
}

#[test]
fn components_inside_components_are_seen() {
    let fragment = sample("bom/source/cyclonedx.json");
    let [device] = fragment.devices.as_slice() else { panic!() };
    let mut apps: Vec<_> = device.apps.iter().map(|a| (a.name.as_deref().unwrap(), &*a.identifier)).collect();
    apps.sort_unstable();
    assert_eq!(apps, [("Suite", ""), ("mm", "com.tencent.mm"), ("slack", "com.slack")]);
    let inner = device.apps.iter().find(|a| a.name.as_deref() == Some("mm")).unwrap();
    assert_eq!(inner.at, At::Key("/components/0/components/0".into()));
}

#[test]
fn a_status_report_names_managed_apps_and_their_states() {
    let fragment = sample("apple-status-report/source/status.json");
    let [device] = fragment.devices.as_slice() else { panic!() };
    let told: Vec<_> = device.apps.iter().map(|a| (&*a.identifier, a.state)).collect();
    assert_eq!(
        told,
        [
            ("org.whispersystems.signal", State::Installed),
            ("com.tencent.xin", State::Removed),
            ("com.tencent.mqq", State::Removed),
            ("com.tinyspeck.chatlyio", State::Offered),
            ("com.alipay.iphoneclient", State::Installed),
        ]
    );
    assert_eq!(device.apps[4].at, At::Key("/StatusItems/mdm/app/0".into()));
    assert_eq!(list(device).basis, Basis::Always(Answer::ManagedOnly));
}

#[test]
fn events_hold_the_answers_of_devices() {
    let fragment = sample("apple-events/source/events.ndjson");
    let told: Vec<_> = fragment
        .devices
        .iter()
        .map(|d| (fact(d, FactKind::Udid).is_some(), fact(d, FactKind::Serial), names(d).len(), d.lists.len()))
        .collect();
    assert_eq!(told, [(true, Some("F2LE000001"), 0, 0), (true, None, 2, 1), (false, None, 1, 1)]);
    let (_, apps) = &fragment.devices[1].lists[0];
    assert_eq!(apps.as_of.map(|t| t.to_string()).as_deref(), Some("2026-11-20T05:00:00Z"));
    assert!(matches!(apps.basis, Basis::Always(Answer::Assumed(_))));
    assert_eq!(fragment.devices[2].lists[0].1.basis, Basis::Always(Answer::ManagedOnly));
    assert!(codes(&fragment).contains(&Code::MalformedRecord), "a payload that is no base64 is said");
    let text = std::fs::read(fixtures().join("apple-events/source/events.ndjson")).unwrap();
    for cut in (1..text.len()).step_by(97) {
        let Some(Ok(part)) = try_read("e.ndjson", &text[..cut]) else { continue };
        assert!(part.devices.len() <= fragment.devices.len(), "cut at {cut}");
    }
}

#[test]
fn an_event_that_says_two_things_makes_no_list_whole_and_hides_no_answer() {
    let plist = |id: &str| {
        let xml = format!(
            "<?xml version=\"1.0\"?><plist version=\"1.0\"><dict><key>CommandUUID</key><string>1</string><key>InstalledApplicationList</key>\
             <array><dict><key>Identifier</key><string>{id}</string></dict></array><key>Status</key><string>Acknowledged</string>\
             <key>UDID</key><string>00008150-0000000000000071</string></dict></plist>"
        );
        base64::Engine::encode(&base64::engine::general_purpose::STANDARD, xml)
    };
    let of = |outer: &str, channel: &str, inner: &str| {
        let text = format!(
            r#"{{"created_at":"2026-11-20T05:00:00Z"{outer},"acknowledge_event":{{"ids":{{"type":"Device"{channel}}},"raw_payload":"{}"{inner}}}}}"#,
            plist("a.b")
        );
        let fragment = read("e.json", text);
        fragment.devices.iter().map(|d| (names(d).len(), list(d).errors, list(d).as_of.is_some())).collect::<Vec<_>>()
    };
    let first = format!(r#","raw_payload":"{}""#, plist("a.b"));
    let other = format!(r#","raw_payload":"{}""#, plist("com.tencent.xin"));
    assert_eq!(of("", "", &first), [(1, 0, true)], "the same twice is no contradiction");
    assert_eq!(of("", "", &other), [(1, 1, false), (1, 1, false)]);
    assert_eq!(of("", r#","type":"User""#, ""), [(1, 1, false)]);
    assert_eq!(of("", "", r#","raw_payload":["x"]"#), [(1, 0, true)], "what is no text is said, and nothing more");
    assert_eq!(of(r#","created_at":"2020-01-01T00:00:00Z""#, "", ""), [(1, 1, false)]);
}

#[test]
fn values_beside_their_keys_and_a_list_of_one_are_read() {
    for path in ["maas360/source/2.json", "maas360/source/3.json"] {
        let fragment = sample(path);
        assert!(fragment.devices[0].apps.iter().any(|a| &*a.identifier == "com.tencent.xin"), "{path}");
        assert_eq!(fragment.devices[0].apps[0].version.as_deref(), Some("1.2"));
    }
}

#[test]
fn xml_is_data_and_broken_tags_make_no_list_whole() {
    let fragment = sample("jamf-classic-hostile/source/1.xml");
    let device = &fragment.devices[0];
    assert!(device.apps.iter().all(|a| !a.identifier.contains("passwd") && &*a.identifier != "com.tencent.xin"));
    assert!(list(device).errors > 0);
    assert!(codes(&fragment).contains(&Code::MalformedRecord));
}

#[test]
fn ten_thousand_names_of_every_syntax_are_counted_and_the_one_that_matters_is_told() {
    const MANY: usize = 10_000;
    let odd = ["=1+1", "<b>&amp;</b>", "@SUM(A1)", "..%2f..%2f", "\u{202e}tahCeW", "WeChat for fans"];
    let name = |n: usize| format!("{} {n}", odd[n % odd.len()]);
    let id = |n: usize| if n == MANY / 2 { "com.tencent.xin".to_owned() } else { format!("org.example.a{n}") };
    let json: Vec<String> =
        (0..MANY).map(|n| serde_json::json!({"identifier": id(n), "name": name(n)}).to_string()).collect();
    let json = format!(
        r#"{{"totalCount":1,"results":[{{"mobileDeviceId":"1","deviceType":"ios","general":{{}},"applications":[{}]}}]}}"#,
        json.join(",")
    );
    let escaped = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;");
    let xml: String = (0..MANY)
        .map(|n| {
            let (id, name) = (id(n), escaped(&name(n)));
            format!(
                "<application><identifier>{id}</identifier><application_name>{name}</application_name></application>"
            )
        })
        .collect();
    let xml = format!(
        "<mobile_device><general><id>1</id><udid>x</udid><serial_number>y</serial_number></general><applications>{xml}</applications></mobile_device>"
    );
    let csv: String = (0..MANY)
        .map(|n| {
            let title = if n == MANY / 2 { "WeChat".to_owned() } else { name(n) };
            format!("\"{}\",00000001-5a1e-4c0d-9b7e-000000000001,IOS\n", title.replace('"', "\"\""))
        })
        .collect();
    let csv = format!("ApplicationName,DeviceId,Platform\n{csv}");
    for (file, text) in [("list.json", json), ("1.xml", xml), ("AppInvRawData.csv", csv)] {
        let fragment = read(file, &text);
        let [device] = fragment.devices.as_slice() else { panic!("{file}") };
        assert_eq!((list(device).entries, list(device).errors), (MANY as u64, 0), "{file}");
        let is_wechat = |a: &&Observation| &*a.identifier == "com.tencent.xin" || a.name.as_deref() == Some("WeChat");
        assert_eq!(device.apps.iter().filter(is_wechat).count(), 1, "{file}");
    }
}
