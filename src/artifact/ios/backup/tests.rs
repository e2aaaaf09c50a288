use std::fs;
use std::path::Path;

use base64::Engine as _;
use rusqlite::Connection;

use super::*;
use crate::artifact::Fragment;
use crate::artifact::ios::testing::{Said, binary, corpus, held, on_disk, parse, xml};
use crate::model::{Answer, Basis, End, Reason, Severity};

fn backup(files: &[ArtifactFile]) -> Fragment {
    parse(&IosBackup, Some(RootKind::IosBackup), files)
}

const IDENTITY: &str = "<key>Device Name</key><string>Anna's iPhone</string>
<key>IMEI</key><string>356938035643809</string><key>IMEI 2</key><string>42</string>
<key>Last Backup Date</key><date>2025-03-01T08:00:00Z</date>
<key>Product Type</key><string>iPhone14,7</string><key>Product Version</key><string>17.4</string>
<key>Serial Number</key><string>F2LXQ0AAHG04</string>
<key>Target Identifier</key><string>00008110-000a1b2c3d4e5f60</string>
<key>Unique Identifier</key><string>00008110-000A1B2C3D4E5F60</string>";

fn store_record(id: &str, name: &str) -> String {
    let record = xml(&format!(
        "<dict><key>artistName</key><string>Tencent</string><key>bundleShortVersionString</key><string>8.0.50</string>
        <key>itemId</key><integer>414478124</integer><key>itemName</key><string>{name}</string>
        <key>softwareVersionBundleId</key><string>{id}</string></dict>"
    ));
    base64::engine::general_purpose::STANDARD.encode(binary(&record))
}

/// `Applications` describes WeChat and a left-over; the list names WeChat and a sideloaded app.
fn info_xml() -> String {
    xml(&format!(
        "<dict><key>Applications</key><dict>
        <key>com.tencent.xin</key><dict><key>ApplicationSINF</key><data>AAAA</data><key>iTunesMetadata</key><data>{}</data></dict>
        <key>com.left.over</key><dict/></dict>
        <key>Installed Applications</key><array><string>com.tencent.xin</string><string>org.side.loaded</string></array>
        {IDENTITY}</dict>",
        store_record("com.tencent.xin", "WeChat")
    ))
}

fn named(names: &[&str]) -> String {
    let array: String = names.iter().map(|n| format!("<string>{n}</string>")).collect();
    xml(&format!("<dict><key>Installed Applications</key><array>{array}</array>{IDENTITY}</dict>"))
}

fn utf16(text: &str) -> Vec<u8> {
    std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

#[test]
fn the_list_of_installed_apps_is_complete_and_the_store_describes_its_apps() {
    let text = info_xml();
    for bytes in [text.clone().into_bytes(), binary(&text), utf16(&text)] {
        let said = backup(&[held(INFO, "Info.plist", &bytes)]);
        assert_eq!(said.in_state(State::Installed), ["com.tencent.xin", "org.side.loaded"]);
        assert_eq!(said.in_state(State::Unknown), ["com.left.over"]);
        let list = said.list(INFO);
        assert_eq!((list.basis, list.end, list.entries), (Basis::Always(Answer::Complete), End::Proven, 2));
        assert_eq!(list.as_of.unwrap().to_string(), "2025-03-01T08:00:00Z");
        let wechat = said.device().apps.iter().find(|a| &*a.identifier == "com.tencent.xin").unwrap();
        assert_eq!(wechat.name.as_deref(), Some("WeChat"));
        assert_eq!(wechat.version.as_deref(), Some("8.0.50"));
        assert_eq!(wechat.publisher.as_deref(), Some("Tencent"));
        assert_eq!(wechat.store_id.as_deref(), Some("414478124"));
        assert_eq!(wechat.at, At::pointer(["Installed Applications", "0"]));
        assert_eq!(wechat.users, [0]);
        assert_eq!(
            said.facts(),
            [
                "Imei 356938035643809",
                "Model iPhone14,7",
                "Name Anna's iPhone",
                "OsVersion 17.4",
                "OtherId 42",
                "Serial F2LXQ0AAHG04",
                "Udid 00008110-000a1b2c3d4e5f60"
            ]
        );
        assert!(said.diagnostics.is_empty(), "{:?}", said.diagnostics);
        assert!(matches!(said.sources[0].hash, crate::artifact::SourceHash::File(_)));
    }
}

#[test]
fn no_prefix_of_an_info_plist_is_a_complete_list_or_names_another_app() {
    let text = info_xml();
    let whole = backup(&[held(INFO, "Info.plist", text.as_bytes())]);
    let all: BTreeSet<&str> = whole.device().apps.iter().map(|a| &*a.identifier).collect();
    let closing = text.find("</plist>").unwrap() + "</plist>".len();
    let binary = binary(&text);
    let prefixes = (0..closing).map(|n| &text.as_bytes()[..n]).chain((0..binary.len()).map(|n| &binary[..n]));
    for prefix in prefixes {
        let said = backup(&[held(INFO, "Info.plist", prefix)]);
        assert_ne!(said.list(INFO).end, End::Proven, "{} bytes", prefix.len());
        assert!(said.device().apps.iter().all(|a| all.contains(&*a.identifier)), "{} bytes", prefix.len());
        assert!(said.codes().iter().any(|(_, severity)| *severity == Severity::Error), "{} bytes", prefix.len());
    }
}

#[test]
fn apps_read_before_the_damage_still_count() {
    let text = info_xml();
    let cut = text.find("org.side.loaded").unwrap();
    let said = backup(&[held(INFO, "Info.plist", &text.as_bytes()[..cut])]);
    assert!(said.in_state(State::Installed).contains(&"com.tencent.xin"));
    assert_eq!(said.list(INFO).end, End::Cut);
    assert_eq!(said.codes(), [(Code::DamagedFile, Severity::Error)]);
}

#[test]
fn a_flipped_byte_never_makes_a_shorter_list_complete() {
    let text = named(&["com.tencent.xin", "com.tencent.mqq"]);
    let start = text.find("<dict>").unwrap();
    for at in start..text.find("</plist>").unwrap() {
        for flip in [0x01, 0x10, 0x80] {
            let mut bytes = text.clone().into_bytes();
            bytes[at] ^= flip;
            let said = backup(&[held(INFO, "Info.plist", &bytes)]);
            let list = said.list(INFO);
            let complete = list.end == End::Proven && list.basis == Basis::Always(Answer::Complete) && list.errors == 0;
            assert!(!complete || list.entries == 2, "byte {at}: {list:?}");
        }
    }
}

#[test]
fn a_damaged_identifier_keeps_the_list_from_being_whole() {
    let text = named(&["com.tencent.xin", "org.example.a"]);
    let at = text.find("tencent.xin").unwrap();
    let at_binary = |bytes: &[u8]| bytes.windows(11).position(|w| w == b"tencent.xin").unwrap();
    for damage in [&b"\xff"[..], b"\0\0\0", b"\x07", b" ", b"\xe2\x80"] {
        for (mut bytes, at) in [(text.clone().into_bytes(), at), (binary(&text), at_binary(&binary(&text)))] {
            bytes[at..at + damage.len()].copy_from_slice(damage);
            let said = backup(&[held(INFO, "Info.plist", &bytes)]);
            assert_eq!((said.list(INFO).errors, said.list(INFO).end), (1, End::Proven), "{damage:?}");
            assert_eq!(said.codes(), [(Code::MalformedRecord, Severity::Warning)], "{damage:?}");
        }
    }
    let mut other = utf16(&text);
    other[2 + 2 * at..4 + 2 * at].copy_from_slice(&[0, 0xd8]);
    assert_eq!(backup(&[held(INFO, "Info.plist", &other)]).list(INFO).errors, 1, "half a character");
    for id in ["8K2NU5962N", "imgurmobile", "mega.ios", "com.x_y.My-App"] {
        assert_eq!(backup(&[held(INFO, "Info.plist", named(&[id]).as_bytes())]).list(INFO).errors, 0, "{id}");
    }
}

#[test]
fn no_run_of_zeros_makes_a_shorter_binary_list_whole() {
    let bytes = binary(&named(&["com.tencent.xin", "com.tencent.mqq", "org.example.a"]));
    for width in [1, 2, 9, 32] {
        for at in 8..bytes.len() - width {
            let mut damaged = bytes.clone();
            damaged[at..at + width].fill(0);
            let said = backup(&[held(INFO, "Info.plist", &damaged)]);
            let list = said.list(INFO);
            let whole = list.end == End::Proven
                && list.basis == Basis::Always(Answer::Complete)
                && list.errors == 0
                && list.entries > 0;
            let tencent = said.in_state(State::Installed).iter().filter(|id| id.starts_with("com.tencent.")).count();
            assert!(!whole || tencent == 2, "{width} bytes at {at}: {list:?}");
        }
    }
}

#[test]
fn a_flipped_bit_takes_no_app_out_of_a_binary_list() {
    let bytes = binary(&named(&["com.tencent.xin", "com.tencent.mqq", "org.example.a"]));
    let text = |at: usize| bytes[..bytes.len() - 32].get(at).is_some_and(|b| b.is_ascii_graphic());
    let mut whole = 0;
    for at in 8..bytes.len() {
        for bit in 0..8 {
            let mut damaged = bytes.clone();
            damaged[at] ^= 1 << bit;
            let said = backup(&[held(INFO, "Info.plist", &damaged)]);
            let list = said.list(INFO);
            let complete = list.end == End::Proven && list.basis == Basis::Always(Answer::Complete) && list.errors == 0;
            if !complete || list.entries == 0 {
                continue;
            }
            whole += 1;
            let tencent = said.in_state(State::Installed).iter().filter(|id| id.starts_with("com.tencent.")).count();
            // A letter that becomes another one cannot be seen.
            assert!(tencent == 2 || text(at), "bit {bit} of byte {at}: {:?}", said.in_state(State::Installed));
        }
    }
    assert!(whole > 0, "what belongs to no list may change");
}

#[test]
fn lists_of_other_shapes_prove_less() {
    let only =
        xml(&format!("<dict><key>Applications</key><dict><key>com.tencent.mqq</key><dict/></dict>{IDENTITY}</dict>"));
    let said = backup(&[held(INFO, "Info.plist", only.as_bytes())]);
    assert_eq!(said.in_state(State::Installed), ["com.tencent.mqq"]);
    assert_eq!(said.list(INFO).basis, Basis::Always(Answer::Partial(Reason("store-apps-only"))));

    let shaped = xml(&format!(
        "<dict><key>Installed Applications</key><dict><key>com.tencent.mqq</key><dict/></dict>{IDENTITY}</dict>"
    ));
    let said = backup(&[held(INFO, "Info.plist", shaped.as_bytes())]);
    assert_eq!(said.in_state(State::Installed), ["com.tencent.mqq"]);
    assert!(matches!(said.list(INFO).basis, Basis::Always(Answer::Partial(_))));

    let none = xml(&format!("<dict>{IDENTITY}</dict>"));
    let said = backup(&[held(INFO, "Info.plist", none.as_bytes())]);
    assert!(matches!(said.list(INFO).basis, Basis::Always(Answer::NotCollected(_))));
    assert_eq!(said.codes(), [(Code::NotCollected, Severity::Warning)]);

    let said = backup(&[held(INFO, "Info.plist", named(&[]).as_bytes())]);
    assert_eq!((said.list(INFO).entries, said.list(INFO).counted), (0, false));
    assert_eq!(said.codes(), [(Code::NotCollected, Severity::Warning)]);

    let odd = xml(
        "<dict><key>Installed Applications</key><array><string>8K2NU5962N</string><integer>3</integer><string></string><array/></array></dict>",
    );
    let said = backup(&[held(INFO, "Info.plist", odd.as_bytes())]);
    assert_eq!(said.in_state(State::Installed), ["8K2NU5962N"]);
    assert_eq!((said.list(INFO).entries, said.list(INFO).errors), (1, 3));
}

#[test]
fn a_failed_backup_still_tells_what_was_installed_when_it_began() {
    let status = xml("<dict><key>SnapshotState</key><string>uploading</string><key>IsFullBackup</key><false/></dict>");
    let said = backup(&[
        held(INFO, "Info.plist", named(&["com.tencent.xin"]).as_bytes()),
        held(STATUS, "Status.plist", status.as_bytes()),
    ]);
    assert_eq!(said.in_state(State::Installed), ["com.tencent.xin"]);
    assert_eq!(said.list(INFO).end, End::Proven);
    assert_eq!(said.codes(), [(Code::PartialBackup, Severity::Warning)]);
    let finished = status.replace("uploading", "finished");
    let said = backup(&[
        held(INFO, "Info.plist", named(&["a.b"]).as_bytes()),
        held(STATUS, "Status.plist", finished.as_bytes()),
    ]);
    assert!(said.diagnostics.is_empty());
}

#[test]
fn an_interrupted_backup_of_empty_files_covers_nothing() {
    let said = backup(&[
        held(INFO, "Info.plist", b""),
        held(MANIFEST, "Manifest.plist", b""),
        held(STATUS, "Status.plist", b""),
        held(FILES, "Manifest.db", b""),
    ]);
    assert!(said.device().apps.is_empty());
    for role in [INFO, MANIFEST, FILES] {
        assert_eq!(said.list(role).end, End::Unreadable, "{role}");
    }
    assert_eq!(said.messages(Code::EmptyFile).len(), 4);
}

fn manifest_xml(path: &str) -> String {
    xml(&format!(
        "<dict><key>Applications</key><dict>
        <key>com.tencent.xin</key><dict><key>CFBundleVersion</key><string>8.0.50.1</string><key>ContainerContentClass</key><string>Data/Application</string>{path}</dict>
        <key>com.tencent.xin.share</key><dict><key>ContainerContentClass</key><string>Data/PluginKitPlugin</string></dict>
        <key>group.com.tencent.shared</key><dict><key>ContainerContentClass</key><string>Shared/AppGroup</string></dict></dict>
        <key>Date</key><date>2025-03-01T08:30:00Z</date><key>IsEncrypted</key><true/>
        <key>Lockdown</key><dict><key>DeviceName</key><string>Anna's iPhone</string><key>SerialNumber</key><string>OTHERSERIAL1</string></dict></dict>"
    ))
}

#[test]
fn the_manifest_alone_is_partial_and_beside_a_list_that_omits_an_app_it_decides_nothing() {
    let bundle = "<key>Path</key><string>/var/containers/Bundle/Application/0/WeChat.app</string>";
    let manifest = manifest_xml(bundle);
    for bytes in [manifest.clone().into_bytes(), binary(&manifest)] {
        let said = backup(&[held(MANIFEST, "Manifest.plist", &bytes)]);
        assert_eq!(said.in_state(State::Installed), ["com.tencent.xin"]);
        // The extension is told of its app; groups are a trace.
        assert_eq!(said.in_state(State::Unknown), ["com.tencent.xin"]);
        assert_eq!(said.in_state(State::Trace), ["com.tencent.shared"]);
        let list = said.list(MANIFEST);
        assert_eq!((list.basis, list.entries), (Basis::Always(Answer::Partial(Reason("backup-manifest"))), 1));
        assert_eq!(said.messages(Code::PartialBackup).len(), 1, "Info.plist is missing");
    }
    let said = backup(&[held(MANIFEST, "Manifest.plist", manifest_xml("").as_bytes())]);
    assert_eq!(said.in_state(State::Installed), [""; 0]);
    assert_eq!(said.in_state(State::Unknown), ["com.tencent.xin"]);

    let info = named(&["org.other.app"]);
    let said =
        backup(&[held(INFO, "Info.plist", info.as_bytes()), held(MANIFEST, "Manifest.plist", manifest.as_bytes())]);
    assert_eq!(said.in_state(State::Installed), ["org.other.app"]);
    assert_eq!(said.in_state(State::Unknown), ["com.tencent.xin"]);
    assert!(
        said.facts().contains(&"OtherId OTHERSERIAL1".into()) && said.facts().contains(&"Serial F2LXQ0AAHG04".into())
    );
}

#[test]
fn both_names_of_a_container_in_the_manifest_are_told() {
    let of = |inside: &str, class: &str| {
        let text = xml(&format!(
            "<dict><key>Applications</key><dict><key>org.example.foo</key><dict><key>CFBundleIdentifier</key><string>{inside}</string>
            <key>ContainerContentClass</key><string>{class}</string></dict></dict></dict>"
        ));
        let said = backup(&[
            held(INFO, "Info.plist", named(&["org.example.foo"]).as_bytes()),
            held(MANIFEST, "Manifest.plist", text.as_bytes()),
        ]);
        let malformed = said.messages(Code::MalformedRecord).len();
        let others = said.in_state(State::Unknown).into_iter().filter(|id| *id != "org.example.foo");
        (others.map(str::to_owned).collect::<Vec<_>>(), malformed)
    };
    let app = "Data/Application";
    assert_eq!(of("org.example.foo", app), (vec![], 0));
    assert_eq!(of("com.tencent.xin", app), (vec!["com.tencent.xin".to_owned()], 0));
    assert_eq!(of("com.tencent.x in", app), (vec!["com.tencent.x in".to_owned()], 1));
    assert_eq!(of("com.tencent.xin", "Shared/AppGroup"), (vec![], 0), "groups are a trace");
}

#[test]
fn no_prefix_of_a_manifest_says_that_it_ended_or_names_another_app() {
    let text = manifest_xml("");
    let closing = text.find("</plist>").unwrap() + "</plist>".len();
    for cut in 0..closing {
        let said = backup(&[held(MANIFEST, "Manifest.plist", &text.as_bytes()[..cut])]);
        assert_ne!(said.list(MANIFEST).end, End::Proven, "{cut}");
        let allowed = ["com.tencent.xin", "com.tencent.shared"];
        assert!(said.device().apps.iter().all(|a| allowed.contains(&&*a.identifier)), "{cut}");
    }
}

fn database(at: &Path, domains: &[&str]) -> Connection {
    let connection = Connection::open(at).unwrap();
    connection
        .execute_batch(
            "CREATE TABLE Files (fileID TEXT PRIMARY KEY, domain TEXT, relativePath TEXT, flags INTEGER, file BLOB);
             CREATE INDEX FilesDomainIdx ON Files(domain);",
        )
        .unwrap();
    add(&connection, domains);
    connection
}

fn add(connection: &Connection, domains: &[&str]) {
    for domain in domains {
        let sql = "INSERT INTO Files VALUES (lower(hex(randomblob(20))), ?1, 'Library', 2, zeroblob(200))";
        connection.execute(sql, [domain]).unwrap();
    }
}

#[test]
fn domains_are_secondary_extensions_are_told_of_their_app_and_groups_are_a_trace() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("Manifest.db");
    drop(database(
        &path,
        &[
            "HomeDomain",
            "AppDomain-com.tencent.xin",
            "AppDomain-com.apple.Maps",
            "AppDomainPlugin-com.tencent.xin.sharetimeline.deep",
            "AppDomainPlugin-com.tencent.mqq.widget",
            "AppDomainGroup-group.com.lenovo.anyshare",
        ],
    ));
    let said = backup(&[held(INFO, "Info.plist", named(&["a.b.c"]).as_bytes()), on_disk(FILES, "Manifest.db", &path)]);
    assert_eq!(said.in_state(State::Installed), ["a.b.c"]);
    assert_eq!(said.in_state(State::Unknown), ["com.apple.Maps", "com.tencent.xin"]);
    assert_eq!(said.in_state(State::Trace), ["com.lenovo.anyshare", "com.tencent.mqq"]);
    let list = said.list(FILES);
    assert_eq!(
        (list.basis, list.end, list.entries),
        (Basis::Always(Answer::Partial(Reason("backup-domains"))), End::Proven, 1)
    );
    let wechat = said.device().apps.iter().find(|a| &*a.identifier == "com.tencent.xin").unwrap();
    assert_eq!(wechat.at, At::Key("Files/2/domain".into()));
    assert!(said.diagnostics.is_empty());
}

#[test]
fn the_log_beside_a_manifest_is_read_and_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let live = folder.path().join("live.db");
    let connection = Connection::open(&live).unwrap();
    connection.execute_batch("PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0;").unwrap();
    drop(connection);
    let connection = database(&live, &["AppDomain-com.old.app"]);
    connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE); DELETE FROM Files;").unwrap();
    add(&connection, &["AppDomain-com.tencent.xin"]);
    let copy = tempfile::tempdir().unwrap();
    let (main, log) = (copy.path().join("Manifest.db"), copy.path().join("Manifest.db-wal"));
    fs::copy(&live, &main).unwrap();
    fs::copy(folder.path().join("live.db-wal"), &log).unwrap();
    let files = [on_disk(FILES, "d/Manifest.db", &main), on_disk(FILES, "d/Manifest.db-wal", &log)];
    assert_eq!(backup(&files).in_state(State::Unknown), ["com.tencent.xin"]);
    assert_eq!(backup(&files[..1]).in_state(State::Unknown), ["com.old.app"]);
    assert_eq!(fs::read_dir(copy.path()).unwrap().count(), 2);
    let damaged = [files[0].clone(), held(FILES, "d/Manifest.db-wal", &[7; 500])];
    assert_eq!(backup(&damaged).messages(Code::DamagedFile).len(), 1);
}

#[test]
fn a_database_that_is_none_is_named_with_what_was_used_instead() {
    let info = held(INFO, "Info.plist", named(&["com.tencent.xin"]).as_bytes());
    let said = backup(&[info.clone(), held(FILES, "Manifest.db", &[0; 8192])]);
    assert_eq!(
        said.messages(Code::NotADatabase),
        ["not a database (first 16 bytes are zero); the backup's Info.plist was used"]
    );
    assert_eq!(said.list(INFO).end, End::Proven);
    assert_eq!(said.list(FILES).end, End::Unreadable);

    let noise: Vec<u8> = (0..8192_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let said = backup(&[info, held(FILES, "Manifest.db", &noise)]);
    assert_eq!(said.codes(), [(Code::EncryptedFile, Severity::Note)]);
    let said = backup(&[
        held(MANIFEST, "Manifest.plist", manifest_xml("").as_bytes()),
        held(FILES, "Manifest.db", &noise[..528]),
    ]);
    assert!(said.codes().contains(&(Code::EncryptedFile, Severity::Warning)));
    let manifest = held(MANIFEST, "Manifest.plist", manifest_xml("").as_bytes());
    let said = backup(&[manifest, held(FILES, "Manifest.db", &noise[..500])]);
    assert!(said.messages(Code::DamagedFile)[0].starts_with("the encrypted list of backed-up files is cut off"));
}

#[test]
fn a_database_cut_within_its_last_page_is_damaged() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("Manifest.db");
    drop(database(&path, &["AppDomain-org.example.a"]));
    let whole = fs::read(&path).unwrap();
    let sound = backup(&[on_disk(FILES, "Manifest.db", &path)]);
    assert!(sound.messages(Code::DamagedFile).is_empty());
    assert_eq!(sound.list(FILES).end, End::Proven);
    for lost in [1, 100, 511, 4095, 4096] {
        let part = &whole[..whole.len() - lost];
        fs::write(&path, part).unwrap();
        for file in [on_disk(FILES, "Manifest.db", &path), held(FILES, "Manifest.db", part)] {
            let said = backup(&[held(INFO, "Info.plist", named(&["a.b.c"]).as_bytes()), file]);
            assert_eq!(said.messages(Code::DamagedFile).len(), 1, "{lost} bytes: {:?}", said.codes());
            assert_ne!(said.list(FILES).end, End::Proven, "{lost} bytes");
        }
    }
    // Bytes behind the last page belong to nothing, and take nothing away.
    fs::write(&path, [&whole[..], &[0; 512]].concat()).unwrap();
    assert_eq!(backup(&[on_disk(FILES, "Manifest.db", &path)]).list(FILES).end, End::Proven);
}

#[test]
fn a_database_below_a_path_that_sqlite_cannot_open_is_read_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let deep = (0..6).fold(folder.path().to_owned(), |path, n| path.join(format!("{n}{}", "d".repeat(120))));
    fs::create_dir_all(&deep).unwrap();
    let (near, far) = (folder.path().join("Manifest.db"), deep.join("Manifest.db"));
    drop(database(&near, &["AppDomain-com.tencent.xin"]));
    fs::copy(&near, &far).unwrap();
    assert_eq!(backup(&[on_disk(FILES, "Manifest.db", &far)]).in_state(State::Unknown), ["com.tencent.xin"]);
}

#[test]
fn what_follows_the_end_of_an_info_plist_leaves_its_list_open() {
    let text = named(&["org.example.a"]);
    for (rest, sound) in [
        ("\n\n  ", true),
        ("\0", true),
        ("\0\0\0\0", false),
        ("<!-- made by hand -->\n", true),
        (named(&["com.tencent.xin"]).as_str(), false),
        ("<dict/>", false),
        ("garbage", false),
        ("<garb", false),
        ("</plist>", false),
        ("\0\0com.tencent.xin", false),
    ] {
        let said = backup(&[held(INFO, "Info.plist", format!("{text}{rest}").as_bytes())]);
        assert_eq!(said.list(INFO).end == End::Proven, sound, "{rest:?}");
        assert_eq!(said.codes().is_empty(), sound, "{rest:?}: {:?}", said.codes());
        assert_eq!(said.in_state(State::Installed), ["org.example.a"], "{rest:?}");
    }
}

#[test]
fn a_second_list_behind_a_binary_one_leaves_the_first_open() {
    let two = [binary(&named(&["org.example.a"])), binary(&named(&["com.tencent.xin"]))].concat();
    let said = backup(&[held(INFO, "Info.plist", &two)]);
    assert_eq!((said.list(INFO).end, said.in_state(State::Installed)), (End::Cut, vec!["org.example.a"]));
    assert_eq!(said.codes(), [(Code::DamagedFile, Severity::Error)]);
    let manifest = binary(&manifest_xml(""));
    let info = held(INFO, "Info.plist", named(&["a.b"]).as_bytes());
    let said = backup(&[info.clone(), held(MANIFEST, "Manifest.plist", &[&manifest[..], &manifest].concat())]);
    assert_eq!((said.list(MANIFEST).end, said.list(INFO).end), (End::Cut, End::Proven));
    assert_eq!(said.codes(), [(Code::DamagedFile, Severity::Error)]);
    let status = binary(&xml("<dict><key>SnapshotState</key><string>finished</string></dict>"));
    let said = backup(&[info, held(STATUS, "Status.plist", &[&status[..], &status].concat())]);
    assert_eq!(said.codes(), [(Code::DamagedFile, Severity::Error)]);
}

#[test]
fn a_damaged_database_leaves_traces_and_no_coverage() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("Manifest.db");
    let filler: Vec<String> = (0..300).map(|n| format!("AppDomain-org.filler.app{n}")).collect();
    let mut domains: Vec<&str> = filler.iter().map(String::as_str).collect();
    domains.insert(0, "AppDomain-com.tencent.xin");
    drop(database(&path, &domains));
    let bytes = fs::read(&path).unwrap();
    let said = backup(&[held(FILES, "Manifest.db", &bytes[..bytes.len() * 9 / 10])]);
    assert!(said.in_state(State::Trace).contains(&"com.tencent.xin"));
    assert!(said.in_state(State::Installed).is_empty());
    assert_eq!(said.list(FILES).end, End::Unreadable);
    assert_eq!(said.codes().iter().filter(|(c, _)| *c == Code::DamagedFile).count(), 1);
}

#[test]
fn a_snapshot_folder_adds_what_it_knows_and_warns() {
    let info = held(INFO, "b/Info.plist", named(&["org.other.app"]).as_bytes());
    let snapshot = held(MANIFEST, "b/Snapshot/Manifest.plist", manifest_xml("").as_bytes());
    let said = backup(&[info, snapshot.clone()]);
    assert_eq!(said.in_state(State::Unknown), ["com.tencent.xin"]);
    assert_eq!(said.codes(), [(Code::PartialBackup, Severity::Warning)]);
    // A snapshot handed in by itself is read as what it is.
    let said = backup(&[snapshot]);
    assert_eq!(said.in_state(State::Unknown), ["com.tencent.xin"]);
}

#[test]
fn old_file_lists_give_their_domains() {
    let mut list = mbdb::MAGIC.to_vec();
    for domain in ["AppDomain-com.tencent.xin", "AppDomain-com.apple.Maps"] {
        list.extend((domain.len() as u16).to_be_bytes());
        list.extend(domain.as_bytes());
        list.extend([0, 0]);
        list.extend([0xFF; 6]);
        list.extend([0; 40]);
    }
    // Fixed numbers and the count of properties come to 40 bytes.
    let said = backup(&[held(FILES, "Manifest.mbdb", &list)]);
    assert_eq!(said.in_state(State::Unknown), ["com.apple.Maps", "com.tencent.xin"]);
    assert_eq!((said.list(FILES).entries, said.list(FILES).end), (1, End::Unmarked));
    let said = backup(&[held(FILES, "Manifest.mbdb", &list[..list.len() - 1])]);
    assert_eq!(said.list(FILES).end, End::Cut);
}

#[test]
fn loose_files_are_known_by_their_bytes() {
    let affinity = |name: &str, bytes: &[u8]| {
        let head = &bytes[..bytes.len().min(Probe::HEAD)];
        IosBackup.affinity(&Probe { head, size: bytes.len() as u64, name: name.as_bytes() })
    };
    let text = info_xml();
    for bytes in [text.clone().into_bytes(), binary(&text), utf16(&text)] {
        assert_eq!(affinity("x.bin", &bytes), (Affinity::Certain, INFO));
    }
    let icons = text.replace("AAAA", &"QUJD".repeat(40_000));
    assert_eq!(affinity("x", icons.as_bytes()), (Affinity::Likely, INFO));
    assert_eq!(affinity("x", manifest_xml("").as_bytes()), (Affinity::Certain, MANIFEST));
    assert_eq!(
        affinity("x", xml("<dict><key>SnapshotState</key><string>new</string></dict>").as_bytes()),
        (Affinity::Certain, STATUS)
    );
    assert_eq!(affinity("Manifest.db", &[0; 64]), (Affinity::Maybe, FILES));
    let app = xml("<dict><key>CFBundleIdentifier</key><string>com.tencent.xin</string></dict>");
    for (name, other) in
        [("Info.plist", app.as_bytes()), ("a.csv", b"name,serial"), ("x.db", b"SQLite format 3\0and more")]
    {
        assert_eq!(affinity(name, other).0, Affinity::No, "{name}");
    }
}

fn expected(name: &str) -> Option<serde_json::Value> {
    let path = corpus(&format!("ios/expected/{name}"))?;
    Some(serde_json::from_slice(&fs::read(path).unwrap()).unwrap())
}

fn strings(value: &serde_json::Value) -> Vec<&str> {
    let mut out: Vec<&str> = value.as_array().unwrap().iter().map(|v| v.as_str().unwrap()).collect();
    out.sort_unstable();
    out
}

fn folder(at: &Path) -> Vec<ArtifactFile> {
    let claims = SPEC.claims.iter().filter(|claim| at.join(claim.path).exists());
    claims.map(|claim| on_disk(claim.role, claim.path, &at.join(claim.path))).collect()
}

#[test]
fn the_real_backup_names_its_six_user_apps_and_every_domain() {
    let Some(expected) = expected("mvt-ios_backup.json") else { return };
    let at = corpus("ios").unwrap().join(expected["source"].as_str().unwrap());
    let said = backup(&folder(&at));
    assert_eq!(said.in_state(State::Installed), strings(&expected["installed_user_apps"]));
    let list = said.list(INFO);
    assert_eq!((list.basis, list.end, list.entries), (Basis::Always(Answer::Complete), End::Proven, 6));
    let unknown = said.in_state(State::Unknown);
    for id in strings(&expected["manifest_domains"]["AppDomain"]) {
        assert!(unknown.contains(&id), "{id}");
    }
    assert_eq!(said.list(FILES).entries, 6);
    let device = &expected["device"];
    for (kind, key) in [
        ("Serial", "Serial Number"),
        ("Udid", "Target Identifier"),
        ("Model", "Product Type"),
        ("OsVersion", "Product Version"),
        ("Name", "Device Name"),
    ] {
        let fact = format!("{kind} {}", device[key].as_str().unwrap());
        assert!(said.facts().contains(&fact), "{fact}: {:?}", said.facts());
    }
    assert!(said.diagnostics.is_empty(), "{:?}", said.diagnostics);
    // Groups of apps that are not there stay a trace.
    assert!(said.in_state(State::Trace).contains(&"net.whatsapp.WhatsAppSMB.shared"));
}

#[test]
fn the_encrypted_copy_names_the_same_six_without_a_password() {
    let Some(expected) = expected("derived-encrypted.json") else { return };
    let at = corpus("ios").unwrap().join(expected["source"].as_str().unwrap());
    let said = backup(&folder(&at));
    assert_eq!(said.in_state(State::Installed), strings(&expected["without_password"]["installed_user_apps"]));
    assert_eq!((said.list(INFO).end, said.list(INFO).entries), (End::Proven, 6));
    assert_eq!(said.codes(), [(Code::EncryptedFile, Severity::Note)]);
}
