//! One changed byte anywhere is noticed.

use super::*;
use crate::report::sample::{device, file, item, prohibited, report, run, write};

fn own(bytes: &[u8]) -> Result<Own, ReadError> {
    let file = file(bytes);
    own_digest(&Saved::open(file.path())?)
}

#[test]
fn a_report_is_what_it_says_of_itself() {
    for format in ["json", "ndjson"] {
        for devices in [&[][..], &[device("AAAAAA1")], &[device("AAAAAA1"), prohibited("BBBBBB2")]] {
            let bytes = report(&run(), devices, format);
            assert!(matches!(own(&bytes).unwrap(), Own::Same(_)), "{format} {}", devices.len());
        }
    }
}

#[test]
fn the_layout_of_a_document_does_not_matter_and_every_value_does() {
    let bytes = report(&run(), &[device("AAAAAA1"), prohibited("BBBBBB2")], "json");
    let value: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    assert!(matches!(own(serde_json::to_string_pretty(&value).unwrap().as_bytes()).unwrap(), Own::Same(_)));
    let change = |path: &str, new: serde_json::Value| {
        let mut value = value.clone();
        *value.pointer_mut(path).unwrap() = new;
        own(value.to_string().as_bytes()).unwrap()
    };
    assert!(matches!(change("/devices/1/verdict", "clear".into()), Own::Differs { .. }));
    assert!(matches!(change("/run/exit_status", 0.into()), Own::Differs { .. }));
    assert!(matches!(change("/summary/devices", 1.into()), Own::Differs { .. }));
    assert!(matches!(change("/evidence/0/locator", "x".into()), Own::Differs { .. }));
    let mut more = value.clone();
    more["a_new_member"] = 1.into();
    assert!(matches!(own(more.to_string().as_bytes()).unwrap(), Own::Differs { .. }));
    let mut bare = value.clone();
    bare["run"].as_object_mut().unwrap().remove("digest");
    assert_eq!(own(bare.to_string().as_bytes()).unwrap(), Own::None);
}

#[test]
fn a_changed_removed_or_added_line_is_noticed() {
    let text = String::from_utf8(report(&run(), &[device("AAAAAA1"), prohibited("BBBBBB2")], "ndjson")).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    for at in 0..lines.len() - 1 {
        let mut fewer = lines.clone();
        fewer.remove(at);
        let fewer = fewer.join("\n") + "\n";
        assert!(!matches!(own(fewer.as_bytes()), Ok(Own::Same(_))), "without line {at}");
        let mut changed: Vec<String> = lines.iter().map(|l| (*l).to_owned()).collect();
        changed[at] = changed[at].replacen('a', "b", 1);
        let changed = changed.join("\n") + "\n";
        assert!(!matches!(own(changed.as_bytes()), Ok(Own::Same(_))), "line {at} changed");
    }
    let more = format!("{text}{}\n", lines[1]);
    assert!(!matches!(own(more.as_bytes()), Ok(Own::Same(_))));
    let cut = lines[..lines.len() - 1].join("\n") + "\n";
    assert_eq!(own(cut.as_bytes()).unwrap(), Own::None, "an interrupted report bears none");
}

fn outcomes(files: &[(&str, &[u8])], rows: Vec<v1::Consulted>, device: v1::Device) -> Vec<Outcome> {
    let room = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        let path = room.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    let mut item = item("e1", "case", &[&device]);
    item.consulted = rows;
    let report = file(&write(&run(), std::slice::from_ref(&device), &[item], "json"));
    let mut out = Vec::new();
    check(&Saved::open(report.path()).unwrap(), Some(room.path()), &|_| None, &mut |checked| {
        out.push(checked.outcome);
        Ok(())
    })
    .unwrap();
    out
}

fn row(locator: &str, bytes: &[u8], scope: &'static str) -> v1::Consulted {
    v1::Consulted {
        locator: locator.to_owned(),
        size: Some(bytes.len() as u64),
        mtime: None,
        hash_scope: scope.into(),
        sha256: (scope == "file").then(|| hex(&Sha256::digest(bytes))),
    }
}

#[test]
fn files_are_checked_at_their_scope() {
    let rows = |content: &[u8]| {
        vec![
            row("/mnt/then/case/a.xml", content, "file"),
            row("case/b.db", content, "none"),
            row("case/gone.xml", content, "file"),
            row("case/x.zip!/a.xml", content, "file"),
            row("case/y.zip!/a.xml", content, "file"),
            row("../case/a.xml", content, "file"),
        ]
    };
    let files: [(&str, &[u8]); 3] = [("case/a.xml", b"abc"), ("case/b.db", b"abc"), ("case/x.zip", b"no")];
    use Outcome::{Differs, Missing, NotHashed, Same, Unchecked};
    let all = |content: &[u8]| outcomes(&files, rows(content), device("AAAAAA1"));
    assert_eq!(all(b"abc"), [Same, NotHashed, Missing, Unchecked, Missing, Unchecked]);
    assert_eq!(all(b"abd"), [Differs, NotHashed, Missing, Unchecked, Missing, Unchecked]);
    assert_eq!(all(b"abcd"), [Differs, Differs, Missing, Unchecked, Missing, Unchecked], "another size");
}

#[test]
fn records_are_checked_by_their_bytes() {
    let found = |bytes: &[u8]| {
        let mut device = prohibited("AAAAAA1");
        let said = &mut device.findings[0].provenance[0];
        said.locator = "case/export.csv#byte=4+3".to_owned();
        said.hash_scope = "record".into();
        said.sha256 = Some(hex(&Sha256::digest(bytes)));
        outcomes(&[("case/export.csv", b"one,two,three")], Vec::new(), device)
    };
    assert_eq!(found(b"two"), [Outcome::Same]);
    assert_eq!(found(b"tow"), [Outcome::Differs]);
}
