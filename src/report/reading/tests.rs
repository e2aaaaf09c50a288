//! What is read is what was written; what is missing or unknown is said.

use super::*;
use crate::report::sample::{device, file, parse, prohibited, report, run};
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
