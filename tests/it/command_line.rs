//! The program as a user runs it: exit status, streams, formats, mistakes.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::support::project;

fn tidewaiter(args: &[&str]) -> Output {
    command(args).output().unwrap()
}

fn command(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tidewaiter"));
    command.args(args).current_dir(project()).stdin(Stdio::null());
    command.env("SOURCE_DATE_EPOCH", "1795262400").env_remove("NO_COLOR").env("COLUMNS", "80");
    command
}

fn with_stdin(args: &[&str], input: &[u8]) -> Output {
    let mut child = command(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut pipe = child.stdin.take().unwrap();
    let input = input.to_vec();
    let writer = std::thread::spawn(move || {
        let _ = pipe.write_all(&input);
    });
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    output
}

fn status(output: &Output) -> i32 {
    output.status.code().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

const SAMPLE: &str = "fixtures/sample-evidence";

#[test]
fn the_sample_evidence_shows_all_verdicts_and_names_all_eight_apps() {
    let output = tidewaiter(&["scan", SAMPLE, "--format", "json"]);
    assert_eq!(status(&output), 1, "{}", text(&output.stderr));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    for verdict in ["prohibited", "suspect", "inconclusive", "clear"] {
        assert!(report["summary"][verdict].as_u64().unwrap() > 0, "{verdict}: {}", report["summary"]);
    }
    let mut named: Vec<&str> = Vec::new();
    for device in report["devices"].as_array().unwrap() {
        for finding in device["findings"].as_array().unwrap() {
            named.push(finding["app"].as_str().unwrap());
            assert!(!finding["provenance"].as_array().unwrap().is_empty());
            assert!(!finding["reasons"].as_array().unwrap().is_empty());
        }
    }
    for app in ["alipay", "camscanner", "qq-wallet", "shareit", "tencent-qq", "vmate", "wechat-pay", "wps-office"] {
        assert!(named.contains(&app), "{app} is not named; named are {named:?}");
    }
    assert_eq!(report["run"]["exit_status"], 1);
}

#[test]
fn every_format_has_the_same_exit_status() {
    for format in ["table", "json", "ndjson"] {
        assert_eq!(status(&tidewaiter(&["scan", SAMPLE, "--format", format])), 1, "{format}");
        let quiet = tidewaiter(&["scan", SAMPLE, "--format", format, "--exit-zero"]);
        assert_eq!(status(&quiet), 0, "{format}");
    }
    let quiet = tidewaiter(&["scan", SAMPLE, "--format", "json", "--exit-zero"]);
    let report: Value = serde_json::from_slice(&quiet.stdout).unwrap();
    assert_eq!(report["run"]["exit_status"], 1, "the report keeps the true status");
}

#[test]
fn the_report_fits_its_schema_and_two_runs_give_the_same_bytes() {
    let first = tidewaiter(&["scan", SAMPLE, "--format", "json", "--jobs", "1"]);
    let second = tidewaiter(&["scan", SAMPLE, "--format", "json", "--jobs", "4"]);
    assert_eq!(text(&first.stdout), text(&second.stdout));
    let schema: Value = serde_json::from_str(&tidewaiter::report::schema_json()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let report: Value = serde_json::from_slice(&first.stdout).unwrap();
    let errors: Vec<String> = validator.iter_errors(&report).map(|e| format!("{e} at {}", e.instance_path())).collect();
    assert!(errors.is_empty(), "{}", errors.join("\n"));
    let mut broken = report;
    broken["devices"][0]["verdict"] = "fine".into();
    assert!(!validator.is_valid(&broken), "the schema must be able to fail");
}

#[test]
fn ndjson_tells_its_lines_apart_and_ends_with_the_summary() {
    let output = tidewaiter(&["scan", SAMPLE, "--format", "ndjson"]);
    let lines: Vec<Value> = text(&output.stdout).lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    let kinds: Vec<&str> = lines.iter().map(|l| l["kind"].as_str().unwrap()).collect();
    assert_eq!((kinds[0], *kinds.last().unwrap()), ("run", "summary"));
    assert_eq!(lines[0]["schema"], "tidewaiter.report");
    assert!(lines[0].get("exit_status").is_none() && lines[0].get("finished_at").is_none());
    let rank = |kind: &&str| ["run", "device", "evidence", "diagnostic", "summary"].iter().position(|k| k == kind);
    assert!(kinds.is_sorted_by_key(rank), "{kinds:?}");
    let keys: Vec<&str> = lines.iter().filter(|l| l["kind"] == "device").map(|l| l["key"].as_str().unwrap()).collect();
    assert!(keys.is_sorted(), "{keys:?}");
    assert_eq!(lines.last().unwrap()["devices"].as_u64().unwrap() as usize, keys.len());
}

#[test]
fn the_table_fits_eighty_columns_but_for_locators_and_says_the_outcome_in_one_line() {
    let output = tidewaiter(&["scan", SAMPLE]);
    let table = text(&output.stdout);
    for line in table.lines() {
        let longest = line.split(' ').map(|w| w.chars().count()).max().unwrap_or(0);
        assert!(line.chars().count() <= 80 || longest > 50, "{} columns: {line}", line.chars().count());
        assert!(!line.contains('\x1b'), "no colours in a pipe");
    }
    assert!(table.contains("devices: "), "{table}");
    assert!(output.stderr.is_empty(), "no progress in a pipe: {}", text(&output.stderr));
}

#[test]
fn usage_mistakes_are_exit_2_and_say_what_to_do() {
    for args in [
        &["scan"][..],
        &["scan", SAMPLE, "--format", "pdf"],
        &["scan", SAMPLE, "--format", "json=", "--quiet"],
        &["scan", SAMPLE, "--format", "json", "--format", "ndjson"],
        &["scan", SAMPLE, "--policy", "no-such-policy"],
        &["scan", SAMPLE, "--as-of", "yesterday"],
        &["scan", "-", "-"],
        &["frobnicate"],
        &["signatures", "show", "no-such-app"],
    ] {
        let output = tidewaiter(args);
        assert_eq!(status(&output), 2, "{args:?}");
        assert!(!output.stderr.is_empty() && output.stdout.is_empty(), "{args:?}");
    }
    assert!(text(&tidewaiter(&["scan", SAMPLE, "--policy", "x"]).stderr).contains("policies list"));
}

#[test]
fn a_path_that_does_not_exist_is_exit_4_and_named() {
    let output = tidewaiter(&["scan", "no/such/evidence", "--format", "json"]);
    assert_eq!(status(&output), 4);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["evidence"][0]["status"], "unreadable");
    assert!(text(&tidewaiter(&["scan", "no/such/evidence"]).stdout).contains("no/such/evidence"));
}

#[test]
fn an_unreadable_item_beside_a_good_one_is_never_exit_0() {
    let clear = clear_device();
    assert_eq!(status(&tidewaiter(&["scan", &clear])), 0);
    assert_eq!(status(&tidewaiter(&["scan", &clear, "no/such/evidence"])), 3);
}

/// A fixture whose only device is clear.
fn clear_device() -> String {
    for case in crate::support::files(&project().join("fixtures")) {
        if case.ends_with("expected.json") {
            let expected: Value = serde_json::from_slice(&fs::read(&case).unwrap()).unwrap();
            let plain = fs::read_to_string(case.with_file_name("case.toml")).unwrap();
            if expected["exit_status"] == 0 && !plain.contains("[scan]") {
                return case.with_file_name("input").display().to_string();
            }
        }
    }
    panic!("no fixture is clear");
}

#[test]
fn empty_standard_input_is_exit_4() {
    assert_eq!(status(&with_stdin(&["scan", "-"], b"")), 4);
}

#[test]
fn an_inventory_on_standard_input_is_scanned() {
    let csv = fs::read(find("AppInvRawData", "csv")).unwrap();
    let output = with_stdin(&["scan", "-", "--format", "json"], &csv);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(report["summary"]["devices"].as_u64().unwrap() > 0, "{}", report["summary"]);
}

/// A file of the sample evidence by a part of its name.
fn find(part: &str, extension: &str) -> std::path::PathBuf {
    crate::support::files(&project().join(SAMPLE))
        .into_iter()
        .find(|f| f.to_string_lossy().contains(part) && f.extension().is_some_and(|e| e == extension))
        .unwrap_or_else(|| panic!("no {part}*.{extension} in the sample evidence"))
}

#[test]
fn an_export_that_is_a_login_page_is_named_as_such() {
    let page = b"<!DOCTYPE html>\n<html><head><title>Sign in to your account</title></head><body></body></html>\n";
    let output = with_stdin(&["scan", "-", "--format", "json"], page);
    assert!(matches!(status(&output), 3 | 4));
    assert!(text(&output.stdout).contains("error-answer"), "{}", text(&output.stdout));
}

#[test]
fn output_goes_to_a_file_that_appears_whole_or_not_at_all() {
    let room = tempfile::tempdir().unwrap();
    let file = room.path().join("report.json");
    let format = format!("json={}", file.display());
    let output = tidewaiter(&["scan", SAMPLE, "--format", &format, "--format", "table"]);
    assert_eq!(status(&output), 1);
    assert!(text(&output.stdout).contains("devices: "));
    serde_json::from_slice::<Value>(&fs::read(&file).unwrap()).unwrap();
    assert_eq!(fs::read_dir(room.path()).unwrap().count(), 1, "no temporary file is left");
    let nowhere = format!("json={}", room.path().join("no/such/folder/report.json").display());
    assert_eq!(status(&tidewaiter(&["scan", SAMPLE, "--format", &nowhere])), 4);
    let folder = tidewaiter(&["scan", SAMPLE, "--format", &format!("json={}", room.path().display())]);
    assert_eq!(status(&folder), 4);
    assert!(text(&folder.stderr).contains("is a folder; name a file in it"), "{}", text(&folder.stderr));
}

/// `--format json=/dev/null` as root once made an ordinary file of the null
/// device, and every program on the machine read what others had thrown away.
#[cfg(unix)]
#[test]
fn a_device_or_pipe_named_for_output_is_written_to_and_never_replaced() {
    use std::os::unix::fs::{FileTypeExt as _, symlink};

    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let reader = std::thread::spawn({
        let pipe = pipe.clone();
        move || fs::read(pipe).unwrap()
    });
    let evidence = clear_device();
    let wanted = format!("json={}", pipe.display());
    assert_eq!(status(&tidewaiter(&["scan", &evidence, "--format", &wanted])), 0);
    // A pipe that was replaced would keep its reader waiting for ever.
    assert!(fs::symlink_metadata(&pipe).unwrap().file_type().is_fifo());
    let report: Value = serde_json::from_slice(&reader.join().unwrap()).unwrap();
    assert_eq!(report["devices"].as_array().unwrap().len(), 1);

    // A link stays a link, and the file that it names gets the report.
    let (file, link) = (folder.path().join("report.json"), folder.path().join("latest.json"));
    fs::write(&file, "old").unwrap();
    symlink("report.json", &link).unwrap();
    let wanted = format!("json={}", link.display());
    assert_eq!(status(&tidewaiter(&["scan", &evidence, "--format", &wanted])), 0);
    assert!(fs::symlink_metadata(&link).unwrap().file_type().is_symlink());
    assert!(fs::read_to_string(&file).unwrap().starts_with('{'));

    // Standard output by its name, and nothing left aside.
    let printed = tidewaiter(&["scan", &evidence, "--quiet", "--format", "json=/dev/stdout"]);
    assert_eq!(status(&printed), 0, "{}", text(&printed.stderr));
    assert!(serde_json::from_slice::<Value>(&printed.stdout).is_ok());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3);
}

#[test]
fn identify_knows_packages_bundles_and_store_ids() {
    let output = tidewaiter(&[
        "identify",
        "com.tencent.mm",
        "com.tencent.xin",
        "414478124",
        "com.tencent.mm.fan",
        "--format",
        "json",
    ]);
    assert_eq!(status(&output), 1);
    let items: Value = serde_json::from_slice(&output.stdout).unwrap();
    let kinds: Vec<&str> = items["items"].as_array().unwrap().iter().map(|i| i["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["package-name", "bundle-id", "store-id", "package-name"]);
    let apps = |n: usize| -> Vec<&str> {
        items["items"][n]["matches"].as_array().unwrap().iter().map(|m| m["app"].as_str().unwrap()).collect()
    };
    assert!(apps(0).contains(&"wechat-pay") && apps(1).contains(&"wechat-pay") && apps(2).contains(&"wechat-pay"));
    assert!(apps(3).is_empty());
    assert_eq!(status(&tidewaiter(&["identify", "com.google.Gmail"])), 0);
    assert_eq!(status(&tidewaiter(&["identify", "not an identifier"])), 3);
}

#[test]
fn lists_of_signatures_and_policies_name_the_eight_and_the_order() {
    let apps = text(&tidewaiter(&["signatures", "list"]).stdout);
    for app in ["alipay", "qq-wallet", "wechat-pay", "wps-office"] {
        assert!(apps.contains(app), "{apps}");
    }
    let order = text(&tidewaiter(&["policies", "show", "us-eo-13971"]).stdout);
    for name in ["Alipay", "QQ Wallet", "Tencent QQ", "revoked"] {
        assert!(order.contains(name), "{order}");
    }
    assert!(text(&tidewaiter(&["policies", "list"]).stdout).contains("us-tx-dir"));
    let check = tidewaiter(&["signatures", "check", "signatures"]);
    assert_eq!(status(&check), 0, "{}", text(&check.stdout));
}

#[test]
fn a_broken_signature_is_refused_with_file_and_line() {
    let room = tempfile::tempdir().unwrap();
    fs::create_dir(room.path().join("apps")).unwrap();
    fs::write(room.path().join("apps/x.toml"), "id = \"x\"\nname = 7\n").unwrap();
    let dir = room.path().display().to_string();
    let check = tidewaiter(&["signatures", "check", &dir]);
    assert_eq!(status(&check), 1);
    assert!(text(&check.stdout).contains("x.toml:"), "{}", text(&check.stdout));
    assert_eq!(status(&tidewaiter(&["scan", SAMPLE, "--signatures", &dir])), 4);
}

#[test]
fn nothing_is_written_beside_the_evidence() {
    let room = tempfile::tempdir().unwrap();
    let copy = room.path().join("evidence");
    crate::support::copy_tree(&project().join(SAMPLE), &copy);
    let listing = |at: &Path| -> Vec<(std::path::PathBuf, u64, std::time::SystemTime)> {
        crate::support::files(at)
            .into_iter()
            .map(|f| {
                let meta = fs::metadata(&f).unwrap();
                (f, meta.len(), meta.modified().unwrap())
            })
            .collect()
    };
    let before = listing(&copy);
    tidewaiter(&["scan", &copy.display().to_string()]);
    tidewaiter(&["inventory", &copy.display().to_string()]);
    assert_eq!(listing(&copy), before);
}

#[test]
fn the_inventory_lists_every_app_of_the_sample() {
    let output = tidewaiter(&["inventory", SAMPLE, "--format", "json"]);
    let doc: Value = serde_json::from_slice(&output.stdout).unwrap();
    let apps: usize = doc["devices"].as_array().unwrap().iter().map(|d| d["apps"].as_array().unwrap().len()).sum();
    assert!(apps > 30, "{apps}");
    assert_eq!(status(&output), 3, "the sample holds damaged files");
}

#[test]
fn flags_that_could_have_no_effect_are_refused() {
    for command in [&["inventory", "fixtures/sample-evidence"][..], &["identify", "com.tencent.mm"]] {
        for flag in [&["--group-by", "app"][..], &["--csv-raw"], &["--csv-bom"]] {
            let output = tidewaiter(&[command, flag].concat());
            assert_eq!(status(&output), 2, "{command:?} {flag:?}");
            assert!(text(&output.stderr).contains(flag[0]), "{command:?} {flag:?}");
            assert!(output.stdout.is_empty(), "{command:?} {flag:?}");
        }
    }
}
