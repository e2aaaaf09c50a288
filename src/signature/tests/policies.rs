//! What policies say, and when.

use super::builtin;
use crate::model::{IdentifierKind, Platform, Timestamp};
use crate::signature::{DEFAULT_POLICY, EntryKind, PolicyStatus, Resolution, Unresolved};

fn at(date: &str) -> Timestamp {
    Timestamp::parse(date).unwrap()
}

#[test]
fn the_default_policy_names_the_eight_apps_verbatim_and_its_functions() {
    let set = builtin();
    let policy = set.policy(DEFAULT_POLICY).unwrap();
    let named: Vec<&str> = policy.entries.iter().map(|e| e.named.as_str()).collect();
    let order = ["Alipay", "CamScanner", "QQ Wallet", "SHAREit", "Tencent QQ", "VMate", "WeChat Pay", "WPS Office"];
    assert_eq!(named, order);
    let functions: Vec<_> =
        policy.entries.iter().filter_map(|e| Some((e.app.as_deref()?, e.function_of.as_deref()?))).collect();
    assert_eq!(functions, [("qq-wallet", "tencent-qq"), ("wechat-pay", "wechat")]);
    assert_eq!(policy.citation.as_deref(), Some("86 FR 1249-1251, Friday 8 January 2021"));
    assert_eq!(policy.ended_by.as_deref(), Some("us-eo-14034"));
    assert!(!policy.entries.iter().any(|e| e.app.as_deref() == Some("wechat")), "WeChat itself is not named");
}

#[test]
fn a_status_follows_the_date_it_is_asked_for() {
    let set = builtin();
    let policy = set.policy(DEFAULT_POLICY).unwrap();
    for (date, status) in [
        ("2021-01-04", PolicyStatus::NotIssued),
        ("2021-01-05", PolicyStatus::Issued),
        ("2021-02-19", PolicyStatus::InForce),
        ("2021-06-08", PolicyStatus::InForce),
        ("2021-06-09", PolicyStatus::Revoked),
        ("2026-11-21", PolicyStatus::Revoked),
    ] {
        assert_eq!(policy.status_on(at(date)), status, "{date}");
    }
}

#[test]
fn entries_follow_their_dates() {
    let set = builtin();
    let texas = set.policy("us-tx-dir").unwrap();
    let named = |date| texas.entries_on(at(date)).map(|e| e.named.as_str()).collect::<Vec<_>>();
    assert!(!named("2025-01-30").contains(&"DeepSeek"));
    assert!(named("2025-01-31").contains(&"DeepSeek"));
    assert!(!named("2026-01-25").contains(&"Alibaba"));
    assert!(named("2026-01-26").contains(&"Alibaba"));
    assert!(named("2022-12-07").contains(&"Alipay"));
}

#[test]
fn entries_are_resolved_platform_by_platform() {
    let set = builtin();
    let of = |policy: &str, named: &str, platform| {
        let entry = set.policy(policy).unwrap().entries.iter().find(|e| e.named.starts_with(named)).unwrap();
        set.resolution(entry, platform)
    };
    for entry in &set.policy(DEFAULT_POLICY).unwrap().entries {
        assert_eq!(set.resolution(entry, Platform::Android), Resolution::Resolved, "{}", entry.named);
        let ios = set.resolution(entry, Platform::Ios);
        assert_eq!(matches!(ios, Resolution::NoneKnown(_)), entry.named == "VMate", "{}", entry.named);
        assert!(!matches!(ios, Resolution::Unresolved(_)), "{}", entry.named);
    }
    let no_identifier = Resolution::Unresolved(Unresolved::NoIdentifier);
    assert_eq!(of(DEFAULT_POLICY, "SHAREit", Platform::HarmonyOs), no_identifier);
    assert_eq!(of(DEFAULT_POLICY, "WeChat Pay", Platform::HarmonyOs), Resolution::Resolved);
    assert_eq!(of(DEFAULT_POLICY, "Alipay", Platform::Unknown), no_identifier);
    assert_eq!(of("us-ntgda", "TikTok", Platform::Ios), Resolution::Unresolved(Unresolved::NoSignature));
    assert_eq!(of("us-tx-dir", "Tencent Holdings", Platform::Ios), Resolution::Unresolved(Unresolved::VendorWide));
    assert_eq!(of("us-oh-2023-03D", "any app", Platform::Ios), Resolution::Unresolved(Unresolved::CriteriaOnly));
    assert_eq!(of("in-2020-06", "QQ International", Platform::Android), Resolution::Resolved);
    assert_eq!(of("in-2020-06", "QQ International", Platform::Ios), no_identifier);
}

#[test]
fn an_entry_that_names_one_edition_names_no_other() {
    let set = builtin();
    let entry = set.policy("in-2020-06").unwrap().entries.iter().find(|e| !e.editions.is_empty()).unwrap();
    let package = |p| set.identifiers(Platform::Android, IdentifierKind::PackageName, p).next().unwrap();
    assert!(entry.names("tencent-qq", package("com.tencent.mobileqqi")));
    assert!(!entry.names("tencent-qq", package("com.tencent.mobileqq")));
    assert!(entry.names("tencent-qq", set.names("QQ International").next().unwrap()));
    assert!(!entry.names("wechat", package("com.tencent.mm")));
}

#[test]
fn vendor_entries_say_whom_they_may_reach() {
    let set = builtin();
    let virginia = set.policy("us-va-eo24").unwrap();
    let vendor = virginia.entries.iter().find(|e| e.kind == EntryKind::Vendor).unwrap();
    assert_eq!(vendor.reaches, ["tencent-qq", "qq-wallet", "wechat-pay"]);
    assert!(set.policies().is_sorted_by(|a, b| a.id < b.id));
    assert_eq!(set.policies().len(), 20);
}
