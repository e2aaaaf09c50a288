//! Every fixture: its report, its prefixes, its independence of threads.
//!
//! `UPDATE=1 cargo test conformance` writes `expected.json` anew; what it
//! writes is to be read before it is committed.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use tidewaiter::artifact::mdm::{Mapping, Mappings};
use tidewaiter::limits::Limits;
use tidewaiter::matching::Strength;
use tidewaiter::model::Timestamp;
use tidewaiter::report::v1;
use tidewaiter::scan::Options;

use crate::support::{copy_tree, exit, files, options, project, scan, scan_with};

struct Case {
    folder: PathBuf,
    name: String,
    options: Options,
}

fn cases() -> Vec<Case> {
    let root = project().join("fixtures");
    let mut out = Vec::new();
    for file in files(&root).into_iter().filter(|f| f.ends_with("case.toml")) {
        let folder = file.parent().unwrap().to_path_buf();
        if !folder.join("input").is_dir() {
            continue;
        }
        let text = fs::read_to_string(&file).unwrap();
        let table: toml::Table = text.parse().unwrap_or_else(|e| panic!("{}: {e}", file.display()));
        let name = folder.strip_prefix(&root).unwrap().display().to_string();
        out.push(Case { options: case_options(&table, &folder), folder, name });
    }
    assert!(out.len() >= 30, "only {} fixtures were found", out.len());
    out
}

fn case_options(table: &toml::Table, folder: &Path) -> Options {
    let mut out = options();
    let Some(given) = table.get("scan").and_then(|s| s.as_table()) else { return out };
    for (key, value) in given {
        match key.as_str() {
            "policies" => {
                let ids = value.as_array().unwrap();
                out.policies = ids.iter().map(|v| v.as_str().unwrap().to_owned()).collect();
            }
            "map" => {
                let read = |file: &str| {
                    let text = fs::read_to_string(folder.join(file)).unwrap();
                    Mapping::read(file, &text).unwrap_or_else(|e| panic!("{e}"))
                };
                let files = value.as_array().unwrap().iter();
                out.mappings = Mappings::new(files.map(|v| read(v.as_str().unwrap())).collect());
            }
            "assume-full-lists" => out.assume_full_lists = value.as_bool().unwrap(),
            "as-of" => out.as_of = Timestamp::parse(value.as_str().unwrap()).unwrap(),
            "stale-after" => out.stale_after_days = u32::try_from(value.as_integer().unwrap()).unwrap(),
            "max-age" => out.max_age_days = Some(u32::try_from(value.as_integer().unwrap()).unwrap()),
            "min-strength" => {
                out.min_strength = match value.as_str().unwrap() {
                    "strong" => Strength::Strong,
                    "definitive" => Strength::Definitive,
                    _ => Strength::Probable,
                }
            }
            other => panic!("unknown scan option `{other}`"),
        }
    }
    out
}

/// What a fixture asserts: everything that decides, without times of files and
/// without texts that may be worded better.
fn projection(report: &v1::Report, folder: &Path) -> Value {
    let base = format!("{}/", folder.display());
    let strip = |text: &str| text.replace(&base, "");
    let devices: Vec<Value> = report.devices.iter().map(|d| device(d, &strip)).collect();
    let evidence: Vec<Value> = report
        .evidence
        .iter()
        .map(|e| json!({"locator": strip(&e.locator), "kind": e.kind, "status": e.status}))
        .collect();
    let diagnostics: Vec<Value> = report
        .diagnostics
        .iter()
        .map(|d| {
            let locator = d.locator.as_deref().map(&strip);
            json!({"severity": d.severity, "code": d.code, "locator": locator, "count": d.count})
        })
        .collect();
    json!({
        "exit_status": report.run.exit_status,
        "summary": report.summary,
        "devices": devices,
        "evidence": evidence,
        "diagnostics": diagnostics,
    })
}

fn device(d: &v1::Device, strip: &dyn Fn(&str) -> String) -> Value {
    let coverage: Vec<Value> = d
        .coverage
        .iter()
        .map(|c| {
            json!({
                "scope": c.scope, "users": c.users, "completeness": c.completeness, "basis": c.basis,
                "entries": c.entries, "as_of": c.as_of, "artifact": c.artifact, "locator": strip(&c.locator),
            })
        })
        .collect();
    let findings: Vec<Value> = d
        .findings
        .iter()
        .map(|f| {
            let locators: Vec<String> = f.provenance.iter().map(|p| strip(&p.locator)).collect();
            json!({
                "code": f.code, "app": f.app, "relation": f.relation, "state": f.state, "strength": f.strength,
                "identifier": f.identifier, "version": f.version, "users": f.users, "signer": f.signer.status,
                "locators": locators,
            })
        })
        .collect();
    json!({
        "key": strip(&d.key), "record": d.record, "platform": d.platform, "identity": d.identity,
        "verdict": d.verdict, "verdict_reasons": d.verdict_reasons, "users": d.users,
        "apps_observed": d.apps_observed, "coverage": coverage, "findings": findings,
    })
}

#[test]
fn every_fixture_gives_its_expected_report() {
    let update = std::env::var_os("UPDATE").is_some();
    let mut wrong = Vec::new();
    for case in cases() {
        let report = scan(&[&case.folder.join("input")], &case.options);
        let got = serde_json::to_string_pretty(&projection(&report, &case.folder)).unwrap() + "\n";
        let expected = case.folder.join("expected.json");
        if update {
            fs::write(&expected, &got).unwrap();
            continue;
        }
        let want = fs::read_to_string(&expected).unwrap_or_default();
        if got != want {
            let line = got.lines().zip(want.lines()).position(|(a, b)| a != b).unwrap_or_default();
            let (a, b) = (got.lines().nth(line).unwrap_or("(end)"), want.lines().nth(line).unwrap_or("(end)"));
            wrong.push(format!("{} line {}:\n  got  {a}\n  want {b}", case.name, line + 1));
        }
    }
    assert!(wrong.is_empty(), "{} fixtures differ:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn reports_do_not_depend_on_the_number_of_threads() {
    for case in cases() {
        let input = case.folder.join("input");
        let one = scan_with(&[&input], &case.options, Limits::default(), 1);
        let four = scan_with(&[&input], &case.options, Limits::default(), 4);
        assert_eq!(serde_json::to_string(&one).unwrap(), serde_json::to_string(&four).unwrap(), "{}", case.name);
    }
}

/// Cut points of a file: every one of a small file, some of a larger; fewer
/// where the case itself is damaged, for most of these files show no more.
fn cuts(len: usize, case: &str) -> Vec<usize> {
    let places = if case.ends_with("-cut") || case.ends_with("-hostile") { 10 } else { 32 };
    match len {
        0..=64 => (0..len).collect(),
        _ => (0..places).map(|i| len * i / places).chain([len - 2, len - 1]).collect(),
    }
}

/// Nothing but line ends, blanks or padding was lost.
fn loses_nothing(lost: &[u8]) -> bool {
    lost.iter().all(|b| b.is_ascii_whitespace() || *b == 0)
}

/// Plain text beside the evidence may lose bytes unnoticed; so may a file that
/// is encrypted as a whole, which no coverage rests on.
fn may_lose_bytes(whole: &v1::Report, file: &Path) -> bool {
    let name = file.file_name().unwrap_or_default();
    let named = |locator: &str| Path::new(locator).file_name() == Some(name);
    whole.evidence.iter().any(|e| e.status == "skipped" && named(&e.locator))
        || whole.diagnostics.iter().any(|d| d.code == "encrypted-file" && d.locator.as_deref().is_some_and(named))
}

/// A complete list stays one whatever became of the rest of the device tree. A
/// sign that only a lost secondary file showed is lost with it: then an error
/// names that file, and no complete list is from it.
fn told_and_not_rested_on(part: &v1::Report, file: &Path) -> bool {
    // A locator may go on to a place in the file.
    let whole = |locator: &str| locator.split('#').next().unwrap_or_default().to_owned();
    let is_file = |locator: &str| file.ends_with(whole(locator)) || Path::new(&whole(locator)) == file;
    let told = part.diagnostics.iter().any(|d| d.severity == "error" && d.locator.as_deref().is_some_and(is_file));
    let mut complete = part.devices.iter().flat_map(|d| &d.coverage).filter(|c| c.completeness == "complete");
    told && !complete.any(|c| is_file(&c.locator))
}

/// Scans the case with each of its files cut; how many scans.
fn cut_every_file(case: &Case) -> usize {
    let mut scans = 0;
    let input = case.folder.join("input");
    let whole = scan(&[&input], &case.options);
    let clear = |r: &v1::Report| r.devices.iter().filter(|d| d.verdict == "clear").count();
    let room = tempfile::tempdir().unwrap();
    let copy = room.path().join("input");
    copy_tree(&input, &copy);
    for file in files(&copy) {
        let bytes = fs::read(&file).unwrap();
        if bytes.len() > 64 << 10 {
            continue;
        }
        for cut in cuts(bytes.len(), &case.name) {
            if loses_nothing(&bytes[cut..]) {
                continue;
            }
            fs::write(&file, &bytes[..cut]).unwrap();
            let part = scan(&[&copy], &case.options);
            scans += 1;
            let at = format!("{}: {} cut at {cut} of {}", case.name, file.display(), bytes.len());
            let milder = clear(&part) > clear(&whole);
            assert!(!milder || told_and_not_rested_on(&part, &file), "{at}: a device became clear");
            assert!(exit(&part) != 0 || may_lose_bytes(&whole, &file), "{at}: exit 0");
        }
        fs::write(&file, &bytes).unwrap();
    }
    scans
}

#[test]
fn a_cut_file_never_makes_a_device_clear_nor_the_run_succeed() {
    let cases = cases();
    let next = AtomicUsize::new(0);
    let some = || {
        let mut scans = 0;
        while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
            scans += cut_every_file(case);
        }
        scans
    };
    let threads = std::thread::available_parallelism().map_or(1, |n| n.get());
    let scans: usize = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(some)).collect();
        workers.into_iter().map(|w| w.join().unwrap()).sum()
    });
    assert!(scans > 500, "only {scans} prefixes were scanned");
}
