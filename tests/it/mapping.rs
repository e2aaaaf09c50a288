//! Mapping files as a user meets them: drafting, answering, scanning.

use std::fs;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::support::project;

struct Room(tempfile::TempDir);

impl Room {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn write(&self, name: &str, text: &str) -> String {
        let path = self.0.path().join(name);
        fs::write(&path, text).unwrap();
        path.display().to_string()
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tidewaiter"));
        command.args(args).current_dir(self.0.path()).stdin(Stdio::null());
        command.env("SOURCE_DATE_EPOCH", "1795262400").env("XDG_CONFIG_HOME", project().join("no/such/folder"));
        command.env_remove("TIDEWAITER_CONFIG");
        command
    }

    fn run(&self, args: &[&str]) -> (i32, String, String) {
        let Output { status, stdout, stderr } = self.command(args).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (status.code().unwrap(), text(stdout), text(stderr))
    }

    fn scan(&self, args: &[&str]) -> (i32, Value) {
        let (status, out, err) = self.run(&[&["scan", "--format", "json"], args].concat());
        (status, serde_json::from_str(&out).unwrap_or_else(|e| panic!("{e}: {out}{err}")))
    }
}

const EXPORT: &str = "Asset,Name,Bundle,Contact\n\
    A-1,Notes,com.example.notes,2026-11-20T10:00:00Z\n\
    A-2,WeChat,com.tencent.xin,2026-11-20T10:00:00Z\n";

const MAP: &str = "title = \"Asset list\"\nsystem = \"assets\"\nformat = \"csv\"\nplatform = \"ios\"\nownership = \"corporate\"\n\
    [columns]\nAsset = \"device-id\"\nName = \"app-name\"\nBundle = \"app-id\"\nContact = \"last-seen\"\n";

const FULL: &str = "[[coverage]]\nscope = \"third-party-apps\"\nanswer = \"full\"\n";

fn verdicts(report: &Value) -> Vec<(&str, &str)> {
    let devices = report["devices"].as_array().unwrap().iter();
    devices.map(|d| (d["identity"]["mdm_id"].as_str().unwrap_or_default(), d["verdict"].as_str().unwrap())).collect()
}

#[test]
fn a_mapping_finds_what_is_there_and_clears_only_with_its_word_and_the_user_s() {
    let room = Room::new();
    let export = room.write("list.csv", EXPORT);
    let silent = room.write("silent.toml", MAP);
    let full = room.write("full.toml", &format!("{MAP}{FULL}"));
    let found = ("assets/-/A-2", "prohibited");
    for (args, first) in [
        (vec!["--map", &silent, &export], "inconclusive"),
        (vec!["--map", &silent, "--assume-full-lists", &export], "inconclusive"),
        (vec!["--map", &full, &export], "inconclusive"),
        (vec!["--map", &full, "--assume-full-lists", &export], "clear"),
    ] {
        let (status, report) = room.scan(&args);
        assert_eq!(status, 1);
        assert_eq!(verdicts(&report), [("assets/-/A-1", first), found], "{args:?}");
    }
    let (_, report) = room.scan(&["--map", &full, "--assume-full-lists", &export]);
    let list = &report["devices"][0]["coverage"][0];
    assert!(list["assumption"].as_str().unwrap().starts_with("The mapping file says"), "{list}");
    assert_eq!((list["artifact"].as_str(), list["completeness"].as_str()), (Some("mapped-export"), Some("complete")));
    let said = report["devices"][0]["does_not_prove"].to_string();
    assert!(list["note"].as_str().unwrap().contains("“Asset list”"), "{said}");
}

#[test]
fn the_report_names_the_mapping_files_with_their_digests() {
    let room = Room::new();
    let (export, map) = (room.write("list.csv", EXPORT), room.write("a.toml", MAP));
    let (_, report) = room.scan(&["--map", &map, &export]);
    let used = &report["run"]["options"]["mappings"];
    assert_eq!((used[0]["file"].as_str(), used[0]["title"].as_str()), (Some(map.as_str()), Some("Asset list")));
    assert_eq!(used[0]["sha256"].as_str().unwrap().len(), 64);
    let other = room.write("a.toml", &format!("# another\n{MAP}"));
    let (_, again) = room.scan(&["--map", &other, &export]);
    assert_ne!(again["run"]["options"]["mappings"], *used);
    let (_, without) = room.scan(&[&export]);
    assert!(without["run"]["options"].get("mappings").is_none());
    // Redacted reports keep no path of the user.
    let key = room.write("key", "a long enough key for a test, not for use\n");
    let (_, redacted) = room.scan(&["--map", &map, "--redact", &key, &export]);
    assert!(!redacted.to_string().contains(&map), "{}", redacted["run"]["options"]);
}

#[test]
fn a_wrong_mapping_file_is_wrong_usage_with_file_and_line() {
    let room = Room::new();
    let export = room.write("list.csv", EXPORT);
    for (text, said) in [
        ("", "`title` is missing"),
        (&MAP.replace("\"app-id\"", "\"appid\""), "wrong.toml:9: there is no role `appid`"),
        (&MAP.replace("title", "titel"), "wrong.toml:1: unknown field `titel`"),
        (&MAP.replace("\"app-id\"", "\"?\""), "wrong.toml:9: what “Bundle” holds is not decided"),
    ] {
        let map = room.write("wrong.toml", text);
        for command in ["scan", "inventory"] {
            let (status, out, err) = room.run(&[command, "--map", &map, &export]);
            assert_eq!((status, out.as_str()), (2, ""), "{err}");
            assert!(err.contains(said), "{err}");
        }
    }
    assert_eq!(room.run(&["scan", "--map", "no-such.toml", &export]).0, 2);
    let map = room.write("ok.toml", MAP);
    let many: Vec<&str> = (0..65).flat_map(|_| ["--map", map.as_str()]).collect();
    assert_eq!(room.run(&[&["scan", &export], many.as_slice()].concat()).0, 2);
}

#[test]
fn the_configuration_may_name_mapping_files_beside_it() {
    let room = Room::new();
    room.write("assets.toml", MAP);
    let folder = room.0.path().join("evidence");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("list.csv"), EXPORT).unwrap();
    let config = room.write("tidewaiter.toml", "map = [\"assets.toml\"]\n");
    let (_, report) = room.scan(&["--config", &config, &folder.display().to_string()]);
    assert_eq!(report["evidence"][0]["kind"], "mapped-export");
}

#[test]
fn inventory_lists_the_apps_of_mapped_exports() {
    let room = Room::new();
    let (export, map) = (room.write("list.csv", EXPORT), room.write("a.toml", MAP));
    let (status, out, _) = room.run(&["inventory", "--map", &map, &export, "--format", "json"]);
    assert_eq!(status, 0);
    assert!(out.contains("com.example.notes") && out.contains("com.tencent.xin"), "{out}");
}

#[test]
fn a_mapping_comes_before_the_layouts_of_the_program() {
    let room = Room::new();
    let export = room.write("x.csv", "ApplicationName,DeviceId,Platform\nWeChat,A-1,IOS\n");
    let map = "title = \"t\"\nsystem = \"s\"\nformat = \"csv\"\n[columns]\n\
        ApplicationName = \"app-name\"\nDeviceId = \"device-id\"\n";
    let map = room.write("a.toml", map);
    let kind = |report: &Value| report["evidence"][0]["kind"].as_str().unwrap().to_owned();
    assert_eq!(kind(&room.scan(&[&export]).1), "intune-app-inventory");
    assert_eq!(kind(&room.scan(&["--map", &map, &export]).1), "mapped-export");
}

#[test]
fn a_file_that_no_mapping_fits_says_what_it_lacks_and_is_never_clear() {
    let room = Room::new();
    let map = room.write("a.toml", &format!("{MAP}{FULL}"));
    let export = room.write("list.csv", &EXPORT.replace("Contact", "Kontakt"));
    let (status, report) = room.scan(&["--map", &map, "--assume-full-lists", &export]);
    assert_eq!(status, 4);
    let message = report["diagnostics"][0]["message"].as_str().unwrap();
    assert!(message.contains("“Asset list” does not fit: no column contact"), "{message}");
}

#[test]
fn drafting_asks_what_is_ambiguous_and_its_answers_make_a_mapping() {
    let room = Room::new();
    let export = room.write("inventory.csv", "Serial Number,Name,Bundle ID\nC8RZQ1L7AAA1,x,com.tencent.xin\n");
    let (status, report) = room.scan(&[&export]);
    assert_eq!((status, report["evidence"][0]["status"].as_str()), (4, Some("unknown")));
    let message = report["diagnostics"][0]["message"].as_str().unwrap();
    assert!(message.contains("“Name”") && message.contains("tidewaiter map FILE"), "{message}");
    let (status, draft, err) = room.run(&["map", &export]);
    assert_eq!(status, 3, "{err}");
    assert!(err.contains("1 question") && draft.contains("# QUESTION: \"Name\""), "{draft}{err}");
    assert!(!draft.contains("C8RZQ1L7AAA1") && !draft.contains("com.tencent.xin"), "{draft}");
    let open = room.write("open.toml", &draft);
    assert_eq!(room.run(&["scan", "--map", &open, &export]).0, 2);
    let answered = room.write("done.toml", &draft.replace("\"Name\" = \"?\"", "\"Name\" = \"device-name\""));
    let (status, report) = room.scan(&["--map", &answered, &export]);
    assert_eq!((status, report["devices"][0]["identity"]["name"].as_str()), (1, Some("x")));
}

#[test]
fn drafting_says_what_needs_no_draft_and_what_has_none() {
    let room = Room::new();
    let known = room.write("known.csv", "ApplicationName,DeviceId,Platform\nWeChat,x,IOS\n");
    let (status, out, err) = room.run(&["map", &known]);
    assert_eq!((status, out.as_str()), (0, ""));
    assert!(err.contains("needs no mapping") && err.contains("Intune"), "{err}");
    let plain = room.write("plain.csv", "Serial Number,Bundle ID\nC8RZQ1L7AAA1,com.example.notes\n");
    let (status, draft, _) = room.run(&["map", &plain]);
    assert_eq!(status, 0);
    let map = room.write("plain.toml", &draft);
    assert_eq!(room.scan(&["--map", &map, &plain]).1["evidence"][0]["kind"], "mapped-export");
    let page = room.write("page.csv", "<!DOCTYPE html><html><title>Sign in</title></html>");
    for (file, said) in
        [(page.as_str(), "login page"), ("no-such-file", "cannot read"), (room.write("e", "").as_str(), "is empty")]
    {
        let (status, out, err) = room.run(&["map", file]);
        assert_eq!((status, out.as_str()), (4, ""), "{file}");
        assert!(err.contains(said), "{err}");
    }
    assert_eq!(room.run(&["map"]).0, 2);
}

#[test]
fn a_mapped_export_can_come_from_standard_input() {
    let room = Room::new();
    let map = room.write("a.toml", MAP);
    let export = room.write("list.csv", EXPORT);
    let mut command = room.command(&["scan", "--map", &map, "-", "--format", "json"]);
    let output = command.stdin(fs::File::open(export).unwrap()).output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(verdicts(&report).len(), 2);
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn verify_finds_mapped_exports_inside_archives_by_their_mapping() {
    use std::io::Write as _;
    let room = Room::new();
    let map = room.write("a.toml", MAP);
    let archive = room.0.path().join("all.zip");
    let mut writer = zip::ZipWriter::new(fs::File::create(&archive).unwrap());
    writer.start_file("list.csv", zip::write::SimpleFileOptions::default()).unwrap();
    writer.write_all(EXPORT.as_bytes()).unwrap();
    writer.finish().unwrap();
    let (_, out, _) = room.run(&["scan", "--map", &map, "all.zip", "--format", "json"]);
    assert!(out.contains("all.zip!/list.csv"), "{out}");
    room.write("r.json", &out);
    assert_eq!(room.run(&["verify", "r.json", "--map", &map]).0, 0);
    assert_eq!(room.run(&["verify", "r.json"]).0, 3);
}
