//! The commands around a report as a user runs them: report, merge, diff,
//! verify, waivers, redaction, configuration.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::support::{copy_tree, files, project};

const SAMPLE: &str = "fixtures/sample-evidence";

fn command(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tidewaiter"));
    command.args(args).current_dir(project()).stdin(Stdio::null());
    command.env("SOURCE_DATE_EPOCH", "1795262400").env_remove("NO_COLOR").env("COLUMNS", "80");
    // Nobody's own configuration.
    command.env("XDG_CONFIG_HOME", project().join("no/such/folder")).env_remove("TIDEWAITER_CONFIG");
    command
}

fn run(args: &[&str]) -> Output {
    command(args).output().unwrap()
}

fn status(output: &Output) -> i32 {
    output.status.code().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn json(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(bytes)))
}

/// A folder with the sample scanned into `name`, in the format of its ending.
struct Room(tempfile::TempDir);

impl Room {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).display().to_string()
    }

    fn write(&self, name: &str, text: &str) -> String {
        fs::write(self.0.path().join(name), text).unwrap();
        self.path(name)
    }

    fn scan(&self, name: &str, args: &[&str]) -> String {
        let ending = Path::new(name).extension().unwrap().to_str().unwrap();
        let format = format!("{ending}={}", self.path(name));
        let output = run(&[&["scan", "--quiet", "--format", &format], args].concat());
        assert!(matches!(status(&output), 0 | 1 | 3), "{}", text(&output.stderr));
        self.path(name)
    }
}

#[test]
fn a_saved_report_renders_as_the_scan_did_with_the_same_exit_status() {
    let room = Room::new();
    for name in ["a.json", "a.ndjson"] {
        let saved = room.scan(name, &[SAMPLE]);
        for format in ["table", "json", "ndjson"] {
            let scanned = run(&["scan", SAMPLE, "--format", format]);
            let rendered = run(&["report", &saved, "--format", format]);
            assert_eq!(text(&rendered.stdout), text(&scanned.stdout), "{name} {format}");
            assert_eq!(status(&rendered), status(&scanned), "{name} {format}");
        }
        assert_eq!(status(&run(&["report", &saved, "--exit-zero"])), 0);
    }
}

#[test]
fn an_interrupted_ndjson_report_says_so_and_is_never_exit_0() {
    let room = Room::new();
    let saved = room.scan("a.ndjson", &[SAMPLE]);
    let whole = fs::read_to_string(&saved).unwrap();
    let kept: Vec<&str> = whole.lines().take(3).collect();
    let cut = room.write("cut.ndjson", &(kept.join("\n") + "\n{\"kind\":\"dev"));
    let output = run(&["report", &cut]);
    assert_ne!(status(&output), 0);
    assert!(text(&output.stdout).contains("not completed"), "{}", text(&output.stdout));
    assert_eq!(status(&run(&["verify", &cut, "--report-only"])), 3);
}

#[test]
fn what_is_no_report_is_refused() {
    let room = Room::new();
    let csv = room.write("x.csv", "a,b\n1,2\n");
    let newer = room.write("n.json", r#"{"schema":"tidewaiter.report","schema_version":"2.0.0","devices":[]}"#);
    for (file, says) in [(&csv, "no report"), (&newer, "newer program"), (&room.path("none"), "cannot read")] {
        let output = run(&["report", file]);
        assert_eq!(status(&output), 4, "{file}");
        let said = text(&output.stderr);
        assert!(said.contains(says) && said.matches("os error").count() < 2, "{said}");
        assert_eq!(status(&run(&["merge", file])), 4);
        assert_eq!(status(&run(&["diff", file, file])), 4);
        assert_eq!(status(&run(&["verify", file])), 3);
    }
}

/// The items of the sample evidence, so that they can be scanned apart.
fn items() -> Vec<String> {
    let mut out: Vec<String> = fs::read_dir(project().join(SAMPLE))
        .unwrap()
        .map(|e| format!("{SAMPLE}/{}", e.unwrap().file_name().to_str().unwrap()))
        .collect();
    out.sort();
    out
}

fn words(items: &[String]) -> Vec<&str> {
    items.iter().map(String::as_str).collect()
}

#[test]
fn scans_of_parts_merged_name_the_devices_and_verdicts_of_the_whole() {
    let room = Room::new();
    let items = items();
    let (first, rest) = items.split_at(items.len() / 2);
    let a = room.scan("a.json", &words(first));
    let b = room.scan("b.ndjson", &words(rest));
    let whole = json(&fs::read(room.scan("w.json", &words(&items))).unwrap());
    let merged = run(&["merge", &a, &b, "--format", "json"]);
    let turned = run(&["merge", &b, &a, "--format", "json"]);
    assert_eq!(text(&merged.stdout), text(&turned.stdout), "the order of reports does not matter");
    let merged_json = json(&merged.stdout);
    let verdicts = |report: &Value| -> Vec<(String, String)> {
        let of = |d: &Value| (d["identity"].to_string(), d["verdict"].to_string());
        let mut out: Vec<_> = report["devices"].as_array().unwrap().iter().map(of).collect();
        out.sort();
        out
    };
    assert_eq!(verdicts(&merged_json), verdicts(&whole));
    for count in ["devices", "prohibited", "suspect", "clear", "inconclusive", "out_of_scope", "apps_observed"] {
        assert_eq!(merged_json["summary"][count], whole["summary"][count], "{count}");
    }
    assert_eq!(merged_json["summary"]["evidence"], whole["summary"]["evidence"]);
    assert_eq!(status(&merged), 1);
    let schema: Value = serde_json::from_str(&tidewaiter::report::schema_json()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    assert!(validator.is_valid(&merged_json), "{:?}", validator.iter_errors(&merged_json).next());
    let again = room.write("m.json", &text(&merged.stdout));
    let twice = json(&run(&["merge", &again, &a, "--format", "json"]).stdout);
    assert_eq!((&twice["devices"], &twice["summary"]), (&merged_json["devices"], &merged_json["summary"]));
    assert_eq!(status(&run(&["verify", &again, "--report-only"])), 0);
}

#[test]
fn lists_that_contradict_each_other_are_found_in_a_scan_and_in_a_merge() {
    let room = Room::new();
    let input = "fixtures/mdm/intune-with-backups/input";
    let of = |name: &str| format!("{input}/{name}");
    let mdm = room.scan("mdm.json", &[&of("AppInvRawData.json"), &of("DevicesWithInventory.csv")]);
    let backups = room.scan("backups.json", &[&of("field-1"), &of("field-2")]);
    let both = room.scan("both.json", &[input]);
    let said = |report: &Value| -> Vec<String> {
        let rows = report["diagnostics"].as_array().unwrap().iter();
        rows.filter(|d| d["code"] == "lists-contradict")
            .map(|d| format!("{} {}", d["device"].as_str().unwrap(), d["message"].as_str().unwrap()))
            .collect()
    };
    let whole = said(&json(&std::fs::read(&both).unwrap()));
    assert_eq!(whole.len(), 2);
    assert!(whole[0].starts_with("ios:serial:F2LXK000001") && whole[0].contains("com.tencent.mqq"));
    assert!(whole[1].starts_with("ios:serial:F2LXK000002") && whole[1].contains("WeChat"));
    for apart in [&mdm, &backups] {
        assert!(said(&json(&std::fs::read(apart).unwrap())).is_empty(), "one list contradicts nothing");
    }
    assert_eq!(said(&json(&run(&["merge", &mdm, &backups, "--format", "json"]).stdout)), whole);
    assert_eq!(said(&json(&run(&["merge", &both, &mdm, "--format", "json"]).stdout)), whole, "said once");
}

#[test]
fn reports_made_differently_are_merged_only_when_told() {
    let room = Room::new();
    let a = room.scan("a.json", &[SAMPLE]);
    let b = room.scan("b.json", &[SAMPLE, "--min-strength", "strong"]);
    let refused = run(&["merge", &a, &b]);
    assert_eq!(status(&refused), 4);
    assert!(text(&refused.stderr).contains("options"), "{}", text(&refused.stderr));
    let told = run(&["merge", &a, &b, "--allow-mixed", "--format", "json"]);
    assert_eq!(status(&told), 1);
    assert!(text(&told.stdout).contains("mixed-reports"));
}

#[test]
fn diff_says_what_became_worse_and_what_vanished() {
    let room = Room::new();
    let whole = room.scan("whole.json", &[SAMPLE]);
    assert_eq!(status(&run(&["diff", &whole, &whole])), 0);
    let items = items();
    let part = room.scan("part.json", &words(&items[1..]));
    let grown = run(&["diff", &part, &whole, "--format", "json"]);
    let shrunk = run(&["diff", &whole, &part, "--format", "json"]);
    let (grown_json, shrunk_json) = (json(&grown.stdout), json(&shrunk.stdout));
    assert_eq!(grown_json["schema"], "tidewaiter.diff");
    let changes = |d: &Value| {
        d["devices"].as_array().unwrap().iter().map(|d| d["change"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert!(!changes(&grown_json).is_empty());
    assert!(!changes(&shrunk_json).iter().any(|c| c == "remediated"), "{:?}", changes(&shrunk_json));
    let table = text(&run(&["diff", &part, &whole]).stdout);
    assert!(table.lines().last().is_some_and(|l| !l.is_empty()), "{table}");
}

/// A device of the sample that is prohibited and has a serial number.
fn prohibited_device(report: &Value) -> Value {
    let devices = report["devices"].as_array().unwrap();
    let fits = |d: &&Value| d["verdict"] == "prohibited" && d["identity"]["serial"].is_string();
    devices.iter().find(fits).expect("a prohibited device with a serial number").clone()
}

fn waiver(device: &Value, app: &str, expires: &str) -> String {
    format!(
        "[[waiver]]\nid = \"W-{app}\"\npolicy = \"us-eo-13971\"\napp = \"{app}\"\n\
         device = {{ kind = \"serial\", platform = {}, id = {} }}\n\
         basis = \"Liaison work\"\napprover = \"A. Head\"\nexpires = {expires}\n",
        device["platform"], device["identity"]["serial"]
    )
}

#[test]
fn waived_findings_stay_and_their_device_counts_as_waived_until_the_waiver_ends() {
    let room = Room::new();
    let before = json(&fs::read(room.scan("a.json", &[SAMPLE])).unwrap());
    let device = prohibited_device(&before);
    let apps: std::collections::BTreeSet<&str> =
        device["findings"].as_array().unwrap().iter().map(|f| f["app"].as_str().unwrap()).collect();
    let file = |name: &str, expires: &str| {
        room.write(name, &apps.iter().map(|app| waiver(&device, app, expires)).collect::<String>())
    };
    let live = file("live.toml", "2027-01-31");
    let report = json(&fs::read(room.scan("b.json", &[SAMPLE, "--waivers", &live])).unwrap());
    let same = report["devices"].as_array().unwrap().iter().find(|d| d["key"] == device["key"]).unwrap();
    assert_eq!((&same["waived"], &same["verdict"]), (&Value::Bool(true), &device["verdict"]));
    assert_eq!(same["findings"].as_array().unwrap().len(), device["findings"].as_array().unwrap().len());
    assert_eq!(same["findings"][0]["waiver"]["approver"], "A. Head");
    assert_eq!(report["summary"]["waived"], 1);
    let past = file("past.toml", "2026-01-31");
    let report = json(&fs::read(room.scan("c.json", &[SAMPLE, "--waivers", &past])).unwrap());
    assert_eq!(report["summary"]["waived"], 0);
    let said = |d: &Value| d["code"] == "waiver-expired" && d["device"] == device["key"];
    assert!(report["diagnostics"].as_array().unwrap().iter().any(said));
    let then = room.scan("d.json", &[SAMPLE, "--waivers", &past, "--as-of", "2026-01-31"]);
    assert_eq!(json(&fs::read(then).unwrap())["summary"]["waived"], 1, "--as-of decides");
    let merged = run(&["merge", &room.path("a.json"), "--waivers", &live, "--format", "json"]);
    assert_eq!(json(&merged.stdout)["summary"]["waived"], 1);
}

#[test]
fn a_blanket_waiver_is_refused_with_its_line() {
    let room = Room::new();
    let file = room.write("w.toml", "[[waiver]]\nid = \"W-1\"\npolicy = \"us-eo-13971\"\napp = \"*\"\n");
    let output = run(&["scan", SAMPLE, "--waivers", &file]);
    assert_eq!(status(&output), 2);
    let says = text(&output.stderr);
    assert!(says.contains("w.toml:4:") && says.contains("blanket") && says.contains("`expires`"), "{says}");
    assert!(output.stdout.is_empty());
}

#[test]
fn verify_notices_a_changed_report_and_changed_evidence() {
    let room = Room::new();
    let evidence = room.0.path().join("evidence");
    copy_tree(&project().join(SAMPLE), &evidence);
    let report = room.scan("r.json", &[&evidence.display().to_string()]);
    let fine = run(&["verify", &report]);
    assert_ne!(status(&fine), 1, "{}", text(&fine.stdout));
    assert!(text(&fine.stdout).contains("the report is what it was"), "{}", text(&fine.stdout));
    assert_eq!(status(&run(&["verify", &report, "--report-only"])), 0);
    // The evidence has moved.
    let moved = room.0.path().join("moved");
    fs::rename(&evidence, &moved).unwrap();
    let moved = moved.display().to_string();
    assert_eq!(status(&run(&["verify", &report])), 3, "nothing of it is there");
    let there = run(&["verify", &report, "--evidence", &moved]);
    assert_eq!(status(&there), status(&fine), "{}", text(&there.stdout));
    // One byte of one hashed file.
    let hashed = json(&fs::read(&report).unwrap())["evidence"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|e| e["consulted"].as_array().unwrap().clone())
        .find(|c| c["hash_scope"] == "file" && !c["locator"].as_str().unwrap().contains("!/"))
        .expect("a hashed file");
    let name = PathBuf::from(hashed["locator"].as_str().unwrap());
    let name = name.strip_prefix(&evidence).unwrap();
    let path = Path::new(&moved).join(name);
    let mut bytes = fs::read(&path).unwrap();
    let last = bytes.last_mut().unwrap();
    *last ^= 1;
    fs::write(&path, bytes).unwrap();
    let output = run(&["verify", &report, "--evidence", &moved]);
    assert_eq!(status(&output), 1, "{}", text(&output.stdout));
    assert!(text(&output.stdout).contains("differs: "), "{}", text(&output.stdout));
    // One word of the report.
    let changed = fs::read_to_string(&report).unwrap().replacen("\"prohibited\"", "\"clear\"", 1);
    let changed = room.write("changed.json", &changed);
    assert_eq!(status(&run(&["verify", &changed, "--report-only"])), 1);
}

#[test]
fn a_changed_report_is_never_rendered_joined_or_compared_as_if_it_were_whole() {
    let room = Room::new();
    let saved = room.scan("r.json", &[SAMPLE]);
    let whole = fs::read_to_string(&saved).unwrap();
    let changed = room.write("changed.json", &whole.replace("\"verdict\":\"prohibited\"", "\"verdict\":\"clear\""));
    for args in [&["report", &changed, "--format", "json"][..], &["merge", &changed, "--format", "json"]] {
        let output = run(args);
        let report = json(&output.stdout);
        assert_eq!(status(&output), 1, "{args:?}");
        assert_eq!(report["summary"]["prohibited"], json(whole.as_bytes())["summary"]["prohibited"], "{args:?}");
        assert!(text(&output.stdout).contains("report-changed"), "{args:?}");
    }
    assert!(text(&run(&["report", &changed]).stdout).contains("changed after it was written"));
    let compared = run(&["diff", &saved, &changed]);
    assert_eq!(status(&compared), 3, "{}", text(&compared.stdout));
    assert!(text(&compared.stdout).contains("changed after it was written"), "{}", text(&compared.stdout));
    assert!(!text(&compared.stdout).contains("remediated"));
}

#[test]
fn reports_of_every_command_hold_when_they_are_read_again() {
    let room = Room::new();
    let key = room.write("key", "a long enough key for a test, not for use\n");
    let saved = room.scan("r.ndjson", &[SAMPLE]);
    let other = room.scan("o.json", &[SAMPLE, "--min-strength", "definitive", "--as-of", "2027-06-01"]);
    for args in [
        &["report", &saved, "--redact", &key][..],
        &["merge", &saved],
        &["merge", &saved, &other, "--allow-mixed"],
        &["merge", &saved, &other, "--allow-mixed", "--redact", &key],
    ] {
        let once = run(&[args, &["--format", "json"]].concat()).stdout;
        let again = run(&["report", &room.write("x.json", &text(&once)), "--format", "json"]).stdout;
        assert_eq!(text(&once), text(&again), "{args:?}");
    }
}

#[test]
fn a_report_among_the_evidence_is_no_evidence_but_what_stands_behind_it_is_named() {
    let item = |folder: &str| {
        let report = json(&run(&["scan", "--quiet", "--format", "json", "--exit-zero", folder]).stdout);
        let found = report["evidence"].as_array().unwrap().iter().find(|e| e["kind"] == "tidewaiter-report").cloned();
        (found.unwrap()["status"].clone(), report["run"]["exit_status"].clone())
    };
    for ending in ["json", "ndjson"] {
        let room = Room::new();
        let evidence = room.path("evidence");
        copy_tree(&project().join("fixtures/mdm/intune-json-corporate/input"), evidence.as_ref());
        let without = status(&run(&["scan", "--quiet", &evidence]));
        let saved = room.scan(&format!("evidence/r.{ending}"), &[SAMPLE]);
        assert_eq!(item(&evidence), ("skipped".into(), without.into()), "{ending}");
        let row = r#"{"ApplicationName":"WeChat","DeviceId":"5a1e5a1e-1111-4c0d-9b7e-0000000000a2","Platform":"IOS"}"#;
        fs::write(&saved, [fs::read(&saved).unwrap(), format!("{row}\n").into_bytes()].concat()).unwrap();
        let (word, exit) = item(&evidence);
        assert_eq!(word, "unknown", "{ending}");
        assert!(exit == 1 || exit == 3, "{exit}");
    }
}

#[test]
fn exported_hashes_are_accepted_by_sha256sum() {
    let room = Room::new();
    let report = room.scan("r.json", &[SAMPLE]);
    let output = run(&["verify", &report, "--export-hashes"]);
    assert_eq!(status(&output), 0);
    let lines = text(&output.stdout);
    assert!(lines.lines().count() > 3 && lines.lines().all(|l| l.trim_start_matches('\\').len() > 66), "{lines}");
    let list = room.write("hashes", &lines);
    match Command::new("sha256sum").args(["-c", "--quiet", &list]).current_dir(project()).output() {
        Ok(checked) => assert!(checked.status.success(), "{}", text(&checked.stdout)),
        Err(_) => eprintln!("skipped: no sha256sum on this machine"),
    }
}

/// Every text of the sample that names a device, a person or a place.
fn clear_values(report: &Value) -> Vec<String> {
    let mut out = Vec::new();
    for device in report["devices"].as_array().unwrap() {
        let id = &device["identity"];
        for field in ["name", "serial", "udid", "enrollment_id", "mdm_id", "primary_user"] {
            out.extend(id[field].as_str().map(str::to_owned));
        }
        for field in ["imei", "other_ids"] {
            out.extend(id[field].as_array().unwrap().iter().map(|v| v.as_str().unwrap().to_owned()));
        }
    }
    for item in report["evidence"].as_array().unwrap() {
        out.push(item["locator"].as_str().unwrap().to_owned());
        out.extend(item["consulted"].as_array().unwrap().iter().flat_map(|c| {
            [c["locator"].as_str().map(str::to_owned), c["sha256"].as_str().map(str::to_owned)].into_iter().flatten()
        }));
    }
    out.extend(out.clone().iter().flat_map(|v| v.split('/').map(str::to_owned)));
    // Folders that are called as the program calls a kind of evidence.
    let all = report.to_string();
    let artifacts = || tidewaiter::artifact::PARSERS.iter().flat_map(|p| p.spec().artifacts);
    // Folders that every device of a kind has (`system`).
    let layout = |v: &str| {
        let mut claims = tidewaiter::artifact::PARSERS.iter().flat_map(|p| p.spec().claims);
        claims.any(|c| c.path.split('/').any(|part| part == v))
    };
    let is_word = |v: &str| {
        layout(v)
            || all.contains(&format!("\"kind\":\"{v}"))
            || artifacts().any(|a| a.does_not_prove.contains(v) || a.id.contains(v))
            || v == "evidence"
    };
    out.retain(|v| v.len() >= 6 && !is_word(v));
    out.sort();
    out.dedup();
    out
}

#[test]
fn a_redacted_report_holds_no_clear_value_of_the_sample_in_any_format() {
    let room = Room::new();
    let key = room.write("key", "a long enough key for a test, not for use\n");
    let saved = room.scan("r.json", &[SAMPLE]);
    let clear = clear_values(&json(&fs::read(&saved).unwrap()));
    assert!(clear.len() > 20, "{clear:?}");
    for format in tidewaiter::report::RENDERERS.iter().map(|f| f.id) {
        for args in [
            &["scan", SAMPLE, "--redact", &key, "--format", format][..],
            &["report", &saved, "--redact", &key, "--format", format],
            &["merge", &saved, "--redact", &key, "--format", format],
        ] {
            let output = run(args);
            assert_eq!(status(&output), 1, "{args:?} {}", text(&output.stderr));
            let shown = text(&output.stdout);
            for value in &clear {
                assert!(!shown.contains(value.as_str()), "{args:?} shows {value}");
            }
            if format != "table" {
                assert!(shown.contains("wechat-pay") || format == "html", "{args:?}");
            }
        }
    }
    let scanned = run(&["scan", SAMPLE, "--redact", &key, "--format", "json"]);
    let reported = run(&["report", &saved, "--redact", &key, "--format", "json"]);
    assert_eq!(text(&scanned.stdout), text(&reported.stdout), "pseudonyms are stable");
    let weak = room.write("weak", "short");
    assert_eq!(status(&run(&["scan", SAMPLE, "--redact", &weak])), 2);
}

#[test]
fn nothing_is_left_in_the_temporary_folder() {
    let room = Room::new();
    let temporary = room.0.path().join("tmp");
    fs::create_dir(&temporary).unwrap();
    let saved = room.scan("r.ndjson", &[SAMPLE]);
    for args in [&["merge", &saved, &saved][..], &["diff", &saved, &saved], &["report", "-"]] {
        let mut command = command(args);
        command.env("TMPDIR", &temporary);
        if args.last() == Some(&"-") {
            command.stdin(fs::File::open(&saved).unwrap());
        }
        let output = command.output().unwrap();
        assert!(matches!(status(&output), 0 | 1 | 3), "{}", text(&output.stderr));
        assert!(files(&temporary).is_empty(), "{:?}", files(&temporary));
    }
}

#[test]
fn flags_come_before_the_environment_and_that_before_the_file() {
    let room = Room::new();
    let config = room.write("tidewaiter.toml", "# ours\nstale-after = 7\nmin-strength = \"strong\"\n");
    let options = |args: &[&str], environment: Option<&str>| -> Value {
        let mut command = command(&[&["scan", SAMPLE, "--format", "json"], args].concat());
        if let Some(days) = environment {
            command.env("TIDEWAITER_STALE_AFTER", days);
        }
        json(&command.output().unwrap().stdout)["run"].clone()
    };
    let stale = |args: &[&str], environment| options(args, environment)["options"]["stale_after_days"].clone();
    assert_eq!(stale(&[], None), 30);
    assert_eq!(stale(&["--config", &config], None), 7);
    assert_eq!(stale(&["--config", &config], Some("8")), 8);
    assert_eq!(stale(&["--config", &config, "--stale-after", "9"], Some("8")), 9);
    let run = options(&["--config", &config], None);
    assert_eq!(run["options"]["min_strength"], "strong");
    assert_eq!(run["config"]["sha256"].as_str().unwrap().len(), 64);
    assert!(options(&[], None).get("config").is_none());
    let mut show = command(&["config", "show", "--origin", "--config", &config]);
    let shown = text(&show.env("TIDEWAITER_JOBS", "3").output().unwrap().stdout);
    assert!(shown.contains("tidewaiter.toml:2"), "{shown}");
    assert!(shown.lines().any(|l| l.starts_with("jobs") && l.ends_with("TIDEWAITER_JOBS")), "{shown}");
    assert!(shown.lines().any(|l| l.starts_with("policy") && l.ends_with("default")), "{shown}");
}

#[test]
fn a_configuration_inside_the_evidence_is_never_read() {
    let room = Room::new();
    let evidence = room.0.path().join("evidence");
    copy_tree(&project().join(SAMPLE), &evidence);
    let planted = evidence.join("tidewaiter.toml");
    fs::write(&planted, "min-strength = \"definitive\"\n").unwrap();
    let named = run(&["scan", &evidence.display().to_string(), "--config", &planted.display().to_string()]);
    assert_eq!(status(&named), 2);
    assert!(text(&named.stderr).contains("evidence, not configuration"));
    // Run from inside the evidence, which is where it would be found.
    let output = command(&["scan", ".", "--format", "json"]).current_dir(&evidence).output().unwrap();
    assert_eq!(json(&output.stdout)["run"]["options"]["min_strength"], "probable");
    let output = command(&["scan", "android", "--format", "json"]).current_dir(&evidence).output().unwrap();
    assert_eq!(json(&output.stdout)["run"]["options"]["min_strength"], "definitive", "beside a PATH it is read");
}

#[test]
fn what_must_be_decided_in_each_run_is_taken_from_flags_alone() {
    let room = Room::new();
    for (name, line) in [
        ("a", "exit-zero = true"),
        ("b", "waivers = \"w.toml\""),
        ("c", "assume-full-lists = true"),
        ("d", "colour = 1"),
    ] {
        let config = room.write(&format!("{name}.toml"), &format!("jobs = 2\n{line}\n"));
        let output = run(&["scan", SAMPLE, "--config", &config]);
        assert_eq!(status(&output), 2, "{line}");
        assert!(text(&output.stderr).contains(&format!("{name}.toml:2:")), "{}", text(&output.stderr));
    }
    for name in ["TIDEWAITER_EXIT_ZERO", "TIDEWAITER_ASSUME_FULL_LISTS", "TIDEWAITER_WAIVERS"] {
        let output = command(&["scan", SAMPLE]).env(name, "1").output().unwrap();
        assert_eq!(status(&output), 2, "{name}");
    }
    let wrong = room.write("e.toml", "stale-after = \"soon\"\n");
    assert_eq!(status(&run(&["scan", SAMPLE, "--config", &wrong])), 2);
}
