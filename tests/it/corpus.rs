//! Real evidence with known outcomes, where it lies beside the project.

use tidewaiter::limits::Limits;

use crate::support::{options, scan, scan_with, shared};

/// Prints that it was skipped; never passes silently.
fn corpus(part: &str) -> Option<std::path::PathBuf> {
    let Some(shared) = shared() else {
        eprintln!("skipped: there is no ../shared/corpus");
        return None;
    };
    let path = shared.join(part);
    assert!(path.exists(), "the corpus is there, but {part} is not");
    Some(path)
}

#[test]
fn the_real_ios_backup_names_its_six_apps_and_is_dated() {
    let Some(path) = corpus("ios/mvt-project+mvt/tests/artifacts/ios_backup") else { return };
    let report = scan(&[&path], &options());
    assert_eq!(report.devices.len(), 1);
    let device = &report.devices[0];
    assert_eq!(device.identity.serial.as_deref(), Some("F1234567890"));
    let complete: Vec<_> = device.coverage.iter().filter(|c| c.completeness == "complete").collect();
    assert_eq!((complete.len(), complete[0].entries), (1, 6), "{:?}", device.coverage);
    assert_eq!(complete[0].as_of.as_deref(), Some("2021-12-03T19:33:13Z"));
    assert!(device.findings.is_empty(), "{:?}", device.findings);
    assert_eq!(device.verdict, "clear", "{:?}", device.verdict_reasons);
}

#[test]
fn the_encrypted_copy_gives_the_same_without_a_password() {
    let Some(path) = corpus("ios/derived/mvt-ios14.3-encrypted-pw-test1234") else { return };
    let report = scan(&[&path], &options());
    assert_eq!(report.devices.len(), 1);
    let device = &report.devices[0];
    assert_eq!((device.verdict.as_str(), device.apps_observed >= 6), ("clear", true), "{device:?}");
}

#[test]
fn the_whole_corpus_is_walked_without_a_false_clear() {
    let Some(root) = corpus("") else { return };
    let mut items = 0;
    let mut clear = Vec::new();
    for area in ["ios", "android", "mdm", "audit"] {
        let report = scan_with(&[&root.join(area)], &options(), Limits::default(), 2);
        items += report.evidence.len();
        clear.extend(report.devices.iter().filter(|d| d.verdict == "clear").map(|d| d.key.clone()));
        eprintln!("{area}: {} items, {:?}", report.evidence.len(), report.summary);
    }
    assert!(items > 150, "only {items} items were seen");
    // One real device, in two backups; nothing else in the corpus proves absence.
    assert_eq!(clear, ["ios:serial:F1234567890"], "clear without proof?");
}
