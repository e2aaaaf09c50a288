//! Texts and trees of Android phones in which the app stands where nobody looks first.

use std::fs;
use std::path::Path;

use crate::support::{exit, options, project, scan};

/// The verdicts of a folder with these files.
fn verdicts(files: &[(&str, &[u8])]) -> (Vec<String>, u8) {
    let room = tempfile::tempdir().unwrap();
    for (path, bytes) in files {
        let file = room.path().join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, bytes).unwrap();
    }
    let report = scan(&[room.path()], &options());
    (report.devices.iter().map(|d| d.verdict.to_string()).collect(), exit(&report))
}

fn source(path: &str) -> Vec<u8> {
    let file = project().join("fixtures/android").join(path);
    assert!(Path::new(&file).exists(), "{}", file.display());
    fs::read(file).unwrap()
}

#[test]
fn a_list_far_behind_the_beginning_of_a_text_is_read() {
    let log = "11-20 10:00:00.000  1000  1234 I ActivityManager: Start proc \u{1b}[0m\n".repeat(4000);
    let clean = source("packages-clean/source/packages.xml");
    let users = source("packages-clean/source/restrictions-0.xml");
    let phone: [(&str, &[u8]); 2] =
        [("a/data/system/packages.xml", &clean), ("a/data/system/users/0/package-restrictions.xml", &users)];
    assert_eq!(verdicts(&phone), (vec!["clear".to_owned()], 0));
    let dump = source("dumpsys-clean/source/dumpsys.txt");
    let dump = String::from_utf8(dump).unwrap().replace("com.android.phone", "com.tencent.mm");
    let transcript = "$ adb shell pm list packages\npackage:com.tencent.mm\n$ exit\n";
    for (text, alone, behind) in [
        (dump.as_str(), "prohibited", "prohibited"),
        (transcript, "prohibited", "prohibited"),
        // In a text that is mostly something else a row may be quoted.
        ("package:com.tencent.mm\n", "prohibited", "suspect"),
    ] {
        for (log, verdict) in [("", alone), (log.as_str(), behind)] {
            let text = format!("{log}{text}");
            let (verdicts, exit) = verdicts(&[phone[0], phone[1], ("b/phone.txt", text.as_bytes())]);
            assert!(verdicts.contains(&verdict.to_owned()), "{text}: {verdicts:?}");
            assert_ne!(exit, 0, "{text}");
        }
    }
    let log_alone = verdicts(&[phone[0], phone[1], ("b/log.txt", log.as_bytes())]);
    assert_eq!(log_alone, (vec!["clear".to_owned()], 0));
}

#[test]
fn code_or_data_that_the_list_does_not_name_makes_a_phone_suspect() {
    let clean = source("packages-clean/source/packages.xml");
    let users = source("packages-clean/source/restrictions-0.xml");
    for (path, verdict) in [
        ("data/app/~~x==/com.tencent.mm-y==/base.apk", "suspect"),
        ("data/data/com.tencent.mm/files/x", "suspect"),
        ("data/user_de/0/com.tencent.mm/x", "suspect"),
        ("data/data/org.example.other/files/x", "clear"),
        ("data/app/vmdl1.tmp/base.apk", "clear"),
    ] {
        let got = verdicts(&[
            ("data/system/packages.xml", &clean),
            ("data/system/users/0/package-restrictions.xml", &users),
            (path, b"x"),
        ]);
        assert_eq!(got.0, [verdict], "{path}");
    }
}
