//! What counts as remediated, and what never does.

use super::*;
use crate::report::sample::{device, file, prohibited, report, run};

fn compare(old: &[u8], new: &[u8]) -> (serde_json::Value, u8) {
    let (old, new) = (file(old), file(new));
    let diff = diff(&Saved::open(old.path()).unwrap(), &Saved::open(new.path()).unwrap()).unwrap();
    let mut out = Vec::new();
    let status = write(diff, "json", 80, &mut out).unwrap();
    (serde_json::from_slice(&out).unwrap(), status)
}

fn later() -> v1::Run {
    let mut run = run();
    run.options.insert("as_of".to_owned(), "2026-11-28T00:00:00Z".into());
    run
}

fn clear_on(day: &str) -> v1::Device {
    let mut clear = device("AAAAAA1");
    clear.as_of = Some(format!("{day}T00:00:00Z"));
    clear.coverage[0].as_of.clone_from(&clear.as_of);
    clear
}

fn changes(old: &[v1::Device], new: &[v1::Device]) -> (Vec<String>, u8) {
    let (diff, status) = compare(&report(&run(), old, "json"), &report(&later(), new, "ndjson"));
    let of = |d: &serde_json::Value| d["change"].as_str().unwrap().to_owned();
    (diff["devices"].as_array().unwrap().iter().map(of).collect(), status)
}

#[test]
fn nothing_changed_is_exit_0_and_says_nothing() {
    assert_eq!(
        changes(&[device("AAAAAA1"), prohibited("BBBBBB2")], &[device("AAAAAA1"), prohibited("BBBBBB2")]),
        (vec![], 0)
    );
}

#[test]
fn a_prohibited_app_that_was_not_there_makes_it_worse() {
    assert_eq!(changes(&[device("AAAAAA1")], &[prohibited("AAAAAA1")]), (vec!["newly-prohibited".to_owned()], 1));
    let mut second = prohibited("AAAAAA1");
    let mut other = second.findings[0].clone();
    other.app = "qq-wallet".to_owned();
    second.findings.push(other);
    assert_eq!(changes(&[prohibited("AAAAAA1")], &[second]).1, 1, "one more app on a prohibited device");
    assert_eq!(changes(&[], &[prohibited("AAAAAA1")]), (vec!["new".to_owned()], 1));
    assert_eq!(changes(&[], &[device("AAAAAA1")]), (vec!["new".to_owned()], 0));
}

#[test]
fn remediated_is_clear_newer_and_under_the_same_policies() {
    let was = [prohibited("AAAAAA1")];
    assert_eq!(changes(&was, &[clear_on("2026-11-20")]), (vec!["remediated".to_owned()], 0));
    assert_eq!(changes(&was, &[clear_on("2026-11-01")]).0, ["milder"], "the same list cannot have seen it go");
    let mut timeless = clear_on("2026-11-20");
    timeless.as_of = None;
    assert_eq!(changes(&was, &[timeless]).0, ["milder"]);
    let mut unproved = clear_on("2026-11-20");
    unproved.verdict = "inconclusive".into();
    assert_eq!(changes(&was, &[unproved]).0, ["milder"], "not seen is not gone");
    let mut other = later();
    other.policies[0].sha256 = "00".repeat(32);
    let (diff, status) = compare(&report(&run(), &was, "json"), &report(&other, &[clear_on("2026-11-20")], "json"));
    assert_eq!((diff["devices"][0]["change"].as_str(), status), (Some("milder"), 3));
}

#[test]
fn a_device_that_vanished_is_never_remediated() {
    assert_eq!(changes(&[prohibited("AAAAAA1")], &[]), (vec!["vanished".to_owned()], 3));
    assert_eq!(changes(&[device("AAAAAA1")], &[]), (vec!["vanished".to_owned()], 0));
}

#[test]
fn lost_proof_is_worse() {
    let mut partial = device("AAAAAA1");
    partial.coverage[0].completeness = "partial".into();
    partial.coverage[0].basis = "cut-off".into();
    partial.verdict = "inconclusive".into();
    let (diff, status) = compare(&report(&run(), &[device("AAAAAA1")], "json"), &report(&later(), &[partial], "json"));
    assert_eq!((diff["devices"][0]["change"].as_str(), status), (Some("worse"), 1));
    assert_eq!(diff["devices"][0]["lists_gone"].as_array().unwrap().len(), 1);
}

#[test]
fn a_waiver_that_ends_makes_it_worse_and_one_that_begins_does_not() {
    let mut waived = prohibited("AAAAAA1");
    waived.waived = true;
    waived.findings[0].waiver =
        Some(v1::Waiver { id: "W".to_owned(), expires: "2027-01-31".to_owned(), ..v1::Waiver::default() });
    assert_eq!(changes(std::slice::from_ref(&waived), &[prohibited("AAAAAA1")]).1, 1);
    assert_eq!(changes(&[prohibited("AAAAAA1")], &[waived]), (vec!["milder".to_owned()], 0));
}

#[test]
fn devices_are_followed_by_any_strong_id() {
    let udid = Some("00008110-001234567890123a".to_owned());
    let mut then = prohibited("AAAAAA1");
    then.identity.udid.clone_from(&udid);
    let mut now = clear_on("2026-11-20");
    now.identity = v1::Identity { udid, serial: None, ..now.identity };
    now.key = "android:udid:00008110-001234567890123a".to_owned();
    assert_eq!(changes(&[then], &[now]), (vec!["remediated".to_owned()], 0));
}

#[test]
fn reports_that_do_not_compare_are_exit_3() {
    let whole = report(&run(), &[device("AAAAAA1")], "ndjson");
    let text = String::from_utf8(whole.clone()).unwrap();
    let cut: String = text.lines().take(2).map(|l| format!("{l}\n")).collect();
    assert_eq!(compare(&whole, cut.as_bytes()).1, 3);
    assert_eq!(compare(&report(&later(), &[], "json"), &report(&run(), &[], "json")).1, 3, "turned round");
}

#[test]
fn the_table_says_the_outcome_and_keeps_hostile_names_harmless() {
    let mut hostile = prohibited("AAAAAA1");
    hostile.identity.name = Some("a\x1b[2J\u{202e}b".to_owned());
    let (old, new) = (file(&report(&run(), &[device("AAAAAA1")], "json")), file(&report(&later(), &[hostile], "json")));
    let diff = diff(&Saved::open(old.path()).unwrap(), &Saved::open(new.path()).unwrap()).unwrap();
    let mut out = Vec::new();
    table(diff, 80, &mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    assert!(text.contains("It got worse.") && text.contains("+ WeChat Pay installed com.tencent.mm"), "{text}");
    assert!(!text.contains('\x1b') && !text.contains('\u{202e}'), "{text}");
}

#[test]
fn the_page_runs_and_loads_nothing_and_keeps_hostile_names_inert() {
    let mut hostile = prohibited("AAAAAA1");
    hostile.identity.name = Some("<script>alert(1)</script>\u{202e}\" onload=x".to_owned());
    hostile.findings[0].identifier.value = "<img src=//example.org onerror=x>".to_owned();
    let (old, new) = (file(&report(&run(), &[device("AAAAAA1")], "json")), file(&report(&later(), &[hostile], "json")));
    let diff = diff(&Saved::open(old.path()).unwrap(), &Saved::open(new.path()).unwrap()).unwrap();
    let mut out = Vec::new();
    assert_eq!(write(diff, "html", 80, &mut out).unwrap(), 1);
    let page = String::from_utf8(out).unwrap();
    assert!(page.contains("default-src 'none'") && page.contains("It got worse."), "{page}");
    assert!(!page.contains("<script") && !page.contains("<img") && !page.contains('\u{202e}'), "{page}");
    assert!(!page.contains("http:") && !page.contains("https:"), "{page}");
    assert!(page.trim_end().ends_with("</html>"));
}
