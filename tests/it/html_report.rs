//! The HTML page of real and hostile reports, taken apart without a browser;
//! `tests/browser` opens it in one.

use serde_json::{Value, json};
use tidewaiter::report::{Style, v1};

use crate::support::{hostile_report, rendered, sample};

fn page(report: &v1::Report) -> String {
    String::from_utf8(rendered(report, "html", Style::default())).unwrap()
}

/// What the data blocks of one part hold, opened as the page's script does.
fn data(page: &str, part: &str) -> Vec<Value> {
    let start = format!("<script type=\"application/json\" data-part=\"{part}\"");
    let blocks = page.split(&start).skip(1).map(|rest| {
        let from = rest.find('>').unwrap() + 1;
        serde_json::from_str::<Value>(&rest[from..rest.find("</script>").unwrap()]).unwrap()
    });
    blocks.flat_map(|pack| pack["v"].as_array().unwrap().iter().map(|v| open(&pack, v)).collect::<Vec<_>>()).collect()
}

fn open(pack: &Value, value: &Value) -> Value {
    let text = |at: &Value| pack["s"][at.as_u64().unwrap() as usize].clone();
    match value {
        Value::Number(n) if n.as_i64().unwrap() < 0 => json!(-1 - n.as_i64().unwrap()),
        Value::Number(_) => text(value),
        Value::Array(items) if items[0] == 0 => items[1..].iter().map(|v| open(pack, v)).collect(),
        Value::Array(items) => {
            let keys = pack["k"][items[0].as_u64().unwrap() as usize - 1].as_array().unwrap();
            let pairs = keys.iter().zip(&items[1..]);
            pairs.map(|(k, v)| (text(k).as_str().unwrap().to_owned(), open(pack, v))).collect()
        }
        other => other.clone(),
    }
}

#[test]
fn the_page_holds_every_device_and_item_whole() {
    for report in [sample(), hostile_report()] {
        let page = page(&report);
        let devices: Vec<Value> = report.devices.iter().map(|d| serde_json::to_value(d).unwrap()).collect();
        assert_eq!(data(&page, "device-details"), devices);
        let evidence: Vec<Value> = report.evidence.iter().map(|e| serde_json::to_value(e).unwrap()).collect();
        assert_eq!(data(&page, "evidence-details"), evidence);
        assert_eq!(data(&page, "device-rows").len(), devices.len());
        assert_eq!(data(&page, "diagnostic-rows").len(), report.diagnostics.len());
    }
}

#[test]
fn hostile_names_stay_text() {
    let page = page(&hostile_report());
    assert!(
        !page
            .chars()
            .any(|c| (c.is_control() && c != '\n') || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'))
    );
    for markup in ["<img", "<iframe", "<svg onload", "<script>alert"] {
        assert!(!page.contains(markup), "{markup}");
    }
    let scripts = page.matches("<script").count();
    let blocks = page.matches("<script type=\"application/json\" data-part=\"").count();
    assert_eq!(scripts, blocks + 1, "data blocks and the one script of the page");
    assert_eq!(page.matches("</script").count(), scripts);
    assert_eq!(page.matches("<noscript").count(), page.matches("</noscript").count());
}

#[test]
fn a_reader_without_scripts_sees_verdicts_findings_and_what_was_unread() {
    let report = sample();
    let page = page(&report);
    for device in &report.devices {
        for finding in &device.findings {
            assert!(page.contains(&format!("<bdi>{}</bdi>", finding.identifier.value)), "{}", finding.identifier.value);
        }
    }
    let articles = page.matches("<article class=").count();
    assert_eq!(articles, report.devices.len());
    let unread = report.evidence.iter().filter(|e| e.status != "read").count();
    let listed = page.split("<section id=\"evidence\"").nth(1).unwrap().split("</section>").next().unwrap();
    assert_eq!(listed.matches("\n<p><b>").count(), unread);
    assert!(page.contains("5 of 11 devices") || page.contains(" devices carry prohibited software"));
}

#[test]
fn the_same_report_gives_the_same_page() {
    assert_eq!(page(&sample()), page(&sample()));
}
