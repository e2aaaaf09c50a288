//! Exceptions are narrow, end, and never hide.

use super::*;
use crate::model::FactKind;
use crate::verdict::tests::finding;

const GOOD: &str = r#"
[[waiver]]
id = "W-7"
policy = "us-eo-13971"
app = "wechat-pay"
device = { kind = "serial", platform = "ios", id = "F2LXQ0AAHG04" }
basis = "Liaison work, memorandum 12"
approver = "A. Head"
expires = 2027-01-31
"#;

fn ids() -> Vec<StrongId> {
    vec![(FactKind::Serial, "F2LXQ0AAHG04".to_owned())]
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

fn one() -> Vec<Finding> {
    vec![finding(crate::model::State::Installed, crate::matching::Strength::Strong, None)]
}

#[test]
fn a_waiver_covers_its_app_on_its_device_through_its_last_day() {
    let waivers = Waivers::read("w.toml", GOOD).unwrap();
    let mut findings = one();
    let said = waivers.apply(&mut findings, (Platform::Ios, &ids()), at("2027-01-31T23:59:59Z"));
    assert!(said.is_empty());
    assert_eq!(findings[0].waiver.as_ref().map(|w| (w.id.as_str(), w.expires.as_str())), Some(("W-7", "2027-01-31")));
    let other = vec![(FactKind::Serial, "F2LXQ0AAHG05".to_owned())];
    waivers.apply(&mut findings, (Platform::Ios, &other), at("2026-11-21"));
    assert_eq!(findings[0].waiver, None, "another device");
    waivers.apply(&mut findings, (Platform::Android, &ids()), at("2026-11-21"));
    assert_eq!(findings[0].waiver, None, "the same serial on another platform");
    findings[0].app = "qq-wallet".to_owned();
    waivers.apply(&mut findings, (Platform::Ios, &ids()), at("2026-11-21"));
    assert_eq!(findings[0].waiver, None, "another app");
}

#[test]
fn an_expired_waiver_brings_the_finding_back_and_says_so() {
    let waivers = Waivers::read("w.toml", GOOD).unwrap();
    let mut findings = one();
    let said = waivers.apply(&mut findings, (Platform::Ios, &ids()), at("2027-02-01"));
    assert_eq!(findings[0].waiver, None);
    assert_eq!(said.len(), 1);
    assert!(said[0].code == Code::WaiverExpired && said[0].message.contains("W-7"), "{said:?}");
}

#[test]
fn a_finding_of_two_policies_needs_a_waiver_for_each() {
    let second = GOOD.replace("W-7", "W-8").replace("us-eo-13971", "us-tx-dir").replace("2027-01-31", "2026-12-31");
    let mut findings = one();
    findings[0].policies = vec!["us-eo-13971".to_owned(), "us-tx-dir".to_owned()];
    let now = at("2026-11-21");
    Waivers::read("w.toml", GOOD).unwrap().apply(&mut findings, (Platform::Ios, &ids()), now);
    assert_eq!(findings[0].waiver, None);
    let both = Waivers::read("w.toml", &format!("{GOOD}{second}")).unwrap();
    both.apply(&mut findings, (Platform::Ios, &ids()), now);
    assert_eq!(findings[0].waiver.as_ref().map(|w| w.id.as_str()), Some("W-8"), "the first to end is named");
}

#[test]
fn blanket_and_malformed_waivers_are_refused_with_their_line() {
    let swaps = [
        ("id = \"W-7\"\n", ""),
        ("\"us-eo-13971\"", "\"*\""),
        ("\"wechat-pay\"", "\"all\""),
        ("\"F2LXQ0AAHG04\"", "\"*\""),
        ("\"F2LXQ0AAHG04\"", "\"F2LX*\""),
        ("\"F2LXQ0AAHG04\"", "\"unknown\""),
        ("\"serial\"", "\"name\""),
        (", platform = \"ios\"", ""),
        ("kind = \"serial\"", "kind = \"imei\""),
        ("basis = \"Liaison work, memorandum 12\"", "basis = \" \""),
        ("approver = \"A. Head\"\n", ""),
        ("approver = \"A. Head\"", "approver = \"TBD\""),
        ("expires = 2027-01-31", ""),
        ("expires = 2027-01-31", "expires = \"never\""),
        ("expires = 2027-01-31", "expires = 2027-01-31\nscope = \"everything\""),
    ];
    for (from, to) in swaps {
        let text = GOOD.replace(from, to);
        assert_ne!(text, GOOD, "{from}");
        let error = Waivers::read("w.toml", &text).expect_err(to);
        assert!(error.0.iter().all(|p| p.line > 0), "{error}");
        assert!(error.to_string().starts_with("w.toml:"), "{error}");
    }
    assert!(Waivers::read("w.toml", "").is_err(), "an empty file excepts nothing and is a mistake");
    assert!(Waivers::read("w.toml", &format!("{GOOD}{GOOD}")).is_err(), "two of one id");
}
