//! What a hostile or careless person would hand the program.

use std::fs;
use std::path::Path;

use tidewaiter::limits::Limits;

use crate::support::{exit, options, render, scan, scan_with};

fn one(name: &str, bytes: &[u8]) -> tidewaiter::report::v1::Report {
    let room = tempfile::tempdir().unwrap();
    let file = room.path().join(name);
    fs::write(&file, bytes).unwrap();
    scan(&[&file], &options())
}

#[test]
fn a_given_file_that_is_no_evidence_is_never_success() {
    for (name, bytes) in [
        ("empty.csv", &b""[..]),
        ("zeros.db", &[0; 4096][..]),
        ("notes.txt", b"remember the milk\n"),
        ("unrelated.csv", b"Name,Colour\nAda,red\n"),
        ("unrelated.json", b"{\"colour\": \"red\"}"),
        ("error.json", b"{\"error\":{\"code\":\"Unauthorized\",\"message\":\"Access token has expired.\"}}"),
        ("page.csv", b"<html><title>Sign in</title></html>"),
        ("broken.zip", b"PK\x03\x04not a zip"),
        ("broken.gz", b"\x1f\x8b\x08\x00rubbish"),
        ("plist.plist", b"<?xml version=\"1.0\"?><plist version=\"1.0\"><dict></dict></plist>"),
        ("truncated.plist", b"<?xml version=\"1.0\"?><plist version=\"1.0\"><dict><key>Installed Appl"),
        ("bplist", b"bplist00\xff\xff\xff\xff"),
        ("abx", b"ABX\0\x10\x32"),
        ("sqlite.db", b"SQLite format 3\0 but no more"),
        ("random", b"\x9c\x13\xee\x01\x02\x80\x81\xff\xfe"),
    ] {
        let report = one(name, bytes);
        assert!(matches!(exit(&report), 3 | 4), "{name}: exit {}", exit(&report));
        assert_eq!(report.summary.clear, 0, "{name}");
        let told = report.diagnostics.iter().any(|d| d.severity != "note" && d.message.len() > 10);
        assert!(told, "{name}: nothing is said: {:?}", report.diagnostics);
    }
}

#[test]
fn deeply_nested_zips_end_at_the_limit() {
    let mut inner = b"nothing".to_vec();
    for level in 0..12 {
        let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        let name = if level == 0 { "x.txt".to_owned() } else { format!("{level}.zip") };
        writer.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        std::io::Write::write_all(&mut writer, &inner).unwrap();
        inner = writer.finish().unwrap().into_inner();
    }
    let report = one("deep.zip", &inner);
    assert!(report.diagnostics.iter().any(|d| d.code == "limit-depth"), "{:?}", report.diagnostics);
    assert_ne!(exit(&report), 0);
}

fn clean_packages() -> String {
    let packages: String = (0..60)
        .map(|n| {
            format!(
                "<package name='org.example.a{n}' codePath='/data/app/a{n}' publicFlags='0' userId='{}'/>",
                10_000 + n
            )
        })
        .collect();
    format!("<packages>{packages}</packages>")
}

/// A device tree of a phone without any prohibited app, zipped.
fn clean_tree(more: &[(&str, &str)]) -> Vec<u8> {
    let packages = clean_packages();
    let restrictions = "<package-restrictions></package-restrictions>";
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let files = [
        ("data/system/packages.xml", packages.as_str()),
        ("data/system/users/0/package-restrictions.xml", restrictions),
        ("data/system/users/userlist.xml", "<users><user id='0'/></users>"),
    ];
    for (name, text) in files.iter().chain(more) {
        writer.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        std::io::Write::write_all(&mut writer, text.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

#[test]
fn a_zip_with_a_member_its_directory_leaves_out_clears_no_phone() {
    let whole =
        clean_tree(&[("data/system/packages-backup.xml", "<packages><package name='com.tencent.mm'/></packages>")]);
    let find = |bytes: &[u8], what: &[u8]| bytes.windows(what.len()).rposition(|w| w == what).unwrap();
    let record = find(&whole, b"packages-backup.xml") - "data/system/".len() - 46;
    let end = find(&whole, b"PK\x05\x06");
    let mut bytes = [&whole[..record], &whole[end..]].concat();
    bytes[record + 8] -= 1;
    bytes[record + 10] -= 1;
    let size = u32::from_le_bytes(whole[end + 12..end + 16].try_into().unwrap()) - (end - record) as u32;
    bytes[record + 12..record + 16].copy_from_slice(&size.to_le_bytes());
    let report = one("phone.zip", &bytes);
    let device = &report.devices[0];
    assert_eq!((device.verdict.as_str(), exit(&report)), ("inconclusive", 3), "{:?}", report.diagnostics);
    assert!(report.diagnostics.iter().any(|d| d.message.contains("does not list")), "{:?}", report.diagnostics);
    let clear = one("phone.zip", &clean_tree(&[]));
    assert_eq!((clear.devices[0].verdict.as_str(), exit(&clear)), ("clear", 0), "{:?}", clear.diagnostics);
    // Cut off, so that members are missing: what is left may be whole and yet not all.
    let whole = clean_tree(&[("data/system/users/10/package-restrictions.xml", "<package-restrictions/>")]);
    let report = one("phone.zip", &whole[..find(&whole, b"PK\x03\x04") + 20]);
    assert!(report.devices.iter().all(|d| d.verdict != "clear"), "{:?}", report.devices);
    assert_eq!(exit(&report), 3);
}

#[test]
fn a_user_whose_folder_alone_is_there_keeps_a_removed_app_open() {
    let gone = "<package-restrictions><pkg name='com.tencent.mm' inst='false'/></package-restrictions>";
    let entry = "<package name='com.tencent.mm' codePath='/data/app/m' publicFlags='0' userId='10200'/></packages>";
    let verdict = |folder: &str| {
        let room = tempfile::tempdir().unwrap();
        let packages = clean_packages().replace("</packages>", entry);
        for (path, text) in [
            ("data/system/packages.xml", packages.as_str()),
            ("data/system/users/0/package-restrictions.xml", gone),
            (folder, "x"),
        ] {
            let file = room.path().join(path);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        }
        scan(&[room.path()], &options()).devices[0].verdict.clone()
    };
    assert_eq!(verdict("data/user/0/org.example.a1/files/x"), "clear", "removed, and whole lists say so");
    assert_eq!(verdict("data/user/10/org.example.a1/files/x"), "suspect");
}

#[test]
fn a_flood_of_litter_is_counted_and_not_listed() {
    let room = tempfile::tempdir().unwrap();
    for n in 0..1500 {
        fs::write(room.path().join(format!("note{n}.txt")), b"remember the milk\n").unwrap();
        fs::write(room.path().join(format!("rows{n}.csv")), b"Name,Colour\nAda,red\n").unwrap();
    }
    let report = scan(&[room.path()], &options());
    assert_eq!(exit(&report), 4, "nothing readable");
    for (code, severity) in [("not-evidence", "note"), ("unknown-evidence", "error")] {
        let rows: Vec<_> = report.diagnostics.iter().filter(|d| d.code == code).collect();
        assert_eq!(rows.len(), 1001, "{code}");
        assert_eq!(rows.iter().map(|d| d.count).sum::<u64>(), 1500, "{code}");
        assert!(rows.iter().all(|d| d.severity == severity));
        let rest = rows.iter().find(|d| d.count > 1).unwrap();
        assert!(rest.locator.is_none() && rest.count == 500 && rest.message.contains("counted"), "{rest:?}");
    }
    assert_eq!(report.summary.evidence.unknown, 1500, "every item keeps its row");
    let again = scan(&[room.path()], &options());
    assert_eq!(serde_json::to_string(&report).unwrap(), serde_json::to_string(&again).unwrap());
}

#[test]
fn a_decompression_bomb_is_stopped() {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let deflated = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    writer.start_file("Info.plist", deflated).unwrap();
    let zeros = vec![b' '; 1 << 20];
    for _ in 0..64 {
        std::io::Write::write_all(&mut writer, &zeros).unwrap();
    }
    writer.start_file("Manifest.plist", deflated).unwrap();
    let bytes = writer.finish().unwrap().into_inner();
    let room = tempfile::tempdir().unwrap();
    let file = room.path().join("bomb.zip");
    fs::write(&file, bytes).unwrap();
    let mut limits = Limits::default();
    limits.ratio = 100;
    let report = scan_with(&[&file], &options(), limits, 1);
    assert!(report.diagnostics.iter().any(|d| d.code == "limit-ratio"), "{:?}", report.diagnostics);
    assert_eq!(report.summary.clear, 0);
}

#[cfg(unix)]
#[test]
fn hostile_names_are_shown_escaped() {
    use std::os::unix::ffi::OsStrExt;
    let room = tempfile::tempdir().unwrap();
    let name = std::ffi::OsStr::from_bytes(b"a\x1b[31m\xff!\xe2\x80\xae.csv");
    fs::write(room.path().join(name), b"Name,Colour\n").unwrap();
    let table = render(&[room.path()], &options(), Limits::default(), 1, "table");
    assert!(!table.contains(&0x1b), "{}", String::from_utf8_lossy(&table));
    let report = scan(&[room.path()], &options());
    let locator = &report.evidence[0].locator;
    assert!(locator.ends_with("a%1B[31m%FF%21%E2%80%AE.csv"), "{locator}");
}

#[cfg(unix)]
#[test]
fn pipes_and_links_in_evidence_are_not_followed() {
    let room = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink("/", room.path().join("root")).unwrap();
    std::os::unix::fs::symlink(room.path(), room.path().join("loop")).unwrap();
    let made = std::process::Command::new("mkfifo").arg(room.path().join("pipe")).status();
    assert!(made.is_ok_and(|s| s.success()), "mkfifo");
    let report = scan(&[room.path()], &options());
    assert!(matches!(exit(&report), 3 | 4));
    assert!(report.evidence.len() <= 4, "{:?}", report.evidence);
}

#[test]
fn a_time_limit_makes_the_run_incomplete_and_never_clear() {
    let sample = crate::support::project().join("fixtures/sample-evidence");
    let mut limits = Limits::default();
    limits.time = Some(std::time::Duration::ZERO);
    let report = scan_with(&[&sample], &options(), limits, 2);
    assert_eq!(report.run.complete, Some(false));
    assert_eq!(report.summary.clear, 0);
    assert_ne!(exit(&report), 0);
}

#[test]
fn an_empty_folder_is_never_success() {
    let room = tempfile::tempdir().unwrap();
    let report = scan(&[Path::new(room.path())], &options());
    assert!(matches!(exit(&report), 3 | 4));
    assert!(!report.diagnostics.is_empty());
}
