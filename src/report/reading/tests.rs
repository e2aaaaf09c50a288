//! What is read is what was written; what is missing or unknown is said.

use super::*;
use crate::report::sample::{device, file, finding, parse, prohibited, report, run};
use crate::report::{Output, RENDERERS, Style, Writer};

fn render(bytes: &[u8], format: &str) -> Result<(Vec<u8>, u8), ReadError> {
    let file = file(bytes);
    let saved = Saved::open(file.path())?;
    let mut out = Vec::new();
    let status = {
        let format = RENDERERS.iter().find(|f| f.id == format).unwrap();
        let style = Style { width: 80, ..Style::default() };
        let mut outputs: Vec<Output<'_>> = vec![((format.make)(style), Box::new(&mut out))];
        let mut writer = Writer::begin(&mut outputs, &saved.begun()).unwrap();
        let ending = saved.read(&mut |part| writer.part(&part))?;
        writer.end(ending.run, ending.summary).unwrap()
    };
    Ok((out, status))
}

fn both() -> [v1::Device; 2] {
    [device("AAAAAA1"), prohibited("BBBBBB2")]
}

#[test]
fn a_report_goes_through_every_format_and_back_unchanged() {
    let json = report(&run(), &both(), "json");
    let ndjson = report(&run(), &both(), "ndjson");
    assert_eq!(String::from_utf8(render(&json, "json").unwrap().0), String::from_utf8(json.clone()));
    assert_eq!(String::from_utf8(render(&json, "ndjson").unwrap().0), String::from_utf8(ndjson.clone()));
    assert_eq!(String::from_utf8(render(&ndjson, "json").unwrap().0), String::from_utf8(json.clone()));
    assert_eq!(render(&ndjson, "table").unwrap(), render(&json, "table").unwrap());
    assert_eq!(render(&ndjson, "json").unwrap().1, 1);
}

#[test]
fn members_may_stand_in_any_order() {
    let json = report(&run(), &both(), "json");
    let value: serde_json::Value = serde_json::from_slice(&json).unwrap();
    // Sorted by name, indented, with members of a later version.
    let mut turned = value;
    turned["a_new_member"] = serde_json::json!({"devices": [1, 2]});
    turned["devices"][0]["a_new_member"] = "x".into();
    let text = serde_json::to_string_pretty(&turned).unwrap();
    let (out, status) = render(text.as_bytes(), "json").unwrap();
    assert_eq!((parse(&out).devices, status), (parse(&json).devices, 1));
}

#[test]
fn a_report_without_its_last_line_says_that_it_was_interrupted() {
    let ndjson = String::from_utf8(report(&run(), &[device("AAAAAA1")], "ndjson")).unwrap();
    let lines: Vec<&str> = ndjson.lines().collect();
    for (kept, half) in [(lines.len() - 1, ""), (2, ""), (1, ""), (1, "{\"kind\":\"device\",\"key\":\"andr")] {
        let text = format!("{}\n{half}", lines[..kept].join("\n"));
        let (out, status) = render(text.as_bytes(), "json").unwrap();
        let read = parse(&out);
        assert_eq!(read.run.complete, Some(false));
        assert!(read.diagnostics.iter().any(|d| d.code == "interrupted"), "{kept}");
        assert_ne!(status, 0, "{kept}");
        let table = String::from_utf8(render(text.as_bytes(), "table").unwrap().0).unwrap();
        assert!(table.contains("not completed"), "{table}");
    }
    assert_eq!(render(ndjson.as_bytes(), "json").unwrap().1, 0);
}

#[test]
fn no_prefix_of_a_report_says_more_than_the_whole() {
    for format in ["json", "ndjson"] {
        let whole = report(&run(), &[device("AAAAAA1")], format);
        for end in 0..whole.trim_ascii_end().len() {
            if let Ok((out, status)) = render(&whole[..end], "json") {
                assert_ne!(status, 0, "{format} cut at {end}");
                assert_eq!(parse(&out).run.complete, Some(false), "{format} cut at {end}");
            }
        }
    }
}

#[test]
fn a_newer_major_and_other_files_are_refused_and_a_newer_minor_is_not() {
    for format in ["json", "ndjson"] {
        let text = String::from_utf8(report(&run(), &both(), format)).unwrap();
        let newer = text.replace("\"1.0.0\"", "\"2.0.0\"");
        assert!(matches!(render(newer.as_bytes(), "json"), Err(ReadError::Newer { .. })), "{format}");
        let minor = text.replace("\"1.0.0\"", "\"1.7.0\"");
        assert!(render(minor.as_bytes(), "json").is_ok(), "{format}");
        let other = text.replace("tidewaiter.report", "tidewaiter.inventory");
        assert!(matches!(render(other.as_bytes(), "json"), Err(ReadError::NotAReport(_))), "{format}");
    }
    for no_report in [&b""[..], b"serial,app\n1,2\n", b"{}", b"{\"kind\":\"device\"}\n", b"[1]"] {
        assert!(render(no_report, "json").is_err(), "{}", String::from_utf8_lossy(no_report));
    }
}

#[test]
fn words_nobody_knows_are_never_good_news() {
    let text = String::from_utf8(report(&run(), &[device("AAAAAA1")], "ndjson")).unwrap();
    for (known, strange) in [
        ("\"verdict\":\"clear\",\"verdict_reasons\"", "\"verdict\":\"spotless\",\"verdict_reasons\""),
        ("\"completeness\":\"complete\"", "\"completeness\":\"more-than-complete\""),
        ("\"record\":\"device\"", "\"record\":\"cluster\""),
    ] {
        assert!(text.contains(known), "{known}");
        let (out, _) = render(text.replace(known, strange).as_bytes(), "json").unwrap();
        let read = parse(&out);
        assert_eq!(read.devices[0].verdict, "inconclusive", "{strange}");
        assert!(read.diagnostics.iter().any(|d| d.code == "unknown-value"), "{strange}");
    }
}

#[test]
fn what_is_not_a_line_of_a_report_is_named_with_its_line() {
    let text = String::from_utf8(report(&run(), &both(), "ndjson")).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let with = |at: usize, line: &str| {
        let mut lines = lines.clone();
        lines.insert(at, line);
        lines.join("\n") + "\n"
    };
    let cases = [with(1, "nonsense"), with(3, lines[0]), with(5, lines[1]), with(1, "{\"kind\":\"device\"}")];
    for case in &cases {
        let error = render(case.as_bytes(), "json").expect_err(case);
        assert!(matches!(error, ReadError::Damaged { line, .. } if line > 1), "{error}");
    }
    assert!(render(with(1, "{\"kind\":\"weather\"}").as_bytes(), "json").is_ok(), "a kind of a later version");
}

/// Writes the report again, as somebody would who makes its digest fit.
fn digested_anew(report: &v1::Report, format: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let format = RENDERERS.iter().find(|f| f.id == format).unwrap();
    let mut renderer = (format.make)(Style::default());
    renderer.begin(&begun(&report.run), &mut out).unwrap();
    report.devices.iter().for_each(|d| renderer.device(d, &mut out).unwrap());
    report.evidence.iter().for_each(|e| renderer.evidence(e, &mut out).unwrap());
    renderer.end(&v1::Run { digest: None, ..report.run.clone() }, &report.summary, &mut out).unwrap();
    out
}

fn says(report: &v1::Report, code: &str) -> bool {
    report.diagnostics.iter().any(|d| d.code == code && d.severity == "error")
}

#[test]
fn a_report_that_was_changed_says_so_in_every_format_and_is_never_exit_0() {
    for format in ["json", "ndjson"] {
        let text = String::from_utf8(report(&run(), &[device("AAAAAA1")], format)).unwrap();
        let changed = text.replace("\"entries\":7", "\"entries\":8").replace("AAAAAA1", "AAAAAA2");
        let (out, status) = render(changed.as_bytes(), "json").unwrap();
        assert!(says(&parse(&out), "report-changed"), "{format}");
        assert_eq!((status, parse(&out).run.exit_status), (3, Some(3)), "{format}");
        for shown in ["table", "csv", "html", "ndjson"] {
            let (out, status) = render(changed.as_bytes(), shown).unwrap();
            let out = String::from_utf8(out).unwrap();
            assert!(out.contains("changed after it was written"), "{format} as {shown}: {out}");
            assert_eq!(status, 3);
        }
        // What it was read as can be read again, and still says so.
        assert!(says(&parse(&render(&out, "json").unwrap().0), "report-changed"));
    }
}

#[test]
fn a_verdict_that_its_own_findings_do_not_bear_out_is_taken_anew() {
    let whole = parse(&report(&run(), &[device("AAAAAA1"), prohibited("BBBBBB2")], "json"));
    type Change = fn(&mut v1::Report);
    let changes: [(Change, &str, u8); 5] = [
        (|r| r.devices[1].verdict = "clear".into(), "prohibited", 1),
        (|r| r.devices[1].waived = true, "prohibited", 1),
        (|r| r.devices[1].policies[0].verdict = "clear".into(), "prohibited", 1),
        (
            |r| {
                r.devices[1].findings.clear();
                r.devices[1].coverage.clear();
                r.devices[1].verdict = "clear".into();
            },
            "inconclusive",
            3,
        ),
        (
            |r| {
                r.devices[1].findings = vec![finding("removed", "x.xml", "2026-11-02T00:00:00Z")];
                r.devices[1].verdict = "clear".into();
            },
            "suspect",
            3,
        ),
    ];
    for (n, (change, verdict, exit)) in changes.into_iter().enumerate() {
        let mut tampered = whole.clone();
        change(&mut tampered);
        tampered.summary = v1::Summary { prohibited: 0, clear: 2, waived: 0, ..tampered.summary };
        tampered.run.exit_status = Some(0);
        for format in ["json", "ndjson"] {
            let (out, status) = render(&digested_anew(&tampered, format), "json").unwrap();
            let read = parse(&out);
            assert_eq!((read.devices[1].verdict.as_str(), status), (verdict, exit), "{n} {format}");
            assert!(says(&read, "report-inconsistent") && !says(&read, "report-changed"), "{n} {format}");
            assert_eq!(read.diagnostics[0].device.as_deref(), Some("android:serial:BBBBBB2"));
            assert_eq!((read.summary.clear, read.devices[0].verdict.as_str()), (1, "clear"), "{n} {format}");
        }
    }
}

#[test]
fn counts_and_exit_status_are_those_of_the_devices() {
    let whole = parse(&report(&run(), &[device("AAAAAA1"), prohibited("BBBBBB2")], "json"));
    let mut counts = whole.clone();
    (counts.summary.prohibited, counts.summary.clear) = (0, 2);
    let mut exit = whole.clone();
    exit.run.exit_status = Some(0);
    for tampered in [counts, exit] {
        let (out, status) = render(&digested_anew(&tampered, "json"), "json").unwrap();
        let read = parse(&out);
        assert_eq!((status, &read.summary), (1, &whole.summary));
        assert!(says(&read, "report-inconsistent"));
    }
    // A worse verdict than is borne out is kept: it may rest on what is not shown.
    let mut worse = whole.clone();
    worse.devices[0].verdict = "suspect".into();
    let read = parse(&render(&digested_anew(&worse, "json"), "json").unwrap().0);
    assert_eq!(read.devices[0].verdict, "suspect");
    assert!(read.diagnostics.iter().any(|d| d.code == "report-inconsistent" && d.severity == "warning"));
}

#[test]
fn a_report_cut_off_never_renders_as_clear_in_any_format() {
    let whole = String::from_utf8(report(&run(), &[device("AAAAAA1")], "ndjson")).unwrap();
    let lines: Vec<&str> = whole.lines().collect();
    for kept in 1..lines.len() {
        let cut = lines[..kept].join("\n") + "\n";
        for format in RENDERERS {
            let (out, status) = render(cut.as_bytes(), format.id).unwrap();
            let out = String::from_utf8(out).unwrap();
            assert_ne!(status, 0, "{} of {kept} lines", format.id);
            assert!(out.contains("not completed") || out.contains("\"complete\":false"), "{}: {out}", format.id);
        }
    }
}
