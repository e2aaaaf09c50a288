//! Every app, on every platform it exists on, in every kind of evidence: found,
//! with relation, state, strength and place. Every listed look-alike: not found.
//!
//! The evidence is written here from the signatures themselves, so that a new
//! indicator is tested without a new fixture.

use std::fs;
use std::path::Path;

use serde_json::json;
use tidewaiter::model::Platform;
use tidewaiter::report::v1;
use tidewaiter::scan::Options;
use tidewaiter::signature::{Indicator, IndicatorKind, Ship, SignatureSet};

use crate::support::{options, scan};

/// One way in which evidence names an app by its identifier.
struct Kind {
    name: &'static str,
    platform: Platform,
    write: fn(&Path, &[&str]),
    state: &'static str,
    locator: &'static str,
}

const KINDS: &[Kind] = &[
    Kind {
        name: "iOS backup",
        platform: Platform::Ios,
        write: ios_backup,
        state: "installed",
        locator: "Info.plist#/Installed Applications/",
    },
    Kind {
        name: "iOS backup without Info.plist",
        platform: Platform::Ios,
        write: ios_manifest,
        state: "",
        locator: "Manifest.plist#/Applications/",
    },
    Kind {
        name: "Apple answer",
        platform: Platform::Ios,
        write: apple_answer,
        state: "installed",
        locator: "answer.plist#/InstalledApplicationList/",
    },
    Kind {
        name: "packages.xml",
        platform: Platform::Android,
        write: packages_xml,
        state: "installed",
        locator: "data/system/packages.xml",
    },
    Kind {
        name: "packages.list",
        platform: Platform::Android,
        write: packages_list,
        state: "installed",
        locator: "data/system/packages.list#byte=",
    },
    Kind {
        name: "dumpsys package",
        platform: Platform::Android,
        write: dumpsys,
        state: "installed",
        locator: "dumpsys.txt#byte=",
    },
    Kind {
        name: "pm list packages",
        platform: Platform::Android,
        write: pm_list,
        state: "installed",
        locator: "packages.txt#byte=",
    },
    Kind {
        name: "AndroidQF",
        platform: Platform::Android,
        write: androidqf,
        state: "installed",
        locator: "packages.json#/",
    },
    Kind {
        name: "Android Management API",
        platform: Platform::Android,
        write: android_management,
        state: "installed",
        locator: "devices.json#/devices/0/applicationReports/",
    },
];

const HEADER: &str = r#"<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd"><plist version="1.0">"#;

fn strings(ids: &[&str]) -> String {
    ids.iter().map(|id| format!("<string>{id}</string>")).collect()
}

fn ios_backup(at: &Path, ids: &[&str]) {
    let body = format!(
        "{HEADER}<dict><key>Device Name</key><string>Test</string><key>Last Backup Date</key><date>2026-11-01T00:00:00Z</date>\
         <key>Installed Applications</key><array>{}</array><key>Serial Number</key><string>F2LXQ0AAHG04</string></dict></plist>",
        strings(ids)
    );
    fs::write(at.join("Info.plist"), body).unwrap();
    fs::write(
        at.join("Status.plist"),
        format!("{HEADER}<dict><key>SnapshotState</key><string>finished</string></dict></plist>"),
    )
    .unwrap();
}

fn ios_manifest(at: &Path, ids: &[&str]) {
    let apps: String = ids
        .iter()
        .map(|id| {
            format!(
                "<key>{id}</key><dict><key>CFBundleIdentifier</key><string>{id}</string>\
                 <key>ContainerContentClass</key><string>Data/Application</string>\
                 <key>Path</key><string>/var/containers/Bundle/Application/0/X.app</string></dict>"
            )
        })
        .collect();
    let body = format!(
        "{HEADER}<dict><key>Applications</key><dict>{apps}</dict><key>IsEncrypted</key><false/>\
         <key>Lockdown</key><dict><key>SerialNumber</key><string>F2LXQ0AAHG04</string></dict></dict></plist>"
    );
    fs::write(at.join("Manifest.plist"), body).unwrap();
    fs::write(
        at.join("Status.plist"),
        format!("{HEADER}<dict><key>SnapshotState</key><string>finished</string></dict></plist>"),
    )
    .unwrap();
}

fn apple_answer(at: &Path, ids: &[&str]) {
    let apps: String = ids
        .iter()
        .map(|id| format!("<dict><key>Identifier</key><string>{id}</string><key>Installing</key><false/></dict>"))
        .collect();
    let body = format!(
        "{HEADER}<dict><key>CommandUUID</key><string>1</string><key>InstalledApplicationList</key><array>{apps}</array>\
         <key>Status</key><string>Acknowledged</string><key>UDID</key><string>00008110-001234567890123A</string></dict></plist>"
    );
    fs::write(at.join("answer.plist"), body).unwrap();
}

fn packages_xml(at: &Path, ids: &[&str]) {
    let rows: String = ids
        .iter()
        .enumerate()
        .map(|(n, id)| {
            let user = 10_100 + n;
            format!(
                "<package name=\"{id}\" codePath=\"/data/app/{id}-1\" publicFlags=\"0\" version=\"7\" userId=\"{user}\" ft=\"18a0\" />"
            )
        })
        .collect();
    let system = at.join("data/system");
    fs::create_dir_all(system.join("users/0")).unwrap();
    fs::write(
        system.join("packages.xml"),
        format!("<?xml version='1.0' encoding='utf-8' standalone='yes' ?>\n<packages><version sdkVersion=\"30\" />{rows}</packages>"),
    )
    .unwrap();
    fs::write(system.join("users/userlist.xml"), "<users nextSerialNumber=\"10\"><user id=\"0\" /></users>").unwrap();
    fs::write(system.join("users/0/package-restrictions.xml"), "<package-restrictions></package-restrictions>")
        .unwrap();
}

fn packages_list(at: &Path, ids: &[&str]) {
    let rows: String = ids
        .iter()
        .enumerate()
        .map(|(n, id)| format!("{id} {} 0 /data/user/0/{id} default none 0 7 1 @null\n", 10_100 + n))
        .collect();
    fs::create_dir_all(at.join("data/system")).unwrap();
    fs::write(at.join("data/system/packages.list"), rows).unwrap();
}

fn dumpsys(at: &Path, ids: &[&str]) {
    let mut text = String::from("DUMP OF SERVICE package:\nPackages:\n");
    for (n, id) in ids.iter().enumerate() {
        text.push_str(&format!(
            "  Package [{id}] (abc{n:x}):\n    userId={}\n    pkg=Package{{abc {id}}}\n    codePath=/data/app/{id}-1\n    versionCode=7 minSdk=21 targetSdk=30\n    versionName=1.2\n    User 0: ceDataInode=1 installed=true hidden=false suspended=false stopped=false notLaunched=false enabled=0 instant=false virtual=false\n",
            10_100 + n
        ));
    }
    text.push_str("\n--------- 0.4s was the duration of dumpsys package, ending at: 2026-11-01 12:00:00\n");
    fs::write(at.join("dumpsys.txt"), text).unwrap();
}

fn pm_list(at: &Path, ids: &[&str]) {
    let rows: String = ids.iter().map(|id| format!("package:{id}\n")).collect();
    fs::write(at.join("packages.txt"), rows).unwrap();
}

fn androidqf(at: &Path, ids: &[&str]) {
    let rows: Vec<_> = ids
        .iter()
        .map(|id| {
            json!({"name": id, "files": [{"path": format!("/data/app/{id}-1/base.apk"), "sha256": ""}], "installer": "null",
                   "uid": 10100, "disabled": false, "system": false, "third_party": true})
        })
        .collect();
    fs::write(at.join("packages.json"), serde_json::to_vec(&rows).unwrap()).unwrap();
    fs::write(at.join("getprop.txt"), "[ro.product.model]: [Pixel 6]\n").unwrap();
}

fn android_management(at: &Path, ids: &[&str]) {
    let reports: Vec<_> =
        ids.iter().map(|id| json!({"packageName": id, "displayName": "x", "state": "INSTALLED"})).collect();
    let page = json!({"devices": [{
        "name": "enterprises/LC0/devices/31", "managementMode": "DEVICE_OWNER", "ownership": "COMPANY_OWNED",
        "lastStatusReportTime": "2026-11-20T12:00:00Z", "hardwareInfo": {"serialNumber": "TESTSERIAL1"},
        "applicationReports": reports,
    }]});
    fs::write(at.join("devices.json"), serde_json::to_vec(&page).unwrap()).unwrap();
}

/// A policy that names every app of the set would hide which; the default and
/// those that name WeChat together do.
fn everything() -> Options {
    let mut out = options();
    out.policies = vec!["us-eo-13971".to_owned(), "us-tx-dir".to_owned()];
    out
}

fn findings(kind: &Kind, ids: &[&str]) -> (v1::Report, Vec<v1::Finding>) {
    let room = tempfile::tempdir().unwrap();
    (kind.write)(room.path(), ids);
    let report = scan(&[room.path()], &everything());
    assert_eq!(report.devices.len(), 1, "{}: {:?} {:?}", kind.name, report.evidence, report.diagnostics);
    let found = report.devices[0].findings.clone();
    (report, found)
}

fn identifiers(set: &SignatureSet, platform: Platform) -> Vec<(&str, &Indicator)> {
    let all = set.apps().iter().flat_map(|a| a.indicators.iter().map(move |i| (a.id.as_str(), i)));
    all.filter(|(_, i)| {
        i.ship.is_enabled()
            && matches!(i.kind, IndicatorKind::PackageName | IndicatorKind::BundleId)
            && i.platform == Some(platform)
    })
    .collect()
}

#[test]
fn every_identifier_is_found_in_every_kind_of_evidence() {
    let set = SignatureSet::builtin().unwrap();
    for kind in KINDS {
        let wanted = identifiers(&set, kind.platform);
        let ids: Vec<&str> = wanted.iter().map(|(_, i)| i.value.as_str()).collect();
        let (_, found) = findings(kind, &ids);
        for (app, indicator) in wanted {
            let of = |slug: &str| found.iter().find(|f| f.app == slug && f.identifier.value == indicator.value);
            let finding = of(app).unwrap_or_else(|| panic!("{}: {} is not found", kind.name, indicator.id));
            assert_eq!(finding.relation, indicator.relation.as_str(), "{}: {}", kind.name, indicator.id);
            let strength = if indicator.ship == Ship::Exact { "strong" } else { "circumstantial" };
            assert_eq!(finding.strength, strength, "{}: {}", kind.name, indicator.id);
            if !kind.state.is_empty() {
                assert_eq!(finding.state, kind.state, "{}: {}", kind.name, indicator.id);
            }
            let place = &finding.provenance[0].locator;
            assert!(place.contains(kind.locator), "{}: {place} does not show {}", kind.name, kind.locator);
            for function in set.functions_of(indicator) {
                let hosted = of(&function.app.id).unwrap_or_else(|| panic!("{}: {}", kind.name, function.app.id));
                assert_eq!(hosted.relation, "host");
            }
        }
    }
}

#[test]
fn every_app_of_the_order_is_named_on_every_platform_it_has_an_identifier_for() {
    let set = SignatureSet::builtin().unwrap();
    const EIGHT: [&str; 8] =
        ["alipay", "camscanner", "qq-wallet", "shareit", "tencent-qq", "vmate", "wechat-pay", "wps-office"];
    for kind in KINDS {
        let wanted = identifiers(&set, kind.platform);
        let ids: Vec<&str> = wanted.iter().map(|(_, i)| i.value.as_str()).collect();
        let (_, found) = findings(kind, &ids);
        for app in EIGHT {
            let missing = app == "vmate" && kind.platform == Platform::Ios;
            assert_eq!(found.iter().any(|f| f.app == app), !missing, "{}: {app}", kind.name);
        }
    }
}

#[test]
fn no_listed_look_alike_is_found_in_any_kind_of_evidence() {
    let set = SignatureSet::builtin().unwrap();
    for kind in KINDS {
        let named: Vec<&str> = identifiers(&set, kind.platform).iter().map(|(_, i)| i.value.as_str()).collect();
        let nots: Vec<&str> = set
            .apps()
            .iter()
            .flat_map(|a| &a.not)
            .filter(|n| n.platform.is_none_or(|p| p == kind.platform))
            .flat_map(|n| n.ids.iter().map(String::as_str))
            // Related to one app, another app itself: WeChat is no QQ.
            .filter(|id| !named.contains(id))
            .filter(|id| id.contains('.'))
            .collect();
        assert!(nots.len() > 5, "{}: {}", kind.name, nots.len());
        let (_, found) = findings(kind, &nots);
        let wrong: Vec<_> = found.iter().map(|f| (&f.app, &f.identifier.value)).collect();
        assert!(wrong.is_empty(), "{}: {wrong:?}", kind.name);
    }
}

#[test]
fn names_decide_only_where_there_is_no_identifier() {
    let set = SignatureSet::builtin().unwrap();
    let names: Vec<(&str, &Indicator)> = set
        .apps()
        .iter()
        .flat_map(|a| a.indicators.iter().map(move |i| (a.id.as_str(), i)))
        .filter(|(_, i)| i.kind == IndicatorKind::DisplayName && i.ship == Ship::Exact && i.distinctive)
        .collect();
    let room = tempfile::tempdir().unwrap();
    let mut csv = String::from("ApplicationName,ApplicationPublisher,ApplicationKey,DeviceId,DeviceName,Platform\r\n");
    for (n, (_, i)) in names.iter().enumerate() {
        csv.push_str(&format!("\"{}\",,k{n},d-0001,Phone,IOS\r\n", i.value));
    }
    for decoy in ["QQ Music Player Lite", "WeChat Stickers Fan Pack", "PDF Office WPS Viewer Guide", "VidMate"] {
        csv.push_str(&format!("{decoy},,k,d-0002,Other,IOS\r\n"));
    }
    fs::write(room.path().join("AppInvRawData.csv"), csv).unwrap();
    let report = scan(&[room.path()], &everything());
    let device = |id: &str| report.devices.iter().find(|d| d.key.contains(id)).unwrap();
    for (app, i) in names.iter().filter(|(_, i)| i.platform.is_none_or(|p| p == Platform::Ios)) {
        let found = device("d-0001").findings.iter().find(|f| f.app == *app && f.identifier.value == i.value);
        let found = found.unwrap_or_else(|| panic!("{} is not found by its name", i.id));
        assert_eq!((found.strength.as_str(), found.code.as_str()), ("probable", "prohibited-app-present-by-name"));
    }
    assert!(device("d-0002").findings.is_empty(), "{:?}", device("d-0002").findings);
}
