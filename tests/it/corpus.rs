//! Real evidence with known outcomes, where it lies beside the project.
//!
//! Every file under `expected/` is held against the whole program, or named in
//! [`NOT_READ_YET`]; a file that is in neither place fails. So does a file of the
//! corpus that no item of evidence speaks of.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tidewaiter::artifact::Retain;
use tidewaiter::inventory::{CoverageOptions, Device, Devices};
use tidewaiter::limits::Limits;
use tidewaiter::model::{DigestKind, Timestamp};
use tidewaiter::report::v1;
use tidewaiter::scan::{Input, ItemStatus, Reading, Silent, read};

use crate::support::{files, options, scan, scan_with, shared};

/// Expected outcomes of kinds that no parser reads yet. What they speak of must
/// not be called read: then its outcome is to be asserted here.
const NOT_READ_YET: &[&str] = &[
    "android/expected/adb_backups.json",
    "ios/expected/ffs-file-lists.json",
    "ios/expected/ffs-path-only-bundle-ids.json",
    "ios/expected/kdf-vectors.json",
    "ios/expected/plaso-DataUsage.sqlite.json",
    "ios/expected/plaso-netusage.sqlite.json",
    "ios/expected/plaso-powerlog.json",
    "ios/expected/storeSystem-josh17.json",
    "ios/expected/storeSystem-mvs.json",
];

/// What other tools say of the same files; compared where they are right.
const OPINIONS: &[&str] = &["ios/expected/peer-results.json", "android/expected/peer-mvt-aqf_packages.json"];

/// Says that it was skipped, past the capture of output; never passes silently.
fn corpus(part: &str) -> Option<PathBuf> {
    let Some(shared) = shared() else {
        assert!(std::env::var_os("TIDEWAITER_CORPUS").is_none(), "the corpus is required, and ../shared is not there");
        eprintln!("skipped: ../shared/corpus/{part} is not beside the project");
        return None;
    };
    let path = shared.join(part);
    assert!(path.exists(), "../shared/corpus is there, but {part} is not");
    Some(path)
}

fn expected(root: &Path, name: &str) -> Value {
    let bytes = fs::read(root.join("expected").join(name)).unwrap_or_else(|e| panic!("{name}: {e}"));
    serde_json::from_slice(&bytes).unwrap()
}

/// Everything the program reads under a path, every app kept.
fn inventory(path: &Path) -> (Devices, Vec<Device>) {
    let reading = Reading {
        mappings: &tidewaiter::artifact::mdm::Mappings::NONE,
        retain: Retain::All,
        limits: Limits::default(),
        jobs: 2,
        cancel: std::sync::Arc::default(),
        observer: &Silent,
    };
    let gathered = read(&[Input::Path(path.to_path_buf())], &reading);
    assert!(gathered.items.iter().any(|i| matches!(i.status, ItemStatus::Read | ItemStatus::PartlyRead)), "{path:?}");
    let options = CoverageOptions {
        assume_full_lists: false,
        as_of: Timestamp::parse("2026-11-21T12:00:00Z").unwrap(),
        now: Timestamp::parse("2026-11-21T12:00:00Z").unwrap(),
        stale_after_days: u32::MAX,
        max_age_days: None,
    };
    let devices = gathered.inventory.into_devices(options);
    let all: Vec<Device> = devices.iter().collect();
    (devices, all)
}

/// The only device under a path.
fn only(path: &Path) -> (Devices, Device) {
    let (devices, mut all) = inventory(path);
    assert_eq!(all.len(), 1, "{path:?}");
    (devices, all.remove(0))
}

/// One statement as `identifier version state users`.
fn rows(devices: &Devices, device: &Device, artifact: &str) -> Vec<String> {
    let mine = device.apps.iter().filter(|a| devices.source(a.source).unwrap().artifact == artifact);
    let mut out: Vec<String> = mine
        .map(|a| {
            let version = a.version.as_deref().unwrap_or("-");
            format!("{} {version} {} {:?}", a.identifier, a.state.as_str(), a.users)
        })
        .collect();
    out.sort();
    out
}

fn identifiers(devices: &Devices, device: &Device, artifact: &str, state: Option<&str>) -> BTreeSet<String> {
    let mine = device.apps.iter().filter(|a| devices.source(a.source).unwrap().artifact == artifact);
    mine.filter(|a| state.is_none_or(|s| a.state.as_str() == s)).map(|a| a.identifier.to_string()).collect()
}

fn strings(value: &Value) -> BTreeSet<String> {
    value.as_array().unwrap().iter().map(|v| v.as_str().unwrap().to_owned()).collect()
}

/// Assertions over one file of expected outcomes; the folder is the area's.
type Check = fn(&Path, &str);

const CHECKS: &[(&str, Check)] = &[
    ("ios/expected/mvt-ios_backup.json", an_ios_backup),
    ("ios/expected/derived-encrypted.json", an_ios_backup),
    ("ios/expected/app-bundles.json", app_bundles_of_a_file_system),
    ("ios/expected/mdm-installed_application_list.json", an_apple_answer),
    ("android/expected/aosp-PackageSignaturesTest.json", signature_tables),
    ("android/expected/mvt-androidqf-packages.json", androidqf_packages),
    ("android/expected/mvt-androidqf-dumpsys.json", dumpsys_packages),
    ("android/expected/mvt-dumpsys_packages.json", dumpsys_packages),
    ("android/expected/mvt-bugreport-dumpstate.json", dumpsys_packages),
    ("android/expected/peer-mvt-bugreport-dumpsys_packages.json", the_peers_bug_report),
];

#[test]
fn every_expected_outcome_is_met_or_known_to_be_unread() {
    let Some(root) = corpus("") else { return };
    let mut open: BTreeSet<String> = NOT_READ_YET.iter().chain(OPINIONS).map(|s| (*s).to_owned()).collect();
    for (name, check) in CHECKS {
        let (area, file) = name.split_once("/expected/").unwrap();
        check(&root.join(area), file);
        assert!(open.insert((*name).to_owned()), "{name} is in two lists");
    }
    for area in ["ios", "android", "mdm"] {
        let folder = root.join(area).join("expected");
        if !folder.is_dir() {
            continue;
        }
        for file in files(&folder) {
            let name = format!("{area}/expected/{}", file.file_name().unwrap().to_string_lossy());
            assert!(open.remove(&name), "{name} is asserted nowhere");
        }
    }
    assert!(open.is_empty(), "not in the corpus: {open:?}");
}

/// Identity, the apps of the list, and every domain of the files.
fn an_ios_backup(area: &Path, name: &str) {
    let want = expected(area, name);
    let folder = area.join(want["source"].as_str().unwrap());
    let (devices, device) = only(&folder);
    let id = &device.identity;
    let fact = |key: &str| want["device"][key].as_str();
    assert_eq!(id.serial.as_deref(), fact("Serial Number"));
    assert_eq!(id.udid.as_deref(), fact("Target Identifier"));
    assert_eq!(id.name.as_deref(), fact("Device Name"));
    assert_eq!(id.model.as_deref(), fact("Product Type"));
    assert_eq!(id.os_version.as_deref(), fact("Product Version"));
    let apps = strings(&want["installed_user_apps"]);
    assert_eq!(identifiers(&devices, &device, "ios-backup-info", Some("installed")), apps, "{name}");
    assert_eq!(identifiers(&devices, &device, "ios-backup-info", None), apps, "{name}: in no other state");
    let encrypted = want["encrypted"].as_bool().unwrap();
    let domains = identifiers(&devices, &device, "ios-backup-files", None);
    if encrypted {
        assert!(domains.is_empty(), "{name}: nothing is read of an encrypted index");
        assert_eq!(strings(&want["without_password"]["installed_user_apps"]), apps);
    } else {
        let named = |kind: &str| strings(&want["manifest_domains"][kind]);
        let lost: Vec<_> = named("AppDomain").difference(&domains).cloned().collect();
        assert!(lost.is_empty(), "{name}: {lost:?}");
        // An extension speaks for its app where the list names that, else for itself.
        for plugin in named("AppDomainPlugin") {
            let app = apps.iter().find(|a| plugin.starts_with(&format!("{a}.")));
            let own = plugin.rmatch_indices('.').map(|(at, _)| &plugin[..at]).any(|p| domains.contains(p));
            assert!(app.map_or(own || domains.contains(&plugin), |a| domains.contains(a)), "{name}: {plugin}");
        }
        let all: usize = ["AppDomain", "AppDomainPlugin", "AppDomainGroup"].iter().map(|k| named(k).len()).sum();
        assert_eq!(rows(&devices, &device, "ios-backup-files").len(), all, "{name}: one statement a domain");
    }
    let report = scan(&[&folder], &options());
    let device = &report.devices[0];
    assert_eq!((device.verdict.as_str(), device.findings.len()), ("clear", 0), "{:?}", device.verdict_reasons);
    let complete: Vec<&v1::Coverage> = device.coverage.iter().filter(|c| c.completeness == "complete").collect();
    assert_eq!((complete.len(), complete[0].entries), (1, apps.len() as u64), "{:?}", device.coverage);
    let date = format!("{}Z", fact("Last Backup Date").unwrap().replace(' ', "T"));
    assert_eq!(complete[0].as_of.as_deref(), Some(date.as_str()));
}

/// The bundles of the corpus lie loose; here they stand where a device has them.
fn app_bundles_of_a_file_system(area: &Path, name: &str) {
    let want = expected(area, name);
    let room = tempfile::tempdir().unwrap();
    for (n, path) in want.as_object().unwrap().keys().enumerate() {
        let app = Path::new(path).parent().unwrap().file_name().unwrap();
        let uuid = format!("0000000{n}-0000-4000-8000-000000000000");
        let folder = room.path().join("private/var/containers/Bundle/Application").join(uuid).join(app);
        fs::create_dir_all(&folder).unwrap();
        fs::copy(area.join(path), folder.join("Info.plist")).unwrap();
    }
    let (_, device) = only(room.path());
    assert_eq!(device.apps.len(), want.as_object().unwrap().len(), "{:?}", device.apps);
    for (path, row) in want.as_object().unwrap() {
        let id = row["CFBundleIdentifier"].as_str().unwrap();
        let app = device.apps.iter().find(|a| &*a.identifier == id).unwrap_or_else(|| panic!("{path}: no {id}"));
        let title = row["CFBundleDisplayName"].as_str().or(row["CFBundleName"].as_str());
        assert_eq!((app.state.as_str(), app.name.as_deref()), ("installed", title), "{path}");
        assert_eq!(app.version.as_deref(), row["CFBundleShortVersionString"].as_str(), "{path}");
    }
}

fn an_apple_answer(area: &Path, name: &str) {
    let want = expected(area, name);
    let (_, device) = only(&area.join(want["source"].as_str().unwrap()));
    assert_eq!(device.identity.udid.as_deref(), want["udid"].as_str().map(str::to_lowercase).as_deref());
    let apps = want["apps"].as_array().unwrap();
    assert_eq!(device.apps.len(), apps.len());
    for row in apps {
        let app = device.apps.iter().find(|a| a.name.as_deref() == row["Name"].as_str()).unwrap();
        assert_eq!(&*app.identifier, row["Identifier"].as_str().unwrap_or_default());
        assert_eq!(app.version.as_deref(), row["ShortVersion"].as_str());
        assert_eq!(app.state.as_str(), "installed");
    }
    assert!(device.coverage.iter().all(|c| c.completeness.as_str() == "partial"), "{:?}", device.coverage);
}

/// Each table is put into a package list of its own, as a device writes it.
fn signature_tables(area: &Path, name: &str) {
    let want = expected(area, name);
    let room = tempfile::tempdir().unwrap();
    let mut cases = BTreeMap::new();
    for (path, row) in want.as_object().unwrap() {
        let case = Path::new(path).file_stem().unwrap().to_string_lossy().into_owned();
        let table = fs::read_to_string(area.join(path)).unwrap();
        // A certificate that this case only points at is told by an earlier package, as in AOSP's own test.
        let earlier = match case.as_str() {
            "one-signer-previous-cert" => {
                let first = fs::read_to_string(area.join(path.replace(&case, "one-signer"))).unwrap();
                format!("<package name='earlier.one' codePath='/data/app/e' userId='10001'>{first}</package>")
            }
            _ => String::new(),
        };
        let folder = room.path().join(&case).join("data/system");
        fs::create_dir_all(&folder).unwrap();
        let list = format!(
            "<?xml version='1.0'?><packages><version sdkVersion='30' databaseVersion='3' fingerprint='a/{case}:11/x'/>\
             {earlier}<package name='signed.one' codePath='/data/app/s' userId='10002'>{table}</package></packages>"
        );
        fs::write(folder.join("packages.xml"), list).unwrap();
        let mut digests: BTreeSet<String> = row["certs"].as_array().unwrap().iter().filter_map(sha256).collect();
        if !earlier.is_empty() {
            digests.extend(sha256(&want[path.replace(&case, "one-signer")]["certs"][0]));
        }
        cases.insert(case, digests);
    }
    assert_eq!(cases.len(), 27);
    let (devices, all) = inventory(room.path());
    assert_eq!(all.len(), cases.len());
    for device in all {
        let app = device.apps.iter().find(|a| &*a.identifier == "signed.one").unwrap();
        let place = devices.source(app.source).unwrap().locator.to_string();
        let case = Path::new(&place).components().rev().nth(3).unwrap().as_os_str().to_string_lossy().into_owned();
        let told = app.signers.iter().flat_map(|s| &s.digests).filter(|d| d.kind == DigestKind::Sha256);
        let told: BTreeSet<String> = told.map(|d| d.value.clone()).collect();
        assert_eq!(told, cases[&case], "{case}");
    }
}

/// A digest, where the certificate could be read.
fn sha256(cert: &Value) -> Option<String> {
    cert["sha256"].as_str().filter(|s| s.len() == 64).map(str::to_owned)
}

fn androidqf_packages(area: &Path, name: &str) {
    let want = expected(area, name);
    let source = area.join(want["source"].as_str().unwrap());
    let (devices, device) = only(source.parent().unwrap());
    let packages = want["packages"].as_array().unwrap();
    let listed =
        |a: &&tidewaiter::artifact::Observation| devices.source(a.source).unwrap().artifact == "androidqf-packages";
    assert_eq!(device.apps.iter().filter(listed).count(), packages.len());
    for row in packages {
        let id = row["name"].as_str().unwrap();
        let app = device.apps.iter().filter(listed).find(|a| &*a.identifier == id).unwrap();
        let state = if row["disabled"] == true { "disabled" } else { "installed" };
        assert_eq!((app.state.as_str(), app.system), (state, row["system"].as_bool()), "{id}");
        assert_eq!(app.installer.as_deref(), row["installer"].as_str().filter(|i| *i != "null"), "{id}");
        let told: Vec<&str> = app.signers.iter().flat_map(|s| &s.digests).map(|d| d.value.as_str()).collect();
        let signer = row["files"][0]["cert_sha256"].as_str().unwrap();
        assert!(told.contains(&signer), "{id}: {told:?}");
    }
    assert!(device.coverage.iter().all(|c| c.completeness.as_str() != "complete"), "{:?}", device.coverage);
}

/// `dumpsys package`, alone, in a bug report and in an AndroidQF folder. All of
/// these are shortened by their publisher, so none may prove absence.
fn dumpsys_packages(area: &Path, name: &str) {
    let want = expected(area, name);
    let source = want["source"].as_str().unwrap();
    let file = area.join(source);
    let (path, artifact) = match source {
        _ if source.contains("bugreport") => (file.parent().unwrap(), "bugreport-text"),
        _ if source.contains("androidqf") => (file.parent().unwrap(), "androidqf-dumpsys"),
        _ => (file.as_path(), "dumpsys-package"),
    };
    let (devices, device) = only(path);
    let mut rows_wanted = Vec::new();
    for package in want["packages"].as_array().unwrap() {
        let (id, version) = (package["name"].as_str().unwrap(), package["versionName"].as_str().unwrap());
        let users = package["users"].as_object().unwrap();
        for (user, facts) in users {
            let state = match (facts["installed"].as_str(), facts["enabled"].as_str()) {
                (Some("false"), _) => "removed",
                (_, Some("2" | "3" | "4")) => "disabled",
                _ => "installed",
            };
            rows_wanted.push(format!("{id} {version} {state} [{user}]"));
        }
        if users.is_empty() {
            rows_wanted.push(format!("{id} {version} installed []"));
        }
        let app = device.apps.iter().find(|a| &*a.identifier == id).unwrap_or_else(|| panic!("{name}: no {id}"));
        assert_eq!(app.installer.as_deref(), package["installerPackageName"].as_str(), "{id}");
        // One excerpt leaves the line of the signers out.
        let signers = package["signatures"].as_str().unwrap_or_default();
        let told: Vec<&str> = app.signers.iter().flat_map(|s| &s.digests).map(|d| d.value.as_str()).collect();
        assert!(told.iter().all(|digest| signers.contains(digest)), "{id}: {told:?} is not in {signers}");
        assert_eq!(told.is_empty(), signers.is_empty(), "{id}");
    }
    rows_wanted.sort();
    assert_eq!(rows(&devices, &device, artifact), rows_wanted, "{name}");
    let verdict = scan(&[path], &options()).devices[0].verdict.clone();
    assert_eq!(verdict, "inconclusive", "{name}: an excerpt of some packages proves no absence");
}

fn the_peers_bug_report(area: &Path, name: &str) {
    let want = expected(area, name);
    let (_, device) = only(area.join(want["source"].as_str().unwrap()).parent().unwrap());
    let packages = want["packages"].as_array().unwrap();
    assert_eq!(device.apps.len(), packages.len());
    for row in packages {
        let id = row["package_name"].as_str().unwrap();
        let app = device.apps.iter().find(|a| &*a.identifier == id).unwrap();
        assert_eq!(app.version.as_deref(), row["version_name"].as_str());
        assert_eq!((app.installer.as_deref(), app.system), (row["installer"].as_str(), row["system"].as_bool()));
        assert_eq!(app.state.is_present(), row["users"][0]["installed"] == true, "{id}");
    }
}

#[test]
fn excerpts_without_an_expected_file_name_what_their_text_shows() {
    let Some(root) = corpus("android") else { return };
    let cases: [(&str, &[&str]); 4] = [
        ("tekartik+android_utils.dart/dumpsys-package.1.txt", &["com.tekartik.package1 1.0.16 installed [0]"]),
        ("tekartik+android_utils.dart/dumpsys-package.2.txt", &["com.tekartik.package2 1.4.73 installed [0]"]),
        (
            "tibagni+LogViewer/dumpsys-packages.1.txt",
            &[
                "com.android.internal.display.cutout.emulation.noCutout 1.0 installed [0]",
                "com.google.android.networkstack.tethering 11-6970168 installed [0]",
            ],
        ),
        (
            // Factory copies only: nothing says that they are in use.
            "tibagni+LogViewer/dumpsys-packages.2.txt",
            &[
                "com.android.vending 22.4.25-21 [0] [PR] 337959405 unknown []",
                "com.google.android.webview 86.0.4240.185 unknown []",
            ],
        ),
    ];
    for (path, want) in cases {
        let (devices, device) = only(&root.join(path));
        assert_eq!(rows(&devices, &device, "dumpsys-package"), want, "{path}");
        assert_eq!(scan(&[&root.join(path)], &options()).devices[0].verdict, "inconclusive", "{path}");
    }
    for n in 1..=2 {
        let path = root.join(format!("google+battery-historian/bugreport-excerpt.{n}.txt"));
        let (_, device) = only(&path);
        let named: BTreeSet<&str> = device.apps.iter().map(|a| &*a.identifier).collect();
        assert!(named.contains("com.google.android.youtube") && named.contains("com.google.android.gms"), "{named:?}");
        for other_service in ["evil.fake.package", "one.line.too.late"] {
            assert!(!named.contains(other_service), "{path:?}");
        }
    }
}

#[test]
fn apple_answers_keep_managed_lists_and_mere_identities_apart() {
    let Some(root) = corpus("mdm") else { return };
    let managed = root.join("zentralopensource+zentral/tests/mdm/testdata/managed_application_list.plist");
    let (_, device) = only(&managed);
    let named: Vec<&str> = device.apps.iter().map(|a| &*a.identifier).collect();
    assert_eq!(named, ["com.acme.myenterpriseapp"]);
    let report = scan(&[&managed], &options());
    assert_eq!(report.devices[0].verdict_reasons, ["managed-apps-only"]);
    let identity = root.join("micromdm+nanomdm/mdm/testdata/DeviceInformation.1.plist");
    let report = scan(&[&identity], &options());
    assert_eq!((report.devices.len(), report.devices[0].verdict.as_str()), (1, "inconclusive"));
    assert_eq!(report.devices[0].verdict_reasons, ["no-app-list"]);
}

#[test]
fn exports_of_computers_are_counted_and_a_jamf_answer_names_its_apps() {
    let Some(root) = corpus("mdm") else { return };
    for export in ["AppInvRawData.csv", "AppInvRawData.rows.json"] {
        let report = scan(&[&root.join("cartography-cncf+cartography/intune").join(export)], &options());
        assert_eq!((report.devices.len(), report.summary.out_of_scope), (0, 2), "{export}");
        assert_eq!(report.run.exit_status, Some(3), "{export}: no device is no answer");
    }
    let jamf = root.join("deploymenttheory+go-sdk-jamfpro-v2/jamfpro/jamf_pro_api/mobile_devices/mocks");
    let answer = jamf.join("validate_detail_list.json");
    let want: Value = serde_json::from_slice(&fs::read(&answer).unwrap()).unwrap();
    let (_, device) = only(&answer);
    assert_eq!(device.identity.serial.as_deref(), want["results"][0]["hardware"]["serialNumber"].as_str());
    let apps = want["results"][0]["applications"].as_array().unwrap();
    assert_eq!(device.apps.len(), apps.len());
    for (app, row) in device.apps.iter().zip(apps) {
        assert_eq!(Some(&*app.identifier), row["identifier"].as_str());
        assert_eq!((app.name.as_deref(), app.version.as_deref()), (row["name"].as_str(), row["shortVersion"].as_str()));
    }
}

#[test]
fn every_file_of_the_corpus_is_walked_without_a_false_clear_or_finding() {
    let Some(root) = corpus("") else { return };
    let mut clear = Vec::new();
    let mut walked = 0;
    for area in ["ios", "android", "mdm", "audit"] {
        let folder = root.join(area);
        let report = scan_with(&[&folder], &options(), Limits::default(), 2);
        for file in files(&folder) {
            assert!(is_spoken_of(&report, &file), "no item of evidence speaks of {}", file.display());
            walked += 1;
        }
        let found: Vec<_> = report.devices.iter().filter(|d| !d.findings.is_empty()).map(|d| d.key.clone()).collect();
        // One bill of materials names an app as a component of a phone.
        let named = usize::from(area == "audit");
        assert_eq!(found.len(), named, "{area}: names inside other apps are no apps: {found:?}");
        clear.extend(report.devices.iter().filter(|d| d.verdict == "clear").map(|d| d.key.clone()));
    }
    assert!(walked > 350, "only {walked} files were seen");
    // One real device, in two backups that lie apart; nothing else in the corpus proves absence.
    assert_eq!(clear, ["ios:serial:F1234567890"], "clear without proof?");
}

/// The file is an item, holds one, or belongs to a device root that was read.
fn is_spoken_of(report: &v1::Report, file: &Path) -> bool {
    let path = file.display().to_string().replace('%', "%25").replace('!', "%21").replace('#', "%23");
    report.evidence.iter().any(|item| {
        let inside = path.strip_prefix(&item.locator).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        inside || item.locator.strip_prefix(&path).is_some_and(|rest| rest.starts_with("!/"))
    })
}

#[test]
fn what_no_parser_reads_yet_is_not_called_read() {
    let Some(root) = corpus("") else { return };
    for name in NOT_READ_YET {
        let (area, file) = name.split_once("/expected/").unwrap();
        let want = expected(&root.join(area), file);
        let mut sources: Vec<String> = want["source"].as_str().map(str::to_owned).into_iter().collect();
        for (key, row) in want.as_object().into_iter().flatten() {
            let source = row["source"].as_str().unwrap_or(key);
            sources.push(source.to_owned());
        }
        for source in sources.iter().map(|s| root.join(area).join(s)).filter(|s| s.is_file()) {
            let report = scan(&[&source], &options());
            let read = report.evidence.iter().any(|e| e.status == "read");
            assert!(!read, "{} is read now: assert what {name} says of it", source.display());
            assert!(report.devices.iter().all(|d| d.verdict != "clear"), "{}", source.display());
        }
    }
}
