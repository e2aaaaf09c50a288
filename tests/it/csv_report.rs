//! CSV, read back by a reader of its own.

use std::collections::BTreeMap;

use tidewaiter::report::{Style, v1};

use crate::support::{HOSTILE, hostile_report, rendered, sample};

type Row = BTreeMap<String, String>;

fn rows(bytes: &[u8]) -> Vec<Row> {
    let mut reader = csv::Reader::from_reader(bytes);
    reader.deserialize().map(|row| row.unwrap()).collect()
}

fn raw(report: &v1::Report) -> Vec<Row> {
    rows(&rendered(report, "csv", Style { csv_raw: true, ..Style::default() }))
}

/// Devices with the findings that have rows, in order.
fn expected(report: &v1::Report) -> Vec<(&v1::Device, Option<&v1::Finding>)> {
    let of = |d| -> Vec<(&v1::Device, Option<&v1::Finding>)> {
        let d: &v1::Device = d;
        if d.findings.is_empty() { vec![(d, None)] } else { d.findings.iter().map(|f| (d, Some(f))).collect() }
    };
    report.devices.iter().flat_map(of).collect()
}

/// Rows that are no device: what was not read whole, and errors.
fn open(report: &v1::Report) -> usize {
    let unread = report.evidence.iter().filter(|e| !matches!(e.status.as_str(), "read" | "skipped"));
    unread.count() + report.diagnostics.iter().filter(|d| d.severity == "error").count()
}

fn assert_same(report: &v1::Report) {
    let rows = raw(report);
    let expected = expected(report);
    assert_eq!(rows.len(), expected.len() + open(report));
    for (row, (device, finding)) in rows.iter().zip(expected) {
        let id = &device.identity;
        let of = |value: &Option<String>| value.clone().unwrap_or_default();
        let mut pairs = vec![
            ("device_key", device.key.clone()),
            ("verdict", device.verdict.to_string()),
            ("verdict_reasons", device.verdict_reasons.join(" ")),
            ("device_name", of(&id.name)),
            ("primary_user", of(&id.primary_user)),
            ("serial", of(&id.serial)),
            ("udid", of(&id.udid)),
            ("imei", id.imei.join(" ")),
            ("lists_as_of", of(&device.as_of)),
            ("apps_observed", device.apps_observed.to_string()),
            ("run_started_at", report.run.started_at.clone()),
            ("code", String::new()),
        ];
        if let Some(f) = finding {
            pairs.pop();
            let first = f.provenance.first().cloned().unwrap_or_default();
            pairs.extend([
                ("code", f.code.to_string()),
                ("app", f.app.clone()),
                ("app_name", f.app_name.clone()),
                ("state", f.state.to_string()),
                ("strength", f.strength.to_string()),
                ("identifier", f.identifier.value.clone()),
                ("display_name", of(&f.display_name)),
                ("app_version", of(&f.version)),
                ("evidence_locator", first.locator),
                ("evidence_sha256", of(&first.sha256)),
            ]);
        }
        for (column, value) in pairs {
            assert_eq!(row[column], value, "{column} of {}", device.key);
        }
        for caveat in &device.does_not_prove {
            assert!(row["does_not_prove"].contains(caveat.as_str()), "{caveat}");
        }
    }
}

#[test]
fn raw_csv_holds_the_values_of_the_report() {
    let report = sample();
    assert!(
        report.devices.iter().any(|d| d.findings.len() > 1) && report.devices.iter().any(|d| d.findings.is_empty())
    );
    assert_same(&report);
    assert_same(&hostile_report());
}

#[test]
fn a_run_with_unread_evidence_never_looks_clean() {
    let report = sample();
    assert!(open(&report) > 2);
    let rows = raw(&report);
    let of = |record: &str| rows.iter().filter(|r| r["record"] == record).collect::<Vec<_>>();
    for item in report.evidence.iter().filter(|e| !matches!(e.status.as_str(), "read" | "skipped")) {
        let row = of("evidence").into_iter().find(|r| r["evidence_locator"] == item.locator).unwrap();
        assert_eq!(row["verdict"], "inconclusive");
        assert_eq!(row["verdict_reasons"], format!("evidence-{}", item.status));
        assert_eq!(row["device_key"], "");
    }
    for message in report.diagnostics.iter().filter(|d| d.severity == "error") {
        assert!(of("diagnostic").iter().any(|r| r["does_not_prove"] == message.message));
    }
    assert_eq!(
        of("device").iter().map(|r| &r["device_key"]).collect::<std::collections::BTreeSet<_>>().len(),
        report.summary.devices as usize
    );
}

#[test]
fn no_cell_is_a_formula_whatever_the_names_are() {
    let report = hostile_report();
    let bytes = rendered(&report, "csv", Style::default());
    let rows = rows(&bytes);
    assert_eq!(rows.len(), expected(&report).len() + open(&report));
    let mut guarded = 0;
    for cell in rows.iter().flat_map(BTreeMap::values) {
        assert!(
            !cell.starts_with(['=', '+', '-', '@', '|', '＝', '＋', '－', '＠', '\t', '\r', '\n', ' ']),
            "{cell:?}"
        );
        assert!(
            !cell.chars().any(|c| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'))
        );
        guarded += usize::from(cell.starts_with('\''));
    }
    assert!(guarded > HOSTILE.len(), "{guarded}");
    // One physical line a row: nothing hostile breaks lines.
    let text = String::from_utf8(bytes).unwrap();
    assert_eq!(text.matches('\n').count(), rows.len() + 1);
    assert_eq!(text.matches("\r\n").count(), rows.len() + 1);
}

#[test]
fn long_numbers_keep_their_digits() {
    let mut report = sample();
    report.devices[0].identity.imei = vec!["356938035643809".to_owned()];
    report.devices[0].identity.serial = Some("0012345678".to_owned());
    let first = |style| rows(&rendered(&report, "csv", style)).remove(0);
    let guarded = first(Style::default());
    assert_eq!((guarded["imei"].as_str(), guarded["serial"].as_str()), ("'356938035643809", "'0012345678"));
    let raw = first(Style { csv_raw: true, ..Style::default() });
    assert_eq!((raw["imei"].as_str(), raw["serial"].as_str()), ("356938035643809", "0012345678"));
}

#[test]
fn the_byte_order_mark_comes_only_when_asked_for() {
    let report = sample();
    assert!(rendered(&report, "csv", Style::default()).starts_with(b"\"device_key\""));
    let marked = rendered(&report, "csv", Style { csv_bom: true, ..Style::default() });
    assert!(marked.starts_with(b"\xef\xbb\xbf\"device_key\""));
}
