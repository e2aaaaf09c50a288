//! What foreign files are taken for.

use super::*;
use crate::evidence::testing::{tree, zip_tree};
use ForeignClass::{ErrorAnswer, Note, Structured, Unsupported};

fn is(name: &str, head: &[u8]) -> Option<(&'static str, ForeignClass)> {
    recognise_foreign(&Probe { head, size: head.len() as u64, name: name.as_bytes() }).map(|f| (f.id, f.class))
}

#[test]
fn litter_documents_and_our_own_reports_are_notes() {
    let sum = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    assert_eq!(is(".DS_Store", b"\0\0\0\x01Bud1\0\0"), Some(("os-litter", Note)));
    assert_eq!(is("._rows.csv", &[0, 5, 0x16, 7, 0, 2, 0, 0]), Some(("os-litter", Note)));
    assert_eq!(is("desktop.ini", b"[.ShellClassInfo]\r\n"), Some(("os-litter", Note)));
    assert_eq!(is("SHA256SUMS", format!("{sum}  a.zip\n{sum} *b.zip\n").as_bytes()), Some(("checksums", Note)));
    assert_eq!(is("a.zip.sha256", sum.as_bytes()), Some(("checksums", Note)));
    assert_eq!(is("x", format!("SHA256 (a.zip) = {sum}\n").as_bytes()), Some(("checksums", Note)));
    assert_eq!(
        is("r.json", br#"{"run": {"a": 1}, "schema" : "tidewaiter.report"}"#),
        Some(("tidewaiter-report", Note))
    );
    assert_eq!(is("a.pdf", b"%PDF-1.7"), Some(("document", Note)));
    assert_eq!(is("a.jpg", b"\xff\xd8\xff\xe0"), Some(("media", Note)));
    assert_eq!(is("README", b"Phones of the field office,\nhanded in on Monday.\n"), Some(("text", Note)));
    assert_eq!(is("old.txt", b"Ger\xe4te\n"), Some(("text", Note)));
}

#[test]
fn nothing_structured_is_passed_over_silently() {
    for (name, head) in [
        ("a.db", b"SQLite format 3\0".as_slice()),
        ("a", b"bplist00"),
        ("a", b"ABX\0"),
        ("a.xml", b"<?xml version='1.0'?><packages/>"),
        ("a", b"<plist version='1.0'>"),
        ("a.json", b"{\"apps\": []}"),
        ("a", b"\xef\xbb\xbf[1]"),
        ("a.txt", b"name,id\nx,1\n"),
        ("a.txt", b"name\tid\nx\t1\n"),
        ("a", b"\xff\xfen\0a\0m\0e\0;\0i\0d\0\n\0x\0;\x001\0\n\0"),
        ("a.csv", b"name"),
        ("Manifest.db", &[0; 64]),
        ("case.zip", &[0x11, 0x80, 3, 9]),
        ("packages.xml", b"not xml at all"),
    ] {
        assert_eq!(is(name, head).map(|(_, class)| class), Some(Structured), "{name} {head:?}");
    }
    assert_eq!(is("noise.bin", &[1, 2, 3, 0xff]), None);
    assert_eq!(is("rows.csv", b""), None);
}

#[test]
fn a_report_of_somebody_else_that_names_ours_is_not_ours() {
    assert_eq!(is("a.json", br#"{"x": {"schema": "tidewaiter.report"}}"#), Some(("json", Structured)));
    assert_eq!(is("a.json", br#"{"note": "\"schema\": \"tidewaiter.report\""}"#), Some(("json", Structured)));
}

#[test]
fn answers_that_are_errors_are_told_from_exports() {
    assert_eq!(is("apps.json", br#"{"error": {"code": "Forbidden"}}"#), Some(("error-answer", ErrorAnswer)));
    assert_eq!(is("apps.json", br#"{"error": null, "value": []}"#), Some(("json", Structured)));
    assert_eq!(is("apps.csv", b"<!DOCTYPE html><title>Sign in</title>"), Some(("error-answer", ErrorAnswer)));
    assert_eq!(is("help.html", b"<html>"), Some(("document", Note)));
}

#[test]
fn evidence_that_cannot_be_read_says_what_to_do() {
    let mut tar = vec![0; 600];
    tar[257..262].copy_from_slice(b"ustar");
    let mut ext4 = vec![0; 2_048];
    ext4[1_080..1_082].copy_from_slice(&[0x53, 0xef]);
    for (id, head) in [
        ("tar", tar.as_slice()),
        ("ext4", &ext4),
        ("android-backup", b"ANDROID BACKUP\n5\n1\nnone\n"),
        ("age", b"age-encryption.org/v1\n-> X25519"),
        ("7z", b"7z\xbc\xaf\x27\x1c\0\x04"),
        ("xz", b"\xfd7zXZ\0\0"),
        ("sparse-image", b"\x3a\xff\x26\xed\x01\0"),
    ] {
        let foreign = recognise_foreign(&Probe { head, size: 1 << 20, name: b"x" }).unwrap();
        assert_eq!((foreign.id, foreign.class), (id, Unsupported));
        assert!(!foreign.advice.is_empty());
    }
}

#[test]
fn packages_are_known_by_their_members_and_evidence_with_packages_in_it_is_not() {
    let zip = |paths: &[&str]| zip_tree(&tree(paths));
    assert_eq!(
        is("x", &zip(&["META-INF/a", "AndroidManifest.xml", "classes.dex"])),
        Some(("android-package", Unsupported))
    );
    assert_eq!(is("x", &zip(&["Payload/A.app/Info.plist"])), Some(("ios-package", Unsupported)));
    assert_eq!(is("x", &zip(&["[Content_Types].xml"])), Some(("spreadsheet", Unsupported)));
    assert_eq!(is("x.apk", &zip(&["res/a"])), Some(("android-package", Unsupported)));
    let nested = zip_tree(&[("aqf/apks/x.apk".into(), zip(&["AndroidManifest.xml"])), ("aqf/b".into(), Vec::new())]);
    assert_eq!(is("case", &nested), None);
    let probe = Probe { head: &zip(&["AndroidManifest.xml"]), size: 1 << 20, name: b"x" };
    assert!(recognise_foreign(&probe).is_some_and(|f| f.before_containers));
}

#[test]
fn every_prefix_of_everything_is_handled() {
    let all = [zip_tree(&tree(&["AndroidManifest.xml"])), br#"{"a": "\\\"", "error": [1, {"x": 2}]}"#.to_vec()];
    for whole in all {
        for cut in 0..=whole.len() {
            is("a.json", &whole[..cut]);
        }
    }
}

#[test]
fn a_report_with_something_behind_it_or_among_its_lines_is_not_alone() {
    let limits = crate::limits::Limits::default();
    let alone = |text: &str| is_report_alone(text.as_bytes(), &limits);
    let (run, device) = (
        r#"{"kind":"run","schema":"tidewaiter.report","tool":{"name":"tidewaiter"}}"#,
        r#"{"key":"k","kind":"device","findings":[{"kind":"x"}]}"#,
    );
    let row = r#"{"ApplicationName":"WeChat","DeviceId":"5a1e5a1e-1111-4c0d-9b7e-0000000000a2"}"#;
    let document = r#"{"schema":"tidewaiter.report","devices":[{"key":"k"}],"run":{}}"#;
    for text in [document.to_owned(), format!("{document}\n \n"), format!("{run}\n{device}\n"), run.to_owned()] {
        assert!(alone(&text), "{text}");
    }
    for text in [
        format!("{document}\n{row}\n"),
        format!("{document}\nApplicationName,DeviceId\n"),
        format!("{run}\n{row}\n{device}\n"),
        format!("{run}\n{device}\n{row}"),
        format!("{run}\n{device}\n[{row}]"),
        format!("{run}\n{{\"kind\":\"row\"}}"),
        format!("{run}\n{}", &device[..30]),
        document[..40].to_owned(),
    ] {
        assert!(!alone(&text), "{text}");
    }
}
