use super::super::testing::{claims_a_whole_list, codes, corpus, parse_loose, parse_root, said};
use super::*;
use crate::artifact::Fragment;
use crate::model::{DigestKind, UserKind};

const ROWS: &str = r#"[
  {"name": "com.tencent.mm", "files": [
    {"path": "/data/app/~~a==/com.tencent.mm-b==/base.apk", "sha256": "00", "error": "", "verified_certificate": true,
     "certificate": {"Md5": "18C867F0717AA67B2AB7347505BA07ED", "Sha1": "0000000000000000000000000000000000000000", "Sha256": "", "SerialNumber": 99999999999999999999999999}, "trusted_certificate": true},
    {"path": "/data/app/~~a==/com.tencent.mm-b==/split_config.en.apk", "certificate": null}],
   "installer": "com.android.vending", "uid": 10200, "disabled": false, "system": false, "third_party": true},
  {"name": "cn.wps.moffice_eng", "files": [], "installer": "null", "uid": 10201, "disabled": false, "system": false, "third_party": true},
  {"name": "com.lenovo.anyshare.gps", "files": null, "installer": "", "uid": 0, "disabled": false, "system": false, "third_party": true},
  {"name": "com.android.phone", "files": [{"path": "/system/priv-app/Phone.apk"}], "installer": "null", "uid": 1001, "disabled": true, "system": true, "third_party": false},
  {"name": "org.two.users", "files": [{"path": "/data/app/x/base.apk"}], "installer": "null", "uid": "10300,1010300", "disabled": false},
  {"name": "org.work.only", "files": [], "uid": 1010301, "extra": {"a": [1, 2.5, null]}}
]"#;

const GETPROP: &str = "[ro.build.version.release]: [14]\n[ro.product.manufacturer]: [samsung]\n[ro.product.model]: [SM-A546B]\n[ro.serialno]: [R5CW123ABCD]\n";
const ACQUIRED: &str =
    r#"{"uuid": "0a1b", "started": "2024-05-06T07:08:09.123456789+02:00", "completed": "0001-01-01T00:00:00Z"}"#;

fn root(files: &[(&str, &str)]) -> Fragment {
    let files: Vec<_> = files.iter().map(|(p, b)| (*p, b.as_bytes())).collect();
    parse_root(&AndroidQf, RootKind::AndroidQf, &files)
}

#[test]
fn rows_with_files_are_installed_and_rows_without_are_only_named() {
    let got = root(&[("packages.json", ROWS), ("getprop.txt", GETPROP), ("acquisition.json", ACQUIRED)]);
    assert_eq!(
        said(&got),
        [
            "cn.wps.moffice_eng unknown [0]",
            "com.android.phone disabled [0]",
            "com.lenovo.anyshare.gps unknown [0]",
            "com.tencent.mm installed [0]",
            "org.two.users installed [0]",
            "org.two.users unknown [10]",
            "org.work.only unknown [10]",
        ]
    );
    assert_eq!(codes(&got), Vec::<&str>::new());
    let device = &got.devices[0];
    let (_, list) = &device.lists[0];
    assert_eq!((list.end, list.errors, list.entries), (End::Proven, 0, 6));
    assert!(matches!(list.basis, Basis::Always(Answer::Assumed(_))));
    assert_eq!(list.users, UserSet::Only(vec![0, 10]));
    assert_eq!(list.as_of.unwrap().to_string(), "2024-05-06T05:08:09Z");
    let users: Vec<_> = device.users.iter().map(|u| (u.id, u.kind)).collect();
    assert_eq!(users, [(0, UserKind::Owner), (10, UserKind::Unknown)]);
    let facts: Vec<_> = device.facts.iter().map(|f| (f.kind, f.value)).collect();
    assert!(facts.contains(&(FactKind::Serial, "R5CW123ABCD")), "{facts:?}");
    assert!(facts.contains(&(FactKind::OsVersion, "14")));
    assert!(facts.contains(&(FactKind::OtherId, "androidqf/0a1b")));
}

#[test]
fn zero_digests_are_no_digests_and_trust_marks_are_not_read() {
    let got = root(&[("packages.json", ROWS), ("getprop.txt", GETPROP)]);
    let app = got.devices[0].apps.iter().find(|a| &*a.identifier == "com.tencent.mm").unwrap();
    let signers = app.signers.as_ref().unwrap();
    assert!(!signers.recorded);
    let digests: Vec<_> = signers.digests.iter().map(|d| (d.kind, d.value.as_str())).collect();
    assert_eq!(digests, [(DigestKind::Md5, "18c867f0717aa67b2ab7347505ba07ed")]);
    assert_eq!(app.installer.as_deref(), Some("com.android.vending"));
    assert_eq!(app.at, At::Key("/0".into()));
    let phone = got.devices[0].apps.iter().find(|a| &*a.identifier == "com.android.phone").unwrap();
    assert_eq!((phone.installer.as_deref(), phone.system, &phone.signers), (None, Some(true), &None));
}

#[test]
fn both_lists_of_an_acquisition_speak_of_one_device() {
    let dump = "DUMP OF SERVICE package:\nDatabase versions:\nPackages:\n  Package [com.tencent.mm] (1a):\n    pkg=Package{1 com.tencent.mm}\n    User 0: installed=true enabled=0\nDUMP OF SERVICE other:\n";
    let got = root(&[("packages.json", ROWS), ("dumpsys.txt", dump)]);
    assert_eq!(got.devices.len(), 1);
    let artifacts: Vec<_> = got.devices[0].lists.iter().map(|(s, _)| got.sources[s.0 as usize].artifact).collect();
    assert_eq!(artifacts, ["androidqf-packages", "androidqf-dumpsys"]);
    assert_eq!(said(&got).iter().filter(|r| *r == "com.tencent.mm installed [0]").count(), 2);
}

#[test]
fn an_acquisition_without_a_list_collected_none() {
    let got = root(&[("getprop.txt", GETPROP), ("acquisition.json", "{")]);
    assert_eq!(codes(&got), ["apps-not-collected", "damaged-file"]);
    assert!(!claims_a_whole_list(&got));
    assert!(got.devices[0].facts.iter().any(|f| f.value == "R5CW123ABCD"));
}

#[test]
fn empty_and_foreign_lists_claim_no_entries() {
    for (text, end, errors) in [
        ("[]", End::Proven, 0),
        ("null", End::Proven, 0),
        ("", End::Cut, 0),
        ("{}", End::Cut, 0),
        ("[] x", End::Proven, 1),
    ] {
        let got = root(&[("packages.json", text), ("getprop.txt", GETPROP)]);
        let (_, list) = &got.devices[0].lists[0];
        assert_eq!((list.end, list.errors, list.entries, list.counted), (end, errors, 0, false), "{text}");
    }
}

#[test]
fn a_row_without_a_name_leaves_the_list_open() {
    let got = root(&[("packages.json", r#"[{"name": 7.5, "files": []}, {"name": "a.b"}]"#)]);
    assert_eq!(said(&got), ["a.b unknown [0]"]);
    assert_eq!(codes(&got), ["malformed-record"]);
    assert!(!claims_a_whole_list(&got));
}

#[test]
fn a_name_that_no_package_can_have_leaves_the_list_open() {
    for name in ["com.tencent.\\u0000m", "com.tencent.\u{fffd}m", "com.tencent mm"] {
        let got = root(&[("packages.json", &format!(r#"[{{"name": "a.b"}}, {{"name": "{name}"}}]"#))]);
        assert!(!claims_a_whole_list(&got), "{name}");
        assert_eq!(codes(&got), ["malformed-record"], "{name}");
    }
}

#[test]
fn rows_behind_the_properties_are_named() {
    let text = format!("{GETPROP}package:com.tencent.mm\n");
    let got = parse_loose(&AndroidQf, super::GETPROP, "getprop.txt", text.as_bytes());
    assert_eq!(said(&got), ["com.tencent.mm unknown []"]);
}

#[test]
fn rows_of_a_second_list_are_read_and_the_file_is_damaged() {
    let second = ROWS.replace("a.b", "c.d") + r#"[{"name": "com.tencent.mobileqq", "files": [{"path": "/x"}]}]"#;
    let got = root(&[("packages.json", &second)]);
    assert!(said(&got).contains(&"com.tencent.mobileqq installed [0]".to_owned()), "{:?}", said(&got));
    assert_eq!(codes(&got), ["damaged-file", "malformed-record"]);
    for rest in ["[", "x", "{}", "]", "[1]"] {
        let got = root(&[("packages.json", &format!("{ROWS}{rest}"))]);
        assert!(!claims_a_whole_list(&got), "{rest}");
        assert_eq!(codes(&got), ["damaged-file", "malformed-record"], "{rest}");
    }
}

#[test]
fn no_prefix_says_more_than_the_whole() {
    let all = said(&root(&[("packages.json", ROWS)]));
    for n in 0..ROWS.len() {
        let part = root(&[("packages.json", &ROWS[..n])]);
        assert!(!claims_a_whole_list(&part), "cut at {n}");
        assert!(said(&part).iter().all(|r| all.contains(r)), "cut at {n}");
    }
}

#[test]
fn rows_longer_than_the_limit_and_deep_nesting_end_the_reading() {
    let long = format!(r#"[{{"name": "a.b"}}, {{"name": "{}"}}]"#, "x".repeat(17 << 20));
    let deep = format!(r#"[{{"name": "a.b"}}, {{"x": {}"#, "[".repeat(100_000));
    for text in [long, deep] {
        let got = root(&[("packages.json", &text)]);
        assert_eq!(said(&got), ["a.b unknown [0]"]);
        assert_eq!(got.devices[0].lists[0].1.end, End::Cut);
    }
}

#[test]
fn loose_files_are_known_by_their_keys() {
    let of = |text: &str| AndroidQf.affinity(&Probe { head: text.as_bytes(), size: text.len() as u64, name: b"x" });
    assert_eq!(of(ROWS), (Affinity::Certain, PACKAGES));
    assert_eq!(of(GETPROP), (Affinity::Likely, super::GETPROP));
    assert_eq!(of("[{\"name\": 1}]").0, Affinity::No);
    assert_eq!(of("[section]\nkey=value\n[other]\n").0, Affinity::No);
    assert_eq!(said(&parse_loose(&AndroidQf, PACKAGES, "packages.json", ROWS.as_bytes())).len(), 7);
}

#[test]
fn a_published_acquisition_gives_the_expected_packages() {
    let Some(folder) = corpus("mvt-project+mvt/androidqf") else {
        return;
    };
    let read = |name: &str| std::fs::read(folder.join(name)).unwrap();
    let (packages, props, dump) = (read("packages.json"), read("getprop.txt"), read("dumpsys.txt"));
    let files: [(&str, &[u8]); 3] = [("packages.json", &packages), ("getprop.txt", &props), ("dumpsys.txt", &dump)];
    let got = parse_root(&AndroidQf, RootKind::AndroidQf, &files);
    let device = &got.devices[0];
    let load = |name: &str| -> serde_json::Value {
        serde_json::from_slice(&std::fs::read(corpus(name).unwrap()).unwrap()).unwrap()
    };
    let of = |artifact: &str| {
        device.apps.iter().filter(|a| got.sources[a.source.0 as usize].artifact == artifact).collect::<Vec<_>>()
    };
    let rows = of(PACKAGES);
    let digest = |app: &crate::artifact::Observation, kind| {
        let all = app.signers.iter().flat_map(|s| &s.digests);
        all.filter(|d| d.kind == kind).map(|d| d.value.clone()).next()
    };
    for (file, name_key) in [
        ("expected/mvt-androidqf-packages.json", "cert_sha256"),
        ("expected/peer-mvt-aqf_packages.json", "certificate"),
    ] {
        let expected = load(file);
        let wanted = expected["packages"].as_array().unwrap();
        assert_eq!(rows.len(), wanted.len());
        for want in wanted {
            let name = want["name"].as_str().unwrap();
            let app = rows.iter().find(|a| &*a.identifier == name).unwrap();
            assert_eq!(app.installer.as_deref(), want["installer"].as_str().filter(|i| *i != "null"), "{name}");
            assert_eq!(app.system, want["system"].as_bool(), "{name}");
            assert_eq!((app.state, &app.users), (State::Installed, &vec![0]), "{name}");
            let one = &want["files"][0][name_key];
            let sha256 = one.as_str().or_else(|| one["Sha256"].as_str()).unwrap();
            assert_eq!(digest(app, DigestKind::Sha256).as_deref(), Some(sha256), "{name}");
        }
    }
    let expected = load("expected/mvt-androidqf-dumpsys.json");
    let mut names: Vec<_> = of(DUMPSYS).iter().map(|a| a.identifier.to_string()).collect();
    names.sort();
    let wanted: Vec<_> =
        expected["packages"].as_array().unwrap().iter().map(|p| p["name"].as_str().unwrap().to_owned()).collect();
    assert_eq!(names, wanted);
    assert_eq!(device.lists.len(), 2);
}
