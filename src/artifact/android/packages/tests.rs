use super::super::testing::{abx, claims_a_whole_list, codes, corpus, parse_loose, parse_root, parse_root_below, said};
use super::*;
use crate::artifact::Fragment;
use crate::model::{DigestKind, End, FactKind, UserKind, UserSet};

const MAIN: &str = "system/packages.xml";
const USERLIST: &str = "system/users/userlist.xml";
const USER0: &str = "system/users/0/package-restrictions.xml";
const USER10: &str = "system/users/10/package-restrictions.xml";

const PACKAGES_XML: &str = r#"<?xml version='1.0' encoding='utf-8' standalone='yes' ?>
<packages>
    <version sdkVersion="33" databaseVersion="3" buildFingerprint="google/panther/panther:13/TQ1A/1:user/release-keys" fingerprint="x" />
    <version volumeUuid="primary_physical" sdkVersion="33" databaseVersion="3" fingerprint="other/other/o:9/x/1:user/k" />
    <permissions><item name="a.b" package="android" /></permissions>
    <package name="com.tencent.mm" codePath="/data/app/~~a==/com.tencent.mm-b==" publicFlags="0" ft="18b0" ut="18c251e2a00" version="2340" userId="10200" installer="com.android.vending">
        <sigs count="1" schemeVersion="3"><cert index="0" key="30820101" /><pastSigs count="2"><cert index="1" key="30820202" flags="7" /><cert index="0" flags="23" /></pastSigs></sigs>
        <install-initiator-sigs count="1"><cert index="2" key="30820303" /></install-initiator-sigs>
    </package>
    <package name="org.example.second" codePath="/data/app/org.example.second-1" publicFlags="0" version="1" userId="10201">
        <sigs count="1"><cert index="2" /></sigs>
    </package>
    <package name="com.android.phone" codePath="/system/priv-app/Phone" publicFlags="1" version="33" sharedUserId="1001" />
    <updated-package name="com.android.phone" codePath="/system/priv-app/Phone" version="32" />
    <shared-user name="android.uid.phone" userId="1001"><sigs count="1"><cert index="0" /></sigs></shared-user>
</packages>
"#;

const USERS_XML: &str = r#"<users nextSerialNumber="11" version="9"><user id="0"/><user id="10"/></users>"#;

fn restrictions(rows: &str) -> String {
    format!("<package-restrictions>{rows}</package-restrictions>")
}

fn root(files: &[(&str, &str)]) -> Fragment {
    let files: Vec<_> = files.iter().map(|(p, b)| (*p, b.as_bytes())).collect();
    parse_root(&AndroidPackages, RootKind::AndroidData, &files)
}

/// The same in a folder deeper in the evidence.
fn below(folder: &str, files: &[(&str, &str)]) -> Fragment {
    let files: Vec<_> = files.iter().map(|(p, b)| (*p, b.as_bytes())).collect();
    parse_root_below(folder, &AndroidPackages, RootKind::AndroidData, &files)
}

/// One package in packages.xml, these restrictions for user 0.
fn one_user(row: &str) -> Vec<String> {
    let packages =
        r#"<packages><package name="a.b" codePath="/data/app/a.b-1" publicFlags="0" userId="10001"/></packages>"#;
    said(&root(&[(MAIN, packages), (USER0, &restrictions(row))]))
}

#[test]
fn a_missing_inst_attribute_means_installed() {
    assert_eq!(one_user(r#"<pkg name="a.b"/>"#), ["a.b installed [0]"]);
    assert_eq!(one_user(r#"<pkg name="a.b" inst="true" nl="true" stopped="true"/>"#), ["a.b installed [0]"]);
    // Every package is written, but the reader's default is installed.
    assert_eq!(one_user(""), ["a.b installed [0]"]);
}

#[test]
fn switched_off_hidden_and_suspended_apps_are_disabled() {
    for attribute in
        ["enabled='2'", "enabled='3'", "enabled='4'", "hidden='true'", "blocked='true'", "suspended='true'"]
    {
        assert_eq!(one_user(&format!("<pkg name='a.b' {attribute}/>")), ["a.b disabled [0]"], "{attribute}");
    }
    for attribute in ["enabled='0'", "enabled='1'", "hidden='false'"] {
        assert_eq!(one_user(&format!("<pkg name='a.b' {attribute}/>")), ["a.b installed [0]"], "{attribute}");
    }
}

#[test]
fn an_app_the_user_removed_is_removed_and_an_archived_one_archived() {
    assert_eq!(one_user(r#"<pkg name="a.b" inst="false"/>"#), ["a.b removed [0]"]);
    let archived = r#"<pkg name="a.b" inst="false"><archive-state installer-title="Store" archive-time="18b0"><archive-activity-info/></archive-state></pkg>"#;
    assert_eq!(one_user(archived), ["a.b archived [0]"]);
}

#[test]
fn a_value_that_is_no_boolean_leaves_the_state_unknown_and_the_list_open() {
    let packages = r#"<packages><package name="a.b" publicFlags="0" userId="1"/></packages>"#;
    let got = root(&[(MAIN, packages), (USER0, &restrictions("<pkg name='a.b' inst='fal?e'/>"))]);
    assert_eq!(said(&got), ["a.b unknown [0]"]);
    assert!(!claims_a_whole_list(&got));
}

#[test]
fn a_prohibited_app_only_in_the_work_profile_is_told_per_user() {
    let got = root(&[
        (MAIN, PACKAGES_XML),
        (USERLIST, USERS_XML),
        (
            "system/users/10.xml",
            r#"<user id="10" serialNumber="10" flags="4144" type="android.os.usertype.profile.MANAGED"><name>Work</name></user>"#,
        ),
        (
            USER0,
            &restrictions(
                r#"<pkg name="com.tencent.mm" inst="false"/><pkg name="org.example.second"/><pkg name="com.android.phone"/>"#,
            ),
        ),
        (
            USER10,
            &restrictions(
                r#"<pkg name="com.tencent.mm" first-install-time="18c251e2a00"/><pkg name="org.example.second" inst="false"/><pkg name="com.android.phone" inst="false"/>"#,
            ),
        ),
    ]);
    assert_eq!(
        said(&got),
        [
            "com.android.phone installed [0]",
            "com.android.phone removed [10]",
            "com.tencent.mm installed [10]",
            "com.tencent.mm removed [0]",
            "org.example.second installed [0]",
            "org.example.second removed [10]",
        ]
    );
    let device = &got.devices[0];
    let kinds: Vec<_> = device.users.iter().map(|u| (u.id, u.kind)).collect();
    assert_eq!(kinds, [(0, UserKind::Owner), (10, UserKind::WorkProfile)]);
    let list = &device.lists[0].1;
    assert_eq!((list.end, list.errors, list.entries, &list.users), (End::Proven, 0, 3, &UserSet::All));
    assert!(codes(&got).is_empty());
    let wechat = device.apps.iter().find(|a| a.users == [10] && &*a.identifier == "com.tencent.mm").unwrap();
    assert_eq!(wechat.version.as_deref(), Some("2340"));
    assert_eq!(wechat.installer.as_deref(), Some("com.android.vending"));
    assert_eq!(wechat.first_seen.unwrap().to_string(), "2023-12-01T11:23:03Z");
    assert_eq!(wechat.system, Some(false));
    let At::Bytes { offset, len } = wechat.at else { panic!() };
    let text = &PACKAGES_XML[offset as usize..][..len as usize];
    assert!(text.starts_with("<package name=\"com.tencent.mm\"") && text.ends_with("</package>"), "{text}");
}

use crate::artifact::At;

#[test]
fn model_and_version_come_from_the_fingerprint_of_the_internal_volume() {
    let got = root(&[(MAIN, PACKAGES_XML)]);
    let facts: Vec<_> = got.devices[0].facts.iter().map(|f| (f.kind, f.value)).collect();
    assert_eq!(facts, [(FactKind::Model, "google panther"), (FactKind::OsVersion, "13")]);
}

#[test]
fn text_and_binary_xml_say_the_same() {
    let users =
        restrictions(r#"<pkg name="com.tencent.mm" enabled="3"/><pkg name="org.example.second" inst="false"/>"#);
    let text = root(&[(MAIN, PACKAGES_XML), (USERLIST, USERS_XML), (USER0, &users)]);
    let (main, list, user) = (abx(PACKAGES_XML), abx(USERS_XML), abx(&users));
    let files: [(&str, &[u8]); 3] = [(MAIN, &main), (USERLIST, &list), (USER0, &user)];
    let binary = parse_root(&AndroidPackages, RootKind::AndroidData, &files);
    assert_eq!(said(&binary), said(&text));
    assert!(said(&text).contains(&"com.tencent.mm disabled [0]".to_owned()));
    assert!(said(&text).contains(&"com.tencent.mm installed [10]".to_owned()), "no file for user 10: the default");
    let signers = |f: &Fragment| f.devices[0].apps.iter().map(|a| a.signers.clone()).collect::<Vec<_>>();
    assert_eq!(signers(&binary), signers(&text));
    assert_eq!(codes(&text), ["user-without-list"]);
    assert!(claims_a_whole_list(&binary));
}

#[test]
fn certificates_are_found_by_index_anywhere_in_the_document() {
    let got = root(&[(MAIN, PACKAGES_XML)]);
    let of = |name: &str| -> Vec<(String, bool)> {
        let app = got.devices[0].apps.iter().find(|a| &*a.identifier == name).unwrap();
        let signers = app.signers.as_ref().unwrap();
        assert!(signers.recorded);
        let sha = signers.digests.iter().filter(|d| d.kind == DigestKind::Sha256);
        sha.map(|d| (d.value[..8].to_owned(), d.past)).collect()
    };
    let sha = |bytes: &[u8]| {
        use sha2::Digest as _;
        crate::format::hex(&sha2::Sha256::digest(bytes))[..8].to_owned()
    };
    assert_eq!(of("com.tencent.mm"), [(sha(b"\x30\x82\x01\x01"), false), (sha(b"\x30\x82\x02\x02"), true)]);
    // Spelled out below install-initiator-sigs of another package.
    assert_eq!(of("org.example.second"), [(sha(b"\x30\x82\x03\x03"), false)]);
}

#[test]
fn without_users_in_the_evidence_an_entry_needs_packages_list_or_its_code() {
    assert!(said(&root(&[(MAIN, PACKAGES_XML)])).iter().all(|s| s.contains("unknown []")));
    let list =
        "org.example.second 10201 0 /data/user/0/org.example.second default:targetSdkVersion=30 3003 0 1 1 @null\n";
    let got =
        root(&[(MAIN, PACKAGES_XML), ("system/packages.list", list), ("app/~~a==/com.tencent.mm-b==/base.apk", "PK")]);
    assert_eq!(
        said(&got),
        ["com.android.phone unknown []", "com.tencent.mm installed []", "org.example.second installed []"]
    );
    assert!(claims_a_whole_list(&got), "what packages.xml does not name is installed for nobody");
    // Paths are those below the top of the evidence, not below the device's root.
    let deep = below("case/app/data/", &[(MAIN, PACKAGES_XML), ("app/~~a==/com.tencent.mm-b==/base.apk", "PK")]);
    assert!(said(&deep).contains(&"com.tencent.mm installed []".to_owned()), "{:?}", said(&deep));
}

#[test]
fn recorded_split_versions_show_that_the_code_is_gone() {
    let packages = r#"<packages><package name="a.b" publicFlags="0" userId="1"><split-version name="config.en" version="3"/></package></packages>"#;
    let list = "a.b 1 0 /data/user/0/a.b default 3003\n";
    assert_eq!(said(&root(&[(MAIN, packages), ("system/packages.list", list)])), ["a.b unknown []"]);
    let archived = restrictions(r#"<pkg name="a.b" inst="false"><archive-state/></pkg>"#);
    assert_eq!(said(&root(&[(MAIN, packages), (USER0, &archived)])), ["a.b archived [0]"]);
}

#[test]
fn the_backup_is_read_first_and_what_only_the_main_file_names_stays_unknown() {
    let backup = r#"<packages><package name="a.b" publicFlags="0" userId="1"/></packages>"#;
    let main = r#"<packages><package name="a.b" publicFlags="0" userId="1"/><package name="a.new" publicFlags="0" userId="2"/></packages>"#;
    let got = root(&[(MAIN, main), ("system/packages-backup.xml", backup), (USER0, &restrictions(""))]);
    assert_eq!(said(&got), ["a.b installed [0]", "a.new unknown []"]);
    assert_eq!(codes(&got), ["packages-backup-used"]);
    assert!(claims_a_whole_list(&got));
}

#[test]
fn a_damaged_main_file_falls_back_to_the_reserve_copy() {
    let cut = &PACKAGES_XML[..PACKAGES_XML.len() / 2];
    let got = root(&[(MAIN, cut), ("system/packages.xml.reservecopy", PACKAGES_XML), (USER0, &restrictions(""))]);
    assert_eq!(codes(&got), ["damaged-file", "fallback-used"]);
    assert_eq!(said(&got).len(), 3);
    assert!(claims_a_whole_list(&got));
    let alone = root(&[(MAIN, cut), (USER0, &restrictions(""))]);
    assert_eq!(codes(&alone), ["damaged-file"]);
    assert!(!claims_a_whole_list(&alone));
    assert_eq!(alone.devices[0].lists[0].1.end, End::Cut);
}

#[test]
fn a_damaged_restrictions_file_states_neither_presence_nor_a_whole_list() {
    let user = restrictions(r#"<pkg name="com.tencent.mm"/><pkg name="org.example.second" inst="false"/>"#);
    let cut = &user[..user.find("<pkg name=\"org").unwrap() + 12];
    let got = root(&[(MAIN, PACKAGES_XML), (USER0, cut)]);
    assert_eq!(
        said(&got),
        ["com.android.phone unknown [0]", "com.tencent.mm installed [0]", "org.example.second unknown [0]"]
    );
    assert!(!claims_a_whole_list(&got));
    let copy = "system/users/0/package-restrictions.xml.reservecopy";
    let saved = root(&[(MAIN, PACKAGES_XML), (USER0, cut), (copy, &user)]);
    assert!(said(&saved).contains(&"org.example.second removed [0]".to_owned()));
    assert_eq!(codes(&saved), ["damaged-file", "fallback-used"]);
    assert!(claims_a_whole_list(&saved));
}

#[test]
fn a_damaged_user_list_leaves_the_list_of_apps_open() {
    let got = root(&[(MAIN, PACKAGES_XML), (USERLIST, &USERS_XML[..60]), (USER0, &restrictions(""))]);
    assert!(!claims_a_whole_list(&got));
    assert_eq!(codes(&got), ["damaged-file"]);
}

#[test]
fn a_file_that_is_neither_text_nor_binary_xml_leaves_packages_list() {
    let list = "com.tencent.mm 10200 0 /data/user/0/com.tencent.mm default:targetSdkVersion=30 3003 0 2340 1 com.android.vending\n";
    let got = root(&[(MAIN, "\x01\x02garbage"), ("system/packages.list", list), (USER0, &restrictions(""))]);
    assert_eq!(said(&got), ["com.tencent.mm installed [0]"]);
    assert_eq!(codes(&got), ["damaged-file"]);
    assert!(!claims_a_whole_list(&got));
    let app = &got.devices[0].apps[0];
    assert_eq!((app.version.as_deref(), app.installer.as_deref()), (Some("2340"), Some("com.android.vending")));
    assert!(got.devices[0].lists.iter().any(|(_, l)| l.end == End::Unreadable));
}

#[test]
fn packages_list_alone_shows_presence_but_never_absence() {
    let list = "a.b 10001 0 /data/data/a.b\nc.d 10002 1 null default none\n";
    let got = root(&[("system/packages.list", list)]);
    assert_eq!(said(&got), ["a.b installed []", "c.d installed []"]);
    assert!(!claims_a_whole_list(&got));
}

#[test]
fn forged_lines_prove_nothing_and_hide_nothing() {
    let list = "a.b 10001 0 /data/user/0/a.b default 3003 0 1 1 x\nvictim.app 10002 1 /data/user/0 default:targetSdkVersion=28 none 0 0 1 @null\nc.d 10003 0 /data/user/0/c.d default none\n";
    let got = root(&[("system/packages.list", list)]);
    assert_eq!(said(&got), ["a.b installed []", "c.d installed []", "victim.app unknown []"]);
    assert_eq!(codes(&got), ["suspicious-line"]);
    assert_eq!(got.diagnostics[0].locator.as_ref().unwrap().as_str(), "root/system/packages.list#byte=50+77");
}

#[test]
fn sources_that_contradict_packages_xml_are_reported_not_believed() {
    let packages = r#"<packages><package name="a.b" publicFlags="0" userId="1"/></packages>"#;
    let list = "a.b 1 0 /data/user/0/a.b default 3003\nc.d 2 0 /data/user/0/c.d default 3003\n";
    let got = root(&[(MAIN, packages), ("system/packages.list", list), (USER0, &restrictions("<pkg name='e.f'/>"))]);
    assert_eq!(said(&got), ["a.b installed [0]", "c.d unknown []", "e.f unknown [0]"]);
    assert_eq!(codes(&got), ["sources-conflict", "sources-conflict"]);
}

#[test]
fn an_app_that_no_known_user_has_but_whose_code_is_there_may_be_another_users() {
    let gone = restrictions("<pkg name='a.b' inst='false'/>");
    let package = |flags: &str, inner: &str| {
        format!(
            "<packages><package name='a.b' codePath='/data/app/a.b-1' publicFlags='{flags}' userId='1'>{inner}</package></packages>"
        )
    };
    let (list, code) =
        (("system/packages.list", "a.b 1 0 /data/user/0/a.b default 3003\n"), ("app/a.b-1/base.apk", "PK"));
    let app = package("0", "");
    for shown in [list, code] {
        let got = root(&[(MAIN, &app), (USER0, &gone), shown]);
        assert_eq!(said(&got), ["a.b removed [0]", "a.b unknown []"], "{}", shown.0);
        assert_eq!(codes(&got), ["sources-conflict"], "{}", shown.0);
    }
    // Nothing shows the code, it is known to be gone, or it is the system's.
    assert_eq!(one_user("<pkg name='a.b' inst='false'/>"), ["a.b removed [0]"]);
    for entry in [package("0", "<split-version name='config.en' version='3'/>"), package("1", "")] {
        let got = root(&[(MAIN, &entry), (USER0, &gone), list]);
        assert_eq!((said(&got), codes(&got)), (vec!["a.b removed [0]".to_owned()], vec![]), "{entry}");
    }
}

#[test]
fn of_a_package_named_twice_for_a_user_the_best_state_wins_and_the_list_is_open() {
    let packages = r#"<packages><package name="a.b" publicFlags="0" userId="1"/></packages>"#;
    let there = r#"<pkg name="a.b" enabled="2"/>"#;
    let gone = r#"<pkg name="a.b" inst="false"/>"#;
    for rows in [[there, gone], [gone, there]] {
        let got = root(&[(MAIN, packages), (USER0, &restrictions(&rows.concat()))]);
        assert_eq!(said(&got), ["a.b disabled [0]"], "{rows:?}");
        assert!(!claims_a_whole_list(&got), "{rows:?}");
        assert_eq!(codes(&got), ["damaged-file"]);
    }
}

#[test]
fn an_attribute_that_stands_twice_leaves_the_list_open() {
    let clean = [
        r#"<packages><package name="a.b" publicFlags="0" userId="1"/></packages>"#,
        r#"<users><user id="0"/></users>"#,
        r#"<package-restrictions><pkg name="c.d" inst="false"/></package-restrictions>"#,
    ];
    let twice = [
        clean[0].replace("name=\"a.b\"", "name=\"a.b\" name=\"com.tencent.mm\""),
        clean[1].replace("id=\"0\"", "id=\"0\" id=\"10\""),
        clean[2].replace("inst=\"false\"", "inst=\"false\" inst=\"true\""),
    ];
    assert!(claims_a_whole_list(&root(&[(MAIN, clean[0]), (USERLIST, clean[1]), (USER0, clean[2])])));
    for damaged in 0..3 {
        let text = |n: usize| if n == damaged { twice[n].as_str() } else { clean[n] };
        let got = root(&[(MAIN, text(0)), (USERLIST, text(1)), (USER0, text(2))]);
        assert!(!claims_a_whole_list(&got), "{}", twice[damaged]);
        assert!(!codes(&got).is_empty(), "{}", twice[damaged]);
    }
}

#[test]
fn a_user_known_by_its_folder_alone_may_have_what_others_removed() {
    let packages = r#"<packages><package name="a.b" publicFlags="0" userId="1"/><package name="com.android.x" publicFlags="1" userId="2"/></packages>"#;
    let gone = restrictions(r#"<pkg name="a.b" inst="false"/>"#);
    for folder in ["user/10/", "user_de/10/", "system/users/10/"] {
        let got = root(&[(MAIN, packages), (USER0, &gone), (folder, "")]);
        let rows = said(&got);
        assert!(rows.contains(&"a.b removed [0]".to_owned()), "{rows:?}");
        assert!(rows.contains(&"a.b unknown [10]".to_owned()), "{folder}: {rows:?}");
        assert!(rows.contains(&"com.android.x unknown [10]".to_owned()), "{rows:?}");
        assert_eq!(got.devices[0].users.iter().map(|u| u.id).collect::<Vec<_>>(), [0, 10]);
        assert_eq!(codes(&got), ["user-without-list"]);
    }
    // Named by a list, the user has what nothing takes away.
    let got = root(&[(MAIN, packages), (USER0, &gone), (USERLIST, USERS_XML), ("user/10/", "")]);
    assert!(said(&got).contains(&"a.b installed [10]".to_owned()));
    // Folders of users whose file is there, and folders of no user.
    let got = root(&[(MAIN, packages), (USER0, &gone), ("user/0/", ""), ("user/x/", "")]);
    assert_eq!(said(&got), ["a.b removed [0]", "com.android.x installed [0]"]);
}

#[test]
fn an_empty_list_counts_no_entries() {
    let got = root(&[(MAIN, "<packages></packages>")]);
    let list = &got.devices[0].lists[0].1;
    assert_eq!((list.end, list.entries, list.counted), (End::Proven, 0, false));
}

#[test]
fn hostile_documents_end_with_a_cut_list() {
    let deep = format!("<packages>{}", "<x>".repeat(100_000));
    let long = format!("<packages><package name=\"{}\"/></packages>", "y".repeat(17 << 20));
    let bad_hex = r#"<packages><package name="a.b" userId="1"><sigs count="99999999999"><cert index="-1" key="zz"/><cert index="4294967296"/></sigs></package></packages>"#;
    for document in [&deep, &long] {
        let got = root(&[(MAIN, document)]);
        assert!(!claims_a_whole_list(&got));
        assert_eq!(codes(&got), ["damaged-file"]);
    }
    let got = root(&[(MAIN, bad_hex)]);
    assert_eq!(said(&got), ["a.b unknown []"]);
    assert_eq!(got.devices[0].apps[0].signers, None);
}

/// What was said, a row for each user.
fn rows(fragment: &Fragment) -> Vec<String> {
    let apps = fragment.devices.iter().flat_map(|d| &d.apps);
    apps.flat_map(|a| a.users.iter().map(move |u| format!("{} {} {u}", a.identifier, a.state.as_str()))).collect()
}

/// No prefix of a file may say more than the whole.
fn prefixes(path: &str, whole: &[u8], others: &[(&str, &[u8])]) {
    let with = |bytes: &[u8]| {
        let mut files = others.to_vec();
        files.push((path, bytes));
        parse_root(&AndroidPackages, RootKind::AndroidData, &files)
    };
    let full = with(whole);
    assert!(claims_a_whole_list(&full));
    let all = rows(&full);
    for n in 0..whole.len() {
        let part = with(&whole[..n]);
        if n + 2 < whole.len() {
            assert!(!claims_a_whole_list(&part), "{path} cut at {n} of {}", whole.len());
        }
        for row in rows(&part) {
            assert!(all.contains(&row) || row.contains(" unknown "), "{path} cut at {n}: {row}");
        }
    }
}

#[test]
fn no_prefix_says_more_than_the_whole() {
    let user = restrictions(
        r#"<pkg name="com.tencent.mm" inst="false"><archive-state/></pkg><pkg name="org.example.second" enabled="2"/>"#,
    );
    let others: [(&str, &[u8]); 2] = [(USER0, user.as_bytes()), (USERLIST, USERS_XML.as_bytes())];
    prefixes(MAIN, PACKAGES_XML.trim_end().as_bytes(), &others);
    prefixes(MAIN, &abx(PACKAGES_XML), &others);
    let packages: (&str, &[u8]) = (MAIN, PACKAGES_XML.as_bytes());
    prefixes(USER0, user.as_bytes(), &[packages]);
    prefixes(USER0, &abx(&user), &[packages]);
    prefixes(USERLIST, USERS_XML.as_bytes(), &[packages, (USER0, user.as_bytes())]);
}

#[test]
fn loose_files_are_known_by_their_bytes() {
    let of = |name: &[u8], head: &[u8]| AndroidPackages.affinity(&Probe { head, size: head.len() as u64, name });
    let binary = abx(PACKAGES_XML);
    assert_eq!(of(b"x.bin", PACKAGES_XML.as_bytes()), (Affinity::Certain, PACKAGES));
    assert_eq!(of(b"x.bin", &binary[..200]), (Affinity::Certain, PACKAGES));
    assert_eq!(of(b"packages-backup.xml", &binary), (Affinity::Certain, BACKUP));
    assert_eq!(of(b"x", restrictions("<pkg name='a'/>").as_bytes()), (Affinity::Certain, RESTRICTIONS));
    assert_eq!(of(b"x", USERS_XML.as_bytes()), (Affinity::Certain, USERS));
    assert_eq!(of(b"x", b"a.b 10001 0 /data/data/a.b\nc.d 10002 0 /data/da"), (Affinity::Likely, LIST));
    assert_eq!(of(b"packages.xml", b"\0\0\0"), (Affinity::Maybe, PACKAGES));
    let nuget = b"<packages><package id='NUnit' version='3' /></packages>";
    assert_eq!(of(b"config.xml", nuget).0, Affinity::No);
    assert_eq!(of(b"x.html", b"<html><body/></html>").0, Affinity::No);
    assert_eq!(of(b"notes.txt", b"buy 4 apples now\n").0, Affinity::No);
}

#[test]
fn a_loose_file_is_read_in_its_role() {
    let got = parse_loose(
        &AndroidPackages,
        RESTRICTIONS,
        "case/users/10/package-restrictions.xml",
        restrictions("<pkg name='a.b' inst='false'/><pkg name='c.d'/>").as_bytes(),
    );
    assert_eq!(said(&got), ["a.b removed [10]", "c.d unknown [10]"]);
    assert!(!claims_a_whole_list(&got));
    let got = parse_loose(&AndroidPackages, PACKAGES, "packages.xml", PACKAGES_XML.as_bytes());
    assert_eq!(said(&got).len(), 3);
    assert!(claims_a_whole_list(&got));
}

#[test]
fn published_signature_tables_give_the_published_certificates() {
    let Some(folder) =
        corpus("Ankits-lab+frameworks_base/services/tests/servicestests/assets/PackageSignaturesTest/xml")
    else {
        return;
    };
    let expected = std::fs::read(corpus("expected/aosp-PackageSignaturesTest.json").unwrap()).unwrap();
    let expected: serde_json::Value = serde_json::from_slice(&expected).unwrap();
    let first = std::fs::read_to_string(folder.join("one-signer.xml")).unwrap();
    let mut cases = 0;
    for (path, case) in expected.as_object().unwrap() {
        let name = path.rsplit('/').next().unwrap();
        let sigs = std::fs::read_to_string(folder.join(name)).unwrap();
        // A package before it defines index 0, as AOSP's test does for this case.
        let before = if name == "one-signer-previous-cert.xml" { first.as_str() } else { "" };
        let xml = format!(
            "<packages><package name='p.q' userId='1'>{before}</package><package name='a.b' userId='2'>{sigs}</package></packages>"
        );
        let got = root(&[(MAIN, &xml)]);
        let app = got.devices[0].apps.iter().find(|a| &*a.identifier == "a.b").unwrap();
        let digests = |past: bool| -> Vec<String> {
            let all = app.signers.iter().flat_map(|s| &s.digests);
            all.filter(|d| d.kind == DigestKind::Sha256 && d.past == past).map(|d| d.value.clone()).collect()
        };
        let mut current: Vec<String> = Vec::new();
        let mut past: Vec<String> = Vec::new();
        let mut lists = vec![(case["certs"].as_array().unwrap(), false)];
        if let Some(rows) = case["pastSigs"].as_array() {
            lists.extend(rows.iter().filter_map(|r| r["certs"].as_array()).map(|c| (c, true)));
        }
        for (certs, in_past) in lists {
            for cert in certs {
                // The reference lists the rows of pastSigs behind those of sigs;
                // lineage rows carry flags.
                let Some(sha) = cert["sha256"].as_str().filter(|s| !s.starts_with("bad")) else { continue };
                let into = if in_past || !cert["flags"].is_null() { &mut past } else { &mut current };
                if !into.contains(&sha.to_owned()) {
                    into.push(sha.to_owned());
                }
            }
        }
        if name == "one-signer-previous-cert.xml" {
            current.push("6a8b96e278e58f62cfe3584022cec1d0527fcb85a9e5d2e1694eb0405be5b599".to_owned());
        }
        let (mut want, mut have) = (current.clone(), digests(false));
        let mut lineage: Vec<_> = past.into_iter().filter(|p| !current.contains(p)).collect();
        let mut have_past = digests(true);
        for v in [&mut want, &mut have, &mut lineage, &mut have_past] {
            v.sort();
        }
        let unite = |a: &[String], b: &[String]| {
            let mut all = [a, b].concat();
            all.sort();
            all
        };
        assert_eq!(unite(&have, &have_past), unite(&want, &lineage), "{name}");
        if name == "three-signers-in-lineage.xml" {
            let short: Vec<_> = have.iter().chain(&have_past).map(|s| &s[..8]).collect();
            assert_eq!((short, have.len()), (vec!["9369370f", "6a8b96e2", "d78405f7"], 1));
        }
        cases += 1;
    }
    assert_eq!(cases, 27);
}

const OTHER: &[u8] = b"<packages><version sdkVersion=\"33\" databaseVersion=\"3\"/><package name=\"org.example.a\" codePath=\"/data/app/~~a==/org.example.a-b==\" publicFlags=\"0\" userId=\"10001\"/></packages>";
const USER_0: &[u8] = b"<package-restrictions><pkg name=\"org.example.a\"/></package-restrictions>";

#[test]
fn code_or_data_of_an_app_that_packages_xml_omits_is_unknown() {
    for path in [
        "app/~~x==/com.tencent.mm-y==/base.apk",
        "app/com.tencent.mm-1/base.apk",
        "app/com.tencent.mm-1.apk",
        "data/com.tencent.mm/",
        "user/0/com.tencent.mm/",
        "user_de/10/com.tencent.mm/",
    ] {
        let files: [(&str, &[u8]); 4] = [
            ("system/packages.xml", OTHER),
            ("system/users/0/package-restrictions.xml", USER_0),
            ("app/~~a==/org.example.a-b==/base.apk", b""),
            (path, b""),
        ];
        let got = parse_root_below("x/data/", &AndroidPackages, RootKind::AndroidData, &files);
        assert!(said(&got).contains(&"com.tencent.mm unknown []".to_owned()), "{path}: {:?}", said(&got));
        assert_eq!(said(&got).len(), 2, "{path}");
        assert_eq!(codes(&got), ["sources-conflict"], "{path}");
    }
}

#[test]
fn a_factory_copy_without_its_update_is_unknown() {
    let text = std::str::from_utf8(OTHER).unwrap();
    let with = |names: &[&str]| {
        let copies: String =
            names.iter().map(|n| format!("<updated-package name=\"{n}\" codePath=\"/system/app/X\"/>")).collect();
        let xml = text.replace("</packages>", &format!("{copies}</packages>"));
        let files: [(&str, &[u8]); 2] =
            [("system/packages.xml", xml.as_bytes()), ("system/users/0/package-restrictions.xml", USER_0)];
        parse_root(&AndroidPackages, RootKind::AndroidData, &files)
    };
    let got = with(&["org.example.a", "com.tencent.mm"]);
    assert_eq!(said(&got), ["com.tencent.mm unknown []", "org.example.a installed [0]"]);
    assert_eq!(codes(&got), ["sources-conflict"]);
    assert_eq!(codes(&with(&["org.example.a"])), Vec::<&str>::new());
}

#[test]
fn a_name_that_no_package_can_have_leaves_the_list_open() {
    let text = std::str::from_utf8(OTHER).unwrap();
    for name in ["com.tencent.\u{fffd}m", "com.tencent.mm ", "com.tencent.?m", ""] {
        let element = format!("<package name=\"{name}\" codePath=\"/data/app/x\" userId=\"10002\"/></packages>");
        let xml = text.replace("</packages>", &element);
        for xml in [abx(&xml), xml.into_bytes()] {
            let files: [(&str, &[u8]); 2] =
                [("system/packages.xml", &xml), ("system/users/0/package-restrictions.xml", USER_0)];
            let got = parse_root(&AndroidPackages, RootKind::AndroidData, &files);
            assert!(!claims_a_whole_list(&got), "{name:?}");
            assert!(codes(&got).contains(&"malformed-record"), "{name:?}: {:?}", codes(&got));
        }
    }
    // A zero byte where a character stood, in binary XML.
    let mut bytes = abx(&text.replace("org.example.a\" codePath", "com.tencent.mm\" codePath"));
    let at = bytes.windows(14).position(|w| w == b"com.tencent.mm").unwrap();
    bytes[at + 12] = 0;
    let files: [(&str, &[u8]); 2] =
        [("system/packages.xml", &bytes), ("system/users/0/package-restrictions.xml", USER_0)];
    assert!(!claims_a_whole_list(&parse_root(&AndroidPackages, RootKind::AndroidData, &files)));
    let damaged = b"<package-restrictions><pkg name=\"org.example.\x01\"/></package-restrictions>";
    let files: [(&str, &[u8]); 2] =
        [("system/packages.xml", OTHER), ("system/users/0/package-restrictions.xml", damaged)];
    assert!(!claims_a_whole_list(&parse_root(&AndroidPackages, RootKind::AndroidData, &files)));
}

#[test]
fn the_code_path_of_another_package_leaves_the_list_open() {
    let of = |path: &str| {
        let xml = std::str::from_utf8(OTHER).unwrap().replace("/data/app/~~a==/org.example.a-b==", path);
        let files: [(&str, &[u8]); 2] =
            [("system/packages.xml", xml.as_bytes()), ("system/users/0/package-restrictions.xml", USER_0)];
        parse_root(&AndroidPackages, RootKind::AndroidData, &files)
    };
    let got = of("/data/app/~~a==/com.tencent.mm-b==");
    assert_eq!(said(&got), ["com.tencent.mm unknown []", "org.example.a installed [0]"]);
    assert!(!claims_a_whole_list(&got));
    for healthy in ["/data/app/org.example.a-1", "/data/app/vmdl12.tmp", "/system/app/WeChat", "/data/app/WeChat"] {
        assert_eq!(codes(&of(healthy)), Vec::<&str>::new(), "{healthy}");
    }
}
