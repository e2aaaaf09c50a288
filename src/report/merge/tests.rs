//! The outcome of a join depends on the set of reports alone, and is never
//! milder than any of them.

use proptest::prelude::*;

use super::*;
use crate::report::sample::{device, file, finding, item, list, parse, prohibited, report, run, write};
use crate::report::{RENDERERS, Style};

fn try_join(parts: &[Vec<u8>], options: &MergeOptions<'_>) -> Result<(v1::Report, u8, Vec<u8>), MergeError> {
    let files: Vec<_> = parts.iter().map(|bytes| file(bytes)).collect();
    let saved: Vec<Saved> = files.iter().map(|f| Saved::open(f.path()).unwrap()).collect();
    let mut out = Vec::new();
    let status = {
        let format = RENDERERS.iter().find(|f| f.id == "json").unwrap();
        let style = Style { width: 80, ..Style::default() };
        merge(&saved, options, &mut [((format.make)(style), Box::new(&mut out))])?
    };
    Ok((parse(&out), status, out))
}

fn join(parts: &[Vec<u8>]) -> (v1::Report, u8, Vec<u8>) {
    try_join(parts, &MergeOptions::default()).unwrap()
}

#[test]
fn one_report_joined_alone_keeps_its_devices_evidence_and_counts() {
    let whole = report(&run(), &[device("AAAAAA1"), prohibited("BBBBBB2")], "json");
    let (joined, status, _) = join(std::slice::from_ref(&whole));
    let before = parse(&whole);
    assert_eq!((joined.devices, joined.evidence, joined.summary), (before.devices, before.evidence, before.summary));
    assert_eq!(status, 1);
}

#[test]
fn shards_joined_are_the_whole() {
    let devices = [device("AAAAAA1"), prohibited("BBBBBB2"), device("CCCCCC3")];
    let whole = parse(&report(&run(), &devices, "json"));
    let shards = [report(&run(), &devices[..1], "ndjson"), report(&run(), &devices[1..], "json")];
    let (joined, _, _) = join(&shards);
    assert_eq!(joined.devices, whole.devices);
    assert_eq!(joined.evidence, whole.evidence);
    assert_eq!(joined.summary, whole.summary);
    assert_eq!(joined.run.policies, whole.run.policies);
}

#[test]
fn a_device_clear_in_one_report_and_prohibited_in_another_is_prohibited() {
    let mut other = prohibited("AAAAAA1");
    other.findings[0].provenance[0].as_of = Some("2026-10-01T00:00:00Z".to_owned());
    other.coverage[0].locator = "old/packages.xml".to_owned();
    let parts = [report(&run(), &[device("AAAAAA1")], "json"), report(&run(), &[other], "json")];
    let (joined, status, _) = join(&parts);
    assert_eq!((joined.devices.len(), status), (1, 1));
    assert_eq!(joined.devices[0].verdict, "prohibited");
    assert_eq!(joined.devices[0].evidence.len(), 2);
    assert_eq!(joined.summary.devices, 1);
}

#[test]
fn lists_of_two_reports_prove_together_what_neither_does_alone() {
    let mut third = device("AAAAAA1");
    third.coverage[0].scope = "third-party-apps".into();
    third.verdict = "inconclusive".into();
    third.policies[0].verdict = "inconclusive".into();
    third.does_not_prove.remove(0);
    let mut system = third.clone();
    system.coverage[0].scope = "system-apps".into();
    system.coverage[0].locator = "other/packages.xml".to_owned();
    let parts = [report(&run(), &[third], "json"), report(&run(), &[system], "json")];
    let (joined, status, _) = join(&parts);
    assert_eq!((joined.devices[0].verdict.as_str(), status), ("clear", 0));
    assert_eq!(joined.devices[0].does_not_prove[0], crate::report::CLEAR_SPEAKS_FOR_ITS_TIME);
}

#[test]
fn a_removed_app_that_is_installed_elsewhere_is_one_finding_with_both_statements() {
    let mut removed = prohibited("AAAAAA1");
    removed.findings = vec![finding("removed", "a.xml", "2026-10-01T00:00:00Z")];
    let parts = [report(&run(), &[removed], "json"), report(&run(), &[prohibited("AAAAAA1")], "json")];
    let (joined, _, _) = join(&parts);
    let findings = &joined.devices[0].findings;
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert_eq!((findings[0].state.as_str(), findings[0].provenance.len()), ("installed", 2));
    assert_eq!(findings[0].code, "prohibited-app-present");
    assert_eq!(findings[0].reasons[0].provenance, [0, 1]);
}

#[test]
fn a_list_that_holds_for_agency_devices_proves_nothing_of_a_personal_one() {
    let mut corporate = device("AAAAAA1");
    corporate.identity.ownership = "corporate".into();
    corporate.coverage[0].holds_for = Some("ownership=corporate".into());
    let mut personal = device("AAAAAA1");
    personal.identity.ownership = "personal".into();
    personal.coverage.clear();
    personal.verdict = "inconclusive".into();
    let alone = report(&run(), &[corporate], "json");
    assert_eq!(join(std::slice::from_ref(&alone)).0.devices[0].verdict, "clear");
    let both = join(&[alone, report(&run(), &[personal], "json")]).0;
    assert_eq!(both.devices[0].verdict, "inconclusive");
    assert_eq!(both.devices[0].verdict_reasons, ["condition-not-met"]);
}

#[test]
fn a_managed_list_grows_stale_by_the_latest_report() {
    let mut old = device("AAAAAA1");
    old.coverage[0].managed = true;
    let mut later = run();
    later.options.insert("as_of".to_owned(), "2026-12-15T00:00:00Z".into());
    let parts = [report(&run(), &[old], "json"), report(&later, &[device("BBBBBB2")], "json")];
    assert_eq!(join(&parts[..1]).0.devices[0].verdict, "clear");
    let both = join(&parts).0;
    assert_eq!(both.devices[0].verdict_reasons, ["stale"]);
    assert_eq!(both.devices[1].verdict, "clear", "an acquisition speaks for its time");
    assert_eq!(both.run.options["as_of"], "2026-12-15T00:00:00Z");
}

#[test]
fn reports_made_differently_are_refused_unless_told_and_then_no_device_gains() {
    let mut strict = run();
    strict.options.insert("min_strength".to_owned(), "strong".into());
    let mut signatures = run();
    signatures.signatures.sha256 = "ef".repeat(32);
    let mut policies = run();
    policies.policies[0].id = "us-tx-dir".to_owned();
    for (other, what) in [(strict, "options"), (signatures, "signatures"), (policies, "policies")] {
        let parts = [report(&run(), &[device("AAAAAA1")], "json"), report(&other, &[device("BBBBBB2")], "json")];
        let error = try_join(&parts, &MergeOptions::default()).expect_err(what);
        assert!(error.to_string().contains(what), "{error}");
        let told = MergeOptions { allow_mixed: true, ..MergeOptions::default() };
        let (joined, _, _) = try_join(&parts, &told).unwrap();
        assert!(joined.diagnostics.iter().any(|d| d.code == "mixed-reports" && d.message.contains(what)));
        if what == "policies" {
            // Neither device was held against the other's policy.
            assert!(joined.devices.iter().all(|d| d.verdict == "inconclusive"), "{:?}", joined.devices);
        }
    }
}

#[test]
fn an_interrupted_report_makes_the_whole_incomplete() {
    let text = String::from_utf8(report(&run(), &[device("AAAAAA1")], "ndjson")).unwrap();
    let cut: String = text.lines().take(2).map(|l| format!("{l}\n")).collect();
    let (joined, status, bytes) = join(&[cut.into_bytes(), report(&run(), &[device("BBBBBB2")], "json")]);
    assert_eq!((joined.run.complete, status), (Some(false), 3));
    assert!(joined.diagnostics.iter().any(|d| d.code == "interrupted"));
    assert_eq!(joined.devices[0].evidence, [lift::UNLISTED]);
    assert_eq!(join(&[bytes]).1, 3, "and stays so");
}

#[test]
fn an_item_in_two_reports_is_one_and_messages_follow_their_device() {
    let mut one = device("AAAAAA1");
    one.identity.udid = Some("00008110-001234567890123a".to_owned());
    one.key = "android:serial:AAAAAA1".to_owned();
    let mut other = one.clone();
    other.identity.serial = None;
    other.key = "android:udid:00008110-001234567890123a".to_owned();
    let text = |d: &v1::Device| {
        let mut whole = parse(&write(&run(), std::slice::from_ref(d), &[item("e1", "phones/a", &[d])], "json"));
        whole.diagnostics.push(v1::Diagnostic {
            severity: "note".into(),
            code: "values-conflict".into(),
            device: Some(d.key.clone()),
            message: "two names".to_owned(),
            count: 1,
            ..v1::Diagnostic::default()
        });
        whole.run.digest = None;
        serde_json::to_vec(&whole).unwrap()
    };
    let (joined, _, _) = join(&[text(&one), text(&other)]);
    assert_eq!((joined.devices.len(), joined.evidence.len(), joined.diagnostics.len()), (1, 1, 1));
    assert_eq!(joined.evidence[0].devices, ["android:serial:AAAAAA1"]);
    assert_eq!(joined.diagnostics[0].device.as_deref(), Some("android:serial:AAAAAA1"));
}

#[test]
fn contradicting_identities_are_kept_apart_and_said() {
    let udid = Some("00008110-001234567890123a".to_owned());
    let (mut a, mut b) = (device("AAAAAA1"), device("BBBBBB2"));
    (a.identity.udid, b.identity.udid) = (udid.clone(), udid);
    let (joined, _, _) = join(&[report(&run(), &[a], "json"), report(&run(), &[b], "json")]);
    assert_eq!(joined.devices.len(), 2);
    assert!(joined.diagnostics.iter().any(|d| d.code == "identity-conflict"));
}

#[test]
fn devices_without_a_strong_id_are_never_taken_for_each_other() {
    let weak = |folder: &str| {
        let mut weak = device("AAAAAA1");
        weak.identity.serial = None;
        weak.key = "android:at:phone".to_owned();
        weak.coverage[0].locator = format!("{folder}/packages.xml");
        report(&run(), &[weak], "json")
    };
    let (one, other) = (weak("a"), weak("b"));
    let keys = |parts: &[Vec<u8>]| -> Vec<String> { join(parts).0.devices.into_iter().map(|d| d.key).collect() };
    assert_eq!(keys(&[one.clone(), other.clone()]), ["android:at:phone", "android:at:phone~2"]);
    assert_eq!(keys(&[one.clone(), one.clone()]), ["android:at:phone"]);
    let again = join(&[one.clone(), other]).2;
    assert_eq!(keys(&[again, one]), ["android:at:phone", "android:at:phone~2"]);
}

#[test]
fn a_waiver_of_the_reports_ends_when_the_latest_says_so() {
    let mut waived = prohibited("AAAAAA1");
    waived.findings[0].waiver = Some(v1::Waiver {
        id: "W-1".to_owned(),
        approver: "A".to_owned(),
        basis: "B".to_owned(),
        expires: "2026-11-30".to_owned(),
    });
    let now = report(&run(), &[waived], "json");
    let (joined, status, _) = join(std::slice::from_ref(&now));
    assert!(joined.devices[0].waived && joined.summary.waived == 1);
    assert_eq!((joined.devices[0].verdict.as_str(), status), ("prohibited", 0));
    let mut later = run();
    later.options.insert("as_of".to_owned(), "2026-12-01T00:00:00Z".into());
    let (joined, status, _) = join(&[now, report(&later, &[device("BBBBBB2")], "json")]);
    assert_eq!((joined.devices[0].waived, status), (false, 1));
    let said = joined.diagnostics.iter().find(|d| d.code == "waiver-expired").unwrap();
    assert_eq!(said.device.as_deref(), Some("android:serial:AAAAAA1"));
}

/// A device number, and what one report says of it.
fn one_device() -> impl Strategy<Value = v1::Device> {
    let states = prop::sample::select(vec!["installed", "removed", "trace", "unknown", "disabled"]);
    let found = prop::collection::vec((states, 0_u32..3, 0_u8..3), 0..3);
    (0_u8..3, any::<bool>(), any::<bool>(), found, 0_u8..3, any::<bool>()).prop_map(
        |(n, serial, udid, found, lists, corporate)| {
            let mut d = device(&format!("SERIAL{n}X"));
            if udid || !serial {
                d.identity.udid = Some(format!("00008110-00123456789012{n:02}"));
            }
            if !serial {
                d.identity.serial = None;
                d.key = format!("android:udid:00008110-00123456789012{n:02}");
            }
            d.identity.ownership = if corporate { "corporate" } else { "unknown" }.into();
            d.coverage = (0..lists)
                .map(|i| {
                    let mut list = list(&format!("l{i}/packages.xml"), &format!("2026-11-0{}T00:00:00Z", i + 1));
                    list.holds_for = (i == 1).then(|| "ownership=corporate".into());
                    list
                })
                .collect();
            let rows = found.into_iter().map(|(state, user, day)| {
                let mut f = finding(state, &format!("f{day}.xml"), &format!("2026-11-0{}T00:00:00Z", day + 1));
                f.users = vec![user];
                f.provenance[0].users = vec![user];
                f.version = Some(format!("8.0.{day}"));
                f
            });
            d.findings = super::findings::unite(rows);
            d
        },
    )
}

fn reports() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let one = prop::collection::vec(one_device(), 0..3).prop_map(|mut devices| {
        devices.dedup_by(|a, b| a.identity == b.identity);
        // One device once, as in a real report: joined with itself first.
        join(&[report(&run(), &devices, "json")]).2
    });
    prop::collection::vec(one, 3..4)
}

/// Reports of one device each, whose ids may contradict each other: two serial
/// numbers with one UDID.
fn contradicting() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let one = (prop::option::of(0_u8..2), any::<bool>(), any::<bool>()).prop_map(|(serial, udid, found)| {
        let make = if found { prohibited } else { device };
        let mut d = make(&format!("SERIAL{}X", serial.unwrap_or(9)));
        d.identity.serial = serial.map(|n| format!("SERIAL{n}X"));
        if udid || serial.is_none() {
            d.identity.udid = Some("00008110-001234567890123a".to_owned());
        }
        if serial.is_none() {
            d.key = "android:udid:00008110-001234567890123a".to_owned();
        }
        report(&run(), &[d], "json")
    });
    prop::collection::vec(one, 3..4)
}

fn content(bytes: &[u8]) -> serde_json::Value {
    let report = parse(bytes);
    serde_json::json!({"devices": report.devices, "evidence": report.evidence, "summary": report.summary,
        "run": v1::Run { digest: None, ..report.run }, "diagnostics": report.diagnostics})
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn joining_is_associative_commutative_and_idempotent(parts in reports()) {
        let [a, b, c] = <[Vec<u8>; 3]>::try_from(parts).unwrap();
        let all = content(&join(&[a.clone(), b.clone(), c.clone()]).2);
        let left = join(&[join(&[a.clone(), b.clone()]).2, c.clone()]).2;
        let right = join(&[a.clone(), join(&[c.clone(), b.clone()]).2]).2;
        prop_assert_eq!(&content(&left), &all);
        prop_assert_eq!(&content(&right), &all);
        prop_assert_eq!(&content(&join(&[c, a.clone(), b]).2), &all);
        prop_assert_eq!(&content(&join(&[left.clone(), left, a]).2), &all);
    }

    #[test]
    fn a_device_is_never_judged_milder_than_what_one_report_shows(parts in reports()) {
        let joined = join(&parts).0;
        let presence = |d: &v1::Device| d.verdict == "prohibited";
        for part in &parts {
            for device in parse(part).devices.iter().filter(|d| presence(d)) {
                let same = |d: &&v1::Device| d.identity.serial == device.identity.serial && device.identity.serial.is_some()
                    || d.identity.udid == device.identity.udid && device.identity.udid.is_some();
                prop_assert!(joined.devices.iter().find(same).is_some_and(presence));
            }
        }
    }

    #[test]
    fn contradicting_reports_joined_in_any_way_hide_nothing_and_in_one_call_in_any_order(parts in contradicting()) {
        let [a, b, c] = <[Vec<u8>; 3]>::try_from(parts.clone()).unwrap();
        let at_once = join(&[a.clone(), b.clone(), c.clone()]).2;
        prop_assert_eq!(&content(&join(&[c.clone(), a.clone(), b.clone()]).2), &content(&at_once));
        prop_assert_eq!(&content(&join(&[at_once.clone(), at_once.clone()]).2), &content(&at_once));
        let left = join(&[join(&[a.clone(), b.clone()]).2, c.clone()]).2;
        let right = join(&[a, join(&[b, c]).2]).2;
        // Which device a statement counts for depends on the grouping then; that
        // it is made does not.
        for joined in [at_once, left, right] {
            let joined = parse(&joined);
            for part in &parts {
                for told in parse(part).devices.iter().filter(|d| d.verdict == "prohibited") {
                    let ids = lift::strong_ids(&told.identity);
                    let shares = |d: &&v1::Device| lift::strong_ids(&d.identity).iter().any(|id| ids.contains(id));
                    prop_assert!(joined.devices.iter().filter(shares).any(|d| d.verdict == "prohibited"));
                    prop_assert_eq!(joined.run.exit_status, Some(1));
                }
            }
        }
    }
}

#[test]
fn a_list_that_may_be_of_another_device_leaves_none_clear() {
    let udid = Some("00008110-001234567890123a".to_owned());
    let (mut a, mut b) = (device("AAAAAA1"), device("BBBBBB2"));
    (a.identity.udid, b.identity.udid) = (udid.clone(), udid.clone());
    let verdicts = |parts: &[Vec<u8>]| -> Vec<String> {
        join(parts).0.devices.into_iter().map(|d| format!("{} {}", d.verdict, d.verdict_reasons.join(" "))).collect()
    };
    let of = |d: &v1::Device| report(&run(), std::slice::from_ref(d), "json");
    let clear = "clear complete-app-list";
    assert_eq!(verdicts(&[of(&a), of(&b)]), [clear, clear], "each list lies in its own device");
    for d in [&mut a, &mut b] {
        d.coverage[0].managed = true;
    }
    let open = "inconclusive identity-conflict";
    assert_eq!(verdicts(&[of(&a)]), [clear]);
    assert_eq!(verdicts(&[of(&a), of(&b)]), [open, open], "the list may have come by the id that they share");
    let both = report(&run(), &[a.clone(), b.clone()], "json");
    assert_eq!(verdicts(&[both.clone(), both]), [clear, clear], "the scan has minded it");
    a.coverage[0].managed = false;
    let mut named = prohibited("CCCCCC3");
    named.identity.udid = udid;
    assert_eq!(verdicts(&[of(&a), of(&named)])[0], open, "what is found under the id they share");
}
