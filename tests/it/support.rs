//! Scans in-process and reads the report back.

use std::path::{Path, PathBuf};
use std::sync::Arc;

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

pub fn scan(paths: &[&Path], options: &Options) -> v1::Report {
    scan_with(paths, options, Limits::default(), 2)
}

pub fn scan_with(paths: &[&Path], options: &Options, limits: Limits, jobs: usize) -> v1::Report {
    let bytes = render(paths, options, limits, jobs, "json");
    serde_json::from_slice(&bytes).unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&bytes)))
}

pub fn render(paths: &[&Path], options: &Options, limits: Limits, jobs: usize, format: &str) -> Vec<u8> {
    let set = SignatureSet::builtin().unwrap();
    let judged = Judged::new(&set, options).unwrap();
    let inputs: Vec<Input> = paths.iter().map(|p| Input::Path(p.to_path_buf())).collect();
    let reading = Reading { retain: Retain::Relevant(&set), limits, jobs, cancel: Arc::default(), observer: &Silent };
    let gathered = read(&inputs, &reading);
    let mut out = Vec::new();
    {
        let format = RENDERERS.iter().find(|f| f.id == format).unwrap();
        let renderer: Box<dyn Renderer> = (format.make)(Style { width: 80, color: false });
        write_report(gathered, &judged, &mut [(renderer, Box::new(&mut out))]).unwrap();
    }
    out
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
