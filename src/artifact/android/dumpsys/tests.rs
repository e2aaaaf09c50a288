use super::super::testing::{claims_a_whole_list, codes, corpus, parse_loose, parse_root, said};
use super::*;
use crate::artifact::Fragment;
use crate::model::{DigestKind, FactKind, UserKind};

const BLOCKS: &str = "\
Packages:
  Package [com.tencent.mm] (1cce8bc):
    userId=10200
    pkg=Package{259e0c2a com.tencent.mm}
    codePath=/data/app/~~a==/com.tencent.mm-b==
    versionCode=2340 minSdk=21 targetSdk=29
    versionName=8.0.38
    flags=[ HAS_CODE ALLOW_CLEAR_USER_DATA ]
    installerPackageName=com.android.vending
    signatures=PackageSignatures{7169f4f version:2, signatures:[962f5b7], past signatures:[]}
    pkgFlags=[ HAS_CODE ]
    User 0: ceDataInode=-1 installed=false hidden=false suspended=false stopped=true notLaunched=true enabled=0 instant=false virtual=false
    User 10: ceDataInode=12 installed=true hidden=false suspended=false stopped=false notLaunched=false enabled=0 instant=false virtual=false
      gids=[3002, 3003]
  Package [com.android.phone] (1cce8bd):
    appId=1001
    pkg=Package{259e0c2b com.android.phone}
    versionName=13
    flags=[ SYSTEM HAS_CODE ]
    User 0: installed=true hidden=false enabled=3
    User 10: installed=true hidden=false enabled=0

Renamed packages:
  a,b

Hidden system packages:
  Package [com.android.phone] (2cce8bd):
    appId=1001
    versionName=12

Dexopt state:
  [com.android.phone]
";

fn service(body: &str) -> String {
    format!(
        "DUMP OF SERVICE overlay:\nnothing\n--------- 0.002s was the duration of dumpsys overlay, ending at: 2024-05-06 07:08:09\n-------------------------------------------------------------------------------\nDUMP OF SERVICE package:\nDatabase versions:\n  Internal:\n    sdkVersion=33\n{body}\n--------- 0.1s was the duration of dumpsys package, ending at: 2024-05-06 07:08:10\n-------------------------------------------------------------------------------\nDUMP OF SERVICE user:\n  Users:\n  UserInfo{{0:Owner:4c13}} serialNo=0 isPrimary=true\n    Type: android.os.usertype.full.SYSTEM\n  UserInfo{{10:Work: x:1030}} serialNo=10\n    Type: android.os.usertype.profile.MANAGED\n  UserInfo{{999:clone:30}} serialNo=999\n--------- 0.1s was the duration of dumpsys user, ending at: 2024-05-06 07:08:11\n"
    )
}

fn loose(text: &str) -> Fragment {
    parse_loose(&AndroidDumpsys, TEXT, "dumpsys.txt", text.as_bytes())
}

const SAID: [&str; 4] = [
    "com.android.phone disabled [0]",
    "com.android.phone installed [10]",
    "com.tencent.mm installed [10]",
    "com.tencent.mm removed [0]",
];

#[test]
fn a_service_dump_with_its_end_is_a_whole_list_for_the_users_it_shows() {
    let got = loose(&service(BLOCKS));
    assert_eq!(said(&got), SAID);
    assert_eq!(codes(&got), Vec::<&str>::new());
    let device = &got.devices[0];
    let (_, list) = &device.lists[0];
    assert_eq!(list.users, UserSet::Only(vec![0, 10]));
    assert_eq!((list.end, list.errors, list.entries), (End::Proven, 0, 2));
    assert_eq!(list.basis, Basis::Always(Answer::Complete));
    assert_eq!(list.as_of.unwrap().to_string(), "2024-05-06T07:08:10Z");
    let users: Vec<_> = device.users.iter().map(|u| (u.id, u.kind)).collect();
    assert_eq!(users, [(0, UserKind::Owner), (10, UserKind::WorkProfile), (999, UserKind::Clone)]);
    let wechat = device.apps.iter().find(|a| a.users == [10] && &*a.identifier == "com.tencent.mm").unwrap();
    assert_eq!(wechat.version.as_deref(), Some("8.0.38"));
    assert_eq!(wechat.installer.as_deref(), Some("com.android.vending"));
    assert_eq!(wechat.system, Some(false));
    let signers = wechat.signers.as_ref().unwrap();
    assert_eq!((signers.digests[0].kind, signers.digests[0].value.as_str()), (DigestKind::JavaHash32, "962f5b7"));
    let At::Bytes { offset, len } = wechat.at else { panic!() };
    let text = service(BLOCKS);
    let record = &text[offset as usize..][..len as usize];
    assert!(record.starts_with("  Package [com.tencent.mm]") && record.ends_with("3003]\n"), "{record}");
}

#[test]
fn the_output_of_dumpsys_package_alone_is_whole_when_it_is_not_filtered() {
    let full = loose(&format!("Database versions:\n  Internal:\n\nLibraries:\n\n{BLOCKS}"));
    let part = loose(&format!("Libraries:\n\n{BLOCKS}"));
    assert!(matches!(part.devices[0].lists[0].1.basis, Basis::Always(Answer::Assumed(_))));
    assert_eq!(full.devices[0].lists[0].1.basis, Basis::Always(Answer::Complete));
    assert!(claims_a_whole_list(&full));
    // `dumpsys package NAME` prints no database versions.
    let one = loose(&format!("Key Set Manager:\n  [com.tencent.mm]\n\n{BLOCKS}"));
    assert!(matches!(one.devices[0].lists[0].1.basis, Basis::Always(Answer::Assumed(_))));
    assert_eq!(said(&one), SAID);
}

#[test]
fn a_dump_without_its_end_or_with_a_time_out_is_cut() {
    let whole = service(BLOCKS);
    let open = &whole[..whole.find("--------- 0.1s").unwrap()];
    let timeout =
        whole.replace("--------- 0.1s", "*** SERVICE 'package' DUMP TIMEOUT (10000ms) EXPIRED ***\n--------- 0.1s");
    for text in [open, &timeout] {
        let got = loose(text);
        assert_eq!(got.devices[0].lists[0].1.end, End::Cut);
        assert_eq!(codes(&got), ["damaged-file"]);
        assert_eq!(said(&got), SAID);
    }
}

#[test]
fn a_text_without_the_package_service_collected_nothing() {
    let got = loose(
        "DUMP OF SERVICE appops:\nPackage evil.fake.package:\n--------- 0.1s was the duration of dumpsys appops\n",
    );
    assert_eq!(said(&got), Vec::<String>::new());
    assert_eq!(codes(&got), ["apps-not-collected"]);
    assert!(!claims_a_whole_list(&got));
}

#[test]
fn lines_an_app_could_write_hide_nothing() {
    let with = |version: &str| {
        let body = BLOCKS.replacen("versionName=8.0.38", &format!("versionName=8\n{version}"), 1);
        loose(&service(&body))
    };
    for forged in [
        "Hidden system packages:\n",
        "Packages:\n",
        "Foo:\n",
        "DUMP OF SERVICE other:\n",
        "--------- 0.1s was the duration of dumpsys package, ending at: 2024-05-06 07:08:10\n",
        "    User 10: installed=false hidden=false enabled=0\n",
    ] {
        let got = with(forged);
        assert!(!claims_a_whole_list(&got), "{forged}: {:?}", said(&got));
        let rows = said(&got);
        assert!(rows.iter().any(|r| r.starts_with("com.tencent.mm") && !r.contains("removed")), "{forged}: {rows:?}");
    }
}

#[test]
fn a_package_that_shows_no_user_leaves_the_list_open() {
    let body = BLOCKS.replace(
        "    User 0: installed=true hidden=false enabled=3\n    User 10: installed=true hidden=false enabled=0\n",
        "",
    );
    let got = loose(&service(&body));
    assert!(said(&got).contains(&"com.android.phone installed []".to_owned()));
    assert_eq!(codes(&got), ["malformed-record"]);
    assert!(!claims_a_whole_list(&got));
}

#[test]
fn a_block_without_a_user_that_others_show_leaves_the_list_open() {
    let whole =
        "    User 0: installed=true hidden=false enabled=3\n    User 10: installed=true hidden=false enabled=0\n";
    assert!(BLOCKS.contains(whole));
    for lines in [
        "    User 0: installed=true hidden=false enabled=3\n",
        "    User 0: installed=true hidden=false enabled=3\n    User 1?: installed=true hidden=false enabled=0\n",
    ] {
        let got = loose(&service(&BLOCKS.replace(whole, lines)));
        assert_eq!(got.devices[0].lists[0].1.errors, if lines.contains('?') { 2 } else { 1 }, "{lines}");
        assert_eq!(codes(&got), ["malformed-record"], "{lines}");
        assert!(!claims_a_whole_list(&got), "{lines}");
    }
    // The number is lost in every block: no other block shows what is missing.
    let got = loose(&service(&BLOCKS.replace("    User 10:", "    User ten:")));
    assert!(!claims_a_whole_list(&got));
    assert_eq!(got.devices[0].lists[0].1.errors, 2);
}

#[test]
fn renamed_system_packages_bear_both_names() {
    let body = "Packages:\n  Package [com.google.x] (1a):\n    compat name=com.android.x\n    pkg=Package{1 com.android.x}\n    User 0: installed=true enabled=0\n";
    assert_eq!(said(&loose(&service(body))), ["com.android.x installed [0]", "com.google.x installed [0]"]);
}

const HEAD: &str = "========================================================\n== dumpstate: 2022-03-29 23:14:26\n========================================================\n\nBuild: TQ1A\nBuild fingerprint: 'google/panther/panther:13/TQ1A/1:user/release-keys'\n------ SYSTEM PROPERTIES (getprop) ------\n[ro.serialno]: [2B181FDH2000AB]\n[ro.product.model]: [Pixel 7]\n[ro.product.manufacturer]: [Google]\n------ 0.05s was the duration of 'SYSTEM PROPERTIES' ------\n";

#[test]
fn a_bug_report_tells_who_the_device_is_and_when() {
    let text = format!("{HEAD}{}", service(BLOCKS));
    let files: [(&str, &[u8]); 4] = [
        ("main_entry.txt", b"bugreport-panther-1.txt\n"),
        ("bugreport-panther-1.txt", text.as_bytes()),
        ("dumpstate_board.txt", b"nothing"),
        ("version.txt", b"2.0"),
    ];
    for skip in [usize::MAX, 0] {
        let files: Vec<_> = files.iter().enumerate().filter(|(n, _)| *n != skip).map(|(_, f)| *f).collect();
        let got = parse_root(&AndroidDumpsys, RootKind::BugReport, &files);
        assert_eq!(said(&got), SAID);
        let facts: Vec<_> = got.devices[0].facts.iter().map(|f| (f.kind, f.value)).collect();
        assert!(facts.contains(&(FactKind::Serial, "2B181FDH2000AB")), "{facts:?}");
        assert!(facts.contains(&(FactKind::Model, "Google Pixel 7")));
        assert!(facts.contains(&(FactKind::OsVersion, "13")));
        assert_eq!(got.devices[0].lists[0].1.as_of.unwrap().to_string(), "2022-03-29T23:14:26Z");
        assert!(claims_a_whole_list(&got));
    }
}

#[test]
fn a_bug_report_without_its_text_is_unreadable() {
    let got = parse_root(&AndroidDumpsys, RootKind::BugReport, &[("main_entry.txt", b"bugreport-x.txt")]);
    assert_eq!(got.devices[0].lists[0].1.end, End::Unreadable);
    assert_eq!(codes(&got), ["damaged-file", "damaged-file"]);
}

#[test]
fn no_prefix_says_more_than_the_whole() {
    let rows = |f: &Fragment| -> Vec<String> {
        let apps = f.devices.iter().flat_map(|d| &d.apps);
        apps.flat_map(|a| a.users.iter().map(move |u| format!("{} {} {u}", a.identifier, a.state.as_str()))).collect()
    };
    let text = service(BLOCKS);
    let all = rows(&loose(&text));
    let end = text.find(" was the duration of dumpsys package").unwrap();
    // Without the list of services nothing tells that one more was to come.
    let second = text
        .find("-------------------------------------------------------------------------------\nDUMP OF SERVICE user")
        .unwrap();
    for n in 0..text.len() {
        let part = loose(&text[..n]);
        assert!(n > end || !claims_a_whole_list(&part), "cut at {n}");
        let lost_only_blanks = text[n..].trim().is_empty();
        assert!(
            lost_only_blanks || n == second || n + 1 == second || !codes(&part).is_empty(),
            "cut at {n} goes unnoticed"
        );
        for row in rows(&part) {
            assert!(all.contains(&row) || row.contains(" unknown "), "cut at {n}: {row}");
        }
    }
}

#[test]
fn loose_texts_are_known_by_their_lines() {
    let of =
        |text: &str| AndroidDumpsys.affinity(&Probe { head: text.as_bytes(), size: text.len() as u64, name: b"x" });
    assert_eq!(of(HEAD), (Affinity::Certain, BUGREPORT));
    assert_eq!(of(&service(BLOCKS)), (Affinity::Certain, TEXT));
    assert_eq!(of(BLOCKS), (Affinity::Likely, TEXT));
    assert_eq!(of(&BLOCKS.replace('\n', "\r\n")).0, Affinity::Likely);
    assert_eq!(of("Packages: none\n").0, Affinity::No);
    let adb = "DUMP OF SERVICE adb:\nADB MANAGER STATE (dumpsys adb):\n";
    assert_eq!(of(adb).0, Affinity::No);
    let head = Probe { head: adb.as_bytes(), size: 9 << 20, name: b"x" };
    assert_eq!(AndroidDumpsys.affinity(&head), (Affinity::Certain, TEXT));
    assert_eq!(of("package:com.tencent.mm\n").0, Affinity::No);
    let wide: Vec<u8> = format!("\u{feff}{BLOCKS}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(AndroidDumpsys.affinity(&Probe { head: &wide, size: 9, name: b"x" }).0, Affinity::Likely);
    let got = parse_loose(&AndroidDumpsys, TEXT, "wide.txt", &wide);
    assert_eq!(said(&got), SAID);
}

/// What an independent reader found, against what is said here.
fn compare(expected: &str, text: &std::path::Path) {
    let bytes = std::fs::read(corpus(expected).unwrap()).unwrap();
    let expected: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    let got = parse_loose(&AndroidDumpsys, TEXT, "dumpsys.txt", &std::fs::read(text).unwrap());
    let apps = &got.devices[0].apps;
    let wanted = expected["packages"].as_array().unwrap();
    assert_eq!(apps.len(), wanted.len(), "{}", text.display());
    for want in wanted {
        let name = want["name"].as_str().unwrap();
        let app = apps.iter().find(|a| &*a.identifier == name).unwrap_or_else(|| panic!("{name} not found"));
        assert_eq!(app.version.as_deref(), want["versionName"].as_str(), "{name}");
        assert_eq!(app.installer.as_deref(), want["installerPackageName"].as_str(), "{name}");
        if let Some(flags) = want["pkgFlags"].as_str() {
            assert_eq!(app.system, Some(flags.contains(" SYSTEM ")), "{name}");
        }
        if let Some(signatures) = want["signatures"].as_str() {
            let hash = &app.signers.as_ref().unwrap().digests[0].value;
            assert!(signatures.contains(&format!("signatures:[{hash}]")), "{name}: {hash}");
        }
        for (user, fields) in want["users"].as_object().unwrap() {
            assert_eq!(app.users, [user.parse::<u32>().unwrap()], "{name}");
            let enabled = fields["enabled"].as_str().unwrap();
            let state = if ["2", "3", "4"].contains(&enabled) { "disabled" } else { "installed" };
            assert_eq!((fields["installed"].as_str().unwrap(), app.state.as_str()), ("true", state), "{name}");
        }
    }
}

#[test]
fn published_dumps_give_the_packages_independent_readers_found() {
    for (expected, text) in [
        ("expected/mvt-dumpsys_packages.json", "mvt-project+mvt/android_data/dumpsys_packages.txt"),
        ("expected/mvt-androidqf-dumpsys.json", "mvt-project+mvt/androidqf/dumpsys.txt"),
        ("expected/mvt-bugreport-dumpstate.json", "mvt-project+mvt/android_data/bugreport/dumpstate.txt"),
    ] {
        match corpus(text) {
            Some(text) => compare(expected, &text),
            None => return,
        }
    }
}

#[test]
fn a_published_bug_report_gives_what_the_peer_found() {
    let Some(folder) = corpus("mvt-project+mvt/android_data/bugreport") else {
        return;
    };
    let text = std::fs::read(folder.join("dumpstate.txt")).unwrap();
    let entry = std::fs::read(folder.join("main_entry.txt")).unwrap();
    let files: [(&str, &[u8]); 2] = [("main_entry.txt", &entry), ("dumpstate.txt", &text)];
    let got = parse_root(&AndroidDumpsys, RootKind::BugReport, &files);
    let peer = std::fs::read(corpus("expected/peer-mvt-bugreport-dumpsys_packages.json").unwrap()).unwrap();
    let peer: serde_json::Value = serde_json::from_slice(&peer).unwrap();
    let rows = peer["packages"].as_array().unwrap();
    assert_eq!(got.devices[0].apps.len(), rows.len());
    for row in rows {
        let name = row["package_name"].as_str().unwrap();
        let app = got.devices[0].apps.iter().find(|a| &*a.identifier == name).unwrap();
        assert_eq!(app.version.as_deref(), row["version_name"].as_str());
        assert_eq!(app.installer.as_deref(), row["installer"].as_str());
        assert_eq!(app.system, row["system"].as_bool());
        let users: Vec<_> = row["users"].as_array().unwrap().iter().map(|u| u["user_id"].as_u64().unwrap()).collect();
        assert_eq!(app.users.iter().map(|u| u64::from(*u)).collect::<Vec<_>>(), users);
        assert!(app.state.is_present());
    }
    // It was joined from parts: the end in it is that of another service.
    assert!(!claims_a_whole_list(&got));
    // user 0 only, `enabled=4` is disabled until used
    assert_eq!(
        said(&got),
        ["com.instagram.android disabled [0]", "com.samsung.android.provider.filterprovider installed [0]"]
    );
}

#[test]
fn published_excerpts_keep_factory_copies_apart() {
    let Some(folder) = corpus("google+battery-historian") else {
        return;
    };
    let read = |path: &str| loose(&std::fs::read_to_string(folder.join("..").join(path)).unwrap());
    let got = read("google+battery-historian/bugreport-excerpt.1.txt");
    let names: Vec<_> = got.devices[0].apps.iter().map(|a| (&*a.identifier, a.version.as_deref())).collect();
    assert_eq!(
        names,
        [
            ("com.google.android.youtube", Some("6.0.13")),
            ("com.google.android.gms", Some("6.7.59 (1671217-430)")),
            ("com.google.android.gsf", Some("LollipopMR1-1629941")),
            ("com.google.android.apps.photos", Some("1.1.1.9")),
            ("com.google.android.packageinstaller", Some("6.0-2256973")),
            ("com.android.packageinstaller", Some("6.0-2256973")),
        ]
    );
    assert!(!claims_a_whole_list(&got), "no block shows a user");
    let got = read("google+battery-historian/bugreport-excerpt.2.txt");
    assert!(said(&got).iter().all(|r| !r.starts_with("one.line") && !r.starts_with("evil")));
    let got = read("tibagni+LogViewer/dumpsys-packages.1.txt");
    assert_eq!(
        said(&got),
        [
            "com.android.internal.display.cutout.emulation.noCutout installed [0]",
            "com.google.android.networkstack.tethering installed [0]"
        ]
    );
    let got = read("tibagni+LogViewer/dumpsys-packages.2.txt");
    assert!(said(&got).iter().all(|r| r.ends_with(" unknown []")), "{:?}", said(&got));
    for n in [1, 2] {
        let got = read(&format!("tekartik+android_utils.dart/dumpsys-package.{n}.txt"));
        assert_eq!(said(&got).len(), 1, "{:?}", said(&got));
        assert!(
            matches!(got.devices[0].lists[0].1.basis, Basis::Always(Answer::Assumed(_))),
            "the dump of one package"
        );
    }
}

/// The list is not whole, and a diagnostic says so.
fn is_open(text: &str) -> Fragment {
    let got = loose(text);
    assert!(!claims_a_whole_list(&got), "{text}");
    assert!(!codes(&got).is_empty(), "{text}");
    got
}

#[test]
fn a_service_that_failed_while_dumping_is_cut() {
    for line in [
        "\nException occurred while dumping:\njava.util.ConcurrentModificationException\n\tat x.Y.z(Y.java:1)\n",
        "Security exception: no\n",
    ] {
        for at in ["  Package [com.android.phone]", "Hidden system packages:", "Dexopt state:"] {
            let body = BLOCKS.replacen(at, &format!("{line}{at}"), 1);
            assert_eq!(is_open(&service(&body)).devices[0].lists[0].1.end, End::Cut, "{line} {at}");
        }
    }
}

#[test]
fn where_durations_are_told_the_package_service_has_one_of_its_own() {
    let whole = service(BLOCKS);
    let rule = whole
        .find("-------------------------------------------------------------------------------\nDUMP OF SERVICE user")
        .unwrap();
    let first = whole.find("  Package [com.tencent.mm]").unwrap();
    // Cut up to the next service, between two lines or inside one.
    for from in [
        first,
        whole.find("  Package [com.android.phone]").unwrap(),
        whole.find("enabled=3").unwrap(),
        whole.find("\nDexopt state:").unwrap(),
    ] {
        let got = is_open(&format!("{}{}", &whole[..from], &whole[rule..]));
        assert_eq!(got.devices[0].lists[0].1.end, End::Cut);
        assert_eq!(codes(&got)[0], "damaged-file");
    }
    // Systems before Android 8 tell none: the rule and the next service are the end.
    let old: String = whole.lines().filter(|l| !l.contains(" was the duration of ")).flat_map(|l| [l, "\n"]).collect();
    assert!(claims_a_whole_list(&loose(&old)));
    // Sections always follow the packages.
    let rule = old
        .find("-------------------------------------------------------------------------------\nDUMP OF SERVICE user")
        .unwrap();
    is_open(&format!("{}{}", &old[..old.find("\nRenamed packages:").unwrap()], &old[rule..]));
    // So they do where the mark stands, in a dump that begins as Android's does.
    let mark = whole.find("--------- 0.1s was the duration of dumpsys package").unwrap();
    let joined = format!("{}{}", &whole[..whole.find("\nRenamed packages:").unwrap() + 1], &whole[mark..]);
    is_open(&joined);
    // One that shows nothing but packages, and its own mark, is a whole section.
    let bare = format!("DUMP OF SERVICE package:\n{}", &joined[joined.find("Packages:").unwrap()..]);
    assert!(claims_a_whole_list(&loose(&bare)));
    is_open(&bare.replace("duration of dumpsys package,", "duration of dumpsys window,"));
}

#[test]
fn a_package_that_other_sections_name_and_the_list_does_not_is_unknown() {
    let lost = |section: &str| {
        let body = BLOCKS.replace("  Package [com.tencent.mm] (1cce8bc):", "  Package [a.b] (1cce8bc):");
        let body = body
            .replace("Package{259e0c2a com.tencent.mm}", "Package{259e0c2a a.b}")
            .replace("com.tencent.mm-b", "a.b-b");
        service(&format!("{body}{section}"))
    };
    assert!(claims_a_whole_list(&loose(&lost(""))));
    for section in ["  [com.tencent.mm]\n    path: /data/app/x/base.apk\n", "\nCompiler stats:\n  [com.tencent.mm]\n"] {
        let got = is_open(&lost(section));
        assert!(said(&got).contains(&"com.tencent.mm unknown []".to_owned()), "{:?}", said(&got));
        assert_eq!(codes(&got), ["malformed-record", "sources-conflict"]);
    }
    // A renamed system package stands there under the name it is known by.
    let renamed = BLOCKS
        .replace("  [com.android.phone]\n", "  [com.android.phone]\n  [com.old]\n")
        .replace("    appId=1001\n    pkg", "    compat name=com.old\n    appId=1001\n    pkg");
    assert!(claims_a_whole_list(&loose(&service(&renamed))));
}

#[test]
fn the_lines_of_a_package_bear_its_name() {
    let path = "/data/app/~~a==/com.tencent.mm-b==";
    for (from, to) in [
        ("Package{259e0c2a com.tencent.mm}", "Package{259e0c2a com.tencent.mobileqq}"),
        (path, "/data/app/~~a==/com.tencent.mobileqq-b=="),
        (path, "/data/app/com.tencent.mobileqq-1"),
    ] {
        let got = is_open(&service(&BLOCKS.replace(from, to)));
        assert!(said(&got).contains(&"com.tencent.mobileqq unknown []".to_owned()), "{to}: {:?}", said(&got));
    }
    for healthy in ["/system/priv-app/WeChat", "/data/app/WeChat", "/data/app/vmdl12.tmp", "/data/app/com.tencent.mm-1"]
    {
        assert!(claims_a_whole_list(&loose(&service(&BLOCKS.replace(path, healthy)))), "{healthy}");
    }
}

#[test]
fn a_line_that_is_none_of_the_list_leaves_it_open() {
    for line in [
        "[... 2034 lines truncated ...]\n",
        "  [... 2034 lines truncated ...]\n",
        "<output truncated>\n",
        "    ...\n",
        "--More--\n",
    ] {
        for at in ["    userId=10200", "  Package [com.android.phone]", "\nRenamed packages:"] {
            is_open(&service(&BLOCKS.replacen(at, &format!("{line}{at}"), 1)));
        }
    }
}

#[test]
fn a_damaged_name_is_an_entry_that_could_not_be_read() {
    let text = service(&BLOCKS.replacen("Package [com.tencent.mm]", "Package [com.tencent.\u{1}m]", 1));
    for (damage, with) in [(b'\x01', b'\xff'), (b'\x01', b'\0'), (b'\x01', b' '), (b'\x01', b'\x01')] {
        let bytes: Vec<u8> = text.bytes().map(|b| if b == damage { with } else { b }).collect();
        let got = parse_loose(&AndroidDumpsys, TEXT, "dumpsys.txt", &bytes);
        assert!(!claims_a_whole_list(&got), "{with}");
        assert!(said(&got).contains(&"com.tencent.mm unknown []".to_owned()), "{with}: {:?}", said(&got));
    }
}

#[test]
fn user_0_exists_whether_shown_or_not() {
    let body: String = BLOCKS.lines().filter(|l| !l.starts_with("    User 0:")).flat_map(|l| [l, "\n"]).collect();
    let got = loose(&service(&body).replace("UserInfo{0:", "UserInfo{11:"));
    assert_eq!(got.devices[0].lists[0].1.users, UserSet::Only(vec![10]));
    assert!(got.devices[0].users.iter().any(|u| u.id == 0));
}

#[test]
fn a_recorded_command_that_leaves_lines_out_makes_no_whole_list() {
    for command in ["adb shell dumpsys package | grep -v tencent", "adb shell \"dumpsys | grep -v com.a\" > d.txt"] {
        let got = loose(&format!("$ {command}\n{}", service(BLOCKS)));
        assert!(!claims_a_whole_list(&got), "{command}");
        assert_eq!(got.devices[0].lists[0].1.basis, Basis::Always(Answer::Partial(Reason("filtered-list"))));
        assert_eq!(said(&got), SAID);
    }
    for command in ["adb shell dumpsys package", "adb shell dumpsys > d.txt", "adb shell dumpsys | tee d.txt"] {
        assert!(claims_a_whole_list(&loose(&format!("$ {command}\n{}", service(BLOCKS)))), "{command}");
    }
}

#[test]
fn users_and_rows_of_other_commands_in_the_text_count() {
    let users =
        "$ adb shell pm list users\nUsers:\n\tUserInfo{0:Owner:4c13} running\n\tUserInfo{12:Work:1030} running\n";
    for text in [format!("{}{users}", service(BLOCKS)), format!("{users}{}", service(BLOCKS))] {
        let got = loose(&text);
        let users: Vec<_> = got.devices[0].users.iter().map(|u| (u.id, u.kind)).collect();
        assert!(users.contains(&(12, UserKind::WorkProfile)), "{users:?}");
    }
    let rows = "$ adb shell pm list packages\npackage:com.tencent.mm\npackage:com.tencent.mobileqq\n$ exit\n";
    for text in [format!("{}{rows}", service(BLOCKS)), format!("{rows}{}", service(BLOCKS))] {
        let got = is_open(&text);
        assert!(said(&got).contains(&"com.tencent.mobileqq unknown []".to_owned()), "{:?}", said(&got));
        assert_eq!(codes(&got), ["malformed-record", "sources-conflict"]);
    }
}

#[test]
fn carriage_returns_alone_end_lines() {
    let text = service(BLOCKS).replace('\n', "\r");
    assert_eq!(AndroidDumpsys.affinity(&Probe { head: text.as_bytes(), size: 9, name: b"x" }).0, Affinity::Certain);
    let got = loose(&text);
    assert_eq!(said(&got), SAID);
    assert!(claims_a_whole_list(&got));
}

#[test]
fn a_list_names_each_package_once() {
    let once = "  Package [com.android.phone] (1cce8bd):";
    let at = BLOCKS.find(once).unwrap();
    let block = &BLOCKS[at..BLOCKS.find("\nRenamed").unwrap()];
    let got = is_open(&service(&format!("{}{}{}", &BLOCKS[..at], block.repeat(50), &BLOCKS[at..])));
    assert!(got.devices[0].apps.len() < 50, "statements are bounded");
    // Asked twice, a phone names it twice.
    assert!(claims_a_whole_list(&loose(&format!("{}{}", service(BLOCKS), service(BLOCKS)))));
}

#[test]
fn sections_of_vendors_behind_the_list_are_no_trouble() {
    let vendor = BLOCKS.replace("\nRenamed packages:", "\nmVendorPackages (2):\n  a\n\nRenamed packages:");
    assert!(claims_a_whole_list(&loose(&service(&vendor))));
    // Packages behind it are outside the list.
    let at = "  Package [com.android.phone] (1cce8bd):";
    is_open(&service(&BLOCKS.replacen(at, &format!("\nmVendorPackages (2):\n{at}"), 1)));
}
