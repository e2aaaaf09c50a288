//! A report that means harm, handed to every command, in every format: whatever
//! text stands in it stays text.

use std::fs;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tidewaiter::report::RENDERERS;

use crate::support::{HOSTILE, copy_tree, project, sample};

fn run(args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tidewaiter"));
    command.args(args).current_dir(project()).stdin(Stdio::null());
    command.env("SOURCE_DATE_EPOCH", "1795262400").env("COLUMNS", "80").env("XDG_CONFIG_HOME", "/no/such/folder");
    command.output().unwrap()
}

/// Members whose words readers look up; any other text is anybody's.
const WORDS: [&str; 18] = [
    "schema",
    "schema_version",
    "verdict",
    "state",
    "strength",
    "relation",
    "completeness",
    "scope",
    "hash_scope",
    "status",
    "severity",
    "record",
    "platform",
    "ownership",
    "enrollment",
    "kind",
    "over",
    "min_strength",
];

/// Every other text becomes a hostile one with a mark in it.
fn poison(value: &mut Value, member: &str, next: &mut usize) {
    match value {
        Value::String(text) if !WORDS.contains(&member) => {
            *next += 1;
            let long = "x".repeat(10_000);
            let name = if *next % 13 == 12 { &long } else { HOSTILE[*next % 13 % 12] };
            *text = format!("{name}pwned{next}");
        }
        Value::Array(items) => items.iter_mut().for_each(|item| poison(item, member, next)),
        Value::Object(members) => members.iter_mut().for_each(|(name, value)| poison(value, name, next)),
        _ => {}
    }
}

/// The sample with every text poisoned, and the sample, saved.
fn room() -> (tempfile::TempDir, String, String) {
    let room = tempfile::tempdir().unwrap();
    let clean = serde_json::to_value(sample()).unwrap();
    let mut hostile = clean.clone();
    hostile["run"].as_object_mut().unwrap().remove("digest");
    poison(&mut hostile, "", &mut 0);
    assert!(hostile.to_string().matches("pwned").count() > 500);
    let save = |name: &str, report: &Value| {
        let path = room.path().join(name);
        fs::write(&path, report.to_string()).unwrap();
        path.display().to_string()
    };
    let (hostile, clean) = (save("hostile.json", &hostile), save("clean.json", &clean));
    (room, hostile, clean)
}

fn hidden(c: char) -> bool {
    (c.is_control() && c != '\n')
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// Fails where a text is more than text in this format.
fn assert_harmless(format: &str, out: &[u8], what: &str) {
    let text = String::from_utf8(out.to_vec()).unwrap_or_else(|_| panic!("{what}: not UTF-8"));
    match format {
        "csv" => {
            let mut reader = csv::Reader::from_reader(text.as_bytes());
            for record in reader.records() {
                for cell in record.unwrap().iter() {
                    let first = cell.trim_start().chars().next().unwrap_or_default();
                    assert!(!"=+-@|＝＋－＠".contains(first), "{what}: {cell:.80}");
                    assert!(!cell.contains(hidden), "{what}: {cell:.80}");
                }
            }
        }
        "html" => {
            for markup in ["<img", "<iframe", "<svg onload", "<script>alert", "onerror=alert(1)>"] {
                assert!(!text.contains(markup), "{what}: {markup}");
            }
            assert!(!text.contains(hidden), "{what}");
            assert_eq!(text.matches("<noscript").count(), text.matches("</noscript").count(), "{what}");
        }
        "json" => assert!(serde_json::from_str::<Value>(&text).is_ok(), "{what}"),
        "ndjson" => assert!(text.lines().all(|l| serde_json::from_str::<Value>(l).is_ok()), "{what}"),
        _ => {
            let line = text.lines().find(|l| l.contains(hidden));
            assert!(line.is_none(), "{what}: {line:?}");
        }
    }
}

/// Runs a command that writes every one of `formats` at once; what it wrote.
fn written(room: &tempfile::TempDir, args: &[&str], formats: &[&'static str]) -> Vec<(&'static str, Vec<u8>)> {
    let file = |format: &str| room.path().join(format!("out.{format}"));
    let words: Vec<String> = formats.iter().map(|f| format!("--format={f}={}", file(f).display())).collect();
    let output = run(&args.iter().copied().chain(words.iter().map(String::as_str)).collect::<Vec<_>>());
    assert!(matches!(output.status.code(), Some(1 | 3)), "{args:?}: {output:?}");
    assert_harmless("table", &output.stderr, &args.join(" "));
    formats.iter().map(|f| (*f, fs::read(file(f)).unwrap())).collect()
}

fn formats() -> Vec<&'static str> {
    RENDERERS.iter().map(|f| f.id).collect()
}

#[test]
fn every_text_of_a_hostile_report_stays_text_in_every_command_and_format() {
    let (room, hostile, clean) = room();
    let (all, compared) = (formats(), vec!["table", "json", "html"]);
    for (args, formats) in [
        (&["report", &hostile][..], &all),
        (&["report", &hostile, "--group-by", "app"], &all),
        (&["report", &hostile, "--group-by", "owner"], &all),
        (&["merge", &hostile], &all),
        (&["merge", &hostile, &clean, "--allow-mixed"], &all),
        (&["diff", &clean, &hostile], &compared),
        (&["diff", &hostile, &clean], &compared),
    ] {
        for (format, out) in written(&room, args, formats) {
            assert!(out.len() > 100, "{args:?} {format}");
            assert_harmless(format, &out, &format!("{args:?} {format}"));
        }
    }
    let verified = run(&["verify", &hostile]);
    assert!(matches!(verified.status.code(), Some(1 | 3)), "{verified:?}");
    assert_harmless("table", &verified.stdout, "verify");
}

#[test]
fn nothing_of_a_hostile_report_is_left_when_it_is_redacted() {
    let (room, hostile, clean) = room();
    let key = room.path().join("key");
    fs::write(&key, "a long enough key for a test, not for use\n").unwrap();
    let key = key.display().to_string();
    for args in
        [&["report", &hostile, "--redact", &key][..], &["merge", &hostile, &clean, "--allow-mixed", "--redact", &key]]
    {
        for (format, out) in written(&room, args, &formats()) {
            let text = String::from_utf8(out.clone()).unwrap();
            let at = text.find("pwned").unwrap_or_default();
            assert!(!text.contains("pwned"), "{args:?}: {:?}", text.get(at.saturating_sub(200)..at + 20));
            assert_harmless(format, &out, &format!("{args:?} {format}"));
        }
    }
}

#[cfg(unix)]
#[test]
fn paths_that_are_no_text_are_harmless_in_every_format_and_come_back_from_a_saved_report() {
    use std::os::unix::ffi::OsStrExt;
    let room = tempfile::tempdir().unwrap();
    let name = std::ffi::OsStr::from_bytes(b"=cmd\x1b[31m\xff<img src=x>\xe2\x80\xae\n\"");
    copy_tree(&project().join("fixtures/sample-evidence"), &room.path().join(name));
    let folder = room.path().display().to_string();
    let (first, again) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut outputs = written(&first, &["scan", &folder, "--quiet"], &formats());
    let saved = first.path().join("out.ndjson").display().to_string();
    outputs.extend(written(&again, &["report", &saved], &formats()));
    for (format, out) in outputs {
        assert_harmless(format, &out, format);
        let text = String::from_utf8(out).unwrap();
        assert!(text.contains("cmd%1B[31m%FF&lt;img") || text.contains("cmd%1B[31m%FF<img"), "{format}");
        assert_eq!(text.contains("FF<img"), format != "html", "{format}");
    }
    let inventory = run(&["inventory", &folder]);
    assert_harmless("table", &inventory.stdout, "inventory");
    // A message about a file that somebody else named.
    let named = room.path().join(name);
    for args in [["report"], ["merge"], ["verify"]] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tidewaiter"));
        let output = command.args(args).arg(&named).output().unwrap();
        assert!(!output.stderr.is_empty());
        assert_harmless("table", &output.stderr, args[0]);
    }
}
