//! Scans in-process and reads the report back.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use tidewaiter::artifact::Retain;
use tidewaiter::limits::Limits;
use tidewaiter::model::Timestamp;
use tidewaiter::report::{RENDERERS, Renderer, Style, v1};
use tidewaiter::scan::{Input, Judged, Options, Reading, Silent, read, write_report};
use tidewaiter::signature::SignatureSet;

pub fn project() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// A fixed clock, so that ages and reports do not change from day to day.
pub fn options() -> Options {
    let mut options = Options::at(Timestamp::parse("2026-11-21T12:00:00Z").unwrap());
    options.fixed_clock = true;
    options
}

/// Parsed once for all tests.
pub fn signatures() -> &'static SignatureSet {
    static SET: OnceLock<SignatureSet> = OnceLock::new();
    SET.get_or_init(|| SignatureSet::builtin().unwrap())
}

pub fn scan(paths: &[&Path], options: &Options) -> v1::Report {
    scan_with(paths, options, Limits::default(), 2)
}

pub fn scan_with(paths: &[&Path], options: &Options, limits: Limits, jobs: usize) -> v1::Report {
    let bytes = render(paths, options, limits, jobs, "json");
    serde_json::from_slice(&bytes).unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&bytes)))
}

pub fn render(paths: &[&Path], options: &Options, limits: Limits, jobs: usize, format: &str) -> Vec<u8> {
    let set = signatures();
    let judged = Judged::new(set, options).unwrap();
    let inputs: Vec<Input> = paths.iter().map(|p| Input::Path(p.to_path_buf())).collect();
    let (cancel, mappings) = (Arc::default(), options.mappings);
    let reading = Reading { retain: Retain::Relevant(set), mappings, limits, jobs, cancel, observer: &Silent };
    let gathered = read(&inputs, &reading);
    let mut out = Vec::new();
    {
        let format = RENDERERS.iter().find(|f| f.id == format).unwrap();
        let renderer: Box<dyn Renderer> = (format.make)(Style { width: 80, ..Style::default() });
        write_report(gathered, &judged, &mut [(renderer, Box::new(&mut out))]).unwrap();
    }
    out
}

/// A report rendered again.
pub fn rendered(report: &v1::Report, format: &str, style: Style) -> Vec<u8> {
    let format = RENDERERS.iter().find(|f| f.id == format).unwrap();
    let mut renderer = (format.make)(style);
    let mut out = Vec::new();
    renderer.begin(&report.run, &mut out).unwrap();
    for device in &report.devices {
        renderer.device(device, &mut out).unwrap();
    }
    for item in &report.evidence {
        renderer.evidence(item, &mut out).unwrap();
    }
    for message in &report.diagnostics {
        renderer.diagnostic(message, &mut out).unwrap();
    }
    renderer.end(&report.run, &report.summary, &mut out).unwrap();
    out
}

/// The report of the sample evidence, and names that mean harm in it.
pub fn sample() -> v1::Report {
    scan(&[&project().join("fixtures/sample-evidence")], &options())
}

/// Names that mean harm to a terminal, a spreadsheet or a browser.
pub const HOSTILE: [&str; 12] = [
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "\"><svg onload=alert(1)>",
    "</noscript><iframe src=\"https://example.org\"></iframe>",
    "=cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd",
    "\t=1+1",
    "\r\n=HYPERLINK(\"https://example.org\")",
    "＝1+1",
    "\u{1b}[2J\u{7}\u{0}bell",
    "abc\u{202e}gpj.exe\u{2066}\u{200b}\u{feff}",
    "a%00b%E2%80%AE!/#",
];

/// A report in which every value that evidence gives is hostile, one name of
/// 10,000 characters among them.
pub fn hostile_report() -> v1::Report {
    let mut report = sample();
    let long = "x".repeat(10_000);
    let names: Vec<&str> = HOSTILE.iter().copied().chain([long.as_str()]).collect();
    let mut next = 0;
    let mut name = || {
        next += 1;
        names[next % names.len()].to_owned()
    };
    for (n, device) in report.devices.iter_mut().enumerate() {
        device.key = format!("{n}{}", name());
        device.identity.name = Some(name());
        device.identity.primary_user = Some(name());
        device.identity.model = Some(name());
        device.identity.serial = Some(name());
        device.identity.other_ids = vec![name(), name()];
        for list in &mut device.coverage {
            (list.locator, list.note) = (name(), Some(name()));
        }
        for finding in &mut device.findings {
            (finding.app_name, finding.display_name) = (name(), Some(name()));
            (finding.version, finding.installer) = (Some(name()), Some(name()));
            finding.identifier.value = name();
            finding.reasons.iter_mut().for_each(|r| r.value = name());
            finding.provenance.iter_mut().for_each(|p| p.locator = name());
        }
    }
    for item in &mut report.evidence {
        (item.locator, item.kind) = (name(), name().into());
        item.consulted.iter_mut().for_each(|c| c.locator = name());
    }
    for message in &mut report.diagnostics {
        (message.message, message.locator) = (name(), Some(name()));
    }
    report
}

/// Files below a folder, sorted.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut out = Vec::new();
    let mut todo = vec![folder.to_path_buf()];
    while let Some(at) = todo.pop() {
        for entry in std::fs::read_dir(&at).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                todo.push(path);
            } else {
                out.push(path);
            }
        }
    }
    out.sort();
    out
}

pub fn copy_tree(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_tree(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// The corpus beside the project, where there is one.
pub fn shared() -> Option<PathBuf> {
    let shared = project().join("../shared/corpus");
    shared.is_dir().then_some(shared)
}

/// The exit status a report bears.
pub fn exit(report: &v1::Report) -> u8 {
    report.run.exit_status.unwrap()
}
